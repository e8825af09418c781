package api

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/export/mapfile"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// Bounds of a feed: of the newest changes those that are worth telling.
const (
	feedChanges = 2000
	feedItems   = 50
	feedConf    = 0.5
)

// worthTelling are the kinds of a feed unless others are asked for.
var worthTelling = []event.Kind{event.Outage, event.Interference, event.Identity, event.FalsePosition, event.Gap, event.Rendezvous, event.Lift, event.Transfer, event.Discharge}

// told is an item of a feed.
type told struct {
	event.Event
	title, text, link string
}

// newest are a feed's items, what was said last first; events that were retracted, too.
func (q *request) newest() ([]told, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	query := q.state.Query()
	query.Limit, query.Since = store.MaxLimit, max(0, q.version.Meta.Sequence-feedChanges)
	if len(q.state.Statuses) == 0 {
		query.Statuses = nil
	}
	if len(q.state.Kinds) == 0 {
		query.Kinds = worthTelling
	}
	if q.state.Conf == 0 {
		query.MinProbability = feedConf
	}
	var found []store.Entry
	for {
		page, err := q.api.model.Store().Events(q.Context(), query)
		if err != nil {
			return nil, err
		}
		found = append(found, page.Entries...)
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	slices.SortFunc(found, func(a, b store.Entry) int { return int(b.Sequence - a.Sequence) })
	var out []told
	for _, entry := range found[:min(len(found), feedItems)] {
		e, err := q.api.model.Decode(entry)
		if err != nil {
			return nil, err
		}
		out = append(out, told{e, headline(e), summary(e), q.site() + "/event/" + e.ID})
	}
	return out, nil
}

// headline names an event in one line. Names come from ships: what would turn or hide writing is shown as its code.
func headline(e event.Event) string {
	var names []string
	for i, v := range e.Vessels {
		if i == 2 {
			break
		}
		name := chart.Plain(v.Name)
		if name == "" {
			name = "MMSI " + v.MMSI.String()
		}
		names = append(names, name)
	}
	text := strings.ReplaceAll(string(e.Kind), "_", " ")
	if e.Place != nil {
		text += ", " + chart.Plain(e.Place.Name)
	}
	if len(names) > 0 {
		text = strings.Join(names, " and ") + ": " + text
	}
	if e.Status == event.Retracted {
		text = "Retracted: " + text
	}
	return text
}

// summary says what is claimed and how sure it is.
func summary(e event.Event) string {
	text := fmt.Sprintf("%s. Probability %.2f", export.Span(e.Start, e.End), e.Probability)
	if best := brief(e).Cause; best != "" {
		text += "; likeliest explanation: " + strings.ReplaceAll(best, "_", " ")
	}
	if e.Barrels != nil {
		text += fmt.Sprintf("; %d barrels (%d to %d) if it holds", e.Barrels.Mean, e.Barrels.P05, e.Barrels.P95)
	}
	return text + fmt.Sprintf(". Version %d: %s.", e.Version, chart.Plain(e.Why))
}

// The Atom feed (RFC 4287) with the position of each event (GeoRSS Simple).
type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	GeoRSS    string      `xml:"xmlns:georss,attr"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Subtitle  string      `xml:"subtitle"`
	Updated   string      `xml:"updated"`
	Author    string      `xml:"author>name"`
	Generator string      `xml:"generator"`
	Rights    string      `xml:"rights"`
	Links     []atomLink  `xml:"link"`
	Entries   []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []atomLink `xml:"link"`
	Category  struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
	Summary string `xml:"summary"`
	Point   string `xml:"georss:point,omitempty"`
}

const feedTitle = "darkwake: ships that went dark, and what they carried"

func (q *request) atom() (answer, error) {
	items, err := q.newest()
	if err != nil {
		return answer{}, err
	}
	h := q.head()
	f := atomFeed{GeoRSS: "http://www.georss.org/georss", ID: q.site() + q.URL.Path, Title: feedTitle, Subtitle: subtitle(h), Author: "darkwake", Generator: cmp.Or(h.Version.Software, "darkwake"), Rights: mapfile.Terms,
		Updated: q.version.Meta.Watermark.UTC().Format(time.RFC3339),
		Links:   []atomLink{{"self", "application/atom+xml", q.site() + q.URL.RequestURI()}, {"alternate", "text/html", q.state.URL(q.site() + "/")}}}
	for _, t := range items {
		e := atomEntry{ID: "urn:darkwake:" + t.ID, Title: t.title, Published: t.Start.UTC().Format(time.RFC3339), Updated: t.Watermark.UTC().Format(time.RFC3339),
			Links: []atomLink{{"alternate", "text/html", t.link}}, Summary: t.text}
		e.Category.Term = string(t.Kind)
		if b := brief(t.Event); b.Lon != nil {
			e.Point = fmt.Sprintf("%.5f %.5f", *b.Lat, *b.Lon)
		}
		f.Entries = append(f.Entries, e)
	}
	return answer{kind: schema.MediaType("atom"), write: func(w io.Writer) error {
		if _, err := io.WriteString(w, xml.Header); err != nil {
			return fmt.Errorf("write feed: %w", err)
		}
		to := xml.NewEncoder(w)
		to.Indent("", " ")
		if err := to.Encode(f); err != nil {
			return fmt.Errorf("write feed: %w", err)
		}
		return nil
	}}, nil
}

func subtitle(h Head) string {
	text := h.Coverage.Says
	if h.Version.Synthetic {
		text = "SYNTHETIC: made by a simulator. " + text
	}
	return text
}

// Feed is a JSON Feed (version 1.1).
type Feed struct {
	Version  string     `json:"version"`
	Title    string     `json:"title"`
	Home     string     `json:"home_page_url"`
	URL      string     `json:"feed_url"`
	About    string     `json:"description"`
	Authors  []FeedName `json:"authors"`
	Items    []FeedItem `json:"items"`
	Darkwake Head       `json:"_darkwake"`
}

// FeedName is who wrote a feed.
type FeedName struct {
	Name string `json:"name"`
}

// FeedItem is an event as it was last told.
type FeedItem struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Text      string    `json:"content_text"`
	Published time.Time `json:"date_published"` // the start of the event
	Modified  time.Time `json:"date_modified"`  // event time at which this version was said
	Tags      []string  `json:"tags"`
	Event     Event     `json:"_darkwake_event"`
}

func (q *request) jsonFeed() (answer, error) {
	items, err := q.newest()
	if err != nil {
		return answer{}, err
	}
	h := q.head()
	f := Feed{Version: "https://jsonfeed.org/version/1.1", Title: feedTitle, Home: q.state.URL(q.site() + "/"), URL: q.site() + q.URL.RequestURI(), About: subtitle(h),
		Authors: []FeedName{{"darkwake"}}, Items: []FeedItem{}, Darkwake: h}
	for _, t := range items {
		f.Items = append(f.Items, FeedItem{ID: t.ID, URL: t.link, Title: t.title, Text: t.text, Published: t.Start.UTC(), Modified: t.Watermark.UTC(), Tags: []string{string(t.Kind), string(t.Status)}, Event: brief(t.Event)})
	}
	a := asJSON(f)
	a.kind = schema.MediaType("feed")
	return a, nil
}

// Embedding is an answer of oEmbed 1.0.
type Embedding struct {
	Type     string `json:"type"`
	Version  string `json:"version"`
	Title    string `json:"title"`
	Provider string `json:"provider_name"`
	Site     string `json:"provider_url"`
	MaxAge   int    `json:"cache_age"`
	HTML     string `json:"html"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// The size of an embedded page in CSS pixels, and the least that is of use.
const (
	embedWidth, embedHeight           = 800, 600
	leastEmbedWidth, leastEmbedHeight = 200, 150
)

// oembed says how one of our pages is put into another. It answers for our own pages only.
func (q *request) oembed() (answer, error) {
	width, height := q.whole("maxwidth", embedWidth, leastEmbedWidth, 10_000), q.whole("maxheight", embedHeight, leastEmbedHeight, 10_000)
	if format := q.own["format"]; format != "" && !strings.EqualFold(format, "json") {
		return answer{}, problem{Status: http.StatusNotImplemented, Detail: "expected format json"}
	}
	if q.own["url"] == "" {
		q.wrong = append(q.wrong, view.Problem{Parameter: "url", Expected: "the address of one of our pages"})
	}
	if err := q.check(); err != nil {
		return answer{}, err
	}
	page, err := url.Parse(q.own["url"])
	site, _ := url.Parse(q.site())
	if err != nil || site == nil || !strings.EqualFold(page.Host, site.Host) || page.Scheme != "http" && page.Scheme != "https" {
		return answer{}, problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("url %q: expected a page of %s", clip(q.own["url"]), q.site())}
	}
	state, _ := view.Parse(page.Query())
	if id, is := strings.CutPrefix(page.Path, "/event/"); is {
		if parsed, wrong := view.Parse(url.Values{"event": {id}}); len(wrong) == 0 {
			state.Event = parsed.Event
		}
	}
	state.Embed, state.Unknown = false, nil
	source := state.URL(q.site() + "/embed")
	out := Embedding{Type: "rich", Version: "1.0", Title: "darkwake", Provider: "darkwake", Site: q.site() + "/", MaxAge: 300, Width: min(width, embedWidth), Height: min(height, embedHeight)}
	out.HTML = `<iframe src="` + html.EscapeString(source) + `" width="` + strconv.Itoa(out.Width) + `" height="` + strconv.Itoa(out.Height) + `" title="darkwake" loading="lazy" referrerpolicy="no-referrer"></iframe>`
	if state.Event != "" {
		out.Title = "darkwake: " + state.Event
	}
	return asJSON(out), nil
}
