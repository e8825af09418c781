package table

import (
	"bytes"
	"encoding/json"

	"github.com/darkwake/darkwake/pkg/ais"
)

// number is a JSON number that may come as text, or as a word such as gpsd's "nan", which is no number.
type number struct {
	v  float64
	ok clarity
}

// UnmarshalJSON never refuses: a value of another kind is no number.
func (n *number) UnmarshalJSON(b []byte) error {
	n.v, n.ok = decimal(bytes.Trim(b, `"`))
	if string(b) == "null" {
		n.ok = empty
	}
	return nil
}

func (n number) whole() (uint64, clarity) {
	if n.ok != good || n.v < 0 || n.v >= 1<<53 || n.v != float64(uint64(n.v)) {
		return 0, min(n.ok, broken)
	}
	return uint64(n.v), good
}

// words is text, or nothing where JSON has another kind of value. Its bytes are unescaped.
type words []byte

// UnmarshalJSON never refuses. A number counts as its digits.
func (w *words) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err == nil {
			*w = words(s)
		}
	} else if len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9') {
		*w = bytes.Clone(b)
	}
	return nil
}

// flat is a row in the words of gpsd, one object for a message, with the time that gpsdio and others add.
type flat struct {
	MMSI        number `json:"mmsi"`
	SSVID       number `json:"ssvid"`
	Timestamp   words  `json:"timestamp"`
	Type        number `json:"type"`
	Scaled      *bool  `json:"scaled"`
	Lat         number `json:"lat"`
	Lon         number `json:"lon"`
	Speed       number `json:"speed"`
	Course      number `json:"course"`
	Heading     number `json:"heading"`
	Turn        number `json:"turn"`
	Status      words  `json:"status"`
	Second      number `json:"second"`
	IMO         number `json:"imo"`
	ShipName    words  `json:"shipname"`
	CallSign    words  `json:"callsign"`
	ShipType    number `json:"shiptype"`
	Draught     number `json:"draught"`
	Destination words  `json:"destination"`
	ETA         words  `json:"eta"`
	ToBow       number `json:"to_bow"`
	ToStern     number `json:"to_stern"`
	ToPort      number `json:"to_port"`
	ToStarboard number `json:"to_starboard"`
}

// object reads one JSON line: an aisstream.io envelope or a flat row.
func (d *Decoder) object(row []byte) ais.Reason {
	if bytes.Contains(row, []byte(`"MessageType"`)) {
		return d.envelope(row)
	}
	var f flat
	if json.Unmarshal(row, &f) != nil || f.Scaled != nil && !*f.Scaled {
		return ais.BadRow
	}
	if f.MMSI.ok == empty {
		f.MMSI = f.SSVID
	}
	if reason := d.setMMSI(f.MMSI.whole()); reason != ais.NoReason {
		return reason
	}
	if reason := d.setTime(instant(f.Timestamp)); reason != ais.NoReason {
		return reason
	}
	if v, ok := f.Type.whole(); ok == good {
		d.message(v)
	}
	if f.Lat.ok == broken || f.Lon.ok == broken {
		return ais.BadPosition
	}
	d.fix(f.Lon, f.Lat)
	d.flatMovement(&f)
	d.flatParticulars(&f)
	return ais.NoReason
}

func (d *Decoder) fix(lon, lat number) {
	d.lon, d.lat = lon.v, lat.v
	for _, n := range []number{lon, lat} {
		if n.ok == good {
			d.fixed++
		}
	}
}

func (d *Decoder) flatMovement(f *flat) {
	p := &d.position
	if d.fixed == 0 {
		return
	}
	apply(p, f.Speed, setSOG)
	apply(p, f.Course, setCOG)
	apply(p, f.Heading, setHeading)
	apply(p, f.Turn, setTurn)
	apply(p, f.Second, setSecond)
	d.status(f.Status)
}

func (d *Decoder) flatParticulars(f *flat) {
	s := &d.static
	if v, ok := f.IMO.whole(); ok == good {
		setIMO(s, v)
	}
	d.cells[colName], d.cells[colCallSign], d.cells[colDestination] = f.ShipName, f.CallSign, f.Destination
	d.words()
	apply(s, f.ShipType, setShipType)
	apply(s, f.Draught, setDraught)
	setDimensions(s, f.ToBow.v, f.ToStern.v, f.ToPort.v, f.ToStarboard.v)
	d.arrival(f.ETA)
}

// apply hands a number to a setter if there is one.
func apply(r *ais.Report, n number, set func(*ais.Report, float64)) {
	if n.ok == good {
		set(r, n.v)
	}
}

// setSecond keeps 60 to 63: 62 (dead reckoning) and 63 (sensor off) are evidence.
func setSecond(r *ais.Report, v float64) {
	if v >= 0 && v <= 63 && v == float64(uint8(v)) {
		r.Second, r.Has = uint8(v), r.Has|ais.HasSecond
	}
}
