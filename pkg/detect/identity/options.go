package identity

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters. Weights are log-odds.
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
	Weights   Weights
}

// Weights are log-odds for one ship behind both.
type Weights struct {
	Same       float64 // other particulars under one MMSI
	New        float64 // a silent ship and an MMSI that comes anew
	IMO        float64
	OtherIMO   float64
	Hull       float64
	OtherHull  float64
	Name       float64
	CallSign   float64
	Near       float64
	Impossible float64

	Twice        float64 // two ships, where an MMSI was heard in two places at once
	Swapped      float64 // and the particulars come and go
	OneVoice     float64 // and they do not
	Lasting      float64 // each further time, at most one in 6 h, up to ten
	Interference float64 // and jamming displaced her
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
		param.Number("weights.prior_same_mmsi", &o.Weights.Same, -20, 20, "log-odds", "for one ship: other particulars under one MMSI", "judgement"),
		param.Number("weights.prior_new_mmsi", &o.Weights.New, -20, 20, "log-odds", "a silent ship and an MMSI that comes anew", "judgement"),
		param.Number("weights.imo_same", &o.Weights.IMO, -20, 20, "log-odds", "one IMO number", "61 of 2,073 rows of a public list had a wrong one"),
		param.Number("weights.imo_differs", &o.Weights.OtherIMO, -20, 20, "log-odds", "two IMO numbers", "as above, the other way"),
		param.Number("weights.hull_same", &o.Weights.Hull, -20, 20, "log-odds", "one hull's four dimensions", "sister ships: one hull of a class in 20 to 30 has the same"),
		param.Number("weights.hull_differs", &o.Weights.OtherHull, -20, 20, "log-odds", "two hulls' dimensions", "judgement"),
		param.Number("weights.name_same", &o.Weights.Name, -20, 20, "log-odds", "one name", "judgement"),
		param.Number("weights.call_sign_same", &o.Weights.CallSign, -20, 20, "log-odds", "one call sign", "judgement"),
		param.Number("weights.near", &o.Weights.Near, -20, 20, "log-odds", "back near where she fell silent", "judgement"),
		param.Number("weights.impossible", &o.Weights.Impossible, -20, 20, "log-odds", "no hull can have sailed the way between", "judgement"),
		param.Number("weights.prior_two_places", &o.Weights.Twice, -20, 20, "log-odds", "for two ships: an MMSI was heard in two places at once", "judgement"),
		param.Number("weights.particulars_swap", &o.Weights.Swapped, -20, 20, "log-odds", "and the particulars come and go", "judgement"),
		param.Number("weights.particulars_stay", &o.Weights.OneVoice, -20, 20, "log-odds", "and they do not", "judgement"),
		param.Number("weights.two_places_more", &o.Weights.Lasting, -20, 20, "log-odds", "each further time, at most one in 6 h, up to ten", "judgement"),
		param.Number("weights.interference", &o.Weights.Interference, -20, 20, "log-odds", "and jamming displaced her", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
