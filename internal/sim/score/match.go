package score

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// ship is a hull as far as its numbers tell.
type ship struct {
	mmsi vessel.MMSI
	imo  vessel.IMO
}

// is tells whether two are one hull. A ship that changed her MMSI is known by her IMO number.
func (s ship) is(o ship) bool { return s.mmsi == o.mmsi || s.imo != 0 && s.imo == o.imo }

// span is a time from and to.
type span struct{ from, to time.Time }

// middle is half-way through the span.
func (s span) middle() time.Time { return s.from.Add(s.to.Sub(s.from) / 2) }

// item is one thing that happened, or that is claimed to have happened.
type item struct {
	id    string // of the event that claims it
	ships []ship // one, or the two that met
	span
	class string
	mode  string
	// excused items are true but cannot be asked for: finding one is no success and missing it no failure.
	excused bool
	// unheard items are true, but nothing that reached the feed could have told of them.
	unheard bool
	rate    int     // of a meeting: how often both ships were heard, by rates
	open    bool    // had not ended when the world did, or when the claim was made
	barrels float64 // true ones, or the mean of those claimed
	low     float64 // of the 90 % interval of those claimed
	high    float64
	p       float64 // probability of a claim
	causes  map[string]float64
}

// sameShips tells whether the ships are the same, in any order.
func sameShips(a, b item) bool {
	switch {
	case len(a.ships) != len(b.ships):
		return false
	case len(a.ships) == 1:
		return a.ships[0].is(b.ships[0])
	case len(a.ships) == 2:
		return a.ships[0].is(b.ships[0]) && a.ships[1].is(b.ships[1]) || a.ships[0].is(b.ships[1]) && a.ships[1].is(b.ships[0])
	}
	return false
}

// likeness tells whether a claim may stand for a true item, and how far it is from it: less is closer.
type likeness func(truth, claim item) (distance float64, ok bool)

// overlapping asks for half: the time that both cover is at least half of the time that either covers. A claim of a
// whole month does not find everything that happened in it.
func overlapping(truth, claim item) (float64, bool) {
	if !sameShips(truth, claim) {
		return 0, false
	}
	both := min(truth.to.UnixNano(), claim.to.UnixNano()) - max(truth.from.UnixNano(), claim.from.UnixNano())
	either := max(truth.to.UnixNano(), claim.to.UnixNano()) - min(truth.from.UnixNano(), claim.from.UnixNano())
	if both < 0 || 2*both < either {
		return 0, false
	}
	return 1 - float64(both)/float64(max(1, either)), true
}

// liftTolerance is how far the windows of a lift may lie apart: the tolerance that the project's scores are defined
// with, about the time between two cargoes of one shuttling ship.
const liftTolerance = 72 * time.Hour

// nearby asks for windows at most liftTolerance apart; of several, the one whose middle is closest is meant.
func nearby(truth, claim item) (float64, bool) {
	apart := max(truth.from.Sub(claim.to), claim.from.Sub(truth.to))
	if !sameShips(truth, claim) || apart > liftTolerance {
		return 0, false
	}
	return truth.middle().Sub(claim.middle()).Abs().Hours(), true
}

// link is a claim that may stand for a true item.
type link struct {
	truth, claim int
	distance     float64
}

// pairing says for each true item which claim stands for it, -1 for none; and for each claim the true item that
// it could stand for, the closest one, -1 for none.
type pairing struct{ claim, near []int }

// pair matches one to one: the closest first, and then by exchange until no further pair can be made.
func pair(truth, claims []item, like likeness) pairing {
	links := make([][]link, len(truth))
	var all []link
	out := pairing{fill(len(truth), -1), fill(len(claims), -1)}
	for i := range truth {
		for j := range claims {
			if d, ok := like(truth[i], claims[j]); ok {
				links[i] = append(links[i], link{i, j, d})
			}
		}
		all = append(all, links[i]...)
	}
	slices.SortStableFunc(all, func(a, b link) int { return cmp.Compare(a.distance, b.distance) })
	held := fill(len(claims), -1)
	for _, l := range all {
		if out.near[l.claim] < 0 {
			out.near[l.claim] = l.truth
		}
		if out.claim[l.truth] < 0 && held[l.claim] < 0 {
			out.claim[l.truth], held[l.claim] = l.claim, l.truth
		}
	}
	for i := range truth {
		if out.claim[i] < 0 {
			exchange(links, out.claim, held, make([]bool, len(claims)), i)
		}
	}
	return out
}

// exchange finds a claim for a true item, if need be by giving the one that holds it another (Kuhn 1955).
func exchange(links [][]link, claim, held []int, seen []bool, i int) bool {
	for _, l := range links[i] {
		if seen[l.claim] {
			continue
		}
		seen[l.claim] = true
		if held[l.claim] < 0 || exchange(links, claim, held, seen, held[l.claim]) {
			claim[i], held[l.claim] = l.claim, i
			return true
		}
	}
	return false
}

func fill(n, value int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = value
	}
	return out
}
