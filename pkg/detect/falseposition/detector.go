package falseposition

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Detector finds ships that say, alone, that they are where they are not. It is pure.
type Detector struct {
	o         Options
	weights   map[string]float64
	fleet     *vessel.Fleet
	places    *place.Gazetteer
	calls     *call.Reckoner
	ships     map[vessel.MMSI]*ship
	footprint footprint
	stations  Stations
	jammed    event.Displaced     // interference heard: what it explains is not claimed
	shared    map[string]twoShips // identity events heard that say so, by id
	drawn     []drawnPlace        // its false places of the last days
	classB    map[vessel.MMSI]bool
	dirty     []vessel.MMSI
	hour      int64 // the newest hour swept, since 1970
}

// ship is what is remembered of one ship.
type ship struct {
	seen    time.Time
	marks   []mark       // of the last day, ten minutes apart and more
	kept    []*track.Fix // one an hour of the last two days, as evidence
	jumps   []*leap
	rest    rest
	differ  tally
	heard   hearing
	signs   []*sign
	told    []*claim
	quiets  []quiet   // her last silences
	leapt   time.Time // the newest jump that was kept
	vouched time.Time // when a coast station last heard her and nothing was strange
	touched bool
}

// quiet is a time in which she was not heard at all.
type quiet struct{ off, on time.Time }

// mark is a fix in brief.
type mark struct {
	at     time.Time
	p      geo.Point
	source string
	land   bool
}

// The bounds of what a ship keeps.
const (
	markEvery = 10 * time.Minute
	markSpan  = 24 * time.Hour
	keepEvery = time.Hour
	keepSpan  = 48 * time.Hour
)

// New returns a detector that knows no ship.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, calls *call.Reckoner) *Detector {
	return &Detector{o: o, weights: logOdds(DefaultWeights()), fleet: fleet, places: places, calls: calls, ships: map[vessel.MMSI]*ship{},
		footprint: newFootprint(), shared: map[string]twoShips{}, classB: map[vessel.MMSI]bool{}}
}

// twoShips is a time in which a number was more than one ship's; its end is open.
type twoShips struct {
	mmsi vessel.MMSI
	from time.Time
	to   *time.Time
}

// Hear takes in interference, and numbers that are shared.
func (d *Detector) Hear(e event.Event) {
	if x, ok := e.Details.(event.IdentityDetails); ok && ofTwo(x) && len(e.Vessels) > 0 {
		delete(d.shared, e.ID)
		if m := e.Vessels[0].MMSI; e.Status != event.Retracted && e.Probability >= event.Believed {
			d.shared[e.ID] = twoShips{m, e.Start, e.End}
			if d.ships[m] != nil {
				d.touch(m)
			}
		}
	}
	if e.Kind == event.Interference {
		d.hearDrawn(e)
		for _, m := range d.jammed.Hear(e) {
			if d.ships[m] != nil {
				d.touch(m)
			}
		}
	}
}

// ofTwo tells whether an identity event says that a number was two ships', at once or one after the other.
func ofTwo(x event.IdentityDetails) bool {
	return x.Form == "number_shared" || x.Form == "changed" && x.Claim == "two_ships"
}

func (d *Detector) touch(m vessel.MMSI) {
	if s := d.ships[m]; !s.touched {
		s.touched = true
		d.dirty = append(d.dirty, m)
	}
}

// Observe takes in jumps, the fixes of samples and silences, and which stations are satellites.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Reception:
		d.footprint.kind(f.Station.String(), f.BySatellite())
		return
	case *track.Profile:
		if f.ByClassA() {
			delete(d.classB, f.MMSI)
		} else if f.ByClassB() {
			d.classB[f.MMSI] = true
		}
		return
	}
	m := f.Head().MMSI
	if !m.Ship() {
		return
	}
	switch f := f.(type) {
	case *track.Jump:
		if s := d.of(m); f.Kept {
			s.leapt = later(s.leapt, f.To.Time)
			d.leapt(s, f)
		}
	case *track.Sample:
		s := d.of(m)
		d.take(m, s, f.Segment, f.Before)
		d.compare(s, f.Before, f.After)
		d.take(m, s, f.Segment, f.After)
	case *track.Silence:
		s := d.of(m)
		for i := range f.Recent {
			d.take(m, s, time.Time{}, &f.Recent[i])
		}
		d.take(m, s, time.Time{}, &f.Off)
		if f.On != nil {
			d.take(m, s, time.Time{}, f.On)
		}
	}
}

func (d *Detector) of(m vessel.MMSI) *ship {
	s := d.ships[m]
	if s == nil {
		s = &ship{}
		d.ships[m] = s
	}
	return s
}

// take judges a fix, each once. Beside a silence its segment is not told: zero.
func (d *Detector) take(m vessel.MMSI, s *ship, segment time.Time, f *track.Fix) {
	if f.Coarse || !f.Time.After(s.seen) {
		return
	}
	if gap := f.Time.Sub(s.seen); !s.seen.IsZero() && gap >= d.o.Join {
		if s.quiets = append(s.quiets, quiet{s.seen, f.Time}); len(s.quiets) > 8 {
			s.quiets = slices.Delete(s.quiets, 0, 1)
		}
	}
	s.seen = f.Time
	if n := len(s.marks); n == 0 || f.Time.Sub(s.marks[n-1].at) >= markEvery {
		s.marks = append(s.marks, mark{f.Time, f.Position, f.Source, f.OnLand})
	}
	if n := len(s.kept); n == 0 || f.Time.Sub(s.kept[n-1].Time) >= keepEvery {
		s.kept = append(s.kept, f)
	}
	s.follow(d.o, segment, f)
	s.rest.take(f)
	d.footprint.take(m, f)
	if s.signs != nil {
		d.touch(m)
	}
}

// Advance returns what changed up to the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	if hour := w.Unix() / 3600; hour > d.hour {
		d.sweep(w)
		d.hour = hour
	}
	var out []event.Event
	slices.Sort(d.dirty)
	for _, m := range d.dirty {
		s := d.ships[m]
		s.touched = false
		if d.concerns(m) {
			out = append(out, d.judge(m, s, w)...)
		}
	}
	d.dirty = d.dirty[:0]
	slices.SortFunc(out, event.Compare)
	return out
}

// sweep looks at every ship once an hour.
func (d *Detector) sweep(w time.Time) {
	d.jammed.Forget(w)
	still, frozen := d.atRest(w)
	for _, m := range slices.Sorted(maps.Keys(d.ships)) {
		s := d.ships[m]
		s.forget(w)
		if w.Sub(s.seen) > d.o.Memory+d.o.Join && len(s.told) == 0 && !s.touched {
			delete(d.ships, m)
			continue
		}
		if !d.concerns(m) {
			continue
		}
		d.teleports(s, w)
		d.frozen(s, w, still, frozen)
		d.circles(s, w)
		d.differs(s, w)
		if len(s.signs) > 0 || len(s.told) > 0 {
			d.touch(m)
		}
	}
	d.footprint.fold(d, w)
}

// forget drops what is too old to matter.
func (s *ship) forget(w time.Time) {
	i := 0
	for i < len(s.marks)-1 && w.Sub(s.marks[i].at) > markSpan {
		i++ // the last stays: it is where she was last
	}
	s.marks = slices.Delete(s.marks, 0, i)
	i = 0
	for i < len(s.kept) && w.Sub(s.kept[i].Time) > keepSpan {
		i++
	}
	s.kept = slices.Delete(s.kept, 0, i)
}

// concerns tells whether a ship may carry oil, by what is known of her now.
func (d *Detector) concerns(m vessel.MMSI) bool {
	s, known := d.fleet.Ship(m)
	switch {
	case !known:
		return !d.classB[m]
	case s.Class == vessel.NotTanker:
		return false
	case vessel.Tanker(s.ShipType):
		return true
	}
	return !d.classB[m] && (!s.HasHull || s.Hull.Length() == 0 || s.Hull.Length() >= 100)
}

// sign is one reason to doubt a ship's positions, over a time.
type sign struct {
	sort     string
	key      int64 // tells signs of one sort apart
	from, to time.Time
	lasts    bool
	home     *event.FixRef // of a leap to where stations hear her that hear ships there: the first fix
	found    []found       // what it weighs
	before   *event.FixRef // where she was before, if the sign itself tells
	after    *event.FixRef
	rules    []event.Rule
	near     []string  // stations expected that did not hear her
	far      []string  // stations that heard her and never hear the place
	at, end  geo.Point // where she said she was at its beginning and end
	fixes    int
}

// put replaces a sign or adds it.
func (s *ship) put(x *sign) {
	i := slices.IndexFunc(s.signs, func(y *sign) bool { return y.sort == x.sort && y.key == x.key })
	if i >= 0 {
		s.signs[i] = x
		return
	}
	s.signs = append(s.signs, x)
	slices.SortStableFunc(s.signs, func(a, b *sign) int {
		return cmp.Or(a.from.Compare(b.from), cmp.Compare(a.sort, b.sort), cmp.Compare(a.key, b.key))
	})
}
