package coverage

import (
	"math"
	"testing"
)

func TestMapTellsWhatCouldBeHeard(t *testing.T) {
	s := newScene(10)
	s.coast = func(_, hour int) bool { return hour%2 == 0 }
	s.play(0, 6*24, -1)
	cells := s.m.Map()
	if len(cells) != 1 {
		t.Fatalf("got %d cells, want the one that controls lie in", len(cells))
	}
	c := cells[0]
	if c.West != 56.5 || c.South != 25 || cellAt(c.West, c.South) != cellOf(seat) {
		t.Errorf("got corner %v, %v, want 56.5, 25", c.West, c.South)
	}
	// Heard by the coast in every other hour; by satellites, which hear all at rest, in every third.
	if !c.Coast.Known || math.Abs(c.Coast.Chance-0.5) > 0.05 || c.Coast.Hours < 100 {
		t.Errorf("coast got %+v, want a half", c.Coast)
	}
	if !c.AtRest.Known || math.Abs(c.AtRest.Chance-1.0/passEvery) > 0.05 {
		t.Errorf("satellites got %+v at rest, want a third", c.AtRest)
	}
	if c.Underway.Hours != 0 {
		t.Errorf("nobody was under way: got %+v", c.Underway)
	}
	days := s.m.Days()
	if len(days) == 0 {
		t.Fatal("got no days")
	}
	for i, d := range days {
		if d.West != c.West || d.There < d.Coast || d.Passed < d.Space || d.There < d.Passed || i > 0 && !d.Date.After(days[i-1].Date) {
			t.Errorf("day %d: got %+v", i, d)
		}
	}
	if alone := NewModel(Defaults()); len(alone.Map()) != 0 || len(alone.Days()) != 0 {
		t.Error("an empty model knows of cells")
	}
}

func TestMapSaysUnknownWhereFewSail(t *testing.T) {
	s := newScene(1)
	s.play(0, 30, -1)
	for _, c := range s.m.Map() {
		if c.Coast.Known || c.AtRest.Known {
			t.Errorf("one ship on one day: got %+v", c)
		}
	}
}
