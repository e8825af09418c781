package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Run reads sources into the log until all have ended or the context does. It returns what of them could not be read.
func (c *Carrier) Run(ctx context.Context, client *stream.Client, sources []feed.SourceConfig, o feed.Options) ([]feed.Problem, error) {
	print, err := fingerprint(sources, o)
	if err != nil {
		return nil, err
	}
	var replay *feed.Replay
	err = c.Carry(ctx, client, print, true, func(r feed.Resume, refused func(ais.Reject)) (feed.Stream, error) {
		o.Resume, o.Rejected = r, refused
		var err error
		replay, err = feed.Open(ctx, sources, o)
		return replay, err
	})
	if replay == nil || err != nil {
		return nil, err
	}
	return replay.Problems(), nil
}

// fingerprint tells sources and the parameters by which they are read from others: with the same a replay gives the same
// records.
func fingerprint(sources []feed.SourceConfig, o feed.Options) (string, error) {
	sum := sha256.New()
	for _, s := range sources {
		fmt.Fprintf(sum, "%q %q %v %d %v\n", s.ID, s.Paths, s.Lateness, s.Receiver, s.AssumeStart)
	}
	if err := param.Canonical(sum, []param.Group{o.Params()}); err != nil {
		return "", fmt.Errorf("describe sources: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}
