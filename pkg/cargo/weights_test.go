package cargo

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

func TestDefaultsAreValid(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("got %v", err)
	}
	o := Defaults()
	o.Touch, o.Keep = -time.Hour, time.Hour
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "cargo.touch") || !strings.Contains(err.Error(), "cargo.keep") {
		t.Errorf("got %v, want both options named", err)
	}
	if w := DefaultWeights(); !strings.HasPrefix(w.Note, "by simulate fit lift ") {
		t.Errorf("got note %q", w.Note)
	}
}

func TestWeightsAreRefused(t *testing.T) {
	good := `{"intercept":-3,"block_cap":3,"cut":0.2,"terms":[{"block":"who","name":"x","sign":1,"weight":1,"source":"s"}]}`
	if _, err := ReadWeights([]byte(good)); err != nil {
		t.Fatalf("got %v for good weights", err)
	}
	for trap, change := range map[string][2]string{
		"a weight against its sign": {`"weight":1`, `"weight":-1`},
		"no source":                 {`"source":"s"`, `"source":""`},
		"no such block":             {`"who"`, `"why"`},
		"cut of one":                {`"cut":0.2`, `"cut":1`},
		"no cap":                    {`"block_cap":3`, `"block_cap":0`},
		"not JSON":                  {`{"intercept"`, `{intercept`},
	} {
		if _, err := ReadWeights([]byte(strings.Replace(good, change[0], change[1], 1))); err == nil {
			t.Errorf("%s: got no error", trap)
		}
	}
}

// Whatever the evidence: q stays within 0 and 1, no block exceeds its cap, evidence with a sign moves q that way, and
// a term that was not observed changes nothing.
func TestScoreProperties(t *testing.T) {
	w := DefaultWeights()
	r := rand.New(rand.NewPCG(3, 5))
	for range 5000 {
		v := values{}
		for _, term := range w.Terms {
			if r.IntN(2) == 0 {
				v[term.Name] = 2 * r.Float64()
			}
		}
		s := w.score(v)
		for name, block := range map[string]float64{who: s.who, opportunity: s.opportunity, outcome: s.outcome} {
			if math.Abs(block) > w.BlockCap {
				t.Fatalf("block %s: got %.2f, want at most %.0f", name, block, w.BlockCap)
			}
		}
		if !(s.q > 0 && s.q < 1) {
			t.Fatalf("got q = %v", s.q)
		}
		term := w.Terms[r.IntN(len(w.Terms))]
		more := values{}
		for name, x := range v {
			more[name] = x
		}
		more[term.Name] += 0.5
		if d := w.score(more).q - s.q; d*float64(term.Sign) < -1e-12 {
			t.Fatalf("more %s: got q moved by %v, want sign %d", term.Name, d, term.Sign)
		}
		more[term.Name], more["nobody knows this"] = v[term.Name], 7
		if got := w.score(more).q; got != s.q {
			t.Fatalf("an unknown or zero term moved q from %v to %v", s.q, got)
		}
	}
}

func TestNeitherOpportunityNorOutcomeAlone(t *testing.T) {
	w := DefaultWeights()
	for trap, v := range map[string]values{
		"who alone":                   {"iran_flag": 1, "listed": 1, "history": 1},
		"opportunity alone":           {"iran_flag": 1, "stay_at_berth": 1, "confidence": 1},
		"outcome alone":               {"iran_flag": 1, "ballast_to_laden": 1},
		"outcome contradicts":         {"stay_at_berth": 1, "laden_before": 1, "sailed_out": 1},
		"nothing speaks for a chance": {"minor_source": 0.07, "lawful_fit": 1, "excess_silence": 2, "ballast_to_laden": 1},
		"nothing":                     {},
	} {
		if w.score(v).candidate() {
			t.Errorf("%s: got a candidate", trap)
		}
	}
}

func TestWindowShares(t *testing.T) {
	for _, c := range []struct {
		trap       string
		triangular bool
		end        float64
		from, to   float64
		want       float64
	}{
		{"uniform, first half", false, 48, 0, 24, 0.5},
		{"uniform, before it", false, 48, -24, 0, 0},
		{"uniform, all of it", false, 48, -24, 72, 1},
		{"triangular, first quarter", true, 48, 0, 12, 0.125},
		{"triangular, middle half", true, 48, 12, 36, 0.75},
		{"no length: at its start", false, 0, -1, 1, 1},
	} {
		t.Run(c.trap, func(t *testing.T) {
			l := Lift{Start: hour(0), End: hour(c.end), Triangular: c.triangular}
			if got := l.Share(hour(c.from), hour(c.to)); math.Abs(got-c.want) > 1e-12 {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	l := Lift{Start: hour(3), End: hour(200.7), Triangular: true}
	sum := 0.0
	for d := -2; d < 12; d++ {
		sum += l.Share(hour(float64(24*d)), hour(float64(24*d+24)))
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("days of a window: got %v, want 1", sum)
	}
}

func TestVolumeIsCapped(t *testing.T) {
	l := Lift{Barrels: 2_000_000, LogSD: 0.2, Cap: 2_200_000}
	v := l.Volume()
	if v.P95 != l.Cap || v.P50 != l.Barrels || v.Mean >= l.Cap || v.Mean <= v.P05 {
		t.Errorf("got %+v, want p95 at the cap", v)
	}
	r := rand.New(rand.NewPCG(1, 1))
	sum, sd := 0.0, math.Hypot(0.2, vessel.ScaleLogSD)
	const n = 200_000
	for range n {
		sum += min(2_200_000, 2_000_000*math.Exp(sd*r.NormFloat64()))
	}
	if got := sum / n; math.Abs(got-float64(v.Mean)) > 2500 {
		t.Errorf("mean: got %d, drawn %.0f", v.Mean, got)
	}
	if (Lift{}).Volume().P95 != 0 {
		t.Errorf("nothing known: got %+v", (Lift{}).Volume())
	}
}

// FuzzReadWeights asserts that whatever is accepted can be used: sound signs, and q within 0 and 1.
func FuzzReadWeights(f *testing.F) {
	f.Add(defaultWeights)
	f.Add([]byte(`{"block_cap":3,"cut":0.2,"terms":[]}`))
	f.Add([]byte(`{"intercept":1e308,"block_cap":1e308,"cut":0.2,"terms":[{"block":"who","name":"x","sign":1,"weight":1e308,"source":"s"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := ReadWeights(b)
		if err != nil {
			return
		}
		v := values{}
		for _, term := range w.Terms {
			v[term.Name] = 1
		}
		if s := w.score(v); !(s.q >= 0 && s.q <= 1) {
			t.Errorf("got q = %v from accepted weights", s.q)
		}
	})
}
