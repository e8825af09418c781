package main

import (
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// TestTheStoreTakesTheLastVintage when all sources have ended, and not that of a result in between.
func TestTheStoreTakesTheLastVintage(t *testing.T) {
	k := &keeper{url: t.TempDir() + "/x.db", metrics: ops.NewDetect(ops.NewRegistry(ops.NewBuild("test")))}
	if err := k.Begin(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	result := func(asOf time.Time) *pipeline.Result {
		r := estimate.Row{Date: day, Status: estimate.Blind, WindowDays: 1, AsOf: asOf}
		lifted, exited := r, r
		lifted.Basis, exited.Basis = estimate.Lifted, estimate.Exited
		return &pipeline.Result{Estimate: estimate.Result{Days: []estimate.Row{lifted}, Others: []estimate.Row{exited}, AsOf: asOf}}
	}
	for i, ended := range []bool{false, true, true} {
		if err := k.Result(t.Context(), result(day.Add(time.Duration(30+i)*time.Hour)), ended); err != nil {
			t.Fatal(err)
		}
	}
	for basis, want := range map[estimate.Basis]int{estimate.Lifted: 2, estimate.Exited: 2, estimate.Discharged: 0} {
		if got, err := k.store.Vintages(t.Context(), day, basis); len(got) != want || err != nil {
			t.Errorf("%s: got %d vintages, %v, want %d", basis, len(got), err, want)
		}
	}
	if meta, err := k.store.Meta(t.Context()); err != nil || !meta.AsOf.Equal(day.Add(32*time.Hour)) {
		t.Errorf("got a store as of %v, %v", meta.AsOf, err)
	}
	if err := k.close(); err != nil {
		t.Error(err)
	}
}
