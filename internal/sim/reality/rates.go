package reality

import (
	"fmt"
	"math/bits"

	"github.com/darkwake/darkwake/pkg/ais"
)

// rates measures how often ships are heard: types, intervals, copies, order, silences.
type rates struct {
	types     Histogram
	messages  int64 // without copies
	ships     int64 // of these, of ships
	received  int64 // with them
	copies    int64
	repeats   int64 // by the same station
	intervals map[string]*Histogram
	onTime    map[string]*[3]int64 // at the interval, at a third of it, all
	lags      [2]Histogram
	arrivals  [2]int64
	inOrder   [2]int64
}

// intervalClasses are the reporting intervals of ITU-R M.1371-5, annex 1, tables 1 and 2, in seconds. A ship of class A
// that alters course reports three times as often (up to 14 kn: 3 1/3 s, up to 23 kn: 2 s).
var intervalClasses = []struct {
	name    string
	nominal float64
}{
	{"interval.at_rest", 180}, {"interval.under_14", 10}, {"interval.14_to_23", 6}, {"interval.over_23", 2},
	{"interval.at_rest_unstated", 10}, {"interval.b_slow", 180}, {"interval.b_moving", 30}, {"static.a", 360}, {"static.b", 360},
}

func newRates() rates {
	r := rates{types: newHistogram("type", "type"), intervals: map[string]*Histogram{}, onTime: map[string]*[3]int64{}}
	for _, c := range intervalClasses {
		h := newHistogram(c.name, ladderOf(c.name))
		r.intervals[c.name], r.onTime[c.name] = &h, &[3]int64{}
	}
	r.lags = [2]Histogram{newHistogram("lag.ground", "lag"), newHistogram("lag.space", "lag")}
	return r
}

// count takes a message that is no copy.
func (x *rates) count(r *ais.Report) {
	x.messages++
	if r.MMSI.Ship() {
		x.ships++
	}
	if r.Message > 0 {
		x.types.add(float64(r.Message))
	}
}

func (x *rates) copied(known, same bool) {
	x.received++
	if same {
		x.repeats++
	} else if known {
		x.copies++
	}
}

// order takes a report's place in the order of arrival: how far it lies behind the newest before it.
func (x *rates) order(at, high ais.UnixMilli, space int) {
	x.arrivals[space]++
	if behind := high - at; behind > 1000 {
		x.lags[space].add(float64(behind) / 1000)
	} else {
		x.inOrder[space]++
	}
}

// intervalClass is the class of the interval that follows a position report.
func intervalClass(r *ais.Report) string {
	switch {
	case !r.Carries(ais.HasSOG):
		return ""
	case r.Class == ais.ClassB && r.SOG <= 2:
		return "interval.b_slow"
	case r.Class == ais.ClassB:
		return "interval.b_moving"
	case r.Class != ais.ClassA:
		return ""
	case (status(r) == 1 || status(r) == 5) && r.SOG <= 3:
		return "interval.at_rest"
	case r.SOG <= 0.5:
		return "interval.at_rest_unstated"
	case r.SOG <= 14:
		return "interval.under_14"
	case r.SOG <= 23:
		return "interval.14_to_23"
	}
	return "interval.over_23"
}

// longest is the longest time between reports of one ship at one station that still counts as an interval and not as a
// silence, in milliseconds.
const longest = 20 * 60_000

// hear takes a report at one station, for the time since the one before it there.
func (x *rates) hear(s *ship, l *link, r *ais.Report) {
	switch {
	case r.Kind == ais.Static && r.Message == 5:
		x.interval("static.a", l.static[0], r.Time)
		l.static[0] = r.Time
	case r.Kind == ais.Static && r.Flags&ais.PartA != 0:
		x.interval("static.b", l.static[1], r.Time)
		l.static[1] = r.Time
	case r.Kind == ais.Position && r.Flags&(ais.Coarse|ais.OwnShip|ais.DecodedUpstream) == 0 && r.Message > 0:
		x.interval(l.class, l.at, r.Time)
		l.at, l.class = r.Time, intervalClass(r)
	}
}

func (x *rates) interval(class string, from, to ais.UnixMilli) {
	h := x.intervals[class]
	if h == nil || from == 0 || to <= from || to-from > longest {
		return
	}
	h.add(float64(to-from) / 1000)
	for _, c := range intervalClasses {
		if c.name == class {
			x.judge(class, float64(to-from)/1000, c.nominal)
		}
	}
}

// judge counts intervals within 15 % and a second of the standard's, or of a third of it. Units move their slots by a
// tenth of the interval to either side, and stamps are whole seconds.
func (x *rates) judge(class string, took, nominal float64) {
	counts := x.onTime[class]
	counts[2]++
	near := func(n float64) bool { return took > n*0.85-1 && took < n*1.15+1 }
	switch {
	case near(nominal):
		counts[0]++
	case near(nominal / 3):
		counts[1]++
	}
}

// figures are the theme's values. Rates of a ship need a recording of ten minutes at least.
func (x *rates) figures(f *Figures, ships []*ship, span float64) {
	f.add("messages", x.messages, float64(x.messages))
	x.mix(f)
	f.share("copies", x.copies, x.received)
	f.share("repeats", x.repeats, x.received)
	for _, c := range intervalClasses {
		f.spread(*x.intervals[c.name])
		f.share(c.name+".on_time", x.onTime[c.name][0], x.onTime[c.name][2])
		f.share(c.name+".third", x.onTime[c.name][1], x.onTime[c.name][2])
	}
	for i, where := range []string{"ground", "space"} {
		f.spread(x.lags[i])
		f.share("behind."+where, x.arrivals[i]-x.inOrder[i], x.arrivals[i])
		f.share("behind_2min."+where, x.lags[i].Above(120), x.arrivals[i])
	}
	if span >= 600 {
		x.silences(f, ships)
	}
}

// mix adds the share of each type that occurs, and of groups of types.
func (x *rates) mix(f *Figures) {
	all := x.types.N()
	if all == 0 {
		return
	}
	group := func(key string, kinds ...int) {
		n := int64(0)
		for _, kind := range kinds {
			n += x.types.Counts[kind]
		}
		f.share(key, n, all)
	}
	for kind := 1; kind <= 27; kind++ {
		if x.types.Counts[kind] > 0 {
			group(TypeKey(kind), kind)
		}
	}
	group("type.class_a", 1, 2, 3)
	group("type.class_b", 18, 19, 24)
	group("type.other", 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 20, 22, 23, 25, 26)
}

// TypeKey is the key of a type's share.
func TypeKey(kind int) string { return fmt.Sprintf("type.%02d", kind) }

// silences measures how long each ship goes unheard between its first and its last minute, and how many messages come
// in an hour in which something of the ship is heard.
func (x *rates) silences(f *Figures, ships []*ship) {
	all, ground, space := newHistogram("silence", "silence"), newHistogram("silence.ground", "silence"), newHistogram("silence.space", "silence")
	var aboard, silent, hours int64 // minutes between first and last, of them in silences of an hour or more; hours heard
	for _, s := range ships {
		both := union(s.heard[0], s.heard[1])
		aboard += both.gaps(func(n int64) {
			all.add(float64(n))
			if n >= 60 {
				silent += n
			}
		})
		s.heard[0].gaps(func(n int64) { ground.add(float64(n)) })
		s.heard[1].gaps(func(n int64) { space.add(float64(n)) })
		hours += both.hours()
	}
	f.spread(all)
	f.spread(ground)
	f.spread(space)
	f.share("silence.share_of_time", silent, aboard)
	days := float64(aboard) / 1440
	for _, limit := range []struct {
		name    string
		minutes float64
	}{{"1h", 60}, {"6h", 360}, {"24h", 1440}} {
		f.add("silence.a_day_over_"+limit.name, aboard/1440, float64(all.Above(limit.minutes))/days)
	}
	f.add("silence.ship_days", aboard/1440, days)
	f.add("messages_ship_hour", hours, float64(x.ships)/float64(hours))
}

// minutes are the minutes in which a ship was heard, a bit for each.
type minutes struct {
	first int64 // of the calendar, a multiple of 64
	words []uint64
}

// horizon bounds a ship's bits: 400 days. What lies further off is a clock that is wrong.
const horizon = 400 * 1440

func (m *minutes) set(at ais.UnixMilli) {
	n := int64(at) / 60_000
	if len(m.words) == 0 {
		m.first = n &^ 63
	}
	if n-m.first > horizon || m.first-n > horizon {
		return
	}
	if n < m.first {
		before := (m.first - n + 63) / 64
		m.words = append(make([]uint64, before), m.words...)
		m.first -= before * 64
	}
	word := int(n-m.first) / 64
	for len(m.words) <= word {
		m.words = append(m.words, 0)
	}
	m.words[word] |= 1 << (uint(n-m.first) % 64)
}

// union is what either holds.
func union(a, b minutes) minutes {
	if len(a.words) == 0 {
		return b
	}
	if len(b.words) == 0 {
		return a
	}
	first := min(a.first, b.first)
	end := max(a.first+64*int64(len(a.words)), b.first+64*int64(len(b.words)))
	u := minutes{first: first, words: make([]uint64, (end-first)/64)}
	for _, m := range []minutes{a, b} {
		for i, w := range m.words {
			u.words[(m.first-first)/64+int64(i)] |= w
		}
	}
	return u
}

// gaps calls fn with the minutes from each minute with a reception to the next, and returns their sum.
func (m *minutes) gaps(fn func(int64)) (total int64) {
	last := int64(-1)
	for i, w := range m.words {
		for ; w != 0; w &= w - 1 {
			at := int64(i)*64 + int64(bits.TrailingZeros64(w))
			if last >= 0 {
				fn(at - last)
				total += at - last
			}
			last = at
		}
	}
	return total
}

// hours is the number of clock hours with a reception.
func (m *minutes) hours() (n int64) {
	last := int64(-1)
	for i, w := range m.words {
		for ; w != 0; w &= w - 1 {
			if hour := (m.first + int64(i)*64 + int64(bits.TrailingZeros64(w))) / 60; hour != last {
				n++
				last = hour
			}
		}
	}
	return n
}
