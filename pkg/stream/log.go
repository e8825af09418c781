package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/segmentio/kafka-go"
)

// Record is what is appended to a topic.
type Record struct {
	Key     []byte
	Value   []byte // nil is a tombstone
	Headers []Header
	Acked   func() // unless nil, is called when a lane's record is acknowledged, by the lane's goroutine
}

// Header is a record's header.
type Header struct{ Name, Value string }

func (r Record) size() int {
	n := 80 + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += 8 + len(h.Name) + len(h.Value)
	}
	return n
}

// maxBatch is how many bytes are sent at once, and messageBytes what the topics take: brokers refuse batches above 1 MiB
// unless they are told otherwise. A broker that syncs each batch to its disk, as the embedded one does, is as fast as the
// batches are large.
const (
	maxBatch     = 3 << 20
	messageBytes = 4 << 20
)

// Append appends records to one partition, in their order, and returns once all replicas have them. A batch that is not
// acknowledged is sent again, and so may stand in the log twice, until the context ends; then the error is the context's.
// An error that sending again cannot mend is returned at once.
func (c *Client) Append(ctx context.Context, topic string, partition int, records []Record) error {
	for len(records) > 0 {
		n, size := 0, 0
		for n < len(records) && (n == 0 || size+records[n].size() <= maxBatch) {
			size += records[n].size()
			n++
		}
		if err := c.send(ctx, topic, partition, records[:n]); err != nil {
			return fmt.Errorf("append to %s/%d: %w", topic, partition, err)
		}
		records = records[n:]
	}
	return nil
}

// send sends one batch until it is acknowledged.
func (c *Client) send(ctx context.Context, topic string, partition int, records []Record) error {
	began := time.Now()
	for attempt := 0; ; attempt++ {
		try, cancel := context.WithTimeout(ctx, 30*time.Second)
		answer, err := c.kafka.Produce(try, &kafka.ProduceRequest{
			Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: &batchReader{records: records, record: kafka.Record{Time: time.Now()}}, Compression: kafka.Snappy,
		})
		cancel()
		if err == nil {
			err = answer.Error
		}
		if err == nil {
			if c.o.Produced != nil {
				c.o.Produced(time.Since(began))
			}
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !transient(err) {
			return err
		}
		if err := pause(ctx, backOff(attempt)); err != nil {
			return err
		}
	}
}

// transient tells whether sending again may help: what the network did may, what the broker says only if it says so.
func transient(err error) bool {
	var code kafka.Error
	if errors.As(err, &code) {
		return code.Temporary() || code.Timeout() || code == kafka.UnknownTopicOrPartition || code == kafka.NotLeaderForPartition
	}
	return true
}

// backOff grows to five seconds, and is jittered so that many do not knock at once.
func backOff(attempt int) time.Duration {
	d := min(50*time.Millisecond<<min(attempt, 8), 5*time.Second)
	return d/2 + rand.N(d/2+1)
}

// batchReader gives records to kafka-go's encoder, which is done with each before it asks for the next. Neighbours often have
// the same headers.
type batchReader struct {
	records []Record
	next    int
	record  kafka.Record
	key     payload
	value   payload
	of      []Header // of which record holds the headers
}

// payload are bytes as kafka-go's encoder reads them.
type payload struct{ bytes.Reader }

// Close implements kafka.Bytes.
func (p *payload) Close() error { return nil }

// ReadRecord implements kafka.RecordReader.
func (b *batchReader) ReadRecord() (*kafka.Record, error) {
	if b.next == len(b.records) {
		return nil, io.EOF
	}
	r := b.records[b.next]
	b.next++
	b.key.Reset(r.Key)
	b.record.Key, b.record.Value = &b.key, nil
	if r.Value != nil {
		b.value.Reset(r.Value)
		b.record.Value = &b.value
	}
	if len(r.Headers) != len(b.of) || len(b.of) > 0 && &r.Headers[0] != &b.of[0] {
		b.of, b.record.Headers = r.Headers, make([]kafka.Header, 0, len(r.Headers))
		for _, h := range r.Headers {
			b.record.Headers = append(b.record.Headers, kafka.Header{Key: h.Name, Value: []byte(h.Value)})
		}
	}
	return &b.record, nil
}

// Span returns the offset of the first record that a partition still has, and of the next one that it will have.
func (c *Client) Span(ctx context.Context, topic string, partition int) (first, next int64, err error) {
	for attempt := 0; ; attempt++ {
		answer, err := c.kafka.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
			topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)}}})
		if err == nil && len(answer.Topics[topic]) > 0 {
			p := answer.Topics[topic][0]
			if err = p.Error; err == nil {
				return p.FirstOffset, p.LastOffset, nil
			}
		}
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
		if err != nil && !transient(err) {
			return 0, 0, fmt.Errorf("look at %s/%d: %w", topic, partition, err)
		}
		if err := pause(ctx, backOff(attempt)); err != nil {
			return 0, 0, err
		}
	}
}

// Scan reads a partition from one offset up to another, which it does not include, and hands over each record.
func (c *Client) Scan(ctx context.Context, topic string, partition int, from, to int64, hand func(Read) error) error {
	t := c.Tail(topic, partition, from, false)
	for at := from; at < to; {
		r, err := t.Next(ctx)
		if err != nil {
			return errors.Join(err, t.Close())
		}
		at = r.Offset + 1
		if r.Offset >= to {
			break
		}
		if err := hand(r); err != nil {
			return errors.Join(err, t.Close())
		}
	}
	return t.Close()
}

// Read is a record that was read.
type Read struct {
	Offset  int64
	Time    time.Time // of its arrival in the log
	Behind  int64     // how many records came after it, as far as was known when it was fetched
	Key     []byte
	Value   []byte
	headers []kafka.Header
}

// Headers are the record's.
func (r Read) Headers() []Header {
	var out []Header
	for _, h := range r.headers {
		out = append(out, Header{h.Key, string(h.Value)})
	}
	return out
}

// ErrLostLog is a log that no longer has the records asked for: its retention was shorter than the pause.
var ErrLostLog = errors.New("the log begins later than asked for")

// Tail reads a partition from an offset on, and goes on waiting at its end. It belongs to one goroutine.
type Tail struct {
	c         *Client
	topic     string
	partition int
	next      int64
	dense     bool // no record is ever taken out from between others
	reader    *kafka.Reader
	watch     context.Context // ends when it is time to ask whether the reader is stuck
	stop      context.CancelFunc
	moved     bool // something was read since the watch began
}

// stall is how long nothing may come, although there is something, before the connection is made anew: readers of kafka-go
// stall after restarts of a broker (its issues 387 and 955).
const stall = 30 * time.Second

// Tail opens a partition at an offset. Dense says that offsets have no holes, as in topics that are not compacted: a log
// that begins later than asked for is then ErrLostLog.
func (c *Client) Tail(topic string, partition int, offset int64, dense bool) *Tail {
	return &Tail{c: c, topic: topic, partition: partition, next: offset, dense: dense}
}

// Next waits for the next record. All calls must be made with the same context, or with one that outlives it.
func (t *Tail) Next(ctx context.Context) (Read, error) {
	for attempt := 0; ; attempt++ {
		if t.reader == nil {
			if err := t.open(ctx); err != nil {
				return Read{}, err
			}
		}
		if t.watch == nil {
			t.watch, t.stop = context.WithTimeout(ctx, stall)
			t.moved = false
		}
		m, err := t.reader.FetchMessage(t.watch)
		switch {
		case err == nil && m.Offset < t.next:
			continue
		case err == nil && t.dense && m.Offset > t.next:
			return Read{}, fmt.Errorf("read %s/%d: %w: at %d, not %d", t.topic, t.partition, ErrLostLog, m.Offset, t.next)
		case err == nil:
			t.moved, t.next = true, m.Offset+1
			return Read{Offset: m.Offset, Time: m.Time, Behind: max(0, m.HighWaterMark-m.Offset-1), Key: m.Key, Value: m.Value, headers: m.Headers}, nil
		case ctx.Err() != nil:
			return Read{}, context.Cause(ctx)
		case errors.Is(err, kafka.OffsetOutOfRange):
			return Read{}, fmt.Errorf("read %s/%d at %d: %w", t.topic, t.partition, t.next, err)
		}
		if err := t.again(ctx, attempt, err); err != nil {
			return Read{}, err
		}
	}
}

// again decides what follows a failed wait: while records come, or there are none, it is waited on; any other connection
// is made anew.
func (t *Tail) again(ctx context.Context, attempt int, err error) error {
	t.unwatch()
	if errors.Is(err, context.DeadlineExceeded) {
		if t.moved {
			return nil
		}
		_, next, err := t.c.Span(ctx, t.topic, t.partition)
		if err != nil {
			return err
		}
		if next <= t.next {
			return nil
		}
	}
	if err := t.Close(); err != nil {
		return fmt.Errorf("close %s/%d: %w", t.topic, t.partition, err)
	}
	return pause(ctx, backOff(attempt))
}

func (t *Tail) unwatch() {
	if t.stop != nil {
		t.stop()
	}
	t.watch, t.stop = nil, nil
}

// open connects at the offset that is due. kafka-go would move an offset that lies before the log's start up in silence.
func (t *Tail) open(ctx context.Context) error {
	first, _, err := t.c.Span(ctx, t.topic, t.partition)
	if err != nil {
		return err
	}
	if t.next < first {
		if t.dense {
			return fmt.Errorf("read %s/%d: %w: at %d, not %d", t.topic, t.partition, ErrLostLog, first, t.next)
		}
		t.next = first
	}
	t.reader = kafka.NewReader(kafka.ReaderConfig{
		Brokers: t.c.o.Brokers, Dialer: t.c.dialer, Topic: t.topic, Partition: t.partition, MinBytes: 1, MaxBytes: messageBytes,
		MaxWait: 250 * time.Millisecond, ReadBackoffMin: 5 * time.Millisecond, OffsetOutOfRangeError: true,
	})
	if err := t.reader.SetOffset(t.next); err != nil {
		return fmt.Errorf("read %s/%d at %d: %w", t.topic, t.partition, t.next, err)
	}
	return nil
}

// Close ends the connection.
func (t *Tail) Close() error {
	t.unwatch()
	if t.reader == nil {
		return nil
	}
	r := t.reader
	t.reader = nil
	return r.Close()
}
