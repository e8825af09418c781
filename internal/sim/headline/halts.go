package headline

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Lag is the share of lifts that are raised within so many whole days, of those that ever are.
type Lag [121]float64

// StartLag is that of METHODS.md section 8: half of the lifts are seen loading, half come out of the dark.
func StartLag() (out Lag) {
	e := estimate.New(estimate.Defaults())
	for d := range out {
		out[d] = e.Raised(time.Duration(d) * oneDay)
	}
	return out
}

// Measured is the lag that the estimates of a set have learned, on average, and the share of lifts that were found.
func (s Set) Measured() (lag Lag, p float64) {
	for _, r := range s.Runs {
		for d := range lag {
			lag[d] += r.lag[d] / float64(len(s.Runs))
		}
	}
	return lag, s.reached(-1)
}

// at is the share at an age.
func (l *Lag) at(age time.Duration) float64 {
	k := max(0, int(age/oneDay))
	if k >= len(l)-1 {
		return l[len(l)-1]
	}
	part := float64(age-time.Duration(k)*oneDay) / float64(oneDay)
	return l[k] + part*(l[k+1]-l[k])
}

// draw is a delay in days; beyond the last none is raised.
func (l *Lag) draw(u float64) float64 {
	k, _ := slices.BinarySearch(l[:], u)
	if k == 0 || k == len(l) {
		return float64(k) * 1e3 // never, or at once
	}
	return float64(k-1) + (u-l[k-1])/max(1e-9, l[k]-l[k-1])
}

// Halts is how the tests for a halt do on synthetic counts.
type Halts struct {
	runs  int
	lines []haltLine
}

// haltLine is one lag and chance of being found.
type haltLine struct {
	name                 string
	p                    float64
	years                int
	halts, early, rises  int // false calls
	delay, late, sign    []float64
	doubling, couldKnown []float64
}

// A trade has haltRate loadings a day; a change comes on haltDay, after more than the 90 days of baseline, and is looked for in the
// haltLook days after it. Signs of ships that do not load come at haltNoise a day.
const (
	haltRate  = 0.8
	haltDay   = 200
	haltLook  = 100
	haltNoise = 0.2
)

// NewHalts counts false calls in years of steady trade, and days to a call after as many halts and doublings as there are runs;
// with a quarter of the years once more with the start values of the lag.
func NewHalts(name string, lag Lag, p float64, years, runs int) *Halts {
	h := &Halts{runs: runs}
	h.add(name, lag, p, years)
	h.add("half of them dark: the start values", StartLag(), 0.85, years/4)
	return h
}

func (h *Halts) add(name string, lag Lag, p float64, years int) {
	line := haltLine{name: name, p: p, years: years}
	var lock sync.Mutex
	var jobs []func()
	const chunk = 25
	for from := 0; from < years; from += chunk {
		jobs = append(jobs, func() {
			n := min(chunk, years-from)
			calls, early, rises := falseCalls(uint64(from), &lag, p, n)
			lock.Lock()
			line.halts, line.early, line.rises = line.halts+calls, line.early+early, line.rises+rises
			lock.Unlock()
		})
	}
	halts, doublings := make([]call, h.runs), make([]call, h.runs)
	for seed := range h.runs {
		jobs = append(jobs, func() {
			halts[seed], doublings[seed] = called(uint64(seed), &lag, p, 0), called(uint64(seed), &lag, p, 2)
		})
	}
	parallel(jobs)
	for seed := range h.runs {
		line.delay, line.sign = append(line.delay, halts[seed].delay), append(line.sign, halts[seed].sign)
		line.late, line.couldKnown = append(line.late, halts[seed].late), append(line.couldKnown, halts[seed].delay-halts[seed].late)
		line.doubling = append(line.doubling, doublings[seed].delay)
	}
	for _, list := range [][]float64{line.delay, line.sign, line.late, line.couldKnown, line.doubling} {
		slices.Sort(list)
	}
	h.lines = append(h.lines, line)
}

// parallel does jobs on all processors.
func parallel(jobs []func()) {
	queue := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range queue {
				job()
			}
		})
	}
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	workers.Wait()
}

// trade is a history of loadings as a ledger comes to know it.
type trade struct {
	lag   *Lag
	known []knownLift // by the day on which each is raised
	signs []float64   // days
	next  int
}

type knownLift struct {
	raised float64
	c      halt.Candidate // by day from the beginning
}

// newTrade makes loadings with a rate for each day, of which a share p is found, in windows of one to eight days.
func newTrade(seed uint64, lag *Lag, p float64, days int, rate func(day float64) float64) *trade {
	r, t := rand.New(rand.NewPCG(seed, 8)), &trade{lag: lag}
	for at := r.ExpFloat64() / (2 * haltRate); at < float64(days); at += r.ExpFloat64() / (2 * haltRate) { // thinned
		if r.Float64() > rate(at)*p/(2*haltRate) {
			continue
		}
		t.signs = append(t.signs, at)
		delay := lag.draw(r.Float64())
		width := 1 + r.IntN(max(1, min(8, int(delay)))) // it is over before it is told
		c := halt.Candidate{First: int(at) - r.IntN(width), Shares: slices.Repeat([]float64{1 / float64(width)}, width)}
		t.known = append(t.known, knownLift{at + delay, c})
	}
	for at := r.ExpFloat64() / haltNoise; at < float64(days); at += r.ExpFloat64() / haltNoise {
		t.signs = append(t.signs, at)
	}
	slices.Sort(t.signs)
	slices.SortFunc(t.known, func(a, b knownLift) int { return compareDays(a.raised, b.raised) })
	return t
}

// haltMemory is how many days the tests look back.
const haltMemory = 300

// cut tells a watch what is new by the end of a day, and has it read.
func (t *trade) cut(w *halt.Watch, day int) halt.Barometer {
	stop := bareBegin
	for ; t.next < len(t.signs) && t.signs[t.next] < float64(day+1); t.next++ {
		at := bareAt(t.signs[t.next])
		w.Hear(event.Event{ID: fmt.Sprint(t.next), Kind: event.PortCall, Start: at, Vessels: []event.Vessel{{MMSI: vessel.MMSI(t.next), Class: vessel.VLCC.String()}},
			Details: event.PortCallDetails{Sanctioned: true, StopStart: &stop}}, at)
	}
	first := max(0, day+1-haltMemory)
	s := halt.Series{First: bareAt(float64(first)), AsOf: bareAt(float64(day + 1)), Health: slices.Repeat([]float64{1}, day+1-first), Raised: t.lag.at}
	n, _ := slices.BinarySearchFunc(t.known, float64(day+1), func(k knownLift, at float64) int { return compareDays(k.raised, at) })
	from, _ := slices.BinarySearchFunc(t.known, float64(first), func(k knownLift, at float64) int { return compareDays(k.raised, at) })
	for _, k := range t.known[from:n] {
		if k.c.First+len(k.c.Shares) > first {
			s.Candidates = append(s.Candidates, halt.Candidate{First: k.c.First - first, Shares: k.c.Shares})
		}
	}
	return w.Cut(s)
}

func compareDays(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// falseCalls counts the calls in steady years. Tests that call within a month of each other made one call.
func falseCalls(seed uint64, lag *Lag, p float64, years int) (halts, early, rises int) {
	days := haltMemory + 365*years
	t, w := newTrade(seed, lag, p, days, func(float64) float64 { return haltRate }), halt.NewWatch(halt.Defaults())
	var b halt.Barometer
	for day := haltDay; day < days; day++ {
		b = t.cut(w, day)
	}
	last := time.Time{}
	for _, c := range b.Halts {
		on, err := time.Parse(time.DateOnly, c.Date)
		switch {
		case err != nil || c.Test == halt.EarlySign:
			early++
		case on.Sub(last) > 30*oneDay:
			halts++
			fallthrough
		default:
			last = on
		}
	}
	for _, c := range b.Rises {
		if c.Test == halt.Rise {
			rises++
		}
	}
	return halts, early, rises
}

// call is how many days after a change it was called; late counts from the earliest day on which any test could have known,
// and sign is the early sign's.
type call struct{ delay, late, sign float64 }

// never stands for a change that is not called while it is looked for.
const never = 999

func called(seed uint64, lag *Lag, p, factor float64) call {
	t := newTrade(1e6+seed, lag, p, haltDay+haltLook, func(day float64) float64 {
		if day >= haltDay {
			return haltRate * factor
		}
		return haltRate
	})
	w, out := halt.NewWatch(halt.Defaults()), call{never, never, never}
	for day := haltDay - 20; day < haltDay+haltLook && (out.delay == never || out.sign == never && factor < 1); day++ {
		b := t.cut(w, day)
		if day < haltDay {
			continue
		}
		since := float64(day - haltDay)
		if factor < 1 && out.sign == never && b.Early.Halt() {
			out.sign = since
		}
		if out.delay == never && (factor < 1 && b.Trade.Halt() || factor > 1 && b.Verdict == halt.Rising) {
			out.delay, out.late = since, 0
			if e := b.Trade.Earliest; !e.IsZero() {
				out.late = since - e.Sub(bareAt(haltDay)).Hours()/24
			}
		}
	}
	return out
}

// write writes the section.
func (h *Halts) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Has it halted?\n\nThe tests for a halt on synthetic counts: %g loadings a day, of which a share p is found after a delay. After %d days the trade stops, or\n"+
		"doubles, in %d histories each. **Earliest** is the day after which no test with as few false calls could have known earlier: not one candidate\nsince. Days to a call are the median and what nine in ten take.\n",
		haltRate, haltDay, h.runs)
	both := func(list []float64) (float64, float64) { return quantile(list, 0.5), quantile(list, 0.9) }
	var rows [][]string
	for _, l := range h.lines {
		delay, delayMost := both(l.delay)
		late, lateMost := both(l.late)
		sign, signMost := both(l.sign)
		double, doubleMost := both(l.doubling)
		could, _ := both(l.couldKnown)
		rows = append(rows, []string{fmt.Sprintf("%s, p = %.2f", l.name, l.p),
			fmt.Sprintf("%d in %d years %s", l.halts, l.years, mark(float64(l.halts) <= float64(l.years)/20)), fmt.Sprintf("%d and %d", l.early, l.rises),
			fmt.Sprintf("%g", could), fmt.Sprintf("%g, %g", delay, delayMost), fmt.Sprintf("%g, %g %s", late, lateMost, mark(lateMost <= 5)),
			fmt.Sprintf("%g, %g %s", sign, signMost, mark(signMost <= 14)), fmt.Sprintf("%g, %g %s", double, doubleMost, mark(double <= 30 && doubleMost <= 50))})
	}
	table(b, []string{"lag", "false calls, ≤ 1 in 20 years", "false early signs and rises", "earliest, median", "days to a call", "after the earliest, ≤ 5", "early sign, ≤ 14", "a doubling, ≤ 30 and 50"}, rows)
}
