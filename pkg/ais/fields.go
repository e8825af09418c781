package ais

import (
	"encoding/binary"
	"math/bits"

	"github.com/darkwake/darkwake/pkg/geo"
)

// begin empties all that comes out of a message and sets its header. Texts are cleared only where there is
// one, because that is what costs.
func (r *Report) begin(w0 uint64, kind Kind, class Class) {
	r.Kind = kind
	r.Message = uint8(w0 >> 58)
	r.Class = class
	r.Repeat = uint8(w0 >> 56 & 3)
	r.Flags, r.Has = 0, 0
	r.MMSI = MMSI(w0 >> 26 & 0x3fffffff)
	r.Position = geo.Point{}
	r.SOG, r.COG, r.Heading, r.ROT, r.Altitude = 0, 0, 0, 0, 0
	r.NavStatus, r.Second, r.Accuracy, r.RAIM = 0, 0, false, false
	r.Clock = 0
	r.ShipType, r.IMO, r.Draught = 0, 0, 0
	r.Dimensions = Dimensions{}
	r.ETA = ETA{}
	if r.Name.n|r.CallSign.n|r.Destination.n != 0 {
		r.Name, r.CallSign, r.Destination = Text{}, Text{}, Text{}
	}
}

// markLength flags a message that is longer or shorter than its nominal length.
func (r *Report) markLength(sent, nominal int) {
	switch {
	case sent > nominal:
		r.Flags |= OverLong
	case sent < nominal:
		r.Flags |= Padded
	}
}

// The units of longitude and latitude on the wire: 1/10,000 minute, in message 27 1/10 minute.
const (
	fine   = 600_000
	coarse = 600
)

// place sets the position from its two integers. 181° or 91° in either means "not available". A position
// off the grid of the Earth keeps its numbers, so that a cleaner can show what was refused, but it is not
// marked as present.
func (r *Report) place(lon, lat int64, unit int64) {
	if lon == 181*unit || lat == 91*unit {
		return
	}
	r.Position = geo.Point{float64(lon) / float64(unit), float64(lat) / float64(unit)}
	if uint64(lon+180*unit) <= uint64(360*unit) && uint64(lat+90*unit) <= uint64(180*unit) {
		r.Has |= HasPosition
	} else {
		r.Flags |= OutOfRange
	}
}

// The readers of numbers below work without branches, because whether a ship sends a heading or a rate of turn
// is a coin toss to the processor: a value that is absent is masked to zero, and so is its mark.

// below is all ones if v < limit, else zero. Both are small.
func below(v, limit int64) int64 { return (v - limit) >> 63 }

// speed is the speed over ground: 1/10 knot, 1023 not available, 1022 means 102.2 knots or more.
func speed(raw uint64) (geo.Knots, Field) {
	ok := below(int64(raw), 1023)
	return geo.Knots(float64(int64(raw)&ok) / 10), HasSOG & Field(ok)
}

// course is the course over ground: 1/10 degree. 3600 is "not available", 3601–4095 must not be used
// (ITU-R M.1371-5, table 48) and are no course either.
func course(raw uint64) (geo.Degrees, Field) {
	ok := below(int64(raw), 3600)
	return geo.Degrees(float64(int64(raw)&ok) / 10), HasCOG & Field(ok)
}

// heading is the true heading in whole degrees. 511 is "not available", 360–510 mean nothing.
func heading(raw uint64) (geo.Degrees, Field) {
	ok := below(int64(raw), 360)
	return geo.Degrees(int64(raw) & ok), HasHeading & Field(ok)
}

// navStatus is the navigational status; 15 is "not defined".
func navStatus(raw uint64) (uint8, Field) {
	ok := below(int64(raw), 15)
	return uint8(int64(raw) & ok), HasNavStatus & Field(ok)
}

// turn is the rate of turn in degrees a minute. The wire carries 4.733·√(degrees a minute) with its sign; −128
// is "not available" and ±127 says "faster than 5° in 30 s" without a number (ITU-R M.1371-5, table 48).
func turn(raw int8) (float64, Field, Flag) {
	size := int64(raw)
	size = (size ^ size>>63) - size>>63
	ok := below(size, 127)
	square := int64(raw) * size & ok // with the sign of raw
	return float64(square) / (4.733 * 4.733), HasROT & Field(ok), ROTBeyond & Flag(below(size, 128)&^ok)
}

// size sets the distances from the antenna to the ship's sides, 9, 9, 6 and 6 bits in one number. All zero
// is "not available".
func (r *Report) size(raw uint64) {
	if raw != 0 {
		r.Dimensions = Dimensions{
			Bow: uint16(raw >> 21), Stern: uint16(raw >> 12 & 0x1ff), Port: uint16(raw >> 6 & 63), Starboard: uint16(raw & 63),
		}
		r.Has |= HasDimensions
	}
}

// shipType sets the ship type; 0 is "not available or no ship".
func (r *Report) shipType(raw uint64) {
	if raw != 0 {
		r.ShipType = uint8(raw)
		r.Has |= HasShipType
	}
}

// text reads n characters from bit at on into t, which is empty, and marks f if anything is left of them.
func (r *Report) text(m *message, at, n uint, t *Text, f Field) {
	var l letters
	for i := uint(0); 8*i < n; i++ {
		l.put(i, m.take(at+48*i, 48))
	}
	if l.settle(t, n) {
		r.Has |= f
	}
}

// letters are up to 40 characters in groups of eight, the first of a group in the highest byte, and what is known
// of each: bit i of fill says that character i is '@', of ink that it is no blank.
type letters struct {
	w         [5]uint64
	fill, ink uint64
}

// put decodes the 48 bits of group i.
func (l *letters) put(i uint, v uint64) {
	// Six bits to a byte: the steps of sixBits backwards.
	v = v&0xffffff | v<<8&0x00ffffff00000000
	v = v&0x00000fff00000fff | v<<4&0x0fff00000fff0000
	v = v&0x003f003f003f003f | v<<2&0x3f003f003f003f00
	l.fill |= places(^(v + 0x7f*each)) << (8 * i)
	l.ink |= places((v^0x20*each)+0x7f*each) << (8 * i)
	// 0–31 are '@' to '_', 32–63 are blank to '?': set bit 6 where bit 5 is not.
	l.w[i] = v | ^v<<1&(0x40*each)
}

// places gathers the high bits of eight bytes: bit 0 for the first, which is the highest byte.
func places(v uint64) uint64 { return (v & highBits >> 7) * 0x8040201008040201 >> 56 }

// settle cuts the n characters at the first '@', trims blanks and stores what is left in t, which is empty: all
// beyond the text stays zero, so that equal texts are equal structs. Table 47 of ITU-R M.1371-5 says that '@' fills
// up a text and is no part of it. It tells whether there is a text at all.
func (l *letters) settle(t *Text, n uint) bool {
	end := uint(bits.TrailingZeros64(l.fill | 1<<n))
	ink := l.ink & (1<<end - 1)
	if ink == 0 {
		return false
	}
	end = uint(bits.Len64(ink))
	if start := uint(bits.TrailingZeros64(ink)); start > 0 {
		l.shift(start)
		end -= start
	}
	t.n = uint8(end)
	for i := 0; i < 4 && 8*i < int(end); i++ {
		binary.BigEndian.PutUint64(t.b[8*i:8*i+8], l.w[i]&high(8*(int(end)-8*i)))
	}
	if end > 32 {
		binary.BigEndian.PutUint16(t.b[32:34], uint16(l.w[4]&high(8*(int(end)-32))>>48))
	}
	return true
}

// shift drops the first n characters, which were blanks.
func (l *letters) shift(n uint) {
	for ; n > 0; n-- {
		for i := range l.w {
			l.w[i] <<= 8
			if i+1 < len(l.w) {
				l.w[i] |= l.w[i+1] >> 56
			}
		}
	}
}

// signed reads the n lowest bits of v as a number in two's complement.
func signed(v uint64, n uint) int64 { return int64(v<<(64-n)) >> (64 - n) }

// bit tells whether the lowest bit of v is set.
func bit(v uint64) bool { return v&1 != 0 }
