package motion

import (
	"sort"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Part is a phase in a ship's track.
type Part struct {
	Phase      Phase
	Begin, End time.Duration
	joint      joint
}

// joint carries a hull over from the end of one phase to the next: the difference between the two poses, which fades.
type joint struct {
	east, north geo.Metres
	turn        float64
	fade        time.Duration
}

// Track is all that a ship does, one phase after the other. Between parts with a hole between them the ship is
// elsewhere: outside the world.
type Track struct{ parts []Part }

// Add appends a phase that lasts until end. If it follows straight on the last part, the hull passes from one
// pose to the other within fade; fade zero is a phase that begins where the last one ended.
func (t *Track) Add(p Phase, begin, end, fade time.Duration) {
	part := Part{Phase: p, Begin: begin, End: end}
	if n := len(t.parts); n > 0 && t.parts[n-1].End == begin {
		from, to := t.parts[n-1].pose(begin), p.Pose(begin)
		east, north := Apart(to.At, from.At)
		part.joint = joint{east: east, north: north, turn: Turn(to.Heading, from.Heading), fade: fade}
	}
	t.parts = append(t.parts, part)
}

// pose is the phase's pose with what is left of the last one's.
func (p *Part) pose(at time.Duration) Pose {
	q := p.Phase.Pose(at)
	if p.joint.fade <= 0 || at >= p.Begin+p.joint.fade {
		return q
	}
	left := 1 - ease(float64(at-p.Begin)/float64(p.joint.fade))
	q.At = Move(q.At, p.joint.east*geo.Metres(left), p.joint.north*geo.Metres(left))
	q.Heading = wrap(float64(q.Heading) + p.joint.turn*left)
	return q
}

// find gives the part at a time, nil when the ship is elsewhere. At a joint it is the later part.
func (t *Track) find(at time.Duration) *Part {
	i := sort.Search(len(t.parts), func(i int) bool { return t.parts[i].Begin > at }) - 1
	if i < 0 || at > t.parts[i].End {
		return nil
	}
	return &t.parts[i]
}

// Part gives the part at a time, false when the ship is elsewhere. At a joint it is the later part.
func (t *Track) Part(at time.Duration) (Part, bool) {
	if p := t.find(at); p != nil {
		return *p, true
	}
	return Part{}, false
}

// Present tells whether the ship is in the world.
func (t *Track) Present(at time.Duration) bool { return t.find(at) != nil }

// Pose implements Phase. While the ship is elsewhere it gives the pose at which she left, or came.
func (t *Track) Pose(at time.Duration) Pose {
	if p := t.find(at); p != nil {
		return p.pose(at)
	}
	i := sort.Search(len(t.parts), func(i int) bool { return t.parts[i].Begin > at })
	if i == 0 {
		return t.parts[0].pose(t.parts[0].Begin)
	}
	return t.parts[i-1].pose(t.parts[i-1].End)
}

// Begin is when the ship is first seen.
func (t *Track) Begin() time.Duration { return t.parts[0].Begin }

// End is when the last part ends; begin of the world when there is none.
func (t *Track) End() time.Duration {
	if len(t.parts) == 0 {
		return 0
	}
	return t.parts[len(t.parts)-1].End
}

// Parts are the track's parts in order of time.
func (t *Track) Parts() []Part { return t.parts }

// Velocity is the speed and course over the ground of a point of the hull, from its places ten seconds apart.
func Velocity(p Phase, h geo.Hull, at time.Duration) (geo.Knots, geo.Degrees) {
	const half = 5 * time.Second
	from, to := p.Pose(at-half).Antenna(h), p.Pose(at+half).Antenna(h)
	return geo.KnotsFromMetresPerSecond(float64(Length(from, to)) / (2 * half).Seconds()), Direction(from, to)
}
