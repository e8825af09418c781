package tabular

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

type row struct {
	Date  Day        `json:"date" parquet:"date,date"`
	Name  string     `json:"name" parquet:"name"`
	Bbl   *int64     `json:"bbl" parquet:"bbl,optional"`
	Share *float64   `json:"share" parquet:"share,optional"`
	Q     float64    `json:"q" parquet:"q"`
	N     int32      `json:"n" parquet:"n"`
	Found bool       `json:"found" parquet:"found"`
	End   *time.Time `json:"end" parquet:"end,optional,timestamp(millisecond)"`
}

func ptr[T any](x T) *T { return &x }

func rows() []row {
	end := time.Date(2026, 3, 14, 5, 6, 7, 89e6, time.UTC)
	return []row{
		{DayOf(end), "SYN LUNAR ZEPHYR", ptr[int64](2_000_000), ptr(0.25), 0.8942, 7, true, &end},
		{Date: DayOf(time.Date(1969, 12, 31, 7, 0, 0, 0, time.UTC)), Name: `=HYPERLINK("http://x","a"),b`},
		{Date: DayOf(end), Name: "a\u202eb\x00<b>\xff", Bbl: ptr[int64](-5), Q: 1e-7, N: -3},
	}
}

func TestTextThatASpreadsheetWouldRunIsGuarded(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "SYN 1": "SYN 1", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "  =1": "'  =1", "'=1": "''=1",
		"\t=1": `\u0009=1`, "＝1": "'＝1", "a=1": "a=1", "\u202e=1": `\u202e=1`, "\u00a0=1": "'\u00a0=1",
	} {
		if got := Guard(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestCSVHasAColumnForEachFieldAndNoFormula(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, rows()); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&b).ReadAll()
	want := [][]string{
		{"date", "name", "bbl", "share", "q", "n", "found", "end"},
		{"2026-03-14", "SYN LUNAR ZEPHYR", "2000000", "0.25", "0.8942", "7", "true", "2026-03-14T05:06:07.089Z"},
		{"1969-12-31", `'=HYPERLINK("http://x","a"),b`, "", "", "0", "0", "false", ""},
		{"2026-03-14", `a\u202eb\u0000<b>\xff`, "-5", "", "0.0000001", "-3", "false", ""},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestJSONKeepsTextAndMissingValues(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, "x/v1", map[string]string{"unit": "b/d"}, rows()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schema string
		About  map[string]string
		Rows   []map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	if len(got.Rows) != 3 || got.Schema != "x/v1" || got.Rows[1]["name"] != rows()[1].Name || got.Rows[1]["bbl"] != nil || got.Rows[0]["date"] != "2026-03-14" {
		t.Errorf("got %v", got)
	}
	b.Reset()
	if err := JSON(&b, "x/v1", nil, []row{}); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("no rows: %v, %s", err, b.String())
	}
}

func TestParquetComesBackAsItWas(t *testing.T) {
	for _, all := range [][]row{rows(), {}} {
		var b bytes.Buffer
		if err := Parquet(&b, all, "unit", "b/d"); err != nil {
			t.Fatal(err)
		}
		got, err := readParquet[row](b.Bytes())
		if err != nil || len(got) != len(all) {
			t.Fatalf("got %d rows, %v", len(got), err)
		}
		for i := range got {
			if g, w := got[i], all[i]; g.Date != w.Date || g.Name != w.Name || !reflect.DeepEqual(g.Bbl, w.Bbl) || g.Q != w.Q || g.N != w.N {
				t.Errorf("row %d: got %+v, want %+v", i, g, w)
			}
		}
		if _, err := readParquet[row](b.Bytes()[:b.Len()/2]); err == nil {
			t.Error("half a file was read")
		}
	}
}

// signed is twice the area, positive counter-clockwise.
func signed(ring [][]float64) (sum float64) {
	for i := 1; i < len(ring); i++ {
		sum += ring[i-1][0]*ring[i][1] - ring[i][0]*ring[i-1][1]
	}
	return sum
}

func TestGeoJSONFollowsRFC7946(t *testing.T) {
	kharg := geo.PointFromDegrees(50.32, 29.23)
	clockwise := []geo.Point{{50, 25}, {50, 26}, {51, 26}, {51, 25}, {50, 25}}
	for _, tc := range []struct {
		name, kind string
		f          Feature
		parts      int
	}{
		{"nowhere", "", Feature{}, 0},
		{"point", "Point", Feature{At: &kharg}, 0},
		{"line", "LineString", Feature{Line: []geo.Point{{50, 29}, {56, 26}}}, 1},
		{"line over the date line, eastward", "MultiLineString", Feature{Line: []geo.Point{{170, 10}, {-170, 20}}}, 2},
		{"line over the date line, westward", "MultiLineString", Feature{Line: []geo.Point{{-170, 10}, {170, 20}, {-175, 0}}}, 3},
		{"line that begins on the date line", "LineString", Feature{Line: []geo.Point{{180, 10}, {-170, 20}}}, 1},
		{"line that ends on the date line", "LineString", Feature{Line: []geo.Point{{170, 10}, {-180, 20}}}, 1},
		{"ring drawn clockwise", "Polygon", Feature{Ring: clockwise}, 1},
		{"ring over the date line", "MultiPolygon", Feature{Ring: []geo.Point{{175, -5}, {-175, -5}, {-175, 5}, {175, 5}}}, 2},
	} {
		var b bytes.Buffer
		if err := GeoJSON(&b, []Feature{tc.f}); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Features []struct {
				Geometry *struct {
					Type        string
					Coordinates json.RawMessage
				}
			}
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		g := got.Features[0].Geometry
		if g == nil {
			if tc.kind != "" {
				t.Errorf("%s: no geometry", tc.name)
			}
			continue
		}
		if g.Type != tc.kind {
			t.Errorf("%s: got %s, want %s: %s", tc.name, g.Type, tc.kind, g.Coordinates)
		}
		checkShape(t, tc.name, g.Type, g.Coordinates, tc.parts)
	}
}

// checkShape tests that a shape has so many parts, all within ±180°, no leap, rings closed and counter-clockwise.
func checkShape(t *testing.T, name, kind string, coordinates json.RawMessage, parts int) {
	t.Helper()
	var all [][][]float64
	switch kind {
	case "LineString":
		var one [][]float64
		_ = json.Unmarshal(coordinates, &one)
		all = append(all, one)
	case "MultiLineString", "Polygon":
		_ = json.Unmarshal(coordinates, &all)
	case "MultiPolygon":
		var polygons [][][][]float64
		_ = json.Unmarshal(coordinates, &polygons)
		for _, p := range polygons {
			all = append(all, p...)
		}
	default:
		return
	}
	if len(all) != parts {
		t.Errorf("%s: %d parts, want %d: %s", name, len(all), parts, coordinates)
	}
	for _, part := range all {
		if len(part) < 2 {
			t.Errorf("%s: a part of %d points: %s", name, len(part), coordinates)
		}
		for i, p := range part {
			if math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 || i > 0 && math.Abs(p[0]-part[i-1][0]) > 180 {
				t.Errorf("%s: point %v: %s", name, p, coordinates)
			}
		}
		if strings.HasSuffix(kind, "Polygon") && (!reflect.DeepEqual(part[0], part[len(part)-1]) || signed(part) <= 0) {
			t.Errorf("%s: ring not closed or clockwise: %s", name, coordinates)
		}
	}
}

// FuzzGuard: whatever a ship sends, a cell begins with nothing that a spreadsheet runs, and is read back as one cell.
func FuzzGuard(f *testing.F) {
	for _, r := range rows() {
		f.Add(r.Name)
	}
	f.Add("  '=cmd|' /C calc'!A0")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		if err := CSV(&b, []row{{Name: s}}); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(got) != 2 || len(got[1]) != 8 {
			t.Fatalf("%q became %q, %v", s, got, err)
		}
		if strings.HasPrefix(got[1][1], "'") {
			return
		}
		if c := got[1][1]; c != "" && strings.ContainsAny(c[:1], "=+-@\t\r\n") || strings.ContainsAny(c, "\u202e\x00\x1b") {
			t.Errorf("%q became %q", s, c)
		}
	})
}
