package vessel

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// String gives the word that events carry.
func (s LoadState) String() string {
	switch s {
	case Ballast:
		return "ballast"
	case Laden:
		return "laden"
	}
	return "unknown"
}

// ladenFrom is the share of the scantling draught from which a tanker is laden (start value).
const ladenFrom = 0.80

// ballastBelow is the share of the scantling draught below which a ship of the class sails in ballast. Type hulls
// sail in ballast at 0.43 (VLCC) to 0.58 (Handy) of it and at 0.67 in the smallest class, so that one threshold
// would not do.
func (c Class) ballastBelow() float64 {
	switch c {
	case SmallTanker, GP:
		return 0.72
	case Handy:
		return 0.65
	}
	return 0.62
}

// LoadOf tells what a typed draught says about the cargo. Unknown without a draught or a believable hull, for ships
// that are no tankers, and between the two thresholds.
func (s Ship) LoadOf(d geo.Metres) LoadState {
	if d <= 0 || s.Scantling.Value <= 0 || s.Class == NotTanker {
		return LoadUnknown
	}
	share := float64(d) / s.Scantling.Value
	switch {
	case share >= ladenFrom || d >= greatestTyped:
		return Laden
	case share < s.Class.ballastBelow():
		return Ballast
	}
	return LoadUnknown
}

// LoadAt is LoadOf the draught that held at t.
func (s Ship) LoadAt(t time.Time) LoadState {
	d, ok := s.DraughtAt(t)
	if !ok {
		return LoadUnknown
	}
	return s.LoadOf(d)
}

// DraughtAt is the last confirmed draught at t.
func (s Ship) DraughtAt(t time.Time) (geo.Metres, bool) {
	for i := len(s.Draughts) - 1; i >= 0; i-- {
		if !s.Draughts[i].Since.After(t) {
			return s.Draughts[i].Draught, true
		}
	}
	return 0, false
}

const (
	// DefaultBarrelsPerTonne is the mean of Iranian Light (7.346) and Heavy (7.164, NIOC assay).
	DefaultBarrelsPerTonne = 7.25
	// ScaleLogSD is the error that all cargoes share: capacity a tonne, filling, density. It does not average out
	// over many ships, so that it is kept apart from a ship's own error.
	ScaleLogSD = 0.04
	// capPerTonne is the volume that cargo tanks hold at 98 %, barrels a tonne of deadweight: 170,273 m³ in a design
	// of 159,000 t.
	capPerTonne = 6.74
	// fullShare is how much of that volume a full cargo fills (VLCC 2.04 Mb of 2.14).
	fullShare = 0.955
	// storesShare is the part of deadweight that is fuel, water and stores.
	storesShare = 0.028
	// typedSD is the error of a typed draught in metres: steps of 0.1 m, and crews round to half metres.
	typedSD = 0.25
	// fillSD is how much full cargoes differ among themselves, and tpcSD the error of TPC.
	fillSD, tpcSD = 0.03, 0.05
	// parcelSD is the error of a standard parcel: the class is known and nothing else.
	parcelSD = 0.15
	// greatestSD keeps the error of a nearly empty ship finite.
	greatestSD = 0.8
)

// Cargo estimates the barrels on board at a laden draught, with this ship's own error; ScaleLogSD, which all ships
// share, is not in it. The formula is k·(DWT − 100·TPC·(Ts − d) − 0.028·DWT), never more than a full cargo of
// 0.955·6.74·DWT. A draught of zero means "laden, draught not known" and gives a full cargo. Without dimensions the
// class's standard parcel answers, without a class nothing does. Never the difference of laden and ballast draught:
// ballast water that was pumped out hides 25–30 % of deadweight.
func (s Ship) Cargo(d geo.Metres, bblPerTonne float64) Uncertain {
	if s.DWT.Value <= 0 {
		return s.Class.parcel()
	}
	full := fullShare * capPerTonne * s.DWT.Value
	fullSD := math.Hypot(s.DWT.LogSD, fillSD)
	if d <= 0 || s.Scantling.Value <= 0 || s.TPC <= 0 {
		return Uncertain{full, math.Hypot(fullSD, 0.08)}
	}
	missing := max(0, s.Scantling.Value-float64(d))
	tonnes := (1-storesShare)*s.DWT.Value - 100*s.TPC*missing
	if tonnes <= 0 {
		return Uncertain{}
	}
	if tonnes*bblPerTonne >= full {
		return Uncertain{full, fullSD}
	}
	a := (1 - storesShare) * s.DWT.Value * s.DWT.LogSD
	b := 100 * s.TPC * math.Hypot(s.Scantling.Value*s.Scantling.LogSD, typedSD)
	c := 100 * s.TPC * missing * tpcSD
	sd := math.Sqrt(a*a+b*b+c*c) / tonnes
	return Uncertain{tonnes * bblPerTonne, min(sd, greatestSD)}
}

// CargoCap is the most that the ship could hold, in barrels: 98 % of her tanks at the 95th percentile of her
// deadweight, so that the cap does not cut what the error of the deadweight allows. Zero when nothing is known.
func (s Ship) CargoCap() Barrels {
	dwt := s.DWT
	if dwt.Value <= 0 {
		parcel := s.Class.parcel()
		dwt = Uncertain{parcel.Value / (fullShare * capPerTonne), parcel.LogSD}
	}
	return Barrels(math.Round(capPerTonne * dwt.Value * math.Exp(1.645*dwt.LogSD)))
}

// parcel is the class's standard cargo in barrels: VLCC 2.0, Suezmax 1.0, Aframax 0.65 Mb (Bloomberg's tally of
// Iranian capacity, 2013); nominal 0.5 Mb for LR1 and 0.3 for MR (brokers' use).
func (c Class) parcel() Uncertain {
	switch c {
	case ULCC, VLCC:
		return Uncertain{2.0e6, parcelSD}
	case Suezmax:
		return Uncertain{1.0e6, parcelSD}
	case Aframax:
		return Uncertain{0.65e6, parcelSD}
	case LR1:
		return Uncertain{0.5e6, parcelSD}
	case MR:
		return Uncertain{0.3e6, parcelSD}
	}
	return Uncertain{}
}

// With adds an independent error.
func (u Uncertain) With(logSD float64) Uncertain {
	return Uncertain{u.Value, math.Hypot(u.LogSD, logSD)}
}
