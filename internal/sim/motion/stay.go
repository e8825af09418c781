package motion

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Water is the tide and wind that all ships of a region share: why ships at anchor swing together.
type Water struct {
	WindFrom geo.Degrees // the mean wind, by which a hull lies at slack water
	TideAxis geo.Degrees // the direction of the flood
	Wind     float64     // the wind's pull on a hull, against a full tide of 1
}

// m2 is the period of the principal lunar tide, 12.4206 h.
const m2 = 44714 * time.Second

// tide is the strength of the flood, -1..1. High water moves along the Gulf; 5° of longitude are about an eighth of the tide.
func (w Water) tide(at time.Duration, p geo.Point) float64 {
	return math.Sin(2 * math.Pi * (at.Seconds()/m2.Seconds() + (p[0]-56)/40))
}

// Lie is the heading of a hull at anchor: bow against the sum of tide and wind. As the tide turns the hull sweeps
// round at a degree or so a minute.
func (w Water) Lie(at time.Duration, p geo.Point) geo.Degrees {
	wind := w.Wind * (1 + 0.25*math.Sin(2*math.Pi*at.Hours()/61))
	ts, tc := math.Sincos(w.TideAxis.Radians())
	ws, wc := math.Sincos(w.WindFrom.Radians())
	tide := -w.tide(at, p)
	return wrap(math.Atan2(wind*ws+tide*ts, wind*wc+tide*tc) / radian)
}

// carry is how far the water has carried a drifting hull since the world's start: the tide's ellipse and a
// slow eddy, together at most about 1.1 kn, never farther than 8 km.
func (w Water) carry(at time.Duration, p geo.Point) (east, north geo.Metres) {
	phase := 2 * math.Pi * (at.Seconds()/m2.Seconds() + (p[0]-56)/40)
	eddy := 2 * math.Pi * at.Hours() / 75
	long, short := -2600*math.Cos(phase), 900*math.Sin(phase)
	s, c := math.Sincos(w.TideAxis.Radians())
	return geo.Metres(long*s + short*c + 4500*math.Sin(eddy)), geo.Metres(long*c - short*s + 4500*math.Cos(eddy))
}

// Swing is a ship at anchor, or at a buoy: the bow is held, the hull swings round it with tide and wind.
type Swing struct {
	Water  Water
	Anchor geo.Point
	Radius geo.Metres // from the anchor to the hull's middle
	Habit  Habit
}

// Pose implements Phase.
func (s Swing) Pose(at time.Duration) Pose {
	lag := time.Duration(s.Habit[0] * float64(10*time.Minute))
	yaw := 2 * math.Sin(2*math.Pi*(at.Seconds()/1300+s.Habit[1]))
	h := wrap(float64(s.Water.Lie(at-lag, s.Anchor)) + 6*(s.Habit[2]-0.5) + yaw)
	p := Pose{At: s.Anchor, Heading: h}
	return Pose{At: p.Point(-s.Radius, 0), Heading: h}
}

// Moored is a ship at a berth.
type Moored Pose

// Pose implements Phase.
func (m Moored) Pose(time.Duration) Pose { return Pose(m) }

// Drift is a ship with her engine stopped, carried by the water and lying across the wind.
type Drift struct {
	Water Water
	From  geo.Point // where she was at Since
	Since time.Duration
	Habit Habit
}

// Pose implements Phase.
func (d Drift) Pose(at time.Duration) Pose {
	e0, n0 := d.Water.carry(d.Since, d.From)
	e1, n1 := d.Water.carry(at, d.From)
	swing := 25 * math.Sin(2*math.Pi*(at.Hours()/4.3+d.Habit[0]))
	return Pose{At: Move(d.From, e1-e0, n1-n0), Heading: wrap(float64(d.Water.WindFrom) + 90 + swing)}
}

// Alongside is a ship tied to another: it keeps its place in the other's frame, however the other swings.
type Alongside struct {
	Host      Phase
	Starboard geo.Metres // of this hull's middle from the host's keel, negative to port
	Ahead     geo.Metres // of this hull's middle from the host's
	Opposite  bool       // bow to stern
}

// Pose implements Phase.
func (a Alongside) Pose(at time.Duration) Pose {
	host := a.Host.Pose(at)
	p := Pose{At: host.Point(a.Ahead, a.Starboard), Heading: host.Heading}
	if a.Opposite {
		p.Heading = wrap(float64(p.Heading) + 180)
	}
	return p
}
