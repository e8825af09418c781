package pipeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// TestConfigHash changes with anything that decides the outcome, and with nothing else.
func TestConfigHash(t *testing.T) {
	gazetteer, err := os.ReadFile("../place/data/gazetteer.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(gazetteer), "\n")
	for _, tc := range []struct {
		name   string
		change func(*Config)
		moves  bool
	}{
		{"the program's name", func(c *Config) { c.Software = "another build" }, false},
		{"memory", func(c *Config) { c.Feed.SortMemory = 1 << 20 }, false},
		{"the same gazetteer", func(c *Config) { c.Gazetteer = gazetteer }, false},
		{"a parameter of a detector", func(c *Config) { c.Gap.MaxFeasibility = 1.2 }, true},
		{"a parameter of the feed", func(c *Config) { c.Feed.ClockJury = 21 }, true},
		{"a parameter of reception", func(c *Config) { c.Coverage.Kappa = 5 }, true},
		{"a count of a detector", func(c *Config) { c.Identity.Swaps = 7 }, true},
		{"a value of a list", func(c *Config) { c.Estimate.At = []float64{0.5} }, true},
		{"weights of lifts", func(c *Config) { c.Cargo.Weights.Cut = 0.3 }, true},
		{"a gazetteer of fewer places", func(c *Config) { c.Gazetteer = []byte(strings.Join(lines[:len(lines)-2], "")) }, true},
		{"a watch list", func(c *Config) { c.Lists = []list.List{{Name: "own", Hash: "abc"}} }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := Defaults()
			tc.change(&c)
			if got := hashOf(t, c) != hashOf(t, Defaults()); got != tc.moves {
				t.Errorf("hash moves: got %v, want %v", got, tc.moves)
			}
		})
	}
}

func hashOf(t *testing.T, c Config) string {
	t.Helper()
	e, err := c.Effective()
	if err != nil {
		t.Fatal(err)
	}
	return e.Hash
}

// notParameters are fields of options that decide nothing by their value, or are data with a hash of their own.
var notParameters = map[string]bool{
	"Feed.Rejected": true, "Feed.TempDir": true, "Feed.Stdin": true, "Feed.Resume": true,
	"Cargo.Weights": true, "Lists": true, "Notes": true, "Overlays": true, "Gazetteer": true, "Software": true,
}

// TestEveryFieldIsDescribed finds a field of any part's options that has no row in Params, a field with two, a row
// without meaning or source, and a key that is no word of lower case.
func TestEveryFieldIsDescribed(t *testing.T) {
	c := Defaults()
	described, keys := map[any]string{}, map[string]bool{}
	for _, g := range c.groups() {
		for _, p := range g.Params {
			key := g.Name + "." + p.Name
			if p.About == "" || p.Source == "" || p.Bounds == "" || g.About == "" {
				t.Errorf("%s: meaning %q, source %q, bounds %q: none may be empty", key, p.About, p.Source, p.Bounds)
			}
			if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_.") != "" || keys[key] {
				t.Errorf("%s: lower case and _ expected, once", key)
			}
			if other := described[p.Address()]; other != "" {
				t.Errorf("%s and %s describe one field", key, other)
			}
			described[p.Address()], keys[key] = key, true
		}
	}
	if n := undescribed(t, "", reflect.ValueOf(&c).Elem(), described); n < 200 {
		t.Errorf("found %d fields: too few to be all", n)
	}
}

// undescribed walks the fields below v, reports those that nobody described, and returns how many it saw.
func undescribed(t *testing.T, path string, v reflect.Value, described map[any]string) int {
	t.Helper()
	n := 0
	for i := range v.NumField() {
		name := strings.TrimPrefix(path+"."+v.Type().Field(i).Name, ".")
		field := v.Field(i)
		switch {
		case notParameters[name]:
		case field.Kind() == reflect.Struct:
			n += undescribed(t, name, field, described)
		case field.Kind() == reflect.Array:
			n++
			if described[field.Index(0).Addr().Interface()] == "" {
				t.Errorf("%s has no row in Params", name)
			}
		default:
			n++
			if described[field.Addr().Interface()] == "" {
				t.Errorf("%s has no row in Params", name)
			}
		}
	}
	return n
}

// TestConfigurationReadsBack prints every parameter, reads the file over the defaults, and finds the same hash.
func TestWeightsOfEveryDetectorAreHashed(t *testing.T) {
	e, err := Defaults().Effective()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../detect/*/data/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files of weights (%v), want some", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		if hash := hex.EncodeToString(sum[:]); !slices.ContainsFunc(e.Data, func(d Datum) bool { return d.Hash == hash }) {
			t.Errorf("%s decides on events and is in no hash", file)
		}
	}
}

func TestConfigurationReadsBack(t *testing.T) {
	c := Defaults()
	c.Gap.Clear, c.Track.Pad, c.PortCall.Believed[2] = 0.02, c.Track.Pad*2, 0.5
	e, err := c.Effective()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := e.Write(&file); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{e.Hash, "clear: 0.02", "(default 0.01)", "METHODS 3", "coastline"} {
		if !strings.Contains(file.String(), want) {
			t.Errorf("the file does not say %q", want)
		}
	}
	back := Defaults()
	if err := back.Read(&file); err != nil {
		t.Fatal(err)
	}
	if got := hashOf(t, back); got != e.Hash {
		t.Errorf("got %s, want %s", got, e.Hash)
	}
}

// TestConfigurationOutOfRangeNamesItsLine also where the bound is another parameter of the same file.
func TestConfigurationOutOfRangeNamesItsLine(t *testing.T) {
	c := Defaults()
	err := c.Read(strings.NewReader("gap:\n  candidate: 10h\n  publish: 9h\n"))
	if err == nil || !strings.Contains(err.Error(), "gap.publish (line 3): 9h is not within 10h to 10d") {
		t.Errorf("got %v, want gap.publish refused with its line", err)
	}
}

// TestDefaultsAreInBounds holds the defaults to what their own descriptions allow.
func TestDefaultsAreInBounds(t *testing.T) {
	c := Defaults()
	if err := param.CheckAt(c.groups(), nil); err != nil {
		t.Error(err)
	}
}
