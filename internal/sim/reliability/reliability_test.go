package reliability

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
)

// said makes claims of one probability of which some come true.
func said(p float64, n, right int) []Outcome {
	var list []Outcome
	for i := range n {
		list = append(list, Outcome{p, i < right})
	}
	return list
}

func TestCalibrationTraps(t *testing.T) {
	unknown := math.NaN() // stands for null below
	for _, tc := range []struct {
		name                string
		list                []Outcome
		brier, skill, error float64
		bins                int
	}{
		{"nothing", nil, unknown, unknown, unknown, 0},
		{"always right and sure", said(1, 20, 20), 0, unknown, unknown, 1},
		{"sure and wrong", said(1, 20, 0), 1, unknown, unknown, 1},
		{"the base rate has no skill", said(0.5, 20, 10), 0.25, 0, unknown, 1},
		{"perfect", append(said(0, 10, 0), said(1, 10, 10)...), 0, 1, unknown, 2},
		{"worse than the base rate", append(said(1, 10, 0), said(0, 10, 10)...), 1, -3, unknown, 2},
		{"999 are too few", said(0.5, 999, 500), 0.25, 1 - 0.25*999*999/(500*499), unknown, 1},
		{"1,000 are not", said(0.75, 1000, 500), 0.3125, -0.25, math.Sqrt(0.0625 - 0.25/999), 1},
		{"noise is taken away", said(0.5, 1000, 500), 0.25, 0, 0, 1},
		{"equal probabilities stay together", append(said(0.1, 48, 5), said(0.9, 2, 2)...), 0.09, 1 - 0.09/(0.14*0.86), unknown, 1},
	} {
		got := Of(tc.list)
		for _, x := range []struct {
			name string
			got  *float64
			want float64
		}{{"Brier", got.Brier, tc.brier}, {"skill", got.Skill, tc.skill}, {"error", got.Error, tc.error}} {
			if math.IsNaN(x.want) != (x.got == nil) || x.got != nil && !is(x.got, x.want) {
				t.Errorf("%s: %s got %s, want %v", tc.name, x.name, digits(x.got, 6), x.want)
			}
		}
		if len(got.Bins) != tc.bins {
			t.Errorf("%s: got %d bins, want %d", tc.name, len(got.Bins), tc.bins)
		}
	}
}

// TestDebiasedErrorIsSmallForTheHonest draws outcomes from the stated probabilities: what is left is noise. Claims
// that are 0.2 too high must stand out.
func TestDebiasedErrorIsSmallForTheHonest(t *testing.T) {
	random := rand.New(rand.NewPCG(20250301, 1))
	var honest, boastful []Outcome
	for range 5000 {
		p := 0.8 * random.Float64()
		true := random.Float64() < p
		honest, boastful = append(honest, Outcome{p, true}), append(boastful, Outcome{p + 0.2, true})
	}
	if got := Of(honest); *got.Error > 0.02 || len(got.Bins) != maxBins {
		t.Errorf("honest: got %.3f in %d bins, want below 0.02 in %d", *got.Error, len(got.Bins), maxBins)
	}
	if got := Of(boastful); math.Abs(*got.Error-0.2) > 0.02 {
		t.Errorf("boastful: got %.3f, want 0.2", *got.Error)
	}
}

func TestBinsHoldEveryClaimOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(20250301, 2))
	for n := range 200 {
		var list []Outcome
		for range n {
			list = append(list, Outcome{math.Round(random.Float64()*20) / 20, random.IntN(2) == 0})
		}
		got := Of(list)
		sum, high := 0, -1.0
		for _, b := range got.Bins {
			if b.Low <= high || b.High < b.Low || b.Claims < 1 {
				t.Fatalf("%d claims: bin %+v after %v", n, b, high)
			}
			sum, high = sum+b.Claims, b.High
		}
		if sum != n || len(got.Bins) > maxBins {
			t.Fatalf("%d claims: got %d in %d bins", n, sum, len(got.Bins))
		}
	}
}

// TestPlusForgetsNothing: the claims of two are judged like one list.
func TestPlusForgetsNothing(t *testing.T) {
	a, b := said(0.3, 700, 200), said(0.8, 700, 560)
	got, want := Of(a).Plus(Of(b)), Of(append(a, b...))
	if !reflect.DeepEqual(got, want) || got.Claims != 1400 || got.Error == nil {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// is tells whether a number is there and has a value, to rounding.
func is(x *float64, want float64) bool { return x != nil && math.Abs(*x-want) < 1e-9 }

func digits(x *float64, n int) string {
	if x == nil {
		return "null"
	}
	return strconv.FormatFloat(*x, 'f', n, 64)
}
