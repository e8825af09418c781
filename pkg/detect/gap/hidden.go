package gap

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

// partLoad is by how much a ship may exceed a berth's greatest deadweight and still load there, in part.
const partLoad = 1.15

// loadingPlaces lists the places that a hidden call may have gone to. A berth that lies inside a terminal or zone of
// the list is left out: the same hours of sailing lead to both, and the larger shape tells less than is not known.
func loadingPlaces(g *place.Gazetteer) []place.ID {
	all := g.SanctionedSources()
	var out []place.ID
	for _, id := range all {
		inside := slices.ContainsFunc(all, func(o place.ID) bool {
			return g.At(id).Kind == place.Berth && g.At(o).Kind != place.Berth && g.Holds(o, g.At(id).Centre, geo.Kilometre)
		})
		if !inside {
			out = append(out, id)
		}
	}
	return out
}

// mayLoad tells whether a ship can carry oil: tankers, and ships of which nothing is known.
func mayLoad(s vessel.Ship) bool { return s.Class != vessel.NotTanker }

// hiddenCalls lists the loading places for which the silence leaves time, best fit first.
func (d *Detector) hiddenCalls(f *track.Silence, s vessel.Ship, w time.Time) []event.HiddenCall {
	var out []event.HiddenCall
	for _, id := range d.sources {
		p := d.places.At(id)
		if p.MaxDWT > 0 && s.DWT.Value > partLoad*p.MaxDWT {
			continue
		}
		// The great circle is never longer than the way by sea: most places are refused without searching for one.
		if d.fit(f, s, p, w, func(at geo.Point) geo.Metres { return geo.DistanceExact(p.Centre, at) }).Fit == 0 {
			continue
		}
		if call := d.fit(f, s, p, w, func(at geo.Point) geo.Metres { return d.ways.between(id, p.Centre, at) }); call.Fit > 0 {
			out = append(out, call)
		}
	}
	slices.SortStableFunc(out, func(a, b event.HiddenCall) int {
		return cmp.Or(cmp.Compare(b.Fit, a.Fit), cmp.Compare(a.TMinH, b.TMinH), cmp.Compare(a.Place, b.Place))
	})
	return out
}

// fit compares the silence with the least time that a call takes. Of an open silence the way out is not yet asked
// for: the answer tells whether she may have loaded by now.
func (d *Detector) fit(f *track.Silence, s vessel.Ship, p *place.Place, w time.Time, way func(geo.Point) geo.Metres) event.HiddenCall {
	in := way(f.Off.Position).NauticalMiles() / d.o.Sail
	tMin := in + d.o.BerthH + loadHours(s.Class)
	end, out := w, 0.0
	if f.On != nil {
		out = d.o.LeaveH + way(f.On.Position).NauticalMiles()/d.o.SailOut
		tMin += out
		end = f.On.Time
	}
	ratio := end.Sub(f.Off.Time).Hours() / tMin
	return event.HiddenCall{
		Place: p.Name, Grade: p.Grade, TMinH: tMin, Outside: p.Outside,
		Fit:      min(1, max(0, (ratio-d.o.SoftFrom)/(1-d.o.SoftFrom))),
		Earliest: f.Off.Time.Add(toDuration(in + d.o.BerthH)),
		Latest:   end.Add(-toDuration(out)),
	}
}

// toDuration cuts to the second, so that times print without fractions nobody knows.
func toDuration(h float64) time.Duration {
	return time.Duration(h * float64(time.Hour)).Truncate(time.Second)
}
