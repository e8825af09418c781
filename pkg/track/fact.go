package track

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Grid is the event-time grid on which stage A walks and stage B advances.
const Grid = 5 * time.Minute

// FactKind orders the facts of one tick: stage B takes them by (tick, kind, MMSI, number).
type FactKind uint8

// The kinds of fact, in canonical order.
const (
	KindProfile FactKind = iota + 1
	KindDraught
	KindJump
	KindAmbiguity
	KindSilence
	KindCrossing
	KindVisit
	KindStop
	KindSample
	KindReception
	KindBlind
)

// Header is what all facts carry. (Kind, MMSI, Segment, Start) is the key under which a fact is restated; of a Visit
// and a Crossing the place is part of the key, of an Ambiguity the other segment.
type Header struct {
	Tick     time.Time   // the first grid point at or after the event time that caused the fact
	MMSI     vessel.MMSI // zero for Reception
	Segment  time.Time   // event time of the segment's first fix, 1 ms later if two begin at once; zero: all segments
	Start    time.Time   // the fact's own beginning
	Number   uint64      // running number within its shard or partition, set by the pipeline
	Restated bool        // replaces the fact of the same key: a late fix changed it
	Why      string      // reason of a restatement
}

// Fact is what stage A says about one MMSI. The set is closed.
type Fact interface {
	// Head gives the header, to be read and numbered.
	Head() *Header
	// Kind gives the kind.
	Kind() FactKind
}

// Fix is a vessel's position at an event time that passed cleaning.
type Fix struct {
	Time       time.Time
	Position   geo.Point
	Has        ais.Field // of SOG, COG, Heading, NavStatus and Second
	SOG        geo.Knots
	COG        geo.Degrees
	Heading    geo.Degrees
	NavStatus  uint8
	Second     uint8
	Coarse     bool // message 27: never used for hull geometry
	OnLand     bool // well inside land by the land mask: where it says it is, but no ship can be there
	Receiver   ais.Receiver
	Source     string
	Station    ais.Label   // of the copy that was kept
	Stations   []ais.Label // all that heard a copy or a thinned neighbour, sorted; may be nil for one
	Offset     int64
	TimeSource ais.TimeSource
	Raw        string // the sentence(s), joined by \n; empty if the feed gives none
}

// Sample is a segment's state at a grid point ("bin"), moving or not. Emitted once, when the fix after
// its bin is released; bins inside a silence get none.
type Sample struct {
	Header
	Bin           time.Time
	Position      geo.Point // interpolated between Before and After
	Has           ais.Field // of SOG, COG and Heading
	SOG           geo.Knots
	COG           geo.Degrees
	Heading       geo.Degrees
	Moving        bool
	OnLand        bool
	Before, After *Fix     // the real fixes on both sides; shared, never changed
	Place         place.ID // the first place by precedence that holds the position, or place.NoPlace
}

// Profile is a ship's static data, emitted at each change.
type Profile struct {
	Header
	Particulars vessel.Particulars
	BadIMO      vessel.IMO // the number as sent where its check digit is wrong; zero otherwise
	Class       ais.Class
	Destination string
	Source      string
	Offset      int64
	Raw         string
}

// DraughtStep is a new draught that at least two static reports agree on.
type DraughtStep struct {
	Header
	Before, After geo.Metres // Before is zero for the first draught ever seen
	LastSeen      time.Time  // when the old value was last reported; zero for the first
	FirstSeen     time.Time  // when the new value was first reported
	Reports       int
	Source        string
	Offsets       []int64
	Raw           []string // the static reports before and after
}

// Silence is no fix of an MMSI for an hour or more. It is opened by the passing of time and restated by
// the fix that ends it: On is nil while it lasts.
type Silence struct {
	Header
	Off      Fix
	On       *Fix
	Recent   []Fix         // up to 5 fixes before Off, oldest first, for evidence
	Heard24h int           // fixes kept in the 24 h before Off
	Interval time.Duration // median interval between kept fixes in those 24 h, or between passes; zero when fewer than 3
	Place    place.ID      // where Off lies
	OnPlace  place.ID      // where On lies
}

// Stop is a time at rest: below the speed threshold for at least 30 minutes. Restated when it ends.
type Stop struct {
	Header
	End      time.Time // zero while it lasts
	Position geo.Point // mean of the fixes
	Fixes    int
	Place    place.ID
}

// Visit is a stay inside a place's shape, from entry to exit 1 km outside. Restated when it ends.
type Visit struct {
	Header
	Place     place.ID
	Entry     Fix
	Exit      *Fix
	StopStart time.Time     // first stop inside; zero if none yet
	StopEnd   time.Time     // moving again above 1.5 kn; zero while stopped
	Stopped   time.Duration // sum of stops inside
	Silent    time.Duration // longest silence inside
	Sources   []string      // sources that heard the ship inside, sorted
	EntrySeen bool          // a fix outside within 6 h before Entry: the entry itself was seen
	Outside   time.Time     // the last fix before Entry, outside; zero when there is none
	Inside    time.Time     // the last fix inside
}

// Crossing is the passage of a gate between two fixes.
type Crossing struct {
	Header
	Gate          place.ID
	Outbound      bool
	Position      geo.Point // where the track meets the line
	Before, After Fix
}

// Jump is a fix that one hull could not have sailed to.
type Jump struct {
	Header
	From, To Fix
	Implied  geo.Knots
	Kept     bool // the far side became a segment of its own
}

// Ambiguity is one MMSI heard in two segments at once: two ships, or one that is false. It is also a fix of one segment
// that the other can have sent nearly as well.
type Ambiguity struct {
	Header
	A, B  Fix
	Other time.Time // the other segment's start
}

// Reception counts what was heard in one cell of 0.25° and one hour, as a delta.
type Reception struct {
	Header
	Cell     place.Cell
	Source   string
	Station  ais.Label
	Receiver ais.Receiver
	Class    ais.Class
	Messages int
	Emitters int       // distinct MMSIs, those without segments (base stations, aids) included
	Last     time.Time // event time of the newest of the messages, in whole seconds
}

// Blind is that a ship sent position reports without a position in the five minutes before a grid point: her receiver had
// none, or it was jammed. Start is the event time of the first of them.
type Blind struct {
	Header
	Last   time.Time // event time of the last of them
	Source string    // of the first
	Offset int64
	Raw    string
}

// Head implements Fact.
func (f *Profile) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *DraughtStep) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Jump) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Ambiguity) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Silence) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Crossing) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Visit) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Stop) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Sample) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Reception) Head() *Header { return &f.Header }

// Head implements Fact.
func (f *Blind) Head() *Header { return &f.Header }

// Kind implements Fact.
func (*Profile) Kind() FactKind { return KindProfile }

// Kind implements Fact.
func (*DraughtStep) Kind() FactKind { return KindDraught }

// Kind implements Fact.
func (*Jump) Kind() FactKind { return KindJump }

// Kind implements Fact.
func (*Ambiguity) Kind() FactKind { return KindAmbiguity }

// Kind implements Fact.
func (*Silence) Kind() FactKind { return KindSilence }

// Kind implements Fact.
func (*Crossing) Kind() FactKind { return KindCrossing }

// Kind implements Fact.
func (*Visit) Kind() FactKind { return KindVisit }

// Kind implements Fact.
func (*Stop) Kind() FactKind { return KindStop }

// Kind implements Fact.
func (*Sample) Kind() FactKind { return KindSample }

// Kind implements Fact.
func (*Reception) Kind() FactKind { return KindReception }

// Kind implements Fact.
func (*Blind) Kind() FactKind { return KindBlind }
