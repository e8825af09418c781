package extract

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
)

func open(t *testing.T) (*record.Record, record.Span) {
	t.Helper()
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := r.Whole(estimate.Lifted)
	return r, whole
}

func TestDaysAndTheirShipsAddUp(t *testing.T) {
	r, whole := open(t)
	ships, err := Ships(r, estimate.Lifted, whole)
	if err != nil {
		t.Fatal(err)
	}
	brought := map[tabular.Day]int64{}
	for _, s := range ships {
		brought[s.Date] += s.Expected
		if s.Hull == "" || s.Route == "" || s.Version == nil || s.Because == "" || s.P05 == nil || *s.P05 > s.Mean || *s.P95 < s.Mean {
			t.Errorf("%s: %+v", s.Date, s)
		}
	}
	for _, d := range Days(r, estimate.Lifted, whole) {
		if sum := *d.Seen + *d.Inferred + *d.Pending + *d.Unobserved; sum != *d.Mean {
			t.Errorf("%s: parts sum to %d, mean %d", d.Date, sum, *d.Mean)
		}
		if diff := brought[d.Date] - *d.Seen - *d.Inferred; diff > 200 || diff < -200 { // both are rounded to 100
			t.Errorf("%s: ships bring %d, seen and inferred are %d", d.Date, brought[d.Date], *d.Seen+*d.Inferred)
		}
	}
	if n := len(Days(r, estimate.Lifted, record.Span{From: fixture.At(5), To: fixture.At(7)})); n != 3 {
		t.Errorf("%d rows of three days", n)
	}
}

func TestRetractedEventsAreNotExported(t *testing.T) {
	r, whole := open(t)
	events := Events(r, whole)
	for _, e := range events {
		if e.Status == "retracted" {
			t.Errorf("%s is exported", e.ID)
		}
	}
	if len(events) != len(fixture.Events())-1 {
		t.Errorf("%d events, want all but the retracted one", len(events))
	}
}

func TestEveryTableIsWrittenInEveryForm(t *testing.T) {
	r, whole := open(t)
	ships, err := Ships(r, estimate.Lifted, whole)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := published.Read(strings.NewReader(strings.Join(published.Columns(), ",") + "\n2026-03-01..03-14,window,=Tracker,1500,1500,crude,,,\n2019,year,old,1,1,crude,,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	about := AboutOf(r, whole)
	every(t, "days", Days(r, estimate.Lifted, whole), about)
	every(t, "ships", ships, about)
	every(t, "events", Events(r, whole), about)
	every(t, "lots", Lots(r, whole), about)
	every(t, "comparison", Comparisons(published.Compare(r, figures)), about)
}

// every writes rows in each form; Parquet reads itself back.
func every[T any](t *testing.T, name string, rows []T, about About) {
	t.Helper()
	if len(rows) == 0 {
		t.Errorf("%s: no rows", name)
	}
	var c, j, p bytes.Buffer
	if err := tabular.CSV(&c, rows); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	cells, err := csv.NewReader(&c).ReadAll()
	if err != nil || len(cells) != 1+len(rows) {
		t.Errorf("%s: %d lines of CSV, %v", name, len(cells), err)
	}
	for _, line := range cells {
		for _, cell := range line {
			if cell != "" && strings.ContainsAny(cell[:1], "=@+") {
				t.Errorf("%s: a spreadsheet would run %q", name, cell)
			}
		}
	}
	if err := tabular.JSON(&j, "x/v1", about, rows); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	var back struct {
		About About
		Rows  []map[string]any
	}
	if err := json.Unmarshal(j.Bytes(), &back); err != nil || len(back.Rows) != len(rows) || len(back.Rows[0]) != len(cells[0]) || !back.About.Synthetic {
		t.Errorf("%s: %d objects of JSON, %v", name, len(back.Rows), err)
	}
	if err := tabular.Parquet(&p, rows, about.Facts("x/v1")...); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func TestMapsHaveEveryEventAndTheWaysOfLots(t *testing.T) {
	r, whole := open(t)
	var b bytes.Buffer
	if err := tabular.GeoJSON(&b, EventFeatures(r, whole)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Features []struct {
			ID       string
			Geometry *struct{ Type string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"lift-": "Point", "gap-": "LineString", "outage-": "", "discharge-": "Point"}
	for _, f := range got.Features {
		for prefix, kind := range kinds {
			if !strings.HasPrefix(f.ID, prefix) {
				continue
			}
			if (f.Geometry == nil) != (kind == "") || f.Geometry != nil && f.Geometry.Type != kind {
				t.Errorf("%s: got %+v, want %s", f.ID, f.Geometry, kind)
			}
		}
	}
	if len(got.Features) != len(Events(r, whole)) {
		t.Errorf("%d features of %d events", len(got.Features), len(Events(r, whole)))
	}
	b.Reset()
	if err := tabular.GeoJSON(&b, LotFeatures(r, whole)); err != nil || !strings.Contains(b.String(), `"MultiLineString"`) {
		t.Errorf("a lot that crosses ±180°: %v, %s", err, b.String())
	}
}
