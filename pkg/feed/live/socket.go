package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// errSilent is returned when a connection was silent for too long.
var errSilent = errors.New("nothing came for too long")

// idle is the configured time or the default.
func (s *source) idle(standard time.Duration) time.Duration {
	if s.config.Idle > 0 {
		return s.config.Idle
	}
	return standard
}

// dialLines hears a server of lines.
func (s *source) dialLines(ctx context.Context) {
	s.keep(ctx, s.o.Retry, func(ctx context.Context) error {
		d := net.Dialer{Timeout: s.o.Dial, KeepAlive: 30 * time.Second}
		conn, err := d.DialContext(ctx, "tcp", s.config.Address)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		if s.config.Key != "" {
			if _, err := conn.Write([]byte(s.config.Key.Reveal() + "\r\n")); err != nil {
				return errors.Join(fmt.Errorf("send key: %w", err), conn.Close())
			}
		}
		return s.converse(ctx, conn, ais.Label{})
	})
}

// converse hears a connection to its end, and closes it.
func (s *source) converse(ctx context.Context, conn net.Conn, station ais.Label) error {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	s.count(func(t *SourceStatus) { t.Peers++ })
	defer s.count(func(t *SourceStatus) { t.Peers-- })
	e := s.newEar(station)
	defer e.hang()
	return e.listen(&watched{conn, s.idle(s.o.Idle)})
}

// watched ends a connection that is silent for too long.
type watched struct {
	net.Conn
	idle time.Duration
}

// Read waits for bytes no longer than the idle time.
func (w *watched) Read(p []byte) (int, error) {
	if err := w.SetReadDeadline(time.Now().Add(w.idle)); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(p)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		err = errSilent
	}
	return n, err
}

// listenLines hears whoever connects.
func (s *source) listenLines(ctx context.Context) (func(context.Context), error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.config.Address)
	if err != nil {
		return nil, err
	}
	s.bound = l
	return func(ctx context.Context) {
		stop := context.AfterFunc(ctx, func() { l.Close() })
		defer stop()
		var work sync.WaitGroup
		defer work.Wait()
		for {
			conn, err := l.Accept()
			switch {
			case err != nil && ctx.Err() != nil:
				return
			case err != nil: // no descriptors are left, or the peer is gone again
				s.rest(ctx, err)
			case s.crowded():
				conn.Close()
			default:
				work.Go(func() { s.receive(ctx, conn) })
			}
		}
	}, nil
}

// rest lets an error of a listener pass before it is asked again.
func (s *source) rest(ctx context.Context, err error) {
	s.count(func(t *SourceStatus) { t.LastError = bare(err) })
	select {
	case <-s.o.Clock.After(s.o.Retry.First):
	case <-ctx.Done():
	}
}

// crowded tells whether no more senders are let in, and counts the one that is not.
func (s *source) crowded() (full bool) {
	s.count(func(t *SourceStatus) {
		if full = t.Peers >= s.o.Peers; full {
			t.Drops.Peers++
		}
	})
	return full
}

// receive hears one sender. Where its lines name no station, its address stands for one, without the port, which changes.
func (s *source) receive(ctx context.Context, conn net.Conn) {
	err := s.converse(ctx, conn, stationOf(conn.RemoteAddr()))
	if ctx.Err() != nil {
		return
	}
	cause := s.cause(err)
	s.count(func(t *SourceStatus) { t.Reconnects[cause]++ })
}

func stationOf(a net.Addr) ais.Label {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		host = a.String()
	}
	return ais.LabelFrom(host)
}

// datagramBuffer is what the system is asked to keep of datagrams that nobody has read yet.
const datagramBuffer = 4 << 20

// listenDatagrams hears whoever sends, or a multicast group.
func (s *source) listenDatagrams(ctx context.Context) (func(context.Context), error) {
	address, err := net.ResolveUDPAddr("udp", s.config.Address)
	if err != nil {
		return nil, err
	}
	listen := net.ListenUDP
	if address.IP.IsMulticast() {
		listen = func(network string, a *net.UDPAddr) (*net.UDPConn, error) {
			return net.ListenMulticastUDP(network, nil, a)
		}
	}
	conn, err := listen("udp", address)
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(datagramBuffer) // the system's size will do as well
	s.bound = conn
	return func(ctx context.Context) {
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		defer stop()
		s.datagrams(ctx, conn)
	}, nil
}

// datagrams hears until the context ends.
func (s *source) datagrams(ctx context.Context, conn *net.UDPConn) {
	all := s.newSenders()
	defer all.hang()
	b := make([]byte, 64<<10)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.rest(ctx, err)
			continue
		}
		e := all.of(from.String(), ais.LabelFrom(from.Addr().Unmap().String()))
		e.contact(n)
		e.datagram(b[:n])
	}
}

// datagram takes in the lines of a datagram. IEC 61162-450 has a word in front of them that ends with a NUL.
func (e *ear) datagram(b []byte) {
	if i := bytes.IndexByte(b, 0); i == 5 && bytes.HasPrefix(b, []byte("UdPbC")) {
		b = b[i+1:]
	}
	feed.CutBytes(b, e.s.o.Feed, func(line []byte, long bool) { e.hear(line, long, 0) })
	e.tally()
}

// mostSenders bounds the senders whose parts of messages are kept apart; the one that was silent longest goes first.
const mostSenders = 256

// senders are the ears of a source that hears many without connections.
type senders struct {
	s    *source
	ears map[string]*ear
}

func (s *source) newSenders() *senders { return &senders{s, map[string]*ear{}} }

// of is the ear of a sender.
func (a *senders) of(name string, station ais.Label) *ear {
	e := a.ears[name]
	if e == nil {
		if len(a.ears) >= mostSenders {
			a.dropOldest()
		}
		e = a.s.newEar(station)
		a.ears[name] = e
		a.peers()
	}
	e.used = a.s.o.Clock.Now()
	return e
}

func (a *senders) dropOldest() {
	oldest := ""
	for name, e := range a.ears {
		if oldest == "" || e.used.Before(a.ears[oldest].used) {
			oldest = name
		}
	}
	a.ears[oldest].hang()
	delete(a.ears, oldest)
}

func (a *senders) peers() { a.s.count(func(t *SourceStatus) { t.Peers = len(a.ears) }) }

func (a *senders) hang() {
	for _, e := range a.ears {
		e.hang()
	}
	clear(a.ears)
	a.peers()
}
