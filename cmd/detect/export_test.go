package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/fixture"

	"github.com/darkwake/darkwake/pkg/web/picture"
)

// left writes the folder of a run.
func left(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, fixture.Folder()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// detect runs the program.
func detect(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	code = run(t.Context(), args, &out, &problems)
	return code, out.String(), problems.String()
}

func TestEverythingIsExportedInEveryForm(t *testing.T) {
	in, out := left(t), t.TempDir()
	figures := filepath.Join(out, "figures.csv")
	text := "period,period_type,source,value_kbd_low,value_kbd_high,scope,method,page,notes\n2026-03-01..03-14,window,A,1500,1500,crude,,,\n"
	if err := os.WriteFile(figures, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, thing := range forms {
		for _, format := range thing.formats {
			file := filepath.Join(out, thing.what+"."+format)
			code, _, problems := detect(t, "export", "--in", in, "--what", thing.what, "--out", file, "--published", figures, "--lot", "lot-00000000000000a1")
			data, err := os.ReadFile(file)
			if code != exitOK || err != nil || len(data) < 100 {
				t.Errorf("%s as %s: exit %d, %s, %d bytes, %v", thing.what, format, code, problems, len(data), err)
			}
			switch format {
			case "json", "geojson":
				if !json.Valid(data) {
					t.Errorf("%s: no JSON", file)
				}
			case "svg":
				for d := xml.NewDecoder(bytes.NewReader(data)); err == nil; _, err = d.Token() {
				}
				if !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", file, err)
				}
			case "png":
				if m, err := png.Decode(bytes.NewReader(data)); err != nil || m.Bounds().Dx() != picture.ShareWidth {
					t.Errorf("%s: %v", file, err)
				}
			case "parquet":
				if !bytes.HasPrefix(data, []byte("PAR1")) || !bytes.HasSuffix(data, []byte("PAR1")) {
					t.Errorf("%s: no Parquet", file)
				}
			}
		}
	}
}

func TestExportsKeepToTheirDays(t *testing.T) {
	in := left(t)
	for _, tc := range []struct {
		args []string
		rows int
	}{
		{nil, 40}, {[]string{"--period", "2026-02-14"}, 1}, {[]string{"--period", "2026-W11"}, 7}, {[]string{"--from", "2026-03-20"}, 2},
		{[]string{"--to", "2026-02-11", "--basis", "exited"}, 2}, {[]string{"--period", "2027"}, 0},
	} {
		code, out, problems := detect(t, append([]string{"export", "--in", in}, tc.args...)...)
		if lines := strings.Count(out, "\n") - 1; code != exitOK || lines != tc.rows {
			t.Errorf("%v: exit %d, %s, %d rows, want %d", tc.args, code, problems, lines, tc.rows)
		}
	}
}

func TestWrongExportsSayWhatWasExpected(t *testing.T) {
	in := left(t)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"--what", "ship"}, "expected one of days, ships"},
		{[]string{"--what", "days", "--format", "html"}, "csv, json, parquet"},
		{[]string{"--format", "xlsx"}, "csv, json, parquet"},
		{[]string{"--what", "life"}, "--lot"},
		{[]string{"--what", "life", "--lot", "lot-1"}, "lot-1"},
		{[]string{"--what", "comparison"}, "--published"},
		{[]string{"--format", "svg", "--theme", "pink"}, "light or dark"},
		{[]string{"--published", filepath.Join(in, "daily.csv")}, "line 1"},
		{[]string{"--period", "March"}, "2026-W11"},
		{[]string{"--period", "2026", "--from", "2026-01-01"}, "either"},
		{[]string{"--from", "2026-3-1"}, "--from"},
		{[]string{"--from", "2026-03-10", "--to", "2026-03-01"}, "no day"},
		{[]string{"--basis", "sunk"}, "lifted, exited or discharged"},
		{[]string{"--in", filepath.Join(in, "nothing")}, "run detect replay first"},
		{[]string{"days"}, "flags only"},
	} {
		if code, _, problems := detect(t, append([]string{"export", "--in", in}, tc.args...)...); code != exitUsage || !strings.Contains(problems, tc.want) {
			t.Errorf("%v: exit %d, %q, want %q", tc.args, code, problems, tc.want)
		}
	}
}

func TestADayIsExplained(t *testing.T) {
	in := left(t)
	if code, out, problems := detect(t, "explain", "--in", in, "--day", "2026-02-14"); code != exitOK || !strings.Contains(out, "Not in the ledger") {
		t.Errorf("exit %d, %s\n%s", code, problems, out)
	}
	for _, args := range [][]string{{"--day", "14.2."}, {"--day", "2027-01-01"}, {"--day", "2026-02-14", "lift-1"}, {"--day", "2026-02-14", "--basis", "x"}} {
		if code, _, problems := detect(t, append([]string{"explain", "--in", in}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d, %s", args, code, problems)
		}
	}
}
