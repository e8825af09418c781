package rendezvous

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// finding is one thing known about a run that speaks for or against a class.
type finding uint8

const (
	always         finding = iota
	smallerCarries         // the smaller ship's deadweight is 10,000 t or more
	smallerBunkers         // it is less
	sizeUnknown
	short       // less than 6 h
	long        // 6 h or more
	veryLong    // 20 h or more: 20–66 h are typical of a transfer of crude
	bunkerLong  // 2–10 h, as bunkering takes
	outlasting  // more than 10 h
	serviceShip // one is a tug, pilot, tender or other service craft
	noTanker    // one is known to be neither tanker nor service craft
	typeUnknown // one has no known type
	byHulls     // the hull gap shows that they touched
	byAntennas  // only antennas are known
	opposed     // headings opposite: rare in transfers
	atBerth     // at a berth, terminal or port
	onRoads     // at an anchorage or STS area
	bothMoved   // draught of one rose, of the other fell
	oneMoved    // one of them changed
)

// weight is the weight of evidence of a finding for a class, in natural log-odds.
type weight struct {
	cause   event.Cause
	finding finding
	value   float64
}

// weights lists all weights. They are judgement, ordered by what METHODS calls typical: cargo needs a smaller ship of
// 10,000 t and six hours, bunkering a smaller one and two to ten, opposite headings have a prior of 0.05 (ln 0.05 is
// −3), a ship at a berth lies beside others whether she wants to or not. They wait to be fitted on simulated truth.
func weights() []weight {
	return []weight{
		{event.CargoTransfer, smallerCarries, 1}, {event.CargoTransfer, smallerBunkers, -3}, {event.CargoTransfer, sizeUnknown, -0.5},
		{event.CargoTransfer, short, -1.5}, {event.CargoTransfer, long, 1.5}, {event.CargoTransfer, veryLong, 0.5},
		{event.CargoTransfer, serviceShip, -8}, {event.CargoTransfer, noTanker, -8}, {event.CargoTransfer, typeUnknown, -0.5},
		{event.CargoTransfer, opposed, -3}, {event.CargoTransfer, atBerth, -3.5}, {event.CargoTransfer, onRoads, 0.5},
		{event.CargoTransfer, bothMoved, 3}, {event.CargoTransfer, oneMoved, 1},

		{event.Bunkering, always, -1}, {event.Bunkering, smallerBunkers, 3}, {event.Bunkering, smallerCarries, -3},
		{event.Bunkering, bunkerLong, 1}, {event.Bunkering, outlasting, -1.5}, {event.Bunkering, serviceShip, -2},
		{event.Bunkering, bothMoved, -1},

		{event.Service, always, -4}, {event.Service, serviceShip, 7},

		{event.Neighbours, always, -1.5}, {event.Neighbours, byHulls, -2.5}, {event.Neighbours, byAntennas, 1},
		{event.Neighbours, onRoads, 1},

		{event.Berthed, always, -4}, {event.Berthed, atBerth, 6}, {event.Berthed, onRoads, -1},

		{event.OtherMeeting, always, -1.5},
	}
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
	a, b     vessel.Ship
	where    place.Kind // the first place by precedence, empty at sea
	drA, drB change     // draught changes heard
}

// findings lists what holds, each once.
func (c circumstances) findings(o Options) map[finding]bool {
	found := map[finding]bool{always: true}
	smaller := min(c.a.DWT.Value, c.b.DWT.Value)
	found[sizeUnknown] = smaller == 0
	found[smallerCarries] = smaller >= carries
	found[smallerBunkers] = smaller > 0 && smaller < carries
	found[short] = c.length < o.CargoAfter
	found[long] = c.length >= o.CargoAfter
	found[veryLong] = c.length >= 20*time.Hour
	found[bunkerLong] = c.length <= 10*time.Hour
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
	found[byHulls], found[byAntennas] = c.v.hull, !c.v.hull
	found[opposed] = c.v.hull && c.v.opposite
	found[atBerth], found[onRoads] = berthed(c.where), roads(c.where)
	found[bothMoved] = c.drA*c.drB < 0
	found[oneMoved] = !found[bothMoved] && c.drA+c.drB != 0
	return found
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

// classes weighs the rival classes. By antennas alone cargo gets no more than the cap; what is cut off is unknown.
func (c circumstances) classes(o Options) []event.Explanation {
	found := c.findings(o)
	order := []event.Cause{event.CargoTransfer, event.Bunkering, event.Service, event.Neighbours, event.Berthed, event.OtherMeeting}
	score := map[event.Cause]float64{}
	for _, w := range weights() {
		if found[w.finding] {
			score[w.cause] += w.value
		}
	}
	total := 0.0
	for _, cause := range order {
		total += math.Exp(score[cause])
	}
	list := make([]event.Explanation, 0, len(order)+1)
	for _, cause := range order {
		p := math.Exp(score[cause]) / total
		if cause == event.CargoTransfer && !c.v.hull && p > o.AntennaCap {
			list = append(list, event.Explanation{Cause: event.Unknown, P: p - o.AntennaCap})
			p = o.AntennaCap
		}
		list = append(list, event.Explanation{Cause: cause, P: p})
	}
	return event.Normalise(list)
}
