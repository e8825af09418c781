package air

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// noise is a source of chance that each message sets anew, so that none depends on those before it.
type noise struct {
	*rand.Rand
	source *source
}

// source is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
type source struct{ state uint64 }

// Uint64 implements rand.Source.
func (s *source) Uint64() uint64 {
	s.state += 0x9E3779B97F4A7C15
	x := s.state
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func newNoise() noise {
	s := new(source)
	return noise{Rand: rand.New(s), source: s}
}

// fix is what a ship's instruments say.
type fix struct {
	place   geo.Point
	absent  bool // no position, speed or course
	speed   geo.Knots
	course  geo.Degrees
	heading geo.Degrees
	turn    float64 // degrees a minute
}

// fix gives what the unit believes, without errors, from poses ten seconds apart.
func (t *transponder) fix(at time.Duration) fix {
	const half = 5 * time.Second
	phase, hull := t.phase(), t.ship.Hull()
	from, to := at-half, at+half
	if t.fake == nil {
		from, to = max(from, t.spans[0].From), min(to, t.spans[0].To)
	}
	if to <= from {
		to = from + 1
	}
	before, after := phase.Pose(from), phase.Pose(to)
	a, b := before.Antenna(hull), after.Antenna(hull)
	share, seconds := float64(at-from)/float64(to-from), (to - from).Seconds()
	turn := motion.Turn(before.Heading, after.Heading)
	return fix{
		place:   motion.Between(a, b, share),
		speed:   geo.KnotsFromMetresPerSecond(float64(motion.Length(a, b)) / seconds),
		course:  motion.Direction(a, b),
		heading: before.Heading + geo.Degrees(turn*share),
		turn:    turn / seconds * 60,
	}
}

// phase is what the unit believes to be its track.
func (t *transponder) phase() motion.Phase {
	if t.fake != nil {
		return t.fake
	}
	return t.ship.Track()
}

// frozen tells whether one fix is repeated.
func (t *transponder) frozen() bool { return t.fake != nil && t.fakeKind == sim.FalseFrozen }

// scaled are a position's raw fields.
type scaled struct{ lon, lat, speed, course, heading, second, turn int }

// measure adds errors: the position is good to two metres, speed to 0.05 kn, the compass to half a degree.
func (t *transponder) measure(w *worker, f fix, at time.Duration) scaled {
	w.noise.source.state = math.Float64bits(sim.Draw(drawNoise, w.scene.seed, uint64(t.sender), uint64(at)))
	noise := w.noise.NormFloat64
	if t.frozen() {
		noise = func() float64 { return 0 }
	}
	s := scaled{
		lon: encode.NoLongitude, lat: encode.NoLatitude, speed: encode.NoSpeed, course: encode.NoCourse,
		heading: circle(float64(f.heading)+0.4*noise(), 1),
		second:  int(t.world.At(at).Second()),
	}
	turn := f.turn
	if t.habits.of.Yaw > 0 && f.speed > 3 {
		turn += t.habits.of.Yaw * noise()
	}
	s.turn = int(math.Round(math.Copysign(4.733*math.Sqrt(math.Abs(turn)), turn)))
	if f.absent {
		return s
	}
	east, north := t.habits.wander(at)
	rough := t.habits.rough()
	if t.frozen() {
		east, north = 0, 0
	}
	place := motion.Move(f.place, east+geo.Metres(rough*noise()), north+geo.Metres(rough*noise()))
	s.lon, s.lat = int(math.Round(place[0]*600_000)), int(math.Round(place[1]*600_000))
	s.speed = int(math.Round(max(0, float64(f.speed)+0.04*noise()) * 10))
	s.course = circle(float64(f.course)+noise()*min(40, 4/(float64(f.speed)+0.05)), 10)
	if t.lacks("speed") {
		s.speed = encode.NoSpeed
	}
	if t.lacks("heading") {
		s.heading = encode.NoHeading
	}
	return s
}

// lacks tells whether the unit does not send something.
func (t *transponder) lacks(what string) bool { return slices.Contains(t.without, what) }

// circle scales a direction and brings it into the full circle.
func circle(d float64, scale int) int {
	full := 360 * scale
	return ((int(math.Round(d*float64(scale))) % full) + full) % full
}

// positionMessage composes a report. It also tells whether its position is free of interference.
func (t *transponder) positionMessage(w *worker, x *call) (m encode.Message, sound bool) {
	at, believed := x.at, t.fix(x.at)
	j := w.scene.jammed(t.sender, x.from, at)
	if j != nil {
		j.deceive(&believed, t.sender, at)
	}
	believed.absent = believed.absent || t.habits.blind(at)
	f := t.measure(w, believed, at)
	if t.ship.Kind().ClassB {
		if !t.habits.compass {
			f.heading = encode.NoHeading
		}
		return encode.ClassB{MMSI: t.mmsi, Speed: f.speed, Longitude: f.lon, Latitude: f.lat, Course: f.course,
			Heading: f.heading, Second: f.second, CarrierSense: true, Band: true, Message22: true, ITDMA: true, Radio: 6}, j == nil && !believed.absent
	}
	p := encode.Position{Type: 1, MMSI: t.mmsi, Status: t.status(at), Turn: f.turn, Speed: f.speed, Accuracy: !believed.absent,
		Longitude: f.lon, Latitude: f.lat, Course: f.course, Heading: f.heading, Second: f.second}
	if f.turn > 12 || f.turn < -12 {
		p.Type = 3
	}
	t.habits.apply(&p)
	return p, j == nil && !believed.absent
}

// forgotten is how long it takes a crew to see that the status is still that of the stay before.
const forgotten = 2 * time.Hour

// status is the navigational status: 0 under way, 1 at anchor, 5 moored. Crews forget.
func (t *transponder) status(at time.Duration) int {
	switch {
	case t.typed >= 0:
		return t.typed
	case t.fake != nil && (t.fakeKind == sim.FalseAnchored || t.frozen()):
		return 1
	case t.fake != nil:
		return 0
	}
	lies, ok := t.ship.StayAt(at)
	if ok && t.habits.forgets(lies, false) {
		return 0
	}
	if !ok {
		if lies, ok = t.ship.StayAt(at - forgotten); ok && (!t.habits.forgets(lies, true) || t.habits.forgets(lies, false)) {
			ok = false
		}
	}
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
	if t.lacks("dimensions") {
		size = encode.Dimensions{}
	}
	if k.ClassB {
		return []encode.Message{
			encode.StaticA{MMSI: t.mmsi, Name: t.name},
			encode.StaticB{MMSI: t.mmsi, ShipType: k.Type, Vendor: "SYN", CallSign: t.callsign, Size: size},
		}
	}
	m := encode.Static{MMSI: t.mmsi, IMO: t.ship.IMO(), CallSign: t.callsign, Name: t.name, ShipType: k.Type,
		Size: size, Fix: 1, ETAHour: 24, ETAMinute: 60, Draught: t.draught, Destination: t.destination}
	t.habits.type5(&m, t.world.At(t.bound))
	return []encode.Message{m}
}

// jam is an episode of interference.
type jam struct {
	scenario.Jam
	seed, index uint64
}

// jammed finds the interference that a ship meets at a place and time. A ship near the circle's edge meets less of it;
// whether she does is drawn for each hour.
func (c *scene) jammed(sender uint32, p geo.Point, at time.Duration) *jam {
	for i := range c.jams {
		j := &c.jams[i]
		if at < sim.Days(j.From) || at >= sim.Days(j.To) {
			continue
		}
		away := float64(motion.Length(j.At.Geo(), p)) / (j.RadiusKM * 1000)
		share := j.Share * min(1, 5*(1-away))
		if sim.Draw(drawJam, j.seed, j.index, uint64(sender), uint64(at/time.Hour)) < share {
			return j
		}
	}
	return nil
}

// The speeds at which false positions move.
const (
	ringKnots geo.Knots = 20
	lineKnots geo.Knots = 30
)

// deceive puts what the jammer makes a receiver believe in the place of what is so. The compass is not deceived. All
// ships are led about together, those on a line within a tenth of its length of one another.
func (j *jam) deceive(f *fix, sender uint32, at time.Duration) {
	to := j.False.Geo()
	switch j.Kind {
	case "absent":
		f.absent = true
	case "point":
		f.place, f.speed = to, 0
	case "circle":
		radius := geo.Metres(j.FalseKM * 1000)
		angle := ringKnots.MetresPerSecond() * at.Seconds() / float64(radius)
		sin, cos := math.Sincos(angle)
		f.place = motion.Move(to, radius*geo.Metres(sin), radius*geo.Metres(cos))
		f.speed, f.course = ringKnots, geo.Degrees(math.Mod(angle*180/math.Pi+90, 360))
	case "line":
		from := j.At.Geo()
		length := max(1, float64(motion.Length(from, to)))
		lag := 0.1 * sim.Draw(drawJam, j.seed, j.index, uint64(sender))
		way := math.Mod(lineKnots.MetresPerSecond()*at.Seconds()/length+lag, 2)
		f.speed, f.course = lineKnots, motion.Direction(from, to)
		if way > 1 {
			way, f.course = 2-way, motion.Direction(to, from)
		}
		f.place = geo.Point{from[0] + (to[0]-from[0])*way, from[1] + (to[1]-from[1])*way}
	}
}
