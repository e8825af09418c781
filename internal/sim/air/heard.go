package air

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/pkg/geo"
)

// What Heard remembers. A year of a thousand ships takes some 90 MB.
const (
	heardBin   = 5 * time.Minute  // of a ship's messages
	heardOnce  = time.Minute      // of her true positions
	everyMost  = 24 * time.Hour   // between two of them: no longer interval is told apart
	heardCell  = 0.1              // degrees, of the places from which ships were heard
	heardHour  = time.Hour        // of those places
	leastGap   = 30 * time.Minute // between two positions; shorter ones are not kept
	nearness   = 0.5 * 60         // nautical miles
	whyStep    = 30 * time.Minute // between looks into a gap for its cause
	whyAtLeast = 0.5              // share of the looks that must show a cause
)

// Heard tells what of a world reached its feed. It implements sim.Heard; times are exact to five minutes, places to a
// tenth of a degree and an hour, gaps to the second.
type Heard struct {
	ships map[uint32]*shipHeard
	cells map[cell]*bits
	scene *scene
	world *sim.World
}

var _ sim.Heard = (*Heard)(nil)

// cell is a square of a tenth of a degree.
type cell [2]int16

func cellOf(p geo.Point) cell {
	return cell{int16(math.Floor(p[0] / heardCell)), int16(math.Floor(p[1] / heardCell))}
}

// bits is a set of running numbers.
type bits []uint64

func (b *bits) set(i int) {
	for i/64 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

// join adds another set.
func (b *bits) join(other bits) {
	for i, word := range other {
		if i >= len(*b) {
			*b = append(*b, 0)
		}
		(*b)[i] |= word
	}
}

// any tells whether a number from one to another, both included, is in the set.
func (b bits) any(from, to int) bool {
	return b.first(from, to) <= to
}

// first is the smallest number from one to another, both included, that is in the set; past the last if there is none.
func (b bits) first(from, to int) int {
	for i := max(0, from); i <= to && i/64 < len(b); i++ {
		if b[i/64] == 0 {
			i |= 63
			continue
		}
		if b[i/64]>>(i%64)&1 != 0 {
			return i
		}
	}
	return to + 1
}

// shipHeard is what was heard of one ship. Messages must be noted in order of sending.
type shipHeard struct {
	ship  *sim.Ship
	bins  bits
	fixes bits          // in which a true position was received
	last  time.Duration // of the last position, negative before the first
	gaps  []sim.Span
}

// message notes a received message.
func (h *shipHeard) message(at time.Duration, position bool) {
	h.bins.set(int(at / heardBin))
	if !position {
		return
	}
	if h.last >= 0 && at-h.last >= leastGap {
		h.gaps = append(h.gaps, sim.Span{From: h.last, To: at})
	}
	h.last = at
	h.fixes.set(int(at / heardOnce))
}

// Ship implements sim.Heard.
func (h *Heard) Ship(sender uint32, from, to time.Duration) bool {
	s := h.ships[sender]
	return s != nil && s.bins.any(int(from/heardBin), int(to/heardBin))
}

// Near implements sim.Heard.
func (h *Heard) Near(at geo.Point, from, to time.Duration) bool {
	middle := cellOf(at)
	first, last := int(from/heardHour), int(to/heardHour)
	for x := middle[0] - 8; x <= middle[0]+8; x++ {
		for y := middle[1] - 6; y <= middle[1]+6; y++ {
			b := h.cells[cell{x, y}]
			if b == nil {
				continue
			}
			centre := geo.Point{(float64(x) + 0.5) * heardCell, (float64(y) + 0.5) * heardCell}
			if motion.Length(at, centre) <= nearness*geo.NauticalMile && b.any(first, last) {
				return true
			}
		}
	}
	return false
}

// Gaps implements sim.Heard. Gaps of less than half an hour are not kept.
func (h *Heard) Gaps(sender uint32, least time.Duration) []sim.Span {
	s := h.ships[sender]
	if s == nil {
		return nil
	}
	var out []sim.Span
	for _, g := range s.gaps {
		if g.To-g.From >= least {
			out = append(out, g)
		}
	}
	return out
}

// Every implements sim.Heard, to the minute.
func (h *Heard) Every(one, other uint32, s sim.Span) (every time.Duration, ok bool) {
	a, b := h.brackets(one, s), h.brackets(other, s)
	if a == nil || b == nil {
		return 0, false
	}
	for i := range a {
		a[i] = max(a[i], b[i])
	}
	slices.Sort(a)
	return time.Duration(a[len(a)/2]) * heardOnce, true
}

// brackets are, for each minute of a time, how many minutes lie between the ship's received positions before and after
// it; nil when none was received within the time.
func (h *Heard) brackets(sender uint32, s sim.Span) []int {
	const most = int(everyMost / heardOnce)
	first, last := int(s.From/heardOnce), int(s.To/heardOnce)
	ship := h.ships[sender]
	if ship == nil || !ship.fixes.any(first, last) {
		return nil
	}
	before := first - most
	for at := ship.fixes.first(before, first-1); at < first; at = ship.fixes.first(at+1, first-1) {
		before = at
	}
	out := make([]int, 0, last-first+1)
	for at := first; at <= last; {
		after := ship.fixes.first(at, last+most)
		for ; at <= min(after, last); at++ {
			out = append(out, min(after-before, most))
		}
		before = after
	}
	return out
}

// Why implements sim.Heard. It looks at the ship's true place every half hour: a station within whose reach she was and
// which was out of order, or an outage of the whole feed, or interference, is the cause when it covers half of the gap.
func (h *Heard) Why(sender uint32, s sim.Span) string {
	ship := h.ships[sender]
	if ship == nil {
		return "not_received"
	}
	looks, outage, interference := 0, 0, 0
	for at := s.From; at <= s.To; at += whyStep {
		p := ship.ship.Track().Pose(at).At
		looks++
		switch {
		case h.scene.out(p, at):
			outage++
		case h.scene.jammed(sender, p, at) != nil:
			interference++
		}
	}
	switch least := int(math.Ceil(whyAtLeast * float64(looks))); {
	case outage >= least:
		return "feed_outage"
	case interference >= least:
		return "interference"
	}
	return "not_received"
}

// out tells whether the feed, or a coast station that reaches a place, is out of order.
func (c *scene) out(p geo.Point, at time.Duration) bool {
	if down(c.world.Scenario().FeedOutages, at) {
		return true
	}
	for i := range c.coasts {
		s := &c.coasts[i]
		if down(s.Outages, at) && motion.Length(s.at, p) < s.reachAt(at) {
			return true
		}
	}
	return false
}

// heard gathers what all workers noted.
func (s *simulator) heard() *Heard {
	h := &Heard{ships: map[uint32]*shipHeard{}, cells: map[cell]*bits{}, scene: s.scene, world: s.world}
	for _, u := range s.units {
		if t, ok := u.(*transponder); ok {
			h.ships[t.sender] = &t.heard
		}
	}
	for _, w := range s.workers {
		for c, b := range w.cells {
			if h.cells[c] == nil {
				h.cells[c] = new(bits)
			}
			h.cells[c].join(*b)
		}
	}
	return h
}
