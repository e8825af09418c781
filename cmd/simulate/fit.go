package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/fit"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/detect/encounter"
	"github.com/darkwake/darkwake/pkg/detect/falseposition"
	"github.com/darkwake/darkwake/pkg/detect/gap"
	"github.com/darkwake/darkwake/pkg/detect/identity"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/weights"
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
		Use:   "fit rendezvous|encounter|gap|false_position|identity SCENARIO...",
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
	c.AddCommand(fitLiftCommand(), fitDetectionCommand())
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
	kind, ok := fitted()[args[0]]
	if !ok {
		return usageError{fmt.Errorf("fit %s: expected %s, lift or detection", args[0], strings.Join(slices.Sorted(maps.Keys(fitted())), ", "))}
	}
	if len(o.ridges) == 0 || slices.Min(o.ridges) <= 0 {
		return usageError{fmt.Errorf("--ridge %v: expected numbers above 0", o.ridges)}
	}
	train, test, err := o.split()
	if err != nil {
		return usageError{err}
	}
	set, losses, err := kind.fit(ctx, o, args[1:], [2]seedRange{train, test}, stderr)
	if err != nil {
		return err
	}
	set.Note = o.note(args[0], args[1:], losses)
	if o.out != "" {
		if err := create(o.out, set.Write); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(stdout, "fitted on %d cases: loss %.4f, was %.4f\ntested on %d cases: loss %.4f, was %.4f\n",
		losses[0].cases, losses[0].after, losses[0].before, losses[1].cases, losses[1].after, losses[1].before)
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

// worlds tries the worlds of each scenario file at each reporting interval, as many at once as there are processors, and puts
// together what comes out of them, in order.
func worlds[C any](ctx context.Context, paths []string, every []time.Duration, seeds seedRange, spec trial.Spec, stderr io.Writer, of func(*trial.Outcome) []C) ([]C, error) {
	var specs []trial.Spec
	for _, path := range paths {
		for _, interval := range every {
			spec.Path, spec.Every = path, interval
			specs = append(specs, trial.Seeds(spec, seeds.from, int(seeds.to-seeds.from)+1)...)
		}
	}
	cases := make([][]C, len(specs))
	var telling sync.Mutex
	err := trial.Each(ctx, len(specs), 0, func(ctx context.Context, i int) error {
		out, err := trial.Run(ctx, specs[i])
		if err != nil {
			return err
		}
		cases[i] = of(out)
		telling.Lock()
		defer telling.Unlock()
		_, err = fmt.Fprintf(stderr, "%s, seed %d, every %s: %d cases\n", out.Truth.Scenario, specs[i].Seed, specs[i].Every, len(cases[i]))
		return err
	})
	return slices.Concat(cases...), err
}

// fitter is a set of weights that can be fitted.
type fitter interface {
	// fit makes the worlds of both ranges of seeds, fits the terms to the first and tests them on the second.
	fit(ctx context.Context, o *fitOptions, paths []string, seeds [2]seedRange, stderr io.Writer) (weights.Set, [2]loss, error)
}

// loss is the mean loss over some cases, by the weights before and after fitting.
type loss struct {
	cases         int
	before, after float64
}

// model is a set of weights with its form of a case: how cases come out of a world, and how weights are fitted to them.
type model[C any] struct {
	terms     []weights.Term // at present
	configure func(*pipeline.Config)
	cases     func(*trial.Outcome) []C
	choose    func([]weights.Term, []C, []float64) float64
	descend   func([]weights.Term, []C, float64) []weights.Term
	loss      func([]weights.Term, []C) float64
}

func (m model[C]) fit(ctx context.Context, o *fitOptions, paths []string, seeds [2]seedRange, stderr io.Writer) (weights.Set, [2]loss, error) {
	var sets [2][]C
	for i := range sets {
		var err error
		if sets[i], err = worlds(ctx, paths, o.every, seeds[i], trial.Spec{Smaller: o.smaller, Configure: m.configure}, stderr, m.cases); err != nil {
			return weights.Set{}, [2]loss{}, err
		}
	}
	o.ridge = m.choose(m.terms, sets[0], o.ridges)
	after := m.descend(m.terms, sets[0], o.ridge)
	var losses [2]loss
	for i, set := range sets {
		losses[i] = loss{len(set), m.loss(m.terms, set), m.loss(after, set)}
	}
	return weights.Set{Terms: after}, losses, nil
}

// explained is a model that shares one between several causes.
func explained(terms []weights.Term, cases func(*sim.Truth, []event.Event) []fit.Case) fitter {
	return model[fit.Case]{terms: terms, cases: func(o *trial.Outcome) []fit.Case { return cases(o.Truth, o.Found.Events) },
		choose: fit.Choose, descend: fit.Softmax, loss: fit.Loss}
}

// claimed is a model of a claim that is true or not.
func claimed(terms []weights.Term, cases func(*sim.Truth, []event.Event) []fit.Example, configure func(*pipeline.Config)) fitter {
	return model[fit.Example]{terms: terms, configure: configure, cases: func(o *trial.Outcome) []fit.Example { return cases(o.Truth, o.Found.Events) },
		choose: fit.ChooseRidge, descend: fit.Logistic, loss: fit.LogLoss}
}

// fitted are the sets of weights by name, but for those of lifts, which are capped and recalibrated. Detectors are fitted on
// all that they weigh, told or not.
func fitted() map[string]fitter {
	return map[string]fitter{
		"rendezvous":     explained(rendezvous.DefaultWeights().Terms, fit.Meetings),
		"encounter":      explained(encounter.DefaultWeights().Terms, fit.Unseen),
		"false_position": claimed(falseposition.DefaultWeights().Terms, fit.Pretences, func(c *pipeline.Config) { c.FalsePosition.Publish = 0 }),
		"identity":       claimed(identity.DefaultWeights().Terms, fit.Identities, func(c *pipeline.Config) { c.Identity.Least = 0 }),
		"gap":            claimed(gap.DefaultWeights().Terms, fit.Silences, nil),
	}
}

// note says how the weights were made.
func (o *fitOptions) note(name string, paths []string, losses [2]loss) string {
	var every []string
	for _, e := range o.every {
		every = append(every, e.String())
	}
	command := fitCommandLine(name, paths, o.smaller, "--seeds", o.train, "--test", o.test, "--every", strings.Join(every, ","), "--ridge", numbers(o.ridges))
	return fmt.Sprintf("by %s: %d cases, ridge %g is the best on left-out seeds, loss %.4f, was %.4f; on the test's %d cases %.4f, was %.4f; calibrated on simulation",
		command, losses[0].cases, o.ridge, losses[0].after, losses[0].before, losses[1].cases, losses[1].after, losses[1].before)
}

// fitCommandLine is how a fit is made again.
func fitCommandLine(name string, paths []string, of scenario.Smaller, flags ...string) string {
	parts := append([]string{"simulate fit", name}, paths...)
	parts = append(parts, flags...)
	if of.Days > 0 {
		parts = append(parts, fmt.Sprintf("--days %g", of.Days))
	}
	return strings.Join(append(parts, fmt.Sprintf("--traffic %g", of.Traffic)), " ")
}

// numbers are as a flag takes them.
func numbers(list []float64) string {
	var out []string
	for _, x := range list {
		out = append(out, strconv.FormatFloat(x, 'g', -1, 64))
	}
	return strings.Join(out, ",")
}
