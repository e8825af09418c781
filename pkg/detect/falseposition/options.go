package falseposition

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters. Weights are in log-odds (natural logarithm).
type Options struct {
	Least   time.Duration `json:"least"`   // a shorter time is noise, or interference that took one ship
	Publish float64       `json:"publish"` // probability from which an event is told
	Join    time.Duration `json:"join"`    // signs so far apart in time are one event
	Memory  time.Duration `json:"memory"`  // how long a finished event may still change
	Prior   float64       `json:"prior"`   // log-odds before any sign
	Steady  geo.Metres    `json:"steady_m"`

	Arrived   float64 `json:"weight_arrived"`   // a kept jump that no hull can have sailed
	Stayed    float64 `json:"weight_stayed"`    // and she stays near where it led
	Sailed    float64 `json:"weight_sailed"`    // or sails on: another ship does that, too
	Back      float64 `json:"weight_back"`      // and comes back to where she could have sailed
	Drawn     float64 `json:"weight_drawn"`     // interference drew others there
	Alternate float64 `json:"weight_alternate"` // each time that both tracks are heard in turn: two ships

	Frozen     time.Duration `json:"frozen"`          // fixes that repeat to the metre for so long
	FrozenN    int           `json:"frozen_fixes"`    // and so many of them
	FrozenCap  float64       `json:"frozen_most"`     // the most that it weighs
	FrozenBase float64       `json:"frozen_base"`     // pseudo-share of honest ships at rest that do so
	Controls   int           `json:"frozen_controls"` // ships at rest that do not, at least: a feed may be rounded
	Berthed    float64       `json:"berthed"`         // factor on it where ships are tied up

	CircleN      int        `json:"circle_fixes"`
	CircleArc    float64    `json:"circle_arc_deg"` // part of the circle that they must cover
	CircleLeast  geo.Metres `json:"circle_least_m"` // smaller ones are ships at anchor
	CircleMost   geo.Metres `json:"circle_most_m"`
	CircleOff    float64    `json:"circle_off"` // deviation as a share of the radius
	CircleWeight float64    `json:"weight_circle"`

	Differs       geo.Knots `json:"differs_kn"` // reported speed against displacement
	DiffersN      int       `json:"differs_fixes"`
	DiffersWeight float64   `json:"weight_contradiction"`
	LandWeight    float64   `json:"weight_land"`

	Hears     float64 `json:"hears"`        // share of a place's ship-hours from which a station is expected to hear a ship
	HoursHere float64 `json:"hours_here"`   // least ship-hours that tell what a station hears
	ShipsHere int     `json:"ships_here"`   // of so many ships
	PerHour   float64 `json:"per_hour"`     // factor on an hour's log-odds: hours of one ship share their fate
	FarWeight float64 `json:"far_weight"`   // the most that one station weighs that never hears the place
	HeardCap  float64 `json:"heard_most"`   // the most that receivers weigh
	NearCap   float64 `json:"unheard_most"` // the most that they weigh when none heard her that never hears the place
	Keep      float64 `json:"keep_a_day"`   // share of what was learned of a place that is kept for the next day
	Weak      float64 `json:"weak_prior"`   // pseudo-hours of an ordinary transponder
	Bound     int     `json:"most_places"`  // cells of a station's footprint
}

// Defaults returns the starting parameters: judgement, to be fitted on simulated truth, where no source is given.
//
// 3 h: jamming of single ships mostly lasts an hour or two. Frozen for 6 h: a VLCC at anchor turns with every tide, on a
// circle of up to 550 m. Circles from 600 m on therefore, and to 15 km: false circles of 2019 off Chinese terminals
// and of 2020 off Point Reyes were 0.2 to 10 km wide (SkyTruth, Global Fishing Watch). 0.95 a day halves what was
// learned of a place in two weeks, in which ducts come and go. Half of the log-odds of an hour count: hours are not
// independent; and a ship that is not heard where others are may lie in the shadow of a mountain, so that this alone does
// not reach a half.
func Defaults() Options {
	return Options{
		Least: 3 * time.Hour, Publish: 0.5, Join: 12 * time.Hour, Memory: 48 * time.Hour, Prior: -3, Steady: 10 * geo.Kilometre,
		Arrived: 2, Stayed: 0.5, Sailed: -1, Back: 2.5, Drawn: -3, Alternate: -2,
		Frozen: 6 * time.Hour, FrozenN: 6, FrozenCap: 5.5, FrozenBase: 0.004, Controls: 5, Berthed: 0.4,
		CircleN: 8, CircleArc: 240, CircleLeast: 600, CircleMost: 15 * geo.Kilometre, CircleOff: 0.04, CircleWeight: 5,
		Differs: 5, DiffersN: 8, DiffersWeight: 1.5, LandWeight: 1.5,
		Hears: 0.6, HoursHere: 20, ShipsHere: 3, PerHour: 0.5, FarWeight: 3, HeardCap: 6, NearCap: 2.9, Keep: 0.95, Weak: 4, Bound: 200_000,
	}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"false_position.least", o.Least.Hours(), 0, 48, "hours"},
		{"false_position.publish", o.Publish, 0, 1, "a probability"},
		{"false_position.join", o.Join.Hours(), 0, 72, "hours"},
		{"false_position.memory", o.Memory.Hours(), 1, 240, "hours"},
		{"false_position.prior", o.Prior, -20, 0, "log-odds"},
		{"false_position.steady_m", float64(o.Steady), 100, 50_000, "metres"},
		{"false_position.weight_arrived", o.Arrived, 0, 10, "log-odds"},
		{"false_position.weight_stayed", o.Stayed, 0, 10, "log-odds"},
		{"false_position.weight_sailed", o.Sailed, -10, 0, "log-odds"},
		{"false_position.weight_back", o.Back, 0, 10, "log-odds"},
		{"false_position.weight_drawn", o.Drawn, -10, 0, "log-odds"},
		{"false_position.weight_alternate", o.Alternate, -10, 0, "log-odds"},
		{"false_position.frozen", o.Frozen.Hours(), 1, 72, "hours"},
		{"false_position.frozen_fixes", float64(o.FrozenN), 3, 1000, "fixes"},
		{"false_position.frozen_most", o.FrozenCap, 0, 20, "log-odds"},
		{"false_position.frozen_base", o.FrozenBase, 1e-6, 1, "a share"},
		{"false_position.frozen_controls", float64(o.Controls), 1, 1000, "ships"},
		{"false_position.berthed", o.Berthed, 0, 1, "a factor"},
		{"false_position.circle_fixes", float64(o.CircleN), 5, 200, "fixes; three points always lie on a circle"},
		{"false_position.circle_arc_deg", o.CircleArc, 90, 350, "degrees"},
		{"false_position.circle_least_m", float64(o.CircleLeast), 100, 5_000, "metres; ships at anchor swing"},
		{"false_position.circle_most_m", float64(o.CircleMost), float64(o.CircleLeast), 100_000, "metres"},
		{"false_position.circle_off", o.CircleOff, 0.001, 0.5, "a share of the radius"},
		{"false_position.weight_circle", o.CircleWeight, 0, 10, "log-odds"},
		{"false_position.differs_kn", float64(o.Differs), 1, 50, "knots"},
		{"false_position.differs_fixes", float64(o.DiffersN), 2, 200, "fixes"},
		{"false_position.weight_contradiction", o.DiffersWeight, 0, 10, "log-odds"},
		{"false_position.weight_land", o.LandWeight, 0, 10, "log-odds"},
		{"false_position.hears", o.Hears, 0.1, 0.99, "a share"},
		{"false_position.hours_here", o.HoursHere, 1, 10_000, "ship-hours"},
		{"false_position.ships_here", float64(o.ShipsHere), 2, 16, "ships"},
		{"false_position.per_hour", o.PerHour, 0, 1, "a factor"},
		{"false_position.far_weight", o.FarWeight, 0, 10, "log-odds"},
		{"false_position.heard_most", o.HeardCap, 0, 20, "log-odds"},
		{"false_position.unheard_most", o.NearCap, 0, o.HeardCap, "log-odds"},
		{"false_position.keep_a_day", o.Keep, 0.1, 1, "a share"},
		{"false_position.weak_prior", o.Weak, 0.1, 100, "hours"},
		{"false_position.most_places", float64(o.Bound), 1_000, 1 << 24, "cells"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
