package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
)

// Batch is what is put together, in one transaction. Every part may be empty.
type Batch struct {
	Events    []event.Event  // versions, in any order; the later of two equal ones is dropped
	Rows      []estimate.Row // of any days, bases and vintages
	Documents []Document
	Meta      *Meta // nil leaves what is there
}

// Meta is what the store holds as a whole.
type Meta struct {
	Watermark time.Time // event time up to which everything is in
	AsOf      time.Time // the newest vintage; zero before the first
	Config    string    // hash of the configuration
	Software  string
	Sequence  int64 // number of the newest change of an event; set by the store
}

// Document is something else that a page shows, such as a layer of the map: JSON, whole, the newest of its name.
type Document struct {
	Name string // in lower case, with underscores
	AsOf time.Time
	Body json.RawMessage

	Epoch int64 // of the owner who put it; set by the store
}

// age orders what owners say of one thing: by epoch, then by version or vintage.
type age struct{ epoch, number int64 }

func (a age) after(b age) bool {
	return a.epoch > b.epoch || a.epoch == b.epoch && a.number > b.number
}

// Put writes a batch of the owner of the given epoch, all of it or nothing. What is not newer than what stands, by (epoch,
// version) or (epoch, vintage), is passed over. An error leaves the store as it was; after ErrBusy, ErrFull or
// ErrUnreachable the same batch may be put again.
func (s *Store) Put(ctx context.Context, epoch int64, b Batch) error {
	lines, err := encode(b)
	if err != nil {
		return fmt.Errorf("put: %w", err)
	}
	err = s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{s: s, ctx: ctx, tx: tx, epoch: epoch}
		// Whoever has changed this row writes; others wait here until he is through.
		if err := tx.QueryRowContext(ctx, `UPDATE meta SET seq = seq RETURNING seq`).Scan(&w.seq); err != nil {
			return err
		}
		for _, part := range []func() error{
			func() error { return w.events(lines) }, func() error { return w.rows(b.Rows) },
			func() error { return w.documents(b.Documents) }, func() error { return w.meta(b.Meta) },
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return w.exec(`UPDATE meta SET seq = $1`, w.seq)
	})
	if err != nil {
		return fmt.Errorf("put into store %s: %w", s.name, s.plainly(err))
	}
	return nil
}

// line is an event as it is kept.
type line struct {
	event.Event
	body string
}

func encode(b Batch) ([]line, error) {
	lines := make([]line, len(b.Events))
	for i, e := range b.Events {
		body, err := e.MarshalJSON()
		if err != nil {
			return nil, err
		}
		if e.ID == "" || e.Version < 1 || e.Kind.Order() < 0 {
			return nil, fmt.Errorf("event %q of kind %q, version %d: expected an id, a known kind and a version from 1", e.ID, e.Kind, e.Version)
		}
		lines[i] = line{e, string(body)}
	}
	for _, d := range b.Documents {
		if d.Name == "" || !json.Valid(d.Body) {
			return nil, fmt.Errorf("document %q: expected a name and JSON", d.Name)
		}
	}
	return lines, nil
}

// writer is one transaction of an owner.
type writer struct {
	s     *Store
	ctx   context.Context
	tx    *sql.Tx
	epoch int64
	seq   int64
}

func (w *writer) exec(statement string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, statement, args...)
	return err
}

// held reads what stands: a key, an epoch and a number in each row.
func (w *writer) held(query string, args ...any) (map[string]age, error) {
	rows, err := w.tx.QueryContext(w.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	held := map[string]age{}
	for rows.Next() {
		var key string
		var a age
		if err := rows.Scan(&key, &a.epoch, &a.number); err != nil {
			return nil, err
		}
		held[key] = a
	}
	return held, rows.Err()
}

// events writes the versions that are newer than what stands, and which of them stands now.
func (w *writer) events(lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	condition, list := w.s.members("id", 1, ids)
	held, err := w.held(`SELECT id, epoch, version FROM events WHERE `+condition, list)
	if err != nil {
		return err
	}
	said, err := w.held(`SELECT id || '/' || version, epoch, version FROM versions WHERE `+condition+` AND epoch < $2`, list, w.epoch)
	if err != nil {
		return err
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.Version - b.Version })
	stands := map[string]line{}
	var fresh [][]any
	for _, l := range lines {
		mine := age{w.epoch, int64(l.Version)}
		if was, ok := held[l.ID]; ok && !mine.after(was) {
			continue
		}
		held[l.ID], stands[l.ID] = mine, l
		w.seq++
		if _, ok := said[l.ID+"/"+strconv.Itoa(l.Version)]; ok {
			again, err := w.takeOver(`UPDATE versions SET epoch = $1, seq = $2 WHERE id = $3 AND version = $4 AND body = $5`, w.epoch, w.seq, l.ID, l.Version, l.body)
			if err != nil {
				return err
			}
			if again {
				continue
			}
		}
		fresh = append(fresh, []any{l.ID, l.Version, w.epoch, w.seq, l.body})
	}
	if err := w.insert(`INSERT INTO versions (id, version, epoch, seq, body) VALUES`, "", fresh); err != nil {
		return err
	}
	return w.standing(stands)
}

// takeOver tells whether an owner said the same before, in the same bytes, and makes it this owner's.
func (w *writer) takeOver(statement string, args ...any) (bool, error) {
	done, err := w.tx.ExecContext(w.ctx, statement, args...)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

// columns of an event that stands; all but the first are replaced.
var columns = []string{"id", "version", "epoch", "kind", "rank", "status", "starts", "until", "lon", "lat", "place", "probability", "search", "lasts"}

// standing makes versions those that stand.
func (w *writer) standing(stands map[string]line) error {
	var events, ships, tags [][]any
	ids := slices.Sorted(maps.Keys(stands))
	for _, id := range ids {
		e := stands[id]
		events = append(events, []any{e.ID, e.Version, w.epoch, string(e.Kind), e.Kind.Order(), string(e.Status), e.Start.UnixMilli(), until(e.Event),
			e.Lon, e.Lat, clean(placeOf(e.Event)), e.Probability, searchable(e.Event), lasted(e.Event).Milliseconds()})
		for _, v := range e.Vessels {
			ships = append(ships, []any{e.ID, int64(v.MMSI), int64(v.IMO)})
		}
		for _, t := range tagsOf(e.Event) {
			tags = append(tags, []any{e.ID, t.filter, t.value})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	condition, list := w.s.members("event", 1, ids)
	for _, table := range []struct {
		name, columns string
		rows          [][]any
	}{{"ships", "event, mmsi, imo", ships}, {"tags", "event, filter, value", tags}} {
		if err := w.exec(`DELETE FROM `+table.name+` WHERE `+condition, list); err != nil {
			return err
		}
		if err := w.insert(`INSERT INTO `+table.name+` (`+table.columns+`) VALUES`, "", table.rows); err != nil {
			return err
		}
	}
	return w.insert(`INSERT INTO events (`+strings.Join(columns, ", ")+`) VALUES`, replacing("id", columns[1:]), events)
}

// replacing is the clause that makes an insert replace what has the same key.
func replacing(key string, columns []string) string {
	set := make([]string, len(columns))
	for i, c := range columns {
		set[i] = c + " = excluded." + c
	}
	return ` ON CONFLICT (` + key + `) DO UPDATE SET ` + strings.Join(set, ", ")
}

// until is when an event is over: never while it is open, at its start if it is a moment.
func until(e event.Event) int64 {
	switch {
	case e.End != nil:
		return e.End.UnixMilli()
	case e.Status == event.Open:
		return math.MaxInt64
	}
	return e.Start.UnixMilli()
}

func placeOf(e event.Event) string {
	if e.Place == nil {
		return ""
	}
	return e.Place.Name
}

// searchable is what a reader may look for: names, former names, numbers, flags and lists of the ships, place, reason, kind and
// id.
func searchable(e event.Event) string {
	words := []string{e.ID, string(e.Kind), placeOf(e), e.Why}
	for _, v := range e.Vessels {
		words = append(words, v.Name, v.MMSI.String(), strconv.Itoa(int(v.IMO)), v.Flag, v.Class)
		words = append(words, v.Listed...)
	}
	if d, is := e.Details.(event.IdentityDetails); is { // who she was
		for _, change := range d.Changes {
			words = append(words, change.Before, change.After)
		}
	}
	return clean(strings.Join(words, "\n"))
}

// insert writes rows, as many in a statement as suits the database; tail follows the values. No two rows may have the
// same key.
func (w *writer) insert(head, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	var statement *sql.Stmt
	prepared := 0
	for chunk := range slices.Chunk(rows, w.s.chunk) {
		if len(chunk) != prepared {
			next, err := w.tx.PrepareContext(w.ctx, head+placeholders(len(chunk), len(chunk[0]))+tail)
			if err != nil {
				return err
			}
			defer next.Close()
			statement, prepared = next, len(chunk)
		}
		if _, err := statement.ExecContext(w.ctx, slices.Concat(chunk...)...); err != nil {
			return err
		}
	}
	return nil
}

// placeholders is ($1,$2),($3,$4) for two rows of two.
func placeholders(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString(" (")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// rows writes the rows of the estimate, one basis and vintage after the other, the oldest first.
func (w *writer) rows(rows []estimate.Row) error {
	type cut struct {
		asOf  int64
		basis estimate.Basis
	}
	cuts := map[cut][]estimate.Row{}
	for _, r := range rows {
		c := cut{millis(r.AsOf), r.Basis}
		cuts[c] = append(cuts[c], r)
	}
	for _, c := range slices.SortedFunc(maps.Keys(cuts), func(a, b cut) int { return cmp.Or(cmp.Compare(a.asOf, b.asOf), cmp.Compare(a.basis, b.basis)) }) {
		if err := w.vintage(c.basis, c.asOf, cuts[c]); err != nil {
			return err
		}
	}
	return nil
}

// vintage writes the rows of one basis and vintage that are newer than what stands for their days.
func (w *writer) vintage(basis estimate.Basis, asOf int64, rows []estimate.Row) error {
	dates := make([]string, len(rows))
	for i, r := range rows {
		dates[i] = r.Date.Format(time.DateOnly)
	}
	condition, list := w.s.members("date", 2, dates)
	held, err := w.held(`SELECT date, epoch, as_of FROM days WHERE basis = $1 AND `+condition, string(basis), list)
	if err != nil {
		return err
	}
	said, err := w.held(`SELECT date, epoch, as_of FROM vintages WHERE basis = $1 AND `+condition+` AND as_of = $3 AND epoch < $4`, string(basis), list, asOf, w.epoch)
	if err != nil {
		return err
	}
	var fresh, stands [][]any
	for i, r := range rows {
		mine := age{w.epoch, asOf}
		if was, ok := held[dates[i]]; ok && !mine.after(was) {
			continue
		}
		held[dates[i]] = mine
		body, err := r.MarshalJSON()
		if err != nil {
			return err
		}
		account, _, err := r.MarshalAccount()
		if err != nil {
			return err
		}
		stands = append(stands, []any{string(basis), dates[i], asOf, w.epoch, string(account)})
		if _, ok := said[dates[i]]; ok {
			again, err := w.takeOver(`UPDATE vintages SET epoch = $1 WHERE basis = $2 AND date = $3 AND as_of = $4 AND body = $5`, w.epoch, string(basis), dates[i], asOf, string(body))
			if err != nil {
				return err
			}
			if again {
				continue
			}
		}
		fresh = append(fresh, []any{string(basis), dates[i], asOf, w.epoch, string(body)})
	}
	if err := w.insert(`INSERT INTO vintages (basis, date, as_of, epoch, body) VALUES`, "", fresh); err != nil {
		return err
	}
	return w.insert(`INSERT INTO days (basis, date, as_of, epoch, account) VALUES`, replacing("basis, date", []string{"as_of", "epoch", "account"}), stands)
}

// documents replaces those that are older.
func (w *writer) documents(documents []Document) error {
	for _, d := range documents {
		err := w.exec(`INSERT INTO documents (name, epoch, as_of, body) VALUES ($1, $2, $3, $4)`+replacing("name", []string{"epoch", "as_of", "body"})+
			` WHERE documents.epoch < excluded.epoch OR documents.epoch = excluded.epoch AND documents.as_of < excluded.as_of`,
			d.Name, w.epoch, millis(d.AsOf), string(d.Body))
		if err != nil {
			return err
		}
	}
	return nil
}

// meta replaces what is older, by epoch and watermark; the end of a run cuts one more vintage at the last watermark.
func (w *writer) meta(m *Meta) error {
	if m == nil {
		return nil
	}
	return w.exec(`UPDATE meta SET epoch = $1, watermark = $2, as_of = $3, config = $4, software = $5
		WHERE epoch < $1 OR epoch = $1 AND (watermark < $2 OR watermark = $2 AND as_of < $3)`,
		w.epoch, millis(m.Watermark), millis(m.AsOf), m.Config, m.Software)
}
