package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// connections is how many a program opens at once; PostgreSQL allows a hundred to all programs as installed.
const connections = 8

// migrationLock is the number of the advisory lock that programs hold while they migrate: "darkwake" in ASCII.
const migrationLock = 0x6461726b77616b65

// openPostgres connects to a server. What stands in the URL's query is pgx's; unless it says otherwise a statement waits
// for a lock as long as on SQLite, and a connection is tried for ten seconds.
func openPostgres(ctx context.Context, raw string) (*Store, error) {
	u, err := url.Parse(raw)
	if err != nil { // which quotes the URL, password and all
		return nil, errors.New("open store: a URL that cannot be read: expected postgres://user@host:port/database, a password with %XX for special characters")
	}
	name := (&url.URL{Scheme: u.Scheme, User: withoutPassword(u), Host: u.Host, Path: u.Path}).String()
	c, err := pgx.ParseConfig(raw)
	if err != nil {
		return nil, fmt.Errorf("open store %s: host, port or an option of the URL cannot be read: expected postgres://user@host:port/database?option=value", name)
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	for option, value := range map[string]string{"lock_timeout": fmt.Sprint(busyTimeout.Milliseconds()), "application_name": "darkwake"} {
		if c.RuntimeParams[option] == "" {
			c.RuntimeParams[option] = value
		}
	}
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s := &Store{name: name, write: db, read: db, dialect: dialect{
		// Ids and dates are compared by their bytes, as SQLite and Go do, whatever the language of the database.
		ddl:     func(statement string) string { return strings.ReplaceAll(statement, " TEXT", ` TEXT COLLATE "C"`) },
		lock:    fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, migrationLock),
		list:    `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename IN ('schema_version', 'events', 'versions', 'days', 'vintages', 'meta', 'ships', 'documents')`,
		among:   `(SELECT jsonb_array_elements_text(%s::jsonb))`,
		chunk:   100, // round trips cost more than parsing; far from the limit of 65,535 parameters
		plainly: postgresInWords,
	}}
	var encoding string
	if err := db.QueryRowContext(ctx, `SHOW server_encoding`).Scan(&encoding); err != nil {
		return nil, fmt.Errorf("open store %s: %w", name, errors.Join(s.plainly(err), db.Close()))
	}
	if encoding != "UTF8" {
		wrong := &fault{ErrForeign, fmt.Sprintf("its encoding is %s: expected a database made with ENCODING 'UTF8'", encoding), nil}
		return nil, fmt.Errorf("open store %s: %w", name, errors.Join(wrong, db.Close()))
	}
	return s, nil
}

// withoutPassword is the URL's user alone.
func withoutPassword(u *url.URL) *url.Userinfo {
	if u.User == nil || u.User.Username() == "" {
		return nil
	}
	return url.User(u.User.Username())
}

// sqlStates are the codes of PostgreSQL (its manual, appendix A) that an operator can do something about. A code of two
// letters stands for its class.
var sqlStates = []struct {
	code string
	kind error
	text string
}{
	{"28", ErrDenied, "user or password refused"},
	{"3D000", ErrDenied, "there is no such database: create it first"},
	{"42501", ErrDenied, "the user lacks a permission: expected one who may create tables and write them"},
	{"3F000", ErrDenied, "there is no such schema: create it first"},
	{"53100", ErrFull, "the server's disk is full"},
	{"53300", ErrBusy, "the server has no connection left"},
	{"53", ErrBusy, "the server is out of memory or another resource"},
	{"25006", ErrReadOnly, "the server, or this user's session, is read-only"},
	{"55P03", ErrBusy, "locked by another program for longer than we wait"},
	{"40", ErrBusy, "the server rolled the transaction back: another program was writing"},
	{"57P03", ErrUnreachable, "the server is starting or stopping"},
	{"57P", ErrUnreachable, "the server ended the connection"},
	{"08", ErrUnreachable, "the connection was lost"},
}

// postgresInWords says what an operator can do about what the server or the network returns. What it does not know it
// gives by code and message, without what the driver adds.
func postgresInWords(err error) error {
	var e *pgconn.PgError
	var connect *pgconn.ConnectError
	var op *net.OpError
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &e):
		for _, s := range sqlStates {
			if strings.HasPrefix(e.Code, s.code) {
				return &fault{s.kind, s.text, err}
			}
		}
		return &fault{nil, fmt.Sprintf("the server says %q (%s)", e.Message, e.Code), err}
	case errors.Is(err, context.DeadlineExceeded):
		return &fault{ErrUnreachable, "no answer in time", err}
	case errors.As(err, &op):
		return &fault{ErrUnreachable, "the server cannot be reached: " + op.Err.Error(), err}
	case errors.As(err, &connect):
		return &fault{ErrUnreachable, "the connection failed: is it a PostgreSQL server, and with TLS as sslmode asks?", err}
	case pgconn.SafeToRetry(err), errors.Is(err, net.ErrClosed):
		return &fault{ErrUnreachable, "the connection was lost", err}
	}
	return err
}
