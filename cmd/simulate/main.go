// Command simulate makes a Gulf with known truth: a feed of synthetic AIS sentences, and a record of what really
// happened in it.
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
)

// The exit codes that all of darkwake's programs share.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run runs the program and gives its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:           "simulate",
		Short:         "Make a Gulf with known truth",
		Long:          "simulate makes synthetic AIS feeds from scenario files, together with the truth about every lift, transfer\nand silence in them. No ship in them is real.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          func(c *cobra.Command, args []string) error { return usageArgs(cobra.NoArgs(c, args)) },
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(makeCommand(), feedCommand(), scoreCommand(), demoCommand(), accuracyCommand(), realismCommand(), fitCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "simulate:", err)
	if usage := (usageError{}); errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// usageArgs marks a complaint about arguments as a mistake in the command line.
func usageArgs(err error) error {
	if err != nil {
		return usageError{err}
	}
	return nil
}
