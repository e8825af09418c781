package vessel

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Errors of the regressions as the standard deviation of the logarithm. The first four are leave-one-out or
// residual errors of least squares on nominal hulls and on 1,387 tankers of a list of 2016; the rest are stated
// where they stand.
const (
	scantlingFormulaSD   = 0.07  // draught from length and beam, 23 double hulls
	scantlingConfirmedSD = 0.03  // greatest draught reached twice: a crew's 0.1 m steps, and the last decimetres seldom used
	deadweightDraughtSD  = 0.03  // deadweight from L·B·T, 23 double hulls, leave-one-out
	deadweightLargeSD    = 0.09  // deadweight from L·B², 1,387 tankers (median error 3.4 %)
	deadweightMediumSD   = 0.063 // deadweight from L and B, double hulls of 30,000 t and more, leave-one-out
	deadweightSmallSD    = 0.15  // the same formula below 30,000 t, where it was not fitted: 5 % and 24 % on two hulls
	registeredSD         = 0.01  // a list's deadweight: rounding, and summer against tropical marks
)

// Limits of the regressions, tonnes.
const (
	largeFrom  = 80_000 // L·B² was fitted on a list that is mostly larger
	mediumFrom = 30_000 // L, B was fitted on hulls from here on
)

// greatestTyped is the largest draught that message 5 can carry: 25.5 m means 25.5 m or more (ITU-R M.1371-5,
// table 52).
const greatestTyped geo.Metres = 25.5

// scantlingFromDimensions is T = e^-2.0667·L^0.7318·B^0.2141, least squares on 23 double hulls of 30,000 t and more.
func scantlingFromDimensions(h geo.Hull) Uncertain {
	l, b := float64(h.Length()), float64(h.Beam())
	return Uncertain{math.Exp(-2.0667) * math.Pow(l, 0.7318) * math.Pow(b, 0.2141), scantlingFormulaSD}
}

// deadweightFromDraught is DWT = 0.3887·(L·B·T)^1.0476, for a scantling draught that is known. The draught's own
// error is passed on.
func deadweightFromDraught(h geo.Hull, scantling Uncertain) Uncertain {
	lbt := float64(h.Length()) * float64(h.Beam()) * scantling.Value
	return Uncertain{0.3887 * math.Pow(lbt, 1.0476), math.Hypot(deadweightDraughtSD, 1.0476*scantling.LogSD)}
}

// deadweightFromDimensions is exp(-2.015)·(L·B²)^1.048 where that gives a large tanker, else
// e^-3.7806·L^2.0975·B^1.0337.
func deadweightFromDimensions(h geo.Hull) Uncertain {
	l, b := float64(h.Length()), float64(h.Beam())
	if large := math.Exp(-2.015) * math.Pow(l*b*b, 1.048); large >= largeFrom {
		return Uncertain{large, deadweightLargeSD}
	}
	medium := math.Exp(-3.7806) * math.Pow(l, 2.0975) * math.Pow(b, 1.0337)
	if medium < mediumFrom {
		return Uncertain{medium, deadweightSmallSD}
	}
	return Uncertain{medium, deadweightMediumSD}
}

// TPC is how many tonnes sink the hull by one centimetre near her laden draught: 1.025·Cw·Lpp·B/100 with
// Lpp = 0.962 of the overall length and a waterplane coefficient of 0.90 (VLCC 177, Suezmax 117, Aframax 98 t/cm;
// about 5 %). Zero when the dimensions are not believable.
func TPC(h geo.Hull) float64 {
	if !believable(h) {
		return 0
	}
	return 1.025 * 0.90 * 0.962 * float64(h.Length()) * float64(h.Beam()) / 100
}

// voyageStep is the fall of draught that separates two voyages: the smallest step that counts as a change of load.
const voyageStep geo.Metres = 1

// confirmedGreatest is the greatest draught that was reached on at least two voyages, and whether there is one. A
// voyage is a run of marks between falls of voyageStep; marks are in time order. A mark of 25.5 m is a lower bound
// and confirms nothing.
func confirmedGreatest(marks []DraughtMark) (geo.Metres, bool) {
	var first, second, peak, low geo.Metres
	take := func() {
		switch {
		case peak > first:
			first, second = peak, first
		case peak > second:
			second = peak
		}
	}
	for _, m := range marks {
		if m.Draught >= greatestTyped {
			continue
		}
		if peak-low >= voyageStep && m.Draught-low >= voyageStep {
			take()
			peak, low = m.Draught, m.Draught
			continue
		}
		if m.Draught > peak {
			peak, low = m.Draught, m.Draught
		}
		low = min(low, m.Draught)
	}
	take()
	return second, second > 0
}

// scantling chooses the scantling draught: a list's, else the greatest confirmed draught when within 15 % of the
// formula, else the formula. So a ship seen only in ballast does not look laden. The flag tells whether it is
// confirmed.
func scantling(h geo.Hull, registered geo.Metres, marks []DraughtMark) (Uncertain, bool) {
	if registered > 0 {
		return Uncertain{float64(registered), registeredSD}, true
	}
	if !believable(h) {
		return Uncertain{}, false
	}
	formula := scantlingFromDimensions(h)
	greatest, ok := confirmedGreatest(marks)
	if ok && math.Abs(float64(greatest)/formula.Value-1) <= 0.15 {
		return Uncertain{float64(greatest), scantlingConfirmedSD}, true
	}
	return formula, false
}

// deadweight chooses the deadweight: a list's, else by draught when that is confirmed, else by dimensions.
func deadweight(h geo.Hull, registered Tonnes, draught Uncertain, confirmed bool) Uncertain {
	switch {
	case registered > 0:
		return Uncertain{float64(registered), registeredSD}
	case !believable(h):
		return Uncertain{}
	case confirmed:
		return deadweightFromDraught(h, draught)
	}
	return deadweightFromDimensions(h)
}
