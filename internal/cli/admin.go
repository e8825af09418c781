package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/darkwake/darkwake/pkg/ops"
)

// Admin are the flags of the admin port and of the log.
type Admin struct {
	ops.Logging
	address string
	pprof   bool
	flags   *pflag.FlagSet
}

// Register adds the flags to a command's, with the address that it has unless told otherwise.
func (a *Admin) Register(fl *pflag.FlagSet, address string) {
	a.flags = fl
	fl.StringVar(&a.address, "admin", address, "address of the admin port: /livez, /readyz, /metrics, /version; empty for none")
	fl.BoolVar(&a.pprof, "admin-pprof", false, "serve /debug/pprof on the admin port, too")
	fl.StringVar(&a.Format, "log-format", "auto", "text, json, or auto: text on a terminal and else JSON")
	fl.StringVar(&a.Level, "log-level", "info", "debug, info, warn or error")
}

// Start opens the admin port. The function closes it; it answers until then, the context ended or not.
func (a *Admin) Start(ctx context.Context, log *slog.Logger, b ops.Build, r *prometheus.Registry, checks ...ops.Check) (stop func() error, err error) {
	address, stop, err := ops.Start(ctx, ops.Options{Address: a.address, Build: b, Registry: r, Checks: checks, Pprof: a.pprof})
	if err != nil {
		return nil, fmt.Errorf("--admin: %w", err)
	}
	if address != "" {
		log.Info("admin port", "address", address, "software", b.Software)
	}
	return stop, nil
}

// StartIfFree is Start for a program of which several may run on one machine: where another program has the usual address, and no other
// was named, there is no admin port, and the log says so.
func (a *Admin) StartIfFree(ctx context.Context, log *slog.Logger, b ops.Build, r *prometheus.Registry, checks ...ops.Check) (stop func() error, err error) {
	stop, err = a.Start(ctx, log, b, r, checks...)
	if errors.Is(err, syscall.EADDRINUSE) && !a.flags.Changed("admin") {
		log.Warn("no admin port: its address is in use by another program; --admin names another", "address", a.address)
		return func() error { return nil }, nil
	}
	return stop, err
}

// NewHealthcheck is the verb that asks the program on this machine whether it is well, for containers that have no shell.
// The address is that of run or serve, by the same flag and the same environment variable. Usage marks an error as one of the
// command line.
func NewHealthcheck(address string, usage func(error) error) *cobra.Command {
	var live bool
	var wait time.Duration
	c := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the running program whether it can do its work; exit code 0 if so, else 1",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("%d arguments: expected none", len(args)))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if err := Env(c.Flags()); err != nil {
				return usage(err)
			}
			path := "/readyz"
			if live {
				path = "/livez"
			}
			url, err := ops.ProbeURL(address, path)
			if err != nil {
				return usage(fmt.Errorf("--admin: %w", err))
			}
			ctx, cancel := context.WithTimeout(c.Context(), wait)
			defer cancel()
			if err := ops.Probe(ctx, url); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "ok")
			return err
		},
	}
	c.Flags().StringVar(&address, "admin", address, "address of the program's admin port")
	c.Flags().BoolVar(&live, "live", false, "ask only whether the process lives (/livez), not whether it is ready (/readyz)")
	c.Flags().DurationVar(&wait, "timeout", 3*time.Second, "how long to wait for the answer")
	return c
}
