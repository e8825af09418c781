package gap

import (
	"cmp"
	"container/heap"
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector turns silences into gaps. It is pure: the same facts in the same ticks give the same events.
type Detector struct {
	o       Options
	fleet   *vessel.Fleet
	places  *place.Gazetteer
	sea     *geo.Sea
	calls   *call.Reckoner
	heard   Reception
	weights Weights
	goals   []place.ID // where a ship that fell silent may have gone
	routes  map[leg]route

	silences map[key]*silence
	dirty    []key                // touched since the last Advance
	due      dueHeap              // when open silences become gaps
	done     dueHeap              // when closed gaps can be forgotten
	classB   map[vessel.MMSI]bool // ships known by class B only
	outages  outages
	astray   event.Displaced // when ships were not where they said
	numbers  numbers
	passed   map[vessel.MMSI][]passage // of the way out, by time
}

// Reception answers what could be heard. A coverage.Model does.
type Reception interface {
	// HeardIn counts what was heard in a cell from one instant to another, in emitter-hours.
	HeardIn(cell int32, from, to time.Time) int
	// Chance says how likely a ship that was last heard at off and kept sending was not heard on any of the paths.
	Chance(ship uint32, off time.Time, paths []coverage.Path) coverage.Answer
}

// key is the key under which stage A restates a silence.
type key struct {
	mmsi           vessel.MMSI
	segment, start int64
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.mmsi, o.mmsi), cmp.Compare(k.start, o.start), cmp.Compare(k.segment, o.segment))
}

// silence is the newest fact of a key and the last version that was published of it, if any.
type silence struct {
	fact *track.Silence
	last *event.Event
}

// New returns a detector that knows no silence.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, sea *geo.Sea, calls *call.Reckoner) *Detector {
	d := &Detector{o: o, fleet: fleet, places: places, sea: sea, calls: calls, silences: map[key]*silence{},
		classB: map[vessel.MMSI]bool{}, outages: outages{}, passed: map[vessel.MMSI][]passage{}}
	d.numbers, d.weights = newNumbers(), DefaultWeights()
	d.goals, d.routes = goals(places), map[leg]route{}
	return d
}

// Reception lets the detector know what could be heard. Without it nothing is known of that, and says so.
func (d *Detector) Reception(heard Reception) { d.heard = heard }

// Observe takes in silences, and profiles for the class of the transponder.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Profile:
		if f.ByClassA() {
			delete(d.classB, f.MMSI)
		} else if f.ByClassB() {
			d.classB[f.MMSI] = true
		}
	case *track.Silence:
		d.take(f)
	}
}

func (d *Detector) take(f *track.Silence) {
	k := key{f.MMSI, f.Segment.UnixMilli(), f.Start.UnixMilli()}
	s := d.silences[k]
	if s == nil {
		s = &silence{}
		d.silences[k] = s
	}
	s.fact = f
	d.dirty = append(d.dirty, k)
	if f.On == nil {
		heap.Push(&d.due, dueKey{f.Off.Time.Add(d.threshold(f)), k})
	}
}

// Hear takes in outages, inside which silences explain themselves, and passages of the way out of the Gulf of Oman,
// behind which a ship sails out of what is heard.
func (d *Detector) Hear(e event.Event) {
	for _, m := range d.astray.Hear(e) {
		for k := range d.silences {
			if k.mmsi == m {
				d.dirty = append(d.dirty, k) // sorted before it is used
			}
		}
	}
	switch details := e.Details.(type) {
	case event.OutageDetails:
		d.outages.hear(details.Source, e)
		d.reconsider(details.Source, e)
	case event.IdentityDetails:
		d.continues(e, details)
		d.twoShips(e, details)
	case event.TransitDetails:
		if details.Gate == wayOut && len(e.Vessels) > 0 {
			d.pass(e.Vessels[0].MMSI, passage{e.ID, e.Start, details.Outbound}, e.Status == event.Retracted)
		}
	}
}

// passage is one of the way out, in either direction.
type passage struct {
	id  string
	at  time.Time
	out bool
}

// pass takes in a version of a passage: the newest of an id counts.
func (d *Detector) pass(m vessel.MMSI, p passage, retracted bool) {
	list := slices.DeleteFunc(d.passed[m], func(o passage) bool { return o.id == p.id })
	if !retracted {
		list = append(list, p)
		slices.SortFunc(list, func(a, b passage) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	}
	d.passed[m] = list
}

// reconsider marks the silences that an outage overlaps: it is often known only long after they were told.
func (d *Detector) reconsider(source string, e event.Event) {
	for k, s := range d.silences {
		f := s.fact
		before := f.On != nil && !f.On.Time.After(e.Start)
		after := e.End != nil && !e.End.After(f.Off.Time)
		if f.Off.Source == source && !before && !after {
			d.dirty = append(d.dirty, k) // sorted before it is used
		}
	}
}

// wayOut is the gate behind which the coast stations of the Gulf of Oman end (gazetteer).
const wayOut = "GULF_OF_OMAN_EXIT"

// Advance returns what changed up to the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	var out []event.Event
	for len(d.due) > 0 && !d.due[0].at.After(w) {
		d.dirty = append(d.dirty, heap.Pop(&d.due).(dueKey).key)
	}
	slices.SortFunc(d.dirty, key.compare)
	for _, k := range slices.Compact(d.dirty) {
		if s := d.silences[k]; s != nil {
			out = append(out, d.judge(k, s, w)...)
		}
	}
	if w.Equal(w.Truncate(24 * time.Hour)) {
		out = append(out, d.review(w)...)
	}
	d.dirty = d.dirty[:0]
	d.forget(w)
	slices.SortFunc(out, event.Compare)
	return out
}

// review judges anew, at the close of a day, what was told of silences a few days long: by now it is known which other
// ships were missed in those hours, and late reports may have come. Longer ones are judged anew once a week. Only a
// verdict that moved is told.
func (d *Detector) review(w time.Time) []event.Event {
	var out []event.Event
	for _, k := range slices.SortedFunc(maps.Keys(d.silences), key.compare) {
		s := d.silences[k]
		if _, now := slices.BinarySearchFunc(d.dirty, k, key.compare); now || s.last == nil || s.last.Status == event.Retracted {
			continue
		}
		f, other := d.elsewhere(s.fact)
		long := length(f, w)
		if days := int(long.Hours() / 24); f.On == nil && long > d.o.Review && days%7 != 0 {
			continue
		}
		e := d.account(f, other, w, long)
		switch {
		case moved(s.last.Explanations, e.Explanations) >= d.o.Moved:
			e.Why = "what was heard of other ships in that time is better known"
		case e.Vessels[0].IMO != s.last.Vessels[0].IMO:
			e.Why = "who she is is better known"
		default:
			continue
		}
		out = append(out, s.publish(e)...)
	}
	return out
}

// moved is the largest change of a cause's probability.
func moved(before, after []event.Explanation) float64 {
	most := 0.0
	for _, list := range [][]event.Explanation{before, after} {
		for _, x := range list {
			most = max(most, math.Abs(event.Probability(before, x.Cause)-event.Probability(after, x.Cause)))
		}
	}
	return most
}

// length is how long a silence lasted, or lasts at w.
func length(f *track.Silence, w time.Time) time.Duration {
	if f.On != nil {
		w = f.On.Time
	}
	return w.Sub(f.Off.Time)
}

// account describes a silence, and names the ship's other number if she came back under one.
func (d *Detector) account(f *track.Silence, other vessel.MMSI, w time.Time, length time.Duration) event.Event {
	e := d.describe(f, w, length)
	if other != 0 {
		e.Vessels = append(e.Vessels, event.FromShip(event.Party, d.fleet.About(other), time.Time{}, f.On.Time))
	}
	return e
}

// judge decides on one silence and returns its new versions: none, one, or two when the start moved.
func (d *Detector) judge(k key, s *silence, w time.Time) []event.Event {
	f, other := d.elsewhere(s.fact)
	lasted := length(f, w)
	tells := lasted >= d.threshold(f) && d.concerns(f)
	if f.On != nil {
		heap.Push(&d.done, dueKey{w.Add(d.o.Horizon), k})
	}
	switch {
	case !tells && s.last == nil:
		if f.On != nil {
			delete(d.silences, k)
		}
		return nil
	case !tells && other != 0:
		return s.retract(f.Why, nil, event.IdentityChange)
	case !tells:
		return s.retract(reason(f, "shorter than the threshold"), nil, event.NotReceived)
	}
	e := d.account(f, other, w, lasted)
	if s.last != nil && s.last.Status == e.Status && !f.Restated {
		e.Why = "what else is known of that time has changed"
	}
	if s.last != nil && s.last.ID != e.ID {
		out := s.retract(reason(f, "the silence began at another fix"), &e.ID, event.NotReceived)
		s.last = nil
		return append(out, s.publish(e)...)
	}
	return s.publish(e)
}

// publish numbers a version and remembers it. A restatement that changes nothing is not told.
func (s *silence) publish(e event.Event) []event.Event {
	e.Version = 1
	if s.last != nil {
		if same(*s.last, e) {
			return nil
		}
		e.Version = s.last.Version + 1
	}
	s.last = &e
	return []event.Event{e}
}

// retract takes back what was told: she was on the air, and the feed had not delivered it in time or not under this number.
func (s *silence) retract(why string, by *string, cause event.Cause) []event.Event {
	if s.last.Status == event.Retracted {
		return nil
	}
	e := *s.last
	e.Version++
	e.Status, e.Why, e.SupersededBy, e.Probability = event.Retracted, why, by, 0
	e.Explanations = []event.Explanation{{Cause: cause, P: 1}}
	s.last = &e
	return []event.Event{e}
}

// same compares two versions in all that was claimed; their reasons and numbers may differ.
func same(a, b event.Event) bool {
	a.Version, a.Why, a.Watermark = b.Version, b.Why, b.Watermark
	return reflect.DeepEqual(a, b)
}

func reason(f *track.Silence, otherwise string) string {
	if f.Why != "" {
		return f.Why
	}
	return "heard late: " + otherwise
}

// threshold is the silence from which a gap of this ship is published.
func (d *Detector) threshold(f *track.Silence) time.Duration {
	return max(d.o.Publish, d.candidate(f))
}

func (d *Detector) candidate(f *track.Silence) time.Duration {
	return max(d.o.Candidate, time.Duration(d.o.Intervals*float64(expected(f))))
}

// expected is the ship's own interval between fixes before she fell silent.
func expected(f *track.Silence) time.Duration {
	if f.Interval > 0 {
		return f.Interval
	}
	return 24 * time.Hour / time.Duration(max(f.Heard24h, 1))
}

// concerns tells whether a silence can hide oil, by what is known of the ship now.
func (d *Detector) concerns(f *track.Silence) bool {
	if !f.MMSI.Ship() || f.MMSI.Default() {
		return false
	}
	s, _ := d.fleet.Ship(f.MMSI)
	switch {
	case s.Class == vessel.NotTanker:
		return false
	case vessel.Tanker(s.ShipType):
		return f.Heard24h >= d.o.LeastTanker
	case d.classB[f.MMSI], s.HasHull && s.Hull.Length() > 0 && s.Hull.Length() < d.o.MinLength:
		return false
	}
	return f.Heard24h >= d.o.LeastUnknown
}

// doubtful tells whether an end of a silence lies in a false position that is still claimed to last: when that is taken
// back, so is what the silence was thought to hide.
func (d *Detector) doubtful(f *track.Silence) bool {
	off, offAstray := d.astray.At(f.MMSI, f.Off.Time)
	on, onAstray := d.astray.At(f.MMSI, f.On.Time)
	return offAstray && off.Lasts || onAstray && on.Lasts
}

func (d *Detector) forget(w time.Time) {
	for len(d.done) > 0 && !d.done[0].at.After(w) {
		k := heap.Pop(&d.done).(dueKey).key
		switch s := d.silences[k]; {
		case s == nil || s.fact.On == nil:
		case d.doubtful(s.fact):
			heap.Push(&d.done, dueKey{w.Add(d.o.Horizon), k})
		default:
			delete(d.silences, k)
		}
	}
	d.outages.forget(w)
	d.astray.Forget(w)
	if w.Equal(w.Truncate(24 * time.Hour)) {
		maps.DeleteFunc(d.passed, func(_ vessel.MMSI, p []passage) bool { return len(p) == 0 || w.Sub(p[len(p)-1].at) > outageMemory })
	}
}

// dueKey is a silence and the moment at which something is to be done about it.
type dueKey struct {
	at  time.Time
	key key
}

// dueHeap is a queue of moments, earliest first.
type dueHeap []dueKey

func (h dueHeap) Len() int      { return len(h) }
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h dueHeap) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), h[i].key.compare(h[j].key)) < 0
}

// Push and Pop are called by container/heap only.
func (h *dueHeap) Push(x any) { *h = append(*h, x.(dueKey)) }

// Pop takes the last.
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
