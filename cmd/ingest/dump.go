package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/stream/ingest"
	"github.com/spf13/cobra"
)

func newDump() *cobra.Command {
	var broker cli.Broker
	c := &cobra.Command{
		Use:   "dump FOLDER",
		Short: "Write the reports that are in Kafka to files, which detect replay reads",
		Long: `Writes every record of darkwake.reports.v1, as it is, to one file for each partition. detect replay FOLDER finds in them what
detect run found, byte for byte.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%d arguments: expected a folder", len(args))}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return usageError{err}
			}
			client, end, err := broker.Connect(c.Context(), slog.New(slog.NewTextHandler(c.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			n, err := ingest.Dump(c.Context(), client, args[0])
			if err == nil {
				_, err = fmt.Fprintf(c.OutOrStdout(), "%d records of %d partitions in %s\n", n, client.Partitions(), args[0])
			}
			if failed := end(); err == nil {
				err = failed
			}
			return err
		},
	}
	broker.Register(c.Flags())
	return c
}
