package headline

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// A bare world lasts bareDays, of which the window that ends bareAfter days before the last is scored as final.
const (
	bareDays  = 120
	bareAfter = 50
)

// ledgerCut is the probability from which lifts enter the ledger: METHODS.md section 7.
const ledgerCut = 0.2

// Coverage is how often 90 % intervals hold the truth in worlds without AIS.
type Coverage struct {
	Worlds         int
	Final, Nowcast []score.Window
	prior          score.Window
}

// Bare makes worlds without AIS and estimates them: a truth of loadings; of each a candidate with a calibrated probability, unless it is
// missed; candidates that are none; lots of them in a graph, some of which are passed on and found again far away; delays of their
// own. The chance of being found is drawn from the prior of the estimate, which is what its intervals claim to cover.
func Bare(worlds, draws int) *Coverage {
	out := &Coverage{Worlds: worlds, Final: make([]score.Window, worlds), Nowcast: make([]score.Window, worlds)}
	queue := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			o := estimate.Defaults()
			o.Draws = draws
			e := estimate.New(o)
			for i := range queue {
				w := newBare(rand.New(rand.NewPCG(uint64(i), 5)), o)
				rows := e.Days(w.in)
				out.Final[i], out.Nowcast[i] = w.window(rows[bareDays-1-bareAfter]), w.window(rows[bareDays-1])
			}
		})
	}
	for i := range worlds {
		queue <- i
	}
	close(queue)
	workers.Wait()
	p := estimate.New(estimate.Defaults()).Prior(28)
	out.prior = score.Window{P05: float64(p.P05), P95: float64(p.P95)}
	return out
}

// bare is a world without AIS.
type bare struct {
	r     *rand.Rand
	in    estimate.Input
	truth []float64
	scale float64 // error that all volumes share
	ships int
	h     lots.History
	lifts map[string]cargo.Lift
}

var bareBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func bareAt(day float64) time.Time { return bareBegin.Add(time.Duration(day * float64(oneDay))) }

func newBare(r *rand.Rand, o estimate.Options) *bare {
	w := &bare{r: r, truth: make([]float64, bareDays), scale: math.Exp(vessel.ScaleLogSD * r.NormFloat64()), lifts: map[string]cargo.Lift{}}
	health := 0.6 + 0.4*r.Float64()
	w.in = estimate.Input{First: bareBegin, Last: bareAt(bareDays - 1), AsOf: bareAt(bareDays), Health: func(time.Time) float64 { return health }}
	rate := 0.1 * math.Pow(30, r.Float64()) // a day: the prior of the rate knows no scale, and neither do the worlds
	detect := beta(r, o.DetectA, o.DetectB) * health
	dark, soon := 0.3+0.6*r.Float64(), math.Exp(0.4*r.NormFloat64())
	for at := -20.0; at < bareDays; at += r.ExpFloat64() / rate {
		w.loading(at, detect, dark, soon)
	}
	for at := -20.0; at < bareDays; at += r.ExpFloat64() / (rate * detect / meanProbability) { // what is none: of candidates with a probability the rest
		w.ships++
		if q := w.probability(); r.Float64() > q {
			w.candidate(at, q, w.size(), dark, soon)
		}
	}
	w.ledger()
	return w
}

// probability is one as candidates have them: mostly sure.
func (w *bare) probability() float64 { return ledgerCut + (1-ledgerCut)*math.Sqrt(w.r.Float64()) }

// meanProbability is the mean of that.
const meanProbability = ledgerCut + (1-ledgerCut)*2/3

// size is a cargo by its class, in barrels.
func (w *bare) size() float64 {
	switch u := w.r.Float64(); {
	case u < 0.82:
		return 2_000_000
	case u < 0.95:
		return 1_000_000
	}
	return 650_000
}

// loading is a true lift. Of a candidate with probability q it is one with just that probability, so that true ones come with
// probabilities in proportion to them.
func (w *bare) loading(at, detect, dark, soon float64) {
	w.ships++
	size := w.size()
	if day := int(math.Floor(at)); day >= 0 && day < bareDays {
		w.truth[day] += math.Round(size * w.scale * math.Exp(0.09*w.r.NormFloat64()))
	}
	if w.r.Float64() > detect {
		return
	}
	q := w.probability()
	for w.r.Float64() > q {
		q = w.probability()
	}
	w.candidate(at, q, size, dark, soon)
}

// candidate is told to the ledger when it has been raised by the end: by a stay or a silence round its loading, and of a few only as laden
// after a meeting, when the donor was not seen.
func (w *bare) candidate(at, q, size, dark, soon float64) {
	l := cargo.Lift{ID: fmt.Sprintf("lift-%05d", w.ships), MMSI: vessel.MMSI(w.ships), Q: q, Barrels: vessel.Barrels(size), LogSD: 0.09,
		Cap: vessel.Barrels(size * 5 / 4), Fleet: cargo.FleetOther}
	wide, delay := 1.5, 1.3*soon*math.Exp(w.r.NormFloat64())
	if w.r.Float64() < dark {
		wide, delay = 2+4*w.r.Float64(), 12*soon*math.Exp(0.9*w.r.NormFloat64())
	} else {
		l.Direct = true
	}
	start := at - wide*w.r.Float64()
	l.Start, l.End = bareAt(start), bareAt(start+wide)
	raised := start + wide + delay
	l.Raised = bareAt(raised)
	if raised >= bareDays {
		return
	}
	w.lifts[l.ID] = l
	w.h.Lifts = append(w.h.Lifts, lots.Lift{Cause: lots.Cause{Event: l.ID, Version: 1}, Hull: l.MMSI, Start: l.Start, End: l.End, Q: q, Barrels: l.Barrels})
	if w.r.Float64() < 0.3 {
		w.passOn(l, raised)
	}
}

// passOn gives a cargo to another ship, which is found laden by herself: the same oil, seen a second time.
func (w *bare) passOn(l cargo.Lift, raised float64) {
	meet := raised + 1 + 10*w.r.Float64()
	if meet+2 >= bareDays {
		return
	}
	w.ships++
	taker := vessel.MMSI(w.ships)
	w.h.Meetings = append(w.h.Meetings, lots.Meeting{Cause: lots.Cause{Event: fmt.Sprintf("rendezvous-%05d", w.ships), Version: 1},
		Donor: l.MMSI, Receiver: taker, Start: bareAt(meet), End: bareAt(meet + 1.5), R: 0.95})
	w.h.Lifts = append(w.h.Lifts, lots.Lift{Cause: lots.Cause{Event: fmt.Sprintf("lift-%05d", w.ships), Version: 1}, Hull: taker,
		Start: bareAt(meet + 2), End: bareAt(meet + 2), Q: l.Q, Barrels: l.Barrels, Inferred: true})
	w.h.Calls = append(w.h.Calls, lots.Call{Cause: lots.Cause{Event: fmt.Sprintf("port_call-%05d", w.ships), Version: 1}, Hull: taker,
		Start: bareAt(meet + 25), End: bareAt(meet + 27), P: 0.9, Zone: "east_asia"})
}

// ledger builds the lots and takes from them what the estimate counts: each lot with the barrels that it was born with. A cargo
// found again after it was passed on is born as far as no known lot explains it.
func (w *bare) ledger() {
	g, err := lots.NewGraph(lots.Build(w.h, lots.Defaults()))
	if err != nil {
		panic(err) // Build makes nothing that NewGraph refuses
	}
	for _, lot := range g.Lots {
		l, known := w.lifts[lot.Because[0].Event]
		if !known { // laden again far away, and partly unexplained
			l = cargo.Lift{ID: lot.Because[0].Event, MMSI: lot.Hull, LogSD: 0.09, Fleet: cargo.FleetOther, Start: lot.Born.Add(-30 * oneDay), End: lot.Born, Raised: lot.Born}
			l.Cap = lot.Barrels * 5 / 4
		}
		l.Q, l.Barrels = lot.Q, lot.Barrels
		if l.Q >= ledgerCut && l.Barrels > 0 {
			w.in.Lifts = append(w.in.Lifts, l)
		}
	}
}

// window is a row's mean against the truth.
func (w *bare) window(row estimate.Row) score.Window {
	last, sum := int(row.Date.Sub(bareBegin)/oneDay), 0.0
	for _, b := range w.truth[last+1-row.WindowDays : last+1] {
		sum += b / float64(row.WindowDays)
	}
	return score.NewWindow(row.Date.Format(time.DateOnly), row.WindowDays, float64(row.Month.Mean), float64(row.Month.P05), float64(row.Month.P95), sum)
}

// beta draws a Beta(a, b) number of whole parameters: the a-th smallest of a+b−1 uniforms.
func beta(r *rand.Rand, a, b float64) float64 {
	list := make([]float64, int(a+b)-1)
	for i := range list {
		list[i] = r.Float64()
	}
	slices.Sort(list)
	return list[int(a)-1]
}

// inflation is by how much the mean of 1/a exceeds 1 over the mean of a.
func inflation() float64 {
	o := estimate.Defaults()
	return (o.DetectA+o.DetectB-1)/(o.DetectA-1)*o.DetectA/(o.DetectA+o.DetectB) - 1
}

// covers counts the intervals that hold the truth, and says whether they are as many as nine in ten may be by chance.
func (c *Coverage) covers(list []score.Window) (n int, ok bool) {
	for _, w := range list {
		if w.Inside {
			n++
		}
	}
	return n, float64(n) >= 0.86*float64(c.Worlds) && float64(n) <= 0.94*float64(c.Worlds)
}

// write writes the section.
func (c *Coverage) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## In worlds without AIS\n\nOf %d synthetic worlds of %d days nothing is heard: the ledger of lots is told of their loadings directly, with\n"+
		"probabilities, delays and misses, and of a third of the cargoes a second time after they changed ships. The chance of being found is drawn from the prior.\n"+
		"Of 200 worlds 172 to 188 should hold the truth in the 90 %% interval. Means may be %.0f %% too large on average, as the mean of 1/a is so much above 1 over\n"+
		"the mean of a; where the trade is as likely to be tiny as the prior has it, they are not.\n", c.Worlds, bareDays, 100*inflation())
	var rows [][]string
	for _, x := range []struct {
		name string
		list []score.Window
	}{{"final mean of 28 days", c.Final}, {"nowcast", c.Nowcast}} {
		prior := slices.Clone(x.list)
		for i := range prior {
			prior[i].P05, prior[i].P95 = c.prior.P05, c.prior.P95
		}
		n, covers := c.covers(x.list)
		list := errors(x.list)
		rows = append(rows, []string{x.name, fmt.Sprintf("%d of %d %s", n, c.Worlds, mark(covers)), fmt.Sprintf("%+.3f", bias(x.list)),
			fmt.Sprintf("%.2f", quantile(list, 0.5)), fmt.Sprintf("%.2f", quantile(list, 0.9)), fmt.Sprintf("%.2f", *score.Judge(x.list).Score / *score.Judge(prior).Score)})
	}
	table(b, []string{"", "truth in the 90 % interval", "mean error with sign", "error, median", "nine in ten within", "interval score over the prior's"}, rows)
}
