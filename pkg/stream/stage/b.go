package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Output is where stage B's results go besides the topics. Its methods are called by one goroutine. After a restart some
// events and rows come again: Flush is called before a checkpoint, and what came after the last one may be repeated.
type Output interface {
	// Begin is called when this member becomes the active one, with its epoch.
	Begin(ctx context.Context, epoch int64) error
	// Event takes in a version of an event, Vintage a vintage's rows.
	Event(event.Event)
	Vintage([]estimate.Row)
	// Flush makes sure that all before it is kept. Everything up to the watermark is in.
	Flush(ctx context.Context, watermark time.Time) error
	// Result takes in the whole of what was found so far: when every source has ended, now and then, and at a graceful stop.
	Result(ctx context.Context, r *pipeline.Result, ended bool) error
}

// ErrEnded is what RunB returns when it was to stop at the end of all sources and they have ended.
var ErrEnded = errors.New("all sources have ended")

// RunB waits until this member is the active one and then runs stage B, until the context ends; or, if untilEnd, until every
// source has ended and the result is out, which is ErrEnded.
func RunB(ctx context.Context, o Options, out Output, results time.Duration, untilEnd bool) error {
	engine, err := pipeline.Layout(o.Config)
	if err != nil {
		return err
	}
	o.Observe = o.Observe.orElse()
	return o.Client.Work(ctx, group("b", engine), stream.FactsTopic, o.Log, func() { o.Observe.Joined("b") }, func(ctx context.Context, as stream.Assignment) error {
		b := &workerB{o: o, engine: engine, out: out, clock: newClock(o.every()), results: newClock(results), untilEnd: untilEnd}
		return b.work(ctx, as)
	})
}

// workerB is stage B while this member is the active one.
type workerB struct {
	o         Options
	engine    string
	out       Output
	stage     *pipeline.StageB
	assembly  *assembly
	states    *stream.Checkpoints
	events    *stream.Lane
	estimates *stream.Lane
	clock     *clock
	results   *clock
	untilEnd  bool
	next      int64 // offset of the next record
	saved     int64
	cause     time.Time // when the record was read that made the present walk due
	records   int       // since the observer was told
	told      bool      // the result was given out since the sources ended
	err       error
}

// slot is where stage B keeps its state: behind the partitions of the reports.
func (b *workerB) slot() int { return b.o.Client.Partitions() }

func (b *workerB) work(ctx context.Context, as stream.Assignment) error {
	late, release := draining(ctx)
	defer release()
	defer b.o.Observe.Released("b", stream.FactsTopic, 0)
	restored := b.o.Observe.Restoring("b")
	b.events, b.estimates = b.o.Client.Lane(late, stream.EventsTopic, 0), b.o.Client.Lane(late, stream.EstimatesTopic, 0)
	defer b.events.Close()
	defer b.estimates.Close()
	err := b.recover(ctx, as)
	restored()
	if err != nil {
		return err
	}
	tail := b.o.Client.Tail(stream.FactsTopic, 0, b.next, true)
	defer tail.Close()
	for {
		if err := b.upkeep(late); err != nil { // also before the first record: the sources may have ended long ago
			return err
		}
		r, err := tail.Next(ctx)
		if ctx.Err() != nil {
			return errors.Join(b.save(late), b.result(late))
		}
		if err != nil {
			return err
		}
		if err := b.take(r); err != nil {
			return err
		}
		if b.records++; b.records == 256 || r.Behind == 0 {
			b.o.Observe.Read(stream.FactsTopic, 0, r.Behind, time.Since(r.Time))
			b.records = 0
		}
	}
}

// recover goes back to the newest checkpoint, or to the beginning of the facts.
func (b *workerB) recover(ctx context.Context, as stream.Assignment) (err error) {
	partitions := b.o.Client.Partitions()
	if b.stage, err = pipeline.NewStageB(b.o.Config, partitions, pipeline.Listener{Event: b.event, Vintage: b.vintage}); err != nil {
		return stream.Final{Err: err}
	}
	if b.assembly, err = newAssembly(b.engine, partitions); err != nil {
		return stream.Final{Err: err}
	}
	states, cp, err := b.o.Client.Recover(ctx, b.slot(), b.engine, as.Generation, as.Member)
	if err != nil {
		return err
	}
	b.states = states
	if cp != nil {
		if err := b.stage.Load(cp.State); err != nil {
			return fmt.Errorf("load stage B: %w", err)
		}
		b.next = cp.Offset
	} else if err := b.declare(ctx); err != nil {
		return err
	} else if b.next, _, err = b.o.Client.Span(ctx, stream.FactsTopic, 0); err != nil {
		return err
	}
	b.saved = b.next
	b.o.Log.Info("stage B works", "offset", b.next, "restored", cp != nil, "epoch", states.Owner().Epoch)
	if err := b.out.Begin(ctx, states.Owner().Epoch); err != nil {
		return fmt.Errorf("begin output: %w", err)
	}
	return nil
}

// take takes in one record of the facts.
func (b *workerB) take(r stream.Read) error {
	b.next = r.Offset + 1
	partition, found, err := b.assembly.add(r)
	if err != nil || found == nil {
		return err
	}
	b.cause = readAt(r)
	if err := b.stage.Take(partition, *found); err != nil {
		return fmt.Errorf("stage B: %w", err)
	}
	b.told = b.told && b.stage.Ended()
	return b.err
}

// upkeep does what is due between two records.
func (b *workerB) upkeep(ctx context.Context) error {
	if b.stage.Ended() && !b.told {
		if err := errors.Join(b.save(ctx), b.result(ctx)); err != nil {
			return err
		}
		b.told = true
		if b.untilEnd {
			return stream.Final{Err: ErrEnded}
		}
	}
	if b.clock.isDue() {
		if err := b.save(ctx); err != nil {
			return err
		}
	}
	if b.results.isDue() {
		return b.result(ctx)
	}
	return nil
}

// save makes a checkpoint, once everything that came out before it is kept.
func (b *workerB) save(ctx context.Context) error {
	if b.next == b.saved {
		return nil
	}
	began := time.Now()
	if err := errors.Join(b.events.Settle(), b.estimates.Settle(), b.err); err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	if err := b.out.Flush(ctx, b.stage.Now()); err != nil {
		return fmt.Errorf("flush output: %w", err)
	}
	state, err := b.stage.Save()
	if err != nil {
		return stream.Final{Err: err}
	}
	at := b.assembly.oldest(b.next)
	if err := b.states.Save(ctx, at, b.stage.Taken(), state); err != nil {
		return err
	}
	b.saved = b.next
	b.clock.made(began)
	b.o.Observe.Saved("b", 0, len(state))
	return nil
}

// result gives out what was found so far, by a copy of the stage, which goes on as if nothing had been asked.
func (b *workerB) result(ctx context.Context) error {
	began := time.Now()
	state, err := b.stage.Save()
	if err != nil {
		return stream.Final{Err: err}
	}
	twin, err := pipeline.NewStageB(b.o.Config, b.o.Client.Partitions(), pipeline.Listener{})
	if err != nil {
		return stream.Final{Err: err}
	}
	if err := twin.Load(state); err != nil {
		return stream.Final{Err: err}
	}
	if err := b.out.Result(ctx, twin.Result(), b.stage.Ended()); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	b.results.made(began)
	return nil
}
