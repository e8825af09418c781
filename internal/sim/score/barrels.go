package score

import (
	"time"

	"github.com/darkwake/darkwake/internal/sim"
)

// LiftTimes is how well the time of a lift is told, over pairs at the lower cut. Hours; null when there is no pair.
type LiftTimes struct {
	P        float64  `json:"p"`
	Pairs    int      `json:"pairs"`
	Median   *float64 `json:"median_error_h"` // of the middle of the window, without sign
	P90      *float64 `json:"p90_error_h"`
	Bias     *float64 `json:"bias_h"` // mean with sign: above zero is claimed late
	Window   *float64 `json:"median_window_h"`
	Captured *float64 `json:"inside"` // share of true loadings that lie in the window from first to last hour
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
}

// Load is some lifts and their barrels.
type Load struct {
	Lifts   int     `json:"lifts"`
	Barrels float64 `json:"bbl"`
}

func (l *Load) add(barrels float64) { l.Lifts, l.Barrels = l.Lifts+1, l.Barrels+barrels }

func scoreTimes(truth, claims []item) LiftTimes {
	out := LiftTimes{P: liftCut}
	var errors, plain, widths []float64
	inside := 0
	for i, j := range pair(truth, claims, nearby).claim {
		if j < 0 || truth[i].excused {
			continue
		}
		late := claims[j].middle().Sub(truth[i].middle()).Hours()
		errors, plain = append(errors, late), append(plain, max(late, -late))
		widths = append(widths, claims[j].to.Sub(claims[j].from).Hours())
		if !claims[j].from.After(truth[i].from) && !claims[j].to.Before(truth[i].to) {
			inside++
		}
	}
	out.Pairs = len(plain)
	out.Median, out.P90, out.Bias, out.Window = quantile(plain, 0.5), quantile(plain, 0.9), mean(errors), quantile(widths, 0.5)
	out.Captured = ratio(inside, out.Pairs)
	return out
}

func scoreParcels(truth, claims []item, p float64) Parcels {
	out := Parcels{P: p}
	pairs := pair(truth, claims, nearby)
	var sizes []float64
	inside := 0
	for i, j := range pairs.claim {
		switch {
		case truth[i].excused:
		case j < 0:
			out.Missed.add(truth[i].barrels)
		default:
			out.Found.add(truth[i].barrels)
			if truth[i].barrels > 0 {
				sizes = append(sizes, claims[j].barrels/truth[i].barrels)
			}
			if claims[j].low <= truth[i].barrels && truth[i].barrels <= claims[j].high {
				inside++
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
	out.Size, out.Inside = mean(sizes), ratio(inside, out.Found.Lifts)
	return out
}

// BarrelScore is how well barrels a day are told.
type BarrelScore struct {
	Last   *Window       `json:"last"`   // the window that ends with the last day, null when that has no number
	Months IntervalScore `json:"months"` // all windows of 28 days; they overlap, so that they are fewer than they look
	Days   IntervalScore `json:"days"`
	Status []StatusScore `json:"status"` // the days by status
	Blind  int           `json:"days_without_number"`
	Apart  int           `json:"days_without_truth"`
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
}

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
		day := window(d.Date, 1, *d.Mean, d.P05, d.P95, lifted)
		daily, status[d.Status] = append(daily, day), append(status[d.Status], day)
		if lifted, ok := meanTruth(truth, d); ok && d.Window == 28 {
			months = append(months, window(d.Date, d.Window, *d.Month, d.MonthP05, d.MonthP95, lifted))
		}
	}
	if out.Apart == len(days) {
		return out, ErrOtherTime
	}
	if last := days[len(days)-1]; last.Month != nil {
		if lifted, ok := meanTruth(truth, last); ok {
			w := window(last.Date, last.Window, *last.Month, last.MonthP05, last.MonthP95, lifted)
			out.Last = &w
		}
	}
	out.Days, out.Months = judge(daily), judge(months)
	for _, name := range []string{"final", "provisional", "blind"} {
		if list := status[name]; len(list) > 0 {
			out.Status = append(out.Status, StatusScore{name, judge(list)})
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

func window(date string, days int, estimate, p05, p95, lifted float64) Window {
	w := Window{Date: date, Days: days, Estimate: estimate, P05: p05, P95: p95, True: lifted, Error: estimate - lifted,
		Inside: p05 <= lifted && lifted <= p95}
	if lifted > 0 {
		relative := w.Error / lifted
		w.Relative = &relative
	}
	return w
}

// judge sums windows up.
func judge(list []Window) IntervalScore {
	var bias, plain, widths, scores []float64
	inside := 0
	for _, w := range list {
		outside := max(w.P05-w.True, w.True-w.P95, 0)
		bias, plain = append(bias, w.Error), append(plain, max(w.Error, -w.Error))
		widths, scores = append(widths, w.P95-w.P05), append(scores, w.P95-w.P05+2/0.1*outside)
		if w.Inside {
			inside++
		}
	}
	return IntervalScore{len(list), mean(bias), mean(plain), ratio(inside, len(list)), mean(widths), mean(scores)}
}
