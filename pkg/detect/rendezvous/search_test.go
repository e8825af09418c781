package rendezvous

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// crowd is n moving ships over a box of width × height degrees, one in a hundred of them beside another.
func crowd(n int, width, height float64) []*track.Sample {
	random := rand.New(rand.NewPCG(11, 12))
	out := make([]*track.Sample, n)
	for i := range out {
		p := geo.PointFromDegrees(50+random.Float64()*width, 10+random.Float64()*height)
		sog, cog := geo.Knots(random.Float64()*10), geo.Degrees(random.Float64()*360)
		if i%100 == 1 {
			p = geo.Destination(out[i-1].Position, 45, geo.Metres(random.Float64()*1500))
			sog, cog = out[i-1].SOG, out[i-1].COG
		}
		before := &track.Fix{Time: day0.Add(-time.Minute), Position: p}
		after := &track.Fix{Time: day0.Add(time.Minute), Position: p}
		out[i] = &track.Sample{Header: track.Header{MMSI: vessel.MMSI(200_000_000 + i)}, Bin: day0, Position: p,
			Has: ais.HasSOG | ais.HasCOG, SOG: sog, COG: cog, Before: before, After: after}
	}
	return out
}

// brute is the search's twin: every pair is measured.
func brute(o Options, list []*track.Sample) int {
	n := 0
	for i, a := range list {
		for _, b := range list[i+1:] {
			if geo.Distance(a.Position, b.Position) <= o.Antennas+2*halfLength && o.together(motionOf(a), motionOf(b)) {
				n++
			}
		}
	}
	return n
}

func TestSearchAgreesWithBruteForce(t *testing.T) {
	o, s := Defaults(), newSearch()
	for _, n := range []int{0, 1, 2, 300, 2000, 500} { // shrinking: the grid forgets who left
		list := o.usable(crowd(n, 2, 2))
		got := 0
		s.pairs(o, list, func(a, b *track.Sample) {
			got++
			if a.MMSI >= b.MMSI {
				t.Fatalf("pair %s, %s: want the lower first", a.MMSI, b.MMSI)
			}
		})
		if want := brute(o, list); got != want {
			t.Errorf("%d ships: got %d pairs, want %d", n, got, want)
		}
	}
}

func TestUsable(t *testing.T) {
	good := crowd(1, 1, 1)[0]
	change := func(f func(*track.Sample)) *track.Sample {
		c := *good
		before, after := *good.Before, *good.After
		c.Before, c.After = &before, &after
		f(&c)
		return &c
	}
	for _, tc := range []struct {
		name string
		list []*track.Sample
		want int
	}{
		{"a ship", []*track.Sample{good}, 1},
		{"restated", []*track.Sample{good, change(func(*track.Sample) {})}, 1},
		{"a coast station", []*track.Sample{change(func(s *track.Sample) { s.MMSI = 2_320_001 })}, 0},
		{"on land", []*track.Sample{change(func(s *track.Sample) { s.OnLand = true })}, 0},
		{"next fix on land", []*track.Sample{change(func(s *track.Sample) { s.After.OnLand = true })}, 0},
		{"coarse", []*track.Sample{change(func(s *track.Sample) { s.Before.Coarse = true })}, 0},
		{"bracket of 40 min", []*track.Sample{change(func(s *track.Sample) { s.After.Time = day0.Add(39 * time.Minute) })}, 1},
		{"bracket of 70 min", []*track.Sample{change(func(s *track.Sample) { s.After.Time = day0.Add(69 * time.Minute) })}, 0},
		{"14 kn", []*track.Sample{change(func(s *track.Sample) { s.SOG = 14 })}, 0},
		{"no fix after", []*track.Sample{change(func(s *track.Sample) { s.After = nil })}, 0},
	} {
		if got := len(Defaults().usable(tc.list)); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

// BenchmarkSearch looks through 100,000 ships in seas of 40° × 30°, all slow enough to take part, tick by tick: in
// each tick every ship has moved by up to 1.5 km.
func BenchmarkSearch(b *testing.B) {
	o, s := Defaults(), newSearch()
	here := crowd(100_000, 40, 30)
	there := crowd(100_000, 40, 30)
	for _, x := range there {
		x.Position = geo.Destination(x.Position, x.COG, geo.Metres(float64(x.SOG)/12)*geo.NauticalMile)
	}
	list := make([]*track.Sample, len(here))
	tick := func(from []*track.Sample) int {
		n := 0
		copy(list, from)
		s.pairs(o, o.usable(list), func(_, _ *track.Sample) { n++ })
		return n
	}
	want := [2]int{tick(here), tick(there)}
	var got [2]int
	i := 0
	for b.Loop() {
		got[i%2] = tick([2][]*track.Sample{here, there}[i%2])
		i++
	}
	if i > 1 && got != want || want[0] < 600 {
		b.Fatalf("got %d pairs, want %d and at least 600", got, want)
	}
}
