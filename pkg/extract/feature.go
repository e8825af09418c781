package extract

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/record"
)

// corners is how finely a circle is drawn.
const corners = 48

// EventFeatures are a span's events as features: points, for a silence the line from where it began to where it ended,
// for interference the area in which the ships really were.
func EventFeatures(r *record.Record, s record.Span) []tabular.Feature {
	var out []tabular.Feature
	for _, e := range r.EventsIn(s) {
		row, f := EventRow(e), EventShape(e)
		f.Properties = map[string]any{"kind": row.Kind, "status": row.Status, "version": row.Version, "start": stamp(e.Start), "end": nil, "probability": row.Probability,
			"likeliest_explanation": row.Cause, "place": row.Place, "why": row.Why, "vessels": vessels(e), "barrels_mean": row.Mean}
		if e.End != nil {
			f.Properties["end"] = stamp(*e.End)
		}
		out = append(out, f)
	}
	return out
}

// EventShape is an event's feature without properties.
func EventShape(e event.Event) tabular.Feature {
	f := tabular.Feature{ID: e.ID}
	if placed(e) {
		at := geo.PointFromDegrees(e.Lon, e.Lat)
		f.At = &at
	}
	switch d := e.Details.(type) {
	case event.GapDetails:
		if d.On != nil {
			f.Line = []geo.Point{geo.PointFromDegrees(d.Off.Lon, d.Off.Lat), geo.PointFromDegrees(d.On.Lon, d.On.Lat)}
		}
	case event.InterferenceDetails:
		if d.AreaM > 0 {
			f.Ring = geo.Circle(geo.PointFromDegrees(d.RealLon, d.RealLat), d.AreaM, corners)
		}
	}
	return f
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// vessels are an event's ships as a map's reader wants them.
func vessels(e event.Event) []map[string]any {
	out := []map[string]any{}
	for _, v := range e.Vessels {
		ship := map[string]any{"role": v.Role, "mmsi": v.MMSI, "name": v.Name}
		if v.IMO != 0 {
			ship["imo"] = v.IMO
		}
		out = append(out, ship)
	}
	return out
}

// LotFeatures are a span's lots as their ways: a line through the places of the events that their moves rest on, in order,
// with a time for each point.
func LotFeatures(r *record.Record, s record.Span) []tabular.Feature {
	var out []tabular.Feature
	for _, l := range Lots(r, s) {
		var way []geo.Point
		var times, events []string
		for _, m := range r.Lots.Moves {
			if m.Lot != l.ID || len(m.Because) == 0 {
				continue
			}
			e, ok := r.Event(m.Because[0].Event)
			if !ok || !placed(e) {
				continue
			}
			way = append(way, geo.PointFromDegrees(e.Lon, e.Lat))
			times, events = append(times, stamp(m.At)), append(events, e.ID)
		}
		f := tabular.Feature{ID: l.ID, Properties: map[string]any{"kind": l.Kind, "mmsi": l.MMSI, "born": stamp(l.Born), "q": l.Q, "barrels": l.Barrels, "expected_bbl": l.Expected,
			"exited_bbl": l.Exited, "afloat_bbl": l.Afloat, "discharged_bbl": l.Discharged, "zones": l.Zones, "times": times, "events": events}}
		if len(way) > 0 {
			f.At, f.Line = &way[0], way
		}
		out = append(out, f)
	}
	return out
}
