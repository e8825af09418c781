package score

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
)

// reportOf scores an output of the bundled truth.
func reportOf(t *testing.T, change func(*sim.Truth, *Output)) Report {
	t.Helper()
	truth := bundled(t)
	o := oracle(t, truth)
	change(truth, &o)
	r, err := Of(truth, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mute(_ *sim.Truth, o *Output) { o.Events = nil }

func know(*sim.Truth, *Output) {}

func TestPoolOfOneIsItsReport(t *testing.T) {
	r := reportOf(t, know)
	var p Pool
	p.Add(r)
	if !reflect.DeepEqual(p.Sum, r) {
		t.Errorf("got %+v, want the report itself", p.Sum)
	}
	for _, s := range p.Spreads {
		if s.Pooled == nil != (s.Median == nil) || s.Pooled != nil && (*s.Pooled != *s.Median || *s.P05 != *s.P95 || s.Runs != 1) {
			t.Errorf("%s: got %+v, want one value everywhere", s.Name, s)
		}
	}
}

func TestPoolAddsUp(t *testing.T) {
	all, none := reportOf(t, know), reportOf(t, mute)
	var p Pool
	for _, r := range []Report{all, none, all, all} {
		p.Add(r)
	}
	for _, tc := range []struct {
		measure             string
		pooled, median, p05 float64
		runs                int
	}{
		{"lift_recall", 0.75, 1, 0, 4},
		{"lift_precision", 1, 1, 1, 3}, // who claims nothing has no precision
		{"lift_recall_dark", 0.75, 1, 0, 4},
		{"gap_recall", 0.75, 1, 0, 4},
		{"gap_brier", 0, 0, 0, 3},
		{"rendezvous_f1", 6. / 7, 1, 0, 4},
		{"switched_off_median_h", 0, 0, 0, 3},
		{"nowcast_inside", 1, 1, 1, 4},
		{"silence_cause_right", 1, 1, 1, 3},
	} {
		s, ok := p.Measure(tc.measure)
		if !ok || !is(s.Pooled, tc.pooled) || !is(s.Median, tc.median) || !is(s.P05, tc.p05) || s.Runs != tc.runs {
			t.Errorf("%s: got %s, median %s, 5 %% %s of %d runs, want %v", tc.measure, digits(s.Pooled, 3), digits(s.Median, 3), digits(s.P05, 3), s.Runs, tc)
		}
	}
	if p.Sum.Runs != 4 || p.Sum.Lifts.At[0].True != 4*all.Lifts.At[0].True || p.Sum.Barrels.Days.Count != 4*all.Barrels.Days.Count {
		t.Errorf("sums: got %d runs, %d lifts, %d days, want four times one", p.Sum.Runs, p.Sum.Lifts.At[0].True, p.Sum.Barrels.Days.Count)
	}
	if p.Sum.Gaps.Calibration.Claims != 3*all.Gaps.Calibration.Claims {
		t.Errorf("claims: got %d, want three times %d", p.Sum.Gaps.Calibration.Claims, all.Gaps.Calibration.Claims)
	}
	if g, one := p.Sum.Detectors.LongGaps, all.Detectors.LongGaps; g.Asked != 4 || g.Determinable != 4*one.Determinable || g.Found != 3*one.Found {
		t.Errorf("long gaps: got %+v, want three of four", g)
	}
	if f, one := p.Sum.Detectors.FalseLifts, all.Detectors.FalseLifts; f.TankerMonths != 4*one.TankerMonths {
		t.Errorf("tanker-months: got %v, want four times %v", f.TankerMonths, one.TankerMonths)
	}
	if _, ok := p.Measure("beauty"); ok {
		t.Error("there is a measure of beauty")
	}
	if len(p.Runs()) != 4 || len(p.Seeds) != 4 {
		t.Errorf("runs: got %d of %d seeds, want 4", len(p.Runs()), len(p.Seeds))
	}
}

// TestPoolDoesNotDependOnOrder holds to rounding: sums of floating-point numbers do.
func TestPoolDoesNotDependOnOrder(t *testing.T) {
	all, none := reportOf(t, know), reportOf(t, mute)
	late := reportOf(t, func(_ *sim.Truth, o *Output) {
		for i := range o.Events {
			o.Events[i].Start = o.Events[i].Start.Add(time.Hour)
			o.Events[i].Probability *= 0.9
		}
	})
	var a, b Pool
	for _, r := range []Report{all, none, late} {
		a.Add(r)
	}
	for _, r := range []Report{late, all, none} {
		b.Add(r)
	}
	for i, s := range a.Spreads {
		o := b.Spreads[i]
		if s.Name != o.Name || (s.Pooled == nil) != (o.Pooled == nil) || s.Pooled != nil && math.Abs(*s.Pooled-*o.Pooled) > 1e-9 {
			t.Errorf("%s %s and %s %s", s.Name, digits(s.Pooled, 9), o.Name, digits(o.Pooled, 9))
		}
	}
}

func TestPoolReachesTheCalibrationError(t *testing.T) {
	var p Pool
	r := reportOf(t, know)
	for n := 0; p.Sum.Gaps.Calibration.Error == nil; n += r.Gaps.Calibration.Claims {
		if n >= 1000 {
			t.Fatalf("%d claims and no calibration error", n)
		}
		p.Add(r)
	}
	if c := p.Sum.Gaps.Calibration; c.Claims < 1000 || !is(c.Error, 0) || !is(c.Signed, 0) {
		t.Errorf("got %+v, want no error from 1,000 claims on", c)
	}
}

func TestPoolPrintsAndMarshals(t *testing.T) {
	var p Pool
	p.Add(reportOf(t, know))
	p.Add(reportOf(t, mute))
	var table bytes.Buffer
	if err := p.Print(&table); err != nil || !strings.Contains(table.String(), "SYNTHETIC scenario first-look, 2 seeds") {
		t.Errorf("printed %q (%v)", table.String(), err)
	}
	raw, err := json.Marshal(&p)
	if err != nil || !bytes.Contains(raw, []byte(`{"name":"lift_recall","pooled":0.5,"median":0,"p05":0,"p95":1,"runs":2}`)) {
		t.Errorf("JSON without the spread of recall (%v)", err)
	}
}

func TestUnobservableIsMissedInTheFirstColumnOnly(t *testing.T) {
	r := reportOf(t, func(truth *sim.Truth, o *Output) {
		for i := range truth.Lifts {
			truth.Lifts[i].Observable = i >= 5
		}
		ids := map[string]bool{} // a detector finds all that can be found, and one more by luck
		for _, p := range PairLifts(truth, *o) {
			ids[p.Event] = p.True != nil && (p.True.Observable || p.True == &truth.Lifts[0])
		}
		var kept []event.Event
		for _, e := range o.Events {
			if e.Kind != event.Lift || ids[e.ID] {
				kept = append(kept, e)
			}
		}
		o.Events = kept
	})
	c := r.Lifts.At[0]
	if c.True != 15 || c.Observable != 10 || !is(c.Recall, 11./15) || !is(c.RecallObservable, 1) || !is(c.Precision, 1) {
		t.Errorf("got %+v, want 11 of 15 and all 10 that can be told", c.Count)
	}
}

func TestSilencesAreToldByStatedCause(t *testing.T) {
	off := one(hours(0, 20), first)
	off.mode = "switched_off"
	faulty := one(hours(100, 130), second)
	faulty.mode = "faulty_transponder"
	box := one(hours(0, 100), third)
	box.mode, box.excused = "left_area", true
	said := func(s item, cause string) item { s.causes = map[string]float64{cause: 1}; return s }
	truth := []item{off, faulty, box}
	got := scoreCauses(truth, []item{said(off, "switched_off"), said(faulty, "switched_off"), said(box, "unknown"), said(one(hours(300, 320), first), "unknown")})
	want := []Cause{
		{Name: "faulty_transponder", Count: 1, Told: 1, Stated: []Stated{{"switched_off", 1}}},
		{Name: "switched_off", Count: 1, Told: 1, Named: 1, Stated: []Stated{{"switched_off", 1}}},
		{Name: "", Told: 1, Unknown: 1, Stated: []Stated{{"unknown", 1}}},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i, w := range want {
		g := got[i]
		if g.Name != w.Name || g.Count != w.Count || g.Told != w.Told || g.Named != w.Named || g.Unknown != w.Unknown || !reflect.DeepEqual(g.Stated, w.Stated) {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
	if sum := plusCauses(got, got); sum[1].Count != 2 || sum[1].Stated[0].Count != 2 || !is(sum[1].P, 1) || !is(sum[0].P, 0) {
		t.Errorf("twice: got %+v", sum)
	}
}

func TestHalts(t *testing.T) {
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	date := func(n int) string { return day(n).Format(time.DateOnly) }
	truth := &sim.Truth{Start: day(0), End: day(200), Halts: []sim.Halt{{Start: day(90), End: day(110)}, {Start: day(150), End: day(160)}}}
	calls := []HaltCall{{"fast", date(93)}, {"fast", date(94)}, {"fast", date(20)}, {"fast", date(155)}, {"slow", date(109)}, {"slow", date(110)}}
	got := scoreHalts(truth, &calls)
	if got.Said != 1 || got.Halts != 2 || got.Trade != 170 || got.Silent != 0 || len(got.Tests) != 2 {
		t.Fatalf("got %+v", got)
	}
	if f := got.Tests[0]; f.Test != "fast" || f.Found != 2 || f.Missed != 0 || f.False != 1 || !is(f.Delay, 3) || !is(f.DelayP90, 5) || !is(f.FalsePerYear, 365.25/170) {
		t.Errorf("fast: got %+v, want both after 3 and 5 days, one false", f)
	}
	if s := got.Tests[1]; s.Found != 1 || s.Missed != 1 || s.False != 1 || !is(s.Delay, 19) {
		t.Errorf("slow: got %+v, want one of two after 19 days, one too late", s)
	}
	mute := scoreHalts(truth, nil)
	if mute.Said != 0 || mute.Silent != 2 || len(mute.Tests) != 0 {
		t.Errorf("without a file: got %+v, want two missed and no alarm", mute)
	}
	sum := got.plus(mute).plus(scoreHalts(truth, &[]HaltCall{}))
	if sum.Halts != 6 || sum.Silent != 2 || sum.Said != 2 || sum.Tests[0].Found != 2 || sum.Tests[0].Missed != 2 {
		t.Errorf("together: got %+v, want two missed where nothing was called", sum)
	}
	if m := sum.measures(); !is(m[0].Value, 2./6) {
		t.Errorf("recall: got %s, want a third", digits(m[0].Value, 2))
	}
}

func TestClimatologyKnowsTheTruthsAndNothingElse(t *testing.T) {
	var list []Window
	for i := range 40 {
		list = append(list, NewWindow("", 28, 20, 10, 30, float64(i)))
	}
	got := Judge(list)
	// From the second of forty truths to the thirty-eighth: one below by 1, two above by 1 and 2.
	if !is(got.Climatology, 36+20*(1+1+2)/40.) {
		t.Errorf("got %s, want 38", digits(got.Climatology, 3))
	}
	if few := Judge(list[:19]); few.Climatology != nil {
		t.Errorf("of 19: got %s, want none", digits(few.Climatology, 3))
	}
}

func TestEndsInTime(t *testing.T) {
	truth := []item{one(hours(0, 20), first), one(hours(100, 130), second), one(hours(200, 230), third)}
	truth[1].open = true
	truth[2].excused = true
	claims := []item{one(hours(-1, 22), first), one(hours(103, 130), second), one(hours(200, 230), third)}
	got := scoreEnds("off", "on", truth, claims)
	if off := got[0]; off.Pairs != 2 || !is(off.Median, 1) || !is(off.P90, 3) || !is(off.Bias, 1) {
		t.Errorf("off: got %+v, want 1 h early and 3 h late", off)
	}
	if on := got[1]; on.Pairs != 1 || !is(on.Bias, 2) {
		t.Errorf("on: got %+v, want 2 h late, of the one that ended", on)
	}
}

// TestOnlySharedSeedsAreHeldAgainstEachOther: what one pool claims on a seed that the other lacks counts for nothing.
func TestOnlySharedSeedsAreHeldAgainstEachOther(t *testing.T) {
	of := func(change func(*sim.Truth, *Output), seeds ...uint64) *Pool {
		p := &Pool{}
		for _, s := range seeds {
			r := reportOf(t, change)
			r.Seed = s
			p.Add(r)
		}
		return p
	}
	moved := func(_ *sim.Truth, o *Output) { // half of the claims are about nobody
		for i := range o.Events {
			if i%2 == 0 {
				o.Events[i].Vessels = []event.Vessel{{MMSI: 999000001}, {MMSI: 999000002}}
			}
		}
	}
	p := of(moved, 2)
	p.Add(func() Report { r := reportOf(t, know); r.Seed = 9; return r }()) // would halve the loss
	p.HoldAgainst(of(know, 1, 2, 3))
	if l := p.Lost; l.Seeds != 1 || l.Gaps == nil || *l.Gaps < 35 || *l.Gaps > 65 || l.Rendezvous == nil || l.Lifts == nil {
		t.Errorf("got %+v, want about half of the precision lost on one seed", l)
	}
	p = of(mute, 1)
	if p.HoldAgainst(of(know, 1)); p.Lost.Gaps != nil {
		t.Errorf("got %+v, want nothing known of a pool that claims nothing", p.Lost)
	}
}
