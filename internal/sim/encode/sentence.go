package encode

import "strconv"

// DefaultWidth is how many payload characters the first part of a long message carries: with it a line of
// IEC 61162-1 stays within 82 characters, and most receivers in the field cut there.
const DefaultWidth = 60

// Frame is how a message is wrapped into sentences.
type Frame struct {
	Talker   string // "AI" when empty
	Own      bool   // VDO, the station's own report, in place of VDM
	Channel  byte   // 'A', 'B', …; zero leaves the field empty
	Sequence int    // 0–9, written on messages of several parts only
	Width    int    // payload characters of one part, DefaultWidth when zero
	Tag      Tag
}

// Tag is the TAG block in front of a sentence (IEC 61162-450). The first part of a message carries all of
// it, later parts only the group, as receivers do.
type Tag struct {
	Station string // s:
	Time    int64  // c:, as it is: seconds, milliseconds or microseconds since 1970; zero leaves it out
	Group   int    // g:, the id; zero leaves it out, and so does a message of one part
}

// Sentences wraps a message. The lines carry no line end.
func Sentences(m Message, f Frame) []string {
	var c Composer
	return texts(c.Sentences(m, f))
}

// Wrap cuts a payload into the sentences of a frame. An empty payload gives one sentence.
func Wrap(payload string, fill int, f Frame) []string {
	c := Composer{payload: []byte(payload)}
	return texts(c.wrap(fill, f))
}

func texts(lines [][]byte) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = string(line)
	}
	return out
}

// Composer makes sentences in buffers that it uses again. Its zero value is ready.
type Composer struct {
	bits    Bits
	payload []byte
	text    []byte
	lines   [][]byte
}

// Sentences wraps a message as the function of that name does. The lines are valid, and the caller's to change, until the
// next call.
func (c *Composer) Sentences(m Message, f Frame) [][]byte {
	c.bits.Reset()
	m.write(&c.bits)
	c.payload = c.bits.AppendArmour(c.payload[:0])
	return c.wrap(c.bits.fill(), f)
}

func (c *Composer) wrap(fill int, f Frame) [][]byte {
	width := f.Width
	if width <= 0 {
		width = DefaultWidth
	}
	total := max(1, (len(c.payload)+width-1)/width)
	c.text, c.lines = c.text[:0], c.lines[:0]
	rest := c.payload
	for part := 1; part <= total; part++ {
		piece, bits := rest, fill
		if part < total {
			piece, bits = rest[:width], 0
			rest = rest[width:]
		}
		start := len(c.text)
		c.text = f.append(f.Tag.append(c.text, part, total), part, total, piece, bits)
		c.lines = append(c.lines, c.text[start:len(c.text):len(c.text)])
	}
	return c.lines
}

// append writes one sentence.
func (f Frame) append(line []byte, part, total int, piece []byte, fill int) []byte {
	start := len(line) + 1
	line = append(line, '!')
	if f.Talker == "" {
		line = append(line, "AI"...)
	}
	line = append(line, f.Talker...)
	if f.Own {
		line = append(line, "VDO,"...)
	} else {
		line = append(line, "VDM,"...)
	}
	line = strconv.AppendInt(line, int64(total), 10)
	line = append(line, ',')
	line = strconv.AppendInt(line, int64(part), 10)
	line = append(line, ',')
	if total > 1 {
		line = strconv.AppendInt(line, int64(f.Sequence), 10)
	}
	line = append(line, ',')
	if f.Channel != 0 {
		line = append(line, f.Channel)
	}
	line = append(line, ',')
	line = append(line, piece...)
	line = append(line, ',')
	line = strconv.AppendInt(line, int64(fill), 10)
	return appendChecksum(line, start)
}

// append writes the TAG block of one part, nothing when there is nothing to say.
func (t Tag) append(line []byte, part, total int) []byte {
	grouped := t.Group != 0 && total > 1
	named := part == 1 && (t.Station != "" || t.Time != 0)
	if !grouped && !named {
		return line
	}
	line = append(line, '\\')
	start := len(line)
	if grouped {
		line = append(line, "g:"...)
		line = strconv.AppendInt(line, int64(part), 10)
		line = append(line, '-')
		line = strconv.AppendInt(line, int64(total), 10)
		line = append(line, '-')
		line = strconv.AppendInt(line, int64(t.Group), 10)
	}
	if part == 1 && t.Station != "" {
		line = separate(line, start)
		line = append(line, "s:"...)
		line = append(line, t.Station...)
	}
	if part == 1 && t.Time != 0 {
		line = separate(line, start)
		line = append(line, "c:"...)
		line = strconv.AppendInt(line, t.Time, 10)
	}
	return append(appendChecksum(line, start), '\\')
}

// separate puts a comma after an earlier item of the block.
func separate(line []byte, start int) []byte {
	if len(line) > start {
		return append(line, ',')
	}
	return line
}

// Checksum is the exclusive or of the bytes between the first character and the asterisk, neither included.
func Checksum(text string) byte {
	sum := byte(0)
	for i := range len(text) {
		sum ^= text[i]
	}
	return sum
}

// appendChecksum adds the asterisk and the two hex digits over line[start:].
func appendChecksum(line []byte, start int) []byte {
	const hex = "0123456789ABCDEF"
	sum := byte(0)
	for _, c := range line[start:] {
		sum ^= c
	}
	return append(line, '*', hex[sum>>4], hex[sum&15])
}
