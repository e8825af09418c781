package draught

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the steps of draught that matter, in metres.
type Options struct {
	VLCC    geo.Metres
	Suezmax geo.Metres
	Aframax geo.Metres
	Other   geo.Metres

	Horizon time.Duration // how long a change can still be revised by late reports
}

// Defaults returns the starting parameters (METHODS gives them as start values, to be tuned on the simulator).
func Defaults() Options {
	return Options{VLCC: 3.0, Suezmax: 2.0, Aframax: 1.5, Other: 1.0, Horizon: 48 * time.Hour}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "draught", About: "steps of typed draught that matter", Params: []param.Param{
		param.Number("step_vlcc_m", &o.VLCC, 0.1, 15, "m", "least change of a VLCC; crews type steps of 0.1 m", "METHODS 5"),
		param.Number("step_suezmax_m", &o.Suezmax, 0.1, 15, "m", "of a Suezmax", "METHODS 5"),
		param.Number("step_aframax_m", &o.Aframax, 0.1, 15, "m", "of an Aframax", "METHODS 5"),
		param.Number("step_other_m", &o.Other, 0.1, 15, "m", "of any other ship", "METHODS 5"),
		param.Time("horizon", &o.Horizon, time.Hour, 240*time.Hour, "how long a change can still be revised by late reports", "DESIGN 3"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// step is the change that matters for a class.
func (o Options) step(c vessel.Class) geo.Metres {
	switch c {
	case vessel.ULCC, vessel.VLCC:
		return o.VLCC
	case vessel.Suezmax:
		return o.Suezmax
	case vessel.Aframax:
		return o.Aframax
	}
	return o.Other
}

// Detector turns draught steps into events. It is pure.
type Detector struct {
	o     Options
	fleet *vessel.Fleet

	at      map[vessel.MMSI]position
	pending []*track.DraughtStep
	told    map[key]event.Event
}

// position is a ship's newest sample.
type position struct {
	bin time.Time
	at  geo.Point
}

// key is the key under which stage A restates a step.
type key struct {
	mmsi           vessel.MMSI
	segment, start int64
}

// New returns a detector. Gazetteer and sea are not needed: a draught is typed anywhere.
func New(o Options, fleet *vessel.Fleet, _ *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, fleet: fleet, at: map[vessel.MMSI]position{}, told: map[key]event.Event{}}
}

// Observe takes in draught steps, and samples for the position.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.DraughtStep:
		if f.Before > 0 {
			d.pending = append(d.pending, f)
		}
	case *track.Sample:
		if p, ok := d.at[f.MMSI]; !ok || f.Bin.After(p.bin) {
			d.at[f.MMSI] = position{f.Bin, f.Position}
		}
	}
}

// Hear ignores events: nothing that others found changes what was typed.
func (d *Detector) Hear(event.Event) {}

// Advance returns the changes observed since the last grid point, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	var out []event.Event
	for _, f := range d.pending {
		if e, ok := d.judge(f, w); ok {
			out = append(out, e)
		}
	}
	d.pending = d.pending[:0]
	for k, e := range d.told {
		if w.Sub(e.Watermark) > d.o.Horizon {
			delete(d.told, k)
		}
	}
	slices.SortFunc(out, event.Compare)
	return out
}

func (d *Detector) judge(f *track.DraughtStep, w time.Time) (event.Event, bool) {
	k := key{f.MMSI, f.Segment.UnixMilli(), f.Start.UnixMilli()}
	last, known := d.told[k]
	ship := d.fleet.About(f.MMSI)
	change := geo.Metres(math.Abs(float64(f.After - f.Before)))
	e := d.describe(f, ship, change, w)
	if known {
		e.ID, e.Lon, e.Lat, e.Version = last.ID, last.Lon, last.Lat, last.Version+1
		e.Why = cmp.Or(f.Why, "heard late")
	}
	if change < d.o.step(ship.Class)-typed || ship.Class == vessel.NotTanker || !f.MMSI.Ship() {
		if !known || last.Status == event.Retracted {
			return event.Event{}, false
		}
		e.Status, e.Probability, e.Explanations = event.Retracted, 0, event.Seen(0)
	}
	d.told[k] = e
	return e, true
}

// typed is half of the step in which draught is typed: 17.4 − 14.4 is 3 m, also in binary fractions.
const typed geo.Metres = 0.05

func (d *Detector) describe(f *track.DraughtStep, ship vessel.Ship, change geo.Metres, w time.Time) event.Event {
	from, to := f.LastSeen, f.FirstSeen
	if from.IsZero() || from.After(to) {
		from = to
	}
	p := d.at[f.MMSI].at
	var evidence event.EvidenceBuilder
	for i, offset := range f.Offsets {
		raw := ""
		if len(f.Raw) == len(f.Offsets) { // otherwise some reports have no sentences, and whose these are is not known
			raw = f.Raw[i]
		}
		evidence.Add(f.Source, offset, raw)
	}
	v := event.FromShip(event.Subject, ship, time.Time{}, time.Time{})
	before, after := ship.LoadOf(f.Before).String(), ship.LoadOf(f.After).String()
	v.Draught = event.Span[geo.Metres]{Before: &f.Before, After: &f.After}
	v.Load = event.Span[string]{Before: &before, After: &after}
	threshold := d.o.step(ship.Class)
	return event.Event{
		Schema: event.Schema, ID: event.ID(event.DraughtChange, from, p[0], p[1], f.MMSI), Version: 1,
		Kind: event.DraughtChange, Status: event.Closed, Start: from, End: &to, Lon: p[0], Lat: p[1],
		Why:     fmt.Sprintf("%d static reports say %.1f m after %.1f m", f.Reports, float64(f.After), float64(f.Before)),
		Vessels: []event.Vessel{v}, Probability: believed(f.Reports), Explanations: event.Seen(believed(f.Reports)), Watermark: w,
		Details: event.DraughtDetails{
			Rules: event.Rules{Rules: []event.Rule{
				{Name: "draught_step", Value: float64(change), Op: ">=", Threshold: float64(threshold), Unit: "m",
					Passed: change >= threshold-typed, Note: "step that matters for class " + strings.TrimSpace(ship.Class.String())},
				{Name: "static_reports", Value: float64(f.Reports), Op: ">=", Threshold: 2, Unit: "reports", Passed: f.Reports >= 2},
			}},
			BeforeM: f.Before, AfterM: f.After, LastSeen: from, FirstSeen: to, Reports: f.Reports,
		},
		Evidence: evidence.Done(),
	}
}

// believed is the probability that the crew typed what they meant: two agreeing reports may repeat one slip, and a
// slip is soon corrected (0.9, 0.95, 0.98: judgement, to be fitted).
func believed(reports int) float64 {
	switch {
	case reports >= 4:
		return 0.98
	case reports == 3:
		return 0.95
	}
	return 0.9
}
