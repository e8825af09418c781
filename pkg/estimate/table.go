package estimate

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Columns are the columns of daily.csv in order.
func Columns() []string {
	return []string{"date", "basis", "mean", "p05", "p50", "p95", "mean_28d", "p05_28d", "p95_28d", "lifts", "seen",
		"inferred", "pending", "unobserved", "detection_probability", "feed_health", "status", "as_of"}
}

// Record writes the row's columns. Where there is no number, means, medians and parts are empty and p05 and p95 give
// the range.
func (r Row) Record() []string {
	number := func(b vessel.Barrels) string {
		if !r.Known {
			return ""
		}
		return strconv.FormatInt(int64(b), 10)
	}
	edge := func(b vessel.Barrels) string { return strconv.FormatInt(int64(b), 10) }
	share := func(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }
	return []string{
		r.Date.Format(time.DateOnly), string(r.Basis),
		number(r.Day.Mean), edge(r.Day.P05), number(r.Day.P50), edge(r.Day.P95),
		number(r.Month.Mean), edge(r.Month.P05), edge(r.Month.P95), share(r.Lifts),
		number(r.Seen), number(r.Inferred), number(r.Pending), number(r.Unobserved),
		share(r.Detection), share(r.Health), string(r.Status), r.AsOf.UTC().Format(time.RFC3339),
	}
}

// row is Row as daily.json has it.
type row struct {
	Date       string          `json:"date"`
	Basis      Basis           `json:"basis"`
	Mean       *vessel.Barrels `json:"mean"`
	P05        vessel.Barrels  `json:"p05"`
	P50        *vessel.Barrels `json:"p50"`
	P95        vessel.Barrels  `json:"p95"`
	Mean7      *vessel.Barrels `json:"mean_7d"`
	P057       vessel.Barrels  `json:"p05_7d"`
	P957       vessel.Barrels  `json:"p95_7d"`
	Mean28     *vessel.Barrels `json:"mean_28d"`
	P0528      vessel.Barrels  `json:"p05_28d"`
	P9528      vessel.Barrels  `json:"p95_28d"`
	WindowDays int             `json:"window_days"`
	Lifts      json.Number     `json:"lifts"`
	Seen       *vessel.Barrels `json:"seen"`
	Inferred   *vessel.Barrels `json:"inferred"`
	Pending    *vessel.Barrels `json:"pending"`
	Unobserved *vessel.Barrels `json:"unobserved"`
	Detection  json.Number     `json:"detection_probability"`
	Health     json.Number     `json:"feed_health"`
	Status     Status          `json:"status"`
	AsOf       time.Time       `json:"as_of"`
}

// MarshalJSON writes the row with the names of daily.csv and the 7-day mean; null where there is no number.
func (r Row) MarshalJSON() ([]byte, error) {
	number := func(b vessel.Barrels) *vessel.Barrels {
		if !r.Known {
			return nil
		}
		return &b
	}
	share := func(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', 4, 64)) }
	return json.Marshal(row{
		Date: r.Date.Format(time.DateOnly), Basis: r.Basis,
		Mean: number(r.Day.Mean), P05: r.Day.P05, P50: number(r.Day.P50), P95: r.Day.P95,
		Mean7: number(r.Week.Mean), P057: r.Week.P05, P957: r.Week.P95,
		Mean28: number(r.Month.Mean), P0528: r.Month.P05, P9528: r.Month.P95, WindowDays: r.WindowDays,
		Lifts: share(r.Lifts), Seen: number(r.Seen), Inferred: number(r.Inferred), Pending: number(r.Pending),
		Unobserved: number(r.Unobserved), Detection: share(r.Detection), Health: share(r.Health), Status: r.Status, AsOf: r.AsOf.UTC(),
	})
}

// Revision is what one vintage said of the 28 days that end with a date.
type Revision struct {
	Date   time.Time
	After  int // whole days from the end of the date to the vintage
	AsOf   time.Time
	Known  bool
	Month  Interval
	Status Status
}

// revisedAfter are the ages at which a date's mean is kept, days: often while it is young, until nothing moves any more.
var revisedAfter = []int{0, 1, 3, 7, 14, 28, 45, 60, 90}

// Revisions remembers how the 28-day mean of each date changed from vintage to vintage, at a few ages. The zero value is
// ready.
type Revisions struct{ all []Revision }

// Add takes in a vintage that was cut at a midnight; others would be of an age between two.
func (r *Revisions) Add(rows []Row) {
	for _, x := range rows {
		age := x.AsOf.Sub(x.Date) - oneDay
		if age%oneDay != 0 || x.WindowDays < 28 || !slices.Contains(revisedAfter, int(age/oneDay)) {
			continue
		}
		r.all = append(r.all, Revision{x.Date, int(age / oneDay), x.AsOf, x.Known, x.Month, x.Status})
	}
}

// Table returns them by date, then age.
func (r *Revisions) Table() []Revision {
	out := slices.Clone(r.all)
	slices.SortStableFunc(out, func(a, b Revision) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return a.After - b.After
	})
	return out
}
