package extract

import (
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Day is the estimate of a UTC day on a basis, barrels a day. Where there is no number, means and parts are missing
// and p05 and p95 give the range.
type Day struct {
	Date       tabular.Day `json:"date" parquet:"date,date"`
	Basis      string      `json:"basis" parquet:"basis"`
	Status     string      `json:"status" parquet:"status"`
	Blind      bool        `json:"blind" parquet:"blind"`
	Final      bool        `json:"final" parquet:"final"`
	Mean       *int64      `json:"mean" parquet:"mean,optional"`
	P05        int64       `json:"p05" parquet:"p05"`
	P50        *int64      `json:"p50" parquet:"p50,optional"`
	P95        int64       `json:"p95" parquet:"p95"`
	Seen       *int64      `json:"seen" parquet:"seen,optional"`
	Inferred   *int64      `json:"inferred" parquet:"inferred,optional"`
	Pending    *int64      `json:"pending" parquet:"pending,optional"`
	Unobserved *int64      `json:"unobserved" parquet:"unobserved,optional"`
	Mean7      *int64      `json:"mean_7d" parquet:"mean_7d,optional"`
	P057       int64       `json:"p05_7d" parquet:"p05_7d"`
	P957       int64       `json:"p95_7d" parquet:"p95_7d"`
	Mean28     *int64      `json:"mean_28d" parquet:"mean_28d,optional"`
	P0528      int64       `json:"p05_28d" parquet:"p05_28d"`
	P9528      int64       `json:"p95_28d" parquet:"p95_28d"`
	WindowDays int32       `json:"window_days" parquet:"window_days"`
	Lifts      float64     `json:"lifts" parquet:"lifts"`
	Detection  float64     `json:"detection_probability" parquet:"detection_probability"`
	Health     float64     `json:"feed_health" parquet:"feed_health"`
	AsOf       time.Time   `json:"as_of" parquet:"as_of,timestamp(millisecond)"`
}

// Days are a span's rows on a basis.
func Days(r *record.Record, b estimate.Basis, s record.Span) []Day {
	out := []Day{}
	for _, x := range r.Rows(b) {
		if !s.Holds(x.Date) {
			continue
		}
		number := func(v vessel.Barrels) *int64 {
			if !x.Known {
				return nil
			}
			n := int64(v)
			return &n
		}
		out = append(out, Day{Date: tabular.DayOf(x.Date), Basis: string(x.Basis), Status: string(x.Status), Blind: x.Status == estimate.Blind, Final: x.Status == estimate.Final,
			Mean: number(x.Day.Mean), P05: int64(x.Day.P05), P50: number(x.Day.P50), P95: int64(x.Day.P95),
			Seen: number(x.Seen), Inferred: number(x.Inferred), Pending: number(x.Pending), Unobserved: number(x.Unobserved),
			Mean7: number(x.Week.Mean), P057: int64(x.Week.P05), P957: int64(x.Week.P95), Mean28: number(x.Month.Mean), P0528: int64(x.Month.P05), P9528: int64(x.Month.P95),
			WindowDays: int32(x.WindowDays), Lifts: x.Lifts, Detection: x.Detection, Health: x.Health, AsOf: x.AsOf})
	}
	return out
}

// Ship is a lift's part in a day.
type Ship struct {
	Date     tabular.Day `json:"date" parquet:"date,date"`
	Basis    string      `json:"basis" parquet:"basis"`
	Part     string      `json:"part" parquet:"part"` // seen or inferred
	Hull     string      `json:"hull" parquet:"hull"` // imo:… or mmsi:…
	Name     string      `json:"name" parquet:"name"`
	MMSI     int64       `json:"mmsi" parquet:"mmsi"`
	IMO      *int64      `json:"imo" parquet:"imo,optional"`
	Flag     string      `json:"flag" parquet:"flag"`
	Class    string      `json:"class" parquet:"class"`
	Listed   string      `json:"listed" parquet:"listed"`
	Route    string      `json:"route" parquet:"route"`
	Fleet    string      `json:"fleet" parquet:"fleet"`
	Stratum  string      `json:"stratum" parquet:"stratum"`
	Grade    string      `json:"grade" parquet:"grade"`
	Q        float64     `json:"q" parquet:"q"`
	Share    float64     `json:"share" parquet:"share"` // of the window on the day
	P05      *int64      `json:"barrels_p05" parquet:"barrels_p05,optional"`
	Mean     int64       `json:"barrels_mean" parquet:"barrels_mean"` // if it is one
	P95      *int64      `json:"barrels_p95" parquet:"barrels_p95,optional"`
	Expected int64       `json:"expected_bbl" parquet:"expected_bbl"` // on the day
	From     *time.Time  `json:"window_start" parquet:"window_start,optional,timestamp(millisecond)"`
	To       *time.Time  `json:"window_end" parquet:"window_end,optional,timestamp(millisecond)"`
	Event    string      `json:"event" parquet:"event"`
	Version  *int32      `json:"event_version" parquet:"event_version,optional"`
	Because  string      `json:"because" parquet:"because"` // ids of events, by spaces
	AsOf     time.Time   `json:"as_of" parquet:"as_of,timestamp(millisecond)"`
}

// Ships are those behind a span's days on a basis.
func Ships(r *record.Record, b estimate.Basis, s record.Span) ([]Ship, error) {
	found, err := r.Ships(b, s)
	if err != nil {
		return nil, err
	}
	out := []Ship{}
	for _, x := range found {
		row := Ship{Date: tabular.DayOf(x.Row.Date), Basis: string(x.Row.Basis), Part: "inferred", Hull: x.Hull(), Name: x.Vessel.Name, MMSI: int64(x.Vessel.MMSI), IMO: imo(x.Vessel),
			Flag: x.Vessel.Flag, Class: x.Vessel.Class, Listed: strings.Join(x.Vessel.Listed, "; "), Route: x.Details.Route, Fleet: x.Details.Fleet, Stratum: x.Part.Stratum,
			Grade: x.Details.Grade, Q: x.Part.Q, Share: x.Part.Share, Mean: int64(x.Part.Volume), Expected: int64(x.Part.Expected), Event: x.Part.ID,
			Because: strings.Join(x.Details.Because, " "), AsOf: x.Row.AsOf}
		if x.Part.Direct {
			row.Part = "seen"
		}
		if x.Found {
			e := x.Lift
			version := int32(e.Version)
			row.Event, row.Version, row.From, row.To = e.ID, &version, &e.Start, e.End
			if e.Barrels != nil {
				low, high := int64(e.Barrels.P05), int64(e.Barrels.P95)
				row.P05, row.P95 = &low, &high
			}
		}
		out = append(out, row)
	}
	return out, nil
}

func imo(v event.Vessel) *int64 {
	if v.IMO == 0 {
		return nil
	}
	n := int64(v.IMO)
	return &n
}

// Event is an event that stands, with its first two ships.
type Event struct {
	ID          string     `json:"id" parquet:"id"`
	Version     int32      `json:"version" parquet:"version"`
	Kind        string     `json:"kind" parquet:"kind"`
	Status      string     `json:"status" parquet:"status"`
	Start       time.Time  `json:"start" parquet:"start,timestamp(millisecond)"`
	End         *time.Time `json:"end" parquet:"end,optional,timestamp(millisecond)"`
	Lon         *float64   `json:"lon" parquet:"lon,optional"`
	Lat         *float64   `json:"lat" parquet:"lat,optional"`
	Place       string     `json:"place" parquet:"place"`
	Probability float64    `json:"probability" parquet:"probability"`
	Cause       string     `json:"likeliest_explanation" parquet:"likeliest_explanation"`
	Mean        *int64     `json:"barrels_mean" parquet:"barrels_mean,optional"` // if the claim holds
	P05         *int64     `json:"barrels_p05" parquet:"barrels_p05,optional"`
	P95         *int64     `json:"barrels_p95" parquet:"barrels_p95,optional"`
	Role        string     `json:"role" parquet:"role"`
	Name        string     `json:"name" parquet:"name"`
	MMSI        *int64     `json:"mmsi" parquet:"mmsi,optional"`
	IMO         *int64     `json:"imo" parquet:"imo,optional"`
	Role2       string     `json:"role_2" parquet:"role_2"`
	Name2       string     `json:"name_2" parquet:"name_2"`
	MMSI2       *int64     `json:"mmsi_2" parquet:"mmsi_2,optional"`
	IMO2        *int64     `json:"imo_2" parquet:"imo_2,optional"`
	Ships       int32      `json:"ships" parquet:"ships"`
	Why         string     `json:"why" parquet:"why"`
	SHA256      string     `json:"evidence_sha256" parquet:"evidence_sha256"`
	Watermark   time.Time  `json:"watermark" parquet:"watermark,timestamp(millisecond)"`
}

// Events are those that stand and touch a span.
func Events(r *record.Record, s record.Span) []Event {
	out := []Event{}
	for _, e := range r.EventsIn(s) {
		out = append(out, EventRow(e))
	}
	return out
}

// EventRow is an event as a row.
func EventRow(e event.Event) Event {
	row := Event{ID: e.ID, Version: int32(e.Version), Kind: string(e.Kind), Status: string(e.Status), Start: e.Start, End: e.End, Probability: e.Probability,
		Ships: int32(len(e.Vessels)), Why: e.Why, SHA256: e.Evidence.SHA256, Watermark: e.Watermark}
	if placed(e) {
		row.Lon, row.Lat = &e.Lon, &e.Lat
	}
	if e.Place != nil {
		row.Place = e.Place.Name
	}
	best := 0.0
	for _, x := range e.Explanations {
		if x.P > best {
			best, row.Cause = x.P, string(x.Cause)
		}
	}
	if b := e.Barrels; b != nil {
		mean, low, high := int64(b.Mean), int64(b.P05), int64(b.P95)
		row.Mean, row.P05, row.P95 = &mean, &low, &high
	}
	for i, v := range e.Vessels {
		n := int64(v.MMSI)
		switch i {
		case 0:
			row.Role, row.Name, row.MMSI, row.IMO = string(v.Role), v.Name, &n, imo(v)
		case 1:
			row.Role2, row.Name2, row.MMSI2, row.IMO2 = string(v.Role), v.Name, &n, imo(v)
		}
	}
	return row
}

// placed tells whether an event's position means anything.
func placed(e event.Event) bool {
	if d, ok := e.Details.(event.OutageDetails); ok {
		return d.ReachM > 0
	}
	return e.Lon != 0 || e.Lat != 0
}

// Lot is oil of one source and where its expected barrels are.
type Lot struct {
	ID         string    `json:"lot" parquet:"lot"`
	Kind       string    `json:"kind" parquet:"kind"`
	MMSI       int64     `json:"mmsi" parquet:"mmsi"` // on which it was born
	Born       time.Time `json:"born" parquet:"born,timestamp(millisecond)"`
	Q          float64   `json:"q" parquet:"q"`
	Barrels    int64     `json:"barrels" parquet:"barrels"` // if it exists
	Expected   int64     `json:"expected_bbl" parquet:"expected_bbl"`
	Exited     int64     `json:"exited_bbl" parquet:"exited_bbl"`
	Afloat     int64     `json:"afloat_bbl" parquet:"afloat_bbl"`
	Discharged int64     `json:"discharged_bbl" parquet:"discharged_bbl"`
	Returned   int64     `json:"returned_bbl" parquet:"returned_bbl"`
	Unseen     int64     `json:"unseen_bbl" parquet:"unseen_bbl"`
	Zones      string    `json:"zones" parquet:"zones"` // where it was discharged
	Moves      int32     `json:"moves" parquet:"moves"`
	Because    string    `json:"because" parquet:"because"`
}

// Lots are those of which something happened in a span.
func Lots(r *record.Record, s record.Span) []Lot {
	out := []Lot{}
	for _, l := range r.Lots.Lots {
		moves, zones, touched := 0, []string{}, false
		for _, m := range r.Lots.Moves {
			if m.Lot != l.ID {
				continue
			}
			at := m.At
			moves++
			touched = touched || s.Touches(m.At, &at)
			if m.Kind == lots.Discharge && m.Zone != "" {
				zones = append(zones, m.Zone)
			}
		}
		if !touched {
			continue
		}
		var because []string
		for _, c := range l.Because {
			because = append(because, c.Event)
		}
		out = append(out, Lot{ID: l.ID, Kind: string(l.Kind), MMSI: int64(l.Hull), Born: l.Born, Q: l.Q, Barrels: int64(l.Barrels), Expected: int64(l.Expected), Exited: int64(l.Exited),
			Afloat: int64(l.Afloat), Discharged: int64(l.Discharged), Returned: int64(l.Returned), Unseen: int64(l.Unseen), Zones: strings.Join(zones, "; "), Moves: int32(moves), Because: strings.Join(because, " ")})
	}
	return out
}

// Comparison is a published figure beside the run's own for the same days, barrels a day.
type Comparison struct {
	Line     int32       `json:"line" parquet:"line"`
	Period   string      `json:"period" parquet:"period"`
	Type     string      `json:"period_type" parquet:"period_type"`
	From     tabular.Day `json:"from" parquet:"from,date"`
	To       tabular.Day `json:"to" parquet:"to,date"`
	Source   string      `json:"source" parquet:"source"`
	Scope    string      `json:"scope" parquet:"scope"`
	Basis    string      `json:"basis" parquet:"basis"`
	Low      float64     `json:"published_low" parquet:"published_low"`
	High     float64     `json:"published_high" parquet:"published_high"`
	Mean     *int64      `json:"mean" parquet:"mean,optional"`
	P05      *int64      `json:"p05" parquet:"p05,optional"`
	P95      *int64      `json:"p95" parquet:"p95,optional"`
	Covered  int32       `json:"days_covered" parquet:"days_covered"`
	Days     int32       `json:"days" parquet:"days"`
	Window   int32       `json:"interval_days" parquet:"interval_days"`
	Verdict  string      `json:"verdict" parquet:"verdict"`
	LogRatio *float64    `json:"log_ratio" parquet:"log_ratio,optional"`
	Page     string      `json:"page" parquet:"page"`
}

// Comparisons are rows of them, in order.
func Comparisons(all []published.Comparison) []Comparison {
	out := []Comparison{}
	for _, c := range all {
		row := Comparison{Line: int32(c.Line), Period: c.Period, Type: c.Type, From: tabular.DayOf(c.Span.From), To: tabular.DayOf(c.Span.To), Source: c.Source, Scope: c.Scope, Basis: string(c.Basis),
			Low: c.Low, High: c.High, Covered: int32(c.Own.Covered), Days: int32(c.Span.Days()), Window: int32(c.Own.Window), Verdict: string(c.Verdict), Page: c.Page}
		if c.Own.Known {
			mean, low, high := int64(c.Own.Barrels.Mean), int64(c.Own.Barrels.P05), int64(c.Own.Barrels.P95)
			row.Mean, row.P05, row.P95 = &mean, &low, &high
		}
		if c.Told {
			row.LogRatio = &c.LogRatio
		}
		out = append(out, row)
	}
	return out
}
