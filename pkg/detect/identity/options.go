package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters. Weights are log-odds.
type Options struct {
	Settle    time.Duration `json:"settle"`     // other particulars that last so long are a change
	Absent    time.Duration `json:"absent"`     // an MMSI that was not heard for so long comes anew
	Dark      time.Duration `json:"dark"`       // a silence from which a change was made in the dark
	Overlap   time.Duration `json:"overlap"`    // clocks may differ by so much between two MMSIs of one ship
	Together  time.Duration `json:"together"`   // two MMSIs heard so close in time are on the air at once
	Swaps     int           `json:"swaps"`      // particulars that came and went so often within Window are two ships'
	Joint     int           `json:"joint"`      // hours with both MMSIs on the air that make a shared hull
	Window    time.Duration `json:"window"`     // within which swaps and ambiguities belong together
	Longest   time.Duration `json:"longest"`    // a hull without an IMO number is not followed over a longer silence
	Near      geo.Metres    `json:"near"`       // a silent ship that comes back so near is likely the same
	MinLength geo.Metres    `json:"min_length"` // ships of unknown type that are shorter are left out
	Least     float64       `json:"least"`      // a continuation that is less probable is not told
	MaxWay    float64       `json:"max_way"`    // needed speed / class maximum above which nobody sailed it
	Weights   Weights       `json:"weights"`
}

// Weights are log-odds for one ship behind both.
type Weights struct {
	Same       float64 `json:"prior_same_mmsi"` // other particulars under one MMSI
	New        float64 `json:"prior_new_mmsi"`  // a silent ship and an MMSI that comes anew
	IMO        float64 `json:"imo_same"`
	OtherIMO   float64 `json:"imo_differs"`
	Hull       float64 `json:"hull_same"`
	OtherHull  float64 `json:"hull_differs"`
	Name       float64 `json:"name_same"`
	CallSign   float64 `json:"call_sign_same"`
	Near       float64 `json:"near"`
	Impossible float64 `json:"impossible"`

	Twice        float64 `json:"prior_two_places"` // two ships, where an MMSI was heard in two places at once
	Swapped      float64 `json:"particulars_swap"` // and the particulars come and go
	OneVoice     float64 `json:"particulars_stay"` // and they do not
	Lasting      float64 `json:"two_places_more"`  // each further time, at most one in 6 h, up to ten
	Interference float64 `json:"interference"`     // and jamming displaced her
}

// Defaults returns the starting parameters.
//
// 3 h are thirty static reports of six minutes each, 6 h the least gap that is told. IMO numbers were wrong in 61 of
// 2,073 rows of a merged public list, so that a right check digit which agrees is worth about e^7; a check digit passes
// by chance once in ten. Sister ships share dimensions: of hulls in one class one in twenty to thirty has the same four
// (e^3). The rest is judgement.
func Defaults() Options {
	return Options{
		Settle: 3 * time.Hour, Absent: 12 * time.Hour, Dark: 6 * time.Hour, Overlap: 15 * time.Minute, Together: time.Hour,
		Swaps: 2, Joint: 3, Window: 48 * time.Hour, Longest: 60 * 24 * time.Hour, Near: 50 * geo.NauticalMile, MinLength: 100,
		Least: 0.5, MaxWay: 1.1,
		Weights: Weights{
			Same: 1.5, New: -4, IMO: 8, OtherIMO: -8, Hull: 3, OtherHull: -2.5, Name: 2, CallSign: 2, Near: 2.5, Impossible: -9,
			Twice: -1, Swapped: 4, OneVoice: -1, Lasting: 0.4, Interference: -3,
		},
	}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"identity.settle", o.Settle.Hours(), 0.1, 48, "hours; one slip is no change"},
		{"identity.absent", o.Absent.Hours(), 1, 240, "hours"},
		{"identity.dark", o.Dark.Hours(), 1, 240, "hours"},
		{"identity.overlap", o.Overlap.Hours(), 0, 6, "hours"},
		{"identity.together", o.Together.Hours(), 0.1, 24, "hours"},
		{"identity.swaps", float64(o.Swaps), 1, 100, "times"},
		{"identity.joint", float64(o.Joint), 1, 100, "hours"},
		{"identity.window", o.Window.Hours(), 1, 240, "hours"},
		{"identity.longest", o.Longest.Hours(), 1, 24 * 400, "hours"},
		{"identity.near", float64(o.Near), 0, 1e6, "metres"},
		{"identity.min_length", float64(o.MinLength), 0, 500, "metres"},
		{"identity.least", o.Least, 0, 1, "a probability"},
		{"identity.max_way", o.MaxWay, 1, 2, "below 1 ships at full speed are refuted"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
