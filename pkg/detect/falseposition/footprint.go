package falseposition

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
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
	stays  map[stay]bool                       // of that day: whether a station expected to hear her did
}

// stay is a ship in a square, on the day that is counted.
type stay struct {
	at   square
	mmsi vessel.MMSI
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
	ships []vessel.MMSI           // the first few
	days  float64                 // ship-days in which a station was expected to hear a ship there
	mute  map[vessel.MMSI]float64 // those in which none did, by ship
}

// presence is a ship in one hour.
type presence struct {
	p           geo.Point // of the first fix
	first, last *track.Fix
	source      string
	stations    []string
	fixes       int
}

// hearing is how a ship is heard where she says she is.
type hearing struct {
	expected, heard float64 // hours, while nothing was strange
	from, to        time.Time
	hours           int
	never           map[string]float64 // log-odds of each station that heard her and never hears the place, in the hour that tells most
	at              geo.Point
	near            []string
	before          *event.FixRef // the last position before them that is believed
	last            time.Time     // newest fix, strange or not, that no station vouched for
	end             geo.Point     // where it was
	fixes           int
	squares         map[square]silentSquare // where no station heard her that hears ships there
	rare            float64                 // least share of ship-days of others in which that happens
}

// silentSquare is what not being heard in one square amounts to.
type silentSquare struct{ score, most float64 }

func newFootprint() footprint {
	return footprint{space: map[string]bool{}, places: map[square]*heardAt{}, hours: map[int64]map[vessel.MMSI]*presence{}, stays: map[stay]bool{}}
}

// Stations knows receivers. A coverage.Model does.
type Stations interface {
	// Station finds a receiver by its source and its own name.
	Station(source, name string) *coverage.Station
}

// Stations lets the detector know which receivers are satellites: few feeds say it.
func (d *Detector) Stations(s Stations) { d.stations = s }

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
		p = &presence{p: x.Position, first: x, source: x.Source}
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
		if d.stations != nil {
			f.ask(d.stations, ships)
		}
		for _, m := range order {
			f.count(now, squareOf(ships[m].p, large), m, ships[m])
		}
		for _, m := range order {
			if s := d.ships[m]; s != nil && d.concerns(m) {
				f.judge(d, m, s, ships[m], now)
			}
		}
		for _, m := range order {
			if s := d.ships[m]; s != nil && (s.doubted() || s.heard.hours > 0 && len(s.heard.never) > 0) || len(f.places) >= d.o.Bound {
				continue // who is not believed teaches nothing
			}
			for _, size := range [2]float64{small, large} {
				at := squareOf(ships[m].p, size)
				f.stayed(d.o, at, m, ships[m])
				f.count(f.places, at, m, ships[m])
			}
		}
	}
}

// ask learns which of the stations that heard ships in an hour are satellites.
func (f *footprint) ask(stations Stations, ships map[vessel.MMSI]*presence) {
	for _, p := range ships {
		for _, name := range p.stations {
			f.space[name] = stations.Station(p.source, name).Space()
		}
	}
}

// stayed notes whether a ship was heard by a station that hears ships where she is.
func (f *footprint) stayed(o Options, at square, m vessel.MMSI, p *presence) {
	h := f.places[at]
	if h == nil || h.hours < o.HoursHere {
		return
	}
	expected := false
	for s, n := range h.by {
		expected = expected || n >= o.Hears*h.hours && !f.space[s]
	}
	if expected {
		k := stay{at, m}
		f.stays[k] = f.stays[k] || f.vouches(h, p)
	}
}

// vouches tells whether a station heard a ship that hears ships at a place.
func (f *footprint) vouches(h *heardAt, p *presence) bool {
	return slices.ContainsFunc(p.stations, func(s string) bool { return !f.space[s] && h.by[s] >= oftenHeard*h.hours })
}

// closeDay counts the stays of a day.
func (f *footprint) closeDay() {
	for k, heard := range f.stays {
		h := f.places[k.at]
		if h == nil {
			continue
		}
		if h.days++; !heard {
			if h.mute == nil {
				h.mute = map[vessel.MMSI]float64{}
			}
			h.mute[k.mmsi]++
		}
	}
	clear(f.stays)
}

// rare is the share of ship-days of others in which a place's stations heard nothing of a ship that was there, by
// Jeffreys' rule. A shadow, an aerial that is low or a day without ducts makes them.
func (h *heardAt) rare(m vessel.MMSI) float64 {
	days, mute := h.days-h.mute[m], 0.0
	for _, other := range slices.Sorted(maps.Keys(h.mute)) {
		if other != m {
			mute += h.mute[other]
		}
	}
	return (mute + 0.5) / (max(days, mute) + 1)
}

// fade lets what was learned weigh less with each day.
func (f *footprint) fade(keep float64, day int64) {
	for ; f.day != 0 && f.day < day; f.day++ {
		f.closeDay()
		for k, h := range f.places {
			if h.hours *= keep; h.hours < 0.5 {
				delete(f.places, k)
				continue
			}
			h.days *= keep
			for s := range h.by {
				h.by[s] *= keep
			}
			for m := range h.mute {
				h.mute[m] *= keep
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
func (f *footprint) known(o Options, p geo.Point) (square, *heardAt) {
	for _, size := range [2]float64{small, large} {
		k := squareOf(p, size)
		if h := f.places[k]; h != nil && h.hours >= o.HoursHere && len(h.ships) >= o.ShipsHere {
			return k, h
		}
	}
	return square{}, nil
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
	k, at := f.known(d.o, p.p)
	if at == nil {
		s.goesOn(d, m, p, f)
		return
	}
	if f.vouches(at, p) {
		h.expected++
		h.heard++
		s.settle(d, m, p)
		s.vouched = p.last.Time
		return
	}
	miss, near := f.missed(d.o, h, at, p, now)
	far := map[string]float64{}
	for _, station := range p.stations {
		hours, heard := around(f.places, p.p, station)
		if !f.space[station] && heard <= neverHeard*hours && hours >= d.o.HoursHere {
			far[station] = min(d.o.FarWeight, math.Log((1+hours)/(1+heard)))
		}
	}
	if len(near) == 0 && len(far) == 0 {
		s.goesOn(d, m, p, f)
		return
	}
	if h.hours == 0 {
		h.from, h.before = s.doubtfulSince(d.o, p.first.Time)
	}
	h.note(p, near, far)
	if len(near) > 0 {
		rare := at.rare(m)
		h.rare = min(h.rare, rare)
		h.squares[k] = silentSquare{h.squares[k].score - math.Log(miss)*d.o.PerHour, -math.Log(rare)}
	}
	s.suspect(d, m, true)
	d.touch(m)
}

// missed is the chance that none of a place's stations hears a ship there in an hour in which they hear others, and
// which they are.
func (f *footprint) missed(o Options, h *hearing, at *heardAt, p *presence, now map[square]*heardAt) (float64, []string) {
	weak := (o.Weak + h.heard) / (o.Weak + h.expected)
	miss, near := 1.0, []string(nil)
	for _, station := range slices.Sorted(maps.Keys(at.by)) {
		share := at.by[station] / at.hours
		if share < o.Hears || f.space[station] {
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
	return miss, near
}

// note adds a strange hour.
func (h *hearing) note(p *presence, near []string, far map[string]float64) {
	if h.hours == 0 {
		h.at, h.fixes, h.near, h.never = p.first.Position, 0, nil, map[string]float64{}
		h.squares, h.rare = map[square]silentSquare{}, 1
	}
	h.hours++
	h.fixes += p.fixes
	h.to, h.last, h.end = p.last.Time, p.last.Time, p.last.Position
	for _, s := range near {
		if !slices.Contains(h.near, s) {
			h.near = append(h.near, s)
		}
	}
	for station, odds := range far {
		h.never[station] = max(h.never[station], odds)
	}
}

// doubtfulSince is from when a track is doubtful that is in a strange hour: where a false track leaves the true one without
// a jump, it was false before anybody could tell, since a coast station last heard her and did not contradict her; but not
// for longer than Lead, and not before a jump. Before is the last position that is believed; nil if none is known.
func (s *ship) doubtfulSince(o Options, strange time.Time) (from time.Time, before *event.FixRef) {
	since := later(s.vouched, s.leapt)
	for _, m := range s.marks {
		switch {
		case !m.at.Before(strange):
			return strange, before
		case before != nil && m.at.After(since) && !m.at.Before(strange.Add(-o.Lead)):
			return m.at, before
		}
		before = m.quote()
	}
	return strange, before
}

// goesOn takes in an hour that tells nothing. After strange ones she is on the same false track until Lead has passed, or a
// coast station hears her: what it does not contradict it makes likely.
func (s *ship) goesOn(d *Detector, m vessel.MMSI, p *presence, f *footprint) {
	h := &s.heard
	if slices.ContainsFunc(p.stations, func(station string) bool { return !f.space[station] }) {
		s.vouched = p.last.Time
	} else if h.hours > 0 && p.last.Time.Sub(h.to) <= d.o.Lead && !later(s.leapt, s.vouched).After(h.to) {
		h.last, h.end = p.last.Time, p.last.Position
		s.suspect(d, m, true)
	}
}

// settle ends strange hours: she was heard where she says she is. If that is where she was in them, she was there then,
// too, and something hid her.
func (s *ship) settle(d *Detector, m vessel.MMSI, p *presence) {
	for _, x := range s.jumps {
		if at := p.first.Time; !at.Before(x.to.Time) && !at.After(x.last) {
			x.vouched++
		}
	}
	h := &s.heard
	if h.hours == 0 {
		return
	}
	for k := range h.squares {
		if geo.Distance(k.middle(), p.p) <= samePlace {
			delete(h.squares, k)
		}
	}
	s.suspect(d, m, false)
	h.hours = 0
}

// samePlace is how far from the middle of a square a ship may be heard and still be where she was when she was in it.
const samePlace = 20 * geo.Kilometre

func (k square) middle() geo.Point {
	return geo.PointFromDegrees(min(180, (float64(k.col)+0.5)*k.size), min(90, (float64(k.row)+0.5)*k.size))
}

// farthest lists the stations that heard her and never hear the place, with the sum of what they weigh: that of the hour
// that tells most, since a duct that carries one hour carries the next.
func (h *hearing) farthest() (stations []string, odds float64) {
	stations = slices.Sorted(maps.Keys(h.never))
	for _, s := range stations {
		odds += h.never[s]
	}
	return stations, odds
}

// suspect makes a sign of strange hours.
func (s *ship) suspect(d *Detector, m vessel.MMSI, lasts bool) {
	h := &s.heard
	if h.hours < 2 {
		return
	}
	silent := 0.0 // of the squares that she was in, the one that tells most: what hides her in one may hide her in the next
	for _, u := range h.squares {
		silent = max(silent, min(u.score, u.most))
	}
	far, neverOdds := h.farthest()
	if silent == 0 && len(far) == 0 {
		s.signs = slices.DeleteFunc(s.signs, func(x *sign) bool { return x.sort == "receivers" && x.key == h.from.UnixMilli() })
		if len(s.told) > 0 {
			d.touch(m)
		}
		return
	}
	x := &sign{sort: "receivers", key: h.from.UnixMilli(), from: h.from, to: h.last, lasts: lasts, before: h.before, at: h.at, end: h.end,
		found: []found{{unheard, min(d.o.HeardCap, silent)}, {never, min(d.o.HeardCap, neverOdds)}},
		fixes: h.fixes, near: slices.Clone(h.near), far: far}
	x.rules = []event.Rule{
		rule("strange_hours", float64(h.hours), ">=", 2, "hours", "in which no station heard her that hears ships at that place"),
		rule("never_hears_the_place", neverOdds, ">=", 3, "log-odds", "of the stations that heard her"),
		rule("unheard_ship_days", h.rare, "<=", 0.05, "of them", "in which others were there and no station heard them that hears ships there"),
	}
	s.put(x)
}

// doubted tells whether a ship is not believed at present.
func (s *ship) doubted() bool {
	return slices.ContainsFunc(s.told, func(c *claim) bool { return c.last.Status == event.Open && c.last.Probability >= event.Believed })
}
