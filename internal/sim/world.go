package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// World is a scenario ready to run.
type World struct {
	scenario *scenario.Scenario
	water    motion.Water
	end      time.Duration
	ships    []*Ship
	byName   map[string]*Ship
	byMMSI   map[uint32]*Ship
	taken    map[string]int // spots given out in each field of berths or anchorages
	ops      []*operation
}

// New compiles a scenario: every ship's track, and the cargo on board at every instant.
func New(s *scenario.Scenario) (*World, error) {
	w := &World{
		scenario: s,
		water:    motion.Water{WindFrom: geo.Degrees(s.Water.WindFrom), TideAxis: geo.Degrees(s.Water.TideAxis), Wind: s.Water.Wind},
		end:      Days(s.Days),
		byName:   map[string]*Ship{},
		byMMSI:   map[uint32]*Ship{},
		taken:    map[string]int{},
	}
	for i := range s.Ships {
		for _, spec := range s.Ships[i].Copies() {
			ship := newShip(w, spec)
			w.ships = append(w.ships, ship)
			w.byName[ship.spec.Name] = ship
			w.byMMSI[ship.spec.MMSI] = ship
		}
	}
	for _, ship := range w.ships {
		if err := ship.compile(); err != nil {
			return nil, fmt.Errorf("plan %s: %w", ship.spec.Name, err)
		}
	}
	if err := w.book(); err != nil {
		return nil, fmt.Errorf("book cargo: %w", err)
	}
	return w, nil
}

// Ships are all ships of the world, in the order of the scenario.
func (w *World) Ships() []*Ship { return w.ships }

// End is how long the world lasts.
func (w *World) End() time.Duration { return w.end }

// Scenario is what the world was made of.
func (w *World) Scenario() *scenario.Scenario { return w.scenario }

// At turns a time of the world into one of the calendar.
func (w *World) At(d time.Duration) time.Time { return w.scenario.Start.Add(d) }

// never is later than any world lasts.
const never = time.Duration(math.MaxInt64)

// Days is a length of time in days.
func Days(d float64) time.Duration { return time.Duration(d * float64(24*time.Hour)) }

// hours is a length of time in hours.
func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// Draw gives a number in 0..1 that depends on nothing but its keys, for things that several ships share, such
// as a satellite's pass or a day's ducting (SplitMix64's finisher).
func Draw(keys ...uint64) float64 {
	x := uint64(0x9E3779B97F4A7C15)
	for _, k := range keys {
		x ^= k + 0x9E3779B97F4A7C15 + x<<6 + x>>2
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// Generator gives a ship, or another thing with a number, its own source of chance.
func (w *World) Generator(number uint32) *rand.Rand {
	return rand.New(rand.NewPCG(w.scenario.Seed, uint64(number)))
}
