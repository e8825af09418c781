package export

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
)

func TestCoverageDaysLeaveEmptyWhatNobodyKnows(t *testing.T) {
	var b strings.Builder
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	if err := CoverageDays(&b, []coverage.DayReach{
		{Date: day, West: 56.5, South: 25, There: 40, Coast: 30, Passed: 8, Space: 2}, {Date: day, West: -0.25, South: -1, There: 3},
	}); err != nil {
		t.Fatal(err)
	}
	want := "date,west,south,control_hours,heard_by_coast,coast_share,hours_with_a_pass,heard_by_satellite,satellite_share\n" +
		"2026-03-01,56.50,25.00,40,30,0.7500,8,2,0.2500\n2026-03-01,-0.25,-1.00,3,0,0.0000,0,0,\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestCoverageMapIsAMapLayer(t *testing.T) {
	var b strings.Builder
	cells := []coverage.Reach{{West: 56.5, South: 25, Coast: coverage.Heard{Known: true, Chance: 0.75, Hours: 40}, AtRest: coverage.Heard{Hours: 2}}}
	if err := CoverageMap(&b, cells); err != nil {
		t.Fatal(err)
	}
	var got layer
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || got.Type != "FeatureCollection" || len(got.Features) != 1 {
		t.Fatalf("got %v, %s", err, b.String())
	}
	f := got.Features[0]
	ring := f.Geometry.Coordinates[0]
	if len(ring) != 5 || ring[0] != ring[4] || ring[0] != [2]float64{56.5, 25} || ring[2] != [2]float64{56.75, 25.25} {
		t.Errorf("got ring %v, want a closed square of 0.25° against the clock", ring)
	}
	if f.Properties["coast"] != 0.75 || f.Properties["coast_hours"] != 40.0 || f.Properties["satellite_at_rest"] != "unknown" {
		t.Errorf("got %v", f.Properties)
	}
	b.Reset()
	if err := CoverageMap(&b, nil); err != nil || !strings.Contains(b.String(), `"features":[]`) {
		t.Errorf("an empty layer: got %v, %s", err, b.String())
	}
}
