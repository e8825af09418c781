package gap

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// ways remembers how far it is over water from where ships fall silent to where oil is loaded. A search costs some
// milliseconds, there are a dozen loading places, and ships fall silent in the same few waters: so ends are moved to
// the middle of a cell and each cell is searched from once. Moving them costs at most 4 km within 1,000 km of the
// place and 40 km beyond it, where the water graph itself is no better than 2–5 %.
//
// What is remembered depends on the cell alone, never on who asked first.
type ways struct {
	sea   *geo.Sea
	known map[leg]geo.Metres
}

type leg struct {
	from place.ID
	cell cell
}

// cell is a square of the grid of its size, in units of it.
type cell struct {
	size     float64 // degrees
	col, row int32
}

// The cells near a loading place and far from it, in degrees, and the border between.
const (
	nearCell = 0.05
	farCell  = 0.5
	farFrom  = 1000 * geo.Kilometre
)

// keepWays bounds the memory to some 4 MB. When it is full everything is forgotten and found again.
const keepWays = 1 << 16

// between is the way from a loading place to a point, never shorter than the great circle.
func (w *ways) between(id place.ID, centre, p geo.Point) geo.Metres {
	direct := geo.DistanceExact(centre, p)
	k := leg{id, cellOf(p, direct)}
	way, ok := w.known[k]
	if !ok {
		if len(w.known) >= keepWays {
			clear(w.known)
		}
		if way, ok = w.sea.Distance(centre, k.cell.middle()); !ok {
			way = 0 // no way is known: the great circle answers
		}
		w.known[k] = way
	}
	return max(way, direct)
}

func cellOf(p geo.Point, away geo.Metres) cell {
	size := nearCell
	if away > farFrom {
		size = farCell
	}
	return cell{size, int32(math.Floor(p[0] / size)), int32(math.Floor(p[1] / size))}
}

func (c cell) middle() geo.Point {
	return geo.PointFromDegrees(min(180, (float64(c.col)+0.5)*c.size), min(90, (float64(c.row)+0.5)*c.size))
}
