package encounter

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector sets stays of ships that were heard against gaps of those that were not. It is pure: the same events in the
// same ticks give the same events.
type Detector struct {
	o       Options
	weights Weights
	fleet   *vessel.Fleet
	places  *place.Gazetteer
	sea     *geo.Sea
	reaches map[geo.Point]*geo.Reach
	areas   []place.ID // for transfers from ship to ship

	stays   map[string]*stay // by the loitering event's id
	gaps    map[string]*gap  // closed ones, by the gap event's id
	changes map[vessel.MMSI][]draughtChange
	seen    map[vessel.MMSI][]meeting // alongside another, told by hulls or antennas
	both    map[string]*unseen
	dirty   map[string]bool // stays to be judged anew
	fresh   map[string]bool // gaps to be set against all stays and against each other
}

// stay is a time in which a ship that was heard lay still.
type stay struct {
	id       string
	ship     vessel.MMSI
	from, to time.Time
	at       geo.Point
	evidence event.Evidence
	pairs    map[string]*candidate // by the gap's id
	ways     map[string]way        // by the gap's id
	told     *event.Event
}

// gap is a silence with both ends.
type gap struct {
	id       string
	ship     vessel.MMSI
	off, on  end
	crew     float64 // probability that it was switched off
	evidence event.Evidence
}

// end is where and when a ship was last or first heard.
type end struct {
	time time.Time
	at   geo.Point
}

// draughtChange is a change heard, and the span in which it was typed.
type draughtChange struct {
	id       string
	from, to time.Time
	way      int
}

// meeting is a time in which a ship was seen alongside another.
type meeting struct {
	id       string
	from, to time.Time // to is zero while it lasts
}

// New returns a detector that has heard nothing.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, sea *geo.Sea) *Detector {
	d := &Detector{o: o, weights: DefaultWeights(), fleet: fleet, places: places, sea: sea, stays: map[string]*stay{}, gaps: map[string]*gap{},
		changes: map[vessel.MMSI][]draughtChange{}, seen: map[vessel.MMSI][]meeting{}, both: map[string]*unseen{},
		dirty: map[string]bool{}, fresh: map[string]bool{}, reaches: map[geo.Point]*geo.Reach{}}
	for id := range place.ID(places.Len()) {
		if places.At(id).Kind == place.STSArea {
			d.areas = append(d.areas, id)
		}
	}
	return d
}

// Observe needs no facts.
func (d *Detector) Observe(track.Fact) {}

// Hear takes in stays, gaps, changes of draught and meetings that were seen.
func (d *Detector) Hear(e event.Event) {
	if len(e.Vessels) == 0 {
		return
	}
	switch details := e.Details.(type) {
	case event.LoiteringDetails:
		d.hearStay(e)
	case event.GapDetails:
		d.hearGap(e, details)
	case event.DraughtDetails:
		m := e.Vessels[0].MMSI
		list := slices.DeleteFunc(d.changes[m], func(c draughtChange) bool { return c.id == e.ID })
		if e.Status != event.Retracted {
			list = append(list, draughtChange{e.ID, details.LastSeen, details.FirstSeen, cmp.Compare(details.AfterM, details.BeforeM)})
		}
		d.changes[m] = list
		d.touch(m)
	case event.RendezvousDetails:
		for _, v := range e.Vessels {
			list := slices.DeleteFunc(d.seen[v.MMSI], func(x meeting) bool { return x.id == e.ID })
			if e.Status != event.Retracted && details.Form == event.Alongside {
				x := meeting{id: e.ID, from: e.Start}
				if e.End != nil {
					x.to = *e.End
				}
				list = append(list, x)
			}
			d.seen[v.MMSI] = list
			d.touch(v.MMSI)
		}
	}
}

// touch marks what may come out otherwise because something else is known of a ship.
func (d *Detector) touch(m vessel.MMSI) {
	for id, s := range d.stays {
		if s.ship == m {
			d.dirty[id] = true
		}
	}
	for id, g := range d.gaps {
		if g.ship == m {
			d.fresh[id] = true
		}
	}
}

func (d *Detector) hearStay(e event.Event) {
	s := d.stays[e.ID]
	switch {
	case !d.carries(e.Vessels[0].MMSI):
		return
	case s == nil && e.Status != event.Closed:
		return // what lasts is judged when it is over
	case s == nil:
		s = &stay{id: e.ID, ship: e.Vessels[0].MMSI, pairs: map[string]*candidate{}, ways: map[string]way{}}
		d.stays[e.ID] = s
	}
	if at := (geo.Point{e.Lon, e.Lat}); s.at != at {
		s.at = at
		clear(s.ways)
	}
	s.from, s.evidence = e.Start, e.Evidence
	s.to = s.from // retracted: nobody can have come
	if e.Status == event.Closed {
		s.to = *e.End
	}
	d.dirty[e.ID] = true
}

// keepReaches bounds the searches that are remembered, a megabyte each.
const keepReaches = 32

// reachOf is the ways over water from a place. The search begins at the place itself and not at another near it that
// was asked for first, or the answer would depend on the order of asking.
func (d *Detector) reachOf(at geo.Point) *geo.Reach {
	if d.sea == nil {
		return nil
	}
	if d.reaches[at] == nil {
		if len(d.reaches) == keepReaches {
			clear(d.reaches)
		}
		d.reaches[at] = d.sea.From(at)
	}
	return d.reaches[at]
}

func (d *Detector) hearGap(e event.Event, details event.GapDetails) {
	if e.Status != event.Closed || details.On == nil || e.End.Sub(e.Start) < d.o.Together || !d.carries(e.Vessels[0].MMSI) {
		if d.gaps[e.ID] != nil {
			delete(d.gaps, e.ID)
			d.fresh[e.ID] = true
		}
		return
	}
	g := &gap{id: e.ID, ship: e.Vessels[0].MMSI, crew: e.Probability, evidence: e.Evidence,
		off: endOf(details.Off), on: endOf(*details.On)}
	if old := d.gaps[e.ID]; old != nil && (old.off != g.off || old.on != g.on) {
		for _, s := range d.stays {
			delete(s.ways, e.ID)
		}
	}
	d.gaps[e.ID] = g
	d.fresh[e.ID] = true
}

func endOf(f event.FixRef) end { return end{f.Time, geo.PointFromDegrees(f.Lon, f.Lat)} }

// carries tells whether a ship takes part in transfers of cargo: a tanker that is not known to be too small.
func (d *Detector) carries(m vessel.MMSI) bool {
	s := d.fleet.About(m)
	return vessel.Tanker(s.ShipType) && (s.DWT.Value == 0 || s.DWT.Value >= float64(d.o.Carries))
}

// Advance judges at each full hour what changed and returns what is new, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	if w.Equal(w.Truncate(24 * time.Hour)) {
		d.forget(w)
	}
	if len(d.fresh)+len(d.dirty) == 0 || !w.Equal(w.Truncate(time.Hour)) {
		return nil
	}
	d.match()
	var out []event.Event
	for _, id := range sorted(d.dirty) {
		if s := d.stays[id]; s != nil {
			out = append(out, d.tell(s, w)...)
		}
	}
	out = append(out, d.tellUnseen(w)...)
	clear(d.dirty)
	clear(d.fresh)
	slices.SortFunc(out, event.Compare)
	return out
}

// match brings the pairs of all stays and gaps up to date of which something changed, and marks the stays whose
// probabilities depend on them.
func (d *Detector) match() {
	changed := sorted(d.dirty)
	for _, gid := range sorted(d.fresh) {
		for sid, s := range d.stays {
			d.pair(s, gid)
			if s.pairs[gid] != nil || d.dirty[sid] {
				d.dirty[sid] = true
			}
		}
	}
	for _, sid := range changed {
		if s := d.stays[sid]; s != nil {
			for gid := range d.gaps {
				d.pair(s, gid)
			}
		}
	}
	for _, sid := range sorted(d.dirty) { // rivals for the same gap
		if s := d.stays[sid]; s != nil {
			for gid := range s.pairs {
				for other, o := range d.stays {
					if o.pairs[gid] != nil {
						d.dirty[other] = true
					}
				}
			}
		}
	}
}

// pair sets one stay against one gap.
func (d *Detector) pair(s *stay, gid string) {
	g := d.gaps[gid]
	if g == nil {
		if s.pairs[gid] != nil {
			delete(s.pairs, gid)
			d.dirty[s.id] = true
		}
		return
	}
	delete(s.pairs, gid)
	if c := d.candidate(s, g); c != nil {
		s.pairs[gid] = c
	}
}

// forget drops what is too long over.
func (d *Detector) forget(w time.Time) {
	for id, s := range d.stays {
		if w.Sub(s.to) > d.o.Remember {
			delete(d.stays, id)
		}
	}
	for id, g := range d.gaps {
		if w.Sub(g.on.time) > d.o.Remember {
			delete(d.gaps, id)
			for _, s := range d.stays {
				delete(s.pairs, id)
				delete(s.ways, id)
			}
		}
	}
	for m, list := range d.changes {
		if d.changes[m] = slices.DeleteFunc(list, func(c draughtChange) bool { return w.Sub(c.to) > 2*d.o.Remember }); len(d.changes[m]) == 0 {
			delete(d.changes, m)
		}
	}
	for m, list := range d.seen {
		if d.seen[m] = slices.DeleteFunc(list, func(x meeting) bool { return !x.to.IsZero() && w.Sub(x.to) > d.o.Remember }); len(d.seen[m]) == 0 {
			delete(d.seen, m)
		}
	}
	for id, u := range d.both {
		if w.Sub(u.to) > d.o.Remember {
			delete(d.both, id)
		}
	}
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
