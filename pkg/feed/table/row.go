package table

import (
	"bytes"
	"encoding/csv"

	"github.com/darkwake/darkwake/pkg/ais"
)

// split cuts a row into the cells that the format knows. Rows without a quote, nearly all of them, are cut in place;
// a quote hands the row to encoding/csv, which allocates. It returns how many columns there were.
func (d *Decoder) split(row []byte) int {
	clear(d.cells[:])
	if bytes.IndexByte(row, '"') >= 0 {
		return d.splitQuoted(row)
	}
	// Cells are short, so that looking at every byte is faster than searching for the next comma.
	at, n, start := d.f.at, 0, 0
	for i, c := range row {
		if c != d.f.comma {
			continue
		}
		if n < len(at) {
			d.cells[at[n]] = row[start:i]
		}
		n, start = n+1, i+1
	}
	if n < len(at) {
		d.cells[at[n]] = row[start:]
	}
	return n + 1
}

func (d *Decoder) splitQuoted(row []byte) int {
	r := csv.NewReader(bytes.NewReader(row))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = rune(d.f.comma), -1, true
	cells, err := r.Read()
	if err != nil {
		return 0
	}
	for i, cell := range cells {
		if i < len(d.f.at) {
			d.cells[d.f.at[i]] = []byte(cell)
		}
	}
	return len(cells)
}

// cut reads a row of a CSV table. A cell that is no number where one belongs spoils the row only if the report cannot
// do without it: MMSI, time or position.
func (d *Decoder) cut(row []byte) ais.Reason {
	n := d.split(row)
	if n < d.f.width {
		return ais.BadRow
	}
	c := &d.cells
	mmsi, ok := digitsOnly(c[colMMSI])
	if reason := d.setMMSI(mmsi, ok); reason != ais.NoReason {
		return reason
	}
	t, known := instant(c[colTime])
	if reason := d.setTime(t, known); reason != ais.NoReason {
		return reason
	}
	units := d.units()
	if reason := d.coordinates(units); reason != ais.NoReason {
		return reason
	}
	d.movement(units)
	d.particulars(units)
	return ais.NoReason
}

// scale are the divisors that turn a table's numbers into degrees, knots and metres.
type scale struct{ position, tenths float64 }

// units tells the two forms of AISHub apart: with the times as bare epochs, positions are in 1/10,000 minute, and
// speed, course and draught in tenths (FORMATS, section 8).
func (d *Decoder) units() scale {
	if d.f.layout.flags&ais.LastKnown != 0 && bytes.IndexByte(d.cells[colTime], '-') < 0 {
		return scale{position: 600_000, tenths: 10}
	}
	return scale{position: 1, tenths: 1}
}

func (d *Decoder) coordinates(u scale) ais.Reason {
	lat, okLat := decimal(d.cells[colLat])
	lon, okLon := decimal(d.cells[colLon])
	if okLat == broken || okLon == broken {
		return ais.BadPosition
	}
	if okLat == good {
		d.lat, d.fixed = lat/u.position, d.fixed+1
	}
	if okLon == good {
		d.lon, d.fixed = lon/u.position, d.fixed+1
	}
	return ais.NoReason
}

func (d *Decoder) movement(u scale) {
	p, c := &d.position, &d.cells
	if v, ok := decimal(c[colSOG]); ok == good {
		setSOG(p, v/u.tenths)
	}
	if v, ok := decimal(c[colCOG]); ok == good {
		setCOG(p, v/u.tenths)
	}
	if v, ok := decimal(c[colHeading]); ok == good {
		setHeading(p, v)
	}
	if v, ok := decimal(c[colROT]); ok == good {
		if d.f.layout.speak&rawTurn != 0 {
			setRawTurn(p, v)
		} else {
			setTurn(p, v)
		}
	}
	d.status(c[colStatus])
	p.Class = classOf(c[colClass])
	if v, ok := digitsOnly(c[colMessage]); ok == good {
		d.message(v)
	}
}

// message notes which message a row was made from, where the table tells.
func (d *Decoder) message(number uint64) {
	if number > 28 {
		return
	}
	p := &d.position
	p.Message = uint8(number)
	switch number {
	case 1, 2, 3, 5:
		p.Class = ais.ClassA
	case 18, 19, 24:
		p.Class = ais.ClassB
	case 4, 9, 11, 21:
		p.Class = ais.ClassOther
	case 27:
		p.Class, p.Flags = ais.ClassA, p.Flags|ais.Coarse
	}
}

func (d *Decoder) status(cell []byte) {
	if len(cell) == 0 {
		return
	}
	if v, ok := decimal(cell); ok == good {
		setStatus(&d.position, v)
	} else if v, ok := statusPhrase(cell); ok {
		setStatus(&d.position, float64(v))
	}
}

func (d *Decoder) particulars(u scale) {
	s, c := &d.static, &d.cells
	if v, ok := digitsOnly(bytes.TrimPrefix(c[colIMO], []byte("IMO"))); ok == good {
		setIMO(s, v)
	}
	d.words()
	d.shipType(c[colShipType], c[colCargo])
	if v, ok := decimal(c[colDraught]); ok == good {
		setDraught(s, v/u.tenths)
	}
	d.size()
	d.arrival(c[colETA])
}

func (d *Decoder) words() {
	s, c := &d.static, &d.cells
	if t, ok := d.word(c[colName]); ok && !placeholder(c[colName]) {
		s.Name, s.Has = t, s.Has|ais.HasName
	}
	if t, ok := d.word(c[colCallSign]); ok {
		s.CallSign, s.Has = t, s.Has|ais.HasCallSign
	}
	if t, ok := d.word(c[colDestination]); ok {
		s.Destination, s.Has = t, s.Has|ais.HasDestination
	}
}

// word drops the words for "not available" of the Danish table. Elsewhere a ship may well be called UNKNOWN.
func (d *Decoder) word(cell []byte) (ais.Text, bool) {
	if d.f.layout.speak&phrases != 0 {
		switch string(cell) {
		case "Unknown", "Undefined", "Unknown value":
			return ais.Text{}, false
		}
	}
	return text(cell)
}

// placeholder tells the name "Unknown (219133000)", which collectors write before they hear a static message.
func placeholder(cell []byte) bool {
	return bytes.HasPrefix(cell, []byte("Unknown (")) && bytes.HasSuffix(cell, []byte(")"))
}

func (d *Decoder) shipType(cell, cargo []byte) {
	if len(cell) == 0 {
		return
	}
	if v, ok := decimal(cell); ok == good {
		setShipType(&d.static, v)
	} else if v := typePhrase(cell); v > 0 {
		setShipType(&d.static, float64(v+hazard(v, cargo)))
	}
}

// size takes the four distances from the antenna, or, where a table has only length and width, those with an antenna
// of unknown place: A and C zero (ITU-R M.1371-5, figure 42).
func (d *Decoder) size() {
	c := &d.cells
	if len(c[colBow])+len(c[colStern])+len(c[colPort])+len(c[colStarboard]) > 0 {
		bow, _ := decimal(c[colBow])
		stern, _ := decimal(c[colStern])
		port, _ := decimal(c[colPort])
		starboard, _ := decimal(c[colStarboard])
		setDimensions(&d.static, bow, stern, port, starboard)
	}
	if d.static.Carries(ais.HasDimensions) {
		return
	}
	length, _ := decimal(c[colLength])
	width, _ := decimal(c[colWidth])
	setDimensions(&d.static, 0, length, 0, width)
}

// arrival reads "09-25 06:00" (AISHub), "05-15T14:00Z" (gpsd) and full dates.
func (d *Decoder) arrival(cell []byte) {
	cell = bytes.TrimSpace(cell)
	if len(cell) >= 16 {
		if t, ok := instant(cell); ok == good {
			u := t.Time()
			setETA(&d.static, int(u.Month()), u.Day(), u.Hour(), u.Minute())
		}
		return
	}
	if len(cell) < 11 || cell[2] != '-' || cell[8] != ':' {
		return
	}
	month, ok1 := small(cell[0:2])
	day, ok2 := small(cell[3:5])
	hour, ok3 := small(cell[6:8])
	minute, ok4 := small(cell[9:11])
	if ok1 && ok2 && ok3 && ok4 {
		setETA(&d.static, month, day, hour, minute)
	}
}
