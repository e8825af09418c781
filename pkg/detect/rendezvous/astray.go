package rendezvous

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// stray tells whether a sample rests on a fix of a time in which the ship was displaced.
func (d *Detector) stray(s *track.Sample) bool {
	_, displaced := d.astray.Within(s.MMSI, s.Before.Time, s.After.Time)
	return displaced
}

// doubt marks the runs of a ship of which it has become known that she was displaced.
func (d *Detector) doubt(m vessel.MMSI) {
	for p, r := range d.runs {
		if p.a == m || p.b == m {
			r.astray = r.astray || d.displaced(r)
		}
	}
	for p, runs := range d.recent {
		for _, r := range runs {
			if p.a == m || p.b == m {
				r.astray = r.astray || d.displaced(r)
			}
		}
	}
}

// displaced tells whether either ship was displaced for half of a run or more: a shorter time leaves the run what it is.
func (d *Detector) displaced(r *run) bool {
	var inside time.Duration
	for _, m := range [2]vessel.MMSI{r.a, r.b} {
		if x, ok := d.astray.Within(m, r.start, r.lastClose); ok {
			from, to := x.From, x.To
			if x.Lasts || to.After(r.lastClose) {
				to = r.lastClose
			}
			if from.Before(r.start) {
				from = r.start
			}
			inside = max(inside, to.Sub(from))
		}
	}
	return inside > 0 && 2*inside >= r.lastClose.Sub(r.start)
}

// takeBack retracts a run that was told of ships that were not there.
func (r *run) takeBack(w time.Time) event.Event {
	e := *r.last
	e.Version, e.Status, e.Probability, e.Watermark = e.Version+1, event.Retracted, 0, w
	e.Why = "a ship was not where she said"
	e.Explanations = []event.Explanation{{Cause: event.OtherMeeting, P: 1}}
	r.last = &e
	return e
}
