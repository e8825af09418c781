package alert

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// queueVersion is that of the tables below; kept in the file's user_version.
const queueVersion = 1

// tables are what must survive: how far the store was followed, what was told, what is collected for digests, what is to be
// sent. Times are milliseconds since 1970.
const tables = `
CREATE TABLE followed (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL);
CREATE TABLE told (rule TEXT, event TEXT, body TEXT NOT NULL, PRIMARY KEY (rule, event)) WITHOUT ROWID;
CREATE TABLE collected (rule TEXT, event TEXT, since INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (rule, event)) WITHOUT ROWID;
CREATE TABLE queue (id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, message TEXT NOT NULL, thread TEXT NOT NULL, body TEXT NOT NULL,
	made INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL, UNIQUE (channel, message));
CREATE INDEX queue_due ON queue (channel, due);
CREATE INDEX queue_thread ON queue (channel, thread, id);`

// queue is the state of a Service at rest.
type queue struct{ db *sql.DB }

// openQueue opens the file or makes it. One process has it at a time, so that two do not send everything twice.
func openQueue(ctx context.Context, path string) (*queue, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open alerts' state %s: %w", path, err)
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(2000)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: whole, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open alerts' state %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	db.SetConnMaxLifetime(0)
	if err := prepare(ctx, db); err != nil {
		_ = db.Close() // the first error tells more
		return nil, fmt.Errorf("open alerts' state %s: %w", path, inWords(err))
	}
	return &queue{db}, nil
}

// inWords says what an operator can do about what SQLite returns. The low byte of a code is the error's kind.
func inWords(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errors.New("another process has it: one follows the rules at a time")
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return errors.New("it cannot be opened or made: a file in an existing folder in which this user may write expected")
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return errors.New("it is no SQLite database, or damaged")
	}
	return err
}

func prepare(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	var version, tableCount int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name NOT IN ('followed', 'told', 'collected', 'queue') AND type = 'table' AND name NOT LIKE 'sqlite_%'`).Scan(&tableCount); err != nil {
		return err
	}
	switch {
	case tableCount > 0:
		return errors.New("it holds tables of something else")
	case version > queueVersion:
		return fmt.Errorf("it is of version %d, a newer program's; this one knows %d", version, queueVersion)
	case version == 0:
		if _, err := tx.ExecContext(ctx, tables+fmt.Sprintf("PRAGMA user_version = %d;", queueVersion)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (q *queue) close() error { return q.db.Close() }

// transact runs do in one transaction, all or nothing.
func (q *queue) transact(ctx context.Context, do func(*batch) error) error {
	tx, err := q.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(&batch{ctx, tx}); err != nil {
		_ = tx.Rollback() // the first error tells more
		return err
	}
	return tx.Commit()
}

// batch is one transaction under way.
type batch struct {
	ctx context.Context
	tx  *sql.Tx
}

func (b *batch) exec(statement string, args ...any) error {
	_, err := b.tx.ExecContext(b.ctx, statement, args...)
	return err
}

// followed is how far the store was followed; false where it never was.
func (b *batch) followed() (sequence int64, ok bool, err error) {
	err = b.tx.QueryRowContext(b.ctx, `SELECT sequence FROM followed`).Scan(&sequence)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return sequence, err == nil, err
}

func (b *batch) follow(sequence int64) error {
	return b.exec(`INSERT INTO followed VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence`, sequence)
}

// The tables that have a row for each rule and event.
const (
	toldTable      = "told"
	collectedTable = "collected"
)

// read finds a row's JSON by rule and event; nil where there is none.
func read[T any](b *batch, table, rule, event string) (*T, error) {
	var body []byte
	err := b.tx.QueryRowContext(b.ctx, `SELECT body FROM `+table+` WHERE rule = $1 AND event = $2`, rule, event).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	into := new(T)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	return into, err
}

// tell keeps what a rule has told of an event; nil is nothing.
func (b *batch) tell(rule, event string, t *told) error {
	if t == nil {
		return b.exec(`DELETE FROM told WHERE rule = $1 AND event = $2`, rule, event)
	}
	return b.exec(`INSERT INTO told VALUES ($1, $2, $3) ON CONFLICT (rule, event) DO UPDATE SET body = excluded.body`, rule, event, string(raw(t)))
}

// collect keeps what a digest will tell of an event, nil for nothing. Since is when the first of it came.
func (b *batch) collect(rule, event string, i *Item, now time.Time) error {
	if i == nil {
		return b.exec(`DELETE FROM collected WHERE rule = $1 AND event = $2`, rule, event)
	}
	return b.exec(`INSERT INTO collected VALUES ($1, $2, $3, $4) ON CONFLICT (rule, event) DO UPDATE SET body = excluded.body`, rule, event, now.UnixMilli(), string(raw(i)))
}

// collected takes out what a digest tells, oldest first, if its time has come.
func (b *batch) collected(rule string, every time.Duration, now time.Time) (items []Item, until time.Time, err error) {
	var since sql.NullInt64
	if err := b.tx.QueryRowContext(b.ctx, `SELECT MIN(since) FROM collected WHERE rule = $1`, rule).Scan(&since); err != nil || !since.Valid {
		return nil, until, err
	}
	until = time.UnixMilli(since.Int64).UTC().Truncate(every).Add(every)
	if now.Before(until) {
		return nil, until, nil
	}
	rows, err := b.tx.QueryContext(b.ctx, `SELECT body FROM collected WHERE rule = $1 ORDER BY since, event`, rule)
	if err != nil {
		return nil, until, err
	}
	defer rows.Close()
	for rows.Next() {
		var body []byte
		var i Item
		if err := errors.Join(rows.Scan(&body), json.Unmarshal(body, &i)); err != nil {
			return nil, until, err
		}
		items = append(items, i)
	}
	if err := rows.Err(); err != nil {
		return nil, until, err
	}
	return items, until, b.exec(`DELETE FROM collected WHERE rule = $1`, rule)
}

// put queues a message for channels. One that waits there already stays as it is.
func (b *batch) put(channels []string, m post.Message) error {
	body, made := string(raw(m)), m.Made.UnixMilli()
	for _, channel := range channels {
		if err := b.exec(`INSERT INTO queue (channel, message, thread, body, made, due, tries) VALUES ($1, $2, $3, $4, $5, $5, 0) ON CONFLICT DO NOTHING`,
			channel, m.ID, m.Rule+"\n"+m.Thread, body, made); err != nil {
			return err
		}
	}
	return nil
}

// waiting is a message that is to be sent.
type waiting struct {
	id    int64
	tries int
	made  time.Time
	post.Message
}

// next is the message that a channel sends next: of those that are due and not behind another one of the same thread, the
// one that was tried least. Without any, it tells when one will be due, zero if none waits.
func (q *queue) next(ctx context.Context, channel string, now time.Time) (*waiting, time.Time, error) {
	const first = ` FROM queue q WHERE channel = $1 AND NOT EXISTS (SELECT 1 FROM queue p WHERE p.channel = q.channel AND p.thread = q.thread AND p.id < q.id)`
	var w waiting
	var made int64
	var body []byte
	err := q.db.QueryRowContext(ctx, `SELECT id, tries, made, body`+first+` AND due <= $2 ORDER BY tries, id LIMIT 1`, channel, now.UnixMilli()).Scan(&w.id, &w.tries, &made, &body)
	if errors.Is(err, sql.ErrNoRows) {
		var due sql.NullInt64
		err = q.db.QueryRowContext(ctx, `SELECT MIN(due)`+first, channel).Scan(&due)
		if err != nil || !due.Valid {
			return nil, time.Time{}, err
		}
		return nil, time.UnixMilli(due.Int64), nil
	}
	if err == nil {
		err = json.Unmarshal(body, &w.Message)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	w.made = time.UnixMilli(made)
	return &w, time.Time{}, nil
}

// sent takes a message out.
func (q *queue) sent(ctx context.Context, id int64) error {
	_, err := q.db.ExecContext(ctx, `DELETE FROM queue WHERE id = $1`, id)
	return err
}

// again notes a try that failed, and when the next one is due.
func (q *queue) again(ctx context.Context, id int64, due time.Time) error {
	_, err := q.db.ExecContext(ctx, `UPDATE queue SET tries = tries + 1, due = $2 WHERE id = $1`, id, due.UnixMilli())
	return err
}

// drop takes out what was made before a time, and what is for channels that there are no more, and counts it by channel.
func (b *batch) drop(before time.Time, channels []string) (map[string]int, error) {
	rows, err := b.tx.QueryContext(b.ctx, `DELETE FROM queue WHERE made < $1 OR channel NOT IN (SELECT value FROM json_each($2)) RETURNING channel`, before.UnixMilli(), string(raw(channels)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	dropped := map[string]int{}
	for rows.Next() {
		var channel string
		if err := rows.Scan(&channel); err != nil {
			return nil, err
		}
		dropped[channel]++
	}
	return dropped, rows.Err()
}

// pending is how many messages wait, by channel.
func (q *queue) pending(ctx context.Context) (map[string]int, error) {
	rows, err := q.db.QueryContext(ctx, `SELECT channel, COUNT(*) FROM queue GROUP BY channel`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]int{}
	for rows.Next() {
		var channel string
		var n int
		if err := rows.Scan(&channel, &n); err != nil {
			return nil, err
		}
		all[channel] = n
	}
	return all, rows.Err()
}
