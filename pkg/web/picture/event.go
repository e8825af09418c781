package picture

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/paulmach/orb"
)

// EventMap is a map of one event with what was heard of it.
type EventMap struct {
	Event         event.Event
	Places        *place.Gazetteer
	Base          *basemap.Base
	Width, Height int
	Synthetic     bool
}

// SVG writes the map.
func (m EventMap) SVG(w io.Writer, look Look) error { return m.scene().svg(w, look) }

func (m EventMap) scene() *scene {
	tracks, _ := explain.Chart(m.Event, nil) // without a position there is none
	box := orb.Bound{Min: geo.Point{m.Event.Lon, m.Event.Lat}, Max: geo.Point{m.Event.Lon, m.Event.Lat}}.Pad(0.6)
	if tracks != nil {
		box = tracks.Box()
	}
	base := Map{View: Fit(box, m.Width, m.Height), Events: []event.Event{m.Event}, Places: m.Places, Base: m.Base, Synthetic: m.Synthetic, tracks: tracks}
	base.inset = true
	return base.scene()
}

// A map nearer than this zoom does not show which sea it is of: a smaller one in its corner does.
const (
	nearby                  = 7.0
	insetWidth, insetHeight = 150.0, 104.0
	insetEdge               = 8.0
)

// corner finds where an inset hides least of an event, and keeps names away from there. False where none is wanted.
func (d *mapping) corner() (left, top float64, wanted bool) {
	if !d.inset || d.Base == nil || d.View.Zoom <= nearby || d.width < 2.5*insetWidth || d.height < 2.5*insetHeight {
		return 0, 0, false
	}
	east, south := d.width-insetWidth-insetEdge, d.height-insetHeight-insetEdge-22
	least := math.MaxInt
	for _, at := range [][2]float64{{east, insetEdge}, {insetEdge, insetEdge}, {east, south}, {insetEdge, south}} {
		hidden := 0
		for _, p := range d.points() {
			if x, y := d.View.At(p); x > at[0]-12 && y > at[1]-12 && x < at[0]+insetWidth+12 && y < at[1]+insetHeight+12 {
				hidden++
			}
		}
		if hidden < least {
			least, left, top = hidden, at[0], at[1]
		}
	}
	d.taken = append(d.taken, [4]float64{left - 4, top - 4, left + insetWidth + 4, top + insetHeight + 4})
	return left, top, true
}

// points are those of the events and of what was heard of them.
func (d *mapping) points() (all []geo.Point) {
	for _, e := range d.Events {
		all = append(all, geo.Point{e.Lon, e.Lat})
	}
	if d.tracks == nil {
		return all
	}
	for _, m := range d.tracks.Marks {
		all = append(all, m.At)
	}
	for _, l := range d.tracks.Lines {
		all = append(all, l.Points...)
	}
	for _, a := range d.tracks.Areas {
		if a.Hull {
			all = append(all, a.Ring...)
		}
	}
	return all
}

// locate draws the sea round the map with the map's place in it.
func (d *mapping) locate(left, top float64) {
	sea := View{Centre: d.View.Centre, Zoom: 3.1, Width: insetWidth, Height: insetHeight}
	if gulf := (orb.Bound{Min: geo.Point{47, 21.5}, Max: geo.Point{61, 31}}); gulf.Contains(d.View.Centre) {
		sea = Fit(gulf, insetWidth, insetHeight)
	}
	var frame, land, dot path
	frame.rect(left, top, insetWidth, insetHeight)
	for _, polygon := range d.Base.Cut(sea.Box(), sea.Zoom).Land {
		for _, ring := range polygon {
			for i, q := range ring {
				x, y := sea.near(q)
				if i == 0 {
					land.move(left+x, top+y)
				} else {
					land.line(left+x, top+y)
				}
			}
			land.close()
		}
	}
	x, y := sea.At(d.View.Centre)
	dot.circle(left+x, top+y, 3.6)
	d.draw(inkSea, frame)
	d.shapes["inset"] = land
	d.elements = append(d.elements, element{ink: inkInsetCoast, mark: "inset"}, element{ink: inkLand, mark: "inset"})
	d.draw(inkInset, frame)
	d.draw(inkHere, dot)
}

// chart draws lines, hulls and marks of a chart in the colours of its ships.
func (d *mapping) chart(c *chart.Chart) {
	if c == nil {
		return
	}
	for _, a := range c.Areas {
		if a.Hull {
			var outline path
			d.trace(&outline, d.all(a.Ring))
			outline.close()
			d.draw(shipInk("hull", a.Ink), outline)
		}
	}
	for _, l := range c.Lines {
		var line path
		d.trace(&line, d.all(l.Points))
		i := shipInk("track", l.Ink)
		if l.Dashed {
			i = shipInk("unseen", l.Ink)
		}
		d.draw(i, line)
	}
	for _, m := range c.Marks {
		if slices.ContainsFunc(d.Events, func(e event.Event) bool { return m.Label == string(e.Kind) }) {
			continue // the event's own mark stands there
		}
		x, y := d.View.At(m.At)
		var dot path
		dot.circle(x, y, map[chart.Shape]float64{chart.Dot: 2.6, chart.Ring: 5, chart.Cross: 4}[m.Shape])
		d.draw(shipInk("fix", m.Ink), dot)
		if m.Label != "" {
			d.wanted = append(d.wanted, name{m.Label, x, y, -1})
		}
	}
}

func (d *mapping) all(points []geo.Point) []geo.Point {
	out := make([]geo.Point, len(points))
	for i, p := range points {
		out[i] = d.close(p)
	}
	return out
}

// shipInk is the ink of a ship's track, hull or fix; two ships have colours of their own, and more repeat them.
func shipInk(what string, n int) ink {
	if n <= 0 {
		n = 1
	}
	return ink(fmt.Sprintf("%s-%d", what, 1+(n-1)%2))
}
