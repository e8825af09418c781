package export

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// tableDays is how many of the newest days the table shows, and tableEvents how many events of a kind: a screen.
// The files hold them all.
const (
	tableDays   = 35
	tableEvents = 12
)

// Table prints what a person wants to read after a run: the number, the days with their intervals, the events behind
// them, what was refused and why, and how long it took.
func Table(w io.Writer, events []event.Event, e estimate.Result, b Beside, s Summary) error {
	p := NewPrinter(w)
	if s.Synthetic {
		p.Printf("SYNTHETIC: the input says that it was made by a simulator. No ship and no barrel in it is real.\n\n")
	}
	p.headline(e)
	p.barometer(b)
	p.days(e.Days)
	p.lifts(events)
	p.Printf("  Candidates that carry no barrels: %d wait for their outcome, %d are too improbable.\n", s.Waiting, s.BelowCut)
	p.others(events, s)
	p.input(s)
	return p.Err()
}

func (p *Printer) headline(e estimate.Result) {
	if len(e.Days) == 0 {
		p.Printf("No day to estimate: nothing with a time and a position was read.\n")
		return
	}
	last := e.Days[len(e.Days)-1]
	p.Printf("Barrels a day slipping past sanctions, mean of the %d days to %s", last.WindowDays, last.Date.Format(time.DateOnly))
	if !last.Known {
		p.Printf(":\n  no number: too little was heard. Anything from %s to %s b/d.\n", barrels(last.Month.P05), barrels(last.Month.P95))
		return
	}
	p.Printf(" (%s):\n  %s b/d, 90 %% between %s and %s\n", last.Status, barrels(last.Month.Mean), barrels(last.Month.P05), barrels(last.Month.P95))
	for i, h := range e.Headline {
		if i == 0 {
			p.Printf("  if this share of lifts could be seen at all: ")
		} else {
			p.Printf("; ")
		}
		p.Printf("%.0f %%: %s", h.A*100, barrels(h.Month.Mean))
	}
	p.Printf("\n")
	if c := e.Chance; c.Mean > 0 {
		p.Printf("  The number takes %.0f %% for that share (90 %% between %.0f and %.0f): %s.\n", 100*c.Mean, 100*c.P05, 100*c.P95, c.From)
	}
	if e.Capture != nil {
		p.Printf("  The share that can be seen at all: %s.\n", e.Capture.Says)
	}
	if n := e.NewestFinal; n >= 0 && n < len(e.Days) && n < len(e.Days)-1 {
		f := e.Days[n]
		p.Printf("  The newest that is final is of %s: %s b/d, 90 %% between %s and %s\n", f.Date.Format(time.DateOnly), barrels(f.Month.Mean), barrels(f.Month.P05), barrels(f.Month.P95))
	}
}

// barometer prints what the halting tests say, and what became of the trade since each note.
func (p *Printer) barometer(b Beside) {
	if m := b.Barometer; m != nil && m.Trade.Known {
		p.Printf("  Has it stopped, or doubled? %s (chance that it has stopped: %.0f %%).", m.Verdict, 100*m.Trade.Stopped)
		for _, t := range m.Trade.Tests {
			if t.Called {
				p.Printf(" %s: %.1f lifts since %s where %.1f were to be expected.", strings.ReplaceAll(t.Name, "_", " "), t.Counted, t.Since.Format(time.DateOnly), t.Expected)
			}
		}
		if m.Verdict == halt.Halted && !m.Trade.Earliest.IsZero() {
			p.Printf(" It could be known from %s at the earliest.", m.Trade.Earliest.Format(time.DateOnly))
		}
		if m.Early.Halt() {
			p.Printf(" Early sign of a halt: fewer loadings begin than before.")
		}
		p.Printf("\n")
	}
	for _, n := range b.Notes {
		p.Printf("  Since %s (%s): %s", n.Date.Format(time.DateOnly), n.Text, n.Word)
		if n.Days > 0 && n.Before > 0 {
			p.Printf("; %.2f times as many lifts a day, 90 %% between %.2f and %.2f, over %d days", n.P50, n.P05, n.P95, n.Days)
		}
		p.Printf("\n")
	}
}

func (p *Printer) days(rows []estimate.Row) {
	if len(rows) == 0 {
		return
	}
	if hidden := len(rows) - tableDays; hidden > 0 {
		p.Printf("\n(%d earlier days are in daily.csv)", hidden)
		rows = rows[hidden:]
	}
	var top vessel.Barrels
	for _, r := range rows {
		top = max(top, r.Day.Mean)
	}
	p.Printf("\n%-10s %11s  %-21s %5s  %10s %10s %10s %11s  %4s  %-11s\n", "day (UTC)", "mean b/d", "90 % between", "lifts",
		"seen", "inferred", "pending", "unobserved", "feed", "status")
	for _, r := range rows {
		number := func(b vessel.Barrels) string {
			if !r.Known {
				return "–"
			}
			return barrels(b)
		}
		span := fmt.Sprintf("%s – %s", barrels(r.Day.P05), barrels(r.Day.P95))
		p.Printf("%-10s %11s  %-21s %5.2f  %10s %10s %10s %11s  %4.2f  %-11s %s\n", r.Date.Format(time.DateOnly), number(r.Day.Mean), span,
			r.Lifts, number(r.Seen), number(r.Inferred), number(r.Pending), number(r.Unobserved), r.Health, r.Status, bar(r, top))
	}
}

// bar draws a day's mean as a line of blocks; a day without a number has none.
func bar(r estimate.Row, top vessel.Barrels) string {
	if !r.Known || top <= 0 {
		return ""
	}
	return strings.Repeat("▇", int(r.Day.Mean*16/top))
}

func (p *Printer) lifts(events []event.Event) {
	lifts := newest(events, event.Lift)
	if len(lifts) == 0 {
		p.Printf("\nNo lift of sanctioned crude was found.\n")
		return
	}
	p.Printf("\nLifts: cargoes that probably left an Iranian terminal (probability, million barrels if so, loaded between)\n")
	shown, hidden := atMost(lifts, 2*tableEvents)
	for _, e := range shown {
		route := ""
		if d, ok := e.Details.(event.LiftDetails); ok {
			route = d.Route
		}
		million := 0.0
		if e.Barrels != nil {
			million = float64(e.Barrels.Mean) / 1e6
		}
		p.Printf("  %.2f  %5.2f Mb  %s  %-9s %-22s %s\n", e.Probability, million, days(e), route, ships(e), e.ID)
	}
	p.more(hidden)
}

// others lists the events of the other kinds: counts, and the most probable of the kinds that an analyst asks for first.
func (p *Printer) others(events []event.Event, s Summary) {
	for _, kind := range []struct {
		kind  event.Kind
		title string
	}{
		{event.Gap, "Silences of six hours and more (probability that the transponder was switched off)"},
		{event.Rendezvous, "Ships alongside (probability that oil cargo was transferred)"},
	} {
		found := newest(events, kind.kind)
		if len(found) == 0 {
			continue
		}
		p.Printf("\n%s\n", kind.title)
		shown, hidden := atMost(found, tableEvents)
		for _, e := range shown {
			p.Printf("  %.2f  %-44s %-40s %s\n", e.Probability, Span(e.Start, e.End), ships(e), e.ID)
		}
		p.more(hidden)
	}
	p.Printf("\nAll events: %s", counts(s.Events))
	if s.Retracted > 0 {
		p.Printf("; %d more were retracted", s.Retracted)
	}
	p.Printf("\n")
}

func (p *Printer) more(hidden int) {
	if hidden > 0 {
		p.Printf("  and %d more in events.jsonl\n", hidden)
	}
}

func (p *Printer) input(s Summary) {
	p.Printf("\nRead %s lines, %s reports of %d ships", Thousands(s.Lines), Thousands(s.Reports), s.Ships)
	if s.First != nil && s.Last != nil {
		p.Printf(", %s", Span(*s.First, s.Last))
	}
	p.Printf(", in %.1f s (%.2f million lines a second).\n", s.Seconds, s.LinesPerS/1e6)
	for _, l := range s.Lists {
		p.Printf("Watch list %s (%s): %s ships; %s rows of others, %s of no use.\n", l.Name, l.Format, Thousands(int64(l.Ships)), Thousands(int64(l.Other)), Thousands(int64(l.BadRows)))
	}
	if len(s.Rejected) == 0 {
		p.Printf("Refused: nothing.\n")
	} else {
		p.Printf("Refused: %s.\n", counts(s.Rejected))
	}
	p.Printf("Configuration: %s (config.yaml).\n", s.Config)
	if s.Late > 0 {
		p.Printf("Late, and so revising what was said before: %s reports.\n", Thousands(s.Late))
	}
	for _, problem := range s.Problems {
		p.Printf("Unusable: %s\n", problem)
	}
}

// newest returns the events of a kind that stand, the most probable first.
func newest(events []event.Event, kind event.Kind) []event.Event {
	var found []event.Event
	for _, e := range events {
		if e.Kind == kind && e.Status != event.Retracted {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b event.Event) int { return cmp.Compare(b.Probability, a.Probability) })
	return found
}

func atMost(events []event.Event, n int) (shown []event.Event, hidden int) {
	if len(events) <= n {
		return events, 0
	}
	return events[:n], len(events) - n
}

// ships names the vessels of an event, in the order of their roles. A vessel in two roles is named once; two vessels may
// bear one name.
func ships(e event.Event) string {
	var names []string
	for i, v := range e.Vessels {
		if slices.ContainsFunc(e.Vessels[:i], func(named event.Vessel) bool { return named.MMSI == v.MMSI }) {
			continue
		}
		name := v.Name
		if name == "" {
			name = v.MMSI.String()
		}
		names = append(names, name)
	}
	return strings.Join(names, " + ")
}

// days prints a window by its dates.
func days(e event.Event) string {
	end := "        ?"
	if e.End != nil {
		end = e.End.UTC().Format(time.DateOnly)
	}
	return e.Start.UTC().Format(time.DateOnly) + " – " + end
}

func barrels(b vessel.Barrels) string { return Thousands(int64(b)) }

// counts prints numbers with their names, the largest first.
func counts(n map[string]int64) string {
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a, b))
	})
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%s %s", Thousands(n[name]), strings.ReplaceAll(name, "_", " ")))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
