package geo

import (
	"math"
	"sync"
)

// Reach is the ways over water from one point: a search that is not thrown away. Each question carries it on as far as
// it must, so that many questions about one harbour cost about as much as the farthest of them; the answers do not depend
// on what was asked before, nor by whom: it may be used by several goroutines. It holds about a megabyte once the coast
// comes between.
type Reach struct {
	sea    *Sea
	from   Point
	mutex  sync.Mutex // of the search
	search *search    // over the Gulf's graph; nil until it is needed
}

// keepReaches bounds the reaches that a sea shares, and with them its memory: some 64 MB, should all be used.
const keepReaches = 64

// From begins a reach, or goes on with one that was begun from the same point. Only ways within the Gulf's box
// (46–62° E, 21–32° N) are remembered; for a point outside, or to one, the sea is asked each time.
func (s *Sea) From(p Point) *Reach {
	s.known.Lock()
	defer s.known.Unlock()
	r := s.known.reaches[p]
	if r == nil {
		r = &Reach{sea: s, from: p}
		if len(s.known.reaches) < keepReaches {
			s.known.reaches[p] = r
		}
	}
	return r
}

// begin makes the search when the coast first comes between. The mutex is held.
func (r *Reach) begin() *search {
	if r.search != nil {
		return r.search
	}
	g := r.sea.local
	n := len(g.points) + 2
	r.search = &search{g: g, length: make([]float64, n), parent: make([]int32, n), seen: make([]int32, n), closed: make([]int32, n), stamp: 1, blind: true}
	at, ends := g.join(r.from)
	r.search.goal[0], r.search.ends[0] = vectorPoint{at, vectorOf(at)}, ends
	r.search.improve(r.search.start(), r.search.start(), 0)
	return r.search
}

// From is the reach's point.
func (r *Reach) From() Point { return r.from }

// Distance is Sea.Distance from the reach's point, by a search in another order: where the coast comes between, the two
// agree to within 1 %. It takes microseconds where the search has been already.
func (r *Reach) Distance(to Point) (Metres, bool) {
	if box := gulfBox(); !onEarth(r.from) || !onEarth(to) || !box.Contains(r.from) || !box.Contains(to) {
		return r.sea.Distance(r.from, to)
	}
	direct := DistanceExact(r.from, to)
	wet := !r.sea.gulf.land(r.from) && !r.sea.gulf.land(to)
	if r.from == to || wet && r.sea.Clear(r.from, to) {
		return direct, true
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	q := r.begin()
	at, ends := q.g.join(to)
	best := math.Inf(1)
	for _, n := range ends {
		if q.closes(n) {
			best = min(best, q.onward(n, at))
		}
	}
	if math.IsInf(best, 1) {
		return 0, false
	}
	best += float64(DistanceExact(at, to)) + float64(DistanceExact(r.from, q.goal[0].point))
	return max(Metres(best), direct), true
}

// closes carries the search on until a place is done with; false when the water ends before.
func (q *search) closes(n int32) bool {
	for q.closed[n] != q.stamp {
		if len(q.queue) == 0 {
			return false
		}
		q.open(q.queue.pop())
	}
	return true
}

// onward is the way to a point beside a place that is done with: from the place's parent, if that is in sight.
func (q *search) onward(n int32, p Point) float64 {
	v := vectorOf(p)
	if parent := q.parent[n]; q.g.sea.Clear(q.point(parent), p) {
		return q.length[parent] + float64(q.vector(parent).distance(v))
	}
	return q.length[n] + float64(q.vector(n).distance(v))
}
