package feed

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
)

func TestLoadConfig(t *testing.T) {
	got, err := LoadConfig(strings.NewReader(`
# two sources
sources:
  - id: kystverket
    path: data/kv/*.nmea.zst
    receiver: terrestrial
  - id: sat
    paths: [a.gz, b.gz]
    receiver: satellite
    lateness: 1h30m
    assume_start: 2024-01-01T00:00:00Z
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []SourceConfig{
		{ID: "kystverket", Paths: []string{"data/kv/*.nmea.zst"}, Receiver: ais.Terrestrial},
		{ID: "sat", Paths: []string{"a.gz", "b.gz"}, Receiver: ais.Satellite, Lateness: 90 * time.Minute, AssumeStart: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
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
	} {
		if got, err := Inputs(tc.args); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%q: got %v, %v; want an error that names %q", tc.args, got, err, tc.says)
		}
	}
}

func TestLoadConfigErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown key names its line", "sources:\n  - id: a\n    pathh: x\n", "[3:"},
		{"unknown key names itself", "sources:\n  - id: a\n    pathh: x\n", "pathh"},
		{"wrong receiver", "sources:\n  - id: a\n    path: x\n    receiver: moon\n", "moon"},
		{"wrong lateness", "sources:\n  - id: a\n    path: x\n    lateness: soon\n", "soon"},
		{"lateness of two days", "sources:\n  - id: a\n    path: x\n    lateness: 48h\n", "48h"},
		{"wrong time", "sources:\n  - id: a\n    path: x\n    assume_start: monday\n", "monday"},
		{"no id", "sources:\n  - path: x\n", "no id"},
		{"twice", "sources:\n  - {id: a, path: x}\n  - {id: a, path: y}\n", "twice"},
		{"empty", "", "no source"},
		{"no YAML", "sources: [", "read feeds"},
		{"a list where a map is", "- a\n", "read feeds"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := LoadConfig(strings.NewReader(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
		})
	}
}
