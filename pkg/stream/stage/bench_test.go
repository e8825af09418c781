package stage

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/dense"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
)

// BenchmarkService carries a dense feed from a plain file into the log of an embedded broker and finds the events in it,
// everything in one process, and runs the same feed through an engine without a broker.
func BenchmarkService(b *testing.B) {
	path, lines := dense.File(b, "../../../testdata/scenarios/first-look.yaml", 24)
	sources, err := feed.Inputs([]string{path})
	if err != nil {
		b.Fatal(err)
	}
	var carried, found, replayed time.Duration
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
		if got := detectOnce(b, c); got != want {
			b.Fatal(firstDifference(got, want))
		}
		found += time.Since(began)
	}
	rate := func(d time.Duration) float64 { return float64(lines) * float64(b.N) / d.Seconds() }
	b.ReportMetric(rate(carried), "lines/s-in")
	b.ReportMetric(rate(found), "lines/s-found")
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

func detectOnce(b *testing.B, c *stream.Client) string {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	o := Options{Client: c, Config: fewDraws(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	var a sync.WaitGroup
	a.Go(func() {
		if err := RunA(ctx, o); err != nil {
			b.Error(err)
		}
	})
	out := &kept{t: b, events: map[string]event.Event{}}
	if err := RunB(ctx, o, out, time.Hour, true); !errors.Is(err, ErrEnded) {
		b.Fatal(err)
	}
	cancel()
	a.Wait()
	return out.result
}
