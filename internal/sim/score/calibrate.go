package score

import (
	"cmp"
	"math"
	"slices"
)

// Bins of the reliability table: at most maxBins of equal mass, and no more than hold perBin claims each. The
// calibration error is told from leastClaims on: below, its own noise is larger than what it measures.
const (
	maxBins     = 10
	perBin      = 5
	leastClaims = 1000
)

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

	list []outcome
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

// outcome is a claim and whether it is true.
type outcome struct {
	p    float64
	true bool
}

// compare puts the improbable first, and of equals the wrong.
func (o outcome) compare(other outcome) int {
	return cmp.Or(cmp.Compare(o.p, other.p), cmp.Compare(o.value(), other.value()))
}

// outcomes pairs all claims, however unlikely. Claims of what is excused are left out.
func outcomes(truth, claims []item, like likeness) []outcome {
	pairs := pair(truth, claims, like)
	var out []outcome
	for i, j := range pairs.claim {
		if j >= 0 && !truth[i].excused {
			out = append(out, outcome{claims[j].p, true})
		}
	}
	for _, j := range pairs.leftOver(truth) {
		out = append(out, outcome{claims[j].p, false})
	}
	return out
}

func calibrate(list []outcome) Calibration {
	list = slices.SortedFunc(slices.Values(list), outcome.compare)
	c := Calibration{Claims: len(list), list: list}
	squares, sum := 0.0, 0.0
	for _, o := range list {
		sum += o.p
		squares += (o.p - o.value()) * (o.p - o.value())
		if o.true {
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
	if len(list) < leastClaims {
		c.Note = "too few claims for a calibration error"
		return c
	}
	c.Error = calibrationError(c.Bins)
	return c
}

func (o outcome) value() float64 {
	if o.true {
		return 1
	}
	return 0
}

// bins cuts claims, sorted by probability, into parts of about equal size; too small a rest joins the last part.
func bins(list []outcome) []Bin {
	n := min(maxBins, max(1, len(list)/perBin))
	size := (len(list) + n - 1) / n
	var out []Bin
	for from := 0; from < len(list); {
		to := min(from+size, len(list))
		for to < len(list) && (list[to].p == list[to-1].p || 2*(len(list)-to) < size) {
			to++
		}
		b := Bin{Claims: to - from, Low: list[from].p, High: list[to-1].p}
		for _, o := range list[from:to] {
			b.P += o.p / float64(b.Claims)
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
