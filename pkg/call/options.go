package call

import (
	"errors"
	"fmt"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct {
	Sail     float64 `json:"sail_in"`   // kn, in ballast to the terminal
	SailOut  float64 `json:"sail_out"`  // kn, laden
	BerthH   float64 `json:"berth_h"`   // from arrival to the first oil
	LeaveH   float64 `json:"leave_h"`   // from the last oil to under way
	SoftFrom float64 `json:"soft_from"` // share of the least time below which a call does not fit at all
	PartLoad float64 `json:"part_load"` // a ship may exceed a berth's greatest deadweight by it and still load there, in part
}

// Defaults returns the starting parameters. Berthing 6 h and leaving 4 h: 6–8 h of berthing, hoses and documents at
// Kharg (aradstarlian.com). The speeds are those of large tankers, vessel.BallastSpeed and vessel.LadenSpeed. 0.8 is
// METHODS' (section 3); a part load of 15 % above a berth's greatest deadweight is judgement.
func Defaults() Options {
	return Options{Sail: float64(vessel.BallastSpeed), SailOut: float64(vessel.LadenSpeed), BerthH: 6, LeaveH: 4, SoftFrom: 0.8, PartLoad: 1.15}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"call.sail_in", o.Sail, 5, 25, "knots"},
		{"call.sail_out", o.SailOut, 5, 25, "knots"},
		{"call.berth_h", o.BerthH, 0, 48, "hours"},
		{"call.leave_h", o.LeaveH, 0, 48, "hours"},
		{"call.soft_from", o.SoftFrom, 0.5, 0.99, "1 would make the edge hard"},
		{"call.part_load", o.PartLoad, 1, 2, "a share of the berth's limit"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}

// loadHours is the least time that loading a full cargo takes, by class: VLCC 24 h (30 h at the 9,000 t/h of Kharg's
// T-jetty; the Sea Island's six berths together are rated at 670,500 bbl/h, iotco.ir 2016), Suezmax 14, Aframax 10;
// the smaller ones in proportion to their parcels with 5 h as the least. An unknown class is taken for the smallest
// that loads crude for export, so that the test is never too strict.
func loadHours(c vessel.Class) float64 {
	switch c {
	case vessel.ULCC, vessel.VLCC:
		return 24
	case vessel.Suezmax:
		return 14
	case vessel.LR1:
		return 8
	case vessel.MR, vessel.Handy:
		return 6
	case vessel.GP, vessel.SmallTanker:
		return 5
	}
	return 10
}
