package oracle

import (
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/geo"
)

// stretch is a time in which nobody knows where a ship was: silent, or at a place that cannot be. Before the first
// fix and after the last one end is missing.
type stretch struct {
	from, to       int32
	a, b           geo.Point
	noA, noB       bool
	fake           bool // positions of hers were heard meanwhile, and were false
	jammed         bool // as were those of her neighbours
	since, through int32
}

// adjoins tells whether a stretch begins or ends in the middle of a stop: the stop says nothing of its own.
func (h stretch) adjoins(x stay) bool {
	const slip = 3 * 3600
	const reach = 15 * geo.Kilometre
	return !h.noA && h.from >= x.from && h.from <= x.to+slip && geo.Distance(h.a, x.at) < reach ||
		!h.noB && h.to >= x.from-slip && h.to <= x.to && geo.Distance(h.b, x.at) < reach
}

// leastSilence is the shortest silence that is looked at: the least that truth and METHODS.md section 3 speak of.
const leastSilence = 6 * 3600

// segment is a run of fixes that one hull could have sailed.
type segment struct {
	from, to int // fixes
	hours    float64
}

// believe takes fixes out that are false by rule: those at which the coast must have heard her and did not, those that
// are repeated to the metre, and those that lie off every track that she could have sailed.
func (s *ship) believe(r *reception) {
	bad := make([]bool, len(s.fixes))
	s.frozen(bad)
	s.contradicted(r, bad)
	s.unreachable(r.rules, bad)
	kept := s.fixes[:0]
	for i, f := range s.fixes {
		if !bad[i] {
			kept = append(kept, f)
			continue
		}
		n := len(s.fakes)
		if n == 0 || s.fakes[n-1].b != (geo.Point{}) && f.at-s.fakes[n-1].to > 6*3600 {
			fake := stretch{from: f.at, to: f.at, fake: true, b: f.point()}
			if len(kept) > 0 {
				fake.a = kept[len(kept)-1].point()
			}
			s.fakes = append(s.fakes, fake)
			continue
		}
		s.fakes[n-1].to = f.at
	}
	s.fixes = kept
}

// frozen marks fixes that repeat one place to the metre: a real aerial's place scatters by two. Coarse ones among them go
// with them.
func (s *ship) frozen(bad []bool) {
	for i := 0; i < len(s.fixes); {
		first := s.fixes[i]
		j, last, count := i+1, i, 1
		for ; j < len(s.fixes) && (s.fixes[j].coarse || s.fixes[j].lon == first.lon && s.fixes[j].lat == first.lat); j++ {
			if !s.fixes[j].coarse {
				last = j
				count++
			}
		}
		if count >= 5 && s.fixes[last].at-first.at >= 5400 && !first.coarse {
			for k := i; k <= last; k++ {
				bad[k] = true
			}
		}
		i = last + 1
	}
}

// surelyHeard is the share of hours heard from the coast from which a place is one where the coast hears everybody, and
// contradiction the log-odds of so many missed hours from which a run of fixes is false.
const (
	surelyHeard   = 0.92
	contradiction = 14.0
)

// contradicted marks runs of fixes, all from space, at places where the coast hears everybody; and single fixes heard
// by a station that is far out of reach of them. A false track is false from where it begins to sail to where it ends, or
// to where the coast hears it.
func (s *ship) contradicted(r *reception, bad []bool) {
	first, last, weight, hour := -1, -1, 0.0, int32(-1)
	flush := func() {
		if weight >= contradiction {
			s.spread(bad, first, last)
		}
		first, last, weight = -1, -1, 0
	}
	for i, f := range s.fixes {
		if bad[i] {
			flush()
			continue
		}
		if f.station < firstSatellite {
			st := r.rules.stations[f.station]
			bad[i] = float64(geo.Distance(st.At.Geo(), f.point())) > 1000*(1.8*st.RangeKM+15)
			if !bad[i] {
				flush()
			}
			continue
		}
		share := r.coast(f.lon, f.lat)
		if share < surelyHeard || !r.rules.up(f.point(), f.at) {
			continue
		}
		if first < 0 {
			first = i
		}
		if n := f.at / 3600; n != hour {
			hour = n
			weight += -math.Log(1 - min(0.98, share))
		}
		last = i
	}
	flush()
}

// spread marks fixes from first to last, and those before and after in which she is on the same way.
func (s *ship) spread(bad []bool, first, last int) {
	sails := func(i int) bool { return s.fixes[i].station >= firstSatellite && s.fixes[i].speed >= 15 }
	for k := first; k <= last; k++ {
		bad[k] = true
	}
	for k := first - 1; k >= 0 && sails(k) && reaches(s.fixes[k], s.fixes[k+1]); k-- {
		bad[k] = true
	}
	for k := last + 1; k < len(s.fixes) && sails(k) && reaches(s.fixes[k-1], s.fixes[k]); k++ {
		bad[k] = true
	}
}

// mostKnots and jump bound what a ship can sail between two fixes: no tanker makes 30 kn, and a coarse place is 0.2 km off.
const (
	mostKnots            = 30
	jump      geo.Metres = 5000
)

func reaches(a, b fix) bool {
	return geo.Distance(a.point(), b.point()) < jump+geo.Metres(math.Abs(float64(b.at-a.at))*mostKnots*0.5144)
}

// What speaks for a segment, in hours: that a coast station within reach of it heard her, for each such hour, and that she
// comes in or goes out over the world's edge in it.
const (
	byCoast = 20
	byEdge  = 100
	byRule  = 10_000 // the same where all ships come and go over the edge
)

// unreachable cuts the fixes where she would have to jump, and marks all segments off the chain that she could have
// sailed for which most speaks.
func (s *ship) unreachable(r *rules, bad []bool) {
	var segs []segment
	last := -1
	for i := range s.fixes {
		if bad[i] {
			continue
		}
		if last < 0 || !reaches(s.fixes[last], s.fixes[i]) {
			segs = append(segs, segment{from: i})
		}
		g := &segs[len(segs)-1]
		if last >= 0 && g.from != i {
			hours := min(1, float64(s.fixes[i].at-s.fixes[last].at)/3600)
			if s.fixes[i].station < firstSatellite {
				hours *= byCoast
			}
			g.hours += hours
		}
		g.to, last = i, i
	}
	if len(segs) < 2 {
		return
	}
	for i := range segs {
		if min(r.atEdge(s.fixes[segs[i].from].point()), r.atEdge(s.fixes[segs[i].to].point())) < 3 {
			segs[i].hours += byEdge
			if r.made {
				segs[i].hours += byRule
			}
		}
	}
	best, from := make([]float64, len(segs)), make([]int, len(segs))
	end := 0
	for i, g := range segs {
		best[i], from[i] = g.hours+0.1, -1
		for j := i - 1; j >= max(0, i-200); j-- {
			if v := best[j] + g.hours + 0.1; v > best[i] && reaches(s.fixes[segs[j].to], s.fixes[g.from]) {
				best[i], from[i] = v, j
			}
		}
		if best[i] > best[end] {
			end = i
		}
	}
	good := map[int]bool{}
	for i := end; i >= 0; i = from[i] {
		good[i] = true
	}
	for i, g := range segs {
		for k := g.from; k <= g.to && !good[i]; k++ {
			bad[k] = true
		}
	}
}

// longestJam is how long a jammed ship's false track may last, in seconds: she drifts in and out of the jam, while a crew's
// lasts as long as what it hides.
const longestJam = 24 * 3600

// jam tells false stretches of one ship from those of many at once, which no crew made.
func jam(ships []*ship) {
	type where struct {
		s *ship
		f *stretch
	}
	var all []where
	for _, s := range ships {
		for i, f := range s.fakes {
			if f.to-f.from < longestJam {
				all = append(all, where{s, &s.fakes[i]})
			}
		}
	}
	for _, x := range all {
		others := map[*ship]bool{}
		for _, y := range all {
			meets := y.f.from < x.f.to+2*3600 && x.f.from < y.f.to+2*3600
			if meets && geo.Distance(x.f.a, y.f.a) < 60*geo.Kilometre {
				others[y.s] = true
			}
		}
		x.f.jammed = len(others) >= 3
	}
}

// hidden are the stretches in which a ship is unheard or false, in order of time.
func (s *ship) hidden(newest int32) []stretch {
	var out []stretch
	add := func(h stretch) {
		if h.to-h.from < leastSilence {
			return
		}
		for _, f := range s.fakes {
			if from, to := max(f.from, h.from), min(f.to, h.to); to >= from {
				if !h.fake {
					h.since = from
				}
				h.fake, h.jammed, h.through = h.fake || !f.jammed, h.jammed || f.jammed, to
			}
		}
		out = append(out, h)
	}
	if len(s.fixes) == 0 {
		return nil
	}
	first, last := s.fixes[0], s.fixes[len(s.fixes)-1]
	add(stretch{from: 0, to: first.at, noA: true, b: first.point()})
	for i := 1; i < len(s.fixes); i++ {
		a, b := s.fixes[i-1], s.fixes[i]
		if b.at-a.at >= leastSilence {
			add(stretch{from: a.at, to: b.at, a: a.point(), b: b.point()})
		}
	}
	add(stretch{from: last.at, to: newest, noB: true, a: last.point()})
	return out
}

// stay is a time that a ship lies in one place.
type stay struct {
	from, to int32
	at       geo.Point
	berth    berth
	berthed  bool
	goes     bool // to another stop near by: she waits here
	came     bool // from another stop near by
	vain     bool // far into the Gulf, on a visit without a berth and without a silence: nobody honest comes for that
}

// stays are the times that a ship is heard lying, at a berth or elsewhere, for four hours at least. A break without a
// fix anywhere else belongs to it.
func (s *ship) stays(r *rules) []stay {
	var out []stay
	var run *stay
	var last geo.Point
	for _, f := range s.fixes {
		if f.coarse {
			continue
		}
		p := f.point()
		lies := f.speed < 8 || f.speed < 16 && run != nil && !run.berthed
		b, berthed := r.berthAt(p)
		if run != nil && (!lies || berthed != run.berthed || berthed && b.at != run.berth.at ||
			!berthed && (f.at-run.to > leastSilence || geo.Distance(last, p) > r.swing(run.at))) {
			run = nil
		}
		last = p
		if run == nil && lies {
			out = append(out, stay{from: f.at, at: p, berth: b, berthed: berthed})
			run = &out[len(out)-1]
		}
		if run != nil {
			run.to = f.at
		}
	}
	out = slices.DeleteFunc(out, func(x stay) bool { return x.to-x.from < 4*3600 })
	for i := 1; i < len(out); i++ {
		x, y := &out[i-1], &out[i]
		x.goes = !x.berthed && !y.berthed && y.from-x.to < 12*3600 && geo.Distance(x.at, y.at) < 12*geo.Kilometre
		y.came = x.goes
	}
	s.vain(r, out)
	return out
}

// vain marks the longest stop of each visit to the Gulf in which the ship neither touched a berth nor was silent for long.
func (s *ship) vain(r *rules, stays []stay) {
	const inside, least = 55.5, 12 * 3600
	for i := 0; i < len(s.fixes); {
		first, j := s.fixes[i], i
		longest := int32(0)
		for ; j < len(s.fixes) && s.fixes[j].point()[0] < inside; j++ {
			if j > i {
				longest = max(longest, s.fixes[j].at-s.fixes[j-1].at)
			}
		}
		if j > i && i > 0 && j < len(s.fixes) {
			longest = max(longest, first.at-s.fixes[i-1].at, s.fixes[j].at-s.fixes[j-1].at)
			s.vainest(stays, first.at, s.fixes[j].at, longest < least)
		}
		i = max(j, i+1)
	}
}

func (s *ship) vainest(stays []stay, from, to int32, heard bool) {
	var best *stay
	for k := range stays {
		x := &stays[k]
		if x.from < from || x.to > to {
			continue
		}
		if heard = heard && !x.berthed; best == nil || x.to-x.from > best.to-best.from {
			best = x
		}
	}
	if best != nil && heard {
		best.vain = true
	}
}
