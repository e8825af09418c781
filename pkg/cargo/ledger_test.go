package cargo

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// hour is an instant counted in hours from the stories' begin.
func hour(h float64) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
}

// story is a fleet and a ledger driven by hand.
type story struct {
	t      testing.TB
	fleet  *vessel.Fleet
	ledger *Ledger
	events []event.Event // published
	n      int
}

const foreign, iranian = vessel.MMSI(620_999_001), vessel.MMSI(422_999_001)

var (
	vlcc    = geo.Hull{Bow: 283, Stern: 50, Port: 30, Starboard: 30}
	aframax = geo.Hull{Bow: 200, Stern: 50, Port: 22, Starboard: 22}
	medium  = geo.Hull{Bow: 150, Stern: 33, Port: 16, Starboard: 16}
)

func newStory(t testing.TB) *story {
	t.Helper()
	g, sea := waters(t)
	return storyIn(t, g, sea)
}

// worldwide is the gazetteer and the sea that the program carries. They are read only, and slow to build.
type worldwide struct {
	places *place.Gazetteer
	sea    *geo.Sea
}

var loadWaters = sync.OnceValues(func() (worldwide, error) {
	g, err := place.Default()
	if err != nil {
		return worldwide{}, err
	}
	sea, err := geo.DefaultSea()
	return worldwide{g, sea}, err
})

func waters(t testing.TB) (*place.Gazetteer, *geo.Sea) {
	t.Helper()
	w, err := loadWaters()
	if err != nil {
		t.Fatalf("load gazetteer and sea: %v", err)
	}
	return w.places, w.sea
}

func storyIn(t testing.TB, g *place.Gazetteer, sea *geo.Sea) *story {
	f := vessel.NewFleet()
	s := &story{t: t, fleet: f, ledger: New(Defaults(), f, g, call.New(call.Defaults(), g, sea))}
	s.ship(foreign, vlcc)
	s.ship(iranian, vlcc)
	return s
}

func (s *story) ship(m vessel.MMSI, h geo.Hull) {
	s.fleet.Update(vessel.Particulars{MMSI: m, ShipType: 80, HasHull: true, Hull: h})
}

func (s *story) draught(m vessel.MMSI, h, d float64) {
	s.fleet.Mark(m, vessel.DraughtMark{Since: hour(h), Draught: geo.Metres(d)})
}

// base fills what all events share. The evidence is one report with the event's running number as its offset.
func (s *story) base(kind event.Kind, m vessel.MMSI, start float64) event.Event {
	s.n++
	return event.Event{Kind: kind, ID: fmt.Sprintf("%s-%d", kind, s.n), Version: 1, Status: event.Closed, Start: hour(start),
		Lon: 50.33, Lat: 29.23, Vessels: []event.Vessel{{Role: event.Subject, MMSI: m}},
		Evidence: event.Evidence{Refs: []event.Ref{{Source: "test", Offset: int64(s.n)}}, Sentences: []string{fmt.Sprintf("!AIVDM,%d", s.n)}}}
}

const tJetty, khargZone = "Kharg T-jetty (eastern jetty)", "Kharg complex (all berths + anchorage)"

// stay is a port call at a loading place of Iran's.
func (s *story) stay(m vessel.MMSI, name string, kind place.Kind, from, to float64) event.Event {
	e := s.base(event.PortCall, m, from)
	start, end := hour(from), hour(to)
	e.End = &end
	e.Place = &event.Place{Name: name, Kind: string(kind), Country: "IR"}
	e.Details = event.PortCallDetails{Confidence: 3, Entry: start, StopStart: &start, StopEnd: &end, Exit: &end, StoppedH: to - from, Sanctioned: true}
	return e
}

// gap is a silence from the Gulf of Oman to the Gulf of Oman that leaves time for a call at Kharg.
func (s *story) gap(m vessel.MMSI, off, on, fit float64) event.Event {
	e := s.base(event.Gap, m, off)
	end := hour(on)
	e.End = &end
	e.Lon, e.Lat = 57.0, 25.3
	e.Details = event.GapDetails{
		Off: event.FixRef{Time: hour(off), Lon: 57.0, Lat: 25.3}, On: &event.FixRef{Time: hour(on), Lon: 57.1, Lat: 25.2},
		DurationH: on - off, Feasibility: 0.1,
		HiddenCalls: []event.HiddenCall{{Place: tJetty, TMinH: 85, Fit: fit, Earliest: hour(off + 33), Latest: hour(on - 33)}},
	}
	return e
}

func (s *story) transit(m vessel.MMSI, h float64, gate string) event.Event {
	e := s.base(event.Transit, m, h)
	end := hour(h)
	e.End = &end
	e.Details = event.TransitDetails{Gate: gate, Outbound: true}
	return e
}

// at hears events and advances to an hour.
func (s *story) at(h float64, events ...event.Event) {
	s.t.Helper()
	for _, e := range events {
		s.ledger.Hear(e)
	}
	s.events = append(s.events, s.ledger.Advance(hour(h))...)
}

// only returns the single lift.
func (s *story) only() Lift {
	s.t.Helper()
	lifts := s.ledger.Lifts()
	if len(lifts) != 1 {
		s.t.Fatalf("got %d lifts, want 1: %+v", len(lifts), lifts)
	}
	return lifts[0]
}

func TestDirectLift(t *testing.T) {
	s := newStory(t)
	s.draught(foreign, -100, 9.8)
	s.draught(foreign, 40, 21.0)
	s.at(41, s.stay(foreign, tJetty, place.Berth, 0, 38))
	l := s.only()
	if !l.Direct || !l.Triangular || !l.Start.Equal(hour(0)) || !l.End.Equal(hour(38)) {
		t.Errorf("got direct %v, window %v to %v", l.Direct, l.Start, l.End)
	}
	if l.Q < 0.8 || l.Barrels < 1_900_000 || l.Barrels > 2_200_000 || l.Cap < l.Barrels || l.Fleet != FleetOther {
		t.Errorf("got q %.2f, %d barrels, cap %d, %s", l.Q, l.Barrels, l.Cap, l.Fleet)
	}
	if !l.Raised.Equal(hour(41)) {
		t.Errorf("got raised %v, want %v", l.Raised, hour(41))
	}
	e := s.events[0]
	d := e.Details.(event.LiftDetails)
	if e.ID != l.ID || e.Version != 1 || d.Route != "direct" || len(d.Terms) == 0 || len(d.Because) != 1 || len(e.Evidence.Sentences) != 1 {
		t.Errorf("got %s v%d, %+v, evidence %v", e.ID, e.Version, d, e.Evidence)
	}
	v := e.Vessels[0]
	if v.Role != event.Loader || v.Load.Before == nil || *v.Load.Before != "ballast" || v.Load.After == nil || *v.Load.After != "laden" {
		t.Errorf("got vessel %+v, want a loader from ballast to laden", v)
	}
	sum := 0.0
	for _, x := range e.Explanations {
		sum += x.P
	}
	if math.Abs(sum-1) > 1e-9 || !(e.Barrels.P05 < e.Barrels.P50 && e.Barrels.P50 < e.Barrels.P95) {
		t.Errorf("got explanations that sum to %v and barrels %+v", sum, e.Barrels)
	}
	if _, err := json.Marshal(e); err != nil {
		t.Errorf("encode lift: %v", err)
	}
}

// What is a lift and what is not: one candidate each, by the trap it must not fall into.
func TestLiftTraps(t *testing.T) {
	for _, c := range []struct {
		trap           string
		tell           func(s *story)
		lifts          int
		pending, below int
		low, high      float64 // of q
	}{
		{"a stay with draughts on both sides", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38))
		}, 1, 0, 0, 0.8, 1},
		{"the same under Iran's flag is surer", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 50, 21)
			s.at(60, s.stay(iranian, tJetty, place.Berth, 0, 38))
		}, 1, 0, 0, 0.95, 1},
		{"no draught at all: pending, no barrels", func(s *story) {
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38))
		}, 0, 1, 0, 0, 0},
		{"no draught after: pending", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38))
		}, 0, 1, 0, 0, 0},
		{"never seen in ballast, laden after", func(s *story) {
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38))
		}, 1, 0, 0, 0.4, 1},
		{"laden before already", func(s *story) {
			s.draught(foreign, -9, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38), s.transit(foreign, 55, "HORMUZ_OUTER"))
		}, 0, 0, 1, 0, 0},
		{"too short for a VLCC", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 20))
		}, 0, 0, 0, 0, 0},
		{"long enough for an Aframax", func(s *story) {
			s.ship(foreign, aframax)
			s.draught(foreign, -9, 7)
			s.draught(foreign, 30, 14.5)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 20))
		}, 1, 0, 0, 0.8, 1},
		{"a shift of berth: two short stays in a row are one long one", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 15), s.stay(foreign, "Kharg Sea Island / Azarpad (western jetty)", place.Berth, 18, 36))
		}, 1, 0, 0, 0.8, 1},
		{"a berth inside its zone counts its hours once", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 2, 17), s.stay(foreign, tJetty, place.Terminal, 0, 20))
		}, 0, 0, 0, 0, 0},
		{"waiting empty in the zone for weeks, then leaving empty", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.at(600, s.stay(foreign, khargZone, place.TerminalZone, 0, 500))
		}, 0, 1, 0, 0, 0},
		{"draught typed anew and still ballast", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 70, 9.4)
			s.at(90, s.stay(foreign, tJetty, place.Berth, 0, 38), s.transit(foreign, 75, "HORMUZ_OUTER"))
		}, 0, 0, 1, 0, 0},
		{"a stay still open is pending", func(s *story) {
			s.draught(foreign, -9, 9.8)
			e := s.stay(foreign, tJetty, place.Berth, 0, 38)
			d := e.Details.(event.PortCallDetails)
			d.StopEnd, d.Exit, e.End = nil, nil, nil
			e.Details = d
			s.at(60, e)
		}, 0, 1, 0, 0, 0},
		{"a coaster between Iranian ports", func(s *story) {
			s.ship(iranian, medium)
			s.draught(iranian, -9, 6.5)
			s.draught(iranian, 30, 12.5)
			s.at(60, s.stay(iranian, tJetty, place.Berth, 0, 20), s.transit(iranian, 55, "HORMUZ_OUTER"))
		}, 0, 1, 0, 0, 0},
		{"a product tanker that leaves the Gulf of Oman is less sure", func(s *story) {
			s.ship(iranian, medium)
			s.draught(iranian, -9, 6.5)
			s.draught(iranian, 30, 12.5)
			s.at(120, s.stay(iranian, tJetty, place.Berth, 0, 20), s.transit(iranian, 100, exitGate))
		}, 1, 0, 0, 0.2, 0.98},
		{"a bulk carrier at the terminal", func(s *story) {
			s.fleet.Update(vessel.Particulars{MMSI: foreign, ShipType: 70, HasHull: true, Hull: vlcc})
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 50, 21)
			s.at(60, s.stay(foreign, tJetty, place.Berth, 0, 38))
		}, 0, 1, 0, 0, 0},
		{"dark from ballast to laden", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 121, 21)
			s.at(130, s.gap(iranian, 0, 120, 1))
		}, 1, 0, 0, 0.4, 1},
		{"dark and in ballast after", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 121, 9.5)
			s.at(130, s.gap(iranian, 0, 120, 1))
		}, 0, 0, 1, 0, 0},
		{"dark, laden, but no loading fits", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 121, 21)
			s.at(130, s.gap(iranian, 0, 120, 0))
		}, 0, 0, 0, 0, 0},
		{"an impossible silence is no gap", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 121, 21)
			e := s.gap(iranian, 0, 120, 1)
			d := e.Details.(event.GapDetails)
			d.Feasibility = 1.4
			e.Details = d
			s.at(130, e)
		}, 0, 0, 0, 0, 0},
		{"dark, then loaded lawfully: that draught belongs to the other cargo", func(s *story) {
			s.draught(foreign, -9, 9.8)
			s.draught(foreign, 200, 21)
			lawful := s.stay(foreign, "Ras Tanura", place.LawfulTerminal, 140, 180)
			d := lawful.Details.(event.PortCallDetails)
			d.Sanctioned = false
			lawful.Details = d
			s.at(210, s.gap(foreign, 0, 120, 1), lawful)
		}, 0, 1, 0, 0, 0},
		{"a hull of unknown type cannot have loaded unseen", func(s *story) {
			s.fleet.Update(vessel.Particulars{MMSI: 620_999_009, HasHull: true, Hull: vlcc})
			s.draught(620_999_009, -9, 9.8)
			s.draught(620_999_009, 121, 21)
			s.at(130, s.gap(620_999_009, 0, 120, 1))
		}, 0, 0, 0, 0, 0},
	} {
		t.Run(c.trap, func(t *testing.T) {
			s := newStory(t)
			c.tell(s)
			lifts := s.ledger.Lifts()
			pending, below := s.ledger.Tally()
			if len(lifts) != c.lifts || pending != c.pending || below != c.below {
				t.Fatalf("got %d lifts, %d pending, %d below the cut, want %d, %d, %d", len(lifts), pending, below, c.lifts, c.pending, c.below)
			}
			for _, l := range lifts {
				if l.Q < c.low || l.Q > c.high {
					t.Errorf("got q = %.3f, want %.2f to %.2f", l.Q, c.low, c.high)
				}
			}
		})
	}
}

// One loading found over two routes is one lift, and what was already told is told again under one id.
func TestTwoRoutesAreOneLift(t *testing.T) {
	s := newStory(t)
	s.draught(iranian, -9, 9.8)
	s.draught(iranian, 121, 21)
	s.at(130, s.gap(iranian, 0, 120, 1))
	dark := s.only()
	stay := s.stay(iranian, tJetty, place.Berth, 40, 80) // heard late from another station, in the middle of the silence
	s.at(131, stay)
	found := s.only()
	if dark.Direct || !found.Direct || found.ID == dark.ID || !found.Start.Equal(hour(40)) {
		t.Fatalf("got %+v after %+v, want the direct one in its place", found, dark)
	}
	if !found.Raised.Equal(dark.Raised) {
		t.Errorf("got raised %v, want %v: the loading was known then", found.Raised, dark.Raised)
	}
	var old *event.Event
	for i, e := range s.events {
		if e.ID == dark.ID {
			old = &s.events[i]
		}
	}
	if old.Status != event.Retracted || old.SupersededBy == nil || *old.SupersededBy != found.ID || old.Version != 2 {
		t.Errorf("got the dark one %s v%d superseded by %v, want it retracted for %s", old.Status, old.Version, old.SupersededBy, found.ID)
	}
	stay.Status, stay.Version = event.Retracted, 2
	s.at(132, stay)
	if back := s.only(); back.ID != dark.ID || back.Q != dark.Q {
		t.Errorf("got %s at %.3f, want the dark one back at %.3f", back.ID, back.Q, dark.Q)
	}
	if last := s.events[len(s.events)-1]; last.ID != dark.ID && last.Status != event.Retracted {
		t.Errorf("got last event %s %s", last.ID, last.Status)
	}
}

// Splitting the evidence of one loading over two routes changes neither q nor barrels.
func TestSplitEvidenceChangesNothing(t *testing.T) {
	whole, split := newStory(t), newStory(t)
	for _, s := range []*story{whole, split} {
		s.draught(iranian, -9, 9.8)
		s.draught(iranian, 60, 21)
	}
	whole.at(70, whole.stay(iranian, tJetty, place.Berth, 0, 38))
	split.at(70, split.stay(iranian, tJetty, place.Berth, 0, 38), split.gap(iranian, 1, 50, 0.6))
	a, b := whole.only(), split.only()
	if math.Abs(a.Q-b.Q) > 1e-12 || a.Barrels != b.Barrels || a.ID != b.ID {
		t.Errorf("got %.4f and %d barrels with a gap beside, want %.4f and %d", b.Q, b.Barrels, a.Q, a.Barrels)
	}
}

func TestTwoVoyagesAreTwoLifts(t *testing.T) {
	s := newStory(t)
	for _, from := range []float64{0, 1000} {
		s.draught(iranian, from-100, 9.8)
		s.draught(iranian, from+40, 21)
		s.at(from+60, s.stay(iranian, tJetty, place.Berth, from, from+38), s.transit(iranian, from+55, exitGate))
	}
	lifts := s.ledger.Lifts()
	if len(lifts) != 2 {
		t.Fatalf("got %d lifts, want 2", len(lifts))
	}
	if lifts[1].Q < lifts[0].Q {
		t.Errorf("got q %.3f then %.3f, want no less for the second: the hull has a past", lifts[0].Q, lifts[1].Q)
	}
	if lifts[0].Exited == nil || !lifts[0].Exited.Equal(hour(55)) {
		t.Errorf("got exited %v, want %v", lifts[0].Exited, hour(55))
	}
}

func TestSecondLiftNeedsBallastBetween(t *testing.T) {
	s := newStory(t)
	s.draught(iranian, -100, 9.8)
	s.draught(iranian, 40, 21)
	s.at(60, s.stay(iranian, tJetty, place.Berth, 0, 38))
	s.at(600, s.stay(iranian, tJetty, place.Berth, 500, 560)) // still laden: waiting, not loading
	s.only()
}

func TestRetractionTakesTheLiftBack(t *testing.T) {
	s := newStory(t)
	s.draught(foreign, -9, 9.8)
	s.draught(foreign, 40, 21)
	e := s.stay(foreign, tJetty, place.Berth, 0, 38)
	s.at(41, e)
	e.Status, e.Version = event.Retracted, 2
	s.at(42, e)
	if n := len(s.ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts, want none", n)
	}
	last := s.events[len(s.events)-1]
	if last.Status != event.Retracted || last.Version != 2 || last.Why == "" || last.SupersededBy != nil {
		t.Errorf("got %s v%d why %q", last.Status, last.Version, last.Why)
	}
	s.at(43)
	if len(s.events) != 2 {
		t.Errorf("got %d versions, want 2: nothing new, nothing told", len(s.events))
	}
}

// A lift keeps its probability as its grounds grow old one by one, and when all of them are forgotten.
func TestALiftOutlivesItsGrounds(t *testing.T) {
	s := newStory(t)
	keep := s.ledger.o.Keep.Hours()
	s.draught(foreign, -9, 9.8)
	s.draught(foreign, 262, 21)
	s.at(265, s.gap(foreign, 0, 130, 1), s.gap(foreign, 135, 260, 0.4), s.transit(foreign, 262, exitGate))
	want := s.only()
	for h := keep; h < keep+1500; h += 12 {
		s.ledger.dirty[foreign] = true
		s.at(h)
		if got := s.only(); got.Q != want.Q || got.ID != want.ID || got.Barrels != want.Barrels {
			t.Fatalf("after %.0f days: got %v of %v, want %v of %v", h/24, got.Q, got.Barrels, want.Q, want.Barrels)
		}
	}
}

// A draught that no event tells of (the first one ever) is noticed within the hour.
func TestFirstDraughtIsNoticed(t *testing.T) {
	s := newStory(t)
	s.at(41, s.stay(foreign, tJetty, place.Berth, 0, 38))
	s.draught(foreign, 50, 21)
	s.at(51)
	if l := s.only(); l.Raised != hour(51) {
		t.Errorf("got raised %v, want %v", l.Raised, hour(51))
	}
}

// Evidence in any order ends in the same lifts, and inserting a duplicate of an event moves nothing.
func TestOrderOfEventsDoesNotMatter(t *testing.T) {
	tell := func(seed uint64) string {
		s := newStory(t)
		var events []event.Event
		for i := range 8 {
			m := vessel.MMSI(620_999_100 + i)
			s.ship(m, vlcc)
			from := float64(50 * i)
			s.draught(m, from-9, 9.8)
			s.draught(m, from+125, 21)
			if i%2 == 0 {
				events = append(events, s.stay(m, tJetty, place.Berth, from+40, from+80))
			}
			events = append(events, s.gap(m, from, from+120, 0.9), s.transit(m, from+150, exitGate))
		}
		events = append(events, events[3], events[0])
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		s.at(900, events...)
		b, err := json.Marshal(s.ledger.Lifts())
		if err != nil {
			t.Fatalf("encode lifts: %v", err)
		}
		out, _ := json.Marshal(s.events)
		return string(b) + string(out)
	}
	want := tell(1)
	if !strings.Contains(want, "direct") || !strings.Contains(want, "bracketed") {
		t.Fatalf("the story has not both routes: %.300s", want)
	}
	for seed := range uint64(5) {
		if got := tell(seed + 2); got != want {
			t.Errorf("got other lifts with the events in another order, seed %d", seed+2)
		}
	}
}

func BenchmarkLedger(b *testing.B) {
	g, sea := waters(b)
	var n int
	for b.Loop() {
		s := storyIn(b, g, sea)
		for i := range 100 {
			m := vessel.MMSI(620_999_100 + i)
			s.ship(m, vlcc)
			s.draught(m, 0, 9.8)
			s.draught(m, 41, 21)
			s.at(50, s.stay(m, tJetty, place.Berth, 1, 40))
		}
		n = len(s.ledger.Lifts())
	}
	if n != 100 {
		b.Fatalf("got %d lifts, want 100", n)
	}
}
