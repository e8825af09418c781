package fit

import (
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// thing is something true that a claim can be of.
type thing struct {
	ship     sim.Vessel
	from, to time.Time
	holds    bool // what is claimed of such things is so
	excused  bool // a claim of it is neither right nor wrong
	partly   bool // nor is one of a part of it
}

// weighed is a claim with what it rests on.
type weighed struct {
	event.Event
	values map[string]float64
}

// examples are claims by whether they hold. One that shares less than half of its time with a thing of the same ship is of
// none, and so is one that another stands for more closely. One of a part of a thing is left out where that is neither right
// nor wrong.
func examples(t *sim.Truth, claims []weighed, things []thing) []Example {
	taken := map[int]int{} // by thing, the example that stands for it
	var out []Example
	var shares []float64
	for _, c := range claims {
		x := Example{Values: c.values, World: t.Seed}
		i, share, within := thingOf(t, c.Event, things)
		if i >= 0 {
			if things[i].excused {
				continue
			}
			j, rival := taken[i]
			x.True = things[i].holds && (!rival || shares[j] < share)
			if rival && x.True {
				out[j].True = false
			}
			if !rival || shares[j] < share {
				taken[i] = len(out)
			}
		} else if within {
			continue
		}
		out, shares = append(out, x), append(shares, share)
	}
	return out
}

// thingOf finds what an event is of, and how much of the time of either is both's; -1 if nothing. Within tells that half
// of the event's own time is part of a thing.
func thingOf(t *sim.Truth, e event.Event, things []thing) (best int, most float64, within bool) {
	best = -1
	end := t.End
	if e.End != nil {
		end = *e.End
	}
	for i, x := range things {
		if !same(e.Vessels[0], t.As(x.ship, x.from)) {
			continue
		}
		both := earlier(end, x.to).Sub(later(e.Start, x.from))
		either := max(later(end, x.to).Sub(earlier(e.Start, x.from)), time.Nanosecond)
		if share := float64(both) / float64(either); share >= 0.5 && share > most {
			best, most = i, share
		}
		within = within || x.partly && both > 0 && 2*both >= end.Sub(e.Start)
	}
	return best, most, within
}

// Silences are the examples of a world's gap events, by their last versions: true is that the crew switched off.
func Silences(t *sim.Truth, events []event.Event) []Example {
	var claims []weighed
	for _, e := range events {
		d, ok := e.Details.(event.GapDetails)
		if !ok || e.Status == event.Retracted || len(e.Vessels) == 0 || len(d.Evidence) == 0 {
			continue
		}
		c := weighed{e, map[string]float64{}}
		for _, x := range d.Evidence {
			c.values[x.Finding] = x.Value
		}
		claims = append(claims, c)
	}
	var things []thing
	for _, s := range t.Silences {
		x := thing{ship: s.Vessel, from: s.Start, to: t.End, holds: s.Cause == string(event.SwitchedOff), excused: noTanker(s.Vessel)}
		if s.End != nil {
			x.to = *s.End
		}
		things = append(things, x)
	}
	return examples(t, claims, things)
}

// leastPretence is how long a ship at least sends false positions that a claim is asked for.
const leastPretence = 6 * time.Hour

// Pretences are the examples of a world's false-position events, by their last versions.
func Pretences(t *sim.Truth, events []event.Event) []Example {
	var claims []weighed
	for _, e := range events {
		d, ok := e.Details.(event.FalsePositionDetails)
		if !ok || e.Status == event.Retracted || len(e.Vessels) == 0 {
			continue
		}
		c := weighed{e, map[string]float64{}}
		for _, x := range d.Terms {
			c.values[x.Name] += x.Value
		}
		claims = append(claims, c)
	}
	var things []thing
	for _, f := range t.False {
		things = append(things, thing{ship: f.Vessel, from: f.Start, to: f.End, holds: true, partly: true,
			excused: noTanker(f.Vessel) || f.End.Sub(f.Start) < leastPretence})
	}
	return examples(t, claims, things)
}

func noTanker(v sim.Vessel) bool { return vessel.ParseClass(v.Class) == vessel.NotTanker }
