package trial

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/reliability"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/coverage"
)

// columns are the scenarios in which the detectors have aims, in the order of the table.
var columns = []string{"baseline", "perturbed", "war-jamming", "outage", "nothing-illicit"}

// figure is a measure and how many things it is a share or a mean of. Its value is nil when nothing supports it.
type figure struct {
	value  *float64
	n      int
	digits int
}

// aim is a row of the table of detectors: a number that a detector is held to, where, and how to read it from a pool. A row
// without a limit has no aim and is there to be read beside the others.
type aim struct {
	name    string
	text    string // the aim in words
	least   bool   // the aim is at least the limit, else below it or equal to it
	limit   float64
	eased   float64  // by how much perturbed may be worse
	where   []string // scenarios in which it holds; none: no aim
	measure string   // gives the value, where it has a name
	of      func(*score.Pool) figure
}

// both are the scenarios that most aims are stated for; rough those in which precision may fall a little.
var (
	both  = []string{"baseline", "perturbed"}
	rough = []string{"war-jamming", "outage"}
)

// pooled reads a figure from the sum of all seeds.
func pooled(digits int, read func(score.Report) (*float64, int)) func(*score.Pool) figure {
	return func(p *score.Pool) figure {
		value, n := read(p.Sum)
		return figure{value, n, digits}
	}
}

// counted leaves the value to a named measure, and says how many things it is told of.
func counted(digits int, n func(score.Report) int) func(*score.Pool) figure {
	return func(p *score.Pool) figure { return figure{nil, n(p.Sum), digits} }
}

// aims are those of the detectors, in the order in which a reader asks.
func aims() []aim {
	gaps := func(of func(score.LongGaps) int) func(score.Report) int {
		return func(r score.Report) int { return of(r.Detectors.LongGaps) }
	}
	list := []aim{
		{name: "**switched off, 12 h and more**: precision of claims", text: "≥ 0.90, perturbed 0.87", least: true, limit: 0.9, eased: 0.03, where: both,
			measure: "long_gap_precision", of: counted(2, gaps(func(g score.LongGaps) int { return g.Claimed }))},
		{name: "recall of the determinable", text: "≥ 0.85, perturbed 0.82", least: true, limit: 0.85, eased: 0.03, where: both,
			measure: "long_gap_recall", of: counted(2, gaps(func(g score.LongGaps) int { return g.Determinable }))},
		{name: "determinable, of all that crews made", measure: "long_gap_determinable", of: counted(2, gaps(func(g score.LongGaps) int { return g.True }))},
		{name: "determinable silences, of any cause, with an answer", text: "≥ 0.60", least: true, limit: 0.6, where: both,
			measure: "long_gap_answered", of: counted(2, gaps(func(g score.LongGaps) int { return g.Silences }))},
		{name: "all gap events with an answer", measure: "long_gap_events_answered", of: counted(2, gaps(func(g score.LongGaps) int { return g.Events }))},
		{name: "honest failures called switched off", text: "0", where: both,
			measure: "failures_called_switched_off", of: counted(2, gaps(func(g score.LongGaps) int { return g.Failures.True }))},
	}
	list = append(list, meetingAims()...)
	list = append(list, reliabilityAims()...)
	list = append(list, aim{name: "**false lifts**: Σq in 500 tanker-months", text: "< 1", limit: 1, where: []string{"nothing-illicit"},
		of: pooled(2, func(r score.Report) (*float64, int) {
			return r.Detectors.FalseLifts.Per500(), r.Detectors.FalseLifts.Events
		})})
	for _, m := range []struct {
		name string
		of   func(score.Lost) *float64
	}{
		{"**precision lost** to jams and outages, in points: gaps", func(l score.Lost) *float64 { return l.Gaps }},
		{"cargo meetings", func(l score.Lost) *float64 { return l.Rendezvous }},
		{"lifts", func(l score.Lost) *float64 { return l.Lifts }},
	} {
		list = append(list, aim{name: m.name, text: "< 5", limit: 5, where: rough, of: func(p *score.Pool) figure {
			if p.Lost == nil {
				return figure{}
			}
			return figure{m.of(*p.Lost), p.Lost.Seeds, 1}
		}})
	}
	return list
}

// meetingAims are those of rendezvous.
func meetingAims() []aim {
	rate := func(i int) func(score.Report) score.MeetingRate {
		return func(r score.Report) score.MeetingRate { return r.Detectors.Meetings[i] }
	}
	var out []aim
	for i, x := range []struct {
		name  string
		limit float64
	}{{"**cargo meetings**, both heard every 10 min: F1", 0.97}, {"every 30 min: F1", 0.93}} {
		out = append(out,
			aim{name: x.name, text: fmt.Sprintf("≥ %.2f, perturbed %.2f", x.limit, x.limit-0.03), least: true, limit: x.limit, eased: 0.03, where: both,
				of: pooled(3, func(r score.Report) (*float64, int) { m := rate(i)(r); return m.F1, m.True })},
			aim{name: "its precision", of: pooled(2, func(r score.Report) (*float64, int) { m := rate(i)(r); return m.Precision, m.Claimed })},
			aim{name: "its recall", of: pooled(2, func(r score.Report) (*float64, int) { m := rate(i)(r); return m.Recall, m.True })})
	}
	return append(out,
		aim{name: "sparser: F1", of: pooled(2, func(r score.Report) (*float64, int) { m := rate(2)(r); return m.F1, m.True })},
		aim{name: "sparser: " + calibrationError, text: "≤ 0.05", limit: 0.05, where: both, of: calibrationOf(func(r score.Report) reliability.Calibration { return rate(2)(r).Calibration })},
		aim{name: "sparser: said − right", of: pooled(2, func(r score.Report) (*float64, int) {
			c := rate(2)(r).Calibration
			return c.Signed, c.Claims
		})},
		aim{name: "**bunkerings** called cargo", text: "< 0.02", limit: 0.02, where: both,
			measure: "bunkering_called_cargo", of: counted(3, func(r score.Report) int { return r.Detectors.Bunkering.True })})
}

// reliabilityAims are those of probabilities.
func reliabilityAims() []aim {
	var out []aim
	for _, k := range []struct {
		name string
		of   func(score.Report) reliability.Calibration
	}{
		{"switched off", func(r score.Report) reliability.Calibration { return r.Gaps.Calibration }},
		{"cargo passed", func(r score.Report) reliability.Calibration { return r.Rendezvous.Calibration }},
		{"false position", func(r score.Report) reliability.Calibration { return r.False.Calibration }},
	} {
		out = append(out,
			aim{name: "**probability of " + k.name + "**: " + calibrationError, text: "≤ 0.05", limit: 0.05, where: both, of: calibrationOf(k.of)},
			aim{name: "Brier skill", text: "≥ 0.40", least: true, limit: 0.4, where: both,
				of: pooled(2, func(r score.Report) (*float64, int) { c := k.of(r); return c.Skill, c.Claims })})
	}
	return out
}

// calibrationError ends the names of rows that are told from many claims on only.
const calibrationError = "calibration error"

// calibrationOf reads a calibration error.
func calibrationOf(of func(score.Report) reliability.Calibration) func(*score.Pool) figure {
	return pooled(3, func(r score.Report) (*float64, int) { c := of(r); return c.Error, c.Claims })
}

const detectorsIntro = `
## Detectors

What the detectors are held to, and what they reach. **✓** and **✗** say whether an aim is met where it is stated; the number in
brackets is how many things the figure is a share of. A dash is a share of nothing; "too few" means fewer claims than
the %d from which a calibration error is told.

- **Determinable** is a silence that the world's own rules of reception gave a chance of at most 0.01: the ships and stations round
  it were heard, so that it can hardly be bad luck. A reader that knows these rules, and has only the feed, says which they are.
  *Precision* is of all claims of twelve hours and more, determinable or not.
- **With an answer** is a silence of which a gap event tells, with another likeliest cause than "unknown".
- **Heard every 10 min**: for half of the time alongside, the received positions of both ships lay no farther apart than that. A
  false claim belongs to the rate at which its own two ships were heard. Cargo that goes on under another's name (a blend) is cargo.
- **Bunkerings called cargo** are those during which a claim of one half or more says that the two passed cargo, of all bunkerings.
- **False lifts**: the probabilities of all lifts to which no loading belongs, added up, however small each is. A tanker-month is 30 days of one
  tanker of 10,000 t deadweight or more in the world; the number in brackets counts the events.
- **Precision lost** is that of the scenario beside that of baseline on the same seeds, whose number is in brackets; below zero it is better.`

// detectors is the table of what the detectors are held to, and what it rests on.
func (d *document) detectors(sections []Section) {
	d.line(detectorsIntro, reliability.Least)
	named := map[string]*Section{}
	for i := range sections {
		named[sections[i].Pool.Scenario] = &sections[i]
	}
	var shown []*Section
	for _, name := range columns {
		if s := named[name]; s != nil {
			shown = append(shown, s)
		}
	}
	if len(shown) == 0 { // a run of other scenarios shows what it has
		for i := range sections[:min(len(columns), len(sections))] {
			shown = append(shown, &sections[i])
		}
	}
	head, seeds := []string{"measure", "aim"}, []string{"seeds (in which silences could be judged)", ""}
	for _, s := range shown {
		head = append(head, s.Pool.Scenario)
		seeds = append(seeds, fmt.Sprintf("%d (%d)", s.Pool.Sum.Runs, s.Pool.Sum.Detectors.LongGaps.Asked))
	}
	rows := [][]string{seeds}
	for _, a := range aims() {
		row := []string{a.name, cmp.Or(a.text, none)}
		for _, s := range shown {
			row = append(row, a.cell(s.Pool))
		}
		rows = append(rows, row)
	}
	d.table(head, rows)
	d.told("interference: true jams and events", shown, func(x score.Detectors) []score.Told { return x.Jams })
	d.told("identity: true changes and events", shown, func(x score.Detectors) []score.Told { return x.Identities })
	d.reception(shown)
}

// read is a figure.
func (a aim) read(p *score.Pool) figure {
	f := a.of(p)
	if a.measure != "" {
		m, _ := p.Measure(a.measure)
		f.value = m.Pooled
	}
	return f
}

// missed are the aims of detectors that a scenario misses, with the numbers.
func missed(p *score.Pool) (out []string) {
	about := ""
	for _, a := range aims() {
		name := about + ": " + a.name
		if parts := strings.Split(a.name, "**"); len(parts) > 1 {
			about, name = parts[1], strings.ReplaceAll(a.name, "**", "")
		}
		if f := a.read(p); f.value != nil && slices.Contains(a.where, p.Scenario) && a.verdict(p.Scenario, *f.value) != "✓" {
			out = append(out, fmt.Sprintf("%s %s (aim %s)", name, value(f.value, f.digits), a.text))
		}
	}
	return out
}

// cell is a figure with its verdict.
func (a aim) cell(p *score.Pool) string {
	f := a.read(p)
	if f.value == nil {
		if f.n > 0 && f.n < reliability.Least && strings.HasSuffix(a.name, calibrationError) {
			return fmt.Sprintf("too few (%d)", f.n)
		}
		return none
	}
	text := value(f.value, f.digits)
	if slices.Contains(a.where, p.Scenario) {
		text += " " + a.verdict(p.Scenario, *f.value)
	}
	return fmt.Sprintf("%s (%d)", text, f.n)
}

func (a aim) verdict(scenario string, x float64) string {
	eased := 0.0
	if scenario == "perturbed" {
		eased = a.eased
	}
	met := x <= a.limit
	switch {
	case a.least:
		met = x >= a.limit-eased
	case strings.HasPrefix(a.text, "<"):
		met = x < a.limit
	}
	if met {
		return "✓"
	}
	return "✗"
}

// told is a table of true things and events, by scenario.
func (d *document) told(head string, shown []*Section, of func(score.Detectors) []score.Told) {
	cells := map[string][]string{}
	var names []string
	titles := []string{head}
	for i, s := range shown {
		titles = append(titles, s.Pool.Scenario)
		for _, x := range of(s.Pool.Sum.Detectors) {
			if cells[x.Name] == nil {
				cells[x.Name] = slices.Repeat([]string{none}, len(shown))
				names = append(names, x.Name)
			}
			cells[x.Name][i] = fmt.Sprintf("%d of %d found", x.Found, x.True)
			if x.Events > 0 {
				cells[x.Name][i] = fmt.Sprintf("%d of %d invented", x.Invented, x.Events)
			}
		}
	}
	slices.Sort(names)
	var rows [][]string
	for _, name := range names {
		rows = append(rows, append([]string{words(name)}, cells[name]...))
	}
	if len(rows) > 0 {
		d.table(titles, rows)
	}
}

// leastPredicted is how many silences of a kind must be predicted or observed for a region to have a row.
const leastPredicted = 20

// reception is predicted against observed silences of controls.
func (d *document) reception(shown []*Section) {
	d.line("\n**Was the silence to be expected?** Of ships that have no reason to hide, how many silences the engine predicted from what was known three\n" +
		"days before, and how many came: after an hour in which such a ship was heard, silence by that kind of receiver for so long. Windows overlap, so that the counts\n" +
		"are no independent draws. Regions are squares of 5° by their south-west corner; rows with fewer than 20 silences are left out.")
	titles := []string{"receiver, region, length"}
	var all [][]coverage.Calibration
	keys := map[coverage.Check]bool{}
	for _, s := range shown {
		titles = append(titles, s.Pool.Scenario)
		list := s.Pool.Sum.Detectors.Reception
		all = append(all, list)
		for _, c := range list {
			if c.Predicted >= leastPredicted || c.Observed >= leastPredicted {
				keys[coverage.Check{Receiver: c.Receiver, Region: c.Region, Hours: c.Hours}] = true
			}
		}
	}
	var order []coverage.Check
	for k := range keys {
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b coverage.Check) int {
		return cmp.Or(cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(b.Region, a.Region), cmp.Compare(a.Hours, b.Hours))
	})
	var rows [][]string
	for _, k := range order {
		row := []string{fmt.Sprintf("%s, %s, %d h", k.Receiver, k.Region, k.Hours)}
		for _, list := range all {
			i := slices.IndexFunc(list, func(c coverage.Calibration) bool {
				return c.Receiver == k.Receiver && c.Region == k.Region && c.Hours == k.Hours
			})
			cell := none
			if i >= 0 {
				cell = strconv.FormatFloat(list[i].Predicted, 'f', 0, 64) + " → " + strconv.FormatInt(list[i].Observed, 10)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		d.line("\nNothing was predicted often enough.")
		return
	}
	d.table(titles, rows)
}
