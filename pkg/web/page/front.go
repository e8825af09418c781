package page

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// frontPage is the first page.
type frontPage struct {
	base
	Number             number
	Mode               string // kiosk or screenshot; empty: all is shown
	Barometer, Timebar template.HTML
	Map                template.HTML
	Filters            filters
	Count              string
	Problems           []string
	Rows               []row
	Empty              bool // the store has no event at all
	First, More        string
	Downloads          []link
	Data               pageData
}

// pageData is what the page's modules begin with.
type pageData struct {
	State     map[string][]string `json:"state"`
	AsOf      string              `json:"as_of"`
	Watermark string              `json:"watermark"`
	From      string              `json:"from"` // the first day of the estimate
	To        string              `json:"to"`   // and the last
	Synthetic bool                `json:"synthetic"`
	Sequence  int64               `json:"sequence"`
	Total     int                 `json:"total"` // events that the filter lets through
	Tiles     string              `json:"tiles,omitempty"`
}

// rowsShown is how many events a page of the table has.
const rowsShown = 50

func (s *Site) front(r *http.Request) (answer, error) {
	ctx := r.Context()
	rec, err := s.record(ctx)
	if err != nil {
		return answer{}, err
	}
	p := frontPage{Number: s.number(rec)}
	var state view.State
	if p.base, state, err = s.base(r, s.words.Say("number.title"), s.words.Say("tagline")); err != nil {
		return answer{}, err
	}
	if state.Embed {
		return answer{to: state.With(func(s *view.State) { s.Embed = false }).URL("/embed")}, nil
	}
	_, problems := view.Parse(r.URL.Query())
	for _, x := range problems {
		p.Problems = append(p.Problems, x.Error())
	}
	if rec != nil && p.Number.Sentence != "" {
		p.About = p.Number.Sentence
	}
	state.Unknown.Del("cursor")
	p.Path, p.Image = state.URL("/"), "/og/barometer.png"
	switch {
	case state.Kiosk:
		p.Mode = "kiosk"
	case state.Screenshot:
		p.Mode = "screenshot"
	}
	if p.Filters, err = s.filters(ctx, state); err != nil {
		return answer{}, err
	}
	total := p.Filters.total
	if err := s.list(r, &p, state); err != nil {
		return answer{}, err
	}
	if err := s.pictures(r, &p, rec, state); err != nil {
		return answer{}, err
	}
	p.Downloads = s.downloads(state)
	status, err := s.model.Status(ctx)
	p.Data = pageData{State: state.Values(), AsOf: p.Strip.AsOfISO, Watermark: p.Strip.WatermarkISO, Synthetic: p.Synthetic, Sequence: status.Sequence, Total: total, Tiles: s.o.Tiles}
	if rec != nil {
		if span, any := rec.Whole(estimate.Lifted); any {
			p.Data.From, p.Data.To = span.From.Format(time.DateOnly), span.To.Format(time.DateOnly)
		}
	}
	return answer{keep: true, template: "front", data: p}, err
}

// list fills the table of events.
func (s *Site) list(r *http.Request, p *frontPage, state view.State) error {
	ctx, q := r.Context(), state.Query()
	q.Limit, q.Cursor = rowsShown, r.URL.Query().Get("cursor")
	page, err := s.model.Store().Events(ctx, q)
	if errors.Is(err, store.ErrQuery) { // a cursor of another query
		p.Problems = append(p.Problems, view.Problem{Parameter: "cursor", Value: q.Cursor, Expected: s.words.Say("list.cursor")}.Error())
		q.Cursor = ""
		page, err = s.model.Store().Events(ctx, q)
	}
	if err != nil {
		return err
	}
	for _, entry := range page.Entries {
		e, err := entry.Event()
		if err != nil {
			return fmt.Errorf("read event %s: %w", entry.ID, err)
		}
		p.Rows = append(p.Rows, s.row(e))
	}
	if page.Next != "" {
		p.More = with(state.URL("/"), "cursor", page.Next) + "#events"
	}
	if q.Cursor != "" {
		p.First = state.URL("/") + "#events"
	}
	p.Count = count(int64(p.Filters.total))
	p.Empty = p.Filters.total == 0 && p.Strip.Watermark == ""
	return nil
}

// with adds a parameter to a URL.
func with(to, name, value string) string {
	if strings.Contains(to, "?") {
		return to + "&" + name + "=" + value
	}
	return to + "?" + name + "=" + value
}

// row is an event in a table.
type row struct {
	ID, Kind, KindSays  string
	Status, StatusClass string // empty for an event that is closed
	Placed              bool
	Lon, Lat            string
	Start, End          string
	When, Long          string
	Ships               []shipLink
	More                string
	Where               string
	P                   string
	Chance              odds
	Barrels             string
}

// shipLink is a ship by her name, with the way to her page.
type shipLink struct {
	Name, Href string
	Listed     bool
	ListedSays string
}

// shipsShown is how many ships a row names.
const shipsShown = 2

func (s *Site) row(e event.Event) row {
	out := row{ID: e.ID, Kind: string(e.Kind), KindSays: s.words.Or("kind", string(e.Kind)), Placed: placed(e), Lon: coordinate(e.Lon), Lat: coordinate(e.Lat),
		Start: iso(e.Start), When: minute(e.Start), Long: s.lasting(e), Chance: s.odds(e.Probability), P: strconv.FormatFloat(e.Probability, 'f', -1, 64), Where: s.where(e)}
	if e.Status != event.Closed {
		out.Status, out.StatusClass = s.words.Or("status", string(e.Status)), string(e.Status)
	}
	if e.End != nil {
		out.End = iso(*e.End)
	}
	for i, v := range e.Vessels {
		if i == shipsShown {
			out.More = s.words.Say("table.more_ships", len(e.Vessels)-i)
			break
		}
		if i == 0 || v.MMSI != e.Vessels[0].MMSI {
			out.Ships = append(out.Ships, s.shipLink(v))
		}
	}
	if b := e.Barrels; b != nil {
		out.Barrels = millions(b.Mean)
	}
	return out
}

func (s *Site) shipLink(v event.Vessel) shipLink {
	return shipLink{Name: s.name(v.Name), Href: shipPath(v), Listed: len(v.Listed) > 0, ListedSays: chart.Plain(strings.Join(v.Listed, "; "))}
}

// name is what a ship calls herself, fit to be shown.
func (s *Site) name(sent string) string {
	return cmp.Or(chart.Plain(sent), s.words.Say("ships.no_name"))
}

// shipPath is the page of a ship: by what stays with her for life, if it is known.
func shipPath(v event.Vessel) string {
	if v.IMO != 0 {
		return fmt.Sprintf("/ship/imo%d", v.IMO)
	}
	return "/ship/" + v.MMSI.String()
}

// placed tells whether an event has a position.
func placed(e event.Event) bool {
	return (e.Lon != 0 || e.Lat != 0) && (e.Kind != event.Outage || e.Place != nil)
}

func coordinate(x float64) string { return strconv.FormatFloat(x, 'f', 5, 64) }

// where is an event's place, or else its position.
func (s *Site) where(e event.Event) string {
	d, out := e.Details.(event.OutageDetails)
	switch {
	case out && d.Source != "":
		return d.Source
	case e.Place != nil:
		return strings.ReplaceAll(e.Place.Name, "_", " ")
	case placed(e):
		return export.Position(e.Lon, e.Lat)
	}
	return ""
}

// lasting is how long an event took, or that it goes on.
func (s *Site) lasting(e event.Event) string {
	switch {
	case e.End == nil && e.Status == event.Open:
		return s.words.Say("table.open", spell(e.Watermark.Sub(e.Start)))
	case e.End == nil || e.End.Sub(e.Start) < time.Minute:
		return ""
	}
	return spell(e.End.Sub(e.Start))
}

func millions(b vessel.Barrels) string { return fmt.Sprintf("%.2f M", float64(b)/1e6) }

func thousands(b vessel.Barrels) string { return export.Thousands(int64(b)) }

// number is the headline with all that stands beside it.
type number struct {
	Nothing, Known       bool
	Mean, P05, P95       string
	Value                int64
	Sentence             string
	Status, StatusWord   string
	StatusSays           string
	From, To             string
	Why, Report          string
	Parts                []partOf
	Split                []piece
	Spans                []spanned
	Verdict, VerdictSays string
	Vintages             []revised
	Notes                []noted
	Published            []compared
	WhatIf               []whatIf
	Chance               string
}

type partOf struct {
	report.Share
	Word string
}

// piece is a part of a bar of 100 units.
type piece struct {
	Class string
	X, W  float64
}

type spanned struct{ Name, Note, Mean, Range, Href string }

type revised struct{ ISO, To, First, Now, Change string }

type noted struct{ ISO, Date, Text, Word, Change string }

// whatIf is the newest 28-day mean if the share of lifts that can be found at all were known.
type whatIf struct{ Share, Mean, Range string }

type compared struct{ Period, Source, Figure, Own, Says string }

// headlineDays is the window of the headline.
const headlineDays = 28

func (s *Site) number(r *record.Record) number {
	if r == nil {
		return number{Nothing: true}
	}
	newest, any := r.Newest()
	if !any {
		return number{Nothing: true}
	}
	m := r.Over(estimate.Lifted, back(newest, headlineDays))
	from := back(newest, headlineDays).From
	if whole, _ := r.Whole(estimate.Lifted); from.Before(whole.From) {
		from = whole.From
	}
	n := number{Known: m.Known, Mean: thousands(m.Barrels.Mean), P05: thousands(m.Barrels.P05), P95: thousands(m.Barrels.P95), Value: int64(m.Barrels.Mean),
		Sentence: report.Sentence(m), Status: string(m.Status), StatusWord: s.words.Or("estimate", string(m.Status)), StatusSays: report.Means(m.Status),
		From: from.Format("2 January"), To: day(newest), Why: "/day/" + newest.Format(time.DateOnly) + "#month", Report: "/report/" + newest.Format("2006-01")}
	n.Verdict, n.VerdictSays = report.Verdict(r.Daily.Barometer)
	at := 0.0
	for _, share := range report.Shares(m) {
		n.Parts = append(n.Parts, partOf{share, s.words.Or("parts", share.Name)})
		n.Split = append(n.Split, piece{share.Name, at, float64(share.Percent)})
		at += float64(share.Percent)
	}
	for _, days := range []int{7, 30, 365} {
		n.Spans = append(n.Spans, s.spanned(r, newest, days))
	}
	n.Spans = append(n.Spans, s.firm(r))
	for _, h := range r.Daily.Headline {
		if h.Known {
			n.WhatIf = append(n.WhatIf, whatIf{percent(h.A), thousands(h.Month.Mean), ranged(h.Month)})
		}
	}
	if c := r.Daily.Chance; c.Mean > 0 {
		n.Chance = fmt.Sprintf("%s (%s)", percent(c.Mean), c.From)
	}
	n.Vintages = s.revised(r, newest)
	n.Notes = s.noted(r)
	for _, c := range published.Compare(r, s.o.Figures) {
		if c.Verdict != published.Apart {
			n.Published = append(n.Published, comparedOf(c))
		}
	}
	return n
}

// back is the span of so many days to a date.
func back(to time.Time, days int) record.Span {
	return record.Span{From: to.AddDate(0, 0, 1-days), To: to}
}

// ranged prints an interval, which is all there is where there is no number.
func ranged(i estimate.Interval) string { return thousands(i.P05) + " – " + thousands(i.P95) }

func (s *Site) spanned(r *record.Record, newest time.Time, days int) spanned {
	m := r.Over(estimate.Lifted, back(newest, days))
	edges := estimate.Interval{P05: hundred(m.Barrels.P05), P95: hundred(m.Barrels.P95)}
	out := spanned{Name: s.words.Say("spans.last", days), Mean: s.words.Say("number.unknown"), Range: ranged(edges)}
	if m.Known {
		out.Mean = thousands(hundred(m.Barrels.Mean))
	}
	var notes []string
	if m.Covered < days {
		notes = append(notes, s.words.Say("spans.covered", m.Covered, days))
	}
	if m.Blind > 0 {
		notes = append(notes, s.words.Say("spans.blind", m.Blind))
	}
	out.Note = strings.Join(notes, ", ")
	return out
}

// firm is the newest 28-day mean that is final.
func (s *Site) firm(r *record.Record) spanned {
	rows := r.Rows(estimate.Lifted)
	i := r.Daily.NewestFinal
	if i < 0 || i >= len(rows) {
		return spanned{Name: s.words.Say("spans.final"), Mean: "–", Range: "–", Note: s.words.Say("spans.no_final")}
	}
	return spanned{Name: s.words.Say("spans.final"), Note: s.words.Say("spans.final_to", day(rows[i].Date)), Mean: thousands(rows[i].Month.Mean), Range: ranged(rows[i].Month),
		Href: "/day/" + rows[i].Date.Format(time.DateOnly)}
}

// ages are how long ago the 28-day means ended whose revisions are shown, days.
var ages = []int{0, 7, 14, 28}

// revised is how some 28-day means were changed since they were first told.
func (s *Site) revised(r *record.Record, newest time.Time) (out []revised) {
	for _, age := range ages {
		date := newest.AddDate(0, 0, -age)
		row, there := r.Row(estimate.Lifted, date)
		first := slices.IndexFunc(r.Revised, func(x estimate.Revision) bool { return x.Date.Equal(date) })
		if !there || first < 0 {
			continue
		}
		x := revised{ISO: date.Format(time.DateOnly), To: date.Format("2 Jan"), First: "–", Now: "–", Change: "–"}
		was := r.Revised[first]
		if was.Known {
			x.First = thousands(was.Month.Mean)
		}
		if row.Known {
			x.Now = thousands(row.Month.Mean)
		}
		if was.Known && row.Known && was.Month.Mean > 0 {
			x.Change = fmt.Sprintf("%+.0f %%", 100*(float64(row.Month.Mean)/float64(was.Month.Mean)-1))
			if x.Change == "-0 %" {
				x.Change = "+0 %"
			}
		}
		out = append(out, x)
	}
	return out
}

func (s *Site) noted(r *record.Record) (out []noted) {
	for _, n := range r.Daily.Notes {
		x := noted{ISO: n.Date.Format(time.DateOnly), Date: n.Date.Format("2 Jan 2006"), Text: n.Text, Word: string(n.Word)}
		if n.Days > 0 && n.Before > 0 {
			x.Change = s.words.Say("notes.change", n.P50, n.P05, n.P95, n.Days)
		}
		out = append(out, x)
	}
	return out
}

func comparedOf(c published.Comparison) compared {
	x := compared{Period: c.Period, Source: c.Source, Figure: fmt.Sprintf("%.2f M", c.Middle()/1e6), Own: "–", Says: c.Says()}
	if c.Own.Known {
		x.Own = millions(c.Own.Barrels.Mean)
	}
	return x
}

// hundred rounds to a hundred barrels, the resolution of everything that is published.
func hundred(b vessel.Barrels) vessel.Barrels { return (b + 50) / 100 * 100 }

// percent rounds a share to whole percent.
func percent(x float64) string { return fmt.Sprintf("%.0f %%", math.Round(100*x)) }
