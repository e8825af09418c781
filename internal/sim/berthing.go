package sim

import (
	"fmt"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// swing sails to an anchor's spot, or a buoy, and lies there. Where the hull will lie depends on the tide at the time
// of arrival, and that on the way: two rounds of planning settle it.
func (p *planner) swing(s *scenario.Stay, kind StayKind, room geo.Metres) error {
	place := p.spot(s.At)
	phase := motion.Swing{Water: p.world.water, Anchor: place.At.Geo(), Radius: room, Habit: p.habit}
	target := place.At.Geo()
	for range 3 {
		v, _ := p.plan(motion.Leg{To: target, Speed: min(p.speed, 2*approachKnots)})
		target = phase.Pose(p.clock + v.Duration()).At
	}
	p.sail(motion.Leg{To: target, Speed: min(p.speed, 2*approachKnots)})
	end, err := p.until(s.Hours, s.Until)
	if err != nil {
		return err
	}
	begin := p.clock
	p.lie(phase, 30*time.Minute, Stay{End: end, Kind: kind, Place: place.Title})
	return p.handle(s, begin, end, place.Title)
}

// moor sails to a berth, is pushed in from the seaward side, and is pulled out the same way.
func (p *planner) moor(s *scenario.Stay) error {
	place := p.spot(s.At)
	at := motion.Pose{At: place.At.Geo(), Heading: geo.Degrees(place.Heading)}
	off := motion.Pose{At: at.At, Heading: geo.Degrees(place.Seaward)}
	p.sail(motion.Leg{To: off.Point(berthRoom, 0), Speed: min(p.speed, approachKnots)})
	end, err := p.until(s.Hours, s.Until)
	if err != nil {
		return err
	}
	begin := p.clock
	p.lie(motion.Moored(at), mooringFade, Stay{End: end, Kind: Berthed, Place: place.Title})
	p.leave = motion.Leg{To: off.Point(berthRoom, 0), Speed: pilotKnots}
	return p.handle(s, begin, end, place.Title)
}

// handle books what is loaded or discharged during a stay: hoses and papers take three hours before and two after.
func (p *planner) handle(s *scenario.Stay, begin, end time.Duration, place string) error {
	if s.Load == 0 && s.Discharge == 0 {
		return nil
	}
	begin, end = begin+3*time.Hour, end-2*time.Hour
	if end <= begin {
		return fmt.Errorf("handle cargo at %s: a stay of less than five hours", place)
	}
	op := &operation{begin: begin, end: end, place: place, sanctioned: s.Sanctioned}
	if s.Load > 0 {
		op.to, op.barrels = p.Ship, s.Load
	} else {
		op.from, op.barrels = p.Ship, s.Discharge
	}
	p.world.ops = append(p.world.ops, op)
	return nil
}

// drift stops the engine where the way has led.
func (p *planner) drift(s *scenario.Stay) error {
	if len(p.legs) == 0 && p.leave.Speed > 0 {
		p.legs = append(p.legs, p.leave)
	}
	p.sail()
	end, err := p.until(s.Hours, s.Until)
	if err != nil {
		return err
	}
	phase := motion.Drift{Water: p.world.water, From: p.here().At, Since: p.clock, Habit: p.habit}
	p.lie(phase, 40*time.Minute, Stay{End: end, Kind: Drifting})
	return nil
}

// tie goes alongside another ship, which from the approach to the end must lie still or keep under way slowly.
func (p *planner) tie(s *scenario.Alongside) error {
	host := p.world.byName[s.Ship]
	if err := host.compile(); err != nil {
		return err
	}
	side := geo.Metres(1)
	if s.Side == "port" {
		side = -1
	}
	lateral := side * (host.hull.Beam()/2 + p.hull.Beam()/2 + fender)
	phase := motion.Alongside{Host: &host.track, Starboard: lateral, Ahead: geo.Metres(s.Ahead), Opposite: s.Opposite}
	if s.Wait {
		if err := p.await(s, host); err != nil {
			return err
		}
	}
	off := phase
	off.Starboard += side * alongsideRoom
	off.Opposite = false
	p.approach(host, phase, off)
	begin := p.clock
	end, err := p.until(s.Hours, s.Until)
	if err != nil {
		return fmt.Errorf("lie alongside %s: %w", s.Ship, err)
	}
	if err := host.holds(begin, end); err != nil {
		return fmt.Errorf("lie alongside %s from %s to %s: %w", s.Ship, p.world.At(begin).Format(time.DateTime), p.world.At(end).Format(time.DateTime), err)
	}
	p.lie(phase, alongsideFade, Stay{End: end, Kind: Alongside, With: host, Purpose: s.Purpose})
	p.depart(host, off, end)
	return p.pump(s, host, begin, end)
}

// approach sails to where a place off another ship will be, from there to go alongside her. If the other makes way she falls
// in with her course and speed.
func (p *planner) approach(host *Ship, at, off motion.Alongside) {
	speed := min(p.speed, approachKnots)
	target := at.Pose(p.clock).At
	for range 3 {
		v, _ := p.plan(motion.Leg{To: target, Speed: speed})
		target = off.Pose(p.clock + v.Duration()).At
	}
	v, _ := p.plan(motion.Leg{To: target, Speed: speed})
	if host.makesWay(p.clock + v.Duration()) {
		p.chase(host, off, p.clock+v.Duration())
		return
	}
	p.sail(motion.Leg{To: target, Speed: speed})
}

// chase comes up from astern of a ship that makes way. Each round of planning is nearer by the ratio of their speeds.
func (p *planner) chase(host *Ship, off motion.Alongside, arrival time.Duration) {
	var legs []motion.Leg
	for range 40 {
		way, course := motion.Velocity(&host.track, geo.Hull{}, arrival)
		target := off.Pose(arrival)
		astern := motion.Pose{At: target.At, Heading: course}.Point(-runUp, 0)
		speed := max(min(p.speed, approachKnots), way+3)
		legs, p.keeps = []motion.Leg{{To: astern, Speed: speed}, {To: target.At, Speed: speed}}, way
		v, _ := p.plan(legs...)
		next := p.clock + v.Duration()
		if (next - arrival).Abs() < time.Second {
			break
		}
		arrival = next
	}
	p.sail(legs...)
}

// makesWay tells whether a ship is on a voyage, not too fast to be met.
func (s *Ship) makesWay(at time.Duration) bool {
	_, lies := s.StayAt(at)
	way, _ := motion.Velocity(&s.track, geo.Hull{}, at)
	return !lies && way >= underWay && way < slowKnots
}

// depart plans how she casts off: straight abeam of a ship that lies still, ahead and abeam of one that makes way.
func (p *planner) depart(host *Ship, off motion.Alongside, end time.Duration) {
	p.leave = motion.Leg{To: off.Pose(end).At, Speed: pilotKnots}
	if way, _ := motion.Velocity(&host.track, geo.Hull{}, end); host.makesWay(end) {
		off.Ahead += runUp
		p.leave, p.has = motion.Leg{To: off.Pose(end).At, Speed: way + 2}, way
	}
}

// await drifts near until the other ship lies still for long enough. If she never does, the attempt tells why.
func (p *planner) await(s *scenario.Alongside, host *Ship) error {
	for _, lies := range host.stays {
		at := host.track.Pose(lies.End).At
		v, _ := p.plan(motion.Leg{To: at, Speed: min(p.speed, approachKnots)})
		arrival, ready := p.clock+v.Duration(), lies.Begin+mooringFade
		begin := max(arrival, ready+waitRoom)
		if end := begin + hours(s.Hours.To); lies.End < end || s.Until > 0 && lies.End < Days(s.Until-p.spec.Before) {
			continue
		}
		if arrival > ready {
			return nil
		}
		if ready-arrival > Days(scenario.WaitMost) {
			return fmt.Errorf("wait for %s from %s: she lies still only at %s, after more than %d days", s.Ship,
				p.world.At(arrival).Format(time.DateTime), p.world.At(ready).Format(time.DateTime), scenario.WaitMost)
		}
		return p.loiter(at, ready)
	}
	return nil
}

// loiter goes to within a few miles of a place and drifts there until a time.
func (p *planner) loiter(at geo.Point, until time.Duration) error {
	last := p.here().At
	if n := len(p.legs); n > 0 {
		last = p.legs[n-1].To
	}
	if far := motion.Length(last, at); far > waitOff {
		p.legs = append(p.legs, motion.Leg{To: motion.Pose{At: last, Heading: motion.Direction(last, at)}.Point(far-waitOff, 0), Speed: p.speed})
	}
	if len(p.legs) == 0 && p.leave.Speed > 0 {
		p.legs = append(p.legs, p.leave)
	}
	p.sail()
	if p.clock >= until {
		return nil
	}
	phase := motion.Drift{Water: p.world.water, From: p.here().At, Since: p.clock, Habit: p.habit}
	p.lie(phase, 40*time.Minute, Stay{End: until, Kind: Drifting})
	return nil
}

// pump books what passes from ship to ship, between three hours after the approach and an hour before the end.
func (p *planner) pump(s *scenario.Alongside, host *Ship, begin, end time.Duration) error {
	if s.Take == 0 && s.Give == 0 {
		return nil
	}
	op := &operation{begin: begin + 3*time.Hour, end: end - time.Hour, from: host, to: p.Ship, barrels: s.Take, purpose: s.Purpose}
	if s.Give > 0 {
		op.from, op.to, op.barrels = p.Ship, host, s.Give
	}
	if op.end <= op.begin {
		return fmt.Errorf("transfer with %s: a stay of less than four hours", host.spec.Name)
	}
	p.world.ops = append(p.world.ops, op)
	return nil
}

// holds checks that a ship lies in one place, or keeps under way slowly, for a time.
func (s *Ship) holds(begin, end time.Duration) error {
	lies, ok := s.StayAt(begin)
	switch {
	case !ok:
		return s.slow(begin, end)
	case lies.End < end:
		return fmt.Errorf("%s leaves at %s", s.spec.Name, s.world.At(lies.End).Format(time.DateTime))
	case lies.Begin+mooringFade > begin:
		return fmt.Errorf("%s arrives at %s only", s.spec.Name, s.world.At(lies.Begin+mooringFade).Format(time.DateTime))
	}
	return nil
}

// slow checks that a ship is on one voyage and makes less than slowKnots.
func (s *Ship) slow(begin, end time.Duration) error {
	part, here := s.track.Part(begin)
	if !here {
		return fmt.Errorf("%s is away at %s", s.spec.Name, s.world.At(begin).Format(time.DateTime))
	}
	for at := begin; at <= min(end, part.End); at += 5 * time.Minute {
		if way, _ := motion.Velocity(&s.track, geo.Hull{}, at); way >= slowKnots {
			return fmt.Errorf("%s makes %.1f kn at %s", s.spec.Name, way, s.world.At(at).Format(time.DateTime))
		}
	}
	if part.End < end {
		return fmt.Errorf("%s ends her slow passage at %s", s.spec.Name, s.world.At(part.End).Format(time.DateTime))
	}
	return nil
}

// away leaves the world by the way planned and comes back somewhere later.
func (p *planner) away(s *scenario.Away) {
	p.sail()
	begin := p.clock
	p.clock += hours(p.between(s.Hours))
	if s.Empty {
		p.world.ops = append(p.world.ops, &operation{begin: begin, end: p.clock, from: p.Ship, beyond: true})
	}
	at := motion.Moored{At: p.point(s.Back)}
	p.track.Add(at, p.clock, p.clock, 0)
}
