package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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

	sequence *Sequence
	progress progress
}

// lane is one source as the sequencer sees it.
type lane struct {
	*Standing
	order   int
	config  SourceConfig
	stand   ais.UnixMilli // the high event time after its next report: where it stands in the merge
	asleep  bool          // closed until its first report is due
	ended   bool
	problem []Problem

	probed chan ais.UnixMilli
	full   chan *Batch
	free   chan *Batch
	now    *Batch
	read   *reader
}

// Open prepares a replay of the sources. It fails only for a wrong configuration: an input that cannot be read is
// a Problem, known once the replay has come to it. The context ends the replay early.
func Open(ctx context.Context, sources []SourceConfig, o Options) (*Replay, error) {
	if err := errors.Join(o.Validate(), Check(sources), recorded(sources)); err != nil {
		return nil, fmt.Errorf("open feed: %w", err)
	}
	p := &Replay{o: o}
	p.ctx, p.cancel = context.WithCancel(ctx)
	sources, err := p.expand(sources)
	if err != nil {
		p.cancel()
		return nil, fmt.Errorf("open feed: %w", err)
	}
	p.batch = min(batchReports, max(32, 16*batchReports/len(sources)))
	p.sequence = NewSequence(sources, o)
	for i, s := range sources {
		p.lanes = append(p.lanes, p.newLane(i, s))
	}
	p.active = slices.Clone(p.lanes)
	p.start()
	return p, nil
}

// recorded tells of the first source that can be heard live only.
func recorded(sources []SourceConfig) error {
	for _, s := range sources {
		if s.Kind != Files && s.Kind != Stdin {
			return fmt.Errorf("source %q is live (%s): files expected, or a TCP server marked repeatable", s.ID, s.Kind)
		}
	}
	return nil
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
	l := &lane{Standing: p.sequence.standings[order], order: order, config: s}
	l.probed = make(chan ais.UnixMilli, 1)
	l.full, l.free = make(chan *Batch, batchesOut), make(chan *Batch, batchesOut)
	for range batchesOut {
		l.free <- &Batch{}
	}
	l.read = p.newReader(l, &p.progress.read, map[string]verdict{})
	return l
}

func (p *Replay) newReader(l *lane, count *atomic.Int64, tables map[string]verdict) *reader {
	x := &reader{
		ctx: p.ctx, config: l.config, o: &p.o, tables: tables, out: l.full, free: l.free,
		in: inputs{stdin: p.o.Stdin, temp: p.o.TempDir, read: &tally{n: count}}, size: p.batch,
	}
	x.judge = NewJudge(l.config, p.o, x)
	return x
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
		if slices.ContainsFunc(l.config.Paths, func(path string) bool { return path == "-" || strings.HasPrefix(path, "tcp://") }) {
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
		return Record{Punctuation: p.sequence.Punctuate(p.lanes[p.begun-1].Standing)}, nil
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
	for !l.ended && (l.now == nil || l.now.used()) {
		if err := p.refill(l); err != nil {
			return err
		}
	}
	l.stand = l.Mark.High
	if !l.ended && l.now.given < len(l.now.reports) && !l.now.refusalDue() {
		l.stand = max(l.stand, l.now.reports[l.now.given].Time)
	}
	return nil
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
		return nil
	case <-p.ctx.Done():
		return context.Cause(p.ctx)
	}
}

// count takes over what a batch says of its source once it is used up.
func (p *Replay) count(l *lane, b *Batch) {
	p.progress.lines.Add(b.lines - l.Stats.Lines)
	p.progress.reports.Add(int64(len(b.reports)))
	l.Stats.Lines, l.Stats.Bytes, l.Stats.Decoder = b.lines, b.bytes, b.counters
	l.Mark.Synthetic = l.Mark.Synthetic || b.counters.Synthetic > 0
	l.problem = append(l.problem, b.problems...)
}

// deliver hands out the lane's next report, or its next reject to the callback, and nil.
func (p *Replay) deliver(l *lane) *ais.Report {
	r, refused := l.now.Next()
	if refused != nil {
		p.refuse(l, *refused)
		return nil
	}
	if p.sequence.TooLate(r) {
		p.refuse(l, ais.Reject{Reason: ais.TooLate, Source: r.Source, Offset: r.Offset, Number: r.Number, Bytes: r.Raw})
		return nil
	}
	if p.sequence.Admit(l.Standing, r, l.now.resume) {
		p.owed = l
	}
	return r
}

func (p *Replay) refuse(l *lane, r ais.Reject) {
	l.Stats.Rejects[r.Reason]++
	if p.o.Rejected != nil {
		p.o.Rejected(r)
	}
}

// pay writes the punctuation that is due.
func (p *Replay) pay() *Punctuation {
	l := p.owed
	p.owed = nil
	p.raise()
	p.progress.event.Store(int64(l.Mark.High))
	return p.sequence.Punctuate(l.Standing)
}

// end takes a source out of the merge. When it is the last, the watermark moves to the greatest high event time.
func (p *Replay) end(l *lane) *Punctuation {
	l.Mark.State = Ended
	p.active = slices.DeleteFunc(p.active, func(a *lane) bool { return a == l })
	p.turn, p.bound = nil, nil
	if len(p.active) > 0 {
		p.raise()
		return p.sequence.Punctuate(l.Standing)
	}
	p.sequence.Finish()
	p.progress.event.Store(int64(p.sequence.watermark))
	return p.sequence.Punctuate(l.Standing)
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
	p.sequence.Raise(low)
}

// Close ends the readers and waits for them.
func (p *Replay) Close() error {
	p.cancel()
	p.work.Wait()
	return nil
}
