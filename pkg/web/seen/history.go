package seen

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Ship is a ship as the newest event that has her knows her.
type Ship struct {
	MMSI   vessel.MMSI `json:"mmsi"`
	IMO    vessel.IMO  `json:"imo,omitempty"`
	Name   string      `json:"name"`
	Flag   string      `json:"flag"`
	Class  string      `json:"class"`
	Listed []string    `json:"listed"` // list, entry and date
}

// number is what reports of one ship go by: her IMO number, or else her MMSI.
type number struct {
	imo  vessel.IMO
	mmsi vessel.MMSI
}

func compareNumbers(a, b number) int {
	return cmp.Or(cmp.Compare(a.imo, b.imo), cmp.Compare(a.mmsi, b.mmsi))
}

// report is a position that a ship sent.
type report struct {
	at     time.Time
	point  geo.Point
	sog    *geo.Knots // nil: not said
	mmsi   vessel.MMSI
	untrue bool           // an event calls it false
	events []*event.Event // that quote it, the first by start first
}

// hull is all that is quoted of one ship.
type hull struct {
	number   number
	ship     Ship
	reports  []report                     // by time
	silences []*event.Event               // her gaps
	meetings []*event.Event               // her meetings and transfers
	joined   []string                     // identity events by which numbers are hers
	shared   []*event.Event               // identity events by which a number may be two ships'
	imos     map[vessel.MMSI][]vessel.IMO // valid ones that an MMSI was heard with
	of       map[string]bool              // events that are in silences, meetings or shared; nil when all are in
}

// history is what events quote of all ships. It never changes.
type history struct {
	tag   string
	hulls []*hull // by number
}

// newHistory reads events in canonical order; fixes are the positions that an event quotes.
func newHistory(tag string, events []event.Event, fixes func(event.Event) []explain.Fix) *history {
	who := identify(events)
	var displaced event.Displaced
	for _, e := range events {
		displaced.Hear(e)
	}
	hulls := map[number]*hull{}
	of := func(v event.Vessel) *hull {
		n := who.number(v)
		h := hulls[n]
		if h == nil {
			h = &hull{number: n, ship: Ship{Listed: []string{}}, joined: who.joined[n], of: map[string]bool{}, imos: map[vessel.MMSI][]vessel.IMO{}}
			hulls[n] = h
		}
		return h
	}
	for i := range events {
		e := &events[i]
		if e.Status == event.Retracted {
			continue
		}
		for _, v := range e.Vessels {
			of(v).hear(e, v)
		}
		if e.Kind == event.Interference || e.Kind == event.FalsePosition {
			continue // what they quote is false, or a witness of that
		}
		for _, f := range fixes(*e) {
			_, untrue := displaced.At(f.MMSI, f.Time)
			h := of(part(e, f.MMSI))
			h.reports = append(h.reports, report{at: f.Time, point: f.At, sog: f.SOG, mmsi: f.MMSI, untrue: untrue, events: []*event.Event{e}})
		}
	}
	out := &history{tag: tag}
	for _, h := range hulls {
		h.settle()
		out.hulls = append(out.hulls, h)
	}
	slices.SortFunc(out.hulls, func(a, b *hull) int { return compareNumbers(a.number, b.number) })
	return out
}

// part is a ship's part in an event by her number.
func part(e *event.Event, m vessel.MMSI) event.Vessel {
	if i := slices.IndexFunc(e.Vessels, func(v event.Vessel) bool { return v.MMSI == m }); i >= 0 {
		return e.Vessels[i]
	}
	return event.Vessel{MMSI: m}
}

// hear takes in a ship's part in an event. Later events know her better.
func (h *hull) hear(e *event.Event, v event.Vessel) {
	h.ship = Ship{MMSI: v.MMSI, IMO: cmp.Or(v.IMO, h.ship.IMO), Name: cmp.Or(v.Name, h.ship.Name), Flag: cmp.Or(v.Flag, h.ship.Flag), Class: cmp.Or(v.Class, h.ship.Class),
		Listed: append([]string{}, v.Listed...)}
	if v.IMO.Valid() && !slices.Contains(h.imos[v.MMSI], v.IMO) {
		h.imos[v.MMSI] = append(h.imos[v.MMSI], v.IMO)
	}
	if h.of[e.ID] {
		return
	}
	h.of[e.ID] = true
	switch e.Kind {
	case event.Gap:
		h.silences = append(h.silences, e)
	case event.Rendezvous, event.Transfer:
		h.meetings = append(h.meetings, e)
	case event.Identity:
		if twoShips(*e) {
			h.shared = append(h.shared, e)
		}
	}
}

// settle puts reports in order, each once with all events that quote it.
func (h *hull) settle() {
	slices.SortStableFunc(h.reports, func(a, b report) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.mmsi, b.mmsi), cmp.Compare(a.point[0], b.point[0]), cmp.Compare(a.point[1], b.point[1]))
	})
	kept := h.reports[:0]
	for _, r := range h.reports {
		if n := len(kept); n > 0 && kept[n-1].at.Equal(r.at) && kept[n-1].mmsi == r.mmsi && kept[n-1].point == r.point {
			kept[n-1].events = append(kept[n-1].events, r.events...)
			continue
		}
		kept = append(kept, r)
	}
	h.reports = slices.Clip(kept)
	for i := range h.reports {
		h.reports[i].events = slices.Compact(h.reports[i].events)
	}
	if h.ship.MMSI == 0 && len(h.reports) > 0 { // no event has her as a part
		h.ship.MMSI = h.reports[0].mmsi
	}
	h.of = nil
}

// twoShips tells whether an identity event holds that a number is that of two ships, or of nobody.
func twoShips(e event.Event) bool {
	d, is := e.Details.(event.IdentityDetails)
	return is && e.Status != event.Retracted && e.Probability >= event.Believed && (d.Form == "number_shared" || d.Form == "hull_shared" || d.Form == "default_number")
}

// identities tell which numbers are one ship's.
type identities struct {
	two    map[vessel.IMO]bool        // numbers that two ships send at once
	imo    map[vessel.MMSI]vessel.IMO // the only one that an MMSI was heard with
	many   map[vessel.MMSI]bool       // heard with several
	root   map[number]number          // the number that another goes under
	joined map[number][]string        // identity events, by root
}

func identify(events []event.Event) *identities {
	w := &identities{two: map[vessel.IMO]bool{}, imo: map[vessel.MMSI]vessel.IMO{}, many: map[vessel.MMSI]bool{}, root: map[number]number{}, joined: map[number][]string{}}
	for _, e := range events {
		if d, is := e.Details.(event.IdentityDetails); is && d.Form == "hull_shared" && twoShips(e) {
			for _, v := range e.Vessels {
				w.two[v.IMO] = true
			}
		}
	}
	for _, e := range events {
		for _, v := range e.Vessels {
			if e.Status == event.Retracted || !w.names(v.IMO) {
				continue
			}
			if known, is := w.imo[v.MMSI]; is && known != v.IMO {
				w.many[v.MMSI] = true
			}
			w.imo[v.MMSI] = v.IMO
		}
	}
	for _, e := range events {
		if _, _, holds := event.OneHull(e); !holds {
			continue
		}
		a, b := w.number(e.Vessels[0]), w.number(e.Vessels[1])
		if compareNumbers(a, b) > 0 {
			a, b = b, a
		}
		if a != b {
			w.root[b] = a
			w.joined[a] = append(w.joined[a], w.joined[b]...)
		}
		w.joined[a] = append(w.joined[a], e.ID)
	}
	return w
}

// names tells whether an IMO number is that of one ship, as far as is known.
func (w *identities) names(n vessel.IMO) bool { return n.Valid() && !w.two[n] }

// number is what a ship's reports go by.
func (w *identities) number(v event.Vessel) number {
	n := number{mmsi: v.MMSI}
	if known, is := w.imo[v.MMSI]; w.names(v.IMO) {
		n = number{imo: v.IMO}
	} else if is && !w.many[v.MMSI] {
		n = number{imo: known}
	}
	for {
		to, moved := w.root[n]
		if !moved {
			return n
		}
		n = to
	}
}
