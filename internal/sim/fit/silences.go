package fit

import (
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Silences are the examples of a world's gap events, by their last versions: true is that the crew switched off. An event
// that shares less than half of its time with a silence of the same ship is of none, and so is one that another event
// stands for more closely.
func Silences(t *sim.Truth, events []event.Event) []Example {
	taken := map[int]int{} // by true silence, the case that stands for it
	var out []Example
	var shares []float64
	for _, e := range events {
		d, ok := e.Details.(event.GapDetails)
		if !ok || e.Status == event.Retracted || len(e.Vessels) == 0 || len(d.Evidence) == 0 {
			continue
		}
		c := Example{Values: map[string]float64{}, World: t.Seed}
		for _, x := range d.Evidence {
			c.Values[x.Finding] = x.Value
		}
		i, share := silenceOf(t, e)
		if i >= 0 {
			if silence := t.Silences[i]; vessel.ParseClass(silence.Vessel.Class) == vessel.NotTanker {
				continue
			}
			c.True = t.Silences[i].Cause == string(event.SwitchedOff)
			if j, ok := taken[i]; ok {
				if shares[j] >= share {
					c.True = false
				} else {
					out[j].True = false
				}
			}
			if j, ok := taken[i]; !ok || shares[j] < share {
				taken[i] = len(out)
			}
		}
		out, shares = append(out, c), append(shares, share)
	}
	return out
}

// silenceOf finds the true silence that an event is of, and how much of the time of either is both's; -1 if none.
func silenceOf(t *sim.Truth, e event.Event) (int, float64) {
	best, most := -1, 0.0
	end := t.End
	if e.End != nil {
		end = *e.End
	}
	for i, s := range t.Silences {
		if !same(e.Vessels[0], t.As(s.Vessel, s.Start)) {
			continue
		}
		until := t.End
		if s.End != nil {
			until = *s.End
		}
		both := earlier(end, until).Sub(later(e.Start, s.Start))
		either := max(later(end, until).Sub(earlier(e.Start, s.Start)), time.Nanosecond)
		if share := float64(both) / float64(either); share >= 0.5 && share > most {
			best, most = i, share
		}
	}
	return best, most
}
