package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
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

// Ship is a ship of the world: her track, and what her crew does to her transponder.
type Ship struct {
	world     *World
	spec      scenario.Ship
	kind      scenario.Hull
	hull      geo.Hull
	rand      *rand.Rand
	habit     motion.Habit
	track     motion.Track
	effects   []Effect
	quiet     []silence
	stays     []Stay
	state     compileState
	ops       []*operation // in order of time
	booked    content      // when all that is booked so far is done
	contents  []content
	crossings []crossing
}

// silence is a time in which her transponder is off.
type silence struct {
	Span
	cause string
}

// Stay is a time that a ship lies still, and what for.
type Stay struct {
	Begin, End time.Duration
	Kind       StayKind
	Place      string
	With       *Ship
	Purpose    string
}

// StayKind tells stays apart.
type StayKind uint8

// The kinds of stays.
const (
	Anchored StayKind = iota
	Buoyed
	Berthed
	Drifting
	Alongside
)

// Effect is something that changes what the transponder says, from a time on. Text is the cause of a silence, the
// destination typed, or the kind of a false position; Num is the draught typed, zero for the true one, or
// the status typed, negative for the true one.
type Effect struct {
	At   time.Duration
	Kind EffectKind
	Text string
	Num  float64
	Add  float64 // to the true draught
	ID   scenario.Identity
	Fake motion.Phase  // FalsePosition only
	Till time.Duration // FalsePosition and borrowed MMSIs only

	pretence *scenario.False
}

// EffectKind tells effects apart. The order is the order of effects of one instant.
type EffectKind uint8

// The kinds of effects.
const (
	RadioOff EffectKind = iota
	RadioOn
	TypeDraught
	TypeDestination
	NewIdentity
	FalsePosition
	TypeStatus
)

// compileState guards against ships that lie alongside each other in a circle.
type compileState uint8

const (
	fresh compileState = iota
	compiling
	compiled
)

func newShip(w *World, spec scenario.Ship) *Ship {
	s := &Ship{world: w, spec: spec, kind: w.scenario.Hulls[spec.Hull], rand: w.Generator(spec.MMSI)}
	s.hull = s.kind.Geo()
	for i := range s.habit {
		s.habit[i] = s.rand.Float64()
	}
	return s
}

// Name is the ship's name at the begin.
func (s *Ship) Name() string { return s.spec.Name }

// Spec is what the scenario says of her.
func (s *Ship) Spec() scenario.Ship { return s.spec }

// Kind is her kind of hull, as the scenario has it.
func (s *Ship) Kind() scenario.Hull { return s.kind }

// Effects are what her crew does to her transponder, in order of time.
func (s *Ship) Effects() []Effect { return s.effects }

// MMSI is the radio's number at the begin.
func (s *Ship) MMSI() uint32 { return s.spec.MMSI }

// IMO is the hull's number, zero when she has none.
func (s *Ship) IMO() uint32 {
	if s.spec.Serial == 0 {
		return 0
	}
	sum, rest := uint32(0), s.spec.Serial
	for weight := uint32(2); weight <= 7; weight++ {
		sum += weight * (rest % 10)
		rest /= 10
	}
	return s.spec.Serial*10 + sum%10
}

// Hull is the outline round the antenna.
func (s *Ship) Hull() geo.Hull { return s.hull }

// Track is where she really is.
func (s *Ship) Track() *motion.Track { return &s.track }

// Silent tells whether the transponder is off at a time, whatever the reason.
func (s *Ship) Silent(at time.Duration) bool {
	i := sort.Search(len(s.quiet), func(i int) bool { return s.quiet[i].From > at }) - 1
	return i >= 0 && at < s.quiet[i].To
}

// hush notes when the transponder is off.
func (s *Ship) hush() {
	off := false
	for _, e := range s.effects {
		switch {
		case e.Kind == RadioOff && !off:
			s.quiet = append(s.quiet, silence{Span{e.At, never}, e.Text})
			off = true
		case e.Kind == RadioOn && off:
			s.quiet[len(s.quiet)-1].To = e.At
			off = false
		}
	}
}

// StayAt finds what she lies still for at a time.
func (s *Ship) StayAt(at time.Duration) (Stay, bool) {
	i := sort.Search(len(s.stays), func(i int) bool { return s.stays[i].Begin > at }) - 1
	if i < 0 || at > s.stays[i].End {
		return Stay{}, false
	}
	return s.stays[i], true
}

// between draws from a range.
func (s *Ship) between(r scenario.Range) float64 { return r.From + (r.To-r.From)*s.rand.Float64() }
