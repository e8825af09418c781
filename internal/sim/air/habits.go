package air

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// habits are what one ship's instruments lack and her crew forgets.
type habits struct {
	of                                       *scenario.Habits
	seed, sender                             uint64
	noCompass, noTurn, plainFix, noCourse    bool
	noETA, noDraught, noDestination, compass bool
	noIMO                                    bool
}

func newHabits(w *sim.World, s *sim.Ship) habits {
	h := habits{of: &w.Scenario().Habits, seed: w.Scenario().Seed, sender: uint64(s.MMSI())}
	is := func(n uint64, share float64) bool {
		return share > 0 && sim.Draw(drawHabit, h.seed, h.sender, n) < share
	}
	tanker := s.Kind().Type >= 80 && s.Kind().Type <= 89
	h.noCompass, h.noTurn, h.plainFix, h.noCourse = is(1, h.of.NoCompass), is(2, h.of.NoTurn), is(3, h.of.PlainFix), is(4, h.of.NoCourse)
	h.noETA, h.compass = is(5, h.of.NoETA), is(6, h.of.CompassB)
	h.noDraught, h.noDestination = !tanker && is(7, h.of.NoDraught), !tanker && is(8, h.of.NoDestination)
	h.noIMO = !tanker && s.Hull().Length() < 70 && is(15, h.of.NoIMO)
	return h
}

// blind tells whether the ship has no position in an hour.
func (h *habits) blind(at time.Duration) bool {
	return h.of.NoFix > 0 && sim.Draw(drawHabit, h.seed, h.sender, 9, uint64(at/time.Hour)) < h.of.NoFix
}

// forgets tells whether the status is not set at a stay's begin, or after it.
func (h *habits) forgets(s sim.Stay, after bool) bool {
	share, n := h.of.ForgetStay, uint64(10)
	if after {
		share, n = h.of.ForgetSailing, 11
	}
	return share > 0 && sim.Draw(drawHabit, h.seed, h.sender, n, uint64(s.Begin)) < share
}

// wanderEvery is how far apart the errors are drawn between which a position's error goes from one to the next. Errors
// of satellite navigation that last (orbits, ionosphere, reflections from the ship) change within some ten minutes.
const wanderEvery = 7 * time.Minute

// wander is the lasting error of a position at a time.
func (h *habits) wander(at time.Duration) (east, north geo.Metres) {
	if h.of.Wander == 0 {
		return 0, 0
	}
	n := math.Floor(float64(at) / float64(wanderEvery))
	f := float64(at)/float64(wanderEvery) - n
	f = f * f * (3 - 2*f)
	a, b := h.error(n), h.error(n+1)
	return geo.Metres(h.of.Wander * (a[0] + (b[0]-a[0])*f)), geo.Metres(h.of.Wander * (a[1] + (b[1]-a[1])*f))
}

// error draws two numbers of the normal distribution (Box and Muller, Annals of Mathematical Statistics 29, 1958).
func (h *habits) error(n float64) [2]float64 {
	u, v := sim.Draw(drawHabit, h.seed, h.sender, 12, uint64(int64(n))), sim.Draw(drawHabit, h.seed, h.sender, 13, uint64(int64(n)))
	sin, cos := math.Sincos(2 * math.Pi * v)
	r := math.Sqrt(-2 * math.Log(1-u))
	return [2]float64{r * sin, r * cos}
}

// rough is the error that each position has of its own, in metres.
func (h *habits) rough() float64 {
	if h.of.Wander == 0 {
		return 1.5
	}
	return 0.03
}

// apply takes out of a class A report what the instruments do not give.
func (h *habits) apply(p *encode.Position) {
	if h.noCompass {
		p.Heading = encode.NoHeading
	}
	if h.noTurn {
		p.Turn = encode.NoTurn
	}
	if h.plainFix {
		p.Accuracy = false
	}
	if h.noCourse && p.Speed == 0 {
		p.Course = encode.NoCourse
	}
}

// type5 takes out of static data what the crew does not type, and puts in an arrival some days off, the same until the
// destination changes.
func (h *habits) type5(m *encode.Static, typed time.Time) {
	if h.noDraught {
		m.Draught = 0
	}
	if h.noDestination {
		m.Destination = ""
	}
	if h.noIMO {
		m.IMO = 0
	}
	if h.noETA || h.of.NoETA == 0 {
		return
	}
	due := typed.Add(time.Duration((12 + 200*sim.Draw(drawHabit, h.seed, h.sender, 14, uint64(typed.Unix()))) * float64(time.Hour)))
	m.ETAMonth, m.ETADay, m.ETAHour, m.ETAMinute = int(due.Month()), due.Day(), due.Hour(), due.Minute()/30*30
}
