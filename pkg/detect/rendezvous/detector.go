package rendezvous

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector finds ships alongside each other. It is pure: the same facts in the same ticks give the same events.
type Detector struct {
	o       Options
	weights Weights
	fleet   *vessel.Fleet
	places  *place.Gazetteer

	bins    map[int64][]*track.Sample // by Unix seconds, until decided
	search  *search
	turns   turns
	runs    map[pair]*run   // that last
	recent  map[pair][]*run // that ended less than Options.Draught ago
	changes map[vessel.MMSI][]draughtChange
	astray  event.Displaced // when ships were not where they said
	visits  map[vessel.MMSI][]visit
	hushes  map[vessel.MMSI]hush // the newest silence of each ship that an outage explains
	outages map[string][]deaf    // by source
}

// pair is two ships, the lower MMSI first.
type pair struct{ a, b vessel.MMSI }

func (p pair) compare(q pair) int { return cmp.Or(cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b)) }

// change is the direction in which a draught went: −1, 0 or 1.
type change int8

// draughtChange is a change heard, and the span in which it was typed.
type draughtChange struct {
	id       string
	from, to time.Time
	way      change
}

// New returns a detector that has seen no ship. The sea is not needed.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, weights: DefaultWeights(), visits: map[vessel.MMSI][]visit{}, fleet: fleet, places: places, bins: map[int64][]*track.Sample{}, search: newSearch(), turns: turns{fixes: map[cell][]glance{}},
		runs: map[pair]*run{}, recent: map[pair][]*run{}, changes: map[vessel.MMSI][]draughtChange{},
		hushes: map[vessel.MMSI]hush{}, outages: map[string][]deaf{}}
}

// Observe takes in samples, and the fixes that end silences. Bins that were decided already are not opened again; what
// late reports say of them is held against the runs that rest on them.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Sample:
		d.take(f)
	case *track.Silence:
		d.turns.hear(f)
		if f.On != nil {
			d.resume(f)
			d.glimpse(f)
		}
	}
}

func (d *Detector) take(s *track.Sample) {
	if s.Bin.Add(d.o.Decide).Compare(s.Tick) >= 0 {
		d.bins[s.Bin.Unix()] = append(d.bins[s.Bin.Unix()], s)
	} else if sound(s.Before) && sound(s.After) {
		d.restate(s)
	}
}

// glimpse takes in the fix that ends a silence. Where only satellites hear, it may be all there is of a pass: no sample
// lies between two fixes that are hours apart. It stands in the bins on both sides of it.
func (d *Detector) glimpse(f *track.Silence) {
	on := f.On
	for _, bin := range [2]time.Time{on.Time.Truncate(track.Grid), on.Time.Truncate(track.Grid).Add(track.Grid)} {
		d.take(&track.Sample{
			Header: track.Header{Tick: f.Tick, MMSI: f.MMSI, Start: bin}, Bin: bin, Position: on.Position, Has: on.Has, SOG: on.SOG,
			COG: on.COG, Heading: on.Heading, OnLand: on.OnLand, Before: on, After: on, Place: f.OnPlace,
		})
	}
}

// Hear takes in draught changes: they tell who gave and who took, up to a day after the ships parted. It takes in outages
// too: no meeting ends because nobody listened.
func (d *Detector) Hear(e event.Event) {
	for _, m := range d.astray.Hear(e) {
		d.doubt(m)
	}
	if out, ok := e.Details.(event.OutageDetails); ok {
		d.deafen(out.Source, e)
	}
	details, ok := e.Details.(event.DraughtDetails)
	if !ok || len(e.Vessels) == 0 {
		return
	}
	m := e.Vessels[0].MMSI
	list := slices.DeleteFunc(d.changes[m], func(c draughtChange) bool { return c.id == e.ID })
	if e.Status != event.Retracted {
		way := change(cmp.Compare(details.AfterM, details.BeforeM))
		list = append(list, draughtChange{e.ID, details.LastSeen, details.FirstSeen, way})
	}
	d.changes[m] = list
	for p, runs := range d.recent {
		for _, r := range runs {
			if p.a == m || p.b == m {
				r.touched = true
			}
		}
	}
}

// Advance decides the bin that lies Options.Decide before the grid point w, and returns what changed, in canonical
// order.
func (d *Detector) Advance(w time.Time) []event.Event {
	bins := make([]int64, 0, 1)
	for bin := range d.bins {
		if bin <= w.Add(-d.o.Decide).Unix() {
			bins = append(bins, bin)
		}
	}
	slices.Sort(bins)
	for _, bin := range bins {
		d.decide(d.bins[bin])
		delete(d.bins, bin)
	}
	d.turns.pairs(w, d.o, d.meet)
	out := append(d.progress(w), d.retell(w)...)
	slices.SortFunc(out, event.Compare)
	return out
}

// decide adds the points of one bin to the runs.
func (d *Detector) decide(list []*track.Sample) {
	list = d.o.usable(list)
	d.look(list)
	d.search.pairs(d.o, list, d.meet)
}

// meet adds the points of a pair, the lower MMSI first.
func (d *Detector) meet(a, b *track.Sample) {
	shipA, shipB := d.fleet.About(a.MMSI), d.fleet.About(b.MMSI)
	reach := d.o.Antennas + (shipA.Hull.Length()+shipB.Hull.Length())/2
	if geo.Distance(a.Position, b.Position) > reach || !mayCarry(shipA, shipB) {
		return
	}
	if d.stray(a) || d.stray(b) {
		return
	}
	p := pair{a.MMSI, b.MMSI}
	r := d.runs[p]
	after := time.Time{}
	if r != nil {
		after = r.newest
	}
	for _, x := range d.o.points(a, b, shipA, shipB, after) {
		if r == nil {
			if !x.close {
				continue
			}
			r = &run{a: p.a, b: p.b, start: x.at, middle: x.middle, lastClose: x.at, seen: [2]sight{sightOf(a), sightOf(b)}}
			r.before = d.elsewhereBefore(r, x.bracket)
			d.runs[p] = r
		}
		r.add(x, d.o.Missing)
	}
}

// look notes which ships of runs were heard in a bin, and where.
func (d *Detector) look(list []*track.Sample) {
	for _, r := range d.runs {
		for i, m := range [2]vessel.MMSI{r.a, r.b} {
			at, ok := slices.BinarySearchFunc(list, m, func(s *track.Sample, m vessel.MMSI) int { return cmp.Compare(s.MMSI, m) })
			if ok {
				r.seen[i] = sightOf(list[at])
			}
		}
		a, b := r.seen[0], r.seen[1]
		if a.at.After(r.lastClose) && b.at.After(r.lastClose) && a.at.Sub(b.at).Abs() <= d.o.Missing {
			r.parted = r.parted || geo.Distance(a.place, b.place) > d.o.Antennas+2*halfLength+adrift
		}
	}
}

// waits tells whether a break may be one in hearing only: since the last close point the ships were not seen apart, and
// neither was heard to leave the place or to get up speed, though they may drift. A silence is no parting, and time in which
// the source itself was out does not count, up to twice Options.Unheard in all.
func (d *Detector) waits(r *run, decided time.Time) bool {
	silent := decided.Sub(r.lastClose)
	if silent > 2*d.o.Unheard {
		return false
	}
	silent -= d.deaf(r, decided)
	if silent > d.o.Unheard || r.parted || len(r.tail) > d.o.Looks {
		return false
	}
	unheard, underWay := 0, r.sum.speeds.median()/10 > float64(d.o.Slow) // who sailed alongside leaves no place by sailing on
	for _, s := range r.seen {
		if !underWay && s.speed > d.o.Slow && geo.Distance(s.place, r.lastMiddle) > stays {
			return false
		}
		if decided.Sub(s.at) > d.o.Merge/2 {
			unheard++
		}
	}
	passes := d.o.Passes
	if r.sum.looks > 1 {
		passes *= 2 // one pass is missed
	}
	return silent <= passes || unheard == 1
}

// adrift is how far a ship drifts in half an hour, at 2 kn.
const adrift geo.Metres = 1850

// stays is how far from the place of a run a ship may be that has not left it: the circle round an anchor, 550 m for a
// VLCC, across, and half a ship.
const stays geo.Metres = 1300

// mayCarry tells whether a pair can matter: at least one is known to be a tanker.
func mayCarry(a, b vessel.Ship) bool { return vessel.Tanker(a.ShipType) || vessel.Tanker(b.ShipType) }

// progress opens runs that last long enough, tells of those that passed the length of a transfer, and closes or drops
// those that ended.
func (d *Detector) progress(w time.Time) []event.Event {
	pairs := make([]pair, 0, len(d.runs))
	for p := range d.runs {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, pair.compare)
	var out []event.Event
	decided := w.Add(-d.o.Decide)
	for _, p := range pairs {
		r := d.runs[p]
		silent := decided.Sub(r.lastClose)
		switch {
		case r.astray:
			delete(d.runs, p)
			if r.last != nil {
				out = append(out, r.takeBack(w, "a ship was not where she said"))
			}
		case r.refuted(d.o):
			delete(d.runs, p)
			if r.last != nil {
				out = append(out, r.takeBack(w, refutation))
			}
		case r.last == nil && silent > r.patient(d.o.Missing) && !d.waits(r, decided):
			delete(d.runs, p)
		case r.last == nil:
			out = append(out, d.tryOpen(r, w)...)
		case silent > d.o.Merge && d.waits(r, decided):
		case silent > d.o.Merge:
			r.ended = r.lastClose
			delete(d.runs, p)
			d.recent[p] = append(d.recent[p], r)
			out = append(out, d.close(r, w))
		case r.last.Version == 1 && r.lastClose.Sub(r.start) >= d.o.CargoAfter:
			out = append(out, d.tell(r, w, "alongside for as long as a transfer takes"))
		}
	}
	return out
}

// tryOpen opens a run if the ships lay alongside over its whole, or over its last two hours.
func (d *Detector) tryOpen(r *run, w time.Time) []event.Event {
	if r.lastClose.Sub(r.start) < d.o.Hold || !r.lastClose.After(r.tried) {
		return nil
	}
	r.tried = r.lastClose
	if !d.o.judge(&r.sum).alongside {
		kept := *r
		kept.points = slices.Clone(r.points)
		if !kept.settle(d.o.Hold) || !d.o.judge(&kept.sum).alongside {
			return nil
		}
		*r = kept
	}
	d.visits[r.a] = append(d.visits[r.a], visit{r.b, r.start})
	d.visits[r.b] = append(d.visits[r.b], visit{r.a, r.start})
	e := d.tell(r, w, "alongside for 2 h")
	r.points = nil
	return []event.Event{e}
}

// close tells the end, or takes back a run whose whole shows the ships apart.
func (d *Detector) close(r *run, w time.Time) event.Event {
	if d.o.judge(&r.sum).alongside {
		return d.tell(r, w, "apart for "+event.Hours(d.o.Merge))
	}
	e := *r.last
	e.Version, e.Status, e.Probability, e.Watermark = e.Version+1, event.Retracted, 0, w
	e.Why = "over the whole run the hulls lay apart"
	e.Explanations = []event.Explanation{{Cause: event.OtherMeeting, P: 1}}
	r.last = &e
	return e
}

// retell gives a new version of ended runs of which a draught was heard, and forgets those that are old.
func (d *Detector) retell(w time.Time) []event.Event {
	var out []event.Event
	for p, runs := range d.recent {
		for _, r := range runs {
			if r.astray && r.last.Status != event.Retracted {
				out = append(out, r.takeBack(w, "a ship was not where she said"))
			}
			if r.refuted(d.o) && r.last.Status != event.Retracted {
				out = append(out, r.takeBack(w, refutation))
			}
			if r.cut(d.o.Hold) && r.last.Status != event.Retracted {
				out = append(out, d.tell(r, w, "late reports show that they parted sooner"))
			}
			if r.resumed && r.last.Status != event.Retracted {
				out = append(out, d.tell(r, w, "heard again elsewhere"))
			}
			if r.touched && r.last.Status != event.Retracted && d.draught(r.a, r)|d.draught(r.b, r) != 0 {
				out = append(out, d.tell(r, w, "a draught changed"))
			}
			r.touched, r.resumed = false, false
		}
		runs = slices.DeleteFunc(runs, func(r *run) bool { return w.Sub(r.ended) > d.o.Draught+d.o.Merge })
		if d.recent[p] = runs; len(runs) == 0 {
			delete(d.recent, p)
		}
	}
	for m, list := range d.changes {
		list = slices.DeleteFunc(list, func(c draughtChange) bool { return w.Sub(c.to) > keepChanges })
		if d.changes[m] = list; len(list) == 0 {
			delete(d.changes, m)
		}
	}
	d.forgetHushes(w)
	for m, list := range d.visits {
		list = slices.DeleteFunc(list, func(v visit) bool { return w.Sub(v.at) > keepChanges })
		if d.visits[m] = list; len(list) == 0 {
			delete(d.visits, m)
		}
	}
	return out
}

// keepChanges is how long draught changes are remembered: longer than any transfer, which take up to three days.
const keepChanges = 10 * 24 * time.Hour

// draught is the way in which a ship's draught went in a run and up to Options.Draught after it.
func (d *Detector) draught(m vessel.MMSI, r *run) change {
	until := r.lastClose.Add(d.o.Draught)
	way := change(0)
	for _, c := range d.changes[m] {
		if c.to.After(r.start) && !c.to.After(until) {
			way = c.way
		}
	}
	return way
}
