package identity

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// double is what speaks for two ships behind one MMSI, in a time without a break of Options.Window.
type double struct {
	mmsi        vessel.MMSI
	start, last time.Time
	places      int       // reports of two places at once
	swaps       int       // that other particulars went again
	second      time.Time // the younger of the first two tracks that were heard at once began
	fixes       []*track.Fix
	proofs      []proof
	dirty       bool
	told        *event.Event
}

// twice is the open double of an MMSI.
func (d *Detector) twice(m vessel.MMSI) *double {
	x := d.doubles[m]
	if x == nil {
		x = &double{mmsi: m}
		d.doubles[m] = x
	}
	return x
}

// most is how many fixes and reports are quoted for each double.
const most = 12

func (x *double) note(at time.Time) {
	if x.start.IsZero() || at.Before(x.start) && x.told == nil {
		x.start = at
	}
	if at.After(x.last) {
		x.last = at
	}
	x.dirty = true
}

// heard takes in two places at once.
func (x *double) heard(f *track.Ambiguity) {
	x.note(f.Start)
	x.places++
	if x.second.IsZero() {
		x.second = f.Segment
		if f.Other.After(f.Segment) {
			x.second = f.Other
		}
	}
	if len(x.fixes) < most {
		a, b := f.A, f.B
		x.fixes = append(x.fixes, &a, &b)
	}
}

// swapped takes in particulars that came and went.
func (x *double) swapped(at time.Time, p proof) {
	x.note(at)
	x.swaps++
	if len(x.proofs) < most {
		x.proofs = append(x.proofs, p)
	}
}

// judge tells of an MMSI that two ships send, and closes what was told when it has stopped.
func (d *Detector) judge(x *double, w time.Time) []event.Event {
	s := d.at(x.mmsi)
	over := w.Sub(x.last) > d.o.Window
	if over {
		delete(d.doubles, x.mmsi)
	}
	if !x.dirty && !(over && x.told != nil) || s.known && !d.concerns(s.settled) || s.last == nil || x.swaps < d.o.Swaps && x.places < d.least(s) {
		return nil
	}
	x.dirty = false
	e := d.shared(x, s, w)
	if over {
		end := x.last
		e.Status, e.End, e.Why = event.Closed, &end, "not heard twice since"
	}
	if x.told != nil {
		if e.Status == x.told.Status && math.Abs(e.Probability-x.told.Probability) < 0.05 {
			return nil
		}
		e.ID, e.Lon, e.Lat, e.Version = x.told.ID, x.told.Lon, x.told.Lat, x.told.Version+1
	}
	x.told = &e
	return []event.Event{e}
}

// least is how many reports of two places make a double: two, six hours apart; and four where the ship sends one name all
// the time, since a false position, which is commoner than a clone, lasts hours.
func (d *Detector) least(s *ship) int {
	if s.named() {
		return 4
	}
	return 2
}

// named tells whether a ship said who she is.
func (s *ship) named() bool { return s.settled.IMO != 0 || s.settled.Name != "" }

// other is the newest particulars that came besides a ship's own.
func (s *ship) other() (vessel.Particulars, bool) {
	if len(s.former) == 0 {
		return vessel.Particulars{}, false
	}
	return s.former[len(s.former)-1], true
}

func (d *Detector) shared(x *double, s *ship, w time.Time) event.Event {
	details := event.IdentityDetails{Form: "number_shared", Claim: twoShips, Times: x.places + x.swaps}
	found, mistake := evidence{cause: event.SharedMMSI}, 0.3
	more := again
	d.find(&found, twoPlaces, 1)
	if o, ok := s.other(); ok && x.swaps >= d.o.Swaps {
		details.Changes = changes(s.settled, o)
		one := evidence{cause: event.IdentityChange}
		d.sameShip(&one, s.settled, o)
		d.find(&found, oneHull, one.odds)
		d.find(&found, swapped, 1)
		mistake = 0.8 // a clone sends what the other sends
		details.Second = d.second(x, o)
	} else if x.places > 0 && s.named() {
		more = againOne
		d.find(&found, oneVoice, 1)
	}
	d.find(&found, more, float64(min(againMost, max(0, x.places-2))))
	if unowned(x.mmsi) {
		details.Form, mistake = "default_number", 0.95
		d.find(&found, unownedMMSI, 1)
	}
	jammed := false
	if at, ok := d.jammed[x.mmsi]; ok && at.After(x.start.Add(-d.o.Window)) {
		jammed = true
		d.find(&found, interference, 1)
	}
	two := event.Logistic(found.odds)
	details.Evidence = found.list
	at := s.last
	if len(x.fixes) > 0 {
		at = x.fixes[0]
	}
	ship := d.fleet.About(x.mmsi)
	e := d.event(w, x.start, time.Time{}, at, x.mmsi)
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, ship, x.start, time.Time{})}
	e.Why = fmt.Sprintf("heard in two places at once %d times; particulars came and went %d times", x.places, x.swaps)
	false1 := 0.6
	if jammed {
		false1 = 0.95
	}
	if x.places == 0 {
		false1 = 0
	}
	e.Explanations = event.Normalise([]event.Explanation{{Cause: event.SharedMMSI, P: two * mistake}, {Cause: event.Cloned, P: two * (1 - mistake)},
		{Cause: event.Interfered, P: (1 - two) * false1}, {Cause: event.TypingError, P: (1 - two) * (1 - false1) / 2}, {Cause: event.Unknown, P: (1 - two) * (1 - false1) / 2}})
	details.Rules.Rules = []event.Rule{
		rule("two_places", float64(x.places), ">=", float64(d.least(s)), "times", "both heard within an hour, no ship sails so fast"),
		rule("particulars_swap", float64(x.swaps), ">=", float64(d.o.Swaps), "times", "other particulars came and went"),
		rule("two_ships", found.odds, ">=", 0, "log-odds", ""),
	}
	return d.finish(e, details, ship, x.proofs, x.fixes...)
}

// second tells of the ship that came to a number: what goes besides its own particulars is hers. Nil where no track of
// hers is known, so that nothing says which of the two a position is of.
func (d *Detector) second(x *double, p vessel.Particulars) *event.Second {
	if x.second.IsZero() {
		return nil
	}
	out := &event.Second{Since: x.second, IMO: p.IMO, Name: p.Name}
	for _, m := range d.byIMO[p.IMO] {
		if m == x.mmsi || p.IMO == 0 {
			continue
		}
		if out.MMSI != 0 {
			out.MMSI = 0 // several: it is not known which is her own
			break
		}
		out.MMSI = m
	}
	return out
}

// joint is two MMSIs with one IMO number, both on the air.
type joint struct {
	hours       int
	start, last time.Time
	farthest    geo.Metres
	told        *event.Event
}

func (d *Detector) watch(a, b *ship) {
	p := pair{min(a.mmsi, b.mmsi), max(a.mmsi, b.mmsi)}
	if d.joints[p] == nil {
		d.joints[p] = &joint{}
	}
}

// both looks once an hour whether the ships of each pair are on the air together.
func (d *Detector) both(w time.Time) []event.Event {
	var out []event.Event
	for _, p := range slices.SortedFunc(maps.Keys(d.joints), func(x, y pair) int { return link{x.a, x.b, 0}.compare(link{y.a, y.b, 0}) }) {
		j, a, b := d.joints[p], d.ships[p.a], d.ships[p.b]
		if w.Sub(a.last.Time) <= d.o.Together && w.Sub(b.last.Time) <= d.o.Together && a.settled.IMO == b.settled.IMO && a.settled.IMO != 0 {
			if j.hours++; j.hours == 1 {
				j.start = w
			}
			j.last = w
			if a.last.Time.Sub(b.last.Time).Abs() <= 10*time.Minute {
				j.farthest = max(j.farthest, geo.DistanceExact(a.last.Position, b.last.Position))
			}
		}
		over := !j.last.IsZero() && w.Sub(j.last) > 24*time.Hour || j.last.IsZero() && w.Sub(a.last.Time) > d.o.Window
		if over {
			delete(d.joints, p)
		}
		if j.hours < d.o.Joint || j.told != nil && !over {
			continue
		}
		e := d.oneHull(j, a, b, w)
		if over && j.told != nil {
			end := j.last
			e.ID, e.Lon, e.Lat = j.told.ID, j.told.Lon, j.told.Lat
			e.Status, e.End, e.Version, e.Why = event.Closed, &end, 2, "no longer heard together"
		}
		j.told = &e
		out = append(out, e)
	}
	return out
}

// oneRadio is how far apart two transponders of one ship may stand, with what both move in ten minutes: antennas are
// a ship's length apart, and a ship makes two miles and a half in that time.
const oneRadio = 3 * geo.NauticalMile

// oneHull makes the event of one IMO number under two MMSIs.
func (d *Detector) oneHull(j *joint, a, b *ship, w time.Time) event.Event {
	details := event.IdentityDetails{Form: "hull_shared", Claim: twoShips, Changes: changes(a.settled, b.settled), Times: j.hours, SeaM: j.farthest}
	sa, sb := d.fleet.About(a.mmsi), d.fleet.About(b.mmsi)
	e := d.event(w, j.start, time.Time{}, a.last, a.mmsi, b.mmsi)
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, sa, j.start, time.Time{}), event.FromShip(event.Party, sb, j.start, time.Time{})}
	e.Why = fmt.Sprintf("one IMO number under two MMSIs, both heard in %d hours", j.hours)
	if j.farthest > 0 && j.farthest <= oneRadio {
		details.Claim = oneShip
		e.Explanations = event.Normalise([]event.Explanation{{Cause: event.IdentityChange, P: 0.35}, {Cause: event.Reregistered, P: 0.45}, {Cause: event.Cloned, P: 0.1}, {Cause: event.TypingError, P: 0.1}})
	} else {
		e.Explanations = event.Normalise([]event.Explanation{{Cause: event.Cloned, P: 0.7}, {Cause: event.TypingError, P: 0.25}, {Cause: event.Unknown, P: 0.05}})
	}
	details.Rules.Rules = []event.Rule{
		rule("hours_together", float64(j.hours), ">=", float64(d.o.Joint), "h", ""),
		rule("farthest_apart", j.farthest.NauticalMiles(), "<=", oneRadio.NauticalMiles(), "nm", "two transponders of one ship"),
	}
	sa.Listed = append(slices.Clip(sa.Listed), sb.Listed...)
	return d.finish(e, details, sa, []proof{a.proof, b.proof}, a.last, b.last)
}
