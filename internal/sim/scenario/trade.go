package scenario

import (
	"maps"
	"math"
	"slices"
)

// Trade is the export of sanctioned oil from a world. Each lift is drawn from the shares below; none of them knows what
// a detector looks for.
type Trade struct {
	Barrels   Dial              `yaml:"bbl_per_day"` // loaded, averaged over days with neither halt nor surge
	Sea       string            `yaml:"sea"`         // whence and whither: sea-in and sea-out are places
	Blends    Blends            `yaml:"blends"`
	Halt      *Window           `yaml:"halt"` // no sanctioned loading begins in it
	Surge     *Surge            `yaml:"surge"`
	Sources   map[string]Source `yaml:"sources"` // by terminal
	Classes   map[string]Class  `yaml:"classes"` // vlcc, suezmax and aframax
	Fleets    map[string]Fleet  `yaml:"fleets"`  // iranian, listed and other
	Silence   Silence           `yaml:"silence"`
	Pretence  Pretence          `yaml:"pretence"`
	Identity  Renaming          `yaml:"identity"`
	Draught   Typing            `yaml:"draught"`
	Passage   Passage           `yaml:"passage"`
	After     Shares            `yaml:"after_loading"` // direct, transfer and storage
	Transfers Transfers         `yaml:"transfers"`
	Storage   Storage           `yaml:"storage"`
}

// Blends are the mixing of sanctioned oil into lawful cargoes: a smaller tanker comes laden and in silence from a place
// and gives to one that has loaded lawfully and goes on as lawful.
type Blends struct {
	Daily  Dial     `yaml:"per_day"`
	Hulls  []string `yaml:"hulls"`  // of the smaller
	From   string   `yaml:"from"`   // the terminal at which the smaller loads; its berths are a field of places
	Area   string   `yaml:"area"`   // a field of places
	Lawful string   `yaml:"lawful"` // the terminal at which the other loads
}

// Shares are parts of one, by name. With ranges each world draws its own, scaled to sum to one.
type Shares map[string]Dial

// Law is a number that differs from ship to ship: log-normal round a median, drawn again until it is within limits.
type Law struct {
	Median Dial    `yaml:"median"`
	Spread Dial    `yaml:"spread"` // standard deviation of the natural logarithm
	Least  float64 `yaml:"least"`
	Most   float64 `yaml:"most"`
}

// Surge is a time with more loadings.
type Surge struct {
	From   float64 `yaml:"from_day"`
	To     float64 `yaml:"to_day"`
	Factor float64 `yaml:"factor"`
}

// Source is a terminal at which sanctioned oil is loaded. Its berths that have no name in it take no ship.
type Source struct {
	Share   Dial                `yaml:"share"` // of the barrels
	Berths  map[string][]string `yaml:"berths"`
	Loading map[string]Law      `yaml:"loading_h"` // in place of the classes' own
}

// Class is a size of loader.
type Class struct {
	Share   Dial     `yaml:"share"` // of the barrels
	Hulls   []string `yaml:"hulls"`
	Fill    Law      `yaml:"fill"`      // of 6.74 bbl a tonne of deadweight
	Loading Law      `yaml:"loading_h"` // from leaving the anchorage to leaving the berth
}

// Fleet is a group of loaders with habits of its own.
type Fleet struct {
	Share Dial `yaml:"share"` // of the lifts
	// Flags are those that hulls draw from, with the first digits of the flag's MMSIs.
	Flags map[string]int `yaml:"flags"`
	// Modes are what transponders do at the berth: dark, open, false_anchored, false_sailing, false_circle, false_frozen.
	Modes Shares `yaml:"modes"`
}

// Silence says where transponders fall silent and speak again, of ships that load dark.
type Silence struct {
	Off Shares `yaml:"off"` // terminal, gulf, strait, oman
	On  Shares `yaml:"on"`  // the same, and never
}

// Pretence says how false positions are kept up.
type Pretence struct {
	Anchored []string `yaml:"anchored"`  // places at which ships pretend to lie
	Sailing  []string `yaml:"sailing"`   // places to which they pretend to sail
	ThenDark Dial     `yaml:"then_dark"` // share of false tracks followed by silence
}

// Renaming says how often a ship comes out of the dark, or back from a voyage, as another.
type Renaming struct {
	Loading Dial `yaml:"loading"` // name, call sign and MMSI change in the dark round a loading; the IMO number stays
	Voyage  Dial `yaml:"voyage"`  // they change while she is away
	Default Dial `yaml:"default"` // of those changes: an MMSI of nines, which several ships may use at once
	Shared  Dial `yaml:"shared"`  // of those changes: the MMSI of another hull of the trade
}

// Typing says what crews do to the draught after cargo has moved.
type Typing struct {
	Habits Shares `yaml:"habits"` // true, late, false, never and wrong
	Late   Law    `yaml:"late_h"`
	Wrong  Law    `yaml:"wrong_m"`
}

// Passage is how ships come and go.
type Passage struct {
	Ballast Law  `yaml:"ballast_knots"`
	Laden   Law  `yaml:"laden_knots"`
	Waiting Law  `yaml:"waiting_h"` // at anchor before the berth, when a berth is free
	Away    Law  `yaml:"away_days"` // from leaving the world laden to coming back in ballast
	Idle    Dial `yaml:"idle"`      // share of loaders that wait empty for weeks first
	IdleFor Law  `yaml:"idle_days"`
	Vain    Dial `yaml:"vain"` // share of the loaders due in a halt that come all the same, wait, and leave empty
}

// Transfers says how cargo goes on from ship to ship.
type Transfers struct {
	Areas   Shares   `yaml:"areas"`   // fields of places
	Drift   []string `yaml:"drift"`   // those areas in which ships do not anchor
	Visible Shares   `yaml:"visible"` // both, donor, receiver, none
	Shapes  Shares   `yaml:"shapes"`  // of a VLCC's cargo: whole, part, parcels (two Suezmaxes, one after the other)
	Feeding Dial     `yaml:"feeding"` // share of smaller loaders' transfers that feed one VLCC
	Moving  Dial     `yaml:"moving"`  // share of transfers where ships drift that are made under way
	Onward  Dial     `yaml:"onward"`  // share of transfers of which the receiver soon gives the cargo on, once or twice more
	Rate    Law      `yaml:"kbbl_per_h"`
	Linger  Law      `yaml:"linger_h"` // that the ships wait for each other, or stay after it
}

// Storage is oil kept afloat.
type Storage struct {
	Days     Law  `yaml:"days"`
	Transfer Dial `yaml:"transferred"` // share given to another ship in the end
	Dark     Dial `yaml:"dark"`        // share that is silent all the while
}

// trade checks the trade of a population.
func (c *check) trade(t *Trade) {
	c.that(t.Barrels.Set, "trade.bbl_per_day: missing")
	c.dial("trade.bbl_per_day", t.Barrels, 0, 1e7)
	c.spot("trade.sea", Spot{Name: t.Sea + "-in"}, false)
	c.spot("trade.sea", Spot{Name: t.Sea + "-out"}, false)
	c.blends(&t.Blends)
	c.that(t.Halt == nil || t.Halt.From < t.Halt.To, "trade.halt: ends before it begins")
	c.that(t.Surge == nil || t.Surge.From < t.Surge.To && t.Surge.Factor >= 1 && t.Surge.Factor <= 20, "trade.surge: ends before it begins, or factor not within 1 to 20")
	c.sources(t)
	c.classes(t)
	c.fleets(t)
	c.shares("trade.silence.off", t.Silence.Off, "terminal", "gulf", "strait", "oman")
	c.shares("trade.silence.on", t.Silence.On, "terminal", "gulf", "strait", "oman", "never")
	c.shares("trade.draught.habits", t.Draught.Habits, "true", "late", "false", "never", "wrong")
	c.shares("trade.after_loading", t.After, "direct", "transfer", "storage")
	c.shares("trade.transfers.areas", t.Transfers.Areas, slices.Collect(maps.Keys(c.s.Places))...)
	for _, name := range t.Transfers.Drift {
		_, known := t.Transfers.Areas[name]
		c.that(known, "trade.transfers.drift: no area %q", name)
	}
	c.shares("trade.transfers.visible", t.Transfers.Visible, "both", "donor", "receiver", "none")
	c.shares("trade.transfers.shapes", t.Transfers.Shapes, "whole", "part", "parcels")
	for _, name := range slices.Concat(t.Pretence.Anchored, t.Pretence.Sailing) {
		_, known := c.s.Places[name]
		c.that(known, "trade.pretence: no place %q", name)
	}
	c.that(len(t.Pretence.Anchored) > 0 && len(t.Pretence.Sailing) > 0, "trade.pretence: nowhere to pretend to be")
	parts := []struct {
		name string
		dial Dial
	}{{"pretence.then_dark", t.Pretence.ThenDark}, {"identity.loading", t.Identity.Loading}, {"identity.voyage", t.Identity.Voyage},
		{"identity.default", t.Identity.Default}, {"identity.shared", t.Identity.Shared}, {"passage.idle", t.Passage.Idle},
		{"passage.vain", t.Passage.Vain}, {"transfers.moving", t.Transfers.Moving}, {"transfers.feeding", t.Transfers.Feeding}, {"transfers.onward", t.Transfers.Onward},
		{"storage.transferred", t.Storage.Transfer}, {"storage.dark", t.Storage.Dark}}
	for _, p := range parts {
		c.dial("trade."+p.name, p.dial, 0, 1)
	}
	laws := []struct {
		name        string
		law         Law
		least, most float64
	}{{"draught.late_h", t.Draught.Late, 0.1, 1000}, {"draught.wrong_m", t.Draught.Wrong, 0.1, 12},
		{"passage.ballast_knots", t.Passage.Ballast, 8, 17}, {"passage.laden_knots", t.Passage.Laden, 8, 17},
		{"passage.waiting_h", t.Passage.Waiting, 12, 2000}, {"passage.away_days", t.Passage.Away, 20, 200},
		{"passage.idle_days", t.Passage.IdleFor, 1, 100}, {"transfers.kbbl_per_h", t.Transfers.Rate, 10, 120},
		{"transfers.linger_h", t.Transfers.Linger, 3, 500}, {"storage.days", t.Storage.Days, 5, 200}}
	for _, l := range laws {
		c.law("trade."+l.name, l.law, l.least, l.most)
	}
}

// blends checks where oil is mixed.
func (c *check) blends(b *Blends) {
	c.dial("trade.blends.per_day", b.Daily, 0, 3)
	if b.Daily.To == 0 {
		return
	}
	for _, name := range []string{b.From, b.Lawful} {
		terminal := c.s.Terminals[name]
		c.that(len(terminal.Berths) > 0 && len(terminal.Roads) > 0, "trade.blends: no terminal %q with berths and roads", name)
	}
	c.that(c.s.Places[b.Area].Spots > 0, "trade.blends.area: no field of places %q", b.Area)
	c.that(len(b.Hulls) > 0, "trade.blends: no hulls")
	for _, name := range b.Hulls {
		c.that(c.s.Hulls[name].DWT > 0, "trade.blends: no hull %q with a deadweight", name)
	}
}

// sources checks the terminals of a trade: each share can be loaded by some class there.
func (c *check) sources(t *Trade) {
	shares := Shares{}
	for _, name := range slices.Sorted(maps.Keys(t.Sources)) {
		src := t.Sources[name]
		shares[name] = src.Share
		terminal, known := c.s.Terminals[name]
		c.that(known, "trade.sources: no terminal %q", name)
		c.that(len(terminal.Roads) > 0, "trade.sources.%s: the terminal has no roads", name)
		c.that(len(src.Berths) > 0, "trade.sources.%s: no berths", name)
		for _, class := range slices.Sorted(maps.Keys(src.Berths)) {
			_, known := t.Classes[class]
			c.that(known, "trade.sources.%s.berths: no class %q", name, class)
			c.that(len(src.Berths[class]) > 0, "trade.sources.%s.berths.%s: empty", name, class)
			for _, berth := range src.Berths[class] {
				_, known := c.s.Places[berth]
				c.that(known, "trade.sources.%s.berths: no place %q", name, berth)
			}
		}
		for _, class := range slices.Sorted(maps.Keys(src.Loading)) {
			c.law("trade.sources."+name+".loading_h", src.Loading[class], 8, 200)
		}
	}
	c.shares("trade.sources", shares, slices.Collect(maps.Keys(t.Sources))...)
}

// classes checks the sizes of loaders.
func (c *check) classes(t *Trade) {
	shares := Shares{}
	for _, name := range slices.Sorted(maps.Keys(t.Classes)) {
		class := t.Classes[name]
		shares[name] = class.Share
		c.law("trade.classes."+name+".fill", class.Fill, 0.3, 0.98)
		c.law("trade.classes."+name+".loading_h", class.Loading, 8, 200)
		c.that(len(class.Hulls) > 0, "trade.classes.%s: no hulls", name)
		for _, hull := range class.Hulls {
			h, known := c.s.Hulls[hull]
			c.that(known && h.DWT > 0, "trade.classes.%s: no hull %q with a deadweight", name, hull)
		}
	}
	c.shares("trade.classes", shares, "vlcc", "suezmax", "aframax")
	c.that(len(t.Classes) == 3, "trade.classes: want vlcc, suezmax and aframax")
}

// fleets checks who lifts.
func (c *check) fleets(t *Trade) {
	shares := Shares{}
	for _, name := range slices.Sorted(maps.Keys(t.Fleets)) {
		fleet := t.Fleets[name]
		shares[name] = fleet.Share
		c.that(len(fleet.Flags) > 0, "trade.fleets.%s: no flags", name)
		for _, flag := range slices.Sorted(maps.Keys(fleet.Flags)) {
			c.that(fleet.Flags[flag] >= 200 && fleet.Flags[flag] < 800, "trade.fleets.%s: flag %s has no MMSIs with %d", name, flag, fleet.Flags[flag])
		}
		c.shares("trade.fleets."+name+".modes", fleet.Modes, "dark", "open", "false_anchored", "false_sailing", "false_circle", "false_frozen")
	}
	c.shares("trade.fleets", shares, "iranian", "listed", "other")
	c.that(t.Fleets["other"].Flags != nil, "trade.fleets: want other, from which receivers come")
}

// shares checks that parts have known names and can sum to one.
func (c *check) shares(what string, s Shares, names ...string) {
	least, most := 0.0, 0.0
	for _, name := range slices.Sorted(maps.Keys(s)) {
		c.that(slices.Contains(names, name), "%s: unknown %q", what, name)
		c.dial(what+"."+name, s[name], 0, 1)
		least, most = least+s[name].From, most+s[name].To
	}
	const slip = 1e-6
	c.that(least <= 1+slip && most >= 1-slip, "%s: shares sum to %.4g, want 1", what, (least+most)/2)
}

func (c *check) dial(what string, d Dial, least, most float64) {
	c.that(d.From >= least && d.To <= most && d.From <= d.To, "%s: %g to %g, want within %g to %g", what, d.From, d.To, least, most)
}

func (c *check) law(what string, l Law, least, most float64) {
	c.that(l.Least >= least && l.Most <= most && l.Least <= l.Most, "%s: limits %g to %g, want within %g to %g", what, l.Least, l.Most, least, most)
	c.that(l.Median.From >= l.Least && l.Median.To <= l.Most && l.Median.From <= l.Median.To, "%s: median %g to %g outside %g to %g",
		what, l.Median.From, l.Median.To, l.Least, l.Most)
	c.that(l.Spread.From >= 0 && l.Spread.To <= 2 && !math.IsNaN(l.Spread.From+l.Spread.To), "%s: spread %g to %g, want 0 to 2", what, l.Spread.From, l.Spread.To)
}
