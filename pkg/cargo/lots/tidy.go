package lots

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// lotID is the id of the lot to which an event gave birth.
func lotID(event string) string {
	if kind, id, ok := strings.Cut(event, "-"); ok && kind == "lift" {
		return "lot-" + id
	}
	sum := sha256.Sum256([]byte(event))
	return "lot-" + hex.EncodeToString(sum[:8])
}

// tidied returns the history with each hull under one number, with what is said twice said once, without what is too
// improbable, and without ships that have nothing to do with any lift.
func (h History) tidied(o Options) History {
	h = h.oneNumber()
	h.Lifts = distinct(h.Lifts, func(l Lift) span {
		s := span{l.Hull, 0, l.Start, l.End, l.Q, l.Cause}
		if l.Inferred {
			s.b = l.Hull // what was seen loaded and what was inferred are not two tellings of one thing: one explains the other
		}
		return s
	})
	h.Meetings = distinct(drop(h.Meetings, func(m Meeting) bool { return m.R < o.Least || m.Donor == m.Receiver }), func(m Meeting) span {
		return span{min(m.Donor, m.Receiver), max(m.Donor, m.Receiver), m.Start, m.End, m.R, m.Cause}
	})
	h.Calls = distinct(drop(h.Calls, func(c Call) bool { return c.P < o.Least }), func(c Call) span {
		return span{c.Hull, 0, c.Start, c.End, c.P, c.Cause}
	})
	h.Crossings = distinct(h.Crossings, func(c Crossing) span { return span{c.Hull, 0, c.At, c.At, c.P, c.Cause} })
	h.Rests = joined(h.Rests, o.Lull)
	h.Marks = h.settled()
	return h.ofInterest()
}

func drop[T any](list []T, unfit func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), unfit)
}

// oneNumber gives every hull the least of its numbers.
func (h History) oneNumber() History {
	g := group{}
	for _, l := range h.Links {
		g.join(l.A, l.B)
	}
	if len(g) == 0 {
		return h
	}
	h.Lifts, h.Meetings, h.Calls = slices.Clone(h.Lifts), slices.Clone(h.Meetings), slices.Clone(h.Calls)
	h.Crossings, h.Marks, h.Rests = slices.Clone(h.Crossings), slices.Clone(h.Marks), slices.Clone(h.Rests)
	for i := range h.Lifts {
		h.Lifts[i].Hull = g.find(h.Lifts[i].Hull)
	}
	for i := range h.Meetings {
		h.Meetings[i].Donor, h.Meetings[i].Receiver = g.find(h.Meetings[i].Donor), g.find(h.Meetings[i].Receiver)
	}
	for i := range h.Calls {
		h.Calls[i].Hull = g.find(h.Calls[i].Hull)
	}
	for i := range h.Crossings {
		h.Crossings[i].Hull = g.find(h.Crossings[i].Hull)
	}
	for i := range h.Marks {
		h.Marks[i].Hull = g.find(h.Marks[i].Hull)
	}
	for i := range h.Rests {
		h.Rests[i].Hull = g.find(h.Rests[i].Hull)
	}
	return h
}

// group is a partition of ships; each points towards the least number of its part.
type group map[vessel.MMSI]vessel.MMSI

func (g group) find(m vessel.MMSI) vessel.MMSI {
	for {
		up, ok := g[m]
		if !ok || up == m {
			return m
		}
		m = up
	}
}

func (g group) join(a, b vessel.MMSI) {
	a, b = g.find(a), g.find(b)
	g[max(a, b)] = min(a, b)
}

// span is what decides whether two items of a history tell of the same thing.
type span struct {
	a, b     vessel.MMSI
	from, to time.Time
	p        float64
	cause    Cause
}

// distinct keeps of items that tell of the same ships at overlapping times the most probable; of equals the first by id.
// The answer is in order of the best first, then id.
func distinct[T any](list []T, of func(T) span) []T {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(x, y T) int {
		a, b := of(x), of(y)
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.cause.Event, b.cause.Event), cmp.Compare(b.cause.Version, a.cause.Version))
	})
	type ships struct{ a, b vessel.MMSI }
	kept := map[ships][]span{}
	return slices.DeleteFunc(sorted, func(x T) bool {
		s := of(x)
		same := slices.ContainsFunc(kept[ships{s.a, s.b}], func(k span) bool {
			return k.cause.Event == s.cause.Event || !k.from.After(s.to) && !s.from.After(k.to)
		})
		if !same {
			kept[ships{s.a, s.b}] = append(kept[ships{s.a, s.b}], s)
		}
		return same
	})
}

// joined makes one of rests that overlap or nearly do.
func joined(rests []Rest, lull time.Duration) []Rest {
	sorted := slices.Clone(rests)
	slices.SortFunc(sorted, func(a, b Rest) int {
		return cmp.Or(cmp.Compare(a.Hull, b.Hull), a.From.Compare(b.From), cmp.Compare(a.Event, b.Event), a.To.Compare(b.To), cmp.Compare(a.Version, b.Version))
	})
	var out []Rest
	for _, r := range sorted {
		n := len(out) - 1
		if n < 0 || out[n].Hull != r.Hull || r.From.After(out[n].To.Add(lull)) {
			out = append(out, r)
			continue
		}
		if r.To.After(out[n].To) {
			out[n].To = r.To
		}
	}
	return out
}

// settled moves load states that were typed during an operation to where they belong: a ballast draught typed while a
// ship gives or discharges holds from the end of it on, one typed while she receives from before it.
func (h History) settled() []Mark {
	type work struct {
		from, to time.Time
		gives    bool
	}
	at := map[vessel.MMSI][]work{}
	for _, m := range h.Meetings {
		at[m.Donor] = append(at[m.Donor], work{m.Start, m.End, true})
		at[m.Receiver] = append(at[m.Receiver], work{m.Start, m.End, m.Either})
	}
	for _, c := range h.Calls {
		at[c.Hull] = append(at[c.Hull], work{c.Start, c.End, true})
	}
	var out []Mark
	for _, m := range h.Marks {
		var last, first time.Time
		for _, w := range at[m.Hull] {
			switch {
			case m.Laden || m.At.Before(w.from) || m.At.After(w.to):
			case w.gives && w.to.After(last):
				last = w.to
			case !w.gives && (first.IsZero() || w.from.Before(first)):
				first = w.from
			}
		}
		if !last.IsZero() {
			m.At = last
		} else if !first.IsZero() {
			m.At = first
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Mark) int {
		return cmp.Or(cmp.Compare(a.Hull, b.Hull), a.At.Compare(b.At), cmp.Compare(a.Event, b.Event), cmp.Compare(b.Version, a.Version))
	})
	return slices.CompactFunc(out, func(a, b Mark) bool {
		return a.Hull == b.Hull && a.At.Equal(b.At) && a.Event == b.Event && a.Laden == b.Laden
	})
}

// ofInterest drops ships that no chain of meetings ties to a lift.
func (h History) ofInterest() History {
	g := group{}
	for _, m := range h.Meetings {
		g.join(m.Donor, m.Receiver)
	}
	tied := map[vessel.MMSI]bool{}
	for _, l := range h.Lifts {
		if l.Q > 0 && l.Barrels > 0 {
			tied[g.find(l.Hull)] = true
		}
	}
	out := func(m vessel.MMSI) bool { return !tied[g.find(m)] }
	h.Lifts = drop(h.Lifts, func(l Lift) bool { return out(l.Hull) || l.Q <= 0 || l.Barrels <= 0 })
	h.Meetings = drop(h.Meetings, func(m Meeting) bool { return out(m.Donor) })
	h.Calls = drop(h.Calls, func(c Call) bool { return out(c.Hull) })
	h.Crossings = drop(h.Crossings, func(c Crossing) bool { return out(c.Hull) })
	h.Marks = drop(h.Marks, func(m Mark) bool { return out(m.Hull) })
	h.Rests = drop(h.Rests, func(r Rest) bool { return out(r.Hull) })
	return h
}
