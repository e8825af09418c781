package vessel

import "github.com/darkwake/darkwake/pkg/geo"

var classNames = [...]string{"unknown", "not a tanker", "small tanker", "GP", "Handy", "MR", "LR1", "Aframax", "Suezmax", "VLCC", "ULCC"}

// String gives the name that events and tables carry.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[ClassUnknown]
}

// ParseClass reads what String wrote; anything else is ClassUnknown.
func ParseClass(name string) Class {
	for c, n := range classNames {
		if n == name {
			return Class(c)
		}
	}
	return ClassUnknown
}

// Crude tells whether ships of the class usually carry whole cargoes of crude: Aframax and larger. Smaller ones
// trade products along the coast and need more proof before they count.
func (c Class) Crude() bool { return c >= Aframax }

// MaxSpeed is the highest speed that a ship of the class could make, used to refute tracks: never exceeded even by
// the fastest design with the current behind her. Start values of the method: VLCC 22, Suezmax 23, Aframax and
// Panamax 24, all others 22 kn.
func (c Class) MaxSpeed() geo.Knots {
	switch c {
	case Suezmax:
		return 23
	case Aframax, LR1:
		return 24
	}
	return 22
}

// BallastSpeed and LadenSpeed are the speeds at which a large tanker is expected to sail in to load and out again
// (start values; Kharg to Hormuz in 28 h for 280 nm, persian-gulf-oil.com 2021, is 10 kn with traffic and darkness).
const (
	BallastSpeed geo.Knots = 15
	LadenSpeed   geo.Knots = 14
)

// ServiceSpeed is the speed that a ship of the class keeps on passage when her load is not known: between laden and
// ballast speed for crude carriers, the laden speed for the small ones (general knowledge, not verified; ±1.5 kn).
func (c Class) ServiceSpeed() geo.Knots {
	if c.Crude() {
		return (BallastSpeed + LadenSpeed) / 2
	}
	return LadenSpeed
}

// deadweightLimit is a class with the deadweight below which a ship belongs to it.
type deadweightLimit struct {
	class Class
	below Tonnes
}

// deadweightLimits are the market's usual borders (AFRA scale and brokers' use; neighbours differ by 5 %).
var deadweightLimits = [...]deadweightLimit{
	{SmallTanker, 10_000}, {GP, 25_000}, {Handy, 42_000}, {MR, 55_000}, {LR1, 80_000},
	{Aframax, 120_000}, {Suezmax, 200_000}, {VLCC, 325_000},
}

// dimensionCut is a class with the hulls that belong to it: both borders included, metres.
type dimensionCut struct {
	class            Class
	minL, maxL, minB geo.Metres
	maxB             geo.Metres
}

// dimensionCuts tell the classes apart by overall length and beam as crews type them. Ranges hold the type hulls of
// each class with a few metres to spare; hulls between two ranges are classed by their estimated deadweight.
var dimensionCuts = [...]dimensionCut{
	{ULCC, 345, 470, 55, 75}, {ULCC, 300, 470, 63, 75},
	{VLCC, 300, 345, 54, 62}, {Suezmax, 255, 299, 42, 52}, {Aframax, 225, 254, 38, 46},
	{LR1, 210, 235, 31, 33}, {MR, 170, 190, 30, 33}, {Handy, 165, 190, 26, 30}, {GP, 110, 165, 19, 29},
}

// ClassOf returns the size class of a tanker: by deadweight when that is known from a list (> 0), else by length
// and beam. It is ClassUnknown when neither says anything believable.
func ClassOf(h geo.Hull, dwt Tonnes) Class {
	if dwt > 0 {
		return classByDeadweight(dwt)
	}
	if !believable(h) {
		return ClassUnknown
	}
	l, b := h.Length(), h.Beam()
	for _, c := range dimensionCuts {
		if l >= c.minL && l <= c.maxL && b >= c.minB && b <= c.maxB {
			return c.class
		}
	}
	return classByDeadweight(Tonnes(deadweightFromDimensions(h).Value))
}

func classByDeadweight(dwt Tonnes) Class {
	for _, l := range deadweightLimits {
		if dwt < l.below {
			return l.class
		}
	}
	return ULCC
}

// believable tells whether a hull's typed dimensions can be a tanker's. Reference hulls have 5.3 <= L/B <= 7.1 and
// the longest ship ever built had 458 m and 69 m; one record of 2 m × 2 m is enough to spoil a fit.
func believable(h geo.Hull) bool {
	l, b := h.Length(), h.Beam()
	if l < 40 || l > 470 || b < 7 || b > 75 {
		return false
	}
	ratio := float64(l / b)
	return ratio >= 4 && ratio <= 9
}
