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
}

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
	}
	slices.SortStableFunc(w.ops, func(a, b *operation) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.mmsi(), b.mmsi()))
	})
	for _, op := range w.ops {
		if err := op.apply(); err != nil {
			return err
		}
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

func (o *operation) apply() error {
	if o.sanctioned {
		o.counted = o.barrels
	}
	if o.from != nil {
		last := o.from.contents[len(o.from.contents)-1]
		if o.beyond {
			o.barrels = last.barrels
		}
		if o.barrels == 0 {
			return nil
		}
		if last.barrels < o.barrels {
			return fmt.Errorf("%s: gives %d bbl, has %d", o.from.spec.Name, o.barrels, last.barrels)
		}
		o.counted = int64(math.Round(float64(last.sanctioned) * float64(o.barrels) / float64(last.barrels)))
		if err := o.from.change(o, -o.barrels, -o.counted); err != nil {
			return err
		}
	}
	if o.to != nil {
		return o.to.change(o, o.barrels, o.counted)
	}
	return nil
}

// change notes one operation in a ship's content.
func (s *Ship) change(o *operation, barrels, sanctioned int64) error {
	last := s.contents[len(s.contents)-1]
	if last.at > o.begin {
		return fmt.Errorf("%s: two operations at once at %s", s.spec.Name, s.world.At(o.begin).Format(time.DateTime))
	}
	next := content{o.end, last.barrels + barrels, last.sanctioned + sanctioned}
	if room := s.room(); float64(next.barrels) > room {
		return fmt.Errorf("%s: %d bbl do not fit, tanks hold %.0f", s.spec.Name, next.barrels, room)
	}
	s.contents = append(s.contents, content{o.begin, last.barrels, last.sanctioned}, next)
	return nil
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
	return between(a.barrels, b.barrels), between(a.sanctioned, b.sanctioned)
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
