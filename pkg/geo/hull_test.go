package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Antennas stand aft on tankers: 28 m before the stern of the VLCC, 32 m before that of the Suezmax.
var (
	vlcc    = Hull{Bow: 305, Stern: 28, Port: 30, Starboard: 30}
	suezmax = Hull{Bow: 242, Stern: 32, Port: 24, Starboard: 24}
)

// beside puts a ship so that her midships lie a number of metres east and north of another's.
func beside(a Placed, hull Hull, heading Degrees, east, north Metres) Placed {
	middle := shift(a.At, a.Heading, -a.Hull.AntennaOffset())
	middle = move(middle, east, north)
	return Placed{shift(middle, heading, hull.AntennaOffset()), heading, hull}
}

func shift(p Point, heading Degrees, ahead Metres) Point {
	s, c := math.Sincos(heading.Radians())
	return move(p, ahead*Metres(s), ahead*Metres(c))
}

// move goes so far east and north that Offset gives these metres back to a millimetre.
func move(p Point, east, north Metres) Point {
	lat := p[1] + float64(north/MeanRadius)/radian
	return Point{p[0] + float64(east/MeanRadius)/radian/math.Cos((p[1]+lat)/2*radian), lat}
}

func TestHullClearance(t *testing.T) {
	a := Placed{Point{56.5, 25.3}, 0, vlcc}
	tests := []struct {
		name string
		b    Placed
		want Metres
		err  Metres
	}{
		{"side by side, touching", beside(a, suezmax, 0, 54, 0), 0, 0.1},
		{"side by side, opposite headings", beside(a, suezmax, 180, 54, 0), 0, 0.1},
		{"ten metres of water", beside(a, suezmax, 0, 64, 0), 10, 0.1},
		{"fenders pressed four metres too close", beside(a, suezmax, 0, 50, 0), -4, 0.1},
		{"ahead, bow to stern", beside(a, suezmax, 0, 0, 166.5+137+30), 30, 0.1},
		{"across the bow", beside(a, suezmax, 90, 0, 166.5+24+5), 5, 0.1},
		{"corner to corner", beside(a, suezmax, 0, 54+30, 303.5+40), 50, 0.1},
		{"anchored neighbour", beside(a, suezmax, 0, 54+250, 0), 250, 0.1},
		{"antenna on the same spot", Placed{a.At, 0, suezmax}, -54, 0.1},
		{"ship without dimensions alongside", Placed{move(a.At, 40, 0), 0, Hull{}}, 10, 0.1},
		{"ship without dimensions on deck", Placed{move(a.At, 20, 0), 123, Hull{}}, -10, 0.1},
	}
	for _, tt := range tests {
		if got := HullClearance(a, tt.b); math.Abs(float64(got-tt.want)) > float64(tt.err) {
			t.Errorf("%s: got %.2f, want %.2f", tt.name, got, tt.want)
		}
		if got, want := HullGap(a, tt.b), max(0, tt.want); math.Abs(float64(got-want)) > float64(tt.err) {
			t.Errorf("%s: got gap %.2f, want %.2f", tt.name, got, want)
		}
	}
}

// A VLCC (333 × 60 m) and a Suezmax (274 × 48 m) that touch have their antennas about 64 m apart on the same heading and
// 249 m on opposite ones; antenna distance alone tells nothing.
func TestTouchingTankersByAntennas(t *testing.T) {
	a := Placed{Point{56.5, 25.3}, 30, vlcc}
	for _, tt := range []struct {
		name    string
		heading Degrees
		want    Metres
	}{{"same heading", 30, 64}, {"opposite heading", 210, 249}} {
		s, c := math.Sincos(Degrees(30).Radians())
		b := beside(a, suezmax, tt.heading, Metres(54*c), Metres(-54*s))
		if got := Distance(a.At, b.At); math.Abs(float64(got-tt.want)) > 1.5 {
			t.Errorf("%s: got antennas %.1f m apart, want %v", tt.name, got, tt.want)
		}
		if got := HullClearance(a, b); math.Abs(float64(got)) > 0.1 {
			t.Errorf("%s: got %.2f m of water, want 0", tt.name, got)
		}
	}
}

func TestUnknownAntenna(t *testing.T) {
	// A = C = 0: only the length and the beam are known.
	h := Hull{Stern: 333, Starboard: 60, AntennaUnknown: true}
	if got, want := h.AntennaError(), Metres(333/math.Sqrt(12)); got != want {
		t.Errorf("error along the hull: got %v, want %v", got, want)
	}
	if got := h.AntennaOffset(); got != 0 {
		t.Errorf("offset: got %v, want 0", got)
	}
	a := Placed{Point{56.5, 25.3}, 0, h}
	b := Placed{move(a.At, 100, 0), 0, Hull{}}
	if got := HullClearance(a, b); math.Abs(float64(got-70)) > 0.1 {
		t.Errorf("clearance: got %v, want 70 from half the beam", got)
	}
	if got := vlcc.AntennaOffset(); got != -138.5 {
		t.Errorf("offset of an antenna aft: got %v, want -138.5", got)
	}
	if vlcc.AntennaError() != 0 {
		t.Errorf("error of a known antenna: got %v, want 0", vlcc.AntennaError())
	}
}

func randomHull(r *rand.Rand) Hull {
	if r.IntN(5) == 0 {
		return Hull{}
	}
	return Hull{Bow: Metres(r.IntN(300)), Stern: Metres(r.IntN(60)), Port: Metres(r.IntN(35)), Starboard: Metres(r.IntN(35))}
}

func TestHullProperties(t *testing.T) {
	r := rng(15)
	home := Point{56.5, 0}
	for range 20000 {
		a := Placed{home, Degrees(r.Float64() * 360), randomHull(r)}
		e, n := Metres(r.Float64()*800-400), Metres(r.Float64()*800-400)
		b := Placed{move(home, e, n), Degrees(r.Float64() * 360), randomHull(r)}
		d := HullClearance(a, b)
		if back := HullClearance(b, a); math.Abs(float64(d-back)) > 1e-6 {
			t.Fatalf("%+v, %+v: got %v and %v, want the same both ways", a, b, d, back)
		}
		// Turn both ships and the line between them.
		by := Degrees(r.Float64() * 360)
		s, c := math.Sincos(by.Radians())
		ta, tb := a, b
		ta.Heading, tb.Heading = a.Heading+by, b.Heading+by
		tb.At = move(home, Metres(float64(e)*c+float64(n)*s), Metres(float64(n)*c-float64(e)*s))
		if turned := HullClearance(ta, tb); math.Abs(float64(d-turned)) > 0.01 {
			t.Fatalf("%+v, %+v: got %v, turned by %v got %v", a, b, d, by, turned)
		}
		// Move both.
		east := r.Float64() * 10
		ma, mb := a, b
		ma.At[0] += east
		mb.At[0] += east
		if moved := HullClearance(ma, mb); math.Abs(float64(d-moved)) > 1e-4 {
			t.Fatalf("%+v, %+v: got %v, moved got %v", a, b, d, moved)
		}
		if antennas := Distance(a.At, b.At); d > antennas+1e-6 {
			t.Fatalf("%+v, %+v: got %v, want at most the antennas' %v", a, b, d, antennas)
		}
		if HullGap(a, b) != max(0, d) {
			t.Fatalf("%+v, %+v: got gap %v of clearance %v", a, b, HullGap(a, b), d)
		}
		a.Hull, b.Hull = Hull{}, Hull{}
		if got, want := HullGap(a, b), Distance(a.At, b.At); math.Abs(float64(got-want)) > 1e-6 {
			t.Fatalf("points: got %v, want %v", got, want)
		}
	}
}

func TestHullGapAcrossDateLine(t *testing.T) {
	a := Placed{Point{179.9999, 10}, 0, vlcc}
	b := beside(a, suezmax, 0, 60, 0)
	b.At[0] = wrapDegrees(b.At[0])
	if got := HullGap(a, b); b.At[0] > 0 || math.Abs(float64(got-6)) > 0.1 {
		t.Errorf("got %v at %v, want 6 beyond 180°", got, b.At)
	}
}

func BenchmarkHullClearance(b *testing.B) {
	p := Placed{Point{56.5, 25.3}, 30, vlcc}
	q := beside(p, suezmax, 30, 54*0.9, -54*0.4)
	var d Metres
	for b.Loop() {
		d = HullClearance(p, q)
	}
	if math.Abs(float64(d)) > 10 {
		b.Fatalf("got %v, want about 0", d)
	}
}
