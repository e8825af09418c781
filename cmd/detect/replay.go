package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/vessel/list"
	"github.com/spf13/cobra"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	out         string
	feeds       string
	assumeStart string
	config      string
	gazetteer   string
	lists       []string
	notes       string
	overlays    []string
	lateness    time.Duration
	shards      int
	allVersions bool
	rejected    bool
	quiet       bool
}

func newReplay() *cobra.Command {
	var f replayFlags
	c := &cobra.Command{
		Use:   "replay INPUT...",
		Short: "Run recorded feeds through the engine: events, daily estimate, summary",
		Long: `Runs recorded AIS through the engine, as fast as it can be read, and writes to --out:

  events.jsonl   the last version of every event, one JSON object a line
  lots.json      where the oil of each lift went: ships, exits, discharges, what is afloat
  journal.jsonl  every change of that, in the order in which it came to be known
  daily.csv      barrels a day with interval, one row for each UTC day
  daily.json     the same with 7-day means and what the number rests on
  accounts.jsonl the arithmetic of each day, lift by lift and stratum by stratum, in barrels that add up
  vintages.csv   every day's number as it stood at each midnight: revisions are data
  revisions.csv  how the 28-day mean of each date changed from vintage to vintage
  halts.json     the days on which a test first said that the trade had stopped
  coverage.csv   what was heard of ships with no reason to hide, by day and cell of 0.25 degrees (the newest days)
  coverage.geojson  the chance of being heard in an hour, by cell and kind of receiver, for a map
  summary.json   counts, what was refused and why, timings, hashes
  config.yaml    every parameter that the run went by, with its source

An input is a file, a folder, a glob or - for standard input: NMEA with any common wrapper (TAG blocks, USCG trailers,
$PGHP lines, leading times), MarineCadastre, DMA and plain position tables, aisstream-style JSON lines; plain, gzip,
zstd or zip. Several inputs are merged by event time.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && f.feeds == "" {
				return usageError{errors.New("no input: expected files, folders or -, or --feeds FILE")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return replay(c.Context(), f, args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.out, "out", "out", "folder to write to; made if it is missing")
	fl.StringVar(&f.feeds, "feeds", "", "source configuration (YAML): ids, paths, lateness, receiver kinds")
	fl.StringVar(&f.config, "config", "", "parameters (YAML) that differ from the defaults; detect config prints them all")
	fl.StringVar(&f.assumeStart, "assume-start", "", "start time (RFC 3339) for inputs that carry no time at all")
	fl.StringVar(&f.gazetteer, "gazetteer", "", "a gazetteer of your own (CSV) instead of the built-in one")
	fl.StringArrayVar(&f.lists, "list", nil, "watch list: OFAC's SDN as CSV or XML, OpenSanctions' maritime.csv, or a CSV with a column imo; may be given again")
	fl.StringVar(&f.notes, "notes", "", "dated notes (CSV date,text, or YAML): what became of the trade since each")
	fl.StringArrayVar(&f.overlays, "overlay", nil, "NAME=FILE: values of your own (CSV date,value), kept in daily.json for charts; may be given again")
	fl.DurationVar(&f.lateness, "lateness", 0, "how late a report may be and still keep its place (0: 2m, satellites 90m)")
	fl.IntVar(&f.shards, "shards", runtime.NumCPU(), "goroutines for stage A; any number gives the same bytes")
	fl.BoolVar(&f.allVersions, "all-versions", false, "write every version of every event, in the order they arose")
	fl.BoolVar(&f.rejected, "rejected", false, "write the lines that were refused, with reason and place, to rejected.jsonl")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress and no table")
	return c
}

// replay opens the inputs, runs the engine, writes the files and prints the table.
func replay(ctx context.Context, f replayFlags, args []string, stdout, stderr io.Writer) error {
	began := time.Now()
	sources, err := f.sources(args)
	if err != nil {
		return err
	}
	config, err := f.configuration()
	if err != nil {
		return err
	}
	out, err := newFolder(f.out)
	if err != nil {
		return usageError{fmt.Errorf("--out %q: %w", f.out, err)}
	}
	files, err := f.running(out)
	if err != nil {
		return err
	}
	options := config.Feed
	options.Rejected = files.rejected
	stream, err := feed.Open(ctx, sources, options)
	if err != nil {
		return usageError{errors.Join(err, files.discard())}
	}
	defer stream.Close()

	engine, err := pipeline.New(config, f.shards, files.listen)
	if err != nil {
		return usageError{errors.Join(err, files.discard())}
	}
	stopProgress := showProgress(stream, f.quiet, stderr)
	result, err := engine.Run(ctx, stream)
	stopProgress()
	if err != nil {
		return fmt.Errorf("replay: %w", errors.Join(err, files.discard()))
	}
	if err := files.close(); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	report := summarise(result, stream, sources, config.Software, time.Since(began))
	report.Lists = listed(config.Lists)
	if err := writeAll(out, result, report, f.allVersions); err != nil {
		return err
	}
	if !f.quiet {
		if err := export.Table(stdout, result.Events, result.Estimate, result.Beside, report); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "\nWritten to %s/. Why is a number so? detect explain EVENT_ID --in %s\n", strings.TrimSuffix(f.out, "/"), f.out)
	}
	return problems(stream)
}

func (f replayFlags) sources(args []string) ([]feed.SourceConfig, error) {
	var start time.Time
	if f.assumeStart != "" {
		t, err := time.Parse(time.RFC3339, f.assumeStart)
		if err != nil {
			return nil, usageError{fmt.Errorf("--assume-start %q: expected a time such as 2026-03-01T00:00:00Z", f.assumeStart)}
		}
		start = t
	}
	if f.lateness < 0 || f.lateness > 48*time.Hour {
		return nil, usageError{fmt.Errorf("--lateness %v: expected 0 to 48h", f.lateness)}
	}
	var sources []feed.SourceConfig
	if f.feeds != "" {
		file, err := os.Open(f.feeds)
		if err != nil {
			return nil, usageError{fmt.Errorf("--feeds: %w", err)}
		}
		defer file.Close()
		if sources, err = feed.LoadConfig(file); err != nil {
			return nil, usageError{fmt.Errorf("--feeds %s: %w", f.feeds, err)}
		}
	}
	if len(args) > 0 {
		found, err := feed.Inputs(args)
		if err != nil {
			return nil, usageError{err}
		}
		sources = append(sources, found...)
	}
	for i := range sources {
		if sources[i].AssumeStart.IsZero() {
			sources[i].AssumeStart = start
		}
		if f.lateness > 0 {
			sources[i].Lateness = f.lateness
		}
	}
	return sources, nil
}

// configuration is the defaults with what the flags change.
func (f replayFlags) configuration() (pipeline.Config, error) {
	c, err := readConfig(f.config)
	if err != nil {
		return c, err
	}
	if f.shards < 1 || f.shards > 256 {
		return c, usageError{fmt.Errorf("--shards %d: expected 1 to 256", f.shards)}
	}
	if f.gazetteer != "" {
		data, err := os.ReadFile(f.gazetteer)
		if err != nil {
			return c, usageError{fmt.Errorf("--gazetteer: %w", err)}
		}
		c.Gazetteer = data
	}
	if c.Notes, err = readNotes(f.notes); err != nil {
		return c, err
	}
	if c.Overlays, err = readOverlays(f.overlays); err != nil {
		return c, err
	}
	for _, path := range f.lists {
		l, err := readList(path)
		if err != nil {
			return c, usageError{fmt.Errorf("--list: %w", err)}
		}
		c.Lists = append(c.Lists, l)
	}
	return c, nil
}

// readNotes reads a file of notes; none without a path.
func readNotes(path string) ([]timeline.Note, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--notes: %w", err)}
	}
	defer file.Close()
	notes, err := timeline.ReadNotes(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("--notes %s: %w", path, err)}
	}
	return notes, nil
}

// readOverlays reads NAME=FILE as often as it was given.
func readOverlays(given []string) ([]timeline.Overlay, error) {
	var out []timeline.Overlay
	for _, g := range given {
		name, path, ok := strings.Cut(g, "=")
		if !ok || name == "" || path == "" {
			return nil, usageError{fmt.Errorf("--overlay %q: expected NAME=FILE", g)}
		}
		if slices.ContainsFunc(out, func(o timeline.Overlay) bool { return o.Name == name }) {
			return nil, usageError{fmt.Errorf("--overlay %s: given twice", name)}
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, usageError{fmt.Errorf("--overlay: %w", err)}
		}
		o, err := timeline.ReadOverlay(file, name)
		file.Close()
		if err != nil {
			return nil, usageError{fmt.Errorf("--overlay %s: %w", path, err)}
		}
		out = append(out, o)
	}
	return out, nil
}

// readList reads a watch list, which is called by the file's name if it does not name itself.
func readList(path string) (list.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return list.List{}, err
	}
	defer file.Close()
	name := filepath.Base(path)
	return list.Read(file, strings.TrimSuffix(name, filepath.Ext(name)))
}

// listed sums up the watch lists.
func listed(lists []list.List) []export.WatchList {
	var out []export.WatchList
	for _, l := range lists {
		out = append(out, export.WatchList{Name: l.Name, Format: string(l.Format), SHA256: l.Hash,
			Ships: l.Counts.Ships, Other: l.Counts.Other + l.Counts.Unmatched, BadRows: l.Counts.BadRows})
	}
	return out
}

func writeAll(out folder, r *pipeline.Result, s export.Summary, allVersions bool) error {
	for _, f := range r.Files(s) {
		if f.Name == pipeline.EventsFile && allVersions {
			continue
		}
		if err := out.write(f.Name, f.Write); err != nil {
			return err
		}
	}
	return nil
}
