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

// tie goes alongside another ship, which must lie still from the approach to the end.
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
	speed := min(p.speed, approachKnots)
	target := phase.Pose(p.clock).At
	for range 3 {
		v, _ := p.plan(motion.Leg{To: target, Speed: speed})
		target = host.track.Pose(p.clock+v.Duration()).Point(phase.Ahead, lateral+side*alongsideRoom)
	}
	p.sail(motion.Leg{To: target, Speed: speed})
	begin := p.clock
	end, err := p.until(s.Hours, s.Until)
	if err != nil {
		return err
	}
	if err := host.stillFrom(begin, end); err != nil {
		return fmt.Errorf("lie alongside %s: %w", s.Ship, err)
	}
	p.lie(phase, alongsideFade, Stay{End: end, Kind: Alongside, With: host, Purpose: s.Purpose})
	p.leave = motion.Leg{To: host.track.Pose(end).Point(phase.Ahead, lateral+side*alongsideRoom), Speed: pilotKnots}
	return p.pump(s, host, begin, end)
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

// stillFrom checks that a ship lies in one place for a time.
func (s *Ship) stillFrom(begin, end time.Duration) error {
	lies, ok := s.StayAt(begin)
	if !ok {
		return fmt.Errorf("she is under way or away at %s", s.world.At(begin).Format(time.DateTime))
	}
	if lies.End < end {
		return fmt.Errorf("she leaves at %s, before %s", s.world.At(lies.End).Format(time.DateTime), s.world.At(end).Format(time.DateTime))
	}
	if lies.Begin+mooringFade > begin {
		return fmt.Errorf("she arrives at %s only", s.world.At(lies.Begin).Format(time.DateTime))
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
