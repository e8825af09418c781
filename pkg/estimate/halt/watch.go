package halt

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// EarlySign is the name under which the early sign of a halt is called.
const EarlySign = "early_sign"

// Call is a UTC day on which a test first called.
type Call struct {
	Test string `json:"test"`
	Date string `json:"date"`
}

// Barometer is what a Watch says at one time.
type Barometer struct {
	Verdict Word    `json:"verdict"` // halted, rising or cannot tell
	Trade   Reading `json:"trade"`   // of lifts
	Early   Reading `json:"early"`   // of loadings begun and brackets opened
	Halts   []Call  `json:"halts"`   // so far, in order of time
	Rises   []Call  `json:"rises"`
}

// Watch reads the tests at each vintage. It is deterministic and not safe for concurrent use.
type Watch struct {
	o            Options
	signs        []sign
	last         map[string]time.Time // when each test last called
	halts, rises []Call
	spells       []spell
}

// spell is a halt of the trade that was called: the probability of each day from the first on that it was one of it.
type spell struct {
	first time.Time
	by    []float64
	over  bool
}

// sign is an opportunity to load, on the day on which it was first told.
type sign struct {
	id   string
	ship vessel.MMSI
	day  time.Time
}

// NewWatch returns a watch that has read nothing.
func NewWatch(o Options) *Watch { return &Watch{o: o, last: map[string]time.Time{}} }

// Hear takes an event that was told at a time: stays at sanctioned terminals and silences in which a loading fits, of
// ships that carry crude and did not come laden. What is told long after it began is a silence far away, in which a loading
// fits at last, and no sign of anything begun. One that is taken back is no sign any more.
func (w *Watch) Hear(e event.Event, at time.Time) {
	if len(e.Vessels) == 0 {
		return
	}
	opportunity := false
	switch d := e.Details.(type) {
	case event.PortCallDetails:
		opportunity = d.Sanctioned && d.StopStart != nil
	case event.GapDetails:
		opportunity = slices.ContainsFunc(d.HiddenCalls, func(h event.HiddenCall) bool { return h.Fit > 0 })
	default:
		return
	}
	v := e.Vessels[0]
	laden := v.Load.Before != nil && *v.Load.Before == vessel.Laden.String()
	prompt := at.Sub(e.Start) <= time.Duration(w.o.Prompt)*oneDay
	known := slices.IndexFunc(w.signs, func(s sign) bool { return s.id == e.ID })
	switch {
	case known >= 0 && e.Status == event.Retracted:
		w.signs = slices.Delete(w.signs, known, known+1)
	case known < 0 && opportunity && prompt && !laden && e.Status != event.Retracted && vessel.ParseClass(v.Class).Crude():
		w.signs = append(w.signs, sign{e.ID, v.MMSI, at})
	}
}

// memory is how many days the tests look back.
func (o Options) memory() int { return o.LongestChange + o.MostReference }

// Cut reads the tests on the trade as it is known at a vintage.
func (w *Watch) Cut(trade Series) Barometer {
	trade = trade.tail(w.o.memory())
	w.forget(trade.First)
	shared := w.o
	shared.RiseYears *= 2
	early := shared
	early.FalseYears, early.Stopped = w.o.EarlyYears, w.o.EarlyStopped
	b := Barometer{Trade: Read(trade, shared), Early: Read(w.early(trade), early)}
	for _, test := range []string{ZeroRun, CUSUM, ChangePoint} {
		w.called(&w.halts, test, b.Trade.called(test), trade.AsOf)
	}
	w.stand(b.Trade)
	w.called(&w.halts, EarlySign, b.Early.Halt(), trade.AsOf)
	w.called(&w.rises, Rise, b.Trade.called(Rise), trade.AsOf)
	w.called(&w.rises, EarlySign, b.Early.called(Rise), trade.AsOf)
	b.Verdict = b.Trade.Verdict
	if b.Verdict == CannotTell && b.Early.called(Rise) && !b.Early.Halt() {
		b.Verdict = Rising
	}
	b.Halts, b.Rises = append([]Call{}, w.halts...), append([]Call{}, w.rises...)
	return b
}

// stand keeps the days on which the trade stood still. A halt that outlasts the memory of the tests goes on until there is
// something to compare with again, and they do not call.
func (w *Watch) stand(r Reading) {
	n := len(w.spells)
	open := n > 0 && !w.spells[n-1].over
	switch {
	case !r.Halt() && r.Known && open:
		w.spells[n-1].over = true
		return
	case !r.Halt() && !open:
		return
	case r.Halt() && !open:
		w.spells = append(w.spells, spell{first: r.first})
		n++
	}
	s := &w.spells[n-1]
	for !s.first.Add(time.Duration(len(s.by)) * oneDay).After(r.AsOf.Add(-oneDay)) {
		last := 0.0
		if len(s.by) > 0 {
			last = s.by[len(s.by)-1]
		}
		s.by = append(s.by, last)
	}
	off := int(r.first.Sub(s.first) / oneDay)
	for t, p := range r.halted {
		if t+off >= 0 && t+off < len(s.by) {
			s.by[t+off] = max(s.by[t+off], p)
		}
	}
}

// Halted is the probability that the trade stood still on a UTC day, in a halt that a test has called. The early sign does
// not count: it never changes barrels.
func (w *Watch) Halted(day time.Time) float64 {
	most := 0.0
	for _, s := range w.spells {
		t := int(day.Sub(s.first) / oneDay)
		if !s.over {
			t = min(t, len(s.by)-1)
		}
		if t >= 0 && t < len(s.by) {
			most = max(most, s.by[t])
		}
	}
	return most
}

// called notes the day on which a test calls after having been quiet.
func (w *Watch) called(calls *[]Call, test string, now bool, at time.Time) {
	if !now {
		return
	}
	key := test
	if calls == &w.rises {
		key += " of a rise"
	}
	last, before := w.last[key]
	w.last[key] = at
	if !before || at.Sub(last) > time.Duration(w.o.Rearm)*oneDay {
		*calls = append(*calls, Call{test, at.UTC().Format(time.DateOnly)})
	}
}

// forget drops signs that no test will look at again.
func (w *Watch) forget(before time.Time) {
	w.signs = slices.DeleteFunc(w.signs, func(s sign) bool { return s.day.Before(before.Add(-time.Duration(w.o.Voyage) * oneDay)) })
}

// early is the series of signs over the same days. Of those of one ship that lie close together the first counts.
func (w *Watch) early(trade Series) Series {
	s := Series{First: trade.First, AsOf: trade.AsOf, Health: trade.Health}
	last := map[vessel.MMSI]time.Time{}
	for _, x := range w.signs {
		before, seen := last[x.ship]
		if seen && x.day.Sub(before) < time.Duration(w.o.Voyage)*oneDay {
			continue
		}
		last[x.ship] = x.day
		if x.day.Before(trade.First) || x.day.After(trade.AsOf) {
			continue
		}
		// What is told at a midnight belongs to the day that it ends.
		t := int(x.day.Add(-time.Nanosecond).Sub(trade.First) / oneDay)
		s.Candidates = append(s.Candidates, Candidate{max(0, t), []float64{1}})
	}
	return s
}

// tail is the series of the last n days.
func (s Series) tail(n int) Series {
	off := len(s.Health) - n
	if off <= 0 {
		return s
	}
	out := Series{First: s.day(off), AsOf: s.AsOf, Health: s.Health[off:], Raised: s.Raised}
	for _, c := range s.Candidates {
		if c.First+len(c.Shares) > off {
			out.Candidates = append(out.Candidates, Candidate{c.First - off, c.Shares})
		}
	}
	return out
}

// FromLifts is the series of lifts with a probability at the cut or above, each spread over the days of its window. Health
// and Raised are the estimate's own.
func FromLifts(lifts []cargo.Lift, first, asOf time.Time, health []float64, raised func(time.Duration) float64) Series {
	s := Series{First: first.UTC().Truncate(oneDay), AsOf: asOf, Health: health, Raised: raised}
	for _, l := range lifts {
		from := l.Start.UTC().Truncate(oneDay)
		c := Candidate{First: int(from.Sub(s.First) / oneDay)}
		for day := from; ; day = day.Add(oneDay) {
			part := l.Share(day, day.Add(oneDay))
			if !l.End.After(l.Start) {
				part = 1
			}
			c.Shares = append(c.Shares, part)
			if !day.Add(oneDay).Before(l.End) {
				break
			}
		}
		if c.First < len(health) && c.First+len(c.Shares) > 0 {
			s.Candidates = append(s.Candidates, c)
		}
	}
	return s
}
