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
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Output is what a replay wrote: the last version of every event, and barrels by day.
type Output struct {
	Events []event.Event
	Days   []Day
	Halts  *[]HaltCall // nil when the replay says nothing of halts
	// Rules are the events of a reader that knows the world's own rules, whose gaps carry the chance p0 of reception as a
	// rule; nil when none was asked.
	Rules     []event.Event
	Reception []coverage.Calibration // what was predicted of controls, and came
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

// HaltsSchema names the JSON layout of halts.json: a list "calls" of a test's name and a UTC date.
const HaltsSchema = export.HaltsSchema

// ReadHalts reads halts.json.
func ReadHalts(r io.Reader) ([]HaltCall, error) {
	var d struct {
		Schema string     `json:"schema"`
		Calls  []HaltCall `json:"calls"`
	}
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return nil, fmt.Errorf("read halts: %w", err)
	}
	if d.Schema != HaltsSchema {
		return nil, fmt.Errorf("read halts: schema is %q, want %q", d.Schema, HaltsSchema)
	}
	for _, c := range d.Calls {
		if _, err := time.Parse(time.DateOnly, c.Date); err != nil {
			return nil, fmt.Errorf("read halts: %w", err)
		}
	}
	return d.Calls, nil
}

func trueShip(v sim.Vessel) ship { return ship{vessel.MMSI(v.MMSI), vessel.IMO(v.IMO)} }

// leastGap is the shortest silence that is asked for: from there on gap events are published (METHODS.md, section 4).
const leastGap = 6 * time.Hour

// silences are all true silences; the mode of each is its cause. One that does not end lasts to the world's end. Those of
// ships that carry no oil, and those too short to be told, are excused.
func silences(t *sim.Truth) []item {
	var out []item
	for _, s := range t.Silences {
		i := item{ships: []ship{trueShip(t.As(s.Vessel, s.Start))}, span: span{s.Start, until(s.End, t.End)}, class: s.Vessel.Class, mode: s.Cause,
			open: s.End == nil, unheard: !s.Observable}
		i.excused = vessel.ParseClass(i.class) == vessel.NotTanker || i.to.Sub(i.from) < leastGap
		out = append(out, i)
	}
	return out
}

// hidden are the silences that a crew made. Their mode is what they hide.
func hidden(t *sim.Truth) []item {
	var out []item
	for _, s := range silences(t) {
		if s.mode == string(event.SwitchedOff) {
			s.mode = hides(t, s)
			out = append(out, s)
		}
	}
	return out
}

// hides tells what a ship did in her silence: a loading comes before a transfer.
func hides(t *sim.Truth, s item) string {
	meets := func(from, to time.Time) bool { return from.Before(s.to) && s.from.Before(to) }
	for _, l := range slices.Concat(t.Lifts, t.Blends) {
		if s.ships[0].is(trueShip(l.Vessel)) && meets(l.Start, l.End) {
			return "hides a loading"
		}
	}
	for _, m := range t.Transfers {
		if (s.ships[0].is(trueShip(m.Donor)) || s.ships[0].is(trueShip(m.Receiver))) && meets(m.Start, m.End) {
			return "hides a transfer"
		}
	}
	return "hides nothing"
}

// allMeetings are all that lay alongside each other; the mode of each is its purpose.
func allMeetings(t *sim.Truth) []item {
	var out []item
	for _, m := range t.Meetings {
		met := item{ships: []ship{trueShip(m.Visitor), trueShip(m.Host)}, span: span{m.Start, m.End}, class: m.Visitor.Class, mode: m.Purpose,
			open: !m.End.Before(t.End), unheard: !m.Observable, rate: len(rates) - 1}
		if m.Every != nil {
			met.rate = rateOf(time.Duration(*m.Every)*time.Minute, true)
		}
		out = append(out, met)
	}
	return out
}

// cargoMeetings are the meetings in which cargo passed, be it to go on as another's. The mode tells whose cargo and who
// was heard when it began to flow, the class is the donor's.
func cargoMeetings(t *sim.Truth) []item {
	var out []item
	for _, met := range allMeetings(t) {
		if met.mode != "cargo" && met.mode != "blend" {
			continue
		}
		met.mode = "not begun"
		for _, move := range t.Transfers {
			flow := item{ships: []ship{trueShip(move.Donor), trueShip(move.Receiver)}}
			if sameShips(met, flow) && move.Start.Before(met.to) && met.from.Before(move.End) {
				met.class, met.mode = move.Donor.Class, moveMode(move)
				break
			}
		}
		out = append(out, met)
	}
	return out
}

// pretences are the times in which ships sent positions where they were not; the mode is how. Those of ships that are no
// tankers, and those shorter than a silence that is published, are excused.
func pretences(t *sim.Truth) []item {
	var out []item
	for _, f := range t.False {
		i := item{ships: []ship{trueShip(f.Vessel)}, span: span{f.Start, f.End}, class: f.Vessel.Class, mode: f.Kind,
			open: !f.End.Before(t.End), unheard: !f.Observable}
		i.excused = vessel.ParseClass(i.class) == vessel.NotTanker || i.to.Sub(i.from) < leastGap
		out = append(out, i)
	}
	return out
}

func moveMode(m sim.Move) string {
	whose := "lawful"
	if m.Sanctioned > 0 {
		whose = "sanctioned"
	}
	switch {
	case m.DonorOff && m.ReceiveOff:
		return whose + ", none heard"
	case m.DonorOff || m.ReceiveOff:
		return whose + ", one heard"
	}
	return whose + ", both heard"
}

// lifts are the true loadings of sanctioned crude, in the order of the truth. One that the world's end cuts short has
// not left the berth and is excused, and so are, after them all, loadings whose oil went on as another's.
func lifts(t *sim.Truth) []item {
	var out []item
	for _, l := range slices.Concat(t.Lifts, t.Blends) {
		out = append(out, item{ships: []ship{trueShip(l.Vessel)}, span: span{l.Start, l.End}, class: l.Vessel.Class, mode: l.Mode,
			barrels: float64(l.Barrels), excused: !l.Complete || len(out) >= len(t.Lifts), unheard: !l.Observable})
	}
	return out
}

// claims are the events of a kind that stand, as the last version has them. An event that has not ended lasts to the
// world's end. One that names no ship cannot be matched and stays a claim.
func claims(events []event.Event, kind event.Kind, end time.Time) []item {
	var out []item
	for _, e := range events {
		if e.Kind != kind || e.Status == event.Retracted {
			continue
		}
		if d, ok := e.Details.(event.LiftDetails); ok && d.Route == "blend" {
			continue // told apart, and no lift
		}
		c := item{id: e.ID, span: span{e.Start, until(e.End, end)}, p: e.Probability, causes: map[string]float64{}, open: e.End == nil}
		for _, v := range involved(e) {
			c.ships = append(c.ships, ship{v.MMSI, v.IMO})
			if c.class == "" || v.Role == event.Donor {
				c.class = v.Class
			}
		}
		for _, x := range e.Explanations {
			c.causes[string(x.Cause)] += x.P
		}
		if e.Barrels != nil {
			c.barrels, c.low, c.high = float64(e.Barrels.Mean), float64(e.Barrels.P05), float64(e.Barrels.P95)
		}
		out = append(out, c)
	}
	return out
}

// involved are the ships that an event must share with the truth: both of a meeting, the loader of a lift, and the
// first of everything else.
func involved(e event.Event) []event.Vessel {
	if e.Kind == event.Rendezvous || len(e.Vessels) == 0 {
		return e.Vessels
	}
	for _, v := range e.Vessels {
		if v.Role == event.Loader {
			return []event.Vessel{v}
		}
	}
	return e.Vessels[:1]
}

func until(end *time.Time, world time.Time) time.Time {
	if end == nil {
		return world
	}
	return *end
}

// halts are the times in which no sanctioned loading begins.
func halts(t *sim.Truth) []span {
	var out []span
	for _, h := range t.Halts {
		out = append(out, span{h.Start, h.End})
	}
	return out
}
