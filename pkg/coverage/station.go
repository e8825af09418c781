package coverage

import (
	"maps"
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
)

// stationName is a station of a source; both may be empty.
type stationName struct{ source, station string }

// Station is a receiver as far as its counts tell what it is. Feeds that mix coast stations and satellites do not say
// which is which; but a satellite hears half a sea at once, and again and again. A false position far off widens single
// hours of a coast station, not most of them.
type Station struct {
	told, space bool
	hours       map[int32]footprint
}

// earshot is a cell that a station heard something from.
type earshot struct {
	station *Station
	cell    cell
}

// footprint is what a station heard within an hour.
type footprint struct {
	emitters                 int
	west, east, south, north float64 // of the middles of cells; not across the date line
	wide                     bool    // as only a satellite hears
}

// busy is the least number of emitters in cells that shows how far a station hears.
const busy = 4

// Station finds a receiver by its source and its own name. The answer stays good and learns.
func (m *Model) Station(source, name string) *Station {
	k := stationName{source, name}
	s := m.stations[k]
	if s == nil {
		s = &Station{hours: map[int32]footprint{}}
		m.stations[k] = s
	}
	return s
}

// Space tells whether the station is a satellite.
func (s *Station) Space() bool { return s.space }

// observeStation takes a count into a station's footprint.
func (m *Model) observeStation(in Input, h int32) {
	s := m.Station(in.Source, in.Station)
	if in.Space || in.Coast {
		s.told, s.space = true, in.Space
	}
	if s.told && s.space {
		return
	}
	m.hour(h).stations[s] += int32(in.Emitters)
	day := floorDiv(int64(h), 24)
	if m.prints[day] == nil {
		m.prints[day] = map[earshot]int32{}
	}
	m.prints[day][earshot{s, cell(in.Cell)}] += int32(in.Emitters)
	if s.told {
		return
	}
	at := cell(in.Cell).centre()
	f, ok := s.hours[h]
	if !ok {
		f = footprint{west: at[0], east: at[0], south: at[1], north: at[1]}
	}
	f.emitters += in.Emitters
	f.west, f.east, f.south, f.north = min(f.west, at[0]), max(f.east, at[0]), min(f.south, at[1]), max(f.north, at[1])
	f.wide = f.span() >= geo.Metres(m.o.Wide)*geo.Kilometre
	s.hours[h] = f
	m.fresh[s] = true
}

// settleStations judges the stations of which something new is known: satellites hear far in at least half of the
// hours in which they hear enough.
func (m *Model) settleStations() {
	for s := range m.fresh { // each is judged alone: the order does not matter
		enough, wide := 0, 0
		for _, f := range s.hours {
			if f.emitters >= busy {
				enough++
				if f.wide {
					wide++
				}
			}
		}
		s.space = wide > 0 && 2*wide >= enough
		oldest := int32(m.now) - int32(m.o.HabitDays)*24
		maps.DeleteFunc(s.hours, func(h int32, _ footprint) bool { return h < oldest })
	}
	clear(m.fresh)
}

// span is the diagonal of a footprint.
func (f footprint) span() geo.Metres {
	return geo.DistanceExact(geo.PointFromDegrees(f.west, f.south), geo.PointFromDegrees(f.east, f.north))
}

// The grid of cells: 0.25°, counted like the cells of Input.
const (
	cellsPerDegree = 4
	cellRows       = 180 * cellsPerDegree
	cellColumns    = 360 * cellsPerDegree
)

// cell is a square of 0.25°; block one of 1° and sea one of 5°, numbered alike.
type (
	cell  int32
	block int32
	sea   int32
)

func cellOf(p geo.Point) cell {
	row := min(int32(math.Floor((p[1]+90)*cellsPerDegree)), cellRows-1)
	col := int32(math.Floor((p[0]+180)*cellsPerDegree)) % cellColumns
	return cell(row*cellColumns + col)
}

func (c cell) centre() geo.Point {
	row, col := c/cellColumns, c%cellColumns
	return geo.PointFromDegrees((float64(col)+0.5)/cellsPerDegree-180, (float64(row)+0.5)/cellsPerDegree-90)
}

func (c cell) block() block {
	return block(c/cellColumns/cellsPerDegree*360 + c%cellColumns/cellsPerDegree)
}

// around calls fn for the cell and its eight neighbours, across the date line.
func (c cell) around(fn func(cell)) {
	row, col := int32(c)/cellColumns, int32(c)%cellColumns
	for r := max(row-1, 0); r <= min(row+1, cellRows-1); r++ {
		for d := int32(-1); d <= 1; d++ {
			fn(cell(r*cellColumns + (col+d+cellColumns)%cellColumns))
		}
	}
}

func (b block) sea() sea { return sea(b/360/5*72 + b%360/5) }

// around calls fn for the sea and its eight neighbours.
func (s sea) around(fn func(sea)) {
	row, col := int32(s)/72, int32(s)%72
	for r := max(row-1, 0); r <= min(row+1, 35); r++ {
		for d := int32(-1); d <= 1; d++ {
			fn(sea(r*72 + (col+d+72)%72))
		}
	}
}

// around calls fn for the block and those within 2° of it.
func (b block) around(fn func(block)) {
	row, col := int32(b)/360, int32(b)%360
	for r := max(row-2, 0); r <= min(row+2, 179); r++ {
		for d := int32(-2); d <= 2; d++ {
			fn(block(r*360 + (col+d+360)%360))
		}
	}
}
