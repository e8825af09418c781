package interference

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// tell makes the next version of an event.
func (d *Detector) tell(e *drawn, over bool, w time.Time) event.Event {
	details := d.measure(e)
	doubt := max(d.o.Coarsest, (1-d.o.Certain)*math.Pow(d.o.PerShip, float64(details.Ships-d.o.Ships)))
	out := event.Event{
		Schema: event.Schema, ID: event.ID(event.Interference, e.start, e.at[0], e.at[1]), Version: 1, Kind: event.Interference,
		Status: event.Open, Start: e.start, Lon: e.at[0], Lat: e.at[1], Watermark: w, Probability: 1 - doubt,
		Why: e.why(details.Ships),
		Explanations: event.Normalise([]event.Explanation{
			{Cause: event.Interfered, P: 1 - doubt}, {Cause: e.fault(), P: doubt / 2}, {Cause: event.Unknown, P: doubt / 2}}),
		Details: details,
	}
	if e.told != nil {
		out.ID, out.Start, out.Version = e.told.ID, e.told.Start, e.told.Version+1
	}
	if over {
		last := e.last
		out.Status, out.End = event.Closed, &last
		out.Why = fmt.Sprintf("no more of it for %s; %d ships in all", event.Hours(d.o.Quiet), details.Ships)
	}
	var b event.EvidenceBuilder
	for _, r := range e.refs {
		b.Add(r.source, r.offset, r.raw)
	}
	out.Evidence = b.Done()
	for i, v := range e.victims {
		if i > 0 && e.victims[i-1].mmsi == v.mmsi {
			continue
		}
		out.Vessels = append(out.Vessels, event.FromShip(event.Party, d.fleet.About(v.mmsi), time.Time{}, time.Time{}))
	}
	e.told, e.changed = &out, false
	return out
}

func (e *drawn) why(ships int) string {
	if e.shape.kind == event.Absent {
		return fmt.Sprintf("%d ships lost their positions at once", ships)
	}
	return fmt.Sprintf("%d ships drawn to one %s", ships, e.shape.kind)
}

// fault is what looks like the interference when it is none.
func (e *drawn) fault() event.Cause {
	if e.shape.kind == event.Absent {
		return event.FaultyTransponder
	}
	return event.ClockFault
}

// measure fills the details.
func (d *Detector) measure(e *drawn) event.InterferenceDetails {
	details := event.InterferenceDetails{Shape: e.shape.kind, RadiusM: e.shape.size(d.o), Fixes: e.fixes}
	var real []geo.Point
	for i, v := range e.victims {
		if i == 0 || e.victims[i-1].mmsi != v.mmsi {
			details.Ships++
		}
		x := event.Victim{MMSI: v.mmsi, Start: v.start, Last: v.before, Next: v.after}
		if v.over {
			last := v.last
			x.End = &last
		}
		details.Victims = append(details.Victims, x)
		if v.before != nil {
			real = append(real, geo.PointFromDegrees(v.before.Lon, v.before.Lat))
		}
	}
	if len(real) > 0 {
		middle := median(real)
		details.RealLon, details.RealLat, details.AreaM = middle[0], middle[1], spread(middle, real)
	}
	details.Rules.Rules = d.rules(e, details)
	return details
}

// spread is the radius that holds nine tenths of some places.
func spread(middle geo.Point, list []geo.Point) geo.Metres {
	var far []geo.Metres
	for _, p := range list {
		far = append(far, geo.DistanceExact(middle, p))
	}
	slices.Sort(far)
	return far[(9*len(far)-1)/10]
}

func (d *Detector) rules(e *drawn, details event.InterferenceDetails) []event.Rule {
	if e.shape.kind == event.Absent {
		return []event.Rule{
			{Name: "ships_without_position", Value: float64(details.Ships), Op: ">=", Threshold: float64(d.o.Ships), Unit: "ships", Passed: details.Ships >= d.o.Ships,
				Note: fmt.Sprintf("within %g° and %s of each other, for %s or more, and with positions before", d.o.Reach, event.Hours(d.o.Window), event.Hours(d.o.Blind))},
		}
	}
	return []event.Rule{
		{Name: "ships_displaced", Value: float64(details.Ships), Op: ">=", Threshold: float64(d.o.Ships), Unit: "ships", Passed: details.Ships >= d.o.Ships,
			Note: fmt.Sprintf("within %g° and %s of each other", d.o.Reach, event.Hours(d.o.Window))},
		{Name: "one_false_" + e.shape.kind, Value: float64(details.RadiusM), Op: "<=", Threshold: d.o.Reach * 60 * float64(geo.NauticalMile), Unit: "m", Passed: true,
			Note: "radius of the place where they seemed to be"},
	}
}

func quote(f *track.Fix) *event.FixRef {
	q := &event.FixRef{Time: f.Time, Lon: f.Position[0], Lat: f.Position[1], Source: f.Source, Offset: f.Offset, Station: f.Station.String()}
	if sog, ok := f.Speed(); ok {
		q.SOG = &sog
	}
	if cog, ok := f.Course(); ok {
		q.COG = &cog
	}
	return q
}
