package encode

import "strings"

// Bits is a message on its way to the air: bits in the order of transmission, most significant first.
type Bits struct {
	words []uint64
	n     int
}

// Len is the number of bits written.
func (b *Bits) Len() int { return b.n }

// Put appends the lowest width bits of v, 1 to 64 of them. Negative numbers are given in two's complement,
// as the standard has them.
func (b *Bits) Put(v int64, width int) {
	for i := width - 1; i >= 0; i-- {
		if b.n%64 == 0 {
			b.words = append(b.words, 0)
		}
		b.words[b.n/64] |= uint64(v>>i) & 1 << (63 - b.n%64)
		b.n++
	}
}

// Flag appends one bit.
func (b *Bits) Flag(on bool) {
	if on {
		b.Put(1, 1)
		return
	}
	b.Put(0, 1)
}

// Text appends chars characters of six-bit text, filled with @ (ITU-R M.1371-5 table 47). Small letters
// become capitals and what the table does not hold becomes a question mark.
func (b *Bits) Text(s string, chars int) {
	for i := range chars {
		c := byte('@')
		if i < len(s) {
			c = s[i]
		}
		b.Put(int64(sixBit(c)), 6)
	}
}

// At returns one bit.
func (b *Bits) At(i int) byte { return byte(b.words[i/64]>>(63-i%64)) & 1 }

// String writes the bits as 0 and 1.
func (b *Bits) String() string {
	var s strings.Builder
	for i := range b.n {
		s.WriteByte('0' + b.At(i))
	}
	return s.String()
}

// Armour packs the bits six to a character, as the payload field of a sentence has them, and tells how many
// fill bits the last character holds.
func (b *Bits) Armour() (payload string, fill int) {
	out := make([]byte, 0, (b.n+5)/6)
	for i := 0; i < b.n; i += 6 {
		v := byte(0)
		for j := i; j < i+6; j++ {
			v <<= 1
			if j < b.n {
				v |= b.At(j)
			}
		}
		out = append(out, armourChar(v))
	}
	return string(out), (6 - b.n%6) % 6
}

// Armour packs a string of 0 and 1 into a payload. Any character but 1 counts as 0.
func Armour(bits string) (payload string, fill int) {
	var b Bits
	for i := range len(bits) {
		b.Flag(bits[i] == '1')
	}
	return b.Armour()
}

// armourChar gives the character of a six-bit value: 0–39 from '0' on, 40–63 from '`' on (IEC 61162-1).
func armourChar(v byte) byte {
	if v < 40 {
		return v + '0'
	}
	return v + '0' + 8
}

// sixBit gives the code of a character in the AIS alphabet.
func sixBit(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z':
		return c - 'a' + 1
	case c >= '@' && c <= '_':
		return c - '@'
	case c >= ' ' && c <= '?':
		return c
	}
	return '?'
}
