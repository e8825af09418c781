package air

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// habitual is the small world with some habits, and one ship of it.
func habitual(t *testing.T, h scenario.Habits) (*sim.World, *sim.Ship) {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Habits = h
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, ship := range w.Ships() {
		if kind := ship.Kind(); !kind.ClassB && kind.Type >= 80 {
			return w, ship
		}
	}
	t.Fatal("no tanker in the small world")
	return nil, nil
}

func TestHabitsOfAnOrderlyWorldChangeNothing(t *testing.T) {
	h := newHabits(habitual(t, scenario.Habits{}))
	p := encode.Position{Heading: 12, Turn: 3, Accuracy: true, Course: 100}
	before := p
	h.apply(&p)
	m := encode.Static{IMO: 9_000_001, Draught: 80, Destination: "FOR ORDERS", ETAHour: 24, ETAMinute: 60}
	static := m
	h.type5(&m, time.Unix(0, 0))
	if east, north := h.wander(time.Hour); p != before || m != static || east != 0 || north != 0 || h.blind(0) || h.forgets(sim.Stay{}, false) || h.forgets(sim.Stay{}, true) {
		t.Errorf("got %+v, %+v, an error of %f, %f m", p, m, east, north)
	}
}

func TestHabitsOfAWorldWhereNothingWorks(t *testing.T) {
	h := newHabits(habitual(t, scenario.Habits{NoCompass: 1, NoTurn: 1, PlainFix: 1, NoFix: 1, NoCourse: 1, ForgetStay: 1, ForgetSailing: 1, NoETA: 1, NoDraught: 1, NoDestination: 1, NoIMO: 1}))
	p := encode.Position{Heading: 12, Turn: 3, Accuracy: true, Course: 100}
	h.apply(&p)
	want := encode.Position{Heading: encode.NoHeading, Turn: encode.NoTurn, Course: encode.NoCourse}
	m := encode.Static{IMO: 9_000_001, Draught: 80, Destination: "FOR ORDERS", ETAHour: 24, ETAMinute: 60}
	static := m
	h.type5(&m, time.Unix(0, 0))
	if p != want || m != static || !h.blind(0) || !h.forgets(sim.Stay{}, false) || !h.forgets(sim.Stay{}, true) {
		t.Errorf("got %+v; static data of a tanker %+v, want them whole", p, m)
	}
}

func TestArrivalIsTypedOnceForADestination(t *testing.T) {
	h := newHabits(habitual(t, scenario.Habits{NoETA: 1e-9}))
	typed := time.Date(2025, 2, 26, 0, 0, 0, 0, time.UTC)
	var a, b, c encode.Static
	h.type5(&a, typed)
	h.type5(&b, typed)
	h.type5(&c, typed.Add(24*time.Hour))
	if a.ETAMonth < 2 || a.ETAMonth > 3 || a.ETADay < 1 || a.ETAHour > 23 || a.ETAMinute > 59 || a != b || a == c {
		t.Errorf("got %+v, %+v and for the next destination %+v", a, b, c)
	}
}

func TestPositionsWanderSlowlyAndNotFar(t *testing.T) {
	h := newHabits(habitual(t, scenario.Habits{Wander: 1.5}))
	const n = 20_000
	squares, step := 0.0, 0.0
	lastEast, lastNorth := h.wander(0)
	for i := 1; i <= n; i++ {
		east, north := h.wander(time.Duration(i) * 10 * time.Second)
		squares += float64(east*east + north*north)
		step = max(step, math.Hypot(float64(east-lastEast), float64(north-lastNorth)))
		lastEast, lastNorth = east, north
	}
	// Between two draws of one metre half of the variance is left, on average 0.74 of it.
	if rms := math.Sqrt(squares / n / 2); rms < 1.1 || rms > 1.5 || step > 0.6 {
		t.Errorf("error of %.2f m in each direction, at most %.2f m in 10 s; want 1.1 to 1.5, and up to 0.6", rms, step)
	}
}

// TestStandardIntervals asks for the tables of ITU-R M.1371-5.
func TestStandardIntervals(t *testing.T) {
	w, ship := habitual(t, scenario.Habits{})
	careless, _ := habitual(t, scenario.Habits{ForgetStay: 1})
	var lies sim.Stay
	for at := time.Duration(0); at < w.End(); at += 10 * time.Minute {
		if s, ok := ship.StayAt(at); ok && s.Kind != sim.Drifting && s.End-s.Begin > time.Hour {
			lies = s
			break
		}
	}
	if lies.End == 0 {
		t.Fatal("the tanker lies nowhere")
	}
	cases := []struct {
		name  string
		world *sim.World
		knots float64
		want  time.Duration
	}{
		{"at rest", w, 0, 3 * time.Minute},
		{"at rest and swinging at 2 kn", w, 2, 3 * time.Minute},
		{"at rest by her status alone", w, 4, 10 * time.Second},
		{"at rest and status forgotten", careless, 0, 10 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			unit := newTransponder(c.world, ship)
			unit.clock = (lies.Begin + lies.End) / 2
			if got := unit.standard(geo.Knots(c.knots), time.Minute); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
