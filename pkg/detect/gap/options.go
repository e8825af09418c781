package gap

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters of gap detection. Rates are per ship-day.
type Options struct {
	Candidate time.Duration // a shorter silence is ordinary loss of reception
	Publish   time.Duration // a shorter candidate is not told
	Intervals float64       // expected intervals that must be missed

	MaxFeasibility float64    // needed speed / class maximum; above it is no silence
	MinLength      geo.Metres // ships of unknown type that are shorter are left out
	LeastTanker    int        // in the 24 h before off: who was hardly heard is not missed
	LeastUnknown   int        // the same for a ship of unknown type

	SwitchedOff     float64
	SwitchedOffIran float64
	Faulty          float64
	SwitchedOffDays float64 // mean length of a silence that was switched off
	FaultyDays      float64 // mean length of a failure
	WellHeard       int     // fixes in 24 h from which a ship counts as well heard

	Doubt  float64       // not received this many times likelier than switched off: unknown
	Clear  float64       // the chance of not being heard up to which a silence is a headline
	Review time.Duration // open silences up to this length are judged anew each day
	Moved  float64       // least change of a probability that a new judgement tells
	Roam   geo.Knots     // at which a silent ship is thought to sail

	InPort  float64 // share explained by a port when off, and on if known, lie in it
	Longest float64 // longer silences hide more than one voyage, and say nothing of any

	LeftArea   float64       // share explained by sailing away when she had just passed the way out
	Leaving    float64       // per ship-day, of a ship in the Gulfs
	LeftWithin time.Duration // how long after the passage a silence counts as that

	Horizon time.Duration // how long a closed gap can still be revised by late reports
}

// Defaults returns the starting parameters.
//
// 6 h raw is Global Fishing Watch's gap_min (AIS-disabling-high-seas config.py); 2 h and 5 intervals are start values.
// A ship leaves the Gulfs after some 12 days: 0.08 a ship-day (assumption).
// 0.002 a ship-day: 29 of 529 Gulf tankers were judged dark by one vendor in March 2019. 0.03 with Iran-trade history,
// 0.0005 for failures (assumption), 7 days of failure (assumption: until the next port). 30 days of darkness: usual
// for the Iranian fleet ("30 and more", Windward; cases of 14, 14 and 55 days, UANI 2020). 100 m: the smallest class
// that carries oil across a sea, GP, begins at 110 m. Feasibility 1.1 leaves a tenth for the coarse coastline. In port
// 0.7 is an assumption, and so are 0.9 for a silence within 72 h (1,000 nm at 14 kn) behind the way out of the Gulf of Oman.
// 90 days: the longest silence of a known voyage was 55, and a cargo is looked for up to 75 days
// before its transfer. The horizon is the system's, 48 h. Two fixes of a tanker and three of an unknown ship are the
// least that make an interval. Doubt 3 and clear 0.01 are METHODS' (sections 2 and 3); 12 kn is between the laden and
// slow steaming speeds of tankers; 96 h is a day more than the 72 h of which the first and last day are asked, and a
// probability that moves by less than 0.05 changes nobody's mind (both judgement).
func Defaults() Options {
	return Options{
		Candidate: 2 * time.Hour, Publish: 6 * time.Hour, Intervals: 5,
		MaxFeasibility: 1.1, MinLength: 100, LeastTanker: 2, LeastUnknown: 3,
		SwitchedOff: 0.002, SwitchedOffIran: 0.03, Faulty: 0.0005, SwitchedOffDays: 30, FaultyDays: 7, WellHeard: 12,
		Doubt: 3, Clear: 0.01, Review: 96 * time.Hour, Moved: 0.05, Roam: 12,
		LeftArea: 0.9, Leaving: 0.08, LeftWithin: 72 * time.Hour,
		InPort: 0.7, Longest: 90, Horizon: 48 * time.Hour,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "gap", About: "silences: gaps, their rival explanations and what fits into them; rates per ship-day", Params: []param.Param{
		param.Time("candidate", &o.Candidate, time.Hour, 72*time.Hour, "a shorter silence is ordinary loss of reception; stage A tells of silences from one hour on", "METHODS 3"),
		param.Time("publish", &o.Publish, o.Candidate, 240*time.Hour, "a shorter candidate is not told", "METHODS 3; Global Fishing Watch gap_min"),
		param.Number("intervals", &o.Intervals, 1, 100, "intervals", "expected ones that must be missed; one missed report is no silence", "METHODS 3"),
		param.Number("max_feasibility", &o.MaxFeasibility, 1, 2, "", "needed speed / class maximum; above it is no silence, below 1 ships at full speed are refuted", "METHODS 3"),
		param.Number("min_length_m", &o.MinLength, 0, 500, "m", "ships of unknown type that are shorter are left out", "reference/tanker_size_classes.csv: the smallest class that crosses a sea begins at 110 m"),
		param.Number("least_fixes_tanker", &o.LeastTanker, 1, 1000, "fixes", "in the 24 h before: who was hardly heard is not missed", "the least that make an interval"),
		param.Number("least_fixes_unknown", &o.LeastUnknown, float64(o.LeastTanker), 1000, "fixes", "the same for a ship of unknown type", "judgement"),
		param.Number("rate_switched_off", &o.SwitchedOff, 0, 1, "a ship-day", "of tankers", "METHODS 2: 29 of 529 Gulf tankers in March 2019"),
		param.Number("rate_switched_off_iran", &o.SwitchedOffIran, o.SwitchedOff, 1, "a ship-day", "with Iran-trade history or a list hit, which raise the rate", "METHODS 2"),
		param.Number("rate_faulty", &o.Faulty, 0, 1, "a ship-day", "of honest failures", "METHODS 2, assumption"),
		param.Number("switched_off_days", &o.SwitchedOffDays, 0.1, 365, "days", "mean length of a silence that was switched off", "\"30 and more\" (Windward); cases of 14, 14 and 55 (UANI 2020)"),
		param.Number("faulty_days", &o.FaultyDays, 0.1, 365, "days", "mean length of a failure", "assumption: until the next port"),
		param.Number("well_heard", &o.WellHeard, 1, 1000, "fixes", "in 24 h from which a ship counts as well heard", "judgement"),
		param.Number("doubt", &o.Doubt, 1, 100, "", "not received this many times likelier than switched off: unknown", "METHODS 2"),
		param.Number("clear", &o.Clear, 1e-6, 0.5, "", "the chance of not being heard up to which a silence is a headline", "METHODS 3"),
		param.Time("review", &o.Review, 24*time.Hour, 240*time.Hour, "open silences up to this length are judged anew each day", "METHODS 2: a day more than the 72 h that are asked"),
		param.Number("moved", &o.Moved, 0.001, 0.5, "", "least change of a probability that a new judgement tells", "judgement"),
		param.Number("roam_kn", &o.Roam, 5, 20, "kn", "at which a silent ship is thought to sail", "between the laden and slow steaming speeds of tankers"),
		param.Number("in_port", &o.InPort, 0, 0.95, "", "share explained by a port when off, and on if known, lie in it; the rivals keep the rest", "assumption"),
		param.Number("hidden_longest_days", &o.Longest, 1, 400, "days", "longer silences hide more than one voyage, and say nothing of any", "the longest silence of a known voyage was 55; METHODS 7 looks 75 back"),
		param.Number("left_area", &o.LeftArea, 0, 0.99, "", "share explained by sailing away when she had just passed the way out; the rivals keep the rest", "assumption"),
		param.Number("rate_leaving", &o.Leaving, 0, 1, "a ship-day", "of a ship in the Gulfs", "assumption: some 12 days inside"),
		param.Time("left_within", &o.LeftWithin, time.Hour, 240*time.Hour, "how long after the passage a silence counts as that", "1,000 nm at 14 kn"),
		param.Time("horizon", &o.Horizon, time.Hour, 240*time.Hour, "how long a closed gap can still be revised by late reports", "DESIGN 3"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
