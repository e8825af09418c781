package trace

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(days float64) time.Time { return noon.Add(time.Duration(days * 24 * float64(time.Hour))) }

const (
	shuttle vessel.MMSI = 620999001 + iota // a Suezmax
	carrier                                // a VLCC
	other                                  // another
)

// sea is a tracer with its fleet, and what it told.
type sea struct {
	*Tracer
	fleet *vessel.Fleet
	told  []event.Event
}

func newSea() *sea {
	f := vessel.NewFleet()
	s := &sea{Tracer: New(lots.Defaults(), f), fleet: f}
	for m, h := range map[vessel.MMSI]geo.Hull{
		shuttle: {Bow: 234, Stern: 40, Port: 24, Starboard: 24}, carrier: {Bow: 283, Stern: 50, Port: 30, Starboard: 30},
		other: {Bow: 283, Stern: 50, Port: 30, Starboard: 30},
	} {
		f.Update(vessel.Particulars{MMSI: m, ShipType: 80, HasHull: true, Hull: h})
	}
	return s
}

// typed is a draught that was typed anew, and the event that tells of it.
func (s *sea) typed(m vessel.MMSI, day float64, before, after geo.Metres) event.Event {
	if s.fleet.About(m).Draughts == nil {
		s.fleet.Mark(m, vessel.DraughtMark{Since: at(day - 30), Draught: before})
	}
	s.fleet.Mark(m, vessel.DraughtMark{Since: at(day), Draught: after})
	return base(fmt.Sprint("draught_change-", m, "-", day), event.DraughtChange, day, day,
		event.DraughtDetails{BeforeM: before, AfterM: after, LastSeen: at(day - 0.1), FirstSeen: at(day)}, m)
}

// hears takes events and advances to a day.
func (s *sea) hears(day float64, events ...event.Event) []event.Event {
	for _, e := range events {
		s.Hear(e)
	}
	out := s.Advance(at(day))
	s.told = append(s.told, out...)
	return out
}

func base(id string, k event.Kind, from, to float64, d event.Details, ships ...vessel.MMSI) event.Event {
	end := at(to)
	e := event.Event{ID: id, Kind: k, Version: 1, Status: event.Closed, Start: at(from), End: &end, Lon: 56.5, Lat: 25.2, Probability: 1, Details: d,
		Evidence: event.Evidence{Refs: []event.Ref{{Source: id, Offset: 1}}, Sentences: []string{"!" + id}, Total: 1}}
	for _, m := range ships {
		e.Vessels = append(e.Vessels, event.Vessel{Role: event.Subject, MMSI: m})
	}
	return e
}

func lifted(id string, m vessel.MMSI, day, q float64, barrels vessel.Barrels) event.Event {
	e := base(id, event.Lift, day-1, day, event.LiftDetails{Route: "direct"}, m)
	e.Probability, e.Barrels = q, &event.Volume{P50: barrels, Mean: barrels}
	return e
}

func met(id string, giver, taker vessel.MMSI, day, r float64) event.Event {
	e := base(id, event.Rendezvous, day-1, day, event.RendezvousDetails{}, taker, giver)
	e.Probability, e.Vessels[0].Role, e.Vessels[1].Role = r, event.Receiver, event.Donor
	return e
}

func called(id string, m vessel.MMSI, from, to float64, kind, country string) event.Event {
	e := base(id, event.PortCall, from, to, event.PortCallDetails{StoppedH: 24 * (to - from)}, m)
	e.Place = &event.Place{Name: "a " + kind, Kind: kind, Country: country}
	return e
}

func retracted(e event.Event) event.Event {
	e.Version, e.Status = e.Version+1, event.Retracted
	return e
}

// tell writes an event in a few words.
func tell(e event.Event) string {
	var parts []string
	line := fmt.Sprintf("%s %s v%d p=%.2f", e.Kind, e.Status, e.Version, e.Probability)
	switch d := e.Details.(type) {
	case event.TransferDetails:
		for _, p := range d.Parts {
			parts = append(parts, fmt.Sprintf("%d/%d", p.Barrels, p.Expected))
		}
		line += fmt.Sprintf(" %s %s", d.Form, strings.Join(parts, "+"))
	case event.DischargeDetails:
		for _, p := range d.Parts {
			parts = append(parts, fmt.Sprintf("%d/%d", p.Barrels, p.Expected))
		}
		line += fmt.Sprintf(" %s %s %s", d.Zone, d.Form, strings.Join(parts, "+"))
	}
	return line
}

func tellAll(events []event.Event) string {
	var lines []string
	for _, e := range events {
		lines = append(lines, tell(e))
	}
	return strings.Join(lines, "\n")
}

func TestOneCargoIsSeenThreeTimesAndCountsOnce(t *testing.T) {
	s := newSea()
	got := s.hears(40, lifted("lift-1", shuttle, 1, 0.9, 1_000_000), s.typed(shuttle, 1, 8.2, 16.6),
		met("rendezvous-1", shuttle, carrier, 6, 0.98), s.typed(shuttle, 6.1, 16.6, 8.2), s.typed(carrier, 6.1, 9.8, 15.6),
		base("transit-1", event.Transit, 8, 8, event.TransitDetails{Gate: "GULF_OF_OMAN_EXIT", Outbound: true}, carrier),
		called("port_call-1", carrier, 30, 32, "discharge", "CN"), s.typed(carrier, 32, 15.6, 9.8))
	if want := "transfer closed v1 p=0.98 whole 980000/882000\ndischarge closed v1 p=0.98 china whole 960400/864360"; tellAll(got) != want {
		t.Errorf("got\n%s\nwant\n%s", tellAll(got), want)
	}
	g := s.Graph()
	if len(g.Lots) != 1 || g.Lots[0].Expected != 900_000 || g.Lots[0].Exited != 882_000 || g.Lots[0].Discharged != 864_360 {
		t.Errorf("got lots %+v: want one, lifted, exited and discharged once", g.Lots)
	}
	for i, want := range [][]string{{"lift-1", "rendezvous-1"}, {"port_call-1"}} {
		var of []string
		for _, r := range got[i].Evidence.Refs {
			of = append(of, r.Source)
		}
		if !slices.Equal(of, want) {
			t.Errorf("%s: evidence of %v, want of %v: what it rests on, and lifts of ships that it names", got[i].Kind, of, want)
		}
	}
	donor := got[0].Vessels[slices.IndexFunc(got[0].Vessels, func(v event.Vessel) bool { return v.Role == event.Donor })]
	if donor.MMSI != shuttle {
		t.Errorf("donor is %s, want %s", donor.MMSI, shuttle)
	}
}

func TestChangesOfMindAreVersions(t *testing.T) {
	lift, meeting := lifted("lift-1", shuttle, 1, 0.9, 1_000_000), met("rendezvous-1", shuttle, carrier, 6, 0.8)
	surer := meeting
	surer.Version, surer.Probability = 2, 0.9
	better := lift
	better.Version, better.Probability = 2, 0.5
	open := retracted(meeting)
	open.Status = event.Open
	for _, tc := range []struct {
		name string
		then event.Event
		want string
	}{
		{"the same again is no news", meeting, ""},
		{"a meeting that is surer", surer, "transfer closed v2 p=0.90 whole 900000/810000"},
		{"a lift whose q changes", better, "transfer closed v2 p=0.80 whole 800000/400000"},
		{"a meeting taken back takes the transfer back", retracted(meeting), "transfer retracted v2 p=0.80 whole 800000/720000"},
		{"a meeting that goes on", open, "transfer retracted v2 p=0.80 whole 800000/720000"},
		{"a lift taken back takes the transfer back", retracted(lift), "transfer retracted v2 p=0.80 whole 800000/720000"},
	} {
		s := newSea()
		if got := s.hears(10, lift, meeting); tellAll(got) != "transfer closed v1 p=0.80 whole 800000/720000" {
			t.Fatalf("%s: first got %s", tc.name, tellAll(got))
		}
		entries := len(s.Journal())
		got := s.hears(11, tc.then)
		if tellAll(got) != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, tellAll(got), tc.want)
		}
		if grown := len(s.Journal()) > entries; grown != (tc.want != "") {
			t.Errorf("%s: the journal grew: %v", tc.name, grown)
		}
		for _, e := range got {
			if e.Why == "" || !e.Watermark.Equal(at(11)) {
				t.Errorf("%s: why %q at %s", tc.name, e.Why, e.Watermark)
			}
		}
	}
}

func TestMeetingsOfShipsWithoutALiftAreNotTold(t *testing.T) {
	s := newSea()
	got := s.hears(40, met("rendezvous-1", carrier, other, 6, 1), s.typed(carrier, 6.1, 20.9, 9.8),
		called("port_call-1", other, 30, 32, "discharge", "CN"))
	if len(got)+len(s.Journal()) != 0 {
		t.Errorf("got %s and %d entries, want nothing", tellAll(got), len(s.Journal()))
	}
}

func TestFloatingStorageIsAskedForEachMidnight(t *testing.T) {
	s := newSea()
	anchored := called("port_call-1", shuttle, 5, 6, "anchorage", "AE")
	anchored.End, anchored.Status = nil, event.Open
	s.hears(6, lifted("lift-1", shuttle, 1, 0.9, 1_000_000), anchored)
	for day := 7.0; day < 24; day++ {
		s.hears(day)
	}
	if g := s.Graph(); g.Aboard[0].Stored {
		t.Error("stored after 19 days")
	}
	s.hears(26)
	if g := s.Graph(); !g.Aboard[0].Stored {
		t.Errorf("not stored after 21 days: %+v", g.Aboard)
	}
	s.hears(40, lifted("lift-2", shuttle, 39, 0.9, 1_000_000))
	if g := s.Graph(); g.Lots[1].Kind != lots.Withheld || g.Lots[1].Expected != 0 {
		t.Errorf("floating storage lifts: %+v", g.Lots[1])
	}
}

// TestOrderDoesNotMatterAndBitByBitIsAtOnce: what is heard between two ticks may come in any order, and what was looked at bit by bit is what
// would be seen at once.
func TestOrderDoesNotMatterAndBitByBitIsAtOnce(t *testing.T) {
	moves := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 8))
		events := random(r)
		atOnce, shuffled, slowly := newSea(), newSea(), newSea()
		atOnce.hears(70, last(events)...)
		mixed := slices.Clone(last(events))
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		shuffled.hears(70, append(mixed, mixed...)...)
		for i, e := range events {
			slowly.hears(60+float64(i)/10, e)
		}
		if !reflect.DeepEqual(atOnce.Journal(), shuffled.Journal()) || tellAll(atOnce.told) != tellAll(shuffled.told) {
			t.Fatalf("seed %d: another order gives another journal", seed)
		}
		if got, want := slowly.Graph(), atOnce.Graph(); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: bit by bit gives\n%+v\nat once\n%+v", seed, got, want)
		}
		if got, err := lots.Replay(slowly.Journal()); err != nil || !reflect.DeepEqual(got, slowly.Graph()) {
			t.Fatalf("seed %d: replay: %v, or another state", seed, err)
		}
		if got, want := living(slowly.told), living(atOnce.told); !slices.Equal(got, want) {
			t.Fatalf("seed %d: bit by bit tells\n%v\nat once\n%v", seed, got, want)
		}
		moves += len(atOnce.Graph().Moves)
	}
	if moves < 200 {
		t.Errorf("only %d moves: the property was hardly tried", moves)
	}
}

// random makes up lifts, meetings, calls and links of eight ships, each event in up to three versions, some retracted.
func random(r *rand.Rand) []event.Event {
	ship := func() vessel.MMSI { return 620999001 + vessel.MMSI(r.IntN(8)) }
	day := func() float64 { return float64(r.IntN(50)) + 2 }
	var out []event.Event
	for i := range 24 {
		a, b := ship(), ship()
		for v := range 1 + r.IntN(3) {
			var e event.Event
			if c := ship(); r.IntN(3) == 0 && i >= 5 && i < 15 && a != b && a != c {
				b = c // another candidate for a ship that was not heard
			}
			switch {
			case i < 5:
				e = lifted(fmt.Sprint("lift-", i), a, day(), r.Float64(), 1000+vessel.Barrels(r.IntN(1_000_000)))
			case i < 15 && a != b:
				e = met(fmt.Sprint("rendezvous-", i), a, b, day(), r.Float64())
			case i < 21:
				d := day()
				e = called(fmt.Sprint("port_call-", i), a, d, d+2, []string{"discharge", "port", "load_terminal_nonIR"}[r.IntN(3)], []string{"CN", "IR"}[r.IntN(2)])
			default:
				e = base(fmt.Sprint("identity-", i), event.Identity, 1, 2, event.IdentityDetails{Form: "continued"}, a, b)
			}
			e.Version = v + 1
			if r.IntN(6) == 0 {
				e.Status = event.Retracted
			}
			out = append(out, e)
		}
	}
	return out
}

// last are the newest versions; those of one id stand together.
func last(events []event.Event) []event.Event {
	var out []event.Event
	for i, e := range events {
		if i+1 == len(events) || events[i+1].ID != e.ID {
			out = append(out, e)
		}
	}
	return out
}

// living are the newest versions of events told that stand, in words.
func living(events []event.Event) []string {
	newest := map[string]event.Event{}
	for _, e := range events {
		newest[e.ID] = e
	}
	var out []string
	for _, e := range newest {
		if e.Status != event.Retracted {
			e.Version = 1
			out = append(out, e.ID+" "+tell(e))
		}
	}
	slices.Sort(out)
	return out
}

func TestWhatDraughtsSayOfVolumes(t *testing.T) {
	full := newSea().fleet.About(carrier).Cargo(20.9, 7.25).Value
	for _, tc := range []struct {
		name          string
		before, after geo.Metres // the donor's
		low, high     float64    // of the loss, as a share of a cargo
	}{
		{"laden to ballast: all of it", 20.9, 9.8, 1, 1},
		{"laden to less laden: by tonnes a centimetre", 20.9, 18.9, 0.1, 0.15},
		{"not typed anew: not known", 20.9, 0, 0, 0},
		{"in ballast before: nothing to lose", 9.8, 9.6, 0, 0},
		{"deeper after: nothing was lost", 18.9, 20.9, 0, 0},
	} {
		s := newSea()
		s.fleet.Mark(carrier, vessel.DraughtMark{Since: at(-5), Draught: tc.before})
		if tc.after > 0 {
			s.fleet.Mark(carrier, vessel.DraughtMark{Since: at(3), Draught: tc.after})
		}
		m := s.meeting(met("rendezvous-1", carrier, other, 2, 1), lots.Cause{})
		if got := m.Loss.Value / full; got < tc.low-0.001 || got > tc.high+0.001 {
			t.Errorf("%s: got %.3f of a cargo, want %v to %v", tc.name, got, tc.low, tc.high)
		}
	}
}

// TestAMotherIsMeasuredByHerDaughters: she types her draught after the second of them, in ballast, and the one that she
// typed before the first says nothing of what was aboard before the second.
func TestAMotherIsMeasuredByHerDaughters(t *testing.T) {
	const mother, first, second = carrier, shuttle, vessel.MMSI(620999009)
	for _, tc := range []struct {
		name string
		at   float64 // end of the second meeting; the first ends on day 6
		want string
	}{
		{"one after the other", 8, "transfer closed v1 p=1.00 part 1028500/1028500\ntransfer closed v1 p=1.00 whole 871500/871500"},
		{"both at once", 6.2, "transfer closed v1 p=1.00 part 1028500/1028500\ntransfer closed v1 p=1.00 whole 871500/871500"},
	} {
		s := newSea()
		s.fleet.Update(vessel.Particulars{MMSI: second, ShipType: 80, HasHull: true, Hull: geo.Hull{Bow: 234, Stern: 40, Port: 24, Starboard: 24}})
		got := s.hears(40, lifted("lift-1", mother, 1, 1, 1_900_000), s.typed(mother, 1.5, 9.8, 20.9),
			met("rendezvous-1", mother, first, 6, 1), met("rendezvous-2", mother, second, tc.at, 1),
			s.typed(first, 6.4, 8.2, 17), s.typed(second, tc.at+1, 8.2, 17), s.typed(mother, tc.at+1, 20.9, 9.8))
		if tellAll(got) != tc.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tc.name, tellAll(got), tc.want)
		}
		if g := s.Graph(); len(g.Lots) != 1 || g.Lots[0].Afloat != 1_900_000 {
			t.Errorf("%s: lots %+v, want one and all of it afloat", tc.name, g.Lots)
		}
	}
}

// TestADraughtTypedLateIsNoBallast: the receiver still sends her ballast draught when the transfer is over, and types the
// laden one a day later.
func TestADraughtTypedLateIsNoBallast(t *testing.T) {
	for _, after := range []geo.Metres{20.9, 15.6, 11.8} { // laden, neither, and ballast by her draught with half a cargo
		s := newSea()
		typed := s.typed(carrier, 7, 9.8, after)
		s.hears(20, lifted("lift-1", shuttle, 1, 1, 1_000_000), met("rendezvous-1", shuttle, carrier, 6, 1), typed)
		if g := s.Graph(); len(g.Aboard) != 1 || g.Aboard[0].Hull != carrier {
			t.Errorf("%v m: aboard: %+v, want all of it on %s", after, g.Aboard, carrier)
		}
	}
}

func TestWhatAStayBringsAshore(t *testing.T) {
	for _, tc := range []struct {
		name          string
		kind, country string
		days          float64
		before, after geo.Metres
		p             float64
		zone          string
	}{
		{"a discharge terminal, no draught", "discharge", "CN", 2, 0, 0, 0.9, "china"},
		{"a discharge terminal, left in ballast", "discharge", "CN", 2, 20.9, 9.8, 0.98, "china"},
		{"a discharge terminal, a part", "discharge", "SY", 2, 20.9, 18.9, 0.98, "syria"},
		{"a discharge terminal, deeper after", "discharge", "CN", 2, 18.9, 20.9, 0, "china"},
		{"a visit of six hours", "discharge", "CN", 0.25, 0, 0, 0, "china"},
		{"a port of its own side, left in ballast", "port", "IR", 2, 20.9, 9.8, 0.95, lots.HomeZone},
		{"a port, no draught", "port", "IN", 2, 0, 0, 0.4, "IN"},
		{"a terminal that loads, no draught", "load_terminal_nonIR", "AE", 2, 0, 0, 0.05, "gulf"},
		{"an anchorage", "anchorage", "MY", 2, 20.9, 9.8, 0, "southeast_asia"},
	} {
		s := newSea()
		if tc.before > 0 {
			s.typed(carrier, 12, tc.before, tc.after)
		}
		call := s.call(called("port_call-1", carrier, 10, 10+tc.days, tc.kind, tc.country), lots.Cause{})
		if call.P != tc.p || call.Zone != tc.zone {
			t.Errorf("%s: got %v in %s, want %v in %s", tc.name, call.P, call.Zone, tc.p, tc.zone)
		}
	}
}
