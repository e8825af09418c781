package falseposition

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

type Detector struct{}

func New(Options, *vessel.Fleet, *place.Gazetteer, *geo.Sea) *Detector { return &Detector{} }
func (*Detector) Observe(track.Fact)                                   {}
func (*Detector) Hear(event.Event)                                     {}
func (*Detector) Advance(time.Time) []event.Event                      { return nil }
