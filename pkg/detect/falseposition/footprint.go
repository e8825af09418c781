package falseposition

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// footprint is what each station hears from where, learned from all ships.
type footprint struct {
	space  map[string]bool // stations that are satellites: they hear every place
	places map[square]*heardAt
	hours  map[int64]map[vessel.MMSI]*presence // not folded yet
	day    int64                               // to which counts have faded
}

// square is a square of so many degrees.
type square struct {
	size     float64
	col, row int32
}

// The squares in which hearing is counted: small ones where enough ships pass, for the shadow of a mountain is small; the
// cells of the reception model otherwise.
const (
	small = 0.1
	large = 0.25
)

func squareOf(p geo.Point, size float64) square {
	return square{size, int32(math.Floor(p[0] / size)), int32(math.Floor(p[1] / size))}
}

// heardAt counts ship-hours at one place: all in which a ship was heard by anybody, and those in which by each station.
type heardAt struct {
	hours float64
	by    map[string]float64
	ships []vessel.MMSI // the first few
}

// presence is a ship in one hour.
type presence struct {
	p           geo.Point // of the first fix
	first, last *track.Fix
	stations    []string
	fixes       int
}

// hearing is how a ship is heard where she says she is.
type hearing struct {
	expected, heard float64 // hours, while nothing was strange
	from, to        time.Time
	hours           int
	score           float64
	at              geo.Point
	near, far       []string
	fixes           int
}

func newFootprint() footprint {
	return footprint{space: map[string]bool{}, places: map[square]*heardAt{}, hours: map[int64]map[vessel.MMSI]*presence{}}
}

// kind learns whether a station is a satellite.
func (f *footprint) kind(station string, satellite bool) {
	if station != "" && (satellite || !f.space[station]) {
		f.space[station] = satellite
	}
}

// take notes by whom a fix was heard.
func (f *footprint) take(m vessel.MMSI, x *track.Fix) {
	if x.Station.Empty() {
		return
	}
	hour := x.Time.Unix() / 3600
	ships := f.hours[hour]
	if ships == nil {
		ships = map[vessel.MMSI]*presence{}
		f.hours[hour] = ships
	}
	p := ships[m]
	if p == nil {
		p = &presence{p: x.Position, first: x}
		ships[m] = p
	}
	p.last = x
	p.fixes++
	p.add(x.Station.String())
	for _, s := range x.Stations {
		p.add(s.String())
	}
}

func (p *presence) add(station string) {
	if !slices.Contains(p.stations, station) {
		p.stations = append(p.stations, station)
	}
}

// foldAfter is how long an hour waits for fixes that come with the end of a silence.
const foldAfter = 3

// fold judges the hours that are complete, then learns from them.
func (f *footprint) fold(d *Detector, w time.Time) {
	for _, hour := range slices.Sorted(maps.Keys(f.hours)) {
		if hour > w.Unix()/3600-foldAfter {
			break
		}
		ships := f.hours[hour]
		delete(f.hours, hour)
		f.fade(d.o.Keep, hour/24)
		now := map[square]*heardAt{}
		order := slices.Sorted(maps.Keys(ships))
		for _, m := range order {
			f.count(now, squareOf(ships[m].p, large), m, ships[m])
		}
		for _, m := range order {
			if s := d.ships[m]; s != nil && d.concerns(m) {
				f.judge(d, m, s, ships[m], now)
			}
		}
		for _, m := range order {
			if s := d.ships[m]; s != nil && (s.doubted() || s.heard.hours > 0 && len(s.heard.far) > 0) || len(f.places) >= d.o.Bound {
				continue // who is not believed teaches nothing
			}
			f.count(f.places, squareOf(ships[m].p, small), m, ships[m])
			f.count(f.places, squareOf(ships[m].p, large), m, ships[m])
		}
	}
}

// fade lets what was learned weigh less with each day.
func (f *footprint) fade(keep float64, day int64) {
	for ; f.day != 0 && f.day < day; f.day++ {
		for k, h := range f.places {
			if h.hours *= keep; h.hours < 0.5 {
				delete(f.places, k)
				continue
			}
			for s := range h.by {
				h.by[s] *= keep
			}
		}
	}
	f.day = max(f.day, day)
}

func (f *footprint) count(into map[square]*heardAt, at square, m vessel.MMSI, p *presence) {
	h := into[at]
	if h == nil {
		h = &heardAt{by: map[string]float64{}}
		into[at] = h
	}
	h.hours++
	if len(h.ships) < 16 && !slices.Contains(h.ships, m) {
		h.ships = append(h.ships, m)
	}
	for _, s := range p.stations {
		if !f.space[s] {
			h.by[s]++
		}
	}
}

// known is what has been learned of a place: of the small square if that is enough, else of the large one.
func (f *footprint) known(o Options, p geo.Point) *heardAt {
	for _, size := range [2]float64{small, large} {
		if h := f.places[squareOf(p, size)]; h != nil && h.hours >= o.HoursHere && len(h.ships) >= o.ShipsHere {
			return h
		}
	}
	return nil
}

// around adds up the large squares at and round a place.
func around(places map[square]*heardAt, p geo.Point, station string) (hours, heard float64) {
	c := squareOf(p, large)
	for row := int32(-1); row <= 1; row++ {
		for col := int32(-1); col <= 1; col++ {
			if h := places[square{large, c.col + col, c.row + row}]; h != nil {
				hours, heard = hours+h.hours, heard+h.by[station]
			}
		}
	}
	return hours, heard
}

// oftenHeard is the share of a place's hours from which a station's hearing a ship speaks for her being there.
const oftenHeard = 0.1

// neverHeard is the share of a place's hours up to which a station counts as one that never hears it: the hour in which
// a false track begins teaches that its station hears the false place.
const neverHeard = 0.01

// judge holds an hour of a ship against what stations hear from where she says she is.
func (f *footprint) judge(d *Detector, m vessel.MMSI, s *ship, p *presence, now map[square]*heardAt) {
	h := &s.heard
	at := f.known(d.o, p.p)
	if at == nil {
		return
	}
	for _, station := range p.stations {
		if !f.space[station] && at.by[station] >= oftenHeard*at.hours {
			h.expected++
			h.heard++
			s.settle(d, p.first.Time)
			return
		}
	}
	weak := (d.o.Weak + h.heard) / (d.o.Weak + h.expected)
	miss, near := 1.0, []string(nil)
	for _, station := range slices.Sorted(maps.Keys(at.by)) {
		share := at.by[station] / at.hours
		if share < d.o.Hears {
			continue
		}
		others, heard := around(now, p.p, station)
		others-- // herself
		if heard == 0 {
			continue // it may have been out, or heard nothing from there in this hour
		}
		chance := weak * min(share, (4*share+heard)/(4+others))
		miss, near = min(miss, max(0.05, 1-chance)), append(near, station)
	}
	score := -math.Log(miss) * d.o.PerHour
	var far []string
	for _, station := range p.stations {
		hours, heard := around(f.places, p.p, station)
		if !f.space[station] && heard <= neverHeard*hours && hours >= d.o.HoursHere {
			score += min(d.o.FarWeight, math.Log((1+hours)/(1+heard))/2)
			far = append(far, station)
		}
	}
	if len(near) == 0 && len(far) == 0 {
		return
	}
	h.note(p, score, near, far)
	s.suspect(d, true)
	d.touch(m)
}

// note adds a strange hour.
func (h *hearing) note(p *presence, score float64, near, far []string) {
	if h.hours == 0 {
		h.from, h.at, h.score, h.fixes, h.near, h.far = p.first.Time, p.first.Position, 0, 0, nil, nil
	}
	h.hours++
	h.score += score
	h.fixes += p.fixes
	h.to = p.last.Time
	for _, s := range near {
		if !slices.Contains(h.near, s) {
			h.near = append(h.near, s)
		}
	}
	for _, s := range far {
		if !slices.Contains(h.far, s) {
			h.far = append(h.far, s)
		}
	}
}

// settle ends strange hours: she was heard where she says she is.
func (s *ship) settle(d *Detector, at time.Time) {
	for _, x := range s.jumps {
		if !at.Before(x.to.Time) && !at.After(x.last) {
			x.vouched++
		}
	}
	if s.heard.hours > 0 {
		s.suspect(d, false)
		s.heard.hours = 0
	}
}

// suspect makes a sign of strange hours.
func (s *ship) suspect(d *Detector, lasts bool) {
	h := &s.heard
	if h.hours < 2 {
		return
	}
	most := d.o.HeardCap
	if len(h.far) == 0 {
		most = d.o.NearCap
	}
	x := &sign{sort: "receivers", key: h.from.UnixMilli(), from: h.from, to: h.to, lasts: lasts, weight: min(most, h.score), at: h.at,
		fixes: h.fixes, near: slices.Clone(h.near), far: slices.Clone(h.far)}
	x.rules = []event.Rule{
		rule("strange_hours", float64(h.hours), ">=", 2, "hours", "in which no station heard her that hears ships at that place"),
		rule("receivers", h.score, ">=", 3, "log-odds", ""),
	}
	s.put(x)
}

// doubted tells whether a ship is not believed at present.
func (s *ship) doubted() bool {
	return slices.ContainsFunc(s.told, func(c *claim) bool { return c.last.Status == event.Open && c.last.Probability >= event.Believed })
}
