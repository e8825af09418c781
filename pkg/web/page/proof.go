package page

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
)

const oneDay = 24 * time.Hour

// pair is a name with its value.
type pair struct{ Name, Value string }

// reception is who else was heard there and then, and what the silence leaves time for.
type reception struct {
	Says  string
	Facts []pair
	Calls []hiddenCall
}

type hiddenCall struct{ Place, Grade, Need, Window, Fit string }

// reception tells of a silence whether she could have been heard, of a false position who heard her and who did not.
func (s *Site) reception(e event.Event) *reception {
	switch d := e.Details.(type) {
	case event.GapDetails:
		return s.silence(e, d)
	case event.FalsePositionDetails:
		out := &reception{Says: s.words.Say("reception.stations", len(d.HeardBy), len(d.NotHeardBy)), Calls: s.calls(d.HiddenCalls)}
		for _, p := range []struct {
			key  string
			list []string
		}{{"reception.heard_by", d.HeardBy}, {"reception.not_heard_by", d.NotHeardBy}} {
			if len(p.list) > 0 {
				out.Facts = append(out.Facts, pair{s.words.Say(p.key), strings.Join(p.list, ", ")})
			}
		}
		return out
	}
	return nil
}

func (s *Site) silence(e event.Event, d event.GapDetails) *reception {
	out := &reception{Calls: s.calls(d.HiddenCalls)}
	add := func(key, value string) { out.Facts = append(out.Facts, pair{s.words.Say(key), value}) }
	r := d.Reception
	if r == nil || d.ReceptionModel != "controls" {
		out.Says = s.words.Say("reception.not_known")
	} else {
		out.Says = s.words.Say("reception.says", r.Controls, r.ControlHours, r.Passes, share(r.P0))
		add("reception.p0", share(r.P0))
		add("reception.expected", s.words.Say("reception.units", r.Expected))
		add("reception.before", s.words.Say("reception.before_says", r.Heard72h, r.Expected72h))
		add("reception.controls", fmt.Sprint(r.Controls))
		add("reception.passes", s.words.Say("reception.passes_say", r.Passes, r.Clusters))
		add("reception.coast", share(r.ByCoast))
	}
	add("reception.off", s.fix(&d.Off))
	add("reception.on", s.fix(d.On))
	if d.ImpliedKn > 0 {
		add("reception.way", s.words.Say("reception.way_says", float64(d.SeaM)/1000, float64(d.ImpliedKn), d.SlackH))
	}
	add("reception.own", s.words.Say("reception.own_says", d.HeardBefore, d.ExpectedInterval))
	return out
}

// share prints a chance that may be very small.
func share(p float64) string {
	switch {
	case p > 0 && p < 0.0001:
		return "< 0.0001"
	case p < 0.01:
		return fmt.Sprintf("%.4f", p)
	}
	return fmt.Sprintf("%.2f", p)
}

// fix is a fix as an event quotes it.
func (s *Site) fix(f *event.FixRef) string {
	if f == nil {
		return s.words.Say("reception.not_again")
	}
	out := f.Time.UTC().Format("2006-01-02 15:04:05") + " UTC, " + export.Position(f.Lon, f.Lat)
	if f.SOG != nil {
		out += fmt.Sprintf(", %.1f kn", float64(*f.SOG))
	}
	if f.Station != "" {
		out += ", " + s.words.Say("sentences.by") + " " + f.Station
	}
	return out
}

func (s *Site) calls(all []event.HiddenCall) (out []hiddenCall) {
	for _, c := range all {
		out = append(out, hiddenCall{c.Place, c.Grade, fmt.Sprintf("%.0f h", c.TMinH), minute(c.Earliest) + " – " + minute(c.Latest), fmt.Sprintf("%.2f", c.Fit)})
	}
	return out
}

// lift is the arithmetic of a lift: its barrels, its probability, and what it brings to which days.
type lift struct {
	Volume    []step
	Days      []brought
	Terms     []term
	ScoreSays string
}

// step is a line of an arithmetic.
type step struct {
	Name, Value, Note string
	Total             bool
}

type brought struct{ ISO, Date, Share, Expected string }

type term struct {
	Name, Block, Product, Value string
	Total                       bool
}

func (s *Site) lift(e event.Event, rec *record.Record) (*lift, error) {
	d, is := e.Details.(event.LiftDetails)
	if !is {
		return nil, nil
	}
	out := &lift{Volume: s.volume(e, d), ScoreSays: s.words.Say("lift.score_says", d.Score, e.Probability)}
	sums := map[string]float64{}
	for _, t := range d.Terms {
		out.Terms = append(out.Terms, term{strings.ReplaceAll(t.Name, "_", " "), s.words.Or("block", t.Block), fmt.Sprintf("%s × %+.3f", explain.Number(t.Value), t.Weight), fmt.Sprintf("%+.3f", t.Value*t.Weight), false})
		sums[t.Block] += t.Value * t.Weight
	}
	total := 0.0
	for _, v := range sums {
		total += v
	}
	if rest := d.Score - total; math.Abs(rest) > 0.005 { // the model's own constant, and what caps take off
		out.Terms = append(out.Terms, term{s.words.Say("lift.rest"), s.words.Say("lift.rest_says"), "", fmt.Sprintf("%+.3f", rest), false})
	}
	out.Terms = append(out.Terms, term{s.words.Say("lift.sum"), "", "", fmt.Sprintf("%+.3f", d.Score), true})
	if rec == nil || rec.Accounted() != nil {
		return out, nil
	}
	whole, any := rec.Whole(estimate.Lifted)
	if !any {
		return out, nil
	}
	ships, err := rec.Ships(estimate.Lifted, whole)
	if err != nil {
		return nil, err
	}
	for _, x := range ships {
		if x.Found && x.Lift.ID == e.ID {
			out.Days = append(out.Days, brought{x.Row.Date.Format(time.DateOnly), x.Row.Date.Format("2 Jan 2006"), percent(x.Part.Share), thousands(x.Part.Expected) + " bbl"})
		}
	}
	return out, nil
}

// volume is how the barrels follow from what is known of the ship.
func (s *Site) volume(e event.Event, d event.LiftDetails) (out []step) {
	add := func(key, value, note string) {
		out = append(out, step{Name: s.words.Say(key), Value: value, Note: note})
	}
	for _, v := range e.Vessels {
		if v.Role != event.Loader && len(e.Vessels) > 1 && v.Role != event.Exporter {
			continue
		}
		if v.DWT > 0 {
			add("lift.dwt", export.Thousands(int64(math.Round(v.DWT)))+" t", s.name(v.Name))
		}
		if v.Draught.Before != nil && v.Draught.After != nil {
			add("lift.draught", metres(v.Draught.Before)+" → "+metres(v.Draught.After)+" m", s.load(v.Load.Before)+" → "+s.load(v.Load.After))
		}
	}
	if d.CargoT > 0 {
		add("lift.cargo", export.Thousands(int64(math.Round(d.CargoT)))+" t", "")
	}
	add("lift.bbl_per_tonne", fmt.Sprintf("× %.3f", d.BarrelsPerT), d.Grade)
	b := e.Barrels
	if b == nil {
		return out
	}
	add("lift.median", "= "+thousands(b.P50)+" bbl", "")
	add("lift.spread", fmt.Sprintf("± %.0f %%", 100*d.LogSD), s.words.Say("lift.spread_says", thousands(b.P05), thousands(b.P95)))
	add("lift.mean", thousands(b.Mean)+" bbl", s.words.Say("lift.mean_says"))
	add("lift.q", fmt.Sprintf("× %.4f", e.Probability), s.words.Chance(e.Probability))
	out = append(out, step{Name: s.words.Say("lift.expected"), Value: "= " + export.Thousands(int64(math.Round(float64(b.Mean)*e.Probability))) + " bbl", Total: true})
	return out
}

// oil is a lot's part in a transfer or a discharge.
type oil struct {
	Lot, Href, Barrels, Expected string
	Total                        bool
}

func (s *Site) oil(e event.Event) (out []oil) {
	var parts []event.LotPart
	total := oil{Lot: s.words.Say("oil.sum"), Total: true}
	switch d := e.Details.(type) {
	case event.TransferDetails:
		parts, total.Expected = d.Parts, thousands(d.Expected)
	case event.DischargeDetails:
		parts, total.Expected = d.Parts, thousands(d.Expected)
	}
	for _, p := range parts {
		out = append(out, oil{p.Lot, "/lot/" + p.Lot, thousands(p.Barrels), thousands(p.Expected), false})
	}
	if len(out) == 0 {
		return nil
	}
	if b := e.Barrels; b != nil {
		total.Barrels = thousands(b.Mean)
	}
	return append(out, total)
}
