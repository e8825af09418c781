package main

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/darkwake/darkwake/pkg/cargo"
)

func TestFitRefusesWhatProvesNothing(t *testing.T) {
	for _, args := range [][]string{
		{"fit"}, {"fit", "rendezvous"}, {"fit", "weather", "x.yaml"},
		{"fit", "rendezvous", "x.yaml", "--seeds", "1-10", "--test", "10-12"},
		{"fit", "lift"}, {"fit", "lift", "x.yaml", "--seeds", "1-10", "--hold", "8-12"}, {"fit", "lift", "x.yaml", "--hold", "201"},
		{"fit", "lift", "x.yaml", "--ridge", "0"}, {"fit", "lift", "x.yaml", "--test", "ten"},
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
