package pipeline

import (
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/track"
)

// Result is what a run found.
type Result struct {
	Events    []event.Event       // the last version of every event, retracted ones included, in canonical order
	Versions  int64               // how many versions were emitted in all
	Estimate  estimate.Result     // the newest vintage; its days are the newest rows of every day of the input
	Beside    export.Beside       // the barometer, the changes since the dates of Config.Notes, and Config.Overlays
	Revised   []estimate.Revision // how the 28-day mean of each date changed
	Lifts     []cargo.Lift        // what the estimate rests on
	Lots      lots.Graph          // where their oil went
	Journal   []lots.Entry        // how that came to be known; grows only
	Stock     []lots.Day          // what was afloat each day, with its revision against the midnight before the last
	Weighed   []cargo.Candidate   // every voyage that was weighed, whatever came of it
	Pending   int                 // candidates that wait for their outcome: they carry no barrels yet
	Below     int                 // candidates below the cut: they carry no barrels
	Counts    Counts
	Facts     map[string]int64       // facts by kind, but for the deltas of reception, whose number says nothing
	Refused   [ais.Reasons]int64     // refused by stage A; the feed counts its own
	Ships     int                    // with static data
	First     time.Time              // earliest event time that was not late; zero for an empty input
	Last      time.Time              // greatest event time
	Synthetic bool                   // a source has said that a simulator makes it
	Health    map[string]float64     // mean feed health by source
	Heard     []coverage.Calibration // how what was predicted of controls came true

	HeardDays []coverage.DayReach // what was heard where, on the newest days
	Reach     []coverage.Reach    // and what could be, as of the last day's close
	Config    Effective           // everything that decides the outcome besides the input
}

var factNames = map[track.FactKind]string{
	track.KindProfile: "profile", track.KindDraught: "draught", track.KindJump: "jump", track.KindAmbiguity: "ambiguity",
	track.KindSilence: "silence", track.KindCrossing: "crossing", track.KindVisit: "visit", track.KindStop: "stop",
	track.KindSample: "sample", track.KindBlind: "blind",
}

// Result is what was found so far. It cuts a vintage of its own, so that b must not be used any more.
func (b *StageB) Result() *Result {
	r := &Result{
		Events: slices.SortedFunc(maps.Values(b.events), event.Compare), Versions: b.versions,
		Lifts: b.ledger.Lifts(), Weighed: b.ledger.Candidates(), Lots: b.tracer.Graph(), Journal: b.tracer.Journal(), Counts: b.counts, Facts: map[string]int64{},
		Refused: b.refused, Ships: b.fleet.Len(), Health: b.health(), Heard: b.coverage.Calibrations(), HeardDays: b.coverage.Days(), Reach: b.coverage.Map(), Config: b.effective, Synthetic: b.synthetic,
	}
	r.Pending, r.Below = b.ledger.Tally()
	for kind, n := range b.facts {
		r.Facts[factNames[kind]] = n
	}
	if b.earliest != 0 {
		r.First, r.Last = b.earliest.Time(), b.latest.Time()
		b.newest(r)
	}
	return r
}

// health is each source's mean over the days in which it was there.
func (b *StageB) health() map[string]float64 {
	mean := map[string]float64{}
	for _, source := range b.coverage.Sources() {
		var sum, days float64
		for day := b.first.Truncate(24 * time.Hour); !day.After(b.now); day = day.Add(24 * time.Hour) {
			if h, ok := b.coverage.HealthOf(source, day); ok {
				sum, days = sum+float64(h), days+1
			}
		}
		if days > 0 {
			mean[source] = sum / days
		}
	}
	return mean
}

// newest cuts the last vintage, puts the newest rows of older days before its own, and reads the barometer.
func (b *StageB) newest(r *Result) {
	in := b.input(b.now)
	in.Discharges = b.oil.discharges(r.Lots, r.Journal, in.First)
	r.Stock = b.oil.days(r.Lots, r.Journal, in.First, in.Last)
	r.Estimate = b.estimator.Compute(in)
	made := len(r.Estimate.Days)
	b.keep(r.Estimate.Days, b.now)
	b.keepOthers(r.Estimate.Others, b.now)
	if r.Estimate.NewestFinal >= 0 {
		r.Estimate.NewestFinal += len(b.days) - made
	}
	r.Estimate.Days, r.Estimate.Others, r.Revised = b.days, b.others, b.revisions.Table()
	trade := b.trade(in)
	read := b.watch.Cut(trade)
	r.Beside.Barometer = &read
	r.Beside.Notes, r.Beside.Overlays = []halt.Change{}, append([]timeline.Overlay{}, b.config.Overlays...)
	for _, n := range b.config.Notes {
		r.Beside.Notes = append(r.Beside.Notes, halt.Since(trade, n.Date, n.Text, b.config.Halt))
	}
}
