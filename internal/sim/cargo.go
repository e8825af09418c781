package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

// operation moves oil: from the shore when from is nil, to the shore when to is.
type operation struct {
	begin, end time.Duration
	from, to   *Ship
	barrels    int64
	sanctioned bool   // of a loading: whether its oil counts
	place      string // of a loading or discharge
	purpose    string // of a transfer
	beyond     bool   // everything on board is discharged outside the world
	counted    int64  // sanctioned barrels among barrels, filled in when booked
	blended    bool   // of a loading: whether the oil is later given away as lawful
}

// blend is the purpose of a transfer after which sanctioned oil goes on as lawful.
const blend = "blend"

// content is what is on board at a time; between two it changes evenly.
type content struct {
	at                  time.Duration
	barrels, sanctioned int64
}

// book goes through all operations in order of time and notes what is on board of each ship. Oil is never made nor
// lost: what one ship gives another gets, with its share of sanctioned oil.
func (w *World) book() error {
	for _, s := range w.ships {
		first := content{at: s.track.Begin(), barrels: s.spec.Cargo.Barrels}
		if s.spec.Cargo.Sanctioned {
			first.sanctioned = first.barrels
		}
		s.contents = []content{first}
		s.booked = first
	}
	slices.SortStableFunc(w.ops, func(a, b *operation) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.mmsi(), b.mmsi()))
	})
	for _, op := range w.ops {
		if err := op.apply(w); err != nil {
			return err
		}
	}
	for _, s := range w.ships {
		if err := s.settle(); err != nil {
			return err
		}
		s.markBlended()
	}
	return nil
}

// mmsi names an operation among those of one instant.
func (o *operation) mmsi() uint32 {
	if o.to != nil {
		return o.to.spec.MMSI
	}
	return o.from.spec.MMSI
}

// apply books one operation at once, as if it were done. A ship that takes and gives at the same time gives of the
// mixture of what she had and all that she is taking.
func (o *operation) apply(w *World) error {
	if o.sanctioned {
		o.counted = o.barrels
	}
	if o.from != nil {
		has := &o.from.booked
		if o.beyond {
			o.barrels = has.barrels
		}
		if has.barrels < o.barrels {
			return fmt.Errorf("%s: gives %d bbl at %s, has %d", o.from.spec.Name, o.barrels, w.At(o.begin).Format(time.DateTime), has.barrels)
		}
		o.counted = int64(math.Round(float64(has.sanctioned) * float64(o.barrels) / float64(max(1, has.barrels))))
		has.barrels, has.sanctioned = has.barrels-o.barrels, has.sanctioned-o.counted
		o.from.ops = append(o.from.ops, o)
	}
	if o.to != nil {
		_, gained := o.delta(o.to)
		o.to.booked.barrels += o.barrels
		o.to.booked.sanctioned += gained
		o.to.ops = append(o.to.ops, o)
	}
	return nil
}

// delta is what an operation changes on board of a ship that takes part in it.
func (o *operation) delta(s *Ship) (barrels, sanctioned int64) {
	switch {
	case o.from == s:
		return -o.barrels, -o.counted
	case o.purpose == blend:
		return o.barrels, 0
	}
	return o.barrels, o.counted
}

// settle notes the content at every instant at which an operation begins or ends, and checks that it fits.
func (s *Ship) settle() error {
	var times []time.Duration
	for _, o := range s.ops {
		times = append(times, o.begin, o.end)
	}
	slices.Sort(times)
	done, next := s.contents[0], 0
	var open []*operation
	for _, at := range slices.Compact(times) {
		for ; next < len(s.ops) && s.ops[next].begin <= at; next++ {
			open = append(open, s.ops[next])
		}
		open = slices.DeleteFunc(open, func(o *operation) bool {
			if o.end > at {
				return false
			}
			barrels, sanctioned := o.delta(s)
			done.barrels, done.sanctioned = done.barrels+barrels, done.sanctioned+sanctioned
			return true
		})
		level := content{at, done.barrels, done.sanctioned}
		for _, o := range open {
			barrels, sanctioned := o.delta(s)
			level.barrels += o.part(barrels, o.begin, at)
			level.sanctioned += o.part(sanctioned, o.begin, at)
		}
		if when := s.world.At(at).Format(time.DateTime); level.barrels < 0 {
			return fmt.Errorf("%s: gives %d bbl by %s that she takes only later", s.spec.Name, -level.barrels, when)
		} else if room := s.room(); float64(level.barrels) > room {
			return fmt.Errorf("%s: %d bbl do not fit at %s, tanks hold %.0f", s.spec.Name, level.barrels, when, room)
		}
		s.contents = append(s.contents, level)
	}
	return nil
}

// markBlended marks the loadings whose oil goes on as another's: the ship gives of it for blending before she loads again.
func (s *Ship) markBlended() {
	var last *operation
	for _, o := range s.ops {
		switch {
		case o.from == nil:
			last = o
		case o.from == s && o.purpose == blend && last != nil:
			last.blended = true
		}
	}
}

// part is how much of some barrels an operation moves between two times.
func (o *operation) part(barrels int64, from, to time.Duration) int64 {
	share := func(at time.Duration) int64 {
		f := float64(at-o.begin) / float64(max(1, o.end-o.begin))
		return int64(math.Round(float64(barrels) * max(0, min(1, f))))
	}
	return share(to) - share(from)
}

// room is what the tanks hold at 98 %: 6.74 bbl a tonne of deadweight (design of a 159,000 t Suezmax).
func (s *Ship) room() float64 { return 6.74 * s.kind.DWT }

// Barrels is the oil on board at a time, and how much of it is sanctioned.
func (s *Ship) Barrels(at time.Duration) (all, sanctioned int64) {
	i := sort.Search(len(s.contents), func(i int) bool { return s.contents[i].at > at })
	if i == 0 {
		return s.contents[0].barrels, s.contents[0].sanctioned
	}
	a := s.contents[i-1]
	if i == len(s.contents) {
		return a.barrels, a.sanctioned
	}
	b := s.contents[i]
	f := float64(at-a.at) / float64(b.at-a.at)
	between := func(x, y int64) int64 { return x + int64(math.Round(f*float64(y-x))) }
	all = between(a.barrels, b.barrels)
	return all, max(0, min(all, between(a.sanctioned, b.sanctioned)))
}

// carries tells whether she ever has sanctioned oil on board.
func (s *Ship) carries() bool {
	return slices.ContainsFunc(s.contents, func(c content) bool { return c.sanctioned > 0 })
}

// defaultBBLPerTonne is the Iranian export mix (33.1 °API: 7.25 bbl a tonne in vacuum).
const defaultBBLPerTonne = 7.25

// Draught is the true draught in metres: by weight and tonnes per centimetre from the summer draught down, and never
// less than in ballast. Fuel, water and stores take 2.8 % of the deadweight.
func (s *Ship) Draught(at time.Duration) float64 {
	barrels, _ := s.Barrels(at)
	if barrels == 0 || s.kind.DWT == 0 {
		return s.kind.Ballast
	}
	perTonne := s.kind.BBLPerTon
	if perTonne == 0 {
		perTonne = defaultBBLPerTonne
	}
	light := 0.972*s.kind.DWT - float64(barrels)/perTonne
	return max(s.kind.Ballast, s.kind.Scantling-light/(100*s.kind.TPC))
}
