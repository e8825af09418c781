package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Limits of a page.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Query asks for events as they stand now. Unset fields ask for nothing; those that are set must all hold.
type Query struct {
	Kinds          []event.Kind   // any of them
	Statuses       []event.Status // any of them
	From, To       time.Time      // events that are under way at some moment from From on and before To
	Box            *Box
	MMSI           vessel.MMSI   // one of the ships
	IMO            vessel.IMO    // one of the ships
	Place          string        // its name, in any case
	MinProbability float64       // at least
	Text           string        // words that all occur in names (former ones too), numbers, flags, lists, place, reason, kind or id, in any case
	Flags          []string      // of one of the ships: any of them
	Classes        []string      // size class of one of the ships: any of them, as vessel.Class prints it
	Listed         string        // ListedAny, ListedNone, or a list's name in any case
	Sources        []string      // that the evidence quotes: any of them
	Least          time.Duration // as long at least; an open event as long as it has been so far
	Since          int64         // whose version that stands, or an older one, was put after the numbered change
	Area           []geo.Point   // corners of an area on the plane of longitude and latitude, closed or not; none asks for nothing
	Newest         bool          // from the newest start to the oldest; else in canonical order, as events.jsonl has them
	Cursor         string        // Page.Next of the page before, of a query in the same direction
	Limit          int           // events on a page, at most MaxLimit; 0 means DefaultLimit
}

// Box is an area in degrees, its edges included. One whose west is greater than its east lies across the date line.
type Box struct{ West, South, East, North float64 }

// Entry is an event as it is kept.
type Entry struct {
	ID       string
	Version  int
	Epoch    int64  // of the owner who said so
	Sequence int64  // number of the change; grows with every version that is put
	JSON     []byte // its line in events.jsonl without the end
}

// Event decodes the entry.
func (e Entry) Event() (event.Event, error) {
	var out event.Event
	err := out.UnmarshalJSON(e.JSON)
	return out, err
}

// Page is a part of the answer to a query. Next asks for the part after it and is empty on the last.
type Page struct {
	Entries []Entry
	Next    string
}

// wrong is an error about a query: what was given and what was expected.
func wrong(format string, args ...any) error {
	return &fault{ErrQuery, fmt.Sprintf(format, args...), nil}
}

// Validate reports the first thing of a query that cannot be. The error is ErrQuery.
func (q Query) Validate() error {
	for _, k := range q.Kinds {
		if k.Order() < 0 {
			return wrong("kind %q: expected one of %v", k, event.Kinds())
		}
	}
	for _, s := range q.Statuses {
		if s != event.Open && s != event.Closed && s != event.Retracted {
			return wrong("status %q: expected open, closed or retracted", s)
		}
	}
	switch {
	case !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To):
		return wrong("from %s to %s: expected a time after from", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339))
	case q.Limit < 0 || q.Limit > MaxLimit:
		return wrong("limit %d: expected 1 to %d", q.Limit, MaxLimit)
	case !(q.MinProbability >= 0 && q.MinProbability <= 1):
		return wrong("probability %v: expected 0 to 1", q.MinProbability)
	case q.Box != nil && !q.Box.valid():
		return wrong("box %v: expected west and east of -180 to 180°, south and north of -90 to 90°, south first", *q.Box)
	case len(q.Text) > maxText || len(q.Place) > maxText:
		return wrong("text of %d characters: expected %d at most", max(len(q.Text), len(q.Place)), maxText)
	}
	if err := q.validFilters(); err != nil {
		return err
	}
	_, err := parseCursor(q.Cursor, q.Newest)
	return err
}

// maxText bounds what is searched for, in bytes.
const maxText = 200

func (b Box) valid() bool {
	return b.West >= -180 && b.West <= 180 && b.East >= -180 && b.East <= 180 && b.South >= -90 && b.North <= 90 && b.South <= b.North
}

// place is where a page ended. Start, kind and id of an event never change, so that pages neither repeat nor skip an event
// that was there when the first was asked for, whatever is put meanwhile.
type place struct {
	start, rank int64
	id          string
}

const (
	olderFirst = "a"
	newerFirst = "d"
)

func direction(newest bool) string {
	if newest {
		return newerFirst
	}
	return olderFirst
}

// cursor is a place as text that says nothing to its reader and stands in a URL as it is.
func (p place) cursor(newest bool) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s|%d|%d|%s", direction(newest), p.start, p.rank, p.id))
}

// parseCursor reads a cursor back; none is nil.
func parseCursor(text string, newest bool) (*place, error) {
	if text == "" {
		return nil, nil
	}
	bad := wrong("cursor %.40q: expected `next` of the page before, of a query in the same direction", text)
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) > maxText || strings.ContainsFunc(string(b), func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, bad
	}
	parts := strings.SplitN(string(b), "|", 4)
	if len(parts) != 4 || parts[0] != direction(newest) || parts[3] == "" {
		return nil, bad
	}
	start, err1 := strconv.ParseInt(parts[1], 10, 64)
	rank, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return nil, bad
	}
	return &place{start, rank, parts[3]}, nil
}

// where collects conditions and their arguments.
type where struct {
	conditions []string
	args       []any
}

// add adds a condition; each ? in it is the next argument.
func (w *where) add(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.conditions = append(w.conditions, condition)
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// anyOf is (column = ? OR column = ?).
func anyOf[T ~string](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	var args []any
	for _, v := range values {
		args = append(args, string(v))
	}
	w.add("("+strings.TrimPrefix(strings.Repeat(" OR "+column+" = ?", len(values)), " OR ")+")", args...)
}

// conditions are those of the query but for its cursor.
func (q Query) conditions() *where {
	w := &where{}
	anyOf(w, "e.kind", q.Kinds)
	anyOf(w, "e.status", q.Statuses)
	if !q.From.IsZero() {
		w.add("e.until >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		w.add("e.starts < ?", q.To.UnixMilli())
	}
	if b := q.Box; b != nil {
		w.add("e.lat >= ? AND e.lat <= ?", b.South, b.North)
		if b.West <= b.East {
			w.add("e.lon >= ? AND e.lon <= ?", b.West, b.East)
		} else {
			w.add("(e.lon >= ? OR e.lon <= ?)", b.West, b.East)
		}
	}
	if q.MMSI != 0 {
		w.add("e.id IN (SELECT event FROM ships WHERE mmsi = ?)", int64(q.MMSI))
	}
	if q.IMO != 0 {
		w.add("e.id IN (SELECT event FROM ships WHERE imo = ?)", int64(q.IMO))
	}
	if q.Place != "" {
		w.add("e.place = ?", clean(q.Place))
	}
	if q.MinProbability > 0 {
		w.add("e.probability >= ?", q.MinProbability)
	}
	q.filters(w)
	for _, word := range strings.Fields(clean(q.Text)) {
		w.add(`e.search LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)+"%")
	}
	return w
}

// entriesOf selects entries of events that stand. The page is cut from the index first and the bodies are looked up after,
// whatever a planner without statistics thinks of it.
func entriesOf(where, order string, limit int) string {
	return fmt.Sprintf(`SELECT e.id, e.version, e.epoch, v.seq, v.body, e.starts, e.rank
		FROM (SELECT e.id, e.version, e.epoch, e.starts, e.rank FROM events e%s%s LIMIT %d) e
		JOIN versions v ON v.id = e.id AND v.version = e.version AND v.epoch = e.epoch%[2]s`, where, order, limit)
}

// inOrder is the canonical order, or its reverse.
func (q Query) inOrder() string {
	if q.Newest {
		return ` ORDER BY e.starts DESC, e.rank DESC, e.id DESC`
	}
	return ` ORDER BY e.starts, e.rank, e.id`
}

// Events answers a query, a page at a time. A query that cannot be answered is ErrQuery.
func (s *Store) Events(ctx context.Context, q Query) (Page, error) {
	if err := q.Validate(); err != nil {
		return Page{}, fmt.Errorf("find events: %w", err)
	}
	limit := q.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	w, than := q.conditions(), ">"
	if q.Newest {
		than = "<"
	}
	if after, _ := parseCursor(q.Cursor, q.Newest); after != nil {
		w.add("(e.starts, e.rank, e.id) "+than+" (?, ?, ?)", after.start, after.rank, after.id)
	}
	page, err := s.page(ctx, limit, q.Newest, entriesOf(w.String(), q.inOrder(), limit+1), w.args)
	if err != nil {
		return Page{}, fmt.Errorf("find events in store %s: %w", s.name, s.plainly(err))
	}
	return page, nil
}

// page reads one entry more than it gives, to know whether there is a next page.
func (s *Store) page(ctx context.Context, limit int, newest bool, query string, args []any) (p Page, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	var last place
	for rows.Next() {
		if len(p.Entries) == limit {
			p.Next = last.cursor(newest)
			break
		}
		var e Entry
		if err := rows.Scan(&e.ID, &e.Version, &e.Epoch, &e.Sequence, &e.JSON, &last.start, &last.rank); err != nil {
			return Page{}, err
		}
		last.id = e.ID
		p.Entries = append(p.Entries, e)
	}
	return p, rows.Err()
}

// IDs are those of the events that answer a query, in its order and at most so many, whatever its cursor and limit: for
// readers who have the events themselves in memory.
func (s *Store) IDs(ctx context.Context, q Query, most int) (ids []string, err error) {
	if err := q.Validate(); err != nil {
		return nil, fmt.Errorf("find events: %w", err)
	}
	w := q.conditions()
	err = s.scan(ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT e.id FROM events e`+w.String()+q.inOrder()+` LIMIT `+strconv.Itoa(most), w.args...)
	if err != nil {
		return nil, fmt.Errorf("find events in store %s: %w", s.name, s.plainly(err))
	}
	return ids, nil
}

// Count is how many events answer a query, on all its pages.
func (s *Store) Count(ctx context.Context, q Query) (int, error) {
	if err := q.Validate(); err != nil {
		return 0, fmt.Errorf("count events: %w", err)
	}
	w, n := q.conditions(), 0
	if err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM events e`+w.String(), w.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count events in store %s: %w", s.name, s.plainly(err))
	}
	return n, nil
}

// WriteLines writes the events of a query as JSON lines, all pages from its cursor on; with an unset query that is
// events.jsonl. The limit is that of one page, not of the whole.
func (s *Store) WriteLines(ctx context.Context, to io.Writer, q Query) error {
	if q.Limit == 0 {
		q.Limit = MaxLimit
	}
	for {
		page, err := s.Events(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			if _, err := to.Write(append(e.JSON, '\n')); err != nil {
				return fmt.Errorf("write event %s: %w", e.ID, err)
			}
		}
		if page.Next == "" {
			return nil
		}
		q.Cursor = page.Next
	}
}

// clean is a text as the store compares it, in lower case.
func clean(text string) string { return strings.ToLower(valid(text)) }

// valid is a text as a database can hold it: UTF-8 without zero bytes.
func valid(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}
