package oracle

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// reception is the chance of hearing a ship: what the rules promise, corrected by what was heard of all ships.
type reception struct {
	rules  *rules
	cells  map[int32]*tally  // squares of 0.5°: ship-hours
	fine   map[int32]*tally  // squares of 0.1°: hours heard, and of them those heard from the coast
	prior  map[int32]float64 // the rules' own chance in each square of 0.5°
	blocks map[int64]*tally  // squares of 2° and an hour: ship-hours heard and expected
	air    *air.Rules        // the world's own
}

type tally struct{ heard, all float64 }

// A ship's silence longer than this says nothing of reception: of a tanker, which may have switched off, and of others.
const (
	tankerSilence = 8
	otherSilence  = 48
)

// priorHours is how many ship-hours the rules' own word is worth.
const priorHours = 3

func square(lon, lat int32, size float64) int32 {
	return int32(math.Floor(float64(lon)/600_000/size))<<16 | int32(math.Floor(float64(lat)/600_000/size))&0xffff
}

func block(lon, lat, n int32) int64 { return int64(square(lon, lat, 2))<<32 | int64(n) }

func learn(l *listener) *reception {
	r := &reception{rules: l.rules, cells: map[int32]*tally{}, prior: map[int32]float64{}, fine: map[int32]*tally{}, blocks: map[int64]*tally{}}
	radios := l.sorted()
	for _, v := range radios {
		slices.SortFunc(v.hours, func(a, b hour) int { return cmp.Compare(a.n, b.n) })
		v.hours = joined(v.hours)
		for _, h := range v.hours {
			t := at(r.fine, square(h.lon, h.lat, 0.1))
			t.all++
			if h.coast {
				t.heard++
			}
		}
		v.present(func(h hour, heard bool) {
			t := at(r.cells, square(h.lon, h.lat, 0.5))
			t.all++
			if heard {
				t.heard++
			}
		})
	}
	for _, v := range radios {
		v.present(func(h hour, heard bool) {
			t := at(r.blocks, block(h.lon, h.lat, h.n))
			t.all += r.usual(h.lon, h.lat)
			if heard {
				t.heard++
			}
		})
	}
	return r
}

func at[K comparable](m map[K]*tally, k K) *tally {
	t := m[k]
	if t == nil {
		t = &tally{}
		m[k] = t
	}
	return t
}

// joined makes one of several entries of one hour, which come of late deliveries.
func joined(hours []hour) []hour {
	out := hours[:0]
	for _, h := range hours {
		if n := len(out); n > 0 && out[n-1].n == h.n {
			out[n-1].coast, out[n-1].space = out[n-1].coast || h.coast, out[n-1].space || h.space
			continue
		}
		out = append(out, h)
	}
	return out
}

// present goes through the hours in which a class A radio was heard, and those between two of them that are not too far
// apart, in which she was on her way from one place to the other.
func (v *radio) present(visit func(h hour, heard bool)) {
	if v.classB {
		return
	}
	most := int32(otherSilence)
	if v.kind == 0 || v.kind >= 80 && v.kind <= 89 {
		most = tankerSilence
	}
	for i, h := range v.hours {
		if i > 0 {
			last := v.hours[i-1]
			if gap := h.n - last.n; gap <= most && sane(last, h) {
				for k := int32(1); k < gap; k++ {
					f := float64(k) / float64(gap)
					visit(hour{n: last.n + k, lon: last.lon + int32(f*float64(h.lon-last.lon)), lat: last.lat + int32(f*float64(h.lat-last.lat))}, false)
				}
			}
		}
		visit(h, true)
	}
}

// sane tells whether a ship can have sailed from one place to the other.
func sane(a, b hour) bool {
	d := geo.Distance(fix{lon: a.lon, lat: a.lat}.point(), fix{lon: b.lon, lat: b.lat}.point())
	return float64(d) < 50_000*float64(b.n-a.n+1)
}

// usual is the chance that a ship is heard in an hour at a place.
func (r *reception) usual(lon, lat int32) float64 {
	cell := square(lon, lat, 0.5)
	prior, known := r.prior[cell]
	if !known {
		prior = r.rules.chance(geo.Point{float64(cell>>16)/2 + 0.25, float64(int16(cell&0xffff))/2 + 0.25})
		r.prior[cell] = prior
	}
	t := r.cells[cell]
	if t == nil {
		return prior
	}
	return (t.heard + priorHours*prior) / (t.all + priorHours)
}

// health is what an hour's reception is against the usual one of a region.
func (r *reception) health(lon, lat, n int32) float64 {
	sum := tally{}
	for k := n - 1; k <= n+1; k++ {
		if t := r.blocks[block(lon, lat, k)]; t != nil {
			weight := 1.0
			if k != n {
				weight = 0.25
			}
			sum.heard, sum.all = sum.heard+weight*t.heard, sum.all+weight*t.all
		}
	}
	return min(1.1, (sum.heard+1)/(sum.all+1))
}

// at is the chance that a ship is heard in an hour of the world, and what it would be on a usual day.
func (r *reception) at(p geo.Point, n int32) (now, usual float64) {
	lon, lat := int32(p[0]*600_000), int32(p[1]*600_000)
	usual = min(0.9995, r.usual(lon, lat))
	return min(0.9995, usual*r.health(lon, lat, n)), usual
}

// unheard is the chance that nothing is heard of a ship between two fixes, and what it would be on usual days: the mean
// over three ways to spend the time, which are to stay and then sail, to sail evenly, and to sail and then stay. Of a
// long silence the first and the last 36 hours decide.
func (r *reception) unheard(a, b geo.Point, from, to int32) (now, usual float64) {
	return r.missed(a, b, from, to, r.at)
}

// determinable is the p0 up to which a silence is one that reception does not explain.
const determinable = 0.01

// p0 is the chance of a silence under the world's own rules of reception, were she on the air all the while. The weather and
// the failures that no rule tells come from the feed: the health of each hour.
func (r *reception) p0(h stretch) float64 {
	a, b := h.a, h.b
	if h.noB {
		b = a
	}
	spacing, stands := time.Hour/time.Duration(r.rules.still), r.rules.stillStands
	if geo.Distance(a, b) > 20*geo.Kilometre {
		spacing, stands = time.Hour/time.Duration(r.rules.moving), r.rules.movingStands
	}
	now, _ := r.missed(a, b, h.from, h.to, func(p geo.Point, n int32) (float64, float64) {
		heard := r.air.Chance(p, time.Duration(n)*time.Hour, time.Hour, spacing, stands)
		heard = min(0.9995, heard*min(1, r.health(int32(p[0]*600_000), int32(p[1]*600_000), n)))
		return heard, heard
	})
	return now
}

// missed is the chance that nothing is heard between two fixes, by two chances of being heard at a place in an hour.
func (r *reception) missed(a, b geo.Point, from, to int32, heard func(p geo.Point, n int32) (now, usual float64)) (now, usual float64) {
	first, last := from/3600+1, to/3600-1
	if last < first {
		return 1, 1
	}
	sail := max(1, r.rules.hours(a, b))
	for way := range 3 {
		x, y := 0.0, 0.0
		for n := first; n <= last; n++ {
			if n == first+36 && last-36 > n {
				n = last - 36
			}
			f := float64(n-first+1) / float64(last-first+2)
			switch spare := float64(last-first+2) - sail; way {
			case 0:
				f = max(0, min(1, (float64(n-first+1)-spare)/sail))
			case 2:
				f = min(1, float64(n-first+1)/sail)
			}
			p, q := heard(geo.Interpolate(a, b, f), n)
			if x, y = x+math.Log1p(-p), y+math.Log1p(-q); max(x, y) < -40 {
				break // nobody stays unheard for so long
			}
		}
		now, usual = now+math.Exp(x)/3, usual+math.Exp(y)/3
	}
	return now, usual
}

// coast is the share of the hours heard at a place that were heard from the coast. Where few ships were heard the rules
// have a word: well within the range of a station, on the poorest day and in no shadow, nearly all.
func (r *reception) coast(lon, lat int32) float64 {
	t := r.fine[square(lon, lat, 0.1)]
	if t != nil && t.all >= 20 {
		return t.heard / t.all
	}
	p := fix{lon: lon, lat: lat}.point()
	for _, s := range r.rules.stations {
		reach := 0.6 * 1000 * s.RangeKM
		for _, h := range s.Shadows {
			reach *= min(1, h.Share) // whatever its sector
		}
		if float64(geo.Distance(s.At.Geo(), p)) < reach {
			return 0.96
		}
	}
	return 0
}

// chance is what the rules promise: that in an hour one of a lying ship's reports is heard, by a station's range and
// the satellites' passes.
func (r *rules) chance(p geo.Point) float64 {
	miss := 1.0
	for _, s := range r.stations {
		if f := float64(geo.Distance(s.At.Geo(), p)) / (1000 * s.RangeKM * 1.1); f < 1 {
			miss *= math.Pow(1-0.97*min(1, 5*(1-f)), r.still)
		}
	}
	for _, s := range r.satellites {
		every := time.Duration(s.Every).Hours()
		if every <= 0 {
			every = 6 // a low orbit passes over a place about four times a day
		}
		pass := max(1, r.still*max(0.1, time.Duration(s.Pass).Hours()))
		miss *= math.Pow(1-s.Heard*(1-math.Pow(0.1, pass)), 1/every)
	}
	return 1 - miss
}

// up tells whether all stations that may hear a place are in order.
func (r *rules) up(p geo.Point, at int32) bool {
	return !slices.ContainsFunc(r.stations, func(s scenario.Station) bool {
		return float64(geo.Distance(s.At.Geo(), p)) < 1000*s.RangeKM && slices.ContainsFunc(s.Outages, func(o scenario.Window) bool {
			day := float64(at) / 86400
			return day > o.From-0.05 && day < o.To+0.05
		})
	})
}
