package basemap

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
)

func builtIn(t *testing.T) *Base {
	t.Helper()
	b, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// onLand asks the shores of a small box round a point.
func onLand(b *Base, p geo.Point) bool {
	s := b.Cut(orb.Bound{Min: p, Max: p}.Pad(0.05), 12)
	return len(s.Land) > 0 && geo.Prepare(s.Land).Contains(p)
}

// TestEveryIslandIsThere asks for the islands at which oil is loaded and the smallest of the Gulf, which coarser coastlines
// lack, for the far ends of the world, and for water.
func TestEveryIslandIsThere(t *testing.T) {
	b := builtIn(t)
	for _, tc := range []struct {
		name string
		at   geo.Point
		land bool
	}{
		{"Kharg", geo.Point{50.32, 29.24}, true},
		{"Kharkhu", geo.Point{50.342, 29.322}, true},
		{"Farsi", geo.Point{50.1763, 27.9862}, true},
		{"Lavan", geo.Point{53.28, 26.80}, true},
		{"Sirri", geo.Point{54.53, 25.91}, true},
		{"Qeshm", geo.Point{55.9, 26.8}, true},
		{"water between Kharg and Kharkhu", geo.Point{50.33, 29.283}, false},
		{"the Gulf", geo.Point{52, 27}, false},
		{"Iran inside the box", geo.Point{53, 29.5}, true},
		{"Arabia across the edge of the box", geo.Point{46.9, 25}, true},
		{"Fiji at the date line", geo.Point{179.2, -16.6}, true},
		{"open sea south of Fiji", geo.Point{100, -16.5}, false},
		{"Chukotka east of the date line", geo.Point{-179.5, 68}, true},
		{"the Pacific", geo.Point{-150, 0}, false},
		{"Antarctica at the pole", geo.Point{10, -89}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := onLand(b, tc.at); got != tc.land {
				t.Errorf("%v: got land %v, want %v", tc.at, got, tc.land)
			}
		})
	}
}

// TestCoastHasNoSeam looks for lines along the edge of the Gulf's box, along the date line and right across the world.
func TestCoastHasNoSeam(t *testing.T) {
	b := builtIn(t)
	for _, line := range b.Cut(orb.Bound{Min: geo.Point{-180, -90}, Max: geo.Point{180, 90}}, 8).Coast {
		for i := 1; i < len(line); i++ {
			p, q := line[i-1], line[i]
			if d := q[0] - p[0]; d > 10 || d < -10 {
				t.Errorf("a coast of %.0f degrees: %v to %v", d, p, q)
			}
			for _, edge := range []float64{47, 60, -180, 180} {
				if p[0] == edge && q[0] == edge && p[1] != q[1] {
					t.Errorf("a coast along %g° E from %g to %g° N", edge, p[1], q[1])
				}
			}
		}
	}
}

// TestBoxOverTheDateLineIsOnePiece asks for the same water from both sides.
func TestBoxOverTheDateLineIsOnePiece(t *testing.T) {
	b := builtIn(t)
	east := b.Cut(orb.Bound{Min: geo.Point{175, 62}, Max: geo.Point{185, 72}}, 5)
	west := b.Cut(orb.Bound{Min: geo.Point{-185, 62}, Max: geo.Point{-175, 72}}, 5)
	if len(east.Land) == 0 || len(east.Land) != len(west.Land) {
		t.Fatalf("got %d polygons from the west and %d from the east, want as many", len(east.Land), len(west.Land))
	}
	for name, s := range map[string]Shore{"east": east, "west": west} {
		box := orb.MultiPolygon(s.Land).Bound()
		if box.Max[0]-box.Min[0] > 10+1e-9 {
			t.Errorf("%s: land from %g to %g° E, want ten degrees", name, box.Min[0], box.Max[0])
		}
	}
}

// TestCutStaysWithinItsBox cuts boxes of many sizes and looks for land or coast outside them, and for more of it when
// nearer.
func TestCutStaysWithinItsBox(t *testing.T) {
	b := builtIn(t)
	const slack = 1e-9
	for _, box := range []orb.Bound{
		{Min: geo.Point{47, 22}, Max: geo.Point{60, 31}},
		{Min: geo.Point{45, 20}, Max: geo.Point{63, 33}},
		{Min: geo.Point{50, 29}, Max: geo.Point{50.6, 29.5}},
		{Min: geo.Point{-10, 30}, Max: geo.Point{40, 50}},
		{Min: geo.Point{-400, -90}, Max: geo.Point{400, 90}},
	} {
		last := -1
		for _, zoom := range []float64{0, 4, 8, 30} {
			s := b.Cut(box, zoom)
			n := 0
			for _, p := range s.Land {
				in := p.Bound()
				n += len(p[0])
				if !box.Pad(slack).Contains(in.Min) || !box.Pad(slack).Contains(in.Max) {
					t.Errorf("%v at zoom %g: land reaches from %v to %v", box, zoom, in.Min, in.Max)
				}
			}
			for _, l := range s.Coast {
				if in := l.Bound(); !box.Pad(slack).Contains(in.Min) || !box.Pad(slack).Contains(in.Max) {
					t.Errorf("%v at zoom %g: coast reaches from %v to %v", box, zoom, in.Min, in.Max)
				}
			}
			if n < last {
				t.Errorf("%v: got %d corners at zoom %g and %d at the one before", box, n, zoom, last)
			}
			last = n
		}
	}
}

// TestTwinsHoldTheSameBytes opens the compressed files, and holds them to the page's limit of 250 kB.
func TestTwinsHoldTheSameBytes(t *testing.T) {
	b := builtIn(t)
	total := 0
	for _, name := range []string{Gulf, World} {
		plain, ok := b.File(name)
		if !ok {
			t.Fatalf("%s is missing", name)
		}
		br, _ := b.File(name + ".br")
		gz, _ := b.File(name + ".gz")
		total += len(br)
		fromBrotli, err := io.ReadAll(brotli.NewReader(bytes.NewReader(br)))
		if err != nil || !bytes.Equal(fromBrotli, plain) {
			t.Errorf("%s.br holds something else than %s: %v", name, name, err)
		}
		z, err := gzip.NewReader(bytes.NewReader(gz))
		if err != nil {
			t.Fatal(err)
		}
		if fromGzip, err := io.ReadAll(z); err != nil || !bytes.Equal(fromGzip, plain) {
			t.Errorf("%s.gz holds something else than %s: %v", name, name, err)
		}
	}
	if total == 0 || total > 250_000 {
		t.Errorf("got %d bytes of brotli, want at most 250,000 (WEB.md section 5)", total)
	}
	if _, ok := b.File("../basemap.go"); ok {
		t.Error("a file outside the data is served")
	}
	for _, name := range Files() {
		if _, ok := b.File(name); !ok {
			t.Errorf("%s is not there to be served", name)
		}
	}
}

// square is a topology of one island.
const square = `{"type":"Topology","objects":{
	"land":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[0]]}]},
	"coast":{"type":"GeometryCollection","geometries":[{"type":"MultiLineString","arcs":[[0]]}]}},
	"arcs":[[[50,25],[51,25],[51,26],[50,26],[50,25]]]}`

// TestAFolderOfTheUsersOwn replaces the shores by one island.
func TestAFolderOfTheUsersOwn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{Gulf, World} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(square), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !onLand(b, geo.Point{50.5, 25.5}) || onLand(b, geo.Point{50.32, 29.24}) {
		t.Error("want the island and not Kharg")
	}
	gz, _ := b.File(Gulf + ".gz")
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != square {
		t.Errorf("the compressed file holds %q, %v", text, err)
	}
}

// TestABadFolderIsToldInOneLine names the file and what was wrong with it.
func TestABadFolderIsToldInOneLine(t *testing.T) {
	for _, tc := range []struct{ name, gulf, want string }{
		{"no file", "", "gulf.topojson: no such file"},
		{"GeoJSON", `{"type":"FeatureCollection","features":[]}`, `gulf.topojson: not TopoJSON: type "FeatureCollection", want "Topology"`},
		{"not JSON", "hello", "gulf.topojson: not TopoJSON"},
		{"no coast", strings.Replace(square, `"coast"`, `"shore"`, 1), `gulf.topojson: bad object: there is no "coast"`},
		{"lines for land", strings.Replace(square, `{"type":"Polygon","arcs":[[0]]}`, `{"type":"LineString","arcs":[0]}`, 1), `bad object: land has a "LineString", want polygons`},
		{"points for coast", strings.Replace(square, `"MultiLineString"`, `"MultiPoint"`, 1), `bad object: coast has a "MultiPoint", want lines`},
		{"an arc too many", strings.Replace(square, `[[0]]}]},`, `[[7]]}]},`, 1), "bad arc: land names arc 7 of 1"},
		{"off the Earth", strings.Replace(square, "[51,26]", "[51,126]", 1), "bad arc: arc 0 leads to 51, 126"},
		{"half a position", strings.Replace(square, "[51,26]", "[51]", 1), "bad arc: arc 0 has a position of 1 numbers"},
		{"metres", strings.Replace(square, "[51,26]", "[5100000,2600000]", 1), "want degrees"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if tc.gulf != "" {
				if err := os.WriteFile(filepath.Join(dir, Gulf), []byte(tc.gulf), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, World), []byte(square), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with the folder and %q", err, tc.want)
			}
		})
	}
}

// TestPlacesAreGeoJSON reads the places back: all of them, each with a closed ring or a line round its middle.
func TestPlacesAreGeoJSON(t *testing.T) {
	g, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := Places(&text, g); err != nil {
		t.Fatal(err)
	}
	var all struct {
		Features []struct {
			Properties properties
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Features) != g.Len() {
		t.Errorf("got %d places, want %d", len(all.Features), g.Len())
	}
	kinds := map[place.Kind]int{}
	for _, f := range all.Features {
		kinds[f.Properties.Kind]++
		polygon, line := orb.Polygon{}, orb.LineString{}
		switch f.Geometry.Type {
		case "Polygon":
			err = json.Unmarshal(f.Geometry.Coordinates, &polygon)
			if middle := (orb.Point{f.Properties.Lon, f.Properties.Lat}); err != nil || len(polygon) != 1 || !polygon[0].Closed() || !polygon.Bound().Contains(middle) {
				t.Errorf("%s: a ring that is open or lies elsewhere: %v", f.Properties.Name, err)
			}
		case "LineString":
			err = json.Unmarshal(f.Geometry.Coordinates, &line)
			if err != nil || len(line) != 2 || f.Properties.Kind != place.Gate {
				t.Errorf("%s is a line of %d points: %v", f.Properties.Name, len(line), err)
			}
		default:
			t.Errorf("%s is a %s", f.Properties.Name, f.Geometry.Type)
		}
	}
	for _, want := range []place.Kind{place.Terminal, place.LawfulTerminal, place.Anchorage, place.STSArea, place.Gate} {
		if kinds[want] == 0 {
			t.Errorf("there is no %s among %v", want, kinds)
		}
	}
}

// FuzzRead asks of any text that it is refused, or gives arcs on the Earth that can be cut at any zoom.
func FuzzRead(f *testing.F) {
	f.Add([]byte(square), 3.0, 50.0, 24.0, 52.0, 27.0)
	f.Add([]byte(strings.Replace(square, `"arcs":[[[`, `"transform":{"scale":[0.1,0.1],"translate":[1,1]},"arcs":[[[`, 1)), 9.0, -190.0, -91.0, 200.0, 95.0)
	f.Add([]byte(strings.ReplaceAll(square, "[[0]]", "[[-1,0,-1]]")), -5.0, 180.0, 0.0, 180.0, 0.0)
	f.Add([]byte(`{"type":"Topology","objects":{"land":{"type":"Polygon","arcs":[]},"coast":{"type":"LineString","arcs":[]}}}`), 1.0, 0.0, 0.0, 1.0, 1.0)
	f.Fuzz(func(t *testing.T, text []byte, zoom, west, south, east, north float64) {
		topology, err := Read(text)
		if err != nil {
			return
		}
		b := &Base{gulf: newLayer(topology), world: newLayer(topology)}
		box := orb.Bound{Min: geo.Point{west, south}, Max: geo.Point{east, north}}
		s := b.Cut(box, zoom)
		for _, p := range s.Land {
			for _, ring := range p {
				for _, q := range ring {
					if q[1] < -91 || q[1] > 91 || q[0] < box.Min[0]-1 || q[0] > box.Max[0]+1 {
						t.Fatalf("%v lies outside %v", q, box)
					}
				}
			}
		}
	})
}

// TestManyMayAskAtOnce cuts one box at zooms that nobody has asked for yet from several goroutines; all get the same.
func TestManyMayAskAtOnce(t *testing.T) {
	text, _ := builtIn(t).File(Gulf)
	topology, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	b := &Base{gulf: newLayer(topology), world: newLayer(topology)}
	box := orb.Bound{Min: geo.Point{55, 26}, Max: geo.Point{57, 27.5}}
	var all sync.WaitGroup
	corners := make([]int, 6)
	for i := range corners {
		all.Go(func() {
			for _, polygon := range b.Cut(box, 7+float64(i%2)*0.1).Land {
				corners[i] += len(polygon[0])
			}
		})
	}
	all.Wait()
	if slices.Min(corners) != slices.Max(corners) || corners[0] < 100 {
		t.Errorf("got %d corners of land, want as many each time", corners)
	}
}
