package gap

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// at is a time so many hours after day0.
func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

const tanker vessel.MMSI = 620999001

// theSea is built once for all tests of the package; nothing writes to it.
var theSea = sync.OnceValues(geo.DefaultSea)

// bench is a detector with the world it needs.
type bench struct {
	*Detector
	fleet *vessel.Fleet
	t     testing.TB
}

func newBench(t testing.TB) bench {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	sea, err := theSea()
	if err != nil {
		t.Fatal(err)
	}
	fleet := vessel.NewFleet()
	fleet.Update(vlcc(tanker))
	return bench{New(Defaults(), fleet, places, sea, call.New(call.Defaults(), places, sea)), fleet, t}
}

func vlcc(m vessel.MMSI) vessel.Particulars {
	return vessel.Particulars{MMSI: m, ShipType: 80, HasHull: true, Hull: geo.Hull{Bow: 280, Stern: 53, Port: 30, Starboard: 30}}
}

func fix(h, lon, lat float64) track.Fix {
	return track.Fix{Time: at(h), Position: geo.PointFromDegrees(lon, lat), Has: ais.HasSOG, SOG: 12, Source: "feed",
		Offset: int64(h * 1000), Raw: fmt.Sprintf("!AIVDM at %g", h)}
}

// silent is a silence of a well heard ship that begins off Fujairah.
func silent(m vessel.MMSI, off float64) *track.Silence {
	f := fix(off, 56.9, 25.6)
	return &track.Silence{Header: track.Header{MMSI: m, Start: f.Time, Segment: day0}, Off: f, Heard24h: 200,
		Interval: 6 * time.Minute, Place: place.NoPlace, OnPlace: place.NoPlace}
}

// ends returns the fact that closes a silence.
func ends(s *track.Silence, on, lon, lat float64) *track.Silence {
	c := *s
	f := fix(on, lon, lat)
	c.On = &f
	return &c
}

// walk advances over the grid from one hour to another, after the facts whose time has come.
func (b bench) walk(from, to float64, facts ...track.Fact) []event.Event {
	b.t.Helper()
	var out []event.Event
	for tick := at(from); !tick.After(at(to)); tick = tick.Add(track.Grid) {
		var now []track.Fact
		for _, f := range facts {
			if f.Head().Tick.Equal(tick) {
				now = append(now, f)
			}
		}
		slices.SortStableFunc(now, byNumber)
		for _, f := range now {
			b.Observe(f)
		}
		out = append(out, b.Advance(tick)...)
	}
	return out
}

func byNumber(a, b track.Fact) int { return int(a.Head().MMSI) - int(b.Head().MMSI) }

// tick sets the grid point at which a fact arrives.
func tick(f *track.Silence, h float64) *track.Silence {
	f.Tick = grid(h)
	return f
}

// grid is the first grid point at or after an hour.
func grid(h float64) time.Time { return at(h).Add(track.Grid - 1).Truncate(track.Grid) }

func details(e event.Event) event.GapDetails { return e.Details.(event.GapDetails) }

func TestThresholdLadder(t *testing.T) {
	for _, tc := range []struct {
		name     string
		interval time.Duration
		heard    int
		on       float64 // hours after off; 0 never
		want     string
	}{
		{"an ordinary loss", 6 * time.Minute, 200, 5.9, ""},
		{"just long enough", 6 * time.Minute, 200, 6.0, "closed"},
		{"open, then closed", 6 * time.Minute, 200, 20, "open closed"},
		{"still silent", 6 * time.Minute, 200, 0, "open"},
		{"rarely heard: five intervals are more", 2 * time.Hour, 12, 9.9, ""},
		{"rarely heard and long", 2 * time.Hour, 12, 10, "closed"},
		{"two fixes a day tell of 12 h between them", 0, 2, 50, ""},
		{"two fixes a day, three days without one", 0, 2, 70, "open closed"},
		{"heard once in her life", 0, 1, 0, ""},
	} {
		b := newBench(t)
		s := silent(tanker, 24)
		s.Interval, s.Heard24h = tc.interval, tc.heard
		facts := []track.Fact{tick(s, 25)}
		if tc.on > 0 {
			facts = append(facts, tick(ends(s, 24+tc.on, 56.9, 25.6), 24+tc.on))
		}
		var got []string
		for i, e := range b.walk(24, 24+80, facts...) {
			got = append(got, string(e.Status))
			if e.Version != i+1 {
				t.Errorf("%s: version got %d, want %d", tc.name, e.Version, i+1)
			}
		}
		// A fix exactly at the threshold falls into the tick in which the gap would open.
		if g := strings.Join(got, " "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
		}
	}
}

func TestOpenAndClosedShareTheirID(t *testing.T) {
	b := newBench(t)
	s := silent(tanker, 24)
	got := b.walk(24, 200, tick(s, 25), tick(ends(s, 150.5, 56.8, 25.7), 150.5))
	if len(got) != 2 || got[0].ID != got[1].ID || got[0].End != nil || !got[1].End.Equal(at(150.5)) {
		t.Fatalf("got %+v, want one gap in two versions", got)
	}
	if d := details(got[1]); d.DurationH != 126.5 || d.On == nil || d.ReceptionModel != "none" {
		t.Errorf("details: got %+v, want 126.5 h and no reception model", d)
	}
	if got[1].Why != "heard again after 126h30m" {
		t.Errorf("why: got %q", got[1].Why)
	}
}

func TestWhoHasGaps(t *testing.T) {
	for _, tc := range []struct {
		name string
		ship func(b bench, m vessel.MMSI)
		mmsi vessel.MMSI
		want bool
	}{
		{"a tanker", func(b bench, m vessel.MMSI) { b.fleet.Update(vlcc(m)) }, 620999002, true},
		{"a ship of which nothing is known", func(bench, vessel.MMSI) {}, 620999002, true},
		{"unknown type, 180 m", func(b bench, m vessel.MMSI) {
			b.fleet.Update(vessel.Particulars{MMSI: m, HasHull: true, Hull: geo.Hull{Bow: 90, Stern: 90, Port: 15, Starboard: 15}})
		}, 620999002, true},
		{"unknown type, 60 m", func(b bench, m vessel.MMSI) {
			b.fleet.Update(vessel.Particulars{MMSI: m, HasHull: true, Hull: geo.Hull{Bow: 30, Stern: 30, Port: 5, Starboard: 5}})
		}, 620999002, false},
		{"a container ship", func(b bench, m vessel.MMSI) { b.fleet.Update(vessel.Particulars{MMSI: m, ShipType: 71}) }, 620999002, false},
		{"a yacht with class B", func(b bench, m vessel.MMSI) {
			b.Observe(&track.Profile{Header: track.Header{MMSI: m}, Class: ais.ClassB})
		}, 620999002, false},
		{"a coast station", func(bench, vessel.MMSI) {}, 2320001, false},
		{"a number that nobody was given", func(bench, vessel.MMSI) {}, 240000000, false},
		{"another one", func(b bench, m vessel.MMSI) { b.fleet.Update(vlcc(m)) }, 416111111, false},
		{"zero", func(bench, vessel.MMSI) {}, 0, false},
	} {
		b := newBench(t)
		tc.ship(b, tc.mmsi)
		if got := len(b.walk(24, 40, tick(silent(tc.mmsi, 24), 25))) > 0; got != tc.want {
			t.Errorf("%s: gap got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// byRates lets the competing rates alone decide.
var byRates = Weights{Terms: []Term{{Finding: odds, Weight: 1}}}

func TestExplanations(t *testing.T) {
	out := event.Event{ID: "outage-1", Status: event.Closed, Start: at(23), Details: event.OutageDetails{Source: "feed"}}
	end := at(42)
	out.End = &end
	for _, tc := range []struct {
		name  string
		prep  func(b bench, s *track.Silence)
		on    [3]float64 // hour, lon, lat
		first event.Cause
		off   [2]float64 // bounds of switched_off
	}{
		{"nothing speaks for anything", func(bench, *track.Silence) {}, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0.35, 0.45}},
		{"Iran's flag", func(_ bench, s *track.Silence) { s.MMSI = 422000001 }, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0.47, 0.5}},
		{"rarely heard", func(_ bench, s *track.Silence) { s.Heard24h = 11 }, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0.1, 0.2}},
		{"the feed was out", func(b bench, _ *track.Silence) { b.Hear(out) }, [3]float64{44, 56.9, 25.6}, event.FeedOutage, [2]float64{0, 0.1}},
		{"another feed was out", func(b bench, _ *track.Silence) {
			o := out
			o.Details = event.OutageDetails{Source: "other"}
			b.Hear(o)
		}, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0.35, 0.45}},
		{"an outage that was taken back", func(b bench, _ *track.Silence) {
			b.Hear(out)
			o := out
			o.Status = event.Retracted
			b.Hear(o)
		}, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0.35, 0.45}},
		{"not sailed by anybody", func(bench, *track.Silence) {}, [3]float64{34, 103.9, 1.2}, event.IdentityChange, [2]float64{0, 0}},
		{"displaced on land", func(_ bench, s *track.Silence) { s.Off.OnLand = true }, [3]float64{44, 56.9, 25.6}, event.Unknown, [2]float64{0, 0}},
	} {
		b := newBench(t)
		b.weights = byRates
		s := silent(tanker, 24)
		tc.prep(b, s)
		got := b.walk(24, 60, tick(s, 25), tick(ends(s, tc.on[0], tc.on[1], tc.on[2]), tc.on[0]))
		if len(got) != 2 {
			t.Fatalf("%s: got %d versions, want 2", tc.name, len(got))
		}
		e := got[1]
		if e.Explanations[0].Cause != tc.first {
			t.Errorf("%s: first explanation got %v, want %s", tc.name, e.Explanations, tc.first)
		}
		if e.Probability < tc.off[0] || e.Probability > tc.off[1] || e.Probability != event.Probability(e.Explanations, event.SwitchedOff) {
			t.Errorf("%s: probability got %v, want %v in %v", tc.name, e.Probability, tc.off, e.Explanations)
		}
	}
}

func TestSilentInPort(t *testing.T) {
	b := newBench(t)
	port := place.NoPlace
	for id := range place.ID(b.places.Len()) {
		if b.places.At(id).Kind == place.Anchorage && b.places.At(id).Country == "AE" {
			port = id
		}
	}
	if port == place.NoPlace {
		t.Skip("the gazetteer has no anchorage of the Emirates")
	}
	centre := b.places.At(port).Centre
	s := silent(tanker, 24)
	s.Place, s.OnPlace, s.Off.Position = port, port, centre
	got := b.walk(24, 60, tick(s, 25), tick(ends(s, 44, centre[0], centre[1]), 44))
	if len(got) != 2 || got[1].Explanations[0].Cause != event.InPort {
		t.Fatalf("there and back: got %+v, want in_port first", got)
	}
	b = newBench(t)
	s.OnPlace = place.NoPlace
	got = b.walk(24, 60, tick(s, 25), tick(ends(s, 44, 58.5, 25.0), 44))
	if p := event.Probability(got[1].Explanations, event.InPort); p != 0 {
		t.Errorf("reappeared at sea: in_port got %v, want 0", p)
	}
}

// TestProbabilityNeverPassesAHalf is what a version without reception model promises.
func TestProbabilityNeverPassesAHalf(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	b := newBench(t)
	for range 40 {
		s := silent([]vessel.MMSI{tanker, 422000001}[random.IntN(2)], 24)
		s.Heard24h = random.IntN(300)
		on := 24 + 6 + random.Float64()*600
		e := b.describe(ends(s, on, 56.9+random.NormFloat64(), 25+random.Float64()/2), at(on), time.Duration((on-24)*float64(time.Hour)))
		sum := 0.0
		for _, x := range e.Explanations {
			sum += x.P
		}
		if e.Probability > 0.5 || sum < 0.99999 || sum > 1.00001 {
			t.Fatalf("got probability %v and sum %v: %v", e.Probability, sum, e.Explanations)
		}
	}
}

// TestHerNumberIsToldLater: static data come minutes after the first position; the day's close tells whose the silence was.
func TestHerNumberIsToldLater(t *testing.T) {
	b := newBench(t)
	s := silent(tanker, 24)
	got := b.walk(24, 58, tick(s, 25), tick(ends(s, 54, 57.6, 25.2), 54))
	known := vlcc(tanker)
	known.IMO = 9000027
	b.fleet.Update(known)
	before, after := got[len(got)-1], b.walk(59, 96)
	if len(after) != 1 || before.Vessels[0].IMO != 0 || after[0].Vessels[0].IMO != 9000027 || after[0].Version != before.Version+1 || after[0].Probability != before.Probability {
		t.Errorf("after her IMO number was heard: got %+v, want one more version, with it", after)
	}
}

func TestHiddenCallAtKharg(t *testing.T) {
	for _, tc := range []struct {
		name string
		on   float64
		want bool
	}{
		{"five days", 144, true},
		{"too short for anything", 54, false},
	} {
		b := newBench(t)
		s := silent(tanker, 24)
		got := b.walk(24, 200, tick(s, 25), tick(ends(s, tc.on, 56.9, 25.6), tc.on))
		last := details(got[len(got)-1])
		kharg := slices.IndexFunc(last.HiddenCalls, func(h event.HiddenCall) bool { return strings.Contains(h.Place, "Kharg") })
		if (kharg >= 0) != tc.want {
			t.Errorf("%s: Kharg among %v got %v, want %v", tc.name, last.HiddenCalls, kharg >= 0, tc.want)
			continue
		}
		if !tc.want {
			continue
		}
		h := last.HiddenCalls[kharg]
		if h.Fit != 1 || h.TMinH < 85 || h.TMinH > 115 {
			t.Errorf("%s: got %+v, want a fit of 1 at 90 to 107 h from gate to gate", tc.name, h)
		}
		if h.Earliest.Before(at(24)) || h.Latest.After(at(tc.on)) || h.Latest.Sub(h.Earliest) < 24*time.Hour {
			t.Errorf("%s: window got %s to %s", tc.name, h.Earliest, h.Latest)
		}
	}
}

func TestSilencesOfMonthsListNoCalls(t *testing.T) {
	b := newBench(t)
	s := ends(silent(tanker, 24), 24+24*91, 56.9, 25.6)
	e := b.describe(s, s.On.Time, s.On.Time.Sub(s.Off.Time))
	if n := len(details(e).HiddenCalls); n != 0 {
		t.Errorf("91 days: got %d calls, want none", n)
	}
}

func TestHiddenCallsNeedASailedTrack(t *testing.T) {
	b := newBench(t)
	s := silent(tanker, 24)
	got := b.walk(24, 200, tick(s, 25), tick(ends(s, 144, 120.3, 36.0), 144))
	if d := details(got[len(got)-1]); d.Feasibility <= 1.1 || len(d.HiddenCalls) != 0 {
		t.Errorf("from Fujairah to Qingdao in five days: feasibility %v, calls %v; want above 1.1 and none", d.Feasibility, d.HiddenCalls)
	}
}

func TestLateDataRevises(t *testing.T) {
	restate := func(s *track.Silence, why string, h float64) *track.Silence {
		c := *s
		c.Restated, c.Why, c.Tick = true, why, grid(h)
		return &c
	}
	open := silent(tanker, 24)
	split := ends(open, 27, 56.9, 25.6)
	moved := *open
	moved.Off = fix(26, 56.95, 25.6)
	longer := ends(open, 60, 56.9, 25.6)
	for _, tc := range []struct {
		name  string
		facts []track.Fact
		want  []string
	}{
		{"heard three hours in", []track.Fact{tick(open, 25), restate(split, "heard late: 1 fix", 40)}, []string{"1 open", "2 retracted"}},
		{"told twice", []track.Fact{tick(open, 25), restate(split, "heard late: 1 fix", 40), restate(split, "heard late: 2 fixes", 41)}, []string{"1 open", "2 retracted"}},
		{"began two hours later", []track.Fact{tick(open, 25), restate(&moved, "heard late: 1 fix", 40)}, []string{"1 open", "2 retracted", "1 open"}},
		{"the same again", []track.Fact{tick(open, 25), tick(longer, 60), restate(longer, "heard late: 1 copy", 61)}, []string{"1 open", "2 closed"}},
		{"beyond the horizon", []track.Fact{tick(open, 25), tick(longer, 60), restate(ends(open, 59, 56.9, 25.6), "heard late", 120)}, []string{"1 open", "2 closed", "1 closed"}},
	} {
		b := newBench(t)
		for i, f := range tc.facts { // facts are shared between cases
			c := *f.(*track.Silence)
			tc.facts[i] = &c
		}
		var got []string
		events := b.walk(24, 130, tc.facts...)
		for _, e := range events {
			got = append(got, fmt.Sprint(e.Version, " ", e.Status))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestMovedStartNamesItsSuccessor(t *testing.T) {
	b := newBench(t)
	open := silent(tanker, 24)
	moved := *open
	moved.Off, moved.Restated, moved.Why = fix(26, 56.95, 25.6), true, "heard late: 14 fixes"
	got := b.walk(24, 45, tick(open, 25), tick(&moved, 40))
	if len(got) != 3 || got[1].SupersededBy == nil || *got[1].SupersededBy != got[2].ID || got[1].Probability != 0 {
		t.Fatalf("got %+v, want the first superseded by the third", got)
	}
	if got[1].Why != "heard late: 14 fixes" {
		t.Errorf("why: got %q", got[1].Why)
	}
}

// TestOrderWithinATickDoesNotMatter shuffles the facts of many ships within each tick.
func TestOrderWithinATickDoesNotMatter(t *testing.T) {
	run := func(seed uint64) string {
		b := newBench(t)
		var facts []track.Fact
		for i := range 40 {
			m := vessel.MMSI(620999100 + i)
			s := tick(silent(m, 24+float64(i%3)), 30)
			facts = append(facts, s, tick(ends(s, 50, 56.9, 25.6), 50))
		}
		random := rand.New(rand.NewPCG(seed, 1))
		random.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		out, err := json.Marshal(b.walk(24, 60, facts...))
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	first := run(1)
	if second := run(2); first != second || len(first) < 1000 {
		t.Errorf("two orders give two outputs, of %d and %d bytes", len(first), len(second))
	}
}

func TestControlsAreCounted(t *testing.T) {
	b := newBench(t)
	b.Reception(ears{t: t})
	got := b.walk(24, 40, tick(silent(tanker, 24), 25))
	if d := details(got[0]); d.ControlsHeard == nil || *d.ControlsHeard != 17 {
		t.Errorf("got %v, want 17", d.ControlsHeard)
	}
}

func TestMemoryIsReturned(t *testing.T) {
	b := newBench(t)
	s := silent(tanker, 24)
	b.walk(24, 120, tick(s, 25), tick(ends(s, 50, 56.9, 25.6), 50))
	if len(b.silences) != 0 || len(b.due) != 0 || len(b.done) != 0 {
		t.Errorf("after the horizon: got %d silences, %d due, %d done, want none", len(b.silences), len(b.due), len(b.done))
	}
}

func TestASilenceIsKeptAsLongAsAFalsePositionOfItsEndsLasts(t *testing.T) {
	b := newBench(t)
	lasting := event.Event{ID: "false-1", Kind: event.FalsePosition, Status: event.Open, Probability: 0.9, Start: at(20), Vessels: []event.Vessel{{MMSI: tanker}},
		Details: event.FalsePositionDetails{}}
	s := silent(tanker, 24)
	b.walk(24, 51, tick(s, 25), tick(ends(s, 50, 56.9, 25.6), 50))
	b.Hear(lasting)
	b.walk(51, 200)
	if len(b.silences) != 1 {
		t.Fatalf("got %d silences while the claim lasts, want it kept: the claim may be taken back", len(b.silences))
	}
	lasting.Status, lasting.Version = event.Retracted, 2
	b.Hear(lasting)
	if out := b.walk(200, 201); len(out) == 0 || out[0].Kind != event.Gap || out[0].Version < 2 {
		t.Errorf("got %v, want the silence told anew", out)
	}
	b.walk(201, 320)
	if len(b.silences) != 0 || len(b.done) != 0 {
		t.Errorf("after the horizon: got %d silences, %d done, want none", len(b.silences), len(b.done))
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	err := Options{}.Validate()
	if err == nil || !strings.Contains(err.Error(), "gap.candidate") || !strings.Contains(err.Error(), "gap.horizon") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}

func BenchmarkSilences(b *testing.B) {
	w := newBench(b)
	told := 0
	n := 0
	for b.Loop() {
		h := 24 + float64(n)*8
		s := silent(tanker, h)
		w.Observe(tick(s, h+1))
		told += len(w.Advance(at(h + 7)))
		w.Observe(tick(ends(s, h+7, 56.9, 25.6), h+7))
		told += len(w.Advance(at(h + 7.5)))
		n++
	}
	if told != 2*n {
		b.Fatalf("got %d versions, want %d", told, 2*n)
	}
}

// ears answer as they are told.
type ears struct {
	t      testing.TB
	answer coverage.Answer
	lost   float64 // chance on ways of one path only: out of the Gulf
	asked  *[]coverage.Path
}

func (e ears) HeardIn(cell int32, from, _ time.Time) int {
	if place.Cell(cell) != place.CellOf(geo.PointFromDegrees(56.9, 25.6)) || !from.Equal(at(24)) {
		e.t.Errorf("asked for cell %d from %s", cell, from)
	}
	return 17
}

func (e ears) Chance(_ uint32, _ time.Time, paths []coverage.Path) coverage.Answer {
	a := e.answer
	if len(paths) == 1 {
		a.P0, a.Raw = e.lost, e.lost
	} else if e.asked != nil {
		*e.asked = paths
	}
	return a
}

// answerKnown is where hardly a control is missed.
var answerKnown = coverage.Answer{Known: true, P0: 1e-5, Floor: 1e-5, DayHours: 20, Controls: 12, Heard: 70, Expected: 71.5}

// TestReceptionDecides: what could be heard tells a ship that hid from one that was out of earshot.
func TestReceptionDecides(t *testing.T) {
	heard := answerKnown
	for _, tc := range []struct {
		name  string
		edit  func(a *coverage.Answer, e *ears)
		first event.Cause
		off   [2]float64
	}{
		{"well heard all round", func(*coverage.Answer, *ears) {}, event.SwitchedOff, [2]float64{0.65, 0.8}},
		{"nobody is heard there", func(a *coverage.Answer, _ *ears) { a.P0 = 1 }, event.Unknown, [2]float64{0, 0.01}},
		{"likelier missed, but not by far", func(a *coverage.Answer, _ *ears) { a.P0 = 2e-4 }, event.NotReceived, [2]float64{0.2, 0.4}},
		{"missed by far: cannot be told", func(a *coverage.Answer, _ *ears) { a.P0 = 5e-4 }, event.Unknown, [2]float64{0.05, 0.12}},
		{"too few controls", func(a *coverage.Answer, _ *ears) { a.Known = false }, event.Unknown, [2]float64{0.35, 0.45}},
		{"out of the Gulf unheard", func(_ *coverage.Answer, e *ears) { e.lost = 1 }, event.LeftArea, [2]float64{0, 0.05}},
	} {
		b := newBench(t)
		b.weights = byRates
		e := ears{t: t, answer: heard}
		tc.edit(&e.answer, &e)
		b.Reception(e)
		got := b.walk(24, 49, tick(silent(tanker, 24), 25)) // to the close of a day
		if len(got) == 0 {
			t.Fatalf("%s: got no gap", tc.name)
		}
		got = got[len(got)-1:]
		if c := got[0].Explanations[0].Cause; c != tc.first {
			t.Errorf("%s: got %v, want %s first", tc.name, got[0].Explanations, tc.first)
		}
		if p := got[0].Probability; p < tc.off[0] || p > tc.off[1] {
			t.Errorf("%s: switched off got %v, want %v", tc.name, p, tc.off)
		}
		r := details(got[0]).Reception
		if r == nil || r.Controls != 12 || r.Paths < 3 || r.Paths > 12 {
			t.Errorf("%s: details got %+v, want 12 controls and 3 to 12 ways", tc.name, r)
		}
	}
}

// TestWaysOfAShip: their weights add up, each has a step an hour, and those of a ship that was heard again end near there.
func TestWaysOfAShip(t *testing.T) {
	for _, tc := range []struct {
		name  string
		on    float64
		speed geo.Knots
		steps int
	}{
		{"still silent, under way", 0, 12, 9},
		{"still silent, at rest", 0, 0, 9},
		{"heard again", 44, 12, 19},
		{"heard again after a week", 24 + 168, 12, 48},
	} {
		b := newBench(t)
		var paths []coverage.Path
		b.Reception(ears{t: t, asked: &paths})
		s := silent(tanker, 24)
		s.Off.SOG = tc.speed
		if tc.on > 0 {
			s = ends(s, tc.on, 57.5, 25.2)
		}
		length := at(max(34, tc.on)).Sub(s.Off.Time)
		b.describe(s, at(34), length)
		sum := 0.0
		for i, p := range paths {
			sum += p.Weight
			if len(p.Steps) != tc.steps {
				t.Errorf("%s: way %d got %d steps, want %d", tc.name, i, len(p.Steps), tc.steps)
				continue
			}
			if end := p.Steps[len(p.Steps)-1].Position; tc.on > 0 && geo.DistanceExact(end, s.On.Position) > 50*geo.NauticalMile {
				t.Errorf("%s: way %d ends at %v", tc.name, i, end)
			}
		}
		if sum < 0.7 || sum > 1.0001 {
			t.Errorf("%s: weights add up to %v", tc.name, sum)
		}
	}
}

// TestDaysCloseJudgesAgain: the verdict follows what is learned later, once a day and only if it moved.
func TestDaysCloseJudgesAgain(t *testing.T) {
	b := newBench(t)
	b.weights = byRates
	e := ears{t: t, answer: coverage.Answer{Known: true, P0: 1e-5, DayHours: 20}}
	b.Reception(e)
	first := b.walk(24, 47, tick(silent(tanker, 24), 25))
	if len(first) != 1 {
		t.Fatalf("got %d versions, want 1", len(first))
	}
	if again := b.walk(47.25, 49); len(again) != 0 {
		t.Errorf("nothing new: got %v", again)
	}
	e.answer.P0 = 0.5
	b.Reception(e)
	again := b.walk(49.25, 73)
	if len(again) != 1 || !again[0].Watermark.Equal(at(72)) || again[0].Version != 2 || again[0].Probability > 0.1 {
		t.Errorf("others were missed too: got %+v, want a second version at midnight", again)
	}
}

// TestSailedAway: a ship that was last heard passing the way out of the Gulf of Oman has left what is heard; one that
// came back in, or fell silent long after, has not.
func TestSailedAway(t *testing.T) {
	pass := func(h float64, gate string, outbound bool) event.Event {
		return event.Event{Kind: event.Transit, Status: event.Closed, Start: at(h), Vessels: []event.Vessel{{MMSI: tanker}},
			Details: event.TransitDetails{Gate: gate, Outbound: outbound}}
	}
	for _, tc := range []struct {
		name  string
		heard []event.Event
		want  bool
	}{
		{"never near a gate", nil, false},
		{"out, then silent", []event.Event{pass(20, wayOut, true)}, true},
		{"out and in again", []event.Event{pass(10, wayOut, true), pass(20, wayOut, false)}, false},
		{"out of Hormuz only", []event.Event{pass(20, "HORMUZ_OUTER", true)}, false},
		{"out long before", []event.Event{pass(24-73, wayOut, true)}, false},
	} {
		b := newBench(t)
		for _, e := range tc.heard {
			b.Hear(e)
		}
		got := b.walk(24, 60, tick(silent(tanker, 24), 25))
		if len(got) != 1 {
			t.Fatalf("%s: got %d events, want 1", tc.name, len(got))
		}
		if left := event.Probability(got[0].Explanations, event.LeftArea); (left > 0.5) != tc.want {
			t.Errorf("%s: left_area got %.2f, want above a half: %v", tc.name, left, tc.want)
		}
	}
}

// TestOutageKnownLater: an outage is often known only long after the silences inside it were told. They are judged again.
func TestOutageKnownLater(t *testing.T) {
	b := newBench(t)
	first := b.walk(24, 40, tick(silent(tanker, 24), 25))
	if len(first) != 1 {
		t.Fatalf("got %d events, want the open gap", len(first))
	}
	b.Hear(event.Event{ID: "outage-1", Kind: event.Outage, Status: event.Open, Start: at(24), Details: event.OutageDetails{Source: "feed"}})
	b.Hear(event.Event{ID: "outage-2", Kind: event.Outage, Status: event.Open, Start: at(24), Details: event.OutageDetails{Source: "another feed"}})
	again := b.walk(40.1, 41)
	if len(again) != 1 || again[0].ID != first[0].ID || again[0].Version != 2 || again[0].Why == first[0].Why {
		t.Fatalf("got %v, want a second version of %s that says why", again, first[0].ID)
	}
	before, after := event.Probability(first[0].Explanations, event.FeedOutage), event.Probability(again[0].Explanations, event.FeedOutage)
	if before != 0 || after < 0.9 {
		t.Errorf("feed_outage got %.2f, then %.2f, want 0, then 0.95", before, after)
	}
}
