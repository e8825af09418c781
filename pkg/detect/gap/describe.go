package gap

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// describe makes the event of a silence that is long enough, without its version.
func (d *Detector) describe(f *track.Silence, w time.Time, length time.Duration) event.Event {
	ship := d.fleet.About(f.MMSI)
	off := f.Off.Position
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.Gap, f.Off.Time, off[0], off[1], f.MMSI),
		Kind: event.Gap, Status: event.Open, Start: f.Off.Time, Lon: off[0], Lat: off[1],
		Place: d.placeOf(f.Place), Evidence: evidence(f), Watermark: w,
		Why: fmt.Sprintf("silent for %s, threshold %s", event.Hours(length), event.Hours(d.threshold(f))),
	}
	on := time.Time{}
	if f.On != nil {
		on = f.On.Time
		e.Status, e.End, e.Why = event.Closed, &on, "heard again after "+event.Hours(length)
		if f.Restated && f.Why != "" {
			e.Why = f.Why
		}
	}
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, ship, f.Off.Time, on)}
	real, known := d.grounded(f)
	details := d.measure(f, real, ship, length)
	if known {
		d.listen(f, real, length, &details)
	}
	e.Explanations = d.explain(f, ship, &details, length)
	e.Probability = event.Probability(e.Explanations, event.SwitchedOff)
	if known && !onLand(real) && d.another(f) < 0.5 && details.Feasibility <= d.o.MaxFeasibility && length.Hours() <= 24*d.o.Longest {
		details.HiddenCalls = d.hiddenCalls(real, ship, w)
	}
	details.Rules.Rules = d.rules(f, details, length)
	if n := len(ship.Listed); n > 0 {
		details.Rules.Rules = append(details.Rules.Rules, rule("watch_list_hits", float64(n), ">=", 1, "entries", strings.Join(ship.Listed, "; ")))
	}
	e.Details = details
	return e
}

// measure fills the distances and speeds.
func (d *Detector) measure(f, real *track.Silence, ship vessel.Ship, length time.Duration) event.GapDetails {
	details := event.GapDetails{
		Off: quote(&f.Off), DurationH: length.Hours(), HeardBefore: f.Heard24h,
		ExpectedInterval: expected(f).Minutes(), ReceptionModel: noModel,
	}
	if d.heard != nil {
		n := d.heard.HeardIn(int32(place.CellOf(f.Off.Position)), f.Off.Time, f.Off.Time.Add(length))
		details.ControlsHeard = &n
	}
	if f.On == nil {
		return details
	}
	on := quote(f.On)
	details.On = &on
	if real.On == nil {
		return details
	}
	if real != f {
		length = real.On.Time.Sub(real.Off.Time)
	}
	details.GreatCircleM = geo.DistanceExact(real.Off.Position, real.On.Position)
	details.SeaM = d.between(real.Off.Position, real.On.Position).length()
	details.ImpliedKn = geo.Knots(details.SeaM.NauticalMiles() / length.Hours())
	details.Feasibility = float64(details.ImpliedKn) / float64(ship.Class.MaxSpeed())
	details.SlackH = length.Hours() - details.SeaM.NauticalMiles()/float64(ship.Class.ServiceSpeed())
	return details
}

func (d *Detector) rules(f *track.Silence, details event.GapDetails, length time.Duration) []event.Rule {
	candidate, publish := d.candidate(f), d.threshold(f)
	rules := []event.Rule{
		rule("silence_candidate", length.Hours(), ">=", candidate.Hours(), "h",
			fmt.Sprintf("max(%s, %g x the ship's own interval of %.0f min)", event.Hours(d.o.Candidate), d.o.Intervals, expected(f).Minutes())),
		rule("silence_published", length.Hours(), ">=", publish.Hours(), "h", ""),
		rule("fixes_24h_before", float64(f.Heard24h), ">=", float64(d.o.WellHeard), "fixes", "heard often enough that the silence stands out"),
		rule("outage_share", 0, "<=", 0.5, "of the silence", "time in which "+f.Off.Source+" was itself out"),
	}
	rules[3].Value = d.outages.share(f.Off.Source, f.Off.Time, f.Off.Time.Add(length))
	rules[3].Passed = rules[3].Value <= rules[3].Threshold
	if r := details.Reception; r != nil {
		rules = append(rules, d.receptionRules(f, details, length)...)
	}
	if f.On != nil {
		rules = append(rules, rule("feasibility", details.Feasibility, "<=", d.o.MaxFeasibility, "",
			"needed speed by sea / maximum of the class; above it two ships or a false position"))
	}
	return rules
}

func rule(name string, value float64, op string, threshold float64, unit, note string) event.Rule {
	passed := value >= threshold
	if op == "<=" {
		passed = value <= threshold
	}
	return event.Rule{Name: name, Value: value, Op: op, Threshold: threshold, Unit: unit, Passed: passed, Note: note}
}

// explain weighs the rival causes; see the package comment for what it does not know.
func (d *Detector) explain(f *track.Silence, ship vessel.Ship, g *event.GapDetails, length time.Duration) []event.Explanation {
	jammed := interfered * d.astray.Share(f.MMSI, f.Off.Time, f.Off.Time.Add(length))
	switch {
	case jammed > 0.5:
		return event.Normalise([]event.Explanation{{Cause: event.Interfered, P: jammed}, {Cause: event.Unknown, P: 1 - jammed}})
	case g.Feasibility > d.o.MaxFeasibility:
		// Nobody sailed this. A second hull under the number is likelier than a false position, which jumps back.
		return event.Normalise([]event.Explanation{{Cause: event.IdentityChange, P: 0.6}, {Cause: event.Unknown, P: 0.4}})
	case d.another(f) >= 0.5:
		p := d.another(f)
		return event.Normalise([]event.Explanation{{Cause: event.IdentityChange, P: p}, {Cause: event.Unknown, P: 1 - p}})
	case onLand(f):
		// A fix well inside land was displaced, so that the silence began or ended somewhere else; or it lies on a
		// river that the coastline does not know.
		return event.Normalise([]event.Explanation{{Cause: event.Interfered, P: 0.4}, {Cause: event.Unknown, P: 0.6}})
	}
	out := (1 - jammed) * 0.95 * d.outages.share(f.Off.Source, f.Off.Time, f.Off.Time.Add(length))
	port := (1 - out - jammed) * d.inPort(f)
	days := length.Hours() / 24
	off := d.rate(ship) * math.Exp(-days/d.o.SwitchedOffDays)
	faulty := d.o.Faulty * math.Exp(-days/d.o.FaultyDays)
	missed, unknown := d.doubt(f, *g, off, faulty)
	left, leave := 0.0, 0.0
	if g.ReceptionModel == measured {
		real, _ := d.grounded(f)
		leave = d.leaving(real, f.Off.Time.Add(length), g.Reception.DayHours)
	} else {
		left = (1 - out - jammed - port) * d.left(f)
	}
	scale := (1 - out - jammed - port - left) / (off + faulty + missed + leave + unknown)
	return d.weigh(f, ship, g, []event.Explanation{
		{Cause: event.FeedOutage, P: out}, {Cause: event.Interfered, P: jammed}, {Cause: event.InPort, P: port},
		{Cause: event.LeftArea, P: left + leave*scale},
		{Cause: event.SwitchedOff, P: off * scale}, {Cause: event.FaultyTransponder, P: faulty * scale},
		{Cause: event.NotReceived, P: missed * scale}, {Cause: event.Unknown, P: unknown * scale},
	}, length)
}

// rate is how often a ship like this is switched off, a ship-day. Flag and lists enter here and nowhere else.
func (d *Detector) rate(ship vessel.Ship) float64 {
	if ship.Flag == "IR" || len(ship.Listed) > 0 {
		return d.o.SwitchedOffIran
	}
	return d.o.SwitchedOff
}

// doubt is what reception leaves open: the rate at which ships that keep sending fall silent so long, and what is not
// known. Each hour of a day in which she was heard could have been the last before such a silence.
func (d *Detector) doubt(f *track.Silence, g event.GapDetails, off, faulty float64) (missed, unknown float64) {
	if g.ReceptionModel != measured {
		unknown = off + faulty
		if f.Heard24h < d.o.WellHeard {
			// A ship that is heard a few times a day falls out by chance; how often, only a reception model can tell.
			unknown *= 4
		}
		return 0, unknown
	}
	missed = g.Reception.DayHours * g.Reception.P0
	if missed > d.o.Doubt*off {
		unknown = off + missed // neither can be told from the other
	}
	return missed, unknown
}

// left is the share that sailing away explains: the last that was heard of her is that she passed the way out, at most
// a few days before, and she is not back on its near side.
func (d *Detector) left(f *track.Silence) float64 {
	last := passage{}
	for _, p := range d.passed[f.MMSI] {
		if !p.at.After(f.Off.Time) {
			last = p
		}
	}
	if !last.out || f.Off.Time.Sub(last.at) > d.o.LeftWithin {
		return 0
	}
	return d.o.LeftArea
}

// inPort is the share that a port explains: the ship fell silent where ships lie, and reappeared there if at all.
func (d *Detector) inPort(f *track.Silence) float64 {
	if real, _ := d.grounded(f); real != f {
		return 0 // she was not at the place that she named
	}
	if f.Place == place.NoPlace || !restful(d.places.At(f.Place).Kind) {
		return 0
	}
	if f.On != nil && f.OnPlace != f.Place && !d.places.Holds(f.Place, f.On.Position, geo.Kilometre) {
		return 0
	}
	return d.o.InPort
}

// restful tells whether ships lie still at a place of this kind, with transponders that are often switched to low
// power or shadowed by cranes and tanks.
func restful(k place.Kind) bool {
	switch k {
	case place.STSArea, place.Zone, place.Gate:
		return false
	}
	return true
}

func onLand(f *track.Silence) bool { return f.Off.OnLand || f.On != nil && f.On.OnLand }

func evidence(f *track.Silence) event.Evidence {
	var b event.EvidenceBuilder
	for i := range f.Recent {
		b.Add(f.Recent[i].Source, f.Recent[i].Offset, f.Recent[i].Raw)
	}
	b.Add(f.Off.Source, f.Off.Offset, f.Off.Raw)
	if f.On != nil {
		b.Add(f.On.Source, f.On.Offset, f.On.Raw)
	}
	return b.Done()
}

func quote(f *track.Fix) event.FixRef {
	q := event.FixRef{Time: f.Time, Lon: f.Position[0], Lat: f.Position[1], Source: f.Source, Offset: f.Offset, Station: f.Station.String()}
	if sog, ok := f.Speed(); ok {
		q.SOG = &sog
	}
	if cog, ok := f.Course(); ok {
		q.COG = &cog
	}
	return q
}

func (d *Detector) placeOf(id place.ID) *event.Place {
	if id == place.NoPlace {
		return nil
	}
	p := d.places.At(id)
	return &event.Place{Name: p.Name, Kind: string(p.Kind), Country: p.Country}
}

// hiddenCalls lists the loading places for which the silence leaves time, best fit first.
func (d *Detector) hiddenCalls(f *track.Silence, s vessel.Ship, w time.Time) []event.HiddenCall {
	var next *call.Mark
	if f.On != nil {
		next = &call.Mark{Time: f.On.Time, Position: f.On.Position}
	}
	return d.calls.Hidden(s, call.Mark{Time: f.Off.Time, Position: f.Off.Position}, next, w)
}
