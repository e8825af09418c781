package page

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/export/life"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/picture"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// eventPage is the page of an event, or only its article.
type eventPage struct {
	base
	Event dossier
}

// dossier is everything that is told of an event.
type dossier struct {
	ID, Kind, KindSays, Title string
	Status, StatusSays        string
	Version                   int
	Placed                    bool
	Lon, Lat                  string
	Retracted                 bool
	Successor                 *link
	Claim, Caution            string
	Chance                    odds
	When, Where, Why, Known   string
	Start, End                string // for programs
	Barrels                   string
	MapLink                   string
	Ships                     []member
	Listed                    []entry
	Chart                     template.HTML
	ChartSays                 []string
	Rivals                    []rival
	Changes                   []string
	Rules                     []tested
	Reception                 *reception
	Lift                      *lift
	Oil                       []oil
	Lives                     []lifeOf
	SentencesSay              string
	Readings                  []reading
	Histories                 []history
	Related                   []related
	Versions                  []version
	VersionsSay               string
	Facts                     []explain.Fact
	URL, Citation             string
	SHA256, Software, Config  string
	Review                    *reviewing // nil for whoever is no reviewer
}

// member is a ship's part in an event.
type member struct{ Role, Name, Href, MMSI, IMO, Flag, Class, DWT, Draught, Load string }

// rival is an explanation; Width is its share of a bar of 100.
type rival struct {
	Cause  string
	Width  int
	Chance odds
}

// tested is a rule with its verdict in words.
type tested struct {
	Name, Value, Threshold, Verdict, Note string
	Passed                                bool
}

// reading is a quoted report: who heard it when, and what it says.
type reading struct {
	Time, ISO, Station, Ship, Says, Where string
	Lines                                 []string
}

// related are events that belong to one, by how they do.
type related struct {
	Title string
	Rows  []row
}

type version struct {
	N                     int
	Known, Status, P, Why string
}

type lifeOf struct {
	ID  string
	SVG template.HTML
}

func (s *Site) evidence(r *http.Request) (answer, error) {
	id := r.PathValue("id")
	entries, err := s.model.Store().Versions(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, notFound(s.words.Say("message.no_event", id))
	}
	if err != nil {
		return answer{}, err
	}
	d := explain.Dossier{Weights: s.o.Weights}
	for _, entry := range entries {
		e, err := entry.Event()
		if err != nil {
			return answer{}, fmt.Errorf("read event %s: %w", id, err)
		}
		d.Versions = append(d.Versions, e)
	}
	p := eventPage{}
	if p.Event, err = s.dossier(r, d); err != nil {
		return answer{}, err
	}
	p.Event.Review = s.reviewing(r, d.Event())
	if r.URL.Query().Get("fragment") == "1" {
		return answer{keep: true, template: "event", data: p.Event}, nil
	}
	p.base, _, err = s.base(r, p.Event.Title, s.words.Say("event.about", p.Event.Chance.Words, p.Event.Chance.Figure, p.Event.Claim))
	p.Image = "/og/" + id + ".png"
	return answer{keep: true, template: "event-page", data: p}, err
}

func (s *Site) dossier(r *http.Request, d explain.Dossier) (dossier, error) {
	e := d.Event()
	x, err := s.indexed(r.Context())
	if err != nil {
		return dossier{}, err
	}
	rec, err := s.record(r.Context())
	if err != nil {
		return dossier{}, err
	}
	out := s.claim(e)
	out.Listed = s.listed(rec, e.Vessels)
	state, _ := view.Parse(r.URL.Query())
	out.Chart, out.ChartSays = s.chart(e, look(state))
	out.Changes = d.Changes()
	out.Rules = s.rules(e)
	out.Reception = s.reception(e)
	if out.Lift, err = s.lift(e, rec); err != nil {
		return dossier{}, err
	}
	out.Oil = s.oil(e)
	if out.Lives, err = s.lives(x, rec, e.ID); err != nil {
		return dossier{}, err
	}
	out.Readings = s.readings(e)
	out.SentencesSay = s.words.Say("sentences.says", len(e.Evidence.Refs), e.Evidence.Total)
	seen := map[string]bool{}
	for _, v := range e.Vessels {
		if h := hull(v); !seen[h] && len(seen) < mostHistories {
			seen[h] = true
			out.Histories = append(out.Histories, s.history(x, v))
		}
	}
	out.Related = s.related(x, e)
	s.succeeded(&out, x, e)
	s.told(&out, d.Versions)
	if out.Facts, err = explain.Facts(e); err != nil {
		return dossier{}, err
	}
	s.cite(&out, e)
	return out, nil
}

// mostHistories is how many ships' histories a page tells: an area of interference may hold hundreds of ships.
const mostHistories = 6

// claim is the head of the page.
func (s *Site) claim(e event.Event) dossier {
	out := dossier{ID: e.ID, Kind: string(e.Kind), KindSays: s.words.Or("kind", string(e.Kind)), Status: string(e.Status), StatusSays: s.words.Or("status", string(e.Status)),
		Version: e.Version, Placed: placed(e), Lon: coordinate(e.Lon), Lat: coordinate(e.Lat), Retracted: e.Status == event.Retracted,
		Claim: explain.Claim(e.Kind), Chance: s.odds(e.Probability), When: export.Span(e.Start, e.End) + s.openFor(e), Why: e.Why, Known: minute(e.Watermark) + " UTC", Start: iso(e.Start)}
	if e.End != nil {
		out.End = iso(*e.End)
	}
	out.Title = s.title(e)
	out.Where = s.where(e)
	if placed(e) && e.Place != nil {
		out.Where = fmt.Sprintf("%s (%s), %s", e.Place.Name, strings.ReplaceAll(e.Place.Kind, "_", " "), export.Position(e.Lon, e.Lat))
	}
	if b := e.Barrels; b != nil {
		out.Barrels = s.words.Say("event.barrels.says", thousands(b.Mean), thousands(b.P05), thousands(b.P95))
	}
	if e.Kind == event.Gap && e.Status == event.Open {
		out.Caution = s.words.Say("event.still_dark")
	}
	state := view.State{Event: e.ID}
	state.From, state.To = e.Start.UTC().Truncate(oneDay), last(e).UTC().Truncate(oneDay).Add(oneDay)
	out.MapLink = state.URL("/") + "#map"
	for _, v := range e.Vessels {
		out.Ships = append(out.Ships, s.member(v))
	}
	for _, c := range e.Explanations {
		out.Rivals = append(out.Rivals, rival{s.words.Or("cause", string(c.Cause)), int(math.Round(100 * c.P)), s.odds(c.P)})
	}
	return out
}

func (s *Site) openFor(e event.Event) string {
	if e.End != nil || e.Status != event.Open {
		return ""
	}
	return " · " + s.words.Say("table.open", spell(e.Watermark.Sub(e.Start)))
}

// title names an event: its kind, its ships and its place.
func (s *Site) title(e event.Event) string {
	title := s.words.Or("kind", string(e.Kind))
	var names []string
	for i, v := range e.Vessels {
		if i < shipsShown && (i == 0 || v.MMSI != e.Vessels[0].MMSI) {
			names = append(names, s.name(v.Name))
		}
	}
	if len(names) > 0 {
		title += ": " + strings.Join(names, " → ")
	}
	if e.Place != nil {
		title += ", " + chart.Plain(e.Place.Name)
	}
	return title
}

func (s *Site) member(v event.Vessel) member {
	out := member{Role: s.words.Or("role", string(v.Role)), Name: s.name(v.Name), Href: shipPath(v), MMSI: v.MMSI.String(), IMO: number7(v.IMO), Flag: cmp.Or(v.Flag, "–"),
		Class: cmp.Or(v.Class, "–"), Draught: "–", Load: "–"}
	if v.DWT > 0 {
		out.DWT = s.words.Say("ships.dwt", export.Thousands(int64(math.Round(v.DWT/1000))*1000))
	}
	if v.Draught.Before != nil || v.Draught.After != nil {
		out.Draught = metres(v.Draught.Before) + " → " + metres(v.Draught.After) + " m"
		out.Load = s.load(v.Load.Before) + " → " + s.load(v.Load.After)
	}
	return out
}

func metres[T ~float64](x *T) string {
	if x == nil {
		return "?"
	}
	return fmt.Sprintf("%.1f", float64(*x))
}

func (s *Site) load(l *string) string {
	if l == nil || *l == "" {
		return s.words.Say("load.unknown")
	}
	return s.words.Or("load", *l)
}

// chart is the event on its own small sea chart with what the chart has to say; empty without a position.
func (s *Site) chart(e event.Event, l picture.Look) (template.HTML, []string) {
	c, there := explain.Chart(e, nil)
	if !there {
		return "", nil
	}
	m := picture.EventMap{Event: e, Places: s.o.Places, Base: s.o.Shores, Width: chartWidth, Height: chartHeight}
	svg, err := drawn(m.SVG, l)
	if err != nil {
		return "", nil // the page does without
	}
	return svg, c.Notes
}

// The size of an event's chart in its own units, about that of its place in the page.
const chartWidth, chartHeight = 640, 480

func (s *Site) rules(e event.Event) (out []tested) {
	if e.Details == nil {
		return nil
	}
	for _, r := range e.Details.Tested() {
		x := tested{Name: strings.ReplaceAll(r.Name, "_", " "), Value: strings.TrimSpace(explain.Number(r.Value) + " " + r.Unit), Threshold: strings.TrimSpace(sign(r.Op) + " " + explain.Number(r.Threshold) + " " + r.Unit),
			Note: r.Note, Passed: r.Passed}
		by := strings.TrimSpace(explain.Number(math.Abs(r.Value-r.Threshold)) + " " + strings.TrimPrefix(r.Unit, "of "+strings.TrimPrefix(r.Unit, "of ")))
		switch {
		case r.Passed && r.Value == r.Threshold:
			x.Verdict = s.words.Say("rules.just")
		case r.Passed:
			x.Verdict = s.words.Say("rules.holds", by)
		default:
			x.Verdict = s.words.Say("rules.fails", by)
		}
		out = append(out, x)
	}
	return out
}

// sign is a comparison as it is printed in books.
func sign(op string) string {
	switch op {
	case ">=":
		return "≥"
	case "<=":
		return "≤"
	}
	return op
}

func (s *Site) readings(e event.Event) (out []reading) {
	for _, r := range explain.Readings(e) {
		x := reading{Says: s.words.Say("sentences.undecoded"), Where: s.words.Say("sentences.where", r.Source, r.Offset)}
		if strings.Contains(r.Raw, "\n") {
			x.Where = s.words.Say("sentences.where_last", r.Source, r.Offset)
		}
		if t := r.Time(); !t.IsZero() {
			x.Time, x.ISO = t.UTC().Format("2006-01-02 15:04:05")+" UTC", iso(t)
		}
		if r.Decoded {
			x.Station, x.Ship, x.Says = r.Report.Station.String(), "MMSI "+r.MMSI().String(), r.Says()
		}
		if r.Raw != "" {
			x.Lines = strings.Split(r.Raw, "\n")
		}
		out = append(out, x)
	}
	return out
}

// mostRelated is how many events of one relation a page lists.
const mostRelated = 40

func (s *Site) related(x *index, e event.Event) (out []related) {
	add := func(key string, events []event.Event) {
		if len(events) == 0 {
			return
		}
		g := related{Title: s.words.Say(key)}
		for _, other := range events[:min(len(events), mostRelated)] {
			g.Rows = append(g.Rows, s.row(other))
		}
		out = append(out, g)
	}
	var because, resting, replaced []event.Event
	for _, id := range restsOn(e, x) {
		if other, there := x.event(id); there {
			because = append(because, other)
		}
	}
	for _, i := range x.resting[e.ID] {
		resting = append(resting, x.events[i])
	}
	for _, other := range x.events {
		if other.SupersededBy != nil && *other.SupersededBy == e.ID {
			replaced = append(replaced, other)
		}
	}
	add("related.because", because)
	add("related.resting", resting)
	add("related.replaced", replaced)
	add("related.beside", s.beside(x, e, slices.Concat(because, resting, replaced)))
	return out
}

// beside are other events of the same ships about that time.
func (s *Site) beside(x *index, e event.Event, known []event.Event) (out []event.Event) {
	for _, v := range e.Vessels[:min(len(e.Vessels), shipsShown)] {
		for _, i := range x.of(hull(v)) {
			other := x.events[i]
			if other.ID == e.ID || other.Status == event.Retracted || slices.ContainsFunc(slices.Concat(known, out), func(k event.Event) bool { return k.ID == other.ID }) {
				continue
			}
			if other.Start.Before(last(e).Add(5*oneDay)) && last(other).After(e.Start.Add(-5*oneDay)) {
				out = append(out, other)
			}
		}
	}
	return out
}

// succeeded tells which event took the place of one.
func (s *Site) succeeded(out *dossier, x *index, e event.Event) {
	if e.SupersededBy == nil {
		return
	}
	to := link{Href: "/event/" + *e.SupersededBy, Text: *e.SupersededBy}
	if other, there := x.event(*e.SupersededBy); there {
		to.Text = s.title(other)
	}
	out.Successor = &to
}

// told lists all versions with their reasons.
func (s *Site) told(out *dossier, versions []event.Event) {
	for _, v := range versions {
		out.Versions = append(out.Versions, version{v.Version, minute(v.Watermark) + " UTC", s.words.Or("status", string(v.Status)), fmt.Sprintf("%.2f", v.Probability), v.Why})
	}
	switch lost := versions[len(versions)-1].Version - len(versions); {
	case lost == 1:
		out.VersionsSay = s.words.Say("versions.not_kept.one")
	case lost > 1:
		out.VersionsSay = s.words.Say("versions.not_kept", lost)
	}
}

// cite says how to quote the event, and what to check a copy against.
func (s *Site) cite(out *dossier, e event.Event) {
	out.URL = s.o.Public + "/event/" + e.ID
	out.SHA256, out.Software, out.Config = e.Evidence.SHA256, e.Software, e.Config
	out.Citation = explain.Citation(e, out.URL)
}

// lives draws the cargoes that an event is in.
func (s *Site) lives(x *index, rec *record.Record, id string) (out []lifeOf, err error) {
	if rec == nil {
		return nil, nil
	}
	for _, lot := range x.lots[id] {
		if len(out) == mostLives {
			break
		}
		var b bytes.Buffer
		if err := life.SVG(&b, rec.Lots, lot, func(m vessel.MMSI) string { return x.names[m] }); err != nil {
			return nil, err
		}
		n := strconv.Itoa(len(out)) // an id is one in a page, and a drawing gives its arrow's tip one
		svg := strings.NewReplacer(`id="tip"`, `id="tip-`+n+`"`, `url(#tip)`, `url(#tip-`+n+`)`).Replace(b.String())
		out = append(out, lifeOf{lot, template.HTML(svg)}) // pkg/export/life escapes names
	}
	return out, nil
}

// mostLives is how many cargoes' lives a page draws.
const mostLives = 3
