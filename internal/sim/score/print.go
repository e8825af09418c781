package score

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
	"time"
)

// none stands for a number that nothing supports.
const none = "–"

// Print writes the report as tables for a reader.
func (r Report) Print(w io.Writer) error {
	title := ""
	if r.Synthetic {
		title = "SYNTHETIC "
	}
	t := &table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
	t.line("%sscenario %s, seed %d, %s to %s", title, r.Scenario, r.Seed, r.Start.Format(time.DateOnly), r.End.Format(time.DateOnly))
	t.line("%s: nothing to take a share of. Claims are paired with the truth one to one.", none)
	r.printClaims(t)
	r.printSilences(t)
	r.printCalibration(t)
	r.printLifts(t)
	r.Barrels.print(t)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("print score: %w", err)
	}
	return nil
}

// table writes aligned rows. Errors are kept by the writer until Flush.
type table struct{ w *tabwriter.Writer }

func (t *table) line(format string, args ...any) { fmt.Fprintf(t.w, format+"\n", args...) }

// row writes cells.
func (t *table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t.w, "\t")
		}
		fmt.Fprint(t.w, c)
	}
	fmt.Fprintln(t.w)
}

// named are the kinds with the words for their claims.
func (r Report) named() []namedKind {
	return []namedKind{{"gap: switched off", r.Gaps}, {"rendezvous: cargo", r.Rendezvous}, {"lift", r.Lifts}}
}

type namedKind struct {
	name string
	Kind
}

func (r Report) printClaims(t *table) {
	t.line("\nCLAIMS")
	t.row("", "p >=", "true", "claimed", "paired", "precision", "recall", "F1")
	for _, k := range r.named() {
		for _, c := range k.At {
			t.row(k.name, c.P, c.True, c.Claimed, c.Paired, share(c.Precision), share(c.Recall), share(c.F1))
			for _, part := range c.Classes {
				t.row("  "+cmp.Or(part.Name, "class not known"), c.P, part.True, part.Claimed, part.Paired, share(part.Precision), share(part.Recall), share(part.F1))
			}
			for _, m := range c.Modes {
				t.row("  "+m.Name, c.P, m.True, none, m.Paired, none, share(m.Recall), none)
			}
		}
	}
}

func (r Report) printSilences(t *table) {
	t.line("\nSILENCES BY TRUE CAUSE (a gap event tells of it; its likeliest cause is the true one, or unknown)")
	t.row("", "true", "told", "named", "unknown", "p of the cause", "p switched off")
	for _, c := range r.Silences {
		if c.Name == "" {
			t.row("no such silence", none, c.Told, none, c.Unknown, none, share(c.SwitchedOff))
			continue
		}
		t.row(c.Name, c.Count, c.Told, c.Named, c.Unknown, share(c.P), share(c.SwitchedOff))
	}
}

func (r Report) printCalibration(t *table) {
	t.line("\nPROBABILITIES (all claims, whatever their probability)")
	t.row("", "claims", "right", "Brier", "skill", "calibration error")
	for _, k := range r.named() {
		c := k.Calibration
		miss := share(c.Error)
		if c.Error == nil {
			miss = fmt.Sprintf("too few: %d of %d", c.Claims, leastClaims)
		}
		t.row(k.name, c.Claims, c.Right, digits(c.Brier, 3), digits(c.Skill, 2), miss)
	}
	t.line("\nRELIABILITY")
	t.row("", "said", "mean", "came true", "claims")
	for _, k := range r.named() {
		for _, b := range k.Calibration.Bins {
			t.row(k.name, fmt.Sprintf("%.2f – %.2f", b.Low, b.High), digits(&b.P, 2), digits(&b.Right, 2), b.Claims)
		}
	}
}

func (r Report) printLifts(t *table) {
	l := r.LiftTimes
	t.line("\nTIME OF LIFTS (p >= %v, hours)", l.P)
	t.row("", "pairs", "median error", "p90", "bias", "window", "truth inside")
	t.row("middle of the window", l.Pairs, digits(l.Median, 1), digits(l.P90, 1), digits(l.Bias, 1), digits(l.Window, 1), share(l.Captured))
	t.line("\nCARGOES (lifts and barrels)")
	t.row("", "found", "missed", "double", "invented", "claimed/true size", "size in 90 %")
	for _, p := range r.Parcels {
		t.row(fmt.Sprintf("p >= %v", p.P), p.Found, p.Missed, p.Double, p.Invented, digits(p.Size, 2), share(p.Inside))
	}
}

func (s BarrelScore) print(t *table) {
	t.line("\nBARRELS A DAY, AS LIFTED")
	if l := s.Last; l != nil {
		relative := none
		if l.Relative != nil {
			relative = fmt.Sprintf("%+.0f %%", 100**l.Relative)
		}
		t.row(fmt.Sprintf("%d days to %s", l.Days, l.Date), "estimate", thousands(l.Estimate), thousands(l.P05)+" – "+thousands(l.P95),
			"truth", thousands(l.True), "error", relative)
	}
	t.row("", "count", "bias", "error", "truth in 90 %", "width", "interval score")
	row := func(name string, i IntervalScore) {
		t.row(name, i.Count, barrels(i.Bias), barrels(i.Error), share(i.Inside), barrels(i.Width), barrels(i.Score))
	}
	row("28-day means", s.Months)
	row("days", s.Days)
	for _, st := range s.Status {
		row("  "+st.Status, st.IntervalScore)
	}
	if s.Blind+s.Apart > 0 {
		t.line("left out: %d days without a number, %d days without truth", s.Blind, s.Apart)
	}
}

// String writes lifts with their barrels.
func (l Load) String() string {
	if l.Lifts == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", l.Lifts, thousands(l.Barrels))
}

func share(x *float64) string { return digits(x, 2) }

func digits(x *float64, n int) string {
	if x == nil {
		return none
	}
	return strconv.FormatFloat(*x, 'f', n, 64)
}

func barrels(x *float64) string {
	if x == nil {
		return none
	}
	return thousands(*x)
}

// thousands writes whole barrels in groups of three.
func thousands(x float64) string {
	s := strconv.FormatFloat(math.Abs(math.Round(x)), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if math.Round(x) < 0 {
		return "-" + s
	}
	return s
}
