package trial

import (
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/score"
)

func TestVerdicts(t *testing.T) {
	shares := aim{text: "≥ 0.90", least: true, limit: 0.9, eased: 0.03, where: both}
	counts := aim{text: "< 1", limit: 1, where: []string{"nothing-illicit"}}
	most := aim{text: "≤ 0.05", limit: 0.05, where: both}
	for _, tc := range []struct {
		name, scenario string
		aim            aim
		value          float64
		want           string
	}{
		{"reached", "baseline", shares, 0.9, "0.90 ✓ (7)"},
		{"missed", "baseline", shares, 0.899, "0.90 ✗ (7)"},
		{"eased where worlds are unlike each other", "perturbed", shares, 0.871, "0.87 ✓ (7)"},
		{"missed there too", "perturbed", shares, 0.86, "0.86 ✗ (7)"},
		{"no aim in this scenario", "outage", shares, 0.1, "0.10 (7)"},
		{"at a limit that must not be reached", "nothing-illicit", counts, 1, "1.00 ✗ (7)"},
		{"below it", "nothing-illicit", counts, 0.99, "0.99 ✓ (7)"},
		{"at a limit that may be", "baseline", most, 0.05, "0.05 ✓ (7)"},
		{"above it", "perturbed", most, 0.051, "0.05 ✗ (7)"},
	} {
		tc.aim.of = func(*score.Pool) figure { return figure{&tc.value, 7, 2} }
		if got := tc.aim.cell(&score.Pool{Scenario: tc.scenario}); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestCellsWithoutAValue(t *testing.T) {
	for _, tc := range []struct {
		name string
		n    int
		want string
	}{
		{"**probability**: " + calibrationError, 12, "too few (12)"}, {"**probability**: " + calibrationError, 0, none}, {"its recall", 12, none},
	} {
		a := aim{name: tc.name, of: func(*score.Pool) figure { return figure{nil, tc.n, 2} }}
		if got := a.cell(&score.Pool{}); got != tc.want {
			t.Errorf("%s of %d: got %q, want %q", tc.name, tc.n, got, tc.want)
		}
	}
}

// TestEveryAimIsMeasured: an aim whose measure is misspelt would be a dash for ever.
func TestEveryAimIsMeasured(t *testing.T) {
	racing.Skip(t)
	pool := smallSections(t)[0].Pool
	names := map[string]bool{}
	for _, m := range pool.Sum.Measures() {
		names[m.Name] = true
	}
	aimed := 0
	for _, a := range aims() {
		if a.measure != "" && !names[a.measure] {
			t.Errorf("%s: there is no measure %q", a.name, a.measure)
		}
		if len(a.where) > 0 {
			aimed++
		}
		if (len(a.where) > 0) != (a.text != "") || strings.HasPrefix(a.text, "≥") != a.least {
			t.Errorf("%s: the aim says %q and holds in %q", a.name, a.text, a.where)
		}
	}
	if aimed < 15 {
		t.Errorf("%d aims: too few to be all", aimed)
	}
}
