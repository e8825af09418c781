package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// batchSize is how many reports travel to a shard in one message: enough to hide the hand-over (about 1 µs), small
// enough to stay in cache.
const batchSize = 256

// ahead is how many walks stage A may be ahead of stage B: half a day of event time. Stage B works in bursts (a vintage
// takes 20 ms at each midnight), which must not stop the reading.
const ahead = 128

// Engine runs the two stages over a stream of records in one process. It is made for one run.
type Engine struct {
	shards []*shard
	b      *StageB
	walker walker
	counts Counts // of punctuations and ticks
}

// Counts say what passed the engine.
type Counts struct {
	Reports      int64 `json:"reports"`
	Late         int64 `json:"late_reports"`
	Punctuations int64 `json:"punctuations"`
	Ticks        int64 `json:"ticks"`
}

// New builds an engine with the given number of shards, at least one. The configuration must be valid.
func New(c Config, shards int, l Listener) (*Engine, error) {
	if shards < 1 {
		return nil, fmt.Errorf("build engine: %d shards: at least 1 expected", shards)
	}
	b, err := NewStageB(c, shards, l)
	if err != nil {
		return nil, fmt.Errorf("build engine: %w", err)
	}
	e := &Engine{b: b, walker: newWalker()}
	for range shards {
		e.shards = append(e.shards, newShard(newHalf(c.Track, b.world)))
	}
	return e, nil
}

// Run takes every record of the stream through both stages and returns what was found. It ends with the stream, or
// early with the context's or the stream's error. It does not close the stream.
func (e *Engine) Run(ctx context.Context, s feed.Stream) (*Result, error) {
	var stageA, stageB sync.WaitGroup
	for _, sh := range e.shards {
		stageA.Go(sh.run)
	}
	var joined error
	stageB.Go(func() { joined = e.join() })

	err := e.pump(ctx, s)

	for _, sh := range e.shards {
		close(sh.in)
	}
	stageA.Wait()
	stageB.Wait()
	if err = errors.Join(err, joined); err != nil {
		return nil, err
	}
	r := e.b.Result()
	r.Counts.Punctuations, r.Counts.Ticks = e.counts.Punctuations, e.counts.Ticks
	return r, nil
}

// pump reads the stream to its end and walks the grid behind the watermark.
func (e *Engine) pump(ctx context.Context, s feed.Stream) error {
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, err := s.Next()
		if errors.Is(err, io.EOF) {
			e.walker.finish(ctx, e.hand)
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("read stream: %w", err)
		}
		switch {
		case rec.Report != nil:
			e.walker.note(rec.Report)
			e.shards[shardOf(rec.Report.MMSI, len(e.shards))].add(rec.Report)
		case rec.Punctuation != nil:
			e.counts.Punctuations++
			e.walker.take(ctx, rec.Punctuation, e.hand)
		}
	}
}

// hand gives a walk to all shards.
func (e *Engine) hand(w Walk) {
	e.counts.Ticks += w.ticks()
	for _, sh := range e.shards {
		sh.walk(w, e.walker.first, e.walker.last)
	}
}

// join gives stage B every walk as soon as all shards are through with it.
func (e *Engine) join() error {
	for {
		for i, sh := range e.shards {
			found, more := <-sh.out
			if !more {
				return nil
			}
			if err := e.b.Take(i, found); err != nil {
				return err
			}
		}
	}
}

// shardOf spreads MMSIs evenly (Fibonacci hashing): neighbours in number are often sister ships that sail together.
func shardOf(m ais.MMSI, shards int) int {
	return int(uint64(uint32(m)*2654435769) * uint64(shards) >> 32)
}

// batch carries reports to a shard and, after them, the grid points to walk, if any.
type batch struct {
	reports     []ais.Report
	raw         []byte // holds the reports' raw bytes
	walk        Walk   // zero when only reports are carried
	first, last ais.UnixMilli
}

// shard is a half of its own and the goroutine that drives it.
type shard struct {
	in   chan *batch
	out  chan Found
	next *batch // filled by the engine's goroutine
	pool sync.Pool
	half *half
}

func newShard(h *half) *shard {
	s := &shard{in: make(chan *batch, 32), out: make(chan Found, ahead), half: h}
	s.pool.New = func() any { return &batch{reports: make([]ais.Report, 0, batchSize)} }
	s.next = s.pool.Get().(*batch)
	return s
}

// add copies a report, raw bytes included, into the next batch. Called by the engine's goroutine only.
func (s *shard) add(r *ais.Report) {
	b := s.next
	b.reports = append(b.reports, *r)
	if len(r.Raw) > 0 {
		start := len(b.raw)
		b.raw = append(b.raw, r.Raw...)
		b.reports[len(b.reports)-1].Raw = b.raw[start:]
	}
	if len(b.reports) == batchSize {
		s.send()
	}
}

// walk sends what is waiting and the grid points to walk after it. Called by the engine's goroutine only.
func (s *shard) walk(w Walk, first, last ais.UnixMilli) {
	s.next.walk, s.next.first, s.next.last = w, first, last
	s.send()
}

func (s *shard) send() {
	s.in <- s.next
	s.next = s.pool.Get().(*batch)
}

// run drives the half until the engine closes the shard's input.
func (s *shard) run() {
	defer close(s.out)
	for b := range s.in {
		for i := range b.reports {
			s.half.add(&b.reports[i])
		}
		if !b.walk.To.IsZero() {
			found := s.half.walk(b.walk)
			found.First, found.Last = b.first, b.last
			s.out <- found
		}
		*b = batch{reports: b.reports[:0], raw: b.raw[:0]}
		s.pool.Put(b)
	}
}
