package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim/fit"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/cargo"
)

// fitLiftOptions are the flags of simulate fit lift.
type fitLiftOptions struct {
	train, hold, test string
	ridges            []float64
	keep              []string
	out               string
	smaller           scenario.Smaller
}

func fitLiftCommand() *cobra.Command {
	o := &fitLiftOptions{smaller: scenario.Smaller{Thin: true}}
	c := &cobra.Command{
		Use:   "lift SCENARIO...",
		Short: "Fit the weights of a lift's evidence to simulated truth",
		Long: "lift makes worlds of each scenario file, lets the engine read them, and fits the weights by which the ledger tells a\n" +
			"lift from a voyage that only looks like one: a regularised logistic model whose signs are given. Terms are fitted on\n" +
			"the first seeds, their sum is recalibrated on the second, and both are tested on the third.",
		Example: "  simulate fit lift testdata/scenarios/baseline.yaml testdata/scenarios/nothing-illicit.yaml --seeds 101-105 --hold 106-107 --test 201-202 --out weights.json",
		Args:    func(c *cobra.Command, args []string) error { return usageArgs(cobra.MinimumNArgs(1)(c, args)) },
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringVar(&o.train, "seeds", "101-105", "seeds to fit terms on, from-to")
	fl.StringVar(&o.hold, "hold", "106-107", "seeds to recalibrate the sum on, from-to")
	fl.StringVar(&o.test, "test", "201-202", "seeds to test on, from-to")
	fl.Float64SliceVar(&o.ridges, "ridge", []float64{0.3, 1, 3}, "how strongly weights are held to those of judgement; of several the one that predicts left-out seeds best")
	fl.StringSliceVar(&o.keep, "keep", []string{"laden_before"}, "weights left to judgement, however the candidates look: simulated crews leave a laden draught standing")
	fl.StringVar(&o.out, "out", "", "file to write the weights to as JSON")
	fl.Float64Var(&o.smaller.Days, "days", 0, "cut worlds to so many days (0: as the scenario says)")
	fl.Float64Var(&o.smaller.Traffic, "traffic", 0.1, "share of the lawful ships")
	return c
}

func (o *fitLiftOptions) run(ctx context.Context, paths []string, stdout, stderr io.Writer) error {
	if len(o.ridges) == 0 || slices.Min(o.ridges) <= 0 {
		return usageError{fmt.Errorf("--ridge %v: expected numbers above 0", o.ridges)}
	}
	var sets [3][]fit.Example
	ranges, err := o.split()
	if err != nil {
		return usageError{err}
	}
	before := cargo.DefaultWeights()
	for _, name := range o.keep {
		if !slices.ContainsFunc(before.Terms, func(t cargo.Term) bool { return t.Name == name }) {
			return usageError{fmt.Errorf("--keep %s: no weight has that name", name)}
		}
	}
	for i, seeds := range ranges {
		if sets[i], err = o.examples(ctx, paths, seeds, stderr); err != nil {
			return err
		}
	}
	known, held, unseen := sets[0], sets[1], sets[2]
	after := before
	after.Terms = slices.Clone(before.Terms)
	priors, rare := common(logisticOf(before), known, o.keep)
	ridge := fit.ChooseCapped(priors, known, o.ridges, before.BlockCap)
	for _, w := range fit.Capped(priors, known, ridge, before.BlockCap) {
		if w.Name == "" {
			after.Intercept = w.Weight
			continue
		}
		i := slices.IndexFunc(after.Terms, func(t cargo.Term) bool { return t.Name == w.Name })
		after.Terms[i].Weight = w.Weight
	}
	for i := range after.Terms {
		if slices.Contains(rare, after.Terms[i].Name) {
			after.Terms[i].Weight = after.Terms[i].Prior
		}
	}
	after.Offset, after.Slope = fit.Recalibrate(func(x fit.Example) float64 { return after.Sum(x.Values) }, held)
	command := fitCommandLine("lift", paths, o.smaller, "--seeds", o.train, "--hold", o.hold, "--test", o.test, "--ridge", numbers(o.ridges), "--keep", strings.Join(o.keep, ","))
	after.Note = fmt.Sprintf("by %s: terms fitted on %d candidates, ridge %g is the best on left-out seeds, the sum recalibrated on %d others, loss %.4f; on the test's %d %.4f, was %.4f; calibrated on simulation",
		command, len(known), ridge, len(held), liftLoss(after, held), len(unseen), liftLoss(after, unseen), liftLoss(before, unseen))
	after.Origin = "fitted with the terms"
	if o.out != "" {
		if err := create(o.out, func(w io.Writer) error { return writeLiftWeights(w, after) }); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "fitted on %d candidates, ridge %g: loss %.4f, was %.4f\nrecalibrated on %d: loss %.4f, was %.4f\ntested on %d: loss %.4f, was %.4f\n",
		len(known), ridge, liftLoss(after, known), liftLoss(before, known), len(held), liftLoss(after, held), liftLoss(before, held),
		len(unseen), liftLoss(after, unseen), liftLoss(before, unseen))
	return err
}

func liftLoss(w cargo.Weights, examples []fit.Example) float64 {
	return fit.MeanLoss(func(x fit.Example) float64 { return w.Probability(x.Values) }, examples)
}

// logisticOf are the weights of the program with the priors that they are held to.
func logisticOf(w cargo.Weights) []fit.BlockWeight {
	out := []fit.BlockWeight{{Prior: w.Intercept, Weight: w.Intercept}}
	for _, t := range w.Terms {
		out = append(out, fit.BlockWeight{Name: t.Name, Block: t.Block, Sign: t.Sign, Prior: t.Prior, Weight: t.Weight})
	}
	return out
}

// leastSeen is how many examples must show a sign before its weight is fitted: one or two say nothing, and would undo judgement.
const leastSeen = 5

// common are the weights of signs that enough examples show; rare are the names of the others, and of those that are not to be
// fitted, which keep their priors.
func common(all []fit.BlockWeight, examples []fit.Example, not []string) (kept []fit.BlockWeight, rare []string) {
	for _, w := range all {
		seen := 0
		for _, x := range examples {
			if w.Name == "" || x.Values[w.Name] != 0 {
				seen++
			}
		}
		if w.Name != "" && (seen < leastSeen || slices.Contains(not, w.Name)) {
			rare = append(rare, w.Name)
			continue
		}
		kept = append(kept, w)
	}
	return kept, rare
}

// split reads the three ranges of seeds, of which no two may overlap.
func (o *fitLiftOptions) split() ([3]seedRange, error) {
	var out [3]seedRange
	for i, s := range []string{o.train, o.hold, o.test} {
		var err error
		if out[i], err = parseSeeds(s); err != nil {
			return out, err
		}
	}
	sorted := slices.Clone(out[:])
	slices.SortFunc(sorted, func(a, b seedRange) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].from <= sorted[i-1].to {
			return out, errors.New("--seeds, --hold and --test overlap: a test on what was fitted proves nothing")
		}
	}
	return out, nil
}

// examples are the candidates of all worlds.
func (o *fitLiftOptions) examples(ctx context.Context, paths []string, seeds seedRange, stderr io.Writer) ([]fit.Example, error) {
	return worlds(ctx, paths, []time.Duration{0}, seeds, trial.Spec{Smaller: o.smaller}, stderr, func(out *trial.Outcome) []fit.Example {
		return fit.Lifts(out.Truth, out.Found.Weighed)
	})
}

// writeLiftWeights writes one term a line, so that two fits can be compared.
func writeLiftWeights(w io.Writer, weights cargo.Weights) error {
	round := func(x float64) float64 { return math.Round(x*1000) / 1000 }
	var b strings.Builder
	text := func(s string) string {
		out, _ := json.Marshal(s) // a string always has a form
		return string(out)
	}
	fmt.Fprintf(&b, "{\n  \"note\": %s,\n  \"intercept\": %v,\n  \"intercept_source\": %s,\n  \"block_cap\": %v,\n  \"cut\": %v,\n  \"cut_source\": %s,\n  \"slope\": %v,\n  \"offset\": %v,\n  \"terms\": [",
		text(weights.Note), round(weights.Intercept), text(weights.Origin), weights.BlockCap, weights.Cut, text(weights.CutSource), round(weights.Slope), round(weights.Offset))
	for i, t := range weights.Terms {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    {\"block\": %q, \"name\": %q, \"sign\": %d, \"prior\": %v, \"weight\": %v, \"source\": %s}", t.Block, t.Name, t.Sign, t.Prior, round(t.Weight), text(t.Source))
	}
	b.WriteString("\n  ],\n  \"source_share\": [")
	for i, s := range weights.Shares {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    {\"prefix\": %q, \"share\": %v, \"source\": %s}", s.Prefix, s.Share, text(s.Source))
	}
	b.WriteString("\n  ],\n  \"origins\": [")
	for i, o := range weights.Origins {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    {\"prefix\": %q, \"route\": %q, \"iran\": %v, \"russia\": %v, \"venezuela\": %v, \"lawful\": %v, \"source\": %s}",
			o.Prefix, o.Route, o.Iran, o.Russia, o.Venezuela, o.Lawful, text(o.Source))
	}
	b.WriteString("\n  ]\n}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}
