package identity

import (
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

var dayOne = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func at(hours float64) time.Time { return dayOne.Add(time.Duration(hours * float64(time.Hour))) }

// rig drives a detector hour by hour, with a fleet that knows what it knows.
type rig struct {
	d     *Detector
	fleet *vessel.Fleet
	now   time.Time
	said  []event.Event
}

func newRig(t *testing.T) *rig {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	sea, err := geo.DefaultSea()
	if err != nil {
		t.Fatal(err)
	}
	fleet := vessel.NewFleet()
	return &rig{New(Defaults(), fleet, places, sea), fleet, dayOne, nil}
}

func (r *rig) walk(to float64) {
	for r.now.Before(at(to)) {
		r.now = r.now.Add(track.Grid)
		r.said = append(r.said, r.d.Advance(r.now)...)
	}
}

func tanker(m vessel.MMSI, n vessel.IMO, name string) vessel.Particulars {
	return vessel.Particulars{MMSI: m, IMO: n, Name: name, CallSign: "CALL " + name, ShipType: 80, HasHull: true, Hull: geo.Hull{Bow: 283, Stern: 50, Port: 30, Starboard: 30}}
}

func (r *rig) profile(hours float64, p vessel.Particulars) {
	r.walk(hours)
	r.fleet.Update(p)
	r.d.Observe(&track.Profile{Header: track.Header{MMSI: p.MMSI, Start: at(hours)}, Particulars: p, Source: "feed", Offset: int64(hours * 100)})
}

// sail lets a ship be heard every half hour at one place.
func (r *rig) sail(m vessel.MMSI, from, to, lon, lat float64) {
	before := &track.Fix{Time: at(from), Position: geo.PointFromDegrees(lon, lat), Source: "feed"}
	for h := from + 0.5; h <= to; h += 0.5 {
		r.walk(h)
		f := &track.Fix{Time: at(h), Position: geo.PointFromDegrees(lon, lat), Source: "feed", Offset: int64(h * 1000)}
		r.d.Observe(&track.Sample{Header: track.Header{MMSI: m, Start: at(h)}, Bin: at(h), Position: f.Position, Before: before, After: f})
		before = f
	}
}

// forms lists what was said as form, status, claim, probability above a half.
func (r *rig) forms() []string {
	var out []string
	for _, e := range r.said {
		d := e.Details.(event.IdentityDetails)
		likely := "unlikely"
		if e.Probability >= 0.5 {
			likely = "likely"
		}
		out = append(out, strings.Join([]string{d.Form, string(e.Status), d.Claim, likely}, " "))
	}
	return out
}

func (r *rig) want(t *testing.T, want ...string) {
	t.Helper()
	got := r.forms()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, e := range r.said {
		sum := 0.0
		for _, x := range e.Explanations {
			sum += x.P
		}
		if sum < 0.9999 || sum > 1.0001 || e.Probability < 0 || e.Probability > 1 {
			t.Errorf("%s: explanations sum to %g, probability %g", e.ID, sum, e.Probability)
		}
	}
}

const (
	one vessel.MMSI = 620999001
	two vessel.MMSI = 538999002
	hA  vessel.IMO  = 9074729
	hB  vessel.IMO  = 9999993
)

func TestAHullGoesOnUnderAnotherNumber(t *testing.T) {
	for _, tc := range []struct {
		name     string
		imo      vessel.IMO // of the second
		lon, lat float64    // where she comes on the air
		hours    float64    // after how long a silence
		want     []string
	}{
		{"the IMO number is kept", hA, 57, 25, 48, []string{"continued closed one_ship likely"}},
		{"no IMO number, the same hull near by", 0, 57, 25, 48, []string{"continued closed one_ship likely"}},
		{"no IMO number, far away", 0, 50.5, 28, 96, nil},
		{"another IMO number", hB, 57, 25, 48, nil},
		{"the IMO number where no ship sails in that time", hA, 50.5, 28, 1.5, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.profile(1, tanker(one, hA, "ONE"))
			r.sail(one, 1, 10, 57, 25)
			r.sail(two, 10+tc.hours, 10.5+tc.hours, tc.lon, tc.lat)
			r.profile(10.5+tc.hours, tanker(two, tc.imo, "TWO"))
			r.sail(two, 10.5+tc.hours, 20+tc.hours, tc.lon, tc.lat)
			r.want(t, tc.want...)
		})
	}
}

func TestAnOldNumberHeardAgainTakesItBack(t *testing.T) {
	r := newRig(t)
	r.profile(1, tanker(one, hA, "ONE"))
	r.sail(one, 1, 10, 57, 25)
	r.profile(20, tanker(two, hA, "TWO"))
	r.sail(two, 20, 30, 57, 25)
	for h := 30.0; h < 40; h++ {
		r.sail(one, h, h+0.5, 50.5, 28)
		r.sail(two, h+0.5, h+1, 57, 25)
	}
	r.want(t, "continued closed one_ship likely", "continued retracted one_ship unlikely", "hull_shared open two_ships likely")
}

func TestParticularsChangeUnderOneNumber(t *testing.T) {
	hull := tanker(one, hB, "TWO")
	hull.Hull = geo.Hull{Bow: 200, Stern: 34, Port: 22, Starboard: 22}
	typed := tanker(one, hA, "ONF")
	typed.CallSign = "CALL ONE"
	for _, tc := range []struct {
		name  string
		next  vessel.Particulars
		lasts float64
		want  []string
	}{
		{"a new name and call sign", tanker(one, hA, "RENAMED"), 10, []string{"changed closed one_ship likely"}},
		{"everything is another's", hull, 10, []string{"changed closed two_ships likely"}},
		{"one letter", typed, 10, []string{"changed closed one_ship unlikely"}},
		{"a slip", tanker(one, hA, "RENAMED"), 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.profile(1, tanker(one, hA, "ONE"))
			r.sail(one, 1, 20, 57, 25)
			r.profile(20, tc.next)
			r.sail(one, 20, 20+tc.lasts, 57, 25)
			r.profile(20+tc.lasts, tc.next)
			if tc.want == nil {
				r.profile(20+tc.lasts, tanker(one, hA, "ONE"))
				r.walk(40)
			}
			r.want(t, tc.want...)
		})
	}
}

// places reports one MMSI in two places.
func (r *rig) places(hours float64) {
	r.walk(hours)
	r.d.Observe(&track.Ambiguity{Header: track.Header{MMSI: one, Start: at(hours)},
		A: track.Fix{Time: at(hours), Position: geo.PointFromDegrees(57, 25)}, B: track.Fix{Time: at(hours), Position: geo.PointFromDegrees(51, 27)}})
}

func TestOneNumberInTwoPlaces(t *testing.T) {
	other := tanker(one, hB, "TWO")
	for _, tc := range []struct {
		name    string
		swaps   bool
		suspect bool
		want    []string
	}{
		{"and the particulars come and go", true, false, []string{"number_shared open two_ships likely", "number_shared closed two_ships likely"}},
		{"and the particulars stay", false, false, []string{"number_shared open two_ships unlikely", "number_shared closed two_ships unlikely"}},
		{"while jamming displaces her", false, true, []string{"number_shared open two_ships unlikely", "number_shared closed two_ships unlikely"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			r.profile(1, tanker(one, hA, "ONE"))
			r.sail(one, 1, 2, 57, 25)
			if tc.suspect {
				r.d.Hear(event.Event{Kind: event.Interference, Watermark: at(2), Vessels: []event.Vessel{{MMSI: one}}})
			}
			if tc.swaps {
				for h := 2.0; h < 5; h++ {
					r.profile(h, other)
					r.profile(h+0.5, tanker(one, hA, "ONE"))
				}
			}
			r.places(5)
			r.places(11)
			r.places(17)
			r.places(23)
			r.walk(100)
			r.want(t, tc.want...)
		})
	}
}

func TestNumbersThatNobodyWasGivenAreNotFollowed(t *testing.T) {
	const fault vessel.MMSI = 240000000
	r := newRig(t)
	r.profile(1, tanker(one, hA, "ONE"))
	r.sail(one, 1, 10, 57, 25)
	r.profile(20, tanker(fault, hA, "TWO"))
	r.sail(fault, 20, 30, 57, 25)
	r.want(t)
}

func TestAWrongCheckDigitIsATypingErrorFirst(t *testing.T) {
	r := newRig(t)
	r.sail(one, 1, 2, 57, 25)
	p := tanker(one, 0, "ONE")
	r.walk(2)
	r.d.Observe(&track.Profile{Header: track.Header{MMSI: one, Start: at(2)}, Particulars: p, BadIMO: 9074720})
	r.walk(3)
	r.want(t, "bad_number closed one_ship unlikely")
	if got := r.said[0].Explanations[0].Cause; got != event.TypingError {
		t.Errorf("likeliest: got %s, want typing_error", got)
	}
}

func TestAShipWithoutAPositionIsNotTold(t *testing.T) {
	r := newRig(t)
	r.profile(1, tanker(one, hA, "ONE"))
	r.profile(2, tanker(one, hB, "TWO"))
	r.profile(3, tanker(two, hB, "TWO"))
	r.walk(20)
	r.want(t)
}

func TestShipsThatCarryNoOilAreNotTold(t *testing.T) {
	r := newRig(t)
	for _, m := range []vessel.MMSI{one, two} {
		p := tanker(m, hA, "BOX")
		p.ShipType = 70
		r.profile(float64(1+m%2), p)
	}
	r.sail(one, 3, 10, 57, 25)
	r.sail(two, 20, 30, 57, 25)
	r.want(t)
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "identity.settle") || !strings.Contains(err.Error(), "identity.max_way") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}

func TestDistanceCountsLetters(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"ONE", "ONE", 0}, {"ONE", "ONF", 1}, {"ONE", "", 3}, {"KITTEN", "SITTING", 3}} {
		if got := distance(tc.a, tc.b); got != tc.want {
			t.Errorf("%q to %q: got %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
}
