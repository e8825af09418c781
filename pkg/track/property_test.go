package track

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// dump prints all that a fact says, the fixes it points to included.
func dump(f Fact) string {
	deref := func(f *Fix) string {
		if f == nil {
			return "none"
		}
		return fmt.Sprintf("%+v", *f)
	}
	switch f := f.(type) {
	case *Sample:
		c := *f
		c.Before, c.After = nil, nil
		return fmt.Sprintf("sample %+v %s %s", c, deref(f.Before), deref(f.After))
	case *Silence:
		c := *f
		c.On = nil
		return fmt.Sprintf("silence %+v %s", c, deref(f.On))
	case *Visit:
		c := *f
		c.Exit = nil
		return fmt.Sprintf("visit %+v %s", c, deref(f.Exit))
	}
	return fmt.Sprintf("%T %+v", f, f)
}

// traffic makes the reports of a few ships over some hours as three sources heard them: with copies, silences, jumps,
// clones, static data, type 27 and two ships that share a number.
func traffic(rng *rand.Rand, ships int, length time.Duration) []ais.Report {
	var all []ais.Report
	for n := range ships {
		at, p := ais.Milli(day), geo.PointFromDegrees(49+rng.Float64()*9, 24.5+rng.Float64()*5)
		mmsi := ais.MMSI(620999000 + n/2*2) // every second number is shared
		speed := geo.Knots(rng.Float64() * 16)
		for at < ais.Milli(day.Add(length)) {
			step := time.Duration(2+rng.IntN(200)) * time.Second
			if rng.IntN(60) == 0 {
				step = time.Duration(rng.IntN(300)) * time.Minute
				speed = max(0, geo.Knots(rng.Float64()*16-4))
			}
			at += ais.UnixMilli(step.Milliseconds())
			p = geo.Destination(p, 80, geo.Metres(speed.MetresPerSecond()*step.Seconds()))
			r := ais.Report{Kind: ais.Position, Class: ais.ClassA, MMSI: mmsi, Time: at, Has: ais.HasPosition | ais.HasSOG,
				Position: p, SOG: speed, Source: "A", Station: ais.LabelFrom("s1"), Hash: rng.Uint64()}
			switch rng.IntN(40) {
			case 0:
				r.Position = geo.PointFromDegrees(rng.Float64()*360-180, rng.Float64()*180-90)
			case 1:
				r.Flags |= ais.Coarse
			case 2, 3:
				r.Kind, r.Has, r.Draught = ais.Static, ais.HasDraught|ais.HasName, geo.Metres(rng.IntN(3)+10)
				r.Name = ais.TextFrom([]string{"DUNE", "DUNA"}[rng.IntN(8)/7])
			}
			all = append(all, r)
			for c := rng.IntN(4); c > 0; c-- {
				o := r
				o.Time += ais.UnixMilli(rng.IntN(70_000))
				o.Source, o.Station = []string{"A", "B", "C"}[rng.IntN(3)], ais.LabelFrom(fmt.Sprintf("s%d", rng.IntN(5)))
				all = append(all, o)
			}
		}
	}
	for i := range all {
		all[i].Offset, all[i].Raw = int64(i)*80, fmt.Appendf(nil, "!AIVDM,%d", i)
	}
	return all
}

// deliver feeds shards in the order given, ticking as the watermark rises, and returns all facts in canonical order.
// The watermark is the greatest event time delivered so far, less the lateness.
func deliver(reports []ais.Report, lateness time.Duration, shards int, g *place.Gazetteer) ([]Fact, Counts) {
	trackers := make([]*Tracker, shards)
	for i := range trackers {
		trackers[i] = New(Defaults(), g, nil, Listener{})
	}
	var facts []Fact
	take := func(f Fact) { facts = append(facts, f) }
	tick, high := day, day
	for i := range reports {
		r := &reports[i]
		trackers[int(r.MMSI/2)%shards].Add(r)
		if r.Time.Time().After(high) {
			high = r.Time.Time()
		}
		for !tick.Add(Grid).After(high.Add(-lateness)) {
			tick = tick.Add(Grid)
			for _, tr := range trackers {
				tr.Advance(tick, take)
			}
		}
	}
	for ; tick.Before(high); tick = tick.Add(Grid) {
		if next := tick.Add(Grid); next.Before(high) {
			for _, tr := range trackers {
				tr.Advance(next, take)
			}
		}
	}
	var counts Counts
	for _, tr := range trackers {
		tr.Finish(tick, take)
		counts.Late += tr.Counts().Late
	}
	slices.SortStableFunc(facts, Compare)
	return mergeReception(facts), counts
}

// mergeReception adds up the counts that shards state apart.
func mergeReception(facts []Fact) []Fact {
	var merged []Fact
	var last *Reception
	for _, f := range facts {
		r, ok := f.(*Reception)
		if !ok {
			merged = append(merged, f)
			continue
		}
		if last != nil && last.Tick.Equal(r.Tick) && last.Start.Equal(r.Start) && last.Cell == r.Cell && last.Source == r.Source &&
			last.Station == r.Station && last.Receiver == r.Receiver && last.Class == r.Class {
			last.Messages += r.Messages
			last.Emitters += r.Emitters
			if r.Last.After(last.Last) {
				last.Last = r.Last
			}
			continue
		}
		last = r
		merged = append(merged, r)
	}
	return merged
}

// shuffle moves each report by less than the lateness in its place of delivery.
func shuffle(rng *rand.Rand, reports []ais.Report, lateness time.Duration) []ais.Report {
	type sent struct {
		at float64
		r  ais.Report
	}
	all := make([]sent, len(reports))
	for i, r := range reports {
		all[i] = sent{float64(r.Time) + rng.Float64()*float64(lateness.Milliseconds()), r}
	}
	slices.SortFunc(all, func(a, b sent) int { return int(math.Copysign(1, a.at-b.at)) })
	out := make([]ais.Report, len(all))
	for i := range all {
		out[i] = all[i].r
	}
	return out
}

func dumpAll(facts []Fact) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString(dump(f))
		b.WriteByte('\n')
	}
	return b.String()
}

func TestDeliveryOrderAndShardsDoNotMatter(t *testing.T) {
	g, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	const lateness = 20 * time.Minute
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 1))
		reports := traffic(rng, 12, 36*time.Hour)
		slices.SortStableFunc(reports, func(a, b ais.Report) int { return int(a.Time - b.Time) })
		facts, counts := deliver(reports, lateness, 1, g)
		want := dumpAll(facts)
		if counts.Late != 0 {
			t.Fatalf("seed %d: got %d late reports in order, want none", seed, counts.Late)
		}
		kinds := map[FactKind]int{}
		for _, f := range facts {
			kinds[f.Kind()]++
		}
		for k := KindProfile; k <= KindReception; k++ {
			if kinds[k] == 0 && k != KindVisit && k != KindCrossing {
				t.Errorf("seed %d: got no fact of kind %d, want some: the traffic proves nothing", seed, k)
			}
		}
		for _, shards := range []int{1, 2, 8} {
			facts, counts := deliver(shuffle(rng, reports, lateness), lateness, shards, g)
			if counts.Late != 0 {
				t.Fatalf("seed %d: got %d late reports, want none within the lateness", seed, counts.Late)
			}
			if got := dumpAll(facts); got != want {
				t.Fatalf("seed %d, %d shards: facts differ at\n%s", seed, shards, firstDifference(got, want))
			}
		}
	}
}

// firstDifference shows the first lines that differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("got  %s\nwant %s", g[i], w[i])
		}
	}
	return fmt.Sprintf("the end: got %d lines, want %d", len(g), len(w))
}

// lastSilences lists the silences as their last versions state them, short ones left out.
func lastSilences(facts []Fact) string {
	type key struct {
		mmsi  ais.MMSI
		start int64
	}
	last := map[key]*Silence{}
	for _, f := range facts {
		if s, ok := f.(*Silence); ok {
			last[key{s.MMSI, s.Start.UnixMilli()}] = s
		}
	}
	var out []string
	for _, s := range last {
		switch {
		case s.On == nil:
			out = append(out, fmt.Sprintf("%v %s open", s.MMSI, hhmm(s.Off.Time)))
		case s.On.Time.Sub(s.Off.Time) >= silenceAfter:
			out = append(out, fmt.Sprintf("%v %s to %s", s.MMSI, hhmm(s.Off.Time), hhmm(s.On.Time)))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestLateFixesGiveTheSameSilences(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var reports []ais.Report
		for n := range 6 {
			for at := day; at.Before(day.Add(60 * time.Hour)); at = at.Add(time.Duration(11+rng.IntN(110)) * time.Minute) {
				reports = append(reports, ais.Report{Kind: ais.Position, MMSI: ais.MMSI(620999000 + n*2), Time: ais.Milli(at),
					Has: ais.HasPosition, Position: geo.PointFromDegrees(56, 25), Source: "SAT", Hash: rng.Uint64()})
			}
		}
		slices.SortStableFunc(reports, func(a, b ais.Report) int { return int(a.Time - b.Time) })
		facts, _ := deliver(reports, 0, 1, nil)
		want := lastSilences(facts)
		// The first fixes come in order: what is older than a ship's first fix has no neighbour to fit to.
		mixed := append(slices.Clone(reports[:40]), shuffle(rng, reports[40:], 5*time.Hour)...)
		facts, counts := deliver(mixed, 0, 1, nil)
		if counts.Late == 0 {
			t.Fatal("got no late report, want many")
		}
		if got := lastSilences(facts); got != want {
			t.Errorf("seed %d: silences differ at\n%s", seed, firstDifference(got, want))
		}
	}
}

// checkFacts asserts what holds for any input: order, positions on the Earth, one fact a key and tick.
func checkFacts(t *testing.T, facts []Fact) {
	t.Helper()
	type key struct {
		tick, segment, start int64
		kind                 FactKind
		mmsi                 ais.MMSI
		place                place.ID
		other                int64
	}
	seen := map[key]bool{}
	for i, f := range facts {
		h := f.Head()
		if i > 0 && Compare(facts[i-1], f) > 0 {
			t.Fatalf("facts out of order:\n%s\n%s", dump(facts[i-1]), dump(f))
		}
		if h.Start.After(h.Tick) {
			t.Errorf("got a fact before its time: %s", dump(f))
		}
		k := key{h.Tick.UnixMilli(), h.Segment.UnixMilli(), h.Start.UnixMilli(), f.Kind(), h.MMSI, 0, 0}
		switch f := f.(type) {
		case *Sample:
			checkSample(t, f)
		case *Visit:
			k.place = f.Place
		case *Silence:
			if f.On != nil && f.Why == "" && f.On.Time.Sub(f.Off.Time) < silenceAfter {
				t.Errorf("got a silence of less than an hour: %s", dump(f))
			}
		case *Ambiguity:
			k.other = f.Other.UnixMilli()
		case *Reception, *Jump, *Crossing, *Profile, *DraughtStep:
			continue
		}
		if seen[k] {
			t.Errorf("got two facts of one key in a tick: %s", dump(f))
		}
		seen[k] = true
	}
}

func checkSample(t *testing.T, f *Sample) {
	t.Helper()
	switch {
	case !onEarth(f.Position):
		t.Errorf("got a sample off the Earth: %s", dump(f))
	case f.Bin.UnixMilli()%gridMs != 0:
		t.Errorf("got a sample off the grid: %s", dump(f))
	case f.Bin.Before(f.Before.Time) || f.Bin.After(f.After.Time):
		t.Errorf("got a sample outside its fixes: %s", dump(f))
	case f.After.Time.Sub(f.Before.Time) >= silenceAfter:
		t.Errorf("got a sample inside a silence: %s", dump(f))
	}
}

func TestLateTrafficKeepsInvariants(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 2))
		reports := traffic(rng, 12, 60*time.Hour)
		facts, counts := deliver(shuffle(rng, reports, 9*time.Hour), 2*time.Minute, 1, nil)
		if counts.Late == 0 {
			t.Fatal("got no late report, want many")
		}
		checkFacts(t, facts)
	}
}

func FuzzTracker(f *testing.F) {
	f.Add(uint64(1), uint16(60), int16(0))
	f.Add(uint64(2), uint16(3600), int16(200))
	f.Add(uint64(3), uint16(30000), int16(-300))
	f.Add(uint64(198), uint16(0), int16(189))     // two segments begin at once
	f.Add(uint64(372), uint16(3258), int16(-109)) // a late fix of the instant at which a silence began
	f.Fuzz(func(t *testing.T, seed uint64, spread uint16, skew int16) {
		rng := rand.New(rand.NewPCG(seed, uint64(spread)))
		tr := New(Defaults(), nil, nil, Listener{})
		var facts []Fact
		take := func(f Fact) { facts = append(facts, f) }
		tick := day
		for range 300 {
			tr.Add(noise(rng, tick, time.Duration(spread)*time.Second, time.Duration(skew)*time.Minute))
			if rng.IntN(4) == 0 {
				tick = tick.Add(Grid)
				tr.Advance(tick, take)
			}
		}
		tick = tick.Add(2 * 24 * time.Hour)
		tr.Advance(tick, take)
		checkFacts(t, facts)
		late := facts[:0:0]
		tr.Finish(tick.Add(100*24*time.Hour), func(f Fact) { late = append(late, f) })
		checkFacts(t, late)
	})
}

// noise makes a report that may be anything.
func noise(rng *rand.Rand, now time.Time, spread, skew time.Duration) *ais.Report {
	at := now.Add(skew + time.Duration(rng.Float64()*float64(spread)))
	r := &ais.Report{
		Kind: ais.Kind(rng.IntN(3)), MMSI: 201000000 + ais.MMSI(rng.IntN(3)), Time: ais.Milli(at), Has: ais.Field(rng.Uint32()),
		Flags: ais.Flag(rng.Uint32()), Hash: uint64(rng.IntN(50)), Source: string(rune('A' + rng.IntN(3))),
		Station: ais.LabelFrom(string(rune('s' + rng.IntN(3)))), Offset: rng.Int64(), Raw: []byte("!x"),
		Position: geo.PointFromDegrees(rng.NormFloat64()*200, rng.NormFloat64()*60), SOG: geo.Knots(rng.NormFloat64() * 400),
		COG: geo.Degrees(rng.Float64() * 720), Heading: geo.Degrees(rng.Float64() * 720), Draught: geo.Metres(rng.NormFloat64() * 60),
		IMO: ais.IMO(rng.Uint32()),
	}
	switch rng.IntN(8) {
	case 0:
		r.SOG, r.Draught = geo.Knots(math.NaN()), geo.Metres(math.Inf(1))
	case 1:
		r.MMSI, r.Time = ais.MMSI(rng.Uint32()), ais.UnixMilli(rng.Int64())
	case 2, 3, 4:
		r.Flags, r.Kind, r.Has = 0, ais.Position, r.Has|ais.HasPosition
		r.Position = geo.PointFromDegrees(180-rng.Float64()/10, 90-rng.Float64()/10)
	}
	return r
}
