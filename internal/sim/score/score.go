package score

import (
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/reliability"
	"github.com/darkwake/darkwake/pkg/event"
)

// Schema names the JSON layout of a report.
const Schema = "darkwake.score/v2"

// cut is the probability from which a claim is one; liftCut is the one from which lifts enter the ledger, so that
// below cut they still carry barrels.
const (
	cut     = 0.5
	liftCut = 0.2
)

// ErrOtherTime is returned when no day of the output is a day of the truth: they are not of one world.
var ErrOtherTime = errors.New("no day of the output is in the truth")

// Report is how a replay did against the truth, or how many did together. Shares without anything to share are null.
type Report struct {
	Schema     string      `json:"schema"`
	Synthetic  bool        `json:"synthetic"`
	Scenario   string      `json:"scenario"`
	Seed       uint64      `json:"seed"` // zero for several runs
	Runs       int         `json:"runs"`
	Start      time.Time   `json:"start"`
	End        time.Time   `json:"end"`
	Length     float64     `json:"days"`            // of all runs together
	Gaps       Kind        `json:"gaps"`            // claim: switched off
	Rendezvous Kind        `json:"rendezvous"`      // claim: cargo passed
	Lifts      Kind        `json:"lifts"`           // claim: sanctioned crude was loaded
	False      Kind        `json:"false_positions"` // claim: she was elsewhere
	Detectors  Detectors   `json:"detectors"`
	Silences   []Cause     `json:"silences"`
	Times      []TimeError `json:"times"`
	LiftTimes  LiftTimes   `json:"lift_times"`
	Parcels    []Parcels   `json:"parcels"`
	Barrels    BarrelScore `json:"barrels"`
	Halts      HaltScore   `json:"halts"`
}

// Kind is the score of one kind of claim.
type Kind struct {
	At          []Cut                   `json:"at"`
	Calibration reliability.Calibration `json:"calibration"`
}

// Found counts true things and those of them that a claim stands for. Observable are those that the feed could have
// told of at all: some message of the ship, or of any ship near, reached it at the time.
type Found struct {
	True             int      `json:"true"`
	Observable       int      `json:"observable"`
	Paired           int      `json:"paired"`
	PairedObservable int      `json:"paired_observable"`
	Recall           *float64 `json:"recall"`            // of all that is true: the unobservable is missed. Null when nothing is true
	RecallObservable *float64 `json:"recall_observable"` // of the observable alone
}

// Count is what is true, what is claimed and how many pairs they make.
type Count struct {
	Found
	Claimed   int      `json:"claimed"`
	Precision *float64 `json:"precision"` // null when nothing is claimed
	F1        *float64 `json:"f1"`        // of precision and the recall of all; null when neither true nor claimed
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
	Name string `json:"name"`
	Found
}

// Of scores an output. It returns ErrOtherTime when truth and output are not of one world.
func Of(t *sim.Truth, o Output) (Report, error) {
	r := OfEvents(t, o)
	var err error
	if r.Barrels, err = scoreBarrels(t, o.Days); err != nil {
		return r, err
	}
	r.Halts = scoreHalts(t, o.Halts)
	return r, nil
}

// OfEvents scores events alone, for what makes no daily estimate.
func OfEvents(t *sim.Truth, o Output) Report {
	events := o.Events
	r := Report{Schema: Schema, Synthetic: t.Synthetic, Scenario: t.Scenario, Seed: t.Seed, Runs: 1, Start: t.Start, End: t.End,
		Length: t.End.Sub(t.Start).Hours() / 24}
	gaps := claims(events, event.Gap, t.End)
	meetings := claims(events, event.Rendezvous, t.End)
	loads := claims(events, event.Lift, t.End)
	r.Gaps = scoreKind(hidden(t), gaps, overlapping, cut)
	r.Rendezvous = scoreKind(cargoMeetings(t), meetings, overlapping, cut)
	r.Lifts = scoreKind(lifts(t), loads, nearby, cut, liftCut)
	r.False = scoreKind(pretences(t), claims(events, event.FalsePosition, t.End), overlapping, cut)
	r.Silences = scoreCauses(silences(t), gaps)
	r.Detectors = scoreDetectors(t, o, gaps, meetings, loads)
	r.Times = slices.Concat(scoreEnds("switched off", "switched on", hidden(t), gaps),
		scoreEnds("cargo meeting, start", "cargo meeting, end", cargoMeetings(t), meetings))
	r.LiftTimes = scoreTimes(lifts(t), reaching(loads, liftCut))
	for _, p := range []float64{cut, liftCut} {
		r.Parcels = append(r.Parcels, scoreParcels(lifts(t), reaching(loads, p), p))
	}
	return r
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

// outcomes pairs all claims, however unlikely. Claims of what is excused are left out.
func outcomes(truth, claims []item, like likeness) []reliability.Outcome {
	pairs := pair(truth, claims, like)
	var out []reliability.Outcome
	for i, j := range pairs.claim {
		if j >= 0 && !truth[i].excused {
			out = append(out, reliability.Outcome{P: claims[j].p, True: true})
		}
	}
	for _, j := range pairs.leftOver(truth) {
		out = append(out, reliability.Outcome{P: claims[j].p, True: false})
	}
	return out
}

func scoreKind(truth, claims []item, like likeness, cuts ...float64) Kind {
	var k Kind
	for _, p := range cuts {
		k.At = append(k.At, scoreCut(truth, reaching(claims, p), like, p))
	}
	k.Calibration = reliability.Of(outcomes(truth, claims, like))
	return k
}

// scoreCut counts true items and claims by class and mode. What is excused, and claims of it, do not count.
func scoreCut(truth, claims []item, like likeness, p float64) Cut {
	pairs := pair(truth, claims, like)
	classes, modes := map[string]Count{}, map[string]Found{}
	for i, t := range truth {
		if t.excused {
			continue
		}
		class, mode := classes[t.class], modes[t.mode]
		class.Found.note(t, pairs.claim[i] >= 0)
		mode.note(t, pairs.claim[i] >= 0)
		if pairs.claim[i] >= 0 {
			class.Claimed++
		}
		classes[t.class], modes[t.mode] = class, mode
	}
	for _, j := range pairs.leftOver(truth) {
		class := classes[claims[j].class]
		class.Claimed++
		classes[claims[j].class] = class
	}
	return cutOf(p, classes, modes)
}

// note counts one true item.
func (f *Found) note(t item, paired bool) {
	f.True++
	if paired {
		f.Paired++
	}
	if t.unheard {
		return
	}
	f.Observable++
	if paired {
		f.PairedObservable++
	}
}

// cutOf lists and sums up counts.
func cutOf(p float64, classes map[string]Count, modes map[string]Found) Cut {
	out := Cut{P: p}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		out.Count = out.Count.plus(classes[name])
		out.Classes = append(out.Classes, Class{name, classes[name].plus(Count{})})
	}
	for _, name := range slices.Sorted(maps.Keys(modes)) {
		out.Modes = append(out.Modes, Mode{name, modes[name].plus(Found{})})
	}
	out.Count = out.Count.plus(Count{})
	return out
}

// plus adds counts and fills in the recalls.
func (f Found) plus(o Found) Found {
	f.True, f.Observable = f.True+o.True, f.Observable+o.Observable
	f.Paired, f.PairedObservable = f.Paired+o.Paired, f.PairedObservable+o.PairedObservable
	f.Recall, f.RecallObservable = ratio(f.Paired, f.True), ratio(f.PairedObservable, f.Observable)
	return f
}

// plus adds counts and fills in the shares.
func (c Count) plus(o Count) Count {
	c.Found, c.Claimed = c.Found.plus(o.Found), c.Claimed+o.Claimed
	c.Precision, c.F1 = ratio(c.Paired, c.Claimed), ratio(2*c.Paired, c.True+c.Claimed)
	return c
}

// plus adds the counts of two runs at one cut.
func (c Cut) plus(o Cut) Cut {
	classes, modes := map[string]Count{}, map[string]Found{}
	for _, list := range [][]Class{c.Classes, o.Classes} {
		for _, class := range list {
			classes[class.Name] = classes[class.Name].plus(class.Count)
		}
	}
	for _, list := range [][]Mode{c.Modes, o.Modes} {
		for _, mode := range list {
			modes[mode.Name] = modes[mode.Name].plus(mode.Found)
		}
	}
	return cutOf(c.P, classes, modes)
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

// plus adds the report of another run: counts add, and what follows from them is worked out anew.
func (r Report) plus(o Report) Report {
	r.Seed, r.Runs, r.Length = 0, r.Runs+o.Runs, r.Length+o.Length
	r.Synthetic = r.Synthetic || o.Synthetic
	if r.Scenario != o.Scenario {
		r.Scenario = "several"
	}
	if o.Start.Before(r.Start) {
		r.Start = o.Start
	}
	if o.End.After(r.End) {
		r.End = o.End
	}
	r.Gaps, r.Rendezvous, r.Lifts = r.Gaps.plus(o.Gaps), r.Rendezvous.plus(o.Rendezvous), r.Lifts.plus(o.Lifts)
	r.False, r.Detectors = r.False.plus(o.False), r.Detectors.plus(o.Detectors)
	r.Silences = plusCauses(r.Silences, o.Silences)
	r.Times, r.Parcels = slices.Clone(r.Times), slices.Clone(r.Parcels)
	for i, t := range o.Times {
		r.Times[i] = timeError(t.Name, slices.Concat(r.Times[i].late, t.late))
	}
	for i, p := range o.Parcels {
		r.Parcels[i] = r.Parcels[i].plus(p)
	}
	r.LiftTimes, r.Barrels, r.Halts = r.LiftTimes.plus(o.LiftTimes), r.Barrels.plus(o.Barrels), r.Halts.plus(o.Halts)
	return r
}

// plus adds the claims of two runs.
func (k Kind) plus(o Kind) Kind {
	out := Kind{Calibration: k.Calibration.Plus(o.Calibration)}
	for i, c := range k.At {
		out.At = append(out.At, c.plus(o.At[i]))
	}
	return out
}

// PoolSchema names the JSON layout of a pool.
const PoolSchema = "darkwake.pool/v1"

// Pool is how many runs did: all of them added up, and how far their measures spread.
type Pool struct {
	Schema   string   `json:"schema"`
	Scenario string   `json:"scenario"`
	Seeds    []uint64 `json:"seeds"`
	Sum      Report   `json:"sum"`
	Spreads  []Spread `json:"measures"`
	Lost     *Lost    `json:"precision_lost,omitempty"` // to the scenario that it is held against

	runs []Report
}

// Spread is a measure over several runs. Pooled is that of all runs added up; median and percentiles are over the runs
// that have a value, each counting once.
type Spread struct {
	Name   string   `json:"name"`
	Pooled *float64 `json:"pooled"`
	Median *float64 `json:"median"`
	P05    *float64 `json:"p05"`
	P95    *float64 `json:"p95"`
	Runs   int      `json:"runs"` // that have a value
}

// Add takes in the report of one run, as Of gave it: one read from JSON has lost the single claims and days that a pool
// needs.
func (p *Pool) Add(r Report) {
	p.Schema, p.Scenario = PoolSchema, r.Scenario
	p.Seeds, p.runs = append(p.Seeds, r.Seed), append(p.runs, r)
	if len(p.runs) == 1 {
		p.Sum = r
	} else {
		p.Sum = p.Sum.plus(r)
	}
	p.spread()
}

// Runs are the reports added so far.
func (p *Pool) Runs() []Report { return p.runs }

// Lost is by how many points the precisions of one pool are below those of another, on the seeds that both have. Below zero
// they are above; null where one of them claims nothing.
type Lost struct {
	Scenario   string   `json:"scenario"` // the other
	Seeds      int      `json:"seeds"`
	Gaps       *float64 `json:"gaps"`
	Rendezvous *float64 `json:"rendezvous"`
	Lifts      *float64 `json:"lifts"`
}

// HoldAgainst notes what the pool's precisions lose to another's.
func (p *Pool) HoldAgainst(other *Pool) {
	shared := func(p, other *Pool) *Pool {
		out := &Pool{}
		for _, r := range p.runs {
			if slices.Contains(other.Seeds, r.Seed) {
				out.Add(r)
			}
		}
		return out
	}
	here, there := shared(p, other), shared(other, p)
	lost := func(name string) *float64 {
		a, _ := here.Measure(name)
		b, _ := there.Measure(name)
		if a.Pooled == nil || b.Pooled == nil {
			return nil
		}
		points := 100 * (*b.Pooled - *a.Pooled)
		return &points
	}
	p.Lost = &Lost{other.Scenario, len(here.Seeds), lost("gap_precision"), lost("rendezvous_precision"), lost("lift_precision")}
}

// spread works out how far the measures of the runs spread. A run lacks the measures of modes it does not have.
func (p *Pool) spread() {
	p.Spreads = nil
	values := map[string][]float64{}
	for _, r := range p.runs {
		for _, m := range r.Measures() {
			if m.Value != nil {
				values[m.Name] = append(values[m.Name], *m.Value)
			}
		}
	}
	for _, m := range p.Sum.Measures() {
		list := values[m.Name]
		p.Spreads = append(p.Spreads, Spread{m.Name, m.Value, quantile(list, 0.5), quantile(list, 0.05), quantile(list, 0.95), len(list)})
	}
}

// Measure finds a spread by its name; not ok when no run has such a measure.
func (p *Pool) Measure(name string) (Spread, bool) {
	i := slices.IndexFunc(p.Spreads, func(s Spread) bool { return s.Name == name })
	if i < 0 {
		return Spread{}, false
	}
	return p.Spreads[i], true
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
