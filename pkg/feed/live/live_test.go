package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// epoch is when the tests' clocks begin: 2026-03-01T00:00:00Z.
const epoch = 1_772_323_200

// handClock goes on only when a test says so.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []sleep
}

type sleep struct {
	until time.Time
	wake  chan time.Time
}

func newHandClock() *handClock { return &handClock{now: time.Unix(epoch, 0)} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := sleep{c.now.Add(d), make(chan time.Time, 1)}
	c.sleeps = append(c.sleeps, s)
	return s.wake
}

// advance moves the clock and wakes who is due.
func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	var rest []sleep
	for _, s := range c.sleeps {
		if s.until.After(c.now) {
			rest = append(rest, s)
		} else {
			s.wake <- c.now
		}
	}
	c.sleeps = rest
}

// fix is a position of a ship with a TAG block, seconds after the epoch. Without a station the block has the time only;
// without a time there is no block.
func fix(mmsi uint32, seconds int64, station string) string {
	p := encode.Position{MMSI: mmsi, Longitude: 56 * 600_000, Latitude: 25*600_000 + int(seconds), Second: int(seconds % 60), Speed: 123, Course: 900, Heading: 90, Turn: encode.NoTurn}
	f := encode.Frame{Channel: 'A', Tag: encode.Tag{Station: station, Time: epoch + seconds}}
	return strings.Join(encode.Sentences(p, f), "\r\n") + "\r\n"
}

// untimed is the same without any time.
func untimed(mmsi uint32, seconds int64) string {
	line := fix(mmsi, seconds, "")
	return line[strings.LastIndexByte(line, '\\')+1:]
}

// quick are options for tests: pauses of milliseconds, and nothing held back for longer.
func quick(clock Clock) Options {
	o := Defaults()
	o.Clock, o.Hold, o.Patience, o.Poll = clock, 20*time.Millisecond, 20*time.Millisecond, 5*time.Millisecond
	o.Retry = Pauses{First: 5 * time.Millisecond, Most: 20 * time.Millisecond, Refused: 50 * time.Millisecond}
	o.Service = o.Retry
	return o
}

// open begins a stream. Cleanup ends it and finds goroutines left behind.
func open(t *testing.T, o Options, sources ...feed.SourceConfig) *Live {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l, err := Open(ctx, sources, o)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		left := func() string {
			stacks := make([]byte, 1<<20)
			return string(stacks[:runtime.Stack(stacks, true)])
		}
		eventually(t, "no goroutine is left behind", func() bool { return !strings.Contains(left(), "live.(*source)") })
	})
	return l
}

// next prints the next record: "a 1 00:10 late" or "-- a AB 01:00"; a star behind a state is a source that a simulator makes.
func next(t *testing.T, l *Live) string {
	t.Helper()
	rec, err := l.Next()
	switch {
	case errors.Is(err, io.EOF):
		return "EOF"
	case err != nil:
		t.Fatal(err)
	}
	return printed(rec)
}

func printed(rec feed.Record) string {
	if rec.Report != nil {
		late := ""
		if rec.Report.Late {
			late = " late"
		}
		return fmt.Sprintf("%s %d %s%s", rec.Report.Source, rec.Report.MMSI%1000, minute(rec.Report.Time), late)
	}
	states := ""
	for _, m := range rec.Punctuation.Marks {
		states += string("BAIE"[m.State])
		if m.Synthetic {
			states += "*"
		}
	}
	return fmt.Sprintf("-- %s %s %s", rec.Punctuation.Source, states, minute(rec.Punctuation.Watermark))
}

// minute is a time as minutes and seconds since the epoch.
func minute(u ais.UnixMilli) string {
	s := int64(u)/1000 - epoch
	switch {
	case u == 0:
		return "none"
	case s < 0:
		return "-" + minute(ais.UnixMilli(epoch-s)*1000)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// expect compares the next records.
func expect(t *testing.T, l *Live, want ...string) {
	t.Helper()
	for i, w := range want {
		if got := next(t, l); got != w {
			t.Fatalf("record %d: got %q, want %q; %+v", i+1, got, w, l.Status())
		}
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

// server is a TCP server of the test: each connection is handed out by accept.
func server(t *testing.T, address string) (string, func() net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), func() net.Conn {
		t.Helper()
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

func say(t *testing.T, w io.Writer, lines ...string) {
	t.Helper()
	if _, err := io.WriteString(w, strings.Join(lines, "")); err != nil {
		t.Fatal(err)
	}
}

// TestTCPServerThatRestarts tells the story of one connection after another to the same server.
func TestTCPServerThatRestarts(t *testing.T) {
	clock := newHandClock()
	clock.advance(10 * time.Second)
	o := quick(Wall{})
	o.Clock = mixed{clock}
	var refused []ais.Reject
	o.Feed.Rejected = func(r ais.Reject) { r.Bytes = nil; refused = append(refused, r) }
	address, accept := server(t, "127.0.0.1:0")
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: address})
	expect(t, l, "-- a B none")

	conn := accept()
	say(t, conn, fix(200000001, 5, "st1"), fix(200000001, 5, "st1"), fix(200000001, 5, "st2"), "garbage\r\n", untimed(200000002, 7),
		fix(200000003, 10+5*60+1, "st1"), fix(200000004, 9, "st1"))
	expect(t, l, "a 1 00:05", "-- a A -01:55", "a 1 00:05", "a 2 00:10", "a 4 00:09")
	conn.Close()

	conn = accept()
	clock.advance(4 * time.Minute)
	say(t, conn, fix(200000001, 240, "st1"), fix(200000001, 119, "st1"))
	expect(t, l, "a 1 04:00", "-- a A 02:00", "a 1 01:59 late")
	s := l.Status()[0]
	if len(refused) != 2 || refused[0].Reason != ais.NotNMEA || refused[1].Reason != ais.FutureTime || refused[1].Number != 6<<8 {
		t.Errorf("refused %+v, want the garbage and the sixth line, which lies ahead", refused)
	}
	if s.Reconnects[EOF] != 1 || s.Repeats != 1 || !s.Connected || s.Lines != 9 || s.Kind != feed.TCP {
		t.Errorf("got %+v; want one new connection after the server closed one, one repeat, 9 lines", s)
	}
}

// mixed tells a test's time, but sleeps in real time.
type mixed struct{ *handClock }

func (mixed) After(d time.Duration) <-chan time.Time { return time.After(d) }

// TestSilentSourceHoldsNothingBack: of two sources, one never speaks. It holds the watermark for ten minutes of wall time,
// then it is idle; when it speaks again its old reports are late.
func TestSilentSourceHoldsNothingBack(t *testing.T) {
	clock := newHandClock()
	o := quick(clock)
	o.Hold = time.Nanosecond
	one, accept := server(t, "127.0.0.1:0")
	two, acceptOther := server(t, "127.0.0.1:0")
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: one}, feed.SourceConfig{ID: "b", Kind: feed.TCP, Address: two, Lateness: 6 * time.Minute})
	expect(t, l, "-- a BB none", "-- b BB none")
	conn, other := accept(), acceptOther()
	wake := func() {
		eventually(t, "the judge lets the first report pass", func() bool {
			clock.advance(time.Nanosecond)
			return l.Status()[0].Queued+l.Status()[1].Queued > 0
		})
	}
	say(t, conn, fix(200000001, 0, ""))
	wake()
	expect(t, l, "a 1 00:00", "-- a AB none")
	clock.advance(11 * time.Minute)
	say(t, conn, fix(200000001, 660, ""))
	wake()
	expect(t, l, "a 1 11:00", "-- a AB none")
	clock.advance(time.Minute) // b is silent for 12 minutes: twice its lateness
	expect(t, l, "-- b AI 05:00")
	say(t, other, fix(200000002, 290, ""))
	wake()
	expect(t, l, "b 2 04:50 late", "-- b AA 05:00")
	say(t, conn, fix(200000001, 720, ""))
	expect(t, l, "a 1 12:00", "-- a AA 05:00")
	clock.advance(10 * time.Minute) // a is silent now, and b has two minutes left
	expect(t, l, "-- a IA 05:00")
	clock.advance(2 * time.Minute) // none is alive: the watermark stays
	expect(t, l, "-- b II 05:00")
}
