package populate

import (
	"path/filepath"
	"testing"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// tradeOnly is a committed scenario with none but the ships of the trade.
func tradeOnly(t testing.TB, name string, seed uint64, days float64) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Seed, s.Days = seed, days
	b, err := newBuilder(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.trade(s.Population.Trade); err != nil {
		t.Fatalf("%s, seed %d: %v", name, seed, err)
	}
	return s
}

func TestTradesCompile(t *testing.T) {
	for seed := range uint64(20) {
		s := tradeOnly(t, "baseline", seed, 40)
		if err := s.Validate(); err != nil {
			t.Error(seed, err)
			continue
		}
		w, err := sim.New(s)
		if err != nil {
			t.Error(seed, err)
			continue
		}
		truth := w.Truth()
		t.Logf("seed %d: %d ships, %d lifts, %d bbl a day, %d transfers, %d silences, %d false", seed, len(s.Ships), len(truth.Lifts), truth.Totals.LiftedPerDay, len(truth.Transfers), len(truth.Silences), len(truth.False))
	}
}
