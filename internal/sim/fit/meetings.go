package fit

import (
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
)

// Meetings are the cases of a world's rendezvous events, by their last versions. An event that shares less than half of
// its time with a meeting of the same ships is neither right nor wrong, and left out.
func Meetings(t *sim.Truth, events []event.Event) []Case {
	var out []Case
	for _, e := range events {
		d, ok := e.Details.(event.RendezvousDetails)
		if !ok || e.Status == event.Retracted || len(e.Vessels) != 2 || len(d.Findings) == 0 || d.Form != event.Alongside {
			continue
		}
		cause, sure := purpose(t, e)
		if sure {
			out = append(out, Case{d.Findings, cause, t.Seed})
		}
	}
	return out
}

// Unseen are the cases of a world's meetings of which one ship was not heard: each candidate that an event lists, and
// whether cargo passed between her and the ship that was heard, for at least half of the time that either the truth or
// the claim covers.
func Unseen(t *sim.Truth, events []event.Event) []Case {
	var out []Case
	for _, e := range events {
		d, ok := e.Details.(event.RendezvousDetails)
		if !ok || e.Status == event.Retracted || d.Form != event.OneUnseen {
			continue
		}
		for _, c := range d.Candidates {
			pair := e
			pair.Vessels = []event.Vessel{e.Vessels[0], {MMSI: c.MMSI, IMO: c.IMO}}
			pair.Start, pair.End = c.From, &c.To
			cause, _ := purpose(t, pair)
			if cause != event.CargoTransfer {
				cause = event.OtherMeeting
			}
			out = append(out, Case{c.Findings, cause, t.Seed})
		}
	}
	return out
}

// purpose is what the ships of an event really did.
func purpose(t *sim.Truth, e event.Event) (event.Cause, bool) {
	end := t.End
	if e.End != nil {
		end = *e.End
	}
	apart := true
	for _, m := range t.Meetings {
		a, b := e.Vessels[0], e.Vessels[1]
		if !(same(a, m.Visitor) && same(b, m.Host) || same(a, m.Host) && same(b, m.Visitor)) {
			continue
		}
		both := earlier(end, m.End).Sub(later(e.Start, m.Start))
		either := later(end, m.End).Sub(earlier(e.Start, m.Start))
		if 2*both >= either {
			switch m.Purpose {
			case "bunkering":
				return event.Bunkering, true
			case "service":
				return event.Service, true
			}
			return event.CargoTransfer, true
		}
		apart = apart && both <= 0
	}
	return idle(e), apart
}

// idle is what ships did that were near each other and did nothing together.
func idle(e event.Event) event.Cause {
	if e.Place == nil {
		return event.OtherMeeting
	}
	switch place.Kind(e.Place.Kind) {
	case place.Anchorage, place.STSArea, place.TerminalZone:
		return event.Neighbours
	}
	return event.Berthed
}

// same tells whether an event's ship is one of the truth. A ship that changed her MMSI is known by her IMO number.
func same(v event.Vessel, t sim.Vessel) bool {
	return uint32(v.MMSI) == t.MMSI || v.IMO != 0 && uint32(v.IMO) == t.IMO
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
