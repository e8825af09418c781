package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/raw"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/spf13/cobra"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	engineFlags
	out         string
	feeds       string
	assumeStart string
	lateness    time.Duration
	shards      int
	allVersions bool
	rejected    bool
	quiet       bool
	serve       bool
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
zstd or zip. Several inputs are merged by event time. A folder that ingest dump wrote is read as the partitions it holds.`,
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
	f.register(fl)
	fl.StringVar(&f.assumeStart, "assume-start", "", "start time (RFC 3339) for inputs that carry no time at all")
	fl.DurationVar(&f.lateness, "lateness", 0, "how late a report may be and still keep its place (0: 2m, satellites 90m)")
	fl.IntVar(&f.shards, "shards", runtime.NumCPU(), "goroutines for stage A; any number gives the same bytes")
	fl.BoolVar(&f.allVersions, "all-versions", false, "write every version of every event, in the order they arose")
	fl.BoolVar(&f.rejected, "rejected", false, "write the lines that were refused, with reason and place, to rejected.jsonl")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress and no table")
	fl.BoolVar(&f.serve, "serve", false, "then show it as a page on this machine, until interrupted; detect serve --in FOLDER does so later")
	return c
}

// replay runs the engine over the inputs, writes the files and prints the table.
func replay(ctx context.Context, f replayFlags, args []string, stdout, stderr io.Writer) error {
	if f.shards < 1 || f.shards > 256 {
		return usageError{fmt.Errorf("--shards %d: expected 1 to 256", f.shards)}
	}
	read, err := f.reading(args, stderr)
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
	result, report, err := read(ctx, config, files)
	var unusable inputError
	if err != nil && !errors.As(err, &unusable) {
		return errors.Join(err, files.discard())
	}
	if err := files.close(); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	report.Lists = listed(config.Lists)
	if err := writeAll(out, result, report, f.allVersions); err != nil {
		return err
	}
	if !f.quiet {
		if err := export.Table(stdout, result.Events, result.Estimate, result.Beside, report); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "\nWritten to %s/. Why is a number so? detect explain EVENT_ID --in %s\n", strings.TrimSuffix(f.out, "/"), f.out)
		if !f.serve {
			fmt.Fprintf(stdout, "Look at it: detect serve --in %s\n", f.out)
		}
	}
	if f.serve {
		err = errors.Join(err, showFolder(ctx, f.out, stdout, stderr))
	}
	return err
}

// reading takes inputs through the engine. An inputError comes with what was found in the rest.
type reading func(context.Context, pipeline.Config, *running) (*pipeline.Result, export.Summary, error)

// reading is that of the partitions which ingest dump wrote, or else that of sources.
func (f replayFlags) reading(args []string, stderr io.Writer) (reading, error) {
	if len(args) == 1 && f.feeds == "" {
		if paths, err := raw.Partitions(args[0]); err != nil || len(paths) > 0 {
			return readPartitions(paths), err
		}
	}
	sources, err := f.sources(args)
	return func(ctx context.Context, config pipeline.Config, files *running) (*pipeline.Result, export.Summary, error) {
		began := time.Now()
		options := config.Feed
		options.Rejected = files.rejected
		stream, err := feed.Open(ctx, sources, options)
		if err != nil {
			return nil, export.Summary{}, usageError{err}
		}
		defer stream.Close()
		engine, err := pipeline.New(config, f.shards, files.listen)
		if err != nil {
			return nil, export.Summary{}, usageError{err}
		}
		stopProgress := showProgress(stream, f.quiet, stderr)
		result, err := engine.Run(ctx, stream)
		stopProgress()
		if err != nil {
			return nil, export.Summary{}, fmt.Errorf("replay: %w", err)
		}
		return result, summarise(result, stream, sources, config.Software, time.Since(began)), problems(stream)
	}, err
}

// readPartitions takes what a service was given through the engine.
func readPartitions(paths []string) reading {
	return func(ctx context.Context, config pipeline.Config, files *running) (*pipeline.Result, export.Summary, error) {
		began := time.Now()
		var partitions []feed.Stream
		for _, path := range paths {
			r, err := raw.Open(path)
			if err != nil {
				return nil, export.Summary{}, usageError{err}
			}
			defer r.Close()
			partitions = append(partitions, r)
		}
		result, err := pipeline.RunPartitions(ctx, config, partitions, files.listen)
		if err != nil {
			return nil, export.Summary{}, fmt.Errorf("replay: %w", err)
		}
		s := result.Summary(nil, nil)
		s.Software, s.Seconds, s.Reports = config.Software, time.Since(began).Seconds(), result.Counts.Reports
		return result, s, nil
	}
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
		var err error
		if sources, err = readFeeds("--feeds", f.feeds); err != nil {
			return nil, err
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
