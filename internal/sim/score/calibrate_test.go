package score

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
)

// said makes claims of one probability of which some come true.
func said(p float64, n, right int) []outcome {
	var list []outcome
	for i := range n {
		list = append(list, outcome{p, i < right})
	}
	return list
}

func TestCalibrationTraps(t *testing.T) {
	unknown := math.NaN() // stands for null below
	for _, tc := range []struct {
		name                string
		list                []outcome
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
		got := calibrate(tc.list)
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
	var honest, boastful []outcome
	for range 5000 {
		p := 0.8 * random.Float64()
		true := random.Float64() < p
		honest, boastful = append(honest, outcome{p, true}), append(boastful, outcome{p + 0.2, true})
	}
	if got := calibrate(honest); *got.Error > 0.02 || len(got.Bins) != maxBins {
		t.Errorf("honest: got %.3f in %d bins, want below 0.02 in %d", *got.Error, len(got.Bins), maxBins)
	}
	if got := calibrate(boastful); math.Abs(*got.Error-0.2) > 0.02 {
		t.Errorf("boastful: got %.3f, want 0.2", *got.Error)
	}
}

func TestBinsHoldEveryClaimOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(20250301, 2))
	for n := range 200 {
		var list []outcome
		for range n {
			list = append(list, outcome{math.Round(random.Float64()*20) / 20, random.IntN(2) == 0})
		}
		got := calibrate(list)
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

func TestBarrels(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	truth := &sim.Truth{}
	var days []Day
	for i := range 30 {
		date := monday.AddDate(0, 0, i).Format(time.DateOnly)
		truth.Days = append(truth.Days, sim.Day{Date: date, Lifted: 1000})
		days = append(days, Day{date, lifted, number(1200), 1100, 1500, number(1100), 900, 1300, min(i+1, 28), "final"})
	}
	days[3].Mean, days[3].Month = nil, nil                                   // a blind day without a number
	days[29].P05 = 800                                                       // holds the truth
	days = append(days, Day{Date: "2031-01-01", Mean: number(1), Window: 1}) // the truth does not know it
	got, err := scoreBarrels(truth, days[:30])
	if err != nil {
		t.Fatal(err)
	}
	if l := got.Last; l == nil || l.True != 1000 || l.Error != 100 || !is(l.Relative, 0.1) || !l.Inside || l.Days != 28 {
		t.Errorf("last: got %+v, want 1,100 for 1,000 of 28 days", l)
	}
	if got.Months.Count != 3 || !is(got.Months.Inside, 1) || !is(got.Months.Bias, 100) {
		t.Errorf("months: got %+v, want 3 windows 100 too high", got.Months)
	}
	// 28 intervals of 400 lie 100 above the truth, one of 700 holds it.
	if d := got.Days; d.Count != 29 || !is(d.Bias, 200) || !is(d.Inside, 1.0/29) || !is(d.Score, (28*(400+20*100)+700)/29.0) {
		t.Errorf("days: got %+v", d)
	}
	if got.Blind != 1 || got.Apart != 0 {
		t.Errorf("left out: got %d blind and %d apart, want 1 and 0", got.Blind, got.Apart)
	}
	if got, err := scoreBarrels(truth, days); err != nil || got.Apart != 1 || got.Last != nil {
		t.Errorf("a day too many: got %d apart, last %+v (%v), want 1 and none", got.Apart, got.Last, err)
	}
}
