package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/klauspost/compress/zstd"
	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/write"
)

// makeOptions are the flags of simulate make.
type makeOptions struct {
	out   string
	plain bool
}

func makeCommand() *cobra.Command {
	o := &makeOptions{}
	c := &cobra.Command{
		Use:   "make SCENARIO --out DIR",
		Short: "Write the feed and the truth of a scenario",
		Long: "make runs a scenario file and writes two files into DIR, named after the scenario: NAME.nmea.zst, the sentences\n" +
			"as receivers would have delivered them, and NAME.truth.json, what really happened. The same file and seed\n" +
			"give the same bytes.",
		Example: "  simulate make testdata/scenarios/first-look.yaml --out testdata/feeds",
		Args:    func(_ *cobra.Command, args []string) error { return usageArgs(exactlyOne(args)) },
		RunE:    func(c *cobra.Command, args []string) error { return o.run(c.Context(), args[0], c.OutOrStdout()) },
	}
	c.Flags().StringVar(&o.out, "out", ".", "folder to write to; made if it does not exist")
	c.Flags().BoolVar(&o.plain, "plain", false, "write NAME.nmea, not compressed")
	return c
}

func exactlyOne(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("make: got %d scenario files, want 1", len(args))
	}
	return nil
}

// run makes feed and truth.
func (o *makeOptions) run(ctx context.Context, path string, stdout io.Writer) error {
	s, err := scenario.Open(path)
	if err != nil {
		return usageError{err}
	}
	world, err := sim.New(s)
	if err != nil {
		return fmt.Errorf("make %s: %w", s.Name, err)
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	base := filepath.Join(o.out, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	counts, err := o.feed(ctx, world, base)
	if err != nil {
		return err
	}
	truth := world.Truth()
	truth.Mark(counts.heard)
	if err := create(base+".truth.json", truth.Write); err != nil {
		return err
	}
	return report(stdout, truth, counts)
}

// made counts what a run brought forth.
type made struct {
	air   air.Counts
	write write.Counts
	heard *air.Heard
}

// feed writes the sentences.
func (o *makeOptions) feed(ctx context.Context, world *sim.World, base string) (made, error) {
	var m made
	run := func(w io.Writer) (err error) {
		nmea := write.NewNMEA(w, world)
		if m.air, m.heard, err = air.Run(ctx, world, nmea.Deliver); err != nil {
			return err
		}
		m.write = nmea.Counts()
		return nmea.Flush()
	}
	if o.plain {
		err := create(base+".nmea", run)
		return m, err
	}
	err := create(base+".nmea.zst", func(w io.Writer) error {
		z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return fmt.Errorf("compress feed: %w", err)
		}
		return errors.Join(run(z), z.Close())
	})
	return m, err
}

// create writes a file whole or not at all.
func create(path string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // nothing is left to remove once it has its name
	if err := errors.Join(fill(f), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// report prints what was made.
func report(w io.Writer, t *sim.Truth, m made) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "SYNTHETIC scenario\t%s, seed %d\n", t.Scenario, t.Seed)
	fmt.Fprintf(table, "time\t%s to %s\n", t.Start.Format("2006-01-02"), t.End.Format("2006-01-02"))
	fmt.Fprintf(table, "ships\t%d\n", t.Ships)
	fmt.Fprintf(table, "sentences\t%d (%d messages sent, %d receptions, %d spoilt)\n", m.write.Sentences, m.air.Transmitted, m.air.Delivered, m.write.Corrupted)
	fmt.Fprintf(table, "true lifts\t%d, %d bbl\n", t.Totals.Lifts, t.Totals.LiftedBarrels)
	fmt.Fprintf(table, "true barrels a day\t%d (last 28 days %d)\n", t.Totals.LiftedPerDay, t.Totals.LiftedPerDayLast)
	fmt.Fprintf(table, "true transfers\t%d\n", len(t.Transfers))
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print summary: %w", err)
	}
	return nil
}
