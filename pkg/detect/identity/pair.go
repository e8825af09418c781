package identity

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// passage is a hull's way from one MMSI to another, if it is one.
type passage struct {
	from, to    *ship
	off, on     *track.Fix
	sea         geo.Metres
	feasibility float64
	found       evidence
	byIMO       bool
	rivals      int
}

// compare looks for the silent ship that a ship is, and for another that has her IMO number at the same time.
func (d *Detector) compare(s *ship, w time.Time) []event.Event {
	if s.on == nil || !s.known || unowned(s.mmsi) || !d.concerns(s.settled) {
		return nil
	}
	if p := d.byNumber(s); p != nil {
		if until := p.off.Time.Add(d.o.Together); until.After(w) { // she may be heard under the old number yet
			d.waiting[s.mmsi] = until
			return nil
		}
		return d.tell(p, w)
	}
	if w.Sub(s.on.Time) < d.o.Settle {
		d.waiting[s.mmsi] = s.on.Time.Add(d.o.Settle)
		return nil
	}
	return d.byHull(s, w)
}

// byNumber finds the ship that fell silent last of those that sent one of s's IMO numbers.
func (d *Detector) byNumber(s *ship) *passage {
	var best *passage
	for _, n := range s.sent {
		for _, m := range d.byIMO[n.imo] {
			o := d.ships[m]
			if m == s.mmsi || o.last == nil || unowned(m) || !o.sends(n.imo) {
				continue
			}
			p := d.from(o, s, n)
			if p == nil {
				continue
			}
			if best == nil || p.off.Time.After(best.off.Time) {
				best = p
			}
		}
	}
	return best
}

// sends tells whether an IMO number is among a ship's present ones.
func (s *ship) sends(n vessel.IMO) bool {
	return s.settled.IMO == n || s.pending != nil && s.pending.particulars.IMO == n
}

// from is the way from o to s under an IMO number: o was silent before s began to send it, and s did not before. Where
// both are on the air the pair is watched.
func (d *Detector) from(o, s *ship, n sending) *passage {
	on, fresh := s.on, s.before == nil || s.before.Time.Before(o.last.Time)
	if !n.first && n.at != nil && n.since.Sub(s.on.Time) > d.o.Together {
		on, fresh = n.at, true // the number came to an MMSI that was on the air with another
	}
	if o.last.Time.After(on.Time.Add(d.o.Overlap)) {
		if s.sends(n.imo) && o.last.Time.Sub(s.last.Time).Abs() <= d.o.Together {
			d.watch(o, s)
		}
		return nil
	}
	if !fresh {
		return nil
	}
	p := d.passage(o, s, on)
	p.byIMO = true
	return p
}

func (d *Detector) passage(o, s *ship, on *track.Fix) *passage {
	p := &passage{from: o, to: s, off: o.last, on: on}
	p.sea = geo.DistanceExact(p.off.Position, on.Position)
	if way, ok := d.sea.Distance(p.off.Position, on.Position); ok {
		p.sea = max(p.sea, way)
	}
	hours := max(on.Time.Sub(p.off.Time).Hours(), d.o.Overlap.Hours())
	ship := d.fleet.About(s.mmsi)
	p.feasibility = p.sea.NauticalMiles() / hours / float64(ship.Class.MaxSpeed())
	now := s.settled
	if s.pending != nil {
		now = s.pending.particulars
	}
	p.found.cause = event.IdentityChange
	d.find(&p.found, newNumber, 1)
	d.sameShip(&p.found, o.settled, now)
	switch {
	case p.feasibility > d.o.MaxWay:
		d.find(&p.found, impossible, 1)
	case p.sea <= d.o.Near:
		d.find(&p.found, nearBy, 1)
	}
	return p
}

// byHull finds the silent ship of the same dimensions, where one of both sends no IMO number.
func (d *Detector) byHull(s *ship, w time.Time) []event.Event {
	if !sized(s.settled) || s.settled.ShipType == 0 {
		return nil
	}
	var all []*passage
	sum := 1.0
	for _, m := range d.hulls[s.settled.Hull] {
		o := d.ships[m]
		if m == s.mmsi || o.last == nil || unowned(m) || o.settled.IMO != 0 && s.settled.IMO != 0 || o.settled.ShipType != s.settled.ShipType ||
			!o.last.Time.Before(s.on.Time.Add(d.o.Overlap)) || s.before != nil && s.before.Time.After(o.last.Time) ||
			s.on.Time.Sub(o.last.Time) > d.o.Longest || !equal(o.settled, s.settled) {
			continue
		}
		p := d.passage(o, s, s.on)
		sum += math.Exp(p.found.odds)
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil
	}
	best := slices.MaxFunc(all, func(a, b *passage) int { return cmp.Compare(a.found.odds, b.found.odds) })
	best.rivals = len(all) - 1
	d.find(&best.found, rivalShips, math.Log(max(1, sum-math.Exp(best.found.odds))))
	return d.tell(best, w)
}

// tell publishes a passage, or a new version where it was told otherwise.
func (d *Detector) tell(p *passage, w time.Time) []event.Event {
	probability := event.Logistic(p.found.odds)
	key := link{p.from.mmsi, p.to.mmsi, p.on.Time.UnixMilli()}
	last, known := d.links[key]
	if probability < d.o.Least || known && last.Status == event.Retracted {
		return nil
	}
	e := d.continued(p, probability, w)
	switch {
	case !known:
	case last.ID != e.ID:
		d.links[key] = e
		return []event.Event{retract(last, "heard later under the old number", &e.ID, w), e}
	case math.Abs(last.Probability-e.Probability) < 0.05:
		return nil
	default:
		e.Version = last.Version + 1
	}
	d.links[key] = e
	return []event.Event{e}
}

// continued makes the event of a hull that goes on under another MMSI.
func (d *Detector) continued(p *passage, one float64, w time.Time) event.Event {
	old, now := d.fleet.About(p.from.mmsi), d.fleet.About(p.to.mmsi)
	after := p.to.settled
	if p.to.pending != nil {
		after = p.to.pending.particulars
	}
	silent := max(0, p.on.Time.Sub(p.off.Time))
	details := event.IdentityDetails{Form: "continued", Claim: oneShip, Changes: changes(p.from.settled, after), Off: quote(p.off), On: quote(p.on),
		SilentH: silent.Hours(), SeaM: p.sea, Feasibility: p.feasibility, Rivals: p.rivals, Evidence: p.found.list}
	details.Changes = append([]event.Alteration{{Field: "mmsi", Before: p.from.mmsi.String(), After: p.to.mmsi.String()}}, details.Changes...)
	if old.Flag != now.Flag {
		details.Changes = append(details.Changes, event.Alteration{Field: "flag", Before: old.Flag, After: now.Flag})
	}
	end := p.on.Time
	if end.Before(p.off.Time) {
		end = p.off.Time
	}
	e := d.event(w, p.off.Time, end, p.off, p.from.mmsi, p.to.mmsi)
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, old, p.off.Time, time.Time{}), event.FromShip(event.Party, now, time.Time{}, p.on.Time)}
	shady := shady(silent >= d.o.Dark, len(old.Listed)+len(now.Listed) > 0)
	rest := []event.Explanation{{Cause: event.Cloned, P: (1 - one) * 0.5}, {Cause: event.TypingError, P: (1 - one) * 0.3}, {Cause: event.Unknown, P: (1 - one) * 0.2}}
	e.Why = "the same IMO number under another MMSI"
	if !p.byIMO {
		e.Why = "the same dimensions under another MMSI, near by"
		rest = []event.Explanation{{Cause: event.Unknown, P: 1 - one}}
	}
	e.Explanations = event.Normalise(append(rest, event.Explanation{Cause: event.IdentityChange, P: one * shady}, event.Explanation{Cause: event.Reregistered, P: one * (1 - shady)}))
	details.Rules.Rules = []event.Rule{
		rule("one_hull", p.found.odds, ">=", 0, "log-odds", "IMO number, dimensions, name, call sign, type, and the way between"),
		rule("sea_distance", p.sea.NauticalMiles(), "<=", d.o.Near.NauticalMiles(), "nm", "so near it speaks for the same ship"),
		rule("feasibility", p.feasibility, "<=", d.o.MaxWay, "", "needed speed by sea / maximum of the class"),
		rule("in_the_dark", silent.Hours(), ">=", d.o.Dark.Hours(), "h", "silent between both"),
	}
	ship := now
	ship.Listed = append(slices.Clip(old.Listed), now.Listed...)
	return d.finish(e, details, ship, []proof{p.from.proof, p.to.proof}, p.off, p.on)
}

// review takes back the continuations of ships that were heard under the old number meanwhile.
func (d *Detector) review(w time.Time) []event.Event {
	var out []event.Event
	for _, key := range slices.SortedFunc(maps.Keys(d.links), link.compare) {
		e := d.links[key]
		old, now, on := d.ships[key.from], d.ships[key.to], time.UnixMilli(key.at).UTC()
		switch {
		case e.Status == event.Retracted || w.Sub(on) > 7*24*time.Hour:
			continue
		case old.last.Time.After(on.Add(d.o.Overlap)) && !old.last.Time.After(now.last.Time.Add(d.o.Together)):
			e = retract(e, "both numbers were heard at once", nil, w)
			d.links[key] = e
			d.watch(old, now)
			out = append(out, e)
		}
	}
	return out
}

func quote(f *track.Fix) *event.FixRef {
	q := event.FixRef{Time: f.Time, Lon: f.Position[0], Lat: f.Position[1], Source: f.Source, Offset: f.Offset, Station: f.Station.String()}
	if sog, ok := f.Speed(); ok {
		q.SOG = &sog
	}
	if cog, ok := f.Course(); ok {
		q.COG = &cog
	}
	return &q
}
