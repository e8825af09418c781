package web

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// hostile are what a ship may call herself: markup, entities, ends of what a format opens, formulas, placeholders of Google
// Earth, marks that turn the direction of writing, control characters, broken UTF-8.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</title></style></textarea><script>alert(1)</script>`, `]]><script>alert(1)</script>`,
	`--><script>alert(1)</script>`, `javascript:alert(1)`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `&#60;script&#62;`, `{{.}}`, `${alert(1)}`, `$[description]`, `<b>BOLD</b>`,
	`=HYPERLINK("http://evil.example";"x")`, `+1+1`, `-1+1`, `@SUM(A1)`, "\t=1+1", "\r=1+1", `＝1+1`, " =1+1", `"=1+1`,
	"\u202eTXT.EXE", "\u2066A\u2069", "A\u200fB", "\u061cA", "A\x00B", "A\x07\x1b[2JB", "A\nB\r\nC", "\xff\xfe", "\ufffe", "\ufeffBOM", "A\u2028B", "A\u200bB",
}

// turned are characters that turn the direction of writing, hide, or are obeyed by screens. None may be in what people look at.
const turned = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2028\u2029\x00\x07\x1b"

// hostileEvents are an event for each kind of text: in names, places, reasons, lists, flags, sources and sentences. With plain
// set they hold what should be shown of it instead.
func hostileEvents(plain bool) (all []event.Event) {
	for i, text := range hostile {
		if plain {
			text = chart.Plain(stored(text))
		}
		models := fixture.Events()
		e := models[[]int{1, 12, 14, 15, 16, 12, 12}[i%7]] // a lift, a gap, a meeting, a transfer, a discharge
		fix := event.FixRef{Time: e.Start, Lon: 51, Lat: 26, Source: text, Station: text}
		switch i % 7 {
		case 5:
			e.Kind, e.Details = event.Identity, event.IdentityDetails{Form: "changed", Claim: "one_ship", Changes: []event.Alteration{{Field: "name", Before: text, After: text + "2"}}, Off: &fix, On: &fix}
		case 6:
			e.Kind, e.Details = event.FalsePosition, event.FalsePositionDetails{Sort: text, Last: &fix, Next: &fix, HeardBy: []string{text}, NotHeardBy: []string{text},
				HiddenCalls: []event.HiddenCall{{Place: text, Grade: text}}, Terms: []event.ScoreTerm{{Block: text, Name: text}}}
		}
		e.ID, e.Why, e.Place = fmt.Sprintf("%s-%016x", e.Kind, 0x5000+i), text, &event.Place{Name: text, Kind: "anchorage", Country: "IR"}
		e.Lon, e.Lat = 50+float64(i%10)/10, 26+float64(i/10)/10
		e.Vessels = slices.Clone(e.Vessels)
		for k := range e.Vessels {
			e.Vessels[k] = event.Vessel{Role: e.Vessels[k].Role, MMSI: vessel.MMSI(620999001 + k), IMO: vessel.IMO(9000003), Name: text, Flag: "IR", Class: "VLCC", Listed: []string{text + " 1 (2026-03-20)"}}
		}
		var b event.EvidenceBuilder
		b.Add(text, int64(i), text)
		station := "s:" + strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune(`\*,!$`, r) {
				return -1
			}
			return r
		}, text)
		sum := byte(0)
		for _, c := range []byte(station) {
			sum ^= c
		}
		b.Add("station.nmea", int64(i), fmt.Sprintf(`\%s*%02X\!AIVDM,1,1,,A,19@>iFh0AwSp`+"`"+`S0?5KjIrWpT0000,0*52`, station, sum))
		b.Add("coast.nmea", int64(i), `\s:SYNSAT-2,c:1741222758*2A\!AIVDM,1,1,,A,19@>iFh0AwSp`+"`"+`S0?5KjIrWpT0000,0*52`)
		e.Evidence = b.Done()
		all = append(all, e)
	}
	return all
}

// besieged is the whole site over the fixture and the hostile events.
func besieged(t testing.TB, plain bool) http.Handler {
	t.Helper()
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	if err := folder.Load(t.Context(), fixture.Folder(), kept); err != nil {
		t.Fatal(err)
	}
	if err := kept.Put(t.Context(), 1, store.Batch{Events: hostileEvents(plain)}); err != nil {
		t.Fatal(err)
	}
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Handler(model.New(kept), Options{Places: places, Public: "https://example.org", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// fetch asks for what must be there, as this machine does.
func fetch(t *testing.T, h http.Handler, path string) (kind, body string) {
	t.Helper()
	w := ask(h, "http://127.0.0.1:8080"+path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %.300s", path, w.Code, w.Body)
	}
	if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("%s: X-Content-Type-Options %q: a browser may take it for a page", path, got)
	}
	return w.Header().Get("Content-Type"), w.Body.String()
}

func TestHostileNamesAreHarmlessOnEveryPage(t *testing.T) {
	h := besieged(t, false)
	paths := []string{"/", "/?order=newest&size=VLCC", "/?q=%3Cscript%3Ealert(1)%3C/script%3E", "/?q=%E2%80%AE", "/status", "/about", "/help", "/embed", "/day/2026-02-20", "/report/2026-02", "/ship/620999001", "/ship/imo9000003", "/lot/lot-00000000000000a1",
		"/seen", "/seen?a=40,20,60,40&b=%3Cscript%3Ealert(1)%3C/script%3E", "/seen?a=%22%3E%3Cimg+src=x%3E&b=%E2%80%AE", "/seen?a=0,0,90,90&b=-180,-90,180,90&within_days=3660"}
	for _, e := range hostileEvents(false) {
		paths = append(paths, "/event/"+e.ID, "/event/"+e.ID+"?fragment=1", "/embed?event="+e.ID)
	}
	for _, path := range paths {
		kind, body := fetch(t, h, path)
		if kind != "text/html; charset=utf-8" {
			t.Errorf("%s: %s", path, kind)
		}
		harmlessHTML(t, path, body)
	}
	// What was sent is seen all the same.
	for i, e := range hostileEvents(false) {
		if _, body := fetch(t, h, "/event/"+e.ID); !strings.Contains(textOf(t, body), chart.Plain(stored(hostile[i]))) {
			t.Errorf("/event/%s does not show %q", e.ID, hostile[i])
		}
	}
}

// stored is a text as JSON keeps it: each broken byte is one U+FFFD.
func stored(text string) string {
	b, _ := json.Marshal(text) // text can be written
	var out string
	_ = json.Unmarshal(b, &out)
	return out
}

// textOf is what a reader sees of a page.
func textOf(t *testing.T, body string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// harmlessHTML reads a page as browsers do: nothing in it runs, and nothing turns the writing.
func harmlessHTML(t *testing.T, what, body string) {
	t.Helper()
	for _, d := range dangers(t, body) {
		t.Errorf("%s: %s", what, d)
	}
}

// dangers are what would run or mislead in a page.
func dangers(t *testing.T, body string) (all []string) {
	t.Helper()
	found := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			if strings.ContainsAny(n.Data, turned) && n.Parent.Data != "script" {
				found("%q turns or hides writing", n.Data)
			}
			continue
		}
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
			if strings.ContainsAny(a.Val, turned) && a.Key != "value" { // which the reader typed, or a filter asks for as it is
				found("<%s %s=%q> turns or hides writing", n.Data, a.Key, a.Val)
			}
			if value := strings.ToLower(strings.TrimSpace(a.Val)); strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")) {
				found("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		switch n.Data {
		case "script":
			if at["type"] != "application/json" && (!strings.HasPrefix(at["src"], "/assets/") || n.FirstChild != nil) {
				found("a script %v", n.Attr)
			}
		case "iframe", "object", "embed", "foreignobject", "base":
			found("<%s>", n.Data)
		case "b":
			if n.FirstChild != nil && n.FirstChild.Data == "BOLD" {
				found("a name made itself bold")
			}
		case "img":
			if !strings.HasPrefix(at["src"], "/") {
				found("<img src=%q>", at["src"])
			}
		}
	}
	return all
}

// TestTheChecksFindWhatIsNotHarmless: a check that finds nothing must be able to find something.
func TestTheChecksFindWhatIsNotHarmless(t *testing.T) {
	for _, bad := range []string{"<script>alert(1)</script>", `<script src="https://evil.example/x.js"></script>`, `<img src=x>`, `<p onclick="x()">`, `<a href=" JavaScript:x()">`, "<b>BOLD</b>", "<svg/onload=x()>",
		"<iframe></iframe>", "<p>\u202eTXT</p>", "<p title=\"\u200fA\">", "<base href=/>"} {
		if len(dangers(t, "<p>before</p>"+bad)) == 0 {
			t.Errorf("%q is taken for harmless", bad)
		}
	}
	if all := dangers(t, `<p title="&lt;script&gt;">=1+1 &lt;script&gt;</p><script type="application/json">{"q":"<\/b>"}</script><script type="module" src="/assets/a.js"></script>`); len(all) > 0 {
		t.Errorf("harmless, and found %q", all)
	}
}

func TestHostileNamesAreNoFormulasInTables(t *testing.T) {
	h := besieged(t, false)
	for _, path := range []string{"/api/v1/events?format=csv", "/api/v1/estimates?format=csv", "/api/v1/lots?format=csv"} {
		kind, body := fetch(t, h, path)
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || !strings.HasPrefix(kind, "text/csv") || len(rows) < 2 {
			t.Fatalf("%s: %s, %d rows, %v", path, kind, len(rows), err)
		}
		number := regexp.MustCompile(`^-?[0-9.]+$`)
		for _, row := range rows {
			for _, cell := range row {
				if text := strings.TrimLeft(cell, " \u00a0"); text != "" && strings.ContainsAny(text[:1]+firstRune(text), "=+-@\t\r\n＝＋－＠") && !number.MatchString(text) {
					t.Errorf("%s: a spreadsheet would run %q", path, cell)
				}
				if strings.ContainsAny(cell, turned) {
					t.Errorf("%s: %q turns or hides writing", path, cell)
				}
			}
		}
	}
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func TestHostileNamesAreTextInFilesForMapsAndReaders(t *testing.T) {
	h := besieged(t, false)
	_, kmz := fetch(t, h, "/api/v1/events?format=kmz")
	files := unpacked(t, kmz)
	var doc struct {
		Placemarks []struct {
			Name        string `xml:"name"`
			Description string `xml:"description"`
		} `xml:"Document>Placemark"`
	}
	if err := xml.Unmarshal(files["doc.kml"], &doc); err != nil || len(doc.Placemarks) < len(hostile) {
		t.Fatalf("KML: %d placemarks, %v", len(doc.Placemarks), err)
	}
	for _, p := range doc.Placemarks {
		harmlessHTML(t, "KML balloon", p.Description) // Google Earth shows it as HTML
		if strings.ContainsAny(p.Name, turned) {
			t.Errorf("KML name %q", p.Name)
		}
	}
	for path, root := range map[string]string{"/api/v1/events?format=gpx": "gpx", "/feed.atom": "feed", "/barometer.svg": "svg", "/badge.svg": "svg"} {
		_, body := fetch(t, h, path)
		harmlessXML(t, path, root, body)
	}
	_, body := fetch(t, h, "/feed.json")
	var feed struct {
		Items []struct {
			Title string
			HTML  string `json:"content_html"`
			Text  string `json:"content_text"`
		}
	}
	if err := json.Unmarshal([]byte(body), &feed); err != nil || len(feed.Items) < 10 {
		t.Fatalf("/feed.json: %d items, %v", len(feed.Items), err)
	}
	for _, i := range feed.Items {
		harmlessHTML(t, "/feed.json", i.HTML)
		if strings.ContainsAny(i.Title+i.Text, turned) {
			t.Errorf("/feed.json: %q", i.Title+i.Text)
		}
	}
}

// harmlessXML reads a file as XML: no element that runs, no attribute that does, and content that is HTML is harmless, too.
func harmlessXML(t *testing.T, what, root, body string) {
	t.Helper()
	if i := strings.IndexAny(body, turned); i >= 0 {
		t.Errorf("%s: %q turns or hides writing", what, body[max(0, i-40):min(len(body), i+20)])
	}
	first, inHTML := "", false
	for d := xml.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			if first == "" {
				first = x.Name.Local
			}
			if slices.Contains([]string{"script", "foreignObject", "iframe", "img", "b"}, x.Name.Local) {
				t.Errorf("%s: <%s>", what, x.Name.Local)
			}
			inHTML = false
			for _, a := range x.Attr {
				inHTML = inHTML || a.Name.Local == "type" && a.Value == "html"
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "https://example.org/") && !strings.HasPrefix(a.Value, "/") && !strings.HasPrefix(a.Value, "#") {
					t.Errorf("%s: <%s %s=%q>", what, x.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			if inHTML {
				harmlessHTML(t, what, string(x))
			}
		}
	}
	if first != root {
		t.Errorf("%s: a file of <%s>, want <%s>", what, first, root)
	}
}

func unpacked(t *testing.T, body string) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestHostileNamesAreHarmlessInTheEvidence(t *testing.T) {
	h := besieged(t, false)
	for _, e := range hostileEvents(false) {
		_, body := fetch(t, h, "/api/v1/events/"+e.ID+"/evidence.zip")
		files := unpacked(t, body)
		for _, name := range []string{"README.txt", "why.txt"} { // read on a terminal
			for line := range strings.Lines(string(files[name])) {
				if strings.ContainsAny(strings.TrimRight(line, "\n"), turned+"\r") && !strings.Contains(line, "raw") {
					t.Errorf("%s of %s: %q", name, e.ID, line)
				}
			}
		}
		if svg, ok := files["map.svg"]; ok {
			harmlessXML(t, "map.svg of "+e.ID, "svg", string(svg))
		}
		if !json.Valid(files["event.json"]) || !json.Valid(files["track.geojson"]) {
			t.Errorf("%s: event.json or track.geojson is no JSON", e.ID)
		}
	}
}

// TestImagesShowHostileNamesAsTheyShouldBeShown: a picture with hostile names is the picture of the same names made plain, dot by dot.
func TestImagesShowHostileNamesAsTheyShouldBeShown(t *testing.T) {
	if testing.Short() {
		t.Skip("draws pictures")
	}
	h, tame := besieged(t, false), besieged(t, true)
	events := hostileEvents(false)
	for _, i := range []int{0, 22, 27, 29, 32} {
		path := "/og/" + events[i].ID + ".png"
		kind, got := fetch(t, h, path)
		_, want := fetch(t, tame, path)
		config, err := png.DecodeConfig(strings.NewReader(got))
		if err != nil || kind != "image/png" || config.Width != 1200 || config.Height != 630 {
			t.Errorf("%s: %s %v, %v", path, kind, config, err)
		}
		if got != want {
			t.Errorf("%s: the picture of %q is not that of %q", path, hostile[i], chart.Plain(hostile[i]))
		}
		if bytes.Contains([]byte(got), []byte("alert(1)")) {
			t.Errorf("%s: the name stands in the file as text", path)
		}
	}
}
