package api

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/gfw"
)

// newGunzip is the standard library's reader, not the one that wrote.
func newGunzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

// standing is how many events of the fixture are not retracted.
func standing() (n int) {
	for _, e := range fixture.Events() {
		if e.Status != event.Retracted {
			n++
		}
	}
	return n
}

// texts are all character data and attributes of an XML document, which must be well formed.
func texts(t *testing.T, doc []byte) (all []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.CharData:
			all = append(all, string(x))
		case xml.StartElement:
			if strings.EqualFold(x.Name.Local, "script") {
				t.Error("a ship's name became an element")
			}
		}
	}
}

func inZip(t *testing.T, body []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// collection is what RFC 7946 says, with our own members.
type collection struct {
	Type     string `json:"type"`
	Features []struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Geometry *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
		Properties map[string]any `json:"properties"`
	} `json:"features"`
	AsOf     string         `json:"as_of"`
	Coverage map[string]any `json:"coverage"`
	Version  map[string]any `json:"version"`
}

// collectionOf reads GeoJSON and holds each geometry to its type: orb's reader would bring a database driver with it.
func collectionOf(t *testing.T, body []byte) (c collection) {
	t.Helper()
	if err := json.Unmarshal(body, &c); err != nil || c.Type != "FeatureCollection" {
		t.Fatalf("%v in %.200s", err, body)
	}
	for _, f := range c.Features {
		if f.Type != "Feature" || f.ID == "" || f.Properties == nil {
			t.Errorf("got %+v", f)
		}
		if f.Geometry == nil {
			continue
		}
		var into any
		switch f.Geometry.Type {
		case "Point":
			into = &orb.Point{}
		case "LineString":
			into = &orb.LineString{}
		case "Polygon":
			into = &orb.Polygon{}
		case "MultiLineString":
			into = &orb.MultiLineString{}
		case "MultiPolygon":
			into = &orb.MultiPolygon{}
		}
		if err := json.Unmarshal(f.Geometry.Coordinates, into); err != nil {
			t.Errorf("%s: %s: %v", f.ID, f.Geometry.Type, err)
			continue
		}
		if b := reflect.ValueOf(into).Elem().Interface().(orb.Geometry).Bound(); b.Min[0] < -180 || b.Max[0] > 180 || b.Min[1] < -90 || b.Max[1] > 90 {
			t.Errorf("%s: %s lies at %v", f.ID, f.Geometry.Type, b)
		}
	}
	return c
}

// TestDownloadsAreReadByOthers: each format by a reader that is not ours, and the ships' names in it are harmless.
func TestDownloadsAreReadByOthers(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	readers := map[string]func(t *testing.T, body []byte) int{
		"jsonl": func(t *testing.T, body []byte) (n int) {
			for line := range bytes.Lines(body) {
				var e map[string]any
				if err := json.Unmarshal(line, &e); err != nil || e["schema"] != event.Schema {
					t.Errorf("line %d: %v", n, err)
				}
				n++
			}
			return n
		},
		"geojson": func(t *testing.T, body []byte) int {
			c := collectionOf(t, body)
			for _, f := range c.Features {
				if f.ID != f.Properties["id"] || f.Properties["ships"] == nil {
					t.Errorf("got %v, %v", f.ID, f.Properties)
				}
			}
			if c.AsOf == "" || len(c.Coverage) == 0 || len(c.Version) == 0 {
				t.Errorf("members: got %+v", c)
			}
			return len(c.Features)
		},
		"csv": func(t *testing.T, body []byte) int {
			rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
			if err != nil || rows[0][0] != "id" {
				t.Fatalf("%v, %v", rows, err)
			}
			for _, row := range rows {
				for _, cell := range row {
					if strings.ContainsAny(cell[:min(1, len(cell))], "=+@") || strings.Contains(cell, "\u202e") {
						t.Errorf("cell %q", cell)
					}
				}
			}
			return len(rows) - 1
		},
		"kmz": func(t *testing.T, body []byte) int {
			doc := inZip(t, body, "doc.kml")
			for _, text := range texts(t, doc) {
				if strings.Contains(text, "\u202e") {
					t.Errorf("text %q", text)
				}
			}
			return bytes.Count(doc, []byte("<TimeSpan>"))
		},
		"gpx": func(t *testing.T, body []byte) int {
			texts(t, body)
			return bytes.Count(body, []byte("<wpt "))
		},
		"parquet": func(t *testing.T, body []byte) int {
			f, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
			if err != nil {
				t.Fatal(err)
			}
			if v, ok := f.Lookup("as_of"); !ok || v == "" {
				t.Errorf("metadata: got %q, %v", v, ok)
			}
			return int(f.NumRows())
		},
		"gfw": func(t *testing.T, body []byte) int {
			var a gfw.Answer
			if err := json.Unmarshal(body, &a); err != nil || len(a.Entries) != 2 || a.Entries[0].Type == a.Entries[1].Type || a.Entries[0].Vessel.Flag != "COM" {
				t.Errorf("got %+v, %v", a, err)
			}
			return standing() // only a gap and a meeting have counterparts
		},
	}
	name := regexp.MustCompile(`^attachment; filename="darkwake_events_2026-02-10_2026-03-21\.[a-z.]+"$`)
	for format, read := range readers {
		t.Run(format, func(t *testing.T) {
			w := get(t, h, "/api/v1/events?format="+format)
			if w.Code != http.StatusOK || !name.MatchString(w.Header().Get("Content-Disposition")) {
				t.Errorf("got %d, %v", w.Code, w.Header())
			}
			want := standing()
			if format == "kmz" || format == "gpx" {
				want-- // the outage has no place
			}
			if n := read(t, w.Body.Bytes()); n < want {
				t.Errorf("got %d events, want %d", n, want)
			}
		})
	}
	for _, format := range []string{"csv", "parquet"} {
		for _, what := range []string{"estimates", "lots"} {
			if w := get(t, h, "/api/v1/"+what+"?format="+format); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "darkwake_"+what) || w.Body.Len() < 100 {
				t.Errorf("%s as %s: got %d, %v", what, format, w.Code, w.Header())
			}
		}
	}
	if c := collectionOf(t, get(t, h, "/api/v1/lots?format=geojson").Body.Bytes()); len(c.Features) != 1 {
		t.Errorf("lots: got %+v", c)
	}
}

func TestRawCSVIsAsSent(t *testing.T) {
	body := get(t, handler(t, loaded(t), unlimited()), "/api/v1/events?format=csv&csv=raw").Body
	rows, err := csv.NewReader(body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, row := range rows {
		for _, cell := range row {
			if cell == fixture.Names[1] || cell == fixture.Names[3] {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("no name came as it was sent")
	}
}

func TestTheNameOfADownloadSaysWhatIsInIt(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	for path, want := range map[string]string{
		"/api/v1/events?format=csv&kind=gap&from=2026-02-12&to=2026-02-20":    "darkwake_gap_2026-02-12_2026-02-20.csv",
		"/api/v1/events?format=gfw&to=2026-02-20T06:00:00Z":                   "darkwake_events_2026-02-10_2026-02-20.gfw.json",
		"/api/v1/estimates?format=parquet&basis=exited&from=2026-W08":         "darkwake_estimates-exited_2026-02-16_2026-03-21.parquet",
		"/api/v1/events/gap-00000000000000b0/evidence.zip":                    "darkwake_gap-00000000000000b0_2026-02-13_2026-02-16.zip",
		"/api/v1/events/discharge-00000000000000d0/evidence.zip?format=x%0ay": "darkwake_discharge-00000000000000d0_2026-03-12_2026-03-12.zip",
	} {
		if got := get(t, h, path).Header().Get("Content-Disposition"); got != `attachment; filename="`+want+`"` {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestEvidenceIsPlainFiles(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	body := get(t, h, "/api/v1/events/gap-00000000000000b0/evidence.zip").Body.Bytes()
	var zipped, told map[string]any
	if err := json.Unmarshal(inZip(t, body, "event.json"), &zipped); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(get(t, h, "/api/v1/events/gap-00000000000000b0").Body.Bytes(), &told); err != nil {
		t.Fatal(err)
	}
	if zipped["id"] != "gap-00000000000000b0" || zipped["why"] != told["event"].(map[string]any)["why"] {
		t.Errorf("got %v", zipped)
	}
	if !bytes.Contains(inZip(t, body, "raw.nmea"), []byte("AIVDM")) {
		t.Error("no sentences")
	}
}

// TestLongAnswersAreStreamed: what is too long to be held comes whole, compressed or not.
func TestLongAnswersAreStreamed(t *testing.T) {
	for _, accept := range []string{"", "gzip"} {
		w := get(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s := &spill{it: &item{header: http.Header{"Etag": {"x"}}}, w: w, r: r}
			for range mostHeld/1000 + 50 {
				if _, err := s.Write(bytes.Repeat([]byte("0123456789"), 100)); err != nil {
					t.Error(err)
				}
			}
			if err := s.close(); err != nil || !s.spilled || s.held.Len() != 0 {
				t.Errorf("got %v, %v", s.spilled, err)
			}
		}), "/", "Accept-Encoding", accept)
		body := w.Body.Bytes()
		if accept != "" {
			body = unzipped(t, w.Body)
		}
		if want := (mostHeld/1000 + 50) * 1000; len(body) != want || w.Header().Get("Content-Encoding") != accept || w.Header().Get("Etag") != "x" {
			t.Errorf("%q: got %d bytes, want %d, %v", accept, len(body), want, w.Header())
		}
	}
}

func TestFeedsAreReadByOthers(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Updated string   `xml:"updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Link    struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	w := get(t, h, "/feed.atom?conf=0.01")
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil || feed.ID == "" || feed.Updated == "" || len(feed.Entries) == 0 {
		t.Fatalf("got %+v, %v", feed, err)
	}
	texts(t, w.Body.Bytes())
	var retracted, script bool
	for _, e := range feed.Entries {
		if !strings.HasPrefix(e.ID, "urn:darkwake:") || !strings.HasSuffix(e.Link.Href, "/event/"+strings.TrimPrefix(e.ID, "urn:darkwake:")) || e.Updated == "" {
			t.Errorf("got %+v", e)
		}
		retracted = retracted || strings.HasPrefix(e.Title, "Retracted: ")
		script = script || strings.Contains(e.Title, "<script>")
		if strings.Contains(e.Title, "\u202e") {
			t.Errorf("title %q", e.Title)
		}
	}
	if !retracted || !script {
		t.Errorf("the retracted event is told: %v; a name with HTML is told as it is: %v", retracted, script)
	}
	both := decode[Feed](t, get(t, h, "/feed.json?conf=0.01"))
	if len(both.Items) != len(feed.Entries) || "urn:darkwake:"+both.Items[0].ID != feed.Entries[0].ID || both.Version != "https://jsonfeed.org/version/1.1" {
		t.Errorf("got %d items, want %d", len(both.Items), len(feed.Entries))
	}
	if few := decode[Feed](t, get(t, h, "/feed.json?kind=gap&conf=0.01")); len(few.Items) != 2 {
		t.Errorf("gaps: got %d", len(few.Items))
	}
}

func TestAnEmbeddedPageIsOurOwnState(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	e := decode[Embedding](t, get(t, h, `/oembed?url=http%3A%2F%2Fexample.com%2F%3Fkind%3Dgap%26q%3D%2522%253E%253Cscript%253E%26evil%3D1&maxwidth=400&maxheight=300`))
	if e.Width != 400 || e.Height != 300 || e.Type != "rich" || !strings.Contains(e.HTML, `src="http://example.com/embed?kind=gap&amp;q=`) || strings.Contains(e.HTML, "<script") || strings.Contains(e.HTML, "evil") {
		t.Errorf("got %+v", e)
	}
	e = decode[Embedding](t, get(t, h, "/oembed?url=http://example.com/event/gap-00000000000000b0"))
	if !strings.Contains(e.HTML, "/embed?event=gap-00000000000000b0") || e.Width != embedWidth {
		t.Errorf("got %+v", e)
	}
}
