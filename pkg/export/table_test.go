package export

import (
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// TestTwoShipsOfOneName meet under both their names: only a ship that has two roles is named once.
func TestTwoShipsOfOneName(t *testing.T) {
	one, other := event.Vessel{MMSI: 620999001, Name: "SYN A"}, event.Vessel{MMSI: 620999002, Name: "SYN A"}
	for _, tc := range []struct {
		vessels []event.Vessel
		want    string
	}{
		{[]event.Vessel{one, other}, "SYN A + SYN A"},
		{[]event.Vessel{one, one}, "SYN A"},
		{[]event.Vessel{{MMSI: vessel.MMSI(620999003)}}, "620999003"},
	} {
		if got := ships(event.Event{Vessels: tc.vessels}); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}
