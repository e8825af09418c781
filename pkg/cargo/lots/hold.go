package lots

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Amount is barrels if the oil exists, and how many are expected.
type Amount struct{ Barrels, Expected vessel.Barrels }

// parcel is oil of one lot in a ship.
type parcel struct {
	Amount
	lot    string
	exited bool
}

// part is the share of a parcel that goes with v of its barrels. Expected barrels are rounded half up, and never more than
// the barrels, nor do fewer stay than would leave more expected than barrels.
func (a Amount) part(v vessel.Barrels) Amount {
	if v <= 0 || a.Barrels <= 0 {
		return Amount{}
	}
	if v >= a.Barrels {
		return a
	}
	return Amount{v, scale(a.Expected, v, a.Barrels)}
}

// scale is x·v/of, rounded half up, for 0 <= v <= of, of > 0 and x >= 0. Exact for all whole numbers.
func scale(x, v, of vessel.Barrels) vessel.Barrels {
	hi, lo := bits.Mul64(uint64(x), uint64(v))
	lo, carry := bits.Add64(lo, uint64(of)/2, 0)
	q, _ := bits.Div64(hi+carry, lo, uint64(of))
	return vessel.Barrels(q)
}

// split divides whole barrels by weights with largest remainders: the parts sum to v, and no part differs from its true
// share by one barrel or more. v must not be more than the sum of the weights; then no part is more than its weight.
// Equal remainders go to the first.
func split(v vessel.Barrels, weights []vessel.Barrels) []vessel.Barrels {
	out := make([]vessel.Barrels, len(weights))
	var sum vessel.Barrels
	for _, w := range weights {
		sum += w
	}
	if v <= 0 || sum <= 0 {
		return out
	}
	type remainder struct {
		i    int
		left uint64
	}
	rest, order := v, make([]remainder, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(v), uint64(w))
		q, r := bits.Div64(hi, lo, uint64(sum))
		out[i], order[i] = vessel.Barrels(q), remainder{i, r}
		rest -= out[i]
	}
	slices.SortStableFunc(order, func(a, b remainder) int { return cmp.Compare(b.left, a.left) })
	for _, o := range order[:rest] {
		out[o.i]++
	}
	return out
}

// exitedLast orders oil that has not left before oil that has.
func exitedLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// place is where oil of a lot is.
type place struct {
	lot    string
	hull   vessel.MMSI
	exited bool
}

// tally is how much oil is where.
type tally map[place]Amount

// apply books a move, or takes it back with a sign of −1. It refuses what would leave less than nothing anywhere.
func (t tally) apply(m Move, sign vessel.Barrels) error {
	b, e := sign*m.Barrels, sign*m.Expected
	if m.Kind == Storage || m.Kind == Withheld {
		return nil
	}
	from := place{m.Lot, m.From, m.Exited}
	to := place{m.Lot, m.To, m.Exited || m.Kind == Exit}
	if !m.Kind.Born() {
		if err := t.add(m, from, -b, -e); err != nil {
			return err
		}
	}
	if !m.Kind.Ends() {
		return t.add(m, to, b, e)
	}
	return nil
}

func (t tally) add(m Move, at place, b, e vessel.Barrels) error {
	a := t[at]
	a.Barrels, a.Expected = a.Barrels+b, a.Expected+e
	if a.Barrels < 0 || a.Expected < 0 {
		return fmt.Errorf("move %s: %d barrels of lot %s aboard %s are not there", m.ID, -b, m.Lot, at.hull)
	}
	if a == (Amount{}) {
		delete(t, at)
	} else {
		t[at] = a
	}
	return nil
}
