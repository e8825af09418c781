package basemap

import (
	"math"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/simplify"
)

// Shore is what is to be drawn of a box: Land to be filled, Coast to be drawn as lines.
type Shore struct {
	Land  orb.MultiPolygon
	Coast orb.MultiLineString
}

// The zooms for which the shores are simplified. At Finest a pixel is about as large as the Gulf's own grid.
const (
	coarsest = 0
	finest   = 14
)

// tile is the width in pixels of the world at zoom 0, as in MapLibre.
const tile = 512.0

// loss is how far a simplified shore may lie from the true one, in pixels of its zoom.
const loss = 0.5

// layer is one file, with a simplified copy for each zoom that was asked for.
type layer struct {
	topology *Topology
	box      orb.Bound // of the land
	levels   [finest - coarsest + 1]struct {
		once sync.Once
		level
	}
}

// level is a layer as it is drawn at one zoom, with the boxes that say what need not be looked at.
type level struct {
	land, coast []orb.Bound
	polygons    orb.MultiPolygon
	lines       orb.MultiLineString
}

func newLayer(t *Topology) *layer {
	l := &layer{topology: t}
	l.box = l.at(coarsest).all()
	return l
}

func (l *level) all() orb.Bound {
	var box orb.Bound
	for i, b := range l.land {
		if i == 0 {
			box = b
		}
		box = box.Union(b)
	}
	return box
}

// at returns the layer for a zoom, which is made when it is first asked for. The outline of a layer stays at every zoom.
func (l *layer) at(zoom int) *level {
	zoom = min(max(zoom, coarsest), finest)
	v := &l.levels[zoom-coarsest]
	v.once.Do(func() { v.level = l.topology.simplified(360 / tile / math.Exp2(float64(zoom)) * loss) })
	return &v.level
}

// simplified draws the shores with an error of so many degrees. Islands smaller than that are left out.
func (t *Topology) simplified(degrees float64) level {
	by := simplify.DouglasPeucker(degrees)
	arcs := make([]orb.LineString, len(t.arcs))
	for i, arc := range t.arcs {
		arcs[i] = by.LineString(arc.Clone())
	}
	var l level
	for _, rings := range t.land {
		var polygon orb.Polygon
		for i, indices := range rings {
			ring := orb.Ring(join(arcs, indices))
			if len(ring) >= 4 && ring.Closed() {
				polygon = append(polygon, ring)
			} else if i == 0 {
				break // the whole island is too small
			}
		}
		if len(polygon) > 0 {
			l.polygons, l.land = append(l.polygons, polygon), append(l.land, polygon.Bound())
		}
	}
	for _, indices := range t.coast {
		line := join(arcs, indices)
		if b := line.Bound(); len(line) >= 2 && max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]) > degrees {
			l.lines, l.coast = append(l.lines, line), append(l.coast, b)
		}
	}
	return l
}

// cut adds what lies within a box, moved east by so many degrees.
func (l *level) cut(s *Shore, box orb.Bound, east float64) {
	for i, b := range l.land {
		if !b.Intersects(box) {
			continue
		}
		polygon := l.polygons[i].Clone() // clip changes what it is given
		if !inside(b, box) {
			polygon = clip.Polygon(box, polygon)
		}
		if size := polygon.Bound(); len(polygon) > 0 && size.Min[0] < size.Max[0] && size.Min[1] < size.Max[1] {
			s.Land = append(s.Land, polygonEast(polygon, east))
		}
	}
	for i, b := range l.coast {
		if !b.Intersects(box) {
			continue
		}
		for _, line := range clip.LineString(box, l.lines[i].Clone()) {
			s.Coast = append(s.Coast, lineEast(line, east))
		}
	}
}

func inside(b, box orb.Bound) bool { return box.Contains(b.Min) && box.Contains(b.Max) }

func polygonEast(p orb.Polygon, east float64) orb.Polygon {
	for _, ring := range p {
		lineEast(orb.LineString(ring), east)
	}
	return p
}

func lineEast(l orb.LineString, east float64) orb.LineString {
	for i := range l {
		l[i][0] += east
	}
	return l
}
