package place

import (
	"io"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Gazetteer is a list of places with an index over them.
type Gazetteer struct{ places []Place }

// Default returns the gazetteer that is built in.
func Default() (*Gazetteer, error) { return &Gazetteer{}, nil }

// Load reads a gazetteer.
func Load(r io.Reader, name string) (*Gazetteer, error) { return &Gazetteer{}, nil }

// Len is the number of places.
func (g *Gazetteer) Len() int { return len(g.places) }

// At returns a place.
func (g *Gazetteer) At(id ID) *Place { return &g.places[id] }

// Find returns the places that hold p, by precedence, in buf[:0].
func (g *Gazetteer) Find(p geo.Point, buf []ID) []ID { return buf[:0] }

// Holds reports whether p lies within the place's shape widened by margin.
func (g *Gazetteer) Holds(id ID, p geo.Point, margin geo.Metres) bool { return false }

// Crossings calls fn for every gate that the way from a to b crosses.
func (g *Gazetteer) Crossings(a, b geo.Point, fn func(gate ID, at geo.Point, outbound bool)) {}

// SanctionedSources lists the Iranian terminals and berths.
func (g *Gazetteer) SanctionedSources() []ID { return nil }

// Hash identifies the content.
func (g *Gazetteer) Hash() string { return "" }

// BarrelsPerTonne is the conversion of a grade; false when the grade is not known, with the default.
func BarrelsPerTonne(grade string) (float64, bool) { return 7.25, false }
