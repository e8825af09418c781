package coverage

import (
	"errors"
	"fmt"
)

// Options are the parameters of a Model.
type Options struct {
	// Fraction of its habitual hourly emitters that a source must deliver for an hour to count as heard.
	Fraction float64
	// HabitDays is how many days before the one in question make the habit, of feeds and of cells.
	HabitDays int
	// KeepDays is how long counts per cell and hour are kept: the longest silence for which HeardIn can answer.
	KeepDays int

	// Kappa is the strength of the belief that a ship is heard like the controls, in ship-hours of her own.
	Kappa float64
	// Sure is the highest chance at which a ship-hour or pass is taken to be heard.
	Sure float64
	// Surest is the lowest chance of not being heard that is believed before controls have shown it.
	Surest float64
	// Shrink is the weight, in ship-hours, with which a cell leans on its neighbours, and they on their region.
	Shrink float64
	// HourShrink is the weight, in ships, with which one hour of a cell leans on its habit and the hour's shock.
	HourShrink float64
	// Support is the least number of ship-hours of controls round a cell for its habit to be known.
	Support int
	// PassControls is the least number of controls heard by satellite within 2° for a pass to count.
	PassControls int
	// FreshHours is how long an hour is new: controls that were missed in it may not have been heard again yet.
	FreshHours int
	// Wide is the distance in kilometres over which a station hears at once that is no coast station.
	Wide float64
	// Longest is the longest silence of a control, in hours, that teaches; after a longer one she was away.
	Longest int
	// Checks is how many controls a day are asked for what was predicted of them.
	Checks int
	// LeastChecks is the least number of such answers before any is given about another ship.
	LeastChecks int
}

// Defaults returns the starting parameters: a fraction of 0.3 (start value, to be tuned on the simulator: traffic by
// night and on holidays stays above half of the median, a dead station falls to nothing), a habit of 14 days (as
// feed health is compared over in METHODS' section on reception) and 100 days of cell counts, longer than the window
// of 75 days in which a hidden loading may lie before a transfer.
//
// Of the reception model, three controls to a pass within 2° and 72 h are METHODS' (section 2). Start values, to be
// judged by the calibration on controls: kappa 4 and 4 ships an hour (half of what is seen in an hour counts when four
// are), 10 ship-hours of a neighbourhood, 30 ship-hours for a habit (an unheard unit among 30 puts the rate within 0.1
// by the rule of three), fresh for a day (the day's close judges again), 200 controls a day, and 1,000 answers, of
// which none missed bounds a rate below 0.003. 900 km: ducts over the Gulf carry VHF some hundreds of kilometres, a
// satellite at 500 km sees 2,500.
func Defaults() Options {
	return Options{Fraction: 0.3, HabitDays: 14, KeepDays: 100, Kappa: 4, Sure: 0.95, Surest: 1e-5, Shrink: 10, HourShrink: 4, Support: 30,
		PassControls: 3, FreshHours: 24, Wide: 900, Longest: 72, Checks: 200, LeastChecks: 1000}
}

// Validate checks the parameters.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"coverage.fraction", o.Fraction, 0.01, 1, "0 calls a dead feed healthy"},
		{"coverage.habit_days", float64(o.HabitDays), 1, 90, "a habit older than a season is none"},
		{"coverage.keep_days", float64(o.KeepDays), 1, 400, "memory grows with cells and hours"},
		{"coverage.kappa", o.Kappa, 0.1, 100, "0 believes a ship heard once"},
		{"coverage.sure", o.Sure, 0.5, 0.999, "1 takes one hour for proof"},
		{"coverage.surest", o.Surest, 1e-9, 0.1, "a chance"},
		{"coverage.shrink", o.Shrink, 0.1, 1000, "ship-hours"},
		{"coverage.hour_shrink", o.HourShrink, 0.1, 1000, "ships"},
		{"coverage.support", float64(o.Support), 1, 10_000, "ship-hours"},
		{"coverage.pass_controls", float64(o.PassControls), 1, 100, "controls; one may be the ship herself"},
		{"coverage.fresh_hours", float64(o.FreshHours), 0, 72, "hours"},
		{"coverage.wide", o.Wide, 200, 5000, "kilometres; ducts carry hundreds"},
		{"coverage.longest", float64(o.Longest), 1, 72, "hours; no more is remembered of a ship"},
		{"coverage.checks", float64(o.Checks), 1, 100_000, "controls a day"},
		{"coverage.least_checks", float64(o.LeastChecks), 1, 1_000_000, "answers"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
