package vessel

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/darkwake/darkwake/pkg/geo"
)

// nominal is a type hull of testdata/nominal_hulls.csv: shipyards' designs, most figures general knowledge and marked so.
type nominal struct {
	name      string
	class     Class
	hull      geo.Hull
	scantling geo.Metres
	dwt       Tonnes
}

func nominalHulls(t *testing.T) []nominal {
	t.Helper()
	f, err := os.Open("testdata/nominal_hulls.csv")
	if err != nil {
		t.Fatalf("open nominal hulls: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("read nominal hulls: %v", err)
	}
	var out []nominal
	for _, r := range rows[1:] {
		var v [4]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(r[2+i], 64); err != nil {
				t.Fatalf("read %s: %v", r[0], err)
			}
		}
		out = append(out, nominal{r[0], ParseClass(r[1]), hullOf(v[0], v[1]), geo.Metres(v[2]), Tonnes(v[3])})
	}
	return out
}

func hullOf(length, beam float64) geo.Hull {
	return geo.Hull{Bow: geo.Metres(length - 50), Stern: 50, Port: geo.Metres(beam / 2), Starboard: geo.Metres(beam / 2)}
}

// shipOf is a ship of a hull as a fleet derives her, with marks as voyages.
func shipOf(t *testing.T, length, beam float64, draughts ...float64) Ship {
	t.Helper()
	f := NewFleet()
	f.Update(Particulars{MMSI: 620_999_001, ShipType: 80, HasHull: true, Hull: hullOf(length, beam)})
	for i, d := range draughts {
		f.Mark(620_999_001, DraughtMark{day(i), geo.Metres(d)})
	}
	s, ok := f.Ship(620_999_001)
	if !ok {
		t.Fatal("got no ship")
	}
	return s
}

func TestNominalHullsGetTheirClass(t *testing.T) {
	for _, n := range nominalHulls(t) {
		if n.class == ClassUnknown {
			t.Fatalf("%s: the table's class does not parse", n.name)
		}
		if got := ClassOf(n.hull, 0); got != n.class {
			t.Errorf("%s by dimensions: got %v, want %v", n.name, got, n.class)
		}
		if got := ClassOf(geo.Hull{}, n.dwt); got != n.class {
			t.Errorf("%s by deadweight: got %v, want %v", n.name, got, n.class)
		}
	}
}

// The regressions must err on type hulls no more than they claim: root mean square of the logarithm within the
// stated error, and none beyond three of it.
func TestRegressionsErrAsStated(t *testing.T) {
	type residual struct{ sum, n float64 }
	fits := map[string]*residual{"deadweight by draught": {}, "deadweight by dimensions": {}, "scantling draught": {}}
	check := func(fit, name string, got Uncertain, want float64) {
		e := math.Log(got.Value / want)
		if math.Abs(e) > 3*got.LogSD {
			t.Errorf("%s of %s: got %.0f ± %.0f %%, want %.0f", fit, name, got.Value, 100*got.LogSD, want)
		}
		fits[fit].sum += e * e / (got.LogSD * got.LogSD)
		fits[fit].n++
	}
	for _, n := range nominalHulls(t) {
		check("deadweight by dimensions", n.name, deadweightFromDimensions(n.hull), float64(n.dwt))
		if n.dwt < mediumFrom {
			continue // the other two were fitted from 30,000 t on
		}
		check("deadweight by draught", n.name, deadweightFromDraught(n.hull, Uncertain{float64(n.scantling), 0}), float64(n.dwt))
		check("scantling draught", n.name, scantlingFromDimensions(n.hull), float64(n.scantling))
	}
	for fit, r := range fits {
		if rms := math.Sqrt(r.sum / r.n); rms > 1.1 {
			t.Errorf("%s: got a root mean square of %.2f stated errors, want <= 1.1", fit, rms)
		}
	}
}

func TestClassTraps(t *testing.T) {
	for _, c := range []struct {
		trap         string
		length, beam float64
		want         Class
	}{
		{"no dimensions", 0, 0, ClassUnknown},
		{"two metres by two", 2, 2, ClassUnknown},
		{"length without beam", 333, 0, ClassUnknown},
		{"largest that message 5 can carry", 1022, 126, ClassUnknown},
		{"beam longer than length", 60, 333, ClassUnknown},
		{"between the cuts: a narrow old tanker", 243.5, 34.4, Aframax},
		{"between the cuts: a slender VLCC", 320, 53, VLCC},
		{"coaster", 70, 12, SmallTanker},
	} {
		t.Run(c.trap, func(t *testing.T) {
			if got := ClassOf(hullOf(c.length, c.beam), 0); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestMaxSpeed(t *testing.T) {
	want := map[Class]geo.Knots{VLCC: 22, Suezmax: 23, Aframax: 24, LR1: 24, MR: 22, ClassUnknown: 22, NotTanker: 22, ULCC: 22}
	for c, w := range want {
		if got := c.MaxSpeed(); got != w {
			t.Errorf("MaxSpeed of %v: got %v kn, want %v", c, got, w)
		}
		if s := c.ServiceSpeed(); s <= 10 || s >= c.MaxSpeed() {
			t.Errorf("ServiceSpeed of %v: got %v kn, want between 10 and the maximum", c, s)
		}
	}
}

func TestTPCOfTypeHulls(t *testing.T) {
	for _, c := range []struct {
		class        string
		length, beam float64
		want         float64 // published with the class table, t/cm
	}{
		{"VLCC", 333, 60, 177}, {"Suezmax", 274, 48, 117}, {"Aframax", 250, 44, 98}, {"LR1", 228, 32.2, 65}, {"MR", 183, 32.2, 52},
	} {
		if got := TPC(hullOf(c.length, c.beam)); math.Abs(got-c.want) > 0.6 {
			t.Errorf("TPC of a %s: got %.1f t/cm, want %.0f", c.class, got, c.want)
		}
	}
	if got := TPC(hullOf(2, 2)); got != 0 {
		t.Errorf("TPC of 2 m × 2 m: got %v, want 0", got)
	}
}
