package rendezvous

import (
	"math"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
)

// TestTurningTogether turns a ship and lets the second keep her place in the one frame or the other.
func TestTurningTogether(t *testing.T) {
	for _, tc := range []struct {
		name   string
		turned float64 // degrees in all
		tied   bool
		lo, hi float64
	}{
		{"tied, a quarter turn", 90, true, 3, turnMost},
		{"each round her own anchor, a quarter turn", 90, false, -turnMost, -3},
		{"tied, hardly turned", 20, true, 0, 0},
		{"neighbours, hardly turned", 20, false, 0, 0},
		{"tied, over north", 330, true, 3, turnMost},
	} {
		var s turning
		for i := range 21 {
			heading := math.Mod(300+tc.turned*float64(i)/20, 360)
			bearing := 90.0
			if tc.tied {
				bearing += heading
			}
			sin, cos := math.Sincos(bearing * math.Pi / 180)
			s.add(point{headed: true, close: true, heading: geo.Degrees(heading), east: 60 * sin, north: 60 * cos}, 1.0/64)
		}
		if got := s.ratio(); got < tc.lo || got > tc.hi {
			t.Errorf("%s: got %.1f, want %g to %g", tc.name, got, tc.lo, tc.hi)
		}
	}
}

// TestMedianErrorFallsWithPoints: what interpolation misses averages out, the rest stays, and it has a bound.
func TestMedianErrorFallsWithPoints(t *testing.T) {
	of := func(n int, sigma float64) float64 { return medianError(n, float64(n)/(sigma*sigma)) }
	if few, many := of(6, 60), of(60, 60); many >= few || many < math.Sqrt(59) {
		t.Errorf("got %.1f m of 6 points and %.1f m of 60: want less, but not below that of a real fix", few, many)
	}
	if got := of(3, 300); got != unsure {
		t.Errorf("three vague points: got %.1f m, want %g", got, unsure)
	}
	if got := of(40, math.Sqrt(59)); math.Abs(got-math.Sqrt(59)) > 1e-9 {
		t.Errorf("real fixes: got %.2f m, want 7.68", got)
	}
}

// TestDaughtersOnBothSidesPassNothing: without dimensions only antennas are known, and those of the daughters are near.
func TestDaughtersOnBothSidesPassNothing(t *testing.T) {
	s := newStage(t)
	s.launch(daughter, 80, geo.Hull{})
	s.launch(third, 80, geo.Hull{})
	m := anchored(mother, openSea, 20)
	for _, e := range s.play(0, 40, m, present(alongside(daughter, m, moored, 0), 5, 27), present(alongside(third, m, -moored, 0), 5, 27)) {
		mothers := e.Vessels[0].MMSI == mother || e.Vessels[1].MMSI == mother
		if !mothers && e.Probability >= 0.5 {
			t.Errorf("%v of both daughters: cargo with %.2f, want less than 0.5", e.Status, e.Probability)
		}
	}
}

func TestWeightsAreRead(t *testing.T) {
	if len(DefaultWeights().Terms) == 0 || len(WeightsHash()) != 64 {
		t.Error("the weights that the program carries are empty")
	}
	for _, text := range []string{"", "{", `{"terms":[{"cause":"piracy","finding":"always"}]}`, `{"terms":[{"cause":"bunkering","finding":"flag"}]}`,
		`{"terms":[{"cause":"bunkering","finding":"always","sign":2}]}`, `{"terms":[{"cause":"bunkering","finding":"under_6h","sign":-1,"weight":1}]}`} {
		if _, err := ReadWeights([]byte(text)); err == nil {
			t.Errorf("%s: got no error", text)
		}
	}
}

// TestClassesSumToOne weighs every pair of findings, with and without the cap of antennas.
func TestClassesSumToOne(t *testing.T) {
	w := DefaultWeights()
	for _, a := range findingNames() {
		for _, b := range findingNames() {
			for _, ceiling := range []float64{1, 0.7} {
				sum, seen := 0.0, map[event.Cause]bool{}
				for _, x := range w.weigh([]string{always, a, b}, ceiling) {
					if seen[x.Cause] || x.P < 0 || x.Cause == event.CargoTransfer && x.P > ceiling+1e-9 {
						t.Errorf("%s, %s: %v", a, b, x)
					}
					sum, seen[x.Cause] = sum+x.P, true
				}
				if math.Abs(sum-1) > 1e-9 {
					t.Errorf("%s, %s: the classes sum to %g", a, b, sum)
				}
			}
		}
	}
}
