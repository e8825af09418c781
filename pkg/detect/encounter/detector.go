package encounter

import (
	"cmp"
	"math"
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

	stays   map[string]*stay                 // by the loitering event's id
	gaps    map[string]*gap                  // closed ones, by the gap event's id
	rivals  map[string]map[string]*candidate // the pairs of each gap, by the stay's id
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
	d := &Detector{o: o, weights: DefaultWeights(), fleet: fleet, places: places, sea: sea, stays: map[string]*stay{}, gaps: map[string]*gap{}, rivals: map[string]map[string]*candidate{},
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
const keepReaches = 64

// reachOf is the ways over water from near a place: one search for all stays within some kilometres, which is far less than
// a ship sails in the hours that decide. It begins in the middle of a square of 0.1 degrees that the place can be sailed to
// from straight on, else at the place itself, so that the answer does not depend on which stay was asked for first.
func (d *Detector) reachOf(at geo.Point) *geo.Reach {
	if d.sea == nil {
		return nil
	}
	const side = 0.1
	from := geo.Point{(math.Floor(at[0]/side) + 0.5) * side, (math.Floor(at[1]/side) + 0.5) * side}
	if !d.sea.Clear(from, at) {
		from = at
	}
	if d.reaches[from] == nil {
		if len(d.reaches) == keepReaches {
			clear(d.reaches)
		}
		d.reaches[from] = d.sea.From(from)
	}
	return d.reaches[from]
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

// judged is how often what changed is judged: nobody waits for what only silences tell, and each of them touches most
// stays.
const judged = 24 * time.Hour

// Advance judges once a day what changed and returns what is new, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	if w.Equal(w.Truncate(24 * time.Hour)) {
		d.forget(w)
	}
	if len(d.fresh)+len(d.dirty) == 0 || !w.Equal(w.Truncate(judged)) {
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
// probabilities depend on a pair that came out otherwise: those that the same ship could have come to.
func (d *Detector) match() {
	changed := sorted(d.dirty)
	moved := map[string]bool{} // gaps
	for gid := range d.fresh {
		for _, s := range d.stays {
			if d.pair(s, gid) {
				moved[gid], d.dirty[s.id] = true, true
			}
		}
	}
	for _, sid := range changed {
		if s := d.stays[sid]; s != nil {
			for gid := range d.gaps {
				if d.pair(s, gid) {
					moved[gid] = true
				}
			}
		}
	}
	for gid := range moved {
		for sid := range d.rivals[gid] {
			d.dirty[sid] = true
		}
	}
}

// pair sets one stay against one gap and tells whether that gives anything new.
func (d *Detector) pair(s *stay, gid string) bool {
	var now *candidate
	if g := d.gaps[gid]; g != nil {
		now = d.candidate(s, g)
	}
	was := s.pairs[gid]
	switch {
	case now == nil && was == nil:
		return false
	case now == nil:
		delete(s.pairs, gid)
		delete(d.rivals[gid], s.id)
		return true
	}
	if d.rivals[gid] == nil {
		d.rivals[gid] = map[string]*candidate{}
	}
	s.pairs[gid], d.rivals[gid][s.id] = now, now
	return was == nil || was.odds != now.odds || !was.from.Equal(now.from) || !was.to.Equal(now.to)
}

// forget drops what is too long over.
func (d *Detector) forget(w time.Time) {
	for id, s := range d.stays {
		if w.Sub(s.to) > d.o.Remember {
			delete(d.stays, id)
			for gid := range s.pairs {
				delete(d.rivals[gid], id)
			}
		}
	}
	for id, g := range d.gaps {
		if w.Sub(g.on.time) > d.o.Remember {
			delete(d.gaps, id)
			delete(d.rivals, id)
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
