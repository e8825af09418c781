package cargo

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Route is how a lift was found: a label for display, not a kind of lift.
type Route string

// The routes. An STSInferred lift is of a donor whom nobody saw: a tanker became laden at a lonely stop. A Blend is oil that
// goes on as another's; it stands apart and is in no sum.
const (
	Direct      Route = "direct"
	Bracketed   Route = "bracketed"
	STSInferred Route = "sts_inferred"
	Blend       Route = "blend"
)

// Origin is where the oil of a ship may come from that became laden at a lonely stop at a place whose name begins with the prefix:
// prior shares that sum to one.
type Origin struct {
	Prefix    string  `json:"prefix"`
	Route     Route   `json:"route"`
	Iran      float64 `json:"iran"`
	Russia    float64 `json:"russia"`
	Venezuela float64 `json:"venezuela"`
	Lawful    float64 `json:"lawful"`
	Source    string  `json:"source"`
}

// inferred tells of the routes of which nobody saw the loading.
func (r Route) inferred() bool { return r == STSInferred || r == Blend }

// The rival explanations of an inferred lift.
const (
	fromRussia    event.Cause = "russian_oil"
	fromVenezuela event.Cause = "venezuelan_oil"
	fromLawful    event.Cause = "lawful_oil"
	knownLift     event.Cause = "lift_known_already" // a donor's, which counts there
)

// origin is that of a place; not ok where nothing is inferred.
func (w Weights) origin(name string) (Origin, bool) {
	for _, o := range w.Origins {
		if strings.HasPrefix(name, o.Prefix) {
			return o, true
		}
	}
	return Origin{}, false
}

// The window of a loading whose donor was not seen, before the transfer: METHODS.md section 7.
const (
	inferredFrom = 75 * 24 * time.Hour
	inferredTo   = 12 * 24 * time.Hour
)

// lonelyLeast is the shortest stop in which a whole cargo passes: an Aframax's 581,000 barrels took 20 h.
const lonelyLeast = transferLeast

// unseenLifts is the number of lifts that no route found for each that one did, before anything is known: a = 0.6, which
// METHODS.md section 8 starts from.
const unseenLifts = (1 - 0.6) / 0.6

// inferences are lonely stops at which a ship became laden, of which neither a loading, nor a meeting, nor a lift of her own
// tells where the oil comes from. The probability is that of Iran's among the origins that compete, times the share of the
// cargo that no lift already in the ledger may account for: donors count in their own lifts.
func (l *Ledger) inferences(s *ship, current map[string]Lift) []verdict {
	var rests []event.Event
	for _, e := range s.rests {
		if e.End != nil && e.End.Sub(e.Start) >= lonelyLeast {
			rests = append(rests, e)
		}
	}
	slices.SortFunc(rests, event.Compare)
	var out []verdict
	told := map[time.Time]bool{} // the draughts that are accounted for
	for _, e := range rests {
		o, known := l.o.Weights.origin(e.Place.Name)
		mark, laden := l.becameLaden(s, e)
		if !known || !laden || told[mark.Since] || l.accounted(s, e, mark.Since, current) {
			continue
		}
		told[mark.Since] = true
		out = append(out, l.infer(s, e, o, mark))
	}
	return out
}

// inferAll publishes what is inferred of a ship, and notes that it depends on what is known of others.
func (l *Ledger) inferAll(m vessel.MMSI, s *ship, current map[string]Lift, w time.Time) []event.Event {
	var out []event.Event
	found := l.inferences(s, current)
	if delete(l.inferring, m); len(found) > 0 {
		l.inferring[m] = true
	}
	for _, d := range found {
		if d.lift.End.Before(w.Add(-l.o.Keep)) || d.lift.Barrels <= 0 {
			continue
		}
		if d.lift.Q < l.o.Weights.Cut {
			s.below++
			continue
		}
		e := l.write(s, &d, w)
		current[d.lift.ID] = d.lift
		if changed, ok := l.post(s, d.lift, e, w); ok {
			out = append(out, changed)
		}
	}
	return out
}

// becameLaden is the laden draught typed during a stop or within days of it by a ship that came in ballast.
func (l *Ledger) becameLaden(s *ship, e event.Event) (vessel.DraughtMark, bool) {
	if s.loadAt(e.Start) != vessel.Ballast || !vessel.Tanker(s.seen.ShipType) {
		return vessel.DraughtMark{}, false
	}
	for _, m := range s.seen.Draughts {
		if m.Since.After(e.Start) && !m.Since.After(e.End.Add(l.o.Touch+24*time.Hour)) && s.seen.LoadOf(m.Draught) == vessel.Laden {
			return m, true
		}
	}
	return vessel.DraughtMark{}, false
}

// accounted tells whether it is known where her cargo comes from: a lawful terminal, another ship that was heard, or a lift of
// her own.
func (l *Ledger) accounted(s *ship, e event.Event, laden time.Time, current map[string]Lift) bool {
	before := e.Start.Add(-l.o.Outcome)
	if l.lawfulAfter(s, before, laden).Before(laden) {
		return true
	}
	for _, own := range current {
		if !own.Route.inferred() && own.Start.Before(laden) && own.End.After(before) {
			return true
		}
	}
	return false
}

// infer weighs a lonely stop.
func (l *Ledger) infer(s *ship, e event.Event, o Origin, mark vessel.DraughtMark) verdict {
	var d verdict
	open := l.unaccounted(s.seen.MMSI, e)
	if o.Route == Blend {
		open = 1
	}
	q := o.Iran * open
	volume := s.seen.Cargo(mark.Draught, vessel.DefaultBarrelsPerTonne)
	d.chosen = chance{id: e.ID, from: e.Start, to: *e.End, place: e.Place.Name, lon: e.Lon, lat: e.Lat}
	d.after, d.factor, d.tonnes = mark.Since, vessel.DefaultBarrelsPerTonne, volume.Value/vessel.DefaultBarrelsPerTonne
	d.because = append([]string{e.ID}, spokenChanges(s, e.Start, mark.Since)...)
	d.score = score{q: q, logOdds: math.Log(q / (1 - q)), chance: true, sign: true}
	d.lift = Lift{MMSI: s.seen.MMSI, Q: q, Route: o.Route, Start: e.Start.Add(-inferredFrom), End: e.Start.Add(-inferredTo),
		Barrels: vessel.Barrels(volume.Value + 0.5), LogSD: volume.LogSD, Cap: s.seen.CargoCap(), Fleet: fleetOf(s.seen)}
	if o.Route == Blend {
		d.lift.Start, d.lift.End = e.Start, *e.End
	}
	d.rivals = []event.Explanation{{Cause: Lifted, P: q}, {Cause: knownLift, P: o.Iran * (1 - open)}, {Cause: fromRussia, P: o.Russia},
		{Cause: fromVenezuela, P: o.Venezuela}, {Cause: fromLawful, P: o.Lawful}}
	d.rules = []event.Rule{
		{Name: "lonely stop", Value: e.End.Sub(e.Start).Hours(), Op: ">=", Threshold: lonelyLeast.Hours(), Unit: "h", Passed: true, Note: e.Place.Name},
		{Name: "iran among the origins", Value: o.Iran, Op: ">", Unit: "probability", Passed: true, Note: o.Source},
		{Name: "no lift that is known", Value: open, Op: ">", Unit: "share", Passed: true},
		{Name: "probability", Value: q, Op: ">=", Threshold: l.o.Weights.Cut, Unit: "probability", Passed: q >= l.o.Weights.Cut},
	}
	return d
}

// unaccounted is the share of a cargo taken in at a stop that is of no lift in the ledger: each lift of another ship that may have been
// the donor stands for its q, against the lifts that nobody found.
func (l *Ledger) unaccounted(m vessel.MMSI, e event.Event) float64 {
	sum := 0.0
	for _, x := range l.Lifts() {
		if x.MMSI == m || x.Route.inferred() || x.Start.After(*e.End) || x.End.Before(e.Start.Add(-inferredFrom)) || x.Exited != nil && x.Exited.Before(e.Start) {
			continue
		}
		sum += x.Q
	}
	return unseenLifts / (unseenLifts + sum)
}

// lonely tells whether a rest may be one at which cargo was taken in from nobody who was heard.
func (l *Ledger) lonely(e event.Event) bool {
	if e.Place == nil || e.Place.Kind != string(place.STSArea) {
		return false
	}
	_, known := l.o.Weights.origin(e.Place.Name)
	return known
}

// byStart orders lifts by start, then id.
func byStart(a, b Lift) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) }
