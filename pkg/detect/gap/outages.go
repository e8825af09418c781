package gap

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

// outages are the times in which each source was out.
type outages map[string][]outage

type outage struct {
	id       string
	from, to time.Time // to is zero while it lasts
}

// hear takes in a version: the newest of an id counts.
func (o outages) hear(source string, e event.Event) {
	list := slices.DeleteFunc(o[source], func(x outage) bool { return x.id == e.ID })
	if e.Status != event.Retracted {
		x := outage{id: e.ID, from: e.Start}
		if e.End != nil {
			x.to = *e.End
		}
		list = append(list, x)
	}
	o[source] = list
}

// share is the part of a silence in which the source was out.
func (o outages) share(source string, from, to time.Time) float64 {
	var out time.Duration
	for _, x := range o[source] {
		end := x.to
		if end.IsZero() || end.After(to) {
			end = to
		}
		begin := x.from
		if begin.Before(from) {
			begin = from
		}
		out += max(0, end.Sub(begin))
	}
	if !to.After(from) {
		return 0
	}
	return min(1, out.Hours()/to.Sub(from).Hours())
}

// outageMemory is longer than the longest window in which a hidden loading is looked for (75 days before a transfer).
const outageMemory = 100 * 24 * time.Hour

func (o outages) forget(w time.Time) {
	for source, list := range o {
		o[source] = slices.DeleteFunc(list, func(x outage) bool {
			return !x.to.IsZero() && w.Sub(x.to) > outageMemory
		})
	}
}

// interfered is what interference explains of the time that it covers: the rest is somebody who used the noise.
const interfered = 0.95

// grounded is a silence between the positions that are believed: where an end is displaced, that before it or after
// it. Displaced positions must not bring a ship nearer to a terminal, nor farther. It is the silence itself where
// nothing is displaced, has no on where none is known, and is false where no off is.
func (d *Detector) grounded(f *track.Silence) (*track.Silence, bool) {
	off, offAstray := d.astray.At(f.MMSI, f.Off.Time)
	var on event.Displacement
	onAstray := false
	if f.On != nil {
		on, onAstray = d.astray.At(f.MMSI, f.On.Time)
	}
	if !offAstray && !onAstray {
		return f, true
	}
	g := *f
	if offAstray {
		if off.Last == nil {
			return &g, false
		}
		g.Off = believed(f.Off, off.Last)
	}
	if onAstray {
		g.On = nil
		if on.Next != nil {
			next := believed(*f.On, on.Next)
			g.On = &next
		}
	}
	return &g, true
}

// believed moves a fix to where and when the ship last was, or next is, where she says.
func believed(f track.Fix, q *event.FixRef) track.Fix {
	f.Time, f.Position, f.OnLand = q.Time.Round(0).Truncate(time.Millisecond), geo.PointFromDegrees(q.Lon, q.Lat), false
	return f
}
