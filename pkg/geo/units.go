package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Point is a place on the Earth, longitude then latitude in degrees of WGS 84: -180..180 and -90..90.
type Point = orb.Point

// PointFromDegrees returns the point at a longitude and latitude in degrees.
func PointFromDegrees(lon, lat float64) Point { return Point{lon, lat} }

// Metres is a length over the ground, or of a hull.
type Metres float64

// NauticalMile is exact by definition (Monaco conference, 1929).
const NauticalMile Metres = 1852

// Kilometre is exact.
const Kilometre Metres = 1000

// MeanRadius is (2a+b)/3 of WGS 84 (a = 6,378,137 m, b = 6,356,752.3 m). The equatorial radius
// that other libraries use is 0.11 % longer: 0.6 m in a rendezvous of 500 m, 1 km in a gap of
// 500 nautical miles.
const MeanRadius Metres = 6_371_008.8

// NauticalMiles converts exactly.
func (m Metres) NauticalMiles() float64 { return float64(m / NauticalMile) }

// Knots is a speed in nautical miles an hour.
type Knots float64

// MetresPerSecond converts exactly: 1852 m in 3600 s.
func (k Knots) MetresPerSecond() float64 { return float64(k) * 1852 / 3600 }

// KnotsFromMetresPerSecond converts exactly.
func KnotsFromMetresPerSecond(v float64) Knots { return Knots(v * 3600 / 1852) }

// Degrees is a direction, clockwise from true north, 0 <= d < 360 where it comes from a bearing.
type Degrees float64

// Radians converts to the mathematician's unit; the direction of turning stays clockwise.
func (d Degrees) Radians() float64 { return float64(d) * math.Pi / 180 }

// AngleBetween is the smaller angle between two directions, 0..180.
func AngleBetween(a, b Degrees) Degrees {
	d := math.Mod(math.Abs(float64(a-b)), 360)
	if d > 180 {
		d = 360 - d
	}
	return Degrees(d)
}
