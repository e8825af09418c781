package fit

import (
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// Identities are the examples of a world's identity events, by their last versions: whether one hull is behind both
// numbers, or behind both sets of particulars, or whether two are behind one number.
func Identities(t *sim.Truth, events []event.Event) []Example {
	numbers := numbersOf(t)
	var out []Example
	for _, e := range events {
		d, ok := e.Details.(event.IdentityDetails)
		if !ok || e.Status == event.Retracted || len(d.Evidence) == 0 {
			continue
		}
		x := Example{Values: map[string]float64{}, World: t.Seed}
		for _, f := range d.Evidence {
			x.Values[f.Finding] = f.Value
		}
		several, both := 0, false
		for _, has := range numbers {
			if has[uint32(e.Vessels[0].MMSI)] {
				several++
				both = both || len(e.Vessels) > 1 && has[uint32(e.Vessels[1].MMSI)]
			}
		}
		switch d.Form {
		case "continued":
			x.True = both
		case "changed":
			x.True = several < 2
		default:
			x.True = several >= 2
		}
		out = append(out, x)
	}
	return out
}

// numbersOf are the MMSIs that each ship of the truth sent, by IMO number; 0 are all of which it tells nothing but that
// another sent her number.
func numbersOf(t *sim.Truth) map[uint32]map[uint32]bool {
	out := map[uint32]map[uint32]bool{}
	owned := map[uint32]bool{}
	add := func(hull, number uint32) {
		if out[hull] == nil {
			out[hull] = map[uint32]bool{}
		}
		out[hull][number] = true
	}
	own := func(v sim.Vessel) {
		add(v.IMO, v.MMSI)
		owned[v.MMSI] = true
	}
	for _, x := range t.Silences {
		own(x.Vessel)
	}
	for _, x := range t.Lifts {
		own(x.Vessel)
	}
	for _, x := range t.Meetings {
		own(x.Visitor)
		own(x.Host)
	}
	for _, x := range t.Identities {
		add(x.IMO, x.FromMMSI)
		add(x.IMO, x.ToMMSI)
	}
	for _, x := range t.Shared {
		own(x.Vessel)
		add(x.Vessel.IMO, x.MMSI)
		if !owned[x.MMSI] {
			add(0, x.MMSI)
		}
	}
	return out
}
