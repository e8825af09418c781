package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// TestTailPrintsReports reads a type 5 in two parts and a type 1 and checks what a reader of the lines relies on.
func TestTailPrintsReports(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two.nmea")
	lines := "1550303566 !AIVDM,2,1,3,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1E\r\n" +
		"1550303566 !AIVDM,2,2,3,A,88888888880,2*27\r\n" +
		"1550303567 !AIVDM,1,1,,B,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6D\r\n"
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t, "tail", path)
	if code != 0 || stderr != "" {
		t.Fatalf("got exit code %d, %q", code, stderr)
	}
	var got []map[string]any
	for line := range strings.Lines(stdout) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got = append(got, r)
	}
	if len(got) != 2 {
		t.Fatalf("got %d reports, want 2:\n%s", len(got), stdout)
	}
	for i, want := range []map[string]any{
		{"kind": "static", "mmsi": 351759000.0, "name": "EVER DIADEM", "destination": "NEW YORK", "draught": 12.2, "imo": 9134270.0, "time_source": "stamp"},
		{"kind": "position", "mmsi": 366998410.0, "channel": "B", "cog": 46.0, "class": "A", "source": "two.nmea", "event_time": "2019-02-16T07:52:47.000Z"},
	} {
		for name, value := range want {
			if got[i][name] != value {
				t.Errorf("report %d: %s got %v, want %v", i, name, got[i][name], value)
			}
		}
	}
	if _, present := got[1]["heading"]; present && got[1]["heading"] == 511.0 {
		t.Error("a heading that is not available came out as 511")
	}
}

func TestExitCodes(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no input", []string{"tail"}, 2, "no input"},
		{"unknown command", []string{"head"}, 2, `"head"`},
		{"unknown flag", []string{"tail", "--follow", "x"}, 2, "--follow"},
		{"bad start", []string{"tail", "--assume-start", "noon", "x"}, 2, `"noon"`},
		{"missing file", []string{"tail", "nowhere.nmea"}, 3, "nowhere.nmea"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code, _, stderr := command(t, tc.args...)
			if code != tc.code || !strings.Contains(stderr, tc.says) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("got exit code %d and %q, want %d and one line that names %q", code, stderr, tc.code, tc.says)
			}
		})
	}
}
