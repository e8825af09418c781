package write

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// Columns is the header of MarineCadastre's files of 2024 and later, which the archive's earlier years were rewritten to.
const Columns = "mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,draft,cargo,transceiver"

// copyWithin is how far the clocks of receivers may differ for one message to be known as one: what two stations
// heard is a single row.
const copyWithin = 30 * time.Second

// MarineCadastre writes a row for each position report of a ship, joined with the static values last heard under her
// MMSI. Base stations, aids, aircraft and coarse positions (message 27) are not in the archive, and
// neither are reports without a position. Rows come in order of delivery.
type MarineCadastre struct {
	out    *bufio.Writer
	ships  map[uint32]*particulars
	row    []byte
	faults scenario.Faults
	counts Counts
}

// particulars are the static columns of an MMSI, in the form of their cells, and its last report.
type particulars struct {
	name, imo, callSign, kind, length, width, draught, cargo string

	report encode.Message
	stamp  time.Time
}

// NewMarineCadastre writes the header. The format has no room for a remark, so that the names of the ships, which
// all begin with SYN, are what marks the file as synthetic.
func NewMarineCadastre(out io.Writer, w *sim.World) *MarineCadastre {
	m := &MarineCadastre{out: bufio.NewWriterSize(out, 1<<16), ships: map[uint32]*particulars{}, faults: w.Scenario().Faults}
	m.out.WriteString(Columns + "\n") // an error of the writer below comes with the next row
	return m
}

// Flush implements Writer.
func (c *MarineCadastre) Flush() error { return c.out.Flush() }

// Counts implements Writer.
func (c *MarineCadastre) Counts() Counts { return c.counts }

// fix is what a row says of one moment.
type fix struct {
	lon, lat, speed, course, heading int
	status                           int // below zero: not told
	class                            byte
}

// Deliver implements Writer.
func (c *MarineCadastre) Deliver(d *air.Delivery) error {
	if !arrives(c.faults, d) {
		c.counts.LeftOut++
		return nil
	}
	switch m := d.Message.(type) {
	case encode.Position:
		return c.fix(d, m.MMSI, fix{m.Longitude, m.Latitude, m.Speed, m.Course, m.Heading, m.Status, 'A'})
	case encode.ClassB:
		return c.fix(d, m.MMSI, fix{m.Longitude, m.Latitude, m.Speed, m.Course, m.Heading, -1, 'B'})
	case encode.ClassBExtended:
		s := c.ship(m.MMSI)
		s.name = cell(m.Name, 20)
		s.build(m.ShipType, m.Size)
		return c.fix(d, m.MMSI, fix{m.Longitude, m.Latitude, m.Speed, m.Course, m.Heading, -1, 'B'})
	case encode.Static:
		c.ship(m.MMSI).voyage(m)
	case encode.StaticA:
		c.ship(m.MMSI).name = cell(m.Name, 20)
	case encode.StaticB:
		s := c.ship(m.MMSI)
		s.callSign = cell(m.CallSign, 7)
		s.build(m.ShipType, m.Size)
	default:
		c.counts.LeftOut++
	}
	return nil
}

func (c *MarineCadastre) ship(mmsi uint32) *particulars {
	s := c.ships[mmsi]
	if s == nil {
		s = &particulars{}
		c.ships[mmsi] = s
	}
	return s
}

// fix writes a row, unless it would be without a position or a copy.
func (c *MarineCadastre) fix(d *air.Delivery, mmsi uint32, f fix) error {
	if f.lon < -180*600_000 || f.lon > 180*600_000 || f.lat < -90*600_000 || f.lat > 90*600_000 {
		c.counts.LeftOut++
		return nil
	}
	s := c.ship(mmsi)
	if s.report == d.Message && d.Stamp.Sub(s.stamp).Abs() <= copyWithin {
		c.counts.Copies++
		return nil
	}
	s.report, s.stamp = d.Message, d.Stamp
	c.counts.Sentences++
	c.row = f.append(c.row[:0], mmsi, d.Stamp, s)
	if _, err := c.out.Write(c.row); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

// append writes the row of a fix.
func (f fix) append(b []byte, mmsi uint32, at time.Time, s *particulars) []byte {
	b = strconv.AppendUint(b, uint64(mmsi), 10)
	b = append(b, ',')
	b = at.AppendFormat(b, "2006-01-02 15:04:05")
	b = append(b, ',')
	b = strconv.AppendFloat(b, float64(f.lon)/600_000, 'f', 5, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, float64(f.lat)/600_000, 'f', 5, 64)
	b = append(b, ',')
	if f.speed < encode.NoSpeed {
		b = appendTenths(b, f.speed)
	}
	b = append(b, ',')
	if f.course < encode.NoCourse {
		b = appendTenths(b, f.course)
	}
	b = append(b, ',')
	if f.heading < encode.NoHeading {
		b = strconv.AppendInt(b, int64(f.heading), 10)
	}
	for _, cell := range [...]string{s.name, s.imo, s.callSign, s.kind} {
		b = append(b, ',')
		b = append(b, cell...)
	}
	b = append(b, ',')
	if f.status >= 0 {
		b = strconv.AppendInt(b, int64(f.status), 10)
	}
	for _, cell := range [...]string{s.length, s.width, s.draught, s.cargo} {
		b = append(b, ',')
		b = append(b, cell...)
	}
	return append(b, ',', f.class, '\n')
}

// voyage takes in message 5.
func (s *particulars) voyage(m encode.Static) {
	s.name, s.callSign = cell(m.Name, 20), cell(m.CallSign, 7)
	s.imo, s.draught = "", ""
	if m.IMO != 0 {
		s.imo = "IMO" + strconv.Itoa(int(m.IMO))
	}
	if m.Draught > 0 {
		s.draught = string(appendTenths(nil, m.Draught))
	}
	s.build(m.ShipType, m.Size)
}

// build takes in type and size. The archive repeats the type of cargo and tank ships as their cargo.
func (s *particulars) build(kind int, d encode.Dimensions) {
	s.kind, s.cargo, s.length, s.width = "", "", "", ""
	if kind > 0 {
		s.kind = strconv.Itoa(kind)
	}
	if kind >= 70 && kind < 90 {
		s.cargo = s.kind
	}
	if d.Bow+d.Stern > 0 {
		s.length = strconv.Itoa(d.Bow + d.Stern)
	}
	if d.Port+d.Starboard > 0 {
		s.width = strconv.Itoa(d.Port + d.Starboard)
	}
}

// cell is text as it came over the air, quoted if it must be.
func cell(s string, width int) string {
	b := []byte(s[:min(len(s), width)])
	for i, c := range b {
		b[i] = onAir(c)
	}
	text, _, _ := strings.Cut(string(b), "@")
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, `",`) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
