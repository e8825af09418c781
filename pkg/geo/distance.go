package geo

import (
	"math"

	"github.com/paulmach/orb"
)

const radian = math.Pi / 180

// wrapDegrees brings a difference of longitudes into -180..180.
func wrapDegrees(d float64) float64 {
	if d > 180 || d < -180 {
		d -= 360 * math.Round(d/360)
	}
	return d
}

// Distance is the length of the straight line between two points on the equirectangular map whose
// scale is right at their mean latitude. It is the fast one. Against DistanceExact it errs by at most 1e-6 of the length
// up to 10 km and 1e-4 up to 100 km between 60° S and 60° N; up to 500 km by 4e-4 between 30° S and 30° N and 2e-3
// up to 60°. Across an ocean, or beyond 75° of latitude, use DistanceExact.
func Distance(a, b Point) Metres {
	dx := wrapDegrees(b[0]-a[0]) * math.Cos((a[1]+b[1])/2*radian)
	dy := b[1] - a[1]
	return Metres(math.Sqrt(dx*dx+dy*dy)) * MeanRadius * radian
}

// DistanceExact is the great circle between two points on the sphere of MeanRadius, by the haversine, which
// keeps its digits for points a metre apart. It is exact on the sphere to 1e-12 of the Earth's girth
// except within a kilometre of the antipode, where it is good to a metre.
func DistanceExact(a, b Point) Metres {
	s := math.Sin((b[1] - a[1]) / 2 * radian)
	t := math.Sin((b[0] - a[0]) / 2 * radian)
	h := s*s + math.Cos(a[1]*radian)*math.Cos(b[1]*radian)*t*t
	return 2 * MeanRadius * Metres(math.Asin(math.Sqrt(min(h, 1))))
}

// Bearing is the initial course of the great circle from a to b. Between equal points it is 0.
func Bearing(a, b Point) Degrees {
	sa, ca := math.Sincos(a[1] * radian)
	sb, cb := math.Sincos(b[1] * radian)
	sd, cd := math.Sincos((b[0] - a[0]) * radian)
	d := math.Atan2(sd*cb, ca*sb-sa*cb*cd) / radian
	if d < 0 {
		d += 360
	}
	return Degrees(d)
}

// Destination is where a great circle that leaves p at a bearing has come after a distance. It goes on beyond
// a pole, and its longitude is always within -180..180.
func Destination(p Point, bearing Degrees, d Metres) Point {
	sp, cp := math.Sincos(p[1] * radian)
	sd, cd := math.Sincos(float64(d / MeanRadius))
	sb, cb := math.Sincos(bearing.Radians())
	lat := math.Asin(max(-1, min(1, sp*cd+cp*sd*cb)))
	lon := math.Atan2(sb*sd*cp, cd-sp*math.Sin(lat))
	return Point{wrapDegrees(p[0] + lon/radian), lat / radian}
}

// Interpolate is the point at a fraction of the way from a to b in longitude and latitude, the short way round.
// Ships that hold a course sail nearly so; against the great circle it errs by 30 m in 100 km at 25° N.
func Interpolate(a, b Point, fraction float64) Point {
	return Point{
		wrapDegrees(a[0] + wrapDegrees(b[0]-a[0])*fraction),
		a[1] + (b[1]-a[1])*fraction,
	}
}

// Offset gives the second point in flat coordinates round the first: metres east and north of it. Its length is
// exactly Distance.
func Offset(from, to Point) (east, north Metres) {
	scale := math.Cos((from[1] + to[1]) / 2 * radian)
	east = Metres(wrapDegrees(to[0]-from[0])*scale*radian) * MeanRadius
	north = Metres((to[1]-from[1])*radian) * MeanRadius
	return east, north
}

// vector is a place on the unit sphere.
type vector [3]float64

func vectorOf(p Point) vector {
	sLat, cLat := math.Sincos(p[1] * radian)
	sLon, cLon := math.Sincos(p[0] * radian)
	return vector{cLat * cLon, cLat * sLon, sLat}
}

func (v vector) dot(w vector) float64 { return v[0]*w[0] + v[1]*w[1] + v[2]*w[2] }

func (v vector) cross(w vector) vector {
	return vector{v[1]*w[2] - v[2]*w[1], v[2]*w[0] - v[0]*w[2], v[0]*w[1] - v[1]*w[0]}
}

// distance is the great circle by the chord, as exact as the haversine and without its cosines.
func (v vector) distance(w vector) Metres {
	dx, dy, dz := v[0]-w[0], v[1]-w[1], v[2]-w[2]
	chord := math.Sqrt(dx*dx + dy*dy + dz*dz)
	return 2 * MeanRadius * Metres(math.Asin(min(chord/2, 1)))
}

// SegmentDistance is the way from p to the nearest point of the great circle arc from a to b, exact on the sphere to
// a millimetre. The arc is the short one; between antipodes there is none, and the nearer end counts.
func SegmentDistance(p, a, b Point) Metres {
	vp, va, vb := vectorOf(p), vectorOf(a), vectorOf(b)
	n := va.cross(vb)
	// The foot of the perpendicular lies on the arc when p is on b's side of a and on a's side of b.
	if length := math.Sqrt(n.dot(n)); length > 0 && n.cross(va).dot(vp) > 0 && vb.cross(n).dot(vp) > 0 {
		return MeanRadius * Metres(math.Abs(math.Asin(max(-1, min(1, n.dot(vp)/length)))))
	}
	return min(vp.distance(va), vp.distance(vb))
}

// nearestOnEdge is the point nearest to p of an edge that is straight on the map, as a polygon's edges are. Scale is the
// cosine of p's latitude; longitudes must be unwrapped.
func nearestOnEdge(p, a, b Point, scale float64) Point {
	dx, dy := (b[0]-a[0])*scale, b[1]-a[1]
	px, py := (p[0]-a[0])*scale, p[1]-a[1]
	f := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		f = max(0, min(1, (px*dx+py*dy)/l))
	}
	return Point{a[0] + (b[0]-a[0])*f, a[1] + (b[1]-a[1])*f}
}

// Circle is a closed ring of n corners that lie at a distance round a centre, counter-clockwise. Its longitudes may run
// beyond 180° so that the ring is in one piece; Prepare understands that.
func Circle(centre Point, radius Metres, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		p := Destination(centre, Degrees(-360*float64(i)/float64(n)), radius)
		p[0] = centre[0] + wrapDegrees(p[0]-centre[0])
		ring = append(ring, p)
	}
	return append(ring, ring[0])
}
