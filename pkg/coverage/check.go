package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Check is a kind of prediction: that a control of a region is not heard by a kind of receiver for some hours.
type Check struct {
	Receiver string // coast, space or any
	Region   string // south-west corner of a square of 5°, such as 25N050E
	Hours    int
}

// Calibration says how a kind of prediction came true among controls. Windows overlap: they are no independent draws.
type Calibration struct {
	Receiver  string  `json:"receiver"`
	Region    string  `json:"region"`
	Hours     int     `json:"hours"`
	Windows   int64   `json:"windows"`   // ship-hours heard, each of which could have been the last before a silence
	Predicted float64 `json:"predicted"` // silences expected in them
	Observed  int64   `json:"observed"`
}

// checked adds up the outcomes of a check.
type checked struct {
	windows, silent int64
	predicted       float64
	byChance        [chances]struct{ windows, silent int64 } // of predictions by their size
}

// chances is the number of classes of predictions: below 1e-4, 1e-3, 1e-2, 1e-1 and up to 1.
const chances = 5

func chanceClass(p float64) int {
	i := 0
	for limit := 1e-4; i < chances-1 && p >= limit; limit *= 10 {
		i++
	}
	return i
}

// lengths are the silences that are checked, hours. No silence shorter than six hours is published.
var lengths = [...]int{6, 12, 24, 48}

// receivers are the kinds of receiver that are checked, in the order of their outcomes.
var receivers = [...]string{"coast", "space", "any"}

// everywhere is the region in which the floor of all answers is kept.
const everywhere = "everywhere"

// checkAfter is how many days ago the day lies that is checked: a silence of two days is over by then, or was no matter
// of reception.
const checkAfter = 4

// soonAfter is how many days ago the day lies that is checked before there is any of checkAfter days ago, for the first
// soonLengths only: most of such silences are over. What is checked so is not checked again.
const (
	soonAfter   = 2
	soonLengths = 2
)

// check asks of some controls what was to be expected of them some days ago, with what was known on the day before,
// and compares it with what came.
func (m *Model) check(today int32) {
	after, asked := int32(checkAfter), lengths[:]
	switch {
	case len(m.slow[checkAfter].cells) > 0:
		if today-after <= m.soon {
			asked = lengths[soonLengths:]
		}
	case len(m.slow[soonAfter].cells) > 0:
		after, asked = soonAfter, lengths[:soonLengths]
		m.soon = today - after
	default:
		return
	}
	s := m.slow[after]
	var ids []uint32
	for id, ship := range m.ships {
		if ship.role == Control {
			ids = append(ids, id)
		}
	}
	each := uint32(len(ids)/max(m.o.Checks, 1) + 1)
	slices.Sort(ids) // sums of fractions depend on their order
	for _, id := range ids {
		if (id*2654435769+uint32(today))>>8%each == 0 {
			m.checkShip(s, m.ships[id], (today-after)*24, asked)
		}
	}
}

// window is what was expected and heard of a control up to an hour: sums over the ring, so that any stretch is a difference.
type window struct {
	there    bool
	bits     uint8
	cell     cell
	known    [3]int // hours of which it was known what is to be expected
	heard    [3]int
	expected [3]float64
	unit     unit
}

// windows are those of a ship before a day, in it and for the longest silence after it.
type windows [habitHours + 24 + 48 + 1]window

// checkShip asks for each hour of a day in which the control was heard.
func (m *Model) checkShip(s *slow, own *ship, first int32, asked []int) {
	const before = habitHours
	var sums windows
	for i := 1; i < len(sums); i++ {
		w := sums[i-1]
		w.there, w.bits = false, 0
		h := first - before + int32(i) - 1
		if p := own.at(h); p != nil && p.bits&counted != 0 {
			w.unit = m.unit(s, p.key(), h, p)
			n, expected := w.unit.against(p)
			for r := range n {
				w.heard[r], w.expected[r] = w.heard[r]+n[r], w.expected[r]+expected[r]
			}
			w.heard[2], w.expected[2] = w.heard[2]+n[0]+n[1], w.expected[2]+expected[0]+expected[1]
			for r, known := range [...]bool{w.unit.coastKnown, w.unit.watched, w.unit.coastKnown || w.unit.spaceKnown} {
				if known {
					w.known[r]++
				}
			}
			w.there, w.bits, w.cell = true, p.bits, p.cell
		}
		sums[i] = w
	}
	for i := before + 1; i <= before+24; i++ {
		m.checkHour(&sums, i, asked)
	}
}

// checkHour asks for one hour in which the control was heard: how likely was silence after it, and did it come?
func (m *Model) checkHour(sums *windows, i int, asked []int) {
	at, start := sums[i], sums[i-habitHours]
	for r, name := range receivers {
		mask := [...]uint8{byCoast, bySpace, anyHeard}[r]
		if at.bits&mask == 0 {
			continue
		}
		heard, expected := at.heard[r]-start.heard[r], at.expected[r]-start.expected[r]
		g := m.factor(heard, expected)
		silent, rate, j := true, 0.0, i
		for _, hours := range asked {
			for ; j < i+hours && sums[j+1].there; j++ {
				next := &sums[j+1]
				silent = silent && next.bits&mask == 0
				if mask&byCoast != 0 {
					rate += m.rate(g, next.unit.coast)
				}
				if mask&bySpace != 0 {
					rate += m.rate(g, next.unit.space)
				}
			}
			if j < i+hours {
				break // she was away, or is silent to this day
			}
			if expected == 0 || float64(sums[j].known[r]-at.known[r]) < leastKnown*float64(hours) {
				continue // nothing was predicted
			}
			p := m.missed(heard, expected, rate)
			m.note(Check{name, regionOf(at.cell), hours}, p, silent)
			m.note(Check{name, everywhere, hours}, p, silent)
		}
	}
}

func (m *Model) note(k Check, p float64, silent bool) {
	c := m.checks[k]
	if c == nil {
		c = &checked{}
		m.checks[k] = c
	}
	class := &c.byChance[chanceClass(p)]
	c.windows++
	class.windows++
	c.predicted += p
	if silent {
		c.silent++
		class.silent++
	}
}

// regionOf names the square of 5° that holds a cell.
func regionOf(c cell) string {
	south, west := int(c)/cellColumns/cellsPerDegree/5*5-90, int(c)%cellColumns/cellsPerDegree/5*5-180
	ns, ew := 'N', 'E'
	if south < 0 {
		ns, south = 'S', -south
	}
	if west < 0 {
		ew, west = 'W', -west
	}
	return fmt.Sprintf("%02d%c%03d%c", south, ns, west, ew)
}

// floor is how often controls were silent of which as little silence was expected, of the longest silence up to some
// hours of which enough was checked: a longer one is no likelier. False if there is none.
func (m *Model) floor(p float64, hours int) (float64, bool) {
	for i := len(lengths) - 1; i >= 0; i-- {
		c := m.checks[Check{"any", everywhere, lengths[i]}]
		if i > 0 && lengths[i] > hours || c == nil {
			continue
		}
		if f, ok := c.floor(p, m.o); ok {
			return f, true
		}
	}
	return 1, false
}

// floor leans what was seen on the prediction with the weight of half a silence, and on no prediction below Surest: one
// control whose transponder failed is no rate. Classes of too few predictions lean on those below them; false if all
// together are too few.
func (c *checked) floor(p float64, o Options) (float64, bool) {
	windows, silent := int64(0), int64(0)
	for i := chanceClass(p); i >= 0 && windows < int64(o.LeastChecks); i-- {
		windows, silent = windows+c.byChance[i].windows, silent+c.byChance[i].silent
	}
	for i := chanceClass(p) + 1; i < chances && windows < int64(o.LeastChecks); i++ {
		windows, silent = windows+c.byChance[i].windows, silent+c.byChance[i].silent
	}
	if windows < int64(o.LeastChecks) {
		return 1, false
	}
	n, k := float64(windows), float64(silent)
	return (k + 0.5) / (n + 0.5/max(p, o.Surest)), true
}

// Calibrations lists how predictions came true, sorted.
func (m *Model) Calibrations() []Calibration {
	keys := slices.SortedFunc(maps.Keys(m.checks), func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Hours, b.Hours))
	})
	out := make([]Calibration, 0, len(keys))
	for _, k := range keys {
		c := m.checks[k]
		out = append(out, Calibration{k.Receiver, k.Region, k.Hours, c.windows, c.predicted, c.silent})
	}
	return out
}
