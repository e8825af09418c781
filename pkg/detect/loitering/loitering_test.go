package loitering

import (
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

const one vessel.MMSI = 620999001

var dayOne = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(hours float64) time.Time { return dayOne.Add(time.Duration(hours * float64(time.Hour))) }

type rig struct {
	t      *testing.T
	d      *Detector
	places *place.Gazetteer
	now    time.Time
	said   []event.Event
}

func newRig(t *testing.T, shipType uint8) *rig {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	fleet := vessel.NewFleet()
	fleet.Update(vessel.Particulars{MMSI: one, ShipType: shipType, HasHull: true, Hull: geo.Hull{Bow: 283, Stern: 50, Port: 30, Starboard: 30}})
	return &rig{t, New(Defaults(), fleet, places, nil), places, dayOne, nil}
}

func (r *rig) walk(to time.Time) {
	for r.now.Before(to) {
		r.now = r.now.Add(track.Grid)
		r.said = append(r.said, r.d.Advance(r.now)...)
	}
}

var sea = geo.PointFromDegrees(58.5, 24.6)

// goes lets her be sampled at a steady speed.
func (r *rig) goes(from, to float64, speed geo.Knots, p geo.Point) {
	id := place.NoPlace
	if found := r.places.Find(p, make([]place.ID, 0, 8)); len(found) > 0 {
		id = found[0]
	}
	for bin := at(from).Add(track.Grid); !bin.After(at(to)); bin = bin.Add(track.Grid) {
		r.walk(bin)
		before := &track.Fix{Time: bin.Add(-track.Grid), Position: p, Source: "feed"}
		after := &track.Fix{Time: bin, Position: p, Source: "feed"}
		r.d.Observe(&track.Sample{Header: track.Header{MMSI: one, Start: bin}, Bin: bin, Position: p, Has: ais.HasSOG, SOG: speed, Place: id, Before: before, After: after})
	}
}

func (r *rig) silent(from, to float64, interval time.Duration) {
	on := &track.Fix{Time: at(to), Position: sea, Source: "feed"}
	f := &track.Silence{Header: track.Header{MMSI: one, Start: at(from)}, Off: track.Fix{Time: at(from), Position: sea, Source: "feed"},
		Interval: interval, Place: place.NoPlace, OnPlace: place.NoPlace}
	open := *f
	r.walk(at(from + 1))
	r.d.Observe(&open)
	r.walk(at(to))
	f.On = on
	r.d.Observe(f)
}

func (r *rig) want(want ...string) {
	r.t.Helper()
	var got []string
	for _, e := range r.said {
		got = append(got, string(e.Status)+" "+event.Hours(time.Duration(e.Details.(event.LoiteringDetails).DurationH*float64(time.Hour)))+" "+e.Start.Format("15:04"))
	}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		r.t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSlowHoursAtSeaAreTold(t *testing.T) {
	r := newRig(t, 80)
	r.goes(0, 2, 12, sea)
	r.goes(2, 8, 0.8, sea)
	r.goes(8, 11, 12, sea)
	r.want("open 4h00m 02:00", "closed 6h00m 02:00")
}

func TestWhatIsNoLoitering(t *testing.T) {
	kharg := geo.PointFromDegrees(50.385, 29.215)
	for _, tc := range []struct {
		name string
		ship uint8
		play func(*rig)
	}{
		{"three hours", 80, func(r *rig) { r.goes(0, 3, 0.5, sea); r.goes(3, 6, 12, sea) }},
		{"under way", 80, func(r *rig) { r.goes(0, 10, 2.5, sea) }},
		{"at an anchorage", 80, func(r *rig) { r.goes(0, 10, 0.2, kharg) }},
		{"a container ship", 71, func(r *rig) { r.goes(0, 10, 0.2, sea) }},
		{"two hours, a long silence, two hours", 80, func(r *rig) { r.goes(0, 2, 0.5, sea); r.silent(2, 8, 5*time.Minute); r.goes(8, 10, 0.5, sea) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, tc.ship)
			tc.play(r)
			r.walk(r.now.Add(12 * time.Hour))
			r.want()
		})
	}
}

func TestASilenceOfHerOwnIntervalDoesNotEndIt(t *testing.T) {
	r := newRig(t, 80)
	r.goes(0, 2, 0.5, sea)
	r.silent(2, 4.5, 40*time.Minute)
	r.goes(4.5, 8, 0.5, sea)
	r.goes(8, 10, 12, sea)
	r.want("open 4h00m 00:00", "closed 8h00m 00:00")
}

func TestASilentShipEndsWithWhatIsKnown(t *testing.T) {
	r := newRig(t, 80)
	r.goes(0, 6, 0.5, sea)
	r.walk(at(12))
	r.want("open 4h00m 00:00", "closed 6h00m 00:00")
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "loitering.slow") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}

// TestAnHourThatWasClosedMayGoOn: samples that come after their ship was given up lie in an hour that is closed already.
func TestAnHourThatWasClosedMayGoOn(t *testing.T) {
	r := newRig(t, 80)
	r.goes(0, 5.5, 0.4, sea)
	r.walk(at(12))
	late := func(from, to float64) {
		for bin := at(from).Add(track.Grid); !bin.After(at(to)); bin = bin.Add(track.Grid) {
			fix := &track.Fix{Time: bin, Position: sea, Source: "feed"}
			r.d.Observe(&track.Sample{Header: track.Header{MMSI: one, Start: bin}, Bin: bin, Position: sea, Has: ais.HasSOG, SOG: 0.4, Place: place.NoPlace, Before: fix, After: fix})
		}
	}
	late(5.5, 7.5)
	r.walk(at(13))
	if len(r.said) == 0 {
		t.Error("nothing was told of five hours at rest")
	}
}

// pretended is a false position of her, from one hour to another.
func pretended(from, to float64, p float64) event.Event {
	end := at(to)
	return event.Event{ID: "false-1", Kind: event.FalsePosition, Status: event.Closed, Start: at(from), End: &end, Probability: p,
		Vessels: []event.Vessel{{MMSI: one}}, Details: event.FalsePositionDetails{}}
}

func TestWhoIsElsewhereDoesNotLoiter(t *testing.T) {
	for _, tc := range []struct {
		name     string
		from, to float64
		p        float64
		want     event.Status
	}{
		{"elsewhere all the time", 0, 12, 0.9, event.Retracted},
		{"elsewhere for two thirds of it", 4, 12, 0.9, event.Retracted},
		{"elsewhere for an hour", 4, 5, 0.9, event.Closed},
		{"nobody knows", 0, 12, 0.3, event.Closed},
	} {
		t.Run(tc.name+", known afterwards", func(t *testing.T) {
			r := newRig(t, 80)
			r.goes(0, 12, 0.5, sea)
			r.goes(12, 14, 10, sea)
			r.walk(at(16))
			r.d.Hear(pretended(tc.from, tc.to, tc.p))
			r.walk(at(17))
			if e := r.said[len(r.said)-1]; e.Status != tc.want || tc.want == event.Retracted && e.Version != r.said[len(r.said)-2].Version+1 {
				t.Errorf("got %s, version %d, want %s", e.Status, e.Version, tc.want)
			}
		})
	}
	t.Run("known at the time", func(t *testing.T) {
		r := newRig(t, 80)
		r.d.Hear(pretended(0, 12, 0.9))
		r.goes(0, 12, 0.5, sea)
		r.goes(12, 14, 10, sea)
		r.walk(at(16))
		r.want()
	})
	t.Run("known while it lasts", func(t *testing.T) {
		r := newRig(t, 80)
		r.goes(0, 6, 0.5, sea)
		r.d.Hear(pretended(0, 24, 0.9))
		r.goes(6, 12, 0.5, sea)
		r.walk(at(16))
		if e := r.said[len(r.said)-1]; len(r.said) != 2 || e.Status != event.Retracted {
			t.Errorf("got %d versions, the last %s; want one and its retraction", len(r.said), e.Status)
		}
	})
}

func TestAPublishedAnchorageIsNoOpenSea(t *testing.T) {
	r := newRig(t, 80)
	r.goes(0, 12, 0.1, geo.PointFromDegrees(56.515, 25.22)) // off Fujairah
	r.goes(12, 14, 10, sea)
	r.walk(at(16))
	r.want()
	r = newRig(t, 80)
	r.goes(0, 12, 0.1, geo.PointFromDegrees(57.3, 25.1)) // where ships wait dark
	r.goes(12, 14, 10, sea)
	r.walk(at(16))
	if len(r.said) != 2 {
		t.Errorf("in an area of transfers at sea: got %d versions, want an open one and a closed one", len(r.said))
	}
}
