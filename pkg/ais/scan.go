package ais

import (
	"bytes"
	"encoding/binary"
)

// maxParts is the most sentences that one message may have here: a message fills at most five slots
// (ITU-R M.1371-5, 3.3.7), and a slot fits one sentence. NMEA would allow nine.
const maxParts = 5

// xor is the checksum of IEC 61162-1, 7.3: the exclusive or of all bytes. Eight bytes are taken at once and
// folded at the end; the last load overlaps what was taken already, which is shifted away.
func xor(b []byte) byte {
	var v uint64
	rest := b
	for ; len(rest) >= 32; rest = rest[32:] {
		v ^= binary.LittleEndian.Uint64(rest) ^ binary.LittleEndian.Uint64(rest[8:]) ^
			binary.LittleEndian.Uint64(rest[16:]) ^ binary.LittleEndian.Uint64(rest[24:])
	}
	for ; len(rest) >= 8; rest = rest[8:] {
		v ^= binary.LittleEndian.Uint64(rest)
	}
	if n := len(rest); n > 0 && len(b) >= 8 {
		v ^= binary.LittleEndian.Uint64(b[len(b)-8:]) >> ((64 - 8*n) & 63)
	} else {
		for _, c := range rest {
			v ^= uint64(c)
		}
	}
	v ^= v >> 32
	v ^= v >> 16
	return byte(v ^ v>>8)
}

// hexDigits are the digits of a checksum as the standard writes them.
const hexDigits = "0123456789ABCDEF"

// hexByte reads two hexadecimal digits of either case.
func hexByte(hi, lo byte) (byte, bool) {
	h, okHigh := hexDigit(hi)
	l, okLow := hexDigit(lo)
	return h<<4 | l, okHigh && okLow
}

// hexDigit reads one digit.
func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// pieceKind says what the scanner found.
type pieceKind uint8

// The kinds of piece a line is made of. Text between pieces is prefix, trailer or noise.
const (
	lineEnd   pieceKind = iota
	tagBlock            // \…\, not checked yet
	vdm                 // !ttVDM or !ttVDO, with a right checksum
	vdmBroken           // the same with a wrong or without a checksum
	other               // any other sentence, to be judged by go-nmea
)

// piece is one stretch of a line. text is the block between its backslashes, or the sentence from its first
// character to the last checksum digit.
type piece struct {
	kind     pieceKind
	from, to int
	text     []byte
	sum      byte // the checksum of a vdm
}

// nextPiece finds the first piece at or after pos. What stands before it is not looked at.
func nextPiece(line []byte, pos int) piece {
	for i := pos; i < len(line); i++ {
		var p piece
		switch line[i] {
		case '\\':
			p = blockAt(line, i)
		case '!':
			p = encapsulatedAt(line, i)
		case '$':
			p = parametricAt(line, i)
		}
		if p.kind != lineEnd {
			return p
		}
	}
	return piece{kind: lineEnd, from: len(line), to: len(line)}
}

// blockAt reads a TAG block that opens at i. It ends at the next backslash, or at the end of the line where
// a logger dropped the closing one. A stretch without a colon is noise, such as the text \x0d\x0a that one
// recorder wrote for a line end; a sentence inside means that the block was never closed.
func blockAt(line []byte, i int) piece {
	rest := line[i+1:]
	end := bytes.IndexAny(rest, "\\!")
	next := i + 1 + end
	switch {
	case end < 0:
		end = len(rest)
		next = len(line)
		if end < 3 || rest[end-3] != '*' {
			return piece{}
		}
	case rest[end] == '\\':
		next++
	}
	if bytes.IndexByte(rest[:end], ':') < 0 {
		return piece{}
	}
	return piece{kind: tagBlock, from: i, to: next, text: rest[:end]}
}

// encapsulatedAt reads a sentence that opens with an exclamation mark at i.
func encapsulatedAt(line []byte, i int) piece {
	kind := addressKind(line[i:])
	if kind == lineEnd {
		return piece{}
	}
	return sentenceAt(line, i, kind)
}

// addressKind reads the six characters !ttVDM or !ttVDO, any two characters as talker.
func addressKind(s []byte) pieceKind {
	if len(s) < 7 || s[6] != ',' {
		return lineEnd
	}
	if s[3] == 'V' && s[4] == 'D' && (s[5] == 'M' || s[5] == 'O') && talkerInUse(s[1]) && talkerInUse(s[2]) {
		return vdm
	}
	for _, c := range s[1:6] {
		if c <= ' ' || c > '~' || c == ',' || c == '*' || c == '!' || c == '$' || c == '\\' {
			return lineEnd
		}
	}
	if s[3] == 'V' && s[4] == 'D' && (s[5] == 'M' || s[5] == 'O') {
		return vdm
	}
	return other
}

// talkerInUse tells whether a character is one that talkers are made of: capitals, digits, and the dash of "--". Others
// may follow, but then the whole address is looked at.
func talkerInUse(c byte) bool { return c > ',' && c < '[' }

// parametricAt reads a sentence that opens with a dollar sign and an address of at least three capitals or
// digits at i; a lone dollar sign is noise.
func parametricAt(line []byte, i int) piece {
	n := i + 1
	for n < len(line) && (line[n] >= 'A' && line[n] <= 'Z' || line[n] >= '0' && line[n] <= '9') {
		n++
	}
	if n < i+4 || n == len(line) || line[n] != ',' {
		return piece{}
	}
	return sentenceAt(line, i, other)
}

// sentenceAt cuts the sentence out of the line: two hexadecimal digits follow the first asterisk, and a new
// sentence or block before that means that this one was cut short.
func sentenceAt(line []byte, i int, kind pieceKind) piece {
	end := len(line)
	for _, stop := range [3]byte{'*', '!', '\\'} {
		if n := bytes.IndexByte(line[i+1:end], stop); n >= 0 {
			end = i + 1 + n
		}
	}
	p := piece{kind: kind, from: i, to: end}
	good := false
	if end+2 < len(line) && line[end] == '*' {
		stated, ok := hexByte(line[end+1], line[end+2])
		p.sum = xor(line[i+1 : end])
		good = ok && stated == p.sum
		if ok {
			p.to = end + 3
		}
	}
	p.text = line[i:p.to]
	if kind == vdm && !good {
		p.kind = vdmBroken
	}
	return p
}

// sentence is one VDM or VDO in its parts.
type sentence struct {
	raw         []byte // with the blocks before and the trailer behind it
	begin, end  int    // of the payload in raw
	talker      [2]byte
	own         bool // VDO
	total, part uint8
	sequence    byte // '0' to '9', 0 when empty
	channel     byte // as Report has it
	fill, sum   byte
	hearing     hearing
	tags        tags
}

// payload is the armoured text.
func (s *sentence) payload() []byte { return s.raw[s.begin:s.end] }

// read takes apart text, which lies in raw at offset at, and whose address and checksum are right already.
//
//	!AIVDM,2,1,3,A,55?MbV02;H;s<HtKR20E…,0*1E
//	 |      | | | | payload               | fill bits
func (s *sentence) read(text []byte, at int) Reason {
	s.talker, s.own = [2]byte{text[1], text[2]}, text[5] == 'O'
	body := text[:len(text)-3]
	f, pos := [4][]byte{}, 7
	for i := range f {
		n := bytes.IndexByte(body[pos:], ',')
		if n < 0 {
			return NotNMEA
		}
		f[i] = body[pos : pos+n]
		pos += n + 1
	}
	n := bytes.IndexByte(body[pos:], ',')
	if n < 0 {
		return NotNMEA
	}
	s.begin, s.end = at+pos, at+pos+n
	if !s.readFill(body[pos+n+1:]) || !s.readParts(f[0], f[1], f[2]) {
		return NotNMEA
	}
	s.channel = channelOf(f[3])
	switch {
	case n == 0:
		return BadPayload
	case s.total > maxParts:
		return TooLong
	}
	return NoReason
}

// readFill takes 0 to 5 dead bits; an empty field means none.
func (s *sentence) readFill(f []byte) bool {
	if len(f) == 1 && f[0] >= '0' && f[0] <= '5' {
		s.fill = f[0] - '0'
		return true
	}
	s.fill = 0
	return len(f) == 0
}

// readParts takes total, number and sequence. For a single sentence the sequence means nothing and may be
// anything; parts of a longer message need a digit, or all of them none.
func (s *sentence) readParts(total, part, sequence []byte) bool {
	if len(total) != 1 || len(part) != 1 {
		return false
	}
	s.total, s.part, s.sequence = total[0]-'0', part[0]-'0', 0
	if s.total < 1 || s.total > 9 || s.part < 1 || s.part > s.total {
		return false
	}
	if len(sequence) == 1 && sequence[0] >= '0' && sequence[0] <= '9' {
		s.sequence = sequence[0]
		return true
	}
	return s.total == 1 || len(sequence) == 0
}

// channelOf names the radio channel: A is written 1 by some receivers, B is written 2. Anything else but C
// and D is not known, and never taken over from another sentence.
func channelOf(f []byte) byte {
	if len(f) != 1 {
		return 0
	}
	return channelNamed(f[0])
}

// channelNamed is channelOf for one character. It tests a range, because A and B come in no order that a
// processor could foresee.
func channelNamed(c byte) byte {
	if c >= 'A' && c <= 'D' {
		return c
	}
	if c == '1' || c == '2' {
		return c - '1' + 'A'
	}
	return 0
}
