package headline

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/estimate"
)

// Set is the worlds of one scenario.
type Set struct {
	Name string
	Runs []Run
}

// reached is the share of lifts found, per full feed, in all worlds of the set but one; all of them where there is only one.
func (s Set) reached(but int) float64 {
	all, health, n := Mode{}, 0.0, 0.0
	for i, r := range s.Runs {
		if i == but && len(s.Runs) > 1 {
			continue
		}
		m := r.Engine.all()
		all.True, all.Found = all.True+m.True, all.Found+m.Found
		health, n = health+r.Health, n+1
	}
	if all.True == 0 || health == 0 {
		return math.NaN()
	}
	return float64(all.Found) / float64(all.True) / (health / n)
}

// means are the windows that a set's table tells of: final ones of worlds that go on long enough, nowcasts, and both again
// with the chance of detection as the other worlds have it.
type means struct{ final, nowcast, finalKnown, nowcastKnown []score.Window }

func (s Set) means() (m means) {
	for i, r := range s.Runs {
		m.nowcast = append(m.nowcast, r.Nowcasts...)
		known := s.reached(i)
		var final *score.Window
		var nowcasts []score.Window
		if !math.IsNaN(known) {
			final, nowcasts = r.As(known)
		}
		m.nowcastKnown = append(m.nowcastKnown, nowcasts...)
		if r.Settled && r.Final != nil {
			m.final = append(m.final, *r.Final)
			if final != nil {
				m.finalKnown = append(m.finalKnown, *final)
			}
		}
	}
	return m
}

// newest are the final windows of long worlds and the first nowcasts of others, by seed: what an interval is judged by.
func (s Set) newest() map[uint64]score.Window {
	out := map[uint64]score.Window{}
	for _, r := range s.Runs {
		switch {
		case r.Settled && r.Final != nil:
			out[r.Seed] = *r.Final
		case !r.Settled && len(r.Nowcasts) > 0:
			out[r.Seed] = r.Nowcasts[0]
		}
	}
	return out
}

// aim is what a number is held to in some scenarios: between least and most.
type aim struct {
	text        string
	least, most float64
	where       []string
}

var (
	main  = []string{"baseline", "perturbed"}
	rough = []string{"sparse-satellite-only", "outage", "war-jamming"}
)

func atMost(x float64, where []string) aim {
	return aim{fmt.Sprintf("≤ %g", x), math.Inf(-1), x, where}
}

func atLeast(x float64, where []string) aim {
	return aim{fmt.Sprintf("≥ %g", x), x, math.Inf(1), where}
}

var none = aim{text: "–"}

// cell is a number with what it is of; not a number where nothing supports it.
type cell struct {
	x      float64
	digits int
	of     string
}

func (c cell) meets(a aim) bool { return c.x >= a.least && c.x <= a.most }

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

func (c cell) text(a aim, name string) string {
	if math.IsNaN(c.x) {
		return "–"
	}
	out := fmt.Sprintf("%.*f", c.digits, c.x)
	if slices.Contains(a.where, name) {
		out += " " + mark(c.meets(a))
	}
	if c.of != "" {
		out += " (" + c.of + ")"
	}
	return out
}

// row is a measure over all sets.
type row struct {
	name string
	aim  aim
	of   func(Set) cell
}

const intro = `
## In simulated worlds

What the daily estimate is held to, and what it reaches. The mean of %d days from day %d on is scored: as **final** where the world goes on for
%d days after it, and as a **nowcast** at the end of the window itself and of every %d days after. **✓** and **✗** say whether an aim is met where it is stated.

- **p reached** is the share of the true lifts that began in the window and are in the ledger at the end. The estimate cannot know it: it takes
  the chance of a full feed from Beta(%g,%g), %.2f on average and from %.2f to %.2f with nine in ten: %s.
- **p known** is the same estimate, with that chance as the other seeds of the scenario have it. What is left is what
  the rest of the model does; the distance to the row above is what the prior costs here. In worlds that end with the window p lacks what would
  still have come, so that the mean is too large there; and where the mean is worse with p known, two errors of the model cancel without it.
- **With a number** are worlds in which the scored window has one; elsewhere the estimate says that it is blind, and nothing else is told of them.
- **Interval score** is that of the 90 %% interval over that of the prior alone, which has seen nothing; below 1 it is better.
- **Wider than baseline**: mean width of the interval over that of baseline, on the same seeds and at the same day.
- **Of the oracle's**: recall in a mode over that of a reader who knows the world's rules and has only the same feed, in the same worlds.`

const preamble = `# The number

How right the daily estimate of barrels is, in simulated worlds and in synthetic histories without any AIS. **Everything below is synthetic**, and this page is
written by a program; its words are the same whether the numbers are good or bad. What detectors find is in [accuracy.md](accuracy.md).

` + "```\n%s\n```\n"

// Write writes the page: the number in simulated worlds, its intervals in worlds without AIS, and the tests for a halt. Sets
// come in the order of columns; bare and halts may be nil.
func Write(w io.Writer, sets []Set, s Span, bare *Coverage, halts *Halts, command string) error {
	var b strings.Builder
	fmt.Fprintf(&b, preamble, command)
	c := counted(sets)
	b.WriteString(number(sets, c, s))
	worst(&b, sets, c, bare, halts)
	if bare != nil {
		bare.write(&b)
	}
	if halts != nil {
		halts.write(&b)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write number: %w", err)
	}
	return nil
}

// Summary writes the number in simulated worlds alone.
func Summary(w io.Writer, sets []Set, s Span) error {
	if _, err := io.WriteString(w, number(sets, counted(sets), s)); err != nil {
		return fmt.Errorf("write number: %w", err)
	}
	return nil
}

// counted are all measures of sets.
func counted(sets []Set) []row {
	all := map[string]means{}
	for _, s := range sets {
		all[s.Name] = s.means()
	}
	return slices.Concat(meanRows(all), intervalRows(sets), liftRows(), nothingRows())
}

// number is the section of simulated worlds.
func number(sets []Set, measures []row, s Span) string {
	var b strings.Builder
	c := estimate.Defaults()
	p := c.Chance()
	fmt.Fprintf(&b, intro+"\n", s.Days, s.From, Confirmed, s.Days, c.DetectA, c.DetectB, p.Mean, p.P05, p.P95, p.From)
	head := []string{"measure", "aim"}
	for _, s := range sets {
		head = append(head, s.Name)
	}
	var rows [][]string
	for _, r := range measures {
		line := []string{r.name, r.aim.text}
		for _, s := range sets {
			line = append(line, r.of(s).text(r.aim, s.Name))
		}
		rows = append(rows, line)
	}
	table(&b, head, rows)
	modes(&b, sets)
	return b.String()
}

// meanRows judge means of 28 days.
func meanRows(all map[string]means) []row {
	var out []row
	part := func(name string, of func(means) []score.Window, median, most aim) {
		relative := func(share float64) func(Set) cell {
			return func(s Set) cell {
				list := errors(of(all[s.Name]))
				return cell{quantile(list, share), 2, count(len(list))}
			}
		}
		out = append(out,
			row{name + ": error, share of the truth, median", median, relative(0.5)},
			row{"nine in ten within", most, relative(0.9)},
			row{"mean error with sign", none, func(s Set) cell { return cell{bias(of(all[s.Name])), 2, ""} }},
			row{"truth in the 90 % interval", none, func(s Set) cell { return inside(of(all[s.Name])) }})
	}
	out = append(out, row{"worlds", none, func(s Set) cell { return cell{float64(len(s.Runs)), 0, ""} }},
		row{"p reached", none, func(s Set) cell {
			return cell{share(s, func(f Found) (int, int) { m := f.all(); return m.Found, m.True }), 2, ""}
		}}, row{"**with a number**", atLeast(1, slices.Concat(main, rough)), func(s Set) cell {
			n := len(s.newest())
			return cell{float64(n) / float64(len(s.Runs)), 2, fmt.Sprintf("%d of %d", n, len(s.Runs))}
		}})
	part("**final**", func(m means) []score.Window { return m.final }, atMost(0.10, main), atMost(0.25, main))
	part("final, p known", func(m means) []score.Window { return m.finalKnown }, none, none)
	part("**nowcast**", func(m means) []score.Window { return m.nowcast }, atMost(0.20, main), none)
	part("nowcast, p known", func(m means) []score.Window { return m.nowcastKnown }, none, none)
	return out
}

// intervalRows judge intervals against the prior's and against those of baseline.
func intervalRows(sets []Set) []row {
	var base map[uint64]score.Window
	for _, s := range sets {
		if s.Name == "baseline" {
			base = map[uint64]score.Window{}
			for _, r := range s.Runs {
				if len(r.Nowcasts) > 0 {
					base[r.Seed] = r.Nowcasts[0]
				}
			}
		}
	}
	return []row{
		{"**interval score** over the prior's", atMost(1, append(slices.Clone(main), rough...)), func(s Set) cell {
			var ours, prior []score.Window
			newest := s.newest()
			for _, r := range s.Runs {
				if w, ok := newest[r.Seed]; ok {
					ours, prior = append(ours, w), append(prior, r.Prior)
				}
			}
			a, b := score.Judge(ours).Score, score.Judge(prior).Score
			if a == nil || *b == 0 {
				return cell{x: math.NaN()}
			}
			return cell{*a / *b, 3, ""}
		}},
		{"width over the prior's", atMost(1, rough), func(s Set) cell {
			a, b := 0.0, 0.0
			for _, r := range s.Runs {
				if w, ok := s.newest()[r.Seed]; ok {
					a, b = a+w.P95-w.P05, b+r.Prior.P95-r.Prior.P05
				}
			}
			return cell{a / b, 3, ""}
		}},
		{"**wider than baseline**", aim{"> 1", 1, math.Inf(1), rough}, func(s Set) cell {
			a, b, n := 0.0, 0.0, 0
			for _, r := range s.Runs {
				if w, ok := base[r.Seed]; ok && len(r.Nowcasts) > 0 {
					a, b, n = a+r.Nowcasts[0].P95-r.Nowcasts[0].P05, b+w.P95-w.P05, n+1
				}
			}
			return cell{a / b, 2, count(n)}
		}},
	}
}

// liftRows judge what the number rests on.
func liftRows() []row {
	sum := func(of func(Found) (int, int)) func(Set) cell { return func(s Set) cell { return shareOf(s, of) } }
	return []row{
		{"**lifts**: precision", atLeast(0.9, main), sum(func(f Found) (int, int) { return f.Right, f.Claims })},
		{"recall", atLeast(0.85, main), sum(func(f Found) (int, int) { m := f.all(); return m.Found, m.True })},
		{"worst mode, of the oracle's", atLeast(0.8, main), func(s Set) cell {
			worst := cell{x: math.NaN()}
			for _, m := range s.againstBest() {
				if x := m.ratio(); m.best.Found > 0 && !(x >= worst.x) {
					worst = cell{x, 2, strings.ReplaceAll(m.name, "_", " ")}
				}
			}
			return worst
		}},
		{"counted twice, most in a seed", atMost(0, main), func(s Set) cell {
			most := 0
			for _, r := range s.Runs {
				most = max(most, r.Engine.Twice)
			}
			return cell{float64(most), 0, ""}
		}},
	}
}

// nothingRows judge worlds without sanctioned lifts: no confident zero, and nothing invented.
func nothingRows() []row {
	nothing := []string{"nothing-illicit"}
	return []row{
		{"**in the ledger**, Σq·V, bbl a day", atMost(20_000, nothing), func(s Set) cell {
			sum := 0.0
			for _, r := range s.Runs {
				sum += r.Known / float64(len(s.Runs))
			}
			return cell{sum, 0, ""}
		}},
		{"p95 of the mean, bbl a day, median seed", aim{"30000 to 300000", 30_000, 300_000, nothing}, func(s Set) cell {
			var list []float64
			for _, w := range s.newest() {
				list = append(list, w.P95)
			}
			slices.Sort(list)
			return cell{quantile(list, 0.5), 0, ""}
		}},
	}
}

// against is a mode in the worlds in which a reader knows the rules.
type against struct {
	name       string
	ours, best Mode
}

func (a against) ratio() float64 {
	return float64(a.ours.Found) / float64(max(1, a.ours.True)) / (float64(a.best.Found) / float64(max(1, a.best.True)))
}

func (s Set) againstBest() []against {
	var out []against
	for _, r := range s.Runs {
		if r.Best == nil {
			continue
		}
		for i, m := range r.Engine.Modes {
			at := slices.IndexFunc(out, func(a against) bool { return a.name == m.Name })
			if at < 0 {
				at = len(out)
				out = append(out, against{name: m.Name})
			}
			b := r.Best.Modes[i] // of the same true lifts
			a := &out[at]
			a.ours.True, a.ours.Found = a.ours.True+m.True, a.ours.Found+m.Found
			a.best.True, a.best.Found = a.best.True+b.True, a.best.Found+b.Found
		}
	}
	slices.SortFunc(out, func(a, b against) int { return compare(a.name, b.name) })
	return out
}

// modes is the table of lifts by mode.
func modes(b *strings.Builder, sets []Set) {
	head := []string{"lifts by mode: found of true; the oracle"}
	cells, names := map[string][]string{}, []string{}
	for i, s := range sets {
		head = append(head, s.Name)
		best := map[string]against{}
		for _, a := range s.againstBest() {
			best[a.name] = a
		}
		sums := map[string]Mode{}
		for _, r := range s.Runs {
			for _, m := range r.Engine.Modes {
				x := sums[m.Name]
				sums[m.Name] = Mode{m.Name, x.True + m.True, x.Found + m.Found}
			}
		}
		for name, m := range sums {
			if cells[name] == nil {
				cells[name] = slices.Repeat([]string{"–"}, len(sets))
				names = append(names, name)
			}
			cells[name][i] = fmt.Sprintf("%d of %d", m.Found, m.True)
			if a, ok := best[name]; ok {
				cells[name][i] += fmt.Sprintf("; %d where it has %d of %d", a.ours.Found, a.best.Found, a.best.True)
			}
		}
	}
	slices.Sort(names)
	var rows [][]string
	for _, name := range names {
		rows = append(rows, append([]string{strings.ReplaceAll(name, "_", " ")}, cells[name]...))
	}
	if len(rows) > 0 {
		table(b, head, rows)
	}
}

func table(b *strings.Builder, head []string, rows [][]string) {
	fmt.Fprintf(b, "\n| %s |\n|---|%s\n", strings.Join(head, " | "), strings.Repeat("---:|", len(head)-1))
	for _, r := range rows {
		fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
	}
}

// errors are those without sign, as shares of the truth, rising.
func errors(list []score.Window) []float64 {
	var out []float64
	for _, w := range list {
		if w.Relative != nil {
			out = append(out, math.Abs(*w.Relative))
		}
	}
	slices.Sort(out)
	return out
}

// bias is the error of all together, as a share of the truth of all; not a number where nothing is true.
func bias(list []score.Window) float64 {
	off, truth := 0.0, 0.0
	for _, w := range list {
		off, truth = off+w.Error, truth+w.True
	}
	if truth == 0 {
		return math.NaN()
	}
	return off / truth
}

func inside(list []score.Window) cell {
	n := 0
	for _, w := range list {
		if w.Inside {
			n++
		}
	}
	return cell{float64(n) / float64(len(list)), 2, fmt.Sprintf("%d of %d", n, len(list))}
}

func shareOf(s Set, of func(Found) (part, whole int)) cell {
	n := 0
	for _, r := range s.Runs {
		_, whole := of(r.Engine)
		n += whole
	}
	return cell{share(s, of), 2, count(n)}
}

func share(s Set, of func(Found) (part, whole int)) float64 {
	part, whole := 0, 0
	for _, r := range s.Runs {
		a, b := of(r.Engine)
		part, whole = part+a, whole+b
	}
	return float64(part) / float64(whole)
}

func count(n int) string { return fmt.Sprintf("%d", n) }

// quantile is the value that a share of a rising list does not exceed; not a number of nothing.
func quantile(list []float64, share float64) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	return list[max(0, int(math.Ceil(share*float64(len(list))))-1)]
}

func compare(a, b string) int { return cmp.Compare(a, b) }
