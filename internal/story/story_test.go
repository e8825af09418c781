package story

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

var update = flag.Bool("update", false, "write what was said into the stories; review the difference as code")

const folder = "../../testdata/stories"

func world(t *testing.T) World {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	return World{places, sea}
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("stories in %s: got %d, %v", folder, len(files), err)
	}
	w := world(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Run(string(want), w)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if again, err := Run(string(want), w); err != nil || again != got {
				t.Errorf("%s says something else when it is played again", file)
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

func TestABadStoryNamesItsLine(t *testing.T) {
	w := world(t)
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
		{"beside nobody", "beside 620999001 620999002 1T00:00 2T00:00", "line 1: lay 620999001 beside 620999002"},
	} {
		_, err := Run(tc.text, w)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.want)
		}
	}
}
