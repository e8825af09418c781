package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/estimate"
)

func TestFitRefusesWhatProvesNothing(t *testing.T) {
	for _, args := range [][]string{
		{"fit"}, {"fit", "rendezvous"}, {"fit", "weather", "x.yaml"},
		{"fit", "rendezvous", "x.yaml", "--seeds", "1-10", "--test", "10-12"},
		{"fit", "lift"}, {"fit", "lift", "x.yaml", "--seeds", "1-10", "--hold", "8-12"}, {"fit", "lift", "x.yaml", "--hold", "201"},
		{"fit", "lift", "x.yaml", "--ridge", "0"}, {"fit", "lift", "x.yaml", "--test", "ten"}, {"fit", "lift", "x.yaml", "--keep", "luck"},
		{"fit", "detection"}, {"fit", "detection", "x.yaml", "--seeds", "ten"}, {"fit", "detection", "x.yaml", "--strength", "1"},
		{"fit", "rendezvous", "x.yaml", "--seeds", "10-1"}, {"fit", "rendezvous", "x.yaml", "--seeds", "one"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &out, &errs); code != exitUsage {
			t.Errorf("%v: got code %d, want %d: %s", args, code, exitUsage, errs.String())
		}
	}
}

func TestLiftWeightsAreWrittenAsTheyAreRead(t *testing.T) {
	want := cargo.DefaultWeights()
	var out bytes.Buffer
	if err := writeLiftWeights(&out, want); err != nil {
		t.Fatal(err)
	}
	got, err := cargo.ReadWeights(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFitDetectionWritesAPriorThatIsRead(t *testing.T) {
	out := filepath.Join(t.TempDir(), "detection.json")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"fit", "detection", smallScenario, "--seeds", "7", "--score-from", "0", "--days", "0", "--traffic", "1", "--out", out}, &stdout, &stderr); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	d, err := estimate.ReadDetection(text)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.Note, "simulate fit detection "+smallScenario+" --seeds 7 --score-from 0") || !strings.Contains(stdout.String(), "seed 7: 0 of 1 lifts found") {
		t.Errorf("got %+v and printed %q", d, stdout.String())
	}
}
