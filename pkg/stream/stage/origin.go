package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/stream"
)

// origin is where an engine begins: at the beginning of the log, or, when old reports are gone from it, at the first
// punctuation that all partitions still have. All stages A must begin at the same one, so that they take the same walks;
// stage B, of which there is one, declares it.
type origin struct {
	Run    uint64 `json:"run"`
	Number uint64 `json:"number"`
}

// findOrigin looks at the beginnings of the partitions.
func findOrigin(ctx context.Context, c *stream.Client) (origin, error) {
	latest := origin{}
	for p := range c.Partitions() {
		first, next, err := c.Span(ctx, stream.ReportsTopic, p)
		if err != nil {
			return origin{}, err
		}
		if first == 0 {
			continue
		}
		o, err := firstMark(ctx, c, p, first, next)
		if err != nil {
			return origin{}, fmt.Errorf("find where to begin: %w", err)
		}
		if cmp.Or(cmp.Compare(o.Run, latest.Run), cmp.Compare(o.Number, latest.Number)) > 0 {
			latest = o
		}
	}
	return latest, nil
}

// firstMark is the first punctuation of a partition.
func firstMark(ctx context.Context, c *stream.Client, partition int, first, next int64) (o origin, err error) {
	t := c.Tail(stream.ReportsTopic, partition, first, false)
	defer t.Close()
	for at := first; at < next; {
		r, err := t.Next(ctx)
		if err != nil {
			return o, err
		}
		at = r.Offset + 1
		if rec, err := feed.ParseRecord(r.Value); err == nil && rec.Punctuation != nil {
			return origin{rec.Punctuation.Run, rec.Punctuation.Number}, nil
		}
	}
	return o, nil
}

// declare says where the engine begins.
func (b *workerB) declare(ctx context.Context) error {
	o, err := findOrigin(ctx, b.o.Client)
	if err != nil {
		return err
	}
	value, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return b.o.Client.DeclareOrigin(ctx, b.engine, value)
}

// begin finds the first record for a stage A without a checkpoint: the whole partition, or its part from the origin on.
func (a *workerA) begin(ctx context.Context) error {
	value, err := a.o.Client.Origin(ctx, a.partition, a.engine)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(value, &a.skipTo); err != nil {
		return fmt.Errorf("read origin %q: %w", value, err)
	}
	a.next, _, err = a.o.Client.Span(ctx, stream.ReportsTopic, a.partition)
	return err
}

// skips tells whether a record lies before the origin. At the origin time begins: what the punctuation says of earlier days
// is of no use to an engine that has not seen them.
func (a *workerA) skips(rec feed.Record) bool {
	if a.skipTo == (origin{}) {
		return false
	}
	if p := rec.Punctuation; p != nil && cmp.Or(cmp.Compare(p.Run, a.skipTo.Run), cmp.Compare(p.Number, a.skipTo.Number)) >= 0 {
		a.skipTo, p.First = origin{}, p.Watermark
		return false
	}
	return true
}
