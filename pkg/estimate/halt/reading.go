package halt

import (
	"math"
	"time"
)

// Word is what is said of the trade.
type Word string

// The words. CannotTell is also said whenever the reference is too short.
const (
	Halted     Word = "halted"
	Falling    Word = "falling"
	Steady     Word = "steady"
	Rising     Word = "rising"
	CannotTell Word = "cannot tell"
)

// The tests' names.
const (
	ZeroRun     = "zero_run"
	CUSUM       = "cusum"
	ChangePoint = "change_point"
	Rise        = "rise"
)

// Test is one test's reading. It calls when Value reaches Threshold; both are natural logarithms of days to a false call.
type Test struct {
	Name      string    `json:"test"`
	Value     float64   `json:"value"`
	Threshold float64   `json:"threshold"`
	Called    bool      `json:"called"`
	Since     time.Time `json:"since"` // UTC day on which the change is likeliest to have begun
	Counted   float64   `json:"counted"`
	Expected  float64   `json:"expected"` // candidates since then, had nothing changed
}

// Reading is what the tests say at one time.
type Reading struct {
	AsOf  time.Time `json:"as_of"`
	Known bool      `json:"known"` // false: no reference, no verdict
	Tests []Test    `json:"tests"`
	// Stopped is the probability that the trade has stopped, by the change point with changes a year apart.
	Stopped float64 `json:"p_stopped"`
	// Rate is the mean of candidates a day at full exposure, before the likeliest change.
	Rate float64 `json:"reference_rate"`
	// Earliest is the first UTC day on which not one candidate since the change could have been told from chance; zero
	// when that day is still to come.
	Earliest time.Time `json:"earliest_knowable,omitzero"`
	Verdict  Word      `json:"verdict"` // halted, rising or cannot tell: a needle between is for the notes to say

	first  time.Time // the day of halted[0]
	halted []float64 // while a halt is called: the probability that it had begun by the end of each day
}

// Halt tells whether any of the tests for a halt calls.
func (r Reading) Halt() bool { return r.called(ZeroRun) || r.called(CUSUM) || r.called(ChangePoint) }

func (r Reading) called(name string) bool {
	for _, t := range r.Tests {
		if t.Name == name && t.Called {
			return true
		}
	}
	return false
}

// Read runs all tests on a series.
func Read(s Series, o Options) Reading {
	r := Reading{AsOf: s.AsOf, Verdict: CannotTell}
	sums := s.tally()
	zero, largest, sum, rise := newScan(ZeroRun, o.FalseYears), newScan(CUSUM, o.FalseYears), newScan(ChangePoint, o.FalseYears), newScan(Rise, o.RiseYears)
	n := len(s.Health)
	begun := make([]float64, n)
	for tau := range begun {
		begun[tau] = math.Inf(-1)
	}
	for tau := max(0, n-o.LongestChange); tau < n; tau++ {
		shape, base, ok := sums.reference(tau, o)
		if !ok {
			continue
		}
		r.Known = true
		counted, exposed := sums.since(tau)
		at := place{tau, counted, shape / base * exposed}
		none := shape * math.Log1p(exposed/base)
		zero.largest(-logSum(-none, math.Log(-math.Expm1(-sums.unlike[tau])))-math.Log(sums.runs(tau, o)), at)
		largest.largest(likelihood(shape, base, counted, exposed, o.Stopped[len(o.Stopped)-1]), at)
		begun[tau] = average(shape, base, counted, exposed, o.Stopped)
		sum.add(begun[tau], at)
		rise.add(average(shape, base, counted, exposed, o.Risen), at)
	}
	if !r.Known {
		return r
	}
	r.Tests = []Test{zero.test(s), largest.test(s), sum.test(s), rise.test(s)}
	r.Stopped = 1 / (1 + o.Onset*math.Exp(-sum.value))
	r.conclude(s, sums, o)
	if r.Halt() {
		r.first, r.halted = s.First, begun
		before := 0.0
		for tau, x := range begun {
			before += r.Stopped * math.Exp(x-sum.value)
			r.halted[tau] = min(1, before)
		}
	}
	return r
}

// conclude gives the verdict, the rate before it and the earliest day.
func (r *Reading) conclude(s Series, sums tally, o Options) {
	change := r.Tests[2]
	switch {
	case r.Halt():
		r.Verdict = Halted
		for _, t := range r.Tests[:3] {
			if t.Called && (!change.Called || t.Value-t.Threshold > change.Value-change.Threshold) {
				change = t
			}
		}
	case r.called(Rise):
		r.Verdict, change = Rising, r.Tests[3]
	}
	tau := int(change.Since.Sub(s.First) / oneDay)
	shape, base, ok := sums.reference(tau, o)
	if !ok {
		return
	}
	r.Rate = shape / base
	if day, ok := s.earliest(tau, shape, base, sums.runs(tau, o), o); ok {
		r.Earliest = day
	}
}

// earliest is the first day at whose end a run without candidates from day tau on is surprising enough.
func (s Series) earliest(tau int, shape, base, perDay float64, o Options) (time.Time, bool) {
	raised := s.raisedBy(len(s.Health) - tau)
	for t := tau; t < len(s.Health); t++ {
		exposed := 0.0
		for day := tau; day <= t; day++ {
			exposed += float64(s.Health[day] * raised[t-day])
		}
		if shape*math.Log1p(exposed/base)-math.Log(perDay) >= logDays(o.KnowableYears) {
			return s.day(t), true
		}
	}
	return time.Time{}, false
}

// likelihood is ln L(τ, r): how much likelier the count is if the rate became r times what it was.
func likelihood(shape, base, counted, exposed, r float64) float64 {
	return float64(counted*math.Log(r)) + float64((shape+counted)*(math.Log(base+exposed)-math.Log(base+r*exposed)))
}

// average is the logarithm of the mean of L over rates.
func average(shape, base, counted, exposed float64, rates []float64) float64 {
	sum := math.Inf(-1)
	for _, r := range rates {
		sum = logSum(sum, likelihood(shape, base, counted, exposed, r))
	}
	return sum - math.Log(float64(len(rates)))
}

// logSum is ln(e^a + e^b).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

func logDays(years float64) float64 { return math.Log(years * 365.25) }

// place is a day on which a change may have begun, with what was counted and expected since.
type place struct {
	tau               int
	counted, expected float64
}

// scan gathers a test's value over all days on which the change may have begun.
type scan struct {
	name             string
	threshold, value float64
	best             float64
	at               place
}

func newScan(name string, years float64) *scan {
	return &scan{name: name, threshold: logDays(years), value: math.Inf(-1), best: math.Inf(-1)}
}

func (s *scan) largest(x float64, at place) {
	if x > s.best {
		s.best, s.value, s.at = x, x, at
	}
}

func (s *scan) add(x float64, at place) {
	s.value = logSum(s.value, x)
	if x > s.best {
		s.best, s.at = x, at
	}
}

func (s *scan) test(series Series) Test {
	return Test{Name: s.name, Value: s.value, Threshold: s.threshold, Called: s.value >= s.threshold,
		Since: series.day(s.at.tau), Counted: s.at.counted, Expected: s.at.expected}
}
