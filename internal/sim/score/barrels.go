package score

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// TimeError is how well one end of a kind of thing is told in time, over all pairs whatever the probability of the
// claim. Hours; null when there is no pair. Ends that had not come when the world ended are left out.
type TimeError struct {
	Name   string   `json:"name"`
	Pairs  int      `json:"pairs"`
	Median *float64 `json:"median_error_h"` // without sign
	P90    *float64 `json:"p90_error_h"`
	Bias   *float64 `json:"bias_h"` // mean with sign: above zero is claimed late

	late []float64
}

// timeError sums up by how many hours claims come late.
func timeError(name string, late []float64) TimeError {
	plain := make([]float64, len(late))
	for i, h := range late {
		plain[i] = max(h, -h)
	}
	return TimeError{name, len(late), quantile(plain, 0.5), quantile(plain, 0.9), mean(late), late}
}

// scoreEnds judges the begins and the ends of overlapping pairs.
func scoreEnds(begin, end string, truth, claims []item) []TimeError {
	var begins, ends []float64
	for i, j := range pair(truth, claims, overlapping).claim {
		if j < 0 || truth[i].excused {
			continue
		}
		begins = append(begins, claims[j].from.Sub(truth[i].from).Hours())
		if !truth[i].open && !claims[j].open {
			ends = append(ends, claims[j].to.Sub(truth[i].to).Hours())
		}
	}
	return []TimeError{timeError(begin, begins), timeError(end, ends)}
}

// LiftTimes is how well the time of a lift is told, over pairs at the lower cut: of the middle of the window, and of the
// window itself.
type LiftTimes struct {
	P float64 `json:"p"`
	TimeError
	Window   *float64 `json:"median_window_h"`
	Captured *float64 `json:"inside"` // share of true loadings that lie in the window from first to last hour

	widths   []float64
	captured int
}

func scoreTimes(truth, claims []item) LiftTimes {
	out := LiftTimes{P: liftCut}
	var late []float64
	for i, j := range pair(truth, claims, nearby).claim {
		if j < 0 || truth[i].excused {
			continue
		}
		late = append(late, claims[j].middle().Sub(truth[i].middle()).Hours())
		out.widths = append(out.widths, claims[j].to.Sub(claims[j].from).Hours())
		if !claims[j].from.After(truth[i].from) && !claims[j].to.Before(truth[i].to) {
			out.captured++
		}
	}
	out.TimeError = timeError("lift, middle of the window", late)
	return out.plus(LiftTimes{})
}

// plus adds the pairs of two runs.
func (l LiftTimes) plus(o LiftTimes) LiftTimes {
	l.TimeError = timeError(l.Name, slices.Concat(l.late, o.late))
	l.widths, l.captured = slices.Concat(l.widths, o.widths), l.captured+o.captured
	l.Window, l.Captured = quantile(l.widths, 0.5), ratio(l.captured, l.Pairs)
	return l
}

// Parcels is what the lifts claimed at a cut add up to.
type Parcels struct {
	P        float64 `json:"p"`
	Found    Load    `json:"found"`    // true barrels
	Missed   Load    `json:"missed"`   // true barrels
	Double   Load    `json:"double"`   // claimed barrels, of a lift that another claim stands for
	Invented Load    `json:"invented"` // claimed barrels, of nothing
	// Size is the mean of claimed over true barrels of a cargo found, and Inside the share of its 90 % intervals
	// that hold the true size.
	Size   *float64 `json:"size_ratio"`
	Inside *float64 `json:"inside"`

	sizes  []float64
	inside int
}

// Load is some lifts and their barrels.
type Load struct {
	Lifts   int     `json:"lifts"`
	Barrels float64 `json:"bbl"`
}

func (l Load) plus(o Load) Load { return Load{l.Lifts + o.Lifts, l.Barrels + o.Barrels} }

func (l *Load) add(barrels float64) { l.Lifts, l.Barrels = l.Lifts+1, l.Barrels+barrels }

func scoreParcels(truth, claims []item, p float64) Parcels {
	out := Parcels{P: p}
	pairs := pair(truth, claims, nearby)
	for i, j := range pairs.claim {
		switch {
		case truth[i].excused:
		case j < 0:
			out.Missed.add(truth[i].barrels)
		default:
			out.Found.add(truth[i].barrels)
			if truth[i].barrels > 0 {
				out.sizes = append(out.sizes, claims[j].barrels/truth[i].barrels)
			}
			if claims[j].low <= truth[i].barrels && truth[i].barrels <= claims[j].high {
				out.inside++
			}
		}
	}
	for _, j := range pairs.leftOver(truth) {
		if pairs.near[j] >= 0 {
			out.Double.add(claims[j].barrels)
		} else {
			out.Invented.add(claims[j].barrels)
		}
	}
	return out.plus(Parcels{})
}

// plus adds the cargoes of two runs.
func (p Parcels) plus(o Parcels) Parcels {
	p.Found, p.Missed = p.Found.plus(o.Found), p.Missed.plus(o.Missed)
	p.Double, p.Invented = p.Double.plus(o.Double), p.Invented.plus(o.Invented)
	p.sizes, p.inside = slices.Concat(p.sizes, o.sizes), p.inside+o.inside
	p.Size, p.Inside = mean(p.sizes), ratio(p.inside, p.Found.Lifts)
	return p
}

// LiftPair is a true lift, a claimed one, or both when one stands for the other.
type LiftPair struct {
	True  *sim.Lift // nil for a claim of nothing, or of what another claim stands for
	Event string    // id of the claim; empty for a lift that was missed
	P     float64
	Twice bool // the claim counts a lift that another one stands for
}

// PairLifts lists true lifts with the claims that stand for them, and then the claims that are left over. Claims count
// from the probability at which they enter the ledger.
func PairLifts(t *sim.Truth, o Output) []LiftPair {
	truth, said := lifts(t), reaching(claims(o.Events, event.Lift, t.End), liftCut)
	pairs := pair(truth, said, nearby)
	var out []LiftPair
	for i, j := range pairs.claim {
		if i >= len(t.Lifts) {
			break // blends
		}
		p := LiftPair{True: &t.Lifts[i]}
		if j >= 0 {
			p.Event, p.P = said[j].id, said[j].p
		}
		out = append(out, p)
	}
	for _, j := range pairs.leftOver(truth) {
		out = append(out, LiftPair{Event: said[j].id, P: said[j].p, Twice: pairs.near[j] >= 0})
	}
	return out
}

// BarrelScore is how well barrels a day are told.
type BarrelScore struct {
	Last    *Window       `json:"last"`    // the window that ends with the last day, null when that has no number
	Final   *Window       `json:"final"`   // the newest of 28 days whose last day is final, null when there is none
	Nowcast IntervalScore `json:"nowcast"` // the window that ends with the last day, of each run
	Settled IntervalScore `json:"settled"` // the newest final window of 28 days, of each run that has one
	Months  IntervalScore `json:"months"`  // all windows of 28 days; they overlap, so that they are fewer than they look
	Days    IntervalScore `json:"days"`
	Status  []StatusScore `json:"status"` // the days by status
	Blind   int           `json:"days_without_number"`
	Apart   int           `json:"days_without_truth"`
}

// Window is the mean of some days against the truth of the same days, in barrels a day.
type Window struct {
	Date     string   `json:"date"` // the last day
	Days     int      `json:"days"`
	Estimate float64  `json:"estimate"`
	P05      float64  `json:"p05"`
	P95      float64  `json:"p95"`
	True     float64  `json:"true"`
	Error    float64  `json:"error"`          // estimate − true
	Relative *float64 `json:"relative_error"` // of the truth, null when that is zero
	Inside   bool     `json:"inside"`
}

// IntervalScore judges estimates with 90 % intervals, in barrels a day.
type IntervalScore struct {
	Count  int      `json:"count"`
	Bias   *float64 `json:"bias"`           // mean of estimate − true
	Error  *float64 `json:"mean_abs_error"` // mean without sign
	Inside *float64 `json:"inside"`         // share of intervals that hold the truth; 0.9 is meant
	Width  *float64 `json:"mean_width"`
	// Score is the mean of width + 20 × what the truth lies outside by: less is better, and neither wide nor missed
	// intervals pay (Gneiting & Raftery 2007, section 6.2, with α = 0.1).
	Score *float64 `json:"interval_score"`
	// Climatology is what the score would be if every interval went from the 5th to the 95th percentile of the very truths
	// in the list: a forecaster who knows how things go in this world, but nothing of what happens. It is hard to
	// beat, because nobody could have known it. Null below 20 intervals.
	Climatology *float64 `json:"climatology_score"`

	list []Window
}

// leastClimate is from how many intervals on their truths have percentiles.
const leastClimate = 20

// StatusScore is the score of days of one status.
type StatusScore struct {
	Status string `json:"status"`
	IntervalScore
}

func scoreBarrels(t *sim.Truth, days []Day) (BarrelScore, error) {
	truth := map[string]float64{}
	for _, d := range t.Days {
		truth[d.Date] = float64(d.Lifted)
	}
	var out BarrelScore
	var daily, months []Window
	status := map[string][]Window{}
	for _, d := range days {
		lifted, known := truth[d.Date]
		switch {
		case !known:
			out.Apart++
			continue
		case d.Mean == nil || d.Month == nil:
			out.Blind++
			continue
		}
		day := NewWindow(d.Date, 1, *d.Mean, d.P05, d.P95, lifted)
		daily, status[d.Status] = append(daily, day), append(status[d.Status], day)
		if lifted, ok := meanTruth(truth, d); ok && d.Window == 28 {
			month := NewWindow(d.Date, d.Window, *d.Month, d.MonthP05, d.MonthP95, lifted)
			months = append(months, month)
			if d.Status == "final" {
				out.Final = &month
			}
		}
	}
	if out.Apart == len(days) {
		return out, ErrOtherTime
	}
	if last := days[len(days)-1]; last.Month != nil {
		if lifted, ok := meanTruth(truth, last); ok {
			w := NewWindow(last.Date, last.Window, *last.Month, last.MonthP05, last.MonthP95, lifted)
			out.Last = &w
		}
	}
	out.Nowcast, out.Settled = Judge(listed(out.Last)), Judge(listed(out.Final))
	out.Days, out.Months = Judge(daily), Judge(months)
	for _, name := range statuses {
		if list := status[name]; len(list) > 0 {
			out.Status = append(out.Status, StatusScore{name, Judge(list)})
		}
	}
	return out, nil
}

// meanTruth is the mean of the true days of a row's window; not ok when the truth does not know them all.
func meanTruth(truth map[string]float64, d Day) (float64, bool) {
	last, err := time.Parse(time.DateOnly, d.Date)
	if err != nil || d.Window < 1 {
		return 0, false
	}
	sum := 0.0
	for n := range d.Window {
		barrels, ok := truth[last.AddDate(0, 0, -n).Format(time.DateOnly)]
		if !ok {
			return 0, false
		}
		sum += barrels
	}
	return sum / float64(d.Window), true
}

// NewWindow holds a mean with its 90 % interval against the truth, barrels a day.
func NewWindow(date string, days int, estimate, p05, p95, lifted float64) Window {
	w := Window{Date: date, Days: days, Estimate: estimate, P05: p05, P95: p95, True: lifted, Error: estimate - lifted,
		Inside: p05 <= lifted && lifted <= p95}
	if lifted > 0 {
		relative := w.Error / lifted
		w.Relative = &relative
	}
	return w
}

func listed(w *Window) []Window {
	if w == nil {
		return nil
	}
	return []Window{*w}
}

// Judge sums windows up.
func Judge(list []Window) IntervalScore {
	var bias, plain, widths, scores, truths, climate []float64
	inside := 0
	for _, w := range list {
		bias, plain = append(bias, w.Error), append(plain, max(w.Error, -w.Error))
		widths, scores = append(widths, w.P95-w.P05), append(scores, intervalScore(w.P05, w.P95, w.True))
		truths = append(truths, w.True)
		if w.Inside {
			inside++
		}
	}
	if low, high := quantile(truths, 0.05), quantile(truths, 0.95); len(list) >= leastClimate {
		for _, x := range truths {
			climate = append(climate, intervalScore(*low, *high, x))
		}
	}
	return IntervalScore{len(list), mean(bias), mean(plain), ratio(inside, len(list)), mean(widths), mean(scores), mean(climate), list}
}

// intervalScore is the width of a 90 % interval and 20 times what the truth lies outside by.
func intervalScore(low, high, truth float64) float64 {
	return high - low + 2/0.1*max(low-truth, truth-high, 0)
}

// plus adds the windows of two runs.
func (s IntervalScore) plus(o IntervalScore) IntervalScore {
	return Judge(slices.Concat(s.list, o.list))
}

// plus adds the days of two runs. No single window is the last of both.
func (s BarrelScore) plus(o BarrelScore) BarrelScore {
	out := BarrelScore{Nowcast: s.Nowcast.plus(o.Nowcast), Settled: s.Settled.plus(o.Settled), Months: s.Months.plus(o.Months),
		Days: s.Days.plus(o.Days), Blind: s.Blind + o.Blind, Apart: s.Apart + o.Apart}
	for _, name := range statuses {
		sum := IntervalScore{}
		for _, st := range slices.Concat(s.Status, o.Status) {
			if st.Status == name {
				sum = sum.plus(st.IntervalScore)
			}
		}
		if sum.Count > 0 {
			out.Status = append(out.Status, StatusScore{name, sum})
		}
	}
	return out
}

// statuses are those of a day in the daily estimate, in the order in which they are listed.
var statuses = []string{"final", "provisional", "blind"}
