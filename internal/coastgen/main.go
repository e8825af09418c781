// Command coastgen makes the coastline that pkg/geo embeds, from Natural Earth's land (public domain) in the TopoJSON
// form of the npm package world-atlas. To make it again:
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run ./internal/coastgen -atlas package -out pkg/geo/data/coast.bin.gz
//
// The file holds two sets of polygons: the Persian Gulf and the Gulf of Oman at 1:10 million, clipped to a box, and the world at 1:50
// million. pkg/geo/coast.go describes its bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// unit is the resolution of the file: 1e-4 degrees, 11 m, a thirtieth of world-atlas's own grid.
const unit = 1e4

func main() {
	atlas := flag.String("atlas", "package", "folder with land-10m.json and land-50m.json of world-atlas")
	out := flag.String("out", "pkg/geo/data/coast.bin.gz", "file to write")
	flag.Parse()
	if err := run(*atlas, *out); err != nil {
		fmt.Fprintln(os.Stderr, "coastgen:", err)
		os.Exit(1)
	}
}

func run(atlas, out string) error {
	fine, err := readLand(filepath.Join(atlas, "land-10m.json"))
	if err != nil {
		return err
	}
	world, err := readLand(filepath.Join(atlas, "land-50m.json"))
	if err != nil {
		return err
	}
	// Half a degree more than the box in which pkg/geo uses it, so that the distance to the coast is right at its rim.
	box := orb.Bound{Min: orb.Point{45.5, 20.5}, Max: orb.Point{62.5, 32.5}}
	var file bytes.Buffer
	z, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compress coast: %w", err)
	}
	data := []byte("DWCOAST1")
	data = appendPolygons(data, clip.MultiPolygon(box, fine))
	data = appendPolygons(data, world)
	if _, err := z.Write(data); err != nil {
		return fmt.Errorf("compress coast: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compress coast: %w", err)
	}
	return os.WriteFile(out, file.Bytes(), 0o644)
}

// topology is the part of TopoJSON that world-atlas uses: one object "land", quantised arcs.
type topology struct {
	Objects struct {
		Land struct {
			Geometries []struct {
				Type string
				Arcs json.RawMessage
			}
		}
	}
	Arcs      [][][2]int
	Transform struct{ Scale, Translate [2]float64 }
}

func readLand(path string) (orb.MultiPolygon, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read land: %w", err)
	}
	var t topology
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("read land %s: %w", path, err)
	}
	var land orb.MultiPolygon
	for _, g := range t.Objects.Land.Geometries {
		polygons := make([][][]int, 1)
		var to any = &polygons
		if g.Type == "Polygon" {
			to = &polygons[0]
		}
		if err := json.Unmarshal(g.Arcs, to); err != nil {
			return nil, fmt.Errorf("read land %s: %s: %w", path, g.Type, err)
		}
		for _, rings := range polygons {
			polygon := orb.Polygon{}
			for _, arcs := range rings {
				polygon = append(polygon, t.ring(arcs))
			}
			land = append(land, polygon)
		}
	}
	return land, nil
}

// ring joins arcs end to end; a negative number is an arc walked backwards, ^i is its index.
func (t *topology) ring(arcs []int) orb.Ring {
	var ring orb.Ring
	for _, i := range arcs {
		line := t.arc(max(i, ^i))
		if i < 0 {
			line.Reverse()
		}
		if len(ring) > 0 {
			line = line[1:]
		}
		ring = append(ring, line...)
	}
	return ring
}

// arc undoes delta coding and quantisation.
func (t *topology) arc(i int) orb.LineString {
	var line orb.LineString
	x, y := 0, 0
	for _, step := range t.Arcs[i] {
		x, y = x+step[0], y+step[1]
		line = append(line, orb.Point{
			float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0],
			float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
		})
	}
	return line
}

// appendPolygons writes counts as unsigned and steps as zigzag variable-length integers.
func appendPolygons(data []byte, m orb.MultiPolygon) []byte {
	data = binary.AppendUvarint(data, uint64(len(m)))
	for _, polygon := range m {
		data = binary.AppendUvarint(data, uint64(len(polygon)))
		for _, ring := range polygon {
			data = appendRing(data, ring)
		}
	}
	return data
}

func appendRing(data []byte, ring orb.Ring) []byte {
	data = binary.AppendUvarint(data, uint64(len(ring)))
	lastX, lastY := int64(0), int64(0)
	for _, p := range ring {
		x, y := int64(math.Round(p[0]*unit)), int64(math.Round(p[1]*unit))
		data = binary.AppendVarint(data, x-lastX)
		data = binary.AppendVarint(data, y-lastY)
		lastX, lastY = x, y
	}
	return data
}
