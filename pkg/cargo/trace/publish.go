package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The rival explanations of a discharge.
const (
	Discharged    event.Cause = "discharged"
	NotDischarged event.Cause = "not_discharged"
)

// publish tells the transfers and discharges of ships that were looked at again, as far as they are news.
func (t *Tracer) publish(ships []vessel.MMSI, moves []lots.Move, h lots.History, w time.Time) []event.Event {
	groups := map[string][]lots.Move{}
	for _, m := range moves {
		if m.Kind == lots.Transfer || m.Kind == lots.Discharge || m.Kind == lots.Return {
			id := m.Because[0].Event
			groups[id] = append(groups[id], m)
		}
	}
	born, lives := birthsOf(moves), map[string]bool{}
	var out []event.Event
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		var e event.Event
		switch moves := groups[id]; {
		case expected(moves) == 0:
			continue
		case moves[0].Kind == lots.Transfer:
			e = t.transfer(moves, h)
		default:
			e = t.discharge(moves)
		}
		e.Evidence, e.Watermark = t.evidence(id, groups[id], born), w
		lives[e.ID] = true
		if changed, ok := t.post(id, e, w); ok {
			out = append(out, changed)
		}
	}
	return append(out, t.retract(ships, lives, w)...)
}

// birthsOf are the events on which each lot's birth rests.
func birthsOf(moves []lots.Move) map[string][]lots.Cause {
	born := map[string][]lots.Cause{}
	for _, m := range moves {
		if m.Kind.Born() {
			born[m.Lot] = m.Because
		}
	}
	return born
}

func expected(moves []lots.Move) vessel.Barrels {
	var sum vessel.Barrels
	for _, m := range moves {
		sum += m.Expected
	}
	return sum
}

// evidence gathers the reports of the meeting or stay, and of the lifts of ships that took part in it. Those of ships that
// had passed the oil on before are found by its lots.
func (t *Tracer) evidence(id string, moves []lots.Move, born map[string][]lots.Cause) event.Evidence {
	ids := map[string]bool{id: true}
	for _, m := range moves {
		for _, c := range born[m.Lot] {
			if loader := t.heard[c.Event].Vessels[0].MMSI; slices.ContainsFunc(t.heard[id].Vessels, func(v event.Vessel) bool { return v.MMSI == loader }) {
				ids[c.Event] = true
			}
		}
	}
	var b event.EvidenceBuilder
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		e := t.heard[id].Evidence
		for i, r := range e.Refs {
			b.Add(r.Source, r.Offset, e.Sentences[i])
		}
	}
	return b.Done()
}

// transfer makes the event of oil that went from ship to ship.
func (t *Tracer) transfer(moves []lots.Move, h lots.History) event.Event {
	source := t.heard[moves[0].Because[0].Event]
	i := slices.IndexFunc(h.Meetings, func(m lots.Meeting) bool { return m.Event == source.ID })
	meeting := h.Meetings[i]
	e := t.skeleton(event.Transfer, source, moves, event.CargoTransfer, event.OtherMeeting)
	for _, v := range source.Vessels {
		v.Role = event.Receiver
		if (v.MMSI == meeting.Donor) != swapped(meeting, moves[0]) {
			v.Role = event.Donor
		}
		e.Vessels = append(e.Vessels, v)
	}
	e.Details = event.TransferDetails{Rules: event.Rules{Rules: []event.Rule{
		atLeast("cargo_transfer", meeting.R, t.o.Least, "probability", "of the meeting"),
		{Name: "direction known", Value: truth(!meeting.Either), Op: ">=", Threshold: 1, Unit: "yes", Passed: !meeting.Either, Note: "halves the probability if not"},
	}}, Rendezvous: source.ID, Form: form(moves), Loss: whole(meeting.Loss), Gain: whole(meeting.Gain), Expected: expected(moves), Parts: byLot(moves)}
	return e
}

// swapped tells whether the oil went from the ship that the meeting names second; that happens only where it does not
// know who gave, and then the other had no oil to give.
func swapped(m lots.Meeting, moved lots.Move) bool {
	return m.Either && (moved.To == m.Donor || moved.From == m.Receiver)
}

// discharge makes the event of oil brought ashore.
func (t *Tracer) discharge(moves []lots.Move) event.Event {
	source := t.heard[moves[0].Because[0].Event]
	e := t.skeleton(event.Discharge, source, moves, Discharged, NotDischarged)
	e.Vessels = slices.Clone(source.Vessels)
	e.Details = event.DischargeDetails{Rules: event.Rules{Rules: []event.Rule{
		atLeast("discharged", moves[0].P, t.o.Least, "probability", "by the kind of place and the draughts"),
	}}, PortCall: source.ID, Zone: moves[0].Zone, Returned: moves[0].Kind == lots.Return, Form: form(moves), Expected: expected(moves), Parts: byLot(moves)}
	return e
}

// skeleton is what both kinds have in common: they happen where and when the event on which they rest did.
func (t *Tracer) skeleton(k event.Kind, source event.Event, moves []lots.Move, yes, no event.Cause) event.Event {
	var mmsis []vessel.MMSI
	for _, v := range source.Vessels {
		mmsis = append(mmsis, v.MMSI)
	}
	var barrels vessel.Barrels
	for _, m := range moves {
		barrels += m.Barrels
	}
	p, end := moves[0].P, moves[0].At
	volume := spread(float64(barrels) / p)
	return event.Event{
		Schema: event.Schema, ID: event.ID(k, source.Start, source.Lon, source.Lat, mmsis...), Version: 1, Kind: k, Status: event.Closed,
		Start: source.Start, End: &end, Lon: source.Lon, Lat: source.Lat, Place: source.Place, Probability: p, Barrels: &volume,
		Explanations: event.Normalise([]event.Explanation{{Cause: yes, P: p}, {Cause: no, P: 1 - p}}),
	}
}

// volumeSD is the error of a volume that moved: of a cargo by draught (0.05 to 0.15), and what all ships share.
const volumeSD = 0.1

// spread is a volume given that it moved.
func spread(mean float64) event.Volume {
	at := func(z float64) vessel.Barrels {
		return vessel.Barrels(math.Round(mean * math.Exp(z*math.Hypot(volumeSD, vessel.ScaleLogSD))))
	}
	const z95 = 1.6448536269514722
	return event.Volume{P05: at(-z95), P50: at(0), P95: at(z95), Mean: vessel.Barrels(math.Round(mean))}
}

// form is mixed for oil of several lots, else whole or part.
func form(moves []lots.Move) string {
	switch {
	case slices.ContainsFunc(moves, func(m lots.Move) bool { return m.Lot != moves[0].Lot }):
		return "mixed"
	case moves[0].Part:
		return "part"
	}
	return "whole"
}

func whole(u vessel.Uncertain) vessel.Barrels { return vessel.Barrels(math.Round(u.Value)) }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func atLeast(name string, value, threshold float64, unit, note string) event.Rule {
	return event.Rule{Name: name, Value: value, Op: ">=", Threshold: threshold, Unit: unit, Passed: value >= threshold, Note: note}
}

// post keeps an event's newest version and tells whether it differs from the last.
func (t *Tracer) post(source string, e event.Event, w time.Time) (event.Event, bool) {
	p, known := t.posts[e.ID]
	e.Why = "oil of a lift took part"
	if known {
		e.Version, e.Watermark = p.event.Version, p.event.Watermark
		why := e.Why
		e.Why = p.event.Why
		if !p.gone && same(e, p.event) {
			return event.Event{}, false
		}
		e.Version, e.Watermark, e.Why = e.Version+1, w, reason(p, e, why)
	}
	t.posts[e.ID] = post{event: e, source: source}
	for _, v := range e.Vessels {
		if t.told[v.MMSI] == nil {
			t.told[v.MMSI] = map[string]bool{}
		}
		t.told[v.MMSI][e.ID] = true
	}
	return e, true
}

// same compares two versions as they would be written.
func same(a, b event.Event) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// reason says what moved between two versions.
func reason(p post, e event.Event, first string) string {
	switch {
	case p.gone:
		return first + ", again"
	case math.Abs(p.event.Probability-e.Probability) >= 0.005:
		return fmt.Sprintf("probability from %.2f to %.2f", p.event.Probability, e.Probability)
	case p.event.Barrels.P50 != e.Barrels.P50:
		return fmt.Sprintf("from %d to %d barrels", p.event.Barrels.P50, e.Barrels.P50)
	}
	return "its lots or its evidence changed"
}

// retract takes back what ships were told to have passed on or discharged and that nothing supports any more.
func (t *Tracer) retract(ships []vessel.MMSI, lives map[string]bool, w time.Time) []event.Event {
	ids := map[string]bool{}
	for _, m := range ships {
		maps.Copy(ids, t.told[m])
	}
	var out []event.Event
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		p := t.posts[id]
		if lives[id] || p.gone {
			continue
		}
		e := p.event
		e.Version++
		e.Status, e.Watermark, e.Why = event.Retracted, w, "no oil of a lift takes part any more"
		if _, ok := t.heard[p.source]; !ok {
			e.Why = p.source + " was taken back"
		}
		t.posts[id] = post{event: e, source: p.source, gone: true}
		out = append(out, e)
	}
	return out
}
