package call

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// theSea is built once for all tests of the package; nothing writes to it.
var theSea = sync.OnceValues(geo.DefaultSea)

func newReckoner(t testing.TB) *Reckoner {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	sea, err := theSea()
	if err != nil {
		t.Fatal(err)
	}
	return New(Defaults(), places, sea)
}

var (
	day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	off  = Mark{day0, geo.PointFromDegrees(56.9, 25.6)} // off Khor Fakkan
)

func after(h float64) time.Time { return day0.Add(time.Duration(h * float64(time.Hour))) }

func tanker(c vessel.Class, dwt float64) vessel.Ship {
	s := vessel.Ship{Class: c}
	s.DWT.Value = dwt
	return s
}

// at finds the call at a place whose name holds a word.
func at(list []event.HiddenCall, word string) (event.HiddenCall, bool) {
	i := slices.IndexFunc(list, func(h event.HiddenCall) bool { return strings.Contains(h.Place, word) })
	if i < 0 {
		return event.HiddenCall{}, false
	}
	return list[i], true
}

func TestCallsFitTheTimeThatThereWas(t *testing.T) {
	r := newReckoner(t)
	vlcc := tanker(vessel.VLCC, 300_000)
	long, ok := at(r.Hidden(vlcc, off, &Mark{after(1000), off.Position}, after(1000)), "Kharg")
	if !ok || long.Fit != 1 {
		t.Fatalf("Kharg in six weeks: got %+v, want a fit of 1", long)
	}
	// From off Khor Fakkan to Kharg it is some 480 nm.
	if sailed := long.TMinH - 6 - 24 - 4; sailed < 2*420.0/15 || sailed > 2*540.0/14 {
		t.Errorf("least time of Kharg: got %.1f h, of which %.1f h of sailing; want 56 to 77 h", long.TMinH, sailed)
	}
	for _, tc := range []struct {
		name  string
		share float64 // of the least time
		fit   float64
	}{
		{"just as long as it takes", 1.0001, 1}, {"between", 0.9, 0.5}, {"too short by a fifth", 0.799, 0}, {"no time at all", 0, 0},
	} {
		end := after(tc.share * long.TMinH)
		got, _ := at(r.Hidden(vlcc, off, &Mark{end, off.Position}, end), "Kharg")
		if math.Abs(got.Fit-tc.fit) > 0.005 {
			t.Errorf("%s: got a fit of %.3f, want %.1f", tc.name, got.Fit, tc.fit)
		}
	}
	// While nobody knows where she is heard again only the way in and the loading are asked for.
	open, ok := at(r.Hidden(vlcc, off, nil, after(1000)), "Kharg")
	if !ok || open.TMinH >= long.TMinH-30 || !open.Latest.Equal(after(1000)) {
		t.Errorf("not heard again: got %+v, want no way out", open)
	}
}

func TestWhoCannotLoadCallsNowhere(t *testing.T) {
	r := newReckoner(t)
	end := Mark{after(1000), off.Position}
	if got := r.Hidden(tanker(vessel.NotTanker, 0), off, &end, end.Time); len(got) != 0 {
		t.Errorf("no tanker: got %d calls, want none", len(got))
	}
	r.places.At(r.sources[0]).MaxDWT = 250_000
	name := r.places.At(r.sources[0]).Name
	for dwt, want := range map[float64]bool{250_000: true, 280_000: true, 320_000: false, 0: true} {
		if _, got := at(r.Hidden(tanker(vessel.VLCC, dwt), off, &end, end.Time), name); got != want {
			t.Errorf("%.0f t at a berth for 250,000 t: got %v, want %v", dwt, got, want)
		}
	}
	if got := New(Defaults(), nil, nil).Hidden(tanker(vessel.VLCC, 0), off, &end, end.Time); len(got) != 0 {
		t.Errorf("no gazetteer: got %d calls, want none", len(got))
	}
}

func TestMoreTimeNeverFitsWorse(t *testing.T) {
	r, random := newReckoner(t), rand.New(rand.NewPCG(3, 4))
	for range 40 {
		next := geo.PointFromDegrees(56.5+2*random.Float64(), 24.6+random.Float64())
		h := 20 + 150*random.Float64()
		s := tanker(vessel.Suezmax, 160_000)
		early, late := r.Hidden(s, off, &Mark{after(h), next}, after(h)), r.Hidden(s, off, &Mark{after(h + 10), next}, after(h+10))
		for _, c := range early {
			if l, ok := at(late, c.Place); !ok || l.Fit < c.Fit {
				t.Errorf("%s after %.0f h: fit %.2f, ten hours later %.2f", c.Place, h, c.Fit, l.Fit)
			}
		}
		if r.Lawful(s, off, Mark{after(h), next}) && !r.Lawful(s, off, Mark{after(h + 10), next}) {
			t.Errorf("lawful loading fits into %.0f h, and not into ten more", h)
		}
	}
	if r.Lawful(tanker(vessel.VLCC, 300_000), off, Mark{after(12), off.Position}) {
		t.Error("a VLCC loads lawfully in 12 h, want not")
	}
	if !r.Lawful(tanker(vessel.VLCC, 300_000), off, Mark{after(240), off.Position}) {
		t.Error("a VLCC finds no lawful loading in ten days, want one")
	}
}

// TestWaysAgreeWithTheSea compares the remembered ways with a search from the very point.
func TestWaysAgreeWithTheSea(t *testing.T) {
	r, random := newReckoner(t), rand.New(rand.NewPCG(7, 8))
	for range 20 {
		id := r.sources[random.IntN(len(r.sources))]
		centre := r.places.At(id).Centre
		p := geo.PointFromDegrees(56.6+random.Float64()*3, 24.6+random.Float64()/2)
		allowed := 6 * geo.Kilometre
		if random.IntN(4) == 0 { // off Sri Lanka
			p = geo.PointFromDegrees(80+random.Float64(), 4+random.Float64())
			allowed = 60 * geo.Kilometre
		}
		want, ok := r.ways.sea.Distance(centre, p)
		if !ok {
			continue
		}
		got := r.ways.between(id, centre, p)
		if max(got-want, want-got) > allowed || got < geo.DistanceExact(centre, p) {
			t.Errorf("%s to %v: got %.0f m, want %.0f", r.places.At(id).Name, p, got, want)
		}
		if again := r.ways.between(id, centre, p); again != got {
			t.Errorf("asked again: got %.0f m, want %.0f", again, got)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	if err := (Options{}).Validate(); err == nil || !strings.Contains(err.Error(), "call.sail_in") || !strings.Contains(err.Error(), "call.part_load") {
		t.Errorf("zero options: got %v, want every breach", err)
	}
}
