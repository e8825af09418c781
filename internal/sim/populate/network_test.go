package populate

import (
	"testing"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// strait is a little sea with a lane for each direction.
func strait() *scenario.Scenario {
	return &scenario.Scenario{
		Seed: 1, Days: 10,
		Places: map[string]scenario.Place{
			"sea":   {At: scenario.Point{60, 24}, Out: []string{"e-in"}, In: []string{"e-out"}},
			"berth": {At: scenario.Point{50, 27}},
			"roads": {At: scenario.Point{50.1, 27}, Spacing: 900, Spots: 9},
			"creek": {At: scenario.Point{55.1, 26.4}},
		},
		Terminals: map[string]scenario.Terminal{"port": {Berths: []string{"berth"}, Roads: []string{"roads"}, In: []string{"w-in"}, Out: []string{"w-out"}}},
		Lanes: scenario.Lanes{
			Nodes: map[string]scenario.Point{"e-in": {59, 24.3}, "m-in": {56, 26.6}, "w-in": {51, 27.2}, "w-out": {51, 26.9}, "m-out": {56, 26.4}, "e-out": {59, 24}},
			Edges: [][]string{{"e-in", "m-in", "w-in"}, {"w-out", "m-out", "e-out"}, {"m-in", "m-out"}},
		},
	}
}

func TestRoutesKeepToTheirSide(t *testing.T) {
	n, err := newNetwork(strait())
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		from, to string
		want     []string
	}{
		{"sea", "berth", []string{"e-in", "m-in", "w-in"}},
		{"berth", "sea", []string{"w-out", "m-out", "e-out"}},
		{"roads", "berth", nil},
		{"creek", "sea", []string{"m-out", "e-out"}},
	}
	for _, c := range cases {
		t.Run(c.from+" to "+c.to, func(t *testing.T) {
			got, err := n.route(c.from, c.to)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			for i, name := range c.want {
				if got[i].Point != n.s.Lanes.Nodes[name] {
					t.Errorf("point %d: got %v, want %s", i, got[i].Point, name)
				}
			}
		})
	}
	if _, err := n.route("sea", "nowhere"); err == nil {
		t.Error("a way to a place that is not there")
	}
	if h := n.hours("sea", "berth", 12); h < 40 || h > 60 {
		t.Errorf("some 560 nm at 12 kn take %.1f h", h)
	}
}

func TestSpotsAreGivenToOneShipAtATime(t *testing.T) {
	b, err := newBuilder(strait())
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for range 9 {
		name, ok := b.lie("roads", 1, 3)
		if !ok || given[name] {
			t.Fatalf("got %q, %v after %d", name, ok, len(given))
		}
		given[name] = true
	}
	if name, ok := b.lie("roads", 2, 4); ok {
		t.Errorf("a tenth ship lies at %s", name)
	}
	if name, ok := b.lie("roads", 3, 4); !ok || !given[name] {
		t.Errorf("when the first have left: got %q, %v", name, ok)
	}
	if !b.reserve("berth", 5, 6) || !b.reserve("berth", 6.5, 9) {
		t.Fatal("the berth is taken")
	}
	if at := b.vacant("berth", 4.5, 1); at != 9 {
		t.Errorf("free for a day from day %g, want 9", at)
	}
}

func TestShipsAreToldApart(t *testing.T) {
	b, err := newBuilder(strait())
	if err != nil {
		t.Fatal(err)
	}
	rng := b.stream("many")
	names, mmsis, serials := map[string]bool{}, map[uint32]bool{}, map[uint32]bool{}
	for i := range 2500 {
		v := b.ship(rng, "hull", 636+i/900)
		names[v.Name], mmsis[v.MMSI], serials[v.Serial] = true, true, true
		if len(v.Name) > 20 || len(v.CallSign) > 7 || v.MMSI/1000%1000 != 999 {
			t.Fatalf("got %+v", v)
		}
	}
	if len(names) != 2500 || len(mmsis) != 2500 || len(serials) != 2500 {
		t.Errorf("%d names, %d MMSIs, %d IMO numbers for 2,500 ships", len(names), len(mmsis), len(serials))
	}
}
