package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/spf13/cobra"
)

// errUnusable is returned when the run finished but a whole input was of no use.
var errUnusable = errors.New("input unusable")

func newTail() *cobra.Command {
	var assume string
	c := &cobra.Command{
		Use:   "tail INPUT...",
		Short: "Print the reports of recorded inputs as JSON lines",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("no input: expected files, folders or -")}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return tail(c.Context(), args, assume, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&assume, "assume-start", "", "start time (RFC 3339) for inputs that carry no time at all")
	return c
}

func tail(ctx context.Context, args []string, assume string, stdout io.Writer) error {
	var start time.Time
	if assume != "" {
		t, err := time.Parse(time.RFC3339, assume)
		if err != nil {
			return usageError{fmt.Errorf("--assume-start %q: expected a time such as 2026-03-01T00:00:00Z", assume)}
		}
		start = t
	}
	sources, err := feed.Inputs(args)
	if err != nil {
		return usageError{err}
	}
	for i := range sources {
		sources[i].AssumeStart = start
	}
	stream, err := feed.Open(ctx, sources, feed.Defaults())
	if err != nil {
		return usageError{err}
	}
	defer stream.Close()
	if err := printReports(stream, stdout); err != nil {
		return err
	}
	for _, p := range stream.Problems() {
		return fmt.Errorf("%w: %w", errUnusable, p)
	}
	return nil
}

func printReports(stream feed.Stream, stdout io.Writer) error {
	w := bufio.NewWriterSize(stdout, 1<<16)
	var line []byte
	for {
		rec, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if rec.Report == nil {
			continue
		}
		line = append(rec.Report.AppendJSON(line[:0]), '\n')
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
	}
}
