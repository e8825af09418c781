package cargo

import (
	"math"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The same evidence told twice, as by two stations, is no more evidence.
func TestEvidenceToldTwiceMovesLittle(t *testing.T) {
	for name, tell := range map[string]func(s *story, again bool) []event.Event{
		"a stay": func(s *story, again bool) []event.Event {
			if again {
				return []event.Event{s.stay(iranian, tJetty, place.Berth, 0, 38), s.stay(iranian, tJetty, place.Berth, 0.2, 37.8)}
			}
			return []event.Event{s.stay(iranian, tJetty, place.Berth, 0, 38)}
		},
		"a silence": func(s *story, again bool) []event.Event {
			if again {
				return []event.Event{s.gap(iranian, 0, 120, 1), s.gap(iranian, 0.2, 119.8, 1)}
			}
			return []event.Event{s.gap(iranian, 0, 120, 1)}
		},
	} {
		var q [2]float64
		for i := range q {
			s := newStory(t)
			s.draught(iranian, -9, 9.8)
			s.draught(iranian, 121, 21)
			if name == "a stay" {
				s.draught(iranian, 60, 21)
			}
			s.at(130, tell(s, i == 1)...)
			q[i] = s.only().Q
		}
		if math.Abs(q[0]-q[1]) >= 0.02 {
			t.Errorf("%s: got q = %.3f once and %.3f twice, want less than 0.02 between", name, q[0], q[1])
		}
	}
}

// Which lists found a loading: the source's by an observed stay, the far one by a laden crossing eastward.
func TestListsThatFoundALift(t *testing.T) {
	crossing := func(gate string, day float64, load vessel.LoadState, outbound bool) event.Event {
		state := load.String()
		return event.Event{Start: hour(24 * day), Vessels: []event.Vessel{{Load: event.Span[string]{Before: &state}}},
			Details: event.TransitDetails{Gate: gate, Outbound: outbound}}
	}
	for _, tc := range []struct {
		name      string
		stay      bool
		crossings []event.Event
		origin    bool
		far       float64 // day; zero: not found
	}{
		{"a silence alone", false, nil, false, 0},
		{"a stay alone", true, nil, true, 0},
		{"a stay, and the strait", true, []event.Event{crossing("SINGAPORE_STRAIT", 25, vessel.Laden, true), crossing("MALACCA_ONE_FATHOM", 24, vessel.Laden, true)}, true, 24},
		{"a silence, and the strait", false, []event.Event{crossing("SUNDA", 30, vessel.Laden, true)}, false, 30},
		{"in ballast", true, []event.Event{crossing("SINGAPORE_STRAIT", 25, vessel.Ballast, true)}, true, 0},
		{"westward", true, []event.Event{crossing("SINGAPORE_STRAIT", 25, vessel.Laden, false)}, true, 0},
		{"the gate at home", true, []event.Event{crossing(exitGate, 5, vessel.Laden, true)}, true, 0},
		{"before the loading", true, []event.Event{crossing("SINGAPORE_STRAIT", -5, vessel.Laden, true)}, true, 0},
		{"sooner than counts", true, []event.Event{crossing("SINGAPORE_STRAIT", 14, vessel.Laden, true), crossing("SUNDA", 20, vessel.Laden, true)}, true, 20},
		{"the next voyage", true, []event.Event{crossing("SINGAPORE_STRAIT", 109, vessel.Laden, true)}, true, 0},
	} {
		transits := map[string]event.Event{}
		for _, e := range tc.crossings {
			transits[e.Start.String()] = e
		}
		origin, far := foundBy(transits, tc.stay, hour(24))
		want := time.Time{}
		if tc.far != 0 {
			want = hour(24 * tc.far)
		}
		if origin.IsZero() == tc.origin || !far.Equal(want) {
			t.Errorf("%s: got %v and %v, want %v and %v", tc.name, origin, far, tc.origin, want)
		}
	}
}
