package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// busyTimeout is how long a statement waits for another program's lock: longer than any transaction of ours takes.
const busyTimeout = 5 * time.Second

// readers is the number of connections that read SQLite at once.
const readers = 4

// openSQLite opens a file. One connection writes and waits for its turn at the start of a transaction; the others read, in
// WAL mode without waiting for it. Commits are flushed to the disk (synchronous FULL): stage B checkpoints what it has put,
// and a power failure must not take it back. With batches that costs one flush each.
func openSQLite(ctx context.Context, path string, busy time.Duration, writing bool) (*Store, error) {
	if path == "" {
		return nil, errors.New("open store: no path: expected a path, sqlite:PATH or postgres://user@host:port/database")
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	dsn := func(mode string, pragmas ...string) string {
		q := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": append([]string{fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds())}, pragmas...)}
		return (&url.URL{Scheme: "file", Path: whole, RawQuery: q.Encode()}).String()
	}
	s := &Store{name: path, dialect: dialect{
		ddl:     func(statement string) string { return statement },
		list:    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
		among:   `(SELECT value FROM json_each(%s))`,
		chunk:   1, // it parses long statements slowly and has no round trips
		plainly: sqliteInWords,
	}}
	if !writing {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
		if s.read, err = sql.Open("sqlite", dsn("ro", "query_only(1)")); err != nil {
			return nil, fmt.Errorf("open store %s: %w", path, err)
		}
		s.write = s.read
		return s, nil
	}
	if s.write, err = sql.Open("sqlite", dsn("rwc", "journal_mode(WAL)", "synchronous(FULL)")); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s.write.SetMaxOpenConns(1)
	if err := s.write.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, errors.Join(s.plainly(err), s.write.Close()))
	}
	if s.read, err = sql.Open("sqlite", dsn("rw", "query_only(1)")); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, errors.Join(err, s.write.Close()))
	}
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return s, nil
}

// sqliteInWords says what an operator can do about what SQLite returns. The low byte of a code is the error's kind.
func sqliteInWords(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return &fault{ErrFull, "the disk is full", err}
	case sqlite3.SQLITE_READONLY:
		return &fault{ErrReadOnly, "the file is read-only", err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &fault{ErrBusy, "locked by another program for longer than we wait", err}
	case sqlite3.SQLITE_CANTOPEN:
		return &fault{ErrDenied, "the file cannot be opened or made: expected an existing folder in which this user may write", err}
	case sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return &fault{ErrDenied, "this user may not open the file", err}
	case sqlite3.SQLITE_NOTADB:
		return &fault{ErrForeign, "not an SQLite database", err}
	case sqlite3.SQLITE_CORRUPT:
		return &fault{ErrForeign, "the file is damaged: restore a backup", err}
	}
	return err
}
