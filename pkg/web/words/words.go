package words

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed en.json
var english []byte

// Table is all strings in one language.
type Table struct {
	lang string
	of   map[string]string
}

// English is the table that is always there.
func English() (*Table, error) {
	t := &Table{lang: "en"}
	if err := json.Unmarshal(english, &t.of); err != nil {
		return nil, fmt.Errorf("read words: %w", err)
	}
	return t, nil
}

// verbs are what fmt replaces in a string.
var verbs = regexp.MustCompile(`%[-+#0-9.]*[a-z%]`)

// Read reads a translation of a table. Keys that are missing or too many, and values whose verbs differ from the original's,
// are an error.
func Read(text []byte, lang string, of *Table) (*Table, error) {
	t := &Table{lang: lang}
	if err := json.Unmarshal(text, &t.of); err != nil {
		return nil, fmt.Errorf("read words in %s: %w", lang, err)
	}
	for _, key := range of.Keys() {
		value, there := t.of[key]
		if !there {
			return nil, fmt.Errorf("read words in %s: no %q", lang, key)
		}
		if want, got := verbs.FindAllString(of.of[key], -1), verbs.FindAllString(value, -1); !slices.Equal(want, got) {
			return nil, fmt.Errorf("read words in %s: %q has %v: expected %v", lang, key, got, want)
		}
	}
	for _, key := range t.Keys() {
		if _, there := of.of[key]; !there {
			return nil, fmt.Errorf("read words in %s: %q is no key", lang, key)
		}
	}
	return t, nil
}

// Lang is the table's language, as HTML names it.
func (t *Table) Lang() string { return t.lang }

// Keys are all keys in order.
func (t *Table) Keys() []string {
	keys := make([]string, 0, len(t.of))
	for key := range t.of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Has tells whether a key is there.
func (t *Table) Has(key string) bool { _, there := t.of[key]; return there }

// Say is the string of a key with its verbs filled in. A key that is not there says itself, so that it is seen.
func (t *Table) Say(key string, args ...any) string {
	value, there := t.of[key]
	switch {
	case !there:
		return key
	case len(args) == 0:
		return value
	}
	return fmt.Sprintf(value, args...)
}

// Or is the string of a closed set's member, such as kind.gap, or the member's own name in plain letters where the table has
// none.
func (t *Table) Or(set, member string) string {
	if value, there := t.of[set+"."+member]; there {
		return value
	}
	return strings.ReplaceAll(member, "_", " ")
}

// Chance says a probability in words: those of the United States' Intelligence Community Directive 203 (2015), section D.6.e,
// with its bounds.
func (t *Table) Chance(p float64) string {
	for _, step := range []struct {
		below float64
		key   string
	}{{0.05, "remote"}, {0.20, "very_unlikely"}, {0.45, "unlikely"}, {0.55, "even"}, {0.80, "likely"}, {0.95, "very_likely"}} {
		if p < step.below {
			return t.Say("chance." + step.key)
		}
	}
	return t.Say("chance.almost_certain")
}
