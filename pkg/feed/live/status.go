package live

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// Cause is why a connection was made anew.
type Cause uint8

// The causes.
const (
	EOF     Cause = iota // the other side closed it
	Refused              // too many connections or requests (429)
	Silent               // nothing came for longer than the source's idle time
	Slow                 // the other side closed it while our queue was full
	Failed               // any other error
)

// Causes is how many there are: the size of an array of counters.
const Causes = int(Failed) + 1

// String is the label of the counter.
func (c Cause) String() string { return [Causes]string{"eof", "429", "idle", "slow", "error"}[c] }

// Losses are counts of what was dropped, by reason.
type Losses struct {
	Queue int64 // reports and rejects: the reader of the stream was too slow
	Rate  int64 // lines above the source's limit
	Size  int64 // posts and replies above the size limit
	Peers int64 // connections above the limit
	Stale int64 // rows of AISHub that are older than the interval
}

// Each calls do with every reason and its count: the label of a counter and its value.
func (l Losses) Each(do func(reason string, n int64)) {
	do("queue", l.Queue)
	do("rate", l.Rate)
	do("size", l.Size)
	do("peers", l.Peers)
	do("stale", l.Stale)
}

// SourceStatus is how one source stands.
type SourceStatus struct {
	// SourceStats are the counts of lines, reports and rejects. Those of reports and rejects are of what was delivered, up to
	// a batch behind.
	feed.SourceStats

	Kind        feed.Kind
	State       feed.State
	Connected   bool      // a listener: at least one sender
	Peers       int       // connections that are open
	LastContact time.Time // when anything came last; zero before
	LastMessage time.Time // when the last report came; zero before
	High        ais.UnixMilli
	Reconnects  [Causes]int64
	Drops       Losses
	Repeats     int64 // reports that their station had just sent
	Outside     int64 // positions outside the boxes that were asked for
	Queued      int   // reports and rejects that wait
	LastError   string
}

// Status tells how every source stands, in the order of the configuration. Any goroutine may call it.
func (l *Live) Status() []SourceStatus {
	all := make([]SourceStatus, len(l.sources))
	for i, s := range l.sources {
		all[i] = s.snapshot()
	}
	return all
}

// Stats returns the counts of every source so far, in the order of the configuration.
func (l *Live) Stats() []feed.SourceStats {
	all := make([]feed.SourceStats, len(l.sources))
	for i, s := range l.sources {
		all[i] = s.snapshot().SourceStats
	}
	return all
}

// Problems lists the inputs that could not be read, or not to their end. Connections that are made anew are no problems.
func (l *Live) Problems() []feed.Problem {
	var all []feed.Problem
	for _, s := range l.sources {
		s.mu.Lock()
		all = append(all, s.mu.problems...)
		s.mu.Unlock()
	}
	return all
}
