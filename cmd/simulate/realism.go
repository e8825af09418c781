package main

import (
	"context"
	"errors"
	"fmt"

	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim/reality"
	"github.com/darkwake/darkwake/internal/sim/reality/compare"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/feed"
)

// realismOptions are the flags of simulate realism.
type realismOptions struct {
	scenario   string
	days       float64
	seed       uint64
	json       bool
	out, svg   string
	record     string
	recordings string
}

func realismCommand() *cobra.Command {
	o := &realismOptions{}
	c := &cobra.Command{
		Use:   "realism [FEED…]",
		Short: "Measure how much a feed is like the sea",
		Long: "realism measures feeds: types, intervals, silences, values that are not available, speeds, ships at rest, jumps,\n" +
			"transits. With --scenario it makes a world, all reports kept, and measures what is heard of it. Without --out it\n" +
			"prints the figures beside those of the real recordings; with --out and --svg it writes the comparison of the first\n" +
			"feed with recordings and publications, and its drawings.",
		Example: "  simulate realism ../shared/data/noaadata/test.ais\n" +
			"  simulate realism --scenario testdata/scenarios/first-look.yaml --days 3 --out docs/realism.md --svg docs/realism",
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(args); err != nil {
				return usageError{err}
			}
			return o.run(c.Context(), args, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.scenario, "scenario", "", "scenario file to make and measure, as the first feed")
	f.Float64Var(&o.days, "days", 0, "cut the scenario to its first days")
	f.Uint64Var(&o.seed, "seed", 0, "the scenario's seed; 0 keeps its own")
	f.BoolVar(&o.json, "json", false, "print figures and histograms as JSON")
	f.StringVar(&o.out, "out", "", "document to write")
	f.StringVar(&o.svg, "svg", "", "folder to write the drawings to")
	f.StringVar(&o.record, "record", "", "measure the real recordings and write their table of figures to this file")
	f.StringVar(&o.recordings, "recordings", filepath.Join("..", "shared", "data"), "folder of the real recordings, for --record")
	return c
}

func (o *realismOptions) check(args []string) error {
	switch {
	case o.record != "":
		return nil
	case len(args) == 0 && o.scenario == "":
		return errors.New("realism: no feed and no scenario named")
	case (o.out == "") != (o.svg == ""):
		return errors.New("realism: --out and --svg go together")
	}
	return nil
}

// run measures what was named and prints or writes.
func (o *realismOptions) run(ctx context.Context, args []string, stdout io.Writer) error {
	if o.record != "" {
		return o.measureRecordings(ctx)
	}
	feeds, err := o.measure(ctx, args)
	if err != nil {
		return err
	}
	recorded, err := reality.Recorded()
	if err != nil {
		return err
	}
	switch {
	case o.out != "":
		return o.document(feeds[0], recorded)
	case o.json:
		return reality.WriteJSON(stdout, feeds)
	}
	return compare.Print(stdout, append(feeds, recorded...))
}

func (o *realismOptions) measure(ctx context.Context, args []string) ([]*reality.Figures, error) {
	var feeds []*reality.Figures
	if o.scenario != "" {
		s, err := scenario.Open(o.scenario)
		if err != nil {
			return nil, usageError{err}
		}
		if o.days > 0 {
			s.Days = min(s.Days, o.days)
		}
		if o.seed != 0 {
			s.Seed = o.seed
		}
		f, err := reality.MeasureScenario(ctx, s)
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	for _, arg := range args {
		sources, err := feed.Inputs([]string{arg})
		if err != nil {
			return nil, usageError{err}
		}
		f, err := reality.Measure(ctx, filepath.Base(arg), sources, feed.Defaults())
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	return feeds, nil
}

func (o *realismOptions) measureRecordings(ctx context.Context) error {
	var feeds []*reality.Figures
	for _, r := range reality.Recordings() {
		f, err := reality.MeasureRecording(ctx, o.recordings, r)
		if err != nil {
			return err
		}
		feeds = append(feeds, f)
	}
	return create(o.record, func(w io.Writer) error { return reality.WriteTable(w, feeds) })
}

// document writes the comparison and its drawings.
func (o *realismOptions) document(simulated *reality.Figures, recorded []*reality.Figures) error {
	drawings, err := compare.Draw(simulated, recorded)
	if err != nil {
		return err
	}
	for _, folder := range []string{o.svg, filepath.Dir(o.out)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return fmt.Errorf("make folder: %w", err)
		}
	}
	for _, d := range drawings {
		if err := create(filepath.Join(o.svg, d.File), func(w io.Writer) error { _, err := d.WriteTo(w); return err }); err != nil {
			return err
		}
	}
	folder, err := filepath.Rel(filepath.Dir(o.out), o.svg)
	if err != nil {
		return fmt.Errorf("find %s from %s: %w", o.svg, o.out, err)
	}
	return create(o.out, func(w io.Writer) error {
		return compare.Document(w, simulated, recorded, o.made(), filepath.ToSlash(folder))
	})
}

// made says in words what was measured.
func (o *realismOptions) made() string {
	if o.scenario == "" {
		return "Simulated"
	}
	name := filepath.Base(o.scenario)
	if o.days > 0 {
		return fmt.Sprintf("Simulated: %g days of `%s` with every report kept", o.days, name)
	}
	return fmt.Sprintf("Simulated: `%s` with every report kept", name)
}
