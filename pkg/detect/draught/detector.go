package draught

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct{}

// Defaults returns the starting parameters.
func Defaults() Options { return Options{} }

// Validate checks the parameters.
func (o Options) Validate() error { return nil }

// Detector finds events.
type Detector struct{}

// New returns a detector.
func New(o Options, f *vessel.Fleet, g *place.Gazetteer, sea *geo.Sea) *Detector { return &Detector{} }

// Observe takes a fact.
func (d *Detector) Observe(f track.Fact) {}

// Hear takes an event of a kind earlier in the order.
func (d *Detector) Hear(e event.Event) {}

// Advance returns the events that are due.
func (d *Detector) Advance(w time.Time) []event.Event { return nil }
