package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/web"
)

// demoScenario is the world of the demo, in a checkout of the project.
const demoScenario = "testdata/scenarios/baseline.yaml"

// demoTraffic is the share of the baseline's lawful ships that sail in the demo: with about a thousand ships and less than
// five million sentences it takes less than a minute on two processors.
const demoTraffic = 0.6

// demoOptions are the flags of simulate demo.
type demoOptions struct {
	seed    uint64
	out     string
	traffic float64
	full    bool
	serve   bool
}

func demoCommand() *cobra.Command {
	o := &demoOptions{}
	c := &cobra.Command{
		Use:   "demo [SCENARIO]",
		Short: "Make a month of the Gulf, let the engine read it, and print its estimate beside the truth",
		Long: "demo makes the world of a scenario file (" + demoScenario + "), thinned so that it\n" +
			"takes less than a minute, lets the whole engine read its sentences, and prints estimate and truth side by side.\n" +
			"It writes what detect replay writes to --out, and truth.json beside it. Nothing in it is real.",
		Example: "  simulate demo\n  simulate demo testdata/scenarios/outage.yaml --seed 7",
		Args:    func(c *cobra.Command, args []string) error { return usageArgs(cobra.MaximumNArgs(1)(c, args)) },
		RunE: func(c *cobra.Command, args []string) error {
			path := demoScenario
			if len(args) > 0 {
				path = args[0]
			}
			return o.run(c.Context(), path, c.Flags().Changed("seed"), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().Uint64Var(&o.seed, "seed", 0, "another world of the same kind (default: the scenario's own seed)")
	c.Flags().StringVar(&o.out, "out", "out", "folder to write to; made if it does not exist")
	c.Flags().Float64Var(&o.traffic, "traffic", demoTraffic, "share of the scenario's lawful ships")
	c.Flags().BoolVar(&o.full, "full", false, "do not thin: every report at the rate of real transponders")
	c.Flags().BoolVar(&o.serve, "serve", false, "then show it as a page on this machine, until interrupted")
	return c
}

// run makes, replays, writes and prints.
func (o *demoOptions) run(ctx context.Context, path string, seeded bool, stdout, stderr io.Writer) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Errorf("no scenario %s: run the demo in a checkout of the project, or name a scenario file", path)}
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	began := time.Now()
	fmt.Fprintf(stderr, "SYNTHETIC: making the world of %s and replaying it …\n", path)
	var vintages bytes.Buffer
	days := export.NewDays(&vintages)
	out, err := trial.Run(ctx, trial.Spec{Path: path, Software: cli.Software(), Seed: o.seed, SeedOfFile: !seeded, Smaller: scenario.Smaller{Thin: !o.full, Traffic: o.traffic},
		Shards: runtime.GOMAXPROCS(0), Listener: pipeline.Listener{Vintage: days.Add}})
	if err != nil {
		return err
	}
	if err := days.Flush(); err != nil {
		return err
	}
	took := time.Since(began)
	if err := o.write(out, vintages.Bytes(), took); err != nil {
		return err
	}
	w := bufio.NewWriter(stdout)
	printDemo(w, out, took)
	printWhy(w, out, o.out, o.serve)
	if err := w.Flush(); err != nil || !o.serve {
		return err
	}
	log, err := ops.Logging{Format: "text", Level: "warn"}.Logger(stderr)
	if err != nil {
		return err
	}
	site := cli.Site{Listen: web.Address}
	return site.Folder(ctx, o.out, cli.Software(), log, stdout, func(err error) error { return usageError{err} })
}

// write leaves what detect replay leaves, and the truth.
func (o *demoOptions) write(out *trial.Outcome, vintages []byte, took time.Duration) error {
	s := out.Summary()
	s.Software = cli.Software()
	s.Seconds, s.LinesPerS = took.Seconds(), float64(s.Lines)/took.Seconds()
	files := append(out.Found.Files(s), pipeline.File{Name: "truth.json", Write: out.Truth.Write},
		pipeline.File{Name: "vintages.csv", Write: func(w io.Writer) error { _, err := w.Write(vintages); return err }})
	for _, f := range files {
		if err := create(filepath.Join(o.out, f.Name), f.Write); err != nil {
			return err
		}
	}
	return nil
}

// printDemo prints estimate and truth.
func printDemo(w io.Writer, out *trial.Outcome, took time.Duration) {
	t := out.Truth
	fmt.Fprintf(w, "SYNTHETIC: every ship, voyage and barrel below is made up. What is real is the engine that reads them.\n\n")
	fmt.Fprintf(w, "World %q, seed %d: %s ships, %s to %s; %s sentences made and read in %.0f s.\n\n", t.Scenario, t.Seed,
		export.Thousands(int64(t.Ships)), t.Start.Format(time.DateOnly), t.End.Format(time.DateOnly),
		export.Thousands(int64(out.Written.Sentences)), took.Seconds())
	printDays(w, t, out.Found.Estimate.Days)
	printMonth(w, out.Report.Barrels)
	printLifts(w, score.PairLifts(t, out.Said), out.Said.Events)
}

// barWidth is how many characters the highest day takes.
const barWidth = 30

// printDays prints a line a day: the truth, what the engine says, and both drawn.
func printDays(w io.Writer, t *sim.Truth, rows []estimate.Row) {
	lifted := map[string]int64{}
	most := int64(1)
	for _, d := range t.Days {
		lifted[d.Date] = d.Lifted
		most = max(most, d.Lifted)
	}
	for _, r := range rows {
		most = max(most, int64(r.Day.Mean))
	}
	fmt.Fprintf(w, "Barrels loaded a day   %11s  %11s  %-22s  %s\n", "truth", "estimate", "90 % between", "estimate ▇, truth ┃")
	for _, r := range rows {
		date := r.Date.Format(time.DateOnly)
		truth, known := lifted[date]
		said, told := export.Thousands(truth), "–"
		if !known {
			said = "–"
		}
		bar := ""
		if r.Known {
			told = export.Thousands(int64(r.Day.Mean))
			bar = strings.Repeat("▇", scale(int64(r.Day.Mean), most))
		}
		if known {
			bar = mark(bar, scale(truth, most))
		}
		span := export.Thousands(int64(r.Day.P05)) + " – " + export.Thousands(int64(r.Day.P95))
		fmt.Fprintf(w, "%-10s %-11s %11s  %11s  %-22s  %s\n", date, r.Status, said, told, span, bar)
	}
}

func scale(barrels, most int64) int {
	return int(math.Round(float64(barrels) * barWidth / float64(most)))
}

// mark puts the truth's sign into a bar.
func mark(bar string, at int) string {
	r := []rune(bar)
	for len(r) <= at {
		r = append(r, ' ')
	}
	r[at] = '┃'
	return string(r)
}

// printMonth prints the number that it is all about.
func printMonth(w io.Writer, b score.BarrelScore) {
	for _, x := range []struct {
		name string
		*score.Window
	}{{"so far", b.Last}, {"final", b.Final}} {
		if x.Window == nil {
			continue
		}
		verdict := "the interval holds the truth"
		if !x.Inside {
			verdict = "the interval misses the truth"
		}
		relative := ""
		if x.Relative != nil {
			relative = fmt.Sprintf(" (%+.0f %%)", 100**x.Relative)
		}
		fmt.Fprintf(w, "\nMean of the %d days to %s, %s\n  truth    %11s b/d\n  estimate %11s b/d%s, 90 %% between %s and %s: %s\n", x.Days, x.Date, x.name,
			barrels(x.True), barrels(x.Estimate), relative, barrels(x.P05), barrels(x.P95), verdict)
	}
	if b.Last == nil {
		fmt.Fprintf(w, "\nThe engine gives no number for the last 28 days: it heard too little.\n")
	}
}

func barrels(x float64) string { return export.Thousands(int64(math.Round(x))) }

// printLifts prints what was loaded, what was found of it, and what was claimed beside it.
func printLifts(w io.Writer, pairs []score.LiftPair, events []event.Event) {
	claims := map[string]event.Event{}
	for _, e := range events {
		claims[e.ID] = e
	}
	found, missed, twice, invented := 0, 0, 0, 0
	for _, p := range pairs {
		switch {
		case p.True != nil && p.Event != "":
			found++
		case p.True != nil:
			missed++
		case p.Twice:
			twice++
		default:
			invented++
		}
	}
	fmt.Fprintf(w, "\nOf %d true lifts of sanctioned crude %d were found and %d missed; %d were counted twice and %d invented.\n",
		found+missed, found, missed, twice, invented)
	for _, p := range pairs {
		said := "missed"
		if p.Event != "" {
			said = fmt.Sprintf("%.2f %s", p.P, p.Event)
		}
		line := func(day time.Time, ship, place, how string, barrels float64) {
			fmt.Fprintf(w, "  %s  %-22s %-28s %-14s %5.2f Mb  %s\n", day.Format(time.DateOnly), ship, place, how, barrels/1e6, said)
		}
		if p.True != nil {
			line(p.True.Start, p.True.Vessel.Name, p.True.Source, p.True.Mode, float64(p.True.Barrels))
			continue
		}
		how := "(invented)"
		if p.Twice {
			how = "(counted twice)"
		}
		e, place, barrels := claims[p.Event], "", 0.0
		if e.Place != nil {
			place = e.Place.Name
		}
		if e.Barrels != nil {
			barrels = float64(e.Barrels.Mean)
		}
		line(e.Start, e.Vessels[0].Name, place, how, barrels)
	}
}

// printWhy says how to go on.
func printWhy(w io.Writer, out *trial.Outcome, dir string, served bool) {
	id := "EVENT_ID"
	for _, p := range score.PairLifts(out.Truth, out.Said) {
		id = cmp.Or(p.Event, id)
		if p.Event != "" {
			break
		}
	}
	fmt.Fprintf(w, "\nWritten to %s/. Why does it say so?  go run ./cmd/detect explain %s --in %s\n", strings.TrimSuffix(dir, "/"), id, dir)
	fmt.Fprintf(w, "How right is it in the long run?  docs/accuracy.md\n")
	if !served {
		fmt.Fprintf(w, "Look at it:  go run ./cmd/detect serve --in %s\n", dir)
	}
}
