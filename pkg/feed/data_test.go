package feed

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
)

// sharedData is the folder of recordings beside the checkout; the test is skipped where it is absent.
func sharedData(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("../shared/data is not present: skipping the test on recordings")
	}
	return data
}

// drain reads a stream to its end and copies what it delivers.
func drain(t testing.TB, p *Replay) (reports []*ais.Report, marks []*Punctuation) {
	t.Helper()
	for {
		r, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			return reports, marks
		case err != nil:
			t.Fatal(err)
		case r.Report != nil:
			reports = append(reports, r.Report.Clone())
		default:
			marks = append(marks, r.Punctuation)
		}
	}
}

func open(t testing.TB, sources []SourceConfig, o Options) *Replay {
	t.Helper()
	p, err := Open(context.Background(), sources, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestEveryRecording(t *testing.T) {
	sources, err := Inputs([]string{sharedData(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		s.AssumeStart = ais.UnixMilli(1_500_000_000_000).Time()
		p := open(t, []SourceConfig{s}, Defaults())
		reports, _ := drain(t, p)
		st := p.Stats()[0]
		t.Logf("%-35s lines %6d sent %5d reports %6d late %5d fixes %6d rejects %v first %s last %s %v %d", s.ID, st.Lines, st.Decoder.Sentences, st.Reports, st.Late, st.Fixes, st.Rejects[1:], st.First.Time().Format("2006-01-02T15:04:05"), st.Last.Time().Format("2006-01-02T15:04:05"), p.Problems(), len(reports))
	}
}
