package cargo

import (
	"math"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// unseen is a time in which nobody knows where a ship was, with the believed positions at its ends.
type unseen struct {
	id      string
	off, on event.FixRef
	calls   []event.HiddenCall
}

// gapChance reads a closed gap.
func (l *Ledger) gapChance(s *ship, e event.Event) (chance, bool) {
	d, ok := l.grounded(s, e)
	if !ok || d.On == nil || d.Feasibility > 1.1 || elsewhere(e) > gone {
		return chance{}, false
	}
	c, ok := l.hiddenChance(s, unseen{e.ID, d.Off, *d.On, d.HiddenCalls})
	if ok {
		c.values["terminal_fit"] *= 1 - elsewhere(e)
		if _, may := c.values["transfer_fit"]; may && e.Place != nil && e.Place.Kind == string(place.STSArea) {
			c.values["transfer_fit"] = 1 // where ships wait for each other she was already
		}
	}
	if ok && d.ReceptionModel == "controls" && d.Reception != nil {
		odds := silenceOdds(max(d.Reception.P0, elsewhere(e)), d.On.Time.Sub(d.Off.Time))
		c.values["silence_odds"] = odds
		if c.values["lawful_fit"] > 0 { // who goes off the air does not do so to load lawfully
			c.values["lawful_fit"] = 1 - max(0, odds)
		}
	}
	return c, ok
}

// gone is the chance of having been elsewhere from which a silence is no opportunity.
const gone = 0.8

// elsewhere is the chance that a ship was not where reception is reckoned: she had left, or the feed or the band was out.
func elsewhere(e event.Event) float64 {
	sum := 0.0
	for _, cause := range []event.Cause{event.LeftArea, event.FeedOutage, event.Interfered} {
		sum += event.Probability(e.Explanations, cause)
	}
	return min(1, sum)
}

// silenceOdds is the silence's likelihood ratio, a tenth of one to a thousand, as a share of three powers of ten: how
// likely a silence so long is of a ship that was switched off (such silences last 30 days on average, METHODS.md, section
// 3) over how likely it is of one that kept sending.
func silenceOdds(unheard float64, lasted time.Duration) float64 {
	off := math.Exp(-lasted.Hours() / 24 / 30)
	return max(-1, min(3, math.Log10(off/max(1e-9, unheard)))) / 3
}

// trackChance reads a false position that is over: where she was meanwhile is not known either. That it is false is no
// evidence of its own, or false positions that others made would raise a lift; and of a ship that had not gone in
// through Hormuz nothing is believed on its strength, or they would make one.
func (l *Ledger) trackChance(s *ship, e event.Event) (chance, bool) {
	d := e.Details.(event.FalsePositionDetails)
	if d.Last == nil || d.Next == nil && e.End == nil {
		return chance{}, false
	}
	u := unseen{e.ID, *d.Last, event.FixRef{}, d.HiddenCalls}
	if d.Next != nil {
		u.on = *d.Next
	} else { // after the false positions she fell silent: nobody knows where she was then
		u.on = *d.Last
		u.on.Time = *e.End
	}
	c, ok := l.hiddenChance(s, u)
	if c.end.After(c.to) {
		c.end = c.to
	}
	if c.end.Before(c.start) {
		c.start = c.end
	}
	if ok {
		c.pretended = e.Probability
	}
	return c, ok && c.values["transfer_fit"] == 0
}

// hiddenChance weighs a hidden time. Of the calls that fit it takes the likeliest: fit times the place's share of the
// trade.
func (l *Ledger) hiddenChance(s *ship, u unseen) (chance, bool) {
	var best *event.HiddenCall
	for i := range u.calls {
		h := &u.calls[i]
		if h.Fit <= 0 {
			continue
		}
		if best == nil || h.Fit*l.o.Weights.share(h.Place) > best.Fit*l.o.Weights.share(best.Place) {
			best = h
		}
	}
	if best == nil {
		return chance{}, false
	}
	inside, back := l.wentIn(s, u.off.Time), insideHormuz(geo.PointFromDegrees(u.on.Lon, u.on.Lat))
	c := chance{id: u.id, from: u.off.Time, to: u.on.Time, start: best.Earliest, end: best.Latest, finished: true,
		place: best.Place, lon: u.off.Lon, lat: u.off.Lat, grade: best.Grade, outside: best.Outside, fit: best.Fit,
		through: inside && !back}
	if c.end.Before(c.start) { // a fit below 1: both ends meet in the middle
		middle := c.end.Add(c.start.Sub(c.end) / 2)
		c.start, c.end = middle, middle
	}
	if p := l.places[best.Place]; p != nil {
		c.lon, c.lat = p.Centre[0], p.Centre[1]
	}
	c.values = values{"terminal_fit": best.Fit, "minor_source": 1 - l.o.Weights.share(best.Place)}
	if hours := c.to.Sub(c.from).Hours(); best.TMinH > 0 && hours > best.TMinH {
		over := math.Log(hours / best.TMinH)
		c.values["slack"] = min(1, over/math.Log(ordinary))
		c.values["excess_silence"] = max(0, min(2, over-math.Log(ordinary)))
	}
	if l.lawfulFits(s, u) {
		c.values["lawful_fit"] = 1
	}
	if !inside && !back && c.to.Sub(c.from) >= transferLeast {
		c.values["transfer_fit"] = 1 - c.values["slack"]/2
	}
	c.rules = []event.Rule{{Name: "hidden loading fits", Value: best.Fit, Op: ">", Threshold: 0, Unit: "share", Passed: true, Note: best.Place}}
	return c, true
}

// ordinary is how much longer than the least a call takes that nobody hurries: at 12 kn rather than 15 and 14, with 36 h of
// loading rather than 24 and half a day of waiting.
const ordinary = 1.5

// transferLeast is the shortest time in which a whole cargo passes from ship to ship, with making fast and letting go: an
// Aframax's 581,000 barrels took 20 h.
const transferLeast = 20 * time.Hour

// wentIn tells whether a ship was last heard to be inside Hormuz: by the gates that she crossed, or where she was first
// heard if she crossed none. A single position says nothing of it: it may be false.
func (l *Ledger) wentIn(s *ship, at time.Time) bool {
	first := l.first[s.seen.MMSI]
	inside, last := insideHormuz(first.p) && !first.at.IsZero(), time.Time{}
	for _, e := range s.transits {
		d := e.Details.(event.TransitDetails)
		if strings.HasPrefix(d.Gate, "HORMUZ") && !e.Start.After(at) && e.Start.After(last) {
			inside, last = !d.Outbound, e.Start
		}
	}
	return inside
}

// insideHormuz tells on which side of the Strait a position lies: west of Musandam's eastern coast, or off its northern
// tip.
func insideHormuz(p geo.Point) bool { return p[0] < 56.2 || p[1] > 26.2 && p[0] < 56.45 }

// Sighted takes in a position of a ship. The first tells since when she was heard at all.
func (l *Ledger) Sighted(m vessel.MMSI, at time.Time, p geo.Point) {
	if f, known := l.first[m]; !known || at.Before(f.at) {
		l.first[m] = sighting{at, p}
	}
}

// sighting is a position of a ship.
type sighting struct {
	at time.Time
	p  geo.Point
}

// unheardLeast is how long others must have been heard before a ship's not having been means anything: longer than an
// honest ship sails from the head of the Gulf to the Strait, 500 nm at 10 kn. unheardWay is how long she may have been
// inside when the input begins. unheardMost bounds the window of loading.
const (
	unheardLeast = 60 * time.Hour
	unheardWay   = 36 * time.Hour
	unheardMost  = 20 * 24 * time.Hour
)

// unheardChance is the time before a ship was first heard: one that comes out of the Gulf, and never was heard to go in.
func (l *Ledger) unheardChance(s *ship) (chance, bool) {
	first, known := l.first[s.seen.MMSI]
	if !known || first.at.Sub(l.begin) < unheardLeast || l.now.Sub(first.at) > l.o.Keep || !s.seen.Class.Crude() {
		return chance{}, false
	}
	if !s.cameOut() {
		return chance{}, false
	}
	begin := l.begin
	if oldest := first.at.Add(-unheardMost); begin.Before(oldest) {
		begin = oldest
	}
	seen := event.FixRef{Time: first.at, Lon: first.p[0], Lat: first.p[1]}
	early := event.FixRef{Time: begin.Add(-unheardWay), Lon: seen.Lon, Lat: seen.Lat}
	on := call.MarkOf(&seen)
	c, ok := l.hiddenChance(s, unseen{"first-" + first.at.UTC().Format(time.RFC3339), early, seen, l.calls.Hidden(s.seen, call.MarkOf(&early), &on, l.now)})
	if ok {
		c.from, c.start = begin, begin
		delete(c.values, "terminal_fit")
		delete(c.values, "lawful_fit")
		delete(c.values, "slack")
		delete(c.values, "excess_silence")
		c.values["unheard_before"] = 1
		c.through = false
	}
	return c, ok
}

// cameOut tells whether the first gate that a ship crossed was that of Hormuz, outbound. One whose first is farther out may
// have been no farther in than the anchorages of the Gulf of Oman.
func (s *ship) cameOut() bool {
	var first event.Event
	for _, e := range s.transits {
		if first.ID == "" || event.Compare(e, first) < 0 {
			first = e
		}
	}
	d, ok := first.Details.(event.TransitDetails)
	return ok && d.Outbound && d.Gate != exitGate
}

// grounded is what a gap says when it is reckoned from the last position that is believed. One that ends at a false
// position is no silence of its own: it goes on in the time after, which begins where this one did.
func (l *Ledger) grounded(s *ship, e event.Event) (event.GapDetails, bool) {
	d := e.Details.(event.GapDetails)
	m := e.Vessels[0].MMSI
	if d.On != nil {
		if _, astray := l.astray.At(m, d.On.Time); astray {
			return d, false
		}
	}
	if x, astray := l.astray.At(m, d.Off.Time); astray {
		if x.Last == nil {
			return d, false
		}
		d.Off = *x.Last
		if d.On != nil {
			on := call.MarkOf(d.On)
			d.HiddenCalls = l.calls.Hidden(s.seen, call.MarkOf(&d.Off), &on, d.On.Time)
		}
	}
	return d, true
}

// lawfulFits tells whether the silence would also have allowed a loading at a lawful terminal, by the same sum as for a
// hidden one.
func (l *Ledger) lawfulFits(s *ship, u unseen) bool {
	key := u.id + "@" + u.off.Time.UTC().Format(time.RFC3339) + "@" + u.on.Time.UTC().Format(time.RFC3339)
	if fits, known := s.lawful[key]; known {
		return fits
	}
	fits := l.calls.Lawful(s.seen, call.MarkOf(&u.off), call.MarkOf(&u.on))
	s.lawful[key] = fits
	return fits
}
