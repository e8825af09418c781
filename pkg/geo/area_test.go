package geo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

type orbPolygon = orb.Polygon

func box(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

// star is a random polygon of n corners that does not cross itself.
func star(r *rand.Rand, centre Point, radius float64, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		l := radius * (0.3 + 0.7*r.Float64())
		ring = append(ring, Point{centre[0] + l*c, centre[1] + l*s})
	}
	return append(ring, ring[0])
}

// coastal is a ring as rough as a coast: its radius wanders by steps that shrink with their number, so that a parallel
// crosses it some dozen times whatever its detail.
func coastal(r *rand.Rand, centre Point, radius float64, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	l, step := 0.0, 1/math.Sqrt(float64(n))
	for i := range n {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		l = (l + (r.Float64()-0.5)*step) * (1 - 1/float64(n))
		ring = append(ring, Point{centre[0] + radius*(0.7+0.3*l)*c, centre[1] + radius*(0.7+0.3*l)*s})
	}
	return append(ring, ring[0])
}

func TestAreaContains(t *testing.T) {
	tests := []struct {
		name string
		area orb.MultiPolygon
		p    Point
		want bool
	}{
		{"inside", orb.MultiPolygon{{box(0, 0, 2, 2)}}, Point{1, 1}, true},
		{"outside", orb.MultiPolygon{{box(0, 0, 2, 2)}}, Point{3, 1}, false},
		{"in the hole", orb.MultiPolygon{{box(0, 0, 9, 9), box(3, 3, 6, 6)}}, Point{4, 4}, false},
		{"island in the hole", orb.MultiPolygon{{box(0, 0, 9, 9), box(3, 3, 6, 6)}, {box(4, 4, 5, 5)}}, Point{4.5, 4.5}, true},
		{"second polygon", orb.MultiPolygon{{box(0, 0, 1, 1)}, {box(5, 5, 6, 6)}}, Point{5.5, 5.5}, true},
		{"between the polygons", orb.MultiPolygon{{box(0, 0, 1, 1)}, {box(5, 5, 6, 6)}}, Point{3, 3}, false},
		{"ring left open", orb.MultiPolygon{{box(0, 0, 2, 2)[:4]}}, Point{1, 1}, true},
		{"clockwise", orb.MultiPolygon{{orb.Ring{{0, 0}, {0, 2}, {2, 2}, {2, 0}, {0, 0}}}}, Point{1, 1}, true},
		{"on the date line", orb.MultiPolygon{{box(179, -1, -179, 1)}}, Point{180, 0}, true},
		{"on its other name", orb.MultiPolygon{{box(179, -1, -179, 1)}}, Point{-180, 0}, true},
		{"east of the date line", orb.MultiPolygon{{box(179, -1, -179, 1)}}, Point{-179.5, 0}, true},
		{"west of the date line", orb.MultiPolygon{{box(179, -1, -179, 1)}}, Point{179.5, 0}, true},
		{"the long way round is outside", orb.MultiPolygon{{box(179, -1, -179, 1)}}, Point{0, 0}, false},
		{"hole on the far side of the date line", orb.MultiPolygon{{box(170, -9, -170, 9), box(-178, -1, -176, 1)}}, Point{-177, 0}, false},
		{"beside that hole", orb.MultiPolygon{{box(170, -9, -170, 9), box(-178, -1, -176, 1)}}, Point{-175, 0}, true},
		{"hole with an edge on the outer ring's meridian", orb.MultiPolygon{{box(-180, -9, -100, 9), box(-180, -1, -176, 1)}}, Point{-150, 0}, true},
		{"beyond 180 as written", orb.MultiPolygon{{box(179, -1, 181, 1)}}, Point{-179.5, 0}, true},
		{"round the south pole", orb.MultiPolygon{{{{-180, -70}, {-60, -75}, {60, -70}, {180, -70}}}}, Point{10, -89}, true},
		{"north of a polar ring", orb.MultiPolygon{{{{-180, -70}, {-60, -75}, {60, -70}, {180, -70}}}}, Point{10, -60}, false},
		{"Antarctica cut at the date line", orb.MultiPolygon{{{{-180, -70}, {0, -75}, {180, -70}, {180, -90}, {-180, -90}, {-180, -70}}}}, Point{100, -85}, true},
		{"nothing", nil, Point{0, 0}, false},
		{"a line is no area", orb.MultiPolygon{{{{0, 0}, {2, 2}, {0, 0}}}}, Point{1, 1}, false},
		{"not a number", orb.MultiPolygon{{box(0, 0, 2, 2)}}, Point{math.NaN(), math.NaN()}, false},
	}
	for _, tt := range tests {
		if got := Prepare(tt.area).Contains(tt.p); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAreaSharedBorderBelongsToOne(t *testing.T) {
	r := rng(6)
	west := Prepare(orb.MultiPolygon{{orb.Ring{{0, 0}, {5, 1}, {6, 9}, {0, 9}, {0, 0}}}})
	east := Prepare(orb.MultiPolygon{{orb.Ring{{5, 1}, {9, 0}, {9, 9}, {6, 9}, {5, 1}}}})
	for range 10000 {
		f := r.Float64()
		p := Point{5 + f, 1 + 8*f}
		if a, b := west.Contains(p), east.Contains(p); a == b {
			t.Fatalf("%v: got %v and %v, want one of the two", p, a, b)
		}
	}
}

func TestAreaAgainstOrb(t *testing.T) {
	for _, n := range []int{3, 4, 10, 100, 1000, 5000} {
		r := rng(uint64(n))
		m := orb.MultiPolygon{
			{star(r, Point{50, 25}, 4, n), star(r, Point{50, 25}, 1, max(3, n/3))},
			{star(r, Point{60, 24}, 4, max(3, n/2))},
		}
		// The hole stays inside: 0.3 of the outer radius is more than the whole of the inner one.
		a := Prepare(m)
		for range racing.Fewer(20000, 1000) {
			p := Point{45 + r.Float64()*20, 20 + r.Float64()*10}
			if got, want := a.Contains(p), planar.MultiPolygonContains(m, p); got != want {
				t.Fatalf("%d corners, %v: got %v, want %v", n, p, got, want)
			}
		}
	}
}

func TestAreaDistance(t *testing.T) {
	r := rng(8)
	m := orb.MultiPolygon{{star(r, Point{50, 25}, 2, 400), star(r, Point{50, 25}, 0.5, 30)}}
	a := Prepare(m)
	for range 50 {
		p := Point{47 + r.Float64()*6, 22 + r.Float64()*6}
		want := Metres(math.Inf(1))
		for _, ring := range m[0] {
			for i := 1; i < len(ring); i++ {
				for f := 0.0; f <= 1; f += 1. / 256 {
					want = min(want, DistanceExact(p, Interpolate(ring[i-1], ring[i], f)))
				}
			}
		}
		got := a.DistanceToBorder(p)
		if got > want*1.001 || got < want-400 {
			t.Fatalf("%v: got %v, want %v", p, got, want)
		}
		if d := a.DistanceOutside(p); a.Contains(p) != (d == 0) {
			t.Fatalf("%v: got inside %v and distance %v", p, a.Contains(p), d)
		}
	}
	line := Prepare(orb.MultiPolygon{{box(179, -1, -179, 1)}})
	if got, want := line.DistanceOutside(Point{-178, 0}), Metres(111195.1); math.Abs(float64(got-want)) > 1 {
		t.Errorf("east of a box over the date line: got %v, want %v", got, want)
	}
	if got := Prepare(nil).DistanceOutside(Point{0, 0}); !math.IsInf(float64(got), 1) {
		t.Errorf("empty area: got %v, want infinity", got)
	}
}

// BenchmarkAreaContains asks about points in and round a coast of so many corners.
func BenchmarkAreaContains(b *testing.B) {
	for _, bench := range []struct {
		name string
		n    int
	}{{"10", 10}, {"100", 100}, {"1000", 1000}, {"10000", 10000}, {"100000", 100_000}} {
		b.Run(bench.name, func(b *testing.B) {
			r := rng(9)
			m := orb.MultiPolygon{{coastal(r, Point{50, 25}, 4, bench.n)}}
			a := Prepare(m)
			points := make([]Point, 4096)
			want := 0
			for i := range points {
				points[i] = Point{46 + r.Float64()*8, 21 + r.Float64()*8}
				if planar.MultiPolygonContains(m, points[i]) {
					want++
				}
			}
			inside, i := 0, 0
			for b.Loop() {
				if a.Contains(points[i&4095]) {
					inside++
				}
				i++
			}
			got := 0
			for _, p := range points {
				if a.Contains(p) {
					got++
				}
			}
			if got != want {
				b.Fatalf("got %d of 4096 inside, want %d", got, want)
			}
		})
	}
}
