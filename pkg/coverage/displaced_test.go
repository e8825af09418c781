package coverage

import (
	"testing"
	"time"
)

// TestDisplacedShipsTeachNothing: a control that is jammed is taken out of the counts and out of the day's health, and
// put back when it proves to have been where she said.
func TestDisplacedShipsTeachNothing(t *testing.T) {
	s := newScene(10)
	s.play(0, 48, -1)
	k := key{cellOf(seat), false}
	h := int32(hourOf(day0)) + 40
	before, health := s.m.hours[h].region(k.cell.block()).all(), s.m.Health(day0.AddDate(0, 0, 1))
	if before.there == 0 || health != 1 {
		t.Fatalf("got %+v there and a health of %v, want some and 1", before, health)
	}
	from, to := day0.Add(36*time.Hour), day0.Add(48*time.Hour)
	for range 2 { // saying it twice changes nothing
		for id := range uint32(5) {
			s.m.Displaced(id+1, from, to, true)
		}
		after := s.m.hours[h].region(k.cell.block()).all()
		if after.there != before.there-5 || after.coast != before.coast-5 {
			t.Errorf("five displaced: got %+v, want five fewer than %+v", after, before)
		}
		// Ten controls and ship 0 were heard all day, five not where they said in its second half.
		if got := s.m.Health(day0.AddDate(0, 0, 1)); got < 1-5.0/22-0.01 || got > 1-5.0/22+0.01 {
			t.Errorf("health got %.3f, want %.3f", got, 1-5.0/22)
		}
	}
	for id := range uint32(5) {
		s.m.Displaced(id+1, from, to, false)
	}
	if got := s.m.hours[h].region(k.cell.block()).all(); got != before {
		t.Errorf("taken back: got %+v, want %+v", got, before)
	}
	if got := s.m.Health(day0.AddDate(0, 0, 1)); got != 1 {
		t.Errorf("taken back: health got %v, want 1", got)
	}
	s.m.Displaced(99, from, to, true) // nobody knows her
}

// TestFalseHoursSayNothingOfAShip: what was heard of a ship on a false track does not tell how well she is heard.
func TestFalseHoursSayNothingOfAShip(t *testing.T) {
	s := newScene(10)
	s.coast = func(ship, hour int) bool { return ship > 0 || hour%4 == 0 }
	s.play(0, days*24, silentAt)
	before := s.stay(silentAt-1, 10)
	s.m.Displaced(0, day0.Add((silentAt-40)*time.Hour), day0.Add(silentAt*time.Hour), true)
	after := s.stay(silentAt-1, 10)
	if after.Expected > before.Expected/2 || after.Heard >= before.Heard {
		t.Errorf("got %d of %.1f units, before %d of %.1f: want fewer", after.Heard, after.Expected, before.Heard, before.Expected)
	}
}

// TestPassesAreToldFromAfar: where hardly a control sails, those of the sea round a ship tell when a satellite passed.
func TestPassesAreToldFromAfar(t *testing.T) {
	m := NewModel(Defaults())
	near, far := key{cellOf(seat), false}, key{cellOf(seat) + 3*cellsPerDegree, false}
	m.count(5, near, tally{there: 2, space: 1})
	n := m.hours[5]
	if m.passed(n, near.cell.block()) {
		t.Error("one control heard by satellite makes a pass")
	}
	m.count(5, far, tally{there: 3, space: 3})
	if !m.passed(n, near.cell.block()) {
		t.Error("three controls heard 3° away, and two ships near: no pass")
	}
	m.count(5, near, tally{there: 20})
	if m.passed(n, near.cell.block()) {
		t.Error("twenty controls near of which one was heard: a pass")
	}
}

// TestClustersAreCountedTwiceADay: satellites of one orbit come together, and those of a whole day are two chances.
func TestClustersAreCountedTwiceADay(t *testing.T) {
	s := newScene(10)
	s.play(0, days*24, silentAt)
	for _, tc := range []struct{ hours, passes, clusters int }{{2, 1, 1}, {10, 3, 1}, {12, 4, 1}} {
		if got := s.stay(silentAt-1, tc.hours); got.Passes < tc.passes || got.Clusters != tc.clusters {
			t.Errorf("%d h: got %d passes in %d clusters, want %d in %d", tc.hours, got.Passes, got.Clusters, tc.passes, tc.clusters)
		}
	}
	if got := s.stay(silentAt-40, 30); got.Clusters != 3 {
		t.Errorf("30 h: got %d clusters, want 3", got.Clusters)
	}
	if got := s.stay(silentAt-1, 12); got.ByCoast < got.Raw || got.ByCoast > 0.1 {
		t.Errorf("12 h: got %g by coast alone and %g in all, want no less and hardly a chance", got.ByCoast, got.Raw)
	}
}
