package coverage

import (
	"errors"
	"fmt"
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
	Messages int
	Emitters int // distinct MMSIs heard for the first time in this cell and hour
}

// Options are the parameters of a Model.
type Options struct {
	// Fraction of its habitual hourly emitters that a source must deliver for an hour to count as heard.
	Fraction float64
	// HabitDays is how many days before the one in question make the habit.
	HabitDays int
	// KeepDays is how long counts per cell and hour are kept: the longest silence for which HeardIn can answer.
	KeepDays int
}

// Defaults returns the starting parameters: a fraction of 0.3 (start value, to be tuned on the simulator: traffic by
// night and on holidays stays above half of the median, a dead station falls to nothing), a habit of 14 days (as
// feed health is compared over in METHODS' section on reception) and 100 days of cell counts, longer than the window
// of 75 days in which a hidden loading may lie before a transfer.
func Defaults() Options { return Options{Fraction: 0.3, HabitDays: 14, KeepDays: 100} }

// Validate checks the parameters.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"coverage.fraction", o.Fraction, 0.01, 1, "0 calls a dead feed healthy"},
		{"coverage.habit_days", float64(o.HabitDays), 1, 90, "a habit older than a season is none"},
		{"coverage.keep_days", float64(o.KeepDays), 1, 400, "memory grows with cells and hours"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}

// Model holds the counts. It is not safe for concurrent use.
type Model struct {
	o       Options
	now     int64 // hour of the watermark, since 1970
	sources map[string]*sourceCounts
	cells   map[cellHour]int32 // distinct emitters heard
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
	return &Model{o: o, sources: map[string]*sourceCounts{}, cells: map[cellHour]int32{}}
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
	if before/24 == m.now/24 {
		return // once a day is enough
	}
	oldest := m.now - int64(m.o.KeepDays)*24
	for k := range m.cells {
		if int64(k.hour) < oldest {
			delete(m.cells, k)
		}
	}
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
