package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// source is one source: what its connections hear passes through it, one line at a time, into a queue that the sequencer
// empties.
type source struct {
	config   feed.SourceConfig
	o        *Options
	standing *feed.Standing // the sequencer's
	repeats  bool           // the same bytes come again when it is opened again: it waits and is never idle
	waits    bool           // what is not taken now can be taken later
	ready    chan<- *source
	room     chan struct{} // the sequencer has emptied the queue
	bound    io.Closer     // a listener, from prepare on

	hearing sync.Mutex // one line at a time; guards what follows
	line    uint64     // of the last line
	skip    uint64     // reports numbered up to here are in the log already
	judge   *feed.Judge
	held    bool   // the judge holds a report
	holds   uint64 // how many times it began to
	waking  bool   // somebody wakes the judge
	seen    *recent
	bucket  bucket
	full    bool // the queue was full for longer than the patience: drop at once
	ctx     context.Context
	work    *sync.WaitGroup // goroutines of the stream

	overAfterThis bool // the sequencer's: the batch at hand is the last

	mu struct {
		sync.Mutex
		batch    *feed.Batch
		queued   bool // stands in ready
		ended    bool
		known    ais.UnixMilli // high event time of what was skipped
		status   SourceStatus
		ears     map[*ear]ais.Counters // of senders that are connected
		problems []feed.Problem
	}
}

func (l *Live) newSource(c feed.SourceConfig, d *feed.Standing) *source {
	s := &source{config: c, o: &l.o, standing: d, ready: l.ready, room: make(chan struct{}, 1), repeats: c.Repeats(), ctx: l.ctx, work: &l.work}
	s.waits = c.Kind == feed.Files || c.Kind == feed.Stdin || c.Kind == feed.Tail || c.Kind == feed.AISHub
	s.judge = feed.NewJudge(c, l.o.Feed, (*passed)(s))
	s.seen = newRecent(l.o.Repeat)
	s.bucket.rate = c.Rate
	s.mu.batch = &feed.Batch{}
	s.mu.status = SourceStatus{Kind: c.Kind, SourceStats: feed.SourceStats{Source: c.ID}}
	s.mu.status.LastMessage = l.o.Clock.Now()
	s.mu.ears = map[*ear]ais.Counters{}
	return s
}

// goOn numbers reports on above the highest in the log. Those of a source that gives them again are skipped up to the last
// punctuation: all partitions of the log have what lies before it, and of what lies behind some may have more than others,
// whose readers know it by its number.
func (s *source) goOn(highest uint64) {
	if s.repeats {
		s.skip = s.standing.Mark.Number
		return
	}
	s.line = highest >> 8
	s.judge.Expect(s.standing.Mark.High)
}

// prepare binds what must be bound before anything runs, and returns what then hears.
func (s *source) prepare(ctx context.Context) (func(context.Context), error) {
	switch {
	case s.repeats:
		return s.replay, nil
	case s.config.Kind == feed.Files || s.config.Kind == feed.Stdin:
		if len(s.config.Paths) > 1 {
			return nil, fmt.Errorf("standard input or a named pipe: one path expected, %d given", len(s.config.Paths))
		}
		return s.pipe, nil
	}
	switch s.config.Kind {
	case feed.Tail:
		return s.follow, nil
	case feed.TCP:
		return s.dialLines, nil
	case feed.TCPListen:
		return s.listenLines(ctx)
	case feed.UDP:
		return s.listenDatagrams(ctx)
	case feed.AISStream:
		return s.stream, nil
	case feed.AISHub:
		return s.poll, nil
	}
	return s.listenPosts(ctx)
}

func (s *source) unbind() {
	if s.bound != nil {
		_ = s.bound.Close() // nothing was heard over it
	}
}

// live hears until the source or the context ends. Only the first of these is an end that the stream tells of.
func (s *source) live(ctx context.Context, run func(context.Context)) {
	run(ctx)
	s.hearing.Lock()
	s.judge.Settle()
	s.hearing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() == nil {
		s.mu.ended = true
		s.announce()
	}
}

// announce puts the source where the sequencer looks. The channel has room for every source once.
func (s *source) announce() {
	if !s.mu.queued {
		s.mu.queued = true
		s.ready <- s
	}
}

// take gives the sequencer what waits, for an empty batch in return.
func (s *source) take(empty *feed.Batch) *feed.Batch {
	s.mu.Lock()
	b := s.mu.batch
	s.mu.batch, s.mu.queued, s.overAfterThis = empty, false, s.mu.ended
	s.standing.Mark.High = max(s.standing.Mark.High, s.mu.known)
	s.standing.Mark.Synthetic = s.standing.Mark.Synthetic || s.synthetic()
	s.mu.Unlock()
	select {
	case s.room <- struct{}{}:
	default:
	}
	return b
}

// put queues a report or a reject. A full queue is waited for: without end when the source can be read later, for a
// moment by a socket, which then loses what does not fit until there is room.
func (s *source) put(r *ais.Report, refused *ais.Reject) {
	var patience <-chan time.Time
	for {
		s.mu.Lock()
		b := s.mu.batch
		if !b.Full(s.o.Queue, s.o.QueueBytes) {
			break
		}
		if s.full {
			s.mu.status.Drops.Queue++
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		if patience == nil && !s.waits {
			patience = s.o.Clock.After(s.o.Patience)
		}
		select {
		case <-s.room:
		case <-patience:
			s.full = true
		case <-s.ctx.Done():
			s.full = true
		}
	}
	defer s.mu.Unlock()
	s.full = false
	if r != nil {
		s.mu.batch.Report(r)
		s.mu.status.LastMessage = s.o.Clock.Now()
		s.outside(r)
	} else {
		s.mu.batch.Reject(*refused)
	}
	s.announce()
}

// outside counts positions where nobody asked for any.
func (s *source) outside(r *ais.Report) {
	if len(s.config.Boxes) == 0 || !r.Carries(ais.HasPosition) {
		return
	}
	for _, b := range s.config.Boxes {
		if b.Contains(r.Position[1], r.Position[0]) {
			return
		}
	}
	s.mu.status.Outside++
}

// passed is the source as the judge sees it: it takes what the judge lets pass.
type passed source

// Report queues a report, unless its station has just sent it.
func (p *passed) Report(r *ais.Report) {
	s := (*source)(p)
	if s.seen.has(r) {
		s.count(func(t *SourceStatus) { t.Repeats++ })
		return
	}
	s.put(r, nil)
}

// Reject queues a reject.
func (p *passed) Reject(r ais.Reject) { (*source)(p).put(nil, &r) }

// wake sees to it that the judge, if it holds a report, decides in time, with the jurors that have come by then. It is
// called with hearing held, after each line.
func (s *source) wake() {
	_, held := s.judge.Holds()
	if held && !s.held {
		s.holds++
	}
	if s.held = held; held && !s.waking {
		s.waking = true
		s.work.Go(s.awaken)
	}
}

// awaken settles what the judge has held for long enough.
func (s *source) awaken() {
	for waking := true; waking; {
		s.hearing.Lock()
		began := s.holds
		s.hearing.Unlock()
		select {
		case <-s.o.Clock.After(s.o.Hold):
		case <-s.ctx.Done():
			return
		}
		s.hearing.Lock()
		if waking = s.held && s.holds != began; !waking {
			s.judge.Settle()
			s.held, s.waking = false, false
		}
		s.hearing.Unlock()
	}
}

// count changes the status.
func (s *source) count(change func(*SourceStatus)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.mu.status)
}

// problem notes what cannot be read at all.
func (s *source) problem(p feed.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.problems = append(s.mu.problems, p)
	s.mu.status.LastError = p.Error()
}

// synthetic tells whether a remark has said that a simulator makes the source. Its lock is held.
func (s *source) synthetic() bool {
	for _, c := range s.mu.ears {
		if c.Synthetic > 0 {
			return true
		}
	}
	return s.mu.status.Decoder.Synthetic > 0
}

// publish lets everybody see the sequencer's counts.
func (s *source) publish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.mu.status
	lines, bytes, decoder := t.Lines, t.Bytes, t.Decoder
	t.SourceStats = s.standing.Stats
	t.Lines, t.Bytes, t.Decoder = lines, bytes, decoder
	t.State, t.High = s.standing.Mark.State, s.standing.Mark.High
}

func (s *source) snapshot() SourceStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.mu.status
	for _, c := range s.mu.ears {
		t.Decoder.Add(c)
	}
	t.Queued = s.mu.batch.Len()
	t.Connected = t.Peers > 0
	if t.Reports == 0 && t.Queued == 0 {
		t.LastMessage = time.Time{}
	}
	return t
}

func (s *source) lastHeard() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.status.LastMessage
}

// silentFor tells whether no report came for so long, and none waits.
func (s *source) silentFor(now time.Time, d time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.mu.queued && now.Sub(s.mu.status.LastMessage) >= d
}

// keep connects again and again. The pauses begin anew after a connection that brought reports and held for longer than
// the longest of them.
func (s *source) keep(ctx context.Context, pauses Pauses, connect func(context.Context) error) {
	for n := 0; ctx.Err() == nil; n++ {
		began, before := s.o.Clock.Now(), s.lastHeard()
		err := connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if s.lastHeard().After(before) && s.o.Clock.Now().Sub(began) > pauses.Most {
			n = 0
		}
		cause := s.cause(err)
		s.count(func(t *SourceStatus) {
			t.Reconnects[cause]++
			t.LastError = bare(err)
		})
		pause := pauses.next(n)
		if cause == Refused || errors.Is(err, errDenied) {
			pause = pauses.Refused
		}
		select {
		case <-s.o.Clock.After(pause):
		case <-ctx.Done():
		}
	}
}

// errRefused marks an answer of 429, or one that means the same.
var errRefused = errors.New("too many connections or requests")

// errDenied marks a key that is not known. To ask again soon is of no use, and leads to a ban.
var errDenied = errors.New("the key is refused")

// cause tells why a connection is gone.
func (s *source) cause(err error) Cause {
	switch {
	case errors.Is(err, errRefused):
		return Refused
	case s.isFull():
		return Slow
	case err == nil || errors.Is(err, io.EOF):
		return EOF
	case errors.Is(err, errSilent):
		return Silent
	}
	return Failed
}

func (s *source) isFull() bool {
	s.hearing.Lock()
	defer s.hearing.Unlock()
	return s.full
}

// recent remembers what each station sent of late. It holds 65,536 reports at most, in 1 MB: a slot for each hash, so that a
// collision forgets, and never finds a repeat that is none.
type recent struct {
	within ais.UnixMilli
	slots  []recentSlot // made with the first report
}

type recentSlot struct {
	key  uint64
	time ais.UnixMilli
}

func newRecent(within time.Duration) *recent {
	return &recent{within: ais.UnixMilli(within.Milliseconds())}
}

// has tells whether the station has sent the same bits on the same channel within the time, and remembers the report.
func (m *recent) has(r *ais.Report) bool {
	if m.slots == nil {
		m.slots = make([]recentSlot, 1<<16)
	}
	key := r.Hash ^ uint64(r.Kind)<<8 ^ uint64(r.Channel)
	for _, c := range []byte(r.Station.String()) {
		key = (key ^ uint64(c)) * 1099511628211 // FNV-1a's prime
	}
	slot := &m.slots[(key^key>>32)&(1<<16-1)]
	again := slot.key == key && slot.time != 0 && max(slot.time-r.Time, r.Time-slot.time) <= m.within
	if !again {
		*slot = recentSlot{key, r.Time}
	}
	return again
}

// bucket lets so many lines a second pass, and as many at once.
type bucket struct {
	rate   float64 // zero lets all pass
	tokens float64
	last   time.Time
}

// passes takes one token. Now is the time at which the line came.
func (b *bucket) passes(now time.Time) bool {
	if b.rate == 0 {
		return true
	}
	if b.last.IsZero() {
		b.tokens = max(b.rate, 1)
	} else if d := now.Sub(b.last); d > 0 {
		b.tokens = min(max(b.rate, 1), b.tokens+d.Seconds()*b.rate)
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
