package cargo

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// chance is one opportunity to load: an observed stay, or a time in which nobody knows where she was and into which a
// loading fits.
type chance struct {
	id         string // of the event
	stay       bool
	from, to   time.Time // observed: stop to departure, or the last position before to the first after
	start, end time.Time // loading window
	finished   bool      // the stay's end was seen; a hidden time always has one
	place      string
	lon, lat   float64
	grade      string
	outside    bool
	stopped    time.Duration // stays only: at rest at least
	most       time.Duration // stays only: at rest at most
	values     values        // of the opportunity block
	fit        float64       // hidden times only
	through    bool          // hidden times only: she was inside Hormuz before and outside after
	pretended  float64       // false tracks only: the probability that it is one
	rules      []event.Rule
}

// needed is the least time at a terminal in which a ship of the class loads a cargo that counts: 24 h for a VLCC,
// 14 h for a Suezmax, 10 h for an Aframax (start values; Kharg's arms give 3,500–9,000 t/h, so that 270,000 t take
// 30–77 h and 140,000 t 16–40 h, aradstarlian.com). Smaller ships: 60,000 t at 9,000 t/h and an hour for the hoses.
// A ship of unknown size must stay as long as the largest.
func needed(c vessel.Class) time.Duration {
	switch c {
	case vessel.Suezmax:
		return 14 * time.Hour
	case vessel.Aframax:
		return 10 * time.Hour
	case vessel.LR1, vessel.MR, vessel.Handy, vessel.GP, vessel.SmallTanker:
		return 8 * time.Hour
	}
	return 24 * time.Hour
}

// chances lists a ship's opportunities in order of time.
func (l *Ledger) chances(s *ship) []chance {
	var out []chance
	for _, e := range s.stays {
		if c, ok := l.stayChance(e); ok {
			out = append(out, c)
		}
	}
	for _, e := range s.gaps {
		if c, ok := l.gapChance(s, e); ok {
			out = append(out, c)
		}
	}
	for _, e := range s.tracks {
		if c, ok := l.trackChance(s, e); ok {
			out = append(out, c)
		}
	}
	if c, ok := l.unheardChance(s); ok {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b chance) int { return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.id, b.id)) })
	return out
}

// stayChance reads a port call at a sanctioned source. Its window is the observed stop.
func (l *Ledger) stayChance(e event.Event) (chance, bool) {
	d := e.Details.(event.PortCallDetails)
	if d.StopStart == nil {
		return chance{}, false
	}
	c := chance{id: e.ID, stay: true, from: *d.StopStart, start: *d.StopStart, lon: e.Lon, lat: e.Lat, grade: d.Grade,
		outside: d.Outside, stopped: time.Duration(d.StoppedH * float64(time.Hour))}
	c.to, c.end = c.from, c.start
	if d.StopEnd != nil {
		c.finished, c.to, c.end = true, *d.StopEnd, *d.StopEnd
	}
	c.most = max(c.stopped, time.Duration(d.MostH*float64(time.Hour)))
	berth := 1.0
	// At a berth she was at rest from the first stop to the last, silent or not: nobody leaves a jetty between two
	// fixes at it. In a zone only the hours seen at rest count.
	if d.StopEnd != nil && (e.Place == nil || e.Place.Kind != string(place.TerminalZone)) {
		c.stopped = d.StopEnd.Sub(*d.StopStart)
		c.most = max(c.most, c.stopped)
	}
	if e.Place != nil {
		c.place = e.Place.Name
		if e.Place.Kind == string(place.TerminalZone) {
			berth = 0.6 // the zone's shape holds the anchorage where ships wait in ballast for weeks
		}
	}
	c.values = values{"stay_at_berth": berth, "confidence": float64(d.Confidence-1) / 3, "minor_source": 1 - l.o.Weights.share(c.place)}
	return c, true
}

// voyage is the chances that can only have been one loading.
type voyage struct{ chances []chance }

// voyages joins chances that overlap or touch, or that claim the same laden draught, unless the ship was seen laden
// and then in ballast between them.
func (l *Ledger) voyages(s *ship, all []chance) []voyage {
	var out []voyage
	for _, c := range all {
		if n := len(out); n > 0 && l.sameVoyage(s, out[n-1], c) {
			out[n-1].chances = append(out[n-1].chances, c)
			continue
		}
		out = append(out, voyage{[]chance{c}})
	}
	return out
}

func (l *Ledger) sameVoyage(s *ship, v voyage, c chance) bool {
	from, to := v.observed()
	if reloaded(s.seen, from, c.from) {
		return false
	}
	if !c.start.After(latest(v.chances).Add(l.o.Touch)) || !c.from.After(to) {
		return true
	}
	a, okA := l.ladenMark(s, from, to)
	b, okB := l.ladenMark(s, c.from, c.to)
	return okA && okB && a.Since.Equal(b.Since)
}

// latest is the end of the last window.
func latest(chances []chance) time.Time {
	var end time.Time
	for _, c := range chances {
		if c.end.After(end) {
			end = c.end
		}
	}
	return end
}

// observed is the time from the first to the last observation of the voyage's chances.
func (v voyage) observed() (from, to time.Time) {
	from, to = v.chances[0].from, v.chances[0].to
	for _, c := range v.chances[1:] {
		if c.from.Before(from) {
			from = c.from
		}
		if c.to.After(to) {
			to = c.to
		}
	}
	return from, to
}

// reloaded tells whether the ship was laden after a and in ballast after that, up to b.
func reloaded(s vessel.Ship, a, b time.Time) bool {
	laden := false
	for _, m := range s.Draughts {
		if !m.Since.After(a) {
			continue
		}
		if m.Since.After(b) {
			break
		}
		switch s.LoadOf(m.Draught) {
		case vessel.Laden:
			laden = true
		case vessel.Ballast:
			if laden {
				return true
			}
		}
	}
	return false
}

// ladenMark is the first laden draught that speaks of a loading between from and to: after its begin, not too long
// after its end, and before another loading at a lawful terminal.
func (l *Ledger) ladenMark(s *ship, from, to time.Time) (vessel.DraughtMark, bool) {
	limit := l.spokenUntil(s, from, to)
	for _, m := range s.seen.Draughts {
		if m.Since.After(from) && !m.Since.After(limit) && s.seen.LoadOf(m.Draught) == vessel.Laden {
			return m, true
		}
	}
	return vessel.DraughtMark{}, false
}

// ballastMark tells whether a draught typed anew after the loading says ballast. The first that was ever heard of her was
// typed nobody knows when.
func (l *Ledger) ballastMark(s *ship, from, to time.Time) bool {
	if _, known := s.seen.DraughtAt(from); !known {
		return false
	}
	limit := l.spokenUntil(s, from, to)
	for _, m := range s.seen.Draughts {
		if m.Since.After(to) && !m.Since.After(limit) && s.seen.LoadOf(m.Draught) == vessel.Ballast {
			return true
		}
	}
	return false
}

// spokenUntil is how long after a loading draughts still speak of it.
func (l *Ledger) spokenUntil(s *ship, from, to time.Time) time.Time {
	return l.lawfulAfter(s, from, to.Add(l.o.Outcome))
}

// lawfulAfter is the begin of the first loading at a lawful terminal after a moment, or of the first meeting in which she
// took cargo in, or a limit if that is earlier.
func (l *Ledger) lawfulAfter(s *ship, from, limit time.Time) time.Time {
	for _, e := range s.passed {
		if e.Start.After(from) && e.Start.Before(limit) && plays(e, event.Receiver, s.seen) {
			limit = e.Start
		}
	}
	for _, e := range s.others {
		d := e.Details.(event.PortCallDetails)
		if d.StopStart != nil && max(d.StoppedH, d.MostH) >= needed(s.seen.Class).Hours()/2 && d.StopStart.After(from) && d.StopStart.Before(limit) {
			limit = *d.StopStart
		}
	}
	return limit
}

// plays tells whether a ship has a part in a meeting, by number or hull.
func plays(e event.Event, part event.Role, s vessel.Ship) bool {
	for _, v := range e.Vessels {
		if v.Role == part && (v.MMSI == s.MMSI || v.IMO != 0 && v.IMO == s.IMO) {
			return true
		}
	}
	return false
}
