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
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/write"
)

// makeOptions are the flags of simulate make.
type makeOptions struct {
	worldOptions
	out, format, compress string
}

func makeCommand() *cobra.Command {
	o := &makeOptions{}
	c := &cobra.Command{
		Use:   "make SCENARIO --out DIR",
		Short: "Write the feed and the truth of a scenario",
		Long: "make runs a scenario file and writes two files into DIR, named after the scenario: the feed as receivers would\n" +
			"have delivered it, and NAME.truth.json, what really happened. The same file and flags give the same bytes.\n\n" +
			"  --format nmea            NAME.nmea   sentences with TAG blocks\n" +
			"  --format aisstream       NAME.jsonl  envelopes of aisstream.io, one a line, dated by their arrival\n" +
			"  --format marinecadastre  NAME.csv    a row for each position, joined with the last static values\n\n" +
			"Nothing in them is real. Sentences and envelopes say so at their head; a table has no room for it, but all its\n" +
			"ships are called SYN and have 999 as the 4th to 6th digit of their MMSI.",
		Example: "  simulate make testdata/scenarios/first-look.yaml --out testdata/feeds",
		Args:    func(_ *cobra.Command, args []string) error { return usageArgs(exactlyOne("make", args)) },
		RunE: func(c *cobra.Command, args []string) error {
			return o.run(c.Context(), args[0], c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&o.out, "out", ".", "folder to write to; made if it does not exist")
	f.StringVar(&o.format, "format", "nmea", "nmea, aisstream or marinecadastre")
	f.StringVar(&o.compress, "compress", "zstd", "zstd, gzip or none")
	o.register(c)
	return c
}

func exactlyOne(command string, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s: got %d scenario files, want 1", command, len(args))
	}
	return nil
}

// The values that the flags may have, with what they add to the file's name.
var (
	formats      = []string{"nmea", "aisstream", "marinecadastre"}
	endings      = []string{".nmea", ".jsonl", ".csv"}
	compressions = []string{"zstd", "gzip", "none"}
	packings     = []string{".zst", ".gz", ""}
)

// name gives the feed's file, or says which flag is wrong.
func (o *makeOptions) name(stem string) (string, error) {
	format, compression := slices.Index(formats, o.format), slices.Index(compressions, o.compress)
	switch {
	case format < 0:
		return "", usageError{fmt.Errorf("--format %s: %s expected", o.format, strings.Join(formats, ", "))}
	case compression < 0:
		return "", usageError{fmt.Errorf("--compress %s: %s expected", o.compress, strings.Join(compressions, ", "))}
	}
	return filepath.Join(o.out, stem+endings[format]+packings[compression]), nil
}

// writer begins a feed in the format asked for.
func (o *makeOptions) writer(out io.Writer, w *sim.World) write.Writer {
	switch o.format {
	case "aisstream":
		return write.NewAISStream(out, w)
	case "marinecadastre":
		return write.NewMarineCadastre(out, w)
	}
	return write.NewNMEA(out, w)
}

// run makes feed and truth.
func (o *makeOptions) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	began := time.Now()
	file, err := o.name(stem(path))
	if err != nil {
		return err
	}
	world, err := o.open(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	m := made{file: file}
	bar := newProgress(world, stderr)
	err = create(file, func(f io.Writer) error { return o.feed(ctx, world, f, bar, &m) })
	bar.end()
	if err != nil {
		return err
	}
	m.truth = world.Truth()
	m.truth.Mark(m.heard)
	if err := create(filepath.Join(o.out, stem(path)+".truth.json"), m.truth.Write); err != nil {
		return err
	}
	m.took = time.Since(began)
	return m.report(stdout)
}

// feed writes what arrives.
func (o *makeOptions) feed(ctx context.Context, world *sim.World, file io.Writer, bar *progress, m *made) error {
	z, err := pack(o.compress, file)
	if err != nil {
		return fmt.Errorf("compress feed: %w", err)
	}
	w := o.writer(z, world)
	m.air, m.heard, err = air.Run(ctx, world, func(d *air.Delivery) error {
		bar.step(d)
		return w.Deliver(d)
	})
	if err == nil {
		err = w.Flush()
	}
	m.write = w.Counts()
	return errors.Join(err, z.Close())
}

// made is what a run brought forth.
type made struct {
	file  string
	air   air.Counts
	write write.Counts
	heard *air.Heard
	truth *sim.Truth
	took  time.Duration
}

// report prints it.
func (m *made) report(w io.Writer) error {
	t := m.truth
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "SYNTHETIC scenario\t%s, seed %d\n", t.Scenario, t.Seed)
	fmt.Fprintf(table, "time\t%s to %s\n", t.Start.Format("2006-01-02"), t.End.Format("2006-01-02"))
	fmt.Fprintf(table, "ships\t%d\n", t.Ships)
	fmt.Fprintf(table, "messages\t%d sent, %d receptions\n", m.air.Transmitted, m.air.Delivered)
	fmt.Fprintf(table, "feed\t%s: %d lines, %d of them spoilt (%d messages left out, %d copies)\n", m.file, m.write.Sentences, m.write.Corrupted,
		m.write.LeftOut, m.write.Copies)
	fmt.Fprintf(table, "true lifts\t%d, %d bbl\n", t.Totals.Lifts, t.Totals.LiftedBarrels)
	fmt.Fprintf(table, "true barrels a day\t%d (last 28 days %d)\n", t.Totals.LiftedPerDay, t.Totals.LiftedPerDayLast)
	fmt.Fprintf(table, "true transfers\t%d\n", len(t.Transfers))
	fmt.Fprintf(table, "took\t%s, %.0f messages received a second\n", m.took.Round(100*time.Millisecond), float64(m.air.Delivered)/m.took.Seconds())
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print summary: %w", err)
	}
	return nil
}
