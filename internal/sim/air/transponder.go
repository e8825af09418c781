package air

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// transponder is a ship's AIS unit.
type transponder struct {
	world          *sim.World
	ship           *sim.Ship
	sender         uint32 // the hull's first MMSI: keeps draws apart, also through a change of identity
	typing         *rand.Rand
	static         grid
	stands         float64       // for how many of the standard's static messages one stands
	clock          time.Duration // up to which it has transmitted
	last           time.Duration // of the last message
	coasts         []int         // that she may come within reach of
	spans          []sim.Span    // in which the ship is in the world, those to come
	place          geo.Point     // of the aerial at a time
	placeAt        time.Duration
	rate           float64      // messages a second
	effects        []sim.Effect // still to come
	off            bool
	mmsi           uint32
	name, callsign string
	destination    string
	bound          time.Duration // since when for that destination
	habits         habits
	draught        int // 1/10 m
	typed          int // status, negative while it is kept right
	without        []string
	fake           motion.Phase
	fakeKind       string
	fakeTill       time.Duration
	heard          shipHeard
}

func newTransponder(w *sim.World, s *sim.Ship) *transponder {
	t := &transponder{world: w, ship: s, sender: s.MMSI(), typing: w.Generator(s.MMSI() + 1_000_000_000), effects: s.Effects(),
		spans: presence(s), placeAt: -1, mmsi: s.MMSI(), name: s.Name(), callsign: s.Spec().CallSign}
	spacing := max(staticSpacing, time.Duration(w.Scenario().Reporting.Static))
	t.static = newGrid(t.sender, spacing, gridStatic)
	t.stands = float64(spacing) / float64(staticSpacing)
	t.heard, t.typed, t.without = shipHeard{ship: s, last: -1}, -1, s.Spec().Without
	t.habits = newHabits(w, s)
	return t
}

// presence is when a ship is in the world.
func presence(s *sim.Ship) []sim.Span {
	var out []sim.Span
	for _, p := range s.Track().Parts() {
		if n := len(out); n > 0 && out[n-1].To >= p.Begin {
			out[n-1].To = max(out[n-1].To, p.End)
			continue
		}
		out = append(out, sim.Span{From: p.Begin, To: p.End})
	}
	return out
}

const (
	// block is how far a unit looks ahead at once: its speed, and with it the spacing of reports, and the receivers near.
	// Blocks begin at multiples of it.
	block = 5 * time.Minute
	// topSpeed is no ship's, in metres a second: scenarios allow 25 kn.
	topSpeed = 13.5
)

// there implements unit.
func (t *transponder) there() (vector, float64) {
	if t.rate == 0 || t.ship.Kind().ClassB {
		return vector{}, 0
	}
	return vectorOf(t.place), t.rate
}

// transmit implements unit.
func (t *transponder) transmit(w *worker, until time.Duration) {
	known := false // where she is, and so the stations that she may come near in this window
	for t.clock < until {
		end, speaks := t.speaks(until)
		if !speaks {
			t.clock, t.rate, known = end, 0, false
			continue
		}
		a := t.antenna(t.clock)
		if !known {
			t.coasts, known = w.reachable(t.coasts[:0], a, geo.Metres(topSpeed*(until-t.clock).Seconds())), true
		}
		if far := t.far(w, a); far > t.clock {
			t.pass(w, a, min(far, end))
			continue
		}
		end = min(end, t.clock.Truncate(block)+block)
		t.block(w, a, t.antenna(end), end)
	}
}

// speaks tells whether the ship is in the world with her unit on, and until when at most that stays so.
func (t *transponder) speaks(until time.Duration) (time.Duration, bool) {
	t.apply(t.clock)
	for len(t.spans) > 0 && t.spans[0].To <= t.clock {
		t.spans = t.spans[1:]
	}
	switch {
	case len(t.spans) == 0:
		return until, false
	case t.spans[0].From > t.clock:
		return min(until, t.spans[0].From), false
	case !t.off:
		return min(until, t.spans[0].To), true
	case len(t.effects) > 0:
		return min(until, t.spans[0].To, t.effects[0].At), false
	default:
		return until, false
	}
}

// antenna is the place of the aerial, remembered from the last block's end.
func (t *transponder) antenna(at time.Duration) geo.Point {
	if at != t.placeAt {
		t.place, t.placeAt = t.ship.Track().Pose(at).Antenna(t.ship.Hull()), at
	}
	return t.place
}

// far is until when nobody can hear the ship, however she sails. It is a block's begin, so that the blocks after it are
// those that there would have been without.
func (t *transponder) far(w *worker, a geo.Point) time.Duration {
	clear := w.beyond(a, t.coasts)
	if clear <= 0 {
		return t.clock
	}
	wait := time.Duration(min(float64(window), float64(clear)/topSpeed*float64(time.Second)))
	return min(t.clock+wait, w.nextPass(a, t.clock)).Truncate(block)
}

// pass counts what a ship transmits to nobody.
func (t *transponder) pass(w *worker, a geo.Point, end time.Duration) {
	spacing, stands := t.spacing(a, t.antenna(end), end-t.clock)
	t.rate = stands/spacing.Seconds() + 1/staticSpacing.Seconds()
	lasts := float64(end - t.clock)
	w.sent += int(lasts/float64(spacing)) + int(lasts/float64(t.static.spacing))
	t.clock = end
}

// block transmits from slot to slot until a time, while the ship goes from one place to another.
func (t *transponder) block(w *worker, a, b geo.Point, end time.Duration) {
	begin := t.clock
	slack := geo.Metres(topSpeed * (end - begin).Seconds() / 2)
	w.look(a, b, begin, end, t.coasts, slack)
	if len(w.near)+len(w.over) == 0 {
		t.pass(w, a, end)
		return
	}
	spacing, stands := t.spacing(a, b, end-begin)
	t.rate = stands/spacing.Seconds() + 1/staticSpacing.Seconds()
	between := func(at time.Duration) geo.Point { return motion.Between(a, b, float64(at-begin)/float64(end-begin)) }
	position := newGrid(t.sender, spacing, gridPosition)
	n, m := position.first(begin), t.static.first(begin)
	for min(position.due(n), t.static.due(m)) < end {
		if position.due(n) <= t.static.due(m) {
			if at, on := t.use(position.at(n)); on {
				t.report(w, call{at: at, from: between(at), stands: stands})
			}
			n++
			continue
		}
		if at, on := t.use(t.static.at(m)); on {
			t.introduce(w, call{at: at, from: between(at), stands: t.stands})
		}
		m++
	}
	t.clock = end
}

// use takes a slot, never before the last one or the block, and tells whether the unit is on then.
func (t *transponder) use(at time.Duration) (time.Duration, bool) {
	at = min(max(at, t.last, t.clock), t.spans[0].To)
	t.last = at
	t.apply(at)
	return at, !t.off
}

// report transmits a position.
func (t *transponder) report(w *worker, x call) {
	x.sender, x.low = t.sender, t.ship.Kind().ClassB
	if len(w.hear(&x)) == 0 {
		return
	}
	m, sound := t.positionMessage(w, &x)
	t.heard.message(x.at, sound)
	w.note(&x)
	w.carry(&x, m)
}

// introduce transmits static and voyage data.
func (t *transponder) introduce(w *worker, x call) {
	x.sender, x.low = t.sender, t.ship.Kind().ClassB
	for i, m := range t.staticMessages() {
		x.part = uint8(1 + i)
		if len(w.hear(&x)) > 0 {
			t.heard.message(x.at, false)
			w.note(&x)
			w.carry(&x, m)
		}
	}
}

// apply lets the crew's doings take effect.
func (t *transponder) apply(at time.Duration) {
	for len(t.effects) > 0 && t.effects[0].At <= at {
		e := t.effects[0]
		t.effects = t.effects[1:]
		switch e.Kind {
		case sim.RadioOff:
			t.off = true
		case sim.RadioOn:
			t.off = false
		case sim.TypeDraught:
			d := e.Num
			if d == 0 {
				d = t.ship.Draught(e.At) + e.Add + 0.06*t.typing.NormFloat64()
			}
			t.draught = int(math.Round(max(0, min(25.5, d)) * 10))
		case sim.TypeDestination:
			t.destination, t.bound = e.Text, e.At
		case sim.TypeStatus:
			t.typed = int(e.Num)
		case sim.NewIdentity:
			t.become(e.ID)
		case sim.FalsePosition:
			t.fake, t.fakeKind, t.fakeTill = e.Fake, e.Text, e.Till
		}
	}
	if t.fake != nil && at > t.fakeTill {
		t.fake = nil
	}
}

func (t *transponder) become(id scenario.Identity) {
	if id.MMSI != 0 {
		t.mmsi = id.MMSI
	}
	if id.Name != "" {
		t.name = id.Name
	}
	if id.CallSign != "" {
		t.callsign = id.CallSign
	}
}

// staticSpacing is the interval of message 5, and of 24.
const staticSpacing = 6 * time.Minute

// spacing is the interval to the next position on the way from one place to another: that of ITU-R M.1371-5 (annex 1,
// tables 1 and 2), or longer if the scenario thins. It also tells for how many of the standard's one report then stands.
func (t *transponder) spacing(a, b geo.Point, lasts time.Duration) (time.Duration, float64) {
	speed := geo.KnotsFromMetresPerSecond(float64(motion.Length(a, b)) / lasts.Seconds())
	if t.fake != nil {
		speed, _ = motion.Velocity(t.fake, t.ship.Hull(), t.clock)
	}
	r := t.world.Scenario().Reporting
	thinned := time.Duration(r.Moving)
	if speed < 0.6 {
		thinned = time.Duration(r.Still)
	}
	standard := t.standard(speed, lasts)
	spacing := max(standard, thinned)
	return spacing, float64(spacing) / float64(standard)
}

// standard is the standard's interval at a speed. A ship of class A that does not say that she lies still reports as if
// she moved, and one that alters course three times as often (up to 23 kn).
func (t *transponder) standard(speed geo.Knots, lasts time.Duration) time.Duration {
	if t.ship.Kind().ClassB {
		if speed <= 2 {
			return 3 * time.Minute
		}
		return 30 * time.Second
	}
	if status := t.status(t.clock); speed <= 3 && (status == 1 || status == 5) {
		return 3 * time.Minute
	}
	interval := 2 * time.Second
	switch {
	case speed <= 14:
		interval = 10 * time.Second
	case speed <= 23:
		interval = 6 * time.Second
	}
	const alters = 10 // degrees within a block; a longer time is one that nobody hears
	phase := t.phase()
	if lasts <= block && speed > 1 && interval > 2*time.Second && math.Abs(motion.Turn(phase.Pose(t.clock).Heading, phase.Pose(t.clock+lasts).Heading)) > alters {
		return interval / 3
	}
	return interval
}
