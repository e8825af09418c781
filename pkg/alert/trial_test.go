package alert

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
)

func TestATestButtonSendsOnlyWhatOurOwnPageAsksFor(t *testing.T) {
	b := newInbox(t)
	c := &Config{Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}
	s, err := Open(context.Background(), hurried(t, c, kept(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return at }
	keyed := func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer k" }
	for _, tc := range []struct {
		name   string
		change func(*http.Request)
		token  string
		rule   string
		status int
	}{
		{"our own form", func(*http.Request) {}, s.Token(), "all", 200},
		{"again at once", func(*http.Request) {}, s.Token(), "all", 429},
		{"another site's form", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, s.Token(), "all", 403},
		{"another site's form in an old browser", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, s.Token(), "all", 403},
		{"without the token", func(*http.Request) {}, "", "all", 403},
		{"with another token", func(*http.Request) {}, "AAAA", "all", 403},
		{"from another machine", func(r *http.Request) { r.RemoteAddr = "192.0.2.1:4711" }, s.Token(), "all", 403},
		{"through a proxy", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") }, s.Token(), "all", 403},
		{"by a name that was pointed at us", func(r *http.Request) { r.Host = "evil.example:8080" }, s.Token(), "all", 403},
		{"no such rule", func(*http.Request) {}, s.Token(), "none", 404},
		{"read, not asked", func(r *http.Request) { r.Method = http.MethodGet }, s.Token(), "all", 405},
		{"from another machine with the key", func(r *http.Request) {
			at = at.Add(time.Hour)
			r.RemoteAddr = "192.0.2.1:4711"
			r.Header.Set("Authorization", "Bearer k")
		}, s.Token(), "all", 200},
	} {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/alerts/test/"+tc.rule, strings.NewReader(url.Values{"token": {tc.token}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = "127.0.0.1:40000"
		tc.change(r)
		w := httptest.NewRecorder()
		before := len(b.taken())
		s.Handler(keyed).ServeHTTP(w, r)
		if w.Code != tc.status || (len(b.taken()) > before) != (tc.status == 200) {
			t.Errorf("%s: %d %s, %d messages", tc.name, w.Code, w.Body, len(b.taken())-before)
		}
		if tc.status == 200 && w.Body.String() != "all: desk: 200 OK\n" {
			t.Errorf("%s: says %q", tc.name, w.Body)
		}
	}
	for _, m := range b.taken() {
		if m.Type != "com.github.darkwake.alert.test" || m.Data.Event.ID != "" || !m.signed {
			t.Errorf("the test is not marked as one: %+v", m)
		}
	}
	b.refuse = func(int, received) int { return 500 }
	if all := c.Try(context.Background(), "all", at); len(all) != 1 || all[0].Err == nil || !strings.Contains(all[0].String(), "NOT TAKEN: answered 500") {
		t.Errorf("a channel that refuses: %v", all)
	}
}

func TestARehearsalTellsWhatRulesWouldHaveTold(t *testing.T) {
	s := kept(t)
	put(t, s, fixture.Events()...)
	put(t, s, lift(1, 9, event.Retracted, 0.6))
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	c.Rules = append(c.Rules, Rule{Name: "lifts", Kinds: []event.Kind{event.Lift}, Probability: 0.9})
	got := map[string]int{}
	if err := c.Rehearse(context.Background(), s, func(r Rehearsed) { got[r.Rule+" "+string(r.Change)]++ }); err != nil {
		t.Fatal(err)
	}
	// Two lifts and the blend are of 0.9; the retracted one was below. The rule on listed ships near Kharg sees all lifts.
	if got["lifts opened"] != 3 || got["lifts retracted"] != 0 || got["kharg opened"] < 5 || got["kharg retracted"] != 1 || got["sts opened"] != 0 {
		t.Errorf("got %v", got)
	}
}
