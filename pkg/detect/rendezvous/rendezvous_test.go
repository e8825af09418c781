package rendezvous

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

// openSea is a place far from every entry of the gazetteer.
var openSea = geo.PointFromDegrees(64.0, 18.0)

const (
	mother   vessel.MMSI = 620999001
	daughter vessel.MMSI = 620999002
	third    vessel.MMSI = 620999003
)

// Hulls of the reference classes; antennas stand aft as on most tankers.
var (
	vlccHull    = geo.Hull{Bow: 283, Stern: 50, Port: 30, Starboard: 30}
	suezmaxHull = geo.Hull{Bow: 234, Stern: 40, Port: 24, Starboard: 24}
	bunkerHull  = geo.Hull{Bow: 80, Stern: 20, Port: 8, Starboard: 8}
)

// stage is a detector with the world it needs and the ships that act on it.
type stage struct {
	*Detector
	fleet *vessel.Fleet
	t     testing.TB
	each  func(tick time.Time) // before the facts of a tick; may be nil
}

func newStage(t testing.TB) stage {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	fleet := vessel.NewFleet()
	s := stage{Detector: New(Defaults(), fleet, places, nil), fleet: fleet, t: t}
	s.launch(mother, 80, vlccHull)
	s.launch(daughter, 80, suezmaxHull)
	return s
}

func (s stage) launch(m vessel.MMSI, shipType uint8, h geo.Hull) {
	s.fleet.Update(vessel.Particulars{MMSI: m, ShipType: shipType, HasHull: h.Length() > 0, Hull: h})
}

// actor says where a ship is and where she points at an hour; ok is false when she is not there.
type actor struct {
	mmsi   vessel.MMSI
	every  time.Duration // between fixes
	phase  time.Duration // of the first
	silent func(h float64) bool
	coarse bool
	onLand bool
	nohdg  bool
	pose   func(h float64) (p geo.Point, heading geo.Degrees, sog geo.Knots, cog geo.Degrees)
	jitter float64 // metres of position noise
}

func (a actor) fix(t time.Time, random *rand.Rand) *track.Fix {
	p, heading, sog, cog := a.pose(t.Sub(day0).Hours())
	if a.jitter > 0 {
		p = geo.Destination(p, geo.Degrees(random.Float64()*360), geo.Metres(math.Abs(random.NormFloat64())*a.jitter))
	}
	f := &track.Fix{Time: t, Position: p, Has: ais.HasSOG | ais.HasCOG | ais.HasHeading, SOG: sog, COG: cog, Heading: heading,
		Coarse: a.coarse, OnLand: a.onLand, Source: "feed", Offset: t.Unix()*10 + int64(a.mmsi%10), Raw: fmt.Sprintf("!AIVDM,%s,%d", a.mmsi, t.Unix())}
	if a.nohdg {
		f.Has &^= ais.HasHeading
	}
	return f
}

// samples lists what stage A would emit for a ship between two hours: one sample a bin.
func (a actor) samples(from, to float64) []track.Fact {
	random := rand.New(rand.NewPCG(uint64(a.mmsi), 9))
	var fixes []*track.Fix
	for t := at(from).Add(a.phase); !t.After(at(to)); t = t.Add(a.every) {
		if a.silent == nil || !a.silent(t.Sub(day0).Hours()) {
			fixes = append(fixes, a.fix(t, random))
		}
	}
	var out []track.Fact
	for i := 1; i < len(fixes); i++ {
		before, after := fixes[i-1], fixes[i]
		if after.Time.Sub(before.Time) >= time.Hour {
			out = append(out, &track.Silence{Header: track.Header{Tick: after.Time.Add(track.Grid - 1).Truncate(track.Grid), MMSI: a.mmsi, Start: before.Time},
				Off: *before, On: after, Place: place.NoPlace, OnPlace: place.NoPlace})
		}
		first := before.Time.Add(track.Grid - 1).Truncate(track.Grid)
		for bin := first; bin.Before(after.Time) && after.Time.Sub(before.Time) <= time.Hour; bin = bin.Add(track.Grid) {
			f := bin.Sub(before.Time).Seconds() / after.Time.Sub(before.Time).Seconds()
			out = append(out, &track.Sample{
				Header: track.Header{Tick: after.Time.Add(track.Grid - 1).Truncate(track.Grid), MMSI: a.mmsi, Segment: day0, Start: bin},
				Bin:    bin, Position: geo.Interpolate(before.Position, after.Position, f), Has: before.Has, SOG: before.SOG, COG: before.COG,
				Heading: before.Heading, OnLand: a.onLand, Before: before, After: after, Place: place.NoPlace,
			})
		}
	}
	return out
}

// play runs actors on the stage and returns every version told, with 20 hours to spare.
func (s stage) play(from, to float64, actors ...actor) []event.Event {
	s.t.Helper()
	byTick := map[time.Time][]track.Fact{}
	for _, a := range actors {
		for _, f := range a.samples(from, to) {
			byTick[f.Head().Tick] = append(byTick[f.Head().Tick], f)
		}
	}
	var out []event.Event
	for tick := at(from); !tick.After(at(to + 20)); tick = tick.Add(track.Grid) {
		if s.each != nil {
			s.each(tick)
		}
		for _, f := range byTick[tick] {
			s.Observe(f)
		}
		out = append(out, s.Advance(tick)...)
	}
	return out
}

// anchored is a ship at rest whose bow points to heading.
func anchored(m vessel.MMSI, p geo.Point, heading geo.Degrees) actor {
	return actor{mmsi: m, every: 3 * time.Minute, pose: func(float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) { return p, heading, 0.1, 0 }}
}

// swinging is a ship at anchor that turns with the tide: 90° to and fro in 12 h.
func swinging(m vessel.MMSI, anchor geo.Point, radius geo.Metres) actor {
	return actor{mmsi: m, every: 3 * time.Minute, pose: func(h float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) {
		heading := geo.Degrees(180 + 45*math.Sin(h*math.Pi/6))
		return geo.Destination(anchor, heading+180, radius), heading, 0.2, heading
	}}
}

// alongside places a second ship beside a first: the antenna abeam to starboard by the half beams and a fender.
func alongside(m vessel.MMSI, of actor, abeam geo.Metres, turned geo.Degrees) actor {
	b := of
	b.mmsi = m
	b.phase = 70 * time.Second
	b.pose = func(h float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) {
		p, heading, sog, cog := of.pose(h)
		return geo.Destination(p, heading+90, abeam), heading + turned, sog, cog
	}
	return b
}

// moored is the abeam distance of two antennas with 4 m of fenders between VLCC and Suezmax.
const moored = 30 + 24 + 4

// present limits a ship's fixes to a time.
func present(a actor, from, to float64) actor {
	a.silent = func(h float64) bool { return h < from || h > to }
	return a
}

func TestRendezvousTraps(t *testing.T) {
	far := func(m geo.Metres) geo.Point { return geo.Destination(openSea, 90, m) }
	for _, tc := range []struct {
		name   string
		launch func(s stage)
		actors []actor
		want   string // kinds of version: status by status, empty for none
		first  event.Cause
		least  float64
		most   float64
	}{
		{name: "twenty hours alongside", actors: []actor{swinging(mother, openSea, 300), present(alongside(daughter, swinging(mother, openSea, 300), moored, 0), 5, 27)},
			want: "open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "with the noise of real receivers", actors: []actor{noisy(anchored(mother, openSea, 20)), present(noisy(alongside(daughter, anchored(mother, openSea, 20), moored, 0)), 5, 27)},
			want: "open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "anchored neighbours 300 m apart", actors: []actor{swinging(mother, openSea, 300), swinging(daughter, far(360), 250)}, want: ""},
		{name: "neighbours 150 m apart in the same wind", actors: []actor{swinging(mother, openSea, 300), swinging(daughter, far(210), 300)}, want: ""},
		{name: "two tankers passing in the lane", actors: []actor{under(mother, openSea, 90, 12, 0), under(daughter, far(20_000), 270, 12, 0)}, want: ""},
		{name: "overtaking slowly a cable apart", actors: []actor{under(mother, openSea, 90, 9, 0), under(daughter, geo.Destination(openSea, 0, 300), 90, 9.6, 0)}, want: ""},
		{name: "under way together", actors: []actor{under(mother, openSea, 90, 5, 0), under(daughter, geo.Destination(openSea, 180, moored), 90, 5, 0)},
			want: "open open closed", first: event.CargoTransfer, least: 0.85, most: 1},
		{name: "an hour alongside", actors: []actor{anchored(mother, openSea, 20), present(alongside(daughter, anchored(mother, openSea, 20), moored, 0), 5, 6)}, want: ""},
		{name: "bow to stern", actors: []actor{anchored(mother, openSea, 20), anchored(daughter, geo.Destination(openSea, 20, 283+40+8), 20)},
			want: "open open closed", first: event.CargoTransfer, least: 0, most: 1},
		{name: "touching at right angles", actors: []actor{anchored(mother, openSea, 0), anchored(daughter, geo.Destination(openSea, 90, 30+40+4), 90)}, want: ""},
		{name: "opposite headings are rare", actors: []actor{anchored(mother, openSea, 20), present(alongside(daughter, anchored(mother, openSea, 20), moored, 180), 5, 27)},
			want: "open open closed", first: event.CargoTransfer, least: 0.2, most: 0.9},
		{name: "bunkering", launch: func(s stage) { s.launch(daughter, 80, bunkerHull) },
			actors: []actor{anchored(mother, openSea, 20), present(alongside(daughter, anchored(mother, openSea, 20), 42, 0), 5, 10)},
			want:   "open closed", first: event.Bunkering, least: 0, most: 0.02},
		{name: "a tug", launch: func(s stage) { s.launch(daughter, 52, geo.Hull{Bow: 20, Stern: 12, Port: 5, Starboard: 5}) },
			actors: []actor{anchored(mother, openSea, 20), present(alongside(daughter, anchored(mother, openSea, 20), 39, 0), 5, 10)},
			want:   "open closed", first: event.Service, least: 0, most: 0.02},
		{name: "two container ships", launch: func(s stage) { s.launch(mother, 71, vlccHull); s.launch(daughter, 71, suezmaxHull) },
			actors: []actor{anchored(mother, openSea, 20), alongside(daughter, anchored(mother, openSea, 20), moored, 0)}, want: ""},
		{name: "no dimensions: antennas only", launch: func(s stage) { s.launch(third, 80, geo.Hull{}) },
			actors: []actor{anchored(mother, openSea, 20), present(alongside(third, anchored(mother, openSea, 20), moored, 0), 5, 27)},
			want:   "open open closed", first: event.CargoTransfer, least: 0.2, most: 0.7},
		{name: "no heading: antennas only", actors: []actor{blind(anchored(mother, openSea, 20)), present(blind(alongside(daughter, anchored(mother, openSea, 20), moored, 0)), 5, 27)},
			want: "open open closed", first: event.CargoTransfer, least: 0.3, most: 0.7},
		{name: "message 27 is too coarse", actors: []actor{coarse(anchored(mother, openSea, 20)), alongside(daughter, anchored(mother, openSea, 20), moored, 0)}, want: ""},
		{name: "both at one point on land", actors: []actor{ashore(anchored(mother, openSea, 20)), ashore(anchored(daughter, openSea, 20))}, want: ""},
		{name: "both displaced to one point at sea", actors: []actor{anchored(mother, openSea, 20), anchored(daughter, openSea, 20)}, want: ""},
		{name: "two radios without dimensions on one hull", launch: func(s stage) { s.launch(third, 80, geo.Hull{}) },
			actors: []actor{anchored(mother, openSea, 20), anchored(third, openSea, 20)}, want: ""},
		{name: "a fix every half hour is not enough for hulls", actors: []actor{rare(anchored(mother, openSea, 20)), present(rare(alongside(daughter, anchored(mother, openSea, 20), moored, 0)), 5, 27)},
			want: "open open closed", first: event.CargoTransfer, least: 0, most: 1},
		{name: "a hole of 25 minutes", actors: []actor{anchored(mother, openSea, 20), holes(alongside(daughter, anchored(mother, openSea, 20), moored, 0), 5, 27, 10, 10.4)},
			want: "open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "a break of three hours is merged", actors: []actor{anchored(mother, openSea, 20), holes(alongside(daughter, anchored(mother, openSea, 20), moored, 0), 5, 27, 10, 13)},
			want: "open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "a break of five hours in hearing one of them", actors: []actor{anchored(mother, openSea, 20), holes(alongside(daughter, anchored(mother, openSea, 20), moored, 0), 5, 27, 10, 15)},
			want: "open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "apart for five hours", actors: []actor{anchored(mother, openSea, 20), then(then(alongside(daughter, anchored(mother, openSea, 20), moored, 0), anchored(daughter, far(5000), 20), 10), alongside(daughter, anchored(mother, openSea, 20), moored, 0), 15)},
			want: "open open closed open open closed", first: event.CargoTransfer, least: 0.9, most: 1},
		{name: "first neighbours at anchor, then alongside", actors: []actor{anchored(mother, openSea, 20), then(anchored(daughter, far(420), 20), alongside(daughter, anchored(mother, openSea, 20), moored, 0), 20)},
			want: "open open closed", first: event.CargoTransfer, least: 0.85, most: 1},
	} {
		s := newStage(t)
		if tc.launch != nil {
			tc.launch(s)
		}
		var got []string
		events := s.play(0, 40, tc.actors...)
		for _, e := range events {
			got = append(got, string(e.Status))
		}
		if g := strings.Join(got, " "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
			continue
		}
		if tc.want == "" {
			continue
		}
		last := events[len(events)-1]
		if last.Explanations[0].Cause != tc.first || last.Probability < tc.least || last.Probability > tc.most {
			t.Errorf("%s: got %v, want %s first and cargo in %g to %g", tc.name, last.Explanations, tc.first, tc.least, tc.most)
		}
	}
}

// TestShipsHeardOnlyNowAndThen finds meetings of which satellites saw a fix now and then, and none between ships that were
// heard as seldom and lay at anchors of their own.
func TestShipsHeardOnlyNowAndThen(t *testing.T) {
	seldom := func(a actor, every, phase time.Duration) actor { a.every, a.phase = every, phase; return a }
	m := swinging(mother, openSea, 300)
	tied := alongside(daughter, m, moored, 0)
	beside := swinging(daughter, geo.Destination(openSea, 90, 900), 250)
	for _, tc := range []struct {
		name      string
		daughter  actor
		gap, skew time.Duration
		least     int // meetings
		most      float64
	}{
		{"in the same passes", tied, 100 * time.Minute, 2 * time.Minute, 1, 0.7},
		{"in turns", tied, 100 * time.Minute, 50 * time.Minute, 1, 0.7},
		{"in turns, many hours apart", tied, 7 * time.Hour, 3 * time.Hour, 1, 0.7},
		{"in passes with a day between them", tied, 25 * time.Hour, 2 * time.Minute, 0, 0},
		{"neighbours at anchor in the same passes", beside, 100 * time.Minute, 2 * time.Minute, 0, 0},
		{"neighbours at anchor in turns", beside, 100 * time.Minute, 50 * time.Minute, 0, 0},
	} {
		s := newStage(t)
		events := s.play(0, 60, seldom(m, tc.gap, time.Minute), seldom(tc.daughter, tc.gap, time.Minute+tc.skew))
		ids := map[string]bool{}
		for _, e := range events {
			ids[e.ID] = true
			if e.Probability > tc.most {
				t.Errorf("%s: cargo is said at %.2f, want %.2f at most: the ships were not followed", tc.name, e.Probability, tc.most)
			}
		}
		if len(ids) != tc.least {
			t.Errorf("%s: got %d meetings, want %d", tc.name, len(ids), tc.least)
		}
	}
}

// TestLateReportsReviseAMeeting lets a ship's fixes come a day late and put her elsewhere: all the while, or from some
// hour on.
func TestLateReportsReviseAMeeting(t *testing.T) {
	for _, tc := range []struct {
		name     string
		from, to float64 // late fixes
		away     geo.Metres
		want     string
		end      float64
	}{
		{"where she was", 5, 27, 0, "", 0},
		{"elsewhere all the while", 5, 27, 20_000, "retracted", 0},
		{"elsewhere at the end", 20, 27, 20_000, "closed", 20},
		{"elsewhere for an hour", 10, 11, 20_000, "", 0},
	} {
		s := newStage(t)
		m := anchored(mother, openSea, 20)
		events := s.play(0, 30, m, present(alongside(daughter, m, moored, 0), 5, 27))
		before := events[len(events)-1]
		late := anchored(daughter, geo.Destination(geo.Destination(openSea, 110, moored), 90, tc.away), 20)
		for _, f := range late.samples(tc.from, tc.to) {
			f.Head().Tick = at(51)
			s.Observe(f)
		}
		after := s.Advance(at(51))
		if tc.want == "" {
			if len(after) != 0 {
				t.Errorf("%s: got %s, %q; want nothing new", tc.name, after[0].Status, after[0].Why)
			}
			continue
		}
		if len(after) != 1 || string(after[0].Status) != tc.want || after[0].ID != before.ID || after[0].Version != before.Version+1 {
			t.Errorf("%s: got %v, want the next version to be %s", tc.name, after, tc.want)
			continue
		}
		if tc.end > 0 && after[0].End.Sub(at(tc.end)).Abs() > 10*time.Minute {
			t.Errorf("%s: got the end at %v, want %v", tc.name, after[0].End, at(tc.end))
		}
	}
}

func noisy(a actor) actor  { a.jitter = 6; return a }
func blind(a actor) actor  { a.nohdg = true; return a }
func coarse(a actor) actor { a.coarse = true; return a }
func ashore(a actor) actor { a.onLand = true; return a }
func rare(a actor) actor   { a.every, a.phase = 29*time.Minute, a.phase*5; return a }

// under is a ship under way that was at p at hour 0.
func under(m vessel.MMSI, p geo.Point, course geo.Degrees, speed geo.Knots, _ float64) actor {
	return actor{mmsi: m, every: 3 * time.Minute, pose: func(h float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) {
		return geo.Destination(p, course, geo.Metres(float64(speed)*h)*geo.NauticalMile), course, speed, course
	}}
}

// holes is a ship that is heard from one hour to another, but not in a hole.
func holes(a actor, from, to, hole, end float64) actor {
	a.silent = func(h float64) bool { return h < from || h > to || h > hole && h < end }
	return a
}

// then is a ship that plays one part up to an hour and another after it.
func then(a, b actor, h float64) actor {
	first, second := a.pose, b.pose
	b.pose = func(now float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) {
		if now < h {
			return first(now)
		}
		return second(now)
	}
	return b
}

func TestStartAndEndAreThoseOfTheRun(t *testing.T) {
	s := newStage(t)
	events := s.play(0, 60, swinging(mother, openSea, 300), present(alongside(daughter, swinging(mother, openSea, 300), moored, 0), 20, 40))
	last := events[len(events)-1]
	if d := last.Start.Sub(at(20)); d < 0 || d > 10*time.Minute {
		t.Errorf("start: got %s, want 20 h (midnight in between cuts nothing)", last.Start)
	}
	if d := at(40).Sub(*last.End); d < 0 || d > 10*time.Minute {
		t.Errorf("end: got %s, want 40 h", last.End)
	}
	d := last.Details.(event.RendezvousDetails)
	if d.AntennaOnly || d.MedianGapM < 0 || d.MedianGapM > 10 || d.ShareClose < 0.99 || math.Abs(d.DurationH-20) > 0.2 {
		t.Errorf("details: got %+v, want 20 h at about 4 m", d)
	}
	for _, r := range d.Tested() {
		if !r.Passed {
			t.Errorf("rule %+v: want passed", r)
		}
	}
	for i, e := range events {
		if e.ID != events[0].ID || e.Version != i+1 {
			t.Errorf("version %d: got id %s and version %d, want one id", i, e.ID, e.Version)
		}
	}
	if n := len(last.Evidence.Sentences); n != 24 {
		t.Errorf("evidence: got %d sentences, want 24", n)
	}
}

// TestCellEdgesAndTheDateLine moves one and the same transfer over the Earth.
// TestNobodyListening: a meeting goes on through an outage, and where a ship came or left in one it is put in the middle, but
// no longer than halfway to the longest transfer.
func TestNobodyListening(t *testing.T) {
	tied := alongside(daughter, anchored(mother, openSea, 20), moored, 0)
	roads := geo.Destination(openSea, 90, 40_000)
	comes := func(from, to float64) actor { // and lies elsewhere before and after
		a := tied
		a.pose = func(h float64) (geo.Point, geo.Degrees, geo.Knots, geo.Degrees) {
			if h < from || h > to {
				return roads, 20, 0.1, 0
			}
			return tied.pose(h)
		}
		return a
	}
	for _, tc := range []struct {
		name       string
		from, to   float64 // of the meeting
		off, on    float64 // of the outage
		quiet      bool    // no outage is told
		start, end float64
		count      int
		longest    float64
	}{
		{name: "tied before and after", from: 5, to: 45, off: 12, on: 40, start: 5, end: 45, count: 1},
		{name: "and no outage was told", from: 5, to: 45, off: 12, on: 40, quiet: true, start: 5, end: 12, count: 2},
		{name: "left in it", from: 5, to: 30, off: 12, on: 40, start: 5, end: 26, count: 1, longest: 35},
		{name: "left in a long one", from: 5, to: 30, off: 12, on: 80, start: 5, end: 12 + 29.5, count: 1, longest: 75},
		{name: "came in it", from: 25, to: 47, off: 12, on: 40, start: 26, end: 47, count: 1, longest: 35},
		{name: "came and left in the open", from: 5, to: 30, off: 36, on: 40, start: 5, end: 30, count: 1},
	} {
		s := newStage(t)
		hole := func(h float64) bool { return h > tc.off && h < tc.on }
		host, guest := anchored(mother, openSea, 20), comes(tc.from, tc.to)
		host.silent, guest.silent = hole, hole
		var got []event.Event
		told := map[string]event.Event{}
		s.each = func(tick time.Time) {
			e := event.Event{ID: "outage-1", Kind: event.Outage, Status: event.Open, Start: at(tc.off), Watermark: tick, Details: event.OutageDetails{Source: "feed"}}
			if tick.Equal(at(tc.off+1)) && !tc.quiet {
				s.Hear(e)
			}
			if end := at(tc.on); tick.Equal(end) && !tc.quiet {
				e.Status, e.End = event.Closed, &end
				s.Hear(e)
			}
		}
		got = s.play(0, tc.on+24, host, guest)
		var first *event.Event
		for _, e := range got {
			told[e.ID] = e
			if first == nil || e.ID == first.ID {
				first = &e
			}
		}
		if len(told) != tc.count || first == nil || first.End == nil {
			t.Errorf("%s: got %d meetings, want %d: %s", tc.name, len(told), tc.count, strings.Join(slices.Sorted(maps.Keys(told)), " "))
			continue
		}
		d := first.Details.(event.RendezvousDetails)
		if first.Start.Sub(at(tc.start)).Abs() > 10*time.Minute || first.End.Sub(at(tc.end)).Abs() > 10*time.Minute || math.Abs(d.LongestH-tc.longest) > 0.3 {
			t.Errorf("%s: got %s to %s, at most %.1f h, want %s to %s and %.1f", tc.name, first.Start, first.End, d.LongestH, at(tc.start), at(tc.end), tc.longest)
		}
	}
}

func TestCellEdgesAndTheDateLine(t *testing.T) {
	for _, tc := range []struct {
		name string
		at   geo.Point
	}{
		{"in the middle of nowhere", openSea},
		{"on a meridian of the grid", geo.PointFromDegrees(64.25, 18.25)},
		{"on the equator at Greenwich", geo.PointFromDegrees(0, 0)},
		{"on the date line", geo.PointFromDegrees(179.9998, 18)},
		{"west of the date line", geo.PointFromDegrees(-179.9999, -40)},
		{"far north", geo.PointFromDegrees(20, 78)},
	} {
		s := newStage(t)
		m := anchored(mother, tc.at, 0)
		events := s.play(0, 12, m, alongside(daughter, m, moored, 0))
		if len(events) == 0 || events[0].Probability < 0.5 {
			t.Errorf("%s: got %d versions, want a rendezvous", tc.name, len(events))
		}
	}
}

func TestOneMotherTwoDaughters(t *testing.T) {
	s := newStage(t)
	s.launch(third, 80, suezmaxHull)
	m := anchored(mother, openSea, 20)
	port := alongside(third, m, -moored, 0)
	events := s.play(0, 30, m, present(alongside(daughter, m, moored, 0), 2, 20), present(port, 4, 22))
	ids := map[string]bool{}
	for _, e := range events {
		ids[e.ID] = true
		var pair []vessel.MMSI
		for _, v := range e.Vessels {
			pair = append(pair, v.MMSI)
		}
		if !slices.Contains(pair, mother) {
			t.Errorf("got a meeting of %v: the daughters lie on both sides of the mother", pair)
		}
	}
	if len(ids) != 2 {
		t.Errorf("got %d meetings, want 2", len(ids))
	}
}

// TestARaftIsNotKnownToPassCargo lays three tankers side by side, of whose loads nothing is known.
func TestARaftIsNotKnownToPassCargo(t *testing.T) {
	for _, tc := range []struct {
		name  string
		hours float64
		third float64 // hours for which the third is there
		mark  bool    // the daughter's draught rises
		cargo bool
	}{
		{"three for sixty hours", 60, 56, false, false},
		{"three for forty: a mother and her daughters", 40, 36, false, true},
		{"two for sixty hours", 60, 0, false, true},
		{"a third for a while, as bunkering takes", 60, 8, false, true},
		{"three for sixty hours, and one leaves deeper than she came", 60, 56, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStage(t)
			s.launch(third, 80, suezmaxHull)
			m := anchored(mother, openSea, 20)
			if tc.mark {
				s.Hear(event.Event{Kind: event.DraughtChange, Vessels: []event.Vessel{{MMSI: daughter}},
					Details: event.DraughtDetails{BeforeM: 8, AfterM: 16, LastSeen: at(2), FirstSeen: at(tc.hours - 1)}})
			}
			all := []actor{m, present(alongside(daughter, m, moored, 0), 2, tc.hours)}
			if tc.third > 0 {
				all = append(all, present(alongside(third, m, -moored, 0), 2, 2+tc.third))
			}
			p := 0.0
			for _, e := range s.play(0, tc.hours+2, all...) {
				if slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return v.MMSI == daughter }) {
					p = e.Probability
				}
			}
			if (p > 0.5) != tc.cargo || p == 0 {
				t.Errorf("got cargo at %.2f, want it above one half: %v", p, tc.cargo)
			}
		})
	}
}

func TestInAPortItIsTold(t *testing.T) {
	s := newStage(t)
	var berth *place.Place
	for id := range place.ID(s.places.Len()) {
		if p := s.places.At(id); p.Kind == place.Berth && berth == nil {
			berth = p
		}
	}
	m := anchored(mother, berth.Centre, 20)
	events := s.play(0, 30, m, present(alongside(daughter, m, moored, 0), 2, 24))
	if len(events) == 0 {
		t.Fatal("got nothing, want a meeting of berth neighbours")
	}
	last := events[len(events)-1]
	if d := last.Details.(event.RendezvousDetails); !d.InPort || last.Explanations[0].Cause != event.Berthed {
		t.Errorf("got %v, want berth neighbours first, in port", last.Explanations)
	}
}

func draughtEvent(m vessel.MMSI, h float64, before, after geo.Metres) event.Event {
	return event.Event{ID: fmt.Sprint("draught-", m, h), Kind: event.DraughtChange, Status: event.Closed, Start: at(h),
		Vessels: []event.Vessel{{MMSI: m}},
		Details: event.DraughtDetails{BeforeM: before, AfterM: after, LastSeen: at(h - 1), FirstSeen: at(h)}}
}

func TestDraughtsTellWhoGave(t *testing.T) {
	for _, tc := range []struct {
		name           string
		changes        []event.Event
		roleA, roleB   event.Role
		raised, retold bool
	}{
		{"none", nil, event.Party, event.Party, false, false},
		{"both", []event.Event{draughtEvent(mother, 30, 20, 12), draughtEvent(daughter, 31, 8, 16)}, event.Donor, event.Receiver, true, true},
		{"the receiver's alone", []event.Event{draughtEvent(daughter, 31, 8, 16)}, event.Donor, event.Receiver, true, true},
		{"the other way round", []event.Event{draughtEvent(mother, 31, 9, 14)}, event.Receiver, event.Donor, true, true},
		{"two days later", []event.Event{draughtEvent(daughter, 90, 8, 16)}, event.Party, event.Party, false, false},
		{"before they met", []event.Event{draughtEvent(daughter, 3, 8, 16)}, event.Party, event.Party, false, false},
	} {
		s := newStage(t)
		m := anchored(mother, openSea, 20)
		events := s.play(0, 30, m, present(alongside(daughter, m, moored, 0), 5, 27))
		before := events[len(events)-1]
		for _, e := range tc.changes {
			s.Hear(e)
		}
		after := s.Advance(at(43))
		if got := len(after) > 0; got != tc.retold {
			t.Errorf("%s: told anew got %v, want %v", tc.name, got, tc.retold)
			continue
		}
		last := before
		if tc.retold {
			last = after[0]
			if last.ID != before.ID || last.Version != before.Version+1 {
				t.Errorf("%s: got %s version %d after %s version %d", tc.name, last.ID, last.Version, before.ID, before.Version)
			}
		}
		if last.Vessels[0].Role != tc.roleA || last.Vessels[1].Role != tc.roleB {
			t.Errorf("%s: roles got %s and %s, want %s and %s", tc.name, last.Vessels[0].Role, last.Vessels[1].Role, tc.roleA, tc.roleB)
		}
		if got := last.Probability > before.Probability; got != tc.raised {
			t.Errorf("%s: raised got %v (%v to %v), want %v", tc.name, got, before.Probability, last.Probability, tc.raised)
		}
	}
}

// TestSigma compares the error budget with the figures that METHODS gives for interpolation alone.
func TestSigma(t *testing.T) {
	for _, tc := range []struct {
		bracket time.Duration
		missed  float64
	}{{3 * time.Minute, 1.7}, {10 * time.Minute, 19}, {30 * time.Minute, 161}} {
		s := sigma(missedBy(tc.bracket/2, tc.bracket), 0, 0)
		got := math.Sqrt(s*s - 2*25 - 9)
		if math.Abs(got-tc.missed) > 0.06*tc.missed {
			t.Errorf("%s: interpolation errs by %.1f m, want %.1f", tc.bracket, got, tc.missed)
		}
	}
	if got := sigma(missedBy(0, time.Hour), 0, 0); math.Abs(got-math.Sqrt(59)) > 1e-9 {
		t.Errorf("two real fixes: got %.2f m, want 7.68", got)
	}
}

func TestTurnTakesTheShortWay(t *testing.T) {
	for _, tc := range []struct{ from, to, f, want float64 }{
		{350, 10, 0.5, 0}, {10, 350, 0.5, 0}, {0, 90, 0.5, 45}, {359, 1, 0, 359}, {359, 1, 1, 1}, {90, 270, 0, 90},
	} {
		if got := float64(turn(geo.Degrees(tc.from), geo.Degrees(tc.to), tc.f)); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%g to %g at %g: got %g, want %g", tc.from, tc.to, tc.f, got, tc.want)
		}
	}
}

func TestMotionWithoutSpeed(t *testing.T) {
	a := under(mother, openSea, 90, 6, 0)
	f := a.samples(0, 1)[3].(*track.Sample)
	f.Has = 0
	if m := motionOf(f); math.Abs(float64(m.speed)-6) > 0.05 || math.Abs(float64(m.course)-90) > 0.5 {
		t.Errorf("102.3 kn and 360° are no data: got %.2f kn at %.1f°, want the 6 kn and 90° of the track", m.speed, m.course)
	}
}

func TestHistogramMedian(t *testing.T) {
	var h histogram
	if got := h.median(); got != 0 {
		t.Errorf("empty: got %g, want 0", got)
	}
	for i, x := range []float64{-20, 4, 5, 300} {
		h.add(x, []float64{1, 5, 5, 1}[i])
	}
	if got := h.median(); got != 4 {
		t.Errorf("got %g, want 4", got)
	}
}

// TestOrderWithinATickDoesNotMatter plays the same samples forward and shuffled.
func TestOrderWithinATickDoesNotMatter(t *testing.T) {
	play := func(seed uint64) string {
		s := newStage(t)
		m := noisy(anchored(mother, openSea, 20))
		facts := slices.Concat(m.samples(0, 10), noisy(alongside(daughter, m, moored, 0)).samples(0, 10))
		random := rand.New(rand.NewPCG(seed, 1))
		random.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		var out []event.Event
		for tick := at(0); !tick.After(at(20)); tick = tick.Add(track.Grid) {
			for _, f := range facts {
				if f.Head().Tick.Equal(tick) {
					s.Observe(f)
				}
			}
			out = append(out, s.Advance(tick)...)
		}
		b, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := play(1)
	if second := play(2); first != second || len(first) < 1000 {
		t.Errorf("two orders give two outputs, of %d and %d bytes", len(first), len(second))
	}
}

func TestMemoryIsReturned(t *testing.T) {
	s := newStage(t)
	m := anchored(mother, openSea, 20)
	s.play(0, 30, m, present(alongside(daughter, m, moored, 0), 5, 27))
	s.Hear(draughtEvent(daughter, 31, 8, 16))
	s.Advance(at(400))
	if len(s.runs)+len(s.recent)+len(s.bins)+len(s.changes) != 0 {
		t.Errorf("got %d runs, %d recent, %d bins, %d changes, want none", len(s.runs), len(s.recent), len(s.bins), len(s.changes))
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	err := Options{}.Validate()
	if err == nil || !strings.Contains(err.Error(), "rendezvous.hold") || !strings.Contains(err.Error(), "rendezvous.draught") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}
