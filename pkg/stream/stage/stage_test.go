package stage

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
)

const firstLook = "../../../testdata/feeds/first-look.nmea.zst"

func fewDraws() pipeline.Config {
	c := pipeline.Defaults()
	c.Estimate.Draws = 200
	return c
}

// broker is an embedded broker with topics of four partitions.
func broker(t testing.TB) *stream.Client {
	t.Helper()
	e, err := stream.Embed(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return dial(t, e.Addr())
}

// dial is a client of a broker, with its topics made.
func dial(t testing.TB, addr string) *stream.Client {
	t.Helper()
	c, err := stream.Dial(t.Context(), stream.Options{Brokers: []string{addr}, Partitions: 4, Replicas: 1, Session: 6 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func inputs(t testing.TB) []feed.SourceConfig {
	t.Helper()
	s, err := feed.Inputs([]string{firstLook})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// carry carries the bundled month into the log.
func carry(t *testing.T, c *stream.Client) {
	t.Helper()
	var carrier ingest.Carrier
	err := carrier.Carry(t.Context(), c, "bundled", true, func(r feed.Resume, refused func(ais.Reject)) (feed.Stream, error) {
		o := feed.Defaults()
		o.Resume, o.Rejected = r, refused
		return feed.Open(t.Context(), inputs(t), o)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d reports, %d punctuations, %d refused, %d known", carrier.Counts.Reports.Load(), carrier.Counts.Punctuations.Load(), carrier.Counts.Refused.Load(), carrier.Counts.Known.Load())
}

// leave prints what must be the same.
func leave(t testing.TB, r *pipeline.Result) string {
	t.Helper()
	var out bytes.Buffer
	if err := errors.Join(export.Events(&out, r.Events), export.Days(&out, r.Estimate.Days), export.Days(&out, r.Estimate.Others), export.Estimate(&out, r.Estimate, r.Beside)); err != nil {
		t.Fatal(err)
	}
	if !r.Synthetic {
		t.Error("it is not said that the feed is made by a simulator")
	}
	return out.String()
}

var replayed = sync.OnceValues(func() (string, error) {
	engine, err := pipeline.New(fewDraws(), 2, pipeline.Listener{})
	if err != nil {
		return "", err
	}
	sources, err := feed.Inputs([]string{firstLook})
	if err != nil {
		return "", err
	}
	s, err := feed.Open(context.Background(), sources, feed.Defaults())
	if err != nil {
		return "", err
	}
	defer s.Close()
	r, err := engine.Run(context.Background(), s)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = errors.Join(export.Events(&out, r.Events), export.Days(&out, r.Estimate.Days), export.Days(&out, r.Estimate.Others), export.Estimate(&out, r.Estimate, r.Beside))
	return out.String(), err
})

// kept is an Output that keeps the newest version of everything, as a store would.
type kept struct {
	t      testing.TB
	epochs []int64
	events map[string]event.Event
	result string
	ended  bool
}

func (k *kept) Begin(_ context.Context, epoch int64) error {
	k.epochs = append(k.epochs, epoch)
	return nil
}
func (k *kept) Event(e event.Event)                    { k.events[e.ID] = e }
func (k *kept) Vintage([]estimate.Row)                 {}
func (k *kept) Flush(context.Context, time.Time) error { return nil }
func (k *kept) Result(_ context.Context, r *pipeline.Result, ended bool) error {
	k.result, k.ended = leave(k.t, r), ended
	return nil
}

func TestLiveEqualsReplay(t *testing.T) {
	c := broker(t)
	carry(t, c)
	o := Options{Client: c, Config: fewDraws(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Every: 200 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	var a sync.WaitGroup
	for range 3 {
		a.Go(func() {
			if err := RunA(ctx, o); err != nil {
				t.Error(err)
			}
		})
	}
	out := &kept{t: t, events: map[string]event.Event{}}
	err := RunB(ctx, o, out, time.Hour, true)
	cancel()
	a.Wait()
	if !errors.Is(err, ErrEnded) {
		t.Fatal(err)
	}
	want, err := replayed()
	if err != nil {
		t.Fatal(err)
	}
	if out.result != want {
		t.Errorf("the log gave other bytes than a replay: %s", firstDifference(out.result, want))
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "\n" + a[i] + "\nnot\n" + b[i]
		}
	}
	return filepath.Join("lengths", "differ")
}
