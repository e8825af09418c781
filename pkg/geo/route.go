package geo

import (
	"math"
	"slices"
)

// search is the memory of one search for a way. It is used again; stamps tell this search's entries from the last one's.
type search struct {
	g      *graph
	length []float64
	parent []int32
	seen   []int32 // stamp when length and parent hold
	closed []int32 // stamp when the place is done with
	stamp  int32
	queue  queue
	goal   [2]vectorPoint // start and goal, which are no places of the graph
	ends   [2][]int32     // the places to which start and goal are joined
	blind  bool           // without a goal: places are opened in the order of the length alone
}

type vectorPoint struct {
	point  Point
	vector vector
}

// search finds the way by lazy Theta* (Nash, Koenig and Tovey 2010): A* over the graph in which a place takes its parent's
// parent for its own when that is in sight, so that ways run straight between capes and not along the grid.
func (s *Sea) search(a, b Point) ([]Point, bool) {
	g := s.graphFor(a, b)
	q := g.newSearch()
	defer g.scratch.Put(q)
	for i, p := range [2]Point{a, b} {
		at, ends := g.join(p)
		if len(ends) == 0 {
			return nil, false
		}
		q.goal[i] = vectorPoint{at, vectorOf(at)}
		q.ends[i] = ends
	}
	way, ok := q.run()
	if !ok {
		return nil, false
	}
	way = s.straighten(way)
	if way[0] != a {
		way = append([]Point{a}, way...)
	}
	if way[len(way)-1] != b {
		way = append(way, b)
	}
	return way, true
}

func (g *graph) newSearch() *search {
	q, ok := g.scratch.Get().(*search)
	if !ok {
		n := len(g.points) + 2
		q = &search{g: g, length: make([]float64, n), parent: make([]int32, n), seen: make([]int32, n), closed: make([]int32, n)}
	}
	q.stamp++
	q.queue = q.queue[:0]
	return q
}

// join finds the places at which a way may begin. A point on land is first moved to the water off the nearest coast; one
// that sees no place, in a pond or behind a bar, is joined to the nearest place within snapReach.
func (g *graph) join(p Point) (Point, []int32) {
	if m := g.sea.maskAt(p); m.land(p) {
		if wet, ok := g.offCoast(m, p); ok {
			p = wet
		}
	}
	var ends []int32
	if !g.sea.maskAt(p).land(p) {
		for _, n := range g.around(p, 1) {
			if !g.dead[n] && g.sea.Clear(p, g.points[n]) {
				ends = append(ends, n)
			}
		}
	}
	if len(ends) > 0 {
		return p, ends
	}
	if n := g.nearest(p, snapReach); n != none {
		return p, []int32{n}
	}
	return p, nil
}

// offCoast is the water 200 m beyond the coast nearest to a point on land.
func (g *graph) offCoast(m *mask, p Point) (Point, bool) {
	q, d, ok := m.nearestShore(p, snapReach)
	if !ok || d == 0 {
		return p, false
	}
	wet := Destination(p, Bearing(p, q), d+200)
	return wet, !g.sea.maskAt(wet).land(wet)
}

// nearest is the living place nearest to a point.
func (g *graph) nearest(p Point, within Metres) int32 {
	best, found := within, none
	cells := int(math.Ceil(float64(within/MeanRadius) / radian / gulfCell))
	if !gulfBox().Contains(p) {
		cells = int(math.Ceil(float64(within/MeanRadius)/radian/worldCell/max(0.2, math.Cos(p[1]*radian)))) + 1
	}
	near := g.around(p, cells)
	for n := len(g.points) - 1; n >= 0 && g.cells[n].kind == channel; n-- {
		near = append(near, int32(n))
	}
	for _, n := range near {
		if g.dead[n] {
			continue
		}
		if d := DistanceExact(p, g.points[n]); d < best {
			best, found = d, n
		}
	}
	return found
}

// straighten leaves out the corners that the sight from their neighbours makes needless.
func (s *Sea) straighten(way []Point) []Point {
	out := way[:1:1]
	for i := 1; i < len(way)-1; i++ {
		if !s.Clear(out[len(out)-1], way[i+1]) {
			out = append(out, way[i])
		}
	}
	return append(out, way[len(way)-1])
}

// start and target number the two ends behind the graph's places.
func (q *search) start() int32  { return int32(len(q.g.points)) }
func (q *search) target() int32 { return int32(len(q.g.points)) + 1 }

func (q *search) vector(n int32) vector {
	if i := int(n) - len(q.g.points); i >= 0 {
		return q.goal[i].vector
	}
	return q.g.vectors[n]
}

func (q *search) point(n int32) Point {
	if i := int(n) - len(q.g.points); i >= 0 {
		return q.goal[i].point
	}
	return q.g.points[n]
}

func (q *search) between(a, b int32) float64 { return float64(q.vector(a).distance(q.vector(b))) }

// run opens places in the order of the length so far and the great circle still to go.
func (q *search) run() ([]Point, bool) {
	q.improve(q.start(), q.start(), 0)
	for len(q.queue) > 0 {
		n := q.queue.pop()
		q.open(n)
		if n == q.target() {
			return q.trace(), true
		}
	}
	return nil, false
}

// open is done with a place: its neighbours are offered its parent, in whose sight they may be.
func (q *search) open(n int32) {
	if q.closed[n] == q.stamp {
		return
	}
	q.settle(n)
	q.closed[n] = q.stamp
	parent := q.parent[n]
	q.neighbours(n, func(m int32) {
		if q.closed[m] == q.stamp {
			return
		}
		if length := q.length[parent] + q.between(parent, m); q.seen[m] != q.stamp || length < q.length[m] {
			q.improve(m, parent, length)
		}
	})
}

func (q *search) improve(n, parent int32, length float64) {
	q.length[n], q.parent[n], q.seen[n] = length, parent, q.stamp
	togo := 0.0
	if !q.blind {
		togo = q.between(n, q.target())
	}
	q.queue.push(queued{length + togo, n})
}

// settle looks whether the parent that was taken on trust is in sight; if not, the best of the neighbours already done
// becomes the parent.
func (q *search) settle(n int32) {
	parent := q.parent[n]
	if n == parent || q.g.sea.Clear(q.point(parent), q.point(n)) {
		return
	}
	best := math.Inf(1)
	q.neighbours(n, func(m int32) {
		if q.closed[m] != q.stamp {
			return
		}
		if length := q.length[m] + q.between(m, n); length < best || length == best && m < q.parent[n] {
			best = length
			q.length[n], q.parent[n] = length, m
		}
	})
}

// neighbours are the graph's, and the two ends beside the places they are joined to.
func (q *search) neighbours(n int32, fn func(int32)) {
	if i := int(n) - len(q.g.points); i >= 0 {
		for _, m := range q.ends[i] {
			fn(m)
		}
		return
	}
	q.g.neighbours(n, fn)
	for i, ends := range q.ends {
		if slices.Contains(ends, n) {
			fn(q.start() + int32(i))
		}
	}
}

func (q *search) trace() []Point {
	var way []Point
	for n := q.target(); ; n = q.parent[n] {
		way = append(way, q.point(n))
		if n == q.parent[n] {
			break
		}
	}
	slices.Reverse(way)
	return way
}

// queue is a binary heap of places by length, and by number where lengths are equal, so that ways do not depend on chance.
type queue []queued

type queued struct {
	length float64
	node   int32
}

func (a queued) before(b queued) bool {
	return a.length < b.length || a.length == b.length && a.node < b.node
}

func (h *queue) push(x queued) {
	*h = append(*h, x)
	q := *h
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q[i].before(q[up]) {
			break
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
}

func (h *queue) pop() int32 {
	q := *h
	top := q[0].node
	last := len(q) - 1
	q[0] = q[last]
	q = q[:last]
	*h = q
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(q); c++ {
			if q[c].before(q[least]) {
				least = c
			}
		}
		if least == i {
			return top
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}
