package vessel

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

func TestLoadState(t *testing.T) {
	for _, c := range []struct {
		trap         string
		length, beam float64
		history      []float64
		draught      geo.Metres
		want         LoadState
	}{
		{"laden VLCC", 333, 60, nil, 20.9, Laden},
		{"VLCC in ballast", 333, 60, nil, 9.8, Ballast},
		{"a ship seen only in ballast must not look laden", 333, 60, []float64{9.6, 9.8, 9.6, 9.8}, 9.8, Ballast},
		{"half full", 333, 60, nil, 15.5, LoadUnknown},
		{"25.5 m means 25.5 or more", 380, 68, nil, 25.5, Laden},
		{"25.5 m on a small hull is still laden", 183, 32, nil, 25.5, Laden},
		{"small tanker in ballast sits at two thirds", 150, 23, nil, 6.0, Ballast},
		{"no draught", 333, 60, nil, 0, LoadUnknown},
		{"2 m × 2 m knows nothing", 2, 2, nil, 9.8, LoadUnknown},
		{"confirmed on two voyages: shallow design", 333, 60, []float64{20.5, 9.5, 20.6, 9.5}, 16.5, Laden},
		{"seen once is not confirmed", 333, 60, []float64{20.5, 9.5}, 16.5, LoadUnknown},
	} {
		t.Run(c.trap, func(t *testing.T) {
			s := shipOf(t, c.length, c.beam, c.history...)
			if got := s.LoadOf(c.draught); got != c.want {
				t.Errorf("got %v (Ts %.1f m), want %v", got, s.Scantling.Value, c.want)
			}
		})
	}
}

func TestScantlingDraught(t *testing.T) {
	formula := shipOf(t, 333, 60).Scantling
	for _, c := range []struct {
		trap    string
		history []float64
		want    float64
	}{
		{"never laden: the formula", []float64{9.8, 9.6}, formula.Value},
		{"one voyage: the formula", []float64{9.8, 22.4, 9.8}, formula.Value},
		{"two voyages: the lesser of the two greatest", []float64{9.8, 22.4, 9.8, 22.1, 9.7}, 22.1},
		{"one value typed twice in one voyage is one voyage", []float64{9.8, 22.4, 22.1, 22.4, 9.8}, formula.Value},
		{"too far from the formula is a typing error", []float64{9.8, 12.4, 8.8, 12.4, 8.8}, formula.Value},
		{"25.5 confirms nothing", []float64{9.8, 25.5, 9.8, 25.5, 9.8}, formula.Value},
	} {
		t.Run(c.trap, func(t *testing.T) {
			if got := shipOf(t, 333, 60, c.history...).Scantling.Value; math.Abs(got-c.want) > 1e-9 {
				t.Errorf("got %.2f m, want %.2f", got, c.want)
			}
		})
	}
}

func TestCargoOfTypeHulls(t *testing.T) {
	for _, c := range []struct {
		trap         string
		length, beam float64
		draught      geo.Metres
		low, high    float64 // barrels, the published range of the class
	}{
		{"VLCC full", 333, 60, 22.0, 1.9e6, 2.2e6},
		{"VLCC, draught not known", 333, 60, 0, 1.9e6, 2.2e6},
		{"VLCC part laden", 333, 60, 18.5, 1.3e6, 1.9e6},
		{"Suezmax full", 274, 48, 17.0, 0.9e6, 1.08e6},
		{"Aframax full", 250, 44, 14.9, 0.6e6, 0.8e6},
		{"draught deeper than scantling", 333, 60, 25, 1.9e6, 2.2e6},
	} {
		t.Run(c.trap, func(t *testing.T) {
			got := shipOf(t, c.length, c.beam).Cargo(c.draught, DefaultBarrelsPerTonne)
			if got.Value < c.low || got.Value > c.high || got.LogSD <= 0 {
				t.Errorf("got %.0f bbl ± %.2f, want %.0f to %.0f", got.Value, got.LogSD, c.low, c.high)
			}
		})
	}
}

func TestCargoWithoutDimensionsIsTheParcel(t *testing.T) {
	for class, want := range map[Class]float64{VLCC: 2.0e6, Suezmax: 1.0e6, Aframax: 0.65e6, ClassUnknown: 0, NotTanker: 0} {
		if got := (Ship{Class: class}).Cargo(20, 7.25).Value; got != want {
			t.Errorf("parcel of %v: got %.0f, want %.0f", class, got, want)
		}
	}
}

// A cargo is never negative and never above the cap, and a deeper ship never carries less.
func TestCargoStaysWithinTheTanks(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 2026))
	for range 20_000 {
		s := shipOf(t, 40+430*r.Float64(), 7+68*r.Float64())
		k := 6.3 + 2.1*r.Float64()
		d := geo.Metres(26 * r.Float64())
		got, deeper := s.Cargo(d, k), s.Cargo(d+0.5, k)
		if got.Value < 0 || got.Value > float64(s.CargoCap()) || got.Value > capPerTonne*s.DWT.Value {
			t.Fatalf("%.0f × %.0f m at %.1f m: got %.0f bbl, want 0 to %d", s.Hull.Length(), s.Hull.Beam(), d, got.Value, s.CargoCap())
		}
		if got.LogSD < 0 || got.LogSD > 1 || math.IsNaN(got.Value+got.LogSD) {
			t.Fatalf("%.0f × %.0f m at %.1f m: got an error of %v", s.Hull.Length(), s.Hull.Beam(), d, got.LogSD)
		}
		if deeper.Value < got.Value {
			t.Fatalf("%.0f × %.0f m: got %.0f bbl at %.1f m and %.0f half a metre deeper", s.Hull.Length(), s.Hull.Beam(), got.Value, d, deeper.Value)
		}
	}
}

func TestFleet(t *testing.T) {
	f := NewFleet()
	const m = MMSI(422_000_001)
	f.Mark(m, DraughtMark{day(5), 9.8})
	f.Update(Particulars{MMSI: m, IMO: 9_074_729, Name: "ONE", ShipType: 80, HasHull: true, Hull: hullOf(333, 60)})
	before, _ := f.Ship(m)
	f.Mark(m, DraughtMark{day(9), 20.9})
	f.Mark(m, DraughtMark{day(2), 20.5})
	f.Mark(m, DraughtMark{day(9), 21.0})
	f.Update(Particulars{MMSI: m})
	s, ok := f.Ship(m)
	if !ok || f.Len() != 1 {
		t.Fatalf("got %v ships and found %v, want 1 and true", f.Len(), ok)
	}
	if s.Flag != "IR" || s.Name != "ONE" || s.Class != VLCC || s.IMO != 9_074_729 {
		t.Errorf("got %s %q %v %d, want IR ONE VLCC 9074729: what is missing in a later report is kept", s.Flag, s.Name, s.Class, s.IMO)
	}
	if len(before.Draughts) != 1 || before.Draughts[0].Draught != 9.8 {
		t.Errorf("an older answer changed: got %v", before.Draughts)
	}
	for at, want := range map[int]LoadState{1: LoadUnknown, 2: Laden, 5: Ballast, 8: Ballast, 9: Laden} {
		if got := s.LoadAt(day(at)); got != want {
			t.Errorf("load on day %d: got %v, want %v", at, got, want)
		}
	}
	if d, _ := s.DraughtAt(day(30)); d != 21 {
		t.Errorf("a second mark of one moment: got %v m, want 21", d)
	}
	f.Register(9_074_729, Registered{DWT: 318_000, Scantling: 22.6, Listed: []string{"TEST-LIST"}})
	if s, _ = f.Ship(m); s.DWT.Value != 318_000 || s.Scantling.Value != 22.6 || len(s.Listed) != 1 {
		t.Errorf("a list's figures: got %v t, %v m, %v", s.DWT.Value, s.Scantling.Value, s.Listed)
	}
}

func TestFleetLeavesOtherShipsAlone(t *testing.T) {
	f := NewFleet()
	f.Update(Particulars{MMSI: 1, ShipType: 70, HasHull: true, Hull: hullOf(292, 45)})
	s, _ := f.Ship(1)
	if s.Class != NotTanker || s.DWT.Value != 0 || s.LoadOf(18) != LoadUnknown || s.Cargo(18, 7.25).Value != 0 {
		t.Errorf("a bulk carrier: got %v, %v t, %v, want no tanker and no cargo", s.Class, s.DWT.Value, s.LoadOf(18))
	}
}

func BenchmarkShip(b *testing.B) {
	f := NewFleet()
	f.Update(Particulars{MMSI: 1, ShipType: 80, HasHull: true, Hull: hullOf(333, 60)})
	var got float64
	for b.Loop() {
		s, _ := f.Ship(1)
		got = s.Cargo(19, 7.25).Value
	}
	if got < 1.5e6 || got > 2e6 {
		b.Fatalf("got %.0f bbl, want 1.5 to 2 million", got)
	}
}
