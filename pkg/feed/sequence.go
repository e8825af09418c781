package feed

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
)

// Sequence is what every sequencer keeps, in whatever order it takes the reports: where each source stands, the
// watermark, the number of the next punctuation. It decides what is late. It belongs to one goroutine.
type Sequence struct {
	run       uint64
	sources   string
	horizon   ais.UnixMilli
	watermark ais.UnixMilli
	first     ais.UnixMilli // earliest event time that was not late
	number    uint64        // of the last punctuation
	standings []*Standing
}

// Standing is one source in a sequence. Its mark and counts are for its sequencer to read; the counts of what the source
// itself has read are the sequencer's to set.
type Standing struct {
	Mark  SourceMark
	Stats SourceStats

	late   ais.UnixMilli
	clock  offsets
	minute ais.UnixMilli // of the last punctuation
}

// NewSequence begins a sequence of sources, in the order of the configuration. Of another run than the one in
// the log it begins at the watermark where that one stood.
func NewSequence(sources []SourceConfig, o Options) *Sequence {
	q := &Sequence{run: o.Resume.Run, sources: o.Resume.Sources, horizon: ais.UnixMilli(o.Horizon.Milliseconds())}
	q.watermark, q.first = o.Resume.floors()
	for _, s := range sources {
		d := &Standing{late: ais.UnixMilli(s.lateness().Milliseconds()), Stats: SourceStats{Source: s.ID}}
		d.Mark = SourceMark{Source: s.ID, State: Begin, Lateness: s.lateness(), Receiver: s.Receiver}
		q.standings = append(q.standings, d)
	}
	return q
}

// Continue goes on where a punctuation of the same run left off: its marks, its watermark and its number. It returns
// false, and changes nothing, when that was of other sources.
func (q *Sequence) Continue(after *Punctuation) bool {
	same := len(after.Marks) == len(q.standings)
	for i := 0; same && i < len(q.standings); i++ {
		same = after.Marks[i].Source == q.standings[i].Mark.Source
	}
	if !same {
		return false
	}
	q.watermark, q.first, q.number = after.Watermark, after.First, after.Number
	for i, d := range q.standings {
		m := after.Marks[i]
		d.Mark.State, d.Mark.High, d.Mark.Number, d.Mark.Resume, d.Mark.ClockOff = m.State, m.High, m.Number, m.Resume, m.ClockOff
		d.Mark.Synthetic = m.Synthetic
		d.clock.mid, d.minute = m.ClockOff, m.High/60_000
	}
	return true
}

// Standings are those of all sources, in the order of the configuration.
func (q *Sequence) Standings() []*Standing { return q.standings }

// Watermark is the event time before which nothing comes any more that is not late.
func (q *Sequence) Watermark() ais.UnixMilli { return q.watermark }

// TooLate tells whether a report lies behind the horizon: then it must be refused, not admitted.
func (q *Sequence) TooLate(r *ais.Report) bool { return r.Time < q.watermark-q.horizon }

// Admit takes in the next report of a source: it decides whether the report is late, moves the source's mark, and tells
// whether a minute is full, so that a punctuation is due behind the report.
func (q *Sequence) Admit(d *Standing, r *ais.Report, resume int64) (due bool) {
	r.Late = r.Time < d.Mark.High-d.late || r.Time < q.watermark
	d.Stats.note(r)
	d.Mark.State, d.Mark.Number, d.Mark.Resume = Alive, r.Number, resume
	d.Mark.High = max(d.Mark.High, r.Time)
	if !r.Late && (q.first == 0 || r.Time < q.first) {
		q.first = r.Time
	}
	if r.Message == 4 && r.Carries(ais.HasClock) && r.TimeSource >= ais.TimeTag && r.TimeSource <= ais.TimeFeed {
		d.clock.add(r.Clock - r.Time)
	}
	if minute := d.Mark.High / 60_000; minute > d.minute {
		d.minute = minute
		return true
	}
	return false
}

// Raise moves the watermark up to an event time. It never falls.
func (q *Sequence) Raise(to ais.UnixMilli) { q.watermark = max(q.watermark, to) }

// Finish moves the watermark to the greatest high event time: all sources have ended.
func (q *Sequence) Finish() {
	for _, d := range q.standings {
		q.watermark = max(q.watermark, d.Mark.High)
	}
}

// Punctuate writes a record that the receiver may keep.
func (q *Sequence) Punctuate(d *Standing) *Punctuation {
	d.Mark.ClockOff = d.clock.median()
	marks := make([]SourceMark, len(q.standings))
	for i, d := range q.standings {
		marks[i] = d.Mark
	}
	q.number++
	return &Punctuation{Source: d.Mark.Source, Run: q.run, Number: q.number, Watermark: q.watermark, First: q.first, Marks: marks, Sources: q.sources}
}

// offsets are the newest differences between base stations' clocks and the stated times of their reports.
type offsets struct {
	ring  [101]ais.UnixMilli
	n     int
	fresh bool
	mid   time.Duration
}

func (o *offsets) add(d ais.UnixMilli) {
	o.ring[o.n%len(o.ring)] = d
	o.n++
	o.fresh = true
}

// median is zero below five: one clock that is wrong says nothing of a source.
func (o *offsets) median() time.Duration {
	if !o.fresh || o.n < 5 {
		return o.mid
	}
	sorted := o.ring
	used := sorted[:min(o.n, len(sorted))]
	slices.Sort(used)
	o.mid, o.fresh = time.Duration(used[len(used)/2])*time.Millisecond, false
	return o.mid
}
