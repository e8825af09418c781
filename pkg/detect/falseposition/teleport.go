package falseposition

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// leap is a jump whose far side became a track of its own.
type leap struct {
	from    *track.Fix
	to      *track.Fix
	near    time.Time // the segment it left
	far     time.Time // the segment it began
	now     time.Time // the segment in which she is there now: another after a silence
	last    time.Time // newest fix there
	lastAt  geo.Point
	spread  geo.Metres
	fixes   int
	back    *track.Fix // heard again where she could have sailed
	changes int        // how often she was heard there again after that: two ships
	vouched int        // hours in which a station heard her there that hears ships there
}

// leapSpan is how long a leap may wait for its way back: the longest known voyage in the dark took 55 days, a false
// track is seldom longer than a loading with its way.
const leapSpan = 20 * 24 * time.Hour

// homeSpeed is the fastest at which a ship is believed to have sailed unseen to where she is heard again.
const homeSpeed geo.Knots = 20

// leapt takes in a jump that was kept.
func (d *Detector) leapt(s *ship, f *track.Jump) {
	if geo.DistanceExact(f.From.Position, f.To.Position) < d.o.Steady {
		return
	}
	from, to := f.From, f.To
	for _, x := range s.jumps {
		if x.back == nil && f.Segment.Equal(x.now) && reachable(x.from, &to) {
			x.back = &to // from the false place straight to where she can be
			return
		}
	}
	if slices.ContainsFunc(s.jumps, func(x *leap) bool { return x.far.Equal(to.Time) }) {
		return
	}
	s.jumps = append(s.jumps, &leap{from: &from, to: &to, near: f.Segment, far: to.Time, now: to.Time, last: to.Time, lastAt: to.Position})
	if len(s.jumps) > 8 {
		s.jumps = slices.Delete(s.jumps, 0, 1)
	}
}

// reachable tells whether a ship can have sailed from one fix to another.
func reachable(a, b *track.Fix) bool {
	hours := b.Time.Sub(a.Time).Hours()
	return hours > 0 && geo.DistanceExact(a.Position, b.Position).NauticalMiles() <= float64(homeSpeed)*(hours+0.5)
}

// steady tells whether she stays near where a leap led.
func (x *leap) steady(o Options) bool { return x.spread <= o.Steady && x.fixes >= 3 }

// follow takes a fix to the side of each leap on which it lies. Beside a silence the side is the one that she can have
// sailed from: the false one if both. After a silence in which tracks ended, she is still where a leap led if she is heard
// at the place where she stayed.
func (s *ship) follow(o Options, segment time.Time, f *track.Fix) {
	for _, x := range s.jumps {
		there := segment.Equal(x.now) || segment.IsZero() && reachable(&track.Fix{Time: x.last, Position: x.lastAt}, f) ||
			!segment.Before(x.last) && x.back == nil && x.steady(o) && geo.Distance(f.Position, x.to.Position) <= o.Steady
		if there && !segment.Before(x.last) {
			x.now = segment
		}
		switch {
		case !f.Time.After(x.last):
		case there && (x.back == nil || segment.Equal(x.now)):
			if x.back != nil {
				x.changes++
				x.back = nil
			}
			x.last, x.lastAt = f.Time, f.Position
			x.fixes++
			x.spread = max(x.spread, geo.Distance(f.Position, x.to.Position))
		case !there && x.back == nil && reachable(x.from, f):
			x.back = f
		}
	}
}

// teleports makes signs of leaps.
func (d *Detector) teleports(s *ship, w time.Time) {
	s.jumps = slices.DeleteFunc(s.jumps, func(x *leap) bool { return w.Sub(x.last) > leapSpan })
	for _, x := range s.jumps {
		drawn := d.drawnTo(x)
		hours := x.last.Sub(x.to.Time).Hours()
		g := &sign{sort: "teleport", key: x.far.UnixMilli(), from: x.to.Time, to: x.last, lasts: x.back == nil && w.Sub(x.last) < 24*time.Hour,
			before: quote(x.from), at: x.to.Position, end: x.lastAt, fixes: x.fixes}
		g.found = []found{{arrived, 1}, {alternations, min(alternateMost, float64(x.changes))}, {vouched, min(vouchedMost, float64(x.vouched))},
			{drawnThere, asNumber(drawn)}, {back, asNumber(x.back != nil)}}
		if x.steady(d.o) {
			g.found = append(g.found, found{stayed, min(staysMost, 1+hours/24)})
		} else {
			g.found = append(g.found, found{sailed, 1})
		}
		if x.back != nil {
			g.after = quote(x.back)
		} else if x.vouched > 0 {
			g.home = quote(x.to)
		}
		miles := geo.DistanceExact(x.from.Position, x.to.Position).NauticalMiles()
		g.rules = []event.Rule{
			rule("jump", miles/max(1.0/60, x.to.Time.Sub(x.from.Time).Hours()), ">", 25, "kn", "no hull can have sailed from the last fix to the first there"),
			rule("stayed_there", float64(x.spread), "<=", float64(d.o.Steady), "m", event.Hours(x.last.Sub(x.to.Time))),
			rule("came_back", asNumber(x.back != nil), ">=", 1, "", "to where she can have sailed from before the jump"),
			rule("others_drawn_there", asNumber(drawn), "<=", 0, "", "interference had the same false place within two days"),
			rule("vouched_hours", float64(x.vouched), "<=", 0, "hours", "in which a station heard her there that hears ships there"),
			rule("alternations", float64(x.changes), "<=", 0, "", "heard there and here in turn: two ships under one number"),
		}
		if hours >= 0.5 {
			s.put(g)
		}
	}
}

// drawnTo tells whether a leap led where interference has drawn others.
func (d *Detector) drawnTo(x *leap) bool {
	return slices.ContainsFunc(d.drawn, func(p drawnPlace) bool {
		near := geo.Distance(p.at, x.to.Position) <= p.radius+2*geo.Kilometre
		return near && !x.to.Time.Before(p.from.Add(-drawnSpan)) && (p.lasts || x.to.Time.Sub(p.to) <= drawnSpan)
	})
}

// drawnPlace is the false place of an interference.
type drawnPlace struct {
	id       string
	at       geo.Point
	radius   geo.Metres
	from, to time.Time
	lasts    bool
}

// drawnSpan is how long before and after an interference a single ship at its false place is taken for one of its victims.
const drawnSpan = 48 * time.Hour

// hearDrawn takes in a version of an interference.
func (d *Detector) hearDrawn(e event.Event) {
	d.drawn = slices.DeleteFunc(d.drawn, func(p drawnPlace) bool { return p.id == e.ID || !p.lasts && e.Watermark.Sub(p.to) > 2*drawnSpan })
	if details, ok := e.Details.(event.InterferenceDetails); ok && e.Status != event.Retracted {
		p := drawnPlace{id: e.ID, at: geo.PointFromDegrees(e.Lon, e.Lat), radius: details.RadiusM, from: e.Start, lasts: e.End == nil}
		if e.End != nil {
			p.to = *e.End
		}
		d.drawn = append(d.drawn, p)
	}
}
