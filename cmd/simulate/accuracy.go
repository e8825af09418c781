package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim/headline"
	"github.com/darkwake/darkwake/internal/sim/oracle"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/internal/sim/trial"
)

// accuracyOptions are the flags of simulate accuracy.
type accuracyOptions struct {
	seeds   int
	first   uint64
	out     string
	svg     string
	json    string
	smaller scenario.Smaller
	ceiling int
	written int
	jobs    int
	span    headline.Span
	bare    int
	years   int
}

func accuracyCommand() *cobra.Command {
	o := &accuracyOptions{span: headline.Span{Days: 28}}
	c := &cobra.Command{
		Use:   "accuracy SCENARIO...",
		Short: "Score the engine over many seeds of scenarios",
		Long: "accuracy makes worlds of each scenario file, lets the engine read them in this process, and adds up what it\n" +
			"found, missed and invented. It prints a summary; --out writes all of it as Markdown, --svg pictures, --json\n" +
			"numbers. The same files and flags give the same bytes, however many processors there are.",
		Example: "  simulate accuracy testdata/scenarios/*.yaml --seeds 20 --thin --out docs/accuracy.md --svg docs/accuracy\n" +
			"  simulate accuracy testdata/scenarios/baseline.yaml --seeds 20 --thin --days 120 --score-from 30 --out docs/number.md",
		Args: func(c *cobra.Command, args []string) error { return usageArgs(cobra.MinimumNArgs(1)(c, args)) },
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.IntVar(&o.seeds, "seeds", 20, "worlds of each scenario")
	fl.Uint64Var(&o.first, "first-seed", 1, "seed of the first; the others count up")
	fl.StringVar(&o.out, "out", "", "Markdown file to write")
	fl.StringVar(&o.svg, "svg", "", "folder to write a picture of each scenario to; made if it does not exist")
	fl.StringVar(&o.json, "json", "", "file to write all numbers to as JSON")
	fl.Float64Var(&o.smaller.Days, "days", 0, "cut worlds to so many days (0: as the scenario says)")
	fl.Float64Var(&o.smaller.Traffic, "traffic", 0, "share of the lawful ships (0: all of them)")
	fl.IntVar(&o.ceiling, "ceiling", 4, "in how many worlds of each scenario an oracle is scored beside the engine, which knows the world's rules and has only the feed; in the others it only tells which silences could be told")
	fl.IntVar(&o.written, "written-seeds", 3, "worlds, at most, of a scenario that names its ships one by one, so that seeds differ only in who is heard when")
	fl.IntVar(&o.jobs, "jobs", 0, "worlds at once (0: as many as there are processors); the result is the same")
	fl.BoolVar(&o.smaller.Thin, "thin", false, "one report in some minutes, as archives have it, in place of one in some seconds")
	fl.IntVar(&o.span.From, "score-from", 0, "score the daily estimate by itself, in the 28 days from this day on; worlds are cut there, but those of baseline and perturbed, which last as --days says, to confirm it; nothing else is written then")
	fl.IntVar(&o.bare, "bare-worlds", 0, "with --score-from: worlds without AIS besides, for coverage")
	fl.IntVar(&o.years, "halt-years", 0, "with --score-from: years of steady trade besides, in which the tests for a halt make false calls")
	fl.DurationVar(&o.smaller.Every, "every", 0, "with --thin: positions at this interval (0: what --thin does)")
	return c
}

// run tries all worlds, and writes only when all are done: an interrupt leaves the files of an earlier run.
func (o *accuracyOptions) run(ctx context.Context, paths []string, stdout, stderr io.Writer) error {
	if o.seeds < 1 || o.seeds > 10_000 {
		return usageError{fmt.Errorf("--seeds %d: expected 1 to 10000", o.seeds)}
	}
	for _, f := range []struct {
		name         string
		value, least int
	}{{"ceiling", o.ceiling, 0}, {"written-seeds", o.written, 1}, {"jobs", o.jobs, 0},
		{"score-from", o.span.From, 0}, {"bare-worlds", o.bare, 0}, {"halt-years", o.years, 0}} {
		if f.value < f.least {
			return usageError{fmt.Errorf("--%s %d: expected %d or more", f.name, f.value, f.least)}
		}
	}
	sections, specs, err := o.plan(paths)
	if err != nil {
		return usageError{err}
	}
	ended := 0
	scores, err := trial.Many(ctx, specs, o.jobs, func(s trial.Spec, r score.Report) {
		ended++
		fmt.Fprintf(stderr, "%d/%d  %s, seed %d: %d of %d lifts found\n", ended, len(specs), r.Scenario, s.Seed, r.Lifts.At[1].Paired, r.Lifts.At[1].True)
	})
	if err != nil {
		return err
	}
	if o.span.From > 0 {
		return o.number(sections, scores, paths, stdout)
	}
	var pools []*score.Pool
	for i := range sections {
		n := o.worlds(sections[i].Scenario)
		sections[i].Pool, sections[i].Ceiling = trial.Pool(scores[:n])
		scores = scores[n:]
		pools = append(pools, sections[i].Pool)
	}
	holdAgainst(sections)
	if err := o.write(sections, paths, pools); err != nil {
		return err
	}
	return trial.WriteSummary(stdout, sections)
}

// number writes the page of the daily estimate.
func (o *accuracyOptions) number(sections []trial.Section, scores []trial.Scores, paths []string, stdout io.Writer) error {
	var sets []headline.Set
	for _, s := range sections {
		n := o.worlds(s.Scenario)
		sets = append(sets, trial.Numbers(s.Scenario.Name, scores[:n]))
		scores = scores[n:]
	}
	var bare *headline.Coverage
	var halts *headline.Halts
	if o.bare > 0 {
		bare = headline.Bare(o.bare, 1000)
	}
	if o.years > 0 {
		lag, found := sets[0].Measured()
		halts = headline.NewHalts("as measured in "+sets[0].Name, lag, found, o.years, 200)
	}
	write := func(w io.Writer) error { return headline.Write(w, sets, o.span, bare, halts, o.command(paths)) }
	if o.out == "" {
		return write(stdout)
	}
	return errors.Join(create(o.out, write), headline.Summary(stdout, sets, o.span))
}

// confirmed are the scenarios whose worlds go on after the days that are scored.
var confirmed = []string{"baseline", "perturbed"}

// plan opens all scenarios before the first is tried, so that a mistake in the last is told at once.
func (o *accuracyOptions) plan(paths []string) ([]trial.Section, []trial.Spec, error) {
	var sections []trial.Section
	var specs []trial.Spec
	spec := trial.Spec{Smaller: o.smaller}
	for _, path := range paths {
		s, err := scenario.Open(path)
		if err != nil {
			return nil, nil, err
		}
		sections = append(sections, trial.Section{Scenario: s})
		spec.Path = path
		worlds := trial.Seeds(spec, o.first, o.worlds(s))
		for i := range worlds {
			if o.span.From == 0 {
				worlds[i].Rules = oracle.Silences
			} else {
				worlds[i].Span = &o.span
				if !slices.Contains(confirmed, s.Name) {
					worlds[i].Smaller.Days = float64(o.span.From + o.span.Days)
				}
			}
			if i < o.ceiling {
				worlds[i].Ceiling = oracle.Claims
			}
		}
		specs = append(specs, worlds...)
	}
	return sections, specs, nil
}

// worlds is how many worlds of a scenario are tried.
func (o *accuracyOptions) worlds(s *scenario.Scenario) int {
	if len(s.Ships) > 0 {
		return min(o.seeds, o.written)
	}
	return o.seeds
}

// holdAgainst holds scenarios against those that they name, where both were tried.
func holdAgainst(sections []trial.Section) {
	for _, s := range sections {
		for _, other := range sections {
			if s.Scenario.Beside != "" && s.Scenario.Beside == other.Scenario.Name {
				s.Pool.HoldAgainst(other.Pool)
			}
		}
	}
}

// write writes what was asked for.
func (o *accuracyOptions) write(sections []trial.Section, paths []string, pools []*score.Pool) error {
	if o.svg != "" {
		if err := os.MkdirAll(o.svg, 0o755); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	for i := range sections {
		if o.svg == "" {
			break
		}
		file := filepath.Join(o.svg, strings.TrimSuffix(filepath.Base(paths[i]), filepath.Ext(paths[i]))+".svg")
		if err := create(file, func(w io.Writer) error { return trial.Picture(w, pools[i]) }); err != nil {
			return err
		}
		sections[i].Picture = address(file, o.out)
	}
	var errs []error
	if o.out != "" {
		errs = append(errs, create(o.out, func(w io.Writer) error { return trial.WriteDocument(w, sections, o.command(paths)) }))
	}
	if o.json != "" {
		errs = append(errs, create(o.json, func(w io.Writer) error { return writeJSON(w, pools) }))
	}
	return errors.Join(errs...)
}

// address is where a document finds a file.
func address(file, document string) string {
	rel, err := filepath.Rel(filepath.Dir(document), file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}

// command is how to make the document again.
func (o *accuracyOptions) command(paths []string) string {
	parts := append([]string{"go run ./cmd/simulate accuracy"}, paths...)
	parts = append(parts, fmt.Sprintf("--seeds %d", o.seeds))
	if o.first != 1 {
		parts = append(parts, fmt.Sprintf("--first-seed %d", o.first))
	}
	if o.smaller.Days > 0 {
		parts = append(parts, fmt.Sprintf("--days %g", o.smaller.Days))
	}
	if o.smaller.Traffic > 0 {
		parts = append(parts, fmt.Sprintf("--traffic %g", o.smaller.Traffic))
	}
	if o.smaller.Thin {
		parts = append(parts, "--thin")
	}
	if o.smaller.Every > 0 {
		parts = append(parts, "--every "+o.smaller.Every.String())
	}
	if o.span.From > 0 {
		parts = append(parts, fmt.Sprintf("--score-from %d", o.span.From), fmt.Sprintf("--bare-worlds %d", o.bare),
			fmt.Sprintf("--halt-years %d", o.years))
	}
	parts = append(parts, fmt.Sprintf("--written-seeds %d", o.written), fmt.Sprintf("--ceiling %d", o.ceiling))
	parts = append(parts, "--out "+o.out)
	if o.svg != "" {
		parts = append(parts, "--svg "+o.svg)
	}
	return strings.Join(parts, " \\\n  ")
}
