package falseposition

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

const tanker vessel.MMSI = 620999001

// port is where ships lie at anchor in these tests, heard by one coast station.
var port = geo.PointFromDegrees(56.55, 25.25)

// quarter is a sample of a ship that swings at anchor, heard by some station.
func quarter(m vessel.MMSI, at time.Time, p geo.Point, station string) *track.Sample {
	swing := func(t time.Time) geo.Point { return geo.Destination(p, geo.Degrees(t.Sub(day0).Minutes()/2), 300) }
	label := ais.LabelFrom(station)
	a := &track.Fix{Time: at.Add(-10 * time.Minute), Position: swing(at.Add(-10 * time.Minute)), Source: "a", Station: label}
	b := &track.Fix{Time: at, Position: swing(at), Source: "a", Station: label}
	return &track.Sample{Header: track.Header{Tick: at, MMSI: m, Segment: day0}, Bin: at, Before: a, After: b}
}

// anchorage plays four days of six lawful ships, and of a tanker that on the third is heard by another station. On the
// fourth she has gone elsewhere, or is heard as before.
func anchorage(t *testing.T, station string, leaves bool) []event.Event {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	d := New(Defaults(), vessel.NewFleet(), places, call.New(call.Defaults(), places, sea))
	d.weights = judging().weights
	d.footprint.kind("SAT", true)
	var out []event.Event
	for at := day0.Add(15 * time.Minute); at.Before(day0.AddDate(0, 0, 4)); at = at.Add(15 * time.Minute) {
		for i := range 6 {
			d.Observe(quarter(235900001+vessel.MMSI(i), at, geo.Destination(port, geo.Degrees(60*i), 2*geo.Kilometre), "FUJ"))
		}
		switch {
		case !at.After(day0.AddDate(0, 0, 2)):
			d.Observe(quarter(tanker, at, port, "FUJ"))
		case !at.After(day0.AddDate(0, 0, 3)):
			d.Observe(quarter(tanker, at, port, station))
		case !leaves:
			d.Observe(quarter(tanker, at, port, "FUJ"))
		}
		// Far off another station hears others.
		d.Observe(quarter(235900011, at, geo.PointFromDegrees(50.3, 29.2), "KHG"))
		out = append(out, d.Advance(at)...)
	}
	return out
}

func TestReceiversContradictAFalseAnchorage(t *testing.T) {
	for _, tc := range []struct {
		name, station string
		leaves        bool
		low, high     float64 // the last version's probability
		by            []string
	}{
		{"heard as the others", "FUJ", true, 0, 0, nil},
		{"heard by satellite alone, where everybody else is heard", "SAT", true, 0.3, 0.8, nil},
		{"by satellite alone, then as before and where she was: something hid her", "SAT", false, 0, 0, nil},
		{"heard by a station that never hears this place", "KHG", true, 0.9, 1, []string{"KHG"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := anchorage(t, tc.station, tc.leaves)
			if len(out) == 0 {
				if tc.high > 0 {
					t.Fatal("got nothing")
				}
				return
			}
			e := out[len(out)-1]
			if e.Probability < tc.low || e.Probability > tc.high || (tc.high == 0) != (e.Status == event.Retracted) {
				t.Fatalf("got %s, %s with %.2f, want %.1f to %.1f", e.Status, e.Why, e.Probability, tc.low, tc.high)
			}
			if tc.high == 0 {
				return
			}
			details := e.Details.(event.FalsePositionDetails)
			if details.Sort != "receivers" || !slices.Equal(details.HeardBy, tc.by) || !slices.Equal(details.NotHeardBy, []string{"FUJ"}) {
				t.Errorf("got %s, heard by %v and not by %v, want receivers, %v, FUJ", details.Sort, details.HeardBy, details.NotHeardBy, tc.by)
			}
			if from := e.Start.Sub(day0); from < 47*time.Hour || from > 50*time.Hour || e.Vessels[0].MMSI != tanker {
				t.Errorf("got %s of %s, want the tanker from the third day", e.Start, e.Vessels[0].MMSI)
			}
			if details.Last == nil {
				t.Error("got no last true position, want that of the second day")
			}
		})
	}
}

// judging is a detector with weights that no fit moves.
func judging() *Detector {
	d := New(Defaults(), vessel.NewFleet(), nil, call.New(call.Defaults(), nil, nil))
	d.weights = map[string]float64{always: -3, arrived: 5, sailed: -1, circled: 6, repeated: 1, unheard: 1, never: 1, left: 2.5, shared: -4}
	return d
}

func TestASharedNumberExplainsAFalsePosition(t *testing.T) {
	handedOn := day0.Add(time.Hour)
	for _, tc := range []struct {
		name    string
		end     *time.Time
		details event.IdentityDetails
		low     float64
		high    float64
	}{
		{"two at once", nil, event.IdentityDetails{Form: "number_shared", Claim: "two_ships"}, 0, 0.2},
		{"one after the other", &handedOn, event.IdentityDetails{Form: "changed", Claim: "two_ships"}, 0, 0.2},
		{"one ship with another name", &handedOn, event.IdentityDetails{Form: "changed", Claim: "one_ship"}, 0.8, 1},
	} {
		d := judging()
		s := d.of(tanker)
		s.seen = day0.Add(10 * time.Hour)
		s.put(&sign{sort: "teleport", from: day0, to: day0.Add(10 * time.Hour), lasts: true, found: []found{{arrived, 1}}})
		d.touch(tanker)
		out := d.Advance(day0.Add(10 * time.Hour))
		if len(out) != 1 || out[0].Probability < 0.8 {
			t.Fatalf("%s: got %v, want it believed at first", tc.name, out)
		}
		d.Hear(event.Event{ID: "identity-1", Kind: event.Identity, Status: event.Open, Start: day0.Add(-time.Hour), End: tc.end, Probability: 0.9,
			Vessels: []event.Vessel{{MMSI: tanker}}, Details: tc.details})
		out = append(out, d.Advance(day0.Add(11*time.Hour))...)
		if p := out[len(out)-1].Probability; p < tc.low || p > tc.high {
			t.Errorf("%s: got %.2f then, want %.1f to %.1f", tc.name, p, tc.low, tc.high)
		}
	}
}

func TestInterferenceTakesAClaimBack(t *testing.T) {
	d := judging()
	s := d.of(tanker)
	s.seen = day0.Add(10 * time.Hour)
	s.put(&sign{sort: "circle", from: day0, to: day0.Add(10 * time.Hour), lasts: true, found: []found{{circled, 1}}})
	d.touch(tanker)
	if out := d.Advance(day0.Add(10 * time.Hour)); len(out) != 1 || out[0].Probability < 0.9 {
		t.Fatalf("got %d events, want one of 0.9 and more", len(out))
	}
	end := day0.Add(9 * time.Hour)
	d.Hear(event.Event{ID: "interference-1", Kind: event.Interference, Start: day0, Probability: 0.9,
		Details: event.InterferenceDetails{Victims: []event.Victim{{MMSI: tanker, Start: day0, End: &end}}}})
	if out := d.Advance(day0.Add(11 * time.Hour)); len(out) != 1 || out[0].Status != event.Retracted || out[0].Version != 2 {
		t.Errorf("got %v, want it taken back", out)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "false_position.hears") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}

func TestALeapAwayEndsADoubtfulTime(t *testing.T) {
	home := &event.FixRef{Time: day0.Add(21 * time.Hour), Lon: 50, Lat: 29}
	last := &event.FixRef{Time: day0.Add(20 * time.Hour), Lon: 56, Lat: 26}
	for _, tc := range []struct {
		name      string
		home      *event.FixRef
		low, high float64
	}{
		{"to where stations hear her", home, 0.95, 1},
		{"to where nobody vouches for her", nil, 0.3, 0.9},
	} {
		d := judging()
		s := d.of(tanker)
		s.seen = day0.Add(30 * time.Hour)
		s.put(&sign{sort: "frozen", from: day0, to: day0.Add(20 * time.Hour), found: []found{{repeated, 4.5}}})
		s.put(&sign{sort: "teleport", from: home.Time, to: day0.Add(30 * time.Hour), found: []found{{sailed, 1}}, before: last, home: tc.home})
		d.touch(tanker)
		out := d.Advance(day0.Add(31 * time.Hour))
		if len(out) != 1 || out[0].End == nil || out[0].Probability < tc.low || out[0].Probability > tc.high {
			t.Fatalf("%s: got %+v, want one of %.1f to %.1f, closed", tc.name, out, tc.low, tc.high)
		}
		if at := *out[0].End; tc.home != nil && !at.Equal(last.Time) {
			t.Errorf("%s: ends %s, want %s: what came after is true", tc.name, at, last.Time)
		}
	}
}
