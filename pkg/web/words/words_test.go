package words

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func table(t *testing.T) *Table {
	t.Helper()
	words, err := English()
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// TestEveryStringIsSaidAndEveryPageSaysStrings reads templates and code: a key that nobody says is a leftover, and one that is
// said and not there would be seen by the reader.
func TestEveryStringIsSaidAndEveryPageSaysStrings(t *testing.T) {
	words := table(t)
	said := map[string]bool{}
	var sets []string // keys that are put together at run time, by their beginning
	literal := regexp.MustCompile(`(?:\bt|Say|add|fact|Has) ?\(?"([a-z_]+\.?[a-z0-9_.]*)"`)
	member := regexp.MustCompile(`Or\("([a-z]+)"|(?:Say|paragraphs)\("([a-z.]+)" ?\+|Say\("([a-z]+\.)"`)
	quoted := regexp.MustCompile(`"([a-z]+(?:[._][a-z0-9_]+)+)"`)
	err := filepath.WalkDir("../page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			said[m[1]] = true
			if !words.Has(m[1]) && strings.Contains(m[1], ".") && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s says %q, which is not in the table", path, m[1])
			}
		}
		for _, m := range member.FindAllStringSubmatch(string(text), -1) {
			sets = append(sets, strings.TrimSuffix(m[1]+m[2]+m[3], ".")+".")
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			said[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sets = append(sets, "about.", "help.", "key.", "url.", "chance.", "filters.", "nav.", "theme.", "parts.", "month.", "downloads.", "day.") // by name, in a loop
	for _, key := range words.Keys() {
		if !said[key] && !slices.ContainsFunc(sets, func(s string) bool { return strings.HasPrefix(key, s) }) {
			t.Errorf("%q is in the table and nobody says it", key)
		}
	}
	if len(said) < 200 || len(sets) < 10 {
		t.Errorf("found %d keys and %d sets: the pages are not where this test looks", len(said), len(sets))
	}
}

// TestTemplatesHoldNoWords: what stands between tags comes from the table, but for names of things that have no translation.
func TestTemplatesHoldNoWords(t *testing.T) {
	paths, err := filepath.Glob("../page/html/*.html")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	action, tag := regexp.MustCompile(`(?s)\{\{.*?\}\}`), regexp.MustCompile(`(?s)<[^>]*>`)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rest := tag.ReplaceAllString(action.ReplaceAllString(string(text), ""), "\n")
		for word := range strings.FieldsSeq(rest) {
			if regexp.MustCompile(`[A-Za-z]{2}`).MatchString(word) && !slices.Contains([]string{"darkwake", "MMSI", "IMO", "SHA-256"}, word) {
				t.Errorf("%s holds %q", path, word)
			}
		}
	}
}

func TestTranslationsAreChecked(t *testing.T) {
	words := table(t)
	good := map[string]string{}
	for _, key := range words.Keys() {
		good[key] = strings.ToUpper(words.of[key])
		for _, verb := range verbs.FindAllString(words.of[key], -1) {
			good[key] = strings.Replace(good[key], strings.ToUpper(verb), verb, 1)
		}
	}
	with := func(change func(map[string]string)) []byte {
		all := map[string]string{}
		for key, value := range good {
			all[key] = value
		}
		change(all)
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, tc := range []struct {
		name, want string
		change     func(map[string]string)
	}{
		{"whole", "", func(map[string]string) {}},
		{"a key is missing", `no "skip"`, func(m map[string]string) { delete(m, "skip") }},
		{"a key too many", `"skipped" is no key`, func(m map[string]string) { m["skipped"] = "" }},
		{"a verb is lost", `"table.more_ships" has []: expected [%d]`, func(m map[string]string) { m["table.more_ships"] = "et d'autres" }},
		{"a verb is another", "expected [%d]", func(m map[string]string) { m["table.more_ships"] = "%s" }},
	} {
		got, err := Read(with(tc.change), "xx", words)
		if tc.want == "" && (err != nil || got.Lang() != "xx" || got.Say("listed") != "LISTED") {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.want)
		}
	}
	if _, err := Read([]byte("{"), "xx", words); err == nil {
		t.Error("half a file is taken")
	}
}

func TestProbabilitiesHaveWords(t *testing.T) {
	words := table(t)
	for p, want := range map[float64]string{0: "almost no chance", 0.049: "almost no chance", 0.05: "very unlikely", 0.2: "unlikely", 0.44: "unlikely", 0.45: "about even", 0.55: "likely", 0.8: "very likely",
		0.95: "almost certain", 1: "almost certain"} {
		if got := words.Chance(p); got != want {
			t.Errorf("%v: got %q, want %q", p, got, want)
		}
	}
	if got := words.Or("kind", "something_new"); got != "something new" {
		t.Errorf("a kind without a word: got %q", got)
	}
	if got := words.Say("no.such.key", 1); got != "no.such.key" {
		t.Errorf("a key that is not there: got %q", got)
	}
}
