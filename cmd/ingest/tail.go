package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/live"
	"github.com/spf13/cobra"
)

// errUnusable is returned when the run finished but a whole input was of no use.
var errUnusable = errors.New("input unusable")

// stream is a replay or a live one.
type stream interface {
	feed.Stream
	Problems() []feed.Problem
}

func newTail() *cobra.Command {
	var f sourceFlags
	var seconds time.Duration
	c := &cobra.Command{
		Use:   "tail INPUT...",
		Short: "Print the reports of sources as JSON lines",
		Long: "Decodes what its inputs hold or hear, and prints every report as one line of JSON: recordings by event time, to their\n" +
			"end; live sources as they speak, until interrupted or for --for.\n\n" + inputs,
		Example: "  ingest tail march.nmea.gz\n  ingest tail tcp://153.44.253.27:5631 --receiver terrestrial --for 1m",
		Args:    func(_ *cobra.Command, args []string) error { return f.given(args) },
		RunE: func(c *cobra.Command, args []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			sources, err := f.sources(args)
			if err != nil {
				return err
			}
			ctx := c.Context()
			if seconds > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, seconds)
				defer cancel()
			}
			return tail(ctx, sources, c.InOrStdin(), c.OutOrStdout())
		},
	}
	f.register(c.Flags())
	c.Flags().DurationVar(&seconds, "for", 0, "stop after so long (0: at the end of the inputs)")
	return c
}

// openSources begins to read: in event time where every source is a recording, and else in the order of arrival.
func openSources(ctx context.Context, sources []feed.SourceConfig, stdin io.Reader) (stream, error) {
	o := live.Defaults()
	o.Feed.Stdin, o.Hold = stdin, time.Second // who watches does not want to wait
	onlyFiles := true
	for _, s := range sources {
		onlyFiles = onlyFiles && s.Kind == feed.Files && s.Speed == 0
	}
	if onlyFiles {
		return feed.Open(ctx, sources, o.Feed)
	}
	return live.Open(ctx, sources, o)
}

func tail(ctx context.Context, sources []feed.SourceConfig, stdin io.Reader, stdout io.Writer) error {
	s, err := openSources(ctx, sources, stdin)
	if err != nil {
		return usageError{err}
	}
	defer s.Close()
	if err := printReports(ctx, s, stdout); err != nil {
		return err
	}
	for _, p := range s.Problems() {
		return fmt.Errorf("%w: %w", errUnusable, p)
	}
	return nil
}

// printReports prints until the stream or the context ends. A line is out before the stream is waited for.
func printReports(ctx context.Context, s stream, stdout io.Writer) error {
	w := bufio.NewWriterSize(stdout, 1<<16)
	var line []byte
	_, lively := s.(*live.Live)
	for {
		rec, err := s.Next()
		switch {
		case errors.Is(err, io.EOF), err != nil && lively && ctx.Err() != nil:
			return w.Flush()
		case err != nil:
			return fmt.Errorf("read: %w", errors.Join(err, w.Flush()))
		case rec.Report == nil:
			continue
		}
		line = append(rec.Report.AppendJSON(line[:0]), '\n')
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
		if lively {
			if err := w.Flush(); err != nil {
				return fmt.Errorf("print report: %w", err)
			}
		}
	}
}
