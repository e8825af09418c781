package falseposition

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// claim is an event that was told.
type claim struct {
	from time.Time
	last event.Event
}

// group is the signs that make one event.
type group struct {
	signs    []*sign
	from, to time.Time
	lasts    bool
	end      geo.Point // where she said she was at its end
}

// groups joins signs that lie close in time.
func (d *Detector) groups(s *ship, w time.Time) []group {
	var out []group
	for _, x := range s.signs {
		if x.lasts && w.Sub(x.to) > 2*d.o.Join {
			x.lasts = false // nothing more came
		}
		if n := len(out); n > 0 && d.leaves(&out[n-1], x) {
			continue
		}
		if n := len(out); n > 0 && d.goesOn(s, &out[n-1], x) {
			g := &out[n-1]
			g.signs, g.lasts = append(g.signs, x), g.lasts || x.lasts
			if x.to.After(g.to) {
				g.to, g.end = x.to, x.end
			}
			continue
		}
		out = append(out, group{[]*sign{x}, x.from, x.to, x.lasts, x.end})
	}
	return out
}

// goesOn tells whether a sign is of one time with others: soon after them, or at the same place with a silence between, as
// where the whole feed was out.
func (d *Detector) goesOn(s *ship, g *group, x *sign) bool {
	apart := x.from.Sub(g.to)
	if apart <= d.o.Join {
		return true
	}
	for _, q := range s.quiets {
		apart -= max(0, earlier(q.on, x.from).Sub(later(q.off, g.to)))
	}
	return apart <= 2*d.o.Join && geo.Distance(g.end, x.at) <= d.o.Steady
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// leaves tells whether a leap leads away from a place that is doubted already to where stations hear her: then it ends the
// doubtful time, and speaks for its having been false, since one of both sides must be.
func (d *Detector) leaves(g *group, x *sign) bool {
	if x.home == nil || x.before == nil || x.before.Time.Before(g.from) || x.before.Time.Sub(g.to) > 2*time.Hour || g.signs[0].sort == "teleport" {
		return false
	}
	g.lasts = false
	g.signs = append(g.signs, &sign{sort: "left", key: x.key, from: g.to, to: g.to, found: []found{{left, 1}}, after: x.home, at: x.at, rules: []event.Rule{
		rule("left_by_a_leap", 1, ">=", 1, "", "from there no hull can have sailed to where she was next, and stations hear her there"),
	}})
	return true
}

// judge decides on all signs of a ship and returns the new versions.
func (d *Detector) judge(m vessel.MMSI, s *ship, w time.Time) []event.Event {
	var out []event.Event
	var alive []*claim
	for _, g := range d.groups(s, w) {
		mine := s.claims(g)
		if unheardSince := !s.seen.After(g.to); !g.lasts && w.Sub(g.to) > d.o.Memory && (!unheardSince || w.Sub(g.to) > leapSpan) {
			s.signs = slices.DeleteFunc(s.signs, func(x *sign) bool { return slices.Contains(g.signs, x) })
			s.told = slices.DeleteFunc(s.told, func(c *claim) bool { return slices.Contains(mine, c) })
			continue
		}
		p := 0.0
		var e event.Event
		if g.to.Sub(g.from) >= d.o.Least && d.jammed.Share(m, g.from, g.to) < 0.3 {
			e = d.describe(m, s, g, w)
			p = e.Probability
		}
		kept := (*claim)(nil)
		for _, c := range mine {
			if c.from.Equal(g.from) && p > 0 {
				kept = c
				continue
			}
			if c.last.Status == event.Retracted {
				continue
			}
			why, by := "interference explains it, or nothing is left that speaks against her", (*string)(nil)
			if p > 0 {
				why, by = "it began at another fix", &e.ID
			}
			c.last = retract(c.last, why, by, w)
			out = append(out, c.last)
		}
		if kept == nil && p > 0 && p >= d.o.Publish {
			kept = &claim{from: g.from}
			s.told = append(s.told, kept)
		}
		if kept == nil {
			continue
		}
		alive = append(alive, kept)
		if e.Version = kept.last.Version + 1; kept.news(e) {
			e.Details = d.hiding(e.Details.(event.FalsePositionDetails), m, w)
			kept.last = e
			out = append(out, e)
		}
	}
	s.told = slices.DeleteFunc(s.told, func(c *claim) bool { return c.last.Status == event.Retracted && !slices.Contains(alive, c) })
	return append(out, s.orphans(w)...)
}

// orphans takes back the claims of which no sign is left.
func (s *ship) orphans(w time.Time) []event.Event {
	var out []event.Event
	s.told = slices.DeleteFunc(s.told, func(c *claim) bool {
		begun := c.last.Start
		left := slices.ContainsFunc(s.signs, func(x *sign) bool { return !x.to.Before(begun) && (c.last.End == nil || !x.from.After(*c.last.End)) })
		if !left {
			out = append(out, retract(c.last, "she was heard where she had been: something hid her", nil, w))
		}
		return !left
	})
	return out
}

// claims are those told of a group's time.
func (s *ship) claims(g group) []*claim {
	var out []*claim
	for _, c := range s.told {
		end := c.last.Start
		if c.last.End != nil {
			end = *c.last.End
		}
		if !c.last.Start.After(g.to) && !end.Before(g.from) || !c.from.Before(g.from) && !c.from.After(g.to) {
			out = append(out, c)
		}
	}
	return out
}

// news tells whether a version says more than the last one.
func (c *claim) news(e event.Event) bool {
	if c.last.Version == 0 || c.last.Status != e.Status || math.Abs(c.last.Probability-e.Probability) >= 0.05 {
		return true
	}
	a, b := c.last.Details.(event.FalsePositionDetails), e.Details.(event.FalsePositionDetails)
	return a.Sort != b.Sort || (a.Next == nil) != (b.Next == nil) || e.End != nil && !e.End.Equal(*c.last.End)
}

func retract(e event.Event, why string, by *string, w time.Time) event.Event {
	e.Version++
	e.Status, e.Why, e.SupersededBy, e.Probability, e.Watermark = event.Retracted, why, by, 0, w
	e.Explanations = []event.Explanation{{Cause: event.Unknown, P: 1}}
	return e
}

// describe makes the event of a group, without its version.
func (d *Detector) describe(m vessel.MMSI, s *ship, g group, w time.Time) event.Event {
	details := d.weigh(m, s, g)
	details.Last, details.Next = s.around(g)
	ship := d.fleet.About(m)
	known := w
	if details.Next != nil {
		known = details.Next.Time
	}
	begin := g.from
	if details.Last != nil {
		begin = details.Last.Time
	}
	details.HiddenH = known.Sub(begin).Hours()
	at := g.signs[0].at
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.FalsePosition, g.from, at[0], at[1], m), Kind: event.FalsePosition, Status: event.Open,
		Start: g.from, Lon: at[0], Lat: at[1], Watermark: w, Probability: event.Logistic(details.Score), Details: details,
		Vessels: []event.Vessel{event.FromShip(event.Subject, ship, g.from, time.Time{})},
		Why:     "she was not there: " + sentence(details),
	}
	if !g.lasts {
		end := g.to
		e.Status, e.End = event.Closed, &end
	}
	e.Explanations = rivals(e.Probability, details.Sort)
	var b event.EvidenceBuilder
	for _, f := range s.kept {
		if !f.Time.Before(g.from.Add(-2*time.Hour)) && !f.Time.After(g.to.Add(2*time.Hour)) {
			b.Add(f.Source, f.Offset, f.Raw)
		}
	}
	e.Evidence = b.Done()
	return e
}

// hiding adds the loading places that the real gap leaves time for, best fit first: from the last position that is
// believed to the next, or to now. They are looked for only when the claim is told.
func (d *Detector) hiding(details event.FalsePositionDetails, m vessel.MMSI, w time.Time) event.FalsePositionDetails {
	if details.Last == nil {
		return details
	}
	var next *call.Mark
	if details.Next != nil {
		mark := call.MarkOf(details.Next)
		next = &mark
	}
	details.HiddenCalls = d.calls.Hidden(d.fleet.About(m), call.MarkOf(details.Last), next, w)
	return details
}

// isShared tells whether a number was two ships' in a group's time.
func (d *Detector) isShared(m vessel.MMSI, g group) bool {
	for _, x := range d.shared {
		if x.mmsi == m && !x.from.After(g.to) && (x.to == nil || !x.to.Before(g.from)) {
			return true
		}
	}
	return false
}

// onLand is the share of a group's marks on land.
func (s *ship) onLand(g group) float64 {
	all, land := 0.0, 0.0
	for _, m := range s.marks {
		if !m.at.Before(g.from) && !m.at.After(g.to) {
			all++
			if m.land {
				land++
			}
		}
	}
	return land / max(1, all)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	slices.Sort(a)
	return a
}

// around finds the fixes before and after a group that are believed.
func (s *ship) around(g group) (last, next *event.FixRef) {
	for _, m := range s.marks {
		if m.at.Before(g.from) {
			last = m.quote()
		}
		if m.at.After(g.to) && !g.lasts && next == nil {
			next = m.quote()
		}
	}
	// What was true before goes on being told when the marks have gone.
	for _, c := range s.told {
		if c.from.Equal(g.from) && c.last.Version > 0 {
			last = c.last.Details.(event.FalsePositionDetails).Last
		}
	}
	for _, x := range g.signs {
		if x.before != nil && (x.from.Equal(g.from) || last == nil) {
			last = x.before
		}
		if x.after != nil && !g.lasts && x.after.Time.After(g.to) {
			next = x.after
		}
	}
	return last, next
}

// rivals shares what the claim leaves over.
func rivals(p float64, sort string) []event.Explanation {
	rest := 1 - p
	switch sort {
	case "teleport":
		return event.Normalise([]event.Explanation{{Cause: event.Pretended, P: p}, {Cause: event.SharedMMSI, P: 0.6 * rest},
			{Cause: event.Interfered, P: 0.2 * rest}, {Cause: event.ClockFault, P: 0.1 * rest}, {Cause: event.Unknown, P: 0.1 * rest}})
	case "receivers":
		return event.Normalise([]event.Explanation{{Cause: event.Pretended, P: p}, {Cause: event.NotReceived, P: 0.6 * rest},
			{Cause: event.Interfered, P: 0.1 * rest}, {Cause: event.Unknown, P: 0.3 * rest}})
	}
	return event.Normalise([]event.Explanation{{Cause: event.Pretended, P: p}, {Cause: event.FaultyTransponder, P: 0.5 * rest},
		{Cause: event.Interfered, P: 0.2 * rest}, {Cause: event.Unknown, P: 0.3 * rest}})
}

// sentence says in words what weighs most.
func sentence(d event.FalsePositionDetails) string {
	switch d.Sort {
	case "teleport":
		return "no hull can have sailed there"
	case "frozen":
		return fmt.Sprintf("%d fixes repeat to the metre", d.Fixes)
	case "circle":
		return "her track goes round and round"
	case "receivers":
		if len(d.HeardBy) > 0 {
			return fmt.Sprintf("%s heard her, which never hears that place, and %s did not", strings.Join(d.HeardBy, ", "), cmp.Or(strings.Join(d.NotHeardBy, ", "), "no other"))
		}
		return strings.Join(d.NotHeardBy, ", ") + " heard others there, and not her"
	}
	return "her speed contradicts her way"
}

func rule(name string, value float64, op string, threshold float64, unit, note string) event.Rule {
	passed := false
	switch op {
	case ">=":
		passed = value >= threshold
	case ">":
		passed = value > threshold
	case "<=":
		passed = value <= threshold
	}
	return event.Rule{Name: name, Value: value, Op: op, Threshold: threshold, Unit: unit, Passed: passed, Note: note}
}

func asNumber(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (m mark) quote() *event.FixRef {
	return &event.FixRef{Time: m.at, Lon: m.p[0], Lat: m.p[1], Source: m.source}
}

func quote(f *track.Fix) *event.FixRef {
	q := &event.FixRef{Time: f.Time, Lon: f.Position[0], Lat: f.Position[1], Source: f.Source, Offset: f.Offset, Station: f.Station.String()}
	if sog, ok := f.Speed(); ok {
		q.SOG = &sog
	}
	return q
}
