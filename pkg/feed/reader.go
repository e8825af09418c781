package feed

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed/table"
)

// decoder is what turns lines into reports: one of sentences or one of rows.
type decoder interface {
	Decode(line []byte, at ais.At, to ais.Sink)
	Flush(to ais.Sink)
}

// verdict is what a look through a whole table found.
type verdict struct {
	ordered bool
	low     ais.UnixMilli // the earliest time
}

// reader reads one source from its first path to its last, in one goroutine. It is the sink behind the judge of its
// clocks, which is the sink of its decoders.
type reader struct {
	ctx    context.Context
	config SourceConfig
	o      *Options
	in     inputs
	tables map[string]verdict // by member, so that a table is looked through once
	size   int                // reports in a batch

	out  chan<- *Batch
	free <-chan *Batch
	now  *Batch

	sentences *ais.Decoder // kept from file to file: a message may straddle a rotation
	line      uint64       // lines of the members that are done
	base      int64        // bytes of the members that are done
	cutter    *lines       // of the member at hand
	judge     *Judge       // takes what the decoders make, and hands it to the reader
	stopped   bool         // nobody listens any more
	kept      int64
	untimed   int64

	probing bool          // stop at the first report
	found   ais.UnixMilli // its time
}

// run reads the source and sends its batches, the last one marked. It returns early only if the context ends.
func (x *reader) run() {
	x.take()
	for _, path := range x.config.Paths {
		if x.stopped {
			return
		}
		x.path(path)
	}
	if x.sentences != nil && !x.stopped {
		x.sentences.Flush(x.judge)
	}
	x.judge.Settle()
	if x.kept == 0 && x.untimed > 0 {
		x.problem(x.config.Paths[0], ErrNoTime)
	}
	x.now.last = true
	x.send()
}

// path reads every member of a path. What cannot be read is a problem and ends with it.
func (x *reader) path(path string) {
	members, closer, err := x.in.members(x.ctx, path)
	if err != nil {
		x.problem(path, err)
		return
	}
	for _, m := range members {
		if x.stopped {
			break
		}
		if err := x.member(m); err != nil && x.ctx.Err() == nil {
			x.problem(m.name, err)
		}
	}
	if err := closer.Close(); err != nil {
		x.problem(path, err)
	}
}

func (x *reader) problem(path string, err error) {
	x.now.problems = append(x.now.problems, Problem{Source: x.config.ID, Path: path, Err: err})
}

// member reads one stream: sentences as they come, tables in the order of their times.
func (x *reader) member(m member) error {
	in, closer, err := m.open()
	if err != nil {
		return err
	}
	format, in, err := sniff(in)
	if err != nil {
		return errors.Join(err, closer.Close())
	}
	if format == nil {
		err = x.stream(newLines(in, x.o.MaxLine), x.sentenceDecoder())
		return errors.Join(err, closer.Close())
	}
	rows := format.NewDecoder(x.tableOptions())
	if m.once {
		err = x.sorted(newLines(in, format.MaxLine()), rows)
		return errors.Join(err, closer.Close())
	}
	v, err := x.look(m.name, newLines(in, format.MaxLine()), rows)
	if err = errors.Join(err, closer.Close()); err != nil && v.low == 0 {
		return err
	}
	return errors.Join(x.table(m, format, rows, v), err)
}

// table reads a table a second time, now that its order is known.
func (x *reader) table(m member, format *table.Format, rows *table.Decoder, v verdict) error {
	if x.probing && !v.ordered {
		x.found, x.stopped = v.low, true
		return nil
	}
	in, closer, err := m.open()
	if err != nil {
		return err
	}
	cutter := newLines(in, format.MaxLine())
	if v.ordered {
		err = x.stream(cutter, rows)
	} else {
		err = x.sorted(cutter, rows)
	}
	// An error of this pass has already been told by the first.
	return errors.Join(closer.Close(), ignoreRead(err, cutter.err))
}

func ignoreRead(err, read error) error {
	if errors.Is(err, read) {
		return nil
	}
	return err
}

func (x *reader) sentenceDecoder() decoder {
	if x.sentences == nil {
		o := ais.Defaults()
		o.Source, o.Receiver, o.AssumeStart = x.config.ID, x.config.Receiver, x.assumed()
		x.sentences = ais.NewDecoder(o)
	}
	return x.sentences
}

func (x *reader) tableOptions() table.Options {
	return table.Options{Source: x.config.ID, Receiver: x.config.Receiver, AssumeStart: x.assumed()}
}

func (x *reader) assumed() ais.UnixMilli {
	if x.config.AssumeStart.IsZero() {
		return 0
	}
	return ais.Milli(x.config.AssumeStart)
}

// stream decodes every line as it comes.
func (x *reader) stream(cutter *lines, d decoder) error {
	x.cutter = cutter
	for cutter.next() {
		at := ais.At{Offset: x.base + cutter.offset, Line: x.line + cutter.number}
		if cutter.long {
			x.tooLong(cutter.line, at)
		} else {
			d.Decode(cutter.line, at, x.judge)
		}
		if x.stopped {
			return nil
		}
	}
	x.done()
	return cutter.err
}

func (x *reader) tooLong(line []byte, at ais.At) {
	x.Reject(ais.Reject{Reason: ais.TooLong, Source: x.config.ID, Offset: at.Offset, Number: at.Line << 8, Bytes: line})
}

// done counts a member that was read to its end.
func (x *reader) done() {
	x.base, x.line = x.base+x.cutter.read(), x.line+x.cutter.number
	x.cutter = nil
}

// look reads a table for the order of its times alone, once.
func (x *reader) look(name string, cutter *lines, rows *table.Decoder) (verdict, error) {
	if v, ok := x.tables[name]; ok {
		return v, nil
	}
	x.in.read.quiet.Store(true)
	defer x.in.read.quiet.Store(false)
	v, last := verdict{ordered: true}, ais.UnixMilli(0)
	for n := 0; cutter.next(); n++ {
		t, ok := rows.When(cutter.line)
		if ok {
			v.ordered = v.ordered && t >= last
			last = t
			if v.low == 0 || t < v.low {
				v.low = t
			}
		}
		if n%4096 == 0 && x.ctx.Err() != nil {
			return v, x.ctx.Err()
		}
	}
	x.tables[name] = v
	return v, cutter.err
}

// sorted decodes the rows of a table in the order of their times.
func (x *reader) sorted(cutter *lines, rows *table.Decoder) error {
	s := table.NewSorter(x.o.SortMemory, x.o.TempDir)
	x.cutter = cutter
	first := x.line
	var err error
	for cutter.next() && err == nil && !x.stopped {
		at := ais.At{Offset: x.base + cutter.offset, Line: x.line + cutter.number}
		if cutter.long {
			x.tooLong(cutter.line, at)
			continue
		}
		t, ok := rows.When(cutter.line)
		err = s.Add(cutter.line, at, t, ok)
		x.stopped = x.stopped || x.ctx.Err() != nil
	}
	x.done()
	if err == nil {
		line := first
		err = s.Each(func(row []byte, at ais.At) error {
			line++
			at.Line = line // numbers of reports grow in the order in which they are delivered
			rows.Decode(row, at, x.judge)
			if x.stopped {
				return io.EOF
			}
			return nil
		})
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, cutter.err, s.Close())
}

// Report puts a report into the batch.
func (x *reader) Report(r *ais.Report) {
	if x.stopped {
		return
	}
	if x.probing {
		x.found, x.stopped = r.Time, true
		return
	}
	x.kept++
	x.now.Report(r)
	if x.now.Full(x.size, batchBytes) {
		x.send()
	}
}

// Reject takes what was refused, by a decoder, the judge or the reader itself.
func (x *reader) Reject(r ais.Reject) {
	if r.Reason == ais.NoTime {
		x.untimed++
	}
	if x.probing {
		return
	}
	x.now.Reject(r)
	if x.now.Full(x.size, batchBytes) {
		x.send()
	}
}

// send hands the batch on and takes an empty one.
func (x *reader) send() {
	b := x.now
	b.lines, b.bytes = int64(x.line), x.base
	if x.cutter != nil {
		b.lines, b.bytes = b.lines+int64(x.cutter.number), b.bytes+x.cutter.read()
	}
	if x.sentences != nil {
		b.counters = x.sentences.Counters()
	}
	if x.probing || x.stopped {
		x.stopped = true
		return
	}
	select {
	case x.out <- b:
	case <-x.ctx.Done():
		x.stopped = true
		return
	}
	if !b.last {
		x.take()
	}
}

// take waits for an empty batch. Its resume is the oldest line that anything in it can rest on: of a message whose
// parts are still coming, of a held report, or else the line at hand.
func (x *reader) take() {
	select {
	case x.now = <-x.free:
	case <-x.ctx.Done():
		x.stopped = true
		x.now = &Batch{}
	}
	x.now.Reset()
	x.now.resume = x.base
	if x.cutter != nil {
		x.now.resume += x.cutter.offset
	}
	if oldest, held := x.judge.Holds(); held {
		x.now.resume = min(x.now.resume, oldest)
	}
	if x.sentences == nil {
		return
	}
	if oldest, ok := x.sentences.Oldest(); ok {
		x.now.resume = min(x.now.resume, oldest)
	}
}

// probe finds the time of the first report that the source will deliver, and zero if there is none: then nothing is
// known, and the source must be read to learn more.
func (x *reader) probe() ais.UnixMilli {
	x.probing, x.now = true, &Batch{}
	for _, path := range x.config.Paths {
		if !x.stopped {
			x.path(path)
		}
	}
	if !x.stopped {
		x.judge.Settle()
	}
	return x.found
}

// Taker takes what Read reads.
type Taker interface {
	ais.Sink
	// Count is told after each stretch how much of the source has been read.
	Count(lines, bytes int64, c ais.Counters)
}

// Read reads the paths of one source, the first to the last, and hands what it finds to the taker: what a replay of this
// source alone would get, in the same order. It returns when all is read or the context ends, with the inputs that could
// not be read.
func Read(ctx context.Context, s SourceConfig, o Options, to Taker) []Problem {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	full, free := make(chan *Batch, batchesOut), make(chan *Batch, batchesOut)
	for range batchesOut {
		free <- &Batch{}
	}
	var paths []string
	var problems []Problem
	for _, path := range s.Paths {
		found, err := expand(path)
		if err != nil {
			problems = append(problems, Problem{Source: s.ID, Path: path, Err: err})
		}
		paths = append(paths, found...)
	}
	s.Paths = paths
	var read atomic.Int64
	x := &reader{ctx: ctx, config: s, o: &o, tables: map[string]verdict{}, out: full, free: free, size: batchReports,
		in: inputs{stdin: o.Stdin, temp: o.TempDir, read: &tally{n: &read}}}
	x.judge = NewJudge(s, o, x)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	work.Go(x.run)
	for {
		select {
		case b := <-full:
			b.drain(to)
			problems = append(problems, b.problems...)
			to.Count(b.lines, b.bytes, b.counters)
			if b.last {
				return problems
			}
			free <- b
		case <-ctx.Done():
			return problems
		}
	}
}

// drain hands all that the batch holds to a sink.
func (b *Batch) drain(to ais.Sink) {
	for {
		switch r, refused := b.Next(); {
		case r != nil:
			to.Report(r)
		case refused != nil:
			to.Reject(*refused)
		default:
			return
		}
	}
}
