package main

import (
	"context"
	"errors"
	"io"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// keeper is where the results of run go, besides the topics.
type keeper struct {
	lines  io.Writer // nil for none
	folder folder    // empty for none
	err    error     // of the lines
}

// Begin implements stage.Output.
func (k *keeper) Begin(context.Context, int64) error { return nil }

// Event implements stage.Output.
func (k *keeper) Event(e event.Event) {
	if k.lines != nil {
		k.err = errors.Join(k.err, export.Event(k.lines, e))
	}
}

// Vintage implements stage.Output.
func (k *keeper) Vintage([]estimate.Row) {}

// Flush implements stage.Output.
func (k *keeper) Flush(context.Context) error { return k.err }

// Result implements stage.Output: it writes the files of a replay.
func (k *keeper) Result(_ context.Context, r *pipeline.Result, _ bool) error {
	if k.folder == "" {
		return nil
	}
	s := r.Summary(nil, nil)
	s.Software = r.Config.Config.Software
	return writeAll(k.folder, r, s, false)
}
