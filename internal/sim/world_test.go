package sim

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// firstLook is the world behind the README's first command.
func firstLook(t testing.TB) *World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sampled calls fn for each ship that is in the world, every step.
func sampled(w *World, step time.Duration, fn func(s *Ship, at time.Duration)) {
	for _, s := range w.Ships() {
		for at := s.track.Begin() + step; at < min(w.End(), s.track.End())-step; at += step {
			if s.track.Present(at-step) && s.track.Present(at+step) {
				fn(s, at)
			}
		}
	}
}

func TestSpeedsAndTurnsArePhysical(t *testing.T) {
	w := firstLook(t)
	const step = 4 * time.Minute
	worstTurn, worstSpeed := 0.0, geo.Knots(0)
	sampled(w, step, func(s *Ship, at time.Duration) {
		const short = 30 * time.Second
		before, now, after := s.track.Pose(at-short), s.track.Pose(at), s.track.Pose(at+short)
		speed := geo.KnotsFromMetresPerSecond(float64(geo.Distance(before.At, after.At)) / 60)
		turn := math.Abs(motion.Turn(before.Heading, after.Heading))
		worstTurn, worstSpeed = max(worstTurn, turn), max(worstSpeed, speed)
		limit := 26.0 // degrees a minute at the wheel
		if speed < 3 {
			limit = 16 * math.Sqrt(333/float64(s.hull.Length()))
		}
		if speed > 19.5 || turn > limit {
			t.Errorf("%s at %s: %.1f kn, turns %.1f° a minute", s.Name(), w.At(at).Format(time.DateTime), speed, turn)
		}
		change := geo.Distance(before.At, now.At) - geo.Distance(now.At, after.At)
		if math.Abs(float64(change))/900 > 0.03 {
			t.Errorf("%s at %s: speed changes by %.3f m/s a second", s.Name(), w.At(at).Format(time.DateTime), float64(change)/900)
		}
	})
	t.Logf("fastest %.1f kn, quickest turn %.1f° a minute", worstSpeed, worstTurn)
}

// TestHeadingFollowsCourse: a ship that makes way points where she goes.
func TestHeadingFollowsCourse(t *testing.T) {
	w := firstLook(t)
	sampled(w, 7*time.Minute, func(s *Ship, at time.Duration) {
		speed, course := motion.Velocity(&s.track, s.hull, at)
		if off := geo.AngleBetween(course, s.track.Pose(at).Heading); speed > 6 && off > 40 {
			t.Errorf("%s at %s: %.1f kn over the ground to %.0f°, heading %.0f°", s.Name(), w.At(at).Format(time.DateTime), speed, course, s.track.Pose(at).Heading)
		}
	})
}

// TestShipsKeepToWater allows for the coastline's own error, and for berths close under the shore.
func TestShipsKeepToWater(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	w := firstLook(t)
	sampled(w, 10*time.Minute, func(s *Ship, at time.Duration) {
		if p := s.track.Pose(at).At; sea.OnLand(p, 700) {
			t.Errorf("%s at %s: on land at %.4f, %.4f", s.Name(), w.At(at).Format(time.DateTime), p[0], p[1])
		}
	})
}

// TestShipsOfTheTrapsKeepToWater looks at the ships that are written by hand: the crowd keeps to the lanes.
func TestShipsOfTheTrapsKeepToWater(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "scenarios", "trap-*.yaml"))
	if err != nil || len(paths) != 20 {
		t.Fatalf("%d traps (%v), want 20", len(paths), err)
	}
	for _, path := range paths {
		s, err := scenario.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := New(s)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		stranded := map[string]bool{}
		sampled(w, 20*time.Minute, func(v *Ship, at time.Duration) {
			if p := v.track.Pose(at).At; !stranded[v.Name()] && sea.OnLand(p, 700) {
				stranded[v.Name()] = true
				t.Errorf("%s: %s at %s: on land at %.4f, %.4f", s.Name, v.Name(), w.At(at).Format(time.DateTime), p[0], p[1])
			}
		})
	}
}

func placed(s *Ship, at time.Duration) geo.Placed {
	p := s.track.Pose(at)
	return geo.Placed{At: p.Antenna(s.hull), Heading: p.Heading, Hull: s.hull}
}

// TestTiedShipsKeepTheirPlace compares the gap between the hulls, by package geo's reckoning, with the fender's width.
func TestTiedShipsKeepTheirPlace(t *testing.T) {
	w := firstLook(t)
	pairs, points, swung := 0, 0, 0.0
	for _, s := range w.Ships() {
		for _, lies := range s.stays {
			if lies.Kind != Alongside {
				continue
			}
			pairs++
			first := lies.With.track.Pose(lies.Begin + alongsideFade).Heading
			for at := lies.Begin + alongsideFade; at < lies.End; at += 20 * time.Minute {
				gap := geo.HullGap(placed(s, at), placed(lies.With, at))
				if math.Abs(float64(gap-fender)) > 1 {
					t.Errorf("%s alongside %s at %s: gap %.2f m, want %.1f", s.Name(), lies.With.Name(), w.At(at).Format(time.DateTime), gap, fender)
				}
				points++
				swung = max(swung, float64(geo.AngleBetween(first, lies.With.track.Pose(at).Heading)))
			}
		}
	}
	if pairs < 15 || points < 500 || swung < 60 {
		t.Errorf("compared %d pairs at %d points, the most that one swung is %.0f°: too little to prove anything", pairs, points, swung)
	}
}

// TestStillShipsKeepClear: no hull lies on another's, and those that are not tied together keep 25 m of water between
// them even across a jetty.
func TestStillShipsKeepClear(t *testing.T) {
	w := firstLook(t)
	near := map[string]bool{}
	for at := time.Hour; at < w.End(); at += 20 * time.Minute {
		var still []*Ship
		for _, s := range w.Ships() {
			if _, ok := s.StayAt(at); ok {
				still = append(still, s)
			}
		}
		for i, a := range still {
			for _, b := range still[i+1:] {
				if tied(a, b, at) || geo.Distance(a.track.Pose(at).At, b.track.Pose(at).At) > 1500 {
					continue
				}
				gap := geo.HullGap(placed(a, at), placed(b, at))
				if gap < 25 {
					t.Errorf("%s and %s at %s: %.0f m of water", a.Name(), b.Name(), w.At(at).Format(time.DateTime), gap)
				}
				if gap < 1000 {
					near[a.Name()+b.Name()] = true
				}
			}
		}
	}
	if len(near) < 10 {
		t.Errorf("only %d pairs of neighbours within 1,000 m: no crowd", len(near))
	}
}

func tied(a, b *Ship, at time.Duration) bool {
	for _, pair := range [][2]*Ship{{a, b}, {b, a}} {
		if lies, ok := pair[0].StayAt(at); ok && lies.Kind == Alongside && lies.With == pair[1] {
			return true
		}
	}
	return false
}

// TestTracksDoNotJump looks at every joint between two phases.
func TestTracksDoNotJump(t *testing.T) {
	w := firstLook(t)
	for _, s := range w.Ships() {
		parts := s.track.Parts()
		for i := 1; i < len(parts); i++ {
			at := parts[i].Begin
			if parts[i].Begin == parts[i].End || !s.track.Present(at-time.Millisecond) {
				continue
			}
			before, after := s.track.Pose(at-time.Millisecond), s.track.Pose(at+time.Millisecond)
			if d := geo.Distance(before.At, after.At); d > 1 {
				t.Errorf("%s at %s: jumps %.1f m", s.Name(), w.At(at).Format(time.DateTime), d)
			}
		}
	}
}

// small is a world of a few days with everything in it that the first one leaves out.
func small(t testing.TB) *World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fleet is some hundred ships of every kind of life for a number of days.
func fleet(t testing.TB, days float64) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Days = days
	for i := range s.Ships {
		if v := &s.Ships[i]; v.Repeat {
			v.Count, v.Stagger = 30, 0.7
			v.MMSI = v.MMSI/100_000*100_000 + 99_000 + uint32(i%10)*100
			v.Name += fmt.Sprint(" ", i)
		}
	}
	return s
}

// BenchmarkNew compiles ships that come and go for a month and for a year.
func BenchmarkNew(b *testing.B) {
	for _, days := range []float64{30, 365} {
		b.Run(fmt.Sprint(days, " days"), func(b *testing.B) {
			s := fleet(b, days)
			var before, after runtime.MemStats
			var w *World
			var truth *Truth
			for b.Loop() {
				w = nil
				runtime.GC()
				runtime.ReadMemStats(&before)
				var err error
				if w, err = New(s); err != nil {
					b.Fatal(err)
				}
				truth = w.Truth()
				runtime.GC()
				runtime.ReadMemStats(&after)
			}
			shipDays := float64(len(w.Ships())) * days
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/shipDays*1e6, "µs/ship-day")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/shipDays, "B/ship-day")
			if len(w.Ships()) < 240 || truth.Totals.Lifts < 14 {
				b.Fatalf("%d ships, %d lifts", len(w.Ships()), truth.Totals.Lifts)
			}
		})
	}
}
