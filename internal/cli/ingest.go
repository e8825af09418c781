package cli

import (
	"sync/atomic"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/live"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
)

// silent is for how long every live source may be silent before the program says that it is not ready.
const silent = 10 * time.Minute

// Ingest is a carrier whose metrics an operator sees.
type Ingest struct {
	ingest.Carrier
	metrics *ops.Ingest
	live    atomic.Pointer[live.Live]
	sources map[string]*ops.Source
}

// NewIngest makes a carrier that tells what it carries.
func NewIngest(m *ops.Ingest) *Ingest {
	i := &Ingest{metrics: m, sources: map[string]*ops.Source{}}
	i.Report = func(r *ais.Report) {
		s := i.source(r.Source)
		s.Heard(r.Message)
		if r.Received > 0 && r.Time > 0 {
			s.Skew(time.Duration(r.Received-r.Time) * time.Millisecond)
		}
	}
	i.Refused = func(r ais.Reject) { i.source(r.Source).Refused(r.Reason.String()) }
	m.Watch(i.states)
	return i
}

// source belongs to the carrier's goroutine.
func (i *Ingest) source(id string) *ops.Source {
	s, ok := i.sources[id]
	if !ok {
		s = i.metrics.Source(id)
		i.sources[id] = s
	}
	return s
}

// Live is told the stream whose sources are watched.
func (i *Ingest) Live(l *live.Live) { i.live.Store(l) }

// Check fails when all live sources are silent.
func (i *Ingest) Check() ops.Check { return i.metrics.Feeds(silent) }

// states are those of live sources; recordings have none to watch.
func (i *Ingest) states() []ops.SourceState {
	l := i.live.Load()
	if l == nil {
		return nil
	}
	var out []ops.SourceState
	for _, s := range l.Status() {
		state := ops.SourceState{Source: s.Source, Connected: s.Connected, Ended: s.State == feed.Ended, LastMessage: s.LastMessage,
			Duplicates: s.Repeats, Reconnects: map[string]int64{}, Dropped: map[string]int64{}}
		for cause, n := range s.Reconnects {
			state.Reconnects[live.Cause(cause).String()] = n
		}
		s.Drops.Each(func(reason string, n int64) { state.Dropped[reason] = n })
		out = append(out, state)
	}
	return out
}
