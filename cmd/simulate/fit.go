package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/fit"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/detect/encounter"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/event"
)

// fitOptions are the flags of simulate fit.
type fitOptions struct {
	train, test string
	every       []time.Duration
	ridges      []float64
	ridge       float64 // the one that was chosen
	out         string
	smaller     scenario.Smaller
}

func fitCommand() *cobra.Command {
	o := &fitOptions{smaller: scenario.Smaller{Thin: true}}
	c := &cobra.Command{
		Use:   "fit rendezvous|encounter|gap SCENARIO...",
		Short: "Fit weights of evidence to simulated truth",
		Long: "fit makes worlds of each scenario file, lets the engine read them, and finds the weights that agree best with\n" +
			"what really happened: a logistic model whose signs are those of the weights that the program carries. Seeds to\n" +
			"fit on and seeds to test on must differ; the losses of both are printed, before and after.",
		Example: "  simulate fit rendezvous testdata/scenarios/baseline.yaml --seeds 101-110 --test 201-205 --out weights.json\n" +
			"  simulate fit gap testdata/scenarios/baseline.yaml --every 5m --traffic 0.1 --out weights.json",
		Args: func(c *cobra.Command, args []string) error { return usageArgs(cobra.MinimumNArgs(2)(c, args)) },
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.AddCommand(fitLiftCommand())
	fl := c.Flags()
	fl.StringVar(&o.train, "seeds", "101-110", "seeds to fit on, from-to")
	fl.StringVar(&o.test, "test", "201-205", "seeds to test on, from-to")
	fl.DurationSliceVar(&o.every, "every", []time.Duration{5 * time.Minute, 10 * time.Minute, 30 * time.Minute}, "reporting intervals (0: as thinned); each seed is made with each")
	fl.Float64SliceVar(&o.ridges, "ridge", []float64{0.3, 1, 3}, "how strongly weights are held to those of judgement; of several the one that predicts left-out seeds best")
	fl.StringVar(&o.out, "out", "", "file to write the weights to as JSON")
	fl.Float64Var(&o.smaller.Days, "days", 0, "cut worlds to so many days (0: as the scenario says)")
	fl.Float64Var(&o.smaller.Traffic, "traffic", 0.25, "share of the lawful ships")
	return c
}

func (o *fitOptions) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	model, ok := models()[args[0]]
	if !ok && args[0] != "gap" {
		return usageError{fmt.Errorf("fit %s: expected rendezvous, encounter or gap", args[0])}
	}
	if len(o.ridges) == 0 || slices.Min(o.ridges) <= 0 {
		return usageError{fmt.Errorf("--ridge %v: expected numbers above 0", o.ridges)}
	}
	train, test, err := o.split()
	if err != nil {
		return usageError{err}
	}
	if args[0] == "gap" {
		return o.gap(ctx, args[1:], train, test, stdout, stderr)
	}
	known, err := o.cases(ctx, model, args[1:], train, stderr)
	if err != nil {
		return err
	}
	unseen, err := o.cases(ctx, model, args[1:], test, stderr)
	if err != nil {
		return err
	}
	before := model.terms
	o.ridge = fit.Choose(before, known, o.ridges)
	after := fit.Softmax(before, known, o.ridge)
	note := o.note(args[0], args[1:], len(known))
	if o.out != "" {
		if err := create(o.out, func(w io.Writer) error { return writeWeights(w, note, after) }); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "fitted on %d cases: loss %.4f, was %.4f\ntested on %d cases: loss %.4f, was %.4f\n",
		len(known), fit.Loss(after, known), fit.Loss(before, known), len(unseen), fit.Loss(after, unseen), fit.Loss(before, unseen))
	return err
}

// split reads the two ranges of seeds, which must not overlap.
func (o *fitOptions) split() (train, test seedRange, err error) {
	if train, err = parseSeeds(o.train); err != nil {
		return train, test, err
	}
	if test, err = parseSeeds(o.test); err != nil {
		return train, test, err
	}
	if train.from <= test.to && test.from <= train.to {
		return train, test, errors.New("--seeds and --test overlap: a test on what was fitted proves nothing")
	}
	return train, test, nil
}

// seedRange is seeds from one to another, both included.
type seedRange struct{ from, to uint64 }

func parseSeeds(s string) (seedRange, error) {
	first, last, ok := strings.Cut(s, "-")
	if !ok {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 64)
	to, also := strconv.ParseUint(last, 10, 64)
	if err != nil || also != nil || to < from || to-from >= 10_000 {
		return seedRange{}, fmt.Errorf("seeds %q: expected two numbers, like 101-110", s)
	}
	return seedRange{from, to}, nil
}

// cases are those of a model from all worlds.
func (o *fitOptions) cases(ctx context.Context, m model, paths []string, seeds seedRange, stderr io.Writer) ([]fit.Case, error) {
	return casesOf(ctx, o, paths, seeds, stderr, m.cases)
}

// casesOf tries all worlds one after the other: a trial uses the processors itself.
func casesOf[C any](ctx context.Context, o *fitOptions, paths []string, seeds seedRange, stderr io.Writer, of func(*sim.Truth, []event.Event) []C) ([]C, error) {
	var all []C
	for _, path := range paths {
		for _, every := range o.every {
			for seed := seeds.from; seed <= seeds.to; seed++ {
				smaller := o.smaller
				smaller.Every = every
				out, err := trial.Run(ctx, trial.Spec{Path: path, Seed: seed, Smaller: smaller})
				if err != nil {
					return nil, err
				}
				cases := of(out.Truth, out.Found.Events)
				fmt.Fprintf(stderr, "%s, seed %d, every %s: %d cases\n", out.Truth.Scenario, seed, every, len(cases))
				all = append(all, cases...)
			}
		}
	}
	return all, nil
}

// model is what can be fitted: the present weights, and how cases come out of a world.
type model struct {
	terms []fit.Term
	cases func(*sim.Truth, []event.Event) []fit.Case
}

func models() map[string]model {
	met, missed := model{cases: fit.Meetings}, model{cases: fit.Unseen}
	for _, t := range rendezvous.DefaultWeights().Terms {
		met.terms = append(met.terms, fit.Term{Cause: string(t.Cause), Finding: t.Finding, Sign: t.Sign, Prior: t.Prior, Weight: t.Weight})
	}
	for _, t := range encounter.DefaultWeights().Terms {
		missed.terms = append(missed.terms, fit.Term{Cause: string(t.Cause), Finding: t.Finding, Sign: t.Sign, Prior: t.Prior, Weight: t.Weight})
	}
	return map[string]model{"rendezvous": met, "encounter": missed}
}

// note says how the weights were made.
func (o *fitOptions) note(name string, paths []string, cases int) string {
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	var every []string
	for _, e := range o.every {
		every = append(every, fmt.Sprintf("every %g min", e.Minutes()))
		if e == 0 {
			every[len(every)-1] = "as thinned"
		}
	}
	return fmt.Sprintf("fitted by simulate fit %s on %d cases of %s, seeds %s, traffic %g, reports %s, ridge %g (the best on left-out seeds); tested on seeds %s; calibrated on simulation",
		name, cases, strings.Join(names, " and "), o.train, o.smaller.Traffic, strings.Join(every, ", "), o.ridge, o.test)
}

// writeWeights writes one term a line, so that two fits can be compared.
func writeWeights(w io.Writer, text string, terms []fit.Term) error {
	note, err := json.Marshal(text)
	if err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"note\": %s,\n  \"terms\": [", note)
	comma, last := "\n", ""
	for _, t := range terms {
		if last != "" && t.Cause != last {
			comma = ",\n\n"
		}
		fmt.Fprintf(&b, "%s    {\"cause\": %q, \"finding\": %q, \"sign\": %d, \"prior\": %v, \"weight\": %v}", comma, t.Cause, t.Finding, t.Sign, t.Prior, math.Round(t.Weight*1000)/1000)
		comma, last = ",\n", t.Cause
	}
	b.WriteString("\n  ]\n}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}
