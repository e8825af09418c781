package interference

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// drawn is an event: a false place and the ships drawn to it.
type drawn struct {
	shape   shape
	at      geo.Point // the false place at the opening
	start   time.Time
	last    time.Time // newest displaced fix
	fixes   int
	victims []*victim // in order of MMSI, then start
	refs    []reference
	told    *event.Event
	changed bool
}

// victim is one time in which a ship was displaced.
type victim struct {
	mmsi        vessel.MMSI
	start, last time.Time
	over        bool
	before      *event.FixRef
	after       *event.FixRef
	quoted      int
}

// reference is a report that an event rests on.
type reference struct {
	source string
	offset int64
	raw    string
}

// quotes is how many reports of one victim are kept as evidence: the first, which show how she was taken.
const quotes = 3

// join hands fresh displaced fixes to events that are open.
func (d *Detector) join() {
	first := len(d.pending) - d.fresh
	d.pending = slices.Concat(d.pending[:first], d.rejoin(d.pending[first:]))
	d.fresh = len(d.pending) - first
}

// rejoin returns those that no open event takes.
func (d *Detector) rejoin(list []displaced) []displaced {
	var left []displaced
	for _, x := range list {
		i := slices.IndexFunc(d.open, func(e *drawn) bool { return e.takes(d.o, x) && (!x.absent() || d.goesOn(e, x)) })
		if i < 0 {
			left = append(left, x)
			continue
		}
		d.open[i].add(x)
	}
	return left
}

// takes tells whether a displaced fix belongs to an event: it lies on its shape, or goes on the false track of a victim.
func (e *drawn) takes(o Options, x displaced) bool {
	if x.from().Before(e.start.Add(-o.Window)) || x.at.Sub(e.last) > o.Quiet || x.absent() != (e.shape.kind == event.Absent) {
		return false
	}
	v := e.victim(x.mmsi)
	if e.shape.holds(o, x.p) {
		return v != nil || !x.stale(o)
	}
	return x.strong && v != nil && !v.over && x.at.Sub(v.last) <= time.Hour
}

// stale tells whether a displaced fix is of a track that a jump began long ago: of a ship that lies alone, or of the true
// side of a false track that has ended.
func (x displaced) stale(o Options) bool { return !x.began.IsZero() && x.at.Sub(x.began) > o.Fresh }

// from is when what a displaced fix stands for began.
func (x displaced) from() time.Time {
	if x.absent() {
		return x.since
	}
	return x.at
}

// victim is the newest time of a ship, nil for none.
func (e *drawn) victim(m vessel.MMSI) *victim {
	for i := len(e.victims) - 1; i >= 0; i-- {
		if e.victims[i].mmsi == m {
			return e.victims[i]
		}
	}
	return nil
}

// add takes a displaced fix into an event.
func (e *drawn) add(x displaced) {
	e.fixes++
	e.shape.stretch(x.p)
	if x.at.After(e.last) {
		e.last = x.at
	}
	v := e.victim(x.mmsi)
	if v == nil || v.over && x.at.After(v.last) {
		v = &victim{mmsi: x.mmsi, start: x.from(), last: x.at, before: x.real}
		i, _ := slices.BinarySearchFunc(e.victims, v, (*victim).compare)
		e.victims = slices.Insert(e.victims, i, v)
		e.changed = true
	}
	if x.from().Before(v.start) {
		v.start, e.changed = x.from(), true
	}
	if x.at.After(v.last) {
		v.last = x.at
	}
	if v.quoted < quotes {
		v.quoted++
		e.refs = append(e.refs, reference{x.fix.Source, x.fix.Offset, x.fix.Raw})
	}
}

func (v *victim) compare(o *victim) int {
	if v.mmsi != o.mmsi {
		return cmp.Compare(v.mmsi, o.mmsi)
	}
	return v.start.Compare(o.start)
}

// release ends a ship's time when she is heard where she can be.
func (e *drawn) release(m vessel.MMSI, f *event.FixRef) {
	if v := e.victim(m); v != nil && !v.over && f.Time.After(v.last) {
		v.over, v.after, e.changed = true, f, true
	}
}

// end closes what is still open when the event ends.
func (e *drawn) end() {
	for _, v := range e.victims {
		v.over = true
	}
}

// begin opens events round the displaced fixes of this tick.
func (d *Detector) begin() {
	seeds := slices.Clone(d.pending[len(d.pending)-d.fresh:])
	for _, seed := range seeds {
		if !seed.strong || !slices.ContainsFunc(d.pending, func(x displaced) bool { return x.compare(seed) == 0 }) {
			continue // an event has taken it meanwhile
		}
		if s, start, ok := d.coherent(seed); ok {
			e := &drawn{shape: s, at: s.middle, start: start, last: start}
			d.open = append(d.open, e)
			d.pending = d.rejoin(d.pending)
			for _, v := range e.victims {
				if v.start.Before(e.start) {
					e.start = v.start
				}
			}
		}
	}
}

// coherent finds the shape of the displaced fixes round one of them, and the time of the first on it.
func (d *Detector) coherent(seed displaced) (shape, time.Time, bool) {
	if seed.absent() {
		return d.lost(seed)
	}
	var near []displaced
	for _, x := range d.pending {
		if x.strong && !x.absent() && !x.stale(d.o) && x.at.Sub(seed.at).Abs() <= d.o.Window && d.within(x.p, seed.p) {
			near = append(near, x)
		}
	}
	if distinct(near) < d.o.Ships {
		return shape{}, time.Time{}, false
	}
	s, ok := d.o.fit(positions(near))
	if !ok {
		// Strays among them hide a false place: those nearest to this one may be one.
		near = slices.DeleteFunc(near, func(x displaced) bool { return geo.Distance(x.p, seed.p) > d.o.Point })
		if distinct(near) < d.o.Ships {
			return shape{}, time.Time{}, false
		}
		s = shape{kind: point, middle: median(positions(near)), radius: d.o.Point}
	}
	near = slices.DeleteFunc(near, func(x displaced) bool { return !s.holds(d.o, x.p) })
	if distinct(near) < d.o.Ships {
		return shape{}, time.Time{}, false
	}
	return s, slices.MinFunc(near, displaced.compare).at, true
}

func positions(list []displaced) []geo.Point {
	var out []geo.Point
	for _, x := range list {
		out = append(out, x.p)
	}
	return out
}

func distinct(list []displaced) int {
	ships := map[vessel.MMSI]bool{}
	for _, x := range list {
		ships[x.mmsi] = true
	}
	return len(ships)
}
