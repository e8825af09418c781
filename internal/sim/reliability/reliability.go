package reliability

import (
	"cmp"
	"math"
	"slices"
)

// Bins of the reliability table: at most maxBins of equal mass, and no more than hold perBin claims each. The
// calibration error is told from Least on: below, its own noise is larger than what it measures.
const (
	maxBins = 10
	perBin  = 5
)

// Least is the number of claims from which a calibration error is told.
const Least = 1000

// Calibration is how well probabilities of one kind hold, over all claims whatever their probability.
type Calibration struct {
	Claims int `json:"claims"`
	Right  int `json:"right"`
	// Signed is the mean probability minus the share that is right: above 0 says too much. Null without claims.
	Signed *float64 `json:"signed_error"`
	Brier  *float64 `json:"brier"` // mean square of probability minus outcome; 0 is best
	// Skill is 1 − Brier / (b·(1 − b)), where b is the share that is right: above 0 is better than always saying b.
	// Null when all claims came out alike.
	Skill *float64 `json:"brier_skill"`
	// Error is the debiased expected calibration error, null when there are too few claims.
	Error *float64 `json:"calibration_error"`
	Note  string   `json:"note,omitempty"`
	Bins  []Bin    `json:"bins"`

	list []Outcome
}

// Bin is a row of the reliability table. Claims of equal probability are never parted, so that masses are equal only
// as far as probabilities differ.
type Bin struct {
	Claims int     `json:"claims"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	P      float64 `json:"mean_p"`
	Right  float64 `json:"right"` // share
}

// Outcome is a claim and whether it is true.
type Outcome struct {
	P    float64 // probability of the claim
	True bool
}

// compare puts the improbable first, and of equals the wrong.
func (o Outcome) compare(other Outcome) int {
	return cmp.Or(cmp.Compare(o.P, other.P), cmp.Compare(o.value(), other.value()))
}

// Of judges claims.
func Of(list []Outcome) Calibration {
	list = slices.SortedFunc(slices.Values(list), Outcome.compare)
	c := Calibration{Claims: len(list), list: list}
	squares, sum := 0.0, 0.0
	for _, o := range list {
		sum += o.P
		squares += (o.P - o.value()) * (o.P - o.value())
		if o.True {
			c.Right++
		}
	}
	c.Bins = bins(list)
	if len(list) > 0 {
		brier, base := squares/float64(len(list)), float64(c.Right)/float64(len(list))
		signed := sum/float64(len(list)) - base
		c.Brier, c.Signed = &brier, &signed
		if base > 0 && base < 1 {
			skill := 1 - brier/(base*(1-base))
			c.Skill = &skill
		}
	}
	if len(list) < Least {
		c.Note = "too few claims for a calibration error"
		return c
	}
	c.Error = calibrationError(c.Bins)
	return c
}

// Plus judges the claims of both. A calibration that was read from JSON has lost its claims.
func (c Calibration) Plus(o Calibration) Calibration { return Of(slices.Concat(c.list, o.list)) }

func (o Outcome) value() float64 {
	if o.True {
		return 1
	}
	return 0
}

// bins cuts claims, sorted by probability, into parts of about equal size; too small a rest joins the last part.
func bins(list []Outcome) []Bin {
	n := min(maxBins, max(1, len(list)/perBin))
	size := (len(list) + n - 1) / n
	var out []Bin
	for from := 0; from < len(list); {
		to := min(from+size, len(list))
		for to < len(list) && (list[to].P == list[to-1].P || 2*(len(list)-to) < size) {
			to++
		}
		b := Bin{Claims: to - from, Low: list[from].P, High: list[to-1].P}
		for _, o := range list[from:to] {
			b.P += o.P / float64(b.Claims)
			b.Right += o.value() / float64(b.Claims)
		}
		out, from = append(out, b), to
	}
	return out
}

// calibrationError is the root of Σ wᵢ·((pᵢ − rᵢ)² − rᵢ·(1 − rᵢ)/(nᵢ − 1)), not below zero. The last term takes away
// what the noise of the bins' own shares adds, which makes a plain error grow with the number of bins (Kumar, Liang &
// Ma 2019, "Verified Uncertainty Calibration").
func calibrationError(bins []Bin) *float64 {
	n, sum := 0, 0.0
	for _, b := range bins {
		n += b.Claims
	}
	for _, b := range bins {
		noise := 0.0
		if b.Claims > 1 {
			noise = b.Right * (1 - b.Right) / float64(b.Claims-1)
		}
		sum += float64(b.Claims) / float64(n) * ((b.P-b.Right)*(b.P-b.Right) - noise)
	}
	root := math.Sqrt(max(0, sum))
	return &root
}
