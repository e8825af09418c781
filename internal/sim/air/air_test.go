package air

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// quiet is a world with one ship at anchor off Fujairah, one that sails by, a boat and no receivers.
const quiet = `
name: quiet
seed: 3
start: "2025-06-01T00:00:00Z"
days: 2
water: {wind_from_deg: 330, tide_axis_deg: 300, wind: 0.7}
hulls:
  vlcc: {class: VLCC, ship_type: 80, bow_m: 283, stern_m: 50, port_m: 36, starboard_m: 24, dwt_t: 318000, scantling_m: 22.5, ballast_m: 9.7, tpc: 177.3}
  boat: {class: not a tanker, ship_type: 30, bow_m: 8, stern_m: 6, port_m: 2, starboard_m: 2, ballast_m: 1.5, class_b: true, anchor_m: 40}
ships:
  - {name: SYN STILL, mmsi: 636999001, imo_serial: 900001, callsign: SYNA, hull: vlcc, from: [56.60, 25.20], steps: [{anchor: {at: [56.60, 25.20], hours: 72}}]}
  - {name: SYN SAILS, mmsi: 636999002, imo_serial: 900002, callsign: SYNB, hull: vlcc, from: [57.40, 24.60], repeat: true,
     steps: [{sail: {via: [[56.70, 25.40], [57.60, 25.60], [57.40, 24.60]], knots: 12}}, {drift: {hours: 0.1}}]}
  - {name: SYN BOAT, mmsi: 470999003, callsign: SYNC, hull: boat, from: [56.50, 25.22], repeat: true,
     steps: [{sail: {via: [[56.70, 25.40], [56.50, 25.22]], knots: 8}}, {drift: {hours: 0.1}}]}
`

// world compiles the quiet world with more in it.
func world(t testing.TB, more ...string) *sim.World {
	t.Helper()
	s, err := scenario.Load(strings.NewReader(quiet + strings.Join(more, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const (
	fujairah = "stations: [{id: FUJ-1, mmsi: 4709991, at: [56.345, 25.150], range_km: 60}]"
	sky      = `satellites:
  - {id: SUN, heard: 0.9, delay_min: [20, 300], message_27_share: 0.1, orbit: {altitude_km: 650, inclination_deg: 98, node_deg: 30, anomaly_deg: 200, others: 400}}
  - {id: MID, heard: 0.9, delay_min: [1, 2], relay: true, orbit: {altitude_km: 550, inclination_deg: 53, node_deg: 130, anomaly_deg: 10, others: 300}}
  - {id: CLOCK, every: 90m, first: 5m, pass: 10m, heard: 0.8, delay_min: [15, 60]}`
	jammed = `jams: [{name: strait, at: [56.8, 25.2], radius_km: 60, from_day: 0.5, to_day: 1.5, share: 0.7, kind: circle, to: [55.0, 26.5], radius_false_km: 4}]`
)

// deliveries runs a world and keeps all that arrives.
func deliveries(t testing.TB, w *sim.World) ([]Delivery, Counts, *Heard) {
	t.Helper()
	var out []Delivery
	counts, heard, err := Run(t.Context(), w, func(d *Delivery) error { out = append(out, *d); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, counts, heard
}

func TestSameDeliveriesForAnyNumberOfWorkers(t *testing.T) {
	w := world(t, fujairah, sky, jammed)
	var first string
	for _, workers := range []int{1, 2, 8} {
		sum := sha256.New()
		counts, _, err := runWith(t.Context(), w, workers, func(d *Delivery) error { _, err := fmt.Fprintf(sum, "%+v\n", *d); return err })
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%x %+v", sum.Sum(nil), counts)
		if first == "" {
			first = got
		}
		if got != first {
			t.Errorf("%d workers: got %s, want %s", workers, got, first)
		}
		if counts.Delivered < 10_000 || counts.Transmitted < counts.Delivered/4 {
			t.Errorf("%+v: too little to compare", counts)
		}
	}
}

func TestOrderOfArrival(t *testing.T) {
	all, counts, _ := deliveries(t, world(t, fujairah, sky))
	last, delayed := Delivery{}, 0
	for _, d := range all {
		if d.Arrival < last.Arrival || d.Number != last.Number+1 {
			t.Fatalf("number %d at %s after %d at %s", d.Number, d.Arrival, last.Number, last.Arrival)
		}
		if d.Space && d.Station == "SUN" {
			delayed++
		}
		last = d
	}
	if counts.Delivered != len(all) || delayed < 20 {
		t.Errorf("%d counted of %d, %d by the satellite that stores: want some", counts.Delivered, len(all), delayed)
	}
}

func TestErrorStopsTheRun(t *testing.T) {
	n := 0
	_, _, err := Run(t.Context(), world(t, fujairah), func(*Delivery) error { n++; return fmt.Errorf("disk full") })
	if err == nil || err.Error() != "disk full" || n != 1 {
		t.Errorf("got %v after %d deliveries, want the writer's error after one", err, n)
	}
}

// TestRates: at anchor a class A unit reports every three minutes, at 12 kn every 10 s, a boat every 30 s (ITU-R M.1371-5).
func TestRates(t *testing.T) {
	wide := strings.Replace(fujairah, "range_km: 60", "range_km: 450", 1)
	all, counts, _ := deliveries(t, world(t, wide))
	got := map[uint32]map[string]int{}
	for _, d := range all {
		if got[d.Sender] == nil {
			got[d.Sender] = map[string]int{}
		}
		got[d.Sender][fmt.Sprintf("%T", d.Message)]++
	}
	const day = 24 * 3600 / 10 * 0.97
	cases := []struct {
		sender    uint32
		kind      string
		low, high float64
	}{
		{636999001, "encode.Position", 2 * day / 18 * 0.95, 2 * day / 18 * 1.3}, // she swings, now and then above 0.6 kn
		{636999001, "encode.Static", 2 * day / 36 * 0.95, 2 * day / 36 * 1.05},
		{636999002, "encode.Position", 2 * day * 0.8, 2 * day * 1.3}, // three times as often while she turns
		{470999003, "encode.ClassB", 2 * day / 3 * 0.8, 2 * day / 3 * 1.01},
		{470999003, "encode.StaticB", 2 * day / 36 * 0.95, 2 * day / 36 * 1.05},
		{4709991, "encode.Base", 2 * day * 0.99, 2 * day * 1.01},
	}
	for _, c := range cases {
		if n := float64(got[c.sender][c.kind]); n < c.low || n > c.high {
			t.Errorf("%d: %.0f of %s received, want %.0f to %.0f", c.sender, n, c.kind, c.low, c.high)
		}
	}
	if counts.Transmitted < counts.Delivered {
		t.Errorf("%+v: more received by one station than sent", counts)
	}
}

// TestReceiversDoNotDisturbEachOther also shows that leaving out ships that nobody hears changes nothing for those heard.
func TestReceiversDoNotDisturbEachOther(t *testing.T) {
	alone, few, _ := deliveries(t, world(t, fujairah))
	both, many, _ := deliveries(t, world(t, strings.Replace(fujairah, "}]", "}, {id: FAR-1, mmsi: 4709992, at: [57.5, 25.0], range_km: 200}]", 1)))
	var of []Delivery
	for _, d := range both {
		if d.Station == "FUJ-1" && d.Sender != 4709992 {
			of = append(of, d)
		}
	}
	for i := range min(len(of), len(alone)) {
		if of[i].Arrival != alone[i].Arrival || of[i].Message != alone[i].Message {
			t.Fatalf("delivery %d: got %+v, alone %+v", i, of[i], alone[i])
		}
	}
	if len(of) != len(alone) || len(both) < 2*len(alone) {
		t.Errorf("%d of FUJ-1 among %d, %d alone", len(of), len(both), len(alone))
	}
	if ratio := float64(few.Transmitted) / float64(many.Transmitted-2*8640); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("%d messages sent when few are sampled, %d when all are", few.Transmitted, many.Transmitted)
	}
}

func TestPendingIsBoundedByTheDelays(t *testing.T) {
	w := world(t, fujairah, sky)
	s := newSimulator(w, 2)
	most := 0
	for from := time.Duration(0); from < w.End(); from += window {
		s.scene.prepare(from, s.units)
		s.window(from, from+window)
		for _, k := range s.workers {
			most = max(most, len(k.due))
			for n := range k.due {
				if n <= from/window || n > (from+window+5*time.Hour+longPass)/window {
					t.Fatalf("after window %d something waits for window %d", from/window, n)
				}
			}
		}
	}
	if most < 2 || most > 7 {
		t.Errorf("up to %d windows of deliveries wait, want 2 to 7 for delays of up to five hours", most)
	}
}

func TestRepeatsAreExact(t *testing.T) {
	all, _, _ := deliveries(t, world(t, strings.Replace(fujairah, "range_km: 60", "range_km: 60, repeats: 0.1", 1)))
	byNumber := map[uint64]Delivery{}
	repeats := 0
	for _, d := range all {
		byNumber[d.Number] = d
		if d.Repeats == 0 {
			continue
		}
		repeats++
		first, known := byNumber[d.Repeats]
		late := d.Arrival - first.Arrival
		if !known || d.Line() != first.Line() || late <= 0 || late > 3*time.Second {
			t.Fatalf("%+v repeats %+v", d, first)
		}
		if first.Stamp != d.Stamp || first.Station != d.Station || first.Channel != d.Channel || first.Message != d.Message {
			t.Fatalf("%+v is no exact repetition of %+v", d, first)
		}
	}
	if share := float64(repeats) / float64(len(all)-repeats); share < 0.08 || share > 0.12 {
		t.Errorf("a share of %.3f comes twice, want 0.1", share)
	}
}

func TestOutages(t *testing.T) {
	two := "stations: [{id: FUJ-1, mmsi: 4709991, at: [56.345, 25.150], range_km: 60, outages: [{from_day: 0.5, to_day: 0.7}]}, {id: KFK-1, mmsi: 4709992, at: [56.352, 25.368], range_km: 60}]"
	all, _, heard := deliveries(t, world(t, two, "feed_outages: [{from_day: 1.2, to_day: 1.5}]"))
	count := map[string]int{}
	for _, d := range all {
		day := d.Arrival.Hours() / 24
		switch {
		case day >= 1.2 && day < 1.5:
			t.Fatalf("%+v arrives while the feed is down", d)
		case day >= 0.5+1e-4 && day < 0.7:
			count["during "+d.Station]++
		case day < 0.2:
			count["before "+d.Station]++
		}
	}
	if count["during FUJ-1"] != 0 {
		t.Errorf("%d messages by the station that is down", count["during FUJ-1"])
	}
	if f := float64(count["during KFK-1"]) / float64(count["before KFK-1"]); f < 0.7 || f > 1.4 {
		t.Errorf("the other station: %d messages during the outage, %d before", count["during KFK-1"], count["before KFK-1"])
	}
	gaps := heard.Gaps(636999001, 6*time.Hour)
	if len(gaps) != 1 || gaps[0].To-gaps[0].From > 8*time.Hour {
		t.Fatalf("gaps of the ship at anchor: %v, want that of the feed", gaps)
	}
	if why := heard.Why(636999001, gaps[0]); why != "feed_outage" {
		t.Errorf("got %s, want feed_outage", why)
	}
}

func TestHowOftenTwoAreHeard(t *testing.T) {
	_, _, heard := deliveries(t, world(t, fujairah, "reporting: {moving: 4m, still: 12m}", "feed_outages: [{from_day: 1, to_day: 1.25}]"))
	for _, c := range []struct {
		name        string
		one, other  uint32
		from, to    float64 // days
		least, most time.Duration
		ok          bool
	}{
		{"at anchor", 636999001, 636999001, 0.3, 0.7, 11 * time.Minute, 13 * time.Minute, true},
		{"the sparser of both counts", 470999003, 636999001, 0.3, 0.7, 11 * time.Minute, 30 * time.Minute, true},
		{"an outage that is half of the time", 636999001, 636999001, 0.9, 1.2, 6 * time.Hour, 7 * time.Hour, true},
		{"an outage that is less than half", 636999001, 636999001, 0.6, 1.2, 11 * time.Minute, 13 * time.Minute, true},
		{"within the outage", 636999001, 636999001, 1.05, 1.2, 0, 0, false},
		{"who is not there", 636999001, 999, 0.3, 0.7, 0, 0, false},
	} {
		got, ok := heard.Every(c.one, c.other, sim.Span{From: sim.Days(c.from), To: sim.Days(c.to)})
		if ok != c.ok || got < c.least || got > c.most {
			t.Errorf("%s: got %v, %v, want %v to %v", c.name, got, ok, c.least, c.most)
		}
	}
}

func TestClocks(t *testing.T) {
	all, _, _ := deliveries(t, world(t, strings.Replace(fujairah, "range_km: 60", "range_km: 60, clock_s: 3, clock_jumps: [{from_day: 0.5, to_day: 0.75, seconds: -90}]", 1)))
	start := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range all {
		day := d.Arrival.Hours() / 24
		want := 3.0
		if day >= 0.5001 && day < 0.75 {
			want = -87
		} else if day >= 0.4999 && day < 0.7501 {
			continue
		}
		if wrong := d.Stamp.Sub(start.Add(d.Arrival)).Seconds() - want; wrong > 1 || wrong < -3 {
			t.Fatalf("on day %.3f the stamp is wrong by %.1f s, want %.0f", day, wrong+want, want)
		}
	}
}

func TestJam(t *testing.T) {
	false0 := geo.Point{55.0, 26.5}
	kinds := map[string]func(p geo.Point) bool{
		"kind: point":                      func(p geo.Point) bool { return motion.Length(p, false0) < 15 },
		"kind: circle, radius_false_km: 4": func(p geo.Point) bool { d := motion.Length(p, false0); return d > 3980 && d < 4020 },
		"kind: line": func(p geo.Point) bool { // from the jam's middle
			d := motion.Length(geo.Point{56.8, 25.2}, p) + motion.Length(p, false0) - motion.Length(geo.Point{56.8, 25.2}, false0)
			return d < 30
		},
		"kind: absent": nil,
	}
	for kind, lies := range kinds {
		t.Run(kind, func(t *testing.T) {
			jam := "jams: [{name: strait, at: [56.8, 25.2], radius_km: 60, from_day: 0.5, to_day: 1.5, share: 0.7, to: [55.0, 26.5], " + kind + "}]"
			w := world(t, fujairah, jam)
			all, _, heard := deliveries(t, w)
			during, hit, hours := 0, 0, map[int]bool{}
			track := w.Ships()[0].Track()
			for _, d := range all {
				m, ok := d.Message.(encode.Position)
				if !ok || d.Sender != 636999001 {
					continue
				}
				p := geo.Point{float64(m.Longitude) / 600_000, float64(m.Latitude) / 600_000}
				day := d.Arrival.Hours() / 24
				deceived := motion.Length(p, track.Pose(d.Arrival).At) > 1000
				if deceived && (day < 0.5 || day > 1.5001) {
					t.Fatalf("deceived on day %.3f", day)
				}
				if day < 0.501 || day > 1.5 {
					continue
				}
				during++
				if !deceived {
					continue
				}
				hit++
				hours[int(d.Arrival.Hours())] = true
				if lies == nil && (m.Longitude != encode.NoLongitude || m.Latitude != encode.NoLatitude || m.Speed != encode.NoSpeed || m.Course != encode.NoCourse) ||
					lies != nil && !lies(p) {
					t.Fatalf("at %s she claims %v: not where the jam says", d.Arrival, p)
				}
			}
			// She is heard all the while by the station near her, and false in about 17 of 24 hours.
			if during < 400 || float64(hit)/float64(during) < 0.45 || float64(hit)/float64(during) > 0.9 || len(hours) < 11 || len(hours) > 22 {
				t.Errorf("%d of %d positions false, in %d hours", hit, during, len(hours))
			}
			for _, g := range heard.Gaps(636999001, 2*time.Hour) {
				if why := heard.Why(636999001, g); why != "interference" {
					t.Errorf("gap %v: got %s, want interference", g, why)
				}
			}
			if !heard.Ship(636999001, 12*time.Hour, 13*time.Hour) || !heard.Near(geo.Point{56.61, 25.21}, 20*time.Hour, 21*time.Hour) || heard.Near(geo.Point{58.6, 25.2}, 0, 48*time.Hour) {
				t.Error("heard: she was received near Fujairah all the time, and nobody far out")
			}
		})
	}
}

// benchScenario is a morning of a busy Gulf at full rates.
func BenchmarkRun(b *testing.B) {
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	s.Reporting, s.Days = scenario.Reporting{}, 3
	w, err := sim.New(s)
	if err != nil {
		b.Fatal(err)
	}
	var counts Counts
	for b.Loop() {
		if counts, _, err = Run(b.Context(), w, func(*Delivery) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(counts.Delivered)*float64(b.N)/b.Elapsed().Seconds(), "receptions/s")
	if counts.Delivered < 200_000 {
		b.Fatalf("%+v, want 200,000 deliveries and more", counts)
	}
}
