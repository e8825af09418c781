package coverage

import (
	"slices"
	"time"
)

// Reach is what could be heard in one cell of 0.25°, and how that is known. The chances are of a control in an hour.
type Reach struct {
	West, South float64 // the cell's corner, degrees; CellSize wide and high
	Coast       Heard   // by coast stations
	Underway    Heard   // by satellites, of ships under way
	AtRest      Heard   // by satellites, of ships at rest, which send seldom
}

// Heard is the chance of being heard in an hour. It is learned from the cell, its neighbours and their region; Hours are
// what the cell itself contributed.
type Heard struct {
	Known  bool // else there were too few controls to say
	Chance float64
	Hours  int // ship-hours of controls in the cell
}

// CellSize is the side of a cell in degrees.
const CellSize = 1.0 / cellsPerDegree

// Map tells what could be heard where, as it was known at the last day's close, from south to north and west to east.
// Cells that no control was in are missing: nothing is known of them.
func (m *Model) Map() []Reach {
	s := m.slow[0]
	var out []Reach
	for _, c := range s.visited() {
		rest, moving := key{c, false}, key{c, true}
		here := [2]tally{s.cells[rest].all, s.cells[moving].all}
		r := Reach{West: c.west(), South: c.south()}
		habit := s.of(rest)
		r.Coast = Heard{habit.coastKnown, habit.coast, int(here[0].there + here[1].there)}
		region := s.around(c.block())
		for i, k := range [2]key{rest, moving} {
			habit, seen := s.of(k), Heard{Hours: int(here[i].there)}
			if all := region[0].plus(region[1]); habit.spaceKnown && all.all.there > 0 {
				passes := float64(all.passed.there) / float64(all.all.there)
				seen.Known, seen.Chance = true, habit.space*passes
			}
			if i == 0 {
				r.AtRest = seen
			} else {
				r.Underway = seen
			}
		}
		out = append(out, r)
	}
	return out
}

// visited lists the cells in which controls were, sorted.
func (s *slow) visited() []cell {
	var out []cell
	for k, d := range s.cells {
		if d.all.there > 0 {
			out = append(out, k.cell)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// DayReach is what was heard of controls in one cell on a UTC day, in ship-hours.
type DayReach struct {
	Date        time.Time
	West, South float64
	There       int // known to have been there
	Coast       int // heard by coast stations
	Passed      int // there while a satellite passed
	Space       int // and heard by it
}

// Days lists what was heard where on each whole day of the habit, by day, then from south to north and west to east.
func (m *Model) Days() []DayReach {
	var out []DayReach
	for day, cells := range m.days {
		sums := map[cell]daily{}
		for k, d := range cells {
			sums[k.cell] = sums[k.cell].plus(d)
		}
		for c, d := range sums {
			if d.all.there > 0 {
				out = append(out, DayReach{Date: time.Unix(int64(day)*86400, 0).UTC(), West: c.west(), South: c.south(),
					There: int(d.all.there), Coast: int(d.all.coast), Passed: int(d.passed.there), Space: int(d.passed.space)})
			}
		}
	}
	slices.SortFunc(out, func(a, b DayReach) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return int(cellAt(a.West, a.South)) - int(cellAt(b.West, b.South))
	})
	return out
}

func (c cell) west() float64  { return float64(c%cellColumns)/cellsPerDegree - 180 }
func (c cell) south() float64 { return float64(c/cellColumns)/cellsPerDegree - 90 }

// cellAt is the cell with a corner.
func cellAt(west, south float64) cell {
	return cell((south+90)*cellsPerDegree)*cellColumns + cell((west+180)*cellsPerDegree)
}
