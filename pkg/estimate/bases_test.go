package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The delays of young lifts are cut short by the present. Reverse-time hazards learn them all the same, and an average
// over what was raised would not.
func TestLagIsLearnedFromTheTriangle(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	var l ladder
	short, all := 0.0, 0.0
	for day := range 200 {
		for range 20 {
			delay, age := 30*math.Exp(0.5*r.NormFloat64()), 200-float64(day)
			if delay > age {
				continue
			}
			l.add(1, time.Duration(delay*float64(oneDay)), time.Duration(age*float64(oneDay)))
			all++
			if delay <= 30 {
				short++
			}
		}
	}
	f := l.learn(DefaultLag().start(), 4)
	for _, c := range []struct{ days, want float64 }{{10, 0.014}, {20, 0.209}, {30, 0.5}, {45, 0.791}, {80, 0.975}} {
		if got := f.at(time.Duration(c.days * float64(oneDay))); math.Abs(got-c.want) > 0.03 {
			t.Errorf("raised at %v days: got %.3f, want %.3f", c.days, got, c.want)
		}
	}
	if naive := short / all; naive < 0.53 {
		t.Errorf("the test would not notice: of those raised %.2f took at most 30 days, want more than the true half", naive)
	}
	for k := range reach {
		if f[k] > f[k+1] || f[k] < 0 || f[k+1] > 1 {
			t.Fatalf("raised at %d and %d days: got %v and %v, want a share that rises", k, k+1, f[k], f[k+1])
		}
	}
}

// With nothing seen the start values hold, and four lifts weigh as much as they.
func TestLagBeginsAtItsStartValues(t *testing.T) {
	start := DefaultLag().start()
	var l ladder
	if got := *l.learn(start, 4); func() bool {
		for k := 1; k <= reach; k++ {
			if math.Abs(got[k]-start[k]) > 1e-9 {
				return true
			}
		}
		return false
	}() {
		t.Error("an empty ladder changes the start values")
	}
	for range 4 {
		l.add(1, 2*oneDay+oneDay/2, 200*oneDay)
	}
	if got, want := l.learn(start, 4).at(3*oneDay), (start.at(3*oneDay)+start[reach])/2; math.Abs(got-want) > 0.01 {
		t.Errorf("raised at 3 days: got %.3f, want %.3f, half way from the start value to all", got, want)
	}
}

// raisedAfter gives every lift the same delay from the middle of its window.
func raisedAfter(lifts []cargo.Lift, days float64) []cargo.Lift {
	for i := range lifts {
		l := &lifts[i]
		l.Raised = l.Start.Add(l.End.Sub(l.Start) / 2).Add(time.Duration(days * float64(oneDay)))
	}
	return lifts
}

// A day is final when every stratum is known, not when their mean is.
func TestFinalWaitsForEveryStratum(t *testing.T) {
	var quick, slow []cargo.Lift
	for d := range 100 {
		l := liftOn(d, float64(d), 1, true)
		l.Fleet = cargo.FleetIran
		quick = append(quick, l)
		if d < 70 {
			l = liftOn(1000+d, float64(d), 1, true)
			slow = append(slow, l)
		}
	}
	res := Compute(days(102, append(raisedAfter(quick, 1), raisedAfter(slow, 30)...)), small())
	if len(res.Strata) != 2 {
		t.Fatalf("got %d strata, want 2", len(res.Strata))
	}
	if a, b := res.Strata[0].Raised, res.Strata[1].Raised; a[2] < 0.9 || b[2] > 0.2 || b[5] < 0.8 {
		t.Errorf("raised at 7 days: got %.2f and %.2f; at 45 %.2f: want the one quick, the other slow", a[2], b[2], b[5])
	}
	if res.Days[85].Status != Provisional || res.Days[60].Status != Final {
		t.Errorf("16 days ago %s, 41 days ago %s: want provisional and final", res.Days[85].Status, res.Days[60].Status)
	}
}

func TestBlindDaysTeachNoLag(t *testing.T) {
	lifts := raisedAfter(steady(200), 3)
	blind := days(200, lifts)
	blind.Health = func(d time.Time) float64 {
		if d.Before(date(100)) {
			return 1
		}
		return 0
	}
	later := make([]cargo.Lift, len(lifts))
	copy(later, lifts)
	for i := range later { // what is said of blind days must not matter
		if later[i].Start.After(date(140)) {
			later[i].Raised = later[i].Raised.Add(20 * oneDay)
		}
	}
	e := New(small())
	e.Days(blind)
	want := *e.lag
	blind.Lifts = later
	e.Days(blind)
	if *e.lag != want {
		t.Error("lifts of blind days moved the lag")
	}
	blind.Health = nil
	e.Days(blind)
	if *e.lag == want {
		t.Error("the test would not notice: the same lifts on heard days move nothing")
	}
}

// lists marks lifts as found at the source, far away, or both.
func lists(n int, origin, far func(i int) bool) []cargo.Lift {
	var out []cargo.Lift
	for i := range n {
		l := liftOn(i, float64(i)*180/float64(n), 1, origin(i))
		if origin(i) {
			l.Origin = l.End
		}
		if far(i) {
			l.Far = l.End.Add(25 * oneDay)
		}
		if origin(i) || far(i) {
			out = append(out, l)
		}
	}
	return out
}

func TestTwoListsBoundWhatIsFound(t *testing.T) {
	e := New(small())
	third := func(i int) bool { return i%3 == 0 }
	fifth := func(i int) bool { return i%5 < 2 }
	c := e.captured(lists(120, third, fifth), date(275), 1)
	// A third and two fifths, independent of each other: 0.6 of all are found. The bound is no lower than a dependence of
	// odds 1 to 4 makes it.
	if !c.Used || math.Abs(c.Both-16) > 1 || c.P95 < 0.55 || c.P50 > 0.6 || c.P05 < 0.2 || c.P05 > c.P50 {
		t.Errorf("got %+v, want a bound below 0.6", c)
	}
	if few := e.captured(lists(60, third, fifth), date(275), 1); few.Used || few.Says == "" || few.P50 != 0 {
		t.Errorf("eight on both lists: got %+v, want the prior only, and a word", few)
	}
	if young := e.captured(lists(120, third, fifth), date(120), 1); young.Used {
		t.Errorf("before the far side had its time: got %+v, want the prior only", young)
	}
	mean := func(o Options, c *Capture) float64 {
		p, sum := newPosterior(o, 0, c), 0.0
		for i := range 100 {
			sum += p.draw(0, (float64(i)+0.5)/100) / 100
		}
		return sum
	}
	if free, bound := mean(Defaults(), nil), mean(Defaults(), c); bound > free-0.05 {
		t.Errorf("mean of a: got %.2f with the bound and %.2f without, want less", bound, free)
	}
	// An upper bound never raises a.
	certain := e.captured(lists(120, func(int) bool { return true }, func(int) bool { return true }), date(275), 1)
	if free, bound := mean(Defaults(), nil), mean(Defaults(), certain); !certain.Used || bound > free+1e-9 {
		t.Errorf("mean of a: got %.3f where both lists hold everything and %.3f without, want no more", bound, free)
	}
}

// Each lot leaves once, on the day on which it was seen to leave; discharges have rows only where they are looked for.
func TestOtherBases(t *testing.T) {
	lifts := steady(120)
	seen := 0.0
	for i := range lifts {
		if i%2 == 0 {
			out := lifts[i].End.Add(3 * oneDay)
			lifts[i].Exited = &out
			seen += lifts[i].Q
		}
	}
	in := days(120, append(lifts, lifts...)) // a lift that is stated twice leaves once
	res := Compute(in, small())
	if len(res.Others) != 120 {
		t.Fatalf("got %d rows, want 120 of exited alone", len(res.Others))
	}
	sum := 0.0
	for i, r := range res.Others {
		if r.Basis != Exited || !r.Date.Equal(res.Days[i].Date) || r.Seen+r.Inferred+r.Pending+r.Unobserved != r.Day.Mean {
			t.Errorf("%s: got %s with parts that sum to %d, mean %d", r.Date, r.Basis, r.Seen+r.Inferred+r.Pending+r.Unobserved, r.Day.Mean)
		}
		sum += r.Lifts
	}
	if math.Abs(sum-seen) > 1e-9 {
		t.Errorf("got %v lifts that left, want %v", sum, seen)
	}
	// As many leave as are loaded, although half of the exits were not seen.
	if got, want := float64(res.Others[80].Month.Mean), float64(res.Days[80].Month.Mean); math.Abs(math.Log(got/want)) > 0.35 {
		t.Errorf("got %.0f b/d exited and %.0f lifted, want about the same", got, want)
	}
	in.Discharges = []Discharge{}
	for _, l := range lifts[:40] {
		for range 2 {
			in.Discharges = append(in.Discharges, Discharge{LotID: l.ID, Time: l.End.Add(30 * oneDay), Barrels: 1_000_000, Q: l.Q})
		}
	}
	ends := Compute(in, small()).Others[120:]
	total := vessel.Barrels(0)
	for _, r := range ends {
		total += r.Seen
		if r.Basis != Discharged {
			t.Fatalf("got basis %s, want discharged", r.Basis)
		}
	}
	want := 0.0
	for _, d := range in.Discharges {
		if d.Time.Before(date(120)) {
			want += d.Q * float64(d.Barrels)
		}
	}
	if math.Abs(float64(total)/want-1) > 0.05 {
		t.Errorf("got %d barrels seen to be discharged, want about %.0f: two halves of each lot", total, want)
	}
	in.Discharges = []Discharge{}
	if rows := Compute(in, small()).Others; len(rows) != 240 || rows[239].Lifts != 0 {
		t.Errorf("no discharge found: got %d rows, want rows all the same", len(rows))
	}
}

// Losing a feed, or interference, lowers the health of days: the interval widens and the number does not fall, whatever
// the lifts.
func TestLessHeardNeverNarrowsOrFalls(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	o := Defaults()
	o.Draws = 1500
	for range 15 {
		var lifts []cargo.Lift
		rate := 0.2 + r.Float64()
		for d := 0.0; d < 118; d += r.ExpFloat64() / rate {
			lifts = append(lifts, liftOn(len(lifts), d, 0.3+0.7*r.Float64(), r.Float64() < 0.5))
		}
		full, from, to, left := 0.6+0.4*r.Float64(), 60+r.Float64()*50, 0.0, r.Float64()
		to = from + 30*r.Float64()
		month := func(factor float64) Interval {
			in := days(120, lifts)
			in.Health = func(d time.Time) float64 {
				if d.Before(date(from)) || d.After(date(to)) {
					return full
				}
				return full * factor
			}
			return New(o).Days(in)[119].Month
		}
		a, b := month(1), month(left)
		if wide, narrow := b.P95-b.P05, a.P95-a.P05; float64(wide) < 0.98*float64(narrow) || float64(b.Mean) < 0.99*float64(a.Mean) {
			t.Errorf("health %.2f times %.2f for days %.0f to %.0f: got %+v, want no narrower and no lower than %+v", full, left, from, to, b, a)
		}
	}
}

func TestRevisionsAreTold(t *testing.T) {
	e := New(small())
	var kept Revisions
	lifts := steady(100)
	for n := 20; n <= 100; n++ {
		kept.Add(e.Days(days(n, lifts[:n/2-4])))
	}
	partly := days(100, lifts)
	partly.AsOf = partly.AsOf.Add(7 * time.Hour)
	before := len(kept.all)
	kept.Add(e.Days(partly))
	if len(kept.all) != before {
		t.Error("a vintage of no midnight was kept")
	}
	table := kept.Table()
	ages := map[string]int{}
	for i, r := range table {
		ages[r.Date.Format(time.DateOnly)]++
		if i > 0 && (r.Date.Before(table[i-1].Date) || r.Date.Equal(table[i-1].Date) && r.After <= table[i-1].After) {
			t.Fatalf("row %d is out of order", i)
		}
		if got := r.AsOf.Sub(r.Date).Hours()/24 - 1; got != float64(r.After) {
			t.Errorf("%s as of %s: said to be %d days after", r.Date, r.AsOf, r.After)
		}
	}
	if ages["2026-02-10"] != 7 || ages["2026-01-20"] != 0 || ages["2026-04-10"] != 1 {
		t.Errorf("got %d, %d and %d rows for the 10th of February, a date without 28 days, and the last, want 7, 0 and 1", ages["2026-02-10"], ages["2026-01-20"], ages["2026-04-10"])
	}
}
