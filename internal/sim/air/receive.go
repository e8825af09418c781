package air

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// delivery is a message that a receiver heard, on its way to the feed.
type delivery struct {
	arrival time.Duration
	number  uint64 // order among deliveries of one instant
	station string
	space   bool
	stamp   int64 // what the receiver's clock said, seconds since 1970
	sender  uint32
	message encode.Message
	channel byte
}

// down tells whether a receiver is out of order.
func down(outages []scenario.Window, at time.Duration) bool {
	for _, o := range outages {
		if at >= sim.Days(o.From) && at < sim.Days(o.To) {
			return true
		}
	}
	return false
}

// coast is a station ashore.
type coast struct {
	scenario.Station
	world *sim.World
	index uint64
}

// hears draws whether the station receives a transmission. Its range is the scenario's, 0.85 to 1.35 times as far by
// the day's ducting; within four fifths of it 97 % arrive, at the edge none. Class B reaches 0.6 as far.
func (c *coast) hears(x transmission) bool {
	if down(c.Outages, x.at) {
		return false
	}
	reach := c.RangeKM * 1000 * (0.85 + 0.5*sim.Draw(c.world.Scenario().Seed, c.index, uint64(x.at/(24*time.Hour))))
	if x.low {
		reach *= 0.6
	}
	f := float64(motion.Length(c.At.Geo(), x.from)) / reach
	if f >= 1 {
		return false
	}
	chance := 0.97 * min(1, 5*(1-f))
	return sim.Draw(c.world.Scenario().Seed, 100+c.index, uint64(x.sender), uint64(x.at)) < chance
}

// receive delivers within two seconds.
func (c *coast) receive(x transmission) (delivery, bool) {
	if !c.hears(x) {
		return delivery{}, false
	}
	delay := time.Duration((0.1 + 1.9*sim.Draw(7, c.index, uint64(x.sender), uint64(x.at))) * float64(time.Second))
	stamp := c.world.At(x.at + delay/2).Add(time.Duration(c.ClockS * float64(time.Second))).Unix()
	return delivery{arrival: x.at + delay, station: c.ID, stamp: stamp, message: x.message, sender: x.sender}, true
}

// satellite hears all the world while it passes.
type satellite struct {
	scenario.Satellite
	world *sim.World
	index uint64
}

// pass gives the running number of the pass at a time, and its end.
func (s *satellite) pass(at time.Duration) (number int, end time.Duration, up bool) {
	every, length := time.Duration(s.Every), time.Duration(s.Pass)
	n := int(math.Floor(float64(at-time.Duration(s.First)) / float64(every)))
	if n < 0 {
		return 0, 0, false
	}
	slack := every - length
	begin := time.Duration(s.First) + time.Duration(n)*every + time.Duration(0.2*sim.Draw(s.world.Scenario().Seed, 200+s.index, uint64(n))*float64(slack))
	return n, begin + length, at >= begin && at < begin+length
}

// receive delivers some time after the pass. Whether a ship is heard is settled once for a pass: messages of one pass
// share their fate, because they meet the same collisions.
func (s *satellite) receive(x transmission) (delivery, bool) {
	n, end, up := s.pass(x.at)
	if !up || down(s.Outages, x.at) {
		return delivery{}, false
	}
	seed, pass, sender := s.world.Scenario().Seed, uint64(n), uint64(x.sender)
	heard := s.Heard
	if x.low {
		heard *= 0.4
	}
	if sim.Draw(seed, 300+s.index, pass, sender) >= heard || sim.Draw(seed, 400+s.index, sender, uint64(x.at)) >= 0.9 {
		return delivery{}, false
	}
	wait := s.Delay[0] + (s.Delay[1]-s.Delay[0])*sim.Draw(seed, 500+s.index, pass)
	arrival := end + time.Duration(wait*float64(time.Minute))
	if s.Relay {
		arrival += x.at - end
	}
	d := delivery{arrival: arrival, station: s.ID, space: true, stamp: s.world.At(x.at).Unix(), message: x.message, sender: x.sender}
	if p, ok := x.message.(encode.Position); ok && sim.Draw(seed, 600+s.index, sender, uint64(x.at)) < s.LongShare {
		d.message = longRange(p)
	}
	return d, true
}

// longRange is the message 27 that a class A unit sends beside its own reports.
func longRange(p encode.Position) encode.LongRange {
	return encode.LongRange{
		MMSI: p.MMSI, Accuracy: p.Accuracy, RAIM: p.RAIM, Status: p.Status,
		Longitude: int(math.Round(float64(p.Longitude) / 1000)), Latitude: int(math.Round(float64(p.Latitude) / 1000)),
		Speed: min(62, (p.Speed+5)/10), Course: ((p.Course + 5) / 10) % 360,
	}
}

// beacon is a base station or an aid: it stands still and transmits all the time.
type beacon struct {
	world   *sim.World
	at      geo.Point
	mmsi    uint32
	spacing time.Duration
	due     time.Duration
	message func(at time.Time, lon, lat int) encode.Message
}

func (b *beacon) next() time.Duration { return b.due }

// send implements emitter.
func (b *beacon) send(out []transmission) []transmission {
	lon, lat := int(math.Round(b.at[0]*600_000)), int(math.Round(b.at[1]*600_000))
	m := b.message(b.world.At(b.due), lon, lat)
	out = append(out, transmission{at: b.due, from: b.at, sender: b.mmsi, message: m, fixed: true})
	if b.due += b.spacing; b.due > b.world.End() {
		b.due = never
	}
	return out
}

// beacons makes the emitters that stand still.
func beacons(w *sim.World) []emitter {
	var out []emitter
	add := func(mmsi uint32, at scenario.Point, spacing time.Duration, m func(time.Time, int, int) encode.Message) {
		due := time.Duration(sim.Draw(w.Scenario().Seed, uint64(mmsi)) * float64(spacing)).Truncate(time.Second)
		out = append(out, &beacon{world: w, at: at.Geo(), mmsi: mmsi, spacing: spacing, due: due, message: m})
	}
	for _, s := range w.Scenario().Stations {
		mmsi := s.MMSI
		add(mmsi, s.At, max(10*time.Second, time.Duration(w.Scenario().Reporting.Base)), func(at time.Time, lon, lat int) encode.Message {
			return encode.Base{MMSI: mmsi, Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(),
				Second: at.Second(), Accuracy: true, Longitude: lon, Latitude: lat, Fix: 7}
		})
	}
	for _, a := range w.Scenario().Aids {
		a := a
		add(a.MMSI, a.At, max(3*time.Minute, time.Duration(w.Scenario().Reporting.Aid)), func(at time.Time, lon, lat int) encode.Message {
			return encode.Aid{MMSI: a.MMSI, Kind: a.Kind, Name: a.Name, Accuracy: true, Longitude: lon, Latitude: lat,
				Size: encode.Dimensions{Bow: 2, Stern: 2, Port: 2, Starboard: 2}, Fix: 1, Second: at.Second()}
		})
	}
	return out
}
