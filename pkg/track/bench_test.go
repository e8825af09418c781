package track

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// fleet makes the reports of ships under way or at rest for one tick of 5 minutes after another.
type fleet struct {
	ships    int
	every    time.Duration
	stations int
	rest     bool
	report   ais.Report
	raw      []byte
	sent     int64
}

func newFleet(ships int, every time.Duration, stations int) *fleet {
	return &fleet{ships: ships, every: every, stations: stations, raw: []byte("!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23")}
}

// tick sends what is heard in [from, from+5 min) to a tracker, in event-time order.
func (f *fleet) tick(tr *Tracker, from time.Time) {
	r := &f.report
	for at := time.Duration(0); at < Grid; at += f.every {
		hours := from.Sub(day).Hours() + at.Hours()
		for n := range f.ships {
			lane := float64(n%64)*0.05 + float64(n/64%40)*0.001
			*r = ais.Report{Kind: ais.Position, Message: 1, Class: ais.ClassA, MMSI: ais.MMSI(201000000 + n), Source: "coast",
				Time: ais.Milli(from.Add(at)), Receiver: ais.Terrestrial, TimeSource: ais.TimeTag,
				Has: ais.HasPosition | ais.HasSOG | ais.HasCOG | ais.HasHeading | ais.HasNavStatus | ais.HasSecond,
				COG: 115, Heading: 116, Raw: f.raw, SOG: 12}
			if f.rest {
				r.SOG, hours = 0, 0
			}
			// Back and forth between Kharg and the Gulf of Oman, out of step.
			leg := hours*0.2 + float64(n%97)*0.08
			if leg -= float64(int(leg/15)) * 15; leg > 7.5 {
				leg = 15 - leg
			}
			r.Position = geo.PointFromDegrees(50+leg, 29.2-lane-leg*0.25)
			for s := range f.stations {
				f.sent++
				r.Station, r.Offset = ais.LabelFrom([]string{"s1", "s2", "s3", "s4"}[s]), f.sent*60
				r.Hash = uint64(at/f.every)<<32 ^ uint64(from.Unix())<<20 ^ uint64(n)
				r.Time += 150
				tr.Add(r)
			}
		}
	}
}

// BenchmarkTracker is stage A on one core at full rate: 2,000 ships under way that report every 10 s, heard by 2
// stations, over the built-in gazetteer and coastline. A turn is one tick of 120,000 reports.
func BenchmarkTracker(b *testing.B) { benchmark(b, 2000, 10*time.Second, 2) }

// BenchmarkTrackerAllKept is the worst case: one report a minute and ship, so that none is a copy or thinned. A turn is
// one tick of 100,000 fixes.
func BenchmarkTrackerAllKept(b *testing.B) { benchmark(b, 20_000, time.Minute, 1) }

func benchmark(b *testing.B, ships int, every time.Duration, stations int) {
	g, err := place.Default()
	if err != nil {
		b.Fatal(err)
	}
	sea, err := geo.DefaultSea()
	if err != nil {
		b.Fatal(err)
	}
	tr, fl := New(Defaults(), g, sea, Listener{}), newFleet(ships, every, stations)
	samples, ticks, at := 0, 0, day
	take := func(f Fact) {
		if f.Kind() == KindSample {
			samples++
		}
	}
	turn := ships * int(Grid/every) * stations
	b.SetBytes(int64(turn * len(fl.raw)))
	b.ReportAllocs()
	for b.Loop() {
		fl.tick(tr, at)
		at = at.Add(Grid)
		ticks++
		tr.Advance(at, take)
	}
	c := tr.Counts()
	b.ReportMetric(float64(c.Reports)/b.Elapsed().Seconds(), "reports/s")
	b.ReportMetric(float64(c.Fixes)/b.Elapsed().Seconds(), "kept_fixes/s")
	if want := int64(ticks * turn / stations * (stations - 1)); c.Copies != want {
		b.Errorf("got %d copies, want %d", c.Copies, want)
	}
	if got := c.Fixes + c.Thinned + c.Copies; got != int64(ticks*turn) || c.Candidates != 0 {
		b.Errorf("got %d fixes, %d thinned and %d candidates, want %d reports in all and none", c.Fixes, c.Thinned, c.Candidates, ticks*turn)
	}
	if want := (ticks - 1) * ships; samples != want {
		b.Errorf("got %d samples, want one a ship and bin: %d", samples, want)
	}
}

// BenchmarkQuietTick is a tick in which 100,000 known ships send nothing.
func BenchmarkQuietTick(b *testing.B) {
	tr, at := quietShips(100_000)
	for b.Loop() {
		at = at.Add(Grid)
		tr.Advance(at, func(f Fact) { b.Errorf("got %s, want no fact", dump(f)) })
	}
}

// quietShips makes a tracker that heard ships for an hour, and nothing for two days.
func quietShips(n int) (*Tracker, time.Time) {
	tr, fl := New(Defaults(), nil, nil, Listener{}), newFleet(n, 5*time.Minute, 1)
	at := day
	for range 12 {
		fl.tick(tr, at)
		for k := range n {
			tr.Add(static5(ais.MMSI(201000000+k), at))
		}
		at = at.Add(Grid)
		tr.Advance(at, func(Fact) {})
	}
	for range 50 * 12 {
		at = at.Add(Grid)
		tr.Advance(at, func(Fact) {})
	}
	return tr, at
}

// static5 is a full message 5.
func static5(m ais.MMSI, at time.Time) *ais.Report {
	return &ais.Report{Kind: ais.Static, Message: 5, Class: ais.ClassA, MMSI: m, Time: ais.Milli(at), Source: "coast",
		Has:  ais.HasName | ais.HasCallSign | ais.HasDestination | ais.HasDimensions | ais.HasIMO | ais.HasShipType | ais.HasDraught,
		Name: ais.TextFrom("EVER DIADEM THE GREAT"), CallSign: ais.TextFrom("3EKU5"), Destination: ais.TextFrom("FUJAIRAH FOR ORDERS"),
		Dimensions: ais.Dimensions{Bow: 200, Stern: 133, Port: 30, Starboard: 30}, IMO: 9134270, ShipType: 84,
		Draught: 20.5 + geo.Metres(at.Minute()%2)/10, Hash: uint64(at.Unix())<<32 | uint64(m),
		Raw: []byte(`!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C` + "\n" + `!AIVDM,2,2,1,A,88888888880,2*25`)}
}

// heap is the memory in use when all garbage is gone.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// TestMemory holds the design's bounds: 1 KiB for a quiet ship, 16 KiB for one under way with her horizon of 48 h.
func TestMemory(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("fills two days of memory: skipping with -short")
	}
	t.Run("quiet", func(t *testing.T) {
		const ships = 20_000
		before := heap()
		tr, _ := quietShips(ships)
		// The reports in flight are no ship's: an idle tracker keeps their room.
		tr.spare, tr.sifter, tr.out = nil, sifter{}, nil
		got := (heap() - before) / ships
		t.Logf("a quiet ship takes %.0f bytes", got)
		if got > 1024 {
			t.Errorf("got %.0f bytes a quiet ship, want at most 1024", got)
		}
		runtime.KeepAlive(tr)
	})
	t.Run("moving", func(t *testing.T) {
		const ships = 200
		before := heap()
		tr, fl := New(Defaults(), nil, nil, Listener{}), newFleet(ships, 30*time.Second, 2)
		at := day
		for range 60 * 12 {
			fl.tick(tr, at)
			if at.Minute()%10 == 0 {
				for k := range ships {
					tr.Add(static5(ais.MMSI(201000000+k), at))
				}
			}
			at = at.Add(Grid)
			tr.Advance(at, func(Fact) {})
		}
		flying := fmt.Sprintf("%d buckets and %d spare", len(tr.buckets), len(tr.spare))
		tr.spare, tr.sifter, tr.out = nil, sifter{}, nil
		got := (heap() - before) / ships
		t.Logf("a ship under way takes %.0f bytes; %s", got, flying)
		if got > 16384 {
			t.Errorf("got %.0f bytes a moving ship, want at most 16384", got)
		}
		runtime.KeepAlive(tr)
	})
}

// TestAddAllocatesNothing holds for reports of ships that are known, once the buffers have grown.
func TestAddAllocatesNothing(t *testing.T) {
	tr, fl := New(Defaults(), nil, nil, Listener{}), newFleet(100, 10*time.Second, 2)
	at := day
	for range 30 {
		// More than the measured turns need, because each of them fills the same bucket.
		for range 3 {
			fl.tick(tr, at)
		}
		at = at.Add(Grid)
		tr.Advance(at, func(Fact) {})
	}
	got := testing.AllocsPerRun(1, func() { fl.tick(tr, at) })
	if got > 0 {
		t.Errorf("got %.0f allocations for %d reports, want none", got, 100*30*2)
	}
}
