package alert

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
)

// Source is what is followed: a *store.Store, or the page's model of one.
type Source interface {
	Changes(ctx context.Context, after int64, limit int) ([]store.Entry, error)
	Meta(ctx context.Context) (store.Meta, error)
	Document(ctx context.Context, name string) (store.Document, error)
}

// The outcomes by which messages are counted.
const (
	Sent    = "sent"
	Failed  = "failed"  // a try; the message is tried again
	Dropped = "dropped" // tried for Options.GiveUp, or its channel is gone
)

// Options say what a Service works with. Times that are zero are those of Defaults.
type Options struct {
	Config  *Config
	Store   Source
	State   string // path of the database that survives; made if it is not there
	Log     *slog.Logger
	Counted func(channel, outcome string) // may be nil
	Now     func() time.Time              // nil is the clock

	Poll         time.Duration // how often the store is asked
	FirstRetry   time.Duration // wait after the first failure; each further one doubles it
	LongestRetry time.Duration
	GiveUp       time.Duration // age at which a message is dropped
}

// Defaults fills in what is not set: a store is asked every two seconds; a message is tried again after five seconds, then at
// intervals that double up to a quarter of an hour, for a day.
func (o Options) Defaults() Options {
	for _, d := range []struct {
		at    *time.Duration
		value time.Duration
	}{{&o.Poll, 2 * time.Second}, {&o.FirstRetry, 5 * time.Second}, {&o.LongestRetry, 15 * time.Minute}, {&o.GiveUp, 24 * time.Hour}} {
		if *d.at <= 0 {
			*d.at = d.value
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Counted == nil {
		o.Counted = func(string, string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Service follows a store and tells what its rules ask for.
type Service struct {
	Options
	queue *queue
	token string
	woken map[string]chan struct{} // a channel's sender, that something was queued
	trial sync.Mutex               // one test at a time
	last  time.Time                // when the last test began; guarded by trial
}

// Open opens the state. A state that another process has is an error.
func Open(ctx context.Context, o Options) (*Service, error) {
	q, err := openQueue(ctx, o.State)
	if err != nil {
		return nil, err
	}
	s := &Service{Options: o.Defaults(), queue: q, token: rand.Text(), woken: map[string]chan struct{}{}}
	for _, c := range o.Config.Channels {
		s.woken[c.Name] = make(chan struct{}, 1)
	}
	return s, nil
}

// Close lets go of the state. Run must have returned.
func (s *Service) Close() error {
	if err := s.queue.close(); err != nil {
		return fmt.Errorf("close alerts' state: %w", err)
	}
	return nil
}

// Run opens a service, runs it until the context ends, and closes it.
func Run(ctx context.Context, o Options) error {
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(s.Run(ctx), s.Close())
}

// Run follows and sends until the context ends, which is no error. What is not sent then stays queued. A store or a state
// that does not answer ends nothing: it is told of in the log, and asked again.
func (s *Service) Run(ctx context.Context) error {
	var jobs sync.WaitGroup
	for _, c := range s.Config.Channels {
		jobs.Go(func() { s.deliver(ctx, c) })
	}
	for again := true; again; again = wait(ctx, s.Poll, nil) {
		s.insist(ctx, "follow the store", s.Step)
	}
	jobs.Wait()
	return nil
}

// insist does something until it is done or the context ends, with growing pauses. The first failure is told, and the end of
// it.
func (s *Service) insist(ctx context.Context, what string, do func(context.Context) error) {
	for failures := 0; ; failures++ {
		err := do(ctx)
		switch {
		case ctx.Err() != nil, err == nil && failures == 0:
			return
		case err == nil:
			s.Log.Info("alerts: it goes on", "what", what)
			return
		case failures == 0:
			s.Log.Error("alerts: tried again until it is done", "what", what, "error", err)
		}
		if !wait(ctx, s.retry(failures), nil) {
			return
		}
	}
}

// wait waits for a time or a wake-up; false when the context ended.
func wait(ctx context.Context, d time.Duration, woken <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-woken:
	case <-t.C:
	}
	return true
}

// few is how many changes are taken in one transaction.
const few = 200

// Step takes in what the store has changed, collects what digests are due, and drops what is too old. Run does so at
// intervals.
func (s *Service) Step(ctx context.Context) error {
	at, err := s.position(ctx)
	if err != nil {
		return err
	}
	t := teller{site: s.Config.Site}
	for {
		entries, err := s.Store.Changes(ctx, at, few)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		t.synthetic = s.synthetic(ctx)
		if err := s.transact(ctx, func(b *batch) error { return s.take(b, t, entries) }); err != nil {
			return err
		}
		at = entries[len(entries)-1].Sequence
	}
	return s.transact(ctx, func(b *batch) error { return errors.Join(s.digest(ctx, b, t), s.drop(b)) })
}

// transact writes to the state and wakes the senders.
func (s *Service) transact(ctx context.Context, do func(*batch) error) error {
	if err := s.queue.transact(ctx, do); err != nil {
		return fmt.Errorf("write state %s: %w", s.State, inWords(err))
	}
	for _, woken := range s.woken {
		select {
		case woken <- struct{}{}:
		default:
		}
	}
	return nil
}

// position is how far the store was followed. A state that never followed one begins with what comes next; a store that is
// behind it is another one, or an older copy, and is followed from where it stands.
func (s *Service) position(ctx context.Context) (at int64, err error) {
	meta, err := s.Store.Meta(ctx)
	if err != nil {
		return 0, err
	}
	err = s.queue.transact(ctx, func(b *batch) error {
		followed, known, err := b.followed()
		if at = followed; err != nil || known && at <= meta.Sequence {
			return err
		}
		if known {
			s.Log.Warn("alerts: the store is behind what was told of; going on from where it stands", "told_until", at, "store", meta.Sequence)
		}
		at = meta.Sequence
		return b.follow(at)
	})
	if err != nil {
		return 0, fmt.Errorf("read state %s: %w", s.State, inWords(err))
	}
	return at, nil
}

// synthetic tells whether the store says that its input was simulated.
func (s *Service) synthetic(ctx context.Context) bool {
	d, err := s.Store.Document(ctx, "summary")
	if err != nil {
		return false // there is none yet
	}
	var summary struct {
		Synthetic bool `json:"synthetic"`
	}
	return json.Unmarshal(d.Body, &summary) == nil && summary.Synthetic
}

// take judges versions by every rule, in their order.
func (s *Service) take(b *batch, t teller, entries []store.Entry) error {
	for _, entry := range entries {
		e, err := entry.Event()
		if err != nil { // of a newer program
			s.Log.Warn("alerts: event passed over", "event", entry.ID, "version", entry.Version, "error", err)
			continue
		}
		for i := range s.Config.Rules {
			if err := s.judge(b, t, &s.Config.Rules[i], e, entry.JSON); err != nil {
				return err
			}
		}
	}
	return b.follow(entries[len(entries)-1].Sequence)
}

// judge tells, collects or leaves a version, for one rule.
func (s *Service) judge(b *batch, t teller, r *Rule, e event.Event, body []byte) error {
	was, err := read[told](b, toldTable, r.Name, e.ID)
	if err != nil {
		return err
	}
	change, reason, now := r.judge(was, e)
	if change == "" {
		return nil
	}
	i := Item{change, reason, t.link(e.ID), body}
	if r.Digest == 0 {
		return errors.Join(b.tell(r.Name, e.ID, now), b.put(r.Channels, t.one(r, i, e, s.Now())))
	}
	before, err := read[Item](b, collectedTable, r.Name, e.ID)
	if err != nil {
		return err
	}
	merged := merge(before, i)
	if merged == nil {
		now = nil // nobody ever heard of it
	}
	return errors.Join(b.tell(r.Name, e.ID, now), b.collect(r.Name, e.ID, merged, s.Now()))
}

// digest queues the digests that are due.
func (s *Service) digest(ctx context.Context, b *batch, t teller) error {
	for i := range s.Config.Rules {
		r := &s.Config.Rules[i]
		items, until, err := b.collected(r.Name, r.Digest, s.Now())
		if err != nil {
			return err
		}
		if len(items) == 0 {
			continue
		}
		t.synthetic = s.synthetic(ctx)
		for _, m := range t.digests(r, items, until, s.Now()) {
			if err := b.put(r.Channels, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// drop gives up what is too old.
func (s *Service) drop(b *batch) error {
	var channels []string
	for _, c := range s.Config.Channels {
		channels = append(channels, c.Name)
	}
	dropped, err := b.drop(s.Now().Add(-s.GiveUp), channels)
	for _, channel := range slices.Sorted(maps.Keys(dropped)) {
		n := dropped[channel]
		s.Log.Error("alerts: messages dropped: nobody took them, or the channel is gone", "channel", channel, "messages", n)
		for range n {
			s.Counted(channel, Dropped)
		}
	}
	return err
}

// retry is how long to wait after so many failures: doubling, at most LongestRetry, of which the latter half is left to
// chance so that senders do not march in step.
func (s *Service) retry(failures int) time.Duration {
	d := s.LongestRetry
	if failures < 30 {
		d = min(d, s.FirstRetry<<failures)
	}
	return d/2 + time.Duration(mathrand.Int64N(int64(d/2)+1))
}

// sendTimeout bounds one try.
const sendTimeout = time.Minute

// deliver sends a channel's messages, one at a time, until the context ends. After a failure the whole channel waits, the
// longer the more failed in a row, and then sends what was tried least: one message that a receiver does not like holds up
// only what belongs to the same event.
func (s *Service) deliver(ctx context.Context, c Channel) {
	failures := 0
	for ctx.Err() == nil {
		var m *waiting
		var due time.Time
		s.insist(ctx, "read the queue", func(ctx context.Context) (err error) {
			m, due, err = s.queue.next(ctx, c.Name, s.Now())
			return err
		})
		if m == nil { // or the context ended
			pause := s.Poll
			if !due.IsZero() {
				pause = min(pause, max(due.Sub(s.Now()), time.Millisecond))
			}
			wait(ctx, pause, s.woken[c.Name])
			continue
		}
		pause := s.try(ctx, c, m, failures)
		if failures++; pause == 0 {
			failures = 0
			continue
		}
		wait(ctx, pause, nil)
	}
}

// try sends a message once, and tells how long the channel must wait; not at all after a success. It returns when the outcome
// is noted: a message that was sent is not sent again because the state could not be written for a while.
func (s *Service) try(ctx context.Context, c Channel, m *waiting, failures int) time.Duration {
	within, cancel := context.WithTimeout(ctx, sendTimeout)
	_, failed := c.Send(within, m.Message, s.Now())
	cancel()
	if ctx.Err() != nil && failed != nil {
		return 0 // it stays queued
	}
	if failed == nil {
		s.Counted(c.Name, Sent)
		s.Log.Info("alert sent", "channel", c.Name, "message", m.ID, "tries", m.tries+1)
		s.insist(ctx, "note what was sent", func(ctx context.Context) error { return s.queue.sent(lasting(ctx), m.id) })
		return 0
	}
	s.Counted(c.Name, Failed)
	pause, due := s.retry(failures), s.retry(m.tries)
	if answer, ok := errors.AsType[*post.Failure](failed); ok {
		pause, due = max(pause, answer.After), max(due, answer.After)
	}
	s.Log.Warn("alert not taken, it is tried again", "channel", c.Name, "message", m.ID, "tries", m.tries+1, "error", failed)
	s.insist(ctx, "note what was not taken", func(ctx context.Context) error { return s.queue.again(lasting(ctx), m.id, s.Now().Add(due)) })
	return pause
}

// lasting is a context that does not end with the program: what was sent must be noted though it is told to stop. The state
// answers within its busy timeout.
func lasting(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// Pending is how many messages wait to be sent, by channel.
func (s *Service) Pending(ctx context.Context) (map[string]int, error) { return s.queue.pending(ctx) }
