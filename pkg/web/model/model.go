package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
)

// ErrNothing is returned by Record before the first vintage: the store has no day yet. Events may be there all the same.
var ErrNothing = errors.New("no estimate yet")

// Version names what a store holds: answers from one version are equal.
type Version struct {
	Meta      store.Meta
	Documents []store.Document // without their bodies, by name
}

// Tag is a short text that is the same as long as events, days and documents are. It does not follow the watermark, which moves
// while nothing else does.
func (v Version) Tag() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %s %s", v.Meta.Sequence, v.Meta.AsOf.UnixMilli(), v.Meta.Config, v.Meta.Software)
	for _, d := range v.Documents {
		fmt.Fprintf(h, " %s %d %d", d.Name, d.Epoch, d.AsOf.UnixMilli())
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

func (v Version) equal(o Version) bool { return v.Meta == o.Meta && v.sameRest(o) }

// sameRest tells whether nothing but events and the watermark may differ.
func (v Version) sameRest(o Version) bool {
	return v.Meta.AsOf.Equal(o.Meta.AsOf) && v.Meta.Config == o.Meta.Config && v.Meta.Software == o.Meta.Software &&
		slices.EqualFunc(v.Documents, o.Documents, func(a, b store.Document) bool {
			return a.Name == b.Name && a.Epoch == b.Epoch && a.AsOf.Equal(b.AsOf)
		})
}

// snapshot is the store as it was at a version. It never changes.
type snapshot struct {
	version Version
	events  []event.Event  // that stand, retracted ones too, in canonical order
	byID    map[string]int // where they stand
	recent  []store.Entry  // the newest changes without a hole, by sequence
	base    *record.Record // days and documents; nil before the first vintage
	record  *record.Record // the same with the events
}

// Model reads a store.
type Model struct {
	store  *store.Store
	now    atomic.Pointer[snapshot]
	polled atomic.Bool           // Run keeps the snapshot new
	broken atomic.Pointer[error] // why Run's last question was not answered; nil: it was

	refreshing sync.Mutex // one at a time makes the next snapshot

	tracks trackCache

	mu struct {
		sync.Mutex
		woken map[chan struct{}]bool
	}
}

// New returns a model of a store. It asks nothing yet.
func New(s *store.Store) *Model {
	m := &Model{store: s}
	m.mu.woken = map[chan struct{}]bool{}
	return m
}

// Store is what the model reads, for queries that it does not answer itself.
func (m *Model) Store() *store.Store { return m.store }

// Run asks the store at an interval whether something has changed and wakes the subscribers if so, until ctx ends, which is no
// error. A store that does not answer is asked again at the next interval; meanwhile answers are those of before, and Status
// says so.
func (m *Model) Run(ctx context.Context, every time.Duration) error {
	defer m.polled.Store(false)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		_, err := m.refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			m.broken.Store(&err)
		default:
			m.broken.Store(nil)
			m.polled.Store(true)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Subscribe returns a channel that holds a token whenever the store has changed since the last one was taken, so that a slow
// reader misses wake-ups and no change: he goes on with Changes from where he stood. Stop must be called; nobody closes the
// channel. Wake-ups come from Run, or from whoever else asks the model.
func (m *Model) Subscribe() (woken <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	m.mu.Lock()
	m.mu.woken[c] = true
	m.mu.Unlock()
	return c, func() {
		m.mu.Lock()
		delete(m.mu.woken, c)
		m.mu.Unlock()
	}
}

func (m *Model) wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.mu.woken {
		select {
		case c <- struct{}{}:
		default: // he has one
		}
	}
}

// Version is what the store holds now.
func (m *Model) Version(ctx context.Context) (Version, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return Version{}, err
	}
	return s.version, nil
}

// Events are those that stand, retracted ones too, in canonical order.
func (m *Model) Events(ctx context.Context) ([]event.Event, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return s.events, nil
}

// Decode is an entry's event, which is not decoded anew if it is the version that stands.
func (m *Model) Decode(entry store.Entry) (event.Event, error) {
	if s := m.now.Load(); s != nil {
		if i, there := s.byID[entry.ID]; there && s.events[i].Version == entry.Version {
			return s.events[i], nil
		}
	}
	return entry.Event()
}

// Changes returns the versions of events that were put after the numbered change, in order, at most so many (1 to
// store.MaxLimit): like store.Changes, but the newest come from memory.
func (m *Model) Changes(ctx context.Context, after int64, limit int) ([]store.Entry, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if n := len(s.recent); limit < 1 || limit > store.MaxLimit || after < s.version.Meta.Sequence && (n == 0 || after < s.recent[0].Sequence-1) {
		return m.store.Changes(ctx, after, limit)
	}
	i, _ := slices.BinarySearchFunc(s.recent, after+1, func(e store.Entry, seq int64) int { return cmp.Compare(e.Sequence, seq) })
	return s.recent[i:min(len(s.recent), i+limit)], nil
}

func (m *Model) snapshot(ctx context.Context) (*snapshot, error) {
	if s := m.now.Load(); s != nil && m.polled.Load() {
		return s, nil
	}
	return m.refresh(ctx)
}

// refresh makes the snapshot follow the store.
func (m *Model) refresh(ctx context.Context) (*snapshot, error) {
	m.refreshing.Lock()
	defer m.refreshing.Unlock()
	v, err := m.ask(ctx)
	if err != nil {
		return nil, err
	}
	old := m.now.Load()
	if old != nil && old.version.equal(v) {
		return old, nil
	}
	next := &snapshot{version: v}
	if old == nil {
		next.events, err = m.standing(ctx)
	} else {
		next.events, next.recent, err = m.follow(ctx, old)
	}
	if err != nil {
		return nil, err
	}
	if n := len(next.recent); n > 0 { // what came while we read
		next.version.Meta.Sequence = max(v.Meta.Sequence, next.recent[n-1].Sequence)
	}
	if old != nil && old.version.sameRest(v) {
		next.base = old.base
	} else if next.base, err = m.base(ctx, v); err != nil {
		return nil, err
	}
	next.byID = make(map[string]int, len(next.events))
	for i, e := range next.events {
		next.byID[e.ID] = i
	}
	if next.base != nil {
		next.record = next.base.With(next.events)
	}
	m.now.Store(next)
	m.wake()
	return next, nil
}

func (m *Model) ask(ctx context.Context) (v Version, err error) {
	if v.Meta, err = m.store.Meta(ctx); err != nil {
		return v, err
	}
	v.Documents, err = m.store.Documents(ctx)
	return v, err
}

// standing reads every event as it stands.
func (m *Model) standing(ctx context.Context) (all []event.Event, err error) {
	q := store.Query{Limit: store.MaxLimit}
	for {
		page, err := m.store.Events(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, entry := range page.Entries {
			e, err := entry.Event()
			if err != nil {
				return nil, fmt.Errorf("read event %s: %w", entry.ID, err)
			}
			all = append(all, e)
		}
		if page.Next == "" {
			return all, nil
		}
		q.Cursor = page.Next
	}
}

// mostRecent is how many changes are kept for those who follow them: some hours of a busy sea.
const mostRecent = 2000

// follow brings a snapshot's events up to date by the changes since.
func (m *Model) follow(ctx context.Context, old *snapshot) ([]event.Event, []store.Entry, error) {
	changed, recent := map[string]event.Event{}, slices.Clip(old.recent)
	for after := old.version.Meta.Sequence; ; {
		entries, err := m.store.Changes(ctx, after, store.MaxLimit)
		if err != nil {
			return nil, nil, err
		}
		for _, entry := range entries {
			e, err := entry.Event()
			if err != nil {
				return nil, nil, fmt.Errorf("read event %s: %w", entry.ID, err)
			}
			changed[e.ID], after = e, entry.Sequence
		}
		recent = append(recent, entries...)
		if len(entries) < store.MaxLimit {
			break
		}
	}
	if n := len(recent); n > mostRecent {
		recent = slices.Clone(recent[n-mostRecent:])
	}
	if len(changed) == 0 {
		return old.events, recent, nil
	}
	return merged(old, changed), recent, nil
}

// merged are a snapshot's events with some replaced or added, in canonical order. The start, kind and id of an event never change, so
// that what is replaced stays where it is, and the others need no sorting.
func merged(old *snapshot, changed map[string]event.Event) []event.Event {
	events, fresh := slices.Clone(old.events), []event.Event{}
	for id, e := range changed {
		if i, there := old.byID[id]; there {
			events[i] = e
		} else {
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return events
	}
	slices.SortFunc(fresh, event.Compare)
	out, from := make([]event.Event, 0, len(events)+len(fresh)), 0
	for _, e := range fresh {
		to, _ := slices.BinarySearchFunc(events[from:], e, event.Compare)
		out = append(append(out, events[from:from+to]...), e)
		from += to
	}
	return append(out, events[from:]...)
}
