package table

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// clarity says what became of a cell.
type clarity uint8

const (
	empty clarity = iota // empty, or a code for "not available"
	broken
	good
)

// decimal reads a plain decimal number. Up to 15 digits are converted exactly by one division; anything else is
// left to strconv.
func decimal(b []byte) (float64, clarity) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return 0, empty
	}
	digits, fraction, negative := uint64(0), -1, false
	rest := b
	if rest[0] == '-' || rest[0] == '+' {
		negative, rest = rest[0] == '-', rest[1:]
	}
	if len(rest) == 0 || len(rest) > 16 {
		return general(b)
	}
	for i, c := range rest {
		switch {
		case c >= '0' && c <= '9':
			digits = digits*10 + uint64(c-'0')
		case c == '.' && fraction < 0 && len(rest) > 1:
			fraction = len(rest) - i - 1
		default:
			return general(b)
		}
	}
	if digits >= 1<<53 {
		return general(b)
	}
	v := float64(digits)
	if fraction > 0 {
		v /= powerOfTen(fraction)
	}
	if negative {
		v = -v
	}
	return v, good
}

// powerOfTen is exact for 0 to 15.
func powerOfTen(n int) float64 {
	p := 1.0
	for ; n > 0; n-- {
		p *= 10
	}
	return p
}

func general(b []byte) (float64, clarity) {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, broken
	}
	return v, good
}

// digitsOnly reads a whole number; a fraction of zeros (tables that passed through a spreadsheet) is allowed.
func digitsOnly(b []byte) (uint64, clarity) {
	v, c := decimal(b)
	if c != good || v < 0 || v != math.Trunc(v) || v >= 1<<53 {
		return 0, min(c, broken)
	}
	return uint64(v), good
}

// The instants between which a stated time is believed; outside it counts as missing (FORMATS: order of trust).
const (
	year2000 ais.UnixMilli = 946_684_800_000
	year2100 ais.UnixMilli = 4_102_444_800_000
)

// instant reads a time: an epoch in seconds, milliseconds or microseconds told apart by the number of digits; an ISO
// date with T or a blank; or day/month/year as the Danish table has it. Without a zone it is UTC. What
// lies before 2000 or after 2100 is absent.
func instant(b []byte) (ais.UnixMilli, clarity) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return 0, empty
	}
	t, ok := ais.UnixMilli(0), false
	switch {
	case len(b) >= 16 && (b[4] == '-' || b[4] == '/'):
		t, ok = civil(b[0:4], b[5:7], b[8:10], b[10:])
	case len(b) >= 16 && b[2] == '/' && b[5] == '/':
		t, ok = civil(b[6:10], b[3:5], b[0:2], b[10:])
	default:
		t, ok = epoch(b)
	}
	switch {
	case !ok:
		return 0, broken
	case t < year2000 || t >= year2100:
		return 0, empty
	}
	return t, good
}

// epoch takes 10 digits as seconds, 13 as milliseconds, 16 as microseconds (FORMATS, section 4).
func epoch(b []byte) (ais.UnixMilli, bool) {
	v, c := decimal(b)
	switch {
	case c != good || v < 0:
		return 0, false
	case v < 1e11:
		return ais.UnixMilli(math.Floor(v * 1000)), true
	case v < 1e14:
		return ais.UnixMilli(v), true
	}
	return ais.UnixMilli(v / 1000), true
}

// civil joins a date and the text after it: a separator, hh:mm, and perhaps :ss, a fraction and a zone.
func civil(year, month, day, clock []byte) (ais.UnixMilli, bool) {
	y, ok1 := small(year)
	m, ok2 := small(month)
	d, ok3 := small(day)
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	if len(clock) < 6 || clock[0] != 'T' && clock[0] != ' ' || clock[3] != ':' {
		return 0, false
	}
	hour, ok1 := small(clock[1:3])
	minute, ok2 := small(clock[4:6])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, false
	}
	milli, rest, ok := seconds(clock[6:])
	if !ok {
		return 0, false
	}
	shift, ok := zone(rest)
	if !ok {
		return 0, false
	}
	total := int64(daysSince1970(y, m, d))*86_400_000 + int64(hour*60+minute-shift)*60_000 + milli
	return ais.UnixMilli(total), true
}

// seconds reads ":ss" and a fraction of any length, cut to the millisecond. A leap second counts as the next minute.
func seconds(b []byte) (milli int64, rest []byte, ok bool) {
	if len(b) < 3 || b[0] != ':' {
		return 0, b, true
	}
	s, ok := small(b[1:3])
	if !ok || s > 60 {
		return 0, nil, false
	}
	milli, b = int64(s)*1000, b[3:]
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return milli, b, true
	}
	b = b[1:]
	for scale := int64(100); len(b) > 0 && b[0] >= '0' && b[0] <= '9'; b = b[1:] {
		milli += int64(b[0]-'0') * scale
		scale /= 10
	}
	return milli, b, true
}

// zone reads what follows a time: nothing, Z, UTC, GMT, an offset, or an offset and a name as Go's Time.String
// prints them. It returns the offset in minutes.
func zone(b []byte) (minutes int, ok bool) {
	if i := bytes.Index(b, []byte(" m=")); i >= 0 {
		b = b[:i]
	}
	b = bytes.TrimSpace(b)
	switch string(b) {
	case "", "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 5 {
		return 0, false
	}
	hour, ok1 := small(b[1:3])
	tail := bytes.TrimPrefix(b[3:], []byte(":"))
	if len(tail) < 2 || !ok1 {
		return 0, false
	}
	minute, ok2 := small(tail[:2])
	if !ok2 || hour > 14 || minute > 59 || len(tail) > 2 && tail[2] != ' ' {
		return 0, false
	}
	minutes = hour*60 + minute
	if b[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

// small reads a few digits and nothing else.
func small(b []byte) (int, bool) {
	v := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, len(b) > 0
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days of the Gregorian calendar, with years that begin in March so that the leap day comes
// last.
func daysSince1970(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719_469
}

// text cleans a cell: what follows an @ is fill of six-bit text, and a leading ' before a character that a spreadsheet
// takes for a formula is the guard that our own export puts there.
func text(b []byte) (ais.Text, bool) {
	if i := bytes.IndexByte(b, '@'); i >= 0 && !(i == 1 && b[0] == '\'') {
		b = b[:i]
	}
	b = bytes.TrimSpace(b)
	if len(b) > 1 && b[0] == '\'' && bytes.IndexByte([]byte("=+-@"), b[1]) >= 0 {
		b = b[1:]
	}
	if !plain(b) {
		b = wholeRunes(bytes.ToValidUTF8(b, []byte("?")))
	}
	t := ais.TextFrom(b)
	return t, t.Len() > 0
}

// plain tells whether text is ASCII, as everything is that came over the radio.
func plain(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// wholeRunes cuts to the 34 bytes that a Text holds without halving a character.
func wholeRunes(b []byte) []byte {
	const longest = 34
	if len(b) <= longest {
		return b
	}
	n := longest
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// setSOG takes knots. 102.3 is "not available", and AISHub's 102.4 too; 102.2 means that or more and stays.
func setSOG(r *ais.Report, v float64) {
	if v >= 0 && v < 102.25 {
		r.SOG, r.Has = geo.Knots(v), r.Has|ais.HasSOG
	}
}

// setCOG takes degrees; 360.0 is "not available".
func setCOG(r *ais.Report, v float64) {
	if v >= 0 && v < 360 {
		r.COG, r.Has = geo.Degrees(v), r.Has|ais.HasCOG
	}
}

// setHeading takes degrees; 511 is "not available".
func setHeading(r *ais.Report, v float64) {
	if v >= 0 && v < 360 {
		r.Heading, r.Has = geo.Degrees(v), r.Has|ais.HasHeading
	}
}

// setTurn takes degrees a minute.
func setTurn(r *ais.Report, v float64) {
	if math.Abs(v) <= 720 {
		r.ROT, r.Has = v, r.Has|ais.HasROT
	}
}

// setRawTurn takes the transmitted code, (code/4.733)² degrees a minute with its sign; ±127 is "faster than 5° in 30 s"
// without a number, -128 (also written 128) is "not available" (ITU-R M.1371-5, table 48).
func setRawTurn(r *ais.Report, v float64) {
	switch {
	case math.Abs(v) == 127:
		r.Flags |= ais.ROTBeyond
	case math.Abs(v) <= 126:
		setTurn(r, math.Copysign(v/4.733*v/4.733, v))
	}
}

// setStatus takes the code; 15 is "not defined", which is the default of the field (ITU-R M.1371-5, table 48).
func setStatus(r *ais.Report, v float64) {
	if v >= 0 && v < 15 && v == math.Trunc(v) {
		r.NavStatus, r.Has = uint8(v), r.Has|ais.HasNavStatus
	}
}

// setIMO takes a number; 0 is "not available". One of seven digits with a wrong check digit is kept and marked, as
// what was typed is evidence; anything else is nothing.
func setIMO(r *ais.Report, v uint64) {
	if v == 0 || v > 9_999_999 {
		return
	}
	r.IMO, r.Has = ais.IMO(v), r.Has|ais.HasIMO
	if !r.IMO.Valid() {
		r.Flags |= ais.BadIMO
	}
}

// setDraught takes metres; 0 is "not available", 25.5 the most that can be sent.
func setDraught(r *ais.Report, v float64) {
	if v > 0 && v <= 25.5 {
		r.Draught, r.Has = geo.Metres(v), r.Has|ais.HasDraught
	}
}

// setShipType takes the code of ITU-R M.1371-5 table 53, or one of the four-digit AVIS codes of MarineCadastre
// before 2018, which become the first code of the same group.
func setShipType(r *ais.Report, v float64) {
	switch int(v) {
	case 1001, 1002:
		v = 30
	case 1003, 1004, 1016:
		v = 70
	case 1012, 1013, 1014, 1015:
		v = 60
	case 1017, 1024:
		v = 80
	case 1019:
		v = 37
	case 1023, 1025:
		v = 31
	}
	if v > 0 && v <= 255 && v == math.Trunc(v) {
		r.ShipType, r.Has = uint8(v), r.Has|ais.HasShipType
	}
}

// setDimensions takes metres from the antenna; all zero is "not available".
func setDimensions(r *ais.Report, bow, stern, port, starboard float64) {
	whole := func(v float64) uint16 {
		if v < 0 || v > 2000 {
			return 0
		}
		return uint16(math.Round(v))
	}
	d := ais.Dimensions{Bow: whole(bow), Stern: whole(stern), Port: whole(port), Starboard: whole(starboard)}
	if d != (ais.Dimensions{}) {
		r.Dimensions, r.Has = d, r.Has|ais.HasDimensions
	}
}

// setETA takes the parts as sent; month 0, day 0, hour 24 and minute 60 together are "not available".
func setETA(r *ais.Report, month, day, hour, minute int) {
	if month < 0 || month > 12 || day < 0 || day > 31 || hour < 0 || hour > 24 || minute < 0 || minute > 60 {
		return
	}
	if month == 0 && day == 0 {
		return
	}
	r.ETA = ais.ETA{Month: uint8(month), Day: uint8(day), Hour: uint8(hour), Minute: uint8(minute)}
	r.Has |= ais.HasETA
}

// setPosition refuses what is impossible and keeps the rest where it says it is. 91 and 181 are "not available".
func setPosition(r *ais.Report, lon, lat float64) ais.Reason {
	switch {
	case lon == 181 || lat == 91:
		return ais.NoReason
	case math.Abs(lon) > 180 || math.Abs(lat) > 90:
		return ais.BadPosition
	}
	r.Position, r.Has = geo.PointFromDegrees(lon, lat), r.Has|ais.HasPosition
	return ais.NoReason
}
