package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
)

// rulesFile writes rules whose one channel is a server's address.
func rulesFile(t *testing.T, url string) string {
	t.Helper()
	t.Setenv("DW_TEST_HOOK", "0123456789abcdef")
	path := filepath.Join(t.TempDir(), "alerts.yaml")
	text := "channels:\n  desk: {kind: webhook, url: \"" + url + "\", secret: \"${DW_TEST_HOOK}\", allow_private: true}\n" +
		"rules:\n  - {name: lifts, kinds: [lift], min_probability: 0.8, channels: [desk]}\n  - {name: gaps, kinds: [gap], digest: 24h, channels: [desk]}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAlertsCheckSaysWhatRulesWouldHaveTold(t *testing.T) {
	rules, kept := rulesFile(t, "http://127.0.0.1:9/"), filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(context.Background(), kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(context.Background(), 1, store.Batch{Events: fixture.Events()}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, errs := detect(t, "alerts", "check", rules, "--store", kept, "--list", "2")
	for _, want := range []string{"rules 2, channels 1", "lifts (lift; probability 0.80 and more), to desk: 5 opened, 0 updated, 0 retracted", "(3 earlier ones)", "gaps (gap; probability 0.50 and more; in digests every 24h), to desk: 1 opened", "gap-00000000000000b0"} {
		if code != exitOK || !strings.Contains(out, want) {
			t.Errorf("exit %d, %s%s, want %q in it", code, out, errs, want)
		}
	}
	if strings.Contains(out, "\u202e") {
		t.Error("a name turns the direction of the terminal's writing")
	}
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"check"}, "the file of rules"},
		{[]string{"chekc", rules}, `unknown command "chekc": expected check or test`},
		{[]string{"check", filepath.Join(t.TempDir(), "none.yaml")}, "no such file"},
		{[]string{"check", rules, "--store", kept, "--in", "out"}, "expected one of them"},
		{[]string{"check", rules, "--in", t.TempDir()}, "run detect replay first"},
		{[]string{"check", rules, "--list", "-1"}, "--list -1"},
		{[]string{"test", rules, "--rule", "lift"}, `--rule "lift": expected one of lifts, gaps`},
	} {
		if code, _, errs := detect(t, append([]string{"alerts"}, tc.args...)...); code != exitUsage || !strings.Contains(errs, tc.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", tc.args, code, errs)
		}
	}
}

func TestAlertsTestReallySends(t *testing.T) {
	var types []string
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Type string }
		_ = json.NewDecoder(r.Body).Decode(&m)
		types = append(types, m.Type)
		w.WriteHeader(status)
	}))
	defer s.Close()
	rules := rulesFile(t, s.URL)
	if code, out, errs := detect(t, "alerts", "test", rules, "--rule", "gaps"); code != exitOK || out != "gaps: desk: 200 OK\n" || len(types) != 1 || types[0] != "com.github.darkwake.alert.test" {
		t.Errorf("exit %d, %s%s, sent %v", code, out, errs, types)
	}
	status = http.StatusForbidden
	if code, out, errs := detect(t, "alerts", "test", rules); code != exitFailed || strings.Count(out, "NOT TAKEN: answered 403 Forbidden") != 2 || !strings.Contains(errs, "2 tests were not taken") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

// TestServeTellsOfWhatComesIntoTheStore: an event that is put while the page is up is told, the page shows the rules, and its
// button tests them.
func TestServeTellsOfWhatComesIntoTheStore(t *testing.T) {
	types := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m struct{ Type, Subject string }
		_ = json.NewDecoder(r.Body).Decode(&m)
		types <- m.Type + " " + m.Subject
	}))
	defer hook.Close()
	dir := t.TempDir()
	s, err := store.Open(context.Background(), filepath.Join(dir, "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	rules := rulesFile(t, hook.URL)
	admin := fixture.FreeAddress(t)
	url, end := served(t, "serve", "--store", filepath.Join(dir, "store.db"), "--alerts", rules, "--listen", "127.0.0.1:0", "--admin", admin, "--log-level", "error")
	page, err := http.Get(url + "/alerts")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(page.Body)
	_ = page.Body.Close()
	token := regexp.MustCompile(`name="token" value="(\w+)"`).FindSubmatch(body)
	if err != nil || page.StatusCode != 200 || token == nil || !strings.Contains(string(body), "lift; probability 0.80 and more") || strings.Contains(string(body), "0123456789abcdef") {
		t.Fatalf("/alerts: %d %s %v", page.StatusCode, body, err)
	}
	answer, err := http.PostForm(url+"/alerts/test/gaps", neturl.Values{"token": {string(token[1])}})
	if err != nil || answer.StatusCode != 200 || <-types != "com.github.darkwake.alert.test test gaps" {
		t.Errorf("test button: %v, %v", answer, err)
	}
	until := time.Now().Add(time.Minute)
	e := fixture.Events()[5] // a lift of 0.9
	for version := 1; ; version++ {
		e.Version = version
		if err := s.Put(context.Background(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-types:
			if got != "com.github.darkwake.alert.opened "+e.ID {
				t.Errorf("told %s", got)
			}
			metrics, err := http.Get("http://" + admin + "/metrics")
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(metrics.Body)
			_ = metrics.Body.Close()
			if err != nil || !strings.Contains(string(body), `darkwake_alerts_total{channel="desk",outcome="sent"}`) || strings.Contains(string(body), "darkwake_detect_") {
				t.Errorf("metrics: %s, %v", body, err)
			}
			if code := end(); code != exitOK {
				t.Errorf("exit %d", code)
			}
			return
		case <-time.After(3 * time.Second): // put before the rules were followed: history
			if time.Now().After(until) {
				t.Fatal("nothing was told")
			}
		}
	}
}
