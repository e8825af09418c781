package falseposition

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The hours of a hidden call beside sailing (METHODS.md section 7): from arrival to the first oil, and from the last
// oil to under way.
const (
	berthH = 6
	leaveH = 4
)

// loadH is the least time that loading takes: VLCC 24 h, Suezmax 14, others 10, in proportion to their parcels.
func loadH(c vessel.Class) float64 {
	switch c {
	case vessel.ULCC, vessel.VLCC:
		return 24
	case vessel.Suezmax:
		return 14
	}
	return 10
}

// leg is a way from a loading place to a square of 0.1°.
type leg struct {
	from place.ID
	to   square
}

// hiddenCalls lists the loading places that the real gap leaves time for, best fit first: from the last position that is
// believed to the next, or to now. The fit is 1 from t_min on, 0 at 0.8 of it and linear between.
func (d *Detector) hiddenCalls(last, next *event.FixRef, s vessel.Ship, w time.Time) []event.HiddenCall {
	var out []event.HiddenCall
	for _, id := range d.sources {
		p := d.places.At(id)
		if p.MaxDWT > 0 && s.DWT.Value > 1.15*p.MaxDWT {
			continue
		}
		end, ahead := w, 0.0
		in := d.way(id, pointOf(last)).NauticalMiles() / float64(vessel.BallastSpeed)
		if next != nil {
			end, ahead = next.Time, leaveH+d.way(id, pointOf(next)).NauticalMiles()/float64(vessel.LadenSpeed)
		}
		need := in + berthH + loadH(s.Class) + ahead
		fit := min(1, (end.Sub(last.Time).Hours()/need-0.8)/0.2)
		if fit <= 0 {
			continue
		}
		out = append(out, event.HiddenCall{Place: p.Name, Grade: p.Grade, TMinH: need, Fit: fit, Outside: p.Outside,
			Earliest: last.Time.Add(hours(in + berthH)), Latest: end.Add(-hours(ahead))})
	}
	slices.SortStableFunc(out, func(a, b event.HiddenCall) int {
		return cmp.Or(cmp.Compare(b.Fit, a.Fit), cmp.Compare(a.TMinH, b.TMinH), cmp.Compare(a.Place, b.Place))
	})
	return out
}

func hours(h float64) time.Duration {
	return time.Duration(h * float64(time.Hour)).Truncate(time.Second)
}

// way is how far it is over water from a loading place to the square that holds a point, never less than the great
// circle.
func (d *Detector) way(id place.ID, p geo.Point) geo.Metres {
	k := leg{id, squareOf(p, small)}
	sailed, ok := d.ways[k]
	if !ok {
		if len(d.ways) >= 1<<16 {
			clear(d.ways)
		}
		middle := geo.PointFromDegrees((float64(k.to.col)+0.5)*small, math.Min(90, (float64(k.to.row)+0.5)*small))
		sailed, _ = d.sea.Distance(d.places.At(id).Centre, middle)
		d.ways[k] = sailed
	}
	return max(sailed, geo.DistanceExact(d.places.At(id).Centre, p))
}
