package oracle

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// fix is a position heard. Times are seconds since the world's start, places 1/600,000 of a degree.
type fix struct {
	at       int32
	lon, lat int32
	speed    uint16 // 1/10 kn, noSpeed when not known
	heading  uint16 // degrees, noHeading when not known
	station  uint8
	coarse   bool
}

const (
	noSpeed   = 1023
	noHeading = 511
	noStation = 255
)

func (f fix) point() geo.Point { return geo.Point{float64(f.lon) / 600_000, float64(f.lat) / 600_000} }

// typed is a draught as it was typed, from a time on.
type typed struct {
	at      int32
	draught float64
	imo     vessel.IMO // of the same message
}

func (t typed) same(o typed) bool { return t.draught == o.draught && t.imo == o.imo }

// hour is where a ship was when she was heard first in an hour of the world, and by whom in all of it.
type hour struct {
	n            int32
	lon, lat     int32
	coast, space bool
}

// radio is all that was heard under one MMSI.
type radio struct {
	mmsi     vessel.MMSI
	fixes    []fix
	hours    []hour
	last     [2]int32 // time of the newest fix kept: from the coast, from space
	statics  []static
	draughts []typed
	hull     geo.Hull
	kind     uint8 // ship type
	name     string
	classB   bool
}

// static is a time at which a radio gave an IMO number.
type static struct {
	at  int32
	imo vessel.IMO
}

// listener sorts a feed by radio. It implements ais.Sink.
type listener struct {
	rules    *rules
	radios   map[vessel.MMSI]*radio
	stations map[string]uint8 // by id; those of satellites begin at firstSatellite
	newest   int32
}

const firstSatellite = 128

// Thinning: of a ship's fixes from the coast, and likewise of those from space, one in this many seconds is kept.
const thin = 110

// hear reads a feed of NMEA lines to its end.
func hear(ctx context.Context, in io.Reader, r *rules) (*listener, error) {
	l := &listener{rules: r, radios: map[vessel.MMSI]*radio{}, stations: map[string]uint8{}}
	for i, s := range r.stations {
		l.stations[s.ID] = uint8(min(i, firstSatellite-1))
	}
	for i, s := range r.satellites {
		l.stations[s.ID] = uint8(min(firstSatellite+i, noStation-1))
	}
	d := ais.NewDecoder(ais.Defaults())
	lines := bufio.NewReaderSize(in, 1<<16)
	for n := uint64(1); ; n++ {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 && !errors.Is(err, bufio.ErrBufferFull) {
			d.Decode(line, ais.At{Line: n}, l)
		}
		switch {
		case errors.Is(err, io.EOF):
			d.Flush(l)
			return l, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("read feed: %w", err)
		case n%65536 == 0 && ctx.Err() != nil:
			return nil, fmt.Errorf("read feed: %w", ctx.Err())
		}
	}
}

// Reject implements ais.Sink: a broken line says nothing.
func (l *listener) Reject(ais.Reject) {}

// Report implements ais.Sink.
func (l *listener) Report(r *ais.Report) {
	if r.Class == ais.ClassOther || !r.MMSI.Ship() && r.Class != ais.ClassA || r.Time == 0 { // crews type nines
		return
	}
	at := int32((int64(r.Time) - l.rules.start.UnixMilli()) / 1000)
	l.newest = max(l.newest, at)
	v := l.radios[r.MMSI]
	if v == nil {
		v = &radio{mmsi: r.MMSI, last: [2]int32{math.MinInt32, math.MinInt32}}
		l.radios[r.MMSI] = v
	}
	if r.Class == ais.ClassB {
		v.classB = true
	}
	if r.Has&(ais.HasIMO|ais.HasShipType|ais.HasDimensions|ais.HasName|ais.HasDraught) != 0 {
		v.describe(at, r)
	}
	if r.Carries(ais.HasPosition) && r.Flags&ais.OutOfRange == 0 {
		v.locate(at, r, l.stations)
	}
}

func (v *radio) describe(at int32, r *ais.Report) {
	if r.Carries(ais.HasIMO) && r.Flags&ais.BadIMO == 0 {
		v.statics = append(v.statics, static{at, r.IMO})
		if n := len(v.statics); n > 2 && v.statics[n-2].imo == r.IMO && v.statics[n-3].imo == r.IMO {
			v.statics[n-2] = v.statics[n-1]
			v.statics = v.statics[:n-1]
		}
	}
	if r.Carries(ais.HasShipType) {
		v.kind = r.ShipType
	}
	if r.Carries(ais.HasDimensions) {
		v.hull = r.Dimensions.Hull()
	}
	if r.Carries(ais.HasName) {
		v.name = r.Name.String()
	}
	if r.Carries(ais.HasDraught) && r.Draught > 0 {
		v.draughts = append(v.draughts, typed{at, math.Round(float64(r.Draught)*10) / 10, r.IMO})
		if n := len(v.draughts); n > 2 && v.draughts[n-2].same(v.draughts[n-1]) && v.draughts[n-3].same(v.draughts[n-1]) {
			v.draughts[n-2] = v.draughts[n-1]
			v.draughts = v.draughts[:n-1]
		}
	}
	if v.kind != 0 && !vessel.Tanker(v.kind) {
		v.fixes = nil
	}
}

func (v *radio) locate(at int32, r *ais.Report, stations map[string]uint8) {
	f := fix{at: at, lon: int32(math.Round(r.Position[0] * 600_000)), lat: int32(math.Round(r.Position[1] * 600_000)), speed: noSpeed, heading: noHeading,
		station: noStation, coarse: r.Flags&ais.Coarse != 0}
	if r.Carries(ais.HasSOG) {
		f.speed = uint16(math.Round(float64(r.SOG) * 10))
	}
	if r.Carries(ais.HasHeading) {
		f.heading = uint16(r.Heading)
	}
	if n, ok := stations[r.Station.String()]; ok {
		f.station = n
	}
	if n := at / 3600; len(v.hours) == 0 || v.hours[len(v.hours)-1].n != n {
		v.hours = append(v.hours, hour{n: n, lon: f.lon, lat: f.lat})
	}
	space := 0
	if f.station >= firstSatellite {
		space = 1
	}
	last := &v.hours[len(v.hours)-1]
	last.space, last.coast = last.space || space == 1, last.coast || space == 0
	if v.classB || v.kind != 0 && !vessel.Tanker(v.kind) {
		return
	}
	if at >= v.last[space] && at < v.last[space]+thin {
		return
	}
	v.last[space] = max(v.last[space], at)
	v.fixes = append(v.fixes, f)
}

// ship is a tanker's hull, through all the numbers that it went by.
type ship struct {
	imo      vessel.IMO
	radios   []*radio
	hull     geo.Hull
	kind     scenario.Hull
	crude    bool  // large enough to carry whole cargoes of crude
	fixes    []fix // in order of time; those found false are taken out
	draughts []typed
	fakes    []stretch
	slots    []slot
}

// mmsi is the number that she went by first.
func (s *ship) mmsi() vessel.MMSI { return s.radios[0].mmsi }

// iranian tells whether she ever flew that flag.
func (s *ship) iranian() bool {
	return slices.ContainsFunc(s.radios, func(v *radio) bool { return vessel.Flag(v.mmsi) == "IR" })
}

// ships joins radios of one hull, by IMO number. Radios that gave none stand alone.
func (l *listener) ships() []*ship {
	byIMO := map[vessel.IMO]*ship{}
	var out []*ship
	for _, v := range l.sorted() {
		if !vessel.Tanker(v.kind) || v.classB || len(v.fixes) == 0 {
			continue
		}
		parts := v.parted()
		for _, imo := range slices.Sorted(maps.Keys(parts)) {
			part := parts[imo]
			s := byIMO[imo]
			if s == nil || imo == 0 {
				s = &ship{imo: imo}
				out = append(out, s)
				byIMO[imo] = s
			}
			s.radios = append(s.radios, v)
			s.fixes = append(s.fixes, part...)
			for _, d := range v.draughts {
				if d.imo == imo || d.imo == 0 || imo == 0 {
					s.draughts = append(s.draughts, d)
				}
			}
			if s.hull.Length() == 0 {
				s.hull = v.hull
			}
		}
	}
	for _, s := range out {
		s.settle(l.rules)
	}
	slices.SortFunc(out, func(a, b *ship) int { return cmp.Or(cmp.Compare(a.mmsi(), b.mmsi()), cmp.Compare(a.imo, b.imo)) })
	return out
}

// present is how many ships were heard in an hour, on average: about as many load a satellite.
func (l *listener) present() float64 {
	sum := 0
	for _, v := range l.radios {
		sum += len(v.hours)
	}
	return float64(sum) / max(1, float64(l.newest)/3600)
}

func (l *listener) sorted() []*radio {
	var out []*radio
	for _, v := range l.radios {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *radio) int { return cmp.Compare(a.mmsi, b.mmsi) })
	return out
}

// parted gives each IMO number that a radio sent the fixes that are nearest in time to where it sent that number.
func (v *radio) parted() map[vessel.IMO][]fix {
	out := map[vessel.IMO][]fix{}
	slices.SortStableFunc(v.statics, func(a, b static) int { return cmp.Compare(a.at, b.at) })
	if len(v.statics) == 0 {
		out[0] = v.fixes
		return out
	}
	for _, f := range v.fixes {
		i, _ := slices.BinarySearchFunc(v.statics, f.at, func(s static, at int32) int { return cmp.Compare(s.at, at) })
		switch {
		case i == len(v.statics):
			i--
		case i > 0 && f.at-v.statics[i-1].at < v.statics[i].at-f.at:
			i--
		}
		out[v.statics[i].imo] = append(out[v.statics[i].imo], f)
	}
	return out
}

// settle orders what was heard of a ship and finds her kind.
func (s *ship) settle(r *rules) {
	slices.SortStableFunc(s.fixes, func(a, b fix) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.lon, b.lon), cmp.Compare(a.lat, b.lat), cmp.Compare(a.station, b.station))
	})
	s.fixes = slices.CompactFunc(s.fixes, func(a, b fix) bool { return a.at == b.at && a.lon == b.lon && a.lat == b.lat && a.station == b.station })
	slices.SortStableFunc(s.draughts, func(a, b typed) int { return cmp.Compare(a.at, b.at) })
	slices.SortStableFunc(s.radios, func(a, b *radio) int { return cmp.Compare(a.hours[0].n, b.hours[0].n) })
	kind, known := r.kind(s.hull)
	if !known {
		class := vessel.ClassOf(s.hull, 0)
		kind = scenario.Hull{Class: class.String()}
	}
	s.kind = kind
	s.crude = vessel.ParseClass(kind.Class).Crude()
}

// laden tells what a draught says of the cargo: 1 laden, 0 in ballast, -1 nothing. Half a cargo is the border.
func (s *ship) laden(draught float64) int {
	low, high := s.kind.Ballast, s.kind.Scantling
	if high <= low || draught <= 0 {
		return -1
	}
	if draught > (low+high)/2 {
		return 1
	}
	return 0
}

// typedAt is the draught on the air at a time, zero before any.
func (s *ship) typedAt(at int32) float64 {
	i, _ := slices.BinarySearchFunc(s.draughts, at, func(d typed, at int32) int { return cmp.Compare(d.at, at+1) })
	if i == 0 {
		return 0
	}
	return s.draughts[i-1].draught
}
