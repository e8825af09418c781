package page

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/triage"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/model"
)

const reviewersKey = "a-key-of-many-letters"

// office is a site with a desk of one reviewer, over the fixture.
type office struct {
	*http.ServeMux
	desk *triage.Desk
	kept *store.Store
	log  string // its path
	open func()
}

func newOffice(t *testing.T) *office {
	t.Helper()
	_, kept := site(t, fixture.Folder())
	dir := t.TempDir()
	sum := sha256.Sum256([]byte(reviewersKey))
	if err := os.WriteFile(filepath.Join(dir, "reviewers.yaml"), []byte("reviewers:\n  - {name: Ana <b>A.</b>, key_sha256: "+hex.EncodeToString(sum[:])+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := &office{kept: kept, log: filepath.Join(dir, "reviews.jsonl")}
	at := time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC)
	o.open = func() {
		var err error
		if o.desk, err = triage.OpenDesk(triage.Options{Reviewers: filepath.Join(dir, "reviewers.yaml"), Reviews: o.log, Now: func() time.Time { at = at.Add(time.Minute); return at }}); err != nil {
			t.Fatal(err)
		}
		s, err := New(model.New(kept), Options{Assets: "/assets/v-1", Public: "https://example.org", Desk: o.desk})
		if err != nil {
			t.Fatal(err)
		}
		o.ServeMux = http.NewServeMux()
		s.Register(o.ServeMux)
	}
	o.open()
	t.Cleanup(func() { _ = o.desk.Close() })
	return o
}

// caller is a browser: it keeps its cookie.
type caller struct {
	t      *testing.T
	office *office
	cookie *http.Cookie
}

func (c *caller) do(r *http.Request) *httptest.ResponseRecorder {
	if c.cookie != nil {
		r.AddCookie(&http.Cookie{Name: c.cookie.Name, Value: c.cookie.Value})
	}
	w := httptest.NewRecorder()
	c.office.ServeHTTP(w, r)
	for _, got := range w.Result().Cookies() {
		c.cookie = got
	}
	return w
}

func (c *caller) get(path string) *httptest.ResponseRecorder {
	c.t.Helper()
	w := c.do(httptest.NewRequest(http.MethodGet, path, nil))
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && w.Code != http.StatusSeeOther && !strings.HasPrefix(path, "/report") { // which has a style within
		wellFormed(c.t, path, w.Body.String())
	}
	return w
}

// send loads a page and sends its form, with some fields set.
func (c *caller) send(page, action string, fields ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	body := c.get(page).Body.String()
	_, form, there := strings.Cut(body, `action="`+action+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	if !there {
		c.t.Fatalf("%s has no form %s", page, action)
	}
	values := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`).FindAllStringSubmatch(form, -1) {
		values.Set(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return c.post(action, values)
}

func (c *caller) post(path string, values url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.do(r)
}

// login comes in.
func (c *caller) login() {
	c.t.Helper()
	if w := c.send("/login", "/login", "key", reviewersKey); w.Code != http.StatusSeeOther || c.cookie == nil {
		c.t.Fatalf("status %d, cookie %v", w.Code, c.cookie)
	}
}

const someLift = "lift-00000000000000a1"

// TestAReviewerConfirmsAnEvent goes the whole way: in by the link on the event's page, a note, the list, a restart, out.
func TestAReviewerConfirmsAnEvent(t *testing.T) {
	o := newOffice(t)
	c := &caller{t: t, office: o}
	link := regexp.MustCompile(`<a href="(/login\?[^"]+)">Log in</a>`).FindStringSubmatch(c.get("/event/" + someLift).Body.String())
	if link == nil {
		t.Fatal("nothing leads to the door")
	}
	if w := c.send(html.UnescapeString(link[1]), "/login", "key", "wrong-key-of-some-length"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "No reviewer has this key.") || c.cookie != nil {
		t.Errorf("a wrong key: %d, %v", w.Code, c.cookie)
	}
	if w := c.send(html.UnescapeString(link[1]), "/login", "key", reviewersKey); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/event/"+someLift {
		t.Fatalf("the right key: %d to %s", w.Code, w.Header().Get("Location"))
	}
	page := c.get("/event/" + someLift).Body.String()
	for _, want := range []string{"Ana &lt;b&gt;A.&lt;/b&gt;", "Log out", `href="/triage"`, "Nobody has reviewed this event yet.", "changes neither the event nor the number", `value="watch"`, `value="confirm"`, `value="dismiss"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the event's page has no %q", want)
		}
	}
	if strings.Contains(page, `value="unwatch"`) || strings.Contains(page, `value="reopen"`) || strings.Contains(page, "Log in") {
		t.Error("the page offers what makes no sense")
	}
	w := c.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "confirm", "note", "seen at the buoy\r\non the 12th")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/event/"+someLift+"#review" {
		t.Fatalf("status %d to %s: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	c.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "watch")
	for range 2 {
		for path, wants := range map[string][]string{
			"/event/" + someLift:                 {`<pill final>confirmed`, "<p>seen at the buoy", "<p>on the 12th", "version 2", `value="unwatch"`, `value="reopen"`},
			"/event/" + someLift + "?fragment=1": {"<p>seen at the buoy", `id="review"`},
			"/triage":                            {"all 1", "watched 1", "confirmed 1", "dismissed 0", "changed since the review 0", `href="/event/` + someLift + `#review"`, "watches, version 2", "<p>seen at the buoy"},
			"/triage?show=dismissed":             {"No event yet."},
		} {
			body := strings.NewReplacer(`<span class="pill final">`, "<pill final>", `<p class="note">`, "<p>").Replace(c.get(path).Body.String())
			for _, want := range wants {
				if !strings.Contains(body, want) {
					t.Errorf("%s has no %q", path, want)
				}
			}
		}
		if err := o.desk.Close(); err != nil { // and once more after a restart
			t.Fatal(err)
		}
		o.open()
		c.cookie = nil
		c.login()
	}
	all := o.desk.All()
	sum := ""
	for _, e := range fixture.Events() {
		if e.ID == someLift {
			sum = e.Evidence.SHA256
		}
	}
	if len(all) != 2 || all[0].Evidence != sum || all[0].Version != 2 || all[0].Reviewer != "Ana <b>A.</b>" || all[0].Note != "seen at the buoy\non the 12th" || all[1].Action != triage.Watch {
		t.Errorf("the log has %+v", all)
	}
	if w := c.send("/", "/logout"); w.Code != http.StatusSeeOther {
		t.Errorf("status %d on leaving", w.Code)
	}
	if w := c.get("/triage"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/login?next=%2Ftriage" {
		t.Errorf("after leaving, /triage answers %d to %s", w.Code, w.Header().Get("Location"))
	}
}

// TestAnEventThatMovesOnSaysSo: a review is of the version that was seen, also when a newer one came while it was written.
func TestAnEventThatMovesOnSaysSo(t *testing.T) {
	o := newOffice(t)
	c := &caller{t: t, office: o}
	c.login()
	if w := c.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "dismiss"); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	e := fixture.Events()[1]
	e.Version, e.Probability = 5, 0.77
	if err := o.kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/event/" + someLift, "/triage?show=changed"} {
		if body := c.get(path).Body.String(); !strings.Contains(body, "This event has changed since (version 2 → 5).") {
			t.Errorf("%s does not say that the event has changed", path)
		}
	}
	if body := c.get("/event/" + someLift).Body.String(); !strings.Contains(body, `value="dismiss"`) {
		t.Error("the new version cannot be dismissed again")
	}
	c.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "confirm", "version", "2")
	if all := o.desk.All(); len(all) != 2 || all[1].Version != 2 {
		t.Errorf("the version that was seen is not kept: %+v", all)
	}
	e.Version, e.Status = 6, event.Retracted
	if err := o.kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	if body := c.get("/triage").Body.String(); !strings.Contains(body, `<span class="pill retracted">`) || !strings.Contains(body, "No lead time yet") {
		t.Error("a confirmed event that is retracted is not marked, or counts")
	}
}

func TestWhatIsNotWrittenIsHandedBack(t *testing.T) {
	o := newOffice(t)
	c := &caller{t: t, office: o}
	c.login()
	path := "/event/" + someLift
	token := regexp.MustCompile(`/review">\s*<input type="hidden" name="token" value="([^"]+)">`).FindStringSubmatch(c.get(path).Body.String())
	if token == nil {
		t.Fatal("the form has no token")
	}
	good := func(change ...string) url.Values {
		v := url.Values{"token": {token[1]}, "version": {"2"}, "action": {"confirm"}, "note": {"my <i>precious</i>"}}
		for i := 0; i+1 < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return v
	}
	for _, tc := range []struct {
		name, path string
		values     url.Values
		header     []string
		status     int
		want       string
	}{
		{"another site's form", path, good(), []string{"Sec-Fetch-Site", "cross-site"}, 403, "came from another site"},
		{"another site's form, by its origin", path, good(), []string{"Origin", "https://evil.example"}, 403, "came from another site"},
		{"no token", path, good("token", ""), nil, 403, "too old"},
		{"the door's token", path, good("token", o.desk.Token()), nil, 403, "too old"},
		{"an event that is not", "/event/gap-00000000000000ee", good(), nil, 404, "There is no event"},
		{"a version that is not", path, good("version", "9"), nil, 409, "no version &#34;9&#34;"},
		{"no version", path, good("version", ""), nil, 409, "no version"},
		{"another action", path, good("action", "<b>delete</b>"), nil, 400, "one of [watch unwatch confirm dismiss reopen] expected"},
		{"a long note", path, good("note", strings.Repeat("ä", 2001)), nil, 400, "2001 characters: 2000 at most"},
	} {
		w := c.post(tc.path+"/review", tc.values, tc.header...)
		body := w.Body.String()
		wellFormed(t, tc.name, body)
		if w.Code != tc.status || !strings.Contains(body, tc.want) || !strings.Contains(body, "Nothing was written") || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v: %s", tc.name, w.Code, w.Header(), body)
		}
		if !strings.Contains(body, "Your note was: "+html.EscapeString(tc.values.Get("note"))) {
			t.Errorf("%s: the note is lost", tc.name)
		}
	}
	out := &caller{t: t, office: o}
	if w := out.post(path+"/review", good()); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "my &lt;i&gt;precious") || !strings.Contains(w.Body.String(), `href="/login?next=%2Fevent%2F`+someLift+`"`) {
		t.Errorf("after the session: %d %s", w.Code, w.Body)
	}
	if w := c.post("/logout", url.Values{"token": {"x"}}); w.Code != http.StatusForbidden || c.get("/triage").Code != http.StatusOK {
		t.Errorf("a form without the token logs out: %d", w.Code)
	}
	if n := len(o.desk.All()); n != 0 {
		t.Errorf("%d reviews were written all the same", n)
	}
	if w := c.post(path+"/review", good("note", strings.Repeat("\U0001F6A2", 2000))); w.Code != http.StatusSeeOther {
		t.Errorf("a note of 2,000 characters: %d %s", w.Code, w.Body)
	}
}

// TestNotesAreHarmless: in pages, in spreadsheets and in the file.
func TestNotesAreHarmless(t *testing.T) {
	o := newOffice(t)
	c := &caller{t: t, office: o}
	c.login()
	notes := []string{`<script>alert(1)</script>`, `</textarea><img src=x onerror=alert(1)>`, `=HYPERLINK("http://evil.example";"x")`, "+1+1", "@SUM(A1)", "\u202etxt.exe", "a\x00b\x1b[2J", "\xff\xfe", "a\n=1+1", "{{.}}"}
	for _, note := range notes {
		if w := c.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "watch", "note", note); w.Code != http.StatusSeeOther {
			t.Fatalf("%q: %d %s", note, w.Code, w.Body)
		}
		for _, path := range []string{"/event/" + someLift, "/triage"} {
			body := c.get(path).Body.String()
			for _, bad := range []string{"<script>alert", "<img", "\u202e", "\x00", "\x1b", "\xff"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s holds %q", path, bad)
				}
			}
		}
	}
	w := c.get("/triage/log.csv")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != len(notes)+1 || w.Header().Get("Content-Disposition") != `attachment; filename="darkwake_reviews.csv"` || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("%d rows, %v, %v", len(rows), w.Header(), err)
	}
	for i, row := range rows {
		if len(row) != 7 {
			t.Fatalf("row %d has %d cells", i, len(row))
		}
		if cell := row[6]; strings.ContainsAny(cell[:1], "=+-@\t\r") || strings.ContainsAny(cell, "\u202e\x00\x1b\n") {
			t.Errorf("a spreadsheet would run %q, or a screen obey", cell)
		}
	}
	if got := strings.Join(rows[0], " "); got != "time reviewer event version evidence_sha256 action note" {
		t.Errorf("columns %s", got)
	}
	file, err := os.ReadFile(o.log)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.get("/triage/log.jsonl").Body.String(); got != string(file) || strings.Count(got, "\n") != len(notes) {
		t.Errorf("the download is not the file:\n%s", got)
	}
}

func TestLeadTimeIsReckonedOverConfirmedEvents(t *testing.T) {
	o := newOffice(t)
	c := &caller{t: t, office: o}
	c.login()
	put := func(id string, mmsi vessel.MMSI, start time.Time, listed ...string) {
		e := fixture.Events()[12] // a gap
		e.ID, e.Version, e.Start = "gap-"+id, 1, start
		v := e.Vessels[0]
		v.MMSI, v.IMO, v.Name, v.Listed = 620000000+mmsi, 0, "SHIP "+id, listed
		e.Vessels = []event.Vessel{v}
		if err := o.kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
			t.Fatal(err)
		}
	}
	put("0000000000000001", 1, fixture.At(0))                            // the listing is known by her next event only
	put("0000000000000002", 1, fixture.At(20), "mine 1 (2026-03-12)")    // At(0) is 10 February: 30 days and 10 days ahead
	put("0000000000000003", 2, fixture.At(0), "mine 2 (2026-02-06)")     // four days after
	put("0000000000000004", 3, fixture.At(0), "OFAC-SDN 3 (2026-11-20)") // the file's day
	put("0000000000000005", 4, fixture.At(0), "mine 4 (2020-01-01)")     // dismissed
	put("0000000000000006", 5, fixture.At(0))                            // on no list
	for i, action := range []string{"confirm", "confirm", "confirm", "confirm", "dismiss", "confirm"} {
		path := fmt.Sprintf("/event/gap-%016x", i+1)
		if w := c.send(path, path+"/review", "action", action); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", path, w.Code)
		}
	}
	body := regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(c.get("/triage").Body.String(), " ")
	body = html.UnescapeString(strings.Join(strings.Fields(body), " "))
	for _, want := range []string{"Median +10.0 d over 3 listed ships in 3 confirmed events; 1 more have no date", "SHIP 0000000000000001 : +30 d before mine 1 (2026-03-12)", "SHIP 0000000000000002 : +10 d before",
		"SHIP 0000000000000003 : -4 d after mine 2 (2026-02-06)", "no date: OFAC-SDN 3 is in a list of 2026-11-20 and was listed then or before", "on no list"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in: %s", want, body)
		}
	}
}

// TestTheDayOfAListIsNotThatOfHerListing: OFAC's XML dates the file alone.
func TestTheDayOfAListIsNotThatOfHerListing(t *testing.T) {
	mux, kept := site(t, fixture.Folder())
	e := fixture.Events()[12]
	e.ID, e.Vessels = "gap-00000000000000e7", []event.Vessel{{Role: event.Subject, MMSI: 620000001, Listed: []string{"OFAC-SDN 3 (2026-11-20)", "theirs 1 (2026-03-20, eu_fsf)"}}}
	if err := kept.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/event/" + e.ID, "/ship/620000001"} {
		_, body := get(t, mux, path)
		if !strings.Contains(body, "on the list of 2026-11-20") || !strings.Contains(body, "listed 2026-03-20") || strings.Contains(body, "listed 2026-11-20") {
			t.Errorf("%s tells other dates", path)
		}
	}
}

func TestPagesOfTriageAreBounded(t *testing.T) {
	o := newOffice(t)
	for i := range 2*pageOfTriage + 1 {
		if err := o.desk.Add(triage.Review{Time: fixture.At(float64(i)), Reviewer: "Ana", Event: fmt.Sprintf("gap-%016x", 0xf000+i), Version: 1, Action: triage.Watch}); err != nil {
			t.Fatal(err)
		}
	}
	c := &caller{t: t, office: o}
	c.login()
	rows, next, seen := regexp.MustCompile(`<a href="/event/(gap-[0-9a-f]+)#review">`), "/triage?show=watched", map[string]bool{}
	for _, want := range []int{pageOfTriage, pageOfTriage, 1} {
		body := c.get(next).Body.String()
		found := rows.FindAllStringSubmatch(body, -1)
		if len(found) != want || !strings.Contains(body, "This store has no such event.") {
			t.Errorf("%s: %d events, want %d", next, len(found), want)
		}
		for _, m := range found {
			seen[m[1]] = true
		}
		if m := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(body); m != nil {
			next = html.UnescapeString(m[1])
		}
	}
	if len(seen) != 2*pageOfTriage+1 {
		t.Errorf("the pages have %d events", len(seen))
	}
	for _, odd := range []string{"/triage?page=-1", "/triage?page=999999999999999999999", "/triage?page=x&show=%3Cb%3E", "/triage?show=dismissed&page=3"} {
		if w := c.get(odd); w.Code != http.StatusOK {
			t.Errorf("%s: %d", odd, w.Code)
		}
	}
}

// TestOthersSeeTheSamePagesWhoeverAsks: without a session a cookie changes no byte, caching stays, and what a reviewer sees is in
// no cache.
func TestOthersSeeTheSamePagesWhoeverAsks(t *testing.T) {
	o := newOffice(t)
	ana := &caller{t: t, office: o}
	ana.login()
	ana.send("/event/"+someLift, "/event/"+someLift+"/review", "action", "confirm", "note", "for reviewers only")
	for _, path := range []string{"/", "/event/" + someLift, "/event/" + someLift + "?fragment=1", "/day/2026-03-01", "/ship/620999001", "/status", "/about", "/nothing", "/report/2026-02", "/embed", "/badge.svg", "/barometer.svg"} {
		mine := ana.get(path) // asked first, so that it could be kept by mistake
		plain := (&caller{t: t, office: o}).get(path)
		odd := (&caller{t: t, office: o, cookie: &http.Cookie{Name: "darkwake", Value: "x"}}).get(path)
		if plain.Body.String() != odd.Body.String() || plain.Header().Get("ETag") != odd.Header().Get("ETag") || plain.Header().Get("Cache-Control") != "no-cache" || strings.Contains(plain.Header().Get("Vary"), "Cookie") {
			t.Errorf("%s: a cookie of nobody changes the page: %v, %v", path, plain.Header(), odd.Header())
		}
		for _, hush := range []string{"for reviewers only", "Ana", "/logout", `id="review"`} {
			if strings.Contains(plain.Body.String(), hush) {
				t.Errorf("%s tells everybody %q", path, hush)
			}
		}
		if plain.Code == http.StatusOK && plain.Header().Get("ETag") == "" {
			t.Errorf("%s has no tag any more", path)
		}
		same := strings.HasPrefix(path, "/report") || path == "/embed" || strings.HasSuffix(path, ".svg")
		if same && (mine.Body.String() != plain.Body.String() || mine.Header().Get("ETag") != plain.Header().Get("ETag")) {
			t.Errorf("%s is another for a reviewer", path)
		}
		if !same && (mine.Header().Get("Cache-Control") != "no-store" || mine.Header().Get("ETag") != "") {
			t.Errorf("%s for a reviewer may be kept: %v", path, mine.Header())
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/about", nil)
	r.Header.Set("If-None-Match", (&caller{t: t, office: o}).get("/about").Header().Get("ETag"))
	if w := ana.do(r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Log out") {
		t.Errorf("who had the page before logging in is told that it is the same: %d", w.Code)
	}
}

func TestWithoutReviewersNothingOfItIsThere(t *testing.T) {
	mux, _ := site(t, fixture.Folder())
	for _, path := range []string{"/login", "/triage", "/triage/log.csv", "/triage/log.jsonl", "/logout"} {
		if code, _ := get(t, mux, path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
	for _, path := range []string{"/login", "/logout", "/event/" + someLift + "/review"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
	for _, path := range []string{"/", "/event/" + someLift, "/about"} {
		if _, body := get(t, mux, path); strings.Contains(body, "Log in") || strings.Contains(body, "/login") || strings.Contains(body, "/triage") || strings.Contains(body, `id="review"`) {
			t.Errorf("%s speaks of reviewers", path)
		}
	}
}

// TestAfterTheDoorNobodyIsLedElsewhere: the way on is a page of this site.
func TestAfterTheDoorNobodyIsLedElsewhere(t *testing.T) {
	for next, want := range map[string]string{"/event/gap-1?theme=light": "/event/gap-1?theme=light", "/": "/", "/?kind=gap&q=a%2Fb": "/?kind=gap&q=a%2Fb", "": "/triage", "https://evil.example/": "/triage", "//evil.example": "/triage",
		`/\evil.example`: "/triage", "/\t/evil.example": "/triage", "javascript:alert(1)": "/triage", "/login?next=/": "/triage", "/logout": "/triage", "triage": "/triage", "/%zz": "/triage", "/a\r\nSet-Cookie: x=y": "/triage"} {
		if got := within(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}
