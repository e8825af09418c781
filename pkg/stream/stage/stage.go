package stage

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Options are what both stages need.
type Options struct {
	Client *stream.Client
	Config pipeline.Config
	Log    *slog.Logger
	// Every is the least time between two checkpoints of a worker; a costly one is made more rarely, so that no more than a
	// twentieth of the time goes into it. 5 s when zero.
	Every time.Duration
	// Observe hears what happens, from any goroutine; unset functions are skipped.
	Observe Observer
}

// Observer is told what the workers do, for metrics.
type Observer struct {
	Read     func(partition int, records int, behind int64, age time.Duration) // since the last call; how many are behind the last one, and how long ago it came in
	Late     func(reports int64)
	State    func(stage string, partition int, bytes int)
	Restored func(stage string, partition int)
}

func (o Options) every() time.Duration {
	if o.Every == 0 {
		return 5 * time.Second
	}
	return o.Every
}

// group is the consumer group of a stage: each engine has its own.
func group(stage, engine string) string { return "darkwake." + stage + "." + engine }

// drain is how long a worker that must stop may take to put its things in order.
const drain = 15 * time.Second

// draining is a context that ends a while after the other, for what must still be acknowledged then.
func draining(ctx context.Context) (context.Context, func()) {
	late, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(drain, func() { cancel(fmt.Errorf("not acknowledged within %v of the stop", drain)) })
	})
	return late, func() {
		stop()
		cancel(nil)
	}
}

// clock says when the next checkpoint is due.
type clock struct {
	every time.Duration
	due   time.Time
}

func newClock(every time.Duration) *clock { return &clock{every: every, due: time.Now().Add(every)} }

func (c *clock) isDue() bool { return !time.Now().Before(c.due) }

// made notes a checkpoint that was begun at a time.
func (c *clock) made(began time.Time) {
	now := time.Now()
	c.due = now.Add(max(c.every, 20*now.Sub(began)))
}
