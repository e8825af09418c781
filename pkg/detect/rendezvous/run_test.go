package rendezvous

import (
	"github.com/darkwake/darkwake/pkg/geo"
	"testing"
	"time"
)

// summed is n points with gaps taken in turn, all with the error of real fixes.
func summed(o Options, n int, diff float64, gaps ...float64) *sums {
	s := &sums{}
	for i := range n {
		gap, sigma := gaps[i%len(gaps)], 8.0
		s.add(point{at: day0.Add(time.Duration(i) * 30 * time.Minute), gap: gap, sigma: sigma, hull: true, diff: diff, antennas: 60 + gap,
			close: gap <= float64(o.Close)+2*sigma && gap >= -float64(o.Touch)-2*sigma})
	}
	return s
}

func TestVerdict(t *testing.T) {
	o := Defaults()
	for _, tc := range []struct {
		name string
		sums *sums
		want bool
	}{
		{"touching", summed(o, 20, 2, 4), true},
		{"as often inside each other as apart", summed(o, 20, 2, -12, 12), true},
		{"the median passes, one point in three is far", summed(o, 21, 2, 4, 4, 200), false},
		{"one point in five is far", summed(o, 20, 2, 4, 4, 4, 4, 200), true},
		{"all within the share, median too wide", summed(o, 20, 2, 40), false},
		{"one hull inside the other", summed(o, 20, 2, -25), false},
		{"anti-parallel", summed(o, 20, 170, 4), true},
		{"askew", summed(o, 20, 20, 4), false},
		{"few points: antennas decide", summed(o, 5, 2, 4), true},
		{"two points", summed(o, 2, 2, 4), false},
		{"nothing", &sums{}, false},
	} {
		if got := o.judge(tc.sums).alongside; got != tc.want {
			t.Errorf("%s: alongside got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestTwoShortMeetingsAreNone keeps apart what the merging of breaks would join: neither lasted two hours.
func TestTwoShortMeetingsAreNone(t *testing.T) {
	s := newStage(t)
	m := anchored(mother, openSea, 20)
	away := then(then(alongside(daughter, m, moored, 0), anchored(daughter, geo.Destination(openSea, 90, 5000), 20), 3.2), alongside(daughter, m, moored, 0), 4.8)
	if got := s.play(0, 12, m, present(away, 2, 6)); len(got) != 0 {
		t.Errorf("an hour, a break of more than an hour, an hour: got %d versions, want none", len(got))
	}
}

// TestPointsApartInABreakDoNotCount merges a break in which the ships lay apart without spoiling the run.
func TestPointsApartInABreakDoNotCount(t *testing.T) {
	r := run{lastClose: day0}
	o := Defaults()
	add := func(minute int, near bool) {
		gap := 4.0
		if !near {
			gap = 400
		}
		p := point{at: day0.Add(time.Duration(minute) * time.Minute), gap: gap, sigma: 8, hull: true, close: near}
		p.fixA = anchored(mother, openSea, 0).fix(p.at, nil)
		p.fixB = p.fixA
		r.add(p, o.Missing)
	}
	for minute := 0; minute <= 60; minute += 5 {
		add(minute, true)
	}
	for minute := 65; minute <= 180; minute += 5 {
		add(minute, false)
	}
	for minute := 185; minute <= 240; minute += 5 {
		add(minute, true)
	}
	if r.sum.hulls != 25 || r.sum.hullClose != r.sum.hullWeight {
		t.Errorf("got %d points, %d of them close; want the 25 of both halves", r.sum.hulls, int(25*r.sum.hullClose/r.sum.hullWeight))
	}
	add(245, false)
	add(250, true)
	if r.sum.hulls != 27 {
		t.Errorf("after a point apart within half an hour: got %d points, want 27", r.sum.hulls)
	}
}
