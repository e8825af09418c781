package encounter

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// tell makes the next version of a stay's event, or none if nothing is worth telling or has changed.
func (d *Detector) tell(s *stay, w time.Time) []event.Event {
	d.weigh(s)
	list := slices.SortedFunc(maps.Values(s.pairs), func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.gap.ship, b.gap.ship), cmp.Compare(a.gap.id, b.gap.id))
	})
	if len(list) == 0 || list[0].p < d.o.Least {
		if s.told == nil || s.told.Status == event.Retracted {
			return nil
		}
		return d.keep(s, d.retracted(s.told, "no ship that was not heard can have come, or none is likely any more"), w)
	}
	if s.told != nil && same(s.told, list[0]) {
		return nil
	}
	return d.keep(s, d.describe(s, list), w)
}

// same tells whether a version says already what is known.
func same(told *event.Event, best *candidate) bool {
	return told.Status != event.Retracted && told.Vessels[1].MMSI == best.gap.ship && told.Start.Equal(best.from) && told.End.Equal(best.to) &&
		math.Abs(told.Probability-best.p) < toldAnew && (told.Probability >= 0.5) == (best.p >= 0.5)
}

// toldAnew is the change of a probability that is worth a new version.
const toldAnew = 0.05

func (d *Detector) keep(s *stay, e event.Event, w time.Time) []event.Event {
	e.Watermark, e.Version = w, 1
	if s.told != nil {
		e.Version = s.told.Version + 1
	}
	s.told = &e
	return []event.Event{e}
}

func (d *Detector) retracted(told *event.Event, why string) event.Event {
	e := *told
	e.Status, e.Probability, e.Why = event.Retracted, 0, why
	e.Explanations = []event.Explanation{{Cause: event.OtherMeeting, P: 1}}
	return e
}

// describe makes the event of a stay with its candidates, likeliest first.
func (d *Detector) describe(s *stay, list []*candidate) event.Event {
	best, end := list[0], list[0].to
	others := 0.0
	for _, c := range list[1:] {
		others += c.p
	}
	roleA, roleB := d.roles(s.ship, best.gap.ship, best)
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.Rendezvous, s.from, s.at[0], s.at[1], s.ship), Kind: event.Rendezvous, Status: event.Closed,
		Why: "lay still where a ship that was not heard can have come", Start: best.from, End: &end, Lon: s.at[0], Lat: s.at[1],
		Place: placeAt(d.places, s.at), Evidence: s.evidence,
		Vessels: []event.Vessel{
			event.FromShip(roleA, d.fleet.About(s.ship), s.from, s.to.Add(d.o.Draught)),
			event.FromShip(roleB, d.fleet.About(best.gap.ship), best.gap.off.time, best.gap.on.time.Add(d.o.Draught)),
		},
	}
	others = min(others, 1-best.p)
	e.Explanations = event.Normalise([]event.Explanation{{Cause: event.CargoTransfer, P: best.p}, {Cause: event.Unknown, P: others},
		{Cause: event.OtherMeeting, P: 1 - best.p - others}})
	e.Probability = event.Probability(e.Explanations, event.CargoTransfer)
	details := event.RendezvousDetails{Form: event.OneUnseen, DurationH: end.Sub(best.from).Hours(), AntennaOnly: true, Findings: best.found}
	details.Rules.Rules = []event.Rule{
		atLeast("stay", s.to.Sub(s.from).Hours(), d.o.Together.Hours(), "h", "below 2 kn, heard throughout"),
		atLeast("together", end.Sub(best.from).Hours(), d.o.Together.Hours(), "h", "that the unseen ship's gap leaves at the place"),
		atLeast("probability", best.p, d.o.Least, "", "to be told"),
	}
	for _, c := range list[:min(len(list), d.o.Candidates)] {
		details.Candidates = append(details.Candidates, d.listed(c))
	}
	e.Details = details
	return e
}

func (d *Detector) listed(c *candidate) event.UnseenShip {
	ship := d.fleet.About(c.gap.ship)
	return event.UnseenShip{MMSI: ship.MMSI, IMO: ship.IMO, Name: ship.Name, Gap: c.gap.id, P: round(c.p), From: c.from, To: c.to, Findings: c.found}
}

func atLeast(name string, value, threshold float64, unit, note string) event.Rule {
	return event.Rule{Name: name, Value: value, Op: ">=", Threshold: threshold, Unit: unit, Passed: value >= threshold, Note: note}
}

// roles tells who gave and who took: by draught changes, else by loads before.
func (d *Detector) roles(seen, hidden vessel.MMSI, c *candidate) (a, b event.Role) {
	ours := d.change(seen, c.from.Add(-d.o.Draught), c.to)
	theirs := d.change(hidden, c.gap.off.time, c.gap.on.time)
	give := theirs - ours // above zero: the ship heard came up
	if give == 0 {
		x, y := d.fleet.About(seen).LoadAt(c.from), d.fleet.About(hidden).LoadAt(c.gap.off.time)
		switch {
		case x == vessel.Laden && y == vessel.Ballast:
			give = 1
		case x == vessel.Ballast && y == vessel.Laden:
			give = -1
		}
	}
	switch {
	case give > 0:
		return event.Donor, event.Receiver
	case give < 0:
		return event.Receiver, event.Donor
	}
	return event.Party, event.Party
}
