package fit

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

// told is a hundred cases of a finding, so many of which are "yes".
func told(found string, yes int) []Case {
	var out []Case
	for i := range 100 {
		c := Case{Found: []string{"always", found}, True: "no", World: uint64(i % 4)}
		if i < yes {
			c.True = "yes"
		}
		out = append(out, c)
	}
	return out
}

func TestSoftmaxFindsShares(t *testing.T) {
	terms := []weights.Term{{Cause: "yes", Finding: "always", Sign: 0, Weight: 5}, {Cause: "yes", Finding: "a", Sign: 1, Weight: 0}, {Cause: "yes", Finding: "b", Sign: -1, Weight: 0}, {Cause: "no", Finding: "c", Sign: 1, Weight: 0}}
	cases := append(append(told("a", 90), told("b", 20)...), told("none", 50)...)
	got := Softmax(terms, cases, 1e-6)
	for _, tc := range []struct {
		found []int
		want  float64
	}{{[]int{0}, 0.5}, {[]int{0, 1}, 0.9}, {[]int{0, 2}, 0.2}} {
		score := 0.0
		for _, i := range tc.found {
			score += got[i].Weight
		}
		if p := 1 / (1 + math.Exp(-score)); math.Abs(p-tc.want) > 0.01 {
			t.Errorf("with %v: got %.3f, want %.2f", tc.found, p, tc.want)
		}
	}
	if before, after := Loss(terms, cases), Loss(got, cases); after >= before {
		t.Errorf("the loss went from %.3f to %.3f", before, after)
	}
}

func TestSoftmaxKeepsSigns(t *testing.T) {
	got := Softmax([]weights.Term{{Cause: "yes", Finding: "always", Sign: 0, Weight: 0}, {Cause: "yes", Finding: "a", Sign: -1, Weight: 0}, {Cause: "no", Finding: "b", Sign: 1, Weight: 0}}, append(told("a", 90), told("b", 50)...), 0.1)
	if got[1].Weight != 0 || got[2].Weight < 0 {
		t.Errorf("got %v: want no weight against its sign", got)
	}
}

func TestRidgeBoundsWhatSeparates(t *testing.T) {
	got := Softmax([]weights.Term{{Cause: "yes", Finding: "a", Sign: 1, Weight: 0}, {Cause: "no", Finding: "b", Sign: 1, Weight: 0}}, append(told("a", 100), told("b", 0)...), 1)
	for _, w := range got {
		if w.Weight < 1 || w.Weight > 10 {
			t.Errorf("got %v: want weights of a few", got)
		}
	}
}

func TestWithoutCasesThePriorStands(t *testing.T) {
	if got := Softmax([]weights.Term{{Cause: "yes", Finding: "a", Sign: 1, Prior: 2}, {Cause: "no", Finding: "b", Sign: -1, Prior: -1}}, nil, 1); got[0].Weight != 2 || got[1].Weight != -1 {
		t.Errorf("got %v: want the priors", got)
	}
}

func TestChooseTakesTheRidgeThatPredicts(t *testing.T) {
	terms := []weights.Term{{Cause: "yes", Finding: "always", Sign: 0, Weight: 0}, {Cause: "yes", Finding: "a", Sign: 1, Weight: 0}, {Cause: "no", Finding: "always", Sign: 0, Weight: 0}}
	if got := Choose(terms, append(told("a", 95), told("b", 20)...), []float64{1000, 0.1}); got != 0.1 {
		t.Errorf("got %g: plenty of cases need no ridge of 1000", got)
	}
}

func TestMeetingsAreLabelledByTheTruth(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hour := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	truth := &sim.Truth{Start: day, End: hour(100), Meetings: []sim.Meeting{
		{Visitor: sim.Vessel{MMSI: 1}, Host: sim.Vessel{MMSI: 2, IMO: 9}, Purpose: "cargo", Start: hour(10), End: hour(30)},
	}}
	met := func(a, b event.Vessel, from, to int, kind string) event.Event {
		end := hour(to)
		e := event.Event{Kind: event.Rendezvous, Status: event.Closed, Vessels: []event.Vessel{a, b}, Start: hour(from), End: &end,
			Details: event.RendezvousDetails{Form: event.Alongside, Findings: []string{"always"}}}
		if kind != "" {
			e.Place = &event.Place{Kind: kind}
		}
		return e
	}
	one, two, renamed := event.Vessel{MMSI: 1}, event.Vessel{MMSI: 2, IMO: 9}, event.Vessel{MMSI: 5, IMO: 9}
	for _, tc := range []struct {
		name string
		e    event.Event
		want string
	}{
		{"the meeting", met(two, one, 11, 30, ""), "cargo_transfer"},
		{"under another number", met(one, renamed, 11, 30, ""), "cargo_transfer"},
		{"a small part of it", met(one, two, 10, 13, ""), ""},
		{"at another time, at sea", met(one, two, 50, 60, ""), "other"},
		{"at another time, at anchor", met(one, two, 50, 60, "anchorage"), "anchored_neighbours"},
		{"at another time, at a berth", met(one, two, 50, 60, "berth"), "berth_neighbours"},
	} {
		got := ""
		if cases := Meetings(truth, []event.Event{tc.e}); len(cases) == 1 {
			got = string(cases[0].True)
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestCandidatesAreLabelledByTheTruth(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hour := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	truth := &sim.Truth{Start: day, End: hour(100), Meetings: []sim.Meeting{
		{Visitor: sim.Vessel{MMSI: 1}, Host: sim.Vessel{MMSI: 2}, Purpose: "cargo", Start: hour(10), End: hour(30)},
		{Visitor: sim.Vessel{MMSI: 1}, Host: sim.Vessel{MMSI: 4}, Purpose: "bunkering", Start: hour(40), End: hour(46)},
	}}
	who := func(m vessel.MMSI, from, to int) event.UnseenShip {
		return event.UnseenShip{MMSI: m, From: hour(from), To: hour(to), Findings: []string{"always"}}
	}
	e := event.Event{Kind: event.Rendezvous, Status: event.Closed, Vessels: []event.Vessel{{MMSI: 1}, {MMSI: 2}},
		Details: event.RendezvousDetails{Form: event.OneUnseen, Candidates: []event.UnseenShip{who(2, 8, 31), who(3, 8, 31), who(2, 29, 60), who(4, 40, 46)}}}
	var got []string
	for _, c := range Unseen(truth, []event.Event{e}) {
		got = append(got, string(c.True))
	}
	if want := []string{"cargo_transfer", "other", "other", "other"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: the ship, another ship, another time, another purpose", got, want)
	}
	e.Status = event.Retracted
	if got := Unseen(truth, []event.Event{e}); len(got) != 0 {
		t.Errorf("got %d cases of a claim that was taken back, want none", len(got))
	}
}
