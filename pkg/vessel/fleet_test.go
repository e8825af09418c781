package vessel

import (
	"testing"
	"time"
)

func TestDraughtsFollowAHullToHerOtherNumber(t *testing.T) {
	const old, now MMSI = 620999001, 538999002
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f := NewFleet()
	f.Mark(old, DraughtMark{Since: day, Draught: 9.8})
	f.Mark(now, DraughtMark{Since: day.AddDate(0, 0, 5), Draught: 20.9})
	f.Link(old, now)
	f.Link(old, now)
	for _, m := range []MMSI{old, now} {
		s, _ := f.Ship(m)
		if len(s.Draughts) != 2 || s.Draughts[0].Draught != 9.8 || s.Draughts[1].Draught != 20.9 {
			t.Errorf("linked, %s: got %v, want both in order", m, s.Draughts)
		}
	}
	f.Unlink(now, old)
	if s, _ := f.Ship(old); len(s.Draughts) != 1 {
		t.Errorf("no longer linked: got %v, want her own alone", s.Draughts)
	}
}

// listed is a watch list of one number.
type listed struct{}

func (listed) Match(n IMO, m MMSI) []string {
	if n == 9074729 || m == 620999001 {
		return []string{"LIST 1"}
	}
	return nil
}

func TestListsAreAskedForEveryShip(t *testing.T) {
	f := NewFleet()
	f.Watch(listed{})
	f.Update(Particulars{MMSI: 538999002, IMO: 9074729})
	f.Update(Particulars{MMSI: 538999003, IMO: 9999993})
	for _, tc := range []struct {
		name string
		mmsi MMSI
		want int
	}{{"hull", 538999002, 1}, {"another hull", 538999003, 0}, {"nothing heard but her number", 620999001, 1}} {
		if got := f.About(tc.mmsi).Listed; len(got) != tc.want {
			t.Errorf("%s: got %q, want %d", tc.name, got, tc.want)
		}
	}
}
