package populate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// after decides where the oil of a lift goes.
func (t *trader) after(l *lift, c *call) error {
	switch t.shares["after"].draw(l.rng, nil) {
	case "transfer":
		return t.transfer(l.rng, c, 0)
	case "storage":
		return t.store(l.rng, c)
	}
	return t.leave(l.rng, c)
}

// store keeps a cargo afloat for weeks or months.
func (t *trader) store(rng *rand.Rand, c *call) error {
	area := t.shares["areas"].draw(rng, nil)
	days := t.laws["storage"].draw(rng)
	arrival, err := t.arrival(c, area)
	if err != nil {
		return err
	}
	spot, ok := t.lie(area, arrival-1, arrival+days+1)
	if !ok {
		return t.leave(rng, c)
	}
	if err := t.goTo(rng, c, spot, anchorKnots, chance(rng, t.dial("storage.dark", t.spec.Storage.Dark))); err != nil {
		return err
	}
	t.rest(c, spot, arrival+days, t.drifts(area))
	if chance(rng, t.dial("storage.transferred", t.spec.Storage.Transfer)) {
		return t.transfer(rng, c, 1)
	}
	return t.leave(rng, c)
}

// drifts tells whether ships drift in an area rather than anchor.
func (t *trader) drifts(area string) bool { return slices.Contains(t.spec.Transfers.Drift, area) }

// arrival is the day by which a ship has come to an area, at the slowest.
func (t *trader) arrival(c *call, area string) (float64, error) {
	path, err := t.net.way(c.place, area)
	if err != nil {
		return 0, err
	}
	return c.clock + passage(path, c.knots, berthingKnots) + manoeuvre, nil
}

// meeting is a time of two ships side by side.
type meeting struct {
	area    string
	from    float64 // when the visitor leaves her spot for the host's side
	to      float64 // when she lets go
	barrels int64
	purpose string
}

// deepest is how often a cargo goes on from ship to ship: a chain of three transfers.
const deepest = 3

// transfer passes a laden ship's cargo on, or a part of it. Without room in any area she leaves with it.
func (t *trader) transfer(rng *rand.Rand, donor *call, depth int) error {
	area := t.shares["areas"].draw(rng, nil)
	visible := t.shares["visible"].draw(rng, nil)
	arrival, err := t.arrival(donor, area)
	if err != nil {
		return err
	}
	if donor.hull.class != "vlcc" && chance(rng, t.dial("feeding", t.spec.Transfers.Feeding)) {
		if done, err := t.feed(rng, donor, area, arrival, visible); done || err != nil {
			return err
		}
	}
	class, parcels := donor.hull.class, []float64{1}
	if class == "vlcc" {
		switch t.shares["shapes"].draw(rng, nil) {
		case "part":
			class, parcels = "suezmax", []float64{between(rng, 0.35, 0.5)}
		case "parcels":
			class, parcels = "suezmax", []float64{between(rng, 0.45, 0.5), between(rng, 0.4, 0.48)}
		}
	}
	if len(parcels) == 1 && parcels[0] == 1 && chance(rng, 0.5) {
		return t.visit(rng, donor, class, area, arrival, visible, depth)
	}
	return t.host(rng, donor, class, parcels, area, arrival, visible, depth)
}

// tied is how long a transfer takes in days, with coming alongside and letting go.
func (t *trader) tied(rng *rand.Rand, barrels int64) float64 {
	return (max(6, float64(barrels)/1000/t.laws["rate"].draw(rng)) + 6) * hour
}

// fit is what of some barrels a receiver of a class has surely room for.
func (t *trader) fit(class string, barrels int64) int64 {
	room := 0.0
	for i, hull := range t.spec.Classes[class].Hulls {
		if of := perTonne * 0.98 * t.s.Hulls[hull].DWT; i == 0 || of < room {
			room = of
		}
	}
	return min(barrels, 1000*int64(room/1000))
}

// receiver opens the call of a ship that is fit and comes in ballast to a spot in an area, there by a day.
func (t *trader) receiver(rng *rand.Rand, class, spot string, by float64, silent bool, fit func(*bottom) bool) (*call, error) {
	path, err := t.net.way(t.edgeIn(), spot)
	if err != nil {
		return nil, err
	}
	knots := t.laws["ballast"].draw(rng)
	begin := by - t.laws["linger"].draw(rng)*hour - passage(path, knots, berthingKnots)
	c := t.open(rng, t.pick(rng, class, "other", begin, fit), t.edgeIn(), begin)
	var marks []mark
	if silent {
		marks = append(marks, mark{where(rng, path, "oman", false), off()})
	}
	c.silent = silent
	c.sail(path, knots, berthingKnots, false, marks...)
	c.place = spot
	return c, nil
}

// spotFor takes a spot for a ship that comes around a day and stays until another.
func (t *trader) spotFor(area string, arrival, until float64) (string, bool) {
	return t.lie(area, arrival-1, until+0.5)
}

// visit lets a donor go alongside a receiver that waits for her.
func (t *trader) visit(rng *rand.Rand, donor *call, class, area string, arrival float64, visible string, depth int) error {
	m := meeting{area: area, from: arrival + t.laws["linger"].draw(rng)*hour, barrels: t.fit(class, donor.barrels), purpose: "cargo"}
	m.to = m.from + t.tied(rng, m.barrels)
	until := m.to + t.laws["linger"].draw(rng)*hour
	own, ok := t.spotFor(area, arrival, m.from)
	its, also := t.lie(area, m.from-8, until+0.5)
	if !ok || !also {
		return t.leave(rng, donor)
	}
	if err := t.goTo(rng, donor, own, anchorKnots, visible == "receiver" || visible == "none"); err != nil {
		return err
	}
	t.rest(donor, own, m.from, t.drifts(area))
	receiver, err := t.receiver(rng, class, its, m.from-4*hour, visible == "donor" || visible == "none",
		func(v *bottom) bool { return !v.leans(donor.hull) })
	if err != nil {
		return err
	}
	if t.drifts(area) && chance(rng, t.dial("moving", t.spec.Transfers.Moving)) {
		t.steam(receiver, its, m)
	} else {
		t.rest(receiver, its, until, t.drifts(area))
	}
	t.tie(rng, donor, receiver, m, true)
	receiver.barrels, donor.barrels = receiver.barrels+m.barrels, donor.barrels-m.barrels
	t.types(rng, donor)
	t.types(rng, receiver)
	if err := t.onward(rng, receiver, depth+1); err != nil {
		return err
	}
	return t.leave(rng, donor)
}

// How a transfer under way is made: round a square at slow speed.
const (
	steamKnots            = 3.5
	steamSide  geo.Metres = 16_000
)

// steam lets a ship go round and round from shortly before a meeting until after it, and back to where she began.
func (t *trader) steam(c *call, place string, m meeting) {
	t.rest(c, place, m.from-2*hour, true)
	at := t.s.Places[place].At.Geo()
	corners := []geo.Point{motion.Move(at, steamSide, 0), motion.Move(at, steamSide, -steamSide), motion.Move(at, 0, -steamSide), at}
	var via []scenario.Spot
	round := float64((4 * steamSide).NauticalMiles()) / steamKnots * hour
	for last := c.clock; last < m.to+6*hour; last += round {
		for _, p := range corners {
			via = append(via, scenario.Spot{Point: scenario.Point(p)})
		}
		c.clock += round
	}
	c.clock += manoeuvre
	c.do(scenario.Step{Sail: &scenario.Sail{Via: via, Knots: scenario.Range{From: steamKnots, To: steamKnots}}})
	t.rest(c, place, c.clock+6*hour, true)
}

// host lets receivers come alongside a donor, one after the other.
func (t *trader) host(rng *rand.Rand, donor *call, class string, parcels []float64, area string, arrival float64, visible string, depth int) error {
	var meetings []meeting
	from, cargo := arrival+t.laws["linger"].draw(rng)*hour, donor.barrels
	for _, part := range parcels {
		m := meeting{area: area, from: from, barrels: t.fit(class, 1000*int64(part*float64(cargo)/1000)), purpose: "cargo"}
		if part == 1 {
			m.barrels = t.fit(class, cargo)
		}
		m.to = m.from + t.tied(rng, m.barrels)
		from = m.to + between(rng, 8, 40)*hour
		meetings = append(meetings, m)
	}
	until := meetings[len(meetings)-1].to + t.laws["linger"].draw(rng)*hour
	own, ok := t.spotFor(area, arrival, until)
	if !ok {
		return t.leave(rng, donor)
	}
	if err := t.goTo(rng, donor, own, anchorKnots, visible == "receiver" || visible == "none"); err != nil {
		return err
	}
	t.rest(donor, own, until, t.drifts(area))
	for _, m := range meetings {
		spot, ok := t.lie(area, m.from-8, m.from+0.5)
		if !ok {
			continue
		}
		receiver, err := t.receiver(rng, class, spot, m.from-4*hour, visible == "donor" || visible == "none",
			func(v *bottom) bool { return !donor.hull.leans(v) })
		if err != nil {
			return err
		}
		t.rest(receiver, spot, m.from, t.drifts(area))
		t.tie(rng, receiver, donor, m, false)
		receiver.barrels, donor.barrels = receiver.barrels+m.barrels, donor.barrels-m.barrels
		t.types(rng, receiver)
		if err := t.onward(rng, receiver, depth+1); err != nil {
			return err
		}
	}
	t.types(rng, donor)
	return t.leave(rng, donor)
}

// onward sends a laden receiver out of the world, or to the next transfer.
func (t *trader) onward(rng *rand.Rand, c *call, depth int) error {
	if depth < deepest && chance(rng, t.dial("onward", t.spec.Transfers.Onward)) {
		return t.transfer(rng, c, depth)
	}
	return t.leave(rng, c)
}

// tie brings a visitor alongside a host for a meeting and lets barrels pass, from the visitor when she gives.
func (t *trader) tie(rng *rand.Rand, visitor, host *call, m meeting, gives bool) {
	a := &scenario.Alongside{Ship: host.hull.ship.Name, Side: []string{"port", "starboard"}[rng.IntN(2)], Ahead: between(rng, -25, 35),
		Opposite: chance(rng, 0.04), Until: m.to, Purpose: m.purpose}
	if gives {
		a.Give = m.barrels
	} else {
		a.Take = m.barrels
	}
	visitor.do(scenario.Step{Alongside: a})
	visitor.stays = append(visitor.stays, &a.Until)
	visitor.clock, visitor.place = m.to, host.place
	visitor.hull.hosts = append(visitor.hull.hosts, host.hull)
	visitor.with, host.with = append(visitor.with, host), append(host.with, visitor)
}

// mother is a large ship that takes the cargoes of several smaller ones.
type mother struct {
	*call
	rng   *rand.Rand
	area  string
	stay  *scenario.Stay
	busy  float64 // until then
	until float64 // the latest day on which she may leave
	room  int64
}

// patience is how many days a mother ship waits for cargoes at most.
const patience = 26.0

// feed gives a smaller loader's cargo to a mother ship. It does nothing when there is no room for one.
func (t *trader) feed(rng *rand.Rand, donor *call, area string, arrival float64, visible string) (bool, error) {
	from := arrival + t.laws["linger"].draw(rng)*hour
	tied := t.tied(rng, donor.barrels)
	m := t.mother(donor, from, tied)
	if m == nil {
		var err error
		if m, err = t.summon(rng, donor, area, from, visible); m == nil || err != nil {
			return false, err
		}
	}
	if arrival, err := t.arrival(donor, m.area); err != nil {
		return false, err
	} else {
		from = max(from, arrival+3*hour, m.busy+8*hour)
	}
	spot, ok := t.spotFor(m.area, arrival, from)
	if !ok {
		return false, nil
	}
	if err := t.goTo(rng, donor, spot, anchorKnots, visible == "receiver" || visible == "none"); err != nil {
		return false, err
	}
	t.rest(donor, spot, from, t.drifts(m.area))
	t.tie(rng, donor, m.call, meeting{area: m.area, from: from, to: from + tied, barrels: donor.barrels, purpose: "cargo"}, true)
	m.busy, m.room, m.barrels = from+tied, m.room-donor.barrels, m.barrels+donor.barrels
	donor.barrels = 0
	t.types(rng, donor)
	return true, t.leave(rng, donor)
}

// mother finds one that has room in her tanks and time.
func (t *trader) mother(donor *call, from, tied float64) *mother {
	for _, m := range t.mothers {
		begin := max(from, m.busy+8*hour)
		if m.room >= donor.barrels && begin+tied+2.5 < m.until && begin-from < 5 && !m.hull.leans(donor.hull) {
			return m
		}
	}
	return nil
}

// summon calls a new mother ship.
func (t *trader) summon(rng *rand.Rand, donor *call, area string, from float64, visible string) (*mother, error) {
	spot, ok := t.lie(area, from-8, from+patience+0.5)
	if !ok {
		return nil, nil
	}
	c, err := t.receiver(rng, "vlcc", spot, from-4*hour, visible == "donor" || visible == "none",
		func(v *bottom) bool { return !v.leans(donor.hull) })
	if err != nil {
		return nil, err
	}
	m := &mother{call: c, rng: t.stream(fmt.Sprintf("mother %d", len(t.mothers))), area: area, busy: from - 8*hour, until: from + patience}
	m.stay = t.rest(c, spot, m.until, t.drifts(area))
	m.room = t.fit("vlcc", c.hull.room)
	t.mothers = append(t.mothers, m)
	return m, nil
}

// send lets a mother ship go when the last cargo is in her tanks.
func (t *trader) send(m *mother) error {
	m.stay.Until = min(m.until, m.busy+2+between(m.rng, 0, 3))
	m.clock = m.stay.Until
	t.types(m.rng, m.call)
	return t.leave(m.rng, m.call)
}

// blends plans the mixing of sanctioned oil into lawful cargoes in Iraqi waters: a smaller tanker comes laden from Iran's
// ports in silence and gives her cargo to one that has loaded at Basrah, and goes on as lawful.
func (t *trader) blends() error {
	rate := t.dial("blends.per_day", t.spec.Blends.Daily)
	rng := t.stream("blends")
	if rate <= 0 {
		return nil
	}
	for day := -6 + rng.ExpFloat64()/rate; day < t.s.Days; day += rng.ExpFloat64() / rate {
		if err := t.blend(rng, day); err != nil {
			return err
		}
	}
	return nil
}

// blend plans one meeting, around a day. Where there is no room there is no meeting.
func (t *trader) blend(rng *rand.Rand, day float64) error {
	room := math.Inf(1)
	for _, hull := range t.spec.Blends.Hulls {
		room = min(room, perTonne*t.s.Hulls[hull].DWT)
	}
	barrels := 1000 * int64(between(rng, 0.5, 0.94)*room/1000)
	m := meeting{area: t.spec.Blends.Area, from: day, to: day + t.tied(rng, barrels), barrels: barrels, purpose: "blend"}
	until := m.to + between(rng, 4, 30)*hour
	spot, ok := t.lie(t.spec.Blends.Area, day-3, until+0.5)
	if !ok {
		return nil
	}
	host, err := t.cover(rng, m, spot)
	if err != nil || host == nil {
		return err
	}
	t.rest(host, spot, until, false)
	donor, err := t.feeder(rng, m)
	if err != nil {
		return err
	}
	if donor == nil {
		return t.leave(rng, host)
	}
	t.tie(rng, donor, host, m, true)
	host.barrels += barrels
	path, err := t.net.way(donor.place, t.s.Terminals[t.spec.Blends.From].Roads[0])
	if err != nil {
		return err
	}
	donor.sail(path, feederKnots, anchorKnots, true)
	donor.leaves, donor.hull.free = donor.hull.now, donor.clock+5
	t.types(rng, host)
	return t.leave(rng, host)
}

// feeder is the small tanker of a blend, silent from her first hour to her last. Nil when there is no room for her.
func (t *trader) feeder(rng *rand.Rand, m meeting) (*call, error) {
	source := t.s.Terminals[t.spec.Blends.From]
	spot, ok := t.lie(t.spec.Blends.Area, m.from-1.5, m.from+0.5)
	if !ok {
		return nil, nil
	}
	way, err := t.net.way(source.Berths[0], t.spec.Blends.Area)
	if err != nil {
		return nil, err
	}
	gone := m.from - 0.4 - passage(way, feederKnots, berthingKnots) - manoeuvre
	begin := gone - between(rng, 20, 30)*hour
	if t.halted(begin) {
		return nil, nil
	}
	roads, ok := t.lie(source.Roads[0], begin-1, begin+0.2)
	berth, also := t.lie(source.Berths[0], begin-0.1, gone+0.2)
	if !ok || !also {
		return nil, nil
	}
	c := t.open(rng, t.pick(rng, feeders, "other", begin-0.5, nil), roads, begin-0.5)
	c.do(off())
	c.silent = true
	t.rest(c, roads, begin, false)
	t.load(c, berth, gone, m.barrels, true)
	if way, err = t.net.way(berth, spot); err != nil {
		return nil, err
	}
	c.sail(way, feederKnots, anchorKnots, false)
	t.rest(c, spot, m.from, false)
	return c, nil
}

// feeders are the class of the small tankers of blends.
const (
	feeders     = "feeder"
	feederKnots = 10.0
)

// cover is the ship that takes a blend on top of a lawful cargo.
func (t *trader) cover(rng *rand.Rand, m meeting, spot string) (*call, error) {
	berths, roads := t.s.Terminals[t.spec.Blends.Lawful].Berths, t.s.Terminals[t.spec.Blends.Lawful].Roads
	berth := berths[rng.IntN(len(berths))]
	path, err := t.net.way(berth, spot)
	if err != nil {
		return nil, err
	}
	begin := m.from - 2 - passage(path, t.laws["laden"].least, berthingKnots) - between(rng, 0, 1)
	if !t.reserve(berth, begin, begin+1.6+turnround) {
		return nil, nil
	}
	wait, ok := t.lie(roads[0], begin-2, begin+0.3)
	if !ok {
		return nil, nil
	}
	if path, err = t.net.way(t.edgeIn(), wait); err != nil {
		return nil, err
	}
	arrival := begin - 0.7 - passage(path, 12, anchorKnots)
	c := t.open(rng, t.pick(rng, "aframax", "other", arrival, nil), t.edgeIn(), arrival)
	c.sail(path, 12, anchorKnots, false)
	t.rest(c, wait, begin, false)
	if err := t.toBerth(c, berth); err != nil {
		return nil, err
	}
	t.load(c, berth, begin+1.6, 300_000, false)
	c.do(scenario.Step{Draught: &scenario.Draught{AfterHours: between(rng, 1, 6)}})
	return c, t.goTo(rng, c, spot, anchorKnots, false)
}
