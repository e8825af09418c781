package populate

import (
	"fmt"
	"math"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// window is a time in days since the world's start.
type window struct{ from, to float64 }

// isFree tells whether nobody has a place at any time between two days.
func (b *builder) isFree(place string, from, to float64) bool {
	for _, w := range b.booked[place] {
		if from < w.to && w.from < to {
			return false
		}
	}
	return true
}

// reserve takes a berth, a buoy or any other place for one ship at a time; false when somebody has it by then.
func (b *builder) reserve(place string, from, to float64) bool {
	if !b.isFree(place, from, to) {
		return false
	}
	b.booked[place] = append(b.booked[place], window{from, to})
	return true
}

// vacant is the first day, from some day on, on which a place is free for so many days.
func (b *builder) vacant(place string, from, days float64) float64 {
	for moved := true; moved; {
		moved = false
		for _, w := range b.booked[place] {
			if from < w.to && w.from < from+days {
				from, moved = w.to, true
			}
		}
	}
	return from
}

// lie takes a spot in a field, or a berth of a quay, for a time and makes it a place of its own, which it names; false when all are taken.
func (b *builder) lie(field string, from, to float64) (string, bool) {
	for _, name := range b.spots(field) {
		if b.reserve(name, from, to) {
			return name, true
		}
	}
	return "", false
}

// spots names all spots of a field or quay, and makes them places of their own.
func (b *builder) spots(field string) []string {
	p := b.s.Places[field]
	out := make([]string, p.Spots)
	for n := range out {
		out[n] = fmt.Sprintf("%s/%d", field, n+1)
		if _, known := b.s.Places[out[n]]; !known {
			b.s.Places[out[n]] = spotOf(field, p, n)
		}
	}
	return out
}

// spotOf is one berth of a quay, or one spot of a field: its squares are numbered in rings outwards, and each anchor
// falls a little beside.
func spotOf(field string, p scenario.Place, n int) scenario.Place {
	if p.Title == "" {
		p.Title = field
	}
	spacing, berths := p.Spacing, p.Spots
	p.Spacing, p.Spots = 0, 0
	if p.Quay {
		along := geo.Metres(spacing * (float64(n) - float64(berths-1)/2))
		p.At = scenario.Point(motion.Pose{At: p.At.Geo(), Heading: geo.Degrees(p.Heading)}.Point(along, 0))
		return p
	}
	column, row := spiral(n)
	off := func(k int, salt uint32) geo.Metres {
		x := (uint32(n)*2654435761 + salt) >> 8 & 0xffff
		return geo.Metres(spacing * (float64(k) + 0.06*(float64(x)/32768-1)))
	}
	p.At = scenario.Point(motion.Move(p.At.Geo(), off(column, 1), off(row, 0x9e3779b9)))
	return p
}

// spiral numbers the squares of a grid outwards from the middle.
func spiral(n int) (column, row int) {
	if n == 0 {
		return 0, 0
	}
	ring := int(math.Ceil((math.Sqrt(float64(n+1)) - 1) / 2))
	k := n - (2*ring-1)*(2*ring-1)
	side, along := k/(2*ring), k%(2*ring)
	switch side {
	case 0:
		return ring, along - ring + 1
	case 1:
		return ring - 1 - along, ring
	case 2:
		return -ring, ring - 1 - along
	default:
		return along - ring + 1, -ring
	}
}
