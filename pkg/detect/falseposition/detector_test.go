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

// anchorage plays three days of six lawful ships, and of a tanker that from the second day on is heard by another station.
func anchorage(t *testing.T, station string) []event.Event {
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
	d.footprint.kind("SAT", true)
	var out []event.Event
	for at := day0.Add(15 * time.Minute); at.Before(day0.AddDate(0, 0, 3)); at = at.Add(15 * time.Minute) {
		for i := range 6 {
			d.Observe(quarter(235900001+vessel.MMSI(i), at, geo.Destination(port, geo.Degrees(60*i), 2*geo.Kilometre), "FUJ"))
		}
		heard := "FUJ"
		if at.After(day0.AddDate(0, 0, 1)) {
			heard = station
		}
		d.Observe(quarter(tanker, at, port, heard))
		// Far off another station hears others.
		d.Observe(quarter(235900011, at, geo.PointFromDegrees(50.3, 29.2), "KHG"))
		out = append(out, d.Advance(at)...)
	}
	return out
}

func TestReceiversContradictAFalseAnchorage(t *testing.T) {
	for _, tc := range []struct {
		name, station string
		told          bool
	}{
		{"heard as the others", "FUJ", false},
		{"heard by satellite alone: she may lie in a shadow", "SAT", false},
		{"heard by a station that never hears this place", "KHG", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := anchorage(t, tc.station)
			if !tc.told {
				if len(out) > 0 {
					t.Fatalf("got %s with %.2f, want nothing", out[0].Why, out[0].Probability)
				}
				return
			}
			if len(out) == 0 {
				t.Fatal("got nothing")
			}
			e := out[len(out)-1]
			details := e.Details.(event.FalsePositionDetails)
			if details.Sort != "receivers" || !slices.Equal(details.HeardBy, []string{"KHG"}) || !slices.Equal(details.NotHeardBy, []string{"FUJ"}) {
				t.Errorf("got %s, heard by %v and not by %v, want receivers, KHG, FUJ", details.Sort, details.HeardBy, details.NotHeardBy)
			}
			if from := e.Start.Sub(day0); from < 23*time.Hour || from > 26*time.Hour || e.Vessels[0].MMSI != tanker {
				t.Errorf("got %s of %s, want the tanker from the second day", e.Start, e.Vessels[0].MMSI)
			}
			if details.Last == nil {
				t.Error("got no last true position, want that of the first day")
			}
		})
	}
}

func TestInterferenceTakesAClaimBack(t *testing.T) {
	d := New(Defaults(), vessel.NewFleet(), nil, call.New(call.Defaults(), nil, nil))
	s := d.of(tanker)
	s.seen = day0.Add(10 * time.Hour)
	s.put(&sign{sort: "circle", from: day0, to: day0.Add(10 * time.Hour), lasts: true, weight: 6})
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
