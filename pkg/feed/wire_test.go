package feed

import (
	"math"
	"reflect"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/darkwake/darkwake/pkg/ais"
	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

func TestRecordsSurviveTheWire(t *testing.T) {
	p := open(t, stations(t, 3), Defaults())
	reports, marks := drain(t, p)
	var records []Record
	for _, r := range reports {
		records = append(records, Record{Report: r})
	}
	for _, m := range marks {
		records = append(records, Record{Punctuation: m})
	}
	records = append(records, Record{Punctuation: &Punctuation{Source: "a", Number: math.MaxUint64, Watermark: math.MaxInt64, First: 1, Run: 2, Sources: "f0", Marks: []SourceMark{
		{Source: "made up", Synthetic: true},
		{Source: "a", State: Idle, High: 1, Number: 2, Resume: 3, ClockOff: -4 * time.Hour, Lateness: 5, Receiver: ais.Shipborne},
		{Source: "b"},
	}}})
	for _, want := range records {
		b, err := AppendRecord([]byte("before"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRecord(b[len("before"):])
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}

func TestWireRefusesWhatNobodyWrote(t *testing.T) {
	mark := func(change func(*darkwakev1.SourceMark)) *darkwakev1.Punctuation {
		m := &darkwakev1.SourceMark{Source: "a"}
		change(m)
		return &darkwakev1.Punctuation{Source: "a", Marks: []*darkwakev1.SourceMark{m}}
	}
	tests := map[string]*darkwakev1.Punctuation{
		"no source":           {},
		"watermark below 0":   {Source: "a", WatermarkMs: -1},
		"first time below 0":  {Source: "a", FirstMs: -1},
		"state of the future": mark(func(m *darkwakev1.SourceMark) { m.State = 4 }),
		"state below 0":       mark(func(m *darkwakev1.SourceMark) { m.State = -1 }),
		"unknown receiver":    mark(func(m *darkwakev1.SourceMark) { m.Receiver = 99 }),
		"high below 0":        mark(func(m *darkwakev1.SourceMark) { m.HighMs = -1 }),
		"lateness below 0":    mark(func(m *darkwakev1.SourceMark) { m.LatenessNs = -1 }),
		"resume below 0":      mark(func(m *darkwakev1.SourceMark) { m.Resume = -1 }),
	}
	for name, p := range tests {
		b, err := proto.Marshal(&darkwakev1.Record{Body: &darkwakev1.Record_Punctuation{Punctuation: p}})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := ParseRecord(b); err == nil {
			t.Errorf("%s: got %+v, want an error", name, r.Punctuation)
		}
	}
	for _, b := range [][]byte{nil, {0xff}, {0x0a, 0x05, 0x01}} {
		if _, err := ParseRecord(b); err == nil {
			t.Errorf("% x: got no error", b)
		}
	}
	for _, r := range []Record{{}, {Report: &ais.Report{}, Punctuation: &Punctuation{}}} {
		if _, err := AppendRecord(nil, r); err == nil {
			t.Errorf("%+v: got no error", r)
		}
	}
}
