package cargo

import (
	"errors"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the ledger's parameters.
type Options struct {
	Weights Weights
	// Touch is how far apart two candidates of one ship may lie and still be one loading: a shift of berth.
	Touch time.Duration
	// Outcome is how long after the loading a draught still speaks of it: crews type it hours to days late.
	Outcome time.Duration
	// Outbound is how long after a stay a gate crossing still belongs to it.
	Outbound time.Duration
	// Keep is how long candidates stay open to change; older lifts are kept as they are.
	Keep time.Duration
}

// Defaults returns the start values.
func Defaults() Options {
	return Options{
		Weights:  DefaultWeights(),
		Touch:    48 * time.Hour,
		Outcome:  10 * 24 * time.Hour,
		Outbound: 20 * 24 * time.Hour,
		Keep:     90 * 24 * time.Hour,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "cargo", About: "the ledger of cargoes; its weights are data, fitted and hashed apart", Params: []param.Param{
		param.Time("touch", &o.Touch, 0, 10*day, "two candidates of one ship so close are one loading, a shift of berth; longer joins two voyages", "start value"),
		param.Time("outcome", &o.Outcome, 24*time.Hour, 60*day, "after the loading a draught still speaks of it; longer meets the next voyage", "start value: crews type it hours to days late"),
		param.Time("outbound", &o.Outbound, 24*time.Hour, 90*day, "after a stay a gate crossing still belongs to it; longer meets the next voyage", "start value"),
		param.Time("keep", &o.Keep, 30*day, 400*day, "candidates stay open to change; shorter drops what may still be confirmed", "METHODS 7: a loading may lie 75 days before its transfer"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return errors.Join(o.Weights.Validate(), o.Params().Check()) }

// Ledger turns events into lifts.
type Ledger struct {
	o         Options
	fleet     *vessel.Fleet
	places    map[string]*place.Place // by name
	calls     *call.Reckoner
	ships     map[vessel.MMSI]*ship
	order     []vessel.MMSI // of ships, rising
	dirty     map[vessel.MMSI]bool
	posts     map[string]*post     // lifts published, by id
	astray    event.Displaced      // when ships were not where they said
	inferring map[vessel.MMSI]bool // ships of which a lift may be inferred
	links     map[string]link      // numbers of one hull, by the event that tells so
	first     map[vessel.MMSI]sighting
	begin     time.Time // the first grid point
	now       time.Time // the last one
	hour      time.Time // the hour in which the fleet was last compared
}

// link is two numbers of one hull.
type link struct{ from, to vessel.MMSI }

// ship is what the ledger remembers of one ship.
type ship struct {
	stays    map[string]event.Event // sanctioned port calls, by id
	gaps     map[string]event.Event // closed gaps with hidden calls, or that begin at a false position, by id
	tracks   map[string]event.Event // false positions with hidden calls, by id
	others   map[string]event.Event // loadings at lawful terminals, by id
	transits map[string]event.Event // crossings of gates, by id
	draughts map[string]event.Event // draught changes, by id
	rests    map[string]event.Event // lying still where cargo is passed on, by id
	passed   map[string]event.Event // cargo passed from ship to ship, by id
	lawful   map[string]bool        // gaps into which a lawful loading fits, by id and version
	lifts    []string               // ids of her lifts, in order of publishing
	seen     vessel.Ship            // as at the last evaluation
	pending  int                    // candidates without an outcome
	below    int                    // candidates below the cut
	weighed  []Candidate            // all of them
}

// newShip returns a ship of which nothing was heard.
func newShip() *ship {
	s := &ship{lawful: map[string]bool{}}
	for _, kept := range s.memories() {
		*kept = map[string]event.Event{}
	}
	return s
}

// memories are all that is kept of a ship's events.
func (s *ship) memories() []*map[string]event.Event {
	return []*map[string]event.Event{&s.stays, &s.gaps, &s.tracks, &s.others, &s.transits, &s.draughts, &s.rests, &s.passed}
}

// post is a lift that was published, in its newest version.
type post struct {
	lift  Lift
	event event.Event
	gone  bool
}

// New returns an empty ledger.
func New(o Options, f *vessel.Fleet, g *place.Gazetteer, calls *call.Reckoner) *Ledger {
	l := &Ledger{o: o, fleet: f, places: map[string]*place.Place{}, ships: map[vessel.MMSI]*ship{},
		dirty: map[vessel.MMSI]bool{}, posts: map[string]*post{}, links: map[string]link{}, inferring: map[vessel.MMSI]bool{}, first: map[vessel.MMSI]sighting{}, calls: calls}
	for id := range place.ID(g.Len()) {
		p := g.At(id)
		l.places[p.Name] = p
	}
	return l
}

// Hear takes an event of an earlier kind; a newer version replaces the older one, and one that was retracted or no
// longer says anything about cargo takes the older one away.
func (l *Ledger) Hear(e event.Event) {
	if len(e.Vessels) == 0 {
		return
	}
	for _, m := range l.astray.Hear(e) {
		if l.ships[m] != nil {
			l.dirty[m] = true
		}
	}
	switch d := e.Details.(type) {
	case event.IdentityDetails:
		l.join(e)
	case event.PortCallDetails:
		if d.Sanctioned {
			l.keep(e, true, func(s *ship) map[string]event.Event { return s.stays })
			return
		}
		l.keep(e, l.lonely(e), func(s *ship) map[string]event.Event { return s.rests })
		lawful := e.Place != nil && e.Place.Kind == string(place.LawfulTerminal)
		l.keep(e, lawful, func(s *ship) map[string]event.Event { return s.others })
	case event.GapDetails:
		_, astray := l.astray.At(e.Vessels[0].MMSI, d.Off.Time)
		l.keep(e, d.On != nil && (astray || len(d.HiddenCalls) > 0), func(s *ship) map[string]event.Event { return s.gaps })
	case event.FalsePositionDetails:
		l.keep(e, e.Probability >= event.Believed && len(d.HiddenCalls) > 0, func(s *ship) map[string]event.Event { return s.tracks })
	case event.TransitDetails:
		l.keep(e, true, func(s *ship) map[string]event.Event { return s.transits })
	case event.RendezvousDetails:
		cargo := e.Probability >= event.Believed && d.Form == event.Alongside && e.Status != event.Open
		for _, v := range e.Vessels {
			if v.Role == event.Donor || v.Role == event.Receiver {
				l.keepOf(v.MMSI, e, cargo, func(s *ship) map[string]event.Event { return s.passed })
			}
		}
	case event.LoiteringDetails:
		l.keep(e, l.lonely(e), func(s *ship) map[string]event.Event { return s.rests })
	case event.DraughtDetails:
		l.keep(e, true, func(s *ship) map[string]event.Event { return s.draughts })
	}
}

// keep stores an event that matters and drops one that does not, and has the ship looked at again if that changed
// anything.
func (l *Ledger) keep(e event.Event, matters bool, where func(*ship) map[string]event.Event) {
	l.keepOf(e.Vessels[0].MMSI, e, matters, where)
}

// keepOf is keep of one of an event's ships.
func (l *Ledger) keepOf(m vessel.MMSI, e event.Event, matters bool, where func(*ship) map[string]event.Event) {
	matters = matters && e.Status != event.Retracted
	s := l.ships[m]
	if s == nil {
		if !matters {
			return
		}
		s = newShip()
		l.ships[m] = s
		i, _ := slices.BinarySearch(l.order, m)
		l.order = slices.Insert(l.order, i, m)
	}
	if matters {
		where(s)[e.ID] = e
	} else if _, known := where(s)[e.ID]; known {
		delete(where(s), e.ID)
	} else {
		return
	}
	l.dirty[m] = true
}

// Advance says that no fact before w will come any more that is not late. It returns new versions of lifts in
// canonical order.
func (l *Ledger) Advance(w time.Time) []event.Event {
	if l.begin.IsZero() {
		l.begin = w
	}
	l.now = w
	l.noticeFleet(w)
	if len(l.dirty) == 0 {
		return nil
	}
	var out []event.Event
	for m := range l.dirty {
		for _, other := range l.hull(m) {
			l.dirty[other] = true
		}
	}
	for _, m := range l.order {
		if l.dirty[m] {
			out = append(out, l.evaluate(m, w)...)
		}
	}
	if len(out) > 0 { // what is inferred depends on what else is known
		for _, m := range l.order {
			if l.inferring[m] {
				out = append(out, l.evaluate(m, w)...)
			}
		}
	}
	clear(l.dirty)
	slices.SortFunc(out, event.Compare)
	return out
}

// noticeFleet marks ships whose draughts or particulars changed without an event, once an hour of event time: a first
// draught is no change, and no event tells of it.
func (l *Ledger) noticeFleet(w time.Time) {
	hour := w.Truncate(time.Hour)
	if hour.Equal(l.hour) {
		return
	}
	l.hour = hour
	for _, m := range l.order {
		s := l.ships[m]
		if len(s.stays)+len(s.gaps)+len(s.tracks)+len(s.transits) == 0 {
			continue
		}
		now, _ := l.fleet.Ship(m)
		if len(now.Draughts) != len(s.seen.Draughts) || now.DWT != s.seen.DWT || now.Class != s.seen.Class ||
			now.Flag != s.seen.Flag || now.IMO != s.seen.IMO || len(now.Listed) != len(s.seen.Listed) {
			l.dirty[m] = true
		}
	}
}

// Lifts returns the lifts at or above the cut, by start, then id. Blends are none.
func (l *Ledger) Lifts() []Lift {
	var out []Lift
	for _, p := range l.posts {
		if !p.gone && p.lift.Route != Blend {
			out = append(out, p.lift)
		}
	}
	slices.SortFunc(out, byStart)
	return out
}

// Tally counts candidates that carry no barrels: pending ones wait for a sign of having loaded, those below the cut
// have too small a probability.
func (l *Ledger) Tally() (pending, below int) {
	for _, s := range l.ships {
		pending += s.pending
		below += s.below
	}
	return pending, below
}

// join takes in that two numbers are one hull's, or are not.
func (l *Ledger) join(e event.Event) {
	from, to, holds := event.OneHull(e)
	old, known := l.links[e.ID]
	switch {
	case holds && !from.Default() && !to.Default():
		l.links[e.ID] = link{from, to}
		l.dirty[from], l.dirty[to] = true, true
	case known:
		for _, m := range l.hull(old.from) {
			l.dirty[m] = true
		}
		delete(l.links, e.ID)
	}
}

// hull lists the numbers under which a hull sailed, the given one among them, rising.
func (l *Ledger) hull(m vessel.MMSI) []vessel.MMSI {
	out := []vessel.MMSI{m}
	for grown := len(l.links) > 0; grown; {
		grown = false
		for _, x := range l.links {
			a, b := slices.Contains(out, x.from), slices.Contains(out, x.to)
			if a == b {
				continue
			}
			grown = true
			if a {
				out = append(out, x.to)
			} else {
				out = append(out, x.from)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Candidate is a voyage that was weighed, whatever came of it: what the ledger saw in it, for fitting weights and for
// showing what did not count.
type Candidate struct {
	MMSI       vessel.MMSI
	IMO        vessel.IMO
	Start, End time.Time // loading window
	Values     []event.ScoreTerm
	Q          float64
	Counts     bool // it is a lift in the ledger
	Shows      bool // there is a sign of a chance and one of having loaded, whatever speaks against them
}

// Candidates returns every voyage that had a chance to load and a sign of having loaded, in order of ship and time.
func (l *Ledger) Candidates() []Candidate {
	var out []Candidate
	for _, m := range l.order {
		out = append(out, l.ships[m].weighed...)
	}
	return out
}
