package scenario

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Population says what ships package populate makes. Every number is a Dial, so that a scenario can leave it open.
type Population struct {
	Traffic Dial `yaml:"traffic"` // scales the lawful traffic; 1 when it is missing
	Caution Dial `yaml:"caution"` // share of lawful passages of the Strait of Hormuz that are made in silence, for safety
	// Reception scales what the scenario's receivers hear.
	Reception Reception `yaml:"reception"`
	Lawful    Lawful    `yaml:"lawful"`
	Trade     *Trade    `yaml:"trade"`
}

// Reception scales the ranges of stations and the share of ships that satellites hear; 1 when it is missing.
type Reception struct {
	Stations   Dial `yaml:"stations"`
	Satellites Dial `yaml:"satellites"`
}

// Dial is a number of a world: one, or two of which the world draws one between, once.
type Dial struct {
	From, To float64
	Set      bool // in the scenario
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (d *Dial) UnmarshalYAML(read func(any) error) error {
	var r Range
	if err := r.UnmarshalYAML(read); err != nil {
		return err
	}
	d.From, d.To, d.Set = r.From, r.To, true
	return nil
}

// Or is the dial, or a number when the scenario does not set it.
func (d Dial) Or(number float64) Dial {
	if d.Set {
		return d
	}
	return Dial{From: number, To: number, Set: true}
}

// Lawful is the traffic that carries nothing sanctioned. Numbers of ships and voyages are those of full traffic.
type Lawful struct {
	// Flags are mixes of flags by name. A flag is its two letters and the digits that its MMSIs begin with: LR-636.
	Flags      map[string]Shares     `yaml:"flags"`
	Groups     map[string]Group      `yaml:"groups"`
	Transfers  map[string]Lightering `yaml:"transfers"`
	Attendants map[string]Attendant  `yaml:"attendants"`
	Boats      map[string]Boats      `yaml:"boats"`
	Draught    Typing                `yaml:"draught"`
	Failures   Failures              `yaml:"failures"`
}

// Group is a trade: ships that come from the sea, call at ports and leave, or that stay and go from port to port.
type Group struct {
	Hulls  Shares  `yaml:"hulls"`
	Flags  string  `yaml:"flags"`
	Daily  Dial    `yaml:"per_day"` // voyages that begin in a day, of ships that come from the sea
	Ships  Dial    `yaml:"ships"`   // of those that stay
	Seas   Shares  `yaml:"seas"`    // whence and whither: sea-in and sea-out are places
	Trade  string  `yaml:"trade"`   // load, discharge, shuttle (load, then discharge); empty: no oil
	Ports  Shares  `yaml:"ports"`   // terminals
	Then   Shares  `yaml:"then"`    // of a shuttle: where she discharges
	More   Dial    `yaml:"more"`    // chance of one more port
	Knots  Law     `yaml:"knots"`
	Fill   Law     `yaml:"fill"` // of 6.74 bbl a tonne of deadweight
	Berth  Law     `yaml:"berth_h"`
	Wait   Law     `yaml:"wait_h"` // at anchor before the berth, when a berth is free
	Direct Dial    `yaml:"direct"` // share of calls without a wait
	Hold   Holding `yaml:"hold"`   // before the first port
	Stop   Holding `yaml:"stop"`   // after the last port
	Away   Law     `yaml:"away_days"`
}

// Holding is a wait of some ships at an anchorage or adrift: for orders, for bunkers, for better times.
type Holding struct {
	Share Dial   `yaml:"share"`
	Days  Law    `yaml:"days"`
	Areas Shares `yaml:"areas"` // fields of places
}

// Lightering is lawful transfer from ship to ship. Either the daughter loads at a port and gives to a mother that
// waits, or the mother comes laden from the sea and daughters take parcels of her cargo.
type Lightering struct {
	Daily     Dial   `yaml:"per_day"`
	Areas     Shares `yaml:"areas"`
	Mothers   Shares `yaml:"mothers"` // hulls
	Daughters Shares `yaml:"daughters"`
	Flags     string `yaml:"flags"`
	Seas      Shares `yaml:"seas"`
	Ports     Shares `yaml:"ports"` // where daughters load
	Laden     Dial   `yaml:"laden"` // share of mothers that come laden
	Rate      Law    `yaml:"kbbl_per_h"`
	Linger    Law    `yaml:"linger_h"` // of the mother before and after
	Berth     Law    `yaml:"berth_h"`
	Knots     Law    `yaml:"knots"`
}

// Attendant is a kind of craft that lies alongside ships at anchor: bunker tankers, tugs, supply boats.
type Attendant struct {
	Hulls   Shares   `yaml:"hulls"`
	Flags   string   `yaml:"flags"`
	Ships   Dial     `yaml:"ships"`
	Base    string   `yaml:"base"`    // a field of places
	Areas   []string `yaml:"areas"`   // fields whose ships they visit
	Purpose string   `yaml:"purpose"` // bunkering or service
	Hours   Law      `yaml:"hours"`   // alongside
	Idle    Law      `yaml:"idle_h"`  // at the base between two visits
	Least   float64  `yaml:"least_m"` // length of the ships that they visit
}

// Boats go out from a home and come back, over and over: dhows, fishing craft, pilots, supply boats of oil fields.
type Boats struct {
	Hulls   Shares `yaml:"hulls"`
	Flags   string `yaml:"flags"`
	Ships   Dial   `yaml:"ships"`
	Homes   Shares `yaml:"homes"`   // fields of places
	Grounds Shares `yaml:"grounds"` // fields of places
	Drift   bool   `yaml:"drift"`   // at the ground, in place of anchoring
	Home    Range  `yaml:"home_h"`
	Out     Range  `yaml:"out_h"`
	Knots   Range  `yaml:"knots"`
}

// Failures are those of honest transponders.
type Failures struct {
	Daily Dial `yaml:"per_ship_day"`
	Hours Law  `yaml:"hours"`
}

// lawful checks what the lawful traffic names.
func (c *check) lawful(l *Lawful) {
	for _, name := range slices.Sorted(maps.Keys(l.Flags)) {
		for _, flag := range slices.Sorted(maps.Keys(l.Flags[name])) {
			letters, mid, err := Flag(flag)
			c.that(err == nil && len(letters) == 2 && mid >= 200 && mid < 800, "lawful.flags.%s: %q, want letters and digits such as LR-636", name, flag)
		}
	}
	c.dial("lawful.failures.per_ship_day", l.Failures.Daily, 0, 1)
	c.law("lawful.failures.hours", l.Failures.Hours, 0, 2000)
	for _, name := range slices.Sorted(maps.Keys(l.Groups)) {
		g, what := l.Groups[name], "lawful.groups."+name
		c.group(what, &g)
		c.that(len(l.Flags[g.Flags]) > 0, "%s: no mix of flags %q", what, g.Flags)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Transfers)) {
		t, what := l.Transfers[name], "lawful.transfers."+name
		c.lightering(what, &t)
		c.that(len(l.Flags[t.Flags]) > 0, "%s: no mix of flags %q", what, t.Flags)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Attendants)) {
		a, what := l.Attendants[name], "lawful.attendants."+name
		c.hulls(what, a.Hulls)
		c.that(len(l.Flags[a.Flags]) > 0, "%s: no mix of flags %q", what, a.Flags)
		c.fields(what, append(slices.Clone(a.Areas), a.Base)...)
		c.that(a.Purpose == "bunkering" || a.Purpose == "service", "%s: purpose %q, want bunkering or service", what, a.Purpose)
		c.law(what+".hours", a.Hours, 1, 100)
		c.law(what+".idle_h", a.Idle, 0.1, 1000)
		c.dial(what+".ships", a.Ships, 0, 300)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Boats)) {
		b, what := l.Boats[name], "lawful.boats."+name
		c.hulls(what, b.Hulls)
		c.that(len(l.Flags[b.Flags]) > 0, "%s: no mix of flags %q", what, b.Flags)
		c.fields(what, slices.Concat(slices.Sorted(maps.Keys(b.Homes)), slices.Sorted(maps.Keys(b.Grounds)))...)
		c.that(len(b.Homes) > 0 && len(b.Grounds) > 0 && b.Home.From > 0 && b.Out.From > 0, "%s: wants homes, grounds, home_h and out_h", what)
		c.dial(what+".ships", b.Ships, 0, 300)
		c.that(b.Knots.From >= 2 && b.Knots.To <= 25, "%s: knots %v, want 2 to 25", what, b.Knots)
	}
}

// Flag reads a flag of a mix: its letters, and the digits that its MMSIs begin with.
func Flag(name string) (letters string, mid int, err error) {
	letters, digits, _ := strings.Cut(name, "-")
	mid, err = strconv.Atoi(digits)
	return letters, mid, err
}

func (c *check) group(what string, g *Group) {
	c.hulls(what, g.Hulls)
	c.ports(what, g.Ports)
	c.ports(what, g.Then)
	c.fields(what, slices.Concat(slices.Sorted(maps.Keys(g.Hold.Areas)), slices.Sorted(maps.Keys(g.Stop.Areas)))...)
	c.that(len(g.Ports) > 0, "%s: no ports", what)
	c.that(slices.Contains([]string{"", "load", "discharge", "shuttle"}, g.Trade), "%s: trade %q, want load, discharge or shuttle", what, g.Trade)
	c.that((g.Trade == "shuttle") == (len(g.Then) > 0), "%s: a shuttle, and nobody else, wants then", what)
	c.that(g.Daily.Set != g.Ships.Set, "%s: wants per_day or ships, one of them", what)
	c.seas(what, g.Seas, g.Daily.Set)
	c.dial(what+".per_day", g.Daily, 0, 100)
	c.dial(what+".ships", g.Ships, 0, mostCopies)
	c.dial(what+".more", g.More, 0, 1)
	c.dial(what+".direct", g.Direct, 0, 1)
	c.law(what+".knots", g.Knots, 4, 22)
	c.law(what+".berth_h", g.Berth, 6, 400)
	c.law(what+".wait_h", g.Wait, 0, 1000)
	c.law(what+".fill", g.Fill, 0, 0.99)
	c.law(what+".away_days", g.Away, 0, 200)
	for _, h := range []Holding{g.Hold, g.Stop} {
		c.dial(what+".hold or stop.share", h.Share, 0, 1)
		c.law(what+".hold or stop.days", h.Days, 0, 100)
	}
}

func (c *check) lightering(what string, t *Lightering) {
	c.hulls(what, t.Mothers)
	c.hulls(what, t.Daughters)
	c.ports(what, t.Ports)
	c.fields(what, slices.Sorted(maps.Keys(t.Areas))...)
	c.that(len(t.Areas) > 0 && len(t.Ports) > 0, "%s: wants areas and ports", what)
	c.seas(what, t.Seas, true)
	c.dial(what+".per_day", t.Daily, 0, 20)
	c.dial(what+".laden", t.Laden, 0, 1)
	c.law(what+".kbbl_per_h", t.Rate, 5, 150)
	c.law(what+".linger_h", t.Linger, 1, 400)
	c.law(what+".knots", t.Knots, 4, 22)
	c.law(what+".berth_h", t.Berth, 6, 400)
}

func (c *check) hulls(what string, s Shares) {
	c.that(len(s) > 0, "%s: no hulls", what)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		_, known := c.s.Hulls[name]
		c.that(known, "%s: no hull %q", what, name)
	}
}

// fields checks that places are fields, of which each ship gets a spot of her own.
func (c *check) fields(what string, names ...string) {
	for _, name := range names {
		p, known := c.s.Places[name]
		c.that(known && p.Spots > 0, "%s: no field of places %q", what, name)
	}
}

func (c *check) ports(what string, s Shares) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		t, known := c.s.Terminals[name]
		c.that(known && len(t.Berths)+len(t.Roads) > 0, "%s: no terminal %q", what, name)
	}
}

// seas checks that the world has the edges by which ships come and leave.
func (c *check) seas(what string, s Shares, wanted bool) {
	c.that((len(s) > 0) == wanted, "%s: those who come from the sea, and nobody else, want seas", what)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		c.spot(what, Spot{Name: name + "-in"}, false)
		c.spot(what, Spot{Name: name + "-out"}, false)
	}
}
