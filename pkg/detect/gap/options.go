package gap

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters of gap detection. Rates are per ship-day.
type Options struct {
	Candidate time.Duration `json:"candidate"` // a shorter silence is ordinary loss of reception
	Publish   time.Duration `json:"publish"`   // a shorter candidate is not told
	Intervals float64       `json:"intervals"` // expected intervals that must be missed

	MaxFeasibility float64    `json:"max_feasibility"`     // needed speed / class maximum; above it is no silence
	MinLength      geo.Metres `json:"min_length"`          // ships of unknown type that are shorter are left out
	LeastTanker    int        `json:"least_fixes_tanker"`  // in the 24 h before off: who was hardly heard is not missed
	LeastUnknown   int        `json:"least_fixes_unknown"` // the same for a ship of unknown type

	SwitchedOff     float64 `json:"rate_switched_off"`
	SwitchedOffIran float64 `json:"rate_switched_off_iran"`
	Faulty          float64 `json:"rate_faulty"`
	SwitchedOffDays float64 `json:"switched_off_days"` // mean length of a silence that was switched off
	FaultyDays      float64 `json:"faulty_days"`       // mean length of a failure
	WellHeard       int     `json:"well_heard"`        // fixes in 24 h from which a ship counts as well heard

	Doubt  float64       `json:"doubt"`   // not received this many times likelier than switched off: unknown
	Clear  float64       `json:"clear"`   // the chance of not being heard up to which a silence is a headline
	Review time.Duration `json:"review"`  // open silences up to this length are judged anew each day
	Moved  float64       `json:"moved"`   // least change of a probability that a new judgement tells
	Roam   geo.Knots     `json:"roam_kn"` // at which a silent ship is thought to sail

	InPort  float64 `json:"in_port"`             // share explained by a port when off, and on if known, lie in it
	Longest float64 `json:"hidden_longest_days"` // longer silences hide more than one voyage, and say nothing of any

	LeftArea   float64       `json:"left_area"`    // share explained by sailing away when she had just passed the way out
	Leaving    float64       `json:"rate_leaving"` // per ship-day, of a ship in the Gulfs
	LeftWithin time.Duration `json:"left_within"`  // how long after the passage a silence counts as that

	Horizon time.Duration `json:"horizon"` // how long a closed gap can still be revised by late reports
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

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"gap.candidate", o.Candidate.Hours(), 1, 72, "stage A tells of silences from one hour on"},
		{"gap.publish", o.Publish.Hours(), o.Candidate.Hours(), 240, "no candidate is shorter"},
		{"gap.intervals", o.Intervals, 1, 100, "one missed report is no silence"},
		{"gap.max_feasibility", o.MaxFeasibility, 1, 2, "below 1 ships at full speed are refuted"},
		{"gap.min_length", float64(o.MinLength), 0, 500, "metres"},
		{"gap.least_fixes_tanker", float64(o.LeastTanker), 1, 1000, "fixes a day"},
		{"gap.least_fixes_unknown", float64(o.LeastUnknown), float64(o.LeastTanker), 1000, "not less than of a tanker"},
		{"gap.hidden_longest_days", o.Longest, 1, 400, "days"},
		{"gap.rate_switched_off", o.SwitchedOff, 0, 1, "per ship-day"},
		{"gap.rate_switched_off_iran", o.SwitchedOffIran, o.SwitchedOff, 1, "history raises the rate"},
		{"gap.rate_faulty", o.Faulty, 0, 1, "per ship-day"},
		{"gap.switched_off_days", o.SwitchedOffDays, 0.1, 365, "days"},
		{"gap.faulty_days", o.FaultyDays, 0.1, 365, "days"},
		{"gap.well_heard", float64(o.WellHeard), 1, 1000, "fixes a day"},
		{"gap.doubt", o.Doubt, 1, 100, "a ratio of rates"},
		{"gap.clear", o.Clear, 1e-6, 0.5, "a probability"},
		{"gap.review", o.Review.Hours(), 24, 240, "hours"},
		{"gap.moved", o.Moved, 0.001, 0.5, "a probability"},
		{"gap.roam_kn", float64(o.Roam), 5, 20, "knots"},
		{"gap.in_port", o.InPort, 0, 0.95, "something must be left for the rivals"},
		{"gap.left_area", o.LeftArea, 0, 0.99, "something must be left for the rivals"},
		{"gap.rate_leaving", o.Leaving, 0, 1, "per ship-day"},
		{"gap.left_within", o.LeftWithin.Hours(), 1, 240, "hours"},
		{"gap.horizon", o.Horizon.Hours(), 1, 240, "hours"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
