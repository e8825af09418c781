package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim/fit"
	"github.com/darkwake/darkwake/internal/sim/headline"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/estimate"
)

// fitDetectionOptions are the flags of simulate fit detection.
type fitDetectionOptions struct {
	seeds   string
	most    float64
	out     string
	span    headline.Span
	smaller scenario.Smaller
}

func fitDetectionCommand() *cobra.Command {
	o := &fitDetectionOptions{span: headline.Span{Days: 28}, smaller: scenario.Smaller{Thin: true}}
	c := &cobra.Command{
		Use:   "detection SCENARIO...",
		Short: "Measure the chance that a lift is ever found",
		Long: "detection makes worlds of each scenario file, lets the engine read them, and counts which of the lifts that began in 28 days\n" +
			"stand in the ledger at the end. What comes out is the prior of the daily estimate: a Beta distribution of the chance with\n" +
			"a full feed, each scenario counting alike, as wide as worlds differ but never surer than --strength lifts.",
		Example: "  simulate fit detection testdata/scenarios/baseline.yaml testdata/scenarios/perturbed.yaml --seeds 121-126 --out detection.json",
		Args:    func(c *cobra.Command, args []string) error { return usageArgs(cobra.MinimumNArgs(1)(c, args)) },
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringVar(&o.seeds, "seeds", "121-126", "seeds to count in, from-to")
	fl.Float64Var(&o.most, "strength", 20, "lifts that the prior counts as at most: a simulation is not the sea")
	fl.IntVar(&o.span.From, "score-from", 30, "first of the 28 days")
	fl.StringVar(&o.out, "out", "", "file to write the prior to as JSON")
	fl.Float64Var(&o.smaller.Days, "days", 103, "length of worlds: 45 days after the 28 nearly all that is ever found has been")
	fl.Float64Var(&o.smaller.Traffic, "traffic", 0.1, "share of the lawful ships")
	return c
}

func (o *fitDetectionOptions) run(ctx context.Context, paths []string, stdout, stderr io.Writer) error {
	seeds, err := parseSeeds(o.seeds)
	if err != nil {
		return usageError{err}
	}
	if o.most < 2 {
		return usageError{fmt.Errorf("--strength %g: expected 2 or more", o.most)}
	}
	var specs []trial.Spec
	for _, path := range paths {
		spec := trial.Spec{Path: path, Smaller: o.smaller, Span: &o.span}
		specs = append(specs, trial.Seeds(spec, seeds.from, int(seeds.to-seeds.from)+1)...)
	}
	scores, err := trial.Many(ctx, specs, 0, func(s trial.Spec, r score.Report) {
		fmt.Fprintf(stderr, "%s, seed %d\n", r.Scenario, s.Seed)
	})
	if err != nil {
		return err
	}
	var worlds []fit.Finds
	lifts := 0
	for _, s := range scores {
		f := fit.FindsOf(*s.Number)
		fmt.Fprintf(stdout, "%s, seed %d: %d of %d lifts found, feed %.2f\n", f.Scenario, f.World, f.Found, f.True, f.Health)
		worlds, lifts = append(worlds, f), lifts+f.True
	}
	if lifts == 0 {
		return fmt.Errorf("measure chance of detection: no lift in any world of %s", strings.Join(paths, ", "))
	}
	d := estimate.Detection{Most: o.most}
	d.Mean, d.Spread, d.A, d.B = fit.Detection(worlds, o.most)
	command := fitCommandLine("detection", paths, o.smaller, "--seeds", o.seeds, "--score-from", fmt.Sprint(o.span.From), "--strength", numbers([]float64{o.most}))
	d.Note = fmt.Sprintf("by %s: the share of %d lifts in %d worlds that stand in the ledger at the end, over the feed's health; it counts as %g lifts at most, since a simulation is not the sea",
		command, lifts, len(worlds), o.most)
	if o.out != "" {
		if err := create(o.out, d.Write); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "chance of detection: %.3f, between worlds ± %.3f: Beta(%.1f, %.1f)\n", d.Mean, d.Spread, d.A, d.B)
	return err
}
