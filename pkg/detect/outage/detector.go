package outage

import (
	"fmt"
	"slices"
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
	Silence  time.Duration // the least pause that is an outage
	Pauses   float64       // times the source's own longest pause
	Regular  int           // consecutive hours heard before a source is judged
	Emitters int           // habitual emitters in cells an hour below which it is not
	Memory   time.Duration // over which its habit is taken
}

// Defaults returns the starting parameters, all of them start values: an hour is the cell in which reception is
// counted, three hours are the least history that shows a habit, and ten emitters in cells are at least four ships, since a
// fast one crosses two or three cells an hour: four that each miss three hours in ten fall silent together by chance
// less than once in a hundred hours.
func Defaults() Options {
	return Options{Silence: time.Hour, Pauses: 2, Regular: 3, Emitters: 10, Memory: 24 * time.Hour}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "outage", About: "outages: a source that delivers nothing where it used to", Params: []param.Param{
		param.Time("silence", &o.Silence, 15*time.Minute, 48*time.Hour, "the least pause that is an outage", "start value: the cell in which reception is counted"),
		param.Number("pauses", &o.Pauses, 1, 20, "", "times the source's own longest pause; below 1 every pause is an outage", "start value"),
		param.Number("regular", &o.Regular, 1, 24, "hours", "consecutive ones heard before a source is judged", "start value: the least history that shows a habit"),
		param.Number("emitters", &o.Emitters, 1, 1000, "an hour", "habitual emitters in cells below which a source is not judged", "start value: at least four ships, silent by chance less than once in 100 hours"),
		param.Time("memory", &o.Memory, 3*time.Hour, 30*day, "over which its habit is taken", "start value"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// everywhere is the region of an outage that concerns a whole source; regions of a source come with its footprint.
const everywhere = "all"

// Detector watches the sources. It is pure.
type Detector struct {
	o       Options
	sources map[string]*source
}

// source is what is remembered of one source.
type source struct {
	name   string
	last   time.Time           // when it was last heard, as far as is known
	hourly bool                // last is known by a count: what comes after it is told with the end of an hour
	fresh  moments             // heard since, in this tick
	back   time.Time           // when it was first heard again after an outage, until told
	hours  map[int64]int       // emitters by hour since 1970, of the last Memory
	pauses []pause             // that were no outages, of the last Memory
	open   *event.Event        // the outage that lasts
	where  map[int64]direction // of these emitters
	before *track.Fix          // the last before an outage
	after  *track.Fix          // the first after it, until told
	ended  bool
}

// moments are the earliest and the latest of some times; zero when there are none.
type moments struct {
	first, last time.Time
	hourly      bool // last is known by a count
}

func (m *moments) add(from, to time.Time, counted bool) {
	if m.first.IsZero() || from.Before(m.first) {
		m.first = from
	}
	if to.After(m.last) {
		m.last, m.hourly = to, counted
	}
}

type pause struct {
	end    time.Time
	length time.Duration
}

// New returns a detector that has heard nothing. Fleet, gazetteer and sea are not needed.
func New(o Options, _ *vessel.Fleet, _ *place.Gazetteer, _ *geo.Sea) *Detector {
	return &Detector{o: o, sources: map[string]*source{}}
}

// Observe takes in the counts of reception, which say in which hours a source spoke, and the fixes of samples and
// silences, which say when.
func (d *Detector) Observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Reception:
		s := d.of(f.Source)
		hour := f.Start.Unix() / 3600
		s.hours[hour] += f.Emitters
		s.where[hour] = s.where[hour].add(f.Cell.Centre(), f.Emitters)
		s.count(f)
	case *track.Sample:
		d.fix(f.Before)
		d.fix(f.After)
	case *track.Silence:
		d.fix(&f.Off)
		d.fix(f.On)
	}
}

func (d *Detector) fix(f *track.Fix) {
	if f != nil {
		s := d.of(f.Source)
		s.hear(f.Time)
		s.quote(f)
	}
}

func (d *Detector) of(name string) *source {
	s := d.sources[name]
	if s == nil {
		s = &source{name: name, hours: map[int64]int{}, where: map[int64]direction{}}
		d.sources[name] = s
	}
	return s
}

// hear says that the source spoke at a moment.
func (s *source) hear(at time.Time) {
	if at.After(s.last) {
		s.fresh.add(at, at, false)
	}
}

// count says that it spoke in an hour, by whomever. A fix that was heard as such is counted too and gives no new moment;
// base stations and aids show by nothing else that the source is well while no ship is there. What is counted from an
// hour in which it was silent at first began at some time in it: at its begin, as far as is known.
func (s *source) count(f *track.Reception) {
	if !f.Last.After(s.last) {
		return
	}
	from := f.Start
	if from.Before(s.last) {
		from = s.last
	}
	s.fresh.add(from, f.Last, true)
}

// settle takes over what was heard in a tick. The order in which it was heard does not matter.
func (s *source) settle() {
	if s.fresh.last.IsZero() {
		return
	}
	switch {
	case s.open != nil:
		if s.back.IsZero() {
			s.back = s.fresh.first
		}
	case !s.last.IsZero() && s.fresh.first.After(s.last):
		s.pauses = append(s.pauses, pause{s.fresh.last, s.fresh.first.Sub(s.last)})
	}
	s.last, s.hourly, s.fresh, s.ended = s.fresh.last, s.fresh.hourly, moments{}, false
}

// Ended says that a source delivered its last report and will never speak again: it is not out. One that speaks again
// all the same is watched again.
func (d *Detector) Ended(name string) {
	if s := d.sources[name]; s != nil {
		s.ended = true
	}
}

// Hear ignores events: outages come first in the order.
func (d *Detector) Hear(event.Event) {}

// Advance returns the outages that opened or closed by the grid point w, in canonical order.
func (d *Detector) Advance(w time.Time) []event.Event {
	names := make([]string, 0, len(d.sources))
	for name := range d.sources {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []event.Event
	for _, name := range names {
		s := d.sources[name]
		s.settle()
		s.forget(w.Add(-d.o.Memory))
		switch {
		case s.open != nil && !s.back.IsZero():
			out = append(out, s.close(w, d.o.Silence))
		case s.open == nil && !s.ended && d.out(s, w):
			out = append(out, d.begin(s, w))
		}
	}
	slices.SortFunc(out, event.Compare)
	return out
}

// out tells whether a source has been silent for too long, and is one of which that can be told. Of one that was last known
// by a count nothing is known of the hour that has begun.
func (d *Detector) out(s *source, w time.Time) bool {
	if s.hourly {
		w = w.Truncate(time.Hour)
	}
	return w.Sub(s.last) >= d.threshold(s) && s.regular(d.o.Regular) && s.habit() >= d.o.Emitters
}

func (d *Detector) threshold(s *source) time.Duration {
	longest := time.Duration(0)
	for _, p := range s.pauses {
		longest = max(longest, p.length)
	}
	return max(d.o.Silence, time.Duration(d.o.Pauses*float64(longest)))
}

// regular tells whether the source was heard in each of the n hours up to its last.
func (s *source) regular(n int) bool {
	last := s.last.Unix() / 3600
	if s.hours[last] == 0 {
		last-- // this hour's count comes with its end
	}
	for h := last; h > last-int64(n); h-- {
		if s.hours[h] == 0 {
			return false
		}
	}
	return true
}

// habit is the median of emitters over the hours in which the source was heard.
func (s *source) habit() int {
	counts := make([]int, 0, len(s.hours))
	for _, n := range s.hours {
		counts = append(counts, n)
	}
	if len(counts) == 0 {
		return 0
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}

// forget drops what is older than the memory reaches. The hours before an outage stay until it is over.
func (s *source) forget(before time.Time) {
	if s.open != nil || s.last.Before(before) {
		return
	}
	for h := range s.hours {
		if h < before.Unix()/3600 {
			delete(s.hours, h)
			delete(s.where, h)
		}
	}
	s.pauses = slices.DeleteFunc(s.pauses, func(p pause) bool { return p.end.Before(before) })
}

func (d *Detector) begin(s *source, w time.Time) event.Event {
	silent, threshold := w.Sub(s.last).Hours(), d.threshold(s).Hours()
	middle, reach := s.region()
	e := event.Event{
		Lon: middle[0], Lat: middle[1],
		Schema: event.Schema, ID: event.OutageID(s.last, s.name, everywhere), Version: 1,
		Kind: event.Outage, Status: event.Open, Start: s.last, Watermark: w,
		Why:         fmt.Sprintf("nothing from %s for %.1f h, habitually %d emitters an hour", s.name, silent, s.habit()),
		Probability: certain,
		Explanations: event.Normalise([]event.Explanation{
			{Cause: event.FeedOutage, P: certain}, {Cause: event.Unknown, P: 1 - certain}}),
		Details: event.OutageDetails{
			Rules: event.Rules{Rules: []event.Rule{
				{Name: "source_silent", Value: silent, Op: ">=", Threshold: threshold, Unit: "h", Passed: true, Note: "longest pause of its own counted twice"},
				{Name: "habitual_emitters", Value: float64(s.habit()), Op: ">=", Threshold: float64(d.o.Emitters), Unit: "an hour", Passed: true},
			}},
			Source: s.name, Region: everywhere, SilentH: silent, ReachM: reach,
		},
		Evidence: s.evidence(),
	}
	s.open = &e
	return e
}

// certain is the probability that a feed which habitually delivers and delivers nothing is out. The rest is a sea that
// emptied at once (judgement).
const certain = 0.98

// close ends an outage. One that late reports have made short was none.
func (s *source) close(w time.Time, least time.Duration) event.Event {
	e := *s.open
	back := s.back
	e.Version, e.Status, e.End, e.Watermark = e.Version+1, event.Closed, &back, w
	details := e.Details.(event.OutageDetails)
	details.SilentH = back.Sub(e.Start).Hours()
	details.Rules.Rules = slices.Clone(details.Rules.Rules)
	details.Rules.Rules[0].Value = details.SilentH
	e.Details = details
	e.Why = fmt.Sprintf("heard again after %.1f h", details.SilentH)
	if back.Sub(e.Start) < least {
		e.Status, e.Why, e.Probability = event.Retracted, "heard late: the pause was shorter than the threshold", 0
		e.Explanations = []event.Explanation{{Cause: event.Unknown, P: 1}}
	}
	e.Evidence = s.evidence()
	s.open, s.back = nil, time.Time{}
	if s.after != nil {
		s.before, s.after = s.after, nil
	}
	return e
}
