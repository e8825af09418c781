package triage

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/secret"
)

const (
	anasKey = "ana-and-a-long-secret"
	bobsKey = "bob-and-a-long-secret"
)

func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// keys are key files in memory.
func keys(path string) (secret.Value, error) {
	switch path {
	case "ana":
		return anasKey, nil
	case "short":
		return "15-characters-!", nil
	}
	return "", errors.New("open " + path + ": no such file")
}

func TestReviewersAreReadStrictly(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a key file and a hash", "reviewers:\n  - name: Ana\n    key_file: ana\n  - {name: Bob B., key_sha256: " + hashed(bobsKey) + "}\n", ""},
		{"nothing", "", "none: a list expected"},
		{"nobody", "reviewers: []\n", "none: a list expected"},
		{"an unknown key", "reviewers:\n  - {name: Ana, keyfile: ana}\n", `unknown field "keyfile": did you mean key_file?`},
		{"an unknown key above", "reviewer: []\n", `unknown field "reviewer": did you mean reviewers?`},
		{"no list", "reviewers: Ana\n", "read reviewers:"},
		{"no YAML", "reviewers: [", "read reviewers:"},
		{"an empty name", "reviewers:\n  - {name: '', key_file: ana}\n", "entry 1, name \"\": a name expected, it is empty"},
		{"a name of blanks", "reviewers:\n  - {name: '  ', key_file: ana}\n", "a name expected, it is empty"},
		{"a name with blanks around it", "reviewers:\n  - {name: ' Ana', key_file: ana}\n", "without blanks around it"},
		{"a name that turns the writing", "reviewers:\n  - {name: \"A\\u202ena\", key_file: ana}\n", "characters that are not seen"},
		{"a long name", "reviewers:\n  - {name: " + strings.Repeat("a", 65) + ", key_file: ana}\n", "65 characters: 64 at most"},
		{"a name twice", "reviewers:\n  - {name: Ana, key_file: ana}\n  - {name: aNA, key_sha256: " + hashed(bobsKey) + "}\n", `entry 2, name "aNA": a name of its own expected: entry 1 has it`},
		{"a key twice", "reviewers:\n  - {name: Ana, key_file: ana}\n  - {name: Bob, key_sha256: " + hashed(anasKey) + "}\n", "a key of its own expected: entry 1 has it"},
		{"no key", "reviewers:\n  - {name: Ana}\n", "either key_file or key_sha256 expected"},
		{"two keys", "reviewers:\n  - {name: Ana, key_file: ana, key_sha256: " + hashed(bobsKey) + "}\n", "either key_file or key_sha256 expected"},
		{"a short key", "reviewers:\n  - {name: Ana, key_file: short}\n", "key_file short: a key of 15 characters: 16 expected at least"},
		{"a key file that is not there", "reviewers:\n  - {name: Ana, key_file: gone}\n", "key_file: open gone: no such file"},
		{"half a hash", "reviewers:\n  - {name: Ana, key_sha256: abcdef}\n", "64 hexadecimal digits expected"},
		{"no hash", "reviewers:\n  - {name: Ana, key_sha256: " + strings.Repeat("x", 64) + "}\n", "64 hexadecimal digits expected"},
		{"a huge file", "# " + strings.Repeat("x", maxFile), "more than 1048576 bytes"},
	} {
		people, err := Load(strings.NewReader(tc.text), keys)
		if tc.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			} else if name, known := people.Find(anasKey); name != "Ana" || !known {
				t.Errorf("%s: Ana's key is %q's, %v", tc.name, name, known)
			} else if name, known := people.Find(" " + bobsKey + "\n"); name != "Bob B." || !known {
				t.Errorf("%s: Bob's key, with blanks around it, is %q's, %v", tc.name, name, known)
			} else if name, known := people.Find(anasKey[:len(anasKey)-1]); known {
				t.Errorf("%s: a part of a key is %q's", tc.name, name)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", tc.name, err, tc.want)
		}
		if err != nil && (strings.Contains(err.Error(), anasKey) || strings.Contains(err.Error(), "15-char")) {
			t.Errorf("%s: the error tells a key: %v", tc.name, err)
		}
	}
}

// FuzzLoad: whatever the file holds, it is read into reviewers who differ in name and key, or refused in one line.
func FuzzLoad(f *testing.F) {
	f.Add("reviewers:\n  - name: Ana\n    key_file: ana\n  - {name: Bob B., key_sha256: " + hashed(bobsKey) + "}\n")
	f.Add("reviewers: [{name: \"\\u202e\", key_file: short}]")
	f.Add("a: &a [*a]\nreviewers: *a")
	f.Add("reviewers:\n - name: |\n    x\n   key_sha256: 0")
	f.Fuzz(func(t *testing.T, text string) {
		people, err := Load(strings.NewReader(text), keys)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), anasKey) {
				t.Errorf("the error is more than a line or holds a key: %q", err)
			}
			return
		}
		seen := map[string]bool{}
		for i, name := range people.names {
			hash := fmt.Sprint(people.hashes[i])
			if checkName(name) != nil || seen[strings.ToLower(name)] || seen[hash] {
				t.Errorf("%q is no name, or comes twice", name)
			}
			seen[strings.ToLower(name)], seen[hash] = true, true
		}
		if len(people.names) == 0 {
			t.Error("nobody may review")
		}
	})
}
