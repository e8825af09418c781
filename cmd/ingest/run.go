package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
	"github.com/spf13/cobra"
)

func newRun() *cobra.Command {
	var broker cli.Broker
	var admin cli.Admin
	var f sourceFlags
	c := &cobra.Command{
		Use:   "run [INPUT...]",
		Short: "Read sources into Kafka, until they end or for ever",
		Long: `Reads sources and writes every report to the topic darkwake.reports.v1, in the partition of its ship; how far each source
has come to all partitions and to darkwake.feeds.v1; and every line that cannot be used to darkwake.deadletter.v1, with
its bytes and the reason.

Without --brokers a broker runs in this process, with its data in --data-dir; detect run with the same folder finds it.
A run that was cut off goes on where the log ends when it is started again with the same sources.

Every flag can be given as an environment variable: --data-dir as DARKWAKE_DATA_DIR.

` + inputs,
		Args: func(_ *cobra.Command, args []string) error { return f.given(args) },
		RunE: func(c *cobra.Command, args []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			sources, err := f.sources(args)
			if err != nil {
				return err
			}
			return carry(c.Context(), &broker, &admin, sources, c.ErrOrStderr())
		},
	}
	f.register(c.Flags())
	broker.Register(c.Flags())
	admin.Register(c.Flags(), ops.IngestAddress)
	return c
}

// carry reads the sources into Kafka, and tells how that goes on the admin port and in the log.
func carry(ctx context.Context, broker *cli.Broker, admin *cli.Admin, sources []feed.SourceConfig, stderr io.Writer) (err error) {
	log, err := admin.Logger(stderr)
	if err != nil {
		return usageError{err}
	}
	build := ops.NewBuild(cli.Software())
	registry := ops.NewRegistry(build)
	metrics := ops.NewIngest(registry)
	broker.Produced = metrics.Produced
	client, end, err := broker.Connect(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	carrier := cli.NewIngest(metrics)
	stop, err := admin.Start(ctx, log, build, registry, ops.Check{Name: "kafka", Run: client.Ping}, carrier.Check())
	if err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, stop()) }()
	quiet := tellEvery(10*time.Second, func() { tell(log, &carrier.Counts) })
	problems, err := carrier.Run(ctx, client, sources, feed.Defaults(), carrier.Live)
	quiet()
	tell(log, &carrier.Counts)
	if err != nil {
		return err
	}
	for _, p := range problems {
		return fmt.Errorf("%w: %w", errUnusable, p)
	}
	return nil
}

// tell logs what was carried so far.
func tell(log *slog.Logger, n *ingest.Counts) {
	log.Info("carried", "reports", n.Reports.Load(), "punctuations", n.Punctuations.Load(), "refused", n.Refused.Load(), "known", n.Known.Load(),
		"watermark", time.UnixMilli(n.Watermark.Load()).UTC().Format(time.RFC3339))
}

// tellEvery calls tell now and then until it is stopped.
func tellEvery(every time.Duration, tell func()) (stop func()) {
	t := time.NewTicker(every)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-t.C:
				tell()
			case <-done:
				return
			}
		}
	}()
	return func() { t.Stop(); close(done) }
}
