package fit

import (
	"slices"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// Identities are the examples of a world's identity events, by their last versions: whether one hull is behind both
// numbers, or behind both sets of particulars, or whether two are behind one number.
func Identities(t *sim.Truth, events []event.Event) []Example {
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
		senders := t.Senders(uint32(e.Vessels[0].MMSI))
		switch d.Form {
		case "continued":
			others := t.Senders(uint32(e.Vessels[1].MMSI))
			x.True = slices.ContainsFunc(senders, func(hull uint32) bool { return slices.Contains(others, hull) })
		case "changed":
			x.True = len(senders) < 2
		default:
			x.True = len(senders) >= 2
		}
		out = append(out, x)
	}
	return out
}
