package score

import (
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// Cause is how the true silences of one cause were told. The last row, without a cause, has the gap events to which
// no true silence belongs: the ship spoke and was not heard, or the times differ too much.
type Cause struct {
	Name        string   `json:"cause"`
	Count       int      `json:"count"`
	Told        int      `json:"told"`           // a gap event belongs to it
	Named       int      `json:"named"`          // and gives the cause more than any other
	Unknown     int      `json:"unknown"`        // or says that it does not know
	Stated      []Stated `json:"stated"`         // the likeliest causes of the told ones, in order of name
	P           *float64 `json:"mean_p"`         // mean probability that told ones gave to the true cause
	SwitchedOff *float64 `json:"p_switched_off"` // mean probability that told ones gave to switched off

	own, off []float64
}

// Stated is how often a cause was said to be the likeliest.
type Stated struct {
	Cause string `json:"cause"`
	Count int    `json:"count"`
}

// scoreCauses tells how the silences of each cause were explained. What is excused does not count.
func scoreCauses(truth, gaps []item) []Cause {
	pairs := pair(truth, gaps, overlapping)
	causes := map[string]*Cause{}
	cause := func(name string) *Cause {
		if causes[name] == nil {
			causes[name] = &Cause{Name: name}
		}
		return causes[name]
	}
	for i, t := range truth {
		if t.excused {
			continue
		}
		c := cause(t.mode)
		c.Count++
		if j := pairs.claim[i]; j >= 0 {
			c.tell(gaps[j])
		}
	}
	rest := cause("")
	for _, j := range pairs.leftOver(truth) {
		rest.tell(gaps[j])
	}
	return causesOf(causes)
}

// causesOf lists causes by name, the nameless last.
func causesOf(causes map[string]*Cause) []Cause {
	var out []Cause
	for _, name := range append(slices.Sorted(maps.Keys(causes))[1:], "") {
		c := *causes[name]
		c.SwitchedOff = mean(c.off)
		if name != "" {
			c.P = mean(c.own)
		}
		out = append(out, c)
	}
	return out
}

// tell notes what a gap event says.
func (c *Cause) tell(gap item) {
	c.Told++
	most := gap.likeliest()
	switch {
	case most == c.Name:
		c.Named++
	case most == string(event.Unknown):
		c.Unknown++
	}
	c.state(Stated{most, 1})
	c.own, c.off = append(c.own, gap.causes[c.Name]), append(c.off, gap.causes[string(event.SwitchedOff)])
}

// state adds to the causes stated, which stay in order of name.
func (c *Cause) state(s Stated) {
	i := slices.IndexFunc(c.Stated, func(known Stated) bool { return known.Cause >= s.Cause })
	switch {
	case i < 0:
		c.Stated = append(c.Stated, s)
	case c.Stated[i].Cause == s.Cause:
		c.Stated[i].Count += s.Count
	default:
		c.Stated = slices.Insert(c.Stated, i, s)
	}
}

// plusCauses adds what was said in two runs.
func plusCauses(a, b []Cause) []Cause {
	causes := map[string]*Cause{"": {}}
	for _, c := range slices.Concat(a, b) {
		sum := causes[c.Name]
		if sum == nil {
			sum = &Cause{Name: c.Name}
			causes[c.Name] = sum
		}
		sum.Count, sum.Told, sum.Named, sum.Unknown = sum.Count+c.Count, sum.Told+c.Told, sum.Named+c.Named, sum.Unknown+c.Unknown
		for _, s := range c.Stated {
			sum.state(s)
		}
		sum.own, sum.off = append(sum.own, c.own...), append(sum.off, c.off...)
	}
	return causesOf(causes)
}

// likeliest is the cause with most probability; of equals the first by name.
func (i item) likeliest() string {
	best, most := "", -1.0
	for _, cause := range slices.Sorted(maps.Keys(i.causes)) {
		if p := i.causes[cause]; p > most {
			best, most = cause, p
		}
	}
	return best
}

// HaltScore is how soon a stop of all sanctioned loading is called. An output that holds no calls at all has missed
// every halt and raised no alarm.
type HaltScore struct {
	Said   int        `json:"runs_that_say"` // runs whose output holds calls, be it none
	Halts  int        `json:"halts"`
	Trade  float64    `json:"trading_days"` // outside halts, in runs that say
	Tests  []HaltTest `json:"tests"`        // in order of name
	Silent int        `json:"halts_unsaid"` // halts in runs that say nothing: missed
}

// HaltTest is the score of one test for a halt.
type HaltTest struct {
	Test         string   `json:"test"`
	Found        int      `json:"found"`
	Missed       int      `json:"missed"`
	False        int      `json:"false_alarms"` // dates called outside every halt
	Delay        *float64 `json:"median_delay_days"`
	DelayP90     *float64 `json:"p90_delay_days"`
	FalsePerYear *float64 `json:"false_alarms_per_year"`

	delays []float64
}

// HaltCall is a date on which a test says that loading has stopped.
type HaltCall struct {
	Test string `json:"test"`
	Date string `json:"date"`
}

// scoreHalts counts the first call of a test within each halt, in whole days from the halt's first, and the dates it
// calls outside all halts.
func scoreHalts(t *sim.Truth, calls *[]HaltCall) HaltScore {
	times := halts(t)
	out := HaltScore{Halts: len(times)}
	if calls == nil {
		out.Silent = len(times)
		return out
	}
	out.Said, out.Trade = 1, t.End.Sub(t.Start).Hours()/24
	for _, h := range times {
		out.Trade -= h.to.Sub(h.from).Hours() / 24
	}
	dates := map[string][]string{}
	for _, c := range *calls {
		dates[c.Test] = append(dates[c.Test], c.Date)
	}
	for _, name := range slices.Sorted(maps.Keys(dates)) {
		out.Tests = append(out.Tests, scoreTest(name, slices.Compact(slices.Sorted(slices.Values(dates[name]))), times))
	}
	out.rates()
	return out
}

// scoreTest scores one test's dates, which are sorted.
func scoreTest(name string, dates []string, times []span) HaltTest {
	h := HaltTest{Test: name}
	inside := map[string]bool{}
	for _, halt := range times {
		first := ""
		for _, date := range dates {
			if date >= halt.from.Format(time.DateOnly) && date < halt.to.Format(time.DateOnly) {
				inside[date] = true
				if first == "" {
					first = date
				}
			}
		}
		called, err := time.Parse(time.DateOnly, first)
		if err != nil {
			continue // missed
		}
		h.Found++
		h.delays = append(h.delays, called.Sub(halt.from.Truncate(24*time.Hour)).Hours()/24)
	}
	h.False = len(dates) - len(inside)
	return h
}

// rates fills in what follows from the counts.
func (h *HaltScore) rates() {
	for i := range h.Tests {
		t := &h.Tests[i]
		t.Missed = h.Halts - h.Silent - t.Found
		t.Delay, t.DelayP90 = quantile(t.delays, 0.5), quantile(t.delays, 0.9)
		if t.FalsePerYear = nil; h.Trade > 0 {
			rate := float64(t.False) / h.Trade * 365.25
			t.FalsePerYear = &rate
		}
	}
}

// plus adds the halts of two runs.
func (h HaltScore) plus(o HaltScore) HaltScore {
	h.Said, h.Halts, h.Trade, h.Silent = h.Said+o.Said, h.Halts+o.Halts, h.Trade+o.Trade, h.Silent+o.Silent
	tests := map[string]HaltTest{}
	for _, t := range slices.Concat(h.Tests, o.Tests) {
		sum := tests[t.Test]
		tests[t.Test] = HaltTest{Test: t.Test, Found: sum.Found + t.Found, False: sum.False + t.False,
			delays: slices.Concat(sum.delays, t.delays)}
	}
	h.Tests = nil
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		h.Tests = append(h.Tests, tests[name])
	}
	h.rates()
	return h
}
