package coverage

import (
	"maps"
	"slices"
	"time"
)

// Input is a count of what was heard in one cell of 0.25° and one hour, as a delta: counts of the same cell, hour,
// source, station, receiver and class add up. Cell, receiver and class are the numbers of their owners' types.
type Input struct {
	Cell     int32
	Hour     time.Time
	Source   string
	Station  string
	Receiver uint8
	Class    uint8
	Coast    bool // the receiver is known to be a coast station
	Space    bool // the receiver is known to be a satellite
	Messages int
	Emitters int // distinct MMSIs heard for the first time in this cell and hour
}

// Model holds the counts. It is not safe for concurrent use.
type Model struct {
	o       Options
	now     int64 // hour of the watermark, since 1970
	sources map[string]*sourceCounts
	cells   map[cellHour]int32 // distinct emitters heard

	stations map[stationName]*Station
	fresh    map[*Station]bool     // stations of which something was counted since the last Advance
	hours    map[int32]*hourCounts // what controls showed, by hour since 1970
	ships    map[uint32]*ship
	days     map[int32]map[key]daily     // what the hours of a day add up to, once it is over
	hearing  map[int32]map[*Station]int  // hours in which stations heard anything, by day
	prints   map[int64]map[earshot]int32 // what stations heard in cells, by day
	slow     [keepSlow]*slow             // the newest first: what is learned from days before
	checks   map[Check]*checked
	soon     int32 // the newest day that was checked soon

	shipHours map[int64]shipHours // by day
}

type cellHour struct {
	cell int32
	hour int32 // hours since 1970: enough for 245,000 years
}

// sourceCounts is what one source delivered: emitters and messages by hour since 1970. Hours without anything have no
// entry.
type sourceCounts struct {
	first, ended int64 // hours; ended is zero while the source lives
	emitters     map[int64]int64
	messages     map[int64]int64
}

// NewModel returns an empty model.
func NewModel(o Options) *Model {
	m := &Model{o: o, sources: map[string]*sourceCounts{}, cells: map[cellHour]int32{}, stations: map[stationName]*Station{}, fresh: map[*Station]bool{},
		hours: map[int32]*hourCounts{}, ships: map[uint32]*ship{}, days: map[int32]map[key]daily{},
		hearing: map[int32]map[*Station]int{}, prints: map[int64]map[earshot]int32{}, checks: map[Check]*checked{}, shipHours: map[int64]shipHours{}}
	for i := range m.slow {
		m.slow[i] = newSlow(o)
	}
	return m
}

// Observe adds a count.
func (m *Model) Observe(in Input) {
	h := hourOf(in.Hour)
	s := m.sources[in.Source]
	if s == nil {
		s = &sourceCounts{first: h, emitters: map[int64]int64{}, messages: map[int64]int64{}}
		m.sources[in.Source] = s
	}
	s.first = min(s.first, h)
	s.emitters[h] += int64(in.Emitters)
	s.messages[h] += int64(in.Messages)
	m.cells[cellHour{in.Cell, int32(h)}] += int32(in.Emitters)
	m.observeStation(in, int32(h))
}

// Ended says that a source delivered its last report at an instant: what is missing after it is no lack of health.
func (m *Model) Ended(source string, at time.Time) {
	if s := m.sources[source]; s != nil {
		s.ended = hourOf(at)
	}
}

// Advance says how far event time has come, and forgets cell counts that are too old to be asked for.
func (m *Model) Advance(w time.Time) {
	before := m.now
	m.now = hourOf(w)
	m.settleStations()
	if before/24 == m.now/24 {
		return // once a day is enough
	}
	m.midnight(int32(m.now / 24))
	oldest := m.now - int64(m.o.KeepDays)*24
	for k := range m.cells {
		if int64(k.hour) < oldest {
			delete(m.cells, k)
		}
	}
	maps.DeleteFunc(m.hours, func(h int32, _ *hourCounts) bool { return int64(h) < oldest })
	maps.DeleteFunc(m.ships, func(_ uint32, s *ship) bool { return s.slots != nil && int64(s.newest) < oldest })
}

// HeardIn counts what was heard in a cell from one instant to another: emitter-hours, that is distinct MMSIs in each
// full or begun hour, added up. An emitter heard by two sources counts for each.
func (m *Model) HeardIn(cell int32, from, to time.Time) int {
	sum := 0
	for h := hourOf(from); h <= hourOf(to); h++ {
		sum += int(m.cells[cellHour{cell, int32(h)}])
	}
	return sum
}

// Sources lists the sources heard so far, sorted.
func (m *Model) Sources() []string {
	names := make([]string, 0, len(m.sources))
	for name := range m.sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func hourOf(t time.Time) int64 { return floorDiv(t.Unix(), 3600) }

func dayOf(t time.Time) int64 { return floorDiv(t.Unix(), 86400) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Health tells how a feed delivered on a day against its own habit: the share of hours in which it delivered, 0 to 1.
type Health = float64

// HealthOf returns the health of one source on the UTC day that holds an instant. It is the share of the day's hours,
// from the one in which the source first spoke, to that of the watermark, and until the source ended, in which it
// delivered at least Options.Fraction of its own median hourly emitters over the days before. On its first day the
// median of that day itself stands in, over the hours in which it delivered anything. A source that had not begun or
// had ended gives 0 and false: it was not there to be heard.
//
// This first version knows only the number of emitters. It cannot tell an empty sea from a deaf station.
func (m *Model) HealthOf(source string, day time.Time) (Health, bool) {
	s := m.sources[source]
	if s == nil {
		return 0, false
	}
	begin := dayOf(day) * 24
	from, to := max(begin, s.first), min(begin+23, m.now)
	if s.ended != 0 {
		to = min(to, s.ended)
	}
	if from > to {
		return 0, false
	}
	need := m.o.Fraction * s.habit(begin, m.o.HabitDays)
	heard := 0
	for h := from; h <= to; h++ {
		if n := s.emitters[h]; n > 0 && float64(n) >= need {
			heard++
		}
	}
	return float64(heard) / float64(to-from+1), true
}

// Health returns the health of all sources together on a day: the mean of theirs, weighted by the emitters that each
// habitually delivers in an hour, so that a small station does not hide the loss of a large feed; times the share of
// ship-hours in which ships were where they said, since a displaced ship tells as little as an unheard one. Zero if no
// source was there.
func (m *Model) Health(day time.Time) Health {
	var sum, weights float64
	for _, name := range m.Sources() {
		h, ok := m.HealthOf(name, day)
		if !ok {
			continue
		}
		w := max(m.sources[name].habit(dayOf(day)*24, m.o.HabitDays), 1)
		sum += w * h
		weights += w
	}
	if weights == 0 {
		return 0
	}
	return sum / weights * m.placed(day)
}

// habit is the median of emitters an hour over the days before the hour begin, silent hours included from the first
// hour on. With less than three hours of history it is the median over the heard hours of the first day.
func (s *sourceCounts) habit(begin int64, days int) float64 {
	from := max(begin-int64(days)*24, s.first)
	if begin-from < 3 {
		return s.firstDay(begin)
	}
	counts := make([]int64, 0, begin-from)
	for h := from; h < begin; h++ {
		counts = append(counts, s.emitters[h])
	}
	return median(counts)
}

func (s *sourceCounts) firstDay(begin int64) float64 {
	var counts []int64
	for h := begin; h < begin+24; h++ {
		if n := s.emitters[h]; n > 0 {
			counts = append(counts, n)
		}
	}
	return median(counts)
}

// median is the middle of a list, the mean of both middles if their number is even, zero of an empty list.
func median(counts []int64) float64 {
	if len(counts) == 0 {
		return 0
	}
	slices.Sort(counts)
	mid := len(counts) / 2
	if len(counts)%2 == 1 {
		return float64(counts[mid])
	}
	return float64(counts[mid-1]+counts[mid]) / 2
}
