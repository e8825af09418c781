package geo

import (
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
)

// Sea knows land from water, and the shortest way over water. It holds two coastlines: the Gulf and the Gulf of
// Oman (46–62° E, 21–32° N) at 1:10 million, good to about 500 m and without islands under some 3 km, and the rest
// of the world at 1:50 million, good to about 2 km and without islands under some 10 km.
//
// A Sea may be used by several goroutines. The graph of the whole world, about 60 MB, is built when a way first leads
// outside the Gulf's box.
type Sea struct {
	gulf, world *mask
	fairways    []fairway
	channelled  []bool // the squares of a degree that a fairway's box touches
	local       *graph
	oceans      struct {
		once  sync.Once
		graph *graph
	}
	known struct { // what was searched for already
		sync.Mutex
		reaches map[Point]*Reach
		ways    map[[2]Point][]Point // nil where there is none
	}
}

// gulfBox is where the fine coastline and the fine graph hold.
func gulfBox() orb.Bound { return orb.Bound{Min: Point{46, 21}, Max: Point{62, 32}} }

// nowhere is a box without a point.
func nowhere() orb.Bound { return orb.Bound{Min: Point{1, 1}, Max: Point{-1, -1}} }

const (
	gulfCell  = 0.05 // degrees: 5.5 km, a sixth of the Strait of Hormuz at its narrowest
	worldCell = 0.25 // degrees: 28 km
	// gulfRim is how far the fine coastline goes on outside its box.
	gulfRim = 0.5
	// sightStep is the longest piece of a great circle that is taken as straight on the map: at 30° of latitude the two
	// part by 250 m in 150 km, less than the coastline's own error.
	sightStep = 150 * Kilometre
	// channelWidth is how far from a canal's or river's line a ship may be: 2 km by which the line may be wrong, and
	// as much for her own position.
	channelWidth = 4 * Kilometre
	// snapReach is how far a point on land may lie from the water that it is taken to belong to.
	snapReach = 30 * Kilometre
)

// builtIn is the sea of the embedded coastline, built once a process: it never changes.
var builtIn = sync.OnceValues(buildSea)

// DefaultSea returns the sea of the embedded coastline, which all callers share. The first waits a tenth of a second for it.
func DefaultSea() (*Sea, error) { return builtIn() }

func buildSea() (*Sea, error) {
	gulf, world, err := readCoast(coastFile)
	if err != nil {
		return nil, err
	}
	s := &Sea{
		gulf:  newMask(gulf, gulfBox().Pad(gulfRim), gulfCell, nowhere()),
		world: newMask(world, orb.Bound{Min: Point{-180, -90}, Max: Point{180, 90}}, worldCell, gulfBox()),
	}
	s.known.reaches, s.known.ways = map[Point]*Reach{}, map[[2]Point][]Point{}
	s.fairways = fairways()
	s.channelled = channelled(s.fairways)
	s.local = newGraph(s, false)
	return s, nil
}

// maskAt is the better coastline at a point.
func (s *Sea) maskAt(p Point) *mask {
	if gulfBox().Contains(p) {
		return s.gulf
	}
	return s.world
}

// OnLand reports whether a point lies on land and at least inland metres from the coast. The coastline is coarse: ask
// with an inland of 3 km or more in the Gulf and 5 km elsewhere when it is to count against a report, for berths, quays
// and small harbours lie on its wrong side. A ship within 4 km of the line of a canal or river that the coastline lacks
// (Suez, Panama, Shatt al Arab, Khor Abd Allah …) is not on land. Inland must not exceed 50 km.
func (s *Sea) OnLand(p Point, inland Metres) bool {
	m := s.maskAt(p)
	if !m.land(p) {
		return false
	}
	if inland > 0 {
		if _, d, ok := m.nearestShore(p, inland); ok && d < inland {
			return false
		}
	}
	return !s.inChannel(p)
}

// inChannel reports whether a point of land lies in a canal or river of channels.
func (s *Sea) inChannel(p Point) bool {
	if !s.channelled[degreeOf(p)] {
		return false
	}
	for _, l := range s.fairways {
		// A tenth of a degree is more than channelWidth wherever there are channels.
		if l.box.Contains(p) && SegmentDistance(p, l.a, l.b) <= channelWidth {
			return true
		}
	}
	return false
}

// fairway is a leg of a channel.
type fairway struct {
	a, b Point
	box  orb.Bound
}

func fairways() []fairway {
	var legs []fairway
	for _, c := range channels() {
		for i := 1; i < len(c); i++ {
			box := orb.MultiPoint{c[i-1], c[i]}.Bound().Pad(0.1)
			legs = append(legs, fairway{c[i-1], c[i], box})
		}
	}
	return legs
}

// degreeOf numbers the squares of a degree.
func degreeOf(p Point) int {
	col, row := max(0, min(int(p[0]+180), 359)), max(0, min(int(p[1]+90), 179))
	return row*360 + col
}

func channelled(legs []fairway) []bool {
	squares := make([]bool, 360*180)
	for _, l := range legs {
		for lat := math.Floor(l.box.Min[1]); lat <= l.box.Max[1]; lat++ {
			for lon := math.Floor(l.box.Min[0]); lon <= l.box.Max[0]; lon++ {
				squares[degreeOf(Point{lon, lat})] = true
			}
		}
	}
	return squares
}

// Clear reports whether the great circle from a to b touches no coast.
func (s *Sea) Clear(a, b Point) bool {
	// Within a degree and a third of longitude and latitude together no great circle is longer than a piece.
	if math.Abs(wrapDegrees(b[0]-a[0]))+math.Abs(b[1]-a[1]) < 1.33 {
		return s.clearPiece(a, b)
	}
	n := int(math.Ceil(float64(DistanceExact(a, b) / sightStep)))
	line := newArc(a, b)
	from := a
	for i := 1; i <= n; i++ {
		to := b
		if i < n {
			to = line.at(float64(i) / float64(n))
		}
		if !s.clearPiece(from, to) {
			return false
		}
		from = to
	}
	return true
}

// clearPiece is Clear for a line short enough to be straight on the map.
func (s *Sea) clearPiece(a, b Point) bool {
	b[0] = a[0] + wrapDegrees(b[0]-a[0])
	box := gulfBox()
	inA, inB := box.Contains(a), box.Contains(b)
	if inA && inB {
		return !s.gulf.crosses(a, b)
	}
	if inside, from, to := clipLine(a, b, box); inside && s.gulf.crosses(from, to) {
		return false
	}
	return !s.world.crosses(a, b)
}

// clipLine cuts a line to a box (Liang and Barsky 1984); false when no part is inside.
func clipLine(a, b Point, box orb.Bound) (inside bool, from, to Point) {
	enter, leave := 0.0, 1.0
	for axis := range 2 {
		d := b[axis] - a[axis]
		low, high := box.Min[axis]-a[axis], box.Max[axis]-a[axis]
		if d == 0 {
			if low > 0 || high < 0 {
				return false, a, b
			}
			continue
		}
		if d < 0 {
			low, high = high, low
		}
		enter, leave = max(enter, low/d), min(leave, high/d)
	}
	if enter >= leave {
		return false, a, b
	}
	at := func(f float64) Point { return Point{a[0] + (b[0]-a[0])*f, a[1] + (b[1]-a[1])*f} }
	return true, at(enter), at(leave)
}

// arc is a great circle from one point to another.
type arc struct {
	a          Point
	va, vb     vector
	angle, sin float64
}

func newArc(a, b Point) arc {
	l := arc{a: a, va: vectorOf(a), vb: vectorOf(b)}
	l.angle = float64(l.va.distance(l.vb) / MeanRadius)
	l.sin = math.Sin(l.angle)
	return l
}

// at is the point at a fraction of the arc.
func (l *arc) at(fraction float64) Point {
	if l.sin == 0 {
		return l.a
	}
	fa, fb := math.Sin((1-fraction)*l.angle)/l.sin, math.Sin(fraction*l.angle)/l.sin
	v := vector{fa*l.va[0] + fb*l.vb[0], fa*l.va[1] + fb*l.vb[1], fa*l.va[2] + fb*l.vb[2]}
	return Point{math.Atan2(v[1], v[0]) / radian, math.Atan2(v[2], math.Hypot(v[0], v[1])) / radian}
}

// Distance is the length of the shortest way over water, or through the canals of Suez and Panama; false when none is known:
// a point more than 30 km inside land, or in a water of its own. A point on land is joined to the nearest water. The
// way is never shorter than the great circle, and the same in both directions.
//
// Errors: where the coast does not come between, none. Round a cape or through a strait the way found is the shortest on
// the coastline held to within 1 % and one cell (6 km in the Gulf, 25 km elsewhere). It knows of no shoals, traffic lanes
// or ice, so that a ship's real way is longer: as a bound on what a ship can have done it errs to the safe side.
//
// A way out of sight of its end costs some 10 ms in the Gulf and 50 to 700 ms across the world. The last few thousand are
// remembered.
func (s *Sea) Distance(a, b Point) (Metres, bool) {
	d, _, ok := s.way(a, b)
	return d, ok
}

// Way is the way whose length Distance gives: its corners with both ends.
func (s *Sea) Way(a, b Point) ([]Point, bool) {
	_, way, ok := s.way(a, b)
	return way, ok
}

func (s *Sea) way(a, b Point) (Metres, []Point, bool) {
	if !onEarth(a) || !onEarth(b) {
		return 0, nil, false
	}
	direct := DistanceExact(a, b)
	wetA, wetB := !s.maskAt(a).land(a), !s.maskAt(b).land(b)
	if a == b || wetA && wetB && s.Clear(a, b) {
		return direct, []Point{a, b}, true
	}
	// One order for both directions, so that they agree to the bit.
	swapped := a[0] > b[0] || a[0] == b[0] && a[1] > b[1]
	if swapped {
		a, b = b, a
	}
	way := s.remembered(a, b)
	if way == nil {
		return 0, nil, false
	}
	d := Metres(0)
	for i := 1; i < len(way); i++ {
		d += DistanceExact(way[i-1], way[i])
	}
	if swapped {
		slices.Reverse(way)
	}
	return max(d, direct), way, true
}

// keepWays bounds what is remembered to some 3 MB. When it is full everything is forgotten and found again.
const keepWays = 1 << 13

// remembered is a copy of the way that search finds, nil for none.
func (s *Sea) remembered(a, b Point) []Point {
	k := [2]Point{a, b}
	s.known.Lock()
	way, ok := s.known.ways[k]
	s.known.Unlock()
	if !ok {
		way, _ = s.search(a, b)
		s.known.Lock()
		if len(s.known.ways) >= keepWays {
			clear(s.known.ways)
		}
		s.known.ways[k] = way
		s.known.Unlock()
	}
	return slices.Clone(way)
}

// onEarth is written so that what is not a number is not on it.
func onEarth(p Point) bool { return math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90 }

// graphFor is the Gulf's graph when both ends lie in its box: no way between them leads out of it.
func (s *Sea) graphFor(a, b Point) *graph {
	if box := gulfBox(); box.Contains(a) && box.Contains(b) {
		return s.local
	}
	s.oceans.once.Do(func() { s.oceans.graph = newGraph(s, true) })
	return s.oceans.graph
}
