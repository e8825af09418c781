package serve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/write"
)

// Options say where a world is served, and how fast. An empty address serves nothing.
type Options struct {
	TCP       string        // listens: sentences with TAG blocks
	UDP       string        // sends to: a datagram for each message
	WebSocket string        // listens: aisstream.io's protocol
	Speed     float64       // event time for each second of the clock; zero: as fast as the clients read
	From      time.Duration // what arrives earlier, since the world's start, is not sent
	Clients   int           // how many must listen before the first message is sent
	Queue     int           // messages that may wait for one client
	Patience  time.Duration // how long the whole waits for one client, without a pace and at the end
	Clock     Clock
	Listening func(network, address string) // hears of each address in use
}

// Defaults serve nothing, in real time. Four thousand messages are ten seconds of the world's busiest feed (aisstream.io:
// 300 a second) and some megabytes.
func Defaults(clock Clock) Options {
	return Options{Speed: 1, Queue: 4096, Patience: 5 * time.Second, Clock: clock, Listening: func(string, string) {}}
}

// Stats count what was served.
type Stats struct {
	Messages  int // offered to clients
	Datagrams int
	Clients   int // that ever connected
	Slow      int // of them dropped because they did not read
}

// message is one delivery in the forms that clients take.
type message struct {
	lines    []byte
	envelope *write.Envelope
}

// server is the state of a run.
type server struct {
	o       Options
	hub     *hub
	work    sync.WaitGroup // goroutines that listen
	closers []io.Closer    // their listeners
	udp     net.Conn
	text    bytes.Buffer
	nmea    *write.NMEA
	words   *write.Envelopes
	remark  []byte
	stats   Stats
}

// Run serves a world until it ends or the context does, neither of which is an error. When it returns all
// clients are gone and no goroutine is left.
func Run(ctx context.Context, w *sim.World, o Options) (Stats, error) {
	s := &server{o: o, hub: newHub(), words: write.NewEnvelopes(w)}
	s.nmea = write.NewNMEA(&s.text, w)
	if err := s.nmea.Flush(); err != nil {
		return s.stats, err
	}
	s.remark = bytes.Clone(s.text.Bytes())
	err := errors.Join(s.listenTCP(ctx), s.dialUDP(ctx), s.listenSocket(ctx))
	if err == nil {
		err = s.feed(ctx, w)
	}
	s.finish(ctx, err == nil)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.stats.Clients, s.stats.Slow = s.hub.mu.served, s.hub.mu.slow
	return s.stats, err
}

// feed runs the world.
func (s *server) feed(ctx context.Context, w *sim.World) error {
	for s.hub.ready() < s.o.Clients {
		select {
		case <-s.hub.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.datagram(s.remark)
	p := &pace{clock: s.o.Clock, speed: s.o.Speed, from: s.o.From}
	_, _, err := air.Run(ctx, w, func(d *air.Delivery) error {
		m, err := s.compose(d)
		if err != nil || d.Arrival < s.o.From {
			return err
		}
		if err := p.wait(ctx, d.Arrival); err != nil {
			return err
		}
		s.stats.Messages++
		s.datagram(m.lines)
		for _, c := range s.hub.clients() {
			if f, wanted := c.pick(&m); wanted {
				s.offer(ctx, c, f)
			}
		}
		return nil
	})
	return err
}

// compose puts a delivery into words. Also what is not sent must pass here: an envelope tells the last known place.
func (s *server) compose(d *air.Delivery) (message, error) {
	var m message
	if s.o.WebSocket != "" {
		if e, ok := s.words.Of(d); ok {
			e.JSON = bytes.Clone(e.JSON)
			m.envelope = &e
		}
	}
	if s.o.TCP == "" && s.udp == nil {
		return m, nil
	}
	s.text.Reset()
	err := errors.Join(s.nmea.Deliver(d), s.nmea.Flush())
	m.lines = bytes.Clone(s.text.Bytes())
	return m, err
}

// offer queues a frame. A full queue is waited for only when there is no pace to keep.
func (s *server) offer(ctx context.Context, c *client, f frame) {
	select {
	case c.queue <- f:
		return
	case <-c.gone:
		return
	default:
	}
	if s.o.Speed > 0 {
		s.hub.drop(c)
		return
	}
	select {
	case c.queue <- f:
	case <-c.gone:
	case <-s.o.Clock.After(s.o.Patience):
		s.hub.drop(c)
	case <-ctx.Done():
	}
}

// finish ends all connections: after what still waits for them when the world has come to its end, at once when it was
// cut short. Those that do not let go in time are broken off.
func (s *server) finish(ctx context.Context, whole bool) {
	for _, c := range s.closers {
		_ = c.Close() // it only stops listening
	}
	clients := slices.Clone(s.hub.close())
	for _, c := range clients {
		if whole {
			close(c.queue)
		} else {
			close(c.stop)
		}
	}
	done := make(chan struct{})
	go func() {
		s.hub.work.Wait()
		s.work.Wait()
		close(done)
	}()
	interrupted := ctx.Done()
	if !whole {
		interrupted = nil // it has been: the goodbyes are under way
	}
	select {
	case <-done:
	case <-interrupted:
	case <-s.o.Clock.After(s.o.Patience):
	}
	for _, c := range clients {
		c.hang()
	}
	<-done
	if s.udp != nil {
		_ = s.udp.Close() // nothing waits in it
	}
}
