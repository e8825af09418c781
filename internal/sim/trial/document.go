package trial

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/reliability"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
)

// Section is what the document tells of one scenario.
type Section struct {
	Scenario *scenario.Scenario
	Pool     *score.Pool
	Ceiling  *score.Pool // of a reader that knows the world's rules and has only the feed; nil when none was asked
	Picture  string      // address of its picture
}

// WriteDocument writes docs/accuracy.md: how the scores came about and how to read them, all scenarios beside each
// other, what is worst, and each scenario by itself. Command is how to make it again.
func WriteDocument(w io.Writer, sections []Section, command string) error {
	out := bufio.NewWriter(w)
	d := &document{out}
	d.line(preamble, command)
	d.detectors(sections)
	d.summary(sections)
	d.worst(sections)
	for _, s := range sections {
		d.section(s)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write document: %w", err)
	}
	return nil
}

// WriteSummary writes the table of all scenarios alone.
func WriteSummary(w io.Writer, sections []Section) error {
	out := bufio.NewWriter(w)
	(&document{out}).summary(sections)
	return out.Flush()
}

const preamble = `# Accuracy

How right darkwake is, where that can be known: in simulated worlds. Nobody publishes labelled tanker AIS, so that nothing
here says how right it is about real ships. **Everything below is synthetic**, and this page is written by a program; its
words are the same whether the numbers are good or bad.

` + "```\n%s\n```" + `

## How to read it

Each scenario is a world with its own trap. Each seed is another world of the same kind: other ships, times and
cargoes; where a scenario names its ships one by one, seeds differ only in chance, as in who is heard when. The engine reads the sentences of each world as it would read a file, with its default parameters, and what it
claims is paired with what really happened, one to one: a silence or a meeting must overlap its true time by
half of what both cover together, the windows of a lift may lie three days apart.

- **0.87 (0.71 to 0.95)** is the value of all seeds added up, and the range in which nine of ten single seeds lie.
- **Recall** is of all that happened, also of what no receiver could have told of; **of heard** leaves out what is
  unobservable: no message of the ship, nor of any ship within half a degree and a day, reached the feed.
- **Lifts** count from a probability of 0.2, where they enter the ledger; gaps and meetings from 0.5.
- **Ceiling**, where it is given, is what a reader reaches who knows all rules of the world and has only the feed, in the
  first worlds of the scenario (as many as the command says), for it takes as long as the engine.
- **A dash** is a share of nothing. A detector that claims nothing has no precision.
- **Brier skill** above 0 is better than always saying the share that is true. The **calibration error** is that of bins
  of equal mass, with the part taken away that chance alone would give (Bröcker 2012; Kumar, Liang & Ma 2019), and is told from 1,000
  claims on. **Said − right** is the mean probability less the share that came true: above 0 says too much.
- **Interval score** is the width of a 90 %% interval and 20 times what the truth lies outside by (Gneiting & Raftery 2007): less is
  better. *Climatology* is the score of one interval for all, from the 5th to the 95th percentile of the very truths: it knows how
  things go in this world but nothing of what happens, and nobody could have known it.
- Barrels are millions a day (Mb/d), as lifted. Exited and discharged barrels are in the truth, and not scored. What the daily
  estimate reaches after a warm-up, and whether its intervals and the tests for a halt keep what they promise, is in [number.md](number.md).
`

// document writes Markdown. Errors stay with the writer until it is flushed.
type document struct{ out *bufio.Writer }

func (d *document) line(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// table writes a table; the first column holds words, the others numbers.
func (d *document) table(head []string, rows [][]string) {
	d.line("\n| %s |\n|---|%s", strings.Join(head, " | "), strings.Repeat("---:|", len(head)-1))
	for _, r := range rows {
		d.line("| %s |", strings.Join(r, " | "))
	}
}

// summary is one line a scenario.
func (d *document) summary(sections []Section) {
	d.line("\n## All scenarios")
	var claims, barrels [][]string
	for _, s := range sections {
		p := s.Pool
		m := func(name string, digits int) string { return spread(p, name, digits) }
		lifts := p.Sum.Lifts.At[1]
		ceiling := none
		if s.Ceiling != nil {
			ceiling = number(s.Ceiling, "lift_recall", 2)
		}
		claims = append(claims, []string{p.Scenario, strconv.Itoa(p.Sum.Runs), strconv.Itoa(lifts.True), m("lift_recall", 2), m("lift_recall_observable", 2),
			ceiling, m("lift_precision", 2), m("gap_recall", 2), m("gap_precision", 2), m("rendezvous_recall", 2), m("rendezvous_precision", 2)})
		barrels = append(barrels, []string{p.Scenario, trueMonth(p), m("nowcast_bias_mbd", 2), m("nowcast_error_mbd", 2), number(p, "nowcast_inside", 2),
			number(p, "nowcast_width_mbd", 2), number(p, "final_error_mbd", 2), number(p, "day_inside", 2), m("missed_mbd", 2), m("double_mbd", 2), m("invented_mbd", 2)})
	}
	d.table([]string{"scenario", "seeds", "true lifts", "lift recall", "of heard", "ceiling", "lift precision", "gap recall", "gap precision", "cargo meeting recall", "precision"}, claims)
	d.table([]string{"barrels, Mb/d", "true 28-day mean", "bias to the last day", "error", "truth in 90 %", "width", "error, final", "days: truth in 90 %",
		"missed", "double", "invented"}, barrels)
}

// trueMonth is the mean truth of the windows that the runs end with.
func trueMonth(p *score.Pool) string {
	sum, n := 0.0, 0
	for _, r := range p.Runs() {
		if w := r.Barrels.Last; w != nil {
			sum, n = sum+w.True/1e6, n+1
		}
	}
	if n == 0 {
		return none
	}
	return strconv.FormatFloat(sum/float64(n), 'f', 2, 64)
}

// complaint is a rule for what counts as bad, and how it is said.
type complaint struct {
	measure string
	bad     func(float64) bool
	text    string
}

func below(limit float64) func(float64) bool { return func(x float64) bool { return x < limit } }
func above(limit float64) func(float64) bool { return func(x float64) bool { return x > limit } }
func outside(limit float64) func(float64) bool {
	return func(x float64) bool { return x > limit || x < -limit }
}

// complaints are in the order of what hurts most. Their limits are the aims of the project, not what it reaches.
var complaints = []complaint{
	{"nowcast_inside", below(0.8), "the 90 %% interval of the last 28 days holds the truth in a share of %.2f of the seeds"},
	{"nowcast_bias_mbd", outside(0.2), "the mean of the last 28 days is off by %+.2f Mb/d on average"},
	{"invented_mbd", above(0.05), "%.2f Mb/d are invented"},
	{"double_mbd", above(0.05), "%.2f Mb/d are counted twice"},
	{"missed_mbd", above(0.2), "%.2f Mb/d of single cargoes are missed"},
	{"lift_precision", below(0.9), "of the lifts claimed a share of %.2f is true"},
	{"lift_recall_observable", below(0.8), "of the lifts that could be told a share of %.2f is found"},
	{"gap_recall_observable", below(0.8), "of the silences that crews made, and that could be told, a share of %.2f is called so"},
	{"gap_precision", below(0.9), "of the silences said to be made by crews a share of %.2f is"},
	{"rendezvous_recall_observable", below(0.8), "of the cargo meetings that could be told a share of %.2f is called so"},
	{"rendezvous_precision", below(0.9), "of the meetings said to pass cargo a share of %.2f does"},
	{"gap_signed_error", outside(0.1), "the probability that a silence was made by a crew is off by %+.2f on average"},
	{"rendezvous_signed_error", outside(0.1), "the probability that cargo passed is off by %+.2f on average"},
	{"lift_signed_error", outside(0.1), "the probability of lifts is off by %+.2f on average"},
	{"silence_cause_right", below(0.8), "the likeliest cause of a silence is the true one in a share of %.2f"},
	{"day_inside", below(0.85), "the 90 %% intervals of single days hold the truth in a share of %.2f"},
}

// worst lists what is bad, scenario by scenario.
func (d *document) worst(sections []Section) {
	d.line("\n## What is bad\n\nEverything that misses an aim, by scenario.\n")
	for _, s := range sections {
		texts := missed(s.Pool)
		for _, c := range complaints {
			if m, ok := s.Pool.Measure(c.measure); ok && m.Pooled != nil && c.bad(*m.Pooled) {
				texts = append(texts, fmt.Sprintf(c.text, *m.Pooled))
			}
		}
		for _, mode := range s.Pool.Sum.Lifts.At[1].Modes {
			if mode.Recall != nil && *mode.Recall < 0.5 {
				texts = append(texts, fmt.Sprintf("of %d lifts in the mode %s %d are found", mode.True, words(mode.Name), mode.Paired))
			}
		}
		if h := s.Pool.Sum.Halts; h.Silent > 0 {
			texts = append(texts, fmt.Sprintf("%d halts happen and nothing is said of them", h.Silent))
		}
		if len(texts) == 0 {
			texts = []string{"nothing"}
		}
		d.line("- **%s**: %s.", s.Pool.Scenario, strings.Join(texts, "; "))
	}
}

// section tells of one scenario.
func (d *document) section(s Section) {
	r := s.Pool.Sum
	d.line("\n## %s\n\n%s\n\n%d seeds, %.0f days in all.", s.Pool.Scenario, cmp.Or(s.Scenario.About, "No description."), r.Runs, r.Length)
	if s.Picture != "" {
		d.line("\n![%s: reliability, and 28-day means against the truth](%s)", s.Pool.Scenario, s.Picture)
	}
	d.claims(s)
	d.calibration(s)
	d.silences(r)
	d.times(r)
	d.barrels(s.Pool)
	d.halts(r.Halts)
}

// kinds are the kinds of claim, each with the cut at which it is told.
func kinds(r score.Report) []struct {
	name, measure string
	at            score.Cut
	calibration   reliability.Calibration
} {
	return []struct {
		name, measure string
		at            score.Cut
		calibration   reliability.Calibration
	}{
		{"gap: switched off", "gap", r.Gaps.At[0], r.Gaps.Calibration},
		{"rendezvous: cargo", "rendezvous", r.Rendezvous.At[0], r.Rendezvous.Calibration},
		{"lift", "lift", r.Lifts.At[1], r.Lifts.Calibration},
	}
}

// claims is what was found and invented, by mode and by class.
func (d *document) claims(s Section) {
	head := []string{"found", "true", "heard", "claimed", "precision", "recall", "of heard", "F1"}
	if s.Ceiling != nil {
		head = append(head, "ceiling of recall", "its precision")
	}
	var rows [][]string
	for i, k := range kinds(s.Pool.Sum) {
		row := []string{"**" + k.name + "**", strconv.Itoa(k.at.True), strconv.Itoa(k.at.Observable), strconv.Itoa(k.at.Claimed), spread(s.Pool, k.measure+"_precision", 2),
			spread(s.Pool, k.measure+"_recall", 2), spread(s.Pool, k.measure+"_recall_observable", 2), value(k.at.F1, 2)}
		best := score.Cut{}
		if s.Ceiling != nil {
			best = kinds(s.Ceiling.Sum)[i].at
			row = append(row, value(best.Recall, 2), value(best.Precision, 2))
		}
		rows = append(rows, row)
		for _, m := range k.at.Modes {
			row := []string{words(m.Name), strconv.Itoa(m.True), strconv.Itoa(m.Observable), none, none, value(m.Recall, 2), value(m.RecallObservable, 2), none}
			if s.Ceiling != nil {
				row = append(row, value(recallOf(best, m.Name), 2), none)
			}
			rows = append(rows, row)
		}
		for _, c := range k.at.Classes {
			row := []string{"*" + cmp.Or(c.Name, "class not known") + "*", strconv.Itoa(c.True), strconv.Itoa(c.Observable), strconv.Itoa(c.Claimed), value(c.Precision, 2),
				value(c.Recall, 2), value(c.RecallObservable, 2), value(c.F1, 2)}
			if s.Ceiling != nil {
				row = append(row, none, none)
			}
			rows = append(rows, row)
		}
	}
	d.table(head, rows)
}

// recallOf is the recall of a mode.
func recallOf(c score.Cut, mode string) *float64 {
	i := slices.IndexFunc(c.Modes, func(m score.Mode) bool { return m.Name == mode })
	if i < 0 {
		return nil
	}
	return c.Modes[i].Recall
}

func (d *document) calibration(s Section) {
	var rows [][]string
	for _, k := range kinds(s.Pool.Sum) {
		c := k.calibration
		miss := value(c.Error, 3)
		if c.Error == nil {
			miss = fmt.Sprintf("too few: %d", c.Claims)
		}
		rows = append(rows, []string{k.name, strconv.Itoa(c.Claims), strconv.Itoa(c.Right), value(c.Brier, 3), value(c.Skill, 2), signed(c.Signed), miss})
	}
	d.table([]string{"probability", "claims", "right", "Brier", "Brier skill", "said − right", "calibration error"}, rows)
}

// silences is true against stated causes.
func (d *document) silences(r score.Report) {
	var stated []string
	for _, c := range r.Silences {
		for _, s := range c.Stated {
			stated = append(stated, s.Cause)
		}
	}
	slices.Sort(stated)
	stated = slices.Compact(stated)
	head := []string{"silences: true cause", "true", "told"}
	for _, cause := range stated {
		head = append(head, "said: "+words(cause))
	}
	var rows [][]string
	for _, c := range r.Silences {
		row := []string{words(cmp.Or(c.Name, "none such")), strconv.Itoa(c.Count), strconv.Itoa(c.Told)}
		for _, cause := range stated {
			n := 0
			for _, s := range c.Stated {
				if s.Cause == cause {
					n = s.Count
				}
			}
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	d.table(head, rows)
}

func (d *document) times(r score.Report) {
	var rows [][]string
	for _, e := range append(slices.Clone(r.Times), r.LiftTimes.TimeError) {
		rows = append(rows, []string{e.Name, strconv.Itoa(e.Pairs), value(e.Median, 1), value(e.P90, 1), value(e.Bias, 1)})
	}
	d.table([]string{"time, hours", "pairs", "median error", "90 % below", "bias"}, rows)
	d.line("\nThe window of a lift is %s h wide (median) and holds the whole loading in a share of %s.", value(r.LiftTimes.Window, 0), value(r.LiftTimes.Captured, 2))
}

func (d *document) barrels(p *score.Pool) {
	b := p.Sum.Barrels
	row := func(name string, s score.IntervalScore) []string {
		mbd := func(x *float64) string {
			if x == nil {
				return none
			}
			m := *x / 1e6
			return value(&m, 2)
		}
		return []string{name, strconv.Itoa(s.Count), mbd(s.Bias), mbd(s.Error), value(s.Inside, 2), mbd(s.Width), mbd(s.Score), mbd(s.Climatology)}
	}
	rows := [][]string{row("28 days to the last", b.Nowcast), row("28 days to the last final", b.Settled), row("days", b.Days)}
	for _, s := range b.Status {
		rows = append(rows, row("days, "+s.Status, s.IntervalScore))
	}
	d.table([]string{"barrels, Mb/d", "count", "bias", "error", "truth in 90 %", "width", "interval score", "climatology"}, rows)
	c := p.Sum.Parcels[1]
	load := func(l score.Load) string { return fmt.Sprintf("%d (%.1f Mb)", l.Lifts, l.Barrels/1e6) }
	d.line("\nCargoes: %s found, %s missed, %s counted twice, %s invented. A cargo found is said to be %s of its true size on average, and the share of 90 %% intervals of size that hold it is %s.",
		load(c.Found), load(c.Missed), load(c.Double), load(c.Invented), value(c.Size, 2), value(c.Inside, 2))
}

func (d *document) halts(h score.HaltScore) {
	if h.Halts+h.Said == 0 {
		return
	}
	var rows [][]string
	for _, t := range h.Tests {
		rows = append(rows, []string{t.Test, strconv.Itoa(t.Found), strconv.Itoa(t.Missed), value(t.Delay, 1), value(t.DelayP90, 1), strconv.Itoa(t.False), value(t.FalsePerYear, 2)})
	}
	if h.Silent > 0 {
		rows = append(rows, []string{"not said", "0", strconv.Itoa(h.Silent), none, none, "0", none})
	}
	d.table([]string{"halts", "found", "missed", "delay, days", "90 % below", "false alarms", "a year"}, rows)
}

// none stands for a number that nothing supports.
const none = "–"

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func value(x *float64, digits int) string {
	if x == nil {
		return none
	}
	return strconv.FormatFloat(*x, 'f', digits, 64)
}

func signed(x *float64) string {
	if x == nil {
		return none
	}
	return fmt.Sprintf("%+.2f", *x)
}

// number is the pooled value of a measure.
func number(p *score.Pool, name string, digits int) string {
	m, _ := p.Measure(name)
	return value(m.Pooled, digits)
}

// spread is the pooled value of a measure, with the range of nine of ten seeds where there are several.
func spread(p *score.Pool, name string, digits int) string {
	m, _ := p.Measure(name)
	if m.Runs < 2 || m.Pooled == nil {
		return value(m.Pooled, digits)
	}
	return fmt.Sprintf("%s (%s to %s)", value(m.Pooled, digits), value(m.P05, digits), value(m.P95, digits))
}
