package ais

import (
	"encoding/binary"
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
)

// begin empties all that comes out of a message and sets its header. Texts are cleared only where there is
// one, because that is what costs.
func (r *Report) begin(w0 uint64, kind Kind, class Class, has Field, flags Flag) {
	r.Kind = kind
	r.Message = uint8(w0 >> 58)
	r.Class = class
	r.Repeat = uint8(w0 >> 56 & 3)
	r.Flags = flags
	r.Has = has
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

// speed sets the speed over ground: 1/10 knot, 1023 not available, 1022 means 102.2 knots or more.
func (r *Report) speed(raw uint64) {
	if raw != 1023 {
		r.SOG = geo.Knots(float64(raw) / 10)
		r.Has |= HasSOG
	}
}

// course sets the course over ground: 1/10 degree. 3600 is "not available", 3601–4095 must not be used
// (ITU-R M.1371-5, table 48) and are no course either.
func (r *Report) course(raw uint64) {
	if raw < 3600 {
		r.COG = geo.Degrees(float64(raw) / 10)
		r.Has |= HasCOG
	}
}

// heading sets the true heading in whole degrees. 511 is "not available", 360–510 mean nothing.
func (r *Report) heading(raw uint64) {
	if raw < 360 {
		r.Heading = geo.Degrees(raw)
		r.Has |= HasHeading
	}
}

// turn sets the rate of turn. The wire carries 4.733·√(degrees a minute) with its sign; −128 is "not
// available" and ±127 says "faster than 5° in 30 s" without a number (ITU-R M.1371-5, table 48).
func (r *Report) turn(raw int8) {
	switch raw {
	case -128:
	case -127, 127:
		r.Flags |= ROTBeyond
	default:
		root := float64(raw) / 4.733
		r.ROT = math.Copysign(root*root, root)
		r.Has |= HasROT
	}
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

// text reads n characters from bit at on into t and marks f if anything is left after cutting at the first
// '@' and trimming blanks. Table 47 of ITU-R M.1371-5 says that '@' fills up a text and is no part of it.
func (r *Report) text(m *message, at, n uint, t *Text, f Field) {
	var b [40]byte
	m.letters(&b, 0, at, n)
	if t.settle(&b, n) {
		r.Has |= f
	}
}

// letters writes the n characters from bit at on to b[to:], eight at a time, and up to seven more after them.
func (m *message) letters(b *[40]byte, to, at, n uint) {
	for end := to + n; to < end; to, at = to+8, at+48 {
		v := m.take(at, 48)
		// Six bits to a byte: the steps of sixBits backwards.
		v = v&0xffffff | v<<8&0x00ffffff00000000
		v = v&0x00000fff00000fff | v<<4&0x0fff00000fff0000
		v = v&0x003f003f003f003f | v<<2&0x3f003f003f003f00
		// 0–31 are '@' to '_', 32–63 are blank to '?': set bit 6 where bit 5 is not.
		binary.BigEndian.PutUint64(b[to:to+8], v|^v<<1&(0x40*each))
	}
}

// settle cuts the n characters in b at the first '@', trims blanks and stores them; what is left of t is
// zero, so that equal texts are equal structs. It tells whether there is a text at all.
func (t *Text) settle(b *[40]byte, n uint) bool {
	end := uint(0)
	for end < n && b[end] != '@' {
		end++
	}
	for end > 0 && b[end-1] == ' ' {
		end--
	}
	start := uint(0)
	for start < end && b[start] == ' ' {
		start++
	}
	*t = Text{n: uint8(end - start)}
	copy(t.b[:], b[start:end])
	return end > start
}

// signed reads the n lowest bits of v as a number in two's complement.
func signed(v uint64, n uint) int64 { return int64(v<<(64-n)) >> (64 - n) }

// bit tells whether the lowest bit of v is set.
func bit(v uint64) bool { return v&1 != 0 }
