package ais

import (
	"errors"
	"fmt"

	goais "github.com/BertoldVdb/go-ais"
)

// readOther takes the header of a message that is not decoded here: 6–8, 10, 12–17, 20, 22, 23, 25, 26, the
// 28 of ITU-R M.1371-6, and numbers that no edition knows. Whoever wants its content calls Full.
func (r *Report) readOther(m *message) {
	r.begin(m.w[0], Other, ClassUnknown)
	r.Hash = fold(m.hash(len(m.w))^m.rest, hashKey1^uint64(m.bits))
}

// The errors of Full.
var (
	// ErrArmour is returned for an empty payload, for a character that is not six-bit armour and for fill
	// bits above 5.
	ErrArmour = errors.New("not six-bit armour")
	// ErrUndecoded is returned for a type that go-ais does not know (it knows 1 to 27) and for a message
	// too short for its type.
	ErrUndecoded = errors.New("unknown type or too short")
)

// lengths gives the least and the nominal length of a type that is read here, for message 24 by its part.
func lengths(kind, part uint64) (least, nominal int) {
	switch {
	case kind >= 1 && kind <= 4 || kind == 11:
		return leastA, slotBits
	case kind == 9 || kind == 18:
		return leastB, slotBits
	case kind == 5:
		return leastStatic, staticBits
	case kind == 19:
		return leastExtended, extendedBits
	case kind == 21:
		return leastAid, aidBits
	case kind == 24 && part == 0:
		return leastPartA, partABits
	case kind == 24 && part == 1:
		return leastPartB, slotBits
	case kind == 27:
		return leastLongRange, longRangeBits
	}
	return 0, 0
}

// Full decodes a whole message of any type with go-ais, on demand: it allocates and is some fifty times slower
// than the reading into a Report. Its values are as sent: "not available" codes stay in, and texts keep
// what follows an '@' (see Report for the clean form). The payload is armoured, parts joined.
func Full(payload []byte, fill uint8) (goais.Packet, error) {
	if len(payload) == 0 || fill > 5 {
		return nil, fmt.Errorf("decode message: %w", ErrArmour)
	}
	sent := make([]byte, 0, 6*len(payload)+8)
	for _, c := range payload {
		v, ok := sixBit(c)
		if !ok {
			return nil, fmt.Errorf("decode message: character %q: %w", c, ErrArmour)
		}
		sent = append(sent, v>>5, v>>4&1, v>>3&1, v>>2&1, v>>1&1, v&1)
	}
	sent = sent[:len(sent)-int(fill)]
	return fullBits(sent)
}

// sixBit is the value of one armoured character.
func sixBit(c byte) (v byte, ok bool) {
	switch {
	case c >= 48 && c <= 87:
		return c - 48, true
	case c >= 96 && c <= 119:
		return c - 56, true
	}
	return 0, false
}

// fullBits decodes one byte per bit. go-ais takes no message below its nominal length, so zeros are added to
// those that a Report is made of as well.
func fullBits(sent []byte) (goais.Packet, error) {
	var m message
	for i, b := range sent[:min(len(sent), 64)] {
		m.w[0] |= uint64(b) << (63 - i)
	}
	kind := m.w[0] >> 58
	if least, nominal := lengths(kind, m.take(38, 2)); len(sent) >= least && len(sent) < nominal {
		sent = append(sent, make([]byte, nominal-len(sent))...)
	}
	packet := goais.CodecNewFast(false, false, true).DecodePacket(sent)
	if packet == nil {
		return nil, fmt.Errorf("decode message %d of %d bits: %w", kind, len(sent), ErrUndecoded)
	}
	return packet, nil
}
