package ais

import (
	"bytes"
	"time"
)

// Times outside these years are clock faults, never data, and count as missing (FORMATS.md section 1).
const (
	earliest = UnixMilli(946_684_800_000)   // 2000-01-01
	latest   = UnixMilli(4_102_444_800_000) // 2100-01-01
)

// plausible returns t, or zero outside 2000 to 2100.
func plausible(t UnixMilli) UnixMilli {
	if t < earliest || t >= latest {
		return 0
	}
	return t
}

// hearing is what the wrapping of a sentence says about when and by whom it was heard. Zero is absent.
type hearing struct {
	tag, pghp, trailer, stamp UnixMilli
	station                   Label
}

// best is the most trusted time the wrapping has.
func (h *hearing) best() (UnixMilli, TimeSource) {
	switch {
	case h.tag != 0:
		return h.tag, TimeTag
	case h.pghp != 0:
		return h.pghp, TimePGHP
	case h.trailer != 0:
		return h.trailer, TimeTrailer
	case h.stamp != 0:
		return h.stamp, TimeStamp
	}
	return 0, TimeUnknown
}

// fill takes from o what h lacks.
func (h *hearing) fill(o *hearing) {
	if h.tag == 0 {
		h.tag = o.tag
	}
	if h.pghp == 0 {
		h.pghp = o.pghp
	}
	if h.trailer == 0 {
		h.trailer = o.trailer
	}
	if h.stamp == 0 {
		h.stamp = o.stamp
	}
	if h.station.Empty() {
		h.station = o.station
	}
}

// parseEpoch reads digits with an optional fraction. The number of digits decides the unit: below 1e11 it is
// seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds. Finer than a millisecond is cut.
func parseEpoch(b []byte) UnixMilli {
	whole, fraction := b, []byte(nil)
	if dot := bytes.IndexByte(b, '.'); dot >= 0 {
		whole, fraction = b[:dot], b[dot+1:]
	}
	if len(whole) == 0 || len(whole) > 19 {
		return 0
	}
	n, ok := digits(whole)
	if !ok {
		return 0
	}
	milli, ok := milliseconds(fraction)
	if !ok {
		return 0
	}
	switch {
	case n < 1e11:
		return plausible(UnixMilli(n*1000 + milli))
	case n < 1e14:
		return plausible(UnixMilli(n))
	case n < 1e17:
		return plausible(UnixMilli(n / 1000))
	}
	return plausible(UnixMilli(n / 1e6))
}

// digits reads a decimal number of at most 19 digits. The largest does not fit and comes out negative, which
// no caller takes for a time.
func digits(b []byte) (int64, bool) {
	n := int64(0)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n >= 0
}

// milliseconds reads the digits after a decimal point.
func milliseconds(b []byte) (int64, bool) {
	n, scale := int64(0), int64(100)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n += int64(c-'0') * scale
		scale /= 10
	}
	return n, true
}

// parseStamp reads a time that a logger wrote before the sentence: an epoch of any unit, or a calendar time,
// perhaps in brackets and followed by a separator. What is neither is noise and gives zero.
func parseStamp(b []byte) UnixMilli {
	b = bytes.Trim(b, " \t,;[]()\"'")
	if len(b) == 0 {
		return 0
	}
	if t := parseEpoch(b); t != 0 {
		return t
	}
	return parseCalendar(b)
}

// parseCalendar reads 2006-01-02T15:04:05, with a space for the T, slashes for the dashes or none of these
// marks (20220729191340), with an optional fraction and an optional Z or offset. Without one it is UTC.
func parseCalendar(b []byte) UnixMilli {
	var v [6]int64
	for i, width := range [6]int{4, 2, 2, 2, 2, 2} {
		if i > 0 && len(b) > 0 && bytes.IndexByte([]byte("-/T_ :"), b[0]) >= 0 {
			b = b[1:]
		}
		if len(b) < width {
			return 0
		}
		n, ok := digits(b[:width])
		if !ok {
			return 0
		}
		v[i], b = n, b[width:]
	}
	milli := int64(0)
	if len(b) > 1 && (b[0] == '.' || b[0] == ',') {
		n := 1
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		milli, _ = milliseconds(b[1:n])
		b = b[n:]
	}
	east, ok := parseZone(b)
	t, real := calendar(v[0], v[1], v[2], v[3], v[4], v[5], milli)
	if !ok || !real {
		return 0
	}
	return plausible(t - east)
}

// calendar converts to an instant and refuses what is on no calendar. Second 60 is a leap second.
func calendar(year, month, day, hour, minute, second, milli int64) (UnixMilli, bool) {
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 || milli > 999 {
		return 0, false
	}
	t := time.Date(int(year), time.Month(month), int(day), int(hour), int(minute), int(second), 0, time.UTC)
	return Milli(t) + UnixMilli(milli), t.Day() == int(day) || second == 60
}

// parseZone reads nothing, Z, UTC or an offset such as +02:00 and returns how far east of Greenwich it is.
func parseZone(b []byte) (UnixMilli, bool) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || string(b) == "Z" || string(b) == "UTC" || string(b) == "GMT" {
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 5 {
		return 0, false
	}
	h, okHour := digits(b[1:3])
	m, okMinute := digits(bytes.TrimPrefix(b[3:], []byte(":")))
	if !okHour || !okMinute || h > 14 || m > 59 {
		return 0, false
	}
	east := UnixMilli((h*60 + m) * 60_000)
	if b[0] == '-' {
		east = -east
	}
	return east, true
}

// readTrailer takes station and time from what a logger wrote behind the checksum. The US Coast Guard's form is
// fields after commas of which only the station (r…, b… or D…) and the epoch are dependable; of two epochs the
// first is the event time, which agrees with the field t, and the second is a later relay (FORMATS.md 5).
func (h *hearing) readTrailer(b []byte) {
	if len(b) < 2 {
		return
	}
	if at := bytes.Index(b, []byte("timestamp:")); at >= 0 { // AIS-catcher: "( MSG: 3, … timestamp: 20220729191340)"
		h.trailer = parseStamp(b[at+len("timestamp:"):])
		return
	}
	for len(b) > 0 {
		field := b
		if comma := bytes.IndexByte(b, ','); comma >= 0 {
			field, b = b[:comma], b[comma+1:]
		} else {
			b = nil
		}
		field = bytes.TrimSpace(field)
		switch {
		case len(field) < 2:
		case field[0] == 'r' || field[0] == 'b' || field[0] == 'D':
			if h.station.Empty() {
				h.station = LabelFrom(field)
			}
		case h.trailer == 0 && len(field) >= 9:
			h.trailer = parseEpoch(field)
		}
	}
}
