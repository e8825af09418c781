package ui

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/darkwake/darkwake/pkg/web/picture"
)

var update = flag.Bool("update", false, "write src/map/marks.json anew")

// TestMarksOnTheMapAreThoseOfThePictures holds the shapes and colours of kinds equal in the live map, the map without
// WebGL and the shared image. After a change there: go test ./pkg/web/ui -update && make ui.
func TestMarksOnTheMapAreThoseOfThePictures(t *testing.T) {
	type mark struct {
		Kind  string `json:"kind"`
		Light string `json:"light"`
		Dark  string `json:"dark"`
		Path  string `json:"path"`
	}
	var marks []mark
	for _, m := range picture.Marks() {
		marks = append(marks, mark{string(m.Kind), m.Light, m.Dark, m.Path()})
	}
	want, err := json.MarshalIndent(marks, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	const name = "src/map/marks.json"
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(marks) == 0 || !bytes.Equal(got, want) {
		t.Errorf("%s differs from pkg/web/picture: go test ./pkg/web/ui -update, then make ui", name)
	}
}
