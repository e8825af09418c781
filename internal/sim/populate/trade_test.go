package populate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// opened reads a committed scenario once for all tests.
var opened = sync.OnceValues(func() (map[string]*scenario.Scenario, error) {
	all := map[string]*scenario.Scenario{}
	for _, name := range []string{"baseline", "perturbed", "halt", "surge", "nothing-illicit"} {
		s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", name+".yaml"))
		if err != nil {
			return nil, err
		}
		all[name] = s
	}
	return all, nil
})

// trading is a committed scenario with none but the ships of the trade, and its planner.
func trading(t testing.TB, name string, seed uint64, days float64) *trader {
	t.Helper()
	all, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	s := *all[name]
	s.Places, s.Seed, s.Days = maps.Clone(s.Places), seed, days
	b, err := newBuilder(&s)
	if err != nil {
		t.Fatal(err)
	}
	made, err := b.deal(s.Population.Trade)
	if err != nil {
		t.Fatalf("%s, seed %d: %v", name, seed, err)
	}
	return made
}

// world compiles a trade.
func world(t testing.TB, made *trader) *sim.World {
	t.Helper()
	s := made.s
	if err := s.Validate(); err != nil {
		t.Fatalf("%s, seed %d: %v", s.Name, s.Seed, err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatalf("%s, seed %d: %v", s.Name, s.Seed, err)
	}
	return w
}

// tally counts what many worlds hold.
type tally struct {
	days             float64
	want             float64 // lifts, by the worlds' own rates
	barrels, planned float64
	lifts            int
	modes            map[string]float64 // fleet and mode
	fleets           map[string]float64
	sources, classes map[string]float64 // barrels
	seen             map[string]float64 // who is silent in transfers
	blends           int
}

func newTally() *tally {
	return &tally{modes: map[string]float64{}, fleets: map[string]float64{}, sources: map[string]float64{}, classes: map[string]float64{}, seen: map[string]float64{}}
}

func (c *tally) add(made *trader, truth *sim.Truth) {
	c.days += made.s.Days
	c.want += made.base() * made.s.Days
	c.planned += made.dial("bbl_per_day", made.spec.Barrels) * made.s.Days
	for _, l := range truth.Lifts {
		if !l.Start.After(truth.Start) {
			continue // begun before
		}
		c.lifts++
		c.fleets[l.Fleet]++
		c.modes[l.Fleet+" "+l.Mode]++
	}
	for _, l := range truth.Lifts {
		source, _, _ := strings.Cut(l.Source, " ")
		c.barrels += float64(l.Barrels)
		c.sources[source] += float64(l.Barrels)
		c.classes[l.Vessel.Class] += float64(l.Barrels)
	}
	for _, m := range truth.Transfers {
		c.seen[fmt.Sprintf("donor silent %v, receiver silent %v", m.DonorOff, m.ReceiveOff)]++
		if m.Blend {
			c.blends++
		}
	}
}

// seeds is how many worlds a property is tried on.
func seeds(full uint64) uint64 {
	if testing.Short() {
		return full / 6
	}
	return racing.Fewer(full, full/6)
}

func TestTradesKeepToTheirShares(t *testing.T) {
	c := newTally()
	n := seeds(60)
	for seed := range n {
		made := trading(t, "baseline", seed, 40)
		c.add(made, world(t, made).Truth())
	}
	t.Logf("%d worlds: %d lifts, %.2f a day, %.0f bbl a day; by fleet %v, by mode %v, barrels by source %v, by class %v, transfers %v, %d blends",
		n, c.lifts, float64(c.lifts)/c.days, c.barrels/c.days, c.fleets, c.modes, c.sources, c.classes, c.seen, c.blends)
	if off := (float64(c.lifts) - c.want) / math.Sqrt(c.want); math.Abs(off) > 4 {
		t.Errorf("%d lifts, %.0f planned: %.1f standard errors apart", c.lifts, c.want, off)
	}
	if r := c.barrels / c.planned; math.Abs(r-1) > 5/math.Sqrt(c.want) {
		t.Errorf("%.0f bbl a day, planned %.0f", c.barrels/c.days, c.planned/c.days)
	}
	binomial(t, "fleet", c.fleets, float64(c.lifts), map[string]float64{"iranian": 0.30, "listed": 0.56, "other": 0.14})
	for fleet, modes := range trading(t, "baseline", 0, 1).spec.Fleets {
		want := map[string]float64{}
		for mode, d := range modes.Modes {
			want[fleet+" "+mode] = d.From
		}
		binomial(t, "mode", c.modes, c.fleets[fleet], want)
	}
	scale := c.barrels / float64(c.lifts) // a lift's barrels: shares of barrels err as if each lift were one draw
	binomial(t, "class", c.classes, c.barrels/scale, map[string]float64{"VLCC": 0.91, "Suezmax": 0.07, "Aframax": 0.02})
	binomial(t, "source", c.sources, c.barrels/scale, map[string]float64{"Kharg": 0.90, "Kooh": 0.04, "Lavan": 0.02, "Sirri": 0.02, "Soroush": 0.02})
	if len(c.seen) != 4 || c.blends < int(n) {
		t.Errorf("transfers by who is silent: %v, %d blends: want all four kinds, and blends", c.seen, c.blends)
	}
}

// TestEveryTrickOccurs looks for all that a trade can do in some worlds.
func TestEveryTrickOccurs(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(24) {
		made := trading(t, "baseline", 500+seed, 40)
		w := world(t, made)
		truth := w.Truth()
		seen["loadings for blends"] += len(truth.Blends)
		seen["changes of identity"] += len(truth.Identities)
		for _, id := range truth.Identities {
			if id.ToMMSI == nines {
				seen["default MMSIs"]++
			}
		}
		meets(truth, seen)
		for _, s := range w.Ships() {
			if _, sanctioned := s.Barrels(0); sanctioned > 0 && s.Track().Present(0) {
				seen["ships laden when the world begins"]++
			}
			if stay, ok := s.StayAt(20 * 24 * time.Hour); ok && stay.End-stay.Begin > 20*24*time.Hour {
				if _, sanctioned := s.Barrels(stay.Begin); sanctioned > 0 {
					seen["floating storage"]++
				} else {
					seen["empty ships that wait for weeks"]++
				}
			}
			crews(s.Spec().Steps, seen)
		}
		for _, q := range truth.Silences {
			if q.Cause != "switched_off" || q.End == nil {
				continue
			}
			if days := q.End.Sub(q.Start).Hours() / 24; days < 2.5 {
				seen["short silences"]++
			} else if days > 28 {
				seen["silences of a month"]++
			}
		}
	}
	t.Log(seen)
	for _, trick := range []string{"loadings for blends", "changes of identity", "default MMSIs", "ships laden when the world begins", "floating storage",
		"empty ships that wait for weeks", "short silences", "silences of a month", "several daughters of one mother", "cargoes in parcels", "chains",
		"chains of three", "draught false", "draught wrong", "draught late", "draught true", "transfers under way"} {
		if seen[trick] == 0 {
			t.Errorf("no %s", trick)
		}
	}
}

// meets counts how cargoes go from ship to ship.
func meets(truth *sim.Truth, seen map[string]int) {
	gives, takes := map[uint32][]sim.Move{}, map[uint32][]sim.Move{}
	for _, m := range truth.Transfers {
		gives[m.Donor.IMO], takes[m.Receiver.IMO] = append(gives[m.Donor.IMO], m), append(takes[m.Receiver.IMO], m)
	}
	for _, all := range gives {
		if len(all) > 1 && all[1].Start.Sub(all[0].End) < 3*24*time.Hour {
			seen["cargoes in parcels"]++
		}
		for _, next := range gives[all[0].Receiver.IMO] {
			if next.Start.After(all[0].End) {
				seen["chains"]++
				seen["chains of three"] += len(gives[next.Receiver.IMO])
			}
		}
	}
	for _, all := range takes {
		if len(all) > 1 && all[1].Start.Sub(all[0].Start) < 25*24*time.Hour {
			seen["several daughters of one mother"]++
		}
	}
}

// crews counts what crews do.
func crews(steps []scenario.Step, seen map[string]int) {
	for _, step := range steps {
		switch d := step.Draught; {
		case step.Sail != nil && step.Sail.Knots.To == steamKnots:
			seen["transfers under way"]++
		case d == nil:
		case d.Metres > 0:
			seen["draught false"]++
		case d.Wrong != 0:
			seen["draught wrong"]++
		case d.AfterHours > 9:
			seen["draught late"]++
		default:
			seen["draught true"]++
		}
	}
}

// binomial compares counts, or barrels with the same total, with the shares wanted.
func binomial(t *testing.T, what string, got map[string]float64, n float64, want map[string]float64) {
	t.Helper()
	sum := 0.0
	for name := range want {
		sum += got[name]
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		p := want[name]
		share := got[name] / sum
		if limit := 4*math.Sqrt(p*(1-p)/n) + 1/n; math.Abs(share-p) > limit {
			t.Errorf("%s %s: share %.3f, want %.3f within %.3f", what, name, share, p, limit)
		}
		if got[name] == 0 && p*n > 7 {
			t.Errorf("%s %s: never", what, name)
		}
	}
}

func TestPerturbedTradesCompile(t *testing.T) {
	least, most := math.Inf(1), 0.0
	c := newTally()
	for seed := range seeds(60) {
		made := trading(t, "perturbed", seed, 40)
		c.add(made, world(t, made).Truth())
		rate := made.dial("bbl_per_day", made.spec.Barrels)
		least, most = min(least, rate), max(most, rate)
	}
	if off := (float64(c.lifts) - c.want) / math.Sqrt(c.want); math.Abs(off) > 5 {
		t.Errorf("%d lifts, %.0f planned: %.1f standard errors apart", c.lifts, c.want, off)
	}
	if most < 1.5*least {
		t.Errorf("worlds export %.0f to %.0f bbl a day: they are all alike", least, most)
	}
}

// stay is a time at a berth or at anchor, from leaving the last place to leaving this one.
type stay struct {
	from, to float64
	ship     string
}

// stays are the times that ships have planned at each berth, buoy and anchor's spot. A ship is under way to a
// place for part of it.
func stays(s *scenario.Scenario) map[string][]stay {
	out := map[string][]stay{}
	for _, v := range s.Ships {
		last := math.NaN()
		for _, step := range v.Steps {
			switch {
			case step.Berth != nil:
				out[step.Berth.At.Name] = append(out[step.Berth.At.Name], stay{last, step.Berth.Until - v.Before, v.Name})
				last = step.Berth.Until - v.Before
			case step.Buoy != nil:
				out[step.Buoy.At.Name] = append(out[step.Buoy.At.Name], stay{last, step.Buoy.Until - v.Before, v.Name})
				last = step.Buoy.Until - v.Before
			case step.Anchor != nil:
				last = step.Anchor.Until - v.Before
			case step.Drift != nil:
				last = step.Drift.Until - v.Before
			case step.Alongside != nil:
				last = step.Alongside.Until - v.Before
			}
		}
	}
	return out
}

func TestBerthsTakeOneShipAtATime(t *testing.T) {
	calls := 0
	for seed := range seeds(12) {
		s := trading(t, "surge", seed, 60).s
		for place, all := range stays(s) {
			slices.SortFunc(all, func(a, b stay) int { return cmp.Compare(a.from, b.from) })
			for i := 1; i < len(all); i++ {
				calls++
				if all[i].from < all[i-1].to {
					t.Errorf("seed %d, %s: %s leaves on day %.2f, %s comes from day %.2f on", seed, place, all[i-1].ship, all[i-1].to, all[i].ship, all[i].from)
				}
			}
		}
	}
	if calls < 100 {
		t.Errorf("only %d calls compared", calls)
	}
}

func TestALongTradeGoesRound(t *testing.T) {
	made := trading(t, "baseline", 7, 200)
	truth := world(t, made).Truth()
	last := map[uint32]time.Time{}
	again := 0
	for _, l := range truth.Lifts {
		if before, ok := last[l.Vessel.IMO]; ok {
			again++
			if apart := l.Start.Sub(before); apart < 33*24*time.Hour {
				t.Errorf("%s loads again after %.0f days", l.Vessel.Name, apart.Hours()/24)
			}
		}
		last[l.Vessel.IMO] = l.Start
	}
	if want := made.base() * 200; math.Abs(float64(len(truth.Lifts))-want) > 4*math.Sqrt(want) {
		t.Errorf("%d lifts in 200 days, planned %.0f", len(truth.Lifts), want)
	}
	if hulls := len(last); hulls < 40 || hulls > 110 || again < len(truth.Lifts)/3 {
		t.Errorf("%d hulls make %d lifts, %d of them not their first", hulls, len(truth.Lifts), again)
	}
	t.Logf("%d lifts by %d hulls, %d ships, %.0f bbl a day", len(truth.Lifts), len(last), len(made.s.Ships), float64(truth.Totals.LiftedPerDay))
}

func TestNothingBeginsInAHalt(t *testing.T) {
	for seed := range seeds(12) {
		made := trading(t, "halt", seed, 150)
		truth := world(t, made).Truth()
		stop := made.s.Start.Add(90 * 24 * time.Hour)
		late, before := 0, 0
		for _, l := range truth.Lifts {
			switch {
			case l.Start.After(stop):
				t.Errorf("seed %d: %s begins to load on %s, after the halt began", seed, l.Vessel.Name, l.Start.Format(time.DateOnly))
			case l.Start.After(stop.Add(-10 * 24 * time.Hour)):
				late++
			default:
				before++
			}
		}
		if late == 0 || before < 50 {
			t.Errorf("seed %d: %d lifts, and %d in the last ten days before the halt", seed, before, late)
		}
	}
}

func TestASurgeDoublesTheLoadings(t *testing.T) {
	inside, outside, want := 0.0, 0.0, 0.0
	for seed := range seeds(18) {
		made := trading(t, "surge", seed, 35)
		for _, l := range made.lifts {
			switch {
			case l.start >= 12 && l.start < 32:
				inside++
			case l.start < 12:
				outside++
			}
		}
		want += made.base()
	}
	if math.Abs(inside-want*40) > 4*math.Sqrt(want*40) || math.Abs(outside-want*(12+history)) > 4*math.Sqrt(want*(12+history)) {
		t.Errorf("%.0f loadings in twenty days of surge, %.0f in %.0f before; planned %.0f and %.0f", inside, outside, 12+history, want*40, want*(12+history))
	}
}

func TestNothingIllicitTradesNothing(t *testing.T) {
	if s := trading(t, "nothing-illicit", 3, 35).s; len(s.Ships) != 0 {
		t.Errorf("got %d ships, want none", len(s.Ships))
	}
}

// TestTradersKeepToWater looks at every ship each 20 minutes; 700 m are the coastline's own error and berths close under land.
func TestTradersKeepToWater(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range seeds(12) / 2 {
		w := world(t, trading(t, "perturbed", 100+seed, 30))
		for _, s := range w.Ships() {
			for at := max(0, s.Track().Begin()); at < min(w.End(), s.Track().End()); at += 20 * time.Minute {
				if p := s.Track().Pose(at).At; s.Track().Present(at) && sea.OnLand(p, 700) {
					t.Errorf("seed %d: %s on land at %.4f, %.4f on day %.2f", seed, s.Name(), p[0], p[1], at.Hours()/24)
					break
				}
			}
		}
	}
}

// TestTradersKeepClearOfEachOther: no hull that lies still is within 25 m of another, unless the two are tied together.
func TestTradersKeepClearOfEachOther(t *testing.T) {
	for seed := range seeds(12) / 4 {
		w := world(t, trading(t, "perturbed", 200+seed, 35))
		for at := time.Hour; at < w.End(); at += 40 * time.Minute {
			var still []*sim.Ship
			for _, s := range w.Ships() {
				if _, ok := s.StayAt(at); ok {
					still = append(still, s)
				}
			}
			for i, a := range still {
				for _, b := range still[i+1:] {
					if gap, near := water(a, b, at); near && gap < 25 {
						t.Errorf("seed %d, day %.2f: %.0f m of water between %s and %s", seed, at.Hours()/24, gap, a.Name(), b.Name())
					}
				}
			}
		}
	}
}

// water is the water between two ships that are not tied together, if they are near.
func water(a, b *sim.Ship, at time.Duration) (geo.Metres, bool) {
	at1, _ := a.StayAt(at)
	at2, _ := b.StayAt(at)
	p, q := a.Track().Pose(at), b.Track().Pose(at)
	if at1.With == b || at2.With == a || geo.Distance(p.At, q.At) > 1200 {
		return 0, false
	}
	one := geo.Placed{At: p.Antenna(a.Hull()), Heading: p.Heading, Hull: a.Hull()}
	two := geo.Placed{At: q.Antenna(b.Hull()), Heading: q.Heading, Hull: b.Hull()}
	return geo.HullGap(one, two), true
}

func TestOneSeedMakesOneTrade(t *testing.T) {
	a, b := trading(t, "perturbed", 5, 60).s.Ships, trading(t, "perturbed", 5, 60).s.Ships
	if !reflect.DeepEqual(a, b) {
		t.Error("two trades of one seed differ")
	}
	if c := trading(t, "perturbed", 6, 60).s.Ships; reflect.DeepEqual(a, c) {
		t.Error("trades of two seeds are alike")
	}
}

func TestHullsNeverHangOnEachOther(t *testing.T) {
	a, b, c := new(bottom), new(bottom), new(bottom)
	a.hosts, b.hosts = []*bottom{b}, []*bottom{c}
	if !a.leans(c) || c.leans(a) || !a.leans(a) || b.leans(a) {
		t.Error("a hangs on b, b on c: what leans says differs")
	}
}

func TestCautiousShipsPassTheStraitInSilence(t *testing.T) {
	way := func(lons ...float64) *scenario.Sail {
		s := &scenario.Sail{Knots: scenario.Range{From: 12, To: 12}}
		for _, lon := range lons {
			s.Via = append(s.Via, scenario.Spot{Point: scenario.Point{lon, 26.4}})
		}
		return s
	}
	cases := []struct {
		name        string
		sail        *scenario.Sail
		first, last int
	}{
		{"not under way", nil, 0, 0},
		{"through it", way(58, 56.9, 56.4, 55.8, 54), 1, 4},
		{"beyond it", way(58, 57.5), 0, 0},
		{"into it", way(57.2, 56.5, 56.4), 1, 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if first, last := narrows(c.sail); first != c.first || last != c.last {
				t.Errorf("got points %d to %d, want %d to %d", first, last, c.first, c.last)
			}
		})
	}
	b := &builder{s: &scenario.Scenario{Seed: 1, Ships: []scenario.Ship{
		{Name: "honest", Steps: []scenario.Step{{Sail: cases[1].sail}, {Anchor: &scenario.Stay{}}}},
		{Name: "trader", Fleet: "other", Steps: []scenario.Step{{Sail: cases[1].sail}}},
	}}}
	b.hush(scenario.Dial{From: 1, To: 1, Set: true})
	if n := len(b.s.Ships[1].Steps); n != 1 {
		t.Errorf("the trader has %d steps, want hers", n)
	}
	steps := b.s.Ships[0].Steps
	if len(steps) != 6 || steps[1].Off == nil || steps[3].On == nil || len(steps[0].Sail.Via)+len(steps[2].Sail.Via)+len(steps[4].Sail.Via) != 5 || steps[5].Anchor == nil {
		t.Errorf("got %d steps, want a silence in the middle of the way", len(steps))
	}
}

func BenchmarkTrade(b *testing.B) {
	for b.Loop() {
		trading(b, "baseline", 1, 200)
	}
}
