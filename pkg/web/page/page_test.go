package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// site is the site of a folder; nil is an empty store.
func site(t *testing.T, of fstest.MapFS) (*http.ServeMux, *store.Store) {
	t.Helper()
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	if of != nil {
		if err := folder.Load(t.Context(), of, kept); err != nil {
			t.Fatal(err)
		}
	}
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	shores, err := basemap.Default()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(model.New(kept), Options{Assets: "/assets/v-1", Scripts: []string{"app/app.js"}, Public: "https://example.org", Places: places, Shores: shores, Software: "test"})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Register(mux)
	return mux, kept
}

// get asks for a path and returns the status and the body.
func get(t *testing.T, mux http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// wellFormed parses a page, which must close what it opens, use no id twice and have neither script nor style within.
func wellFormed(t *testing.T, path, body string) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	var open []string
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		for _, a := range token.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("%s: two elements have the id %q", path, a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s: <%s %s=%q> is against the policy", path, token.Data, a.Key, a.Val)
			}
		}
		switch {
		case kind == html.StartTagToken && !void[token.Data]:
			open = append(open, token.Data)
		case kind == html.EndTagToken:
			if n := len(open); n == 0 || open[n-1] != token.Data {
				t.Fatalf("%s: </%s> closes %v", path, token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: %v stay open", path, open)
	}
	for _, bad := range []string{"ZgotmplZ", "%!", "<no value>", "NaN", "<style"} {
		if strings.Contains(body, bad) {
			t.Errorf("%s: the page holds %q", path, bad)
		}
	}
	return ids
}

var void = map[string]bool{"meta": true, "link": true, "input": true, "br": true, "img": true, "hr": true}

func TestPagesOfAStore(t *testing.T) {
	mux, _ := site(t, fixture.Folder())
	for _, tc := range []struct {
		path, ids string
	}{
		{"/", "status number barometer map map-fallback map-canvas timebar filters events downloads evidence live page-data"},
		{"/?kind=lift&q=SYN&conf=0.5&theme=light", "events"},
		{"/event/lift-00000000000000a0", "event cite citation"},
		{"/day/2026-03-01", "day"},
		{"/day/2026-03-01?basis=exited", "day"},
		{"/ship/620999001", "ship"},
		{"/seen", "filters areas"}, {"/seen?a=Kharg&b=STS", "filters areas list count downloads"},
		{"/status", "status"}, {"/about", "status"}, {"/help", "status"},
		{"/embed", "number barometer"}, {"/embed?event=lift-00000000000000a0", "event-card"},
	} {
		code, body := get(t, mux, tc.path)
		if code != http.StatusOK {
			t.Errorf("%s: status %d: %.200s", tc.path, code, body)
			continue
		}
		ids := wellFormed(t, tc.path, body)
		for _, id := range strings.Fields(tc.ids) {
			if !ids[id] {
				t.Errorf("%s: no element has the id %q", tc.path, id)
			}
		}
		if dir := os.Getenv("PAGES"); dir != "" {
			_ = os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "_", "?", "_").Replace(tc.path)+".html"), []byte(body), 0o600)
		}
	}
}

func TestEveryEventHasItsPage(t *testing.T) {
	mux, _ := site(t, fixture.Folder())
	for _, e := range fixture.Events() {
		code, body := get(t, mux, "/event/"+e.ID)
		if code != http.StatusOK {
			t.Errorf("%s: status %d", e.ID, code)
			continue
		}
		wellFormed(t, e.ID, body)
		for _, want := range []string{e.ID, html.EscapeString(e.Why), e.Evidence.SHA256, "https://example.org/event/" + e.ID} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: no %q", e.ID, want)
			}
		}
		if retracted := strings.Contains(body, "Retracted, because:"); retracted != (e.Status == "retracted") {
			t.Errorf("%s is %s, and the page says retracted: %v", e.ID, e.Status, retracted)
		}
		_, fragment := get(t, mux, "/event/"+e.ID+"?fragment=1")
		if text := strings.TrimSpace(fragment); !strings.HasPrefix(text, `<article id="event"`) || !strings.HasSuffix(text, "</article>") {
			t.Errorf("%s: the fragment is %.40q … %.40q", e.ID, text, text[max(0, len(text)-40):])
		}
	}
}

func TestVersionsThatWereNotKeptAreCountedInWords(t *testing.T) {
	mux, kept := site(t, nil)
	for version, want := range map[int]string{1: "", 2: "One earlier version was not kept", 3: "2 earlier versions were not kept"} {
		e := fixture.Events()[0]
		e.ID, e.Version = fmt.Sprintf("lift-%016x", version), version
		if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
			t.Fatal(err)
		}
		if _, body := get(t, mux, "/event/"+e.ID); !strings.Contains(body, want) || want == "" && strings.Contains(body, "not kept") {
			t.Errorf("version %d alone: no %q", version, want)
		}
	}
}

// TestARetractedEventKeepsItsLink: what once was shared still answers, with the reason and what took its place.
func TestARetractedEventKeepsItsLink(t *testing.T) {
	mux, kept := site(t, nil)
	all := fixture.Events()
	old, successor := all[0], all[3]
	old.Version, old.Status, old.Why, old.SupersededBy = 1, event.Closed, "seen at the berth", nil
	if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{old, successor}}); err != nil {
		t.Fatal(err)
	}
	if _, body := get(t, mux, "/event/"+old.ID); strings.Contains(body, "Retracted") {
		t.Error("it is retracted before it is")
	}
	old.Version, old.Status, old.Why, old.SupersededBy = 2, event.Retracted, "a late report <b>fills</b> it", &successor.ID
	if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{old}}); err != nil {
		t.Fatal(err)
	}
	code, body := get(t, mux, "/event/"+old.ID)
	for _, want := range []string{"Retracted, because: a late report &lt;b&gt;fills&lt;/b&gt; it.", `href="/event/` + successor.ID + `"`, "seen at the berth"} {
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("status %d, no %q", code, want)
		}
	}
	if _, body := get(t, mux, "/event/"+successor.ID); !strings.Contains(body, "It took the place of") {
		t.Error("the successor does not know whose place it took")
	}
}

// TestNamesOfStrangersStayText: scripts, formulas and marks that turn the direction of writing, on every page that names ships.
func TestNamesOfStrangersStayText(t *testing.T) {
	mux, kept := site(t, fixture.Folder())
	e := fixture.Events()[2]
	e.ID, e.Why = "lift-00000000000000ff", "because <script>alert(2)</script> \u202e"
	e.Vessels[0].Name, e.Vessels[0].Listed = `"><img src=x onerror=alert(3)>`, []string{"sdn <b>9</b> (2024-03-01)"}
	e.Place = &event.Place{Name: "Port <script>alert(4)</script>", Kind: "port"}
	if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/?q=%3Cscript%3Ealert(5)%3C/script%3E&src=%22%3E%3Cimg&place=%3Cb%3E&kind=%3Cx%3E", "/event/" + e.ID, "/event/lift-00000000000000a2", "/event/lift-00000000000000a3", "/day/2026-02-16", "/day/2026-03-21",
		"/ship/620999003", "/ship/imo9000005", "/lot/lot-00000000000000a1", "/seen?a=%3Cimg+src=x%3E&b=%E2%80%AE&ship=%3Cscript%3Ealert(6)%3C/script%3E&cursor=%3Cx%3E", "/seen?a=Kharg&b=Iran&cursor=%3Cx%3E", "/status", "/embed?event=" + e.ID, "/report/2026-02", "/%3Cscript%3E", "/event/%3Cscript%3E", "/ship/%3Cscript%3E", "/day/%3Cscript%3E", "/report/%3Cscript%3E"} {
		_, body := get(t, mux, path)
		for _, bad := range []string{"<script>alert", "<img", "<b>9", "\u202e", "<b>in Muscat", "<x>"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
	if _, body := get(t, mux, "/event/"+e.ID); !strings.Contains(body, "&#34;&gt;&lt;img src=x onerror=alert(3)&gt;") || !strings.Contains(body, `\u202e`) {
		t.Error("the page does not show what was sent")
	}
}

func TestAnEmptyStoreHasPages(t *testing.T) {
	mux, _ := site(t, nil)
	for path, want := range map[string]int{"/": 200, "/status": 200, "/seen": 200, "/seen?a=Kharg&b=STS": 200, "/about": 200, "/help": 200, "/embed": 200, "/barometer.svg": 200, "/badge.svg": 200, "/og/barometer.png": 200,
		"/day/2026-03-01": 404, "/report/2026-03": 404, "/event/lift-00000000000000a0": 404, "/ship/620999001": 404, "/lot/lot-1": 404, "/og/lift-1.png": 404, "/og/x": 404} {
		code, body := get(t, mux, path)
		if code != want {
			t.Errorf("%s: status %d, want %d", path, code, want)
		}
		if strings.HasPrefix(body, "<!DOCTYPE") {
			wellFormed(t, path, body)
		}
	}
	if _, body := get(t, mux, "/"); !strings.Contains(body, "No estimate yet") || !strings.Contains(body, "No event yet.") {
		t.Error("an empty store does not say that it is empty")
	}
}

// TestWhyIsThisNumberSo follows a newcomer: the number, what makes it, a lift, her own words.
func TestWhyIsThisNumberSo(t *testing.T) {
	mux, _ := site(t, fixture.Folder())
	_, front := get(t, mux, "/")
	why := regexp.MustCompile(`<a class="why" href="([^"#]+)#month">`).FindStringSubmatch(front)
	if why == nil {
		t.Fatal("the number does not lead to its reasons")
	}
	_, body := get(t, mux, why[1])
	_, month, _ := strings.Cut(body, `<section id="month"`)
	lift := regexp.MustCompile(`<a href="(/event/lift-[0-9a-f]+)">`).FindStringSubmatch(month)
	if lift == nil {
		t.Fatal("what makes the number does not lead to a lift")
	}
	if _, page := get(t, mux, lift[1]); !strings.Contains(page, "!AIVDM") || !strings.Contains(page, "heard by") {
		t.Error("the lift does not quote what was sent")
	}
	mean := regexp.MustCompile(`<data value="(\d+)">`).FindStringSubmatch(front)
	sums := regexp.MustCompile(`published to 100 as ([0-9,]+)</th>.*?<td class="n">[0-9,]+</td><td class="n">([0-9,]+)</td>`).FindStringSubmatch(month)
	if mean == nil || sums == nil {
		t.Fatalf("no mean or no sum: %v, %v", mean, sums)
	}
	published, exact := integer(t, sums[1]), integer(t, sums[2])
	if published != integer(t, mean[1]) || exact < published-50 || exact > published+50 {
		t.Errorf("the number is %s, its arithmetic comes to %d and is published as %d", mean[1], exact, published)
	}
}

func integer(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.ReplaceAll(text, ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheURLIsTheState(t *testing.T) {
	mux, _ := site(t, fixture.Folder())
	_, all := get(t, mux, "/")
	_, lifts := get(t, mux, "/?kind=lift&theme=contrast&utm=kept")
	for _, want := range []string{`data-theme="contrast"`, `value="lift" checked`, `/api/v1/events?kind=lift&amp;theme=contrast&amp;utm=kept&amp;format=csv`, `rel="canonical" href="https://example.org/?kind=lift`} {
		if !strings.Contains(lifts, want) {
			t.Errorf("no %s", want)
		}
	}
	rows := regexp.MustCompile(`<tr data-id="([a-z_]+)-`)
	for _, m := range rows.FindAllStringSubmatch(lifts, -1) {
		if m[1] != "lift" {
			t.Errorf("a %s passes the filter for lifts", m[1])
		}
	}
	if n := len(rows.FindAllString(all, -1)); n != len(fixture.Events())-1 {
		t.Errorf("%d rows without a filter, want %d: all but the retracted one", n, len(fixture.Events())-1)
	}
	if _, body := get(t, mux, "/?conf=lots"); !strings.Contains(body, `class="problem"`) || !strings.Contains(body, "0% to 100%") {
		t.Error("a parameter that says nothing is not told")
	}
	if _, body := get(t, mux, "/?cursor=%00"); !strings.Contains(body, `class="problem"`) || !strings.Contains(body, `<tr data-id=`) {
		t.Error("a cursor of nothing is not told, or empties the table")
	}
}

// TestOnlyPublicPagesAreKept: what is not marked is made for each who asks, since it may be for him alone.
func TestOnlyPublicPagesAreKept(t *testing.T) {
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	s, err := New(model.New(kept), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, keep := range []bool{false, true} {
		made := 0
		for range 3 {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, fmt.Sprintf("/x?%v", keep), nil)
			s.serve(w, r, func(*http.Request) (answer, error) {
				made++
				return answer{keep: keep, body: []byte("for you")}, nil
			})
			if w.Body.String() != "for you" {
				t.Errorf("got %q", w.Body)
			}
		}
		if want := map[bool]int{false: 3, true: 1}[keep]; made != want {
			t.Errorf("kept %v: made %d times, want %d", keep, made, want)
		}
	}
}

// TestEqualPagesAreEqualBytes: a page can be kept by its tag until something changes.
func TestEqualPagesAreEqualBytes(t *testing.T) {
	mux, kept := site(t, fixture.Folder())
	_, before := get(t, mux, "/")
	if _, again := get(t, mux, "/"); again != before {
		t.Error("the same store gives other bytes")
	}
	e := fixture.Events()[0]
	e.Version, e.Probability = 9, 0.123
	if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	if _, after := get(t, mux, "/"); after == before || !strings.Contains(after, "0.12") {
		t.Error("a change is not shown")
	}
}

// TestSeenLeadsFromAPassageToItsSentences: the question, the row, the event that quotes its end, and what the ship sent.
func TestSeenLeadsFromAPassageToItsSentences(t *testing.T) {
	mux, kept := site(t, fixture.Folder())
	if err := kept.Put(t.Context(), 1, store.Batch{Events: fixture.Voyages()}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		path string
		want []string
	}{
		{"/seen", []string{`value="Kharg T-jetty (eastern jetty)"`, `value="Malaysia"`, `href="/seen?a=Kharg&amp;b=STS&#43;areas"`, "Only reports that an event quotes count"}},
		{"/seen?ship=imo9000039", []string{`value="imo9000039"`, `href="/seen?ship=imo9000039&amp;a=Kharg&amp;b=Malaysia"`}},
		{"/seen?a=Kharg&b=STS&theme=light", []string{"SYN DONOR", "IMO 9000039 KM VLCC", "silent for 2 d 12 h", `name="theme" value="light"`, ": 5 places together", ", 10.1 kn", "/api/v1/passages?theme=light&amp;a=Kharg&amp;b=STS&amp;format=csv", "4.0<small>", ">listed</span>"}},
		{"/seen?a=Fujairah&b=Malaysia", []string{"SYN RENAMED", "MMSI 620999102, then 374999102: one IMO number", "EOPL STS area (off E Johor)"}},
		{"/seen?a=Fujairah&b=Kharg", []string{"=HYPERLINK(&#34;http://x&#34;;&#34;y&#34;)"}},
		{"/seen?a=Kharg&b=Malaysia", []string{"That does not mean that no ship went there"}},
		{"/seen?a=Khrag&b=STS", []string{`class="problem"`, "did you mean Kharg", `value="Khrag"`}},
		{"/seen?a=Kharg&b=STS&cursor=noise", []string{`class="problem"`, "SYN DONOR"}},
		{"/ship/imo9000039", []string{`href="/seen?ship=imo9000039"`}},
		{"/", []string{`href="/seen"`}},
	} {
		code, body := get(t, mux, tc.path)
		wellFormed(t, tc.path, body)
		for _, want := range tc.want {
			if code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s: status %d, no %s", tc.path, code, want)
			}
		}
	}
	_, body := get(t, mux, "/seen?a=Kharg&b=STS")
	_, rows, _ := strings.Cut(body, `<table id="passages">`)
	quoting := regexp.MustCompile(`href="(/event/port_call-[0-9a-f]+)"`).FindStringSubmatch(rows)
	if quoting == nil {
		t.Fatal("no event quotes the passage's end")
	}
	if _, page := get(t, mux, quoting[1]); !strings.Contains(page, "!AIVDM") || !strings.Contains(page, "FIX-1") {
		t.Errorf("%s does not quote what was sent", quoting[1])
	}
}
