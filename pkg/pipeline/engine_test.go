package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
)

// firstLook is the bundled synthetic feed: a month with lifts, transfers and the lawful world.
const firstLook = "../../testdata/feeds/first-look.nmea.zst"

// fewDraws is the engine's configuration with an estimate of 200 draws: how many there are decides half of the time of a
// test, and nothing of what is tested here.
func fewDraws() Config {
	c := Defaults()
	c.Estimate.Draws = 200
	return c
}

// TestShardsGiveTheSameBytes runs the bundled feed with 1 and 8 shards.
func TestShardsGiveTheSameBytes(t *testing.T) {
	want := ""
	for _, shards := range []int{1, 8} {
		got := replayFiles(t, shards, firstLook)
		if want == "" {
			want = got
			for _, kind := range []event.Kind{event.Gap, event.Rendezvous, event.PortCall, event.Lift, event.DraughtChange, event.Transit} {
				if !strings.Contains(got, fmt.Sprintf(`"kind":%q`, kind)) {
					t.Errorf("the bundled feed has no %s: the comparison would say nothing about it", kind)
				}
			}
		}
		if got != want {
			t.Errorf("%d shards: %s", shards, firstDifference(got, want))
		}
	}
}

// TestInterleavingGivesTheSameBytes reads one world through two station files and delivers their records in random
// turns: long stretches of one, then of the other. The watermark waits for both, so that nothing is late.
func TestInterleavingGivesTheSameBytes(t *testing.T) {
	stations := twoStations(t)
	want := ""
	for seed := range uint64(4) {
		got := run(t, 1+int(seed), interleave(t, stations, seed))
		if want == "" {
			want = got
			if strings.Count(got, "\n") < 20 {
				t.Fatalf("got %d lines of output: too few to compare", strings.Count(got, "\n"))
			}
		}
		if got != want {
			t.Errorf("seed %d: %s", seed, firstDifference(got, want))
		}
	}
	// Read as two files and merged by event time, as replay does it, they must say the same.
	if got := replayFiles(t, 2, stations...); got != want {
		t.Errorf("merged by time: %s", firstDifference(got, want))
	}
}

func TestEmptyStream(t *testing.T) {
	e, err := New(Defaults(), 3, Listener{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(t.Context(), &records{})
	if err != nil || len(r.Events) != 0 || len(r.Estimate.Days) != 0 {
		t.Errorf("got %d events, %d days, error %v, want nothing", len(r.Events), len(r.Estimate.Days), err)
	}
}

func TestRunEndsEarly(t *testing.T) {
	broken := errors.New("cable cut")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name string
		ctx  context.Context
		end  error
		want error
	}{
		{"stream breaks", t.Context(), broken, broken},
		{"context ends", cancelled, nil, context.Canceled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, err := New(Defaults(), 2, Listener{})
			if err != nil {
				t.Fatal(err)
			}
			s := &records{end: tc.end}
			for i := range 1000 {
				s.add(&ais.Report{Kind: ais.Position, MMSI: 620999001, Time: ais.UnixMilli(1_740_000_000_000 + i*60_000), Has: ais.HasPosition})
			}
			if _, err := e.Run(tc.ctx, s); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// TestStopsInAHole cancels while a hole of two thousand years is walked, which would take minutes.
func TestStopsInAHole(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, err := New(Defaults(), 1, Listener{Vintage: func([]estimate.Row) { cancel() }})
	if err != nil {
		t.Fatal(err)
	}
	s := &records{}
	for _, year := range []int{2020, 4020} {
		at := ais.Milli(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		s.add(&ais.Report{Kind: ais.Position, MMSI: 620999001, Time: at, Has: ais.HasPosition, Source: "wild clock"})
	}
	if _, err := e.Run(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestNewRefuses(t *testing.T) {
	c := Defaults()
	c.Gap.Publish = 0
	broken := Defaults()
	broken.Gazetteer = []byte("name,kind\nnowhere,port\n")
	for _, tc := range []struct {
		name   string
		config Config
		shards int
		want   string
	}{
		{"no shard", Defaults(), 0, "0 shards"},
		{"parameter out of range", c, 1, "gap.publish"},
		{"broken gazetteer", broken, 1, "gazetteer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := New(tc.config, tc.shards, Listener{}); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error that names %q", err, tc.want)
			}
		})
	}
}

func TestShardsAreEven(t *testing.T) {
	var n [8]int
	for m := range ais.MMSI(80_000) {
		n[shardOf(620_000_000+m, len(n))]++
	}
	for i, count := range n {
		if count < 9_000 || count > 11_000 {
			t.Errorf("shard %d got %d of 80,000 numbers in a row, want about 10,000", i, count)
		}
	}
}

// lateness covers the delayed satellites of the small world: nothing is late.
const lateness = 6 * time.Hour

// inputs makes a source of each file, with the test's lateness.
func inputs(t testing.TB, paths ...string) []feed.SourceConfig {
	t.Helper()
	sources, err := feed.Inputs(paths)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sources {
		sources[i].Lateness = lateness
	}
	return sources
}

// replayFiles runs files through the engine as detect replay does and returns all it would write.
func replayFiles(t testing.TB, shards int, paths ...string) string {
	t.Helper()
	s, err := feed.Open(t.Context(), inputs(t, paths...), feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return run(t, shards, s)
}

func run(t testing.TB, shards int, s feed.Stream) string {
	t.Helper()
	var out bytes.Buffer
	e, err := New(fewDraws(), shards, listener(t, &out))
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	leave(t, &out, r)
	return out.String()
}

// listener writes every version of every event and every vintage.
func listener(t testing.TB, out io.Writer) Listener {
	return Listener{Event: func(e event.Event) {
		if err := export.Event(out, e); err != nil {
			t.Error(err)
		}
	}, Vintage: func(rows []estimate.Row) {
		if err := export.Days(out, rows); err != nil {
			t.Error(err)
		}
	}}
}

// leave writes what a run leaves behind.
func leave(t testing.TB, out io.Writer, r *Result) {
	t.Helper()
	err := errors.Join(export.Events(out, r.Events), export.Days(out, r.Estimate.Days), export.Estimate(out, r.Estimate, r.Beside),
		export.Revisions(out, r.Revised))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(out, "facts", r.Facts, "refused", r.Refused, "ships", r.Ships, "health", r.Health, "reports", r.Counts.Reports, "late", r.Counts.Late, "ticks", r.Counts.Ticks)
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n := 0
			for n < min(len(a[i]), len(b[i])) && a[i][n] == b[i][n] {
				n++
			}
			n = max(0, n-80)
			return fmt.Sprintf("line %d (%.60s…) differs from byte %d on:\n got …%.300s\nwant …%.300s", i+1, a[i], n, a[i][n:], b[i][n:])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(a), len(b))
}

// twoStations writes the feed of a small world as two files: what the first half of its stations heard, and the rest.
func twoStations(t *testing.T) []string {
	t.Helper()
	s, err := scenario.Open("../../internal/sim/testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	world, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	nmea := write.NewNMEA(&all, world)
	if _, _, err := air.Run(t.Context(), world, nmea.Deliver); err != nil {
		t.Fatal(err)
	}
	if err := nmea.Flush(); err != nil {
		t.Fatal(err)
	}
	var files [2]bytes.Buffer
	of, next := map[string]int{}, 0 // a station's file; the lines of a group without a station follow the last
	last := 0
	for line := range strings.Lines(all.String()) {
		if _, rest, ok := strings.Cut(line, "s:"); ok && strings.HasPrefix(line, `\`) {
			station, _, _ := strings.Cut(rest, ",")
			if _, known := of[station]; !known {
				of[station] = next % 2
				next++
			}
			last = of[station]
		}
		files[last].WriteString(line)
	}
	dir := t.TempDir()
	var paths []string
	for i := range files {
		if files[i].Len() < 10_000 {
			t.Fatalf("station file %d has %d bytes: too few to compare", i, files[i].Len())
		}
		path := filepath.Join(dir, fmt.Sprintf("station-%d.nmea", i))
		if err := os.WriteFile(path, files[i].Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// interleave reads each file alone and delivers their records in turns of random length.
func interleave(t *testing.T, paths []string, seed uint64) *records {
	t.Helper()
	queues := make([][]*ais.Report, len(paths))
	for i, path := range paths {
		s, err := feed.Open(t.Context(), inputs(t, path), feed.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		for {
			rec, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if rec.Report != nil {
				if rec.Report.Late {
					t.Fatalf("%s: a report is late: the contract compared here speaks of feeds where none is", path)
				}
				queues[i] = append(queues[i], rec.Report.Clone())
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	out := &records{}
	rng := rand.New(rand.NewPCG(seed, 1))
	for len(queues[0])+len(queues[1]) > 0 {
		i := rng.IntN(2)
		n := min(1+rng.IntN(400), len(queues[i]))
		for _, r := range queues[i][:n] {
			out.add(r)
		}
		queues[i] = queues[i][n:]
		out.punctuate(map[string]bool{paths[0]: len(queues[0]) == 0, paths[1]: len(queues[1]) == 0})
	}
	return out
}

// records is a stream held in memory, with the watermark of DESIGN.md section 3.
type records struct {
	all   []feed.Record
	marks []feed.SourceMark
	end   error
}

func (s *records) add(r *ais.Report) {
	s.all = append(s.all, feed.Record{Report: r})
	for i := range s.marks {
		if s.marks[i].Source == r.Source {
			s.marks[i].High = max(s.marks[i].High, r.Time)
			return
		}
	}
	s.marks = append(s.marks, feed.SourceMark{Source: r.Source, State: feed.Alive, High: r.Time})
}

// punctuate adds a punctuation: no watermark until both sources have spoken, then the lowest mark of those not ended.
func (s *records) punctuate(ended map[string]bool) {
	if len(s.marks) < len(ended) {
		return
	}
	watermark, high := ais.UnixMilli(0), ais.UnixMilli(0)
	marks := append([]feed.SourceMark(nil), s.marks...)
	for i := range marks {
		high = max(high, marks[i].High)
		for path, over := range ended {
			if over && filepath.Base(path) == marks[i].Source {
				marks[i].State = feed.Ended
			}
		}
		if low := marks[i].High - ais.UnixMilli(lateness/time.Millisecond); marks[i].State != feed.Ended && (watermark == 0 || low < watermark) {
			watermark = low
		}
	}
	if watermark == 0 {
		watermark = high
	}
	s.all = append(s.all, feed.Record{Punctuation: &feed.Punctuation{Watermark: watermark, Marks: marks}})
}

func (s *records) Next() (feed.Record, error) {
	if len(s.all) == 0 {
		if s.end != nil {
			return feed.Record{}, s.end
		}
		return feed.Record{}, io.EOF
	}
	rec := s.all[0]
	s.all = s.all[1:]
	return rec, nil
}

func (s *records) Close() error { return nil }
