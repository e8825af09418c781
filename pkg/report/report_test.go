package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
)

func open(t *testing.T, folder fstest.MapFS) *record.Record {
	t.Helper()
	r, err := record.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t *testing.T, r *record.Record, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func days(from, to float64) record.Span {
	return record.Span{From: fixture.At(from), To: fixture.At(to)}
}

func TestThePageSaysTheNumberWithItsInterval(t *testing.T) {
	r := open(t, fixture.Folder())
	for name, span := range map[string]record.Span{"day": days(39, 39), "week": days(33, 39), "28 days": days(12, 39), "all": days(0, 39), "beyond": days(30, 60)} {
		for _, b := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
			m := r.Over(b, span)
			page := render(t, r, Options{Basis: b, Span: span})
			for _, want := range []string{thousands(hundred(m.Barrels.Mean)) + " <small>barrels a day", "<b>" + thousands(hundred(m.Barrels.P05)) + "</b>",
				"<b>" + thousands(hundred(m.Barrels.P95)) + "</b>", Sentence(m), string(m.Status), "SYNTHETIC", "sha256:0123456789abcdef", "feedbeef", "40 %", "80 %"} {
				if !strings.Contains(page, want) {
					t.Errorf("%s, %s: no %q", name, b, want)
				}
			}
			if m.Exact == strings.Contains(page, "rather too wide than too narrow") || (m.Covered < span.Days()) != strings.Contains(page, "The run has 10 of the 31 days") {
				t.Errorf("%s, %s: %+v, and the foot says otherwise", name, b, m)
			}
			for _, bad := range []string{"NaN", "+Inf", "-Inf", "%!", "ZgotmplZ", "<no value>"} {
				if strings.Contains(page, bad) {
					t.Errorf("%s, %s: the page holds %q", name, b, bad)
				}
			}
		}
	}
}

// TestThePageObeysNobody: ships' names stay text, and nothing is fetched or run.
func TestThePageObeysNobody(t *testing.T) {
	r := open(t, fixture.Folder())
	figures, err := published.Read(strings.NewReader(strings.Join(published.Columns(), ",") + "\n2026-03-01..03-14,window,<i>Tracker</i>,1500,1500,crude,,javascript:alert(1),\n2019,year,old,1,1,crude,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	page := render(t, r, Options{Basis: estimate.Lifted, Span: days(0, 39), Figures: figures})
	for _, bad := range []string{"<script", "\u202e", "javascript:", "<i>Tracker", "<b>in Muscat", " src=", "@import", "url(http", "<link", "onload"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"&lt;script&gt;alert(1)&lt;/script&gt;", `EVIL\u202eTXT`, "&lt;i&gt;Tracker", "&lt;b&gt;in Muscat", "1 are about other times"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if urls := regexp.MustCompile(`https?://[^"' <]*`).FindAllString(page, -1); len(urls) > 0 {
		for _, u := range urls {
			if u != "http://www.w3.org/2000/svg" && !strings.HasPrefix(u, "http://x") { // a ship calls herself so, as text
				t.Errorf("the page points to %s", u)
			}
		}
	}
}

func TestAServedPageLinksItsEventsAndKeepsAStrictPolicy(t *testing.T) {
	r := open(t, fixture.Folder())
	o := Options{Basis: estimate.Lifted, Span: days(0, 39)}
	if file := render(t, r, o); strings.Contains(file, "<a ") {
		t.Error("a file that travels alone has links")
	}
	o.Served, o.Earlier = true, "2026-02"
	page := render(t, r, o)
	for _, want := range []string{`<a href="/event/lift-`, `<a href="/report/2026-02" rel="prev">`, `<a href="/">`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	_, rest, _ := strings.Cut(page, "<style>")
	style, after, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; StyleSource() != want {
		t.Errorf("the policy allows %s, the page has %s", StyleSource(), want)
	}
	if strings.Contains(after, "style=") || strings.Contains(after, "<style") {
		t.Error("the page has style that the policy's hash does not allow")
	}
}

func TestThePictureOfDaysIsWellFormedAndAddsUp(t *testing.T) {
	r := open(t, fixture.Folder())
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	page := render(t, r, Options{Basis: estimate.Lifted, Span: days(12, 39), Places: places})
	pictures := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	if len(pictures) != 2 {
		t.Fatalf("%d pictures, want the days and the map", len(pictures))
	}
	for _, svg := range pictures {
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in %.200s", err, svg)
			}
		}
	}
	if n := strings.Count(pictures[0], "<title>"); n != 28 {
		t.Errorf("%d days drawn, want 28", n)
	}
	if !strings.Contains(pictures[1], "Kharg") {
		t.Error("the map does not name Kharg")
	}
}

func TestABlendIsShownApart(t *testing.T) {
	found, err := eventsOf(open(t, fixture.Folder()), Options{Basis: estimate.Lifted, Span: days(0, 39)})
	if err != nil {
		t.Fatal(err)
	}
	blends := 0
	for _, l := range found.Others {
		if l.What == "blended, in no sum" {
			blends++
		}
	}
	if len(found.Lifts) != 12 || blends != 1 {
		t.Errorf("%d lifts and %d blends, want 12 and 1", len(found.Lifts), blends)
	}
}

func TestARunWithoutANumberSaysSo(t *testing.T) {
	m := record.Mean{Basis: estimate.Lifted, Covered: 7, Barrels: estimate.Interval{P95: 17_100_000}}
	if got := Sentence(m); !strings.Contains(got, "no number") || !strings.Contains(got, "17.1 million") {
		t.Errorf("got %q", got)
	}
	r := open(t, fixture.Folder())
	page := render(t, r, Options{Basis: estimate.Lifted, Span: days(100, 120)})
	for _, want := range []string{"No number", "The run has none of these days.", "None was found."} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestSpansAreNamedAsAPersonWould(t *testing.T) {
	for in, want := range map[string]string{"2026-03-14": "14 March 2026", "2026-03": "March 2026", "2026-W11": "Week 11 of 2026, 9 March to 15 March 2026", "2026-Q1": "90 days, 1 January to 31 March 2026"} {
		s, err := record.ParseSpan(in)
		if err != nil || Title(s) != want {
			t.Errorf("%s: got %q, %v; want %q", in, Title(s), err, want)
		}
	}
}

func TestEqualRecordsGiveEqualPages(t *testing.T) {
	o := Options{Basis: estimate.Lifted, Span: days(12, 39)}
	if a, b := render(t, open(t, fixture.Folder()), o), render(t, open(t, fixture.Folder()), o); a != b {
		t.Error("two pages of one record differ")
	}
}
