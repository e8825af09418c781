package page

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/triage"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/picture"
	"github.com/darkwake/darkwake/pkg/web/seen"
	"github.com/darkwake/darkwake/pkg/web/view"
	"github.com/darkwake/darkwake/pkg/web/words"
)

// Options are what pages are told beside the store.
type Options struct {
	Assets   string                   // where style sheets and modules are served, such as /assets/v-1f2e, without a slash at the end
	Styles   []string                 // style sheets of the modules on the front page, below Assets
	Scripts  []string                 // modules of the front page, below Assets
	Public   string                   // the URL under which readers know the site, such as https://example.org; empty: not known
	Tiles    string                   // a source of tiles for the map; empty: none
	Weights  []explain.Weight         // of the models, for what would change a verdict
	Places   *place.Gazetteer         // named on maps
	Seen     *seen.Finder             // of the same model; nil: one of its own
	Shores   *basemap.Base            // drawn on maps
	Figures  []published.Figure       // published by others, shown beside the number; may be empty
	Software string                   // of this program; the store names the one that made its events
	Alerts   *alert.Service           // whose rules are shown and tested; nil: none
	Desk     *triage.Desk             // where reviewers come in and write; nil: nobody reviews
	Keyed    func(*http.Request) bool // tells whether a request brought the key, where one is asked for; nil: none is
}

// Site makes pages of a model. It is safe for concurrent use.
type Site struct {
	model     *model.Model
	o         Options
	words     *words.Table
	templates *template.Template

	mu    sync.Mutex
	index *index // of the newest version that was asked for

	pages shelf

	drawing sync.Mutex
	images  images
}

//go:embed html
var templates embed.FS

// New returns the site of a model.
func New(m *model.Model, o Options) (*Site, error) {
	table, err := words.English()
	if err != nil {
		return nil, err
	}
	if o.Seen == nil {
		o.Seen = seen.New(m, o.Places)
	}
	s := &Site{model: m, o: o, words: table}
	s.templates, err = template.New("").Funcs(template.FuncMap{
		"t": table.Say, "lang": table.Lang, "plain": chart.Plain, "mark": mark, "marks": marks,
		"asset": func(name string) string { return o.Assets + "/" + name },
	}).ParseFS(templates, "html/*.html")
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	return s, nil
}

// mark is the sign of a kind of event, by reference to marks.
func mark(kind string) template.HTML {
	if event.Kind(kind).Order() < 0 {
		return ""
	}
	return template.HTML(`<svg class="mark mark-` + kind + `" aria-hidden="true" focusable="false"><use href="#k-` + kind + `"/></svg>`) // a kind that exists
}

// marks defines the signs of all kinds, once a page.
func marks() template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="away" aria-hidden="true" focusable="false" width="0" height="0">`)
	for _, m := range picture.Marks() {
		fmt.Fprintf(&b, `<symbol id="k-%s" viewBox="-9 -9 18 18"><path fill-rule="evenodd" d="%s"/></symbol>`, m.Kind, m.Path())
	}
	return template.HTML(b.String() + `</svg>`) // numbers and kinds only
}

// Register adds the pages to a mux.
func (s *Site) Register(mux *http.ServeMux) {
	for path, serve := range map[string]func(*http.Request) (answer, error){
		"/{$}": s.front, "/event/{id}": s.evidence, "/day/{date}": s.day, "/ship/{ship}": s.ship, "/seen": s.seen, "/lot/{id}": s.lot,
		"/status": s.status, "/alerts": s.alerts, "/about": s.about, "/help": s.help, "/": s.missing,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, s.recognised(r), serve) })
	}
	for path, serve := range map[string]func(*http.Request) (answer, error){ // the same for everybody, whoever he is
		"/report/{period}": s.report, "/embed": s.embed, "/og/{name}": s.shared, "/barometer.svg": s.chartSVG, "/badge.svg": s.badge,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, serve) })
	}
	if s.o.Desk != nil {
		s.registerDesk(mux)
	}
}

// answer is a page to be sent.
type answer struct {
	status   int    // 0 is 200
	template string // empty: body is the page
	data     any
	body     []byte
	kind     string // of the body; empty is HTML
	keep     bool   // it is a function of the store and the URL alone: whoever else asks may be given the same
	policy   string // a source for style-src that the page needs beside the site's own
	private  bool   // for whoever asks alone, now
	file     string // the name under which the body is kept by whoever asks; empty: it is shown
	to       string // another page is to be asked for, and this is no page
}

// fault is a request that has no page, with what the reader is told.
type fault struct {
	status  int
	heading string // key of a word
	message string
}

func (f fault) Error() string { return f.message }

func notFound(message string) error { return fault{http.StatusNotFound, "message.missing", message} }

// serve makes a page and sends it, or a 304 to those who have it.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, make func(*http.Request) (answer, error)) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, r.Method+": expected GET or HEAD", http.StatusMethodNotAllowed)
		return
	}
	a, err := s.kept(r, make)
	s.send(w, r, a, err)
}

// send sends a page. What a reviewer sees stays in no cache, and what others see is the same for all of them.
func (s *Site) send(w http.ResponseWriter, r *http.Request, a answer, err error) {
	if err != nil { // the store is gone, or a template is wrong: say so plainly
		http.Error(w, "the page could not be made: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	private := a.private || who(r) != nil
	if private {
		h.Set("Cache-Control", "no-store")
	}
	if a.to != "" {
		http.Redirect(w, r, a.to, http.StatusSeeOther)
		return
	}
	h.Set("Content-Type", cmp.Or(a.kind, "text/html; charset=utf-8"))
	if a.file != "" {
		h.Set("Content-Disposition", `attachment; filename="`+a.file+`"`)
	}
	if a.policy != "" {
		h.Set("Content-Security-Policy", strings.Replace(h.Get("Content-Security-Policy"), "style-src 'self'", "style-src "+a.policy, 1))
	}
	if a.status = cmp.Or(a.status, http.StatusOK); a.status == http.StatusOK && !private {
		sum := sha256.Sum256(a.body)
		tag := `W/"` + hex.EncodeToString(sum[:10]) + `"`
		h.Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the reader has gone
}

// kept is a page that was made before and has not changed since, or makes it.
func (s *Site) kept(r *http.Request, make func(*http.Request) (answer, error)) (answer, error) {
	if who(r) != nil {
		return s.made(r, make)
	}
	v, err := s.model.Version(r.Context())
	if err != nil {
		return answer{}, err
	}
	tag := v.Tag() + v.Meta.Watermark.String()
	key := r.URL.Path + "?" + r.URL.RawQuery
	if a, there := s.pages.get(tag, key); there {
		return a, nil
	}
	a, err := s.made(r, make)
	if err == nil && a.keep {
		s.pages.put(tag, key, a)
	}
	return a, err
}

// made makes a page.
func (s *Site) made(r *http.Request, make func(*http.Request) (answer, error)) (answer, error) {
	a, err := make(r)
	if err != nil {
		a, err = s.apology(r, err)
	}
	if err == nil && a.template != "" {
		var b bytes.Buffer
		err = s.templates.ExecuteTemplate(&b, a.template, a.data)
		a.body, a.data = b.Bytes(), nil
	}
	return a, err
}

// mostKept is how many bytes of pages are kept: some hundred pages.
const mostKept = 24 << 20

// shelf keeps pages of one version of the store.
type shelf struct {
	mu   sync.Mutex
	tag  string
	made map[string]answer
	size int
}

func (c *shelf) get(tag, key string) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, there := c.made[key]
	return a, there && c.tag == tag
}

func (c *shelf) put(tag, key string, a answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tag != tag || c.size+len(a.body) > mostKept {
		c.tag, c.made, c.size = tag, map[string]answer{}, 0
	}
	c.made[key] = a
	c.size += len(a.body) + len(key)
}

// apology is the page of an error.
func (s *Site) apology(r *http.Request, err error) (answer, error) {
	f, told := errors.AsType[fault](err)
	switch {
	case told:
	case errors.Is(err, context.Canceled):
		f = fault{http.StatusServiceUnavailable, "message.failed", "the request was given up"}
	default:
		f = fault{http.StatusServiceUnavailable, "message.failed", err.Error()}
	}
	b, _, err := s.base(r, s.words.Say(f.heading), f.message)
	if err != nil {
		return answer{}, err
	}
	return answer{status: f.status, template: "message", data: struct {
		base
		Heading, Message string
	}{b, s.words.Say(f.heading), f.message}}, nil
}

// base is what all pages share.
type base struct {
	Title, About     string
	Path             string // of the page, canonical
	Theme            string
	Public, Assets   string
	Image            string
	Styles, Scripts  []string
	Synthetic        bool
	Strip            strip
	Nav              []link
	Themes           []link
	Software, Config string
	Who              *triage.Session // the reviewer who asks; nil: anybody else
	Login            string          // where a reviewer comes in; empty: he has, or there are none
}

// link is a way to another page, or a choice.
type link struct {
	Href, Text, Name string
	Here             bool
}

// strip is how the sources stand.
type strip struct {
	Sources               []feed
	More                  int
	Watermark, AsOf       string
	WatermarkISO, AsOfISO string
}

type feed struct{ Name, State, Says string }

// mostFeeds is how many sources the strip names.
const mostFeeds = 6

// base reads the state of the request and of the sources.
func (s *Site) base(r *http.Request, title, about string) (base, view.State, error) {
	state, _ := view.Parse(r.URL.Query())
	status, err := s.model.Status(r.Context())
	if err != nil {
		return base{}, state, err
	}
	b := base{Title: title, About: about, Path: r.URL.Path, Theme: state.Theme, Public: s.o.Public, Assets: s.o.Assets, Styles: s.o.Styles, Scripts: s.o.Scripts, Synthetic: status.Synthetic,
		Software: status.Software, Config: short(status.Config), Strip: s.strip(status)}
	if b.Theme == "system" {
		b.Theme = ""
	}
	if b.Software == "" {
		b.Software = s.o.Software
	}
	s.face(&b, r)
	pages := []link{{Href: "/", Name: "front"}, {Href: s.newestReport(status), Name: "report"}, {Href: "/seen", Name: "seen"}, {Href: "/status", Name: "status"}, {Href: "/about", Name: "about"}, {Href: "/help", Name: "help"}}
	if b.Who != nil {
		pages = append(pages, link{Href: "/triage", Name: "triage"})
	}
	for _, n := range pages {
		n.Text = s.words.Say("nav." + n.Name)
		n.Here = n.Href == r.URL.Path
		if n.Href != "" {
			b.Nav = append(b.Nav, n)
		}
	}
	for _, theme := range []string{"system", "dark", "light", "contrast"} {
		to := r.URL.Query()
		to.Set("theme", theme)
		b.Themes = append(b.Themes, link{Href: (&url.URL{Path: r.URL.Path, RawQuery: to.Encode()}).String(), Name: theme,
			Text: s.words.Say("theme." + theme), Here: state.Theme == theme || theme == "system" && state.Theme == ""})
	}
	return b, state, nil
}

// newestReport is the report of the newest month; empty before the first day.
func (s *Site) newestReport(status model.Status) string {
	if status.Newest.IsZero() {
		return ""
	}
	return "/report/" + status.Newest.Format("2006-01")
}

func (s *Site) strip(status model.Status) strip {
	out := strip{}
	out.Watermark, out.WatermarkISO = stamps(status.Watermark)
	out.AsOf, out.AsOfISO = stamps(status.AsOf)
	for i, f := range status.Sources {
		if i == mostFeeds {
			out.More = len(status.Sources) - i
			break
		}
		out.Sources = append(out.Sources, feed{f.Name, string(f.State), s.feedSays(f)})
	}
	return out
}

// feedSays is how a source delivers, in a few words.
func (s *Site) feedSays(f model.Source) string {
	switch {
	case f.State == model.Silent && f.Since != nil:
		return s.words.Say("feed.silent_since", minute(*f.Since))
	case f.State == model.Silent:
		return s.words.Say("feed.silent")
	case f.Behind != nil && *f.Behind >= 60:
		return s.words.Say("feed.behind", spell(time.Duration(*f.Behind*float64(time.Second))))
	case f.Health != nil:
		return s.words.Say("feed.health", 100**f.Health)
	case f.State == model.Delivers:
		return s.words.Say("feed.delivers")
	}
	return s.words.Say("feed.unknown")
}

// record is what the store holds as a record; nil before the first vintage.
func (s *Site) record(ctx context.Context) (*record.Record, error) {
	r, err := s.model.Record(ctx)
	if errors.Is(err, model.ErrNothing) {
		return nil, nil
	}
	return r, err
}

// odds is a probability as a figure and in words.
type odds struct{ Figure, Words string }

func (s *Site) odds(p float64) odds { return odds{report.Chance(p), s.words.Chance(p)} }

func minute(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04") }

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// stamps is a time for people and for programs; both empty if it is not known.
func stamps(t time.Time) (says, code string) {
	if t.IsZero() {
		return "", ""
	}
	return minute(t) + " UTC", iso(t)
}

// spell prints a duration in the two largest units that matter.
func spell(d time.Duration) string {
	switch d = d.Round(time.Minute); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// short cuts a hash for those who only compare it.
func short(hash string) string {
	if at := strings.IndexByte(hash, ':'); at >= 0 && len(hash) > at+13 {
		return hash[:at+13]
	}
	return hash
}
