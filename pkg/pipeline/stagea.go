package pipeline

import (
	"context"
	"fmt"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/snapshot"
	"github.com/darkwake/darkwake/pkg/track"
)

// Found is what one partition's stage A says of one walk.
type Found struct {
	Walk
	Number  uint64             // of this walk among the partition's, from 1
	Facts   []track.Fact       // in canonical order
	Refused [ais.Reasons]int64 // since the walk before
	Counts  Counts             // since the walk before; punctuations and ticks are every partition's own
	First   ais.UnixMilli      // earliest and
	Last    ais.UnixMilli      // greatest event time of the whole stream so far
}

// half is stage A without the grid: the ships of one partition or shard.
type half struct {
	tracker *track.Tracker
	refused [ais.Reasons]int64
	counts  Counts
	number  uint64 // of the last fact
	walks   uint64
}

func newHalf(o track.Options, w world) *half {
	h := &half{}
	h.tracker = track.New(o, w.places, w.sea, track.Listener{Rejected: func(r ais.Reject) { h.refused[r.Reason]++ }})
	return h
}

// add takes in a report, of which it keeps nothing.
func (h *half) add(r *ais.Report) {
	h.counts.Reports++
	if r.Late {
		h.counts.Late++
	}
	h.tracker.Add(r)
}

// walk walks the grid points in order; each one's facts come in canonical order.
func (h *half) walk(w Walk) Found {
	h.walks++
	found := Found{Walk: w, Number: h.walks}
	emit := func(f track.Fact) {
		h.number++
		f.Head().Number = h.number
		found.Facts = append(found.Facts, f)
	}
	if w.Final {
		h.tracker.Finish(w.To, emit)
	} else {
		for tick := w.From; !tick.After(w.To); tick = tick.Add(track.Grid) {
			h.tracker.Advance(tick, emit)
		}
	}
	found.Refused, h.refused = h.refused, [ais.Reasons]int64{}
	found.Counts, h.counts = h.counts, Counts{}
	return found
}

// StageA turns the records of one partition into facts. All partitions of a stream, each with its own StageA, give walk by
// walk what one engine would find in the whole of it. It belongs to one goroutine.
type StageA struct {
	config Config
	world  world
	state  *stateA
	coder  *snapshot.Codec // nil until it is needed
}

// stateA is what a snapshot of a StageA holds.
type stateA struct {
	half   *half
	walker walker
	run    uint64            // of the ingest
	marked uint64            // number of the last punctuation of that run
	seen   map[string]uint64 // number of the last report of each source in it
}

// NewStageA builds stage A for one partition. The configuration must be valid.
func NewStageA(c Config) (*StageA, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("build stage A: %w", err)
	}
	w, err := c.world()
	if err != nil {
		return nil, fmt.Errorf("build stage A: %w", err)
	}
	return &StageA{config: c, world: w, state: &stateA{half: newHalf(c.Track, w), walker: newWalker(), seen: map[string]uint64{}}}, nil
}

// Take takes in the next record of the partition, of which it keeps nothing, and hands out what was found on every walk
// that the record makes due. A record that was there before is dropped: an ingest that starts again repeats some. It stops
// early when the context ends, and must then not be used again.
func (a *StageA) Take(ctx context.Context, rec feed.Record, hand func(Found)) {
	switch {
	case a.state.repeats(rec):
	case rec.Report != nil:
		a.state.walker.note(rec.Report)
		a.state.half.add(rec.Report)
	case rec.Punctuation != nil:
		a.state.half.counts.Punctuations++
		a.state.walker.take(ctx, rec.Punctuation, func(w Walk) {
			a.state.half.counts.Ticks += w.ticks()
			found := a.state.half.walk(w)
			found.First, found.Last = a.state.walker.first, a.state.walker.last
			hand(found)
		})
	}
}

// repeats tells whether a record was there before, by its number: those of a source grow within a run of the ingest, and
// so do those of its punctuations.
func (s *stateA) repeats(rec feed.Record) bool {
	if r := rec.Report; r != nil {
		if last, ok := s.seen[r.Source]; ok && r.Number <= last {
			return true
		}
		s.seen[r.Source] = r.Number
		return false
	}
	p := rec.Punctuation
	if p.Run > s.run {
		s.run, s.marked = p.Run, 0
		clear(s.seen)
	}
	if p.Run < s.run || p.Number <= s.marked {
		return true
	}
	s.marked = p.Number
	return false
}
