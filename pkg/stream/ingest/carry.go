package ingest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Counts are what was carried so far, readable while it goes on.
type Counts struct {
	Reports, Punctuations, Refused atomic.Int64
	Known                          atomic.Int64 // records that the log had already and that were left out
	Watermark                      atomic.Int64 // of the last punctuation, milliseconds
}

// Carrier carries one stream into the log.
type Carrier struct {
	// Counts may be read from any goroutine.
	Counts Counts
	// Report and Refused, unless nil, hear of every record that is carried, before it is.
	Report  func(*ais.Report)
	Refused func(ais.Reject)

	client     *stream.Client
	log        *Standing
	run        feed.Resume
	repeatable bool
	reports    []*stream.Lane // by partition
	feeds      *stream.Lane
	dead       *stream.Lane
	arenas     [][]byte // by partition: where the records' bytes go
	headers    map[string][]stream.Header
	trace      stream.Header
	position   uint64            // number of the last punctuation that a replay delivered
	waiting    *feed.Punctuation // the last of a live stream that is not written
	due        time.Time         // when it may be
	err        error             // of a dead letter
}

// drain is how long what was read may take to be acknowledged once the context has ended.
const drain = 15 * time.Second

// Carry carries a stream into the log until it ends or the context does; what was read until then is acknowledged when it
// returns. Open is called once the log is in order, with where to go on and with who hears of refused lines. Repeatable
// says that the stream gives the same records each time.
func (c *Carrier) Carry(ctx context.Context, client *stream.Client, fingerprint string, repeatable bool,
	open func(feed.Resume, func(ais.Reject)) (feed.Stream, error)) (err error) {
	log, err := Look(ctx, client)
	if err != nil {
		return err
	}
	c.client, c.log, c.run, c.repeatable = client, log, log.Resume(fingerprint), repeatable
	if !repeatable || !c.goesOn() {
		if err := log.mend(ctx, client); err != nil {
			return err
		}
	}
	// What is on its way may arrive after the context has ended, for a while.
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		time.AfterFunc(drain, func() { cancel(fmt.Errorf("not acknowledged within %v of the stop", drain)) })
	})()
	c.lanes(work)
	defer c.close()
	s, err := open(c.run, c.refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for {
		rec, err := s.Next() // after the context has ended a live stream still gives what it had heard
		switch {
		case errors.Is(err, io.EOF) || err != nil && ctx.Err() != nil:
			return c.settle()
		case err != nil:
			return errors.Join(fmt.Errorf("read feed: %w", err), c.settle())
		}
		if err := c.take(rec); err != nil {
			return fmt.Errorf("carry: %w", err)
		}
	}
}

// goesOn tells whether the stream's run is the one that the log ends with.
func (c *Carrier) goesOn() bool { return c.run.After != nil && c.run.After.Run == c.run.Run }

func (c *Carrier) lanes(ctx context.Context) {
	for p := range c.client.Partitions() {
		c.reports = append(c.reports, c.client.Lane(ctx, stream.ReportsTopic, p))
	}
	c.feeds, c.dead = c.client.Lane(ctx, stream.FeedsTopic, 0), c.client.Lane(ctx, stream.DeadLettersTopic, 0)
	c.arenas = make([][]byte, len(c.reports))
	c.headers = map[string][]stream.Header{}
	c.retrace()
}

func (c *Carrier) close() {
	for _, l := range c.reports {
		l.Close()
	}
	c.feeds.Close()
	c.dead.Close()
}

// settle waits until the reports, and the rest, are acknowledged.
func (c *Carrier) settle() error {
	if err := c.release(true); err != nil {
		return fmt.Errorf("write reports: %w", err)
	}
	for _, l := range c.reports {
		if err := l.Settle(); err != nil {
			return fmt.Errorf("write reports: %w", err)
		}
	}
	if err := errors.Join(c.err, c.feeds.Settle(), c.dead.Settle()); err != nil {
		return fmt.Errorf("write feeds and dead letters: %w", err)
	}
	return nil
}

// take carries one record.
func (c *Carrier) take(rec feed.Record) error {
	if rec.Report != nil {
		if err := c.release(false); err != nil {
			return err
		}
		ship := key(rec.Report.MMSI)
		p := c.client.PartitionOf(ship)
		if c.known(p) {
			c.Counts.Known.Add(1)
			return nil
		}
		c.Counts.Reports.Add(1)
		if c.Report != nil {
			c.Report(rec.Report)
		}
		return c.put(p, ship, rec, c.about(rec.Report.Source))
	}
	return c.punctuate(rec)
}

// known tells whether a partition has what the stream is delivering: a replay of the same run gives the same records, of
// which it has all those before its newest punctuation.
func (c *Carrier) known(partition int) bool {
	mark := c.log.ends[partition].mark
	return c.repeatable && c.goesOn() && mark != nil && mark.Run == c.run.Run && c.position < mark.Number
}

// punctuate writes a punctuation to every partition that does not have it. In a live stream, whose records do not come
// again, all partitions have what lies before a punctuation before one of them has it. That takes two rounds to the broker,
// so that punctuations that come fast wait for one another, and only the last of them is written: it says all that those
// before it did.
func (c *Carrier) punctuate(rec feed.Record) error {
	if c.repeatable {
		c.position = rec.Punctuation.Number
		return c.mark(rec)
	}
	c.waiting = rec.Punctuation
	return c.release(false)
}

// release writes the punctuation that waits, if it is time.
func (c *Carrier) release(now bool) error {
	if c.waiting == nil {
		return nil
	}
	began := time.Now()
	if !now && began.Before(c.due) {
		return nil
	}
	if err := c.barrier(); err != nil {
		return err
	}
	err := errors.Join(c.mark(feed.Record{Punctuation: c.waiting}), c.barrier())
	c.waiting, c.due = nil, time.Now().Add(10*time.Since(began))
	return err
}

// mark writes a punctuation to the partitions, and a copy for monitors.
func (c *Carrier) mark(rec feed.Record) error {
	c.retrace()
	source, news := rec.Punctuation.Source, false
	for p := range c.reports {
		if c.had(p, rec.Punctuation) {
			continue
		}
		news = true
		if err := c.put(p, []byte(source), rec, c.about(source)); err != nil {
			return err
		}
	}
	if !news {
		c.Counts.Known.Add(1)
		return nil
	}
	c.Counts.Punctuations.Add(1)
	c.Counts.Watermark.Store(int64(rec.Punctuation.Watermark))
	value, err := feed.AppendRecord(nil, rec)
	if err != nil {
		return err
	}
	return c.feeds.Put(stream.Record{Key: []byte(source), Value: value, Headers: c.about(source)})
}

// had tells whether a partition has a punctuation.
func (c *Carrier) had(partition int, p *feed.Punctuation) bool {
	return c.repeatable && c.goesOn() && !before(c.log.ends[partition].mark, p)
}

func (c *Carrier) barrier() error {
	for _, l := range c.reports {
		if err := l.Settle(); err != nil {
			return err
		}
	}
	return nil
}

// arenaSize is how many bytes of records are allocated at a time.
const arenaSize = 64 << 10

// put writes a record behind what a partition is given already.
func (c *Carrier) put(partition int, key []byte, rec feed.Record, headers []stream.Header) error {
	arena := c.arenas[partition]
	if cap(arena)-len(arena) < 1<<10 {
		arena = make([]byte, 0, arenaSize)
	}
	start := len(arena)
	arena, err := feed.AppendRecord(arena, rec)
	if err != nil {
		return err
	}
	c.arenas[partition] = arena
	return c.reports[partition].Put(stream.Record{Key: key, Value: arena[start:len(arena):len(arena)], Headers: headers})
}

// refuse writes a dead letter: the bytes as they came, with reason and place. A replay of a run that every partition is
// through with has written it already.
func (c *Carrier) refuse(r ais.Reject) {
	for p := range c.reports {
		if !c.known(p) {
			c.Counts.Refused.Add(1)
			if c.Refused != nil {
				c.Refused(r)
			}
			headers := append(c.about(r.Source)[:1:1], stream.Header{Name: "reason", Value: r.Reason.String()},
				stream.Header{Name: "offset", Value: strconv.FormatInt(r.Offset, 10)}, stream.Header{Name: "number", Value: strconv.FormatUint(r.Number, 10)})
			c.err = errors.Join(c.err, c.dead.Put(stream.Record{Key: []byte(r.Source), Value: append([]byte{}, r.Bytes...), Headers: headers}))
			return
		}
	}
}

// about are the headers of a source's records.
func (c *Carrier) about(source string) []stream.Header {
	h, ok := c.headers[source]
	if !ok {
		h = []stream.Header{{Name: "source", Value: source}, {Name: "schema", Value: "darkwake.report/v1"}, c.trace}
		c.headers[source] = h
	}
	return h
}

// retrace begins a new trace (W3C trace context), of what lies between two punctuations.
func (c *Carrier) retrace() {
	var id [24]byte
	rand.Read(id[:])
	c.trace = stream.Header{Name: "traceparent", Value: "00-" + hex.EncodeToString(id[:16]) + "-" + hex.EncodeToString(id[16:]) + "-00"}
	clear(c.headers)
}

// key is the nine digits of an MMSI.
func key(m ais.MMSI) []byte {
	k := []byte("000000000")
	for i, n := len(k)-1, uint32(m); n > 0 && i >= 0; i, n = i-1, n/10 {
		k[i] = '0' + byte(n%10)
	}
	return k
}
