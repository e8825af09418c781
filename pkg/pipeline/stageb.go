package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/cargo/trace"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/detect/draught"
	"github.com/darkwake/darkwake/pkg/detect/encounter"
	"github.com/darkwake/darkwake/pkg/detect/falseposition"
	"github.com/darkwake/darkwake/pkg/detect/gap"
	"github.com/darkwake/darkwake/pkg/detect/identity"
	"github.com/darkwake/darkwake/pkg/detect/interference"
	"github.com/darkwake/darkwake/pkg/detect/loitering"
	"github.com/darkwake/darkwake/pkg/detect/outage"
	"github.com/darkwake/darkwake/pkg/detect/portcall"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/snapshot"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Detector turns facts into events. It is pure: the same facts give the same events, live or replayed.
type Detector interface {
	// Observe takes in the next fact; a sample is a fact.
	Observe(track.Fact)
	// Hear takes in an event of a kind earlier in the order.
	Hear(event.Event)
	// Advance says that no fact of an earlier tick will come any more, and returns what is new.
	Advance(w time.Time) []event.Event
}

// Listener is told what happens, from the goroutine of stage B. Unset functions are skipped; none may block for long.
type Listener struct {
	Event   func(event.Event)    // every version of every event, in canonical order
	Vintage func([]estimate.Row) // every vintage's days, as it is cut
	Cut     func(estimate.Input) // what it rests on; valid until the function returns
}

// StageB drives the detectors, the ledger, the lots and the estimate. It belongs to one goroutine.
type StageB struct {
	config    Config
	effective Effective
	world     world
	listen    Listener
	coder     *snapshot.Codec // nil until it is needed
	*stateB
}

// stateB is what a snapshot of a StageB holds.
type stateB struct {
	waiting   [][]Found // by partition: walks that not all partitions are through with
	taken     []uint64  // by partition: number of its last walk
	fleet     *vessel.Fleet
	coverage  *coverage.Model
	presence  *presence
	outages   *outage.Detector
	detectors []Detector
	ledger    *cargo.Ledger
	tracer    *trace.Tracer
	estimator *estimate.Estimator
	watch     *halt.Watch
	counts    Counts
	facts     map[track.FactKind]int64
	refused   [ais.Reasons]int64
	events    map[string]event.Event // the last version of each
	versions  int64
	earliest  ais.UnixMilli  // event time
	latest    ais.UnixMilli  // event time
	ended     bool           // every source has, as of the last walk
	synthetic bool           // a source has said that a simulator makes it
	first     time.Time      // first grid point
	now       time.Time      // last grid point
	heard     bool           // something was observed since the last vintage
	cut       time.Time      // when the last vintage was cut
	days      []estimate.Row // the newest row of every day, by date
	others    []estimate.Row // the same on the other bases, basis by basis
	othersCut time.Time      // when those were last made
	revisions estimate.Revisions
	oil       stock
}

// vintageSpan bounds the days that one vintage states anew. A year and a month: weights of past days halve every 90
// days, so that what lies further back moves nothing, and the cost of a vintage does not grow with the input.
const vintageSpan = 400 * 24 * time.Hour

// NewStageB builds stage B for what the given number of partitions find, at least one. The configuration must be valid.
func NewStageB(c Config, partitions int, l Listener) (*StageB, error) {
	if partitions < 1 {
		return nil, fmt.Errorf("build stage B: %d partitions: at least 1 expected", partitions)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("build stage B: %w", err)
	}
	w, err := c.world()
	if err != nil {
		return nil, fmt.Errorf("build stage B: %w", err)
	}
	if l.Event == nil {
		l.Event = func(event.Event) {}
	}
	if l.Vintage == nil {
		l.Vintage = func([]estimate.Row) {}
	}
	if l.Cut == nil {
		l.Cut = func(estimate.Input) {}
	}
	b := &StageB{config: c, effective: c.effective(w), world: w, listen: l, stateB: newStateB(c, w)}
	b.waiting, b.taken = make([][]Found, partitions), make([]uint64, partitions)
	return b, nil
}

func newStateB(c Config, w world) *stateB {
	fleet, heard := vessel.NewFleet(), coverage.NewModel(c.Coverage)
	if len(c.Lists) > 0 {
		fleet.Watch(list.NewBook(c.Lists))
	}
	out := outage.New(c.Outage, fleet, w.places, w.sea)
	calls := call.New(c.Call, w.places, w.sea)
	silent := gap.New(c.Gap, fleet, w.places, w.sea, calls)
	silent.Reception(heard)
	pretended := falseposition.New(c.FalsePosition, fleet, w.places, calls)
	pretended.Stations(heard)
	return &stateB{
		fleet: fleet, coverage: heard, presence: newPresence(heard, fleet), outages: out,
		// DESIGN.md section 4 fixes this order.
		detectors: []Detector{
			out,
			interference.New(c.Interference, fleet, w.places, w.sea),
			identity.New(c.Identity, fleet, w.places, w.sea),
			pretended,
			portcall.New(c.PortCall, fleet, w.places, w.sea),
			draught.New(c.Draught, fleet, w.places, w.sea),
			loitering.New(c.Loitering, fleet, w.places, w.sea),
			silent,
			rendezvous.New(c.Rendezvous, fleet, w.places, w.sea),
			encounter.New(c.Encounter, fleet, w.places, w.sea),
		},
		ledger:    cargo.New(c.Cargo, fleet, w.places, calls),
		tracer:    trace.New(c.Lots, fleet),
		estimator: estimate.New(c.Estimate),
		watch:     halt.NewWatch(c.Halt),
		facts:     map[track.FactKind]int64{},
		events:    map[string]event.Event{},
	}
}

// Take takes in what a partition found on its next walk, and does the walk once every partition is through with it.
// Partitions of one stream take the same walks. A walk that was taken before is dropped; one that comes before its turn is
// an error, since one is missing.
func (b *StageB) Take(partition int, f Found) error {
	switch next := b.taken[partition] + 1; {
	case f.Number < next:
		return nil
	case f.Number > next:
		return fmt.Errorf("partition %d: walk %d comes before walk %d", partition, f.Number, next)
	}
	b.taken[partition] = f.Number
	b.waiting[partition] = append(b.waiting[partition], f)
	for _, walks := range b.waiting {
		if len(walks) == 0 {
			return nil
		}
	}
	var facts []track.Fact
	b.earliest, b.latest = f.First, f.Last
	for i, walks := range b.waiting {
		found := walks[0]
		// Each partition knows of its own reports what the last punctuation could not know.
		b.earliest, b.latest = min(b.earliest, found.First), max(b.latest, found.Last)
		facts = append(facts, found.Facts...)
		for reason, n := range found.Refused {
			b.refused[reason] += n
		}
		b.counts.Reports, b.counts.Late = b.counts.Reports+found.Counts.Reports, b.counts.Late+found.Counts.Late
		b.waiting[i] = slices.Delete(walks, 0, 1)
	}
	if len(b.waiting) > 1 {
		slices.SortStableFunc(facts, track.Compare)
	}
	b.counts.Punctuations, b.counts.Ticks = b.counts.Punctuations+f.Counts.Punctuations, b.counts.Ticks+f.Counts.Ticks
	b.walk(f.Walk, facts)
	return nil
}

// Ended tells whether every source had ended when the last walk was done.
func (b *StageB) Ended() bool { return b.ended }

// Taken returns, by partition, the number of the last walk that was taken.
func (b *StageB) Taken() []uint64 { return slices.Clone(b.taken) }

// Now is the last grid point that was done; the zero time before the first.
func (b *StageB) Now() time.Time { return b.now }

// walk does the ticks of a walk in order.
func (b *StageB) walk(w Walk, facts []track.Fact) {
	for _, e := range w.Ended {
		b.coverage.Ended(e.Source, e.At)
		b.outages.Ended(e.Source)
	}
	b.ended, b.synthetic = w.Final, b.synthetic || w.Synthetic
	for tick := w.From; !tick.After(w.To); tick = tick.Add(track.Grid) {
		n := 0
		for n < len(facts) && !facts[n].Head().Tick.After(tick) {
			n++
		}
		b.tick(tick, facts[:n])
		facts = facts[n:]
	}
}

// tick does one grid point: facts first, then the detectors in their order, the ledger, the lots, and at midnight a vintage.
func (b *StageB) tick(at time.Time, facts []track.Fact) {
	if b.first.IsZero() {
		b.first, b.cut, b.othersCut = at, at, at
	}
	b.heard = b.heard || len(facts) > 0
	b.now = at
	for _, f := range facts {
		b.observe(f)
	}
	b.coverage.Advance(at)
	for i, d := range b.detectors {
		for _, e := range d.Advance(at) {
			e = b.publish(e, at)
			follow(b.fleet, e)
			b.presence.hear(e, at)
			b.watch.Hear(e, at)
			for _, later := range b.detectors[i+1:] {
				later.Hear(e)
			}
			b.ledger.Hear(e)
			b.tracer.Hear(e)
		}
	}
	for _, e := range b.ledger.Advance(at) {
		b.tracer.Hear(b.publish(e, at))
	}
	for _, e := range b.tracer.Advance(at) {
		b.publish(e, at)
	}
	if at.Equal(at.Truncate(24*time.Hour)) && at.After(b.first) {
		b.midnight(at)
	}
}

// follow lets the fleet know that two numbers are one hull's, or are not.
func follow(fleet *vessel.Fleet, e event.Event) {
	switch from, to, holds := event.OneHull(e); {
	case holds:
		fleet.Link(from, to)
	case from != 0:
		fleet.Unlink(from, to)
	}
}

// midnight cuts a vintage. A hole in the input cuts none while it lasts, but so often that no day is left without a row.
func (b *StageB) midnight(at time.Time) {
	if b.heard || at.Sub(b.cut) >= vintageSpan-24*time.Hour {
		in := b.input(at)
		b.listen.Cut(in)
		b.keep(b.estimator.Days(in), at)
		b.watch.Cut(b.trade(in))
		if at.Sub(b.othersCut) >= vintageSpan/2 { // before a day drops out of the span
			in.Discharges = b.oil.discharges(b.tracer.Graph(), b.tracer.Journal(), in.First)
			b.keepOthers(b.estimator.Others(in), at)
		}
	}
}

// trade is the series that the barometer reads, for the days of a vintage that was made.
func (b *StageB) trade(in estimate.Input) halt.Series {
	var health []float64
	for day := in.First; !day.After(in.Last); day = day.Add(24 * time.Hour) {
		health = append(health, max(0, min(1, in.Health(day))))
	}
	return halt.FromLifts(in.Lifts, in.First, in.AsOf, health, b.estimator.Raised)
}

// keep hands a vintage on and remembers its rows as the newest of their days.
func (b *StageB) keep(rows []estimate.Row, at time.Time) {
	b.heard, b.cut = false, at
	b.listen.Vintage(rows)
	b.revisions.Add(rows)
	if len(rows) == 0 {
		return
	}
	n, _ := slices.BinarySearchFunc(b.days, rows[0].Date, func(r estimate.Row, day time.Time) int { return r.Date.Compare(day) })
	b.days = append(b.days[:n], rows...)
}

// keepOthers remembers the rows on the other bases, each basis after the older rows of its own.
func (b *StageB) keepOthers(rows []estimate.Row, at time.Time) {
	b.othersCut = at
	if len(rows) == 0 {
		return
	}
	all := slices.DeleteFunc(b.others, func(r estimate.Row) bool { return !r.Date.Before(rows[0].Date) })
	all = append(all, rows...)
	slices.SortStableFunc(all, func(x, y estimate.Row) int { return -cmp.Compare(x.Basis, y.Basis) }) // exited, then discharged
	b.others = all
}

func (b *StageB) observe(f track.Fact) {
	if f.Kind() != track.KindReception {
		b.facts[f.Kind()]++ // counts of reception are deltas, more of them the more shards there are
	}
	switch f := f.(type) {
	case *track.Profile:
		b.fleet.Update(f.Particulars)
	case *track.Sample:
		b.ledger.Sighted(f.MMSI, f.Bin, f.Position)
	case *track.DraughtStep:
		b.fleet.Mark(f.MMSI, vessel.DraughtMark{Since: f.FirstSeen, Draught: f.After})
	}
	b.presence.observe(f)
	for _, d := range b.detectors {
		d.Observe(f)
	}
}

// publish stamps a version with what only the engine knows and keeps it as the newest of its id.
func (b *StageB) publish(e event.Event, at time.Time) event.Event {
	e.Schema, e.Watermark, e.Software, e.Config = event.Schema, at, b.config.Software, b.effective.Hash
	b.events[e.ID] = e
	b.versions++
	b.listen.Event(e)
	return e
}

// input is what a vintage as of a moment rests on: every day of the input so far, within the span of a vintage.
func (b *StageB) input(asOf time.Time) estimate.Input {
	first, last := b.first.Truncate(24*time.Hour), asOf.Add(-time.Nanosecond).Truncate(24*time.Hour)
	if oldest := last.Add(24*time.Hour - vintageSpan); first.Before(oldest) {
		first = oldest
	}
	return estimate.Input{
		Lifts:  b.ledger.Lifts(),
		Health: func(day time.Time) float64 { return float64(b.coverage.Health(day)) },
		Halted: b.watch.Halted,
		First:  first,
		Last:   last,
		AsOf:   asOf,
	}
}
