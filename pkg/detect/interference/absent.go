package interference

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// spell is a time in which a ship reports no position.
type spell struct {
	start, last time.Time
	before      *event.FixRef // the last believed position before it
}

// ends takes in that the ship had a position at a moment: a spell that began before is over, or never was one.
func (s *spell) ends(at time.Time) {
	if at.After(s.start) {
		*s = spell{}
	}
}

// blind takes in that a ship reports no position. She counts when that lasts, and when she had one not long before:
// receivers that fail now and then, or for good, say nothing of jamming.
func (d *Detector) blind(f *track.Blind) {
	s := d.of(f.MMSI, f.Last)
	b := &s.blind
	if b.start.IsZero() || f.Start.Sub(b.last) > d.o.Quiet {
		*b = spell{start: f.Start, before: s.good}
	}
	b.last = f.Last
	if b.before == nil || b.before.Time.After(b.start) || b.start.Sub(b.before.Time) > d.o.Window || b.last.Sub(b.start) < d.o.Blind {
		return
	}
	p := geo.PointFromDegrees(b.before.Lon, b.before.Lat)
	at := &track.Fix{Time: f.Last, Position: p, Source: f.Source, Offset: f.Offset, Raw: f.Raw}
	d.wait(displaced{mmsi: f.MMSI, at: f.Last, p: p, fix: at, real: b.before, strong: true, since: b.start})
}

// lost finds the ships that fell without a position about when and where one did, and when the first of them did.
func (d *Detector) lost(seed displaced) (shape, time.Time, bool) {
	near := d.lostNear(seed)
	ships := map[vessel.MMSI]bool{}
	for _, x := range near {
		ships[x.mmsi] = true
	}
	if !d.many(ships, seed) {
		return shape{}, time.Time{}, false
	}
	first := slices.MinFunc(near, func(a, b displaced) int { return a.since.Compare(b.since) })
	radius := geo.Metres(d.o.Reach * 60 * float64(geo.NauticalMile))
	return shape{kind: event.Absent, middle: median(positions(near)), radius: radius}, first.since, true
}

// lostNear are the ships that are without a position where one is, at the same moment: in a crowd there are always some
// that fail one after the other. A receiver that failed long before tells nothing.
func (d *Detector) lostNear(seed displaced) []displaced {
	var near []displaced
	for _, x := range d.pending {
		atOnce := !x.since.After(seed.at) && !x.at.Before(seed.since)
		if x.absent() && atOnce && seed.since.Sub(x.since).Abs() <= d.o.Quiet && d.within(x.p, seed.p) {
			near = append(near, x)
		}
	}
	return near
}

// goesOn tells whether an event that takes a ship without a position is going on: she is a victim already, or it still
// takes as many as began it.
func (d *Detector) goesOn(e *drawn, x displaced) bool {
	if v := e.victim(x.mmsi); v != nil && !v.over {
		return true
	}
	ships := map[vessel.MMSI]bool{}
	for _, y := range d.lostNear(x) {
		ships[y.mmsi] = true
	}
	for _, v := range e.victims {
		if x.since.Sub(v.last) <= d.o.Window {
			ships[v.mmsi] = true
		}
	}
	return d.many(ships, x)
}

// many tells whether ships without a position are enough for jamming, among all that are heard there with one.
func (d *Detector) many(ships map[vessel.MMSI]bool, x displaced) bool {
	if len(ships) < d.o.Ships {
		return false
	}
	all := len(ships)
	for m, s := range d.ships {
		if s.good != nil && !ships[m] && s.good.Time.Sub(x.since).Abs() <= d.o.Window && d.within(geo.PointFromDegrees(s.good.Lon, s.good.Lat), x.p) {
			all++
		}
	}
	return float64(len(ships)) >= d.o.Lost*float64(all)
}

// within tells whether two places are near enough to be compared.
func (d *Detector) within(a, b geo.Point) bool {
	return math.Abs(a[0]-b[0]) <= d.o.Reach && math.Abs(a[1]-b[1]) <= d.o.Reach
}
