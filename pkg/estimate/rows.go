package estimate

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// rounding is the step of published numbers, barrels a day.
const rounding = 100

// Compute makes one vintage, with the headline at rival values of a and the other bases.
func (e *Estimator) Compute(in Input) Result {
	m, res := e.vintage(in)
	if m.n == 0 {
		return res
	}
	res.Others = e.Others(in)
	for _, a := range e.o.At {
		res.Headline = append(res.Headline, m.headline(a, res.Days[m.n-1].Known))
	}
	return res
}

// Days makes the rows of one vintage, without the rest.
func (e *Estimator) Days(in Input) []Row {
	_, res := e.vintage(in)
	return res.Days
}

func (e *Estimator) vintage(in Input) (*model, Result) {
	m := e.model(in)
	res := Result{NewestFinal: -1, AsOf: in.AsOf.UTC(), Chance: m.e.o.Chance(), Capture: m.capture}
	if m.n == 0 {
		return m, res
	}
	total := e.matrix(m.n)
	m.working = make([]working, m.n)
	seen, inferred := m.addSeen(total, 0)
	res.Days = make([]Row, m.n)
	for t := range m.n {
		r := &res.Days[t]
		r.Date, r.Basis, r.AsOf, r.Health = m.day(t), e.counts, res.AsOf, m.health[t]
		pending, unobserved := m.unseenParts(r, t, total[t])
		r.Day = e.summarise(total[t], 1)
		r.Seen, r.Inferred, r.Pending, r.Unobserved = apportion(r.Day.Mean, seen[t], inferred[t], pending, unobserved)
		r.Account = m.working[t].close()
	}
	m.working = nil
	m.countLifts(res.Days)
	running(total, 7, func(t, days int, sum []float64) { res.Days[t].Week = e.summarise(sum, days) })
	running(total, 28, func(t, days int, sum []float64) {
		res.Days[t].Month, res.Days[t].WindowDays = e.summarise(sum, days), days
	})
	m.judge(&res)
	for _, g := range m.groups {
		s := Stratum{Name: g.name, Lifts: g.q(m), Rate: g.rates[m.n-1].mean}
		for i, age := range [...]int{1, 3, 7, 14, 28, 45, 90} {
			s.Raised[i] = math.Round(g.lag[age]*1e4) / 1e4
		}
		res.Strata = append(res.Strata, s)
	}
	return m, res
}

func (g *group) q(m *model) float64 {
	sum := 0.0
	for _, i := range g.lifts {
		sum += m.in.Lifts[i].Q
	}
	return sum
}

// matrix returns each day's draws, all zero, in the memory of the last vintage where that suffices.
func (e *Estimator) matrix(days int) [][]float64 {
	for len(e.days) < days {
		e.days = append(e.days, make([]float64, e.o.Draws))
	}
	for _, day := range e.days[:days] {
		clear(day)
	}
	return e.days[:days]
}

// unseenParts adds the unseen lifts of a day and divides their mean: pending ones will yet be raised, λ·a·h·(1−F),
// unobserved ones never, λ·(1−a·h). It sets the row's detection probability.
func (m *model) unseenParts(r *Row, t int, into []float64) (pending, unobserved float64) {
	var rate, found float64
	for _, g := range m.groups {
		f := g.rates[m.anchors[t]]
		if f == nil {
			f = m.fit(g, m.anchors[t], 0)
			g.rates[m.anchors[t]] = f
		}
		barrels := m.addUnseen(g, f, t, into)
		later := m.health[t] * (1 - g.raised[t]) * f.meanDetected
		never := f.mean - float64(m.health[t]*f.meanDetected)
		soon, not := 0.0, 0.0
		if later+never > 0 {
			soon, not = barrels*later/(later+never), barrels*never/(later+never)
		}
		pending, unobserved = pending+soon, unobserved+not
		m.working[t].stratum(m.unseen(g, f, t), soon, not)
		rate += f.mean
		found += m.health[t] * g.raised[t] * f.meanDetected
	}
	if rate > 0 {
		r.Detection = found / rate
	}
	return pending, unobserved
}

// countLifts fills Σq of the lifts that touch each day.
func (m *model) countLifts(rows []Row) {
	for _, g := range m.groups {
		for i, shares := range g.shares {
			for _, s := range shares {
				rows[s.day].Lifts += m.in.Lifts[g.lifts[i]].Q
			}
		}
	}
}

// running calls do for each day with the sum of the last n days' draws. Draws are whole barrels, so sums are exact.
func running(total [][]float64, n int, do func(t, days int, sum []float64)) {
	sum := make([]float64, len(total[0]))
	for t, day := range total {
		for j, b := range day {
			sum[j] += b
		}
		if t >= n {
			for j, b := range total[t-n] {
				sum[j] -= b
			}
		}
		do(t, min(t+1, n), sum)
	}
}

// judge gives each row its status. A window in which too little was heard, or whose interval is hardly narrower than
// without any data, is blind; its number rests on the rate of the days that were heard. If there is no such day there
// is no number, only the range up to what the sources could load.
func (m *model) judge(res *Result) {
	for t := range res.Days {
		r := &res.Days[t]
		width := float64(r.Month.P95 - r.Month.P05)
		switch {
		case !m.heard[t] || width > m.e.o.BlindWidth*m.e.priorWidth(r.WindowDays):
			r.Status = Blind
		case m.leastRaised(t) >= m.e.o.FinalShare:
			r.Status = Final
			if r.WindowDays == 28 {
				res.NewestFinal = t
			}
		default:
			r.Status = Provisional
		}
	}
	history := slices.Contains(m.heard, true)
	for t := range res.Days {
		r := &res.Days[t]
		r.Known = history
		if !history {
			open := Interval{P95: m.e.o.Capacity}
			r.Day, r.Week, r.Month = open, open, open
			r.Seen, r.Inferred, r.Pending, r.Unobserved, r.Account = 0, 0, 0, 0, nil
		}
	}
}

// leastRaised is the smallest F of a day in any stratum.
func (m *model) leastRaised(t int) float64 {
	least := 1.0
	for _, g := range m.groups {
		least = min(least, g.raised[t])
	}
	return least
}

// priorWidth is the 90 % width of a mean over n days if nothing at all were known.
func (e *Estimator) priorWidth(n int) float64 {
	if w, ok := e.widths[n]; ok {
		return w
	}
	i := e.Prior(n)
	e.widths[n] = float64(i.P95 - i.P05)
	return e.widths[n]
}

// Prior is what the model says of a mean over n days when nothing at all is known: the prior of the rate, Poisson lifts,
// standard parcels.
func (e *Estimator) Prior(n int) Interval {
	sum, k := make([]float64, e.o.Draws), key("no data")
	for j := range sum {
		r := at(k, j, n)
		rate := r.gamma(e.o.RateShape) / e.o.RateDays
		sum[j] = float64(r.poisson(rate*float64(n))) * meanParcel()
	}
	return e.summarise(sum, n)
}

// headline is the mean over the last 28 days if a were known.
func (m *model) headline(a float64, known bool) Headline {
	h := Headline{A: a, Known: known, Month: Interval{P95: m.e.o.Capacity}}
	if !known {
		return h
	}
	sum := make([]float64, m.e.o.Draws)
	from := window(m.n-1, 28)
	total := make([][]float64, m.n)
	for t := from; t < m.n; t++ {
		total[t] = sum
	}
	m.addSeen(total, from)
	for _, g := range m.groups {
		fits := map[int]*fitted{}
		for t := from; t < m.n; t++ {
			f := fits[m.anchors[t]]
			if f == nil {
				f = m.fit(g, m.anchors[t], a)
				fits[m.anchors[t]] = f
			}
			m.addUnseen(g, f, t, sum)
		}
	}
	h.Month = m.e.summarise(sum, m.n-from)
	return h
}

// summarise gives the mean and percentiles of draws of a sum over some days, a day, rounded.
func (e *Estimator) summarise(sum []float64, days int) Interval {
	e.scratch = append(e.scratch[:0], sum...)
	x, total := e.scratch, 0.0
	for _, b := range x {
		total += b
	}
	low, middle, high := percentiles(x)
	per := func(b float64) vessel.Barrels {
		return vessel.Barrels(math.Round(b/float64(days)/rounding)) * rounding
	}
	return Interval{Mean: per(total / float64(len(x))), P05: per(low), P50: per(middle), P95: per(high)}
}

// percentiles returns the 5th, 50th and 95th percentile and leaves x in another order.
func percentiles(x []float64) (low, middle, high float64) {
	n := len(x)
	i, j, k := rank(0.05, n), rank(0.5, n), rank(0.95, n)
	middle = selectRank(x, 0, n-1, j)
	low, high = middle, middle
	if i < j {
		low = selectRank(x, 0, j-1, i)
	}
	if k > j {
		high = selectRank(x, j+1, n-1, k)
	}
	return low, middle, high
}

// rank is the index of a percentile among n sorted values: the smallest with at least that share at or below it.
func rank(p float64, n int) int { return max(0, min(n-1, int(math.Ceil(p*float64(n)))-1)) }

// selectRank puts the k-th smallest of x[lo..hi] in its place and returns it (Hoare's quickselect, middle pivot).
func selectRank(x []float64, lo, hi, k int) float64 {
	for lo < hi {
		pivot, i, j := x[lo+(hi-lo)/2], lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return x[k]
		}
	}
	return x[k]
}

// apportion rounds four parts so that they sum to the rounded mean: largest remainder, earlier parts first on a tie.
func apportion(mean vessel.Barrels, parts ...float64) (a, b, c, d vessel.Barrels) {
	whole := split(int64(mean/rounding), parts)
	return vessel.Barrels(whole[0]) * rounding, vessel.Barrels(whole[1]) * rounding,
		vessel.Barrels(whole[2]) * rounding, vessel.Barrels(whole[3]) * rounding
}

// Columns are the columns of daily.csv in order.
func Columns() []string {
	return []string{"date", "basis", "mean", "p05", "p50", "p95", "mean_28d", "p05_28d", "p95_28d", "lifts", "seen",
		"inferred", "pending", "unobserved", "detection_probability", "feed_health", "status", "as_of"}
}

// Record writes the row's columns. Where there is no number, means, medians and parts are empty and p05 and p95 give
// the range.
func (r Row) Record() []string {
	number := func(b vessel.Barrels) string {
		if !r.Known {
			return ""
		}
		return strconv.FormatInt(int64(b), 10)
	}
	edge := func(b vessel.Barrels) string { return strconv.FormatInt(int64(b), 10) }
	share := func(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }
	return []string{
		r.Date.Format(time.DateOnly), string(r.Basis),
		number(r.Day.Mean), edge(r.Day.P05), number(r.Day.P50), edge(r.Day.P95),
		number(r.Month.Mean), edge(r.Month.P05), edge(r.Month.P95), share(r.Lifts),
		number(r.Seen), number(r.Inferred), number(r.Pending), number(r.Unobserved),
		share(r.Detection), share(r.Health), string(r.Status), r.AsOf.UTC().Format(time.RFC3339),
	}
}

// row is Row as daily.json has it.
type row struct {
	Date       string          `json:"date"`
	Basis      Basis           `json:"basis"`
	Mean       *vessel.Barrels `json:"mean"`
	P05        vessel.Barrels  `json:"p05"`
	P50        *vessel.Barrels `json:"p50"`
	P95        vessel.Barrels  `json:"p95"`
	Mean7      *vessel.Barrels `json:"mean_7d"`
	P057       vessel.Barrels  `json:"p05_7d"`
	P957       vessel.Barrels  `json:"p95_7d"`
	Mean28     *vessel.Barrels `json:"mean_28d"`
	P0528      vessel.Barrels  `json:"p05_28d"`
	P9528      vessel.Barrels  `json:"p95_28d"`
	WindowDays int             `json:"window_days"`
	Lifts      json.Number     `json:"lifts"`
	Seen       *vessel.Barrels `json:"seen"`
	Inferred   *vessel.Barrels `json:"inferred"`
	Pending    *vessel.Barrels `json:"pending"`
	Unobserved *vessel.Barrels `json:"unobserved"`
	Detection  json.Number     `json:"detection_probability"`
	Health     json.Number     `json:"feed_health"`
	Status     Status          `json:"status"`
	AsOf       time.Time       `json:"as_of"`
}

// MarshalJSON writes the row with the names of daily.csv and the 7-day mean; null where there is no number.
func (r Row) MarshalJSON() ([]byte, error) {
	number := func(b vessel.Barrels) *vessel.Barrels {
		if !r.Known {
			return nil
		}
		return &b
	}
	share := func(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'f', 4, 64)) }
	return json.Marshal(row{
		Date: r.Date.Format(time.DateOnly), Basis: r.Basis,
		Mean: number(r.Day.Mean), P05: r.Day.P05, P50: number(r.Day.P50), P95: r.Day.P95,
		Mean7: number(r.Week.Mean), P057: r.Week.P05, P957: r.Week.P95,
		Mean28: number(r.Month.Mean), P0528: r.Month.P05, P9528: r.Month.P95, WindowDays: r.WindowDays,
		Lifts: share(r.Lifts), Seen: number(r.Seen), Inferred: number(r.Inferred), Pending: number(r.Pending),
		Unobserved: number(r.Unobserved), Detection: share(r.Detection), Health: share(r.Health), Status: r.Status, AsOf: r.AsOf.UTC(),
	})
}

// UnmarshalJSON reads the row back. What is not known is null; amounts out of their range are an error.
func (r *Row) UnmarshalJSON(b []byte) error {
	var x row
	if err := json.Unmarshal(b, &x); err != nil {
		return fmt.Errorf("read row: %w", err)
	}
	day, err := time.Parse(time.DateOnly, x.Date)
	if err != nil || x.WindowDays < 1 || x.WindowDays > 28 || (x.Status != Final && x.Status != Provisional && x.Status != Blind) {
		return fmt.Errorf("read row of %q: a day, a window of 1 to 28 days and a status expected, not %d and %q", x.Date, x.WindowDays, x.Status)
	}
	out := Row{Date: day, Basis: x.Basis, Known: x.Mean != nil, Day: Interval{P05: x.P05, P95: x.P95}, Week: Interval{P05: x.P057, P95: x.P957},
		Month: Interval{P05: x.P0528, P95: x.P9528}, WindowDays: x.WindowDays, Status: x.Status, AsOf: x.AsOf}
	for _, n := range []struct {
		from *vessel.Barrels
		to   *vessel.Barrels
	}{{x.Mean, &out.Day.Mean}, {x.P50, &out.Day.P50}, {x.Mean7, &out.Week.Mean}, {x.Mean28, &out.Month.Mean}, {x.Seen, &out.Seen},
		{x.Inferred, &out.Inferred}, {x.Pending, &out.Pending}, {x.Unobserved, &out.Unobserved}} {
		if (n.from != nil) != out.Known {
			return fmt.Errorf("read row of %s: some numbers are null and others are not", x.Date)
		}
		if n.from != nil {
			*n.to = *n.from
		}
	}
	for _, n := range []struct {
		from json.Number
		to   *float64
		most float64
	}{{x.Lifts, &out.Lifts, mostRead}, {x.Detection, &out.Detection, 1}, {x.Health, &out.Health, 1}} {
		if *n.to, err = n.from.Float64(); err != nil || !within(0, n.most, *n.to) {
			return fmt.Errorf("read row of %s: %q: out of range", x.Date, n.from)
		}
	}
	for _, b := range []vessel.Barrels{out.Day.Mean, out.Day.P05, out.Day.P50, out.Day.P95, out.Week.Mean, out.Week.P05, out.Week.P95,
		out.Month.Mean, out.Month.P05, out.Month.P95, out.Seen, out.Inferred, out.Pending, out.Unobserved} {
		if !within(0, mostRead, float64(b)) {
			return fmt.Errorf("read row of %s: %d barrels: out of range", x.Date, b)
		}
	}
	*r = out
	return nil
}

// Revision is what one vintage said of the 28 days that end with a date.
type Revision struct {
	Date   time.Time
	After  int // whole days from the end of the date to the vintage
	AsOf   time.Time
	Known  bool
	Month  Interval
	Status Status
}

// revisedAfter are the ages at which a date's mean is kept, days: often while it is young, until nothing moves any more.
var revisedAfter = []int{0, 1, 3, 7, 14, 28, 45, 60, 90}

// Revisions remembers how the 28-day mean of each date changed from vintage to vintage, at a few ages. The zero value is
// ready.
type Revisions struct{ all []Revision }

// Add takes in a vintage that was cut at a midnight; others would be of an age between two.
func (r *Revisions) Add(rows []Row) {
	for _, x := range rows {
		age := x.AsOf.Sub(x.Date) - oneDay
		if age%oneDay != 0 || x.WindowDays < 28 || !slices.Contains(revisedAfter, int(age/oneDay)) {
			continue
		}
		r.all = append(r.all, Revision{x.Date, int(age / oneDay), x.AsOf, x.Known, x.Month, x.Status})
	}
}

// Table returns them by date, then age.
func (r *Revisions) Table() []Revision {
	out := slices.Clone(r.all)
	slices.SortStableFunc(out, func(a, b Revision) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return a.After - b.After
	})
	return out
}
