// Command ingest reads AIS feeds. Its verb run carries them into Kafka; check tries every source; tail prints every report
// as one line of JSON.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/ops"
)

// usageError is a wrong flag, argument or file: one line, exit code 2.
type usageError struct{ error }

func usage(err error) error { return usageError{err} }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for the process around it. Exit codes: 0 ok, 1 failed, 2 usage, 3 a whole input unusable.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "ingest",
		Short:         "AIS feeds in, decoded reports out",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: expected run, check, tail, dump, healthcheck or version", args[0])}
			}
			return c.Help()
		},
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newRun(), newCheck(), newTail(), newDump(), cli.NewHealthcheck(ops.IngestAddress, usage), cli.NewVersion(usage))

	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "ingest:", err)
	}
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return 2
	case errors.Is(err, errUnusable):
		return 3
	}
	return 1
}
