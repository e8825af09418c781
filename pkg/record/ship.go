package record

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
)

// Ship is a lift's part in a day, with the event behind it.
type Ship struct {
	Row     estimate.Row
	Part    estimate.Counted
	Lift    event.Event // zero where the record has no event of the part: Part.ID tells the lot
	Vessel  event.Vessel
	Details event.LiftDetails
	Found   bool
}

// Hull names what stays with a ship for life: her IMO number, or her MMSI where that is not known.
func (s Ship) Hull() string {
	switch {
	case s.Vessel.IMO != 0:
		return fmt.Sprintf("imo:%d", s.Vessel.IMO)
	case s.Vessel.MMSI != 0:
		return "mmsi:" + s.Vessel.MMSI.String()
	}
	return ""
}

// Ships are those behind a span's days on a basis, day by day, in the order of the account. They need accounts.
func (r *Record) Ships(b estimate.Basis, s Span) ([]Ship, error) {
	if err := r.Accounted(); err != nil {
		return nil, err
	}
	var out []Ship
	for _, row := range r.rows[b] {
		if !s.Holds(row.Date) || row.Account == nil {
			continue
		}
		for _, part := range row.Account.Lifts {
			out = append(out, r.ship(row, part))
		}
	}
	return out, nil
}

func (r *Record) ship(row estimate.Row, part estimate.Counted) Ship {
	s := Ship{Row: row, Part: part}
	id, _, _ := strings.Cut(part.ID, " ") // a discharge is called by its lot and time
	if lot, ok := strings.CutPrefix(id, "lot-"); ok {
		if s.Lift, s.Found = r.Event("lift-" + lot); !s.Found {
			id = r.bornOf(id)
		}
	}
	if !s.Found {
		s.Lift, s.Found = r.Event(id)
	}
	s.Details, _ = s.Lift.Details.(event.LiftDetails)
	for _, v := range s.Lift.Vessels {
		if s.Vessel.MMSI == 0 || v.Role == event.Loader {
			s.Vessel = v
		}
	}
	return s
}

// bornOf is the event that a lot was born by, empty where there is none.
func (r *Record) bornOf(lot string) string {
	for _, l := range r.Lots.Lots {
		if l.ID == lot {
			return l.Because[0].Event
		}
	}
	return ""
}

// EventsIn are the events that stand and touch a span, in the record's order, of the kinds given or of all.
func (r *Record) EventsIn(s Span, kinds ...event.Kind) []event.Event {
	var out []event.Event
	for _, e := range r.Events {
		if e.Status == event.Retracted || !s.Touches(e.Start, e.End) {
			continue
		}
		if len(kinds) == 0 || slices.Contains(kinds, e.Kind) {
			out = append(out, e)
		}
	}
	return out
}

// Newest is the newest day on the headline's basis; false for a run without a day.
func (r *Record) Newest() (time.Time, bool) {
	s, ok := r.Whole(estimate.Lifted)
	return s.To, ok
}
