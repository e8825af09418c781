package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// How ships come to and leave a place. The widths keep two VLCCs clear of each other while one manoeuvres.
const (
	berthRoom     geo.Metres = 900 // from a berth to where tugs take over
	alongsideRoom geo.Metres = 800 // from a ship to where the approach abeam begins
	fender        geo.Metres = 3.5 // between two hulls: pneumatic fenders of 3.3 m and a little
	mooringFade              = 50 * time.Minute
	alongsideFade            = 70 * time.Minute
	turnOnSpot               = 5.0 // degrees a minute for 333 m; shorter hulls turn quicker, as the root of their length
	turningKnots  geo.Knots  = 3   // while she turns to her course after weighing
	pilotKnots    geo.Knots  = 2.2
	approachKnots geo.Knots  = 6
	slowKnots     geo.Knots  = 5             // below which two ships can keep alongside under way
	waitOff       geo.Metres = 6000          // how far from another ship she waits for her
	waitRoom                 = 3 * time.Hour // from there to alongside
	laneSpread    geo.Metres = 450           // ships of one lane keep this far from its line, to either side
	defaultKnots  geo.Knots  = 11
)

// planner turns steps into a track. It keeps the waypoints of the voyage that has not yet found its end.
type planner struct {
	*Ship
	clock   time.Duration
	legs    []motion.Leg
	waiting []waiting
	leave   motion.Leg    // the first leg away from a berth or another ship
	has     geo.Knots     // the speed with which the next voyage begins
	keeps   geo.Knots     // the speed with which it ends
	lane    [2]geo.Metres // how far east and north of the lanes' lines she keeps on this voyage
	speed   geo.Knots
}

// waiting is an effect that happens when a leg of the pending voyage ends.
type waiting struct {
	legs  int
	after time.Duration
	Effect
}

// compile plans the whole track. A ship that another lies alongside is planned first.
func (s *Ship) compile() error {
	switch s.state {
	case compiled:
		return nil
	case compiling:
		return fmt.Errorf("%s: lies alongside a ship that, in the end, lies alongside her", s.spec.Name)
	}
	s.state = compiling
	p := &planner{Ship: s, clock: Days(s.spec.Day - s.spec.Before), speed: defaultKnots}
	from := p.point(s.spec.From)
	p.track.Add(motion.Moored{At: from, Heading: 0}, p.clock, p.clock, 0)
	p.effects = append(p.effects, Effect{At: p.clock, Kind: TypeDraught}, Effect{At: p.clock, Kind: TypeDestination, Text: s.spec.Destination})
	p.borrow()
	if err := p.rounds(); err != nil {
		return err
	}
	p.sail()
	sort.SliceStable(s.effects, func(i, j int) bool { return s.effects[i].At < s.effects[j].At })
	s.hush()
	if err := s.pretend(); err != nil {
		return err
	}
	s.state = compiled
	return nil
}

// rounds plans the steps once, or again and again until the world ends. Ways are sailed when the next stay asks for
// it, so that a round without a stay or a time away would never end.
func (p *planner) rounds() error {
	for {
		begin := p.clock
		for i := range p.spec.Steps {
			if err := p.step(&p.spec.Steps[i]); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
		}
		if !p.spec.Repeat || p.clock >= p.world.end {
			return nil
		}
		if p.clock == begin {
			return errors.New("repeat: the steps take no time, end them with a stay")
		}
	}
}

// step plans one step.
func (p *planner) step(s *scenario.Step) error {
	switch {
	case s.Sail != nil:
		p.way(s.Sail)
	case s.Anchor != nil:
		return p.swing(s.Anchor, Anchored, p.anchorRoom())
	case s.Buoy != nil:
		return p.swing(s.Buoy, Buoyed, p.hull.Length()/2+60)
	case s.Berth != nil:
		return p.moor(s.Berth)
	case s.Drift != nil:
		return p.drift(s.Drift)
	case s.Alongside != nil:
		return p.tie(s.Alongside)
	case s.Away != nil:
		p.away(s.Away)
	default:
		p.crew(s)
	}
	return nil
}

// crew plans what is done to the transponder.
func (p *planner) crew(s *scenario.Step) {
	switch {
	case s.Off != nil:
		p.later(s.Off.AfterHours, Effect{Kind: RadioOff, Text: s.Off.Cause})
	case s.On != nil:
		p.later(s.On.AfterHours, Effect{Kind: RadioOn})
	case s.Draught != nil:
		p.later(s.Draught.AfterHours, Effect{Kind: TypeDraught, Num: s.Draught.Metres, Add: s.Draught.Wrong})
	case s.Destination != nil:
		p.later(s.Destination.AfterHours, Effect{Kind: TypeDestination, Text: s.Destination.Text})
	case s.Status != nil:
		e := Effect{Kind: TypeStatus, Num: -1}
		if s.Status.Code != nil {
			e.Num = float64(*s.Status.Code)
		}
		p.later(s.Status.AfterHours, e)
	case s.Identity != nil:
		p.later(s.Identity.AfterHours, Effect{Kind: NewIdentity, ID: *s.Identity})
	case s.False != nil:
		kind := cmp.Or(s.False.Kind, FalseAnchored)
		p.later(s.False.AfterHours, Effect{Kind: FalsePosition, Text: kind, Till: hours(s.False.Hours), pretence: s.False})
	}
}

// later lets something happen some hours after the present step of the plan.
func (p *planner) later(after float64, e Effect) {
	p.waiting = append(p.waiting, waiting{legs: len(p.legs), after: hours(after), Effect: e})
	if len(p.legs) == 0 {
		p.happen(func(int) time.Duration { return p.clock })
	}
}

// happen dates the effects that wait, by the time at which a number of legs is done.
func (p *planner) happen(when func(legs int) time.Duration) {
	for _, w := range p.waiting {
		w.Effect.At = when(w.legs) + w.after
		w.Effect.Till += w.Effect.At
		p.effects = append(p.effects, w.Effect)
	}
	p.waiting = nil
}

// anchorRoom is the distance from the anchor to the hull's middle: half the ship and five or six shackles of
// chain, 430 m for a VLCC.
func (s *Ship) anchorRoom() geo.Metres {
	if s.kind.AnchorRoom > 0 {
		return geo.Metres(s.kind.AnchorRoom)
	}
	return 1.1*s.hull.Length() + 60
}

// point looks up a spot.
func (s *Ship) point(at scenario.Spot) geo.Point {
	if at.Name != "" {
		return s.world.scenario.Places[at.Name].At.Geo()
	}
	return at.Point.Geo()
}

// points looks up a way of places, routes and points.
func (s *Ship) points(way []scenario.Spot) []geo.Point {
	var out []geo.Point
	for _, at := range way {
		route, known := s.world.scenario.Routes[at.Name]
		if !known {
			out = append(out, s.point(at))
		}
		for _, q := range route {
			out = append(out, q.Geo())
		}
	}
	return out
}

// spot looks up a place to lie at. In a field each ship gets a spot of her own, row by row outwards.
func (p *planner) spot(s scenario.Spot) scenario.Place {
	place, named := p.world.scenario.Places[s.Name]
	if !named {
		return scenario.Place{At: s.Point}
	}
	if place.Title == "" {
		place.Title = s.Name
	}
	if place.Spacing > 0 {
		n := p.world.taken[s.Name]
		p.world.taken[s.Name]++
		column, row := motion.Spiral(n)
		east, north := float64(column)*place.Spacing, float64(row)*place.Spacing
		sway := place.Spacing * 0.06
		east += sway * (2*p.rand.Float64() - 1)
		north += sway * (2*p.rand.Float64() - 1)
		at := motion.Move(place.At.Geo(), geo.Metres(east), geo.Metres(north))
		place.At = scenario.Point(at)
	}
	return place
}

// way adds waypoints. On a voyage a ship keeps her own distance from the lines of the lanes.
func (p *planner) way(s *scenario.Sail) {
	p.speed = geo.Knots(p.between(s.Knots))
	if len(p.legs) == 0 {
		p.lane = [2]geo.Metres{laneSpread * geo.Metres(2*p.rand.Float64()-1), laneSpread * geo.Metres(2*p.rand.Float64()-1)}
	}
	for _, via := range s.Via {
		if _, place := p.world.scenario.Places[via.Name]; place {
			p.legs = append(p.legs, motion.Leg{To: p.point(via), Speed: p.speed})
			continue
		}
		route := p.world.scenario.Routes[via.Name]
		if via.Name == "" {
			route = []scenario.Point{via.Point}
		}
		for _, q := range route {
			p.legs = append(p.legs, motion.Leg{To: motion.Move(q.Geo(), p.lane[0], p.lane[1]), Speed: p.speed})
		}
	}
}

// here is the pose at the end of what is planned.
func (p *planner) here() motion.Pose { return p.track.Pose(p.track.End()) }

// entering tells whether the ship comes from outside the world just now, already on her course.
func (p *planner) entering() bool {
	parts := p.track.Parts()
	return parts[len(parts)-1].Begin == p.clock
}

// first is how a voyage begins: away from a berth or ship as planned, or slowly while the hull turns to her course.
func (p *planner) first(legs []motion.Leg) []motion.Leg {
	if p.leave.Speed > 0 {
		return p.clear(legs)
	}
	if len(legs) == 0 || p.entering() {
		return nil
	}
	here := p.here()
	course := motion.Direction(here.At, legs[0].To)
	run := p.slew(here.Heading, course, 0).Seconds() * turningKnots.MetresPerSecond()
	if run < 200 {
		return nil
	}
	run = min(run, 0.7*float64(motion.Length(here.At, legs[0].To)))
	return []motion.Leg{{To: motion.Pose{At: here.At, Heading: course}.Point(geo.Metres(run), 0), Speed: turningKnots}}
}

// clear leads away from a berth or another ship, and round it when the voyage goes to its other side.
func (p *planner) clear(legs []motion.Leg) []motion.Leg {
	out := motion.Direction(p.here().At, p.leave.To)
	if len(legs) == 0 {
		return []motion.Leg{p.leave}
	}
	turn := motion.Turn(out, motion.Direction(p.leave.To, legs[0].To))
	if math.Abs(turn) < 95 {
		return []motion.Leg{p.leave}
	}
	aside := motion.Pose{At: p.leave.To, Heading: out}.Point(0, geo.Metres(math.Copysign(1, turn))*(700+3*p.hull.Length()))
	return []motion.Leg{p.leave, {To: aside, Speed: approachKnots}}
}

// plan makes a voyage of the pending legs and some more, without sailing it. It also tells how many legs it begins with
// that were not asked for.
func (p *planner) plan(more ...motion.Leg) (v *motion.Voyage, extra int) {
	legs := append(append([]motion.Leg(nil), p.legs...), more...)
	first := p.first(legs)
	return motion.NewPassage(p.clock, p.here().At, append(first, legs...), p.hull.Length(), p.habit, p.has, p.keeps), len(first)
}

// sail sails the pending legs and some more.
func (p *planner) sail(more ...motion.Leg) {
	if len(p.legs)+len(more) == 0 {
		return
	}
	v, extra := p.plan(more...)
	v.Trim()
	end := p.clock + v.Duration()
	fade := p.slew(p.here().Heading, v.Pose(p.clock).Heading, 12*time.Minute)
	if p.entering() {
		fade = 0
	}
	p.track.Add(v, p.clock, end, fade)
	marks := v.Marks()
	p.happen(func(legs int) time.Duration { return marks[min(legs+extra, len(marks)-1)] })
	p.clock, p.legs, p.leave, p.has, p.keeps = end, nil, motion.Leg{}, 0, 0
}

// slew is how long the hull takes to turn from one heading to another at standstill or nearly so.
func (s *Ship) slew(from, to geo.Degrees, least time.Duration) time.Duration {
	rate := turnOnSpot * math.Sqrt(333/float64(s.hull.Length()))
	return max(least, time.Duration(math.Abs(motion.Turn(from, to))/rate*float64(time.Minute)))
}

// until is when a stay ends.
func (p *planner) until(h scenario.Range, day float64) (time.Duration, error) {
	if day > 0 {
		end := Days(day - p.spec.Before)
		if end <= p.clock {
			return 0, fmt.Errorf("stay until day %g: she comes on day %.2f only", day, p.clock.Hours()/24+p.spec.Before)
		}
		return end, nil
	}
	return p.clock + hours(p.between(h)), nil
}

// lie adds a stay.
func (p *planner) lie(phase motion.Phase, least time.Duration, s Stay) {
	fade := p.slew(p.here().Heading, phase.Pose(p.clock).Heading, least)
	p.track.Add(phase, p.clock, s.End, fade)
	s.Begin = p.clock
	p.stays = append(p.stays, s)
	p.clock = s.End
}
