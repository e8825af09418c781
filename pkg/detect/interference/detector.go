package interference

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector finds places to which several ships are drawn at once. It is pure: the same facts in the same ticks give the
// same events.
type Detector struct {
	o       Options
	fleet   *vessel.Fleet
	ships   map[vessel.MMSI]*ship
	pending []displaced // belong to no event yet, at most keepPending
	fresh   int         // those at the end of pending came in this tick
	open    []*drawn    // in order of opening
	swept   time.Time   // when quiet ships were last forgotten
}

// keepPending bounds what waits to be coherent with something: ten times the displaced fixes of a day like those of June
// 2025 (about 1,000 ships) in the window.
const keepPending = 4096

// displaced is a fix that cannot be where it says it is.
type displaced struct {
	mmsi   vessel.MMSI
	at     time.Time
	p      geo.Point
	fix    *track.Fix
	real   *event.FixRef // where she was before; nil when that is not known
	strong bool          // more than land speaks against it
	began  time.Time     // of the track that a jump began; zero if none did
	since  time.Time     // she reports no position since then, and p is where she was before; zero for a false position
}

// absent tells whether a ship reported no position, rather than a false one.
func (x displaced) absent() bool { return !x.since.IsZero() }

func (x displaced) compare(y displaced) int {
	return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.mmsi, y.mmsi), cmp.Compare(x.p[0], y.p[0]), cmp.Compare(x.p[1], y.p[1]))
}

// ship is what is remembered of one ship.
type ship struct {
	sides []side
	good  *event.FixRef // the last fix that is not displaced
	trail [16]spot      // where she was, half an hour apart and more
	next  int           // of trail
	seen  time.Time
	blind spell // without a position
}

// side is one of a ship's segments.
type side struct {
	start time.Time
	last  time.Time // of the newest fix taken
	false bool      // a jump began it
}

type spot struct {
	at time.Time
	p  geo.Point
}

// trailEvery is how far apart the places of a trail are: sixteen of them are 8 h.
const trailEvery = 30 * time.Minute

// New returns a detector that knows no ship. Gazetteer and sea are not needed: stage A marks what lies on land.
func New(o Options, fleet *vessel.Fleet, _ *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, fleet: fleet, ships: map[vessel.MMSI]*ship{}}
}

// Hear ignores events: what is out delivers no positions.
func (d *Detector) Hear(event.Event) {}

// Observe takes in jumps, and the fixes of samples and silences.
func (d *Detector) Observe(f track.Fact) {
	if !f.Head().MMSI.Ship() {
		return
	}
	switch f := f.(type) {
	case *track.Jump:
		d.jump(f)
	case *track.Sample:
		still := d.contradicts(f.Before, f.After)
		d.take(f.MMSI, f.Segment, f.Before, still)
		d.take(f.MMSI, f.Segment, f.After, still)
	case *track.Blind:
		d.blind(f)
	case *track.Silence:
		d.rest(f.MMSI, &f.Off)
		if f.On != nil {
			d.rest(f.MMSI, f.On)
		}
	}
}

func (d *Detector) of(m vessel.MMSI, t time.Time) *ship {
	s := d.ships[m]
	if s == nil {
		s = &ship{}
		d.ships[m] = s
	}
	if t.After(s.seen) {
		s.seen = t
	}
	return s
}

// jump finds the false end of a jump.
func (d *Detector) jump(f *track.Jump) {
	if geo.DistanceExact(f.From.Position, f.To.Position) < d.o.Shift || f.From.Coarse || f.To.Coarse {
		return
	}
	s := d.of(f.MMSI, f.To.Time)
	to, real, start := f.To, quote(&f.From), f.To.Time
	if d.farther(&f.From, &f.To) {
		to, start = f.From, f.Segment
		real = nil
		s.good = nil
	}
	if s.stale(to.Position, d.o.OwnTrack) {
		return
	}
	x := s.side(start)
	if f.Restated && x.false {
		return // told already, when the far side was a candidate
	}
	x.false = true
	if to.Time.After(x.last) {
		x.last = to.Time
	}
	d.wait(displaced{mmsi: f.MMSI, at: to.Time, p: to.Position, fix: &to, real: real, strong: true, began: f.To.Time})
}

// farther tells whether the end from which a ship jumped is the false one: on land, or where others are drawn to.
func (d *Detector) farther(from, to *track.Fix) bool {
	if from.OnLand != to.OnLand {
		return from.OnLand
	}
	return d.drawnTo(from) && !d.drawnTo(to)
}

func (d *Detector) drawnTo(f *track.Fix) bool {
	return slices.ContainsFunc(d.open, func(e *drawn) bool { return e.shape.kind != event.Absent && e.shape.holds(d.o, f.Position) })
}

// side finds a segment's entry, or takes the place of the longest unheard of eight.
func (s *ship) side(start time.Time) *side {
	i := slices.IndexFunc(s.sides, func(x side) bool { return x.start.Equal(start) })
	if i >= 0 {
		return &s.sides[i]
	}
	if len(s.sides) == 8 {
		oldest := 0
		for i := range s.sides {
			if s.sides[i].last.Before(s.sides[oldest].last) {
				oldest = i
			}
		}
		s.sides = slices.Delete(s.sides, oldest, oldest+1)
	}
	s.sides = append(s.sides, side{start: start})
	return &s.sides[len(s.sides)-1]
}

// stale tells whether a place lies on the way by which the ship came.
func (s *ship) stale(p geo.Point, within geo.Metres) bool {
	for i := range s.trail {
		a, b := s.trail[i], s.trail[(i+1)%len(s.trail)]
		if !a.at.IsZero() && b.at.After(a.at) && geo.SegmentDistance(p, a.p, b.p) <= within {
			return true
		}
	}
	return false
}

// take judges a fix of a segment, each once.
func (d *Detector) take(m vessel.MMSI, segment time.Time, f *track.Fix, still bool) {
	s := d.of(m, f.Time)
	s.blind.ends(f.Time)
	x := s.side(segment)
	if f.Coarse || !f.Time.After(x.last) {
		return
	}
	x.last = f.Time
	switch {
	case x.false:
		d.wait(displaced{mmsi: m, at: f.Time, p: f.Position, fix: f, real: s.good, strong: true, began: x.start})
	case still:
		d.wait(displaced{mmsi: m, at: f.Time, p: f.Position, fix: f, real: s.good, strong: true})
	case f.OnLand:
		d.wait(displaced{mmsi: m, at: f.Time, p: f.Position, fix: f, real: s.good})
	default:
		d.sound(m, s, f)
	}
}

// rest judges a fix beside a silence, of which the segment is not told.
func (d *Detector) rest(m vessel.MMSI, f *track.Fix) {
	s := d.of(m, f.Time)
	s.blind.ends(f.Time)
	known := slices.ContainsFunc(s.sides, func(x side) bool { return !f.Time.After(x.last) || x.false })
	switch {
	case f.Coarse || known:
	case f.OnLand:
		d.take(m, f.Time, f, false)
	default:
		d.sound(m, s, f)
	}
}

// sound takes in a fix that may be true.
func (d *Detector) sound(m vessel.MMSI, s *ship, f *track.Fix) {
	if s.good != nil && !f.Time.After(s.good.Time) {
		return
	}
	s.good = quote(f)
	if newest := s.trail[(s.next+len(s.trail)-1)%len(s.trail)]; f.Time.Sub(newest.at) >= trailEvery {
		s.trail[s.next] = spot{f.Time, f.Position}
		s.next = (s.next + 1) % len(s.trail)
	}
	for _, e := range d.open {
		e.release(m, s.good)
	}
}

// contradicts tells whether a ship that reports a speed stays where she is.
func (d *Detector) contradicts(a, b *track.Fix) bool {
	v, okA := a.Speed()
	w, okB := b.Speed()
	seconds := b.Time.Sub(a.Time).Seconds()
	if !okA || !okB || min(v, w) < d.o.Speed || seconds < 120 {
		return false
	}
	way := geo.Distance(a.Position, b.Position)
	return way <= d.o.Still && float64(way) < d.o.Moved*min(v, w).MetresPerSecond()*seconds
}

// wait keeps a displaced fix until it is coherent with others, or too old.
func (d *Detector) wait(x displaced) {
	if len(d.pending) == keepPending {
		d.pending = slices.Delete(d.pending, 0, 1)
		d.fresh = min(d.fresh, len(d.pending))
	}
	d.pending = append(d.pending, x)
	d.fresh++
}

// Advance returns what changed up to the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	d.pending = slices.DeleteFunc(d.pending, func(x displaced) bool { return w.Sub(x.at) > d.o.Window+2*time.Hour })
	d.fresh = min(d.fresh, len(d.pending))
	if d.fresh > 0 {
		fresh := d.pending[len(d.pending)-d.fresh:]
		slices.SortStableFunc(fresh, displaced.compare)
		d.join()
		d.begin()
		d.fresh = 0
	}
	var out []event.Event
	still := d.open[:0]
	for _, e := range d.open {
		over := w.Sub(e.last) > d.o.Quiet
		if over {
			e.end()
		} else {
			still = append(still, e)
		}
		if e.changed || over {
			out = append(out, d.tell(e, over, w))
		}
	}
	clear(d.open[len(still):])
	d.open = still
	d.forget(w)
	slices.SortFunc(out, event.Compare)
	return out
}

// forget drops ships that were not heard for two days, once a day.
func (d *Detector) forget(w time.Time) {
	if w.Sub(d.swept) < 24*time.Hour {
		return
	}
	d.swept = w
	for m, s := range d.ships {
		if w.Sub(s.seen) > 48*time.Hour {
			delete(d.ships, m)
		}
	}
}
