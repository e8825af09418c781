package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
)

// sendBuffer is what the system may hold for one TCP client, so that a client that stops reading is found out.
const sendBuffer = 256 << 10

// listenTCP serves lines to whoever connects.
func (s *server) listenTCP(ctx context.Context) error {
	if s.o.TCP == "" {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.o.TCP)
	if err != nil {
		return fmt.Errorf("serve lines: %w", err)
	}
	s.closers = append(s.closers, l)
	s.o.Listening("tcp", l.Addr().String())
	s.work.Go(func() {
		for {
			conn, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				s.greet(conn)
			}
		}
	})
	return nil
}

// greet takes in a TCP client. What it says is read and thrown away: unread bytes would turn an orderly
// close into a reset.
func (s *server) greet(conn net.Conn) {
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetWriteBuffer(sendBuffer) // the system's size will do as well
	}
	c := newClient(s.o.Queue, func() { conn.Close() })
	read := func() { _, _ = io.Copy(io.Discard, conn) }
	if !s.hub.join(c, read, func() { s.pump(conn, c) }) {
		conn.Close()
		return
	}
	s.hub.hears()
}

// pump writes what waits for a TCP client: the remark that all is synthetic first, then lines, joined while more wait.
func (s *server) pump(conn net.Conn, c *client) {
	defer conn.Close()
	defer s.hub.leave(c)
	w := bufio.NewWriterSize(conn, 32<<10)
	_, err := w.Write(s.remark)
	for err == nil {
		if len(c.queue) == 0 {
			if err = w.Flush(); err != nil {
				return
			}
		}
		select {
		case f, more := <-c.queue:
			if !more {
				_ = w.Flush() // the connection ends either way
				return
			}
			_, err = w.Write(f.body)
		case <-c.stop:
			return
		case <-c.gone:
			return
		}
	}
}

// dialUDP prepares datagrams: the remark, then one for each message, with all its sentences.
func (s *server) dialUDP(ctx context.Context) error {
	if s.o.UDP == "" {
		return nil
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", s.o.UDP)
	if err != nil {
		return fmt.Errorf("serve datagrams: %w", err)
	}
	s.udp = conn
	s.o.Listening("udp", "to "+conn.RemoteAddr().String())
	return nil
}

// datagram sends if there is somebody to send to. That nobody listens is no error.
func (s *server) datagram(b []byte) {
	if s.udp == nil || len(b) == 0 {
		return
	}
	if _, err := s.udp.Write(b); err == nil {
		s.stats.Datagrams++
	}
}
