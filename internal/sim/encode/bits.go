package encode

import "strings"

// Bits is a message on its way to the air: bits in the order of transmission, most significant first.
type Bits struct {
	words []uint64
	n     int
}

// Len is the number of bits written.
func (b *Bits) Len() int { return b.n }

// Reset takes all bits away, and keeps the room for others.
func (b *Bits) Reset() { b.words, b.n = b.words[:0], 0 }

// Put appends the lowest width bits of v, 1 to 64 of them. Negative numbers are given in two's complement,
// as the standard has them.
func (b *Bits) Put(v int64, width int) {
	bits := uint64(v) << (64 - width) // at the word's upper end
	used := b.n % 64
	if used == 0 {
		b.words = append(b.words, 0)
	}
	b.words[len(b.words)-1] |= bits >> used
	if used+width > 64 {
		b.words = append(b.words, bits<<(64-used))
	}
	b.n += width
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
	return string(b.AppendArmour(make([]byte, 0, (b.n+5)/6))), b.fill()
}

// AppendArmour appends what Armour packs.
func (b *Bits) AppendArmour(out []byte) []byte {
	for i := 0; i < b.n; i += 6 {
		word, used := b.words[i/64], i%64
		v := word << used >> 58
		if used > 58 && i/64+1 < len(b.words) {
			v |= b.words[i/64+1] >> (122 - used)
		}
		out = append(out, armourChar(byte(v)))
	}
	return out
}

// fill is how many bits of the last character no message's bit takes.
func (b *Bits) fill() int { return (6 - b.n%6) % 6 }

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
