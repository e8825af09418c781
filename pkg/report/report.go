package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/picture"
)

// Options say what the page is about.
type Options struct {
	Basis   estimate.Basis
	Span    record.Span
	Figures []published.Figure // to compare with; may be empty
	Places  *place.Gazetteer   // named on the map; nil names none
	Served  bool               // it is a page of detect serve and not a file that travels: events become links
	Earlier string             // if Served, the periods before and after it, as record.ParseSpan reads them; may be empty
	Later   string
}

//go:embed page.html
var pageText string

// StyleSource is the source expression of the page's one style element for a content security policy: whoever serves the page
// needs no 'unsafe-inline'.
func StyleSource() string {
	_, rest, _ := strings.Cut(pageText, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// page is what the template shows; all text but SVG is escaped by it.
type page struct {
	Title, Basis         string
	Synthetic            bool
	Known                bool
	Number, Low, High    string
	Sentence, Foot       string
	Status, StatusSays   string
	Parts                []Share
	Headline             []rival
	HeadlineTo           string
	Chance               string // what the number takes for the share that can be found
	Chart                template.HTML
	ChartTitle           string
	Vintages             []vintage
	VintageOf            string
	Final                *vintage
	Verdict, VerdictSays string
	Calls                []string
	Notes                []note
	Map                  template.HTML
	Events               events
	Deaf                 deaf
	Compared             comparisons
	Cite                 cite
	Served               bool
	Earlier, Later       string
}

// Share is a part of the number.
type Share struct {
	Name, Means, Colour string
	Barrels             string // a day, with commas
	Percent             int
}

// rival is the headline if the share that can be found at all were known.
type rival struct{ A, Mean, Low, High string }

// vintage is what one vintage said.
type vintage struct{ When, Mean, Low, High, Status string }

// note is what became of the trade since a date.
type note struct{ Date, Text, Word, Ratio string }

// cite says what the page rests on.
type cite struct {
	AsOf, Software, Config string
	Inputs                 []export.Input
	Lists                  []export.WatchList
	Day                    string
	Basis                  estimate.Basis
}

// HTML writes the page.
func HTML(w io.Writer, r *record.Record, o Options) error {
	t, err := template.New("page").Funcs(template.FuncMap{"plain": chart.Plain}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	p, err := newPage(r, o)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func newPage(r *record.Record, o Options) (*page, error) {
	m := r.Over(o.Basis, o.Span)
	p := &page{Title: Title(o.Span), Basis: bases[o.Basis], Synthetic: r.Summary.Synthetic, Known: m.Known, Sentence: Sentence(m), Foot: foot(m),
		Served: o.Served, Earlier: o.Earlier, Later: o.Later}
	if m.Covered > 0 {
		p.Number, p.Low, p.High = thousands(hundred(m.Barrels.Mean)), thousands(hundred(m.Barrels.P05)), thousands(hundred(m.Barrels.P95))
		p.Status, p.StatusSays = string(m.Status), Means(m.Status)
	}
	p.Parts = Shares(m)
	p.headline(r)
	if shown := charted(r, o); len(shown) > 0 {
		var b strings.Builder
		if err := (picture.Barometer{Rows: shown, Width: chartWidth, Height: chartHeight}).SVG(&b, picture.Look{}); err != nil {
			return nil, err
		}
		p.Chart = template.HTML(b.String()) // numbers and dates only
		n := len(shown)
		p.ChartTitle = fmt.Sprintf("Each day, %s to %s", shown[0].Date.Format("2 January"), longDay(shown[n-1].Date))
	}
	p.vintages(r, o)
	p.Verdict, p.VerdictSays = Verdict(r.Daily.Barometer)
	if b := r.Daily.Barometer; b != nil {
		for _, c := range b.Halts {
			p.Calls = append(p.Calls, fmt.Sprintf("%s: %s", c.Date, c.Test))
		}
	}
	p.notes(r)
	var err error
	if p.Events, err = eventsOf(r, o); err != nil {
		return nil, err
	}
	drawn, err := p.Events.drawn(o.Places)
	if err != nil {
		return nil, err
	}
	p.Map = template.HTML(drawn) // chart escapes its labels
	p.Deaf = deafOf(r, o, m)
	p.Compared = comparisonsOf(published.Compare(r, o.Figures))
	p.Cite = cite{AsOf: r.Daily.AsOf.UTC().Format("2 January 2006, 15:04 UTC"), Software: r.Summary.Software, Config: r.Summary.Config, Inputs: r.Summary.Inputs,
		Lists: r.Summary.Lists, Day: o.Span.To.Format(time.DateOnly), Basis: o.Basis}
	return p, nil
}

// hundred rounds to a hundred barrels, the resolution of everything that is published.
func hundred(b vessel.Barrels) vessel.Barrels { return (b + 50) / 100 * 100 }

// Shares are what a mean is made of, the surest first; none where there is no number.
func Shares(m record.Mean) (out []Share) {
	if !m.Known {
		return nil
	}
	values := []vessel.Barrels{m.Seen, m.Inferred, m.Pending, m.Unobserved}
	sum := vessel.Barrels(0)
	for _, v := range values {
		sum += v
	}
	for i, x := range picture.Parts() {
		s := Share{Name: x.Name, Means: x.Means, Colour: x.Colour, Barrels: thousands(hundred(values[i]))}
		if sum > 0 {
			s.Percent = int((200*values[i] + sum) / (2 * sum))
		}
		out = append(out, s)
	}
	return out
}

// headline is the newest 28-day mean at rival values of a; it is made for the newest day alone.
func (p *page) headline(r *record.Record) {
	newest, ok := r.Newest()
	if !ok {
		return
	}
	p.HeadlineTo = longDay(newest)
	if c := r.Daily.Chance; c.Mean > 0 {
		p.Chance = fmt.Sprintf("%.0f %%, 90 %% between %.0f and %.0f: %s", 100*c.Mean, 100*c.P05, 100*c.P95, c.From)
	}
	for _, h := range r.Daily.Headline {
		if h.Known {
			p.Headline = append(p.Headline, rival{fmt.Sprintf("%.0f %%", 100*h.A), thousands(h.Month.Mean), export.About(h.Month.P05), export.About(h.Month.P95)})
		}
	}
}

// The days that a chart has at least and at most, and its size in its own units.
const (
	chartWidth  = 800
	chartHeight = 264

	leastDays = 28
	mostDays  = 92
)

// charted are the days of the chart: the span's, and those before it that make 28.
func charted(r *record.Record, o Options) []estimate.Row {
	n := min(max(o.Span.Days(), leastDays), mostDays)
	from := o.Span.To.AddDate(0, 0, 1-n)
	var out []estimate.Row
	for _, row := range r.Rows(o.Basis) {
		if (record.Span{From: from, To: o.Span.To}).Holds(row.Date) {
			out = append(out, row)
		}
	}
	return out
}

// vintages are how the 28-day mean that ends with the span was revised. They are kept for the headline's basis.
func (p *page) vintages(r *record.Record, o Options) {
	if o.Basis != estimate.Lifted {
		return
	}
	end := o.Span.To
	if newest, ok := r.Newest(); ok && end.After(newest) {
		end = newest
	}
	p.VintageOf = longDay(end)
	for _, x := range r.Revised {
		if !x.Date.Equal(end) {
			continue
		}
		v := vintage{When: fmt.Sprintf("%d days after", x.After), Mean: "–", Low: thousands(x.Month.P05), High: thousands(x.Month.P95), Status: string(x.Status)}
		switch x.After {
		case 0:
			v.When = "at once"
		case 1:
			v.When = "a day after"
		}
		if x.Known {
			v.Mean = thousands(x.Month.Mean)
		}
		if n := len(p.Vintages); n > 0 && p.Vintages[n-1].When == v.When {
			p.Vintages = p.Vintages[:n-1] // the end of the input cuts a vintage beside that of its midnight
		}
		p.Vintages = append(p.Vintages, v)
	}
	rows := r.Rows(estimate.Lifted)
	if i := r.Daily.NewestFinal; i >= 0 && i < len(rows) {
		f := rows[i]
		p.Final = &vintage{When: longDay(f.Date), Mean: thousands(f.Month.Mean), Low: thousands(f.Month.P05), High: thousands(f.Month.P95)}
	}
}

func (p *page) notes(r *record.Record) {
	for _, n := range r.Daily.Notes {
		x := note{Date: longDay(n.Date), Text: chart.Plain(n.Text), Word: string(n.Word), Ratio: "–"}
		if n.Days > 0 && n.Before > 0 {
			x.Ratio = fmt.Sprintf("× %.2f (%.2f – %.2f), %d days", n.P50, n.P05, n.P95, n.Days)
		}
		p.Notes = append(p.Notes, x)
	}
}

// deaf is what could not be heard.
type deaf struct {
	Days, Blind, Lowered int
	Least                string
	Detection, Health    string
	Feeds                []feed
	Outages, Jammed      int
	Waiting, Below       int
	Capture              string
}

type feed struct{ Name, Health string }

// lowered is the feed health below which a day is counted as badly heard.
const lowered = 0.8

func deafOf(r *record.Record, o Options, m record.Mean) deaf {
	d := deaf{Days: m.Covered, Blind: m.Blind, Detection: fmt.Sprintf("%.0f %%", 100*m.Detection), Health: fmt.Sprintf("%.0f %%", 100*m.Health), Waiting: r.Summary.Waiting, Below: r.Summary.BelowCut}
	least := 0.95 // above that no day is worth naming
	for _, row := range r.Rows(o.Basis) {
		if o.Span.Holds(row.Date) && row.Health < lowered {
			d.Lowered++
		}
		if o.Span.Holds(row.Date) && row.Health < least {
			least = row.Health
			d.Least = fmt.Sprintf("%.0f %% on %s", 100*least, short(row.Date))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Summary.Health)) {
		d.Feeds = append(d.Feeds, feed{chart.Plain(name), fmt.Sprintf("%.0f %%", 100*r.Summary.Health[name])})
	}
	d.Outages, d.Jammed = deafEvents(r, o.Span)
	if c := r.Daily.Capture; c != nil {
		d.Capture = c.Says
	}
	return d
}
