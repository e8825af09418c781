package feed

import (
	"errors"
	"io"
	"runtime"
	"strconv"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
)

// endless is a source of generated traffic that never lies in memory as a whole. It allocates nothing while it is read.
type endless struct {
	sentences  [500]string
	left, line int
	rest       []byte
}

func newEndless(lines int) *endless {
	e := &endless{left: lines, rest: make([]byte, 0, 1<<20)}
	for i := range e.sentences {
		e.sentences[i] = positionSentence(200000000+int64(i), 56, 25, int64(i%60))
	}
	return e
}

// Read writes lines as tagged does.
func (e *endless) Read(p []byte) (int, error) {
	const hex = "0123456789ABCDEF"
	for len(e.rest) < min(len(p), 1<<19) && e.left > 0 {
		e.rest = append(e.rest, '\\')
		start := len(e.rest)
		e.rest = append(e.rest, "s:st1,c:"...)
		e.rest = strconv.AppendInt(e.rest, start2024+int64(e.line/50), 10)
		sum := byte(0)
		for _, c := range e.rest[start:] {
			sum ^= c
		}
		e.rest = append(e.rest, '*', hex[sum>>4], hex[sum&15], '\\')
		e.rest = append(append(e.rest, e.sentences[e.line%500]...), '\n')
		e.line, e.left = e.line+1, e.left-1
	}
	n := copy(p, e.rest)
	e.rest = e.rest[:copy(e.rest, e.rest[n:])]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestMemoryIsFlat reads 10 MB and 200 MB and compares what is live near the end of each.
func TestMemoryIsFlat(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("reads 200 MB")
	}
	live := func(lines int) (megabytes float64) {
		o := Defaults()
		o.Stdin = newEndless(lines)
		// Not by open, whose clean-up would keep the first replay alive during the second.
		p, err := Open(t.Context(), []SourceConfig{{ID: "a", Paths: []string{"-"}}}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}()
		n := 0
		for {
			r, err := p.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Report == nil {
				continue
			}
			if n++; n == lines*9/10 {
				megabytes = liveMegabytes()
			}
		}
		if n != lines {
			t.Fatalf("got %d reports, want %d", n, lines)
		}
		return megabytes
	}
	const bytesPerLine = 75
	small, large := live(10_000_000/bytesPerLine), live(200_000_000/bytesPerLine)
	t.Logf("live: %.1f MB at 10 MB of input, %.1f MB at 200 MB", small, large)
	// Four batches and four blocks may be full in one and not yet in the other.
	if large > small+2 {
		t.Errorf("memory grows with the input: %.1f MB, then %.1f MB", small, large)
	}
}

// liveMegabytes is the least of a few readings: the readers go on while the heap is measured.
func liveMegabytes() float64 {
	least := uint64(1 << 62)
	for range 5 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
	}
	return float64(least) / (1 << 20)
}
