package event

import (
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

func TestDisplacedShipsAreRemembered(t *testing.T) {
	end := noon.Add(2 * time.Hour)
	jam := Event{ID: "interference-1", Kind: Interference, Status: Open, Start: noon, Probability: 0.9,
		Details: InterferenceDetails{Victims: []Victim{{MMSI: 1, Start: noon, End: &end}, {MMSI: 2, Start: noon.Add(time.Hour)}}}}
	var d Displaced
	if got := d.Hear(jam); !slices.Equal(got, []vessel.MMSI{1, 2}) {
		t.Errorf("ships of which something is new: got %v, want 1 and 2", got)
	}
	if got := d.Hear(jam); len(got) != 0 {
		t.Errorf("heard again: got %v, want nothing new", got)
	}
	for _, tc := range []struct {
		name string
		ship vessel.MMSI
		at   time.Duration
		want bool
	}{
		{"before", 1, -time.Minute, false}, {"inside", 1, time.Hour, true}, {"at the end", 1, 2 * time.Hour, true}, {"after", 1, 3 * time.Hour, false},
		{"while it lasts", 2, 99 * time.Hour, true}, {"another ship", 3, time.Hour, false},
	} {
		if _, got := d.At(tc.ship, noon.Add(tc.at)); got != tc.want {
			t.Errorf("%s: displaced is %v, want %v", tc.name, got, tc.want)
		}
	}
	if got := d.Share(1, noon, noon.Add(4*time.Hour)); got != 0.5 {
		t.Errorf("share of four hours: got %v, want a half", got)
	}
	jam.Version, jam.Status = 2, Retracted
	if got := d.Hear(jam); !slices.Equal(got, []vessel.MMSI{1, 2}) {
		t.Errorf("taken back: got %v, want 1 and 2", got)
	}
	if _, got := d.At(1, noon.Add(time.Hour)); got {
		t.Error("a ship is displaced by an event that was taken back")
	}
}

func TestDoubtfulFalsePositionsDisplaceNobody(t *testing.T) {
	e := Event{ID: "false_position-1", Kind: FalsePosition, Status: Open, Start: noon, Probability: 0.4, Details: FalsePositionDetails{},
		Vessels: []Vessel{{Role: Subject, MMSI: 1}}}
	var d Displaced
	d.Hear(e)
	if _, got := d.At(1, noon); got {
		t.Error("a ship is displaced at a probability of 0.4")
	}
	e.Version, e.Probability = 2, 0.9
	d.Hear(e)
	x, got := d.At(1, noon.Add(time.Hour))
	if !got || x.Kind != FalsePosition || !x.Lasts {
		t.Errorf("got %+v, %v, want a false position that lasts", x, got)
	}
	if share := d.Share(1, noon, noon.Add(time.Hour)); share != 0 {
		t.Errorf("share of interference: got %v, want none", share)
	}
	if covered := d.Covered(1, noon.Add(-time.Hour), noon.Add(time.Hour)); covered != 0.5 {
		t.Errorf("covered by anything: got %v, want a half", covered)
	}
	e.Version, e.End = 3, &noon
	d.Hear(e)
	d.Forget(noon.Add(101 * 24 * time.Hour))
	if len(d.ships) != 0 {
		t.Error("what is over for a hundred days is remembered")
	}
}
