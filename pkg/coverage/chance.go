package coverage

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Step is where a ship may have been in an hour.
type Step struct {
	Hour     time.Time
	Position geo.Point
	Moving   bool
}

// Path is a way that a ship may have taken in a silence, hour by hour, with its weight beside the others'.
type Path struct {
	Weight float64
	Steps  []Step
}

// Answer says whether a silent ship could have been heard.
type Answer struct {
	Known        bool    // there were enough controls on most of the ways; else nothing is known, and P0 is 1
	P0           float64 // the chance that a ship which kept sending was not heard at all, never below Floor
	Raw          float64 // the same without a floor, where controls pass; as if nobody could hear her elsewhere
	Floor        float64 // how often that happened to controls of which as much was expected
	Controls     int     // distinct controls round the ship in the busiest hour of the silence
	ControlHours int     // their ship-hours heard by coast stations, on the first path
	Heard        int     // units in which the ship was heard in the 72 h before: ship-hours by coast stations, and passes
	Expected     float64 // units in which a control would have been heard in her place
	Missed       float64 // expected units of the silence, over the paths
	Passes       int     // satellite passes in the silence, on the first path
	Clusters     int     // of them, counted once in twelve hours: sun-synchronous satellites come together
	ByCoast      float64 // Raw, were there no satellites
	DayHours     float64 // hours a day in which she was heard: each could have been the last
}

// habitHours is how far back a ship's own hours say how well she is heard (METHODS section 2).
const habitHours = 72

// unit is what one hour offers: the expected ship-hour of the coast stations and the ship-pass of satellites.
type unit struct {
	coast, space           float64
	coastKnown, spaceKnown bool // the latter only if a satellite passed
	pass, watched          bool // a satellite passed; ships enough sail here to tell, and what it would hear is known
	controls, heard        int
}

// unit asks for a cell and an hour; own is the ship's own hour where she teaches, which is left out.
func (m *Model) unit(s *slow, k key, h int32, own *slot) unit {
	r := s.of(k)
	var c, near tally
	var reg, over both
	n := m.hours[h]
	if n != nil {
		c = n.cells[key{k.cell, false}].plus(n.cells[key{k.cell, true}])
		k.cell.around(func(o cell) { near = near.plus(n.cells[key{o, false}]).plus(n.cells[key{o, true}]) })
		reg, over = n.region(k.cell.block()), n.overhead(k.cell.block(), m.o.PassSupport)
	}
	if own != nil && own.bits&counted != 0 {
		o := own.tally()
		c, near = c.minus(o), near.minus(o)
		underWay := own.bits&moving != 0
		*reg.of(underWay), *over.of(underWay) = reg.of(underWay).minus(o), over.of(underWay).minus(o)
	}
	all := reg.all()
	u := unit{coastKnown: r.coastKnown, pass: int(over.all().space) >= m.o.PassControls, controls: int(all.there), heard: int(all.coast)}
	u.watched = int(over.all().there) >= m.o.PassSupport && (!u.pass || r.spaceKnown)
	fresh := int64(h) > m.now-int64(m.o.FreshHours)
	if r.coastKnown {
		u.coast = r.coast
		if int64(h) < m.now { // else the hour's counts are still to come
			u.coast *= s.listening(k.cell, n)
		}
		if !fresh {
			u.coast *= m.shock(all, s.around(k.cell.block()))
			u.coast = lean(near.coast, near.there, u.coast, m.o.HourShrink)
			u.coast = lean(c.coast, c.there, u.coast, m.o.HourShrink)
		}
		u.coast = min(u.coast, 1)
	}
	if u.spaceKnown = u.pass && r.spaceKnown; u.spaceKnown {
		u.space = r.space
		if !fresh {
			t := over.of(k.moving)
			u.space = lean(t.space, t.there, u.space, m.o.HourShrink)
		}
	}
	return u
}

func (s slot) tally() tally {
	t := tally{there: 1}
	if s.bits&byCoast != 0 {
		t.coast = 1
	}
	if s.bits&bySpace != 0 {
		t.space = 1
	}
	return t
}

// shock is the factor that all ships of a region share in an hour: what was heard of its controls over what is
// habitual. In a fresh hour the controls that were missed are not known yet, and it says nothing.
func (m *Model) shock(all tally, habit [2]daily) float64 {
	usual := habit[0].plus(habit[1]).all
	expected := float64(all.there) * lean(usual.coast, usual.there, 0.5, m.o.Shrink)
	return (m.o.HourShrink + float64(all.coast)) / (m.o.HourShrink + expected)
}

// Chance answers for a ship that was last heard at off, over the paths she may have taken.
func (m *Model) Chance(id uint32, off time.Time, paths []Path) Answer {
	s := m.slow[0]
	a := Answer{P0: 1, Raw: 1, ByCoast: 1}
	a.habit(m, s, id, int32(hourOf(off)))
	steps, known, total, p, coast := 0, 0.0, 0.0, 0.0, 0.0
	for i, path := range paths {
		rate, byCoast, sure := a.along(m, s, path, i == 0)
		steps = max(steps, len(path.Steps))
		total += path.Weight
		known += path.Weight * sure
		p += path.Weight * m.missed(a.Heard, a.Expected, rate)
		coast += path.Weight * m.missed(a.Heard, a.Expected, byCoast)
	}
	if total <= 0 || steps == 0 {
		return a
	}
	a.Raw, a.ByCoast = p/total, coast/total
	floor, calibrated := m.floor(a.Raw, steps)
	if a.Known = calibrated && known/total >= leastKnown; a.Known {
		a.P0, a.Floor = min(1, max(a.Raw, floor)), floor
	}
	return a
}

// along sums up the rate at which she would have been heard along a path, that by coast stations alone, and the share of
// its hours in which that is known. What stood round the first path is told.
func (a *Answer) along(m *Model, s *slow, path Path, first bool) (rate, byCoast, known float64) {
	g := m.factor(a.Heard, a.Expected)
	sure := 0
	var cluster time.Time
	for _, step := range path.Steps {
		u := m.unit(s, key{cellOf(step.Position), step.Moving}, int32(hourOf(step.Hour)), nil)
		byCoast += m.rate(g, u.coast)
		rate += m.rate(g, u.coast) + m.rate(g, u.space)
		if u.coastKnown || u.spaceKnown {
			sure++
		}
		if first {
			a.Missed += u.coast + u.space
			a.Controls = max(a.Controls, u.controls)
			a.ControlHours += u.heard
			if u.pass {
				a.Passes++
				if cluster.IsZero() || step.Hour.Sub(cluster) >= clusterEvery {
					a.Clusters++
					cluster = step.Hour
				}
			}
		}
	}
	return rate, byCoast, float64(sure) / float64(max(1, len(path.Steps)))
}

// clusterEvery is how far apart the passes of a sun-synchronous orbit over one place are (METHODS section 3: 12 h), less
// the hour to which passes are counted.
const clusterEvery = 11 * time.Hour

// factor is how well a ship is heard beside the controls: the mean of g ~ Gamma(kappa + heard, kappa + expected).
func (m *Model) factor(heard int, expected float64) float64 {
	return (m.o.Kappa + float64(heard)) / (m.o.Kappa + expected)
}

// rate turns the chance q that a control is heard in a unit into a rate, such that exp(−g·rate) = 1 − g·q at the g of
// this ship. For small q it is q itself; for units in which hardly anybody is missed it is more, or a ship heard by
// every pass would be missed in a third of them.
func (m *Model) rate(g, q float64) float64 {
	return -math.Log1p(-min(g*q, m.o.Sure)) / g
}

// leastKnown is the share of the hours of all paths, by weight, in which it must be known what controls are heard
// (judgement: on most of her ways).
const leastKnown = 0.5

// missed is the chance that a ship is not heard at a rate: a negative binomial, since how well she is heard,
// g ~ Gamma(kappa + heard, kappa + expected), is not known.
func (m *Model) missed(heard int, expected, rate float64) float64 {
	k := m.o.Kappa
	return math.Pow((k+expected)/(k+expected+rate), k+float64(heard))
}

// habitOf is the ring that holds the hours before off.
func (m *Model) habitOf(id uint32, off int32) *ring {
	s := m.ships[id]
	switch {
	case s == nil:
		return &ring{}
	case s.before.at(off) != nil && s.at(off-habitHours+1) == nil:
		return &s.before
	}
	return &s.ring
}

// habit fills how well a ship was heard up to an hour.
func (a *Answer) habit(m *Model, s *slow, id uint32, off int32) {
	own := m.habitOf(id, off)
	there, heard := 0, 0
	for h := off - habitHours + 1; h <= off; h++ {
		p := own.at(h)
		if p == nil || p.bits&present == 0 {
			continue
		}
		there++
		if p.bits&anyHeard != 0 {
			heard++
		}
		if p.bits&astray != 0 {
			continue // how well she was heard there says nothing: she was elsewhere
		}
		u := m.unit(s, p.key(), h, p)
		n, expected := u.against(p)
		a.Heard, a.Expected = a.Heard+n[0]+n[1], a.Expected+expected[0]+expected[1]
	}
	a.DayHours = 1
	if there > 0 {
		a.DayHours = max(1, 24*float64(heard)/float64(there))
	}
}

// against compares what was expected of a ship-hour with what came, by coast station and satellite.
func (u unit) against(p *slot) (heard [2]int, expected [2]float64) {
	if u.coastKnown {
		expected[0] = u.coast
		if p.bits&byCoast != 0 {
			heard[0] = 1
		}
	}
	if u.spaceKnown {
		expected[1] = u.space
		if p.bits&bySpace != 0 {
			heard[1] = 1
		}
	}
	return heard, expected
}

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
