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

// TestBarrelsInWords goes over the steps at which the words change.
func TestBarrelsInWords(t *testing.T) {
	for barrels, want := range map[vessel.Barrels]string{0: "0", 999: "999", 12_400: "10 thousand", 846_000: "850 thousand", 949_999: "950 thousand", 950_000: "0.9 million", 1_260_000: "1.3 million"} {
		if got := About(barrels); got != want {
			t.Errorf("%d: got %q, want %q", barrels, got, want)
		}
	}
}
