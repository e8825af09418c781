package table

import (
	"math"

	"github.com/darkwake/darkwake/pkg/ais"
)

// Options say whose rows they are.
type Options struct {
	Source      string
	Receiver    ais.Receiver
	AssumeStart ais.UnixMilli // event time of rows without any; zero refuses them
}

// Decoder turns rows into reports. It reuses its reports and belongs to one goroutine.
type Decoder struct {
	f        *Format
	o        Options
	position ais.Report    // the position half of the row at hand
	static   ais.Report    // the other half
	around   ais.UnixMilli // the time that an envelope around the row states
	lon, lat float64
	fixed    int // how many of lon and lat the row has
	cells    [columns][]byte
}

// NewDecoder returns a decoder for rows of this format.
func (f *Format) NewDecoder(o Options) *Decoder { return &Decoder{f: f, o: o} }

// Decode reads one row and hands what it holds to the sink: a position, static values, both, or a reject. The
// header and, in JSON lines, comments are passed over. The sink must not keep what it gets.
func (d *Decoder) Decode(row []byte, at ais.At, to ais.Sink) {
	if d.skip(row) {
		return
	}
	d.begin(at)
	reason := ais.NoReason
	if d.f.json {
		reason = d.object(row)
	} else {
		reason = d.cut(row)
	}
	if reason == ais.NoReason {
		reason = d.place()
	}
	if reason != ais.NoReason {
		to.Reject(ais.Reject{Reason: reason, Source: d.o.Source, Offset: at.Offset, Number: at.Line << 8, Bytes: row})
		return
	}
	d.emit(row, to)
}

// Flush does nothing: no row waits for another. It is there so that a decoder of rows may stand where one of
// sentences stands.
func (d *Decoder) Flush(ais.Sink) {}

// When reads a row's event time only; false for a header, a comment or a row without a readable one.
func (d *Decoder) When(row []byte) (ais.UnixMilli, bool) {
	if d.skip(row) {
		return 0, false
	}
	d.begin(ais.At{})
	if d.f.json {
		reason := d.object(row)
		return d.position.Time, reason == ais.NoReason && d.position.Time != 0
	}
	d.split(row)
	t, c := instant(d.cells[colTime])
	return t, c == good
}

func (d *Decoder) skip(row []byte) bool {
	if d.f.json {
		return len(row) > 0 && row[0] == '#'
	}
	if len(row) > 3 && row[0] == 0xEF && row[1] == 0xBB && row[2] == 0xBF {
		row = row[3:]
	}
	return string(row) == string(d.f.header)
}

func (d *Decoder) begin(at ais.At) {
	d.position = ais.Report{
		Source: d.o.Source, Receiver: d.o.Receiver, TimeSource: ais.TimeFeed, Received: at.Received,
		Offset: at.Offset, Number: at.Line << 8, Flags: ais.DecodedUpstream | d.f.layout.flags,
	}
	d.static, d.around = ais.Report{}, at.Feed
	d.lon, d.lat, d.fixed = 0, 0, 0
}

// setMMSI takes at most nine digits (ITU-R M.585-9). Numbers that no ship can have are still numbers: the
// tracker judges them.
func (d *Decoder) setMMSI(v uint64, c clarity) ais.Reason {
	if c != good || v > 999_999_999 {
		return ais.BadMMSI
	}
	d.position.MMSI = ais.MMSI(v)
	return ais.NoReason
}

// setTime takes a row's time; where it has none that of the envelope around it, that of its receipt, or the assumed one.
func (d *Decoder) setTime(t ais.UnixMilli, c clarity) ais.Reason {
	switch {
	case c == good:
		d.position.Time = t
	case c == broken:
		return ais.BadRow
	case d.around != 0:
		d.position.Time = d.around
	case d.position.Received != 0:
		d.position.Time, d.position.TimeSource = d.position.Received, ais.TimeReceipt
	case d.o.AssumeStart == 0:
		return ais.NoTime
	default:
		d.position.Time, d.position.TimeSource = d.o.AssumeStart, ais.TimeAssumed
	}
	return ais.NoReason
}

// place turns latitude and longitude into a position. A row with only one of them is broken.
func (d *Decoder) place() ais.Reason {
	switch d.fixed {
	case 0:
		return ais.NoReason
	case 2:
		return setPosition(&d.position, d.lon, d.lat)
	}
	return ais.BadPosition
}

// motion are the fields that only come with a position report.
const motion = ais.HasPosition | ais.HasSOG | ais.HasCOG | ais.HasHeading | ais.HasROT | ais.HasNavStatus |
	ais.HasSecond | ais.HasAccuracy | ais.HasRAIM | ais.HasAltitude | ais.HasClock

// emit hands on the position if the row was about one, then the static values if it has any. A row with neither says
// that the ship was heard, and goes on as Other.
func (d *Decoder) emit(row []byte, to ais.Sink) {
	p, s := &d.position, &d.static
	p.Raw, p.Hash = row, rowHash(p)
	moved := d.fixed > 0 || p.Has&motion != 0
	if moved {
		p.Kind = ais.Position
	}
	if moved || s.Has == 0 {
		to.Report(p)
	}
	if s.Has == 0 {
		return
	}
	s.Kind, s.Message, s.Class, s.Channel = ais.Static, p.Message, p.Class, p.Channel
	s.Flags, s.MMSI = s.Flags|p.Flags&^(ais.Coarse|ais.ROTBeyond), p.MMSI
	s.Time, s.Received, s.TimeSource, s.Receiver = p.Time, p.Received, p.TimeSource, p.Receiver
	s.Source, s.Station, s.Offset, s.Number, s.Raw = p.Source, p.Station, p.Offset, p.Number, p.Raw
	if moved {
		s.Number++
	}
	// The halves of one row are no copies of each other, so their keys differ.
	s.Hash = mix(p.Hash ^ uint64(ais.Static))
	to.Report(s)
}

// rowHash is the copy key of a report without a payload: MMSI, event time and position. It depends on the
// values, not on how they were written.
func rowHash(r *ais.Report) uint64 {
	h := mix(uint64(r.MMSI))
	h = mix(h ^ uint64(r.Time))
	if r.Carries(ais.HasPosition) {
		h = mix(h ^ math.Float64bits(r.Position[1]+0))
		h = mix(h ^ math.Float64bits(r.Position[0]+0))
	}
	return h
}

// mix is the finisher of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves every bit of the
// result with probability one half.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
