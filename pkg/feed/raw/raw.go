package raw

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/darkwake/darkwake/pkg/feed"
)

// longest is the longest record that is read, in bytes: far beyond any that an ingest writes.
const longest = 16 << 20

// Name is the file of a partition.
func Name(partition int) string { return fmt.Sprintf("reports-%05d.pb", partition) }

// Write writes one record.
func Write(w io.Writer, record []byte) error {
	var length [binary.MaxVarintLen64]byte
	if _, err := w.Write(length[:binary.PutUvarint(length[:], uint64(len(record)))]); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if _, err := w.Write(record); err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	return nil
}

// Partitions are the files of a folder's partitions in their order; none if it is no such folder. A missing one in between is
// an error.
func Partitions(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "reports-*.pb"))
	if err != nil {
		return nil, fmt.Errorf("look for partitions: %w", err)
	}
	slices.Sort(files)
	for i, f := range files {
		if filepath.Base(f) != Name(i) {
			return nil, fmt.Errorf("look for partitions: %s where %s is expected", filepath.Base(f), Name(i))
		}
	}
	return files, nil
}

// Reader is the stream of one partition.
type Reader struct {
	// Poisoned is how many records could not be read and were passed over, as a service passes over them.
	Poisoned int64

	name string
	in   *bufio.Reader
	from io.Closer
	buf  []byte
}

var _ feed.Stream = (*Reader)(nil)

// Open opens the file of a partition.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open partition: %w", err)
	}
	return &Reader{name: path, in: bufio.NewReaderSize(f, 1<<18), from: f}, nil
}

// Next implements feed.Stream. A file that ends within a record is an error.
func (r *Reader) Next() (feed.Record, error) {
	for {
		n, err := binary.ReadUvarint(r.in)
		switch {
		case errors.Is(err, io.EOF):
			return feed.Record{}, io.EOF
		case err != nil:
			return feed.Record{}, fmt.Errorf("read %s: %w", r.name, err)
		case n > longest:
			return feed.Record{}, fmt.Errorf("read %s: a record of %d bytes: at most %d expected", r.name, n, longest)
		}
		r.buf = slices.Grow(r.buf[:0], int(n))[:n]
		if _, err := io.ReadFull(r.in, r.buf); err != nil {
			return feed.Record{}, fmt.Errorf("read %s: cut off within a record: %w", r.name, err)
		}
		rec, err := feed.ParseRecord(r.buf)
		if err == nil {
			return rec, nil
		}
		r.Poisoned++
	}
}

// Close implements feed.Stream.
func (r *Reader) Close() error { return r.from.Close() }
