package call

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// ways remembers how far it is over water from where ships fall silent to where oil is loaded. A search costs a third of
// a second across oceans, there are a dozen loading places, and ships fall silent in the same few waters: so points are
// moved to the middle of a cell, each cell is asked for once, inside by a search from each place that is kept, and what
// lies beyond the Gulf of Oman from its exit alone, where all voyages from inside pass. The error is
// at most 4 km inside, and outside half a cell's diagonal and the bend at the exit, together less than the 2–5 % by
// which a ship's real way is longer.
//
// What is remembered depends on the cell alone, never on who asked first.
type ways struct {
	sea   *geo.Sea
	reach map[place.ID]*geo.Reach
	known map[leg]geo.Metres
}

// leg is a way from a loading place, or from the exit, to a cell.
type leg struct {
	from place.ID
	cell cell
}

// exit is the number that stands for the exit in a leg.
const exit = place.NoPlace

// cell is a square of the grid of its size, in units of it.
type cell struct {
	size     float64 // degrees
	col, row int32
}

// The cells inside the Gulfs, outside them, and beyond farFrom of the exit, in degrees.
const (
	insideCell  = 0.05
	outsideCell = 0.1
	farCell     = 0.5
	farFrom     = 1000 * geo.Kilometre
)

// keepWays bounds the memory to some 4 MB. When it is full everything is forgotten and found again.
const keepWays = 1 << 16

// Exit lies in the middle of the Gulf of Oman where it opens to the Arabian Sea.
func Exit() geo.Point { return geo.PointFromDegrees(59.6, 24.4) }

// Inside tells whether a point lies in the Persian Gulf or the Gulf of Oman, by a box round them.
func Inside(p geo.Point) bool { return p[0] > 46 && p[0] < 60 && p[1] > 22.5 && p[1] < 31 }

// between is the way from a loading place to a point, never shorter than the great circle.
func (w *ways) between(id place.ID, centre, p geo.Point) geo.Metres {
	direct := geo.DistanceExact(centre, p)
	if Inside(p) || !Inside(centre) {
		return max(direct, w.leg(id, centre, cellOf(p, insideCell)))
	}
	size := outsideCell
	if geo.DistanceExact(Exit(), p) > farFrom {
		size = farCell
	}
	return max(direct, w.leg(id, centre, cellOf(Exit(), insideCell))+w.leg(exit, Exit(), cellOf(p, size)))
}

func (w *ways) leg(id place.ID, from geo.Point, to cell) geo.Metres {
	k := leg{id, to}
	way, ok := w.known[k]
	if ok {
		return way
	}
	if len(w.known) >= keepWays {
		clear(w.known)
	}
	if w.reach[id] == nil {
		w.reach[id] = w.sea.From(from)
	}
	if way, ok = w.reach[id].Distance(to.middle()); !ok {
		way = 0 // no way is known: the great circle answers
	}
	w.known[k] = way
	return way
}

func cellOf(p geo.Point, size float64) cell {
	return cell{size, int32(math.Floor(p[0] / size)), int32(math.Floor(p[1] / size))}
}

func (c cell) middle() geo.Point {
	return geo.PointFromDegrees(min(180, (float64(c.col)+0.5)*c.size), min(90, (float64(c.row)+0.5)*c.size))
}
