package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ops"
)

func TestListsAreReadByTheirContent(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("mine.csv", "name,IMO\nSYN ONE,9074729\nSYN BAD,1\n")
	c, err := engineFlags{lists: []string{good, good}}.configuration()
	if err != nil || len(c.Lists) != 2 || c.Lists[0].Name != "mine" {
		t.Fatalf("got %d lists, %v; want 2 called mine", len(c.Lists), err)
	}
	if got := listed(c.Lists)[0]; got.Ships != 1 || got.Other != 1 || !strings.HasPrefix(got.SHA256, "sha256:") {
		t.Errorf("summary: got %+v, want one ship and one that cannot be matched", got)
	}
	for name, path := range map[string]string{"no list": write("other.csv", "a,b\n1,2\n"), "no file": filepath.Join(dir, "none.csv")} {
		_, err := engineFlags{lists: []string{path}}.configuration()
		var usage usageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), "--list") || !strings.Contains(err.Error(), filepath.Base(path[:len(path)-4])) {
			t.Errorf("%s: got %v, want a usage error that names the flag and the file", name, err)
		}
	}
}

func TestAListIsAsOldAsItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.csv")
	if err := os.WriteFile(path, []byte("name,IMO\nSYN ONE,9074729\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	written := time.Now().Add(-96 * time.Hour)
	if err := os.Chtimes(path, written, written); err != nil {
		t.Fatal(err)
	}
	f := runFlags{engineFlags: engineFlags{lists: []string{path}}}
	c, err := f.configuration()
	if err != nil {
		t.Fatal(err)
	}
	registry := ops.NewRegistry(ops.Build{})
	f.date(ops.NewDetect(registry), c.Lists)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "darkwake_watch_list_age_seconds" {
			m := family.GetMetric()[0]
			if age := time.Duration(m.GetGauge().GetValue()) * time.Second; age < 96*time.Hour-time.Second || age > 97*time.Hour || m.GetLabel()[0].GetValue() != "mine" {
				t.Errorf("got %v of %v, want 96h of mine", age, m.GetLabel())
			}
			return
		}
	}
	t.Error("no age of a list")
}
