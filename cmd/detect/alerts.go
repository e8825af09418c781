package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/darkwake/darkwake/pkg/store"
	leavings "github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newAlerts() *cobra.Command {
	c := &cobra.Command{
		Use:   "alerts",
		Short: "Check a file of alert rules, and send tests over its channels",
		Long: `Alert rules say which events are told to whom: by webhook, mail, Slack, Discord, Teams or Telegram. detect run and detect
serve follow them with --alerts FILE. See docs/alerts.md.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown command %q: expected check or test", args[0])}
			}
			return c.Help()
		},
	}
	c.AddCommand(newAlertsCheck(), newAlertsTest())
	return c
}

// readAlerts reads a rules file. What it refers to lies beside it.
func readAlerts(path string) (*alert.Config, error) {
	places, err := place.Default()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("alert rules: %w", err)}
	}
	c, err := alert.Load(bytes.NewReader(text), alert.Outside{Places: places, Expand: secret.Expand, Read: func(file string) ([]byte, error) {
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(path), file)
		}
		return os.ReadFile(file)
	}})
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return c, nil
}

// checkFlags are the flags of alerts check.
type checkFlags struct {
	in, store string
	most      int
}

func newAlertsCheck() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a file of rules, and say what each would have told of the events of a run",
		Long: `Reads the rules strictly, secrets included, and goes through the events of an earlier run (--in) or of a store (--store) from
the first on: each rule says how often it would have told of one, and lists the newest. Digests are not made, and nothing
is sent.`,
		Example: "  detect alerts check alerts.yaml --in out",
		Args:    exactly(1, "the file of rules"),
		RunE: func(c *cobra.Command, args []string) error {
			config, err := readAlerts(args[0])
			if err != nil {
				return err
			}
			return f.run(c.Context(), config, c.OutOrStdout())
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.in, "in", "", "folder that replay wrote (default out, if there is one)")
	fl.StringVar(&f.store, "store", "", "store of a run: a path, or postgres://USER@HOST/DATABASE")
	fl.IntVar(&f.most, "list", 10, "how many of the newest messages of each rule are listed")
	return c
}

func (f *checkFlags) run(ctx context.Context, c *alert.Config, stdout io.Writer) error {
	if f.most < 0 {
		return usageError{fmt.Errorf("--list %d: 0 or more expected", f.most)}
	}
	p := export.NewPrinter(stdout)
	p.Printf("Well formed: rules %d, channels %d.\n", len(c.Rules), len(c.Channels))
	s, end, err := f.events(ctx)
	if err != nil {
		return err
	}
	if s == nil {
		p.Printf("No events to try them on: detect replay leaves some in out, or name them by --in or --store.\n")
		return p.Err()
	}
	found := map[string][]alert.Rehearsed{}
	err = c.Rehearse(ctx, s, func(r alert.Rehearsed) { found[r.Rule] = append(found[r.Rule], r) })
	if err := errors.Join(err, end()); err != nil {
		return err
	}
	for _, r := range c.Rules {
		f.print(p, r, found[r.Name])
	}
	return p.Err()
}

// print tells what a rule would have told.
func (f *checkFlags) print(p *export.Printer, r alert.Rule, all []alert.Rehearsed) {
	counts := map[post.Change]int{}
	for _, x := range all {
		counts[x.Change]++
	}
	p.Printf("\n%s (%s), to %s: %d opened, %d updated, %d retracted\n", r.Name, r.Says(), strings.Join(r.Channels, ", "), counts[post.Opened], counts[post.Updated], counts[post.Retracted])
	if hidden := len(all) - f.most; hidden > 0 {
		p.Printf("  (%d earlier ones)\n", hidden)
		all = all[hidden:]
	}
	for _, x := range all {
		p.Printf("  %-9s  %s  p %.2f  %s  %s (%s)\n", x.Change, x.Event.Start.UTC().Format("2006-01-02 15:04"), x.Event.Probability, explain.Heading(x.Event), x.Event.ID, x.Reason)
	}
}

// events opens what the rules are tried on; nil where there is nothing.
func (f *checkFlags) events(ctx context.Context) (*store.Store, func() error, error) {
	if f.store != "" {
		if f.in != "" {
			return nil, nil, usageError{fmt.Errorf("--store %s with --in %s: expected one of them", f.store, f.in)}
		}
		s, err := store.View(ctx, f.store)
		if err != nil {
			return nil, nil, usageError{fmt.Errorf("--store: %w", err)}
		}
		return s, s.Close, nil
	}
	in := f.in
	if in == "" {
		if _, err := os.Stat(filepath.Join("out", "events.jsonl")); err != nil {
			return nil, nil, nil
		}
		in = "out"
	}
	dir, err := os.MkdirTemp("", "darkwake-")
	if err != nil {
		return nil, nil, fmt.Errorf("make store: %w", err)
	}
	s, err := store.Open(ctx, filepath.Join(dir, "events.db"))
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	end := func() error { return errors.Join(s.Close(), os.RemoveAll(dir)) }
	switch err := leavings.Load(ctx, os.DirFS(in), s); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, errors.Join(usageError{fmt.Errorf("--in %s: %w (run detect replay first, or name its folder)", in, err)}, end())
	case err != nil:
		return nil, nil, errors.Join(fmt.Errorf("--in %s: %w", in, err), end())
	}
	return s, end, nil
}

func newAlertsTest() *cobra.Command {
	var rule string
	c := &cobra.Command{
		Use:     "test FILE",
		Short:   "Send a message that says that it is a test over every channel, and print the answers",
		Example: "  detect alerts test alerts.yaml --rule sts-off-fujairah",
		Args:    exactly(1, "the file of rules"),
		RunE: func(c *cobra.Command, args []string) error {
			config, err := readAlerts(args[0])
			if err != nil {
				return err
			}
			return tryAlerts(c.Context(), config, rule, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&rule, "rule", "", "only over the channels of this rule")
	return c
}

// tryAlerts sends the tests. One that is not taken makes the command fail, after all were sent.
func tryAlerts(ctx context.Context, c *alert.Config, rule string, stdout io.Writer) error {
	var names []string
	for _, r := range c.Rules {
		names = append(names, r.Name)
	}
	if rule != "" {
		if _, ok := c.Rule(rule); !ok {
			return usageError{fmt.Errorf("--rule %q: expected one of %s", rule, strings.Join(names, ", "))}
		}
		names = []string{rule}
	}
	refused := 0
	for _, name := range names {
		for _, a := range c.Try(ctx, name, time.Now()) {
			if a.Err != nil {
				refused++
			}
			if _, err := fmt.Fprintln(stdout, a); err != nil {
				return err
			}
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d tests were not taken", refused)
	}
	return nil
}

// alertFlags are the flags of a command that follows alert rules.
type alertFlags struct{ file, state string }

func (f *alertFlags) register(fl *pflag.FlagSet) {
	fl.StringVar(&f.file, "alerts", "", "tell of events by the rules of this file (YAML; docs/alerts.md)")
	fl.StringVar(&f.state, "alerts-state", "", "SQLite file that remembers what was told (default alerts.db beside the store)")
}

// open reads the rules and opens their state for options that lack both; nil without rules. Url is the store's: the state
// lies beside it, or in the folder that the options name, unless a flag names its file. Links lead to site where the
// rules name no other. What becomes of messages is counted.
func (f *alertFlags) open(ctx context.Context, o alert.Options, url, site string, m *ops.Alerts) (_ *alert.Service, err error) {
	if f.file == "" {
		return nil, nil
	}
	if o.Config, err = readAlerts(f.file); err != nil {
		return nil, err
	}
	if o.Config.Site == "" {
		o.Config.Site = strings.TrimSuffix(site, "/")
	}
	folder := cmp.Or(beside(url), o.State)
	switch {
	case f.state != "":
		o.State = f.state
	case folder == "":
		return nil, usageError{errors.New("--alerts without --alerts-state: a file expected, since the store is a server")}
	default:
		o.State = filepath.Join(folder, "alerts.db")
	}
	o.Counted = m.Alert
	service, err := alert.Open(ctx, o)
	if err != nil {
		return nil, usageError{err}
	}
	for _, c := range service.Config.Channels {
		m.Channel(c.Name, alert.Sent, alert.Failed, alert.Dropped)
	}
	return service, nil
}

// beside is the folder of a store that is a file; empty for a server.
func beside(url string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
	if strings.Contains(path, "://") {
		return ""
	}
	return filepath.Dir(path)
}

// tellAlerts is the job of a service; none is done at once.
func tellAlerts(s *alert.Service) func(context.Context) error {
	if s == nil {
		return func(context.Context) error { return nil }
	}
	return s.Run
}
