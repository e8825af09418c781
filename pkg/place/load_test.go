package place

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestLoadRefuses(t *testing.T) {
	const head = "name,kind,lon,lat,radius_km,shape,confidence,sanctioned,grade,outbound\n"
	tests := []struct {
		name, table string
		want        error
		text        string
	}{
		{"column that is not ours", "name,kind,lon,lat,radius\n", ErrColumn, `test.csv:1: column "radius"`},
		{"column given twice", "name,kind,lon,lat,lon\n", ErrColumn, `column "lon"`},
		{"column missing", "name,kind,lon\n", ErrColumn, `column "lat"`},
		{"no name", head + ",port,50,25,3,,,,,\n", ErrValue, `test.csv:2: name ""`},
		{"name twice", head + "a,port,50,25,3,,,,,\na,port,51,25,3,,,,,\n", ErrTwice, `test.csv:3: name "a"`},
		{"unknown kind", head + "a,harbour,50,25,3,,,,,\n", ErrValue, `kind "harbour"`},
		{"no longitude", head + "a,port,,25,3,,,,,\n", ErrValue, `lon ""`},
		{"latitude beyond the pole", head + "a,port,50,95,3,,,,,\n", ErrValue, `lat "95"`},
		{"longitude not a number", head + "a,port,NaN,25,3,,,,,\n", ErrValue, `lon "NaN"`},
		{"decimal comma", head + "a,port,\"50,3\",25,3,,,,,\n", ErrValue, `lon "50,3"`},
		{"radius in metres", head + "a,port,50,25,3000,,,,,\n", ErrValue, `radius_km "3000"`},
		{"negative radius", head + "a,port,50,25,-3,,,,,\n", ErrValue, `radius_km "-3"`},
		{"no shape", head + "a,port,50,25,,,,,,\n", ErrShape, "either radius_km or shape"},
		{"two shapes", head + "a,port,50,25,3,\"POLYGON((0 0,1 0,1 1,0 0))\",,,,\n", ErrShape, "either radius_km or shape"},
		{"shape that is no WKT", head + "a,port,50,25,,ROUND,,,,\n", ErrShape, `shape "ROUND"`},
		{"polygon left open", head + "a,port,50,25,,\"POLYGON((0 0,1 0,1 1))\",,,,\n", ErrShape, "closed"},
		{"polygon with a hole", head + "a,port,50,25,,\"POLYGON((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))\",,,,\n", ErrShape, "one ring"},
		{"latitude before longitude", head + "a,port,50,25,,\"POLYGON((0 100,1 100,1 101,0 100))\",,,,\n", ErrShape, "latitudes"},
		{"half an ocean", head + "a,zone,50,25,,\"POLYGON((0 0,90 0,90 1,0 0))\",,,,\n", ErrShape, "across"},
		{"doubtful confidence", head + "a,port,50,25,3,,sure,,,\n", ErrValue, `confidence "sure"`},
		{"sanctioned perhaps", head + "a,port,50,25,3,,,maybe,,\n", ErrValue, `sanctioned "maybe"`},
		{"grade of no crude", head + "a,port,50,25,3,,,,Olive oil,\n", ErrValue, `grade "Olive oil"`},
		{"port with a direction", head + "a,port,50,25,3,,,,,N\n", ErrValue, `outbound "N"`},
		{"gate with a radius", head + "a,gate,50,25,3,,,,,N\n", ErrShape, "LINESTRING"},
		{"gate of three points", head + "a,gate,50,25,,\"LINESTRING(0 0,1 0,2 1)\",,,,N\n", ErrShape, "LINESTRING"},
		{"gate without direction", head + "a,gate,50,25,,\"LINESTRING(0 0,1 0)\",,,,\n", ErrValue, `outbound ""`},
		{"gate along its direction", head + "a,gate,50,25,,\"LINESTRING(0 0,1 0)\",,,,E\n", ErrValue, "runs along"},
	}
	for _, tt := range tests {
		g, err := Load(strings.NewReader(tt.table), "test.csv")
		if !errors.Is(err, tt.want) || g != nil {
			t.Errorf("%s: got error %v, want %v", tt.name, err, tt.want)
			continue
		}
		if !strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: got %q, want %q in it", tt.name, err, tt.text)
		}
		var row *RowError
		if !errors.As(err, &row) || row.Line == 0 || row.File != "test.csv" {
			t.Errorf("%s: got %#v, want a RowError with file and line", tt.name, err)
		}
	}
}

func TestLoadRefusesBrokenCSV(t *testing.T) {
	for _, table := range []string{"", "name,kind,lon,lat\n\"a,port\n", "name,kind,lon,lat\na,port\n"} {
		if _, err := Load(strings.NewReader(table), "test.csv"); err == nil || !strings.HasPrefix(err.Error(), "load gazetteer: test.csv") {
			t.Errorf("%q: got %v, want an error that names the file", table, err)
		}
	}
}

func TestLoadAccepts(t *testing.T) {
	for _, tt := range []struct{ name, table string }{
		{"byte order mark", "\ufeffname,kind,lon,lat,radius_km\nx,port,50,25,3\n"},
		{"CR LF and blanks", " Name , KIND,lon,lat,radius_km\r\n x ,port, 50 ,25,3\r\n"},
		{"columns in another order", "radius_km,lat,lon,kind,name\n3,25,50,port,x\n"},
	} {
		g, err := Load(strings.NewReader(tt.table), "test.csv")
		if err != nil {
			t.Errorf("%s: got %v", tt.name, err)
			continue
		}
		if p := g.At(0); g.Len() != 1 || p.Name != "x" || p.Radius != 3000 || p.Confidence != "low" {
			t.Errorf("%s: got %+v, want port x of 3 km, of low confidence", tt.name, p)
		}
	}
}

func TestGrades(t *testing.T) {
	for _, tt := range []struct {
		name  string
		want  float64
		known bool
	}{
		{"Iranian Light", 7.346, true}, {"Iranian Heavy", 7.164, true}, {"South Pars condensate", 8.387, true},
		{"Iran export mix", 7.253, true}, {"", DefaultBarrelsPerTonne, false}, {"Olive oil", DefaultBarrelsPerTonne, false},
	} {
		if got, known := BarrelsPerTonne(tt.name); got != tt.want || known != tt.known {
			t.Errorf("%q: got %v %v, want %v %v", tt.name, got, known, tt.want, tt.known)
		}
	}
	for _, g := range Grades() {
		// The definition of degrees API, and the constants of the comment on gradesFile.
		want := 1 / (141.5 / (131.5 + g.API) * 0.999016 * 0.158987)
		if d := g.BarrelsPerTonne - want; d > 0.002 || d < -0.002 {
			t.Errorf("%s: got %v barrels a tonne, want %.3f from %v API", g.Name, g.BarrelsPerTonne, want, g.API)
		}
		if !slices.Contains([]string{"verified", "derived", "unverified"}, g.Status) || g.Source == "" {
			t.Errorf("%s: got status %q and source %q", g.Name, g.Status, g.Source)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(string(gazetteerFile))
	f.Add(trapTable)
	f.Add("name,kind,lon,lat,shape,outbound\ng,gate,0,0,\"LINESTRING(0 0,1 0)\",N\n")
	f.Add("name,kind,lon,lat,shape\np,port,0,0,\"POLYGON((0 0,1 0,1 1,0 0))\"\n")
	f.Fuzz(func(t *testing.T, table string) {
		g, err := Load(strings.NewReader(table), "fuzz.csv")
		if err != nil {
			return
		}
		for i := range g.Len() {
			p := g.At(ID(i))
			for _, id := range g.Find(p.Centre, nil) {
				if !g.Holds(id, p.Centre, 0) {
					t.Fatalf("%s: got %v found and not held", p.Name, id)
				}
			}
		}
	})
}
