package coverage

import (
	"github.com/darkwake/darkwake/pkg/param"
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
	// PassSupport is the least number of controls within 2° that tell alone whether a satellite passed; where there are
	// fewer, those of the sea round them tell too.
	PassSupport int
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
// are), 30 ship-hours for a habit (an unheard unit among 30 puts the rate within 0.1
// by the rule of three), fresh for a day (the day's close judges again), 200 controls a day, and 1,000 answers, of
// which none missed bounds a rate below 0.003. 4 ship-hours of a neighbourhood: with 10,
// cells beyond the stations' reach were believed to be heard, and of controls half as many silences of 24 h by coast stations
// were predicted as came. 900 km: ducts over the Gulf carry VHF some hundreds of kilometres, a
// satellite at 500 km sees 2,500.
func Defaults() Options {
	return Options{Fraction: 0.3, HabitDays: 14, KeepDays: 100, Kappa: 4, Sure: 0.95, Surest: 1e-5, Shrink: 4, HourShrink: 4, Support: 30,
		PassControls: 3, PassSupport: 12, FreshHours: 24, Wide: 900, Longest: 72, Checks: 200, LeastChecks: 1000}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "coverage", About: "reception: could a ship have been heard, learned from ships that have no reason to hide", Params: []param.Param{
		param.Number("fraction", &o.Fraction, 0.01, 1, "", "of its habitual hourly emitters that a source must deliver for an hour to count as heard; 0 calls a dead feed healthy", "start value: nights and holidays stay above half of the median"),
		param.Number("habit_days", &o.HabitDays, 1, 90, "days", "before the one in question make the habit of feeds and cells; older than a season is none", "METHODS 2, feed health"),
		param.Number("keep_days", &o.KeepDays, 1, 400, "days", "counts per cell and hour are kept, the longest silence that can be judged; memory grows with it", "METHODS 7: a hidden loading may lie 75 days before a transfer"),
		param.Number("kappa", &o.Kappa, 0.1, 100, "ship-hours", "strength of the belief that a ship is heard like the controls; 0 believes a ship heard once", "METHODS 2 names it; start value"),
		param.Number("sure", &o.Sure, 0.5, 0.999, "", "the highest chance at which a ship-hour or pass is taken to be heard; 1 takes one hour for proof", "start value"),
		param.Number("surest", &o.Surest, 1e-9, 0.1, "", "the lowest chance of not being heard that is believed before controls have shown it", "start value"),
		param.Number("shrink", &o.Shrink, 0.1, 1000, "ship-hours", "weight with which a cell leans on its neighbours, and they on their region", "METHODS 2 (cell, neighbours, region); start value"),
		param.Number("hour_shrink", &o.HourShrink, 0.1, 1000, "ships", "weight with which one hour of a cell leans on its habit and the hour's shock", "start value: half of what is seen counts when four are"),
		param.Number("support", &o.Support, 1, 10_000, "ship-hours", "of controls round a cell for its habit to be known", "rule of three: none unheard among 30 puts the rate within 0.1"),
		param.Number("pass_controls", &o.PassControls, 1, 100, "controls", "heard by satellite within 2° make a pass; one may be the ship herself", "METHODS 2"),
		param.Number("pass_support", &o.PassSupport, 1, 1000, "controls", "within 2° that tell alone whether a satellite passed; with fewer, those of the 5° squares round them tell too", "judgement: four times pass_controls; a satellite sees 2,500 km"),
		param.Number("fresh_hours", &o.FreshHours, 0, 72, "hours", "an hour is new: controls missed in it may not have been heard again yet", "METHODS 2: judged again at the day's close"),
		param.Number("wide_km", &o.Wide, 200, 5000, "km", "a station that hears so far at once is no coast station", "ducts over the Gulf carry hundreds of km, a satellite sees 2,500"),
		param.Number("longest_h", &o.Longest, 1, 72, "hours", "the longest silence of a control that teaches; no more is remembered of a ship", "METHODS 2: the last 72 h"),
		param.Number("checks", &o.Checks, 1, 100_000, "a day", "controls asked for what was predicted of them", "start value"),
		param.Number("least_checks", &o.LeastChecks, 1, 1_000_000, "answers", "before any is given about another ship", "rule of three: none missed bounds a rate below 0.003"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
