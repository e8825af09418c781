package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/ops"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/store"
	shelf "github.com/darkwake/darkwake/pkg/store/folder"
)

// keeper is where the results of run go, besides the topics.
type keeper struct {
	url     string    // of the store; empty for none
	lines   io.Writer // nil for none
	folder  folder    // empty for none
	meta    store.Meta
	metrics *ops.Detect

	mutex   sync.Mutex   // over store, which others ask for
	store   *store.Store // open from when this process was first in charge
	epoch   int64
	waiting store.Batch
	err     error // of what cannot tell it at once
}

// few is how many events and rows are put into the store in one transaction.
const few = 2000

// Begin opens the store: only who is in charge writes into it.
func (k *keeper) Begin(ctx context.Context, epoch int64) (err error) {
	k.epoch, k.waiting, k.err = epoch, store.Batch{}, nil
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.url != "" && k.store == nil {
		k.store, err = store.Open(ctx, k.url)
	}
	return err
}

// ping tells whether the store answers; one that this process does not write to need not.
func (k *keeper) ping(ctx context.Context) error {
	k.mutex.Lock()
	s := k.store
	k.mutex.Unlock()
	if s == nil {
		return nil
	}
	return s.Ping(ctx)
}

// Event implements stage.Output.
func (k *keeper) Event(e event.Event) {
	if k.lines != nil {
		k.err = errors.Join(k.err, export.Event(k.lines, e))
	}
	k.metrics.Event(e)
	k.waiting.Events = append(k.waiting.Events, e)
	k.putIfMany()
}

// Vintage implements stage.Output.
func (k *keeper) Vintage(rows []estimate.Row) {
	k.metrics.Vintage(rows)
	k.waiting.Rows = append(k.waiting.Rows, rows...)
	if len(rows) > 0 {
		k.meta.AsOf = rows[0].AsOf
	}
	k.putIfMany()
}

func (k *keeper) putIfMany() {
	if len(k.waiting.Events)+len(k.waiting.Rows) >= few {
		k.err = errors.Join(k.err, k.put(context.Background()))
	}
}

// put puts what waits into the store.
func (k *keeper) put(ctx context.Context) error {
	batch := k.waiting
	k.waiting = store.Batch{}
	if k.store == nil {
		return nil
	}
	return k.store.Put(ctx, k.epoch, batch)
}

// Flush implements stage.Output.
func (k *keeper) Flush(ctx context.Context, watermark time.Time) error {
	k.metrics.Watermark(ops.Whole, watermark)
	k.meta.Watermark = watermark
	meta := k.meta
	k.waiting.Meta = &meta
	return errors.Join(k.err, k.put(ctx))
}

// Result implements stage.Output: it writes the files of a replay, and the store takes those that a page shows. At the end of
// all sources the store takes the last vintage, too, with the other bases; those of results between are not vintages.
func (k *keeper) Result(ctx context.Context, r *pipeline.Result, ended bool) error {
	k.observe(r)
	s := r.Summary(nil, nil)
	s.Software = r.Config.Config.Software
	if ended {
		k.waiting.Rows = append(append(k.waiting.Rows, r.Estimate.Days...), r.Estimate.Others...)
		k.meta.AsOf = r.Estimate.AsOf
	}
	if err := errors.Join(k.document(r, s), k.Flush(ctx, k.meta.Watermark)); err != nil {
		return err
	}
	if k.folder == "" {
		return nil
	}
	return writeAll(k.folder, r, s, false)
}

// document has the store take what a page shows besides events and days, as it stands at the watermark.
func (k *keeper) document(r *pipeline.Result, s export.Summary) error {
	if k.store == nil {
		return nil
	}
	for _, f := range r.Files(s) {
		if !shelf.Shown(f.Name) {
			continue
		}
		var content bytes.Buffer
		if err := f.Write(&content); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
		k.waiting.Documents = append(k.waiting.Documents, shelf.Document(f.Name, r.Last, content.Bytes()))
	}
	return nil
}

// observe tells the metrics how the feeds and the reception stand.
func (k *keeper) observe(r *pipeline.Result) {
	for source, health := range r.Health {
		k.metrics.FeedHealth(source, health)
	}
	k.metrics.Tracks("static", r.Ships)
	known := 0
	for _, cell := range r.Reach {
		if cell.Coast.Known || cell.Underway.Known || cell.AtRest.Known {
			known++
		}
	}
	k.metrics.CoverageCells("known", known)
	k.metrics.CoverageCells("unknown", len(r.Reach)-known)
	k.metrics.Vintage(r.Estimate.Others)
}

// close lets go of the store.
func (k *keeper) close() error {
	if k.store == nil {
		return nil
	}
	return k.store.Close()
}
