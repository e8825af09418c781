package portcall

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

const tanker vessel.MMSI = 620999001

func newDetector(t *testing.T) *Detector {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	return New(Defaults(), vessel.NewFleet(), places, nil)
}

// named finds a place by a part of its name.
func named(t *testing.T, d *Detector, part string) *place.Place {
	t.Helper()
	for id := range place.ID(d.places.Len()) {
		if strings.Contains(d.places.At(id).Name, part) {
			return d.places.At(id)
		}
	}
	t.Fatalf("the gazetteer has no %q", part)
	return nil
}

func fix(h float64, p geo.Point) track.Fix {
	return track.Fix{Time: at(h), Position: p, Source: "feed", Offset: int64(h * 100), Raw: fmt.Sprint("!AIVDM,", h)}
}

// visit is a stay from one hour to another, still lasting if exit is 0.
func visit(p *place.Place, entry, exit, stop, moved float64) *track.Visit {
	v := &track.Visit{Header: track.Header{MMSI: tanker, Segment: day0, Start: at(entry)}, Place: p.ID, Entry: fix(entry, p.Centre),
		Sources: []string{"feed"}, EntrySeen: true}
	if exit > 0 {
		f := fix(exit, geo.Destination(p.Centre, 180, 20_000))
		v.Exit = &f
	}
	if stop > 0 {
		v.StopStart = at(stop)
	}
	if moved > 0 {
		v.StopEnd, v.Stopped = at(moved), at(moved).Sub(at(stop))
	}
	return v
}

func stop(p geo.Point, from, to float64) *track.Stop {
	s := &track.Stop{Header: track.Header{MMSI: tanker, Segment: day0, Start: at(from)}, Position: p, Fixes: 9}
	if to > 0 {
		s.End = at(to)
	}
	return s
}

// told lists place, status and version of what is new.
func told(events []event.Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, fmt.Sprintf("%s %s %d", e.Place.Name, e.Status, e.Version))
	}
	return out
}

func TestAStayAtABerthIsOneCall(t *testing.T) {
	d := newDetector(t)
	zone, berth := named(t, d, "Kharg complex"), named(t, d, "Kharg T-jetty")
	d.Observe(visit(zone, 10, 0, 12, 0))
	d.Observe(visit(berth, 11, 0, 12, 0))
	d.Observe(stop(berth.Centre, 12, 0))
	first := d.Advance(at(12.5))
	if len(first) != 1 || first[0].Place.Name != berth.Name || first[0].Status != event.Open {
		t.Fatalf("stopped: got %v, want the berth open and the zone silent", told(first))
	}
	d.Observe(visit(zone, 10, 50, 12, 48))
	d.Observe(visit(berth, 11, 49, 12, 48))
	d.Observe(stop(berth.Centre, 12, 48))
	last := d.Advance(at(50))
	if len(last) != 1 || last[0].ID != first[0].ID || last[0].Status != event.Closed || last[0].Version != 2 {
		t.Fatalf("left: got %v, want the berth closed, version 2", told(last))
	}
	det := last[0].Details.(event.PortCallDetails)
	if !det.Sanctioned || det.Outside || det.Confidence != 3 || det.StoppedH != 36 || !det.StopEnd.Equal(at(48)) || !det.Exit.Equal(at(49)) {
		t.Errorf("details: got %+v", det)
	}
	if p := last[0].Probability; p != 0.95 {
		t.Errorf("probability at confidence 3: got %v, want 0.95", p)
	}
}

func TestWaitingThenLoadingIsTwoCalls(t *testing.T) {
	d := newDetector(t)
	zone, anchorage, berth := named(t, d, "Kharg complex"), named(t, d, "Kharg anchorage"), named(t, d, "Kharg T-jetty")
	waits := geo.Destination(anchorage.Centre, 120, 3000)
	d.Observe(visit(zone, 10, 0, 12, 0))
	d.Observe(visit(anchorage, 10.5, 0, 12, 0))
	d.Observe(stop(waits, 12, 0))
	got := told(d.Advance(at(13)))
	d.Observe(stop(waits, 12, 200))
	d.Observe(visit(anchorage, 10.5, 202, 12, 200))
	d.Observe(visit(berth, 201, 0, 203, 0))
	d.Observe(stop(berth.Centre, 203, 0))
	got = append(got, told(d.Advance(at(204)))...)
	want := []string{anchorage.Name + " open 1", anchorage.Name + " closed 2", berth.Name + " open 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLoadingBesideTheCharts keeps a stay in the zone whose berth the gazetteer does not know.
func TestLoadingBesideTheCharts(t *testing.T) {
	d := newDetector(t)
	zone := named(t, d, "Kharg complex")
	p := geo.PointFromDegrees(50.245, 29.18)
	d.Observe(visit(zone, 10, 0, 12, 0))
	d.Observe(stop(p, 12, 0))
	got := d.Advance(at(13))
	if len(got) != 1 || got[0].Place.Name != zone.Name || !got[0].Details.(event.PortCallDetails).Sanctioned {
		t.Errorf("got %v, want the zone", told(got))
	}
}

func TestNoCall(t *testing.T) {
	for _, tc := range []struct {
		name  string
		facts func(d *Detector) []track.Fact
	}{
		{"sailed through", func(d *Detector) []track.Fact { return []track.Fact{visit(named(t, d, "Kharg complex"), 10, 14, 0, 0)} }},
		{"drifting in an STS area", func(d *Detector) []track.Fact {
			p := named(t, d, "Gulf of Oman dark")
			return []track.Fact{visit(p, 10, 0, 12, 0), stop(p.Centre, 12, 0)}
		}},
		{"stopped at sea", func(*Detector) []track.Fact { return []track.Fact{stop(geo.PointFromDegrees(64, 18), 12, 40)} }},
		{"a container ship", func(d *Detector) []track.Fact {
			d.fleet.Update(vessel.Particulars{MMSI: tanker, ShipType: 71})
			p := named(t, d, "Kharg T-jetty")
			return []track.Fact{visit(p, 10, 0, 12, 0), stop(p.Centre, 12, 0)}
		}},
	} {
		d := newDetector(t)
		for _, f := range tc.facts(d) {
			d.Observe(f)
		}
		if got := d.Advance(at(60)); len(got) != 0 {
			t.Errorf("%s: got %v, want no call", tc.name, told(got))
		}
	}
}

// TestAStopThatStageATellsInTheVisitAlone is one at a buoy: faster than a stop elsewhere.
func TestAStopThatStageATellsInTheVisitAlone(t *testing.T) {
	d := newDetector(t)
	p := named(t, d, "Kooh Mobarak")
	d.Observe(visit(p, 10, 0, 12, 0))
	got := d.Advance(at(13))
	if len(got) != 1 || !got[0].Details.(event.PortCallDetails).Outside {
		t.Fatalf("got %v, want a call outside Hormuz", told(got))
	}
}

// A stay heard in two passes of a satellite is one stop as long as both are at the berth, and may have been as long as the
// fixes outside leave.
func TestAStayHeardInPieces(t *testing.T) {
	d := newDetector(t)
	berth := named(t, d, "Kharg T-jetty")
	v := visit(berth, 11, 50, 11, 44)
	v.Outside, v.Inside, v.Silent = at(6), at(44), 30*time.Hour
	d.Observe(v)
	d.Observe(stop(berth.Centre, 11, 11.6))
	d.Observe(stop(berth.Centre, 43, 44))
	got := d.Advance(at(51))
	if len(got) != 1 {
		t.Fatalf("got %v, want one call", told(got))
	}
	det := got[0].Details.(event.PortCallDetails)
	sail := geo.Distance(berth.Centre, v.Exit.Position).NauticalMiles() / 14
	if det.StoppedH != 33 || math.Abs(det.MostH-(44-sail)) > 0.01 || det.SilentH != 30 {
		t.Errorf("got stopped %.1f h, at most %.2f, silent %.1f; want 33, %.2f and 30", det.StoppedH, det.MostH, det.SilentH, 44-sail)
	}
	v.Outside = at(-200) // heard far away a week before
	d = newDetector(t)
	d.Observe(v)
	if det := d.Advance(at(51))[0].Details.(event.PortCallDetails); math.Abs(det.MostH-(39+24-sail)) > 0.01 {
		t.Errorf("got at most %.2f h, want no more than a day before the first fix inside: %.2f", det.MostH, 39+24-sail)
	}
}

func TestConfidence(t *testing.T) {
	for _, tc := range []struct {
		name    string
		seen    bool
		exit    float64
		sources []string
		want    int
	}{
		{"the stop alone", false, 0, []string{"a"}, 1},
		{"entry", true, 0, []string{"a"}, 2},
		{"entry and exit", true, 60, []string{"a"}, 3},
		{"all, by two sources", true, 60, []string{"a", "b"}, 4},
		{"two sources, neither end", false, 0, []string{"a", "b"}, 2},
		{"left in the dark", true, 160, []string{"a"}, 2},
	} {
		d := newDetector(t)
		p := named(t, d, "Kharg T-jetty")
		v := visit(p, 10, tc.exit, 12, 0)
		v.EntrySeen, v.Sources = tc.seen, tc.sources
		d.Observe(v)
		d.Observe(stop(p.Centre, 12, 58))
		e := d.Advance(at(161))[0]
		if got := e.Details.(event.PortCallDetails).Confidence; got != tc.want || e.Probability != d.o.Believed[tc.want-1] {
			t.Errorf("%s: got confidence %d at %v, want %d", tc.name, got, e.Probability, tc.want)
		}
	}
}

func TestLateFixesTakeTheStopAway(t *testing.T) {
	d := newDetector(t)
	p := named(t, d, "Kharg T-jetty")
	d.Observe(visit(p, 10, 0, 12, 0))
	d.Observe(stop(p.Centre, 12, 0))
	first := d.Advance(at(13))
	away := stop(geo.Destination(p.Centre, 180, 60_000), 12, 0)
	away.Restated = true
	d.Observe(away)
	v := visit(p, 10, 11, 0, 0)
	v.Restated, v.Why = true, "heard late: 3 fixes"
	d.Observe(v)
	got := d.Advance(at(20))
	if len(got) != 1 || got[0].ID != first[0].ID || got[0].Status != event.Retracted || got[0].Why != "heard late: 3 fixes" {
		t.Errorf("got %v, want the call retracted with the reason", told(got))
	}
}

func TestTransit(t *testing.T) {
	d := newDetector(t)
	gate := named(t, d, "HORMUZ_OUTER")
	crossing := func(bracket float64) *track.Crossing {
		return &track.Crossing{Header: track.Header{MMSI: tanker, Segment: day0, Start: at(10)}, Gate: gate.ID, Outbound: true,
			Position: geo.PointFromDegrees(56.83, 26), Before: fix(10-bracket/2, geo.PointFromDegrees(56.83, 26.1)), After: fix(10+bracket/2, geo.PointFromDegrees(56.83, 25.9))}
	}
	d.Observe(crossing(1))
	got := d.Advance(at(11))
	if len(got) != 1 || got[0].Kind != event.Transit || !got[0].Start.Equal(at(10)) || got[0].Probability != 0.99 {
		t.Fatalf("got %+v, want a transit at 10 h", got)
	}
	det := got[0].Details.(event.TransitDetails)
	if det.Gate != gate.Name || !det.Outbound || det.SpeedKn < 11.5 || det.SpeedKn > 12.5 || det.BracketM != 60 {
		t.Errorf("details: got %+v, want outbound at 12 kn", det)
	}
	again := crossing(0.5)
	again.Restated, again.Why = true, "heard late: 1 fix"
	d.Observe(again)
	second := d.Advance(at(12))
	if len(second) != 1 || second[0].ID != got[0].ID || second[0].Version != 2 {
		t.Errorf("restated: got %+v, want version 2 of the same", second)
	}
	land := crossing(1)
	land.Start, land.Before.OnLand = at(30), true
	d.Observe(land)
	if out := d.Advance(at(31)); len(out) != 0 {
		t.Errorf("from a fix on land: got %d transits, want none", len(out))
	}
}

func TestMemoryIsReturned(t *testing.T) {
	d := newDetector(t)
	p := named(t, d, "Kharg T-jetty")
	d.Observe(visit(p, 10, 50, 12, 48))
	d.Observe(stop(p.Centre, 12, 48))
	d.Advance(at(50))
	d.Observe(stop(geo.PointFromDegrees(64, 18), 120, 121))
	d.Advance(at(121))
	d.Observe(stop(geo.PointFromDegrees(64, 18), 120, 121))
	d.Advance(at(200))
	if len(d.ships) != 0 {
		t.Errorf("got %d ships, want none", len(d.ships))
	}
}

func TestEveryKindOfPlaceHasARank(t *testing.T) {
	for _, k := range []place.Kind{place.Berth, place.Terminal, place.TerminalZone, place.LawfulTerminal, place.Port,
		place.TransitTerminal, place.Discharge, place.Anchorage} {
		if rank(k) < 0 {
			t.Errorf("%s: got no calls, want some", k)
		}
	}
	for _, k := range []place.Kind{place.STSArea, place.Zone, place.Gate, "", "moon"} {
		if rank(k) >= 0 {
			t.Errorf("%s: got calls, want none", k)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "port_call.horizon") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}

// shares is an identity event that tells of a second ship under the tanker's number, from an hour on.
func shares(since float64, own vessel.MMSI, status event.Status) event.Event {
	return event.Event{ID: "identity-1", Kind: event.Identity, Status: status, Start: at(since), Probability: 0.9,
		Vessels: []event.Vessel{{Role: event.Subject, MMSI: tanker}},
		Details: event.IdentityDetails{Form: "number_shared", Second: &event.Second{Since: at(since), MMSI: own, IMO: 9999993, Name: "SECOND"}}}
}

// TestACallUnderASharedNumberIsItsTracks asks on which of the two tracks a call was made.
func TestACallUnderASharedNumberIsItsTracks(t *testing.T) {
	const own vessel.MMSI = 620999002
	for _, tc := range []struct {
		name    string
		segment float64
		own     vessel.MMSI
		role    event.Role
		mmsi    vessel.MMSI
		imo     vessel.IMO
	}{
		{"the track that was there before", 0, own, event.Subject, tanker, 9074729},
		{"the second track, whose ship has a number of her own", 5, own, event.Party, own, 0},
		{"the second track, of a ship that is known by no other", 5, 0, event.Party, tanker, 9999993},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDetector(t)
			d.fleet.Update(vessel.Particulars{MMSI: tanker, IMO: 9074729, Name: "FIRST", ShipType: 80})
			berth := named(t, d, "Kharg T-jetty")
			v, s := visit(berth, 10, 0, 12, 0), stop(berth.Centre, 12, 0)
			v.Segment, s.Segment = at(tc.segment), at(tc.segment)
			d.Observe(v)
			d.Observe(s)
			before := d.Advance(at(12.5))
			d.Hear(shares(5, tc.own, event.Open))
			after := d.Advance(at(13))
			if len(before) != 1 || len(after) == 0 {
				t.Fatalf("got %v, then %v, want one call and what changes of it", told(before), told(after))
			}
			i := slices.IndexFunc(after, func(e event.Event) bool { return e.Status == event.Open })
			e := after[i]
			details := e.Details.(event.PortCallDetails)
			if x := e.Vessels[0]; x.Role != tc.role || x.MMSI != tc.mmsi || x.IMO != tc.imo {
				t.Errorf("got %s %s IMO %d, want %s %s IMO %d", x.Role, x.MMSI, x.IMO, tc.role, tc.mmsi, tc.imo)
			}
			if details.Track == nil || details.Track.Number != tanker || details.Track.Second != (tc.role == event.Party) || e.Probability >= before[0].Probability ||
				event.Probability(e.Explanations, event.SharedMMSI) == 0 {
				t.Errorf("got track %+v, p=%.2f, %v: want the track, and less certainty than %.2f", details.Track, e.Probability, e.Explanations, before[0].Probability)
			}
			if moved := tc.mmsi != tanker; moved != (len(after) == 2) {
				t.Errorf("got %v, want the first ship's call retracted only where it is another number's", told(after))
			}
			d.Hear(shares(5, tc.own, event.Retracted))
			back := d.Advance(at(14))
			i = slices.IndexFunc(back, func(e event.Event) bool { return e.Status == event.Open })
			if i < 0 || back[i].Vessels[0].IMO != 9074729 || back[i].ID != before[0].ID || back[i].Version < 2 {
				t.Errorf("no longer shared: got %v, want the first ship's call again", told(back))
			}
		})
	}
}
