package halt

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// trade is a history of loadings as a ledger would come to know it.
type trade struct {
	raised     []float64 // day on which each was raised, of those that ever are, in order
	candidates []Candidate
	begun      []float64 // day on which a sign was told of each of those, and of some that were none, in order
}

// delay draws days from loading to raising: half are seen loading (median 1.3 d), half come out of the dark (20 d; 80 %
// at 45 d). Quick leaves out the dark ones.
func delay(r *rand.Rand, quick bool) float64 {
	if quick || r.Float64() < 0.5 {
		return 1.3 * math.Exp(r.NormFloat64())
	}
	return 20 * math.Exp(0.9636*r.NormFloat64())
}

// lag is F for that delay, from a table by half days: asking for it is most of the work here.
func lag(quick bool) func(time.Duration) float64 {
	below := func(d, median, sd float64) float64 { return 0.5 * math.Erfc(-math.Log(d/median)/sd/math.Sqrt2) }
	var table [2 * 1000]float64
	for i := range table {
		d := float64(i) / 2
		if table[i] = below(d, 1.3, 1); !quick {
			table[i] = 0.5*table[i] + 0.5*below(d, 20, 0.9636)
		}
	}
	return func(age time.Duration) float64 { return table[int(2*age/oneDay)] }
}

// makeTrade draws loadings with a rate for each day, found with probability p, with windows of a day or of ten.
func makeTrade(r *rand.Rand, days int, p float64, quick bool, rate func(day float64) float64) trade {
	type found struct {
		raised float64
		c      Candidate
	}
	var all []found
	var out trade
	for at := r.ExpFloat64(); at < float64(days); at += r.ExpFloat64() / 2 { // thinned from two a day
		if r.Float64() > rate(at)*p/2 {
			continue
		}
		out.begun = append(out.begun, at)
		wait := delay(r, quick)
		width := 1
		if wait > 6 {
			width = 1 + r.IntN(8)
		}
		c := Candidate{First: int(at) - r.IntN(width), Shares: make([]float64, width)}
		for i := range c.Shares {
			c.Shares[i] = 1 / float64(width)
		}
		all = append(all, found{max(at, float64(c.First+width-1)) + wait, c})
	}
	for at := r.ExpFloat64() / 0.2; at < float64(days); at += r.ExpFloat64() / 0.2 { // ships that do not load
		out.begun = append(out.begun, at)
	}
	slices.Sort(out.begun)
	slices.SortFunc(all, func(a, b found) int { return int(math.Copysign(1, a.raised-b.raised)) })
	for _, f := range all {
		out.raised, out.candidates = append(out.raised, f.raised), append(out.candidates, f.c)
	}
	return out
}

// known is the series at the end of a day, with at most so many days of it.
func (tr trade) known(day, memory int, quick bool) Series {
	first := max(0, day+1-memory)
	s := Series{First: begin.Add(time.Duration(first) * oneDay), AsOf: begin.Add(time.Duration(day+1) * oneDay), Raised: lags[quick]}
	for range day + 1 - first {
		s.Health = append(s.Health, 1)
	}
	n, _ := slices.BinarySearch(tr.raised, float64(day+1))
	from, _ := slices.BinarySearch(tr.raised, float64(first)) // what was raised earlier lies before the first day
	for _, c := range tr.candidates[from:n] {
		if c.First+len(c.Shares) > first {
			s.Candidates = append(s.Candidates, Candidate{c.First - first, c.Shares})
		}
	}
	return s
}

var lags = map[bool]func(time.Duration) float64{true: lag(true), false: lag(false)}

const memory = 300 // days: a change of 120 with a reference of 180

// falseCalls counts the calls in a steady trade. Those within a month of each other are one.
func falseCalls(years int, seed uint64, quick bool) (halts, rises int) {
	r := rand.New(rand.NewPCG(seed, 20))
	days := memory + years*365
	tr := makeTrade(r, days, 0.85, quick, func(float64) float64 { return 0.8 })
	lastHalt, lastRise := 0, 0
	o := Defaults()
	o.RiseYears *= 2 // as a watch reads it
	for day := memory; day < days; day++ {
		x := Read(tr.known(day, memory, quick), o)
		if x.Halt() {
			if day-lastHalt > 30 {
				halts++
			}
			lastHalt = day
		}
		if x.called(Rise) {
			if day-lastRise > 30 {
				rises++
			}
			lastRise = day
		}
	}
	return halts, rises
}

var years = flag.Int("years", 30, "synthetic years of steady trade that the false calls are counted in")

// A thousand years take a few minutes: go test -run TestSteadyTradeIsSeldomCalled ./pkg/estimate/halt -years 1000.
func TestSteadyTradeIsSeldomCalled(t *testing.T) {
	for name, quick := range map[string]bool{"all seen loading": true, "half of them dark": false} {
		halts, rises := falseCalls(*years, 1, quick)
		t.Logf("%s: %d halts and %d rises called in %d steady years", name, halts, rises, *years)
		// One in 20 years, and what chance adds to so few in 19 cases of 20.
		if most := float64(*years) / 20; float64(halts) > most+1.65*math.Sqrt(most) {
			t.Errorf("%s: %d halts called in %d years, want at most one in 20", name, halts, *years)
		}
		if most := float64(*years) / 3; float64(rises) > most {
			t.Errorf("%s: %d rises called in %d years, want at most one in three", name, rises, *years)
		}
	}
}

// told is how many days after the change at day 200 the tests call it, and how many after the first on which any could.
func told(seed uint64, quick bool, factor float64, o Options) (delay, late float64) {
	r := rand.New(rand.NewPCG(seed, 21))
	tr := makeTrade(r, 420, 0.85, quick, func(d float64) float64 {
		if d >= 200 {
			return 0.8 * factor
		}
		return 0.8
	})
	for day := 200; day < 320; day++ {
		x := Read(tr.known(day, memory, quick), o)
		if factor < 1 && x.Halt() || factor > 1 && x.called(Rise) {
			if !x.Earliest.IsZero() {
				late = float64(day) - x.Earliest.Sub(begin).Hours()/24
			}
			return float64(day - 200), late
		}
	}
	return 999, 999
}

func TestChangesAreCalledSoon(t *testing.T) {
	early := Defaults()
	early.FalseYears = early.EarlyYears
	for _, tc := range []struct {
		name           string
		quick          bool
		factor         float64
		o              Options
		median, nine   float64 // days, at most
		lateNineInTens float64 // after the first day on which any test could have known
	}{
		{"a halt, all seen loading", true, 0, Defaults(), 16, 20, 5},
		{"a halt, half of them dark", false, 0, Defaults(), 24, 28, 5},
		{"a halt but for a false candidate in twenty", false, 0.05, Defaults(), 26, 36, 16},
		{"the early sign of a halt", true, 0, early, 13, 16, 5},
		{"a doubling, all seen loading", true, 2, Defaults(), 24, 50, 50},
		{"a doubling, half of them dark", false, 2, Defaults(), 34, 62, 62},
	} {
		var delays, lates []float64
		for seed := range uint64(120) {
			delay, late := told(seed, tc.quick, tc.factor, tc.o)
			delays, lates = append(delays, delay), append(lates, late)
		}
		slices.Sort(delays)
		slices.Sort(lates)
		t.Logf("%s: median %v days, nine in ten within %v; after it could be known %v and %v", tc.name, delays[60], delays[108], lates[60], lates[108])
		if delays[60] > tc.median || delays[108] > tc.nine || lates[108] > tc.lateNineInTens {
			t.Errorf("%s: got %v and %v days (%v late), want at most %v and %v (%v)", tc.name, delays[60], delays[108], lates[108], tc.median, tc.nine, tc.lateNineInTens)
		}
	}
}

// A watch has the early sign as well, and tells a doubling by it although half of the lifts come out of the dark.
func TestWatch(t *testing.T) {
	doubled := func(d float64) float64 {
		if d >= 200 {
			return 1.6
		}
		return 0.8
	}
	var delays []float64
	seeds := racing.Fewer(300, 60)
	for seed := range uint64(seeds) {
		tr := makeTrade(rand.New(rand.NewPCG(seed, 22)), 330, 0.85, false, doubled)
		w := NewWatch(Defaults())
		delay := 999.0
		for day := 200; day < 330 && delay > 900; day++ {
			if tr.watch(w, day).Verdict == Rising {
				delay = float64(day - 200)
			}
		}
		delays = append(delays, delay)
	}
	slices.Sort(delays)
	t.Logf("a doubling, half of them dark, with the early sign: median %v days, nine in ten within %v", delays[seeds/2], delays[seeds*9/10])
	if delays[seeds/2] > 30 || !racing.Enabled && delays[seeds*9/10] > 50 { // of few, nine in ten is luck
		t.Errorf("a doubling: got a median of %v days and nine in ten within %v, want 30 and 50", delays[seeds/2], delays[seeds*9/10])
	}
}

// watch tells a watch all signs up to the end of a day and cuts a vintage.
func (tr trade) watch(w *Watch, day int) Barometer {
	w.signs = nil
	from, _ := slices.BinarySearch(tr.begun, float64(day-memory))
	to, _ := slices.BinarySearch(tr.begun, float64(day+1))
	for i, at := range tr.begun[from:to] {
		w.signs = append(w.signs, sign{ship: vessel.MMSI(i), day: begin.Add(time.Duration(at * float64(oneDay)))})
	}
	return w.Cut(tr.known(day, memory, false))
}

// Under a steady trade the watch calls no more halts and rises than its tests are set to.
func TestWatchIsSeldomWrong(t *testing.T) {
	n := racing.Fewer(min(*years, 10), 5)
	days := memory + n*365
	tr := makeTrade(rand.New(rand.NewPCG(7, 23)), days, 0.85, false, func(float64) float64 { return 0.8 })
	w := NewWatch(Defaults())
	var b Barometer
	for day := memory; day < days; day++ {
		b = tr.watch(w, day)
	}
	halts, early := 0, 0
	for _, c := range b.Halts {
		if c.Test == EarlySign {
			early++
		} else {
			halts++
		}
	}
	t.Logf("in %d steady years: %d calls of halts, %d early signs, %d rises", n, halts, early, len(b.Rises))
	if halts > 4 || early > n/3 || len(b.Rises) > n/3 {
		t.Errorf("in %d steady years: got %d calls of halts, %d early signs, %d rises", n, halts, early, len(b.Rises))
	}
}

func TestSigns(t *testing.T) {
	w := NewWatch(Defaults())
	at := func(days int) time.Time { return begin.Add(time.Duration(days) * oneDay) }
	stop := begin
	tanker := func(m vessel.MMSI) []event.Vessel { return []event.Vessel{{MMSI: m, Class: vessel.VLCC.String()}} }
	stay := event.Event{ID: "stay", Start: begin, Kind: event.PortCall, Vessels: tanker(1), Details: event.PortCallDetails{Sanctioned: true, StopStart: &stop}}
	fits := event.Event{ID: "gap", Start: at(2), Kind: event.Gap, Vessels: tanker(1), Details: event.GapDetails{HiddenCalls: []event.HiddenCall{{Fit: 0.4}}}}
	laden, late, load := fits, fits, vessel.Laden.String()
	laden.ID, laden.Vessels = "laden", []event.Vessel{{MMSI: 6, Class: vessel.VLCC.String(), Load: event.Span[string]{Before: &load}}}
	late.ID, late.Vessels, late.Start = "late", tanker(7), at(-20)
	other := fits
	other.ID, other.Vessels = "other", tanker(2)
	small := fits
	small.ID, small.Vessels = "small", []event.Vessel{{MMSI: 3, Class: vessel.MR.String()}}
	lawful := event.Event{ID: "lawful", Start: at(2), Vessels: tanker(4), Details: event.PortCallDetails{StopStart: &stop}}
	nothing := event.Event{ID: "nothing", Start: at(2), Vessels: tanker(5), Details: event.GapDetails{}}
	for _, x := range []struct {
		e   event.Event
		day int
	}{{stay, 1}, {fits, 3}, {stay, 4}, {small, 4}, {lawful, 5}, {nothing, 6}, {other, 7}, {laden, 7}, {late, 7}, {event.Event{ID: "nobody"}, 8}} {
		w.Hear(x.e, at(x.day).Add(time.Hour))
	}
	days := func() (out []int) {
		for _, c := range w.early(Series{First: begin, AsOf: at(20), Health: make([]float64, 20)}).Candidates {
			out = append(out, c.First)
		}
		return out
	}
	if got := days(); !slices.Equal(got, []int{1, 7}) {
		t.Errorf("got signs on days %v, want 1 and 7: one voyage, one sign", got)
	}
	other.Status = event.Retracted
	w.Hear(other, at(9))
	if got := days(); !slices.Equal(got, []int{1}) {
		t.Errorf("got signs on days %v, want 1: the other was taken back", got)
	}
}

func TestCallsAreKeptOnce(t *testing.T) {
	tr := makeTrade(rand.New(rand.NewPCG(4, 4)), 260, 0.85, true, func(d float64) float64 {
		if d > 200 {
			return 0
		}
		return 0.8
	})
	w := NewWatch(Defaults())
	var b Barometer
	for day := 200; day < 260; day++ {
		b = w.Cut(tr.known(day, memory, true))
	}
	seen := map[string]int{}
	for _, c := range b.Halts {
		seen[c.Test]++
		if c.Date < "2026-07-21" || c.Date > "2026-08-20" {
			t.Errorf("%s called on %s, want within a month of the halt on 2026-07-21", c.Test, c.Date)
		}
	}
	if seen[ZeroRun] != 1 || seen[CUSUM] != 1 || seen[ChangePoint] != 1 || b.Verdict != Halted {
		t.Errorf("got %v and %s, want each test once", b.Halts, b.Verdict)
	}
}

func TestSeriesOfLifts(t *testing.T) {
	at := func(days float64) time.Time { return begin.Add(time.Duration(days * float64(oneDay))) }
	s := FromLifts([]cargo.Lift{
		{Start: at(2.5), End: at(4.5)},
		{Start: at(7), End: at(7)},
		{Start: at(-1.5), End: at(0.5)},
		{Start: at(-5), End: at(-4)},
		{Start: at(30), End: at(31)},
	}, at(0), at(10), make([]float64, 10), nil)
	want := []Candidate{{2, []float64{0.25, 0.5, 0.25}}, {7, []float64{1}}, {-2, []float64{0.25, 0.5, 0.25}}}
	if !slices.EqualFunc(s.Candidates, want, func(a, b Candidate) bool { return a.First == b.First && slices.Equal(a.Shares, b.Shares) }) {
		t.Errorf("got %v, want %v", s.Candidates, want)
	}
	if got := s.tail(4); len(got.Health) != 4 || !got.First.Equal(at(6)) || len(got.Candidates) != 1 || got.Candidates[0].First != 1 {
		t.Errorf("the last four days: got %+v", got)
	}
}

// Of the newest days nothing may be known yet at all. That is no run without candidates.
func TestDaysOfWhichNothingIsKnownAreNoRun(t *testing.T) {
	tr := makeTrade(rand.New(rand.NewPCG(8, 8)), 200, 0.85, true, func(float64) float64 { return 0.8 })
	s := tr.known(199, memory, true)
	for name, of := range map[string]func(time.Duration) float64{"nothing": func(time.Duration) float64 { return 0 }, "next to nothing": func(time.Duration) float64 { return 1e-9 }} {
		s.Raised = func(age time.Duration) float64 {
			if age < 3*oneDay {
				return of(age)
			}
			return 1
		}
		if x := Read(s, Defaults()); x.Halt() || !x.Known {
			t.Errorf("%s is known of three days: got %+v, want no halt", name, x.Tests)
		}
	}
}

func TestNothingIsSaidWithoutAReference(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	tr := makeTrade(r, 400, 0.85, true, func(float64) float64 { return 0.8 })
	if x := Read(tr.known(80, memory, true), Defaults()); x.Known || x.Verdict != CannotTell || len(x.Tests) > 0 {
		t.Errorf("after 80 days: got %+v, want nothing known", x)
	}
	if x := Read(Series{First: begin, AsOf: begin}, Defaults()); x.Known {
		t.Errorf("without a day: got %+v, want nothing known", x)
	}
}

// A feed that hears nothing is no halt: exposure falls with it.
func TestDeafnessIsNoHalt(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	tr := makeTrade(r, 240, 0.85, true, func(d float64) float64 {
		if d > 200 {
			return 0
		}
		return 0.8
	})
	s := tr.known(239, memory, true)
	if x := Read(s, Defaults()); !x.Halt() || x.Verdict != Halted || x.Stopped < 0.95 {
		t.Fatalf("a halt of 40 days: got %+v, want it called", x)
	}
	for day := 200; day < 240; day++ {
		s.Health[day] = 0.02
	}
	if x := Read(s, Defaults()); x.Halt() {
		t.Errorf("a deaf feed: got %+v, want no halt", x)
	}
}

func TestNotes(t *testing.T) {
	steady := func(before, after float64, health float64) Series {
		s := Series{First: begin, AsOf: begin.Add(150 * oneDay)}
		sum := 0.0
		for day := range 150 {
			s.Health = append(s.Health, 1)
			rate := before
			if day >= 100 {
				rate = after
				s.Health[day] = health
			}
			for sum += rate; sum >= 1; sum-- {
				s.Candidates = append(s.Candidates, Candidate{day, []float64{1}})
			}
		}
		return s
	}
	for _, tc := range []struct {
		name                  string
		before, after, health float64
		want                  Word
	}{
		{"none after it", 0.8, 0, 1, Halted},
		{"none after it, and nothing heard", 0.8, 0, 0.01, CannotTell},
		{"half after it", 0.8, 0.4, 1, Falling},
		{"as before", 0.8, 0.8, 1, Steady},
		{"twice as many", 0.8, 1.6, 1, Rising},
		{"too few to tell", 0.05, 0.05, 1, CannotTell},
	} {
		c := Since(steady(tc.before, tc.after, tc.health), begin.Add(100*oneDay), "talks", Defaults())
		if c.Word != tc.want || !(c.P05 <= c.P50 && c.P50 <= c.P95) || c.Days != 50 {
			t.Errorf("%s: got %+v, want %s", tc.name, c, tc.want)
		}
	}
	if c := Since(steady(1, 1, 1), begin.Add(-oneDay), "", Defaults()); c.Word != CannotTell {
		t.Errorf("a note before the input: got %+v", c)
	}
}

// Windows reach into days on which nothing was heard. What was counted there says nothing of a rate.
func TestAReferenceThatWasNotHeardTellsNothing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		health float64
		want   Word
	}{{"deaf", 0, CannotTell}, {"next to deaf", 0.1, CannotTell}, {"half heard", 0.5, Falling}} {
		s := Series{First: begin, AsOf: begin.Add(200 * oneDay)}
		for day := range 200 {
			s.Health = append(s.Health, 1)
			if day < 120 {
				s.Health[day] = tc.health
			}
			if day%4 == 0 {
				s.Candidates = append(s.Candidates, Candidate{day, []float64{1}})
			}
		}
		c := Since(s, begin.Add(120*oneDay), "talks", Defaults())
		if c.Word != tc.want {
			t.Errorf("%s before it: got %+v, want %s", tc.name, c, tc.want)
		}
		before := Series{First: s.First, AsOf: begin.Add(120 * oneDay), Health: s.Health[:120], Candidates: s.Candidates[:30]}
		if x := Read(before, Defaults()); x.Known != (tc.want != CannotTell) {
			t.Errorf("%s before it: got known %v", tc.name, x.Known)
		}
	}
}

// Whatever was heard and counted, a note has numbers that JSON can hold.
func TestNotesAreNumbersWhateverWasHeard(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 2000 {
		n := 1 + r.IntN(1+r.IntN(200))
		s := Series{First: begin, AsOf: begin.Add(time.Duration(n) * oneDay)}
		full := []float64{0, 1e-9, 1}[r.IntN(3)]
		for range n {
			s.Health = append(s.Health, full*r.Float64())
		}
		for range []int{0, 1, 10, 3000}[r.IntN(4)] {
			s.Candidates = append(s.Candidates, Candidate{r.IntN(n+20) - 10, []float64{0.3, 0.7}})
		}
		c := Since(s, begin.Add(time.Duration(r.IntN(n))*oneDay), "", Defaults())
		if _, err := json.Marshal(c); err != nil || !(0 <= c.P05 && c.P05 <= c.P50 && c.P50 <= c.P95) {
			t.Fatalf("%d days at %g: got %+v (%v)", n, full, c, err)
		}
	}
}

func TestWindowsOverAChangeCountInPart(t *testing.T) {
	s := Series{First: begin, AsOf: begin.Add(10 * oneDay), Health: []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		Candidates: []Candidate{{-1, []float64{0.25, 0.25, 0.5}}, {4, []float64{0.5, 0.5}}}}
	got := s.tally()
	for day, want := range map[int]float64{0: 0, 1: 0.25, 2: 0.75, 4: 0.75, 5: 1.25, 10: 1.75} {
		if math.Abs(got.counts[day]-want) > 1e-12 {
			t.Errorf("before day %d: got %v candidates, want %v", day, got.counts[day], want)
		}
	}
	if got.unlike[6] != 0 || math.Abs(got.unlike[5]-math.Ln2) > 1e-12 || got.unlike[4] < impossible {
		t.Errorf("no candidate after days 4, 5, 6: got %v", got.unlike[4:7])
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
	bad := Defaults()
	bad.FalseYears, bad.Stopped = math.NaN(), nil
	if err := bad.Validate(); err == nil {
		t.Error("got no error for options out of range")
	}
}

// The days of a halt that is called are known while it lasts, longer than any test looks back, and after it.
func TestDaysOfAHaltAreKept(t *testing.T) {
	const began, ended, last = 240, 460, 560
	tr := makeTrade(rand.New(rand.NewPCG(6, 6)), last, 0.85, true, func(d float64) float64 {
		if d >= began && d < ended {
			return 0
		}
		return 0.8
	})
	w := NewWatch(Defaults())
	at := func(day int) float64 { return w.Halted(begin.Add(time.Duration(day) * oneDay)) }
	for day := 200; day < last; day++ {
		w.Cut(tr.known(day, memory, true))
		switch {
		case day < began && at(day) != 0:
			t.Fatalf("day %d: got %v before anything is called", day, at(day))
		case day > began+40 && day < ended && (at(began-20) > 0.05 || at(began+20) < 0.9 || at(day) < 0.9):
			t.Fatalf("on day %d of a halt from day %d on: got %v, %v and %v for a day before it, one in it, and today", day, began, at(began-20), at(began+20), at(day))
		}
	}
	if at(began+20) < 0.9 || at(ended-5) < 0.9 || at(last-20) > 0 || at(last+20) > 0 || at(began-20) > 0.05 {
		t.Errorf("after it: got %v and %v in it, %v before, %v and %v after", at(began+20), at(ended-5), at(began-20), at(last-20), at(last+20))
	}
	early := NewWatch(Defaults())
	early.stand(Read(tr.known(200, memory, true), Defaults()))
	if early.Halted(begin) != 0 || len(early.spells) > 0 {
		t.Error("got a halt where none is called")
	}
}
