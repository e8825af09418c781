package main

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// speaker is a server of lines: to each who connects it says the text, and holds the connection open if it is to.
func speaker(t *testing.T, text string, hold bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.WriteString(conn, text) // the client may have gone
				if hold {
					_, _ = conn.Read(make([]byte, 1))
				}
			}()
		}
	}()
	return l.Addr().String()
}

const sentence = "!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n"

func feeds(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "feeds.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTailHearsLiveSources prints what comes, one line each, and stops when it is told.
func TestTailHearsLiveSources(t *testing.T) {
	address := speaker(t, sentence, true)
	for _, args := range [][]string{
		{"tail", "tcp://" + address, "--receiver", "terrestrial", "--for", "3s"},
	} {
		began := time.Now()
		code, stdout, stderr := command(t, args...)
		var r map[string]any
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != 0 {
			t.Fatalf("%v: got %d, %q, %q: %v", args, code, stdout, stderr, err)
		}
		if r["mmsi"] != 227006760.0 || r["time_source"] != "receipt" || r["receiver"] != "terrestrial" || r["source"] != "tcp "+address {
			t.Errorf("got %v", r)
		}
		if d := time.Since(began); d > 20*time.Second {
			t.Errorf("took %s", d)
		}
	}
}

// TestCheckTriesEverySource: exit codes and the words of the table.
func TestCheckTriesEverySource(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good.nmea")
	if err := os.WriteFile(good, []byte("1550303567 "+sentence), 0o600); err != nil {
		t.Fatal(err)
	}
	speaking, mute, noisy := speaker(t, sentence, true), speaker(t, "", true), speaker(t, "hello\r\n", true)
	t.Setenv("CHECK_KEY", "sesame")
	for _, tc := range []struct {
		name, yaml string
		code       int
		out, err   string
	}{
		{"a file and a server", "sources:\n  - {id: a, path: " + good + "}\n  - {id: b, kind: tcp, address: \"" + speaking + "\"}\n", 0, "tcp   1      1", ""},
		{"one is silent", "sources:\n  - {id: a, path: " + good + "}\n  - {id: b, kind: tcp, address: \"" + mute + "\"}\n", 1, "silent so far", "b"},
		{"noise", "sources:\n  - {id: b, kind: tcp, address: \"" + noisy + "\"}\n", 1, "none that can be used", "b"},
		{"nobody there", "sources:\n  - {id: b, kind: tcp, address: \"127.0.0.1:1\"}\n", 3, "refused", `"b"`},
		{"a file that is missing", "sources:\n  - {id: b, path: nowhere}\n", 3, "no such file", "nowhere"},
		{"an address in use", "sources:\n  - {id: b, kind: tcp-listen, listen: \"" + mute + "\"}\n", 2, "", "in use"},
		{"a wrong key", "sources:\n  - {id: b, kinds: tcp}\n", 2, "", "kinds"},
		{"no secret in errors", "sources:\n  - {id: b, kind: aishub, key: \"${CHECK_KEY}\", url: \"http://127.0.0.1:1/ws\"}\n", 3, "refused", `"b"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, stdout, stderr := command(t, "check", "--feeds", feeds(t, tc.yaml), "--wait", "1500ms")
			if code != tc.code || !strings.Contains(stdout, tc.out) || !strings.Contains(stderr, tc.err) || strings.Count(stderr, "\n") > 1 || strings.Contains(stdout+stderr, "sesame") {
				t.Errorf("got %d\n%s%s\nwant %d, %q and an error with %q", code, stdout, stderr, tc.code, tc.out, tc.err)
			}
		})
	}
	if code, stdout, _ := command(t, "check", "--dry", "--feeds", feeds(t, "sources: [{id: a, path: nowhere}]")); code != 0 || !strings.Contains(stdout, "1 sources") {
		t.Errorf("dry: got %d, %q", code, stdout)
	}
}

// TestSourceFlags: each flag is about the inputs that have a use for it.
func TestSourceFlags(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, says string
		args       []string
	}{
		{"wrong receiver", `"moon"`, []string{"a.nmea", "--receiver", "moon"}},
		{"box of three sides", `"1,2,3"`, []string{"wss://h/x", "--key-file", key, "--box", "1,2,3"}},
		{"box upside down", "31,47,22,60", []string{"wss://h/x", "--key-file", key, "--box", "31,47,22,60"}},
		{"box of a file", "--box", []string{"a.nmea", "--box", "22,47,31,60"}},
		{"no key", "no key", []string{"wss://h/x"}},
		{"key file that is missing", "nowhere", []string{"wss://h/x", "--key-file", "nowhere"}},
		{"speed of a socket", "--speed", []string{"tcp://h:1", "--speed", "2"}},
		{"lateness of two days", "48h", []string{"a.nmea", "--lateness", "48h"}},
		{"unknown scheme", `"ftp"`, []string{"ftp://h/x"}},
		{"missing feeds", "nowhere", []string{"--feeds", "nowhere"}},
		{"no input", "no input", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, verb := range []string{"check", "tail", "run"} {
				code, _, stderr := command(t, append([]string{verb}, tc.args...)...)
				if code != 2 || !strings.Contains(stderr, tc.says) || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "sesame") {
					t.Errorf("%s: got %d, %q; want 2 and one line with %q", verb, code, stderr, tc.says)
				}
			}
		})
	}
	f := sourceFlags{receiver: "satellite", keyFile: key, boxes: []string{"22,47,31,60", " -20, 170,-10,-170"}, repeatable: true, lateness: time.Hour}
	got, err := f.sources([]string{"a.nmea", "tcp://127.0.0.1:1", "wss://h/x"})
	if err != nil || len(got) != 3 {
		t.Fatal(got, err)
	}
	if got[0].Key+got[1].Key != "" || got[2].Key != "sesame" || len(got[1].Paths) != 1 || len(got[2].Boxes) != 2 {
		t.Errorf("got %+v", got)
	}
	for _, s := range got {
		if s.Lateness != time.Hour || s.Receiver.String() != "satellite" {
			t.Errorf("got %+v", s)
		}
	}
}

// TestTailOfARepeatableServer prints what a recording of the same bytes would.
func TestTailOfARepeatableServer(t *testing.T) {
	code, stdout, stderr := command(t, "tail", "tcp://"+speaker(t, "1550303567 "+sentence, false), "--repeatable")
	if code != 0 || strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, "2019-02-16T07:52:47") {
		t.Errorf("got %d, %q, %q", code, stdout, stderr)
	}
}
