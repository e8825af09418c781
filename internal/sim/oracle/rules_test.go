package oracle

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// baseline is what the oracle knows of the great world before it hears anything.
func baseline(t *testing.T) *rules {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", "baseline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRules(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASilenceBeginsOnTheWayToItsEnd(t *testing.T) {
	r := baseline(t)
	for _, c := range []struct {
		name   string
		at     geo.Point
		ways   [][]geo.Point
		on     bool
		beside [][]geo.Point
	}{
		{"the lane to the Strait", geo.Point{58.40, 25.00}, r.inside, true, r.across},
		{"the lane to Fujairah", geo.Point{58.40, 24.72}, r.across, true, r.inside},
	} {
		if got := r.onWay(c.ways, c.at); got < 0.9 {
			t.Errorf("%s: got %.2f on it, want nearly 1", c.name, got)
		}
		if got := r.onWay(c.beside, c.at); got > 0.1 {
			t.Errorf("%s: got %.2f for the other, want nearly 0", c.name, got)
		}
	}
	if got := r.onWay(r.inside, geo.Point{52, 27}); got != 1 {
		t.Errorf("in the Gulf all ways are one: got %.2f", got)
	}
}

func TestPilotsAreNotTheWorldsEdge(t *testing.T) {
	r := baseline(t)
	for _, c := range []struct {
		name  string
		at    geo.Point
		least float64
		most  float64
	}{
		{"at the edge", geo.Point{61.2, 23.75}, 0, 1},
		{"off Fujairah", geo.Point{56.62, 25.10}, 10, 40},
		{"off Jebel Ali", geo.Point{54.88, 25.23}, 20, 60},
	} {
		if got := r.atEdge(c.at); got < c.least || got > c.most {
			t.Errorf("%s: got %.1f h, want %v to %v", c.name, got, c.least, c.most)
		}
	}
}

func TestStopsThatAskForCompany(t *testing.T) {
	r := baseline(t)
	field := r.areas[0]
	stops := []stay{
		{at: geo.Point{50.0, 28.0}},               // in the Gulf
		{at: field, goes: true},                   // waits, and goes alongside then
		{at: field},                               // hosts, or waits for nobody
		{at: field, came: true},                   // has gone alongside
		{at: geo.Point{56.557, 25.2}, goes: true}, // lawful roads
	}
	var got []float64
	for _, x := range stops {
		got = append(got, r.company(x))
	}
	if !(got[0] < got[1] && got[1] < got[2] && got[2] < got[3]) || got[4] > 0.05 {
		t.Errorf("got %.3f", got)
	}
}

func TestAMeetingsSilenceHasItsLength(t *testing.T) {
	r := baseline(t)
	s := &ship{kind: scenario.Hull{Class: "VLCC", DWT: 300_000}, crude: true}
	at := geo.Point{58.4, 24.72}
	density := func(hours float64) float64 { return r.meetingLasts(s, stretch{a: at, b: at, to: int32(3600 * hours)}) }
	sum := 0.0
	for h := 1.0; h < 2000; h++ {
		sum += density(h) / 24
	}
	if math.Abs(sum-1) > 0.05 {
		t.Errorf("the density sums to %.3f", sum)
	}
	if density(95) < 5*density(24) || density(95) < 5*density(400) {
		t.Errorf("%.4f of 24 h, %.4f of 95 h, %.4f of 400 h: want most for four days", density(24), density(95), density(400))
	}
}

func TestShipsWithoutHeadingsLieSideBySide(t *testing.T) {
	r := baseline(t)
	track := func(east float64) *ship {
		s := &ship{kind: scenario.Hull{DWT: 150_000}}
		for i := range int32(60) {
			p := geo.Point{57.15 + east/101_000, 24.9}
			s.fixes = append(s.fixes, fix{at: i * 1800, lon: int32(p[0] * 600_000), lat: int32(p[1] * 600_000), heading: noHeading, station: firstSatellite})
		}
		return s
	}
	for _, c := range []struct {
		metres float64
		want   bool
	}{{60, true}, {200, true}, {900, false}} {
		m, got := tied(r, track(0), track(c.metres), 0, 60*1800)
		if got != c.want || got && m.to-m.from < 28*3600 {
			t.Errorf("%.0f m apart: got %v, %d s", c.metres, got, m.to-m.from)
		}
	}
}

func TestAFalseTrackOfDaysIsNoJam(t *testing.T) {
	for _, c := range []struct {
		hours int32
		want  bool
	}{{5, true}, {100, false}} {
		var ships []*ship
		for range 5 {
			ships = append(ships, &ship{fakes: []stretch{{from: 3600, to: 3600 + 3600*c.hours, a: geo.Point{56, 26.5}, fake: true}}})
		}
		jam(ships)
		if got := ships[0].fakes[0].jammed; got != c.want {
			t.Errorf("five false tracks of %d h: got jammed %v", c.hours, got)
		}
	}
}
