package encounter

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

const (
	seen   vessel.MMSI = 620999001
	hidden vessel.MMSI = 620999002
	rival  vessel.MMSI = 620999003
)

var (
	meetingPlace = geo.PointFromDegrees(57.15, 24.9) // the waiting area of the Gulf of Oman
	homePlace    = geo.PointFromDegrees(58.9, 24.5)  // 100 NM from it
	indian       = geo.PointFromDegrees(75, 10)
)

// stage is a detector and the fleet that it asks.
type stage struct {
	*Detector
	fleet *vessel.Fleet
	now   time.Time
}

func newStage(t testing.TB) *stage {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	fleet := vessel.NewFleet()
	s := &stage{New(Defaults(), fleet, places, nil), fleet, day0}
	for _, m := range []vessel.MMSI{seen, hidden, rival} {
		s.launch(m, 80)
	}
	return s
}

func (s *stage) launch(m vessel.MMSI, shipType uint8) {
	s.fleet.Update(vessel.Particulars{MMSI: m, ShipType: shipType, HasHull: true, Hull: geo.Hull{Bow: 283, Stern: 50, Port: 30, Starboard: 30}})
}

func subject(m vessel.MMSI) []event.Vessel { return []event.Vessel{{Role: event.Subject, MMSI: m}} }

func stays(m vessel.MMSI, from, to float64) event.Event {
	end := at(to)
	return event.Event{ID: fmt.Sprint("stay-", m, from), Kind: event.Loitering, Status: event.Closed, Start: at(from), End: &end,
		Lon: meetingPlace.Lon(), Lat: meetingPlace.Lat(), Vessels: subject(m), Details: event.LoiteringDetails{}}
}

func silent(m vessel.MMSI, from, to float64, off, on geo.Point, crew float64) event.Event {
	end := at(to)
	ref := func(t time.Time, p geo.Point) event.FixRef { return event.FixRef{Time: t, Lon: p.Lon(), Lat: p.Lat()} }
	back := ref(end, on)
	return event.Event{ID: fmt.Sprint("gap-", m, from), Kind: event.Gap, Status: event.Closed, Start: at(from), End: &end,
		Vessels: subject(m), Probability: crew, Details: event.GapDetails{Off: ref(at(from), off), On: &back}}
}

func typed(m vessel.MMSI, h float64, before, after geo.Metres) event.Event {
	return event.Event{ID: fmt.Sprint("draught-", m, h), Kind: event.DraughtChange, Status: event.Closed, Start: at(h), Vessels: subject(m),
		Details: event.DraughtDetails{BeforeM: before, AfterM: after, LastSeen: at(h - 1), FirstSeen: at(h)}}
}

func alongside(a, b vessel.MMSI, from, to float64) event.Event {
	end := at(to)
	return event.Event{ID: fmt.Sprint("met-", a, b), Kind: event.Rendezvous, Status: event.Closed, Start: at(from), End: &end,
		Vessels: append(subject(a), subject(b)...), Details: event.RendezvousDetails{Form: event.Alongside}}
}

// hear lets events in and advances to an hour.
func (s *stage) hear(h float64, events ...event.Event) []event.Event {
	for _, e := range events {
		s.Hear(e)
	}
	var out []event.Event
	for ; !s.now.After(at(h)); s.now = s.now.Add(5 * time.Minute) {
		out = append(out, s.Advance(s.now)...)
	}
	return out
}

func TestAShipThatLayStillMetOneThatWasSilent(t *testing.T) {
	match := []event.Event{stays(seen, 20, 50), silent(hidden, 5, 65, homePlace, homePlace, 0.9), typed(seen, 52, 8, 20), typed(hidden, 66, 20, 9)}
	for _, tc := range []struct {
		name   string
		events []event.Event
		want   string
	}{
		{"both draughts changed", match, "one_unseen closed receiver:620999001 donor:620999002"},
		{"the silence is too short to come and go", []event.Event{stays(seen, 20, 50), silent(hidden, 18, 30, homePlace, homePlace, 0.9)}, ""},
		{"the place is out of reach", []event.Event{stays(seen, 20, 50), silent(hidden, 5, 65, indian, indian, 0.9)}, ""},
		{"they overlap for too short a time", []event.Event{stays(seen, 20, 50), silent(hidden, 42, 90, homePlace, homePlace, 0.9)}, ""},
		{"she was seen alongside another meanwhile", append([]event.Event{alongside(seen, rival, 19, 50)}, match...), ""},
		{"the silent ship was seen alongside another", append([]event.Event{alongside(hidden, rival, 15, 60)}, match...), ""},
	} {
		s := newStage(t)
		var got []string
		for _, e := range s.hear(100, tc.events...) {
			d := e.Details.(event.RendezvousDetails)
			got = append(got, fmt.Sprintf("%s %s %s:%d %s:%d", d.Form, e.Status, e.Vessels[0].Role, e.Vessels[0].MMSI, e.Vessels[1].Role, e.Vessels[1].MMSI))
			sum := 0.0
			for _, x := range e.Explanations {
				sum += x.P
			}
			if math.Abs(sum-1) > 1e-9 || len(d.Candidates) == 0 || d.Candidates[0].MMSI != hidden {
				t.Errorf("%s: got explanations that sum to %g and candidates %v", tc.name, sum, d.Candidates)
			}
			if e.Start.Before(at(20)) || e.End.After(at(50)) {
				t.Errorf("%s: got a meeting from %v to %v, want it within the stay", tc.name, e.Start, e.End)
			}
		}
		if g := strings.Join(got, "; "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
		}
	}
}

// TestCandidatesShareOneCertainty asks that a second ship which could have come as well makes both less likely.
func TestCandidatesShareOneCertainty(t *testing.T) {
	alone, two := newStage(t), newStage(t)
	events := []event.Event{stays(seen, 20, 50), silent(hidden, 5, 65, homePlace, homePlace, 0.9), typed(seen, 52, 8, 20), typed(hidden, 66, 20, 9)}
	one := alone.hear(100, events...)
	both := two.hear(100, append(events, silent(rival, 5, 65, homePlace, homePlace, 0.9), typed(rival, 66, 20, 9))...)
	if len(one) == 0 || len(both) == 0 {
		t.Fatalf("got %d and %d events, want some of each", len(one), len(both))
	}
	p, q := one[len(one)-1].Probability, both[len(both)-1].Probability
	d := both[len(both)-1].Details.(event.RendezvousDetails)
	if q >= p || len(d.Candidates) != 2 || d.Candidates[0].P+d.Candidates[1].P > 1 {
		t.Errorf("got %g alone and %g beside a rival, candidates %v", p, q, d.Candidates)
	}
}

// TestWhatIsTakenBackIsRetracted follows a gap that turns out to be none.
func TestWhatIsTakenBackIsRetracted(t *testing.T) {
	s := newStage(t)
	g := silent(hidden, 5, 65, homePlace, homePlace, 0.9)
	told := s.hear(100, stays(seen, 20, 50), g, typed(seen, 52, 8, 20), typed(hidden, 66, 20, 9))
	g.Status = event.Retracted
	after := s.hear(130, g)
	if len(told) == 0 || len(after) != 1 || after[0].Status != event.Retracted || after[0].ID != told[0].ID || after[0].Version != told[len(told)-1].Version+1 {
		t.Errorf("got %d versions and then %v, want one retraction of the same event", len(told), after)
	}
}

func TestBothUnseenIsNeverAHeadline(t *testing.T) {
	pair := func(s *stage, crew float64) []event.Event {
		return s.hear(200, silent(hidden, 5, 65, homePlace, homePlace, crew), typed(hidden, 66, 20, 9), silent(rival, 8, 70, homePlace, homePlace, crew), typed(rival, 71, 8, 20))
	}
	s := newStage(t)
	got := pair(s, 0.9)
	if len(got) == 0 {
		t.Fatal("got nothing, want two ships that swapped their loads in silence")
	}
	for _, e := range got {
		if d := e.Details.(event.RendezvousDetails); d.Form != event.BothUnseen || e.Probability > Defaults().UnseenCap || e.Place == nil || e.Place.Kind != string(place.STSArea) {
			t.Errorf("got %s at %g, %v; want both unseen, capped, at an area for transfers", d.Form, e.Probability, e.Place)
		}
		if e.Vessels[0].Role != event.Donor || e.Vessels[0].MMSI != hidden {
			t.Errorf("got %v, want the one that came up to be the donor", e.Vessels)
		}
	}
	if got := pair(newStage(t), 0.3); len(got) != 0 {
		t.Errorf("gaps that are likely nobody's doing: got %d events, want none", len(got))
	}
}

// TestSwapsThatChanceMakesAreSubtracted has as many ships that swap a week later as at the time itself.
func TestSwapsThatChanceMakesAreSubtracted(t *testing.T) {
	s := newStage(t)
	var events []event.Event
	for week := range 7 {
		m, h := vessel.MMSI(630999000+week), float64(week*7*24)
		s.launch(m, 80)
		events = append(events, silent(m, 8+h, 70+h, homePlace, homePlace, 0.9), typed(m, 71+h, 8, 20))
	}
	middle := 3.0 * 7 * 24
	events = append(events, silent(hidden, 5+middle, 65+middle, homePlace, homePlace, 0.9), typed(hidden, 66+middle, 20, 9))
	for _, e := range s.hear(10, events...) {
		t.Errorf("got %v at %g: chance makes one such pair in any week", e.Vessels, e.Probability)
	}
}

func TestMemoryIsReturned(t *testing.T) {
	s := newStage(t)
	s.hear(100, stays(seen, 20, 50), silent(hidden, 5, 65, homePlace, homePlace, 0.9), typed(seen, 52, 8, 20), typed(hidden, 66, 20, 9), alongside(rival, hidden, 70, 80))
	s.hear(100 + 24*70)
	if n := len(s.stays) + len(s.gaps) + len(s.changes) + len(s.seen) + len(s.both); n > 0 {
		t.Errorf("got %d things remembered after seventy days, want none", n)
	}
}

func TestWeightsAreRead(t *testing.T) {
	if len(DefaultWeights().Terms) == 0 || len(WeightsHash()) != 64 {
		t.Error("the program carries no weights")
	}
	for _, text := range []string{
		`{`, `{"terms":[{"cause":"weather","finding":"always"}]}`, `{"terms":[{"cause":"other","finding":"luck"}]}`,
		`{"terms":[{"cause":"other","finding":"always","sign":1,"weight":-1}]}`, `{"terms":[{"cause":"other","finding":"always","sign":2}]}`,
	} {
		if _, err := ReadWeights([]byte(text)); err == nil {
			t.Errorf("%s: got no error", text)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
	o := Defaults()
	o.UnseenCap, o.Together = 0.9, 0
	err := o.Validate()
	if err == nil || !strings.Contains(err.Error(), "encounter.unseen_cap") || !strings.Contains(err.Error(), "encounter.together") {
		t.Errorf("got %v, want both breaches", err)
	}
	if _, err := json.Marshal(Defaults()); err != nil {
		t.Error(err)
	}
}
