package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/darkwake/darkwake/internal/fixture"
)

// screen is what a command prints while it runs.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// served runs a command that ends with a page, and returns where to look once it says so, and what ends it.
func served(t *testing.T, args ...string) (url string, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs screen
	code := make(chan int, 1)
	go func() { code <- run(ctx, args, &out, &errs) }()
	for {
		if m := regexp.MustCompile(`Look at (http://127\.0\.0\.1:\d+)/ `).FindStringSubmatch(out.String()); m != nil {
			return m[1], func() int { cancel(); return <-code }
		}
		select {
		case c := <-code:
			t.Fatalf("%v: exit %d before a page: %s%s", args, c, out.String(), errs.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// TestReplayAndServeShowTheSameRun looks at what a replay serves when it has ended, and then at what serve makes of its folder.
func TestReplayAndServeShowTheSameRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	url, end := served(t, "replay", "--quiet", "--serve", "--out", out, firstLook)
	answer, err := http.Get(url + "/status")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "first-look.nmea.zst") {
		t.Errorf("status %d, %v", answer.StatusCode, err)
	}
	if code := end(); code != exitOK {
		t.Errorf("exit %d", code)
	}
	admin := fixture.FreeAddress(t)
	url, end = served(t, "serve", "--in", out, "--listen", "127.0.0.1:0", "--admin", admin)
	adminPort(t, "http://"+admin)
	everyLink(t, url)
	if code := end(); code != exitOK {
		t.Errorf("exit %d when it is interrupted", code)
	}
}

// adminPort asks what run answers at its own, too.
func adminPort(t *testing.T, url string) {
	t.Helper()
	for path, want := range map[string]string{"/livez": "ok", "/readyz?verbose": "store", "/metrics": "darkwake_build_info", "/version": `"software"`} {
		answer, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("admin %s: status %d, %.200s, %v; want %s", path, answer.StatusCode, body, err, want)
		}
	}
}

// everyLink walks through the site of a real run: every link of every page that it comes to leads somewhere.
func everyLink(t *testing.T, url string) {
	t.Helper()
	href := regexp.MustCompile(`(?:href|src)="(/[^"#]*)`)
	ways, seen, kinds := []string{"/", "/?kind=lift", "/?kind=gap&status=closed", "/?kind=rendezvous", "/?kind=transfer", "/?kind=false_position&status=retracted", "/seen?a=Iran&b=Oman"}, map[string]bool{}, map[string]int{}
	for len(ways) > 0 {
		way := strings.ReplaceAll(ways[0], "&amp;", "&")
		ways = ways[1:]
		kind := regexp.MustCompile(`^/[a-z_.]*`).FindString(way)
		if seen[way] || kinds[kind] >= 8 {
			continue
		}
		seen[way] = true
		kinds[kind]++
		answer, err := http.Get(url + way)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, %v", way, answer.StatusCode, err)
		}
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range href.FindAllStringSubmatch(string(body), -1) {
			ways = append(ways, m[1])
		}
	}
	for _, kind := range []string{"/", "/event", "/day", "/ship", "/lot", "/report", "/seen", "/status", "/about", "/help", "/assets"} {
		if kinds[kind] == 0 && kinds[kind+"/"] == 0 {
			t.Errorf("no link leads to %s: %v", kind, kinds)
		}
	}
}

func TestServeRefusesInOneLine(t *testing.T) {
	empty := t.TempDir()
	for _, tc := range []struct {
		name, want string
		args       []string
	}{
		{"an address that others reach, without a key", `--listen: address "0.0.0.0:0": others could reach it: expected an address of this machine, such as 127.0.0.1:8080, or an API key`, []string{"--listen", "0.0.0.0:0"}},
		{"an address that is none", `--listen: address "8080": expected host:port`, []string{"--listen", "8080"}},
		{"no address", `--listen "": expected host:port`, []string{"--listen", ""}},
		{"a key that is not there", "--api-key-file: ", []string{"--api-key-file", filepath.Join(empty, "key")}},
		{"figures that are not there", "--published: ", []string{"--published", filepath.Join(empty, "figures.csv")}},
		{"a folder that holds nothing", "run detect replay first", []string{"--in", empty}},
		{"two places", "expected one of them", []string{"--in", empty, "--store", "x.db"}},
		{"a store that is not there", "--store: ", []string{"--store", filepath.Join(empty, "x.db")}},
		{"a frame ancestor that is no origin", `frame ancestor "x": expected an origin`, []string{"--frame-ancestors", "x"}},
		{"a public URL that is none", `public URL "x": expected`, []string{"--public-url", "x"}},
		{"a basemap that is not there", "open basemap", []string{"--basemap-dir", empty}},
		{"reviewers that are not there", "read reviewers: open ", []string{"--reviewers", filepath.Join(empty, "reviewers.yaml")}},
		{"reviews of nobody", "--reviews x without --reviewers: a file expected", []string{"--reviews", "x"}},
		{"an admin port that is none", `--admin: admin address "9466": expected host:port`, []string{"--listen", "127.0.0.1:0", "--admin", "9466"}},
		{"an argument", "1 arguments: expected none", []string{"now"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := append([]string{"serve"}, tc.args...)
			if !strings.Contains(strings.Join(args, " "), "--in") && !strings.Contains(strings.Join(args, " "), "--store") {
				args = append(args, "--in", left(t))
			}
			var errs bytes.Buffer
			if code := run(t.Context(), args, io.Discard, &errs); code != exitUsage || !strings.Contains(errs.String(), tc.want) || strings.Count(errs.String(), "\n") != 1 {
				t.Errorf("exit %d: %s; want %s", code, errs.String(), tc.want)
			}
		})
	}
}

// firstDays writes the beginning of the bundled feed, some four days, into a folder and returns its path.
func firstDays(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Open(firstLook)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it is only read
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var text bytes.Buffer
	lines := bufio.NewScanner(z)
	for n := 0; n < 30_000 && lines.Scan(); n++ {
		text.Write(append(lines.Bytes(), '\n'))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "first-days.nmea")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRunServesItsStoreWhileItWrites: events are on the page as they become known.
func TestRunServesItsStoreWhileItWrites(t *testing.T) {
	dir := t.TempDir()
	feeds := filepath.Join(dir, "feeds.yaml")
	config := filepath.Join(dir, "few.yaml") // what is tested is not the estimate
	if err := os.WriteFile(config, []byte("estimate:\n  draws: 200\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(feeds, []byte("sources:\n  - {id: first-look, path: "+firstDays(t, dir)+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var errs screen
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"run", "--config", config, "--checkpoint-every", "500ms", "--with-ingest", feeds, "--data-dir", filepath.Join(dir, "data"), "--out", "", "--admin", "", "--log-format", "text", "--listen", "127.0.0.1:0"}, io.Discard, &errs)
	}()
	seen := false
	for !seen {
		select {
		case c := <-code:
			t.Fatalf("exit %d: %s", c, errs.String())
		case <-time.After(500 * time.Millisecond):
		}
		if m := regexp.MustCompile(`url=(http://127\.0\.0\.1:\d+/)`).FindStringSubmatch(errs.String()); m != nil {
			if answer, err := http.Get(m[1]); err == nil {
				body, _ := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				seen = bytes.Contains(body, []byte("<tr data-id="))
			}
		}
	}
	cancel()
	if c := <-code; c != exitOK {
		t.Errorf("exit %d when it is interrupted: %s", c, errs.String())
	}
}

func TestRunRefusesAPageThatCannotBe(t *testing.T) {
	for want, args := range map[string][]string{
		"--listen 127.0.0.1:0 with --store none: expected a store": {"--listen", "127.0.0.1:0", "--store", "none"},
		`--listen: address "0.0.0.0:0": others could reach it`:     {"--listen", "0.0.0.0:0"},
	} {
		var errs bytes.Buffer
		if code := run(t.Context(), append([]string{"run", "--data-dir", t.TempDir(), "--out", "", "--admin", ""}, args...), io.Discard, &errs); code != exitUsage || !strings.Contains(errs.String(), want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("exit %d: %s; want %s", code, errs.String(), want)
		}
	}
}
