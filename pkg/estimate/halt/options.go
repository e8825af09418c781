package halt

import "github.com/darkwake/darkwake/pkg/param"

// Options are the tests' parameters.
type Options struct {
	// FalseYears is the mean time between false calls of one test that its threshold promises, years: 30. Waiting times are
	// longer than promised, and the tests mostly call together: the three made 8 false calls in 300 steady years, 18 in 700 with
	// 40, and 13 in 300 with 20 (METHODS.md section 8 asks for at most one in 20 years; package headline counts a thousand).
	FalseYears float64 `json:"false_years"`
	// KnowableYears is the mean time between false calls of the test that could know earliest, years: 20.
	KnowableYears float64 `json:"knowable_years"`
	// EarlyYears is FalseYears of the early sign, which only hints: 5.
	EarlyYears float64 `json:"early_years"`
	// RiseYears is the same for a rise, which costs a reader less when it is wrong: 2.5. Watch reads it off two series, and
	// gives each twice as many. With 5 a doubling took 23 days, and 53 in one of ten; with 3 it took 20 and 48.
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
	// EarlyStopped is the same for the early sign: some of those who give a sign never load, and go on.
	EarlyStopped []float64 `json:"early_stopped"`
	// Risen are the rates that count as a rise.
	Risen []float64 `json:"risen"`
	// Onset is the mean time between changes that the change point's probability assumes, days.
	Onset float64 `json:"onset_days"`
	// LostLifts is how many candidates must be missing before a note's "halted" is said: 4.6, at which none at all has a
	// chance of 1 % (METHODS.md section 8).
	LostLifts float64 `json:"lost_lifts"`
	// Voyage is how close, days, two early signs of one ship are one.
	Voyage int `json:"voyage_days"`
	// Prompt is how long after it began, days, an opportunity is still an early sign when it is first told.
	Prompt int `json:"prompt_days"`
	// Rearm is how long a test must be quiet, days, before it calls anew.
	Rearm int `json:"rearm_days"`
}

// Defaults returns the start values.
func Defaults() Options {
	return Options{FalseYears: 30, KnowableYears: 20, EarlyYears: 5, RiseYears: 2.5, LeastReference: 90, MostReference: 180, LeastCandidates: 8, LongestChange: 120,
		Stopped: []float64{0.02, 0.1}, EarlyStopped: []float64{0.1, 0.3}, Risen: []float64{2}, Onset: 365, LostLifts: 4.6, Voyage: 10, Prompt: 7, Rearm: 30}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "halt", About: "the barometer: has the trade stopped, or doubled", Params: []param.Param{
		param.Number("false_years", &o.FalseYears, 0.1, 1000, "years", "between false calls of one test", "METHODS 8: at most one in 20 years of the three tests together, as measured"),
		param.Number("knowable_years", &o.KnowableYears, 0.1, 1000, "years", "the same of the test that could know earliest", "METHODS 8"),
		param.Number("early_years", &o.EarlyYears, 0.1, 1000, "years", "the same of the early sign, which only hints", "judgement"),
		param.Number("rise_years", &o.RiseYears, 0.1, 1000, "years", "the same of a rise, which costs a reader less when it is wrong", "judgement"),
		param.Number("least_reference_days", &o.LeastReference, 14, 1000, "days", "that a reference before a change has", "METHODS 8"),
		param.Number("most_reference_days", &o.MostReference, float64(o.LeastReference), 1000, "days", "that it has at most", "METHODS 8: the span in which strata need their lifts"),
		param.Number("least_candidates", &o.LeastCandidates, 1, 1000, "candidates", "in the reference: with fewer, no count since could be surprising", "METHODS 8"),
		param.Number("longest_change_days", &o.LongestChange, 7, 1000, "days", "how long ago a change may lie that is still looked for", "judgement"),
		param.Numbers("stopped", &o.Stopped, 1, 20, 0, 0.5, "", "rates, as shares of the reference, that count as a halt: what goes on then are false candidates", "judgement"),
		param.Numbers("early_stopped", &o.EarlyStopped, 1, 20, 0, 0.9, "", "the same for the early sign", "judgement: some of those who give a sign never load"),
		param.Numbers("risen", &o.Risen, 1, 20, 1.05, 20, "", "rates that count as a rise", "judgement"),
		param.Number("onset_days", &o.Onset, 30, 36500, "days", "between changes, which the change point's probability assumes", "judgement"),
		param.Number("lost_lifts", &o.LostLifts, 1, 100, "candidates", "that must be missing before a note's halted is said", "METHODS 8: none at all has a chance of 1 % then"),
		param.Number("voyage_days", &o.Voyage, 0, 100, "days", "early signs of one ship so close are one", "judgement: Gulf and back take longer"),
		param.Number("prompt_days", &o.Prompt, 1, 100, "days", "after it began an opportunity that is told first is still an early sign", "judgement: a silence that starts before the Gulf leaves time for a loading within days"),
		param.Number("rearm_days", &o.Rearm, 1, 365, "days", "without a call before a test's next call counts as another", "judgement"),
	}}
}

// Validate reports every option out of range.
func (o Options) Validate() error { return o.Params().Check() }
