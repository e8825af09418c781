package reality

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/feed"
)

// sharedData is the folder of recordings beside the checkout.
func sharedData(t *testing.T) string {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "..", "shared", "data")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/data is not present: skipping the measurement of the real recordings")
	}
	return folder
}

// TestRecordedTableIsWhatTheRecordingsSay measures them again.
func TestRecordedTableIsWhatTheRecordingsSay(t *testing.T) {
	folder := sharedData(t)
	var feeds []*Figures
	for _, r := range Recordings() {
		f, err := MeasureRecording(t.Context(), folder, r)
		if err != nil {
			t.Fatal(err)
		}
		feeds = append(feeds, f)
	}
	var table bytes.Buffer
	if err := WriteTable(&table, feeds); err != nil {
		t.Fatal(err)
	}
	if table.String() != recordedTable {
		t.Error("recorded.csv is out of date: run `make recorded`")
	}
}

func TestTableKeepsFigures(t *testing.T) {
	feeds, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	if len(feeds) != len(Recordings()) {
		t.Errorf("%d recordings in the table, want %d", len(feeds), len(Recordings()))
	}
	var table bytes.Buffer
	if err := WriteTable(&table, feeds); err != nil {
		t.Fatal(err)
	}
	if table.String() != recordedTable {
		t.Error("reading and writing the table changes it")
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add(recordedTable[:2000])
	f.Add("recording,figure,n,value\na,histogram:sog,3,1:2 5:1\na,sog.median,3,2.5\n")
	f.Add("recording,figure,n,value\na,histogram:sog,3,-1:2\n")
	f.Fuzz(func(t *testing.T, text string) {
		feeds, err := ReadTable(strings.NewReader(text))
		if err != nil {
			return
		}
		if err := WriteTable(io.Discard, feeds); err != nil {
			t.Error(err)
		}
	})
}

func TestHistogram(t *testing.T) {
	h := newHistogram("interval.under_14", ladderOf("interval.under_14"))
	for _, v := range []float64{-1, 0.2, 3, 10, 10, 10, 20, 1e9} {
		h.add(v)
	}
	cases := []struct{ q, want float64 }{{0.1, 0}, {0.25, 0}, {0.3, 3}, {0.5, 10}, {0.75, 10}, {0.8, 20}}
	for _, c := range cases {
		if got := h.Quantile(c.q); got != c.want {
			t.Errorf("quantile %.2f: got %g, want %g", c.q, got, c.want)
		}
	}
	if h.N() != 8 || h.Above(9.5) != 5 || h.Above(100) != 1 {
		t.Errorf("got n = %d, %d above 9.5, %d above 100", h.N(), h.Above(9.5), h.Above(100))
	}
}

func TestBitStringsBecomeSentences(t *testing.T) {
	var bits strings.Builder
	for range 424 / 8 {
		bits.WriteString("00010100") // a message 5 of sorts: the first six bits are 000101
	}
	var out bytes.Buffer
	if err := bitStrings(&out, strings.NewReader(bits.String()+"\n"+bits.String()[:168]+"\n")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(out.String())
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "!AIVDM,2,1,0,A,") || !strings.Contains(lines[1], ",2*") || !strings.HasPrefix(lines[2], "!AIVDM,1,1,,A,") {
		t.Fatalf("got %q", lines)
	}
	for _, line := range lines {
		if text, sum, _ := strings.Cut(line[1:], "*"); len(sum) != 2 || encode.Checksum(text) == 0 && sum != "00" {
			t.Errorf("%q has no checksum", line)
		}
	}
	if err := bitStrings(&out, strings.NewReader("0012\n")); err == nil {
		t.Error("a 2 is taken for a bit")
	}
}

func TestUnreadableFeedIsAnError(t *testing.T) {
	sources := []feed.SourceConfig{{ID: "x", Paths: []string{filepath.Join(t.TempDir(), "none.nmea")}}}
	if _, err := Measure(t.Context(), "x", sources, feed.Defaults()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func TestMeasureStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := MeasureScenario(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}
