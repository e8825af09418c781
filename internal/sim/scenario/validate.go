package scenario

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Validate reports every mistake at once.
func (s *Scenario) Validate() error {
	c := &check{s: s, names: map[string]bool{}, mmsis: map[uint32]string{}}
	c.that(s.Name != "", "name: empty")
	c.that(!s.Start.IsZero(), "start: missing")
	c.that(s.Days > 0 && s.Days <= mostDays, "days: %g, want above 0 and up to %d", s.Days, mostDays)
	for _, name := range slices.Sorted(maps.Keys(s.Places)) {
		c.point("places."+name, s.Places[name].At)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Routes)) {
		for i, p := range s.Routes[name] {
			c.point(fmt.Sprintf("routes.%s[%d]", name, i), p)
		}
		_, both := s.Places[name]
		c.that(!both, "routes.%s: there is a place of that name too", name)
	}
	c.lanes()
	if p := s.Population; p != nil {
		c.dial("population.caution", p.Caution, 0, 1)
		c.dial("population.reception.stations", p.Reception.Stations, 0, 3)
		c.dial("population.reception.satellites", p.Reception.Satellites, 0, 3)
		c.lawful(&p.Lawful)
		if p.Trade != nil {
			c.trade(p.Trade)
		}
	}
	for i := range s.Ships {
		c.ship(&s.Ships[i])
	}
	for i := range s.Ships {
		c.hosts(&s.Ships[i])
	}
	c.radio()
	if s.Expect != nil {
		s.Expect.check(c)
	}
	c.habits()
	return errors.Join(c.errs...)
}

// mostDays is how long a world, or a ship's past, may last.
const mostDays = 800

// mostCopies is how many ships one entry may stand for: their MMSIs end in three digits of their own.
const mostCopies = 999

// check collects mistakes.
type check struct {
	s     *Scenario
	names map[string]bool
	mmsis map[uint32]string
	errs  []error
}

func (c *check) that(ok bool, format string, args ...any) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

func (c *check) point(what string, p Point) {
	c.that(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90, "%s: %v is not longitude and latitude", what, p)
}

func (c *check) spot(what string, p Spot, route bool) {
	if p.Name == "" {
		c.point(what, p.Point)
		return
	}
	_, place := c.s.Places[p.Name]
	_, way := c.s.Routes[p.Name]
	c.that(place || way && route, "%s: no place %q", what, p.Name)
}

// lanes checks that the lanes, and what hangs on them, name what there is.
func (c *check) lanes() {
	for _, name := range slices.Sorted(maps.Keys(c.s.Lanes.Nodes)) {
		c.point("lanes.nodes."+name, c.s.Lanes.Nodes[name])
	}
	for i, way := range c.s.Lanes.Edges {
		c.that(len(way) > 1, "lanes.edges[%d]: a way of %d nodes", i, len(way))
		c.nodes(fmt.Sprintf("lanes.edges[%d]", i), way)
	}
	for _, name := range slices.Sorted(maps.Keys(c.s.Places)) {
		p := c.s.Places[name]
		c.nodes("places."+name, p.In)
		c.nodes("places."+name, p.Out)
		c.that(p.Spots >= 0 && p.Spots <= 400, "places.%s: %d spots, want 0 to 400", name, p.Spots)
	}
	for _, name := range slices.Sorted(maps.Keys(c.s.Terminals)) {
		t := c.s.Terminals[name]
		c.nodes("terminals."+name, t.In)
		c.nodes("terminals."+name, t.Out)
		for _, p := range slices.Concat(t.Berths, t.Roads) {
			c.spot("terminals."+name, Spot{Name: p}, false)
		}
	}
}

// nodes checks that the lanes have nodes of these names.
func (c *check) nodes(what string, names []string) {
	for _, n := range names {
		_, known := c.s.Lanes.Nodes[n]
		c.that(known, "%s: no node %q in the lanes", what, n)
	}
}

// ship checks one ship apart from those she lies alongside.
func (c *check) ship(v *Ship) {
	h, known := c.s.Hulls[v.Hull]
	c.that(known, "ship %q: no hull %q", v.Name, v.Hull)
	c.that(!known || h.Bow+h.Stern > 0 && h.Port+h.Starboard > 0, "hull %q: no dimensions", v.Hull)
	if v.Count < 0 || v.Count > mostCopies {
		c.that(false, "ship %q: count %d, want up to %d", v.Name, v.Count, mostCopies)
		return
	}
	for _, one := range v.Copies() {
		c.that(one.MMSI >= 200_000_000 && one.MMSI < 800_000_000, "ship %q: MMSI %09d is not a ship's", one.Name, one.MMSI)
		c.that(one.MMSI/1000%1000 == 999, "ship %q: MMSI %09d does not show that it is made up: digits 4 to 6 must be 999", one.Name, one.MMSI)
		c.that(!c.names[one.Name], "ship %q: a second one of that name", one.Name)
		c.that(c.mmsis[one.MMSI] == "", "ship %q: MMSI %09d is %q's", one.Name, one.MMSI, c.mmsis[one.MMSI])
		c.names[one.Name] = true
		c.mmsis[one.MMSI] = one.Name
	}
	c.that(v.Serial == 0 || v.Serial >= 100_000 && v.Serial <= 999_999, "ship %q: imo_serial %d does not have six digits", v.Name, v.Serial)
	c.that(strings.HasPrefix(v.Name, "SYN "), "ship %q: names of made-up ships begin with SYN", v.Name)
	c.that(v.Before >= 0 && v.Before <= mostDays, "ship %q: days_before %g, want 0 to %d", v.Name, v.Before, mostDays)
	c.that(slices.Contains([]string{"", "iranian", "listed", "other"}, v.Fleet), "ship %q: fleet %q, want iranian, listed or other", v.Name, v.Fleet)
	for _, w := range v.Without {
		c.that(slices.Contains([]string{"speed", "heading", "dimensions"}, w), "ship %q: without %q, want speed, heading or dimensions", v.Name, w)
	}
	c.that(v.MMSIOfDays == Window{} || v.MMSIOf != "" && v.MMSIOfDays.From < v.MMSIOfDays.To, "ship %q: mmsi_of_days wants mmsi_of, and an end after the begin", v.Name)
	c.spot("ship "+v.Name+" from", v.From, false)
	c.that(len(v.Steps) > 0, "ship %q: no steps", v.Name)
	for i := range v.Steps {
		c.step(fmt.Sprintf("ship %q step %d", v.Name, i+1), v, &v.Steps[i])
	}
}

// step checks that one thing is done, and that its places are known.
func (c *check) step(what string, v *Ship, s *Step) {
	set := 0
	fields := reflect.ValueOf(s).Elem()
	for i := range fields.NumField() {
		if !fields.Field(i).IsNil() {
			set++
		}
	}
	c.that(set == 1, "%s: %d things at once, want 1", what, set)
	for _, stay := range []*Stay{s.Anchor, s.Buoy, s.Berth, s.Drift} {
		if stay == nil {
			continue
		}
		if stay != s.Drift {
			c.spot(what, stay.At, false)
		}
		c.that((stay.Hours.To > 0) != (stay.Until > 0), "%s: wants hours or until_day, one of them", what)
		c.that(!v.Repeat || stay.Until == 0, "%s: until_day does not go with repeat", what)
	}
	if s.Sail != nil {
		c.that(len(s.Sail.Via) > 0, "%s: sail by way of nothing", what)
		c.that(s.Sail.Knots.From >= 1 && s.Sail.Knots.To <= 25 && s.Sail.Knots.From <= s.Sail.Knots.To, "%s: knots %v, want 1 to 25", what, s.Sail.Knots)
		for _, p := range s.Sail.Via {
			c.spot(what, p, true)
		}
	}
	if s.Status != nil && s.Status.Code != nil {
		c.that(*s.Status.Code >= 0 && *s.Status.Code <= 15, "%s: status %d, want 0 to 15", what, *s.Status.Code)
	}
	if s.False != nil {
		c.pretence(what, s.False)
	}
	if s.Off != nil {
		c.that(s.Off.Cause == "switched_off" || s.Off.Cause == "faulty_transponder", "%s: cause %q, want switched_off or faulty_transponder", what, s.Off.Cause)
	}
}

// pretence checks a false position.
func (c *check) pretence(what string, f *False) {
	c.that(f.Hours > 0, "%s: false position for %g hours", what, f.Hours)
	knots := f.Knots.From >= 1 && f.Knots.To <= 25 && f.Knots.From <= f.Knots.To
	switch f.Kind {
	case "", "anchored":
		c.that(f.At != (Spot{}), "%s: wants at", what)
		c.spot(what, f.At, false)
	case "sailing":
		c.that(len(f.Via) > 0 && knots, "%s: wants via, and knots from 1 to 25", what)
	case "circle":
		c.that(f.At != (Spot{}), "%s: wants at", what)
		c.spot(what, f.At, false)
		c.that(f.RadiusKM >= 0.1 && knots, "%s: wants radius_km of 0.1 and more, and knots from 1 to 25", what)
	case "frozen":
		if f.At != (Spot{}) {
			c.spot(what, f.At, false)
		}
	default:
		c.that(false, "%s: kind %q, want anchored, sailing, circle or frozen", what, f.Kind)
	}
	for _, p := range append(slices.Clone(f.Via), f.Back...) {
		c.spot(what, p, true)
	}
}

// hosts checks the meetings of a ship, when all names are known.
func (c *check) hosts(v *Ship) {
	c.that(v.MMSIOf == "" || c.names[v.MMSIOf] && v.MMSIOf != v.Name, "ship %q: mmsi_of %q is no other ship", v.Name, v.MMSIOf)
	for i, s := range v.Steps {
		if a := s.Alongside; a != nil {
			what := fmt.Sprintf("ship %q step %d", v.Name, i+1)
			c.that(c.names[a.Ship], "%s: no ship %q to lie alongside", what, a.Ship)
			c.that(a.Side == "port" || a.Side == "starboard", "%s: side %q, want port or starboard", what, a.Side)
			c.that(slices.Contains([]string{"cargo", "blend", "bunkering", "service"}, a.Purpose), "%s: purpose %q, want cargo, blend, bunkering or service", what, a.Purpose)
			c.that((a.Hours.To > 0) != (a.Until > 0), "%s: wants hours or until_day, one of them", what)
			c.that(a.Take == 0 || a.Give == 0, "%s: wants take_bbl or give_bbl, one of them", what)
		}
	}
}

// Copies gives the ships that an entry stands for, each with her own name and numbers.
func (v *Ship) Copies() []Ship {
	if v.Count <= 1 {
		return []Ship{*v}
	}
	out := make([]Ship, v.Count)
	for i := range out {
		out[i] = *v
		out[i].Name = fmt.Sprintf("%s %02d", v.Name, i+1)
		out[i].MMSI += uint32(i)
		if v.Serial != 0 {
			out[i].Serial += uint32(i)
		}
		out[i].Day += v.Stagger * float64(i)
	}
	return out
}
