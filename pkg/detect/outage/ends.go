package outage

import (
	"math"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// quote keeps the last fix that a source delivered and, while it is out, the first that comes after: an outage has no other
// reports to rest on. Among equal times the smaller offset counts, so that the order of facts does not matter.
func (s *source) quote(f *track.Fix) {
	switch {
	case s.open == nil:
		if s.before == nil || f.Time.After(s.before.Time) || f.Time.Equal(s.before.Time) && f.Offset < s.before.Offset {
			s.before = f
		}
	case f.Time.After(s.open.Start):
		if s.after == nil || f.Time.Before(s.after.Time) || f.Time.Equal(s.after.Time) && f.Offset < s.after.Offset {
			s.after = f
		}
	}
}

// evidence is what was kept; nothing where the source brought no position.
func (s *source) evidence() event.Evidence {
	var b event.EvidenceBuilder
	for _, f := range [2]*track.Fix{s.before, s.after} {
		if f != nil {
			b.Add(f.Source, f.Offset, f.Raw)
		}
	}
	return b.Done()
}

// direction is a sum of unit vectors to the cells in which emitters were heard, in whole parts of 1e-9, so that the order of
// adding does not matter.
type direction [3]int64

// add counts emitters of a cell.
func (d direction) add(p geo.Point, emitters int) direction {
	sinLat, cosLat := math.Sincos(p[1] * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p[0] * math.Pi / 180)
	for i, x := range [3]float64{cosLat * cosLon, cosLat * sinLon, sinLat} {
		d[i] += int64(math.Round(x*1e9)) * int64(emitters)
	}
	return d
}

// region is the middle of the cells in which a source habitually hears emitters, and the distance from it to them, root
// mean square.
func (s *source) region() (middle geo.Point, reach geo.Metres) {
	var sum direction
	n := 0
	for hour, d := range s.where {
		for i := range sum {
			sum[i] += d[i]
		}
		n += s.hours[hour]
	}
	x, y, z := float64(sum[0]), float64(sum[1]), float64(sum[2])
	length := math.Sqrt(x*x + y*y + z*z)
	if n == 0 || length == 0 {
		return geo.Point{}, 0
	}
	middle = geo.PointFromDegrees(math.Atan2(y, x)*180/math.Pi, math.Asin(z/length)*180/math.Pi)
	return middle, geo.Metres(math.Sqrt(max(0, 2*(1-length/1e9/float64(n))))) * geo.MeanRadius
}
