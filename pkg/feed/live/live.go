package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// Clock tells the time and wakes. Tests replace it.
type Clock interface {
	Now() time.Time
	// After delivers the time once, when so much of it has passed.
	After(d time.Duration) <-chan time.Time
}

// Wall is the time of day.
type Wall struct{}

// Now implements Clock.
func (Wall) Now() time.Time { return time.Now() }

// After implements Clock.
func (Wall) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Options are the limits of a live stream.
type Options struct {
	// Feed are those that a replay has as well: who hears of rejects, the horizon, the jury, where to go on.
	Feed feed.Options
	// Clock gives the times of receipt, and tells when a source is idle.
	Clock Clock
	// Ahead is how far a report may lie ahead of its receipt (DESIGN, section 3: 5 min).
	Ahead time.Duration
	// Hold is how long a doubted report waits for its jury: a source with a report an hour has none.
	Hold time.Duration
	// Silence is the least time without a report after which a source is idle (DESIGN, section 3: 10 min).
	Silence time.Duration
	// Queue and QueueBytes bound what waits of one source: reports, and as many rejects; their raw bytes.
	Queue      int
	QueueBytes int
	// Patience is how long a socket waits for room in its queue before it drops.
	Patience time.Duration
	// Repeat is how far apart in event time two copies from one station may be of which the second is dropped.
	Repeat time.Duration
	// Peers is how many may be connected to one listener.
	Peers int
	// Body is the largest post or reply, in bytes, unpacked.
	Body int64
	// Retry and Service are the pauses between connections to sockets and to web services.
	Retry, Service Pauses
	// Idle and IdleService are how long a socket and a web service may be silent before the connection is made anew, where
	// the source does not say.
	Idle, IdleService time.Duration
	// Dial bounds the making of a connection.
	Dial time.Duration
	// Poll is how often a file is looked at for growth.
	Poll time.Duration
}

// Pauses are the times between two attempts to connect: from First, doubled up to Most, each shortened at random by up to
// a half so that not all come at once. Refused is the pause after too many connections or requests, which is not shortened.
type Pauses struct{ First, Most, Refused time.Duration }

// Defaults are the values of DESIGN.md section 3 and FORMATS.md sections 6 to 10.
//
// Queue: the world's busiest public feed brings 300 messages a second (FORMATS, section 9), so that 16,384 are 50 s of
// it, and 10 MB. Idle: a quiet station hears a ship or a base station every few minutes, and a new connection costs it
// nothing; for a service silence is an outage, not an empty sea. Repeat: well below the 60 s after which a ship may rightly say the same. Service: aisstream.io bans
// who reconnects fast; from the fifth attempt on the pause is at least a minute.
func Defaults() Options {
	return Options{
		Feed: feed.Defaults(), Clock: Wall{}, Ahead: 5 * time.Minute, Hold: 10 * time.Second, Silence: 10 * time.Minute,
		Queue: 1 << 14, QueueBytes: 8 << 20, Patience: time.Second, Repeat: 10 * time.Second, Peers: 64, Body: 8 << 20,
		Retry:   Pauses{First: time.Second, Most: time.Minute, Refused: time.Minute},
		Service: Pauses{First: 10 * time.Second, Most: 2 * time.Minute, Refused: 30 * time.Minute},
		Idle:    10 * time.Minute, IdleService: 2 * time.Minute, Dial: 10 * time.Second, Poll: 250 * time.Millisecond,
	}
}

// Validate tells of the first limit that makes no sense.
func (o Options) Validate() error {
	if o.Clock == nil {
		return errors.New("clock: one expected")
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"ahead", o.Ahead}, {"hold", o.Hold}, {"silence", o.Silence}, {"patience", o.Patience}, {"repeat", o.Repeat}, {"idle", o.Idle}, {"idle of services", o.IdleService}, {"dial", o.Dial}, {"poll", o.Poll},
		{"first pause", o.Retry.First}, {"longest pause", o.Retry.Most}, {"first pause of services", o.Service.First}, {"longest pause of services", o.Service.Most},
	} {
		if d.value <= 0 {
			return fmt.Errorf("%s %s: more than zero expected", d.name, d.value)
		}
	}
	if o.Queue < 1 || o.QueueBytes < 1 || o.Peers < 1 || o.Body < 1 {
		return fmt.Errorf("queue %d, its bytes %d, peers %d, body %d: 1 or more of each expected", o.Queue, o.QueueBytes, o.Peers, o.Body)
	}
	return o.Feed.Validate()
}

var _ feed.Stream = (*Live)(nil)

// Live is the stream of sources as they are heard. Next and Close belong to one goroutine; Status, Stats and Problems to
// any.
type Live struct {
	o        Options
	ctx      context.Context
	cancel   context.CancelFunc
	work     sync.WaitGroup
	sources  []*source
	ready    chan *source // has something for the sequencer
	sequence *feed.Sequence

	begin  []*source // whose first punctuation is due
	owed   *source   // whose punctuation is due
	at     *source   // whose batch is being delivered
	now    *feed.Batch
	spare  *feed.Batch
	active int // sources that have not ended
	alarm  <-chan time.Time
}

// Open binds what listens and begins to hear. It fails for a wrong configuration and for addresses that are not to be had;
// a server that cannot be reached is tried again and again. The end of the context ends all connections.
func Open(ctx context.Context, sources []feed.SourceConfig, o Options) (*Live, error) {
	if err := errors.Join(o.Validate(), feed.Check(sources)); err != nil {
		return nil, fmt.Errorf("open live feed: %w", err)
	}
	l := &Live{o: o, ready: make(chan *source, len(sources)), spare: &feed.Batch{}, sequence: feed.NewSequence(sources, o.Feed)}
	resume := o.Feed.Resume
	same := resume.After != nil && resume.After.Run == resume.Run
	if same && !l.sequence.Continue(resume.After) {
		return nil, errors.New("open live feed: go on with a run of other sources: a new run expected")
	}
	l.ctx, l.cancel = context.WithCancel(ctx)
	for i, c := range sources {
		s := l.newSource(c, l.sequence.Standings()[i])
		l.sources = append(l.sources, s)
		if same {
			s.goOn(resume.Numbers[c.ID])
		} else {
			l.begin = append(l.begin, s)
		}
		if s.standing.Mark.State != feed.Ended {
			l.active++
		}
	}
	var runs []func()
	for _, s := range l.sources {
		if s.standing.Mark.State == feed.Ended {
			continue
		}
		run, err := s.prepare(l.ctx)
		if err != nil {
			l.cancel()
			for _, s := range l.sources {
				s.unbind()
			}
			return nil, fmt.Errorf("open source %q: %w", s.config.ID, err)
		}
		runs = append(runs, func() { s.live(l.ctx, run) })
	}
	for _, run := range runs {
		l.work.Go(run)
	}
	return l, nil
}

// Next waits for the next record: first a Begin for every source of a new run, then reports and punctuations. Once the
// context has ended it delivers what was heard until then, and then returns the context's error; io.EOF comes only when
// every source has ended, as recordings and standard input do.
func (l *Live) Next() (feed.Record, error) {
	for {
		switch {
		case len(l.begin) > 0:
			s := l.begin[0]
			l.begin = l.begin[1:]
			return l.punctuate(s)
		case l.owed != nil:
			s := l.owed
			l.owed = nil
			l.raise()
			return l.punctuate(s)
		case l.at != nil:
			if rec, ok := l.step(); ok {
				return rec, nil
			}
		case l.active == 0:
			return feed.Record{}, io.EOF
		default:
			if err := l.wait(); err != nil {
				return feed.Record{}, err
			}
		}
	}
}

func (l *Live) punctuate(s *source) (feed.Record, error) {
	s.publish()
	return feed.Record{Punctuation: l.sequence.Punctuate(s.standing)}, nil
}

// step delivers the next of the batch at hand; false when nothing came of it.
func (l *Live) step() (feed.Record, bool) {
	s := l.at
	r, refused := l.now.Next()
	switch {
	case refused != nil:
		l.refuse(s, *refused)
	case r == nil:
		l.leave()
	case l.sequence.TooLate(r):
		l.refuse(s, ais.Reject{Reason: ais.TooLate, Source: r.Source, Offset: r.Offset, Number: r.Number, Bytes: r.Raw})
	default:
		if s.standing.Mark.State == feed.Idle {
			l.alarm = nil // when it will be idle again is not yet known
		}
		if l.sequence.Admit(s.standing, r, 0) {
			l.owed = s
		}
		return feed.Record{Report: r}, true
	}
	return feed.Record{}, false
}

func (l *Live) refuse(s *source, r ais.Reject) {
	s.standing.Stats.Rejects[r.Reason]++
	if l.o.Feed.Rejected != nil {
		l.o.Feed.Rejected(r)
	}
}

// leave puts a batch that is used up away. The source may have ended with it.
func (l *Live) leave() {
	s := l.at
	l.now.Reset()
	l.spare, l.now, l.at = l.now, nil, nil
	s.publish()
	if !s.overAfterThis {
		return
	}
	s.standing.Mark.State = feed.Ended
	l.active--
	l.owed = s
	if l.active == 0 {
		l.sequence.Finish()
	}
}

// wait waits until a source has something, or is silent for too long.
func (l *Live) wait() error {
	if l.alarm == nil {
		l.alarm = l.nextAlarm()
	}
	select {
	case s := <-l.ready:
		l.enter(s)
		return nil
	case <-l.alarm:
		l.alarm = nil
		l.silence()
		return nil
	case <-l.ctx.Done():
	}
	l.work.Wait()
	select {
	case s := <-l.ready:
		l.enter(s)
		return nil
	default:
		return context.Cause(l.ctx)
	}
}

// enter takes what a source has.
func (l *Live) enter(s *source) {
	l.at, l.now = s, s.take(l.spare)
	l.spare = nil
}

// limit is how long a source may be silent before it is idle; ok is false for one that never is.
func (l *Live) limit(s *source) (d time.Duration, ok bool) {
	state := s.standing.Mark.State
	return max(l.o.Silence, 2*s.standing.Mark.Lateness), !s.repeats && state != feed.Idle && state != feed.Ended
}

// nextAlarm wakes when the next source may be idle. Sources that speak meanwhile only put it off.
func (l *Live) nextAlarm() <-chan time.Time {
	now, soonest, any := l.o.Clock.Now(), time.Duration(0), false
	for _, s := range l.sources {
		if d, ok := l.limit(s); ok {
			d -= now.Sub(s.lastHeard())
			if !any || d < soonest {
				soonest, any = d, true
			}
		}
	}
	switch {
	case !any:
		return make(chan time.Time) // all are idle: only a report wakes
	case soonest > 0:
		return l.o.Clock.After(soonest)
	}
	at := make(chan time.Time, 1)
	at <- now
	return at
}

// silence finds one source that is idle by now. The alarm goes at once for the next.
func (l *Live) silence() {
	now := l.o.Clock.Now()
	for _, s := range l.sources {
		if d, ok := l.limit(s); ok && s.silentFor(now, d) {
			s.standing.Mark.State = feed.Idle
			l.owed = s
			return
		}
	}
}

// raise moves the watermark up to the lowest, over the sources that have not ended, of its mark less its lateness. The mark
// is its own high event time, or while it is idle the highest of those that are alive; with none alive it stays.
func (l *Live) raise() {
	highest := ais.UnixMilli(-1)
	for _, s := range l.sources {
		if s.standing.Mark.State == feed.Alive {
			highest = max(highest, s.standing.Mark.High)
		}
	}
	if highest < 0 {
		return
	}
	low := ais.UnixMilli(1<<63 - 1)
	for _, s := range l.sources {
		m := &s.standing.Mark
		high := m.High
		switch m.State {
		case feed.Ended:
			continue
		case feed.Idle:
			high = highest
		}
		low = min(low, high-ais.UnixMilli(m.Lateness.Milliseconds()))
	}
	l.sequence.Raise(low)
}

// Close ends all connections and waits for them.
func (l *Live) Close() error {
	l.cancel()
	l.work.Wait()
	return nil
}

// next is the pause before the next attempt, after n others that came to nothing.
func (p Pauses) next(n int) time.Duration {
	d := p.Most
	if n < 20 {
		d = min(d, p.First<<n)
	}
	return d - time.Duration(rand.Int64N(int64(d)/2+1))
}
