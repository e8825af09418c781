package estimate

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
)

const oneDay = 24 * time.Hour

// Estimator makes vintages and remembers the draws of lifts from one to the next. Not safe for concurrent use.
type Estimator struct {
	o       Options
	scale   []float64
	parcels []*drawn
	lifts   map[string]*drawn
	days    [][]float64     // memory for draws by day
	scratch []float64       // memory for percentiles
	widths  map[int]float64 // 90 % width of the mean over n days without any data
	counts  Basis
	others  map[Basis]*Estimator
	lag     *raising // F over all strata, of the newest vintage
}

// New returns an estimator.
func New(o Options) *Estimator {
	scale := drawScale(o.Draws)
	return &Estimator{o: o, scale: scale, parcels: drawParcels(scale), lifts: map[string]*drawn{}, widths: map[int]float64{},
		counts: Lifted, others: map[Basis]*Estimator{}, lag: o.Lag.start()}
}

// model is one vintage being made.
type model struct {
	e       *Estimator
	in      Input
	n       int       // days
	health  []float64 // h by day
	raised  []float64 // F by day, over all strata
	lag     *raising  // F by age, over all strata
	shares  [][]share // of each lift
	halted  []float64 // probability that the trade stood still, by day
	heard   []bool    // days that are not blind and feed the rate
	groups  []*group
	anchors []int // anchor of each day: the day at which its rate is read
	capture *Capture
	working []working // by day, while the rows are made; else nil
}

// group is a stratum with its draws.
type group struct {
	*stratum
	name   string
	shares [][]share // of each lift, by index in stratum.lifts
	lag    *raising
	raised []float64 // F by day
	drawn  []*drawn
	pool   pool
	rates  map[int]*fitted // by anchor
}

// share is the part of a lift's window on a day.
type share struct {
	day  int
	part float64
}

// fitted is what an anchor day knows of a stratum.
type fitted struct {
	detect             []float64 // a by draw
	rate               []float64 // λ by draw
	mean, meanDetected float64   // of λ and of λ·a
}

// anchorDays is how far apart the days lie at which rates are read. One rate for the whole input would let this
// month's lifts rewrite those of a year ago.
const anchorDays = 30

func (e *Estimator) model(in Input) *model {
	in.First, in.Last = in.First.UTC().Truncate(oneDay), in.Last.UTC().Truncate(oneDay)
	in.Lifts = distinct(in.Lifts)
	m := &model{e: e, in: in, n: int(in.Last.Sub(in.First)/oneDay) + 1}
	if m.n <= 0 {
		m.n = 0
		return m
	}
	every := make([]int, len(in.Lifts))
	for i, l := range in.Lifts {
		every[i] = i
		m.shares = append(m.shares, m.share(l))
	}
	for t := range m.n {
		h := 1.0
		if in.Health != nil {
			h = max(0, min(1, in.Health(m.day(t))))
		}
		m.health = append(m.health, h)
		halted := 0.0
		if in.Halted != nil {
			halted = max(0, min(1, in.Halted(m.day(t))))
		}
		m.halted = append(m.halted, halted)
	}
	for t := range m.n {
		m.anchors = append(m.anchors, m.anchor(t))
	}
	start := e.o.Lag.start()
	m.hear(start)
	m.hear(m.learnLag(every, start))
	e.lag = m.lag
	m.capture = e.captured(in.Lifts, in.AsOf, m.meanHealth())
	e.remember(in.Lifts)
	for _, s := range stratify(in.Lifts, in.AsOf, e.o) {
		m.groups = append(m.groups, m.group(s))
	}
	return m
}

// anchor is the day at which a day's rate is read: one in thirty, but none across the begin or the end of a halt.
func (m *model) anchor(t int) int {
	at, last := m.n-1-(m.n-1-t)/anchorDays*anchorDays, t
	for last < at && (m.halted[last+1] < 0.5) == (m.halted[t] < 0.5) {
		last++
	}
	return last
}

// Raised is the share of lifts of an age that have been raised, over all strata, as the newest vintage has learned it.
func (e *Estimator) Raised(age time.Duration) float64 { return e.lag.at(age) }

// hear takes a lag for all strata and tells which days are not blind with it.
func (m *model) hear(lag *raising) {
	m.lag, m.raised, m.heard = lag, m.raisedBy(lag), nil
	for t := range m.n {
		m.heard = append(m.heard, m.exposure(t) >= m.e.o.BlindExposure)
	}
}

// raisedBy is F of each day.
func (m *model) raisedBy(lag *raising) []float64 {
	out := make([]float64, m.n)
	for t := range out {
		out[t] = lag.at(m.in.AsOf.Sub(m.day(t).Add(oneDay / 2)))
	}
	return out
}

// distinct keeps the newest statement of each lift, by id, and leaves out those without barrels.
func distinct(lifts []cargo.Lift) []cargo.Lift {
	sorted := slices.Clone(lifts)
	slices.SortStableFunc(sorted, func(a, b cargo.Lift) int { return cmp.Compare(a.ID, b.ID) })
	out := sorted[:0]
	for _, l := range sorted {
		if l.Q <= 0 || l.Barrels <= 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].ID == l.ID {
			out[n-1] = l
			continue
		}
		out = append(out, l)
	}
	return out
}

// remember draws the lifts that are new or changed and forgets those that are gone.
func (e *Estimator) remember(lifts []cargo.Lift) {
	wanted := make(map[string]bool, len(lifts))
	for _, l := range lifts {
		wanted[l.ID] = true
		if d := e.lifts[l.ID]; d == nil || d.of != factsOf(l) {
			e.lifts[l.ID] = drawLift(l, e.scale)
		}
	}
	for id := range e.lifts {
		if !wanted[id] {
			delete(e.lifts, id)
		}
	}
}

func (m *model) day(t int) time.Time { return m.in.First.Add(time.Duration(t) * oneDay) }

// meanDetect is the prior mean of a.
func (m *model) meanDetect() float64 { return m.e.o.DetectA / (m.e.o.DetectA + m.e.o.DetectB) }

// window is the first of the n days that end with t, or of as many as there are.
func window(t, n int) int { return max(0, t-n+1) }

// exposure is the mean π over the 28 days that end with t.
func (m *model) exposure(t int) float64 {
	sum, from := 0.0, window(t, 28)
	for i := from; i <= t; i++ {
		sum += float64(m.health[i] * m.raised[i])
	}
	return m.meanDetect() * sum / float64(t-from+1)
}

// group prepares a stratum: where its lifts lie in time, and whose volumes unseen lifts take.
func (m *model) group(s *stratum) *group {
	g := &group{stratum: s, name: s.name(), rates: map[int]*fitted{}}
	slices.Sort(s.lifts)
	g.lag = m.learnLag(s.lifts, m.lag)
	g.raised = m.raisedBy(g.lag)
	for i, p := range m.e.parcels {
		g.pool.add(p, parcelWeight*parcels[i].weight)
	}
	for _, i := range s.lifts {
		l := m.in.Lifts[i]
		d := m.e.lifts[l.ID]
		g.drawn, g.shares = append(g.drawn, d), append(g.shares, m.shares[i])
		g.pool.add(d, l.Q)
	}
	g.pool.seal()
	return g
}

// share divides a lift's window over the days of the input.
func (m *model) share(l cargo.Lift) []share {
	var out []share
	first := max(0, int(l.Start.Sub(m.in.First)/oneDay))
	for t := first; t < m.n && !m.day(t).After(l.End); t++ {
		part := l.Share(m.day(t), m.day(t+1))
		if l.End.Equal(l.Start) {
			part = 0
			if !l.Start.Before(m.day(t)) && l.Start.Before(m.day(t+1)) {
				part = 1
			}
		}
		if part > 0 {
			out = append(out, share{t, part})
		}
	}
	return out
}

// fit draws a and the rate as an anchor day sees them: lifts and exposure of every day that was heard, each weighted
// by its distance in time. A known a above zero replaces the draws of a.
func (m *model) fit(g *group, anchor int, known float64) *fitted {
	o := m.e.o
	counts, exposed := m.evidence(g, anchor)
	f := &fitted{detect: make([]float64, o.Draws), rate: make([]float64, o.Draws)}
	var a posterior
	if known == 0 {
		a = newPosterior(o, exposed, m.capture)
	}
	forA, forR := key("detect "+g.name), key("rate "+g.name)
	for j := range f.rate {
		f.detect[j] = known
		if known == 0 {
			u := at(forA, j, forDetection)
			f.detect[j] = a.draw(counts[j], u.uniform())
		}
		r := at(forR, j, forRate)
		f.rate[j] = r.gamma(o.RateShape+counts[j]) / (o.RateDays + float64(f.detect[j]*exposed))
		f.mean += f.rate[j]
		f.meanDetected += float64(f.rate[j] * f.detect[j])
	}
	f.mean /= float64(o.Draws)
	f.meanDetected /= float64(o.Draws)
	return f
}

// evidence sums what an anchor day counts: lifts by draw, and h·F over the days, both weighted.
func (m *model) evidence(g *group, anchor int) (counts []float64, exposed float64) {
	weight := make([]float64, m.n)
	for t := range m.n {
		if m.heard[t] {
			apart := math.Abs(float64(t - anchor))
			alike := 1 - math.Abs(m.halted[t]-m.halted[anchor]) // that nothing began or ended between them
			weight[t] = float64(alike * math.Exp2(-apart*float64(oneDay)/float64(m.e.o.HalfLife)))
			exposed += float64(weight[t] * float64(m.health[t]*g.raised[t]))
		}
	}
	counts = make([]float64, m.e.o.Draws)
	for i, d := range g.drawn {
		part := 0.0
		for _, s := range g.shares[i] {
			part += float64(weight[s.day] * s.part)
		}
		if part == 0 {
			continue
		}
		for j, is := range d.exists {
			if is {
				counts[j] += part
			}
		}
	}
	return counts, exposed
}

// addSeen adds the lifts in the ledger to a day's draws and returns their mean, direct and others apart.
func (m *model) addSeen(total [][]float64, from int) (seen, inferred []float64) {
	seen, inferred = make([]float64, m.n), make([]float64, m.n)
	for _, g := range m.groups {
		for i, d := range g.drawn {
			for _, s := range g.shares[i] {
				if s.day < from {
					continue
				}
				sum, into := 0.0, total[s.day]
				for j, is := range d.exists {
					if is {
						b := math.Round(d.barrels[j] * s.part)
						into[j] += b
						sum += b
					}
				}
				if m.working != nil {
					m.working[s.day].lift(m.counted(g, i, s.part), sum/float64(len(into)))
				}
				if m.in.Lifts[g.lifts[i]].Direct {
					seen[s.day] += sum / float64(len(into))
				} else {
					inferred[s.day] += sum / float64(len(into))
				}
			}
		}
	}
	return seen, inferred
}

// addUnseen adds the lifts of one day that are not in the ledger and returns their mean barrels.
func (m *model) addUnseen(g *group, f *fitted, t int, into []float64) float64 {
	k := dayKey(g.name, m.day(t).Unix()/int64(oneDay/time.Second))
	exposed, sum := m.health[t]*g.raised[t], 0.0
	for j := range into {
		r := at(k, j, 0)
		for range r.poisson(f.rate[j] * (1 - float64(f.detect[j]*exposed))) {
			b := g.pool.pick(r.uniform(), j)
			into[j] += b
			sum += b
		}
	}
	return sum / float64(len(into))
}

// stratum is a group of lifts that share a rate and a chance of detection.
type stratum struct {
	members []string
	lifts   []int // indices into the input
	recent  float64
}

// name joins the members; all of them together are "all".
func (s *stratum) name() string {
	if len(s.members) == len(fleets)*2 {
		return "all"
	}
	return strings.Join(s.members, "+")
}

// fleets are the strata's first property; the second is the side of Hormuz.
var fleets = [...]cargo.Fleet{cargo.FleetIran, cargo.FleetListed, cargo.FleetOther}

func stratumOf(l cargo.Lift) string {
	if l.Outside {
		return string(l.Fleet) + "/outside"
	}
	return string(l.Fleet) + "/inside"
}

// stratify divides lifts by fleet and side of Hormuz, and merges the group with the fewest lifts into its other side,
// else into its smaller neighbour, until each has enough. Groups keep their order, so that ties fall the same way.
func stratify(lifts []cargo.Lift, asOf time.Time, o Options) []*stratum {
	var groups []*stratum
	index := map[string]*stratum{}
	for _, f := range fleets {
		for _, side := range []string{"/inside", "/outside"} {
			s := &stratum{members: []string{string(f) + side}}
			groups, index[s.members[0]] = append(groups, s), s
		}
	}
	for i, l := range lifts {
		s := index[stratumOf(l)]
		if s == nil {
			s = index[string(cargo.FleetOther)+"/inside"]
		}
		s.lifts = append(s.lifts, i)
		if asOf.Sub(l.Start) <= o.LeastSpan {
			s.recent += l.Q
		}
	}
	for len(groups) > 1 {
		least := 0
		for i, s := range groups {
			if s.recent < groups[least].recent {
				least = i
			}
		}
		if groups[least].recent >= o.LeastLifts {
			break
		}
		groups = merge(groups, least)
	}
	return groups
}

// merge joins group i with a neighbour and keeps the order of members.
func merge(groups []*stratum, i int) []*stratum {
	into := i - 1
	switch {
	case i == 0:
		into = 1
	case i == len(groups)-1:
	case sameFleet(groups[i], groups[i+1]) && !sameFleet(groups[i], groups[i-1]):
		into = i + 1
	case !sameFleet(groups[i], groups[i-1]) && groups[i+1].recent < groups[i-1].recent:
		into = i + 1
	}
	a, b := min(i, into), max(i, into)
	groups[a].members = append(groups[a].members, groups[b].members...)
	groups[a].lifts = append(groups[a].lifts, groups[b].lifts...)
	groups[a].recent += groups[b].recent
	return append(groups[:b], groups[b+1:]...)
}

func sameFleet(a, b *stratum) bool {
	fleet := func(s *stratum) string { f, _, _ := strings.Cut(s.members[0], "/"); return f }
	return len(a.members) == 1 && len(b.members) == 1 && fleet(a) == fleet(b)
}
