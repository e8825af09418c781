package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
)

// CoverageDays writes what was heard of controls, by UTC day and cell, as CSV. Shares of nothing are empty, never zero.
func CoverageDays(w io.Writer, days []coverage.DayReach) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"date", "west", "south", "control_hours", "heard_by_coast", "coast_share", "hours_with_a_pass", "heard_by_satellite", "satellite_share"})
	for _, d := range days {
		_ = out.Write([]string{d.Date.Format(time.DateOnly), degrees(d.West), degrees(d.South), strconv.Itoa(d.There),
			strconv.Itoa(d.Coast), part(d.Coast, d.There), strconv.Itoa(d.Passed), strconv.Itoa(d.Space), part(d.Space, d.Passed)})
	}
	out.Flush() // keeps the first error of all writes
	if err := out.Error(); err != nil {
		return fmt.Errorf("write coverage: %w", err)
	}
	return nil
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

func part(n, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/float64(of), 'f', 4, 64)
}

// layer is a GeoJSON feature collection (RFC 7946).
type layer struct {
	Type     string    `json:"type"`
	Features []feature `json:"features"`
}

type feature struct {
	Type       string         `json:"type"`
	Geometry   polygon        `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

type polygon struct {
	Type        string         `json:"type"`
	Coordinates [][][2]float64 `json:"coordinates"`
}

// CoverageMap writes what could be heard where as GeoJSON: a square for each cell, with the chance that a ship is heard
// in an hour by each kind of receiver and the control hours behind it. A chance is "unknown" where these are too few.
func CoverageMap(w io.Writer, cells []coverage.Reach) error {
	out := layer{Type: "FeatureCollection", Features: []feature{}}
	for _, c := range cells {
		west, south, east, north := c.West, c.South, c.West+coverage.CellSize, c.South+coverage.CellSize
		properties := map[string]any{}
		for name, h := range map[string]coverage.Heard{"coast": c.Coast, "satellite_under_way": c.Underway, "satellite_at_rest": c.AtRest} {
			properties[name], properties[name+"_hours"] = "unknown", h.Hours
			if h.Known {
				properties[name] = float64(int(h.Chance*10_000+0.5)) / 10_000
			}
		}
		out.Features = append(out.Features, feature{Type: "Feature", Properties: properties, Geometry: polygon{Type: "Polygon",
			Coordinates: [][][2]float64{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}})
	}
	enc := json.NewEncoder(w)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write coverage: %w", err)
	}
	return nil
}
