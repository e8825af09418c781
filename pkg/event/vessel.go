package event

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// FromShip tells a ship's part in an event with what is known of her: draught and load state at both instants. A zero
// instant gives "not known", as for the end of an event that is still open.
func FromShip(role Role, s vessel.Ship, before, after time.Time) Vessel {
	v := Vessel{Role: role, MMSI: s.MMSI, IMO: s.IMO, Name: s.Name, Flag: s.Flag, DWT: s.DWT.Value, Listed: s.Listed}
	if s.Class != vessel.ClassUnknown {
		v.Class = s.Class.String()
	}
	if h := s.Hull; s.HasHull {
		v.Hull = &Hull{h.Bow, h.Stern, h.Port, h.Starboard, h.AntennaUnknown}
	}
	v.Draught.Before, v.Load.Before = stateAt(s, before)
	v.Draught.After, v.Load.After = stateAt(s, after)
	return v
}

func stateAt(s vessel.Ship, t time.Time) (*geo.Metres, *string) {
	if t.IsZero() {
		return nil, nil
	}
	d, ok := s.DraughtAt(t)
	if !ok {
		return nil, nil
	}
	load := s.LoadOf(d).String()
	return &d, &load
}
