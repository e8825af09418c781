package page

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/darkwake/darkwake/internal/fixture"
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
