package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/paulmach/orb"
)

var update = flag.Bool("update", false, "write the golden files again")

// date is a day of March 2026.
func date(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }

// row is a day with a number.
func row(n int, status estimate.Status, parts ...vessel.Barrels) estimate.Row {
	r := estimate.Row{Date: date(n), Basis: estimate.Lifted, Known: true, Status: status, WindowDays: min(n, 28),
		Seen: parts[0], Inferred: parts[1], Pending: parts[2], Unobserved: parts[3]}
	mean := r.Seen + r.Inferred + r.Pending + r.Unobserved
	r.Day = estimate.Interval{Mean: mean, P05: mean / 2, P50: mean, P95: mean * 2}
	r.Month = estimate.Interval{Mean: 1_300_000, P05: 900_000, P50: 1_300_000, P95: 1_900_000}
	return r
}

// days are twelve days of which the sixth is blind, the eighth is missing and the last three are provisional.
func days() []estimate.Row {
	var all []estimate.Row
	for n := 1; n <= 12; n++ {
		status := estimate.Final
		switch {
		case n == 6:
			status = estimate.Blind
		case n == 8:
			continue
		case n > 9:
			status = estimate.Provisional
		}
		all = append(all, row(n, status, vessel.Barrels(100_000*n), 400_000, 200_000, 100_000))
	}
	return all
}

// hostile is what a ship could call herself.
const hostile = "</title><script>alert(1)</script>\u202e\"'&\x1b[31m"

// sights are events of every kind, each at a place of its own, with hostile names.
func sights() []event.Event {
	var all []event.Event
	for i, k := range event.Kinds() {
		end := date(3).Add(time.Duration(i) * time.Hour)
		all = append(all, event.Event{ID: string(k) + "-0123456789abcdef", Kind: k, Status: event.Closed, Start: date(2), End: &end,
			Lon: 49 + float64(i)*0.7, Lat: 26.5, Probability: 0.9, Details: event.DetailsOf(k),
			Vessels: []event.Vessel{{Role: event.Subject, MMSI: 422000001, Name: hostile}}})
	}
	return all
}

func svgOf(t *testing.T, draw func(io.Writer, Look) error, look Look) string {
	t.Helper()
	var out bytes.Buffer
	if err := draw(&out, look); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// full is a barometer with everything on it.
func full() Barometer {
	end := date(5)
	return Barometer{
		Rows: days(),
		Outages: []event.Event{{ID: "outage-1", Kind: event.Outage, Status: event.Closed, Start: date(4), End: &end,
			Details: event.OutageDetails{Source: hostile}}},
		Notes:    []halt.Change{{Date: date(3), Text: hostile, Word: "cannot tell"}},
		Figures:  []published.Figure{{Period: "2026-W10", Source: hostile, Low: 1_200_000, High: 1_500_000, Span: record.Span{From: date(2), To: date(8)}, Basis: estimate.Lifted}},
		Overlays: []timeline.Overlay{{Name: hostile, Values: []timeline.Value{{Date: timeline.Day{Time: date(1)}, Value: 70}, {Date: timeline.Day{Time: date(9)}, Value: 81.5}}}},
	}
}

// TestPicturesAreWhatTheyWere compares with the golden files; -update writes them again.
func TestPicturesAreWhatTheyWere(t *testing.T) {
	island := Map{View: Fit(orb.Bound{Min: geo.Point{48, 25}, Max: geo.Point{58, 28}}, 400, 240), Events: sights()}
	for name, draw := range map[string]func(io.Writer, Look) error{"barometer": full().SVG, "map": island.SVG} {
		for theme, look := range map[string]Look{"light": {}, "inline-dark": {Theme: Dark, Inline: true, Base: "/base"}} {
			t.Run(name+" "+theme, func(t *testing.T) {
				got := svgOf(t, draw, look)
				file := filepath.Join("testdata", name+"-"+theme+".svg")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("differs from %s; look at it, then go test -update", file)
				}
			})
		}
	}
}

// TestPicturesAreSafeInAPage reads each as XML and looks for what the page's security policy forbids, and for names that
// would have become markup or turned the writing.
func TestPicturesAreSafeInAPage(t *testing.T) {
	m := Map{View: Fit(orb.Bound{Min: geo.Point{48, 25}, Max: geo.Point{58, 28}}, 700, 400), Events: sights()}
	for name, text := range map[string]string{
		"barometer": svgOf(t, full().SVG, Look{Inline: true}), "alone": svgOf(t, full().SVG, Look{}), "map": svgOf(t, m.SVG, Look{Inline: true}),
	} {
		seen := false
		dec := xml.NewDecoder(strings.NewReader(text))
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				if !slices.Contains([]string{"svg", "defs", "pattern", "path", "use", "g", "a", "title", "text"}, x.Name.Local) {
					t.Errorf("%s has an element %s", name, x.Name.Local)
				}
				for _, a := range x.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" && !regexp.MustCompile(`^(/|#)`).MatchString(a.Value) {
						t.Errorf("%s: %s has %s=%q", name, x.Name.Local, a.Name.Local, a.Value)
					}
				}
			case xml.CharData:
				seen = seen || strings.Contains(string(x), `<script>alert(1)</script>\u202e"'&\u001b[31m`)
				if strings.ContainsAny(string(x), "\u202e\x1b") {
					t.Errorf("%s has a character that steers the screen in %q", name, x)
				}
			}
		}
		if !seen {
			t.Errorf("%s does not show the hostile name", name)
		}
	}
}

// TestBarsSumToTheirDays measures the bars: their heights are the parts, one on the other without a gap, a blind day and a
// missing one have none.
func TestBarsSumToTheirDays(t *testing.T) {
	rows := days()
	s, err := Barometer{Rows: rows}.scene()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlot("barometer", rows, time.Time{}, time.Time{}, 960, 340)
	if err != nil {
		t.Fatal(err)
	}
	p.frame(56, 26, 14, 46)
	p.fit(0)
	perBarrel := p.high / p.most
	heights, tops := map[int]float64{}, map[int]float64{}
	for _, e := range s.elements {
		if !slices.Contains([]ink{inkSeen, inkInferred, inkPending, inkUnobserved}, e.ink) || len(e.path) == 5 && e.path[0].to[0][1] < p.top {
			continue // a swatch of the legend
		}
		for i := 0; i+4 < len(e.path); i += 5 {
			x, top, bottom := e.path[i].to[0][0], e.path[i].to[0][1], e.path[i+2].to[0][1]
			day := 1 + int((x-p.left)/p.slot)
			if lower, stacked := tops[day]; stacked && math.Abs(lower-bottom) > 1e-6 {
				t.Errorf("%d March: a part begins at %g, the one under it ends at %g", day, bottom, lower)
			}
			heights[day] += bottom - top
			tops[day] = top
		}
	}
	byDay := map[int]estimate.Row{}
	for _, r := range rows {
		byDay[r.Date.Day()] = r
	}
	for n := 1; n <= 12; n++ {
		want := float64(byDay[n].Day.Mean) * perBarrel
		if n == 6 || n == 8 {
			want = 0
		}
		if math.Abs(heights[n]-want) > 1e-6 {
			t.Errorf("%d March: got a bar of %g pixels, want %g", n, heights[n], want)
		}
	}
}

// TestADayWithoutObservationIsAGap looks at where the field is hatched and where the mean is interrupted.
func TestADayWithoutObservationIsAGap(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func([]estimate.Row) []estimate.Row
		gaps   int
		pieces int
	}{
		{"none", func(r []estimate.Row) []estimate.Row { return r[:5] }, 0, 0},
		{"a blind day and a missing one", func(r []estimate.Row) []estimate.Row { return r }, 2, 1},
		{"both together", func(r []estimate.Row) []estimate.Row { r[6].Status = estimate.Blind; return r }, 1, 1},
		{"blind at the end", func(r []estimate.Row) []estimate.Row { r[10].Status = estimate.Blind; return r }, 3, 1},
		{"nothing known at all", func(r []estimate.Row) []estimate.Row {
			for i := range r {
				r[i].Known = false
			}
			return r
		}, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Barometer{Rows: tc.change(days())}.scene()
			if err != nil {
				t.Fatal(err)
			}
			gaps, pieces := 0, 0
			for _, e := range s.elements {
				if e.ink == inkBlind && e.path[0].to[0][1] > 20 {
					gaps += len(e.path) / 5
				}
				if e.ink == inkMeanRim {
					for _, step := range e.path {
						if step.verb == 'M' {
							pieces++
						}
					}
				}
			}
			if gaps != tc.gaps || pieces != tc.pieces {
				t.Errorf("got %d gaps and the mean in %d pieces, want %d and %d", gaps, pieces, tc.gaps, tc.pieces)
			}
		})
	}
}

// TestEachDayIsALink counts them: one for each day that the chart spans, the gaps too, and none in an image.
func TestEachDayIsALink(t *testing.T) {
	text := svgOf(t, Barometer{Rows: days()}.SVG, Look{Inline: true, Base: "/x"})
	for n := 1; n <= 12; n++ {
		if want := fmt.Sprintf(`<a href="/x/day/2026-03-%02d"><title>`, n); strings.Count(text, want) != 1 {
			t.Errorf("%d March: got %d links, want one", n, strings.Count(text, want))
		}
	}
	if alone := svgOf(t, Barometer{Rows: days()}.SVG, Look{}); strings.Contains(alone, "<a ") {
		t.Error("an image of its own has links")
	}
}

// TestYearsLeadToWeeks asks a chart whose days are too narrow to be hit for weeks instead: each of them once, the first and
// the last cut, with what was observed of it.
func TestYearsLeadToWeeks(t *testing.T) {
	var rows []estimate.Row
	for n := 1; n <= 600; n++ {
		rows = append(rows, row(n, estimate.Final, 100_000, 0, 0, 0))
	}
	rows[3].Status = estimate.Blind // Wednesday, 4 March
	text := svgOf(t, Barometer{Rows: rows}.SVG, Look{Inline: true})
	if strings.Contains(text, `"/day/`) {
		t.Error("there are days that nobody can hit")
	}
	for _, want := range []string{
		`<a href="/report/2026-W09"><title>1 Mar to 1 Mar 2026: 100,000 b/d; 1 of 1 days observed</title>`,
		`<a href="/report/2026-W10"><title>2 Mar to 8 Mar 2026: 100,000 b/d; 6 of 7 days observed</title>`,
		`<a href="/report/2026-W53"><title>28 Dec to 3 Jan 2027: 100,000 b/d; 7 of 7 days observed</title>`,
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("want one %s", want)
		}
	}
	if got := strings.Count(text, `<a href="/report/`); got != 87 {
		t.Errorf("got %d weeks, want 87", got)
	}
}

// TestOddBarometersAreDrawnOrRefused gives no rows, one, sizes that nothing fits in, and days that do not rise.
func TestOddBarometersAreDrawnOrRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		b      Barometer
		refuse string
	}{
		{"nothing yet", Barometer{}, ""},
		{"one day", Barometer{Rows: days()[:1]}, ""},
		{"tiny", Barometer{Rows: days(), Width: 1, Height: -5}, ""},
		{"all zero", Barometer{Rows: []estimate.Row{row(1, estimate.Final, 0, 0, 0, 0)}}, ""},
		{"ten years", Barometer{Rows: days(), From: date(1).AddDate(-10, 0, 0)}, ""},
		{"the wrong way round", Barometer{From: date(5), To: date(2)}, "the last day, 2026-03-02, is before the first, 2026-03-05"},
		{"days that fall", Barometer{Rows: []estimate.Row{row(5, estimate.Final, 1, 1, 1, 1), row(4, estimate.Final, 1, 1, 1, 1)}}, "2026-03-04 comes after 2026-03-05"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out bytes.Buffer
			err := tc.b.SVG(&out, Look{})
			switch {
			case tc.refuse == "" && (err != nil || !strings.HasSuffix(out.String(), "</svg>\n") || strings.Contains(out.String(), "NaN")):
				t.Errorf("got %v and %.80q", err, out.String())
			case tc.refuse != "" && (err == nil || !strings.Contains(err.Error(), tc.refuse)):
				t.Errorf("got %v, want %q", err, tc.refuse)
			}
		})
	}
}

// TestTheSheetHasBothColoursOfEveryInk takes the inks that the page's pictures use, and looks for each in the sheet that the
// page's theme works by.
func TestTheSheetHasBothColoursOfEveryInk(t *testing.T) {
	sheet := Sheet()
	m := Map{View: Fit(orb.Bound{Min: geo.Point{48, 25}, Max: geo.Point{58, 28}}, 700, 400), Events: sights()}
	text := svgOf(t, full().SVG, Look{Inline: true}) + svgOf(t, m.SVG, Look{Inline: true})
	classes := regexp.MustCompile(`<(?:path|use|text)[^>]* class="([\w-]+)"`).FindAllStringSubmatch(text, -1)
	if len(classes) < 60 {
		t.Fatalf("got %d classes, want those of a barometer and a map", len(classes))
	}
	for _, class := range classes {
		name := strings.TrimSuffix(class[1], "-line")
		st, known := inks[ink(name)]
		if !known {
			t.Errorf("class %q is no ink", class[1])
			continue
		}
		for _, colours := range [][2]string{st.fill, st.stroke} {
			if colours[Light] != "" && !strings.Contains(sheet, "light-dark("+colours[Light]+","+colours[Dark]+")") {
				t.Errorf("the sheet lacks %v of %s", colours, name)
			}
		}
		if !strings.Contains(sheet, ".picture ."+name) {
			t.Errorf("the sheet lacks %s", name)
		}
	}
}
