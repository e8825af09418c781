package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/score"
)

// scoreOptions are the flags of simulate score.
type scoreOptions struct{ json string }

func scoreCommand() *cobra.Command {
	o := &scoreOptions{}
	c := &cobra.Command{
		Use:   "score TRUTH OUTDIR",
		Short: "Measure what a replay claims against the truth",
		Long: "score reads a truth document of simulate make and the folder that detect replay wrote for its feed\n" +
			"(events.jsonl, daily.json and, if it is there, halts.json), pairs claims with what really happened, and\n" +
			"prints what was found, missed and invented, how well probabilities hold, and how far barrels a day are off.",
		Example: "  simulate score testdata/feeds/first-look.truth.json out --json score.json",
		Args:    func(_ *cobra.Command, args []string) error { return usageArgs(truthAndOutput(args)) },
		RunE:    func(c *cobra.Command, args []string) error { return o.run(args[0], args[1], c.OutOrStdout()) },
	}
	c.Flags().StringVar(&o.json, "json", "", "file to write the score to as JSON")
	return c
}

func truthAndOutput(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("score: got %d arguments, want a truth document and a folder of output", len(args))
	}
	return nil
}

// run scores, writes JSON if asked to, and prints.
func (o *scoreOptions) run(truthPath, dir string, stdout io.Writer) error {
	var truth *sim.Truth
	var out score.Output
	reads := []struct {
		path string
		read func(io.Reader) error
	}{
		{truthPath, func(r io.Reader) (err error) { truth, err = score.ReadTruth(r); return err }},
		{filepath.Join(dir, "events.jsonl"), func(r io.Reader) (err error) { out.Events, err = score.ReadEvents(r); return err }},
		{filepath.Join(dir, "daily.json"), func(r io.Reader) (err error) { out.Days, err = score.ReadDays(r); return err }},
	}
	for _, f := range reads {
		if err := readFile(f.path, f.read); err != nil {
			return err
		}
	}
	err := readFile(filepath.Join(dir, "halts.json"), func(r io.Reader) error {
		calls, err := score.ReadHalts(r)
		out.Halts = &calls
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	report, err := score.Of(truth, out)
	if err != nil {
		return fmt.Errorf("score %s: %w", dir, err)
	}
	if o.json != "" {
		if err := create(o.json, func(w io.Writer) error { return writeJSON(w, report) }); err != nil {
			return err
		}
	}
	return report.Print(stdout)
}

// readFile opens a file for one read.
func readFile(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err // names the operation and the file
	}
	defer f.Close()
	if err := read(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func writeJSON(w io.Writer, report any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(report)
}
