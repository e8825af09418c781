package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRealism(t *testing.T) {
	dir := t.TempDir()
	cases := []struct {
		name string
		args []string
		code int
		want string // in what it prints or complains of
	}{
		{"nothing named", nil, exitUsage, "no feed and no scenario"},
		{"document without drawings", []string{"--scenario", smallScenario, "--out", filepath.Join(dir, "x.md")}, exitUsage, "go together"},
		{"scenario that is not there", []string{"--scenario", filepath.Join(dir, "none.yaml")}, exitUsage, "none.yaml"},
		{"feed that is not there", []string{filepath.Join(dir, "none.nmea")}, exitFailed, "none.nmea"},
		{"beside the recordings", []string{"--scenario", smallScenario, "--days", "0.5"}, exitOK, "hormuz-aisstream"},
		{"document", []string{"--scenario", smallScenario, "--days", "0.5", "--out", filepath.Join(dir, "docs", "x.md"), "--svg", filepath.Join(dir, "docs", "x")}, exitOK, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), append([]string{"realism"}, c.args...), &stdout, &stderr)
			if text := stdout.String() + stderr.String(); code != c.code || !strings.Contains(text, c.want) {
				t.Errorf("exit code %d, %q; want %d and %q", code, text, c.code, c.want)
			}
		})
	}
	text, err := os.ReadFile(filepath.Join(dir, "docs", "x.md"))
	if err != nil || !strings.Contains(string(text), "(x/intervals.svg)") || !strings.Contains(string(text), "0.5 days of `small.yaml`") {
		t.Errorf("document: %v, %d bytes without the drawing of intervals or without what was made", err, len(text))
	}
}

func TestRealismAsJSON(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"realism", "--scenario", smallScenario, "--days", "0.5", "--seed", "7", "--json"}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var feeds []struct {
		Name   string
		Values []struct{ Key string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &feeds); err != nil || len(feeds) != 1 || feeds[0].Name != "simulated" || len(feeds[0].Values) < 50 {
		t.Errorf("got %v and %d feeds", err, len(feeds))
	}
}
