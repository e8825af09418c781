package basemap

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// PlacesFile is the name under which the gazetteer's places are served beside the shores.
const PlacesFile = "places.geojson"

// feature is a place as GeoJSON.
type feature struct {
	Type       string     `json:"type"`
	Properties properties `json:"properties"`
	Geometry   shape      `json:"geometry"`
}

type properties struct {
	Name       string     `json:"name"`
	Kind       place.Kind `json:"kind"`
	Country    string     `json:"country,omitempty"`
	Confidence string     `json:"confidence"`
	Sanctioned bool       `json:"sanctioned"`
	Lon        float64    `json:"lon"` // of the middle, where its name stands
	Lat        float64    `json:"lat"`
}

type shape struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// corners is how many corners a circle is drawn with.
const corners = 48

// Places writes a gazetteer, nil for none, as GeoJSON for the map, in the order of names: areas as polygons (circles with 48 corners),
// gates as lines. Degrees have five decimals.
func Places(w io.Writer, g *place.Gazetteer) error {
	all := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{Type: "FeatureCollection", Features: []feature{}}
	for id := range place.ID(size(g)) {
		p := g.At(id)
		f := feature{Type: "Feature", Properties: properties{Name: p.Name, Kind: p.Kind, Country: p.Country,
			Confidence: p.Confidence, Sanctioned: p.Sanctioned, Lon: decimals(p.Centre[0]), Lat: decimals(p.Centre[1])}}
		switch {
		case p.Kind == place.Gate:
			f.Geometry = shape{"LineString", rounded(p.Line[:])}
		case len(p.Ring) > 0:
			f.Geometry = shape{"Polygon", [][]geo.Point{rounded(p.Ring)}}
		default:
			f.Geometry = shape{"Polygon", [][]geo.Point{rounded(geo.Circle(p.Centre, p.Radius, corners))}}
		}
		all.Features = append(all.Features, f)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("write places: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write places: %w", err)
	}
	return nil
}

func size(g *place.Gazetteer) int {
	if g == nil {
		return 0
	}
	return g.Len()
}

func rounded(points []geo.Point) []geo.Point {
	out := make([]geo.Point, len(points))
	for i, p := range points {
		out[i] = geo.Point{decimals(p[0]), decimals(p[1])}
	}
	return out
}

func decimals(x float64) float64 { return math.Round(x*1e5) / 1e5 }
