package score

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
)

// Output is what a replay wrote: the last version of every event, and barrels by day.
type Output struct {
	Events []event.Event
	Days   []Day
}

// Day is a row of daily.json, in barrels a day. Mean is nil where the estimate has no number.
type Day struct {
	Date     string   `json:"date"`
	Basis    string   `json:"basis"`
	Mean     *float64 `json:"mean"`
	P05      float64  `json:"p05"`
	P95      float64  `json:"p95"`
	Month    *float64 `json:"mean_28d"` // mean of the window of up to 28 days that ends with this one
	MonthP05 float64  `json:"p05_28d"`
	MonthP95 float64  `json:"p95_28d"`
	Window   int      `json:"window_days"` // how many days that window holds
	Status   string   `json:"status"`
}

// ReadTruth reads a truth document. It refuses documents of another schema.
func ReadTruth(r io.Reader) (*sim.Truth, error) {
	t := &sim.Truth{}
	if err := json.NewDecoder(r).Decode(t); err != nil {
		return nil, fmt.Errorf("read truth: %w", err)
	}
	if t.Schema != sim.TruthSchema {
		return nil, fmt.Errorf("read truth: schema is %q, want %q", t.Schema, sim.TruthSchema)
	}
	return t, nil
}

// ReadEvents reads events.jsonl. Of each id it keeps the highest version, so that a file of all versions gives the
// same answer as one of the last; the order is the canonical one.
func ReadEvents(r io.Reader) ([]event.Event, error) {
	last := map[string]event.Event{}
	lines := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var e event.Event
			if err := json.Unmarshal(line, &e); err != nil {
				return nil, fmt.Errorf("read events: line %d: %w", n, err)
			}
			if known, ok := last[e.ID]; !ok || e.Version > known.Version {
				last[e.ID] = e
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
	}
	events := make([]event.Event, 0, len(last))
	for _, e := range last {
		events = append(events, e)
	}
	slices.SortFunc(events, event.Compare)
	return events, nil
}

// ReadDays reads the days of daily.json that count barrels as they are lifted, in order of date.
func ReadDays(r io.Reader) ([]Day, error) {
	var d struct {
		Schema string `json:"schema"`
		Days   []Day  `json:"days"`
	}
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return nil, fmt.Errorf("read days: %w", err)
	}
	if d.Schema != export.DailySchema {
		return nil, fmt.Errorf("read days: schema is %q, want %q", d.Schema, export.DailySchema)
	}
	days := slices.DeleteFunc(d.Days, func(d Day) bool { return d.Basis != lifted })
	slices.SortStableFunc(days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	return days, nil
}

// lifted is the basis whose truth the world tells by day.
const lifted = "lifted"
