package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/stream"
)

const partitions = 3

// start is when the reports begin, in milliseconds.
var start = ais.UnixMilli(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMilli())

func broker(t *testing.T) *stream.Client {
	t.Helper()
	e, err := stream.Embed(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	c, err := stream.Dial(t.Context(), stream.Options{Brokers: []string{e.Addr()}, Partitions: partitions, Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// minutes is a stream of five reports and a punctuation for each minute, of a run.
type minutes struct {
	resume feed.Resume
	next   int // record
	end    int // minutes
	fail   int // the record at which the stream breaks; never if zero
}

var errBroken = errors.New("broken")

// Next implements feed.Stream.
func (m *minutes) Next() (feed.Record, error) {
	minute, n := m.next/6, m.next%6
	switch {
	case minute == m.end:
		return feed.Record{}, io.EOF
	case m.fail > 0 && m.next == m.fail:
		return feed.Record{}, errBroken
	}
	m.next++
	at, number := start+ais.UnixMilli(minute*60_000), uint64(minute*5+n+1)
	if n < 5 {
		return feed.Record{Report: &ais.Report{Source: "s", Number: number, MMSI: ais.MMSI(200000001 + 7*number), Message: 1, Time: at}}, nil
	}
	return feed.Record{Punctuation: &feed.Punctuation{Source: "s", Run: m.resume.Run, Sources: m.resume.Sources, Number: uint64(minute + 1), Watermark: at,
		First: start, Marks: []feed.SourceMark{{Source: "s", State: feed.Alive, High: at, Number: number - 1}}}}, nil
}

// Close implements feed.Stream.
func (m *minutes) Close() error { return nil }

// carry carries a stream and returns what it was told to go on with.
func carry(t *testing.T, c *stream.Client, sources string, repeatable bool, m *minutes) (*Carrier, error) {
	t.Helper()
	carrier := &Carrier{}
	return carrier, carrier.Carry(t.Context(), c, sources, repeatable, func(r feed.Resume, _ func(ais.Reject)) (feed.Stream, error) {
		m.resume = r
		return m, nil
	})
}

// held lists the records of each partition, in words.
func held(t *testing.T, c *stream.Client) [][]string {
	t.Helper()
	out := make([][]string, partitions)
	for p := range out {
		first, next, err := c.Span(t.Context(), stream.ReportsTopic, p)
		if err != nil {
			t.Fatal(err)
		}
		err = c.Scan(t.Context(), stream.ReportsTopic, p, first, next, func(r stream.Read) error {
			rec, err := feed.ParseRecord(r.Value)
			if err != nil {
				return err
			}
			if rec.Report != nil {
				out[p] = append(out[p], fmt.Sprint("report ", rec.Report.Number))
			} else {
				out[p] = append(out[p], fmt.Sprint("mark ", rec.Punctuation.Run, " ", rec.Punctuation.Number))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// once drops what comes again, as readers do.
func once(partitions [][]string) [][]string {
	out := make([][]string, len(partitions))
	for p, records := range partitions {
		for _, r := range records {
			if !slices.Contains(out[p], r) {
				out[p] = append(out[p], r)
			}
		}
	}
	return out
}

func TestTheSameSourcesAgainWriteNothing(t *testing.T) {
	c := broker(t)
	if _, err := carry(t, c, "x", true, &minutes{end: 40}); err != nil {
		t.Fatal(err)
	}
	before := held(t, c)
	again, err := carry(t, c, "x", true, &minutes{end: 40})
	if err != nil {
		t.Fatal(err)
	}
	if after := held(t, c); fmt.Sprint(after) != fmt.Sprint(before) || again.Counts.Reports.Load() != 0 || again.Counts.Known.Load() != 240 {
		t.Errorf("the log changed: %d reports carried, %d known\n%v\n%v", again.Counts.Reports.Load(), again.Counts.Known.Load(), before, after)
	}
}

func TestARunThatWasCutOffGoesOn(t *testing.T) {
	whole := broker(t)
	if _, err := carry(t, whole, "x", true, &minutes{end: 40}); err != nil {
		t.Fatal(err)
	}
	want := held(t, whole)
	c := broker(t)
	for _, fail := range []int{3, 50, 51, 53, 120, 0} {
		if _, err := carry(t, c, "x", true, &minutes{end: 40, fail: fail}); fail > 0 && !errors.Is(err, errBroken) || fail == 0 && err != nil {
			t.Fatal(err)
		}
	}
	if got := once(held(t, c)); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

func TestOtherSourcesBeginANewRun(t *testing.T) {
	c := broker(t)
	for _, sources := range []string{"x", "y"} {
		if _, err := carry(t, c, sources, true, &minutes{end: 10}); err != nil {
			t.Fatal(err)
		}
	}
	for p, records := range held(t, c) {
		first := slices.Index(records, "mark 2 1")
		if last := slices.Index(records, "mark 1 10"); last < 0 || first < last {
			t.Errorf("partition %d: the second run begins at %d, the first ends at %d", p, first, last)
		}
	}
}

// TestPartitionsAreMended begins where an ingest died while it wrote punctuations to one partition after the other.
func TestPartitionsAreMended(t *testing.T) {
	c := broker(t)
	if _, err := carry(t, c, "x", false, &minutes{end: 10}); err != nil {
		t.Fatal(err)
	}
	for number := range uint64(3) {
		value, err := feed.AppendRecord(nil, feed.Record{Punctuation: &feed.Punctuation{Source: "s", Run: 1, Sources: "x", Number: 11 + number}})
		if err != nil {
			t.Fatal(err)
		}
		for p := range int(3 - number) { // three to the first, one to the last
			if err := c.Append(t.Context(), stream.ReportsTopic, p, []stream.Record{{Value: value}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	m := &minutes{end: 0}
	if _, err := carry(t, c, "x", false, m); err != nil {
		t.Fatal(err)
	}
	for p, records := range held(t, c) {
		if tail := records[len(records)-3:]; !slices.Equal(tail, []string{"mark 1 11", "mark 1 12", "mark 1 13"}) {
			t.Errorf("partition %d ends with %v", p, tail)
		}
	}
	if m.resume.Run != 1 || m.resume.After.Number != 13 {
		t.Errorf("goes on with %+v", m.resume)
	}
}

// TestMarksOfALiveStreamStandBehindTheirReports asks that every partition has the same marks, the last one included, and none
// before a report that it covers.
func TestMarksOfALiveStreamStandBehindTheirReports(t *testing.T) {
	c := broker(t)
	carrier, err := carry(t, c, "x", false, &minutes{end: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if n := carrier.Counts.Punctuations.Load(); n == 0 || n == 2000 {
		t.Errorf("%d marks for 2000 minutes that passed in an instant: fewer expected", n)
	}
	var first []string
	for p, records := range held(t, c) {
		var marks []string
		covered := uint64(0)
		for _, r := range records {
			var run, n uint64
			if _, err := fmt.Sscanf(r, "report %d", &n); err == nil {
				if n <= covered {
					t.Fatalf("partition %d: %s behind a mark of minute %d", p, r, covered/5)
				}
				continue
			}
			if _, err := fmt.Sscanf(r, "mark %d %d", &run, &n); err != nil {
				t.Fatal(err)
			}
			covered = 5 * n
			marks = append(marks, r)
		}
		if first == nil {
			first = marks
		}
		if !slices.Equal(marks, first) || marks[len(marks)-1] != "mark 1 2000" {
			t.Errorf("partition %d has %d marks up to %s, the first %d", p, len(marks), marks[len(marks)-1], len(first))
		}
	}
}

func TestAStopWaitsForWhatWasRead(t *testing.T) {
	c := broker(t)
	ctx, cancel := context.WithCancel(t.Context())
	m := &minutes{end: 100}
	carrier := &Carrier{Report: func(r *ais.Report) {
		if r.Number == 200 {
			cancel()
		}
	}}
	err := carrier.Carry(ctx, c, "x", false, func(r feed.Resume, _ func(ais.Reject)) (feed.Stream, error) { return m, nil })
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, records := range held(t, c) {
		for _, r := range records {
			if r[0] == 'r' {
				n++
			}
		}
	}
	if n != int(carrier.Counts.Reports.Load()) || n < 200 {
		t.Errorf("%d reports in the log of %d that were carried", n, carrier.Counts.Reports.Load())
	}
}
