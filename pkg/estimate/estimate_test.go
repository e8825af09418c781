package estimate

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var first = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func date(days float64) time.Time { return first.Add(time.Duration(days * float64(oneDay))) }

// small makes tests quick; the number of draws changes luck, not the model.
func small() Options {
	o := Defaults()
	o.Draws = 1000
	return o
}

func liftOn(id int, day, q float64, direct bool) cargo.Lift {
	l := cargo.Lift{ID: fmt.Sprintf("lift-%04d", id), Q: q, Start: date(day), End: date(day + 1.5), Direct: direct, Triangular: direct,
		Barrels: 2_000_000, LogSD: 0.09, Cap: 2_400_000, Fleet: cargo.FleetOther}
	if !direct {
		l.End = date(day + 6)
	}
	return l
}

// steady is a lift every other day, some of them seen loading.
func steady(days int) []cargo.Lift {
	var lifts []cargo.Lift
	for d := 0; d+8 < days; d += 2 {
		lifts = append(lifts, liftOn(d, float64(d), 0.6+0.1*float64(d%4), d%4 == 0))
	}
	return lifts
}

func days(n int, lifts []cargo.Lift) Input {
	return Input{Lifts: lifts, First: first, Last: date(float64(n - 1)), AsOf: date(float64(n)), Health: func(time.Time) float64 { return 1 }}
}

func TestDefaultsAreValid(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("got %v", err)
	}
	o := Defaults()
	o.Draws, o.BlindWidth = 1, 2
	if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "draws") || !strings.Contains(err.Error(), "blind_width") {
		t.Errorf("got %v, want both options named", err)
	}
}

func TestRowsHaveOneADayAndAddUp(t *testing.T) {
	res := Compute(days(90, steady(90)), small())
	if len(res.Days) != 90 || res.Days[0].Date != first || res.Days[89].Date != date(89) {
		t.Fatalf("got %d rows, want one for each of 90 days", len(res.Days))
	}
	for _, r := range res.Days {
		if sum := r.Seen + r.Inferred + r.Pending + r.Unobserved; sum != r.Day.Mean {
			t.Errorf("%s: parts sum to %d, want the mean %d", r.Date.Format(time.DateOnly), sum, r.Day.Mean)
		}
		for name, i := range map[string]Interval{"day": r.Day, "week": r.Week, "month": r.Month} {
			if i.P05 < 0 || i.P05 > i.P50 || i.P50 > i.P95 || i.Mean < i.P05 || i.Mean%100 != 0 || i.P95%100 != 0 {
				t.Errorf("%s %s: got %+v, want rising percentiles in hundreds", r.Date.Format(time.DateOnly), name, i)
			}
		}
		if r.Detection < 0 || r.Detection > 1 || r.Health != 1 || !r.Known {
			t.Errorf("%s: got detection %v, health %v, known %v", r.Date.Format(time.DateOnly), r.Detection, r.Health, r.Known)
		}
	}
	last := res.Days[89]
	if last.Status != Provisional || res.Days[30].Status != Final || res.NewestFinal < 27 || res.NewestFinal > 80 {
		t.Errorf("got last %s, day 30 %s, newest final %d", last.Status, res.Days[30].Status, res.NewestFinal)
	}
	if last.Pending <= 0 || last.Unobserved <= 0 || res.Days[40].Seen <= 0 {
		t.Errorf("got pending %d, unobserved %d, seen %d, want all above zero", last.Pending, last.Unobserved, res.Days[40].Seen)
	}
}

// With a known, the headline must fall as a rises: fewer lifts were missed.
func TestHeadlineFallsWithDetection(t *testing.T) {
	res := Compute(days(120, steady(120)), small())
	if len(res.Headline) != 3 {
		t.Fatalf("got %d headlines, want 3", len(res.Headline))
	}
	for i, h := range res.Headline {
		if i > 0 && h.Month.Mean >= res.Headline[i-1].Month.Mean {
			t.Errorf("a = %v: got %d, want less than at a = %v", h.A, h.Month.Mean, res.Headline[i-1].A)
		}
	}
}

func TestZeroLiftsIsNoConfidentZero(t *testing.T) {
	res := Compute(days(60, nil), small())
	r := res.Days[59]
	if r.Status == Blind || !r.Known {
		t.Fatalf("got %s, want an estimate: the feed was full", r.Status)
	}
	if r.Month.P95 < 30_000 || r.Month.P95 > 300_000 || r.Month.P05 != 0 {
		t.Errorf("got %+v, want 0 to between 30,000 and 300,000", r.Month)
	}
}

func TestBlindDays(t *testing.T) {
	health := func(from, to int, h float64) func(time.Time) float64 {
		return func(d time.Time) float64 {
			if n := int(d.Sub(first) / oneDay); n >= from && n < to {
				return h
			}
			return 1
		}
	}
	for _, c := range []struct {
		trap   string
		health func(time.Time) float64
		day    int
		want   Status
		known  bool
	}{
		{"deaf throughout: a range and no number", health(0, 120, 0.05), 119, Blind, false},
		{"deaf for the last forty days", health(80, 120, 0), 119, Blind, true},
		{"before it went deaf", health(80, 120, 0), 60, Final, true},
		{"deaf for three days", health(100, 103, 0), 103, Provisional, true},
		{"no health given counts as full", nil, 119, Provisional, true},
	} {
		t.Run(c.trap, func(t *testing.T) {
			in := days(120, steady(60))
			in.Health = c.health
			r := Compute(in, small()).Days[c.day]
			if r.Status != c.want || r.Known != c.known {
				t.Errorf("got %s, known %v, want %s, %v", r.Status, r.Known, c.want, c.known)
			}
			if !r.Known && (r.Month.P05 != 0 || r.Month.P95 != Capacity || r.Record()[2] != "" || r.Record()[8] != "17100000") {
				t.Errorf("got %+v and %v, want the range up to capacity and no number", r.Month, r.Record())
			}
		})
	}
}

// Losing a feed widens the interval and never narrows it.
func TestLessHeardIsWider(t *testing.T) {
	width := func(h float64) vessel.Barrels {
		in := days(90, steady(90))
		in.Health = func(time.Time) float64 { return h }
		r := Compute(in, small()).Days[89]
		return r.Month.P95 - r.Month.P05
	}
	if full, half := width(1), width(0.6); half <= full {
		t.Errorf("got a width of %d at health 0.6, want more than %d at 1", half, full)
	}
}

func TestSameLiftTwiceCountsOnce(t *testing.T) {
	lifts := steady(90)
	want := Compute(days(90, lifts), small())
	got := Compute(days(90, append(lifts, lifts...)), small())
	if g, w := bytesOf(t, got), bytesOf(t, want); g != w {
		t.Errorf("got another answer when each lift was given twice")
	}
}

func TestSameBytes(t *testing.T) {
	lifts := steady(90)
	want := bytesOf(t, Compute(days(90, lifts), small()))
	turned := make([]cargo.Lift, 0, len(lifts))
	for i := len(lifts) - 1; i >= 0; i-- {
		turned = append(turned, lifts[i])
	}
	if got := bytesOf(t, Compute(days(90, turned), small())); got != want {
		t.Error("got other bytes with the lifts in another order")
	}
	e := New(small())
	e.Compute(days(60, lifts[:20])) // an earlier vintage must leave no trace
	changed := lifts[3]
	changed.Q = 0.99
	e.Compute(days(80, append(steady(60), changed)))
	if got := bytesOf(t, e.Compute(days(90, lifts))); got != want {
		t.Error("got other bytes from an estimator that was used before")
	}
}

func bytesOf(t *testing.T, r Result) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatalf("encode result: %v", err)
	}
	return string(b)
}

func TestRecordMatchesColumns(t *testing.T) {
	r := Compute(days(60, steady(60)), small()).Days[40]
	if got, want := len(r.Record()), len(Columns()); got != want {
		t.Fatalf("got %d values for %d columns", got, want)
	}
	want := "date,basis,mean,p05,p50,p95,mean_28d,p05_28d,p95_28d,lifts,seen,inferred,pending,unobserved,detection_probability,feed_health,status,as_of"
	if got := strings.Join(Columns(), ","); got != want {
		t.Errorf("got columns %s, want %s", got, want)
	}
	if rec := r.Record(); rec[0] != "2026-02-10" || rec[1] != "lifted" || rec[17] != "2026-03-02T00:00:00Z" {
		t.Errorf("got %v", rec)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"mean_7d":`) || !strings.Contains(string(b), `"feed_health":1.0000`) {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestNoDays(t *testing.T) {
	if got := Compute(Input{First: date(3), Last: date(1), AsOf: date(3)}, small()); len(got.Days) != 0 || got.NewestFinal != -1 {
		t.Errorf("got %d rows and %d, want none and -1", len(got.Days), got.NewestFinal)
	}
}

func TestStrataMergeUntilEachHasEnough(t *testing.T) {
	make12 := func(f cargo.Fleet, outside bool, n int) []cargo.Lift {
		var out []cargo.Lift
		for i := range n {
			l := liftOn(i, float64(i), 1, true)
			l.ID += string(f) + fmt.Sprint(outside)
			l.Fleet, l.Outside = f, outside
			out = append(out, l)
		}
		return out
	}
	for _, c := range []struct {
		trap  string
		lifts []cargo.Lift
		want  string
	}{
		{"none at all", nil, "all"},
		{"few", make12(cargo.FleetOther, false, 7), "all"},
		{"one fleet with many, the rest with none", make12(cargo.FleetOther, false, 12), "all"},
		{"two fleets with many", append(make12(cargo.FleetIran, false, 12), make12(cargo.FleetOther, false, 12)...),
			"iran_flag/inside+iran_flag/outside+listed_foreign/inside+listed_foreign/outside|other/inside+other/outside"},
	} {
		t.Run(c.trap, func(t *testing.T) {
			var names []string
			members, lifts := 0, 0
			for _, s := range stratify(c.lifts, date(30), Defaults()) {
				names = append(names, s.name())
				members += len(s.members)
				lifts += len(s.lifts)
			}
			if got := strings.Join(names, "|"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if members != 6 || lifts != len(c.lifts) {
				t.Errorf("got %d members and %d lifts, want 6 and %d", members, lifts, len(c.lifts))
			}
		})
	}
}

func TestApportionSumsToTheMean(t *testing.T) {
	for _, c := range []struct {
		mean  vessel.Barrels
		parts [4]float64
	}{{0, [4]float64{}}, {300, [4]float64{1, 1, 1, 1}}, {1_234_500, [4]float64{1e6, 2e5, 3.3e4, 1.7}}, {100, [4]float64{0, 0, 0, 0}}, {700, [4]float64{0, 0, 0, 650}}} {
		a, b, x, d := apportion(c.mean, c.parts[:]...)
		if a+b+x+d != c.mean || a < 0 || b < 0 || x < 0 || d < 0 {
			t.Errorf("apportion %d over %v: got %d, %d, %d, %d", c.mean, c.parts, a, b, x, d)
		}
	}
}

func TestPercentilesAgreeWithSorting(t *testing.T) {
	for _, n := range []int{1, 2, 3, 19, 20, 21, 1000} {
		x := make([]float64, n)
		s := at(key("percentiles"), n, 0)
		for i := range x {
			x[i] = math.Floor(s.uniform() * 50)
		}
		sorted := append([]float64(nil), x...)
		for i := range sorted {
			for j := i; j > 0 && sorted[j] < sorted[j-1]; j-- {
				sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
			}
		}
		low, middle, high := percentiles(x)
		if low != sorted[rank(0.05, n)] || middle != sorted[rank(0.5, n)] || high != sorted[rank(0.95, n)] {
			t.Errorf("%d values: got %v, %v, %v", n, low, middle, high)
		}
	}
}

func TestRandomNumbersHaveTheirMoments(t *testing.T) {
	const n = 200_000
	o := Defaults()
	o.DetectA, o.DetectB = 6, 4
	prior := newPosterior(o, 0, nil)
	for _, c := range []struct {
		name           string
		draw           func(*stream) float64
		mean, variance float64
	}{
		{"uniform", (*stream).uniform, 0.5, 1.0 / 12},
		{"normal", (*stream).normal, 0, 1},
		{"gamma 0.5", func(s *stream) float64 { return s.gamma(0.5) }, 0.5, 0.5},
		{"gamma 7.3", func(s *stream) float64 { return s.gamma(7.3) }, 7.3, 7.3},
		{"a without lifts or exposure", func(s *stream) float64 { return prior.draw(0, s.uniform()) }, 0.6, 24.0 / 1100},
		{"poisson 0.4", func(s *stream) float64 { return float64(s.poisson(0.4)) }, 0.4, 0.4},
		{"poisson 75", func(s *stream) float64 { return float64(s.poisson(75)) }, 75, 75},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sum, square float64
			for i := range n {
				s := at(key(c.name), i, 3)
				x := c.draw(&s)
				sum += x
				square += x * x
			}
			mean := sum / n
			variance := square/n - mean*mean
			if math.Abs(mean-c.mean) > 5*math.Sqrt(c.variance/n) || math.Abs(variance/c.variance-1) > 0.05 {
				t.Errorf("got mean %.4f and variance %.4f, want %.4f and %.4f", mean, variance, c.mean, c.variance)
			}
		})
	}
}

func TestLagStartValues(t *testing.T) {
	l := DefaultLag()
	for _, c := range []struct {
		trap   string
		days   float64
		direct float64
		want   float64
	}{
		{"half of those seen loading at 1.3 days", 1.3, 1, 0.5},
		{"half of the dark ones at 20 days", 20, 0, 0.5},
		{"80 % of the dark ones at 45 days", 45, 0, 0.8},
		{"nothing before it happened", -1, 0.5, 0},
	} {
		t.Run(c.trap, func(t *testing.T) {
			if got := l.mixture(time.Duration(c.days*float64(oneDay)), c.direct); math.Abs(got-c.want) > 0.001 {
				t.Errorf("got %.4f, want %.4f", got, c.want)
			}
		})
	}
}

func BenchmarkCompute(b *testing.B) {
	e := New(Defaults())
	in := days(365, steady(365))
	var r Result
	for b.Loop() {
		r = e.Compute(in)
	}
	if last := r.Days[364].Month; last.Mean < 500_000 || last.Mean > 3_000_000 || last.P05 >= last.P95 {
		b.Fatalf("got %+v", last)
	}
}

// Once a halt is called the rate begins anew: barrels follow within days, days before it keep theirs, and oil at sea goes on.
func TestBarrelsFollowAHalt(t *testing.T) {
	const began, n = 100, 130
	in := days(n, raisedAfter(steady(began), 3))
	before := Compute(in, small())
	in.Halted = func(day time.Time) float64 {
		if day.Before(date(began)) {
			return 0.02
		}
		return 0.98
	}
	after := Compute(in, small())
	if old, now := before.Days[n-1].Day.Mean, after.Days[n-1].Day.Mean; float64(now) > 0.25*float64(old) {
		t.Errorf("a month into a halt: got %d barrels a day, without the call %d", now, old)
	}
	if old, now := before.Days[began-2].Day.Mean, after.Days[began-2].Day.Mean; now < old || float64(now) > 1.4*float64(old) {
		t.Errorf("two days before it, not diluted by the days since: got %d barrels a day, without the call %d", now, old)
	}
	if _, high := after.Days[n-1].Month.P05, after.Days[n-1].Month.P95; high == 0 {
		t.Error("got a confident zero")
	}
	for i, r := range after.Others {
		if r != before.Others[i] {
			t.Fatalf("%s of %s: got %v, without the call %v", r.Basis, r.Date, r.Day, before.Others[i].Day)
		}
	}
}
