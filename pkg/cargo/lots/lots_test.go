package lots

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is so many days after noon of the first of March.
func at(days float64) time.Time { return noon.Add(time.Duration(days * 24 * float64(time.Hour))) }

// The ships of the tables.
const (
	shuttle vessel.MMSI = 620999001 + iota
	mother
	first
	second
	stranger
)

func because(id string) Cause { return Cause{Event: id, Version: 1} }

// loaded is a lift that ends on a day.
func loaded(id string, hull vessel.MMSI, day, q float64, barrels vessel.Barrels) Lift {
	return Lift{Cause: because(id), Hull: hull, Start: at(day - 1), End: at(day), Q: q, Barrels: barrels}
}

// claimed is a cargo of unknown origin, found on a day.
func claimed(id string, hull vessel.MMSI, day, q float64, barrels vessel.Barrels) Lift {
	return Lift{Cause: because(id), Hull: hull, Start: at(day), End: at(day), Q: q, Barrels: barrels, Inferred: true}
}

// met is a meeting that ends on a day, of a volume that both draughts give; zero is "not known".
func met(id string, from, to vessel.MMSI, day, r, barrels float64) Meeting {
	m := Meeting{Cause: because(id), Donor: from, Receiver: to, Start: at(day - 1), End: at(day), R: r}
	if barrels > 0 {
		m.Loss, m.Gain = vessel.Uncertain{Value: barrels, LogSD: 0.1}, vessel.Uncertain{Value: barrels, LogSD: 0.1}
	}
	return m
}

func called(id string, hull vessel.MMSI, day, p float64, zone string) Call {
	return Call{Cause: because(id), Hull: hull, Start: at(day - 2), End: at(day), P: p, Zone: zone, Place: zone + " port"}
}

func out(id string, hull vessel.MMSI, day float64) Crossing {
	return Crossing{Cause: because(id), Hull: hull, At: at(day), P: 0.99}
}

func ballast(id string, hull vessel.MMSI, day float64) Mark {
	return Mark{Cause: because(id), Hull: hull, At: at(day)}
}

// tell writes moves as short lines: kind, lot's event, from>to or zone, barrels and expected barrels.
func tell(h History, moves []Move) []string {
	names := map[string]string{}
	for _, l := range h.Lifts {
		names[lotID(l.Event)] = l.Event
	}
	for _, m := range h.Meetings {
		names[lotID(m.Event)] = m.Event
	}
	ships := map[vessel.MMSI]string{0: "", shuttle: "shuttle", mother: "mother", first: "first", second: "second", stranger: "stranger"}
	var out []string
	for _, m := range moves {
		line := fmt.Sprintf("%s %s %s>%s%s %d/%d", m.Kind, names[m.Lot], ships[m.From], ships[m.To], m.Zone, m.Barrels, m.Expected)
		if m.Exited {
			line += " exited"
		}
		if m.Part {
			line += " part"
		}
		out = append(out, line)
	}
	return out
}

func TestOilGoes(t *testing.T) {
	for _, tc := range []struct {
		name string
		h    History
		want string
	}{
		{"nowhere without a lift", History{
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
			Calls:    []Call{called("c1", mother, 20, 1, "china")},
		}, ""},
		{"whole, from its source to its destination, once", History{
			Lifts:     []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
			Meetings:  []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
			Crossings: []Crossing{out("x1", mother, 5), out("x2", mother, 7)},
			Calls:     []Call{called("c1", mother, 20, 1, "china")},
		}, `lift l1 >shuttle 1000/800
transfer l1 shuttle>mother 1000/800
exit l1 mother>mother 1000/800
discharge l1 mother>china 1000/800 exited`},
		{"half, with a probability of a half", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 0.5, 0)},
		}, `lift l1 >shuttle 1000/800
transfer l1 shuttle>mother 500/400`},
		{"in part, and the rest later", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Meetings: []Meeting{met("m1", shuttle, first, 3, 1, 300), met("m2", shuttle, second, 5, 1, 700)},
		}, `lift l1 >shuttle 1000/1000
transfer l1 shuttle>first 300/300 part
transfer l1 shuttle>second 700/700`},
		{"whole where the draughts cannot tell it from that", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Meetings: []Meeting{met("m1", shuttle, first, 3, 1, 950)},
		}, `lift l1 >shuttle 1000/1000
transfer l1 shuttle>first 1000/1000`},
		{"no more than the receiver has room for", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Meetings: []Meeting{func() Meeting { m := met("m1", shuttle, first, 3, 1, 900); m.Tanks = 600; return m }()},
		}, `lift l1 >shuttle 1000/1000
transfer l1 shuttle>first 600/600 part`},
		{"mixed: two cargoes in one mother, to each daughter of each its share", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 600), loaded("l2", first, 1, 0.5, 300)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 600), met("m2", first, mother, 5, 1, 300),
				met("m3", mother, second, 8, 1, 450), met("m4", mother, stranger, 9, 1, 450)},
		}, `lift l1 >shuttle 600/600
lift l2 >first 300/150
transfer l1 shuttle>mother 600/600
transfer l2 first>mother 300/150
transfer l1 mother>second 300/300 part
transfer l2 mother>second 150/75 part
transfer l1 mother>stranger 300/300
transfer l2 mother>stranger 150/75`},
		{"blended with oil that nobody claims, which carries no barrels", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 500)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 500),
				func() Meeting {
					m := met("m2", mother, second, 8, 1, 1000)
					m.Content = vessel.Uncertain{Value: 2000, LogSD: 0.05}
					return m
				}()},
		}, `lift l1 >shuttle 500/500
transfer l1 shuttle>mother 500/500
provisional m2 >mother 1500/0
transfer l1 mother>second 250/250 part
transfer m2 mother>second 750/0 part`},
		{"one way or the other when it is not known who gave: from her who has some", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Meetings: []Meeting{func() Meeting { m := met("m1", mother, shuttle, 3, 1, 0); m.Either = true; return m }()},
		}, `lift l1 >shuttle 1000/1000
transfer l1 shuttle>mother 500/500`},
		{"nowhere when it is not known who gave and both have some", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000), loaded("l2", mother, 1, 1, 1000)},
			Meetings: []Meeting{func() Meeting { m := met("m1", mother, shuttle, 3, 1, 0); m.Either = true; return m }()},
		}, `lift l1 >shuttle 1000/1000
lift l2 >mother 1000/1000`},
		{"provisional: only the part that no lot explains", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 0.9, 1000), claimed("l2", mother, 4, 0.6, 1000)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 0.7, 0)},
		}, `lift l1 >shuttle 1000/900
transfer l1 shuttle>mother 700/630
provisional l2 >mother 300/180`},
		{"provisional lots that nobody claimed merge into one that somebody does", History{
			Lifts:    []Lift{claimed("l2", mother, 4, 0.6, 1000)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 0.7, 1000)},
		}, `provisional m1 >shuttle 1000/0
transfer m1 shuttle>mother 700/0
provisional l2 >mother 1000/600
merged m1 mother> 700/0`},
		{"no provisional lot where the origin is known", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 0.9, 1000), claimed("l2", mother, 4, 0.6, 1050)},
			Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
		}, `lift l1 >shuttle 1000/900
transfer l1 shuttle>mother 1000/900`},
		{"back: discharged at its own side", History{
			Lifts:     []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Crossings: []Crossing{out("x1", shuttle, 4)},
			Calls:     []Call{called("c1", shuttle, 30, 1, HomeZone)},
		}, `lift l1 >shuttle 1000/1000
exit l1 shuttle>shuttle 1000/1000
return l1 shuttle>iran 1000/1000 exited`},
		{"into floating storage, which lifts nothing until she was seen in ballast", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 1000), loaded("l2", shuttle, 40, 1, 1000), loaded("l3", shuttle, 60, 1, 1000)},
			Rests: []Rest{{because("r1"), shuttle, at(5), at(17)}, {because("r2"), shuttle, at(17.5), at(38)}},
			Marks: []Mark{ballast("d1", shuttle, 50)},
		}, `lift l1 >shuttle 1000/1000
storage l1 shuttle>shuttle 0/0
withheld l2 >shuttle 0/0
unseen l1 shuttle> 1000/1000
lift l3 >shuttle 1000/1000`},
		{"nowhere while she waits for less than twenty days", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Rests: []Rest{{because("r1"), shuttle, at(5), at(15)}, {because("r2"), shuttle, at(17.5), at(36)}},
		}, `lift l1 >shuttle 1000/1000`},
		{"where nobody saw it, when she lifts again", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 1000), loaded("l2", shuttle, 40, 1, 900)},
		}, `lift l1 >shuttle 1000/1000
lift l2 >shuttle 900/900
unseen l1 shuttle> 1000/1000`},
		{"over before the ballast draught counts that was typed alongside", History{
			Lifts:    []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Meetings: []Meeting{met("m1", shuttle, mother, 8, 1, 1000)},
			Marks:    []Mark{ballast("d1", shuttle, 7.5), ballast("d2", mother, 7.6)},
		}, `lift l1 >shuttle 1000/1000
transfer l1 shuttle>mother 1000/1000`},
		{"nowhere by a draught that was not typed anew after loading", History{
			Lifts: []Lift{loaded("l1", shuttle, 1, 1, 1000)},
			Marks: []Mark{ballast("d1", shuttle, 2)},
		}, `lift l1 >shuttle 1000/1000`},
		{"on under a new number", History{
			Lifts: []Lift{loaded("l1", mother, 1, 1, 1000)},
			Links: []Link{{mother, shuttle}},
			Calls: []Call{called("c1", shuttle, 20, 0.9, "china")},
		}, `lift l1 >shuttle 1000/1000
discharge l1 shuttle>china 900/900`},
	} {
		got := strings.Join(tell(tc.h, Build(tc.h, Defaults())), "\n")
		if got != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, got, tc.want)
		}
	}
}

func TestVolume(t *testing.T) {
	for _, tc := range []struct {
		name       string
		loss, gain vessel.Uncertain
		want       vessel.Barrels
		known      bool
	}{
		{"neither known", vessel.Uncertain{}, vessel.Uncertain{}, 0, false},
		{"by the donor alone", vessel.Uncertain{Value: 1000, LogSD: 0.1}, vessel.Uncertain{}, 1000, true},
		{"by both, equally sure in barrels", vessel.Uncertain{Value: 1000, LogSD: 0.08}, vessel.Uncertain{Value: 800, LogSD: 0.1}, 900, true},
		{"by both, the receiver surer", vessel.Uncertain{Value: 1000, LogSD: 0.3}, vessel.Uncertain{Value: 750, LogSD: 0.1}, 765, true},
		{"an error of nothing is the error that all ships share", vessel.Uncertain{Value: 1000}, vessel.Uncertain{Value: 500}, 600, true},
	} {
		if got, known := Volume(tc.loss, tc.gain); got != tc.want || known != tc.known {
			t.Errorf("%s: got %d, %v; want %d, %v", tc.name, got, known, tc.want, tc.known)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, tc := range []struct {
		name    string
		v       vessel.Barrels
		weights []vessel.Barrels
		want    []vessel.Barrels
	}{
		{"nothing to divide", 0, []vessel.Barrels{1, 2}, []vessel.Barrels{0, 0}},
		{"nobody to take it", 5, []vessel.Barrels{0, 0}, []vessel.Barrels{0, 0}},
		{"evenly", 10, []vessel.Barrels{20, 20}, []vessel.Barrels{5, 5}},
		{"equal remainders: the first", 10, []vessel.Barrels{7, 7, 7}, []vessel.Barrels{4, 3, 3}},
		{"the largest remainder", 10, []vessel.Barrels{13, 9, 8}, []vessel.Barrels{4, 3, 3}},
		{"everything", 30, []vessel.Barrels{13, 9, 8}, []vessel.Barrels{13, 9, 8}},
		{"beyond 64 bits on the way", 3e12, []vessel.Barrels{4e12, 2e12}, []vessel.Barrels{2e12, 1e12}},
	} {
		if got := split(tc.v, tc.weights); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestJournalSaysWhy plays changes of mind and reads what the journal says of them.
func TestJournalSaysWhy(t *testing.T) {
	whole := History{
		Lifts:    []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
		Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
	}
	surer := whole
	surer.Lifts = []Lift{loaded("l1", shuttle, 1, 0.9, 1000)}
	surer.Lifts[0].Version = 2
	apart := whole
	apart.Meetings = nil
	inferred := History{Lifts: []Lift{claimed("l2", mother, 4, 0.5, 1000)}}
	explained := History{Lifts: append(inferred.Lifts, whole.Lifts...), Meetings: whole.Meetings}
	for _, tc := range []struct {
		name          string
		before, after History
		want          []string
	}{
		{"nothing new is nothing written", whole, whole, nil},
		{"a rendezvous taken back takes the transfer back", whole, apart,
			[]string{"void transfer: m1 was taken back, or moves nothing any more"}},
		{"a lift whose q changes", whole, surer, []string{
			"void transfer: from 800 to 900 expected barrels", "void lift: probability from 0.80 to 0.90",
			"lift: probability from 0.80 to 0.90", "transfer: from 800 to 900 expected barrels"}},
		{"a provisional lot whose origin becomes known", inferred, explained, []string{
			"lift: loaded at its source", "transfer: went from ship to ship",
			"void provisional: nothing of its origin is unknown any more"}},
		{"a lift taken back", whole, History{}, []string{
			"void transfer: m1 was taken back, or moves nothing any more", "void lift: l1 was taken back, or moves nothing any more"}},
	} {
		j, ships := NewJournal(), []vessel.MMSI{shuttle, mother}
		j.Update(at(10), ships, Build(tc.before, Defaults()))
		var got []string
		for _, e := range j.Update(at(11), ships, Build(tc.after, Defaults())) {
			line := fmt.Sprintf("%s: %s", e.Kind, e.Why)
			if e.Void {
				line = "void " + line
			}
			got = append(got, line)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, strings.Join(got, "\n"), strings.Join(tc.want, "\n"))
		}
	}
}

func TestProvisionalLotsNameTheirOrigins(t *testing.T) {
	h := History{
		Lifts:    []Lift{loaded("l1", shuttle, 1, 0.9, 1000), claimed("l2", mother, 4, 0.6, 1000)},
		Meetings: []Meeting{met("m1", shuttle, mother, 3, 0.7, 0)},
	}
	g, err := NewGraph(Build(h, Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	want := []Share{{lotID("l1"), 0.7}, {"unknown", 0.3}}
	if i := slices.IndexFunc(g.Lots, func(l Lot) bool { return l.ID == lotID("l2") }); i < 0 || !slices.Equal(g.Lots[i].Origins, want) {
		t.Errorf("got %+v, want a lot with origins %v", g.Lots, want)
	}
	if i := slices.IndexFunc(g.Lots, func(l Lot) bool { return l.ID == lotID("l1") }); !slices.Equal(g.Lots[i].Origins, []Share{{lotID("l1"), 1}}) {
		t.Errorf("a lift's origin: got %v, want itself", g.Lots[i].Origins)
	}
}

func TestStockOfEveryDay(t *testing.T) {
	h := History{
		Lifts:     []Lift{loaded("l1", shuttle, 1, 0.5, 1000), loaded("l2", first, 3, 1, 600)},
		Crossings: []Crossing{out("x1", shuttle, 3)},
		Calls:     []Call{called("c1", shuttle, 4, 1, "china"), called("c2", first, 5, 1, HomeZone)},
	}
	g, err := NewGraph(Build(h, Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	midnight := noon.Truncate(24 * time.Hour)
	got := g.Days(midnight.AddDate(0, 0, 2), midnight.AddDate(0, 0, 5))
	want := []Day{
		{Date: midnight.AddDate(0, 0, 2), Opening: 500, Closing: 500},
		{Date: midnight.AddDate(0, 0, 3), Opening: 500, Lifted: 600, Exited: 500, Closing: 1100},
		{Date: midnight.AddDate(0, 0, 4), Opening: 1100, Discharged: 500, Closing: 600},
		{Date: midnight.AddDate(0, 0, 5), Opening: 600, Returned: 600},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	older := slices.Clone(got)
	for i := range older {
		older[i].Opening -= 40
	}
	Revise(older[1:], got)
	for i, d := range got {
		if want := []vessel.Barrels{0, 40, 40, 40}[i]; d.Revision != want {
			t.Errorf("%s: got a revision of %d, want %d", d.Date, d.Revision, want)
		}
	}
}

func TestNewGraphRefuses(t *testing.T) {
	good := Build(History{
		Lifts:    []Lift{loaded("l1", shuttle, 1, 0.8, 1000)},
		Meetings: []Meeting{met("m1", shuttle, mother, 3, 1, 1000)},
	}, Defaults())
	for _, tc := range []struct {
		name  string
		moves []Move
		want  string
	}{
		{"oil that was never born", good[1:], "are not there"},
		{"a lot born twice", append(slices.Clone(good), good[0]), "born twice"},
		{"oil that moved twice", append(slices.Clone(good), good[1]), "are not there"},
	} {
		if _, err := NewGraph(tc.moves); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.want)
		}
	}
}
