package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
	"github.com/darkwake/darkwake/pkg/triage"
	"github.com/darkwake/darkwake/pkg/web"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// Site are the flags of the page and the API.
type Site struct {
	Listen    string         // host:port; empty: nothing is served
	Alerts    *alert.Service // whose rules the page shows and tests; nil for none
	Beside    string         // the folder where reviews are kept unless a flag names their file; empty: there is none
	reviewers string
	reviews   string
	keyFile   string
	public    string
	ancestors []string
	tiles     string
	shores    string
	published string
}

// Register adds the flags to a command's, with the address that it has unless told otherwise.
func (s *Site) Register(fl *pflag.FlagSet, address, otherwise string) {
	fl.StringVar(&s.Listen, "listen", address, "address of the page and the API, such as "+web.Address+otherwise)
	fl.StringVar(&s.keyFile, "api-key-file", "", "file with the key that is asked of everybody; or the environment variable DARKWAKE_API_KEY. Needed for an address that is not this machine's own")
	fl.StringVar(&s.public, "public-url", "", "URL under which readers know the site, such as https://example.org, for citations, feeds and behind a proxy")
	fl.StringSliceVar(&s.ancestors, "frame-ancestors", nil, "origins that may show /embed in a frame, such as https://example.org; * for all; none without it")
	fl.StringVar(&s.tiles, "tiles", "", "URL of map tiles with {z}, {x} and {y}; without it nothing comes from elsewhere")
	fl.StringVar(&s.shores, "basemap-dir", "", "folder with gulf.topojson and world.topojson of your own")
	fl.StringVar(&s.reviewers, "reviewers", "", "file of those who may log in to watch, confirm and dismiss events (YAML; docs/triage.md)")
	fl.StringVar(&s.reviews, "reviews", "", "log in which they write (JSON Lines; default reviews.jsonl beside the store or in the folder that is served)")
	fl.StringVar(&s.published, "published", "", "figures that others published (CSV; docs/exports.md), shown beside the number")
}

// Public is the URL under which readers know the site; empty where it is not known.
func (s *Site) Public() string { return s.public }

// options are the flags in the site's words. An error is one of the command line.
func (s *Site) options(software string, log *slog.Logger) (web.Options, error) {
	o := web.Options{Public: s.public, Ancestors: s.ancestors, Tiles: s.tiles, Shores: s.shores, Weights: Weights(), Software: software, Alerts: s.Alerts, Log: log, Key: os.Getenv(EnvName("api-key"))}
	if s.keyFile != "" {
		key, err := secret.Read(s.keyFile)
		if err != nil {
			return o, fmt.Errorf("--api-key-file: %w", err)
		}
		o.Key = key.Reveal()
	}
	var err error
	if o.Places, err = place.Default(); err != nil {
		return o, err
	}
	if s.published == "" {
		return o, nil
	}
	file, err := os.Open(s.published)
	if err != nil {
		return o, fmt.Errorf("--published: %w", err)
	}
	defer file.Close()
	if o.Figures, err = published.Read(file); err != nil {
		return o, fmt.Errorf("--published %s: %w", s.published, err)
	}
	return o, nil
}

// desk opens the reviewers' desk; nil without reviewers. An error is one of the command line.
func (s *Site) desk(log *slog.Logger) (*triage.Desk, error) {
	o := triage.Options{Reviewers: s.reviewers, Reviews: s.reviews, Public: s.public, Log: log}
	switch {
	case s.reviewers == "" && s.reviews == "":
		return nil, nil
	case s.reviewers == "":
		return nil, fmt.Errorf("--reviews %s without --reviewers: a file expected of those who may write there", s.reviews)
	case s.reviews == "" && s.Beside == "":
		return nil, errors.New("--reviewers without --reviews: a file expected, since the store is a server")
	case s.reviews == "":
		o.Reviews = filepath.Join(s.Beside, "reviews.jsonl")
	}
	return triage.OpenDesk(o)
}

// Serving is a site that listens.
type Serving struct {
	server *web.Server
	model  *model.Model
	desk   *triage.Desk // nil: nobody reviews
}

// refresh is how often a store is asked whether something has changed: a reader sees an event a second after it was kept.
const refresh = time.Second

// Start takes the address for a store. Whatever is wrong is one clear line; usage marks it as one of the command line.
func (s *Site) Start(ctx context.Context, from *store.Store, software string, log *slog.Logger, usage func(error) error) (*Serving, error) {
	o, err := s.options(software, log)
	if err != nil {
		return nil, usage(err)
	}
	serving := &Serving{model: model.New(from)}
	if serving.desk, err = s.desk(log); err != nil {
		return nil, usage(err)
	}
	o.Desk = serving.desk
	handler, err := web.Handler(serving.model, o)
	if err != nil {
		return nil, errors.Join(usage(err), serving.Close())
	}
	if serving.server, err = web.Listen(ctx, s.Listen, o.Key != "", handler); err != nil {
		return nil, errors.Join(usage(fmt.Errorf("--listen: %w", err)), serving.Close())
	}
	return serving, nil
}

// URL is where to look.
func (s *Serving) URL() string { return s.server.URL() }

// Run answers until the context ends, which is no error.
func (s *Serving) Run(ctx context.Context) error {
	return s.server.Run(ctx, func(ctx context.Context) error { return s.model.Run(ctx, refresh) })
}

// Close lets go of the address and of the reviews, whether or not anything was answered.
func (s *Serving) Close() (err error) {
	if s.server != nil {
		err = s.server.Close()
	}
	if s.desk != nil {
		err = errors.Join(err, s.desk.Close())
	}
	return err
}

// OpenFolder loads what a run left in a folder into a store of its own, which done closes and takes away.
func OpenFolder(ctx context.Context, path string, usage func(error) error) (kept *store.Store, done func() error, err error) {
	dir, err := os.MkdirTemp("", "darkwake-")
	if err != nil {
		return nil, nil, fmt.Errorf("make store: %w", err)
	}
	done = func() error { return os.RemoveAll(dir) }
	kept, err = store.Open(ctx, filepath.Join(dir, "page.db"))
	if err != nil {
		return nil, nil, errors.Join(err, done())
	}
	done = func() error { return errors.Join(kept.Close(), os.RemoveAll(dir)) }
	switch err := folder.Load(ctx, os.DirFS(path), kept); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, errors.Join(usage(fmt.Errorf("--in %s: %w (run detect replay first, or name its folder)", path, err)), done())
	case err != nil:
		return nil, nil, errors.Join(fmt.Errorf("load %s: %w", path, err), done())
	}
	return kept, done, nil
}

// Folder serves what a run left in a folder, from a store of its own that is gone afterwards, until the context ends. If the
// address is in use, another free port is taken.
func (s *Site) Folder(ctx context.Context, path, software string, log *slog.Logger, says io.Writer, usage func(error) error) (err error) {
	kept, done, err := OpenFolder(ctx, path, usage)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if s.Beside == "" {
		s.Beside = path
	}
	serving, err := s.Start(ctx, kept, software, log, usage)
	if errors.Is(err, syscall.EADDRINUSE) {
		s.Listen = "127.0.0.1:0"
		serving, err = s.Start(ctx, kept, software, log, usage)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, serving.Close()) }()
	fmt.Fprintf(says, "\nLook at %s (Ctrl-C ends it)\n", serving.URL())
	return serving.Run(ctx)
}

// Weights are those of the models behind meetings and lifts, as this program carries them.
func Weights() (all []explain.Weight) {
	for _, t := range rendezvous.DefaultWeights().Terms {
		all = append(all, explain.Weight{Kind: event.Rendezvous, Cause: t.Cause, Finding: t.Finding, Weight: t.Weight})
	}
	lifts := cargo.DefaultWeights()
	for _, t := range lifts.Terms {
		all = append(all, explain.Weight{Kind: event.Lift, Finding: t.Name, Weight: t.Weight, Block: t.Block, Cap: lifts.BlockCap})
	}
	return all
}
