package populate

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// How ships come to rest, so that a plan never reckons with more speed than package sim gives them.
const (
	berthingKnots = 6.0  // on the last leg to a berth or to another ship
	anchorKnots   = 12.0 // on the last leg to an anchor's spot
	manoeuvre     = 3 * hour
)

// call is one stay of a hull in the world, from its edge to its edge. Its clock is the day by which she has surely
// done what is planned; she may be a few hours earlier, and waits wherever the hour matters.
type call struct {
	hull        *bottom
	begin       float64
	clock       float64
	knots       float64 // laden
	from        scenario.Spot
	place       string // where she is
	steps       []scenario.Step
	stays       []*float64 // the days in steps
	silent      bool
	fake        *pretence
	identity    scenario.Identity // when she comes
	leaves      scenario.Identity // when she leaves
	destination string
	barrels     int64   // on board by now
	with        []*call // of the ships that she ties to
	wanted      bool    // by another
	kept        bool
}

// pretence is a false position under way.
type pretence struct {
	step  *scenario.False
	since float64
	dark  bool // silence follows
}

// open begins a call of a hull at an edge or, for a small craft, at a place within the world.
func (t *trader) open(rng *rand.Rand, v *bottom, from string, begin float64) *call {
	if len(v.calls) > 0 && chance(rng, t.dial("identity.voyage", t.spec.Identity.Voyage)) {
		t.rename(rng, v)
	}
	c := &call{hull: v, begin: begin, clock: begin, knots: t.laws["laden"].draw(rng), from: scenario.Spot{Name: from}, place: from, identity: v.now, leaves: v.now}
	c.destination = inbound[rng.IntN(len(inbound))]
	v.calls, v.free = append(v.calls, c), math.Inf(1)
	return c
}

// What crews type as destination.
var (
	inbound  = []string{"FOR ORDERS", "ORDERS", "KHOR FAKKAN", "FUJAIRAH", "IRAQ", "BASRAH", "UMM QASR", "SOHAR", "AE FJR", "ARMED GUARDS ONBOARD", "PG"}
	outbound = []string{"SINGAPORE FOR ORDERS", "FOR ORDERS", "MALAYSIA OPL", "CHINA", "CN", "SG EOPL", "TANJUNG PELEPAS", "NINGBO", "QINGDAO", "LINGGI", ""}
)

// edgeIn is the place by which the trade comes into the world.
func (t *trader) edgeIn() string { return t.spec.Sea + "-in" }

// edgeOut is the place by which it leaves.
func (t *trader) edgeOut() string { return t.spec.Sea + "-out" }

// do adds a step.
func (c *call) do(s scenario.Step) { c.steps = append(c.steps, s) }

// mark is something that the crew does on the way, some metres after its begin.
type mark struct {
	along geo.Metres
	step  scenario.Step
}

// passage is how long a way takes at most, in days.
func passage(path []geo.Point, knots, last float64) float64 {
	n := len(path)
	final := float64(motion.Length(path[n-2], path[n-1]).NauticalMiles())
	return (float64(wayLength(path).NauticalMiles())/knots+final*max(0, 1/last-1/knots))*hour + manoeuvre
}

// sail adds a way. Its end is left to the stay that follows, unless she goes through it. Marks are in order.
func (c *call) sail(path []geo.Point, knots, last float64, through bool, marks ...mark) {
	c.clock += passage(path, knots, last)
	var via []scenario.Spot
	flush := func() {
		if len(via) > 0 {
			c.do(scenario.Step{Sail: &scenario.Sail{Via: via, Knots: scenario.Range{From: knots, To: knots}}})
			via = nil
		}
	}
	run := geo.Metres(0)
	for i := 1; i < len(path); i++ {
		leg := motion.Length(path[i-1], path[i])
		for len(marks) > 0 && marks[0].along < run+leg {
			if marks[0].along > run {
				via = append(via, scenario.Spot{Point: scenario.Point(part(path[i-1], path[i], float64((marks[0].along-run)/leg)))})
			}
			flush()
			c.do(marks[0].step)
			marks = marks[1:]
		}
		if run += leg; through || i+1 < len(path) {
			via = append(via, scenario.Spot{Point: scenario.Point(path[i])})
		}
	}
	flush()
	for _, m := range marks {
		c.do(m.step)
	}
}

// part is a point between two.
func part(a, b geo.Point, f float64) geo.Point {
	return geo.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
}

// rest lies at a place until a day: at anchor, or adrift.
func (t *trader) rest(c *call, place string, until float64, drift bool) *scenario.Stay {
	s := &scenario.Stay{At: scenario.Spot{Name: place}, Until: until}
	if drift {
		c.do(scenario.Step{Sail: &scenario.Sail{Via: []scenario.Spot{{Name: place}}, Knots: scenario.Range{From: anchorKnots - 3, To: anchorKnots - 3}}})
		c.do(scenario.Step{Drift: s})
	} else {
		c.do(scenario.Step{Anchor: s})
	}
	c.stays = append(c.stays, &s.Until)
	c.clock, c.place = until, place
	return s
}

// load lies at a berth or a buoy until a day and takes oil.
func (t *trader) load(c *call, place string, until float64, barrels int64, sanctioned bool) {
	s := &scenario.Stay{At: scenario.Spot{Name: place}, Until: until, Load: barrels, Sanctioned: sanctioned}
	if t.s.Places[place].Buoy {
		c.do(scenario.Step{Buoy: s})
	} else {
		c.do(scenario.Step{Berth: s})
	}
	c.stays = append(c.stays, &s.Until)
	c.clock, c.place, c.barrels = until, place, c.barrels+barrels
}

// shifted are the steps with their days counted from some days earlier.
func (c *call) shifted(days float64) []scenario.Step {
	for _, day := range c.stays {
		*day += days
	}
	return c.steps
}

// crossing is how far along a way a meridian is first crossed.
func crossing(path []geo.Point, lon float64) (geo.Metres, bool) {
	run := geo.Metres(0)
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		leg := motion.Length(a, b)
		if (a[0]-lon)*(b[0]-lon) <= 0 && a[0] != b[0] {
			return run + leg*geo.Metres((lon-a[0])/(b[0]-a[0])), true
		}
		run += leg
	}
	return 0, false
}

// outsideLon is the meridian east of which the Iranian terminals lie outside the Strait, and all transfer areas as well.
const outsideLon = 56.4

// outside tells whether a place lies outside the Strait of Hormuz.
func (t *trader) outside(place string) bool { return t.s.Places[place].At[0] > outsideLon }

// where finds a stretch on the way from the edge to a terminal, or back, and draws a point of it: near the terminal,
// in the Gulf, in the Strait or in the Gulf of Oman.
func where(rng *rand.Rand, path []geo.Point, stretch string, out bool) geo.Metres {
	length := wayLength(path)
	near := min(geo.Metres(between(rng, 20_000, 110_000)), 0.6*length)
	f := geo.Metres(between(rng, 0.2, 0.85))
	strait, oman := between(rng, 55.7, 56.3), between(rng, 57.5, 59.6)
	home, at := length-near, geo.Metres(0)
	if out {
		home = near
	}
	found := false
	switch stretch {
	case "gulf":
		if at, found = crossing(path, 55.5); found && out {
			at *= f
		} else if found {
			at += f * (length - at)
		}
	case "strait":
		at, found = crossing(path, strait)
	case "oman":
		at, found = crossing(path, oman)
	}
	if found {
		return at
	}
	return home
}

// off is the step into silence.
func off() scenario.Step { return scenario.Step{Off: &scenario.Off{Cause: "switched_off"}} }

// on is the step out of it.
func on() scenario.Step { return scenario.Step{On: &scenario.On{}} }

// goTo sails to a place in the Gulf of Oman, or out of the world, to arrive silent or not. A silent ship that is to be
// heard speaks again on the way, one that is not to be heard falls silent before it comes there.
func (t *trader) goTo(rng *rand.Rand, c *call, place string, last float64, silent bool) error {
	path, err := t.net.way(c.place, place)
	if err != nil {
		return err
	}
	length, through := wayLength(path), place == t.edgeOut()
	var marks []mark
	after := geo.Metres(0)
	if c.fake != nil {
		marks, after = t.unmask(rng, c, path)
	}
	switch {
	case c.silent && !silent:
		at := where(rng, path, t.shares["on"].draw(rng, func(s string) bool { return s != "never" && (through || s != "oman") }), true)
		marks = append(marks, mark{max(at, after+0.3*(length-after)), on()})
	case !c.silent && silent:
		marks = append(marks, mark{max(after, length-geo.Metres(between(rng, 25_000, 80_000))), off()})
	}
	c.silent = silent
	c.sail(path, c.knots, last, through, marks...)
	c.place = place
	return nil
}

// unmask ends a false position somewhere on the way out, where silence may follow.
func (t *trader) unmask(rng *rand.Rand, c *call, path []geo.Point) ([]mark, geo.Metres) {
	stretch := "strait"
	if c.fake.step.Kind != "sailing" && chance(rng, 0.4) {
		stretch = "gulf"
	}
	at := where(rng, path, stretch, true)
	c.fake.step.Hours = (c.clock-c.fake.since)/hour + float64(at.NauticalMiles())/c.knots
	dark := c.fake.dark
	c.fake = nil
	if !dark {
		return nil, at
	}
	c.silent = true
	return []mark{{at, off()}}, at
}

// leave sails out of the world. Some of the silent ships are never heard again in it.
func (t *trader) leave(rng *rand.Rand, c *call) error {
	c.do(scenario.Step{Destination: &scenario.Destination{AfterHours: between(rng, 0, 12), Text: outbound[rng.IntN(len(outbound))]}})
	silent := (c.silent || c.fake != nil && c.fake.dark) && chance(rng, t.shares["on"].of("never"))
	if err := t.goTo(rng, c, t.edgeOut(), anchorKnots, silent); err != nil {
		return err
	}
	c.leaves = c.hull.now
	c.hull.free = c.clock + t.laws["away"].draw(rng)
	return nil
}

// types is what the crew does to the draught after cargo has moved.
func (t *trader) types(rng *rand.Rand, c *call) {
	late, wrong := t.laws["late"].draw(rng), t.laws["wrong"].draw(rng)
	d := &scenario.Draught{AfterHours: between(rng, 0.5, 8)}
	switch t.shares["typing"].draw(rng, nil) {
	case "late":
		d.AfterHours = late
	case "false": // laden she seems to be in ballast, and the other way round
		hull := t.s.Hulls[c.hull.ship.Hull]
		d.Metres = math.Round(10*(hull.Ballast+between(rng, 0, 0.8))) / 10
		if float64(c.barrels) < 0.3*float64(c.hull.room) {
			d.Metres = math.Round(10*(hull.Scantling-between(rng, 0.2, 1))) / 10
		}
	case "wrong":
		if chance(rng, 0.7) {
			wrong = -wrong
		}
		d.Wrong = wrong
	case "never":
		return
	}
	c.do(scenario.Step{Draught: d})
}

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
