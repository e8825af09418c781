package basemap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// The errors of a topology; what Read returns wraps one of them with what it found.
var (
	// ErrJSON is returned for text that is not a topology at all.
	ErrJSON = errors.New("not TopoJSON")
	// ErrObject is returned for a topology without the object land or coast, or with one of a form that cannot be drawn.
	ErrObject = errors.New("bad object")
	// ErrArc is returned for an arc that does not exist, or leads off the Earth.
	ErrArc = errors.New("bad arc")
)

// Topology is a decoded file. The arcs that land and coast have in common are held once, so that both are simplified alike.
type Topology struct {
	arcs  []orb.LineString
	land  [][][]int // polygons of rings of arcs; ^i is arc i walked backwards
	coast [][]int   // lines of arcs
}

// Read decodes a topology: type Topology, quantised or not, with the objects land, of polygons, and coast, of lines.
// Coordinates are degrees of WGS 84.
func Read(text []byte) (*Topology, error) {
	var f struct {
		Type      string
		Objects   map[string]geometry
		Arcs      [][][]float64
		Transform *struct{ Scale, Translate [2]float64 }
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJSON, err)
	}
	if f.Type != "Topology" {
		return nil, fmt.Errorf("%w: type %q, want \"Topology\"", ErrJSON, f.Type)
	}
	t := &Topology{}
	for i, steps := range f.Arcs {
		arc := make(orb.LineString, 0, len(steps))
		var x, y float64
		for _, step := range steps {
			if len(step) < 2 {
				return nil, fmt.Errorf("%w: arc %d has a position of %d numbers, want 2", ErrArc, i, len(step))
			}
			p := orb.Point{step[0], step[1]}
			if f.Transform != nil {
				x, y = x+step[0], y+step[1]
				p = orb.Point{x*f.Transform.Scale[0] + f.Transform.Translate[0], y*f.Transform.Scale[1] + f.Transform.Translate[1]}
			}
			if !onEarth(p) {
				return nil, fmt.Errorf("%w: arc %d leads to %g, %g, want degrees of longitude and latitude", ErrArc, i, p[0], p[1])
			}
			arc = append(arc, p)
		}
		if len(arc) == 0 {
			return nil, fmt.Errorf("%w: arc %d is empty", ErrArc, i)
		}
		t.arcs = append(t.arcs, arc)
	}
	if err := t.objects(f.Objects); err != nil {
		return nil, err
	}
	return t, nil
}

// onEarth allows for the rounding of a grid whose last column is the date line.
func onEarth(p orb.Point) bool {
	const slack = 1e-6
	return math.Abs(p[0]) <= 180+slack && math.Abs(p[1]) <= 90+slack
}

// geometry is an object or a part of one.
type geometry struct {
	Type       string
	Geometries []geometry
	Arcs       json.RawMessage
}

// most is how deep collections may lie in each other; a file of ours has one.
const most = 4

func (t *Topology) objects(all map[string]geometry) error {
	for _, name := range []string{"land", "coast"} {
		g, ok := all[name]
		if !ok {
			return fmt.Errorf("%w: there is no %q", ErrObject, name)
		}
		if err := t.object(name, g, 0); err != nil {
			return err
		}
	}
	return nil
}

func (t *Topology) object(name string, g geometry, depth int) error {
	if depth > most {
		return fmt.Errorf("%w: %s: collections lie more than %d deep", ErrObject, name, most)
	}
	var polygons [][][]int
	var lines [][]int
	var err error
	switch g.Type {
	case "GeometryCollection":
		for _, x := range g.Geometries {
			if err := t.object(name, x, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "Polygon":
		polygons = make([][][]int, 1)
		err = json.Unmarshal(g.Arcs, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Arcs, &polygons)
	case "LineString":
		lines = make([][]int, 1)
		err = json.Unmarshal(g.Arcs, &lines[0])
	case "MultiLineString":
		err = json.Unmarshal(g.Arcs, &lines)
	}
	if err != nil {
		return fmt.Errorf("%w: %s: arcs of a %s: %w", ErrObject, name, g.Type, err)
	}
	if want := map[string]string{"land": "polygons", "coast": "lines"}[name]; (name == "land") != (polygons != nil) || (name == "coast") != (lines != nil) {
		return fmt.Errorf("%w: %s has a %q, want %s", ErrObject, name, g.Type, want)
	}
	for _, rings := range append(polygons, lines) {
		if err := t.exist(name, rings); err != nil {
			return err
		}
	}
	t.land, t.coast = append(t.land, polygons...), append(t.coast, lines...)
	return nil
}

// exist tells whether the topology has the arcs.
func (t *Topology) exist(name string, lines [][]int) error {
	for _, line := range lines {
		for _, i := range line {
			if max(i, ^i) >= len(t.arcs) {
				return fmt.Errorf("%w: %s names arc %d of %d", ErrArc, name, i, len(t.arcs))
			}
		}
	}
	return nil
}

// join lays arcs end to end. Arcs share their ends; where a simplified one has lost its length it adds nothing.
func join(arcs []orb.LineString, indices []int) orb.LineString {
	var line orb.LineString
	for _, i := range indices {
		arc := arcs[max(i, ^i)]
		for k := range arc {
			p := arc[k]
			if i < 0 {
				p = arc[len(arc)-1-k]
			}
			if len(line) == 0 || p != line[len(line)-1] {
				line = append(line, p)
			}
		}
	}
	return line
}
