package sim

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// The kinds of false positions, as effects and the truth name them.
const (
	FalseAnchored = "anchored"
	FalseSailing  = "sailing"
	FalseCircle   = "circle"
	FalseFrozen   = "frozen"
)

// sharing marks the effect by which a ship sends another's MMSI, and that by which she sends her own again.
const (
	sharing = "shared"
	own     = "own"
)

const (
	underWay geo.Knots  = 1                // from this speed on a track is not left or met from rest
	runUp    geo.Metres = 3500             // how far a false track at least keeps to the real course where it leaves and meets it
	blendIn             = 10 * time.Minute // least time from the real track to the false one and back
)

// borrow plans the times in which she sends another's MMSI.
func (p *planner) borrow() {
	if p.spec.MMSIOf == "" {
		return
	}
	from, to := p.clock, never
	if days := p.spec.MMSIOfDays; days != (scenario.Window{}) {
		from, to = Days(days.From-p.spec.Before), Days(days.To-p.spec.Before)
		p.effects = append(p.effects, Effect{At: to, Kind: NewIdentity, Text: own, ID: scenario.Identity{MMSI: p.spec.MMSI}})
	}
	other := p.world.byName[p.spec.MMSIOf].spec.MMSI
	p.effects = append(p.effects, Effect{At: from, Kind: NewIdentity, Text: sharing, Till: to, ID: scenario.Identity{MMSI: other}})
}

// pretend works out where she seems to be, when it is known where she really is.
func (s *Ship) pretend() error {
	for i := range s.effects {
		e := &s.effects[i]
		if e.Kind != FalsePosition {
			continue
		}
		switch f := e.pretence; e.Text {
		case FalseAnchored:
			e.Fake = motion.Swing{Water: s.world.water, Anchor: s.point(f.At), Radius: s.anchorRoom(), Habit: s.habit}
		case FalseCircle:
			e.Fake = motion.Circle{Centre: s.point(f.At), Radius: geo.Metres(1000 * f.RadiusKM), Speed: geo.Knots(s.between(f.Knots)), Habit: s.habit}
		case FalseFrozen:
			pose := s.track.Pose(e.At)
			if f.At != (scenario.Spot{}) {
				pose.At = s.point(f.At)
			}
			e.Fake = motion.Moored(pose)
		case FalseSailing:
			tour := newTour(s, e)
			fake, err := tour.plan()
			if err != nil {
				return fmt.Errorf("false position from %s to %s: %w", s.world.At(e.At).Format(time.DateTime), s.world.At(e.Till).Format(time.DateTime), err)
			}
			e.Fake = fake
		}
	}
	return nil
}

// tour is a false way out and back.
type tour struct {
	*Ship
	begin, end time.Duration
	knots      geo.Knots
	out, back  []geo.Point
	from, to   motion.Pose // where she really is at begin and end
	first      geo.Knots   // her real speed at begin and end
	last       geo.Knots
	same       bool // she comes back the way she went
}

func newTour(s *Ship, e *Effect) *tour {
	f := e.pretence
	t := &tour{Ship: s, begin: e.At, end: e.Till, knots: geo.Knots(s.between(f.Knots)), out: s.points(f.Via), back: s.points(f.Back)}
	if t.same = len(f.Back) == 0; t.same {
		t.back = slices.Clone(t.out[:len(t.out)-1])
		slices.Reverse(t.back)
	}
	t.from, t.first = s.way(t.begin)
	t.to, t.last = s.way(t.end)
	return t
}

// way is a pose whose heading is the course made good, and the speed; zero for a ship that hardly moves.
func (s *Ship) way(at time.Duration) (motion.Pose, geo.Knots) {
	pose := s.track.Pose(at)
	speed, course := motion.Velocity(&s.track, geo.Hull{}, at)
	if speed < underWay {
		return pose, 0
	}
	return motion.Pose{At: pose.At, Heading: course}, speed
}

// plan goes out as far as the time allows, drifts when there is time left, and comes back.
func (t *tour) plan() (motion.Phase, error) {
	share := 1.0
	if t.needs(1) > t.end-t.begin {
		low, high := 0.01, 1.0
		if t.needs(low) > t.end-t.begin {
			return nil, fmt.Errorf("%s cannot seem to sail at %.1f kn to where she is at its end", t.spec.Name, t.knots)
		}
		for range 30 {
			if share = (low + high) / 2; t.needs(share) > t.end-t.begin {
				high = share
			} else {
				low = share
			}
		}
		share = low
	}
	out := t.leave(share)
	stop := t.begin + out.Duration()
	drift := motion.Drift{Water: t.world.water, From: out.Pose(stop).At, Since: stop, Habit: t.habit}
	turn := max(stop, t.end-t.home(stop, drift.From, share).Duration())
	for range 12 {
		turn = max(stop, t.end-t.home(turn, drift.Pose(turn).At, share).Duration())
	}
	fake := new(motion.Track)
	fake.Add(out, t.begin, stop, 0)
	fake.Add(drift, stop, turn, t.slew(out.Arrival(), drift.Pose(stop).Heading, 40*time.Minute))
	home := t.home(turn, drift.Pose(turn).At, share)
	fake.Add(home, turn, t.end, t.slew(fake.Pose(turn).Heading, home.Pose(turn).Heading, 12*time.Minute))
	p := motion.Pretence{Fake: fake, Begin: t.begin, End: t.end, From: t.track.Pose(t.begin), To: t.track.Pose(t.end)}
	p.In = t.slew(p.From.Heading, out.Pose(t.begin).Heading, blendIn)
	p.Out = t.slew(p.To.Heading, home.Arrival(), blendIn)
	return p, nil
}

// needs is how long the way out and back takes when only a share of the way out is gone.
func (t *tour) needs(share float64) time.Duration {
	out := t.leave(share)
	stop := t.begin + out.Duration()
	return out.Duration() + t.home(stop, out.Pose(stop).At, share).Duration()
}

// leave is the way out. A ship at rest turns to her course at slow speed first, one under way keeps her course at first.
func (t *tour) leave(share float64) *motion.Voyage {
	way := cut(append([]geo.Point{t.from.At}, t.out...), share)
	course := motion.Direction(way[0], way[1])
	var legs []motion.Leg
	if t.first == 0 {
		run := geo.Metres(t.slew(t.from.Heading, course, 0).Seconds() * turningKnots.MetresPerSecond())
		run = min(run, motion.Length(way[0], way[1])*0.7)
		legs = append(legs, motion.Leg{To: motion.Pose{At: way[0], Heading: course}.Point(run, 0), Speed: turningKnots})
	} else {
		legs = t.legs(round(t.from, way[1], t.run(t.first)), max(t.first, t.knots))
	}
	return motion.NewPassage(t.begin, t.from.At, append(legs, t.legs(way[1:], t.knots)...), t.hull.Length(), t.habit, t.first, 0)
}

// run is how far she keeps to her real course: far enough to pass from her real speed to the false one, at 0.002 m/s².
func (t *tour) run(speed geo.Knots) geo.Metres {
	a, b := speed.MetresPerSecond(), t.knots.MetresPerSecond()
	return runUp + geo.Metres(max(0, a*a-b*b)/(2*0.002))
}

// round leads from a ship under way to the course for a point, or, with a negative run, from that point to where she
// is. She keeps to her course for the run, and goes about wide enough for a large ship.
func round(ship motion.Pose, to geo.Point, run geo.Metres) []geo.Point {
	ahead := ship.Point(run, 0)
	course := ship.Heading
	if run < 0 {
		course += 180
	}
	turn := motion.Turn(course, motion.Direction(ahead, to))
	if math.Abs(turn) < 100 {
		return []geo.Point{ahead}
	}
	side := 2 * runUp * geo.Metres(math.Copysign(1, turn)*math.Copysign(1, float64(run)))
	return []geo.Point{ahead, ship.Point(run, side)}
}

// home is the way back to where she really is at the end. On the way by which she came she passes only what she reached.
func (t *tour) home(begin time.Duration, from geo.Point, share float64) *motion.Voyage {
	way := t.back
	if t.same && share < 1 {
		reached := len(cut(append([]geo.Point{t.from.At}, t.out...), share)) - 2
		way = t.back[len(t.back)-reached:]
	}
	if t.last > 0 {
		before := append([]geo.Point{from}, way...)
		meet := round(t.to, before[len(before)-1], -t.run(t.last))
		slices.Reverse(meet)
		way = append(slices.Clone(way), meet...)
	}
	legs := append(t.legs(way, t.knots), motion.Leg{To: t.to.At, Speed: max(t.last, t.knots)})
	return motion.NewPassage(begin, from, legs, t.hull.Length(), t.habit, 0, t.last)
}

func (t *tour) legs(way []geo.Point, speed geo.Knots) []motion.Leg {
	var out []motion.Leg
	for _, p := range way {
		out = append(out, motion.Leg{To: p, Speed: speed})
	}
	return out
}

// cut is the first share of a line.
func cut(line []geo.Point, share float64) []geo.Point {
	left := geo.Metres(0)
	for i := 1; i < len(line); i++ {
		left += motion.Length(line[i-1], line[i])
	}
	left *= geo.Metres(share)
	for i := 1; i < len(line); i++ {
		length := motion.Length(line[i-1], line[i])
		if length > left {
			return append(slices.Clone(line[:i]), motion.Between(line[i-1], line[i], float64(left/length)))
		}
		left -= length
	}
	return line
}
