package reality

import (
	"math"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// start is when the hand-made feeds begin.
const start ais.UnixMilli = 1_740_787_200_000 // 2025-03-01T00:00:00Z, a whole hour

// at gives a report a time, a station and a payload of its own.
func at(seconds float64, station string, r ais.Report) *ais.Report {
	r.Time = start + ais.UnixMilli(seconds*1000)
	r.Station = ais.LabelFrom(station)
	if r.Hash == 0 {
		r.Hash = uint64(r.MMSI)<<32 + uint64(seconds*10) + 1
	}
	return &r
}

// position is a message 1 of a ship.
func position(mmsi ais.MMSI, p geo.Point, knots geo.Knots, status uint8) ais.Report {
	return ais.Report{Kind: ais.Position, Message: 1, Class: ais.ClassA, MMSI: mmsi, Position: p, SOG: knots, NavStatus: status,
		Has: ais.HasPosition | ais.HasSOG | ais.HasNavStatus | ais.HasHeading | ais.HasCOG}
}

func classB(mmsi ais.MMSI, p geo.Point, knots geo.Knots) ais.Report {
	r := position(mmsi, p, knots, 0)
	r.Message, r.Class, r.Has = 18, ais.ClassB, ais.HasPosition|ais.HasSOG
	return r
}

var fujairah = geo.Point{56.5, 25.2}

func measure(t *testing.T, feed ...*ais.Report) *Figures {
	t.Helper()
	m := NewMeter(true)
	for _, r := range feed {
		m.Observe(r)
	}
	return m.Figures("hand-made")
}

// want checks figures; NaN stands for none.
func want(t *testing.T, f *Figures, values map[string]float64) {
	t.Helper()
	for key, value := range values {
		v, ok := f.Find(key)
		switch {
		case math.IsNaN(value) && ok:
			t.Errorf("%s: got %g of %d, want none", key, v.Value, v.N)
		case !math.IsNaN(value) && (!ok || math.Abs(v.Value-value) > 1e-9+math.Abs(value)*0.001):
			t.Errorf("%s: got %g of %d, want %g", key, v.Value, v.N, value)
		}
	}
}

func TestIntervalsGoByWhatTheReportBeforeSaid(t *testing.T) {
	cases := []struct {
		name   string
		report ais.Report
		every  float64
		key    string
		onTime float64
	}{
		{"slow and under way", position(244999001, fujairah, 12, 0), 10, "interval.under_14", 1},
		{"altering course", position(244999001, fujairah, 12, 0), 3, "interval.under_14", 0},
		{"fast", position(244999001, fujairah, 18, 0), 6, "interval.14_to_23", 1},
		{"very fast", position(244999001, fujairah, 30, 0), 2, "interval.over_23", 1},
		{"at anchor", position(244999001, fujairah, 0.1, 1), 180, "interval.at_rest", 1},
		{"dragging at 4 kn", position(244999001, fujairah, 4, 1), 10, "interval.under_14", 1},
		{"lies still under way", position(244999001, fujairah, 0.1, 0), 10, "interval.at_rest_unstated", 1},
		{"class B sailing", classB(244999001, fujairah, 6), 30, "interval.b_moving", 1},
		{"class B still", classB(244999001, fujairah, 0), 180, "interval.b_slow", 1},
		{"every second one lost", position(244999001, fujairah, 12, 0), 20, "interval.under_14", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var feed []*ais.Report
			for i := range 6 {
				feed = append(feed, at(float64(i)*c.every, "A", c.report))
			}
			f := measure(t, feed...)
			want(t, f, map[string]float64{c.key + ".median": c.every, c.key + ".on_time": c.onTime})
			if v, _ := f.Find(c.key + ".median"); v.N != 5 {
				t.Errorf("%d intervals, want 5", v.N)
			}
		})
	}
}

func TestCopiesCountOnceAndLeaveIntervalsAlone(t *testing.T) {
	r := position(244999001, fujairah, 12, 0)
	var feed []*ais.Report
	for i := range 4 {
		one := at(float64(i)*10, "A", r)
		two := at(float64(i)*10+1, "B", r)
		two.Hash = one.Hash
		feed = append(feed, one, two)
	}
	again := *feed[7]
	feed = append(feed, &again)
	want(t, measure(t, feed...), map[string]float64{
		"messages": 4, "copies": 4.0 / 9, "repeats": 1.0 / 9, "interval.under_14.median": 10, "type.01": 1,
	})
}

func TestSamePayloadAfterThreeMinutesIsNoCopy(t *testing.T) {
	one, two := at(0, "A", position(244999001, fujairah, 0, 1)), at(180, "A", position(244999001, fujairah, 0, 1))
	two.Hash = one.Hash
	want(t, measure(t, one, two), map[string]float64{"messages": 2, "copies": 0, "repeats": 0})
}

func TestReportsBehindOthers(t *testing.T) {
	r := position(244999001, fujairah, 12, 0)
	f := measure(t, at(0, "A", r), at(100, "A", r), at(95, "A", r), at(40, "SAT-1", r), at(101, "A", r))
	want(t, f, map[string]float64{"behind.ground": 0.25, "lag.ground.median": 5, "behind.space": 1, "behind_2min.space": 0})
}

// TestSilencesDoNotDependOnOrder also holds where a satellite fills a silence of the shore later on.
func TestSilencesDoNotDependOnOrder(t *testing.T) {
	r := position(244999001, fujairah, 12, 0)
	minutes := []float64{0, 1, 2, 92, 93, 500, 1440}
	var feed, back []*ais.Report
	for i := range minutes {
		feed = append(feed, at(minutes[i]*60, "A", r))
		back = append(back, at(minutes[len(minutes)-1-i]*60, "A", r))
	}
	for name, reports := range map[string][]*ais.Report{"in order": feed, "backwards": back} {
		t.Run(name, func(t *testing.T) {
			want(t, measure(t, reports...), map[string]float64{
				"silence.a_day_over_1h": 3, "silence.a_day_over_6h": 2, "silence.a_day_over_24h": 0,
				"silence.share_of_time": (90 + 407 + 940) / 1440.0, "silence.ship_days": 1, "messages_ship_hour": 7.0 / 4,
			})
		})
	}
	filled := measure(t, append(feed, at(46*60, "SAT-1", r))...)
	want(t, filled, map[string]float64{"silence.a_day_over_1h": 2, "silence.ground.p10": 1})
}

func TestMinutesFarFromAShipsFirstAreLeftOut(t *testing.T) {
	var m minutes
	m.set(start)
	m.set(start + 10*365*day)
	m.set(start - 10*365*day)
	if len(m.words) != 1 {
		t.Errorf("%d words kept for one minute", len(m.words))
	}
}

func TestWhatReportsLeaveOut(t *testing.T) {
	whole := position(244999001, fujairah, 12, 0)
	blind := whole
	blind.Has = ais.HasNavStatus
	small := classB(244999002, fujairah, 5)
	static := ais.Report{Kind: ais.Static, Message: 5, Class: ais.ClassA, MMSI: 244999001, Has: ais.HasName | ais.HasIMO, Flags: ais.BadIMO, Name: ais.TextFrom("SYN ONE")}
	other := static
	other.Has, other.Flags, other.Name = ais.HasName|ais.HasDraught, 0, ais.TextFrom("SYN TWO")
	f := measure(t, at(0, "A", whole), at(10, "A", blind), at(20, "A", whole), at(30, "A", whole), at(40, "A", small), at(50, "A", static), at(60, "A", other))
	want(t, f, map[string]float64{
		"absent.position.a": 0.25, "absent.heading.a": 0.25, "absent.turn.a": 1, "absent.heading.b": 1, "absent.position.b": 0,
		"static.absent.imo": 0.5, "static.bad_imo": 1, "static.absent.draught": 0.5, "static.absent.eta": 1,
		"ships.class_b": 0.5, "ships.two_names": 1, "type.05": 2.0 / 7, "type.class_b": 1.0 / 7,
	})
}

func TestWhatCrewsSet(t *testing.T) {
	var feed []*ais.Report
	for i, r := range []ais.Report{
		position(244999001, fujairah, 0, 1), position(244999001, fujairah, 0.2, 1), position(244999002, fujairah, 0.1, 0),
		position(244999003, fujairah, 9, 5), position(244999004, fujairah, 9, 0), position(244999004, fujairah, 25, 0),
	} {
		feed = append(feed, at(float64(i)*200, "A", r))
	}
	want(t, measure(t, feed...), map[string]float64{
		"at_rest.says_anchored": 2.0 / 3, "at_rest.says_under_way": 1.0 / 3, "moving.says_at_rest": 1.0 / 3, "moored.shows_speed": 0.5,
		"sog.median": 9, "sog.over_23": 1.0 / 3,
	})
}

func TestCompassTurnsAreMeasuredOverTwentySeconds(t *testing.T) {
	var feed []*ais.Report
	for i := range 13 {
		r := position(244999001, fujairah, 12, 0)
		r.Heading = geo.Degrees(math.Mod(355+float64(i), 360))
		feed = append(feed, at(float64(i)*10, "A", r))
	}
	h := measure(t, feed...).Histogram("turn")
	if h == nil || h.N() != 6 || math.Abs(h.Quantile(0.5)-6) > 1 {
		t.Errorf("got %+v, want 6 turns of 6° a minute", h)
	}
}

func TestScatterOfAMooredShip(t *testing.T) {
	var feed []*ais.Report
	for i := range 40 { // 3 m east and west of the middle, in turn
		east := 3 * math.Pow(-1, float64(i))
		p := geo.Destination(fujairah, 90, geo.Metres(math.Abs(east)))
		if east < 0 {
			p = geo.Destination(fujairah, 270, 3)
		}
		feed = append(feed, at(float64(i)*180, "A", position(244999001, p, 0, 5)))
	}
	f := measure(t, feed...)
	if v, ok := f.Find("rest.moored.median"); !ok || v.N != 2 || math.Abs(v.Value-3) > 0.4 {
		t.Errorf("got %+v, want 3 m in two hours, within a bin", v)
	}
	want(t, f, map[string]float64{"rest.swing.median": math.NaN(), "rest.anchored.median": math.NaN()})
}

func TestSwingAtAnchor(t *testing.T) {
	var feed []*ais.Report
	for i := range 480 {
		p := geo.Destination(fujairah, geo.Degrees(i%360), 400)
		feed = append(feed, at(float64(i)*180, "A", position(244999001, p, 0.2, 1)))
	}
	if v, ok := measure(t, feed...).Find("rest.swing.median"); !ok || math.Abs(v.Value-400) > 50 {
		t.Errorf("got %+v, want 400 m within a bin", v)
	}
}

func TestNearestNeighbourAtAnchor(t *testing.T) {
	var feed []*ais.Report
	for i, metres := range []geo.Metres{0, 700, 1500, 60_000} { // the last is alone
		feed = append(feed, at(float64(i), "A", position(244999001+ais.MMSI(i), geo.Destination(fujairah, 90, metres), 0, 1)))
	}
	feed = append(feed, at(5, "A", position(244999009, fujairah, 8, 0))) // passes by
	if v, ok := measure(t, feed...).Find("spacing.anchored.median"); !ok || v.N != 3 || math.Abs(v.Value-700) > 60 {
		t.Errorf("got %+v, want 700 m of 3 ships", v)
	}
}

func TestJumpsAndJamming(t *testing.T) {
	airport := geo.Point{55.69, 25.213}
	var feed []*ais.Report
	for i := range 5 {
		ship := 244999001 + ais.MMSI(i)
		feed = append(feed, at(float64(i), "A", position(ship, fujairah, 10, 0)), at(60+float64(i), "A", position(ship, airport, 45, 0)),
			at(120+float64(i), "A", position(ship, airport, 45, 0)))
	}
	want(t, measure(t, feed...), map[string]float64{"jumps_per_10000": 5000, "jump.ships": 5, "jammed": 10.0 / 15})
	want(t, measure(t, feed[:12]...), map[string]float64{"jump.ships": 4, "jammed": 0})
}

func TestTransitsOfHormuz(t *testing.T) {
	inside, outside, strait := geo.Point{55.5, 26.2}, geo.Point{57.2, 25.6}, geo.Point{56.5, 26.55}
	hour := 3600.0
	cases := []struct {
		name     string
		places   []geo.Point
		hours    []float64
		transits float64
	}{
		{"out", []geo.Point{inside, strait, outside}, []float64{0, 6, 11}, 1},
		{"out and in", []geo.Point{inside, strait, outside, strait, inside}, []float64{0, 6, 11, 20, 26}, 2},
		{"to the strait and back", []geo.Point{inside, strait, inside}, []float64{0, 6, 12}, math.NaN()},
		{"unheard for three days", []geo.Point{inside, outside}, []float64{0, 72}, math.NaN()},
		{"a jump", []geo.Point{inside, outside, outside}, []float64{0, 0.5, 0.6}, math.NaN()},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			static := ais.Report{Kind: ais.Static, Message: 5, Class: ais.ClassA, MMSI: 244999001, ShipType: 82, Has: ais.HasShipType}
			feed := []*ais.Report{at(0, "A", static)}
			for i, p := range c.places {
				feed = append(feed, at(c.hours[i]*hour+1, "A", position(244999001, p, 12, 0)))
			}
			feed = append(feed, at(96*hour, "A", position(244999002, fujairah, 0, 1)))
			want(t, measure(t, feed...), map[string]float64{"hormuz.transits_a_day": c.transits / 4, "hormuz.tankers_a_day": c.transits / 4})
		})
	}
}

func TestUntimedRecordingsGiveNoTimes(t *testing.T) {
	m := NewMeter(false)
	for i := range 100 {
		m.Observe(at(float64(i)*10, "A", position(244999001, fujairah, 12, 0)))
	}
	want(t, m.Figures("untimed"), map[string]float64{"interval.under_14.median": math.NaN(), "span_s": math.NaN(), "absent.heading.a": 0, "sog.median": 12})
}

func TestRejectsAreSpoiltSentences(t *testing.T) {
	m := NewMeter(true)
	for i := range 98 {
		m.Observe(at(float64(i), "A", position(244999001, fujairah, 12, 0)))
	}
	m.Reject(ais.Reject{Reason: ais.BadChecksum})
	m.Reject(ais.Reject{Reason: ais.NotNMEA})
	m.Reject(ais.Reject{Reason: ais.NoTime})
	want(t, m.Figures("spoilt"), map[string]float64{"spoilt": 0.02})
}

func BenchmarkObserve(b *testing.B) {
	m := NewMeter(true)
	r := position(0, fujairah, 12, 0)
	n := 0
	for b.Loop() {
		n++
		r.MMSI, r.Hash, r.Time = ais.MMSI(244_999_000+n%500), uint64(n), start+ais.UnixMilli(n*20)
		m.Observe(&r)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "reports/s")
	if v, _ := m.Figures("bench").Find("messages"); int(v.Value) != n {
		b.Fatalf("%g messages of %d", v.Value, n)
	}
}
