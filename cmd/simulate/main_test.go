package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim"
)

var smallScenario = filepath.Join("..", "..", "internal", "sim", "testdata", "small.yaml")

func TestMake(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"make", smallScenario, "--compress", "none", "--out", dir}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	feed, err := os.ReadFile(filepath.Join(dir, "small.nmea"))
	if err != nil || !bytes.HasPrefix(feed, []byte("# SYNTHETIC")) {
		t.Errorf("feed begins with %.40q (%v)", feed, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "small.truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth sim.Truth
	if err := json.Unmarshal(raw, &truth); err != nil || truth.Schema != sim.TruthSchema || truth.Totals.Lifts != 1 {
		t.Errorf("truth: %v, %+v", err, truth.Totals)
	}
	if !strings.Contains(stdout.String(), "SYNTHETIC") || !strings.Contains(stdout.String(), "true barrels a day") {
		t.Errorf("printed %q", stdout.String())
	}
}

func TestExitCodes(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("name: broken\ncolour: red\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"help", []string{"--help"}, exitOK, ""},
		{"no scenario", []string{"make"}, exitUsage, "got 0 scenario files, want 1"},
		{"unknown flag", []string{"make", smallScenario, "--speed", "9"}, exitUsage, "--speed"},
		{"unknown format", []string{"make", smallScenario, "--format", "shapefile"}, exitUsage, "nmea, aisstream, marinecadastre expected"},
		{"unknown compression", []string{"make", smallScenario, "--compress", "xz"}, exitUsage, "zstd, gzip, none expected"},
		{"no days", []string{"make", smallScenario, "--days", "-1"}, exitUsage, "above 0"},
		{"nothing to scale", []string{"make", smallScenario, "--traffic", "0.5"}, exitUsage, "no population"},
		{"unknown command", []string{"mak", smallScenario}, exitUsage, "mak"},
		{"accuracy of nothing", []string{"accuracy"}, exitUsage, "requires at least 1 arg"},
		{"accuracy of no seed", []string{"accuracy", smallScenario, "--seeds", "0"}, exitUsage, "--seeds 0"},
		{"accuracy of a missing file", []string{"accuracy", "nowhere.yaml"}, exitUsage, "nowhere.yaml"},
		{"demo away from the checkout", []string{"demo", "--out", t.TempDir()}, exitUsage, "run the demo in a checkout"},
		{"missing file", []string{"make", "nowhere.yaml"}, exitUsage, "nowhere.yaml"},
		{"unknown key", []string{"make", broken, "--out", t.TempDir()}, exitUsage, "colour"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("exit code %d, %q, want %d and %q", code, stderr.String(), c.code, c.want)
			}
		})
	}
}
