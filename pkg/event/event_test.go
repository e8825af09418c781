package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestIDTellsOpeningFactsApart(t *testing.T) {
	base := ID(Gap, noon, 56.61, 25.31, 620999001)
	for _, tc := range []struct {
		name string
		id   string
		same bool
	}{
		{"same facts", ID(Gap, noon, 56.61, 25.31, 620999001), true},
		{"another zone's clock", ID(Gap, noon.In(time.FixedZone("GST", 4*3600)), 56.61, 25.31, 620999001), true},
		{"below a metre", ID(Gap, noon, 56.610001, 25.31, 620999001), true},
		{"another kind", ID(Rendezvous, noon, 56.61, 25.31, 620999001), false},
		{"a millisecond later", ID(Gap, noon.Add(time.Millisecond), 56.61, 25.31, 620999001), false},
		{"two metres east", ID(Gap, noon, 56.61002, 25.31, 620999001), false},
		{"west of Greenwich", ID(Gap, noon, -56.61, 25.31, 620999001), false},
		{"another ship", ID(Gap, noon, 56.61, 25.31, 620999002), false},
		{"no ship", ID(Gap, noon, 56.61, 25.31), false},
	} {
		if got := tc.id == base; got != tc.same {
			t.Errorf("%s: same id got %v, want %v", tc.name, got, tc.same)
		}
	}
	if got, want := ID(Rendezvous, noon, 1, 2, 5, 3), ID(Rendezvous, noon, 1, 2, 3, 5); got != want {
		t.Errorf("order of ships: got %s, want %s", got, want)
	}
	if got := len(base); got != len("gap-")+16 || !strings.HasPrefix(base, "gap-") {
		t.Errorf("form: got %q, want gap- and 16 digits", base)
	}
	if OutageID(noon, "a", "b") == OutageID(noon, "a\"|\"b", "") {
		t.Error("a source's name can imitate a region")
	}
}

// TestIDIsForever pins an id, computed apart with sha256sum: published ones must stay what they are.
func TestIDIsForever(t *testing.T) {
	if got, want := ID(Gap, noon, 56.61, 25.31, 620999001), "gap-1c13ca147d874d8c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNormaliseSumsToExactlyOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		list := make([]Explanation, 1+random.IntN(9))
		for i := range list {
			list[i] = Explanation{Cause(fmt.Sprint("cause", random.IntN(7))), math.Exp(random.NormFloat64() * 4)}
		}
		shuffled := slices.Clone(list)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := Normalise(list)
		sum := 0
		for _, e := range got {
			sum += int(math.Round(e.P * shares))
		}
		if sum != shares {
			t.Fatalf("sum of %v: got %d/10000, want 10000", got, sum)
		}
		if other := Normalise(shuffled); !reflect.DeepEqual(got, other) {
			t.Fatalf("order matters: got %v and %v", got, other)
		}
	}
}

func TestNormaliseTraps(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   []Explanation
		want []Explanation
	}{
		{"nothing", nil, []Explanation{{Unknown, 1}}},
		{"all zero", []Explanation{{SwitchedOff, 0}}, []Explanation{{Unknown, 1}}},
		{"not a number", []Explanation{{SwitchedOff, math.NaN()}, {InPort, 2}}, []Explanation{{InPort, 1}}},
		{"infinite", []Explanation{{SwitchedOff, math.Inf(1)}, {InPort, 2}}, []Explanation{{InPort, 1}}},
		{"negative", []Explanation{{SwitchedOff, -3}, {InPort, 2}}, []Explanation{{InPort, 1}}},
		{"equal causes", []Explanation{{InPort, 1}, {Unknown, 2}, {InPort, 1}}, []Explanation{{InPort, 0.5}, {Unknown, 0.5}}},
		{"thirds", []Explanation{{"a", 1}, {"b", 1}, {"c", 1}}, []Explanation{{"a", 0.3334}, {"b", 0.3333}, {"c", 0.3333}}},
		{"too small to print", []Explanation{{"a", 1}, {"b", 1e-9}}, []Explanation{{"a", 1}}},
		{"overflow", []Explanation{{"a", math.MaxFloat64}, {"b", math.MaxFloat64}}, []Explanation{{Unknown, 1}}},
	} {
		if got := Normalise(tc.in); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestEvidenceIsBoundedAndHashesAll(t *testing.T) {
	build := func(n int, order []int) Evidence {
		var b EvidenceBuilder
		for _, i := range order[:n] {
			b.Add("feed", int64(i), fmt.Sprintf("!AIVDM,%d", i))
			b.Add("feed", int64(i), fmt.Sprintf("!AIVDM,%d", i)) // heard of twice
		}
		return b.Done()
	}
	order := make([]int, 1000)
	for i := range order {
		order[i] = i
	}
	for _, n := range []int{0, 1, 8, 16, 23, 24, 25, 26, 31, 100, 1000} {
		e := build(n, order)
		if len(e.Sentences) != min(n, 24) || len(e.Refs) != len(e.Sentences) || e.Total != n {
			t.Errorf("%d reports: got %d sentences, %d refs, total %d", n, len(e.Sentences), len(e.Refs), e.Total)
		}
		for i := 1; i < len(e.Refs); i++ {
			if e.Refs[i].Offset <= e.Refs[i-1].Offset {
				t.Errorf("%d reports: ref %d at %d after %d", n, i, e.Refs[i].Offset, e.Refs[i-1].Offset)
			}
		}
		if n > 24 && (e.Refs[7].Offset != 7 || e.Refs[16].Offset != int64(n-8)) {
			t.Errorf("%d reports: ends got %v", n, e.Refs)
		}
		reversed := slices.Clone(order[:n])
		slices.Reverse(reversed)
		if other := build(n, reversed); !reflect.DeepEqual(e, other) {
			t.Errorf("%d reports: another order gives other evidence", n)
		}
	}
	if build(99, order).SHA256 == build(100, order).SHA256 {
		t.Error("a report that is not quoted is not in the hash")
	}
}

// TestSentencesPairWithRefs mixes a feed that gives sentences with one that gives none: a reader of the JSON pairs them by
// their positions.
func TestSentencesPairWithRefs(t *testing.T) {
	var b EvidenceBuilder
	b.Add("b.nmea", 20, "!AIVDM,1,1,,A,z,0*00")
	b.Add("a.csv", 1200, "")
	got := b.Done()
	want := []Ref{{"a.csv", 1200}, {"b.nmea", 20}}
	if !slices.Equal(got.Refs, want) || !slices.Equal(got.Sentences, []string{"", "!AIVDM,1,1,,A,z,0*00"}) {
		t.Errorf("got %+v, want refs %v and as many sentences, the first empty", got, want)
	}
}

func TestCompareOrders(t *testing.T) {
	early := Event{Start: noon, Kind: Lift, ID: "lift-0"}
	list := []Event{
		{Start: noon.Add(time.Hour), Kind: Outage, ID: "outage-0"}, {Start: noon, Kind: Gap, ID: "gap-b", Version: 2},
		{Start: noon, Kind: Gap, ID: "gap-b", Version: 1}, early, {Start: noon, Kind: Gap, ID: "gap-a"},
	}
	slices.SortFunc(list, Compare)
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprint(e.ID, e.Version))
	}
	want := []string{"gap-a0", "gap-b1", "gap-b2", "lift-00", "outage-00"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEveryKindHasDetails(t *testing.T) {
	for _, k := range Kinds() {
		d := DetailsOf(k)
		if d == nil {
			t.Errorf("%s: no details", k)
			continue
		}
		if got := KindOf(d); got != k {
			t.Errorf("%s: details are of kind %q", k, got)
		}
		if got := d.Tested(); len(got) != 0 {
			t.Errorf("%s: empty details have rules %v", k, got)
		}
	}
	if DetailsOf("voyage") != nil {
		t.Error("a kind that does not exist has details")
	}
}

// sample returns an event of a kind with every field set, nested ones included, by filling each with a number.
func sample(k Kind) Event {
	n := 0
	d := reflect.New(reflect.TypeOf(DetailsOf(k))).Elem()
	d.Set(reflect.ValueOf(DetailsOf(k)))
	e := Event{Details: d.Interface().(Details)}
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Name != "Details" {
			fill(v.Field(i), &n)
		}
	}
	fill(d, &n)
	e.Details = d.Interface().(Details)
	e.Kind = k
	return e
}

func fill(v reflect.Value, n *int) {
	*n++
	if _, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n) * 1234567891)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.123456789)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Uint32:
		v.SetUint(uint64(*n))
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d <&> \"é\"", *n))
	case reflect.Bool:
		v.SetBool(*n%2 == 0)
	}
}

func TestJSONRoundTripOfEveryKind(t *testing.T) {
	for _, k := range Kinds() {
		first, err := json.Marshal(sample(k))
		if err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		var back Event
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatalf("%s: %v", k, err)
		}
		if got, want := reflect.TypeOf(back.Details), reflect.TypeOf(DetailsOf(k)); got != want {
			t.Errorf("%s: details are %v, want %v", k, got, want)
		}
		second, err := json.Marshal(back)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s: second writing differs (%v):\n%s\n%s", k, err, first, second)
		}
	}
}

func TestJSONIsCanonical(t *testing.T) {
	e := Event{Schema: Schema, ID: "gap-1", Version: 1, Kind: Gap, Status: Open,
		Start: noon.In(time.FixedZone("GST", 4*3600)).Add(123456789), Lon: 56.6123456, Lat: -0.0000001, Probability: 0.123456,
		Vessels: []Vessel{{Role: Subject, MMSI: 620999001}}, Details: GapDetails{DurationH: 1.0 / 3}}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	got := string(b)
	for _, want := range []string{
		`"start":"2026-03-02T12:00:00.123Z"`, `"end":null`, `"lon":56.61235,"lat":0,`, `"probability":0.1235`,
		`"explanations":[]`, `"sentences":[]`, `"superseded_by":null`, `"duration_h":0.3333`, `"rules":[]`, `"mmsi":620999001`,
		`"draught_m":{"before":null,"after":null}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if strings.Contains(got, "barrels") {
		t.Errorf("a gap has barrels: %s", got)
	}
}

func TestSentencesStayReadable(t *testing.T) {
	const raw = "!AIVDM,1,1,,B,15NG6V0P01G?cFhE`R2IU?wn28R>,0*05"
	b, err := Event{Kind: Gap, Evidence: Evidence{Sentences: []string{raw}}}.MarshalJSON()
	if err != nil || !strings.Contains(string(b), raw) {
		t.Errorf("got %s, %v; want the sentence as it was heard", b, err)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"an unknown kind", `{"kind":"voyage","id":"voyage-1"}`, `unknown kind "voyage"`},
		{"details of another shape", `{"kind":"gap","id":"gap-1","details":{"duration_h":"long"}}`, "decode details"},
		{"no object", `[]`, "decode event"},
	} {
		var e Event
		err := json.Unmarshal([]byte(tc.in), &e)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.want)
		}
	}
}

func TestFromShip(t *testing.T) {
	s := vessel.Ship{Particulars: vessel.Particulars{MMSI: 620999001, IMO: 9000003, Name: "TEST"}, Flag: "KM", Class: vessel.VLCC,
		Scantling: vessel.Uncertain{Value: 22}, Draughts: []vessel.DraughtMark{{Since: noon, Draught: 9.8}, {Since: noon.Add(48 * time.Hour), Draught: 20.9}}}
	v := FromShip(Subject, s, noon.Add(time.Hour), noon.Add(72*time.Hour))
	if v.Draught.Before == nil || *v.Draught.Before != 9.8 || v.Draught.After == nil || *v.Draught.After != 20.9 {
		t.Errorf("draughts: got %+v, want 9.8 and 20.9", v.Draught)
	}
	if v.Load.Before == nil || *v.Load.Before != "ballast" || v.Load.After == nil || *v.Load.After != "laden" {
		t.Errorf("loads: got %+v, want ballast and laden", v.Load)
	}
	open := FromShip(Subject, s, noon.Add(-time.Hour), time.Time{})
	if open.Draught.Before != nil || open.Draught.After != nil {
		t.Errorf("before the first draught, and open: got %+v, want nothing", open.Draught)
	}
	if got := FromShip(Party, vessel.Ship{}, noon, noon).Class; got != "" {
		t.Errorf("class of an unknown ship: got %q, want none", got)
	}
	var _ geo.Metres = *v.Draught.After
}

func FuzzEventJSON(f *testing.F) {
	for _, k := range Kinds() {
		b, err := json.Marshal(sample(k))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"kind":"gap"}`))
	f.Add([]byte(`{"kind":"lift","details":null,"start":"0001-01-01T00:00:00+14:00","lon":1e308}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var e Event
		if json.Unmarshal(in, &e) != nil {
			return
		}
		first, err := json.Marshal(e)
		if err != nil {
			return // a year that RFC 3339 has no digits for
		}
		var back Event
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatalf("own writing is refused: %v\n%s", err, first)
		}
		second, err := json.Marshal(back)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("second writing differs (%v):\n%s\n%s", err, first, second)
		}
	})
}

func BenchmarkMarshal(b *testing.B) {
	e := sample(Gap)
	first, err := json.Marshal(e)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(first)))
	var last []byte
	for b.Loop() {
		last, _ = json.Marshal(e)
	}
	if !bytes.Equal(first, last) {
		b.Fatalf("got %s, want %s", last, first)
	}
}
