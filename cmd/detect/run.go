package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/darkwake/darkwake/pkg/stream/stage"
	"github.com/darkwake/darkwake/pkg/vessel/list"
	"github.com/spf13/cobra"
)

// runFlags are the flags of run.
type runFlags struct {
	engineFlags
	broker   cli.Broker
	admin    cli.Admin
	site     cli.Site
	alerts   alertFlags
	out      string
	store    string
	stages   string
	ingest   string
	every    time.Duration
	results  time.Duration
	untilEnd bool
	lines    bool
}

func newRun() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "Find events and the daily estimate in what ingest carries into Kafka, for ever",
		Long: `Reads the reports that ingest run carries into Kafka and sends events to the topic darkwake.events.v1 and every vintage of
the daily estimate to darkwake.estimates.v1. Any number of processes may share the work: each takes some of the
partitions, and one of them is in charge of what needs the whole sea while the others stand by. A process that is killed
loses nothing and doubles nothing: others, or the next one, go on where its last checkpoint stands.

The files of detect replay appear in --out: now and then, when it is stopped, and when every source has ended.

Without --brokers a broker runs in this process, with its data in --data-dir. On a laptop, everything in one process:

  detect run --with-ingest feeds.yaml --listen 127.0.0.1:8080

--listen serves the page and the API from the store, as detect serve does. --alerts tells of events by rules (docs/alerts.md).

Every flag can be given as an environment variable: --data-dir as DARKWAKE_DATA_DIR.`,
		Args: exactly(0, "none: what to read is said by ingest run, or by --with-ingest"),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := cli.Env(c.Flags()); err != nil {
				return usageError{err}
			}
			return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	f.broker.Register(fl)
	f.admin.Register(fl, ops.DetectAddress)
	f.site.Register(fl, "", "; without it there is no page")
	f.alerts.register(fl)
	f.register(fl)
	fl.StringVar(&f.out, "out", "out", "folder for the files that detect replay leaves, too; empty for none")
	fl.StringVar(&f.store, "store", "", "where events and estimates are kept: a path, or postgres://USER@HOST/DATABASE with the password in PGPASSWORD; none: no store (default DATA-DIR/darkwake.db)")
	fl.StringVar(&f.stages, "stages", "ab", "what this process does: a (ship by ship), b (the whole sea), or ab")
	fl.StringVar(&f.ingest, "with-ingest", "", "read the sources of this file (YAML), too, as ingest run does")
	fl.DurationVar(&f.every, "checkpoint-every", 15*time.Second, "least time between two checkpoints")
	fl.DurationVar(&f.results, "results-every", 15*time.Minute, "how often the files of --out are written")
	fl.BoolVar(&f.untilEnd, "until-end", false, "end when every source has ended and the files are written")
	fl.BoolVar(&f.lines, "lines", false, "print every version of every event as a line of JSON; after a restart some come again")
	return c
}

func (f *runFlags) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if f.stages != "a" && f.stages != "b" && f.stages != "ab" {
		return usageError{fmt.Errorf("--stages %q: expected a, b or ab", f.stages)}
	}
	log, err := f.admin.Logger(stderr)
	if err != nil {
		return usageError{err}
	}
	config, err := f.configuration()
	if err != nil {
		return err
	}
	var sources []feed.SourceConfig
	if f.ingest != "" {
		if sources, err = readFeeds("--with-ingest", f.ingest); err != nil {
			return err
		}
	}
	out, err := f.output(ctx, config, stdout)
	if err != nil {
		return err
	}
	build := ops.NewBuild(cli.Software())
	registry := ops.NewRegistry(build)
	out.metrics = ops.NewDetect(registry)
	f.date(out.metrics, config.Lists)
	readers, err := f.read(ctx, out.url, log, out.metrics)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, readers.close()) }()
	client, end, err := f.broker.Connect(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close(), end()) }()
	observer, checks := observe(out.metrics, f.stages)
	checks = append(checks, ops.Check{Name: "kafka", Run: client.Ping}, ops.Check{Name: "store", Run: out.ping})
	carrier := cli.NewIngest(ops.NewIngest(registry))
	if len(sources) > 0 {
		checks = append(checks, carrier.Check())
	}
	stop, err := f.admin.Start(ctx, log, build, registry, checks...)
	if err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, stop()) }()
	return f.work(ctx, stage.Options{Client: client, Config: config, Log: log, Every: f.every, Observe: observer}, func(ctx context.Context) error {
		return carry(ctx, carrier, client, sources, config.Feed, log)
	}, readers.jobs, out)
}

// readers are who reads the store beside its writer.
type readers struct {
	jobs []func(context.Context) error
	ends []func() error
}

func (r *readers) close() (err error) {
	for _, end := range slices.Backward(r.ends) {
		err = errors.Join(err, end())
	}
	return err
}

// read opens the store for the page, if it has an address, and for the alert rules, if there are any.
func (f *runFlags) read(ctx context.Context, url string, log *slog.Logger, m *ops.Detect) (*readers, error) {
	r := &readers{}
	switch {
	case f.site.Listen == "" && f.alerts.file == "":
		return r, nil
	case url == "" && f.site.Listen == "":
		return nil, usageError{fmt.Errorf("--alerts %s with --store none: expected a store, which the rules follow", f.alerts.file)}
	case url == "":
		return nil, usageError{fmt.Errorf("--listen %s with --store none: expected a store, which the page reads", f.site.Listen)}
	}
	s, err := store.View(ctx, url)
	if err != nil {
		return nil, usageError{fmt.Errorf("--store: %w", err)}
	}
	r.ends = append(r.ends, s.Close)
	if f.site.Alerts, err = f.alerts.open(ctx, alert.Options{Store: s, State: f.broker.DataDir, Log: log}, url, f.site.Public(), m.Alerts); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if f.site.Alerts != nil {
		r.jobs, r.ends = append(r.jobs, f.site.Alerts.Run), append(r.ends, f.site.Alerts.Close)
	}
	if f.site.Listen == "" {
		return r, nil
	}
	f.site.Beside = cmp.Or(beside(url), f.broker.DataDir)
	serving, err := f.site.Start(ctx, s, cli.Software(), log, usage)
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	log.Info("page", "url", serving.URL())
	r.jobs, r.ends = append(r.jobs, serving.Run), append(r.ends, serving.Close)
	return r, nil
}

// date tells how old the watch lists are: each is as old as its file, which whoever keeps it up to date writes anew, whether
// or not anything was added.
func (f *runFlags) date(m *ops.Detect, lists []list.List) {
	for i, l := range lists {
		if about, err := os.Stat(f.lists[i]); err == nil { // it was there when it was read
			m.WatchList(l.Name, about.ModTime())
		}
	}
}

// observe turns what the workers tell into metrics, and says whether they are at work.
func observe(m *ops.Detect, stages string) (stage.Observer, []ops.Check) {
	gates := map[string]*ops.Gate{}
	var checks []ops.Check
	for _, s := range stages {
		gate := ops.NewGate("stage "+string(s), "to join its group")
		gates[string(s)] = gate
		checks = append(checks, gate.Check())
	}
	return stage.Observer{
		Joined:    func(s string) { gates[s].Open() },
		Restoring: func(s string) func() { return gates[s].Hold() },
		Read:      m.Lag,
		Walked: func(partition int, to time.Time, late int64) {
			m.Watermark(partition, to)
			m.Revised(late)
		},
		Latency:  m.Latency,
		Saved:    m.State,
		Released: func(s, topic string, partition int) { m.Released(topic, s, partition) },
	}, checks
}

// work runs what this process is to do, until the context ends, one of them fails, or everything has ended.
func (f *runFlags) work(ctx context.Context, o stage.Options, ingest func(context.Context) error, readers []func(context.Context) error, out stage.Output) error {
	jobs := append(readers, ingest)
	if f.stages != "b" {
		jobs = append(jobs, func(ctx context.Context) error { return stage.RunA(ctx, o) })
	}
	if f.stages != "a" {
		jobs = append(jobs, func(ctx context.Context) error { return stage.RunB(ctx, o, out, f.results, f.untilEnd) })
	}
	err := together(ctx, jobs...)
	if errors.Is(err, stage.ErrEnded) {
		return nil
	}
	return err
}

// together runs jobs until the context ends. One that fails ends the others; one that is done does not.
func together(ctx context.Context, jobs ...func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, job := range jobs {
		running.Go(func() {
			if err := job(ctx); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// carry is ingest run in this process, if there are sources. What of them cannot be read is told, and the rest goes on.
func carry(ctx context.Context, c *cli.Ingest, client *stream.Client, sources []feed.SourceConfig, o feed.Options, log *slog.Logger) error {
	if len(sources) == 0 {
		return nil
	}
	problems, err := c.Run(ctx, client, sources, o, c.Live)
	for _, p := range problems {
		log.Error("source unusable", "source", p.Source, "error", p.Err)
	}
	return err
}

// readFeeds reads a source configuration.
func readFeeds(flag, path string) ([]feed.SourceConfig, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	defer file.Close()
	sources, err := feed.LoadConfig(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s %s: %w", flag, path, err)}
	}
	return sources, nil
}

// output is where stage B's results go.
func (f *runFlags) output(ctx context.Context, config pipeline.Config, stdout io.Writer) (*keeper, error) {
	effective, err := config.Effective()
	if err != nil {
		return nil, usageError{err}
	}
	k := &keeper{meta: store.Meta{Config: effective.Hash, Software: config.Software}}
	if f.lines {
		k.lines = stdout
	}
	switch {
	case f.store == "":
		k.url = filepath.Join(f.broker.DataDir, "darkwake.db")
		err = os.MkdirAll(f.broker.DataDir, 0o750)
	case f.store != "none":
		k.url = f.store
	}
	if k.url != "" && f.stages != "a" && err == nil { // what cannot be opened is told at once, not when this process is in charge
		var s *store.Store
		if s, err = store.Open(ctx, k.url); err == nil {
			err = s.Close()
		}
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("--store: %w", err)}
	}
	if f.out == "" {
		return k, nil
	}
	if k.folder, err = newFolder(f.out); err != nil {
		return nil, usageError{fmt.Errorf("--out %q: %w", f.out, err)}
	}
	return k, nil
}

var _ stage.Output = (*keeper)(nil)
