package api

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"

	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/gfw"
	"github.com/darkwake/darkwake/pkg/export/mapfile"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/extract"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
)

// EventsAnswer is a page of events.
type EventsAnswer struct {
	Head
	Total int     `json:"total"` // on all pages
	Next  *string `json:"next"`  // cursor of the page after it; null on the last
	Items []Event `json:"events"`
}

// Event is an event in short: everything but its details and evidence.
type Event struct {
	ID          string        `json:"id"`
	Version     int           `json:"version"`
	Kind        event.Kind    `json:"kind"`
	Status      event.Status  `json:"status"`
	Why         string        `json:"why"` // of this version
	Start       time.Time     `json:"start"`
	End         *time.Time    `json:"end"`
	Lon         *float64      `json:"lon"` // null where the position means nothing
	Lat         *float64      `json:"lat"`
	Place       *event.Place  `json:"place"`
	Probability float64       `json:"probability"` // that the claim of the kind holds
	Cause       string        `json:"likeliest_explanation"`
	Barrels     *event.Volume `json:"barrels"` // of a lift, transfer or discharge
	Vessels     []Vessel      `json:"vessels"`
	SHA256      string        `json:"evidence_sha256"`
	Watermark   time.Time     `json:"watermark"`
}

// Vessel is a ship's part in an event.
type Vessel struct {
	Role   event.Role  `json:"role"`
	MMSI   vessel.MMSI `json:"mmsi"`
	IMO    vessel.IMO  `json:"imo,omitempty"`
	Name   string      `json:"name"`
	Flag   string      `json:"flag"`
	Class  string      `json:"class"`
	Listed []string    `json:"listed"` // list, entry and date
}

// brief is an event in short.
func brief(e event.Event) Event {
	row := extract.EventRow(e)
	out := Event{ID: e.ID, Version: e.Version, Kind: e.Kind, Status: e.Status, Why: e.Why, Start: e.Start.UTC(), Lon: row.Lon, Lat: row.Lat, Place: e.Place, Probability: e.Probability,
		Cause: row.Cause, Barrels: e.Barrels, Vessels: []Vessel{}, SHA256: e.Evidence.SHA256, Watermark: e.Watermark.UTC()}
	if e.End != nil {
		out.End = known(*e.End)
	}
	for _, v := range e.Vessels {
		out.Vessels = append(out.Vessels, Vessel{v.Role, v.MMSI, v.IMO, v.Name, v.Flag, v.Class, append([]string{}, v.Listed...)})
	}
	return out
}

// events answers /events in all formats.
func (q *request) events() (answer, error) {
	format := q.choice("format", "json", "jsonl", "geojson", "csv", "kmz", "gpx", "parquet", "gfw")
	query := q.state.Query()
	query.Newest = q.choice("order", "newest", "oldest") == "newest"
	query.Limit = q.whole("limit", 0, 1, store.MaxLimit)
	query.Cursor = q.own["cursor"]
	raw := q.choice("csv", "guarded", "raw") == "raw"
	if err := q.check(); err != nil {
		return answer{}, err
	}
	if err := query.Validate(); err != nil {
		return answer{}, err
	}
	if format == "json" {
		return q.eventPage(query)
	}
	if format == "gfw" {
		query.Kinds = among(query.Kinds, gfw.Kinds())
	}
	selection, next, err := q.selection(query)
	if err != nil {
		return answer{}, err
	}
	out := answer{kind: schema.MediaType(format), file: q.name(q.kindName(), format), next: next}
	out.write = func(w io.Writer) error { return q.writeEvents(w, format, raw, selection) }
	return out, nil
}

// among are the kinds that are wanted and possible; all possible ones where none is asked for.
func among(wanted, possible []event.Kind) []event.Kind {
	if len(wanted) == 0 {
		return possible
	}
	return slices.DeleteFunc(slices.Clone(possible), func(k event.Kind) bool { return !slices.Contains(wanted, k) })
}

func (q *request) eventPage(query store.Query) (answer, error) {
	page, err := q.api.model.Store().Events(q.Context(), query)
	if err != nil {
		return answer{}, err
	}
	out := EventsAnswer{Items: []Event{}}
	for _, entry := range page.Entries {
		e, err := q.api.model.Decode(entry)
		if err != nil {
			return answer{}, err
		}
		out.Items = append(out.Items, brief(e))
	}
	if out.Total, err = q.api.model.Store().Count(q.Context(), query); err != nil {
		return answer{}, err
	}
	if page.Next != "" {
		out.Next = &page.Next
	}
	out.Head = q.head()
	a := asJSON(out)
	a.next = page.Next
	return a, nil
}

// one is an event as it is kept and what it says.
type one struct {
	store.Entry
	event.Event
}

// selection are the events of a query one by one: of one page where a limit is set, else of all from the cursor on. The first page
// is read at once, so that an error is told before the answer begins.
func (q *request) selection(query store.Query) (iter.Seq2[one, error], string, error) {
	whole := query.Limit == 0
	if whole {
		query.Limit = store.MaxLimit
	}
	page := store.Page{}
	var err error
	if query.Kinds == nil || len(query.Kinds) > 0 {
		page, err = q.api.model.Store().Events(q.Context(), query)
	}
	if err != nil {
		return nil, "", err
	}
	next := ""
	if !whole {
		next = page.Next
	}
	return func(yield func(one, error) bool) {
		for page := page; ; {
			for _, entry := range page.Entries {
				e, err := q.api.model.Decode(entry)
				if !yield(one{entry, e}, err) || err != nil {
					return
				}
			}
			if !whole || page.Next == "" {
				return
			}
			query.Cursor = page.Next
			var err error
			if page, err = q.api.model.Store().Events(q.Context(), query); err != nil {
				yield(one{}, err)
				return
			}
		}
	}, next, nil
}

// writeEvents writes a selection as one file.
func (q *request) writeEvents(w io.Writer, format string, raw bool, selection iter.Seq2[one, error]) error {
	switch format {
	case "jsonl":
		for e, err := range selection {
			if err != nil {
				return err
			}
			if _, err := w.Write(append(slices.Clip(e.JSON), '\n')); err != nil {
				return fmt.Errorf("write event %s: %w", e.Entry.ID, err)
			}
		}
		return nil
	case "geojson":
		return q.writeFeatures(w, selection)
	case "csv":
		to := tabular.NewCSV[extract.Event](w, textOf(raw))
		for e, err := range selection {
			if err != nil {
				return err
			}
			to.Add(extract.EventRow(e.Event))
		}
		return to.Flush()
	case "kmz":
		return mapfile.KMZ(w, justEvents(selection), q.aboutFile())
	case "gpx":
		return mapfile.GPX(w, justEvents(selection), q.aboutFile())
	case "parquet":
		var rows []extract.Event
		for e, err := range selection {
			if err != nil {
				return err
			}
			rows = append(rows, extract.EventRow(e.Event))
		}
		return tabular.Parquet(w, rows, q.facts("darkwake.events/v1")...)
	}
	return q.writeGFW(w, selection)
}

func textOf(raw bool) tabular.Text {
	if raw {
		return tabular.AsSent
	}
	return tabular.Guarded
}

func justEvents(selection iter.Seq2[one, error]) mapfile.Events {
	return func(yield func(event.Event, error) bool) {
		for e, err := range selection {
			if !yield(e.Event, err) {
				return
			}
		}
	}
}

// writeFeatures writes slim features for a map.
func (q *request) writeFeatures(w io.Writer, selection iter.Seq2[one, error]) error {
	to := tabular.NewGeoJSON(w)
	for e, err := range selection {
		if err != nil {
			return err
		}
		if err := to.Add(feature(e.Event)); err != nil {
			return err
		}
	}
	return to.Close(q.members())
}

// feature is an event on a map.
func feature(e event.Event) tabular.Feature {
	b, f := brief(e), extract.EventShape(e)
	ships := []map[string]any{}
	for _, v := range b.Vessels {
		ship := map[string]any{"role": v.Role, "mmsi": v.MMSI, "name": v.Name, "flag": v.Flag, "class": v.Class, "listed": len(v.Listed) > 0}
		if v.IMO != 0 {
			ship["imo"] = v.IMO
		}
		ships = append(ships, ship)
	}
	f.Properties = map[string]any{"id": b.ID, "version": b.Version, "kind": b.Kind, "status": b.Status, "start": b.Start.Format(time.RFC3339), "end": nil, "p": b.Probability,
		"place": nil, "barrels_mean": nil, "lon": b.Lon, "lat": b.Lat, "ships": ships}
	if b.End != nil {
		f.Properties["end"] = b.End.Format(time.RFC3339)
	}
	if b.Place != nil {
		f.Properties["place"] = b.Place.Name
	}
	if b.Barrels != nil {
		f.Properties["barrels_mean"] = b.Barrels.Mean
	}
	return f
}

// members are the head as members of a GeoJSON collection.
func (q *request) members() map[string]any {
	h := q.head()
	return map[string]any{"as_of": h.AsOf, "coverage": h.Coverage, "version": h.Version}
}

func (q *request) writeGFW(w io.Writer, selection iter.Seq2[one, error]) error {
	out := gfw.Answer{Entries: []gfw.Entry{}, Metadata: q.members()}
	for e, err := range selection {
		if err != nil {
			return err
		}
		if entry, ok := gfw.EntryOf(e.Event); ok {
			out.Entries = append(out.Entries, entry)
		}
	}
	out.Total, out.Limit = len(out.Entries), len(out.Entries)
	return asJSON(out).write(w)
}

// aboutFile is what a file that travels alone says of itself.
func (q *request) aboutFile() mapfile.About {
	h := q.head()
	a := mapfile.About{Title: "darkwake " + q.kindName(), Software: h.Version.Software, Config: h.Version.Config, Coverage: h.Coverage.Says, Synthetic: h.Version.Synthetic, Site: q.site()}
	if h.AsOf != nil {
		a.AsOf = *h.AsOf
	}
	for _, s := range q.stands.Sources {
		a.Sources = append(a.Sources, s.Name)
	}
	return a
}

// facts are the head as the metadata of a file.
func (q *request) facts(schema string) []string {
	h := q.head()
	facts := []string{"schema", schema, "software", h.Version.Software, "config", h.Version.Config, "coverage", h.Coverage.Says, "synthetic", fmt.Sprint(h.Version.Synthetic),
		"units", "barrels, barrels a day, UTC", "terms", mapfile.Terms}
	if h.AsOf != nil {
		facts = append(facts, "as_of", h.AsOf.Format(time.RFC3339))
	}
	return facts
}

// kindName names what is chosen: the kind, where it is one.
func (q *request) kindName() string {
	if len(q.state.Kinds) == 1 {
		return string(q.state.Kinds[0])
	}
	return "events"
}

// name is a download's: darkwake_<what>_<first day>_<last day>.<ending>.
func (q *request) name(what, format string) string {
	from, to := q.state.From, q.state.To
	if from.IsZero() {
		from = q.stands.From
	}
	if to.IsZero() {
		to = q.stands.To
	} else {
		to = to.Add(-time.Nanosecond)
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return "open"
		}
		return t.UTC().Format(time.DateOnly)
	}
	ending := map[string]string{"gfw": "gfw.json"}[format]
	if ending == "" {
		ending = format
	}
	return "darkwake_" + what + "_" + day(from) + "_" + day(to) + "." + ending
}

// EventAnswer is one event, whole.
type EventAnswer struct {
	Head
	Event json.RawMessage `json:"event" schema:"event"`
}

func (q *request) event() (answer, error) {
	entry, err := q.api.model.Store().Event(q.Context(), q.PathValue("id"))
	if err != nil {
		return answer{}, q.unknown(err, "event")
	}
	return asJSON(EventAnswer{q.head(), entry.JSON}), nil
}

// unknown says of what there is nothing.
func (q *request) unknown(err error, what string) error {
	if p := fault(err); p.Status != http.StatusNotFound {
		return err
	}
	return problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("no %s %q", what, clip(q.PathValue("id")+q.PathValue("date")+q.PathValue("number")))}
}

// VersionsAnswer is the history of an event.
type VersionsAnswer struct {
	Head
	Versions []SaidVersion `json:"versions"`
}

// SaidVersion is one version and who said it when.
type SaidVersion struct {
	Epoch    int64           `json:"epoch"`    // of the owner who said it
	Sequence int64           `json:"sequence"` // number of the change
	Event    json.RawMessage `json:"event" schema:"event"`
}

func (q *request) versions() (answer, error) {
	all, err := q.api.model.Store().Versions(q.Context(), q.PathValue("id"))
	if err != nil {
		return answer{}, q.unknown(err, "event")
	}
	out := VersionsAnswer{Head: q.head()}
	for _, v := range all {
		out.Versions = append(out.Versions, SaidVersion{v.Epoch, v.Sequence, v.JSON})
	}
	return asJSON(out), nil
}

// evidence answers with everything that an event rests on.
func (q *request) evidence() (answer, error) {
	all, err := q.api.model.Store().Versions(q.Context(), q.PathValue("id"))
	if err != nil {
		return answer{}, q.unknown(err, "event")
	}
	c := mapfile.Case{Weights: q.api.o.Weights, Places: q.api.o.Places, About: q.aboutFile()}
	for _, v := range all {
		c.Lines = append(c.Lines, v.JSON)
	}
	e, err := q.api.model.Decode(all[len(all)-1])
	if err != nil {
		return answer{}, err
	}
	to := e.Start
	if e.End != nil {
		to = *e.End
	}
	name := fmt.Sprintf("darkwake_%s_%s_%s.zip", e.ID, e.Start.UTC().Format(time.DateOnly), to.UTC().Format(time.DateOnly))
	return answer{kind: schema.MediaType("zip"), file: name, write: func(w io.Writer) error { return mapfile.Evidence(w, c) }}, nil
}

// FacetsAnswer is what the filters may be set to.
type FacetsAnswer struct {
	Head
	store.Facets
}

func (q *request) facets() (answer, error) {
	if err := q.check(); err != nil {
		return answer{}, err
	}
	f, err := q.api.model.Store().Facets(q.Context(), q.state.Query())
	if err != nil {
		return answer{}, err
	}
	for _, list := range []*[]store.Tally{&f.Kinds, &f.Statuses, &f.Flags, &f.Classes, &f.Lists, &f.Sources} {
		if *list == nil {
			*list = []store.Tally{}
		}
	}
	return asJSON(FacetsAnswer{q.head(), f}), nil
}
