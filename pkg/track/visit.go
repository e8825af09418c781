package track

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// rest is a segment's time at rest: not yet a stop while fact is nil.
type rest struct {
	since    time.Time // zero when under way
	origin   geo.Point
	east     float64 // sums of the fixes' offsets from the origin, in degrees
	north    float64
	fixes    int
	fact     *Stop
	lastPass uint32 // the walk in which fact was emitted
}

// begin starts a rest at a fix.
func (r *rest) begin(f *Fix) { *r = rest{since: f.Time, origin: f.Position, fixes: 1} }

func (r *rest) add(f *Fix) {
	r.east += shortWay(f.Position[0] - r.origin[0])
	r.north += f.Position[1] - r.origin[1]
	r.fixes++
}

// mean is the mean position, right across the date line.
func (r *rest) mean() geo.Point {
	n := float64(r.fixes)
	return geo.PointFromDegrees(shortWay(r.origin[0]+r.east/n), r.origin[1]+r.north/n)
}

// shortWay brings a longitude, or a difference of two, into -180..180.
func shortWay(d float64) float64 {
	if d > 180 || d < -180 {
		d -= 360 * math.Round(d/360)
	}
	return d
}

// speedOf is what a fix says of the ship's speed: what she reports, else what the way from the fix before asks for,
// else -1.
func speedOf(before, f *Fix) geo.Knots {
	switch {
	case f.Has&ais.HasSOG != 0:
		return f.SOG
	case before == nil || f.Time.Sub(before.Time) >= silenceAfter || !f.Time.After(before.Time):
		return -1
	}
	return implied(before, f)
}

// rest follows a segment's stops. Half an hour below StopSpeed makes one; it ends above MoveSpeed, away from its mean
// position, or with the last fix before a silence.
func (t *Tracker) rest(v *ship, s *segment, before, f *Fix) {
	r := &s.rest
	if before != nil && f.Time.Sub(before.Time) >= silenceAfter {
		t.endRest(v, s, before.Time)
	}
	speed := speedOf(before, f)
	if !r.since.IsZero() {
		if speed <= t.o.MoveSpeed && distance(r.mean(), f.Position) <= t.o.StopRadius {
			r.add(f)
		} else {
			t.endRest(v, s, f.Time)
		}
	}
	if r.since.IsZero() && speed >= 0 && speed < t.o.StopSpeed {
		r.begin(f)
	}
	if r.fact == nil && !r.since.IsZero() && f.Time.Sub(r.since) >= t.o.StopAfter {
		t.emitStop(v, s, time.Time{})
	}
}

// endRest ends a segment's rest at an instant.
func (t *Tracker) endRest(v *ship, s *segment, at time.Time) {
	if s.rest.fact != nil {
		t.emitStop(v, s, at)
	}
	s.rest = rest{}
}

func (t *Tracker) emitStop(v *ship, s *segment, end time.Time) {
	r := &s.rest
	f := &Stop{Header: t.head(v, s.first, r.since), End: end, Position: r.mean(), Fixes: r.fixes}
	f.Place = t.placeOf(f.Position)
	if r.fact != nil && r.lastPass == t.pass {
		*r.fact = *f
		return
	}
	f.Restated = r.fact != nil
	r.fact, r.lastPass = f, t.pass
	t.emit(f)
}

// visit is a stay inside a place's shape.
type visit struct {
	now      Visit // as it stands
	fact     *Visit
	pass     uint32    // the walk in which fact was emitted
	slow     time.Time // since when she is at rest, zero when not
	stopping bool      // the rest is a stop
}

// visited tells whether stays in places of a kind are facts. Gates are crossed, and zones are too wide to stay in.
func visited(k place.Kind) bool { return k != place.Gate && k != place.Zone }

// visit follows a segment's stays in places.
func (t *Tracker) visit(v *ship, s *segment, before, f *Fix) {
	if t.places == nil {
		return
	}
	s.visits = slices.DeleteFunc(s.visits, func(x *visit) bool {
		if t.places.Holds(x.now.Place, f.Position, t.o.ExitMargin) {
			t.stay(x, before, f)
			return false
		}
		t.leave(x, f)
		return true
	})
	t.found = t.places.Find(f.Position, t.found)
	for _, id := range t.found {
		open := slices.ContainsFunc(s.visits, func(x *visit) bool { return x.now.Place == id })
		if open || len(s.visits) == t.o.MaxVisits || !visited(t.places.At(id).Kind) {
			continue
		}
		x := &visit{now: Visit{Header: t.head(v, s.first, f.Time), Place: id, Entry: *f, Sources: []string{f.Source}}}
		if before != nil {
			x.now.Outside, x.now.EntrySeen = before.Time, f.Time.Sub(before.Time) <= t.o.EntrySeen
		}
		x.now.Inside = f.Time
		if t.slow(x, speedOf(before, f)) {
			x.slow = f.Time
		}
		s.visits = append(s.visits, x)
		t.publish(x)
	}
}

// slow tells whether a speed is rest at a visit's place: ships swing at anchor and at buoys.
func (t *Tracker) slow(x *visit, speed geo.Knots) bool {
	limit := t.o.StopSpeed
	switch t.places.At(x.now.Place).Kind {
	case place.Anchorage, place.STSArea:
		limit = t.o.BuoySpeed
	}
	return speed >= 0 && speed < limit
}

// stay takes a fix inside.
func (t *Tracker) stay(x *visit, before, f *Fix) {
	if quiet := f.Time.Sub(x.now.Inside); quiet >= silenceAfter {
		x.now.Silent = max(x.now.Silent, quiet)
		if !t.stillMoored(x, before, f) && x.rested(x.now.Inside) {
			t.publish(x)
		}
	}
	x.now.Inside = f.Time
	if i, ok := slices.BinarySearch(x.now.Sources, f.Source); !ok {
		// The old slice is in facts that were handed out.
		x.now.Sources = slices.Insert(slices.Clone(x.now.Sources), i, f.Source)
	}
	speed := speedOf(before, f)
	switch {
	case speed > t.o.MoveSpeed:
		if x.rested(f.Time) {
			t.publish(x)
		}
	case x.slow.IsZero():
		if t.slow(x, speed) {
			x.slow = f.Time
		}
	case !x.stopping && f.Time.Sub(x.slow) >= t.o.StopAfter:
		x.stopping, x.now.StopEnd = true, time.Time{}
		if x.now.StopStart.IsZero() {
			x.now.StopStart = x.slow
		}
		t.publish(x)
	}
}

// stillMoored tells whether a ship that was at rest before a silence, and is after it where she was, lay there all the
// time: nobody leaves a jetty or a buoy between two fixes at it. An anchorage, and a zone that holds one, says no such thing.
func (t *Tracker) stillMoored(x *visit, before, f *Fix) bool {
	switch t.places.At(x.now.Place).Kind {
	case place.Anchorage, place.STSArea, place.TerminalZone:
		return false
	}
	return before != nil && !x.slow.IsZero() && t.slow(x, speedOf(before, f)) && distance(before.Position, f.Position) <= t.o.StopRadius
}

// rested ends a rest and tells whether it was a stop.
func (x *visit) rested(at time.Time) bool {
	stopped := x.stopping
	if stopped {
		x.now.StopEnd = at
		x.now.Stopped += at.Sub(x.slow)
	}
	x.slow, x.stopping = time.Time{}, false
	return stopped
}

// leave takes the first fix outside, after a silence too.
func (t *Tracker) leave(x *visit, f *Fix) {
	at := f.Time
	if quiet := at.Sub(x.now.Inside); quiet >= silenceAfter {
		// How much of the silence she spent inside is not known.
		at = x.now.Inside
	}
	x.rested(at)
	x.now.Exit = f
	t.publish(x)
}

// publish emits a visit as it stands.
func (t *Tracker) publish(x *visit) {
	f := x.now
	f.Tick = t.now
	if x.fact != nil && x.pass == t.pass {
		f.Restated = x.fact.Restated
		*x.fact = f
		return
	}
	f.Restated = x.fact != nil
	x.fact, x.pass = &f, t.pass
	t.emit(x.fact)
}

// passage is the way in which gates are looked for.
type passage struct {
	ship    *ship
	segment *segment
	a, b    *Fix
}

// cross finds the gates between two fixes that bracket them, no farther apart than CrossWithin.
func (t *Tracker) cross(v *ship, s *segment, a, b *Fix) {
	if t.places == nil || a.Position == b.Position || b.Time.Sub(a.Time) > t.o.CrossWithin {
		return
	}
	t.way = passage{v, s, a, b}
	t.places.Crossings(a.Position, b.Position, t.crossed)
	t.way = passage{}
}

// passGate emits a crossing of the way in hand.
func (t *Tracker) passGate(gate place.ID, at geo.Point, outbound bool) {
	a, b := t.way.a, t.way.b
	part := min(1, float64(distance(a.Position, at)/distance(a.Position, b.Position)))
	start := a.Time.Add(time.Duration(part * float64(b.Time.Sub(a.Time))).Truncate(time.Millisecond))
	c := &Crossing{Header: t.head(t.way.ship, t.way.segment.first, start), Gate: gate, Outbound: outbound, Position: at, Before: *a, After: *b}
	c.Why = t.why
	t.emit(c)
}
