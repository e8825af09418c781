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

// coast is a station ashore.
type coast struct {
	scenario.Station
	seed  uint64
	index int
	start time.Time
	at    geo.Point
	where vector
	duct  duct
	reach geo.Metres // of a class A ship in the present window
}

func newCoast(of *scenario.Scenario, s scenario.Station, index int, ducts []duct) coast {
	c := coast{Station: s, seed: of.Seed, index: index, start: of.Start.Time, at: s.At.Geo(), where: vectorOf(s.At.Geo())}
	// Open water without a named duct: each station has good and bad days of its own, none of them far from the mean.
	c.duct = duct{Duct: scenario.Duct{Summer: 1.1, Winter: 1.1, Sway: 0.12}, seed: c.seed, index: 1000 + uint64(index), start: c.start}
	for _, d := range ducts {
		if motion.Length(d.At.Geo(), c.at) <= geo.Metres(d.RadiusKM*1000) {
			c.duct = d
			break
		}
	}
	return c
}

// prepare sets the reach for a window.
func (c *coast) prepare(from time.Duration) { c.reach = c.reachAt(from) }

func (c *coast) reachAt(at time.Duration) geo.Metres {
	return geo.Metres(c.RangeKM * 1000 * c.duct.factor(at.Truncate(window)))
}

// lowPower is how far class B reaches: 2 W in place of 12.5 W, and an aerial at five metres in place of thirty.
const lowPower = 0.6

// chance that the station receives a message from a place: within four fifths of the reach 97 % arrive, at the edge none.
func (c *coast) chance(from geo.Point, low bool) float64 {
	reach := c.reach
	if low {
		reach *= lowPower
	}
	for _, s := range c.Shadows {
		bearing := float64(motion.Direction(c.at, from))
		if math.Mod(bearing-s.From+720, 360) <= math.Mod(s.To-s.From+720, 360) {
			reach *= geo.Metres(s.Share)
		}
	}
	f := float64(motion.Length(c.at, from)) / float64(max(reach, 1))
	return max(0, 0.97*min(1, 5*(1-f)))
}

// hear delivers within two seconds.
func (c *coast) hear(x *call) (hit, bool) {
	chance := c.chance(x.from, x.low)
	if chance == 0 || down(c.Outages, x.at) {
		return hit{}, false
	}
	index, sender, at := uint64(c.index)<<8|uint64(x.part), uint64(x.sender), uint64(x.at)
	if sim.Draw(drawCoast, c.seed, index, sender, at) >= several(chance, x.stands) {
		return hit{}, false
	}
	draw := sim.Draw(drawDelay, c.seed, index, sender, at)
	delay := time.Duration((0.1 + 1.9*draw) * float64(time.Second))
	h := hit{receiver: uint16(c.index), arrival: x.at + delay, stamp: c.stamp(x.at + delay/2)}
	if c.Repeats > 0 {
		if u := sim.Draw(drawRepeat, c.seed, index, sender, at); u < c.Repeats {
			h.repeat = time.Duration((0.05 + 2*u/c.Repeats) * float64(time.Second))
		}
	}
	return h, true
}

// stamp is what the station's clock says.
func (c *coast) stamp(at time.Duration) int64 {
	wrong := c.ClockS
	for _, j := range c.ClockJumps {
		if at >= sim.Days(j.From) && at < sim.Days(j.To) {
			wrong += j.Seconds
		}
	}
	return c.start.Add(at + time.Duration(wrong*float64(time.Second))).Unix()
}

// several is the chance that at least one of some messages arrives when one alone does with a chance p.
func several(p, n float64) float64 {
	if n <= 1 {
		return p
	}
	return 1 - math.Pow(1-p, n)
}

// duct is the weather of radio waves over some waters, as its stations share it.
type duct struct {
	scenario.Duct
	seed, index uint64
	start       time.Time
}

// factor stretches ranges. An ordinary day's factor goes from winter's to summer's and back: the evaporation and
// inversion ducts of the Gulf carry from April on, are strongest in early July and fail in the autumn. Round it days
// vary by a smooth process with memories of a day and of five. It stays within 0.6 and 3.
func (d *duct) factor(at time.Duration) float64 {
	days := at.Hours() / 24
	weather := 0.6*d.wave(days, 1) + 0.8*d.wave(days/5, 2)
	return max(0.6, min(3, d.usual(at)*math.Exp(d.Sway*weather)))
}

// usual is the factor of an ordinary day of the season.
func (d *duct) usual(at time.Duration) float64 {
	t := d.start.Add(at)
	day := float64(t.YearDay()) + float64(t.Hour())/24
	season := math.Cos(math.Pi / 220 * max(-110, min(110, day-188)))
	return d.Winter + (d.Summer-d.Winter)*season*season
}

// wave is noise of about unit spread that is smooth over one unit of x.
func (d *duct) wave(x float64, octave uint64) float64 {
	knot := func(n float64) float64 { // the sum of three uniform draws is close to normal; its spread is one half
		sum := 0.0
		for i := range uint64(3) {
			sum += sim.Draw(drawDuct, d.seed, d.index, octave, uint64(int64(n)), i)
		}
		return 2 * (sum - 1.5)
	}
	n := math.Floor(x)
	f := (1 - math.Cos(math.Pi*(x-n))) / 2
	a, b := 1-f, f
	return (a*knot(n) + b*knot(n+1)) / math.Sqrt(a*a+b*b)
}

// beacon is a base station or an aid: it stands still and transmits all the time.
type beacon struct {
	world   *sim.World
	at      geo.Point
	mmsi    uint32
	grid    grid
	clock   time.Duration
	coasts  []int // within reach in this window
	message func(at time.Time, lon, lat int) encode.Message
}

// there implements unit. Beacons count among the others in a satellite's footprint.
func (b *beacon) there() (vector, float64) { return vectorOf(b.at), 0 }

// transmit implements unit.
func (b *beacon) transmit(w *worker, until time.Duration) {
	from := b.clock
	b.clock = until
	b.coasts = w.reachable(b.coasts[:0], b.at, 0)
	w.look(b.at, b.at, from, until, b.coasts, 0)
	n := b.grid.first(from)
	if len(w.near)+len(w.over) == 0 {
		w.sent += int(b.grid.first(until) - n)
		return
	}
	lon, lat := int(math.Round(b.at[0]*600_000)), int(math.Round(b.at[1]*600_000))
	for ; b.grid.due(n) < until; n++ {
		x := call{at: max(from, b.grid.at(n)), from: b.at, sender: b.mmsi, stands: 1}
		if len(w.hear(&x)) > 0 {
			w.carry(&x, b.message(b.world.At(x.at), lon, lat))
		}
	}
}

// beacons makes the units that stand still.
func beacons(w *sim.World) []unit {
	var out []unit
	add := func(mmsi uint32, at scenario.Point, spacing time.Duration, m func(time.Time, int, int) encode.Message) {
		out = append(out, &beacon{world: w, at: at.Geo(), mmsi: mmsi, grid: newGrid(mmsi, spacing, gridBeacon), message: m})
	}
	for _, s := range w.Scenario().Stations {
		mmsi := s.MMSI
		add(mmsi, s.At, max(10*time.Second, time.Duration(w.Scenario().Reporting.Base)), func(at time.Time, lon, lat int) encode.Message {
			return encode.Base{MMSI: mmsi, Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(),
				Second: at.Second(), Accuracy: true, Longitude: lon, Latitude: lat, Fix: 7}
		})
	}
	for _, a := range w.Scenario().Aids {
		add(a.MMSI, a.At, max(3*time.Minute, time.Duration(w.Scenario().Reporting.Aid)), func(at time.Time, lon, lat int) encode.Message {
			return encode.Aid{MMSI: a.MMSI, Kind: a.Kind, Name: a.Name, Accuracy: true, Longitude: lon, Latitude: lat,
				Size: encode.Dimensions{Bow: 2, Stern: 2, Port: 2, Starboard: 2}, Fix: 1, Second: at.Second()}
		})
	}
	return out
}
