package track

import (
	"testing"
	"time"
)

// TestAShipIsExpectedAsSheIsHeard asks for the interval of a day: steady, by passes, and steady with silences that are no habit.
func TestAShipIsExpectedAsSheIsHeard(t *testing.T) {
	each := func(n int, d time.Duration) spell { return spell{d.Milliseconds(), n} }
	for _, tc := range []struct {
		name   string
		spells []spell
		want   time.Duration
	}{
		{"every five minutes", []spell{each(288, 5*time.Minute)}, 5 * time.Minute},
		{"every hour", []spell{each(24, time.Hour)}, time.Hour},
		{"four passes of three messages", []spell{each(8, 5*time.Minute), each(4, 6*time.Hour)}, 6 * time.Hour},
		{"passes that come unevenly", []spell{each(20, time.Minute), each(1, 2*time.Hour), each(2, 5*time.Hour), each(1, 11*time.Hour)}, 5 * time.Hour},
		{"one long silence", []spell{each(130, 5*time.Minute), each(1, 13*time.Hour)}, 5 * time.Minute},
		{"two long silences", []spell{each(60, 5*time.Minute), each(1, 9*time.Hour), each(1, 10*time.Hour)}, 5 * time.Minute},
		{"three in less than half the time", []spell{each(180, 5*time.Minute), each(3, 2*time.Hour)}, 5 * time.Minute},
	} {
		if got := time.Duration(interval(tc.spells)) * time.Millisecond; got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}
