package score

import (
	"reflect"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// quiet is a true silence with its cause.
func quiet(s span, cause event.Cause, on ship) item {
	return item{ships: []ship{on}, span: s, mode: string(cause)}
}

// gap is a claim with the probability of switching off; the rest is not received, or unknown.
func gap(s span, p float64, rest event.Cause, on ship) item {
	return item{ships: []ship{on}, span: s, p: p, causes: map[string]float64{"switched_off": p, string(rest): 1 - p}}
}

func TestLongGaps(t *testing.T) {
	off := quiet(hours(0, 20), event.SwitchedOff, first)
	small := off
	small.excused = true
	known := []item{one(hours(0, 20), first)}
	for _, tc := range []struct {
		name               string
		truth, gaps, known []item
		asked              bool
		want               LongGaps
	}{
		{"found", []item{off}, []item{gap(hours(0, 20), 0.9, event.Unknown, first)}, known, true,
			LongGaps{Asked: 1, True: 1, Determinable: 1, Found: 1, Claimed: 1, Right: 1, Sure: 1, SureRight: 1, Silences: 1, Answered: 1, Events: 1}},
		{"missed", []item{off}, nil, known, true, LongGaps{Asked: 1, True: 1, Determinable: 1, Silences: 1}},
		{"not known", []item{off}, []item{gap(hours(0, 20), 0.3, event.Unknown, first)}, known, true,
			LongGaps{Asked: 1, True: 1, Determinable: 1, Silences: 1, Events: 1, Unknown: 1}},
		{"answered wrongly", []item{off}, []item{gap(hours(0, 20), 0.3, event.NotReceived, first)}, known, true,
			LongGaps{Asked: 1, True: 1, Determinable: 1, Silences: 1, Answered: 1, Events: 1}},
		{"not to be told, and told", []item{off}, []item{gap(hours(0, 20), 0.9, event.Unknown, first)}, nil, true,
			LongGaps{Asked: 1, True: 1, Claimed: 1, Right: 1, Events: 1}},
		{"the silence that can be told is another", []item{off}, nil, []item{one(hours(15, 60), first)}, true, LongGaps{Asked: 1, True: 1}},
		{"nobody was asked", []item{off}, []item{gap(hours(0, 20), 0.9, event.Unknown, first)}, nil, false, LongGaps{Events: 1}},
		{"invented", nil, []item{gap(hours(0, 20), 0.9, event.Unknown, first)}, known, true,
			LongGaps{Asked: 1, Claimed: 1, Sure: 1, Events: 1}},
		{"short, and long claims of it are right", []item{quiet(hours(0, 11), event.SwitchedOff, first)}, []item{gap(hours(0, 13), 0.9, event.Unknown, first)}, nil, true,
			LongGaps{Asked: 1, Claimed: 1, Right: 1, Events: 1}},
		{"short claims are not asked for", nil, []item{gap(hours(0, 11), 0.9, event.Unknown, first)}, nil, true, LongGaps{Asked: 1}},
		{"excused", []item{small}, []item{gap(hours(0, 20), 0.9, event.Unknown, first)}, known, true, LongGaps{Asked: 1, Events: 1}},
		{"an honest failure accused", []item{quiet(hours(0, 20), event.FaultyTransponder, first)}, []item{gap(hours(0, 20), 0.6, event.Unknown, first)}, known, true,
			LongGaps{Asked: 1, Claimed: 1, Sure: 1, Silences: 1, Answered: 1, Events: 1, Failures: Accused{1, 1}}},
		{"an honest failure not known", []item{quiet(hours(0, 20), event.FaultyTransponder, first)}, []item{gap(hours(0, 20), 0.4, event.Unknown, first)}, nil, false,
			LongGaps{Events: 1, Unknown: 1, Failures: Accused{1, 0}}},
	} {
		if got := scoreLongGaps(tc.truth, tc.gaps, tc.known, tc.asked); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func TestTellableSilencesHaveLittleChance(t *testing.T) {
	gap := func(p0 float64, name string) event.Event {
		return event.Event{Kind: event.Gap, Status: event.Closed, Start: monday, Vessels: []event.Vessel{{MMSI: 1}},
			Details: event.GapDetails{Rules: event.Rules{Rules: []event.Rule{{Name: name, Value: p0}}}}}
	}
	got := tellable([]event.Event{gap(0.01, "p0"), gap(0.011, "p0"), gap(0, "other"), {Kind: event.Gap}}, monday.Add(time.Hour))
	if len(got) != 1 || !got[0].to.Equal(monday.Add(time.Hour)) {
		t.Errorf("got %+v, want the first, to the world's end", got)
	}
}

// met is a true meeting of two ships, heard every so many minutes; a negative number says not of both.
func met(purpose string, s span, every int, a, b ship) sim.Meeting {
	v := func(x ship) sim.Vessel { return sim.Vessel{MMSI: uint32(x.mmsi), IMO: uint32(x.imo), Class: "VLCC"} }
	m := sim.Meeting{Visitor: v(a), Host: v(b), Purpose: purpose, Start: s.from, End: s.to, Observable: true}
	if every >= 0 {
		m.Every = &every
	}
	return m
}

func TestMeetingsByRate(t *testing.T) {
	truth := &sim.Truth{End: hours(0, 1000).to, Meetings: []sim.Meeting{
		met("cargo", hours(0, 20), 10, first, second), met("cargo", hours(100, 120), 11, first, third), met("blend", hours(200, 220), 30, second, third),
		met("cargo", hours(300, 320), 31, first, second), met("cargo", hours(400, 420), -1, first, second), met("bunkering", hours(500, 505), 5, first, third),
	}}
	claim := func(s span, p float64, a, b ship) item { return item{ships: []ship{a, b}, span: s, p: p} }
	claims := []item{
		claim(hours(0, 20), 0.9, second, first), claim(hours(100, 120), 0.4, first, third), // too unlikely
		claim(hours(300, 320), 0.6, first, second),
		claim(hours(501, 508), 0.7, third, first),  // a bunkering, heard every 5 minutes
		claim(hours(600, 620), 0.8, first, second), // nothing: nobody knows how often both were heard
	}
	type row struct{ true, claimed, paired, outcomes int }
	want := []row{{1, 2, 1, 2}, {2, 0, 0, 1}, {1, 1, 1, 1}, {1, 1, 0, 1}}
	for i, m := range scoreRates(truth, claims) {
		if got := (row{m.True, m.Claimed, m.Paired, m.Calibration.Claims}); got != want[i] || m.Name != rates[i].name {
			t.Errorf("%s: got %+v, want %+v", m.Name, got, want[i])
		}
	}
	if got := scoreBunkering(allMeetings(truth), claims); got != (Accused{1, 1}) {
		t.Errorf("bunkerings: got %+v, want the one accused", got)
	}
	if got := scoreBunkering(allMeetings(truth), reaching(claims, 0.75)); got != (Accused{1, 0}) {
		t.Errorf("bunkerings: got %+v, want none accused", got)
	}
}

func TestFalseLifts(t *testing.T) {
	lift := func(s span, p float64, on ship) item { return item{ships: []ship{on}, span: s, p: p} }
	cut := lift(hours(0, 36), 0, third)
	cut.excused = true
	truth := []item{lift(hours(0, 36), 0, first), cut}
	claims := []item{lift(hours(0, 36), 0.9, first), lift(hours(0, 36), 0.9, second), lift(hours(300, 330), 0.1, first), lift(hours(0, 36), 0.9, third)}
	got := scoreFalseLifts(&sim.Truth{Totals: sim.Totals{TankerHours: 250 * 720}}, truth, claims)
	if got.Events != 2 || got.TankerMonths != 250 || !is(&got.Sum, 1) || !is(&got.Ledger, 0.9) || !is(got.Per500(), 2) {
		t.Errorf("got %+v, want two of 1.0 together in 250 months", got)
	}
	if empty := (FalseLifts{}); empty.Per500() != nil {
		t.Error("a world without tankers has a rate")
	}
}

func TestPretences(t *testing.T) {
	fake := func(s span, class string) sim.Fake {
		return sim.Fake{Vessel: sim.Vessel{MMSI: 1, Class: class}, Kind: "circle", Start: s.from, End: s.to}
	}
	truth := &sim.Truth{End: hours(0, 1000).to, False: []sim.Fake{fake(hours(0, 20), "VLCC"), fake(hours(100, 105), "VLCC"), fake(hours(200, 220), "not a tanker")}}
	at := func(s span) event.Event {
		return event.Event{Kind: event.FalsePosition, Status: event.Closed, Start: s.from, End: &s.to, Probability: 0.8, Vessels: []event.Vessel{{MMSI: 1}}}
	}
	r := OfEvents(truth, Output{Events: []event.Event{at(hours(1, 20)), at(hours(100, 105)), at(hours(300, 310))}})
	if c := r.False.At[0]; c.True != 1 || c.Paired != 1 || c.Claimed != 2 || len(c.Modes) != 1 || c.Modes[0].Name != "circle" {
		t.Errorf("got %+v, want the long one of the tanker, and one invented", c)
	}
}

func TestJams(t *testing.T) {
	jam := func(s span, kind string, lon float64) sim.Jam {
		return sim.Jam{Start: s.from, End: s.to, Kind: kind, Lon: lon, Lat: 25, RadiusKM: 50}
	}
	truth := &sim.Truth{End: hours(0, 1000).to, Jams: []sim.Jam{jam(hours(0, 20), "point", 55), jam(hours(100, 120), "point", 55), jam(hours(200, 220), "circle", 55)}}
	drawn := func(s span, lon, area, p float64) event.Event {
		return event.Event{Kind: event.Interference, Status: event.Closed, Start: s.from, End: &s.to, Probability: p,
			Details: event.InterferenceDetails{RealLon: lon, RealLat: 25, AreaM: geo.Metres(area)}}
	}
	got := scoreJams(truth, []event.Event{
		drawn(hours(1, 3), 55.2, 1000, 0.9), drawn(hours(5, 8), 55.4, 1000, 0.9), // two of one jam
		drawn(hours(101, 103), 58, 1000, 0.9), // elsewhere
		drawn(hours(219, 230), 70, 0, 0.9),    // of which no real place is known
		drawn(hours(100, 120), 55, 1000, 0.4), // unlikely
		drawn(hours(300, 310), 55, 1000, 0.9), // at no time of a jam
	})
	want := []Told{{"events", 0, 0, 5, 2}, {"jam: circle", 1, 1, 0, 0}, {"jam: point", 2, 1, 0, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestIdentities(t *testing.T) {
	truth := &sim.Truth{End: hours(0, 1000).to,
		Identities: []sim.Identity{{IMO: 9000015, FromMMSI: 620999001, ToMMSI: 511999001, Heard: true}, {IMO: 9000027, FromMMSI: 518999002, ToMMSI: 999999999, Heard: true},
			{IMO: 9000041, FromMMSI: 626999004, ToMMSI: 626999004, Heard: true}, {IMO: 9000053, FromMMSI: 538999005, ToMMSI: 538999006}},
		Shared: []sim.Shared{{Vessel: sim.Vessel{IMO: 9000065}, MMSI: 538999007, Start: hours(0, 50).from, End: hours(0, 50).to}}}
	tell := func(form string, s span, numbers ...vessel.MMSI) event.Event {
		e := event.Event{Kind: event.Identity, Status: event.Closed, Start: s.from, End: &s.to, Probability: 0.9, Details: event.IdentityDetails{Form: form}}
		for _, n := range numbers {
			e.Vessels = append(e.Vessels, event.Vessel{MMSI: n})
		}
		return e
	}
	got := scoreIdentities(truth, []event.Event{
		tell("continued", hours(0, 1), 620999001, 511999001),
		tell("continued", hours(0, 1), 538999005, 511999001), // two hulls taken for one
		tell("default_number", hours(0, 1), 999999999),
		tell("changed", hours(0, 1), 626999004),
		tell("number_shared", hours(10, 20), 538999007),
		tell("number_shared", hours(90, 99), 538999007), // long after the loan
		tell("bad_number", hours(0, 1), 5),              // the truth does not know
	})
	want := []Told{{"change: a default MMSI", 1, 1, 0, 0}, {"change: a new MMSI", 1, 1, 0, 0}, {"change: a new MMSI, not heard before and after", 1, 0, 0, 0}, {"change: name alone", 1, 1, 0, 0},
		{"events: changed", 0, 0, 1, 0}, {"events: continued", 0, 0, 2, 1}, {"events: default_number", 0, 0, 1, 0}, {"events: number_shared", 0, 0, 2, 1},
		{"loan: another's MMSI", 1, 1, 0, 0}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReceptionAddsUpByKind(t *testing.T) {
	a := coverage.Calibration{Receiver: "coast", Region: "everywhere", Hours: 6, Windows: 10, Predicted: 1.5, Observed: 2}
	b := coverage.Calibration{Receiver: "coast", Region: "everywhere", Hours: 12, Windows: 7, Predicted: 0.5, Observed: 0}
	want := []coverage.Calibration{{Receiver: "coast", Region: "everywhere", Hours: 6, Windows: 20, Predicted: 3, Observed: 4}, b}
	if got := plusReception([]coverage.Calibration{a, b}, []coverage.Calibration{a}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
