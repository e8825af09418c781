package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// What Query.Listed may say besides a list's name.
const (
	ListedAny  = "any"  // one of the ships is on a list
	ListedNone = "none" // none of them is
)

// The filters by which events are tagged.
const (
	tagFlag   = "flag"
	tagClass  = "class"
	tagList   = "list"
	tagSource = "source"
)

// tag is a value that an event can be found by.
type tag struct{ filter, value string }

// tagsOf are an event's, each once.
func tagsOf(e event.Event) (all []tag) {
	add := func(filter, value string) {
		if t := (tag{filter, valid(value)}); t.value != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	for _, v := range e.Vessels {
		add(tagFlag, v.Flag)
		class := v.Class
		if class == "" {
			class = vessel.ClassUnknown.String()
		}
		add(tagClass, class)
		for _, hit := range v.Listed {
			list, _, _ := strings.Cut(hit, " ")
			add(tagList, strings.ToLower(list))
		}
	}
	for _, ref := range e.Evidence.Refs {
		add(tagSource, ref.Source)
	}
	return all
}

// lasted is how long an event was, or has been when it was last looked at.
func lasted(e event.Event) time.Duration {
	switch {
	case e.End != nil:
		return max(0, e.End.Sub(e.Start))
	case e.Status == event.Open:
		return max(0, e.Watermark.Sub(e.Start))
	}
	return 0
}

// Bounds of a query's lists and area.
const (
	mostValues  = 100
	mostCorners = 100
)

// validFilters reports the first thing of the filters that cannot be.
func (q Query) validFilters() error {
	for name, values := range map[string][]string{"flags": q.Flags, "classes": q.Classes, "sources": q.Sources} {
		if len(values) > mostValues || slices.ContainsFunc(values, func(v string) bool { return v == "" || len(v) > maxText }) {
			return wrong("%s: expected up to %d names of 1 to %d characters", name, mostValues, maxText)
		}
	}
	switch {
	case len(q.Listed) > maxText:
		return wrong("list of %d characters: expected %d at most", len(q.Listed), maxText)
	case q.Least < 0:
		return wrong("duration %s: expected 0 or more", q.Least)
	case len(q.Area) > 0 && (len(q.Area) < 3 || len(q.Area) > mostCorners):
		return wrong("area of %d corners: expected 3 to %d", len(q.Area), mostCorners)
	case slices.ContainsFunc(q.Area, func(p geo.Point) bool { return !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) }):
		return wrong("area %v: expected longitudes of -180 to 180° and latitudes of -90 to 90°", q.Area)
	}
	return nil
}

// filters adds the conditions of flags, classes, lists, sources, duration, change and area.
func (q Query) filters(w *where) {
	tagged(w, tagFlag, q.Flags)
	tagged(w, tagClass, q.Classes)
	tagged(w, tagSource, q.Sources)
	switch q.Listed {
	case "":
	case ListedAny:
		w.add("e.id IN (SELECT event FROM tags WHERE filter = ?)", tagList)
	case ListedNone:
		w.add("e.id NOT IN (SELECT event FROM tags WHERE filter = ?)", tagList)
	default:
		tagged(w, tagList, []string{strings.ToLower(q.Listed)})
	}
	if q.Least > 0 {
		w.add("e.lasts >= ?", q.Least.Milliseconds())
	}
	if q.Since > 0 {
		w.add("e.id IN (SELECT id FROM versions WHERE seq > ?)", q.Since)
	}
	if len(q.Area) > 0 {
		within(w, q.Area)
	}
}

func tagged(w *where, filter string, values []string) {
	if len(values) == 0 {
		return
	}
	args := []any{filter}
	for _, v := range values {
		args = append(args, valid(v))
	}
	w.add("e.id IN (SELECT event FROM tags WHERE filter = ? AND value IN ("+strings.TrimPrefix(strings.Repeat(", ?", len(values)), ", ")+"))", args...)
}

// within is the even-odd rule on the plane of longitude and latitude: of the edges that cross the event's latitude an odd
// number lies east of it. The box goes first, since most events are outside of it.
func within(w *where, ring []geo.Point) {
	west, south, east, north := ring[0][0], ring[0][1], ring[0][0], ring[0][1]
	var edges []string
	var args []any
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		west, south, east, north = min(west, a[0]), min(south, a[1]), max(east, a[0]), max(north, a[1])
		if a[1] == b[1] {
			continue
		}
		if a[1] > b[1] {
			a, b = b, a
		}
		edges = append(edges, "CASE WHEN e.lat >= ? AND e.lat < ? AND e.lon < ? + (e.lat - ?) * ? THEN 1 ELSE 0 END")
		args = append(args, a[1], b[1], a[0], a[1], (b[0]-a[0])/(b[1]-a[1]))
	}
	if len(edges) == 0 {
		w.add("0 = 1")
		return
	}
	w.add("e.lat >= ? AND e.lat <= ? AND e.lon >= ? AND e.lon <= ?", south, north, west, east)
	w.add("("+strings.Join(edges, " + ")+") % 2 = 1", args...)
}

// Tally is a value of a filter and how many events have it.
type Tally struct {
	Value  string `json:"value"`
	Events int    `json:"events"`
}

// Facets are the values that a reader may filter by, each with the number of events that the query would find were it the only
// value of its filter: every filter is counted without itself and with all others.
type Facets struct {
	Total    int     `json:"total"`    // that the query finds
	Kinds    []Tally `json:"kinds"`    // in canonical order
	Statuses []Tally `json:"statuses"` // these and the following: most events first
	Flags    []Tally `json:"flags"`
	Classes  []Tally `json:"classes"`
	Lists    []Tally `json:"lists"` // by name, and any and none
	Sources  []Tally `json:"sources"`
}

// Facets counts what a query's filters may be set to. Cursor and limit do not matter.
func (s *Store) Facets(ctx context.Context, q Query) (f Facets, err error) {
	q.Cursor, q.Limit = "", 0
	if f.Total, err = s.Count(ctx, q); err != nil {
		return f, err
	}
	for _, facet := range []struct {
		into *[]Tally
		free func(*Query) // takes the filter itself out
		from string       // what is counted
	}{
		{&f.Kinds, func(q *Query) { q.Kinds = nil }, "e.kind"}, {&f.Statuses, func(q *Query) { q.Statuses = nil }, "e.status"},
		{&f.Flags, func(q *Query) { q.Flags = nil }, tagFlag}, {&f.Classes, func(q *Query) { q.Classes = nil }, tagClass},
		{&f.Lists, func(q *Query) { q.Listed = "" }, tagList}, {&f.Sources, func(q *Query) { q.Sources = nil }, tagSource},
	} {
		other := q
		facet.free(&other)
		if *facet.into, err = s.tally(ctx, other, facet.from); err != nil {
			return f, fmt.Errorf("count events in store %s: %w", s.name, s.plainly(err))
		}
	}
	slices.SortFunc(f.Kinds, func(a, b Tally) int { return event.Kind(a.Value).Order() - event.Kind(b.Value).Order() })
	q.Listed = ListedAny
	listed, err1 := s.Count(ctx, q)
	q.Listed = ListedNone
	unlisted, err2 := s.Count(ctx, q)
	f.Lists = append([]Tally{{ListedAny, listed}, {ListedNone, unlisted}}, f.Lists...)
	if err1 != nil {
		return f, err1
	}
	return f, err2
}

// tally counts by a column of the events, or by the values of a tag.
func (s *Store) tally(ctx context.Context, q Query, from string) (all []Tally, err error) {
	w := q.conditions()
	column, join := from, ""
	if !strings.HasPrefix(from, "e.") {
		column, join = "t.value", " JOIN tags t ON t.event = e.id"
		w.add("t.filter = ?", from)
	}
	err = s.scan(ctx, func(rows *sql.Rows) error {
		var t Tally
		err := rows.Scan(&t.Value, &t.Events)
		all = append(all, t)
		return err
	}, `SELECT `+column+`, COUNT(*) FROM events e`+join+w.String()+` GROUP BY `+column+` ORDER BY COUNT(*) DESC, `+column, w.args...)
	return all, err
}
