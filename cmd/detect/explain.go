package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	in    string
	chart string // where the map goes: a file, - for characters, none, or empty: characters if a terminal reads
	ascii bool
	day   string
	basis string
}

// The size of a map in characters.
const (
	mapColumns = 76
	mapRows    = 24
)

func newExplain() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain EVENT_ID | --day DATE",
		Short: "Say why: an event's rules, rivals, raw sentences and map, or the arithmetic of a day",
		Long: `Prints what an event of an earlier run claims, the rival explanations, each rule with its value against its threshold, what
would change the verdict, the facts, the versions, and the raw sentences with time and station. The id may be cut short.
On a terminal a small map is drawn with it; --map FILE.svg writes it as a picture.

With --day it prints the arithmetic of a day's number instead: each lift with its probability, volume, share of its window,
the events it rests on and sentences; then what each stratum adds for lifts that nobody saw; and the sum, exact as printed.`,
		Example: "  detect explain lift-b564\n  detect explain --day 2025-03-14 --basis exited",
		Args: func(c *cobra.Command, args []string) error {
			if f.day != "" {
				return exactly(0, "either an event id or --day")(c, args)
			}
			return exactly(1, "one event id, such as gap-5f1c0a9b3d2e4c17, or its beginning")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if f.day != "" {
				return f.explainDay(c.OutOrStdout())
			}
			if f.chart != "" && f.chart != "-" && f.chart != "none" && filepath.Ext(f.chart) != ".svg" {
				return usageError{fmt.Errorf("--map %q: a file that ends in .svg, - or none expected", f.chart)}
			}
			versions, err := findEvent(filepath.Join(f.in, "events.jsonl"), args[0])
			if err != nil {
				return usageError{err}
			}
			d := explain.Dossier{Versions: versions, Weights: cli.Weights()}
			if err := explain.Text(c.OutOrStdout(), d); err != nil {
				return err
			}
			return f.draw(d.Event(), c.OutOrStdout())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.in, "in", "out", "folder that replay wrote")
	fl.StringVar(&f.day, "day", "", "the arithmetic of this UTC day, such as 2026-03-14")
	fl.StringVar(&f.basis, "basis", string(estimate.Lifted), "what the day counts: lifted, exited or discharged")
	fl.StringVar(&f.chart, "map", "", "write the map to this SVG file; - prints it as characters, none leaves it out (default: characters on a terminal)")
	fl.BoolVar(&f.ascii, "ascii", false, "print the map in plain ASCII")
	return c
}

// explainDay prints the arithmetic of a day.
func (f explainFlags) explainDay(stdout io.Writer) error {
	date, err := time.Parse(time.DateOnly, f.day)
	if err != nil {
		return usageError{fmt.Errorf("--day %q: a day such as 2026-03-14 expected", f.day)}
	}
	basis, err := parseBasis(f.basis)
	if err != nil {
		return err
	}
	r, err := openRecord(f.in)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := explain.Day(&text, r, basis, date); err != nil {
		return usageError{err}
	}
	_, err = stdout.Write(text.Bytes())
	return err
}

// parseBasis reads what a series counts.
func parseBasis(s string) (estimate.Basis, error) {
	b := estimate.Basis(s)
	if b != estimate.Lifted && b != estimate.Exited && b != estimate.Discharged {
		return "", usageError{fmt.Errorf("--basis %q: expected lifted, exited or discharged", s)}
	}
	return b, nil
}

// openRecord reads what a run left.
func openRecord(folder string) (*record.Record, error) {
	r, err := record.Open(os.DirFS(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Errorf("--in %s: %w (run detect replay first, or name its folder)", folder, err)}
	}
	if err != nil {
		return nil, fmt.Errorf("--in %s: %w", folder, err)
	}
	return r, nil
}

// draw makes the map, if one is wanted.
func (f explainFlags) draw(e event.Event, stdout io.Writer) error {
	if f.chart == "none" || f.chart == "" && !f.ascii && !terminal(stdout) {
		return nil
	}
	places, err := place.Default()
	if err != nil {
		return fmt.Errorf("draw map: %w", err)
	}
	picture, ok := explain.Chart(e, places)
	if !ok {
		_, err := fmt.Fprintf(stdout, "\nNo map: the event has no position.\n")
		return err
	}
	if f.chart == "" || f.chart == "-" {
		if _, err := fmt.Fprintln(stdout); err != nil {
			return err
		}
		return picture.Text(stdout, mapColumns, mapRows, f.ascii)
	}
	file, err := os.Create(f.chart)
	if err != nil {
		return usageError{fmt.Errorf("--map: %w", err)}
	}
	if err := errors.Join(picture.SVG(file), file.Close()); err != nil {
		return fmt.Errorf("write map: %w", err)
	}
	return nil
}

// terminal tells whether a person is likely to read what is written.
func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// findEvent returns the versions of the one event whose id starts with prefix, rising.
func findEvent(path, prefix string) ([]event.Event, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open events: %w (run detect replay first, or name its folder with --in)", err)
	}
	defer f.Close()
	var versions []event.Event
	ids := map[string]bool{}
	err = export.ReadEvents(f, func(e event.Event) bool {
		if strings.HasPrefix(e.ID, prefix) {
			ids[e.ID] = true
			versions = append(versions, e)
		}
		return true
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", path, err)
	case len(ids) == 0:
		return nil, fmt.Errorf("event %q: not in %s", prefix, path)
	case len(ids) > 1:
		return nil, fmt.Errorf("event %q: %d events begin so in %s: give more of the id", prefix, len(ids), path)
	}
	slices.SortFunc(versions, func(a, b event.Event) int { return cmp.Compare(a.Version, b.Version) })
	return versions, nil
}
