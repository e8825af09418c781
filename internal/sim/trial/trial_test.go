package trial

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
)

var firstLook = filepath.Join("..", "..", "..", "testdata", "scenarios", "first-look.yaml")

func TestRunScoresTheFirstLook(t *testing.T) {
	out, err := Run(t.Context(), Spec{Path: firstLook, SeedOfFile: true})
	if err != nil {
		t.Fatal(err)
	}
	if out.Report.Seed != 20250301 || out.Report.Lifts.At[1].True != 15 || out.Report.Lifts.At[1].Paired < 10 {
		t.Errorf("seed %d, lifts %+v: want most of the 15 of seed 20250301", out.Report.Seed, out.Report.Lifts.At[1].Count)
	}
	if int64(out.Written.Sentences) != out.Source.Lines-2 {
		t.Errorf("wrote %d sentences and read %d lines, want two lines more, of comment", out.Written.Sentences, out.Source.Lines)
	}
	if out.Source.Decoder.Synthetic == 0 {
		t.Error("the feed does not say that it is synthetic")
	}
}

func TestManyKeepOrderWhateverTheSchedule(t *testing.T) {
	spec := Spec{Path: filepath.Join("..", "testdata", "small.yaml"), Smaller: scenario.Smaller{Thin: true}}
	specs := Seeds(spec, 7, 6)
	ended := 0
	first, err := Many(t.Context(), specs, func(Spec, score.Report) { ended++ })
	if err != nil {
		t.Fatal(err)
	}
	again, err := Many(t.Context(), specs, nil)
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
	if _, err := Many(ctx, Seeds(Spec{Path: firstLook}, 1, 3), nil); !errors.Is(err, stop) {
		t.Errorf("got %v, want the reason to end", err)
	}
}

func TestMissingScenarioIsAnError(t *testing.T) {
	if _, err := Many(t.Context(), []Spec{{Path: "nowhere.yaml"}}, nil); err == nil {
		t.Error("a scenario that is not there runs")
	}
}
