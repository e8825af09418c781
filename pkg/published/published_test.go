package published

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/record"
)

const header = "period,period_type,source,value_kbd_low,value_kbd_high,scope,method,page,notes\n"

func TestFiguresAreReadWithTheirDays(t *testing.T) {
	text := header + `2018-01..04,avg,"A, Inc.",2400,2400,crude,AIS,https://example.org/1,
2018-10,partial (1-21),B,1550,1550,crude,,,
2018-10,partial,C,1000,2200,crude,,,spread
2020-06/07,month,D,600,600,crude,,,
2021,year,E,0,500,crude,,,
2023-Q3,avg,F,1400.5,1400.5,crude,,,
2025-10,4 weeks,G,2300,2300,crude,,,
2026-02-28..03-11,window,H,1100,1500,crude (China arrivals),,,
2026-04,partial (after blockade),I,567,567,crude,,,
`
	want := []struct {
		span   string
		exact  bool
		middle float64
		basis  estimate.Basis
	}{
		{"2018-01-01 to 2018-04-30", true, 2_400_000, estimate.Lifted}, {"2018-10-01 to 2018-10-21", true, 1_550_000, estimate.Lifted},
		{"2018-10-01 to 2018-10-31", false, math.Sqrt(1e6 * 2.2e6), estimate.Lifted}, {"2020-06-01 to 2020-07-31", true, 600_000, estimate.Lifted},
		{"2021-01-01 to 2021-12-31", true, 250_000, estimate.Lifted}, {"2023-07-01 to 2023-09-30", true, 1_400_500, estimate.Lifted},
		{"2025-10-01 to 2025-10-31", false, 2_300_000, estimate.Lifted}, {"2026-02-28 to 2026-03-11", true, math.Sqrt(1.1e6 * 1.5e6), estimate.Discharged},
		{"2026-04-01 to 2026-04-30", false, 567_000, estimate.Lifted},
	}
	got, err := Read(strings.NewReader("\ufeff" + text))
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %d figures, %v", len(got), err)
	}
	for i, w := range want {
		if f := got[i]; f.Line != i+2 || f.Span.String() != w.span || f.Exact != w.exact || math.Abs(f.Middle()-w.middle) > 1e-6 || f.Basis != w.basis {
			t.Errorf("line %d: got %s, exact %t, %.0f, %s; want %+v", f.Line, f.Span, f.Exact, f.Middle(), f.Basis, w)
		}
	}
}

func TestWhatDoesNotFitIsAnErrorWithItsLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "header",
		"period,value\n2026,1\n":                 "line 1",
		header + "2026-03,month,A,1,1,crude,,\n": "line 2: 8 cells",
		header + "2026-13,month,A,1,1,crude,,,\n":                                              "line 2: period",
		header + "2026-03,moon,A,1,1,crude,,,\n":                                               "line 2: period type",
		header + "2026-03,month,A,2,1,crude,,,\n":                                              "lower one first",
		header + "2026-03,month,A,-1,1,crude,,,\n":                                             "value \"-1\"",
		header + "2026-03,month,A,1,NaN,crude,,,\n":                                            "value \"NaN\"",
		header + "2026-03,month,,1,1,crude,,,\n":                                               "source is empty",
		header + "2026-03,partial (20-40),A,1,1,crude,,,\n":                                    "days of 2026-03",
		header + "2026-04..03,avg,A,1,1,crude,,,\n":                                            "line 2: period",
		header + "2026-03,month,A,1,1,crude,,,\n2026-03,month,\"A,1,1\n":                       "line 3",
		header + "2026-03,month,A,x,1,crude,,,\n\n2026-03,month,A,y,1,crude,,,\n":              "line 4: value \"y\"",
		header + "2026-03,month,A\xff,1,1,crude,,,\n":                                          "UTF-8",
		header + strings.Repeat("2026-03,month,A,1,1,crude,,,\n", maxFile/29+1) + "2026-03,,,": "more than",
	} {
		if _, err := Read(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: got %v, want %q", in, err, want)
		}
	}
}

func TestFiguresAreHeldAgainstTheSameDays(t *testing.T) {
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	own := r.Over(estimate.Lifted, mustSpan(t, "2026-03-01..03-14"))
	figures, err := Read(strings.NewReader(header + `2026-03-01..03-14,window,same,1,1,crude,,,
2026-03-01..03-14,window,far above,90000,90000,crude,,,
2026-03-01..03-14,window,zero,0,0,crude,,,
2026-03,month,partly,1500,1500,crude,,,
2026-02,partial,inexact,1500,1500,crude,,,
2025-03,month,another year,1500,1500,crude,,,
2025-03,partial,another year and inexact,1500,1500,crude,,,
`))
	if err != nil {
		t.Fatal(err)
	}
	figures[0].Low, figures[0].High = float64(own.Barrels.Mean)/1.1, float64(own.Barrels.Mean)/1.1
	zero := Below
	if own.Barrels.P05 == 0 {
		zero = Inside
	}
	want := []Verdict{Inside, Above, zero, Partly, Inexact, Apart, Apart}
	all := Compare(r, figures)
	for i, c := range all {
		if c.Verdict != want[i] || c.Says() == "" {
			t.Errorf("%s: got %s, want %s", c.Source, c.Verdict, want[i])
		}
		if c.Told != (i < 2) {
			t.Errorf("%s: ratio told: %t", c.Source, c.Told)
		}
	}
	if math.Abs(all[0].LogRatio-math.Log(1.1)) > 1e-6 {
		t.Errorf("log ratio %f, want %f", all[0].LogRatio, math.Log(1.1))
	}
	if s := Summarise(all); s.Figures != 7 || s.Compared != 3 || s.Told != 2 || math.Abs(s.MeanLog-(all[0].LogRatio+all[1].LogRatio)/2) > 1e-9 ||
		math.Abs(s.SpreadLog-math.Abs(all[0].LogRatio-all[1].LogRatio)/2) > 1e-9 {
		t.Errorf("got %+v", s)
	}
}

func mustSpan(t *testing.T, s string) record.Span {
	t.Helper()
	out, err := span(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTheCollectedFiguresAreRead reads the figures that were collected for the project, where they are at hand.
func TestTheCollectedFiguresAreRead(t *testing.T) {
	f, err := os.Open("../../../shared/reference/published_estimates.csv")
	if err != nil {
		t.Skip("no collected figures here: ", err)
	}
	defer f.Close()
	figures, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	count := map[Verdict]int{}
	for _, c := range Compare(r, figures) {
		count[c.Verdict]++
	}
	if len(figures) != 122 || count[Apart] == 0 || count[Apart] == len(figures) {
		t.Errorf("%d figures: %v", len(figures), count)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "2026-03,month,A,1,2,crude,,,\n2026-02-28..03-11,window,H,1100,1500,crude (China arrivals),,,\n2018-10,partial (1-21),B,1550,1550,crude,,,"))
	f.Add([]byte(header + "2020-06/07,month,D,600,600,crude,,,\n,..,,,,,,,"))
	f.Fuzz(func(t *testing.T, text []byte) {
		figures, err := Read(strings.NewReader(string(text)))
		if err != nil {
			return
		}
		for _, x := range figures {
			if x.Span.Days() < 1 || x.Low > x.High || !(x.Middle() >= 0) || x.Middle() > maxValue*1000 {
				t.Errorf("%+v out of %q", x, text)
			}
		}
	})
}
