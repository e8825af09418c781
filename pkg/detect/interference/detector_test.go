package interference

import (
	"math/rand/v2"
	"slices"
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

// leap is a jump of a ship to a place, kept.
func leap(m vessel.MMSI, h float64, to geo.Point) *track.Jump {
	from := track.Fix{Time: at(h - 0.1), Position: geo.PointFromDegrees(56.2+float64(m%10)*0.05, 26.4), Source: "a"}
	return &track.Jump{Header: track.Header{Tick: at(h), MMSI: m, Segment: at(0), Start: at(h)}, From: from,
		To: track.Fix{Time: at(h), Position: to, Source: "a"}, Kept: true}
}

func play(list []*track.Jump, until float64) []event.Event {
	d := New(Defaults(), vessel.NewFleet(), nil, nil)
	var out []event.Event
	for tick := at(0); !tick.After(at(until)); tick = tick.Add(track.Grid) {
		for _, j := range list {
			if j.Start.After(tick.Add(-track.Grid)) && !j.Start.After(tick) {
				d.Observe(j)
			}
		}
		out = append(out, d.Advance(tick)...)
	}
	return out
}

const first vessel.MMSI = 620999001

// around spreads n ships' jumps over half an hour, each to where place says.
func around(n, fixes int, place func(i int) geo.Point) []*track.Jump {
	var out []*track.Jump
	for i := range fixes {
		out = append(out, leap(first+vessel.MMSI(i%n), 10+float64(i)*0.1, place(i)))
	}
	return out
}

func TestShipsDrawnTogether(t *testing.T) {
	port := geo.PointFromDegrees(52.62, 27.49)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct {
		name  string
		jumps []*track.Jump
		shape string // empty for no event
		ships int
	}{
		{"three ships to one point", around(3, 3, func(int) geo.Point { return port }), point, 3},
		{"two ships to one point: a shared number", around(2, 8, func(int) geo.Point { return port }), "", 0},
		{"five ships on a circle", around(5, 15, func(i int) geo.Point {
			return geo.Destination(port, geo.Degrees(i*100%360), 6*geo.Kilometre)
		}), circle, 5},
		{"four ships along a line", around(4, 12, func(i int) geo.Point {
			return geo.Destination(port, 90, geo.Metres(i)*3*geo.Kilometre)
		}), line, 4},
		{"four ships anywhere: noise", around(4, 12, func(int) geo.Point {
			return geo.PointFromDegrees(50+rng.Float64()*3, 26+rng.Float64()*2)
		}), "", 0},
		{"three ships a day apart", []*track.Jump{leap(first, 2, port), leap(first+1, 26, port), leap(first+2, 50, port)}, "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out := play(tc.jumps, 60)
			if tc.shape == "" {
				if len(out) > 0 {
					t.Fatalf("got %s, want nothing", out[0].Why)
				}
				return
			}
			if len(out) == 0 {
				t.Fatal("got nothing")
			}
			last := out[len(out)-1]
			details := last.Details.(event.InterferenceDetails)
			if details.Shape != tc.shape || details.Ships != tc.ships || last.Status != event.Closed || last.ID != out[0].ID {
				t.Errorf("got %s of %d ships, %s, want %s of %d, closed", details.Shape, details.Ships, last.Status, tc.shape, tc.ships)
			}
			if !last.Start.Equal(tc.jumps[0].To.Time) || !last.End.Equal(tc.jumps[len(tc.jumps)-1].To.Time) {
				t.Errorf("got %s to %s, want from the first false fix to the last", last.Start, last.End)
			}
		})
	}
}

func TestWhoLiesForDaysIsNobodysFellowVictim(t *testing.T) {
	port := geo.PointFromDegrees(52.62, 27.49)
	d := New(Defaults(), vessel.NewFleet(), nil, nil)
	var out []event.Event
	for h := 0.0; h < 70; h += 0.25 {
		for i, begun := range []float64{2, 4, 60} {
			m, segment := first+vessel.MMSI(i), at(begun)
			switch {
			case h == begun:
				d.Observe(leap(m, h, port))
			case h > begun:
				fix := &track.Fix{Time: at(h), Position: port, Source: "a"}
				d.Observe(&track.Sample{Header: track.Header{Tick: at(h), MMSI: m, Segment: segment}, Before: fix, After: fix})
			}
		}
		out = append(out, d.Advance(at(h))...)
	}
	if len(out) > 0 {
		t.Errorf("got %s, want nothing: two had lain there for two days when the third came", out[0].Why)
	}
}

func TestAFileOfOldReportsDrawsNobody(t *testing.T) {
	d := New(Defaults(), vessel.NewFleet(), nil, nil)
	for i := range 3 {
		m := first + vessel.MMSI(i)
		for h := 0.0; h < 6; h += 0.25 {
			a := &track.Fix{Time: at(h), Position: geo.PointFromDegrees(55+h*0.2, 26)}
			b := &track.Fix{Time: at(h + 0.2), Position: geo.PointFromDegrees(55+(h+0.2)*0.2, 26)}
			d.Observe(&track.Sample{Header: track.Header{MMSI: m, Segment: at(0)}, Before: a, After: b})
		}
		d.Observe(leap(m, 6.1, geo.PointFromDegrees(55.3, 26)))
	}
	if out := d.Advance(at(6.5)); len(out) != 0 {
		t.Errorf("got %s, want nothing: all had been there themselves hours before", out[0].Why)
	}
}

// blindly is one ship's reports without a position from an hour to another, heard at a place until shortly before.
func blindly(m vessel.MMSI, p geo.Point, known, from, to float64) []track.Fact {
	fix := func(h float64) *track.Fix { return &track.Fix{Time: at(h), Position: p, Source: "a"} }
	out := []track.Fact{&track.Sample{Header: track.Header{Tick: at(known), MMSI: m, Segment: at(0)}, Before: fix(known - 0.1), After: fix(known)}}
	for h := from; h < to; h += 0.1 {
		out = append(out, &track.Blind{Header: track.Header{Tick: at(h), MMSI: m, Start: at(h)}, Last: at(h), Source: "a"})
	}
	return out
}

func TestShipsWithoutAPosition(t *testing.T) {
	strait := geo.PointFromDegrees(56.35, 26.45)
	beside := func(i int) geo.Point { return geo.PointFromDegrees(56.35+0.05*float64(i%8), 26.45) }
	several := func(n int, known, from, to float64) (out []track.Fact) {
		for i := range n {
			out = append(out, blindly(first+vessel.MMSI(i), beside(i), known, from, to)...)
		}
		return out
	}
	sounds := func(n int) (out []track.Fact) {
		for i := range n {
			out = append(out, blindly(first+100+vessel.MMSI(i), beside(i), 10, 0, 0)...)
		}
		return out
	}
	for _, tc := range []struct {
		name  string
		facts []track.Fact
		ships int // 0: no event
	}{
		{"three ships at once", several(3, 10, 10.1, 12), 3},
		{"and forty that have theirs", slices.Concat(several(3, 10, 10.1, 12), sounds(40)), 3},
		{"and eighty: some units always fail", slices.Concat(several(3, 10, 10.1, 12), sounds(80)), 0},
		{"two ships", several(2, 10, 10.1, 12), 0},
		{"single reports", several(5, 10, 10.1, 10.15), 0},
		{"units that had no position for hours", several(5, 6, 10.1, 12), 0},
		{"one after the other: a crowd's units fail now and then", slices.Concat(blindly(first, strait, 10, 10.1, 10.9), blindly(first+1, beside(1), 10.8, 11, 11.8),
			blindly(first+2, beside(2), 11.7, 11.9, 12.7)), 0},
		{"far from each other", slices.Concat(blindly(first, strait, 10, 10.1, 12), blindly(first+1, geo.PointFromDegrees(55, 25), 10, 10.1, 12),
			blindly(first+2, geo.PointFromDegrees(53, 26), 10, 10.1, 12)), 0},
		{"hours from each other", slices.Concat(blindly(first, strait, 10, 10.1, 10.5), blindly(first+1, strait, 13, 13.1, 13.5),
			blindly(first+2, strait, 16, 16.1, 16.5)), 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := New(Defaults(), vessel.NewFleet(), nil, nil)
			var out []event.Event
			for tick := at(9); !tick.After(at(30)); tick = tick.Add(track.Grid) {
				for _, f := range tc.facts {
					if h := f.Head().Tick; h.After(tick.Add(-track.Grid)) && !h.After(tick) {
						d.Observe(f)
					}
				}
				out = append(out, d.Advance(tick)...)
			}
			if tc.ships == 0 {
				if len(out) != 0 {
					t.Fatalf("got %s, want nothing", out[0].Why)
				}
				return
			}
			if len(out) == 0 {
				t.Fatal("got nothing, want an event")
			}
			e := out[len(out)-1]
			details := e.Details.(event.InterferenceDetails)
			if e.Status != event.Closed || details.Shape != event.Absent || details.Ships != tc.ships || !e.Start.Equal(at(10.1)) {
				t.Errorf("got %s %s of %d ships from %s, want a closed one of %d from 10:06", e.Status, details.Shape, details.Ships, e.Start, tc.ships)
			}
			var known event.Displaced
			known.Hear(e)
			if _, false := known.At(first, at(11)); false || known.Share(first, at(10.1), at(11.8)) < 0.95 {
				t.Error("want positions that stay true, and a silence that is explained")
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "interference.ships") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}
