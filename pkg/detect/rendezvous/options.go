package rendezvous

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters.
type Options struct {
	Antennas   geo.Metres  `json:"antennas"`    // greatest distance, besides half of both lengths
	Relative   geo.Knots   `json:"relative"`    // greatest difference of velocities
	Slow       geo.Knots   `json:"slow"`        // below it courses do not matter
	Underway   geo.Knots   `json:"underway"`    // no transfer is faster
	SameCourse geo.Degrees `json:"same_course"` // under way, and of headings alongside

	Hold    time.Duration `json:"hold"`    // the least run
	Missing time.Duration `json:"missing"` // without a close point
	Merge   time.Duration `json:"merge"`   // breaks that are shorter are none
	Unheard time.Duration `json:"unheard"` // a break in which one ship is not heard and the other stays may be as long as this
	Decide  time.Duration `json:"decide"`  // how long after a bin it is decided

	Bracket    time.Duration `json:"bracket"` // the longest bracket over which a position is interpolated
	Touch      geo.Metres    `json:"touch"`   // median gap alongside, besides 2σ
	Close      geo.Metres    `json:"close"`   // gap of a close point, besides 2σ
	CloseShare float64       `json:"close_share"`
	Points     int           `json:"points"` // with hulls

	AntennaPoints int        `json:"antenna_points"` // without hulls
	AntennaClose  geo.Metres `json:"antenna_close"`
	AntennaLeast  geo.Metres `json:"antenna_least"` // closer antennas are two radios on one ship, or a false position
	AntennaCap    float64    `json:"antenna_cap"`

	CargoAfter time.Duration `json:"cargo_after"` // run from which a cargo transfer is likely
	Draught    time.Duration `json:"draught"`     // after the end, in which a draught change counts
}

// Defaults returns the starting parameters. 500 m and 2 h are Global Fishing Watch's (pipe-encounters) and the Kerch
// Strait study's; breaks of 4 h are GFW's too. 10 kn: ships come together at less than 5 kn (OCIMF ship-to-ship guide,
// chapter 6), doubled for a following current and for trials. 250 m and the error model: METHODS' hull geometry. Brackets
// of an hour are the longest that stage A gives; METHODS' half hour would lose ships that report every half hour and are
// heard a moment late, and their points weigh little. 36 h unheard: transfers of two million barrels take 33 to 66 h, so
// that longer breaks would join meetings. A close pair of antennas below 10 m would have to stand on one hull, since the
// beams of two tankers are wider. The rest are start values.
func Defaults() Options {
	return Options{
		Antennas: 500, Relative: 1, Slow: 3, Underway: 10, SameCourse: 15,
		Hold: 2 * time.Hour, Missing: 30 * time.Minute, Merge: 4 * time.Hour, Unheard: 36 * time.Hour, Decide: 30 * time.Minute,
		Bracket: time.Hour, Touch: 15, Close: 50, CloseShare: 0.8, Points: 6,
		AntennaPoints: 3, AntennaClose: 250, AntennaLeast: 10, AntennaCap: 0.7,
		CargoAfter: 6 * time.Hour, Draught: 24 * time.Hour,
	}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"rendezvous.antennas", float64(o.Antennas), 50, 5000, "metres"},
		{"rendezvous.relative", float64(o.Relative), 0.1, 5, "knots"},
		{"rendezvous.slow", float64(o.Slow), 0.5, 6, "knots"},
		{"rendezvous.underway", float64(o.Underway), float64(o.Slow), 25, "knots"},
		{"rendezvous.same_course", float64(o.SameCourse), 1, 45, "degrees"},
		{"rendezvous.hold", o.Hold.Hours(), 0.5, 24, "hours"},
		{"rendezvous.missing", o.Missing.Minutes(), 5, 240, "minutes"},
		{"rendezvous.merge", o.Merge.Hours(), o.Missing.Hours(), 48, "no break is shorter than what may be missing"},
		{"rendezvous.unheard", o.Unheard.Hours(), o.Merge.Hours(), 96, "not below merge"},
		{"rendezvous.decide", o.Decide.Minutes(), 5, 240, "minutes"},
		{"rendezvous.bracket", o.Bracket.Minutes(), 1, 60, "minutes"},
		{"rendezvous.touch", float64(o.Touch), 0, 100, "metres"},
		{"rendezvous.close", float64(o.Close), float64(o.Touch), 300, "metres"},
		{"rendezvous.close_share", o.CloseShare, 0.5, 1, "a share"},
		{"rendezvous.points", float64(o.Points), 2, 100, "points"},
		{"rendezvous.antenna_points", float64(o.AntennaPoints), 2, 100, "points"},
		{"rendezvous.antenna_close", float64(o.AntennaClose), 50, 1000, "metres"},
		{"rendezvous.antenna_least", float64(o.AntennaLeast), 0, 50, "metres"},
		{"rendezvous.antenna_cap", o.AntennaCap, 0, 1, "a probability"},
		{"rendezvous.cargo_after", o.CargoAfter.Hours(), 1, 48, "hours"},
		{"rendezvous.draught", o.Draught.Hours(), 1, 240, "hours"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
