package track

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/place"
)

const (
	// silenceAfter is when a silence is opened: fixed, so that stage A needs no knowledge of the sea. Stage B applies
	// the local thresholds, none of which is shorter.
	silenceAfter = time.Hour
	silenceMs    = int64(silenceAfter / time.Millisecond)

	// habit is how far back a silence looks for how often the ship is heard.
	habit = 24 * time.Hour
)

// silenceRecord is a closed silence that a late report may split.
type silenceRecord struct {
	off, on  *Fix
	recent   []*Fix // oldest first; of the newest record only
	heard    int32
	interval int64 // ms
}

// spell is a number of equal intervals.
type spell struct {
	interval int64 // ms
	n        int
}

// hear takes a kept fix into the ship's own line of fixes, over all segments, and ends a silence. A fix older than
// the newest, of a candidate that was confirmed later, changes nothing, nor does one as old once the ship is silent.
func (t *Tracker) hear(v *ship, f *Fix) {
	if v.last != nil && (f.Time.Before(v.last.Time) || v.silent && f.Time.Equal(v.last.Time)) {
		return
	}
	// A late fix may close a silence that was opened less than an hour before it.
	if v.last != nil && (v.silent || f.Time.Sub(v.last.Time) >= silenceAfter) {
		opened := v.silent
		if !opened {
			v.heard24h, v.interval = t.habits(v, v.last.Time)
		}
		t.closeSilence(v, f, opened)
	}
	v.silent = false
	if v.last != nil {
		copy(v.recent[1:], v.recent[:len(v.recent)-1])
		v.recent[0] = v.last
	}
	v.last = f
}

// closeSilence emits the silence before a fix and remembers it for late reports.
func (t *Tracker) closeSilence(v *ship, on *Fix, restated bool) {
	r := silenceRecord{off: v.last, on: on, recent: v.recentFixes(), heard: v.heard24h, interval: v.interval}
	short, why := on.Time.Sub(r.off.Time) < silenceAfter, t.why
	if short && why == "" {
		why = "a segment that was confirmed since had been heard"
	}
	t.emitSilence(v, &r, restated, why)
	if short {
		return
	}
	for i := range v.silences {
		v.silences[i].recent = nil
	}
	before := on.Time.Add(-t.o.Horizon)
	v.silences = slices.DeleteFunc(v.silences, func(r silenceRecord) bool { return r.on.Time.Before(before) })
	v.silences = append(v.silences, r)
	t.boundSilences(v)
}

// boundSilences forgets the oldest records beyond the bound.
func (t *Tracker) boundSilences(v *ship) {
	if over := len(v.silences) - t.o.MaxSilences; over > 0 {
		v.silences = slices.Delete(v.silences, 0, over)
	}
}

// recentFixes lists the fixes before the last, oldest first.
func (v *ship) recentFixes() []*Fix {
	var fixes []*Fix
	for i := len(v.recent) - 1; i >= 0; i-- {
		if v.recent[i] != nil {
			fixes = append(fixes, v.recent[i])
		}
	}
	return fixes
}

// fallSilent opens a silence by the passing of time. What the ship did ends with what is known of it.
func (t *Tracker) fallSilent(v *ship) {
	v.silent = true
	v.heard24h, v.interval = t.habits(v, v.last.Time)
	for _, s := range v.segments {
		if s.kept && !s.ended {
			t.endRest(v, s, s.last.Time)
		}
	}
	t.emitSilence(v, &silenceRecord{off: v.last, recent: v.recentFixes(), heard: v.heard24h, interval: v.interval}, false, "")
}

// emitSilence emits a silence, open where the record has no fix that ends it.
func (t *Tracker) emitSilence(v *ship, r *silenceRecord, restated bool, why string) {
	f := &Silence{Header: t.head(v, time.Time{}, r.off.Time), Off: *r.off, On: r.on, Heard24h: int(r.heard),
		Interval: time.Duration(r.interval) * time.Millisecond, Place: t.placeOf(r.off.Position), OnPlace: place.NoPlace}
	f.Restated, f.Why = restated, why
	for _, x := range r.recent {
		f.Recent = append(f.Recent, *x)
	}
	if r.on != nil {
		f.OnPlace = t.placeOf(r.on.Position)
	}
	t.emit(f)
}

// habits says how often the ship was heard in the day before an instant, that one included: the fixes kept and the
// median interval between them, zero for fewer than 3. Fixes of one bin count as evenly spread since the bin before. A
// ship that is heard by passing satellites is expected with the next pass, not with the next message of a pass.
func (t *Tracker) habits(v *ship, off time.Time) (fixes int32, expected int64) {
	to := off.UnixMilli()
	from := to - habit.Milliseconds()
	t.heard = t.heard[:0]
	for _, s := range v.segments {
		if !s.kept {
			continue
		}
		begin := s.points.after(from)
		for i := begin; i < s.points.n; i++ {
			p := s.points.at(i)
			if int64(p.second)*1000 > to {
				break
			}
			fixes += int32(p.fixes)
			if i > begin {
				span := int64(p.second-s.points.at(i-1).second) * 1000
				t.heard = append(t.heard, spell{span / int64(p.fixes), int(p.fixes)})
			}
		}
	}
	if fixes < 3 || len(t.heard) == 0 {
		return fixes, 0
	}
	slices.SortFunc(t.heard, func(a, b spell) int { return cmp.Compare(a.interval, b.interval) })
	return fixes, interval(t.heard)
}

// interval is after how long a ship is expected again, by sorted spells.
func interval(sorted []spell) int64 {
	if passes := passesOf(sorted); passes != nil {
		return median(passes)
	}
	return median(sorted)
}

// passesOf is the spells between bursts, if bursts are how the ship is heard: three silences of an hour or more that
// make up most of the time. One long silence of a ship that is heard all the time is none of her habits.
func passesOf(sorted []spell) []spell {
	var all, silent int64
	first, n := len(sorted), 0
	for i, s := range sorted {
		all += s.interval * int64(s.n)
		if s.interval >= silenceMs {
			silent += s.interval * int64(s.n)
			first, n = min(first, i), n+s.n
		}
	}
	if n < 3 || 2*silent <= all {
		return nil
	}
	return sorted[first:]
}

// median is the interval in the middle of sorted spells, the lower of two.
func median(sorted []spell) int64 {
	n := 0
	for _, s := range sorted {
		n += s.n
	}
	left := (n + 1) / 2
	for _, s := range sorted {
		if left -= s.n; left <= 0 {
			return s.interval
		}
	}
	return 0
}

// quieten drops what only matters within the horizon. What stays is the last fix, the static data and open visits.
func (t *Tracker) quieten(v *ship) {
	for _, s := range v.segments {
		if !s.ended {
			t.end(v, s)
		}
	}
	v.segments, v.copies, v.silences, v.pairs, v.stations = nil, nil, nil, nil, nil
	v.recent = [len(v.recent)]*Fix{}
	if len(v.counters) == 0 {
		v.counters = nil
	}
}
