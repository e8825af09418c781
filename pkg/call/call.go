package call

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Reckoner knows the loading places and the ways to them. It is not safe for use by several goroutines.
type Reckoner struct {
	o       Options
	places  *place.Gazetteer
	ways    ways
	sources []place.ID // where sanctioned oil is loaded, without berths that lie inside another
	lawful  []place.ID // where other oil is
}

// New returns a reckoner for a gazetteer's loading places. Without a gazetteer it knows none.
func New(o Options, places *place.Gazetteer, sea *geo.Sea) *Reckoner {
	r := &Reckoner{o: o, places: places, ways: ways{sea, map[place.ID]*geo.Reach{}, map[leg]geo.Metres{}}}
	if places == nil {
		return r
	}
	r.sources = loadingPlaces(places)
	for id := range place.ID(places.Len()) {
		if places.At(id).Kind == place.LawfulTerminal {
			r.lawful = append(r.lawful, id)
		}
	}
	return r
}

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

// Mark is when and where a ship was.
type Mark struct {
	Time     time.Time
	Position geo.Point
}

// MarkOf is a mark of a fix that an event quotes.
func MarkOf(q *event.FixRef) Mark { return Mark{q.Time, geo.PointFromDegrees(q.Lon, q.Lat)} }

// Hidden lists the sanctioned loading places for which the time between two marks leaves room, best fit first. Without
// the second she has not been heard again until now. A ship that is no tanker loads nowhere.
func (r *Reckoner) Hidden(s vessel.Ship, last Mark, next *Mark, now time.Time) []event.HiddenCall {
	if s.Class == vessel.NotTanker {
		return nil
	}
	var out []event.HiddenCall
	for _, id := range r.sources {
		if c := r.call(id, s, last, next, now); c.Fit > 0 {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b event.HiddenCall) int {
		return cmp.Or(cmp.Compare(b.Fit, a.Fit), cmp.Compare(a.TMinH, b.TMinH), cmp.Compare(a.Place, b.Place))
	})
	return out
}

// Lawful tells whether a loading at a lawful terminal fits wholly between two marks.
func (r *Reckoner) Lawful(s vessel.Ship, last, next Mark) bool {
	return slices.ContainsFunc(r.lawful, func(id place.ID) bool { return r.call(id, s, last, &next, next.Time).Fit == 1 })
}

// call reckons one place; its fit is zero where the ship is too large for it.
func (r *Reckoner) call(id place.ID, s vessel.Ship, last Mark, next *Mark, now time.Time) event.HiddenCall {
	p := r.places.At(id)
	if p.MaxDWT > 0 && s.DWT.Value > r.o.PartLoad*p.MaxDWT {
		return event.HiddenCall{}
	}
	// The great circle is never longer than the way by sea: most places are refused without searching for one.
	if c := r.fit(p, s, last, next, now, func(at geo.Point) geo.Metres { return geo.DistanceExact(p.Centre, at) }); c.Fit == 0 {
		return c
	}
	return r.fit(p, s, last, next, now, func(at geo.Point) geo.Metres { return r.ways.between(id, p.Centre, at) })
}

// fit compares the time that there was with the least that a call takes.
func (r *Reckoner) fit(p *place.Place, s vessel.Ship, last Mark, next *Mark, now time.Time, way func(geo.Point) geo.Metres) event.HiddenCall {
	in := way(last.Position).NauticalMiles() / r.o.Sail
	least := in + r.o.BerthH + loadHours(s.Class)
	end, out := now, 0.0
	if next != nil {
		out = r.o.LeaveH + way(next.Position).NauticalMiles()/r.o.SailOut
		least += out
		end = next.Time
	}
	ratio := end.Sub(last.Time).Hours() / least
	return event.HiddenCall{
		Place: p.Name, Grade: p.Grade, TMinH: least, Outside: p.Outside,
		Fit:      min(1, max(0, (ratio-r.o.SoftFrom)/(1-r.o.SoftFrom))),
		Earliest: last.Time.Add(hours(in + r.o.BerthH)),
		Latest:   end.Add(-hours(out)),
	}
}

// hours cuts to the second, so that times print without fractions nobody knows.
func hours(h float64) time.Duration {
	return time.Duration(h * float64(time.Hour)).Truncate(time.Second)
}
