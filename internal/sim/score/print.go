package score

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/darkwake/darkwake/internal/sim/reliability"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
)

// none stands for a number that nothing supports.
const none = "–"

// Print writes the report as tables for a reader.
func (r Report) Print(w io.Writer) error {
	t := newTable(w)
	t.line("%sscenario %s, %s, %s to %s", synthetic(r), r.Scenario, r.seeds(), r.Start.Format(time.DateOnly), r.End.Format(time.DateOnly))
	t.line("%s: nothing to take a share of. Claims are paired with the truth one to one. Heard: the feed could have told of it.", none)
	r.printClaims(t)
	r.printDetectors(t)
	r.printSilences(t)
	r.printCalibration(t)
	r.printTimes(t)
	r.printLifts(t)
	r.Barrels.print(t)
	r.Halts.print(t)
	return t.flush()
}

// Print writes how far the measures of the runs spread.
func (p *Pool) Print(w io.Writer) error {
	t := newTable(w)
	t.line("%sscenario %s, %s", synthetic(p.Sum), p.Scenario, p.Sum.seeds())
	t.row("", "all runs", "median", "5 %", "95 %", "runs")
	for _, s := range p.Spreads {
		t.row(s.Name, digits(s.Pooled, 3), digits(s.Median, 3), digits(s.P05, 3), digits(s.P95, 3), s.Runs)
	}
	return t.flush()
}

func synthetic(r Report) string {
	if r.Synthetic {
		return "SYNTHETIC "
	}
	return ""
}

func (r Report) seeds() string {
	if r.Runs > 1 {
		return fmt.Sprintf("%d seeds", r.Runs)
	}
	return fmt.Sprintf("seed %d", r.Seed)
}

func newTable(w io.Writer) *table { return &table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

func (t *table) flush() error {
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
	return []namedKind{{"gap: switched off", r.Gaps}, {"rendezvous: cargo", r.Rendezvous}, {"lift", r.Lifts}, {"false position", r.False}}
}

type namedKind struct {
	name string
	Kind
}

func (r Report) printClaims(t *table) {
	t.line("\nCLAIMS")
	t.row("", "p >=", "true", "heard", "claimed", "paired", "precision", "recall", "of heard", "F1")
	for _, k := range r.named() {
		for _, c := range k.At {
			row := func(name string, n Count) {
				t.row(name, c.P, n.True, n.Observable, n.Claimed, n.Paired, share(n.Precision), share(n.Recall), share(n.RecallObservable), share(n.F1))
			}
			row(k.name, c.Count)
			for _, part := range c.Classes {
				row("  "+cmp.Or(part.Name, "class not known"), part.Count)
			}
			for _, m := range c.Modes {
				t.row("  "+m.Name, c.P, m.True, m.Observable, none, m.Paired, none, share(m.Recall), share(m.RecallObservable), none)
			}
		}
	}
}

// printDetectors prints what the detectors are held to, each count with what it is a share of.
func (r Report) printDetectors(t *table) {
	d, g := r.Detectors, r.Detectors.LongGaps
	t.line("\nDETECTORS")
	of := func(name string, part, whole int) { t.row(name, part, "of", whole, share(ratio(part, whole))) }
	if g.Asked > 0 {
		of("switched off for 12 h, could be told", g.Determinable, g.True)
		of("  and is called so", g.Found, g.Determinable)
		of("claims of switching off for 12 h that hold", g.Right, g.Claimed)
	}
	of("gap events of 12 h that say unknown", g.Unknown, g.Events)
	of("honest failures of 12 h called switched off", g.Failures.Accused, g.Failures.True)
	of("bunkerings called cargo", d.Bunkering.Accused, d.Bunkering.True)
	for _, m := range d.Meetings {
		of("cargo meetings heard "+m.Name+", found", m.Paired, m.True)
		of("  claims of them that hold", m.Paired, m.Claimed)
	}
	for _, x := range slices.Concat(d.Jams, d.Identities) {
		if x.Events > 0 {
			of(x.Name+", invented", x.Invented, x.Events)
		} else {
			of(x.Name+", found", x.Found, x.True)
		}
	}
	f := d.FalseLifts
	t.row("false lifts", f.Events, "sum of probabilities", fmt.Sprintf("%.2f", f.Sum), fmt.Sprintf("in %.0f tanker-months", f.TankerMonths))
}

// printSilences prints how many silences of each true cause were said to be of which.
func (r Report) printSilences(t *table) {
	var stated []string
	for _, c := range r.Silences {
		for _, s := range c.Stated {
			stated = append(stated, s.Cause)
		}
	}
	slices.Sort(stated)
	stated = slices.Compact(stated)
	t.line("\nSILENCES BY TRUE CAUSE, tankers' of six hours and more (a gap event tells of it; columns: its likeliest cause)")
	head := []any{"", "true", "told", "right", "p of the cause", "p switched off"}
	for _, cause := range stated {
		head = append(head, "said "+strings.ReplaceAll(cause, "_", " "))
	}
	t.row(head...)
	for _, c := range r.Silences {
		row := []any{c.Name, c.Count, c.Told, c.Named, share(c.P), share(c.SwitchedOff)}
		if c.Name == "" {
			row = []any{"no such silence", none, c.Told, none, none, share(c.SwitchedOff)}
		}
		for _, cause := range stated {
			n := 0
			for _, s := range c.Stated {
				if s.Cause == cause {
					n = s.Count
				}
			}
			row = append(row, n)
		}
		t.row(row...)
	}
}

func (r Report) printCalibration(t *table) {
	t.line("\nPROBABILITIES (all claims, whatever their probability)")
	t.row("", "claims", "right", "Brier", "skill", "said - right", "calibration error")
	for _, k := range r.named() {
		c := k.Calibration
		miss := share(c.Error)
		if c.Error == nil {
			miss = fmt.Sprintf("too few: %d of %d", c.Claims, reliability.Least)
		}
		t.row(k.name, c.Claims, c.Right, digits(c.Brier, 3), digits(c.Skill, 2), signed(c.Signed), miss)
	}
	t.line("\nRELIABILITY")
	t.row("", "said", "mean", "came true", "claims")
	for _, k := range r.named() {
		for _, b := range k.Calibration.Bins {
			t.row(k.name, fmt.Sprintf("%.2f – %.2f", b.Low, b.High), digits(&b.P, 2), digits(&b.Right, 2), b.Claims)
		}
	}
}

func (r Report) printTimes(t *table) {
	t.line("\nTIME OF WHAT WAS FOUND (hours)")
	t.row("", "pairs", "median error", "p90", "bias", "window", "truth inside")
	row := func(e TimeError, more ...any) {
		t.row(append([]any{e.Name, e.Pairs, digits(e.Median, 1), digits(e.P90, 1), digits(e.Bias, 1)}, more...)...)
	}
	for _, e := range r.Times {
		row(e, none, none)
	}
	row(r.LiftTimes.TimeError, digits(r.LiftTimes.Window, 1), share(r.LiftTimes.Captured))
}

func (r Report) printLifts(t *table) {
	t.line("\nCARGOES (lifts and barrels)")
	t.row("", "found", "missed", "double", "invented", "claimed/true size", "size in 90 %")
	for _, p := range r.Parcels {
		t.row(fmt.Sprintf("p >= %v", p.P), p.Found, p.Missed, p.Double, p.Invented, digits(p.Size, 2), share(p.Inside))
	}
}

func (s BarrelScore) print(t *table) {
	t.line("\nBARRELS A DAY, AS LIFTED")
	for _, w := range []struct {
		name string
		*Window
	}{{"to the last", s.Last}, {"to the last final", s.Final}} {
		if w.Window == nil {
			continue
		}
		relative := none
		if w.Relative != nil {
			relative = fmt.Sprintf("%+.0f %%", 100**w.Relative)
		}
		t.row(fmt.Sprintf("%d days %s, %s", w.Days, w.name, w.Date), "estimate", thousands(w.Estimate), thousands(w.P05)+" – "+thousands(w.P95),
			"truth", thousands(w.True), "error", relative)
	}
	t.row("", "count", "bias", "error", "truth in 90 %", "width", "interval score", "of climatology")
	row := func(name string, i IntervalScore) {
		t.row(name, i.Count, barrels(i.Bias), barrels(i.Error), share(i.Inside), barrels(i.Width), barrels(i.Score), barrels(i.Climatology))
	}
	row("28 days to the last", s.Nowcast)
	row("28 days to the last final", s.Settled)
	row("all 28-day means", s.Months)
	row("days", s.Days)
	for _, st := range s.Status {
		row("  "+st.Status, st.IntervalScore)
	}
	if s.Blind+s.Apart > 0 {
		t.line("left out: %d days without a number, %d days without truth", s.Blind, s.Apart)
	}
}

func (h HaltScore) print(t *table) {
	if h.Halts+h.Said == 0 {
		return
	}
	t.line("\nHALTS (%d; runs that say whether loading has stopped: %d)", h.Halts, h.Said)
	t.row("", "found", "missed", "delay, days", "p90", "false alarms", "a year")
	for _, x := range h.Tests {
		t.row(x.Test, x.Found, x.Missed, digits(x.Delay, 1), digits(x.DelayP90, 1), x.False, digits(x.FalsePerYear, 2))
	}
	if h.Silent > 0 {
		t.row("not said", 0, h.Silent, none, none, 0, none)
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

func signed(x *float64) string {
	if x == nil {
		return none
	}
	return fmt.Sprintf("%+.2f", *x)
}

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

// Measure is one number of a report under a name of its own, for tables over many runs and for floors in scenario files.
// It is null when nothing supports it.
type Measure struct {
	Name  string
	Value *float64
}

// Measures lists the numbers that a report is judged by. Barrels are millions a day, times hours, everything else a
// share unless its name says otherwise. Lifts count from the probability at which they enter the ledger; "likely" ones
// from one half.
func (r Report) Measures() []Measure {
	out := r.Gaps.measures("gap", 0)
	out = append(out, r.Rendezvous.measures("rendezvous", 0)...)
	out = append(out, r.Lifts.measures("lift", 1)...)
	out = append(out, r.False.measures("false_position", 0)...)
	out = append(out, r.Detectors.measures()...)
	likely := r.Lifts.At[0]
	out = append(out, Measure{"likely_lift_precision", likely.Precision}, Measure{"likely_lift_recall", likely.Recall})
	for _, m := range r.Lifts.At[1].Modes {
		out = append(out, Measure{"lift_recall_" + strings.ReplaceAll(m.Name, " ", "_"), m.Recall})
	}
	for _, t := range r.Times {
		name := strings.NewReplacer(" ", "_", ",", "").Replace(t.Name)
		out = append(out, Measure{name + "_median_h", t.Median}, Measure{name + "_bias_h", t.Bias})
	}
	out = append(out, Measure{"lift_time_median_h", r.LiftTimes.Median}, Measure{"lift_time_bias_h", r.LiftTimes.Bias},
		Measure{"lift_window_h", r.LiftTimes.Window}, Measure{"lift_window_holds_truth", r.LiftTimes.Captured})
	told, named := 0, 0
	for _, c := range r.Silences {
		if c.Name != "" {
			told, named = told+c.Told, named+c.Named
		}
	}
	out = append(out, Measure{"silence_cause_right", ratio(named, told)})
	out = append(out, r.cargoMeasures()...)
	return append(out, r.Halts.measures()...)
}

// measures are those of what the detectors are held to.
func (d Detectors) measures() []Measure {
	g := d.LongGaps
	out := []Measure{{"long_gap_precision", ratio(g.Right, g.Claimed)}, {"long_gap_recall", ratio(g.Found, g.Determinable)},
		{"long_gap_precision_determinable", ratio(g.SureRight, g.Sure)}, {"long_gap_determinable", ratio(g.Determinable, g.True)},
		{"long_gap_answered", ratio(g.Answered, g.Silences)}, {"long_gap_events_answered", ratio(g.Events-g.Unknown, g.Events)},
		{"failures_called_switched_off", ratio(g.Failures.Accused, g.Failures.True)}}
	for i, m := range d.Meetings {
		name := [...]string{"rendezvous_10min", "rendezvous_30min", "rendezvous_sparse", "rendezvous_unseen"}[i]
		out = append(out, Measure{name + "_f1", m.F1}, Measure{name + "_precision", m.Precision}, Measure{name + "_recall", m.Recall},
			Measure{name + "_calibration_error", m.Calibration.Error}, Measure{name + "_signed_error", m.Calibration.Signed})
	}
	return append(out, Measure{"bunkering_called_cargo", ratio(d.Bunkering.Accused, d.Bunkering.True)},
		Measure{"false_lifts_per_500_tanker_months", d.FalseLifts.per500(d.FalseLifts.Sum)},
		Measure{"false_ledger_lifts_per_500_tanker_months", d.FalseLifts.per500(d.FalseLifts.Ledger)})
}

// measures are those of a kind, at one of its cuts.
func (k Kind) measures(name string, at int) []Measure {
	c, cal := k.At[at], k.Calibration
	return []Measure{{name + "_precision", c.Precision}, {name + "_recall", c.Recall}, {name + "_recall_observable", c.RecallObservable},
		{name + "_f1", c.F1}, {name + "_unobservable", ratio(c.True-c.Observable, c.True)}, {name + "_brier", cal.Brier},
		{name + "_brier_skill", cal.Skill}, {name + "_calibration_error", cal.Error}, {name + "_signed_error", cal.Signed}}
}

// cargoMeasures are those of barrels.
func (r Report) cargoMeasures() []Measure {
	daily := func(l Load) *float64 {
		if r.Length <= 0 {
			return nil
		}
		x := l.Barrels / r.Length / 1e6
		return &x
	}
	p, b := r.Parcels[1], r.Barrels
	out := []Measure{{"missed_mbd", daily(p.Missed)}, {"double_mbd", daily(p.Double)}, {"invented_mbd", daily(p.Invented)},
		{"cargo_size_ratio", p.Size}, {"cargo_size_inside", p.Inside}}
	for _, s := range []struct {
		name string
		IntervalScore
	}{{"nowcast", b.Nowcast}, {"final", b.Settled}, {"day", b.Days}} {
		out = append(out, Measure{s.name + "_bias_mbd", million(s.Bias)}, Measure{s.name + "_error_mbd", million(s.Error)},
			Measure{s.name + "_inside", s.Inside}, Measure{s.name + "_width_mbd", million(s.Width)},
			Measure{s.name + "_interval_score_mbd", million(s.Score)}, Measure{s.name + "_climatology_mbd", million(s.Climatology)})
	}
	return out
}

// measures are those of halts, the best test's, which is the one that finds most, then the soonest. The early sign is no
// test: it only hints.
func (h HaltScore) measures() []Measure {
	best := HaltTest{}
	for _, t := range h.Tests {
		if t.Test == halt.EarlySign {
			continue
		}
		if t.Found > best.Found || t.Found == best.Found && best.Delay != nil && *t.Delay < *best.Delay {
			best = t
		}
	}
	return []Measure{{"halt_recall", ratio(best.Found, h.Halts)}, {"halt_delay_days", best.Delay}, {"halt_false_alarms_a_year", best.FalsePerYear}}
}

func million(x *float64) *float64 {
	if x == nil {
		return nil
	}
	y := *x / 1e6
	return &y
}
