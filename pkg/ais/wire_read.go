package ais

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Names keeps one string for each name that comes again and again, so that reading it allocates nothing. The zero value
// is ready; nil keeps none. It belongs to one goroutine.
type Names struct {
	last  string
	known map[string]string
}

// maxNames bounds what is kept: a log has a few dozen sources, and one with thousands of them has been tampered with.
const maxNames = 1024

// of returns the bytes as a string, which shares nothing with them.
func (n *Names) of(b []byte) string {
	if n == nil {
		return string(b)
	}
	if string(b) == n.last {
		return n.last
	}
	s, ok := n.known[string(b)]
	if !ok {
		s = string(b)
		if n.known == nil {
			n.known = map[string]string{}
		}
		if len(n.known) < maxNames {
			n.known[s] = s
		}
	}
	n.last = s
	return s
}

// ReadRecord overwrites the whole report with that of a darkwake.v1.Record, if the record is in the plain form in which
// AppendRecord writes one: fields in the order of their numbers, each once, all within their bounds, followed by fields
// of later versions at most. Then the report is the one that Protobuf's own reader and FromProto give, and Raw shares
// the record's bytes. All else (a punctuation, damage, the work of another writer) gives false and leaves the report
// undefined: Protobuf's own reader must say what it is.
func (r *Report) ReadRecord(record []byte, sources *Names) bool {
	if len(record) == 0 || record[0] != byte(tagRecordReport) {
		return false
	}
	body, n := protowire.ConsumeBytes(record[1:])
	if n != len(record)-1 {
		return false
	}
	*r = Report{}
	p := plainReader{b: body}
	p.step()
	p.readWhat(r)
	p.readCircumstances(r, sources)
	p.readStatic(r)
	r.Has = p.has &^ (hasLon | hasLat)
	switch {
	case p.has&hasLon == 0 || p.has&hasLat == 0:
		r.Position = geo.Point{}
	case r.Flags&OutOfRange == 0:
		r.Has |= HasPosition
	}
	p.skipLater()
	return p.whole()
}

// hasLon and hasLat mark the halves of a position while a record is read.
const (
	hasLon Field = 1 << (31 - iota)
	hasLat
)

// plainReader walks through a message whose fields come in the order of their numbers. Whoever calls its methods in this order
// gets each field, or zero where it is absent. What is out of order or bounds ends the walk before the message's end.
type plainReader struct {
	b   []byte
	at  int    // behind the tag
	tag uint32 // of the next field, 0 when there is none
	bad bool
	has Field // the optional fields that were there
}

// step takes the next tag. None is longer than two bytes, and a number below 1 is none.
func (p *plainReader) step() {
	switch b := p.b[p.at:]; {
	case len(b) == 0:
		p.tag = 0
	case b[0] >= 1<<3 && b[0] < 0x80:
		p.tag = uint32(b[0])
		p.at++
	case len(b) > 1 && b[0] >= 0x80 && b[1] != 0 && b[1] < 0x80:
		p.tag = uint32(b[0]&0x7f) | uint32(b[1])<<7
		p.at += 2
	default:
		p.fail()
	}
}

func (p *plainReader) fail() { p.tag, p.at, p.bad = 0, len(p.b), true }

// whole tells whether the walk came to the end.
func (p *plainReader) whole() bool { return p.tag == 0 && !p.bad }

// skipLater passes over fields of later versions, in any order.
func (p *plainReader) skipLater() {
	for p.tag>>3 > lastField {
		n := protowire.ConsumeFieldValue(protowire.Number(p.tag>>3), protowire.Type(p.tag&7), p.b[p.at:])
		if n < 0 {
			p.fail()
			return
		}
		p.at += n
		p.step()
	}
}

// number reads a number up to a bound.
func (p *plainReader) number(tag uint32, most uint64) uint64 {
	if p.tag != tag {
		return 0
	}
	return p.takeNumber(most)
}

// given reads a number and marks the field.
func (p *plainReader) given(tag uint32, f Field, most uint64) uint64 {
	if p.tag != tag {
		return 0
	}
	p.has |= f
	return p.takeNumber(most)
}

// real reads a floating-point number and marks the field.
func (p *plainReader) real(tag uint32, f Field) float64 {
	if p.tag != tag {
		return 0
	}
	p.has |= f
	return math.Float64frombits(p.takeFixed())
}

// bytes reads a string of bytes.
func (p *plainReader) bytes(tag uint32) []byte {
	if p.tag != tag {
		return nil
	}
	return p.takeBytes()
}

// text reads UTF-8.
func (p *plainReader) text(tag uint32) []byte {
	b := p.bytes(tag)
	if !utf8.Valid(b) {
		p.fail()
		return nil
	}
	return b
}

// varint takes a number or a length.
func (p *plainReader) varint() uint64 {
	if p.at < len(p.b) && p.b[p.at] < 0x80 {
		p.at++
		return uint64(p.b[p.at-1])
	}
	return p.longVarint()
}

func (p *plainReader) longVarint() uint64 {
	v, n := protowire.ConsumeVarint(p.b[p.at:])
	if n < 0 {
		p.fail()
		return 0
	}
	p.at += n
	return v
}

func (p *plainReader) takeNumber(most uint64) uint64 {
	v := p.varint()
	if v > most {
		p.fail()
		return 0
	}
	p.step()
	return v
}

func (p *plainReader) takeFixed() uint64 {
	b := p.b[p.at:]
	if len(b) < 8 {
		p.fail()
		return 0
	}
	p.at += 8
	p.step()
	return binary.LittleEndian.Uint64(b)
}

func (p *plainReader) takeBytes() []byte {
	n := p.varint()
	if n > uint64(len(p.b)-p.at) {
		p.fail()
		return nil
	}
	end := p.at + int(n)
	b := p.b[p.at:end:end]
	p.at = end
	p.step()
	return b
}

// readWhat reads fields 1 to 12.
func (p *plainReader) readWhat(r *Report) {
	r.Kind = Kind(p.number(tagKind, uint64(Static)))
	r.MMSI = MMSI(p.number(tagMMSI, math.MaxUint32))
	r.Time = UnixMilli(p.number(tagTime, math.MaxUint64))
	r.TimeSource = TimeSource(p.number(tagTimeSource, uint64(TimeAssumed)))
	r.Position[0] = p.real(tagLon, hasLon)
	r.Position[1] = p.real(tagLat, hasLat)
	r.SOG = geo.Knots(p.real(tagSOG, HasSOG))
	r.COG = geo.Degrees(p.real(tagCOG, HasCOG))
	r.Heading = geo.Degrees(p.real(tagHeading, HasHeading))
	r.ROT = p.real(tagROT, HasROT)
	r.NavStatus = uint8(p.given(tagNavStatus, HasNavStatus, 15))
	r.Second = uint8(p.given(tagSecond, HasSecond, 63))
}

// readCircumstances reads fields 13 to 30.
func (p *plainReader) readCircumstances(r *Report, sources *Names) {
	r.Message = uint8(p.number(tagMessage, 63))
	r.Class = Class(p.number(tagClass, uint64(ClassOther)))
	r.Channel = byte(p.number(tagChannel, math.MaxUint8))
	r.Repeat = uint8(p.number(tagRepeat, 3))
	if p.tag == tagFlags {
		r.Flags = p.flags()
	}
	if p.tag == tagSource {
		r.Source = sources.of(p.text(tagSource))
	}
	if p.tag == tagStation {
		r.Station = LabelFrom(p.text(tagStation))
	}
	r.Receiver = Receiver(p.number(tagReceiver, uint64(Shipborne)))
	r.Received = UnixMilli(p.number(tagReceived, math.MaxUint64))
	r.Late = p.number(tagLate, 1) != 0
	r.Offset = int64(p.number(tagOffset, math.MaxUint64))
	r.Number = p.number(tagNumber, math.MaxUint64)
	if p.tag == tagHash {
		r.Hash = p.takeFixed()
	}
	if raw := p.bytes(tagRaw); len(raw) > 0 {
		r.Raw = raw
	}
	r.Accuracy = p.given(tagAccuracy, HasAccuracy, 1) != 0
	r.RAIM = p.given(tagRAIM, HasRAIM, 1) != 0
	r.Altitude = geo.Metres(p.real(tagAltitude, HasAltitude))
	r.Clock = UnixMilli(p.given(tagClock, HasClock, math.MaxUint64))
}

// readStatic reads fields 31 to 38.
func (p *plainReader) readStatic(r *Report) {
	if p.tag>>3 < tagIMO>>3 {
		return
	}
	r.IMO = IMO(p.given(tagIMO, HasIMO, math.MaxUint32))
	p.words(tagName, HasName, &r.Name)
	p.words(tagCallSign, HasCallSign, &r.CallSign)
	r.ShipType = uint8(p.given(tagShipType, HasShipType, math.MaxUint8))
	if p.tag == tagDimensions {
		v := p.four(HasDimensions, math.MaxUint16)
		r.Dimensions = Dimensions{Bow: v[0], Stern: v[1], Port: v[2], Starboard: v[3]}
	}
	r.Draught = geo.Metres(p.real(tagDraught, HasDraught))
	p.words(tagDestination, HasDestination, &r.Destination)
	if p.tag == tagETA {
		v := p.four(HasETA, math.MaxUint8)
		r.ETA = ETA{Month: uint8(v[0]), Day: uint8(v[1]), Hour: uint8(v[2]), Minute: uint8(v[3])}
	}
}

// words reads a text and marks the field.
func (p *plainReader) words(tag uint32, f Field, to *Text) {
	if p.tag == tag {
		p.has |= f
		*to = TextFrom(p.text(tag))
	}
}

// flags reads packed flags, all of them known.
func (p *plainReader) flags() Flag {
	var flags Flag
	for _, f := range p.takeBytes() {
		if f > flagCount {
			p.fail()
			return 0
		}
		flags |= Flag(1) << f >> 1 // 0 says nothing
	}
	return flags
}

// four reads a message of four numbers and marks the field.
func (p *plainReader) four(f Field, most uint64) (v [4]uint16) {
	p.has |= f
	inner := plainReader{b: p.takeBytes()}
	inner.step()
	for i, tag := range [...]uint32{tagPart1, tagPart2, tagPart3, tagPart4} {
		v[i] = uint16(inner.number(tag, most))
	}
	if !inner.whole() {
		p.fail()
	}
	return v
}
