package air

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// above gives the passes over a place by brute force: second by second, with the angle at the Earth's middle from
// haversines of latitudes and longitudes, which the simulator does not use.
func above(o *scenario.Orbit, p geo.Point, days int) (lengths []time.Duration) {
	const radian = math.Pi / 180
	a := 6378137 + o.AltitudeKM*1000
	reach := math.Acos(6378137*math.Cos(5*radian)/a) - 5*radian
	period := 2 * math.Pi * math.Sqrt(a*a*a/3.986004418e14)
	precession := -2.06474e14 * math.Pow(a/1000, -3.5) * math.Cos(o.Inclination*radian) // degrees a day (Larson and Wertz)
	begin, up := 0, false
	for second := range days * 86400 {
		u := o.Anomaly*radian + 2*math.Pi*float64(second)/period
		lat := math.Asin(math.Sin(o.Inclination*radian) * math.Sin(u))
		ascends := math.Atan2(math.Cos(o.Inclination*radian)*math.Sin(u), math.Cos(u))
		lon := ascends + (o.Node+float64(second)/86400*(precession-360.98564724))*radian
		h := math.Pow(math.Sin((lat-p[1]*radian)/2), 2) + math.Cos(lat)*math.Cos(p[1]*radian)*math.Pow(math.Sin((lon-p[0]*radian)/2), 2)
		visible := 2*math.Asin(math.Sqrt(h)) <= reach
		if visible && !up {
			begin = second
		}
		if up && !visible {
			lengths = append(lengths, time.Duration(second-begin)*time.Second)
		}
		up = visible
	}
	return lengths
}

func TestPasses(t *testing.T) {
	const days = 5
	cases := []struct {
		name  string
		orbit scenario.Orbit
	}{
		{"sun-synchronous", scenario.Orbit{AltitudeKM: 650, Inclination: 98, Node: 30, Anomaly: 200}},
		{"half way up", scenario.Orbit{AltitudeKM: 550, Inclination: 53, Node: 130, Anomaly: 10}},
		{"equatorial", scenario.Orbit{AltitudeKM: 700, Inclination: 5, Node: 0, Anomaly: 0}},
		{"high", scenario.Orbit{AltitudeKM: 1200, Inclination: 70, Node: 250, Anomaly: 100}},
	}
	place := geo.Point{56.75, 25.25} // the middle of a square for which passes are computed
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := world(t)
			s := newSatellite(w.Scenario(), scenario.Satellite{ID: "S", Orbit: &c.orbit}, 0)
			seen := map[time.Duration]pass{}
			for from := time.Duration(0); from < days*24*time.Hour; from += window {
				s.prepare(from, crowd{})
				for _, p := range s.passes(nil, 0, vectorOf(place), from) {
					if p.begin >= 0 && p.end <= days*24*time.Hour {
						seen[p.begin.Round(time.Second)] = p
					}
				}
			}
			sum, numbers := time.Duration(0), map[uint64]bool{}
			for _, p := range seen {
				sum += p.end - p.begin
				numbers[p.number] = true
			}
			want, wantSum, longest := above(&c.orbit, place, days), time.Duration(0), time.Duration(0)
			for _, l := range want {
				wantSum += l
				longest = max(longest, l)
			}
			if n := len(seen); n != len(want) || len(numbers) != n {
				t.Errorf("%d passes with %d numbers in %d days, by brute force %d", n, len(numbers), days, len(want))
			}
			if off := (sum - wantSum).Seconds(); math.Abs(off) > 4*float64(len(want)) {
				t.Errorf("they last %s together, by brute force %s", sum, wantSum)
			}
			t.Logf("%.1f passes a day of %.1f min, the longest %s", float64(len(seen))/days, sum.Minutes()/float64(max(1, len(seen))), longest)
		})
	}
}

// TestSunSynchronous: at 800 km an inclination of 98.6° lets the plane turn with the Sun, 0.9856° a day.
func TestSunSynchronous(t *testing.T) {
	o := newOrbit(&scenario.Orbit{AltitudeKM: 800, Inclination: 98.6})
	if degrees := (o.drift + earthSpin) * 86400 * 180 / math.Pi; math.Abs(degrees-0.9856) > 0.01 {
		t.Errorf("the node moves %.4f° a day, want 0.9856", degrees)
	}
	if minutes := 2 * math.Pi / o.motion / 60; math.Abs(minutes-100.9) > 0.1 {
		t.Errorf("a revolution takes %.2f min, want 100.9", minutes)
	}
}

// TestCollisions: a ship in a crowded footprint is heard less often, as the formula has it.
func TestCollisions(t *testing.T) {
	heard := func(others float64) float64 {
		s := newSatellite(world(t).Scenario(), scenario.Satellite{ID: "S", Heard: 1, Orbit: &scenario.Orbit{AltitudeKM: 650, Inclination: 98, Others: others}}, 0)
		s.prepare(0, crowd{})
		const ships = 1000
		n := 0
		for ship := range uint32(ships) {
			for k := range 60 { // ten minutes at a message in ten seconds
				x := call{at: time.Duration(k) * 10 * time.Second, sender: ship, stands: 1}
				if _, ok := s.hear(&x, &pass{end: 10 * time.Minute, number: 7}); ok {
					n++
					break
				}
			}
		}
		return float64(n) / ships
	}
	last := 1.1
	for _, c := range []struct{ others, low, high float64 }{
		{0, 1, 1}, {500, 0.98, 1}, {1500, 0.93, 0.999}, {3000, 0.2, 0.6}, {6000, 0.005, 0.2},
	} {
		share := heard(c.others)
		t.Logf("%5.0f others: %.3f", c.others, share)
		if share < c.low || share > c.high || share > last {
			t.Errorf("with %.0f others a share of %.3f is heard in a pass, want %.2f to %.2f and less than before", c.others, share, c.low, c.high)
		}
		last = share
	}
}

// TestThinnedReportsStandForMany: one report kept of thirty is heard when one of the thirty would have been.
func TestThinnedReportsStandForMany(t *testing.T) {
	for _, c := range []struct{ p, n, want float64 }{{0.1, 1, 0.1}, {0.1, 30, 0.9576}, {0, 30, 0}, {1, 30, 1}, {0.5, 0.5, 0.5}} {
		if got := several(c.p, c.n); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("several(%g, %g) is %.4f, want %.4f", c.p, c.n, got, c.want)
		}
	}
}

func TestRangesAndShadows(t *testing.T) {
	s := newCoast(world(t).Scenario(), scenario.Station{At: scenario.Point{56.345, 25.15}, RangeKM: 60, Shadows: []scenario.Shadow{{From: 340, To: 20, Share: 0.5}}}, 0, nil)
	s.prepare(0)
	reach := s.reach
	if reach < 40_000 || reach > 100_000 {
		t.Fatalf("reach %.0f m of a range of 60 km", reach)
	}
	cases := []struct {
		name     string
		bearing  geo.Degrees
		distance geo.Metres
		low      bool
		want     float64
	}{
		{"near", 90, 0.5 * reach, false, 0.97},
		{"in the outer fifth", 90, 0.9 * reach, false, 0.485},
		{"beyond", 90, 1.01 * reach, false, 0},
		{"class B near", 90, 0.3 * reach, true, 0.97},
		{"class B beyond", 90, 0.61 * reach, true, 0},
		{"in the shadow", 350, 0.55 * reach, false, 0},
		{"in the shadow, beyond north", 10, 0.55 * reach, false, 0},
		{"in the shadow, near", 0, 0.3 * reach, false, 0.97},
		{"beside the shadow", 25, 0.55 * reach, false, 0.97},
	}
	for _, c := range cases {
		p := motion.Pose{At: s.at, Heading: c.bearing}.Point(c.distance, 0)
		if got := s.chance(p, c.low); math.Abs(got-c.want) > 0.03 {
			t.Errorf("%s: chance %.3f, want %.3f", c.name, got, c.want)
		}
	}
}

// TestNobodyIsHeardBeyondTheReach looks at the deliveries themselves.
func TestNobodyIsHeardBeyondTheReach(t *testing.T) {
	w := world(t, strings.Replace(fujairah, "60", "40", 1))
	s := newScene(w)
	all, _, _ := deliveries(t, w)
	tracks := map[uint32]func(time.Duration) geo.Point{}
	for _, ship := range w.Ships() {
		tracks[ship.MMSI()] = func(at time.Duration) geo.Point { return ship.Track().Pose(at).At }
	}
	far, inner := geo.Metres(0), 0
	for _, d := range all {
		if d.Sender == 4709991 {
			continue
		}
		away := motion.Length(tracks[d.Sender](d.Arrival), s.coasts[0].at)
		reach := s.coasts[0].reachAt(d.Arrival)
		if away > reach+400 { // the hull's middle is up to 170 m from the aerial
			t.Fatalf("%d heard %.0f m away, reach %.0f m", d.Sender, away, reach)
		}
		far = max(far, away/reach)
		if away < reach/2 {
			inner++
		}
	}
	if far < 0.9 || inner < 500 {
		t.Errorf("the farthest at %.2f of the reach, %d near: the test sees too little", far, inner)
	}
}

// TestDucts: summer in the north of the Gulf carries, autumn fails, days follow one another smoothly, and the
// stations of a region share them.
func TestDucts(t *testing.T) {
	ducts := "ducts: [{name: north-gulf, at: [49.5, 28.5], radius_km: 350, summer: 1.9, winter: 1.05, sway: 0.25}]"
	stations := "stations: [{id: A, mmsi: 4479991, at: [48.13, 29.06], range_km: 50}, {id: B, mmsi: 4039991, at: [50.15, 26.69], range_km: 50}, {id: C, mmsi: 4709991, at: [56.345, 25.15], range_km: 50}]"
	w := world(t, ducts, stations)
	s := newScene(w)
	mean := func(i, from, to int) (m, spread, next float64) {
		var x []float64
		for day := from; day < to; day++ {
			x = append(x, math.Log(float64(s.coasts[i].reachAt(time.Duration(day)*24*time.Hour))/50_000))
		}
		for _, v := range x {
			m += v / float64(len(x))
		}
		for k, v := range x {
			spread += (v - m) * (v - m) / float64(len(x))
			if k > 0 {
				next += (v - m) * (x[k-1] - m) / float64(len(x)-1)
			}
		}
		return math.Exp(m), math.Sqrt(spread), next / spread
	}
	summer, sway, memory := mean(0, 20, 60) // the world begins on 1 June
	winter, _, _ := mean(0, 170, 230)
	if summer < 1.6 || summer > 2.2 || winter < 0.9 || winter > 1.25 {
		t.Errorf("factor %.2f in summer, %.2f in winter, want about 1.9 and 1.05", summer, winter)
	}
	if sway < 0.12 || sway > 0.4 || memory < 0.3 {
		t.Errorf("days vary by %.2f, one day remembers %.2f of the last: want about 0.25 and 0.3 or more", sway, memory)
	}
	for day := range 100 {
		at := time.Duration(day) * 24 * time.Hour
		if s.coasts[0].reachAt(at) != s.coasts[1].reachAt(at) {
			t.Fatalf("day %d is not the same for two stations of one duct", day)
		}
	}
	if m, spread, _ := mean(2, 0, 100); m < 1 || m > 1.2 || spread > 0.2 {
		t.Errorf("outside the duct: factor %.2f, spread %.2f, want 1.1 and little", m, spread)
	}
}

func TestLongRangeKeepsWhatIsNotAvailable(t *testing.T) {
	m := longRange(encode.Position{MMSI: 636999001, Longitude: encode.NoLongitude, Latitude: encode.NoLatitude, Speed: encode.NoSpeed, Course: encode.NoCourse})
	if m.Longitude != 181*600 || m.Latitude != 91*600 || m.Speed != 63 || m.Course != 511 {
		t.Errorf("got %+v", m)
	}
}

func TestSatellites(t *testing.T) {
	all, _, heard := deliveries(t, world(t, sky))
	stations, long, ships := map[string]int{}, 0, map[uint32]int{}
	for _, d := range all {
		stations[d.Station]++
		ships[d.Sender]++
		if _, ok := d.Message.(encode.LongRange); ok {
			long++
		}
		sent := d.Stamp.Sub(time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC))
		delay := d.Arrival - sent
		switch {
		case !d.Space:
			t.Fatalf("%+v: not by satellite", d)
		case d.Station == "MID" && (delay < time.Minute || delay > 2*time.Minute+time.Second):
			t.Fatalf("the relay delivers after %s", delay)
		case d.Station == "SUN" && (delay < 20*time.Minute || delay > 5*time.Hour+15*time.Minute):
			t.Fatalf("the one that stores delivers after %s", delay)
		}
	}
	if len(stations) != 3 || long < 5 || ships[470999003] >= ships[636999002]/4 {
		t.Errorf("by satellite %v, %d of type 27, by ship %v: want all, some, and few of the boat", stations, long, ships)
	}
	if gaps := heard.Gaps(636999001, time.Hour); len(gaps) < 5 || heard.Why(636999001, gaps[0]) != "not_received" {
		t.Errorf("gaps %v: want those between passes, not received", gaps)
	}
}

// TestChanceByTheRules: what a ship's silence is worth without any draw of the world.
func TestChanceByTheRules(t *testing.T) {
	s := world(t, fujairah).Scenario()
	s.Stations[0].Outages = []scenario.Window{{From: 1, To: 2}}
	s.FeedOutages = []scenario.Window{{From: 3, To: 4}}
	high := *s
	high.Stations, high.FeedOutages = nil, nil
	high.Satellites = []scenario.Satellite{{ID: "S", Heard: 0.8, Orbit: &scenario.Orbit{AltitudeKM: 650, Inclination: 98, Node: 30, Anomaly: 200}}}
	near, far := geo.Point{56.45, 25.15}, geo.Point{60, 23}
	hours := func(s *scenario.Scenario, p geo.Point, day float64, ships float64) float64 {
		miss, r := 1.0, NewRules(s, ships)
		for h := range 24 {
			miss *= 1 - r.Chance(p, sim.Days(day)+time.Duration(h)*time.Hour, time.Hour, 3*time.Minute, 1)
		}
		return 1 - miss
	}
	for _, c := range []struct {
		name        string
		got         float64
		least, most float64
	}{
		{"near a station", hours(s, near, 0, 0), 0.9999, 1},
		{"out of its reach", hours(s, far, 0, 0), 0, 0},
		{"station out of order", hours(s, near, 1, 0), 0, 0},
		{"feed out of order", hours(s, near, 3, 0), 0, 0},
		{"a satellite's two or more passes a day", hours(&high, far, 0, 0), 0.95, 1},
		{"the same in a crowd", hours(&high, far, 0, 20_000), 0, 0.01},
	} {
		if c.got < c.least || c.got > c.most {
			t.Errorf("%s: got %.4f, want %v to %v", c.name, c.got, c.least, c.most)
		}
	}
}
