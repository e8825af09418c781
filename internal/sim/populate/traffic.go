package populate

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

const (
	warmUp = 26.0          // days before the world begins from which ships come, so that it begins with a full sea
	early  = 10.0 / 24     // a ship may come so much earlier than the calendar reckons
	tidy   = 2.0 / 24      // between two ships at one berth
	idling = 6.0 / 24 / 60 // the shortest time worth a step
)

// traffic makes the lawful world.
type traffic struct {
	*builder
	spec  *scenario.Lawful
	scale float64
	stays []*atAnchor
}

// lawful makes all ships that carry nothing sanctioned.
func (b *builder) lawful(l *scenario.Lawful) error {
	t := &traffic{builder: b, spec: l, scale: b.dial("traffic", b.s.Population.Traffic.Or(1))}
	for _, name := range slices.Sorted(maps.Keys(l.Transfers)) {
		if err := t.lightering(name, l.Transfers[name]); err != nil {
			return fmt.Errorf("transfers %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Groups)) {
		g := &group{traffic: t, name: "lawful " + name, spec: l.Groups[name]}
		g.rand = b.stream(g.name)
		if err := g.fill(); err != nil {
			return fmt.Errorf("group %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Attendants)) {
		if err := t.attend(name, l.Attendants[name]); err != nil {
			return fmt.Errorf("attendants %s: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Boats)) {
		if err := t.boats(name, l.Boats[name]); err != nil {
			return fmt.Errorf("boats %s: %w", name, err)
		}
	}
	return nil
}

// pick draws a name by its share.
func (t *traffic) pick(rng *rand.Rand, what string, s scenario.Shares) string {
	names := slices.Sorted(maps.Keys(s))
	sum, weights := 0.0, make([]float64, len(names))
	for i, name := range names {
		weights[i] = t.dial(what+" "+name, s[name])
		sum += weights[i]
	}
	x := rng.Float64() * sum
	for i, w := range weights {
		if x -= w; x < 0 {
			return names[i]
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// number draws from a law. It always takes two draws.
func (t *traffic) number(rng *rand.Rand, what string, l scenario.Law) float64 {
	median, spread := t.dial(what+" median", l.Median), t.dial(what+" spread", l.Spread)
	x := median * math.Exp(spread*math.Sqrt(-2*math.Log(1-rng.Float64()))*math.Cos(2*math.Pi*rng.Float64()))
	return max(l.Least, min(l.Most, x))
}

// ships is how many of a kind there are at this traffic.
func (t *traffic) ships(what string, full scenario.Dial) int {
	n := t.dial(what+" ships", full) * t.scale
	whole := math.Floor(n)
	if t.stream(what+" ships").Float64() < n-whole {
		whole++
	}
	return int(whole)
}

// launch makes a ship with a flag of a mix.
func (t *traffic) launch(rng *rand.Rand, what, flags string, hulls scenario.Shares) scenario.Ship {
	letters, mid, _ := scenario.Flag(t.pick(rng, "flags "+flags, t.spec.Flags[flags]))
	v := t.ship(rng, t.pick(rng, what+" hulls", hulls), mid)
	v.Flag = letters
	return v
}

// length is a hull's, in metres.
func (t *traffic) length(hull string) float64 {
	h := t.s.Hulls[hull]
	return float64(h.Bow + h.Stern)
}

// group makes the ships of one trade.
type group struct {
	*traffic
	name  string
	spec  scenario.Group
	rand  *rand.Rand
	fleet []*bottoms
}

// bottoms is a ship and her voyages. Between two she is away.
type bottoms struct {
	ship    scenario.Ship
	voyages []*voyage
	ready   float64 // when she can come again
	never   bool    // she does not: her cargo was for once
}

// fill lets ships come day by day. Those that have been away for long enough come back, else new ones are made.
func (g *group) fill() error {
	if g.spec.Ships.Set {
		for range g.ships(g.name, g.spec.Ships) {
			if err := g.resident(); err != nil {
				return err
			}
		}
		return g.finish()
	}
	rate := g.dial(g.name+" per_day", g.spec.Daily) * g.scale
	for day := -warmUp; rate > 0; {
		day += -math.Log(1-g.rand.Float64()) / rate
		if day >= g.s.Days-0.05 {
			break
		}
		if err := g.visit(g.next(day), day); err != nil {
			return err
		}
	}
	return g.finish()
}

// next is the ship that has been ready for longest, or a new one.
func (g *group) next(day float64) *bottoms {
	var best *bottoms
	for _, v := range g.fleet {
		if !v.never && v.ready <= day && (best == nil || v.ready < best.ready) {
			best = v
		}
	}
	if best == nil {
		best = &bottoms{ship: g.launch(g.rand, g.name, g.spec.Flags, g.spec.Hulls)}
		g.fleet = append(g.fleet, best)
	}
	return best
}

// finish hands the ships over.
func (g *group) finish() error {
	for _, v := range g.fleet {
		g.deliver(v)
	}
	return nil
}

// deliver makes a scenario's ship of voyages, unless all of them are over before the world begins.
func (t *traffic) deliver(v *bottoms) {
	kept := slices.DeleteFunc(v.voyages, func(y *voyage) bool { return y.end < 0 })
	if len(kept) == 0 {
		return
	}
	rng := t.stream(fmt.Sprintf("failures %d", v.ship.MMSI))
	first := kept[0]
	shift := math.Ceil(max(0, -first.begin))
	ship := v.ship
	ship.Before, ship.Day = shift, first.begin+shift
	ship.From, ship.Destination, ship.Cargo = scenario.Spot{Name: first.from}, first.destination, first.cargo
	for i, y := range kept {
		for _, day := range y.days {
			*day += shift
		}
		t.fail(rng, y)
		ship.Steps = append(ship.Steps, y.steps...)
		if i+1 < len(kept) {
			next := kept[i+1]
			hours := max(1, (next.begin-y.end)*24)
			ship.Steps = append(ship.Steps,
				scenario.Step{Away: &scenario.Away{Hours: scenario.Range{From: hours, To: hours}, Back: scenario.Spot{Name: next.from}, Empty: true}},
				scenario.Step{Destination: &scenario.Destination{Text: next.destination}},
				scenario.Step{Draught: &scenario.Draught{}})
		}
	}
	t.s.Ships = append(t.s.Ships, ship)
}

// fail silences an honest transponder now and then.
func (t *traffic) fail(rng *rand.Rand, y *voyage) {
	rate := t.dial("failures per_ship_day", t.spec.Failures.Daily)
	if rng.Float64() > 1-math.Exp(-rate*(y.end-y.begin)) || len(y.steps) == 0 {
		return
	}
	after := 9 * rng.Float64()
	hours := t.number(rng, "failures hours", t.spec.Failures.Hours)
	at := rng.IntN(len(y.steps))
	y.steps = slices.Insert(y.steps, at,
		scenario.Step{Off: &scenario.Off{AfterHours: after, Cause: "faulty_transponder"}},
		scenario.Step{On: &scenario.On{AfterHours: after + hours}})
}

// visit is one voyage: from the sea, to a port or two, and out again.
func (g *group) visit(v *bottoms, day float64) error {
	rng := g.rand
	sea := g.pick(rng, g.name+" seas", g.spec.Seas)
	y := &voyage{traffic: g.traffic, ship: &v.ship, begin: day, clock: day, from: sea + "-in", place: sea + "-in"}
	y.knots = g.number(rng, g.name+" knots", g.spec.Knots)
	if g.spec.Trade == "discharge" {
		y.fill(g.number(rng, g.name+" fill", g.spec.Fill))
		y.cargo = scenario.Cargo{Barrels: y.aboard, Origin: "beyond the sea"}
		v.never = true
	}
	if err := g.hold(y, "hold", g.spec.Hold); err != nil {
		return err
	}
	done, err := g.calls(y)
	if err != nil {
		return err
	}
	if err := g.hold(y, "stop", g.spec.Stop); err != nil {
		return err
	}
	if !done && g.spec.Trade == "discharge" {
		y.destination = "FOR ORDERS"
	}
	if err := y.leave(rng, g.pick(rng, g.name+" seas", g.spec.Seas)); err != nil {
		return err
	}
	v.voyages = append(v.voyages, y)
	v.ready = y.end + g.number(rng, g.name+" away_days", g.spec.Away)
	return nil
}

// calls are the ports of a voyage; false when none had room for her.
func (g *group) calls(y *voyage) (done bool, err error) {
	what := transfer{}
	switch g.spec.Trade {
	case "load", "shuttle":
		what.load = g.number(g.rand, g.name+" fill", g.spec.Fill)
	case "discharge":
		what.discharge = true
	}
	if done, err = g.call(y, g.spec.Ports, what); err != nil {
		return done, err
	}
	if g.spec.Trade == "shuttle" && done {
		_, err = g.call(y, g.spec.Then, transfer{discharge: true})
	} else if g.rand.Float64() < g.dial(g.name+" more", g.spec.More) {
		_, err = g.call(y, g.spec.Ports, transfer{})
	}
	return done, err
}

// call goes to one of a few ports: the first of three drawn where she need not wait for more than ten days.
func (g *group) call(y *voyage, ports scenario.Shares, what transfer) (bool, error) {
	rng := g.rand
	hours := g.number(rng, g.name+" berth_h", g.spec.Berth)
	wait := g.number(rng, g.name+" wait_h", g.spec.Wait)
	direct := rng.Float64() < g.dial(g.name+" direct", g.spec.Direct)
	for range 3 {
		port := g.pick(rng, g.name+" ports", ports)
		if port == "" || g.s.Terminals[port].Title == g.s.Terminals[g.terminalOf(y.place)].Title {
			continue
		}
		if done, err := y.call(rng, port, hours, wait, direct, what); done || err != nil {
			return done, err
		}
	}
	return false, nil
}

// terminalOf is the terminal that a place belongs to; empty for places that have none.
func (t *traffic) terminalOf(place string) string {
	field, _, err := t.net.place(place)
	if err != nil {
		return ""
	}
	return t.net.terminal[field]
}

// hold waits for some days, when she is one of those that do.
func (g *group) hold(y *voyage, when string, h scenario.Holding) error {
	what := g.name + " " + when
	if g.rand.Float64() >= g.dial(what+" share", h.Share) {
		return nil
	}
	days := g.number(g.rand, what+" days", h.Days)
	field := g.pick(g.rand, what+" areas", h.Areas)
	if field == "" {
		return nil
	}
	if y.destination == "" {
		y.destination = []string{"FOR ORDERS", "FUJAIRAH", "ORDERS", "AE FJR", "KHOR FAKKAN", "PG FOR ORDERS"}[g.rand.IntN(6)]
	}
	_, err := y.wait(field, days)
	return err
}

// resident is a ship that stays in the world and goes from port to port.
func (g *group) resident() error {
	rng := g.rand
	v := &bottoms{ship: g.launch(rng, g.name, g.spec.Flags, g.spec.Hulls)}
	ports := g.pick(rng, g.name+" ports", g.spec.Ports)
	from := slices.Concat(g.s.Terminals[ports].Roads, g.s.Terminals[ports].Berths)[0]
	begin := -warmUp/2 - 3*rng.Float64()
	y := &voyage{traffic: g.traffic, ship: &v.ship, begin: begin, clock: begin, from: from, place: from}
	y.knots = g.number(rng, g.name+" knots", g.spec.Knots)
	y.destination = g.s.Terminals[ports].Title
	if spot, ok := g.lie(from, begin-early, begin+idling); ok {
		y.from, y.place = spot, spot
	}
	for stuck := 0; y.clock < g.s.Days && stuck < 20; {
		before := y.clock
		if err := g.hold(y, "hold", g.spec.Hold); err != nil {
			return err
		}
		if _, err := g.calls(y); err != nil {
			return err
		}
		if err := g.hold(y, "stop", g.spec.Stop); err != nil {
			return err
		}
		if y.clock == before {
			stuck++
		}
	}
	y.end = y.clock
	if len(y.steps) > 0 {
		v.voyages = []*voyage{y}
		g.fleet = append(g.fleet, v)
	}
	return nil
}

// transfer is what happens at a port: how much of her tanks is filled, or all that she carries taken off.
type transfer struct {
	load      float64
	discharge bool
}

// voyage is a ship's way through the world, from one edge to the next. Its clock is the day by which what is planned
// is surely done; she may be some hours earlier.
type voyage struct {
	*traffic
	ship        *scenario.Ship
	begin, end  float64
	from        string
	destination string
	cargo       scenario.Cargo
	place       string
	clock       float64
	knots       float64
	aboard      int64
	steps       []scenario.Step
	days        []*float64 // the days named in steps
}

func (y *voyage) do(s scenario.Step) { y.steps = append(y.steps, s) }

// fill fills a part of the tanks, in whole thousands of barrels.
func (y *voyage) fill(part float64) int64 {
	barrels := int64(6.74*y.s.Hulls[y.ship.Hull].DWT*part/1000) * 1000
	y.aboard += barrels
	return barrels
}

// takes is how many days the way to a place takes at most: with gathering and losing way, and slowly at its end.
func (y *voyage) takes(to string, last float64) float64 {
	points, err := y.net.way(y.place, to)
	if err != nil {
		return math.Inf(1)
	}
	n := len(points)
	final := float64(motion.Length(points[n-2], points[n-1]).NauticalMiles())
	slow := final * max(0, 1/last-1/y.knots)
	return (1.01*float64(wayLength(points).NauticalMiles())/y.knots + slow + 3) / 24
}

// Speeds on the last leg: to an anchor's spot, and to a berth or another ship.
const (
	toAnchor = 11.0
	toBerth  = 5.5
)

// sail goes the way to a place, which the stay that follows ends.
func (y *voyage) sail(to string, last float64) error {
	via, err := y.net.route(y.place, to)
	if err != nil {
		return err
	}
	y.clock += y.takes(to, last)
	y.place = to
	if len(via) > 0 {
		y.do(scenario.Step{Sail: &scenario.Sail{Via: via, Knots: scenario.Range{From: y.knots, To: y.knots}}})
	}
	return nil
}

// lies adds a stay at the place that she has sailed to.
func (y *voyage) lies(until float64) *scenario.Stay {
	s := &scenario.Stay{At: scenario.Spot{Name: y.place}, Until: until}
	y.days = append(y.days, &s.Until)
	y.clock = until
	p := y.s.Places[y.place]
	switch {
	case p.Drift:
		y.do(scenario.Step{Sail: &scenario.Sail{Via: []scenario.Spot{s.At}, Knots: scenario.Range{From: y.knots, To: y.knots}}})
		y.do(scenario.Step{Drift: s})
	case p.Buoy:
		y.do(scenario.Step{Buoy: s})
	case p.Seaward != 0 || p.Heading != 0:
		y.do(scenario.Step{Berth: s})
	default:
		y.do(scenario.Step{Anchor: s})
	}
	return s
}

// atAnchor is a ship that others may come alongside while she lies at anchor.
type atAnchor struct {
	ship        *scenario.Ship
	field, spot string
	from, until float64
}

// wait lies in a field for some days; false when it is full.
func (y *voyage) wait(field string, days float64) (bool, error) {
	takes := y.takes(field, toAnchor) + 1.0/24
	return y.anchor(field, y.clock+takes+max(days, 2.0/24))
}

// anchor lies in a field until a day, which must not be before she has surely come.
func (y *voyage) anchor(field string, until float64) (bool, error) {
	takes := y.takes(field, toAnchor) + 1.0/24
	spot, ok := y.lie(field, y.clock+takes-early, until+tidy)
	if !ok {
		return false, nil
	}
	if err := y.sail(spot, toAnchor); err != nil {
		return false, err
	}
	if come := y.clock; !y.s.Places[field].Drift {
		y.stays = append(y.stays, &atAnchor{y.ship, field, spot, come, until})
	}
	y.lies(max(until, y.clock))
	return true, nil
}

// call goes to a berth of a terminal, by way of its roads when she has to wait. It is false, and nothing has been
// planned, when she would have to wait for more than ten days.
func (y *voyage) call(rng *rand.Rand, port string, hours, wait float64, direct bool, what transfer) (bool, error) {
	term := y.s.Terminals[port]
	if len(term.Berths) == 0 {
		return y.roadstead(rng, port, hours, what)
	}
	come := y.clock + y.takes(term.Berths[0], toBerth) + 1.0/24
	berth, at := y.berth(term.Berths, come-early, hours/24+early)
	if direct && berth != "" && at <= come-early {
		if err := y.sail(berth, toBerth); err != nil {
			return false, err
		}
		return true, y.work(rng, port, berth, come-early, max(y.clock, come)+hours/24, what)
	}
	for _, roads := range term.Roads {
		ready := y.clock + y.takes(roads, toAnchor) + (1+max(1, wait))/24
		over := voyage{traffic: y.traffic, place: roads, knots: y.knots}
		shift := over.takes(term.Berths[0], toBerth) + 1.5/24
		if berth, at = y.berth(term.Berths, ready, shift+hours/24); berth == "" || at > ready+10 {
			continue
		}
		if ok, err := y.anchor(roads, at); err != nil || !ok {
			if err != nil {
				return false, err
			}
			continue
		}
		if err := y.sail(berth, toBerth); err != nil {
			return false, err
		}
		return true, y.work(rng, port, berth, at, at+shift+hours/24, what)
	}
	return false, nil
}

// berth finds the berth of a terminal that is free first, from some day on and for so many days, and fits her.
func (y *voyage) berth(berths []string, from, days float64) (best string, at float64) {
	at = math.Inf(1)
	length := y.length(y.ship.Hull)
	for _, name := range berths {
		p := y.s.Places[name]
		spots := []string{name}
		if p.Spots > 0 {
			if p.Quay && p.Spacing < length+35 {
				continue
			}
			spots = y.spots(name)
		}
		for _, spot := range spots {
			if day := y.vacant(spot, from, days+tidy); day < at {
				best, at = spot, day
			}
		}
	}
	return best, at
}

// work lies at a berth until a day and handles cargo there.
func (y *voyage) work(rng *rand.Rand, port, berth string, from, until float64, what transfer) error {
	y.reserve(berth, from, until+tidy)
	y.place = berth
	y.cargoes(rng, port, y.lies(until), what)
	return nil
}

// roadstead works cargo at anchor, where there are no berths.
func (y *voyage) roadstead(rng *rand.Rand, port string, hours float64, what transfer) (bool, error) {
	for _, roads := range y.s.Terminals[port].Roads {
		ok, err := y.wait(roads, hours/24)
		if err != nil {
			return false, err
		}
		if ok {
			y.cargoes(rng, port, y.steps[len(y.steps)-1].Anchor, what)
			return true, nil
		}
	}
	return false, nil
}

// cargoes loads or discharges during a stay, and lets the crew type what they type afterwards.
func (y *voyage) cargoes(rng *rand.Rand, port string, s *scenario.Stay, what transfer) {
	if y.destination == "" {
		y.destination = y.s.Terminals[port].Title
	} else {
		y.rename(y.s.Terminals[port].Title)
	}
	switch {
	case s == nil || y.s.Hulls[y.ship.Hull].DWT == 0:
	case what.load > 0 && y.aboard == 0:
		s.Load = y.fill(what.load)
		y.types(rng)
	case what.discharge && y.aboard > 0:
		s.Discharge, y.aboard = y.aboard, 0
		y.types(rng)
	}
}

// rename types the next port as destination, before the way to it.
func (y *voyage) rename(port string) {
	at := len(y.steps) - 1
	for at > 0 && y.steps[at-1].Sail != nil {
		at--
	}
	y.steps = slices.Insert(y.steps, at, scenario.Step{Destination: &scenario.Destination{Text: port}})
}

// types is what the crew does to the draught after cargo has moved.
func (y *voyage) types(rng *rand.Rand) {
	habit := y.pick(rng, "draught habits", y.spec.Draught.Habits)
	late := y.number(rng, "draught late_h", y.spec.Draught.Late)
	wrong := y.number(rng, "draught wrong_m", y.spec.Draught.Wrong) * float64(1-2*rng.IntN(2))
	switch habit {
	case "true":
		y.do(scenario.Step{Draught: &scenario.Draught{AfterHours: 1}})
	case "late":
		y.do(scenario.Step{Draught: &scenario.Draught{AfterHours: late}})
	case "wrong":
		y.do(scenario.Step{Draught: &scenario.Draught{AfterHours: 1, Wrong: math.Round(wrong*10) / 10}})
	}
}

// onward is what crews bound for each of the seas type as destination.
var onward = map[string][]string{
	"east": {"SINGAPORE", "SG SIN", "CN NGB", "QINGDAO", "NINGBO", "YEOSU", "ULSAN", "CHIBA", "SIKKA", "PARADIP", "MAILIAO", "FOR ORDERS", "CHINA",
		"SINGAPORE FOR ORDERS", "MALAYSIA", "COLOMBO"},
	"makran": {"KARACHI", "PK KHI", "MUNDRA", "SIKKA", "NHAVA SHEVA", "KANDLA", "PORT QASIM"},
	"cape":   {"SUEZ", "AIN SUKHNA", "ROTTERDAM", "DURBAN", "JEDDAH", "YANBU", "MOMBASA", "FOR ORDERS", "DJIBOUTI", "SALALAH", "GIBRALTAR FOR ORDERS"},
}

// leave sails out of the world, to a sea.
func (y *voyage) leave(rng *rand.Rand, sea string) error {
	edge := sea + "-out"
	via, err := y.net.route(y.place, edge)
	if err != nil {
		return err
	}
	texts := onward[sea]
	if len(texts) == 0 {
		texts = []string{"FOR ORDERS"}
	}
	text := texts[rng.IntN(len(texts))]
	if y.destination == "" {
		y.destination = text
	} else if rng.Float64() < 0.9 { // else the crew forgets
		y.do(scenario.Step{Destination: &scenario.Destination{AfterHours: 2 * rng.Float64(), Text: text}})
	}
	y.clock += y.takes(edge, y.knots)
	y.place, y.end = edge, y.clock
	y.do(scenario.Step{Sail: &scenario.Sail{Via: append(via, scenario.Spot{Name: edge}), Knots: scenario.Range{From: y.knots, To: y.knots}}})
	return nil
}
