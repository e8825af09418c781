package pipeline

import (
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/track"
)

// walk is a run of grid points, both ends included, and the sources that ended before it.
type walk struct {
	from, to time.Time
	ended    []ending
	final    bool // nothing comes after it: one grid point, at which everything held back is released
}

// ending is a source that was read to its end, and its high event time.
type ending struct {
	source string
	at     time.Time
}

// batch carries reports to a shard and, after them, the grid points to walk, if any.
type batch struct {
	reports []ais.Report
	raw     []byte // holds the reports' raw bytes
	walk    walk   // zero when only reports are carried
}

// walked is what one shard found on one walk, in canonical order.
type walked struct {
	facts   []track.Fact
	refused [ais.Reasons]int64
}

// shard owns a tracker and the goroutine that drives it.
type shard struct {
	in      chan *batch
	out     chan walked
	next    *batch // filled by the engine's goroutine
	pool    sync.Pool
	tracker *track.Tracker
	refused [ais.Reasons]int64
	number  uint64
}

func newShard(o track.Options, w world) *shard {
	s := &shard{in: make(chan *batch, 32), out: make(chan walked, ahead)}
	s.pool.New = func() any { return &batch{reports: make([]ais.Report, 0, batchSize)} }
	s.next = s.pool.Get().(*batch)
	s.tracker = track.New(o, w.places, w.sea, track.Listener{
		Rejected: func(r ais.Reject) { s.refused[r.Reason]++ },
	})
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
func (s *shard) walk(w walk) {
	s.next.walk = w
	s.send()
}

func (s *shard) send() {
	s.in <- s.next
	s.next = s.pool.Get().(*batch)
}

// run drives the tracker until the engine closes the shard's input.
func (s *shard) run() {
	defer close(s.out)
	for b := range s.in {
		for i := range b.reports {
			s.tracker.Add(&b.reports[i])
		}
		if !b.walk.to.IsZero() {
			s.out <- s.walkGrid(b.walk)
		}
		*b = batch{reports: b.reports[:0], raw: b.raw[:0]}
		s.pool.Put(b)
	}
}

// walkGrid walks the grid points in order; each one's facts come in canonical order.
func (s *shard) walkGrid(w walk) walked {
	var found walked
	emit := func(f track.Fact) {
		s.number++
		f.Head().Number = s.number
		found.facts = append(found.facts, f)
	}
	if w.final {
		s.tracker.Finish(w.to, emit)
	} else {
		for tick := w.from; !tick.After(w.to); tick = tick.Add(track.Grid) {
			s.tracker.Advance(tick, emit)
		}
	}
	found.refused, s.refused = s.refused, [ais.Reasons]int64{}
	return found
}
