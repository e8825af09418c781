package headline

import (
	"math"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/estimate"
)

// worldOf is a world with a given final mean and truth, in Mb a day, in which so many of ten lifts are found.
func worldOf(scenario string, seed uint64, mean, truth float64, found int) Run {
	w := score.NewWindow("2026-03-30", 28, mean*1e6, mean*0.5e6, mean*1.8e6, truth*1e6)
	wide := score.NewWindow("2026-03-30", 28, 1e6, 0, 8e6, truth*1e6)
	return Run{Scenario: scenario, Seed: seed, Final: &w, Settled: true, Nowcasts: []score.Window{w}, Prior: wide, Health: 1, Known: 10_000,
		Engine: Found{Modes: []Mode{{"dark", 10, found}}, Claims: found, Right: found}, Best: &Found{Modes: []Mode{{"dark", 10, 10}}},
		span: Span{30, 28}, last: estimate.Input{First: bareBegin, Last: bareAt(57), AsOf: bareAt(58)}, truth: map[string]float64{}}
}

func TestTableMarksWhatIsMet(t *testing.T) {
	good := Set{"baseline", []Run{worldOf("baseline", 1, 1.5, 1.45, 9), worldOf("baseline", 2, 1.4, 1.5, 9)}}
	bad := Set{"perturbed", []Run{worldOf("perturbed", 1, 3, 1, 5), worldOf("perturbed", 2, 3.5, 1, 5)}}
	bad.Runs[1].Engine.Twice = 1
	nothing := Set{"nothing-illicit", []Run{worldOf("nothing-illicit", 1, 0.05, 0, 0)}}
	var out strings.Builder
	if err := Write(&out, []Set{good, bad, nothing}, Span{30, 28}, nil, nil, "simulate accuracy --score-from 30"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| **final**: error, share of the truth, median | ≤ 0.1 | 0.03 ✓ (2) | 2.00 ✗ (2) | – |",
		"| nine in ten within | ≤ 0.25 | 0.07 ✓ (2) | 2.50 ✗ (2) | – |",
		"| p reached | – | 0.90 | 0.50 | 0.00 |",
		"| worst mode, of the oracle's | ≥ 0.8 | 0.90 ✓ (dark) | 0.50 ✗ (dark) |",
		"| counted twice, most in a seed | ≤ 0 | 0 ✓ | 1 ✗ | 0 |",
		"| **in the ledger**, Σq·V, bbl a day | ≤ 20000 | 10000 | 10000 | 10000 ✓ |",
		"| p95 of the mean, bbl a day, median seed | 30000 to 300000 | 2520000 | 5400000 | 90000 ✓ |",
		"| **wider than baseline** | > 1 | 1.00 (2) |",
		"| dark | 18 of 20; 18 where it has 20 of 20 | 10 of 20; 10 where it has 20 of 20 |",
		"- **baseline**: nothing.\n", "final: nine in ten within is 2.50 (aim ≤ 0.25)", "lifts: counted twice, most in a seed is 1 (aim ≤ 0)",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page has no %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "%!") || strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
		t.Errorf("a number is broken:\n%s", out.String())
	}
}

// The intervals of 200 worlds without AIS hold the truth as often as they say.
func TestBareWorldsAreCovered(t *testing.T) {
	c := Bare(200, 200)
	for name, list := range map[string][]score.Window{"final": c.Final, "nowcast": c.Nowcast} {
		n := 0
		for _, w := range list {
			if w.Inside {
				n++
			}
		}
		t.Logf("%s: %d of 200 covered, bias %.3f", name, n, bias(list))
		if n < 172 || n > 188 {
			t.Errorf("%s: %d of 200 worlds covered, want 172 to 188", name, n)
		}
	}
	var page strings.Builder
	c.write(&page)
	if !strings.Contains(page.String(), "of 200 ✓") {
		t.Errorf("the page marks nothing:\n%s", page.String())
	}
}

func TestLag(t *testing.T) {
	l := StartLag()
	if l[0] != 0 || math.Abs(l[45]-0.9) > 0.01 {
		t.Errorf("got %.2f raised at once and %.2f in 45 days, want 0 and 0.90", l[0], l[45])
	}
	for _, u := range []float64{0.05, 0.3, 0.5, 0.8, 0.9} {
		d := l.draw(u)
		if got := l.at(bareAt(d).Sub(bareBegin)); math.Abs(got-u) > 1e-6 {
			t.Errorf("a share of %v is raised after %.2f days, of which the lag says %v", u, d, got)
		}
	}
	if d := l.draw(0.9999); d < 1000 {
		t.Errorf("the last of ten thousand is raised after %v days, want never", d)
	}
}

func TestHaltsAreCalled(t *testing.T) {
	h := NewHalts("as started", StartLag(), 0.85, 1, 10)
	if l := h.lines[0]; l.halts > 1 || quantile(l.delay, 0.5) > 30 || quantile(l.late, 0.9) > 10 || quantile(l.couldKnown, 0.5) < 5 {
		t.Errorf("got %d false calls, a median delay of %v days, %v after it could be known: %+v", l.halts, quantile(l.delay, 0.5), quantile(l.late, 0.9), l)
	}
	var page strings.Builder
	h.write(&page)
	if !strings.Contains(page.String(), "as started, p = 0.85") || strings.Contains(page.String(), "%!") {
		t.Errorf("got %s", page.String())
	}
}
