package encode

// Message is one of this package's message structs. The set is closed.
type Message interface {
	// write appends the message's bits.
	write(b *Bits)
}

// The messages that can be encoded.
var (
	_ Message = Position{}
	_ Message = Base{}
	_ Message = Static{}
	_ Message = Aircraft{}
	_ Message = ClassB{}
	_ Message = ClassBExtended{}
	_ Message = Aid{}
	_ Message = StaticA{}
	_ Message = StaticB{}
	_ Message = LongRange{}
)

// BitsOf returns the bits of a message.
func BitsOf(m Message) *Bits {
	b := new(Bits)
	m.write(b)
	return b
}

// Codes for "not available" (ITU-R M.1371-5, tables 48 and 52).
const (
	NoLongitude = 181 * 600_000
	NoLatitude  = 91 * 600_000
	NoSpeed     = 1023
	NoCourse    = 3600
	NoHeading   = 511
	NoTurn      = -128
	NoSecond    = 60
)

// Dimensions are the four distances from the antenna in metres: 9, 9, 6 and 6 bits.
type Dimensions struct{ Bow, Stern, Port, Starboard int }

func (d Dimensions) write(b *Bits) {
	b.Put(int64(d.Bow), 9)
	b.Put(int64(d.Stern), 9)
	b.Put(int64(d.Port), 6)
	b.Put(int64(d.Starboard), 6)
}

func head(b *Bits, kind, repeat int, mmsi uint32) {
	b.Put(int64(kind), 6)
	b.Put(int64(repeat), 2)
	b.Put(int64(mmsi), 30)
}

// Position is message 1, 2 or 3, of 168 bits: the position of a class A ship.
type Position struct {
	Type      int // 1, 2 or 3; zero stands for 1
	Repeat    int
	MMSI      uint32
	Status    int // navigational status, 15 = not defined
	Turn      int // -128 = not available; 4.733·√(degrees a minute) with the sign of the turn
	Speed     int // 1/10 kn, 1023 = not available
	Accuracy  bool
	Longitude int // 1/10000 minute, 181° = not available
	Latitude  int // 1/10000 minute, 91° = not available
	Course    int // 1/10 degree, 3600 = not available
	Heading   int // degrees, 511 = not available
	Second    int // of the minute of the fix; 60–63 are codes
	Manoeuvre int
	Spare     int
	RAIM      bool
	Radio     int // communication state, 19 bits
}

func (m Position) write(b *Bits) {
	head(b, max(m.Type, 1), m.Repeat, m.MMSI)
	b.Put(int64(m.Status), 4)
	b.Put(int64(m.Turn), 8)
	b.Put(int64(m.Speed), 10)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	b.Put(int64(m.Course), 12)
	b.Put(int64(m.Heading), 9)
	b.Put(int64(m.Second), 6)
	b.Put(int64(m.Manoeuvre), 2)
	b.Put(int64(m.Spare), 3)
	b.Flag(m.RAIM)
	b.Put(int64(m.Radio), 19)
}

// Base is message 4, a base station's clock and position, or 11, a ship's answer to a request for them: 168 bits.
type Base struct {
	Type                                   int // 4 or 11; zero stands for 4
	Repeat                                 int
	MMSI                                   uint32
	Year, Month, Day, Hour, Minute, Second int
	Accuracy                               bool
	Longitude, Latitude                    int
	Fix                                    int // type of position fixing device
	LongRange                              bool
	Spare                                  int
	RAIM                                   bool
	Radio                                  int
}

func (m Base) write(b *Bits) {
	kind := m.Type
	if kind == 0 {
		kind = 4
	}
	head(b, kind, m.Repeat, m.MMSI)
	b.Put(int64(m.Year), 14)
	b.Put(int64(m.Month), 4)
	b.Put(int64(m.Day), 5)
	b.Put(int64(m.Hour), 5)
	b.Put(int64(m.Minute), 6)
	b.Put(int64(m.Second), 6)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	b.Put(int64(m.Fix), 4)
	b.Flag(m.LongRange)
	b.Put(int64(m.Spare), 9)
	b.Flag(m.RAIM)
	b.Put(int64(m.Radio), 19)
}

// Static is message 5, static and voyage data of a class A ship: 424 bits, two sentences.
type Static struct {
	Repeat                               int
	MMSI                                 uint32
	Version                              int
	IMO                                  uint32
	CallSign                             string // 7 characters
	Name                                 string // 20 characters
	ShipType                             int
	Size                                 Dimensions
	Fix                                  int
	ETAMonth, ETADay, ETAHour, ETAMinute int    // 0, 0, 24, 60 = not available
	Draught                              int    // 1/10 m, 255 = 25.5 or more, 0 = not available
	Destination                          string // 20 characters
	DTE                                  bool
	Spare                                int
}

func (m Static) write(b *Bits) {
	head(b, 5, m.Repeat, m.MMSI)
	b.Put(int64(m.Version), 2)
	b.Put(int64(m.IMO), 30)
	b.Text(m.CallSign, 7)
	b.Text(m.Name, 20)
	b.Put(int64(m.ShipType), 8)
	m.Size.write(b)
	b.Put(int64(m.Fix), 4)
	b.Put(int64(m.ETAMonth), 4)
	b.Put(int64(m.ETADay), 5)
	b.Put(int64(m.ETAHour), 5)
	b.Put(int64(m.ETAMinute), 6)
	b.Put(int64(m.Draught), 8)
	b.Text(m.Destination, 20)
	b.Flag(m.DTE)
	b.Put(int64(m.Spare), 1)
}

// Aircraft is message 9, the position of a search and rescue aircraft: 168 bits.
type Aircraft struct {
	Repeat              int
	MMSI                uint32
	Altitude            int // m, 4095 = not available
	Speed               int // whole knots, 1023 = not available
	Accuracy            bool
	Longitude, Latitude int
	Course              int
	Second              int
	Barometric          bool
	Spare               int // 7 bits
	DTE                 bool
	Spare2              int // 3 bits
	Assigned            bool
	RAIM                bool
	ITDMA               bool // selects the meaning of Radio
	Radio               int
}

func (m Aircraft) write(b *Bits) {
	head(b, 9, m.Repeat, m.MMSI)
	b.Put(int64(m.Altitude), 12)
	b.Put(int64(m.Speed), 10)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	b.Put(int64(m.Course), 12)
	b.Put(int64(m.Second), 6)
	b.Flag(m.Barometric)
	b.Put(int64(m.Spare), 7)
	b.Flag(m.DTE)
	b.Put(int64(m.Spare2), 3)
	b.Flag(m.Assigned)
	b.Flag(m.RAIM)
	b.Flag(m.ITDMA)
	b.Put(int64(m.Radio), 19)
}
