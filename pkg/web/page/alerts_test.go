package page

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// TestAlertRulesAreShownToWhoMayTestThem: they tell whom somebody watches.
func TestAlertRulesAreShownToWhoMayTestThem(t *testing.T) {
	_, kept := site(t, fixture.Folder())
	hook, err := post.NewWebhook(post.Target{URL: "https://example.org/a-hook-of-ours"}, "a-secret-of-24-characters")
	if err != nil {
		t.Fatal(err)
	}
	service, err := alert.Open(t.Context(), alert.Options{Store: kept, State: filepath.Join(t.TempDir(), "alerts.db"), Config: &alert.Config{
		Channels: []alert.Channel{{Name: "desk", Kind: "webhook", Sender: hook}}, Rules: []alert.Rule{{Name: "my-rule", Kinds: []event.Kind{event.Gap}, Channels: []string{"desk"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	keyed := func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }
	for _, tc := range []struct {
		name, from, key string
		alerts          *alert.Service
		status          int
	}{
		{"this machine", "127.0.0.1:4711", "", service, 200},
		{"another machine", "192.0.2.1:4711", "", service, 404},
		{"another machine with the key", "192.0.2.1:4711", "Bearer k", service, 200},
		{"without rules", "127.0.0.1:4711", "", nil, 404},
	} {
		s, err := New(model.New(kept), Options{Alerts: tc.alerts, Keyed: keyed})
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		s.Register(mux)
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/alerts", nil)
		r.RemoteAddr = tc.from
		if tc.key != "" {
			r.Header.Set("Authorization", tc.key)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		body := w.Body.String()
		wellFormed(t, "/alerts", body)
		if w.Code != tc.status || strings.Contains(body, "my-rule") != (tc.status == 200) || strings.Contains(body, service.Token()) != (tc.status == 200) {
			t.Errorf("%s: %d %s", tc.name, w.Code, body)
		}
		for _, hush := range []string{"a-secret-of-24", "a-hook-of-ours"} {
			if strings.Contains(body, hush) {
				t.Errorf("%s: the page tells %q", tc.name, hush)
			}
		}
	}
}
