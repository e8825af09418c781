package feed

import (
	"bytes"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/darkwake/darkwake/pkg/ais"
	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

// generatedParse reads a record by the generated code alone: the reference.
func generatedParse(b []byte) (Record, error) { return parseAny(b, new(ais.Report)) }

// checkParses reads a record in all ways.
func checkParses(t *testing.T, p *Parser, b []byte) {
	t.Helper()
	want, refused := generatedParse(b)
	buf := bytes.Clone(b)
	read, err := p.Parse(buf)
	if !sameError(err, refused) {
		t.Fatalf("%x: got error %v, want %v", b, err, refused)
	}
	checkSame(t, b, read, want)
	parsed, err := ParseRecord(buf)
	if !sameError(err, refused) {
		t.Fatalf("%x: got error %v, want %v", b, err, refused)
	}
	for i := range buf {
		buf[i] = 0xa5
	}
	checkSame(t, b, parsed, want)
	if read.Report != nil {
		kept := *read.Report
		kept.Raw = want.Report.Raw
		checkSame(t, b, Record{Report: &kept}, want)
	}
}

func sameError(a, b error) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Error() == b.Error())
}

// checkSame compares records by what they write too, since a number may not be equal to itself.
func checkSame(t *testing.T, b []byte, got, want Record) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	g, gotErr := AppendRecord(nil, got)
	w, wantErr := AppendRecord(nil, want)
	if gotErr != nil || wantErr != nil || !bytes.Equal(g, w) {
		t.Fatalf("%x:\n got %+v\nwant %+v", b, got, want)
	}
}

// recordSeeds are records as an ingest writes them, as others may, and damaged.
func recordSeeds(tb testing.TB) [][]byte {
	tb.Helper()
	full := &ais.Report{Kind: ais.Static, MMSI: 257999999, Time: 1_704_067_200_000, Source: "kystverket", Station: ais.LabelFrom("st1"),
		Has: ais.HasPosition | ais.HasSOG | ais.HasName | ais.HasDimensions | ais.HasETA, Name: ais.TextFrom("SYN TANKER"),
		Dimensions: ais.Dimensions{Bow: 300}, Number: 1 << 20, Hash: 7, Raw: []byte("!AIVDM"), Flags: ais.PartA | ais.OwnShip}
	var seeds [][]byte
	for _, r := range []Record{{Report: &ais.Report{}}, {Report: full}, {Punctuation: &Punctuation{Source: "a"}},
		{Punctuation: &Punctuation{Source: "a", Number: 1, Watermark: 2, Marks: []SourceMark{{Source: "a", State: Ended, Number: 3}}}}} {
		b, err := AppendRecord(nil, r)
		if err != nil {
			tb.Fatal(err)
		}
		seeds = append(seeds, b, append(b[:len(b):len(b)], 0x0a, 2, 0x10, 1), append([]byte{0x12, 0}, b...), append([]byte{0x0a, 0}, b...), b[:len(b)/2])
	}
	for _, report := range []*darkwakev1.Report{{Kind: 3}, {Message: 64}, {Flags: []darkwakev1.Flag{13}}, {Second: proto.Uint32(64)}, {Lon: proto.Float64(1)}} {
		b, err := proto.Marshal(&darkwakev1.Record{Body: &darkwakev1.Record_Report{Report: report}})
		if err != nil {
			tb.Fatal(err)
		}
		seeds = append(seeds, b)
	}
	return append(seeds, nil, []byte{0xff}, []byte{0x0a, 0x05, 0x01}, []byte{0x0a, 3, 0x92, 0x01, 0}, []byte{0x0a, 4, 0x92, 0x01, 1, 0xff})
}

func TestEveryWayOfReadingARecordGivesTheSame(t *testing.T) {
	var p Parser
	for _, b := range recordSeeds(t) {
		checkParses(t, &p, b)
	}
	reports, _ := drain(t, open(t, stations(t, 3), Defaults()))
	for _, r := range reports {
		b, err := AppendRecord(nil, Record{Report: r})
		if err != nil {
			t.Fatal(err)
		}
		checkParses(t, &p, b)
	}
}

func TestParserAllocatesNothingForAReport(t *testing.T) {
	reports, _ := drain(t, open(t, stations(t, 3), Defaults()))
	var records [][]byte
	for _, r := range reports {
		records = append(records, r.AppendRecord(nil))
	}
	var p Parser
	var sum, want uint64
	for _, r := range reports {
		want += r.Number
	}
	got := testing.AllocsPerRun(1, func() {
		sum = 0
		for _, b := range records {
			r, err := p.Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			sum += r.Report.Number
		}
	})
	if got != 0 || sum != want {
		t.Errorf("got %v allocations and numbers that sum to %d, want none and %d", got, sum, want)
	}
}

// FuzzParse reads any bytes in all ways.
func FuzzParse(f *testing.F) {
	for _, b := range recordSeeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkParses(t, &Parser{}, b) })
}

func BenchmarkParse(b *testing.B) {
	reports, _ := drain(b, open(b, stations(b, 3), Defaults()))
	var records [][]byte
	var want uint64
	for _, r := range reports[:1024] {
		records = append(records, r.AppendRecord(nil))
		want += r.Number
	}
	var p Parser
	for _, way := range []struct {
		name  string
		parse func([]byte) (Record, error)
	}{{"Parser", p.Parse}, {"ParseRecord", ParseRecord}, {"generated", generatedParse}} {
		b.Run(way.name, func(b *testing.B) {
			var sum uint64
			n := 0
			b.SetBytes(int64(len(records[0])))
			b.ReportAllocs()
			for b.Loop() {
				r, err := way.parse(records[n%1024])
				if err != nil {
					b.Fatal(err)
				}
				if n++; n <= 1024 {
					sum += r.Report.Number
				}
			}
			if n >= 1024 && sum != want {
				b.Fatalf("got numbers that sum to %d, want %d", sum, want)
			}
		})
	}
}
