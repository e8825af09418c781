package geo

import (
	"math"
	"slices"
)

// Index finds the moving points near a place: a grid of cells over the Earth, each with a list of the points in it.
// Rows are as high as the cell, and every row has as many columns as its parallel has cells, so that cells stay
// about square up to the poles. Nothing is allocated while the number of points stays the same, and nothing is moved
// while a point stays in its cell.
//
// An Index belongs to one goroutine.
type Index struct {
	cells   table // cell number to the first slot of its list
	slots   table // id to slot
	entries []entry
	free    int32 // first unused slot, chained by next
	used    int
	height  float64 // degrees of latitude in a row
	columns []int32
	firsts  []int64 // cell number of each row's first column
	found   []neighbour
}

// entry is a point in the list of its cell.
type entry struct {
	at         Point
	cell       int64
	id         int32
	next, prev int32
}

type neighbour struct {
	id int32
	d  Metres
}

const (
	none = int32(-1)
	// smallestCell bounds the table of rows to 20,000,000 m / 50 m = 400,000 rows.
	smallestCell Metres = 50
	// polar is the latitude beyond which Distance is too coarse and the great circle is taken.
	polar = 75
)

// NewIndex returns an empty index. The best cell is about twice the radius that will be asked for: then a question
// touches one to four cells. Cells below 50 m are taken as 50 m, above 1000 km as 1000 km.
func NewIndex(cell Metres) *Index {
	cell = max(smallestCell, min(cell, 1000*Kilometre))
	rows := max(1, int(math.Pi*float64(MeanRadius)/float64(cell)))
	x := &Index{free: none, height: 180 / float64(rows)}
	x.columns = make([]int32, rows)
	x.firsts = make([]int64, rows)
	next := int64(0)
	for i := range rows {
		middle := -90 + (float64(i)+0.5)*x.height
		around := 2 * math.Pi * float64(MeanRadius) * math.Cos(middle*radian)
		x.columns[i] = max(1, int32(around/float64(cell)))
		x.firsts[i] = next
		next += int64(x.columns[i])
	}
	return x
}

// Len is the number of points held.
func (x *Index) Len() int { return x.used }

// Put places an id, or moves it if it is held already. Any id may be used, in any order.
func (x *Index) Put(id int32, p Point) {
	cell := x.cellOf(p)
	slot, ok := x.slots.get(int64(id))
	if !ok {
		slot = x.newSlot()
		x.slots.put(int64(id), slot)
		x.entries[slot].id = id
		x.link(slot, cell)
	} else if x.entries[slot].cell != cell {
		x.unlink(slot)
		x.link(slot, cell)
	}
	x.entries[slot].at = p
}

// Remove forgets an id; one that is not held is ignored.
func (x *Index) Remove(id int32) {
	slot, ok := x.slots.get(int64(id))
	if !ok {
		return
	}
	x.unlink(slot)
	x.slots.remove(int64(id))
	x.entries[slot].next = x.free
	x.entries[slot].prev = none
	x.entries[slot].cell = -1
	x.free = slot
	x.used--
}

// At returns where an id was last put.
func (x *Index) At(id int32) (Point, bool) {
	slot, ok := x.slots.get(int64(id))
	if !ok {
		return Point{}, false
	}
	return x.entries[slot].at, true
}

// Near calls fn for every id within r of p, the id at p itself included, in ascending order of id: the order does not
// depend on how the points came to be where they are. Distances are Distance's, beyond 75° of latitude
// DistanceExact's. fn may change the index: what is found is fixed before the first call.
func (x *Index) Near(p Point, r Metres, fn func(id int32, d Metres)) {
	found := x.found[:0]
	x.found = nil
	found = x.gather(found, p, r)
	if len(found) > 1 {
		slices.SortFunc(found, func(a, b neighbour) int { return int(int64(a.id) - int64(b.id)) })
	}
	for _, n := range found {
		fn(n.id, n.d)
	}
	x.found = found
}

// gather walks the rows and columns that the radius touches, or all points where these are fewer.
func (x *Index) gather(found []neighbour, p Point, r Metres) []neighbour {
	reach := float64(r/MeanRadius) / radian
	low, high := x.rowOf(p[1]-reach), x.rowOf(p[1]+reach)
	across := 360.0
	if top := math.Abs(p[1]) + reach; top < 89 {
		across = reach / math.Cos(top*radian)
	}
	if (float64(high-low)+1)*(2*across/x.height*math.Cos(p[1]*radian)+1) > 4*float64(x.used)+64 {
		return x.gatherAll(found, p, r)
	}
	for row := low; row <= high; row++ {
		n := x.columns[row]
		width := 360 / float64(n)
		from := int64(math.Floor((p[0] + 180 - across) / width))
		count := min(int64(n), int64(math.Floor((p[0]+180+across)/width))-from+1)
		column := from % int64(n)
		if column < 0 {
			column += int64(n)
		}
		for range count {
			found = x.gatherCell(found, x.firsts[row]+column, p, r)
			if column++; column == int64(n) {
				column = 0
			}
		}
	}
	return found
}

func (x *Index) gatherCell(found []neighbour, cell int64, p Point, r Metres) []neighbour {
	slot, ok := x.cells.get(cell)
	if !ok {
		return found
	}
	for slot != none {
		e := &x.entries[slot]
		if d := between(p, e.at); d <= r {
			found = append(found, neighbour{e.id, d})
		}
		slot = e.next
	}
	return found
}

func (x *Index) gatherAll(found []neighbour, p Point, r Metres) []neighbour {
	for i := range x.entries {
		e := &x.entries[i]
		if e.cell < 0 {
			continue
		}
		if d := between(p, e.at); d <= r {
			found = append(found, neighbour{e.id, d})
		}
	}
	return found
}

// between is the distance by which neighbours are judged.
func between(a, b Point) Metres {
	if math.Abs(a[1]) > polar {
		return DistanceExact(a, b)
	}
	return Distance(a, b)
}

func (x *Index) rowOf(lat float64) int {
	return max(0, min(int((lat+90)/x.height), len(x.columns)-1))
}

func (x *Index) cellOf(p Point) int64 {
	row := x.rowOf(p[1])
	n := x.columns[row]
	column := int64(math.Floor((p[0]+180)/(360/float64(n)))) % int64(n)
	if column < 0 {
		column += int64(n)
	}
	return x.firsts[row] + column
}

func (x *Index) newSlot() int32 {
	x.used++
	if x.free != none {
		slot := x.free
		x.free = x.entries[slot].next
		return slot
	}
	x.entries = append(x.entries, entry{})
	return int32(len(x.entries) - 1)
}

// link puts a slot at the head of its cell's list.
func (x *Index) link(slot int32, cell int64) {
	e := &x.entries[slot]
	e.cell, e.prev, e.next = cell, none, none
	if head, ok := x.cells.get(cell); ok {
		e.next = head
		x.entries[head].prev = slot
	}
	x.cells.put(cell, slot)
}

func (x *Index) unlink(slot int32) {
	e := &x.entries[slot]
	if e.next != none {
		x.entries[e.next].prev = e.prev
	}
	switch {
	case e.prev != none:
		x.entries[e.prev].next = e.next
	case e.next != none:
		x.cells.put(e.cell, e.next)
	default:
		x.cells.remove(e.cell)
	}
}

// table maps numbers to slots: open addressing with linear probing, at most half full. A removed entry is closed up at
// once, so that a table through which millions of cells pass does not fill with tombstones. The zero table is empty.
type table struct {
	places []tablePlace
	shift  uint
	used   int
}

// tablePlace holds a key moved up by keyOffset, so that zero means empty: keys are cells, from 0, and ids, from
// the smallest int32.
type tablePlace struct {
	key  int64
	slot int32
}

const keyOffset = 1 << 32 // more than any id is below zero

// home is where a key belongs: Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4).
func (t *table) home(key int64) int {
	return int(uint64(key) * 0x9E3779B97F4A7C15 >> t.shift)
}

func (t *table) get(key int64) (int32, bool) {
	key += keyOffset
	if len(t.places) == 0 {
		return 0, false
	}
	for i := t.home(key); ; i = (i + 1) & (len(t.places) - 1) {
		switch t.places[i].key {
		case key:
			return t.places[i].slot, true
		case 0:
			return 0, false
		}
	}
}

func (t *table) put(key int64, slot int32) {
	if 2*(t.used+1) > len(t.places) {
		t.grow()
	}
	key += keyOffset
	for i := t.home(key); ; i = (i + 1) & (len(t.places) - 1) {
		switch t.places[i].key {
		case key:
			t.places[i].slot = slot
			return
		case 0:
			t.places[i] = tablePlace{key, slot}
			t.used++
			return
		}
	}
}

// remove empties a key's place and moves back whatever had been pushed past it.
func (t *table) remove(key int64) {
	if len(t.places) == 0 {
		return
	}
	key += keyOffset
	mask := len(t.places) - 1
	i := t.home(key)
	for t.places[i].key != key {
		if t.places[i].key == 0 {
			return
		}
		i = (i + 1) & mask
	}
	t.used--
	for j := (i + 1) & mask; t.places[j].key != 0; j = (j + 1) & mask {
		// A key may fill the hole if the hole lies between its home and its place.
		if (j-t.home(t.places[j].key))&mask >= (j-i)&mask {
			t.places[i] = t.places[j]
			i = j
		}
	}
	t.places[i] = tablePlace{}
}

func (t *table) grow() {
	old := t.places
	size := max(64, 2*len(old))
	t.places = make([]tablePlace, size)
	t.shift = 64
	for n := size; n > 1; n /= 2 {
		t.shift--
	}
	t.used = 0
	for _, p := range old {
		if p.key != 0 {
			t.put(p.key-keyOffset, p.slot)
		}
	}
}
