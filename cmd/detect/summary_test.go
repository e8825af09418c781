package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// TestHashOf hashes what is read: a folder's and a glob's files in their order. What cannot be read twice has no hash.
func TestHashOf(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.nmea", "a.nmea"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte("a.nmeab.nmea"))
	both := hex.EncodeToString(sum[:])
	for _, tc := range []struct{ name, path, want string }{
		{"folder", dir, both},
		{"glob", filepath.Join(dir, "*.nmea"), both},
		{"standard input", "-", ""},
		{"missing", filepath.Join(dir, "c.nmea"), ""},
		{"not a regular file", os.DevNull, ""},
	} {
		if got := hashOf([]string{tc.path}); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}
