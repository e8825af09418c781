package rendezvous

import (
	_ "embed"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

//go:embed data/weights.json
var defaultWeights []byte

// Weights are the evidence for and against the classes of a meeting. They are data, so that fitting replaces a file and
// not code: simulate fit makes them.
type Weights weights.Set

// Term is the weight of a finding for a class.
type Term = weights.Term

// DefaultWeights returns the weights that the program carries.
func DefaultWeights() Weights {
	w, err := ReadWeights(defaultWeights)
	if err != nil {
		panic(err) // the file is embedded and a test reads it
	}
	return w
}

// WeightsHash is the SHA-256 of the weights that the program carries, in hex.
func WeightsHash() string { return weights.Hash(defaultWeights) }

// ReadWeights reads weights from JSON and checks them.
func ReadWeights(b []byte) (Weights, error) {
	s, err := weights.Read(b, classes(), findingNames())
	return Weights(s), err
}

// classes are the rival explanations of a meeting, in the order in which they are weighed.
func classes() []event.Cause {
	return []event.Cause{event.CargoTransfer, event.Bunkering, event.Service, event.Neighbours, event.Berthed, event.OtherMeeting}
}

// The findings: what may be known about a run that speaks for or against a class.
const (
	always         = "always"
	smallerCarries = "smaller_carries" // the smaller ship's deadweight is 10,000 t or more
	smallerBunkers = "smaller_bunkers" // it is less
	sizeUnknown    = "size_unknown"
	short          = "under_6h" // in any case: neither began nor ended unheard so that it may be more
	long           = "6h_or_more"
	veryLong       = "20h_or_more"   // 20–66 h are typical of a transfer of crude
	bunkerLong     = "up_to_10h"     // as bunkering takes
	outlasting     = "over_10h"      //
	serviceShip    = "service_craft" // one is a tug, pilot, tender or other service craft
	noTanker       = "no_tanker"     // one is known to be neither tanker nor service craft
	typeUnknown    = "type_unknown"  // one has no known type
	byHulls        = "by_hulls"      // the hull gap shows that they touched
	byAntennas     = "by_antennas"   // only antennas are known
	inLooks        = "seen_in_looks" // they were not followed for two hours, but seen together now and then
	touching       = "touching"      // the median gap is 15 m or less
	opposed        = "headings_opposite"
	turnedTogether = "turned_together" // one frame fits three e-folds better than the other
	turnedApart    = "turned_apart"
	betweenThem    = "between_them" // a third ship lies alongside both
	underWay       = "under_way"    // median speed of 2 kn or more
	atBerth        = "at_berth"     // at a berth, terminal or port
	onRoads        = "on_roads"     // at an anchorage or STS area
	manyVisits     = "many_visits"  // one lay alongside three others or more within ten days
	loadsOpposite  = "loads_opposite"
	bothMoved      = "draughts_swapped" // draught of one rose, of the other fell
	oneMoved       = "one_draught_changed"
)

// findingNames lists all, in the order in which events quote them.
func findingNames() []string {
	return []string{always, smallerCarries, smallerBunkers, sizeUnknown, short, long, veryLong, bunkerLong, outlasting, serviceShip,
		noTanker, typeUnknown, byHulls, byAntennas, inLooks, touching, opposed, turnedTogether, turnedApart, betweenThem, underWay,
		atBerth, onRoads, manyVisits, loadsOpposite, bothMoved, oneMoved}
}

// Service craft by AIS ship type: towing 31 and 32, dredging 33, diving 34, and 50–59, which are pilots, search and
// rescue, tugs, tenders, anti-pollution, law enforcement and medical transports (ITU-R M.1371-5, table 53).
func isService(shipType uint8) bool {
	return shipType >= 31 && shipType <= 34 || shipType >= 50 && shipType <= 59
}

// carries is the least deadweight of a ship that takes part in a transfer of cargo, tonnes.
const carries = 10_000

// circumstances is what the classes are weighed by.
type circumstances struct {
	v        verdict
	length   time.Duration
	longest  time.Duration // with the time in which a ship may have come or left unheard
	a, b     vessel.Ship
	where    place.Kind // the first place by precedence, empty at sea
	drA, drB change     // draught changes heard
	loads    change     // of a less of b at the start: −1, 0 or 1; zero also where one is unknown
	between  bool       // a third ship lies alongside both
	visits   int        // the most other ships that one of them lay alongside in the days before
}

// findings lists what holds, each once.
func (c circumstances) findings(o Options) []string {
	found := map[string]bool{always: true}
	smaller := min(c.a.DWT.Value, c.b.DWT.Value)
	found[sizeUnknown] = smaller == 0
	found[smallerCarries] = smaller >= carries
	found[smallerBunkers] = smaller > 0 && smaller < carries
	found[short] = c.longest < o.CargoAfter
	found[long] = c.length >= o.CargoAfter
	found[veryLong] = c.length >= 20*time.Hour
	found[bunkerLong] = c.longest <= 10*time.Hour
	found[outlasting] = c.length > 10*time.Hour
	for _, s := range [2]vessel.Ship{c.a, c.b} {
		switch {
		case isService(s.ShipType):
			found[serviceShip] = true
		case s.ShipType == 0:
			found[typeUnknown] = true
		case !vessel.Tanker(s.ShipType):
			found[noTanker] = true
		}
	}
	found[byHulls], found[byAntennas], found[inLooks] = c.v.hull, !c.v.hull, c.v.looks > 0
	found[opposed] = c.v.hull && c.v.opposite
	found[atBerth], found[onRoads] = berthed(c.where), roads(c.where)
	found[bothMoved] = c.drA*c.drB < 0
	found[oneMoved] = !found[bothMoved] && c.drA+c.drB != 0
	found[touching] = c.v.hull && c.v.gap <= float64(o.Touch)
	found[turnedTogether], found[turnedApart] = c.v.turned >= 3, c.v.turned <= -3
	found[betweenThem], found[manyVisits] = c.between, c.visits >= 3
	found[underWay] = c.v.speed >= 2
	found[loadsOpposite] = c.loads != 0
	return slices.DeleteFunc(findingNames(), func(name string) bool { return !found[name] })
}

func berthed(k place.Kind) bool {
	switch k {
	case place.Berth, place.Terminal, place.LawfulTerminal, place.TransitTerminal, place.Discharge, place.Port:
		return true
	}
	return false
}

func roads(k place.Kind) bool {
	return k == place.Anchorage || k == place.STSArea || k == place.TerminalZone
}

// weigh gives the rival classes their probabilities by what was found. By antennas alone cargo gets no more than the cap;
// what is cut off is unknown.
func (w Weights) weigh(found []string, ceiling float64) []event.Explanation {
	score := map[event.Cause]float64{}
	for _, t := range w.Terms {
		if slices.Contains(found, t.Finding) {
			score[t.Cause] += t.Weight
		}
	}
	total := 0.0
	for _, cause := range classes() {
		total += math.Exp(score[cause])
	}
	list := make([]event.Explanation, 0, len(score)+1)
	for _, cause := range classes() {
		p := math.Exp(score[cause]) / total
		if cause == event.CargoTransfer && p > ceiling {
			list = append(list, event.Explanation{Cause: event.Unknown, P: p - ceiling})
			p = ceiling
		}
		list = append(list, event.Explanation{Cause: cause, P: p})
	}
	return event.Normalise(list)
}
