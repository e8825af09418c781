package ais

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	goais "github.com/BertoldVdb/go-ais"
)

// checkMessage decodes one message in every way and compares: the special path for 28 characters, the word
// path, the table path and go-ais.
func checkMessage(t *testing.T, where string, payload []byte, fill uint8) (Report, Reason) {
	t.Helper()
	var r Report
	reason := decodePayload(payload, fill, &r)
	byTable := Report{}
	tableReason := BadPayload
	m, ok := unpackTable(payload, fill)
	switch {
	case fill > 5:
		tableReason = NotNMEA
	case len(payload) > 0 && ok && m.bits < headerBits:
		tableReason = Truncated
	case len(payload) > 0 && ok:
		tableReason = byTable.dispatch(&m)
	}
	if len(payload) == 0 {
		tableReason = BadPayload
	}
	if reason != tableReason {
		t.Fatalf("%s %q: got %v by words, %v by table", where, payload, reason, tableReason)
	}
	if d := difference(&r, &byTable); d != "" {
		t.Fatalf("%s %q: words against table: %s", where, payload, d)
	}
	if r.Hash != byTable.Hash && len(payload) <= 96 {
		t.Fatalf("%s %q: hash got %x by words, %x by table", where, payload, r.Hash, byTable.Hash)
	}
	if fill == 0 {
		// A report that was used before must not shine through.
		fast := used()
		if got := decode168(payload, &fast); got != reason {
			t.Fatalf("%s %q: fast path got %v, want %v", where, payload, got, reason)
		}
		if d := difference(&fast, &r); reason == NoReason && (d != "" || fast.Hash != r.Hash) {
			t.Fatalf("%s %q: fast path against words: %s", where, payload, d)
		}
	}
	checkGoAIS(t, where, payload, fill, &r, reason)
	return r, reason
}

// checkGoAIS compares with go-ais where it has an answer.
func checkGoAIS(t *testing.T, where string, payload []byte, fill uint8, r *Report, reason Reason) {
	t.Helper()
	p, err := Full(payload, fill)
	switch {
	case reason == BadPayload || reason == NotNMEA:
		if !errors.Is(err, ErrArmour) {
			t.Fatalf("%s %q: %v, but Full got error %v", where, payload, reason, err)
		}
	case reason == Truncated:
		if !errors.Is(err, ErrUndecoded) {
			t.Fatalf("%s %q: truncated, but Full got %+v, %v", where, payload, p, err)
		}
	case err != nil && r.Kind != Other:
		t.Fatalf("%s %q: read as message %d, but go-ais refuses it: %v", where, payload, r.Message, err)
	case err == nil:
		want := expect(p, 6*len(payload)-int(fill))
		if d := difference(r, &want); d != "" {
			t.Fatalf("%s %q: against go-ais %+v: %s", where, payload, p, d)
		}
	}
}

// used is a report in which every field was set by an earlier message.
func used() Report {
	t := TextFrom("STALE STALE STALE STALE STALE STALE")
	return Report{
		Kind: Static, Message: 99, Class: ClassB, Repeat: 3, Flags: 0xffff, Has: 0xffffffff, MMSI: 1,
		Position: [2]float64{1, 2}, SOG: 3, COG: 4, Heading: 5, ROT: 6, Altitude: 7, NavStatus: 8, Second: 9, Accuracy: true,
		RAIM: true, Clock: 10, ShipType: 11, IMO: 12, Draught: 13, Dimensions: Dimensions{1, 2, 3, 4}, ETA: ETA{1, 2, 3, 4},
		Name: t, CallSign: t, Destination: t, Hash: 14,
	}
}

// checkInvariants holds for every message that is accepted, whatever was sent.
func checkInvariants(t *testing.T, r *Report) {
	t.Helper()
	if r.Carries(HasPosition) && (math.Abs(r.Position[0]) > 180 || math.Abs(r.Position[1]) > 90 || r.Flags&OutOfRange != 0) {
		t.Errorf("position %v is not on the Earth", r.Position)
	}
	if r.COG < 0 || r.COG >= 360 || r.Heading < 0 || r.Heading >= 360 {
		t.Errorf("directions %v, %v are not in 0..360", r.COG, r.Heading)
	}
	for _, c := range [...]struct {
		field Field
		text  *Text
	}{{HasName, &r.Name}, {HasCallSign, &r.CallSign}, {HasDestination, &r.Destination}} {
		s := c.text.String()
		if strings.Contains(s, "@") || strings.TrimSpace(s) != s || r.Carries(c.field) != (s != "") || *c.text != TextFrom(s) {
			t.Errorf("text %q is not clean or not marked (%v)", s, r.Carries(c.field))
		}
	}
	if r.Kind == Other && r.Has != 0 {
		t.Errorf("message %d is not decoded but carries %b", r.Message, r.Has)
	}
}

func TestGoAISBitStrings(t *testing.T) {
	n := 0
	bitStrings(t, func(kind int, bits string) {
		payload, fill := armourBits(bits)
		r, reason := checkMessage(t, "bit string", payload, fill)
		if reason != NoReason || int(r.Message) != kind {
			t.Fatalf("%s: got type %d, %v; the file name says %d", bits, r.Message, reason, kind)
		}
		checkInvariants(t, &r)
		n++
	})
	if n != 42_892 {
		t.Errorf("got %d bit strings, want 42,892", n)
	}
}

func TestAllRecordedMessages(t *testing.T) {
	messages, refused := allRecorded(t), map[Reason]int{}
	for _, m := range messages {
		r, reason := checkMessage(t, m.where, m.payload, m.fill)
		if reason == NoReason {
			checkInvariants(t, &r)
		}
		refused[reason]++
	}
	t.Logf("%d messages: %v", len(messages), refused)
	if len(messages) < 9_000 || refused[NoReason] < 9_000 {
		t.Errorf("got %d messages, %d read; want at least 9,000 of each", len(messages), refused[NoReason])
	}
}

func TestRandomPayloads(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60_000 {
		payload, fill := randomPayload(rng)
		if r, reason := checkMessage(t, "random", payload, fill); reason == NoReason {
			checkInvariants(t, &r)
		}
	}
}

// randomPayload leans to the types that are read, to lengths near theirs and, rarely, to wrong characters.
func randomPayload(rng *rand.Rand) ([]byte, uint8) {
	kinds := []byte{1, 2, 3, 4, 5, 9, 11, 18, 19, 21, 24, 24, 27, 28, 8, byte(rng.IntN(64))}
	sizes := []int{28, 28, 28, 27, 26, 25, 16, 15, 52, 51, 50, 71, 70, 72, 46, 42, 56, 60, 61, rng.IntN(200)}
	payload := make([]byte, sizes[rng.IntN(len(sizes))])
	for i := range payload {
		v := byte(rng.IntN(64))
		if i == 0 {
			v = kinds[rng.IntN(len(kinds))]
		}
		if v > 39 {
			v += 8
		}
		payload[i] = v + 48
	}
	if len(payload) > 0 && rng.IntN(20) == 0 {
		payload[rng.IntN(len(payload))] = byte(rng.IntN(256))
	}
	return payload, uint8(rng.IntN(6))
}

func TestArmour(t *testing.T) {
	// Every byte at every place of a word, a block and a tail.
	base := bytes.Repeat([]byte("0"), 75)
	for c := range 256 {
		want := c >= 48 && c <= 87 || c >= 96 && c <= 119
		for at := range base {
			payload := bytes.Clone(base)
			payload[at] = byte(c)
			var m message
			if got := m.unpack(payload, 0); got != want {
				t.Fatalf("byte %d at %d: got valid %v, want %v", c, at, got, want)
			}
			var r Report
			if got := decode168(payload[:28], &r) != BadPayload; at < 28 && got != want {
				t.Fatalf("byte %d at %d of 28: got valid %v, want %v", c, at, got, want)
			}
		}
	}
}

// trap is a payload that some decoder reads wrongly.
type trap struct {
	name    string
	payload string
	fill    uint8
	reason  Reason
	check   func(t *testing.T, r *Report)
}

// wantText checks one text.
func wantText(t *testing.T, what string, got Text, want string) {
	t.Helper()
	if got.String() != want {
		t.Errorf("%s: got %q, want %q", what, got.String(), want)
	}
}

// differences are the cases in which the reader and go-ais disagree. In each the standard decides.
func differences() []trap {
	const (
		aboard   = "15MwkRUOidG?GElEa<iQk1JV06Jd"
		extended = "C3m=TP00EhwIWP3Uri3Awwo8VF2Te0`:L8:T00000000B0D:R220"
		aid      = "E>jHC7C9b@57T79h8:@64ST:47bwk2wB?PrQ@30HHKv>84i@"
	)
	return []trap{
		// ITU-R M.1371-5, 3.3.7 and table 47: '@' fills up a text. go-ais trims it at the end only.
		{"text after @", "56Sf<N01jR>3?7D0001TtpLAD<d000000000016@00000401P1T00000000000000000000", 2, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "YONGDUCK")
		}},
		{"call sign begins with @", "H7P:0D4l00000000F=knoj0h;330", 0, NoReason, func(t *testing.T, r *Report) {
			if r.Carries(HasCallSign) || r.CallSign.Len() != 0 || r.Flags&PartB == 0 {
				t.Errorf("call sign: got %q, want absent", r.CallSign.String())
			}
		}},
		// Table 70: the extension continues the name. go-ais gives two texts.
		{"name extension of an aid", "E4eGk5?2Qh;Pb2a@8bPV4b<h1:WsVHh1>3t4p00000dP0V@", 2, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "EC WATER QUALITY BUOY")
		}},
		{"name extension of a lighthouse", "E>jHC7C9b@57T79h8:@64ST:47bwk2wB?PrQ@30HHKv>84i@", 4, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "ST JOHNS PT LIGHTHOUSE")
		}},
		// Table 48: the surplus of what is needed may be missing. go-ais wants 168 bits.
		{"type 1 of 162 bits", aboard[:27], 0, NoReason, func(t *testing.T, r *Report) {
			if r.MMSI != 366998410 || r.COG != 46 || !r.Carries(HasPosition|HasSecond|HasRAIM) || r.Flags&Padded == 0 {
				t.Errorf("got %+v", r)
			}
		}},
		{"type 1 of 156 bits", aboard[:26], 0, NoReason, nil},
		{"type 1 of 150 bits", aboard[:25], 0, NoReason, nil},
		{"type 1 of 149 bits", aboard[:25], 1, NoReason, nil},
		{"type 1 of 148 bits", aboard[:25], 2, Truncated, nil},
		{"type 18 of 148 bits", "B52K>;h00Fc>jpUlNV@ikwpUo", 2, NoReason, nil},
		{"type 18 of 147 bits", "B52K>;h00Fc>jpUlNV@ikwpUo", 3, Truncated, nil},
		{"type 1 of 186 bits", aboard + "000", 0, NoReason, func(t *testing.T, r *Report) {
			if r.COG != 46 || r.Flags&OverLong == 0 {
				t.Errorf("cog, flags: got %v, %b, want 46 and OverLong", r.COG, r.Flags)
			}
		}},
		// Table 52: 424 bits. Encoders that stop at 420 or 422 are heard.
		{"type 5 of 422 bits", "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp888888888880", 4, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "EVER DIADEM")
			wantText(t, "destination", r.Destination, "NEW YORK")
			if r.Flags&Padded == 0 || r.IMO != 9134270 || r.Draught != 12.2 || (r.ETA != ETA{5, 15, 14, 0}) {
				t.Errorf("got %+v", r)
			}
		}},
		{"type 5 of 420 bits", "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp88888888888", 0, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "destination", r.Destination, "NEW YORK")
		}},
		{"type 5 of 419 bits", "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp88888888888", 1, Truncated, nil},
		// Table 95: 168 bits, of which the last six are of no use.
		{"type 24 B of 162 bits", "H42O55lti4hhhilD3nink000?05", 0, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "call sign", r.CallSign, "TC6163")
			if r.ShipType != 60 || (r.Dimensions != Dimensions{0, 15, 0, 5}) || !r.Dimensions.Hull().AntennaUnknown {
				t.Errorf("got %d, %+v", r.ShipType, r.Dimensions)
			}
		}},
		{"type 24 B of 161 bits", "H42O55lti4hhhilD3nink000?05", 1, Truncated, nil},
		{"type 24 A of 158 bits", "H42O55i18tMET00000000000000", 4, NoReason, func(t *testing.T, r *Report) { wantText(t, "name", r.Name, "PROGUY") }},
		{"type 24 A of 157 bits", "H42O55i18tMET00000000000000", 5, Truncated, nil},
		// Tables 68, 70 and 98: the last bits carry nothing that is read.
		{"type 19 of 301 bits", extended[:51], 5, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "SKARV TENDER")
			if (r.Dimensions != Dimensions{5, 21, 4, 4}) || r.Carries(HasRAIM) || !r.Carries(HasPosition|HasSOG|HasShipType) {
				t.Errorf("got %+v", r)
			}
		}},
		{"type 19 of 306 bits has RAIM", extended[:51], 0, NoReason, func(t *testing.T, r *Report) {
			if !r.Carries(HasRAIM) {
				t.Errorf("RAIM: got absent, want present")
			}
		}},
		{"type 19 of 300 bits", extended[:50], 0, Truncated, nil},
		{"type 21 of 249 bits", aid[:42], 3, NoReason, func(t *testing.T, r *Report) {
			wantText(t, "name", r.Name, "ST JOHNS PT LIGHTHOU")
			if !r.Carries(HasPosition) || r.Carries(HasSecond) || r.Carries(HasRAIM) {
				t.Errorf("got %+v", r)
			}
		}},
		{"type 21 of 248 bits", aid[:42], 4, Truncated, nil},
		{"type 27 of 94 bits", "K8VSqb9LdU28WP8<", 2, NoReason, func(t *testing.T, r *Report) {
			if r.Flags != Coarse|Padded || r.COG != 131 || r.SOG != 0 || !r.Carries(HasPosition|HasSOG|HasCOG) {
				t.Errorf("got %+v", r)
			}
		}},
		{"type 27 of 93 bits", "K8VSqb9LdU28WP8<", 3, Truncated, nil},
		// 3.16 and 3.12: a binary message without its application is still known by number and MMSI.
		{"type 6 of 72 bits", "6>lsot@1<i5P", 0, NoReason, func(t *testing.T, r *Report) {
			if r.Kind != Other || r.Message != 6 || r.MMSI == 0 || r.Has != 0 {
				t.Errorf("got %+v", r)
			}
		}},
		// IEC 61162-1: 88 to 95 are no armour. go-nmea reads another place and course out of them.
		{"invalid armour", "15MwkRUOidG?GElEXXXXk1JV06Jd", 0, BadPayload, nil},
		{"empty payload", "", 0, BadPayload, nil},
		{"fill bits beyond a character", aboard, 6, NotNMEA, nil},
		{"only a type", "1", 0, Truncated, nil},
	}
}

func TestDifferencesFromGoAIS(t *testing.T) {
	for _, c := range differences() {
		t.Run(c.name, func(t *testing.T) {
			r, reason := checkMessage(t, c.name, []byte(c.payload), c.fill)
			if reason != c.reason {
				t.Fatalf("got %v, want %v", reason, c.reason)
			}
			if c.check != nil {
				c.check(t, &r)
			}
		})
	}
}

// layout builds a message field by field: width and value.
type layout [][2]int64

func (l layout) payload() ([]byte, uint8) {
	var bits strings.Builder
	for _, f := range l {
		for i := f[0] - 1; i >= 0; i-- {
			bits.WriteByte('0' + byte(f[1]>>i&1))
		}
	}
	return armourBits(bits.String())
}

// classA is message 1 with the values that most traps change.
func classA(status, rot, sog, lon, lat, cog, heading, second int64) layout {
	return layout{{6, 1}, {2, 0}, {30, 257000001}, {4, status}, {8, rot}, {10, sog}, {1, 1}, {28, lon}, {27, lat}, {12, cog},
		{9, heading}, {6, second}, {2, 0}, {3, 0}, {1, 1}, {19, 0}}
}

// ship5 is message 5 with empty texts.
func ship5(imo, shipType, size, month, day, hour, minute, draught int64) layout {
	return layout{{6, 5}, {2, 0}, {30, 257000001}, {2, 0}, {30, imo}, {42, 0}, {60, 0}, {60, 0}, {8, shipType}, {30, size}, {4, 1},
		{4, month}, {5, day}, {5, hour}, {6, minute}, {8, draught}, {60, 0}, {60, 0}, {2, 0}}
}

func TestNotAvailable(t *testing.T) {
	const lon, lat = 56 * fine, 26 * fine
	const all = HasPosition | HasSOG | HasCOG | HasHeading | HasROT | HasNavStatus | HasSecond | HasAccuracy | HasRAIM
	base := func() layout { return layout{{6, 4}, {2, 0}, {30, 2570001}} }
	clock := func(y, mo, d, h, mi, s int64) layout {
		return append(base(), layout{{14, y}, {4, mo}, {5, d}, {5, h}, {6, mi}, {6, s}, {1, 0}, {28, lon}, {27, lat}, {34, 0}}...)
	}
	cases := []struct {
		name  string
		sent  layout
		has   Field
		flags Flag
	}{
		{"everything there", classA(0, 0, 0, lon, lat, 0, 0, 0), all, 0},
		{"longitude 181", classA(0, 0, 0, 181*fine, lat, 0, 0, 0), all &^ HasPosition, 0},
		{"latitude 91", classA(0, 0, 0, lon, 91*fine, 0, 0, 0), all &^ HasPosition, 0},
		{"longitude beyond 181", classA(0, 0, 0, 182*fine, lat, 0, 0, 0), all &^ HasPosition, OutOfRange},
		{"longitude one unit beyond 180", classA(0, 0, 0, -180*fine-1, lat, 0, 0, 0), all &^ HasPosition, OutOfRange},
		{"date line westward", classA(0, 0, 0, -180*fine, lat, 0, 0, 0), all, 0},
		{"date line eastward", classA(0, 0, 0, 180*fine, lat, 0, 0, 0), all, 0},
		{"poles", classA(0, 0, 0, lon, -90*fine, 0, 0, 0), all, 0},
		{"beyond the pole", classA(0, 0, 0, lon, -90*fine-1, 0, 0, 0), all &^ HasPosition, OutOfRange},
		{"SOG 1023", classA(0, 0, 1023, lon, lat, 0, 0, 0), all &^ HasSOG, 0},
		{"SOG 1022", classA(0, 0, 1022, lon, lat, 0, 0, 0), all, 0},
		{"COG 3599", classA(0, 0, 0, lon, lat, 3599, 0, 0), all, 0},
		{"COG 3600", classA(0, 0, 0, lon, lat, 3600, 0, 0), all &^ HasCOG, 0},
		{"COG 3601 must not be used", classA(0, 0, 0, lon, lat, 3601, 0, 0), all &^ HasCOG, 0},
		{"heading 511", classA(0, 0, 0, lon, lat, 0, 511, 0), all &^ HasHeading, 0},
		{"heading 360 means nothing", classA(0, 0, 0, lon, lat, 0, 360, 0), all &^ HasHeading, 0},
		{"ROT -128", classA(0, -128, 0, lon, lat, 0, 0, 0), all &^ HasROT, 0},
		{"ROT fast left", classA(0, -127, 0, lon, lat, 0, 0, 0), all &^ HasROT, ROTBeyond},
		{"ROT fast right", classA(0, 127, 0, lon, lat, 0, 0, 0), all &^ HasROT, ROTBeyond},
		{"status 15", classA(15, 0, 0, lon, lat, 0, 0, 0), all &^ HasNavStatus, 0},
		{"second 60 is kept", classA(0, 0, 0, lon, lat, 0, 0, 60), all, 0},
		{"second 63 is kept", classA(0, 0, 0, lon, lat, 0, 0, 63), all, 0},
		{"nothing in type 5", ship5(0, 0, 0, 0, 0, 24, 60, 0), 0, 0},
		{"IMO with good digit", ship5(9134270, 0, 0, 0, 0, 24, 60, 0), HasIMO, 0},
		{"IMO with bad digit", ship5(9134271, 0, 0, 0, 0, 24, 60, 0), HasIMO, BadIMO},
		{"ETA of a day without hour", ship5(0, 0, 0, 3, 4, 24, 60, 0), HasETA, 0},
		{"ETA 00-00 00:00", ship5(0, 0, 0, 0, 0, 0, 0, 0), 0, 0},
		{"draught 25.5", ship5(0, 0, 0, 0, 0, 24, 60, 255), HasDraught, 0},
		{"one dimension", ship5(0, 0, 1, 0, 0, 24, 60, 0), HasDimensions, 0},
		{"clock", clock(2020, 2, 29, 23, 59, 59), HasPosition | HasAccuracy | HasRAIM | HasClock, 0},
		{"clock of no year", clock(0, 2, 29, 23, 59, 59), HasPosition | HasAccuracy | HasRAIM, 0},
		{"clock of no leap day", clock(2021, 2, 29, 23, 59, 59), HasPosition | HasAccuracy | HasRAIM, 0},
		{"clock of no hour", clock(2020, 2, 29, 24, 59, 59), HasPosition | HasAccuracy | HasRAIM, 0},
		{"long range", layout{{6, 27}, {2, 0}, {30, 1}, {1, 0}, {1, 0}, {4, 15}, {18, 181 * coarse}, {17, 91 * coarse}, {6, 63}, {9, 511}, {2, 0}},
			HasAccuracy | HasRAIM, Coarse},
		{"aircraft", layout{{6, 9}, {2, 0}, {30, 111000001}, {12, 4095}, {10, 1023}, {1, 0}, {28, 181 * fine}, {27, 91 * fine}, {12, 3600},
			{6, 60}, {34, 0}}, HasAccuracy | HasRAIM | HasSecond, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			payload, fill := c.sent.payload()
			r, reason := checkMessage(t, c.name, payload, fill)
			if reason != NoReason || r.Has != c.has || r.Flags != c.flags {
				t.Errorf("got %v, has %b, flags %b; want has %b, flags %b", reason, r.Has, r.Flags, c.has, c.flags)
			}
		})
	}
}

func TestStaticBCases(t *testing.T) {
	part := func(mmsi, number int64) ([]byte, uint8) {
		return layout{{6, 24}, {2, 0}, {30, mmsi}, {2, number}, {8, 37}, {42, 0}, {42, 1 << 36}, {30, 5<<21 | 6<<12 | 2<<6 | 3}, {6, 0}}.payload()
	}
	cases := []struct {
		name string
		mmsi int64
		part int64
		kind Kind
		has  Field
	}{
		{"part B of a ship", 257000001, 1, Static, HasShipType | HasCallSign | HasDimensions},
		{"craft of a parent ship", 982570001, 1, Static, HasShipType | HasCallSign},
		{"part 2 is not defined", 257000001, 2, Other, 0},
		{"part 3 is not defined", 257000001, 3, Other, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			payload, fill := part(c.mmsi, c.part)
			r, reason := checkMessage(t, c.name, payload, fill)
			if reason != NoReason || r.Kind != c.kind || r.Has != c.has {
				t.Errorf("got %v, %v, has %b; want %v, has %b", reason, r.Kind, r.Has, c.kind, c.has)
			}
		})
	}
}

func TestOtherTypes(t *testing.T) {
	for kind := range int64(64) {
		payload, fill := layout{{6, kind}, {2, 2}, {30, 257000001}, {50, 7}}.payload()
		var r Report
		reason := decodePayload(payload, fill, &r)
		_, nominal := lengths(uint64(kind), 0)
		if nominal > 0 {
			if reason != Truncated && kind != 27 {
				t.Errorf("type %d of 88 bits: got %v, want truncated", kind, reason)
			}
			continue
		}
		if reason != NoReason || r.Kind != Other || r.Message != uint8(kind) || r.MMSI != 257000001 || r.Repeat != 2 || r.Has != 0 {
			t.Errorf("type %d: got %v, %+v", kind, reason, r)
		}
	}
}

func TestHashIsTheContent(t *testing.T) {
	hash := func(payload string, fill uint8) uint64 {
		t.Helper()
		var r Report
		if reason := decodePayload([]byte(payload), fill, &r); reason != NoReason {
			t.Fatalf("%q: %v", payload, reason)
		}
		return r.Hash
	}
	const text = "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp888888888880"
	same := [][2]uint64{
		{hash(text, 0), hash(text, 2)}, // fill bits left out
		{hash(text, 4), hash(text, 2)}, // two bits short
		{hash("15MwkRUOidG?GElEa<iQk1JV06Jd000", 0), hash("15MwkRUOidG?GElEa<iQk1JV06Jd", 0)},            // over-long
		{hash("K8VSqb9LdU28WP8<", 0), hash("K8VSqb9LdU28WP8<0", 0)},                                      // over-long
		{hash("H42O55i18tMET00000000000000", 2), hash("H42O55i18tMET000000000000000", 0)},                // 160 or 168 bits
		{hash("8>jHC7@0"+strings.Repeat("0", 200), 2), hash("8>jHC7@0"+strings.Repeat("0", 199)+"3", 2)}, // dead bits set
	}
	for i, h := range same {
		if h[0] != h[1] {
			t.Errorf("row %d: got %x and %x, want the same", i, h[0], h[1])
		}
	}
	// Every bit of the content counts: no two messages that differ by one bit have one hash.
	seen := map[uint64]string{}
	for _, payload := range []string{"15MwkRUOidG?GElEa<iQk1JV06Jd", "8>jHC7@0" + strings.Repeat("0", 200)} {
		for at := 1; at < len(payload); at++ {
			for bit := range 6 {
				p := []byte(payload)
				v, _ := sixBit(p[at])
				v ^= 1 << bit
				p[at] = v + 48
				if v > 39 {
					p[at] += 8
				}
				h := hash(string(p), 0)
				if other, ok := seen[h]; ok {
					t.Fatalf("%q and %q have the same hash", p, other)
				}
				seen[h] = string(p)
			}
		}
	}
}

func TestRefusedLeavesReport(t *testing.T) {
	for _, c := range differences() {
		if c.reason == NoReason {
			continue
		}
		r := used()
		want := r
		decodePayload([]byte(c.payload), c.fill, &r)
		if d := difference(&r, &want); d != "" || r.Hash != want.Hash {
			t.Errorf("%s: the report was changed: %s", c.name, d)
		}
	}
}

func TestDecodeKeepsCircumstances(t *testing.T) {
	r := Report{Channel: 'B', Time: 1, Received: 2, TimeSource: TimeTag, Receiver: Satellite, Late: true, Source: "s",
		Station: LabelFrom("st"), Offset: 3, Number: 4, Raw: []byte("raw")}
	if reason := decode168([]byte("15MwkRUOidG?GElEa<iQk1JV06Jd"), &r); reason != NoReason {
		t.Fatal(reason)
	}
	if r.Channel != 'B' || r.Time != 1 || r.Received != 2 || r.TimeSource != TimeTag || r.Receiver != Satellite || !r.Late ||
		r.Source != "s" || r.Station != LabelFrom("st") || r.Offset != 3 || r.Number != 4 || string(r.Raw) != "raw" {
		t.Errorf("circumstances changed: %+v", r)
	}
}

func TestClockAgreesWithCalendar(t *testing.T) {
	for day := time.Date(1, 1, 1, 1, 2, 3, 0, time.UTC); day.Year() < 10_000; day = day.AddDate(0, 0, 17) {
		c := civil{day.Year(), int(day.Month()), day.Day(), 1, 2, 3}
		if got, ok := c.milli(); !ok || got != Milli(day) {
			t.Fatalf("%v: got %v, %v", day, got.Time(), ok)
		}
	}
}

func TestDecodeAllocates(t *testing.T) {
	var r Report
	for _, c := range differences() {
		payload := []byte(c.payload)
		if got := testing.AllocsPerRun(100, func() { decodePayload(payload, c.fill, &r) }); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", c.name, got)
		}
		if got := testing.AllocsPerRun(100, func() { decode168(payload, &r) }); got != 0 {
			t.Errorf("%s, fast path: got %v allocations, want 0", c.name, got)
		}
	}
}

func TestFullKnowsEveryType(t *testing.T) {
	cases := []struct {
		name    string
		payload string
		fill    uint8
		want    error
	}{
		{"type 1 short", "15MwkRUOidG?GElEa<iQk1JV06J", 0, nil},
		{"type 5 of 420 bits", "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp88888888888", 0, nil},
		{"type 28", "L5MwkRUOidG?GElEa<iQk1JV06Jd", 0, ErrUndecoded},
		{"type 6 too short", "6>lsot@1<i5P", 0, ErrUndecoded},
		{"no armour", "15Mw XX", 0, ErrArmour},
		{"nothing", "", 0, ErrArmour},
	}
	for _, c := range cases {
		p, err := Full([]byte(c.payload), c.fill)
		if !errors.Is(err, c.want) || (err == nil) != (p != nil) {
			t.Errorf("%s: got %v, %v; want %v", c.name, p, err, c.want)
		}
	}
	p, err := Full([]byte("15MwkRUOidG?GElEa<iQk1JV06Jd"), 0)
	if got, ok := p.(goais.PositionReport); err != nil || !ok || got.UserID != 366998410 {
		t.Errorf("got %+v, %v", p, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range differences() {
		f.Add([]byte(c.payload), c.fill)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		payload, fill := randomPayload(rng)
		f.Add(payload, fill)
	}
	f.Fuzz(func(t *testing.T, payload []byte, fill uint8) {
		// As sent, and again with every byte turned into armour, so that decoding is reached.
		check := func(payload []byte, fill uint8) {
			if r, reason := checkMessage(t, "fuzz", payload, fill); reason == NoReason {
				checkInvariants(t, &r)
			}
		}
		check(payload, fill)
		armoured := bytes.Clone(payload)
		for i, c := range armoured {
			if armoured[i] = c&63 + 48; c&63 > 39 {
				armoured[i] += 8
			}
		}
		check(armoured, fill%6)
	})
}
