package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
