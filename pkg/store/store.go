package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What a caller may have to tell apart. A store that is busy, full or out of reach may answer the next time the same
// batch is put; the others stay as they are until somebody does something.
var (
	ErrNotFound    = errors.New("not in the store")                 // an id that no event has
	ErrQuery       = errors.New("bad query")                        // a query that cannot be answered
	ErrNewer       = errors.New("store of a newer program")         // its schema is not known here
	ErrOlder       = errors.New("store of an older program")        // View does not migrate
	ErrForeign     = errors.New("not a store")                      // a file or database of something else, or damaged
	ErrDenied      = errors.New("access to the store refused")      // user, password, permission, or no such database
	ErrReadOnly    = errors.New("store is read-only")               // nothing can be put
	ErrBusy        = errors.New("store is locked")                  // by another program, for longer than we wait
	ErrFull        = errors.New("no space left for the store")      // on its disk
	ErrUnreachable = errors.New("server of the store out of reach") // not running, or the connection was lost
)

// fault says in one line what a database says at length. It keeps the cause for errors.As but does not print it, because
// drivers quote what they were given.
type fault struct {
	kind  error // one of the errors above
	text  string
	cause error
}

func (f *fault) Error() string { return f.text }

func (f *fault) Unwrap() (all []error) {
	for _, err := range []error{f.kind, f.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// dialect is what the databases do not have in common.
type dialect struct {
	ddl     func(string) string // makes a statement of the schema the database's own
	lock    string              // the first statement of a migration's transaction, if one is needed
	list    string              // names the tables that are there
	among   string              // the texts of a JSON list in parameter %s, as rows
	chunk   int                 // rows that one statement inserts
	plainly func(error) error   // says in words what the driver returns
}

// members is the condition that a column's text is one of a list, which goes into the numbered parameter.
func (d dialect) members(column string, parameter int, list []string) (condition, argument string) {
	b, _ := json.Marshal(list) // texts always can be
	return column + ` IN ` + fmt.Sprintf(d.among, "$"+strconv.Itoa(parameter)), string(b)
}

// Store is a database of events and estimates, safe for concurrent use.
type Store struct {
	dialect
	name        string // as errors and logs may print it
	write, read *sql.DB
}

// Open opens a store for writing and reading, makes it if it is not there and brings its schema up to date. url is a path,
// sqlite:PATH, or postgres://user@host:port/database. Errors are one line and never hold a password.
func Open(ctx context.Context, url string) (*Store, error) {
	s, err := open(ctx, url, true)
	if err != nil {
		return nil, err
	}
	steps, err := migrations(embedded)
	if err == nil {
		err = s.migrate(ctx, steps)
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", s.name, errors.Join(err, s.Close()))
	}
	return s, nil
}

// View opens a store that is there for reading only, beside whoever writes it. It changes nothing: a store whose schema
// is not this program's is refused.
func View(ctx context.Context, url string) (*Store, error) {
	s, err := open(ctx, url, false)
	if err != nil {
		return nil, err
	}
	steps, err := migrations(embedded)
	if err == nil {
		err = s.current(ctx, len(steps))
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", s.name, errors.Join(err, s.Close()))
	}
	return s, nil
}

func (s *Store) current(ctx context.Context, known int) error {
	held, err := s.schema(ctx)
	switch {
	case err != nil:
		return err
	case held > known:
		return newer(held, known)
	case held < known:
		return &fault{ErrOlder, fmt.Sprintf("its schema is of version %d and this program expects %d: let `detect run` open it once", held, known), nil}
	}
	return nil
}

// keywords are the start of PostgreSQL's other way to write a connection, which would else be taken for a path.
var keywords = regexp.MustCompile(`(?i)\b(host|port|user|password|dbname|service)\s*=`)

func open(ctx context.Context, url string, writing bool) (*Store, error) {
	scheme, _, isURL := strings.Cut(url, "://")
	switch path, isPath := strings.CutPrefix(url, "sqlite:"); {
	case isURL && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(ctx, url)
	case isPath:
		return openSQLite(ctx, strings.TrimPrefix(path, "//"), busyTimeout, writing)
	case isURL:
		return nil, fmt.Errorf("open store: scheme %q: expected a path, sqlite:PATH or postgres://user@host:port/database", scheme)
	case keywords.MatchString(url):
		return nil, errors.New("open store: a list of keywords: expected a path, sqlite:PATH or postgres://user@host:port/database")
	}
	return openSQLite(ctx, url, busyTimeout, writing)
}

// String names the store without its secrets.
func (s *Store) String() string { return s.name }

// Close lets go of the database. What was put stays.
func (s *Store) Close() error {
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(s.read.Close(), err) // the writer last, which tidies up
	}
	if err != nil {
		return fmt.Errorf("close store %s: %w", s.name, s.plainly(err))
	}
	return nil
}

// Ping tells whether the store answers.
func (s *Store) Ping(ctx context.Context) error {
	var seq int64
	if err := s.read.QueryRowContext(ctx, `SELECT seq FROM meta`).Scan(&seq); err != nil {
		return fmt.Errorf("ask store %s: %w", s.name, s.plainly(err))
	}
	return nil
}

// transact runs do in one transaction of the writer, all or nothing.
func (s *Store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // the first error tells more
		return err
	}
	return tx.Commit()
}

// millis is a time as the store has it; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
