package basemap

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
)

//go:embed data
var embedded embed.FS

// The names of the two topologies, which a folder of the user's own must have as well.
const (
	Gulf  = "gulf.topojson"
	World = "world.topojson"
)

// Files are the names of what is to be served: the topologies, and where they come from and what they may be used for.
func Files() []string { return []string{Gulf, World, "NOTICE.txt", "LGPL-3.0.txt", "GPL-3.0.txt"} }

// mostBytes is the largest file that is read: a hundred times ours.
const mostBytes = 64 << 20

// Base is the shores. It does not change; any number of goroutines may ask it.
type Base struct {
	gulf, world *layer
	files       map[string][]byte
}

// Default returns the built-in shores, which all callers share. The first waits some tens of milliseconds for them.
var Default = sync.OnceValues(func() (*Base, error) {
	files, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, fmt.Errorf("open basemap: %w", err)
	}
	b := &Base{files: map[string][]byte{}}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("open basemap: %w", err)
	}
	for _, e := range entries {
		if b.files[e.Name()], err = fs.ReadFile(files, e.Name()); err != nil {
			return nil, fmt.Errorf("open basemap: %w", err)
		}
	}
	return b, b.decode("built-in")
})

// Open returns the shores of a folder with gulf.topojson and world.topojson, both with the objects land and coast, or, for an
// empty name, the built-in ones. The error names the file and what was expected. Compressed twins in the folder are not
// looked at: gzip is made from what was read, so that what is sent is what was checked.
func Open(dir string) (*Base, error) {
	if dir == "" {
		return Default()
	}
	b := &Base{files: map[string][]byte{}}
	for _, name := range []string{Gulf, World} {
		text, err := readFile(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("open basemap: %w", err)
		}
		b.files[name] = text
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		if _, err := w.Write(text); err != nil {
			return nil, fmt.Errorf("open basemap: %w", err)
		}
		if err := w.Close(); err != nil {
			return nil, fmt.Errorf("open basemap: %w", err)
		}
		b.files[name+".gz"] = z.Bytes()
	}
	return b, b.decode(dir)
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was read only
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostBytes {
		return nil, fmt.Errorf("%s has more than %d MB", name, mostBytes>>20)
	}
	return text, nil
}

func (b *Base) decode(from string) error {
	gulf, err := Read(b.files[Gulf])
	if err != nil {
		return fmt.Errorf("open basemap: %s: %w", filepath.Join(from, Gulf), err)
	}
	world, err := Read(b.files[World])
	if err != nil {
		return fmt.Errorf("open basemap: %s: %w", filepath.Join(from, World), err)
	}
	b.gulf, b.world = newLayer(gulf), newLayer(world)
	return nil
}

// File returns one of Files, or the twin of one with .br or .gz appended. False where there is none: a folder of the
// user's own has no notice from us.
func (b *Base) File(name string) ([]byte, bool) {
	text, ok := b.files[name]
	return text, ok
}

// Cut returns the shores within a box, with an error of less than a pixel at a zoom (the world is 512 pixels wide at
// zoom 0 and twice that at each further one, as in MapLibre). A box may reach over ±180°; the shores follow it there.
func (b *Base) Cut(box orb.Bound, zoom float64) Shore {
	var s Shore
	if box.IsEmpty() || math.IsNaN(box.Min[0]+box.Min[1]+box.Max[0]+box.Max[1]+zoom) {
		return s
	}
	level := int(math.Round(min(max(zoom, coarsest), finest)))
	for turn := math.Floor((max(box.Min[0], -540) + 180) / 360); turn <= math.Floor((min(box.Max[0], 540)+180)/360); turn++ {
		there := orb.Bound{Min: orb.Point{max(box.Min[0]-360*turn, -180), box.Min[1]}, Max: orb.Point{min(box.Max[0]-360*turn, 180), box.Max[1]}}
		if !inside(there, b.gulf.box) {
			b.world.at(level).cut(&s, there, 360*turn)
		}
		if there.Intersects(b.gulf.box) {
			b.gulf.at(level).cut(&s, there, 360*turn)
		}
	}
	return s
}
