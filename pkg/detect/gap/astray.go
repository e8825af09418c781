package gap

import (
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
)

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
