package identity

import (
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The claims.
const (
	oneShip  = "one_ship"
	twoShips = "two_ships"
)

// event begins an event: without an end it is open.
func (d *Detector) event(w, start, end time.Time, at *track.Fix, mmsis ...vessel.MMSI) event.Event {
	e := event.Event{Schema: event.Schema, ID: event.ID(event.Identity, start, at.Position[0], at.Position[1], mmsis...), Version: 1,
		Kind: event.Identity, Status: event.Open, Start: start, Lon: at.Position[0], Lat: at.Position[1], Watermark: w, Place: d.placeOf(at.Position)}
	if !end.IsZero() {
		e.Status, e.End = event.Closed, &end
	}
	return e
}

// finish adds what all forms have: the probability of the claim, lists, evidence.
func (d *Detector) finish(e event.Event, details event.IdentityDetails, ship vessel.Ship, proofs []proof, fixes ...*track.Fix) event.Event {
	causes := [2]event.Cause{event.IdentityChange, event.Reregistered}
	if details.Claim == twoShips {
		causes = [2]event.Cause{event.SharedMMSI, event.Cloned}
	}
	e.Probability = event.Probability(e.Explanations, causes[0]) + event.Probability(e.Explanations, causes[1])
	if n := len(ship.Listed); n > 0 {
		details.Rules.Rules = append(details.Rules.Rules, rule("watch_list_hits", float64(n), ">=", 1, "entries", strings.Join(ship.Listed, "; ")))
	}
	e.Details = details
	var b event.EvidenceBuilder
	for _, p := range proofs {
		b.Add(p.source, p.offset, p.raw)
	}
	for _, f := range fixes {
		if f != nil {
			b.Add(f.Source, f.Offset, f.Raw)
		}
	}
	e.Evidence = b.Done()
	return e
}

func (d *Detector) placeOf(p geo.Point) *event.Place {
	if d.places == nil {
		return nil
	}
	found := d.places.Find(p, make([]place.ID, 0, 8))
	if len(found) == 0 {
		return nil
	}
	at := d.places.At(found[0])
	return &event.Place{Name: at.Name, Kind: string(at.Kind), Country: at.Country}
}

func retract(e event.Event, why string, by *string, w time.Time) event.Event {
	e.Version++
	e.Status, e.Why, e.SupersededBy, e.Probability, e.Watermark = event.Retracted, why, by, 0, w
	e.Explanations = []event.Explanation{{Cause: event.Unknown, P: 1}}
	return e
}

func rule(name string, value float64, op string, threshold float64, unit, note string) event.Rule {
	passed := value >= threshold
	switch op {
	case "<=":
		passed = value <= threshold
	case "==":
		passed = value == threshold
	}
	return event.Rule{Name: name, Value: value, Op: op, Threshold: threshold, Unit: unit, Passed: passed, Note: note}
}
