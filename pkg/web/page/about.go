package page

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// statusPage is how sources and store stand.
type statusPage struct {
	base
	Facts    []pair
	Problems []string
	Feeds    []source
	Outages  []outage
	Inputs   []input
	Lists    []list
	Alerts   bool // there are rules, and they are shown to whoever asks
}

type source struct{ Name, State, Says, Outage, Last, Behind, Health string }

type outage struct{ ID, Source, Region, When string }

type input struct{ Name, Lines, Reports, Rejected, SHA256 string }

type list struct{ Name, Ships, SHA256 string }

func (s *Site) status(r *http.Request) (answer, error) {
	status, err := s.model.Status(r.Context())
	if err != nil {
		return answer{}, err
	}
	p := statusPage{Problems: status.Problems, Alerts: s.o.Alerts != nil && alert.May(r, s.o.Keyed)}
	fact := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, pair{s.words.Say(key), value})
		}
	}
	watermark, _ := stamps(status.Watermark)
	asOf, _ := stamps(status.AsOf)
	fact("strip.watermark", watermark)
	fact("strip.asof", asOf)
	if !status.From.IsZero() {
		fact("status.span", minute(status.From)+" – "+minute(status.To)+" UTC")
	}
	fact("status.events", count(int64(status.Events)))
	fact("status.ships", count(int64(status.Ships)))
	fact("status.software", status.Software)
	fact("status.config", status.Config)
	for _, f := range status.Sources {
		p.Feeds = append(p.Feeds, s.source(f))
	}
	for _, o := range status.Outages {
		x := outage{ID: o.ID, Source: o.Source, Region: o.Region, When: minute(o.Start) + " – "}
		if o.End != nil {
			x.When += minute(*o.End)
		}
		p.Outages = append(p.Outages, x)
	}
	for _, l := range status.WatchLists {
		p.Lists = append(p.Lists, list{l.Name, count(int64(l.Ships)), l.SHA256})
	}
	if err := s.inputs(r, &p); err != nil {
		return answer{}, err
	}
	p.base, _, err = s.base(r, s.words.Say("status.title"), s.words.Say("status.says"))
	return answer{template: "status-page", data: p}, err
}

func (s *Site) source(f model.Source) source {
	x := source{Name: f.Name, State: string(f.State), Says: s.feedSays(f), Outage: f.Outage, Last: "–", Behind: "–", Health: "–"}
	if f.Last != nil {
		x.Last = minute(*f.Last) + " UTC"
	}
	if f.Behind != nil {
		x.Behind = spell(time.Duration(*f.Behind * float64(time.Second)))
	}
	if f.Health != nil {
		x.Health = percent(*f.Health)
	}
	return x
}

// inputs are the files and streams that were read, with what was refused of each.
func (s *Site) inputs(r *http.Request, p *statusPage) error {
	rec, err := s.record(r.Context())
	if rec == nil || err != nil {
		return err
	}
	for _, in := range rec.Summary.Inputs {
		refused := int64(0)
		for _, n := range in.Rejected {
			refused += n
		}
		p.Inputs = append(p.Inputs, input{in.Source, count(in.Lines), count(in.Reports), count(refused), in.SHA256})
	}
	return nil
}

// textPage is a page that stands still.
type textPage struct {
	base
	Heading string
	Parts   []part
}

type part struct {
	Title string
	Text  []string
	Pairs []key
}

// key is a key of the keyboard, a file or a licence, with what it does or says.
type key struct {
	Keys              []string
	Name, Value, Href string
}

// paragraphs are the strings of a key with a number at its end, as many as there are.
func (s *Site) paragraphs(prefix string) (out []string) {
	for i := 1; s.words.Has(fmt.Sprintf("%s.%d", prefix, i)); i++ {
		out = append(out, s.words.Say(fmt.Sprintf("%s.%d", prefix, i)))
	}
	return out
}

func (s *Site) about(r *http.Request) (answer, error) {
	p := textPage{Heading: s.words.Say("about.title")}
	for _, name := range []string{"method", "parts", "uncertainty", "limits", "data", "privacy"} {
		p.Parts = append(p.Parts, part{Title: s.words.Say("about." + name), Text: s.paragraphs("about." + name)})
	}
	licences := part{Title: s.words.Say("about.licences")}
	for _, l := range credits {
		licences.Pairs = append(licences.Pairs, key{Name: l.name, Value: l.licence, Href: l.url})
	}
	p.Parts = append(p.Parts, licences)
	var err error
	p.base, _, err = s.base(r, p.Heading, s.words.Say("about.says"))
	return answer{template: "text-page", data: p}, err
}

// credits are what the page is made of beside our own work.
var credits = []struct{ name, licence, url string }{
	{"darkwake", "Apache-2.0", ""},
	{"GSHHG 2.3.7 (Gulf coastline, its own file)", "LGPL-3.0-or-later", "https://www.soest.hawaii.edu/pwessel/gshhg/"},
	{"Natural Earth (world coastline)", "public domain", "https://www.naturalearthdata.com/"},
	{"MapLibre GL JS 6.17.0", "BSD-3-Clause", "https://maplibre.org/"},
	{"uPlot 1.6.32", "MIT", "https://github.com/leeoniya/uPlot"},
	{"topojson-client 3.1.0", "ISC", "https://github.com/topojson/topojson-client"},
	{"OFAC's and OpenSanctions' lists", "loaded by the operator, never bundled; OpenSanctions is CC BY-NC 4.0", ""},
}

func (s *Site) help(r *http.Request) (answer, error) {
	p := textPage{Heading: s.words.Say("help.title"), Parts: []part{{Title: s.words.Say("help.why"), Text: s.paragraphs("help.why")}}}
	keys := part{Title: s.words.Say("help.keys"), Text: s.paragraphs("help.keys")}
	for _, k := range []struct{ keys, name string }{{"/", "search"}, {"j k", "next"}, {"Enter", "open"}, {"Esc", "close"}, {"Space", "play"}, {"← →", "step"}, {"[ ]", "speed"},
		{"W A S D", "pan"}, {"Q E", "zoom"}, {"f", "fit"}, {"e", "export"}, {"t", "theme"}, {"?", "help"}} {
		keys.Pairs = append(keys.Pairs, key{Keys: strings.Fields(k.keys), Value: s.words.Say("key." + k.name)})
	}
	urls := part{Title: s.words.Say("help.urls"), Text: s.paragraphs("help.urls")}
	for _, u := range []string{"/?kind=gap,rendezvous&conf=0.8", "/?q=…", "/?from=2026-03-01&to=2026-03-14", "/?area=47,24,57,30", "/?ship=imo9000001", "/event/ID", "/day/2026-03-14", "/report/2026-03", "/seen", "/embed",
		"/badge.svg", "/barometer.svg", "/og/ID.png"} {
		name, _, _ := strings.Cut(strings.TrimPrefix(u, "/"), "=")
		name = strings.Trim(strings.NewReplacer("?", "", "/ID", "", "/2026-03-14", "", "/2026-03", "", "/", "_", ".", "_").Replace(name), "_")
		urls.Pairs = append(urls.Pairs, key{Name: u, Value: s.words.Say("url." + name)})
	}
	p.Parts = append(p.Parts, keys, urls, part{Title: s.words.Say("help.words"), Text: s.paragraphs("help.words")})
	var err error
	p.base, _, err = s.base(r, p.Heading, s.words.Say("help.says"))
	return answer{template: "text-page", data: p}, err
}

// embedPage is a part of the page for another's.
type embedPage struct {
	base
	Event     *dossier
	Number    *number
	Barometer template.HTML
	Link      string
}

func (s *Site) embed(r *http.Request) (answer, error) {
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	n := s.number(rec)
	p := embedPage{Number: &n, Link: "/"}
	b, state, err := s.base(r, s.words.Say("number.title"), n.Sentence)
	if err != nil {
		return answer{}, err
	}
	p.base, p.Image, p.Scripts, p.Styles = b, "", nil, nil
	if state.Event != "" {
		entry, err := s.model.Store().Event(r.Context(), state.Event)
		if errors.Is(err, store.ErrNotFound) {
			return answer{}, notFound(s.words.Say("message.no_event", state.Event))
		}
		if err != nil {
			return answer{}, err
		}
		e, err := entry.Event()
		if err != nil {
			return answer{}, fmt.Errorf("read event %s: %w", state.Event, err)
		}
		d := s.claim(e)
		d.Chart, _ = s.chart(e, look(state))
		p.Event, p.Number, p.Link, p.Title = &d, nil, "/event/"+e.ID, d.Title
		return answer{keep: true, template: "embed", data: p}, nil
	}
	if rec != nil {
		p.Barometer, err = s.barometer(rec, state, 640, 260)
	}
	return answer{keep: true, template: "embed", data: p}, err
}

func (s *Site) report(r *http.Request) (answer, error) {
	text := r.PathValue("period")
	span, err := record.ParseSpan(text)
	if err != nil {
		return answer{}, notFound(s.words.Say("message.no_period", text))
	}
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	if rec == nil {
		return answer{}, notFound(s.words.Say("number.none.says"))
	}
	basis := estimate.Lifted
	for _, b := range bases {
		if r.URL.Query().Get("basis") == string(b) {
			basis = b
		}
	}
	o := report.Options{Basis: basis, Span: span, Figures: s.o.Figures, Places: s.o.Places, Served: true, Earlier: beside(text, span, -1), Later: beside(text, span, 1)}
	var b bytes.Buffer
	if err := report.HTML(&b, rec, o); err != nil {
		return answer{}, err
	}
	return answer{keep: true, body: b.Bytes(), policy: report.StyleSource()}, nil
}

// beside is the period before or after one, written as that was.
func beside(text string, span record.Span, step int) string {
	switch {
	case strings.Contains(strings.ToUpper(text), "W"):
		year, week := span.From.AddDate(0, 0, 7*step).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case strings.Contains(strings.ToUpper(text), "Q"):
		from := span.From.AddDate(0, 3*step, 0)
		return fmt.Sprintf("%04d-Q%d", from.Year(), (int(from.Month())+2)/3)
	case len(text) == len("2026-03-14"):
		return span.From.AddDate(0, 0, step).Format(time.DateOnly)
	case len(text) == len("2026-03"):
		return span.From.AddDate(0, step, 0).Format("2006-01")
	}
	return fmt.Sprintf("%04d", span.From.Year()+step)
}

// missing is every other path.
func (s *Site) missing(r *http.Request) (answer, error) {
	return answer{}, notFound(s.words.Say("message.no_page", r.URL.Path))
}
