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

// corners is how many corners a circle is drawn with: its edge is then off by at most half a per cent of its radius.
const corners = 32

// Places writes a gazetteer, nil for none, as GeoJSON for the map, in the order of names: areas as polygons (circles with 32 corners,
// of four decimals of a degree), gates as lines. Other degrees have five decimals.
func Places(w io.Writer, g *place.Gazetteer) error {
	all := struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}{Type: "FeatureCollection", Features: []feature{}}
	for id := range place.ID(size(g)) {
		p := g.At(id)
		f := feature{Type: "Feature", Properties: properties{Name: p.Name, Kind: p.Kind, Country: p.Country,
			Confidence: p.Confidence, Sanctioned: p.Sanctioned, Lon: decimals(p.Centre[0], 1e5), Lat: decimals(p.Centre[1], 1e5)}}
		switch {
		case p.Kind == place.Gate:
			f.Geometry = shape{"LineString", rounded(p.Line[:], 1e5)}
		case len(p.Ring) > 0:
			f.Geometry = shape{"Polygon", [][]geo.Point{rounded(p.Ring, 1e5)}}
		default:
			f.Geometry = shape{"Polygon", [][]geo.Point{rounded(geo.Circle(p.Centre, p.Radius, corners), 1e4)}}
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

func rounded(points []geo.Point, by float64) []geo.Point {
	out := make([]geo.Point, len(points))
	for i, p := range points {
		out[i] = geo.Point{decimals(p[0], by), decimals(p[1], by)}
	}
	return out
}

func decimals(x, by float64) float64 { return math.Round(x*by) / by }
