package page

import (
	"bytes"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/web/picture"
	"github.com/darkwake/darkwake/pkg/web/view"
	"github.com/paulmach/orb"
)

// The sizes of the pictures in the page, in their own units: they are as wide as their place.
const (
	barometerWidth, barometerHeight = 1200, 320
	mapWidth, mapHeight             = 1200, 560
)

// mostDays is how many days the barometer shows.
const mostDays = 92

// look is a picture within the page. Its style sheet gives it the colours of the theme.
func look(state view.State) picture.Look {
	l := picture.Look{Theme: picture.Dark, Inline: true}
	if state.Theme == "light" {
		l.Theme = picture.Light
	}
	return l
}

// pictures draws what the page shows without a script.
func (s *Site) pictures(r *http.Request, p *frontPage, rec *record.Record, state view.State) error {
	var err error
	if rec != nil {
		if p.Barometer, err = s.barometer(rec, state, barometerWidth, barometerHeight); err != nil {
			return err
		}
		if p.Timebar, err = drawn(s.timebar(rec, state).SVG, look(state)); err != nil {
			return err
		}
	}
	events, err := s.shown(r, state)
	if err != nil {
		return err
	}
	m := picture.Map{View: viewOf(state, mapWidth, mapHeight), Events: events, Places: s.o.Places, Base: s.o.Shores, Area: corners(state.Area), Chosen: state.Event, Synthetic: p.Synthetic}
	m.Closer = func(v picture.View) string {
		return state.With(func(to *view.State) {
			to.Camera = &view.Camera{Lon: round(v.Centre[0]), Lat: round(v.Centre[1]), Zoom: round(v.Zoom)}
		}).URL("/") + "#map"
	}
	p.Map, err = drawn(m.SVG, look(state))
	return err
}

func round(x float64) float64 { return float64(int64(x*1e4)) / 1e4 }

// drawn is a picture as a part of a page.
func drawn(svg func(io.Writer, picture.Look) error, l picture.Look) (template.HTML, error) {
	var b bytes.Buffer
	err := svg(&b, l)
	return template.HTML(b.String()), err // pkg/web/picture escapes what strangers sent
}

// mostMapped is how many events the drawn map gathers: as many as a page's modules show one by one.
const mostMapped = 5000

// shown are the events that the filters let through, for the map.
func (s *Site) shown(r *http.Request, state view.State) (out []event.Event, err error) {
	x, err := s.indexed(r.Context())
	if err != nil {
		return nil, err
	}
	ids, err := s.model.Store().IDs(r.Context(), state.Query(), mostMapped)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if e, there := x.event(id); there { // one that came meanwhile is shown the next time
			out = append(out, e)
		}
	}
	return out, nil
}

// home is what the map shows unless told otherwise: the Gulf and the Gulf of Oman.
var home = orb.Bound{Min: orb.Point{47.4, 22.6}, Max: orb.Point{60.2, 30.6}}

func viewOf(state view.State, width, height int) picture.View {
	switch c := state.Camera; {
	case c != nil && c.Zoom > 0:
		return picture.View{Centre: geo.Point{c.Lon, c.Lat}, Zoom: c.Zoom, Width: width, Height: height}
	case len(state.Area) > 0:
		return picture.Fit(orb.MultiPoint(state.Area).Bound(), width, height)
	}
	return picture.Fit(home, width, height)
}

// corners are those of an area; a box is told by two.
func corners(area []geo.Point) []geo.Point {
	if len(area) != 2 {
		return area
	}
	a, b := area[0], area[1]
	return []geo.Point{a, {b[0], a[1]}, b, {a[0], b[1]}}
}

// barometer is the chart of the newest days, or of those that the reader asks for.
func (s *Site) barometer(rec *record.Record, state view.State, width, height int) (template.HTML, error) {
	b := s.whole(rec)
	b.Width, b.Height = width, height
	whole, any := rec.Whole(estimate.Lifted)
	if !any {
		return "", nil
	}
	b.From, b.To = span(state, whole)
	b.Outages = rec.EventsIn(record.Span{From: b.From, To: b.To}, event.Outage)
	return drawn(b.SVG, look(state))
}

// span is what the barometer shows: the days that the reader asks for as far as there are any, and else the newest.
func span(state view.State, whole record.Span) (from, to time.Time) {
	from, to = whole.From, whole.To
	if state.To.IsZero() && state.From.IsZero() {
		if start := to.AddDate(0, 0, 1-mostDays); start.After(from) {
			from = start
		}
		return from, to
	}
	if f := state.From.UTC().Truncate(oneDay); f.After(from) && f.Before(to) {
		from = f
	}
	if t := state.To.UTC().Add(-time.Second).Truncate(oneDay); !state.To.IsZero() && t.Before(to) && t.After(from) {
		to = t
	}
	if to.Sub(from) < leastDays*oneDay { // a few bars say little: those around them, too
		from = to.AddDate(0, 0, -leastDays)
		if from.Before(whole.From) {
			from = whole.From
		}
	}
	return from, to
}

// leastDays is how many days the barometer shows at least.
const leastDays = 27
