package triage

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/secret"
)

// The bounds of a file of reviewers.
const (
	maxFile      = 1 << 20
	maxReviewers = 1000
	maxName      = 64 // characters
)

// leastKey is how long a key must be, characters: 16 letters and digits at random are 80 bits and more, which no one guesses through
// a door that opens ten times a minute.
const leastKey = 16

// Reviewers are those who may review. The value never changes.
type Reviewers struct {
	names  []string
	hashes [][sha256.Size]byte
}

// The file as it is written (docs/triage.md).
type (
	fileEntry struct {
		Reviewers []reviewerEntry `yaml:"reviewers"`
	}
	reviewerEntry struct {
		Name string `yaml:"name"`
		File string `yaml:"key_file"`
		Hash string `yaml:"key_sha256"`
	}
)

// Load reads a file of reviewers strictly; read opens the key files that it names (secret.Read). An error is one line and holds no
// key.
func Load(r io.Reader, read func(path string) (secret.Value, error)) (*Reviewers, error) {
	text, err := param.Text(r, maxFile)
	var f fileEntry
	if err == nil {
		err = param.Decode(bytes.NewReader(text), &f, true)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("read reviewers: %w", err)
	case len(f.Reviewers) == 0:
		return nil, errors.New("read reviewers: none: a list expected, such as reviewers: [{name: A. Analyst, key_file: analyst.key}]")
	case len(f.Reviewers) > maxReviewers:
		return nil, fmt.Errorf("read reviewers: %d of them: %d at most expected", len(f.Reviewers), maxReviewers)
	}
	out := &Reviewers{}
	for i, e := range f.Reviewers {
		if err := out.add(e, read); err != nil {
			return nil, fmt.Errorf("read reviewers: entry %d, name %q: %w", i+1, e.Name, err)
		}
	}
	return out, nil
}

// add takes an entry of the file.
func (r *Reviewers) add(e reviewerEntry, read func(string) (secret.Value, error)) error {
	if err := checkName(e.Name); err != nil {
		return err
	}
	hash, err := e.hash(read)
	if err != nil {
		return err
	}
	for i, name := range r.names {
		switch {
		case strings.EqualFold(name, e.Name):
			return fmt.Errorf("a name of its own expected: entry %d has it", i+1)
		case r.hashes[i] == hash:
			return fmt.Errorf("a key of its own expected: entry %d has it", i+1)
		}
	}
	r.names, r.hashes = append(r.names, e.Name), append(r.hashes, hash)
	return nil
}

// checkName tells what is wrong with a reviewer's name: it stands in every line of the log and on pages.
func checkName(name string) error {
	switch n := utf8.RuneCountInString(name); {
	case strings.TrimSpace(name) == "":
		return errors.New("a name expected, it is empty")
	case strings.TrimSpace(name) != name || chart.Plain(name) != name:
		return errors.New("a name expected without blanks around it and without characters that are not seen")
	case n > maxName:
		return fmt.Errorf("a name of %d characters: %d at most expected", n, maxName)
	}
	return nil
}

// hash is the SHA-256 of an entry's key.
func (e reviewerEntry) hash(read func(string) (secret.Value, error)) (sum [sha256.Size]byte, err error) {
	switch {
	case (e.File == "") == (e.Hash == ""):
		return sum, errors.New("either key_file or key_sha256 expected")
	case e.File != "":
		key, err := read(e.File)
		if err != nil {
			return sum, fmt.Errorf("key_file: %w", err)
		}
		if n := utf8.RuneCountInString(key.Reveal()); n < leastKey {
			return sum, fmt.Errorf("key_file %s: a key of %d characters: %d expected at least", e.File, n, leastKey)
		}
		return sha256.Sum256([]byte(key.Reveal())), nil
	}
	b, err := hex.DecodeString(e.Hash)
	if err != nil || len(b) != len(sum) {
		return sum, fmt.Errorf("key_sha256: %d hexadecimal digits expected, as sha256sum prints them of a key without a line's end", 2*len(sum))
	}
	return [sha256.Size]byte(b), nil
}

// Find is the name of the reviewer whose key it is. The time it takes says nothing about keys.
func (r *Reviewers) Find(key string) (name string, known bool) {
	sum := sha256.Sum256([]byte(strings.TrimSpace(key)))
	for i := range r.hashes {
		if subtle.ConstantTimeCompare(sum[:], r.hashes[i][:]) == 1 {
			name, known = r.names[i], true
		}
	}
	return name, known
}
