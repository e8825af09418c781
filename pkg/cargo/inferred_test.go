package cargo

import (
	"math"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// lonely is a stop where cargo is passed on, with nobody heard beside her.
func (s *story) lonely(m vessel.MMSI, name string, from, to float64) event.Event {
	e := s.base(event.Loitering, m, from)
	end := hour(to)
	e.End, e.Lon, e.Lat = &end, 56.95, 24.65
	e.Place = &event.Place{Name: name, Kind: string(place.STSArea)}
	e.Details = event.LoiteringDetails{DurationH: to - from}
	return e
}

// fills is a VLCC that comes in ballast and is laden after a stop.
func fills(t *testing.T, where string) (*story, event.Event) {
	s := newStory(t)
	s.draught(foreign, -9, 9.8)
	s.draught(foreign, 60, 21)
	return s, s.lonely(foreign, where, 0, 50)
}

const sohar = "Off Sohar STS"

func TestAShipThatFillsAtALonelyStop(t *testing.T) {
	s, stop := fills(t, sohar)
	s.at(80, stop)
	l := s.only()
	if l.Route != STSInferred || l.Direct || !l.Start.Equal(hour(-75*24)) || !l.End.Equal(hour(-12*24)) {
		t.Errorf("got %+v, want an inferred lift, 75 to 12 days before the stop", l)
	}
	o, _ := s.ledger.o.Weights.origin(sohar)
	if math.Abs(l.Q-o.Iran) > 1e-9 {
		t.Errorf("got q %.3f, want the share of Iran among the origins, %.3f: no other lift is known", l.Q, o.Iran)
	}
	sum := 0.0
	for _, x := range s.events[len(s.events)-1].Explanations {
		sum += x.P
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("got explanations that sum to %v", sum)
	}
}

func TestNothingIsInferredWhereTheOriginIsKnown(t *testing.T) {
	for trap, more := range map[string]func(s *story) []event.Event{
		"the ship that gave was heard": func(s *story) []event.Event { return []event.Event{s.meeting(iranian, foreign, 10, 0.9)} },
		"she loaded lawfully": func(s *story) []event.Event {
			e := s.stay(foreign, "Fujairah terminals (port)", place.LawfulTerminal, 2, 45)
			d := e.Details.(event.PortCallDetails)
			d.Sanctioned = false
			e.Details = d
			return []event.Event{e}
		},
		"she loaded at Kharg herself": func(s *story) []event.Event {
			return []event.Event{s.stay(foreign, tJetty, place.Berth, -100, -60), s.transit(foreign, -40, exitGate)}
		},
	} {
		s, stop := fills(t, sohar)
		s.at(80, append(more(s), stop)...)
		for _, l := range s.ledger.Lifts() {
			if l.Route.inferred() {
				t.Errorf("%s: got %+v", trap, l)
			}
		}
	}
	elsewhere, stop := fills(t, "Kalamata roads")
	elsewhere.at(80, stop)
	if n := len(elsewhere.ledger.Lifts()); n != 0 {
		t.Errorf("a place of which nothing is known: got %d lifts", n)
	}
}

// The donor's own lift, once it is found, is what the cargo is of: the inferred one is taken back, and comes back with its grounds.
func TestAnInferredLiftGivesWayToItsDonors(t *testing.T) {
	s, stop := fills(t, sohar)
	s.at(80, stop)
	if l := s.only(); l.Route != STSInferred {
		t.Fatalf("got %+v", l)
	}
	s.draught(iranian, -300, 9.8)
	s.draught(iranian, -200, 21)
	loading := s.stay(iranian, tJetty, place.Berth, -260, -220)
	s.at(90, loading)
	if l := s.only(); l.MMSI != iranian || l.Route != Direct {
		t.Errorf("got %+v, want the donor's lift alone", l)
	}
	loading.Status, loading.Version = event.Retracted, 2
	s.at(100, loading)
	if l := s.only(); l.MMSI != foreign || l.Route != STSInferred {
		t.Errorf("got %+v, want the inferred lift again", l)
	}
}

func TestABlendIsToldAndStandsInNoSum(t *testing.T) {
	s, stop := fills(t, "Khor al Zubair OPL / northern Gulf STS")
	s.at(80, stop)
	if n := len(s.ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts, want none", n)
	}
	if n := len(s.events); n != 1 || s.events[0].Details.(event.LiftDetails).Route != string(Blend) {
		t.Errorf("got %d events, want the blend", n)
	}
}

func TestAStopToldTwiceIsOneInference(t *testing.T) {
	s, stop := fills(t, sohar)
	again := s.lonely(foreign, sohar, 1, 49)
	s.at(80, stop, again)
	s.only()
}
