package fit

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// drawn are examples of a known model: log-odds = -1 + 2a - 1.5b, in four worlds.
func drawn(n int) []Example {
	r := rand.New(rand.NewPCG(7, 11))
	var out []Example
	for i := range n {
		v := map[string]float64{}
		for _, name := range []string{"a", "b", "noise"} {
			if r.IntN(2) == 0 {
				v[name] = r.Float64() * 2
			}
		}
		out = append(out, Example{v, r.Float64() < event.Logistic(-1+2*v["a"]-1.5*v["b"]), uint64(i % 4)})
	}
	return out
}

func knownModel() []BlockWeight {
	return []BlockWeight{{}, {Name: "a", Block: "x", Sign: 1}, {Name: "b", Block: "y", Sign: -1}, {Name: "noise", Block: "y", Sign: 1}}
}

func TestCappedFindsTheModelThatMadeTheExamples(t *testing.T) {
	got := Capped(knownModel(), drawn(20_000), 1e-6, math.Inf(1))
	for i, want := range []float64{-1, 2, -1.5, 0} {
		if math.Abs(got[i].Weight-want) > 0.1 {
			t.Errorf("weight %q: got %.3f, want %.1f", got[i].Name, got[i].Weight, want)
		}
	}
}

func TestCappedKeepsSigns(t *testing.T) {
	turned := knownModel()
	turned[1].Sign, turned[2].Sign = -1, 1
	for _, w := range Capped(turned, drawn(2000), 0.1, 3)[1:3] {
		if w.Weight != 0 {
			t.Errorf("weight %q: got %.3f against its sign, want 0", w.Name, w.Weight)
		}
	}
}

func TestCappedWithoutExamplesStaysAtThePriors(t *testing.T) {
	w := knownModel()
	w[1].Prior, w[2].Prior = 2, -1
	if got := Capped(w, nil, 1, 3); got[1].Weight != 2 || got[2].Weight != -1 {
		t.Errorf("got %v: want the priors", got)
	}
}

// What is capped where it is used must be capped where it is fitted: a block of three findings that say the same adds no
// more than its limit, and the intercept makes up for it.
func TestCappedFitsUnderTheCap(t *testing.T) {
	var examples []Example
	for i := range 400 {
		v, loaded := map[string]float64{"a": 1, "b": 1, "c": 1}, i%100 != 0
		if i%2 == 0 {
			v, loaded = map[string]float64{}, i%100 == 0
		}
		examples = append(examples, Example{v, loaded, 0})
	}
	weights := []BlockWeight{{}, {Name: "a", Block: "x", Sign: 1}, {Name: "b", Block: "x", Sign: 1}, {Name: "c", Block: "x", Sign: 1}}
	got := Capped(weights, examples, 0.01, 3)
	d := newDesign(got, examples, 0, 3)
	none, all := event.Logistic(d.sum(0, weightsIn(got))), event.Logistic(d.sum(1, weightsIn(got)))
	if none < 0.02 || all < 0.5 || all > 0.99 {
		t.Errorf("got %.3f without findings and %.3f with all: want what a cap of 3 allows", none, all)
	}
}

func TestRecalibrationUndoesAStretch(t *testing.T) {
	examples := drawn(20_000)
	sum := func(x Example) float64 { return 0.7 + 2*(-1+2*x.Values["a"]-1.5*x.Values["b"]) }
	offset, slope := Recalibrate(sum, examples)
	if math.Abs(slope-0.5) > 0.03 || math.Abs(offset+0.35) > 0.06 {
		t.Errorf("got %.3f + %.3f of the sum, want -0.35 + 0.5", offset, slope)
	}
	p := func(x Example) float64 { return event.Logistic(offset + slope*sum(x)) }
	if was, is := MeanLoss(func(x Example) float64 { return event.Logistic(sum(x)) }, examples), MeanLoss(p, examples); is >= was {
		t.Errorf("got loss %.3f recalibrated, %.3f before", is, was)
	}
}

func TestTheRidgeOfLiftsIsTheOneThatPredicts(t *testing.T) {
	if got := ChooseCapped(knownModel(), drawn(800), []float64{1000, 0.1}, 3); got != 0.1 {
		t.Errorf("got %g: plenty of examples need no ridge of 1000", got)
	}
}

func TestLiftsAreLabelledByTheTruth(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hour := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	truth := &sim.Truth{Start: day, End: hour(900),
		Lifts: []sim.Lift{
			{Vessel: sim.Vessel{MMSI: 1, IMO: 7}, Start: hour(100), End: hour(140), Complete: true},
			{Vessel: sim.Vessel{MMSI: 2}, Start: hour(880), End: hour(900)},
		},
		Blends: []sim.Lift{{Vessel: sim.Vessel{MMSI: 3}, Start: hour(100), End: hour(140), Complete: true}},
	}
	signs := []event.ScoreTerm{{Block: "opportunity", Name: "terminal_fit", Value: 1, Weight: 1}, {Block: "outcome", Name: "sailed_out", Value: 1, Weight: 1}}
	tell := func(mmsi, imo, from, to int, values []event.ScoreTerm) cargo.Candidate {
		return cargo.Candidate{MMSI: vessel.MMSI(mmsi), IMO: vessel.IMO(imo), Start: hour(from), End: hour(to), Values: values, Shows: len(values) > 1}
	}
	for _, tc := range []struct {
		name string
		told []cargo.Candidate
		want string
	}{
		{"the loading", []cargo.Candidate{tell(1, 7, 90, 150, signs)}, "t"},
		{"under another number", []cargo.Candidate{tell(5, 7, 90, 150, signs)}, "t"},
		{"another ship", []cargo.Candidate{tell(5, 8, 90, 150, signs)}, "f"},
		{"at another time", []cargo.Candidate{tell(1, 7, 300, 350, signs)}, "f"},
		{"told twice: the closer one is it", []cargo.Candidate{tell(1, 7, 150, 160, signs), tell(1, 7, 95, 150, signs)}, "ft"},
		{"cut short by the world's end", []cargo.Candidate{tell(2, 0, 880, 890, signs)}, ""},
		{"oil that went on as another's", []cargo.Candidate{tell(3, 0, 100, 140, signs)}, ""},
		{"without a sign of having loaded", []cargo.Candidate{tell(1, 7, 90, 150, signs[:1])}, ""},
	} {
		got := ""
		for _, x := range Lifts(truth, tc.told) {
			if x.True {
				got += "t"
			} else {
				got += "f"
			}
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}
