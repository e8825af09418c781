package pipeline

import (
	"io"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/export/life"
	"github.com/darkwake/darkwake/pkg/feed"
)

// File is one of the files that a run leaves behind.
type File struct {
	Name  string
	Write func(io.Writer) error
}

// The names of the file of events and of the configuration that they were found with.
const (
	EventsFile = "events.jsonl"
	ConfigFile = "config.yaml"
)

// Files are what a run leaves behind once it has ended; vintages.csv is written while it runs.
func (r *Result) Files(s export.Summary) []File {
	return []File{
		{ConfigFile, r.Config.Write},
		{EventsFile, func(w io.Writer) error { return export.Events(w, r.Events) }},
		{"lots.json", func(w io.Writer) error { return life.JSON(w, r.Lots, r.Last) }},
		{"journal.jsonl", func(w io.Writer) error { return lots.WriteJournal(w, r.Journal) }},
		{"daily.csv", func(w io.Writer) error { return export.Days(w, slices.Concat(r.Estimate.Days, r.Estimate.Others)) }},
		{"daily.json", func(w io.Writer) error { return export.Estimate(w, r.Estimate, r.Beside) }},
		{"accounts.jsonl", func(w io.Writer) error {
			return export.Accounts(w, slices.Concat(r.Estimate.Days, r.Estimate.Others))
		}},
		{"revisions.csv", func(w io.Writer) error { return export.Revisions(w, r.Revised) }},
		{"halts.json", func(w io.Writer) error { return export.Halts(w, r.Beside.Barometer) }},
		{"coverage.csv", func(w io.Writer) error { return export.CoverageDays(w, r.HeardDays) }},
		{"coverage.geojson", func(w io.Writer) error { return export.CoverageMap(w, r.Reach) }},
		{"summary.json", func(w io.Writer) error { return export.WriteSummary(w, s) }},
	}
}

// Summary puts together what a feed read and what the engine found. The software's name, hashes of the inputs and
// timings are the caller's to add: the engine knows no files and no clock.
func (r *Result) Summary(sources []feed.SourceStats, problems []feed.Problem) export.Summary {
	s := export.Summary{
		Config: r.Config.Hash, Synthetic: r.Synthetic, First: instant(r.First), Last: instant(r.Last),
		Late: r.Counts.Late, Ships: r.Ships, Rejected: rejected(r.Refused), Facts: r.Facts,
		Events: map[string]int64{}, Versions: r.Versions, Waiting: r.Pending, BelowCut: r.Below, Health: r.Health, Reception: r.Heard,
	}
	for _, st := range sources {
		in := export.Input{
			Source: st.Source, Bytes: st.Bytes, Lines: st.Lines, Sentences: int64(st.Decoder.Sentences), Reports: st.Reports,
			Rejected: rejected(st.Rejects), First: instant(st.First.Time()), Last: instant(st.Last.Time()),
		}
		s.Lines, s.Sentences, s.Reports = s.Lines+in.Lines, s.Sentences+in.Sentences, s.Reports+in.Reports
		for reason, n := range in.Rejected {
			s.Rejected[reason] += n
		}
		s.Synthetic = s.Synthetic || st.Decoder.Synthetic > 0
		s.Inputs = append(s.Inputs, in)
	}
	s.Gates = export.Balance(r.Events)
	for _, e := range r.Events {
		if e.Status == event.Retracted {
			s.Retracted++
		} else {
			s.Events[string(e.Kind)]++
		}
	}
	for _, p := range problems {
		s.Problems = append(s.Problems, p.Error())
	}
	return s
}

func rejected(n [ais.Reasons]int64) map[string]int64 {
	by := map[string]int64{}
	for reason, count := range n {
		if count > 0 {
			by[ais.Reason(reason).String()] = count
		}
	}
	return by
}

// instant is nil for a time that was never set.
func instant(t time.Time) *time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return nil
	}
	return &t
}
