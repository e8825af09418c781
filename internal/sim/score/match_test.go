package score

import (
	"slices"
	"testing"
	"time"
)

var monday = time.Date(2025, 3, 3, 0, 0, 0, 0, time.UTC)

// hours is a span in hours after monday.
func hours(from, to float64) span {
	at := func(h float64) time.Time { return monday.Add(time.Duration(h * float64(time.Hour))) }
	return span{at(from), at(to)}
}

func one(s span, ships ...ship) item { return item{ships: ships, span: s} }

var (
	first  = ship{620999001, 9000015}
	second = ship{518999002, 9000027}
	third  = ship{626999004, 9000041}
)

const minute = 1.0 / 60

func TestLikeness(t *testing.T) {
	for _, tc := range []struct {
		name         string
		like         likeness
		truth, claim item
		want         bool
	}{
		{"same time", overlapping, one(hours(0, 100), first), one(hours(0, 100), first), true},
		{"half of it", overlapping, one(hours(0, 100), first), one(hours(0, 50), first), true},
		{"49 % of it", overlapping, one(hours(0, 100), first), one(hours(0, 49), first), false},
		{"twice as long", overlapping, one(hours(0, 50), first), one(hours(-25, 75), first), true},
		{"a month around it", overlapping, one(hours(0, 50), first), one(hours(-300, 400), first), false},
		{"shifted by a third", overlapping, one(hours(0, 90), first), one(hours(30, 120), first), true},
		{"shifted by more", overlapping, one(hours(0, 90), first), one(hours(31, 121), first), false},
		{"touching", overlapping, one(hours(0, 10), first), one(hours(10, 20), first), false},
		{"no length, same instant", overlapping, one(hours(5, 5), first), one(hours(5, 5), first), true},
		{"no length, apart", overlapping, one(hours(5, 5), first), one(hours(6, 6), first), false},
		{"another ship", overlapping, one(hours(0, 10), first), one(hours(0, 10), second), false},
		{"new MMSI, same hull", overlapping, one(hours(0, 10), first), one(hours(0, 10), ship{511999001, first.imo}), true},
		{"no IMO numbers", overlapping, one(hours(0, 10), ship{1, 0}), one(hours(0, 10), ship{2, 0}), false},
		{"pair swapped", overlapping, one(hours(0, 10), first, second), one(hours(0, 10), second, first), true},
		{"half of a pair", overlapping, one(hours(0, 10), first, second), one(hours(0, 10), first, third), false},
		{"one of a pair twice", overlapping, one(hours(0, 10), first, second), one(hours(0, 10), first, first), false},
		{"one ship for a pair", overlapping, one(hours(0, 10), first, second), one(hours(0, 10), first), false},
		{"claim without a ship", overlapping, one(hours(0, 10), first), one(hours(0, 10)), false},
		{"windows overlap", nearby, one(hours(0, 36), first), one(hours(30, 90), first), true},
		{"three days early", nearby, one(hours(72, 108), first), one(hours(-36, 0), first), true},
		{"three days and a minute early", nearby, one(hours(72+minute, 108), first), one(hours(-36, 0), first), false},
		{"three days late", nearby, one(hours(0, 36), first), one(hours(108, 140), first), true},
		{"three days and a minute late", nearby, one(hours(0, 36), first), one(hours(108+minute, 140), first), false},
		{"lift of another ship", nearby, one(hours(0, 36), first), one(hours(0, 36), second), false},
	} {
		if _, got := tc.like(tc.truth, tc.claim); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestPairIsOneToOne(t *testing.T) {
	for _, tc := range []struct {
		name          string
		truth, claims []item
		want          []int
	}{
		{"two claims for one", []item{one(hours(0, 36), first)}, []item{one(hours(10, 50), first), one(hours(1, 36), first)}, []int{1}},
		{"one claim for two", []item{one(hours(0, 36), first), one(hours(60, 96), first)}, []item{one(hours(58, 96), first)}, []int{-1, 0}},
		{"each its own", []item{one(hours(0, 36), first), one(hours(60, 96), first)},
			[]item{one(hours(60, 96), first), one(hours(0, 36), first)}, []int{1, 0}},
		// The first claim is closest to the second truth, but is the only one that the first truth can have.
		{"give way", []item{one(hours(0, 36), first), one(hours(100, 136), first)},
			[]item{one(hours(95, 130), first), one(hours(170, 200), first)}, []int{0, 1}},
		{"nothing true", nil, []item{one(hours(0, 36), first)}, []int{}},
		{"nothing claimed", []item{one(hours(0, 36), first)}, nil, []int{-1}},
	} {
		if got := pair(tc.truth, tc.claims, nearby).claim; !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestDoubleIsNotInvented(t *testing.T) {
	lift := func(s span, barrels float64, on ship) item {
		return item{ships: []ship{on}, span: s, barrels: barrels, low: barrels - 1, high: barrels + 1, p: 1}
	}
	cut := lift(hours(0, 36), 0.5e6, third)
	cut.excused = true
	truth := []item{lift(hours(0, 36), 2e6, first), lift(hours(0, 24), 1e6, second), cut}
	claims := []item{
		lift(hours(0, 36), 1.5e6, first), lift(hours(40, 80), 1.9e6, first), // one lift counted twice
		lift(hours(400, 430), 0.7e6, first), // nothing was there
		lift(hours(0, 30), 0.4e6, third),    // the world ended before the loading did: not asked for
	}
	got := scoreParcels(truth, claims, 0.5)
	if want := (Load{1, 2e6}); got.Found != want {
		t.Errorf("found: got %v, want %v", got.Found, want)
	}
	if want := (Load{1, 1e6}); got.Missed != want {
		t.Errorf("missed: got %v, want %v", got.Missed, want)
	}
	if want := (Load{1, 1.9e6}); got.Double != want {
		t.Errorf("double: got %v, want %v", got.Double, want)
	}
	if want := (Load{1, 0.7e6}); got.Invented != want {
		t.Errorf("invented: got %v, want %v", got.Invented, want)
	}
	if !is(got.Size, 0.75) || !is(got.Inside, 0) {
		t.Errorf("size: got %s and inside %s, want 0.75 and 0", share(got.Size), share(got.Inside))
	}
	if c := scoreCut(truth, claims, nearby, 0.5).Count; c.True != 2 || c.Claimed != 3 || c.Paired != 1 {
		t.Errorf("count: got %+v, want 2 true, 3 claimed, 1 paired", c)
	}
	times := scoreTimes(truth, claims)
	if times.Pairs != 1 || !is(times.Median, 0) || !is(times.Captured, 1) {
		t.Errorf("times: got %+v, want one pair without error", times)
	}
}
