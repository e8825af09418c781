package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/term"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
)

// thorough is how much of a feed is compressed at zstd's best level: a feed that is kept in a repository is smaller than
// this. Of 55 MB of sentences, best makes 10 MB at 27 MB/s, default 12 MB at 190 MB/s.
const thorough = 128 << 20

// packed is a compressed file under way.
type packed struct {
	io.WriteCloser
	out  io.Writer
	left int // bytes until the level changes, negative when it has
}

// pack wraps a file in a compression: zstd, gzip or none.
func pack(kind string, out io.Writer) (io.WriteCloser, error) {
	switch kind {
	case "zstd":
		z, err := zstdWriter(out, zstd.SpeedBestCompression)
		return &packed{WriteCloser: z, out: out, left: thorough}, err
	case "gzip":
		return gzip.NewWriter(out), nil
	}
	return bare{out}, nil
}

// bare is a file that is closed by somebody else.
type bare struct{ io.Writer }

// Close does nothing.
func (bare) Close() error { return nil }

// zstdWriter compresses in the caller's goroutine, so that the bytes never depend on the number of processors.
func zstdWriter(out io.Writer, level zstd.EncoderLevel) (*zstd.Encoder, error) {
	return zstd.NewWriter(out, zstd.WithEncoderLevel(level), zstd.WithEncoderConcurrency(1))
}

// Write compresses. After the first part of a large feed it begins a second frame at a faster level: the two
// make one file by zstd's own rules (RFC 8878, section 3), and no size need be guessed beforehand.
func (p *packed) Write(b []byte) (int, error) {
	if p.left >= 0 {
		if p.left -= len(b); p.left < 0 {
			if err := p.Close(); err != nil {
				return 0, err
			}
			z, err := zstdWriter(p.out, zstd.SpeedDefault)
			if err != nil {
				return 0, err
			}
			p.WriteCloser = z
		}
	}
	return p.WriteCloser.Write(b)
}

// create writes a file whole or not at all.
func create(path string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // nothing is left to remove once it has its name
	if err := errors.Join(fill(f), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// progress is a line on a terminal that tells how far a world has come.
type progress struct {
	out   io.Writer
	world *sim.World
	began time.Time
	drawn time.Time
	heard int
}

// newProgress is nil unless stderr is a terminal.
func newProgress(w *sim.World, stderr io.Writer) *progress {
	f, isFile := stderr.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	now := time.Now()
	return &progress{out: f, world: w, began: now, drawn: now}
}

// step counts a delivery and draws four times a second. The clock is asked now and then only.
func (p *progress) step(d *air.Delivery) {
	if p == nil {
		return
	}
	if p.heard++; p.heard%2048 != 0 {
		return
	}
	now := time.Now()
	if now.Sub(p.drawn) < 250*time.Millisecond {
		return
	}
	p.drawn = now
	fmt.Fprintf(p.out, "\r%s  %3.0f %%  %.1f M messages, %.0f a second\x1b[K", p.world.At(d.Arrival).Format("2006-01-02 15:04"),
		100*d.Arrival.Seconds()/p.world.End().Seconds(), float64(p.heard)/1e6, float64(p.heard)/now.Sub(p.began).Seconds())
}

// end clears the line.
func (p *progress) end() {
	if p != nil {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
