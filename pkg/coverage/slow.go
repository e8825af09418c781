package coverage

import (
	"maps"
	"math"
)

// keepSlow is how many days' ends are remembered: a check of some days ago must not know what came of it.
const keepSlow = checkAfter + 1

// slow is what is learned from whole days that are over. What was heard today changes nothing in it.
type slow struct {
	o       Options
	cells   map[key]daily
	blocks  map[block]*[2]daily
	all     [2]daily
	heard   map[cell]map[*Station]int32 // emitters of which each coast station told
	regular map[*Station]bool           // heard in nearly every hour of most days

	rates   map[key]rates
	regions map[block][2]daily
	hearers map[cell]map[*Station]int32 // of the cell and its neighbours
}

// rates are the habits of a cell: the share of ship-hours heard by a coast station, and of ship-passes by satellite.
type rates struct {
	coast, space           float64
	coastKnown, spaceKnown bool
}

func newSlow(o Options) *slow {
	return &slow{o: o, cells: map[key]daily{}, blocks: map[block]*[2]daily{}, rates: map[key]rates{}, regions: map[block][2]daily{},
		heard: map[cell]map[*Station]int32{}, regular: map[*Station]bool{}, hearers: map[cell]map[*Station]int32{}}
}

// midnight closes a day: its counts, and those of the days before in which late data may have changed something, are
// added up anew, and what is slow is learned from them. The first day is left out: it is spent on learning which
// stations are satellites.
func (m *Model) midnight(today int32) {
	first := int32(0)
	for h := range m.hours {
		if first == 0 || h < first {
			first = h
		}
	}
	for day := max(today-keepSlow, first/24+1); day < today; day++ {
		m.days[day], m.hearing[day] = m.sumDay(day), m.heardHours(day)
	}
	oldest := today - int32(m.o.HabitDays)
	maps.DeleteFunc(m.days, func(day int32, _ map[key]daily) bool { return day < oldest })
	maps.DeleteFunc(m.hearing, func(day int32, _ map[*Station]int) bool { return day < oldest })
	maps.DeleteFunc(m.prints, func(day int64, _ map[earshot]int32) bool { return day < int64(oldest) })
	s := newSlow(m.o)
	for _, sum := range m.days { // whole numbers: the order does not matter
		for k, d := range sum {
			s.add(k, d)
		}
	}
	m.listeners(s, today)
	copy(m.slow[1:], m.slow[:])
	m.slow[0] = s
	m.check(today)
}

// listeners notes which coast stations hear which cells, and which of them are regular: heard in 22 hours or more of at
// least half of the days. The silence of a regular one says that it is out, for days if need be.
func (m *Model) listeners(s *slow, today int32) {
	good := map[*Station]int{}
	for _, times := range m.hearing {
		for st, n := range times {
			if n >= 22 {
				good[st]++
			}
		}
	}
	for st, n := range good {
		s.regular[st] = 2*n >= m.daysOf(st)
	}
	for day, cells := range m.prints {
		if day >= int64(today) {
			continue
		}
		for p, n := range cells {
			if p.station.space {
				continue
			}
			if s.heard[p.cell] == nil {
				s.heard[p.cell] = map[*Station]int32{}
			}
			s.heard[p.cell][p.station] += n
		}
	}
}

// daysOf counts the days since a station was first heard.
func (m *Model) daysOf(s *Station) int {
	first, last := int32(math.MaxInt32), int32(math.MinInt32)
	for day, times := range m.hearing {
		if times[s] > 0 {
			first = min(first, day)
		}
		last = max(last, day)
	}
	return int(last - first + 1)
}

// listening is the share, by what they habitually hear round a cell, of the coast stations that heard anything in an
// hour, or of which silence says nothing.
func (s *slow) listening(c cell, n *hourCounts) float64 {
	near, ok := s.hearers[c]
	if !ok {
		near = map[*Station]int32{}
		c.around(func(o cell) {
			for st, n := range s.heard[o] {
				near[st] += n
			}
		})
		s.hearers[c] = near
	}
	all, alive := 0, 0
	for st, weight := range near { // whole numbers: the order does not matter
		all += int(weight)
		if n.spoke(st) || !s.regular[st] {
			alive += int(weight)
		}
	}
	if all == 0 {
		return 1
	}
	return float64(alive) / float64(all)
}

// spoke tells whether a station heard anything in the hour.
func (n *hourCounts) spoke(s *Station) bool {
	if n == nil {
		return false
	}
	_, ok := n.stations[s]
	return ok
}

func (d daily) plus(o daily) daily { return daily{d.all.plus(o.all), d.passed.plus(o.passed)} }

func (s *slow) add(k key, d daily) {
	s.cells[k] = s.cells[k].plus(d)
	b := s.blocks[k.cell.block()]
	if b == nil {
		b = &[2]daily{}
		s.blocks[k.cell.block()] = b
	}
	i := state(k.moving)
	b[i], s.all[i] = b[i].plus(d), s.all[i].plus(d)
}

// state numbers ships at rest 0 and under way 1.
func state(moving bool) int {
	if moving {
		return 1
	}
	return 0
}

// around sums up the blocks within 2°.
func (s *slow) around(b block) [2]daily {
	r, ok := s.regions[b]
	if !ok {
		b.around(func(o block) {
			if d := s.blocks[o]; d != nil {
				r[0], r[1] = r[0].plus(d[0]), r[1].plus(d[1])
			}
		})
		s.regions[b] = r
	}
	return r
}

// of gives the habits of a cell. Coast stations hear a ship within an hour whether she moves or not, and the sea's shape
// decides: cell, then neighbours, then region. Satellites hear whoever sends often, and nothing depends on the cell:
// region, then all. But where no control ever passes it is not known that what is heard there is told at all: a feed ends
// where its makers wanted.
func (s *slow) of(k key) rates {
	r, ok := s.rates[k]
	if ok {
		return r
	}
	var near daily
	k.cell.around(func(c cell) {
		near = near.plus(s.cells[key{c, false}]).plus(s.cells[key{c, true}])
	})
	own := s.cells[key{k.cell, false}].plus(s.cells[key{k.cell, true}])
	i := state(k.moving)
	region := s.around(k.cell.block())
	wide := region[0].plus(region[1]).all
	total := s.all[0].plus(s.all[1]).all
	coast := lean(total.coast, total.there, 0.5, s.o.Shrink)
	for _, t := range []tally{wide, near.all, own.all} {
		coast = lean(t.coast, t.there, coast, s.o.Shrink)
	}
	space := lean(s.all[i].passed.space, s.all[i].passed.there, 0.5, s.o.Shrink)
	space = lean(region[i].passed.space, region[i].passed.there, space, s.o.Shrink)
	r = rates{coast: coast, space: space, coastKnown: int(near.all.there) >= s.o.Support,
		spaceKnown: int(near.passed.there) >= s.o.PassControls && int(region[0].passed.there+region[1].passed.there) >= s.o.Support}
	s.rates[k] = r
	return r
}

// lean is the mean of a beta distribution: n of m, leaning on what is known of a wider area with a weight.
func lean(n, m int32, wider, weight float64) float64 {
	return (float64(n) + weight*wider) / (float64(m) + weight)
}

// key is what reception is learned by: a cell, and whether ships in it are under way.
type key struct {
	cell   cell
	moving bool
}

// tally counts the ship-hours of controls: there, heard by a coast station, heard by a satellite.
type tally struct{ there, coast, space int32 }

func (t tally) plus(o tally) tally {
	return tally{t.there + o.there, t.coast + o.coast, t.space + o.space}
}

func (t tally) minus(o tally) tally {
	return tally{t.there - o.there, t.coast - o.coast, t.space - o.space}
}

// hourCounts is what controls showed in one hour. Regions are sums over the blocks within 2°, kept until something new
// is counted.
type hourCounts struct {
	cells   map[key]tally
	blocks  map[block]*both
	seas    map[sea]*both
	regions map[block]both
	// Emitters by station, those that stand still (base stations, aids) included. One that heard none at all, and is
	// wont to, is out.
	stations map[*Station]int32
}

// both has the tallies of ships at rest and under way.
type both [2]tally

func (b *both) of(moving bool) *tally {
	if moving {
		return &b[1]
	}
	return &b[0]
}

func (b both) all() tally { return b[0].plus(b[1]) }

func (m *Model) hour(h int32) *hourCounts {
	n := m.hours[h]
	if n == nil {
		n = &hourCounts{cells: map[key]tally{}, blocks: map[block]*both{}, seas: map[sea]*both{}, regions: map[block]both{}, stations: map[*Station]int32{}}
		m.hours[h] = n
	}
	return n
}

// count adds to an hour.
func (m *Model) count(h int32, k key, add tally) {
	n := m.hour(h)
	n.cells[k] = n.cells[k].plus(add)
	b := n.blocks[k.cell.block()]
	if b == nil {
		b = &both{}
		n.blocks[k.cell.block()] = b
	}
	*b.of(k.moving) = b.of(k.moving).plus(add)
	w := n.seas[k.cell.block().sea()]
	if w == nil {
		w = &both{}
		n.seas[k.cell.block().sea()] = w
	}
	*w.of(k.moving) = w.of(k.moving).plus(add)
	clear(n.regions)
}

// region sums up what surrounds a block in the hour.
func (n *hourCounts) region(b block) both {
	r, ok := n.regions[b]
	if ok {
		return r
	}
	b.around(func(o block) {
		if t := n.blocks[o]; t != nil {
			r[0], r[1] = r[0].plus(t[0]), r[1].plus(t[1])
		}
	})
	n.regions[b] = r
	return r
}

// overhead sums up what tells of a satellite's pass over a block: the controls within 2°, or, where these are few, all of
// the sea round it. A satellite hears half a sea at once.
func (n *hourCounts) overhead(b block, enough int) both {
	near := n.region(b)
	if int(near.all().there) >= enough {
		return near
	}
	var wide both
	b.sea().around(func(o sea) {
		if t := n.seas[o]; t != nil {
			wide[0], wide[1] = wide[0].plus(t[0]), wide[1].plus(t[1])
		}
	})
	return wide
}

// daily is what the hours of a day add up to in a cell: all ship-hours, and those in which a satellite passed.
type daily struct{ all, passed tally }

// sumDay adds up a day. Whole numbers: the order does not matter.
func (m *Model) sumDay(day int32) map[key]daily {
	sum := map[key]daily{}
	for h := day * 24; h < day*24+24; h++ {
		n := m.hours[h]
		if n == nil {
			continue
		}
		for k, t := range n.cells {
			d := sum[k]
			d.all = d.all.plus(t)
			if m.passed(n, k.cell.block()) {
				d.passed = d.passed.plus(t)
			}
			sum[k] = d
		}
	}
	return sum
}

// passed tells whether a satellite passed in the hour: enough controls round the block were heard by one.
func (m *Model) passed(n *hourCounts, b block) bool {
	return int(n.overhead(b, m.o.PassSupport).all().space) >= m.o.PassControls
}

// heardHours counts for each station the hours of a day in which it heard anything.
func (m *Model) heardHours(day int32) map[*Station]int {
	times := map[*Station]int{}
	for h := day * 24; h < day*24+24; h++ {
		if n := m.hours[h]; n != nil {
			for s := range n.stations {
				times[s]++
			}
		}
	}
	return times
}
