package cargo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The rival explanations of a lift.
const (
	Lifted    event.Cause = "sanctioned_lift"
	NotLifted event.Cause = "no_lift"
)

// evaluate looks at all of a hull's chances again and returns what changed. A hull's lifts are told under the first of her
// numbers; of the others nothing is told, and what was is taken back.
func (l *Ledger) evaluate(m vessel.MMSI, w time.Time) []event.Event {
	own := l.ships[m]
	own.pending, own.below, own.weighed = 0, 0, nil
	l.forget(own, w)
	s, head := l.whole(m)
	if head != m {
		return l.retract(own, l.living(head), w)
	}
	earlier := l.frozen(s, w)
	var out []event.Event
	current := map[string]Lift{}
	for _, v := range l.voyages(s, l.chances(s)) {
		d := l.assess(s, v, earlier)
		counts := false
		switch {
		case d.possible && d.lift.End.Before(w.Add(-l.o.Keep)):
			continue // too old to change: what is left of its grounds says less than all of them did
		case !d.possible && !d.waiting:
		case !d.possible, d.score.outcome == 0:
			s.pending++
		case !d.score.candidate() || d.score.q < l.o.Weights.Cut || d.lift.Barrels <= 0:
			s.below++
		default:
			counts = true
			if d.score.q >= 0.5 {
				earlier++
			}
			e := l.write(s, &d, w)
			current[d.lift.ID] = d.lift
			if changed, ok := l.post(s, d.lift, e, w); ok {
				out = append(out, changed)
			}
		}
		if d.possible {
			s.weighed = append(s.weighed, Candidate{s.seen.MMSI, s.seen.IMO, d.lift.Start, d.lift.End, d.score.terms, d.score.q, counts, d.score.chance && d.score.sign})
		}
	}
	out = append(out, l.inferAll(m, s, current, w)...)
	out = append(out, l.retract(s, current, w)...)
	own.lifts, own.pending, own.below, own.weighed = s.lifts, s.pending, s.below, s.weighed
	return out
}

// whole is a ship with what was heard of her under all her numbers, and the first of those.
func (l *Ledger) whole(m vessel.MMSI) (s *ship, head vessel.MMSI) {
	var numbers []vessel.MMSI
	for _, n := range l.hull(m) {
		if l.ships[n] != nil {
			numbers = append(numbers, n)
		}
	}
	own := l.ships[m]
	own.seen, _ = l.fleet.Ship(m)
	if len(numbers) == 1 {
		return own, m
	}
	s = newShip()
	s.lawful, s.lifts = own.lawful, slices.Clone(own.lifts)
	for _, n := range numbers {
		for i, kept := range l.ships[n].memories() {
			maps.Copy(*s.memories()[i], *kept)
		}
		// Who she was when she was first heard, as far as that is known.
		seen, _ := l.fleet.Ship(n)
		if s.seen.Class == vessel.ClassUnknown || seen.Class != vessel.ClassUnknown && l.first[n].at.Before(l.first[s.seen.MMSI].at) {
			s.seen = seen
		}
	}
	return s, numbers[0]
}

// living are a ship's lifts that stand.
func (l *Ledger) living(m vessel.MMSI) map[string]Lift {
	out := map[string]Lift{}
	for _, id := range l.ships[m].lifts {
		if p := l.posts[id]; !p.gone {
			out[id] = p.lift
		}
	}
	return out
}

// forget drops what is too old to change anything. A lift that may still change keeps its grounds: what she did before she
// loaded, how late draughts and gates came after the voyage before.
func (l *Ledger) forget(s *ship, w time.Time) {
	cutoff := w.Add(-l.o.Keep - l.o.Outcome - l.o.Outbound)
	for _, kept := range s.memories() {
		maps.DeleteFunc(*kept, func(_ string, e event.Event) bool {
			return e.End != nil && e.End.Before(cutoff) || e.End == nil && e.Start.Before(cutoff) && e.Status == event.Closed
		})
	}
	if len(s.gaps) == 0 {
		clear(s.lawful)
	}
}

// frozen counts the hull's lifts that are too old to change and were likelier than not.
func (l *Ledger) frozen(s *ship, w time.Time) int {
	n := 0
	for _, id := range s.lifts {
		p := l.posts[id]
		if !p.gone && p.lift.Q >= 0.5 && l.isFrozen(p, w) {
			n++
		}
	}
	return n
}

func (l *Ledger) isFrozen(p *post, w time.Time) bool { return p.lift.End.Before(w.Add(-l.o.Keep)) }

// write makes the lift's event and fills the lift's id.
func (l *Ledger) write(s *ship, d *verdict, w time.Time) event.Event {
	c := d.chosen
	d.lift.ID = event.ID(event.Lift, d.lift.Start, c.lon, c.lat, d.lift.MMSI)
	d.lift.Raised = l.raised(s, d.lift, w)
	loader := event.FromShip(event.Loader, s.seen, c.from, d.after)
	loader.Listed = s.seen.Listed
	if e := s.stays[c.id]; len(e.Vessels) > 0 && e.Vessels[0].Role == event.Party && e.Vessels[0].MMSI == d.lift.MMSI && e.Vessels[0].IMO != s.seen.IMO {
		loader = e.Vessels[0] // the second ship under a shared number, of which no more is known
		loader.Role = event.Loader
	}
	end, volume := d.lift.End, d.lift.Volume()
	slices.Sort(d.because)
	d.because = slices.Compact(d.because)
	e := event.Event{
		Schema: event.Schema, ID: d.lift.ID, Kind: event.Lift, Status: event.Closed,
		Start: d.lift.Start, End: &end, Lon: c.lon, Lat: c.lat, Vessels: []event.Vessel{loader},
		Probability: d.score.q, Barrels: &volume, Evidence: s.evidence(d.because), Watermark: w,
		Explanations: event.Normalise(explanations(d)),
		Details:      details(d),
	}
	if p := l.places[c.place]; p != nil {
		e.Place = &event.Place{Name: p.Name, Kind: string(p.Kind), Country: p.Country}
	} else if c.place != "" {
		e.Place = &event.Place{Name: c.place}
	}
	return e
}

// explanations are the lift and its rivals.
func explanations(d *verdict) []event.Explanation {
	if d.rivals != nil {
		return d.rivals
	}
	return []event.Explanation{{Cause: Lifted, P: d.score.q}, {Cause: NotLifted, P: 1 - d.score.q}}
}

// raised is when the loading was first above the cut, whatever its window was thought to be then, and whichever of her
// numbers the hull was known by.
func (l *Ledger) raised(s *ship, now Lift, w time.Time) time.Time {
	if p := l.posts[now.ID]; p != nil && p.lift.Raised.Before(w) {
		w = p.lift.Raised
	}
	for _, id := range s.lifts {
		p := l.posts[id]
		if l.touch(p.lift, now) && p.lift.Raised.Before(w) {
			w = p.lift.Raised
		}
	}
	return w
}

// touch tells whether two loading windows overlap or nearly do.
func (l *Ledger) touch(a, b Lift) bool {
	return !a.Start.After(b.End.Add(l.o.Touch)) && !b.Start.After(a.End.Add(l.o.Touch))
}

func details(d *verdict) event.LiftDetails {
	return event.LiftDetails{
		Rules: event.Rules{Rules: d.rules}, Route: string(d.lift.Route), Fleet: string(d.lift.Fleet), Outside: d.lift.Outside,
		Grade: d.lift.Grade, BarrelsPerT: d.factor, CargoT: d.tonnes, LogSD: d.lift.LogSD, Raised: d.lift.Raised,
		Triangular: d.lift.Triangular, Terms: d.score.terms, Score: d.score.logOdds, Because: d.because,
	}
}

// evidence gathers the reports of the events that a lift rests on.
func (s *ship) evidence(because []string) event.Evidence {
	var b event.EvidenceBuilder
	for _, id := range because {
		for _, kept := range s.memories() {
			e, ok := (*kept)[id]
			if !ok || e.Kind == event.Rendezvous { // quotes the other ship too, whom the lift does not name
				continue
			}
			for i, r := range e.Evidence.Refs {
				b.Add(r.Source, r.Offset, e.Evidence.Sentences[i])
			}
		}
	}
	return b.Done()
}

// post keeps a lift's newest version and tells whether it differs from the last.
func (l *Ledger) post(s *ship, lift Lift, e event.Event, w time.Time) (event.Event, bool) {
	p := l.posts[lift.ID]
	if !slices.Contains(s.lifts, lift.ID) { // new, or told under another number of the hull until now
		s.lifts = append(s.lifts, lift.ID)
	}
	if p == nil {
		e.Version, e.Why = 1, "first seen above the cut"
		l.posts[lift.ID] = &post{lift: lift, event: e}
		return e, true
	}
	e.Version, e.Why = p.event.Version, p.event.Why
	e.Watermark = p.event.Watermark
	if !p.gone && same(e, p.event) {
		return event.Event{}, false
	}
	e.Version++
	e.Watermark = w
	e.Why = reason(p, e)
	*p = post{lift: lift, event: e}
	return e, true
}

// same compares two versions as they would be written.
func same(a, b event.Event) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// reason says what moved between two versions.
func reason(p *post, e event.Event) string {
	old := p.event.Details.(event.LiftDetails)
	now := e.Details.(event.LiftDetails)
	switch {
	case p.gone:
		return "its grounds came back"
	case p.event.Probability != e.Probability:
		return fmt.Sprintf("probability from %.2f to %.2f", p.event.Probability, e.Probability)
	case p.event.Barrels.P50 != e.Barrels.P50:
		return fmt.Sprintf("cargo from %d to %d barrels", p.event.Barrels.P50, e.Barrels.P50)
	case !slices.Equal(old.Because, now.Because):
		return "rests on other events"
	}
	return "its grounds changed"
}

// retract takes back the lifts of a ship that nothing supports any more, naming the lift that took their place.
func (l *Ledger) retract(s *ship, current map[string]Lift, w time.Time) []event.Event {
	var out []event.Event
	for _, id := range s.lifts {
		p := l.posts[id]
		if _, lives := current[id]; lives || p.gone || l.isFrozen(p, w) {
			continue
		}
		e := p.event
		e.Version++
		e.Status, e.Watermark, e.Why = event.Retracted, w, "its grounds were retracted or fell below the cut"
		if heir, ok := l.heir(p.lift, current); ok {
			e.SupersededBy, e.Why = &heir, "the same loading is better known under another id"
		}
		p.event, p.gone = e, true
		out = append(out, e)
	}
	return out
}

// heir finds the living lift whose window overlaps or touches the old one's.
func (l *Ledger) heir(old Lift, current map[string]Lift) (string, bool) {
	for _, id := range slices.Sorted(maps.Keys(current)) {
		if l.touch(old, current[id]) {
			return id, true
		}
	}
	return "", false
}
