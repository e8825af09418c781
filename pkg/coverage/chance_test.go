package coverage

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// scene is a sea with controls at rest round a coast station and satellites that pass every third hour.
type scene struct {
	m     *Model
	ships int
	// coast and space tell whether a ship is heard in an hour; satellites are heard only in hours they pass.
	coast, space func(ship, hour int) bool
}

const passEvery = 3

var seat = geo.PointFromDegrees(56.6, 25.2)

func newScene(ships int) *scene {
	return &scene{m: NewModel(Defaults()), ships: ships,
		coast: func(int, int) bool { return true }, space: func(int, int) bool { return true }}
}

func moment(hour int, p geo.Point) Moment {
	return Moment{Time: day0.Add(time.Duration(hour)*time.Hour + 20*time.Minute), Position: p}
}

// told is what the model is told of an hour.
type told func(m *Model)

// tell lists what is heard of one ship in some hours, silences included as stage A tells of them.
func (s *scene) tell(id, from, to int) map[int][]told {
	out := map[int][]told{}
	last := -1
	p := geo.PointFromDegrees(seat[0]+float64(id%5)*0.02, seat[1])
	for h := from; h < to; h++ {
		at := moment(h, p)
		at.Coast = s.coast(id, h)
		at.Space = h%passEvery == 0 && s.space(id, h)
		if !at.Coast && !at.Space {
			continue
		}
		out[h] = append(out[h], func(m *Model) { m.Heard(uint32(id), at) })
		if last >= 0 && h-last > 1 {
			off := moment(last, p)
			out[h] = append(out[h], func(m *Model) { m.Silent(uint32(id), off, at) })
		}
		last = h
	}
	return out
}

// play lets some hours pass. Ship 0 is watched and silent from an hour on, if that is not negative.
func (s *scene) play(from, to, silent int) {
	all := map[int][]told{}
	for id := range s.ships + 1 {
		if id > 0 && from == 0 {
			s.m.Mark(uint32(id), Control)
		}
		until := to
		if id == 0 && silent >= 0 {
			until = silent
		}
		for h, list := range s.tell(id, from, until) {
			all[h] = append(all[h], list...)
		}
	}
	for h := from; h < to; h++ {
		for _, say := range all[h] {
			say(s.m)
		}
		s.count(h)
		s.m.Advance(day0.Add(time.Duration(h+1) * time.Hour))
	}
}

// count gives the station's counts of an hour.
func (s *scene) count(h int) {
	n := 0
	for id := 1; id <= s.ships; id++ {
		if s.coast(id, h) {
			n++
		}
	}
	if n > 0 {
		s.m.Observe(Input{Cell: int32(cellOf(seat)), Hour: day0.Add(time.Duration(h) * time.Hour), Source: "a", Station: "COAST", Coast: true, Messages: n, Emitters: n})
	}
}

// stay asks for a silence at the seat, from one hour on.
func (s *scene) stay(off, hours int) Answer {
	p := Path{Weight: 1}
	for h := off + 1; h <= off+hours; h++ {
		p.Steps = append(p.Steps, Step{Hour: day0.Add(time.Duration(h) * time.Hour), Position: seat})
	}
	return s.m.Chance(0, moment(off, seat).Time, []Path{p})
}

// days is how long scenes play, and silentAt when ship 0 falls silent, twelve hours before their end.
const (
	days     = 9
	silentAt = days*24 - 13
)

func TestChanceTellsHidingFromDeafness(t *testing.T) {
	never := func(int, int) bool { return false }
	draw := func(share float64) func(int, int) bool {
		return func(ship, hour int) bool {
			return rand.New(rand.NewPCG(uint64(ship), uint64(hour))).Float64() < share
		}
	}
	for _, tc := range []struct {
		name   string
		edit   func(s *scene)
		known  bool
		lo, hi float64
	}{
		{"all are heard, always", func(*scene) {}, true, 0, 1e-4},
		{"by the coast alone", func(s *scene) { s.space = never }, true, 0, 1e-3},
		{"by satellite alone", func(s *scene) { s.ships, s.coast = 60, never }, true, 1e-5, 0.1},
		{"one hour in five", func(s *scene) { s.ships, s.space, s.coast = 60, never, draw(0.2) }, true, 0.01, 0.6},
		{"the station is out in those hours", func(s *scene) {
			s.space = never
			s.coast = func(_, h int) bool { return h < silentAt }
		}, true, 0.2, 1},
		{"one control is not enough", func(s *scene) { s.ships = 1; s.space = never; s.m.o.Support = 200 }, false, 1, 1},
		{"nobody is there", func(s *scene) { s.ships = 0 }, false, 1, 1},
	} {
		s := newScene(20)
		tc.edit(s)
		s.play(0, days*24, silentAt)
		a := s.stay(silentAt-1, 12)
		if a.Known != tc.known || a.P0 < tc.lo || a.P0 > tc.hi {
			t.Errorf("%s: got known %v, p0 %.3g, want %v and %v to %v: %+v", tc.name, a.Known, a.P0, tc.known, tc.lo, tc.hi, a)
		}
	}
}

// TestMassDarknessDoesNotHideItself: that other tankers fall silent too teaches nothing.
func TestMassDarknessDoesNotHideItself(t *testing.T) {
	alone, many := newScene(20), newScene(20)
	alone.play(0, days*24, silentAt)
	for id := 100; id < 160; id++ {
		for h, list := range many.tell(id, 0, silentAt) {
			_ = h
			for _, say := range list {
				say(many.m)
			}
		}
	}
	many.play(0, days*24, silentAt)
	if got, want := many.stay(silentAt-1, 12).P0, alone.stay(silentAt-1, 12).P0; got != want {
		t.Errorf("among sixty tankers gone dark: p0 got %v, want %v as for one", got, want)
	}
}

// TestFewerReportsRaiseTheChance takes more and more of the station's reports away.
func TestFewerReportsRaiseTheChance(t *testing.T) {
	before := -1.0
	for _, share := range []float64{1, 0.7, 0.4, 0.2, 0.05} {
		s := newScene(20)
		s.space = func(int, int) bool { return false }
		s.coast = func(ship, hour int) bool { return rand.New(rand.NewPCG(uint64(ship), uint64(hour))).Float64() < share }
		s.play(0, days*24, silentAt)
		a := s.stay(silentAt-1, 12)
		if a.P0 < before {
			t.Errorf("%v of the reports: p0 got %v, want no less than %v of more of them", share, a.P0, before)
		}
		before = a.P0
	}
}

// TestOrderDoesNotMatter tells each hour's facts in another order, and one ship's a day late.
func TestOrderDoesNotMatter(t *testing.T) {
	draw := func(ship, hour int) bool { return rand.New(rand.NewPCG(uint64(ship), uint64(hour))).Float64() < 0.6 }
	answer := func(shuffle uint64) (Answer, []Calibration) {
		s := newScene(12)
		s.coast = draw
		random := rand.New(rand.NewPCG(shuffle, 1))
		for h := range days * 24 {
			var list []told
			for id := 1; id <= s.ships; id++ {
				s.m.Mark(uint32(id), Control)
			}
			for id := range s.ships + 1 {
				list = append(list, func(m *Model) {
					for _, say := range s.tell(id, max(0, h-24), h+1)[h] {
						say(m)
					}
				})
			}
			random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			for _, say := range list {
				say(s.m)
			}
			s.count(h)
			s.m.Advance(day0.Add(time.Duration(h+1) * time.Hour))
		}
		return s.stay(silentAt-1, 12), s.m.Calibrations()
	}
	want, wantChecks := answer(1)
	for n := uint64(2); n < 5; n++ {
		got, checks := answer(n)
		if got != want || !slices.Equal(checks, wantChecks) {
			t.Errorf("order %d: got %+v, want %+v", n, got, want)
		}
	}
}

// TestCalibrationOfHonestChance: where ships are heard by chance alone, as many fall silent as were predicted, within the
// factor of two to which the shrinkage of few ships leads.
func TestCalibrationOfHonestChance(t *testing.T) {
	s := newScene(60)
	s.space = func(int, int) bool { return false }
	s.coast = func(ship, hour int) bool { return rand.New(rand.NewPCG(uint64(ship), uint64(hour))).Float64() < 0.3 }
	s.play(0, 14*24, -1)
	found := 0
	for _, c := range s.m.Calibrations() {
		if c.Receiver != "coast" || c.Region != everywhere || c.Observed < 20 {
			continue
		}
		found++
		if ratio := c.Predicted / float64(c.Observed); ratio < 0.5 || ratio > 2 {
			t.Errorf("silences of %d h: predicted %.1f, observed %d of %d", c.Hours, c.Predicted, c.Observed, c.Windows)
		}
	}
	if found == 0 {
		t.Errorf("no check saw 20 silences: %+v", s.m.Calibrations())
	}
}

// TestAnswersComeSoon: after five days enough is checked, of short silences; what was checked so counts once.
func TestAnswersComeSoon(t *testing.T) {
	windows := func(days int) map[int]int64 {
		s := newScene(40)
		s.play(0, days*24, 1000)
		out := map[int]int64{}
		for _, c := range s.m.Calibrations() {
			if c.Receiver == "any" && c.Region == everywhere {
				out[c.Hours] = c.Windows
			}
		}
		return out
	}
	if early := windows(5); early[6] == 0 || early[12] == 0 || early[24] != 0 {
		t.Errorf("after five days: got windows %v, want some of 6 and 12 h, none longer", early)
	}
	if late := windows(9); late[24] == 0 || late[6] > 2*late[24] || late[6] < late[24] {
		t.Errorf("after nine days: got windows %v, want each day checked once", late)
	}
	s := newScene(40)
	s.play(0, 5*24, 1000)
	short, known := s.m.floor(1e-3, 12)
	if long, also := s.m.floor(1e-3, 48); !known || !also || long != short {
		t.Errorf("floor: got %v of 12 h and %v of 48 h, want those of what was checked", short, long)
	}
}

func TestStationsShowThemselves(t *testing.T) {
	far := int32(cellOf(geo.PointFromDegrees(44, 12)))
	for _, tc := range []struct {
		name string
		wide int // hours of ten in which it hears far
		want bool
	}{{"a coast station", 0, false}, {"false positions for an hour", 1, false}, {"a satellite", 7, true}} {
		m := NewModel(Defaults())
		for h := range 10 {
			at := day0.Add(time.Duration(h) * time.Hour)
			m.Observe(Input{Cell: int32(cellOf(seat)), Hour: at, Source: "a", Station: "X", Emitters: 5})
			if h < tc.wide {
				m.Observe(Input{Cell: far, Hour: at, Source: "a", Station: "X", Emitters: 5})
			}
		}
		m.Advance(day0.Add(10 * time.Hour))
		if got := m.Station("a", "X").Space(); got != tc.want {
			t.Errorf("%s: got satellite %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestCellsWrap(t *testing.T) {
	for _, tc := range []struct {
		name string
		p    geo.Point
	}{{"date line", geo.PointFromDegrees(179.9, 10)}, {"north pole", geo.PointFromDegrees(0, 90)}, {"south pole", geo.PointFromDegrees(-180, -90)}} {
		c := cellOf(tc.p)
		seen := map[cell]bool{}
		c.around(func(o cell) { seen[o] = true })
		if !seen[c] || len(seen) < 6 {
			t.Errorf("%s: neighbours got %d, itself %v", tc.name, len(seen), seen[c])
		}
		c.block().around(func(b block) {
			if b < 0 || b >= 360*180 {
				t.Errorf("%s: block %d is off the globe", tc.name, b)
			}
		})
	}
	if got := regionOf(cellOf(geo.PointFromDegrees(-3, -12))); got != "15S005W" {
		t.Errorf("region: got %s, want 15S005W", got)
	}
}

func BenchmarkHeard(b *testing.B) {
	m := NewModel(Defaults())
	m.Mark(1, Control)
	n := 0
	for b.Loop() {
		m.Heard(1, Moment{Time: day0.Add(time.Duration(n) * time.Minute), Position: seat, Coast: true})
		n++
	}
	if m.ships[1].newest == 0 {
		b.Fatal("nothing was heard")
	}
}

func BenchmarkChance(b *testing.B) {
	s := newScene(40)
	s.play(0, 5*24, 100)
	for b.Loop() {
		if a := s.stay(99, 19); a.Expected == 0 {
			b.Fatal("nothing was expected")
		}
	}
}
