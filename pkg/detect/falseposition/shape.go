package falseposition

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
)

// rest is a run of fixes at one place.
type rest struct {
	exact      geo.Point // repeated to the metre
	since      time.Time // of the first there
	last       time.Time
	n          int
	before     *track.Fix // the fix before it
	newest     *track.Fix
	near       geo.Point // within restRadius
	nearSince  time.Time
	nearFixes  int
	finished   *rest // the last run that lasted, until it is looked at
	finishedAt *track.Fix
}

// restRadius is farther than a ship at anchor swings.
const restRadius geo.Metres = 700

// sameMetre is how near two fixes are the same: the resolution of AIS is 0.19 m, and half a metre is closer than the
// noise of any satellite receiver that is not held fast.
const sameMetre geo.Metres = 0.5

// take adds a fix.
func (r *rest) take(f *track.Fix) {
	if r.n > 0 && geo.Distance(r.exact, f.Position) <= sameMetre {
		r.n++
		r.last = f.Time
	} else {
		if r.n >= 3 && r.last.Sub(r.since) >= time.Hour {
			old := *r
			old.finished = nil
			r.finished, r.finishedAt = &old, f
		}
		r.exact, r.since, r.last, r.n, r.before = f.Position, f.Time, f.Time, 1, r.newest
	}
	if r.nearFixes > 0 && geo.Distance(r.near, f.Position) <= restRadius {
		r.nearFixes++
	} else {
		r.near, r.nearSince, r.nearFixes = f.Position, f.Time, 1
	}
	r.newest = f
}

// atRest counts the ships that lie still for as long as a frozen one must, and those of them whose fixes repeat.
func (d *Detector) atRest(w time.Time) (still, frozen int) {
	for _, s := range d.ships {
		r := &s.rest
		if r.newest == nil || w.Sub(r.newest.Time) > 12*time.Hour || r.newest.Time.Sub(r.nearSince) < d.o.Frozen || r.nearFixes < d.o.FrozenN {
			continue
		}
		still++
		if d.repeats(r) {
			frozen++
		}
	}
	return still, frozen
}

func (d *Detector) repeats(r *rest) bool {
	return r.n >= d.o.FrozenN && r.last.Sub(r.since) >= d.o.Frozen
}

// frozen makes a sign of fixes that repeat to the metre, weighed by how rarely others at rest do so.
func (d *Detector) frozen(s *ship, w time.Time, still, frozen int) {
	for _, r := range [2]*rest{s.rest.finished, &s.rest} {
		if r == nil || !d.repeats(r) {
			continue
		}
		if still-frozen < d.o.Controls {
			continue // nobody knows how fine this feed is
		}
		others := float64(max(0, frozen-1))
		share := (others + d.o.FrozenBase*100) / (float64(max(0, still-1)) + 100)
		weight, moored := min(d.o.FrozenCap, -math.Log(share)), 0.0
		note := "no others at rest do so"
		if others > 0 {
			note = "others at rest do so, too"
		}
		if d.tiedUp(r.exact) {
			moored = weight
			note += "; where ships are tied up"
		}
		x := &sign{sort: "frozen", key: r.since.UnixMilli(), from: r.since, to: r.last, lasts: r == &s.rest && w.Sub(r.last) < d.o.Join,
			found: []found{{repeated, weight}, {tied, moored}}, at: r.exact, end: r.exact, fixes: r.n, rules: []event.Rule{
				rule("repeated_to_the_metre", r.last.Sub(r.since).Hours(), ">=", d.o.Frozen.Hours(), "h", ""),
				rule("repeated_fixes", float64(r.n), ">=", float64(d.o.FrozenN), "fixes", ""),
				rule("share_of_ships_at_rest", share, "<=", 0.05, "of them", note),
			}}
		if r.before != nil {
			x.before = quote(r.before)
		}
		if r != &s.rest {
			x.after = quote(s.rest.finishedAt)
		}
		s.put(x)
	}
	s.rest.finished = nil
}

// tiedUp tells whether ships lie moored at a place: there nothing moves but the errors of their receivers.
func (d *Detector) tiedUp(p geo.Point) bool {
	if d.places == nil {
		return false
	}
	for _, id := range d.places.Find(p, nil) {
		switch d.places.At(id).Kind {
		case place.Berth, place.Port, place.Terminal, place.LawfulTerminal, place.TransitTerminal, place.Discharge:
			return true
		}
	}
	return false
}

// circleSpan is how much of a track is tried for a circle at once: two hours a turn at the slowest.
const circleSpan = 8 * time.Hour

// circles makes a sign of a track that goes round and round. It ends when she was heard for two hours elsewhere.
func (d *Detector) circles(s *ship, w time.Time) {
	for _, x := range s.signs {
		if x.sort == "circle" && s.seen.Sub(x.to) > 2*time.Hour {
			x.lasts = false
		}
	}
	i, _ := slices.BinarySearchFunc(s.marks, w.Add(-circleSpan), func(m mark, t time.Time) int { return m.at.Compare(t) })
	list := s.marks[i:]
	if len(list) < d.o.CircleN || list[len(list)-1].at.Sub(list[0].at) < 2*time.Hour {
		return
	}
	radius, off, covered := fitCircle(list)
	if radius < d.o.CircleLeast || radius > d.o.CircleMost || off > d.o.CircleOff || covered < d.o.CircleArc {
		return
	}
	x := &sign{sort: "circle", from: list[0].at, to: list[len(list)-1].at, lasts: true, found: []found{{circled, 1}}, at: list[0].p, end: list[len(list)-1].p, fixes: len(list),
		key: list[0].at.UnixMilli()}
	for _, y := range s.signs {
		if y.sort == "circle" && list[0].at.Sub(y.to) <= d.o.Join {
			x.from, x.key, x.at, x.fixes = y.from, y.key, y.at, max(x.fixes, y.fixes)
		}
	}
	x.rules = []event.Rule{
		rule("circle_radius", float64(radius), ">=", float64(d.o.CircleLeast), "m", "ships at anchor swing on smaller ones"),
		rule("circle_deviation", off, "<=", d.o.CircleOff, "of the radius", ""),
		rule("circle_covered", covered, ">=", d.o.CircleArc, "degrees", ""),
	}
	s.put(x)
}

// fitCircle is the least-squares circle of Kåsa (IEEE Trans. Instrum. Meas. 25, 1976) through some fixes: its radius,
// the deviation from it as a share, and the part of it that the fixes cover, in degrees.
func fitCircle(list []mark) (radius geo.Metres, off, covered float64) {
	xs, ys := make([]float64, len(list)), make([]float64, len(list))
	var mx, my float64
	n := float64(len(list))
	for i, m := range list {
		east, north := geo.Offset(list[0].p, m.p)
		xs[i], ys[i] = float64(east), float64(north)
		mx, my = mx+xs[i]/n, my+ys[i]/n
	}
	var xx, xy, yy, xz, yz, zz float64
	for i := range xs {
		x, y := xs[i]-mx, ys[i]-my
		z := x*x + y*y
		xx, xy, yy, xz, yz, zz = xx+x*x, xy+x*y, yy+y*y, xz+x*z, yz+y*z, zz+z
	}
	det := xx*yy - xy*xy
	if det <= 1e-9*xx*yy {
		return 0, 1, 0
	}
	a, b := (xz*yy-yz*xy)/det/2, (yz*xx-xz*xy)/det/2
	r := math.Sqrt(zz/n + a*a + b*b)
	sum, angles := 0.0, make([]float64, 0, len(xs))
	for i := range xs {
		x, y := xs[i]-mx-a, ys[i]-my-b
		sum += (math.Hypot(x, y) - r) * (math.Hypot(x, y) - r)
		angles = append(angles, math.Atan2(y, x)*180/math.Pi)
	}
	slices.Sort(angles)
	widest := angles[0] + 360 - angles[len(angles)-1]
	for i := 1; i < len(angles); i++ {
		widest = max(widest, angles[i]-angles[i-1])
	}
	return geo.Metres(r), math.Sqrt(sum/n) / r, 360 - widest
}

// tally counts fixes in a row whose speed contradicts their displacement.
type tally struct {
	since, last time.Time
	n           int
	at          geo.Point
}

// compare holds the speed that two fixes report against the way between them.
func (d *Detector) compare(s *ship, a, b *track.Fix) {
	t := &s.differ
	v, okA := a.Speed()
	u, okB := b.Speed()
	length := b.Time.Sub(a.Time)
	if !okA || !okB || length < 2*time.Minute || length > 30*time.Minute || !b.Time.After(t.last) {
		return
	}
	real := geo.Knots(geo.DistanceExact(a.Position, b.Position).NauticalMiles() / length.Hours())
	if real > max(v, u)+d.o.Differs || real < min(v, u)-d.o.Differs {
		if t.n == 0 || a.Time.Sub(t.last) > time.Hour {
			t.since, t.n, t.at = a.Time, 0, a.Position
		}
		t.n++
	} else if t.n > 0 {
		t.n = 0
	}
	t.last = b.Time
}

// differs makes a sign of it.
func (d *Detector) differs(s *ship, w time.Time) {
	t := &s.differ
	if t.n < d.o.DiffersN || t.last.Sub(t.since) < time.Hour {
		return
	}
	s.put(&sign{sort: "contradiction", key: t.since.UnixMilli(), from: t.since, to: t.last, lasts: w.Sub(t.last) < 2*time.Hour, found: []found{{contradiction, 1}},
		at: t.at, end: t.at, fixes: t.n, rules: []event.Rule{rule("speed_contradicts", float64(t.n), ">=", float64(d.o.DiffersN), "fixes",
			"in a row whose reported speed is more than 5 kn from that between them")}})
}
