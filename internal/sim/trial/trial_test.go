package trial

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/headline"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/pkg/event"
)

var small = filepath.Join("..", "testdata", "small.yaml")

func TestRunScoresTheSmallWorld(t *testing.T) {
	out, err := Run(t.Context(), Spec{Path: small, SeedOfFile: true, Ceiling: readAll})
	if err != nil {
		t.Fatal(err)
	}
	if out.Report.Seed != out.Truth.Seed || out.Report.Lifts.At[1].True != 1 {
		t.Errorf("seed %d, lifts %+v: want the one of seed %d", out.Report.Seed, out.Report.Lifts.At[1].Count, out.Truth.Seed)
	}
	if int64(out.Written.Sentences) != out.Source.Lines-2 {
		t.Errorf("wrote %d sentences and read %d lines, want two lines more, of comment", out.Written.Sentences, out.Source.Lines)
	}
	if out.Source.Decoder.Synthetic == 0 {
		t.Error("the feed does not say that it is synthetic")
	}
	if out.Ceiling == nil || out.Ceiling.Lifts.At[1].Claimed != out.Written.Sentences {
		t.Error("the reader beside the engine did not get the whole feed")
	}
}

func TestRunScoresTheNumber(t *testing.T) {
	out, err := Run(t.Context(), Spec{Path: small, SeedOfFile: true, Span: &headline.Span{Days: 2}, Ceiling: readAll})
	if err != nil {
		t.Fatal(err)
	}
	n := out.Number
	if n == nil || n.Best == nil || n.Settled || len(n.Engine.Modes) != 1 || n.Engine.Modes[0].True != 1 {
		t.Fatalf("got %+v, want the one lift of an unconfirmed window", n)
	}
	truth := 0.0
	for _, d := range out.Truth.Days[:2] {
		truth += float64(d.Lifted) / 2
	}
	if n.Prior.True != truth || n.Prior.P95 <= 0 || n.Health <= 0 {
		t.Errorf("got %+v and a health of %v, want a truth of %v", n.Prior, n.Health, truth)
	}
	if len(n.Nowcasts) > 0 && n.Nowcasts[0].Date != out.Truth.Days[1].Date {
		t.Errorf("got a nowcast of %s, want one of the window's last day", n.Nowcasts[0].Date)
	}
	if _, again := n.As(0.9); len(again) != len(n.Nowcasts) {
		t.Errorf("got %d nowcasts with a chance that is known, and %d without", len(again), len(n.Nowcasts))
	}
}

// readAll claims as many lifts as there are sentences.
func readAll(_ context.Context, feed io.Reader, _ *scenario.Scenario) ([]event.Event, error) {
	text, err := io.ReadAll(feed)
	claims := make([]event.Event, bytes.Count(text, []byte("!AIVDM")))
	for i := range claims {
		claims[i] = event.Event{Kind: event.Lift, Probability: 1}
	}
	return claims, err
}

func TestReaderMayStopEarlyOrFail(t *testing.T) {
	bored := func(context.Context, io.Reader, *scenario.Scenario) ([]event.Event, error) { return nil, nil }
	if out, err := Run(t.Context(), Spec{Path: small, Ceiling: bored}); err != nil || out.Ceiling.Lifts.At[0].Claimed != 0 {
		t.Errorf("one that reads nothing: got %v", err)
	}
	broken := errors.New("broken")
	failing := func(context.Context, io.Reader, *scenario.Scenario) ([]event.Event, error) { return nil, broken }
	if _, err := Run(t.Context(), Spec{Path: small, Ceiling: failing}); !errors.Is(err, broken) {
		t.Errorf("one that fails: got %v, want its error", err)
	}
}

func TestManyKeepOrderWhateverTheSchedule(t *testing.T) {
	spec := Spec{Path: small, Smaller: scenario.Smaller{Thin: true}}
	specs := Seeds(spec, 7, 3)
	ended := 0
	first, err := Many(t.Context(), specs, 1, func(Spec, score.Report) { ended++ })
	if err != nil {
		t.Fatal(err)
	}
	again, err := Many(t.Context(), specs, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range first {
		if r.Report.Seed != specs[i].Seed || !reflect.DeepEqual(r, again[i]) {
			t.Errorf("report %d of seed %d, want seed %d and twice the same", i, r.Report.Seed, specs[i].Seed)
		}
	}
	if ended != len(specs) {
		t.Errorf("told of %d ends, want %d", ended, len(specs))
	}
}

func TestManyEndWithTheirContext(t *testing.T) {
	stop := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := Many(ctx, Seeds(Spec{Path: small}, 1, 3), 0, nil); !errors.Is(err, stop) {
		t.Errorf("got %v, want the reason to end", err)
	}
}

func TestMissingScenarioIsAnError(t *testing.T) {
	if _, err := Many(t.Context(), []Spec{{Path: "nowhere.yaml"}}, 0, nil); err == nil {
		t.Error("a scenario that is not there runs")
	}
}
