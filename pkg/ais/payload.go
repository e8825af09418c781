package ais

import (
	"encoding/binary"
	"math/bits"
)

// message is a payload unpacked: bit 0 is the highest bit of the first word, bits beyond the end are zero.
// Nine words hold 96 characters (576 bits), more than the longest type read here has (type 5, 424 bits).
type message struct {
	w    [9]uint64
	bits int    // as sent, fill bits not counted
	rest uint64 // hash of what lies beyond the words; 0 if nothing does
}

// Lengths in bits. The nominal ones are those of ITU-R M.1371-5, annex 8. Real encoders stop early, so a message
// is accepted if the last bit that is needed was sent; zeros stand for the rest.
const (
	headerBits = 38  // type, repeat indicator, MMSI
	slotBits   = 168 // types 1–4, 9, 11, 18, 24 B
	leastA     = 149 // types 1–4, 11: through RAIM
	leastB     = 148 // types 9, 18: through RAIM

	staticBits, leastStatic       = 424, 420
	extendedBits, leastExtended   = 312, 301 // through the dimensions
	aidBits, leastAid             = 272, 249 // through the dimensions
	longestAid                    = 360      // with 14 more characters of name
	partABits, leastPartA         = 160, 158
	leastPartB                    = 162
	longRangeBits, leastLongRange = 96, 94
)

// take reads n bits (1 to 64) from bit at on. With constant arguments it folds to one or two shifts.
func (m *message) take(at, n uint) uint64 {
	i, o := at>>6, at&63
	v := m.w[i] << o
	if o+n > 64 {
		v |= m.w[i+1] >> (64 - o)
	}
	return v >> (64 - n)
}

// decodePayload fills everything in r that comes out of a message and leaves its circumstances alone
// (channel, times, source, station, place in the source, raw bytes). The payload is the armoured text of
// the whole message, parts joined; fill is the number of dead bits at its end. Flags is overwritten, so
// OwnShip and other marks of the sentence are added afterwards.
//
// What the message does not carry is zero or empty in r: nothing of the message before shines through. A
// refused payload (BadPayload, Truncated, NotNMEA for an impossible fill) leaves r as it was.
func decodePayload(payload []byte, fill uint8, r *Report) Reason {
	if len(payload) == 0 {
		return BadPayload
	}
	if fill > 5 {
		return NotNMEA
	}
	var m message
	if !m.unpack(payload, uint(fill)) {
		return BadPayload
	}
	if m.bits < headerBits {
		return Truncated
	}
	return r.dispatch(&m)
}

// dispatch picks the reader of a message type. Readers check the length first and then write.
func (r *Report) dispatch(m *message) Reason {
	switch kind := m.w[0] >> 58; kind {
	case 1, 2, 3, 4, 11:
		return r.readMotion(m, kind, leastA)
	case 9, 18:
		return r.readMotion(m, kind, leastB)
	case 5:
		return r.readStatic(m)
	case 19:
		return r.readExtendedClassB(m)
	case 21:
		return r.readAid(m)
	case 24:
		return r.readStaticB(m)
	case 27:
		return r.readLongRange(m)
	}
	r.readOther(m)
	return NoReason
}

// readMotion reads the types of 168 bits, if the least that is needed of them was sent.
func (r *Report) readMotion(m *message, kind uint64, least int) Reason {
	if m.bits < least {
		return Truncated
	}
	r.readSlot(kind, m.w[0], m.w[1], m.w[2]&^0xffffff)
	r.markLength(m.bits, slotBits)
	return NoReason
}

// readSlot reads a message of 168 bits out of three words and tells whether the type is such a one.
func (r *Report) readSlot(kind, w0, w1, w2 uint64) bool {
	switch kind {
	case 1, 2, 3:
		r.readPosition(w0, w1, w2)
	case 4, 11:
		r.readBaseStation(w0, w1, w2)
	case 18:
		r.readClassB(w0, w1, w2)
	case 9:
		r.readAircraft(w0, w1, w2)
	default:
		return false
	}
	r.Hash = hashSlot(w0, w1, w2)
	return true
}

// decode168 is decodePayload for 28 characters without fill bits, the shape of four lines in five: types 1–4,
// 9, 11 and 18 are read straight out of three words. Text of another shape or type takes the general way,
// so the answer is the same for any input.
func decode168(s []byte, r *Report) Reason {
	if len(s) != 28 {
		return decodePayload(s, 0, r)
	}
	t := (*[28]byte)(s)
	// The last load overlaps the one before by four characters, so that it stays inside the text.
	a, badA := sixBits(binary.BigEndian.Uint64(t[0:8]))
	b, badB := sixBits(binary.BigEndian.Uint64(t[8:16]))
	c, badC := sixBits(binary.BigEndian.Uint64(t[16:24]))
	d, badD := sixBits(binary.BigEndian.Uint64(t[20:28]))
	if (badA|badB|badC|badD)&highBits != 0 {
		return BadPayload
	}
	w0 := a<<16 | b>>32
	if r.readSlot(w0>>58, w0, b<<32|c>>16, c<<48|d&0xffffff<<24) {
		return NoReason
	}
	return decodePayload(s, 0, r)
}

// Each constant holds one byte eight times.
const (
	each     = 0x0101010101010101
	highBits = 0x80 * each
)

// sixBits turns eight armoured characters, the first in the highest byte, into 48 bits. A high bit in bad
// tells that a character is not one of 48–87 and 96–119 (IEC 61162-1, table of six-bit field conversion);
// the bits are then meaningless.
//
// Sums of a byte below 128 and a constant below 128 do not carry into the next byte, so every byte is
// compared with 48, 88 and 96 at once by what appears in its high bit. A byte of 128 or more may carry, but it
// is itself the mark.
func sixBits(v uint64) (packed, bad uint64) {
	from48 := v + (128-48)*each // 128 + the value, where there is no gap below
	from88 := v + (128-88)*each
	from96 := v + (128-96)*each
	x := from48 - from96&highBits>>4 // 8 less behind the gap
	// Below 48 the high bit is missing, in the gap only one of two is set, above 119 the value has seven bits.
	bad = v | ^x | (from88 ^ from96) | x<<1
	x = x&0x003f003f003f003f | x>>2&0x0fc00fc00fc00fc0
	x = x&0x00000fff00000fff | x>>4&0x00fff00000fff000
	return x&0xffffff | x>>8&0xffffff000000, bad
}

// block packs 32 characters into three words.
func block(t *[32]byte) (x, y, z, bad uint64) {
	a, badA := sixBits(binary.BigEndian.Uint64(t[0:8]))
	b, badB := sixBits(binary.BigEndian.Uint64(t[8:16]))
	c, badC := sixBits(binary.BigEndian.Uint64(t[16:24]))
	d, badD := sixBits(binary.BigEndian.Uint64(t[24:32]))
	return a<<16 | b>>32, b<<32 | c>>16, c<<48 | d, badA | badB | badC | badD
}

// unpack fills the message and tells whether all characters are valid armour. The last block is filled up
// with '0', whose bits are zero, and the dead bits at its end are cleared: padding is zeros, whatever was sent.
func (m *message) unpack(payload []byte, fill uint) bool {
	m.bits = 6*len(payload) - int(fill)
	bad, at := uint64(0), 0
	for ; len(payload) > 32; at += 3 {
		x, y, z, b := block((*[32]byte)(payload))
		m.put(at, x, y, z)
		bad |= b
		payload = payload[32:]
	}
	last := blank
	copy(last[:], payload)
	x, y, z, b := block(&last)
	sent := 6*len(payload) - int(fill)
	m.put(at, x&high(sent), y&high(sent-64), z&high(sent-128))
	return (bad|b)&highBits == 0
}

// high has the n highest bits set: none below 0, all from 64 on.
func high(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return ^(^uint64(0) >> uint(n))
}

// blank is a block of characters whose bits are zero.
var blank = [32]byte([]byte("00000000000000000000000000000000"))

// put stores a block, or what is beyond the words in the hash alone.
func (m *message) put(at int, x, y, z uint64) {
	if at+3 <= len(m.w) {
		w := (*[3]uint64)(m.w[at:])
		w[0], w[1], w[2] = x, y, z
		return
	}
	m.rest = fold(fold(m.rest^x^hashKey0, y^hashKey1)^z, hashKey2)
}

// The keys of the payload hash: digits of π, e and the golden ratio. The first begins with six bits set,
// which is no message type that is decoded, so that no such message can cancel it.
const (
	hashKey0 = 0xfc6ef3720a08d313
	hashKey1 = 0x13198a2e03707345
	hashKey2 = 0xb7e151628aed2a6b
)

// fold multiplies and keeps the parts that a plain multiplication would lose when one factor is zero
// (the guarded form of wyhash's mixing step).
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo ^ a ^ b
}

// hashSlot is the copy key of a message of at most 192 bits.
func hashSlot(w0, w1, w2 uint64) uint64 {
	return fold(fold(w0^hashKey0, w1^hashKey1)^w2, hashKey2)
}

// hash is the copy key over the first n words and what lies beyond all of them. It continues hashSlot.
func (m *message) hash(n int) uint64 {
	h := hashSlot(m.w[0], m.w[1], m.w[2])
	for i := 3; i < n; i++ {
		h = fold(h^m.w[i], hashKey2)
	}
	return h
}
