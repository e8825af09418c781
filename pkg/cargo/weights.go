package cargo

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
)

//go:embed data/weights.json
var defaultWeights []byte

// Weights are the logistic model that turns evidence into the probability of a lift. They are data, so that fitting
// replaces a file and not code.
type Weights struct {
	Note      string        `json:"note"` // whether they are start values or fitted, and on what
	Intercept float64       `json:"intercept"`
	Origin    string        `json:"intercept_source"`
	BlockCap  float64       `json:"block_cap"` // each block's sum is held within ± this
	Cut       float64       `json:"cut"`       // lifts below this probability carry no barrels
	CutSource string        `json:"cut_source"`
	Slope     float64       `json:"slope,omitempty"`  // the sum is recalibrated: offset + slope·sum; zero is one
	Offset    float64       `json:"offset,omitempty"` // on worlds that the terms were not fitted on
	Terms     []Term        `json:"terms"`
	Shares    []SourceShare `json:"source_share"`
	Origins   []Origin      `json:"origins"` // by area, for inferred lifts; not fitted
}

// Term is one weight with the sign that it may have and where it comes from.
type Term struct {
	Block  string  `json:"block"` // who, opportunity or outcome
	Name   string  `json:"name"`
	Sign   int     `json:"sign"`  // +1 or -1: fitting never turns it round
	Prior  float64 `json:"prior"` // judgement, to which fitting holds the weight where examples say little
	Weight float64 `json:"weight"`
	Source string  `json:"source"`
}

// SourceShare is the part of sanctioned crude that is loaded at places whose name begins with the prefix.
type SourceShare struct {
	Prefix string  `json:"prefix"`
	Share  float64 `json:"share"`
	Source string  `json:"source"`
}

// The blocks of evidence.
const (
	who         = "who"
	opportunity = "opportunity"
	outcome     = "outcome"
)

// DefaultWeights returns the weights that the program carries, fitted on simulated worlds.
func DefaultWeights() Weights {
	w, err := ReadWeights(defaultWeights)
	if err != nil {
		panic(err) // the file is embedded and a test reads it
	}
	return w
}

// ReadWeights reads weights from JSON and checks them.
func ReadWeights(b []byte) (Weights, error) {
	var w Weights
	if err := json.Unmarshal(b, &w); err != nil {
		return Weights{}, fmt.Errorf("read weights: %w", err)
	}
	if err := w.Validate(); err != nil {
		return Weights{}, fmt.Errorf("read weights: %w", err)
	}
	return w, nil
}

// Validate tells the first thing that is wrong: a weight against its sign, one without a source, a cut outside 0 to 1.
func (w Weights) Validate() error {
	if w.Slope < 0 {
		return fmt.Errorf("check weights: slope %v: want 0 or more, or evidence would turn round", w.Slope)
	}
	if w.BlockCap <= 0 || w.Cut <= 0 || w.Cut >= 1 {
		return fmt.Errorf("check weights: block_cap %v, cut %v: want a cap above 0 and a cut between 0 and 1", w.BlockCap, w.Cut)
	}
	for _, o := range w.Origins {
		if sum := o.Iran + o.Russia + o.Venezuela + o.Lawful; math.Abs(sum-1) > 1e-9 || min(o.Iran, o.Russia, o.Venezuela, o.Lawful) < 0 || !o.Route.inferred() || o.Source == "" {
			return fmt.Errorf("check weights: origins of %q: want shares of 0 and more that sum to 1, a route that infers and a source", o.Prefix)
		}
	}
	for _, t := range w.Terms {
		switch {
		case t.Block != who && t.Block != opportunity && t.Block != outcome:
			return fmt.Errorf("check weights: %s: block %q: want who, opportunity or outcome", t.Name, t.Block)
		case t.Sign != 1 && t.Sign != -1, t.Weight*float64(t.Sign) < 0:
			return fmt.Errorf("check weights: %s: weight %v against sign %d", t.Name, t.Weight, t.Sign)
		case t.Source == "":
			return fmt.Errorf("check weights: %s: no source", t.Name)
		}
	}
	return nil
}

// share is the prior part of the trade that a place has.
func (w Weights) share(place string) float64 {
	for _, s := range w.Shares {
		if strings.HasPrefix(place, s.Prefix) {
			return s.Share
		}
	}
	return 1
}

// values are the observed values of terms by name. A term that is not there adds nothing.
type values map[string]float64

// score is a candidate's log-odds with what they are made of.
type score struct {
	terms                     []event.ScoreTerm
	who, opportunity, outcome float64 // capped sums
	logOdds, q                float64
	chance, sign              bool // a term that can only speak for it was found in opportunity, in outcome
}

// score weighs the values, term by term in the file's order, so that sums do not depend on how evidence came in.
func (w Weights) score(v values) score {
	var s score
	sums := map[string]float64{}
	for _, t := range w.Terms {
		x, ok := v[t.Name]
		if !ok || x == 0 {
			continue
		}
		s.terms = append(s.terms, event.ScoreTerm{Block: t.Block, Name: t.Name, Value: x, Weight: t.Weight})
		sums[t.Block] += float64(t.Weight * x)
		s.chance = s.chance || t.Block == opportunity && float64(t.Sign)*x > 0
		s.sign = s.sign || t.Block == outcome && float64(t.Sign)*x > 0
	}
	held := func(block string) float64 { return max(-w.BlockCap, min(w.BlockCap, sums[block])) }
	s.who, s.opportunity, s.outcome = held(who), held(opportunity), held(outcome)
	s.logOdds = w.Offset + cmp.Or(w.Slope, 1)*(w.Intercept+s.who+s.opportunity+s.outcome)
	s.q = event.Logistic(s.logOdds)
	return s
}

// candidate tells whether there was both a chance to load, however weak, and a sign of having loaded against which the other
// signs do not weigh more. Without either q means nothing.
func (s score) candidate() bool { return s.chance && s.sign && s.outcome >= 0 }

// Sum is the capped sum of the three blocks with the intercept, before it is recalibrated.
func (w Weights) Sum(v map[string]float64) float64 {
	w.Offset, w.Slope = 0, 1
	return w.score(v).logOdds
}

// Probability is q.
func (w Weights) Probability(v map[string]float64) float64 { return w.score(v).q }
