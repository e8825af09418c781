package fit

import (
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func TestPretencesAreLabelledByTheTruth(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	hour := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	fake := func(mmsi uint32, from, to int, class string) sim.Fake {
		return sim.Fake{Vessel: sim.Vessel{MMSI: mmsi, Class: class}, Start: hour(from), End: hour(to)}
	}
	truth := &sim.Truth{Start: day, End: hour(300), False: []sim.Fake{
		fake(1, 10, 110, "VLCC"), fake(2, 10, 110, vessel.NotTanker.String()), fake(3, 10, 15, "VLCC"),
	}}
	told := func(mmsi, from, to int) event.Event {
		end := hour(to)
		return event.Event{Kind: event.FalsePosition, Status: event.Closed, Vessels: []event.Vessel{{MMSI: vessel.MMSI(mmsi)}}, Start: hour(from), End: &end,
			Details: event.FalsePositionDetails{Terms: []event.ScoreTerm{{Name: "circle", Value: 1}}}}
	}
	for _, tc := range []struct {
		name string
		say  event.Event
		want []bool
	}{
		{"the time", told(1, 20, 110), []bool{true}},
		{"another time", told(1, 200, 210), []bool{false}},
		{"a part of it: so, but not all", told(1, 20, 40), nil},
		{"mostly another time", told(1, 90, 200), []bool{false}},
		{"another ship", told(4, 20, 110), []bool{false}},
		{"no tanker", told(2, 20, 110), nil},
		{"too short to be asked for", told(3, 10, 15), nil},
	} {
		got := Pretences(truth, []event.Event{tc.say})
		if len(got) != len(tc.want) || len(got) == 1 && (got[0].True != tc.want[0] || got[0].Values["circle"] != 1) {
			t.Errorf("%s: got %+v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestIdentitiesAreLabelledByTheTruth(t *testing.T) {
	truth := &sim.Truth{
		Identities: []sim.Identity{{IMO: 9, FromMMSI: 1, ToMMSI: 2}, {IMO: 9, FromMMSI: 2, ToMMSI: 3}, {IMO: 8, FromMMSI: 4, ToMMSI: 5}},
		Shared:     []sim.Shared{{Vessel: sim.Vessel{IMO: 7, MMSI: 6}, MMSI: 4}},
	}
	for _, tc := range []struct {
		name    string
		form    string
		numbers []vessel.MMSI
		want    bool
	}{
		{"her next number", "continued", []vessel.MMSI{1, 2}, true},
		{"the one after it", "continued", []vessel.MMSI{1, 3}, true},
		{"another ship's", "continued", []vessel.MMSI{1, 5}, false},
		{"a number that she borrows", "continued", []vessel.MMSI{6, 4}, true},
		{"two under one number", "number_shared", []vessel.MMSI{4}, true},
		{"one under one number", "number_shared", []vessel.MMSI{2}, false},
		{"one ship's other name", "changed", []vessel.MMSI{3}, true},
		{"another ship under the number", "changed", []vessel.MMSI{4}, false},
	} {
		e := event.Event{Kind: event.Identity, Details: event.IdentityDetails{Form: tc.form, Evidence: []event.Weighed{{Finding: "near", Value: 1}}}}
		for _, m := range tc.numbers {
			e.Vessels = append(e.Vessels, event.Vessel{MMSI: m})
		}
		if got := Identities(truth, []event.Event{e}); len(got) != 1 || got[0].True != tc.want || got[0].Values["near"] != 1 {
			t.Errorf("%s: got %+v, want %v", tc.name, got, tc.want)
		}
	}
}
