package rendezvous

import (
	"cmp"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// halfLength is half of the longest ship ever built (458 m): the search takes it for every ship, and the exact radius
// of a pair is asked for only when two have been found.
const halfLength geo.Metres = 229

// search finds pairs of ships that are near each other. It keeps its grid from bin to bin, since most ships stay in
// their cells.
type search struct {
	index *geo.Index
	used  int32
	moves []motion
}

// motion is a ship's velocity at a bin: knots east and north.
type motion struct {
	east, north float64
	speed       geo.Knots
	course      geo.Degrees
}

func newSearch() *search { return &search{index: geo.NewIndex(2 * geo.Kilometre)} }

// pairs calls fn for each pair of samples of one bin that may be alongside by the rules of o, in ascending order of
// their places in list, which must be sorted. The lengths of the ships are not asked for: the radius is the widest.
func (s *search) pairs(o Options, list []*track.Sample, fn func(a, b *track.Sample)) {
	s.fill(list)
	radius := o.Antennas + 2*halfLength
	for i, a := range list {
		s.index.Near(a.Position, radius, func(id int32, _ geo.Metres) {
			if int(id) > i && a.MMSI != list[id].MMSI && o.together(s.moves[i], s.moves[id]) {
				fn(a, list[id])
			}
		})
	}
}

func (s *search) fill(list []*track.Sample) {
	s.moves = s.moves[:0]
	for i, a := range list {
		s.index.Put(int32(i), a.Position)
		s.moves = append(s.moves, motionOf(a))
	}
	for id := int32(len(list)); id < s.used; id++ {
		s.index.Remove(id)
	}
	s.used = int32(len(list))
}

// together tells whether two ships move as one: alike in velocity, and either slow or on one course.
func (o Options) together(a, b motion) bool {
	if math.Hypot(a.east-b.east, a.north-b.north) > float64(o.Relative) {
		return false
	}
	if a.speed < o.Slow && b.speed < o.Slow {
		return true
	}
	return a.speed <= o.Underway && b.speed <= o.Underway && geo.AngleBetween(a.course, b.course) <= o.SameCourse
}

// motionOf takes speed and course from the sample, or from the fixes round it where the ship does not say.
func motionOf(s *track.Sample) motion {
	speed, moves := s.Speed()
	course, points := s.Course()
	m := motion{speed: speed, course: course}
	if !moves || !points && speed > 0.5 {
		m.speed, m.course = displacement(s)
	}
	sin, cos := math.Sincos(m.course.Radians())
	m.east, m.north = float64(m.speed)*sin, float64(m.speed)*cos
	return m
}

func displacement(s *track.Sample) (geo.Knots, geo.Degrees) {
	hours := s.After.Time.Sub(s.Before.Time).Hours()
	if hours <= 0 {
		return 0, 0
	}
	way := geo.Distance(s.Before.Position, s.After.Position)
	return geo.Knots(way.NauticalMiles() / hours), geo.Bearing(s.Before.Position, s.After.Position)
}

// usable drops samples that can take no part: craft that are no ships, coarse positions, positions on land, brackets
// too long to interpolate in, and ships too fast for any transfer. The rest is sorted by ship; of two samples of one
// segment the later given counts, which is a restatement.
func (o Options) usable(list []*track.Sample) []*track.Sample {
	slices.SortStableFunc(list, func(a, b *track.Sample) int {
		return cmp.Or(cmp.Compare(a.MMSI, b.MMSI), a.Segment.Compare(b.Segment))
	})
	out := list[:0]
	for i, s := range list {
		if i+1 < len(list) && list[i+1].MMSI == s.MMSI && list[i+1].Segment.Equal(s.Segment) {
			continue
		}
		speed, moves := s.Speed()
		if s.MMSI.Ship() && !s.OnLand && s.Before != nil && s.After != nil &&
			sound(s.Before) && sound(s.After) && s.After.Time.Sub(s.Before.Time) <= o.Bracket &&
			(!moves || speed <= o.Underway) {
			out = append(out, s)
		}
	}
	return out
}

func sound(f *track.Fix) bool { return !f.Coarse && !f.OnLand }
