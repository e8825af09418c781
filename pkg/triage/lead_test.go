package triage

import (
	"testing"
	"time"
)

func TestDaysAheadOfAListing(t *testing.T) {
	for _, tc := range []struct {
		name, start string
		hits        []string
		listed      bool
		known       bool
		days        int
		entry       string
	}{
		{"on no list", "2026-03-14T09:00:00Z", nil, false, false, 0, ""},
		{"before the listing", "2026-03-14T09:00:00Z", []string{"mine 7 (2026-04-01)"}, true, true, 18, "mine 7"},
		{"late on the day before", "2026-03-31T23:59:59Z", []string{"mine 7 (2026-04-01)"}, true, true, 1, "mine 7"},
		{"on the day", "2026-04-01T23:59:59Z", []string{"mine 7 (2026-04-01)"}, true, true, 0, "mine 7"},
		{"after the listing", "2026-04-03T00:00:00Z", []string{"mine 7 (2026-04-01)"}, true, true, -2, "mine 7"},
		{"by the UTC day, whatever the clock", "2026-03-31T22:30:00-03:00", []string{"mine 7 (2026-04-01)"}, true, true, 0, "mine 7"},
		{"the earliest of two", "2026-03-14T09:00:00Z", []string{"mine 7 (2026-04-01)", "theirs 1 (2026-03-20, eu)"}, true, true, 6, "theirs 1"},
		{"a day over none, whatever the order", "2026-03-14T09:00:00Z", []string{"mine 7", "theirs 1 (2026-03-20)", "OFAC-SDN 2 (2020-01-01)"}, true, true, 6, "theirs 1"},
		{"a day before OFAC's file", "2026-03-14T09:00:00Z", []string{"OFAC-SDN 2 (2020-01-01)", "theirs 1 (2026-03-20) by MMSI"}, true, true, 6, "theirs 1"},
		{"the day of OFAC's file is not hers", "2026-03-14T09:00:00Z", []string{"mine 7", "OFAC-SDN 2 (2026-11-20)"}, true, false, 0, "OFAC-SDN 2"},
		{"no day", "2026-03-14T09:00:00Z", []string{"mine 7", "mine 8"}, true, false, 0, "mine 7"},
		{"five centuries, which no duration holds", "2026-03-14T09:00:00Z", []string{"mine 7 (1526-03-14)"}, true, true, -182622, "mine 7"},
	} {
		start, err := time.Parse(time.RFC3339, tc.start)
		if err != nil {
			t.Fatal(err)
		}
		got, listed := Ahead(start, tc.hits)
		if listed != tc.listed || got.Known != tc.known || got.Days != tc.days || got.Hit.Entry != tc.entry {
			t.Errorf("%s: got %+v, %v", tc.name, got, listed)
		}
	}
}

func TestMedianOfLeads(t *testing.T) {
	for _, tc := range []struct {
		days  []int
		want  float64
		there bool
	}{{nil, 0, false}, {[]int{-3}, -3, true}, {[]int{40, 1}, 20.5, true}, {[]int{9, -100, 2}, 2, true}, {[]int{4, 1, 3, 2}, 2.5, true}} {
		given := append([]int(nil), tc.days...)
		if got, there := Median(given); got != tc.want || there != tc.there {
			t.Errorf("%v: got %v, %v", tc.days, got, there)
		}
		for i := range given {
			if given[i] != tc.days[i] {
				t.Errorf("%v was put into another order", tc.days)
			}
		}
	}
}
