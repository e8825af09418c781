package triage

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
)

// maxLine bounds a line of the log, bytes: a note of MaxNote characters, each as two escapes, and the rest.
const maxLine = 32 << 10

// Read reads a log. Good is how many bytes of it hold whole reviews: a last line without its end was being written when the
// machine stopped, nobody was told that it stands, and it is left out. Any other line that is no review is an error that names
// it.
func Read(r io.Reader) (all []Review, good int64, err error) {
	in := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF):
			return all, good, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, 0, fmt.Errorf("line %d: a review expected, of %d bytes at most", n, maxLine)
		case err != nil:
			return nil, 0, err
		}
		review, err := parse(line)
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: a review expected: %w", n, err)
		}
		all = append(all, review)
		good += int64(len(line))
	}
}

// Log is a log of reviews, open for writing. It is safe for concurrent use.
type Log struct {
	Cut int64 // bytes of a torn last line that were cut off when it was opened

	mu     sync.Mutex
	file   *os.File
	size   int64
	all    []Review
	states map[string]State
	newest map[string]int // the place of an event's last review
	broken error          // why nothing more may be written; nil: it may
}

// Open opens the log of a path, or makes it, and reads what is there. One program at a time has it; the kernel frees it when that
// program ends, however it ends. Errors are one line.
func Open(path string) (_ *Log, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	defer func() {
		if err != nil {
			_ = file.Close() // the first error tells more
			err = fmt.Errorf("open reviews %s: %w", path, err)
		}
	}()
	if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return nil, errors.New("in use by another program: expected a file of its own")
	}
	about, err := file.Stat()
	if err != nil {
		return nil, err
	}
	l := &Log{file: file, states: map[string]State{}, newest: map[string]int{}}
	all, good, err := Read(file)
	if err != nil {
		return nil, err
	}
	if l.Cut = about.Size() - good; l.Cut > 0 {
		if err := errors.Join(file.Truncate(good), file.Sync()); err != nil {
			return nil, fmt.Errorf("cut off a torn line: %w", err)
		}
	}
	l.size = good
	for _, r := range all {
		l.take(r)
	}
	return l, syncFolder(filepath.Dir(path))
}

// syncFolder keeps a file that was just made through a crash.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// take adds a review that stands.
func (l *Log) take(r Review) {
	l.newest[r.Event] = len(l.all)
	l.all = append(l.all, r)
	l.states[r.Event] = l.states[r.Event].with(r)
}

// Add writes a review; when it returns without an error the review is on the disk. After an error nothing of it is there.
func (l *Log) Add(r Review) error {
	r.Time = r.Time.UTC().Round(0) // as it will be read back
	if err := r.Check(); err != nil {
		return err
	}
	var line bytes.Buffer
	if err := Write(&line, r); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	_, err := l.file.Write(line.Bytes())
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		if undo := errors.Join(l.file.Truncate(l.size), l.file.Sync()); undo != nil {
			l.broken = fmt.Errorf("write review: the log could not be mended after an error (%w): restart the server", undo)
		}
		return fmt.Errorf("write review: %w", err)
	}
	l.size += int64(line.Len())
	l.take(r)
	return nil
}

// Of is what stands of an event, if anybody reviewed it.
func (l *Log) Of(event string) (State, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, there := l.states[event]
	return s, there
}

// States are what stands of all events that were reviewed, the newest review first.
func (l *Log) States() []State {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]State, 0, len(l.states))
	for _, s := range l.states {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b State) int { return cmp.Compare(l.newest[b.Event], l.newest[a.Event]) })
	return all
}

// All are the reviews in the order in which they were written.
func (l *Log) All() []Review {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clip(l.all)
}

// errClosed is what a log answers after its end.
var errClosed = errors.New("write review: the server is stopping")

// Close lets go of the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.broken, errClosed) {
		return nil
	}
	l.broken = errClosed
	return l.file.Close()
}
