package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Area is a set of polygons prepared for many questions: its edges lie sorted in horizontal slabs, so that a
// point is compared with one slab's edges alone. An Area does not change; any number of goroutines may ask it.
//
// Edges are straight on the map of longitude and latitude, as in GeoJSON. An edge of more than 180° of longitude
// goes the short way, over the date line, so that no edge is longer than that. A ring that goes once round the
// Earth, as Antarctica's does, encloses the pole that is nearer to its first corner.
type Area struct {
	edges []edge
	// Slab i holds the edges slabs[starts[i]:starts[i+1]], copied so that a look-up walks memory in order.
	slabs  []edge
	starts []int32
	south  float64
	scale  float64 // slabs for a degree of latitude
	bound  orb.Bound
}

// edge is one side of a polygon with south below north, in unwrapped longitude. Level edges enclose nothing and
// are kept for distances only.
type edge struct {
	south, north  float64
	lonSouth, run float64 // longitude at the south end, degrees of longitude for a degree of latitude
	lonNorth      float64
}

const (
	// edgesASlab balances the walk through one slab against the memory for all: about four edges each.
	edgesASlab = 4
	// slabCopies bounds how often an edge is copied on average; polygons with many long edges get fewer slabs.
	slabCopies = 16
)

// Prepare builds an area. The polygons are copied; rings need not be closed, their sense of rotation is ignored,
// and holes are what lies in an even number of rings.
func Prepare(m orb.MultiPolygon) *Area {
	a := &Area{}
	for _, polygon := range m {
		for i, ring := range polygon {
			anchor := 0.0
			if i > 0 && len(polygon[0]) > 0 {
				anchor = polygon[0][0][0]
			}
			a.addRing(ring, i > 0, anchor)
		}
	}
	a.bound = a.edgeBound()
	a.fillSlabs()
	return a
}

// addRing cuts a ring into edges. A hole is brought into the same turn of longitude as its outer ring's anchor.
func (a *Area) addRing(ring orb.Ring, hole bool, anchor float64) {
	if len(ring) < 3 {
		return
	}
	at := ring[0]
	if hole {
		at[0] = anchor + wrapDegrees(at[0]-anchor)
	}
	first := at
	for i := range ring {
		to := ring[(i+1)%len(ring)]
		to[0] = at[0] + wrapDegrees(to[0]-ring[i][0])
		if i == len(ring)-1 || to[1] == first[1] && math.Abs(to[0]-first[0]) < 1e-9 {
			// The sum of many steps is not exact, the border must be.
			to[0] = first[0] + 360*math.Round((to[0]-first[0])/360)
		}
		a.addEdge(at, to)
		at = to
	}
	if at[0] != first[0] {
		pole := math.Copysign(90, first[1])
		a.addEdge(at, Point{at[0], pole})
		a.addEdge(Point{at[0], pole}, Point{first[0], pole})
		a.addEdge(Point{first[0], pole}, first)
	}
}

func (a *Area) addEdge(from, to Point) {
	if from != to {
		a.edges = append(a.edges, newEdge(from, to))
	}
}

func newEdge(p, q Point) edge {
	if p[1] > q[1] || p[1] == q[1] && p[0] > q[0] {
		p, q = q, p
	}
	e := edge{south: p[1], north: q[1], lonSouth: p[0], lonNorth: q[0]}
	if q[1] > p[1] {
		e.run = (q[0] - p[0]) / (q[1] - p[1])
	}
	return e
}

func (a *Area) edgeBound() orb.Bound {
	if len(a.edges) == 0 {
		return nowhere()
	}
	b := orb.Bound{Min: Point{math.Inf(1), math.Inf(1)}, Max: Point{math.Inf(-1), math.Inf(-1)}}
	for _, e := range a.edges {
		b.Min[0], b.Max[0] = min(b.Min[0], e.lonSouth, e.lonNorth), max(b.Max[0], e.lonSouth, e.lonNorth)
		b.Min[1], b.Max[1] = min(b.Min[1], e.south), max(b.Max[1], e.north)
	}
	return b
}

// fillSlabs sorts the edges into slabs by counting: once to size them, once to fill.
func (a *Area) fillSlabs() {
	height := a.bound.Max[1] - a.bound.Min[1]
	if len(a.edges) == 0 || height <= 0 {
		a.starts = []int32{0, 0}
		return
	}
	a.south = a.bound.Min[1]
	for n := max(1, len(a.edges)/edgesASlab); ; n /= 2 {
		a.scale = float64(n) / height
		a.starts = make([]int32, n+1)
		total := 0
		for _, e := range a.edges {
			from, to := a.slabOf(e.south), a.slabOf(e.north)
			total += to - from + 1
			for i := from; i <= to; i++ {
				a.starts[i]++
			}
		}
		if n > 1 && total > slabCopies*len(a.edges) {
			continue
		}
		a.slabs = make([]edge, total)
		sum := int32(0)
		for i := range a.starts {
			a.starts[i], sum = sum, sum+a.starts[i]
		}
		break
	}
	next := append([]int32(nil), a.starts...)
	for _, e := range a.edges {
		for i := a.slabOf(e.south); i <= a.slabOf(e.north); i++ {
			a.slabs[next[i]] = e
			next[i]++
		}
	}
}

// slabOf is the slab of a latitude; what lies outside belongs to the first or the last.
func (a *Area) slabOf(lat float64) int {
	return max(0, min(int((lat-a.south)*a.scale), len(a.starts)-2))
}

// Contains reports whether a point lies inside. A border belongs to the area east of it, and north of it: of two
// areas that share an edge exactly one holds each point of the edge.
func (a *Area) Contains(p Point) bool {
	if !(p[1] >= a.bound.Min[1] && p[1] < a.bound.Max[1]) {
		return false
	}
	return a.holds(p[0], p[1]) || a.holds(p[0]+360, p[1]) || a.holds(p[0]-360, p[1])
}

// holds counts the edges east of a point of unwrapped longitude.
func (a *Area) holds(lon, lat float64) bool {
	if !(lon >= a.bound.Min[0] && lon <= a.bound.Max[0]) {
		return false
	}
	i := a.slabOf(lat)
	inside := false
	for _, e := range a.slabs[a.starts[i]:a.starts[i+1]] {
		if lat >= e.south && lat < e.north && lon < e.lonSouth+(lat-e.south)*e.run {
			inside = !inside
		}
	}
	return inside
}

// Bound is the smallest box round the area. That of an area over the date line runs beyond 180° on the side on which
// its first corner does not lie; an empty area's box has its corners the wrong way round.
func (a *Area) Bound() orb.Bound { return a.bound }

// DistanceOutside is the way from a point to the area's border, 0 inside; infinite for an empty area. Within 100 km
// it is good to 0.1 %, beyond it is an upper bound, for the nearest point is sought on a flat map.
func (a *Area) DistanceOutside(p Point) Metres {
	if a.Contains(p) {
		return 0
	}
	return a.DistanceToBorder(p)
}

// DistanceToBorder is the way to the nearest edge from inside or outside, with the error of DistanceOutside.
func (a *Area) DistanceToBorder(p Point) Metres {
	best := Metres(math.Inf(1))
	middle := (a.bound.Min[0] + a.bound.Max[0]) / 2
	p[0] = middle + wrapDegrees(p[0]-middle)
	start := a.slabOf(p[1])
	// From the point's own slab outwards, both ways, until a slab is farther off than the best edge.
	for i := start; i < len(a.starts)-1 && a.slabGap(i, p[1]) < best; i++ {
		best = min(best, a.slabDistance(i, p))
	}
	for i := start - 1; i >= 0 && a.slabGap(i, p[1]) < best; i-- {
		best = min(best, a.slabDistance(i, p))
	}
	return best
}

// slabGap is the way north or south from a latitude to a slab.
func (a *Area) slabGap(i int, lat float64) Metres {
	low := a.south + float64(i)/a.scale
	high := a.south + float64(i+1)/a.scale
	return Metres(max(low-lat, lat-high, 0)*radian) * MeanRadius
}

func (a *Area) slabDistance(i int, p Point) Metres {
	best := Metres(math.Inf(1))
	scale := math.Cos(p[1] * radian)
	for _, e := range a.slabs[a.starts[i]:a.starts[i+1]] {
		q := nearestOnEdge(p, Point{e.lonSouth, e.south}, Point{e.lonNorth, e.north}, scale)
		best = min(best, DistanceExact(p, q))
	}
	return best
}
