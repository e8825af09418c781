package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
)

// Record is the store as a run's record: what pkg/report, pkg/extract and pkg/explain are made from. The days of the headline
// are the newest vintage with their accounts; what stands beside them is that of the newest documents. The error is ErrNothing
// before the first vintage. The record is shared and must not be changed.
func (m *Model) Record(ctx context.Context) (*record.Record, error) {
	s, err := m.snapshot(ctx)
	switch {
	case err != nil:
		return nil, err
	case s.record == nil:
		return nil, ErrNothing
	}
	return s.record, nil
}

// base makes the record without its events; nil without a day.
func (m *Model) base(ctx context.Context, v Version) (*record.Record, error) {
	files := memory{"events.jsonl": nil}
	for name, file := range map[string]string{"daily": "daily.json", "lots": "lots.json", "summary": "summary.json"} {
		d, err := m.store.Document(ctx, name)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[file] = d.Body
	}
	if err := m.revisions(ctx, files); err != nil {
		return nil, err
	}
	days, err := m.days(ctx, files)
	if err != nil || days == 0 {
		return nil, err
	}
	if files["lots.json"] == nil {
		files["lots.json"], err = json.Marshal(map[string]any{"schema": lots.Schema, "moves": []lots.Move{}})
	}
	if files["summary.json"] == nil && err == nil {
		files["summary.json"], err = json.Marshal(export.Summary{Schema: export.SummarySchema, Software: v.Meta.Software, Config: v.Meta.Config})
	}
	if err != nil {
		return nil, fmt.Errorf("make record: %w", err)
	}
	return record.Open(files)
}

// revisions takes the table out of its JSON string.
func (m *Model) revisions(ctx context.Context, files memory) error {
	d, err := m.store.Document(ctx, "revisions")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	var text string
	if err == nil {
		err = json.Unmarshal(d.Body, &text)
	}
	if err != nil {
		return fmt.Errorf("read revisions: %w", err)
	}
	files["revisions.csv"] = []byte(text)
	return nil
}

// days writes daily.json and accounts.jsonl, and returns how many days the headline has. A service's document is made more often
// than vintages are cut, and only these have accounts: its rows count on a basis of which the store has no vintage, and on the other
// bases where it is newer.
func (m *Model) days(ctx context.Context, files memory) (int, error) {
	daily, fields := record.Daily{Result: estimate.Result{NewestFinal: -1}}, map[string]json.RawMessage{}
	if text := files["daily.json"]; text != nil {
		if err := errors.Join(json.Unmarshal(text, &daily), json.Unmarshal(text, &fields)); err != nil {
			return 0, fmt.Errorf("read daily.json: %w", err)
		}
	}
	var accounts bytes.Buffer
	rows := map[estimate.Basis][]estimate.Row{}
	for _, basis := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		held, err := m.store.Days(ctx, basis, time.Time{}, time.Time{})
		if err != nil {
			return 0, err
		}
		said := ofBasis(basis, daily)
		if len(held) == 0 || basis != estimate.Lifted && len(said) > 0 && held[len(held)-1].AsOf.Before(said[len(said)-1].AsOf) {
			held = said
		}
		rows[basis] = held
		if err := export.Accounts(&accounts, held); err != nil {
			return 0, err
		}
	}
	daily.Days, daily.Others = rows[estimate.Lifted], slices.Concat(rows[estimate.Exited], rows[estimate.Discharged])
	if n := len(daily.Days); n > 0 {
		daily.AsOf = daily.Days[n-1].AsOf
	}
	daily.NewestFinal = -1
	for i, row := range daily.Days {
		if row.Status == estimate.Final && row.WindowDays == wholeWindow {
			daily.NewestFinal = i
		}
	}
	var out bytes.Buffer
	err := export.Estimate(&out, daily.Result, daily.Beside)
	files["daily.json"], files["accounts.jsonl"] = out.Bytes(), accounts.Bytes()
	return len(daily.Days), err
}

// wholeWindow is the length in days of the headline's mean.
const wholeWindow = 28

func ofBasis(b estimate.Basis, d record.Daily) (rows []estimate.Row) {
	for _, row := range slices.Concat(d.Days, d.Others) {
		if row.Basis == b {
			rows = append(rows, row)
		}
	}
	return rows
}

// memory is a folder that lies there.
type memory map[string][]byte

// Open implements fs.FS.
func (f memory) Open(name string) (fs.File, error) {
	content, there := f[name]
	if !there {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &file{bytes.NewReader(content), name}, nil
}

type file struct {
	*bytes.Reader
	name string
}

var _ io.Reader = (*file)(nil)

func (f *file) Close() error               { return nil }
func (f *file) Stat() (fs.FileInfo, error) { return info{path.Base(f.name), f.Size()}, nil }

type info struct {
	name string
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
