package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/score"
)

func TestAccuracy(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	var stdout, stderr bytes.Buffer
	args := []string{"accuracy", smallScenario, "--seeds", "2", "--out", at("accuracy.md"), "--svg", at("pictures"), "--json", at("accuracy.json")}
	if code := run(t.Context(), args, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	if !strings.Contains(stdout.String(), "| small | 2 |") || !strings.Contains(stderr.String(), "2/2  small") {
		t.Errorf("printed %q and %q", stdout.String(), stderr.String())
	}
	for name, want := range map[string]string{"accuracy.md": "](pictures/small.svg)", "pictures/small.svg": "<svg", "accuracy.json": score.PoolSchema} {
		if text, err := os.ReadFile(at(name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q (%v)", name, want, err)
		}
	}
}

func TestAccuracyOfTheNumber(t *testing.T) {
	out := filepath.Join(t.TempDir(), "number.md")
	var stdout, stderr bytes.Buffer
	args := []string{"accuracy", smallScenario, "--seeds", "1", "--score-from", "1", "--bare-worlds", "20", "--out", out}
	if code := run(t.Context(), args, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# The number", "--score-from 1", "## In simulated worlds", "## In worlds without AIS", "of 20 "} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page has no %q:\n%s", want, text)
		}
	}
	if !strings.Contains(stdout.String(), "## In simulated worlds") {
		t.Errorf("printed %q", stdout.String())
	}
}

func TestInterruptedAccuracyLeavesFilesAlone(t *testing.T) {
	out := filepath.Join(t.TempDir(), "accuracy.md")
	if err := os.WriteFile(out, []byte("earlier"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"accuracy", smallScenario, "--out", out}, &stdout, &stderr); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "earlier" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
}

func TestDemo(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"demo", smallScenario, "--out", dir}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	for _, want := range []string{"SYNTHETIC", "estimate ▇, truth ┃", "Of 1 true lifts", "go run ./cmd/detect explain", "--in " + dir} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("printed no %q:\n%s", want, stdout.String())
		}
	}
	for _, name := range []string{"events.jsonl", "daily.csv", "daily.json", "vintages.csv", "summary.json", "truth.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What it leaves can be scored.
	if code := run(t.Context(), []string{"score", filepath.Join(dir, "truth.json"), dir}, &stdout, &stderr); code != exitOK {
		t.Errorf("score: exit code %d: %s", code, stderr.String())
	}
}

func TestScoreReadsHalts(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"demo", smallScenario, "--out", dir}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	score := func() (string, int) {
		stdout.Reset()
		code := run(t.Context(), []string{"score", filepath.Join(dir, "truth.json"), dir}, &stdout, &stderr)
		return stdout.String(), code
	}
	halts := filepath.Join(dir, "halts.json")
	for _, tc := range []struct {
		name, text string
		code       int
		says       bool
	}{
		{"a call", `{"schema":"darkwake.halts/v1","calls":[{"test":"zero_run","date":"2025-03-03"}]}`, exitOK, true},
		{"no call", `{"schema":"darkwake.halts/v1","calls":[]}`, exitOK, true},
		{"another schema", `{"schema":"x"}`, exitFailed, false},
		{"no date", `{"schema":"darkwake.halts/v1","calls":[{"test":"a","date":"soon"}]}`, exitFailed, false},
	} {
		if err := os.WriteFile(halts, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, code := score(); code != tc.code || strings.Contains(got, "HALTS") != tc.says {
			t.Errorf("%s: exit code %d, want %d: %s", tc.name, code, tc.code, got)
		}
	}
	if err := os.Remove(halts); err != nil {
		t.Fatal(err)
	}
	if got, code := score(); code != exitOK || strings.Contains(got, "HALTS") {
		t.Errorf("without the file: exit code %d: %s", code, got)
	}
}
