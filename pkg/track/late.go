package track

import (
	"fmt"
	"math"
)

// dense is the distance between two points inside which a late fix would change nothing: the samples there lie beside
// fixes that were nearer still.
const dense = 2 * Grid

// lateFit is a late fix that was put into a segment's points.
type lateFit struct {
	segment *segment
	fix     *Fix
	why     string
	beside  bool // it shares the bin of a point that was not late, and took its place
}

// lateWhy is the reason that facts restated for a source carry.
func (t *Tracker) lateWhy(b *bucket, late []int32, source uint16) string {
	n := 0
	for k, i := range late {
		if t.sifter.root[k] == int32(k) && b.entries[i].source == source {
			n++
		}
	}
	if n == 1 {
		return "heard late: 1 fix from " + t.sources[source]
	}
	return fmt.Sprintf("heard late: %d fixes from %s", n, t.sources[source])
}

// takeLate takes a fix from behind the last grid point. One that is newer than all that was kept of the ship is taken
// like any other: nothing that was said of her is changed but that she is silent. Others never begin or split a
// segment.
func (t *Tracker) takeLate(v *ship, f *Fix, why string) {
	if v.last == nil || !f.Time.Before(v.last.Time) {
		t.restate(v) // the older ones come first, and must not see what follows
		t.why = why
		t.takeFix(v, f)
		t.why = ""
		return
	}
	t.markLand(v, f)
	best, at, from := t.fit(v, f)
	switch {
	case from == nil:
		t.counts.LateUnplaced++
	case best == nil:
		t.counts.LateJumps++
		before := t.unpack(from.points.at(from.points.after(f.Time.UnixMilli()) - 1))
		j := &Jump{Header: t.head(v, from.first, f.Time), From: *before, To: *f, Implied: implied(before, f)}
		j.Why = why
		t.emit(j)
	case best.tight(at, f):
		t.counts.LateDense++
	default:
		t.counts.LateFits++
		t.fits = append(t.fits, t.admit(best, at, f, why))
	}
}

// fit looks for the segment in which a late fix lies best between its neighbours, and the index of the neighbour after
// it. From is the nearest segment that has a neighbour before it, reachable or not.
func (t *Tracker) fit(v *ship, f *Fix) (best *segment, at int, from *segment) {
	least, nearest := math.Inf(1), math.Inf(1)
	for _, s := range v.segments {
		i := s.points.after(f.Time.UnixMilli())
		if !s.kept || i == 0 || f.Time.Sub(s.last.Time) > t.o.SegmentEnd {
			continue
		}
		before := t.unpack(s.points.at(i - 1))
		cost, ok := t.cost(before, f), t.reach(before, f)
		if cost < nearest {
			nearest, from = cost, s
		}
		if i < s.points.n {
			after := t.unpack(s.points.at(i))
			cost, ok = max(cost, t.cost(f, after)), ok && t.reach(f, after)
		}
		if ok && cost < least {
			least, best, at = cost, s, i
		}
	}
	return best, at, from
}

// tight tells whether the points on both sides of a late fix leave it nothing to say.
func (s *segment) tight(at int, f *Fix) bool {
	if at == s.points.n {
		return false
	}
	a, b := s.points.at(at-1), s.points.at(at)
	return int64(b.second-a.second)*1000 <= dense.Milliseconds() || binOf(b.second) == binOf(uint32(f.Time.Unix()))
}

// admit puts a late fix into the points, one a bin.
func (t *Tracker) admit(s *segment, at int, f *Fix, why string) lateFit {
	l, p := lateFit{segment: s, fix: f, why: why}, t.pointOf(f)
	before := s.points.at(at - 1)
	if binOf(before.second) == binOf(p.second) {
		l.beside = true
		for _, x := range t.fits {
			if x.segment == s && uint32(x.fix.Time.Unix()) == before.second {
				l.beside = x.beside
			}
		}
		p.fixes += min(before.fixes, math.MaxUint8-p.fixes)
		*before = p
	} else {
		s.points.insert(at, p)
	}
	if f.Time.After(s.last.Time) {
		s.last = f
	}
	return l
}

// restate emits anew what the late fixes of a run touch, each fact once.
func (t *Tracker) restate(v *ship) {
	if len(t.fits) == 0 {
		return
	}
	fits := t.fits[:0]
	for _, l := range t.fits {
		second := uint32(l.fix.Time.Unix())
		if i := l.segment.points.after(l.fix.Time.UnixMilli()); i == 0 || l.segment.points.at(i-1).second != second {
			continue // a later fix of the same bin has taken its place
		}
		if n := len(fits); n > 0 && fits[n-1].segment == l.segment && uint32(fits[n-1].fix.Time.Unix()) == second {
			fits[n-1] = l
			continue
		}
		fits = append(fits, l)
	}
	for _, s := range v.segments {
		t.restateWay(v, s, fits)
	}
	t.restateSilences(v, fits)
	clear(t.fits)
	t.fits = t.fits[:0]
}

// restateWay emits the samples between the neighbours of a segment's late fixes, and the crossings that were not
// claimed because these neighbours lay too far apart.
func (t *Tracker) restateWay(v *ship, s *segment, fits []lateFit) {
	var before *Fix // the late fix before this one, if they are neighbours
	for k, l := range fits {
		if l.segment != s {
			continue
		}
		i := s.points.after(l.fix.Time.UnixMilli())
		if before == nil && !l.beside {
			before = t.unpack(s.points.at(i - 2))
		}
		wide := t.gapAround(s, fits, l.fix) > t.o.CrossWithin.Milliseconds()
		if before != nil {
			t.samples(v, s, before, l.fix, l.why)
		}
		if before != nil && wide {
			t.cross(v, s, before, l.fix)
		}
		before = l.fix
		if i == s.points.n || nextFit(fits[k+1:], s, s.points.at(i).second) {
			continue
		}
		after := t.unpack(s.points.at(i))
		t.samples(v, s, l.fix, after, l.why)
		if wide {
			t.cross(v, s, l.fix, after)
		}
		before = nil
	}
}

// nextFit tells whether the segment's next late fix is the point of a second.
func nextFit(fits []lateFit, s *segment, second uint32) bool {
	for _, l := range fits {
		if l.segment == s {
			return uint32(l.fix.Time.Unix()) == second
		}
	}
	return false
}

// gapAround is the time in ms between the nearest points on both sides of a fix that are not late themselves.
func (t *Tracker) gapAround(s *segment, fits []lateFit, f *Fix) int64 {
	isLate := func(i int) bool {
		for _, l := range fits {
			if l.segment == s && !l.beside && uint32(l.fix.Time.Unix()) == s.points.at(i).second {
				return true
			}
		}
		return false
	}
	b := s.points.after(f.Time.UnixMilli())
	a := b - 1
	for a > 0 && isLate(a) {
		a--
	}
	for b < s.points.n && isLate(b) {
		b++
	}
	if b == s.points.n {
		return math.MaxInt64
	}
	return int64(s.points.at(b).second-s.points.at(a).second) * 1000
}

// restateSilences splits the closed silences in which late fixes lie: the old one ends at the first of them, and what
// is left of it in pieces of an hour or more are silences of their own.
func (t *Tracker) restateSilences(v *ship, fits []lateFit) {
	var records []silenceRecord
	changed := false
	for _, r := range v.silences {
		inside := fits[:0:0]
		for _, l := range fits {
			if l.fix.Time.After(r.off.Time) && l.fix.Time.Before(r.on.Time) {
				inside = append(inside, l)
			}
		}
		if len(inside) == 0 {
			records = append(records, r)
			continue
		}
		changed = true
		records = append(records, t.split(v, r, inside)...)
	}
	if changed {
		v.silences = records
		t.boundSilences(v)
	}
}

// split emits the pieces of a silence and returns those that are silences still.
func (t *Tracker) split(v *ship, r silenceRecord, inside []lateFit) []silenceRecord {
	var pieces []silenceRecord
	on := r.on
	for k := 0; k <= len(inside); k++ {
		piece, why := r, inside[max(k-1, 0)].why
		if k > 0 {
			piece = silenceRecord{off: inside[k-1].fix}
			piece.heard, piece.interval = t.habits(v, piece.off.Time)
		}
		if piece.on = on; k < len(inside) {
			piece.on = inside[k].fix
		}
		long := piece.on.Time.Sub(piece.off.Time) >= silenceAfter
		if k == 0 || long {
			t.emitSilence(v, &piece, true, why)
		}
		if long {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}
