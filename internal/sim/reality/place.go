package reality

import (
	"math"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// rest measures ships that lie still: how their positions scatter, how wide they swing and how near they lie.
type rest struct {
	step     Histogram    // metres between two positions of at most 15 s
	equal    [2]int64     // such pairs: all, and those with the same position to the last digit
	scatter  [2]Histogram // metres, root mean square round the middle of an hour: moored, at anchor
	swing    Histogram    // metres, half of the longer side of a day's box at anchor
	spacing  Histogram    // metres to the nearest neighbour at anchor
	berths   Histogram    // the same for ships moored
	latest   ais.UnixMilli
	snapshot int
}

func newRest() rest {
	return rest{step: newHistogram("rest.step", "rest"), swing: newHistogram("rest.swing", "rest"),
		scatter: [2]Histogram{newHistogram("rest.moored", "rest"), newHistogram("rest.anchored", "rest")},
		spacing: newHistogram("spacing.anchored", "spacing"), berths: newHistogram("spacing.moored", "spacing")}
}

// stay is a ship's time at rest under one navigational status.
type stay struct {
	status    uint8
	hour, day box
}

// box gathers positions round the first of them.
type box struct {
	since       ais.UnixMilli
	last        ais.UnixMilli
	from        geo.Point
	n           float64
	east, north float64
	squares     float64
	lowE, highE float64
	lowN, highN float64
}

func (b *box) add(at ais.UnixMilli, p geo.Point) {
	if b.n == 0 {
		*b = box{since: at, from: p}
	}
	e, n := geo.Offset(b.from, p)
	east, north := float64(e), float64(n)
	b.last = at
	b.n++
	b.east, b.north = b.east+east, b.north+north
	b.squares += east*east + north*north
	b.lowE, b.highE = min(b.lowE, east), max(b.highE, east)
	b.lowN, b.highN = min(b.lowN, north), max(b.highN, north)
}

// scatter is the root mean square distance from the middle.
func (b *box) scatter() float64 {
	return math.Sqrt(max(0, b.squares/b.n-(b.east*b.east+b.north*b.north)/(b.n*b.n)))
}

// half is half of the longer side.
func (b *box) half() float64 { return max(b.highE-b.lowE, b.highN-b.lowN) / 2 }

// A box of an hour needs 10 positions over half an hour, one of a day 30 over twelve hours.
const (
	hour = 3_600_000
	day  = 24 * hour
)

// hear takes a position report; fix still holds the one before.
func (x *rest) hear(s *ship, r *ais.Report) {
	if r.Kind != ais.Position || !r.Carries(ais.HasPosition) || r.Flags&(ais.Coarse|ais.OwnShip) != 0 {
		return
	}
	if !rests(r) || s.stay.status != status(r) || s.stay.day.n > 0 && geo.Distance(s.stay.day.from, r.Position) > 3000 {
		x.close(&s.stay)
		s.stay = stay{status: status(r)}
	}
	if !rests(r) {
		return
	}
	if took := r.Time - s.fix.at; s.fix.rests && took > 0 && took <= 15_000 {
		moved := geo.Distance(s.fix.place, r.Position)
		x.equal[0]++
		if s.fix.place == r.Position {
			x.equal[1]++
		}
		if moved < 1000 {
			x.step.add(float64(moved))
		}
	}
	if t := &s.stay; t.hour.n > 0 && r.Time-t.hour.since >= hour {
		x.closeHour(t)
	}
	if t := &s.stay; t.day.n > 0 && r.Time-t.day.since >= day {
		x.closeDay(t)
	}
	s.stay.hour.add(r.Time, r.Position)
	s.stay.day.add(r.Time, r.Position)
}

func (x *rest) close(t *stay) {
	x.closeHour(t)
	x.closeDay(t)
}

func (x *rest) closeHour(t *stay) {
	if b := &t.hour; b.n >= 10 && b.last-b.since >= hour/2 {
		switch t.status {
		case 5:
			x.scatter[0].add(b.scatter())
		case 1:
			x.scatter[1].add(b.scatter())
		}
	}
	t.hour = box{}
}

func (x *rest) closeDay(t *stay) {
	if b := &t.day; t.status == 1 && b.n >= 30 && b.last-b.since >= day/2 {
		x.swing.add(b.half())
	}
	t.day = box{}
}

// every is how far apart neighbours are looked at, and how old a position may be then.
const (
	every = 2 * hour
	stale = hour
)

// snapshot looks at all ships at rest every two hours.
func (x *rest) snapshots(m *Meter, now ais.UnixMilli) {
	if x.latest == 0 {
		x.latest = now
	}
	if now-x.latest >= every {
		x.latest = now
		x.neighbours(m.ships, now)
	}
}

// neighbours adds the distance from each ship at rest to the nearest of her kind, if it is less than 20 km.
func (x *rest) neighbours(ships map[ais.MMSI]*ship, now ais.UnixMilli) {
	x.snapshot++
	for status, h := range map[uint8]*Histogram{1: &x.spacing, 5: &x.berths} {
		var places []geo.Point
		for _, s := range ships {
			if s.fix.rests && s.fix.calm == status && now-s.fix.at <= stale {
				places = append(places, s.fix.place)
			}
		}
		for i, p := range places {
			nearest := geo.Metres(20_000)
			for j, q := range places {
				if i != j && math.Abs(p[1]-q[1]) < 0.2 {
					nearest = min(nearest, geo.Distance(p, q))
				}
			}
			if nearest < 20_000 {
				h.add(float64(nearest))
			}
		}
	}
}

// finish closes what is open; a recording too short for a snapshot is looked at once.
func (x *rest) finish(m *Meter, ships []*ship) {
	for _, s := range ships {
		x.close(&s.stay)
	}
	if x.snapshot == 0 {
		x.neighbours(m.ships, m.last)
	}
}

func (x *rest) figures(f *Figures) {
	f.spread(x.step)
	f.share("rest.same_position", x.equal[1], x.equal[0])
	for _, h := range []Histogram{x.scatter[0], x.scatter[1], x.swing, x.spacing, x.berths} {
		f.spread(h)
	}
}

// traffic measures what positions do that ships cannot, and who passes Hormuz.
type traffic struct {
	pairs, jumps int64 // successive positions of a ship, and those further apart than it can go
	jumpers      map[ais.MMSI]bool
	cells        map[cell]*landing
	fixes        int64
	transits     [2]int64 // all, tankers
	eastward     int64
}

// cell is a twentieth of a degree.
type cell struct{ lon, lat int16 }

// landing is a place that positions jump to.
type landing struct {
	ships map[ais.MMSI]bool
	fixes int64
}

func newTraffic() traffic {
	return traffic{jumpers: map[ais.MMSI]bool{}, cells: map[cell]*landing{}}
}

// side is where a ship lies of the Strait of Hormuz.
type side uint8

const (
	between side = iota
	gulf         // inside: west of 56.2° E
	ocean        // outside: east of 56.7° E, or off Fujairah
)

// sideOf leaves the Strait itself and the sea north of Fujairah undecided, so that a ship that lies on a line passes
// nothing.
func sideOf(p geo.Point) side {
	switch {
	case p[0] < 47 || p[0] > 62 || p[1] < 22 || p[1] > 31:
		return between
	case p[0] > 56.7 && p[1] < 26.6 || p[0] > 56.25 && p[1] < 25.6:
		return ocean
	case p[0] < 56.2:
		return gulf
	}
	return between
}

// A jump is more than 2 km at more than 60 kn, as in the notes of the recordings; a transit takes less than two days.
const (
	jumpLength geo.Metres = 2000
	jumpSpeed  geo.Knots  = 60
	longWay               = 2 * day
)

// hear takes a position report; fix still holds the one before.
func (x *traffic) hear(s *ship, r *ais.Report) {
	if r.Kind != ais.Position || !r.Carries(ais.HasPosition) || r.Flags&(ais.Coarse|ais.OwnShip) != 0 {
		return
	}
	x.fixes++
	if took := r.Time - s.fix.at; s.fix.at != 0 && took > 0 {
		x.pairs++
		moved := geo.Distance(s.fix.place, r.Position)
		speed := geo.KnotsFromMetresPerSecond(float64(moved) * 1000 / float64(took))
		if moved > jumpLength && speed > jumpSpeed {
			x.jump(s, r)
		}
	}
	if at := cellOf(r.Position); s.jumped && at == s.cell {
		x.cells[at].fixes++
	} else {
		s.jumped = false
	}
	x.pass(s, r)
}

func cellOf(p geo.Point) cell {
	return cell{int16(math.Floor(p[0] * 20)), int16(math.Floor(p[1] * 20))}
}

func (x *traffic) jump(s *ship, r *ais.Report) {
	x.jumps++
	x.jumpers[s.mmsi] = true
	s.cell, s.jumped = cellOf(r.Position), true
	if x.cells[s.cell] == nil {
		x.cells[s.cell] = &landing{ships: map[ais.MMSI]bool{}}
	}
	x.cells[s.cell].ships[s.mmsi] = true
	s.side = between
}

// pass counts a ship that was on one side of the Strait and is on the other.
func (x *traffic) pass(s *ship, r *ais.Report) {
	now := sideOf(r.Position)
	if now == between || s.jumped || r.Class == ais.ClassB {
		return
	}
	if s.side != between && s.side != now && r.Time-s.sideAt < longWay {
		x.transits[0]++
		if s.tanker {
			x.transits[1]++
		}
		if now == ocean {
			x.eastward++
		}
	}
	s.side, s.sideAt = now, r.Time
}

// figures: a place counts as interference where five ships and more jumped to; transits need a day and a half.
func (x *traffic) figures(f *Figures, days float64) {
	f.add("jumps_per_10000", x.pairs, 10_000*float64(x.jumps)/float64(x.pairs))
	f.add("jump.ships", int64(len(x.jumpers)), float64(len(x.jumpers)))
	var jammed int64
	for _, l := range x.cells {
		if len(l.ships) >= 5 {
			jammed += l.fixes
		}
	}
	f.share("jammed", jammed, x.fixes)
	if days >= 1.5 && x.transits[0] > 0 {
		f.add("hormuz.transits_a_day", x.transits[0], float64(x.transits[0])/days)
		f.add("hormuz.tankers_a_day", x.transits[1], float64(x.transits[1])/days)
		f.share("hormuz.eastward", x.eastward, x.transits[0])
	}
}
