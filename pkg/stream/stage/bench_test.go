package stage

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/realkafka"
	"github.com/darkwake/darkwake/internal/sim/dense"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
)

// BenchmarkService carries a dense feed from a plain file into the log of a broker and finds the events in it, everything in
// one process but Apache Kafka, and runs the same feed through an engine without a broker.
func BenchmarkService(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { service(b, broker) })
	b.Run("kafka", func(b *testing.B) {
		service(b, func(tb testing.TB) *stream.Client { return dial(tb, realkafka.Start(tb, realkafka.Options{}).Addr()) })
	})
}

func service(b *testing.B, broker func(testing.TB) *stream.Client) {
	path, lines := dense.File(b, "../../../testdata/scenarios/first-look.yaml", 24)
	sources, err := feed.Inputs([]string{path})
	if err != nil {
		b.Fatal(err)
	}
	var carried, found, steady, replayed time.Duration
	for b.Loop() {
		began := time.Now()
		want := replayOnce(b, sources)
		replayed += time.Since(began)
		c := broker(b)
		began = time.Now()
		if _, err := new(ingest.Carrier).Run(b.Context(), c, sources, feed.Defaults(), nil); err != nil {
			b.Fatal(err)
		}
		carried += time.Since(began)
		began = time.Now()
		got, span := detectOnce(b, c)
		if got != want {
			b.Fatal(firstDifference(got, want))
		}
		found, steady = found+time.Since(began), steady+span
	}
	rate := func(d time.Duration) float64 { return float64(lines) * float64(b.N) / d.Seconds() }
	b.ReportMetric(rate(carried), "lines/s-in")
	b.ReportMetric(rate(found), "lines/s-found")
	b.ReportMetric(rate(steady), "lines/s-steady")
	b.ReportMetric(rate(replayed), "lines/s-replay")
}

func replayOnce(b *testing.B, sources []feed.SourceConfig) string {
	s, err := feed.Open(b.Context(), sources, feed.Defaults())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	engine, err := pipeline.New(fewDraws(), 2, pipeline.Listener{})
	if err != nil {
		b.Fatal(err)
	}
	r, err := engine.Run(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	return leave(b, r)
}

// detectOnce tells what was found, and how long it took from when the first partition was at work to the last event: without
// the forming of the groups before, and the writing of the files after.
func detectOnce(b *testing.B, c *stream.Client) (string, time.Duration) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var once sync.Once
	var began time.Time
	o := Options{Client: c, Config: fewDraws(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Observe: Observer{
		Restoring: func(string) func() { return func() { once.Do(func() { began = time.Now() }) } },
	}}
	var a sync.WaitGroup
	a.Go(func() {
		if err := RunA(ctx, o); err != nil {
			b.Error(err)
		}
	})
	out := &kept{t: b, events: map[string]event.Event{}}
	last := &timed{kept: out}
	if err := RunB(ctx, o, last, time.Hour, true); !errors.Is(err, ErrEnded) {
		b.Fatal(err)
	}
	cancel()
	a.Wait()
	return out.result, last.ended.Sub(began)
}

// timed notes when the result is asked for.
type timed struct {
	*kept
	ended time.Time
}

func (t *timed) Result(ctx context.Context, r *pipeline.Result, ended bool) error {
	t.ended = time.Now()
	return t.kept.Result(ctx, r, ended)
}
