package vessel

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// MMSI and IMO are the radio's and the hull's number; detectors take them from here.
type (
	MMSI = ais.MMSI
	IMO  = ais.IMO
)

// Tonnes is a mass in metric tonnes.
type Tonnes float64

// Barrels is a volume in barrels of 42 US gallons (0.158987 m³). Quantities in the ledger are whole.
type Barrels int64

// Class is a size class of tankers by deadweight.
type Class uint8

// The size classes, small to large. NotTanker is a ship whose type says something else.
const (
	ClassUnknown Class = iota
	NotTanker
	SmallTanker
	GP
	Handy
	MR
	LR1
	Aframax
	Suezmax
	VLCC
	ULCC
)

// LoadState tells what draught says about the cargo. Unknown is a third state.
type LoadState uint8

// The load states.
const (
	LoadUnknown LoadState = iota
	Ballast
	Laden
)

// Uncertain is a quantity with a log-normal error: Value is the median, LogSD the standard deviation of
// its logarithm. A zero Value means not known.
type Uncertain struct{ Value, LogSD float64 }

// Particulars are a ship's static data as her own transponder gave them last.
type Particulars struct {
	MMSI     MMSI
	IMO      IMO // zero when absent or with a wrong check digit
	Name     string
	CallSign string
	ShipType uint8 // AIS ship type; 80–89 are tankers; zero when not known
	HasHull  bool
	Hull     geo.Hull
}

// DraughtMark is a confirmed draught from a moment on.
type DraughtMark struct {
	Since   time.Time
	Draught geo.Metres
}
