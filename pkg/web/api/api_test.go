package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/gate"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// empty is a new store.
func empty(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// loaded is a store of the small made-up run, whose ships' names are traps.
func loaded(t testing.TB) *store.Store {
	t.Helper()
	s := empty(t)
	if err := folder.Load(context.Background(), fixture.Folder(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func unlimited() Options {
	o := Defaults()
	o.Limits = gate.Limits{}
	var err error
	if o.Places, err = place.Default(); err != nil {
		panic(err) // it is built in
	}
	return o
}

func handler(t testing.TB, s *store.Store, o Options) http.Handler {
	t.Helper()
	return New(model.New(s), o)
}

// get asks for a path, with headers by turns.
func get(t testing.TB, h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func decode[T any](t testing.TB, w *httptest.ResponseRecorder) (out T) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v in %.200s", err, w.Body)
	}
	return out
}

// validator checks JSON against the schema of a type, in which no member may be that is not described.
func validator(t testing.TB, value any, name string) *jsonschema.Schema {
	t.Helper()
	described, err := schema.Of(value, name, schema.Closed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(described)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:///"+name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits checks a body and returns what does not fit.
func fits(t testing.TB, s *jsonschema.Schema, body []byte) error {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// asked are paths of every endpoint, with filters and without.
var asked = map[string][]string{
	"/api/v1/events":                   {"/api/v1/events", "/api/v1/events?limit=3", "/api/v1/events?kind=lift&order=oldest", "/api/v1/events?status=retracted", "/api/v1/events?q=nobody"},
	"/api/v1/events/{id}":              {"/api/v1/events/gap-00000000000000b0", "/api/v1/events/gap-00000000000000b1", "/api/v1/events/outage-00000000000000e0", "/api/v1/events/lift-00000000000000a0"},
	"/api/v1/events/{id}/versions":     {"/api/v1/events/gap-00000000000000b0/versions"},
	"/api/v1/events/{id}/hulls":        {"/api/v1/events/rendezvous-00000000000000c0/hulls"},
	"/api/v1/events/{id}/evidence.zip": nil,
	"/api/v1/facets":                   {"/api/v1/facets", "/api/v1/facets?kind=gap&flag=KM"},
	"/api/v1/vessels/{number}":         {"/api/v1/vessels/620999001", "/api/v1/vessels/9000004"},
	"/api/v1/estimates":                {"/api/v1/estimates", "/api/v1/estimates?basis=discharged&from=2026-03-01", "/api/v1/estimates?from=1999"},
	"/api/v1/estimates/{date}":         {"/api/v1/estimates/2026-02-20", "/api/v1/estimates/2026-02-20?basis=exited"},
	"/api/v1/lots":                     {"/api/v1/lots", "/api/v1/lots?from=2026-02&to=2026-02"},
	"/api/v1/coverage":                 {"/api/v1/coverage"},
	"/api/v1/status":                   {"/api/v1/status"},
	"/api/v1/tracks":                   {"/api/v1/tracks", "/api/v1/tracks?event=gap-00000000000000b0", "/api/v1/tracks?from=2030"},
	"/api/v1/passages":                 {"/api/v1/passages?a=Kharg&b=STS", "/api/v1/passages?a=50,29,51,30&b=54,24,58,27&within_days=30&from=2026-02&class=VLCC&limit=1", "/api/v1/passages?A=Iran&B=Malaysia&list=any&ship=imo9000015"},
	"/feed.atom":                       nil,
	"/feed.json":                       {"/feed.json", "/feed.json?kind=gap&conf=0"},
	"/oembed":                          {"/oembed?url=http://example.com/event/gap-00000000000000b0", "/oembed?url=http://example.com/%3Fkind%3Dgap&maxwidth=400"},
}

// TestAnswersFitTheirSchemas, every endpoint's, and say what they rest on.
func TestAnswersFitTheirSchemas(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	for _, e := range endpoints() {
		paths, known := asked[e.Path]
		if !known {
			t.Errorf("%s is not tried", e.Path)
		}
		if e.Body == nil {
			continue
		}
		s := validator(t, e.Body, e.Name())
		for _, path := range paths {
			w := get(t, h, path)
			if w.Code != http.StatusOK {
				t.Errorf("%s: got %d: %s", path, w.Code, w.Body)
				continue
			}
			if err := fits(t, s, w.Body.Bytes()); err != nil {
				t.Errorf("%s: %v\n%.300s", path, err, w.Body)
			}
			says(t, path, w)
		}
	}
}

// says checks that an answer tells what it rests on, in its headers and, but for oEmbed, in its JSON.
func says(t *testing.T, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Header().Get("Darkwake-As-Of") == "" || !strings.Contains(w.Header().Get("Darkwake-Coverage"), "0 of 1 sources deliver") || !strings.Contains(w.Header().Get("Darkwake-Version"), "darkwake test") {
		t.Errorf("%s: got %v", path, w.Header())
	}
	if strings.HasPrefix(path, "/oembed") {
		return
	}
	head := decode[map[string]any](t, w)
	if own, is := head["_darkwake"].(map[string]any); is {
		head = own
	}
	for _, name := range []string{"as_of", "coverage", "version"} {
		if head[name] == nil {
			t.Errorf("%s: no %s", path, name)
		}
	}
}

// TestSchemasFindMistakes: a check that cannot fail is none.
func TestSchemasFindMistakes(t *testing.T) {
	s := validator(t, EventsAnswer{}, "events")
	good := get(t, handler(t, loaded(t), unlimited()), "/api/v1/events?kind=gap").Body.String()
	for old, wrong := range map[string]string{`"kind":"gap"`: `"kind":"hole"`, `"total":1`: `"total":"1"`, `"events":[{`: `"events":[{"more":1,`, `"mmsi":`: `"MMSI":`, `"start":"2026-02-13T00:00:00Z"`: `"start":"yesterday"`} {
		if !strings.Contains(good, old) {
			t.Fatalf("no %s in %s", old, good)
		}
		if err := fits(t, s, []byte(strings.Replace(good, old, wrong, 1))); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}

func TestPublishedSchemasAndTheDescriptionAgreeWithAnswers(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	c := jsonschema.NewCompiler()
	whole := decode[map[string]any](t, get(t, h, "/openapi.json"))
	paths := whole["paths"].(map[string]any)
	for _, e := range endpoints() {
		if paths[e.Path] == nil {
			t.Errorf("openapi.json has no %s", e.Path)
		}
		if e.Body == nil {
			continue
		}
		path := "/schemas/" + e.Name() + ".json"
		doc, err := jsonschema.UnmarshalJSON(get(t, h, path).Body)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := c.AddResource("mem://"+path, doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile("mem://" + path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, ask := range asked[e.Path] {
			if err := fits(t, s, get(t, h, ask).Body.Bytes()); err != nil {
				t.Errorf("%s: %v", ask, err)
			}
		}
	}
	if n := len(whole["components"].(map[string]any)["schemas"].(map[string]any)); n < 30 {
		t.Errorf("%d schemas in openapi.json", n)
	}
}

// TestANewStoreAnswersWithNothing and no error: a service has one in its first hours.
func TestANewStoreAnswersWithNothing(t *testing.T) {
	h := handler(t, empty(t), unlimited())
	for _, e := range endpoints() {
		for _, path := range asked[e.Path] {
			want := http.StatusOK
			if strings.Contains(e.Path, "{") {
				want = http.StatusNotFound
			}
			w := get(t, h, path)
			if w.Code != want {
				t.Errorf("%s: got %d, want %d: %s", path, w.Code, want, w.Body)
			}
			if want == http.StatusOK && e.Body != nil {
				if err := fits(t, validator(t, e.Body, e.Name()), w.Body.Bytes()); err != nil {
					t.Errorf("%s: %v", path, err)
				}
			}
		}
	}
	for _, format := range []string{"jsonl", "geojson", "csv", "kmz", "gpx", "parquet", "gfw"} {
		if w := get(t, h, "/api/v1/events?format="+format); w.Code != http.StatusOK {
			t.Errorf("%s: got %d: %s", format, w.Code, w.Body)
		}
	}
}

func TestWhatIsWrongIsSaidAsAProblem(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	s := validator(t, problem{}, "problem")
	for _, tc := range []struct {
		path, want string
		status     int
	}{
		{"/api/v1/events?kind=hole", "kind", 400},
		{"/api/v1/events?limit=1001", "1 to 1000", 400},
		{"/api/v1/events?limit=0", "1 to 1000", 400},
		{"/api/v1/events?format=xlsx", "one of json, jsonl", 400},
		{"/api/v1/events?cursor=noise", "cursor", 400},
		{"/api/v1/events?from=2026-03&to=2026-02", "after from", 400},
		{"/api/v1/events?a=%zz", "escaped", 400},
		{"/api/v1/events/gap-none", `no event \"gap-none\"`, 404},
		{"/api/v1/events/gap-none/versions", "no event", 404},
		{"/api/v1/events/gap-none/hulls", "no event", 404},
		{"/api/v1/events/gap-none/evidence.zip", "no event", 404},
		{"/api/v1/estimates?basis=shipped", "lifted, exited, discharged", 400},
		{"/api/v1/estimates/today", "a day such as", 404},
		{"/api/v1/estimates/2031-01-01", "no estimate of 2031-01-01", 404},
		{"/api/v1/vessels/12345678", "nine digits", 404},
		{"/api/v1/vessels/999999999", "no event that stands", 404},
		{"/api/v1/tracks?event=../x", "event", 400},
		{"/api/v1/nothing", "no such path", 404},
		{"/api/v2/events", "no such path", 404},
		{"/schemas/none.json", "no such path", 404},
		{"/api/v1/passages?b=STS", `a \"\": expected a place`, 400},
		{"/api/v1/passages?a=Khrag&b=STS", "did you mean Kharg", 400},
		{"/api/v1/passages?a=Kharg&b=STS&within_days=-1", "days, up to 3660", 400},
		{"/api/v1/passages?a=Kharg&b=STS&class=raft", "classes out of", 400},
		{"/api/v1/passages?a=Kharg&b=STS&cursor=noise", "next of the page before", 400},
		{"/api/v1/passages?a=Kharg&b=STS&format=kmz", "one of json, jsonl, csv", 400},
		{"/oembed", "url", 400},
		{"/oembed?url=https://elsewhere.example/", "expected a page of", 404},
		{"/oembed?url=http://example.com/&format=xml", "json", 501},
	} {
		w := get(t, h, tc.path)
		if w.Code != tc.status || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: got %d, %s: %s; want %d and %q", tc.path, w.Code, w.Header().Get("Content-Type"), w.Body, tc.status, tc.want)
		}
		if err := fits(t, s, w.Body.Bytes()); err != nil {
			t.Errorf("%s: %v", tc.path, err)
		}
	}
}

func TestAStoreThatIsGoneIsAProblemForAWhile(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	h := handler(t, s, unlimited())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/events", "/api/v1/status", "/api/v1/stream"} {
		if w := get(t, h, path); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "sql") {
			t.Errorf("%s: got %d, %s", path, w.Code, w.Body)
		}
	}
}

func TestPagesAreTheWholeByCursors(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	var all []string
	path := "/api/v1/events?limit=4"
	for {
		w := get(t, h, path)
		page := decode[EventsAnswer](t, w)
		for _, e := range page.Items {
			all = append(all, e.ID)
		}
		if page.Next == nil {
			if page.Total != len(all) || w.Header().Get("Link") != "" {
				t.Errorf("got %d events, total %d, link %q", len(all), page.Total, w.Header().Get("Link"))
			}
			break
		}
		link := w.Header().Get("Link")
		path = strings.TrimPrefix(link[:strings.Index(link, ">")], "<")
		if u, err := url.Parse(path); err != nil || u.Query().Get("cursor") != *page.Next || u.Query().Get("limit") != "4" {
			t.Fatalf("link %q, next %q, %v", link, *page.Next, err)
		}
	}
	if slices.Sort(all); len(slices.Compact(slices.Clone(all))) != len(all) || slices.Contains(all, "gap-00000000000000b1") || !slices.Contains(all, "gap-00000000000000b0") {
		t.Errorf("got %v: want each once, and none that was retracted", all)
	}
	first := get(t, h, "/api/v1/events?format=jsonl&limit=4")
	if n := strings.Count(first.Body.String(), "\n"); n != 4 || !strings.Contains(first.Header().Get("Link"), "cursor=") {
		t.Errorf("a page of lines: got %d, %v", n, first.Header())
	}
}

func TestAnswersAreAskedForAgainOnlyWhenSomethingChanged(t *testing.T) {
	s := loaded(t)
	h := handler(t, s, unlimited())
	for turn, path := range []string{"/api/v1/events?limit=5", "/api/v1/status", "/api/v1/events?format=csv"} {
		first := get(t, h, path)
		etag := first.Header().Get("ETag")
		if etag == "" || first.Header().Get("Cache-Control") != "no-cache" || first.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: got %v", path, first.Header())
		}
		for _, list := range []string{etag, `"x", ` + etag, strings.TrimPrefix(etag, "W/"), "*"} {
			if w := get(t, h, path, "If-None-Match", list); w.Code != http.StatusNotModified || w.Body.Len() != 0 || w.Header().Get("ETag") != etag {
				t.Errorf("%s, %s: got %d, %d bytes", path, list, w.Code, w.Body.Len())
			}
		}
		again := get(t, h, path, "If-None-Match", `"other"`)
		if again.Code != http.StatusOK || !bytes.Equal(again.Body.Bytes(), first.Body.Bytes()) {
			t.Errorf("%s: the same question got another answer", path)
		}
		e := fixture.Events()[0]
		e.Version, e.Why = 10+turn, "told again"
		if err := s.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
			t.Fatal(err)
		}
		if w := get(t, h, path, "If-None-Match", etag); w.Code != http.StatusOK || w.Header().Get("ETag") == etag || bytes.Equal(w.Body.Bytes(), first.Body.Bytes()) {
			t.Errorf("%s: after a change: got %d, %s", path, w.Code, w.Header().Get("ETag"))
		}
	}
	first := get(t, h, "/openapi.json")
	if w := get(t, h, "/openapi.json", "If-None-Match", first.Header().Get("ETag")); w.Code != http.StatusNotModified || first.Header().Get("Cache-Control") != "max-age=3600" {
		t.Errorf("openapi.json: got %d, %v", w.Code, first.Header())
	}
}

func TestCompressedAnswersAreTheSame(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	for _, path := range []string{"/api/v1/events", "/openapi.json", "/api/v1/events?format=geojson"} {
		plain := get(t, h, path)
		w := get(t, h, path, "Accept-Encoding", "br, gzip;q=0.8")
		if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() >= plain.Body.Len() || !bytes.Equal(unzipped(t, w.Body), plain.Body.Bytes()) {
			t.Errorf("%s: got %v", path, w.Header())
		}
		if w := get(t, h, path, "Accept-Encoding", "gzip; q=0"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: compressed for who cannot read it", path)
		}
	}
	if w := get(t, h, "/api/v1/events?format=kmz", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Error("a zip was compressed again")
	}
}

func TestOnlyReadingIsAllowedAndFromEverywhere(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "BREW"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/api/v1/events", nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
			t.Errorf("%s: got %d", method, w.Code)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodOptions, "/api/v1/events", nil))
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("before asking from another site: got %d, %v", w.Code, w.Header())
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/api/v1/events", nil))
	if want := get(t, h, "/api/v1/events"); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") != want.Header().Get("Content-Length") {
		t.Errorf("HEAD: got %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
}

func TestAKeyAndALimitHold(t *testing.T) {
	o := Defaults()
	o.Key, o.Limits = "secret", gate.Limits{PerSecond: 0.001, Burst: 5, Clients: 10}
	h := handler(t, loaded(t), o)
	for _, path := range []string{"/api/v1/events", "/api/v1/stream", "/feed.atom"} {
		if w := get(t, h, path); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s without a key: got %d, %s", path, w.Code, w.Body)
		}
	}
	w := get(t, h, "/api/v1/events", "Authorization", "Bearer secret")
	if w.Code != http.StatusOK || w.Header().Get("RateLimit-Remaining") != "1" || w.Header().Get("RateLimit-Limit") != "5" || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("with the key: got %d, %v", w.Code, w.Header())
	}
	get(t, h, "/api/v1/events", "Authorization", "Bearer secret")
	if w := get(t, h, "/api/v1/events", "Authorization", "Bearer secret"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("after the burst: got %d, %v", w.Code, w.Header())
	}
}

func TestAShipIsWhoSheSaidSheWas(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	got := decode[VesselAnswer](t, get(t, h, "/api/v1/vessels/620999002"))
	if len(got.Names) != 1 || got.Names[0].Value != fixture.Names[1] || len(got.Listed) != 1 || len(got.Flags) != 1 || got.DWT == nil || len(got.IMO) != 1 || got.Total != len(got.Items) {
		t.Errorf("got %+v", got)
	}
	if by := decode[VesselAnswer](t, get(t, h, fmt.Sprintf("/api/v1/vessels/%d", got.IMO[0]))); by.Total != got.Total || !slices.Equal(by.MMSI, got.MMSI) {
		t.Errorf("by her hull: got %+v", by)
	}
	if !slices.IsSortedFunc(got.Items, func(a, b Event) int { return b.Start.Compare(a.Start) }) {
		t.Error("the newest event is not the first")
	}
}

func TestADayIsTheSumOfItsAccount(t *testing.T) {
	h := handler(t, loaded(t), unlimited())
	days := decode[struct {
		Rows []map[string]any `json:"rows"`
	}](t, get(t, h, "/api/v1/estimates?from=2026-02-15&to=2026-02-28"))
	if len(days.Rows) != 14 {
		t.Errorf("got %d days", len(days.Rows))
	}
	for _, row := range days.Rows {
		day := decode[struct {
			Row     map[string]any `json:"row"`
			Account struct {
				Total int64 `json:"total_bbl"`
				Ships []struct {
					Expected int64 `json:"expected_bbl"`
				} `json:"ships"`
				Strata []estimate.Unseen `json:"strata"`
			} `json:"account"`
			Vintages []any `json:"vintages"`
		}](t, get(t, h, "/api/v1/estimates/"+row["date"].(string)))
		sum := int64(0)
		for _, s := range day.Account.Ships {
			sum += s.Expected
		}
		for _, s := range day.Account.Strata {
			sum += int64(s.Pending) + int64(s.Unobserved)
		}
		if sum != day.Account.Total || len(day.Vintages) != 1 || day.Row["mean"] != row["mean"] {
			t.Errorf("%v: got %d of %d, %d vintages", row["date"], sum, day.Account.Total, len(day.Vintages))
		}
	}
}

// TestPassagesAreTheSameInEveryFormat, page by page, and name what they rest on.
func TestPassagesAreTheSameInEveryFormat(t *testing.T) {
	s := loaded(t)
	if err := s.Put(t.Context(), 1, store.Batch{Events: fixture.Voyages()}); err != nil {
		t.Fatal(err)
	}
	h := handler(t, s, unlimited())
	check := validator(t, PassagesAnswer{}, "passages")
	const ask = "/api/v1/passages?a=Kharg&b=50,24,58,29"
	type answered struct {
		A        struct{ Places []string }
		Total    int
		Ships    int
		Next     *string
		Passages []json.RawMessage
	}
	whole := get(t, h, ask)
	all := decode[answered](t, whole)
	if err := fits(t, check, whole.Body.Bytes()); err != nil {
		t.Error(err)
	}
	if all.Total != 1 || all.Ships != 1 || len(all.Passages) != 1 || len(all.A.Places) != 5 || !strings.Contains(whole.Body.String(), `"events":["port_call-`) || !strings.Contains(whole.Body.String(), "is not found") {
		t.Fatalf("got %s", whole.Body)
	}
	back := get(t, h, "/api/v1/passages?a=Fujairah&b=Iran&format=csv") // a formula for a name
	rows, err := csv.NewReader(back.Body).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][2] != "name" || rows[1][2] != "'"+fixture.Names[1] || back.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(back.Header().Get("Content-Disposition"), "darkwake_passages_") {
		t.Errorf("got %q, %v, %v", rows, err, back.Header())
	}
	raw, err := csv.NewReader(get(t, h, "/api/v1/passages?a=Fujairah&b=Iran&format=csv&csv=raw").Body).ReadAll()
	if err != nil || raw[1][2] != fixture.Names[1] {
		t.Errorf("as it was sent: got %q, %v", raw, err)
	}
	lines := strings.Split(strings.TrimSpace(get(t, h, ask+"&format=jsonl").Body.String()), "\n")
	if len(lines) != 1 || lines[0] != string(all.Passages[0]) {
		t.Errorf("lines: got %q, want %s", lines, all.Passages[0])
	}
	const wide = "/api/v1/passages?a=Iran&b=places+outside+Hormuz&limit=1" // both ways of both ships
	n, path := 0, wide
	for path != "" {
		w := get(t, h, path)
		page := decode[answered](t, w)
		n += len(page.Passages)
		if err := fits(t, check, w.Body.Bytes()); err != nil || len(page.Passages) > 1 {
			t.Fatalf("%s: %d passages, %v", path, len(page.Passages), err)
		}
		path = ""
		if page.Next != nil {
			path = wide + "&cursor=" + *page.Next
		} else if page.Total != n {
			t.Errorf("%d on all pages, %d in all", n, page.Total)
		}
	}
	if w := get(t, h, ask, "If-None-Match", whole.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("asked again: got %d", w.Code)
	}
}

// TestHullsAreTrueToSize on a meeting of the bundled feed (simulated, testdata/feeds/README.md).
func TestHullsAreTrueToSize(t *testing.T) {
	text, err := os.ReadFile("testdata/alongside.json")
	if err != nil {
		t.Fatal(err)
	}
	var e event.Event
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	s := empty(t)
	if err := s.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	w := get(t, handler(t, s, unlimited()), "/api/v1/events/"+e.ID+"/hulls")
	if err := fits(t, validator(t, HullsAnswer{}, "hulls"), w.Body.Bytes()); err != nil {
		t.Error(err)
	}
	got := decode[struct {
		GapM     *float64 `json:"gap_m"`
		ApartS   float64  `json:"apart_s"`
		Features []struct {
			Geometry struct {
				Coordinates []orb.Ring `json:"coordinates"`
			} `json:"geometry"`
			Properties HullProperties `json:"properties"`
		} `json:"features"`
	}](t, w)
	if got.GapM == nil || *got.GapM > 60 || got.ApartS > 300 || len(got.Features) != 2 {
		t.Fatalf("got %+v", got)
	}
	for i, f := range got.Features {
		ring, p := f.Geometry.Coordinates[0], f.Properties
		if !ring.Closed() || ring.Orientation() != orb.CCW || len(ring) != 6 || p.MMSI != e.Vessels[i].MMSI {
			t.Errorf("%s: got %v", p.Name, ring)
		}
		bow, longest := ring[0], geo.Metres(0)
		for _, a := range ring {
			for _, b := range ring {
				longest = max(longest, geo.Distance(a, b))
			}
		}
		if math.Abs(float64(longest)-*p.LengthM) > 0.02**p.LengthM || geo.Distance(bow, geo.PointFromDegrees(e.Lon, e.Lat)) > 2000 {
			t.Errorf("%s: %v m long on the map, %v m by her own account", p.Name, longest, *p.LengthM)
		}
	}
}

// TestTheDocumentsExamplesAnswer: every address in docs/api.md, and every path in it is an endpoint.
func TestTheDocumentsExamplesAnswer(t *testing.T) {
	text, err := os.ReadFile("../../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	h := handler(t, loaded(t), unlimited())
	const base = "http://127.0.0.1:8080"
	examples := regexp.MustCompile(base+`(/[^\s'"`+"`"+`]+)|(?:get\(|base, |BASE \+ )"(/[^"]+)"`).FindAllStringSubmatch(string(text), -1)
	if len(examples) < 8 {
		t.Fatalf("found %d examples", len(examples))
	}
	for _, m := range examples {
		path := m[1] + m[2]
		if path == "/api/v1/stream" || strings.HasSuffix(path, "/") { // one has no end, the other goes on with a date
			continue
		}
		if w := get(t, h, path); w.Code != http.StatusOK {
			t.Errorf("%s: got %d: %s", path, w.Code, w.Body)
		}
	}
	for _, e := range endpoints() {
		if path := strings.Replace(strings.Replace(e.Path, "{number}", "{mmsi or imo}", 1), "/oembed", "/oembed?url=", 1); !strings.Contains(string(text), "`"+path+"`") {
			t.Errorf("docs/api.md does not tell of %s", path)
		}
	}
}

// FuzzRequests: whatever somebody asks, the server is not at fault, and what is wrong is said as a problem.
func FuzzRequests(f *testing.F) {
	h := New(model.New(loaded(f)), unlimited())
	var paths []string
	for _, e := range endpoints() {
		paths = append(paths, e.Path)
	}
	f.Add(0, "gap-00000000000000b0", "kind=gap&from=2026-02&limit=3&format=csv&csv=raw", "")
	f.Add(3, "rendezvous-00000000000000c0", "format=kmz", `W/"x"`)
	f.Add(6, "620999001", "area=0,0;1,1;%zz&ship=imo9000003&hours=1e308", "*")
	f.Add(8, "2026-02-20", "basis=exited&cursor=YXwxfDJ8Z2FwLTA", "")
	f.Add(13, "", "a=Kharg&b=50,24;58,24;58,30&within_days=2&class=VLCC&cursor=MTc3&format=csv", "")
	f.Add(13, "", "a=%00Khrag+%E2%80%AE&b=STS&within_days=1e400&limit=7&format=jsonl", "")
	f.Add(16, "", "url=http://example.com/%3Fq%3D%2522&maxwidth=1", "")
	f.Fuzz(func(t *testing.T, which int, value, query, match string) {
		path := paths[(which%len(paths)+len(paths))%len(paths)]
		for _, name := range []string{"{id}", "{number}", "{date}"} {
			path = strings.Replace(path, name, url.PathEscape(value), 1)
		}
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Host: "example.com", Header: http.Header{"If-None-Match": {match}}, RemoteAddr: "192.0.2.1:1"}
		if u, err := url.Parse(path); err == nil {
			r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(t.Context()))
		switch {
		case w.Code >= 500 && w.Code != http.StatusNotImplemented:
			t.Errorf("%s?%s: got %d: %s", path, query, w.Code, w.Body)
		case w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json":
			t.Errorf("%s?%s: got %d as %s", path, query, w.Code, w.Header().Get("Content-Type"))
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/") && strings.Contains(w.Header().Get("Content-Type"), "json") && !strings.Contains(w.Header().Get("Content-Type"), "ndjson") && w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s?%s: no JSON: %.200s", path, query, w.Body)
		}
		if name := w.Header().Get("Content-Disposition"); strings.ContainsAny(name, "\r\n/\\") {
			t.Errorf("%s?%s: file %q", path, query, name)
		}
	})
}

func unzipped(t testing.TB, r io.Reader) []byte {
	t.Helper()
	z, err := newGunzip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
