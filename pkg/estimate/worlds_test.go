package estimate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// world is a synthetic truth without any AIS: lifts that happened, and the ledger that a system with chance a, feed
// health h and the start lag would hold at the end.
type world struct {
	in    Input
	truth []float64 // barrels loaded, by day
}

// makeWorld draws a world from the model's own priors, which is what its intervals claim to cover. Candidates have a
// calibrated q: a share q of those with probability q are lifts.
func makeWorld(r *rand.Rand, n int) world {
	o := Defaults()
	a := gammaOf(r, o.DetectA)
	a /= a + gammaOf(r, o.DetectB)
	rate := gammaOf(r, o.RateShape) / o.RateDays
	health := 0.6 + 0.4*r.Float64()
	scale := math.Exp(vessel.ScaleLogSD * r.NormFloat64())
	w := world{in: days(n, nil), truth: make([]float64, n)}
	w.in.Health = func(time.Time) float64 { return health }
	const meanQ = 0.65 // of candidates between 0.3 and 1
	// Windows reach over both ends of the input, so that its first and last days are like all others.
	for day := -10.0; day < float64(n); day++ {
		for range poissonOf(r, rate*a*health/meanQ) {
			w.candidate(r, day+r.Float64(), 0.3+0.7*r.Float64(), scale)
		}
		for range poissonOf(r, rate*(1-a*health)) {
			w.load(day+r.Float64(), volumeOf(r)*math.Exp(0.09*r.NormFloat64())*scale)
		}
	}
	return w
}

// candidate adds one with the given q, which is a lift with that probability, if it has been raised by the end.
func (w *world) candidate(r *rand.Rand, start, q, scale float64) {
	l := liftOn(len(w.in.Lifts), start, q, r.Float64() < 0.5)
	l.ID = fmt.Sprintf("lift-%v", start)
	median := volumeOf(r)
	l.Barrels, l.Cap = vessel.Barrels(median), vessel.Barrels(2*median)
	loaded := (r.Float64() + r.Float64()) / 2
	if !l.Triangular {
		loaded = r.Float64()
	}
	at := start + loaded*float64(l.End.Sub(l.Start))/float64(oneDay)
	if r.Float64() < q {
		w.load(at, median*math.Exp(l.LogSD*r.NormFloat64())*scale)
	}
	lag := Defaults().Lag
	delay := float64(lag.DarkMedian) * math.Exp(lag.DarkSD*r.NormFloat64())
	if l.Direct {
		delay = float64(lag.DirectMedian) * math.Exp(lag.DirectSD*r.NormFloat64())
	}
	if date(at).Add(time.Duration(delay)).Before(w.in.AsOf) {
		w.in.Lifts = append(w.in.Lifts, l)
	}
}

func (w *world) load(day, barrels float64) {
	if t := int(math.Floor(day)); t >= 0 && t < len(w.truth) {
		w.truth[t] += barrels
	}
}

// month is the true mean over the 28 days that end with t.
func (w *world) month(t int) float64 {
	sum := 0.0
	for _, b := range w.truth[t-27 : t+1] {
		sum += b
	}
	return sum / 28
}

func volumeOf(r *rand.Rand) float64 {
	switch u := r.Float64(); {
	case u < 0.82:
		return 2_000_000
	case u < 0.95:
		return 1_000_000
	}
	return 650_000
}

func poissonOf(r *rand.Rand, mean float64) int {
	s := stream{r.Uint64()}
	return s.poisson(mean)
}

func gammaOf(r *rand.Rand, shape float64) float64 {
	s := stream{r.Uint64()}
	return s.gamma(shape)
}

// tally compares estimates of a mean over 28 days with the truth.
type tally struct {
	worlds, covered     int
	bias, spread, truth float64
}

func (c *tally) add(got Interval, want float64) {
	c.worlds++
	if float64(got.P05)-rounding <= want && want <= float64(got.P95)+rounding {
		c.covered++
	}
	off := float64(got.Mean) - want
	c.bias += off
	c.spread += off * off
	c.truth += want
}

// The estimator alone, on worlds from its own priors: it must not be biased, and its 90 % intervals must cover about
// nine tenths, for the newest 28 days and for those that are final. Bounds are three standard errors of 200 worlds.
func TestWorldsAreCovered(t *testing.T) {
	const worlds, length = 200, 100
	o := Defaults()
	o.Draws = 300
	r, e := rand.New(rand.NewPCG(2026, 8)), New(o)
	days := map[string]int{"nowcast": length - 1, "final": length - 50}
	found := map[string]*tally{"nowcast": {}, "final": {}}
	for range worlds {
		w := makeWorld(r, length)
		rows := e.Compute(w.in).Days
		for name, day := range days {
			found[name].add(rows[day].Month, w.month(day))
		}
	}
	for name, c := range found {
		sd := math.Sqrt(c.spread / worlds)
		t.Logf("%s: %d of %d covered, bias %.1f %% of %.0f bbl/d, error %.0f", name, c.covered, worlds, 100*c.bias/c.truth, c.truth/worlds, sd)
		if c.covered < 167 || c.covered > 193 {
			t.Errorf("%s: got %d of %d covered, want 167 to 193", name, c.covered, worlds)
		}
		if limit := 3 * sd * math.Sqrt(worlds); math.Abs(c.bias) > limit || math.Abs(c.bias/c.truth) > 0.12 {
			t.Errorf("%s: got a bias of %.1f %%, want within 12 %% and three standard errors", name, 100*c.bias/c.truth)
		}
	}
}

// The worlds' test can fail: an estimator that believes that nothing is missed does not cover.
func TestWorldsTellAWrongModel(t *testing.T) {
	const worlds, length = 60, 100
	o := Defaults()
	o.Draws, o.DetectA, o.DetectB = 300, 1000, 1
	r, e := rand.New(rand.NewPCG(2026, 8)), New(o)
	var c tally
	for range worlds {
		w := makeWorld(r, length)
		c.add(e.Compute(w.in).Days[length-50].Month, w.month(length-50))
	}
	if c.covered > worlds*7/10 {
		t.Errorf("got %d of %d covered with a = 1, want fewer: the test would not notice", c.covered, worlds)
	}
}

// A lift whose evidence came over two routes is one lift: what the ledger merges the estimate sees once. Two ids for
// one loading would double it, which this test shows to be visible.
func TestTwoIDsForOneLoadingWouldDouble(t *testing.T) {
	lifts := steady(90)
	twice := append([]cargo.Lift(nil), lifts...)
	for _, l := range lifts {
		l.ID += "-again"
		twice = append(twice, l)
	}
	once := Compute(days(90, lifts), small()).Days[60].Month.Mean
	if got := Compute(days(90, twice), small()).Days[60].Month.Mean; got < once*3/2 {
		t.Errorf("got %d for doubled ids and %d for single ones, want about twice", got, once)
	}
}
