package cargo

import (
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// meeting is two ships alongside for a day.
func (s *story) meeting(donor, receiver vessel.MMSI, from, p float64) event.Event {
	e := s.base(event.Rendezvous, donor, from)
	end := hour(from + 24)
	e.End, e.Probability = &end, p
	e.Vessels = []event.Vessel{{Role: event.Donor, MMSI: donor}, {Role: event.Receiver, MMSI: receiver}}
	e.Details = event.RendezvousDetails{Form: event.Alongside}
	return e
}

func TestWhatASilenceMeansDependsOnWhereItEnds(t *testing.T) {
	told := func(lon, lat float64) map[string]float64 {
		s := newStory(t)
		s.draught(iranian, -9, 9.8)
		e := s.gap(iranian, 0, 120, 1)
		d := e.Details.(event.GapDetails)
		d.On.Lon, d.On.Lat = lon, lat
		e.Details = d
		s.at(130, e)
		out := map[string]float64{}
		for _, v := range s.ledger.Candidates()[0].Values {
			out[v.Name] = v.Value
		}
		return out
	}
	if v := told(57.1, 25.2); v["transfer_fit"] == 0 {
		t.Errorf("outside before and after: got %v, want a transfer outside among what may have been", v)
	}
	if v := told(55.9, 26.4); v["transfer_fit"] != 0 {
		t.Errorf("silent through the Strait: got %v, want no transfer outside: she was inside", v)
	}
}

func TestPassingCargoOnTellsOfALoading(t *testing.T) {
	told := func(events func(s *story) []event.Event) (string, bool) {
		s := newStory(t)
		s.draught(iranian, -9, 9.8)
		s.at(240, append(s.unheard(iranian, 0), events(s)...)...)
		for _, v := range s.ledger.Candidates()[0].Values {
			if v.Name == "gave_after" {
				return v.Name, true
			}
		}
		return "", false
	}
	if _, ok := told(func(s *story) []event.Event { return []event.Event{s.meeting(iranian, foreign, 150, 0.9)} }); !ok {
		t.Error("she gave cargo a day later: got no sign of it")
	}
	for trap, events := range map[string]func(s *story) []event.Event{
		"she took cargo":        func(s *story) []event.Event { return []event.Event{s.meeting(foreign, iranian, 150, 0.9)} },
		"an improbable meeting": func(s *story) []event.Event { return []event.Event{s.meeting(iranian, foreign, 150, 0.4)} },
		"she took cargo before she did": func(s *story) []event.Event {
			return []event.Event{s.meeting(foreign, iranian, 130, 0.9), s.meeting(iranian, foreign, 170, 0.9)}
		},
	} {
		if _, ok := told(events); ok {
			t.Errorf("%s: got a sign of having loaded before", trap)
		}
	}
}

func TestALadenDraughtIsStaleAfterAVoyage(t *testing.T) {
	s := newStory(t)
	s.draught(iranian, -2000, 21)
	out, in := s.transit(iranian, -1900, exitGate), s.transit(iranian, -200, exitGate)
	in.Details = event.TransitDetails{Gate: exitGate}
	ship := newShip()
	ship.seen, _ = s.fleet.Ship(iranian)
	ship.transits = map[string]event.Event{out.ID: out}
	if got := ship.loadAt(hour(0)); got != vessel.Laden {
		t.Errorf("she left laden and was not heard to come back: got %v", got)
	}
	ship.transits[in.ID] = in
	if got := ship.loadAt(hour(0)); got != vessel.LoadUnknown {
		t.Errorf("she came back with the draught of the last voyage: got %v, want unknown", got)
	}
}
