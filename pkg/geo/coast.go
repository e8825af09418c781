package geo

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"
)

// coastFile is Natural Earth 4.1 land (public domain), the Gulf at 1:10 million and the world at 1:50 million, made by
// internal/coastgen. Unpacked it is "DWCOAST1" and two sets of polygons; a set is a count of polygons, a polygon a
// count of rings, a ring a count of points and as many steps of longitude and latitude in 1e-4 degrees. Counts are
// unsigned and steps zigzag variable-length integers.
//
//go:embed data/coast.bin.gz
var coastFile []byte

// CoastHash is the SHA-256 of the embedded coastline in hexadecimal.
func CoastHash() string {
	sum := sha256.Sum256(coastFile)
	return hex.EncodeToString(sum[:])
}

const coastMagic = "DWCOAST1"

// errCoast says that a coastline's bytes end early or hold a count that cannot be.
var errCoast = errors.New("broken coastline")

// readCoast unpacks the two sets of polygons.
func readCoast(file []byte) (gulf, world orb.MultiPolygon, err error) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, nil, fmt.Errorf("read coast: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, nil, fmt.Errorf("read coast: %w", err)
	}
	if !bytes.HasPrefix(data, []byte(coastMagic)) {
		return nil, nil, fmt.Errorf("read coast: %w", errCoast)
	}
	r := coastReader{data: data[len(coastMagic):]}
	gulf, world = r.polygons(), r.polygons()
	if r.broken {
		return nil, nil, fmt.Errorf("read coast: %w", errCoast)
	}
	return gulf, world, nil
}

// coastReader reads until something is wrong, and from then on nothing.
type coastReader struct {
	data   []byte
	broken bool
}

// count reads how many things follow; each takes at least a byte.
func (r *coastReader) count() int {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > uint64(len(r.data)) {
		r.broken, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return int(v)
}

func (r *coastReader) step() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.broken, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *coastReader) polygons() orb.MultiPolygon {
	m := make(orb.MultiPolygon, r.count())
	for i := range m {
		m[i] = make(orb.Polygon, r.count())
		for j := range m[i] {
			m[i][j] = r.ring()
		}
	}
	return m
}

func (r *coastReader) ring() orb.Ring {
	ring := make(orb.Ring, r.count())
	x, y := int64(0), int64(0)
	for i := range ring {
		x, y = x+r.step(), y+r.step()
		ring[i] = Point{float64(x) / 1e4, float64(y) / 1e4}
	}
	return ring
}

// mask is land on a raster: most cells are all sea or all land, and only in those which a coast crosses is the polygon
// asked. It also knows which pieces of coast lie in which cell. A mask does not change.
type mask struct {
	bound      orb.Bound
	cell       float64 // degrees
	cols, rows int
	wraps      bool // the raster goes round the world
	kinds      []cellKind
	area       *Area
	// Cell i is touched by the pieces of coast touching[starts[i]:starts[i+1]].
	starts   []int32
	touching []shore
	except   orb.Bound // a box whose coasts another mask knows better: lines are not held against them
	coasts   []int32   // how many cells with such coasts lie south and west of a cell's north-eastern corner
}

type cellKind uint8

const (
	unknownCell cellKind = iota
	seaCell
	landCell
	mixedCell
)

// shore is a piece of coast, straight on the map.
type shore struct{ a, b Point }

// newMask puts land on a raster that covers bound.
func newMask(land orb.MultiPolygon, bound orb.Bound, cell float64, except orb.Bound) *mask {
	m := &mask{bound: bound, cell: cell, area: Prepare(land), except: except}
	m.cols = int(math.Round((bound.Max[0] - bound.Min[0]) / cell))
	m.rows = int(math.Round((bound.Max[1] - bound.Min[1]) / cell))
	m.wraps = bound.Max[0]-bound.Min[0] == 360
	m.kinds = make([]cellKind, m.cols*m.rows)
	m.starts = make([]int32, len(m.kinds)+1)
	m.eachShore(land, func(_ shore, i int) { m.starts[i]++ })
	total := int32(0)
	for i, n := range m.starts {
		m.starts[i] = total
		total += n
	}
	m.touching = make([]shore, total)
	next := append([]int32(nil), m.starts...)
	m.eachShore(land, func(s shore, i int) {
		m.touching[next[i]] = s
		next[i]++
		m.kinds[i] = mixedCell
	})
	m.fill()
	m.countCoasts()
	return m
}

// eachShore walks all pieces of coast and the cells of the boxes round them. The rims of the map and of the clipped
// Gulf are no coast.
func (m *mask) eachShore(land orb.MultiPolygon, fn func(s shore, cell int)) {
	for _, polygon := range land {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				s := shore{ring[i-1], ring[i]}
				s.b[0] = s.a[0] + wrapDegrees(s.b[0]-s.a[0])
				if !m.rim(s) {
					m.eachCell(s, fn)
				}
			}
		}
	}
}

// rim reports whether a side of a polygon was made by cutting the map, not by the sea.
func (m *mask) rim(s shore) bool {
	for axis := range 2 {
		if s.a[axis] == s.b[axis] && (s.a[axis] <= m.bound.Min[axis]+1e-2 || s.a[axis] >= m.bound.Max[axis]-1e-2) {
			return true
		}
	}
	return false
}

func (m *mask) eachCell(s shore, fn func(s shore, cell int)) {
	west, east := m.columnOf(min(s.a[0], s.b[0])), m.columnOf(max(s.a[0], s.b[0]))
	south, north := m.rowOf(min(s.a[1], s.b[1])), m.rowOf(max(s.a[1], s.b[1]))
	for row := south; row <= north; row++ {
		for col := west; col <= east; col++ {
			if cell, turn, ok := m.cellAt(row, col); ok {
				fn(shore{Point{s.a[0] - turn, s.a[1]}, Point{s.b[0] - turn, s.b[1]}}, cell)
			}
		}
	}
}

// fill tells sea from land in the cells without coast. Along a row that can change only at a mixed cell.
func (m *mask) fill() {
	for row := range m.rows {
		last := unknownCell
		for col := range m.cols {
			i := row*m.cols + col
			switch {
			case m.kinds[i] == mixedCell:
				last = unknownCell
				continue
			case last == unknownCell && m.area.Contains(m.centre(row, col)):
				last = landCell
			case last == unknownCell:
				last = seaCell
			}
			m.kinds[i] = last
		}
	}
}

// countCoasts adds up the cells against which lines are held, from the south-west, so that those of any rectangle are
// counted by four of the sums (Crow 1984).
func (m *mask) countCoasts() {
	m.coasts = make([]int32, (m.rows+1)*(m.cols+1))
	for row := range m.rows {
		along := int32(0)
		for col := range m.cols {
			if m.kinds[row*m.cols+col] == mixedCell && !m.except.Contains(m.centre(row, col)) {
				along++
			}
			i := (row+1)*(m.cols+1) + col + 1
			m.coasts[i] = m.coasts[i-m.cols-1] + along
		}
	}
}

// coastWithin tells whether a rectangle of cells, which may run round the world, holds one against which lines are held.
func (m *mask) coastWithin(south, north, west, east int) bool {
	if m.wraps && (west < 0 || east >= m.cols) {
		if east-west >= m.cols {
			west, east = 0, m.cols-1
		}
		west, east = (west%m.cols+m.cols)%m.cols, (east%m.cols+m.cols)%m.cols
		if west > east {
			return m.coastWithin(south, north, west, m.cols-1) || m.coastWithin(south, north, 0, east)
		}
	}
	west, east = max(0, west), min(east, m.cols-1)
	if west > east {
		return false
	}
	low, high := south*(m.cols+1), (north+1)*(m.cols+1)
	return m.coasts[high+east+1]-m.coasts[high+west]-m.coasts[low+east+1]+m.coasts[low+west] > 0
}

func (m *mask) columnOf(lon float64) int { return int(math.Floor((lon - m.bound.Min[0]) / m.cell)) }
func (m *mask) rowOf(lat float64) int    { return int(math.Floor((lat - m.bound.Min[1]) / m.cell)) }

func (m *mask) centre(row, col int) Point {
	return Point{m.bound.Min[0] + (float64(col)+0.5)*m.cell, m.bound.Min[1] + (float64(row)+0.5)*m.cell}
}

// cellAt is the cell of a row and column, which may run round the world, and the turn of longitude in degrees that
// brings the cell's coast there; false outside the raster.
func (m *mask) cellAt(row, col int) (cell int, turn float64, ok bool) {
	if m.wraps && (col < 0 || col >= m.cols) {
		turns := math.Floor(float64(col) / float64(m.cols))
		turn = 360 * turns
		col -= int(turns) * m.cols
	}
	if row < 0 || row >= m.rows || col < 0 || col >= m.cols {
		return 0, 0, false
	}
	return row*m.cols + col, turn, true
}

// land reports whether a point of the raster lies on land.
func (m *mask) land(p Point) bool {
	cell, _, ok := m.cellAt(m.rowOf(p[1]), m.columnOf(p[0]))
	if !ok || m.kinds[cell] == seaCell {
		return false
	}
	return m.kinds[cell] == landCell || m.area.Contains(p)
}

// nearestShore is the nearest point of coast within a distance.
func (m *mask) nearestShore(p Point, within Metres) (at Point, d Metres, ok bool) {
	reach := float64(within/MeanRadius) / radian
	scale := math.Cos(p[1] * radian)
	across := min(180, reach/max(0.01, math.Cos(min(89, math.Abs(p[1])+reach)*radian)))
	best := within
	for row := m.rowOf(p[1] - reach); row <= m.rowOf(p[1]+reach); row++ {
		for col := m.columnOf(p[0] - across); col <= m.columnOf(p[0]+across); col++ {
			cell, turn, inside := m.cellAt(row, col)
			if !inside {
				continue
			}
			for _, s := range m.touching[m.starts[cell]:m.starts[cell+1]] {
				s.a[0] += turn
				s.b[0] += turn
				q := nearestOnEdge(p, s.a, s.b, scale)
				if l := Distance(p, q); l < best || l == best && !ok {
					best, at, ok = l, q, true
				}
			}
		}
	}
	return at, best, ok
}

// crosses reports whether the line from a to b, straight on the map and in unwrapped longitude, meets a coast.
func (m *mask) crosses(a, b Point) bool {
	if a[1] > b[1] {
		a, b = b, a
	}
	return m.crossesRows(a, b, max(0, m.rowOf(a[1])), min(m.rowOf(b[1]), m.rows-1))
}

// crossesRows is crosses for some rows of the line from a up to b. Rows in which it comes near no coast are passed over
// together: most lines are of the open sea.
func (m *mask) crossesRows(a, b Point, south, north int) bool {
	if south > north {
		return false
	}
	west, east := m.span(a, b, south, north)
	if !m.coastWithin(south, north, west-1, east+1) {
		return false
	}
	if south < north {
		middle := (south + north) / 2
		return m.crossesRows(a, b, south, middle) || m.crossesRows(a, b, middle+1, north)
	}
	for col := west; col <= east; col++ {
		cell, turn, ok := m.cellAt(south, col)
		if !ok || m.kinds[cell] != mixedCell || m.except.Contains(m.centre(south, col-int(turn/m.cell))) {
			continue
		}
		for _, s := range m.touching[m.starts[cell]:m.starts[cell+1]] {
			s.a[0] += turn
			s.b[0] += turn
			if meet(a, b, s.a, s.b) {
				return true
			}
		}
	}
	return false
}

// span is the columns through which the line from a up to b passes in some rows, a hair more at both ends.
func (m *mask) span(a, b Point, south, north int) (west, east int) {
	low := max(a[1], m.bound.Min[1]+float64(south)*m.cell)
	high := min(b[1], m.bound.Min[1]+float64(north+1)*m.cell)
	x, y := a[0], b[0]
	if b[1] > a[1] {
		run := (b[0] - a[0]) / (b[1] - a[1])
		x, y = a[0]+(low-a[1])*run, a[0]+(high-a[1])*run
	}
	const hair = 1e-9
	return m.columnOf(min(x, y) - hair), m.columnOf(max(x, y) + hair)
}

// meet reports whether two lines cross; of a line that ends on the other one side counts.
func meet(a, b, c, d Point) bool {
	side := func(p, q, r Point) bool {
		return (q[0]-p[0])*(r[1]-p[1])-(q[1]-p[1])*(r[0]-p[0]) > 0
	}
	return side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b)
}
