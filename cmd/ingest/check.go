package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/live"
	"github.com/spf13/cobra"
)

func newCheck() *cobra.Command {
	var f sourceFlags
	var wait time.Duration
	var dry bool
	c := &cobra.Command{
		Use:   "check [INPUT...]",
		Short: "Validate a source configuration and try every source",
		Long: "Validates the configuration, opens every source for a few seconds, and prints what came of each: reports, refused lines,\n" +
			"and why there is nothing. Nothing is written anywhere.\n\n" +
			"Exit codes: 0 every source brought reports, 1 a source is connected but silent so far, 2 the configuration is wrong,\n" +
			"3 a source cannot be reached or read.\n\n" + inputs,
		Example: "  ingest check --feeds feeds.yaml\n  ingest check udp://:10110 --wait 30s",
		Args:    func(_ *cobra.Command, args []string) error { return f.given(args) },
		RunE: func(c *cobra.Command, args []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			sources, err := f.sources(args)
			switch {
			case err != nil:
				return err
			case dry:
				fmt.Fprintf(c.OutOrStdout(), "%d sources, well formed\n", len(sources))
				return nil
			}
			return check(c.Context(), sources, wait, c.InOrStdin(), c.OutOrStdout())
		},
	}
	f.register(c.Flags())
	c.Flags().DurationVar(&wait, "wait", 10*time.Second, "how long to listen at most")
	c.Flags().BoolVar(&dry, "dry", false, "validate the configuration only")
	return c
}

// errSilent is returned when a source is there but says nothing.
var errSilent = errors.New("a source is silent")

// check hears every source until each has brought a report, or the time is over.
func check(ctx context.Context, sources []feed.SourceConfig, wait time.Duration, stdin io.Reader, stdout io.Writer) error {
	o := live.Defaults()
	o.Feed.Stdin, o.Hold = stdin, 200*time.Millisecond
	hearing, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := live.Open(hearing, sources, o)
	if err != nil {
		return usageError{err}
	}
	defer l.Close()
	reports := map[string]int64{}
	status, err := listen(hearing, l, wait, cancel, reports)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	for i := range status {
		status[i].Reports = reports[status[i].Source]
	}
	if err := table(stdout, status, l.Problems()); err != nil {
		return err
	}
	return verdict(status, l.Problems())
}

// listen counts the reports of each source until every one has brought some, the sources have ended, or the time is over.
// Then the connections are cut. The status is that of the moment before.
func listen(ctx context.Context, l *live.Live, wait time.Duration, cut context.CancelFunc, reports map[string]int64) ([]live.SourceStatus, error) {
	over := make(chan []live.SourceStatus, 1)
	timer := time.AfterFunc(wait, func() {
		over <- l.Status()
		cut()
	})
	defer timer.Stop()
	for len(reports) < len(l.Status()) {
		rec, err := l.Next()
		switch {
		case err != nil && ctx.Err() != nil:
			select {
			case status := <-over:
				return status, nil
			default:
				return nil, err // interrupted
			}
		case errors.Is(err, io.EOF):
			return l.Status(), nil
		case err != nil:
			return nil, err
		case rec.Report != nil:
			reports[rec.Report.Source]++
		}
	}
	return l.Status(), nil
}

// table prints a line for each source.
func table(stdout io.Writer, status []live.SourceStatus, problems []feed.Problem) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tKIND\tLINES\tREPORTS\tREFUSED\tRESULT")
	for _, s := range status {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\n", s.Source, s.Kind, s.Lines, s.Reports, s.Refused(), result(s, problems))
	}
	return w.Flush()
}

// result says in a few words how a source did.
func result(s live.SourceStatus, problems []feed.Problem) string {
	for _, p := range problems {
		if p.Source == s.Source {
			return p.Error()
		}
	}
	switch {
	case s.Reports > 0 && s.Outside > 0:
		return fmt.Sprintf("ok, but %d positions outside the boxes: are latitude and longitude exchanged?", s.Outside)
	case s.Reports > 0:
		return "ok"
	case s.LastError != "":
		return strings.ReplaceAll(s.LastError, "\n", " ")
	case s.Lines > 0:
		return "lines, but none that can be used"
	case s.Connected:
		return "connected, silent so far"
	}
	return "nothing came so far"
}

// verdict is the exit code.
func verdict(status []live.SourceStatus, problems []feed.Problem) error {
	for _, p := range problems {
		return fmt.Errorf("%w: %w", errUnusable, p)
	}
	var quiet []string
	for _, s := range status {
		switch {
		case s.Reports > 0:
		case s.LastError != "":
			return fmt.Errorf("%w: source %q: %s", errUnusable, s.Source, s.LastError)
		default:
			quiet = append(quiet, s.Source)
		}
	}
	if len(quiet) > 0 {
		return fmt.Errorf("%w: %s", errSilent, strings.Join(quiet, ", "))
	}
	return nil
}
