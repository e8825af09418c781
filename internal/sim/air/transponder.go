package air

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// transmission is one message on the air.
type transmission struct {
	at      time.Duration
	from    geo.Point // of the aerial, whatever the message claims
	sender  uint32    // the hull's first MMSI: keeps draws apart, also through a change of identity
	message encode.Message
	low     bool // class B: 2 W, heard less far
	fixed   bool // a base station or an aid
}

// emitter is anything that transmits.
type emitter interface {
	// next is when it will transmit next; never again after the world's end.
	next() time.Duration
	// send transmits and moves on.
	send(out []transmission) []transmission
}

// never is later than any world lasts.
const never = time.Duration(math.MaxInt64)

// transponder is a ship's AIS unit.
type transponder struct {
	world            *sim.World
	ship             *sim.Ship
	rand             *rand.Rand
	position, static time.Duration // of the next of each
	effects          []sim.Effect  // still to come
	off              bool
	mmsi             uint32
	name, callsign   string
	destination      string
	draught          int // 1/10 m
	fake             motion.Phase
	fakeKind         string
	fakeTill         time.Duration
}

func newTransponder(w *sim.World, s *sim.Ship) *transponder {
	t := &transponder{world: w, ship: s, rand: w.Generator(s.MMSI() + 1_000_000_000), effects: s.Effects(),
		mmsi: s.MMSI(), name: s.Name(), callsign: s.Spec().CallSign}
	begin := max(0, s.Track().Begin())
	t.position = begin + time.Duration(t.rand.Float64()*float64(t.spacing(begin)))
	t.static = begin + time.Duration(t.rand.Float64()*float64(t.staticSpacing()))
	return t
}

func (t *transponder) next() time.Duration { return min(t.position, t.static) }

// send implements emitter. A ship that is elsewhere, or whose unit is off, sends nothing and looks again later.
func (t *transponder) send(out []transmission) []transmission {
	at := t.next()
	t.apply(at)
	speaks := !t.off && t.ship.Track().Present(at)
	if at == t.position {
		if speaks {
			out = append(out, t.transmit(at, t.positionMessage(at)))
		}
		t.position = t.after(at, t.spacing(at))
		return out
	}
	if speaks {
		for _, m := range t.staticMessages() {
			out = append(out, t.transmit(at, m))
		}
	}
	t.static = t.after(at, t.staticSpacing())
	return out
}

// after is when a report follows one at a time: real units keep to their slots within a tenth of the interval.
func (t *transponder) after(at, spacing time.Duration) time.Duration {
	at += spacing + time.Duration(float64(min(spacing, 20*time.Second))*0.2*(t.rand.Float64()-0.5))
	if at > t.ship.Track().End() || at > t.world.End() {
		return never
	}
	return at
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
				d = t.ship.Draught(e.At) + e.Add + 0.06*t.rand.NormFloat64()
			}
			t.draught = int(math.Round(max(0, min(25.5, d)) * 10))
		case sim.TypeDestination:
			t.destination = e.Text
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

func (t *transponder) transmit(at time.Duration, m encode.Message) transmission {
	from := t.ship.Track().Pose(at).Antenna(t.ship.Hull())
	return transmission{at: at, from: from, sender: t.ship.MMSI(), message: m, low: t.ship.Kind().ClassB}
}

// spacing is the interval to the next position: that of ITU-R M.1371-5 (annex 1, tables 1 and 2), or longer if
// the scenario thins.
func (t *transponder) spacing(at time.Duration) time.Duration {
	r := t.world.Scenario().Reporting
	speed, _ := motion.Velocity(t.phase(), t.ship.Hull(), at)
	switch {
	case speed < 0.6:
		return max(3*time.Minute, time.Duration(r.Still))
	case t.ship.Kind().ClassB:
		return max(30*time.Second, time.Duration(r.Moving))
	case speed <= 14:
		return max(10*time.Second, time.Duration(r.Moving))
	case speed <= 23:
		return max(6*time.Second, time.Duration(r.Moving))
	default:
		return max(2*time.Second, time.Duration(r.Moving))
	}
}

func (t *transponder) staticSpacing() time.Duration {
	return max(6*time.Minute, time.Duration(t.world.Scenario().Reporting.Static))
}

// phase is what the unit believes to be its track.
func (t *transponder) phase() motion.Phase {
	if t.fake != nil {
		return t.fake
	}
	return t.ship.Track()
}

// scaled are a position's raw fields.
type scaled struct{ lon, lat, speed, course, heading, second, turn int }

// fix measures: the position is good to two metres, speed to 0.05 kn, the compass to half a degree.
func (t *transponder) fix(at time.Duration) scaled {
	phase, noise := t.phase(), t.rand.NormFloat64
	if t.frozen() {
		noise = func() float64 { return 0 }
	}
	pose := phase.Pose(at)
	speed, course := motion.Velocity(phase, t.ship.Hull(), at)
	place := motion.Move(pose.Antenna(t.ship.Hull()), geo.Metres(1.5*noise()), geo.Metres(1.5*noise()))
	measured := max(0, float64(speed)+0.04*noise())
	const look = 30 * time.Second
	turn := motion.Turn(phase.Pose(at-look).Heading, phase.Pose(at+look).Heading)
	return scaled{
		lon:     int(math.Round(place[0] * 600_000)),
		lat:     int(math.Round(place[1] * 600_000)),
		speed:   int(math.Round(measured * 10)),
		course:  circle(float64(course)+noise()*min(40, 4/(float64(speed)+0.05)), 10),
		heading: circle(float64(pose.Heading)+0.4*noise(), 1),
		second:  int(t.world.At(at).Second()),
		turn:    int(math.Round(math.Copysign(4.733*math.Sqrt(math.Abs(turn)), turn))),
	}
}

// frozen tells whether one fix is repeated.
func (t *transponder) frozen() bool { return t.fake != nil && t.fakeKind == sim.FalseFrozen }

// circle scales a direction and brings it into the full circle.
func circle(d float64, scale int) int {
	full := 360 * scale
	return ((int(math.Round(d*float64(scale))) % full) + full) % full
}

func (t *transponder) positionMessage(at time.Duration) encode.Message {
	f := t.fix(at)
	if t.ship.Kind().ClassB {
		return encode.ClassB{MMSI: t.mmsi, Speed: f.speed, Longitude: f.lon, Latitude: f.lat, Course: f.course,
			Heading: encode.NoHeading, Second: f.second, CarrierSense: true, Band: true, Message22: true, ITDMA: true, Radio: 6}
	}
	m := encode.Position{Type: 1, MMSI: t.mmsi, Status: t.status(at), Turn: f.turn, Speed: f.speed, Accuracy: true,
		Longitude: f.lon, Latitude: f.lat, Course: f.course, Heading: f.heading, Second: f.second}
	if f.turn > 12 || f.turn < -12 {
		m.Type = 3
	}
	return m
}

// status is the navigational status as an orderly crew sets it: 0 under way, 1 at anchor, 5 moored.
func (t *transponder) status(at time.Duration) int {
	switch {
	case t.fake != nil && (t.fakeKind == sim.FalseAnchored || t.frozen()):
		return 1
	case t.fake != nil:
		return 0
	}
	lies, ok := t.ship.StayAt(at)
	switch {
	case !ok || lies.Kind == sim.Drifting:
		return 0
	case lies.Kind == sim.Anchored:
		return 1
	default:
		return 5
	}
}

func (t *transponder) staticMessages() []encode.Message {
	k := t.ship.Kind()
	size := encode.Dimensions{Bow: k.Bow, Stern: k.Stern, Port: k.Port, Starboard: k.Starboard}
	if k.ClassB {
		return []encode.Message{
			encode.StaticA{MMSI: t.mmsi, Name: t.name},
			encode.StaticB{MMSI: t.mmsi, ShipType: k.Type, Vendor: "SYN", CallSign: t.callsign, Size: size},
		}
	}
	return []encode.Message{encode.Static{MMSI: t.mmsi, IMO: t.ship.IMO(), CallSign: t.callsign, Name: t.name, ShipType: k.Type,
		Size: size, Fix: 1, ETAHour: 24, ETAMinute: 60, Draught: t.draught, Destination: t.destination}}
}
