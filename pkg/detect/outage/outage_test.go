package outage

import (
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/track"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

// heard says whether a source delivers in the five minutes before an hour, and how many emitters are new in it.
type heard func(h float64) bool

// play walks the grid; each source that is heard gives a count at every tick, its emitters with the first of an hour.
func play(d *Detector, from, to float64, emitters int, sources map[string]heard) []event.Event {
	var out []event.Event
	told := map[string]time.Time{}
	for tick := at(from); !tick.After(at(to)); tick = tick.Add(track.Grid) {
		for _, name := range []string{"a", "b"} {
			if sources[name] == nil || !sources[name](tick.Sub(day0).Hours()) {
				continue
			}
			hour := tick.Add(-time.Nanosecond).Truncate(time.Hour)
			n := 0
			if !told[name].Equal(hour) {
				n, told[name] = emitters, hour
			}
			d.Observe(&track.Reception{Header: track.Header{Tick: tick, Start: hour}, Source: name, Last: tick, Messages: 10, Emitters: n})
		}
		out = append(out, d.Advance(tick)...)
	}
	return out
}

func always(float64) bool { return true }

func except(from, to float64) heard { return func(h float64) bool { return h <= from || h > to } }

func TestOutageTraps(t *testing.T) {
	satellite := func(h float64) bool { n := int(h*12 + 0.5); return n%18 < 2 } // ten minutes every ninety
	for _, tc := range []struct {
		name     string
		emitters int
		to       float64
		source   heard
		ended    float64
		want     string
	}{
		{"steady", 20, 48, always, 0, ""},
		{"out for five hours", 20, 48, except(20, 25), 0, "open closed"},
		{"out to the end", 20, 48, except(20, 99), 0, "open"},
		{"a pause of 50 minutes", 20, 48, except(20, 20.8), 0, ""},
		{"a quiet station: the sea may be empty", 9, 48, except(20, 25), 0, ""},
		{"no habit yet", 20, 48, func(h float64) bool { return h <= 1 }, 0, ""},
		{"a satellite between passes", 20, 48, satellite, 0, ""},
		{"a file that ended", 20, 48, except(20, 99), 20.1, ""},
		{"twice", 20, 72, func(h float64) bool { return !(h > 20 && h <= 25) && !(h > 40 && h <= 45) }, 0, "open closed open closed"},
	} {
		d := New(Defaults(), nil, nil, nil)
		var out []event.Event
		if tc.ended > 0 {
			out = play(d, 0, tc.ended, tc.emitters, map[string]heard{"a": tc.source, "b": always})
			d.Ended("a")
		}
		out = append(out, play(d, tc.ended, tc.to, tc.emitters, map[string]heard{"a": tc.source, "b": always})...)
		var got []string
		for _, e := range out {
			got = append(got, string(e.Status))
			if s := e.Details.(event.OutageDetails).Source; s != "a" {
				t.Errorf("%s: source %s is out, want a", tc.name, s)
			}
		}
		if g := strings.Join(got, " "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
		}
	}
}

func TestTimesOfAnOutage(t *testing.T) {
	d := New(Defaults(), nil, nil, nil)
	out := play(d, 0, 48, 20, map[string]heard{"a": except(20, 25), "b": always})
	if len(out) != 2 {
		t.Fatalf("got %d versions, want 2", len(out))
	}
	first, last := out[0], out[1]
	if !first.Start.Equal(at(20)) || !first.Watermark.Equal(at(21)) || first.End != nil {
		t.Errorf("opened: got start %s at %s, want 20 h at 21 h", first.Start, first.Watermark)
	}
	if last.ID != first.ID || last.Version != 2 || last.End.Sub(at(25)) > track.Grid {
		t.Errorf("closed: got %s version %d end %s, want the same id, 2 and 25 h", last.ID, last.Version, last.End)
	}
	if d := last.Details.(event.OutageDetails); d.SilentH < 5 || d.SilentH > 5.1 || d.Region != "all" {
		t.Errorf("details: got %+v, want 5 h everywhere", d)
	}
}

// TestALoneSource has nobody to move event time on: the pause shows when the source speaks again.
func TestALoneSource(t *testing.T) {
	d := New(Defaults(), nil, nil, nil)
	play(d, 0, 20, 20, map[string]heard{"a": always})
	got := play(d, 20, 30, 20, map[string]heard{"a": except(20, 26)})
	if len(got) != 2 || got[1].Status != event.Closed {
		t.Errorf("got %d versions, want open and closed", len(got))
	}
}

// TestShipsMayLeave has base stations heard to the end of every hour, told when it is over, and ships until a quarter past
// 20 h. The feed is well.
func TestShipsMayLeave(t *testing.T) {
	d := New(Defaults(), nil, nil, nil)
	var out []event.Event
	for tick := at(0); !tick.After(at(30)); tick = tick.Add(track.Grid) {
		if h := tick.Add(-time.Hour); tick.Equal(tick.Truncate(time.Hour)) && !h.Before(at(0)) {
			d.Observe(&track.Reception{Header: track.Header{Tick: tick, Start: h}, Source: "a", Messages: 90, Emitters: 15, Last: tick.Add(-9 * time.Second)})
		}
		if !tick.After(at(20.25)) {
			d.Observe(&track.Sample{Before: &track.Fix{Time: tick.Add(-time.Minute), Source: "a"}})
		}
		out = append(out, d.Advance(tick)...)
	}
	if len(out) != 0 {
		t.Errorf("got %s %s, want nothing", out[0].Status, out[0].Why)
	}
}

func TestLateCountsDoNotMoveThePast(t *testing.T) {
	d := New(Defaults(), nil, nil, nil)
	play(d, 0, 20, 20, map[string]heard{"a": always})
	d.Observe(&track.Reception{Header: track.Header{Tick: at(20), Start: at(5)}, Last: at(5.5), Source: "a", Messages: 3, Emitters: 1})
	if got := d.Advance(at(20)); len(got) != 0 {
		t.Errorf("got %d events, want none", len(got))
	}
	if got := d.sources["a"].last; !got.Equal(at(20)) {
		t.Errorf("last heard: got %s, want 20 h", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "outage.memory") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}
