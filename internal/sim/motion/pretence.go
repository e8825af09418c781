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

// Pretence is a false track that leaves the real one and comes back to it without a jump: what Fake differs from the real
// poses at Begin and End fades within In and Out.
type Pretence struct {
	Fake       Phase
	Begin, End time.Duration
	From, To   Pose // the real ones
	In, Out    time.Duration
}

// Pose implements Phase.
func (p Pretence) Pose(at time.Duration) Pose {
	pose := p.Fake.Pose(at)
	pose = toward(pose, p.Fake.Pose(p.Begin), p.From, 1-ease(float64(at-p.Begin)/float64(p.In)))
	return toward(pose, p.Fake.Pose(p.End), p.To, 1-ease(float64(p.End-at)/float64(p.Out)))
}

// toward shifts and turns a pose by a share of the difference between two others.
func toward(pose, from, to Pose, share float64) Pose {
	if share <= 0 {
		return pose
	}
	east, north := Apart(from.At, to.At)
	pose.At = Move(pose.At, east*geo.Metres(share), north*geo.Metres(share))
	pose.Heading = wrap(float64(pose.Heading) + share*Turn(from.Heading, to.Heading))
	return pose
}
