package geo

import (
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// coasts are the two sets of polygons, unpacked once a process by whoever draws first, with rings that do not jump at ±180°.
var coasts = sync.OnceValues(func() ([2]orb.MultiPolygon, error) {
	gulf, world, err := readCoast(coastFile)
	for _, polygon := range world {
		for i := range polygon {
			polygon[i] = unrolled(polygon[i])
		}
	}
	return [2]orb.MultiPolygon{gulf, world}, err
})

// unrolled takes a ring's longitudes the short way from point to point, with their middle within ±180°. A ring that goes
// round the pole is closed over it.
func unrolled(r orb.Ring) orb.Ring {
	west, east := r[0][0], r[0][0]
	for i := 1; i < len(r); i++ {
		r[i][0] = r[i-1][0] + wrapDegrees(r[i][0]-r[i-1][0])
		west, east = min(west, r[i][0]), max(east, r[i][0])
	}
	if first, last := r[0], r[len(r)-1]; math.Abs(last[0]-first[0]) > 180 {
		pole := math.Copysign(90, first[1])
		r = append(r, Point{last[0], pole}, Point{first[0], pole}, first)
	}
	turn := 360 * math.Round((west+east)/720)
	for i := range r {
		r[i][0] -= turn
	}
	return r
}

// Land returns the land within a box for drawing, cut at its edges: by the fine coastline where the box lies within the
// Gulf's, otherwise by the coarse one. A box may reach over ±180°; the polygons follow it there.
func Land(box orb.Bound) (orb.MultiPolygon, error) {
	sets, err := coasts()
	if err != nil {
		return nil, err
	}
	land := sets[1]
	if fine := gulfBox(); fine.Contains(box.Min) && fine.Contains(box.Max) {
		land = sets[0]
	}
	var out orb.MultiPolygon
	for _, turn := range [3]float64{-360, 0, 360} {
		shifted := orb.Bound{Min: Point{box.Min[0] - turn, box.Min[1]}, Max: Point{box.Max[0] - turn, box.Max[1]}}
		for _, polygon := range land {
			if polygon.Bound().Intersects(shifted) {
				out = appendTurned(out, clip.Polygon(shifted, polygon.Clone()), turn)
			}
		}
	}
	return out, nil
}

// flat tells of a ring that holds no area: what clipping leaves of a polygon that only touches the box.
func flat(r orb.Ring) bool {
	twice := 0.0
	for i := 1; i < len(r); i++ {
		twice += (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1]) - (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1])
	}
	return math.Abs(twice) < 1e-9
}

// appendTurned adds what clipping left of a polygon, turned by whole circles.
func appendTurned(out orb.MultiPolygon, p orb.Polygon, turn float64) orb.MultiPolygon {
	p = slices.DeleteFunc(p, flat)
	if len(p) == 0 {
		return out
	}
	for _, ring := range p {
		for i := range ring {
			ring[i][0] += turn
		}
	}
	return append(out, p)
}
