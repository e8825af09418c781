package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
)

// events are those of the span that carry the number or make it doubtful.
type events struct {
	Lifts, Others []line
	More          int // that are left out
	all           []event.Event
}

// line is an event in a table.
type line struct {
	N               int // on the map
	When, Ship, Who string
	What, Barrels   string
	P, Expected     string
	Brought         string // to the span, expected barrels
	ID              string
}

// The longest tables of a page.
const (
	mostLifts  = 60
	mostOthers = 8
)

// eventsOf picks lifts whose window touches the span, in order of time, and of transfers, discharges, blends and meetings
// those that probably were.
func eventsOf(r *record.Record, o Options) (events, error) {
	var out events
	lifts := slices.DeleteFunc(r.EventsIn(o.Span, event.Lift), blended)
	slices.SortStableFunc(lifts, func(a, b event.Event) int { return a.Start.Compare(b.Start) })
	out.More = max(0, len(lifts)-mostLifts)
	brought := map[string]int64{}
	if r.Accounted() == nil {
		ships, err := r.Ships(o.Basis, o.Span)
		if err != nil {
			return out, err
		}
		for _, s := range ships {
			brought[s.Lift.ID] += int64(s.Part.Expected)
		}
	}
	for i, e := range lifts[:len(lifts)-out.More] {
		l := lineOf(e)
		l.N = i + 1
		if b, ok := brought[e.ID]; ok {
			l.Brought = millions(float64(b))
		}
		if d, ok := e.Details.(event.LiftDetails); ok {
			l.What = routes[d.Route]
		}
		out.Lifts, out.all = append(out.Lifts, l), append(out.all, e)
	}
	others := slices.DeleteFunc(r.EventsIn(o.Span, event.Transfer, event.Discharge, event.Lift, event.Rendezvous), func(e event.Event) bool {
		return e.Probability < 0.5 || e.Kind == event.Lift && !blended(e)
	})
	rank := []event.Kind{event.Transfer, event.Discharge, event.Lift, event.Rendezvous}
	slices.SortStableFunc(others, func(a, b event.Event) int {
		return cmp.Or(cmp.Compare(slices.Index(rank, a.Kind), slices.Index(rank, b.Kind)), -cmp.Compare(a.Probability, b.Probability))
	})
	for i, e := range others {
		if i == mostOthers {
			out.More += len(others) - i
			break
		}
		l := lineOf(e)
		l.What = strings.ReplaceAll(string(e.Kind), "rendezvous", "alongside")
		if e.Kind == event.Lift {
			l.What = "blended, in no sum"
		}
		if d, ok := e.Details.(event.DischargeDetails); ok && d.Zone != "" {
			l.What += ", " + d.Zone
		}
		out.Others = append(out.Others, l)
	}
	return out, nil
}

// routes are the ways by which lifts are found, in words.
var routes = map[string]string{"direct": "direct", "bracketed": "bracketed", "sts_inferred": "inferred at sea"}

// blended tells of oil that goes on as another's: it is in no sum, and no lift of a page.
func blended(e event.Event) bool {
	d, ok := e.Details.(event.LiftDetails)
	return ok && d.Route == "blend"
}

func lineOf(e event.Event) line {
	l := line{When: dates(e.Start, e.End), P: Chance(e.Probability), ID: e.ID, Barrels: "–"}
	var names, numbers []string
	for i, v := range e.Vessels {
		if i == 2 || i == 1 && v.MMSI == e.Vessels[0].MMSI {
			break
		}
		name := chart.Plain(v.Name)
		if name == "" {
			name = "(name not heard)"
		}
		number := "MMSI " + v.MMSI.String()
		if v.IMO != 0 {
			number = fmt.Sprintf("IMO %d", v.IMO)
		}
		names, numbers = append(names, name), append(numbers, number)
	}
	l.Ship, l.Who = strings.Join(names, " → "), strings.Join(numbers, ", ")
	if b := e.Barrels; b != nil {
		l.Barrels = fmt.Sprintf("%.2f (%.2f – %.2f)", float64(b.Mean)/1e6, float64(b.P05)/1e6, float64(b.P95)/1e6)
	}
	return l
}

// Chance prints a probability; nothing here is certain.
func Chance(p float64) string {
	switch {
	case p > 0.99:
		return "> 0.99"
	case p < 0.01:
		return "< 0.01"
	}
	return fmt.Sprintf("%.2f", p)
}

func millions(b float64) string { return fmt.Sprintf("%.2f", b/1e6) }

// deafEvents counts outages and interference.
func deafEvents(r *record.Record, s record.Span) (outages, jammed int) {
	return len(r.EventsIn(s, event.Outage)), len(r.EventsIn(s, event.Interference))
}

// near is how close two lifts lie to share a mark.
const near = 25 * geo.Kilometre

// drawn is the map of the lifts; lifts close to each other share a mark with all their numbers. Empty without a position.
func (x events) drawn(places *place.Gazetteer) (string, error) {
	c := &chart.Chart{Least: 620 * geo.Kilometre, Land: geo.Land}
	var numbers [][]string
	for i, e := range x.all {
		if e.Lon == 0 && e.Lat == 0 {
			continue
		}
		at := geo.PointFromDegrees(e.Lon, e.Lat)
		k := slices.IndexFunc(c.Marks, func(m chart.Mark) bool { return geo.Distance(m.At, at) < near })
		if k < 0 {
			k = len(c.Marks)
			c.Marks, numbers = append(c.Marks, chart.Mark{At: at, Shape: chart.Ring, Ink: 2}), append(numbers, nil)
		}
		numbers[k] = append(numbers[k], fmt.Sprint(i+1))
	}
	if len(c.Marks) == 0 {
		return "", nil
	}
	for k, n := range numbers {
		if len(n) > 6 {
			n = append(n[:5:5], fmt.Sprintf("… %s", n[len(n)-1]))
		}
		c.Marks[k].Label = strings.Join(n, ", ")
	}
	c.Areas = terminals(c, places)
	var b strings.Builder
	if err := c.SVG(&b); err != nil {
		return "", err
	}
	return b.String(), nil
}

// terminals outlines the loading terminals on the map; of those close together the first zone or terminal stands for all.
func terminals(c *chart.Chart, places *place.Gazetteer) (out []chart.Area) {
	if places == nil {
		return nil
	}
	box := c.Box()
	for id := range place.ID(places.Len()) {
		p := places.At(id)
		if p.Kind != place.Terminal && p.Kind != place.TerminalZone || !box.Contains(p.Centre) || slices.ContainsFunc(out, func(a chart.Area) bool { return geo.Distance(a.Ring[0], p.Centre) < near }) {
			continue
		}
		out = append(out, chart.Area{Ring: geo.Circle(p.Centre, max(p.Radius, 2000), 24), Label: p.Name})
	}
	return out
}

// comparisons are published figures beside the run's own.
type comparisons struct {
	Rows  []compared
	Sum   published.Sum
	Apart int
	Mean  string // of the log ratios, as a factor
}

type compared struct{ Period, Source, Figure, Own, Ratio, Says string }

func comparisonsOf(all []published.Comparison) comparisons {
	out := comparisons{Sum: published.Summarise(all)}
	for _, c := range all {
		if c.Verdict == published.Apart {
			out.Apart++
			continue
		}
		x := compared{Period: c.Period, Source: chart.Plain(c.Source), Figure: millions(c.Middle()), Own: "–", Ratio: "–", Says: c.Says()}
		if c.Low < c.High {
			x.Figure = millions(c.Low) + " – " + millions(c.High)
		}
		if c.Own.Known {
			x.Own = fmt.Sprintf("%s (%s – %s)", millions(float64(c.Own.Barrels.Mean)), millions(float64(c.Own.Barrels.P05)), millions(float64(c.Own.Barrels.P95)))
		}
		if c.Told {
			x.Ratio = fmt.Sprintf("%+.2f", c.LogRatio)
		}
		out.Rows = append(out.Rows, x)
	}
	if out.Sum.Told > 0 {
		out.Mean = fmt.Sprintf("%+.2f, spread %.2f", out.Sum.MeanLog, out.Sum.SpreadLog)
	}
	return out
}
