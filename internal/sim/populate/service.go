package populate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// attend makes the craft that lie alongside ships at anchor.
func (t *traffic) attend(name string, a scenario.Attendant) error {
	rng := t.stream("attendants " + name)
	var hosts []*atAnchor
	for _, h := range t.stays {
		if slices.Contains(a.Areas, h.field) && t.length(h.ship.Hull) >= a.Least && h.until > 0 {
			hosts = append(hosts, h)
		}
	}
	for range t.ships("attendants "+name, a.Ships) {
		v := &bottoms{ship: t.launch(rng, "attendants "+name, a.Flags, a.Hulls)}
		base, ok := t.lie(a.Base, -2, t.s.Days+9)
		if !ok {
			return fmt.Errorf("no room for all at %s", a.Base)
		}
		y := &voyage{traffic: t, ship: &v.ship, begin: -1, clock: -1, from: base, place: base, knots: 9 + 2*rng.Float64(), destination: t.s.Terminals[t.terminalOf(base)].Title}
		for y.clock < t.s.Days {
			idle := t.number(rng, "attendants "+name+" idle_h", a.Idle)
			hours := t.number(rng, "attendants "+name+" hours", a.Hours)
			y.lies(y.clock + max(idle, 0.5)/24)
			y.tend(rng, hosts, base, hours, a.Purpose)
		}
		y.end = y.clock
		v.voyages = []*voyage{y}
		t.deliver(v)
	}
	return nil
}

// tend goes alongside a ship that lies at anchor for long enough and has a side free, then back to the base.
func (y *voyage) tend(rng *rand.Rand, hosts []*atAnchor, base string, hours float64, purpose string) {
	for range 12 {
		if len(hosts) == 0 {
			break
		}
		h := hosts[rng.IntN(len(hosts))]
		side := []string{"port", "starboard"}[rng.IntN(2)]
		reach := y.takes(h.spot, toBerth) + 1.0/24
		until := y.clock + reach + hours/24
		if y.clock < h.from+3.0/24 || until > h.until-3.0/24 || !y.reserve(beside(h.ship, side), y.clock, until+tidy) {
			continue
		}
		room := (y.length(h.ship.Hull) - y.length(y.ship.Hull)) / 2
		a := &scenario.Alongside{Ship: h.ship.Name, Side: side, Ahead: math.Round(0.7 * room * (2*rng.Float64() - 1)), Until: until, Purpose: purpose, Opposite: rng.Float64() < 0.1}
		y.alongside(a)
		y.place = h.spot
		y.clock += y.takes(base, toAnchor) + 0.5/24
		y.place = base
		return
	}
}

// beside names a ship's side in the calendar.
func beside(v *scenario.Ship, side string) string { return "beside " + v.Name + " " + side }

// alongside adds a stay tied to another ship.
func (y *voyage) alongside(a *scenario.Alongside) {
	y.days = append(y.days, &a.Until)
	y.clock = a.Until
	y.do(scenario.Step{Alongside: a})
}

// boats makes the craft that go out and come home all the time.
func (t *traffic) boats(name string, spec scenario.Boats) error {
	what := "boats " + name
	rng := t.stream(what)
	for range t.ships(what, spec.Ships) {
		v := t.launch(rng, what, spec.Flags, spec.Hulls)
		home, ok := t.lie(t.pick(rng, what+" homes", spec.Homes), 0, t.s.Days+1)
		ground, also := t.lie(t.pick(rng, what+" grounds", spec.Grounds), 0, t.s.Days+1)
		if !ok || !also {
			continue
		}
		out, err := t.net.route(home, ground)
		if err != nil {
			return err
		}
		back, err := t.net.route(ground, home)
		if err != nil {
			return err
		}
		if t.s.Hulls[v.Hull].ClassB {
			v.Serial = 0
		}
		v.From, v.Repeat, v.Destination = scenario.Spot{Name: home}, true, t.s.Terminals[t.terminalOf(home)].Title
		v.Before, v.Day = 1, rng.Float64()
		at, there := scenario.Spot{Name: home}, scenario.Spot{Name: ground}
		stay := scenario.Step{Anchor: &scenario.Stay{At: there, Hours: spec.Out}}
		if spec.Drift {
			stay = scenario.Step{Drift: &scenario.Stay{Hours: spec.Out}}
			out = append(out, there)
		}
		v.Steps = []scenario.Step{{Anchor: &scenario.Stay{At: at, Hours: spec.Home}}}
		for _, leg := range []struct {
			via  []scenario.Spot
			stay scenario.Step
		}{{out, stay}, {back, scenario.Step{}}} {
			if len(leg.via) > 0 {
				v.Steps = append(v.Steps, scenario.Step{Sail: &scenario.Sail{Via: leg.via, Knots: spec.Knots}})
			}
			if leg.stay != (scenario.Step{}) {
				v.Steps = append(v.Steps, leg.stay)
			}
		}
		t.s.Ships = append(t.s.Ships, v)
	}
	return nil
}

// lightering makes lawful transfers.
func (t *traffic) lightering(name string, spec scenario.Lightering) error {
	l := &lighter{traffic: t, name: "transfers " + name, spec: spec}
	l.rand = t.stream(l.name)
	rate := t.dial(l.name+" per_day", spec.Daily) * t.scale
	for day := -6.0; rate > 0; {
		if day += -math.Log(1-l.rand.Float64()) / rate; day >= t.s.Days-1 {
			break
		}
		if err := l.meet(day); err != nil {
			return err
		}
	}
	return nil
}

// lighter makes the transfers of one kind.
type lighter struct {
	*traffic
	name string
	spec scenario.Lightering
	rand *rand.Rand
}

// newcomer begins the voyage of a ship that comes for a transfer.
func (l *lighter) newcomer(hulls scenario.Shares, begin float64) (*bottoms, *voyage) {
	v := &bottoms{ship: l.launch(l.rand, l.name, l.spec.Flags, hulls)}
	sea := l.pick(l.rand, l.name+" seas", l.spec.Seas)
	y := &voyage{traffic: l.traffic, ship: &v.ship, begin: begin, clock: begin, from: sea + "-in", place: sea + "-in"}
	y.knots = l.number(l.rand, l.name+" knots", l.spec.Knots)
	v.voyages = []*voyage{y}
	return v, y
}

// meet plans one transfer. The mother comes in time to be there first.
func (l *lighter) meet(day float64) error {
	rng := l.rand
	field := l.pick(rng, l.name+" areas", l.spec.Areas)
	laden := rng.Float64() < l.dial(l.name+" laden", l.spec.Laden)
	before, after := l.number(rng, l.name+" linger_h", l.spec.Linger)/24, l.number(rng, l.name+" linger_h", l.spec.Linger)/24
	rate := l.number(rng, l.name+" kbbl_per_h", l.spec.Rate) * 1000
	v, d := l.newcomer(l.spec.Daughters, day)
	port := l.pick(rng, l.name+" ports", l.spec.Ports)
	if !laden {
		hours := l.number(rng, l.name+" berth_h", l.spec.Berth)
		done, err := d.call(rng, port, hours, 12, true, transfer{load: 0.9})
		if !done || err != nil {
			return err
		}
	}
	mv, m := l.newcomer(l.spec.Mothers, 0)
	come := d.clock + d.takes(field, toBerth) + 2.0/24
	barrels := min(d.aboard, int64(0.9*6.74*l.s.Hulls[mv.ship.Hull].DWT))
	if laden {
		m.fill(0.9)
		m.cargo = scenario.Cargo{Barrels: m.aboard, Origin: "beyond the sea"}
		barrels = min(m.aboard, int64(0.9*6.74*l.s.Hulls[v.ship.Hull].DWT))
	}
	until := come + (float64(barrels)/rate+7)/24
	m.begin = come - before - 0.5 - m.takes(field, toAnchor)
	m.clock = m.begin
	ok, err := m.anchor(field, until+after+0.2)
	if !ok || err != nil {
		return err
	}
	if err := l.tie(v, d, m, until, barrels, laden); err != nil {
		return err
	}
	m.types(rng)
	d.types(rng)
	for _, y := range []*voyage{m, d} {
		y.destination = l.s.Places[field].Title
		if err := y.leave(rng, l.pick(rng, l.name+" seas", l.spec.Seas)); err != nil {
			return err
		}
	}
	if m.end >= 0 { // else they met before the world began
		l.deliver(mv)
		l.deliver(v)
	}
	return nil
}

// tie brings the daughter alongside the mother.
func (l *lighter) tie(v *bottoms, d, m *voyage, until float64, barrels int64, laden bool) error {
	side := []string{"port", "starboard"}[l.rand.IntN(2)]
	l.reserve(beside(m.ship, side), until-5, until+1)
	a := &scenario.Alongside{Ship: m.ship.Name, Side: side, Ahead: math.Round(40 * (l.rand.Float64() - 0.5)), Until: until, Purpose: "cargo", Give: barrels}
	if laden {
		a.Take, a.Give = barrels, 0
	}
	if err := d.sail(m.place, toBerth); err != nil {
		return err
	}
	d.alongside(a)
	return nil
}
