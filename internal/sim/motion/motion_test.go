package motion

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

func TestFlatGeometry(t *testing.T) {
	kharg := geo.Point{50.34, 29.23}
	cases := []struct {
		name        string
		east, north geo.Metres
		bearing     geo.Degrees
	}{
		{"north", 0, 1000, 0},
		{"east", 1000, 0, 90},
		{"south-west", -500, -500, 225},
		{"far north-west", -7000, 7000, 315},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := Move(kharg, c.east, c.north)
			if d := geo.Distance(kharg, p); math.Abs(float64(d-geo.Metres(math.Hypot(float64(c.east), float64(c.north))))) > 0.01 {
				t.Errorf("distance by package geo: got %.3f m", d)
			}
			if b := Direction(kharg, p); geo.AngleBetween(b, c.bearing) > 0.01 || geo.AngleBetween(geo.Bearing(kharg, p), b) > 0.1 {
				t.Errorf("bearing: got %.3f, want %.0f, package geo has %.3f", b, c.bearing, geo.Bearing(kharg, p))
			}
			east, north := Apart(kharg, p)
			if math.Abs(float64(east-c.east)) > 0.001 || math.Abs(float64(north-c.north)) > 0.001 {
				t.Errorf("way back: got %.3f, %.3f", east, north)
			}
		})
	}
}

func TestAntenna(t *testing.T) {
	h := geo.Hull{Bow: 283, Stern: 50, Port: 36, Starboard: 24}
	cases := []struct {
		name        string
		heading     geo.Degrees
		east, north geo.Metres // of the antenna from the hull's middle: 116.5 m aft, 6 m to starboard
	}{
		{"bow north", 0, 6, -116.5},
		{"bow east", 90, -116.5, -6},
		{"bow south", 180, -6, 116.5},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := Pose{At: geo.Point{56.5, 25.2}, Heading: c.heading}
			east, north := Apart(p.At, p.Antenna(h))
			if math.Abs(float64(east-c.east)) > 0.01 || math.Abs(float64(north-c.north)) > 0.01 {
				t.Errorf("got %.2f m east, %.2f m north, want %.1f, %.1f", east, north, c.east, c.north)
			}
		})
	}
}

// lane is a way with a gentle bend, a sharp one and a short leg.
func lane() []Leg {
	return []Leg{{geo.Point{56.93, 26.05}, 12}, {geo.Point{56.74, 26.42}, 12}, {geo.Point{56.45, 26.63}, 12}, {geo.Point{56.10, 26.53}, 9}, {geo.Point{56.10, 26.50}, 9}}
}

func TestVoyage(t *testing.T) {
	from := geo.Point{57.05, 25.75}
	v := NewVoyage(time.Hour, from, lane(), 333, Habit{0.1, 0.3, 0.6, 0.8})
	if d := Length(v.Pose(time.Hour).At, from); d > 1 {
		t.Errorf("begins %.1f m off", d)
	}
	end := time.Hour + v.Duration()
	if d := Length(v.Pose(end).At, lane()[4].To); d > 1 {
		t.Errorf("ends %.1f m off", d)
	}
	marks := v.Marks()
	if len(marks) != 6 || marks[0] != time.Hour || math.Abs(float64(marks[5]-end)) > 1e9 {
		t.Fatalf("marks: got %v, want 6 from 1 h to %v", marks, end)
	}
	for i, leg := range lane() {
		if d := Length(v.Pose(marks[i+1]).At, leg.To); d > 700 {
			t.Errorf("passes waypoint %d at %.0f m", i+1, d)
		}
	}
	const step = 10 * time.Second
	last := 0.0
	for at := time.Hour + step; at < end-step; at += step {
		a, b := v.Pose(at), v.Pose(at+step)
		speed := float64(Length(a.At, b.At)) / 10
		if speed > 12.6*1852/3600 {
			t.Fatalf("at %v: %.2f m/s", at, speed)
		}
		if last > 0 && math.Abs(speed-last)/10 > 0.012 {
			t.Fatalf("at %v: speed goes from %.3f to %.3f m/s in 10 s", at, last, speed)
		}
		if turn := math.Abs(Turn(a.Heading, b.Heading)) * 6; turn > 17 {
			t.Fatalf("at %v: turns %.1f° a minute", at, turn)
		}
		last = speed
	}
}

// TestVoyagesReachTheirEnd tries ways of all shapes: reversals, points on top of each other, legs of a few metres.
func TestVoyagesReachTheirEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 2000 {
		from := geo.Point{54, 26}
		legs := make([]Leg, 1+r.IntN(6))
		at := from
		for i := range legs {
			reach := math.Pow(10, 4.5*r.Float64())
			at = Move(at, geo.Metres(reach*(r.Float64()-0.5)), geo.Metres(reach*(r.Float64()-0.5)))
			legs[i] = Leg{at, geo.Knots(1 + 20*r.Float64())}
		}
		v := NewVoyage(0, from, legs, geo.Metres(20+330*r.Float64()), Habit{})
		if d := v.Duration(); d < 0 || d > 400*time.Hour {
			t.Fatalf("voyage %d over %v lasts %v", n, legs, d)
		}
		if d := Length(v.Pose(v.Duration()).At, at); !(d < 2) {
			t.Fatalf("voyage %d over %v ends %.1f m off", n, legs, d)
		}
		for i := 1; i < len(v.Marks()); i++ {
			if v.Marks()[i] < v.Marks()[i-1] {
				t.Fatalf("voyage %d: marks %v go back", n, v.Marks())
			}
		}
	}
}

func TestNeighboursSwingTogether(t *testing.T) {
	water := Water{WindFrom: 320, TideAxis: 285, Wind: 0.6}
	a := Swing{Water: water, Anchor: geo.Point{56.49, 25.175}, Radius: 426, Habit: Habit{0.1, 0.2, 0.3, 0.4}}
	b := Swing{Water: water, Anchor: geo.Point{56.497, 25.175}, Radius: 360, Habit: Habit{0.9, 0.7, 0.8, 0.1}}
	low, high, apart, fastest := 400.0, -400.0, 0.0, 0.0
	for at := time.Duration(0); at < 14*24*time.Hour; at += 5 * time.Minute {
		p, q := a.Pose(at), b.Pose(at)
		if d := Length(p.At, a.Anchor); math.Abs(float64(d-426)) > 0.5 {
			t.Fatalf("at %v: %.1f m from the anchor", at, d)
		}
		swing := Turn(320, p.Heading)
		low, high = min(low, swing), max(high, swing)
		apart = max(apart, float64(geo.AngleBetween(p.Heading, q.Heading)))
		fastest = max(fastest, math.Abs(Turn(p.Heading, a.Pose(at+time.Minute).Heading)))
	}
	if high-low < 90 || apart > 20 || fastest > 4 {
		t.Errorf("swings over %.0f°, neighbours differ by up to %.0f°, quickest %.1f° a minute; want over 90, up to 20, up to 4", high-low, apart, fastest)
	}
}

func TestDriftStaysNear(t *testing.T) {
	d := Drift{Water: Water{WindFrom: 320, TideAxis: 285}, From: geo.Point{57, 25}, Since: 30 * time.Hour}
	far, fast := geo.Metres(0), geo.Metres(0)
	for at := d.Since; at < d.Since+20*24*time.Hour; at += 10 * time.Minute {
		far = max(far, Length(d.From, d.Pose(at).At))
		fast = max(fast, Length(d.Pose(at).At, d.Pose(at+10*time.Minute).At)/600)
	}
	if far > 16_000 || fast > 0.7 {
		t.Errorf("drifts %.0f m off at up to %.2f m/s", far, fast)
	}
}

func TestTrackHoles(t *testing.T) {
	var track Track
	here, there := geo.Point{56, 25}, geo.Point{61, 23}
	track.Add(Moored{At: here}, 0, time.Hour, 0)
	track.Add(Moored{At: there}, 3*time.Hour, 4*time.Hour, 0)
	cases := []struct {
		name    string
		at      time.Duration
		present bool
		place   geo.Point
	}{
		{"before", -time.Hour, false, here},
		{"first part", 30 * time.Minute, true, here},
		{"its end", time.Hour, true, here},
		{"in the hole", 2 * time.Hour, false, here},
		{"second part", 3 * time.Hour, true, there},
		{"after", 5 * time.Hour, false, there},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := track.Present(c.at); got != c.present {
				t.Errorf("present: got %v, want %v", got, c.present)
			}
			if got := track.Pose(c.at).At; got != c.place {
				t.Errorf("place: got %v, want %v", got, c.place)
			}
		})
	}
}

func TestJointFades(t *testing.T) {
	var track Track
	track.Add(Moored{At: geo.Point{56, 25}, Heading: 350}, 0, time.Hour, 0)
	track.Add(Moored{At: geo.Point{56.005, 25}, Heading: 20}, time.Hour, 3*time.Hour, 40*time.Minute)
	half := track.Pose(time.Hour + 20*time.Minute)
	if math.Abs(half.At[0]-56.0025) > 1e-6 || math.Abs(Turn(5, half.Heading)) > 0.01 {
		t.Errorf("half way: got %v, want half of the way and of the turn through north", half)
	}
	if got := track.Pose(2 * time.Hour); got.Heading != 20 || got.At != (geo.Point{56.005, 25}) {
		t.Errorf("afterwards: got %v", got)
	}
}

func BenchmarkPose(b *testing.B) {
	v := NewVoyage(0, geo.Point{57.05, 25.75}, lane(), 333, Habit{})
	var track Track
	track.Add(v, 0, v.Duration(), 0)
	var p Pose
	for b.Loop() {
		p = track.Pose(2 * time.Hour)
	}
	if p.At[1] < 25.75 || p.At[1] > 26.7 {
		b.Fatalf("got %v, which is not on the way", p)
	}
}

// TestAcrossTheAntimeridian sails from one side to the other, and back.
func TestAcrossTheAntimeridian(t *testing.T) {
	cases := []struct {
		name     string
		from, to geo.Point
	}{
		{"eastward", geo.Point{179.6, 52}, geo.Point{-179.5, 52.3}},
		{"westward", geo.Point{-179.6, -17}, geo.Point{179.5, -17.3}},
		{"far north", geo.Point{179, 84}, geo.Point{-178, 84.2}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := NewVoyage(0, c.from, []Leg{{c.to, 12}}, 333, Habit{})
			if want := geo.Distance(c.from, c.to).NauticalMiles() / 12; math.Abs(v.Duration().Hours()-want) > 1.5 {
				t.Fatalf("takes %s, want about %.1f h", v.Duration(), want)
			}
			for at := time.Duration(0); at < v.Duration(); at += time.Minute {
				a, b := v.Pose(at).At, v.Pose(at+time.Minute).At
				if b[0] < -180 || b[0] > 180 || geo.Distance(a, b) > 400 {
					t.Fatalf("after %s: from %v to %v", at, a, b)
				}
			}
		})
	}
}
