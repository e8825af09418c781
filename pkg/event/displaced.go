package event

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Displaced remembers when ships were not where they said they were, from the interference and false positions that
// a detector hears. What they seemed to do in such times is no evidence either way. The zero value knows nothing.
type Displaced struct {
	ships map[vessel.MMSI][]Displacement
	named map[string][]vessel.MMSI // the ships of an event's last version
}

// Displacement is one such time.
type Displacement struct {
	ID         string // of the event
	Kind       Kind   // Interference or FalsePosition
	From, To   time.Time
	Lasts      bool    // To is not known yet
	Absent     bool    // she reported no position: what she reported before and after is true
	Last, Next *FixRef // the positions before and after that are believed; nil where none is
}

// Believed is the probability from which a false position is taken for one.
const Believed = 0.5

// displacedMemory is longer than the longest window in which a hidden loading is looked for (75 days before a transfer).
const displacedMemory = 100 * 24 * time.Hour

// Hear takes in a version and returns the ships of which something else is known now, sorted.
func (d *Displaced) Hear(e Event) []vessel.MMSI {
	if e.Kind != Interference && e.Kind != FalsePosition {
		return nil
	}
	if d.ships == nil {
		d.ships, d.named = map[vessel.MMSI][]Displacement{}, map[string][]vessel.MMSI{}
	}
	before := map[vessel.MMSI][]Displacement{}
	for _, m := range d.named[e.ID] {
		before[m] = d.drop(m, e.ID)
	}
	delete(d.named, e.ID)
	now := displacements(e)
	for m, list := range now {
		d.ships[m] = append(d.ships[m], list...)
		d.named[e.ID] = append(d.named[e.ID], m)
	}
	slices.Sort(d.named[e.ID])
	var changed []vessel.MMSI
	for m, list := range now {
		if !slices.EqualFunc(list, before[m], sameTime) {
			changed = append(changed, m)
		}
	}
	for m := range before {
		if len(now[m]) == 0 {
			changed = append(changed, m)
		}
	}
	slices.Sort(changed)
	return changed
}

func sameTime(a, b Displacement) bool {
	return a.From.Equal(b.From) && a.To.Equal(b.To) && a.Lasts == b.Lasts && (a.Next == nil) == (b.Next == nil)
}

// drop takes out what an event said of a ship.
func (d *Displaced) drop(m vessel.MMSI, id string) []Displacement {
	var out []Displacement
	kept := d.ships[m][:0]
	for _, x := range d.ships[m] {
		if x.ID == id {
			out = append(out, x)
		} else {
			kept = append(kept, x)
		}
	}
	if d.ships[m] = kept; len(kept) == 0 {
		delete(d.ships, m)
	}
	return out
}

// displacements lists what a version says, by ship.
func displacements(e Event) map[vessel.MMSI][]Displacement {
	out := map[vessel.MMSI][]Displacement{}
	if e.Status == Retracted || e.Probability < Believed {
		return out
	}
	switch details := e.Details.(type) {
	case InterferenceDetails:
		for _, v := range details.Victims {
			x := displacement(e, v.Start, v.End, v.Last, v.Next)
			x.Absent = details.Shape == Absent
			out[v.MMSI] = append(out[v.MMSI], x)
		}
	case FalsePositionDetails:
		for _, v := range e.Vessels {
			out[v.MMSI] = append(out[v.MMSI], displacement(e, e.Start, e.End, details.Last, details.Next))
		}
	}
	return out
}

func displacement(e Event, from time.Time, to *time.Time, last, next *FixRef) Displacement {
	x := Displacement{ID: e.ID, Kind: e.Kind, From: from, Lasts: to == nil, Last: last, Next: next}
	if to != nil {
		x.To = *to
	}
	return x
}

// Within finds what displaced a ship at any moment from one to another, both included. Times without a position do not:
// they explain silences (Share), and make no position false.
func (d *Displaced) Within(m vessel.MMSI, from, to time.Time) (Displacement, bool) {
	for _, x := range d.ships[m] {
		if !x.Absent && !x.From.After(to) && (x.Lasts || !x.To.Before(from)) {
			return x, true
		}
	}
	return Displacement{}, false
}

// At finds what displaced a ship at a moment.
func (d *Displaced) At(m vessel.MMSI, t time.Time) (Displacement, bool) { return d.Within(m, t, t) }

// Share is the part of a time in which a ship was displaced by interference.
func (d *Displaced) Share(m vessel.MMSI, from, to time.Time) float64 {
	return d.share(m, from, to, func(k Kind) bool { return k == Interference })
}

// Covered is the part of a time in which a ship was displaced by anything.
func (d *Displaced) Covered(m vessel.MMSI, from, to time.Time) float64 {
	return d.share(m, from, to, func(Kind) bool { return true })
}

func (d *Displaced) share(m vessel.MMSI, from, to time.Time, counts func(Kind) bool) float64 {
	if !to.After(from) {
		return 0
	}
	var inside time.Duration
	for _, x := range d.ships[m] {
		if !counts(x.Kind) {
			continue
		}
		begin, end := x.From, x.To
		if x.Lasts || end.After(to) {
			end = to
		}
		if begin.Before(from) {
			begin = from
		}
		inside += max(0, end.Sub(begin))
	}
	return min(1, inside.Hours()/to.Sub(from).Hours())
}

// Forget drops what is too long over to matter.
func (d *Displaced) Forget(now time.Time) {
	for m, list := range d.ships {
		list = slices.DeleteFunc(list, func(x Displacement) bool { return !x.Lasts && now.Sub(x.To) > displacedMemory })
		if d.ships[m] = list; len(list) == 0 {
			delete(d.ships, m)
		}
	}
}
