package populate

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// bottom is a hull of the trade and all that she does.
type bottom struct {
	ship  scenario.Ship
	class string
	fleet string
	room  int64             // bbl
	free  float64           // the day from which she can come again
	now   scenario.Identity // at present
	calls []*call
	hosts []*bottom // alongside which she goes, in any of her calls
}

// leans tells whether a hull's track hangs on another's: package sim plans the one after the other, so that never two may
// hang on each other.
func (v *bottom) leans(on *bottom) bool {
	return v == on || slices.ContainsFunc(v.hosts, func(h *bottom) bool { return h.leans(on) })
}

// pick finds a hull that is free on a day and fit, or has a new one built.
func (t *trader) pick(rng *rand.Rand, class, fleet string, day float64, fit func(*bottom) bool) *bottom {
	var open []*bottom
	for _, v := range t.fleet {
		if v.class == class && v.fleet == fleet && v.free <= day && (fit == nil || fit(v)) {
			open = append(open, v)
		}
	}
	if len(open) > 0 {
		return open[rng.IntN(len(open))]
	}
	hulls := t.spec.Classes[class].Hulls
	if class == feeders {
		hulls = t.spec.Blends.Hulls
	}
	v := t.build(rng, hulls[rng.IntN(len(hulls))], fleet)
	v.class = class
	return v
}

// build makes a new hull.
func (t *trader) build(rng *rand.Rand, hull, fleet string) *bottom {
	flag, mid := t.flag(rng, fleet)
	v := &bottom{ship: t.ship(rng, hull, mid), fleet: fleet, free: math.Inf(-1)}
	v.ship.Fleet, v.ship.Flag = fleet, flag
	v.room = int64(perTonne * 0.995 * t.s.Hulls[hull].DWT)
	v.now = scenario.Identity{Name: v.ship.Name, MMSI: v.ship.MMSI, CallSign: v.ship.CallSign}
	t.fleet = append(t.fleet, v)
	return v
}

// flag draws one of a fleet's flags.
func (t *trader) flag(rng *rand.Rand, fleet string) (flag string, mid int) {
	flags := t.spec.Fleets[fleet].Flags
	flag = slices.Sorted(maps.Keys(flags))[rng.IntN(len(flags))]
	return flag, flags[flag]
}

// rename gives a hull the name and numbers of another flag, or an MMSI that is not hers. Her IMO number stays.
func (t *trader) rename(rng *rand.Rand, v *bottom) {
	_, mid := t.flag(rng, "other")
	paint := t.ship(rng, v.ship.Hull, mid)
	v.now = scenario.Identity{Name: paint.Name, MMSI: paint.MMSI, CallSign: paint.CallSign}
	kind := rng.Float64()
	byDefault, byOther := t.dial("identity.default", t.spec.Identity.Default), t.dial("identity.shared", t.spec.Identity.Shared)
	switch other := t.fleet[rng.IntN(len(t.fleet))]; {
	case kind < byDefault:
		v.now.MMSI = nines
	case kind < byDefault+byOther && other != v:
		v.now.MMSI = other.now.MMSI
	}
}

// launch hands the ships over to the scenario: those calls that reach into the world, and those of whom they meet.
func (t *trader) launch() {
	for changed := true; changed; {
		changed = false
		for _, v := range t.fleet {
			changed = v.keep(t.s.Days) || changed
		}
	}
	for _, v := range t.fleet {
		kept := slices.DeleteFunc(slices.Clone(v.calls), func(c *call) bool { return !c.kept })
		if len(kept) > 0 {
			t.s.Ships = append(t.s.Ships, v.scenario(kept))
		}
	}
}

// keep marks the calls that must be in the world, without a hole between them, and tells whether there are more than before.
func (v *bottom) keep(days float64) bool {
	first, last := len(v.calls), -1
	for i, c := range v.calls {
		if c.wanted || c.clock > 0 && c.begin < days {
			first, last = min(first, i), i
		}
	}
	changed := false
	for i := first; i <= last; i++ {
		c := v.calls[i]
		changed = changed || !c.kept
		c.kept = true
		for _, other := range c.with {
			other.wanted = true
		}
	}
	return changed
}

// scenario strings calls of a hull together. While she is away she discharges.
func (v *bottom) scenario(calls []*call) scenario.Ship {
	s, first := v.ship, calls[0]
	s.Before = max(0, math.Ceil(1-first.begin))
	s.Day, s.From, s.Destination = first.begin+s.Before, first.from, first.destination
	now := scenario.Identity{Name: s.Name, MMSI: s.MMSI, CallSign: s.CallSign}
	for i, c := range calls {
		if i > 0 {
			gap := (c.begin - calls[i-1].clock) / hour
			s.Steps = append(s.Steps, scenario.Step{Away: &scenario.Away{Hours: scenario.Range{From: gap, To: gap}, Back: c.from, Empty: true}})
			if calls[i-1].silent {
				s.Steps = append(s.Steps, scenario.Step{On: &scenario.On{}})
			}
			s.Steps = append(s.Steps, scenario.Step{Draught: &scenario.Draught{}}, scenario.Step{Destination: &scenario.Destination{Text: c.destination}})
		}
		if c.identity != now {
			id := c.identity
			s.Steps = append(s.Steps, scenario.Step{Identity: &id})
		}
		s.Steps = append(s.Steps, c.shifted(s.Before)...)
		now = c.leaves
	}
	return s
}
