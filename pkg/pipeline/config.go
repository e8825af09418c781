package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/cargo/lots"
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
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Config holds the parameters of every part, in the order of the data's path. Each part describes its own with their
// sources, in its Params; package param says how one is added.
type Config struct {
	Feed          feed.Options
	Track         track.Options
	Coverage      coverage.Options
	Outage        outage.Options
	Interference  interference.Options
	Identity      identity.Options
	FalsePosition falseposition.Options
	PortCall      portcall.Options
	Draught       draught.Options
	Loitering     loitering.Options
	Gap           gap.Options
	Rendezvous    rendezvous.Options
	Encounter     encounter.Options
	Call          call.Options
	Cargo         cargo.Options
	Lots          lots.Options
	Estimate      estimate.Options
	Halt          halt.Options

	// Notes, for each of which the change since is told, and Overlays, which are handed on: not hashed, since no event and
	// no barrel depends on them.
	Notes    []timeline.Note
	Overlays []timeline.Overlay

	Lists     []list.List // watch lists of the user's own, hashed by content
	Gazetteer []byte      // a gazetteer of the user's own, as CSV; nil for the embedded one. Hashed by content.
	Software  string      // name and version written into events; not hashed
}

// Defaults returns every part's defaults.
func Defaults() Config {
	return Config{
		Feed: feed.Defaults(), Track: track.Defaults(), Coverage: coverage.Defaults(), Outage: outage.Defaults(),
		Interference: interference.Defaults(), FalsePosition: falseposition.Defaults(), PortCall: portcall.Defaults(),
		Identity: identity.Defaults(), Loitering: loitering.Defaults(),
		Draught: draught.Defaults(), Gap: gap.Defaults(), Rendezvous: rendezvous.Defaults(),
		Encounter: encounter.Defaults(), Call: call.Defaults(), Cargo: cargo.Defaults(), Lots: lots.Defaults(), Estimate: estimate.Defaults(), Halt: halt.Defaults(), Software: "darkwake",
	}
}

// groups are all parameters of c, in the order of the fields.
func (c *Config) groups() []param.Group {
	return []param.Group{
		c.Feed.Params(), c.Track.Params(), c.Coverage.Params(), c.Outage.Params(), c.Interference.Params(), c.Identity.Params(),
		c.FalsePosition.Params(), c.PortCall.Params(), c.Draught.Params(), c.Loitering.Params(), c.Gap.Params(),
		c.Rendezvous.Params(), c.Encounter.Params(), c.Call.Params(), c.Cargo.Params(), c.Lots.Params(), c.Estimate.Params(), c.Halt.Params(),
	}
}

// Validate reports every parameter that is out of its range, each with its name.
func (c Config) Validate() error {
	return errors.Join(param.CheckAt(c.groups(), nil), c.Cargo.Weights.Validate())
}

// Read sets the parameters that a YAML file names; the others keep their values. An unknown key is refused with its
// line, and so is a value out of range.
func (c *Config) Read(r io.Reader) error {
	lines, err := param.Read(r, c.groups())
	if err != nil {
		return err
	}
	return param.CheckAt(c.groups(), lines) // described anew: some bounds hang on other parameters
}

// world is what never changes during a run.
type world struct {
	places *place.Gazetteer
	sea    *geo.Sea
}

// embeddedSea is the coastline that all engines of a process share: it never changes, and to build it takes 65 ms and its
// ways are found but once.
var embeddedSea = sync.OnceValues(geo.DefaultSea)

func (c Config) world() (world, error) {
	places, err := place.Default()
	if c.Gazetteer != nil {
		places, err = place.Load(bytes.NewReader(c.Gazetteer), "gazetteer")
	}
	if err != nil {
		return world{}, fmt.Errorf("load gazetteer: %w", err)
	}
	sea, err := embeddedSea()
	if err != nil {
		return world{}, fmt.Errorf("load coastline: %w", err)
	}
	return world{places: places, sea: sea}, nil
}

// Effective is a configuration with the data that it stands on: everything that decides the outcome besides the input.
type Effective struct {
	Config Config
	Data   []Datum
	Hash   string // of the parameters that decide the outcome, and of the data; every event carries it
}

// Datum is a table or model that decides the outcome as parameters do.
type Datum struct{ Name, Hash string }

// Effective loads what the configuration stands on.
func (c Config) Effective() (Effective, error) {
	w, err := c.world()
	if err != nil {
		return Effective{}, err
	}
	return c.effective(w), nil
}

func (c Config) effective(w world) Effective {
	e := Effective{Config: c, Data: c.data(w)}
	sum := sha256.New()
	_ = param.Canonical(sum, c.groups()) // a hash takes every byte
	for _, d := range e.Data {
		fmt.Fprintf(sum, "%s=%s\n", d.Name, d.Hash)
	}
	e.Hash = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return e
}

// data lists the tables and models with the hashes of their contents. A new one is a line here.
func (c Config) data(w world) []Datum {
	weights, err := json.Marshal(c.Cargo.Weights)
	if err != nil {
		panic(fmt.Sprintf("weights do not marshal: %v", err)) // plain structs of numbers and text
	}
	sum := sha256.Sum256(weights)
	all := []Datum{
		{"coastline", geo.CoastHash()},
		{"gazetteer", w.places.Hash()},
		{"grades of oil", place.GradesHash()},
		{"flags by MMSI", vessel.FlagsHash()},
		{"weights of identities", identity.WeightsHash()},
		{"weights of false positions", falseposition.WeightsHash()},
		{"weights of silences", gap.WeightsHash()},
		{"weights of meetings", rendezvous.WeightsHash()},
		{"weights of unseen meetings", encounter.WeightsHash()},
		{"weights of lifts", hex.EncodeToString(sum[:])},
		{"chance of detection", estimate.DetectionHash()},
	}
	for _, l := range c.Lists {
		all = append(all, Datum{"watch list " + l.Name, strings.TrimPrefix(l.Hash, "sha256:")})
	}
	return all
}

// Write prints the configuration as YAML with a comment behind each parameter: its bounds, what it decides, where its
// number comes from, and the default where it differs. Config.Read reads it back.
func (e Effective) Write(w io.Writer) error {
	var head strings.Builder
	fmt.Fprintf(&head, "# %s: every parameter of a run, in the order of the data's path. detect replay --config FILE reads this.\n", e.Config.Software)
	fmt.Fprintf(&head, "# Configuration hash (parameters and data; in every event): %s\n#\n# Data:\n", e.Hash)
	for _, d := range e.Data {
		fmt.Fprintf(&head, "#   %-20s  sha256 %s\n", d.Name, d.Hash)
	}
	fmt.Fprintf(&head, "#\n# Behind each value: bounds, meaning, [source of the default]. METHODS and DESIGN are the project's documents.\n\n")
	if _, err := io.WriteString(w, head.String()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	standard := Defaults()
	return param.Write(w, e.Config.groups(), standard.groups())
}
