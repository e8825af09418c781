package rendezvous

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
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

// turns finds ships at rest that are heard in turns: fixes of one inside silences of the other, no longer than
// Options.Turns. Where only satellites hear, two ships are seldom heard within minutes of each other.
type turns struct {
	fixes  map[cell][]glance // of the last hours
	closed []glance          // since the last grid point: by a fix at the end of a silence
}

// glance is a ship at rest: at a fix, or at both ends of a silence.
type glance struct {
	mmsi          vessel.MMSI
	before, after *track.Fix
}

func (x glance) compare(o glance) int {
	return cmp.Or(cmp.Compare(x.mmsi, o.mmsi), x.before.Time.Compare(o.before.Time), x.after.Time.Compare(o.after.Time))
}

// cell is a square of turnCell.
type cell int32

// turnCell is the side of a cell in degrees: some kilometres, more than any pair lies apart.
const turnCell = 0.1

func cellOf(p geo.Point, east, north int) cell {
	const round = 360 / turnCell
	lon := math.Mod(math.Floor((p.Lon()+180)/turnCell)+float64(east)+round, round)
	return cell(int32(lon) + int32(round)*int32(math.Floor((p.Lat()+90)/turnCell)+float64(north)))
}

// hear takes in the ends of a silence.
func (t *turns) hear(f *track.Silence) {
	if !f.MMSI.Ship() {
		return
	}
	off := &f.Off
	t.closed = append(t.closed, glance{f.MMSI, off, off})
	if f.On != nil {
		t.closed = append(t.closed, glance{f.MMSI, off, f.On}, glance{f.MMSI, f.On, f.On})
	}
}

// pairs calls fn for each fix of a ship at rest inside a silence that ended, of a ship at rest near her.
func (t *turns) pairs(w time.Time, o Options, fn func(a, b *track.Sample)) {
	slices.SortFunc(t.closed, glance.compare)
	resting := slices.DeleteFunc(t.closed, func(x glance) bool { return !o.rests(x) })
	for _, x := range resting {
		if c := cellOf(x.before.Position, 0, 0); x.before == x.after {
			t.fixes[c] = append(t.fixes[c], x)
		}
	}
	for _, x := range resting {
		if x.before == x.after {
			continue
		}
		var inside []glance
		for i := range 9 {
			for _, y := range t.fixes[cellOf(x.before.Position, i/3-1, i%3-1)] {
				if y.mmsi != x.mmsi && y.before.Time.After(x.before.Time) && y.before.Time.Before(x.after.Time) {
					inside = append(inside, y)
				}
			}
		}
		slices.SortFunc(inside, func(y, z glance) int { return cmp.Or(y.before.Time.Compare(z.before.Time), y.compare(z)) })
		for _, y := range inside {
			a, b := x.sample(y.before.Time), y.sample(y.before.Time)
			if a.MMSI > b.MMSI {
				a, b = b, a
			}
			fn(a, b)
		}
	}
	t.closed = t.closed[:0]
	if w.Equal(w.Truncate(time.Hour)) {
		t.forget(w.Add(-o.Turns - time.Hour))
	}
}

// rests tells whether a ship kept still enough to be placed between two fixes.
func (o Options) rests(x glance) bool {
	if !sound(x.before) || !sound(x.after) || x.after.Time.Sub(x.before.Time) > o.Turns {
		return false
	}
	for _, f := range [2]*track.Fix{x.before, x.after} {
		if speed, moves := f.Speed(); moves && speed >= o.Slow {
			return false
		}
	}
	return geo.Distance(x.before.Position, x.after.Position) <= stays
}

// sample is the ship's state at a moment.
func (x glance) sample(at time.Time) *track.Sample {
	s := &track.Sample{Header: track.Header{MMSI: x.mmsi, Start: at}, Bin: at, Before: x.before, After: x.after, Has: x.before.Has,
		SOG: x.before.SOG, COG: x.before.COG, Heading: x.before.Heading, Place: place.NoPlace}
	s.Position = placeAt(s, at).at
	return s
}

// forget drops fixes that no silence can be set against any more.
func (t *turns) forget(before time.Time) {
	for c, list := range t.fixes {
		list = slices.DeleteFunc(list, func(x glance) bool { return x.before.Time.Before(before) })
		if t.fixes[c] = list; len(list) == 0 {
			delete(t.fixes, c)
		}
	}
}
