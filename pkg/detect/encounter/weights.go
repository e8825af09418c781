package encounter

import (
	_ "embed"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/weights"
)

//go:embed data/weights.json
var defaultWeights []byte

// Weights are the evidence for and against a candidate. They are data, so that fitting replaces a file and not code:
// simulate fit encounter makes them.
type Weights weights.Set

// Term is the weight of a finding for a class: cargo_transfer, with this ship and in this time, or other.
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
	s, err := weights.Read(b, []event.Cause{event.CargoTransfer, event.OtherMeeting}, findingNames())
	return Weights(s), err
}

// odds are those of a transfer between a pair by what was found, before rivals are counted.
func (w Weights) odds(found []string) float64 {
	score := 0.0
	for _, t := range w.Terms {
		if slices.Contains(found, t.Finding) {
			if t.Cause == event.CargoTransfer {
				score += t.Weight
			} else {
				score -= t.Weight
			}
		}
	}
	return math.Exp(score)
}

// The findings: what may be known about a pair that speaks for or against a transfer.
const (
	always        = "always"
	swapped       = "draughts_swapped"       // of one it rose, of the other it fell
	changedAlike  = "draughts_changed_alike" // of both it rose, or fell
	seenChanged   = "seen_draught_changed"   // of the ship heard alone
	hiddenChanged = "hidden_draught_changed"
	loadsOpposite = "loads_opposite"
	loadsAlike    = "loads_alike"
	byCrew        = "switched_off"       // the gap's probability is 0.5 or more
	maybeCrew     = "maybe_switched_off" // 0.2 or more
	offNear       = "off_near"           // the gap began within 30 NM
	onNear        = "on_near"            // it ended there
	offFar        = "off_far"            // it began more than 200 NM away
	onFar         = "on_far"
	fillsStay     = "fills_stay"     // both could have been there for 80 % of the stay
	fillsGap      = "fills_gap"      // for half of the gap
	emptyGap      = "little_of_gap"  // for less than 15 % of it
	brief         = "under_12h"      // together
	days          = "over_60h"       // together
	weeks         = "stayed_a_week"  // the ship heard lay there for longer
	moved         = "came_alongside" // she had lain near by until shortly before
	onRoads       = "on_roads"       // at an anchorage or STS area
	hiddenLarge   = "hidden_large"   // 80,000 t or more
)

// findingNames lists all, in the order in which events quote them.
func findingNames() []string {
	return []string{always, swapped, changedAlike, seenChanged, hiddenChanged, loadsOpposite, loadsAlike, byCrew, maybeCrew, offNear, onNear, offFar,
		onFar, fillsStay, fillsGap, emptyGap, brief, days, weeks, moved, onRoads, hiddenLarge}
}
