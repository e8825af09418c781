package ais

// Messages 4 and 11: the base station report and the answer to a request for time (ITU-R M.1371-5, table 51).
//
//	!AIVDM,1,1,,A,402LspQv`pe09T0kS0>Gc4700@GO,0*39
//
// 168 bits, accepted from 149. The clock goes to Clock and not to Second: Second belongs to a position.
// Left out: type of positioning device, transmission control (M.1371-6), radio state.
func (r *Report) readBaseStation(w0, w1, w2 uint64) {
	r.begin(w0, Position, ClassOther)
	r.Has = HasAccuracy | HasRAIM
	day := civil{
		year: int(w0 >> 12 & 0x3fff), month: int(w0 >> 8 & 15), day: int(w0 >> 3 & 31),
		hour: int(w0<<2&31 | w1>>62), minute: int(w1 >> 56 & 63), second: int(w1 >> 50 & 63),
	}
	if clock, ok := day.milli(); ok {
		r.Clock = clock
		r.Has |= HasClock
	}
	r.Accuracy = bit(w1 >> 49)
	lon := int64(w1<<15) >> 36
	lat := int64(w1<<43|w2>>21) >> 37
	r.place(lon, lat, fine)
	r.RAIM = bit(w2 >> 43)
}

// civil is a date and time of day as a base station sends it.
type civil struct{ year, month, day, hour, minute, second int }

// milli converts. Year, month and day 0, hour 24, minute and second 60 mean "not available"; a date that no
// calendar has is no clock either. A wrong year (8416 was heard) is left to whoever compares clocks. Zero
// means "not known", so the first second of 1970 is none.
func (c civil) milli() (UnixMilli, bool) {
	if c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > c.monthDays() ||
		c.hour > 23 || c.minute > 59 || c.second > 59 {
		return 0, false
	}
	// The year is taken to begin in March, so that the leap day is its last; days of 400-year eras then
	// follow from division alone (719,468 days lie between 0000-03-01 and 1970-01-01).
	y, m := c.year, (c.month+9)%12
	if m > 9 {
		y--
	}
	era := y / 400
	of := y - 400*era
	days := 146_097*era + 365*of + of/4 - of/100 + (153*m+2)/5 + c.day - 1 - 719_468
	clock := UnixMilli((int64(days)*86_400 + int64(c.hour*3600+c.minute*60+c.second)) * 1000)
	return clock, clock != 0
}

// monthDays is the number of days of the month.
func (c civil) monthDays() int {
	if c.month == 2 {
		if c.year%4 == 0 && (c.year%100 != 0 || c.year%400 == 0) {
			return 29
		}
		return 28
	}
	return 30 + (c.month+c.month>>3)&1
}
