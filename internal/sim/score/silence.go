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

// longGap is the length from which the aims for silences hold, determinable the greatest chance that a silence is one of
// reception with which it can be told at all (METHODS.md, section 4: a headline).
const (
	longGap      = 12 * time.Hour
	determinable = 0.01
)

// LongGaps is how silences of twelve hours and more are told. Which of them can be told at all, a reader says that knows
// the world's own rules of reception: those that had a chance of at most 0.01. Runs without it count in Accused
// and Answered alone.
type LongGaps struct {
	Asked        int     `json:"runs_with_rules"`
	True         int     `json:"switched_off"`              // silences that a crew made
	Determinable int     `json:"switched_off_determinable"` // of them
	Found        int     `json:"found"`                     // of the determinable, with a claim of one half
	Claimed      int     `json:"claimed"`                   // long gap events that say switched off
	Right        int     `json:"right"`                     // of them
	Sure         int     `json:"claimed_determinable"`      // claims about determinable silences
	SureRight    int     `json:"right_determinable"`
	Silences     int     `json:"determinable"` // whatever their cause
	Answered     int     `json:"answered"`     // of them: told by a gap event, and its likeliest cause is not unknown
	Events       int     `json:"events"`       // long gap events of all runs
	Unknown      int     `json:"events_unknown"`
	Failures     Accused `json:"failures_called_switched_off"` // honest ones, of all runs
}

// scoreLongGaps compares gap events with the true silences. Known are the gap events of a reader that knows the rules of
// reception, nil where none was asked.
func scoreLongGaps(truth, gaps, known []item, asked bool) LongGaps {
	var out LongGaps
	long := func(i item) bool { return i.to.Sub(i.from) >= longGap }
	off := func(i item) bool { return i.mode == string(event.SwitchedOff) }
	for i, j := range pair(truth, gaps, overlapping).claim {
		t := truth[i]
		if t.excused || !long(t) {
			continue
		}
		sure := asked && t.within(known)
		said := j >= 0 && gaps[j].p >= cut
		if t.mode == string(event.FaultyTransponder) {
			out.Failures = out.Failures.plus(Accused{1, count(said)})
		}
		out.Silences += count(sure)
		out.Answered += count(sure && j >= 0 && gaps[j].likeliest() != string(event.Unknown))
		out.True += count(asked && off(t))
		out.Determinable += count(sure && off(t))
		out.Found += count(sure && off(t) && said)
	}
	for _, g := range gaps {
		if long(g) {
			out.Events++
			out.Unknown += count(g.likeliest() == string(event.Unknown))
		}
	}
	if !asked {
		return out
	}
	out.Asked = 1
	made := slices.DeleteFunc(slices.Clone(truth), func(i item) bool { return !off(i) })
	said := reaching(gaps, cut)
	claim := func(j int, right bool) {
		if long(said[j]) {
			sure := said[j].within(known)
			out.Claimed, out.Right = out.Claimed+1, out.Right+count(right)
			out.Sure, out.SureRight = out.Sure+count(sure), out.SureRight+count(sure && right)
		}
	}
	pairs := pair(made, said, overlapping)
	for i, j := range pairs.claim {
		if j >= 0 && !made[i].excused {
			claim(j, true)
		}
	}
	for _, j := range pairs.leftOver(made) {
		claim(j, false)
	}
	return out
}

// within tells whether one of some silences is this one.
func (i item) within(known []item) bool {
	return slices.ContainsFunc(known, func(k item) bool { _, ok := overlapping(i, k); return ok })
}

// tellable are the silences of which events say that reception had a chance of at most 0.01.
func tellable(events []event.Event, end time.Time) []item {
	return claims(slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool {
		d, ok := e.Details.(event.GapDetails)
		return !ok || !slices.ContainsFunc(d.Rules.Rules, func(r event.Rule) bool { return r.Name == "p0" && r.Value <= determinable })
	}), event.Gap, end)
}

func (g LongGaps) plus(o LongGaps) LongGaps {
	return LongGaps{Asked: g.Asked + o.Asked, True: g.True + o.True, Determinable: g.Determinable + o.Determinable, Found: g.Found + o.Found,
		Claimed: g.Claimed + o.Claimed, Right: g.Right + o.Right, Sure: g.Sure + o.Sure, SureRight: g.SureRight + o.SureRight,
		Silences: g.Silences + o.Silences, Answered: g.Answered + o.Answered, Events: g.Events + o.Events, Unknown: g.Unknown + o.Unknown,
		Failures: g.Failures.plus(o.Failures)}
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
