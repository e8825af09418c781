package lots

import (
	"errors"
	"time"

	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Cause is an event, in the version on which something rests.
type Cause struct {
	Event   string `json:"event"`
	Version int    `json:"version"`
}

// History is what is known of a number of ships. Its lists may come in any order and hold doubles.
type History struct {
	Lifts     []Lift
	Meetings  []Meeting
	Calls     []Call
	Crossings []Crossing
	Marks     []Mark
	Rests     []Rest
	Links     []Link
}

// Lift is a candidate loading with its probability.
type Lift struct {
	Cause
	Hull       vessel.MMSI
	Start, End time.Time // loading window; the oil is aboard from its end on
	Q          float64
	Barrels    vessel.Barrels // if it is one
	Inferred   bool           // not seen to load: laden without a known origin, all or part
}

// Meeting is two ships alongside, with the probability that cargo went from the one to the other. A zero of Loss, Gain,
// Content and Tanks is "not known".
type Meeting struct {
	Cause
	Donor, Receiver vessel.MMSI
	Either          bool // it is not known which of the two gave
	Start, End      time.Time
	R               float64
	Loss, Gain      vessel.Uncertain // barrels by the donor's and by the receiver's draught
	Content         vessel.Uncertain // barrels aboard the donor before
	Tanks           vessel.Barrels   // the most that the receiver can hold
}

// Call is a stay at a place where oil may have been discharged.
type Call struct {
	Cause
	Hull        vessel.MMSI
	Start, End  time.Time
	P           float64          // that she discharged
	Loss        vessel.Uncertain // barrels by her draught; zero is "all that she had"
	Zone, Place string
}

// Crossing is an outbound passage of the way out of the Gulf of Oman.
type Crossing struct {
	Cause
	Hull vessel.MMSI
	At   time.Time
	P    float64
}

// Mark is a load state that was seen, ballast or laden.
type Mark struct {
	Cause
	Hull  vessel.MMSI
	At    time.Time
	Laden bool
}

// Rest is a time in which a ship did not move. Its end is the last moment of which that is known.
type Rest struct {
	Cause
	Hull     vessel.MMSI
	From, To time.Time
}

// Link says that two numbers are one hull's.
type Link struct{ A, B vessel.MMSI }

// Options are the parameters of Build.
type Options struct {
	// Least is the probability from which a meeting or a call moves oil.
	Least float64
	// Storage is how long a laden ship lies still until she is floating storage.
	Storage time.Duration
	// Lull is how long two rests may lie apart and be one.
	Lull time.Duration
	// Stale is how long after a loading a draught in ballast is taken for what the crew had not typed anew.
	Stale time.Duration
}

// Defaults returns the start values.
func Defaults() Options {
	const day = 24 * time.Hour
	return Options{Least: 0.05, Storage: 20 * day, Lull: day, Stale: 3 * day}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "lots", About: "the ledger of oil: what moved from ship to ship and where it ended", Params: []param.Param{
		param.Number("least", &o.Least, 0.01, 0.5, "", "probability from which a meeting or a call moves oil; lower ties the whole fleet together by chance meetings", "start value"),
		param.Time("storage", &o.Storage, 5*day, 90*day, "a laden ship that lies still so long is floating storage; shorter takes waiting for it", "METHODS 7: 20 days"),
		param.Time("lull", &o.Lull, 0, 5*day, "two rests so close are one, a shift of anchor; longer hides a voyage", "start value"),
		param.Time("stale", &o.Stale, 0, 15*day, "after a loading a draught in ballast is one that was not typed anew; longer keeps oil aboard that was not there", "start value: crews type it hours to days late"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return errors.Join(o.Params().Check()) }
