package story

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/event"
)

var update = flag.Bool("update", false, "write what was said into the stories; review the difference as code")

const folder = "../../testdata/stories"

func TestStories(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("stories in %s: got %d, %v", folder, len(files), err)
	}
	for i, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			if i%4 != 0 { // some are enough to see shards race
				racing.Skip(t)
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Run(string(want), 1)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if again, err := Run(string(want), 3); err != nil || again != got {
				t.Errorf("%s says something else when it is played again with three shards", file)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("%s: %s\nrun go test ./internal/story -update and review the difference", file, firstDifference(got, string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return "line " + strings.TrimSpace(a) + "\n     want " + strings.TrimSpace(b)
		}
	}
	return "equal"
}

// quiet is a ship that loiters and does nothing else.
const quiet = "vessel 620999001\nanchor 620999001 1T00:00 1T06:00 24.80N 58.20E\nadvance 1T06:00\n----"

func TestABadStoryNamesItsLine(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"unknown command", "# title\nfly 620999001", `line 2: read command "fly"`},
		{"too few words", "sail 620999001 1T00:00", "line 1: read sail: 2 words"},
		{"no such time", "advance noon", `line 1: read time "noon"`},
		{"no such hour", "advance 1T25:00", "line 1: read time"},
		{"east of east", "fix 620999001 1T00:00 25.0N 181E 5kn", `line 1: read position "181E"`},
		{"eight digits", "vessel 62099900", `line 1: read MMSI "62099900"`},
		{"backward", "advance 1T10:00\nadvance 1T09:00", "line 2: advance to 1T09:00: it is 1T10:00 already"},
		{"half a hull", "vessel 620999001 hull=1,2", "line 1: read hull"},
		{"end before begin", "anchor 620999001 2T00:00 1T00:00 25N 56E", "line 1: read anchor: 1T00:00 is not after 2T00:00"},
		{"a claim of nothing", "never storm", `line 1: read kind "storm"`},
		{"a trap without a number", "trap seven", `line 1: read trap "seven"`},
		{"what does not happen", "once gap\n" + quiet, "line 1: once gap: told 0 times"},
		{"what is not shown", "shows loitering gap\n" + quiet, "line 1: shows gap: none was told"},
		{"what must not happen", "never loitering 620999001\n" + quiet, "line 1: never loitering 620999001: told is loitering 620999001 open"},
		{"beside nobody", "beside 620999001 620999002 1T00:00 2T00:00", "line 1: lay 620999001 beside 620999002"},
	} {
		_, err := Run(tc.text, 1)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.want)
		}
	}
}

// heads reads what all story files say of themselves, by name: comments, traps and claims.
func heads(t *testing.T) map[string]*story {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*story{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head := regexp.MustCompile(`(?m)^(#|trap |shows |never |once ).*`).FindAllString(string(text), -1)
		if all[strings.TrimSuffix(filepath.Base(file), ".txt")], err = read(strings.Join(head, "\n")); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return all
}

// TestEveryTrapHasAStory holds the table of the README against the trap lines of the stories, both ways.
func TestEveryTrapHasAStory(t *testing.T) {
	const traps = 20
	page, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[int][]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \|[^|]*\| ([^|]*) \|$`).FindAllStringSubmatch(string(page), -1) {
		n, _ := strconv.Atoi(row[1])
		listed[n] = strings.Split(row[2], ", ")
	}
	told := map[int][]string{}
	all := heads(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, n := range all[name].traps {
			told[n] = append(told[n], name)
		}
	}
	for n := range traps {
		if want := told[n+1]; len(want) == 0 || !slices.Equal(listed[n+1], want) {
			t.Errorf("trap %d: the README lists %v, the stories that name it are %v", n+1, listed[n+1], want)
		}
	}
	if len(told) > traps {
		t.Errorf("stories name %d traps, there are %d", len(told), traps)
	}
}

// TestEveryDetectorHasAStory asks for a story that shows what each package below pkg/detect tells, and lifts.
func TestEveryDetectorHasAStory(t *testing.T) {
	tells := map[string]event.Kind{"outage": event.Outage, "interference": event.Interference, "identity": event.Identity,
		"falseposition": event.FalsePosition, "portcall": event.PortCall, "draught": event.DraughtChange,
		"loitering": event.Loitering, "gap": event.Gap, "rendezvous": event.Rendezvous, "encounter": event.Rendezvous, "cargo": event.Lift}
	shown := map[event.Kind]bool{}
	for _, s := range heads(t) {
		for _, c := range s.claims {
			shown[c.kind] = shown[c.kind] || c.verb == "shows"
		}
	}
	packages, err := os.ReadDir("../../pkg/detect")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"cargo"}
	for _, p := range packages {
		names = append(names, p.Name())
	}
	for _, name := range names {
		if kind, known := tells[name]; !known || !shown[kind] {
			t.Errorf("%s: no story shows what it tells (%q)", name, kind)
		}
	}
}

// TestEveryStoryClaimsSomething wants its point stated in words that no -update changes.
func TestEveryStoryClaimsSomething(t *testing.T) {
	for name, s := range heads(t) {
		if len(s.claims) == 0 {
			t.Errorf("%s: no never, once or shows", name)
		}
		if !strings.HasPrefix(s.lines[0], "# ") {
			t.Errorf("%s: begins with %q, want what happens in plain words", name, s.lines[0])
		}
	}
}
