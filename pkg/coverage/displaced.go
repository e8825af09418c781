package coverage

import "time"

// shipHours counts the hours of a day in which watched ships and controls were heard, and those of them in which they
// were not where they said.
type shipHours struct{ heard, displaced int64 }

// Displaced says whether a ship was where she said from one instant to another. Where she was not, what was heard of
// her teaches nothing, and so much less was truly heard on those days. Saying the same again changes nothing.
func (m *Model) Displaced(id uint32, from, to time.Time, displaced bool) {
	s := m.ships[id]
	if s == nil {
		return
	}
	first := max(int32(hourOf(from)), s.newest-ringHours)
	for h := first; h <= min(int32(hourOf(to)), s.newest); h++ {
		if p := s.at(h); p != nil && p.bits&present != 0 && displaced != (p.bits&astray != 0) {
			m.turn(s, p, h)
		}
		if p := s.before.at(h); p != nil && displaced != (p.bits&astray != 0) {
			p.bits ^= astray
		}
	}
}

// turn makes a displaced ship-hour one that is believed, or the other way round.
func (m *Model) turn(s *ship, p *slot, h int32) {
	p.bits ^= astray
	sign := int32(1)
	if p.bits&astray != 0 {
		sign = -1
	}
	if p.bits&anyHeard != 0 {
		day := m.shipHours[dayOfHour(h)]
		day.displaced -= int64(sign)
		m.shipHours[dayOfHour(h)] = day
	}
	if s.role != Control || p.bits&counted == 0 && sign < 0 {
		return
	}
	t := p.tally()
	m.count(h, p.key(), tally{sign * t.there, sign * t.coast, sign * t.space})
	p.bits ^= counted
}

// placed is the share of a day's ship-hours in which ships were where they said.
func (m *Model) placed(day time.Time) float64 {
	n := m.shipHours[dayOf(day)]
	if n.heard == 0 {
		return 1
	}
	return 1 - float64(n.displaced)/float64(n.heard)
}

func dayOfHour(h int32) int64 { return floorDiv(int64(h), 24) }
