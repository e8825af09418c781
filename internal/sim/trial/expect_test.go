package trial

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
)

var update = flag.Bool("update", false, "write what the engine reaches now, less a margin, into the scenario files")

// TestScenariosKeepTheirScores runs every committed scenario that says what the present detectors reach in it.
func TestScenariosKeepTheirScores(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "scenarios", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for _, path := range paths {
		s, err := scenario.Open(path)
		if err != nil {
			continue // a file that others extend need not be a world; that all worlds open is package populate's test
		}
		if s.Expect == nil {
			continue
		}
		held++
		t.Run(s.Name, func(t *testing.T) {
			racing.Skip(t)
			keepsScores(t, path, s)
		})
	}
	if held == 0 {
		t.Error("no scenario says what it is held to")
	}
}

func keepsScores(t *testing.T, path string, s *scenario.Scenario) {
	scores, err := Many(t.Context(), Seeds(Spec{Path: path, Smaller: s.Expect.Smaller()}, s.Seed, max(1, s.Expect.Seeds)), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	pool, _ := Pool(scores)
	t.Logf("%d lifts, recall %s, precision %s", pool.Sum.Lifts.At[1].True, number(pool, "lift_recall", 2), number(pool, "lift_precision", 2))
	if *update {
		refit(t, path, s.Expect, pool)
		return
	}
	for _, e := range breaches(s.Expect, pool) {
		t.Error(e)
	}
}

// refit writes new limits over the old ones, with room of a quarter for small worlds and small changes.
func refit(t *testing.T, path string, e *scenario.Expect, p *score.Pool) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change := func(limits map[string]float64, limit func(x float64) float64) {
		for name := range limits {
			m, _ := p.Measure(name)
			if m.Pooled == nil {
				t.Errorf("%s: no value", name)
				continue
			}
			line := regexp.MustCompile(`(?m)^    ` + regexp.QuoteMeta(name) + `: .*$`)
			text = line.ReplaceAll(text, fmt.Appendf(nil, "    %s: %.2f", name, limit(*m.Pooled)))
		}
	}
	change(e.Floors, func(x float64) float64 { return math.Floor(100*(x-max(0.05, math.Abs(x)/4))) / 100 })
	change(e.Ceilings, func(x float64) float64 { return math.Ceil(100*(x+max(0.1, math.Abs(x)/4))) / 100 })
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// breaches are the floors and ceilings that a pool does not keep. A measure without a value keeps none.
func breaches(e *scenario.Expect, p *score.Pool) []string {
	var out []string
	check := func(limits map[string]float64, word string, kept func(got, limit float64) bool) {
		for _, name := range slices.Sorted(maps.Keys(limits)) {
			m, ok := p.Measure(name)
			switch {
			case !ok:
				out = append(out, fmt.Sprintf("%s: no such measure", name))
			case m.Pooled == nil:
				out = append(out, fmt.Sprintf("%s: no value, want %s %v", name, word, limits[name]))
			case !kept(*m.Pooled, limits[name]):
				out = append(out, fmt.Sprintf("%s: got %.3f, want %s %v", name, *m.Pooled, word, limits[name]))
			}
		}
	}
	check(e.Floors, "at least", func(got, limit float64) bool { return got >= limit })
	check(e.Ceilings, "at most", func(got, limit float64) bool { return got <= limit })
	return out
}

func TestBreachesAreFound(t *testing.T) {
	out, err := Run(t.Context(), Spec{Path: small, SeedOfFile: true, Smaller: scenario.Smaller{Thin: true}})
	if err != nil {
		t.Fatal(err)
	}
	pool, _ := Pool([]Scores{{Report: out.Report}})
	e := &scenario.Expect{Floors: map[string]float64{"lift_recall": 0, "day_inside": 1.1, "beauty": 1}, Ceilings: map[string]float64{"invented_mbd": -1}}
	if got := breaches(e, pool); len(got) != 3 {
		t.Errorf("got %q, want three breaches", got)
	}
}
