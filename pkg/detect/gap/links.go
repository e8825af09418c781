package gap

import (
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// continuation is a ship's being heard again under another MMSI.
type continuation struct {
	id  string
	off int64 // ms, the last fix under the old number
	on  track.Fix
	to  vessel.MMSI
}

// continues takes in an identity event: a silence that began with its first fix ends with its second, under the other
// number.
func (d *Detector) continues(e event.Event, details event.IdentityDetails) {
	if details.Form != "continued" || len(e.Vessels) < 2 || details.Off == nil || details.On == nil {
		return
	}
	from := e.Vessels[0].MMSI
	if e.Status == event.Retracted || e.Probability < 0.5 {
		if d.links[from].id == e.ID {
			delete(d.links, from)
		}
	} else {
		on := track.Fix{Time: details.On.Time, Position: geo.PointFromDegrees(details.On.Lon, details.On.Lat), Source: details.On.Source}
		if details.On.SOG != nil {
			on.SOG = *details.On.SOG
		}
		d.links[from] = continuation{e.ID, details.Off.Time.UnixMilli(), on, e.Vessels[1].MMSI}
	}
	for k := range d.silences {
		if k.mmsi == from {
			d.dirty = append(d.dirty, k) // sorted before it is used
		}
	}
}

// elsewhere returns a silence as it is when the ship was heard under another number before its end, and that number.
func (d *Detector) elsewhere(f *track.Silence) (*track.Silence, vessel.MMSI) {
	l, ok := d.links[f.MMSI]
	if !ok || l.off != f.Off.Time.UnixMilli() || !l.on.Time.After(f.Off.Time) || f.On != nil && !f.On.Time.After(l.on.Time) {
		return f, 0
	}
	closed := *f
	closed.On, closed.OnPlace, closed.Restated, closed.Why = &l.on, place.NoPlace, true, "heard again under MMSI "+l.to.String()
	return &closed, l.to
}
