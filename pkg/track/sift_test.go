package track

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// keptFixes lists the real fixes that a story's samples and silences stand on, by time.
func (s *story) keptFixes() []*Fix {
	seen := map[int64]*Fix{}
	for _, f := range s.facts {
		switch f := f.(type) {
		case *Sample:
			seen[f.Before.Time.UnixMilli()], seen[f.After.Time.UnixMilli()] = f.Before, f.After
		case *Silence:
			for i := range f.Recent {
				seen[f.Recent[i].Time.UnixMilli()] = &f.Recent[i]
			}
			seen[f.Off.Time.UnixMilli()] = &f.Off
		}
	}
	var fixes []*Fix
	for _, f := range seen {
		fixes = append(fixes, f)
	}
	slices.SortFunc(fixes, compareFix)
	return fixes
}

func TestCopiesAndThinning(t *testing.T) {
	tests := []struct {
		name  string
		story string
		want  string
	}{
		{
			"copies across a minute border are one", `
			00:01:58 56.00 25.00 hash=7 src=B st=X
			00:02:03 56.00 25.00 hash=7 src=A st=Y
			00:02:50 56.00 25.00 hash=7 src=A st=Z`, `00:01:58 B/X [X Y Z]`,
		},
		{
			"the window does not slide", `
			00:01:10 56.00 25.00 hash=7 st=X
			00:02:09 56.00 25.00 hash=7 st=Y
			00:02:11 56.00 25.00 hash=7 st=Z`, `00:01:10 A/X [X Y], 00:02:11 A/Z`,
		},
		{
			"a copy just within the window", `
			00:01:10 56.00 25.00 hash=7 st=X
			00:02:10 56.00 25.00 hash=7 st=Y`, `00:01:10 A/X [X Y]`,
		},
		{
			"equal times go by source, then station", `
			00:01:10 56.00 25.00 hash=7 src=B st=X
			00:01:10 56.00 25.00 hash=7 src=A st=Z
			00:01:10 56.00 25.00 hash=7 src=A st=Y`, `00:01:10 A/Y [X Y Z]`,
		},
		{
			"one fix a minute and cell", `
			00:01:10 56.001 25.00 st=X
			00:01:20 56.002 25.00 st=Y
			00:01:59 56.003 25.00 st=X
			00:02:00 56.004 25.00 st=X`, `00:01:10 A/X [X Y], 00:02 A/X`,
		},
		{
			"a second cell of the same minute is kept", `
			00:01:10 56.019 25.00
			00:01:20 56.021 25.00
			00:01:30 56.019 25.00`, `00:01:10 A/, 00:01:20 A/`,
		},
		{
			"cells do not meet at the equator and meridian", `
			00:01:10 0.001 0.001
			00:01:20 -0.001 0.001
			00:01:30 -0.001 -0.001`, `00:01:10 A/, 00:01:20 A/, 00:01:30 A/`,
		},
		{
			"a copy after the grid point of its group is dropped", `
			00:04:58 56.00 25.00 hash=7 st=X
			tick 00:05
			00:05:03 56.00 25.00 hash=7 st=Y`, `00:04:58 A/X`,
		},
		{
			"a copy of a thinned fix lends its station", `
			00:01:10 56.00 25.00 st=X
			00:01:20 56.00 25.00 hash=7 st=Y
			00:02:10 56.00 25.00 hash=7 st=Z`, `00:01:10 A/X [X Y Z]`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStory(t)
			s.tell(test.story + "\n tick 04:00")
			var got []string
			for _, f := range s.keptFixes() {
				text := hhmm(f.Time) + " " + f.Source + "/" + f.Station.String()
				if f.Stations != nil {
					var names []string
					for _, n := range f.Stations {
						names = append(names, n.String())
					}
					text += " [" + strings.Join(names, " ") + "]"
				}
				got = append(got, text)
			}
			if got := strings.Join(got, ", "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestFixKeepsWhatItWasTold(t *testing.T) {
	s := newStory(t)
	r := &ais.Report{
		Kind: ais.Position, MMSI: shipA, Time: ais.Milli(clock(t, "00:01:02.345")), Source: "A", Station: ais.LabelFrom("X"),
		Offset: 4711, Raw: []byte("!one\n!two"), TimeSource: ais.TimePGHP, Receiver: ais.Satellite,
		Has:      ais.HasPosition | ais.HasSOG | ais.HasCOG | ais.HasHeading | ais.HasNavStatus | ais.HasSecond,
		Position: geo.PointFromDegrees(-179.9999833, -0.0000167), SOG: 102.2, COG: 359.9, Heading: 359, NavStatus: 15, Second: 63,
	}
	s.track.Add(r)
	clear(r.Raw)
	s.tell("tick 02:00")
	if len(s.keptFixes()) != 1 {
		t.Fatalf("got %d fixes, want 1", len(s.keptFixes()))
	}
	got := *s.keptFixes()[0]
	want := Fix{
		Time: clock(t, "00:01:02.345"), Position: r.Position, Has: r.Has &^ ais.HasPosition, SOG: 102.2, COG: 359.9, Heading: 359,
		NavStatus: 15, Second: 63, Receiver: ais.Satellite, Source: "A", Station: r.Station, Offset: 4711,
		TimeSource: ais.TimePGHP, Raw: "!one\n!two",
	}
	if compareFix(&got, &want) != 0 || got.Has != want.Has || got.SOG != want.SOG || got.COG != want.COG ||
		got.Heading != want.Heading || got.NavStatus != want.NavStatus || got.Second != want.Second ||
		got.Receiver != want.Receiver || got.TimeSource != want.TimeSource || got.Raw != want.Raw {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestPointRoundTrip(t *testing.T) {
	tr := New(Defaults(), nil, nil, Listener{})
	full := ais.HasSOG | ais.HasCOG | ais.HasHeading
	for _, want := range []Fix{
		{Has: full, SOG: 102.2, COG: 359, Heading: 359, Position: geo.Point{180, 90}},
		{Has: full, SOG: 0.1, COG: 1, Heading: 0, Position: geo.Point{-180, -90}, Coarse: true, OnLand: true},
		{Has: ais.HasHeading, Heading: 181, Receiver: ais.Shipborne},
		{Has: ais.HasSOG, SOG: 51.1}, {},
	} {
		want.Time, want.Source = clock(t, "10:11:12"), "A"
		p := tr.pointOf(&want)
		if got := *tr.unpack(&p); !fixEqual(&got, &want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

// fixEqual compares what a point keeps.
func fixEqual(a, b *Fix) bool {
	return compareFix(a, b) == 0 && a.Has == b.Has && a.SOG == b.SOG && a.COG == b.COG && a.Heading == b.Heading &&
		a.Coarse == b.Coarse && a.OnLand == b.OnLand && a.Receiver == b.Receiver
}

func TestPointsAreARing(t *testing.T) {
	var p points
	const horizon = 48 * 3600
	for second := uint32(300); second <= 40*24*3600; second += 60 {
		p.push(point{second: second, fixes: 1}, int64(second-min(second, horizon))*1000)
	}
	if want := horizon/300 + 1; p.n != want || len(p.chunks) > 11 {
		t.Errorf("got %d points in %d chunks, want %d in at most 11", p.n, len(p.chunks), want)
	}
	for i := 1; i < p.n; i++ { // the bins hold 5 fixes each
		if a, b := p.at(i-1), p.at(i); b.second-a.second != 300 || a.fixes != 5 {
			t.Fatalf("point %d: got %d s after the last with %d fixes, want 300 s with 5", i, b.second-a.second, a.fixes)
		}
	}
}

func TestRefusals(t *testing.T) {
	base := ais.Report{Kind: ais.Position, MMSI: shipA, Time: ais.Milli(clock(t, "72:00")), Has: ais.HasPosition, Source: "A"}
	with := func(change func(*ais.Report)) *ais.Report {
		r := base
		change(&r)
		return &r
	}
	tests := []struct {
		name   string
		report *ais.Report
		want   ais.Reason
	}{
		{"good", with(func(*ais.Report) {}), ais.NoReason},
		{"off the grid", with(func(r *ais.Report) { r.Has, r.Flags = 0, ais.OutOfRange }), ais.BadPosition},
		{"longitude beyond 180", with(func(r *ais.Report) { r.Position[0] = 180.001 }), ais.BadPosition},
		{"not a number", with(func(r *ais.Report) { r.Position[1] = math.NaN() }), ais.BadPosition},
		{"no position is no fault", with(func(r *ais.Report) { r.Has = 0 }), ais.NoReason},
		{"no time", with(func(r *ais.Report) { r.Time = 0 }), ais.NoTime},
		{"after 2106", with(func(r *ais.Report) { r.Time = 1 << 43 }), ais.NoTime},
		{"beyond the horizon", with(func(r *ais.Report) { r.Time = ais.Milli(clock(t, "23:59:59")) }), ais.TooLate},
		{"at the horizon", with(func(r *ais.Report) { r.Time = ais.Milli(clock(t, "24:00")) }), ais.NoReason},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ais.NoReason
			tr := New(Defaults(), nil, nil, Listener{Rejected: func(r ais.Reject) { got = r.Reason }})
			tr.Advance(clock(t, "72:00"), func(Fact) {})
			tr.Add(test.report)
			tr.Finish(clock(t, "72:05"), func(Fact) {})
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestVesselsAreBounded(t *testing.T) {
	o := Defaults()
	o.MaxVessels = 2
	tr := New(o, nil, nil, Listener{})
	for m := ais.MMSI(201000000); m < 201000005; m++ {
		tr.Add(&ais.Report{Kind: ais.Position, MMSI: m, Time: ais.Milli(day), Has: ais.HasPosition})
	}
	if c := tr.Counts(); c.Vessels != 2 || c.Overflow != 3 {
		t.Errorf("got %d vessels and %d beyond, want 2 and 3", c.Vessels, c.Overflow)
	}
}

func TestOptions(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("got %v for the defaults, want none", err)
	}
	var bad Options
	bad.FastFactor = math.NaN()
	err := bad.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) < 15 {
		t.Errorf("got %v, want every breach at once", err)
	}
	if !strings.Contains(errors.Join(err).Error(), "track.fast_factor") {
		t.Errorf("got %v, want track.fast_factor among them", err)
	}
}
