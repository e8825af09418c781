package trace

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// exitGate is the gate beyond which oil has left the Gulf of Oman.
const exitGate = "GULF_OF_OMAN_EXIT"

// Tracer turns events into lots and their moves.
type Tracer struct {
	o       lots.Options
	fleet   *vessel.Fleet
	heard   map[string]event.Event          // the last version of what matters, by id
	ships   map[vessel.MMSI]map[string]bool // ids of heard, by ship
	dirty   map[vessel.MMSI]bool
	resting map[vessel.MMSI]bool // dirty by midnight: their rests changed
	day     time.Time            // the last midnight passed
	journal *lots.Journal
	posts   map[string]post                 // by id
	told    map[vessel.MMSI]map[string]bool // ids of posts, by ship
}

// post is a transfer or discharge that was published, in its newest version.
type post struct {
	event  event.Event
	source string // id of the meeting or stay
	gone   bool
}

// New returns a tracer that has heard nothing.
func New(o lots.Options, f *vessel.Fleet) *Tracer {
	return &Tracer{o: o, fleet: f, heard: map[string]event.Event{}, ships: map[vessel.MMSI]map[string]bool{},
		dirty: map[vessel.MMSI]bool{}, resting: map[vessel.MMSI]bool{}, journal: lots.NewJournal(),
		posts: map[string]post{}, told: map[vessel.MMSI]map[string]bool{}}
}

// Journal is all that was written down so far.
func (t *Tracer) Journal() []lots.Entry { return t.journal.Entries() }

// Graph is the state of the ledger.
func (t *Tracer) Graph() lots.Graph { return t.journal.Graph() }

// Hear takes an event of an earlier kind; a newer version replaces the older one, and one that was retracted or no
// longer says anything about oil takes the older one away.
func (t *Tracer) Hear(e event.Event) {
	old, known := t.heard[e.ID]
	matters := len(e.Vessels) > 0 && e.Status != event.Retracted && t.matters(e)
	if !known && !matters || known && old.Version == e.Version {
		return
	}
	mark := t.dirty
	if rests(e) {
		mark = t.resting
	}
	for _, v := range old.Vessels {
		mark[v.MMSI] = true
		delete(t.ships[v.MMSI], e.ID)
	}
	delete(t.heard, e.ID)
	if !matters {
		return
	}
	t.heard[e.ID] = e
	for _, v := range e.Vessels {
		mark[v.MMSI] = true
		if t.ships[v.MMSI] == nil {
			t.ships[v.MMSI] = map[string]bool{}
		}
		t.ships[v.MMSI][e.ID] = true
	}
}

// matters tells whether an event may say anything about oil.
func (t *Tracer) matters(e event.Event) bool {
	switch d := e.Details.(type) {
	case event.LiftDetails:
		return e.Barrels != nil && e.End != nil && d.Route != blended
	case event.RendezvousDetails:
		return e.Status == event.Closed && e.End != nil && len(e.Vessels) == 2 && e.Probability >= t.o.Least
	case event.PortCallDetails:
		return e.Place != nil && (rests(e) || e.End != nil && odds(place.Kind(e.Place.Kind)).unknown > 0)
	case event.TransitDetails:
		return d.Gate == exitGate && d.Outbound
	case event.IdentityDetails:
		_, _, holds := event.OneHull(e)
		return holds
	case event.DraughtDetails, event.LoiteringDetails:
		return true
	}
	return false
}

// rests tells of the events that say that a ship lies still and nothing else.
func rests(e event.Event) bool {
	if e.Kind == event.Loitering {
		return true
	}
	if e.Kind != event.PortCall || e.Place == nil {
		return false
	}
	k := place.Kind(e.Place.Kind)
	return k == place.Anchorage || k == place.STSArea || k == place.TerminalZone || k == place.Zone
}

// Advance says that no fact before w will come any more that is not late. It returns new versions of transfers and
// discharges in canonical order.
func (t *Tracer) Advance(w time.Time) []event.Event {
	if day := w.Truncate(24 * time.Hour); day.After(t.day) {
		t.midnight(day)
	}
	if len(t.dirty) == 0 {
		return nil
	}
	var out []event.Event
	done := map[vessel.MMSI]bool{}
	for _, m := range slices.Sorted(maps.Keys(t.dirty)) {
		if !done[m] {
			out = append(out, t.look(t.reach(m, done), w)...)
		}
	}
	clear(t.dirty)
	slices.SortFunc(out, event.Compare)
	return out
}

// midnight has ships looked at again that lie still, or lay so: whether one is floating storage is asked once a day.
func (t *Tracer) midnight(day time.Time) {
	for m := range t.resting {
		t.dirty[m] = true
		open := false
		for id := range t.ships[m] {
			e := t.heard[id]
			open = open || rests(e) && e.End == nil && day.Before(e.Start.Add(t.o.Storage+48*time.Hour))
		}
		if !open {
			delete(t.resting, m)
		}
	}
	t.day = day
}

// reach lists the ships that chains of meetings and shared hulls tie to one, herself included, and notes them as done.
// Ships that changed at both ends of a meeting that is no more are both dirty: what they were tied to is all looked at.
func (t *Tracer) reach(m vessel.MMSI, done map[vessel.MMSI]bool) []vessel.MMSI {
	done[m] = true
	list := []vessel.MMSI{m}
	for i := 0; i < len(list); i++ {
		for id := range t.ships[list[i]] {
			e := t.heard[id]
			if e.Kind != event.Rendezvous && e.Kind != event.Identity {
				continue
			}
			for _, v := range e.Vessels {
				if !done[v.MMSI] {
					done[v.MMSI] = true
					list = append(list, v.MMSI)
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// look reckons the oil of ships that nothing ties to others anew, and tells what changed.
func (t *Tracer) look(ships []vessel.MMSI, w time.Time) []event.Event {
	var moves []lots.Move
	var h lots.History
	ids := map[string]bool{}
	lifts := false
	for _, m := range ships {
		for id := range t.ships[m] {
			ids[id] = true
			lifts = lifts || t.heard[id].Kind == event.Lift
		}
	}
	if lifts {
		h = t.history(slices.Sorted(maps.Keys(ids)), w)
		moves = lots.Build(h, t.o)
	}
	t.journal.Update(w, ships, moves)
	return t.publish(ships, moves, h, w)
}

// history tells events as what lots.Build reads.
func (t *Tracer) history(ids []string, w time.Time) lots.History {
	var h lots.History
	for _, id := range ids {
		e := t.heard[id]
		c := lots.Cause{Event: e.ID, Version: e.Version}
		m := e.Vessels[0].MMSI
		switch d := e.Details.(type) {
		case event.LiftDetails:
			h.Lifts = append(h.Lifts, lift(e, d, c))
		case event.RendezvousDetails:
			h.Meetings = append(h.Meetings, t.meeting(e, c))
		case event.PortCallDetails:
			if rests(e) {
				h.Rests = append(h.Rests, rest(e, c, w))
			} else if call := t.call(e, c); call.P > 0 {
				h.Calls = append(h.Calls, call)
			}
		case event.LoiteringDetails:
			h.Rests = append(h.Rests, rest(e, c, w))
		case event.TransitDetails:
			h.Crossings = append(h.Crossings, lots.Crossing{Cause: c, Hull: m, At: e.Start, P: e.Probability})
		case event.DraughtDetails:
			h.Marks = append(h.Marks, t.marks(m, d, c)...)
		case event.IdentityDetails:
			h.Links = append(h.Links, lots.Link{A: m, B: e.Vessels[1].MMSI})
		}
	}
	return h
}

// inferred is the route of lifts that were not seen to load.
const inferred = "sts_inferred"

// blended is the route of oil that goes on as another's. It stands apart, and is no lot.
const blended = "blend"

// lift reads a lift. One that is inferred is aboard from when it was raised on.
func lift(e event.Event, d event.LiftDetails, c lots.Cause) lots.Lift {
	l := lots.Lift{Cause: c, Hull: e.Vessels[0].MMSI, Start: e.Start, End: *e.End, Q: e.Probability, Barrels: e.Barrels.Mean}
	if d.Route == inferred {
		l.Inferred, l.Start, l.End = true, d.Raised, d.Raised
	}
	return l
}

// rest reads a time without movement; one that is not over lasts at least till now.
func rest(e event.Event, c lots.Cause, w time.Time) lots.Rest {
	r := lots.Rest{Cause: c, Hull: e.Vessels[0].MMSI, From: e.Start, To: w}
	if e.End != nil {
		r.To = *e.End
	}
	return r
}

// marks reads the load state of a draught that was typed anew. What was typed before is no mark: until the crew types
// again it says what was true at some time past. Who lies deeper than before and is still in ballast by her draught took in a
// part of a cargo, and is not empty.
func (t *Tracer) marks(m vessel.MMSI, d event.DraughtDetails, c lots.Cause) []lots.Mark {
	s, _ := t.fleet.Ship(m)
	load := s.LoadOf(d.AfterM)
	if load == vessel.LoadUnknown || load == vessel.Ballast && d.AfterM > d.BeforeM {
		return nil
	}
	return []lots.Mark{{Cause: c, Hull: m, At: d.FirstSeen, Laden: load == vessel.Laden}}
}

// byLot adds up the parts of several moves, by lot.
func byLot(moves []lots.Move) []event.LotPart {
	var out []event.LotPart
	sorted := slices.Clone(moves)
	slices.SortStableFunc(sorted, func(a, b lots.Move) int { return cmp.Compare(a.Lot, b.Lot) })
	for _, m := range sorted {
		if n := len(out) - 1; n >= 0 && out[n].Lot == m.Lot {
			out[n].Barrels, out[n].Expected = out[n].Barrels+m.Barrels, out[n].Expected+m.Expected
			continue
		}
		out = append(out, event.LotPart{Lot: m.Lot, Barrels: m.Barrels, Expected: m.Expected})
	}
	return out
}
