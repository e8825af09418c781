package ais

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/adrianmo/go-nmea"
)

// maxMMSI is the largest number of nine digits. The field has 30 bits, and noise fills them.
const maxMMSI MMSI = 999_999_999

// At is where and when a line was read.
type At struct {
	Offset   int64     // of the line's first byte in the source
	Line     uint64    // the line's number
	Received UnixMilli // when darkwake received it, zero on replay
	Feed     UnixMilli // the time that the feed's own envelope states, zero when there is none
}

// Decoder makes reports of the lines of one source and one connection: a line of NMEA in, reports and refusals out,
// in order. It keeps what a message needs of earlier lines, bounded by its options, and nothing else. Senders that
// share a socket need a decoder each, so that their messages do not mix. It must not be used by two goroutines at
// once; two decoders share nothing.
//
// Values of a payload that are noise are delivered, marked where the type Report has a mark; only an MMSI of more
// than nine digits is refused (bad_mmsi), because nothing can be keyed by it.
type Decoder struct {
	options  Options
	counters Counters
	at       At
	index    uint64 // of the next report within the line
	waiting  bool   // a TAG block or PGHP record waits for its sentence: no short way
	sweepAt  uint64 // the count of sentences at which a group expires
	report   Report
	parts    *assembler
	sentence sentence
	line     hearing // what the line says of all its sentences: its stamp
	tags     tags    // of the blocks before the sentence in hand
	bare     tags    // of no block: always empty
	alone    tags    // of blocks on a line of their own
	aloneAt  int64
	memory   tagMemory
	pghp     pghpQueue
	parser   *nmea.SentenceParser
	clean    []byte // a line without its NULs
	lost     []byte // the bytes of a group given up
	assumed  UnixMilli
}

// NewDecoder makes a decoder. The options must be valid; Validate tells.
func NewDecoder(o Options) *Decoder {
	d := &Decoder{options: o, assumed: o.AssumeStart, parser: newSentenceParser(), sweepAt: math.MaxUint64}
	d.parts = newAssembler(o, &d.counters)
	d.report.Source, d.report.Receiver = o.Source, o.Receiver
	return d
}

// Counters returns what was counted so far. Like Decode it belongs to the decoder's goroutine.
func (d *Decoder) Counters() Counters { return d.counters }

// Oldest is the offset of the oldest line that the decoder still needs, if there is one: a reader that starts
// again there loses no message.
func (d *Decoder) Oldest() (offset int64, held bool) {
	offset = math.MaxInt64
	for _, e := range d.parts.open {
		if !e.done {
			offset = min(offset, d.parts.slots[e.slot].offset)
		}
	}
	for i := range d.pghp.n {
		offset = min(offset, d.pghp.entries[i].offset)
	}
	if !d.alone.empty() {
		offset = min(offset, d.aloneAt)
	}
	return offset, offset != math.MaxInt64
}

// Decode takes in one line, with or without its end, and hands what comes of it to the sink.
func (d *Decoder) Decode(line []byte, at At, to Sink) {
	d.counters.Lines++
	d.at, d.index = at, 0
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if d.waiting || !d.decodeShort(line, to) {
		d.decodeLine(line, to)
	}
}

// Flush ends the source: groups that wait for a part are refused.
func (d *Decoder) Flush(to Sink) {
	for len(d.parts.open) > 0 {
		d.parts.giveUp(0)
	}
	d.refuseLost(to)
	d.alone, d.pghp.n, d.waiting, d.sweepAt = tags{}, 0, false, math.MaxUint64
}

// The beginnings "VDM,1,1," and "VDO,1,1," of a single sentence after its talker, as eight bytes in one word.
const (
	singleVDM = 'V' | 'D'<<8 | 'M'<<16 | ','<<24 | '1'<<32 | ','<<40 | '1'<<48 | ','<<56
	singleVDO = singleVDM ^ ('M'^'O')<<16
)

// shortest is the length of a single sentence without sequence, channel and payload: "!AIVDM,1,1,,,,0*00".
const shortest = 18

// decodeShort is the short way for a line that is one single-part sentence and nothing else, which most are, or such a
// sentence behind one TAG block that says where or when. Whatever is not exactly so changes nothing and takes the general
// way, which alone refuses.
func (d *Decoder) decodeShort(line []byte, to Sink) bool {
	if len(line) == 0 || line[0] != '\\' {
		return d.decodePlain(line, line, &d.bare, to)
	}
	end := bytes.IndexByte(line[1:], '\\') + 1
	if end < 1 || bytes.IndexByte(line[1:end], '!') >= 0 || bytes.IndexByte(line[1:end], 0) >= 0 {
		return false
	}
	d.tags = tags{}
	ok, skipped := d.tags.read(line[1:end])
	if !ok || skipped > 0 || !d.tags.group.Empty() || d.tags.empty() || !d.decodePlain(line[end+1:], line, &d.tags, to) {
		return false
	}
	d.counters.TagBlocks++
	return true
}

// decodePlain decodes a sentence that stands alone. It tests the fixed characters where they must stand and looks for
// nothing. raw is the whole line, with the block that says h.
func (d *Decoder) decodePlain(line, raw []byte, h *tags, to Sink) bool {
	n := len(line)
	if n < shortest || len(raw) > maxLine || line[0] != '!' || line[n-5] != ',' || line[n-3] != '*' {
		return false
	}
	head := binary.LittleEndian.Uint64(line[3:])
	if head != singleVDM && head != singleVDO || !talkerInUse(line[1]) || !talkerInUse(line[2]) {
		return false
	}
	pos, channel := 11, byte(0)
	if line[pos] != ',' { // a sequence number, which a single sentence does not need
		pos++
	}
	if line[pos] != ',' {
		return false
	}
	if pos++; line[pos] != ',' {
		channel = channelNamed(line[pos])
		pos++
	}
	fill := line[n-4] - '0'
	if pos++; line[pos-1] != ',' || pos >= n-5 || fill > 5 {
		return false
	}
	sum := xor(line[1 : n-3])
	if line[n-2] != hexDigits[sum>>4] || line[n-1] != hexDigits[sum&15] {
		return false
	}
	r := &d.report
	if payload := line[pos : n-5]; len(payload) == 28 && fill == 0 {
		if decode168(payload, r) != NoReason {
			return false
		}
	} else if decodePayload(payload, fill, r) != NoReason {
		return false
	}
	d.counters.Sentences++
	if head == singleVDO {
		r.Flags |= OwnShip
	}
	r.Channel, r.Station = channel, h.station
	if r.Station.Empty() {
		r.Station = d.options.Station
	}
	d.deliver(raw, h.time, TimeTag, to)
	d.expire(to)
	return true
}

// decodeLine is the general way: a line of any make-up.
func (d *Decoder) decodeLine(line []byte, to Sink) {
	if bytes.IndexByte(line, 0) >= 0 {
		line = d.withoutNULs(line)
	}
	line = bytes.TrimRight(line, " \t\r\n")
	switch {
	case len(bytes.TrimLeft(line, " \t")) == 0:
		d.counters.Blank++
		return
	case line[0] == '#':
		d.counters.Comments++
		if bytes.Contains(line, []byte("SYNTHETIC")) {
			d.counters.Synthetic++
		}
		return
	case len(line) > maxLine:
		d.refuse(TooLong, line, to)
		return
	}
	p := nextPiece(line, 0)
	if p.kind == lineEnd {
		d.refuse(NotNMEA, line, to)
		return
	}
	d.line, d.tags = hearing{stamp: parseStamp(line[:p.from])}, tags{}
	for begin := 0; p.kind != lineEnd; {
		next := nextPiece(line, p.to)
		if p.kind == tagBlock {
			d.readTags(p.text)
		} else {
			d.readPiece(line, begin, p, next.from, to)
			begin, d.tags = next.from, tags{}
		}
		p = next
	}
	d.keepAlone()
	d.waiting = d.pghp.n > 0 || !d.alone.empty()
}

// withoutNULs copies the line without its NULs, which some recorders pad with.
func (d *Decoder) withoutNULs(line []byte) []byte {
	d.clean = d.clean[:0]
	for _, c := range line {
		if c != 0 {
			d.clean = append(d.clean, c)
		}
	}
	return d.clean
}

// readTags takes in a block; one with a wrong checksum is dropped, and the sentence behind it is kept.
func (d *Decoder) readTags(block []byte) {
	d.counters.TagBlocks++
	ok, skipped := d.tags.read(block)
	if !ok {
		d.counters.TagsRefused++
	}
	d.counters.TagItemsSkipped += uint64(skipped)
}

// keepAlone keeps what blocks said after which no sentence came: for the other lines of their group, or else for
// the next sentence.
func (d *Decoder) keepAlone() {
	if d.tags.empty() {
		return
	}
	if !d.tags.group.Empty() {
		d.memory.complete(&d.tags, d.counters.Sentences, taggedFactor*uint64(d.options.GroupSentences))
		return
	}
	d.alone, d.aloneAt = d.tags, d.at.Offset
}

// takeAlone gives the sentence what a block on a line of its own said, unless its own blocks say when or where.
func (d *Decoder) takeAlone() {
	if d.tags.time == 0 && d.tags.station.Empty() {
		d.tags.merge(&d.alone)
	}
	d.alone = tags{}
}

// readPiece takes in a sentence. It stands in line behind its blocks, which begin at begin, and its trailer ends
// where the next piece begins, at end.
func (d *Decoder) readPiece(line []byte, begin int, p piece, end int, to Sink) {
	raw := bytes.TrimRight(line[begin:end], " \t\r\n")
	d.takeAlone()
	d.memory.complete(&d.tags, d.counters.Sentences, taggedFactor*uint64(d.options.GroupSentences))
	if p.kind == other {
		d.readOther(raw, p.text, to)
		return
	}
	d.counters.Sentences++
	if p.kind == vdmBroken {
		d.refuse(BadChecksum, raw, to)
		return
	}
	s := &d.sentence
	s.raw, s.sum, s.tags, s.hearing = raw, p.sum, d.tags, d.line
	s.hearing.tag, s.hearing.station = d.tags.time, d.tags.station
	s.hearing.readTrailer(line[p.to:end])
	if reason := s.read(p.text, p.from-begin); reason != NoReason {
		d.refuse(reason, raw, to)
		return
	}
	if s.total > 1 {
		d.addPart(to)
		return
	}
	d.attachRecord(s.sum, d.counters.Sentences, &s.hearing)
	d.decodeMessage(s.payload(), s.fill, raw, &s.hearing, to)
	d.expire(to)
}

// expire refuses the groups that have waited for too many sentences.
func (d *Decoder) expire(to Sink) {
	if d.counters.Sentences >= d.sweepAt {
		d.parts.sweep(d.counters.Sentences, 0)
		d.refuseLost(to)
	}
}

// readOther lets go-nmea judge a sentence that is neither VDM nor VDO. What it knows is counted, and so is what it
// does not know as long as the checksum holds; only the GateHouse record is used.
func (d *Decoder) readOther(raw, text []byte, to Sink) {
	parsed, err := d.parser.Parse(string(text))
	if err != nil && !d.unread(text) {
		d.refuse(BadChecksum, raw, to)
		return
	}
	switch v := parsed.(type) {
	case pghp:
		d.counters.PGHP++
		if v.time != 0 || !v.station.Empty() {
			d.pghp.add(&v, d.counters.Sentences, d.at.Offset)
		}
	case vsi:
		d.counters.VSI++
	case nil:
		d.counters.Unread++
	}
	d.counters.Other++
}

// unread tells whether a sentence that go-nmea gave no result for is sound all the same: a right checksum over fields
// that it does not know, or that this sender fills in its own way.
func (d *Decoder) unread(text []byte) bool {
	if bytes.IndexByte(text, '*') < 0 {
		return text[0] == '$' && !bytes.HasPrefix(text, []byte("$PGHP"))
	}
	return checks(text)
}

// checks tells whether a sentence of the form !…*hh or $…*hh has the right checksum.
func checks(text []byte) bool {
	n := len(text) - 3
	if n < 1 || text[n] != '*' {
		return false
	}
	stated, ok := hexByte(text[n+1], text[n+2])
	return ok && stated == xor(text[1:n])
}

// addPart hands the sentence to the assembler and decodes the message that it completes.
func (d *Decoder) addPart(to Sink) {
	s := &d.sentence
	in := arrival{count: d.counters.Sentences, offset: d.at.Offset, number: d.number()}
	if in.time, _ = s.hearing.best(); in.time == 0 {
		in.time = d.at.outer()
	}
	a := d.parts
	result := a.add(s, in)
	d.refuseLost(to)
	switch result {
	case repeated:
		d.counters.GroupRepeats++
	case orphan:
		d.refuse(IncompleteGroup, s.raw, to)
	case complete:
		d.counters.Groups++
		s.channel, s.own = a.finished.channel, a.finished.own
		d.attachRecord(a.sum, a.finished.born, &a.finished.hearing)
		d.decodeMessage(a.payload, a.fill, a.raw, &a.finished.hearing, to)
	}
}

// outer is the time that surrounds the line: the envelope's or that of receipt.
func (at *At) outer() UnixMilli {
	if at.Feed != 0 {
		return at.Feed
	}
	return at.Received
}

// attachRecord gives a message what the GateHouse record above it says, if there is one.
func (d *Decoder) attachRecord(sum byte, first uint64, h *hearing) {
	if d.pghp.n > 0 {
		d.pghp.take(sum, first, d.counters.Sentences, h)
	}
}

// decodeMessage decodes the whole payload of the sentence in hand and delivers it.
func (d *Decoder) decodeMessage(payload []byte, fill byte, raw []byte, h *hearing, to Sink) {
	r := &d.report
	if reason := decodePayload(payload, fill, r); reason != NoReason {
		d.refuse(reason, raw, to)
		return
	}
	if d.sentence.own {
		r.Flags |= OwnShip
	}
	r.Channel, r.Station = d.sentence.channel, h.station
	if r.Station.Empty() {
		r.Station = d.options.Station
	}
	t, source := h.best()
	d.deliver(raw, t, source, to)
}

// deliver completes the report with its circumstances and hands it on. The time is the best that the wrapping of
// the sentence has, zero when it has none.
func (d *Decoder) deliver(raw []byte, t UnixMilli, source TimeSource, to Sink) {
	r := &d.report
	if r.MMSI > maxMMSI {
		d.refuse(BadMMSI, raw, to)
		return
	}
	if t == 0 {
		t, source = d.outerTime(r)
	} else if source <= TimeTrailer && r.Has&HasSecond != 0 && r.Second < 60 {
		t = sharpen(t, r.Second)
	}
	if t == 0 {
		d.refuse(NoTime, raw, to)
		return
	}
	r.Time, r.TimeSource, r.Received = t, source, d.at.Received
	r.Offset, r.Raw, r.Number = d.at.Offset, raw, d.number()
	d.emit(to)
	if r.Message == 19 { // one message, two reports: where the ship is, and who she is
		r.Kind, r.Number = Static, d.number()
		d.emit(to)
	}
}

// emit hands the report on.
func (d *Decoder) emit(to Sink) {
	d.counters.Reports++
	d.index++
	to.Report(&d.report)
}

// number is the line's number with the index of the next report in it.
func (d *Decoder) number() uint64 { return d.at.Line<<8 | d.index&255 }

// outerTime is the time for a sentence whose wrapping has none.
func (d *Decoder) outerTime(r *Report) (UnixMilli, TimeSource) {
	switch {
	case plausible(d.at.Feed) != 0:
		return d.at.Feed, TimeFeed
	case plausible(d.at.Received) != 0:
		return d.at.Received, TimeReceipt
	case d.assumed != 0:
		d.advance(r)
		return d.assumed, TimeAssumed
	}
	return 0, TimeUnknown
}

// sharpen returns the instant with that second of the minute in (t−55 s, t+5 s]: a station stamps a report when
// it comes in, and the ship took its position within the minute before (FORMATS.md section 1, fix time).
func sharpen(t UnixMilli, second uint8) UnixMilli {
	end := t + 5_000
	return end - (end-UnixMilli(second)*1000)%60_000
}

// advance moves the assumed time forward to what a report says of the second within its minute, or a base station
// of the minute and second within its hour. A step of at most half the cycle is forward, any other would be
// back and is left out.
func (d *Decoder) advance(r *Report) {
	const minute, hour = 60_000, 3_600_000
	step := UnixMilli(0)
	if r.Has&HasSecond != 0 && r.Second < 60 {
		step = (UnixMilli(r.Second)*1000 + minute - d.assumed%minute) % minute
		if step > minute/2 {
			step = 0
		}
	} else if r.Message == 4 && r.Has&HasClock != 0 {
		step = (r.Clock%hour + hour - d.assumed%hour) % hour
		if step > hour/2 {
			step = 0
		}
	}
	d.assumed += step
}

// refuse hands on what cannot be used.
func (d *Decoder) refuse(reason Reason, raw []byte, to Sink) {
	d.counters.Rejects[reason]++
	to.Reject(Reject{Reason: reason, Source: d.options.Source, Offset: d.at.Offset, Number: d.number(), Bytes: raw})
}

// refuseLost hands on the groups that were given up, each with where its first line stood.
func (d *Decoder) refuseLost(to Sink) {
	for _, slot := range d.parts.lost {
		g := &d.parts.slots[slot]
		d.lost = g.joined(d.lost[:0])
		d.counters.Rejects[IncompleteGroup]++
		to.Reject(Reject{Reason: IncompleteGroup, Source: d.options.Source, Offset: g.offset, Number: g.number, Bytes: d.lost})
	}
	d.parts.release()
	d.sweepAt = d.parts.due()
}
