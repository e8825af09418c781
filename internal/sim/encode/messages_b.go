package encode

// ClassB is message 18, the position of a class B ship: 168 bits.
type ClassB struct {
	Repeat                        int
	MMSI                          uint32
	Spare                         int // 8 bits
	Speed                         int
	Accuracy                      bool
	Longitude, Latitude           int
	Course, Heading, Second       int
	Spare2                        int  // 2 bits
	CarrierSense                  bool // the unit takes free slots by listening
	Display, DSC, Band, Message22 bool
	Assigned, RAIM                bool
	ITDMA                         bool
	Radio                         int
}

func (m ClassB) write(b *Bits) {
	head(b, 18, m.Repeat, m.MMSI)
	b.Put(int64(m.Spare), 8)
	b.Put(int64(m.Speed), 10)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	b.Put(int64(m.Course), 12)
	b.Put(int64(m.Heading), 9)
	b.Put(int64(m.Second), 6)
	b.Put(int64(m.Spare2), 2)
	b.Flag(m.CarrierSense)
	b.Flag(m.Display)
	b.Flag(m.DSC)
	b.Flag(m.Band)
	b.Flag(m.Message22)
	b.Flag(m.Assigned)
	b.Flag(m.RAIM)
	b.Flag(m.ITDMA)
	b.Put(int64(m.Radio), 19)
}

// ClassBExtended is message 19, position and static data of a class B ship: 312 bits.
type ClassBExtended struct {
	Repeat                  int
	MMSI                    uint32
	Spare                   int // 8 bits
	Speed                   int
	Accuracy                bool
	Longitude, Latitude     int
	Course, Heading, Second int
	Spare2                  int // 4 bits
	Name                    string
	ShipType                int
	Size                    Dimensions
	Fix                     int
	RAIM, DTE, Assigned     bool
	Spare3                  int // 4 bits
}

func (m ClassBExtended) write(b *Bits) {
	head(b, 19, m.Repeat, m.MMSI)
	b.Put(int64(m.Spare), 8)
	b.Put(int64(m.Speed), 10)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	b.Put(int64(m.Course), 12)
	b.Put(int64(m.Heading), 9)
	b.Put(int64(m.Second), 6)
	b.Put(int64(m.Spare2), 4)
	b.Text(m.Name, 20)
	b.Put(int64(m.ShipType), 8)
	m.Size.write(b)
	b.Put(int64(m.Fix), 4)
	b.Flag(m.RAIM)
	b.Flag(m.DTE)
	b.Flag(m.Assigned)
	b.Put(int64(m.Spare3), 4)
}

// Aid is message 21, an aid to navigation: 272 bits, and up to 84 more for a name longer than 20
// characters, filled up to whole bytes.
type Aid struct {
	Repeat              int
	MMSI                uint32
	Kind                int
	Name                string // up to 34 characters; those after the 20th go into the extension
	Accuracy            bool
	Longitude, Latitude int
	Size                Dimensions
	Fix, Second         int
	OffPosition         bool
	Status              int // 8 bits
	RAIM                bool
	Virtual, Assigned   bool
	Spare               int
}

func (m Aid) write(b *Bits) {
	head(b, 21, m.Repeat, m.MMSI)
	b.Put(int64(m.Kind), 5)
	b.Text(m.Name, 20)
	b.Flag(m.Accuracy)
	b.Put(int64(m.Longitude), 28)
	b.Put(int64(m.Latitude), 27)
	m.Size.write(b)
	b.Put(int64(m.Fix), 4)
	b.Put(int64(m.Second), 6)
	b.Flag(m.OffPosition)
	b.Put(int64(m.Status), 8)
	b.Flag(m.RAIM)
	b.Flag(m.Virtual)
	b.Flag(m.Assigned)
	b.Put(int64(m.Spare), 1)
	if len(m.Name) > 20 {
		rest := m.Name[20:min(len(m.Name), 34)]
		b.Text(rest, len(rest))
		b.Put(0, (8-b.Len()%8)%8)
	}
}

// StaticA is message 24 part A, the name of a class B ship: 160 bits.
type StaticA struct {
	Repeat int
	MMSI   uint32
	Name   string
}

func (m StaticA) write(b *Bits) {
	head(b, 24, m.Repeat, m.MMSI)
	b.Put(0, 2)
	b.Text(m.Name, 20)
}

// StaticB is message 24 part B, type, call sign and dimensions of a class B ship: 168 bits. For an
// auxiliary craft (MMSI 98…) Mother takes the place of the dimensions.
type StaticB struct {
	Repeat   int
	MMSI     uint32
	ShipType int
	Vendor   string // 3 characters
	Model    int    // 4 bits
	Serial   int    // 20 bits
	CallSign string
	Size     Dimensions
	Mother   uint32
	Fix      int
	Spare    int // 2 bits
}

func (m StaticB) write(b *Bits) {
	head(b, 24, m.Repeat, m.MMSI)
	b.Put(1, 2)
	b.Put(int64(m.ShipType), 8)
	b.Text(m.Vendor, 3)
	b.Put(int64(m.Model), 4)
	b.Put(int64(m.Serial), 20)
	b.Text(m.CallSign, 7)
	if m.Mother != 0 {
		b.Put(int64(m.Mother), 30)
	} else {
		m.Size.write(b)
	}
	b.Put(int64(m.Fix), 4)
	b.Put(int64(m.Spare), 2)
}

// LongRange is message 27, a coarse position meant for satellites: 96 bits.
type LongRange struct {
	Repeat              int
	MMSI                uint32
	Accuracy, RAIM      bool
	Status              int
	Longitude, Latitude int  // 1/10 minute
	Speed               int  // whole knots, 63 = not available
	Course              int  // whole degrees, 511 = not available
	Latency             bool // set when the position is older than five seconds
	Spare               int
}

func (m LongRange) write(b *Bits) {
	head(b, 27, m.Repeat, m.MMSI)
	b.Flag(m.Accuracy)
	b.Flag(m.RAIM)
	b.Put(int64(m.Status), 4)
	b.Put(int64(m.Longitude), 18)
	b.Put(int64(m.Latitude), 17)
	b.Put(int64(m.Speed), 6)
	b.Put(int64(m.Course), 9)
	b.Flag(m.Latency)
	b.Put(int64(m.Spare), 1)
}
