package air

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// vector is a direction from the Earth's middle, in a frame that turns with it.
type vector [3]float64

func vectorOf(p geo.Point) vector {
	const radian = math.Pi / 180
	sinLat, cosLat := math.Sincos(p[1] * radian)
	sinLon, cosLon := math.Sincos(p[0] * radian)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func (v vector) dot(u vector) float64 { return v[0]*u[0] + v[1]*u[1] + v[2]*u[2] }

// The Earth as far as circular orbits need it: EGM96's gravity and flattening, and the sidereal day.
const (
	earthGM     = 3.986004418e14 // m³/s²
	earthRadius = 6378.137e3     // m, equatorial
	earthJ2     = 1.0826267e-3
	earthSpin   = 7.2921159e-5 // rad/s
)

// orbit is a circle round the Earth whose plane turns slowly because the Earth is flattened.
type orbit struct {
	motion, node, anomaly float64 // rad/s; longitude and anomaly in rad at the world's start
	drift                 float64 // rad/s of the node over the turning Earth
	sin, cos              float64 // of the inclination
	horizon               float64 // cosine of the angle from below the satellite to where it stands 5° high
}

// lowestElevation is where a satellite begins to hear: below it ships' aerials and the sea's reflections leave little.
const lowestElevation = 5 * math.Pi / 180

func newOrbit(o *scenario.Orbit) orbit {
	const radian = math.Pi / 180
	a := earthRadius + o.AltitudeKM*1000
	n := math.Sqrt(earthGM / (a * a * a))
	sin, cos := math.Sincos(o.Inclination * radian)
	turning := -1.5 * earthJ2 * earthRadius * earthRadius / (a * a) * n * cos
	half := math.Acos(earthRadius*math.Cos(lowestElevation)/a) - lowestElevation
	return orbit{motion: n, node: o.Node * radian, anomaly: o.Anomaly * radian, drift: turning - earthSpin, sin: sin, cos: cos, horizon: math.Cos(half)}
}

// below is the place on the Earth that a satellite stands over.
func (o *orbit) below(at time.Duration) vector {
	t := at.Seconds()
	sinU, cosU := math.Sincos(o.anomaly + o.motion*t)
	sinN, cosN := math.Sincos(o.node + o.drift*t)
	return vector{cosU*cosN - sinU*o.cos*sinN, cosU*sinN + sinU*o.cos*cosN, sinU * o.sin}
}

// round is the number of a revolution. It changes where the orbit is farthest south, so that a pass over the northern
// half of the Earth lies within one.
func (o *orbit) round(at time.Duration) uint64 {
	return uint64(int64(math.Floor((o.anomaly+o.motion*at.Seconds())/(2*math.Pi) + 0.25)))
}

// satellite hears a large part of the Earth while it passes.
type satellite struct {
	scenario.Satellite
	seed  uint64
	index uint64
	name  uint16 // among receivers
	start int64  // of the world, seconds since 1970
	orbit *orbit
	// Of the present window: places below at steps of time, and the messages a second in the footprint.
	first time.Duration
	below []vector
	load  []float64
}

func newSatellite(of *scenario.Scenario, s scenario.Satellite, index int) satellite {
	out := satellite{Satellite: s, seed: of.Seed, start: of.Start.Unix(), index: uint64(index), name: uint16(len(of.Stations) + index)}
	if s.Orbit != nil {
		o := newOrbit(s.Orbit)
		out.orbit = &o
	}
	return out
}

const (
	skyStep  = 15 * time.Second
	longPass = 25 * time.Minute // longer than any pass from 2,000 km
	loadStep = 4                // steps of the sky between two counts of ships
)

// otherRate is how many messages a second a class A ship outside the scenario sends: one in 12 s, for a sea where a third
// lie still (one in three minutes) and the rest make one in 6 to 10 s; static data come on top.
const otherRate = 1.0 / 12

// prepare computes the sky of a window, and the load wherever a footprint holds one of the scenario's ships.
func (s *satellite) prepare(from time.Duration, ships crowd) {
	s.below, s.load = s.below[:0], s.load[:0]
	if s.orbit == nil {
		return
	}
	s.first = from - longPass
	for at := s.first; at <= from+window+longPass; at += skyStep {
		s.below = append(s.below, s.orbit.below(at))
	}
	far := math.Cos(min(math.Pi, math.Acos(s.orbit.horizon)+ships.radius))
	for i := 0; i < len(s.below); i += loadStep {
		sum := s.Orbit.Others * otherRate
		if ships.middle.dot(s.below[i]) < far {
			s.load = append(s.load, sum)
			continue
		}
		for _, ship := range ships.all {
			if ship.at.dot(s.below[i]) >= s.orbit.horizon {
				sum += ship.rate
			}
		}
		s.load = append(s.load, sum)
	}
}

// speaker is a place from which messages come, so many a second.
type speaker struct {
	at   vector
	rate float64
}

// crowd is all speakers, and a circle round them.
type crowd struct {
	all    []speaker
	middle vector
	radius float64 // rad
}

// gather fills the crowd anew.
func (c *crowd) gather(units []unit) {
	c.all, c.middle, c.radius = c.all[:0], vector{}, 0
	for _, u := range units {
		at, rate := u.there()
		if rate == 0 {
			continue
		}
		c.all = append(c.all, speaker{at, rate})
		for i := range at {
			c.middle[i] += at[i]
		}
	}
	length := math.Sqrt(c.middle.dot(c.middle))
	if length < 1e-9 {
		c.radius = math.Pi // nobody, or all round the Earth
		return
	}
	for i := range c.middle {
		c.middle[i] /= length
	}
	for _, s := range c.all {
		c.radius = max(c.radius, math.Acos(max(-1, min(1, c.middle.dot(s.at)))))
	}
}

// place is a square of half a degree, for which passes are computed. Across it a pass begins six seconds later.
type place [2]int16

// pass is a time in which a satellite stands over a place.
type pass struct {
	sat        int
	number     uint64
	begin, end time.Duration
}

// passesOver are the passes of all satellites over a place that touch the present window.
func (w *worker) passesOver(p geo.Point) []pass {
	if w.from != w.scene.from {
		clear(w.passes)
		w.from = w.scene.from
	}
	key := place{int16(math.Floor(2 * p[0])), int16(math.Floor(2 * p[1]))}
	found, known := w.passes[key]
	if !known {
		at := vectorOf(geo.Point{(float64(key[0]) + 0.5) / 2, (float64(key[1]) + 0.5) / 2})
		for i := range w.scene.sats {
			found = w.scene.sats[i].passes(found, i, at, w.from)
		}
		w.passes[key] = found
	}
	return found
}

// passes appends those of a satellite.
func (s *satellite) passes(out []pass, sat int, at vector, from time.Duration) []pass {
	if s.orbit == nil {
		return s.byTheClock(out, sat, from)
	}
	begin, up := time.Duration(0), false
	before := 0.0
	fastest := (s.orbit.motion + earthSpin) * skyStep.Seconds() // by which the cosine changes at most in a step
	for i := 0; i < len(s.below); i++ {
		high := at.dot(s.below[i]) - s.orbit.horizon
		if high >= 0 != up && i > 0 {
			cross := s.first + time.Duration((float64(i)-high/(high-before))*float64(skyStep))
			if up && cross > from && begin < from+window {
				out = append(out, pass{sat: sat, number: s.orbit.round((begin + cross) / 2), begin: begin, end: cross})
			}
			begin = cross
		}
		up, before = high >= 0, high
		i += max(0, int(-high/fastest)-1) // it cannot have risen by then
	}
	return out
}

// byTheClock appends the passes of a satellite without an orbit, which are the same everywhere: one in each stretch of
// Every, its begin anywhere in the first fifth of what the pass leaves over.
func (s *satellite) byTheClock(out []pass, sat int, from time.Duration) []pass {
	every, length := time.Duration(s.Every), time.Duration(s.Pass)
	first := math.Floor(float64(from-time.Duration(s.First))/float64(every)) - 1
	for n := max(0, int64(first)); ; n++ {
		begin := time.Duration(s.First) + time.Duration(n)*every
		if begin >= from+window {
			return out
		}
		begin += time.Duration(0.2 * sim.Draw(drawPass, s.seed, s.index, uint64(n)) * float64(every-length))
		if begin+length > from && begin < from+window {
			out = append(out, pass{sat: sat, number: uint64(n), begin: begin, end: begin + length})
		}
	}
}

// hear delivers some time after the pass. Whether a ship is heard at all is settled once for a pass, because her messages
// meet the same geometry; the rest is left to each message.
func (s *satellite) hear(x *call, p *pass) (hit, bool) {
	if down(s.Outages, x.at) {
		return hit{}, false
	}
	sender, at := uint64(x.sender), uint64(x.at)
	heard := s.Heard
	if x.low && s.orbit == nil {
		heard *= lowInSpace
	}
	if sim.Draw(drawPass, s.seed, s.index, p.number, sender) >= heard {
		return hit{}, false
	}
	if sim.Draw(drawSpace, s.seed, s.index<<8|uint64(x.part), sender, at) >= s.chance(x, p) {
		return hit{}, false
	}
	wait := time.Duration((s.Delay[0] + (s.Delay[1]-s.Delay[0])*sim.Draw(drawWait, s.seed, s.index, p.number)) * float64(time.Minute))
	h := hit{receiver: s.name, stamp: s.stamp(x.at), arrival: x.at + wait}
	if !s.Relay { // played back in order, sixty times as fast as it was taken down
		h.arrival = p.end + wait - (p.end-x.at)/60
	}
	h.long = sim.Draw(drawLong, s.seed, s.index, sender, at) < s.LongShare
	return h, true
}

// lowInSpace is the part of class B's messages that satellites hear, of those that they would hear of class A: an eighth
// of the power.
const lowInSpace = 0.4

// Slots a second on one channel, and channels (ITU-R M.1371-5, annex 2: 2,250 slots a minute on AIS 1 and AIS 2).
const (
	slotsPerSecond = 37.5
	channels       = 2
	// overlap is by how much more a message collides than one slot says. Ships in one another's reach share out their
	// slots, those farther apart do not, and their messages reach a satellite up to ten milliseconds apart, so that they
	// fall into two slots; two slots less what receivers of today still separate.
	overlap = 1.3
)

// chance that a message survives collisions. Ships in one footprint do not hear each other and so choose slots at
// random, as in slotted ALOHA: with Λ messages a second on n channels of 37.5 slots a message stays alone with
//
//	q = exp(-(1+s)·Λ / (n·37.5))
//
// and a ship that sends k messages in a pass is heard with 1-(1-q)^k (G. Høye, FFI report 2006/02495, and Høye, Eriksen,
// Meland and Narheim, Acta Astronautica 62, 2008, with Λ = N/ΔT). With 900 ships at 6 s and ten minutes that gives
// above 0.99, as in the report; with 3,000 a few hundredths. A ship's place in the aerial's pattern stays the same through a pass:
// the exponent is multiplied by 0.4 to 1.6, drawn once for ship and pass.
func (s *satellite) chance(x *call, p *pass) float64 {
	if s.orbit == nil {
		return 0.9
	}
	step := int((x.at - s.first) / (loadStep * skyStep))
	load := s.load[max(0, min(len(s.load)-1, step))]
	fate := 0.4 + 1.2*sim.Draw(drawFade, s.seed, s.index, p.number, uint64(x.sender))
	q := math.Exp(-fate * overlap * load / (channels * slotsPerSecond))
	if x.low {
		q *= lowInSpace
	}
	return several(q, x.stands)
}

// stamp is the satellite's clock, which is right.
func (s *satellite) stamp(at time.Duration) int64 { return int64(at/time.Second) + s.start }

// longRange is the message 27 that a class A unit sends beside its own reports.
func longRange(p encode.Position) encode.LongRange {
	m := encode.LongRange{
		MMSI: p.MMSI, Accuracy: p.Accuracy, RAIM: p.RAIM, Status: p.Status,
		Longitude: int(math.Round(float64(p.Longitude) / 1000)), Latitude: int(math.Round(float64(p.Latitude) / 1000)),
		Speed: min(62, (p.Speed+5)/10), Course: ((p.Course + 5) / 10) % 360,
	}
	if p.Speed == encode.NoSpeed {
		m.Speed = 63
	}
	if p.Course == encode.NoCourse {
		m.Course = 511
	}
	return m
}
