package stage

import (
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// TestPartitionsOfDifferentLengthBeginTogether gives two stages A the same stream, of which one has lost more, and asks that
// they take the same walks, none before the origin.
func TestPartitionsOfDifferentLengthBeginTogether(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var stream []feed.Record
	for minute := range 60 {
		at := ais.UnixMilli(start.Add(time.Duration(minute) * time.Minute).UnixMilli())
		r := &ais.Report{Source: "s", Number: uint64(minute + 1), MMSI: 200000001, Message: 1, Time: at}
		p := &feed.Punctuation{Source: "s", Run: 1, Number: uint64(minute + 1), First: ais.UnixMilli(start.UnixMilli()), Watermark: at,
			Marks: []feed.SourceMark{{Source: "s", State: feed.Alive, High: at, Number: r.Number}}}
		stream = append(stream, feed.Record{Report: r}, feed.Record{Punctuation: p})
	}
	walks := func(from int, skipTo origin) (walks []pipeline.Walk) {
		s, err := pipeline.NewStageA(pipeline.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		a := &workerA{stage: s, skipTo: skipTo}
		for _, rec := range stream[from:] {
			if p := rec.Punctuation; p != nil {
				c := *p
				rec.Punctuation = &c
			}
			if !a.skips(rec) {
				s.Take(t.Context(), rec, func(f pipeline.Found) { walks = append(walks, f.Walk) })
			}
		}
		return walks
	}
	at := origin{Run: 1, Number: 21}
	long, short := walks(7, at), walks(41, at)
	same := slices.EqualFunc(long, short, func(x, y pipeline.Walk) bool { return x.From.Equal(y.From) && x.To.Equal(y.To) })
	if !same || len(long) == 0 {
		t.Fatalf("%v and %v", long, short)
	}
	if first := long[0].From; first.Before(start.Add(20 * time.Minute)) {
		t.Errorf("walks begin at %v, before the origin", first)
	}
	if whole := walks(0, origin{}); !whole[0].From.Equal(start) {
		t.Errorf("a log that is whole begins at %v", whole[0].From)
	}
}
