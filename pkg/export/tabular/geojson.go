package tabular

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Feature is a thing on the map. Line and Ring are mutually exclusive; with neither it is a point, and without any
// position it has no geometry.
type Feature struct {
	ID         string
	At         *geo.Point
	Line       []geo.Point // two at least
	Ring       []geo.Point // an area's outline, closed or not, in either direction
	Properties map[string]any
}

// GeoJSON writes features as a collection by RFC 7946.
func GeoJSON(w io.Writer, features []Feature) error {
	to := NewGeoJSON(w)
	for _, f := range features {
		if err := to.Add(f); err != nil {
			return err
		}
	}
	return to.Close(nil)
}

// FeatureWriter writes a collection feature by feature.
type FeatureWriter struct {
	to *bufio.Writer
	n  int
}

// NewGeoJSON begins a collection. Errors of writing are told by Close.
func NewGeoJSON(w io.Writer) *FeatureWriter {
	f := &FeatureWriter{to: bufio.NewWriter(w)}
	_, _ = f.to.WriteString("{\"type\":\"FeatureCollection\",\"features\":[")
	return f
}

// Add writes a feature. A property that is no JSON is an error.
func (w *FeatureWriter) Add(f Feature) error {
	geometry, err := compact(f.geometry())
	if err != nil {
		return fmt.Errorf("write GeoJSON: feature %s: %w", f.ID, err)
	}
	properties, err := compact(f.Properties)
	if err != nil {
		return fmt.Errorf("write GeoJSON: feature %s: %w", f.ID, err)
	}
	if w.n > 0 {
		_ = w.to.WriteByte(',')
	}
	w.n++
	id, _ := compact(f.ID) // text is always JSON
	fmt.Fprintf(w.to, "\n{\"type\":\"Feature\",\"id\":%s,\"geometry\":%s,\"properties\":%s}", id, geometry, properties)
	return nil
}

// Close ends the collection, with members of its own beside the features (RFC 7946, section 6.1), by name. It does not close
// what is written to.
func (w *FeatureWriter) Close(members map[string]any) error {
	_, _ = w.to.WriteString("\n]")
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value, err := compact(members[name])
		if err != nil {
			return fmt.Errorf("write GeoJSON: %s: %w", name, err)
		}
		fmt.Fprintf(w.to, ",\n%q:%s", name, value)
	}
	_, _ = w.to.WriteString("}\n")
	if err := w.to.Flush(); err != nil {
		return fmt.Errorf("write GeoJSON: %w", err)
	}
	return nil
}

// geometry is a shape as JSON has it; nil where there is none.
type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

func (f Feature) geometry() *geometry {
	switch {
	case len(f.Ring) >= 3:
		parts := rings(f.Ring)
		if len(parts) == 1 {
			return &geometry{"Polygon", [][][2]float64{parts[0]}}
		}
		all := make([][][][2]float64, len(parts))
		for i, p := range parts {
			all[i] = [][][2]float64{p}
		}
		return &geometry{"MultiPolygon", all}
	case len(f.Line) >= 2:
		parts := lines(f.Line)
		if len(parts) == 1 {
			return &geometry{"LineString", parts[0]}
		}
		return &geometry{"MultiLineString", parts}
	case f.At != nil:
		return &geometry{"Point", position(*f.At)}
	}
	return nil
}

// position rounds to 1e-5 degrees, a metre.
func position(p geo.Point) [2]float64 {
	round := func(x float64) float64 { return math.Round(x*1e5)/1e5 + 0 }
	return [2]float64{round(p[0]), round(p[1])}
}

// unwrap moves longitudes by whole turns so that each follows the one before it on the short way.
func unwrap(points []geo.Point) []geo.Point {
	out := slices.Clone(points)
	for i := 1; i < len(out); i++ {
		out[i][0] -= 360 * math.Round((out[i][0]-out[i-1][0])/360)
	}
	return out
}

// lines cuts a line at ±180°, as RFC 7946 asks: each piece ends and the next begins on the meridian.
func lines(points []geo.Point) [][][2]float64 {
	all := unwrap(points)
	var out [][][2]float64
	piece := [][2]float64{position(wrap(all[0], turn(all[0], all[1])))}
	for i := 1; i < len(all); i++ {
		a, b := all[i-1], all[i]
		from, to := turn(a, b), turn(b, a)
		if from != to {
			edge := 360*math.Min(from, to) + 180
			lat := a[1] + (b[1]-a[1])*(edge-a[0])/(b[0]-a[0])
			piece = append(piece, position(geo.Point{edge - 360*from, lat}))
			out = append(out, piece)
			piece = [][2]float64{position(geo.Point{edge - 360*to, lat})}
		}
		piece = append(piece, position(wrap(b, to)))
	}
	return append(out, piece)
}

// turn tells in which turn of 360° from -180° on a point lies; one on the edge lies with its neighbour.
func turn(p, neighbour geo.Point) float64 {
	x := (p[0] + 180) / 360
	if x == math.Floor(x) && neighbour[0] < p[0] {
		return x - 1
	}
	return math.Floor(x)
}

func wrap(p geo.Point, turn float64) geo.Point { return geo.Point{p[0] - 360*turn, p[1]} }

// rings cuts an outline at ±180° into closed rings, counter-clockwise (the right-hand rule of RFC 7946).
func rings(points []geo.Point) [][][2]float64 {
	all := unwrap(points)
	if all[0] == all[len(all)-1] {
		all = all[:len(all)-1]
	}
	low, high := all[0][0], all[0][0]
	for _, p := range all {
		low, high = math.Min(low, p[0]), math.Max(high, p[0])
	}
	var out [][][2]float64
	for t := math.Floor((low + 180) / 360); t*360-180 < high; t++ {
		part := clip(clip(all, 360*t-180, 1), 360*t+180, -1)
		if len(part) < 3 {
			continue
		}
		if area(part) < 0 {
			slices.Reverse(part)
		}
		ring := make([][2]float64, 0, len(part)+1)
		for _, p := range part {
			ring = append(ring, position(wrap(p, t)))
		}
		out = append(out, append(ring, ring[0]))
	}
	return out
}

// clip keeps what lies on one side of a meridian (Sutherland and Hodgman 1974).
func clip(ring []geo.Point, meridian, side float64) []geo.Point {
	var out []geo.Point
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		inA, inB := side*(a[0]-meridian) >= 0, side*(b[0]-meridian) >= 0
		if inA != inB {
			out = append(out, geo.Point{meridian, a[1] + (b[1]-a[1])*(meridian-a[0])/(b[0]-a[0])})
		}
		if inB {
			out = append(out, b)
		}
	}
	return out
}

// area is twice the signed area in square degrees, positive counter-clockwise.
func area(ring []geo.Point) float64 {
	sum := 0.0
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		sum += a[0]*b[1] - b[0]*a[1]
	}
	return sum
}
