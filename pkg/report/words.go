package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// bases says what each basis counts.
var bases = map[estimate.Basis]string{
	estimate.Lifted: "loaded and carried away", estimate.Exited: "taken out of the Gulf of Oman", estimate.Discharged: "discharged at their destinations",
}

// statuses explains each status.
var statuses = map[estimate.Status]string{
	estimate.Final:       "Nearly all that will become known of these days is known.",
	estimate.Provisional: "Lifts of these days may still become known: the number will move, most often as ships that were silent are heard again.",
	estimate.Blind:       "Too little was heard on some of these days. The number there rests on what was learned on other days, and allows no verdict.",
}

// Means explains a status.
func Means(s estimate.Status) string { return statuses[s] }

// Sentence says the number with its interval in words.
func Sentence(m record.Mean) string {
	if m.Covered == 0 {
		return "The run has none of these days."
	}
	if !m.Known {
		return fmt.Sprintf("There is no number: too little was heard. It may be anything from none to %s barrels a day, the most that the terminals can load.", export.About(m.Barrels.P95))
	}
	if m.Barrels.P05 == 0 {
		return fmt.Sprintf("About %s barrels a day were %s. With 90 %% probability it was less than %s, and none cannot be excluded.", export.About(m.Barrels.Mean), bases[m.Basis], export.About(m.Barrels.P95))
	}
	return fmt.Sprintf("About %s barrels a day were %s; with 90 %% probability between %s and %s.", export.About(m.Barrels.Mean), bases[m.Basis], export.About(m.Barrels.P05), export.About(m.Barrels.P95))
}

// Title names a span as a person would.
func Title(s record.Span) string {
	month := s.From.AddDate(0, 1, -1)
	switch {
	case s.From.Equal(s.To):
		return longDay(s.From)
	case s.From.Day() == 1 && s.To.Equal(month):
		return s.From.Format("January 2006")
	case s.From.Weekday() == time.Monday && s.Days() == 7:
		year, week := s.From.ISOWeek()
		return fmt.Sprintf("Week %d of %d, %s to %s", week, year, s.From.Format("2 January"), longDay(s.To))
	}
	from := s.From.Format("2 January")
	if s.From.Year() != s.To.Year() {
		from = longDay(s.From)
	}
	return fmt.Sprintf("%d days, %s to %s", s.Days(), from, longDay(s.To))
}

func longDay(t time.Time) string { return t.Format("2 January 2006") }

// foot says where the interval comes from when the span is none of the model's windows, and which days are missing.
func foot(m record.Mean) string {
	var all []string
	if n := m.Span.Days(); m.Covered > 0 && m.Covered < n {
		all = append(all, fmt.Sprintf("The run has %d of the %d days; the mean is of those.", m.Covered, n))
	}
	if m.Known && !m.Exact {
		all = append(all, fmt.Sprintf("The model sums 1, 7 and 28 days. For this span the interval is the mean of those of all %d-day windows in it, and rather too wide than too narrow.", m.Window))
	}
	return strings.Join(all, " ")
}

// Verdict says what the barometer reads.
func Verdict(b *halt.Barometer) (word, says string) {
	if b == nil || !b.Trade.Known {
		return "cannot tell", "The tests for a halt or a surge need 90 days of reference before they speak; this run has fewer."
	}
	says = fmt.Sprintf("Chance that the trade has stopped: %.0f %%.", 100*b.Trade.Stopped)
	for _, t := range b.Trade.Tests {
		if t.Called {
			says += fmt.Sprintf(" The test %s calls: %.1f lifts since %s where %.1f were to be expected.", strings.ReplaceAll(t.Name, "_", " "), t.Counted, longDay(t.Since), t.Expected)
		}
	}
	if b.Verdict == halt.Halted && !b.Trade.Earliest.IsZero() {
		says += fmt.Sprintf(" No test could have known before %s.", longDay(b.Trade.Earliest))
	}
	if b.Early.Halt() {
		says += " Early sign: fewer loadings begin than before."
	}
	if b.Verdict == halt.CannotTell {
		says += " No test calls: neither a halt nor a doubling stands out from chance."
	}
	return string(b.Verdict), says
}

func thousands(b vessel.Barrels) string { return export.Thousands(int64(b)) }

func short(t time.Time) string { return t.Format("2 Jan") }

// dates prints a window by its days.
func dates(from time.Time, to *time.Time) string {
	switch {
	case to == nil:
		return short(from.UTC()) + " –"
	case to.UTC().Format(time.DateOnly) == from.UTC().Format(time.DateOnly):
		return short(from.UTC())
	}
	return short(from.UTC()) + " – " + short(to.UTC())
}
