package portcall

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// rank orders the kinds from the most specific on; -1 has no calls. A terminal's zone comes last: it is drawn round
// berths and waiting ships alike, so that an anchorage inside it says more.
func rank(k place.Kind) int {
	switch k {
	case place.Berth:
		return 0
	case place.Terminal, place.LawfulTerminal, place.TransitTerminal, place.Discharge:
		return 1
	case place.Port:
		return 2
	case place.Anchorage:
		return 3
	case place.TerminalZone:
		return 4
	}
	return -1
}

// span is a stop at one place. Its end is zero while it lasts.
type span struct {
	from, to time.Time
	at       geo.Point
}

// judge decides on all visits of a ship and returns the new versions.
func (d *Detector) judge(m vessel.MMSI, w time.Time) []event.Event {
	s := d.ships[m]
	var out []event.Event
	for _, x := range s.stays {
		stops := d.stopsAt(s, x)
		switch {
		case len(stops) > 0:
			e := d.describe(x, stops, w)
			if old := x.last; old != nil && old.Status != event.Retracted && old.Vessels[0].MMSI != e.Vessels[0].MMSI {
				out = append(out, x.retract("two ships share the number: it was the other's", &e.ID, w))
				x.last, x.former = x.former, x.last
				if x.last != nil && x.last.Vessels[0].MMSI != e.Vessels[0].MMSI {
					x.last = nil
				}
			}
			if x.publish(&e) {
				out = append(out, e)
			}
		case x.last != nil && x.last.Status != event.Retracted:
			out = append(out, x.retract(cmp.Or(x.visit.Why, d.whyNot(x)), nil, x.last.Watermark))
		}
	}
	return out
}

// retract takes back what was told of a visit.
func (x *stay) retract(why string, by *string, w time.Time) event.Event {
	e := *x.last
	e.Version++
	e.Status, e.Probability, e.Why, e.SupersededBy, e.Watermark = event.Retracted, 0, why, by, w
	e.Explanations = []event.Explanation{{Cause: event.Unknown, P: 1}}
	x.last = &e
	return e
}

// whyNot says why a call that was told is none.
func (d *Detector) whyNot(x *stay) string {
	if _, ok := d.astray.Within(x.visit.MMSI, x.last.Start, cmp.Or(x.visit.StopEnd, x.visit.StopStart, x.last.Start)); ok {
		return "the ship was not where she said"
	}
	return "the stop belongs to another place"
}

// stopsAt lists the stops that belong to a visit: those that no more specific visit of the ship holds.
func (d *Detector) stopsAt(s *ship, x *stay) []span {
	var mine []span
	stopped := false
	for _, p := range s.stops {
		if !overlap(x.visit, p.Start, p.End) {
			continue
		}
		stopped = true
		if d.stray(x.visit.MMSI, p.Start, p.End) {
			continue
		}
		if d.home(s, p.Start, p.End, &p.Position) == x {
			mine = append(mine, span{p.Start, p.End, p.Position})
		}
	}
	v := x.visit
	if v.StopStart.IsZero() || d.stray(v.MMSI, v.StopStart, v.StopEnd) || d.home(s, v.StopStart, v.StopEnd, nil) != x {
		return mine
	}
	switch {
	case !stopped:
		// Stage A measures a stop at a buoy or anchorage with a higher speed, so that it may be no stop of its own.
		mine = append(mine, span{v.StopStart, v.StopEnd, v.Entry.Position})
	case len(mine) > 0 && v.Stopped > sum(mine):
		// She was heard at her berth in pieces, between which she did not leave it.
		mine = []span{{v.StopStart, v.StopEnd, mine[0].at}}
	}
	return mine
}

// sum is the length of stops that are over.
func sum(stops []span) time.Duration {
	var all time.Duration
	for _, s := range stops {
		all += max(0, s.to.Sub(s.from))
	}
	return all
}

// home is the visit that a stop belongs to.
func (d *Detector) home(s *ship, from, to time.Time, at *geo.Point) *stay {
	var best *stay
	for _, x := range s.stays {
		if !overlap(x.visit, from, to) || x.visit.StopStart.IsZero() && at == nil {
			continue
		}
		if at != nil && !d.places.Holds(x.visit.Place, *at, d.o.ExitMargin) {
			continue
		}
		if best == nil || d.moreSpecific(x, best) {
			best = x
		}
	}
	return best
}

func (d *Detector) moreSpecific(a, b *stay) bool {
	p, q := d.places.At(a.visit.Place), d.places.At(b.visit.Place)
	return cmp.Or(cmp.Compare(rank(p.Kind), rank(q.Kind)), cmp.Compare(size(p), size(q)), a.key.compare(b.key)) < 0
}

// size orders places of one rank: the radius, or the diagonal of a polygon's box halved.
func size(p *place.Place) geo.Metres {
	if len(p.Ring) == 0 {
		return p.Radius
	}
	low, high := p.Ring[0], p.Ring[0]
	for _, v := range p.Ring {
		low = geo.Point{min(low[0], v[0]), min(low[1], v[1])}
		high = geo.Point{max(high[0], v[0]), max(high[1], v[1])}
	}
	return geo.Distance(low, high) / 2
}

// overlap tells whether a stop and a visit share time; ends that are zero are still to come.
func overlap(v *track.Visit, from, to time.Time) bool {
	return (to.IsZero() || to.After(v.Entry.Time)) && (v.Exit == nil || from.Before(v.Exit.Time))
}

// publish numbers a version and remembers it; false when nothing changed that is worth telling. While a stay lasts its
// hours grow with every fix: a new version is told when the ship, the probability or the place changes, and at the end.
func (x *stay) publish(e *event.Event) bool {
	e.Version = 1
	if x.last != nil {
		old := *x.last
		e.Version, e.ID, e.Lon, e.Lat = old.Version+1, old.ID, old.Lon, old.Lat
		if old.Status == event.Open && e.Status == event.Open && old.Probability == e.Probability && reflect.DeepEqual(old.Vessels, e.Vessels) {
			return false
		}
		old.Version, old.Why, old.Watermark = e.Version, e.Why, e.Watermark
		if reflect.DeepEqual(old, *e) {
			return false
		}
	}
	kept := *e
	x.last = &kept
	return true
}

// describe makes the event of a visit with stops of its own, without its version.
func (d *Detector) describe(x *stay, stops []span, w time.Time) event.Event {
	v, p := x.visit, d.places.At(x.visit.Place)
	at := stops[0].at
	shared, of := d.sharedAt(&v.Header, stops[0].from)
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.PortCall, v.Entry.Time, at[0], at[1], v.MMSI),
		Kind: event.PortCall, Status: event.Open, Start: v.Entry.Time, Lon: at[0], Lat: at[1], Watermark: w,
		Place: &event.Place{Name: p.Name, Kind: string(p.Kind), Country: p.Country},
		Why:   "stopped inside",
	}
	details := d.measure(v, p, stops, w)
	after := time.Time{}
	if v.Exit != nil {
		// What lies between the last fix at rest and a late first fix outside is not known.
		end := v.Exit.Time
		if !d.exitSeen(details) {
			end = *details.StopEnd
		}
		after = v.Exit.Time
		e.Status, e.End, e.Why = event.Closed, &end, fmt.Sprintf("left after %.1f h, stopped %.1f h", end.Sub(v.Entry.Time).Hours(), details.StoppedH)
	}
	if v.Restated && v.Why != "" {
		e.Why = v.Why
	}
	details.Track = of
	e.Vessels = []event.Vessel{d.who(&v.Header, shared, of, v.Entry.Time, after)}
	if m := e.Vessels[0].MMSI; m != v.MMSI {
		e.ID = event.ID(event.PortCall, v.Entry.Time, at[0], at[1], m)
	}
	e.Probability = d.o.Believed[details.Confidence-1]
	if p.Confidence == "low" {
		e.Probability *= d.o.Estimated
	}
	other := event.Explanation{Cause: event.Unknown, P: 1 - e.Probability}
	if of != nil {
		// As sure as it is that two ships have the number, and which of them it was.
		other = event.Explanation{Cause: event.SharedMMSI, P: 1 - e.Probability*shared.p*whose}
		e.Probability *= shared.p * whose
	}
	e.Explanations = event.Normalise([]event.Explanation{{Cause: event.InPort, P: e.Probability}, other})
	e.Details = details
	e.Evidence = evidence(v)
	return e
}

// whose is how sure a track under a shared number is one ship's (judgement).
const whose = 0.9

func evidence(v *track.Visit) event.Evidence {
	var b event.EvidenceBuilder
	b.Add(v.Entry.Source, v.Entry.Offset, v.Entry.Raw)
	if v.Exit != nil {
		b.Add(v.Exit.Source, v.Exit.Offset, v.Exit.Raw)
	}
	return b.Done()
}

func (d *Detector) measure(v *track.Visit, p *place.Place, stops []span, w time.Time) event.PortCallDetails {
	details := event.PortCallDetails{Entry: v.Entry.Time, SilentH: v.Silent.Hours(), Confidence: 1,
		Sanctioned: p.Sanctioned, Outside: p.Outside, Grade: p.Grade}
	start, end := stops[0].from, stops[len(stops)-1].to
	details.StopStart = &start
	open := w // until when a stop without an end has lasted
	if v.Exit != nil {
		exit := v.Exit.Time
		details.Exit, open = &exit, exit
		if end.IsZero() {
			end = exit
		}
	}
	if !end.IsZero() {
		details.StopEnd = &end
	}
	for _, s := range stops {
		to := s.to
		if to.IsZero() {
			to = open
		}
		details.StoppedH += max(0, to.Sub(s.from).Hours())
	}
	entered := cmp.Or(v.Outside, v.Entry.Time)
	if entered.Before(v.Entry.Time.Add(-d.o.EntryWithin)) {
		entered = v.Entry.Time.Add(-d.o.EntryWithin)
	}
	most := open.Sub(entered).Hours()
	if v.Exit != nil {
		most -= geo.Distance(v.Exit.Position, stops[0].at).NauticalMiles() / float64(vessel.LadenSpeed)
	}
	details.MostH = max(details.StoppedH, most)
	for _, seen := range [3]bool{v.EntrySeen, d.exitSeen(details), len(v.Sources) >= 2} {
		if seen {
			details.Confidence++
		}
	}
	details.Rules.Rules = d.rules(v, details)
	return details
}

func (d *Detector) rules(v *track.Visit, c event.PortCallDetails) []event.Rule {
	left := d.exitSeen(c)
	return []event.Rule{
		{Name: "stopped", Value: c.StoppedH, Op: ">=", Threshold: 0.5, Unit: "h", Passed: c.StoppedH >= 0.5},
		{Name: "entry_seen", Value: asNumber(v.EntrySeen), Op: ">=", Threshold: 1, Unit: "", Passed: v.EntrySeen, Note: "a fix outside within 6 h before"},
		{Name: "exit_seen", Value: asNumber(left), Op: ">=", Threshold: 1, Unit: "", Passed: left, Note: "a fix outside within 6 h after the stop"},
		{Name: "sources", Value: float64(len(v.Sources)), Op: ">=", Threshold: 2, Unit: "sources", Passed: len(v.Sources) >= 2},
		{Name: "silent_inside", Value: v.Silent.Hours(), Op: "<=", Threshold: d.o.SilentNote.Hours(), Unit: "h", Passed: v.Silent <= d.o.SilentNote},
	}
}

// exitSeen tells whether a fix outside followed the stop closely enough to say that the ship left then.
func (d *Detector) exitSeen(c event.PortCallDetails) bool {
	return c.Exit != nil && c.StopEnd != nil && c.Exit.Sub(*c.StopEnd) <= d.o.ExitSeen
}

func asNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
