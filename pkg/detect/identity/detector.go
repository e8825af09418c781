package identity

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector follows hulls through their numbers. It is pure.
type Detector struct {
	o       Options
	weights map[event.Cause]map[string]float64
	fleet   *vessel.Fleet
	places  *place.Gazetteer
	sea     *geo.Sea

	ships   map[vessel.MMSI]*ship
	byIMO   map[vessel.IMO][]vessel.MMSI
	hulls   hulls
	touched map[vessel.MMSI]bool      // to be compared with others at the next grid point
	waiting map[vessel.MMSI]time.Time // to be compared at a moment, when a missing IMO number counts as missing
	pending map[vessel.MMSI]bool      // with other particulars that may be a slip
	bad     []*track.Profile          // IMO numbers with a wrong check digit
	doubles map[vessel.MMSI]*double
	joints  map[pair]*joint
	links   map[link]event.Event // continuations told, by what they link
	jammed  map[vessel.MMSI]time.Time
}

// hulls finds the MMSIs that sent the same four dimensions.
type hulls map[geo.Hull][]vessel.MMSI

func (h hulls) add(hull geo.Hull, m vessel.MMSI) {
	if hull.Length() > 0 && hull.Beam() > 0 && !slices.Contains(h[hull], m) {
		h[hull] = append(h[hull], m)
	}
}

// pair is two MMSIs, the smaller first.
type pair struct{ a, b vessel.MMSI }

// link is a hull's way from one MMSI to another, which began at an instant (ms).
type link struct {
	from, to vessel.MMSI
	at       int64
}

func (l link) compare(o link) int {
	return cmp.Or(cmp.Compare(l.at, o.at), cmp.Compare(l.to, o.to), cmp.Compare(l.from, o.from))
}

// New returns a detector that knows no ship.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, sea *geo.Sea) *Detector {
	return &Detector{o: o, weights: logOdds(DefaultWeights()), fleet: fleet, places: places, sea: sea, ships: map[vessel.MMSI]*ship{}, byIMO: map[vessel.IMO][]vessel.MMSI{},
		hulls: hulls{}, touched: map[vessel.MMSI]bool{}, waiting: map[vessel.MMSI]time.Time{}, pending: map[vessel.MMSI]bool{},
		doubles: map[vessel.MMSI]*double{}, joints: map[pair]*joint{}, links: map[link]event.Event{}, jammed: map[vessel.MMSI]time.Time{}}
}

func (d *Detector) at(m vessel.MMSI) *ship {
	s := d.ships[m]
	if s == nil {
		s = &ship{mmsi: m}
		d.ships[m] = s
	}
	return s
}

func (d *Detector) touch(m vessel.MMSI) { d.touched[m] = true }

// Observe takes in particulars, fixes and what was heard in two places.
func (d *Detector) Observe(f track.Fact) {
	if !f.Head().MMSI.Ship() {
		return
	}
	switch f := f.(type) {
	case *track.Profile:
		d.learn(f)
	case *track.Sample:
		if s := d.at(f.MMSI); d.follows(s) {
			d.hear(s, f.Before)
			d.hear(s, f.After)
		}
	case *track.Silence:
		if s := d.at(f.MMSI); d.follows(s) {
			d.hear(s, &f.Off)
			if f.On != nil {
				d.hear(s, f.On)
			}
		}
	case *track.Ambiguity:
		d.twice(f.MMSI).heard(f)
	}
}

// follows tells whether a ship's fixes are kept: those of ships that carry no oil are not.
func (d *Detector) follows(s *ship) bool {
	return !s.known || d.concerns(s.settled) || s.pending != nil
}

// Hear takes in interference: a displaced position looks like another ship's.
func (d *Detector) Hear(e event.Event) {
	if e.Kind != event.Interference || e.Status == event.Retracted {
		return
	}
	if x, ok := e.Details.(event.InterferenceDetails); ok && x.Shape == event.Absent {
		return // no position is false
	}
	for _, v := range e.Vessels {
		d.jammed[v.MMSI] = e.Watermark
		if x := d.doubles[v.MMSI]; x != nil {
			x.dirty = true
		}
	}
}

// Advance returns what is new at the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	var out []event.Event
	for _, f := range d.bad {
		out = append(out, d.wrongDigit(f, w)...)
	}
	d.bad = d.bad[:0]
	for _, m := range sorted(d.pending) {
		out = append(out, d.settle(d.ships[m], w)...)
	}
	for m, at := range d.waiting {
		if !at.After(w) {
			d.touch(m)
			delete(d.waiting, m)
		}
	}
	for _, m := range sorted(d.touched) {
		out = append(out, d.compare(d.ships[m], w)...)
	}
	clear(d.touched)
	if w.Equal(w.Truncate(time.Hour)) {
		out = append(out, d.review(w)...)
		out = append(out, d.both(w)...)
	}
	for _, m := range sorted(d.doubles) {
		out = append(out, d.judge(d.doubles[m], w)...)
	}
	slices.SortFunc(out, event.Compare)
	return out
}

func sorted[V any](m map[vessel.MMSI]V) []vessel.MMSI {
	if len(m) == 0 {
		return nil // nearly every tick
	}
	return slices.Sorted(maps.Keys(m))
}

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
