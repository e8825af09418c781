package coverage

import (
	"slices"
	"time"
)

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
