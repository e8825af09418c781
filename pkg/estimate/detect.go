package estimate

import (
	"fmt"
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
)

// cells is how finely the posterior of a is divided: a fiftieth, against a prior standard deviation of 0.15.
const cells = 50

// posterior is the distribution of a given how many lifts were counted. With the rate integrated out it is
//
//	p(a | S) ∝ a^(A−1) (1−a)^(B−1) · a^S / (β + a·E)^(α+S)
//
// with S the lifts and E the exposure at a = 1. For plenty of exposure the last two factors nearly cancel, and what is
// left is the prior: AIS hardly identifies a. What they do not cancel is that a tiny a would need a rate that the
// prior of the rate does not believe. Without them the mean of 1/a, not 1 over the mean, would inflate every estimate
// by 8 % under Beta(6,4).
type posterior struct {
	fixed, slope [cells]float64 // log density = fixed + S·slope
}

// A bound from two lists takes away what lies above it.
func newPosterior(o Options, exposed float64, bound *Capture) posterior {
	var p posterior
	for k := range cells {
		a := (float64(k) + 0.5) / cells
		days := math.Log(o.RateDays + float64(a*exposed))
		p.fixed[k] = float64((o.DetectA-1)*math.Log(a)) + float64((o.DetectB-1)*math.Log(1-a)) - float64(o.RateShape*days)
		if bound != nil && bound.Used {
			p.fixed[k] += bound.above[k]
		}
		p.slope[k] = math.Log(a) - days
	}
	return p
}

// draw returns the u-quantile of a, given the lifts counted: linear within a cell.
func (p *posterior) draw(lifts, u float64) float64 {
	var upTo [cells]float64
	most := math.Inf(-1)
	for k := range cells {
		upTo[k] = p.fixed[k] + float64(lifts*p.slope[k])
		most = max(most, upTo[k])
	}
	sum := 0.0
	for k, log := range upTo {
		if log > most-20 {
			sum += math.Exp(log - most)
		}
		upTo[k] = sum
	}
	x, k, below := u*sum, 0, 0.0
	for upTo[k] < x && k < cells-1 {
		below = upTo[k]
		k++
	}
	return (float64(k) + (x-below)/(upTo[k]-below)) / cells
}

// Capture is what two lists of lifts say about a, the chance that a lift is ever found. List A holds those that evidence
// at the source told of before the ship was seen again, list B those that evidence far away told of: how many of B are
// in A tells how many are in neither. Whoever hides from one hides from the other as well, so that this is an upper
// bound of a: the odds ratio of the lists is taken as log-uniform between 1 and Options.CaptureOdds.
type Capture struct {
	Used   bool    `json:"used"`   // false: too few recaptures, and a is the prior's alone
	Origin float64 `json:"origin"` // Σq of list A
	Far    float64 `json:"far"`    // Σq of list B
	Both   float64 `json:"both"`   // Σq of those in both
	All    float64 `json:"all"`    // Σq of the lifts looked at, those of no list included
	// P05, P50 and P95 are of the upper bound of a; zero where it is not used.
	P05  float64 `json:"a_p05"`
	P50  float64 `json:"a_p50"`
	P95  float64 `json:"a_p95"`
	Says string  `json:"verdict"` // a few words

	above [cells]float64 // logarithm of the chance that the bound is at least the cell's a
}

// captured compares the lists over the lifts that are old enough for both. Younger ones would look as if B had missed them.
func (e *Estimator) captured(lifts []cargo.Lift, asOf time.Time, health float64) *Capture {
	c := &Capture{}
	for _, l := range lifts {
		age := asOf.Sub(l.End)
		if age < e.o.CaptureMost || age > e.o.CaptureMost+e.o.CaptureSpan {
			continue
		}
		a, apart := !l.Origin.IsZero(), l.Far.Sub(l.Origin)
		b := !l.Far.IsZero() && (!a || apart >= e.o.CaptureLeast && apart <= e.o.CaptureMost)
		c.All += l.Q
		if a {
			c.Origin += l.Q
		}
		if b {
			c.Far += l.Q
		}
		if a && b {
			c.Both += l.Q
		}
	}
	if c.Both < e.o.LeastCaptures || health <= 0 {
		c.Says = fmt.Sprintf("prior only: %.1f lifts were found on both sides, %g are needed", c.Both, e.o.LeastCaptures)
		return c
	}
	c.Used = true
	e.bound(c, health)
	c.Says = fmt.Sprintf("a is at most %.2f (%.2f to %.2f): of %.1f lifts found far away %.1f had been found at the source", c.P50, c.P05, c.P95, c.Far, c.Both)
	return c
}

// boundDraws is how often the bound is drawn: it is a wide distribution that enters by its share above each of 50 cells.
const boundDraws = 500

// bound draws the upper bound: cells of the table from their Gamma posteriors, the odds ratio, the lifts in neither list.
// The chance was reached with the feed as it was, h; with a full feed it is larger.
func (e *Estimator) bound(c *Capture, health float64) {
	var draws [boundDraws]float64
	onlyA, onlyB := max(0, c.Origin-c.Both), max(0, c.Far-c.Both)
	neither := max(0, c.All-onlyA-onlyB-c.Both) // in the ledger, and in neither list
	k := key("capture")
	for j := range draws {
		r := at(k, j, 0)
		both, a, b := r.gamma(c.Both+0.5), r.gamma(onlyA+0.5), r.gamma(onlyB+0.5)
		odds := math.Exp(float64(r.uniform() * math.Log(e.o.CaptureOdds)))
		found := both + a + b
		missed := max(neither, odds*a*b/both)
		draws[j] = min(1, (found+neither)/(found+missed)/health)
	}
	c.P05, c.P50, c.P95 = percentiles(draws[:])
	for i := range c.above {
		at, n := (float64(i)+0.5)/cells, 0
		for _, x := range draws {
			if x >= at {
				n++
			}
		}
		c.above[i] = math.Log((float64(n) + 0.01) / (boundDraws + 0.01))
	}
}

// meanHealth is the mean of h over the days that were heard.
func (m *model) meanHealth() float64 {
	sum, n := 0.0, 0.0
	for t, h := range m.health {
		if m.heard[t] {
			sum, n = sum+h, n+1
		}
	}
	return sum / max(n, 1)
}

// Lag is how long a true lift takes from loading to being raised, before any has been seen: a mixture of two log-normal
// delays. A loading seen at the terminal is confirmed by the next draught or gate, one made in the dark when the ship
// shows up laden. What is then seen corrects it (ladder).
type Lag struct {
	// DirectMedian is 1.3 d and DirectSD (of the logarithm) 1.0: start values.
	DirectMedian time.Duration
	DirectSD     float64
	// DarkMedian is 20 d and 80 % are known at 45 d, which makes DarkSD ln(45/20)/0.8416 = 0.96. Compare: dark periods
	// of NITC's ships of 30 days and more (Windward), 14, 14 and 55 days in three cases (UANI).
	DarkMedian time.Duration
	DarkSD     float64
	// DirectLifts and AllLifts: the mixture counts as much as AllLifts lifts that were followed to the end, of which
	// DirectLifts were seen loading.
	DirectLifts float64
	AllLifts    float64
}

// DefaultLag returns the start values.
func DefaultLag() Lag {
	const d = 24 * time.Hour
	return Lag{DirectMedian: 31*time.Hour + 12*time.Minute, DirectSD: 1.0, DarkMedian: 20 * d, DarkSD: 0.9636, DirectLifts: 2, AllLifts: 4}
}

// mixture is the share of lifts of an age that have been raised, if a share of them is seen loading.
func (l Lag) mixture(age time.Duration, direct float64) float64 {
	return float64(direct*delayed(age, l.DirectMedian, l.DirectSD)) + float64((1-direct)*delayed(age, l.DarkMedian, l.DarkSD))
}

// delayed is the distribution function of a log-normal delay.
func delayed(age, median time.Duration, sd float64) float64 {
	if age <= 0 {
		return 0
	}
	z := math.Log(float64(age)/float64(median)) / sd
	return 0.5 * math.Erfc(-z/math.Sqrt2)
}

// start is F before any lift was seen.
func (l Lag) start() *raising {
	direct := 0.5
	if l.AllLifts > 0 {
		direct = min(1, l.DirectLifts/l.AllLifts)
	}
	f := &raising{}
	for k := range f {
		f[k] = l.mixture(time.Duration(k)*oneDay, direct)
	}
	return f
}

// reach is the longest delay that is learned, days: the ledger changes nothing older than 90 (cargo.Options.Keep).
const reach = 120

// raising is F: the share of lifts that have been raised at an age of so many whole days.
type raising [reach + 1]float64

// at is F at an age, linear between whole days.
func (f *raising) at(age time.Duration) float64 {
	if age <= 0 {
		return 0
	}
	k := int(age / oneDay)
	if k >= reach {
		return f[reach]
	}
	part := float64(age-time.Duration(k)*oneDay) / float64(oneDay)
	return f[k] + float64(part*(f[k+1]-f[k]))
}

// ladder is the triangle of origin day by delay, summed over origin days. A lift that takes long is missing from the
// youngest days, so that the delays that were seen are too short. Counted backwards nothing is missing: of the lifts that
// were raised within k+1 days, on days at least that old, the share that took longer than k days is not biased
// (reverse-time hazard, Lagakos, Barraj and De Gruttola 1988; chain ladder to actuaries).
type ladder struct {
	raised [reach + 1]float64 // by delay in whole days
	since  [reach + 2]float64 // differences: how many were raised within so many days, on days at least that old
}

// add counts a lift of some weight that was raised so long after its origin, on a day of an age.
func (l *ladder) add(weight float64, delay, age time.Duration) {
	k, over := max(0, int(delay/oneDay)), min(reach, int(age/oneDay)) // delays below over could have been seen
	if k >= over {
		return
	}
	l.raised[k] += weight
	l.since[k] += weight
	l.since[over] -= weight
}

// learn is F after what the ladder holds; before stands for as many lifts as weight says, followed to the end. The
// longest delays cannot be learned: there before holds.
func (l *ladder) learn(before *raising, weight float64) *raising {
	f, within := &raising{}, 0.0
	var seen [reach]float64
	for k := range reach {
		within += l.since[k]
		seen[k] = within
	}
	f[reach] = before[reach]
	for k := reach - 1; k >= 0; k-- {
		took := l.raised[k] + float64(weight*(before[k+1]-before[k]))
		all := max(0, seen[k]) + float64(weight*before[k+1])
		hazard := 1.0
		if all > 0 {
			hazard = max(0, min(1, took/all))
		}
		f[k] = float64(f[k+1] * (1 - hazard))
	}
	f[0] = 0
	return f
}

// learnLag sums up the lifts, day by day of their windows, on days that were heard. A lift without a time at which it was
// raised says nothing.
func (m *model) learnLag(lifts []int, before *raising) *raising {
	var l ladder
	for _, i := range lifts {
		x := m.in.Lifts[i]
		if x.Raised.IsZero() || x.Raised.After(m.in.AsOf) {
			continue
		}
		for _, s := range m.shares[i] {
			if m.heard[s.day] {
				noon := m.day(s.day).Add(oneDay / 2)
				l.add(float64(x.Q*s.part), x.Raised.Sub(noon), m.in.AsOf.Sub(noon))
			}
		}
	}
	return l.learn(before, m.e.o.Lag.AllLifts)
}

// matured is the age from which nearly all that will be heard of a lift has been.
const matured = 45 * 24 * time.Hour

// seenOf is how many lifts are old enough, and how many of those a test holds for.
func seenOf(lifts []cargo.Lift, asOf time.Time, holds func(cargo.Lift) bool) (seen, all float64) {
	for _, l := range lifts {
		if asOf.Sub(l.End) < matured {
			continue
		}
		all += l.Q
		if holds(l) {
			seen += l.Q
		}
	}
	return seen, all
}
