package cargo

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// pieces is a port call of which a few fixes a day were heard: at rest for stopped hours, and inside for most at most.
func (s *story) pieces(m vessel.MMSI, from, stopped, most float64) event.Event {
	e := s.stay(m, tJetty, place.Berth, from, from+stopped)
	d := e.Details.(event.PortCallDetails)
	d.Confidence, d.MostH = 1, most
	e.Details = d
	return e
}

func TestAStayHeardInPiecesIsAsLongAsItMayHaveBeen(t *testing.T) {
	for _, c := range []struct {
		trap          string
		stopped, most float64
		want          float64
	}{
		{"seen at rest long enough", 30, 44, 1},
		{"one hour seen, and away again before a cargo is loaded", 1, 20, 0},
		{"one hour seen of 47 that there may have been", 1, 47, 0.5},
		{"nearly long enough seen", 20, 44, 20.0 / 24},
		{"no upper bound told: what was seen is all", 20, 0, 0},
	} {
		got := longEnough(chance{stopped: time.Duration(c.stopped * float64(time.Hour)), most: time.Duration(max(c.stopped, c.most) * float64(time.Hour))}, 24*time.Hour)
		if math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %.3f, want %.3f", c.trap, got, c.want)
		}
	}
	whole, part, short := newStory(t), newStory(t), newStory(t)
	for _, s := range []*story{whole, part, short} {
		s.draught(iranian, -9, 9.8)
		s.draught(iranian, 60, 21)
	}
	whole.at(70, whole.pieces(iranian, 0, 30, 44))
	part.at(70, part.pieces(iranian, 0, 1, 44))
	short.at(70, short.pieces(iranian, 0, 1, 20))
	if a, b := whole.only(), part.only(); !a.Direct || !b.Direct || b.Q >= a.Q {
		t.Errorf("got q %.2f heard whole and %.2f in pieces, want both direct and the latter less sure", a.Q, b.Q)
	}
	if n := len(short.ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts of a stay that was too short at most", n)
	}
}

// falseTrack is a voyage that was never sailed, into which a call at Kharg fits.
func (s *story) falseTrack(m vessel.MMSI, off, on, p float64) event.Event {
	e := s.base(event.FalsePosition, m, off)
	end := hour(on)
	e.End, e.Probability = &end, p
	e.Details = event.FalsePositionDetails{Sort: "receivers",
		Last:        &event.FixRef{Time: hour(off), Lon: 57.0, Lat: 25.3},
		Next:        &event.FixRef{Time: hour(on), Lon: 57.1, Lat: 25.2},
		HiddenCalls: []event.HiddenCall{{Place: tJetty, TMinH: 85, Fit: 1, Earliest: hour(off + 33), Latest: hour(on - 33)}}}
	return e
}

func TestAFalseTrackHidesALoading(t *testing.T) {
	s := newStory(t)
	s.draught(foreign, -9, 9.8)
	s.draught(foreign, 121, 21)
	e := s.falseTrack(foreign, 0, 120, 0.9)
	in := s.transit(foreign, -1, "HORMUZ_APEX")
	in.Details = event.TransitDetails{Gate: "HORMUZ_APEX"}
	s.at(130, e, in)
	if l := s.only(); l.Direct || !l.Start.Equal(hour(33)) || !l.End.Equal(hour(87)) {
		t.Errorf("got %+v, want a bracketed lift in the hidden call's window", l)
	}
	outside := newStory(t)
	outside.draught(foreign, -9, 9.8)
	outside.draught(foreign, 121, 21)
	outside.at(130, outside.falseTrack(foreign, 0, 120, 0.9))
	if n := len(outside.ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts of a ship that never went in: false positions alone make none", n)
	}
	e.Probability, e.Version = 0.3, 2
	s.at(131, e)
	if n := len(s.ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts of a track that is not believed to be false", n)
	}
}

func TestSilenceOddsAreALikelihoodRatio(t *testing.T) {
	for _, c := range []struct {
		p0, days, want float64
	}{
		{1e-9, 1, 1}, {0, 1, 1}, // the floor: p0 is never nothing
		{math.Exp(-0.1), 3, 0},
		{1, 0, 0},
		{1, 30, math.Log10(math.Exp(-1)) / 3},
		{1, 300, -1.0 / 3},
		{0.01, 0, 2.0 / 3},
	} {
		if got := silenceOdds(c.p0, time.Duration(c.days*24)*time.Hour); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("p0 %g after %g days: got %.3f, want %.3f", c.p0, c.days, got, c.want)
		}
	}
}

// unheard is the silence of a ship that went in through Hormuz, with what is known of how she would have been heard.
func (s *story) unheard(m vessel.MMSI, p0 float64) []event.Event {
	e := s.gap(m, 0, 120, 1)
	d := e.Details.(event.GapDetails)
	d.On = &event.FixRef{Time: hour(120), Lon: 55, Lat: 25.8} // still inside
	if p0 > 0 {
		d.ReceptionModel, d.Reception = "controls", &event.Reception{P0: p0}
	}
	e.Details = d
	in := s.transit(m, -1, "HORMUZ_APEX")
	in.Details = event.TransitDetails{Gate: "HORMUZ_APEX"}
	return []event.Event{e, in}
}

// A ship that comes empty and sails out with nothing typed anew has lifted if her silence was no chance; where nothing is
// known of that, or where nobody is heard, nothing is said of her.
func TestReceptionTellsWhetherComingEmptyMeansAnything(t *testing.T) {
	for _, c := range []struct {
		trap  string
		p0    float64 // 0 is not known
		lifts int
	}{
		{"she would have been heard", 0.0001, 1}, {"nothing is known", 0, 0}, {"nobody is heard", 1, 0},
	} {
		s := newStory(t)
		s.draught(iranian, -9, 9.8)
		s.at(140, append(s.unheard(iranian, c.p0), s.transit(iranian, 130, exitGate))...)
		if n := len(s.ledger.Lifts()); n != c.lifts {
			t.Errorf("%s: got %d lifts, want %d", c.trap, n, c.lifts)
		}
	}
}

func TestComingEmptyAndSailingOutIsASign(t *testing.T) {
	for _, c := range []struct {
		trap  string
		tell  func(s *story)
		signs int
	}{
		{"in ballast, silent, out again", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.at(140, append(s.unheard(iranian, 0.0001), s.transit(iranian, 130, exitGate))...)
		}, 1},
		{"she stayed", func(s *story) {
			s.draught(iranian, -9, 9.8)
			s.at(140, s.unheard(iranian, 0.0001)...)
		}, 0},
		{"she loaded at a lawful terminal before she left", func(s *story) {
			s.draught(iranian, -9, 9.8)
			lawful := s.stay(iranian, "Ras Tanura", place.LawfulTerminal, 125, 165)
			d := lawful.Details.(event.PortCallDetails)
			d.Sanctioned = false
			lawful.Details = d
			s.at(210, append(s.unheard(iranian, 0.0001), lawful, s.transit(iranian, 200, exitGate))...)
		}, 0},
	} {
		s := newStory(t)
		c.tell(s)
		got := 0
		for _, x := range s.ledger.Candidates() {
			if x.Shows {
				got++
			}
		}
		if got != c.signs {
			t.Errorf("%s: got %d candidates with a sign of having loaded, want %d", c.trap, got, c.signs)
		}
	}
}

func TestAShipThatComesOutAndNeverWentIn(t *testing.T) {
	out := func(first, passed float64, inbound bool) *story {
		s := newStory(t)
		s.at(0)
		s.draught(iranian, first, 21)
		s.ledger.Sighted(iranian, hour(first), geo.PointFromDegrees(56.0, 26.4))
		s.ledger.Sighted(iranian, hour(first+1), geo.PointFromDegrees(56.2, 26.5))
		if inbound {
			e := s.transit(iranian, first+0.5, "HORMUZ_APEX")
			e.Details = event.TransitDetails{Gate: "HORMUZ_APEX"}
			s.at(passed, e)
		}
		s.at(passed+1, s.transit(iranian, passed, "HORMUZ_APEX"))
		return s
	}
	if l := out(150, 152, false).only(); l.Direct || !l.Start.Equal(hour(0)) || !l.End.Before(hour(150-20)) {
		t.Errorf("got window %v to %v, want from the input's begin to the time that the way out leaves", l.Start, l.End)
	}
	if n := len(out(20, 22, false).ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts of a ship that was under way when the input began", n)
	}
	if n := len(out(150, 152, true).ledger.Lifts()); n != 0 {
		t.Errorf("got %d lifts of a ship that was heard to go in", n)
	}
}

// A hull that goes in under one number and comes out under another is one ship: one lift, told once, whichever number is
// looked at, and told again when the link is taken back.
func TestAHullUnderTwoNumbersIsOneShip(t *testing.T) {
	for _, renamed := range []vessel.MMSI{636_999_001, 338_999_001} { // after and before the first number in order
		renames(t, renamed)
	}
}

func renames(t *testing.T, renamed vessel.MMSI) {
	t.Helper()
	s := newStory(t)
	s.ship(renamed, vlcc)
	s.ledger.Sighted(iranian, hour(-20), geo.PointFromDegrees(57, 25.3))
	s.ledger.Sighted(renamed, hour(120), geo.PointFromDegrees(57, 25.3))
	s.draught(iranian, -9, 9.8)
	s.draught(renamed, 121, 21)
	same := s.base(event.Identity, iranian, 0)
	same.Probability = 0.95
	same.Details = event.IdentityDetails{Form: "continued"}
	same.Vessels = append(same.Vessels, event.Vessel{MMSI: renamed})
	s.fleet.Link(iranian, renamed)
	s.at(125, s.gap(iranian, 0, 120, 1), s.transit(renamed, 122, exitGate))
	before := s.only()
	s.at(126, same)
	l := s.only()
	if l.Exited == nil || l.Q < before.Q || l.MMSI != iranian {
		t.Errorf("got %+v, want the lift no less sure with the crossing under the other number", l)
	}
	if got := s.ledger.hull(renamed); len(got) != 2 || !slices.Contains(got, iranian) {
		t.Errorf("got hull %v", got)
	}
	same.Status, same.Version = event.Retracted, 2
	s.at(127, same)
	if l := s.only(); l.Exited != nil {
		t.Errorf("got %+v, want the crossing to be another ship's again", l)
	}
}
