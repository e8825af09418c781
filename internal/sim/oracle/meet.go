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

// meetings finds all pairs of tankers whose hulls touch for two hours at least.
func meetings(ships []*ship) []meeting {
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
		if len(times) < 3 {
			continue
		}
		slices.Sort(times)
		out = append(out, touching(ships[k.a], ships[k.b], times)...)
	}
	slices.SortFunc(out, func(a, b meeting) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.a.mmsi(), b.a.mmsi()), cmp.Compare(a.b.mmsi(), b.b.mmsi()))
	})
	return out
}

// touching cuts the half hours in which two ships are near each other into meetings.
func touching(a, b *ship, times []int32) []meeting {
	var out []meeting
	for i := 0; i < len(times); {
		j := i
		for j+1 < len(times) && times[j+1]-times[j] <= 8 {
			j++
		}
		if m, ok := tied(a, b, (times[i]-1)*bucket, (times[j]+2)*bucket); ok {
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

// tied measures hull to hull at every fix of either ship, and keeps the time from the first touch to the last.
func tied(a, b *ship, from, to int32) (meeting, bool) {
	if a.hull.Length() == 0 || b.hull.Length() == 0 {
		return meeting{}, false
	}
	type point struct {
		at    int32
		touch bool
		where geo.Point
	}
	var points []point
	measure := func(x, y *ship) {
		for _, f := range x.between(from, to) {
			p, ok := y.placed(f.at)
			if f.coarse || f.heading == noHeading || !ok {
				continue
			}
			gap := float64(geo.HullClearance(geo.Placed{At: f.point(), Heading: geo.Degrees(f.heading), Hull: x.hull}, p))
			points = append(points, point{f.at, math.Abs(gap-fenderGap) < tiedWithin, f.point()})
		}
	}
	measure(a, b)
	measure(b, a)
	slices.SortFunc(points, func(x, y point) int { return cmp.Compare(x.at, y.at) })
	isTouch := func(p point) bool { return p.touch }
	first := slices.IndexFunc(points, isTouch)
	if first < 0 {
		return meeting{}, false
	}
	last := first
	count := 0
	for i, p := range points {
		if p.touch {
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
	switch small := min(a.kind.DWT, b.kind.DWT); {
	case small > 0 && small < 20_000:
		return 0.02
	case hours >= 9:
		return 0.98
	default:
		return 0.5
	}
}
