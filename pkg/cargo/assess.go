package cargo

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// exitGate is the gate beyond which a cargo has left the Gulf of Oman.
const exitGate = "GULF_OF_OMAN_EXIT"

// verdict is what the ledger makes of a voyage.
type verdict struct {
	possible bool // she could have loaded
	waiting  bool // a stay long enough, of which the end is not known yet
	score    score
	lift     Lift // complete but for ID and Raised
	chosen   chance
	rules    []event.Rule
	because  []string // events that it rests on, in order of kind and id
	after    time.Time
	tonnes   float64
	factor   float64             // barrels a tonne
	rivals   []event.Explanation // of an inferred lift: where else her oil may come from
}

// assess weighs a voyage. Earlier is the number of lifts that this hull is already believed to have made.
func (l *Ledger) assess(s *ship, v voyage, earlier int) verdict {
	var d verdict
	d.possible = l.choose(s, v, &d)
	if !d.possible {
		return d
	}
	from, to := v.observed()
	d.after = to
	found := l.outcome(s, from, to, &d)
	for name, x := range identity(s.seen, earlier) {
		found[name] = x
	}
	for name, x := range d.chosen.values {
		found[name] = x
	}
	d.score = l.o.Weights.score(found)
	l.fill(s, from, &d)
	d.lift.Origin, d.lift.Far = foundBy(s.transits, d.chosen.stay, d.lift.End)
	return d
}

// leastSure is how probable it must be that a stay was long enough.
const leastSure = 0.2

// choose takes the route that tells most: an observed stay that was probably long enough, else the hidden time with
// the best opportunity. Stays at several berths in a row add up, those that overlap (a berth inside its terminal)
// count once.
func (l *Ledger) choose(s *ship, v voyage, d *verdict) bool {
	need := needed(s.seen.Class)
	stay, whole := joinStays(v.chances)
	if sure := longEnough(stay, need); whole && sure >= leastSure {
		d.chosen = stay
		d.chosen.values["stay_at_berth"] *= sure
		d.chosen.rules = []event.Rule{
			{Name: "stopped at the source, at least", Value: stay.stopped.Hours(), Op: ">=", Threshold: need.Hours(), Unit: "h", Passed: stay.stopped >= need, Note: stay.place},
			{Name: "stopped at the source, at most", Value: stay.most.Hours(), Op: ">=", Threshold: need.Hours(), Unit: "h", Passed: stay.most >= need, Note: stay.place},
		}
		for _, c := range v.chances {
			if c.stay {
				d.because = append(d.because, c.id)
			}
		}
		return true
	}
	d.waiting = len(stay.id) > 0 && !whole && stay.stopped >= need
	best, most := -1, 0.0
	for i, c := range v.chances {
		if sum := l.o.Weights.score(c.values).opportunity; !c.stay && (best < 0 || sum > most) {
			best, most = i, sum
		}
	}
	// Only ships that say they are tankers can have loaded unseen; a hull of unknown type could be any ship.
	if best < 0 || !vessel.Tanker(s.seen.ShipType) {
		return false
	}
	d.chosen = v.chances[best]
	if _, told := d.chosen.values["unheard_before"]; !told {
		d.because = append(d.because, d.chosen.id)
	}
	return true
}

// longEnough is the probability that a stay lasted as long as a loading: any length between the hours in which she was
// seen at rest and those between the fixes outside is as likely as any other.
func longEnough(stay chance, need time.Duration) float64 {
	switch {
	case stay.stopped >= need:
		return 1
	case stay.most <= need:
		return 0
	}
	return (stay.most - need).Hours() / (stay.most - stay.stopped).Hours()
}

// joinStays makes one stay of a voyage's: stays at berths before stays in a zone, times added where they do not
// overlap. It tells whether all of it is over.
func joinStays(chances []chance) (chance, bool) {
	var joined chance
	found, whole := false, true
	for _, c := range berthsFirst(chances) {
		whole = whole && c.finished
		if !found {
			joined, found = c, true
			continue
		}
		if c.from.Before(joined.end) {
			joined.stopped, joined.most = max(joined.stopped, c.stopped), max(joined.most, c.most)
		} else {
			joined.stopped, joined.most = joined.stopped+c.stopped, joined.most+c.most
		}
		if c.end.After(joined.end) {
			joined.end = c.end
		}
		if c.values["stay_at_berth"] > joined.values["stay_at_berth"] || c.values["confidence"] > joined.values["confidence"] {
			joined.values["stay_at_berth"] = max(c.values["stay_at_berth"], joined.values["stay_at_berth"])
			joined.values["confidence"] = max(c.values["confidence"], joined.values["confidence"])
		}
	}
	return joined, found && whole
}

// berthsFirst are the stays at berths or terminals, or those in a zone when there are no others, in order of time.
func berthsFirst(chances []chance) []chance {
	var berths, zones []chance
	for _, c := range chances {
		switch {
		case c.stay && c.values["stay_at_berth"] == 1:
			berths = append(berths, c)
		case c.stay:
			zones = append(zones, c)
		}
	}
	if len(berths) > 0 {
		return berths
	}
	return zones
}

// identity is the block of who: what the flag, the lists and this hull's past say.
func identity(s vessel.Ship, earlier int) values {
	v := values{}
	switch {
	case s.Class == vessel.VLCC, s.Class == vessel.ULCC:
		v["vlcc"] = 1
	case !s.Class.Crude():
		v["products"] = 1
	}
	switch fleetOf(s) {
	case FleetIran:
		v["iran_flag"] = 1
	case FleetListed:
		v["listed"] = 1
	}
	if len(s.Listed) > 0 {
		v["listed"] = 1
	}
	if earlier > 0 {
		v["history"] = 1
	}
	return v
}

func fleetOf(s vessel.Ship) Fleet {
	switch {
	case s.Flag == "IR":
		return FleetIran
	case len(s.Listed) > 0:
		return FleetListed
	}
	return FleetOther
}

// outcome is the block of what happened to her load. A ship smaller than Aframax trades products between Iranian
// ports: for her only leaving the Gulf of Oman makes it an outcome, and for the smallest nothing does.
func (l *Ledger) outcome(s *ship, from, to time.Time, d *verdict) values {
	v := values{}
	before := s.loadAt(from)
	mark, laden := l.ladenMark(s, from, to)
	left, exited, gone := l.outbound(s, to)
	switch {
	case before == vessel.Laden:
		v["laden_before"] = 1
	case laden && before == vessel.Ballast:
		v["ballast_to_laden"] = 1
	case laden:
		v["laden_after"] = 1
	}
	still := !laden && l.ballastMark(s, from, to)
	if laden {
		d.after = mark.Since
	} else if still {
		v["ballast_after"] = 1
	}
	if gone {
		d.because = append(d.because, left.ID)
	}
	if e, gave := l.gaveAfter(s, d.chosen, to); gave {
		d.because = append(d.because, e.ID)
		v["gave_after"] = e.Probability
	}
	v.sail(d.chosen, gone || d.chosen.through, laden, still, before)
	d.lift.Exited = exited
	if c := s.seen.Class; !c.Crude() && (exited == nil || c == vessel.GP || c == vessel.SmallTanker) {
		d.rules = append(d.rules, event.Rule{Name: "smaller than Aframax: left the Gulf of Oman", Op: ">=", Threshold: 1, Unit: "crossings"})
		return values{}
	}
	d.because = append(d.because, spokenChanges(s, from, d.after)...)
	return v
}

// loadAt is what the last draught typed before a moment says of the load. One that says laden is stale once she has left the
// Gulf of Oman and come back: nobody carries a cargo to its buyer and home again.
func (s *ship) loadAt(at time.Time) vessel.LoadState {
	load := s.seen.LoadAt(at)
	if load != vessel.Laden {
		return load
	}
	var typed, left, back time.Time
	for _, m := range s.seen.Draughts {
		if !m.Since.After(at) {
			typed = m.Since
		}
	}
	for _, e := range s.transits {
		d := e.Details.(event.TransitDetails)
		if d.Gate != exitGate || e.Start.Before(typed) || e.Start.After(at) {
			continue
		}
		if d.Outbound && (left.IsZero() || e.Start.Before(left)) {
			left = e.Start
		} else if !d.Outbound && e.Start.After(back) {
			back = e.Start
		}
	}
	if !left.IsZero() && back.After(left) {
		return vessel.LoadUnknown
	}
	return load
}

// sail tells what sailing out says. Of a ship that was seen at the terminal it is a sign of its own, unless she types ballast
// anew: she sails out empty. Of one that was hidden it is one if she is laden, or if she came in ballast and her silence
// was no chance, as far as it was none: what a crew types that hides is worth less.
func (v values) sail(c chance, out, laden, still bool, before vessel.LoadState) {
	telling := max(0, c.values["silence_odds"], c.pretended)
	if c.stay {
		telling = 1
	}
	if c.values["transfer_fit"] > 0 { // another ship may have filled her, unheard
		telling = 0
	}
	empty := !laden && (before == vessel.Ballast || !c.stay && before != vessel.Laden)
	switch {
	case !out, c.stay && still:
		return
	case c.values["unheard_before"] > 0 && !still:
		v["came_out"] = 1
	case c.stay, laden, empty && telling > 0:
		v["sailed_out"] = 1
	}
	if empty && telling > 0 && c.values["unheard_before"] == 0 {
		v["came_empty"] = telling
	}
}

// outbound is the first gate crossed outbound after a loading and before another at a lawful terminal, and when the Gulf
// of Oman was left.
func (l *Ledger) outbound(s *ship, to time.Time) (first event.Event, exited *time.Time, ok bool) {
	limit := l.lawfulAfter(s, to, to.Add(l.o.Outbound))
	for _, e := range s.transits {
		d := e.Details.(event.TransitDetails)
		if !d.Outbound || e.Start.Before(to) || e.Start.After(limit) {
			continue
		}
		if !ok || event.Compare(e, first) < 0 {
			first, ok = e, true
		}
		if at := e.Start; d.Gate == exitGate && (exited == nil || at.Before(*exited)) {
			exited = &at
		}
	}
	return first, exited, ok
}

// spokenChanges are the ids of draught changes between from and the draught that decided.
func spokenChanges(s *ship, from, after time.Time) []string {
	var ids []string
	for _, e := range s.draughts {
		d := e.Details.(event.DraughtDetails)
		if d.FirstSeen.After(from) && !d.FirstSeen.After(after) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// fill completes the lift: window, volume, stratum.
func (l *Ledger) fill(s *ship, from time.Time, d *verdict) {
	c := d.chosen
	d.factor = vessel.DefaultBarrelsPerTonne
	if k, ok := place.BarrelsPerTonne(c.grade); ok {
		d.factor = k
	}
	var draught geo.Metres
	if m, ok := s.seen.DraughtAt(d.after); ok && s.seen.LoadOf(m) == vessel.Laden && d.after.After(from) {
		draught = m
	}
	volume := s.seen.Cargo(draught, d.factor)
	d.tonnes = volume.Value / d.factor
	d.lift.MMSI, d.lift.Q = s.seen.MMSI, d.score.q
	d.lift.Start, d.lift.End = c.start, c.end
	d.lift.Direct, d.lift.Triangular, d.lift.Route = c.stay, c.stay, Bracketed
	if c.stay {
		d.lift.Route = Direct
	}
	d.lift.Barrels, d.lift.LogSD, d.lift.Cap = vessel.Barrels(volume.Value+0.5), volume.LogSD, s.seen.CargoCap()
	d.lift.Fleet, d.lift.Outside, d.lift.Grade = fleetOf(s.seen), c.outside, c.grade
	d.rules = append(append([]event.Rule{}, c.rules...), d.rules...)
	d.rules = append(d.rules,
		event.Rule{Name: "opportunity", Value: d.score.opportunity, Op: ">", Unit: "log-odds", Passed: d.score.opportunity > 0},
		event.Rule{Name: "outcome", Value: d.score.outcome, Op: ">", Unit: "log-odds", Passed: d.score.outcome > 0},
		event.Rule{Name: "probability", Value: d.score.q, Op: ">=", Threshold: l.o.Weights.Cut, Unit: "probability", Passed: d.score.q >= l.o.Weights.Cut})
}

// gaveAfter is the meeting after a loading, and before another, in which she most probably gave cargo to another ship: who
// was in ballast before has it from somewhere.
func (l *Ledger) gaveAfter(s *ship, c chance, to time.Time) (best event.Event, ok bool) {
	limit := l.lawfulAfter(s, c.from, to.Add(gaveWithin))
	for _, e := range s.passed {
		if e.Start.Before(to) || e.Start.After(limit) || !plays(e, event.Donor, s.seen) {
			continue
		}
		if !ok || e.Probability > best.Probability || e.Probability == best.Probability && event.Compare(e, best) < 0 {
			best, ok = e, true
		}
	}
	return best, ok
}

// gaveWithin is how long after a loading cargo given away still speaks of it: what is passed on in these waters is so within
// weeks, but for floating storage.
const gaveWithin = 30 * 24 * time.Hour
