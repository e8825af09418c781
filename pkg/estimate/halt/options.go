package halt

import (
	"errors"
	"fmt"
)

// Options are the tests' parameters.
type Options struct {
	// FalseYears is the mean time between false calls of one test, years: 60, so that three tests together make fewer
	// than one in 20 (METHODS.md section 8; measured in the package's tests).
	FalseYears float64 `json:"false_years"`
	// KnowableYears is the mean time between false calls of the test that could know earliest, years: 20.
	KnowableYears float64 `json:"knowable_years"`
	// EarlyYears is FalseYears of the early sign, which only hints: 5.
	EarlyYears float64 `json:"early_years"`
	// RiseYears is the same for a rise, which costs a reader less when it is wrong: 5.
	RiseYears float64 `json:"rise_years"`
	// LeastReference and MostReference are how many days before a change its reference has: 90 (METHODS.md section 8)
	// to 180, the span in which strata need their lifts.
	LeastReference int `json:"least_reference_days"`
	MostReference  int `json:"most_reference_days"`
	// LeastCandidates in the reference: with fewer, no count since could be surprising.
	LeastCandidates float64 `json:"least_candidates"`
	// LongestChange is how long ago a change may lie that is still looked for, days.
	LongestChange int `json:"longest_change_days"`
	// Stopped are the rates, as shares of the reference, that count as a halt: what goes on then are false candidates.
	Stopped []float64 `json:"stopped"`
	// Risen are the rates that count as a rise.
	Risen []float64 `json:"risen"`
	// Onset is the mean time between changes that the change point's probability assumes, days.
	Onset float64 `json:"onset_days"`
	// LostLifts is how many candidates must be missing before a note's "halted" is said: 4.6, at which none at all has a
	// chance of 1 % (METHODS.md section 8).
	LostLifts float64 `json:"lost_lifts"`
}

// Defaults returns the start values.
func Defaults() Options {
	return Options{FalseYears: 60, KnowableYears: 20, EarlyYears: 5, RiseYears: 5, LeastReference: 90, MostReference: 180, LeastCandidates: 8, LongestChange: 120,
		Stopped: []float64{0.02, 0.1}, Risen: []float64{2}, Onset: 365, LostLifts: 4.6}
}

// Validate reports every option out of range.
func (o Options) Validate() error {
	var errs []error
	check := func(name string, got, low, high float64) {
		if !(got >= low && got <= high) {
			errs = append(errs, fmt.Errorf("check halt.%s: %v, want %v to %v", name, got, low, high))
		}
	}
	check("false_years", o.FalseYears, 0.1, 1000)
	check("knowable_years", o.KnowableYears, 0.1, 1000)
	check("early_years", o.EarlyYears, 0.1, 1000)
	check("rise_years", o.RiseYears, 0.1, 1000)
	check("least_reference_days", float64(o.LeastReference), 14, 1000)
	check("most_reference_days", float64(o.MostReference), float64(o.LeastReference), 1000)
	check("least_candidates", o.LeastCandidates, 1, 1000)
	check("longest_change_days", float64(o.LongestChange), 7, 1000)
	check("onset_days", o.Onset, 30, 36500)
	check("lost_lifts", o.LostLifts, 1, 100)
	check("stopped, number of", float64(len(o.Stopped)), 1, 20)
	check("risen, number of", float64(len(o.Risen)), 1, 20)
	for _, r := range o.Stopped {
		check("stopped", r, 0, 0.5)
	}
	for _, r := range o.Risen {
		check("risen", r, 1.05, 20)
	}
	return errors.Join(errs...)
}
