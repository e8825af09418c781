package portcall

import (
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// passages turns the crossings of this tick into transits.
func (d *Detector) passages(w time.Time) []event.Event {
	var out []event.Event
	for _, f := range d.crossed {
		if !d.concerns(f.MMSI) || f.Before.OnLand || f.After.OnLand || d.strayed(f) {
			continue
		}
		e := d.transit(f, w)
		k := keyOf(&f.Header, f.Gate)
		if last, known := d.transits[k]; known {
			e.ID, e.Version, e.Why = last.ID, last.Version+1, "restated: "+f.Why
			e.Vessels = last.Vessels
		}
		d.transits[k] = e
		out = append(out, e)
	}
	d.crossed = d.crossed[:0]
	for k, e := range d.transits {
		if w.Sub(e.Watermark) > d.o.Horizon {
			delete(d.transits, k)
		}
	}
	return out
}

// strayed tells whether a fix on either side of a gate is displaced.
func (d *Detector) strayed(f *track.Crossing) bool {
	_, before := d.astray.At(f.MMSI, f.Before.Time)
	_, after := d.astray.At(f.MMSI, f.After.Time)
	return before || after
}

func (d *Detector) transit(f *track.Crossing, w time.Time) event.Event {
	gate := d.places.At(f.Gate)
	bracket := f.After.Time.Sub(f.Before.Time)
	at := f.Start
	if at.Before(f.Before.Time) || at.After(f.After.Time) {
		at = f.Before.Time
	}
	details := event.TransitDetails{Gate: gate.Name, Outbound: f.Outbound, BracketM: bracket.Minutes()}
	if h := bracket.Hours(); h > 0 {
		details.SpeedKn = geo.Knots(geo.DistanceExact(f.Before.Position, f.After.Position).NauticalMiles() / h)
	}
	details.Rules.Rules = []event.Rule{{Name: "bracket", Value: bracket.Minutes(), Op: "<=", Threshold: 60, Unit: "min",
		Passed: bracket <= time.Hour, Note: "between the fixes on both sides of the gate"}}
	shared, of := d.sharedAt(&f.Header, at)
	details.Track = of
	ship := d.who(&f.Header, shared, of, f.Before.Time, f.After.Time)
	var b event.EvidenceBuilder
	b.Add(f.Before.Source, f.Before.Offset, f.Before.Raw)
	b.Add(f.After.Source, f.After.Offset, f.After.Raw)
	direction := "inbound"
	if f.Outbound {
		direction = "outbound"
	}
	return event.Event{
		Schema: event.Schema, ID: event.ID(event.Transit, at, f.Position[0], f.Position[1], ship.MMSI), Version: 1,
		Kind: event.Transit, Status: event.Closed, Why: fmt.Sprintf("passed %s %s", gate.Name, direction),
		Start: at, End: &at, Lon: f.Position[0], Lat: f.Position[1],
		Vessels: []event.Vessel{ship},
		Place:   &event.Place{Name: gate.Name, Kind: string(gate.Kind), Country: gate.Country},
		// Two fixes on both sides leave no doubt when they lie close together; a long bracket may go another way round.
		Probability: seen(bracket), Explanations: event.Seen(seen(bracket)), Details: details, Evidence: b.Done(), Watermark: w,
	}
}

// seen is the probability that a track between two fixes crossed the line between them (judgement, to be fitted).
func seen(bracket time.Duration) float64 {
	switch {
	case bracket <= time.Hour:
		return 0.99
	case bracket <= 6*time.Hour:
		return 0.95
	}
	return 0.8
}
