package falseposition

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters; the weights of what is found are data.
type Options struct {
	Least   time.Duration // a shorter time is noise, or interference that took one ship
	Publish float64       // probability from which an event is told
	Join    time.Duration // signs so far apart in time are one event
	Memory  time.Duration // how long a finished event may still change
	Steady  geo.Metres
	Lead    time.Duration // a track is doubtful for so long before a strange hour and after it, as far as nobody vouches for her

	Frozen     time.Duration // fixes that repeat to the metre for so long
	FrozenN    int           // and so many of them
	FrozenCap  float64       // the most that it weighs
	FrozenBase float64       // pseudo-share of honest ships at rest that do so
	Controls   int           // ships at rest that do not, at least: a feed may be rounded

	CircleN     int
	CircleArc   float64    // part of the circle that they must cover
	CircleLeast geo.Metres // smaller ones are ships at anchor
	CircleMost  geo.Metres
	CircleOff   float64 // deviation as a share of the radius

	Differs  geo.Knots // reported speed against displacement
	DiffersN int

	Hears     float64 // share of a place's ship-hours from which a station is expected to hear a ship
	HoursHere float64 // least ship-hours that tell what a station hears
	ShipsHere int     // of so many ships
	PerHour   float64 // factor on an hour's log-odds: hours of one ship share their fate
	FarWeight float64 // the most that one station weighs that never hears the place
	HeardCap  float64 // the most that receivers weigh
	Keep      float64 // share of what was learned of a place that is kept for the next day
	Weak      float64 // pseudo-hours of an ordinary transponder
	Bound     int     // cells of a station's footprint
}

// Defaults returns the starting parameters: judgement where no source is given.
//
// 3 h: jamming of single ships mostly lasts an hour or two. Frozen for 6 h: a VLCC at anchor turns with every tide, on a
// circle of up to 550 m. Circles from 600 m on therefore, and to 15 km: false circles of 2019 off Chinese terminals
// and of 2020 off Point Reyes were 0.2 to 10 km wide (SkyTruth, Global Fishing Watch). 0.95 a day halves what was
// learned of a place in two weeks, in which ducts come and go. Half of the log-odds of an hour count: hours are not
// independent; how much all of them can weigh is learned from what befalls others at the same place. An event is told from 0.1 on,
// so that doubts can be counted; who acts on events asks for a half (event.Believed).
func Defaults() Options {
	return Options{
		Least: 3 * time.Hour, Publish: 0.1, Join: 12 * time.Hour, Memory: 48 * time.Hour, Steady: 10 * geo.Kilometre, Lead: 24 * time.Hour,
		Frozen: 6 * time.Hour, FrozenN: 6, FrozenCap: 5.5, FrozenBase: 0.004, Controls: 5,
		CircleN: 8, CircleArc: 240, CircleLeast: 600, CircleMost: 15 * geo.Kilometre, CircleOff: 0.04,
		Differs: 5, DiffersN: 8,
		Hears: 0.6, HoursHere: 20, ShipsHere: 3, PerHour: 0.5, FarWeight: 6, HeardCap: 6, Keep: 0.95, Weak: 4, Bound: 200_000,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "false_position", About: "false positions of one ship; the weights of the evidence are data", Params: []param.Param{
		param.Time("least", &o.Least, 0, 48*time.Hour, "a shorter time is noise, or interference that took one ship", "judgement: jamming of single ships mostly lasts an hour or two"),
		param.Number("publish", &o.Publish, 0, 1, "", "probability from which an event is told", "judgement"),
		param.Time("join", &o.Join, 0, 72*time.Hour, "signs so far apart in time are one event", "judgement"),
		param.Time("memory", &o.Memory, time.Hour, 240*time.Hour, "how long a finished event may still change", "DESIGN 3: the horizon"),
		param.Number("steady_m", &o.Steady, 100, 50_000, "m", "a ship that stays within it stays near where a jump led", "judgement"),
		param.Time("lead", &o.Lead, 0, 96*time.Hour, "a track is doubtful for so long before a strange hour and after it, as far as no station vouches for her", "judgement: two days' way from Hormuz to the north of the Gulf and back"),
		param.Time("frozen", &o.Frozen, time.Hour, 72*time.Hour, "fixes that repeat to the metre for so long", "METHODS 6; a VLCC at anchor turns with every tide"),
		param.Number("frozen_fixes", &o.FrozenN, 3, 1000, "fixes", "and so many of them", "judgement"),
		param.Number("frozen_most", &o.FrozenCap, 0, 20, "log-odds", "the most that it weighs", "judgement"),
		param.Number("frozen_base", &o.FrozenBase, 1e-6, 1, "", "pseudo-share of honest ships at rest that do so", "judgement"),
		param.Number("frozen_controls", &o.Controls, 1, 1000, "ships", "at rest that do not, at least: a feed may be rounded", "judgement"),
		param.Number("circle_fixes", &o.CircleN, 5, 200, "fixes", "least for a circle; three points always lie on one", "judgement"),
		param.Number("circle_arc_deg", &o.CircleArc, 90, 350, "degrees", "part of the circle that they must cover", "judgement"),
		param.Number("circle_least_m", &o.CircleLeast, 100, 5_000, "m", "smaller ones are ships at anchor, which swing", "METHODS 4: a VLCC swings on up to 550 m"),
		param.Number("circle_most_m", &o.CircleMost, float64(o.CircleLeast), 100_000, "m", "the largest radius", "false circles of 2019 and 2020 were 0.2 to 10 km wide (SkyTruth, Global Fishing Watch)"),
		param.Number("circle_off", &o.CircleOff, 0.001, 0.5, "", "deviation as a share of the radius", "judgement"),
		param.Number("differs_kn", &o.Differs, 1, 50, "kn", "reported speed against displacement", "METHODS 6; judgement"),
		param.Number("differs_fixes", &o.DiffersN, 2, 200, "fixes", "that contradict, at least", "judgement"),
		param.Number("hears", &o.Hears, 0.1, 0.99, "", "share of a place's ship-hours from which a station is expected to hear a ship", "METHODS 2, station footprint; judgement"),
		param.Number("hours_here", &o.HoursHere, 1, 10_000, "ship-hours", "that tell what a station hears, at least", "judgement"),
		param.Number("ships_here", &o.ShipsHere, 2, 16, "ships", "of so many", "judgement"),
		param.Number("per_hour", &o.PerHour, 0, 1, "", "factor on an hour's log-odds: hours of one ship share their fate", "METHODS 2; judgement"),
		param.Number("far_weight", &o.FarWeight, 0, 10, "log-odds", "the most that one station weighs that never hears the place", "judgement"),
		param.Number("heard_most", &o.HeardCap, 0, 20, "log-odds", "the most that receivers weigh", "judgement"),
		param.Number("keep_a_day", &o.Keep, 0.1, 1, "", "share of what was learned of a place that is kept for the next day", "ducts come and go: half in two weeks"),
		param.Number("weak_prior", &o.Weak, 0.1, 100, "hours", "pseudo-hours of an ordinary transponder", "judgement"),
		param.Number("most_places", &o.Bound, 1_000, 1<<24, "cells", "of a station's footprint", "memory"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
