package place

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Cell is a square of 0.25° in which reception is counted: row·1440 + column, from 90° S and 180° W.
type Cell int32

// cellsPerDegree makes cells of 0.25°: 28 km north to south, and 25 km west to east in the Gulf.
const cellsPerDegree = 4

// CellOf returns the cell of a point. The north pole and the date line belong to the last row and column's neighbour
// that wraps: row 719, column 0.
func CellOf(p geo.Point) Cell {
	row := min(int(math.Floor((p[1]+90)*cellsPerDegree)), 180*cellsPerDegree-1)
	col := int(math.Floor((p[0]+180)*cellsPerDegree)) % (360 * cellsPerDegree)
	return Cell(row*360*cellsPerDegree + col)
}

// Centre returns the cell's middle.
func (c Cell) Centre() geo.Point {
	row, col := int(c)/(360*cellsPerDegree), int(c)%(360*cellsPerDegree)
	return geo.PointFromDegrees((float64(col)+0.5)/cellsPerDegree-180, (float64(row)+0.5)/cellsPerDegree-90)
}
