package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
)

// Event returns an event as it stands, retracted or not. An id that is not there is ErrNotFound.
func (s *Store) Event(ctx context.Context, id string) (Entry, error) {
	page, err := s.page(ctx, 1, false, entriesOf(` WHERE e.id = $1`, "", 1), []any{valid(id)})
	switch {
	case err != nil:
		return Entry{}, fmt.Errorf("read event from store %s: %w", s.name, s.plainly(err))
	case len(page.Entries) == 0:
		return Entry{}, &fault{ErrNotFound, fmt.Sprintf("event %.80q is not in the store", id), nil}
	}
	return page.Entries[0], nil
}

// Versions returns everything that was ever said of an event, in the order of its owners and their versions; the last is
// what stands. An id that is not there is ErrNotFound.
func (s *Store) Versions(ctx context.Context, id string) ([]Entry, error) {
	all, err := s.entries(ctx, `WHERE id = $1 ORDER BY epoch, version`, valid(id))
	if err == nil && len(all) == 0 {
		return nil, &fault{ErrNotFound, fmt.Sprintf("event %.80q is not in the store", id), nil}
	}
	return all, err
}

// Changes returns the versions that were put after the numbered change, in that order, at most so many. Whoever follows
// them from 0 on and keeps the last of each id holds what stands. A version that a new owner says again comes again.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]Entry, error) {
	if limit < 1 || limit > MaxLimit {
		return nil, fmt.Errorf("read changes: %w", wrong("limit %d: expected 1 to %d", limit, MaxLimit))
	}
	return s.entries(ctx, `WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
}

func (s *Store) entries(ctx context.Context, tail string, args ...any) (all []Entry, err error) {
	err = s.scan(ctx, func(rows *sql.Rows) error {
		var e Entry
		err := rows.Scan(&e.ID, &e.Version, &e.Epoch, &e.Sequence, &e.JSON)
		all = append(all, e)
		return err
	}, `SELECT id, version, epoch, seq, body FROM versions `+tail, args...)
	if err != nil {
		return nil, fmt.Errorf("read versions from store %s: %w", s.name, s.plainly(err))
	}
	return all, nil
}

// Days returns the newest row of each day on a basis, by date, from the first day on and before the second; a zero time
// sets no bound. Rows come with their account where they have a number.
func (s *Store) Days(ctx context.Context, basis estimate.Basis, from, to time.Time) ([]estimate.Row, error) {
	w := &where{}
	w.add("d.basis = ?", string(basis))
	if !from.IsZero() {
		w.add("d.date >= ?", from.UTC().Format(time.DateOnly))
	}
	if !to.IsZero() {
		w.add("d.date < ?", to.UTC().Format(time.DateOnly))
	}
	return s.rows(ctx, `SELECT v.body, d.account FROM days d JOIN vintages v
		ON v.basis = d.basis AND v.date = d.date AND v.as_of = d.as_of AND v.epoch = d.epoch`+w.String()+` ORDER BY d.date`, w.args...)
}

// Vintages returns every row that was ever the newest of a day on a basis, in the order of its owners and vintages: how
// the number was revised. They come without accounts.
func (s *Store) Vintages(ctx context.Context, date time.Time, basis estimate.Basis) ([]estimate.Row, error) {
	return s.rows(ctx, `SELECT body, '' FROM vintages WHERE basis = $1 AND date = $2 ORDER BY epoch, as_of`, string(basis), date.UTC().Format(time.DateOnly))
}

func (s *Store) rows(ctx context.Context, query string, args ...any) (all []estimate.Row, err error) {
	err = s.scan(ctx, func(rows *sql.Rows) error {
		var body, account []byte
		if err := rows.Scan(&body, &account); err != nil {
			return err
		}
		var r estimate.Row
		if err := r.UnmarshalJSON(body); err != nil {
			return err
		}
		if len(account) > 0 {
			told, err := estimate.UnmarshalAccount(account)
			if err != nil {
				return err
			}
			r.Account = told.Account
		}
		all = append(all, r)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read days from store %s: %w", s.name, s.plainly(err))
	}
	return all, nil
}

func (s *Store) scan(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Meta is what the store holds as a whole; all zero before the first batch.
func (s *Store) Meta(ctx context.Context) (Meta, error) {
	var m Meta
	var watermark, asOf int64
	err := s.read.QueryRowContext(ctx, `SELECT seq, watermark, as_of, config, software FROM meta`).Scan(&m.Sequence, &watermark, &asOf, &m.Config, &m.Software)
	if err != nil {
		return Meta{}, fmt.Errorf("read store %s: %w", s.name, s.plainly(err))
	}
	m.Watermark, m.AsOf = timeOf(watermark), timeOf(asOf)
	return m, nil
}

// Document returns the newest document of a name. One that was never put is ErrNotFound.
func (s *Store) Document(ctx context.Context, name string) (Document, error) {
	d := Document{Name: name}
	var asOf int64
	err := s.read.QueryRowContext(ctx, `SELECT epoch, as_of, body FROM documents WHERE name = $1`, valid(name)).Scan(&d.Epoch, &asOf, (*[]byte)(&d.Body))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Document{}, &fault{ErrNotFound, fmt.Sprintf("document %.80q is not in the store", name), nil}
	case err != nil:
		return Document{}, fmt.Errorf("read document from store %s: %w", s.name, s.plainly(err))
	}
	d.AsOf = timeOf(asOf)
	return d, nil
}

// Documents lists the documents by name, without their bodies.
func (s *Store) Documents(ctx context.Context) (all []Document, err error) {
	err = s.scan(ctx, func(rows *sql.Rows) error {
		var d Document
		var asOf int64
		err := rows.Scan(&d.Name, &d.Epoch, &asOf)
		d.AsOf = timeOf(asOf)
		all = append(all, d)
		return err
	}, `SELECT name, epoch, as_of FROM documents ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("list documents of store %s: %w", s.name, s.plainly(err))
	}
	return all, nil
}
