package ais

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/darkwake/darkwake/pkg/geo"
	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

// ToProto gives the wire form. It shares Raw with the report and copies all else. What Has does not mark is
// absent, except for a position marked OutOfRange. Text that is not UTF-8 (TAG blocks and tables may hold
// anything) gets '?' for each run of wrong bytes, as Protobuf demands.
func (r *Report) ToProto() *darkwakev1.Report {
	p := &darkwakev1.Report{
		Kind:             darkwakev1.Kind(r.Kind),
		Mmsi:             uint32(r.MMSI),
		EventTimeMs:      int64(r.Time),
		TimeSource:       darkwakev1.TimeSource(r.TimeSource),
		Message:          uint32(r.Message),
		TransponderClass: darkwakev1.TransponderClass(r.Class),
		Channel:          uint32(r.Channel),
		Repeat:           uint32(r.Repeat),
		Source:           valid(r.Source),
		Station:          valid(r.Station.String()),
		Receiver:         darkwakev1.Receiver(r.Receiver),
		ReceivedMs:       int64(r.Received),
		Late:             r.Late,
		Offset:           r.Offset,
		Number:           r.Number,
		Hash:             r.Hash,
		Raw:              r.Raw,
	}
	for i := range flagCount {
		if r.Flags&(1<<i) != 0 {
			p.Flags = append(p.Flags, darkwakev1.Flag(i+1))
		}
	}
	r.positionTo(p)
	r.staticTo(p)
	return p
}

// flagCount is the number of flags. On the wire a flag is its place among the bits plus one.
const flagCount = 12

// valid makes s UTF-8 without making it longer.
func valid(s string) string { return strings.ToValidUTF8(s, "?") }

// given returns a pointer to v as the wire type if the field is present, nil otherwise.
func given[W, V any](r *Report, f Field, v V, convert func(V) W) *W {
	if !r.Carries(f) {
		return nil
	}
	w := convert(v)
	return &w
}

// same passes a value whose wire type is its own.
func same[V any](v V) V { return v }

// number and wide convert the units and codes to their wire types.
func number[V ~float64](v V) float64      { return float64(v) }
func wide[V ~uint8 | ~uint32](v V) uint32 { return uint32(v) }

func (r *Report) positionTo(p *darkwakev1.Report) {
	if r.Carries(HasPosition) || r.Flags&OutOfRange != 0 {
		p.Lon, p.Lat = proto.Float64(r.Position[0]), proto.Float64(r.Position[1])
	}
	p.Sog = given(r, HasSOG, r.SOG, number)
	p.Cog = given(r, HasCOG, r.COG, number)
	p.Heading = given(r, HasHeading, r.Heading, number)
	p.Rot = given(r, HasROT, r.ROT, number)
	p.Altitude = given(r, HasAltitude, r.Altitude, number)
	p.NavStatus = given(r, HasNavStatus, r.NavStatus, wide)
	p.Second = given(r, HasSecond, r.Second, wide)
	p.Accuracy = given(r, HasAccuracy, r.Accuracy, same)
	p.Raim = given(r, HasRAIM, r.RAIM, same)
	p.ClockMs = given(r, HasClock, r.Clock, func(u UnixMilli) int64 { return int64(u) })
}

func (r *Report) staticTo(p *darkwakev1.Report) {
	text := func(t Text) string { return valid(t.String()) }
	p.Imo = given(r, HasIMO, r.IMO, wide)
	p.Name = given(r, HasName, r.Name, text)
	p.Callsign = given(r, HasCallSign, r.CallSign, text)
	p.ShipType = given(r, HasShipType, r.ShipType, wide)
	p.Draught = given(r, HasDraught, r.Draught, number)
	p.Destination = given(r, HasDestination, r.Destination, text)
	if d := r.Dimensions; r.Carries(HasDimensions) {
		p.Dimensions = &darkwakev1.Dimensions{
			Bow: uint32(d.Bow), Stern: uint32(d.Stern), Port: uint32(d.Port), Starboard: uint32(d.Starboard),
		}
	}
	if e := r.ETA; r.Carries(HasETA) {
		p.Eta = &darkwakev1.Arrival{
			Month: uint32(e.Month), Day: uint32(e.Day), Hour: uint32(e.Hour), Minute: uint32(e.Minute),
		}
	}
}

// FromProto overwrites the whole report with what the wire carries; Raw is shared with p. A number that a
// writer of this version cannot have sent is an error, so that no later table is indexed by it; so is a nil p,
// which a record with a punctuation gives.
func (r *Report) FromProto(p *darkwakev1.Report) error {
	if p == nil {
		return errors.New("read report: the record holds none")
	}
	if err := checkWire(p); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	*r = Report{
		Kind:       Kind(p.GetKind()),
		MMSI:       MMSI(p.GetMmsi()),
		Time:       UnixMilli(p.GetEventTimeMs()),
		TimeSource: TimeSource(p.GetTimeSource()),
		Message:    uint8(p.GetMessage()),
		Class:      Class(p.GetTransponderClass()),
		Channel:    byte(p.GetChannel()),
		Repeat:     uint8(p.GetRepeat()),
		Source:     p.GetSource(),
		Station:    LabelFrom(p.GetStation()),
		Receiver:   Receiver(p.GetReceiver()),
		Received:   UnixMilli(p.GetReceivedMs()),
		Late:       p.GetLate(),
		Offset:     p.GetOffset(),
		Number:     p.GetNumber(),
		Hash:       p.GetHash(),
		Raw:        p.GetRaw(),
	}
	for _, f := range p.GetFlags() {
		if f > 0 { // FLAG_NONE says nothing
			r.Flags |= 1 << (f - 1)
		}
	}
	r.positionFrom(p)
	r.staticFrom(p)
	return nil
}

// accept stores the wire's value if there is one, and marks it.
func accept[W, V any](r *Report, f Field, to *V, from *W, convert func(W) V) {
	if from != nil {
		*to = convert(*from)
		r.Has |= f
	}
}

func (r *Report) positionFrom(p *darkwakev1.Report) {
	if p.Lon != nil && p.Lat != nil {
		r.Position = geo.PointFromDegrees(*p.Lon, *p.Lat)
		if r.Flags&OutOfRange == 0 {
			r.Has |= HasPosition
		}
	}
	degrees := func(v float64) geo.Degrees { return geo.Degrees(v) }
	byteOf := func(v uint32) uint8 { return uint8(v) }
	accept(r, HasSOG, &r.SOG, p.Sog, func(v float64) geo.Knots { return geo.Knots(v) })
	accept(r, HasCOG, &r.COG, p.Cog, degrees)
	accept(r, HasHeading, &r.Heading, p.Heading, degrees)
	accept(r, HasROT, &r.ROT, p.Rot, same)
	accept(r, HasAltitude, &r.Altitude, p.Altitude, metres)
	accept(r, HasNavStatus, &r.NavStatus, p.NavStatus, byteOf)
	accept(r, HasSecond, &r.Second, p.Second, byteOf)
	accept(r, HasAccuracy, &r.Accuracy, p.Accuracy, same)
	accept(r, HasRAIM, &r.RAIM, p.Raim, same)
	accept(r, HasClock, &r.Clock, p.ClockMs, func(v int64) UnixMilli { return UnixMilli(v) })
}

func metres(v float64) geo.Metres { return geo.Metres(v) }

func (r *Report) staticFrom(p *darkwakev1.Report) {
	accept(r, HasIMO, &r.IMO, p.Imo, func(v uint32) IMO { return IMO(v) })
	accept(r, HasName, &r.Name, p.Name, TextFrom[string])
	accept(r, HasCallSign, &r.CallSign, p.Callsign, TextFrom[string])
	accept(r, HasShipType, &r.ShipType, p.ShipType, func(v uint32) uint8 { return uint8(v) })
	accept(r, HasDraught, &r.Draught, p.Draught, metres)
	accept(r, HasDestination, &r.Destination, p.Destination, TextFrom[string])
	if d := p.GetDimensions(); d != nil {
		r.Dimensions = Dimensions{
			Bow: uint16(d.GetBow()), Stern: uint16(d.GetStern()), Port: uint16(d.GetPort()), Starboard: uint16(d.GetStarboard()),
		}
		r.Has |= HasDimensions
	}
	if e := p.GetEta(); e != nil {
		r.ETA = ETA{Month: uint8(e.GetMonth()), Day: uint8(e.GetDay()), Hour: uint8(e.GetHour()), Minute: uint8(e.GetMinute())}
		r.Has |= HasETA
	}
}

// checkWire finds the first number that does not fit the report's type for it.
func checkWire(p *darkwakev1.Report) error {
	limits := []struct {
		name       string
		value, max int64
	}{
		{"kind", int64(p.GetKind()), int64(Static)},
		{"time source", int64(p.GetTimeSource()), int64(TimeAssumed)},
		{"receiver", int64(p.GetReceiver()), int64(Shipborne)},
		{"transponder class", int64(p.GetTransponderClass()), int64(ClassOther)},
		{"message", int64(p.GetMessage()), 63},
		{"channel", int64(p.GetChannel()), 255},
		{"repeat", int64(p.GetRepeat()), 3},
		{"navigational status", int64(p.GetNavStatus()), 15},
		{"second", int64(p.GetSecond()), 63},
		{"ship type", int64(p.GetShipType()), 255},
		{"bow", int64(p.GetDimensions().GetBow()), 65_535},
		{"stern", int64(p.GetDimensions().GetStern()), 65_535},
		{"port", int64(p.GetDimensions().GetPort()), 65_535},
		{"starboard", int64(p.GetDimensions().GetStarboard()), 65_535},
		{"month", int64(p.GetEta().GetMonth()), 255},
		{"day", int64(p.GetEta().GetDay()), 255},
		{"hour", int64(p.GetEta().GetHour()), 255},
		{"minute", int64(p.GetEta().GetMinute()), 255},
	}
	for _, f := range p.GetFlags() {
		if f < 0 || f > flagCount {
			return fmt.Errorf("flag %d is not known", f)
		}
	}
	for _, l := range limits {
		if l.value < 0 || l.value > l.max {
			return fmt.Errorf("%s %d is not in 0..%d", l.name, l.value, l.max)
		}
	}
	return nil
}
