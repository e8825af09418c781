package coverage

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
