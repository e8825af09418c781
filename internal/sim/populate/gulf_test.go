package populate

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

func open(t testing.TB, name string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", name))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wet tells whether there is water here and all round at a distance.
func wet(sea *geo.Sea, p geo.Point, round, inland geo.Metres) bool {
	for _, q := range []geo.Point{p, motion.Move(p, round, round), motion.Move(p, -round, round), motion.Move(p, round, -round), motion.Move(p, -round, -round)} {
		if sea.OnLand(q, inland) {
			return false
		}
	}
	return true
}

// TestLanesKeepToWater allows for the 450 m that ships keep to either side of a lane.
func TestLanesKeepToWater(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, "gulf.yaml")
	for _, way := range s.Lanes.Edges {
		for i := 1; i < len(way); i++ {
			a, b := s.Lanes.Nodes[way[i-1]].Geo(), s.Lanes.Nodes[way[i]].Geo()
			steps := max(1, int(motion.Length(a, b)/400))
			for k := range steps + 1 {
				if p := geo.Interpolate(a, b, float64(k)/float64(steps)); !wet(sea, p, 500, 1) {
					t.Errorf("%s to %s: land at %.3f, %.3f", way[i-1], way[i], p[0], p[1])
					break
				}
			}
		}
	}
}

// TestPlacesLieInWater looks at every berth and every anchor's spot, at the hull that swings there, and at the way to
// the lanes and between roads and berths.
func TestPlacesLieInWater(t *testing.T) {
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, "gulf.yaml")
	b, err := newBuilder(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Places)) {
		p := s.Places[name]
		round := geo.Metres(600)
		switch {
		case p.Quay || !p.Buoy && p.Spots == 0:
			round = 100
		case p.Spacing > 0 && p.Spacing < 700:
			round = geo.Metres(p.Spacing / 2)
		}
		for n := range max(1, p.Spots) {
			at := p
			if p.Spots > 0 {
				at = spotOf(name, p, n)
			}
			if !wet(sea, at.At.Geo(), round, 1) {
				t.Errorf("%s, spot %d: land at %.3f, %.3f", name, n+1, at.At[0], at.At[1])
				break
			}
		}
		for _, inbound := range []bool{true, false} {
			doors, err := b.net.doors(name, inbound)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range doors {
				if !clear(sea, b.net.points[d], p.At.Geo()) {
					t.Errorf("%s: land on the way to or from %s", name, b.net.names[d])
				}
			}
		}
	}
	for name, term := range s.Terminals {
		for _, berth := range term.Berths {
			for _, roads := range term.Roads {
				if p, q := s.Places[berth].At.Geo(), s.Places[roads].At.Geo(); b.net.neighbours(berth, roads) && !clear(sea, p, q) {
					t.Errorf("%s: land between %s and %s", name, berth, roads)
				}
			}
		}
	}
}

func clear(sea *geo.Sea, a, b geo.Point) bool {
	steps := max(1, int(motion.Length(a, b)/300))
	for k := range steps + 1 {
		if sea.OnLand(geo.Interpolate(a, b, float64(k)/float64(steps)), 1) {
			return false
		}
	}
	return true
}

// TestAllPlacesCanBeReached goes from the sea to every terminal, to every other and out again.
func TestAllPlacesCanBeReached(t *testing.T) {
	s := open(t, "gulf.yaml")
	n, err := newNetwork(s)
	if err != nil {
		t.Fatal(err)
	}
	var ends []string
	for _, name := range slices.Sorted(maps.Keys(s.Terminals)) {
		term := s.Terminals[name]
		ends = append(ends, slices.Concat(term.Berths, term.Roads)[:1]...)
	}
	longest := 0.0
	seas := []string{"east", "makran", "cape"}
	for _, a := range append([]string{"east-in", "makran-in", "cape-in"}, ends...) {
		for _, b := range append([]string{"east-out", "makran-out", "cape-out"}, ends...) {
			if slices.Contains(seas, strings.TrimSuffix(a, "-in")) && slices.Contains(seas, strings.TrimSuffix(b, "-out")) {
				continue
			}
			if _, err := n.route(a, b); err != nil {
				t.Error(err)
				continue
			}
			direct := float64(motion.Length(s.Places[a].At.Geo(), s.Places[b].At.Geo()).NauticalMiles())
			if h := n.hours(a, b, 10) * 10; h > 3*direct+150 {
				t.Errorf("%s to %s: %.0f nm, %.0f as the crow flies", a, b, h, direct)
			}
			longest = max(longest, n.hours(a, b, 12))
		}
	}
	if longest < 60 || longest > 90 {
		t.Errorf("the longest way takes %.0f h at 12 kn, want 60 to 90", longest)
	}
}
