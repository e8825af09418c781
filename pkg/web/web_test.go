package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/darkwake/darkwake/pkg/triage"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// strict is the policy of WEB.md section 7, to the letter.
const strict = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// handler is the whole site over the fixture.
func handler(t testing.TB, o Options) http.Handler {
	t.Helper()
	kept, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kept.Close() })
	if err := folder.Load(t.Context(), fixture.Folder(), kept); err != nil {
		t.Fatal(err)
	}
	if o.Places, err = place.Default(); err != nil {
		t.Fatal(err)
	}
	o.Log = slog.New(slog.DiscardHandler)
	h, err := Handler(model.New(kept), o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	h := handler(t, Options{Ancestors: []string{"https://example.org", "https://example.net"}})
	for _, path := range []string{"/", "/event/lift-00000000000000a0", "/nothing", "/assets/page/page.css", "/basemap/gulf.topojson", "/barometer.svg", "/embed", "/report/2026-03", "/api/v1/events"} {
		w := ask(h, "http://localhost"+path)
		want := strict
		switch path {
		case "/embed":
			want = strings.Replace(strict, "frame-ancestors 'none'", "frame-ancestors https://example.org https://example.net", 1)
		case "/report/2026-03":
			want = w.Header().Get("Content-Security-Policy")
			if strings.Contains(want, "unsafe") || !strings.Contains(want, "style-src 'sha256-") {
				t.Errorf("%s: policy %s", path, want)
			}
		}
		if got := w.Header().Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: policy %s", path, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
		if w.Header().Get("Content-Type") == "" || w.Code >= 500 {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
	}
	if got := ask(handler(t, Options{Ancestors: []string{"https://a.example", "*"}}), "http://localhost/embed").Header().Get("Content-Security-Policy"); !strings.HasSuffix(got, "frame-ancestors *") {
		t.Errorf("everybody: %s", got)
	}
	tiled := ask(handler(t, Options{Tiles: "https://tiles.example/{z}/{x}/{y}.png"}), "http://localhost/").Header().Get("Content-Security-Policy")
	if !strings.Contains(tiled, "img-src 'self' data: https://tiles.example;") || !strings.Contains(tiled, "connect-src 'self' https://tiles.example;") {
		t.Errorf("tiles: %s", tiled)
	}
}

func TestOptionsThatCannotBeAreOneLine(t *testing.T) {
	for _, tc := range []struct {
		want string
		o    Options
	}{
		{`frame ancestor "example.org": expected an origin`, Options{Ancestors: []string{"example.org"}}},
		{`frame ancestor "https://a; script-src *": expected`, Options{Ancestors: []string{"https://a; script-src *"}}},
		{`public URL "//example.org": expected`, Options{Public: "//example.org"}},
		{`tiles "tiles.pmtiles": expected`, Options{Tiles: "tiles.pmtiles"}},
		{`open basemap`, Options{Shores: "/nowhere"}},
	} {
		_, err := Handler(model.New(nil), tc.o)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: got %v, want %s", tc.o, err, tc.want)
		}
	}
}

// TestOnlyItsOwnNamesAreAnswered: a page elsewhere whose name was bent to this machine asks under that name.
func TestOnlyItsOwnNamesAreAnswered(t *testing.T) {
	h := handler(t, Options{Public: "https://Oil.Example"})
	for host, want := range map[string]int{"localhost": 200, "localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200, "127.9.9.9": 200, "oil.example": 200, "oil.example:443": 200,
		"evil.example": 421, "localhost.evil.example": 421, "192.168.1.7": 421, "": 421, "127.0.0.1.evil.example": 421} {
		r := httptest.NewRequest(http.MethodGet, "/status", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: got %d, want %d", host, w.Code, want)
		}
	}
}

func TestTheKeyIsAskedOfEverybody(t *testing.T) {
	h := handler(t, Options{Key: "open sesame"})
	for _, path := range []string{"/", "/event/lift-00000000000000a0", "/api/v1/events", "/assets/page/page.css", "/embed", "/badge.svg", "/og/barometer.png"} {
		if w := ask(h, "http://anything.example"+path); w.Code != http.StatusUnauthorized || len(w.Header().Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s without the key: %d, %v", path, w.Code, w.Header())
		}
		if w := ask(h, "http://anything.example"+path, "Authorization", "Bearer open sesam"); w.Code != http.StatusUnauthorized {
			t.Errorf("%s with a part of the key: %d", path, w.Code)
		}
		for _, given := range []string{"Bearer open sesame", "Basic YW55Om9wZW4gc2VzYW1l"} {
			if w := ask(h, "http://anything.example"+path, "Authorization", given); w.Code == http.StatusUnauthorized || w.Code >= 500 {
				t.Errorf("%s with %s: %d", path, given, w.Code)
			}
		}
	}
}

// TestReviewersComeBehindTheKey: who has a reviewer's key and not the site's gets nowhere, and what reviewers are shown has the
// headers of every answer.
func TestReviewersComeBehindTheKey(t *testing.T) {
	dir := t.TempDir()
	people := filepath.Join(dir, "reviewers.yaml")
	if err := os.WriteFile(people, []byte("reviewers:\n  - {name: Ana, key_sha256: "+strings.Repeat("ab", 32)+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	desk, err := triage.OpenDesk(triage.Options{Reviewers: people, Reviews: filepath.Join(dir, "reviews.jsonl"), Public: "https://oil.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	h := handler(t, Options{Key: "open sesame", Public: "https://oil.example", Desk: desk})
	for _, path := range []string{"/login", "/triage", "/triage/log.csv"} {
		if w := ask(h, "https://oil.example"+path); w.Code != http.StatusUnauthorized {
			t.Errorf("%s without the site's key: %d", path, w.Code)
		}
	}
	w := ask(h, "https://oil.example/login", "Authorization", "Bearer open sesame")
	if w.Code != http.StatusOK || w.Header().Get("Content-Security-Policy") != strict || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Body.String(), desk.Token()) {
		t.Errorf("the door: %d, %v", w.Code, w.Header())
	}
	if w := ask(h, "https://oil.example/triage", "Authorization", "Bearer open sesame"); w.Code != http.StatusSeeOther || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the site's key opens the desk: %d, %v", w.Code, w.Header())
	}
}

func TestAnswersAreMadeSmaller(t *testing.T) {
	h := handler(t, Options{})
	plain := ask(h, "http://localhost/")
	for _, tc := range []struct{ accept, want string }{{"", ""}, {"br", "br"}, {"gzip", "gzip"}, {"gzip, deflate, br, zstd", "br"}, {"br;q=0, gzip;q=0.5", "gzip"}, {"gzip;q=1, br;q=0.2", "gzip"},
		{"identity", ""}, {"*", "gzip"}, {"br;q=nonsense", ""}} {
		w := ask(h, "http://localhost/", "Accept-Encoding", tc.accept)
		if got := w.Header().Get("Content-Encoding"); got != tc.want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: got %q, vary %q", tc.accept, got, w.Header().Get("Vary"))
		}
		var body io.Reader = w.Body
		var err error
		switch tc.want {
		case "br":
			body = brotli.NewReader(w.Body)
		case "gzip":
			body, err = gzip.NewReader(w.Body)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
			t.Errorf("%q: %d bytes of %d, %v", tc.accept, len(got), plain.Body.Len(), err)
		}
	}
	tag := plain.Header().Get("ETag")
	if w := ask(h, "http://localhost/", "If-None-Match", tag, "Accept-Encoding", "br"); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("who has it gets it again: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := ask(h, "http://localhost/og/barometer.png", "Accept-Encoding", "br"); w.Header().Get("Content-Encoding") != "" {
		t.Error("an image is compressed twice")
	}
}

// TestTheBasemapKeepsItsBudgetOfBytes weighs shores and places as they are sent, against section 5 of the page's specification.
func TestTheBasemapKeepsItsBudgetOfBytes(t *testing.T) {
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	h := handler(t, Options{Places: places})
	sum := 0
	for _, name := range []string{basemap.Gulf, basemap.World, basemap.PlacesFile} {
		w := ask(h, "http://localhost/basemap/"+name, "Accept-Encoding", "br")
		if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "br" {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
		t.Logf("%s: %d bytes", name, w.Body.Len())
		sum += w.Body.Len()
	}
	if sum > 250<<10 {
		t.Errorf("got %d bytes of brotli, want at most %d", sum, 250<<10)
	}
}

func TestStreamsAreNotHeldBack(t *testing.T) {
	h := compressed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: 1\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	}))
	if w := ask(h, "/", "Accept-Encoding", "br"); !w.Flushed || w.Header().Get("Content-Encoding") != "" || w.Body.String() != "data: 1\n\n" {
		t.Errorf("got %q, %v", w.Body, w.Header())
	}
}

func TestFilesAreKeptUnderTheirVersion(t *testing.T) {
	tree := fstest.MapFS{"a/x.mjs": {Data: []byte("export {}")}, "a/x.mjs.br": {Data: []byte("small")}, "a/x.mjs.gz": {Data: []byte("smallish")}, "b.css": {Data: []byte("b{}")}}
	s, err := newStatic(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		path, accept, kind, coding, keep string
		code                             int
	}{
		{s.prefix() + "/a/x.mjs", "", "text/javascript; charset=utf-8", "", "public, max-age=31536000, immutable", 200},
		{s.prefix() + "/a/x.mjs", "gzip, br", "text/javascript; charset=utf-8", "br", "public, max-age=31536000, immutable", 200},
		{s.prefix() + "/a/x.mjs", "gzip", "text/javascript; charset=utf-8", "gzip", "public, max-age=31536000, immutable", 200},
		{"/assets/v-000000/b.css", "", "text/css; charset=utf-8", "", "no-cache", 200},
		{"/assets/b.css", "br", "text/css; charset=utf-8", "", "no-cache", 200},
		{"/assets/a/x.mjs.br", "", "", "", "", 404}, {"/assets/a", "", "", "", "", 404}, {"/assets/", "", "", "", "", 404}, {"/assets/../web.go", "", "", "", "", 404},
	} {
		w := ask(s, tc.path, "Accept-Encoding", tc.accept)
		h := w.Header()
		if w.Code != tc.code || tc.code == 200 && (h.Get("Content-Type") != tc.kind || h.Get("Content-Encoding") != tc.coding || h.Get("Cache-Control") != tc.keep || h.Get("ETag") == "") {
			t.Errorf("%s, %q: %d, %v", tc.path, tc.accept, w.Code, h)
		}
	}
	tree["b.css"] = &fstest.MapFile{Data: []byte("c{}")}
	if other, err := newStatic(tree); err != nil || other.version == s.version {
		t.Errorf("other files have the same version, %v", err)
	}
}

func TestThePageFindsWhatItLinks(t *testing.T) {
	h := handler(t, Options{})
	body := ask(h, "http://localhost/").Body.String()
	for _, part := range strings.FieldsFunc(body, func(r rune) bool { return r == '"' || r == ' ' || r == '<' }) {
		if !strings.HasPrefix(part, "/assets/") || strings.Count(part, "/") < 4 {
			continue
		}
		if w := ask(h, "http://localhost"+part); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %v", part, w.Code, w.Header())
		}
	}
	if !strings.Contains(body, "/assets/v-") {
		t.Error("the page links no style sheet")
	}
	for _, path := range []string{"/basemap/gulf.topojson", "/basemap/world.topojson", "/basemap/places.geojson"} {
		if w := ask(h, "http://localhost"+path, "Accept-Encoding", "br"); w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "br" {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, tc := range []struct {
		address string
		keyed   bool
		want    string
	}{
		{"127.0.0.1:0", false, ""}, {"localhost:0", false, ""}, {"[::1]:0", false, ""}, {"0.0.0.0:0", true, ""},
		{"0.0.0.0:0", false, `address "0.0.0.0:0": others could reach it`}, {":0", false, "others could reach it"}, {"[::]:0", false, "others could reach it"},
		{"localhost.example:0", false, "others could reach it"}, {"8080", false, `address "8080": expected host:port`}, {"", false, "expected host:port"}, {"127.0.0.1:", false, "expected host:port"},
	} {
		s, err := Listen(t.Context(), tc.address, tc.keyed, http.NotFoundHandler())
		switch {
		case tc.want == "" && err != nil && !errors.Is(err, syscall.EADDRNOTAVAIL):
			t.Errorf("%q: %v", tc.address, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%q: got %v, want %s", tc.address, err, tc.want)
		}
		if s != nil {
			_ = s.listener.Close()
		}
	}
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if _, err := Listen(t.Context(), held.Addr().String(), false, nil); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "in use by another program") {
		t.Errorf("a port that is taken: %v", err)
	}
}

// TestItEndsQuietly: an answer under way is finished, a stream of changes ends, and Run returns nil.
func TestItEndsQuietly(t *testing.T) {
	begun, release := make(chan string, 2), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		begun <- "slow"
		<-release
		_, _ = io.WriteString(w, "done")
	})
	mux.HandleFunc("/stream", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		begun <- "stream"
		<-r.Context().Done()
	})
	s, err := Listen(t.Context(), "127.0.0.1:0", false, mux)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil }) }()
	bodies := make(chan string, 2)
	for _, path := range []string{"slow", "stream"} {
		go func() {
			answer, err := http.Get(s.URL() + path)
			if err != nil {
				bodies <- err.Error()
				return
			}
			text, _ := io.ReadAll(answer.Body)
			bodies <- path + ":" + string(text)
		}()
	}
	<-begun
	<-begun
	stop()
	if got := <-bodies; got != "stream:" {
		t.Errorf("the stream ended with %q", got)
	}
	close(release)
	if got := <-bodies; got != "slow:done" {
		t.Errorf("the answer under way ended with %q", got)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	var log bytes.Buffer
	h := calm(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") }), slog.New(slog.NewTextHandler(&log, nil)))
	if w := ask(h, "/x"); w.Code != http.StatusInternalServerError || !strings.Contains(log.String(), "broken") || strings.Contains(w.Body.String(), "broken") {
		t.Errorf("got %d %s, log %s", w.Code, w.Body, log.String())
	}
}

// island is a coast that is drawn soon.
const island = `{"type":"Topology","objects":{"land":{"type":"GeometryCollection","geometries":[{"type":"Polygon","arcs":[[0]]}]},"coast":{"type":"GeometryCollection","geometries":[{"type":"LineString","arcs":[0]}]}},
	"arcs":[[[50,29],[50.1,29],[50.1,29.1],[50,29]]]}`

// FuzzRequests: whatever is asked, nothing fails.
func FuzzRequests(f *testing.F) {
	shores := f.TempDir()
	for _, name := range []string{"gulf.topojson", "world.topojson"} {
		if err := os.WriteFile(filepath.Join(shores, name), []byte(island), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	h := handler(f, Options{Shores: shores})
	for _, path := range []string{"/", "/event/x", "/event/lift-00000000000000a0?fragment=1", "/day/2026-02-30", "/day/2026-03-01?basis=x", "/ship/0", "/ship/imo9000001", "/lot/lot-1", "/report/2026-W99", "/report/2026",
		"/og/.png", "/og/barometer.png", "/embed?event=x", "/?cursor=AAAA&from=9999&to=1&area=1,2,3&conf=-1&kind=%00", "/?lat=90&lon=180&z=24", "/?area=179,1;-179,1;0,89", "/assets/%2e%2e/x", "/?q=%ff%fe",
		"/?from=2026-03-01T00:00:01Z&to=2026-03-01T00:00:02Z", "/?theme=light&lat=-90&lon=-180&z=0.0001", "/seen?a=0,0,90,90&b=1,1;2,2;3,1&within_days=1e9&cursor=MTc3", "/seen?A=%00&b=Kharg&class=x&theme=%22"} {
		f.Add(path, "gzip", "")
	}
	f.Fuzz(func(t *testing.T, path, accept, match string) {
		r, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if path, query, _ := strings.Cut(path, "?"); true {
			r.URL.Path, r.URL.RawQuery = "/"+strings.TrimPrefix(path, "/"), query
		}
		r.Header.Set("Accept-Encoding", accept)
		r.Header.Set("If-None-Match", match)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%q: %d %s", path, w.Code, w.Body)
		}
	})
}
