package score

import (
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func trueShip(v sim.Vessel) ship { return ship{vessel.MMSI(v.MMSI), vessel.IMO(v.IMO)} }

// silences are all true silences; the mode of each is its cause. One that does not end lasts to the world's end.
func silences(t *sim.Truth) []item {
	var out []item
	for _, s := range t.Silences {
		out = append(out, item{ships: []ship{trueShip(s.Vessel)}, span: span{s.Start, until(s.End, t.End)}, class: s.Vessel.Class, mode: s.Cause})
	}
	return out
}

// hidden are the silences that a crew made. Their mode is what they hide.
func hidden(t *sim.Truth) []item {
	var out []item
	for _, s := range silences(t) {
		if s.mode == string(event.SwitchedOff) {
			s.mode = hides(t, s)
			out = append(out, s)
		}
	}
	return out
}

// hides tells what a ship did in her silence: a loading comes before a transfer.
func hides(t *sim.Truth, s item) string {
	meets := func(from, to time.Time) bool { return from.Before(s.to) && s.from.Before(to) }
	for _, l := range t.Lifts {
		if s.ships[0].is(trueShip(l.Vessel)) && meets(l.Start, l.End) {
			return "hides a loading"
		}
	}
	for _, m := range t.Transfers {
		if (s.ships[0].is(trueShip(m.Donor)) || s.ships[0].is(trueShip(m.Receiver))) && meets(m.Start, m.End) {
			return "hides a transfer"
		}
	}
	return "hides nothing"
}

// cargoMeetings are the meetings in which cargo passed. The mode tells whose cargo and who was heard when it began to
// flow, the class is the donor's.
func cargoMeetings(t *sim.Truth) []item {
	var out []item
	for _, m := range t.Meetings {
		if m.Purpose != "cargo" {
			continue
		}
		met := item{ships: []ship{trueShip(m.Visitor), trueShip(m.Host)}, span: span{m.Start, m.End}, class: m.Visitor.Class, mode: "not begun"}
		for _, move := range t.Transfers {
			flow := item{ships: []ship{trueShip(move.Donor), trueShip(move.Receiver)}}
			if sameShips(met, flow) && move.Start.Before(met.to) && met.from.Before(move.End) {
				met.class, met.mode = move.Donor.Class, moveMode(move)
				break
			}
		}
		out = append(out, met)
	}
	return out
}

func moveMode(m sim.Move) string {
	whose := "lawful"
	if m.Sanctioned > 0 {
		whose = "sanctioned"
	}
	switch {
	case m.DonorOff && m.ReceiveOff:
		return whose + ", none heard"
	case m.DonorOff || m.ReceiveOff:
		return whose + ", one heard"
	}
	return whose + ", both heard"
}

// lifts are the true loadings of sanctioned crude. One that the world's end cuts short has not left the berth and is
// excused.
func lifts(t *sim.Truth) []item {
	var out []item
	for _, l := range t.Lifts {
		out = append(out, item{ships: []ship{trueShip(l.Vessel)}, span: span{l.Start, l.End}, class: l.Vessel.Class, mode: l.Mode,
			barrels: float64(l.Barrels), excused: !l.Complete})
	}
	return out
}

// claims are the events of a kind that stand, as the last version has them. An event that has not ended lasts to the
// world's end. One that names no ship cannot be matched and stays a claim.
func claims(events []event.Event, kind event.Kind, end time.Time) []item {
	var out []item
	for _, e := range events {
		if e.Kind != kind || e.Status == event.Retracted {
			continue
		}
		c := item{span: span{e.Start, until(e.End, end)}, p: e.Probability, causes: map[string]float64{}}
		for _, v := range involved(e) {
			c.ships = append(c.ships, ship{v.MMSI, v.IMO})
			if c.class == "" || v.Role == event.Donor {
				c.class = v.Class
			}
		}
		for _, x := range e.Explanations {
			c.causes[string(x.Cause)] += x.P
		}
		if e.Barrels != nil {
			c.barrels, c.low, c.high = float64(e.Barrels.Mean), float64(e.Barrels.P05), float64(e.Barrels.P95)
		}
		out = append(out, c)
	}
	return out
}

// involved are the ships that an event must share with the truth: both of a meeting, the loader of a lift, and the
// first of everything else.
func involved(e event.Event) []event.Vessel {
	if e.Kind == event.Rendezvous || len(e.Vessels) == 0 {
		return e.Vessels
	}
	for _, v := range e.Vessels {
		if v.Role == event.Loader {
			return []event.Vessel{v}
		}
	}
	return e.Vessels[:1]
}

func until(end *time.Time, world time.Time) time.Time {
	if end == nil {
		return world
	}
	return *end
}
