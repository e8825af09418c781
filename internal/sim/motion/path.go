package motion

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
)

// TurningRadius is how wide a large ship goes round a waypoint: at 12 kn it turns by 14° a minute, near the
// 10 to 20° a minute that pilots' cards of laden VLCCs allow.
const TurningRadius geo.Metres = 1500

// arcStep is how finely a turn is cut into chords: 3° of 1500 m leave the circle by half a metre.
const arcStep = 3 * radian

// path is a line through waypoints whose corners are rounded.
type path struct {
	knots []knot
	marks []geo.Metres // where on the path each waypoint is passed
}

// knot is a point of the path, its distance from the start and the direction there.
type knot struct {
	at      geo.Point
	along   geo.Metres
	heading geo.Degrees
}

// newPath rounds the corners of a line. It needs two points at least; a point on top of its predecessor is left out.
func newPath(points []geo.Point, radius geo.Metres) *path {
	points = distinct(points)
	p := &path{knots: make([]knot, 0, 12*len(points)), marks: make([]geo.Metres, 0, len(points))} // turns of some 30°
	p.add(points[0], Direction(points[0], points[1]))
	p.marks = append(p.marks, 0)
	for i := 1; i+1 < len(points); i++ {
		p.corner(points[i-1], points[i], points[i+1], radius)
	}
	last := len(points) - 1
	p.add(points[last], Direction(points[last-1], points[last]))
	p.marks = append(p.marks, p.length())
	return p
}

// distinct drops points within a metre of the one before, but always leaves two.
func distinct(points []geo.Point) []geo.Point {
	out := points[:1:1]
	for _, q := range points[1:] {
		if Length(out[len(out)-1], q) >= 1 {
			out = append(out, q)
		}
	}
	if len(out) < 2 {
		out = append(out, Move(out[0], 0, 1))
	}
	return out
}

func (p *path) add(at geo.Point, heading geo.Degrees) {
	k := knot{at: at, heading: heading}
	if n := len(p.knots); n > 0 {
		k.along = p.knots[n-1].along + Length(p.knots[n-1].at, at)
	}
	p.knots = append(p.knots, k)
}

// corner replaces a waypoint by an arc that touches both legs, as wide as the legs allow.
func (p *path) corner(a, b, c geo.Point, radius geo.Metres) {
	in, out := Direction(a, b), Direction(b, c)
	turn := Turn(in, out) * radian
	half := math.Tan(math.Abs(turn) / 2)
	cut := min(radius*geo.Metres(half), 0.45*Length(a, b), 0.45*Length(b, c))
	if math.Abs(turn) < arcStep || cut < 1 {
		p.add(b, wrap(float64(in)+turn/radian/2))
		p.marks = append(p.marks, p.length())
		return
	}
	r := cut / geo.Metres(half)
	start := Pose{b, in}.Point(-cut, 0)
	side := geo.Metres(math.Copysign(1, turn))
	steps := int(math.Ceil(math.Abs(turn) / arcStep))
	before := p.length()
	for i := 0; i <= steps; i++ {
		angle := math.Abs(turn) * float64(i) / float64(steps)
		at := Pose{start, in}.Point(r*geo.Metres(math.Sin(angle)), side*r*geo.Metres(1-math.Cos(angle)))
		p.add(at, wrap(float64(in)+math.Copysign(angle/radian, turn)))
		if i == 0 {
			before = p.length()
		}
	}
	p.marks = append(p.marks, (before+p.length())/2)
}

func (p *path) length() geo.Metres { return p.knots[len(p.knots)-1].along }

// at gives the place and direction after some distance.
func (p *path) at(along geo.Metres) Pose {
	lo, hi := 0, len(p.knots)-1
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; p.knots[mid].along <= along {
			lo = mid
		} else {
			hi = mid
		}
	}
	a, b := p.knots[lo], p.knots[hi]
	f := 0.0
	if b.along > a.along {
		f = max(0, min(1, float64((along-a.along)/(b.along-a.along))))
	}
	return Pose{
		At:      Between(a.at, b.at, f),
		Heading: wrap(float64(a.heading) + Turn(a.heading, b.heading)*f),
	}
}
