package score

import (
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// Schema names the JSON layout of a report.
const Schema = "darkwake.score/v1"

// cut is the probability from which a claim is one; liftCut is the one from which lifts enter the ledger, so that
// below cut they still carry barrels.
const (
	cut     = 0.5
	liftCut = 0.2
)

// ErrOtherTime is returned when no day of the output is a day of the truth: they are not of one world.
var ErrOtherTime = errors.New("no day of the output is in the truth")

// Report is how a replay did against the truth. Shares without anything to share are null.
type Report struct {
	Schema     string      `json:"schema"`
	Synthetic  bool        `json:"synthetic"`
	Scenario   string      `json:"scenario"`
	Seed       uint64      `json:"seed"`
	Start      time.Time   `json:"start"`
	End        time.Time   `json:"end"`
	Gaps       Kind        `json:"gaps"`       // claim: switched off
	Rendezvous Kind        `json:"rendezvous"` // claim: cargo passed
	Lifts      Kind        `json:"lifts"`      // claim: sanctioned crude was loaded
	Silences   []Cause     `json:"silences"`
	LiftTimes  LiftTimes   `json:"lift_times"`
	Parcels    []Parcels   `json:"parcels"`
	Barrels    BarrelScore `json:"barrels"`
}

// Kind is the score of one kind of claim.
type Kind struct {
	At          []Cut       `json:"at"`
	Calibration Calibration `json:"calibration"`
}

// Count holds what is true, what is claimed and how many pairs they make.
type Count struct {
	True      int      `json:"true"`
	Claimed   int      `json:"claimed"`
	Paired    int      `json:"paired"`
	Precision *float64 `json:"precision"` // null when nothing is claimed
	Recall    *float64 `json:"recall"`    // null when nothing is true
	F1        *float64 `json:"f1"`        // null when neither
}

// Cut is the count of the claims that reach a probability.
type Cut struct {
	P float64 `json:"p"`
	Count
	Classes []Class `json:"classes"`
	Modes   []Mode  `json:"modes"`
}

// Class is the count of one class of ship: the true class, and that which is claimed where nothing is true.
type Class struct {
	Name string `json:"name"`
	Count
}

// Mode is the recall of one way of doing it. Claims name no mode, so that there is no precision.
type Mode struct {
	Name   string   `json:"name"`
	True   int      `json:"true"`
	Paired int      `json:"paired"`
	Recall *float64 `json:"recall"`
}

// Cause is how the true silences of one cause were told. The last row, without a cause, has the gap events to which
// no true silence belongs: the ship spoke and was not heard, or the times differ too much.
type Cause struct {
	Name        string   `json:"cause"`
	Count       int      `json:"count"`
	Told        int      `json:"told"`           // a gap event belongs to it
	Named       int      `json:"named"`          // and gives the cause more than any other
	Unknown     int      `json:"unknown"`        // or says that it does not know
	P           *float64 `json:"mean_p"`         // mean probability that told ones gave to the true cause
	SwitchedOff *float64 `json:"p_switched_off"` // mean probability that told ones gave to switched off
}

// Of scores an output. It returns ErrOtherTime when truth and output are not of one world.
func Of(t *sim.Truth, o Output) (Report, error) {
	r := Report{Schema: Schema, Synthetic: t.Synthetic, Scenario: t.Scenario, Seed: t.Seed, Start: t.Start, End: t.End}
	barrels, err := scoreBarrels(t, o.Days)
	if err != nil {
		return r, err
	}
	gaps := claims(o.Events, event.Gap, t.End)
	loads := claims(o.Events, event.Lift, t.End)
	r.Gaps = scoreKind(hidden(t), gaps, overlapping, cut)
	r.Rendezvous = scoreKind(cargoMeetings(t), claims(o.Events, event.Rendezvous, t.End), overlapping, cut)
	r.Lifts = scoreKind(lifts(t), loads, nearby, cut, liftCut)
	r.Silences = scoreCauses(silences(t), gaps)
	r.LiftTimes = scoreTimes(lifts(t), reaching(loads, liftCut))
	for _, p := range []float64{cut, liftCut} {
		r.Parcels = append(r.Parcels, scoreParcels(lifts(t), reaching(loads, p), p))
	}
	r.Barrels = barrels
	return r, nil
}

// reaching are the claims of at least a probability.
func reaching(claims []item, p float64) []item {
	var out []item
	for _, c := range claims {
		if c.p >= p {
			out = append(out, c)
		}
	}
	return out
}

func scoreKind(truth, claims []item, like likeness, cuts ...float64) Kind {
	var k Kind
	for _, p := range cuts {
		k.At = append(k.At, scoreCut(truth, reaching(claims, p), like, p))
	}
	k.Calibration = calibrate(outcomes(truth, claims, like))
	return k
}

// scoreCut counts true items and claims by class and mode. What is excused, and claims of it, do not count.
func scoreCut(truth, claims []item, like likeness, p float64) Cut {
	pairs := pair(truth, claims, like)
	out := Cut{P: p}
	classes, modes := map[string]*Count{}, map[string]*Mode{}
	class := func(name string) *Count {
		if classes[name] == nil {
			classes[name] = &Count{}
		}
		return classes[name]
	}
	for i, t := range truth {
		if t.excused {
			continue
		}
		if modes[t.mode] == nil {
			modes[t.mode] = &Mode{Name: t.mode}
		}
		modes[t.mode].True++
		class(t.class).True++
		if pairs.claim[i] >= 0 {
			modes[t.mode].Paired++
			class(t.class).Paired++
			class(t.class).Claimed++
		}
	}
	for _, j := range pairs.leftOver(truth) {
		class(claims[j].class).Claimed++
	}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		c := classes[name].shares()
		out.True, out.Claimed, out.Paired = out.True+c.True, out.Claimed+c.Claimed, out.Paired+c.Paired
		out.Classes = append(out.Classes, Class{name, c})
	}
	for _, name := range slices.Sorted(maps.Keys(modes)) {
		modes[name].Recall = ratio(modes[name].Paired, modes[name].True)
		out.Modes = append(out.Modes, *modes[name])
	}
	out.Count = out.shares()
	return out
}

// leftOver are the claims that stand for nothing, but for those that are near to something excused only.
func (p pairing) leftOver(truth []item) []int {
	taken := map[int]bool{}
	for _, j := range p.claim {
		taken[j] = true
	}
	var out []int
	for j, near := range p.near {
		if !taken[j] && (near < 0 || !truth[near].excused) {
			out = append(out, j)
		}
	}
	return out
}

// shares fills in precision, recall and F1.
func (c Count) shares() Count {
	c.Precision, c.Recall = ratio(c.Paired, c.Claimed), ratio(c.Paired, c.True)
	c.F1 = ratio(2*c.Paired, c.True+c.Claimed)
	return c
}

// scoreCauses tells how the silences of each cause were explained.
func scoreCauses(truth, gaps []item) []Cause {
	pairs := pair(truth, gaps, overlapping)
	told := map[string][]item{}
	count := map[string]int{}
	for i, t := range truth {
		count[t.mode]++
		if j := pairs.claim[i]; j >= 0 {
			told[t.mode] = append(told[t.mode], gaps[j])
		}
	}
	var out []Cause
	for _, cause := range slices.Sorted(maps.Keys(count)) {
		out = append(out, explain(cause, count[cause], told[cause]))
	}
	var rest []item
	for _, j := range pairs.leftOver(truth) {
		rest = append(rest, gaps[j])
	}
	return append(out, explain("", 0, rest))
}

func explain(cause string, count int, told []item) Cause {
	c := Cause{Name: cause, Count: count, Told: len(told)}
	var own, off []float64
	for _, g := range told {
		switch most := g.likeliest(); {
		case most == cause:
			c.Named++
		case most == string(event.Unknown):
			c.Unknown++
		}
		own, off = append(own, g.causes[cause]), append(off, g.causes[string(event.SwitchedOff)])
	}
	c.SwitchedOff = mean(off)
	if cause != "" {
		c.P = mean(own)
	}
	return c
}

// likeliest is the cause with most probability; of equals the first by name.
func (i item) likeliest() string {
	best, most := "", -1.0
	for _, cause := range slices.Sorted(maps.Keys(i.causes)) {
		if p := i.causes[cause]; p > most {
			best, most = cause, p
		}
	}
	return best
}

// ratio is a share, nil of nothing.
func ratio(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	x := float64(part) / float64(whole)
	return &x
}

// mean is nil of nothing.
func mean(list []float64) *float64 {
	if len(list) == 0 {
		return nil
	}
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	sum /= float64(len(list))
	return &sum
}

// quantile is the value that a share of the list does not exceed, nil of nothing.
func quantile(list []float64, share float64) *float64 {
	if len(list) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(list))
	return &sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}
