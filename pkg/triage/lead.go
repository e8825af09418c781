package triage

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Lead is how far ahead of her listing an event showed a ship.
type Lead struct {
	Hit   list.Hit
	Known bool // the list says on which day it named her; else nothing can be reckoned
	Days  int  // from the event's start to that day, whole days by UTC dates: positive where the event came first
}

// Ahead reckons the lead of an event that began at a time over what lists say of a ship: over the earliest listing that has a day
// of its own, so that the lead is never made longer than it was. Without such a listing it is one that says why; false: she is on
// no list.
func Ahead(start time.Time, hits []string) (lead Lead, listed bool) {
	for _, text := range hits {
		next := Lead{Hit: list.ReadHit(text)}
		day, err := time.Parse(time.DateOnly, next.Hit.Date)
		if next.Known = err == nil && !next.Hit.OfList; next.Known {
			next.Days = int((day.Unix() - start.UTC().Truncate(24*time.Hour).Unix()) / secondsADay)
		}
		if !listed || next.Known && (!lead.Known || next.Days < lead.Days) || !next.Known && lead.Hit.Date == "" && next.Hit.Date != "" {
			lead = next
		}
		listed = true
	}
	return lead, listed
}

const secondsADay = 24 * 60 * 60

// Median is the middle of some leads in days, the mean of the middle two where they are even in number; false without any.
func Median(days []int) (float64, bool) {
	n := len(days)
	if n == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(days))
	return float64(sorted[(n-1)/2]+sorted[n/2]) / 2, true
}
