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
	c.loads, c.between = c.difference(r.start), d.between(r)
	c.visits = max(d.visited(r.a, r), d.visited(r.b, r))
	most := d.o.Bunkers
	if min(c.a.DWT.Value, c.b.DWT.Value) >= carries {
		most = d.o.Longest
	}
	start, end, longest := r.bounds(most)
	c.longest = longest
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.Rendezvous, r.start, r.middle[0], r.middle[1], r.a, r.b), Version: 1,
		Kind: event.Rendezvous, Status: event.Open, Why: why, Start: start, Lon: r.middle[0], Lat: r.middle[1],
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
		after = end.Add(d.o.Draught)
		e.Status, e.End = event.Closed, &end
	}
	roleA, roleB := c.roles()
	e.Vessels = []event.Vessel{
		event.FromShip(roleA, c.a, r.start, after),
		event.FromShip(roleB, c.b, r.start, after),
	}
	details := d.details(r, c)
	ceiling := 1.0
	if !c.v.hull || c.v.looks > 0 {
		ceiling = d.o.AntennaCap
	}
	if hours, rafted := d.rafted(r, c); rafted {
		details.Rules.Rules = append(details.Rules.Rules, atMost("rafted", hours, d.o.RaftAfter.Hours(), "h", "with a third ship alongside, no load known to differ or to change: cargo capped"))
		if c.length > d.o.RaftAfter {
			ceiling = min(ceiling, d.o.RaftCap)
		}
	}
	e.Explanations = d.weights.weigh(details.Findings, ceiling)
	e.Probability = event.Probability(e.Explanations, event.CargoTransfer)
	e.Details = details
	r.last = &e
	return e
}

// roles tells who gave and who took: by draught changes first, by the loads at the start else. Of two ships of which
// that is not known both are "other".
func (c circumstances) roles() (a, b event.Role) {
	give := change(0) // 1: a gives
	switch {
	case c.drA < 0 && c.drB >= 0 || c.drB > 0 && c.drA <= 0:
		give = 1
	case c.drB < 0 && c.drA >= 0 || c.drA > 0 && c.drB <= 0:
		give = -1
	default:
		give = c.loads
	}
	switch give {
	case 1:
		return event.Donor, event.Receiver
	case -1:
		return event.Receiver, event.Donor
	}
	return event.Party, event.Party
}

// difference is 1 where the first ship came laden and the second in ballast, −1 where it was the other way round.
func (c circumstances) difference(start time.Time) change {
	switch a, b := c.a.LoadAt(start), c.b.LoadAt(start); {
	case a == vessel.Laden && b == vessel.Ballast:
		return 1
	case a == vessel.Ballast && b == vessel.Laden:
		return -1
	}
	return 0
}

func (d *Detector) details(r *run, c circumstances) event.RendezvousDetails {
	v := c.v
	details := event.RendezvousDetails{
		Form:      event.Alongside,
		DurationH: c.length.Hours(), MedianGapM: geo.Metres(v.gap), SigmaM: geo.Metres(v.sigma), ShareClose: v.share,
		Points: v.points, MedianSpeed: geo.Knots(v.speed), AntennaOnly: !v.hull, MedianAntennaM: geo.Metres(v.antennas),
		InPort: berthed(c.where) || c.where == place.Anchorage || c.where == place.TerminalZone,
	}
	if v.hull {
		diff := geo.Degrees(v.diff)
		details.HeadingDiff = &diff
	}
	if c.longest > c.length {
		details.LongestH = c.longest.Hours()
	}
	details.Findings = c.findings(d.o)
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

// visit is another ship that a ship lay alongside.
type visit struct {
	other vessel.MMSI
	at    time.Time // when it began
}

// visited counts the ships besides the run's other one that a ship lay alongside in the ten days before: barges and tugs
// go from ship to ship, tankers with cargo do not.
func (d *Detector) visited(m vessel.MMSI, r *run) int {
	others := map[vessel.MMSI]bool{}
	for _, v := range d.visits[m] {
		if v.other != r.a && v.other != r.b && !v.at.After(r.lastClose) {
			others[v.other] = true
		}
	}
	return len(others)
}

// between tells whether a third ship lay alongside both ships of a run at the same time: daughters on both sides of a mother
// are near each other and pass nothing to each other. The pair with the widest gap of the three is the one between
// which the third lies.
func (d *Detector) between(r *run) bool {
	gap := d.o.judge(&r.sum).apart()
	for _, v := range d.visits[r.a] {
		if v.other == r.b {
			continue
		}
		first, second := d.beside(r.a, v.other, r), d.beside(r.b, v.other, r)
		if first != nil && second != nil && d.o.judge(&first.sum).apart() < gap && d.o.judge(&second.sum).apart() < gap {
			return true
		}
	}
	return false
}

// rafted tells for how long two ships have lain in a raft: a third one lay alongside one of them for half of the time or
// more, and nothing says that any of the two was fuller than the other or became so. Ships that wait together do that
// for days; a mother with daughters is done sooner, and her daughters came empty.
func (d *Detector) rafted(r *run, c circumstances) (hours float64, ok bool) {
	if c.loads != 0 || c.drA != 0 || c.drB != 0 {
		return 0, false
	}
	for _, m := range [2]vessel.MMSI{r.a, r.b} {
		for _, v := range d.visits[m] {
			if v.other != r.a && v.other != r.b && d.beside(m, v.other, r) != nil {
				return c.length.Hours(), true
			}
		}
	}
	return 0, false
}

// beside finds the told run of two ships that shares most of its time with another.
func (d *Detector) beside(a, b vessel.MMSI, with *run) *run {
	p := pair{min(a, b), max(a, b)}
	list := d.recent[p]
	if r := d.runs[p]; r != nil && r.last != nil {
		list = append(list[:len(list):len(list)], r)
	}
	for _, r := range list {
		from, to := later(r.start, with.start), with.lastClose
		if r.lastClose.Before(to) {
			to = r.lastClose
		}
		if 2*to.Sub(from) >= with.lastClose.Sub(with.start) {
			return r
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
