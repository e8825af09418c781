package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/write"
)

// small is a world of a few days.
func small(t testing.TB) *sim.World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// said is one delivery as clients should get it.
type said struct {
	at    time.Duration
	lines string
	words *write.Envelope
}

// script is everything that a server of the world has to say.
func script(t testing.TB, w *sim.World) (remark string, all []said) {
	t.Helper()
	var text bytes.Buffer
	nmea, envelopes := write.NewNMEA(&text, w), write.NewEnvelopes(w)
	take := func() string {
		if err := nmea.Flush(); err != nil {
			t.Fatal(err)
		}
		defer text.Reset()
		return text.String()
	}
	remark = take()
	_, _, err := air.Run(t.Context(), w, func(d *air.Delivery) error {
		s := said{at: d.Arrival}
		if e, ok := envelopes.Of(d); ok {
			e.JSON = bytes.Clone(e.JSON)
			s.words = &e
		}
		if err := nmea.Deliver(d); err != nil {
			return err
		}
		s.lines = take()
		all = append(all, s)
		return nil
	})
	if err != nil || len(all) < 10_000 {
		t.Fatalf("%d deliveries (%v), want over 10,000", len(all), err)
	}
	return remark, all
}

func linesOf(all []said) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.lines)
	}
	return b.String()
}

// running is a server under test.
type running struct {
	t       *testing.T
	clock   *fakeClock
	stop    context.CancelFunc
	stats   Stats
	err     error
	over    chan struct{}
	mu      sync.Mutex
	address map[string]string
}

// start runs a server on loopback and returns when it listens. Cleanup waits for its end and finds goroutines left behind.
func start(t *testing.T, change func(*Options)) *running {
	t.Helper()
	before := runtime.NumGoroutine()
	r := &running{t: t, clock: newFakeClock(), over: make(chan struct{}), address: map[string]string{}}
	o := Defaults(r.clock)
	o.TCP, o.WebSocket = "127.0.0.1:0", "127.0.0.1:0"
	listening := make(chan struct{}, 3)
	o.Listening = func(network, address string) {
		r.mu.Lock()
		r.address[network] = address
		r.mu.Unlock()
		listening <- struct{}{}
	}
	change(&o)
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = cancel
	w := small(t)
	go func() {
		defer close(r.over)
		r.stats, r.err = Run(ctx, w, o)
	}()
	for range 2 {
		<-listening
	}
	t.Cleanup(func() {
		cancel()
		r.wait()
		for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<16)
				t.Fatalf("%d goroutines, %d before the server:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
	return r
}

// wait returns when the server has.
func (r *running) wait() Stats {
	r.t.Helper()
	<-r.over
	if r.err != nil {
		r.t.Error(r.err)
	}
	return r.stats
}

// dial connects over TCP.
func (r *running) dial() *net.TCPConn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address["tcp"])
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn.(*net.TCPConn)
}

func TestEveryClientHearsTheWholeFeed(t *testing.T) {
	remark, all := script(t, small(t))
	r := start(t, func(o *Options) { o.Speed, o.Clients, o.Queue = 0, 3, 16 })
	var readers sync.WaitGroup
	for range 3 {
		conn := r.dial()
		readers.Go(func() {
			got, err := io.ReadAll(conn)
			if err != nil || string(got) != remark+linesOf(all) {
				t.Errorf("got %d bytes (%v), want the %d of the file", len(got), err, len(remark)+len(linesOf(all)))
			}
		})
	}
	readers.Wait()
	if s := r.wait(); s != (Stats{Messages: len(all), Clients: 3}) {
		t.Errorf("got %+v", s)
	}
}

// TestSlowClientIsDropped goes on a little at a time, so that the other client can always follow. The slow one never
// reads; what the system buffers for it is far less than the feed.
func TestSlowClientIsDropped(t *testing.T) {
	const step, speed = 100, 3600
	remark, all := script(t, small(t))
	r := start(t, func(o *Options) { o.Speed, o.Clients, o.Queue = speed, 2, 4*step })
	slow, quick := r.dial(), r.dial()
	if err := slow.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(quick)
	expect(t, in, remark)
	passed := time.Duration(0)
	for from := 0; from < len(all); from += step {
		some := all[from:min(len(all), from+step)]
		r.clock.await(t, 1)
		due := time.Duration(float64(some[len(some)-1].at)/speed) + time.Millisecond
		r.clock.advance(due - passed)
		passed = due
		expect(t, in, linesOf(some))
	}
	if rest, err := io.ReadAll(in); err != nil || len(bytes.Split(rest, []byte("\n"))) > step {
		t.Errorf("%d bytes after the end (%v)", len(rest), err)
	}
	if s := r.wait(); s.Slow != 1 || s.Clients != 2 || s.Messages != len(all) {
		t.Errorf("got %+v, want one slow client of two", s)
	}
}

// expect reads exactly a text, and perhaps a little that came with it.
func expect(t *testing.T, in io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(in, got); err != nil || string(got) != want {
		t.Fatalf("read %.200q (%v), want %.200q", got, err, want)
	}
}

// TestStuckClientDoesNotHoldUpTheEnd has a queue for the whole feed, and nobody who empties it.
func TestStuckClientDoesNotHoldUpTheEnd(t *testing.T) {
	r := start(t, func(o *Options) { o.Speed, o.Clients, o.Queue = 0, 1, 20_000 })
	if err := r.dial().SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	r.clock.await(t, 1)
	r.clock.advance(5 * time.Second)
	if s := r.wait(); s.Messages < 10_000 || s.Slow != 0 {
		t.Errorf("got %+v", s)
	}
}

// TestFullQueue asks what becomes of a client that is behind, with a pace and without.
func TestFullQueue(t *testing.T) {
	cases := []struct {
		name    string
		speed   float64
		advance time.Duration // of the clock while the server waits
		makes   bool          // room in the queue
		slow    int
	}{
		{"with a pace it is dropped at once", 60, 0, false, 1},
		{"without one it is waited for", 0, 0, true, 0},
		{"but not for ever", 0, 5 * time.Second, false, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			clock := newFakeClock()
			s := &server{o: Defaults(clock), hub: newHub()}
			s.o.Speed = c.speed
			hung := 0
			slow := newClient(1, func() { hung++ })
			if !s.hub.join(slow) {
				t.Fatal("the hub is closed")
			}
			slow.queue <- frame{}
			done := make(chan struct{})
			go func() { defer close(done); s.offer(t.Context(), slow, frame{round: 1}) }()
			if c.speed == 0 {
				clock.await(t, 1)
			}
			if c.makes {
				<-slow.queue
			}
			clock.advance(c.advance)
			<-done
			if s.hub.mu.slow != c.slow || hung != c.slow || len(s.hub.clients()) != 1-c.slow {
				t.Errorf("%d slow, %d hung up, %d left", s.hub.mu.slow, hung, len(s.hub.clients()))
			}
		})
	}
}

func TestDatagrams(t *testing.T) {
	const from = 84*time.Hour - 30*time.Minute // of three and a half days: few enough for the system's buffer
	remark, all := script(t, small(t))
	heard, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	r := start(t, func(o *Options) { o.Speed, o.From, o.UDP = 0, from, heard.LocalAddr().String() })
	s := r.wait()
	want := []string{remark}
	for _, m := range all {
		if m.at >= from {
			want = append(want, m.lines)
		}
	}
	if len(want) < 10 || s.Datagrams != len(want) || s.Messages != len(want)-1 {
		t.Fatalf("%+v, want %d datagrams", s, len(want))
	}
	b := make([]byte, 2048)
	for i, text := range want {
		if n, err := heard.Read(b); err != nil || string(b[:n]) != text {
			t.Fatalf("datagram %d: got %q (%v), want %q", i, b[:n], err, text)
		}
	}
}

func TestShutdownSaysGoodbye(t *testing.T) {
	r := start(t, func(o *Options) { o.Speed, o.Clients = 1, 2 })
	conn := r.dial()
	socket := r.subscribe(everything)
	r.clock.await(t, 2) // the watch over the subscription, and the first message, which is not due
	in := bufio.NewReader(conn)
	if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "# SYNTHETIC") {
		t.Errorf("over TCP: %q, %v", line, err)
	}
	r.stop()
	if text, err := io.ReadAll(in); err != nil || strings.Contains(string(text), "AIVDM") {
		t.Errorf("over TCP at the end: %q, %v", text, err)
	}
	if code := socket.closed(); code != "1001" {
		t.Errorf("the websocket closed with %s, want 1001, going away", code)
	}
	if s := r.wait(); s.Clients != 2 || s.Slow != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, kind := range []string{"lines", "envelopes"} {
		o := Defaults(newFakeClock())
		if kind == "lines" {
			o.TCP = taken.Addr().String()
		} else {
			o.WebSocket = taken.Addr().String()
		}
		if _, err := Run(t.Context(), small(t), o); err == nil || !strings.HasPrefix(err.Error(), "serve "+kind) {
			t.Errorf("%s: got %v, want an error", kind, err)
		}
		if _, err := Run(t.Context(), small(t), o); errors.Is(err, context.Canceled) {
			t.Error("an address in use counts as an interrupt")
		}
	}
}
