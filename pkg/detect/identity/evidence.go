package identity

import (
	_ "embed"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

//go:embed data/weights.json
var defaultWeights []byte

// DefaultWeights returns the weights that the program carries. They are data, so that fitting replaces a file and not
// code: simulate fit identity makes them. The cause is what they speak for: identity_change is one ship behind both,
// shared_mmsi is two ships behind one number.
func DefaultWeights() weights.Set {
	s, err := ReadWeights(defaultWeights)
	if err != nil {
		panic(err) // the file is embedded and a test reads it
	}
	return s
}

// WeightsHash is the SHA-256 of the weights that the program carries, in hex.
func WeightsHash() string { return weights.Hash(defaultWeights) }

// ReadWeights reads weights from JSON and checks them.
func ReadWeights(b []byte) (weights.Set, error) {
	return weights.Read(b, []event.Cause{event.IdentityChange, event.SharedMMSI}, findings())
}

// The findings: 1 where they hold, if nothing else is said.
const (
	sameNumber   = "same_number" // other particulars under one MMSI
	newNumber    = "new_number"  // a silent ship and an MMSI that comes anew
	sameIMO      = "imo_same"
	otherIMO     = "imo_differs"
	sameHull     = "hull_same" // all four dimensions
	otherHull    = "hull_differs"
	sameName     = "name_same"
	sameCallSign = "call_sign_same"
	otherTrade   = "trade_differs" // one is a tanker by her type, the other is not
	nearBy       = "near"          // back near where she fell silent
	impossible   = "impossible"    // no hull can have sailed the way between
	rivalShips   = "rivals"        // ln(1 + the odds of all others that fell silent and could be the new one)

	twoPlaces    = "two_places"   // an MMSI was heard in two places at once
	oneHull      = "one_hull"     // log-odds by which both sets of particulars are of one ship
	swapped      = "swapped"      // the particulars come and go
	oneVoice     = "one_voice"    // and they do not
	again        = "again"        // further times, at most one in 6 h, up to againMost
	againOne     = "again_one"    // and where the particulars stay: a false position lasts, too
	unownedMMSI  = "unowned"      // an MMSI that looks like a maker's default
	interference = "interference" // jamming displaced her
)

func findings() []string {
	return []string{sameNumber, newNumber, sameIMO, otherIMO, sameHull, otherHull, sameName, sameCallSign, otherTrade, nearBy, impossible, rivalShips,
		twoPlaces, oneHull, swapped, oneVoice, again, againOne, unownedMMSI, interference}
}

// againMost bounds what further times say.
const againMost = 10

// logOdds are the weights by cause and finding.
func logOdds(s weights.Set) map[event.Cause]map[string]float64 {
	out := map[event.Cause]map[string]float64{event.IdentityChange: {}, event.SharedMMSI: {}}
	for _, t := range s.Terms {
		out[t.Cause][t.Finding] += t.Weight
	}
	return out
}

// evidence is what was found for a cause.
type evidence struct {
	cause event.Cause
	list  []event.Weighed
	odds  float64
}

// find adds findings that hold.
func (d *Detector) find(e *evidence, finding string, value float64) {
	if value != 0 {
		w := d.weights[e.cause][finding]
		e.list = append(e.list, event.Weighed{Finding: finding, Value: value, Weight: w})
		e.odds += w * value
	}
}

// sameShip adds what two sets of particulars say for one hull behind both.
func (d *Detector) sameShip(e *evidence, a, b vessel.Particulars) {
	switch {
	case a.IMO == 0 || b.IMO == 0:
	case a.IMO == b.IMO:
		d.find(e, sameIMO, 1)
	default:
		d.find(e, otherIMO, 1)
	}
	switch {
	case equal(a, b):
		d.find(e, sameHull, 1)
	case differs(a, b):
		d.find(e, otherHull, 1)
	}
	if a.Name != "" && a.Name == b.Name {
		d.find(e, sameName, 1)
	}
	if a.CallSign != "" && a.CallSign == b.CallSign {
		d.find(e, sameCallSign, 1)
	}
	if a.ShipType != 0 && b.ShipType != 0 && vessel.Tanker(a.ShipType) != vessel.Tanker(b.ShipType) {
		d.find(e, otherTrade, 1)
	}
}
