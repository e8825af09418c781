// Command detect turns AIS reports into events, a ledger of cargoes and the daily estimate of barrels slipping past
// sanctions. Its verbs are files of this folder: run does so for ever on what ingest carries into Kafka, replay runs recorded feeds through the engine, serve shows what
// either left as a page, export writes it in other forms, explain shows what an event or a day's number rests on, config prints every parameter.
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

// The exit codes (DESIGN.md section 5). Refused lines alone are no failure: they are counted and shown.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitInput  = 3 // finished, but a whole input was unusable
)

// usageError is a wrong flag, argument or file: one line that names the value, what was expected and where it came from.
type usageError struct{ error }

func usage(err error) error { return usageError{err} }

// inputError says that the run finished but a whole input could not be opened, decompressed or recognised, or that over
// half of its lines were refused.
type inputError struct{ error }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "detect",
		Short:         "AIS reports in; events, ledger and barrels a day out",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       cli.Software(),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: expected one of run, replay, serve, export, explain, alerts, config, healthcheck, version", args[0])}
			}
			return c.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newRun(), newReplay(), newServe(), newExport(), newExplain(), newAlerts(), newConfig(), cli.NewVersion(usage), cli.NewHealthcheck(ops.DetectAddress, usage))

	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "detect:", err)
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var usage usageError
	var input inputError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &input):
		return exitInput
	}
	return exitFailed
}

// exactly asks for n arguments and says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("%d arguments: expected %s", len(args), what)}
		}
		return nil
	}
}
