package draught

import (
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

const ship vessel.MMSI = 620999001

func hull(length, beam geo.Metres) geo.Hull {
	return geo.Hull{Bow: length - 50, Stern: 50, Port: beam / 2, Starboard: beam / 2}
}

func fleet(shipType uint8, h geo.Hull) *vessel.Fleet {
	f := vessel.NewFleet()
	f.Update(vessel.Particulars{MMSI: ship, ShipType: shipType, HasHull: h.Length() > 0, Hull: h})
	return f
}

func step(before, after geo.Metres) *track.DraughtStep {
	return &track.DraughtStep{
		Header: track.Header{Tick: at(40), MMSI: ship, Segment: day0, Start: at(40)},
		Before: before, After: after, LastSeen: at(10), FirstSeen: at(40), Reports: 2, Source: "feed",
		Offsets: []int64{100, 900, 980}, Raw: []string{"!AIVDM,before", "!AIVDM,after", "!AIVDM,again"},
	}
}

func TestStepsThatMatter(t *testing.T) {
	for _, tc := range []struct {
		name          string
		fleet         *vessel.Fleet
		before, after geo.Metres
		want          bool
	}{
		{"VLCC loads", fleet(80, hull(333, 60)), 9.6, 20.5, true},
		{"VLCC takes bunkers", fleet(80, hull(333, 60)), 9.6, 12.5, false},
		{"VLCC, exactly three metres", fleet(80, hull(333, 60)), 14.4, 17.4, true},
		{"Suezmax discharges", fleet(80, hull(274, 48)), 16.0, 13.9, true},
		{"Suezmax trims", fleet(80, hull(274, 48)), 16.0, 14.1, false},
		{"Aframax", fleet(80, hull(244, 42)), 8.0, 9.5, true},
		{"small tanker", fleet(80, hull(140, 22)), 5.0, 6.0, true},
		{"unknown size", vessel.NewFleet(), 5.0, 6.0, true},
		{"the first draught ever seen", fleet(80, hull(333, 60)), 0, 20.5, false},
		{"a bulk carrier", fleet(70, hull(225, 32)), 6.0, 14.0, false},
	} {
		d := New(Defaults(), tc.fleet, nil, nil)
		d.Observe(step(tc.before, tc.after))
		if got := len(d.Advance(at(40))) == 1; got != tc.want {
			t.Errorf("%s: told got %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestWhatIsTold(t *testing.T) {
	d := New(Defaults(), fleet(80, hull(333, 60)), nil, nil)
	d.Observe(&track.Sample{Header: track.Header{MMSI: ship}, Bin: at(39), Position: geo.PointFromDegrees(56.5, 25.2)})
	d.Observe(&track.Sample{Header: track.Header{MMSI: ship}, Bin: at(38), Position: geo.PointFromDegrees(1, 1)})
	d.Observe(step(9.6, 20.5))
	got := d.Advance(at(40))
	if len(got) != 1 {
		t.Fatalf("got %d events, want 1", len(got))
	}
	e := got[0]
	if !e.Start.Equal(at(10)) || !e.End.Equal(at(40)) || e.Lon != 56.5 || e.Status != event.Closed || e.Version != 1 {
		t.Errorf("got %s to %s at %g, %s version %d; want 10 h to 40 h at the newest sample, closed, 1", e.Start, e.End, e.Lon, e.Status, e.Version)
	}
	v := e.Vessels[0]
	if *v.Draught.Before != 9.6 || *v.Draught.After != 20.5 || *v.Load.Before != "ballast" || *v.Load.After != "laden" {
		t.Errorf("vessel: got %+v", v)
	}
	if len(e.Evidence.Sentences) != 3 || e.Evidence.Refs[0].Offset != 100 {
		t.Errorf("evidence: got %+v, want the reports before and after", e.Evidence)
	}
	if again := d.Advance(at(41)); len(again) != 0 {
		t.Errorf("next tick: got %d events, want none", len(again))
	}
}

func TestLateReportsRevise(t *testing.T) {
	restate := func(after geo.Metres, reports int) *track.DraughtStep {
		s := step(9.6, after)
		s.Tick, s.Restated, s.Why, s.Reports = at(45), true, "heard late: 1 static report", reports
		return s
	}
	for _, tc := range []struct {
		name   string
		again  *track.DraughtStep
		status event.Status
	}{
		{"more reports agree", restate(20.5, 5), event.Closed},
		{"the step was smaller", restate(10.6, 2), event.Retracted},
	} {
		d := New(Defaults(), fleet(80, hull(333, 60)), nil, nil)
		d.Observe(step(9.6, 20.5))
		first := d.Advance(at(40))[0]
		d.Observe(tc.again)
		got := d.Advance(at(45))
		if len(got) != 1 || got[0].ID != first.ID || got[0].Version != 2 || got[0].Status != tc.status || !strings.HasPrefix(got[0].Why, "heard late") {
			t.Errorf("%s: got %+v, want version 2 of %s, %s", tc.name, got, first.ID, tc.status)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "draught.horizon") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}
