package ingest

import (
	"cmp"
	"context"
	"fmt"

	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Standing is how far the log is.
type Standing struct {
	ends []end // by partition
}

// end is how far one partition is.
type end struct {
	offset  int64             // of the newest punctuation
	mark    *feed.Punctuation // nil in an empty partition
	numbers map[string]uint64 // highest number of a report behind it, by source
}

// place orders punctuations.
func place(p *feed.Punctuation) (run, number uint64) {
	if p == nil {
		return 0, 0
	}
	return p.Run, p.Number
}

func before(a, b *feed.Punctuation) bool {
	aRun, aNumber := place(a)
	bRun, bNumber := place(b)
	return cmp.Or(cmp.Compare(aRun, bRun), cmp.Compare(aNumber, bNumber)) < 0
}

// Look reads the ends of the reports' partitions.
func Look(ctx context.Context, c *stream.Client) (*Standing, error) {
	s := &Standing{ends: make([]end, c.Partitions())}
	for p := range s.ends {
		var err error
		if s.ends[p], err = look(ctx, c, p); err != nil {
			return nil, fmt.Errorf("look where the log ends: %w", err)
		}
	}
	return s, nil
}

// look reads ever more of a partition's end until there is a punctuation in it.
func look(ctx context.Context, c *stream.Client, partition int) (end, error) {
	first, next, err := c.Span(ctx, stream.ReportsTopic, partition)
	if err != nil {
		return end{}, err
	}
	for back := int64(2048); next > first; back *= 8 {
		from := max(first, next-back)
		e := end{numbers: map[string]uint64{}}
		err := c.Scan(ctx, stream.ReportsTopic, partition, from, next, func(r stream.Read) error {
			e.note(r)
			return nil
		})
		if err != nil || e.mark != nil || from == first {
			return e, err
		}
	}
	return end{}, nil
}

// note takes in a record; one that cannot be read is none.
func (e *end) note(r stream.Read) {
	rec, err := feed.ParseRecord(r.Value)
	switch {
	case err != nil:
	case rec.Report != nil:
		e.numbers[rec.Report.Source] = max(e.numbers[rec.Report.Source], rec.Report.Number)
	case !before(rec.Punctuation, e.mark):
		e.offset, e.mark, e.numbers = r.Offset, rec.Punctuation, map[string]uint64{}
	}
}

// newest is the partition that is ahead of the others.
func (s *Standing) newest() end {
	best := s.ends[0]
	for _, e := range s.ends {
		if before(best.mark, e.mark) {
			best = e
		}
	}
	return best
}

// Resume says where a stream goes on whose sources have this fingerprint.
func (s *Standing) Resume(sources string) feed.Resume {
	r := feed.Resume{Run: 1, Sources: sources, After: s.newest().mark, Numbers: map[string]uint64{}}
	if r.After == nil {
		return r
	}
	for _, m := range r.After.Marks {
		r.Numbers[m.Source] = m.Number
	}
	for _, e := range s.ends {
		if e.mark != nil && e.mark.Run == r.After.Run {
			for source, n := range e.numbers {
				r.Numbers[source] = max(r.Numbers[source], n)
			}
		}
	}
	r.Run = r.After.Run
	if r.After.Sources != sources {
		r.Run++
	}
	return r
}

// mend gives every partition the punctuations that only others have, so that all hold the same.
func (s *Standing) mend(ctx context.Context, c *stream.Client) error {
	ahead := 0
	for p, e := range s.ends {
		if before(s.ends[ahead].mark, e.mark) {
			ahead = p
		}
	}
	for p, e := range s.ends {
		if !before(e.mark, s.ends[ahead].mark) {
			continue
		}
		missing, err := s.since(ctx, c, ahead, e.mark)
		if err != nil {
			return fmt.Errorf("mend the log: %w", err)
		}
		if err := c.Append(ctx, stream.ReportsTopic, p, missing); err != nil {
			return fmt.Errorf("mend the log: %w", err)
		}
		s.ends[p].mark = s.ends[ahead].mark
	}
	return nil
}

// since are the punctuations of a partition behind the given one.
func (s *Standing) since(ctx context.Context, c *stream.Client, partition int, mark *feed.Punctuation) ([]stream.Record, error) {
	first, next, err := c.Span(ctx, stream.ReportsTopic, partition)
	if err != nil {
		return nil, err
	}
	for back := int64(2048); ; back *= 8 {
		from := max(first, s.ends[partition].offset+1-back)
		var missing []stream.Record
		whole := from == first
		err := c.Scan(ctx, stream.ReportsTopic, partition, from, next, func(r stream.Read) error {
			rec, err := feed.ParseRecord(r.Value)
			switch {
			case err != nil || rec.Punctuation == nil:
			case before(mark, rec.Punctuation):
				missing = append(missing, stream.Record{Key: r.Key, Value: r.Value, Headers: r.Headers()})
			default:
				whole = true
			}
			return nil
		})
		if err != nil || whole {
			return missing, err
		}
	}
}
