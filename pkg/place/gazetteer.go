package place

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/darkwake/darkwake/pkg/geo"
)

// gazetteerFile is the built-in table. Positions are from the World Port Index (NGA, public domain), Global Fishing
// Watch's pipe-anchorages (Apache-2.0, Copyright Global Fishing Watch) and what each row names.
//
//go:embed data/gazetteer.csv
var gazetteerFile []byte

// Gazetteer is a list of places, in the order of their names, with an index over them.
type Gazetteer struct {
	places []Place
	shapes []shape
	cells  map[Cell][]ID // the places that touch a cell, by precedence
	gates  []gate
	hash   string
}

// gate is a gate's line, both ends, apart from all else that is known of it.
type gate struct {
	id         ID
	start, end geo.Point
}

// shape is what a place holds: a circle where area is nil. No part of a circle is farther from its centre than tall and
// wide degrees of latitude and longitude, by which most points are told off without a sine.
type shape struct {
	area       *geo.Area
	size       float64 // square metres
	tall, wide float64
	scale      float64 // degrees of latitude in one of longitude at a circle's centre; zero where the map round it is not flat
}

// Up to flatCircle and flatLatitude the map with a circle centre's scale errs by 0.3 % in length: the scale changes by
// tan 60° / 6,371 km in a metre to north or south, and half of that counts.
const (
	flatCircle   = 20 * geo.Kilometre
	flatLatitude = 60
)

// Default returns the built-in gazetteer.
func Default() (*Gazetteer, error) { return Load(bytes.NewReader(gazetteerFile), "built-in gazetteer") }

// newGazetteer sorts and indexes places whose values have been checked.
func newGazetteer(places []Place) *Gazetteer {
	slices.SortFunc(places, func(a, b Place) int { return strings.Compare(a.Name, b.Name) })
	g := &Gazetteer{places: places, shapes: make([]shape, len(places)), cells: map[Cell][]ID{}}
	order := make([]ID, len(places))
	for i := range places {
		places[i].ID = ID(i)
		order[i] = ID(i)
		g.shapes[i] = newShape(&places[i])
		if places[i].Kind == Gate {
			g.gates = append(g.gates, gate{ID(i), places[i].Line[0], places[i].Line[1]})
		}
	}
	slices.SortFunc(order, g.compare)
	for _, id := range order {
		if g.places[id].Kind != Gate {
			for _, c := range cellsIn(g.bound(id)) {
				g.cells[c] = append(g.cells[c], id)
			}
		}
	}
	g.hash = g.digest()
	return g
}

func newShape(p *Place) shape {
	if p.Ring == nil {
		s := shape{size: math.Pi * float64(p.Radius) * float64(p.Radius), wide: 180}
		s.tall = 1.001 * float64(p.Radius/geo.MeanRadius) * 180 / math.Pi
		if top := math.Abs(p.Centre[1]) + s.tall; top < 90 {
			s.wide = min(180, s.tall/math.Cos(top*math.Pi/180))
		}
		if math.Abs(p.Centre[1]) < flatLatitude {
			s.scale = math.Cos(p.Centre[1] * math.Pi / 180)
		}
		return s
	}
	s := shape{area: geo.Prepare(orb.MultiPolygon{{orb.Ring(p.Ring)}})}
	sum := 0.0
	for i := 1; i < len(p.Ring); i++ {
		ax, ay := geo.Offset(p.Ring[0], p.Ring[i-1])
		bx, by := geo.Offset(p.Ring[0], p.Ring[i])
		sum += float64(ax*by - ay*bx)
	}
	s.size = math.Abs(sum) / 2
	return s
}

// rank is the precedence of a kind, see the package comment.
func (k Kind) rank() int { return slices.Index(kinds(), k) }

// kinds lists all kinds by precedence.
func kinds() []Kind {
	return []Kind{Berth, Terminal, TerminalZone, LawfulTerminal, TransitTerminal, Discharge, Port, Anchorage, STSArea, Zone, Gate}
}

// compare orders places by precedence.
func (g *Gazetteer) compare(a, b ID) int {
	if d := g.places[a].Kind.rank() - g.places[b].Kind.rank(); d != 0 {
		return d
	}
	switch sa, sb := g.shapes[a].size, g.shapes[b].size; {
	case sa < sb:
		return -1
	case sa > sb:
		return 1
	}
	return int(a - b)
}

// bound is the box round a place. It may run beyond 180°.
func (g *Gazetteer) bound(id ID) orb.Bound {
	if area := g.shapes[id].area; area != nil {
		return area.Bound()
	}
	s, c := &g.shapes[id], g.places[id].Centre
	return orb.Bound{
		Min: geo.Point{c[0] - s.wide, max(-90, c[1]-s.tall)},
		Max: geo.Point{c[0] + s.wide, min(90, c[1]+s.tall)},
	}
}

// cellsIn lists the cells that a box touches.
func cellsIn(b orb.Bound) []Cell {
	const columns = 360 * cellsPerDegree
	var cells []Cell
	west, east := int(math.Floor((b.Min[0]+180)*cellsPerDegree)), int(math.Floor((b.Max[0]+180)*cellsPerDegree))
	east = min(east, west+columns-1)
	south := int(math.Floor((b.Min[1] + 90) * cellsPerDegree))
	north := min(int(math.Floor((b.Max[1]+90)*cellsPerDegree)), 180*cellsPerDegree-1)
	for row := south; row <= north; row++ {
		for col := west; col <= east; col++ {
			cells = append(cells, Cell(row*columns+((col%columns)+columns)%columns))
		}
	}
	return cells
}

// Len is the number of places; their IDs are 0 to Len-1.
func (g *Gazetteer) Len() int { return len(g.places) }

// At returns a place, which must not be changed.
func (g *Gazetteer) At(id ID) *Place { return &g.places[id] }

// Named returns the place of a name.
func (g *Gazetteer) Named(name string) (ID, bool) {
	i, ok := slices.BinarySearchFunc(g.places, name, func(p Place, n string) int { return strings.Compare(p.Name, n) })
	if !ok {
		return NoPlace, false
	}
	return ID(i), true
}

// Find returns the places that hold a point, by precedence, in buf[:0]. Gates hold nothing.
func (g *Gazetteer) Find(p geo.Point, buf []ID) []ID {
	buf = buf[:0]
	for _, id := range g.cells[CellOf(p)] {
		if g.holds(id, p) {
			buf = append(buf, id)
		}
	}
	return buf
}

func (g *Gazetteer) holds(id ID, p geo.Point) bool {
	s, place := &g.shapes[id], &g.places[id]
	if s.area != nil {
		return s.area.Contains(p)
	}
	if math.Abs(p[1]-place.Centre[1]) > s.tall || math.Abs(shortWay(p[0]-place.Centre[0])) > s.wide {
		return false
	}
	return g.within(id, p, place.Radius)
}

// within tells whether a point lies in a circle round a place. In most small ones the flat map can tell.
func (g *Gazetteer) within(id ID, p geo.Point, radius geo.Metres) bool {
	centre := g.places[id].Centre
	if scale := g.shapes[id].scale; scale > 0 && radius > 0 && radius <= flatCircle {
		dx, dy := shortWay(p[0]-centre[0])*scale, p[1]-centre[1]
		r := float64(radius/geo.MeanRadius) * 180 / math.Pi
		switch d := dx*dx + dy*dy; {
		case d < 0.99*r*r:
			return true
		case d > 1.01*r*r:
			return false
		}
	}
	return geo.DistanceExact(centre, p) <= radius
}

// Holds reports whether a point lies within a place's shape widened by a margin, or narrowed by a negative one: a port
// call that begins inside the shape ends a kilometre outside, so that a ship on the line does not come and go. A gate holds nothing.
func (g *Gazetteer) Holds(id ID, p geo.Point, margin geo.Metres) bool {
	if g.places[id].Kind == Gate {
		return false
	}
	area := g.shapes[id].area
	switch {
	case area == nil:
		return g.within(id, p, g.places[id].Radius+margin)
	case area.Contains(p):
		return margin >= 0 || area.DistanceToBorder(p) >= -margin
	case margin <= 0:
		return false
	}
	return area.DistanceToBorder(p) <= margin
}

// Crossings calls fn for every gate that the straight line on the map from a to b crosses, in the order of the way, with
// the place of the crossing and whether it leads outbound. A fix on the gate itself belongs to one of its sides, so a track
// counts each crossing once, however its fixes fall. The line is taken as it is, over land too: give it pieces of a track,
// not the ends of a long silence.
func (g *Gazetteer) Crossings(a, b geo.Point, fn func(gate ID, at geo.Point, outbound bool)) {
	var room [8]crossing
	found := room[:0]
	for i := range g.gates {
		if c, ok := g.cross(&g.gates[i], a, b); ok {
			found = append(found, c)
		}
	}
	if len(found) > 1 {
		slices.SortStableFunc(found, func(x, y crossing) int {
			if x.fraction < y.fraction {
				return -1
			}
			if x.fraction > y.fraction {
				return 1
			}
			return int(x.gate - y.gate)
		})
	}
	for _, c := range found {
		fn(c.gate, geo.Interpolate(a, b, c.fraction), c.outbound)
	}
}

type crossing struct {
	gate     ID
	fraction float64 // of the way from a to b
	outbound bool
}

func (g *Gazetteer) cross(line *gate, a, b geo.Point) (crossing, bool) {
	start, end := line.start, line.end
	if max(a[1], b[1]) < min(start[1], end[1]) || min(a[1], b[1]) > max(start[1], end[1]) || aside(start, end, a, b) {
		return crossing{}, false
	}
	// All in the turn of longitude of a, unwrapped towards b.
	b[0] = a[0] + shortWay(b[0]-a[0])
	turn := a[0] + shortWay(start[0]-a[0]) - start[0]
	start[0], end[0] = start[0]+turn, end[0]+turn
	gx, gy := end[0]-start[0], end[1]-start[1]
	sideA := gx*(a[1]-start[1]) - gy*(a[0]-start[0])
	sideB := gx*(b[1]-start[1]) - gy*(b[0]-start[0])
	if (sideA >= 0) == (sideB >= 0) {
		return crossing{}, false
	}
	f := sideA / (sideA - sideB)
	x, y := a[0]+(b[0]-a[0])*f, a[1]+(b[1]-a[1])*f
	if along := (x-start[0])*gx + (y-start[1])*gy; along < 0 || along > gx*gx+gy*gy {
		return crossing{}, false
	}
	ox, oy := compass(g.places[line.id].Outbound)
	return crossing{line.id, f, (sideB >= 0) == (gx*oy-gy*ox > 0)}, true
}

// aside tells whether two lines that need no unwrapping lie wholly west or east of each other.
func aside(start, end, a, b geo.Point) bool {
	const hair = 1e-9
	if math.Abs(b[0]-a[0]) >= 180 || math.Abs(start[0]-a[0]) >= 180 {
		return false
	}
	return max(a[0], b[0])+hair < min(start[0], end[0]) || min(a[0], b[0])-hair > max(start[0], end[0])
}

// shortWay is a difference of longitudes in -180..180.
func shortWay(d float64) float64 { return d - 360*math.Round(d/360) }

// compass is the unit vector, east and north, of one of the four directions.
func compass(direction string) (east, north float64) {
	switch direction {
	case "N":
		return 0, 1
	case "E":
		return 1, 0
	case "S":
		return 0, -1
	}
	return -1, 0
}

// Gates lists the gates in the order of their IDs.
func (g *Gazetteer) Gates() []ID {
	ids := make([]ID, len(g.gates))
	for i := range g.gates {
		ids[i] = g.gates[i].id
	}
	return ids
}

// SanctionedSources lists the Iranian terminals, terminal zones and berths at which crude, condensate or fuel oil is
// loaded, in the order of their IDs.
func (g *Gazetteer) SanctionedSources() []ID {
	var ids []ID
	for i := range g.places {
		if g.places[i].Sanctioned {
			ids = append(ids, ID(i))
		}
	}
	return ids
}

// Hash is the SHA-256 of the content in hexadecimal: of every field, in the order of names. It does not depend on the
// table's order of rows and columns.
func (g *Gazetteer) Hash() string { return g.hash }

func (g *Gazetteer) digest() string {
	h := sha256.New()
	for i := range g.places {
		p := g.places[i]
		p.ID = 0
		fmt.Fprintf(h, "%#v\n", p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
