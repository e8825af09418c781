package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Scenario is one world.
type Scenario struct {
	Name        string              `yaml:"name"`
	About       string              `yaml:"about"`
	Seed        uint64              `yaml:"seed"`
	Start       Instant             `yaml:"start"`
	Days        float64             `yaml:"days"`
	Water       Water               `yaml:"water"`
	Reporting   Reporting           `yaml:"reporting"`
	Faults      Faults              `yaml:"faults"`
	Habits      Habits              `yaml:"habits"`
	Hulls       map[string]Hull     `yaml:"hulls"`
	Places      map[string]Place    `yaml:"places"`
	Routes      map[string][]Point  `yaml:"routes"`
	Gates       map[string][2]Point `yaml:"gates"` // crossed by sanctioned cargo from left to right of the line is an exit
	Stations    []Station           `yaml:"stations"`
	Satellites  []Satellite         `yaml:"satellites"`
	Aids        []Aid               `yaml:"aids"`
	Ducts       []Duct              `yaml:"ducts"`
	FeedOutages []Window            `yaml:"feed_outages"` // nothing at all arrives
	Outages     map[string][]Window `yaml:"outages"`      // by a receiver's id, besides those that it has already
	Jams        []Jam               `yaml:"jams"`
	Ships       []Ship              `yaml:"ships"`
	Extends     string              `yaml:"extends"` // another file, whose keys this one adds to or replaces; for Open only
	Lanes       Lanes               `yaml:"lanes"`
	Terminals   map[string]Terminal `yaml:"terminals"`
	Population  *Population         `yaml:"population"` // ships made by package populate
	Expect      *Expect             `yaml:"expect"`     // never passed on to a scenario that extends this one
	Beside      string              `yaml:"beside"`     // name of the scenario that its scores are held against; not passed on either
}

// Point is longitude and latitude in degrees.
type Point [2]float64

// Geo converts to the geometry's type.
func (p Point) Geo() geo.Point { return geo.Point(p) }

// Instant is a time of the day and year in UTC, written as 2025-03-01T00:00:00Z.
type Instant struct{ time.Time }

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (i *Instant) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("read time: %w", err)
	}
	i.Time = t.UTC()
	return nil
}

// Span is a length of time, written as 5m, 36h or 90s.
type Span time.Duration

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (s *Span) UnmarshalYAML(read func(any) error) error {
	var text string
	if err := read(&text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("read span: %w", err)
	}
	*s = Span(d)
	return nil
}

// Range is a number, or two of which each use draws one between: 30 or [24, 36].
type Range struct{ From, To float64 }

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (r *Range) UnmarshalYAML(read func(any) error) error {
	var one float64
	if read(&one) == nil {
		r.From, r.To = one, one
		return nil
	}
	var two [2]float64
	if err := read(&two); err != nil {
		return fmt.Errorf("read number or pair: %w", err)
	}
	r.From, r.To = two[0], two[1]
	return nil
}

// Spot is the name of a place or of a route, or a point.
type Spot struct {
	Name  string
	Point Point
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (s *Spot) UnmarshalYAML(read func(any) error) error {
	if read(&s.Point) == nil {
		return nil
	}
	if err := read(&s.Name); err != nil {
		return fmt.Errorf("read name or point: %w", err)
	}
	return nil
}

// Water is what moves all ships of the world alike.
type Water struct {
	WindFrom float64 `yaml:"wind_from_deg"`
	TideAxis float64 `yaml:"tide_axis_deg"`
	Wind     float64 `yaml:"wind"` // pull on an anchored hull against a full tide of 1
}

// Hull is a kind of ship.
type Hull struct {
	Class      string  `yaml:"class"`     // VLCC, Suezmax … as vessel.Class prints it
	Type       int     `yaml:"ship_type"` // of message 5
	Bow        int     `yaml:"bow_m"`
	Stern      int     `yaml:"stern_m"`
	Port       int     `yaml:"port_m"`
	Starboard  int     `yaml:"starboard_m"`
	DWT        float64 `yaml:"dwt_t"`
	Scantling  float64 `yaml:"scantling_m"`
	Ballast    float64 `yaml:"ballast_m"` // draught without cargo; the only draught of a ship without DWT
	ClassB     bool    `yaml:"class_b"`
	TPC        float64 `yaml:"tpc"` // t/cm
	BBLPerTon  float64 `yaml:"bbl_per_t"`
	AnchorRoom float64 `yaml:"anchor_m"` // from anchor to the hull's middle; zero: by length
}

// Geo converts to the geometry's type.
func (h Hull) Geo() geo.Hull {
	return geo.Hull{Bow: geo.Metres(h.Bow), Stern: geo.Metres(h.Stern), Port: geo.Metres(h.Port), Starboard: geo.Metres(h.Starboard)}
}

// Place is a berth, an anchor's spot, or a field of them.
type Place struct {
	At      Point    `yaml:"at"`
	Title   string   `yaml:"title"`       // as the truth names it; the key when empty
	Heading float64  `yaml:"heading_deg"` // of a hull at the berth
	Seaward float64  `yaml:"seaward_deg"` // the side from which a berth is reached
	Spacing float64  `yaml:"spacing_m"`   // above zero: a field; each ship gets a spot of her own, this far from the next
	Spots   int      `yaml:"spots"`       // how many the field has; populate never gives out more at a time
	Quay    bool     `yaml:"quay"`        // the spots are berths in one line along the heading, not a field of anchors
	Drift   bool     `yaml:"drift"`       // too deep to anchor: ships drift from it
	Buoy    bool     `yaml:"buoy"`        // a single-point mooring: the hull swings round it
	In      []string `yaml:"in"`          // nodes of the lanes from which she is reached; empty: the terminal's, or the nearest
	Out     []string `yaml:"out"`         // nodes to which those bound elsewhere go; empty: the terminal's, or the nearest
}

// Terminal is a port or an oil terminal: its berths, and where ships wait for them.
type Terminal struct {
	Title  string   `yaml:"title"`
	Berths []string `yaml:"berths"` // places
	Roads  []string `yaml:"roads"`  // places
	In     []string `yaml:"in"`     // as of a place, for all its places that have none of their own
	Out    []string `yaml:"out"`
}

// Lanes is a directed graph of sea routes: ships of one direction keep to their side.
type Lanes struct {
	Nodes map[string]Point `yaml:"nodes"`
	Edges [][]string       `yaml:"edges"` // each a way from node to node, in one direction
}

// Load reads and checks a scenario that extends no other.
func Load(r io.Reader) (*Scenario, error) {
	s := new(Scenario)
	if err := param.Decode(r, s, true); err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	if s.Extends != "" {
		return nil, errors.New("read scenario: extends: only a file can extend another")
	}
	if err := s.fail(); err != nil {
		return nil, fmt.Errorf("check scenario %q: %w", s.Name, err)
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("check scenario %q: %w", s.Name, err)
	}
	return s, nil
}

// Open reads and checks a scenario file and those that it extends: their maps are merged key by key, lists and
// single values are replaced.
func Open(path string) (*Scenario, error) {
	raw, err := gather(path, nil)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(raw) // JSON is YAML
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s, err := Load(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// gather reads a file and all that it extends as plain maps. Each file is also read strictly by itself, so that an
// error names the right line.
func gather(path string, seen []string) (map[string]any, error) {
	path = filepath.Clean(path)
	if slices.Contains(seen, path) {
		return nil, fmt.Errorf("%s: extends itself by way of %s", path, strings.Join(seen, ", "))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var alone Scenario
	if err := param.Decode(bytes.NewReader(text), &alone, true); err != nil {
		return nil, fmt.Errorf("%s: read scenario: %w", path, err)
	}
	raw := map[string]any{}
	if err := param.Decode(bytes.NewReader(text), &raw, false); err != nil {
		return nil, fmt.Errorf("%s: read scenario: %w", path, err)
	}
	if alone.Extends == "" {
		return raw, nil
	}
	base, err := gather(filepath.Join(filepath.Dir(path), alone.Extends), append(seen, path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	delete(raw, "extends")
	delete(base, "expect")
	delete(base, "beside")
	return merge(base, raw), nil
}

// merge lays one map over another.
func merge(base, over map[string]any) map[string]any {
	for key, value := range over {
		below, isMap := base[key].(map[string]any)
		above, both := value.(map[string]any)
		if isMap && both {
			value = merge(below, above)
		}
		base[key] = value
	}
	return base
}
