package oracle

import (
	"cmp"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/geo"
)

// meeting is two ships tied together, as heard; or one heard that lies still while another, unheard, may lie beside her.
type meeting struct {
	a, b     *ship
	from, to int32
	at       geo.Point
	prior    float64 // that it is for cargo, by sizes and duration
	p        float64
	heard    int // how many of the two
}

// Meetings are looked for by squares of side about 1.1 km in half hours.
const (
	bucket   = 1800
	cellSize = 6000 // 1/600,000 of a degree
)

type pairKey struct{ a, b int }

// longestBreak is for how many half hours two ships need not be heard near each other in one meeting: where only satellites
// hear them there are hours between passes.
const longestBreak = 24

// meetings finds all pairs of tankers whose hulls touch for two hours at least.
func meetings(r *rules, ships []*ship) []meeting {
	nearby := map[pairKey][]int32{}
	type place struct{ n, lon, lat int32 }
	cells := map[place][]int{}
	for i, s := range ships {
		last := int32(math.MinInt32)
		for _, f := range s.fixes {
			if f.coarse || f.speed > 40 || f.at/bucket == last {
				continue
			}
			last = f.at / bucket
			k := place{last, f.lon / cellSize, f.lat / cellSize}
			cells[k] = append(cells[k], i)
		}
	}
	for k, here := range cells {
		for dx := int32(0); dx <= 1; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				if dx == 0 && dy < 0 {
					continue
				}
				there := cells[place{k.n, k.lon + dx, k.lat + dy}]
				for x, i := range here {
					for y, j := range there {
						if dx == 0 && dy == 0 && x >= y {
							continue
						}
						nearby[pairKey{min(i, j), max(i, j)}] = append(nearby[pairKey{min(i, j), max(i, j)}], k.n)
					}
				}
			}
		}
	}
	var out []meeting
	for k, times := range nearby {
		shared := func(v *radio) bool { return slices.Contains(ships[k.b].radios, v) }
		if len(times) < 3 || slices.ContainsFunc(ships[k.a].radios, shared) { // under one number nobody can tell whose fix it is
			continue
		}
		slices.Sort(times)
		out = append(out, touching(r, ships[k.a], ships[k.b], times)...)
	}
	slices.SortFunc(out, func(a, b meeting) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.a.mmsi(), b.a.mmsi()), cmp.Compare(a.b.mmsi(), b.b.mmsi()))
	})
	return out
}

// touching cuts the half hours in which two ships are near each other into meetings.
func touching(r *rules, a, b *ship, times []int32) []meeting {
	var out []meeting
	for i := 0; i < len(times); {
		j := i
		for j+1 < len(times) && times[j+1]-times[j] <= longestBreak {
			j++
		}
		if m, ok := tied(r, a, b, (times[i]-1)*bucket, (times[j]+2)*bucket); ok {
			out = append(out, m)
		}
		i = j + 1
	}
	return out
}

// Fenders keep two hulls 3.3 m apart and a little more; places scatter by 2 m each and headings by half a degree over half a
// ship. tiedWithin is what that leaves with interpolation over a few minutes, leastShare how many points must agree.
const (
	fenderGap  = 3.5
	tiedWithin = 14.0
	leastShare = 0.6
)

// touch is whether two ships lie side by side at a fix of one of them.
type touch struct {
	at    int32
	yes   bool
	where geo.Point
}

// tied measures two ships at every fix of either, and keeps the time from the first touch to the last.
func tied(r *rules, a, b *ship, from, to int32) (meeting, bool) {
	points := append(a.touches(r, b, from, to), b.touches(r, a, from, to)...)
	slices.SortFunc(points, func(x, y touch) int { return cmp.Compare(x.at, y.at) })
	first := slices.IndexFunc(points, func(p touch) bool { return p.yes })
	if first < 0 {
		return meeting{}, false
	}
	last, count := first, 0
	for i, p := range points {
		if p.yes {
			last = i
			count++
		}
	}
	m := meeting{a: a, b: b, from: points[first].at, to: points[last].at, at: points[(first+last)/2].where, heard: 2}
	if m.to-m.from < 2*3600 || count < 4 || float64(count) < leastShare*float64(last-first+1) {
		return meeting{}, false
	}
	m.prior = purpose(a, b, float64(m.to-m.from)/3600)
	return m, true
}

// Without headings or dimensions, or on the move, two ships are side by side whose aerials stay this near, metres: those
// that swing at anchors of their own are farther apart. Over seconds between two fixes of the other the place is less sure.
const (
	aerials  = 250.0
	unsure   = 0.05 // m/s
	farthest = 900.0
	longest  = 3 * 3600
)

// touches measures hull to hull at a ship's fixes; where that cannot be, aerial to aerial.
func (s *ship) touches(r *rules, o *ship, from, to int32) []touch {
	var out []touch
	known := s.hull.Length() > 0 && o.hull.Length() > 0
	for _, f := range s.between(from, to) {
		if f.coarse {
			continue
		}
		if p, ok := o.placed(f.at); ok && known && f.heading != noHeading && f.speed < 15 {
			gap := float64(geo.HullClearance(geo.Placed{At: f.point(), Heading: geo.Degrees(f.heading), Hull: s.hull}, p))
			out = append(out, touch{f.at, math.Abs(gap-fenderGap) < tiedWithin, f.point()})
			continue
		}
		if _, berthed := r.berthAt(f.point()); berthed {
			continue // a neighbour's berth is as near
		}
		if p, apart, ok := o.around(f.at); ok {
			within := min(farthest, aerials+unsure*float64(apart))
			out = append(out, touch{f.at, float64(geo.Distance(p, f.point())) < within, f.point()})
		}
	}
	return out
}

// around is where a ship is at a time by the fixes before and after it, and how many seconds these are apart.
func (s *ship) around(at int32) (p geo.Point, apart int32, ok bool) {
	j, _ := slices.BinarySearchFunc(s.fixes, at, func(f fix, at int32) int { return cmp.Compare(f.at, at) })
	i := j - 1
	for ; j < len(s.fixes) && s.fixes[j].coarse; j++ {
	}
	for ; i >= 0 && s.fixes[i].coarse; i-- {
	}
	if i < 0 || j >= len(s.fixes) || s.fixes[j].at-s.fixes[i].at > longest {
		return p, 0, false
	}
	x, y := s.fixes[i], s.fixes[j]
	f := float64(at-x.at) / float64(max(1, y.at-x.at))
	return geo.Interpolate(x.point(), y.point(), f), y.at - x.at, true
}

// between are the fixes of a time.
func (s *ship) between(from, to int32) []fix {
	i, _ := slices.BinarySearchFunc(s.fixes, from, func(f fix, at int32) int { return cmp.Compare(f.at, at) })
	j, _ := slices.BinarySearchFunc(s.fixes, to, func(f fix, at int32) int { return cmp.Compare(f.at, at) })
	return s.fixes[i:j]
}

// placed is where a ship lies at a time, between two fixes that are at most twenty minutes apart.
func (s *ship) placed(at int32) (geo.Placed, bool) {
	i, _ := slices.BinarySearchFunc(s.fixes, at, func(f fix, at int32) int { return cmp.Compare(f.at, at) })
	j := i
	for j < len(s.fixes) && (s.fixes[j].coarse || s.fixes[j].heading == noHeading) {
		j++
	}
	for i--; i >= 0 && (s.fixes[i].coarse || s.fixes[i].heading == noHeading); {
		i--
	}
	if i < 0 || j >= len(s.fixes) || s.fixes[j].at-s.fixes[i].at > 1260 {
		return geo.Placed{}, false
	}
	x, y := s.fixes[i], s.fixes[j]
	f := 0.0
	if y.at > x.at {
		f = float64(at-x.at) / float64(y.at-x.at)
	}
	turn := math.Mod(float64(y.heading)-float64(x.heading)+540, 360) - 180
	return geo.Placed{At: geo.Interpolate(x.point(), y.point(), f), Heading: geo.Degrees(float64(x.heading) + turn*f), Hull: s.hull}, true
}

// purpose is the chance that tied tankers pass cargo, by the rules of who lies alongside whom and for how long: fuel
// comes in small craft and takes hours, cargo passes between large ships and takes most of a day.
func purpose(a, b *ship, hours float64) float64 {
	small := func(s *ship) bool {
		return s.kind.DWT > 0 && s.kind.DWT < 20_000 || s.kind.DWT == 0 && s.hull.Length() < 160
	}
	switch {
	case small(a) || small(b):
		return 0.02
	case hours >= 9:
		return 0.9999
	default:
		return 0.9
	}
}
