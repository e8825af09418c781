package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/seen"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// seenPage is which ships were in one area and later in another.
type seenPage struct {
	base
	Form      seenForm
	Names     []string // of areas
	Problems  []string
	Examples  []link
	Asked     bool
	Areas     []areaOf
	Count     string
	Says      string
	LeftOut   []string
	Rows      []passage
	More      string
	Downloads []link
}

// seenForm is the question as it stands in the fields.
type seenForm struct {
	A, B, Days, Slow, From, To, Ship string
	Sizes                            selection
	Hidden                           []pair
}

// areaOf is an area in words.
type areaOf struct{ Name, Text, Count, Says string }

// passage is a row.
type passage struct {
	Ship          shipLink
	Particulars   string
	A, B          stay
	Days, Needed  string
	Silent        string
	Silences      []told
	Meetings      []told
	Joined        string
	JoinedBy, Two []string
	Map           string
}

// stay is one end.
type stay struct {
	ISO, When, Series, Until, Place string
	Events                          []told
	More                            string
}

// told is an event by its kind.
type told struct{ Href, Kind, Says string }

const (
	passagesShown = 50
	eventsShown   = 3 // of each end of a passage
)

func (s *Site) seen(r *http.Request) (answer, error) {
	state, problems := view.Parse(r.URL.Query())
	q, wrong := s.o.Seen.Read(state)
	p := seenPage{Names: s.o.Seen.Names(), Asked: q.Asked() && len(wrong) == 0, Form: s.seenForm(state, q)}
	for _, x := range append(problems, wrong...) {
		p.Problems = append(p.Problems, x.Error())
	}
	cursor := seen.Own(state, "cursor")
	state.Unknown.Del("cursor")
	title := s.words.Say("seen.title")
	if p.Asked {
		title = s.words.Say("seen.of", chart.Plain(q.A.Text), chart.Plain(q.B.Text))
		if err := s.found(r, &p, q, state, cursor); err != nil {
			return answer{}, err
		}
	} else {
		p.Examples = s.examples(state)
	}
	var err error
	p.base, _, err = s.base(r, title, s.words.Say("seen.says"))
	p.Path = state.URL("/seen")
	return answer{keep: true, template: "seen", data: p}, err
}

// found fills in the answer.
func (s *Site) found(r *http.Request, p *seenPage, q seen.Question, state view.State, cursor string) error {
	found, err := s.o.Seen.Find(r.Context(), q)
	if err != nil {
		return err
	}
	x, err := s.indexed(r.Context())
	if err != nil {
		return err
	}
	page, next, ok := found.Page(cursor, passagesShown)
	if !ok {
		p.Problems = append(p.Problems, view.Problem{Parameter: "cursor", Value: cursor, Expected: s.words.Say("seen.cursor")}.Error())
		page, next, _ = found.Page("", passagesShown)
	}
	for _, one := range page {
		p.Rows = append(p.Rows, s.passage(x, one))
	}
	p.Count = count(int64(len(found.Passages)))
	if found.Ships > 0 {
		p.Says = s.words.Say("seen.count", found.Ships)
	}
	if found.Untrue > 0 {
		p.LeftOut = append(p.LeftOut, s.words.Say("seen.untrue", found.Untrue))
	}
	if found.Impossible > 0 {
		p.LeftOut = append(p.LeftOut, s.words.Say("seen.impossible", found.Impossible))
	}
	if next != "" {
		p.More = with(state.URL("/seen"), "cursor", next)
	}
	p.Areas = []areaOf{s.areaOf("seen.a", q.A), s.areaOf("seen.b", q.B)}
	for _, format := range []string{"csv", "json", "jsonl"} {
		p.Downloads = append(p.Downloads, link{Href: with(state.URL("/api/v1/passages"), "format", format), Name: format, Text: s.words.Say("downloads." + format)})
	}
	return nil
}

// positive is a number as a field has it; empty for zero.
func positive(x float64) string {
	if x == 0 {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func (s *Site) areaOf(key string, a seen.Area) areaOf {
	out := areaOf{Name: s.words.Say(key), Text: chart.Plain(a.Text)}
	switch n := len(a.Places); {
	case n > 1:
		out.Count, out.Says = s.words.Say("seen.places", n), chart.Plain(strings.Join(a.Places, "; "))
	case n == 1 && a.Places[0] != a.Text:
		out.Text = chart.Plain(a.Places[0])
	case n == 0:
		out.Text = s.words.Say("seen.corners", out.Text)
	}
	return out
}

func (s *Site) seenForm(state view.State, q seen.Question) seenForm {
	values := state.Values()
	f := seenForm{A: chart.Plain(seen.Own(state, "a")), B: chart.Plain(seen.Own(state, "b")), Slow: positive(float64(q.MostKn)), Days: positive(q.Within.Hours() / 24), From: dateOf(values.Get("from")), To: dateOf(values.Get("to")), Ship: values.Get("ship"),
		Sizes: selection{Name: "size", Label: s.words.Say("filters.size"), Options: []choice{{Text: s.words.Say("filters.any"), On: len(q.Sizes) == 0}}}}
	now := strings.Join(q.Sizes, ",")
	for c := vessel.ClassUnknown; c <= vessel.ULCC; c++ {
		f.Sizes.Options = append(f.Sizes.Options, choice{Value: c.String(), Text: c.String(), On: c.String() == now})
	}
	if len(q.Sizes) > 1 {
		f.Sizes.Options = append(f.Sizes.Options, choice{Value: now, Text: strings.Join(q.Sizes, ", "), On: true})
	}
	for _, name := range []string{"flag", "list", "lang", "tz", "theme"} {
		if v := values.Get(name); v != "" {
			f.Hidden = append(f.Hidden, pair{name, v})
		}
	}
	return f
}

// examples are questions to begin with, about the ship that is asked for.
func (s *Site) examples(state view.State) (out []link) {
	if len(s.o.Seen.Names()) == 0 {
		return nil
	}
	for _, x := range [][3]string{{"Kharg", "STS areas", ""}, {"Kharg", "Fujairah", ""}, {"Kharg", "Malaysia", ""}, {"Iranian loading terminals", "places outside Hormuz", "3"}} {
		to := view.State{MMSI: state.MMSI, IMO: state.IMO, Theme: state.Theme, Unknown: url.Values{"a": {x[0]}, "b": {x[1]}}}
		text := x[0] + " → " + x[1]
		if x[2] != "" {
			to.Unknown.Set("max_kn", x[2])
			text += ", " + s.words.Say("seen.slower", x[2])
		}
		out = append(out, link{Href: to.URL("/seen"), Text: text})
	}
	return out
}

func (s *Site) passage(x *index, p seen.Passage) passage {
	v := event.Vessel{MMSI: p.Ship.MMSI, IMO: p.Ship.IMO, Name: p.Ship.Name, Listed: p.Ship.Listed}
	out := passage{Ship: s.shipLink(v), A: s.stay(x, p.A, p.A.Last), B: s.stay(x, p.B, p.B.First), Days: strconv.FormatFloat(p.Days, 'f', 1, 64), Needed: s.words.Say("seen.needed", p.NeededKn),
		Silences: s.meanwhile(p.Silences), Meetings: s.meanwhile(p.Meetings), JoinedBy: p.JoinedBy, Two: p.TwoShips}
	parts := []string{p.Ship.Flag, p.Ship.Class}
	if p.Ship.IMO != 0 {
		parts = append([]string{"IMO " + number7(p.Ship.IMO)}, parts...)
	}
	out.Particulars = chart.Plain(strings.Join(strings.Fields(strings.Join(parts, " ")), " "))
	if p.SilentH > 0 {
		out.Silent = s.words.Say("seen.silent", spell(time.Duration(p.SilentH*float64(time.Hour))))
	}
	switch {
	case p.SameIMO:
		out.Joined = s.words.Say("seen.same_imo", p.A.MMSI.String(), p.B.MMSI.String())
	case len(p.JoinedBy) > 0:
		out.Joined = s.words.Say("seen.joined", p.A.MMSI.String(), p.B.MMSI.String())
	}
	out.Map = view.State{MMSI: v.MMSI, IMO: v.IMO, From: p.A.Last.Truncate(24 * time.Hour), To: p.B.First.Truncate(24*time.Hour).AddDate(0, 0, 1)}.URL("/") + "#map"
	return out
}

// stay is the end of a passage at a moment.
func (s *Site) stay(x *index, end seen.Stay, at time.Time) stay {
	out := stay{ISO: iso(at), When: minute(at)}
	out.Place = chart.Plain(end.Place)
	if end.SOG != nil {
		out.Place = strings.TrimPrefix(out.Place+", "+s.words.Say("seen.speed", *end.SOG), ", ")
	}
	if end.Reports > 1 {
		out.Series = s.words.Say("seen.series", end.Reports, minute(end.First), minute(end.Last))
	}
	if end.Until != nil {
		out.Until = s.words.Say("seen.until", minute(*end.Until))
	}
	for i, id := range end.Events {
		if i == eventsShown {
			out.More = s.words.Say("seen.more_events", len(end.Events)-i)
			break
		}
		e, _ := x.event(id)
		out.Events = append(out.Events, told{"/event/" + id, string(e.Kind), s.words.Or("kind", string(e.Kind))})
	}
	return out
}

// meanwhile are the events between, each with its probability.
func (s *Site) meanwhile(all []seen.Meanwhile) (out []told) {
	for _, m := range all {
		out = append(out, told{"/event/" + m.Event, string(m.Kind), s.words.Say("seen.event", s.words.Or("kind", string(m.Kind)), report.Chance(m.Probability))})
	}
	return out
}
