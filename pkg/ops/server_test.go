package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"
)

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func fine(name string) Check { return Check{name, func(context.Context) error { return nil }} }

func broken(name string) Check {
	return Check{name, func(context.Context) error { return errors.New("no\nanswer ") }}
}

func TestTheAdminPortAnswers(t *testing.T) {
	checks := []Check{fine("store"), broken("kafka")}
	for _, tc := range []struct {
		name, path string
		checks     []Check
		pprof      bool
		status     int
		body       string
	}{
		{"alive", "/livez", checks, false, 200, "ok\n"},
		{"ready", "/readyz", checks[:1], false, 200, "ready\n"},
		{"ready, in detail", "/readyz?verbose", checks[:1], false, 200, "[+] store\nready\n"},
		{"ready by its other name", "/healthz", checks[:1], false, 200, "ready\n"},
		{"nothing to check", "/readyz", nil, false, 200, "ready\n"},
		{"not ready", "/readyz", checks, false, 503, "[-] kafka: no answer\nnot ready\n"},
		{"not ready, in detail", "/readyz?verbose", checks, false, 503, "[+] store\n[-] kafka: no answer\nnot ready\n"},
		{"no profiles", "/debug/pprof/", nil, false, 404, ""},
		{"profiles", "/debug/pprof/", nil, true, 200, ""},
		{"nothing there", "/", nil, true, 404, ""},
		{"metrics", "/metrics", nil, false, 200, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := get(t, Handler(Options{Registry: NewRegistry(Build{}), Checks: tc.checks, Pprof: tc.pprof}), tc.path)
			if w.Code != tc.status || tc.body != "" && w.Body.String() != tc.body {
				t.Errorf("got %d %q, want %d %q", w.Code, w.Body, tc.status, tc.body)
			}
		})
	}
}

func TestTheVersionIsTold(t *testing.T) {
	want := NewBuild("darkwake 1.2.3")
	var got Build
	if err := json.Unmarshal(get(t, Handler(Options{Registry: NewRegistry(want), Build: want}), "/version").Body.Bytes(), &got); err != nil || got != want || got.Go == "" {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestAGateIsReadyWhileItIsOpen: until the state is restored, and no more while the program stops.
func TestAGateIsReadyWhileItIsOpen(t *testing.T) {
	var one func()
	g := NewGate("state", "is being restored")
	h := Handler(Options{Registry: NewRegistry(Build{}), Checks: []Check{g.Check()}})
	for _, tc := range []struct {
		do     func()
		status int
	}{{func() {}, 503}, {g.Open, 200}, {func() { one = g.Hold() }, 503}, {func() { two := g.Hold(); one(); one = two }, 503}, {func() { one() }, 200}, {g.Shut, 503}} {
		tc.do()
		if w := get(t, h, "/readyz"); w.Code != tc.status || tc.status == 503 && !strings.Contains(w.Body.String(), "is being restored") {
			t.Errorf("got %d %q, want %d", w.Code, w.Body, tc.status)
		}
	}
}

// TestACheckThatHangsHasFailed, and does not hold up the answer.
func TestACheckThatHangsHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := Check{"kafka", func(context.Context) error { <-release; return nil }}
		status, body := readiness(t.Context(), []Check{hangs, fine("store")}, true)
		if status != 503 || body != "[-] kafka: no answer within 800ms\n[+] store\nnot ready\n" {
			t.Errorf("got %d %q", status, body)
		}
	})
}

// started runs a server on a free port until the test ends it.
func started(t *testing.T, checks ...Check) (address string, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s, err := Listen(ctx, Options{Address: "127.0.0.1:0", Registry: NewRegistry(Build{}), Checks: checks})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(cancel)
	return s.Address(), func() error { cancel(); return <-ended }
}

func TestAnAddressThatCannotBeTakenIsOneLine(t *testing.T) {
	taken, end := started(t)
	for _, tc := range []struct{ name, address, want string }{
		{"in use", taken, "admin address " + taken + ": in use by another program: expected a free port"},
		{"no port", "127.0.0.1", `admin address "127.0.0.1": expected host:port`},
		{"an empty port", "127.0.0.1:", `admin address "127.0.0.1:": expected host:port`},
		{"a port that is none", "127.0.0.1:99999", "admin address 127.0.0.1:99999: "},
		{"another machine's", "192.0.2.1:9464", "admin address 192.0.2.1:9464: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Listen(t.Context(), Options{Address: tc.address, Registry: prometheus.NewRegistry()})
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// TestAStopFinishesWhatIsBeingAnswered, then takes no more.
func TestAStopFinishesWhatIsBeingAnswered(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	address, end := started(t, Check{"slow", func(context.Context) error { close(asked); <-release; return nil }})
	answer := make(chan string, 1)
	go func() {
		r, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		answer <- string(b)
	}()
	<-asked
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	close(release)
	if got := <-answer; got != "ready\n" {
		t.Errorf("got %q, want the answer", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("it still listens")
	}
}

// TestTheAdminPortOutlivesTheStop: while the program drains it says that it is not ready.
func TestTheAdminPortOutlivesTheStop(t *testing.T) {
	g := NewGate("program", "is stopping")
	g.Open()
	ctx, cancel := context.WithCancel(t.Context())
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	_, stop, err := Start(ctx, Options{Address: address, Registry: NewRegistry(Build{}), Checks: []Check{g.Check()}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	g.Shut()
	if err := Probe(t.Context(), "http://"+address+"/readyz"); err == nil || err.Error() != "not ready: program: is stopping" {
		t.Errorf("got %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := Probe(t.Context(), "http://"+address+"/readyz"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("stopped: got %v", err)
	}
	if _, none, err := Start(t.Context(), Options{}); err != nil || none() != nil {
		t.Errorf("without an address: got %v", err)
	}
}

func TestProbesTellWhatIsWrong(t *testing.T) {
	well, endWell := started(t, fine("store"))
	ill, endIll := started(t, broken("kafka"), fine("store"), broken("feeds"))
	gone, endGone := started(t)
	if err := endGone(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, admin, path, want string }{
		{"well", well, "/readyz", ""},
		{"ill", ill, "/readyz", "not ready: kafka: no answer; feeds: no answer"},
		{"ill and alive", ill, "/livez", ""},
		{"nobody there", gone, "/readyz", "ask http://" + gone + "/readyz: connect: connection refused"},
		{"something else", well, "/nothing", "404 Not Found"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			url, err := ProbeURL(tc.admin, tc.path)
			if err != nil {
				t.Fatal(err)
			}
			err = Probe(t.Context(), url)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if err := errors.Join(endWell(), endIll()); err != nil {
		t.Error(err)
	}
}

func TestProbesAskOnLoopback(t *testing.T) {
	for admin, want := range map[string]string{
		"127.0.0.1:9464": "http://127.0.0.1:9464/readyz", "0.0.0.0:9464": "http://127.0.0.1:9464/readyz", ":9464": "http://127.0.0.1:9464/readyz",
		"[::]:9464": "http://127.0.0.1:9464/readyz", "[::1]:9464": "http://[::1]:9464/readyz", "detect:9465": "http://detect:9465/readyz", "9464": "", "": "",
	} {
		if got, err := ProbeURL(admin, "/readyz"); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", admin, got, err, want)
		}
	}
}

func TestLogsAreJSONWhereNobodyWatches(t *testing.T) {
	for _, tc := range []struct {
		name string
		l    Logging
		want string // of the line, or of the error
		bad  bool
	}{
		{"not a terminal", Logging{"auto", "info"}, `"msg":"carried","n":1}`, false},
		{"text", Logging{"text", "debug"}, `msg=carried n=1`, false},
		{"JSON in capitals", Logging{"JSON", "WARN"}, ``, false},
		{"only errors", Logging{"json", "error"}, ``, false},
		{"a format that is none", Logging{"yaml", "info"}, `--log-format "yaml": expected auto, text or json`, true},
		{"a level that is none", Logging{"text", "loud"}, `--log-level "loud": expected debug, info, warn or error`, true},
		{"a level with an offset", Logging{"text", "info+2"}, `--log-level "info+2": expected`, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b strings.Builder
			log, err := tc.l.Logger(&b)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				log.Info("carried", "n", 1)
				got = b.String()
			}
			if (err != nil) != tc.bad || !strings.Contains(got, tc.want) || tc.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
