package model

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
)

// State is how a source delivers.
type State string

// The states of a source. Unknown: nothing is kept about it but its name.
const (
	Delivers State = "delivers"
	Silent   State = "silent" // an outage that is not over says so
	Unknown  State = "unknown"
)

// Source is a feed and how it stands.
type Source struct {
	Name   string     `json:"source"`
	State  State      `json:"state"`
	Last   *time.Time `json:"last"`         // its newest event time; nil: not kept
	Behind *float64   `json:"behind_s"`     // how far that is behind the newest of all sources
	Health *float64   `json:"health_ratio"` // mean over its time, 0 to 1
	Since  *time.Time `json:"silent_since"`
	Outage string     `json:"outage,omitempty"` // id of the event
}

// Outage is a time in which a source delivered too little. Its silences explain themselves.
type Outage struct {
	ID     string     `json:"id"`
	Source string     `json:"source"`
	Region string     `json:"region"`
	Start  time.Time  `json:"start"`
	End    *time.Time `json:"end"` // nil while it goes on
}

// Status is how the whole stands. Zero times are not known; JSON leaves them out.
type Status struct {
	Watermark  time.Time          `json:"watermark,omitzero"` // event time up to which everything is in
	AsOf       time.Time          `json:"as_of,omitzero"`     // the newest vintage
	From       time.Time          `json:"from,omitzero"`      // earliest event time
	To         time.Time          `json:"to,omitzero"`        // greatest event time
	Newest     time.Time          `json:"newest_day,omitzero"`
	NewestIs   estimate.Status    `json:"newest_status,omitzero"`
	Synthetic  bool               `json:"synthetic"`
	Software   string             `json:"software"`
	Config     string             `json:"config"`
	Sequence   int64              `json:"sequence"` // number of the newest change
	Events     int                `json:"events"`   // that stand and are not retracted
	Ships      int                `json:"ships"`    // heard, in all
	Sources    []Source           `json:"sources"`  // by name
	Outages    []Outage           `json:"outages"`  // by start
	WatchLists []export.WatchList `json:"watch_lists"`
	Problems   []string           `json:"problems"` // whole inputs that were of no use, and a store that does not answer
}

// Status tells how sources and store stand. It needs no vintage: of a new store everything is empty.
func (m *Model) Status(ctx context.Context) (Status, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return Status{}, err
	}
	meta := s.version.Meta
	out := Status{Watermark: meta.Watermark, AsOf: meta.AsOf, To: meta.Watermark, Software: meta.Software, Config: meta.Config, Sequence: meta.Sequence,
		Outages: []Outage{}, WatchLists: []export.WatchList{}, Problems: []string{}}
	for _, e := range s.events {
		if e.Status == event.Retracted {
			continue
		}
		out.Events++
		if d, is := e.Details.(event.OutageDetails); is {
			o := Outage{ID: e.ID, Source: d.Source, Region: d.Region, Start: e.Start}
			if e.Status != event.Open {
				o.End = e.End
			}
			out.Outages = append(out.Outages, o)
		}
	}
	summary := export.Summary{}
	if r := s.record; r != nil {
		summary = r.Summary
		if rows := r.Rows(estimate.Lifted); len(rows) > 0 {
			out.Newest, out.NewestIs = rows[len(rows)-1].Date, rows[len(rows)-1].Status
		}
	}
	out.summarise(summary)
	out.Sources = sources(summary, out.Outages)
	if broken := m.broken.Load(); broken != nil {
		out.Problems = append(out.Problems, (*broken).Error())
	}
	return out, nil
}

func (s *Status) summarise(of export.Summary) {
	s.Synthetic, s.Ships = of.Synthetic, of.Ships
	if of.First != nil {
		s.From = *of.First
	}
	if of.Last != nil && of.Last.After(s.To) {
		s.To = *of.Last
	}
	s.WatchLists = append(s.WatchLists, of.Lists...)
	s.Problems = append(s.Problems, of.Problems...)
}

// sources are those that a summary or an outage names.
func sources(of export.Summary, outages []Outage) []Source {
	named := map[string]*Source{}
	get := func(name string) *Source {
		if named[name] == nil {
			named[name] = &Source{Name: name, State: Unknown}
		}
		return named[name]
	}
	var newest time.Time
	for _, in := range of.Inputs {
		s := get(in.Source)
		s.State, s.Last = Delivers, in.Last
		if in.Last != nil && in.Last.After(newest) {
			newest = *in.Last
		}
	}
	for name, health := range of.Health {
		s := get(name)
		s.State, s.Health = Delivers, &health
	}
	for _, o := range outages {
		if s := get(o.Source); o.End == nil {
			s.State, s.Since, s.Outage = Silent, &o.Start, o.ID
		}
	}
	out := []Source{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		s := *named[name]
		if s.Last != nil {
			behind := newest.Sub(*s.Last).Seconds()
			s.Behind = &behind
		}
		out = append(out, s)
	}
	return out
}
