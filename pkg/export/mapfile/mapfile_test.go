package mapfile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/paulmach/orb"
)

// about is what the test's files say of themselves.
var about = About{AsOf: time.Date(2026, 3, 22, 0, 0, 0, 0, time.UTC), Software: "darkwake test", Config: "sha256:0123", Sources: []string{"coast", "satellite"},
	Coverage: "0.91 of normal", Synthetic: true, Site: "https://example.org"}

// hostile are what a ship may call herself.
var hostile = append([]string{"]]><b>", "\u202eTXT.EXE", "a\x00b\x07", "\xff\xfe", "&amp;<!--", `"><img src=x onerror=alert(1)>`, "$[description]", "=1+1", "\ufffe"}, fixture.Names...)

// found are events that a replay found, with real sentences.
func found(t *testing.T) []event.Event {
	t.Helper()
	f, err := os.Open("testdata/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []event.Event
	if err := export.ReadEvents(f, func(e event.Event) bool { all = append(all, e); return true }); err != nil || len(all) != 5 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	return all
}

// everything is found, the fixture's, and the first of them once with every hostile name.
func everything(t *testing.T) []event.Event {
	all := append(found(t), fixture.Events()...)
	for i, name := range hostile {
		e := all[0]
		e.ID = fmt.Sprintf("lift-%016x", i)
		e.Vessels = []event.Vessel{{Role: event.Loader, MMSI: all[0].Vessels[0].MMSI, Name: name}}
		e.Why, e.Place = name, &event.Place{Name: name}
		all = append(all, e)
	}
	return all
}

func unzip(t *testing.T, b []byte) (names []string, files map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		names, files[f.Name] = append(names, f.Name), body
	}
	return names, files
}

// kmlPlacemark is one as an independent reader sees it.
type kmlPlacemark struct {
	Name        string `xml:"name"`
	Description string `xml:"description"`
	Style       string `xml:"styleUrl"`
	Begin       string `xml:"TimeSpan>begin"`
	End         string `xml:"TimeSpan>end"`
	Point       string `xml:"Point>coordinates"`
	Line        string `xml:"LineString>coordinates"`
	Data        []struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value"`
	} `xml:"ExtendedData>Data"`
	Tracks []struct {
		When  []string `xml:"http://www.opengis.net/kml/2.2 when"`
		Coord []string `xml:"coord"`
	} `xml:"MultiTrack>Track"`
}

func (p kmlPlacemark) get(name string) string {
	for _, d := range p.Data {
		if d.Name == name {
			return d.Value
		}
	}
	return ""
}

func readKMZ(t *testing.T, events []event.Event) []kmlPlacemark {
	t.Helper()
	var b bytes.Buffer
	if err := KMZ(&b, All(events), about); err != nil {
		t.Fatal(err)
	}
	names, files := unzip(t, b.Bytes())
	if len(names) != 1 || names[0] != "doc.kml" {
		t.Fatalf("files %v, want doc.kml alone", names)
	}
	var doc struct {
		XMLName  xml.Name `xml:"http://www.opengis.net/kml/2.2 kml"`
		Document struct {
			Name        string `xml:"name"`
			Description string `xml:"description"`
			Styles      []struct {
				ID   string `xml:"id,attr"`
				Text string `xml:"BalloonStyle>text"`
			} `xml:"Style"`
			Placemarks []kmlPlacemark `xml:"Placemark"`
		} `xml:"Document"`
	}
	if err := xml.Unmarshal(files["doc.kml"], &doc); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SYNTHETIC", "darkwake test", "coast, satellite", "0.91 of normal", "2026-03-22T00:00:00Z", Terms} {
		if !strings.Contains(doc.Document.Description, want) {
			t.Errorf("the document does not say %q", want)
		}
	}
	styles := map[string]bool{}
	for _, s := range doc.Document.Styles {
		styles["#"+s.ID] = true
		if s.Text != "$[description]" {
			t.Errorf("style %s: balloon %q would show extended data as HTML", s.ID, s.Text)
		}
	}
	for _, p := range doc.Document.Placemarks {
		if !styles[p.Style] {
			t.Errorf("%s: no style %s", p.Name, p.Style)
		}
	}
	return doc.Document.Placemarks
}

func TestKMZHasEveryEventWithItsTimeAndPlace(t *testing.T) {
	events := everything(t)
	marks := map[string]kmlPlacemark{}
	for _, p := range readKMZ(t, events) {
		if id := p.get("id"); id != "" {
			marks[id] = p
		}
	}
	for _, e := range events {
		p, ok := marks[e.ID]
		if !ok {
			t.Errorf("%s is missing", e.ID)
			continue
		}
		if p.Begin != stamp(e.Start) || (p.End == "") != (e.End == nil) || e.End != nil && p.End != stamp(*e.End) {
			t.Errorf("%s: %s to %q", e.ID, p.Begin, p.End)
		}
		want := ""
		if placed(e) {
			want = fmt.Sprintf("%v,%v", round(e.Lon), round(e.Lat))
		}
		if p.Point != want || p.get("kind") != string(e.Kind) || p.get("version") != fmt.Sprint(e.Version) {
			t.Errorf("%s: at %q, want %q; %v", e.ID, p.Point, want, p.Data)
		}
		if e.Status == event.Retracted && !(strings.HasPrefix(p.Name, "retracted: ") && strings.HasPrefix(p.Description, "RETRACTED")) {
			t.Errorf("%s is retracted and shown as %q: %q", e.ID, p.Name, p.Description)
		}
	}
}

// quiet fails where text would be obeyed rather than shown.
func quiet(t *testing.T, what, text string) {
	t.Helper()
	for _, bad := range []string{"<script", "<img", "<b>", "\u202e", "\x00", "\x07", "onerror=alert(1)>"} {
		if strings.Contains(text, bad) {
			t.Errorf("%s: %q holds %q", what, text, bad)
		}
	}
}

func TestHostileNamesAreTextInEveryFormat(t *testing.T) {
	events := everything(t)
	for _, p := range readKMZ(t, events) {
		quiet(t, "KML description, shown as HTML", p.Description)
		if strings.ContainsAny(p.Name, "\u202e\x00\x07\ufffe") {
			t.Errorf("KML name %q", p.Name)
		}
	}
	var gpx bytes.Buffer
	if err := GPX(&gpx, All(events), about); err != nil {
		t.Fatal(err)
	}
	quiet(t, "GPX", gpx.String())
	for _, e := range events {
		line, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Evidence(&b, Case{Lines: [][]byte{line}, About: about}); err != nil {
			t.Fatal(err)
		}
		_, files := unzip(t, b.Bytes())
		for _, name := range []string{"README.txt", "why.txt", "map.svg"} {
			if strings.ContainsAny(string(files[name]), "\u202e\x00\x07") {
				t.Errorf("%s of %s holds what a screen obeys", name, e.ID)
			}
		}
		quiet(t, "SVG", string(files["map.svg"]))
	}
}

func TestGPXBreaksItsTracksWhereNobodyHeard(t *testing.T) {
	events := everything(t)
	var b bytes.Buffer
	if err := GPX(&b, All(events), about); err != nil {
		t.Fatal(err)
	}
	type pt struct {
		Lat  float64   `xml:"lat,attr"`
		Lon  float64   `xml:"lon,attr"`
		Time time.Time `xml:"time"`
		Name string    `xml:"name"`
		Desc string    `xml:"desc"`
	}
	var doc struct {
		XMLName xml.Name `xml:"http://www.topografix.com/GPX/1/1 gpx"`
		Version string   `xml:"version,attr"`
		Creator string   `xml:"creator,attr"`
		About   string   `xml:"metadata>desc"`
		Points  []pt     `xml:"wpt"`
		Tracks  []struct {
			Name     string `xml:"name"`
			Segments []struct {
				Points []pt `xml:"trkpt"`
			} `xml:"trkseg"`
		} `xml:"trk"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Version != "1.1" || doc.Creator != "darkwake test" || !strings.Contains(doc.About, Terms) {
		t.Errorf("version %q by %q: %q", doc.Version, doc.Creator, doc.About)
	}
	want := 0
	for _, e := range events {
		if placed(e) {
			want++
		}
	}
	if len(doc.Points) != want || len(doc.Tracks) < 10 {
		t.Errorf("%d waypoints, want %d; %d tracks", len(doc.Points), want, len(doc.Tracks))
	}
	for _, trk := range doc.Tracks {
		for _, s := range trk.Segments {
			for i, p := range s.Points {
				if p.Lon < -180 || p.Lon >= 180 || p.Lat < -90 || p.Lat > 90 || p.Time.IsZero() {
					t.Errorf("%s: point %+v", trk.Name, p)
				}
				if i > 0 && (p.Time.Before(s.Points[i-1].Time) || p.Time.Sub(s.Points[i-1].Time) > joined) {
					t.Errorf("%s: a line from %s to %s", trk.Name, s.Points[i-1].Time, p.Time)
				}
			}
		}
	}
}

func TestTracksAreCutWhereTheyMustNotBeJoined(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	fix := func(minutes int, lon, lat float64) explain.Fix {
		return explain.Fix{At: geo.PointFromDegrees(lon, lat), Time: at.Add(time.Duration(minutes) * time.Minute)}
	}
	off := event.FixRef{Time: at.Add(10 * time.Minute)}
	on := event.FixRef{Time: at.Add(70 * time.Minute)}
	gap := event.Event{Details: event.GapDetails{Off: off, On: &on}}
	for _, tc := range []struct {
		name  string
		e     event.Event
		fixes []explain.Fix
		want  []int
	}{
		{"one position", event.Event{}, []explain.Fix{fix(0, 50, 26)}, []int{1}},
		{"an ordinary way", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(30, 50.1, 26), fix(60, 50.2, 26)}, []int{3}},
		{"out of order", event.Event{}, []explain.Fix{fix(60, 50.2, 26), fix(0, 50, 26)}, []int{2}},
		{"heard by two stations", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(0, 50, 26), fix(1, 50, 26)}, []int{2}},
		{"more than three hours", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(181, 50.1, 26)}, []int{1, 1}},
		{"faster than any ship", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(10, 51, 26), fix(20, 51.01, 26)}, []int{1, 2}},
		{"two places at once", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(0, 51, 26)}, []int{1, 1}},
		{"clocks a second apart", event.Event{}, []explain.Fix{fix(0, 50, 26), fix(0, 50.004, 26)}, []int{2}},
		{"date line eastward", event.Event{}, []explain.Fix{fix(0, 179.99, 26), fix(30, -179.99, 26)}, []int{1, 1}},
		{"the silence that the event tells of", gap, []explain.Fix{fix(0, 50, 26), fix(10, 50, 26), fix(70, 50, 26), fix(80, 50, 26)}, []int{2, 2}},
	} {
		var got []int
		for _, piece := range pieces(tc.e, tc.fixes) {
			got = append(got, len(piece))
		}
		if fmt.Sprint(got) != fmt.Sprint(tc.want) {
			t.Errorf("%s: pieces of %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestEvidenceHoldsWhatTheEventRestsOn(t *testing.T) {
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found(t) {
		first := e
		first.Version, first.Why = e.Version-1, "heard for the first time"
		var lines [][]byte
		for _, v := range []event.Event{first, e} {
			line, err := v.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
		var b, again bytes.Buffer
		c := Case{Lines: lines, Places: places, About: about}
		if err := errors.Join(Evidence(&b, c), Evidence(&again, c)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: equal events give other bytes", e.ID)
		}
		names, files := unzip(t, b.Bytes())
		if got, want := strings.Join(names, " "), "README.txt event.json versions.jsonl raw.nmea track.geojson why.txt map.svg MANIFEST"; got != want {
			t.Errorf("%s: files %s, want %s", e.ID, got, want)
		}
		checkManifest(t, files)
		if string(files["event.json"]) != string(lines[1])+"\n" || string(files["versions.jsonl"]) != string(lines[0])+"\n"+string(lines[1])+"\n" {
			t.Errorf("%s: event.json or versions.jsonl is not what was given", e.ID)
		}
		if got, want := string(files["raw.nmea"]), strings.Join(e.Evidence.Sentences, "\n")+"\n"; got != want {
			t.Errorf("%s: raw.nmea has %q", e.ID, got)
		}
		checkTrack(t, e, files["track.geojson"])
		for _, want := range []string{e.ID, e.Evidence.SHA256, Terms, "https://example.org/event/" + e.ID, "sha256sum -c MANIFEST"} {
			if !strings.Contains(string(files["README.txt"]), want) {
				t.Errorf("%s: README.txt does not say %q", e.ID, want)
			}
		}
		if all := e.Evidence.Total == len(e.Evidence.Refs); all != strings.Contains(string(files["README.txt"]), Check) {
			t.Errorf("%s: quotes all of its reports: %v; README.txt tells so: %v", e.ID, all, !all)
		}
	}
}

func checkManifest(t *testing.T, files map[string][]byte) {
	t.Helper()
	n := 0
	for line := range strings.Lines(string(files["MANIFEST"])) {
		hash, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		sum := sha256.Sum256(files[name])
		if hash != hex.EncodeToString(sum[:]) {
			t.Errorf("MANIFEST: %s has another hash", name)
		}
		n++
	}
	if n != len(files)-1 {
		t.Errorf("MANIFEST names %d of %d files", n, len(files)-1)
	}
}

// checkTrack reads the track with encoding/json (orb's reader would bring a database driver with it): every coordinate is
// a position of the event's sentences, with a time.
func checkTrack(t *testing.T, e event.Event, file []byte) {
	t.Helper()
	var all struct {
		Type     string
		Features []struct {
			ID       string
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties struct{ CoordTimes []time.Time }
		}
	}
	if err := json.Unmarshal(file, &all); err != nil || all.Type != "FeatureCollection" || all.Features[0].ID != e.ID {
		t.Fatalf("%v in %s", err, file)
	}
	var quoted []explain.Fix
	for _, track := range Tracks(e) {
		for _, piece := range track.Pieces {
			quoted = append(quoted, piece...)
		}
	}
	for _, f := range all.Features[1:] {
		line := orb.LineString{{}}
		into := any(&line)
		if f.Geometry.Type == "Point" {
			into = &line[0]
		}
		if err := json.Unmarshal(f.Geometry.Coordinates, into); err != nil || len(f.Properties.CoordTimes) != len(line) {
			t.Fatalf("%s: %s with %d times: %v", f.ID, f.Geometry.Type, len(f.Properties.CoordTimes), err)
		}
		for i, p := range line {
			if len(quoted) == 0 {
				t.Fatalf("%s: more positions than are quoted", f.ID)
			}
			q := quoted[0]
			if quoted = quoted[1:]; geo.Distance(q.At, p) > 1 || !f.Properties.CoordTimes[i].Equal(q.Time.Truncate(time.Second)) {
				t.Errorf("%s: %v at %s, quoted is %v at %s", f.ID, p, f.Properties.CoordTimes[i], q.At, q.Time)
			}
		}
	}
	if len(quoted) > 0 {
		t.Errorf("%s: %d quoted positions are missing", e.ID, len(quoted))
	}
}

// TestTheCheckInTheReadmeWorks runs the program that readers are given, where there is a Python.
func TestTheCheckInTheReadmeWorks(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	e := found(t)[0]
	if e.Evidence.Total != len(e.Evidence.Refs) {
		t.Fatalf("%s quotes %d of %d reports: the test needs one that quotes all", e.ID, len(e.Evidence.Refs), e.Evidence.Total)
	}
	for _, want := range []string{"agrees", "DIFFERS"} {
		folder := t.TempDir()
		line, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "event.json"), line, 0o600); err != nil {
			t.Fatal(err)
		}
		run := exec.Command(python, "-c", Check)
		run.Dir = folder
		if out, err := run.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("got %q, %v, want %s", out, err, want)
		}
		e.Evidence.Sentences[0] += " "
	}
}

func TestErrorsOfTheSourceAreToldAndNothingIsWrittenOverThem(t *testing.T) {
	broken := func(yield func(event.Event, error) bool) { yield(event.Event{}, errors.New("store is locked")) }
	for name, write := range map[string]func(io.Writer, Events, About) error{"KMZ": KMZ, "GPX": GPX} {
		if err := write(io.Discard, broken, about); err == nil || !strings.Contains(err.Error(), "store is locked") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Evidence(io.Discard, Case{}); !errors.Is(err, ErrNoVersion) {
		t.Errorf("no version: %v", err)
	}
	if err := Evidence(io.Discard, Case{Lines: [][]byte{[]byte(`{"kind":"none"}`)}}); err == nil {
		t.Error("an event of an unknown kind was written")
	}
}

// FuzzNames puts any text where ships put theirs: what is written stays XML, and nothing in a description is HTML.
func FuzzNames(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		e := event.Event{ID: "gap-1", Kind: event.Gap, Status: event.Open, Version: 1, Why: name, Lon: 50, Lat: 26, Place: &event.Place{Name: name},
			Vessels: []event.Vessel{{Role: event.Subject, MMSI: vessel.MMSI(422000001), Name: name}}, Details: event.GapDetails{}}
		var kml bytes.Buffer
		to := xml.NewEncoder(&kml)
		kml.WriteString("<d>")
		if err := errors.Join(encode(to, placemarks(e, about)), to.Flush()); err != nil {
			t.Fatal(err)
		}
		kml.WriteString("</d>")
		var doc struct {
			Placemarks []kmlPlacemark `xml:"Placemark"`
		}
		if err := xml.Unmarshal(kml.Bytes(), &doc); err != nil || len(doc.Placemarks) != 1 {
			t.Fatalf("%q: %d placemarks, %v", name, len(doc.Placemarks), err)
		}
		for _, p := range doc.Placemarks {
			if strings.Count(p.Description, "<") != strings.Count(p.Description, "<br/>")+strings.Count(p.Description, `<a href="https://example.org`)+strings.Count(p.Description, "</a>") {
				t.Errorf("%q: description %q", name, p.Description)
			}
		}
		var gpx bytes.Buffer
		if err := GPX(&gpx, All([]event.Event{e}), about); err != nil {
			t.Fatal(err)
		}
		var any struct{}
		if err := xml.Unmarshal(gpx.Bytes(), &any); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	})
}
