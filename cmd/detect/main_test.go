package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const firstLook = "../../testdata/feeds/first-look.nmea.zst"

// command runs the program in its own folder for output and returns its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// TestFirstCommand is the README's first command: what a stranger sees, and the files that are left.
func TestFirstCommand(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	code, stdout, stderr := command(t, "replay", "--out", dir, firstLook)
	if code != exitOK || stderr != "" {
		t.Fatalf("got exit code %d and %q on stderr, want 0 and nothing", code, stderr)
	}
	for _, want := range []string{"SYNTHETIC", "Barrels a day slipping past sanctions", "2025-03-01", "2025-04-01", "Lifts:", "Candidates that carry no barrels", "SYN TANKER",
		"Silences of six hours", "Ships alongside", "bad checksum", "lines a second", "detect explain"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	daily := readCSV(t, filepath.Join(dir, "daily.csv"))
	if want := "date,basis,mean,p05,p50,p95,mean_28d,p05_28d,p95_28d,lifts,seen,inferred,pending,unobserved,detection_probability,feed_health,status,as_of"; strings.Join(daily[0], ",") != want {
		t.Errorf("daily.csv: got header %v, want %s", daily[0], want)
	}
	if len(daily) != 1+3*32 || daily[1][1] != "lifted" || daily[64][1] != "exited" || daily[96][1] != "discharged" {
		t.Errorf("daily.csv: got %d rows, want the feed's 32 days as lifted, as exited and as discharged", len(daily)-1)
	}
	if vintages := readCSV(t, filepath.Join(dir, "vintages.csv")); len(vintages) < 32*32/2 {
		t.Errorf("vintages.csv: got %d rows, want one for each day at each midnight", len(vintages))
	}
	for _, name := range []string{"daily.json", "halts.json", "summary.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: not valid JSON (%v)", name, err)
		}
	}
	explainLift(t, dir, stdout)
	keepsItsConfiguration(t, dir, stdout)
}

// keepsItsConfiguration reads config.yaml of a run as the configuration of another: summary, table, events and the file
// itself say the same hash.
func keepsItsConfiguration(t *testing.T, dir, table string) {
	t.Helper()
	path := filepath.Join(dir, "config.yaml")
	code, again, stderr := command(t, "config", "--config", path)
	if code != exitOK {
		t.Fatalf("config --config %s: got exit code %d: %s", path, code, stderr)
	}
	if written, err := os.ReadFile(path); err != nil || string(written) != again {
		t.Errorf("config.yaml and what config makes of it differ (%v)", err)
	}
	hash := regexp.MustCompile(`sha256:[0-9a-f]{64}`).FindString(again)
	for _, name := range []string{"summary.json", "events.jsonl"} {
		if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(data), hash) {
			t.Errorf("%s does not carry %s (%v)", name, hash, err)
		}
	}
	if !strings.Contains(table, hash) {
		t.Errorf("the table does not say %s", hash)
	}
}

// explainLift follows the table's own advice: it takes an id from it and asks why.
func explainLift(t *testing.T, dir, table string) {
	t.Helper()
	for _, kind := range []string{"lift", "gap", "rendezvous"} {
		id := regexp.MustCompile(kind + `-[0-9a-f]{16}`).FindString(table)
		if id == "" {
			t.Errorf("the table names no %s", kind)
			continue
		}
		code, stdout, stderr := command(t, "explain", id[:len(kind)+9], "--in", dir, "--map", "-")
		if code != exitOK {
			t.Fatalf("explain %s: got exit code %d: %s", id, code, stderr)
		}
		for _, want := range []string{id, "Rules", "What would change the verdict", "nearest rule that holds", "Versions", "Facts", "Evidence", "heard by ", "!AIVDM",
			"first-look.nmea.zst, byte ", "SYN TANKER", "north is up"} {
			if !strings.Contains(stdout, want) {
				t.Errorf("explain %s does not say %q", id, want)
			}
		}
		picture := filepath.Join(t.TempDir(), "map.svg")
		if code, stdout, stderr := command(t, "explain", id, "--in", dir, "--map", picture); code != exitOK || strings.Contains(stdout, "north is up") {
			t.Errorf("explain --map %s: got exit code %d, %s", picture, code, stderr)
		}
		if svg, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(svg), "<svg ") {
			t.Errorf("explain --map %s: got no picture (%v)", picture, err)
		}
	}
}

func TestAllVersions(t *testing.T) {
	dir := t.TempDir()
	if code, _, stderr := command(t, "replay", "--quiet", "--all-versions", "--out", dir, firstLook); code != exitOK {
		t.Fatalf("got exit code %d: %s", code, stderr)
	}
	data, err := os.ReadFile(filepath.Join(dir, "events.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]int{}
	for line := range strings.Lines(string(data)) {
		var e struct {
			ID      string
			Version int
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Version != versions[e.ID]+1 {
			t.Fatalf("%s: got version %d after %d", e.ID, e.Version, versions[e.ID])
		}
		versions[e.ID] = e.Version
	}
	if len(versions) < 50 {
		t.Errorf("got %d events, want the feed's", len(versions))
	}
}

// TestFailedRunLeavesTheLastOne starts a run that fails in an output folder that holds an earlier run: its files stay.
func TestFailedRunLeavesTheLastOne(t *testing.T) {
	dir := t.TempDir()
	earlier := filepath.Join(dir, "vintages.csv")
	if err := os.WriteFile(earlier, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, tc := range []struct {
		name string
		ctx  context.Context
		args []string
		code int
	}{
		{"stopped", stopped, []string{firstLook}, exitFailed},
		{"broken gazetteer", t.Context(), []string{"--gazetteer", "main.go", firstLook}, exitUsage},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := run(tc.ctx, append([]string{"replay", "--quiet", "--all-versions", "--out", dir}, tc.args...), &out, &out); code != tc.code {
				t.Errorf("got exit code %d, want %d: %s", code, tc.code, out.String())
			}
			if data, err := os.ReadFile(earlier); err != nil || string(data) != "earlier" {
				t.Errorf("vintages.csv: got %q, %v; want the earlier run's", data, err)
			}
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
				t.Errorf("got %v, %v; want the earlier file alone", entries, err)
			}
		})
	}
}

// TestRejectedLinesAreKept: original bytes, reason and place; what is no text comes as base64.
func TestRejectedLinesAreKept(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "spoilt.nmea")
	good := "1550303566 !AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E\n"
	spoilt := "1550303567 !AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*00\n"
	if err := os.WriteFile(path, []byte(good+spoilt+good+"1550303568 !AIVDM,1,1,,A,15Mwk\xff\n"+good+good), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "replay", "--quiet", "--rejected", "--out", dir, path); code != exitOK {
		t.Fatalf("got exit code %d: %s", code, stderr)
	}
	data, err := os.ReadFile(filepath.Join(dir, "rejected.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	type refused struct {
		Source, Reason, Line string
		Offset               int64
		Bytes                []byte
	}
	var got []refused
	for line := range strings.Lines(string(data)) {
		var r refused
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	if len(got) != 2 {
		t.Fatalf("got %d refused lines, want 2: %s", len(got), data)
	}
	if got[0].Reason != "bad_checksum" || got[0].Offset != int64(len(good)) || got[0].Line+"\n" != spoilt || got[0].Source != "spoilt.nmea" {
		t.Errorf("got %+v, want the spoilt line with its place and reason", got[0])
	}
	if got[1].Line != "" || !bytes.HasSuffix(got[1].Bytes, []byte("15Mwk\xff")) {
		t.Errorf("got %+v, want its bytes as they were", got[1])
	}
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const line = "!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E\n"
	timeless := write("timeless.nmea", strings.Repeat(line, 3))
	refused := write("refused.nmea", "1550303566 "+line+strings.Repeat("!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*00\n", 9))
	cut := write("cut.nmea.gz", "\x1f\x8b\x08\x00")
	for _, tc := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no input", []string{"replay"}, exitUsage, "no input"},
		{"unknown flag", []string{"replay", "--ouput", "x", timeless}, exitUsage, "--ouput"},
		{"unknown command", []string{"reply"}, exitUsage, `"reply"`},
		{"bad start", []string{"replay", "--assume-start", "yesterday", timeless}, exitUsage, `"yesterday"`},
		{"bad shards", []string{"replay", "--shards", "0", timeless}, exitUsage, "--shards 0"},
		{"bad lateness", []string{"replay", "--lateness", "-1m", timeless}, exitUsage, "--lateness -1m"},
		{"missing gazetteer", []string{"replay", "--gazetteer", "nowhere.csv", timeless}, exitUsage, "nowhere.csv"},
		{"missing feeds", []string{"replay", "--feeds", "nowhere.yaml"}, exitUsage, "nowhere.yaml"},
		{"broken feeds", []string{"replay", "--feeds", write("feeds.yaml", "sources:\n  - id: a\n    pathes: [b]\n")}, exitUsage, "pathes"},
		{"out is a file", []string{"replay", "--out", timeless, timeless}, exitUsage, timeless},
		{"missing input", []string{"replay", "nowhere.nmea"}, exitInput, "nowhere.nmea"},
		{"cut archive", []string{"replay", cut}, exitInput, "cut.nmea.gz"},
		{"not AIS", []string{"replay", write("poem.txt", "Full fathom five\nthy father lies\n")}, exitInput, "poem.txt"},
		{"no time at all", []string{"replay", timeless}, exitInput, "timeless.nmea"},
		{"start given", []string{"replay", "--assume-start", "2026-03-01T00:00:00Z", timeless}, exitOK, ""},
		{"most lines refused", []string{"replay", refused}, exitInput, "refused.nmea"},
		{"no such run", []string{"explain", "gap-00", "--in", dir}, exitUsage, "run detect replay first"},
		{"no id", []string{"explain"}, exitUsage, "event id"},
		{"map to no picture", []string{"explain", "gap-00", "--in", dir, "--map", "map.png"}, exitUsage, "map.png"},
		{"version", []string{"version"}, exitOK, ""},
		{"unknown log level", []string{"run", "--log-level", "loud"}, exitUsage, `--log-level "loud"`},
		{"unknown log format", []string{"run", "--log-format", "xml"}, exitUsage, `--log-format "xml"`},
		{"nobody to ask", []string{"healthcheck", "--admin", "127.0.0.1:1"}, exitFailed, "connection refused"},
		{"nowhere to ask", []string{"healthcheck", "--admin", "9465"}, exitUsage, `--admin: admin address "9465": expected host:port`},
		{"configuration", []string{"config"}, exitOK, ""},
		{"configuration with an argument", []string{"config", "print"}, exitUsage, "none"},
		{"missing configuration", []string{"replay", "--config", "nowhere.yaml", timeless}, exitUsage, "nowhere.yaml"},
		{"unknown parameter", []string{"replay", "--config", write("unknown.yaml", "gap:\n  publsh: 7h\n"), timeless}, exitUsage, "line 2: gap.publsh: no such parameter: did you mean gap.publish?"},
		{"parameters out of range", []string{"config", "--config", write("range.yaml", "gap:\n  publish: 1h\n  doubt: 0\n")}, exitUsage, "gap.doubt (line 3)"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := tc.args
			if args[0] == "replay" && !strings.Contains(strings.Join(args, " "), "--out") {
				args = append(args, "--out", filepath.Join(t.TempDir(), "out"))
			}
			code, _, stderr := command(t, args...)
			if code != tc.code || !strings.Contains(stderr, tc.says) {
				t.Errorf("got exit code %d and %q, want %d and a line that names %q", code, stderr, tc.code, tc.says)
			}
			if n := strings.Count(stderr, "\n"); tc.code != exitOK && n != 1 {
				t.Errorf("got %d lines on stderr, want one: %q", n, stderr)
			}
		})
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}
