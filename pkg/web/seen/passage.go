package seen

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Stay is a series of quoted reports in one area with no quoted report elsewhere between them. Where and the events are those of the
// end of the passage: of its last report in A, of its first in B.
type Stay struct {
	First   time.Time   `json:"first"`
	Last    time.Time   `json:"last"`
	Until   *time.Time  `json:"until"` // she was there so long by an event there that quotes one of the reports; null: by none after Last
	Reports int         `json:"reports"`
	Lon     float64     `json:"lon"`
	Lat     float64     `json:"lat"`
	SOG     *float64    `json:"sog_kn"` // null: not said
	MMSI    vessel.MMSI `json:"mmsi"`
	Place   string      `json:"place"`  // of the area; empty for corners where no place is
	Events  []string    `json:"events"` // that quote the report
}

// Meanwhile is an event of the ship that lies between, or reaches into it.
type Meanwhile struct {
	Event       string     `json:"event"`
	Kind        event.Kind `json:"kind"`
	Start       time.Time  `json:"start"`
	End         *time.Time `json:"end"`
	Hours       float64    `json:"hours"` // of it that lie between
	Probability float64    `json:"probability"`
}

// Passage is a ship that was reported in A and later in B.
type Passage struct {
	Ship     Ship        `json:"ship"`
	A        Stay        `json:"a"`
	B        Stay        `json:"b"`
	Days     float64     `json:"days"`      // from the last report in A to the first in B
	NeededKn float64     `json:"needed_kn"` // along the great circle: she sailed farther, and faster
	SilentH  float64     `json:"silent_h"`  // of the time between, in silences that are events
	Silences []Meanwhile `json:"silences"`
	Meetings []Meanwhile `json:"meetings"`  // meetings and transfers
	SameIMO  bool        `json:"same_imo"`  // the two ends have different MMSIs, which events know with one IMO number
	JoinedBy []string    `json:"joined_by"` // the two ends have different MMSIs, which these identity events say are one ship's
	TwoShips []string    `json:"two_ships"` // identity events that hold a number of hers to be two ships', or nobody's

	number number
}

// side says which of the areas hold a report.
type side struct{ a, b bool }

// find adds a ship's passages: of the reports that lie in A or B each one in A with the next, if that lies in B. Both in both areas
// is no passage.
func (h *hull) find(q Question, out *Found) {
	var seen []report
	var sides []side
	for _, r := range h.reports {
		counts := q.MostKn == 0 || r.sog != nil && *r.sog <= q.MostKn
		s := side{counts && q.A.Holds(r.point), counts && q.B.Holds(r.point)}
		switch {
		case !r.untrue:
			seen, sides = append(seen, r), append(sides, s)
		case s.a || s.b:
			out.Untrue++
		}
	}
	last := -1
	for i, s := range sides {
		if !s.a && !s.b {
			continue
		}
		if last >= 0 && sides[last].a && s.b && !(sides[last].b && s.a) && q.spans(seen[last], seen[i]) {
			if sails(seen[last], seen[i]) {
				out.Passages = append(out.Passages, h.passage(q, seen, sides, last, i))
			} else {
				out.Impossible++
			}
		}
		last = i
	}
}

// spans tells whether the time between two reports is one that is asked for.
func (q *Question) spans(a, b report) bool {
	return b.at.After(a.at) && b.at.Sub(a.at) <= q.Within && (q.From.IsZero() || !b.at.Before(q.From)) && (q.To.IsZero() || a.at.Before(q.To))
}

// What no ship does: tankers make 16 kn, the fastest cargo ships 25. Over shorter ways a wrong clock or a position a minute old can
// need more.
const (
	fastest  geo.Knots = 30
	shortest           = 5 * geo.NauticalMile
)

func sails(a, b report) bool {
	return geo.DistanceExact(a.point, b.point) <= shortest || needed(a, b) <= fastest
}

// needed is the speed from one report to another along the great circle.
func needed(a, b report) geo.Knots {
	return geo.Knots(geo.DistanceExact(a.point, b.point).NauticalMiles() / b.at.Sub(a.at).Hours())
}

// passage tells of the way from one report to another, of those that an answer may rest on.
func (h *hull) passage(q Question, seen []report, sides []side, from, to int) Passage {
	first, end := from, to
	for first > 0 && sides[first-1].a {
		first--
	}
	for end+1 < len(seen) && sides[end+1].b {
		end++
	}
	a, b := seen[from], seen[to]
	p := Passage{Ship: h.ship, number: h.number, Days: rounded(b.at.Sub(a.at).Hours()/24, 1e3), NeededKn: rounded(float64(needed(a, b)), 10), JoinedBy: []string{}, TwoShips: []string{},
		A: stay(&q.A, seen[first:from+1], a, b.at), B: stay(&q.B, seen[to:end+1], b, time.Time{})}
	if a.mmsi != b.mmsi {
		p.SameIMO = slices.ContainsFunc(h.imos[a.mmsi], func(n vessel.IMO) bool { return slices.Contains(h.imos[b.mmsi], n) })
		p.JoinedBy = append(p.JoinedBy, h.joined...)
	}
	for _, e := range h.shared {
		p.TwoShips = append(p.TwoShips, e.ID)
	}
	p.Silences, p.SilentH = meanwhile(h.silences, a.at, b.at)
	p.Meetings, _ = meanwhile(h.meetings, a.at, b.at)
	return p
}

// stay is that of some reports, of which one is the end of a passage. It is over before a time, if that is not zero.
func stay(in *Area, reports []report, at report, before time.Time) Stay {
	s := Stay{First: reports[0].at.UTC(), Last: reports[len(reports)-1].at.UTC(), Reports: len(reports), Lon: rounded(at.point[0], 1e5), Lat: rounded(at.point[1], 1e5), MMSI: at.mmsi,
		Place: in.Where(at.point), Events: []string{}}
	if at.sog != nil {
		kn := rounded(float64(*at.sog), 10)
		s.SOG = &kn
	}
	for _, e := range at.events {
		s.Events = append(s.Events, e.ID)
	}
	until := s.Last
	for _, r := range reports {
		for _, e := range r.events {
			if left := leaves(e); left.After(until) && in.Holds(geo.Point{e.Lon, e.Lat}) && (before.IsZero() || left.Before(before)) {
				until = left
			}
		}
	}
	if until.After(s.Last) {
		until = until.UTC()
		s.Until = &until
	}
	return s
}

// leaves is until when reports held a ship at the place of an event, whether or not it quotes them; zero where it does not say.
func leaves(e *event.Event) time.Time {
	switch d := e.Details.(type) {
	case event.PortCallDetails:
		if d.StopEnd != nil {
			return *d.StopEnd
		}
	case event.LoiteringDetails:
		if e.End != nil {
			return *e.End
		}
	case event.RendezvousDetails:
		if e.End != nil && d.Form == event.Alongside {
			return *e.End
		}
	}
	return time.Time{}
}

// meanwhile are those of some events, by start, that lie between two moments or reach into the time between, and how many of its hours
// they cover together. One without an end goes on.
func meanwhile(events []*event.Event, from, to time.Time) (all []Meanwhile, hours float64) {
	all = []Meanwhile{}
	covered := from
	for _, e := range events {
		end := to
		if e.End != nil && e.End.Before(to) {
			end = *e.End
		}
		begin := e.Start
		if begin.Before(from) {
			begin = from
		}
		if !begin.Before(end) {
			continue
		}
		m := Meanwhile{Event: e.ID, Kind: e.Kind, Start: e.Start.UTC(), Hours: rounded(end.Sub(begin).Hours(), 10), Probability: e.Probability}
		if e.End != nil {
			t := e.End.UTC()
			m.End = &t
		}
		all = append(all, m)
		if begin.Before(covered) {
			begin = covered
		}
		if end.After(begin) {
			hours += end.Sub(begin).Hours()
			covered = end
		}
	}
	return all, rounded(hours, 10)
}

func rounded(x, by float64) float64 { return math.Round(x*by) / by }
