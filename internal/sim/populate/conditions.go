package populate

import (
	"slices"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// receive scales what the world's receivers hear.
func (b *builder) receive(r scenario.Reception) {
	stations, satellites := b.dial("reception.stations", r.Stations.Or(1)), b.dial("reception.satellites", r.Satellites.Or(1))
	b.s.Stations, b.s.Satellites = slices.Clone(b.s.Stations), slices.Clone(b.s.Satellites)
	for i := range b.s.Stations {
		b.s.Stations[i].RangeKM *= stations
	}
	for i := range b.s.Satellites {
		b.s.Satellites[i].Heard = min(1, satellites*b.s.Satellites[i].Heard)
	}
}

// hush lets a share of lawful ships pass the Strait of Hormuz in silence.
func (b *builder) hush(share scenario.Dial) {
	chances, rng := b.dial("caution", share), b.stream("caution")
	if chances <= 0 {
		return
	}
	for i := range b.s.Ships {
		ship := &b.s.Ships[i]
		if ship.Fleet != "" {
			continue
		}
		var steps []scenario.Step
		for _, step := range ship.Steps {
			if first, last := narrows(step.Sail); last > first+1 && chance(rng, chances) {
				steps = append(steps, silenced(step.Sail, first, last)...)
			} else {
				steps = append(steps, step)
			}
		}
		ship.Steps = steps
	}
}

// narrows are the points of a way that lie in the Strait: the first one, and the one after the last.
func narrows(s *scenario.Sail) (first, last int) {
	if s == nil {
		return 0, 0
	}
	in := func(v scenario.Spot) bool {
		return v.Name == "" && v.Point[0] > 55.6 && v.Point[0] < 57 && v.Point[1] > 25.9
	}
	if first = slices.IndexFunc(s.Via, in); first < 0 {
		return 0, 0
	}
	for last = first; last < len(s.Via) && in(s.Via[last]); last++ {
	}
	return first, last
}

// silenced is a way with a silence from one of its points to another.
func silenced(s *scenario.Sail, first, last int) []scenario.Step {
	part := func(via []scenario.Spot) scenario.Step {
		return scenario.Step{Sail: &scenario.Sail{Via: via, Knots: s.Knots}}
	}
	steps := []scenario.Step{part(s.Via[:first+1]), off(), part(s.Via[first+1 : last]), on()}
	if last < len(s.Via) {
		steps = append(steps, part(s.Via[last:]))
	}
	return steps
}
