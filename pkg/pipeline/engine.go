package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/track"
)

// stretch is how many grid points are walked at most in one message to the shards: a day. A hole of years in the
// input then costs messages by the day, and no shard hoards the facts of more than one.
const stretch = int(24 * time.Hour / track.Grid)

// batchSize is how many reports travel to a shard in one message: enough to hide the hand-over (about 1 µs), small
// enough to stay in cache.
const batchSize = 256

// ahead is how many walks stage A may be ahead of stage B: half a day of event time. Stage B works in bursts (a vintage
// takes 20 ms at each midnight), which must not stop the reading.
const ahead = 128

// Engine runs the two stages over a stream of records. It is made for one run.
type Engine struct {
	config Config
	shards []*shard
	b      *stageB
	walked time.Time     // the last grid point handed to the shards, zero before the first
	first  ais.UnixMilli // earliest event time that was not late, zero before the first
	last   ais.UnixMilli // greatest event time
	ended  map[string]bool
	ending []ending // sources that ended since the last walk
	counts Counts
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
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("build engine: %w", err)
	}
	world, err := c.world()
	if err != nil {
		return nil, fmt.Errorf("build engine: %w", err)
	}
	e := &Engine{config: c, b: newStageB(c, world, l), ended: map[string]bool{}}
	for range shards {
		e.shards = append(e.shards, newShard(c.Track, world))
	}
	return e, nil
}

// Run takes every record of the stream through both stages and returns what was found. It ends with the stream, or
// early with the context's or the stream's error. It does not close the stream.
func (e *Engine) Run(ctx context.Context, s feed.Stream) (*Result, error) {
	walks := make(chan walk, ahead)
	var stageA, stageB sync.WaitGroup
	for _, sh := range e.shards {
		stageA.Go(sh.run)
	}
	stageB.Go(func() { e.b.run(walks, e.shards) })

	err := e.pump(ctx, s, walks)

	for _, sh := range e.shards {
		close(sh.in)
	}
	close(walks)
	stageA.Wait()
	stageB.Wait()
	if err != nil {
		return nil, err
	}
	return e.result(), nil
}

// pump reads the stream to its end and walks the grid behind the watermark.
func (e *Engine) pump(ctx context.Context, s feed.Stream, walks chan<- walk) error {
	var watermark ais.UnixMilli
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read stream: %w", err)
		}
		switch {
		case rec.Report != nil:
			e.dispatch(rec.Report)
		case rec.Punctuation != nil:
			e.counts.Punctuations++
			watermark = rec.Punctuation.Watermark
			if !e.noteEnds(rec.Punctuation.Marks) {
				e.walkTo(ctx, watermark.Time().Truncate(track.Grid), walks)
			}
		}
	}
	e.finish(ctx, max(watermark, e.last), walks)
	return ctx.Err()
}

// noteEnds remembers the sources that ended, each once: from then on a source is not expected to be heard. It tells
// whether all have ended, after which only the last tick remains.
func (e *Engine) noteEnds(marks []feed.SourceMark) bool {
	for _, m := range marks {
		if m.State == feed.Ended && !e.ended[m.Source] {
			e.ended[m.Source] = true
			e.ending = append(e.ending, ending{source: m.Source, at: m.High.Time()})
		}
	}
	return len(e.ended) == len(marks)
}

func (e *Engine) dispatch(r *ais.Report) {
	e.counts.Reports++
	if r.Late {
		e.counts.Late++
	} else {
		if e.first == 0 || r.Time < e.first {
			e.first = r.Time
		}
		e.last = max(e.last, r.Time)
	}
	e.shards[shardOf(r.MMSI, len(e.shards))].add(r)
}

// walkTo hands every grid point up to `to` that was not walked yet to all shards and to stage B. It stops early when the
// context ends: a wild clock may have opened a hole of centuries.
func (e *Engine) walkTo(ctx context.Context, to time.Time, walks chan<- walk) {
	if e.first == 0 {
		return
	}
	if e.walked.IsZero() {
		e.walked = gridAfter(e.first).Add(-track.Grid)
	}
	for e.walked.Before(to) && ctx.Err() == nil {
		w := walk{from: e.walked.Add(track.Grid), to: to}
		if limit := e.walked.Add(time.Duration(stretch) * track.Grid); limit.Before(to) {
			w.to = limit
		}
		e.hand(w, walks)
	}
}

// finish walks to the first grid point at or after the end of all input, where whatever is still held back is released.
func (e *Engine) finish(ctx context.Context, end ais.UnixMilli, walks chan<- walk) {
	if e.first == 0 {
		return
	}
	last := gridAfter(end)
	if !e.walked.Before(last) {
		last = e.walked.Add(track.Grid) // the watermark had come this far already: what lies on the grid point itself is still held
	}
	e.walkTo(ctx, last.Add(-track.Grid), walks)
	e.hand(walk{from: last, to: last, final: true}, walks)
}

// hand gives a walk to all shards and to stage B.
func (e *Engine) hand(w walk, walks chan<- walk) {
	w.ended, e.ending = e.ending, nil
	for _, sh := range e.shards {
		sh.walk(w)
	}
	walks <- w
	e.counts.Ticks += int64(w.to.Sub(w.from)/track.Grid) + 1
	e.walked = w.to
}

// gridAfter is the first grid point at or after t.
func gridAfter(t ais.UnixMilli) time.Time {
	at := t.Time()
	if down := at.Truncate(track.Grid); down.Before(at) {
		return down.Add(track.Grid)
	}
	return at
}

// shardOf spreads MMSIs evenly (Fibonacci hashing): neighbours in number are often sister ships that sail together.
func shardOf(m ais.MMSI, shards int) int {
	return int(uint64(uint32(m)*2654435769) * uint64(shards) >> 32)
}
