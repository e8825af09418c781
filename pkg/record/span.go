package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Span is the UTC days from From to To, both included.
type Span struct{ From, To time.Time }

// Days is how many days a span has.
func (s Span) Days() int { return int(s.To.Sub(s.From)/oneDay) + 1 }

// Holds tells whether a day lies in the span.
func (s Span) Holds(date time.Time) bool { return !date.Before(s.From) && !date.After(s.To) }

// Touches tells whether a time from and to has anything in common with the span; an open end reaches to the end of time.
func (s Span) Touches(from time.Time, to *time.Time) bool {
	return from.Before(s.To.Add(oneDay)) && (to == nil || !to.Before(s.From))
}

// String prints a span as its first and last day, or as its one day.
func (s Span) String() string {
	if s.From.Equal(s.To) {
		return day(s.From)
	}
	return day(s.From) + " to " + day(s.To)
}

// LastYear is the last of which a span is read.
const LastYear = 2200

// ParseSpan reads a day (2026-03-14), an ISO week (2026-W11), a month (2026-03), a quarter (2026-Q1) or a year (2026).
func ParseSpan(s string) (Span, error) {
	bad := fmt.Errorf("period %q: a day 2026-03-14, a week 2026-W11, a month 2026-03, a quarter 2026-Q1 or a year 2026 expected", s)
	year, rest, parts := strings.Cut(s, "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 || y < 1900 || y > LastYear {
		return Span{}, bad
	}
	first := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	n, isNumber := 0, false
	if len(rest) > 1 {
		n, err = strconv.Atoi(rest[1:])
		isNumber = err == nil && rest[1] != '+' && rest[1] != '-'
	}
	switch {
	case !parts:
		return Span{first, first.AddDate(1, 0, -1)}, nil
	case rest == "":
	case rest[0] == 'W' && len(rest) == 3 && isNumber && n >= 1:
		monday := weekOne(y).AddDate(0, 0, 7*(n-1))
		if got, week := monday.ISOWeek(); got == y && week == n {
			return Span{monday, monday.AddDate(0, 0, 6)}, nil
		}
	case rest[0] == 'Q' && len(rest) == 2 && isNumber && n >= 1 && n <= 4:
		from := first.AddDate(0, 3*(n-1), 0)
		return Span{from, from.AddDate(0, 3, -1)}, nil
	case len(rest) == 2:
		if from, err := time.Parse("2006-01", s); err == nil {
			return Span{from, from.AddDate(0, 1, -1)}, nil
		}
	default:
		if date, err := time.Parse(time.DateOnly, s); err == nil {
			return Span{date, date}, nil
		}
	}
	return Span{}, bad
}

// weekOne is the Monday of the week with the year's 4 January (ISO 8601).
func weekOne(year int) time.Time {
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	return fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
}

// Mean is the estimate over a span, barrels a day.
type Mean struct {
	Span    Span
	Basis   estimate.Basis
	Covered int // days of the span that the run has
	Blind   int // of those
	Known   bool
	Status  estimate.Status // the weakest of its days
	// Barrels are the mean of the days' means with an interval; P50 is not given. Without a number the interval is what
	// the sources could load.
	Barrels estimate.Interval
	// Window is the length in days of the running means from which the interval is taken: 1, 7 or 28. Exact says that the
	// span is just such a window; else the interval is the mean of those of all windows of that length in the span. That
	// treats their errors as one and is never too narrow for it.
	Window int
	Exact  bool
	// The parts are means of the days' parts; they sum to the mean but for their rounding.
	Seen, Inferred, Pending, Unobserved vessel.Barrels
	Detection, Health                   float64 // means over the days
}

// Over sums up a span on a basis. Days that the run does not have are left out of every mean and counted.
func (r *Record) Over(b estimate.Basis, s Span) Mean {
	m := Mean{Span: s, Basis: b, Status: estimate.Final, Known: true}
	var in []estimate.Row
	for _, row := range r.rows[b] {
		if s.Holds(row.Date) {
			in = append(in, row)
		}
	}
	m.Covered = len(in)
	if m.Covered == 0 {
		m.Known = false
		return m
	}
	for _, row := range in {
		m.Known = m.Known && row.Known
		switch {
		case row.Status == estimate.Blind:
			m.Blind++
			m.Status = estimate.Blind
		case row.Status == estimate.Provisional && m.Status == estimate.Final:
			m.Status = estimate.Provisional
		}
		m.Detection += row.Detection / float64(len(in))
		m.Health += row.Health / float64(len(in))
	}
	m.Seen = meanOf(in, func(r estimate.Row) vessel.Barrels { return r.Seen })
	m.Inferred = meanOf(in, func(r estimate.Row) vessel.Barrels { return r.Inferred })
	m.Pending = meanOf(in, func(r estimate.Row) vessel.Barrels { return r.Pending })
	m.Unobserved = meanOf(in, func(r estimate.Row) vessel.Barrels { return r.Unobserved })
	m.interval(in)
	return m
}

// interval takes the interval from the longest running means that fit.
func (m *Mean) interval(in []estimate.Row) {
	pick := func(r estimate.Row) estimate.Interval { return r.Day }
	m.Window = 1
	switch {
	case len(in) >= 28:
		m.Window, pick = 28, func(r estimate.Row) estimate.Interval { return r.Month }
	case len(in) >= 7:
		m.Window, pick = 7, func(r estimate.Row) estimate.Interval { return r.Week }
	}
	windows := in[m.Window-1:]
	mean := meanOf(windows, func(r estimate.Row) vessel.Barrels { return pick(r).Mean })
	m.Barrels.P05 = meanOf(windows, func(r estimate.Row) vessel.Barrels { return pick(r).P05 })
	m.Barrels.P95 = meanOf(windows, func(r estimate.Row) vessel.Barrels { return pick(r).P95 })
	if m.Exact = len(windows) == 1; m.Exact {
		m.Barrels = pick(windows[0])
		return
	}
	m.Barrels.Mean = meanOf(in, func(r estimate.Row) vessel.Barrels { return r.Day.Mean })
	if mean > 0 { // windows weigh the days in the middle more: the interval is moved to the mean of all
		f := float64(m.Barrels.Mean) / float64(mean)
		m.Barrels.P05 = vessel.Barrels(math.Round(float64(m.Barrels.P05) * f))
		m.Barrels.P95 = vessel.Barrels(math.Round(float64(m.Barrels.P95) * f))
	}
}

// meanOf is a mean over rows, rounded to a barrel.
func meanOf(rows []estimate.Row, of func(estimate.Row) vessel.Barrels) vessel.Barrels {
	sum := vessel.Barrels(0)
	for _, r := range rows {
		sum += of(r)
	}
	n := vessel.Barrels(len(rows))
	return (sum + n/2) / n
}
