package ais

import (
	"bytes"
	"strings"
	"testing"

	"github.com/adrianmo/go-nmea"
)

// sane checks what must hold for any input: a report has a time, a number of nine digits and bytes, a reject a reason
// and bytes.
type sane struct {
	t *testing.T
	collector
}

func (s *sane) Report(r *Report) {
	if r.Time < earliest || r.Time >= latest+60_000 || r.TimeSource == TimeUnknown || r.MMSI > maxMMSI || len(r.Raw) == 0 || len(r.Raw) > maxParts*(maxLine+1) {
		s.t.Errorf("got report at %d of %d with %d bytes", r.Time, r.TimeSource, len(r.Raw))
	}
	if r.Has&HasPosition != 0 && (r.Position[0] < -180 || r.Position[0] > 180 || r.Position[1] < -90 || r.Position[1] > 90) {
		s.t.Errorf("got position %v", r.Position)
	}
	s.collector.Report(r)
}

func (s *sane) Reject(r Reject) {
	if r.Reason == NoReason || len(r.Bytes) == 0 {
		s.t.Errorf("got reject %+v", r)
	}
	s.collector.Reject(r)
}

// FuzzSentence feeds any bytes as a line. The short way and the general way must agree, and go-nmea with both where it
// accepts.
func FuzzSentence(f *testing.F) {
	for _, line := range []string{plain, a1, a1 + b1, plain + ",r003669946,1325394060,1325394001", "1550303566 " + plain, "\\s:a,c:1426032000*28\\" + plain,
		"!AIVDM,1,1,,B,,0*25", "!AIVDM,1,0,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6F", "$PGHP,1,2013,3,18,9,19,9,499,219,,2190048,1,28*23",
		"$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*6D", "!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C", "$CCGPQ,GGA*2B", "\\\\!*\x00$"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		d, general := NewDecoder(guessed()), NewDecoder(guessed())
		one, two := &sane{t: t}, &sane{t: t}
		before := bytes.Clone(line)
		d.Decode(line, At{}, one)
		general.counters.Lines++
		general.decodeLine(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), two)
		if !bytes.Equal(line, before) {
			t.Errorf("got %q changed to %q", before, line)
		}
		if d.Counters() != general.Counters() || len(one.reports) != len(two.reports) {
			t.Fatalf("got %+v, the general way has %+v", d.Counters(), general.Counters())
		}
		for i := range one.reports {
			a, b := *one.reports[i], *two.reports[i]
			if !bytes.Equal(a.Raw, b.Raw) {
				t.Errorf("got raw %q, the general way has %q", a.Raw, b.Raw)
			}
			if a.Raw, b.Raw = nil, nil; !sameReport(&a, &b) {
				t.Errorf("got %+v, the general way has %+v", a, b)
			}
		}
		// go-nmea trims blanks and folds case, so compare with what it was given.
		compareWithGoNMEA(t, &nmea.SentenceParser{}, bytes.TrimRight(line, "\r\n"))
	})
}

// sameReport compares all but the raw bytes.
func sameReport(a, b *Report) bool {
	x, y := *a, *b
	x.Raw, y.Raw = nil, nil
	return x.Time == y.Time && x.Hash == y.Hash && x.Position == y.Position && x.Has == y.Has && x.Flags == y.Flags && x.Channel == y.Channel &&
		x.Number == y.Number && x.Station == y.Station && x.TimeSource == y.TimeSource && x.MMSI == y.MMSI && x.Kind == y.Kind
}

// FuzzTagBlock feeds any text as a block. What was read must hold, and a right checksum is needed to read anything.
func FuzzTagBlock(f *testing.F) {
	for _, block := range []string{"s:rORBCOMM,c:1426032000*1D", "g:1-3-1234,s:r3669961,c:1120959341*0C", "c:1426032000.5*42", ":,c:1364272372*4E",
		"1G2:0125,c:1354719387*0D", "g:2-1-1*00", "s:abc,junk*1F", "g:1-2--001,c:1326055296*3C", "*00", ""} {
		f.Add([]byte(block))
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		var got tags
		ok, skipped := got.read(block)
		if n := len(block) - 3; !ok && !got.empty() || ok && (n < 0 || block[n] != '*') {
			t.Errorf("got %+v from a block that is not sound", got)
		}
		if skipped > bytes.Count(block, []byte(","))+1 {
			t.Errorf("got %d items skipped of %q", skipped, block)
		}
		if got.time != plausible(got.time) || got.part > got.total || got.group.Empty() != (got.part == 0) {
			t.Errorf("got %+v of %q", got, block)
		}
		again := got
		if again.read(block); again != got {
			t.Errorf("got %+v the second time, want %+v: the first key wins", again, got)
		}
	})
}

// FuzzAssemble builds a feed out of a few senders, each byte a sentence: which sender, which part, tagged or not. Parts
// carry their sender in the payload, so that a mixture shows.
func FuzzAssemble(f *testing.F) {
	f.Add([]byte{0x00, 0x10, 0x01, 0x11}, uint8(4))
	f.Add([]byte{0x00, 0x01, 0x10, 0x11, 0x20, 0x22, 0x21}, uint8(1))
	f.Add([]byte{0x80, 0x90, 0x81, 0x91, 0x80, 0x81, 0xa2, 0xa1, 0xa0}, uint8(2))
	f.Fuzz(func(t *testing.T, feed []byte, room uint8) {
		o := guessed()
		o.MaxGroups, o.GroupSentences = int(room%8)+1, 8
		d, got := NewDecoder(o), &sane{t: t}
		for i, b := range feed {
			sender, part, total := b>>4, b&3, 2+b>>2&1
			if part >= total {
				continue
			}
			body := strings.Join([]string{"AIVDM", digit(total), digit(part + 1), "3", "A", "8" + digit(sender>>3) + digit(sender&7) + "00" + digit(part), "0"}, ",")
			line := sealed(body)
			if sender >= 8 { // eight senders with s:, of which four have g: too
				block := "s:st" + digit(sender-8)
				if sender >= 12 {
					block += ",g:" + digit(part+1) + "-" + digit(total) + "-" + digit(sender)
				}
				line = tagged(block, line)
			}
			d.Decode([]byte(line), At{Line: uint64(i)}, got)
			if len(d.parts.open) > o.MaxGroups || len(d.parts.open)+len(d.parts.free) != o.MaxGroups+2 {
				t.Fatalf("got %d open, %d free, want at most %d", len(d.parts.open), len(d.parts.free), o.MaxGroups)
			}
		}
		d.Flush(got)
		n := d.Counters()
		parts := int(n.GroupRepeats)
		for _, r := range got.rejects {
			parts += bytes.Count(r.Bytes, []byte("\n")) + 1
			wantOneSender(t, r.Bytes)
		}
		for _, r := range got.reports {
			parts += bytes.Count(r.Raw, []byte("\n")) + 1
			wantOneSender(t, r.Raw)
		}
		if parts != int(n.Sentences) {
			t.Errorf("got %d of %d sentences back", parts, n.Sentences)
		}
	})
}

// digit writes a number below ten, and letters above.
func digit(n byte) string { return string("0123456789abcdef"[n]) }

// wantOneSender checks that the tagged sentences of one message are of one sender, and no two tagged otherwise.
func wantOneSender(t *testing.T, raw []byte) {
	t.Helper()
	sender := ""
	for _, line := range bytes.Split(raw, []byte("\n")) {
		if line[0] != '\\' {
			continue
		}
		f := string(bytes.Split(line[bytes.IndexByte(line, '!'):], []byte(","))[5][:3])
		if sender != "" && f != sender {
			t.Errorf("got a mixture of tagged senders: %q", raw)
		}
		sender = f
	}
}
