package ais

import "bytes"

// tags is what TAG blocks say of a sentence (IEC 61162-450, 7.2; NMEA 0183 V4.10, 7). Destination, line
// number, relative time, free text and the vendor's keys q and T are read over: nothing here needs them.
type tags struct {
	time        UnixMilli // c, zero when absent or not a time
	station     Label     // s
	group       Label     // g: the id
	part, total uint8     // g: this line's number and the number of lines, not of sentences
}

// empty tells whether nothing is known.
func (t *tags) empty() bool { return t.time == 0 && t.station.Empty() && t.group.Empty() }

// merge takes from o what t lacks: of several blocks the first value of a key wins.
func (t *tags) merge(o *tags) {
	if t.time == 0 {
		t.time = o.time
	}
	if t.station.Empty() {
		t.station = o.station
	}
	if t.group.Empty() {
		t.group, t.part, t.total = o.group, o.part, o.total
	}
}

// read takes in the text between the backslashes, keeping what is known already. It tells whether the
// block's checksum holds, and how many items it could not read; a block without a right checksum is not used.
func (t *tags) read(block []byte) (ok bool, skipped int) {
	n := len(block) - 3
	if n < 0 || block[n] != '*' {
		return false, 0
	}
	stated, ok := hexByte(block[n+1], block[n+2])
	if !ok || stated != xor(block[:n]) {
		return false, 0
	}
	for rest := block[:n]; len(rest) > 0; {
		item := rest
		if comma := bytes.IndexByte(rest, ','); comma >= 0 {
			item, rest = rest[:comma], rest[comma+1:]
		} else {
			rest = nil
		}
		if !t.readItem(item) {
			skipped++
		}
	}
	return true, skipped
}

// readItem takes in one key and value.
func (t *tags) readItem(item []byte) bool {
	colon := bytes.IndexByte(item, ':')
	if colon < 1 {
		return false
	}
	key, value := item[:colon], item[colon+1:]
	switch {
	case len(key) == 3 && key[1] == 'G': // "1G2:0125", the form of NMEA 0183 before V4.10
		return t.setGroup(key[:1], key[2:], value)
	case len(key) > 1:
		return true
	case key[0] == 'c':
		at := parseEpoch(value)
		if t.time == 0 {
			t.time = at
		}
		return at != 0
	case key[0] == 's':
		if t.station.Empty() {
			t.station = LabelFrom(value)
		}
		return len(value) > 0
	case key[0] == 'g':
		return t.readGroup(value)
	}
	return true
}

// readGroup takes in "<line>-<lines>-<id>". An id may begin with a minus sign, as -001 does in the wild.
func (t *tags) readGroup(value []byte) bool {
	first := bytes.IndexByte(value, '-')
	if first < 0 {
		return false
	}
	rest := value[first+1:]
	second := bytes.IndexByte(rest, '-')
	if second < 0 {
		return false
	}
	return t.setGroup(value[:first], rest[:second], rest[second+1:])
}

// setGroup stores a group if its numbers can be true: line 2 of 1 is none. Ids longer than a Label would be
// cut and could then be confused, so they are not used.
func (t *tags) setGroup(part, total, id []byte) bool {
	p, okPart := smallNumber(part)
	n, okTotal := smallNumber(total)
	if !okPart || !okTotal || p < 1 || p > n || len(id) == 0 || len(id) > len(Label{}.b) {
		return false
	}
	if t.group.Empty() {
		t.group, t.part, t.total = LabelFrom(id), p, n
	}
	return true
}

// smallNumber reads one or two digits.
func smallNumber(b []byte) (uint8, bool) {
	if len(b) < 1 || len(b) > 2 {
		return 0, false
	}
	n := uint8(0)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + c - '0'
	}
	return n, true
}

// tagMemorySize bounds the groups whose station and time are remembered: four times the 64 stations of the
// busiest merged feed measured. A power of two, so that a hash picks the place.
const tagMemorySize = 256

// tagMemory remembers s: and c: of a group's first line for its other lines, which do not repeat them. Each id
// has one place; a newer id with the same hash takes it over, so that the memory is bounded and needs no search.
type tagMemory struct {
	entries [tagMemorySize]struct {
		tags
		sentence uint64 // the count at which the entry was written
	}
}

// complete exchanges what t says with what was said of its group, at the count of sentences now. Line 1 opens
// the group anew, so that an id which comes round again does not inherit; other lines fill what they lack from
// an entry of at most age sentences.
func (m *tagMemory) complete(t *tags, now, age uint64) {
	if t.group.Empty() {
		return
	}
	e := &m.entries[labelHash(&t.group)%tagMemorySize]
	if e.group == t.group && t.part > 1 && now-e.sentence <= age && (t.station.Empty() || e.station.Empty() || t.station == e.station) {
		own := *t
		t.merge(&e.tags)
		e.merge(&own)
		return
	}
	e.tags, e.sentence = *t, now
}

// labelHash is FNV-1a over the label's bytes.
func labelHash(l *Label) uint32 {
	h := uint32(2166136261)
	for _, c := range l.b[:l.n] {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
