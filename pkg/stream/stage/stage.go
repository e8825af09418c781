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
	// twentieth of the time goes into it. 15 s when zero.
	Every time.Duration
	// Observe hears what happens, from any goroutine; unset functions are skipped.
	Observe Observer
}

// Observer is told what the workers do, for metrics; every function from any goroutine.
type Observer struct {
	// Joined: this member is in the group of a stage, "a" or "b"; a stage B that stands by is, too.
	Joined func(stage string)
	// Read: how many records of a topic lie behind the last that a worker has read, and how old that one is.
	Read func(topic string, partition int, behind int64, age time.Duration)
	// Walked: a partition has come so far in event time; Late is how many late reports there were on the way.
	Walked func(partition int, to time.Time, late int64)
	// Latency: how long it took from the record that made an event known to the acknowledgement of the event.
	Latency func(time.Duration)
	// Saved: the size of a checkpoint.
	Saved func(stage string, partition int, bytes int)
	// Restoring: a partition came to this member; what is returned is called once its state is there, or it was given up.
	Restoring func(stage string) (done func())
	// Released: a partition went to somebody else.
	Released func(stage, topic string, partition int)
}

// orElse fills in what is unset.
func (o Observer) orElse() Observer {
	if o.Joined == nil {
		o.Joined = func(string) {}
	}
	if o.Read == nil {
		o.Read = func(string, int, int64, time.Duration) {}
	}
	if o.Walked == nil {
		o.Walked = func(int, time.Time, int64) {}
	}
	if o.Latency == nil {
		o.Latency = func(time.Duration) {}
	}
	if o.Saved == nil {
		o.Saved = func(string, int, int) {}
	}
	if o.Restoring == nil {
		o.Restoring = func(string) func() { return func() {} }
	}
	if o.Released == nil {
		o.Released = func(string, string, int) {}
	}
	return o
}

func (o Options) every() time.Duration {
	if o.Every == 0 {
		return 15 * time.Second
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
