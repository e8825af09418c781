package track

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/place"
)

// receptionKey is what reception is counted by.
type receptionKey struct {
	hour     uint32 // since 1970
	cell     place.Cell
	source   uint16
	receiver ais.Receiver
	class    ais.Class
	station  ais.Label
}

// maxCounters bounds the stations and cells of one emitter's open hours. The busiest coast has a few dozen stations.
const maxCounters = 1024

// counter is one vessel's share of a cell-hour.
type counter struct {
	key      receptionKey
	messages uint32
	second   uint16 // of the hour: her last message in it
	known    bool   // she was counted there before the hour was closed
}

// tally is what all vessels of the tracker add up to.
type tally struct{ messages, emitters, second int }

// count counts a position report, copies and those of non-ships included: each proves that its station heard
// something from its cell. The order in which reports come does not matter.
func (t *Tracker) count(id int32, r *ais.Report) {
	v := t.vessels[id]
	second := uint16(int64(r.Time) % hourMs / 1000)
	k := receptionKey{hour: uint32(int64(r.Time) / hourMs), cell: place.CellOf(r.Position), source: t.sourceOf(r.Source),
		receiver: r.Receiver, class: r.Class, station: r.Station}
	for i := len(v.counters) - 1; i >= 0; i-- {
		if v.counters[i].key == k {
			v.counters[i].messages++
			v.counters[i].second = max(v.counters[i].second, second)
			return
		}
	}
	if len(v.counters) == maxCounters {
		t.counts.Uncounted++
		return
	}
	if !v.counting {
		v.counting = true
		t.counted = append(t.counted, id)
	}
	v.counters = append(v.counters, counter{k, 1, second, int64(k.hour) < t.swept && v.heardIn(int64(k.hour))})
}

// heardIn tells whether the ship has a fix in an hour that is closed, so that a late report adds no emitter.
func (v *ship) heardIn(hour int64) bool {
	for _, s := range v.segments {
		if i := s.points.after((hour+1)*hourMs - 1); i > 0 && int64(s.points.at(i-1).second)*1000 >= hour*hourMs {
			return true
		}
	}
	return false
}

// sweep emits what was counted in the hours that the grid point g closes, and all there is when the input ends.
func (t *Tracker) sweep(g, limit int64) {
	hour := g / hourMs
	if hour <= t.swept && limit == g {
		return
	}
	t.swept = hour
	sums := tallies{index: map[receptionKey]int{}}
	counted := t.counted[:0]
	for _, id := range t.counted {
		if v := t.vessels[id]; sums.take(v, limit/hourMs) {
			v.counting = false
		} else {
			counted = append(counted, id)
		}
	}
	t.counted = counted
	for i, k := range sums.keys {
		start := ais.UnixMilli(int64(k.hour) * hourMs).Time()
		t.emit(&Reception{Header: Header{Tick: t.now, Start: start}, Cell: k.cell, Last: start.Add(time.Duration(sums.sums[i].second) * time.Second),
			Source: t.sources[k.source], Station: k.station, Receiver: k.receiver, Class: k.class,
			Messages: sums.sums[i].messages, Emitters: sums.sums[i].emitters})
	}
}

// tallies adds up counters in the order in which their keys were met.
type tallies struct {
	index map[receptionKey]int
	keys  []receptionKey
	sums  []tally
}

// take moves a vessel's counters of hours before `open` into the sums, and tells whether none is left.
func (s *tallies) take(v *ship, open int64) bool {
	left := v.counters[:0]
	for _, c := range v.counters {
		if int64(c.key.hour) >= open {
			left = append(left, c)
			continue
		}
		i, ok := s.index[c.key]
		if !ok {
			i = len(s.keys)
			s.index[c.key] = i
			s.keys, s.sums = append(s.keys, c.key), append(s.sums, tally{})
		}
		s.sums[i].messages += int(c.messages)
		s.sums[i].second = max(s.sums[i].second, int(c.second))
		if !c.known {
			s.sums[i].emitters++
		}
	}
	v.counters = left
	if len(left) == 0 && cap(left) > 8 {
		v.counters = nil
	}
	return len(left) == 0
}

// blindReport is a position report without a position that waits for its grid point.
type blindReport struct {
	time   int64
	offset int64
	vessel int32
	raw    uint32 // in the bucket
	rawLen uint16
	source uint16
}

// addBlind keeps a position report without a position.
func (b *bucket) addBlind(id int32, source uint16, r *ais.Report) {
	e := blindReport{time: int64(r.Time), offset: r.Offset, vessel: id, source: source}
	if n := len(r.Raw); n > 0 && n <= math.MaxUint16 && len(b.raw)+n <= math.MaxUint32 {
		e.raw, e.rawLen = uint32(len(b.raw)), uint16(n)
		b.raw = append(b.raw, r.Raw...)
	}
	b.blind = append(b.blind, e)
}

// takeBlind tells once of each ship that sent such reports.
func (t *Tracker) takeBlind(b *bucket) {
	slices.SortFunc(b.blind, func(x, y blindReport) int {
		return cmp.Or(cmp.Compare(x.vessel, y.vessel), cmp.Compare(x.time, y.time),
			cmp.Compare(t.sources[x.source], t.sources[y.source]), cmp.Compare(x.offset, y.offset))
	})
	var f *Blind
	for i, e := range b.blind {
		at := ais.UnixMilli(e.time).Time()
		if i > 0 && b.blind[i-1].vessel == e.vessel {
			f.Last = at
			continue
		}
		v := t.vessels[e.vessel]
		f = &Blind{Header: t.head(v, time.Time{}, at), Last: at, Source: t.sources[e.source], Offset: e.offset,
			Raw: string(b.raw[e.raw : e.raw+uint32(e.rawLen)])}
		t.emit(f)
	}
}
