package pipeline

import (
	"errors"
	"fmt"

	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/detect/draught"
	"github.com/darkwake/darkwake/pkg/detect/encounter"
	"github.com/darkwake/darkwake/pkg/detect/falseposition"
	"github.com/darkwake/darkwake/pkg/detect/gap"
	"github.com/darkwake/darkwake/pkg/detect/identity"
	"github.com/darkwake/darkwake/pkg/detect/interference"
	"github.com/darkwake/darkwake/pkg/detect/loitering"
	"github.com/darkwake/darkwake/pkg/detect/outage"
	"github.com/darkwake/darkwake/pkg/detect/portcall"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/snapshot"
	"github.com/darkwake/darkwake/pkg/track"
)

// codec writes states that stand on this world and on this configuration, neither of which travels.
func (w world) codec(c Config) (*snapshot.Codec, error) {
	c.Notes, c.Overlays, c.Software = nil, nil, "" // may change from run to run: no state holds them
	return newCodec([]any{w.places, w.sea, &c}, append(facts(),
		w.places, w.sea, (*coverage.Model)(nil),
		(*outage.Detector)(nil), (*interference.Detector)(nil), (*identity.Detector)(nil), (*falseposition.Detector)(nil),
		(*portcall.Detector)(nil), (*draught.Detector)(nil), (*loitering.Detector)(nil), (*gap.Detector)(nil),
		(*rendezvous.Detector)(nil), (*encounter.Detector)(nil),
		event.GapDetails{}, event.RendezvousDetails{}, event.PortCallDetails{}, event.TransitDetails{}, event.DraughtDetails{}, event.IdentityDetails{}, event.LoiteringDetails{}, event.OutageDetails{}, event.InterferenceDetails{}, event.FalsePositionDetails{}, event.LiftDetails{}, event.TransferDetails{}, event.DischargeDetails{},
	))
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

// Save returns the state as bytes for Load, in a StageA of the same configuration and the same binary.
func (a *StageA) Save() ([]byte, error) { return save(a.config, a.world, a.state) }

// Load puts back what Save returned. After an error, which may be ErrConfig, snapshot.ErrDamaged or snapshot.ErrLayout, a
// must be built anew.
func (a *StageA) Load(data []byte) error { return load(data, a.config, a.world, a.state) }

// Save returns the state as bytes for Load, in a StageB of the same configuration and the same binary.
func (b *StageB) Save() ([]byte, error) { return save(b.config, b.world, b.stateB) }

// Load puts back what Save returned. After an error, which may be ErrConfig, snapshot.ErrDamaged or snapshot.ErrLayout, b
// must be built anew.
func (b *StageB) Load(data []byte) error { return load(data, b.config, b.world, b.stateB) }

// save writes the hash of the configuration and the state.
func save(config Config, w world, state any) ([]byte, error) {
	c, err := w.codec(config)
	if err != nil {
		return nil, err
	}
	data, err := c.Save(state)
	if err != nil {
		return nil, err
	}
	return append([]byte(config.effective(w).Hash), data...), nil
}

func load(data []byte, config Config, w world, state any) error {
	c, err := w.codec(config)
	if err != nil {
		return err
	}
	hash := config.effective(w).Hash
	switch {
	case len(data) < len(hash):
		return fmt.Errorf("load state: %w", snapshot.ErrDamaged)
	case string(data[:len(hash)]) != hash:
		return fmt.Errorf("load state: %w: %s, not %s", ErrConfig, data[:len(hash)], hash)
	}
	return c.Load(data[len(hash):], state)
}
