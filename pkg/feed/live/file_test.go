package live

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/feed"
)

// file writes text into a file of the test's folder and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	store(t, path, text)
	return path
}

func store(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func grow(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	say(t, f, text)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestTailFollows tells a log file's life: old lines, growth in the middle of a line, a cut, moving away, a new file.
func TestTailFollows(t *testing.T) {
	path := file(t, "log", fix(200000001, 1, "old"))
	l := open(t, quick(mixed{newHandClock()}), feed.SourceConfig{ID: "a", Kind: feed.Tail, Paths: []string{path}})
	expect(t, l, "-- a B none")
	eventually(t, "the file is open", func() bool { return l.Status()[0].Connected })
	line := fix(200000002, 2, "")
	grow(t, path, line[:20])
	grow(t, path, line[20:])
	expect(t, l, "a 2 00:02", "-- a A -01:58")
	store(t, path, fix(200000003, 3, "")) // shorter than what was read
	expect(t, l, "a 3 00:03")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	grow(t, path+".1", fix(200000004, 4, "")) // its writer has not yet let go
	grow(t, path, fix(200000005, 5, ""))
	expect(t, l, "a 4 00:04", "a 5 00:05")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	grow(t, path, fix(200000006, 6, ""))
	expect(t, l, "a 6 00:06")
	if s := l.Status()[0]; s.Reconnects != [Causes]int64{} || s.Refused() != 0 {
		t.Errorf("got %+v", s)
	}
}

// TestTailOfAFileToCome reads it from its beginning.
func TestTailOfAFileToCome(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := open(t, quick(mixed{newHandClock()}), feed.SourceConfig{ID: "a", Kind: feed.Tail, Paths: []string{path}})
	eventually(t, "it was looked for", func() bool { return strings.Contains(l.Status()[0].LastError, "no such file") })
	grow(t, path, fix(200000001, 1, ""))
	expect(t, l, "-- a B none", "a 1 00:01")
}

// TestStandardInputEnds: it is heard as it comes, the last line without its end, and ends the stream.
func TestStandardInputEnds(t *testing.T) {
	o := quick(mixed{newHandClock()})
	in, out := io.Pipe()
	o.Feed.Stdin = in
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.Stdin, Paths: []string{"-"}})
	say(t, out, fix(200000001, 1, ""))
	expect(t, l, "-- a B none", "a 1 00:01", "-- a A -01:59")
	say(t, out, strings.TrimSpace(fix(200000002, 2, "")))
	out.Close()
	expect(t, l, "a 2 00:02", "-- a E 00:02", "EOF", "EOF")
}

// TestASimulatorsRemarkGoesWithItsSource: whoever reads the log later must know what was made up.
func TestASimulatorsRemarkGoesWithItsSource(t *testing.T) {
	o := quick(mixed{newHandClock()})
	in, out := io.Pipe()
	o.Feed.Stdin = in
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.Stdin, Paths: []string{"-"}})
	say(t, out, "# SYNTHETIC: no ship of these exists\n", fix(200000001, 1, ""))
	expect(t, l, "-- a B none", "a 1 00:01", "-- a A* -01:59")
	out.Close()
	expect(t, l, "-- a E* 00:01", "EOF")
}

// TestRecordingBesideALiveSource keeps its pace, is never idle, and ends; the live one goes on.
func TestRecordingBesideALiveSource(t *testing.T) {
	clock := newHandClock()
	o := quick(clock)
	path := file(t, "march", fix(200000001, 0, "")+fix(200000001, 60, "")+fix(200000001, 3600, "")+"garbage\n")
	address, accept := server(t, "127.0.0.1:0")
	l := open(t, o, feed.SourceConfig{ID: "a", Paths: []string{path}, Speed: 60}, feed.SourceConfig{ID: "b", Kind: feed.TCP, Address: address})
	accept()
	expect(t, l, "-- a BB none", "-- b BB none", "a 1 00:00", "-- a AB none")
	asleep := func(d time.Duration) func() bool {
		return func() bool {
			clock.mu.Lock()
			defer clock.mu.Unlock()
			return slices.ContainsFunc(clock.sleeps, func(s sleep) bool { return s.until.Equal(clock.now.Add(d)) })
		}
	}
	eventually(t, "a minute of the recording is waited for", asleep(time.Second))
	clock.advance(time.Second)
	expect(t, l, "a 1 01:00", "-- a AB none")
	eventually(t, "an hour of the recording is waited for", asleep(59*time.Second))
	clock.advance(59 * time.Second)
	expect(t, l, "a 1 60:00", "-- a AB none", "-- a EB none")
	clock.advance(10 * time.Minute)
	expect(t, l, "-- b EI none")
	if s := l.Status()[0]; s.Lines != 4 || s.Refused() != 1 || s.State != feed.Ended {
		t.Errorf("got %+v", s)
	}
}

// TestRecordingWaitsForASlowReader: with a queue of ten and nobody reading, it loses nothing.
func TestRecordingWaitsForASlowReader(t *testing.T) {
	var text strings.Builder
	for i := range int64(2000) {
		text.WriteString(fix(uint32(200000000+i%900), i/10, ""))
	}
	o := quick(Wall{})
	o.Queue = 10
	l := open(t, o, feed.SourceConfig{ID: "a", Paths: []string{file(t, "a", text.String())}, Speed: 1e9})
	eventually(t, "the queue is full", func() bool { return l.Status()[0].Queued == 10 })
	n := 0
	for {
		rec, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Report != nil {
			n++
		}
	}
	if s := l.Status()[0]; n != 2000 || s.Drops != (Losses{}) || s.Reports != 2000 {
		t.Errorf("%d reports; %+v", n, s)
	}
}

func TestMissingRecordingIsAProblem(t *testing.T) {
	l := open(t, quick(Wall{}), feed.SourceConfig{ID: "a", Paths: []string{"nowhere.nmea"}, Speed: 1}, feed.SourceConfig{ID: "b", Paths: []string{file(t, "b", fix(200000001, 0, ""))}})
	for {
		if _, err := l.Next(); err != nil {
			break
		}
	}
	if p := l.Problems(); len(p) != 1 || !errors.Is(p[0], os.ErrNotExist) || l.Status()[0].State != feed.Ended || l.Stats()[1].Reports != 1 {
		t.Errorf("got %v; want one problem, and the other source read", p)
	}
}

// TestGoingOnWithALog opens a stream that another has been before: the same run goes on behind the last punctuation, and
// another run begins anew behind the watermark.
func TestGoingOnWithALog(t *testing.T) {
	path := file(t, "march", fix(200000001, 0, "")+fix(200000001, 100, "")+fix(200000001, 130, "")+fix(200000001, 200, ""))
	after := &feed.Punctuation{Source: "a", Run: 3, Number: 41, Watermark: (epoch + 50) * 1000, First: epoch * 1000, Sources: "f", Marks: []feed.SourceMark{
		{Source: "a", State: feed.Alive, High: (epoch + 100) * 1000, Number: 2 << 8, Lateness: 2 * time.Minute},
		{Source: "b", State: feed.Alive, High: (epoch + 170) * 1000, Number: 700<<8 | 1, Lateness: 2 * time.Minute},
		{Source: "c", State: feed.Ended, High: (epoch + 400) * 1000, Number: 9 << 8, Lateness: 2 * time.Minute},
	}}
	resume := feed.Resume{Run: 3, Sources: "f", After: after, Numbers: map[string]uint64{"a": 3 << 8, "b": 702 << 8, "c": 9 << 8}}
	for _, test := range []struct {
		name string
		run  uint64
		want []string
	}{
		{"the same run", 3, []string{"a 1 02:10", "-- a AAE 00:50", "a 1 03:20", "-- a AAE 00:50", "-- a EAE 00:50", "b 2 00:49 late", "b 2 04:00", "-- b EAE 02:00"}},
		{"another run", 4, []string{"-- a BBB 00:50", "-- b BBB 00:50", "-- c BBB 00:50"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := quick(mixed{newHandClock()})
			resume.Run = test.run
			o.Feed.Resume = resume
			address, accept := server(t, "127.0.0.1:0")
			l := open(t, o, feed.SourceConfig{ID: "a", Paths: []string{path}, Speed: 1e9}, feed.SourceConfig{ID: "b", Kind: feed.TCP, Address: address},
				feed.SourceConfig{ID: "c", Paths: []string{"gone"}, Speed: 1})
			conn := accept()
			for i, want := range test.want {
				if want == "b 2 00:49 late" {
					say(t, conn, fix(200000002, 49, ""), fix(200000002, 240, ""))
				}
				rec, err := l.Next()
				if err != nil {
					t.Fatal(err)
				}
				if p := rec.Punctuation; p != nil && (p.Run != test.run || p.Sources != "f" || p.First != epoch*1000) {
					t.Errorf("got %+v", p)
				}
				if r := rec.Report; r != nil && r.Source == "b" && r.Number>>8 < 703 {
					t.Errorf("number %d is not above the log's", r.Number>>8)
				}
				if got := printed(rec); got != want {
					t.Fatalf("record %d: got %q, want %q", i+1, got, want)
				}
			}
		})
	}
	o := quick(Wall{})
	resume.Run = 3
	o.Feed.Resume = resume
	if _, err := Open(t.Context(), []feed.SourceConfig{{ID: "a", Paths: []string{path}, Speed: 1}}, o); err == nil || !strings.Contains(err.Error(), "other sources") {
		t.Errorf("the same run with other sources: got %v", err)
	}
}

// TestWhatWasHeardIsDelivered: the context ends, and what the queue holds still comes.
func TestWhatWasHeardIsDelivered(t *testing.T) {
	address, accept := server(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Open(ctx, []feed.SourceConfig{{ID: "a", Kind: feed.TCP, Address: address}}, quick(mixed{newHandClock()}))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	say(t, accept(), fix(200000001, 0, ""), fix(200000001, 1, ""), fix(200000001, 2, ""))
	eventually(t, "all is heard", func() bool { return l.Status()[0].Queued == 3 })
	cancel()
	expect(t, l, "-- a B none", "a 1 00:00", "-- a A -02:00", "a 1 00:01", "a 1 00:02")
	for range 2 {
		if _, err := l.Next(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	good := []feed.SourceConfig{{ID: "a", Kind: feed.UDP, Address: "127.0.0.1:0"}}
	for _, test := range []struct {
		sources []feed.SourceConfig
		change  func(*Options)
		want    string
	}{
		{nil, func(*Options) {}, "no source"},
		{good, func(o *Options) { o.Clock = nil }, "clock"},
		{good, func(o *Options) { o.Hold = 0 }, "hold 0s"},
		{good, func(o *Options) { o.Queue = 0 }, "queue 0"},
		{good, func(o *Options) { o.Feed.Horizon = 0 }, "feed.horizon"},
		{[]feed.SourceConfig{{ID: "a", Paths: []string{"-", "x"}}}, func(*Options) {}, "one path"},
	} {
		o := Defaults()
		test.change(&o)
		if l, err := Open(t.Context(), test.sources, o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, %v; want an error with %q", l, err, test.want)
		}
	}
}

// TestLabels: counters have names of their own.
func TestLabels(t *testing.T) {
	var names []string
	for c := range Causes {
		names = append(names, Cause(c).String())
	}
	Losses{}.Each(func(reason string, _ int64) { names = append(names, reason) })
	if got := strings.Join(names, " "); got != "eof 429 idle slow error queue rate size peers stale" {
		t.Errorf("got %s", got)
	}
}
