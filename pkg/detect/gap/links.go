package gap

import (
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// numbers is what is known of silences between two ships' numbers, and between two ships under one number.
type numbers struct {
	links     map[vessel.MMSI]continuation // by the old number
	handovers map[handover]float64         // with the probability that there are two ships
}

func newNumbers() numbers { return numbers{map[vessel.MMSI]continuation{}, map[handover]float64{}} }

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
		if d.numbers.links[from].id == e.ID {
			delete(d.numbers.links, from)
		}
	} else {
		on := track.Fix{Time: details.On.Time, Position: geo.PointFromDegrees(details.On.Lon, details.On.Lat), Source: details.On.Source,
			Offset: details.On.Offset, Raw: e.Evidence.Raw(details.On.Source, details.On.Offset)}
		if details.On.SOG != nil {
			on.SOG = *details.On.SOG
		}
		d.numbers.links[from] = continuation{e.ID, details.Off.Time.UnixMilli(), on, e.Vessels[1].MMSI}
	}
	for k := range d.silences {
		if k.mmsi == from {
			d.dirty = append(d.dirty, k) // sorted before it is used
		}
	}
}

// twoShips takes in that an MMSI passed from one ship to another: the silence between is nobody's.
func (d *Detector) twoShips(e event.Event, details event.IdentityDetails) {
	if details.Form != "changed" || details.Claim != "two_ships" || details.Off == nil || len(e.Vessels) == 0 {
		return
	}
	k := handover{e.Vessels[0].MMSI, details.Off.Time.UnixMilli()}
	delete(d.numbers.handovers, k)
	if e.Status != event.Retracted {
		d.numbers.handovers[k] = e.Probability
	}
	for s := range d.silences {
		if s.mmsi == k.mmsi {
			d.dirty = append(d.dirty, s) // sorted before it is used
		}
	}
}

// handover is an MMSI that another ship sends after a silence, which began at an instant (ms).
type handover struct {
	mmsi vessel.MMSI
	off  int64
}

// another is the probability that off and on of a silence are two ships'.
func (d *Detector) another(f *track.Silence) float64 {
	return d.numbers.handovers[handover{f.MMSI, f.Off.Time.UnixMilli()}]
}

// elsewhere returns a silence as it is when the ship was heard under another number before its end, and that number.
func (d *Detector) elsewhere(f *track.Silence) (*track.Silence, vessel.MMSI) {
	l, ok := d.numbers.links[f.MMSI]
	if !ok || l.off != f.Off.Time.UnixMilli() || !l.on.Time.After(f.Off.Time) || f.On != nil && !f.On.Time.After(l.on.Time) {
		return f, 0
	}
	closed := *f
	closed.On, closed.OnPlace, closed.Restated, closed.Why = &l.on, place.NoPlace, true, "heard again under MMSI "+l.to.String()
	return &closed, l.to
}
