package feed

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
)

func TestLoadConfig(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(secret, []byte(" from-file \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("STREAM_KEY", "from-env")
	t.Setenv("HUB_KEY_FILE", secret)
	t.Setenv("PLACE", "feeds.example")
	_, err := LoadConfig(strings.NewReader("sources: [{id: catcher, kind: aiscatcher, listen: ':8100', key_file: " + secret + "}]"))
	if err == nil || !strings.Contains(err.Error(), `source "catcher": key: user:password expected`) || strings.Contains(err.Error(), "from-file") {
		t.Fatalf("got %v, want an error about the key of catcher that does not tell it", err)
	}
	if err := os.WriteFile(secret, []byte("user:from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := LoadConfig(strings.NewReader(`
sources:
  - {id: kystverket, path: "data/kv/*.nmea.zst", receiver: terrestrial}
  - {id: sat, paths: [a.gz, b.gz], receiver: satellite, lateness: 1h30m, assume_start: "2024-01-01T00:00:00Z"}
  - {id: paced, path: a, speed: 60}
  - {id: log, kind: tail, path: /var/log/ais}
  - {id: pipe, kind: stdin}
  - {id: tcp, kind: tcp, address: "${PLACE}:5631", idle: 5m, rate: 1000}
  - {id: listen, kind: tcp, listen: ":4001"}
  - {id: udp, kind: udp, listen: "239.192.0.2:60002"}
  - {id: stream, kind: aisstream, key: "${STREAM_KEY}", boxes: [{south: 22, west: 47, north: 31, east: 60}]}
  - {id: hub, kind: aishub, key: "${HUB_KEY}", interval: 3m}
  - {id: catcher, kind: aiscatcher, listen: ":8100", key_file: ` + secret + `}
  - {id: sim, kind: tcp, address: "127.0.0.1:10110", repeatable: true}
  - {id: url, url: "tcp://h:1"}
  - {id: other, url: "wss://h/x", key: k}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []SourceConfig{
		{ID: "kystverket", Paths: []string{"data/kv/*.nmea.zst"}, Receiver: ais.Terrestrial},
		{ID: "sat", Paths: []string{"a.gz", "b.gz"}, Receiver: ais.Satellite, Lateness: 90 * time.Minute, AssumeStart: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "paced", Paths: []string{"a"}, Speed: 60},
		{ID: "log", Kind: Tail, Paths: []string{"/var/log/ais"}},
		{ID: "pipe", Kind: Stdin, Paths: []string{"-"}},
		{ID: "tcp", Kind: TCP, Address: "feeds.example:5631", Idle: 5 * time.Minute, Rate: 1000},
		{ID: "listen", Kind: TCPListen, Address: ":4001"},
		{ID: "udp", Kind: UDP, Address: "239.192.0.2:60002"},
		{ID: "stream", Kind: AISStream, URL: "wss://stream.aisstream.io/v0/stream", Key: "from-env", Boxes: []Box{{22, 47, 31, 60}}},
		{ID: "hub", Kind: AISHub, URL: "https://data.aishub.net/ws.php", Key: "user:from-file", Interval: 3 * time.Minute},
		{ID: "catcher", Kind: AISCatcher, Address: ":8100", Key: "user:from-file"},
		{ID: "sim", Paths: []string{"tcp://127.0.0.1:10110"}},
		{ID: "url", Kind: TCP, Address: "h:1"},
		{ID: "other", Kind: AISStream, URL: "wss://h/x", Key: "k"},
	}
	for i := range want {
		if i < len(got) && !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d sources, want %d", len(got), len(want))
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(form, got); strings.Contains(text, "from-env") || strings.Contains(text, "from-file") {
			t.Errorf("%s prints a secret: %s", form, text)
		}
	}
}

// TestInputsNamesWhatHoldsNothing: an empty argument is a variable that was not set, never the current folder.
func TestInputsNamesWhatHoldsNothing(t *testing.T) {
	empty := t.TempDir()
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{""}, `""`},
		{[]string{"a.nmea", ""}, `""`},
		{[]string{empty}, empty},
		{[]string{"ftp://h/x"}, `"ftp"`},
	} {
		if got, err := Inputs(tc.args); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%q: got %v, %v; want an error that names %q", tc.args, got, err, tc.says)
		}
	}
}

func TestInputsTakeURLs(t *testing.T) {
	got, err := Inputs([]string{"tcp://h:1", "a.nmea", "udp://:10110", "tcp-listen://:4001", "wss://s.example/v0?key=x", "https://h/ws.php", "aiscatcher://:8100", "tail:/dev/ttyUSB0", "file:///a/b.nmea", "tail:///var/log/ais"})
	want := []SourceConfig{{ID: "a.nmea", Paths: []string{"a.nmea"}}, {ID: "tcp h:1", Kind: TCP, Address: "h:1"}, {ID: "udp :10110", Kind: UDP, Address: ":10110"},
		{ID: "tcp-listen :4001", Kind: TCPListen, Address: ":4001"}, {ID: "s.example", Kind: AISStream, URL: "wss://s.example/v0?key=x"}, {ID: "h", Kind: AISHub, URL: "https://h/ws.php"},
		{ID: "aiscatcher :8100", Kind: AISCatcher, Address: ":8100"}, {ID: "ttyUSB0", Kind: Tail, Paths: []string{"/dev/ttyUSB0"}},
		{ID: "b.nmea", Paths: []string{"/a/b.nmea"}}, {ID: "ais", Kind: Tail, Paths: []string{"/var/log/ais"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestLoadConfigErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key names its line", "sources:\n  - id: a\n    pathh: x\n", "[3:"},
		{"unknown key names itself", "sources:\n  - id: a\n    pathh: x\n", "pathh"},
		{"unknown key of a box", "sources:\n  - {id: a, kind: aisstream, key: k, boxes: [{souht: 1}]}\n", "souht"},
		{"wrong receiver", "sources:\n  - id: a\n    path: x\n    receiver: moon\n", "moon"},
		{"wrong lateness", "sources:\n  - id: a\n    path: x\n    lateness: soon\n", "soon"},
		{"lateness of two days", "sources:\n  - id: a\n    path: x\n    lateness: 48h\n", "48h"},
		{"wrong time", "sources:\n  - id: a\n    path: x\n    assume_start: monday\n", "monday"},
		{"no id", "sources:\n  - path: x\n", "no id"},
		{"twice", "sources:\n  - {id: a, path: x}\n  - {id: a, path: y}\n", "twice"},
		{"empty", "", "no source"},
		{"no YAML", "sources: [", "read feeds"},
		{"a list where a map is", "- a\n", "read feeds"},
		{"wrong kind", "sources:\n  - {id: a, kind: telex}\n", `kind "telex"`},
		{"no path", "sources:\n  - {id: a}\n", `source "a": no path`},
		{"no address", "sources:\n  - {id: a, kind: tcp}\n", "no address"},
		{"no kind beside an address", "sources:\n  - {id: a, address: \"h:1\"}\n", "kind"},
		{"no port", "sources:\n  - {id: a, kind: tcp, address: h}\n", "host:port"},
		{"port out of range", "sources:\n  - {id: a, kind: udp, listen: \":70000\"}\n", ":70000"},
		{"no host to connect to", "sources:\n  - {id: a, kind: tcp, address: \":1\"}\n", "host to connect to"},
		{"two addresses", "sources:\n  - {id: a, kind: tcp, address: \"h:1\", listen: \":1\"}\n", "one of them"},
		{"no key", "sources:\n  - {id: a, kind: aisstream}\n", "no key"},
		{"two keys", "sources:\n  - {id: a, kind: aisstream, key: sesame, key_file: x}\n", "one of them"},
		{"missing key file", "sources:\n  - {id: a, kind: aisstream, key_file: nowhere}\n", "nowhere"},
		{"variable that is not set", "sources:\n  - {id: a, kind: aisstream, key: \"${NOT_SET_AT_ALL}\"}\n", "NOT_SET_AT_ALL_FILE"},
		{"wrong scheme", "sources:\n  - {id: a, kind: aisstream, key: sesame, url: \"https://h\"}\n", "wss://"},
		{"url of nothing", "sources:\n  - {id: a, url: \"gopher://h\"}\n", `"gopher"`},
		{"url as a path", "sources:\n  - {id: a, path: \"tcp://h:1\"}\n", "under url"},
		{"box upside down", "sources:\n  - {id: a, kind: aisstream, key: sesame, boxes: [{south: 31, west: 47, north: 22, east: 60}]}\n", "31,47,22,60"},
		{"box without its sides", "sources:\n  - {id: a, kind: aisstream, key: sesame, boxes: [{}]}\n", "box 0,0,0,0"},
		{"two boxes of AISHub", "sources:\n  - {id: a, kind: aishub, key: sesame, boxes: [{south: 1, west: 1, north: 2, east: 2}, {south: 1, west: 1, north: 2, east: 2}]}\n", "one box"},
		{"polls too often", "sources:\n  - {id: a, kind: aishub, key: sesame, interval: 10s}\n", "10s"},
		{"speed below zero", "sources:\n  - {id: a, path: x, speed: -1}\n", "speed -1"},
		{"speed of a socket", "sources:\n  - {id: a, kind: tcp, address: \"h:1\", speed: 2}\n", "no use for speed"},
		{"idle of a recording", "sources:\n  - {id: a, path: x, idle: 5m}\n", "no use for idle"},
		{"idle of a millisecond", "sources:\n  - {id: a, kind: tcp, address: \"h:1\", idle: 1ms}\n", "idle 1ms"},
		{"rate below zero", "sources:\n  - {id: a, kind: tcp, address: \"h:1\", rate: -1}\n", "rate -1"},
		{"repeatable datagrams", "sources:\n  - {id: a, kind: udp, listen: \":1\", repeatable: true}\n", "heard once"},
		{"repeatable with a key", "sources:\n  - {id: a, kind: tcp, address: \"h:1\", repeatable: true, key: sesame}\n", "needs no key"},
		{"two files to follow", "sources:\n  - {id: a, kind: tail, paths: [x, y]}\n", "one path"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := LoadConfig(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "sesame") {
				t.Errorf("got %+v, %v, want one line with %q and without the key", got, err, test.want)
			}
		})
	}
}

// TestFingerprint changes with what reports depend on, and with nothing else.
func TestFingerprint(t *testing.T) {
	base := SourceConfig{ID: "a", Kind: AISStream, URL: "wss://h/x?key=1", Key: "k"}
	same := base
	same.Key, same.URL, same.Rate, same.Idle, same.Lateness = "other", "wss://h/x?key=2", 5, time.Minute, DefaultLateness
	print := Fingerprint([]SourceConfig{base})
	if got := Fingerprint([]SourceConfig{same}); got != print {
		t.Errorf("got %s for another key, rate and idle time and for the lateness that is the default, want %s", got, print)
	}
	for name, change := range map[string]func(*SourceConfig){
		"id": func(c *SourceConfig) { c.ID = "b" }, "kind": func(c *SourceConfig) { c.Kind = AISHub }, "url": func(c *SourceConfig) { c.URL = "wss://i/x" },
		"path": func(c *SourceConfig) { c.Paths = []string{"x"} }, "address": func(c *SourceConfig) { c.Address = "h:1" },
		"lateness": func(c *SourceConfig) { c.Lateness = time.Hour }, "receiver": func(c *SourceConfig) { c.Receiver = ais.Satellite },
		"start": func(c *SourceConfig) { c.AssumeStart = time.Unix(1, 0) },
	} {
		other := base
		change(&other)
		if Fingerprint([]SourceConfig{other}) == print {
			t.Errorf("another %s has the same fingerprint", name)
		}
	}
	if Fingerprint([]SourceConfig{base, {ID: "b"}}) == Fingerprint([]SourceConfig{{ID: "b"}, base}) {
		t.Error("another order has the same fingerprint")
	}
}

func TestRepeatable(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		source SourceConfig
		want   bool
	}{
		{SourceConfig{Paths: []string{"nowhere"}}, true}, {SourceConfig{Paths: []string{t.TempDir()}}, true}, {SourceConfig{Paths: []string{"tcp://h:1"}}, true},
		{SourceConfig{Paths: []string{"a", "-"}}, false}, {SourceConfig{Paths: []string{pipe}}, false}, {SourceConfig{Paths: []string{"a"}, Speed: 60}, false},
		{SourceConfig{Kind: TCP}, false}, {SourceConfig{Kind: Tail, Paths: []string{"a"}}, false},
	} {
		if got := Repeatable([]SourceConfig{{Paths: []string{"a"}}, test.source}); got != test.want {
			t.Errorf("%+v: got %t", test.source, got)
		}
	}
}

// TestReplayRefusesLiveSources says what it expects.
func TestReplayRefusesLiveSources(t *testing.T) {
	if _, err := Open(t.Context(), []SourceConfig{{ID: "a", Kind: TCP, Address: "h:1"}}, Defaults()); err == nil || !strings.Contains(err.Error(), `"a" is live (tcp)`) {
		t.Errorf("got %v", err)
	}
}

func TestBoxes(t *testing.T) {
	gulf, dateline := Box{22, 47, 31, 60}, Box{-20, 170, -10, -170}
	for _, test := range []struct {
		box      Box
		lat, lon float64
		want     bool
	}{{gulf, 25, 56, true}, {gulf, 22, 60, true}, {gulf, 56, 25, false}, {gulf, 25, 46.9, false}, {dateline, -15, 179, true}, {dateline, -15, -179, true}, {dateline, -15, 0, false}} {
		if got := test.box.Contains(test.lat, test.lon); got != test.want {
			t.Errorf("%v holds %g, %g: got %t", test.box, test.lat, test.lon, got)
		}
	}
}

// FuzzLoadConfig: whatever the file holds, it is a list of sources that pass the check, or an error of one line.
func FuzzLoadConfig(f *testing.F) {
	for _, s := range []string{"sources:\n  - {id: a, kind: tcp, address: \"h:1\"}\n", "sources:\n  - {id: a, url: \"wss://h\", key: k, boxes: [{south: 1, west: 2, north: 3, east: 4}]}\n",
		"sources: [{id: a, path: x, speed: .nan}]", "sources: [{id: \"a\\nb\", path: x, rate: 1e999}]", "sources: {", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "_file") || strings.Contains(text, "$") {
			t.Skip("it would read this machine")
		}
		sources, err := LoadConfig(strings.NewReader(text))
		switch {
		case err == nil && Check(sources) != nil:
			t.Errorf("%q: %v", text, Check(sources))
		case err != nil && strings.ContainsAny(err.Error(), "\r\n"):
			t.Errorf("%q: an error of several lines: %q", text, err)
		}
	})
}
