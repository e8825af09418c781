package lots

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// The ranks of steps of one moment: those of the kinds of move that they make.
const (
	rankLift = iota
	rankTransfer
	rankDischarge
	rankExit
	rankStorage
	rankMark
)

// step is one thing that changes who holds what.
type step struct {
	at    time.Time
	rank  int
	cause Cause
	do    func(*book)
}

// Build follows the oil of a history. The moves come in order. The answer depends on what the history says alone: not on
// the order of its lists, nor on things that are said twice. Ships that no meeting ties to a lift or to an inferred one
// are left out, for nothing that they carry is of interest.
func Build(h History, o Options) []Move {
	h = h.tidied(o)
	b := &book{o: o, holds: map[vessel.MMSI]*hold{}}
	for _, s := range h.steps(o) {
		s.do(b)
	}
	slices.SortFunc(b.moves, compareMoves)
	return b.moves
}

// steps are the history in order of time. It must be tidied.
func (h History) steps(o Options) []step {
	var out []step
	add := func(at time.Time, rank int, c Cause, do func(*book)) { out = append(out, step{at, rank, c, do}) }
	for _, l := range h.Lifts {
		add(l.End, rankLift, l.Cause, func(b *book) { b.lift(l) })
	}
	for _, m := range h.Meetings {
		add(m.End, rankTransfer, m.Cause, func(b *book) { b.transfer(m) })
	}
	for _, c := range h.Calls {
		add(c.End, rankDischarge, c.Cause, func(b *book) { b.discharge(c) })
	}
	for _, c := range h.Crossings {
		add(c.At, rankExit, c.Cause, func(b *book) { b.exit(c) })
	}
	for _, r := range h.Rests {
		if at := r.From.Add(o.Storage); !at.After(r.To) {
			add(at, rankStorage, r.Cause, func(b *book) { b.store(r, at) })
		}
	}
	for _, m := range h.Marks {
		add(m.At, rankMark, m.Cause, func(b *book) { b.mark(m) })
	}
	slices.SortStableFunc(out, func(x, y step) int {
		return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.rank, y.rank), cmp.Compare(x.cause.Event, y.cause.Event))
	})
	return out
}

// book is who holds what while the steps are done.
type book struct {
	o     Options
	holds map[vessel.MMSI]*hold
	moves []Move
}

// hold is one ship.
type hold struct {
	parcels []parcel // by lot, then exited
	laden   bool     // by the last load state that was seen
	stored  bool     // floating storage, not seen in ballast since
	lifted  time.Time
	worked  time.Time // last moment in which oil may have left her
}

func (b *book) hold(m vessel.MMSI) *hold {
	h := b.holds[m]
	if h == nil {
		h = &hold{}
		b.holds[m] = h
	}
	return h
}

func (h *hold) total() vessel.Barrels {
	var sum vessel.Barrels
	for _, p := range h.parcels {
		sum += p.Barrels
	}
	return sum
}

// put adds oil to a ship.
func (h *hold) put(p parcel) {
	i, found := slices.BinarySearchFunc(h.parcels, p, func(a, b parcel) int {
		return cmp.Or(cmp.Compare(a.lot, b.lot), exitedLast(a.exited, b.exited))
	})
	if !found {
		h.parcels = slices.Insert(h.parcels, i, p)
		return
	}
	h.parcels[i].Barrels += p.Barrels
	h.parcels[i].Expected += p.Expected
}

// take removes v barrels, of each parcel its share, and returns what was taken.
func (h *hold) take(v vessel.Barrels) []parcel {
	weights := make([]vessel.Barrels, len(h.parcels))
	for i, p := range h.parcels {
		weights[i] = p.Barrels
	}
	var out, left []parcel
	for i, share := range split(min(v, h.total()), weights) {
		p := h.parcels[i]
		gone := p.part(share)
		if gone.Barrels > 0 {
			out = append(out, parcel{gone, p.lot, p.exited})
		}
		p.Barrels, p.Expected = p.Barrels-gone.Barrels, p.Expected-gone.Expected
		if p.Barrels > 0 {
			left = append(left, p)
		}
	}
	h.parcels = left
	return out
}

// write notes a move.
func (b *book) write(m Move) {
	m.At, m.P = m.At.UTC().Truncate(time.Millisecond), math.Round(m.P*1e6)/1e6
	m.identify()
	b.moves = append(b.moves, m)
}

// end notes that parcels are aboard no ship any more.
func (b *book) end(from vessel.MMSI, gone []parcel, m Move) {
	for _, p := range gone {
		m.Lot, m.From, m.Exited, m.Barrels, m.Expected = p.lot, from, p.exited, p.Barrels, p.Expected
		b.write(m)
	}
}

// born brings a lot into being.
func (b *book) born(m Move, v vessel.Barrels, q float64) {
	m.P, m.Barrels, m.Expected = q, v, vessel.Barrels(math.Round(q*float64(v)))
	b.write(m)
	b.hold(m.To).put(parcel{Amount{m.Barrels, m.Expected}, m.Lot, false})
}

// lift loads a ship. What was still aboard her went where nobody saw it; floating storage lifts nothing.
func (b *book) lift(l Lift) {
	h := b.hold(l.Hull)
	m := Move{Kind: Lifted, At: l.End, Lot: lotID(l.Event), To: l.Hull, Because: []Cause{l.Cause}}
	switch {
	case l.Inferred:
		b.claim(l, h)
		return
	case h.stored:
		m.Kind, m.P = Withheld, l.Q
		b.write(m)
		return
	}
	b.end(l.Hull, h.take(h.total()), Move{Kind: Unseen, At: l.End, P: 1, Because: []Cause{l.Cause}})
	h.lifted, h.laden = l.End, true
	b.born(m, l.Barrels, l.Q)
}

// leastUnknown is the share of a cargo from which it is worth a lot of its own: the error of a cargo by draught.
const leastUnknown = 0.1

// nearlyAll is what moved of what there is: all of it where draughts cannot tell it from that, and never more.
func nearlyAll(moved, all vessel.Barrels) vessel.Barrels {
	if float64(moved) > (1-leastUnknown)*float64(all) {
		return all
	}
	return moved
}

// claim opens a provisional lot for what no known lot explains of a cargo that is said to be sanctioned oil with
// probability q. Unclaimed oil aboard becomes part of it.
func (b *book) claim(l Lift, h *hold) {
	m := Move{Kind: Provisional, At: l.End, Lot: lotID(l.Event), To: l.Hull, Because: []Cause{l.Cause}}
	var known, unclaimed vessel.Barrels
	var kept, merged []parcel
	for _, p := range h.parcels {
		if p.Expected == 0 {
			unclaimed += p.Barrels
			merged = append(merged, p)
			continue
		}
		known += p.Barrels
		kept = append(kept, p)
	}
	whole := max(l.Barrels, known)
	unknown := whole - known
	if float64(unknown) < leastUnknown*float64(whole) {
		return
	}
	for _, p := range kept {
		m.Origins = addShare(m.Origins, p.lot, float64(p.Barrels)/float64(whole))
	}
	m.Origins = addShare(m.Origins, unknownOrigin, float64(unknown)/float64(whole))
	h.parcels = kept
	b.end(l.Hull, merged, Move{Kind: Merged, At: l.End, P: 1, Because: []Cause{l.Cause}})
	b.born(m, unknown, l.Q)
}

func addShare(to []Share, lot string, share float64) []Share {
	share = math.Round(share*1e6) / 1e6
	if n := len(to); n > 0 && to[n-1].Lot == lot {
		to[n-1].Share += share
		return to
	}
	return append(to, Share{lot, share})
}

// transfer moves oil from ship to ship. Where it is not known who gave, oil of known lots can only have gone from the
// ship that has some to the one that has none, and did so in half of the cases; if both have some, what went one way is
// as likely to have gone the other, and nothing is moved.
func (b *book) transfer(m Meeting) {
	giver, taker := b.hold(m.Donor), b.hold(m.Receiver)
	if m.Either {
		if (giver.total() > 0) == (taker.total() > 0) {
			return
		}
		if giver.total() == 0 {
			giver, taker, m.Donor, m.Receiver = taker, giver, m.Receiver, m.Donor
		}
		m.R, m.Loss, m.Gain, m.Content, m.Tanks = m.R/2, vessel.Uncertain{}, vessel.Uncertain{}, vessel.Uncertain{}, 0
	}
	b.explain(giver, m)
	v := giver.total()
	if moved, known := Volume(m.Loss, m.Gain); known {
		v = nearlyAll(moved, v)
	}
	if m.Tanks > 0 {
		v = min(v, max(0, m.Tanks-taker.total()))
	}
	giver.worked = m.End
	part := v < giver.total()
	for _, p := range giver.take(vessel.Barrels(math.Round(m.R * float64(v)))) {
		b.write(Move{Kind: Transfer, At: m.End, Lot: p.lot, From: m.Donor, To: m.Receiver, P: m.R, Exited: p.exited, Part: part,
			Barrels: p.Barrels, Expected: p.Expected, Because: []Cause{m.Cause}})
		taker.put(p)
	}
}

// explain opens a provisional lot that nobody claims for what a donor must have had aboard beyond the lots known.
func (b *book) explain(h *hold, m Meeting) {
	content := m.Content
	if content.Value <= 0 && h.total() == 0 {
		moved, _ := Volume(m.Loss, m.Gain)
		content = vessel.Uncertain{Value: float64(moved)}
	}
	unknown := content.Value - float64(h.total())
	if content.Value <= 0 || unknown < max(leastUnknown, 2*content.LogSD)*content.Value {
		return
	}
	b.born(Move{Kind: Provisional, At: m.End, Lot: lotID(m.Event), To: m.Donor, Origins: []Share{{unknownOrigin, 1}},
		Because: []Cause{m.Cause}}, vessel.Barrels(math.Round(unknown)), 0)
}

// Volume is what went over: the inverse-variance mean of what the donor lost and what the receiver gained. False when
// neither is known.
func Volume(loss, gain vessel.Uncertain) (vessel.Barrels, bool) {
	var sum, weight float64
	for _, u := range []vessel.Uncertain{loss, gain} {
		if u.Value > 0 {
			sd := u.Value * max(u.LogSD, vessel.ScaleLogSD)
			sum, weight = sum+u.Value/(sd*sd), weight+1/(sd*sd)
		}
	}
	if weight == 0 {
		return 0, false
	}
	return vessel.Barrels(math.Round(sum / weight)), true
}

// HomeZone is the zone at which a discharge is a return.
const HomeZone = "iran"

// discharge brings oil ashore.
func (b *book) discharge(c Call) {
	h := b.hold(c.Hull)
	v := h.total()
	if c.Loss.Value > 0 {
		v = nearlyAll(vessel.Barrels(math.Round(c.Loss.Value)), v)
	}
	kind := Discharge
	if c.Zone == HomeZone {
		kind = Return
	}
	h.worked = c.End
	part := v < h.total()
	gone := h.take(vessel.Barrels(math.Round(c.P * float64(v))))
	b.end(c.Hull, gone, Move{Kind: kind, At: c.End, Part: part, Zone: c.Zone, Place: c.Place, P: c.P, Because: []Cause{c.Cause}})
}

// exit lets oil out of the Gulf of Oman, each barrel once.
func (b *book) exit(c Crossing) {
	h := b.hold(c.Hull)
	inside := slices.DeleteFunc(slices.Clone(h.parcels), func(p parcel) bool { return p.exited })
	h.parcels = slices.DeleteFunc(h.parcels, func(p parcel) bool { return !p.exited })
	for _, p := range inside {
		b.write(Move{Kind: Exit, At: c.At, Lot: p.lot, From: c.Hull, To: c.Hull, P: c.P,
			Barrels: p.Barrels, Expected: p.Expected, Because: []Cause{c.Cause}})
		p.exited = true
		h.put(p)
	}
}

// store makes a laden ship floating storage.
func (b *book) store(r Rest, at time.Time) {
	h := b.hold(r.Hull)
	if !h.laden && h.total() == 0 || h.stored {
		return
	}
	h.stored = true
	for i, p := range h.parcels {
		if i > 0 && h.parcels[i-1].lot == p.lot {
			continue
		}
		b.write(Move{Kind: Storage, At: at, Lot: p.lot, From: r.Hull, To: r.Hull, P: 1, Because: []Cause{r.Cause}})
	}
}

// mark takes in a load state. A ship in ballast has nothing aboard.
func (b *book) mark(m Mark) {
	h := b.hold(m.Hull)
	if m.Laden {
		h.laden = true
		return
	}
	if !h.lifted.IsZero() && m.At.Sub(h.lifted) < b.o.Stale && h.worked.Before(h.lifted) {
		return
	}
	h.laden, h.stored = false, false
	b.end(m.Hull, h.take(h.total()), Move{Kind: Unseen, At: m.At, P: 1, Because: []Cause{m.Cause}})
}
