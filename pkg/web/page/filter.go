package page

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// filters are the choices of a reader, each with the number of events that it would leave.
type filters struct {
	Text, From, To, Ship, Area string
	Kinds                      []choice
	Selects                    []selection
	Hidden                     []pair
	total                      int
}

type choice struct {
	Value, Text, Count string
	On                 bool
}

type selection struct {
	Name, Label string
	Options     []choice
}

func (s *Site) filters(ctx context.Context, state view.State) (filters, error) {
	found, err := s.model.Store().Facets(ctx, state.Query())
	if err != nil {
		return filters{}, err
	}
	values := state.Values()
	f := filters{Text: state.Text, From: dateOf(values.Get("from")), To: dateOf(values.Get("to")), Ship: values.Get("ship"), Area: values.Get("area"), total: found.Total}
	counts := map[string]int{}
	for _, t := range found.Kinds {
		counts[t.Value] = t.Events
	}
	for _, k := range event.Kinds() {
		if counts[string(k)] > 0 || slices.Contains(state.Kinds, k) {
			f.Kinds = append(f.Kinds, choice{string(k), s.words.Or("kind", string(k)), count(int64(counts[string(k)])), slices.Contains(state.Kinds, k)})
		}
	}
	f.Selects = []selection{s.steps("conf", values.Get("conf"), "0.2", "0.5", "0.8", "0.95"), s.steps("hours", values.Get("hours"), "6", "12", "24", "72", "240"),
		s.tallied("status", values, found.Statuses), s.tallied("flag", values, found.Flags), s.tallied("size", values, found.Classes),
		s.tallied("list", values, found.Lists), s.tallied("src", values, found.Sources), s.places(state.Place)}
	for _, name := range []string{"lat", "lon", "z", "lang", "tz", "theme"} {
		if v := values.Get(name); v != "" {
			f.Hidden = append(f.Hidden, pair{name, v})
		}
	}
	return f, nil
}

// dateOf is the day of a bound, for a field that holds days only.
func dateOf(bound string) string {
	day, _, _ := strings.Cut(bound, "T")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return ""
	}
	return day
}

// steps are some values of a number, and the one that is set.
func (s *Site) steps(name, now string, values ...string) selection {
	out := selection{Name: name, Label: s.words.Say("filters." + name), Options: []choice{{Text: s.words.Say("filters.any"), On: now == ""}}}
	if now != "" && !slices.Contains(values, now) {
		values = append(values, now)
		slices.SortFunc(values, func(a, b string) int { return cmp.Compare(decimal(a), decimal(b)) })
	}
	for _, v := range values {
		text := s.words.Say("filters."+name+".least", v)
		if name == "conf" {
			text = s.words.Say("filters.conf.least", percent(decimal(v)))
		}
		out.Options = append(out.Options, choice{Value: v, Text: text, On: v == now})
	}
	return out
}

func decimal(text string) float64 {
	x, _ := strconv.ParseFloat(text, 64) // a parameter that was read before
	return x
}

// tallied are the values that events have, and those that are set.
func (s *Site) tallied(name string, values url.Values, all []store.Tally) selection {
	now := values.Get(name)
	out := selection{Name: name, Label: s.words.Say("filters." + name), Options: []choice{{Text: s.words.Say("filters.any"), On: now == ""}}}
	if name == "status" { // what was retracted is shown to those who ask for it
		out.Options[0].Text = s.words.Say("filters.status.standing")
	}
	set := now == ""
	for _, t := range all {
		out.Options = append(out.Options, choice{t.Value, s.valueText(name, t.Value), count(int64(t.Events)), t.Value == now})
		set = set || t.Value == now
	}
	if !set { // several, or one that no event has
		out.Options = append(out.Options, choice{Value: now, Text: chart.Plain(strings.ReplaceAll(now, ",", ", ")), On: true})
	}
	return out
}

func (s *Site) valueText(name, value string) string {
	switch name {
	case "status":
		return s.words.Or("status", value)
	case "list":
		if value == view.ListAny || value == view.ListNone {
			return s.words.Say("filters.list." + value)
		}
	}
	return chart.Plain(value)
}

// places are the terminals, anchorages and areas of the gazetteer, by name.
func (s *Site) places(now string) selection {
	out := selection{Name: "place", Label: s.words.Say("filters.place"), Options: []choice{{Text: s.words.Say("filters.any"), On: now == ""}}}
	set := now == ""
	if s.o.Places != nil {
		for id := range place.ID(s.o.Places.Len()) {
			p := s.o.Places.At(id)
			on := strings.EqualFold(p.Name, now)
			set = set || on
			out.Options = append(out.Options, choice{Value: p.Name, Text: p.Name, On: on})
		}
	}
	if !set {
		out.Options = append(out.Options, choice{Value: now, Text: chart.Plain(now), On: true})
	}
	return out
}

// formats are what the filtered set can be taken away in, with the endings of their files.
var formats = []string{"csv", "geojson", "kmz", "gpx", "parquet", "json", "jsonl"}

// downloads are plain links to the filtered set.
func (s *Site) downloads(state view.State) (out []link) {
	for _, f := range formats {
		out = append(out, link{Href: with(state.URL("/api/v1/events"), "format", f), Name: f, Text: s.words.Say("downloads." + f)})
	}
	out = append(out, link{Href: "/api/v1/estimates?format=csv", Name: "estimates", Text: s.words.Say("downloads.estimates")},
		link{Href: "/barometer.svg", Name: "svg", Text: s.words.Say("downloads.svg")}, link{Href: "/og/barometer.png", Name: "png", Text: s.words.Say("downloads.png")})
	return out
}

// count prints a number of things.
func count(n int64) string { return export.Thousands(n) }
