package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/snapshot"
	"github.com/darkwake/darkwake/pkg/track"
)

// codec writes states that stand on this world and on this configuration, neither of which travels. Boxed are what lies in
// interfaces of the state, besides facts and the world itself.
func (w world) codec(c Config, boxed ...any) (*snapshot.Codec, error) {
	c.Notes, c.Overlays, c.Software = nil, nil, "" // may change from run to run: no state holds them
	return newCodec([]any{w.places, w.sea, &c}, slices.Concat(facts(), []any{w.places, w.sea}, boxed))
}

// codec writes the state of a stage A. It is made when it is first asked for: that takes as long as a snapshot.
func (a *StageA) codec() (*snapshot.Codec, error) {
	if a.coder != nil {
		return a.coder, nil
	}
	var err error
	a.coder, err = a.world.codec(a.config)
	return a.coder, err
}

// codec writes the state of a stage B, and is made as that of a stage A is.
func (b *StageB) codec() (*snapshot.Codec, error) {
	if b.coder != nil {
		return b.coder, nil
	}
	boxed := []any{b.coverage}
	for _, d := range b.detectors {
		boxed = append(boxed, d)
	}
	for _, kind := range event.Kinds() {
		boxed = append(boxed, event.DetailsOf(kind))
	}
	var err error
	b.coder, err = b.world.codec(b.config, boxed...)
	return b.coder, err
}

func newCodec(shared, boxed []any) (*snapshot.Codec, error) {
	c, err := snapshot.New(shared, boxed)
	if err != nil {
		return nil, fmt.Errorf("describe state: %w", err)
	}
	return c, nil
}

// facts are one of every kind of fact.
func facts() []any {
	return []any{
		(*track.Profile)(nil), (*track.DraughtStep)(nil), (*track.Jump)(nil), (*track.Ambiguity)(nil), (*track.Silence)(nil), (*track.Crossing)(nil),
		(*track.Visit)(nil), (*track.Stop)(nil), (*track.Sample)(nil), (*track.Reception)(nil), (*track.Blind)(nil),
	}
}

// Wire writes what stage A found for stage B in another process of the same binary, and reads it. It belongs to one
// goroutine.
type Wire struct{ codec *snapshot.Codec }

// NewWire makes a Wire.
func NewWire() (*Wire, error) {
	c, err := newCodec(nil, facts())
	if err != nil {
		return nil, err
	}
	return &Wire{codec: c}, nil
}

// Write returns f as bytes.
func (w *Wire) Write(f *Found) ([]byte, error) { return w.codec.Save(f) }

// Read returns what Write wrote. Bytes that were damaged are snapshot.ErrDamaged, those of another binary
// snapshot.ErrLayout.
func (w *Wire) Read(data []byte) (*Found, error) {
	f := new(Found)
	if err := w.codec.Load(data, f); err != nil {
		return nil, err
	}
	return f, nil
}

// ErrConfig is a state that was made with another configuration or other data: it says nothing about this one.
var ErrConfig = errors.New("state was made with another configuration")

// Layout names a configuration with the layout of the states that are made under it: where two stages have the same, each
// can load what the other saved, and read its facts. It is one word of 16 characters.
func Layout(c Config) (string, error) {
	b, err := NewStageB(c, 1, Listener{})
	if err != nil {
		return "", err
	}
	a := &StageA{config: c, world: b.world}
	sum := sha256.New()
	io.WriteString(sum, b.effective.Hash)
	for _, of := range []struct {
		codec func() (*snapshot.Codec, error)
		root  any
	}{
		{a.codec, (*stateA)(nil)}, {b.codec, (*stateB)(nil)},
		{func() (*snapshot.Codec, error) { return newCodec(nil, facts()) }, (*Found)(nil)},
	} {
		codec, err := of.codec()
		if err != nil {
			return "", err
		}
		print, err := codec.Layout(of.root)
		if err != nil {
			return "", fmt.Errorf("describe state: %w", err)
		}
		sum.Write(print[:])
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// Save returns the state as bytes for Load, in a StageA of the same configuration and the same binary.
func (a *StageA) Save() ([]byte, error) {
	c, err := a.codec()
	if err != nil {
		return nil, err
	}
	return save(c, a.config.effective(a.world).Hash, a.state)
}

// Load puts back what Save returned. After an error, which may be ErrConfig, snapshot.ErrDamaged or snapshot.ErrLayout, a
// must be built anew.
func (a *StageA) Load(data []byte) error {
	c, err := a.codec()
	if err != nil {
		return err
	}
	return load(c, a.config.effective(a.world).Hash, data, a.state)
}

// Save returns the state as bytes for Load, in a StageB of the same configuration and the same binary.
func (b *StageB) Save() ([]byte, error) {
	c, err := b.codec()
	if err != nil {
		return nil, err
	}
	return save(c, b.effective.Hash, b.stateB)
}

// Load puts back what Save returned. After an error, which may be ErrConfig, snapshot.ErrDamaged or snapshot.ErrLayout, b
// must be built anew.
func (b *StageB) Load(data []byte) error {
	c, err := b.codec()
	if err != nil {
		return err
	}
	return load(c, b.effective.Hash, data, b.stateB)
}

// save writes the hash of the configuration and the state.
func save(c *snapshot.Codec, hash string, state any) ([]byte, error) {
	data, err := c.Save(state)
	if err != nil {
		return nil, err
	}
	return append([]byte(hash), data...), nil
}

func load(c *snapshot.Codec, hash string, data []byte, state any) error {
	switch {
	case len(data) < len(hash):
		return fmt.Errorf("load state: %w", snapshot.ErrDamaged)
	case string(data[:len(hash)]) != hash:
		return fmt.Errorf("load state: %w: %s, not %s", ErrConfig, data[:len(hash)], hash)
	}
	return c.Load(data[len(hash):], state)
}
