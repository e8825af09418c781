package ais

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The tags of a report on the wire: the field's number in report.proto << 3, plus how its value is encoded.
const (
	tagRecordReport = 1<<3 | uint32(protowire.BytesType)

	tagKind        = 1<<3 | uint32(protowire.VarintType)
	tagMMSI        = 2<<3 | uint32(protowire.VarintType)
	tagTime        = 3<<3 | uint32(protowire.VarintType)
	tagTimeSource  = 4<<3 | uint32(protowire.VarintType)
	tagLon         = 5<<3 | uint32(protowire.Fixed64Type)
	tagLat         = 6<<3 | uint32(protowire.Fixed64Type)
	tagSOG         = 7<<3 | uint32(protowire.Fixed64Type)
	tagCOG         = 8<<3 | uint32(protowire.Fixed64Type)
	tagHeading     = 9<<3 | uint32(protowire.Fixed64Type)
	tagROT         = 10<<3 | uint32(protowire.Fixed64Type)
	tagNavStatus   = 11<<3 | uint32(protowire.VarintType)
	tagSecond      = 12<<3 | uint32(protowire.VarintType)
	tagMessage     = 13<<3 | uint32(protowire.VarintType)
	tagClass       = 14<<3 | uint32(protowire.VarintType)
	tagChannel     = 15<<3 | uint32(protowire.VarintType)
	tagRepeat      = 16<<3 | uint32(protowire.VarintType)
	tagFlags       = 17<<3 | uint32(protowire.BytesType)
	tagSource      = 18<<3 | uint32(protowire.BytesType)
	tagStation     = 19<<3 | uint32(protowire.BytesType)
	tagReceiver    = 20<<3 | uint32(protowire.VarintType)
	tagReceived    = 21<<3 | uint32(protowire.VarintType)
	tagLate        = 22<<3 | uint32(protowire.VarintType)
	tagOffset      = 23<<3 | uint32(protowire.VarintType)
	tagNumber      = 24<<3 | uint32(protowire.VarintType)
	tagHash        = 25<<3 | uint32(protowire.Fixed64Type)
	tagRaw         = 26<<3 | uint32(protowire.BytesType)
	tagAccuracy    = 27<<3 | uint32(protowire.VarintType)
	tagRAIM        = 28<<3 | uint32(protowire.VarintType)
	tagAltitude    = 29<<3 | uint32(protowire.Fixed64Type)
	tagClock       = 30<<3 | uint32(protowire.VarintType)
	tagIMO         = 31<<3 | uint32(protowire.VarintType)
	tagName        = 32<<3 | uint32(protowire.BytesType)
	tagCallSign    = 33<<3 | uint32(protowire.BytesType)
	tagShipType    = 34<<3 | uint32(protowire.VarintType)
	tagDimensions  = 35<<3 | uint32(protowire.BytesType)
	tagDraught     = 36<<3 | uint32(protowire.Fixed64Type)
	tagDestination = 37<<3 | uint32(protowire.BytesType)
	tagETA         = 38<<3 | uint32(protowire.BytesType)

	// lastField is the highest number of a field that this version knows.
	lastField = 38
)

// The tags of the parts of dimensions and of an ETA, each in its own message.
const (
	tagPart1 = 1<<3 | uint32(protowire.VarintType) // bow, month
	tagPart2 = 2<<3 | uint32(protowire.VarintType) // stern, day
	tagPart3 = 3<<3 | uint32(protowire.VarintType) // port, hour
	tagPart4 = 4<<3 | uint32(protowire.VarintType) // starboard, minute
)

// lengthRoom is what is left free for the length of a report: two bytes, of 14 bits, hold that of all but those with
// many long sentences.
const lengthRoom = 2

// AppendRecord appends the report to dst as a darkwake.v1.Record. Equal reports give equal bytes: those of ToProto in
// Protobuf's deterministic form, which this writes without going through it.
func (r *Report) AppendRecord(dst []byte) []byte {
	dst = append(dst, byte(tagRecordReport), 0, 0)
	start := len(dst)
	dst = r.putWhat(dst)
	dst = r.putCircumstances(dst)
	dst = r.putStation(dst)
	dst = r.putStatic(dst)
	return closeLength(dst, start)
}

// closeLength writes the length of what begins at start into the room before it, and moves it when that does not fit.
func closeLength(dst []byte, start int) []byte {
	length := uint64(len(dst) - start)
	need := protowire.SizeVarint(length)
	if need != lengthRoom {
		for range need - lengthRoom {
			dst = append(dst, 0)
		}
		copy(dst[start-lengthRoom+need:], dst[start:start+int(length)])
		dst = dst[:start-lengthRoom+need+int(length)]
	}
	binary.PutUvarint(dst[start-lengthRoom:], length)
	return dst
}

// putWhat writes fields 1 to 12.
func (r *Report) putWhat(dst []byte) []byte {
	dst = putNumber(dst, tagKind, uint64(r.Kind))
	dst = putNumber(dst, tagMMSI, uint64(r.MMSI))
	dst = putNumber(dst, tagTime, uint64(r.Time))
	dst = putNumber(dst, tagTimeSource, uint64(r.TimeSource))
	if r.Has&HasPosition != 0 || r.Flags&OutOfRange != 0 {
		dst = putFixed(dst, tagLon, math.Float64bits(r.Position[0]))
		dst = putFixed(dst, tagLat, math.Float64bits(r.Position[1]))
	}
	if r.Has&HasSOG != 0 {
		dst = putFixed(dst, tagSOG, math.Float64bits(float64(r.SOG)))
	}
	if r.Has&HasCOG != 0 {
		dst = putFixed(dst, tagCOG, math.Float64bits(float64(r.COG)))
	}
	if r.Has&HasHeading != 0 {
		dst = putFixed(dst, tagHeading, math.Float64bits(float64(r.Heading)))
	}
	if r.Has&HasROT != 0 {
		dst = putFixed(dst, tagROT, math.Float64bits(r.ROT))
	}
	if r.Has&HasNavStatus != 0 {
		dst = putVarint(dst, tagNavStatus, uint64(r.NavStatus))
	}
	if r.Has&HasSecond != 0 {
		dst = putVarint(dst, tagSecond, uint64(r.Second))
	}
	return dst
}

// putCircumstances writes fields 13 to 26.
func (r *Report) putCircumstances(dst []byte) []byte {
	dst = putNumber(dst, tagMessage, uint64(r.Message))
	dst = putNumber(dst, tagClass, uint64(r.Class))
	dst = putNumber(dst, tagChannel, uint64(r.Channel))
	dst = putNumber(dst, tagRepeat, uint64(r.Repeat))
	dst = putFlags(dst, r.Flags)
	if r.Source != "" {
		dst = putString(dst, tagSource, r.Source)
	}
	if r.Station.n != 0 {
		dst = putText(dst, tagStation, r.Station.b[:r.Station.n])
	}
	dst = putNumber(dst, tagReceiver, uint64(r.Receiver))
	dst = putNumber(dst, tagReceived, uint64(r.Received))
	dst = putNumber(dst, tagLate, oneIf(r.Late))
	dst = putNumber(dst, tagOffset, uint64(r.Offset))
	dst = putNumber(dst, tagNumber, r.Number)
	if r.Hash != 0 {
		dst = putFixed(dst, tagHash, r.Hash)
	}
	if len(r.Raw) != 0 {
		dst = append(putVarint(dst, tagRaw, uint64(len(r.Raw))), r.Raw...)
	}
	return dst
}

// putStation writes fields 27 to 30.
func (r *Report) putStation(dst []byte) []byte {
	if r.Has&HasAccuracy != 0 {
		dst = putVarint(dst, tagAccuracy, oneIf(r.Accuracy))
	}
	if r.Has&HasRAIM != 0 {
		dst = putVarint(dst, tagRAIM, oneIf(r.RAIM))
	}
	if r.Has&HasAltitude != 0 {
		dst = putFixed(dst, tagAltitude, math.Float64bits(float64(r.Altitude)))
	}
	if r.Has&HasClock != 0 {
		dst = putVarint(dst, tagClock, uint64(r.Clock))
	}
	return dst
}

// putStatic writes fields 31 to 38. Messages within the report are shorter than 128 bytes.
func (r *Report) putStatic(dst []byte) []byte {
	if r.Has&^(HasIMO-1) == 0 {
		return dst
	}
	if r.Has&HasIMO != 0 {
		dst = putVarint(dst, tagIMO, uint64(r.IMO))
	}
	if r.Has&HasName != 0 {
		dst = putText(dst, tagName, r.Name.b[:r.Name.n])
	}
	if r.Has&HasCallSign != 0 {
		dst = putText(dst, tagCallSign, r.CallSign.b[:r.CallSign.n])
	}
	if r.Has&HasShipType != 0 {
		dst = putVarint(dst, tagShipType, uint64(r.ShipType))
	}
	if d := r.Dimensions; r.Has&HasDimensions != 0 {
		dst = putFour(dst, tagDimensions, [4]uint16{d.Bow, d.Stern, d.Port, d.Starboard})
	}
	if r.Has&HasDraught != 0 {
		dst = putFixed(dst, tagDraught, math.Float64bits(float64(r.Draught)))
	}
	if r.Has&HasDestination != 0 {
		dst = putText(dst, tagDestination, r.Destination.b[:r.Destination.n])
	}
	if e := r.ETA; r.Has&HasETA != 0 {
		dst = putFour(dst, tagETA, [4]uint16{uint16(e.Month), uint16(e.Day), uint16(e.Hour), uint16(e.Minute)})
	}
	return dst
}

// putTag writes a tag of one or two bytes, as all of ours are.
func putTag(dst []byte, tag uint32) []byte {
	if tag < 0x80 {
		return append(dst, byte(tag))
	}
	return append(dst, byte(tag)|0x80, byte(tag>>7))
}

// putNumber writes a number that is absent when it is zero.
func putNumber(dst []byte, tag uint32, v uint64) []byte {
	if v == 0 {
		return dst
	}
	return putVarint(dst, tag, v)
}

func putVarint(dst []byte, tag uint32, v uint64) []byte {
	dst = putTag(dst, tag)
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

func putFixed(dst []byte, tag uint32, v uint64) []byte {
	return binary.LittleEndian.AppendUint64(putTag(dst, tag), v)
}

func putString(dst []byte, tag uint32, s string) []byte {
	s = valid(s)
	return append(putVarint(dst, tag, uint64(len(s))), s...)
}

// putText writes a short text of any bytes as UTF-8.
func putText(dst []byte, tag uint32, text []byte) []byte {
	if !utf8.Valid(text) {
		return putString(dst, tag, string(text))
	}
	return append(append(putTag(dst, tag), byte(len(text))), text...)
}

// putFlags writes the places of the flags, packed.
func putFlags(dst []byte, flags Flag) []byte {
	if flags &= 1<<flagCount - 1; flags == 0 {
		return dst
	}
	dst = append(putTag(dst, tagFlags), 0)
	start := len(dst)
	for i := range byte(flagCount) {
		if flags&(1<<i) != 0 {
			dst = append(dst, i+1)
		}
	}
	dst[start-1] = byte(len(dst) - start)
	return dst
}

// putFour writes a message of four numbers that are absent when they are zero.
func putFour(dst []byte, tag uint32, v [4]uint16) []byte {
	dst = append(putTag(dst, tag), 0)
	start := len(dst)
	dst = putNumber(dst, tagPart1, uint64(v[0]))
	dst = putNumber(dst, tagPart2, uint64(v[1]))
	dst = putNumber(dst, tagPart3, uint64(v[2]))
	dst = putNumber(dst, tagPart4, uint64(v[3]))
	dst[start-1] = byte(len(dst) - start)
	return dst
}

func oneIf(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}
