package feed

import (
	"sync/atomic"

	"github.com/darkwake/darkwake/pkg/ais"
)

// SourceStats says what became of one source's lines.
type SourceStats struct {
	Source  string
	Lines   int64 // with a table's header, and blank ones
	Bytes   int64 // unpacked
	Reports int64 // delivered; a line may hold two
	Late    int64 // of these, behind the source's lateness
	Fixes   int64 // of these, with a position
	Rejects [ais.Reasons]int64
	First   ais.UnixMilli // smallest event time delivered, zero without a report
	Last    ais.UnixMilli // greatest
	Decoder ais.Counters  // of the decoder of sentences, all zero for tables
}

// Refused is the number of rejects of all reasons.
func (s *SourceStats) Refused() int64 {
	sum := int64(0)
	for _, n := range s.Rejects {
		sum += n
	}
	return sum
}

func (s *SourceStats) note(r *ais.Report) {
	s.Reports++
	if r.Late {
		s.Late++
	}
	if r.Kind == ais.Position && r.Carries(ais.HasPosition) {
		s.Fixes++
	}
	if s.First == 0 || r.Time < s.First {
		s.First = r.Time
	}
	s.Last = max(s.Last, r.Time)
}

// Stats returns the counts of every source so far, in the order of the configuration. After io.EOF they are final.
func (p *Replay) Stats() []SourceStats {
	all := make([]SourceStats, len(p.lanes))
	for i, l := range p.lanes {
		all[i] = l.Stats
	}
	return all
}

// Problems lists the inputs that could not be read, or not to their end, in the order of the configuration. After
// io.EOF the list is whole.
func (p *Replay) Problems() []Problem {
	var all []Problem
	for _, l := range p.lanes {
		all = append(all, l.problem...)
	}
	return all
}

// progress is written by the readers and the sequencer, and read by anybody.
type progress struct {
	total   int64 // fixed at Open
	read    atomic.Int64
	event   atomic.Int64
	lines   atomic.Int64
	reports atomic.Int64
}

// Progress is how far a replay has come.
type Progress struct {
	Read, Total    int64 // bytes as they lie on disk; a table is read twice; Total is 0 when nothing is known, as of standard input
	Lines, Reports int64
	Event          ais.UnixMilli // high event time of the source that spoke last
}

// Progress may be called from any goroutine.
func (p *Replay) Progress() Progress {
	s := &p.progress
	return Progress{Read: s.read.Load(), Total: s.total, Lines: s.lines.Load(), Reports: s.reports.Load(),
		Event: ais.UnixMilli(s.event.Load())}
}
