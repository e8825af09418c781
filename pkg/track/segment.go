package track

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// segment is a run of fixes that one hull could have sailed.
type segment struct {
	first   time.Time
	last    *Fix
	kept    bool
	ended   bool     // takes no fix any more; kept for late reports until the horizon has passed
	waiting []*Fix   // of a candidate, until it is confirmed
	jump    *Jump    // the fact that a candidate began with; nil when it is not impossible, but unlikely
	pass    uint32   // the walk that emitted it
	parent  *segment // that a candidate may turn out to be the way of; nil for none
	fork    *Fix     // the parent's last fix when the candidate began
	points  points
	rest    rest
	visits  []*visit
}

// parked are the visits of a segment that has ended, open until it is known where the ship went.
type parked struct {
	last   *Fix
	visits []*visit
}

// pair remembers when two segments were last reported as two ships at once.
type pair struct{ a, b, at int64 }

// takeFix takes a fix that is not late, in event-time order. One that can hardly be the next of its segment waits
// beside it, as one that cannot be does, until others agree with it or with the segment: noise in between is dropped.
func (t *Tracker) takeFix(v *ship, f *Fix) {
	t.endSegments(v, f.Time)
	t.markLand(v, f)
	m := t.matchOf(v, f)
	switch {
	case m.best == nil:
		t.begin(v, f)
	case m.doubt:
		t.await(v, &segment{first: v.startOf(f), parent: m.best, fork: m.best.last}, f)
	case m.best.kept:
		if t.keep(v, m.best, m.best.last, f); m.rival != nil {
			t.ambiguous(v, m.best, m.rival, f)
		}
	default:
		t.confirm(v, m.best, f)
	}
}

// begin opens a segment. Where the ship has none it is believed at once; beside others it is a candidate, and a jump
// if none of them can have sailed there.
func (t *Tracker) begin(v *ship, f *Fix) {
	s := &segment{first: v.startOf(f)}
	from := t.nearest(v, f)
	if from == nil {
		s.kept = true
		t.adopt(v, s, f)
		t.makeRoom(v)
		v.segments = append(v.segments, s)
		t.keep(v, s, nil, f)
		return
	}
	if t.why != "" || !t.reach(from.last, f) {
		s.jump = &Jump{Header: t.head(v, from.first, f.Time), From: *from.last, To: *f, Implied: implied(from.last, f)}
		s.jump.Why, s.pass = t.why, t.pass
		t.emit(s.jump)
	}
	if t.why != "" {
		t.counts.LateJumps++ // a late fix begins nothing
		return
	}
	t.await(v, s, f)
}

// startOf names a segment after the time of its first fix, a millisecond later where another begins with that: a sender
// can be in two places at once.
func (v *ship) startOf(f *Fix) time.Time {
	at := f.Time
	for slices.ContainsFunc(v.segments, func(s *segment) bool { return s.first.Equal(at) }) {
		at = at.Add(time.Millisecond)
	}
	return at
}

// await lists a candidate with its first fix.
func (t *Tracker) await(v *ship, s *segment, f *Fix) {
	t.counts.Candidates++
	s.last, s.waiting = f, []*Fix{f}
	t.makeRoom(v)
	v.segments = append(v.segments, s)
}

// makeRoom ends or drops segments so that one more is within the bounds: candidates before segments, the longest
// unheard first.
func (t *Tracker) makeRoom(v *ship) {
	open := 0
	var victim *segment
	for _, s := range v.segments {
		if s.ended {
			continue
		}
		open++
		if victim == nil || victim.kept && !s.kept || victim.kept == s.kept && s.last.Time.Before(victim.last.Time) {
			victim = s
		}
	}
	if open >= t.o.MaxSegments {
		t.end(v, victim)
	}
	if len(v.segments) >= 2*t.o.MaxSegments {
		i := slices.IndexFunc(v.segments, func(s *segment) bool { return s.ended })
		v.segments = slices.Delete(v.segments, i, i+1)
	}
}

// confirm adds a fix to a candidate, which is a segment once enough of them agree.
func (t *Tracker) confirm(v *ship, s *segment, f *Fix) {
	t.counts.Candidates++
	s.last = f
	s.waiting = append(s.waiting, f)
	if len(s.waiting) < t.o.Confirm {
		return
	}
	waiting := s.waiting
	if p := s.parent; p != nil && !p.ended && p.last == s.fork {
		// The ship was there: nothing was heard where she was expected instead.
		v.segments = slices.DeleteFunc(v.segments, func(o *segment) bool { return o == s })
		for _, w := range waiting {
			t.keep(v, p, p.last, w)
		}
		return
	}
	t.stand(s)
	t.adopt(v, s, waiting[0])
	s.kept = true
	s.waiting, s.jump, s.last, s.parent, s.fork = nil, nil, nil, nil, nil
	var before *Fix
	for _, w := range waiting {
		t.keep(v, s, before, w)
		before = w
	}
}

// stand says of the jump that a candidate began with that its far side is a segment.
func (t *Tracker) stand(s *segment) {
	switch {
	case s.jump == nil:
	case s.pass == t.pass:
		s.jump.Kept = true
	default:
		jump := *s.jump
		jump.Tick, jump.Kept, jump.Restated, jump.Number = t.now, true, true, 0
		t.emit(&jump)
	}
}

// keep takes a fix into a kept segment and finds what it causes. Before is the segment's fix before it, nil for the first.
func (t *Tracker) keep(v *ship, s *segment, before, f *Fix) {
	t.counts.Fixes++
	t.hear(v, f)
	s.last = f
	if before != nil {
		t.samples(v, s, before, f, "")
		t.cross(v, s, before, f)
	}
	t.rest(v, s, before, f)
	t.visit(v, s, before, f)
	s.points.push(t.pointOf(f), f.Time.UnixMilli()-t.o.Horizon.Milliseconds())
	t.meet(v, s, f)
	if at := f.Time.UnixMilli(); !f.Coarse && at > v.precise {
		v.precise = at
	}
}

// meet reports two segments heard at once: two ships, or one that is false.
func (t *Tracker) meet(v *ship, s *segment, f *Fix) {
	if len(v.segments) == 1 {
		return
	}
	for _, o := range v.segments {
		if o == s || !o.kept || o.ended || f.Time.Sub(o.last.Time).Abs() > t.o.Together {
			continue
		}
		v.twice = max(v.twice, f.Time.UnixMilli())
		t.ambiguous(v, s, o, f)
	}
}

// ambiguous keeps as evidence that a segment's fix and another segment are two ships of one number, once in a while.
func (t *Tracker) ambiguous(v *ship, s, o *segment, f *Fix) {
	a, b := min(s.first.UnixMilli(), o.first.UnixMilli()), max(s.first.UnixMilli(), o.first.UnixMilli())
	at := f.Time.UnixMilli()
	i := slices.IndexFunc(v.pairs, func(p pair) bool { return p.a == a && p.b == b })
	switch {
	case i < 0:
		if len(v.pairs) == 16 {
			v.pairs = slices.Delete(v.pairs, 0, 1)
		}
		v.pairs = append(v.pairs, pair{a, b, at})
	case at-v.pairs[i].at < t.o.Ambiguous.Milliseconds():
		return
	default:
		v.pairs[i].at = at
	}
	t.emit(&Ambiguity{Header: t.head(v, s.first, f.Time), A: *f, B: *o.last, Other: o.first})
}

// endSegments ends what has not been heard for so long that nothing may join it, and drops what is beyond the horizon.
func (t *Tracker) endSegments(v *ship, now time.Time) {
	gone := false
	for _, s := range v.segments {
		if !s.ended && now.Sub(s.last.Time) > t.o.SegmentEnd {
			t.end(v, s)
		}
		gone = gone || s.ended && (!s.kept || now.Sub(s.last.Time) > t.o.Horizon)
	}
	if gone {
		v.segments = slices.DeleteFunc(v.segments, func(s *segment) bool {
			return s.ended && (!s.kept || now.Sub(s.last.Time) > t.o.Horizon)
		})
	}
}

// end closes a segment to further fixes. Its visits wait for where the ship is heard next.
func (t *Tracker) end(v *ship, s *segment) {
	s.ended = true
	if !s.kept {
		return
	}
	t.endRest(v, s, s.last.Time)
	if len(s.visits) > 0 {
		if len(v.parked) == t.o.MaxSegments {
			v.parked = slices.Delete(v.parked, 0, 1)
		}
		v.parked = append(v.parked, parked{s.last, s.visits})
		s.visits = nil
	}
}

// adopt gives a new segment the visits of the ended one that it continues best. The ship's only segment may have come
// from anywhere; beside others it must be possible.
func (t *Tracker) adopt(v *ship, s *segment, f *Fix) {
	if len(v.parked) == 0 {
		return
	}
	alone := !slices.ContainsFunc(v.segments, func(o *segment) bool { return o.kept && !o.ended })
	best, least := -1, math.Inf(1)
	for i, p := range v.parked {
		if cost := t.cost(p.last, f); (alone || t.reach(p.last, f)) && cost < least {
			best, least = i, cost
		}
	}
	if best < 0 {
		return
	}
	s.visits = v.parked[best].visits
	if v.parked = slices.Delete(v.parked, best, best+1); len(v.parked) == 0 {
		v.parked = nil
	}
}

// samples emits a segment's state at the bins after a and up to b, unless a silence lies between. A reason marks them
// as restated.
func (t *Tracker) samples(v *ship, s *segment, a, b *Fix, why string) {
	from, to := a.Time.UnixMilli(), b.Time.UnixMilli()
	if to-from >= silenceMs {
		return
	}
	for bin := (from/gridMs + 1) * gridMs; bin <= to; bin += gridMs {
		at := ais.UnixMilli(bin).Time()
		m := &Sample{Header: t.head(v, s.first, at), Bin: at, Before: a, After: b}
		m.Restated, m.Why = why != "", why
		m.interpolate(float64(bin-from) / float64(to-from))
		m.Moving = m.speed() > t.o.StopSpeed
		m.Place = t.placeOf(m.Position)
		t.emit(m)
	}
}

// interpolate fills position and motion at a fraction of the way from Before to After: speed between both if both
// tell it, course and heading of the nearer one that tells them.
func (f *Sample) interpolate(fraction float64) {
	near, far := f.Before, f.After
	if fraction >= 0.5 {
		near, far = far, near
	}
	f.Position = f.After.Position
	if fraction < 1 {
		f.Position = geo.Interpolate(f.Before.Position, f.After.Position, fraction)
	}
	f.OnLand = near.OnLand
	f.Has = (near.Has | far.Has) & (ais.HasSOG | ais.HasCOG | ais.HasHeading)
	both := near.Has & far.Has
	pick := func(has ais.Field) *Fix {
		if near.Has&has != 0 {
			return near
		}
		return far
	}
	f.SOG, f.COG, f.Heading = pick(ais.HasSOG).SOG, pick(ais.HasCOG).COG, pick(ais.HasHeading).Heading
	if both&ais.HasSOG != 0 {
		f.SOG = f.Before.SOG + (f.After.SOG-f.Before.SOG)*geo.Knots(fraction)
	}
}

// speed is what the ship reports, or what her way between the fixes asks for.
func (f *Sample) speed() geo.Knots {
	if f.Has&ais.HasSOG != 0 {
		return f.SOG
	}
	return implied(f.Before, f.After)
}

// placeOf is the first place by precedence that holds a position.
func (t *Tracker) placeOf(p geo.Point) place.ID {
	if t.places == nil {
		return place.NoPlace
	}
	t.found = t.places.Find(p, t.found)
	if len(t.found) == 0 {
		return place.NoPlace
	}
	return t.found[0]
}

// point is the last fix of a 5-minute bin in 20 bytes, for late reports and for what a silence says of the day before
// it. Its time is cut to the second.
type point struct {
	second   uint32
	lon, lat int32 // 1e-7 degrees
	motion   uint32
	source   uint16
	fixes    uint8 // in this bin, 255 or more
	flags    uint8 // the receiver and pointCoarse, pointOnLand
}

// The bits of point.motion: speed in 0.1 kn, course and heading in degrees, each with its mark of presence.
//
//	| 31 | 30..21 SOG | 20 | 19..11 COG | 10 | 9..1 heading | 0 spare |
const (
	motionSOG     = 1 << 31
	motionCOG     = 1 << 20
	motionHeading = 1 << 10
)

const (
	pointReceiver = 3
	pointCoarse   = 4
	pointOnLand   = 8
)

// chunkPoints is what one chunk holds: 1,280 bytes, a size that the allocator has without waste.
const chunkPoints = 64

// points are a segment's points of the last 48 h, oldest first, in chunks: a ship under way fills nine or ten.
type points struct {
	chunks []*[chunkPoints]point
	start  int // of the first point in the first chunk
	n      int
}

func (p *points) at(i int) *point {
	i += p.start
	return &p.chunks[i/chunkPoints][i%chunkPoints]
}

// push adds the newest point, or replaces the last one when both are in the same bin, and drops what is older than
// `before` (ms).
func (p *points) push(next point, before int64) {
	if p.n > 0 {
		if last := p.at(p.n - 1); binOf(last.second) == binOf(next.second) {
			next.fixes += min(last.fixes, math.MaxUint8-next.fixes)
			*last = next
			return
		}
	}
	for p.n > 0 && int64(p.at(0).second)*1000 < before {
		p.start++
		p.n--
		if p.start == chunkPoints {
			// The emptied chunk is used again at the other end.
			p.chunks = append(p.chunks[1:], p.chunks[0])
			p.start = 0
		}
	}
	if (p.start+p.n)/chunkPoints == len(p.chunks) {
		p.chunks = append(p.chunks, new([chunkPoints]point))
	}
	p.n++
	*p.at(p.n - 1) = next
}

// binOf numbers the bins like the grid points they end at: a bin holds (T - 5 min, T].
func binOf(second uint32) int64 {
	return (int64(second)*1000 + gridMs - 1) / gridMs
}

// insert puts a point before the i-th.
func (p *points) insert(i int, next point) {
	if (p.start+p.n)/chunkPoints == len(p.chunks) {
		p.chunks = append(p.chunks, new([chunkPoints]point))
	}
	p.n++
	for k := p.n - 1; k > i; k-- {
		*p.at(k) = *p.at(k - 1)
	}
	*p.at(i) = next
}

// after is the index of the first point later than an instant in ms.
func (p *points) after(at int64) int {
	lo, hi := 0, p.n
	for lo < hi {
		if mid := (lo + hi) / 2; int64(p.at(mid).second)*1000 <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// pointOf packs a fix, rounding speed to 0.1 kn and directions to a degree.
func (t *Tracker) pointOf(f *Fix) point {
	p := point{
		second: uint32(f.Time.Unix()), lon: units(f.Position[0]), lat: units(f.Position[1]), fixes: 1,
		source: t.sourceOf(f.Source), flags: uint8(f.Receiver) & pointReceiver,
	}
	if f.Has&ais.HasSOG != 0 {
		p.motion |= motionSOG | uint32(min(1022, math.Round(float64(f.SOG)*10)))<<21
	}
	if f.Has&ais.HasCOG != 0 {
		p.motion |= motionCOG | uint32(math.Round(float64(f.COG)))%360<<11
	}
	if f.Has&ais.HasHeading != 0 {
		p.motion |= motionHeading | uint32(math.Round(float64(f.Heading)))%360<<1
	}
	if f.Coarse {
		p.flags |= pointCoarse
	}
	if f.OnLand {
		p.flags |= pointOnLand
	}
	return p
}

// unpack makes a fix of a point. It has no sentence, offset, station or time source: those are not kept.
func (t *Tracker) unpack(p *point) *Fix {
	f := &Fix{
		Time: time.Unix(int64(p.second), 0).UTC(), Position: geo.PointFromDegrees(degrees(p.lon), degrees(p.lat)),
		Receiver: ais.Receiver(p.flags & pointReceiver), Source: t.sources[p.source],
		Coarse: p.flags&pointCoarse != 0, OnLand: p.flags&pointOnLand != 0,
	}
	if p.motion&motionSOG != 0 {
		f.Has, f.SOG = f.Has|ais.HasSOG, geo.Knots(float64(p.motion>>21&1023)/10)
	}
	if p.motion&motionCOG != 0 {
		f.Has, f.COG = f.Has|ais.HasCOG, geo.Degrees(p.motion>>11&511)
	}
	if p.motion&motionHeading != 0 {
		f.Has, f.Heading = f.Has|ais.HasHeading, geo.Degrees(p.motion>>1&511)
	}
	return f
}
