package coverage

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Role is what a ship is to the model.
type Role uint8

// The roles. Controls have no reason to hide, and reception is learned from them alone; of others only their own
// hours are kept, of bystanders nothing.
const (
	Watched Role = iota
	Control
	Bystander
)

// Moment is when and where a ship was heard, and by what.
type Moment struct {
	Time         time.Time
	Position     geo.Point
	Moving       bool // under way: a ship at rest sends seldom, and satellites miss her
	Coast, Space bool // heard by a coast station, by a satellite
}

// ringHours is how far a ship's own hours are kept: a day that is checked, the 72 h before it and the days since.
const ringHours = habitHours + (checkAfter+1)*24

// ship is one ship's newest hours.
type ship struct {
	role Role
	ring
	before ring // as it was before her last silence of a day or more
}

// ring holds the hours up to the newest.
type ring struct {
	newest int32
	slots  []slot // ringHours of them once there is an hour
}

// slot is one ship-hour.
type slot struct {
	cell cell
	bits uint8
}

// The bits of a slot.
const (
	present  uint8 = 1 << iota // she was there: heard in the hour, or silent in it and heard before and after
	moving                     // under way
	byCoast                    // heard by a coast station
	bySpace                    // heard by a satellite
	counted                    // teaches: she was a control
	astray                     // she was not where she said
	anyHeard = byCoast | bySpace
)

func (s slot) key() key { return key{s.cell, s.bits&moving != 0} }

// at is the slot of an hour, or nil if it is too old or has not come.
func (s *ring) at(h int32) *slot {
	if s.slots == nil || h > s.newest || h <= s.newest-ringHours {
		return nil
	}
	return &s.slots[uint32(h)%ringHours]
}

// reach makes room up to an hour.
func (s *ship) reach(h int32) {
	if s.slots == nil {
		s.slots, s.newest = make([]slot, ringHours), h-1
	}
	if h-s.newest >= 24 {
		s.before = ring{s.newest, slices.Clone(s.slots)}
	}
	for n := max(s.newest, h-ringHours) + 1; n <= h; n++ {
		s.slots[uint32(n)%ringHours] = slot{}
	}
	s.newest = max(s.newest, h)
}

// Mark says what a ship is. What was counted of her before stays.
func (m *Model) Mark(id uint32, r Role) {
	s := m.shipOf(id)
	s.role = r
	if r == Bystander {
		s.ring, s.before = ring{}, ring{}
	}
}

// Heard says that a ship was heard. The order does not matter, nor how often the same is said.
func (m *Model) Heard(id uint32, at Moment) {
	s := m.shipOf(id)
	if s.role == Bystander {
		return
	}
	h := int32(hourOf(at.Time))
	s.reach(h)
	p := s.at(h)
	if p == nil {
		return
	}
	if p.bits&present == 0 {
		m.enter(s, p, h, cellOf(at.Position), at.Moving)
	}
	if p.bits&anyHeard == 0 && (at.Coast || at.Space) {
		day := m.shipHours[dayOfHour(h)]
		day.heard++
		if p.bits&astray != 0 {
			day.displaced++
		}
		m.shipHours[dayOfHour(h)] = day
	}
	var add tally
	if at.Coast && p.bits&byCoast == 0 {
		p.bits |= byCoast
		add.coast = 1
	}
	if at.Space && p.bits&bySpace == 0 {
		p.bits |= bySpace
		add.space = 1
	}
	if p.bits&counted != 0 && add != (tally{}) {
		m.count(h, p.key(), add)
	}
}

// Silent says that a ship was not heard between two moments and is known to have been there: she was heard at both.
// Her way between them is taken for straight.
func (m *Model) Silent(id uint32, off, on Moment) {
	from, to := int32(hourOf(off.Time)), int32(hourOf(on.Time))
	s := m.shipOf(id)
	if to-from < 2 || int(to-from) > m.o.Longest || s.role == Bystander {
		return
	}
	s.reach(to)
	for h := from + 1; h < to; h++ {
		if p := s.at(h); p != nil && p.bits&present == 0 {
			share := float64(h-from) / float64(to-from)
			m.enter(s, p, h, cellOf(geo.Interpolate(off.Position, on.Position, share)), off.Moving)
		}
	}
}

func (m *Model) shipOf(id uint32) *ship {
	s := m.ships[id]
	if s == nil {
		s = &ship{}
		m.ships[id] = s
	}
	return s
}

// enter notes that a ship was there in an hour.
func (m *Model) enter(s *ship, p *slot, h int32, c cell, underWay bool) {
	p.cell, p.bits = c, present
	if underWay {
		p.bits |= moving
	}
	if s.role == Control {
		p.bits |= counted
		m.count(h, p.key(), tally{there: 1})
	}
}

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
