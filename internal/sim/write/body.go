package write

import (
	"cmp"

	"github.com/darkwake/darkwake/internal/sim/encode"
)

// The scale of a position on the air. The two divisions are those of the service's decoder: one by 600,000 gives other
// last digits.
func fine(v int) float64   { return float64(v) / 10_000 / 60 }
func coarse(v int) float64 { return float64(v) / 10 / 60 }

// begin opens a body with what every message has.
func (o *object) begin(kind, repeat int, mmsi uint32) {
	o.number("MessageID", kind)
	o.number("RepeatIndicator", repeat)
	o.number("UserID", int(mmsi))
	o.flag("Valid", true)
}

// place appends the fields that all fine positions share.
func (o *object) place(lon, lat int, accurate, raim bool) {
	o.decimal("Latitude", fine(lat))
	o.decimal("Longitude", fine(lon))
	o.flag("PositionAccuracy", accurate)
	o.flag("Raim", raim)
}

// dimension appends the four distances.
func (o *object) dimension(d encode.Dimensions) {
	o.open("Dimension")
	o.number("A", d.Bow)
	o.number("B", d.Stern)
	o.number("C", d.Port)
	o.number("D", d.Starboard)
	o.end()
}

func (o *object) position(m encode.Position) {
	o.begin(cmp.Or(m.Type, 1), m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.tenths("Cog", m.Course)
	o.number("CommunicationState", m.Radio)
	o.number("NavigationalStatus", m.Status)
	o.number("RateOfTurn", m.Turn)
	o.tenths("Sog", m.Speed)
	o.number("Spare", m.Spare)
	o.number("SpecialManoeuvreIndicator", m.Manoeuvre)
	o.number("Timestamp", m.Second)
	o.number("TrueHeading", m.Heading)
}

func (o *object) base(m encode.Base) {
	o.begin(cmp.Or(m.Type, 4), m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.number("CommunicationState", m.Radio)
	o.number("FixType", m.Fix)
	o.flag("LongRangeEnable", m.LongRange)
	o.number("Spare", m.Spare)
	o.number("UtcDay", m.Day)
	o.number("UtcHour", m.Hour)
	o.number("UtcMinute", m.Minute)
	o.number("UtcMonth", m.Month)
	o.number("UtcSecond", m.Second)
	o.number("UtcYear", m.Year)
}

func (o *object) static(m encode.Static) {
	o.begin(5, m.Repeat, m.MMSI)
	o.number("AisVersion", m.Version)
	o.text("CallSign", m.CallSign, 7)
	o.text("Destination", m.Destination, 20)
	o.dimension(m.Size)
	o.flag("Dte", m.DTE)
	o.open("Eta")
	o.number("Day", m.ETADay)
	o.number("Hour", m.ETAHour)
	o.number("Minute", m.ETAMinute)
	o.number("Month", m.ETAMonth)
	o.end()
	o.number("FixType", m.Fix)
	o.number("ImoNumber", int(m.IMO))
	o.tenths("MaximumStaticDraught", m.Draught)
	o.text("Name", m.Name, 20)
	o.flag("Spare", m.Spare != 0)
	o.number("Type", m.ShipType)
}

func (o *object) aircraft(m encode.Aircraft) {
	o.begin(9, m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.flag("AltFromBaro", m.Barometric)
	o.number("Altitude", m.Altitude)
	o.flag("AssignedMode", m.Assigned)
	o.tenths("Cog", m.Course)
	o.number("CommunicationState", m.Radio)
	o.flag("CommunicationStateIsItdma", m.ITDMA)
	o.flag("Dte", m.DTE)
	o.number("Sog", m.Speed)
	o.number("Spare1", m.Spare)
	o.number("Spare2", m.Spare2)
	o.number("Timestamp", m.Second)
}

func (o *object) classB(m encode.ClassB) {
	o.begin(18, m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.flag("AssignedMode", m.Assigned)
	o.flag("ClassBBand", m.Band)
	o.flag("ClassBDisplay", m.Display)
	o.flag("ClassBDsc", m.DSC)
	o.flag("ClassBMsg22", m.Message22)
	o.flag("ClassBUnit", m.CarrierSense)
	o.tenths("Cog", m.Course)
	o.number("CommunicationState", m.Radio)
	o.flag("CommunicationStateIsItdma", m.ITDMA)
	o.tenths("Sog", m.Speed)
	o.number("Spare1", m.Spare)
	o.number("Spare2", m.Spare2)
	o.number("Timestamp", m.Second)
	o.number("TrueHeading", m.Heading)
}

func (o *object) classBExtended(m encode.ClassBExtended) {
	o.begin(19, m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.flag("AssignedMode", m.Assigned)
	o.tenths("Cog", m.Course)
	o.dimension(m.Size)
	o.flag("Dte", m.DTE)
	o.number("FixType", m.Fix)
	o.text("Name", m.Name, 20)
	o.tenths("Sog", m.Speed)
	o.number("Spare1", m.Spare)
	o.number("Spare2", m.Spare2)
	o.number("Spare3", m.Spare3)
	o.number("Timestamp", m.Second)
	o.number("TrueHeading", m.Heading)
	o.number("Type", m.ShipType)
}

func (o *object) aid(m encode.Aid) {
	o.begin(21, m.Repeat, m.MMSI)
	o.place(m.Longitude, m.Latitude, m.Accuracy, m.RAIM)
	o.flag("AssignedMode", m.Assigned)
	o.number("AtoN", m.Status)
	o.dimension(m.Size)
	o.number("Fixtype", m.Fix)
	name, rest := m.Name, ""
	if len(name) > 20 {
		name, rest = name[:20], name[20:min(len(name), 34)]
	}
	o.text("Name", name, 20)
	o.text("NameExtension", rest, len(rest))
	o.flag("OffPosition", m.OffPosition)
	o.flag("Spare", m.Spare != 0)
	o.number("Timestamp", m.Second)
	o.number("Type", m.Kind)
	o.flag("VirtualAtoN", m.Virtual)
}

// halves appends message 24. Both halves are always there; Valid tells which one was sent.
func (o *object) halves(repeat int, mmsi uint32, a *encode.StaticA, b *encode.StaticB) {
	o.begin(24, repeat, mmsi)
	o.flag("PartNumber", b != nil)
	o.open("ReportA")
	if a != nil {
		o.text("Name", a.Name, 20)
	} else {
		o.text("Name", "", 0)
	}
	o.flag("Valid", a != nil)
	o.end()
	o.open("ReportB")
	if b == nil {
		b = &encode.StaticB{}
	}
	o.text("CallSign", b.CallSign, min(7, 7*len(b.CallSign)))
	size := b.Size
	if m := int(b.Mother); m != 0 { // an auxiliary craft names its mother ship in the same bits
		size = encode.Dimensions{Bow: m >> 21, Stern: m >> 12 & 511, Port: m >> 6 & 63, Starboard: m & 63}
	}
	o.dimension(size)
	o.number("FixType", b.Fix)
	o.number("ShipType", b.ShipType)
	o.number("Spare", b.Spare)
	o.flag("Valid", a == nil)
	o.text("VendorIDName", b.Vendor, len(b.Vendor))
	o.number("VenderIDModel", b.Model)
	o.number("VenderIDSerial", b.Serial)
	o.end()
	o.number("Reserved", 0)
}

func (o *object) longRange(m encode.LongRange) {
	o.begin(27, m.Repeat, m.MMSI)
	o.number("Cog", m.Course)
	o.decimal("Latitude", coarse(m.Latitude))
	o.decimal("Longitude", coarse(m.Longitude))
	o.number("NavigationalStatus", m.Status)
	o.flag("PositionAccuracy", m.Accuracy)
	o.flag("PositionLatency", m.Latency)
	o.flag("Raim", m.RAIM)
	o.number("Sog", m.Speed)
	o.flag("Spare", m.Spare != 0)
}
