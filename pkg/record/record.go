package record

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Record is what a run left.
type Record struct {
	Daily    Daily
	Lots     lots.Graph
	Revised  []estimate.Revision
	Summary  export.Summary
	Events   []event.Event // newest versions in the order of the file, retracted ones included
	byID     map[string]int
	rows     map[estimate.Basis][]estimate.Row // by date
	accounts bool                              // the folder has accounts.jsonl
}

// Daily is daily.json.
type Daily struct {
	Schema string `json:"schema"`
	estimate.Result
	export.Beside
}

// ErrNoAccounts is returned where the folder has no accounts.jsonl: an older version left it.
var ErrNoAccounts = errors.New("no accounts.jsonl: a run of this version leaves it")

// Open reads a folder.
func Open(folder fs.FS) (*Record, error) {
	r := &Record{byID: map[string]int{}, rows: map[estimate.Basis][]estimate.Row{}}
	for _, f := range []struct {
		name string
		read func(io.Reader) error
		need bool
	}{
		{"summary.json", r.readSummary, true}, {"daily.json", r.readDaily, true}, {"accounts.jsonl", r.readAccounts, false},
		{"lots.json", r.readLots, true}, {"revisions.csv", r.readRevisions, false}, {"events.jsonl", r.readEvents, true},
	} {
		file, err := folder.Open(f.name)
		if errors.Is(err, fs.ErrNotExist) && !f.need {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open record: %w", err)
		}
		err = errors.Join(f.read(file), file.Close())
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.name, err)
		}
	}
	return r, nil
}

func (r *Record) readSummary(in io.Reader) error {
	return one(in, &r.Summary, func() string { return r.Summary.Schema }, export.SummarySchema)
}

func (r *Record) readDaily(in io.Reader) error {
	if err := one(in, &r.Daily, func() string { return r.Daily.Schema }, export.DailySchema); err != nil {
		return err
	}
	for _, rows := range [][]estimate.Row{r.Daily.Days, r.Daily.Others} {
		for _, row := range rows {
			all := r.rows[row.Basis]
			if n := len(all); n > 0 && !row.Date.Equal(all[n-1].Date.AddDate(0, 0, 1)) {
				return fmt.Errorf("%s, %s follows on %s: each day once, in order", row.Basis, day(row.Date), day(all[n-1].Date))
			}
			r.rows[row.Basis] = append(all, row)
		}
	}
	return nil
}

// longestLine bounds a line of accounts.jsonl, bytes: a hundred thousand lifts.
const longestLine = 32 << 20

// readAccounts gives each row its account, where it is of the row's own vintage.
func (r *Record) readAccounts(in io.Reader) error {
	r.accounts = true
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		a, err := estimate.UnmarshalAccount(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		row := r.row(a.Basis, a.Date)
		if row == nil || !row.AsOf.Equal(a.AsOf) {
			return fmt.Errorf("line %d: %s, %s as of %s is not in daily.json", n, a.Basis, day(a.Date), a.AsOf.Format(time.RFC3339))
		}
		row.Account = a.Account
	}
	return lines.Err()
}

func (r *Record) readLots(in io.Reader) error {
	var file struct {
		Schema string      `json:"schema"`
		Moves  []lots.Move `json:"moves"`
	}
	if err := one(in, &file, func() string { return file.Schema }, lots.Schema); err != nil {
		return err
	}
	g, err := lots.Restore(file.Moves)
	r.Lots = g
	return err
}

func (r *Record) readEvents(in io.Reader) error {
	return export.ReadEvents(bufio.NewReader(in), func(e event.Event) bool {
		i, known := r.byID[e.ID]
		switch {
		case !known:
			r.byID[e.ID] = len(r.Events)
			r.Events = append(r.Events, e)
		case e.Version >= r.Events[i].Version: // a run that kept all versions
			r.Events[i] = e
		}
		return true
	})
}

func (r *Record) readRevisions(in io.Reader) error {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = len(export.RevisionColumns())
	for line := 1; ; line++ {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case line == 1:
			continue
		}
		x, err := revision(row)
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		r.Revised = append(r.Revised, x)
	}
}

// revision reads date, days_after, as_of, mean_28d, p05_28d, p95_28d, change and status.
func revision(row []string) (estimate.Revision, error) {
	date, err1 := time.Parse(time.DateOnly, row[0])
	after, err2 := strconv.Atoi(row[1])
	asOf, err3 := time.Parse(time.RFC3339, row[2])
	x := estimate.Revision{Date: date, After: after, AsOf: asOf, Known: row[3] != "", Status: estimate.Status(row[7])}
	errs := []error{err1, err2, err3}
	for i, to := range []*vessel.Barrels{&x.Month.Mean, &x.Month.P05, &x.Month.P95} {
		if i == 0 && !x.Known {
			continue
		}
		n, err := strconv.ParseInt(row[3+i], 10, 64)
		*to = vessel.Barrels(n)
		errs = append(errs, err)
	}
	return x, errors.Join(errs...)
}

// mostBytes bounds a JSON file that is read whole: a hundred years of days fit.
const mostBytes = 256 << 20

// one reads a JSON value, the only one of its file, and checks its schema.
func one(in io.Reader, into any, schema func() string, want string) error {
	text, err := io.ReadAll(io.LimitReader(in, mostBytes+1))
	switch {
	case err != nil:
		return err
	case len(text) > mostBytes:
		return fmt.Errorf("more than %d bytes", mostBytes)
	}
	if err := json.Unmarshal(bytes.TrimSpace(text), into); err != nil {
		return err
	}
	if got := schema(); got != want {
		return fmt.Errorf("schema %q: %s expected", got, want)
	}
	return nil
}

// With is the same record with other events, each in its newest version, in the order in which they are to stand. Both share the
// rest.
func (r *Record) With(events []event.Event) *Record {
	out := *r
	out.Events, out.byID = events, make(map[string]int, len(events))
	for i, e := range events {
		out.byID[e.ID] = i
	}
	return &out
}

// Event returns the newest version of an event.
func (r *Record) Event(id string) (event.Event, bool) {
	i, known := r.byID[id]
	if !known {
		return event.Event{}, false
	}
	return r.Events[i], true
}

// Rows are the days of a basis by date, without holes; none for a basis that the run did not count.
func (r *Record) Rows(b estimate.Basis) []estimate.Row { return r.rows[b] }

// Row returns a day on a basis.
func (r *Record) Row(b estimate.Basis, date time.Time) (estimate.Row, bool) {
	if row := r.row(b, date); row != nil {
		return *row, true
	}
	return estimate.Row{}, false
}

func (r *Record) row(b estimate.Basis, date time.Time) *estimate.Row {
	rows := r.rows[b]
	if len(rows) == 0 {
		return nil
	}
	if i := int(date.Sub(rows[0].Date) / oneDay); i >= 0 && i < len(rows) && rows[i].Date.Equal(date) {
		return &rows[i]
	}
	return nil
}

// Accounted says whether the folder has the arithmetic of its days; if not the error is ErrNoAccounts.
func (r *Record) Accounted() error {
	if !r.accounts {
		return ErrNoAccounts
	}
	return nil
}

// Whole is the span of all days of a basis; false if it has none.
func (r *Record) Whole(b estimate.Basis) (Span, bool) {
	rows := r.rows[b]
	if len(rows) == 0 {
		return Span{}, false
	}
	return Span{rows[0].Date, rows[len(rows)-1].Date}, true
}

const oneDay = 24 * time.Hour

func day(t time.Time) string { return t.Format(time.DateOnly) }
