package triage

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clock is a clock that moves when it is told.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// desk is one of Ana and Bob.
func desk(t *testing.T, public string, c *clock, told *bytes.Buffer) *Desk {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"ana.key": anasKey + "\n", "reviewers.yaml": "reviewers:\n  - {name: Ana, key_file: ana.key}\n  - {name: Bob, key_sha256: " + hashed(bobsKey) + "}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := OpenDesk(Options{Reviewers: filepath.Join(dir, "reviewers.yaml"), Reviews: filepath.Join(dir, "reviews.jsonl"), Public: public, Now: c.now, Log: slog.New(slog.NewTextHandler(told, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// form is a request that sends one, from an address, with headers by turns.
func form(address string, fields url.Values, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://localhost:8080/login", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = address + ":4711"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// enter tries a key, and returns the cookie that it gets.
func enter(d *Desk, address, key string, header ...string) (*http.Cookie, *httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	err := d.Enter(w, form(address, url.Values{"token": {d.Token()}, "key": {key}}, header...))
	for _, c := range w.Result().Cookies() {
		return c, w, err
	}
	return nil, w, err
}

// known tells who has a cookie.
func known(d *Desk, c *http.Cookie) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if c != nil {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	s, there := d.Session(r)
	if !there {
		return ""
	}
	return s.Reviewer
}

func TestAKeyOpensASession(t *testing.T) {
	for _, tc := range []struct {
		name, public, key, reviewer, cookie string
		secure                              bool
	}{
		{"on this machine", "", anasKey, "Ana", "darkwake", false},
		{"under http", "http://example.org", bobsKey, "Bob", "darkwake", false},
		{"under https", "HTTPS://example.org", bobsKey, "Bob", "__Host-darkwake", true},
	} {
		var told bytes.Buffer
		c := &clock{start}
		d := desk(t, tc.public, c, &told)
		got, _, err := enter(d, "192.0.2.1", tc.key)
		if err != nil || got == nil {
			t.Errorf("%s: %v, cookie %v", tc.name, err, got)
			continue
		}
		if got.Name != tc.cookie || got.Secure != tc.secure || !got.HttpOnly || got.SameSite != http.SameSiteStrictMode || got.Path != "/" || got.Domain != "" || got.MaxAge != 12*60*60 {
			t.Errorf("%s: cookie %s", tc.name, got)
		}
		if len(got.Value) != 43 { // 256 bits, six a character
			t.Errorf("%s: the session is called %q", tc.name, got.Value)
		}
		if other, _, _ := enter(d, "192.0.2.1", tc.key); other == nil || other.Value == got.Value {
			t.Errorf("%s: two sessions have one name", tc.name)
		}
		c.at = start.Add(SessionFor - time.Second)
		if who := known(d, got); who != tc.reviewer {
			t.Errorf("%s: known as %q after almost 12 h", tc.name, who)
		}
		if who := known(d, &http.Cookie{Name: got.Name, Value: got.Value[1:]}); who != "" {
			t.Errorf("%s: a part of the cookie is %s's", tc.name, who)
		}
		c.at = start.Add(SessionFor)
		if who := known(d, got); who != "" {
			t.Errorf("%s: known as %q after 12 h", tc.name, who)
		}
		if text := told.String(); !strings.Contains(text, "reviewer="+tc.reviewer) || strings.Contains(text, tc.key) || strings.Contains(text, got.Value) {
			t.Errorf("%s: the log says %s", tc.name, text)
		}
	}
}

func TestLeavingEndsASession(t *testing.T) {
	d := desk(t, "", &clock{start}, &bytes.Buffer{})
	ana, _, _ := enter(d, "192.0.2.1", anasKey)
	bob, _, _ := enter(d, "192.0.2.1", bobsKey)
	r, w := httptest.NewRequest(http.MethodPost, "/logout", nil), httptest.NewRecorder()
	r.AddCookie(ana)
	d.Leave(w, r)
	if known(d, ana) != "" || known(d, bob) != "Bob" {
		t.Errorf("after Ana left: Ana's cookie is %q's, Bob's %q's", known(d, ana), known(d, bob))
	}
	if taken := w.Result().Cookies(); len(taken) != 1 || taken[0].MaxAge >= 0 || taken[0].Value != "" {
		t.Errorf("the cookie is not taken back: %v", taken)
	}
	// Who comes in anew leaves the session that he had.
	again, _, err := enter(d, "192.0.2.1", bobsKey, "Cookie", bob.Name+"="+bob.Value)
	if err != nil || known(d, bob) != "" || known(d, again) != "Bob" {
		t.Errorf("%v: the old session is %q's, the new one %q's", err, known(d, bob), known(d, again))
	}
}

func TestWrongKeysAreFew(t *testing.T) {
	var told bytes.Buffer
	c := &clock{start}
	d := desk(t, "", c, &told)
	tried := 0
	for range 600 { // ten a second for a minute
		got, w, err := enter(d, "192.0.2.1", "a-guess-of-sixteen-letters")
		switch {
		case got != nil || err == nil:
			t.Fatal("a guess opens")
		case err == ErrWrongKey:
			tried++
		case err != ErrTooMany || w.Header().Get("Retry-After") == "":
			t.Fatalf("got %v, %v", err, w.Header())
		}
		c.at = c.at.Add(100 * time.Millisecond)
	}
	if tried < 5 || tried > 10 {
		t.Errorf("%d keys were tried in a minute, want 10 at most", tried)
	}
	for err := error(nil); err != ErrTooMany; _, _, err = enter(d, "192.0.2.1", "another-guess-of-letters") {
	}
	if _, _, err := enter(d, "192.0.2.1", anasKey); err != ErrTooMany {
		t.Errorf("the right key after too many: %v: whoever guesses would see when he is right", err)
	}
	if _, _, err := enter(d, "192.0.2.2", anasKey); err != nil {
		t.Errorf("another address: %v", err)
	}
	c.at = c.at.Add(time.Minute)
	if _, _, err := enter(d, "192.0.2.1", anasKey); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	for range 50 {
		if _, _, err := enter(d, "192.0.2.3", bobsKey); err != nil {
			t.Fatalf("right keys count: %v", err)
		}
	}
	if strings.Contains(told.String(), "a-guess") || !strings.Contains(told.String(), "address=192.0.2.1") {
		t.Errorf("the log says %s", told.String())
	}
}

func TestFormsOfOthersAreRefused(t *testing.T) {
	d := desk(t, "", &clock{start}, &bytes.Buffer{})
	for _, tc := range []struct {
		name, token string
		header      []string
		want        error
	}{
		{"our own", d.Token(), []string{"Sec-Fetch-Site", "same-origin", "Origin", "null"}, nil},
		{"typed by hand", d.Token(), []string{"Sec-Fetch-Site", "none"}, nil},
		{"a program's", d.Token(), nil, nil},
		{"our own, by its origin", d.Token(), []string{"Origin", "http://localhost:8080"}, nil},
		{"another site's", d.Token(), []string{"Sec-Fetch-Site", "cross-site"}, ErrForeign},
		{"a sister's", d.Token(), []string{"Sec-Fetch-Site", "same-site"}, ErrForeign},
		{"another site's, by its origin", d.Token(), []string{"Origin", "https://evil.example"}, ErrForeign},
		{"of no site that is told", d.Token(), []string{"Origin", "null"}, ErrForeign},
		{"without the token", "", []string{"Sec-Fetch-Site", "same-origin"}, ErrStale},
		{"with another token", d.Token()[1:] + "x", []string{"Sec-Fetch-Site", "same-origin"}, ErrStale},
	} {
		w := httptest.NewRecorder()
		err := d.Enter(w, form("192.0.2."+hashed(tc.name)[:1], url.Values{"token": {tc.token}, "key": {anasKey}}, tc.header...))
		if err != tc.want || (len(w.Result().Cookies()) == 1) != (tc.want == nil) {
			t.Errorf("%s: got %v, %v; want %v", tc.name, err, w.Result().Cookies(), tc.want)
		}
	}
	if _, _, err := enter(d, "198.51.100.9", anasKey); err != nil {
		t.Fatal(err)
	}
	query := httptest.NewRequest(http.MethodPost, "/login?"+url.Values{"token": {d.Token()}, "key": {anasKey}}.Encode(), nil)
	if err := d.Enter(httptest.NewRecorder(), query); err != ErrStale {
		t.Errorf("a key in the URL, where logs see it: %v", err)
	}
}

func TestSessionsTakeBoundedMemory(t *testing.T) {
	d := desk(t, "", &clock{start}, &bytes.Buffer{})
	for i := range mostSessions + 10 {
		d.keep(sha256.Sum256([]byte{byte(i), byte(i >> 8)}), Session{Reviewer: "Ana", ends: start.Add(time.Duration(i) * time.Second)})
	}
	if n := len(d.sessions); n != mostSessions {
		t.Errorf("%d sessions, want %d", n, mostSessions)
	}
	for i, want := range map[int]bool{0: false, 9: false, 10: true, mostSessions + 9: true} {
		if _, there := d.sessions[sha256.Sum256([]byte{byte(i), byte(i >> 8)})]; there != want {
			t.Errorf("session %d is there: %v, want %v: the first to end make room", i, there, want)
		}
	}
}

func TestADeskThatCannotBeIsOneLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "reviewers.yaml")
	for _, tc := range []struct{ text, reviews, want string }{
		{"", "x", "read reviewers: open "},
		{"reviewers:\n  - {name: Ana, key_file: gone.key}\n", "x", "key_file: open " + filepath.Join(dir, "gone.key")},
		{"reviewers:\n  - {name: Ana, key_sha256: " + hashed(anasKey) + "}\n", "none/x", "open reviews: open "},
	} {
		if tc.text != "" {
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := OpenDesk(Options{Reviewers: path, Reviews: filepath.Join(dir, tc.reviews)}); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}
