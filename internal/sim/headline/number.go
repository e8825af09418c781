package headline

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// Span is the part of a world that is scored: so many days after a warm-up of From days. Days after it confirm it.
type Span struct{ From, Days int }

// Confirmed is how many days after a window its mean counts as confirmed: METHODS.md section 8 has 80 % of lifts in the dark
// raised by then.
const Confirmed = 45

const oneDay = 24 * time.Hour

// Vintages keeps what the vintages of a world rest on that are scored. Not safe for concurrent use.
type Vintages struct {
	span Span
	kept []estimate.Input
	last estimate.Input
}

// NewVintages returns an empty list for a span.
func NewVintages(s Span) *Vintages { return &Vintages{span: s} }

// Cut takes in a vintage: pipeline.Listener's Cut. Nowcasts are read at the end of the scored window and every so many days
// after, so that their windows do not overlap.
func (v *Vintages) Cut(in estimate.Input) {
	v.last = freeze(in)
	if after := int(in.AsOf.Sub(in.First)/oneDay) - v.span.From - v.span.Days; after >= 0 && after%v.span.Days == 0 {
		v.kept = append(v.kept, v.last)
	}
}

// freeze makes an input that does not change with the engine.
func freeze(in estimate.Input) estimate.Input {
	series := func(of func(time.Time) float64) func(time.Time) float64 {
		if of == nil {
			return nil
		}
		var list []float64
		for day := in.First; !day.After(in.Last); day = day.Add(oneDay) {
			list = append(list, of(day))
		}
		return func(day time.Time) float64 { return list[max(0, min(len(list)-1, int(day.Sub(in.First)/oneDay)))] }
	}
	in.Lifts = slices.Clone(in.Lifts)
	in.Health, in.Halted = series(in.Health), series(in.Halted)
	return in
}

// Run is what one world comes to.
type Run struct {
	Scenario string
	Seed     uint64
	Final    *score.Window // the mean of the scored window as the last vintage has it; nil when that is no number
	Settled  bool          // the world goes on for Confirmed days after it
	Nowcasts []score.Window
	Prior    score.Window // of the scored window, by the prior alone
	Known    float64      // barrels a day in the ledger in the scored window, Σq·V
	Health   float64      // mean over the scored window
	Engine   Found
	Best     *Found // of a reader that knows the rules of the world; nil without one

	last  estimate.Input
	kept  []estimate.Input
	truth map[string]float64
	span  Span
	lag   Lag
}

// Found is how many lifts that began in the scored window are found. Claims of nothing count by their own begin.
type Found struct {
	Modes                []Mode
	Claims, Right, Twice int
}

// Mode is one way of loading.
type Mode struct {
	Name        string
	True, Found int
}

// all adds the modes up.
func (f Found) all() (m Mode) {
	for _, x := range f.Modes {
		m.True, m.Found = m.True+x.True, m.Found+x.Found
	}
	return m
}

// Of scores a world. Best are the claims of a reader beside the engine; nil when there is none.
func Of(t *sim.Truth, r *pipeline.Result, said score.Output, v *Vintages, best []event.Event) Run {
	out := Run{Scenario: t.Scenario, Seed: t.Seed, last: v.last, kept: v.kept, span: v.span, truth: map[string]float64{}}
	for _, d := range t.Days {
		out.truth[d.Date] = float64(d.Lifted)
	}
	first := t.Start.UTC().Truncate(oneDay)
	from, to := first.AddDate(0, 0, v.span.From), first.AddDate(0, 0, v.span.From+v.span.Days)
	out.Settled = t.End.Sub(to) >= Confirmed*oneDay
	for _, row := range r.Estimate.Days {
		if !row.Date.Before(from) && row.Date.Before(to) {
			out.Known += float64(row.Seen+row.Inferred) / float64(v.span.Days)
			out.Health += row.Health / float64(v.span.Days)
		}
		if row.Date.Equal(to.Add(-oneDay)) {
			out.Final = out.window(row)
		}
	}
	e := estimate.New(pipeline.Defaults().Estimate)
	prior := e.Prior(v.span.Days)
	out.Prior = *out.window(estimate.Row{Date: to.Add(-oneDay), Known: true, Month: prior, WindowDays: v.span.Days})
	for _, in := range v.kept {
		rows := e.Days(in)
		if w := out.window(rows[len(rows)-1]); w != nil {
			out.Nowcasts = append(out.Nowcasts, *w)
		}
	}
	e.Days(v.last)
	for d := range out.lag {
		out.lag[d] = e.Raised(time.Duration(d) * oneDay)
	}
	out.Engine = found(t, said, from, to)
	if best != nil {
		x := found(t, score.Output{Events: best}, from, to)
		out.Best = &x
	}
	return out
}

// window is a row's mean against the truth; nil when there is no number.
func (r Run) window(row estimate.Row) *score.Window {
	if !row.Known || row.WindowDays != r.span.Days {
		return nil
	}
	truth := 0.0
	for n := range row.WindowDays {
		truth += r.truth[row.Date.AddDate(0, 0, -n).Format(time.DateOnly)] / float64(row.WindowDays)
	}
	w := score.NewWindow(row.Date.Format(time.DateOnly), row.WindowDays, float64(row.Month.Mean), float64(row.Month.P05), float64(row.Month.P95), truth)
	return &w
}

// As gives the final mean and the nowcasts with a chance of detection that is known: so large for a full feed.
func (r Run) As(detect float64) (final *score.Window, nowcasts []score.Window) {
	o := pipeline.Defaults().Estimate
	const sure = 1e5 // a standard deviation of at most 0.0016
	detect = max(0.01, min(0.99, detect))
	o.DetectA, o.DetectB = detect*sure, (1-detect)*sure
	e := estimate.New(o)
	day := r.span.From + r.span.Days - 1
	if rows := e.Days(r.last); day < len(rows) {
		final = r.window(rows[day])
	}
	for _, in := range r.kept {
		rows := e.Days(in)
		if w := r.window(rows[len(rows)-1]); w != nil {
			nowcasts = append(nowcasts, *w)
		}
	}
	return final, nowcasts
}

// found counts lifts in a span of time.
func found(t *sim.Truth, said score.Output, from, to time.Time) Found {
	var out Found
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	starts := map[string]time.Time{}
	for _, e := range said.Events {
		starts[e.ID] = e.Start
	}
	for _, p := range score.PairLifts(t, said) {
		if p.True == nil {
			if within(starts[p.Event]) {
				out.Claims++
				if p.Twice {
					out.Twice++
				}
			}
			continue
		}
		if !p.True.Complete || !within(p.True.Start) {
			continue
		}
		i := slices.IndexFunc(out.Modes, func(m Mode) bool { return m.Name == p.True.Mode })
		if i < 0 {
			i = len(out.Modes)
			out.Modes = append(out.Modes, Mode{Name: p.True.Mode})
		}
		out.Modes[i].True++
		if p.Event != "" {
			out.Modes[i].Found++
			out.Claims, out.Right = out.Claims+1, out.Right+1
		}
	}
	slices.SortFunc(out.Modes, func(a, b Mode) int { return compare(a.Name, b.Name) })
	return out
}
