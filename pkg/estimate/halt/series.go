package halt

import (
	"math"
	"time"
)

// Candidate is a loading that was raised, with the days it may have been on.
type Candidate struct {
	First  int       // day of the series on which its window begins; may be negative
	Shares []float64 // of each day of the window, sum 1
}

// Series is the trade as it is known at one time.
type Series struct {
	First      time.Time // the first UTC day
	AsOf       time.Time // all that was raised by now is in Candidates
	Health     []float64 // h of each day from the first on, 0 to 1
	Candidates []Candidate
	// Raised is F: the share of loadings of an age that have been raised. Nil stands for no lag.
	Raised func(age time.Duration) float64
}

const oneDay = 24 * time.Hour

func (s Series) day(t int) time.Time { return s.First.Add(time.Duration(t) * oneDay) }

// raisedBy is F of the newest n days, from the last one back.
func (s Series) raisedBy(n int) []float64 {
	out := make([]float64, n)
	for k := range out {
		out[k] = 1
		if s.Raised != nil {
			out[k] = s.Raised(time.Duration(k)*oneDay + oneDay/2)
		}
	}
	return out
}

// tally is a series summed up from each day on.
type tally struct {
	counts   []float64 // candidates of days before t, length n+1
	exposure []float64 // exposure of days before t, length n+1
	unlike   []float64 // −ln of the chance that no candidate's window lies at or after t, length n+1
}

// impossible stands for the logarithm of a chance of nothing, in sums.
const impossible = 30

func (s Series) tally() tally {
	n := len(s.Health)
	out := tally{counts: make([]float64, n+1), exposure: make([]float64, n+1), unlike: make([]float64, n+1)}
	raised := s.raisedBy(n)
	for t, h := range s.Health {
		out.exposure[t+1] = out.exposure[t] + float64(h*raised[n-1-t])
	}
	within := make([]float64, n+1)
	for _, c := range s.Candidates {
		if c.First >= 0 {
			out.unlike[min(c.First, n)] += impossible // and on all days before, by the sum below
		}
		before := 0.0
		for i, share := range c.Shares {
			before += share
			t := c.First + i + 1
			if t > 0 && t <= n {
				out.counts[t] += share
				within[t] -= math.Log(min(1, before))
			}
		}
	}
	for t := range n {
		out.counts[t+1] += out.counts[t]
	}
	for t := n - 1; t >= 0; t-- {
		out.unlike[t] += out.unlike[t+1]
	}
	for t, w := range within {
		out.unlike[t] += w
	}
	return out
}

// since is what was counted, and what could have been, from day tau on.
func (t tally) since(tau int) (counted, exposed float64) {
	n := len(t.counts) - 1
	return t.counts[n] - t.counts[tau], t.exposure[n] - t.exposure[tau]
}

// deaf is the mean exposure below which days are no reference: they are blind (METHODS.md section 8), and what is counted
// there, from windows that reach into them, would stand over no exposure as a rate without bounds.
const deaf = 0.15

// reference is the Gamma posterior of the rate in the days before tau, with the prior of half a candidate in half a day
// (METHODS.md section 8). It is false when there are too few days or candidates, or too little was heard.
func (t tally) reference(tau int, o Options) (shape, exposed float64, ok bool) {
	from := max(0, tau-o.MostReference)
	n, heard := t.counts[tau]-t.counts[from], t.exposure[tau]-t.exposure[from]
	enough := tau-from >= o.LeastReference && n >= o.LeastCandidates && heard >= deaf*float64(tau-from)
	return n + 0.5, heard + 0.5, enough
}

// runs is how many runs without a candidate begin on a day before tau, one with each candidate: it turns the chance of one run
// into days. Where there is a reference it is not zero, however little of the newest days is known yet.
func (t tally) runs(tau int, o Options) float64 {
	from := max(0, tau-o.MostReference)
	return max(t.counts[tau]-t.counts[from], 1) / float64(max(1, tau-from))
}
