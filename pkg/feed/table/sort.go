package table

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/darkwake/darkwake/pkg/ais"
)

// Sorter puts rows into the order of their event times in constant memory: runs that fit into the limit are sorted
// and written to temporary files, which are merged as they are read. Rows of equal time keep their order. A row
// without a readable time stays behind the row before it.
type Sorter struct {
	limit int
	dir   string
	text  []byte
	rows  []rowRef
	last  ais.UnixMilli
	runs  []*os.File
}

// rowRef is a row in memory: its key, and where its text lies.
type rowRef struct {
	time       ais.UnixMilli
	at         ais.At
	start, end int
}

// rowHead is the size of a row's key on disk: time, offset, line and length, eight bytes each.
const rowHead = 32

// NewSorter returns a sorter that keeps at most limit bytes of rows in memory and its runs in dir, the system's
// folder for temporary files when empty.
func NewSorter(limit int, dir string) *Sorter { return &Sorter{limit: limit, dir: dir} }

// Add takes a copy of a row. timed is false for a row without a readable time.
func (s *Sorter) Add(row []byte, at ais.At, t ais.UnixMilli, timed bool) error {
	if timed {
		s.last = t
	}
	start := len(s.text)
	s.text = append(s.text, row...)
	s.rows = append(s.rows, rowRef{time: s.last, at: at, start: start, end: len(s.text)})
	// A reference weighs as much as a short row, so it counts.
	if len(s.text)+len(s.rows)*56 < s.limit {
		return nil
	}
	return s.spill()
}

func (s *Sorter) order() {
	slices.SortStableFunc(s.rows, func(a, b rowRef) int {
		return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.at.Line, b.at.Line))
	})
}

// spill sorts what is in memory and writes it to a file of its own.
func (s *Sorter) spill() error {
	s.order()
	f, err := os.CreateTemp(s.dir, "darkwake-sort-*")
	if err != nil {
		return fmt.Errorf("sort table: %w", err)
	}
	s.runs = append(s.runs, f)
	w := bufio.NewWriterSize(f, 256<<10)
	var head [rowHead]byte
	for _, r := range s.rows {
		binary.LittleEndian.PutUint64(head[0:], uint64(r.time))
		binary.LittleEndian.PutUint64(head[8:], uint64(r.at.Offset))
		binary.LittleEndian.PutUint64(head[16:], r.at.Line)
		binary.LittleEndian.PutUint64(head[24:], uint64(r.end-r.start))
		if _, err := w.Write(head[:]); err != nil {
			return fmt.Errorf("sort table: %w", err)
		}
		if _, err := w.Write(s.text[r.start:r.end]); err != nil {
			return fmt.Errorf("sort table: %w", err)
		}
	}
	s.text, s.rows = s.text[:0], s.rows[:0]
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sort table: %w", err)
	}
	return nil
}

// Each calls do for every row in order. The row is valid until do returns; an error of do ends the walk and is
// returned as it is.
func (s *Sorter) Each(do func(row []byte, at ais.At) error) error {
	if len(s.runs) == 0 {
		s.order()
		for _, r := range s.rows {
			if err := do(s.text[r.start:r.end], r.at); err != nil {
				return err
			}
		}
		return nil
	}
	if len(s.rows) > 0 {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.text, s.rows = nil, nil
	return s.merge(do)
}

func (s *Sorter) merge(do func(row []byte, at ais.At) error) error {
	var h runHeap
	for _, f := range s.runs {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("merge sorted table: %w", err)
		}
		r := &run{in: bufio.NewReaderSize(f, 64<<10)}
		if ok, err := r.next(); err != nil {
			return err
		} else if ok {
			h = append(h, r)
		}
	}
	heap.Init(&h)
	for len(h) > 0 {
		r := h[0]
		if err := do(r.row, r.at); err != nil {
			return err
		}
		ok, err := r.next()
		switch {
		case err != nil:
			return err
		case ok:
			heap.Fix(&h, 0)
		default:
			heap.Pop(&h)
		}
	}
	return nil
}

// Close removes the temporary files.
func (s *Sorter) Close() error {
	var all error
	for _, f := range s.runs {
		all = errors.Join(all, f.Close(), os.Remove(f.Name()))
	}
	s.runs = nil
	return all
}

// run reads one sorted file.
type run struct {
	in   *bufio.Reader
	time ais.UnixMilli
	at   ais.At
	row  []byte
	head [rowHead]byte
}

// next reads a row; false at the end.
func (r *run) next() (bool, error) {
	if _, err := io.ReadFull(r.in, r.head[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("merge sorted table: %w", err)
	}
	r.time = ais.UnixMilli(binary.LittleEndian.Uint64(r.head[0:]))
	r.at.Offset = int64(binary.LittleEndian.Uint64(r.head[8:]))
	r.at.Line = binary.LittleEndian.Uint64(r.head[16:])
	n := int(binary.LittleEndian.Uint64(r.head[24:]))
	r.row = slices.Grow(r.row[:0], n)[:n]
	if _, err := io.ReadFull(r.in, r.row); err != nil {
		return false, fmt.Errorf("merge sorted table: %w", err)
	}
	return true, nil
}

// runHeap has the run whose row comes first on top.
type runHeap []*run

func (h runHeap) Len() int { return len(h) }
func (h runHeap) Less(i, j int) bool {
	if h[i].time != h[j].time {
		return h[i].time < h[j].time
	}
	return h[i].at.Line < h[j].at.Line
}
func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)   { *h = append(*h, x.(*run)) }
func (h *runHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
