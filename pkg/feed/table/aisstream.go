package table

import (
	"encoding/json"

	"github.com/darkwake/darkwake/pkg/ais"
)

// envelope is one message of aisstream.io (FORMATS, section 9). MetaData's position is the last known one, also on
// static messages, and is never read. Names of keys match in any case, so "Metadata" is read too.
type envelope struct {
	MessageType string
	MetaData    struct {
		MMSI    number
		TimeUTC words `json:"time_utc"`
	}
	Message map[string]json.RawMessage
}

// body holds what the messages of aisstream.io carry, under the field names of go-ais.
type body struct {
	MessageID          number
	UserID             number
	Latitude           number
	Longitude          number
	Sog                number
	Cog                number
	TrueHeading        number
	RateOfTurn         number
	NavigationalStatus number
	Timestamp          number
	PositionAccuracy   *bool
	Raim               *bool
	part
	ReportA part
	ReportB part
}

// part is the static half of a body.
type part struct {
	Valid                *bool
	ImoNumber            number
	Name                 words
	CallSign             words
	Destination          words
	Type                 number
	ShipType             number
	MaximumStaticDraught number
	Dimension            struct{ A, B, C, D number }
	Eta                  struct{ Month, Day, Hour, Minute number }
}

// envelope reads one message. An answer that is no AIS, such as the confirmation of a subscription, has no MMSI
// and is a bad row.
func (d *Decoder) envelope(row []byte) ais.Reason {
	var e envelope
	if json.Unmarshal(row, &e) != nil {
		return ais.BadRow
	}
	raw, ok := e.Message[e.MessageType]
	if !ok {
		return ais.BadRow
	}
	var b body
	if json.Unmarshal(raw, &b) != nil {
		return ais.BadRow
	}
	if b.UserID.ok != good {
		b.UserID = e.MetaData.MMSI
	}
	if b.UserID.ok == empty {
		return ais.BadRow
	}
	if reason := d.setMMSI(b.UserID.whole()); reason != ais.NoReason {
		return reason
	}
	// The time is that of arrival at the server, not the second of the message.
	if reason := d.setTime(instant(e.MetaData.TimeUTC)); reason != ais.NoReason {
		return reason
	}
	if v, ok := b.MessageID.whole(); ok == good {
		d.message(v)
	}
	d.fix(b.Longitude, b.Latitude)
	if d.fixed > 0 {
		d.bodyMovement(&b)
	}
	d.bodyStatic(&b)
	return ais.NoReason
}

func (d *Decoder) bodyMovement(b *body) {
	p := &d.position
	apply(p, b.Sog, setSOG)
	if p.Message == 27 && p.SOG == 63 {
		p.SOG, p.Has = 0, p.Has&^ais.HasSOG
	}
	apply(p, b.Cog, setCOG)
	apply(p, b.TrueHeading, setHeading)
	apply(p, b.RateOfTurn, setRawTurn)
	apply(p, b.NavigationalStatus, setStatus)
	apply(p, b.Timestamp, setSecond)
	if b.PositionAccuracy != nil {
		p.Accuracy, p.Has = *b.PositionAccuracy, p.Has|ais.HasAccuracy
	}
	if b.Raim != nil {
		p.RAIM, p.Has = *b.Raim, p.Has|ais.HasRAIM
	}
}

// bodyStatic reads messages 5, 19 and 21 from the body itself, 24 from its halves: both are always there, and Valid
// tells which one was sent.
func (d *Decoder) bodyStatic(b *body) {
	if d.position.Message != 24 {
		d.half(&b.part)
		return
	}
	for _, h := range []*part{&b.ReportA, &b.ReportB} {
		if h.Valid != nil && *h.Valid {
			d.half(h)
		}
	}
	if b.ReportA.Valid != nil && *b.ReportA.Valid {
		d.static.Flags |= ais.PartA
	}
	if b.ReportB.Valid != nil && *b.ReportB.Valid {
		d.static.Flags |= ais.PartB
	}
}

func (d *Decoder) half(h *part) {
	s := &d.static
	if v, ok := h.ImoNumber.whole(); ok == good {
		setIMO(s, v)
	}
	d.cells[colName], d.cells[colCallSign], d.cells[colDestination] = h.Name, h.CallSign, h.Destination
	d.words()
	apply(s, h.Type, setShipType)
	apply(s, h.ShipType, setShipType)
	apply(s, h.MaximumStaticDraught, setDraught)
	setDimensions(s, h.Dimension.A.v, h.Dimension.B.v, h.Dimension.C.v, h.Dimension.D.v)
	if h.Eta.Month.ok == good {
		setETA(s, int(h.Eta.Month.v), int(h.Eta.Day.v), int(h.Eta.Hour.v), int(h.Eta.Minute.v))
	}
}
