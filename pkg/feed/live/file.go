package live

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// replay reads recordings from their beginning, at the configured speed.
func (s *source) replay(ctx context.Context) {
	s.count(func(t *SourceStatus) { t.Peers = 1 })
	defer s.count(func(t *SourceStatus) { t.Peers = 0 })
	for _, p := range feed.Read(ctx, s.config, s.o.Feed, &player{s: s, ctx: ctx}) {
		if ctx.Err() == nil {
			s.problem(p)
		}
	}
}

// player delivers a recording's reports when they are due.
type player struct {
	s     *source
	ctx   context.Context
	begun time.Time     // when the first report was delivered
	from  ais.UnixMilli // its event time
}

// Report waits until the report is due. What is in the log already was due before.
func (p *player) Report(r *ais.Report) {
	s := p.s
	if r.Number <= s.skip {
		s.mu.Lock()
		s.mu.known = max(s.mu.known, r.Time)
		s.mu.Unlock()
		return
	}
	p.wait(r.Time)
	s.put(r, nil)
}

// Reject hands a reject on, unless it lies before what is in the log.
func (p *player) Reject(r ais.Reject) {
	if r.Number > p.s.skip {
		p.s.put(nil, &r)
	}
}

// Count takes over what the reader has read.
func (p *player) Count(lines, bytes int64, c ais.Counters) {
	p.s.count(func(t *SourceStatus) { t.Lines, t.Bytes, t.Decoder, t.LastContact = lines, bytes, c, p.s.o.Clock.Now() })
}

func (p *player) wait(at ais.UnixMilli) {
	if p.s.config.Speed == 0 {
		return
	}
	now := p.s.o.Clock.Now()
	if p.begun.IsZero() {
		p.begun, p.from = now, at
	}
	due := time.Duration(float64(at.Time().Sub(p.from.Time())) / p.s.config.Speed)
	if ahead := p.begun.Add(due).Sub(now); ahead > time.Millisecond {
		select {
		case <-p.s.o.Clock.After(ahead):
		case <-p.ctx.Done():
		}
	}
}

// pipe hears standard input, or a named pipe, as it comes. Its reader cannot be interrupted while it waits, and ends with
// its next read.
func (s *source) pipe(ctx context.Context) {
	var in io.Reader = os.Stdin
	if path := s.config.Paths[0]; path != "-" {
		f, err := os.Open(path)
		if err != nil {
			s.problem(feed.Problem{Source: s.config.ID, Path: path, Err: err})
			return
		}
		defer f.Close()
		in = f
	} else if s.o.Feed.Stdin != nil {
		in = s.o.Feed.Stdin
	}
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	stop := context.AfterFunc(ctx, func() { r.CloseWithError(context.Cause(ctx)) })
	defer stop()
	s.count(func(t *SourceStatus) { t.Peers = 1 })
	defer s.count(func(t *SourceStatus) { t.Peers = 0 })
	e := s.newEar(ais.Label{})
	defer e.hang()
	if err := e.listen(r); err != nil && ctx.Err() == nil {
		s.problem(feed.Problem{Source: s.config.ID, Path: s.config.Paths[0], Err: err})
	}
}

// follow hears what is written to the end of a file, or what a serial device says.
func (s *source) follow(ctx context.Context) {
	f := &follower{s: s, ctx: ctx, path: s.config.Paths[0], skip: true}
	s.keep(ctx, s.o.Retry, func(ctx context.Context) error {
		e := s.newEar(ais.Label{})
		defer e.hang()
		err := e.listen(f)
		f.close()
		return err
	})
	f.close()
}

// follower reads a file that grows. At its end it looks whether the file was cut, which is read from its beginning, or
// moved away: then what its writer still put at its end is read first, and then the new one.
type follower struct {
	s    *source
	ctx  context.Context
	path string
	skip bool // what the file holds when it is first opened is old
	file *os.File
	stop func() bool // of what closes the file with the context
	at   int64       // bytes read
	end  bool        // the file was moved away
}

// Read waits until there is something to read. Between two files it delivers the end of a line.
func (f *follower) Read(p []byte) (int, error) {
	for f.ctx.Err() == nil {
		if f.file == nil {
			if err := f.open(); err != nil {
				f.s.count(func(t *SourceStatus) { t.LastError = bare(err) })
				f.pause()
				continue
			}
		}
		n, err := f.file.Read(p)
		f.at += int64(n)
		switch {
		case n > 0:
			return n, nil
		case err != nil && !errors.Is(err, io.EOF):
			return 0, err
		case f.end:
			f.close()
			p[0] = '\n'
			return 1, nil
		}
		again, cut := f.look()
		switch {
		case cut:
			p[0] = '\n'
			return 1, nil
		case !again:
			f.pause()
		}
	}
	return 0, io.EOF
}

// open begins with a file, the first at its end. A device is opened so that closing it ends a read.
func (f *follower) open() error {
	file, err := os.OpenFile(f.path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		f.skip = false // a file that is made later is new from its beginning
		return err
	}
	f.file, f.at, f.end = file, 0, false
	if info, err := file.Stat(); err == nil && f.skip && info.Mode().IsRegular() {
		if f.at, err = file.Seek(0, io.SeekEnd); err != nil {
			return err
		}
	}
	f.skip = false
	f.s.count(func(t *SourceStatus) { t.Peers = 1 })
	f.stop = context.AfterFunc(f.ctx, func() { file.Close() })
	return nil
}

// look finds out why a file has ended: again when there may be more at once, cut when it begins anew.
func (f *follower) look() (again, cut bool) {
	mine, err := f.file.Stat()
	if err != nil || !mine.Mode().IsRegular() {
		return false, false
	}
	if mine.Size() < f.at {
		_, err := f.file.Seek(0, io.SeekStart)
		f.at = 0
		return err == nil, err == nil
	}
	if named, err := os.Stat(f.path); err == nil && !os.SameFile(mine, named) {
		f.end = true
	}
	return f.end, false
}

func (f *follower) pause() {
	select {
	case <-f.s.o.Clock.After(f.s.o.Poll):
	case <-f.ctx.Done():
	}
}

func (f *follower) close() {
	if f.file == nil {
		return
	}
	f.stop()
	_ = f.file.Close() // it was only read
	f.file = nil
	f.s.count(func(t *SourceStatus) { t.Peers = 0 })
}
