package identity

import (
	"fmt"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// settle decides on other particulars under one MMSI once they have lasted.
func (d *Detector) settle(s *ship, w time.Time) []event.Event {
	p := s.pending
	if p == nil {
		delete(d.pending, s.mmsi)
		return nil
	}
	if w.Sub(p.since) < d.o.Settle {
		return nil
	}
	delete(d.pending, s.mmsi)
	before, old := s.settled, s.proof
	s.pending, s.settled, s.proof = nil, p.particulars, p.proof
	fill(&s.settled, before)
	d.hulls.add(s.settled.Hull, s.mmsi)
	again := slices.ContainsFunc(s.former, func(f vessel.Particulars) bool { return len(changes(f, p.particulars)) == 0 })
	s.remember(before)
	switch {
	case s.last == nil || unowned(s.mmsi) || !d.concerns(before) && !d.concerns(s.settled):
		return nil
	case again: // they come and go, slowly
		d.twice(s.mmsi).swapped(p.since, p.proof)
		return d.comeBack(s, w)
	}
	e := d.changed(s, before, p, [2]proof{old, p.proof}, w)
	s.told = &e
	return []event.Event{e}
}

// comeBack takes a change back that turned out to be none: the former particulars are sent again.
func (d *Detector) comeBack(s *ship, w time.Time) []event.Event {
	if s.told == nil {
		return nil
	}
	e := *s.told
	s.told = nil
	return []event.Event{retract(e, "the former particulars came back", nil, w)}
}

// changed makes the event of other particulars under one MMSI.
func (d *Detector) changed(s *ship, before vessel.Particulars, p *pending, proofs [2]proof, w time.Time) event.Event {
	after := p.particulars
	found := evidence{cause: event.IdentityChange}
	d.find(&found, sameNumber, 1)
	d.sameShip(&found, before, after)
	one := event.Logistic(found.odds)
	details := event.IdentityDetails{Form: "changed", Claim: oneShip, Changes: changes(before, after), Evidence: found.list}
	dark := s.off != nil && !p.since.Before(s.back.Time) && p.since.Sub(s.back.Time) <= d.o.Absent
	from, at := p.since, p.at
	if at == nil {
		at = s.last
	}
	if dark {
		from = s.off.Time
		details.SilentH = s.back.Time.Sub(s.off.Time).Hours()
		details.Off, details.On = quote(s.off), quote(s.back)
		at = s.off
	}
	if one < 0.5 {
		details.Claim = twoShips
	}
	ship := d.fleet.About(s.mmsi)
	slip := slipOf(details.Changes)
	shady := shady(dark, len(ship.Listed) > 0)
	e := d.event(w, from, p.since, at, s.mmsi)
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, ship, from, p.since)}
	e.Why = "sends other particulars for " + event.Hours(w.Sub(p.since))
	e.Explanations = event.Normalise([]event.Explanation{
		{Cause: event.TypingError, P: slip}, {Cause: event.IdentityChange, P: (1 - slip) * one * shady}, {Cause: event.Reregistered, P: (1 - slip) * one * (1 - shady)},
		{Cause: event.SharedMMSI, P: (1 - slip) * (1 - one) * 0.7}, {Cause: event.Cloned, P: (1 - slip) * (1 - one) * 0.3}})
	details.Rules.Rules = []event.Rule{
		rule("particulars_changed", float64(len(details.Changes)), ">=", 1, "fields", ""),
		rule("lasted", w.Sub(p.since).Hours(), ">=", d.o.Settle.Hours(), "h", "sooner it may be a slip"),
		rule("one_hull", found.odds, ">=", 0, "log-odds", "below it two ships had the number"),
		rule("in_the_dark", details.SilentH, ">=", d.o.Dark.Hours(), "h", "silent before the change"),
	}
	return d.finish(e, details, ship, proofs[:], at, s.back)
}

// slipOf is the probability that a change is a typing error: one field alone, and few letters of it.
func slipOf(changed []event.Alteration) float64 {
	if len(changed) != 1 {
		return 0.02
	}
	switch letters := distance(changed[0].Before, changed[0].After); {
	case changed[0].Field == "imo":
		return 0.4
	case letters <= 2:
		return 0.7
	case changed[0].Field == "dimensions":
		return 0.6
	}
	return 0.1
}

// distance is the number of letters to be put in, left out or replaced between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := left
			if a[i] != b[j] {
				cost++
			}
			left = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// shady is the share of changes of one hull that were made to hide: judgement, to be fitted.
func shady(dark, listed bool) float64 {
	share := 0.2
	if dark {
		share = 0.7
	}
	if listed {
		share += 0.2
	}
	return share
}

// wrongDigit tells of an IMO number whose check digit is wrong. One in thirty of a public list was so, by mistake.
func (d *Detector) wrongDigit(f *track.Profile, w time.Time) []event.Event {
	s := d.ships[f.MMSI]
	if unowned(f.MMSI) || !d.concerns(f.Particulars) || s.last == nil {
		return nil
	}
	ship := d.fleet.About(f.MMSI)
	e := d.event(w, f.Start, f.Start, s.last, f.MMSI)
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, ship, f.Start, time.Time{})}
	e.Why = fmt.Sprintf("sends IMO number %d, whose last digit is wrong", f.BadIMO)
	e.Explanations = event.Normalise([]event.Explanation{
		{Cause: event.TypingError, P: 0.85}, {Cause: event.IdentityChange, P: 0.1}, {Cause: event.Unknown, P: 0.05}})
	details := event.IdentityDetails{Form: "bad_number", Claim: oneShip}
	details.Rules.Rules = []event.Rule{rule("check_digit", float64(f.BadIMO%10), "==", float64(checkDigit(f.BadIMO)), "", "IMO resolution A.1117(30)")}
	return []event.Event{d.finish(e, details, ship, []proof{{f.Source, f.Offset, f.Raw}}, s.last)}
}

// checkDigit is what the last digit should be, of a number of seven digits.
func checkDigit(n vessel.IMO) vessel.IMO {
	for digit := range vessel.IMO(10) {
		if (n/10*10 + digit).Valid() {
			return digit
		}
	}
	return 0
}
