package faults

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/stream"
)

// station is a server of lines that breaks off now and then.
type station struct {
	net.Listener
	lines []string
	again bool // every connection gets all lines from the first on
	mutex sync.Mutex
	rng   *rand.Rand
	next  int           // of the lines, where they do not come again
	done  chan struct{} // closed when the last line was sent
	calls int
}

// serve serves lines on a free port until the test ends.
func (w *world) station(lines []string, again bool) *station {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	s := &station{Listener: l, lines: lines, again: again, rng: rand.New(rand.NewPCG(3, 4)), done: make(chan struct{})}
	w.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.talk(c)
		}
	}()
	return s
}

// talk sends lines to one who called: in floods, with pauses, until he hangs up, the lines end, or the station's mood does.
func (s *station) talk(c net.Conn) {
	defer c.Close()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls++
	if s.again {
		s.next = 0
	}
	for s.next < len(s.lines) {
		n := min(len(s.lines), s.next+1+s.rng.IntN(4000))
		if _, err := fmt.Fprint(c, strings.Join(s.lines[s.next:n], "\n"), "\n"); err != nil {
			return
		}
		s.next = n
		switch mood := s.rng.IntN(20); {
		case mood == 0 && s.calls < 12:
			return
		case mood < 4:
			time.Sleep(time.Duration(s.rng.IntN(300)) * time.Millisecond)
		}
	}
	select {
	case <-s.done:
	default:
		close(s.done)
	}
	if !s.again { // stay on the line: who is hung up on calls again
		buf := make([]byte, 1)
		_, _ = c.Read(buf)
	}
}

// TestServerThatBeginsAnew reads a server that sends its recording from the start to whoever connects, and breaks off.
func TestServerThatBeginsAnew(t *testing.T) {
	w := newWorld(t)
	recording := lines(t, firstLook, 60_000)
	server := w.station(recording, true)
	file := w.write("recording.nmea", strings.Join(recording, "\n")+"\n")
	w.replay("--feeds", w.write("replay.yaml", fmt.Sprintf("sources:\n  - id: shore\n    path: %s\n", file)))
	s := w.serve("--feeds", w.write("feeds.yaml", fmt.Sprintf("sources:\n  - id: shore\n    kind: tcp\n    address: %s\n    repeatable: true\n", server.Addr())))
	s.killing(1, time.Second, append(s.a, s.ingest)...)
	s.finish()
	t.Logf("%d connections", server.calls)
}

// TestLiveServerThatStallsFloodsAndSendsGarbage reads a server that says everything once only. What reached the log is what
// counts: a replay of it gives the same bytes.
func TestLiveServerThatStallsFloodsAndSendsGarbage(t *testing.T) {
	w := newWorld(t)
	feed := lines(t, firstLook, 60_000)
	for i := range feed {
		if i%300 == 0 {
			feed[i] = strings.Repeat("garbage\x00\xff", 1+i%200)
		}
	}
	server := w.station(feed, false)
	s := w.serve("--feeds", w.write("feeds.yaml", fmt.Sprintf("sources:\n  - id: shore\n    kind: tcp\n    address: %s\n", server.Addr())))
	s.killing(1, time.Second, append(append(s.a, s.b...), s.ingest)...)
	select {
	case <-server.done:
	case <-s.ctx.Done():
		t.Fatal("the server was not heard to its end")
	}
	c := w.client()
	w.settled(s, c, stream.ReportsTopic, 4)
	s.ingest.Stop(syscall.SIGTERM)
	w.settled(s, c, stream.FactsTopic, 1)
	for _, p := range append(s.a, s.b...) {
		p.Stop(syscall.SIGTERM)
	}
	dump := filepath.Join(w.Dir, "dump")
	if out, err := exec.Command(filepath.Join(w.bin, "ingest"), "dump", dump, "--brokers", w.broker.Addr()).CombinedOutput(); err != nil {
		t.Fatalf("dump: %v\n%s", err, out)
	} else {
		t.Logf("%d connections, %s", server.calls, out)
	}
	w.replay(dump)
	w.same()
	s.tell()
}

// settled waits until nothing has come to a topic for some seconds.
func (w *world) settled(s *service, c *stream.Client, topic string, partitions int) {
	w.t.Helper()
	last, since := int64(-1), time.Now()
	for time.Since(since) < 4*time.Second {
		sum := int64(0)
		for p := range partitions {
			_, next, err := c.Span(s.ctx, topic, p)
			if err != nil {
				w.t.Fatal(err)
			}
			sum += next
		}
		if sum != last {
			last, since = sum, time.Now()
		}
		time.Sleep(100 * time.Millisecond)
	}
}
