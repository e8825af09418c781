package fit

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/weights"
)

// Case is what was found, and the true explanation.
type Case struct {
	Found []string
	True  event.Cause
	World uint64 // the seed of the world that it is of
}

// steps bounds the search. The sum of some thousand cases is flat to 1e-9 well before.
const steps = 3000

// Softmax fits the weights of terms to cases by accelerated projected gradient descent with restarts (Beck and Teboulle
// 2009; O'Donoghue and Candès 2015). Ridge is the weight of the squares of
// the distances from the priors beside the cases' loss.
func Softmax(terms []weights.Term, cases []Case, ridge float64) []weights.Term {
	start := make([]float64, len(terms))
	for i, t := range terms {
		start[i] = t.Prior
	}
	out := slices.Clone(terms)
	for i, x := range descend(start, newModel(terms, cases, ridge).step) {
		out[i].Weight = math.Round(x*1000) / 1000
	}
	return out
}

// descend goes from a start by accelerated steps until they move nothing any more.
func descend(x []float64, step func([]float64) []float64) []float64 {
	y, momentum := slices.Clone(x), 1.0
	for range steps {
		next := step(y)
		further := (1 + math.Sqrt(1+4*momentum*momentum)) / 2
		moved, uphill := 0.0, 0.0
		for i := range x {
			uphill += (y[i] - next[i]) * (next[i] - x[i])
			moved = max(moved, math.Abs(next[i]-x[i]))
		}
		if uphill > 0 {
			further = 1
		}
		for i := range x {
			y[i] = next[i] + (momentum-1)/further*(next[i]-x[i])
			if further == 1 {
				y[i] = next[i]
			}
		}
		x, momentum = next, further
		if moved < 1e-7 {
			break
		}
	}
	return x
}

// Choose finds the ridge that predicts best what it did not see: each world's cases by weights of all other worlds. Of
// equally good ones it takes the first.
func Choose(terms []weights.Term, cases []Case, ridges []float64) float64 {
	return leaveOut(cases, func(c Case) uint64 { return c.World }, ridges, func(in, out []Case, ridge float64) float64 {
		return Loss(Softmax(terms, in, ridge), out)
	})
}

// leaveOut returns the ridge with the least loss, summed over the cases of each world by weights of all other worlds.
func leaveOut[C any](cases []C, world func(C) uint64, ridges []float64, loss func(in, out []C, ridge float64) float64) float64 {
	worlds := map[uint64]bool{}
	for _, c := range cases {
		worlds[world(c)] = true
	}
	best, least := ridges[0], math.Inf(1)
	for _, ridge := range ridges {
		sum := 0.0
		for _, w := range slices.Sorted(maps.Keys(worlds)) {
			var out, in []C
			for _, c := range cases {
				if world(c) == w {
					out = append(out, c)
				} else {
					in = append(in, c)
				}
			}
			sum += loss(in, out, ridge) * float64(len(out))
		}
		if sum < least {
			best, least = ridge, sum
		}
	}
	return best
}

// Loss is the mean of minus the logarithm of the probability that terms give to the truth.
func Loss(terms []weights.Term, cases []Case) float64 {
	m := newModel(terms, cases, 0)
	w := make([]float64, len(terms))
	for i, t := range terms {
		w[i] = t.Weight
	}
	sum := 0.0
	for _, g := range m.groups {
		p := m.chances(g, w)
		for k, n := range g.count {
			if n > 0 {
				sum -= n * math.Log(max(1e-12, p[k]))
			}
		}
	}
	return sum / max(1, float64(len(cases)))
}

// model is the cases with equal ones together.
type model struct {
	terms  []weights.Term
	of     []int // each term's cause
	causes []event.Cause
	groups []group
	ridge  float64
	rate   float64
}

type group struct {
	active []int     // terms whose finding is there
	count  []float64 // cases by true cause
	n      float64
}

func newModel(terms []weights.Term, cases []Case, ridge float64) *model {
	m := &model{terms: terms, ridge: ridge}
	index := map[event.Cause]int{}
	for _, t := range terms {
		if _, ok := index[t.Cause]; !ok {
			index[t.Cause] = len(m.causes)
			m.causes = append(m.causes, t.Cause)
		}
		m.of = append(m.of, index[t.Cause])
	}
	sorted := slices.Clone(cases)
	key := func(c Case) string { return strings.Join(c.Found, " ") }
	slices.SortFunc(sorted, func(a, b Case) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.True, b.True)) })
	steepest := 0.0
	for i, c := range sorted {
		if i == 0 || key(c) != key(sorted[i-1]) {
			g := group{count: make([]float64, len(m.causes))}
			for j, t := range terms {
				if slices.Contains(c.Found, t.Finding) {
					g.active = append(g.active, j)
				}
			}
			m.groups = append(m.groups, g)
		}
		g := &m.groups[len(m.groups)-1]
		if k, ok := index[c.True]; ok {
			g.count[k]++
			g.n++
			steepest += float64(len(g.active))
		}
	}
	m.rate = 1 / (steepest/2 + 2*ridge + 1)
	return m
}

// chances are the probabilities of the causes for a group.
func (m *model) chances(g group, w []float64) []float64 {
	p := make([]float64, len(m.causes))
	for _, j := range g.active {
		p[m.of[j]] += w[j]
	}
	most, sum := slices.Max(p), 0.0
	for k := range p {
		p[k] = math.Exp(p[k] - most)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// step goes down from some weights by one gradient, and back to the signs that are given.
func (m *model) step(w []float64) []float64 {
	gradient := make([]float64, len(w))
	for i := range w {
		gradient[i] = 2 * m.ridge * (w[i] - m.terms[i].Prior)
	}
	for _, g := range m.groups {
		p := m.chances(g, w)
		for _, j := range g.active {
			gradient[j] += g.n*p[m.of[j]] - g.count[m.of[j]]
		}
	}
	next := make([]float64, len(w))
	for i := range w {
		next[i] = w[i] - m.rate*gradient[i]
		if float64(m.terms[i].Sign)*next[i] < 0 {
			next[i] = 0
		}
	}
	return next
}
