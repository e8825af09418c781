package score

import (
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
)

func TestBarrels(t *testing.T) {
	number := func(x float64) *float64 { return &x }
	truth := &sim.Truth{}
	var days []Day
	for i := range 30 {
		date := monday.AddDate(0, 0, i).Format(time.DateOnly)
		truth.Days = append(truth.Days, sim.Day{Date: date, Lifted: 1000})
		days = append(days, Day{date, lifted, number(1200), 1100, 1500, number(1100), 900, 1300, min(i+1, 28), "final"})
	}
	days[3].Mean, days[3].Month = nil, nil                                   // a blind day without a number
	days[29].P05 = 800                                                       // holds the truth
	days = append(days, Day{Date: "2031-01-01", Mean: number(1), Window: 1}) // the truth does not know it
	got, err := scoreBarrels(truth, days[:30])
	if err != nil {
		t.Fatal(err)
	}
	if l := got.Last; l == nil || l.True != 1000 || l.Error != 100 || !is(l.Relative, 0.1) || !l.Inside || l.Days != 28 {
		t.Errorf("last: got %+v, want 1,100 for 1,000 of 28 days", l)
	}
	if got.Months.Count != 3 || !is(got.Months.Inside, 1) || !is(got.Months.Bias, 100) {
		t.Errorf("months: got %+v, want 3 windows 100 too high", got.Months)
	}
	// 28 intervals of 400 lie 100 above the truth, one of 700 holds it.
	if d := got.Days; d.Count != 29 || !is(d.Bias, 200) || !is(d.Inside, 1.0/29) || !is(d.Score, (28*(400+20*100)+700)/29.0) {
		t.Errorf("days: got %+v", d)
	}
	if got.Blind != 1 || got.Apart != 0 {
		t.Errorf("left out: got %d blind and %d apart, want 1 and 0", got.Blind, got.Apart)
	}
	if got, err := scoreBarrels(truth, days); err != nil || got.Apart != 1 || got.Last != nil {
		t.Errorf("a day too many: got %d apart, last %+v (%v), want 1 and none", got.Apart, got.Last, err)
	}
}
