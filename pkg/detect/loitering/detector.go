package loitering

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct {
	Slow      geo.Knots     // hourly mean below it
	Least     time.Duration // the shortest that is told
	Silence   time.Duration // longer ends it, and
	Intervals float64       // so many of the ship's own intervals
	MinLength geo.Metres
}

// Defaults returns the starting parameters: 2 kn and 4 h are the method's start values, near those of Global Fishing
// Watch's loitering events (below 2 kn on average). 100 m: no shorter ship carries oil across a sea.
func Defaults() Options {
	return Options{Slow: 2, Least: 4 * time.Hour, Silence: time.Hour, Intervals: 4, MinLength: 100}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "loitering", About: "loitering: slow for hours outside ports and anchorages", Params: []param.Param{
		param.Number("slow_kn", &o.Slow, 0.1, 6, "kn", "hourly mean below it", "METHODS 5; near Global Fishing Watch's loitering events"),
		param.Time("least", &o.Least, time.Hour, 240*time.Hour, "the shortest that is told", "METHODS 5"),
		param.Time("silence", &o.Silence, time.Hour, 48*time.Hour, "longer ends it; stage A tells of silences from one hour on", "METHODS 5"),
		param.Number("intervals", &o.Intervals, 1, 100, "intervals", "of the ship's own, whichever is longer; one missed report is no silence", "METHODS 5"),
		param.Number("min_length_m", &o.MinLength, 0, 500, "m", "ships of unknown type that are shorter are left out", "reference/tanker_size_classes.csv: the smallest class that crosses a sea begins at 110 m"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// Detector follows slow ships. It is pure.
type Detector struct {
	o      Options
	fleet  *vessel.Fleet
	places *place.Gazetteer
	ships  map[vessel.MMSI]*drift
	heard  map[vessel.MMSI]bool // since the last grid point, with a run
	slow   map[vessel.MMSI]bool // with a run
	doubt  map[vessel.MMSI]bool // of which something else is known since the last grid point
	astray event.Displaced      // when ships were not where they said
}

// drift is what is remembered of one ship.
type drift struct {
	mmsi  vessel.MMSI
	at    time.Time     // up to here she is known
	limit time.Duration // a longer silence ends what she does
	hour  time.Time     // the hour of the clock that is being filled
	way   float64       // knot-hours in it
	hours float64       // known of it
	out   bool          // none of it in port
	first *track.Fix    // of it
	last  *track.Fix
	run   *run
	quiet []time.Time   // when the silences of the last day began
	told  []event.Event // ended, of the last days
}

// run is hours in a row that were slow.
type run struct {
	begin, end time.Time
	from       *track.Fix
	to         *track.Fix
	way, hours float64
	ended      string // why, when it has
	told       *event.Event
}

// keepTold is how many ended events of a ship may still be taken back, and for how long: a false position is seen as one
// within days.
const (
	keepTold = 8
	keepFor  = 10 * 24 * time.Hour
)

// New returns a detector that knows no ship. The sea is not needed.
func New(o Options, fleet *vessel.Fleet, places *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, fleet: fleet, places: places, ships: map[vessel.MMSI]*drift{}, heard: map[vessel.MMSI]bool{},
		slow: map[vessel.MMSI]bool{}, doubt: map[vessel.MMSI]bool{}}
}

// Observe takes in samples, and silences short enough to say something.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Sample:
		if s := d.of(f.MMSI); s != nil && !f.OnLand && f.Bin.After(s.at) && !d.displaced(f.MMSI, f.Before, f.After) {
			d.take(s, f.Bin.Add(-track.Grid), f.Bin, knots(f), f.Place, f.Before, f.After)
		}
	case *track.Silence:
		s := d.of(f.MMSI)
		if s == nil {
			return
		}
		s.limit = max(d.o.Silence, time.Duration(d.o.Intervals*float64(s.interval(f))))
		if f.On == nil || f.On.Time.Sub(f.Off.Time) > s.limit || f.Off.Time.Before(s.at.Add(-track.Grid)) || f.Off.OnLand || f.On.OnLand || d.displaced(f.MMSI, &f.Off, f.On) {
			return
		}
		hours := f.On.Time.Sub(f.Off.Time).Hours()
		speed := geo.Knots(geo.DistanceExact(f.Off.Position, f.On.Position).NauticalMiles() / hours)
		id := f.OnPlace
		if id == place.NoPlace {
			id = f.Place
		}
		d.take(s, f.Off.Time, f.On.Time, speed, id, &f.Off, f.On)
	}
}

// interval is how long she is usually not heard: the median time between her fixes, or where only passing satellites hear
// her, so that fixes come in bunches, the time between bunches.
func (s *drift) interval(f *track.Silence) time.Duration {
	if !slices.ContainsFunc(s.quiet, f.Off.Time.Equal) {
		s.quiet = append(s.quiet, f.Off.Time)
	}
	s.quiet = slices.DeleteFunc(s.quiet, func(t time.Time) bool { return f.Off.Time.Sub(t) > 24*time.Hour })
	if n := len(s.quiet); n >= bunches {
		return max(f.Interval, 24*time.Hour/time.Duration(n))
	}
	return f.Interval
}

// bunches is how many silences within a day show that she is heard in bunches.
const bunches = 4

// displaced tells whether she was not where she said at either of two fixes.
func (d *Detector) displaced(m vessel.MMSI, a, b *track.Fix) bool {
	_, astray := d.astray.Within(m, a.Time, b.Time)
	return astray
}

// of is what is remembered of a ship, nil for what is none.
func (d *Detector) of(m vessel.MMSI) *drift {
	if s := d.ships[m]; s != nil {
		return s
	}
	if !m.Ship() {
		return nil
	}
	s := &drift{mmsi: m}
	d.ships[m] = s
	return s
}

// knots is the speed that a sample reports, or what her way asks for.
func knots(f *track.Sample) geo.Knots {
	if v, ok := f.Speed(); ok {
		return v
	}
	hours := f.After.Time.Sub(f.Before.Time).Hours()
	if hours <= 0 {
		return 0
	}
	return geo.Knots(geo.DistanceExact(f.Before.Position, f.After.Position).NauticalMiles() / hours)
}

// take adds a time with one speed to the hours it lies in.
func (d *Detector) take(s *drift, from, to time.Time, speed geo.Knots, at place.ID, before, after *track.Fix) {
	if !s.at.IsZero() && from.Sub(s.at) > max(s.limit, d.o.Silence) {
		d.close(s)
		s.end("silent")
	}
	if from.Before(s.at) {
		from = s.at
	}
	s.at = to
	for from.Before(to) {
		hour := from.Truncate(time.Hour)
		if !hour.Equal(s.hour) {
			d.close(s)
			s.hour, s.out, s.first = hour, true, before
		}
		part := to
		if next := hour.Add(time.Hour); next.Before(to) {
			part = next
		}
		h := part.Sub(from).Hours()
		s.way, s.hours, s.out, s.last = s.way+h*float64(speed), s.hours+h, s.out && !d.restful(at), after
		from = part
	}
	if s.run != nil {
		d.heard[s.mmsi] = true
	}
}

// restful tells whether ships lie still at a place as a matter of course.
func (d *Detector) restful(id place.ID) bool {
	if id == place.NoPlace {
		return false
	}
	switch p := d.places.At(id); p.Kind {
	case place.STSArea:
		return p.Confidence == "high" // a published anchorage in which cargo is passed, too
	case place.Zone, place.Gate:
		return false
	}
	return true
}

// known is the least of an hour that must be known for its mean to count: two samples of twelve.
const known = 1.0 / 6

// close decides on the hour that is filled.
func (d *Detector) close(s *drift) {
	way, hours, hour, first, last := s.way, s.hours, s.hour, s.first, s.last
	s.way, s.hours, s.hour, s.first = 0, 0, time.Time{}, nil
	switch {
	case hours < known:
		return
	case !s.out:
		s.end("in port or at anchor")
		return
	case way/hours >= float64(d.o.Slow):
		s.end("under way")
		return
	}
	if s.run == nil || s.run.ended != "" {
		if s.run != nil && s.run.told != nil {
			return // told as ended at the next grid point; the hour is lost, which is a quarter of the least
		}
		if !d.concerns(d.fleet.About(s.mmsi)) {
			return
		}
		d.slow[s.mmsi] = true
		s.run = &run{begin: first.Time, from: first}
		if first.Time.Before(hour) {
			s.run.begin = hour
		}
	}
	r := s.run
	r.end, r.to, r.way, r.hours = hour.Add(time.Hour), last, r.way+way, r.hours+hours
}

func (s *drift) end(why string) {
	if s.run != nil && s.run.ended == "" {
		s.run.ended = why
	}
}

// Hear takes in interference and false positions: a ship that is elsewhere does not loiter.
func (d *Detector) Hear(e event.Event) {
	for _, m := range d.astray.Hear(e) {
		if d.ships[m] != nil {
			d.doubt[m] = true
		}
	}
}

// takeBack retracts what was told of a ship of hours for half of which she was not where she said. A run that is not
// over is forgotten then.
func (d *Detector) takeBack(m vessel.MMSI, w time.Time) []event.Event {
	s := d.ships[m]
	var out []event.Event
	s.told = slices.DeleteFunc(s.told, func(e event.Event) bool {
		if d.astray.Covered(m, e.Start, *e.End) < 0.5 {
			return w.Sub(*e.End) > keepFor
		}
		out = append(out, retract(e, w))
		return true
	})
	if r := s.run; r != nil && d.astray.Covered(m, r.begin, r.end) >= 0.5 {
		if r.told != nil {
			out = append(out, retract(*r.told, w))
		}
		s.run = nil
		delete(d.slow, m)
		delete(d.heard, m)
	}
	return out
}

func retract(e event.Event, w time.Time) event.Event {
	e.Version++
	e.Status, e.Probability, e.Watermark, e.Why = event.Retracted, 0, w, "she was not where she said"
	e.Explanations = []event.Explanation{{Cause: event.Unknown, P: 1}}
	return e
}

// Advance returns what is new at the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	var out []event.Event
	if w.Equal(w.Truncate(time.Hour)) {
		d.astray.Forget(w)
		for m := range d.slow {
			if s := d.ships[m]; w.Sub(s.at) > max(s.limit, d.o.Silence)+lag {
				d.close(s)
				s.end("silent")
				d.heard[m] = true
			}
		}
	}
	for _, m := range slices.Sorted(maps.Keys(d.doubt)) {
		out = append(out, d.takeBack(m, w)...)
	}
	clear(d.doubt)
	for _, m := range slices.Sorted(maps.Keys(d.heard)) {
		if s := d.ships[m]; s.run != nil {
			out = append(out, d.judge(m, s, w)...)
		}
	}
	clear(d.heard)
	slices.SortFunc(out, event.Compare)
	return out
}

// lag is how long after its bin a sample may come: the fix after it ends less than an hour later.
const lag = time.Hour

func (d *Detector) judge(m vessel.MMSI, s *drift, w time.Time) []event.Event {
	r := s.run
	if r.ended != "" {
		s.run = nil
		delete(d.slow, m)
	}
	if r.end.Sub(r.begin) < d.o.Least || d.astray.Covered(m, r.begin, r.end) >= 0.5 || r.told != nil && r.ended == "" {
		return nil
	}
	ship := d.fleet.About(m)
	e := d.describe(m, ship, r, w)
	if r.told != nil {
		e.Version = r.told.Version + 1
	}
	r.told = &e
	if r.ended != "" {
		if s.told = append(s.told, e); len(s.told) > keepTold {
			s.told = slices.Delete(s.told, 0, 1)
		}
	}
	return []event.Event{e}
}

func (d *Detector) concerns(s vessel.Ship) bool {
	switch {
	case vessel.Tanker(s.ShipType):
		return true
	case s.ShipType != 0:
		return false
	}
	return s.HasHull && s.Hull.Length() >= d.o.MinLength
}

func (d *Detector) describe(m vessel.MMSI, ship vessel.Ship, r *run, w time.Time) event.Event {
	at, end := r.from.Position, r.end
	e := event.Event{Schema: event.Schema, ID: event.ID(event.Loitering, r.begin, at[0], at[1], m), Version: 1, Kind: event.Loitering,
		Status: event.Open, Start: r.begin, Lon: at[0], Lat: at[1], Place: d.placeOf(at), Probability: seen, Explanations: event.Seen(seen), Watermark: w,
		Why: fmt.Sprintf("below %g kn for %s", float64(d.o.Slow), event.Hours(end.Sub(r.begin)))}
	after := time.Time{}
	if r.ended != "" {
		after = end
		e.Status, e.End, e.Why = event.Closed, &end, r.ended+" after "+event.Hours(end.Sub(r.begin))
	}
	e.Vessels = []event.Vessel{event.FromShip(event.Subject, ship, r.begin, after)}
	mean := geo.Knots(r.way / r.hours)
	details := event.LoiteringDetails{DurationH: end.Sub(r.begin).Hours(), MeanKn: mean, DriftM: geo.DistanceExact(at, r.to.Position), Load: ship.LoadAt(r.begin).String()}
	details.Rules.Rules = []event.Rule{
		{Name: "mean_speed", Value: float64(mean), Op: "<", Threshold: float64(d.o.Slow), Unit: "kn", Passed: mean < d.o.Slow, Note: "and in each hour"},
		{Name: "duration", Value: details.DurationH, Op: ">=", Threshold: d.o.Least.Hours(), Unit: "h", Passed: true, Note: "outside ports and anchorages"},
	}
	if n := len(ship.Listed); n > 0 {
		details.Rules.Rules = append(details.Rules.Rules, event.Rule{Name: "watch_list_hits", Value: float64(n), Op: ">=", Threshold: 1, Unit: "entries", Passed: true, Note: strings.Join(ship.Listed, "; ")})
	}
	e.Details = details
	var b event.EvidenceBuilder
	for _, f := range [2]*track.Fix{r.from, r.to} {
		b.Add(f.Source, f.Offset, f.Raw)
	}
	e.Evidence = b.Done()
	return e
}

// seen is the probability that a ship whose track says so was slow: a false track says it too.
const seen = 0.95

func (d *Detector) placeOf(p geo.Point) *event.Place {
	found := d.places.Find(p, make([]place.ID, 0, 8))
	if len(found) == 0 {
		return nil
	}
	at := d.places.At(found[0])
	return &event.Place{Name: at.Name, Kind: string(at.Kind), Country: at.Country}
}
