package portcall

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// sharing is a time in which a number was two ships'.
type sharing struct {
	id     string     // of the identity event
	to     *time.Time // nil while it lasts
	second event.Second
	p      float64 // that it is so
}

// hearShared keeps what an identity event says of a shared number, in place of what its last version said.
func (d *Detector) hearShared(e event.Event) {
	if e.Kind != event.Identity || len(e.Vessels) == 0 {
		return
	}
	m := e.Vessels[0].MMSI
	list := d.shared[m]
	kept := slices.DeleteFunc(slices.Clone(list), func(x sharing) bool { return x.id == e.ID })
	if second, ok := event.Shared(e); ok {
		kept = append(kept, sharing{e.ID, e.End, *second, e.Probability})
	} else if len(kept) == len(list) {
		return
	}
	if d.shared[m] = kept; len(kept) == 0 {
		delete(d.shared, m)
	}
	if d.ships[m] != nil {
		d.dirty = append(d.dirty, m)
	}
}

// sharedAt finds the sharing in which something on a track of a number happened, and tells of the track. One that
// began before the second ship's is the first ship's, though the second be there.
func (d *Detector) sharedAt(h *track.Header, at time.Time) (sharing, *event.Track) {
	for _, x := range d.shared[h.MMSI] {
		if !at.Before(x.second.Since) && (x.to == nil || !at.After(*x.to)) {
			return x, &event.Track{Number: h.MMSI, Since: h.Segment, Second: !h.Segment.Before(x.second.Since)}
		}
	}
	return sharing{}, nil
}

// who is the ship on a track: she whose number it is, or the second one under it. Of her no more is told than what she
// sends and, where it was heard too, what is known under her own number.
func (d *Detector) who(h *track.Header, x sharing, t *event.Track, from, to time.Time) event.Vessel {
	switch {
	case t == nil || !t.Second:
		return event.FromShip(event.Subject, d.fleet.About(h.MMSI), from, to)
	case x.second.MMSI != 0:
		return event.FromShip(event.Party, d.fleet.About(x.second.MMSI), from, to)
	}
	return event.FromShip(event.Party, vessel.Ship{Particulars: vessel.Particulars{MMSI: h.MMSI, IMO: x.second.IMO, Name: x.second.Name}}, from, to)
}
