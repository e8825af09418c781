package page

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// dayPage is the arithmetic of a day.
type dayPage struct {
	base
	Heading, ISO       string
	Before, After      *link
	Known, Counted     bool
	Mean, P05, P95     string
	Status, StatusWord string
	StatusSays         string
	Facts              []pair
	Bases              []link
	Events             string
	Lifts              []counted
	LiftsSum           string
	Strata             []stratum
	Sum                []summed
	Vintages           []vintage
	SentenceSummary    string
	Month              *month
}

// month is what makes the mean of the window that ends with a day.
type month struct {
	Title, PerDay string
	Rows          []carried
}

// carried is a lift's part, or one of those that no lift brings, in barrels of the window and a day.
type carried struct {
	Event, Ship, Note, Class, Part, Window, Q, Brings, Each string
	Total                                                   bool
}

// counted is what a lift brings to the day.
type counted struct {
	Anchor, Event, Ship, Numbers, How, Window string
	Class, Part                               string
	Q, Volume, Range, Share, Expected         string
	Because                                   []link
	Sentence                                  []quoted
}

// quoted is a report in a lift's arithmetic.
type quoted struct{ Head, Raw string }

type stratum struct {
	Name, Rate, Detect, Health, Raised                 string
	Pending, PendingLifts, Unobserved, UnobservedLifts string
}

type summed struct {
	Class, Name, Exact, Published string
	Total                         bool
}

type vintage struct{ AsOf, Mean, Range, Status string }

func (s *Site) day(r *http.Request) (answer, error) {
	text := r.PathValue("date")
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return answer{}, notFound(s.words.Say("message.no_date", text))
	}
	basis := estimate.Lifted
	for _, b := range bases {
		if r.URL.Query().Get("basis") == string(b) {
			basis = b
		}
	}
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	if rec == nil {
		return answer{}, notFound(s.words.Say("number.none.says"))
	}
	row, there := rec.Row(basis, date)
	if !there {
		whole, any := rec.Whole(basis)
		if !any {
			return answer{}, notFound(s.words.Say("message.no_basis", basis))
		}
		return answer{}, notFound(s.words.Say("message.no_day", text, whole.String()))
	}
	p := s.dayHead(rec, row)
	heading := p.Heading
	if p.base, _, err = s.base(r, heading, s.words.Say("day.about", heading, p.Mean)); err != nil {
		return answer{}, err
	}
	if err := s.arithmetic(&p, rec, row); err != nil {
		return answer{}, err
	}
	if err := s.month(&p, rec, row); err != nil {
		return answer{}, err
	}
	vintages, err := s.model.Store().Vintages(r.Context(), date, basis)
	if err != nil {
		return answer{}, err
	}
	for _, v := range vintages {
		x := vintage{minute(v.AsOf) + " UTC", s.words.Say("number.unknown"), ranged(v.Day), s.words.Or("estimate", string(v.Status))}
		if v.Known {
			x.Mean = thousands(v.Day.Mean)
		}
		p.Vintages = append(p.Vintages, x)
	}
	return answer{keep: true, template: "day", data: p}, nil
}

// bases are what a day may count.
var bases = []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged}

func (s *Site) dayHead(rec *record.Record, row estimate.Row) dayPage {
	p := dayPage{Heading: s.words.Say("day.title", day(row.Date), s.words.Or("basis", string(row.Basis))), ISO: row.Date.Format(time.DateOnly), Known: row.Known, Counted: row.Account != nil,
		Mean: thousands(row.Day.Mean), P05: thousands(row.Day.P05), P95: thousands(row.Day.P95), Status: string(row.Status), StatusWord: s.words.Or("estimate", string(row.Status)),
		StatusSays: report.Means(row.Status), SentenceSummary: s.words.Say("day.sentences")}
	p.Facts = []pair{
		{s.words.Say("day.month"), s.words.Say("day.month_says", thousands(row.Month.Mean), ranged(row.Month), row.WindowDays)},
		{s.words.Say("day.health"), percent(row.Health)}, {s.words.Say("day.detection"), percent(row.Detection)},
		{s.words.Say("day.asof"), minute(row.AsOf) + " UTC"},
	}
	if !row.Known {
		p.Facts = p.Facts[1:]
	}
	at := func(days int) *link {
		date := row.Date.AddDate(0, 0, days)
		if _, there := rec.Row(row.Basis, date); !there {
			return nil
		}
		return &link{Href: dayPath(date, row.Basis), Text: date.Format("2 Jan")}
	}
	p.Before, p.After = at(-1), at(1)
	for _, b := range bases {
		if _, there := rec.Row(b, row.Date); there {
			p.Bases = append(p.Bases, link{Href: dayPath(row.Date, b), Text: s.words.Or("basis", string(b)), Here: b == row.Basis})
		}
	}
	state := view.State{From: row.Date, To: row.Date.Add(oneDay)}
	p.Events = state.URL("/") + "#events"
	return p
}

func dayPath(date time.Time, b estimate.Basis) string {
	path := "/day/" + date.Format(time.DateOnly)
	if b != estimate.Lifted {
		path += "?basis=" + string(b)
	}
	return path
}

// arithmetic is how the day's mean came about.
func (s *Site) arithmetic(p *dayPage, rec *record.Record, row estimate.Row) error {
	a := row.Account
	if a == nil {
		return nil
	}
	ships, err := rec.Ships(row.Basis, record.Span{From: row.Date, To: row.Date})
	if err != nil {
		return err
	}
	for _, x := range ships {
		p.Lifts = append(p.Lifts, s.counted(rec, x))
	}
	seen, inferred, pending, unobserved := a.Parts()
	p.LiftsSum = thousands(seen + inferred)
	for _, u := range a.Strata {
		p.Strata = append(p.Strata, stratum{s.words.Or("fleet", u.Stratum), fmt.Sprintf("%.3f", u.Rate), fmt.Sprintf("%.3f", u.Detect), fmt.Sprintf("%.3f", u.Health), fmt.Sprintf("%.3f", u.Raised),
			thousands(u.Pending), s.words.Say("day.lifts_of", u.PendingLifts), thousands(u.Unobserved), s.words.Say("day.lifts_of", u.UnobservedLifts)})
	}
	p.Sum = []summed{
		{"seen", s.words.Say("parts.seen"), thousands(seen), thousands(row.Seen), false},
		{"inferred", s.words.Say("parts.inferred"), thousands(inferred), thousands(row.Inferred), false},
		{"pending", s.words.Say("parts.pending"), thousands(pending), thousands(row.Pending), false},
		{"unobserved", s.words.Say("parts.unobserved"), thousands(unobserved), thousands(row.Unobserved), false},
		{"none", s.words.Say("day.mean"), thousands(a.Total()), thousands(row.Day.Mean), true},
	}
	return nil
}

// month adds up the days of the window that ends with a day, lift by lift: the mean of sums is the sum of means, so that the
// total is the published mean but for its rounding.
func (s *Site) month(p *dayPage, rec *record.Record, row estimate.Row) error {
	if !row.Known {
		return nil
	}
	window := back(row.Date, row.WindowDays)
	ships, err := rec.Ships(row.Basis, window)
	if err != nil {
		return err
	}
	m := &month{Title: s.words.Say("month.title", row.WindowDays, day(row.Date)), PerDay: s.words.Say("month.each", row.WindowDays)}
	each := func(b vessel.Barrels) string {
		return thousands(vessel.Barrels(math.Round(float64(b) / float64(row.WindowDays))))
	}
	brought, byLift := map[string]vessel.Barrels{}, map[string]record.Ship{}
	for _, x := range ships {
		brought[x.Part.ID] += x.Part.Expected
		byLift[x.Part.ID] = x
	}
	ids := slices.SortedFunc(maps.Keys(brought), func(a, b string) int { return cmp.Or(cmp.Compare(brought[b], brought[a]), cmp.Compare(a, b)) })
	for _, id := range ids {
		c := s.counted(rec, byLift[id])
		m.Rows = append(m.Rows, carried{Event: c.Event, Ship: c.Ship, Note: c.How, Class: c.Class, Part: c.Part, Window: c.Window, Q: c.Q, Brings: thousands(brought[id]), Each: each(brought[id])})
	}
	var pending, unobserved, total vessel.Barrels
	for _, r := range rec.Rows(row.Basis) {
		if a := r.Account; a != nil && window.Holds(r.Date) {
			_, _, soon, never := a.Parts()
			pending, unobserved, total = pending+soon, unobserved+never, total+a.Total()
		}
	}
	for _, x := range []struct {
		part   string
		amount vessel.Barrels
	}{{"pending", pending}, {"unobserved", unobserved}} {
		m.Rows = append(m.Rows, carried{Ship: s.words.Say("month." + x.part), Class: x.part, Part: s.words.Say("parts." + x.part), Brings: thousands(x.amount), Each: each(x.amount)})
	}
	m.Rows = append(m.Rows, carried{Ship: s.words.Say("month.total", thousands(row.Month.Mean)), Brings: thousands(total), Each: each(total), Total: true})
	p.Month = m
	return nil
}

func (s *Site) counted(rec *record.Record, x record.Ship) counted {
	out := counted{Anchor: x.Part.ID, Ship: x.Part.ID, Class: "inferred", Q: fmt.Sprintf("%.4f", x.Part.Q), Volume: thousands(x.Part.Volume), Share: percent(x.Part.Share), Expected: thousands(x.Part.Expected)}
	if x.Part.Direct {
		out.Class = "seen"
	}
	out.Part = s.words.Say("parts." + out.Class)
	if !x.Found {
		return out
	}
	e, v := x.Lift, x.Vessel
	out.Anchor, out.Event, out.Ship, out.Numbers = e.ID, e.ID, s.name(v.Name), "MMSI "+v.MMSI.String()
	if v.IMO != 0 {
		out.Numbers = "IMO " + number7(v.IMO)
	}
	out.How = s.words.Or("route", x.Details.Route) + ", " + s.words.Or("fleet", x.Details.Fleet)
	out.Window = export.Span(e.Start, e.End)
	if b := e.Barrels; b != nil {
		out.Range = ranged(estimate.Interval{P05: b.P05, P95: b.P95})
	}
	for _, id := range x.Details.Because {
		to := link{Href: id, Text: id}
		if other, there := rec.Event(id); there {
			to.Text = s.words.Or("kind", string(other.Kind)) + " " + other.Start.UTC().Format("2 Jan")
		}
		out.Because = append(out.Because, to)
	}
	out.Sentence = firstAndLast(e)
	return out
}

// firstAndLast quotes two of a lift's sentences: with which it begins and with which it ends.
func firstAndLast(e event.Event) (out []quoted) {
	all := explain.Readings(e)
	for i, r := range all {
		if i != 0 && i != len(all)-1 {
			continue
		}
		var head []string
		if t := r.Time(); !t.IsZero() {
			head = append(head, t.UTC().Format("2006-01-02 15:04:05")+" UTC")
		}
		if station := r.Report.Station.String(); r.Decoded && station != "" {
			head = append(head, chart.Plain(station))
		}
		out = append(out, quoted{strings.Join(append(head, r.Says(), fmt.Sprintf("%s @ %d", chart.Plain(r.Source), r.Offset)), " · "), r.Raw})
	}
	return out
}
