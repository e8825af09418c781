package track

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// particulars is the static data of one report while it waits for its grid point.
type particulars struct {
	has         ais.Field
	class       ais.Class
	shipType    uint8
	imo         vessel.IMO
	draught     uint16 // cm
	dimensions  ais.Dimensions
	name        ais.Text
	callSign    ais.Text
	destination ais.Text
}

func particularsOf(r *ais.Report) particulars {
	p := particulars{has: r.Has, class: r.Class, shipType: r.ShipType, imo: r.IMO, dimensions: r.Dimensions,
		name: r.Name, callSign: r.CallSign, destination: r.Destination}
	if d := float64(r.Draught); d > 0 && d < 100 {
		p.draught = uint16(math.Round(d * 100))
	} else {
		p.has &^= ais.HasDraught
	}
	return p
}

// static is what a ship's reports said last. Both halves of message 24 and message 5 write into it: a report that
// lacks a value leaves the old one.
type static struct {
	name, callSign, destination string

	imo        vessel.IMO
	badIMO     vessel.IMO // as sent, where the check digit is wrong
	shipType   uint8
	class      ais.Class
	hasHull    bool
	dimensions ais.Dimensions
	raw        string // of the newest report
	source     uint16
	offset     int64
	draught    draught
}

// draught is the confirmed draught and the one that may follow it.
type draught struct {
	now     uint16 // cm, 0 before the first
	next    uint16 // what the newest reports say instead, 0 when they agree
	reports uint16 // that say so
	seen    int64  // when now was last reported
	first   int64  // when next was first reported
	old     seenIn // the last report of now
	fresh   seenIn // the first report of next
}

// seenIn is where a static report stands in its source.
type seenIn struct {
	offset int64
	raw    string
}

// agree is how many static reports make a draught believed: one may be a typing error or noise.
const agree = 2

// takeStatic takes a static report in event-time order, copies left out.
func (t *Tracker) takeStatic(v *ship, b *bucket, e *entry) {
	p := &b.statics[e.static]
	changed := v.static == nil
	if changed {
		v.static = &static{}
	}
	s := v.static
	changed = s.update(p) || changed
	s.source, s.offset = e.source, e.offset
	if raw := b.raw[e.raw : e.raw+uint32(e.rawLen)]; s.raw != string(raw) {
		s.raw = string(raw)
	}
	if changed {
		t.emitProfile(v, ais.UnixMilli(e.time).Time())
	}
	if p.has&ais.HasDraught != 0 {
		t.takeDraught(v, p.draught, e.time)
	}
}

// update takes over what a report carries and tells whether anything changed.
func (s *static) update(p *particulars) bool {
	has := func(f ais.Field) bool { return p.has&f != 0 }
	changed := text(&s.name, has(ais.HasName), &p.name)
	changed = text(&s.callSign, has(ais.HasCallSign), &p.callSign) || changed
	changed = text(&s.destination, has(ais.HasDestination), &p.destination) || changed
	changed = field(&s.imo, has(ais.HasIMO), validIMO(p.imo)) || changed
	changed = field(&s.badIMO, has(ais.HasIMO), p.imo-validIMO(p.imo)) || changed
	changed = field(&s.shipType, has(ais.HasShipType), p.shipType) || changed
	changed = field(&s.hasHull, has(ais.HasDimensions), true) || changed
	changed = field(&s.dimensions, has(ais.HasDimensions), p.dimensions) || changed
	return field(&s.class, p.class != ais.ClassUnknown, p.class) || changed
}

// text is field for a text, which becomes a string only when it is new.
func text(have *string, carried bool, v *ais.Text) bool {
	if !carried || v.Len() == len(*have) && v.String() == *have {
		return false
	}
	*have = v.String()
	return true
}

func (t *Tracker) emitProfile(v *ship, at time.Time) {
	s := v.static
	f := &Profile{Header: t.head(v, time.Time{}, at), BadIMO: s.badIMO, Class: s.class, Destination: s.destination,
		Source: t.sources[s.source], Offset: s.offset, Raw: s.raw}
	f.Particulars = vessel.Particulars{MMSI: v.mmsi, IMO: s.imo, Name: s.name, CallSign: s.callSign, ShipType: s.shipType,
		HasHull: s.hasHull, Hull: s.dimensions.Hull()}
	t.emit(f)
}

// takeDraught follows the reports of a draught and emits a step once enough of them agree on a new one.
func (t *Tracker) takeDraught(v *ship, cm uint16, at int64) {
	d := &v.static.draught
	here := seenIn{v.static.offset, v.static.raw}
	switch {
	case cm == d.now:
		d.seen, d.old = at, here
		d.next, d.reports, d.fresh = 0, 0, seenIn{}
		return
	case cm != d.next:
		d.next, d.reports, d.first, d.fresh = cm, 1, at, here
		return
	}
	if d.reports++; d.reports < agree {
		return
	}
	f := &DraughtStep{Header: t.head(v, time.Time{}, ais.UnixMilli(d.first).Time()), Before: metres(d.now), After: metres(cm),
		FirstSeen: ais.UnixMilli(d.first).Time(), Reports: int(d.reports), Source: t.sources[v.static.source]}
	seen := []seenIn{d.fresh, here}
	if d.now != 0 {
		f.LastSeen = ais.UnixMilli(d.seen).Time()
		seen = []seenIn{d.old, d.fresh, here}
	}
	for _, s := range seen {
		f.Offsets = append(f.Offsets, s.offset)
		if s.raw != "" {
			f.Raw = append(f.Raw, s.raw)
		}
	}
	*d = draught{now: cm, seen: at, old: here}
	t.emit(f)
}

func metres(cm uint16) geo.Metres { return geo.Metres(float64(cm) / 100) }
