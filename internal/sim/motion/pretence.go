package motion

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Circle is a track that goes round a point clockwise at a steady speed.
type Circle struct {
	Centre geo.Point
	Radius geo.Metres
	Speed  geo.Knots
	Habit  Habit
}

// Pose implements Phase.
func (c Circle) Pose(at time.Duration) Pose {
	turn := c.Speed.MetresPerSecond()*at.Seconds()/float64(c.Radius) + 2*math.Pi*c.Habit[0]
	sin, cos := math.Sincos(turn)
	return Pose{At: Move(c.Centre, c.Radius*geo.Metres(sin), c.Radius*geo.Metres(cos)), Heading: wrap(turn/radian + 90)}
}

// Pretence passes from what a ship really does to what she seems to do and back, without a jump. Fake should begin
// and end near Real: what differs fades within In and Out.
type Pretence struct {
	Real, Fake Phase
	Begin, End time.Duration
	In, Out    time.Duration
}

// Pose implements Phase.
func (p Pretence) Pose(at time.Duration) Pose {
	share := ease(float64(at-p.Begin)/float64(p.In)) * ease(float64(p.End-at)/float64(p.Out))
	real := p.Real.Pose(at)
	if share == 0 {
		return real
	}
	fake := p.Fake.Pose(at)
	east, north := Apart(real.At, fake.At)
	return Pose{
		At:      Move(real.At, east*geo.Metres(share), north*geo.Metres(share)),
		Heading: wrap(float64(real.Heading) + share*Turn(real.Heading, fake.Heading)),
	}
}
