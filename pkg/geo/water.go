package geo

import (
	"math"
	"sync"

	"github.com/paulmach/orb"
)

// graph is water as places joined by clear lines: a place in each wet cell of a grid, joined to the eight round it where
// no coast comes between, and hand-placed channels where a strait or canal is too narrow for the grid.
type graph struct {
	sea          *Sea
	fine, coarse grid
	points       []Point
	vectors      []vector
	cells        []gridCell
	links        map[int32][]int32 // by hand, sorted by how they were made
	dead         []bool            // in a pond: cut off from all but a few places
	joined       []uint8           // which of the eight cells round a place are joined to it, once drain has looked
	scratch      sync.Pool         // *search over this graph
}

// grid is the places of one cell size, -1 where a cell has none.
type grid struct {
	west, south, cell float64
	cols, rows        int
	wraps             bool
	nodes             []int32
}

// gridCell says in which cell of which grid a place lies; those of channels lie in none.
type gridCell struct {
	row, col int32
	kind     gridKind
	open     bool // no coast in the cell
}

type gridKind uint8

const (
	fineGrid gridKind = iota
	coarseGrid
	channel
)

const (
	// The coarse grid ends where no tanker goes: the ice, and the latitudes where its cells are a third as wide as high. The Northwest Passage is shut by it.
	coarseSouth, coarseNorth = -60, 72
	// pond is the number of places below which a water of its own is not one to sail on: a lagoon, a fjord's end
	// behind a coarse coast.
	pond = 30
	// probes is how finely a cell with coast is searched for water: 7×7 places.
	probes = 7
)

func newGraph(s *Sea, oceans bool) *graph {
	g := &graph{sea: s, links: map[int32][]int32{}}
	box := gulfBox()
	g.fine = newGrid(box, gulfCell)
	g.addGrid(&g.fine, fineGrid, nowhere())
	if oceans {
		g.coarse = newGrid(orb.Bound{Min: Point{-180, coarseSouth}, Max: Point{180, coarseNorth}}, worldCell)
		g.coarse.wraps = true
		g.addGrid(&g.coarse, coarseGrid, box)
	}
	for _, c := range channels() {
		if oceans || box.Contains(c[0]) {
			g.addChannel(c)
		}
	}
	g.drain()
	return g
}

func newGrid(b orb.Bound, cell float64) grid {
	g := grid{west: b.Min[0], south: b.Min[1], cell: cell}
	g.cols = int(math.Round((b.Max[0] - b.Min[0]) / cell))
	g.rows = int(math.Round((b.Max[1] - b.Min[1]) / cell))
	g.nodes = make([]int32, g.cols*g.rows)
	return g
}

// at is the place of a cell, -1 for none.
func (g *grid) at(row, col int) int32 {
	if g.wraps {
		col = (col + g.cols) % g.cols
	}
	if row < 0 || row >= g.rows || col < 0 || col >= g.cols {
		return none
	}
	return g.nodes[row*g.cols+col]
}

func (g *grid) cellOf(p Point) (row, col int) {
	return int(math.Floor((p[1] - g.south) / g.cell)), int(math.Floor((p[0] - g.west) / g.cell))
}

// addGrid gives every wet cell outside a box its place.
func (g *graph) addGrid(t *grid, kind gridKind, except orb.Bound) {
	for row := range t.rows {
		for col := range t.cols {
			i := row*t.cols + col
			t.nodes[i] = none
			centre := Point{t.west + (float64(col)+0.5)*t.cell, t.south + (float64(row)+0.5)*t.cell}
			if except.Contains(centre) {
				continue
			}
			m := g.sea.maskAt(centre)
			cell, _, ok := m.cellAt(m.rowOf(centre[1]), m.columnOf(centre[0]))
			if !ok || m.kinds[cell] == landCell {
				continue
			}
			open := m.kinds[cell] == seaCell
			if !open {
				if centre, ok = wettest(m, centre, t.cell); !ok {
					continue
				}
			}
			t.nodes[i] = g.addPoint(centre, gridCell{int32(row), int32(col), kind, open})
		}
	}
}

// wettest is the water nearest the middle of a cell with coast.
func wettest(m *mask, centre Point, cell float64) (Point, bool) {
	best, found := math.Inf(1), Point{}
	for i := range probes {
		for j := range probes {
			dx := (float64(j)+0.5)/probes - 0.5
			dy := (float64(i)+0.5)/probes - 0.5
			p := Point{centre[0] + dx*cell, centre[1] + dy*cell}
			if d := dx*dx + dy*dy; d < best && !m.area.Contains(p) {
				best, found = d, p
			}
		}
	}
	return found, best < math.Inf(1)
}

func (g *graph) addPoint(p Point, c gridCell) int32 {
	g.points = append(g.points, p)
	g.vectors = append(g.vectors, vectorOf(p))
	g.cells = append(g.cells, c)
	return int32(len(g.points) - 1)
}

// channels are the straits, canals and rivers that the coastline or the grids close, from open water inwards or to open
// water, one position after the other by the author's reading of public charts: good to some 2 km, which moves a way's
// length by less. Between the positions the coast is not asked.
func channels() [][]Point {
	return [][]Point{
		// Shatt al Arab to Khorramshahr, Khor Musa, Khor Abd Allah to Khor al Zubair, Clarence Strait behind Qeshm.
		{{48.58, 29.80}, {48.52, 29.95}, {48.45, 30.05}, {48.30, 30.30}, {48.20, 30.42}},
		{{48.95, 29.90}, {49.05, 30.15}, {49.02, 30.30}, {49.10, 30.42}, {49.18, 30.46}},
		{{48.40, 29.70}, {48.15, 29.85}, {48.02, 29.98}, {47.93, 30.05}, {47.88, 30.18}},
		{{55.30, 26.62}, {55.65, 26.72}, {55.95, 26.95}, {56.20, 27.08}},
		// Bab el Mandeb, Suez.
		{{43.15, 13.20}, {43.32, 12.65}, {43.45, 12.45}, {43.70, 12.25}},
		{{32.54, 29.65}, {32.57, 29.93}, {32.57, 30.08}, {32.54, 30.23}, {32.37, 30.38}, {32.30, 30.57},
			{32.31, 30.85}, {32.31, 31.25}, {32.40, 31.45}},
		// Malacca and Singapore, Sunda, Lombok.
		{{100.60, 2.95}, {101.60, 2.25}, {102.50, 1.75}, {103.30, 1.20}, {103.55, 1.10}, {103.75, 1.16},
			{103.95, 1.22}, {104.20, 1.28}, {104.55, 1.35}, {104.90, 1.50}},
		{{104.70, -5.95}, {105.65, -6.20}, {105.95, -5.85}, {106.25, -5.50}},
		{{115.75, -9.10}, {115.75, -8.50}, {115.85, -8.00}},
		// Gibraltar; Dardanelles, Marmara and Bosphorus; Kerch.
		{{-6.30, 35.90}, {-5.60, 35.95}, {-5.00, 36.05}},
		{{25.90, 40.02}, {26.18, 40.03}, {26.38, 40.16}, {26.70, 40.42}, {27.30, 40.62}, {28.70, 40.85},
			{28.99, 41.00}, {29.06, 41.10}, {29.13, 41.25}, {29.20, 41.40}},
		{{36.50, 44.85}, {36.52, 45.10}, {36.60, 45.35}, {36.75, 45.60}},
		// Great Belt, Øresund.
		{{10.90, 57.00}, {11.30, 56.40}, {10.95, 55.80}, {10.95, 55.35}, {10.85, 54.95}, {11.20, 54.55}, {12.10, 54.60}},
		{{12.20, 56.60}, {12.62, 56.06}, {12.75, 55.85}, {12.70, 55.55}, {12.60, 55.25}},
		// Panama.
		{{-79.92, 9.50}, {-79.92, 9.25}, {-79.65, 9.08}, {-79.53, 8.85}},
		// Taiwan, Korea, Kanmon, Tsugaru, La Pérouse; the bay of Quanzhou.
		{{120.10, 22.90}, {119.60, 24.20}, {120.60, 25.60}},
		{{129.60, 34.20}, {129.20, 34.80}},
		{{129.90, 33.98}, {130.75, 34.02}, {130.92, 33.93}, {131.10, 33.95}},
		{{140.20, 41.35}, {140.60, 41.45}, {141.20, 41.60}},
		{{141.60, 45.75}, {142.00, 45.75}, {142.50, 45.80}},
		{{118.80, 24.75}, {118.60, 24.88}},
	}
}

// addChannel adds a channel's places, joins them to each other and, where the line is clear, to the grid round them.
func (g *graph) addChannel(c []Point) {
	last := none
	for _, p := range c {
		n := g.addPoint(p, gridCell{kind: channel})
		if last != none {
			g.link(last, n)
		}
		if !g.sea.maskAt(p).land(p) {
			for _, m := range g.around(p, 1) {
				if g.sea.Clear(p, g.points[m]) {
					g.link(n, m)
				}
			}
		}
		last = n
	}
}

func (g *graph) link(a, b int32) {
	g.links[a] = append(g.links[a], b)
	g.links[b] = append(g.links[b], a)
}

// around is the places of the cells within some cells of a point's own, in both grids.
func (g *graph) around(p Point, cells int) []int32 {
	var near []int32
	for _, t := range [2]*grid{&g.fine, &g.coarse} {
		if t.nodes == nil {
			continue
		}
		row, col := t.cellOf(p)
		for r := row - cells; r <= row+cells; r++ {
			for c := col - cells; c <= col+cells; c++ {
				if n := t.at(r, c); n != none {
					near = append(near, n)
				}
			}
		}
	}
	return near
}

// ring is the eight cells round one, row by row.
var ring = [8][2]int{{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}, {1, 1}}

// neighbours calls fn for every place that is joined to n by a clear line.
func (g *graph) neighbours(n int32, fn func(int32)) {
	if c := g.cells[n]; c.kind != channel {
		for i, d := range ring {
			g.step(n, c, i, int(c.row)+d[0], int(c.col)+d[1], fn)
		}
	}
	for _, m := range g.links[n] {
		fn(m)
	}
}

// step offers the place of a neighbouring cell. Where the fine grid ends the cell belongs to the other grid: from the
// fine side that is one coarse cell, from the coarse side several fine ones.
func (g *graph) step(n int32, c gridCell, i, row, col int, fn func(int32)) {
	own, other := &g.fine, &g.coarse
	if c.kind == coarseGrid {
		own, other = other, own
	}
	if m := own.at(row, col); m != none {
		if g.sees(n, m, i) {
			fn(m)
		}
		return
	}
	if other.nodes == nil {
		return
	}
	centre := Point{own.west + (float64(col)+0.5)*own.cell, own.south + (float64(row)+0.5)*own.cell}
	if c.kind == fineGrid {
		if gulfBox().Contains(centre) {
			return
		}
		r, k := other.cellOf(centre)
		g.offer(n, other.at(r, k), fn)
		return
	}
	if !gulfBox().Contains(centre) {
		return
	}
	r, k := other.cellOf(Point{centre[0] - own.cell/2 + other.cell/2, centre[1] - own.cell/2 + other.cell/2})
	per := int(math.Round(own.cell / other.cell))
	for i := range per {
		for j := range per {
			// Only the fine cells of the rim: the others lie behind them.
			if rimOf(other, r+i, k+j) {
				g.offer(n, other.at(r+i, k+j), fn)
			}
		}
	}
}

// sees tells whether no coast comes between a place and that of the i-th cell of its ring. It looks once, in drain.
func (g *graph) sees(n, m int32, i int) bool {
	if g.joined != nil {
		return g.joined[n]>>i&1 == 1
	}
	return g.cells[n].open && g.cells[m].open || g.sea.clearPiece(g.points[n], g.points[m])
}

func rimOf(t *grid, row, col int) bool {
	return row == 0 || col == 0 || row == t.rows-1 || col == t.cols-1
}

func (g *graph) offer(n, m int32, fn func(int32)) {
	if m != none && g.sea.clearPiece(g.points[n], g.points[m]) {
		fn(m)
	}
}

// drain marks the places of ponds as dead, by flooding every water once, and keeps what it sees on the way: the coast
// is asked ten times a search otherwise.
func (g *graph) drain() {
	joined := make([]uint8, len(g.points))
	for n, c := range g.cells {
		if c.kind == channel {
			continue
		}
		own := &g.fine
		if c.kind == coarseGrid {
			own = &g.coarse
		}
		for i, d := range ring {
			if m := own.at(int(c.row)+d[0], int(c.col)+d[1]); m != none && g.sees(int32(n), m, i) {
				joined[n] |= 1 << i
			}
		}
	}
	g.joined = joined
	g.dead = make([]bool, len(g.points))
	seen := make([]bool, len(g.points))
	var water []int32
	for n := range g.points {
		if seen[n] {
			continue
		}
		water = append(water[:0], int32(n))
		seen[n] = true
		for i := 0; i < len(water); i++ {
			g.neighbours(water[i], func(m int32) {
				if !seen[m] {
					seen[m] = true
					water = append(water, m)
				}
			})
		}
		if len(water) < pond {
			for _, m := range water {
				g.dead[m] = true
			}
		}
	}
}
