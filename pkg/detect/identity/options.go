package identity

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters; the weights of what is found are data.
type Options struct {
	Settle    time.Duration // other particulars that last so long are a change
	Absent    time.Duration // an MMSI that was not heard for so long comes anew
	Dark      time.Duration // a silence from which a change was made in the dark
	Overlap   time.Duration // clocks may differ by so much between two MMSIs of one ship
	Together  time.Duration // two MMSIs heard so close in time are on the air at once
	Swaps     int           // particulars that came and went so often within Window are two ships'
	Joint     int           // hours with both MMSIs on the air that make a shared hull
	Window    time.Duration // within which swaps and ambiguities belong together
	Longest   time.Duration // a hull without an IMO number is not followed over a longer silence
	Near      geo.Metres    // a silent ship that comes back so near is likely the same
	MinLength geo.Metres    // ships of unknown type that are shorter are left out
	Least     float64       // a continuation that is less probable is not told
	MaxWay    float64       // needed speed / class maximum above which nobody sailed it
}

// Defaults returns the starting parameters.
//
// 3 h are thirty static reports of six minutes each, 6 h the least gap that is told. The rest is judgement.
func Defaults() Options {
	return Options{
		Settle: 3 * time.Hour, Absent: 12 * time.Hour, Dark: 6 * time.Hour, Overlap: 15 * time.Minute, Together: time.Hour,
		Swaps: 2, Joint: 3, Window: 48 * time.Hour, Longest: 60 * 24 * time.Hour, Near: 50 * geo.NauticalMile, MinLength: 100,
		Least: 0.5, MaxWay: 1.1,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "identity", About: "identities: one ship behind two numbers, or two behind one", Params: []param.Param{
		param.Time("settle", &o.Settle, 6*time.Minute, 48*time.Hour, "other particulars that last so long are a change; one slip is none", "thirty static reports of six minutes"),
		param.Time("absent", &o.Absent, time.Hour, 240*time.Hour, "an MMSI that was not heard for so long comes anew", "judgement"),
		param.Time("dark", &o.Dark, time.Hour, 240*time.Hour, "a silence from which a change was made in the dark", "METHODS 3: the least gap that is told"),
		param.Time("overlap", &o.Overlap, 0, 6*time.Hour, "clocks may differ by so much between two MMSIs of one ship", "judgement"),
		param.Time("together", &o.Together, 6*time.Minute, 24*time.Hour, "two MMSIs heard so close in time are on the air at once", "judgement"),
		param.Number("swaps", &o.Swaps, 1, 100, "times", "particulars that came and went so often within the window are two ships'", "judgement"),
		param.Number("joint", &o.Joint, 1, 100, "hours", "with both MMSIs on the air that make a shared hull", "judgement"),
		param.Time("window", &o.Window, time.Hour, 240*time.Hour, "within which swaps and ambiguities belong together", "judgement"),
		param.Time("longest", &o.Longest, time.Hour, 400*day, "a hull without an IMO number is not followed over a longer silence", "judgement"),
		param.Number("near_m", &o.Near, 0, 1e6, "m", "a silent ship that comes back so near is likely the same", "judgement"),
		param.Number("min_length_m", &o.MinLength, 0, 500, "m", "ships of unknown type that are shorter are left out", "reference/tanker_size_classes.csv: the smallest class that crosses a sea begins at 110 m"),
		param.Number("least", &o.Least, 0, 1, "", "a continuation that is less probable is not told", "judgement"),
		param.Number("max_way", &o.MaxWay, 1, 2, "", "needed speed / class maximum above which nobody sailed it", "METHODS 3"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
