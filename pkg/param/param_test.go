package param

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// options is a part with a parameter of every form.
type options struct {
	Least  time.Duration
	Most   time.Duration
	Ships  int
	Share  float64
	Deep   float64
	At     []float64
	Levels [2]float64
	Memory int
}

func defaults() options {
	return options{Least: 2 * time.Hour, Most: 48 * time.Hour, Ships: 3, Share: 0.25, Deep: -3, At: []float64{0.4, 0.6}, Levels: [2]float64{0.1, 0.9}, Memory: 64}
}

func (o *options) params() Group {
	return Group{Name: "part", About: "a part", Params: []Param{
		Time("least", &o.Least, time.Minute, 72*time.Hour, "the least", "judgement"),
		Time("most", &o.Most, o.Least, 96*time.Hour, "not below least", "judgement"),
		Number("ships", &o.Ships, 1, 100, "ships", "that make one", "METHODS 6"),
		Number("share", &o.Share, 0, 1, "", "of them", "judgement"),
		Number("weights.deep", &o.Deep, -20, 20, "log-odds", "below", "judgement"),
		Numbers("at", &o.At, 1, 3, 0, 1, "", "values", "judgement"),
		Fixed("levels", o.Levels[:], 0, 1, "", "levels", "judgement"),
		OfMachine(Number("memory", &o.Memory, 1, 1e6, "bytes", "memory", "a small machine")),
	}}
}

// TestWrittenConfigurationReadsBack sets every form to something else, prints it and reads it back.
func TestWrittenConfigurationReadsBack(t *testing.T) {
	standard := defaults()
	want := options{90 * time.Minute, 36*time.Hour + 30*time.Second, 7, 1e-7, 1.5, []float64{0.1, 0.2, 0.3}, [2]float64{0.5, 0.6}, 128}
	var file bytes.Buffer
	if err := Write(&file, []Group{want.params()}, []Group{standard.params()}); err != nil {
		t.Fatal(err)
	}
	got := defaults()
	lines, err := Read(&file, []Group{got.params()})
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	_ = Canonical(&a, []Group{got.params()})
	_ = Canonical(&b, []Group{want.params()})
	if a.String() != b.String() || got.Memory != want.Memory {
		t.Errorf("got\n%swant\n%s", a.String(), b.String())
	}
	if len(lines) != 8 || lines["part.least"] != 3 {
		t.Errorf("got lines %v, want eight parameters, part.least in line 3", lines)
	}
}

// TestWriteSaysWhatEachParameterIs holds the form of the file: bounds, unit, meaning, source, and what is not the default.
func TestWriteSaysWhatEachParameterIs(t *testing.T) {
	o, standard := defaults(), defaults()
	o.Ships = 5
	var file bytes.Buffer
	if err := Write(&file, []Group{o.params()}, []Group{standard.params()}); err != nil {
		t.Fatal(err)
	}
	want := `# a part
part:
  least: 2h           # 1m to 3d: the least [judgement]
  most: 2d            # 2h to 4d: not below least [judgement]
  ships: 5            # (default 3) 1 to 100 ships: that make one [METHODS 6]
  share: 0.25         # 0 to 1: of them [judgement]
  weights:
    deep: -3          # -20 to 20 log-odds: below [judgement]
  at: [0.4, 0.6]      # each 0 to 1: values [judgement]
  levels: [0.1, 0.9]  # each 0 to 1: levels [judgement]
  memory: 64          # 1 to 1000000 bytes: memory [a small machine]
`
	if file.String() != want {
		t.Errorf("got\n%swant\n%s", file.String(), want)
	}
}

// TestReadNamesKeyAndLine: whatever is wrong with a file is one line that names where.
func TestReadNamesKeyAndLine(t *testing.T) {
	for _, tc := range []struct {
		name, file string
		says       []string
	}{
		{"unknown key", "part:\n  least: 1h\n  shipps: 4\n", []string{"line 3", "part.shipps", "did you mean part.ships?"}},
		{"unknown key near none", "part:\n  zeppelins: 4\n", []string{"line 2", "part.zeppelins", "no such parameter"}},
		{"unknown group", "\n\nparts:\n  ships: 4\n", []string{"line 3", "parts", "did you mean part?"}},
		{"unknown key in a map within", "part:\n  weights:\n    deeep: 4\n", []string{"line 3", "part.weights.deeep", "did you mean part.weights.deep?"}},
		{"no number", "part:\n  ships: many\n", []string{"line 2", "part.ships", `"many"`, "number"}},
		{"half a ship", "part:\n  ships: 2.5\n", []string{"line 2", "part.ships", "2.5", "whole number"}},
		{"not a number", "part:\n  share: .nan\n", []string{"line 2", "part.share"}},
		{"time without a unit", "part:\n  least: 3\n", []string{"line 2", "part.least", "6h"}},
		{"list for a value", "part:\n  ships: [1]\n", []string{"line 2", "part.ships", "plain value"}},
		{"value for a list", "part:\n  at: 1\n", []string{"line 2", "part.at", "list"}},
		{"list of the wrong length", "part:\n  levels: [1]\n", []string{"line 2", "part.levels", "2 expected"}},
		{"map for a value", "part:\n  ships:\n    a: 1\n", []string{"part.ships", "plain value"}},
		{"value for a map", "part: 3\n", []string{"line 1", "part", "keys with values"}},
		{"alias", "part:\n  least: &a 1h\n  most: *a\n", []string{"part.least", "plain value"}},
		{"no YAML", "part: [\n", []string{"read configuration"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := defaults()
			_, err := Read(strings.NewReader(tc.file), []Group{o.params()})
			if err == nil {
				t.Fatal("got no error")
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("got more than a line: %q", err)
			}
			for _, want := range tc.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
		})
	}
}

func TestDecodeAsksWhetherANearKeyWasMeant(t *testing.T) {
	type inner struct {
		Height int `yaml:"height"`
	}
	for text, want := range map[string]string{
		"list:\n  - heigth: 1\n": `[2:5] unknown field "heigth": did you mean height?`,
		"lsit: []\n":             `[1:1] unknown field "lsit": did you mean list?`,
		"zeppelin: 1\n":          `[1:1] unknown field "zeppelin"`,
	} {
		var into struct {
			List []*inner         `yaml:"list"`
			Map  map[string]inner `yaml:"map"`
		}
		if err := Decode(strings.NewReader(text), &into, true); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestEmptyFileChangesNothing(t *testing.T) {
	for _, file := range []string{"", "\n", "# nothing\n", "part:\n", "---\n"} {
		o, want := defaults(), defaults()
		if _, err := Read(strings.NewReader(file), []Group{o.params()}); err != nil {
			t.Errorf("%q: got %v", file, err)
		}
		if o.Ships != want.Ships || o.Least != want.Least {
			t.Errorf("%q: got %+v, want the defaults", file, o)
		}
	}
}

// TestCheckReportsEveryBreach names each parameter out of bounds, also by a bound that hangs on another parameter.
func TestCheckReportsEveryBreach(t *testing.T) {
	o := defaults()
	if err := o.params().Check(); err != nil {
		t.Fatalf("defaults: got %v", err)
	}
	o.Ships, o.Most, o.At, o.Levels[1] = 0, time.Hour, nil, 2
	err := CheckAt([]Group{o.params()}, map[string]int{"part.ships": 12})
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{"part.ships (line 12): 0 is not within 1 to 100: that make one", "part.most: 1h is not within 2h to 4d", "part.at: 0 values", "part.levels: 2 is not within 0 to 1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q in it", err, want)
		}
	}
}

// TestCanonicalLeavesOutWhatDecidesNothing: more memory is no other configuration.
func TestCanonicalLeavesOutWhatDecidesNothing(t *testing.T) {
	text := func(change func(*options)) string {
		o := defaults()
		change(&o)
		var b bytes.Buffer
		if err := Canonical(&b, []Group{o.params()}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	base := text(func(*options) {})
	if text(func(o *options) { o.Memory = 1 }) != base {
		t.Error("memory changed the text")
	}
	if text(func(o *options) { o.Deep = -2.9999999999 }) == base {
		t.Error("a weight changed and the text did not")
	}
}

// TestDecodeSurvivesWhatTheLibraryDoesNot reads a document on which goccy/go-yaml panics.
func TestDecodeSurvivesWhatTheLibraryDoesNot(t *testing.T) {
	for _, text := range []string{"a:\n  -", "- -\n-\n  -", "a: b: c", "\x00", "a: [", "{", "-"} {
		var into map[string]any
		if err := Decode(strings.NewReader(text), &into, true); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got more than a line: %q", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"part:\n  ships: 4\n", "part:\n  weights: {deep: 1}\n  at: [0.1]\n", "part:\n  -", "a: &a [*a]", "part: {least: 2d, least: 3d}", "? part\n: ships"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o := defaults()
		if _, err := Read(strings.NewReader(text), []Group{o.params()}); err != nil {
			return
		}
		if o.params().Check() != nil {
			return
		}
		var file, again bytes.Buffer
		standard := defaults()
		if err := Write(&file, []Group{o.params()}, []Group{standard.params()}); err != nil {
			t.Fatal(err)
		}
		back := defaults()
		if _, err := Read(bytes.NewReader(file.Bytes()), []Group{back.params()}); err != nil {
			t.Fatalf("%v in\n%s", err, file.String())
		}
		if err := Write(&again, []Group{back.params()}, []Group{standard.params()}); err != nil || again.String() != file.String() {
			t.Errorf("got\n%s(%v), want\n%s", again.String(), err, file.String())
		}
	})
}
