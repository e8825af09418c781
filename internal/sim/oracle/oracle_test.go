package oracle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/event"
)

// traps is the feed and truth of the hand-written world, and what the oracle makes of it.
func traps(t testing.TB, change func(*scenario.Scenario)) (*scenario.Scenario, []byte, *sim.Truth, []event.Event) {
	t.Helper()
	s, err := scenario.Open(filepath.Join("testdata", "traps.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	text := write.NewNMEA(&out, w)
	_, heard, err := air.Run(t.Context(), w, text.Deliver)
	if err != nil {
		t.Fatal(err)
	}
	if err := text.Flush(); err != nil {
		t.Fatal(err)
	}
	truth := w.Truth()
	truth.Mark(heard)
	events, err := Claims(t.Context(), bytes.NewReader(out.Bytes()), s)
	if err != nil {
		t.Fatal(err)
	}
	return s, out.Bytes(), truth, events
}

// claimed is the greatest probability of a claim of a kind about these ships.
func claimed(events []event.Event, kind event.Kind, names ...string) float64 {
	best := 0.0
	for _, e := range events {
		all := func(name string) bool {
			return slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return v.Name == name })
		}
		if e.Kind == kind && !slices.ContainsFunc(names, func(n string) bool { return !all(n) }) {
			best = max(best, e.Probability)
		}
	}
	return best
}

func TestTheFeedTellsWhatItTells(t *testing.T) {
	racing.Skip(t)
	_, _, _, events := traps(t, nil)
	for _, tc := range []struct {
		name      string
		kind      event.Kind
		ships     string
		low, high float64
	}{
		{"a lift in the open", event.Lift, "SYN OPEN", 0.95, 1},
		{"a dark lift with the draught typed", event.Lift, "SYN DARK", 0.95, 1},
		{"the same without a word", event.Lift, "SYN MUTE", 0.4, 0.93},
		{"an honest failure far from any terminal", event.Lift, "SYN FAULT", 0, 0.01},
		{"a lawful loading", event.Lift, "SYN LAWFUL", 0, 0.01},
		{"a pretended stay where the coast hears everybody", event.Lift, "SYN PRETEND", 0.9, 1},
		{"a place repeated to the metre", event.Lift, "SYN FROZEN", 0.9, 1},
		{"a pretended voyage", event.Lift, "SYN SAILOR", 0.9, 1},
		{"a switch", event.Gap, "SYN DARK", 0.95, 1},
		{"a failure", event.Gap, "SYN FAULT", 0, 0.5},
		{"a switch for a transfer", event.Gap, "SYN UNSEEN", 0.9, 1},
		{"two tied tankers", event.Rendezvous, "SYN GIVER,SYN TAKER", 0.95, 1},
		{"fuel", event.Rendezvous, "SYN BUNKER,SYN CUSTOMER", 0, 0.1},
		{"a transfer half heard", event.Rendezvous, "SYN UNSEEN,SYN SEEN", 0.6, 1},
		{"ships that wait", event.Rendezvous, "SYN WAITER 01,SYN WAITER 02", 0, 0.05},
	} {
		if got := claimed(events, tc.kind, strings.Split(tc.ships, ",")...); got < tc.low || got > tc.high {
			t.Errorf("%s: got %.3f, want %v to %v", tc.name, got, tc.low, tc.high)
		}
	}
}

// TestSilencesCarryTheirChance: where the coast hears everybody a silence of days is none of reception's.
func TestSilencesCarryTheirChance(t *testing.T) {
	_, _, _, events := traps(t, nil)
	checked := 0
	for _, e := range events {
		d, ok := e.Details.(event.GapDetails)
		if !ok || len(d.Rules.Rules) == 0 {
			continue
		}
		p0 := d.Rules.Rules[0]
		if p0.Value < 0 || p0.Value > 1 || p0.Passed != (p0.Value <= 0.01) {
			t.Errorf("%s: p0 %v, passed %v", e.ID, p0.Value, p0.Passed)
		}
		if e.Vessels[0].Name == "SYN DARK" {
			checked++
			if !p0.Passed {
				t.Errorf("%s: p0 %.3f of a silence of %.0f h", e.ID, p0.Value, d.DurationH)
			}
		}
	}
	if checked == 0 {
		t.Error("no silence of SYN DARK with a chance")
	}
}

// TestSilencesAreThoseOfTheClaims: who weighs no story finds the same silences that are none of reception's.
func TestSilencesAreThoseOfTheClaims(t *testing.T) {
	racing.Skip(t)
	s, feed, _, events := traps(t, nil)
	got, err := Silences(t.Context(), bytes.NewReader(feed), s)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range events {
		if d, ok := e.Details.(event.GapDetails); ok && tellable(d) {
			want = append(want, fmt.Sprint(e.ID, e.End, d.Rules.Rules))
		}
	}
	var list []string
	for _, e := range got {
		list = append(list, fmt.Sprint(e.ID, e.End, e.Details.(event.GapDetails).Rules.Rules))
	}
	if len(want) < 3 || !slices.Equal(list, want) {
		t.Errorf("got %q, want %q", list, want)
	}
}

// TestClaimsPairWithTheTruth runs them through the score as it stands.
func TestClaimsPairWithTheTruth(t *testing.T) {
	_, _, truth, events := traps(t, nil)
	r := score.OfEvents(truth, score.Output{Events: events})
	for _, k := range []struct {
		name string
		kind score.Kind
	}{{"gaps", r.Gaps}, {"rendezvous", r.Rendezvous}, {"lifts", r.Lifts}} {
		got := k.kind.At[0]
		if got.True == 0 || got.Paired != got.True || got.Claimed != got.True {
			t.Errorf("%s: got %d claims and %d pairs of %d, want all and nothing else", k.name, got.Claimed, got.Paired, got.True)
		}
	}
}

// TestASilenceWithoutAWordGetsTheShareOfTheRules works the probability of the mute lift out by hand: what may have
// happened in her silence, each by its rate, its density at that length, and what a crew then types.
func TestASilenceWithoutAWordGetsTheShareOfTheRules(t *testing.T) {
	s, _, _, events := traps(t, nil)
	r, err := newRules(s)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(events, func(e event.Event) bool { return e.Kind == event.Gap && e.Vessels[0].Name == "SYN MUTE" })
	if i < 0 {
		t.Fatal("no silence of SYN MUTE")
	}
	e := events[i]
	hours := e.End.Sub(e.Start).Hours()
	least, _ := r.load("VLCC")
	kharg := r.sources[0].at
	in := r.hours([2]float64{e.Lon, e.Lat}, kharg)
	spare := hours - 0.9*2*in - least
	h := r.habits
	lift := h.DarkLift * density(spare, h.WaitHours, false) * (1 - h.Typed)
	rest := (h.DarkIdle + h.Fault) * density(hours, h.FaultHours, false) * (1 - h.Lies)
	want := lift / (lift + rest)
	if got := claimed(events, event.Lift, "SYN MUTE"); math.Abs(got-want) > 0.1 {
		t.Errorf("got %.3f, want about %.3f", got, want)
	}
}

func TestRatesMoveWhatIsNotTyped(t *testing.T) {
	racing.Skip(t)
	s, feed, _, _ := traps(t, nil)
	r, err := newRules(s)
	if err != nil {
		t.Fatal(err)
	}
	last := 2.0
	for _, idle := range []float64{0.0001, 0.001, 0.01, 0.1} {
		r.habits.DarkIdle = idle
		world, err := listen(t.Context(), bytes.NewReader(feed), s, r)
		if err != nil {
			t.Fatal(err)
		}
		got := claimed(world, event.Lift, "SYN MUTE")
		if got >= last {
			t.Errorf("%v idle silences a ship-day: got %.3f, want less than %.3f", idle, got, last)
		}
		last = got
	}
}

// TestOnlyTheFeedIsRead takes all ships out of the scenario, and turns their order round.
func TestOnlyTheFeedIsRead(t *testing.T) {
	racing.Skip(t)
	s, feed, _, want := traps(t, nil)
	turned, empty := *s, *s
	turned.Ships = slices.Clone(s.Ships)
	slices.Reverse(turned.Ships)
	empty.Ships = nil
	for _, other := range []*scenario.Scenario{&turned, &empty} {
		got, err := Claims(t.Context(), bytes.NewReader(feed), other)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("with %d ships in the scenario: other claims than with all of them", len(other.Ships))
		}
	}
}

// TestFirstLook holds the oracle against the detectors: they find 13 of the 15 lifts of the bundled month.
func TestFirstLook(t *testing.T) {
	racing.Skip(t)
	root := filepath.Join("..", "..", "..", "testdata")
	s, err := scenario.Open(filepath.Join(root, "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Ships = nil
	f, err := os.Open(filepath.Join(root, "feeds", "first-look.nmea.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	events, err := Claims(t.Context(), z, s)
	if err != nil {
		t.Fatal(err)
	}
	g, err := os.Open(filepath.Join(root, "feeds", "first-look.truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	truth, err := score.ReadTruth(g)
	if err != nil {
		t.Fatal(err)
	}
	r := score.OfEvents(truth, score.Output{Events: events})
	if got := r.Lifts.At[1]; got.Paired < 13 || got.Paired != got.Claimed {
		t.Errorf("lifts from 0.2 on: got %d pairs of %d claims, want 13 at least and no other claim", got.Paired, got.Claimed)
	}
	if got := r.Gaps.At[0]; got.Paired != got.True || got.Claimed != got.True {
		t.Errorf("gaps: got %d pairs of %d claims, want %d", got.Paired, got.Claimed, got.True)
	}
	if got := r.Rendezvous.At[0]; got.Paired != got.True || got.Claimed != got.True {
		t.Errorf("meetings: got %d pairs of %d claims, want %d", got.Paired, got.Claimed, got.True)
	}
}

func TestABrokenFeedSaysNothing(t *testing.T) {
	s, feed, _, _ := traps(t, func(s *scenario.Scenario) { s.Days = 2 })
	for _, text := range []string{"", "nonsense\r\n", strings.Repeat("x", 1<<18), string(feed[:len(feed)/3])} {
		if _, err := Claims(t.Context(), strings.NewReader(text), s); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	if _, err := Claims(t.Context(), io.MultiReader(bytes.NewReader(feed), broken{}), s); !errors.Is(err, errBroken) {
		t.Errorf("a source that fails: got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Claims(ended, endless{}, s); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: got %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '\n'
	}
	return len(p), nil
}

// BenchmarkClaims reads the hand-written world: the speed is in bytes of feed.
func BenchmarkClaims(b *testing.B) {
	s, feed, _, _ := traps(b, nil)
	b.SetBytes(int64(len(feed)))
	for b.Loop() {
		if _, err := Claims(b.Context(), bytes.NewReader(feed), s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes.Count(feed, []byte("\n")))*float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
}
