package stage

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/stream"
)

// pieceSize is how much of a walk one record holds: with its key it stays below what brokers take.
const pieceSize = 700 << 10

// place is where a record of the facts belongs: it is the record's key.
type place struct {
	engine    string // one word
	partition int
	walk      uint64
	piece     int
	pieces    int
}

func (p place) key() []byte {
	return fmt.Appendf(nil, "%s %d %d %d %d", p.engine, p.partition, p.walk, p.piece, p.pieces)
}

// placeOf reads a key.
func placeOf(key []byte) (p place, err error) {
	if _, err = fmt.Sscanf(string(key), "%s %d %d %d %d", &p.engine, &p.partition, &p.walk, &p.piece, &p.pieces); err != nil {
		return p, fmt.Errorf("facts with key %q: %w", key, err)
	}
	if p.partition < 0 || p.piece < 0 || p.piece >= p.pieces {
		return p, fmt.Errorf("facts with key %q: out of bounds", key)
	}
	return p, nil
}

// readHeader says when the record was read that made a walk due, in nanoseconds since 1970.
const readHeader = "read"

// records cuts what a partition's stage A found into records. Read is when the record came in that made the walk due.
func records(engine string, partition int, walk uint64, found []byte, read time.Time) []stream.Record {
	var out []stream.Record
	headers := []stream.Header{{Name: readHeader, Value: strconv.FormatInt(read.UnixNano(), 10)}}
	at := place{engine: engine, partition: partition, walk: walk, pieces: max(1, (len(found)+pieceSize-1)/pieceSize)}
	for at.piece = range at.pieces {
		n := min(pieceSize, len(found))
		out = append(out, stream.Record{Key: at.key(), Value: found[:n:n], Headers: headers})
		found = found[n:]
	}
	return out
}

// readAt is when the record was read to which a record of the facts owes itself.
func readAt(r stream.Read) time.Time {
	for _, h := range r.Headers() {
		if n, err := strconv.ParseInt(h.Value, 10, 64); h.Name == readHeader && err == nil {
			return time.Unix(0, n)
		}
	}
	return r.Time
}

// assembly puts the walks of all partitions together again. The same walk may come from two workers of which one was
// taken for dead: their bytes are the same, so that pieces of both may be joined.
type assembly struct {
	engine string
	wire   *pipeline.Wire
	open   []parts // by partition
}

// parts are the pieces of a walk so far.
type parts struct {
	walk   uint64
	data   []byte
	next   int   // piece
	offset int64 // of the first piece
}

func newAssembly(engine string, partitions int) (*assembly, error) {
	wire, err := pipeline.NewWire()
	if err != nil {
		return nil, err
	}
	return &assembly{engine: engine, wire: wire, open: make([]parts, partitions)}, nil
}

// add takes in a record and returns a walk that is whole with it, or nil. Another engine's records, and pieces that were
// there before, are passed over.
func (a *assembly) add(r stream.Read) (int, *pipeline.Found, error) {
	if engine, _, ok := strings.Cut(string(r.Key), " "); !ok || engine != a.engine {
		return 0, nil, nil
	}
	at, err := placeOf(r.Key)
	if err != nil {
		return 0, nil, err
	}
	if at.partition >= len(a.open) {
		return 0, nil, fmt.Errorf("facts of partition %d: there are %d", at.partition, len(a.open))
	}
	p := &a.open[at.partition]
	if at.piece == 0 && p.next == 0 {
		*p = parts{walk: at.walk, data: p.data[:0], offset: r.Offset}
	}
	if at.walk != p.walk || at.piece != p.next {
		return 0, nil, nil
	}
	p.data, p.next = append(p.data, r.Value...), p.next+1
	if p.next < at.pieces {
		return 0, nil, nil
	}
	p.next = 0
	found, err := a.wire.Read(p.data)
	if err != nil {
		return 0, nil, fmt.Errorf("read walk %d of partition %d: %w", at.walk, at.partition, err)
	}
	return at.partition, found, nil
}

// oldest is where to begin again so that no open walk lacks a piece; next if none is open.
func (a *assembly) oldest(next int64) int64 {
	for _, p := range a.open {
		if p.next > 0 {
			next = min(next, p.offset)
		}
	}
	return next
}
