package call

import (
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct {
	Sail     float64 // kn, in ballast to the terminal
	SailOut  float64 // kn, laden
	BerthH   float64 // from arrival to the first oil
	LeaveH   float64 // from the last oil to under way
	SoftFrom float64 // share of the least time below which a call does not fit at all
	PartLoad float64 // a ship may exceed a berth's greatest deadweight by it and still load there, in part
}

// Defaults returns the starting parameters. Berthing 6 h and leaving 4 h: 6–8 h of berthing, hoses and documents at
// Kharg (aradstarlian.com). The speeds are those of large tankers, vessel.BallastSpeed and vessel.LadenSpeed. 0.8 is
// METHODS' (section 3); a part load of 15 % above a berth's greatest deadweight is judgement.
func Defaults() Options {
	return Options{Sail: float64(vessel.BallastSpeed), SailOut: float64(vessel.LadenSpeed), BerthH: 6, LeaveH: 4, SoftFrom: 0.8, PartLoad: 1.15}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "call", About: "hidden calls: what fits into a silence", Params: []param.Param{
		param.Number("sail_in_kn", &o.Sail, 5, 25, "kn", "in ballast to the terminal", "METHODS 7: 15 kn"),
		param.Number("sail_out_kn", &o.SailOut, 5, 25, "kn", "laden", "METHODS 7: 14 kn"),
		param.Number("berth_h", &o.BerthH, 0, 48, "hours", "from arrival to the first oil", "METHODS 7; 6 to 8 h at Kharg (aradstarlian.com)"),
		param.Number("leave_h", &o.LeaveH, 0, 48, "hours", "from the last oil to under way", "METHODS 7"),
		param.Number("soft_from", &o.SoftFrom, 0.5, 0.99, "", "share of the least time below which a call does not fit at all; 1 would make the edge hard", "METHODS 7"),
		param.Number("part_load", &o.PartLoad, 1, 2, "", "a ship may exceed a berth's greatest deadweight by it and still load there, in part", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

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
