package page

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/picture"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// images are those of one version of the store that were asked for.
type images struct {
	tag  string
	made map[string][]byte
}

// mostImages is how many are kept: some tens of megabytes.
const mostImages = 256

// image returns an image of the store as it is now, made once. Each takes tens of milliseconds.
func (s *Site) image(r *http.Request, name, kind string, draw func(*bytes.Buffer) error) (answer, error) {
	v, err := s.model.Version(r.Context())
	if err != nil {
		return answer{}, err
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.images.tag != v.Tag() || len(s.images.made) >= mostImages {
		s.images = images{v.Tag(), map[string][]byte{}}
	}
	if s.images.made[name] == nil {
		var b bytes.Buffer
		if err := draw(&b); err != nil {
			return answer{}, err
		}
		s.images.made[name] = b.Bytes()
	}
	return answer{body: s.images.made[name], kind: kind}, nil
}

// shared is the image behind a link: of an event, or of the number.
func (s *Site) shared(r *http.Request) (answer, error) {
	name, is := strings.CutSuffix(r.PathValue("name"), ".png")
	if !is {
		return s.missing(r)
	}
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	imprint := picture.Imprint{URL: s.o.Public + "/"}
	if rec != nil {
		imprint.AsOf, imprint.Synthetic = rec.Daily.AsOf, rec.Summary.Synthetic
	}
	if name == "barometer" {
		return s.image(r, name, "image/png", func(b *bytes.Buffer) error {
			return picture.ShareBarometer{Barometer: s.whole(rec), Imprint: imprint}.PNG(b)
		})
	}
	entry, err := s.model.Store().Event(r.Context(), name)
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, notFound(s.words.Say("message.no_event", name))
	}
	if err != nil {
		return answer{}, err
	}
	e, err := entry.Event()
	if err != nil {
		return answer{}, err
	}
	imprint.URL += "event/" + e.ID
	if imprint.AsOf.IsZero() {
		imprint.AsOf = e.Watermark
	}
	return s.image(r, name, "image/png", func(b *bytes.Buffer) error {
		return picture.ShareEvent{Event: e, Places: s.o.Places, Base: s.o.Shores, Imprint: imprint}.PNG(b)
	})
}

// chartSVG is the barometer as an image of its own.
func (s *Site) chartSVG(r *http.Request) (answer, error) {
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	state, _ := view.Parse(r.URL.Query())
	look := picture.Look{Theme: picture.Light}
	if state.Theme == "dark" {
		look.Theme = picture.Dark
	}
	return s.image(r, "barometer.svg "+state.Theme, "image/svg+xml", func(b *bytes.Buffer) error { return s.whole(rec).SVG(b, look) })
}

// badge is the number as a label for other pages.
func (s *Site) badge(r *http.Request) (answer, error) {
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	return s.image(r, "badge.svg", "image/svg+xml", func(b *bytes.Buffer) error { return picture.Badge(b, rowsOf(rec)) })
}

func rowsOf(rec *record.Record) []estimate.Row {
	if rec == nil {
		return nil
	}
	return rec.Rows(estimate.Lifted)
}

// whole is the barometer of the newest days, as it comes.
func (s *Site) whole(rec *record.Record) picture.Barometer {
	if rec == nil {
		return picture.Barometer{}
	}
	b := picture.Barometer{Rows: rowsOf(rec), Notes: rec.Daily.Notes, Overlays: rec.Daily.Overlays, Figures: s.o.Figures, Synthetic: rec.Summary.Synthetic}
	whole, any := rec.Whole(estimate.Lifted)
	if !any {
		return b
	}
	b.From, b.To = span(view.State{}, whole)
	b.Outages = rec.EventsIn(record.Span{From: b.From, To: b.To}, event.Outage)
	return b
}

// timebar is the small barometer under the map, with the span that is looked at.
func (s *Site) timebar(rec *record.Record, state view.State) picture.TimeBar {
	b := s.whole(rec)
	t := picture.TimeBar{Rows: b.Rows, Outages: b.Outages, Begin: state.From, End: state.To, Width: barometerWidth, Height: timebarHeight}
	if whole, any := rec.Whole(estimate.Lifted); any {
		t.From, t.To = whole.From, whole.To
		if start := t.To.AddDate(-1, 0, 1); start.After(t.From) {
			t.From = start
		}
	}
	return t
}

// timebarHeight is the height of the bar in its own units.
const timebarHeight = 84
