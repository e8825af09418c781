package lots

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// worlds is how many random histories each property is tried on.
const worlds = 300

// random makes up sixty days of a few ships: lifts, inferred lifts, meetings in every direction, calls, crossings, load
// states, long rests, and sometimes a hull with two numbers. The same seed gives the same history.
func random(seed uint64) History {
	r := rand.New(rand.NewPCG(seed, 5))
	ship := func() vessel.MMSI { return 620999001 + vessel.MMSI(r.IntN(7)) }
	day := func() float64 { return float64(r.IntN(60*24)) / 24 }
	barrels := func() vessel.Barrels { return 1 + vessel.Barrels(r.IntN(2_000_000)) }
	uncertain := func() vessel.Uncertain {
		if r.IntN(3) == 0 {
			return vessel.Uncertain{}
		}
		return vessel.Uncertain{Value: float64(barrels()), LogSD: r.Float64() / 3}
	}
	var h History
	for i := range 1 + r.IntN(6) {
		h.Lifts = append(h.Lifts, loaded(fmt.Sprint("lift-a", i), ship(), day(), r.Float64(), barrels()))
	}
	for i := range r.IntN(4) {
		h.Lifts = append(h.Lifts, claimed(fmt.Sprint("lift-b", i), ship(), day(), r.Float64(), barrels()))
	}
	for i := range r.IntN(16) {
		m := met(fmt.Sprint("rendezvous-", i), ship(), ship(), day(), r.Float64(), 0)
		m.Either, m.Loss, m.Gain, m.Content = r.IntN(4) == 0, uncertain(), uncertain(), uncertain()
		if r.IntN(2) == 0 {
			m.Tanks = barrels()
		}
		h.Meetings = append(h.Meetings, m)
	}
	for i := range r.IntN(8) {
		c := called(fmt.Sprint("port_call-", i), ship(), day(), r.Float64(), []string{"china", HomeZone, "syria"}[r.IntN(3)])
		c.Loss = uncertain()
		h.Calls = append(h.Calls, c)
	}
	for i := range r.IntN(8) {
		h.Crossings = append(h.Crossings, out(fmt.Sprint("transit-", i), ship(), day()))
		h.Marks = append(h.Marks, Mark{because(fmt.Sprint("draught_change-", i)), ship(), at(day()), r.IntN(2) == 0})
	}
	for i := range r.IntN(4) {
		from := day()
		h.Rests = append(h.Rests, Rest{because(fmt.Sprint("loitering-", i)), ship(), at(from), at(from + float64(r.IntN(40)))})
	}
	if r.IntN(4) == 0 {
		h.Links = append(h.Links, Link{ship(), ship()})
	}
	return h
}

// everybody are the ships of random histories.
func everybody() []vessel.MMSI {
	var all []vessel.MMSI
	for i := range vessel.MMSI(7) {
		all = append(all, 620999001+i)
	}
	return all
}

func graph(t *testing.T, seed uint64, moves []Move) Graph {
	t.Helper()
	g, err := NewGraph(moves)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return g
}

// conserved checks that of every lot what was born is aboard or ended, to the barrel, in both amounts.
func conserved(t *testing.T, seed uint64, g Graph) {
	t.Helper()
	left := map[string]Amount{}
	for _, m := range g.Moves {
		a := left[m.Lot]
		switch {
		case m.Kind.Born():
			a.Barrels, a.Expected = a.Barrels+m.Barrels, a.Expected+m.Expected
		case m.Kind.Ends():
			a.Barrels, a.Expected = a.Barrels-m.Barrels, a.Expected-m.Expected
		}
		left[m.Lot] = a
	}
	for _, h := range g.Aboard {
		a := left[h.Lot]
		left[h.Lot] = Amount{a.Barrels - h.Barrels, a.Expected - h.Expected}
	}
	for lot, a := range left {
		if a != (Amount{}) {
			t.Fatalf("seed %d: %+v of lot %s are lost or too many", seed, a, lot)
		}
	}
	for _, l := range g.Lots {
		if sum := l.Afloat + l.Discharged + l.Returned + l.Unseen; sum != l.Expected || l.Exited > l.Expected {
			t.Fatalf("seed %d: lot %+v: %d barrels somewhere, exited %d", seed, l, sum, l.Exited)
		}
	}
}

func TestBarrelsAreConservedAtEveryTime(t *testing.T) {
	kinds := map[Kind]int{}
	for seed := range uint64(worlds) {
		moves := Build(random(seed), Defaults())
		for n := range len(moves) + 1 {
			conserved(t, seed, graph(t, seed, moves[:n]))
		}
		for _, m := range moves {
			kinds[m.Kind]++
			if err := m.check(); err != nil {
				t.Fatalf("seed %d: %s: %v", seed, m.ID, err)
			}
		}
	}
	for _, k := range Kinds() {
		if kinds[k] == 0 {
			t.Errorf("no move is a %s: the property was not tried", k)
		}
	}
}

func TestStockIdentityHoldsInEveryVintage(t *testing.T) {
	first := at(0).Truncate(24 * 3600e9)
	for seed := range uint64(worlds) {
		older := graph(t, seed, Build(random(seed), Defaults())).Days(first, first.AddDate(0, 0, 70))
		h := random(seed)
		h.Lifts[0].Q /= 2
		newer := graph(t, seed, Build(h, Defaults())).Days(first, first.AddDate(0, 0, 70))
		Revise(older, newer)
		for i, d := range newer {
			if d.Closing != older[i].Opening+d.Revision+d.Lifted-d.Discharged-d.Returned-d.Unseen || d.Closing < 0 {
				t.Fatalf("seed %d: %+v does not follow from %d", seed, d, older[i].Opening)
			}
		}
	}
}

// changed takes something away from a history, or changes or adds something.
func changed(h History, r *rand.Rand) History {
	switch other := random(r.Uint64()); r.IntN(6) {
	case 0:
		if n := len(h.Meetings); n > 0 {
			i := r.IntN(n)
			h.Meetings = slices.Delete(slices.Clone(h.Meetings), i, i+1)
		}
	case 1:
		h.Lifts = slices.Clone(h.Lifts)
		l := &h.Lifts[r.IntN(len(h.Lifts))]
		l.Q, l.Version = r.Float64(), l.Version+1
	case 2:
		h.Meetings = other.Meetings
	case 3:
		h.Calls, h.Marks = other.Calls, other.Marks
	case 4:
		h.Lifts = other.Lifts
	case 5:
		h.Links, h.Rests = other.Links, other.Rests
	}
	return h
}

func TestJournalRebuildsEveryPastState(t *testing.T) {
	voids := 0
	for seed := range uint64(worlds / 3) {
		r := rand.New(rand.NewPCG(seed, 6))
		h, j := random(seed), NewJournal()
		var states []Graph
		var ends []int
		var before []Entry
		for i := range 8 {
			j.Update(at(70+float64(i)), everybody(), Build(h, Defaults()))
			if len(j.Entries()) < len(before) || !slices.EqualFunc(j.Entries()[:len(before)], before, func(a, b Entry) bool { return reflect.DeepEqual(a, b) }) {
				t.Fatalf("seed %d: update %d rewrote the past", seed, i)
			}
			before = slices.Clone(j.Entries())
			states, ends = append(states, j.Graph()), append(ends, len(before))
			if want := graph(t, seed, Build(h, Defaults())); !reflect.DeepEqual(want, j.Graph()) {
				t.Fatalf("seed %d: after update %d the journal stands otherwise than the history", seed, i)
			}
			h = changed(h, r)
		}
		for i, n := range ends {
			if got, err := Replay(before[:n]); err != nil || !reflect.DeepEqual(got, states[i]) {
				t.Fatalf("seed %d: replay to entry %d: %v, or not the state then", seed, n, err)
			}
		}
		for n := range len(before) + 1 {
			g, err := Replay(before[:n])
			if err != nil {
				t.Fatalf("seed %d: prefix of %d entries: %v", seed, n, err)
			}
			conserved(t, seed, g)
		}
		for i, e := range before {
			if e.Seq != int64(i)+1 || e.Why == "" {
				t.Fatalf("seed %d: entry %d: %+v", seed, i, e)
			}
			if e.Void {
				voids++
			}
		}
	}
	if voids == 0 {
		t.Error("nothing was ever taken back: the property was not tried")
	}
}

func TestOrderAndDoublesChangeNothing(t *testing.T) {
	for seed := range uint64(worlds) {
		want := Build(random(seed), Defaults())
		h, r := random(seed), rand.New(rand.NewPCG(seed, 7))
		h.Lifts, h.Meetings, h.Calls = twice(h.Lifts, r), twice(h.Meetings, r), twice(h.Calls, r)
		h.Crossings, h.Marks, h.Rests, h.Links = twice(h.Crossings, r), twice(h.Marks, r), twice(h.Rests, r), twice(h.Links, r)
		if got := Build(h, Defaults()); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: got %v, want %v", seed, tell(h, got), tell(h, want))
		}
	}
}

func twice[T any](list []T, r *rand.Rand) []T {
	out := append(slices.Clone(list), list...)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// TestTheSameMeetingToldTwice gives a second, less sure telling of a meeting, a call and a lift under other ids.
func TestTheSameMeetingToldTwice(t *testing.T) {
	h := History{
		Lifts:    []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
		Meetings: []Meeting{met("m1", shuttle, mother, 3, 0.9, 1000)},
		Calls:    []Call{called("c1", mother, 20, 0.9, "china")},
	}
	want := Build(h, Defaults())
	h.Lifts = append(h.Lifts, loaded("l2", shuttle, 1.5, 0.6, 1100))
	h.Meetings = append(h.Meetings, met("m2", mother, shuttle, 3.5, 0.5, 900))
	h.Calls = append(h.Calls, called("c2", mother, 21, 0.4, "china"))
	if got := Build(h, Defaults()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", tell(h, got), tell(h, want))
	}
}

// TestWithoutAMeetingThereAreNoMoreBarrels: a meeting moves oil and makes none. What is inferred of a cargo counts more
// when its explanation goes, but never more than it is said to be; and a lift may be counted that was withheld from
// a ship that the meeting filled, so that withheld lifts are left out.
func TestWithoutAMeetingThereAreNoMoreBarrels(t *testing.T) {
	lifted := func(seed uint64, h History, ids map[string]bool) (sum vessel.Barrels) {
		for _, l := range graph(t, seed, Build(h, Defaults())).Lots {
			if ids[l.ID] {
				sum += l.Expected
			}
		}
		return sum
	}
	tried := 0
	for seed := range uint64(worlds) {
		h := random(seed)
		counted, most := map[string]bool{}, vessel.Barrels(0)
		for _, l := range graph(t, seed, Build(h, Defaults())).Lots {
			counted[l.ID] = l.Kind == Lifted
		}
		for _, l := range h.Lifts {
			most += vessel.Barrels(l.Q*float64(l.Barrels)) + 1
		}
		with := lifted(seed, h, counted)
		for i := range h.Meetings {
			less := h
			less.Meetings = slices.Delete(slices.Clone(h.Meetings), i, i+1)
			if got := lifted(seed, less, counted); got > with {
				t.Fatalf("seed %d: %d barrels without meeting %d, %d with it", seed, got, i, with)
			}
			var all vessel.Barrels
			for _, l := range graph(t, seed, Build(less, Defaults())).Lots {
				all += l.Expected
			}
			if all > most {
				t.Fatalf("seed %d: %d barrels without meeting %d, and all lifts together are %d", seed, all, i, most)
			}
			tried++
		}
	}
	if tried == 0 {
		t.Error("no meeting was taken away: the property was not tried")
	}
}

func TestReplayRefuses(t *testing.T) {
	j := NewJournal()
	j.Update(at(70), everybody(), Build(History{
		Lifts:    []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
		Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
	}, Defaults()))
	j.Update(at(71), everybody(), nil)
	for _, tc := range []struct {
		name  string
		spoil func([]Entry) []Entry
		want  string
	}{
		{"a hole", func(e []Entry) []Entry { return append(e[:1], e[2:]...) }, "entry 3 follows 1"},
		{"another beginning", func(e []Entry) []Entry { return e[1:] }, "entry 2 follows 0"},
		{"a watermark that falls", func(e []Entry) []Entry { e[2].Watermark = at(1); return e }, "watermark falls"},
		{"a move added twice", func(e []Entry) []Entry { e[2].Void = false; return e }, "stands already"},
		{"a move taken back otherwise than it stood", func(e []Entry) []Entry { e[2].Barrels--; return e }, "does not stand like this"},
		{"oil from nowhere", func(e []Entry) []Entry { e[1].From = stranger; return e }, "are not there"},
		{"less than nothing", func(e []Entry) []Entry { e[0].Expected = -1; return e }, "out of range"},
		{"a kind that does not exist", func(e []Entry) []Entry { e[0].Kind = "gift"; return e }, "unknown kind"},
	} {
		if _, err := Replay(tc.spoil(slices.Clone(j.Entries()))); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.want)
		}
	}
}

func TestJournalIsReadAsItWasWritten(t *testing.T) {
	for seed := range uint64(20) {
		j := NewJournal()
		j.Update(at(70), everybody(), Build(random(seed), Defaults()))
		j.Update(at(71), everybody(), Build(random(seed+1000), Defaults()))
		var b bytes.Buffer
		if err := WriteJournal(&b, j.Entries()); err != nil {
			t.Fatal(err)
		}
		back, err := ReadJournal(&b)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got, err := Replay(back); err != nil || !reflect.DeepEqual(got, j.Graph()) {
			t.Fatalf("seed %d: %v, or another state", seed, err)
		}
	}
}

func FuzzReadJournal(f *testing.F) {
	for seed := range uint64(5) {
		j := NewJournal()
		j.Update(at(70), everybody(), Build(random(seed), Defaults()))
		j.Update(at(71), everybody(), nil)
		var b bytes.Buffer
		if err := WriteJournal(&b, j.Entries()); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte(`{"seq":1,"kind":"lift","id":"a","lot":"b","to_mmsi":1,"barrels":9223372036854775807,"because":[{}]}`))
	f.Add([]byte(`{"seq":1,"kind":"lift","id":"a","lot":"b","to_mmsi":1,"barrels":1,"p":1e309,"because":[{}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		entries, err := ReadJournal(bytes.NewReader(in))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteJournal(&b, entries); err != nil {
			return // a year that RFC 3339 has no digits for
		}
		back, err := ReadJournal(&b)
		if err != nil || len(back) != len(entries) {
			t.Fatalf("own writing is refused or cut: %v", err)
		}
		if g, err := Replay(entries); err == nil {
			conserved(t, 0, g)
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	var h History
	for seed := range uint64(100) {
		one := random(seed)
		for i := range one.Meetings {
			one.Meetings[i].Event = fmt.Sprint(one.Meetings[i].Event, "/", seed)
			one.Meetings[i].Start, one.Meetings[i].End = one.Meetings[i].Start.AddDate(0, int(seed), 0), one.Meetings[i].End.AddDate(0, int(seed), 0)
		}
		for i := range one.Lifts {
			one.Lifts[i].Event = fmt.Sprint(one.Lifts[i].Event, "/", seed)
			one.Lifts[i].Start, one.Lifts[i].End = one.Lifts[i].Start.AddDate(0, int(seed), 0), one.Lifts[i].End.AddDate(0, int(seed), 0)
		}
		h.Meetings, h.Lifts = append(h.Meetings, one.Meetings...), append(h.Lifts, one.Lifts...)
	}
	var moves []Move
	for b.Loop() {
		moves = Build(h, Defaults())
	}
	if _, err := NewGraph(moves); err != nil || len(moves) < 500 {
		b.Fatalf("got %d moves, %v", len(moves), err)
	}
	b.ReportMetric(float64(len(moves)), "moves")
}
