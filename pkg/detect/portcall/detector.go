package portcall

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct {
	ExitMargin  geo.Metres    // beyond the shape, so that a ship on its line does not flap
	ExitSeen    time.Duration // from the stop to a fix outside
	EntryWithin time.Duration // she may have come so long before the first fix inside, not longer
	SilentNote  time.Duration // a longer silence inside is worth a note
	Horizon     time.Duration // how long a call can still be revised by late reports
	Believed    [4]float64    // probability by confidence 1 to 4
	Estimated   float64       // factor where the place's position is an estimate
}

// Defaults returns the starting parameters: the exit circle of 1 km and the note from 4 h on are the method's, 6 h
// to a fix outside are as long as those before an entry, the probabilities are judgement until they are fitted.
func Defaults() Options {
	return Options{ExitMargin: geo.Kilometre, ExitSeen: 6 * time.Hour, EntryWithin: 24 * time.Hour, SilentNote: 4 * time.Hour, Horizon: 48 * time.Hour,
		Believed: [4]float64{0.70, 0.85, 0.95, 0.98}, Estimated: 0.9}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "port_call", About: "port calls and gate crossings", Params: []param.Param{
		param.Number("exit_margin_m", &o.ExitMargin, 0, 10_000, "m", "beyond the shape, so that a ship on its line does not flap", "METHODS 5: exit 1 km outside"),
		param.Time("exit_seen", &o.ExitSeen, 6*time.Minute, 48*time.Hour, "from the stop to a fix outside", "judgement: as long as before an entry"),
		param.Time("entry_within", &o.EntryWithin, 0, 240*time.Hour, "she may have come so long before the first fix inside, not longer", "judgement: two passes of satellites a day are the least"),
		param.Time("silent_note", &o.SilentNote, time.Hour, 240*time.Hour, "a longer silence inside is worth a note", "METHODS 5"),
		param.Time("horizon", &o.Horizon, time.Hour, 240*time.Hour, "how long a call can still be revised by late reports", "DESIGN 3"),
		param.Fixed("believed", o.Believed[:], 0, 1, "", "probability by confidence 1 to 4", "METHODS 5 has the confidence; judgement"),
		param.Number("estimated", &o.Estimated, 0, 1, "", "factor where the place's position is an estimate", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// Detector turns visits, stops and crossings into port calls and transits. It is pure.
type Detector struct {
	o      Options
	fleet  *vessel.Fleet
	places *place.Gazetteer

	ships    map[vessel.MMSI]*ship
	dirty    []vessel.MMSI
	crossed  []*track.Crossing
	transits map[key]event.Event
	astray   event.Displaced // when ships were not where they said
	shared   map[vessel.MMSI][]sharing
}

// key is the key under which stage A restates a fact of one ship.
type key struct {
	mmsi           vessel.MMSI
	segment, start int64
	place          place.ID
}

func keyOf(h *track.Header, p place.ID) key {
	return key{h.MMSI, h.Segment.UnixMilli(), h.Start.UnixMilli(), p}
}

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.mmsi, o.mmsi), cmp.Compare(k.start, o.start), cmp.Compare(k.place, o.place), cmp.Compare(k.segment, o.segment))
}

// ship is what is remembered of one ship: her visits and stops of the last days.
type ship struct {
	stays []*stay       // by key
	stops []*track.Stop // by start
}

// stay is the newest fact of a visit and the last version that was published of it, if any.
type stay struct {
	key    key
	visit  *track.Visit
	last   *event.Event
	former *event.Event // told of another ship under a shared number, and retracted
}

// New returns a detector that knows no ship.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, fleet: fleet, places: places, ships: map[vessel.MMSI]*ship{}, transits: map[key]event.Event{},
		shared: map[vessel.MMSI][]sharing{}}
}

// Observe takes in visits, stops and crossings.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Visit:
		if rank(d.places.At(f.Place).Kind) >= 0 {
			d.of(f.MMSI).takeVisit(f)
		}
	case *track.Stop:
		d.of(f.MMSI).takeStop(f)
	case *track.Crossing:
		d.crossed = append(d.crossed, f)
	}
}

// Hear takes in interference and false positions, in which a stop is none, and shared numbers.
func (d *Detector) Hear(e event.Event) {
	d.hearShared(e)
	for _, m := range d.astray.Hear(e) {
		if d.ships[m] != nil {
			d.dirty = append(d.dirty, m)
		}
	}
}

// stray tells whether a ship was displaced for half of a stop or more, or at its begin.
func (d *Detector) stray(m vessel.MMSI, from, to time.Time) bool {
	x, ok := d.astray.Within(m, from, cmp.Or(to, from))
	if !ok {
		return false
	}
	if !x.From.After(from) || x.Lasts {
		return true
	}
	inside := x.To.Sub(x.From)
	return !to.IsZero() && 2*inside >= to.Sub(from)
}

func (d *Detector) of(m vessel.MMSI) *ship {
	s := d.ships[m]
	if s == nil {
		s = &ship{}
		d.ships[m] = s
	}
	d.dirty = append(d.dirty, m)
	return s
}

func (s *ship) takeVisit(f *track.Visit) {
	k := keyOf(&f.Header, f.Place)
	i, found := slices.BinarySearchFunc(s.stays, k, func(x *stay, k key) int { return x.key.compare(k) })
	if !found {
		s.stays = slices.Insert(s.stays, i, &stay{key: k})
	}
	s.stays[i].visit = f
}

func (s *ship) takeStop(f *track.Stop) {
	i, found := slices.BinarySearchFunc(s.stops, f, func(x, y *track.Stop) int {
		return cmp.Or(x.Start.Compare(y.Start), x.Segment.Compare(y.Segment))
	})
	if !found {
		s.stops = slices.Insert(s.stops, i, f)
		return
	}
	s.stops[i] = f
}

// Advance returns what changed up to the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	var out []event.Event
	slices.Sort(d.dirty)
	for _, m := range slices.Compact(d.dirty) {
		if d.concerns(m) {
			out = append(out, d.judge(m, w)...)
		}
		d.forget(m, w)
	}
	d.dirty = d.dirty[:0]
	out = append(out, d.passages(w)...)
	slices.SortFunc(out, event.Compare)
	return out
}

// concerns tells whether a ship may carry oil, by what is known of her now.
func (d *Detector) concerns(m vessel.MMSI) bool {
	s, known := d.fleet.Ship(m)
	return m.Ship() && (!known || s.Class != vessel.NotTanker)
}

// forget drops what can no longer be revised. A stay that is over is kept while a wider one that it shares time with
// lasts: it owns the stops inside, and forgotten they would fall to the wider place. A quiet ship keeps what she had: it
// is looked at when she is heard again.
func (d *Detector) forget(m vessel.MMSI, w time.Time) {
	s := d.ships[m]
	over := func(x *stay) bool { return x.visit.Exit != nil && w.Sub(x.visit.Exit.Time) > d.o.Horizon }
	oldest := w
	for _, x := range s.stays {
		if !over(x) && x.visit.Entry.Time.Before(oldest) {
			oldest = x.visit.Entry.Time
		}
	}
	s.stays = slices.DeleteFunc(s.stays, func(x *stay) bool { return over(x) && x.visit.Exit.Time.Before(oldest) })
	for _, x := range s.stays {
		if x.visit.Entry.Time.Before(oldest) {
			oldest = x.visit.Entry.Time
		}
	}
	s.stops = slices.DeleteFunc(s.stops, func(x *track.Stop) bool {
		return !x.End.IsZero() && x.End.Before(oldest) && w.Sub(x.End) > d.o.Horizon
	})
	if len(s.stays) == 0 && len(s.stops) == 0 {
		delete(d.ships, m)
	}
}
