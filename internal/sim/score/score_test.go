package score

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/populate"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// bundled is the truth of the feed that comes with the project.
func bundled(t *testing.T) *sim.Truth {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "testdata", "feeds", "first-look.truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	truth, err := ReadTruth(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(truth.Lifts) < 10 || len(truth.Silences) < 50 || len(truth.Meetings) < 10 {
		t.Fatalf("the bundled truth has %d lifts, %d silences, %d meetings: too few to test with", len(truth.Lifts), len(truth.Silences), len(truth.Meetings))
	}
	return truth
}

// oracle writes what a detector would write that knows the truth, in the files of a replay.
func oracle(t *testing.T, truth *sim.Truth) Output {
	t.Helper()
	var list []event.Event
	add := func(kind event.Kind, from time.Time, to *time.Time, p float64, causes []event.Explanation, ships ...sim.Vessel) *event.Event {
		e := event.Event{Schema: event.Schema, Version: 1, Kind: kind, Status: event.Closed, Start: from, End: to, Probability: p, Explanations: causes}
		var mmsis []vessel.MMSI
		for _, s := range ships {
			e.Vessels = append(e.Vessels, event.Vessel{Role: event.Party, MMSI: vessel.MMSI(s.MMSI), IMO: vessel.IMO(s.IMO), Class: s.Class})
			mmsis = append(mmsis, vessel.MMSI(s.MMSI))
		}
		e.ID = event.ID(kind, from, 0, 0, mmsis...)
		list = append(list, e)
		return &list[len(list)-1]
	}
	for _, l := range truth.Lifts {
		b := vessel.Barrels(l.Barrels)
		add(event.Lift, l.Start, &l.End, 1, nil, l.Vessel).Barrels = &event.Volume{P05: b, P50: b, P95: b, Mean: b}
	}
	for _, m := range truth.Meetings {
		add(event.Rendezvous, m.Start, &m.End, either(m.Purpose == "cargo" || m.Purpose == "blend"), nil, m.Host, m.Visitor)
	}
	for _, s := range truth.Silences {
		gap := add(event.Gap, s.Start, s.End, either(s.Cause == "switched_off"), []event.Explanation{{Cause: event.Cause(s.Cause), P: 1}}, s.Vessel)
		gap.Details = event.GapDetails{Rules: event.Rules{Rules: []event.Rule{{Name: "p0", Value: 0.01}}}}
	}
	for _, f := range truth.False {
		add(event.FalsePosition, f.Start, &f.End, 1, nil, f.Vessel)
	}
	for _, j := range truth.Jams {
		add(event.Interference, j.Start, &j.End, 1, nil).Details = event.InterferenceDetails{RealLon: j.Lon, RealLat: j.Lat, AreaM: 1}
	}
	for _, x := range truth.Identities {
		from, to := sim.Vessel{MMSI: x.FromMMSI, IMO: x.IMO}, sim.Vessel{MMSI: x.ToMMSI, IMO: x.IMO}
		form := "continued"
		if x.FromMMSI == x.ToMMSI {
			form = "changed"
		}
		add(event.Identity, x.Time, nil, 1, nil, from, to).Details = event.IdentityDetails{Form: form}
	}
	for _, x := range truth.Shared {
		add(event.Identity, x.Start, &x.End, 1, nil, sim.Vessel{MMSI: x.MMSI}).Details = event.IdentityDetails{Form: "number_shared"}
	}
	calls := []HaltCall{}
	for _, h := range truth.Halts {
		calls = append(calls, HaltCall{"truth", h.Start.Format(time.DateOnly)})
	}
	events := throughJSON(t, list)
	return Output{Events: events, Days: oracleDays(t, truth), Halts: &calls, Rules: events}
}

func either(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// throughJSON writes events as lines and reads them again, an outdated version of each before the last.
func throughJSON(t *testing.T, list []event.Event) []event.Event {
	t.Helper()
	var lines bytes.Buffer
	for _, e := range list {
		outdated := e
		outdated.Version, outdated.Probability = 0, 0.5
		for _, v := range []event.Event{outdated, e} {
			b, err := v.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(b, '\n'))
		}
	}
	events, err := ReadEvents(&lines)
	if err != nil || len(events) != len(list) {
		t.Fatalf("read %d events (%v), want %d", len(events), err, len(list))
	}
	return events
}

func oracleDays(t *testing.T, truth *sim.Truth) []Day {
	t.Helper()
	var days []Day
	for i, d := range truth.Days {
		from, sum := max(0, i-27), 0.0
		for _, w := range truth.Days[from : i+1] {
			sum += float64(w.Lifted)
		}
		lifted, month := float64(d.Lifted), sum/float64(i+1-from)
		days = append(days, Day{d.Date, "lifted", &lifted, lifted, lifted, &month, month, month, i + 1 - from, "final"},
			Day{Date: d.Date, Basis: "exited"})
	}
	raw, err := json.Marshal(map[string]any{"schema": export.DailySchema, "days": days})
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadDays(bytes.NewReader(raw))
	if err != nil || len(read) != len(truth.Days) {
		t.Fatalf("read %d days (%v), want %d", len(read), err, len(truth.Days))
	}
	return read
}

// populated is the truth of a scenario with a population, before anybody has heard it.
func populated(t *testing.T, name string) *sim.Truth {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", name))
	if err != nil {
		t.Fatal(err)
	}
	s.Shrink(scenario.Smaller{Traffic: 0.02})
	if err := populate.Fill(s); err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w.Truth()
}

// TestOracleScoresOne lets a detector speak that knows the truth, in a story and in populations with false positions,
// blends, several daughters on a mother and halts.
func TestOracleScoresOne(t *testing.T) {
	for name, truth := range map[string]*sim.Truth{"first-look": bundled(t), "baseline": populated(t, "baseline.yaml"), "halt": populated(t, "halt.yaml")} {
		t.Run(name, func(t *testing.T) { scoresOne(t, truth) })
	}
}

func scoresOne(t *testing.T, truth *sim.Truth) {
	r, err := Of(truth, oracle(t, truth))
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r.named() {
		for _, c := range k.At {
			if c.True == 0 && k.name == "false position" && len(truth.False) == 0 {
				continue
			}
			if c.True == 0 || !is(c.Precision, 1) || !is(c.Recall, 1) || !is(c.RecallObservable, 1) || !is(c.F1, 1) {
				t.Errorf("%s at %v: got %+v, want all 1", k.name, c.P, c.Count)
			}
			for _, part := range c.Classes {
				if part.True > 0 && (!is(part.Recall, 1) || !is(part.Precision, 1)) {
					t.Errorf("%s of %s: got %+v, want all 1", k.name, part.Name, part.Count)
				}
			}
			for _, m := range c.Modes {
				if !is(m.Recall, 1) {
					t.Errorf("%s, %s: recall got %s, want 1", k.name, m.Name, share(m.Recall))
				}
			}
		}
		if k.Calibration.Claims > 0 && !is(k.Calibration.Brier, 0) {
			t.Errorf("%s: Brier got %s, want 0", k.name, share(k.Calibration.Brier))
		}
	}
	for _, c := range r.Silences {
		if c.Told != c.Count || c.Named != c.Count || c.Count > 0 && !is(c.P, 1) {
			t.Errorf("silences: got %+v, want all told and named", c)
		}
	}
	detectsAll(t, truth, r)
	lifted, complete := 0.0, 0
	for _, l := range truth.Lifts {
		if l.Complete {
			lifted, complete = lifted+float64(l.Barrels), complete+1
		}
	}
	for _, e := range append(slices.Clone(r.Times), r.LiftTimes.TimeError) {
		if e.Pairs == 0 || !is(e.P90, 0) || !is(e.Bias, 0) {
			t.Errorf("%s: got %+v, want no error in time", e.Name, e)
		}
	}
	if l := r.LiftTimes; l.Pairs != complete || !is(l.Captured, 1) {
		t.Errorf("lift times: got %+v, want %d pairs", l, complete)
	}
	for _, p := range r.Parcels {
		if p.Found.Barrels != lifted || p.Missed.Lifts+p.Double.Lifts+p.Invented.Lifts > 0 || !is(p.Size, 1) || !is(p.Inside, 1) {
			t.Errorf("cargoes: got %+v, want all found", p)
		}
	}
	if h := r.Halts; h.Halts != len(truth.Halts) || len(h.Tests) != min(1, h.Halts) || h.Halts > 0 && (h.Tests[0].Found != h.Halts || h.Tests[0].False != 0 || !is(h.Tests[0].Delay, 0)) {
		t.Errorf("halts: got %+v, want each called on its first day", h)
	}
	b := r.Barrels
	if b.Last == nil || b.Last.Error != 0 || !b.Last.Inside || b.Last.Days != 28 || b.Days.Count != len(truth.Days) || !is(b.Days.Error, 0) || !is(b.Days.Inside, 1) || !is(b.Days.Score, 0) {
		t.Errorf("barrels: got %+v, want no error", b)
	}
	if got, want := int64(b.Last.True+0.5), truth.Totals.LiftedPerDayLast; got != want {
		t.Errorf("true mean of 28 days: got %d, want %d", got, want)
	}
}

// detectsAll checks what a detector that knows the truth is held to.
func detectsAll(t *testing.T, truth *sim.Truth, r Report) {
	t.Helper()
	d := r.Detectors
	if g := d.LongGaps; g.Asked != 1 || g.Determinable == 0 || g.Determinable != g.True || g.Found != g.True || g.Right != g.Claimed || g.Claimed != g.True ||
		g.Sure != g.Claimed || g.SureRight != g.Right || g.Silences < g.Determinable || g.Answered != g.Silences || g.Unknown != 0 || g.Failures.Accused != 0 {
		t.Errorf("long gaps: got %+v, want all told and none accused", g)
	}
	sum := 0
	for _, m := range d.Meetings {
		sum += m.True
		if m.Paired != m.True || m.Claimed != m.True {
			t.Errorf("meetings %s: got %+v, want all found", m.Name, m.Count)
		}
	}
	if sum != r.Rendezvous.At[0].True || d.Bunkering.Accused != 0 {
		t.Errorf("%d meetings by rate of %d, %+v bunkerings", sum, r.Rendezvous.At[0].True, d.Bunkering)
	}
	if f := d.FalseLifts; f.Events != 0 || f.Sum != 0 || f.TankerMonths <= 0 || !is(f.per500(f.Sum), 0) {
		t.Errorf("false lifts: got %+v, want none in some time", f)
	}
	things := 0
	for _, x := range append(slices.Clone(d.Jams), d.Identities...) {
		things += x.True
		if x.Found != x.True || x.Invented != 0 {
			t.Errorf("%s: got %+v, want all found and none invented", x.Name, x)
		}
	}
	if things != len(truth.Jams)+len(truth.Identities)+len(truth.Shared) {
		t.Errorf("%d jams and identities, want all", things)
	}
}

func TestSilentDetectorIsNotRewarded(t *testing.T) {
	truth := bundled(t)
	o := oracle(t, truth)
	for i := range o.Days {
		zero := 0.0
		o.Days[i].Mean, o.Days[i].P05, o.Days[i].P95 = &zero, 0, 0
		o.Days[i].Month, o.Days[i].MonthP05, o.Days[i].MonthP95 = &zero, 0, 0
	}
	r, err := Of(truth, Output{Days: o.Days, Rules: o.Rules})
	if err != nil {
		t.Fatal(err)
	}
	if g := r.Detectors.LongGaps; g.Determinable == 0 || g.Found+g.Answered+g.Claimed+g.Events > 0 {
		t.Errorf("long gaps: got %+v, want none told", g)
	}
	for _, m := range r.Detectors.measures() {
		switch {
		case strings.HasSuffix(m.Name, "_precision"), strings.Contains(m.Name, "calibration"), strings.Contains(m.Name, "signed"):
			if m.Value != nil {
				t.Errorf("%s: got %v, want null", m.Name, *m.Value)
			}
		case strings.HasSuffix(m.Name, "_recall"), strings.HasSuffix(m.Name, "_f1"), m.Name == "long_gap_answered":
			if m.Value != nil && *m.Value != 0 {
				t.Errorf("%s: got %v, want 0 or null", m.Name, *m.Value)
			}
		}
	}
	for _, k := range r.named()[:3] { // there is no false position in this world
		for _, c := range k.At {
			if c.Precision != nil || !is(c.Recall, 0) || !is(c.F1, 0) {
				t.Errorf("%s: got %+v, want precision null, recall and F1 zero", k.name, c.Count)
			}
		}
		if c := k.Calibration; c.Brier != nil || c.Skill != nil || c.Error != nil || len(c.Bins) != 0 {
			t.Errorf("%s: calibration got %+v, want nothing", k.name, c)
		}
	}
	if p := r.Parcels[0]; p.Missed.Barrels != float64(truth.Totals.LiftedBarrels) || p.Size != nil {
		t.Errorf("cargoes: got %+v, want all missed", p)
	}
	for _, e := range append(slices.Clone(r.Times), r.LiftTimes.TimeError) {
		if e.Pairs != 0 || e.Median != nil || e.Bias != nil {
			t.Errorf("%s: got %+v, want no error where nothing is paired", e.Name, e)
		}
	}
	if b, want := r.Barrels.Days.Bias, -float64(truth.Totals.LiftedBarrels)/float64(len(truth.Days)); !is(b, want) {
		t.Errorf("bias of days: got %s, want the whole truth, %f", digits(b, 1), want)
	}
	if l := r.Barrels.Last; l == nil || l.Inside || !is(l.Relative, -1) {
		t.Errorf("mean of 28 days: got %+v, want all of it missing", l)
	}
	var table bytes.Buffer
	if err := r.Print(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"SYNTHETIC scenario first-look", "precision", "too few: 0 of 1000", "-100 %", none} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("printed table has no %q:\n%s", want, table.String())
		}
	}
	if raw, err := json.Marshal(r); err != nil || !bytes.Contains(raw, []byte(`"precision":null`)) {
		t.Errorf("JSON has no null precision (%v): %s", err, raw)
	}
}

// TestLiarIsToldApart shifts every event to another ship: nothing may match.
func TestLiarIsToldApart(t *testing.T) {
	truth := bundled(t)
	o := oracle(t, truth)
	for i := range o.Events {
		for j := range o.Events[i].Vessels {
			o.Events[i].Vessels[j].MMSI, o.Events[i].Vessels[j].IMO = 999000001, 9999999
		}
	}
	r, err := Of(truth, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r.named()[:3] { // there is no false position in this world
		if c := k.At[0]; !is(c.Precision, 0) || !is(c.Recall, 0) {
			t.Errorf("%s: got %+v, want precision and recall zero", k.name, c.Count)
		}
	}
	if p := r.Parcels[0]; p.Invented.Lifts != len(truth.Lifts) || p.Double.Lifts != 0 {
		t.Errorf("cargoes: got %+v, want all invented", p)
	}
}

func TestRetractedEventsClaimNothing(t *testing.T) {
	truth := bundled(t)
	o := oracle(t, truth)
	for i := range o.Events {
		o.Events[i].Status = event.Retracted
	}
	r, err := Of(truth, o)
	if err != nil || r.Lifts.At[0].Claimed != 0 || !is(r.Lifts.At[0].Recall, 0) {
		t.Errorf("got %+v (%v), want nothing claimed", r.Lifts.At[0].Count, err)
	}
}

func TestOrderOfEventsDoesNotMatter(t *testing.T) {
	truth := bundled(t)
	o := oracle(t, truth)
	want, err := Of(truth, o)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(o.Events)
	if got, err := Of(truth, o); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("reversed: got %+v (%v), want %+v", got, err, want)
	}
}

func TestOutputOfAnotherTime(t *testing.T) {
	truth := bundled(t)
	number := 1.0
	for _, days := range [][]Day{nil, {{Date: "2024-01-01", Mean: &number, Month: &number, Window: 1}}} {
		if _, err := Of(truth, Output{Days: days}); !errors.Is(err, ErrOtherTime) {
			t.Errorf("%d days: got %v, want ErrOtherTime", len(days), err)
		}
	}
}

func TestReadersRefuse(t *testing.T) {
	for _, tc := range []struct {
		name string
		read func() error
		want string
	}{
		{"truth of another schema", func() error { _, err := ReadTruth(strings.NewReader(`{"schema":"x"}`)); return err }, `schema is "x"`},
		{"truth cut off", func() error { _, err := ReadTruth(strings.NewReader(`{"schema":`)); return err }, "read truth"},
		{"days of another schema", func() error { _, err := ReadDays(strings.NewReader(`{"schema":"x"}`)); return err }, `schema is "x"`},
		{"second line broken", func() error { _, err := ReadEvents(strings.NewReader("\n{")); return err }, "line 2"},
	} {
		if err := tc.read(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
}

// is tells whether a number is there and has a value, to rounding.
func is(x *float64, want float64) bool { return x != nil && *x-want < 1e-9 && want-*x < 1e-9 }
