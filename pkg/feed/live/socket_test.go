package live

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// static are the two sentences of a ship's particulars, without any time.
func static(mmsi uint32, name string) [2]string {
	lines := encode.Sentences(encode.Static{MMSI: mmsi, Name: name}, encode.Frame{Channel: 'A', Sequence: 3})
	return [2]string{lines[0] + "\r\n", lines[1] + "\r\n"}
}

func dial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// TestSendersDoNotMix: two senders take turns, part by part, with the same sequence number. Each is whole, and the address
// stands for the station that no line names.
func TestSendersDoNotMix(t *testing.T) {
	for _, kind := range []feed.Kind{feed.TCPListen, feed.UDP} {
		t.Run(kind.String(), func(t *testing.T) {
			l := open(t, quick(mixed{newHandClock()}), feed.SourceConfig{ID: "a", Kind: kind, Address: "127.0.0.1:0"})
			expect(t, l, "-- a B none")
			network, address := "tcp", ""
			switch bound := l.sources[0].bound.(type) {
			case net.Listener:
				address = bound.Addr().String()
			case net.PacketConn:
				network, address = "udp", bound.LocalAddr().String()
			}
			one, two := dial(t, network, address), dial(t, network, address)
			a, b := static(200000001, "ALPHA"), static(200000002, "BRAVO")
			for i, part := range []struct {
				to   net.Conn
				text string
			}{{one, a[0]}, {two, b[0]}, {one, "UdPbC\x00" + a[1]}, {two, b[1]}} {
				if kind == feed.TCPListen {
					part.text = strings.TrimPrefix(part.text, "UdPbC\x00")
				}
				say(t, part.to, part.text)
				eventually(t, "the line has come", func() bool { return l.Status()[0].Lines == int64(i+1) })
			}
			for _, want := range []string{"ALPHA", "BRAVO"} {
				rec, err := l.Next()
				for rec.Punctuation != nil {
					rec, err = l.Next()
				}
				if err != nil || rec.Report.Name.String() != want || rec.Report.Station.String() != "127.0.0.1" || rec.Report.TimeSource != ais.TimeReceipt {
					t.Fatalf("got %+v, %v; want %s", rec.Report, err, want)
				}
			}
			eventually(t, "both are counted", func() bool { return l.Status()[0].Decoder.Groups == 2 })
			if s := l.Status()[0]; s.Peers != 2 || s.Refused() != 0 {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestListenerBoundsItsPeers(t *testing.T) {
	o := quick(mixed{newHandClock()})
	o.Peers = 1
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCPListen, Address: "127.0.0.1:0"})
	address := l.sources[0].bound.(net.Listener).Addr().String()
	first := dial(t, "tcp", address)
	eventually(t, "one peer", func() bool { return l.Status()[0].Peers == 1 })
	if _, err := dial(t, "tcp", address).Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the second was let in: %v", err)
	}
	first.Close()
	eventually(t, "room again", func() bool { s := l.Status()[0]; return s.Peers == 0 && s.Drops.Peers == 1 && s.Reconnects[EOF] == 1 })
	say(t, dial(t, "tcp", address), fix(200000001, 0, ""))
	expect(t, l, "-- a B none", "a 1 00:00")
}

// TestAddressInUse is told at once, and the sources bound before it let go of theirs.
func TestAddressInUse(t *testing.T) {
	taken, _ := server(t, "127.0.0.1:0")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	_, err = Open(t.Context(), []feed.SourceConfig{{ID: "one", Kind: feed.TCPListen, Address: address}, {ID: "two", Kind: feed.AISCatcher, Address: taken}}, quick(Wall{}))
	if err == nil || !strings.Contains(err.Error(), `source "two"`) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v, want an error that names the source and the reason", err)
	}
	again, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the first is still bound: %v", err)
	}
	again.Close()
}

// TestSilentConnectionIsMadeAnew: the server takes connections and says nothing over the first.
func TestSilentConnectionIsMadeAnew(t *testing.T) {
	address, accept := server(t, "127.0.0.1:0")
	o := quick(mixed{newHandClock()})
	o.Idle = 50 * time.Millisecond
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: address, Key: "login sesame"})
	accept()
	conn := accept()
	login := make([]byte, len("login sesame\r\n"))
	if _, err := io.ReadFull(conn, login); err != nil || string(login) != "login sesame\r\n" {
		t.Errorf("got %q, %v; want the login line", login, err)
	}
	say(t, conn, fix(200000001, 0, ""))
	expect(t, l, "-- a B none", "a 1 00:00")
	if s := l.Status()[0]; s.Reconnects[Silent] == 0 || s.LastError != errSilent.Error() {
		t.Errorf("got %+v, want one connection given up for its silence", s)
	}
}

// TestFloodIsDroppedAndCounted: nobody takes what a socket brings. The queue fills, what comes next is dropped and counted,
// memory is bounded, and the connection holds; when somebody reads again, new reports come through.
func TestFloodIsDroppedAndCounted(t *testing.T) {
	const queue, lines = 100, 5000
	address, accept := server(t, "127.0.0.1:0")
	o := quick(mixed{newHandClock()})
	o.Queue = queue
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: address})
	expect(t, l, "-- a B none")
	conn := accept()
	for i := range lines {
		say(t, conn, fix(uint32(200000000+i%900), int64(i/100), ""))
	}
	eventually(t, "all is heard", func() bool { return l.Status()[0].Lines == lines })
	eventually(t, "the judge is through", func() bool { s := l.Status()[0]; return s.Drops.Queue == lines-queue })
	if s := l.Status()[0]; s.Queued != queue || !s.Connected {
		t.Errorf("got %+v", s)
	}
	reports := 0
	for said := false; ; {
		rec, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if rec.Report == nil {
			continue
		}
		if reports++; reports == queue && !said {
			said = true
			say(t, conn, fix(200000999, 60, ""))
		}
		if rec.Report.MMSI == 200000999 {
			break
		}
	}
	if reports != queue+1 {
		t.Errorf("%d reports, want the first %d and the last", reports, queue)
	}
}

// TestRateIsALimit lets a second's worth pass at once, and then as many as the clock allows.
func TestRateIsALimit(t *testing.T) {
	clock := newHandClock()
	l := open(t, quick(mixed{clock}), feed.SourceConfig{ID: "a", Kind: feed.UDP, Address: "127.0.0.1:0", Rate: 10})
	conn := dial(t, "udp", l.sources[0].bound.(net.PacketConn).LocalAddr().String())
	for i := range 30 {
		if i == 20 {
			clock.advance(500 * time.Millisecond)
		}
		say(t, conn, fix(uint32(200000000+i), 0, ""))
		eventually(t, "the line has come", func() bool { return l.Status()[0].Lines == int64(i+1) })
	}
	eventually(t, "the judge is through", func() bool { return l.Status()[0].Queued == 15 })
	if got := l.Status()[0].Drops; got != (Losses{Rate: 15}) {
		t.Errorf("got %+v, want 15 of 30 lines dropped", got)
	}
}

// TestGarbageIsRefusedNotFatal sends noise of several kinds between good lines. The source goes on; what is not silence
// but garbage does not keep it from being idle.
func TestGarbageIsRefusedNotFatal(t *testing.T) {
	clock := newHandClock()
	o := quick(mixed{clock})
	reasons := map[ais.Reason]int{}
	o.Feed.Rejected = func(r ais.Reject) { reasons[r.Reason]++ }
	address, accept := server(t, "127.0.0.1:0")
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: address})
	expect(t, l, "-- a B none")
	conn := accept()
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(i*7919>>3) | 0x80
	}
	say(t, conn, string(noise), "\r\n", fix(200000001, 1, ""), "{not json}\r\n", `{"class":"VERSION","release":"3.25"}`+"\r\n",
		"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*24\r\n", "!AIVDM,2,2,9,A,88888888880,2*2F\r\n", strings.Repeat("A", 5000), "\r\n", fix(200000002, 2, ""))
	expect(t, l, "a 1 00:01", "-- a A -01:59", "a 2 00:02")
	if reasons[ais.TooLong] < 2 || reasons[ais.BadRow] != 1 || reasons[ais.BadMMSI] != 1 || reasons[ais.BadChecksum] != 2 {
		t.Errorf("got %v", reasons)
	}
}

// BenchmarkHear measures a TCP source from the socket to Next.
func BenchmarkHear(b *testing.B) {
	address := make(chan string, 1)
	var text strings.Builder
	const lines = 100_000
	for i := range lines {
		text.WriteString(fix(uint32(200000000+i%5000), int64(i/5000), "st1"))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	address <- listener.Addr().String()
	var rounds atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			rounds.Add(1)
			_, _ = io.WriteString(conn, text.String()) // the client may have gone
			_, _ = conn.Read(make([]byte, 1))
			conn.Close()
		}
	}()
	where := <-address
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		o := Defaults()
		o.Patience = time.Minute
		ctx, cancel := context.WithCancel(context.Background())
		l, err := Open(ctx, []feed.SourceConfig{{ID: "a", Kind: feed.TCP, Address: where}}, o)
		if err != nil {
			b.Fatal(err)
		}
		for n := 0; n < lines; {
			rec, err := l.Next()
			if err != nil {
				b.Fatal(err)
			}
			if rec.Report != nil {
				n++
			}
		}
		cancel()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "lines/s")
	if rounds.Load() == 0 {
		b.Error(fmt.Errorf("nobody connected"))
	}
}

// TestServerThatIsAwayForAWhile: nobody listens at the address, then somebody does.
func TestServerThatIsAwayForAWhile(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	s := open(t, quick(mixed{newHandClock()}), feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: address})
	eventually(t, "three attempts", func() bool { return s.Status()[0].Reconnects[Failed] >= 3 })
	_, accept := server(t, address)
	say(t, accept(), fix(200000001, 0, ""))
	expect(t, s, "-- a B none", "a 1 00:00")
	if got := s.Status()[0]; !got.Connected || !strings.Contains(got.LastError, "refused") {
		t.Errorf("got %+v", got)
	}
}
