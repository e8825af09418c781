package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web"
	"github.com/spf13/cobra"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	cli.Site
	admin  cli.Admin
	store  string
	in     string
	alerts alertFlags
}

func newServe() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the number, the events and why: the page and the API, from a store or a replay's folder",
		Long: `Serves the page and the API: the number with its interval, the events on a map and in a table, and for every claim the
evidence behind it, down to raw sentences. It reads the store of a detect run that is at work, or what detect replay and
simulate demo left in a folder, and changes neither.

Only this machine is answered, unless --listen names another address, and then only those who know the key.

With --reviewers those whom a file names may log in on the page to watch, confirm and dismiss events, with a note; what they
write is kept in a log of its own (docs/triage.md).

Every flag can be given as an environment variable: --public-url as DARKWAKE_PUBLIC_URL.`,
		Example: "  detect serve --in out\n  detect serve --store darkwake-data/darkwake.db",
		Args:    exactly(0, "none: what to show is said by --store or --in"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.store, "store", "", "the store of a detect run: a path, or postgres://USER@HOST/DATABASE with the password in PGPASSWORD")
	fl.StringVar(&f.in, "in", "", "folder that detect replay or simulate demo wrote (default out, without --store)")
	f.Site.Register(fl, web.Address, "")
	f.alerts.register(fl)
	f.admin.Register(fl, ops.ServeAddress)
	return c
}

func (f *serveFlags) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	log, err := f.admin.Logger(stderr)
	switch {
	case err != nil:
		return usageError{err}
	case f.Listen == "":
		return usageError{fmt.Errorf("--listen %q: expected host:port, such as %s", f.Listen, web.Address)}
	case f.store != "" && f.in != "":
		return usageError{fmt.Errorf("--store %s with --in %s: expected one of them", f.store, f.in)}
	case f.store == "" && f.alerts.file != "":
		return usageError{fmt.Errorf("--alerts %s without --store: a store that changes expected (detect alerts check tries rules on a folder)", f.alerts.file)}
	}
	s, done, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	build := ops.NewBuild(cli.Software())
	registry := ops.NewRegistry(build)
	if f.store != "" {
		if f.Alerts, err = f.alerts.open(ctx, alert.Options{Store: s, Log: log}, f.store, f.Public(), ops.NewAlerts(registry)); err != nil {
			return err
		}
	}
	if f.Alerts != nil {
		defer func() { err = errors.Join(err, f.Alerts.Close()) }()
	}
	serving, err := f.Start(ctx, s, cli.Software(), log, usage)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, serving.Close()) }()
	stop, err := f.admin.StartIfFree(ctx, log, build, registry, ops.Check{Name: "store", Run: func(ctx context.Context) error { _, err := s.Meta(ctx); return err }})
	if err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, stop()) }()
	fmt.Fprintf(stdout, "Look at %s (Ctrl-C ends it)\n", serving.URL())
	return together(ctx, serving.Run, tellAlerts(f.Alerts))
}

// open opens the store, or makes one of the folder, and says where reviews lie beside it. Done closes it.
func (f *serveFlags) open(ctx context.Context) (s *store.Store, done func() error, err error) {
	if f.store == "" {
		f.Beside = cmp.Or(f.in, "out")
		return cli.OpenFolder(ctx, f.Beside, usage)
	}
	f.Beside = beside(f.store)
	if s, err = store.View(ctx, f.store); err != nil {
		return nil, nil, usageError{fmt.Errorf("--store: %w", err)}
	}
	return s, s.Close, nil
}

// showFolder serves what was just written, on this machine and on any free port if the usual one is taken.
func showFolder(ctx context.Context, path string, stdout, stderr io.Writer) error {
	log, err := ops.Logging{Format: "text", Level: "warn"}.Logger(stderr)
	if err != nil {
		return err
	}
	site := cli.Site{Listen: web.Address}
	return site.Folder(ctx, path, cli.Software(), log, stdout, usage)
}
