package motion

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Pose is the place of a hull's middle, half way between bow and stern and between the sides, and its true heading.
type Pose struct {
	At      geo.Point
	Heading geo.Degrees
}

// Phase is one thing that a ship does.
type Phase interface {
	// Pose gives the hull's pose at a time since the world's start.
	Pose(at time.Duration) Pose
}

const radian = math.Pi / 180

// Move goes some metres east and north of a point, on the flat map round it. Over 10 km at 25° N it errs by 4 m.
func Move(p geo.Point, east, north geo.Metres) geo.Point {
	lat := p[1] + float64(north/geo.MeanRadius)/radian
	scale := math.Cos((p[1] + lat) / 2 * radian)
	return geo.Point{meridian(p[0] + float64(east/geo.MeanRadius)/radian/scale), lat}
}

// meridian brings a longitude that has passed the antimeridian back into -180..180.
func meridian(lon float64) float64 {
	switch {
	case lon > 180:
		return lon - 360
	case lon < -180:
		return lon + 360
	}
	return lon
}

// Between is the point some share of the way from one to another.
func Between(from, to geo.Point, share float64) geo.Point {
	return geo.Point{meridian(from[0] + meridian(to[0]-from[0])*share), from[1] + (to[1]-from[1])*share}
}

// Apart is the way from one point to another in metres east and north, the inverse of Move.
func Apart(from, to geo.Point) (east, north geo.Metres) {
	scale := math.Cos((from[1] + to[1]) / 2 * radian)
	return geo.Metres(meridian(to[0]-from[0])*radian*scale) * geo.MeanRadius, geo.Metres((to[1]-from[1])*radian) * geo.MeanRadius
}

// Length is the flat distance between two points.
func Length(from, to geo.Point) geo.Metres {
	east, north := Apart(from, to)
	return geo.Metres(math.Hypot(float64(east), float64(north)))
}

// Direction is the flat bearing from one point to another.
func Direction(from, to geo.Point) geo.Degrees {
	east, north := Apart(from, to)
	return wrap(math.Atan2(float64(east), float64(north)) / radian)
}

// Point is the place some metres ahead of the hull's middle and some metres to starboard of its keel.
func (p Pose) Point(ahead, starboard geo.Metres) geo.Point {
	sin, cos := math.Sincos(p.Heading.Radians())
	a, s := float64(ahead), float64(starboard)
	return Move(p.At, geo.Metres(a*sin+s*cos), geo.Metres(a*cos-s*sin))
}

// Antenna is the place that the ship's transponder reports.
func (p Pose) Antenna(h geo.Hull) geo.Point {
	return p.Point(h.Length()/2-h.Bow, h.Beam()/2-h.Starboard)
}

// wrap brings a direction into 0..360.
func wrap(d float64) geo.Degrees {
	d = math.Mod(d, 360)
	if d < 0 {
		d += 360
	}
	return geo.Degrees(d)
}

// Turn is the way from one direction to another the short way round, -180..180, starboard positive.
func Turn(from, to geo.Degrees) float64 {
	return math.Mod(float64(to-from)+540, 360) - 180
}

// ease goes from 0 to 1 with no speed at either end; outside 0..1 it stays where it came to.
func ease(f float64) float64 {
	f = max(0, min(1, f))
	return f * f * (3 - 2*f)
}

// Spiral numbers the squares of a grid outwards from the middle, ring by ring: so the spots of an anchorage are given
// out.
func Spiral(n int) (column, row int) {
	if n == 0 {
		return 0, 0
	}
	ring := int(math.Ceil((math.Sqrt(float64(n+1)) - 1) / 2))
	k := n - (2*ring-1)*(2*ring-1)
	side, along := k/(2*ring), k%(2*ring)
	switch side {
	case 0:
		return ring, along - ring + 1
	case 1:
		return ring - 1 - along, ring
	case 2:
		return -ring, ring - 1 - along
	default:
		return along - ring + 1, -ring
	}
}
