package ais

import (
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// MMSI is the maritime mobile service identity: a radio's number of nine digits (ITU-R M.585-9).
type MMSI uint32

// String gives nine digits with leading zeros, the form that keys use.
func (m MMSI) String() string { return fmt.Sprintf("%09d", uint32(m)) }

// Ship tells whether the number is one of a ship's station: nine digits, the first of them 2 to 7.
// Handhelds (8), SARTs and EPIRBs (97), craft of a parent ship (98), aids (99), coast stations (00)
// and aircraft (111) are counted, never tracked.
func (m MMSI) Ship() bool { return m >= 200_000_000 && m < 800_000_000 }

// Default tells whether the number looks like one that a radio has when nobody has set it, which several ships send at
// once: digits in a row, or a country code followed by six equal digits (240000000 and 416000000 have been heard).
func (m MMSI) Default() bool {
	return m%1_000_000%111_111 == 0 || m == 123456789 || m == 987654321
}

// IMO is a hull's number of seven digits, zero when not known (IMO resolution A.1117(30)).
type IMO uint32

// Valid checks the last digit: (7·d1+6·d2+5·d3+4·d4+3·d5+2·d6) mod 10 = d7.
func (n IMO) Valid() bool {
	if n < 1_000_000 || n > 9_999_999 {
		return false
	}
	sum, rest := uint32(0), uint32(n)/10
	for weight := uint32(2); weight <= 7; weight++ {
		sum += weight * (rest % 10)
		rest /= 10
	}
	return sum%10 == uint32(n)%10
}

// UnixMilli is an instant in milliseconds since 1970-01-01T00:00:00Z; zero is "not known".
type UnixMilli int64

// Milli returns the instant of t, cut to the millisecond.
func Milli(t time.Time) UnixMilli { return UnixMilli(t.UnixMilli()) }

// Time converts to the standard library's form, in UTC.
func (u UnixMilli) Time() time.Time { return time.UnixMilli(int64(u)).UTC() }

// Kind is what a report is about.
type Kind uint8

// The kinds of report. Messages 1–4, 9, 11, 18, 21 and 27 are positions, 5 and 24 static, 19 gives one of each.
const (
	Other Kind = iota
	Position
	Static
)

// TimeSource says how an event time is known, best first (FORMATS.md: the order of trust).
type TimeSource uint8

// The sources of event time. Assumed marks a file without any time that was given one by hand.
const (
	TimeUnknown TimeSource = iota
	TimeTag
	TimePGHP
	TimeTrailer
	TimeStamp
	TimeFeed
	TimeReceipt
	TimeAssumed
)

// Receiver is the kind of receiver that heard a report.
type Receiver uint8

// The kinds of receiver.
const (
	ReceiverUnknown Receiver = iota
	Terrestrial
	Satellite
	Shipborne
)

// Class is the class of the transponder.
type Class uint8

// The classes of transponder. ClassOther is a base station, aid to navigation or aircraft.
const (
	ClassUnknown Class = iota
	ClassA
	ClassB
	ClassOther
)

// Field marks a value that a report carries. A field that is not marked is absent: sentinels
// ("not available" codes) end in this package.
type Field uint32

// The fields that may be absent.
const (
	HasPosition Field = 1 << iota
	HasSOG
	HasCOG
	HasHeading
	HasROT
	HasNavStatus
	HasSecond
	HasAccuracy
	HasRAIM
	HasAltitude
	HasClock
	HasIMO
	HasName
	HasCallSign
	HasShipType
	HasDimensions
	HasDraught
	HasDestination
	HasETA
)

// Flag marks a circumstance worth keeping.
type Flag uint16

// The flags.
const (
	// Coarse marks message 27: 1/10 minute, about 185 m. Never used for hull geometry.
	Coarse Flag = 1 << iota
	// LastKnown marks a row of a table of last-known positions.
	LastKnown
	// Downsampled marks a source that was thinned before it reached us.
	Downsampled
	// DecodedUpstream marks a report for which no sentence exists.
	DecodedUpstream
	// BadIMO marks an IMO number with a wrong check digit.
	BadIMO
	// OverLong marks a payload with more bits than its type has; the surplus was ignored.
	OverLong
	// Padded marks a payload a few bits short of nominal, filled with zeros.
	Padded
	// OwnShip marks a VDO sentence: the receiver's own report.
	OwnShip
	// PartA and PartB tell the halves of message 24 apart.
	PartA
	PartB
	// ROTBeyond marks a rate of turn of ±127: faster than 5° in 30 s, no number.
	ROTBeyond
	// OutOfRange marks a position off the Earth's grid that is not the "not available" code.
	OutOfRange
)

// Label is a short identifier of at most 15 bytes, such as a station in a TAG block. Comparable.
type Label struct {
	n uint8
	b [15]byte
}

// LabelFrom cuts s to 15 bytes.
func LabelFrom[T string | []byte](s T) Label {
	var l Label
	l.n = uint8(copy(l.b[:], s))
	return l
}

// String returns the label's text.
func (l Label) String() string { return string(l.b[:l.n]) }

// Empty tells whether there is no label.
func (l Label) Empty() bool { return l.n == 0 }

// Compare orders labels as their texts.
func (l Label) Compare(o Label) int {
	for i := 0; i < 15; i++ {
		if l.b[i] != o.b[i] {
			if l.b[i] < o.b[i] {
				return -1
			}
			return 1
		}
	}
	return int(l.n) - int(o.n)
}

// Text is six-bit text of at most 34 characters (message 21's name with its extension), cut at the
// first @ and trimmed of blanks.
type Text struct {
	n uint8
	b [34]byte
}

// TextFrom trims blanks round s and cuts it to 34 bytes.
func TextFrom[T string | []byte](s T) Text {
	start, end := 0, len(s)
	for start < end && s[start] == ' ' {
		start++
	}
	end = min(end, start+len(Text{}.b))
	for end > start && s[end-1] == ' ' {
		end--
	}
	var t Text
	t.n = uint8(copy(t.b[:], s[start:end]))
	return t
}

// String returns the text.
func (t *Text) String() string { return string(t.b[:t.n]) }

// Len is the number of characters.
func (t *Text) Len() int { return int(t.n) }

// Dimensions are distances in metres from the antenna to bow, stern, port and starboard side.
type Dimensions struct{ Bow, Stern, Port, Starboard uint16 }

// Hull converts to geometry, marking an antenna of unknown place.
func (d Dimensions) Hull() geo.Hull {
	return geo.Hull{
		Bow: geo.Metres(d.Bow), Stern: geo.Metres(d.Stern), Port: geo.Metres(d.Port), Starboard: geo.Metres(d.Starboard),
		AntennaUnknown: d.Bow == 0 && d.Port == 0 && d.Stern > 0 && d.Starboard > 0,
	}
}

// ETA is the estimated time of arrival as typed: UTC without a year; a zero month or day, hour 24 and
// minute 60 mean that this part is not available.
type ETA struct{ Month, Day, Hour, Minute uint8 }

// Report is one decoded AIS message with its circumstances. Values are present only where Has says so.
// A decoder reuses one Report: Raw is valid until the next line, all else may be copied with =.
type Report struct {
	// What it is.
	Kind    Kind
	Message uint8 // 1–28; 0 for a table row
	Class   Class
	Channel byte // 'A', 'B', 'C', 'D', 0 when not known
	Repeat  uint8
	Flags   Flag
	Has     Field
	MMSI    MMSI

	// Its circumstances.
	Time       UnixMilli // event time
	Received   UnixMilli // when darkwake received it, zero on replay
	TimeSource TimeSource
	Receiver   Receiver
	Late       bool   // decided once, where the source is read
	Source     string // the feed's id
	Station    Label
	Offset     int64  // byte offset of the (last) line in the source
	Number     uint64 // line number of the last sentence << 8, plus an index within the line
	Hash       uint64 // of the payload bits, or of (MMSI, time, position) for a table row: the copy key
	Raw        []byte // the original sentences, joined by \n; empty if the feed gives none

	// Position.
	Position  geo.Point
	SOG       geo.Knots
	COG       geo.Degrees
	Heading   geo.Degrees
	ROT       float64 // degrees a minute, starboard positive
	Altitude  geo.Metres
	NavStatus uint8
	Second    uint8 // 0–63: 61 manual, 62 dead reckoning, 63 sensor off are evidence
	Accuracy  bool  // better than 10 m
	RAIM      bool
	Clock     UnixMilli // the station's own clock, messages 4 and 11

	// Static and voyage data.
	ShipType    uint8
	IMO         IMO
	Draught     geo.Metres // 25.5 means 25.5 or more
	Dimensions  Dimensions
	ETA         ETA
	Name        Text
	CallSign    Text
	Destination Text
}

// Carries tells whether all of the fields are present.
func (r *Report) Carries(f Field) bool { return r.Has&f == f }

// Clone copies the report and its raw bytes, so that it may be kept.
func (r *Report) Clone() *Report {
	c := *r
	c.Raw = append([]byte(nil), r.Raw...)
	return &c
}

// Reason says why a sentence or row was refused: the closed list of the dead letter.
type Reason uint8

// The reasons. They are also the labels of the reject counters.
const (
	NoReason Reason = iota
	NotNMEA
	BadChecksum
	BadPayload
	Truncated
	IncompleteGroup
	TooLong
	BadRow
	BadMMSI
	BadPosition
	NoTime
	FutureTime
	TooLate
	Poisoned
)

// Reasons is the number of reasons, NoReason included: the size of an array of counters.
const Reasons = int(Poisoned) + 1

var reasonNames = [Reasons]string{"", "not_nmea", "bad_checksum", "bad_payload", "truncated", "incomplete_group",
	"too_long", "bad_row", "bad_mmsi", "bad_position", "no_time", "future_time", "too_late", "poisoned"}

// String gives the name that dead letters and counters carry.
func (r Reason) String() string { return reasonNames[r] }

// Reject is something from a feed that was refused.
type Reject struct {
	Reason Reason
	Source string
	Offset int64
	Number uint64
	Bytes  []byte // the original bytes, valid until the next line
}

// Sink takes what a decoder makes of its lines, in order. Neither call may keep the argument.
type Sink interface {
	Report(*Report)
	Reject(Reject)
}
