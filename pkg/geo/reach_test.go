package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestReachAgreesWithDistance compares the search that is kept with the one that is made anew.
func TestReachAgreesWithDistance(t *testing.T) {
	s := defaultSea(t)
	rng := rand.New(rand.NewPCG(7, 7))
	froms := []Point{tJetty, fujairah, {48.8, 29.68}, {57.27, 25.78}, {50.3, 29.23}, {47, 25}, {60.9, 23.1}, {63, 25}}
	for _, from := range froms {
		reach := s.From(from)
		for range 40 {
			to := Point{47 + 15*rng.Float64(), 22 + 8*rng.Float64()}
			got, ok := reach.Distance(to)
			want, known := s.Distance(from, to)
			if ok != known || math.Abs(float64(got-want)) > 0.012*float64(want)+300 {
				t.Errorf("%v to %v: got %.0f m, %v, want %.0f m, %v", from, to, got, ok, want, known)
			}
			if direct := DistanceExact(from, to); ok && got < direct {
				t.Errorf("%v to %v: %.0f m is shorter than the great circle of %.0f m", from, to, got, direct)
			}
		}
	}
}

// TestReachDoesNotDependOnWhatWasAsked asks the same of two reaches, in opposite order.
func TestReachDoesNotDependOnWhatWasAsked(t *testing.T) {
	s := defaultSea(t)
	rng := rand.New(rand.NewPCG(8, 8))
	var asked []Point
	for range 60 {
		asked = append(asked, Point{47 + 14*rng.Float64(), 22 + 8*rng.Float64()})
	}
	forth, back := &Reach{sea: s, from: tJetty}, &Reach{sea: s, from: tJetty} // s.From would give one for both
	first := map[Point]Metres{}
	for _, p := range asked {
		first[p], _ = forth.Distance(p)
	}
	for i := len(asked) - 1; i >= 0; i-- {
		if got, _ := back.Distance(asked[i]); got != first[asked[i]] {
			t.Errorf("to %v: %v m in one order, %v m in the other", asked[i], first[asked[i]], got)
		}
	}
}

func BenchmarkReach(b *testing.B) {
	s := defaultSea(b)
	reach := s.From(tJetty)
	reach.Distance(Point{61, 23})
	rng := rand.New(rand.NewPCG(9, 9))
	sum, n := Metres(0), 0
	for b.Loop() {
		if d, ok := reach.Distance(Point{50 + 9*rng.Float64(), 24 + 5*rng.Float64()}); ok {
			sum, n = sum+d, n+1
		}
	}
	if mean := sum.NauticalMiles() / float64(max(1, n)); n > 100 && (mean < 200 || mean > 500) {
		b.Fatalf("mean way of %v nm, want some 330", mean)
	}
}
