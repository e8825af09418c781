package feed

import (
	"context"
	"io"
)

// aheadBlocks is how many blocks of readSize lie between the goroutine that reads and the one that decodes.
const aheadBlocks = 4

// waiting says whether closing a reader ahead waits for its goroutine.
type waiting uint8

const (
	awaited  waiting = iota
	detached         // its source may block for ever
)

// ahead reads a stream in a goroutine of its own, a few blocks in front of its user.
type ahead struct {
	ctx    context.Context
	cancel context.CancelFunc
	full   chan block
	free   chan []byte
	now    block
	rest   []byte
	wait   waiting
}

// block is some bytes, and the error that came with them.
type block struct {
	b   []byte
	n   int
	err error
}

func newAhead(ctx context.Context, src io.Reader, wait waiting) *ahead {
	ctx, cancel := context.WithCancel(ctx)
	a := &ahead{ctx: ctx, cancel: cancel, full: make(chan block, aheadBlocks), free: make(chan []byte, aheadBlocks), wait: wait}
	for range aheadBlocks {
		a.free <- nil
	}
	go a.run(src)
	return a
}

// run fills blocks until the stream or the context ends. A block is made when it is first needed.
func (a *ahead) run(src io.Reader) {
	defer close(a.full)
	for {
		var b []byte
		select {
		case b = <-a.free:
		case <-a.ctx.Done():
			return
		}
		if b == nil {
			b = make([]byte, readSize/2)
		}
		n, err := src.Read(b)
		for n < len(b) && err == nil && a.wait == awaited {
			var more int
			more, err = src.Read(b[n:])
			n += more
		}
		select {
		case a.full <- block{b, n, err}:
		case <-a.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read hands out what was read ahead.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if a.now.b != nil {
			a.free <- a.now.b
			a.now.b = nil
		}
		select {
		case next, ok := <-a.full:
			if !ok {
				return 0, context.Cause(a.ctx)
			}
			a.now, a.rest = next, next.b[:next.n]
		case <-a.ctx.Done():
			return 0, context.Cause(a.ctx)
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine and waits for it if it can be waited for.
func (a *ahead) Close() error {
	a.cancel()
	if a.wait == awaited {
		for range a.full {
		}
	}
	return nil
}
