package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
)

// RunA works on as many of the reports' partitions as fall to this member, until the context ends.
func RunA(ctx context.Context, o Options) error {
	engine, err := pipeline.Layout(o.Config)
	if err != nil {
		return err
	}
	o.Observe = o.Observe.orElse()
	return o.Client.Work(ctx, group("a", engine), stream.ReportsTopic, o.Log, func() { o.Observe.Joined("a") }, func(ctx context.Context, as stream.Assignment) error {
		a := &workerA{o: o, engine: engine, partition: as.Partition, clock: newClock(o.every())}
		return a.work(ctx, as)
	})
}

// workerA is stage A of one partition while it belongs to this member.
type workerA struct {
	o         Options
	engine    string
	partition int
	stage     *pipeline.StageA
	parser    feed.Parser
	wire      *pipeline.Wire
	states    *stream.Checkpoints
	facts     *stream.Lane
	dead      *stream.Lane
	clock     *clock
	next      int64     // offset of the next record
	saved     int64     // the same, of the last checkpoint
	walks     uint64    // number of the last walk
	skipTo    origin    // where the engine begins; zero once it has
	read      time.Time // when the last punctuation was
	records   int       // since the observer was told
	err       error     // of handing on
}

func (a *workerA) work(ctx context.Context, as stream.Assignment) error {
	late, release := draining(ctx)
	defer release()
	defer a.o.Observe.Released("a", stream.ReportsTopic, a.partition)
	restored := a.o.Observe.Restoring("a")
	err := a.recover(ctx, as)
	restored()
	if err != nil {
		return err
	}
	a.facts, a.dead = a.o.Client.Lane(late, stream.FactsTopic, 0), a.o.Client.Lane(late, stream.DeadLettersTopic, 0)
	defer a.facts.Close()
	defer a.dead.Close()
	tail := a.o.Client.Tail(stream.ReportsTopic, a.partition, a.next, true)
	defer tail.Close()
	for {
		r, err := tail.Next(ctx)
		if ctx.Err() != nil {
			return a.save(late)
		}
		if err != nil {
			return err
		}
		if err := a.take(late, r); err != nil {
			return err
		}
		if a.records++; a.records == 4096 || r.Behind == 0 {
			a.o.Observe.Read(stream.ReportsTopic, a.partition, r.Behind, time.Since(r.Time))
			a.records = 0
		}
		if a.clock.isDue() {
			if err := a.save(late); err != nil {
				return err
			}
		}
	}
}

// recover goes back to the newest checkpoint, or to the beginning of the log.
func (a *workerA) recover(ctx context.Context, as stream.Assignment) (err error) {
	if a.stage, err = pipeline.NewStageA(a.o.Config); err != nil {
		return stream.Final{Err: err}
	}
	if a.wire, err = pipeline.NewWire(); err != nil {
		return stream.Final{Err: err}
	}
	states, cp, err := a.o.Client.Recover(ctx, a.partition, a.engine, as.Generation, as.Member)
	if err != nil {
		return err
	}
	a.states = states
	if cp != nil {
		if err := a.stage.Load(cp.State); err != nil {
			return fmt.Errorf("load stage A of partition %d: %w", a.partition, err)
		}
		a.next, a.walks = cp.Offset, cp.Next[0]
	} else if err := a.begin(ctx); err != nil {
		return err
	}
	a.saved = a.next
	a.o.Log.Info("stage A works", "partition", a.partition, "offset", a.next, "restored", cp != nil)
	return nil
}

// take takes in one record. One that cannot be read is a dead letter.
func (a *workerA) take(ctx context.Context, r stream.Read) error {
	rec, err := a.parser.Parse(r.Value)
	if rec.Punctuation != nil {
		a.read = time.Now()
	}
	if err != nil {
		a.o.Log.Warn("record passed over", "partition", a.partition, "offset", r.Offset, "error", err)
		err = a.dead.Put(stream.Record{Key: r.Key, Value: r.Value, Headers: []stream.Header{
			{Name: "reason", Value: ais.Poisoned.String()}, {Name: "source", Value: stream.ReportsTopic},
			{Name: "offset", Value: fmt.Sprint(r.Offset)}, {Name: "partition", Value: fmt.Sprint(a.partition)}}})
	} else if !a.skips(rec) {
		a.stage.Take(ctx, rec, a.hand)
	}
	a.next = r.Offset + 1
	return errors.Join(err, a.err, context.Cause(ctx))
}

// hand gives a walk to stage B.
func (a *workerA) hand(f pipeline.Found) {
	data, err := a.wire.Write(&f)
	if err != nil {
		a.err = fmt.Errorf("write walk %d: %w", f.Number, err)
	}
	a.walks = f.Number
	for _, r := range records(a.engine, a.partition, f.Number, data, a.read) {
		if a.err == nil {
			a.err = a.facts.Put(r)
		}
	}
	a.o.Observe.Walked(a.partition, f.To, f.Counts.Late)
}

// save makes a checkpoint, once everything that was found before it is acknowledged.
func (a *workerA) save(ctx context.Context) error {
	if a.next == a.saved || a.skipTo != (origin{}) {
		return nil
	}
	began := time.Now()
	if err := errors.Join(a.facts.Settle(), a.dead.Settle()); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	state, err := a.stage.Save()
	if err != nil {
		return stream.Final{Err: err}
	}
	if err := a.states.Save(ctx, a.next, []uint64{a.walks}, state); err != nil {
		return err
	}
	a.saved = a.next
	a.clock.made(began)
	a.o.Observe.Saved("a", a.partition, len(state))
	return nil
}
