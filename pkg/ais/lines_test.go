package ais

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/adrianmo/go-nmea"

	"github.com/darkwake/darkwake/internal/sim/encode"
)

// plain is message 1 of MMSI 366998410 at 37.825183 N 122.472650 W, course 46.0, second 19.
const plain = "!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E"

// sealed gives a sentence without its checksum the right one.
func sealed(body string) string { return fmt.Sprintf("!%s*%02X", body, encode.Checksum(body)) }

// tagged puts a TAG block with the right checksum in front of a line.
func tagged(block, line string) string {
	return fmt.Sprintf("\\%s*%02X\\%s", block, encode.Checksum(block), line)
}

// wantPlain checks that a report is the plain sentence.
func wantPlain(t *testing.T, r *Report) {
	t.Helper()
	if r.Message != 1 || r.MMSI != 366998410 || math.Abs(r.Position[0]+122.47265) > 1e-6 || math.Abs(r.Position[1]-37.825183) > 1e-6 || r.COG != 46 {
		t.Errorf("got message %d of %s at %v course %v", r.Message, r.MMSI, r.Position, r.COG)
	}
}

// Each row is a form of line that a library gets wrong or that a feed really sends (LIBRARIES.md 2.1). Reports are all
// the plain sentence; the time is the stated one, before its second is taken from the message.
func TestLines(t *testing.T) {
	const uscg = ",d-109,S2105,t050056.00,T56.13718694,r003669946,1325394060,1325394001"
	for _, c := range []struct {
		name    string
		lines   []string
		reports int
		reason  Reason
		time    UnixMilli
		source  TimeSource
		station string
	}{
		{name: "nothing round it", lines: []string{plain}, reports: 1, source: TimeAssumed},
		{name: "line feed", lines: []string{plain + "\n"}, reports: 1, source: TimeAssumed},
		{name: "carriage return and line feed", lines: []string{plain + "\r\n"}, reports: 1, source: TimeAssumed},
		{name: "trailing time", lines: []string{plain + ",1412524603"}, reports: 1, time: 1412524603000, source: TimeTrailer},
		{name: "trailer: the first of two epochs", lines: []string{plain + uscg}, reports: 1, time: 1325394060000, source: TimeTrailer, station: "r003669946"},
		{name: "trailer without an epoch", lines: []string{plain + ",r003669946"}, reports: 1, source: TimeAssumed, station: "r003669946"},
		{name: "trailer of garbage", lines: []string{plain + ",1daasd4218,,1357134222"}, reports: 1, time: 1357134222000, source: TimeTrailer},
		{name: "trailer: station by name", lines: []string{plain + ",s27064,d-106,rDETROIT,1136498115"}, reports: 1, time: 1136498115000, source: TimeTrailer, station: "rDETROIT"},
		{name: "trailer of AIS-catcher", lines: []string{plain + " ( MSG: 1, REPEAT: 0, MMSI: 366998410, signalpower: -44.0, ppm: 0, timestamp: 20220729191340)"}, reports: 1, time: 1659122020000, source: TimeTrailer},
		{name: "NUL behind it", lines: []string{plain + "\x00"}, reports: 1, source: TimeAssumed},
		{name: "NULs inside", lines: []string{"\x00" + plain[:20] + "\x00\x00" + plain[20:]}, reports: 1, source: TimeAssumed},
		{name: "stray quote behind it", lines: []string{plain + "'"}, reports: 1, source: TimeAssumed},
		{name: "escaped line end as text", lines: []string{plain + `\x0d\x0a`}, reports: 1, source: TimeAssumed},
		{name: "two in a line", lines: []string{plain + plain}, reports: 2, source: TimeAssumed},
		{name: "two in a line, each tagged", lines: []string{tagged("s:a,c:1426032000", plain) + tagged("s:a,c:1426032000", plain)}, reports: 2, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "one cut short before another", lines: []string{plain[:20] + plain}, reports: 1, reason: BadChecksum, source: TimeAssumed},
		{name: "leading seconds", lines: []string{"1550303566 " + plain}, reports: 1, time: 1550303566000, source: TimeStamp},
		{name: "leading nanoseconds", lines: []string{"1550303566167726840 " + plain}, reports: 1, time: 1550303566167, source: TimeStamp},
		{name: "leading seconds and comma", lines: []string{"1429287142," + plain}, reports: 1, time: 1429287142000, source: TimeStamp},
		{name: "leading calendar time", lines: []string{"2017-02-20T00:00:00;" + plain}, reports: 1, time: 1487548800000, source: TimeStamp},
		{name: "leading calendar time with a space", lines: []string{"2024-01-01 00:00:00," + plain}, reports: 1, time: 1704067200000, source: TimeStamp},
		{name: "leading calendar time in brackets", lines: []string{"[2024-01-01T00:00:00.250Z] " + plain}, reports: 1, time: 1704067200250, source: TimeStamp},
		{name: "leading calendar time with an offset", lines: []string{"2024-01-01T02:00:00+02:00\t" + plain}, reports: 1, time: 1704067200000, source: TimeStamp},
		{name: "leading number that is no time", lines: []string{"123;" + plain}, reports: 1, source: TimeAssumed},
		{name: "leading noise", lines: []string{"xx#" + plain}, reports: 1, source: TimeAssumed},
		{name: "leading noise with a dollar sign", lines: []string{"x$ $x" + plain}, reports: 1, source: TimeAssumed},
		{name: "TAG block", lines: []string{`\s:rORBCOMM,c:1426032000*1D\` + plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "rORBCOMM"},
		{name: "TAG block behind noise", lines: []string{`UdPbC` + "\x00" + `\s:rORBCOMM,c:1426032000*1D\` + plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "rORBCOMM"},
		{name: "TAG block alone", lines: []string{tagged("s:a,c:1426032000", ""), plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "TAG block alone, not closed", lines: []string{strings.TrimSuffix(tagged("s:a,c:1426032000", ""), `\`), plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "TAG block alone holds for one sentence", lines: []string{tagged("s:a", ""), plain + ",r1,1412524603", plain + ",r1,1412524603"}, reports: 2, time: 1412524603000, source: TimeTrailer},
		{name: "TAG block alone for its group", lines: []string{`\g:1-3-1234,s:r3669961,c:1120959341*0C\`, tagged("g:2-3-1234", plain), tagged("g:3-3-1234", plain)}, reports: 2, time: 1120959341000, source: TimeTag, station: "r3669961"},
		{name: "two TAG blocks", lines: []string{`\s:a*28\\c:1426032000*59\` + plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "two TAG blocks, first key wins", lines: []string{tagged("s:a,c:1426032000", "") + tagged("s:b,c:1426032001", plain)}, reports: 1, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "wrong TAG checksum", lines: []string{`\s:rORBCOMM,c:1426032000*00\` + plain}, reports: 1, source: TimeAssumed},
		{name: "no TAG checksum", lines: []string{`\s:rORBCOMM,c:1426032000\` + plain}, reports: 1, source: TimeAssumed},
		{name: "TAG block not closed before the sentence", lines: []string{`\s:rORBCOMM,c:1426032000*1D` + plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "rORBCOMM"},
		{name: "TAG block broken off", lines: []string{`\s:rORBCOMM,c:14260` + plain}, reports: 1, source: TimeAssumed},
		{name: "TAG time with a fraction", lines: []string{`\c:1426032000.5*42\` + plain}, reports: 1, time: 1426032000500, source: TimeTag},
		{name: "TAG time in milliseconds", lines: []string{tagged("c:1599239526500", plain)}, reports: 1, time: 1599239526500, source: TimeTag},
		{name: "TAG time in microseconds", lines: []string{tagged("c:1750955733123456", plain)}, reports: 1, time: 1750955733123, source: TimeTag},
		{name: "TAG time of eleven digits", lines: []string{tagged("c:12415440354", plain)}, reports: 1, source: TimeAssumed},
		{name: "TAG time before 2000, trailer good", lines: []string{tagged("c:12345", plain+",1412524603")}, reports: 1, time: 1412524603000, source: TimeTrailer},
		{name: "TAG item without a colon", lines: []string{`\s:abc,junk*1F\` + plain}, reports: 1, source: TimeAssumed, station: "abc"},
		{name: "TAG item with an empty key", lines: []string{`\:,c:1364272372*4E\` + plain}, reports: 1, time: 1364272372000, source: TimeTag},
		{name: "TAG station with a colon", lines: []string{`\s:b:2,c:1364272372*57\` + plain}, reports: 1, time: 1364272372000, source: TimeTag, station: "b:2"},
		{name: "TAG group line 2 of 1", lines: []string{tagged("g:2-1-1,c:1364272372", plain)}, reports: 1, time: 1364272372000, source: TimeTag},
		{name: "TAG keys d n r t q T", lines: []string{tagged("d:x,n:325372,r:99,t:text,q:u,T:2014-12-10 00.41.53,s:a,c:1426032000", plain)}, reports: 1, time: 1426032000000, source: TimeTag, station: "a"},
		{name: "TAG before trailer before stamp", lines: []string{"1550303566 " + tagged("c:1426032000", plain+",1412524603")}, reports: 1, time: 1426032000000, source: TimeTag},
		{name: "sequence not a digit", lines: []string{"!AIVDM,1,1,a,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*0F"}, reports: 1, source: TimeAssumed},
		{name: "sequence on a single sentence", lines: []string{sealed("AIVDM,1,1,0,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reports: 1, source: TimeAssumed},
		{name: "no checksum", lines: []string{"!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0"}, reason: BadChecksum},
		{name: "wrong checksum", lines: []string{plain[:len(plain)-1] + "F"}, reason: BadChecksum},
		{name: "checksum of one digit", lines: []string{plain[:len(plain)-1]}, reason: BadChecksum},
		{name: "checksum in small letters", lines: []string{plain[:len(plain)-2] + "6e"}, reports: 1, source: TimeAssumed},
		{name: "invalid armour", lines: []string{"!AIVDM,1,1,,A,15MwkRUOidG?GElEXXXXk1JV06Jd,0*0B"}, reason: BadPayload},
		{name: "empty payload", lines: []string{"!AIVDM,1,1,,B,,0*25"}, reason: BadPayload},
		{name: "part 1 of 0", lines: []string{"!AIVDM,1,0,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6F"}, reason: NotNMEA},
		{name: "part 0 of 1", lines: []string{sealed("AIVDM,0,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reason: NotNMEA},
		{name: "part 2 of 1", lines: []string{sealed("AIVDM,1,2,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reason: NotNMEA},
		{name: "empty count", lines: []string{sealed("AIVDM,,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reason: NotNMEA},
		{name: "fill bits 6", lines: []string{"!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,6*68"}, reason: NotNMEA},
		{name: "fill bits empty", lines: []string{"!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,*5E"}, reports: 1, source: TimeAssumed},
		{name: "fill bits missing", lines: []string{"!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd*72"}, reason: NotNMEA},
		{name: "a field too many", lines: []string{sealed("AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0,0")}, reason: NotNMEA},
		{name: "six parts", lines: []string{sealed("AIVDM,6,1,3,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reason: TooLong},
		{name: "own ship", lines: []string{sealed("AIVDO,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reports: 1, source: TimeAssumed},
		{name: "talker of dashes", lines: []string{sealed("--VDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reports: 1, source: TimeAssumed},
		{name: "talker with a digit", lines: []string{sealed("B2VDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reports: 1, source: TimeAssumed},
		{name: "comma for a talker", lines: []string{sealed("A,VDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0")}, reason: NotNMEA},
		{name: "NULs in a TAG block", lines: []string{"\\s:r\x00ORBCOMM,c:1426032000*1D\\" + plain}, reports: 1, time: 1426032000000, source: TimeTag, station: "rORBCOMM"},
		{name: "no exclamation mark", lines: []string{plain[1:]}, reason: NotNMEA},
		{name: "text", lines: []string{"foobar"}, reason: NotNMEA},
		{name: "a line too long", lines: []string{strings.Repeat("x", 1000) + plain}, reason: TooLong},
		{name: "comment", lines: []string{"# " + plain}},
		{name: "blank", lines: []string{"", " \t", "\r\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, d := decodeAll(guessed(), c.lines...)
			if len(got.reports) != c.reports {
				t.Fatalf("got %d reports, %d rejects, want %d reports", len(got.reports), len(got.rejects), c.reports)
			}
			for _, r := range got.reports {
				wantPlain(t, r)
			}
			if c.reports > 0 {
				r := got.reports[len(got.reports)-1]
				switch c.source {
				case TimeAssumed:
					c.time = r.Time
				case TimeTag, TimePGHP, TimeTrailer:
					c.time = sharpen(c.time, r.Second)
				}
				if r.Time != c.time || r.TimeSource != c.source {
					t.Errorf("got time %d of source %d, want %d of %d", r.Time, r.TimeSource, c.time, c.source)
				}
				if c.station != "" && r.Station.String() != c.station {
					t.Errorf("got station %q, want %q", r.Station.String(), c.station)
				}
			}
			wantRejects(t, got, d, c.reason, c.lines)
		})
	}
}

// wantRejects checks that one line was refused for a reason, with its bytes, or none.
func wantRejects(t *testing.T, got *collector, d *Decoder, reason Reason, lines []string) {
	t.Helper()
	if reason == NoReason {
		if len(got.rejects) != 0 {
			t.Errorf("got reject %s of %q, want none", got.rejects[0].Reason, got.rejects[0].Bytes)
		}
		return
	}
	if len(got.rejects) != 1 || got.rejects[0].Reason != reason {
		t.Fatalf("got rejects %v, want one %s", got.rejects, reason)
	}
	r := got.rejects[0]
	if len(r.Bytes) == 0 || !strings.Contains(strings.Join(lines, "\n"), string(r.Bytes)) || r.Source != "test" {
		t.Errorf("got bytes %q of source %q, want those of the line", r.Bytes, r.Source)
	}
	if d.Counters().Rejects[reason] != 1 {
		t.Errorf("got count %d, want 1", d.Counters().Rejects[reason])
	}
}

func TestChannels(t *testing.T) {
	for field, want := range map[string]byte{"A": 'A', "1": 'A', "B": 'B', "2": 'B', "C": 'C', "D": 'D', "": 0, "0": 0, "E": 0, "AB": 0, "a": 0} {
		// The sentence before is on another channel, which must not be inherited.
		got, _ := decodeAll(guessed(), sealed("AIVDM,1,1,,D,15MwkRUOidG?GElEa<iQk1JV06Jd,0"), sealed("AIVDM,1,1,,"+field+",15MwkRUOidG?GElEa<iQk1JV06Jd,0"))
		if len(got.reports) != 2 || got.reports[1].Channel != want {
			t.Errorf("channel field %q: got %d reports, channel %q, want %q", field, len(got.reports), got.reports[1].Channel, want)
		}
	}
}

// A report carries the bytes that it was made of, with the block and the trailer that date it.
func TestRawBytes(t *testing.T) {
	one, two := tagged("s:a,c:1426032000", plain), plain+",r1,1412524603"
	got, _ := decodeAll(guessed(), "1550303566 "+plain+"\r\n", one+two)
	for i, want := range []string{"1550303566 " + plain, one, two} {
		if string(got.reports[i].Raw) != want {
			t.Errorf("got raw %q, want %q", got.reports[i].Raw, want)
		}
	}
	if a, b := got.reports[1].Number, got.reports[2].Number; a != 2<<8 || b != 2<<8|1 {
		t.Errorf("got numbers %d, %d, want line 2, index 0 and 1", a, b)
	}
}

// Sentences of other kinds are counted if they are sound, and refused if their checksum is wrong.
func TestOtherSentences(t *testing.T) {
	for _, c := range []struct {
		name, line string
		reason     Reason
		counted    func(Counters) bool
	}{
		{"position fix", "$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*6D", NoReason, func(c Counters) bool { return c.Other == 1 && c.Unread == 0 }},
		{"clock", "$GPZDA,172809.456,12,07,1996,00,00*57", NoReason, func(c Counters) bool { return c.Other == 1 && c.Unread == 0 }},
		{"reception remark", "$ARVSI,r003669945,5,201704.05687473,0152,-085,0*2E", NoReason, func(c Counters) bool { return c.VSI == 1 && c.Other == 1 }},
		{"receiver status nobody knows", "$PAIS,1,2*3F", BadChecksum, func(c Counters) bool { return c.Other == 0 }},
		{"unknown kind", "$GPR00,A,B,C*29", NoReason, func(c Counters) bool { return c.Unread == 1 }},
		{"no checksum", "$PFOO,INVALID", NoReason, func(c Counters) bool { return c.Unread == 1 }},
		{"wrong checksum", "$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*6E", BadChecksum, func(c Counters) bool { return c.Other == 0 }},
		{"GateHouse record without a checksum", "$PGHP,1,2013,3,18,9,19,9,499,219,,2190048,1,28", BadChecksum, func(c Counters) bool { return c.PGHP == 0 }},
		{"other encapsulated sentence", sealed("AIABM,1,1,0,205,1,12,15MwkRUOidG,0"), NoReason, func(c Counters) bool { return c.Other == 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, d := decodeAll(guessed(), c.line)
			if len(got.reports) != 0 || !c.counted(d.Counters()) {
				t.Errorf("got %d reports, counters %+v", len(got.reports), d.Counters())
			}
			wantRejects(t, got, d, c.reason, []string{c.line})
		})
	}
}

// TestXorIsTheByteLoop compares the words with the loop at every length and alignment.
func TestXorIsTheByteLoop(t *testing.T) {
	text := bytes.Repeat([]byte(plain), 3)
	for from := range 9 {
		for to := from; to < len(text); to++ {
			if got, want := xor(text[from:to]), encode.Checksum(string(text[from:to])); got != want {
				t.Fatalf("got %02X for [%d:%d], want %02X", got, from, to, want)
			}
		}
	}
}

// go-nmea reads the same fields out of every sentence that both accept.
func TestSentenceEqualsGoNMEA(t *testing.T) {
	parser := nmea.SentenceParser{}
	compared := 0
	for _, line := range cleanCorpus(t) {
		if compareWithGoNMEA(t, &parser, bytes.TrimSpace(line)) {
			compared++
		}
	}
	if want := 10_297; compared < want-150 {
		t.Errorf("got %d sentences compared, want about %d", compared, want)
	}
}

// compareWithGoNMEA tells whether both read the sentence, and fails where they differ.
func compareWithGoNMEA(t *testing.T, parser *nmea.SentenceParser, line []byte) bool {
	t.Helper()
	p := nextPiece(line, 0)
	parsed, err := parser.Parse(string(line))
	theirs, ok := parsed.(nmea.VDMVDO)
	var ours sentence
	ours.raw = line
	if err != nil || !ok || p.kind != vdm || p.from != 0 || ours.read(p.text, 0) != NoReason {
		return false
	}
	if int64(ours.total) != theirs.NumFragments || int64(ours.part) != theirs.FragmentNumber || string(ours.talker[:]) != theirs.Talker {
		t.Errorf("got part %d of %d from %s, go-nmea has %d of %d from %s: %q", ours.part, ours.total, ours.talker, theirs.FragmentNumber, theirs.NumFragments, theirs.Talker, line)
	}
	if ours.sequence != 0 && int64(ours.sequence-'0') != theirs.MessageID && ours.total > 1 {
		t.Errorf("got sequence %c, go-nmea has %d: %q", ours.sequence, theirs.MessageID, line)
	}
	if want := 6*len(ours.payload()) - int(ours.fill); len(theirs.Payload) != want {
		t.Errorf("got %d bits, go-nmea has %d: %q", want, len(theirs.Payload), line)
	}
	return true
}
