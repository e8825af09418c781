package cli

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestTheDeskIsWhereTheFlagsSay: the log lies beside what is served unless a flag names it, one server has it, and what cannot be is
// one line.
func TestTheDeskIsWhereTheFlagsSay(t *testing.T) {
	dir, beside := t.TempDir(), t.TempDir()
	people, taken := filepath.Join(dir, "reviewers.yaml"), filepath.Join(dir, "taken.jsonl")
	if err := os.WriteFile(people, []byte("reviewers:\n  - {name: Ana, key_sha256: "+strings.Repeat("ab", 32)+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	for _, tc := range []struct {
		name, beside, file, want string
		args                     []string
	}{
		{"a log of its name", beside, taken, "", []string{"--reviewers", people, "--reviews", taken}},
		{"the same log again", beside, "", "open reviews " + taken + ": in use by another program", []string{"--reviewers", people, "--reviews", taken}},
		{"beside the store", beside, filepath.Join(beside, "reviews.jsonl"), "", []string{"--reviewers", people}},
		{"nobody", beside, "", "", nil},
		{"a store that is a server", "", "", "--reviewers without --reviews: a file expected", []string{"--reviewers", people}},
		{"reviews of nobody", beside, "", "--reviews x without --reviewers", []string{"--reviews", "x"}},
		{"no reviewers", beside, "", people + "x", []string{"--reviewers", people + "x"}},
	} {
		s := Site{Beside: tc.beside}
		fl := pflag.NewFlagSet("", pflag.ContinueOnError)
		s.Register(fl, "127.0.0.1:0", "")
		if err := fl.Parse(tc.args); err != nil {
			t.Fatal(err)
		}
		d, err := s.desk(log)
		switch {
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.want)
		case tc.want == "" && (err != nil || (d != nil) != (tc.file != "")):
			t.Errorf("%s: %v, %v", tc.name, d, err)
		}
		if d != nil {
			defer d.Close()
		}
		if _, err := os.Stat(tc.file); tc.file != "" && err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}
