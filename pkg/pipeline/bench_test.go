package pipeline

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/dense"
	"github.com/darkwake/darkwake/pkg/feed"
)

// fullRate writes some days of the bundled world at full rate.
func fullRate(tb testing.TB, days float64) (path string, lines int) {
	tb.Helper()
	return dense.File(tb, "../../testdata/scenarios/first-look.yaml", days)
}

// BenchmarkReplay measures detect replay from a plain file to the estimate, reading included, on all cores. Lines carry
// TAG blocks, as feeds of national services do.
func BenchmarkReplay(b *testing.B) {
	path, lines := fullRate(b, 32)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	var r *Result
	for b.Loop() {
		sources, err := feed.Inputs([]string{path})
		if err != nil {
			b.Fatal(err)
		}
		s, err := feed.Open(b.Context(), sources, feed.Defaults())
		if err != nil {
			b.Fatal(err)
		}
		e, err := New(Defaults(), runtime.NumCPU(), Listener{})
		if err != nil {
			b.Fatal(err)
		}
		if r, err = e.Run(b.Context(), s); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	if len(r.Estimate.Days) != 32 || len(r.Lifts) < 10 || r.Counts.Reports < int64(lines)*8/10 {
		b.Fatalf("got %d days, %d lifts and %d reports of %d lines", len(r.Estimate.Days), len(r.Lifts), r.Counts.Reports, lines)
	}
}

// TestMemoryIsFlat replays a little and ten times as much of the same traffic: what stays in use must follow the ships,
// not the lines.
func TestMemoryIsFlat(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("a long input is made: skipped by -short")
	}
	s, err := os.ReadFile("../../testdata/scenarios/first-look.yaml")
	if err != nil || !strings.Contains(string(s), "first-look") {
		t.Fatal("the scenario behind the test is missing")
	}
	peak := func(days float64) uint64 {
		path, _ := fullRate(t, days)
		sources, err := feed.Inputs([]string{path})
		if err != nil {
			t.Fatal(err)
		}
		stream, err := feed.Open(t.Context(), sources, feed.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		e, err := New(Defaults(), 2, Listener{})
		if err != nil {
			t.Fatal(err)
		}
		watched := &watch{Stream: stream}
		if _, err := e.Run(t.Context(), watched); err != nil {
			t.Fatal(err)
		}
		return watched.peak
	}
	small, large := peak(0.5), peak(5)
	t.Logf("live heap: %d MB at half a day, %d MB at five days", small>>20, large>>20)
	if large > small+small/2+16<<20 {
		t.Errorf("live heap grew from %d to %d MB with ten times the input", small>>20, large>>20)
	}
}

// watch looks at the live heap, after a collection, every 10,000 records.
type watch struct {
	feed.Stream
	n    int
	peak uint64
}

func (w *watch) Next() (feed.Record, error) {
	if w.n++; w.n%10_000 == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.peak = max(w.peak, m.HeapAlloc)
	}
	return w.Stream.Next()
}
