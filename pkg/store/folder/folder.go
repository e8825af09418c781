package folder

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
)

// names are the documents that files of a run become. What is no JSON becomes a JSON string.
var names = map[string]string{
	"daily.json": "daily", "lots.json": "lots", "halts.json": "halts", "summary.json": "summary",
	"coverage.geojson": "coverage", "revisions.csv": "revisions",
}

// Shown tells whether a file that a run leaves becomes a document: events and days do not, which a store keeps one by one.
func Shown(file string) bool { return names[file] != "" }

// Document makes a document of such a file.
func Document(file string, asOf time.Time, content []byte) store.Document {
	body := bytes.TrimSpace(content)
	if !json.Valid(body) {
		body, _ = json.Marshal(string(content)) // a string can be written
	}
	return store.Document{Name: names[file], AsOf: asOf, Body: body}
}

// epoch is the owner of what is loaded: any service that takes the store over later is a newer one.
const epoch = 0

// few is how many events are put in one transaction.
const few = 2000

// Load puts a folder into a store. All versions of events that the folder has are put, and the newest vintage of each day.
func Load(ctx context.Context, folder fs.FS, s *store.Store) error {
	r, err := record.Open(folder)
	if err != nil {
		return err
	}
	if err := loadEvents(ctx, folder, s); err != nil {
		return err
	}
	b := store.Batch{Meta: &store.Meta{AsOf: r.Daily.AsOf, Config: r.Summary.Config, Software: r.Summary.Software}}
	if last := r.Summary.Last; last != nil {
		b.Meta.Watermark = *last
	}
	for _, basis := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		b.Rows = slices.Concat(b.Rows, r.Rows(basis))
	}
	for file := range names {
		content, err := fs.ReadFile(folder, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("load folder: %w", err)
		}
		b.Documents = append(b.Documents, Document(file, r.Daily.AsOf, content))
	}
	return s.Put(ctx, epoch, b)
}

// loadEvents puts the events batch by batch.
func loadEvents(ctx context.Context, folder fs.FS, s *store.Store) error {
	file, err := folder.Open("events.jsonl")
	if err != nil {
		return fmt.Errorf("load folder: %w", err)
	}
	var b store.Batch
	put := func() error {
		err := s.Put(ctx, epoch, b)
		b.Events = b.Events[:0]
		return err
	}
	var failed error
	err = export.ReadEvents(bufio.NewReader(file), func(e event.Event) bool {
		if b.Events = append(b.Events, e); len(b.Events) == few {
			failed = put()
		}
		return failed == nil
	})
	if err == nil && failed == nil {
		failed = put()
	}
	if err = errors.Join(err, failed, file.Close()); err != nil {
		return fmt.Errorf("load events.jsonl: %w", err)
	}
	return nil
}
