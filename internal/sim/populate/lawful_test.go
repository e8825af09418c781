package populate

import (
	"maps"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// lawfulPlan is the baseline without its trade, its ships made.
func lawfulPlan(t testing.TB, seed uint64, traffic, days float64) *scenario.Scenario {
	t.Helper()
	s := copied(t, "baseline", seed, traffic, days)
	s.Population.Trade = nil
	if err := Fill(s); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return s
}

// copied is a committed scenario that a test may fill; what its population says is shared and must not be changed.
func copied(t testing.TB, name string, seed uint64, traffic, days float64) *scenario.Scenario {
	t.Helper()
	all, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	s, p := *all[name], *all[name].Population
	p.Traffic = scenario.Dial{From: traffic, To: traffic, Set: true}
	s.Places, s.Seed, s.Days, s.Population = maps.Clone(s.Places), seed, days, &p
	return &s
}

func lawfulWorld(t testing.TB, seed uint64, traffic, days float64) *sim.World {
	t.Helper()
	w, err := sim.New(lawfulPlan(t, seed, traffic, days))
	if err != nil {
		t.Fatalf("seed %d, traffic %g, %g days: %v", seed, traffic, days, err)
	}
	return w
}

func TestEverySeedMakesAWorld(t *testing.T) {
	for seed := range racing.Fewer[uint64](30, 3) {
		if n := len(lawfulWorld(t, seed, 0.1, 10).Ships()); n < 60 || n > 200 {
			t.Errorf("seed %d: %d ships", seed, n)
		}
	}
	lawfulWorld(t, 1, 0.05, 3)
	lawfulWorld(t, 2, 0.05, 365)
}

// TestPerturbedWorldsCompile makes worlds of all kinds of habits, the trade with them.
func TestPerturbedWorldsCompile(t *testing.T) {
	for seed := range racing.Fewer[uint64](12, 2) {
		s := copied(t, "perturbed", seed, 0.1, 10)
		if err := Fill(s); err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		if _, err := sim.New(s); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestTheSameSeedMakesTheSameShips(t *testing.T) {
	a, b, c := lawfulPlan(t, 5, 0.1, 10), lawfulPlan(t, 5, 0.1, 10), lawfulPlan(t, 6, 0.1, 10)
	if !reflect.DeepEqual(a.Ships, b.Ships) || !reflect.DeepEqual(a.Places, b.Places) {
		t.Error("one seed, two worlds")
	}
	if reflect.DeepEqual(a.Ships, c.Ships) {
		t.Error("two seeds, one world")
	}
}

// TestAGroupMoreLeavesTheOthersAlone compares those groups that do not want the same berths.
func TestAGroupMoreLeavesTheOthersAlone(t *testing.T) {
	with := lawfulPlan(t, 5, 0.3, 10)
	s := open(t, "baseline.yaml")
	s.Seed, s.Days, s.Population.Trade = 5, 10, nil
	s.Population.Traffic = scenario.Dial{From: 0.3, To: 0.3, Set: true}
	delete(s.Population.Lawful.Groups, "lng")
	delete(s.Population.Lawful.Boats, "dhows-dubai")
	if err := Fill(s); err != nil {
		t.Fatal(err)
	}
	days := map[string]float64{}
	for _, v := range s.Ships {
		days[v.Name] = v.Day - v.Before
	}
	same, all := 0, 0
	for _, v := range with.Ships {
		if class := v.Hull[:3]; class == "lng" || v.Hull == "dhow" {
			continue
		}
		all++
		if day, ok := days[v.Name]; ok && math.Abs(day-(v.Day-v.Before)) < 1e-9 {
			same++
		}
	}
	if same < all*95/100 {
		t.Errorf("%d of %d ships are the same without two groups", same, all)
	}
}

// TestTrafficResemblesTheStrait holds a world at full traffic against published figures: 100 to 135 ships a day through
// Hormuz (Lloyd's List Intelligence), 37 to 46 oil tankers (S&P Commodities at Sea).
func TestTrafficResemblesTheStrait(t *testing.T) {
	w := lawfulWorld(t, 3, 1, 10)
	all, oil, present := 0, 0, 0
	for _, s := range w.Ships() {
		if s.Track().Present(5 * 24 * time.Hour) {
			present++
		}
		if s.Kind().ClassB {
			continue
		}
		n := passes(s, w.End())
		all += n
		if s.Kind().DWT > 0 {
			oil += n
		}
	}
	days := w.End().Hours() / 24
	if perDay, oilPerDay := float64(all)/days, float64(oil)/days; perDay < 95 || perDay > 135 || oilPerDay < 35 || oilPerDay > 52 {
		t.Errorf("%.0f ships a day through the Strait, %.0f of them oil tankers; want 95 to 135 and 35 to 52", perDay, oilPerDay)
	}
	if n := len(w.Ships()); n < 800 || n > 1300 || present < 450 || present > 900 {
		t.Errorf("%d ships in ten days, %d of them at once", n, present)
	}
}

// passes counts how often a ship goes through the Strait: across the meridian 56.45° E between Musandam and Hormuz Island.
func passes(s *sim.Ship, end time.Duration) int {
	const step = 20 * time.Minute
	n := 0
	for at := step; at < end; at += step {
		if !s.Track().Present(at-step) || !s.Track().Present(at) {
			continue
		}
		a, b := s.Track().Pose(at-step).At, s.Track().Pose(at).At
		if (a[0] < 56.45) != (b[0] < 56.45) && b[1] > 26.37 && b[1] < 27.17 {
			n++
		}
	}
	return n
}

// TestMadeShipsKeepToWaterAndPhysics samples a world as the tests of package sim do those written by hand.
func TestMadeShipsKeepToWaterAndPhysics(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	w := lawfulWorld(t, 11, 0.2, 9)
	const step, short = 10 * time.Minute, 30 * time.Second
	bad := 0
	for _, s := range w.Ships() {
		for at := step; at < w.End()-step && bad < 20; at += step {
			if !s.Track().Present(at-step) || !s.Track().Present(at+step) {
				continue
			}
			before, now, after := s.Track().Pose(at-short), s.Track().Pose(at), s.Track().Pose(at+short)
			if sea.OnLand(now.At, 700) {
				t.Errorf("%s (%s) after %v: on land at %.4f, %.4f", s.Name(), s.Spec().Hull, at, now.At[0], now.At[1])
				bad++
			}
			speed := geo.KnotsFromMetresPerSecond(float64(geo.Distance(before.At, after.At)) / 60)
			turn := math.Abs(motion.Turn(before.Heading, after.Heading))
			limit := 26 * math.Sqrt(333/float64(s.Hull().Length())) // small craft turn quicker
			if s.Hull().Length() < 100 {
				limit = 90
			}
			if speed > 20.5 || turn > limit {
				t.Errorf("%s (%s) after %v: %.1f kn, turns %.1f° a minute", s.Name(), s.Spec().Hull, at, speed, turn)
				bad++
			}
		}
	}
}

// TestStillShipsKeepClear: ships at anchor and at berths, an hour after they came, keep water between them unless they
// are tied together.
func TestStillShipsKeepClear(t *testing.T) {
	w := lawfulWorld(t, 12, 0.5, 6)
	neighbours, bad := map[[2]string]bool{}, 0
	for at := 2 * time.Hour; at < w.End(); at += 50 * time.Minute {
		still := stillAt(w, at)
		for i, a := range still {
			for _, b := range still[i+1:] {
				if !closeBy(a, b, at) || tied(a, b, at) || tied(b, a, at) {
					continue
				}
				gap := geo.HullGap(placed(a, at), placed(b, at))
				if gap < 20 && bad < 20 {
					t.Errorf("%s and %s after %v: %.0f m of water", a.Name(), b.Name(), at, gap)
					bad++
				}
				if gap < 1000 {
					neighbours[[2]string{a.Name(), b.Name()}] = true
				}
			}
		}
	}
	if len(neighbours) < 60 {
		t.Errorf("only %d pairs within 1,000 m: no crowd", len(neighbours))
	}
}

// stillAt are the ships that lie still and have done so for an hour; those alongside another only once they are tied.
func stillAt(w *sim.World, at time.Duration) []*sim.Ship {
	var out []*sim.Ship
	for _, s := range w.Ships() {
		lies, ok := s.StayAt(at)
		if ok && lies.Kind != sim.Drifting && at > lies.Begin+80*time.Minute && s.Track().Present(at) {
			out = append(out, s)
		}
	}
	return out
}

func closeBy(a, b *sim.Ship, at time.Duration) bool {
	p, q := a.Track().Pose(at).At, b.Track().Pose(at).At
	return math.Abs(p[0]-q[0]) < 0.016 && math.Abs(p[1]-q[1]) < 0.014
}

// tied tells whether a lies alongside b, or both alongside the same third ship.
func tied(a, b *sim.Ship, at time.Duration) bool {
	x, _ := a.StayAt(at)
	y, _ := b.StayAt(at)
	return x.Kind == sim.Alongside && (x.With == b || y.Kind == sim.Alongside && x.With == y.With)
}

func placed(s *sim.Ship, at time.Duration) geo.Placed {
	p := s.Track().Pose(at)
	return geo.Placed{At: p.Antenna(s.Hull()), Heading: p.Heading, Hull: s.Hull()}
}

// TestTheLawfulWorldHoldsItsTraps: what looks like the crime is there.
func TestTheLawfulWorldHoldsItsTraps(t *testing.T) {
	w := lawfulWorld(t, 4, 0.5, 30)
	truth := w.Truth()
	purposes := map[string]int{}
	for _, m := range truth.Meetings {
		purposes[m.Purpose]++
	}
	failed := 0
	for _, q := range truth.Silences {
		if q.Cause == "faulty_transponder" {
			failed++
		}
	}
	if purposes["cargo"] < 8 || purposes["bunkering"] < 100 || purposes["service"] < 60 || failed < 2 {
		t.Errorf("meetings %v, %d failures", purposes, failed)
	}
	basrah, weeks := 0, 0
	for _, l := range truth.Lawful {
		if l.Terminal == "Al Basrah Oil Terminal" || l.Terminal == "Basrah SPM" {
			basrah++
		}
	}
	for _, s := range w.Ships() {
		for day := range 14 {
			a, _ := s.StayAt(time.Duration(day) * 24 * time.Hour)
			if a.Kind == sim.Anchored && s.Kind().DWT > 80_000 && a.End-a.Begin > 14*24*time.Hour {
				weeks++
				break
			}
		}
	}
	if basrah < 12 || weeks < 2 {
		t.Errorf("%d loadings at Basrah, %d large tankers at anchor for a fortnight", basrah, weeks)
	}
	if len(truth.Lifts) != 0 || truth.Totals.LiftedBarrels != 0 {
		t.Errorf("%d lifts in a lawful world", len(truth.Lifts))
	}
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		lawfulPlan(b, 1, 1, 30)
	}
}
