package table

import (
	"bytes"
	"slices"

	"github.com/darkwake/darkwake/pkg/ais"
)

// column is what a column of a table holds.
type column uint8

const (
	colNone column = iota
	colMMSI
	colTime
	colLat
	colLon
	colSOG
	colCOG
	colHeading
	colROT
	colStatus
	colMessage
	colClass
	colIMO
	colName
	colCallSign
	colShipType
	colCargo // the hazard category of the Danish table, the last digit of a ship type
	colDraught
	colDestination
	colETA
	colLength
	colWidth
	colBow
	colStern
	colPort
	colStarboard
	columns // how many there are
)

// Dialect marks how a layout writes its values.
type dialect uint8

const (
	phrases dialect = 1 << iota // status and ship type are English phrases
	rawTurn                     // the rate of turn is the transmitted code
)

// layout is one kind of table: the header names that give it away, and the names it uses otherwise than the rest.
type layout struct {
	name  string
	needs []string
	names map[string]column
	flags ais.Flag
	speak dialect
}

// layouts lists the tables in the order in which they are tried (FORMATS, section 12). The Danish table swaps C and
// D: its C is the distance to starboard, its D to port.
func layouts() []layout {
	return []layout{
		{name: "marinecadastre", needs: []string{"mmsi", "basedatetime", "lat", "lon"}, flags: ais.Downsampled,
			names: map[string]column{"cargo": colNone}},
		{name: "marinecadastre", needs: []string{"mmsi", "base_date_time", "longitude", "latitude"}, flags: ais.Downsampled,
			names: map[string]column{"cargo": colNone}},
		{name: "dma", needs: []string{"mmsi", "type of mobile", "latitude", "longitude"}, speak: phrases,
			names: map[string]column{"c": colStarboard, "d": colPort}},
		{name: "aishub", needs: []string{"mmsi", "tstamp", "latitude", "longitude"}, flags: ais.LastKnown, speak: rawTurn},
		{name: "spire", needs: []string{"mmsi", "msg_type", "timestamp", "latitude", "longitude"}, speak: rawTurn},
		{name: "positions", needs: []string{"mmsi", "timestamp_ms", "lat", "lon"},
			names: map[string]column{"timestamp_ms": colTime, "timestamp": colNone}},
	}
}

// common maps the names that all tables share, in lower case.
func common() map[string]column {
	return map[string]column{
		"mmsi": colMMSI, "ssvid": colMMSI,
		"basedatetime": colTime, "base_date_time": colTime, "# timestamp": colTime, "timestamp": colTime,
		"tstamp": colTime, "timestamp_ms": colTime, "datetime": colTime, "date_time": colTime, "event_time": colTime, "time": colTime,
		"lat": colLat, "latitude": colLat, "lon": colLon, "longitude": colLon, "lng": colLon,
		"sog": colSOG, "speed": colSOG, "cog": colCOG, "course": colCOG, "heading": colHeading, "true_heading": colHeading,
		"rot": colROT, "status": colStatus, "navstatus": colStatus, "navstat": colStatus, "nav_status": colStatus,
		"navigational status": colStatus, "msg_type": colMessage,
		"transceiverclass": colClass, "transceiver": colClass, "type of mobile": colClass,
		"imo": colIMO, "name": colName, "vesselname": colName, "vessel_name": colName, "shipname": colName, "ship_name": colName,
		"callsign": colCallSign, "call_sign": colCallSign,
		"shiptype": colShipType, "ship_type": colShipType, "vesseltype": colShipType, "vessel_type": colShipType,
		"type": colShipType, "ship type": colShipType, "cargo type": colCargo,
		"draught": colDraught, "draft": colDraught, "destination": colDestination, "dest": colDestination, "eta": colETA,
		"length": colLength, "width": colWidth, "a": colBow, "b": colStern, "c": colPort, "d": colStarboard,
	}
}

// Format is a recognised table: what its rows are and how to read them.
type Format struct {
	layout layout
	json   bool
	header []byte   // the header line as it stands, nil for JSON lines
	comma  byte     // the separator
	at     []column // what each column holds
	width  int      // columns up to the last that a row must have: MMSI, time, position
}

// Name is the word for this kind of table.
func (f *Format) Name() string { return f.layout.name }

// JSON is the format of lines of JSON: envelopes of aisstream.io and flat rows.
func JSON() *Format { return &Format{layout: layout{name: "json"}, json: true} }

// MaxLine is the length of the longest row that is read, in bytes: JSON envelopes are longer than rows.
func (f *Format) MaxLine() int {
	if f.json {
		return 64 << 10
	}
	return 8 << 10
}

// Recognise names the table that a file's head opens, or returns nil. The head needs the first line that is neither
// blank nor a comment, up to its end or the head's; the Danish header begins like a comment, so headers are tried
// before comments are passed over.
func Recognise(head []byte) *Format {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		line = bytes.TrimSpace(line)
		head = rest
		if len(line) == 0 {
			continue
		}
		if f := fromHeader(line); f != nil {
			return f
		}
		if line[0] == '#' {
			continue
		}
		if line[0] == '{' && bytes.IndexByte(line, '"') > 0 {
			return JSON()
		}
		return nil
	}
	return nil
}

func fromHeader(line []byte) *Format {
	for _, comma := range []byte{',', ';', '\t'} {
		names := headerNames(line, comma)
		if len(names) < 4 {
			continue
		}
		for _, l := range append(layouts(), layout{name: "positions"}) {
			if f := match(l, names); f != nil {
				f.header, f.comma = bytes.Clone(line), comma
				return f
			}
		}
	}
	return nil
}

func headerNames(line []byte, comma byte) []string {
	var names []string
	for _, cell := range bytes.Split(bytes.ToLower(line), []byte{comma}) {
		names = append(names, string(bytes.Trim(cell, " \"\r")))
	}
	return names
}

// match builds a format if the header has all that the layout needs, and at least an MMSI, a time and a position.
// Of two columns for one thing the first counts.
func match(l layout, names []string) *Format {
	for _, need := range l.needs {
		if !slices.Contains(names, need) {
			return nil
		}
	}
	f := &Format{layout: l, at: make([]column, len(names))}
	words := common()
	var have [columns]bool
	for i, name := range names {
		c, own := l.names[name]
		if !own {
			c = words[name]
		}
		if c == colNone || have[c] {
			continue
		}
		f.at[i], have[c] = c, true
		switch c {
		case colMMSI, colTime, colLat, colLon:
			f.width = i + 1
		}
	}
	if !have[colMMSI] || !have[colTime] || !have[colLat] || !have[colLon] {
		return nil
	}
	return f
}
