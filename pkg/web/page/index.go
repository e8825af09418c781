package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
	listed "github.com/darkwake/darkwake/pkg/vessel/list"
)

// index finds events by their ships and by what they rest on. It is of one version of the store and never changes.
type index struct {
	tag     string
	events  []event.Event
	byID    map[string]int
	hulls   map[string][]int       // events by hull, in canonical order
	numbers map[vessel.MMSI]string // the hull that a number was last heard from
	resting map[string][]int       // events that rest on an event
	lots    map[string][]string    // lots that rest on an event
	names   map[vessel.MMSI]string // as last sent
}

// indexed returns the index of the store as it is now. Those who ask at once wait for one of them to make it.
func (s *Site) indexed(ctx context.Context) (*index, error) {
	v, err := s.model.Version(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil && s.index.tag == v.Tag() {
		return s.index, nil
	}
	events, err := s.model.Events(ctx)
	if err != nil {
		return nil, err
	}
	rec, err := s.record(ctx)
	if err != nil {
		return nil, err
	}
	s.index = newIndex(v.Tag(), events, rec)
	return s.index, nil
}

func newIndex(tag string, events []event.Event, rec *record.Record) *index {
	x := &index{tag: tag, events: events, byID: map[string]int{}, hulls: map[string][]int{}, numbers: map[vessel.MMSI]string{}, resting: map[string][]int{},
		lots: map[string][]string{}, names: map[vessel.MMSI]string{}}
	for i, e := range events {
		x.byID[e.ID] = i
		seen := map[string]bool{}
		for _, v := range e.Vessels {
			if h := hull(v); !seen[h] {
				seen[h] = true
				x.hulls[h] = append(x.hulls[h], i)
			}
			if v.IMO != 0 {
				x.numbers[v.MMSI] = hull(v)
			}
			if v.Name != "" {
				x.names[v.MMSI] = v.Name
			}
		}
	}
	for i, e := range events {
		for _, id := range restsOn(e, x) {
			x.resting[id] = append(x.resting[id], i)
		}
	}
	if rec != nil {
		x.addLots(rec)
	}
	return x
}

func (x *index) addLots(rec *record.Record) {
	for _, m := range rec.Lots.Moves {
		for _, cause := range m.Because {
			if !slices.Contains(x.lots[cause.Event], m.Lot) {
				x.lots[cause.Event] = append(x.lots[cause.Event], m.Lot)
			}
		}
	}
}

// hull names what stays with a ship for life: her IMO number, or her MMSI where that is not known.
func hull(v event.Vessel) string {
	if v.IMO != 0 {
		return fmt.Sprintf("imo%d", v.IMO)
	}
	return v.MMSI.String()
}

// of are the events of a hull: of an IMO number also those that tell of its radio numbers without it.
func (x *index) of(h string) []int {
	all := slices.Clone(x.hulls[h])
	for m, known := range x.numbers {
		if known == h {
			all = append(all, x.hulls[m.String()]...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// event is an event by its id.
func (x *index) event(id string) (event.Event, bool) {
	i, there := x.byID[id]
	if !there {
		return event.Event{}, false
	}
	return x.events[i], true
}

// restsOn are the ids of the events that an event rests on.
func restsOn(e event.Event, x *index) (ids []string) {
	switch d := e.Details.(type) {
	case event.LiftDetails:
		ids = slices.Clone(d.Because)
	case event.TransferDetails:
		ids = append(ids, d.Rendezvous)
		ids = append(ids, lifted(d.Parts, x)...)
	case event.DischargeDetails:
		ids = append(ids, d.PortCall)
		ids = append(ids, lifted(d.Parts, x)...)
	case event.RendezvousDetails:
		for _, c := range d.Candidates {
			ids = append(ids, c.Gap)
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" || id == e.ID })
}

// lifted are the lifts of the lots of some oil; those that no lift brought have none.
func lifted(parts []event.LotPart, x *index) (ids []string) {
	for _, p := range parts {
		lift := "lift-" + strings.TrimPrefix(p.Lot, "lot-")
		if _, there := x.byID[lift]; there {
			ids = append(ids, lift)
		}
	}
	return ids
}

// alias is what a ship called herself over some time.
type alias struct {
	From, To, Name, MMSI, IMO, Flag string
	Events                          int
}

// altered is an identity event in a ship's history.
type altered struct {
	Href, When, Says, Chance string
	Fields                   []event.Alteration
}

// history is what a ship called herself, as far as events tell.
type history struct {
	Href, Ship string
	Names      []alias
	Changes    []altered
}

// history tells a ship's names, numbers and flags by time, and the identity events that she is in.
func (s *Site) history(x *index, v event.Vessel) history {
	out := history{Href: shipPath(v), Ship: s.name(v.Name)}
	type key struct {
		name string
		mmsi vessel.MMSI
		imo  vessel.IMO
		flag string
	}
	at := map[key]int{}
	for _, i := range x.of(hull(v)) {
		e := x.events[i]
		if e.Status == event.Retracted {
			continue
		}
		if d, is := e.Details.(event.IdentityDetails); is {
			out.Changes = append(out.Changes, s.altered(e, d))
		}
		counted := map[key]bool{}
		for _, w := range e.Vessels {
			k := key{w.Name, w.MMSI, w.IMO, w.Flag}
			if (hull(w) != hull(v) && x.numbers[w.MMSI] != hull(v)) || counted[k] {
				continue
			}
			counted[k] = true
			n, known := at[k]
			if !known {
				n = len(out.Names)
				at[k] = n
				out.Names = append(out.Names, alias{From: minute(e.Start), Name: s.name(w.Name), MMSI: w.MMSI.String(), IMO: number7(w.IMO), Flag: w.Flag})
			}
			out.Names[n].Events++
			out.Names[n].To = minute(last(e))
		}
	}
	return out
}

// last is when an event was last known to go on.
func last(e event.Event) time.Time {
	if e.End != nil {
		return *e.End
	}
	return e.Watermark
}

func number7(n vessel.IMO) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%07d", n)
}

func (s *Site) altered(e event.Event, d event.IdentityDetails) altered {
	return altered{Href: "/event/" + e.ID, When: minute(e.Start), Says: cmp.Or(s.words.Or("form", d.Form), d.Form), Chance: s.words.Chance(e.Probability), Fields: d.Changes}
}

// entry is a hit on a watch list.
type entry struct{ Ship, Entry, Date, SHA string }

// listed are the hits of some ships, each with its date and the file that it came from.
func (s *Site) listed(rec *record.Record, vessels []event.Vessel) (out []entry) {
	for _, v := range vessels {
		for _, hit := range v.Listed {
			x := entry{Ship: s.name(v.Name), Entry: hit}
			switch read := listed.ReadHit(hit); {
			case read.OfList:
				x.Date = s.words.Say("lists.as_of", read.Date)
			case read.Date != "":
				x.Date = s.words.Say("lists.since", read.Date)
			}
			if rec != nil {
				for _, l := range rec.Summary.Lists {
					if strings.HasPrefix(hit, l.Name+" ") {
						x.SHA = short("sha256:" + strings.TrimPrefix(l.SHA256, "sha256:"))
					}
				}
			}
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}
