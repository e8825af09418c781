package scenario

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// least is a scenario with nothing wrong in it.
const least = `
name: least
seed: 1
start: "2025-03-01T00:00:00Z"
days: 2
hulls:
  vlcc: {class: VLCC, ship_type: 80, bow_m: 283, stern_m: 50, port_m: 30, starboard_m: 30, ballast_m: 9.7}
places:
  roads: {at: [56.5, 25.2], spacing_m: 900}
routes:
  lane: [[57.0, 25.4], [56.8, 25.3]]
ships:
  - name: SYN ONE
    mmsi: 636999001
    imo_serial: 900001
    hull: vlcc
    from: [57.5, 25.5]
    steps:
      - sail: {via: [lane], knots: [11, 13]}
      - anchor: {at: roads, hours: 20}
`

func TestLoad(t *testing.T) {
	s, err := Load(strings.NewReader(least))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Start.Equal(time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)) || s.Ships[0].Steps[0].Sail.Knots != (Range{11, 13}) ||
		s.Ships[0].Steps[1].Anchor.Hours != (Range{20, 20}) || s.Ships[0].From.Point != (Point{57.5, 25.5}) || s.Ships[0].Steps[0].Sail.Via[0].Name != "lane" {
		t.Errorf("got %+v", s)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"unknown key", "seed: 1", "sead: 1", "sead"},
		{"unknown key within a step", "hours: 20", "hours: 20, color: red", "color"},
		{"no such place", "at: roads", "at: rods", `no place "rods"`},
		{"no such lane", "via: [lane]", "via: [line]", `no place "line"`},
		{"no such hull", "hull: vlcc", "hull: ulcc", `no hull "ulcc"`},
		{"two things in a step", "- anchor: {at: roads, hours: 20}", "- {anchor: {at: roads, hours: 20}, on: {}}", "2 things at once"},
		{"hours and day", "hours: 20", "hours: 20, until_day: 1", "hours or until_day"},
		{"a real looking MMSI", "636999001", "636014001", "made up"},
		{"not a ship's MMSI", "636999001", "994999001", "not a ship's"},
		{"a real looking name", "SYN ONE", "OCEAN ONE", "begin with SYN"},
		{"too fast", "[11, 13]", "[11, 31]", "want 1 to 25"},
		{"swapped axes", "[56.5, 25.2]", "[25.2, 156.5]", "not longitude and latitude"},
		{"no end", "days: 2", "days: 0", "days: 0"},
		{"bad time", "2025-03-01T00:00:00Z", "1 March", "read time"},
		{"nobody to meet", "- anchor: {at: roads, hours: 20}", "- alongside: {ship: SYN TWO, side: left, hours: 9, purpose: cargo}", `no ship "SYN TWO"`},
		{"no such side", "- anchor: {at: roads, hours: 20}", "- alongside: {ship: SYN ONE, side: left, hours: 9, purpose: cargo}", `side "left"`},
		{"no such pretence", "- anchor: {at: roads, hours: 20}", "- false_position: {kind: teleport, hours: 9}", `kind "teleport"`},
		{"sailing nowhere", "- anchor: {at: roads, hours: 20}", "- false_position: {kind: sailing, hours: 9}", "wants via, and knots"},
		{"a circle without a radius", "- anchor: {at: roads, hours: 20}", "- false_position: {kind: circle, at: roads, knots: 6, hours: 9}", "wants radius_km"},
		{"a pretence without an end", "- anchor: {at: roads, hours: 20}", "- false_position: {at: roads}", "false position for 0 hours"},
		{"nobody's MMSI", "hull: vlcc", "hull: vlcc\n    mmsi_of: SYN TWO", `mmsi_of "SYN TWO" is no other ship`},
		{"no such fleet", "hull: vlcc", "hull: vlcc\n    fleet: merchant", `fleet "merchant"`},
		{"without nonsense", "hull: vlcc", "hull: vlcc\n    without: [crew]", `without "crew"`},
		{"no such status", "- anchor: {at: roads, hours: 20}", "- status: {code: 16}", "status 16"},
		{"no such receiver", "days: 2", "days: 2\noutages: {FUJ-1: [{from_day: 1, to_day: 2}]}", `no receiver "FUJ-1"`},
		{"no cause", "- anchor: {at: roads, hours: 20}", "- off: {cause: tired}", `cause "tired"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(least, c.old) {
				t.Fatalf("the least scenario holds no %q", c.old)
			}
			_, err := Load(strings.NewReader(strings.Replace(least, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestExtends(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("least.yaml", least)
	write("middle.yaml", "extends: least.yaml\nname: middle\nplaces:\n  bay: {at: [57, 25]}\n  roads: {spacing_m: 1.5e+3}\n")
	s, err := Open(write("top.yaml", "extends: middle.yaml\ndays: 5\nroutes:\n  lane: [[57.5, 25.0], [57.2, 25.1], [57.0, 25.2]]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "middle" || s.Days != 5 || s.Extends != "" || len(s.Places) != 2 || len(s.Routes["lane"]) != 3 || len(s.Ships) != 1 {
		t.Errorf("got %+v", s)
	}
	if p := s.Places["roads"]; p.Spacing != 1500 || p.At != (Point{56.5, 25.2}) {
		t.Errorf("a place of which one key was replaced: got %+v", p)
	}
	for name, c := range map[string]struct{ text, want string }{
		"self.yaml":    {"extends: self.yaml\n", "extends itself"},
		"unknown.yaml": {"extends: least.yaml\ndais: 3\n", "dais"},
		"gone.yaml":    {"extends: nowhere.yaml\n", "nowhere.yaml"},
		"invalid.yaml": {"extends: least.yaml\ndays: 0\n", "days: 0"},
	} {
		if _, err := Open(write(name, c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
	if _, err := Load(strings.NewReader("extends: least.yaml\n")); err == nil {
		t.Error("a reader without a folder extends a file")
	}
}

func TestCopies(t *testing.T) {
	v := Ship{Name: "SYN BOX", MMSI: 636999101, Serial: 900101, Day: 1, Count: 3, Stagger: 0.5}
	got := v.Copies()
	if len(got) != 3 || got[2].Name != "SYN BOX 03" || got[2].MMSI != 636999103 || got[2].Serial != 900103 || got[2].Day != 2 {
		t.Errorf("got %+v", got)
	}
}

// TestCommittedScenarios reads every scenario of the repository.
func TestCommittedScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "testdata", "scenarios", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	for _, f := range files {
		if _, err := Open(f); err != nil {
			t.Error(err)
		}
	}
}

// FuzzLoad: whatever is read without an error can be checked again without one.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(least))
	f.Add([]byte("name: x\nships: [{}]\n"))
	f.Add([]byte("start: {}\nroutes: {a: [[1]]}\n"))
	f.Add([]byte("ships:\n  - steps: [{sail: {via: [[1,2],x], knots: []}}]\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := Load(bytes.NewReader(raw))
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Errorf("read without an error, then: %v", err)
		}
		for i := range s.Ships {
			if n := len(s.Ships[i].Copies()); n < 1 {
				t.Errorf("ship %q stands for %d ships", s.Ships[i].Name, n)
			}
		}
	})
}

// TestThePageNamesEveryKeyOfShips holds the language's page to what can be written of ships and their steps.
func TestThePageNamesEveryKeyOfShips(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "scenarios", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	keys := 0
	var visit func(reflect.Type)
	visit = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			key := of.Field(i).Tag.Get("yaml")
			if key == "" {
				continue
			}
			if keys++; !regexp.MustCompile("\\b" + key + "\\b").Match(page) {
				t.Errorf("the page does not name %q of %s", key, of.Name())
			}
			visit(of.Field(i).Type)
		}
	}
	visit(reflect.TypeFor[Ship]())
	if keys < 50 {
		t.Errorf("looked for %d keys only", keys)
	}
}
