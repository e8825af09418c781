package faults

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
)

// soakSpeed and soakSources make of the baseline's sentences, 15.8 a second, ten times what a large provider hears of the whole
// world: 50,000 a second. Every sentence is heard by many, as at sea, so that time need not run so fast that the work of each
// day, and not of each sentence, is what is measured. SOAK_SPEED and SOAK_SOURCES are others.
const (
	soakSpeed   = "160"
	soakSources = "20"
)

// TestSoak sends sentences at a steady rate for as long as SOAK says and asks that memory stays flat and nothing falls
// behind. One process does everything with a broker in it, as on a laptop.
func TestSoak(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK is no duration such as 20m: nothing is soaked")
	}
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	server, admin := fixture.FreeAddress(t), fixture.FreeAddress(t)
	s := NewService(t, bin)
	scenario, err := filepath.Abs("../../testdata/scenarios/baseline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.Start("world", "simulate", "feed", scenario, "--tcp", server, "--speed", cmp.Or(os.Getenv("SOAK_SPEED"), soakSpeed), "--days", "30")
	feeds := filepath.Join(s.Dir, "feeds.yaml")
	text := []byte("sources:\n")
	sources, err := strconv.Atoi(cmp.Or(os.Getenv("SOAK_SOURCES"), soakSources))
	if err != nil {
		t.Fatal(err)
	}
	for n := range sources {
		text = fmt.Appendf(text, "  - {id: receiver-%d, kind: tcp, address: \"%s\"}\n", n+1, server)
	}
	if err := os.WriteFile(feeds, text, 0o644); err != nil {
		t.Fatal(err)
	}
	detect := s.Start("detect", "detect", "run", "--with-ingest", feeds, "--admin", admin)
	soak := &soak{t: t, detect: detect, metrics: "http://" + admin + "/metrics"}
	ctx, cancel := context.WithTimeout(t.Context(), lasts)
	defer cancel()
	soak.watch(ctx)
	soak.latency()
	soak.judge()
}

// soak is what was measured.
type soak struct {
	t       *testing.T
	detect  *Process
	metrics string
	samples []sample
	last    metrics
}

type sample struct {
	at        time.Duration
	sentences float64
	memory    float64 // bytes
	lag       float64 // seconds, of the partition that is worst
	dropped   float64
}

// watch looks every ten seconds.
func (s *soak) watch(ctx context.Context) {
	began := time.Now()
	for tick := time.NewTicker(10 * time.Second); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		m, err := read(ctx, s.metrics)
		if err != nil {
			continue // not yet there, or no longer
		}
		s.last = m
		s.samples = append(s.samples, sample{at: time.Since(began), sentences: m.sum("darkwake_ingest_messages_total"), memory: m.sum("process_resident_memory_bytes"),
			lag: m.most("darkwake_kafka_consumer_lag_seconds"), dropped: m.sum("darkwake_ingest_dropped_total")})
	}
}

// judge holds the last third against the second.
func (s *soak) judge() {
	n := len(s.samples)
	if n < 6 {
		s.t.Fatalf("only %d samples\n%s", n, s.detect.Log())
	}
	for _, x := range s.samples {
		s.t.Logf("%5.0f s  %11.0f reports  %5.0f MB  lag %.2f s  dropped %.0f", x.at.Seconds(), x.sentences, x.memory/1e6, x.lag, x.dropped)
	}
	most := func(part []sample, of func(sample) float64) (m float64) {
		for _, x := range part {
			m = max(m, of(x))
		}
		return m
	}
	memory := func(x sample) float64 { return x.memory }
	second, third := most(s.samples[n/3:2*n/3], memory), most(s.samples[2*n/3:], memory)
	if third > 1.2*second+50e6 {
		s.t.Errorf("memory grew from %.0f to %.0f MB", second/1e6, third/1e6)
	}
	if lag := most(s.samples[n/3:], func(x sample) float64 { return x.lag }); lag > 30 {
		s.t.Errorf("%.0f s behind", lag)
	}
	if first, last := s.samples[n/3], s.samples[n-1]; last.dropped > first.dropped {
		s.t.Errorf("%.0f reports were dropped", last.dropped-first.dropped)
	} else {
		s.t.Logf("%.0f reports a second", (last.sentences-first.sentences)/(last.at-first.at).Seconds())
	}
}

// latency says how long events took, from the record that made them known to their acknowledgement.
func (s *soak) latency() {
	const name = "darkwake_detect_latency_seconds"
	within := map[float64]float64{} // how many took no longer
	for key, n := range s.last {
		if le, ok := strings.CutPrefix(key, name+`_bucket{le="`); ok {
			if limit, err := strconv.ParseFloat(strings.TrimSuffix(le, `"}`), 64); err == nil {
				within[limit] = n
			}
		}
	}
	all := s.last.sum(name + "_count")
	for _, share := range []float64{0.5, 0.99, 0.999} {
		for _, limit := range slices.Sorted(maps.Keys(within)) {
			if within[limit] >= share*all {
				s.t.Logf("%g %% of %.0f versions of events and vintages took at most %g s", 100*share, all, limit)
				break
			}
		}
	}
}

// metrics are samples as Prometheus has them.
type metrics map[string]float64

// read asks a program for its metrics.
func read(ctx context.Context, url string) (metrics, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	m := metrics{}
	for in := bufio.NewScanner(io.LimitReader(answer.Body, 1<<22)); in.Scan(); {
		if name, value, ok := strings.Cut(in.Text(), " "); ok && !strings.HasPrefix(name, "#") {
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				m[name] = v
			}
		}
	}
	return m, nil
}

// of are the values of a metric, whatever its labels.
func (m metrics) of(name string) (all []float64) {
	for key, v := range m {
		if bare, _, _ := strings.Cut(key, "{"); bare == name {
			all = append(all, v)
		}
	}
	return all
}

func (m metrics) sum(name string) (sum float64) {
	for _, v := range m.of(name) {
		sum += v
	}
	return sum
}

func (m metrics) most(name string) (most float64) {
	for _, v := range m.of(name) {
		most = max(most, v)
	}
	return most
}
