package model

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Fix is a position that a ship reported, and the event that quotes it, the first by start where there are several.
type Fix struct {
	explain.Fix
	Event string
}

// MarshalJSON writes [unix seconds, longitude, latitude, knots, degrees, event], null where nothing was said.
func (f Fix) MarshalJSON() ([]byte, error) {
	var sog, cog any
	if f.SOG != nil {
		sog = rounded(float64(*f.SOG), 10)
	}
	if f.COG != nil {
		cog = rounded(float64(*f.COG), 10)
	}
	return json.Marshal([]any{f.Time.Unix(), rounded(f.At[0], 1e5), rounded(f.At[1], 1e5), sog, cog, f.Event})
}

func rounded(x, by float64) float64 { return math.Round(x*by) / by }

// Track is what is quoted of a ship's reports, by time. Nothing is known of her between two fixes: whoever draws a line there
// draws it dashed.
type Track struct {
	MMSI   vessel.MMSI `json:"mmsi"`
	IMO    vessel.IMO  `json:"imo,omitempty"`
	Name   string      `json:"name"`
	Flag   string      `json:"flag"`
	Class  string      `json:"class"`
	Listed []string    `json:"listed"`
	Fixes  []Fix       `json:"fixes"`
}

// Tracks are the ways of the ships in events that stand, from a time on and before another, by MMSI; zero times set no bound.
// Positions that an event calls false are left out.
func (m *Model) Tracks(ctx context.Context, from, to time.Time) ([]Track, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return m.tracks.of(s.events, from, to, func(e event.Event) bool {
		return e.Status != event.Retracted && e.Kind != event.Interference && e.Kind != event.FalsePosition
	}), nil
}

// TracksOf are the ways that one event quotes, of whatever kind and status; none for an id that is not there.
func (m *Model) TracksOf(ctx context.Context, id string) ([]Track, error) {
	s, err := m.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return m.tracks.of(s.events, time.Time{}, time.Time{}, func(e event.Event) bool { return e.ID == id }), nil
}

// Fixes are the positions that an event quotes, as explain.Fixes has them, decoded once for each version.
func (m *Model) Fixes(e event.Event) []explain.Fix { return m.tracks.fixes(e) }

// trackCache keeps what sentences say: decoding is dear, and an event's evidence only changes with its version.
type trackCache struct {
	mu   sync.Mutex
	held map[string]quoted // by event
}

// quoted are the fixes of one version of an event.
type quoted struct {
	sha256 string
	fixes  []explain.Fix
}

func (c *trackCache) of(events []event.Event, from, to time.Time, wanted func(event.Event) bool) []Track {
	ships := map[vessel.MMSI]*Track{}
	for _, e := range events {
		if !wanted(e) || !from.IsZero() && e.Status != event.Open && ended(e).Before(from) || !to.IsZero() && !begun(e).Before(to) {
			continue
		}
		for _, f := range c.fixes(e) {
			if !from.IsZero() && f.Time.Before(from) || !to.IsZero() && !f.Time.Before(to) {
				continue
			}
			t := ships[f.MMSI]
			if t == nil {
				t = &Track{MMSI: f.MMSI, Listed: []string{}}
				ships[f.MMSI] = t
			}
			t.Fixes = append(t.Fixes, Fix{f, e.ID})
			t.describe(e)
		}
	}
	out := []Track{}
	for _, t := range ships {
		slices.SortStableFunc(t.Fixes, func(a, b Fix) int { return a.Time.Compare(b.Time) })
		t.Fixes = slices.CompactFunc(t.Fixes, func(a, b Fix) bool { return a.Time.Equal(b.Time) && a.At == b.At })
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Track) int { return cmp.Compare(a.MMSI, b.MMSI) })
	return out
}

// quotedBefore is how long before an event its evidence may begin, and how long after it end: the days in which a ship's draught
// is looked for.
const quotedBefore = 14 * 24 * time.Hour

func begun(e event.Event) time.Time { return e.Start.Add(-quotedBefore) }

func ended(e event.Event) time.Time {
	if e.End != nil {
		return e.End.Add(quotedBefore)
	}
	return e.Start.Add(quotedBefore)
}

// describe takes over what the newest event knows of the ship.
func (t *Track) describe(e event.Event) {
	for _, v := range e.Vessels {
		if v.MMSI == t.MMSI {
			t.IMO, t.Name, t.Flag, t.Class = v.IMO, v.Name, v.Flag, v.Class
			t.Listed = append([]string{}, v.Listed...)
		}
	}
}

func (c *trackCache) fixes(e event.Event) []explain.Fix {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q, held := c.held[e.ID]; held && q.sha256 == e.Evidence.SHA256 {
		return q.fixes
	}
	if c.held == nil {
		c.held = map[string]quoted{}
	}
	fixes := explain.Fixes(e)
	c.held[e.ID] = quoted{e.Evidence.SHA256, fixes}
	return fixes
}
