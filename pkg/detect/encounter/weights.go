package encounter

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
)

//go:embed data/weights.json
var defaultWeights []byte

// Weights are the evidence for and against a candidate. They are data, so that fitting replaces a file and not code:
// simulate fit encounter makes them.
type Weights struct {
	Note  string `json:"note"` // how they came about, and on what
	Terms []Term `json:"terms"`
}

// Term is the weight of evidence of a finding for a class, in natural log-odds: cargo_transfer, with this ship and in
// this time, or other.
type Term struct {
	Cause   event.Cause `json:"cause"`
	Finding string      `json:"finding"`
	Sign    int         `json:"sign"`  // +1 or -1: fitting never turns it round; 0 is free
	Prior   float64     `json:"prior"` // by judgement; fitting keeps to it where the cases say little
	Weight  float64     `json:"weight"`
}

// DefaultWeights returns the weights that the program carries.
func DefaultWeights() Weights {
	w, err := ReadWeights(defaultWeights)
	if err != nil {
		panic(err) // the file is embedded and a test reads it
	}
	return w
}

// WeightsHash is the SHA-256 of the weights that the program carries, in hex.
func WeightsHash() string {
	sum := sha256.Sum256(defaultWeights)
	return hex.EncodeToString(sum[:])
}

// ReadWeights reads weights from JSON and checks them.
func ReadWeights(b []byte) (Weights, error) {
	var w Weights
	if err := json.Unmarshal(b, &w); err != nil {
		return Weights{}, fmt.Errorf("read weights: %w", err)
	}
	for _, t := range w.Terms {
		switch {
		case t.Cause != event.CargoTransfer && t.Cause != event.OtherMeeting:
			return Weights{}, fmt.Errorf("read weights: class %q: want %q or %q", t.Cause, event.CargoTransfer, event.OtherMeeting)
		case !slices.Contains(findingNames(), t.Finding):
			return Weights{}, fmt.Errorf("read weights: %s: no finding %q", t.Cause, t.Finding)
		case t.Sign < -1 || t.Sign > 1 || t.Weight*float64(t.Sign) < 0, t.Prior*float64(t.Sign) < 0:
			return Weights{}, fmt.Errorf("read weights: %s, %s: weight %v against sign %d", t.Cause, t.Finding, t.Weight, t.Sign)
		}
	}
	return w, nil
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
