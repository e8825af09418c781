package stream

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Owner is who may write a partition's state: an epoch that grows with every change of owner, and a name within it. Engines
// are apart: what one remembers means nothing to another.
type Owner struct {
	Engine string `json:"engine"` // one word
	Epoch  int64  `json:"epoch"`
	Member string `json:"member"` // one word
}

func (o Owner) key() string { return fmt.Sprintf("%s %012d.%s", o.Engine, o.Epoch, o.Member) }

// Checkpoint is where a stage stands: the state, and what comes next.
type Checkpoint struct {
	Owner  Owner    `json:"owner"`
	Number int64    `json:"number"` // of the checkpoint among its owner's
	Offset int64    `json:"offset"` // of the next record to read
	Next   []uint64 `json:"next"`   // stage A: number of its next walk; stage B: of the next of each partition
	State  []byte   `json:"-"`
}

// manifest is a checkpoint as the state topic holds it: the pieces of its state are records of their own.
type manifest struct {
	Checkpoint
	Slot   int      `json:"slot"`
	Pieces []string `json:"pieces"` // SHA-256 of each, in order
}

// pieceSize is how much state one record holds.
const pieceSize = 512 << 10

// Checkpoints keeps the state of one partition's owner in a partition of the state topic.
//
// A checkpoint writes its pieces into the slot that the manifest before it does not name, and then its manifest, so that
// whatever is cut off leaves the one before whole. The keys hold the owner: a late writer touches nothing of his successor.
type Checkpoints struct {
	c         *Client
	partition int
	owner     Owner
	number    int64
	old       []string // keys of former owners
	pieces    int      // the most that a checkpoint of this owner had
}

// forgotten is how long the state of an engine that is no longer there stays.
const forgotten = 14 * 24 * time.Hour

// Recover finds an engine's newest whole checkpoint in a partition of the state topic and takes the partition over, for an
// owner of this generation of a group and this name. The checkpoint is nil if there is none.
func (c *Client) Recover(ctx context.Context, partition int, engine string, generation int64, member string) (*Checkpoints, *Checkpoint, error) {
	held, times, err := c.heldState(ctx, partition)
	if err != nil {
		return nil, nil, fmt.Errorf("recover state of partition %d: %w", partition, err)
	}
	newest, epoch := newestWhole(held, engine)
	s := &Checkpoints{c: c, partition: partition, owner: Owner{engine, max(generation, epoch+1), member}}
	for key, at := range times {
		if of := strings.Fields(key); len(of) > 2 && of[1] == engine || time.Since(at) > forgotten {
			s.old = append(s.old, key)
		}
	}
	slices.Sort(s.old)
	if newest == nil {
		return s, nil, nil
	}
	cp := newest.Checkpoint
	if cp.State, err = join(newest, held); err != nil {
		return nil, nil, fmt.Errorf("recover state of partition %d: %w", partition, err)
	}
	return s, &cp, nil
}

// originKey is where it stands in each partition of the state topic at which record an engine began. It has two words: no
// owner buries it.
func originKey(engine string) string { return "origin " + engine }

// DeclareOrigin says for all partitions of the reports where an engine begins, if nobody has said so.
func (c *Client) DeclareOrigin(ctx context.Context, engine string, origin []byte) error {
	for p := range c.o.Partitions {
		held, _, err := c.heldState(ctx, p)
		if err != nil {
			return fmt.Errorf("declare origin: %w", err)
		}
		if held[originKey(engine)] != nil {
			continue
		}
		if err := c.Append(ctx, StateTopic, p, []Record{{Key: []byte(originKey(engine)), Value: origin}}); err != nil {
			return fmt.Errorf("declare origin: %w", err)
		}
	}
	return nil
}

// Origin waits until it is declared where an engine begins.
func (c *Client) Origin(ctx context.Context, partition int, engine string) ([]byte, error) {
	first, _, err := c.Span(ctx, StateTopic, partition)
	if err != nil {
		return nil, fmt.Errorf("wait for origin: %w", err)
	}
	t := c.Tail(StateTopic, partition, first, false)
	defer t.Close()
	for {
		r, err := t.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("wait for origin: %w", err)
		}
		if string(r.Key) == originKey(engine) && r.Value != nil {
			return r.Value, nil
		}
	}
}

// heldState reads what the topic holds of a partition: the last value of every key, and when it was written.
func (c *Client) heldState(ctx context.Context, partition int) (map[string][]byte, map[string]time.Time, error) {
	first, next, err := c.Span(ctx, StateTopic, partition)
	if err != nil {
		return nil, nil, err
	}
	held, times := map[string][]byte{}, map[string]time.Time{}
	err = c.Scan(ctx, StateTopic, partition, first, next, func(r Read) error {
		if r.Value == nil {
			delete(held, string(r.Key))
			delete(times, string(r.Key))
		} else {
			held[string(r.Key)], times[string(r.Key)] = r.Value, r.Time
		}
		return nil
	})
	return held, times, err
}

// newestWhole is an engine's manifest of the highest epoch and number whose pieces are all there, and the highest epoch of
// any.
func newestWhole(held map[string][]byte, engine string) (*manifest, int64) {
	var whole []manifest
	epoch := int64(0)
	for key, value := range held {
		if !strings.HasPrefix(key, "manifest "+engine+" ") {
			continue
		}
		var m manifest
		if json.Unmarshal(value, &m) != nil {
			continue // half a record is no manifest
		}
		epoch = max(epoch, m.Owner.Epoch)
		if m.isWhole(held) {
			whole = append(whole, m)
		}
	}
	if len(whole) == 0 {
		return nil, epoch
	}
	newest := slices.MaxFunc(whole, func(a, b manifest) int {
		return cmp.Or(cmp.Compare(a.Owner.Epoch, b.Owner.Epoch), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Owner.Member, b.Owner.Member))
	})
	return &newest, epoch
}

func (m *manifest) isWhole(held map[string][]byte) bool {
	for i, sum := range m.Pieces {
		if digest(held[pieceKey(m.Owner, m.Slot, i)]) != sum {
			return false
		}
	}
	return true
}

func manifestKey(o Owner, slot int) string { return fmt.Sprintf("manifest %s %d", o.key(), slot) }

func pieceKey(o Owner, slot, piece int) string {
	return fmt.Sprintf("piece %s %d %04d", o.key(), slot, piece)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// join puts the pieces together.
func join(m *manifest, held map[string][]byte) ([]byte, error) {
	var packed bytes.Buffer
	for i := range m.Pieces {
		packed.Write(held[pieceKey(m.Owner, m.Slot, i)])
	}
	r, err := zstd.NewReader(&packed)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var state bytes.Buffer
	if _, err := state.ReadFrom(r); err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return state.Bytes(), nil
}

// Owner is who writes.
func (s *Checkpoints) Owner() Owner { return s.owner }

// Save writes a checkpoint of the state and waits until it is acknowledged. The first of an owner buries what former
// owners left.
func (s *Checkpoints) Save(ctx context.Context, offset int64, next []uint64, state []byte) error {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	packed := packer.EncodeAll(state, nil)
	s.number++
	m := manifest{Checkpoint: Checkpoint{Owner: s.owner, Number: s.number, Offset: offset, Next: next}, Slot: int(s.number % 2)}
	var records []Record
	for len(packed) > 0 {
		n := min(pieceSize, len(packed))
		records = append(records, Record{Key: []byte(pieceKey(s.owner, m.Slot, len(m.Pieces))), Value: packed[:n]})
		m.Pieces = append(m.Pieces, digest(packed[:n]))
		packed = packed[n:]
	}
	about, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	if err := s.c.Append(ctx, StateTopic, s.partition, records); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	if err := s.c.Append(ctx, StateTopic, s.partition, []Record{{Key: []byte(manifestKey(s.owner, m.Slot)), Value: about}}); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	return s.bury(ctx, m)
}

// bury writes tombstones for what former owners left and for pieces that this slot no longer needs.
func (s *Checkpoints) bury(ctx context.Context, m manifest) error {
	var gone []Record
	for _, key := range s.old {
		gone = append(gone, Record{Key: []byte(key)})
	}
	for i := len(m.Pieces); i < s.pieces; i++ {
		gone = append(gone, Record{Key: []byte(pieceKey(s.owner, m.Slot, i))})
	}
	s.pieces = max(s.pieces, len(m.Pieces))
	if err := s.c.Append(ctx, StateTopic, s.partition, gone); err != nil {
		return fmt.Errorf("clear old state: %w", err)
	}
	s.old = nil
	return nil
}
