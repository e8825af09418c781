package place

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/geo"
)

func builtIn(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func load(t testing.TB, table string) *Gazetteer {
	t.Helper()
	g, err := Load(strings.NewReader(table), "test.csv")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func names(g *Gazetteer, ids []ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, g.At(id).Name)
	}
	return out
}

func TestDefaultEveryRow(t *testing.T) {
	g := builtIn(t)
	if g.Len() != 118 {
		t.Errorf("got %d places, want 118", g.Len())
	}
	for i := range g.Len() {
		p := g.At(ID(i))
		if p.ID != ID(i) {
			t.Errorf("%s: got ID %d, want %d", p.Name, p.ID, i)
		}
		if id, ok := g.Named(p.Name); !ok || id != p.ID {
			t.Errorf("%s: got %d %v by name, want %d", p.Name, id, ok, p.ID)
		}
		if p.Source == "" {
			t.Errorf("%s: got no source", p.Name)
		}
		if p.Kind != Gate && !slices.Contains(g.Find(p.Centre, nil), p.ID) {
			t.Errorf("%s: got its own point outside", p.Name)
		}
	}
	if id, ok := g.Named("Atlantis"); ok {
		t.Errorf("got %d for a place that is not there", id)
	}
}

// No place of ships lies on land: else the rule against positions on land would delete its calls.
func TestDefaultPlacesLieAtSea(t *testing.T) {
	racing.Skip(t)
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	g := builtIn(t)
	outlet := geo.PointFromDegrees(57, 25)
	for i := range g.Len() {
		p := g.At(ID(i))
		if p.Kind == Gate || p.Kind == Zone {
			continue
		}
		// 2 km is what the coast is wrong by; Mina al Fahal's point, given to an arc-minute, lies 2.2 km inland.
		limit := 2 * geo.Kilometre
		if p.Name == "Mina al Fahal" {
			limit = 2.5 * geo.Kilometre
		}
		if sea.OnLand(p.Centre, limit) {
			t.Errorf("%s: got more than %v m inland", p.Name, limit)
		}
		if d, ok := sea.Distance(outlet, p.Centre); !ok || d > 20000*geo.Kilometre {
			t.Errorf("%s: got no way from the Gulf of Oman", p.Name)
		}
	}
}

func TestFindByPrecedence(t *testing.T) {
	g := builtIn(t)
	tests := []struct {
		name string
		p    geo.Point
		want []string
	}{
		{"berth before terminal zone before anchorage", geo.Point{50.342, 29.232},
			[]string{"Kharg T-jetty (eastern jetty)", "Kharg complex (all berths + anchorage)", "Kharg anchorage (tankers waiting)"}},
		{"terminal zone before anchorage", geo.Point{50.40, 29.20},
			[]string{"Kharg complex (all berths + anchorage)", "Kharg anchorage (tankers waiting)"}},
		{"smaller area before larger", geo.Point{56.95, 24.65},
			[]string{"Off Sohar STS", "Gulf of Oman dark/STS waiting area"}},
		{"terminal before the area round it", geo.Point{48.817, 29.683},
			[]string{"Al Basrah Oil Terminal (ABOT)", "Khor al Zubair OPL / northern Gulf STS"}},
		{"smaller of two terminals", geo.Point{48.167, 29.033},
			[]string{"Shuaiba", "Mina Abdulla", "Mina al Ahmadi"}},
		{"open sea", geo.Point{60, 20}, nil},
		{"not a number", geo.Point{math.NaN(), math.NaN()}, nil},
	}
	buf := make([]ID, 0, 8)
	for _, tt := range tests {
		buf = g.Find(tt.p, buf)
		if got := names(g, buf); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// slowFind asks every place, without an index and without a flat map.
func slowFind(g *Gazetteer, p geo.Point) []ID {
	var ids []ID
	for i := range g.Len() {
		at, inside := g.At(ID(i)), false
		switch area := g.shapes[i].area; {
		case at.Kind == Gate:
		case area != nil:
			inside = area.Contains(p)
		default:
			inside = geo.DistanceExact(at.Centre, p) <= at.Radius
		}
		if inside {
			ids = append(ids, ID(i))
		}
	}
	slices.SortFunc(ids, g.compare)
	return ids
}

const trapTable = `name,kind,lon,lat,radius_km,shape
over the date line,anchorage,179.98,10,50,
on its far side,port,-179.9,10,30,
box over the date line,sts_area,180,-20,,"POLYGON((179 -21,-179 -21,-179 -19,179 -19,179 -21))"
polar roads,anchorage,40,89.5,200,
south polar roads,anchorage,-40,-89.9,100,
whole strait,zone,50,25,,"POLYGON((45 20,55 20,55 30,45 30,45 20))"
small berth,load_berth,50,25,0.3,
`

func TestFindAgainstTwin(t *testing.T) {
	for _, g := range []*Gazetteer{builtIn(t), load(t, trapTable)} {
		r := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			p := geo.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}
			if r.IntN(4) > 0 {
				near := g.At(ID(r.IntN(g.Len())))
				far := geo.Metres(r.Float64()*2) * max(near.Radius, 30*geo.Kilometre)
				if r.IntN(2) == 0 { // about the rim, where a flat map is not enough
					far = near.Radius * geo.Metres(0.99+0.02*r.Float64())
				}
				p = geo.Destination(near.Centre, geo.Degrees(r.Float64()*360), far)
			}
			if got, want := g.Find(p, nil), slowFind(g, p); !slices.Equal(got, want) {
				t.Fatalf("%v: got %q, want %q", p, names(g, got), names(g, want))
			}
		}
	}
}

func TestHolds(t *testing.T) {
	g := load(t, trapTable)
	tests := []struct {
		name   string
		place  string
		p      geo.Point
		margin geo.Metres
		want   bool
	}{
		{"inside a circle", "small berth", geo.Point{50.001, 25}, 0, true},
		{"outside a circle", "small berth", geo.Point{50.004, 25}, 0, false},
		{"within the margin of a circle", "small berth", geo.Point{50.004, 25}, 200, true},
		{"across the date line", "over the date line", geo.Point{-179.8, 10}, 0, true},
		{"beyond a polygon", "whole strait", geo.Point{55.005, 25}, 0, false},
		{"within the margin of a polygon", "whole strait", geo.Point{55.005, 25}, geo.Kilometre, true},
		{"beyond the margin of a polygon", "whole strait", geo.Point{55.02, 25}, geo.Kilometre, false},
		{"within the margin of a corner", "whole strait", geo.Point{55.005, 30.005}, geo.Kilometre, true},
		{"inside, but too near the border", "whole strait", geo.Point{54.995, 25}, -geo.Kilometre, false},
		{"well inside", "whole strait", geo.Point{54.9, 25}, -geo.Kilometre, true},
		{"margin over the date line", "box over the date line", geo.Point{-178.995, -20}, geo.Kilometre, true},
		{"over the pole", "polar roads", geo.Point{-140, 89.5}, 0, true},
	}
	for _, tt := range tests {
		id, ok := g.Named(tt.place)
		if got := g.Holds(id, tt.p, tt.margin); !ok || got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCrossings(t *testing.T) {
	g := builtIn(t)
	tests := []struct {
		name string
		a, b geo.Point
		want string
	}{
		{"out past Oman", geo.Point{56.8, 26.1}, geo.Point{56.8, 25.9}, "HORMUZ_OUTER out"},
		{"in past Oman", geo.Point{56.8, 25.9}, geo.Point{56.8, 26.1}, "HORMUZ_OUTER in"},
		{"out through the narrows", geo.Point{55.5, 26.3}, geo.Point{56.6, 26.6}, "HORMUZ_INNER out, HORMUZ_APEX out"},
		{"in through the narrows", geo.Point{56.6, 26.6}, geo.Point{55.5, 26.3}, "HORMUZ_APEX in, HORMUZ_INNER in"},
		{"along the gate", geo.Point{56.5, 26.0}, geo.Point{57.0, 26.0}, ""},
		{"up to the gate", geo.Point{56.8, 26.1}, geo.Point{56.8, 26.05}, ""},
		{"past its end", geo.Point{57.5, 26.1}, geo.Point{57.5, 25.9}, ""},
		{"out of the Gulf of Oman", geo.Point{59.8, 24}, geo.Point{60.3, 24}, "GULF_OF_OMAN_EXIT out"},
		{"close under Ras al Hadd", geo.Point{59.7, 22.6}, geo.Point{60.2, 22.56}, "GULF_OF_OMAN_EXIT out"},
		{"north through Bab el Mandeb", geo.Point{43.4, 12.6}, geo.Point{43.3, 12.9}, "BAB_EL_MANDEB out"},
		{"down Malacca", geo.Point{100.6, 3.0}, geo.Point{100.9, 2.8}, "MALACCA_ONE_FATHOM out"},
		{"east through Singapore", geo.Point{103.7, 1.15}, geo.Point{104.2, 1.28}, "SINGAPORE_STRAIT out, SINGAPORE_EAST out"},
		{"home through Lombok", geo.Point{115.7, -8.5}, geo.Point{115.7, -8.7}, "LOMBOK in"},
		{"no way at all", geo.Point{56.8, 26.0}, geo.Point{56.8, 26.0}, ""},
		{"not a number", geo.Point{math.NaN(), 26.1}, geo.Point{56.8, 25.9}, ""},
	}
	for _, tt := range tests {
		var got []string
		g.Crossings(tt.a, tt.b, func(gate ID, at geo.Point, outbound bool) {
			way := " in"
			if outbound {
				way = " out"
			}
			got = append(got, g.At(gate).Name+way)
		})
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, strings.Join(got, ", "), tt.want)
		}
	}
}

// However a track's fixes fall, also on the gate itself, she is outside after an odd number of crossings.
func TestCrossingsCountOnce(t *testing.T) {
	g := builtIn(t)
	outer, _ := g.Named("HORMUZ_OUTER")
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		at := geo.Point{56.8, 26.05}
		balance := 0
		for range 20 {
			to := geo.Point{56.6 + 0.5*r.Float64(), 26 + float64(r.IntN(5)-2)*0.02}
			g.Crossings(at, to, func(gate ID, p geo.Point, outbound bool) {
				if gate != outer {
					return
				}
				if math.Abs(p[1]-26) > 1e-9 {
					t.Fatalf("got a crossing at %v, want one on 26° N", p)
				}
				if outbound {
					balance++
				} else {
					balance--
				}
			})
			at = to
		}
		want := 0
		if at[1] < 26 {
			want = 1
		}
		if balance != want {
			t.Fatalf("at %v: got balance %d, want %d", at, balance, want)
		}
	}
}

func TestCrossingsOverDateLine(t *testing.T) {
	g := load(t, "name,kind,lon,lat,shape,outbound\ndate line,gate,180,0,\"LINESTRING(180 -5,180 5)\",E\nbeside it,gate,-179,0,\"LINESTRING(-179 -5,-179 5)\",E\n")
	var got []float64
	g.Crossings(geo.Point{179, 1}, geo.Point{-178, 1}, func(_ ID, at geo.Point, outbound bool) {
		if outbound {
			got = append(got, math.Abs(at[0]))
		}
	})
	if !slices.EqualFunc(got, []float64{180, 179}, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
		t.Errorf("got crossings at %v, want 180 and 179", got)
	}
	g.Crossings(geo.Point{1, 1}, geo.Point{-1, 1}, func(id ID, at geo.Point, _ bool) { t.Errorf("got %v at %v, want none", id, at) })
}

func TestSanctionedSources(t *testing.T) {
	g := builtIn(t)
	ids := g.SanctionedSources()
	if len(ids) != 14 || !slices.IsSorted(ids) {
		t.Errorf("got %d %v, want 14 in order", len(ids), ids)
	}
	for _, id := range ids {
		if p := g.At(id); p.Country != "IR" || p.Kind.rank() > TerminalZone.rank() {
			t.Errorf("got %s %s of %s, want Iranian terminals and berths", p.Name, p.Kind, p.Country)
		}
	}
	for _, tt := range []struct {
		name    string
		want    bool
		outside bool
	}{
		{"Kharg T-jetty (eastern jetty)", true, false}, {"Kooh Mobarak (Jask) SPM", true, true}, {"Al Basrah Oil Terminal (ABOT)", false, false},
		{"Kharg anchorage (tankers waiting)", false, false}, {"Fujairah offshore anchorage", false, true}, {"Yanbu King Fahd (crude)", false, true},
	} {
		id, _ := g.Named(tt.name)
		if p := g.At(id); slices.Contains(ids, id) != tt.want || p.Outside != tt.outside {
			t.Errorf("%s: got sanctioned %v outside %v, want %v %v", tt.name, p.Sanctioned, p.Outside, tt.want, tt.outside)
		}
	}
}

func TestKhargLimits(t *testing.T) {
	g := builtIn(t)
	for _, tt := range []struct {
		name    string
		dwt     float64
		draught geo.Metres
	}{{"Kharg T-jetty (eastern jetty)", 300_000, 20.7}, {"Kharg Sea Island / Azarpad (western jetty)", 500_000, 30}} {
		id, _ := g.Named(tt.name)
		if p := g.At(id); p.MaxDWT != tt.dwt || p.MaxDraught != tt.draught {
			t.Errorf("%s: got %v t and %v m, want %v and %v", tt.name, p.MaxDWT, p.MaxDraught, tt.dwt, tt.draught)
		}
	}
}

func TestHash(t *testing.T) {
	base := load(t, "name,kind,lon,lat,radius_km\na,port,50,25,3\nb,port,51,25,3\n")
	for _, tt := range []struct {
		name, table string
		same        bool
	}{
		{"rows and columns in another order", "kind,radius_km,lat,lon,name\nport,3,25,51,b\nport,3.0,25,50,a\n", true},
		{"a metre more", "name,kind,lon,lat,radius_km\na,port,50,25,3.001\nb,port,51,25,3\n", false},
		{"a place less", "name,kind,lon,lat,radius_km\na,port,50,25,3\n", false},
	} {
		if got := load(t, tt.table).Hash() == base.Hash(); got != tt.same || len(base.Hash()) != 64 {
			t.Errorf("%s: got same %v, want %v", tt.name, got, tt.same)
		}
	}
}

// TestCarriesReference compares with the table of facts from which the gazetteer was made.
func TestCarriesReference(t *testing.T) {
	rows := referenceRows(t, "gazetteer.csv")
	g := builtIn(t)
	if g.Len() != len(rows)-1 {
		t.Errorf("got %d places, want %d", g.Len(), len(rows)-1)
	}
	column := map[string]int{}
	for i, c := range rows[0] {
		column[c] = i
	}
	for _, row := range rows[1:] {
		id, ok := g.Named(row[column["name"]])
		if !ok {
			t.Errorf("%s: got no such place", row[column["name"]])
			continue
		}
		p := g.At(id)
		lon, _ := strconv.ParseFloat(row[column["lon"]], 64)
		lat, _ := strconv.ParseFloat(row[column["lat"]], 64)
		radius, _ := strconv.ParseFloat(row[column["radius_km"]], 64)
		// One gate was turned a little to close at its open end.
		if d := geo.DistanceExact(p.Centre, geo.Point{lon, lat}); d > 1 && p.Name != "GULF_OF_OMAN_EXIT" {
			t.Errorf("%s: got %v, want %v %v", p.Name, p.Centre, lon, lat)
		}
		if string(p.Kind) != row[column["kind"]] || p.Confidence != row[column["confidence"]] || p.Country != row[column["country"]] ||
			math.Abs(float64(p.Radius)-radius*1000) > 1e-6 || (p.Ring != nil) != strings.HasPrefix(row[column["polygon_wkt"]], "POLYGON") {
			t.Errorf("%s: got %+v, want %q", p.Name, p, row)
		}
	}
}

// referenceRows reads a table beside the checkout.
func referenceRows(t *testing.T, name string) [][]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("go.mod is not above the test: skipping the comparison with the reference")
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "reference", name))
	if err != nil {
		t.Skipf("../shared/reference/%s is not present: skipping the comparison with the reference", name)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func BenchmarkFind(b *testing.B) {
	g := builtIn(b)
	for _, bench := range []struct {
		name string
		p    geo.Point
		want int
	}{
		{"ocean", geo.Point{65, 15}, 0}, {"Gulf, no place", geo.Point{51.2, 27.8}, 0}, {"beside Kharg", geo.Point{50.48, 29.10}, 0},
		{"T-jetty", geo.Point{50.342, 29.232}, 3},
	} {
		b.Run(bench.name, func(b *testing.B) {
			buf := make([]ID, 0, 8)
			for b.Loop() {
				buf = g.Find(bench.p, buf)
			}
			if len(buf) != bench.want || !slices.Equal(buf, slowFind(g, bench.p)) {
				b.Fatalf("got %q, want %d places", names(g, buf), bench.want)
			}
		})
	}
}

// BenchmarkFindAnywhere asks for points in and round every place of the gazetteer, one a turn.
func BenchmarkFindAnywhere(b *testing.B) {
	g, r := builtIn(b), rand.New(rand.NewPCG(3, 4))
	points := make([]geo.Point, 4096)
	for i := range points {
		at := g.At(ID(i % g.Len()))
		points[i] = geo.Destination(at.Centre, geo.Degrees(r.Float64()*360), geo.Metres(r.Float64()*1.5)*max(at.Radius, geo.Kilometre))
	}
	buf, held, n := make([]ID, 0, 8), 0, 0
	for b.Loop() {
		buf = g.Find(points[n%len(points)], buf)
		held += len(buf)
		n++
	}
	b.ReportMetric(float64(held)/float64(n), "places/point")
	for _, p := range points {
		if buf = g.Find(p, buf); !slices.Equal(buf, slowFind(g, p)) {
			b.Fatalf("%v: got %q, want %q", p, names(g, buf), names(g, slowFind(g, p)))
		}
	}
}

func BenchmarkCrossings(b *testing.B) {
	g := builtIn(b)
	got := 0
	count := func(ID, geo.Point, bool) { got++ }
	for b.Loop() {
		got = 0
		g.Crossings(geo.Point{56.80, 26.01}, geo.Point{56.81, 25.99}, count)
	}
	if got != 1 {
		b.Fatalf("got %d crossings, want 1", got)
	}
}
