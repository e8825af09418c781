package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/live"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Run reads sources into the log until all have ended or the context does, and returns what of them could not be read. When
// all of them give the same bytes each time, their reports are merged by event time, as in a replay; otherwise they are
// taken as they come in, and told is called with the stream, whose Status anybody may ask.
func (c *Carrier) Run(ctx context.Context, client *stream.Client, sources []feed.SourceConfig, o feed.Options, told func(*live.Live)) ([]feed.Problem, error) {
	var problems func() []feed.Problem
	repeatable := feed.Repeatable(sources)
	print, err := fingerprint(sources, o, repeatable)
	if err != nil {
		return nil, err
	}
	err = c.Carry(ctx, client, print, repeatable, func(r feed.Resume, refused func(ais.Reject)) (feed.Stream, error) {
		o.Resume, o.Rejected = r, refused
		if repeatable {
			s, err := feed.Open(ctx, sources, o)
			if err != nil {
				return nil, err
			}
			problems = s.Problems
			return s, nil
		}
		options := live.Defaults()
		options.Feed = o
		s, err := live.Open(ctx, sources, options)
		if err != nil {
			return nil, err
		}
		problems = s.Problems
		if told != nil {
			told(s)
		}
		return s, nil
	})
	if problems == nil || err != nil {
		return nil, err
	}
	return problems(), nil
}

// fingerprint tells sources from others, and, where a replay must give the same records again, also the parameters by which
// they are read.
func fingerprint(sources []feed.SourceConfig, o feed.Options, repeatable bool) (string, error) {
	sum := sha256.New()
	io.WriteString(sum, feed.Fingerprint(sources))
	if repeatable {
		if err := param.Canonical(sum, []param.Group{o.Params()}); err != nil {
			return "", fmt.Errorf("describe sources: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:12]), nil
}
