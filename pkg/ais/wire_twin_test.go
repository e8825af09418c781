package ais

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

// generatedAppend writes a report by Protobuf's own writer: the reference.
func generatedAppend(dst []byte, r *Report) ([]byte, error) {
	record := &darkwakev1.Record{Body: &darkwakev1.Record_Report{Report: r.ToProto()}}
	return proto.MarshalOptions{Deterministic: true}.MarshalAppend(dst, record)
}

// generatedRead reads a report by Protobuf's own reader: the reference. It tells whether there is one within bounds.
func generatedRead(wire []byte, r *Report) bool {
	var record darkwakev1.Record
	return proto.Unmarshal(wire, &record) == nil && r.FromProto(record.GetReport()) == nil
}

// bitwise replaces numbers that are not equal to themselves, so that reports can be compared.
func bitwise(r Report) Report {
	for _, v := range []*float64{&r.Position[0], &r.Position[1], (*float64)(&r.SOG), (*float64)(&r.COG), (*float64)(&r.Heading),
		&r.ROT, (*float64)(&r.Altitude), (*float64)(&r.Draught)} {
		if math.IsNaN(*v) {
			*v = -math.MaxFloat64 / float64(2+math.Float64bits(*v)%1024)
		}
	}
	return r
}

// checkTwins writes a report and reads it, both by hand and by the generated code.
func checkTwins(t *testing.T, r *Report) {
	t.Helper()
	want, err := generatedAppend([]byte("before"), r)
	if err != nil {
		t.Fatal(err)
	}
	got := r.AppendRecord([]byte("before"))
	if !bytes.Equal(got, want) {
		t.Fatalf("%+v:\n got %x\nwant %x", r, got, want)
	}
	checkReads(t, got[len("before"):], true)
}

// checkReads reads a record both ways. The fast reader may leave one to the generated code unless it is plain.
func checkReads(t *testing.T, wire []byte, plain bool) {
	t.Helper()
	got, names := used(), Names{}
	before := bytes.Clone(wire)
	read := got.ReadRecord(wire, &names)
	var want Report
	accepted := generatedRead(wire, &want)
	switch {
	case read && !accepted:
		t.Fatalf("%x: read, though the generated code refuses it", wire)
	case read && !reflect.DeepEqual(bitwise(got), bitwise(want)):
		t.Fatalf("%x:\n got %+v\nwant %+v", wire, got, want)
	case plain && accepted && !read:
		t.Fatalf("%x: not read, though it is plain", wire)
	case !bytes.Equal(wire, before):
		t.Fatalf("%x: became %x", before, wire)
	}
}

// sinkFunc takes the reports of a decoder.
type sinkFunc func(*Report)

func (f sinkFunc) Report(r *Report) { f(r) }
func (f sinkFunc) Reject(Reject)    {}

// feedReports hands on every report of testdata/feeds, as a feed decodes it.
func feedReports(tb testing.TB, take func(*Report)) {
	tb.Helper()
	paths, err := filepath.Glob("../../testdata/feeds/*.nmea.zst")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("got %v, %v, want feeds", paths, err)
	}
	for _, path := range paths {
		packed, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		z, err := zstd.NewReader(nil)
		if err != nil {
			tb.Fatal(err)
		}
		text, err := z.DecodeAll(packed, nil)
		z.Close()
		if err != nil {
			tb.Fatal(err)
		}
		o := guessed()
		o.Source = filepath.Base(path)
		d, offset, n := NewDecoder(o), int64(0), uint64(0)
		for line := range bytes.Lines(text) {
			offset, n = offset+int64(len(line)), n+1
			d.Decode(line, At{Offset: offset, Line: n}, sinkFunc(take))
		}
		d.Flush(sinkFunc(take))
	}
}

func TestFeedsTravelAsTheGeneratedCodeWritesThem(t *testing.T) {
	n := 0
	feedReports(t, func(r *Report) {
		if n++; n%4 == 0 { // of neighbours one is enough: all of them take a minute with the race detector
			checkTwins(t, r)
		}
	})
	if n < 100_000 {
		t.Errorf("got %d reports, want those of a feed of 210,000 sentences", n)
	}
}

// anyReport fills every field from a stream of bytes, those beyond their bounds among them.
func anyReport(from func() uint64) Report {
	number := func() uint64 { return from() >> (from() % 64) }
	real := func() float64 {
		if v := from(); v%4 == 0 {
			return math.Float64frombits(from())
		}
		return float64(int64(from()%360_000)-180_000) / 1000
	}
	words := func(most uint64) []byte {
		b := make([]byte, from()%(most+1))
		wild := from()%8 == 0
		for i := range b {
			if b[i] = byte(32 + from()%64); wild {
				b[i] = byte(from())
			}
		}
		return b
	}
	within := func(most uint64) uint8 {
		if from()%32 == 0 {
			return uint8(from())
		}
		return uint8(from() % (most + 1))
	}
	few, many := from(), from()
	r := Report{
		Kind: Kind(within(2)), Message: within(28), Class: Class(within(3)), Channel: byte(from()), Repeat: within(3),
		Flags: Flag(few & (few >> 16)), Has: Field(many | many>>32), MMSI: MMSI(number()), Time: UnixMilli(number()),
		Received: UnixMilli(number()), TimeSource: TimeSource(within(7)), Receiver: Receiver(within(3)), Late: from()%2 == 0,
		Source: string(words(40)), Station: LabelFrom(words(15)), Offset: int64(number()), Number: number(), Hash: number(),
		Position: [2]float64{real(), real()}, NavStatus: within(15), Second: within(63), Accuracy: from()%2 == 0,
		RAIM: from()%2 == 0, Clock: UnixMilli(number()), ShipType: uint8(from()), IMO: IMO(number()),
		Dimensions: Dimensions{uint16(number()), uint16(number()), uint16(number()), uint16(number())},
		ETA:        ETA{within(12), within(31), within(24), within(60)},
		Name:       TextFrom(words(34)), CallSign: TextFrom(words(34)), Destination: TextFrom(words(34)),
	}
	for _, v := range []*float64{(*float64)(&r.SOG), (*float64)(&r.COG), (*float64)(&r.Heading), &r.ROT, (*float64)(&r.Altitude), (*float64)(&r.Draught)} {
		*v = real()
	}
	switch from() % 64 {
	case 0:
		r.Raw = bytes.Repeat(words(255), int(from()%256))
	case 1:
		r.Raw = []byte{}
	default:
		r.Raw = words(90)
	}
	return r
}

func TestRandomReportsTravelAsTheGeneratedCodeWritesThem(t *testing.T) {
	racing.Skip(t)
	rng := rand.New(rand.NewPCG(24, 11))
	lengths := map[int]int{}
	for range 100_000 {
		r := anyReport(rng.Uint64)
		checkTwins(t, &r)
		_, n := protowire.ConsumeVarint(r.AppendRecord(nil)[1:])
		lengths[n]++
	}
	if lengths[1] == 0 || lengths[2] == 0 || lengths[3] == 0 {
		t.Errorf("got %v reports by the bytes of their length, want some with each of 1 to 3", lengths)
	}
	for has := range HasETA << 1 {
		r := used()
		if r.Has = has; has&(has-1) == 0 {
			checkTwins(t, &r)
		}
	}
	checkTwins(t, &Report{})
}

// TestEveryFieldIsWritten fails when report.proto gets a field that AppendRecord does not know.
func TestEveryFieldIsWritten(t *testing.T) {
	r := used()
	r.Channel, r.Time, r.Received, r.TimeSource, r.Receiver, r.Late = 'A', 1, 2, TimeTag, Satellite, true
	r.Source, r.Station, r.Offset, r.Number, r.Raw = "a", LabelFrom("b"), 3, 4, []byte("c")
	var record darkwakev1.Record
	if err := proto.Unmarshal(r.AppendRecord(nil), &record); err != nil {
		t.Fatal(err)
	}
	var check func(protoreflect.Message)
	check = func(m protoreflect.Message) {
		fields := m.Descriptor().Fields()
		for i := range fields.Len() {
			f := fields.Get(i)
			if !m.Has(f) {
				t.Errorf("%s is not written", f.FullName())
			} else if f.Message() != nil {
				check(m.Get(f).Message())
			}
			if m.Descriptor().Name() == "Report" && f.Number() > lastField {
				t.Errorf("%s is behind the last field known", f.FullName())
			}
		}
	}
	check(record.GetReport().ProtoReflect())
}

func TestAppendRecordKeepsWhatTextHolds(t *testing.T) {
	for _, s := range []string{"\xff", "\xff\xff", "a\xffb", "\xc3\xb8", "\xc3", strings.Repeat("\xe2\x82\xac", 12)} {
		r := Report{Has: HasName | HasCallSign | HasDestination, Source: s, Station: LabelFrom(s),
			Name: TextFrom(s), CallSign: TextFrom("x" + s), Destination: TextFrom(s + "x")}
		checkTwins(t, &r)
	}
}

// variant is a record that AppendRecord does not write.
type variant struct {
	name  string
	wire  []byte
	plain bool // if it is accepted, it is read without the generated code
}

// wrap makes a record of the bytes of a report.
func wrap(body ...byte) []byte {
	return append(binary.AppendUvarint([]byte{byte(tagRecordReport)}, uint64(len(body))), body...)
}

// variants are records as other writers, later versions and damage make them.
func variants() []variant {
	join := bytes.Join
	plainOnes := wrap(0x08, 1, 0x10, 5)
	later := protowire.AppendTag(nil, lastField+1, protowire.BytesType)
	later = protowire.AppendString(later, "new")
	group := protowire.AppendTag(protowire.AppendTag(nil, lastField+2, protowire.StartGroupType), lastField+2, protowire.EndGroupType)
	open := protowire.AppendTag(nil, lastField+2, protowire.StartGroupType)
	return []variant{
		{"nothing", nil, false},
		{"an empty report", wrap(), true},
		{"a punctuation", []byte{0x12, 0}, false},
		{"two reports, merged", join([][]byte{plainOnes, wrap(0x18, 7)}, nil), false},
		{"a report, then a punctuation", append(bytes.Clone(plainOnes), 0x12, 0), false},
		{"a punctuation, then a report", append([]byte{0x12, 0}, plainOnes...), false},
		{"a report, then an unknown field", append(bytes.Clone(plainOnes), 0x18, 1), false},
		{"a report's length in too many bytes", []byte{0x0a, 0x82, 0x00, 0x08, 1}, true},
		{"a report's tag in too many bytes", []byte{0x8a, 0x00, 0x02, 0x08, 1}, false},
		{"a report cut off", []byte{0x0a, 0x04, 0x08, 1}, false},
		{"a report as a number", []byte{0x08, 0x04}, false},
		{"fields out of order", wrap(0x10, 5, 0x08, 1), false},
		{"a field twice, the last one wins", wrap(0x08, 1, 0x08, 2), false},
		{"zeros written out", wrap(0x08, 0, 0x10, 0), true},
		{"a number in too many bytes", wrap(0x10, 0x85, 0x80, 0x00), true},
		{"a number of eleven bytes", wrap(append([]byte{0x10}, bytes.Repeat([]byte{0x80}, 11)...)...), false},
		{"a number of more than 32 bits", wrap(0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01), false},
		{"a kind that is 1 in its low 32 bits", wrap(0x08, 0x81, 0x80, 0x80, 0x80, 0x10), false},
		{"a kind of -1", wrap(append([]byte{0x08}, append(bytes.Repeat([]byte{0xff}, 9), 1)...)...), false},
		{"a kind of the future", wrap(0x08, 3), false},
		{"a truth of 2", wrap(0xb0, 0x01, 2), false},
		{"field number 0", wrap(0x00), false},
		{"field number 0 in two bytes", wrap(0x80, 0x00), false},
		{"field number 0 at the end", wrap(0x08, 1, 0x07), false},
		{"a tag in too many bytes", wrap(0x88, 0x00, 1), false},
		{"a known field of another type", wrap(0x0d, 1, 2, 3, 4), false},
		{"a later field", wrap(append([]byte{0x08, 1}, later...)...), true},
		{"a later field, then one we know", wrap(append(bytes.Clone(later), 0x08, 1)...), false},
		{"later fields out of order, twice, a group", wrap(join([][]byte{group, later, later}, nil)...), true},
		{"a later group without end", wrap(open...), false},
		{"a group ended without beginning", wrap(0x0c), false},
		{"a wire type that does not exist", wrap(0x0f), false},
		{"lon without lat", wrap(0x29, 1, 2, 3, 4, 5, 6, 7, 8), true},
		{"lat without lon", wrap(0x31, 1, 2, 3, 4, 5, 6, 7, 8), true},
		{"a double cut off", wrap(0x29, 1, 2, 3), false},
		{"flags one by one", wrap(0x88, 0x01, 1, 0x88, 0x01, 2), false},
		{"flags out of order, twice, and none", wrap(0x8a, 0x01, 4, 5, 1, 1, 0), true},
		{"no flags, written out", wrap(0x8a, 0x01, 0), true},
		{"a flag of two bytes", wrap(0x8a, 0x01, 2, 0x81, 0x00), false},
		{"a flag of the future", wrap(0x8a, 0x01, 1, 13), false},
		{"the last flag", wrap(0x8a, 0x01, 1, 12), true},
		{"a source that is not UTF-8", wrap(0x92, 0x01, 1, 0xff), false},
		{"an empty source and station", wrap(0x92, 0x01, 0, 0x9a, 0x01, 0), true},
		{"a station of 20 bytes", wrap(append([]byte{0x9a, 0x01, 20}, bytes.Repeat([]byte("s"), 20)...)...), true},
		{"empty raw", wrap(0xd2, 0x01, 0), true},
		{"a name of blanks", wrap(0x82, 0x02, 2, ' ', ' '), true},
		{"a long name", wrap(append([]byte{0x82, 0x02, 50}, bytes.Repeat([]byte("é"), 25)...)...), true},
		{"a name cut off", wrap(0x82, 0x02, 5, 'a'), false},
		{"empty dimensions", wrap(0x9a, 0x02, 0), true},
		{"dimensions twice, merged", wrap(0x9a, 0x02, 2, 0x08, 1, 0x9a, 0x02, 2, 0x10, 1), false},
		{"dimensions with a later part", wrap(0x9a, 0x02, 2, 0x28, 1), false},
		{"a bow too long", wrap(0x9a, 0x02, 4, 0x08, 0x80, 0x80, 0x04), false},
		{"the longest bow", wrap(0x9a, 0x02, 4, 0x08, 0xff, 0xff, 0x03), true},
		{"a month too late", wrap(0xb2, 0x02, 3, 0x08, 0x80, 0x02), false},
		{"a speed that is no number", wrap(0x39, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f), true},
	}
}

func TestRecordsOfOthersAreReadAsTheGeneratedCodeReadsThem(t *testing.T) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			checkReads(t, v.wire, v.plain)
			if v.plain && !generatedRead(v.wire, new(Report)) {
				t.Errorf("%x: the generated code refuses it", v.wire)
			}
		})
	}
}

func TestDamagedRecordsAreReadAsTheGeneratedCodeReadsThem(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	read := 0
	for range 10_000 {
		r := anyReport(rng.Uint64)
		wire := r.AppendRecord(nil)
		for range 1 + rng.IntN(2) {
			at := rng.IntN(len(wire))
			switch rng.IntN(4) {
			case 0:
				wire[at] = byte(rng.Uint32())
			case 1:
				wire[at] ^= 1 << rng.IntN(8)
			case 2:
				wire = append(wire[:at:at], wire[min(len(wire), at+1+rng.IntN(9)):]...)
			default:
				wire = wrap(append(wire[min(len(wire), 3):], wire[at:]...)...)
			}
			if len(wire) == 0 {
				break
			}
		}
		checkReads(t, wire, false)
		if new(Report).ReadRecord(wire, nil) {
			read++
		}
	}
	if read < 1000 || read > 49_000 {
		t.Errorf("got %d of 50,000 damaged records read, want a share that tests both ways", read)
	}
}

func TestNamesKeepOneStringForEachAndNotTooMany(t *testing.T) {
	var n Names
	buf := []byte("kystverket")
	for range 2 {
		if got := n.of(buf); got != "kystverket" {
			t.Errorf("got %q, want kystverket", got)
		}
	}
	buf[0] = 'K'
	if got := n.of(buf); got != "Kystverket" || n.of([]byte("kystverket")) != "kystverket" {
		t.Errorf("got %q after the bytes changed, want both names as they were", got)
	}
	if got := testing.AllocsPerRun(100, func() { n.of(buf); n.of([]byte("kystverket")) }); got != 0 {
		t.Errorf("got %v allocations for known names, want none", got)
	}
	for i := range 3 * maxNames {
		if s := string(binary.BigEndian.AppendUint32(nil, uint32(i))); n.of([]byte(s)) != s {
			t.Errorf("got another name than %x", s)
		}
	}
	if len(n.known) != maxNames {
		t.Errorf("got %d names kept, want %d", len(n.known), maxNames)
	}
}

// FuzzAppendRecord fills a report from any bytes: it is written as the generated code writes it.
func FuzzAppendRecord(f *testing.F) {
	f.Add([]byte(nil), "", []byte(nil))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		seed := make([]byte, 1200)
		for i := range seed {
			seed[i] = byte(rng.Uint32())
		}
		f.Add(seed, "S\xf8nd", []byte("!AIVDM,1,1,,A,15MwkRUOidG?GElEa<iQk1JV06Jd,0*6E"))
	}
	f.Fuzz(func(t *testing.T, seed []byte, text string, raw []byte) {
		r := anyReport(func() uint64 {
			var b [8]byte
			n := copy(b[:], seed)
			seed = seed[n:]
			return binary.LittleEndian.Uint64(b[:])
		})
		checkTwins(t, &r)
		r.Source, r.Station, r.Name, r.Raw = text, LabelFrom(text), TextFrom(text), raw
		checkTwins(t, &r)
	})
}

// FuzzReadRecord reads any bytes as a record both ways; what is accepted prints and travels without loss.
func FuzzReadRecord(f *testing.F) {
	var r Report
	decodePayload([]byte("15MwkRUOidG?GElEa<iQk1JV06Jd"), 0, &r)
	f.Add(r.AppendRecord(nil))
	r = used()
	f.Add(r.AppendRecord(nil))
	for _, v := range variants() {
		f.Add(v.wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		checkReads(t, wire, false)
		checkReads(t, wrap(wire...), false)
		var r Report
		if !generatedRead(wire, &r) {
			return
		}
		again := r.AppendRecord(nil)
		checkReads(t, again, true)
		got := travel(t, &r)
		if wire := got.AppendRecord(nil); !bytes.Equal(wire, again) {
			t.Fatalf("got %x, want %x", wire, again)
		}
	})
}

// benchReports are a position report and a static one, as a feed gives them.
func benchReports() map[string]*Report {
	rng := rand.New(rand.NewPCG(3, 4))
	all := map[string]*Report{}
	for name, payload := range map[string]string{
		"position": "15MwkRUOidG?GElEa<iQk1JV06Jd",
		"static":   "55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp888888888880",
	} {
		r := new(Report)
		if why := decodePayload([]byte(payload), 2, r); why != NoReason {
			panic(why.String())
		}
		circumstances(r, rng)
		r.Time, r.Received, r.Source, r.Station = 1_704_067_200_000, 1_704_067_201_000, "kystverket", LabelFrom("r003669973")
		r.Offset, r.Number, r.Flags = 1<<30, 1<<32, 0
		r.Raw = []byte("!AIVDM,1,1,,A," + payload + ",0*6E")
		all[name] = r
	}
	return all
}

func BenchmarkAppendRecord(b *testing.B) {
	for name, r := range benchReports() {
		want, err := generatedAppend(nil, r)
		if err != nil {
			b.Fatal(err)
		}
		ways := map[string]func([]byte) []byte{
			"by hand": r.AppendRecord,
			"generated": func(dst []byte) []byte {
				dst, _ = generatedAppend(dst, r)
				return dst
			},
		}
		for way, write := range ways {
			b.Run(name+"/"+way, func(b *testing.B) {
				var wire []byte
				b.ReportAllocs()
				for b.Loop() {
					wire = write(wire[:0])
				}
				b.SetBytes(int64(len(wire)))
				if !bytes.Equal(wire, want) {
					b.Fatalf("got %x, want %x", wire, want)
				}
			})
		}
	}
}

func BenchmarkReadRecord(b *testing.B) {
	var names Names
	for name, r := range benchReports() {
		wire := r.AppendRecord(nil)
		for way, read := range map[string]func(*Report) bool{
			"by hand":   func(got *Report) bool { return got.ReadRecord(wire, &names) },
			"generated": func(got *Report) bool { return generatedRead(wire, got) },
		} {
			b.Run(name+"/"+way, func(b *testing.B) {
				var got Report
				b.SetBytes(int64(len(wire)))
				b.ReportAllocs()
				for b.Loop() {
					if !read(&got) {
						b.Fatal("not read")
					}
				}
				if !reflect.DeepEqual(&got, r) {
					b.Fatalf("got %+v, want %+v", got, r)
				}
			})
		}
	}
}
