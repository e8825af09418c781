package fit

import (
	"math"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

// outcomes is a hundred cases of a finding, so many of which are true.
func outcomes(found string, value float64, yes int) []Example {
	var out []Example
	for i := range 100 {
		out = append(out, Example{Values: map[string]float64{"always": 1, found: value}, True: i < yes, World: uint64(i % 4)})
	}
	return out
}

func TestLogisticFindsShares(t *testing.T) {
	terms := []weights.Term{{Finding: "always", Weight: 5}, {Finding: "a", Sign: 1}, {Finding: "b", Sign: -1}, {Finding: "c", Sign: -1}}
	cases := append(append(outcomes("a", 2, 90), outcomes("b", 1, 20)...), outcomes("none", 0, 50)...)
	cases = append(cases, outcomes("c", 1, 80)...)
	got := Logistic(terms, cases, 1e-6)
	for _, tc := range []struct {
		found string
		value float64
		want  float64
	}{{"a", 2, 0.9}, {"b", 1, 0.2}} {
		if p := Chance(got, Example{Values: map[string]float64{"always": 1, tc.found: tc.value}}); math.Abs(p-tc.want) > 0.01 {
			t.Errorf("with %s: got %.3f, want %.2f", tc.found, p, tc.want)
		}
	}
	if got[3].Weight != 0 {
		t.Errorf("a weight that may not be positive got %v, want 0", got[3].Weight)
	}
	if before, after := LogLoss(terms, cases), LogLoss(got, cases); after >= before {
		t.Errorf("the loss went from %.3f to %.3f", before, after)
	}
	if held := Logistic([]weights.Term{{Finding: "a", Sign: 1, Prior: 0.3}}, cases, 1e6); math.Abs(held[0].Weight-0.3) > 0.01 {
		t.Errorf("a strong ridge: got %v, want the prior 0.3", held[0].Weight)
	}
	if ridge := ChooseRidge(terms, cases, []float64{1e6, 0.1}); ridge != 0.1 {
		t.Errorf("plenty of cases need no ridge: got %v", ridge)
	}
}

func TestSilencesAreLabelledByTheTruth(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hour := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	silence := func(mmsi uint32, from, to int, cause, class string) sim.Silence {
		end := hour(to)
		return sim.Silence{Vessel: sim.Vessel{MMSI: mmsi, Class: class}, Start: hour(from), End: &end, Cause: cause}
	}
	truth := &sim.Truth{Start: day, End: hour(300), Silences: []sim.Silence{
		silence(1, 10, 50, "switched_off", "VLCC"), silence(2, 10, 50, "faulty_transponder", "VLCC"), silence(3, 10, 50, "switched_off", vessel.NotTanker.String()),
	}}
	told := func(mmsi, from, to int) event.Event {
		end := hour(to)
		return event.Event{Kind: event.Gap, Status: event.Closed, Vessels: []event.Vessel{{MMSI: vessel.MMSI(mmsi)}}, Start: hour(from), End: &end,
			Details: event.GapDetails{Evidence: []event.Weighed{{Finding: "always", Value: 1, Weight: 2}}}}
	}
	open := told(1, 20, 30)
	open.End = nil
	for _, tc := range []struct {
		name string
		say  []event.Event
		want []bool
	}{
		{"the silence", []event.Event{told(1, 11, 50)}, []bool{true}},
		{"a failure", []event.Event{told(2, 11, 50)}, []bool{false}},
		{"no silence", []event.Event{told(1, 100, 120)}, []bool{false}},
		{"a part of it", []event.Event{told(1, 11, 20)}, []bool{false}},
		{"to the end of the world", []event.Event{open}, []bool{false}},
		{"told twice", []event.Event{told(1, 11, 40), told(1, 10, 50)}, []bool{false, true}},
		{"told twice, the closer first", []event.Event{told(1, 10, 50), told(1, 11, 40)}, []bool{true, false}},
		{"no tanker", []event.Event{told(3, 10, 50)}, nil},
	} {
		got := Silences(truth, tc.say)
		if len(got) != len(tc.want) {
			t.Errorf("%s: got %d cases, want %d", tc.name, len(got), len(tc.want))
			continue
		}
		for i := range got {
			if got[i].True != tc.want[i] || got[i].Values["always"] != 1 {
				t.Errorf("%s: case %d got %+v, want %v", tc.name, i, got[i], tc.want[i])
			}
		}
	}
}
