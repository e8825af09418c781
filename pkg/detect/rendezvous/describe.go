package rendezvous

import (
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// tell makes the next version of a run's event and remembers it.
func (d *Detector) tell(r *run, w time.Time, why string) event.Event {
	v := d.o.judge(&r.sum)
	c := circumstances{v: v, length: r.lastClose.Sub(r.start), a: d.fleet.About(r.a), b: d.fleet.About(r.b), drA: d.draught(r.a, r), drB: d.draught(r.b, r)}
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.Rendezvous, r.start, r.middle[0], r.middle[1], r.a, r.b), Version: 1,
		Kind: event.Rendezvous, Status: event.Open, Why: why, Start: r.start, Lon: r.middle[0], Lat: r.middle[1],
		Evidence: r.evidence(), Watermark: w,
	}
	if ids := d.places.Find(r.middle, nil); len(ids) > 0 {
		p := d.places.At(ids[0])
		c.where = p.Kind
		e.Place = &event.Place{Name: p.Name, Kind: string(p.Kind), Country: p.Country}
	}
	if r.last != nil {
		e.Version = r.last.Version + 1
	}
	after := time.Time{}
	if !r.ended.IsZero() {
		end := r.ended
		after = end.Add(d.o.Draught)
		e.Status, e.End = event.Closed, &end
	}
	roleA, roleB := c.roles(r.start)
	e.Vessels = []event.Vessel{
		event.FromShip(roleA, c.a, r.start, after),
		event.FromShip(roleB, c.b, r.start, after),
	}
	e.Explanations = c.classes(d.o)
	e.Probability = event.Probability(e.Explanations, event.CargoTransfer)
	e.Details = d.details(r, c)
	r.last = &e
	return e
}

// roles tells who gave and who took: by draught changes first, by the loads at the start else. Of two ships of which
// that is not known both are "other".
func (c circumstances) roles(start time.Time) (a, b event.Role) {
	give := change(0) // 1: a gives
	switch loadA, loadB := c.a.LoadAt(start), c.b.LoadAt(start); {
	case c.drA < 0 && c.drB >= 0 || c.drB > 0 && c.drA <= 0:
		give = 1
	case c.drB < 0 && c.drA >= 0 || c.drA > 0 && c.drB <= 0:
		give = -1
	case loadA == vessel.Laden && loadB == vessel.Ballast:
		give = 1
	case loadB == vessel.Laden && loadA == vessel.Ballast:
		give = -1
	}
	switch give {
	case 1:
		return event.Donor, event.Receiver
	case -1:
		return event.Receiver, event.Donor
	}
	return event.Party, event.Party
}

func (d *Detector) details(r *run, c circumstances) event.RendezvousDetails {
	v := c.v
	details := event.RendezvousDetails{
		DurationH: c.length.Hours(), MedianGapM: geo.Metres(v.gap), SigmaM: geo.Metres(v.sigma), ShareClose: v.share,
		Points: v.points, MedianSpeed: geo.Knots(v.speed), AntennaOnly: !v.hull, MedianAntennaM: geo.Metres(v.antennas),
		InPort: berthed(c.where) || c.where == place.Anchorage || c.where == place.TerminalZone,
	}
	if v.hull {
		diff := geo.Degrees(v.diff)
		details.HeadingDiff = &diff
	}
	details.Rules.Rules = d.rules(c)
	return details
}

func (d *Detector) rules(c circumstances) []event.Rule {
	o, v := d.o, c.v
	rules := []event.Rule{atLeast("duration", c.length.Hours(), o.Hold.Hours(), "h", "")}
	if v.hull {
		rules = append(rules,
			atMost("median_hull_gap", v.gap, float64(o.Touch)+2*v.sigma, "m", fmt.Sprintf("%g m + 2σ", float64(o.Touch))),
			atLeast("overlap", v.gap, -2*v.sigma, "m", "deeper overlaps are two radios on one hull or wrong dimensions"),
			atLeast("share_close", v.share, o.CloseShare, "of the points", fmt.Sprintf("gap <= %g m + 2σ", float64(o.Close))),
			atLeast("points", float64(v.points), float64(o.Points), "points", ""),
			atMost("headings", v.misaligned(), float64(o.SameCourse), "°", "from parallel or anti-parallel"))
	} else {
		rules = append(rules,
			atMost("median_antennas", v.antennas, float64(o.AntennaClose), "m", "no hull geometry: probability capped"),
			atLeast("median_antennas_apart", v.antennas, float64(o.AntennaLeast), "m", ""),
			atLeast("share_close", v.share, o.CloseShare, "of the points", ""),
			atLeast("points", float64(v.points), float64(o.AntennaPoints), "points", ""))
	}
	return append(rules,
		atLeast("cargo_smaller_dwt", min(c.a.DWT.Value, c.b.DWT.Value), carries, "t", "for a transfer of cargo"),
		atLeast("cargo_duration", c.length.Hours(), o.CargoAfter.Hours(), "h", "for a transfer of cargo"))
}

func atLeast(name string, value, threshold float64, unit, note string) event.Rule {
	return event.Rule{Name: name, Value: value, Op: ">=", Threshold: threshold, Unit: unit, Passed: value >= threshold, Note: note}
}

func atMost(name string, value, threshold float64, unit, note string) event.Rule {
	return event.Rule{Name: name, Value: value, Op: "<=", Threshold: threshold, Unit: unit, Passed: value <= threshold, Note: note}
}
