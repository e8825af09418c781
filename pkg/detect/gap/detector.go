package gap

import (
	"cmp"
	"container/heap"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector turns silences into gaps. It is pure: the same facts in the same ticks give the same events.
type Detector struct {
	o      Options
	fleet  *vessel.Fleet
	places *place.Gazetteer
	sea    *geo.Sea
	ways   ways
	heard  Heard

	silences map[key]*silence
	dirty    []key                // touched since the last Advance
	due      dueHeap              // when open silences become gaps
	done     dueHeap              // when closed gaps can be forgotten
	classB   map[vessel.MMSI]bool // ships known by class B only
	outages  outages
	astray   event.Displaced // when ships were not where they said
	numbers  numbers
	leaving  map[vessel.MMSI]time.Time // when a ship last passed the way out; gone when she came back in
	sources  []place.ID                // where sanctioned oil is loaded, without berths that lie inside another
}

// Heard counts what was heard in a cell from one instant to another, in emitter-hours.
type Heard func(cell int32, from, to time.Time) int

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
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, sea *geo.Sea) *Detector {
	d := &Detector{o: o, fleet: fleet, places: places, sea: sea, ways: ways{sea, map[place.ID]*geo.Reach{}, map[leg]geo.Metres{}}, silences: map[key]*silence{},
		classB: map[vessel.MMSI]bool{}, outages: outages{}, leaving: map[vessel.MMSI]time.Time{}}
	d.numbers = newNumbers()
	d.sources = loadingPlaces(places)
	return d
}

// Controls lets details tell what else was heard near off during a silence. Optional.
func (d *Detector) Controls(heard Heard) { d.heard = heard }

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
			if details.Outbound && e.Status != event.Retracted {
				d.leaving[e.Vessels[0].MMSI] = e.Start
			} else {
				delete(d.leaving, e.Vessels[0].MMSI)
			}
		}
	}
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
	d.dirty = d.dirty[:0]
	d.forget(w)
	slices.SortFunc(out, event.Compare)
	return out
}

// judge decides on one silence and returns its new versions: none, one, or two when the start moved.
func (d *Detector) judge(k key, s *silence, w time.Time) []event.Event {
	f, other := d.elsewhere(s.fact)
	length := w.Sub(f.Off.Time)
	if f.On != nil {
		length = f.On.Time.Sub(f.Off.Time)
	}
	tells := length >= d.threshold(f) && d.concerns(f)
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
	e := d.describe(f, w, length)
	if other != 0 {
		e.Vessels = append(e.Vessels, event.FromShip(event.Party, d.fleet.About(other), time.Time{}, f.On.Time))
	}
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

func (d *Detector) forget(w time.Time) {
	for len(d.done) > 0 && !d.done[0].at.After(w) {
		k := heap.Pop(&d.done).(dueKey).key
		if s := d.silences[k]; s != nil && s.fact.On != nil {
			delete(d.silences, k)
		}
	}
	d.outages.forget(w)
	d.astray.Forget(w)
	maps.DeleteFunc(d.leaving, func(_ vessel.MMSI, at time.Time) bool { return w.Sub(at) > outageMemory })
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
