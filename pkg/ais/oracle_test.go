package ais

import (
	"fmt"
	"math"
	"strings"
	"time"

	goais "github.com/BertoldVdb/go-ais"

	"github.com/darkwake/darkwake/pkg/geo"
)

// cleanText is the standard's reading of a text as go-ais gives it: cut at the first '@', blanks trimmed.
func cleanText(s string) (Text, bool) {
	s, _, _ = strings.Cut(s, "@")
	t := TextFrom(s)
	return t, t.Len() > 0
}

// expect builds the Report that a packet of go-ais stands for, with its "not available" codes mapped as FORMATS
// says. It is written from the tables of the standard, apart from the readers. sent is the length in bits.
func expect(p goais.Packet, sent int) Report {
	h := p.GetHeader()
	r := Report{Message: h.MessageID, Repeat: h.RepeatIndicator, MMSI: MMSI(h.UserID)}
	w := expectation{&r}
	switch m := p.(type) {
	case goais.PositionReport:
		r.Kind, r.Class = Position, ClassA
		w.move(float64(m.Longitude), float64(m.Latitude), float64(m.Sog), float64(m.Cog), m.TrueHeading, m.Timestamp)
		w.bits(m.PositionAccuracy, m.Raim)
		w.status(m.NavigationalStatus)
		w.turn(m.RateOfTurn)
		w.length(sent, 168)
	case goais.BaseStationReport:
		r.Kind, r.Class = Position, ClassOther
		w.place(float64(m.Longitude), float64(m.Latitude))
		w.bits(m.PositionAccuracy, m.Raim)
		w.clock(m)
		w.length(sent, 168)
	case goais.ShipStaticData:
		w.static(m)
		w.length(sent, 424)
	case goais.StandardSearchAndRescueAircraftReport:
		r.Kind, r.Class = Position, ClassOther
		w.aircraft(m)
		w.length(sent, 168)
	case goais.StandardClassBPositionReport:
		r.Kind, r.Class = Position, ClassB
		w.move(float64(m.Longitude), float64(m.Latitude), float64(m.Sog), float64(m.Cog), m.TrueHeading, m.Timestamp)
		w.bits(m.PositionAccuracy, m.Raim)
		w.length(sent, 168)
	case goais.ExtendedClassBPositionReport:
		r.Kind, r.Class = Position, ClassB
		w.move(float64(m.Longitude), float64(m.Latitude), float64(m.Sog), float64(m.Cog), m.TrueHeading, m.Timestamp)
		w.text(&r.Name, HasName, m.Name)
		w.hull(m.Type, m.Dimension)
		w.bits(m.PositionAccuracy, m.Raim)
		w.unless(sent > 305, HasRAIM)
		w.length(sent, 312)
	case goais.AidsToNavigationReport:
		w.aid(m, sent)
	case goais.StaticDataReport:
		w.staticB(m, sent)
	case goais.LongRangeAisBroadcastMessage:
		w.longRange(m)
		w.length(sent, 96)
	}
	return r
}

// expectation fills a report field by field.
type expectation struct{ *Report }

func (w expectation) mark(present bool, f Field) bool {
	if present {
		w.Has |= f
	}
	return present
}

func (w expectation) unless(sent bool, f Field) {
	if !sent {
		w.Has &^= f
	}
}

func (w expectation) length(sent, nominal int) {
	if sent > nominal {
		w.Flags |= OverLong
	}
	if sent < nominal {
		w.Flags |= Padded
	}
}

func (w expectation) place(lon, lat float64) {
	if lon == 181 || lat == 91 {
		return
	}
	w.Position = geo.PointFromDegrees(lon, lat)
	if !w.mark(math.Abs(lon) <= 180 && math.Abs(lat) <= 90, HasPosition) {
		w.Flags |= OutOfRange
	}
}

func (w expectation) move(lon, lat, sog, cog float64, heading uint16, second uint8) {
	w.place(lon, lat)
	if w.mark(sog < 102.25, HasSOG) {
		w.SOG = geo.Knots(sog)
	}
	if w.mark(cog < 359.95, HasCOG) {
		w.COG = geo.Degrees(cog)
	}
	if w.mark(heading < 360, HasHeading) {
		w.Heading = geo.Degrees(heading)
	}
	w.mark(true, HasSecond)
	w.Second = second
}

func (w expectation) bits(accuracy, raim bool) {
	w.Accuracy, w.RAIM = accuracy, raim
	w.mark(true, HasAccuracy|HasRAIM)
}

func (w expectation) status(v uint8) {
	if w.mark(v != 15, HasNavStatus) {
		w.NavStatus = v
	}
}

func (w expectation) turn(raw int16) {
	switch {
	case raw == 127 || raw == -127:
		w.Flags |= ROTBeyond
	case raw > -127:
		w.mark(true, HasROT)
		w.ROT = math.Pow(math.Abs(float64(raw))/4.733, 2)
		if raw < 0 {
			w.ROT = -w.ROT
		}
	}
}

func (w expectation) clock(m goais.BaseStationReport) {
	at := time.Date(int(m.UtcYear), time.Month(m.UtcMonth), int(m.UtcDay), int(m.UtcHour), int(m.UtcMinute), int(m.UtcSecond), 0, time.UTC)
	asSent := at.Year() == int(m.UtcYear) && at.Month() == time.Month(m.UtcMonth) && at.Day() == int(m.UtcDay) &&
		at.Hour() == int(m.UtcHour) && at.Minute() == int(m.UtcMinute) && at.Second() == int(m.UtcSecond)
	if w.mark(asSent && m.UtcYear > 0 && m.UtcYear < 10_000 && at.Unix() != 0, HasClock) {
		w.Clock = Milli(at)
	}
}

func (w expectation) text(t *Text, f Field, s string) {
	text, ok := cleanText(s)
	if w.mark(ok, f) {
		*t = text
	}
}

func (w expectation) hull(shipType uint8, d goais.FieldDimension) {
	if w.mark(shipType != 0, HasShipType) {
		w.ShipType = shipType
	}
	dim := Dimensions{d.A, d.B, uint16(d.C), uint16(d.D)}
	if w.mark(dim != Dimensions{}, HasDimensions) {
		w.Dimensions = dim
	}
}

func (w expectation) static(m goais.ShipStaticData) {
	w.Kind, w.Class = Static, ClassA
	if w.mark(m.ImoNumber != 0, HasIMO) {
		w.IMO = IMO(m.ImoNumber)
		if !w.IMO.Valid() {
			w.Flags |= BadIMO
		}
	}
	w.text(&w.CallSign, HasCallSign, m.CallSign)
	w.text(&w.Name, HasName, m.Name)
	w.text(&w.Destination, HasDestination, m.Destination)
	w.hull(m.Type, m.Dimension)
	if w.mark(m.MaximumStaticDraught != 0, HasDraught) {
		w.Draught = geo.Metres(m.MaximumStaticDraught)
	}
	w.arrival(m.Eta.Month, m.Eta.Day, m.Eta.Hour, m.Eta.Minute)
}

func (w expectation) arrival(month, day, hour, minute uint8) {
	e := ETA{month, day, min(hour, 24), min(minute, 60)}
	if month > 12 {
		e.Month = 0
	}
	if w.mark(e.Month != 0 || e.Day != 0, HasETA) {
		w.ETA = e
	}
}

func (w expectation) aircraft(m goais.StandardSearchAndRescueAircraftReport) {
	w.move(float64(m.Longitude), float64(m.Latitude), 0, float64(m.Cog), 511, m.Timestamp)
	w.Has &^= HasSOG
	if w.mark(m.Sog != 1023, HasSOG) {
		w.SOG = geo.Knots(m.Sog)
	}
	if w.mark(m.Altitude != 4095, HasAltitude) {
		w.Altitude = geo.Metres(m.Altitude)
	}
	w.bits(m.PositionAccuracy, m.Raim)
}

func (w expectation) aid(m goais.AidsToNavigationReport, sent int) {
	w.Kind, w.Class = Position, ClassOther
	w.place(float64(m.Longitude), float64(m.Latitude))
	w.bits(m.PositionAccuracy, m.Raim)
	w.unless(sent > 268, HasRAIM)
	w.hull(0, m.Dimension)
	if w.mark(sent >= 259, HasSecond) {
		w.Second = m.Timestamp
	}
	name := m.Name
	if len(name) == 20 {
		name += m.NameExtension[:min(len(m.NameExtension), 14)]
	}
	w.text(&w.Name, HasName, name)
	if sent > 360 {
		w.Flags |= OverLong
	}
	if sent < 272 {
		w.Flags |= Padded
	}
}

func (w expectation) staticB(m goais.StaticDataReport, sent int) {
	if m.Reserved != 0 {
		return // parts 2 and 3: Other, header only
	}
	w.Kind, w.Class = Static, ClassB
	if !m.PartNumber {
		w.Flags |= PartA
		w.text(&w.Name, HasName, m.ReportA.Name)
		w.length(sent, 160)
		if sent <= 168 {
			w.Flags &^= OverLong
		}
		return
	}
	w.Flags |= PartB
	w.text(&w.CallSign, HasCallSign, m.ReportB.CallSign)
	d := m.ReportB.Dimension
	if w.MMSI/10_000_000 == 98 {
		d = goais.FieldDimension{}
	}
	w.hull(m.ReportB.ShipType, d)
	w.length(sent, 168)
}

func (w expectation) longRange(m goais.LongRangeAisBroadcastMessage) {
	w.Kind, w.Class, w.Flags = Position, ClassA, Coarse
	w.place(float64(m.Longitude), float64(m.Latitude))
	w.bits(m.PositionAccuracy, m.Raim)
	w.status(m.NavigationalStatus)
	if w.mark(m.Sog != 63, HasSOG) {
		w.SOG = geo.Knots(m.Sog)
	}
	if w.mark(m.Cog < 360, HasCOG) {
		w.COG = geo.Degrees(m.Cog)
	}
}

// difference tells in which field of the message two reports differ, "" if in none. Degrees may differ by 1e-9
// (0.1 mm), other numbers by 1e-9; the Hash is not compared.
func difference(got, want *Report) string {
	type row struct {
		name      string
		got, want any
	}
	for _, f := range []row{
		{"kind", got.Kind, want.Kind}, {"message", got.Message, want.Message}, {"class", got.Class, want.Class},
		{"repeat", got.Repeat, want.Repeat}, {"mmsi", got.MMSI, want.MMSI}, {"flags", got.Flags, want.Flags}, {"has", got.Has, want.Has},
		{"status", got.NavStatus, want.NavStatus}, {"second", got.Second, want.Second},
		{"accuracy", got.Accuracy, want.Accuracy}, {"raim", got.RAIM, want.RAIM}, {"clock", got.Clock, want.Clock},
		{"ship type", got.ShipType, want.ShipType}, {"imo", got.IMO, want.IMO}, {"dimensions", got.Dimensions, want.Dimensions},
		{"eta", got.ETA, want.ETA}, {"name", got.Name, want.Name}, {"call sign", got.CallSign, want.CallSign},
		{"destination", got.Destination, want.Destination},
	} {
		if f.got != f.want {
			return fmt.Sprintf("%s: got %v, want %v", f.name, f.got, f.want)
		}
	}
	for _, f := range []struct {
		name      string
		got, want float64
	}{
		{"lon", got.Position[0], want.Position[0]}, {"lat", got.Position[1], want.Position[1]},
		{"sog", float64(got.SOG), float64(want.SOG)}, {"cog", float64(got.COG), float64(want.COG)},
		{"heading", float64(got.Heading), float64(want.Heading)}, {"rot", got.ROT, want.ROT},
		{"altitude", float64(got.Altitude), float64(want.Altitude)}, {"draught", float64(got.Draught), float64(want.Draught)},
	} {
		if math.Abs(f.got-f.want) > 1e-9 {
			return fmt.Sprintf("%s: got %v, want %v", f.name, f.got, f.want)
		}
	}
	return ""
}

// unpackTable is unpacking by a table, one character at a time: the second way, written to be obvious.
func unpackTable(payload []byte, fill uint8) (m message, ok bool) {
	var table [256]uint8
	for c := range table {
		table[c] = 0x80
	}
	for v := range 64 {
		c := v + 48
		if v > 39 {
			c += 8
		}
		table[c] = uint8(v)
	}
	bad := uint8(0)
	at := 0
	m.bits = 6*len(payload) - int(fill)
	for _, c := range payload {
		v := table[c]
		bad |= v
		for shift := 5; shift >= 0; shift-- {
			if at < m.bits && at < 64*len(m.w) {
				m.w[at/64] |= uint64(v>>shift&1) << (63 - at%64)
			}
			at++
		}
	}
	return m, bad&0x80 == 0
}
