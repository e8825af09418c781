package gap

import (
	_ "embed"
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

//go:embed data/weights.json
var defaultWeights []byte

// Weights correct what the competing rates say of a switched-off transponder by what else is known of the silence. They
// are data, so that fitting replaces a file and not code: simulate fit gap makes them.
type Weights weights.Set

// Term is the weight of a finding, for each unit of it.
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
	s, err := weights.Read(b, nil, findings())
	return Weights(s), err
}

// The findings. Odds is the logarithm of the odds of the competing rates, the others are 1 where they hold.
const (
	always     = "always"
	odds       = "odds"
	unmeasured = "unmeasured"  // too few controls: the rates do not know p0
	ended12h   = "ended_12h"   // she was heard again within 12 h
	ended24h   = "ended_24h"   // or after 12 to 24 h
	ended48h   = "ended_48h"   // or after one to two days
	inFalse    = "in_false"    // between two reports of one false track
	afterFalse = "after_false" // after the last report of a false track
	atRest     = "at_rest"     // below 3 kn before
	listed     = "listed"      // under Iran's flag or on a list
	passedOut  = "passed_out"  // she had just passed the way out of the Gulf of Oman
	stayed     = "stayed"      // she was heard again within three days, where she was
	sailedOn   = "sailed_on"   // or as far away as she sails in the time: she can have stopped nowhere
	small      = "small"       // silent for 12 h or more, and too small for whole cargoes of crude: she has least to hide
	noStop     = "no_stop"     // silent for as long, then elsewhere with too little time to spare to have met or loaded
	blind      = "blind"       // share of the first two days in which the source was itself out
)

func findings() []string {
	return []string{always, odds, unmeasured, ended12h, ended24h, ended48h, inFalse, afterFalse, atRest, listed, passedOut,
		stayed, sailedOn, small, noStop, blind}
}

// What the findings ask (judgement): a drift of some hours, three quarters of the service speed, and the least time that
// it takes to come alongside and cast off (6 h, as a hidden call's berthing and leaving) and to move oil (6 h, METHODS
// section 4). Whole straits are crossed in silence for safety in less than twelve hours, without any stop.
const (
	stayedWithin = 5 * geo.NauticalMile
	steadily     = 0.25 // slack, of the time
	firstDays    = 48 * time.Hour
	stopTakes    = 12 // h
)

// mostOdds bounds what the rates alone may say: beyond a chance of 1 in 3,000 they are not known well enough.
const mostOdds = 8

// weigh corrects the probability that the rates give to a switched-off transponder; the rivals, whose shares sum to one
// with it, share what is left as before.
func (d *Detector) weigh(f *track.Silence, ship vessel.Ship, g *event.GapDetails, x []event.Explanation, length time.Duration) []event.Explanation {
	p := event.Probability(x, event.SwitchedOff)
	if p <= 0 || p >= 1 {
		return event.Normalise(x)
	}
	g.Rates = p
	found := d.findings(f, ship, *g, length)
	found[odds] = max(-mostOdds, min(mostOdds, math.Log(p/(1-p))))
	score := 0.0
	for _, t := range d.weights.Terms {
		if value := found[t.Finding]; value != 0 {
			g.Evidence = append(g.Evidence, event.Weighed{Finding: t.Finding, Value: value, Weight: t.Weight})
			score += t.Weight * value
		}
	}
	q := event.Logistic(score)
	if found[unmeasured] != 0 {
		q = min(q, p) // nothing is known of p0, and no evidence stands in for it
	}
	for i := range x {
		if x[i].Cause == event.SwitchedOff {
			x[i].P = q
		} else {
			x[i].P *= (1 - q) / (1 - p)
		}
	}
	return event.Normalise(x)
}

// findings are what is known of a silence besides its rates, by name.
func (d *Detector) findings(f *track.Silence, ship vessel.Ship, g event.GapDetails, length time.Duration) map[string]float64 {
	speed, known := f.Off.Speed()
	h, ended := length.Hours(), f.On != nil
	inside, after := d.pretended(f)
	real, grounded := d.grounded(f)
	cameBack := grounded && real.On != nil
	out := map[string]float64{always: 1, blind: d.outages.share(f.Off.Source, f.Off.Time, f.Off.Time.Add(min(length, firstDays)))}
	for name, holds := range map[string]bool{
		unmeasured: g.ReceptionModel != measured,
		ended12h:   ended && h < 12, ended24h: ended && h >= 12 && h < 24, ended48h: ended && h >= 24 && h < 48,
		inFalse: inside, afterFalse: after,
		atRest: known && speed < underWay,
		listed: d.rate(ship) > d.o.SwitchedOff, passedOut: d.left(f) > 0,
		stayed:   length <= wholeWindow && cameBack && real.On.Time.After(real.Off.Time) && g.GreatCircleM < stayedWithin,
		small:    h >= stopTakes && ship.Class != vessel.ClassUnknown && !ship.Class.Crude(),
		noStop:   h >= stopTakes && cameBack && g.GreatCircleM >= stayedWithin && g.SlackH < stopTakes,
		sailedOn: cameBack && g.GreatCircleM >= stayedWithin && g.SlackH < steadily*real.On.Time.Sub(real.Off.Time).Hours(),
	} {
		if holds {
			out[name] = 1
		}
	}
	return out
}

// pretended tells whether a silence lies between reports of one false track, and whether it follows the last of one.
func (d *Detector) pretended(f *track.Silence) (inside, after bool) {
	off, ok := d.astray.At(f.MMSI, f.Off.Time)
	if !ok || off.Kind != event.FalsePosition {
		return false, false
	}
	if f.On != nil {
		on, ok := d.astray.At(f.MMSI, f.On.Time)
		inside = ok && on.ID == off.ID
	}
	return inside, !inside
}
