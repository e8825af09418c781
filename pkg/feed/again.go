package feed

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"net"
	"strings"
	"time"
)

// The manners of a server that repeats itself: a connection that brings nothing is made anew, after a pause that grows, until
// the server has been away for longer than anybody restarts it.
const (
	againDial    = 10 * time.Second
	againIdle    = 10 * time.Minute
	againFirst   = 100 * time.Millisecond
	againMost    = 5 * time.Second
	againPatient = 10 * time.Minute
)

// errOther is returned when a server says something else than it said before.
var errOther = errors.New("the server does not repeat itself: it sends other bytes than before")

// again reads a TCP server that sends the same bytes from its beginning to whoever connects. When a connection ends it
// makes another and passes over what it has read, which must be the same. The end has come when a connection ends where
// the one before did, but not before the first byte: something in front of a server that is away may take connections.
type again struct {
	ctx     context.Context
	cancel  context.CancelFunc
	address string
	patient time.Duration

	conn net.Conn
	stop func() bool
	at   int64       // bytes read
	sum  hash.Hash32 // of them
	end  bool        // a connection has ended here before
	vain int         // connections in a row that brought nothing
}

// newAgain reads what a path names, tcp://host:port.
func newAgain(ctx context.Context, path string) *again {
	a := &again{address: strings.TrimPrefix(path, "tcp://"), patient: againPatient, sum: castagnoli()}
	a.ctx, a.cancel = context.WithCancel(ctx)
	return a
}

func castagnoli() hash.Hash32 { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// Read reads on where the last connection ended.
func (a *again) Read(p []byte) (int, error) {
	for {
		if a.conn == nil {
			if err := a.connect(); err != nil {
				return 0, err
			}
		}
		n, err := a.conn.Read(p)
		a.at += int64(n)
		a.sum.Write(p[:n])
		if n > 0 {
			a.end, a.vain = false, 0
			return n, nil
		}
		a.hangUp()
		if a.ctx.Err() != nil {
			return 0, context.Cause(a.ctx)
		}
		if errors.Is(err, io.EOF) && a.end && a.at > 0 {
			return 0, io.EOF
		}
		a.end = errors.Is(err, io.EOF)
		if a.vain++; a.vain > 2 {
			a.pause(min(againFirst<<min(a.vain, 10), againMost))
		}
	}
}

func (a *again) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-a.ctx.Done():
	}
}

// connect tries until a connection has brought what was read already.
func (a *again) connect() error {
	began := time.Now()
	for pause := againFirst; ; pause = min(2*pause, againMost) {
		err := a.dial()
		switch {
		case err == nil:
			return nil
		case a.ctx.Err() != nil:
			return context.Cause(a.ctx)
		case errors.Is(err, errOther) || time.Since(began) > a.patient:
			return err
		}
		a.pause(pause)
	}
}

func (a *again) dial() error {
	d := net.Dialer{Timeout: againDial}
	conn, err := d.DialContext(a.ctx, "tcp", a.address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	a.conn, a.stop = &patientConn{conn}, context.AfterFunc(a.ctx, func() { conn.Close() })
	if a.at == 0 {
		return nil
	}
	sum := castagnoli()
	passed, err := io.CopyN(sum, a.conn, a.at)
	switch {
	case err != nil:
		a.hangUp()
		return fmt.Errorf("read again: %d of the %d bytes that came before: %w", passed, a.at, err)
	case sum.Sum32() != a.sum.Sum32():
		a.hangUp()
		return errOther
	}
	return nil
}

// patientConn waits for bytes no longer than the idle time.
type patientConn struct{ net.Conn }

// Read waits for bytes.
func (c *patientConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(againIdle)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (a *again) hangUp() {
	a.stop()
	_ = a.conn.Close() // it was only read
	a.conn = nil
}

// Close ends the connection, also for a read that waits.
func (a *again) Close() error {
	a.cancel()
	return nil
}
