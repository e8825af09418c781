package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNotesAndOverlaysAreReadStrictly(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	notes, prices := write("notes.yaml", "- {date: 2026-02-06, text: First round}\n"), write("brent.csv", "date,value\n2026-02-06,70.5\n")
	c, err := engineFlags{notes: notes}.configuration()
	if err != nil || len(c.Notes) != 1 || c.Notes[0].Text != "First round" {
		t.Errorf("got notes %v, %v", c.Notes, err)
	}
	if o, err := readOverlays([]string{"brent=" + prices}); err != nil || len(o) != 1 || o[0].Name != "brent" || o[0].Values[0].Value != 70.5 {
		t.Errorf("got overlays %v, %v", o, err)
	}
	broken := write("broken.csv", "date,value\nsoon,1\n")
	for _, tc := range []struct {
		name, want string
		err        error
	}{
		{"notes that are none", "--notes", func() error { _, err := engineFlags{notes: broken}.configuration(); return err }()},
		{"no file of notes", "none.yaml", func() error {
			_, err := engineFlags{notes: filepath.Join(dir, "none.yaml")}.configuration()
			return err
		}()},
		{"an overlay without a name", "expected NAME=FILE", func() error { _, err := readOverlays([]string{prices}); return err }()},
		{"one name twice", "given twice", func() error { _, err := readOverlays([]string{"a=" + prices, "a=" + prices}); return err }()},
		{"a day that is none", `line 2: date "soon"`, func() error { _, err := readOverlays([]string{"a=" + broken}); return err }()},
	} {
		var usage usageError
		if !errors.As(tc.err, &usage) || !strings.Contains(tc.err.Error(), tc.want) {
			t.Errorf("%s: got %v, want a usage error with %q", tc.name, tc.err, tc.want)
		}
	}
}
