package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/extract"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// EstimatesAnswer is the estimate day by day.
type EstimatesAnswer struct {
	Head
	Basis   estimate.Basis `json:"basis"`
	Vintage *time.Time     `json:"vintage"` // of the newest row; null without a day
	Units   string         `json:"units"`
	Rows    []extract.Day  `json:"rows"`
	// What stands beside the number and never changes it: what became of the trade since dates that somebody noted, and series of
	// the user's own.
	Notes    []halt.Change      `json:"notes"`
	Overlays []timeline.Overlay `json:"overlays"`
}

// span is what from and to ask for, in whole days.
func (q *request) span(r *record.Record, b estimate.Basis) record.Span {
	s, _ := r.Whole(b)
	return q.bounded(s)
}

func (q *request) bounded(s record.Span) record.Span {
	if from := q.state.From; !from.IsZero() {
		s.From = from.Truncate(24 * time.Hour)
	}
	if to := q.state.To; !to.IsZero() {
		s.To = to.Add(-time.Nanosecond).Truncate(24 * time.Hour)
	}
	return s
}

func (q *request) estimates() (answer, error) {
	format, basis, raw := q.choice("format", "json", "csv", "parquet"), q.basis(), q.choice("csv", "guarded", "raw") == "raw"
	if err := q.check(); err != nil {
		return answer{}, err
	}
	out := EstimatesAnswer{Head: q.head(), Basis: basis, Units: "barrels a day, UTC days", Rows: []extract.Day{}, Notes: []halt.Change{}, Overlays: []timeline.Overlay{}}
	r, err := q.api.model.Record(q.Context())
	switch {
	case err == nil:
		out.Rows = extract.Days(r, basis, q.span(r, basis))
		out.Vintage = known(r.Daily.AsOf)
		out.Notes, out.Overlays = append(out.Notes, r.Daily.Notes...), append(out.Overlays, r.Daily.Overlays...)
	case !errors.Is(err, model.ErrNothing):
		return answer{}, err
	}
	return table(q, format, raw, "estimates-"+string(basis), out.Rows, out), nil
}

// table is rows in the format that is wanted.
func table[T any](q *request, format string, raw bool, what string, rows []T, whole any) answer {
	out := answer{kind: schema.MediaType(format), file: q.name(what, format)}
	switch format {
	case "csv":
		out.write = func(w io.Writer) error {
			to := tabular.NewCSV[T](w, textOf(raw))
			for _, row := range rows {
				to.Add(row)
			}
			return to.Flush()
		}
	case "parquet":
		out.write = func(w io.Writer) error { return tabular.Parquet(w, rows, q.facts("darkwake."+what+"/v1")...) }
	default:
		return asJSON(whole)
	}
	return out
}

// DayAnswer is a day and how its number came about.
type DayAnswer struct {
	Head
	Row      extract.Day    `json:"row"`
	Account  *Account       `json:"account"`  // null where there is no number, or where it was not kept
	Vintages []estimate.Row `json:"vintages"` // the row as it was from vintage to vintage, the newest last
	Notes    []halt.Change  `json:"notes"`    // dated notes of this day, with the change since
}

// Account is what makes up a day's mean, before rounding. All parts are whole barrels and sum to the total.
type Account struct {
	Total  int64             `json:"total_bbl"`
	Ships  []extract.Ship    `json:"ships"`  // each lift's part, in the order of the ledger
	Strata []estimate.Unseen `json:"strata"` // what each stratum adds for lifts that are not in the ledger
}

func (q *request) day() (answer, error) {
	basis := q.basis()
	if err := q.check(); err != nil {
		return answer{}, err
	}
	date, err := time.Parse(time.DateOnly, q.PathValue("date"))
	if err != nil {
		return answer{}, problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("no day %q: expected a day such as 2026-03-14", clip(q.PathValue("date")))}
	}
	r, err := q.api.model.Record(q.Context())
	if err != nil {
		return answer{}, err
	}
	row, ok := r.Row(basis, date)
	if !ok {
		return answer{}, problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("no estimate of %s on the basis %s", date.Format(time.DateOnly), basis)}
	}
	span := record.Span{From: date, To: date}
	out := DayAnswer{Head: q.head(), Row: extract.Days(r, basis, span)[0], Notes: []halt.Change{}}
	if row.Account != nil {
		ships, err := extract.Ships(r, basis, span)
		if err != nil {
			return answer{}, err
		}
		out.Account = &Account{Total: int64(row.Account.Total()), Ships: ships, Strata: append([]estimate.Unseen{}, row.Account.Strata...)}
	}
	if out.Vintages, err = q.api.model.Store().Vintages(q.Context(), date, basis); err != nil {
		return answer{}, err
	}
	if out.Vintages == nil {
		out.Vintages = []estimate.Row{}
	}
	for _, note := range r.Daily.Notes {
		if note.Date.Truncate(24 * time.Hour).Equal(date) {
			out.Notes = append(out.Notes, note)
		}
	}
	return asJSON(out), nil
}

// LotsAnswer is the oil of each lift.
type LotsAnswer struct {
	Head
	Units string        `json:"units"`
	Rows  []extract.Lot `json:"rows"`
}

func (q *request) lots() (answer, error) {
	format, raw := q.choice("format", "json", "geojson", "csv", "parquet"), q.choice("csv", "guarded", "raw") == "raw"
	if err := q.check(); err != nil {
		return answer{}, err
	}
	r, err := q.api.model.Record(q.Context())
	if errors.Is(err, model.ErrNothing) {
		r, err = &record.Record{}, nil
	}
	if err != nil {
		return answer{}, err
	}
	span := q.bounded(record.Span{From: time.Unix(0, 0).UTC(), To: time.Date(record.LastYear, 12, 31, 0, 0, 0, 0, time.UTC)})
	if format == "geojson" {
		return answer{kind: schema.MediaType(format), file: q.name("lots", format), write: func(w io.Writer) error {
			to := tabular.NewGeoJSON(w)
			for _, f := range extract.LotFeatures(r, span) {
				if err := to.Add(f); err != nil {
					return err
				}
			}
			return to.Close(q.members())
		}}, nil
	}
	rows := extract.Lots(r, span)
	return table(q, format, raw, "lots", rows, LotsAnswer{q.head(), "barrels, UTC", rows}), nil
}

// CoverageAnswer is a map layer of what could be heard where. It is empty before anything is known.
type CoverageAnswer struct {
	Head
	Type     string            `json:"type"`
	Features []json.RawMessage `json:"features"`
}

func (q *request) coverage() (answer, error) {
	out := CoverageAnswer{Type: "FeatureCollection", Features: []json.RawMessage{}}
	d, err := q.api.model.Store().Document(q.Context(), "coverage")
	if err == nil {
		err = json.Unmarshal(d.Body, &out)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return answer{}, err
	}
	out.Head = q.head()
	a := asJSON(out)
	a.kind = schema.MediaType("geojson")
	return a, nil
}

// StatusAnswer is how everything stands.
type StatusAnswer struct {
	Head
	Status model.Status `json:"status"`
}

func (q *request) status() (answer, error) { return asJSON(StatusAnswer{q.head(), q.stands}), nil }
