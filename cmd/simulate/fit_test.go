package main

import (
	"bytes"
	"testing"

	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
)

func TestFitRefusesWhatProvesNothing(t *testing.T) {
	for _, args := range [][]string{
		{"fit"}, {"fit", "rendezvous"}, {"fit", "weather", "x.yaml"},
		{"fit", "rendezvous", "x.yaml", "--seeds", "1-10", "--test", "10-12"},
		{"fit", "rendezvous", "x.yaml", "--seeds", "10-1"}, {"fit", "rendezvous", "x.yaml", "--seeds", "one"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, &out, &errs); code != exitUsage {
			t.Errorf("%v: got code %d, want %d: %s", args, code, exitUsage, errs.String())
		}
	}
}

func TestWeightsAreWrittenAsTheyAreRead(t *testing.T) {
	want := rendezvous.DefaultWeights()
	var out bytes.Buffer
	if err := writeWeights(&out, want.Note, models()["rendezvous"].terms); err != nil {
		t.Fatal(err)
	}
	got, err := rendezvous.ReadWeights(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got.Note != want.Note || len(got.Terms) != len(want.Terms) {
		t.Fatalf("got %d terms and note %q, want %d and %q", len(got.Terms), got.Note, len(want.Terms), want.Note)
	}
	for i := range got.Terms {
		if got.Terms[i] != want.Terms[i] {
			t.Errorf("term %d: got %v, want %v", i, got.Terms[i], want.Terms[i])
		}
	}
}
