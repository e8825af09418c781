package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
)

var _ Stream = (*Replay)(nil)

// Replay is the stream of recorded sources. Its records depend on the sources' bytes and their order in the
// configuration alone. Next, Stats, Problems and Close belong to one goroutine; Progress to any.
type Replay struct {
	o      Options
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	lanes  []*lane // in the order of the configuration
	active []*lane // those that have not ended
	turn   *lane   // whose report was delivered last
	bound  *lane   // the next best: turn goes on until it stands behind this one
	owed   *lane   // whose punctuation is due
	opened bool
	begun  int // Begin punctuations written
	batch  int // reports in a batch: fewer where sources are many

	watermark ais.UnixMilli
	first     ais.UnixMilli // earliest event time that was not late
	number    uint64        // of the next punctuation
	progress  progress
}

// lane is one source as the sequencer sees it.
type lane struct {
	order   int
	config  SourceConfig
	late    ais.UnixMilli
	mark    SourceMark
	stats   SourceStats
	clock   offsets
	minute  ais.UnixMilli // of the last punctuation
	stand   ais.UnixMilli // the high event time after its next report: where it stands in the merge
	asleep  bool          // closed until its first report is due
	ended   bool
	problem []Problem

	probed  chan ais.UnixMilli
	full    chan *batch
	free    chan *batch
	now     *batch
	reports int // of now, delivered
	refused int // of now, delivered
	read    *reader
}

// Open prepares a replay of the sources. It fails only for a wrong configuration: an input that cannot be read is
// a Problem, known once the replay has come to it. The context ends the replay early.
func Open(ctx context.Context, sources []SourceConfig, o Options) (*Replay, error) {
	if err := errors.Join(o.Validate(), check(sources)); err != nil {
		return nil, fmt.Errorf("open feed: %w", err)
	}
	p := &Replay{o: o}
	p.watermark, p.first = o.Resume.floors()
	p.ctx, p.cancel = context.WithCancel(ctx)
	sources, err := p.expand(sources)
	if err != nil {
		p.cancel()
		return nil, fmt.Errorf("open feed: %w", err)
	}
	p.batch = min(batchReports, max(32, 16*batchReports/len(sources)))
	for i, s := range sources {
		p.lanes = append(p.lanes, p.newLane(i, s))
	}
	p.active = slices.Clone(p.lanes)
	p.start()
	return p, nil
}

// expand resolves folders and globs, and adds up the sizes.
func (p *Replay) expand(sources []SourceConfig) ([]SourceConfig, error) {
	sources = slices.Clone(sources)
	for i := range sources {
		var paths []string
		for _, path := range sources[i].Paths {
			found, err := expand(path)
			if err != nil {
				return nil, err
			}
			paths = append(paths, found...)
		}
		sources[i].Paths = paths
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && path != "-" {
				p.progress.total += info.Size()
			}
		}
	}
	return sources, nil
}

func (p *Replay) newLane(order int, s SourceConfig) *lane {
	l := &lane{order: order, config: s, late: ais.UnixMilli(s.lateness().Milliseconds())}
	l.mark = SourceMark{Source: s.ID, State: Begin, Lateness: s.lateness(), Receiver: s.Receiver}
	l.stats = SourceStats{Source: s.ID}
	l.probed = make(chan ais.UnixMilli, 1)
	l.full, l.free = make(chan *batch, batchesOut), make(chan *batch, batchesOut)
	for range batchesOut {
		l.free <- &batch{}
	}
	l.read = p.newReader(l, &p.progress.read, map[string]verdict{})
	return l
}

func (p *Replay) newReader(l *lane, count *atomic.Int64, tables map[string]verdict) *reader {
	return &reader{
		ctx: p.ctx, config: l.config, o: &p.o, tables: tables, out: l.full, free: l.free, held: newJury(p.o.ClockJury),
		in: inputs{stdin: p.o.Stdin, temp: p.o.TempDir, read: &tally{n: count}}, size: p.batch,
	}
}

// start wakes the sources, or, when there are many, finds out when each is due.
func (p *Replay) start() {
	if len(p.lanes) <= p.o.OpenSources {
		for _, l := range p.lanes {
			p.wake(l)
		}
		return
	}
	queue := make(chan *lane, len(p.lanes))
	for _, l := range p.lanes {
		if slices.Contains(l.config.Paths, "-") {
			p.wake(l)
			continue
		}
		l.asleep = true
		queue <- l
	}
	close(queue)
	for range min(4, len(p.lanes)) {
		p.work.Go(func() {
			var uncounted atomic.Int64
			for l := range queue {
				l.probed <- p.newReader(l, &uncounted, l.read.tables).probe()
			}
		})
	}
}

func (p *Replay) wake(l *lane) {
	l.asleep = false
	p.work.Go(l.read.run)
}

// Next returns the next record: first a Begin for every source, then reports and punctuations, then io.EOF.
func (p *Replay) Next() (Record, error) {
	if p.begun < len(p.lanes) {
		p.begun++
		return Record{Punctuation: p.punctuate(p.lanes[p.begun-1])}, nil
	}
	for {
		l, err := p.pick()
		switch {
		case err != nil:
			return Record{}, err
		case l == nil:
			return Record{}, io.EOF
		case p.owed != nil:
			return Record{Punctuation: p.pay()}, nil
		case l.ended:
			return Record{Punctuation: p.end(l)}, nil
		}
		if r := p.deliver(l); r != nil {
			return Record{Report: r}, nil
		}
	}
}

// pick finds the source that stands lowest in event time, ties by the order of the configuration. The source whose
// turn it was keeps it as long as the next best stands behind it.
func (p *Replay) pick() (*lane, error) {
	if !p.opened {
		for _, l := range p.active {
			if err := p.settle(l); err != nil {
				return nil, err
			}
		}
		p.opened = true
	}
	for {
		if p.turn != nil {
			if err := p.settle(p.turn); err != nil {
				return nil, err
			}
			if p.bound == nil || precedes(p.turn, p.bound) {
				return p.turn, nil
			}
		}
		if len(p.active) == 0 {
			return nil, nil
		}
		p.choose()
		if !p.turn.asleep {
			continue
		}
		p.wake(p.turn)
	}
}

// choose takes the first two of the merge.
func (p *Replay) choose() {
	p.turn, p.bound = nil, nil
	for _, l := range p.active {
		switch {
		case p.turn == nil || precedes(l, p.turn):
			p.turn, p.bound = l, p.turn
		case p.bound == nil || precedes(l, p.bound):
			p.bound = l
		}
	}
}

// precedes tells whether a comes before b.
func precedes(a, b *lane) bool {
	return cmp.Or(cmp.Compare(a.stand, b.stand), cmp.Compare(a.order, b.order)) < 0
}

// settle makes sure that the lane's next report is known, and where it stands. A source that is closed stands at
// the time its probe found.
func (p *Replay) settle(l *lane) error {
	if l.asleep {
		select {
		case l.stand = <-l.probed:
			l.probed <- l.stand
		case <-p.ctx.Done():
			return context.Cause(p.ctx)
		}
		return nil
	}
	for !l.ended && (l.now == nil || l.reports == len(l.now.reports) && l.refused == len(l.now.refused)) {
		if err := p.refill(l); err != nil {
			return err
		}
	}
	l.stand = l.mark.High
	if !l.ended && l.reports < len(l.now.reports) && !l.refusalDue() {
		l.stand = max(l.stand, l.now.reports[l.reports].Time)
	}
	return nil
}

func (l *lane) refusalDue() bool {
	return l.refused < len(l.now.refused) && l.now.refused[l.refused].at <= l.reports
}

// refill gives the used batch back and waits for the next.
func (p *Replay) refill(l *lane) error {
	if b := l.now; b != nil {
		p.count(l, b)
		l.now = nil
		if b.last {
			l.ended = true
			return nil
		}
		l.free <- b
	}
	select {
	case l.now = <-l.full:
		l.reports, l.refused = 0, 0
		return nil
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
}

// count takes over what a batch says of its source once it is used up.
func (p *Replay) count(l *lane, b *batch) {
	p.progress.lines.Add(b.lines - l.stats.Lines)
	p.progress.reports.Add(int64(len(b.reports)))
	l.stats.Lines, l.stats.Bytes, l.stats.Decoder = b.lines, b.bytes, b.counters
	l.problem = append(l.problem, b.problems...)
}

// deliver hands out the lane's next report, or its next reject to the callback, and nil.
func (p *Replay) deliver(l *lane) *ais.Report {
	if l.refusalDue() {
		p.refuse(l, l.now.refused[l.refused].reject)
		l.refused++
		return nil
	}
	r := &l.now.reports[l.reports]
	l.reports++
	if r.Time < p.watermark-ais.UnixMilli(p.o.Horizon.Milliseconds()) {
		p.refuse(l, ais.Reject{Reason: ais.TooLate, Source: r.Source, Offset: r.Offset, Number: r.Number, Bytes: r.Raw})
		return nil
	}
	p.admit(l, r)
	return r
}

func (p *Replay) refuse(l *lane, r ais.Reject) {
	l.stats.Rejects[r.Reason]++
	if p.o.Rejected != nil {
		p.o.Rejected(r)
	}
}

// admit decides lateness, moves the source's mark and notes whether a minute is full.
func (p *Replay) admit(l *lane, r *ais.Report) {
	r.Late = r.Time < l.mark.High-l.late || r.Time < p.watermark
	l.stats.note(r)
	l.mark.State, l.mark.Number, l.mark.Resume = Alive, r.Number, l.now.resume
	l.mark.High = max(l.mark.High, r.Time)
	if !r.Late && (p.first == 0 || r.Time < p.first) {
		p.first = r.Time
	}
	if r.Message == 4 && r.Carries(ais.HasClock) && r.TimeSource >= ais.TimeTag && r.TimeSource <= ais.TimeFeed {
		l.clock.add(r.Clock - r.Time)
	}
	if minute := l.mark.High / 60_000; minute > l.minute {
		l.minute, p.owed = minute, l
	}
}

// pay writes the punctuation that is due.
func (p *Replay) pay() *Punctuation {
	l := p.owed
	p.owed = nil
	p.raise()
	p.progress.event.Store(int64(l.mark.High))
	return p.punctuate(l)
}

// end takes a source out of the merge. When it is the last, the watermark moves to the greatest high event time.
func (p *Replay) end(l *lane) *Punctuation {
	l.mark.State = Ended
	p.active = slices.DeleteFunc(p.active, func(a *lane) bool { return a == l })
	p.turn, p.bound = nil, nil
	if len(p.active) > 0 {
		p.raise()
		return p.punctuate(l)
	}
	for _, l := range p.lanes {
		p.watermark = max(p.watermark, l.mark.High)
	}
	p.progress.event.Store(int64(p.watermark))
	return p.punctuate(l)
}

// raise moves the watermark up to the lowest, over the sources that have not ended, of where the source stands less
// its lateness. Where a source stands is known from the report that its reader has already read: a source that is
// silent for a day holds nothing back, as an idle one would not, and one that begins later is no hindrance until
// then.
func (p *Replay) raise() {
	low := ais.UnixMilli(1<<63 - 1)
	for _, l := range p.active {
		low = min(low, l.stand-l.late)
	}
	p.watermark = max(p.watermark, low)
}

// punctuate writes a record that the receiver may keep.
func (p *Replay) punctuate(l *lane) *Punctuation {
	l.mark.ClockOff = l.clock.median()
	marks := make([]SourceMark, len(p.lanes))
	for i, l := range p.lanes {
		marks[i] = l.mark
	}
	p.number++
	return &Punctuation{Source: l.config.ID, Run: p.o.Resume.Run, Number: p.number, Watermark: p.watermark, First: p.first, Marks: marks, Sources: p.o.Resume.Sources}
}

// Close ends the readers and waits for them.
func (p *Replay) Close() error {
	p.cancel()
	p.work.Wait()
	return nil
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
