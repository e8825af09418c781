package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var embedded embed.FS

// migration is one step of the schema. Steps are numbered from 1 without holes and never change once released.
type migration struct {
	version    int
	name       string
	statements []string
}

// migrations reads the steps in order. A file is named 0001_what_it_does.sql; its statements end in a semicolon at the
// end of a line.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var steps []migration
	for i, path := range names {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("read migration %s: expected number %04d", name, i+1)
		}
		steps = append(steps, migration{i + 1, name, statements(string(text))})
	}
	return steps, nil
}

// statements takes comments out and cuts at semicolons that end a line.
func statements(text string) (all []string) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "--")
		b.WriteString(strings.TrimRight(line, " \t\r\n"))
		b.WriteByte('\n')
	}
	for s := range strings.SplitSeq(b.String(), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

const versionTable = `CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL)`

// migrate brings the schema up to the last step, each step in a transaction of its own, so that a step that fails leaves
// what was there. Of several programs that open a new store at once one applies a step and the others find it done.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	held, err := s.schema(ctx)
	if err != nil {
		return err
	}
	if held > len(steps) {
		return newer(held, len(steps))
	}
	for held < len(steps) {
		err := s.transact(ctx, func(tx *sql.Tx) error {
			held, err = s.apply(ctx, tx, steps)
			return err
		})
		if err != nil {
			return fmt.Errorf("migrate: %w", s.plainly(err))
		}
	}
	return nil
}

func newer(held, known int) error {
	return &fault{ErrNewer, fmt.Sprintf("its schema is of version %d and this program knows %d: use the newer program that made it", held, known), nil}
}

// apply takes the next step that is not done and returns the version after it.
func (s *Store) apply(ctx context.Context, tx *sql.Tx, steps []migration) (int, error) {
	if s.lock != "" {
		if _, err := tx.ExecContext(ctx, s.lock); err != nil {
			return 0, err
		}
	}
	if _, err := tx.ExecContext(ctx, s.ddl(versionTable)); err != nil {
		return 0, err
	}
	var held int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&held); err != nil {
		return 0, err
	}
	switch {
	case held > len(steps):
		return held, newer(held, len(steps))
	case held == len(steps):
		return held, nil
	}
	step := steps[held]
	for _, statement := range step.statements {
		if _, err := tx.ExecContext(ctx, s.ddl(statement)); err != nil {
			return held, fmt.Errorf("step %s: %w", step.name, err)
		}
	}
	if step.name == filtersStep {
		if err := s.fill(ctx, tx); err != nil {
			return held, fmt.Errorf("step %s: %w", step.name, err)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO schema_version VALUES ($1, $2, $3)`, step.version, step.name, time.Now().UTC().Format(time.RFC3339))
	return step.version, err
}

// schema is the version of the schema that is there, 0 for an empty database.
func (s *Store) schema(ctx context.Context) (int, error) {
	ours, others, err := s.tables(ctx)
	switch {
	case err != nil:
		return 0, s.plainly(err)
	case !ours && others:
		return 0, &fault{ErrForeign, "holds tables of another program: expected an empty database or a store of darkwake", nil}
	case !ours:
		return 0, nil
	}
	var held int
	if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_version`).Scan(&held); err != nil {
		return 0, s.plainly(err)
	}
	return held, nil
}

// tables tells whether the version table is there, and whether others are that must not be.
func (s *Store) tables(ctx context.Context) (ours, others bool, err error) {
	rows, err := s.read.QueryContext(ctx, s.list)
	if err != nil {
		return false, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return false, false, err
		}
		if name == "schema_version" {
			ours = true
		} else {
			others = true
		}
	}
	return ours, others, rows.Err()
}

// filtersStep needs what only the events' JSON tells.
const filtersStep = "0002_filters"

// fill writes the columns and tags of all events that stand anew, from their JSON, some at a time.
func (s *Store) fill(ctx context.Context, tx *sql.Tx) error {
	after, more := "", true
	for more {
		owners := map[int64]map[string]line{}
		rows, err := tx.QueryContext(ctx, `SELECT e.epoch, v.body FROM events e
			JOIN versions v ON v.id = e.id AND v.version = e.version AND v.epoch = e.epoch WHERE e.id > $1 ORDER BY e.id LIMIT $2`, after, MaxLimit)
		if err != nil {
			return err
		}
		more = false
		for rows.Next() {
			var epoch int64
			var l line
			if err = rows.Scan(&epoch, &l.body); err == nil {
				err = l.UnmarshalJSON([]byte(l.body))
			}
			if err != nil {
				break
			}
			if owners[epoch] == nil {
				owners[epoch] = map[string]line{}
			}
			owners[epoch][l.ID], after, more = l, l.ID, true
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return err
		}
		for epoch, stands := range owners {
			w := writer{s: s, ctx: ctx, tx: tx, epoch: epoch}
			if err := w.standing(stands); err != nil {
				return err
			}
		}
	}
	return nil
}
