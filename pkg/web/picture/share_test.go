package picture

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/basemap"
)

func decoded(t *testing.T, draw func(io.Writer) error) *image.RGBA {
	t.Helper()
	var out bytes.Buffer
	if err := draw(&out); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	opaque, ok := m.(*image.RGBA)
	if !ok {
		t.Fatalf("got a %T, want an opaque image", m)
	}
	return opaque
}

// differ counts the pixels in which two images differ within a rectangle.
func differ(a, b *image.RGBA, in image.Rectangle) int {
	n := 0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		one, other := a.Pix[a.PixOffset(in.Min.X, y):a.PixOffset(in.Max.X-1, y)+4], b.Pix[b.PixOffset(in.Min.X, y):b.PixOffset(in.Max.X-1, y)+4]
		if bytes.Equal(one, other) {
			continue
		}
		for i := 0; i < len(one); i += 4 {
			if !bytes.Equal(one[i:i+4], other[i:i+4]) {
				n++
			}
		}
	}
	return n
}

var whole = image.Rect(0, 0, ShareWidth, ShareHeight)

// TestEveryEventHasAnImage draws some kinds, one without a position, and one that was retracted; each has the size that was
// promised, and no two are the same.
func TestEveryEventHasAnImage(t *testing.T) {
	base, err := basemap.Default()
	if err != nil {
		t.Fatal(err)
	}
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	events := slices.DeleteFunc(sights(), func(e event.Event) bool {
		return !slices.Contains([]event.Kind{event.Interference, event.Gap, event.Lift}, e.Kind)
	})
	events = append(events, event.Event{Kind: event.Outage, Details: event.DetailsOf(event.Outage)})
	retracted := sights()[0]
	retracted.Status, retracted.Why = event.Retracted, "the station was down"
	events = append(events, retracted)
	var last *image.RGBA
	for _, e := range events {
		m := decoded(t, ShareEvent{Event: e, Places: places, Base: base, Imprint: Imprint{URL: "https://x.example/event/" + e.ID, AsOf: date(9)}}.PNG)
		if m.Bounds() != whole {
			t.Errorf("%s: got %v, want %v", e.ID, m.Bounds(), whole)
		}
		if last != nil && differ(last, m, whole) < 500 {
			t.Errorf("%s looks like the one before it", e.ID)
		}
		last = m
	}
}

// TestTheImprintIsInTheImage changes address, time and origin one by one, and looks where the image changes: the foot for
// the first two, all over it for SYNTHETIC.
func TestTheImprintIsInTheImage(t *testing.T) {
	draw := func(i Imprint) *image.RGBA {
		return decoded(t, ShareBarometer{Barometer: Barometer{Rows: days()}, Imprint: i}.PNG)
	}
	is := Imprint{URL: "https://darkwake.example/", AsOf: date(12)}
	plain := draw(is)
	left, right := image.Rect(0, ShareHeight-50, 600, ShareHeight), image.Rect(600, ShareHeight-50, ShareWidth, ShareHeight)
	above := image.Rect(0, 0, ShareWidth, ShareHeight-53)
	for _, tc := range []struct {
		name               string
		change             func(*Imprint)
		left, right, above bool
	}{
		{"nothing", func(*Imprint) {}, false, false, false},
		{"address", func(i *Imprint) { i.URL += "day/2026-03-01" }, true, false, false},
		{"time", func(i *Imprint) { i.AsOf = i.AsOf.Add(61 * time.Minute) }, false, true, false},
		{"no time", func(i *Imprint) { i.AsOf = time.Time{} }, false, true, false},
		{"synthetic", func(i *Imprint) { i.Synthetic = true }, false, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			other := is
			tc.change(&other)
			m := draw(other)
			if got := differ(plain, m, left) > 0; got != tc.left {
				t.Errorf("left foot: changed %v, want %v", got, tc.left)
			}
			if got := differ(plain, m, right) > 0; got != tc.right {
				t.Errorf("right foot: changed %v, want %v", got, tc.right)
			}
			if got := differ(plain, m, above) > 20_000; got != tc.above {
				t.Errorf("above the foot: changed %v, want %v", got, tc.above)
			}
		})
	}
}

// TestOneDayGivesOneImage draws twice, with an empty barometer as well.
func TestOneDayGivesOneImage(t *testing.T) {
	for name, rows := range map[string][]estimate.Row{"days": days(), "nothing yet": nil} {
		s := ShareBarometer{Barometer: Barometer{Rows: rows}}
		if n := differ(decoded(t, s.PNG), decoded(t, s.PNG), whole); n != 0 {
			t.Errorf("%s: %d pixels differ between two drawings", name, n)
		}
	}
}

// TestTheHeadlineIsThatOfTheLastDayShown cuts the days and reads what is written over them.
func TestTheHeadlineIsThatOfTheLastDayShown(t *testing.T) {
	unknown := row(13, estimate.Blind, 0, 0, 0, 0)
	unknown.Known = false
	for _, tc := range []struct {
		name          string
		rows          []estimate.Row
		to            time.Time
		title, window string
	}{
		{"nothing yet", nil, time.Time{}, "No number yet", "nothing has been counted"},
		{"all", days(), time.Time{}, "1.3 million barrels a day", "mean of 12 days to 12 March 2026 (UTC), lifted, provisional"},
		{"cut", days(), date(9), "1.3 million barrels a day", "mean of 9 days to 9 March 2026 (UTC), lifted, final"},
		{"cut to nothing", days(), date(-3), "No number yet", "nothing"},
		{"no number", append(days(), unknown), time.Time{}, "Too little was heard", "blind"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			title, _, window := headline(until(tc.rows, tc.to))
			if title != tc.title || !strings.Contains(window, tc.window) {
				t.Errorf("got %q, %q, want %q, %q", title, window, tc.title, tc.window)
			}
		})
	}
}

// TestNamesInImagesAreLegible says what becomes of signs that the font cannot write or that steer the line.
func TestNamesInImagesAreLegible(t *testing.T) {
	p, err := newPainter(1, 1, Light)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"SYN TANKER 03":   "SYN TANKER 03",
		"Ölprinz":         "Ölprinz",
		"НЕФТЬ":           "НЕФТЬ",
		"a\u202eb":        `a\u202eb`,
		"\x1b[31m":        `\u001b[31m`,
		"نفت":             `\u0646\u0641\u062a`,
		"שלום":            `\u05e9\u05dc\u05d5\u05dd`,
		"日本丸":             `\u65e5\u672c\u4e38`,
		"e\u0301":         `e\u0301`,
		"\xff":            `\xff`,
		"<script>&amp;\"": "<script>&amp;\"",
	} {
		if got := p.legible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestLongWordsAreCut measures what is written of a name that does not fit.
func TestLongWordsAreCut(t *testing.T) {
	p, err := newPainter(400, 40, Light)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"short", strings.Repeat("W", 400), strings.Repeat("é ", 90)} {
		reach, err := p.fitted(text, 10, 20, 18, true, inkWord, 200)
		if err != nil {
			t.Fatal(err)
		}
		if reach > 210 || reach < 40 {
			t.Errorf("%.20q reaches from 10 to %.1f, want at most 210", text, reach)
		}
	}
}

// TestTheBadgeSaysHowFirmItIs reads the label's words.
func TestTheBadgeSaysHowFirmItIs(t *testing.T) {
	unknown := row(9, estimate.Blind, 0, 0, 0, 0)
	unknown.Known = false
	for _, tc := range []struct {
		name string
		rows []estimate.Row
		want string
	}{
		{"nothing yet", nil, ">not known<"},
		{"no number", []estimate.Row{unknown}, ">not known<"},
		{"final", []estimate.Row{row(28, estimate.Final, 1, 1, 1, 1)}, ">1.3 M (0.9–1.9)<"},
		{"provisional", []estimate.Row{row(28, estimate.Provisional, 1, 1, 1, 1)}, ">1.3 M (0.9–1.9) provisional<"},
		{"blind", []estimate.Row{row(28, estimate.Blind, 1, 1, 1, 1)}, ">1.3 M (0.9–1.9) blind<"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			if err := Badge(&out, tc.rows); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), tc.want) || strings.Contains(out.String(), "style=") {
				t.Errorf("got %s, want %s", out.String(), tc.want)
			}
		})
	}
}

// TestTheTimeBarShowsItsSpan looks for the field that is brushed, and its place.
func TestTheTimeBarShowsItsSpan(t *testing.T) {
	for _, tc := range []struct {
		name       string
		begin, end time.Time
		from, to   float64 // shares of the field
	}{
		{"a week", date(3), date(9), 2.0 / 12, 8.0 / 12},
		{"open at the end", date(3), time.Time{}, 2.0 / 12, 1},
		{"reaching beyond", date(-20), date(60), 0, 1},
		{"all", time.Time{}, time.Time{}, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := TimeBar{Rows: days(), Begin: tc.begin, End: tc.end, Width: 616}.scene()
			if err != nil {
				t.Fatal(err)
			}
			var from, to float64
			for _, e := range s.elements {
				if e.ink == inkBrush {
					from, to = (e.path[0].to[0][0]-8)/600, (e.path[1].to[0][0]-8)/600
				}
			}
			if from-tc.from > 1e-9 || tc.from-from > 1e-9 || to-tc.to > 1e-9 || tc.to-to > 1e-9 {
				t.Errorf("got %.3f to %.3f, want %.3f to %.3f", from, to, tc.from, tc.to)
			}
		})
	}
}

// BenchmarkShare draws the two images that a link shows.
func BenchmarkShare(b *testing.B) {
	base, err := basemap.Default()
	if err != nil {
		b.Fatal(err)
	}
	for name, draw := range map[string]func(io.Writer) error{
		"barometer": ShareBarometer{Barometer: Barometer{Rows: days()}}.PNG, "event": ShareEvent{Event: sights()[8], Base: base}.PNG,
	} {
		b.Run(name, func(b *testing.B) {
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := draw(&out); err != nil {
					b.Fatal(err)
				}
			}
			if m, err := png.Decode(&out); err != nil || m.Bounds() != whole {
				b.Fatalf("got %v, %v", m.Bounds(), err)
			}
		})
	}
}

// TestANearMapShowsWhichSeaItIsOf looks for the inset: on maps that are near and large enough, never over the event.
func TestANearMapShowsWhichSeaItIsOf(t *testing.T) {
	base, err := basemap.Default()
	if err != nil {
		t.Fatal(err)
	}
	end := date(3)
	silence := func(lon, lat, toLon, toLat float64) event.Event {
		return event.Event{ID: "gap-1", Kind: event.Gap, Start: date(2), End: &end, Lon: lon, Lat: lat, Vessels: []event.Vessel{{MMSI: 422000001}},
			Details: event.GapDetails{Off: event.FixRef{Time: date(2), Lon: lon, Lat: lat}, On: &event.FixRef{Time: end, Lon: toLon, Lat: toLat}}}
	}
	for _, tc := range []struct {
		name          string
		e             event.Event
		width, height int
		inset         bool
	}{
		{"near", silence(52, 26, 52.1, 26.05), 600, 400, true},
		{"near, to the north-east", silence(52, 26, 52.3, 26.3), 600, 400, true},
		{"near, to the north-west", silence(52.3, 26, 52, 26.3), 600, 400, true},
		{"far off China", silence(119, 35, 119.2, 35.1), 600, 400, true},
		{"across the Gulf", silence(50, 29, 56, 25), 600, 400, false},
		{"small", silence(52, 26, 52.1, 26.05), 300, 200, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := EventMap{Event: tc.e, Base: base, Width: tc.width, Height: tc.height}.scene()
			found := false
			for i, e := range s.elements {
				if e.ink != inkInset {
					continue
				}
				found = true
				left, top := e.path[0].to[0][0], e.path[0].to[0][1]
				for _, other := range s.elements[:i] {
					if other.mark != "" && other.href != "" && other.x > left && other.x < left+insetWidth && other.y > top && other.y < top+insetHeight {
						t.Errorf("the inset at %.0f, %.0f hides the event at %.0f, %.0f", left, top, other.x, other.y)
					}
				}
			}
			if found != tc.inset {
				t.Errorf("got an inset %v, want %v", found, tc.inset)
			}
		})
	}
}
