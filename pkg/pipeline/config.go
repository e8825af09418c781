package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/detect/draught"
	"github.com/darkwake/darkwake/pkg/detect/falseposition"
	"github.com/darkwake/darkwake/pkg/detect/gap"
	"github.com/darkwake/darkwake/pkg/detect/identity"
	"github.com/darkwake/darkwake/pkg/detect/interference"
	"github.com/darkwake/darkwake/pkg/detect/loitering"
	"github.com/darkwake/darkwake/pkg/detect/outage"
	"github.com/darkwake/darkwake/pkg/detect/portcall"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Config holds the parameters of every part, in the order of the data's path. Each part documents its own, with
// their sources.
type Config struct {
	Track         track.Options         `json:"track"`
	Coverage      coverage.Options      `json:"coverage"`
	Outage        outage.Options        `json:"outage"`
	Interference  interference.Options  `json:"interference"`
	Identity      identity.Options      `json:"identity"`
	FalsePosition falseposition.Options `json:"false_position"`
	PortCall      portcall.Options      `json:"port_call"`
	Draught       draught.Options       `json:"draught"`
	Loitering     loitering.Options     `json:"loitering"`
	Gap           gap.Options           `json:"gap"`
	Rendezvous    rendezvous.Options    `json:"rendezvous"`
	Call          call.Options          `json:"call"`
	Cargo         cargo.Options         `json:"cargo"`
	Estimate      estimate.Options      `json:"estimate"`

	Lists     []list.List `json:"-"` // watch lists of the user's own, hashed by content
	Gazetteer []byte      `json:"-"` // a gazetteer of the user's own, as CSV; nil for the embedded one. Hashed by content.
	Software  string      `json:"-"` // name and version written into events; not hashed
}

// Defaults returns every part's defaults.
func Defaults() Config {
	return Config{
		Track: track.Defaults(), Coverage: coverage.Defaults(), Outage: outage.Defaults(),
		Interference: interference.Defaults(), FalsePosition: falseposition.Defaults(), PortCall: portcall.Defaults(),
		Identity: identity.Defaults(), Loitering: loitering.Defaults(),
		Draught: draught.Defaults(), Gap: gap.Defaults(), Rendezvous: rendezvous.Defaults(),
		Call: call.Defaults(), Cargo: cargo.Defaults(), Estimate: estimate.Defaults(), Software: "darkwake",
	}
}

// Validate reports every parameter that is out of its range, each with its name.
func (c Config) Validate() error {
	return errors.Join(
		c.Track.Validate(), c.Coverage.Validate(), c.Outage.Validate(), c.Interference.Validate(), c.FalsePosition.Validate(), c.PortCall.Validate(), c.Draught.Validate(),
		c.Identity.Validate(), c.Loitering.Validate(),
		c.Gap.Validate(), c.Rendezvous.Validate(), c.Call.Validate(), c.Cargo.Validate(), c.Estimate.Validate(),
	)
}

// world is what never changes during a run.
type world struct {
	places *place.Gazetteer
	sea    *geo.Sea
}

func (c Config) world() (world, error) {
	places, err := place.Default()
	if c.Gazetteer != nil {
		places, err = place.Load(bytes.NewReader(c.Gazetteer), "gazetteer")
	}
	if err != nil {
		return world{}, fmt.Errorf("load gazetteer: %w", err)
	}
	sea, err := geo.DefaultSea()
	if err != nil {
		return world{}, fmt.Errorf("load coastline: %w", err)
	}
	return world{places: places, sea: sea}, nil
}

// hash covers what decides the outcome besides the input: parameters, gazetteer, weights and watch lists.
func (c Config) hash(w world) string {
	params, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("configuration does not marshal: %v", err)) // plain structs of numbers and text
	}
	sum := sha256.New()
	sum.Write(params)
	sum.Write([]byte(w.places.Hash()))
	sum.Write([]byte(cargo.WeightsHash()))
	for _, l := range c.Lists {
		sum.Write([]byte(l.Name + l.Hash))
	}
	sum.Write([]byte(rendezvous.WeightsHash()))
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}
