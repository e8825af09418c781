package ais

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

// travel writes a report as a record and reads it again.
func travel(t *testing.T, r *Report) Report {
	t.Helper()
	wire := r.AppendRecord([]byte("before"))
	var record darkwakev1.Record
	if err := proto.Unmarshal(wire[len("before"):], &record); err != nil {
		t.Fatal(err)
	}
	var out Report
	if err := out.FromProto(record.GetReport()); err != nil {
		t.Fatal(err)
	}
	if again := out.AppendRecord([]byte("before")); string(again) != string(wire) {
		t.Errorf("bytes differ the second time:\n%x\n%x", again, wire)
	}
	return out
}

// circumstances gives a decoded report what a sentence and a source add.
func circumstances(r *Report, rng *rand.Rand) {
	r.Channel = "\x00ABCD"[rng.IntN(5)]
	r.Time, r.Received = UnixMilli(rng.Int64()), UnixMilli(rng.Int64N(2)*rng.Int64())
	r.TimeSource, r.Receiver = TimeSource(rng.IntN(8)), Receiver(rng.IntN(4))
	r.Late = rng.IntN(2) == 0
	r.Source = []string{"", "kystverket", "søndre"}[rng.IntN(3)]
	r.Station = LabelFrom([]string{"", "r003669973", "fifteen bytes!!"}[rng.IntN(3)])
	r.Offset, r.Number = rng.Int64(), rng.Uint64()
	if rng.IntN(2) == 0 {
		r.Raw = []byte("!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E")
	}
	r.Flags |= Flag(rng.IntN(1<<flagCount)) &^ OutOfRange
}

func TestWireRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for n := 0; n < 20_000; {
		payload, fill := randomPayload(rng)
		var r Report
		if decodePayload(payload, fill, &r) != NoReason {
			continue
		}
		n++
		circumstances(&r, rng)
		if got := travel(t, &r); !reflect.DeepEqual(got, r) {
			t.Fatalf("%q:\n got %+v\nwant %+v", payload, got, r)
		}
	}
}

func TestWireRoundTripRecorded(t *testing.T) {
	for _, m := range allRecorded(t) {
		var r Report
		if decodePayload(m.payload, m.fill, &r) != NoReason {
			continue
		}
		if got := travel(t, &r); !reflect.DeepEqual(got, r) {
			t.Fatalf("%s:\n got %+v\nwant %+v", m.where, got, r)
		}
	}
}

func TestWireAbsentIsAbsent(t *testing.T) {
	stale := used()
	stale.Has, stale.Flags = 0, 0
	p := stale.ToProto()
	if p.Lon != nil || p.Lat != nil || p.Sog != nil || p.Cog != nil || p.Heading != nil || p.Rot != nil || p.Altitude != nil ||
		p.NavStatus != nil || p.Second != nil || p.Accuracy != nil || p.Raim != nil || p.ClockMs != nil || p.Imo != nil ||
		p.Name != nil || p.Callsign != nil || p.ShipType != nil || p.Draught != nil || p.Destination != nil ||
		p.Dimensions != nil || p.Eta != nil || p.Flags != nil {
		t.Errorf("an unmarked field is on the wire: %v", p)
	}
	zero := Report{Has: HasPosition | HasSOG | HasSecond | HasAccuracy}
	if got := travel(t, &zero); got.Has != zero.Has {
		t.Errorf("zeros that were sent: got %b, want %b", got.Has, zero.Has)
	}
}

func TestWireTextOfAnyBytes(t *testing.T) {
	r := Report{Has: HasName, Name: TextFrom("B\xf8sund\xff\xfe"), Station: LabelFrom("\xc3\xc3"), Source: strings.Repeat("\xff", 3)}
	got := travel(t, &r)
	for _, s := range []string{got.Name.String(), got.Station.String(), got.Source} {
		if !utf8.ValidString(s) || s == "" {
			t.Errorf("got %q, want text", s)
		}
	}
	if got.Name.String() != "B?sund?" {
		t.Errorf("name: got %q, want B?sund?", got.Name.String())
	}
}

func TestFromProtoRefuses(t *testing.T) {
	cases := []struct {
		name string
		p    *darkwakev1.Report
	}{
		{"kind", &darkwakev1.Report{Kind: 3}},
		{"negative kind", &darkwakev1.Report{Kind: -1}},
		{"time source", &darkwakev1.Report{TimeSource: 8}},
		{"receiver", &darkwakev1.Report{Receiver: 4}},
		{"class", &darkwakev1.Report{TransponderClass: 4}},
		{"message", &darkwakev1.Report{Message: 300}},
		{"flag", &darkwakev1.Report{Flags: []darkwakev1.Flag{flagCount + 1}}},
		{"second", &darkwakev1.Report{Second: proto.Uint32(64)}},
		{"bow", &darkwakev1.Report{Dimensions: &darkwakev1.Dimensions{Bow: 1 << 16}}},
	}
	for _, c := range cases {
		r := used()
		if err := r.FromProto(c.p); err == nil || !strings.HasPrefix(err.Error(), "read report: ") {
			t.Errorf("%s: got %v, want an error", c.name, err)
		}
	}
}

func TestWireNumbersAgree(t *testing.T) {
	// The codes are carried by value, so the enumerations must count as the Go types do.
	for _, c := range []struct{ got, want int32 }{
		{int32(darkwakev1.Kind_KIND_STATIC), int32(Static)},
		{int32(darkwakev1.TimeSource_TIME_SOURCE_ASSUMED), int32(TimeAssumed)},
		{int32(darkwakev1.TimeSource_TIME_SOURCE_STAMP), int32(TimeStamp)},
		{int32(darkwakev1.Receiver_RECEIVER_SHIPBORNE), int32(Shipborne)},
		{int32(darkwakev1.TransponderClass_TRANSPONDER_CLASS_OTHER), int32(ClassOther)},
		{1 << (darkwakev1.Flag_FLAG_COARSE - 1), int32(Coarse)},
		{1 << (darkwakev1.Flag_FLAG_OWN_SHIP - 1), int32(OwnShip)},
		{1 << (darkwakev1.Flag_FLAG_OUT_OF_RANGE - 1), int32(OutOfRange)},
		{int32(len(darkwakev1.Flag_name)), flagCount + 1},
	} {
		if c.got != c.want {
			t.Errorf("got %d, want %d", c.got, c.want)
		}
	}
}
