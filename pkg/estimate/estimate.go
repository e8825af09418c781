package estimate

import (
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the model's parameters.
type Options struct {
	Draws int // simulated worlds for each estimate
	// DetectA and DetectB are the Beta prior of a, the chance that a true lift ever becomes a candidate with a full
	// feed, as measured on simulated worlds (Detection), which are not the sea: it counts as no more than 20 lifts. AIS-only
	// trackers saw 0.85 (2018-09) to 0.025 (2021-02) of what imagery found; Beta(6,4), 0.6 ± 0.15, is what METHODS.md
	// section 8 starts from for a ledger that uses gaps as well.
	DetectA float64
	DetectB float64
	// RateShape and RateDays are the Gamma prior of the rate: half a lift in half a day, which says almost nothing.
	RateShape float64
	RateDays  float64
	// HalfLife is the age at which a day's lifts and exposure count half towards the rate.
	HalfLife time.Duration
	// LeastLifts and LeastSpan: strata are merged until each has that many lifts in that time.
	LeastLifts float64
	LeastSpan  time.Duration
	// BlindExposure: below this mean exposure over 28 days a row is blind.
	BlindExposure float64
	// BlindWidth: a row is blind if its 90 % width over 28 days exceeds this part of the width without any data.
	BlindWidth float64
	// FinalShare: a day is final when this share of its lifts has been raised.
	FinalShare float64
	// Capacity is the most that the sources could load, barrels a day: the upper end when nothing is known.
	Capacity vessel.Barrels
	// At lists the values of a for which the headline is printed as well.
	At []float64
	// Lag is how long lifts take to be raised.
	Lag Lag
	// ExitSeen of ExitAll lifts in the ledger are seen to leave the Gulf of Oman, EndSeen of EndAll to discharge, until
	// the ledger tells: pseudo-counts.
	ExitSeen, ExitAll float64
	EndSeen, EndAll   float64
	// LeastCaptures is how many lifts must stand on both lists before they bound a. They must be CaptureLeast to
	// CaptureMost apart; lifts of CaptureSpan count, once they are CaptureMost old. The odds ratio is at most CaptureOdds.
	LeastCaptures                          float64
	CaptureLeast, CaptureMost, CaptureSpan time.Duration
	CaptureOdds                            float64
}

// Defaults returns the start values.
func Defaults() Options {
	detect := DefaultDetection()
	return Options{
		Draws: 4000, DetectA: detect.A, DetectB: detect.B, RateShape: 0.5, RateDays: 0.5,
		HalfLife: 90 * 24 * time.Hour, LeastLifts: 8, LeastSpan: 180 * 24 * time.Hour,
		BlindExposure: 0.15, BlindWidth: 0.8, FinalShare: 0.8,
		Capacity: Capacity, At: []float64{0.4, 0.6, 0.8}, Lag: DefaultLag(),
		ExitSeen: 4, ExitAll: 6, EndSeen: 3, EndAll: 6,
		LeastCaptures: 10, CaptureLeast: 15 * 24 * time.Hour, CaptureMost: 90 * 24 * time.Hour, CaptureSpan: 180 * 24 * time.Hour, CaptureOdds: 4,
	}
}

// Capacity is the nameplate of Kharg's six eastern berths, 670,500 bbl/h (iotco.ir, 2016), and of Jask's single point
// mooring, 7,000 m³/h = 44,030 bbl/h (tehrantimes.com), for 24 hours: 17.1 Mb a day. No export came near it; it is
// what a reader may conclude when we heard nothing.
const Capacity vessel.Barrels = 17_100_000

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "estimate", About: "the daily estimate", Params: []param.Param{
		param.Number("draws", &o.Draws, 100, 100_000, "worlds", "simulated for each estimate", "METHODS 8"),
		param.Number("detect_a", &o.DetectA, 0.1, 1e6, "", "Beta prior of a, the chance that a true lift ever becomes a candidate with a full feed", "simulate fit detection, on simulated worlds; METHODS 8 starts from Beta(6,4)"),
		param.Number("detect_b", &o.DetectB, 0.1, 1e6, "", "its second parameter", "as detect_a: together they count as 20 lifts at most"),
		param.Number("rate_shape", &o.RateShape, 0.01, 10, "lifts", "Gamma prior of the rate", "METHODS 8: Gamma(0.5, 0.5 d)"),
		param.Number("rate_days", &o.RateDays, 0.01, 10, "days", "its exposure", "METHODS 8"),
		param.Time("half_life", &o.HalfLife, 24*time.Hour, 3650*day, "age at which a day's lifts and exposure count half", "METHODS 8"),
		param.Number("least_lifts", &o.LeastLifts, 0, 1000, "lifts", "strata are merged until each has so many", "METHODS 8"),
		param.Time("least_span", &o.LeastSpan, 24*time.Hour, 3650*day, "in this time", "METHODS 8"),
		param.Number("blind_exposure", &o.BlindExposure, 0, 1, "", "below this mean exposure over 28 days a row is blind", "METHODS 8"),
		param.Number("blind_width", &o.BlindWidth, 0, 1, "", "or beyond this part of the width without any data", "METHODS 8"),
		param.Number("final_share", &o.FinalShare, 0, 1, "", "a day is final when this share of its lifts has been raised", "METHODS 8"),
		param.Number("capacity_bpd", &o.Capacity, 0, 1e9, "barrels a day", "the most that the sources could load: the upper end when nothing is known", "nameplate of Kharg's eastern berths (iotco.ir, 2016) and Jask's mooring (tehrantimes.com)"),
		param.Numbers("at", &o.At, 0, 10, 0, 1, "", "values of a for which the headline is printed as well", "METHODS 8"),
		param.Time("lag.direct_median", &o.Lag.DirectMedian, time.Hour, 90*day, "until a loading that was seen is raised", "METHODS 8"),
		param.Number("lag.direct_sd", &o.Lag.DirectSD, 0, 5, "", "of its logarithm", "start value"),
		param.Time("lag.dark_median", &o.Lag.DarkMedian, time.Hour, 365*day, "until one in the dark is raised", "METHODS 8"),
		param.Number("lag.dark_sd", &o.Lag.DarkSD, 0, 5, "", "of its logarithm", "METHODS 8: 80 % at 45 days"),
		param.Number("lag.direct_lifts", &o.Lag.DirectLifts, 0, 1e6, "lifts", "pseudo-count of those seen loading", "start value"),
		param.Number("lag.all_lifts", &o.Lag.AllLifts, 0, 1e6, "lifts", "pseudo-count of all: what the start values weigh beside the lifts that were seen", "start value"),
		param.Number("exit.seen", &o.ExitSeen, 0.01, 1e6, "lifts", "pseudo-count of lifts in the ledger that are seen to leave the Gulf of Oman", "start value"),
		param.Number("exit.all", &o.ExitAll, o.ExitSeen, 1e6, "lifts", "of so many", "start value"),
		param.Number("discharge.seen", &o.EndSeen, 0.01, 1e6, "lifts", "pseudo-count of lifts in the ledger whose discharge is seen", "start value"),
		param.Number("discharge.all", &o.EndAll, o.EndSeen, 1e6, "lifts", "of so many", "start value"),
		param.Number("capture.least", &o.LeastCaptures, 1, 1e6, "lifts", "found at the source and far away, before that bounds a", "METHODS 8"),
		param.Time("capture.least_apart", &o.CaptureLeast, 0, 90*day, "between the two", "METHODS 8"),
		param.Time("capture.most_apart", &o.CaptureMost, o.CaptureLeast, 365*day, "between the two", "METHODS 8"),
		param.Time("capture.span", &o.CaptureSpan, 30*day, 3650*day, "of the lifts that count", "METHODS 8"),
		param.Number("capture.odds", &o.CaptureOdds, 1.001, 1000, "", "the odds ratio of both is log-uniform up to this: who hides from one hides from the other", "METHODS 8"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// Input is what an estimate rests on.
type Input struct {
	Lifts      []cargo.Lift
	Discharges []Discharge                 // nil: nobody looks for them, and there are no rows on that basis
	Health     func(day time.Time) float64 // 0 to 1 for each UTC day; nil means a full feed
	// Halted is the probability that the trade stood still on a UTC day, in a halt that was called; nil means never. Days on
	// the other side of its begin or end tell little about a day's rate.
	Halted      func(day time.Time) float64
	First, Last time.Time // first and last UTC day that the input covers
	AsOf        time.Time // event time up to which everything was read
}

// Status says how firm a row is.
type Status string

// The statuses. Final: in every stratum at least 80 % of the day's lifts are expected to have been raised. Blind: too little was heard
// for a verdict.
const (
	Final       Status = "final"
	Provisional Status = "provisional"
	Blind       Status = "blind"
)

// Interval is a mean with percentiles, barrels a day.
type Interval struct {
	Mean vessel.Barrels `json:"mean"`
	P05  vessel.Barrels `json:"p05"`
	P50  vessel.Barrels `json:"p50"`
	P95  vessel.Barrels `json:"p95"`
}

// Row is the estimate of one UTC day on one basis. Values are barrels a day, rounded to 100.
type Row struct {
	Date  time.Time
	Basis Basis
	// Known is false when nothing was heard that could be counted: then there is a range and no number.
	Known bool
	Day   Interval
	// Week and Month are means over the 7 and 28 days that end with this one, or over as many as the input has.
	Week, Month Interval
	WindowDays  int     // days in Month
	Lifts       float64 // Σq of the lifts whose windows touch the day
	// The parts sum to Day.Mean.
	Seen, Inferred, Pending, Unobserved vessel.Barrels
	Detection                           float64 // detection probability, Σλπ/Σλ
	Health                              float64 // feed health, Σλh/Σλ
	Status                              Status
	AsOf                                time.Time
	Account                             *Account // how Day.Mean came about; nil where it is not known
}

// Headline is the newest 28-day mean if a were known to be A.
type Headline struct {
	A     float64  `json:"a"`
	Known bool     `json:"known"`
	Month Interval `json:"month"`
}

// Stratum is a group of lifts that share a rate.
type Stratum struct {
	Name  string  `json:"name"`
	Lifts float64 `json:"lifts"`         // Σq
	Rate  float64 `json:"lifts_per_day"` // posterior mean at the newest day
	// Raised is the share of lifts that have been raised at ages of 1, 3, 7, 14, 28, 45 and 90 days.
	Raised [7]float64 `json:"raised_by_age"`
}

// Result is one vintage.
type Result struct {
	Days     []Row      `json:"days"` // by date
	Headline []Headline `json:"headline"`
	// Others are the rows on the other bases, basis by basis.
	Others []Row `json:"other_bases"`
	// NewestFinal is the index of the newest final row whose 28 days are all covered, -1 when there is none.
	NewestFinal int       `json:"newest_final"`
	Strata      []Stratum `json:"strata"`
	Chance      Chance    `json:"detection_prior"`
	Capture     *Capture  `json:"capture"` // nil without a day
	AsOf        time.Time `json:"as_of"`
}

// Compute makes one vintage. A caller that makes many keeps an Estimator, which remembers draws of lifts.
func Compute(in Input, o Options) Result { return New(o).Compute(in) }
