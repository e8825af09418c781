package track

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// sharpness says how fast a match becomes worse with its discrepancy: at a fifth of the allowance it is as bad as one
// of no discrepancy after 1.6 times the time. gpsdio-segment's max_knots / penalty_speed = 25 / 5.
const sharpness = 5

// match is what a fix is to the segments of its MMSI.
type match struct {
	best  *segment // that it continues; nil when none can have sailed to it
	rival *segment // another kept one that it continues nearly as well, nil for none
	doubt bool     // so far from where best was to be expected that it may be noise
}

// matchOf looks for the open segment that a fix continues best. The older segment wins a tie. Of a number that several
// ships send, what is possible is not enough: a fix less likely than one without any discrepancy at the end of a
// segment's life is another ship's.
func (t *Tracker) matchOf(v *ship, f *Fix) match {
	least, second, worst := math.Inf(1), math.Inf(1), math.Inf(1)
	strict := t.why == "" && v.shared(f.Time, t.o.Shared)
	if strict {
		worst = math.Log(math.Hypot(t.o.SegmentEnd.Hours(), t.o.Pad.Hours()))
	}
	var m match
	for _, s := range v.segments {
		// A late fix may be older than a candidate.
		if s.ended || f.Time.Before(s.last.Time) {
			continue
		}
		far, allowance := distance(s.last.Position, f.Position), t.allowance(s.last, f)
		if far > allowance {
			continue
		}
		doubt := far > allowance*geo.Metres(t.o.Doubt) && t.doubts(s, f)
		if len(v.segments) == 1 && !strict {
			return match{best: s, doubt: doubt}
		}
		cost := t.cost(s.last, f)
		switch {
		case cost > worst:
		case cost < least:
			if m.best != nil && m.best.kept {
				m.rival, second = m.best, least
			}
			m.best, m.doubt, least = s, doubt, cost
		case s.kept && cost < second:
			m.rival, second = s, cost
		}
	}
	if m.best == nil || !m.best.kept || second-least > math.Log(t.o.Rival) {
		m.rival = nil
	}
	return m
}

// doubts tells whether a fix lies so far from where a segment was to be expected that it may be noise. Of a ship that
// tells no speed nothing is expected, and what is late is taken at once: it begins nothing.
func (t *Tracker) doubts(s *segment, f *Fix) bool {
	return s.kept && t.why == "" && (s.last.Has|f.Has)&ais.HasSOG != 0 &&
		discrepancy(s.last, f) > t.allowance(s.last, f)*geo.Metres(t.o.Doubt)
}

// nearest returns the open, kept segment that a fix is least far from continuing, reachable or not.
func (t *Tracker) nearest(v *ship, f *Fix) *segment {
	var best *segment
	least := math.Inf(1)
	for _, s := range v.segments {
		if s.kept && !s.ended {
			if cost := t.cost(s.last, f); cost < least {
				best, least = s, cost
			}
		}
	}
	return best
}

// shared tells whether several ships are known to send this number: it looks like a maker's default, or two segments
// were heard at once not long ago.
func (v *ship) shared(at time.Time, long time.Duration) bool {
	return v.mmsi.Default() || v.twice != 0 && at.UnixMilli()-v.twice <= long.Milliseconds()
}

// reach tells whether one hull could have sailed from a to b.
func (t *Tracker) reach(a, b *Fix) bool { return distance(a.Position, b.Position) <= t.allowance(a, b) }

// allowance is the way that a hull may have made between two fixes.
func (t *Tracker) allowance(a, b *Fix) geo.Metres {
	limit := t.o.MaxSpeed
	for _, f := range [2]*Fix{a, b} {
		if f.Has&ais.HasSOG != 0 {
			limit = max(limit, min(t.o.FastSpeed, f.SOG*geo.Knots(t.o.FastFactor)))
		}
	}
	return geo.Metres(float64(limit)*t.padded(a, b))*geo.NauticalMile + t.o.Tolerance
}

// padded is the time between two fixes in hours, never less than the pad.
func (t *Tracker) padded(a, b *Fix) float64 {
	return math.Hypot(b.Time.Sub(a.Time).Hours(), t.o.Pad.Hours())
}

// cost is what segments compete in: the negative logarithm of exp(-(sharpness·r)²/2) / padded hours, r being the
// discrepancy as a share of the allowance. The form is gpsdio-segment's: near and recent wins.
func (t *Tracker) cost(a, b *Fix) float64 {
	r := sharpness * float64(discrepancy(a, b)/t.allowance(a, b))
	return r*r/2 + math.Log(t.padded(a, b))
}

// discrepancy is how far a fix lies from where it was to be expected: from the way that the ship's course and speed
// would have brought her, her place before included, or the place before from the way that the new course and speed
// came. The lesser one counts. A ship that tells her speed and no course may have sailed it anywhere.
func discrepancy(a, b *Fix) geo.Metres {
	const motion = ais.HasSOG | ais.HasCOG
	seconds := b.Time.Sub(a.Time).Seconds()
	least := distance(a.Position, b.Position)
	if (a.Has|b.Has)&motion == ais.HasSOG {
		way := geo.Metres(max(a.speed(), b.speed()).MetresPerSecond() * seconds)
		return max(0, least-way)
	}
	if a.Has&motion == motion {
		least = min(least, offWay(a.Position, a.COG, geo.Metres(a.SOG.MetresPerSecond()*seconds), b.Position))
	}
	if b.Has&motion == motion {
		least = min(least, offWay(b.Position, b.COG+180, geo.Metres(b.SOG.MetresPerSecond()*seconds), a.Position))
	}
	return least
}

// speed is the fix's speed, zero where it tells none.
func (f *Fix) speed() geo.Knots {
	if f.Has&ais.HasSOG == 0 {
		return 0
	}
	return f.SOG
}

// offWay is the distance of a point from a way of some length that begins at another and keeps its course. Across the
// course it is flat: at 600 nautical miles, a day at 25 kn, 1 % short.
func offWay(from geo.Point, course geo.Degrees, way geo.Metres, to geo.Point) geo.Metres {
	d := distance(from, to)
	sin, cos := math.Sincos((geo.Bearing(from, to) - course).Radians())
	switch along := d * geo.Metres(cos); {
	case along <= 0:
		return d
	case along < way:
		return d * geo.Metres(math.Abs(sin))
	}
	return distance(geo.Destination(from, course, way), to)
}

// implied is the speed between two fixes as a reader wants it. Within a second nothing can be said of speed.
func implied(a, b *Fix) geo.Knots {
	seconds := max(1, math.Abs(b.Time.Sub(a.Time).Seconds()))
	return geo.KnotsFromMetresPerSecond(float64(distance(a.Position, b.Position)) / seconds)
}

// distance takes the fast way where it is good to 1e-6 (geo.Distance: up to 10 km between 60° S and 60° N).
func distance(a, b geo.Point) geo.Metres {
	if d := geo.Distance(a, b); d < 10*geo.Kilometre && math.Abs(a[1]) < 60 {
		return d
	}
	return geo.DistanceExact(a, b)
}
