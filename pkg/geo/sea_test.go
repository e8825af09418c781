package geo

import (
	"math"
	"sync"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
)

func defaultSea(t testing.TB) *Sea {
	t.Helper()
	s, err := DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	tJetty   = Point{50.342, 29.232}
	fujairah = Point{56.515, 25.22}
)

func TestOnLand(t *testing.T) {
	s := defaultSea(t)
	tests := []struct {
		name   string
		p      Point
		inland Metres
		want   bool
	}{
		{"one point where many ships were reported, 31 km inland", Point{55.690, 25.213}, 2 * Kilometre, true},
		{"the same, nearer than asked", Point{55.690, 25.213}, 30 * Kilometre, true},
		{"the same, farther than asked", Point{55.690, 25.213}, 40 * Kilometre, false},
		{"Kharg T-jetty", tJetty, 2 * Kilometre, false},
		{"Kharg Island, too small to be inland", Point{50.32, 29.25}, 2 * Kilometre, false},
		{"Fujairah anchorage", fujairah, 0, false},
		{"middle of the Gulf", Point{51.5, 27.5}, 0, false},
		{"Tehran", Point{51.4, 35.7}, 50 * Kilometre, true},
		{"Riyadh, in the fine box", Point{46.7, 24.7}, 50 * Kilometre, true},
		{"just outside the fine box", Point{45.99, 25}, 50 * Kilometre, true},
		{"just inside the fine box", Point{46.01, 25}, 50 * Kilometre, true},
		{"Chukotka, west of the date line", Point{179.5, 67.5}, 20 * Kilometre, true},
		{"Chukotka, east of the date line", Point{-179.5, 67}, 20 * Kilometre, true},
		{"Pacific on the date line", Point{180, 0}, 0, false},
		{"Pacific on its other name", Point{-180, 0}, 0, false},
		{"South Pole", Point{0, -90}, 20 * Kilometre, true},
		{"Antarctica", Point{90, -80}, 20 * Kilometre, true},
		{"North Pole", Point{0, 90}, 0, false},
		{"Caspian Sea", Point{51, 40}, 0, false},
		{"Gotland, in the Baltic", Point{18.5, 57.5}, 2 * Kilometre, true},
		{"Baltic beside it", Point{19.5, 57.0}, 0, false},
		{"Suez Canal at Ismailia", Point{32.30, 30.55}, 2 * Kilometre, false},
		{"desert beside the canal", Point{32.60, 30.55}, 2 * Kilometre, true},
		{"Shatt al Arab at Abadan", Point{48.283, 30.333}, 2 * Kilometre, false},
		{"not a number", Point{math.NaN(), math.NaN()}, 0, false},
		{"no place on Earth", Point{500, 100}, 0, false},
	}
	for _, tt := range tests {
		if got := s.OnLand(tt.p, tt.inland); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestMaskAgainstPolygons(t *testing.T) {
	s := defaultSea(t)
	r := rng(21)
	for range 20000 {
		p := anywhere(r)
		if got, want := s.world.land(p), s.world.area.Contains(p); got != want {
			t.Fatalf("%v: got land %v, want %v", p, got, want)
		}
		p = Point{46 + 16*r.Float64(), 21 + 11*r.Float64()}
		if got, want := s.gulf.land(p), s.gulf.area.Contains(p); got != want {
			t.Fatalf("%v: got land %v, want %v", p, got, want)
		}
	}
}

func TestNearestShoreAgainstAll(t *testing.T) {
	s := defaultSea(t)
	r := rng(22)
	for range 200 {
		p := Point{46 + 16*r.Float64(), 21 + 11*r.Float64()}
		want := Metres(math.Inf(1))
		for _, shore := range s.gulf.touching {
			want = min(want, Distance(p, nearestOnEdge(p, shore.a, shore.b, math.Cos(p[1]*radian))))
		}
		if _, got, ok := s.gulf.nearestShore(p, 40*Kilometre); ok != (want < 40*Kilometre) || ok && got != want {
			t.Fatalf("%v: got %v %v, want %v", p, got, ok, want)
		}
	}
}

// Ways drawn by hand on the map, every leg in clear water: the shortest is no longer, and should not be much shorter.
// TestCrossesAgainstEveryCell holds crosses, which passes over open water, against asking every cell of a line's rows.
func TestCrossesAgainstEveryCell(t *testing.T) {
	s := defaultSea(t)
	slow := func(m *mask, a, b Point) bool {
		for row := range m.rows {
			for col := m.columnOf(min(a[0], b[0])) - 1; col <= m.columnOf(max(a[0], b[0]))+1; col++ {
				cell, turn, ok := m.cellAt(row, col)
				if !ok || m.except.Contains(m.centre(row, col-int(turn/m.cell))) {
					continue
				}
				for _, x := range m.touching[m.starts[cell]:m.starts[cell+1]] {
					x.a[0], x.b[0] = x.a[0]+turn, x.b[0]+turn
					if meet(a, b, x.a, x.b) {
						return true
					}
				}
			}
		}
		return false
	}
	r := rng(11)
	for name, m := range map[string]*mask{"gulf": s.gulf, "world": s.world} {
		crossed := 0
		const lines = 1000
		for range lines {
			a := Point{m.bound.Min[0] + r.Float64()*(m.bound.Max[0]-m.bound.Min[0]), m.bound.Min[1] + r.Float64()*(m.bound.Max[1]-m.bound.Min[1])}
			b := Point{a[0] + (r.Float64()-0.5)*3, a[1] + (r.Float64()-0.5)*3}
			if r.IntN(5) == 0 {
				b[1] = a[1]
			}
			want := slow(m, a, b)
			if got := m.crosses(a, b); got != want {
				t.Fatalf("%s: %v to %v: got %v, want %v", name, a, b, got, want)
			}
			if want {
				crossed++
			}
		}
		if crossed < lines/20 || crossed > lines*19/20 {
			t.Errorf("%s: %d of %d lines cross a coast: the test says little", name, crossed, lines)
		}
	}
}

func TestSeaDistanceAgainstWaysByHand(t *testing.T) {
	s := defaultSea(t)
	tests := []struct {
		name string
		hand []Point
	}{
		{"Kharg to Fujairah", []Point{tJetty, {51.3, 27.85}, {53.75, 26.69}, {54.03, 26.6}, {55.2, 26.4}, {56.48, 26.42}, {56.56, 26.3}, fujairah}},
		{"Hormuz to Malacca", []Point{{57, 25.5}, {60.1, 22.5}, {77.2, 7.7}, {80.5, 5.7}, {95.2, 6.2}, {97.6, 5.5}, {100.65, 2.9}}},
		{"Malacca to Huizhou", []Point{{100.65, 2.9}, {101.4, 2.4}, {103.3, 1.2}, {103.75, 1.15}, {104.2, 1.3}, {104.7, 1.6}, {110.0, 13.0}, {114.65, 22.2}, {114.65, 22.65}}},
		{"Hormuz to Bab el Mandeb", []Point{{57, 25.5}, {60, 22.5}, {59.2, 20.9}, {58.0, 18.8}, {54.9, 16.8}, {52.4, 15.5}, {48.7, 13.95}, {45, 12.4}, {43.4, 12.5}}},
	}
	for _, tt := range tests {
		want := Metres(0)
		for i := 1; i < len(tt.hand); i++ {
			want += DistanceExact(tt.hand[i-1], tt.hand[i])
			if !s.Clear(tt.hand[i-1], tt.hand[i]) {
				t.Errorf("%s: got land between %v and %v", tt.name, tt.hand[i-1], tt.hand[i])
			}
		}
		got, ok := s.Distance(tt.hand[0], tt.hand[len(tt.hand)-1])
		if !ok || got > want || got < want*0.98 {
			t.Errorf("%s: got %.1f nm, want up to 2%% less than %.1f", tt.name, got.NauticalMiles(), want.NauticalMiles())
		}
	}
}

// Bounds are wide: they tell one way round from another, and a shut strait from an open one.
func TestSeaDistance(t *testing.T) {
	s := defaultSea(t)
	exit, fathom := Point{57, 25.5}, Point{100.65, 2.9}
	tests := []struct {
		name      string
		a, b      Point
		low, high float64 // nautical miles
	}{
		{"in sight of each other", tJetty, Point{50.385, 29.215}, 2.4, 2.6},
		{"Kharg to the Strait of Hormuz", tJetty, Point{56.45, 26.55}, 380, 400},
		{"Kharg to Fujairah, round Musandam", tJetty, fujairah, 455, 480},
		{"Fujairah to Ras al Khaimah, 70 nm by land's end", fujairah, Point{55.9, 25.9}, 105, 135},
		{"Hormuz to Malacca, round Ceylon", exit, fathom, 3010, 3110},
		{"Malacca to Huizhou, through Singapore", fathom, Point{114.65, 22.65}, 1620, 1710},
		{"Hormuz to Bab el Mandeb", exit, Point{43.3, 12.6}, 1400, 1460},
		{"Hormuz to Rotterdam, through Suez", exit, Point{3.9, 52.0}, 5850, 6150},
		{"Hormuz to Baniyas, through Suez", exit, Point{35.9, 35.188}, 2950, 3060},
		{"Rotterdam to Gdansk, round the Skaw", Point{3.9, 52.0}, Point{19, 54.6}, 780, 860},
		{"Constanta to Piraeus, through the Bosphorus", Point{28.8, 44.1}, Point{23.5, 37.8}, 520, 560},
		{"New York to Los Angeles, through Panama", Point{-73.8, 40.3}, Point{-118.4, 33.6}, 4690, 5030},
		{"Yokohama to San Francisco, over the date line", Point{139.8, 35.0}, Point{-122.8, 37.7}, 4320, 4630},
		{"Yokohama to Rotterdam, not by the Arctic", Point{139.8, 35.0}, Point{3.9, 52.0}, 10650, 11400},
		{"Sea of Azov to the Black Sea", Point{37, 46.2}, Point{37, 44.0}, 130, 190},
		{"up the Shatt al Arab", Point{48.283, 30.333}, tJetty, 115, 145},
		{"through the Suez Canal", Point{32.3, 30.57}, Point{32.5, 29.5}, 62, 75},
		{"along the Strait of Singapore", Point{103.4, 1.15}, Point{104.6, 1.35}, 72, 80},
	}
	for _, tt := range tests {
		d, ok := s.Distance(tt.a, tt.b)
		if got := d.NauticalMiles(); !ok || got < tt.low || got > tt.high {
			t.Errorf("%s: got %.1f nm %v, want %v to %v", tt.name, got, ok, tt.low, tt.high)
		}
		back, ok := s.Distance(tt.b, tt.a)
		if !ok || back != d {
			t.Errorf("%s: got %v there and %v back", tt.name, d, back)
		}
		way, ok := s.Way(tt.a, tt.b)
		if !ok || way[0] != tt.a || way[len(way)-1] != tt.b {
			t.Errorf("%s: got way %v, want one from end to end", tt.name, way)
		}
	}
}

func TestNoWay(t *testing.T) {
	s := defaultSea(t)
	for _, tt := range []struct {
		name string
		b    Point
	}{
		{"the Caspian has no mouth", Point{51, 40}},
		{"Tehran has no sea", Point{51.4, 35.7}},
		{"no place on Earth", Point{math.NaN(), 0}},
	} {
		if d, ok := s.Distance(fujairah, tt.b); ok {
			t.Errorf("%s: got %v, want no way", tt.name, d)
		}
	}
}

func TestSeaDistanceProperties(t *testing.T) {
	s := defaultSea(t)
	r := rng(23)
	wet := func() Point {
		for {
			if p := (Point{47.5 + 14*r.Float64(), 22 + 8.5*r.Float64()}); !s.OnLand(p, 0) {
				return p
			}
		}
	}
	lost := 0
	for range racing.Fewer(400, 40) {
		a, b, c := wet(), wet(), wet()
		ab, ok := s.Distance(a, b)
		ac, okC := s.Distance(a, c)
		cb, okD := s.Distance(c, b)
		if !ok || !okC || !okD {
			lost++
			continue
		}
		if ab < DistanceExact(a, b) {
			t.Fatalf("%v to %v: got %v, want no less than the great circle %v", a, b, ab, DistanceExact(a, b))
		}
		if s.Clear(a, b) && ab != DistanceExact(a, b) {
			t.Fatalf("%v to %v: got %v, want the great circle: the way is clear", a, b, ab)
		}
		// The triangle must hold but for the error that Distance states: a cell and a hundredth.
		if ab > (ac+cb)*1.01+6*Kilometre {
			t.Fatalf("%v to %v: got %v, over %v %v", a, b, ab, c, ac+cb)
		}
	}
	if lost > 4 {
		t.Errorf("got no way between %d pairs of places at sea, want 4 of 400 at most", lost)
	}
}

func TestWayKeepsToWater(t *testing.T) {
	s := defaultSea(t)
	for _, tt := range []struct{ a, b Point }{
		{tJetty, fujairah}, {fujairah, Point{100.65, 2.9}}, {Point{114.65, 22.65}, Point{100.65, 2.9}}, {Point{57, 25.5}, Point{43.3, 12.6}},
	} {
		way, ok := s.Way(tt.a, tt.b)
		if !ok {
			t.Fatalf("%v to %v: got no way", tt.a, tt.b)
		}
		for i := 1; i < len(way); i++ {
			line := newArc(way[i-1], way[i])
			for f := 0.05; f < 1; f += 0.05 {
				if p := line.at(f); s.OnLand(p, 2*Kilometre) {
					t.Errorf("%v to %v: got %v on land", tt.a, tt.b, p)
				}
			}
		}
	}
}

// Every channel lies in one water with the Atlantic, from end to end.
func TestChannelsAreOpen(t *testing.T) {
	g := defaultSea(t).graphFor(Point{-30, 40}, Point{-30, 40})
	water := []int32{g.nearest(Point{-30, 40}, snapReach)}
	seen := map[int32]bool{water[0]: true}
	for i := 0; i < len(water); i++ {
		g.neighbours(water[i], func(n int32) {
			if !seen[n] {
				seen[n] = true
				water = append(water, n)
			}
		})
	}
	for n, c := range g.cells {
		if c.kind == channel && (!seen[int32(n)] || g.dead[n]) {
			t.Errorf("channel at %v: got no way from the Atlantic", g.points[n])
		}
	}
}

func TestSeaIsSafeForManyReaders(t *testing.T) {
	s := defaultSea(t)
	want, _ := s.Distance(tJetty, fujairah)
	far := Point{60, 15}
	var wg sync.WaitGroup
	answers := make([]Metres, 8)
	for i := range answers {
		wg.Go(func() {
			answers[i], _ = s.Distance(tJetty, fujairah)
			s.Distance(fujairah, far)
		})
	}
	wg.Wait()
	for _, got := range answers {
		if got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestReadCoastRefusesNonsense(t *testing.T) {
	for _, tt := range []struct {
		name string
		file []byte
	}{
		{"empty", nil},
		{"not compressed", []byte("DWCOAST1")},
		{"cut", coastFile[:len(coastFile)/2]},
	} {
		if _, _, err := readCoast(tt.file); err == nil {
			t.Errorf("%s: got a coastline, want an error", tt.name)
		}
	}
}

func FuzzCoastReader(f *testing.F) {
	f.Add([]byte{1, 1, 3, 2, 2, 4, 4, 6, 6})
	f.Add([]byte{255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := coastReader{data: data}
		m := r.polygons()
		if !r.broken {
			Prepare(m)
		}
	})
}

func BenchmarkOnLand(b *testing.B) {
	s := defaultSea(b)
	for _, bench := range []struct {
		name string
		p    Point
		want bool
	}{
		{"open sea", Point{51.5, 27.5}, false},
		{"at Fujairah", Point{56.42, 25.2}, false},
		{"on the jetty", tJetty, false},
		{"inland", Point{55.69, 25.213}, true},
		{"Strait of Singapore", Point{103.8, 1.2}, false},
	} {
		b.Run(bench.name, func(b *testing.B) {
			got := false
			for b.Loop() {
				got = s.OnLand(bench.p, 2*Kilometre)
			}
			if got != bench.want {
				b.Fatalf("got %v, want %v", got, bench.want)
			}
		})
	}
}

func BenchmarkSeaDistance(b *testing.B) {
	s := defaultSea(b)
	for _, bench := range []struct {
		name string
		a, b Point
		want float64
	}{
		{"in sight", tJetty, Point{50.5, 28.5}, 45},
		{"Kharg to Fujairah", tJetty, fujairah, 464},
		{"Hormuz to Malacca", Point{57, 25.5}, Point{100.65, 2.9}, 3058},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s.Distance(bench.a, bench.b)
			var d Metres
			for b.Loop() {
				clear(s.known.ways) // else it is remembered
				d, _ = s.Distance(bench.a, bench.b)
			}
			if got := d.NauticalMiles(); math.Abs(got-bench.want) > bench.want/20 {
				b.Fatalf("got %v nm, want about %v", got, bench.want)
			}
		})
	}
}

func BenchmarkDefaultSea(b *testing.B) {
	for b.Loop() {
		if _, err := buildSea(); err != nil {
			b.Fatal(err)
		}
	}
}
