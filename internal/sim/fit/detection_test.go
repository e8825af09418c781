package fit

import (
	"math"
	"math/rand/v2"
	"testing"
)

// found makes worlds of one chance each, drawn from around a mean.
func found(r *rand.Rand, scenario string, worlds int, mean, sd, health float64) (out []Finds) {
	for i := range worlds {
		p, w := mean+sd*(2*float64(i%2)-1), Finds{Scenario: scenario, World: uint64(i), True: 30, Health: health}
		for range w.True {
			if r.Float64() < p*health {
				w.Found++
			}
		}
		out = append(out, w)
	}
	return out
}

func TestDetectionIsThatOfAFullFeed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct {
		name                   string
		worlds                 []Finds
		mean, spread, strength float64
	}{
		{"all alike: held to the most", found(r, "a", 400, 0.7, 0, 1), 0.7, 0, 20},
		{"half of it heard", found(r, "a", 400, 0.7, 0, 0.5), 0.7, 0, 20},
		{"worlds differ", found(r, "a", 400, 0.6, 0.2, 1), 0.6, 0.2, 5},
		{"scenarios differ, and count alike", append(found(r, "a", 400, 0.8, 0, 1), found(r, "b", 40, 0.4, 0, 1)...), 0.6, 0.2, 5},
		{"a world without lifts says nothing", append(found(r, "a", 400, 0.7, 0, 1), Finds{Scenario: "b", Health: 1}), 0.7, 0, 20},
	} {
		mean, spread, a, b := Detection(tc.worlds, 20)
		if math.Abs(mean-tc.mean) > 0.02 || math.Abs(spread-tc.spread) > 0.03 || math.Abs(a+b-tc.strength) > 1 || math.Abs(a/(a+b)-mean) > 1e-9 {
			t.Errorf("%s: got %.3f ± %.3f and Beta(%.1f, %.1f), want %.2f ± %.2f of strength %g", tc.name, mean, spread, a, b, tc.mean, tc.spread, tc.strength)
		}
	}
}
