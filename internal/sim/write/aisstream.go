package write

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/pkg/geo"
)

// MostDelay is how late a satellite may deliver a message for the live service to pass it on. The service dates a
// message by its arrival, so that an older one would put a ship where she no longer is: what darkwake
// allows a live feed for lateness, two minutes, is the limit.
const MostDelay = 2 * time.Minute

// Envelope is one message in the words of aisstream.io.
type Envelope struct {
	Type   string    // the service's name for the message, "PositionReport"
	MMSI   uint32    // as transmitted
	At     geo.Point // where she was last known to be
	Placed bool      // whether that is known
	JSON   []byte    // one object without a line end, valid until the next envelope
}

// Envelopes words deliveries as aisstream.io does. It remembers the name and the last position of every
// MMSI, which the service repeats with each message.
type Envelopes struct {
	world *sim.World
	ships map[uint32]*sighting
	line  object
}

// sighting is what the service knows of an MMSI.
type sighting struct {
	lon, lat float64
	placed   bool
	name     string
}

// NewEnvelopes begins with nothing known.
func NewEnvelopes(w *sim.World) *Envelopes {
	return &Envelopes{world: w, ships: map[uint32]*sighting{}}
}

// Of words a delivery. It is false for what the service does not pass on: messages that it has no name for, those
// that a satellite delivered more than MostDelay late, and those whose sentences were spoilt on the way.
func (e *Envelopes) Of(d *air.Delivery) (Envelope, bool) {
	arrived := e.world.At(d.Arrival)
	if d.Space && arrived.Sub(d.Stamp) > MostDelay || !arrives(e.world.Scenario().Faults, d) {
		return Envelope{}, false
	}
	kind, mmsi := identify(d.Message)
	if kind == "" {
		return Envelope{}, false
	}
	known := e.ships[mmsi]
	if known == nil {
		known = &sighting{}
		e.ships[mmsi] = known
	}
	known.learn(d.Message)
	e.compose(kind, mmsi, known, d.Message, arrived)
	return Envelope{Type: kind, MMSI: mmsi, At: geo.Point{known.lon, known.lat}, Placed: known.placed, JSON: e.line}, true
}

// compose writes the object.
func (e *Envelopes) compose(kind string, mmsi uint32, known *sighting, m encode.Message, arrived time.Time) {
	o := append(e.line[:0], '{')
	o.open("Message")
	o.open(kind)
	o.body(m)
	o.end()
	o.end()
	o.key("MessageType")
	o = append(o, '"')
	o = append(o, kind...)
	o = append(o, '"')
	o.open("MetaData")
	o.number("MMSI", int(mmsi))
	o.number("MMSI_String", int(mmsi))
	o.text("ShipName", known.name, min(20, 20*len(known.name)))
	o.decimal("latitude", known.lat)
	o.decimal("longitude", known.lon)
	o.key("time_utc")
	o = append(o, '"')
	o = arrived.Truncate(time.Microsecond).AppendFormat(o, "2006-01-02 15:04:05.999999999 -0700 MST")
	o = append(o, '"', '}', '}')
	e.line = o
}

// identify gives the service's name of a message, and who sent it.
func identify(m encode.Message) (kind string, mmsi uint32) {
	switch m := m.(type) {
	case encode.Position:
		return "PositionReport", m.MMSI
	case encode.Base:
		return "BaseStationReport", m.MMSI
	case encode.Static:
		return "ShipStaticData", m.MMSI
	case encode.Aircraft:
		return "StandardSearchAndRescueAircraftReport", m.MMSI
	case encode.ClassB:
		return "StandardClassBPositionReport", m.MMSI
	case encode.ClassBExtended:
		return "ExtendedClassBPositionReport", m.MMSI
	case encode.Aid:
		return "AidsToNavigationReport", m.MMSI
	case encode.StaticA:
		return "StaticDataReport", m.MMSI
	case encode.StaticB:
		return "StaticDataReport", m.MMSI
	case encode.LongRange:
		return "LongRangeAisBroadcastMessage", m.MMSI
	}
	return "", 0
}

// body appends the fields of a message under the names of go-ais.
func (o *object) body(m encode.Message) {
	switch m := m.(type) {
	case encode.Position:
		o.position(m)
	case encode.Base:
		o.base(m)
	case encode.Static:
		o.static(m)
	case encode.Aircraft:
		o.aircraft(m)
	case encode.ClassB:
		o.classB(m)
	case encode.ClassBExtended:
		o.classBExtended(m)
	case encode.Aid:
		o.aid(m)
	case encode.StaticA:
		o.halves(m.Repeat, m.MMSI, &m, nil)
	case encode.StaticB:
		o.halves(m.Repeat, m.MMSI, nil, &m)
	case encode.LongRange:
		o.longRange(m)
	}
}

// learn takes in what a message says of place and name.
func (s *sighting) learn(m encode.Message) {
	switch m := m.(type) {
	case encode.Position:
		s.move(fine(m.Longitude), fine(m.Latitude))
	case encode.Base:
		s.move(fine(m.Longitude), fine(m.Latitude))
	case encode.Aircraft:
		s.move(fine(m.Longitude), fine(m.Latitude))
	case encode.ClassB:
		s.move(fine(m.Longitude), fine(m.Latitude))
	case encode.ClassBExtended:
		s.move(fine(m.Longitude), fine(m.Latitude))
		s.name = m.Name
	case encode.Aid:
		s.move(fine(m.Longitude), fine(m.Latitude))
		s.name = m.Name
	case encode.LongRange:
		s.move(coarse(m.Longitude), coarse(m.Latitude))
	case encode.Static:
		s.name = m.Name
	case encode.StaticA:
		s.name = m.Name
	}
}

// move keeps a position unless it is "not available".
func (s *sighting) move(lon, lat float64) {
	if lon < -180 || lon > 180 || lat < -90 || lat > 90 {
		return
	}
	s.lon, s.lat, s.placed = lon, lat, true
}

// AISStream writes envelopes as JSON lines. The first of them opens with a field of ours that says what the
// file is; the service's readers pass over fields that they do not know.
type AISStream struct {
	out       *bufio.Writer
	envelopes *Envelopes
	mark      []byte
	counts    Counts
}

// NewAISStream begins a file.
func NewAISStream(out io.Writer, w *sim.World) *AISStream {
	s := w.Scenario()
	return &AISStream{out: bufio.NewWriterSize(out, 1<<16), envelopes: NewEnvelopes(w),
		mark: fmt.Appendf(nil, "{%q:%q,", "SYNTHETIC", fmt.Sprintf("made by darkwake's cmd/simulate from scenario %s, seed %d: no real ship, voyage or cargo", plain(s.Name), s.Seed))}
}

// plain keeps letters, digits and blanks, so that text needs no escape in JSON.
func plain(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			b[i] = '-'
		}
	}
	return string(b)
}

// Deliver implements Writer.
func (a *AISStream) Deliver(d *air.Delivery) error {
	e, ok := a.envelopes.Of(d)
	if !ok {
		a.counts.LeftOut++
		return nil
	}
	line := e.JSON
	if a.counts.Sentences == 0 {
		line = append(a.mark, line[1:]...)
	}
	a.counts.Sentences++
	if _, err := a.out.Write(line); err != nil {
		return fmt.Errorf("write envelope: %w", err)
	}
	return a.out.WriteByte('\n')
}

// Flush implements Writer.
func (a *AISStream) Flush() error { return a.out.Flush() }

// Counts implements Writer.
func (a *AISStream) Counts() Counts { return a.counts }
