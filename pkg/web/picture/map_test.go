package picture

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/paulmach/orb"
)

// TestKindsDifferByShapeAndColour holds every kind against every other, and against the ground: 3 to 1 is what WCAG 2.2
// asks of graphics (1.4.11).
func TestKindsDifferByShapeAndColour(t *testing.T) {
	marks := Marks()
	if len(marks) != len(event.Kinds()) {
		t.Fatalf("got %d marks, want one for each of %d kinds", len(marks), len(event.Kinds()))
	}
	for i, m := range marks {
		if m.Kind != event.Kinds()[i] {
			t.Errorf("mark %d is of %s, want %s", i, m.Kind, event.Kinds()[i])
		}
		for _, other := range marks[:i] {
			if m.Path() == other.Path() || m.Light == other.Light || m.Dark == other.Dark {
				t.Errorf("%s and %s look alike", m.Kind, other.Kind)
			}
		}
		for _, on := range []ink{inkSea, inkLand} {
			if c := contrast(m.Light, inks[on].fill[Light]); c < 3 {
				t.Errorf("%s on light %s: contrast %.2f, want 3", m.Kind, on, c)
			}
			if c := contrast(m.Dark, inks[on].fill[Dark]); c < 3 {
				t.Errorf("%s on dark %s: contrast %.2f, want 3", m.Kind, on, c)
			}
		}
	}
}

// TestWordsAreLegible asks for 4.5 to 1 (WCAG 2.2, 1.4.3) on the grounds that words stand on.
func TestWordsAreLegible(t *testing.T) {
	for word, grounds := range map[ink][]ink{
		inkTick: {inkGround}, inkWord: {inkGround}, inkTitle: {inkGround}, inkFaint: {inkGround, inkSea, inkLand}, inkPlace: {inkSea, inkLand}, inkCount: {inkCluster},
	} {
		for _, ground := range grounds {
			for _, theme := range []Theme{Light, Dark} {
				if c := contrast(inks[word].fill[theme], inks[ground].fill[theme]); c < 4.5 {
					t.Errorf("%s on %s, theme %d: contrast %.2f, want 4.5", word, ground, theme, c)
				}
			}
		}
	}
}

// contrast is the ratio of WCAG 2.2 between two colours.
func contrast(a, b string) float64 {
	luminance := func(colour string) float64 {
		var rgb [3]int
		if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
			return math.NaN()
		}
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			c := float64(rgb[i]) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestProjectionIsMapLibres compares with figures of the Web Mercator tiles: at zoom 0 the world is one tile of 512
// pixels, and Kharg lies where its tile says.
func TestProjectionIsMapLibres(t *testing.T) {
	v := View{Zoom: 0, Width: 512, Height: 512}
	for _, tc := range []struct {
		at   geo.Point
		x, y float64
	}{
		{geo.Point{0, 0}, 256, 256},
		{geo.Point{-179.999999, 0}, 0, 256},
		{geo.Point{90, 0}, 384, 256},
		{geo.Point{0, 85.0511287798}, 256, 0},
		{geo.Point{0, 66.51326044311186}, 256, 128},
		{geo.Point{50.32, 29.24}, 327.5662, 212.4819},
	} {
		if x, y := v.At(tc.at); math.Abs(x-tc.x) > 0.01 || math.Abs(y-tc.y) > 0.01 {
			t.Errorf("%v: got %.4f, %.4f, want %.4f, %.4f", tc.at, x, y, tc.x, tc.y)
		}
	}
}

// TestPixelsLeadBack takes points to pixels and back, over the date line as well.
func TestPixelsLeadBack(t *testing.T) {
	for _, v := range []View{
		{Centre: geo.Point{53, 26}, Zoom: 5.5, Width: 960, Height: 640},
		{Centre: geo.Point{179.5, -16}, Zoom: 8, Width: 300, Height: 200},
	} {
		for _, at := range [][2]float64{{0, 0}, {10.5, 190}, {299, 1}} {
			p := v.Point(at[0], at[1])
			if x, y := v.At(p); math.Abs(x-at[0]) > 1e-6 || math.Abs(y-at[1]) > 1e-6 {
				t.Errorf("%v: got %g, %g, want %g, %g", p, x, y, at[0], at[1])
			}
		}
	}
}

// TestFitShowsTheBox asks for the corners of boxes to be in the picture, and for a view that is not far larger.
func TestFitShowsTheBox(t *testing.T) {
	for _, box := range []orb.Bound{
		{Min: geo.Point{47, 22}, Max: geo.Point{60, 31}}, {Min: geo.Point{170, -20}, Max: geo.Point{190, -10}},
		{Min: geo.Point{50.2, 29.1}, Max: geo.Point{50.4, 29.3}}, {Min: geo.Point{-170, -60}, Max: geo.Point{170, 70}},
	} {
		v := Fit(box, 800, 500)
		shows := v.Box()
		for _, p := range []geo.Point{box.Min, box.Max} {
			x, y := v.At(p)
			if x < 0 || y < 0 || x > 800 || y > 500 {
				t.Errorf("%v: %v is at %.0f, %.0f", box, p, x, y)
			}
		}
		across, down := (box.Max[0]-box.Min[0])/(shows.Max[0]-shows.Min[0]), (box.Max[1]-box.Min[1])/(shows.Max[1]-shows.Min[1])
		if max(across, down) < 0.8 {
			t.Errorf("%v takes %.2f by %.2f of the picture", box, across, down)
		}
	}
}

// TestEveryMarkStandsWhereItsEventWas looks at each event in the box: one mark at its place, a link, and none for events
// outside or without a position.
func TestEveryMarkStandsWhereItsEventWas(t *testing.T) {
	view := Fit(orb.Bound{Min: geo.Point{48, 25}, Max: geo.Point{58, 28}}, 700, 400)
	events := append(sights(), event.Event{ID: "nowhere", Kind: event.Gap}, event.Event{ID: "outside", Kind: event.Gap, Lon: -70, Lat: 40})
	s := Map{View: view, Events: events}.scene()
	found := map[string]int{}
	for _, e := range s.elements {
		if e.mark == "" || e.href == "" {
			continue
		}
		found[e.href]++
		if e.x < 0 || e.y < 0 || e.x > s.width || e.y > s.height {
			t.Errorf("%s stands at %g, %g", e.href, e.x, e.y)
		}
	}
	for _, e := range events {
		want := 1
		if e.ID == "nowhere" || e.ID == "outside" {
			want = 0
		}
		if got := found["/event/"+e.ID]; got != want {
			t.Errorf("%s: got %d marks, want %d", e.ID, got, want)
		}
	}
}

// TestManyEventsBecomeClusters draws one more than is drawn singly; the discs and marks left count them all, and lifts stay
// marks, unless they are too many themselves.
func TestManyEventsBecomeClusters(t *testing.T) {
	view := Fit(orb.Bound{Min: geo.Point{48, 24}, Max: geo.Point{58, 29}}, 700, 400)
	for _, tc := range []struct {
		name      string
		n, lifts  int
		clustered bool
		marks     int // of lifts
	}{
		{"as many as are drawn", mostMarks, 0, false, 0},
		{"one more", mostMarks + 1, 0, true, 0},
		{"among them lifts", mostMarks + 100, 40, true, 40},
		{"lifts that are as many", mostMarks + 1, mostMarks + 1, true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var events []event.Event
			for i := range tc.n {
				kind := event.Gap
				if i < tc.lifts {
					kind = event.Lift
				}
				events = append(events, event.Event{ID: fmt.Sprint(kind, "-", i), Kind: kind, Lon: 49 + float64(i%100)*0.08, Lat: 25 + float64(i/100)*0.15})
			}
			s := Map{View: view, Events: events, Closer: func(v View) string { return fmt.Sprintf("/?z=%.1f", v.Zoom) }}.scene()
			marks, clustered, lifts := 0, 0, 0
			for _, e := range s.elements {
				switch {
				case e.mark != "":
					n := 1 + counted(t, e.title, "; and ")
					marks += n
					if e.ink == "mark-lift" {
						lifts += n
					}
				case e.ink == inkCluster:
					clustered += counted(t, e.title, "")
					if !strings.HasPrefix(e.href, "/?z=") {
						t.Errorf("a cluster leads to %q", e.href)
					}
				}
			}
			if marks+clustered != tc.n || (clustered > 0) != tc.clustered || lifts != tc.marks && tc.clustered && tc.marks > 0 {
				t.Errorf("got %d marks, %d of them lifts, and %d in clusters", marks, lifts, clustered)
			}
		})
	}
}

// counted is the number in a title after a word; zero where the word is not there.
func counted(t *testing.T, title, after string) (n int) {
	t.Helper()
	_, rest, found := strings.Cut(title, after)
	if !found {
		return 0
	}
	if _, err := fmt.Sscanf(rest, "%d ", &n); err != nil {
		t.Fatalf("%q: %v", title, err)
	}
	return n
}

// TestMarksOnEachOtherBecomeOne puts events of two kinds on one place and beside it.
func TestMarksOnEachOtherBecomeOne(t *testing.T) {
	view := View{Centre: geo.Point{53, 26}, Zoom: 6, Width: 400, Height: 300}
	at := func(kind event.Kind, id string, x, p float64) event.Event {
		where := view.Point(x, 152)
		return event.Event{ID: id, Kind: kind, Lon: where[0], Lat: where[1], Probability: p}
	}
	events := []event.Event{
		at(event.Gap, "doubtful", 101, 0.2), at(event.Gap, "sure", 102, 0.9), at(event.Gap, "even", 103, 0.5), at(event.Gap, "beside", 130, 0.1), at(event.Lift, "lift", 102, 0.5),
	}
	for _, tc := range []struct{ chosen, top string }{{"", "sure"}, {"doubtful", "doubtful"}} {
		var got []string
		for _, e := range (Map{View: view, Events: events, Chosen: tc.chosen}).scene().elements {
			if e.mark != "" {
				_, more, _ := strings.Cut(e.title, "; ")
				got = append(got, strings.TrimSpace(strings.TrimPrefix(e.href, "/event/")+" "+more))
			}
		}
		slices.Sort(got)
		if want := []string{"beside", tc.top + " and 2 more of this kind here", "lift"}; !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("chosen %q: got %q, want %q", tc.chosen, got, want)
		}
	}
}

// FuzzView draws maps of any view and size, with the shores and places, and asks that nothing is infinite.
func FuzzView(f *testing.F) {
	f.Add(53.0, 26.0, 5.5, 700, 400)
	f.Add(180.0, 90.0, 0.0, 0, -1)
	f.Add(math.NaN(), math.Inf(1), math.Inf(-1), 1<<40, 1)
	f.Add(-1e300, -85.06, 25.0, 200, 9000)
	base, err := basemap.Default()
	if err != nil {
		f.Fatal(err)
	}
	places, err := place.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, lon, lat, zoom float64, width, height int) {
		m := Map{View: View{Centre: geo.Point{lon, lat}, Zoom: zoom, Width: width, Height: height}, Events: sights(), Base: base, Places: places}
		var out strings.Builder
		if err := m.SVG(&out, Look{}); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || !strings.HasSuffix(text, "</svg>\n") {
			t.Fatalf("got %.200q", text)
		}
	})
}

// FuzzFit fits any box, and asks for a view that can be drawn.
func FuzzFit(f *testing.F) {
	f.Add(47.0, 22.0, 60.0, 31.0, 800, 500)
	f.Add(math.NaN(), math.Inf(1), -500.0, 0.0, 0, 0)
	f.Fuzz(func(t *testing.T, west, south, east, north float64, width, height int) {
		v := Fit(orb.Bound{Min: geo.Point{west, south}, Max: geo.Point{east, north}}, width, height)
		if v != v.sound() || math.IsNaN(v.Zoom) {
			t.Fatalf("got %+v", v)
		}
		_ = Map{View: v}.SVG(io.Discard, Look{})
	})
}
