package track

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

const (
	gridMs   = int64(Grid / time.Millisecond)
	hourMs   = int64(time.Hour / time.Millisecond)
	minuteMs = int64(time.Minute / time.Millisecond)

	// lastMs is 2106-02-07: the horizon's points keep their seconds in 32 bits.
	lastMs = int64(math.MaxUint32) * 1000
)

// places is what stage A asks of a gazetteer.
type places interface {
	Find(p geo.Point, buf []place.ID) []place.ID
	Holds(id place.ID, p geo.Point, margin geo.Metres) bool
	Crossings(a, b geo.Point, fn func(gate place.ID, at geo.Point, outbound bool))
	At(id place.ID) *place.Place
}

// land is what stage A asks of the coastline.
type land interface {
	OnLand(p geo.Point, inland geo.Metres) bool
}

// Tracker is stage A for the MMSIs of one shard.
type Tracker struct {
	o      Options
	places places // nil: there are none
	land   land   // nil: all is water
	listen Listener
	counts Counts

	walked  int64     // the grid point walked last, 0 before the first
	now     time.Time // the grid point being walked
	pass    uint32    // counts walks: facts of this one may still be changed
	index   map[ais.MMSI]int32
	vessels []*ship
	sources []string
	source  map[string]uint16
	newest  struct { // of sources, that was asked for last: reports come in runs of one
		name   string
		number uint16
	}
	buckets []*bucket // by tick
	spare   []*bucket // emptied, to be filled again
	wheel   map[int64][]int32
	counted []int32 // vessels with reception counters
	swept   int64   // hours before this one are closed
	out     []Fact
	why     string    // reason of what a late fix causes, empty for others
	fits    []lateFit // of the run being taken
	sifter  sifter
	heard   []spell     // scratch of the interval's median
	found   []place.ID  // scratch of place queries
	names   []ais.Label // scratch of station sets
	way     passage     // whose gates are looked for
	crossed func(gate place.ID, at geo.Point, outbound bool)
}

// New returns a tracker that knows no ship. Gazetteer and sea may be nil: then there are no places and no land.
func New(o Options, g *place.Gazetteer, sea *geo.Sea, l Listener) *Tracker {
	t := &Tracker{
		o: o, listen: l, index: map[ais.MMSI]int32{}, source: map[string]uint16{}, wheel: map[int64][]int32{},
	}
	if g != nil {
		t.places = g
	}
	if sea != nil {
		t.land = sea
	}
	t.crossed = t.passGate
	if t.listen.Rejected == nil {
		t.listen.Rejected = func(ais.Reject) {}
	}
	return t
}

// Counts returns what became of the reports so far.
func (t *Tracker) Counts() Counts {
	c := t.counts
	c.Vessels = len(t.vessels)
	return c
}

// ship is what stage A knows of one MMSI. A quiet one must stay below 1 KiB with all it points to.
type ship struct {
	mmsi     ais.MMSI
	segments []*segment  // open ones, and ended ones of the horizon
	parked   []parked    // the open visits of segments that have ended, the oldest first
	last     *Fix        // the newest kept fix
	recent   [5]*Fix     // kept before it, newest first
	stations []ais.Label // of the newest fix heard by several; shared with it
	static   *static
	copies   []copied
	counters []counter
	silences []silenceRecord // closed, within the horizon, by off
	pairs    []pair
	precise  int64 // event time of the newest precise fix
	twice    int64 // when two segments were last heard at once, 0 for never
	heard24h int32 // of the open silence
	interval int64 // of the open silence, ms
	slot     int64 // the earliest grid point at which the wheel looks at this vessel, 0 for none
	silent   bool
	counting bool // listed in Tracker.counted
}

// Add takes in a report and copies what it keeps. It allocates nothing once its buffers have grown.
func (t *Tracker) Add(r *ais.Report) {
	t.counts.Reports++
	if why := t.refuse(r); why != ais.NoReason {
		t.counts.Rejected++
		t.listen.Rejected(ais.Reject{Reason: why, Source: r.Source, Offset: r.Offset, Number: r.Number, Bytes: r.Raw})
		return
	}
	if r.Kind == ais.Other {
		return
	}
	id, ok := t.vesselOf(r.MMSI)
	if !ok {
		return
	}
	if r.Kind == ais.Position {
		if r.Has&ais.HasPosition == 0 {
			t.counts.NoPosition++
			if r.MMSI.Ship() {
				t.bucketOf(max(int64(r.Time), t.walked)).addBlind(id, t.sourceOf(r.Source), r)
			}
			return
		}
		t.count(id, r)
	}
	at := int64(r.Time)
	switch late := at < t.walked; {
	case !r.MMSI.Ship():
		t.counts.NotShips++
		return
	case late && r.Kind == ais.Static:
		t.counts.LateStatics++
		return
	case late:
		t.counts.Late++
	}
	t.bucketOf(max(at, t.walked)).add(id, t.sourceOf(r.Source), r)
}

// refuse says why a report cannot be used, if so.
func (t *Tracker) refuse(r *ais.Report) ais.Reason {
	at := int64(r.Time)
	switch {
	case at <= 0 || at > lastMs:
		return ais.NoTime
	case t.walked != 0 && at < t.walked-t.o.Horizon.Milliseconds():
		return ais.TooLate
	case r.Flags&ais.OutOfRange != 0 || r.Has&ais.HasPosition != 0 && !onEarth(r.Position):
		return ais.BadPosition
	}
	return ais.NoReason
}

// onEarth is false for NaN, too.
func onEarth(p geo.Point) bool {
	return p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90
}

func (t *Tracker) vesselOf(m ais.MMSI) (int32, bool) {
	id, ok := t.index[m]
	if !ok {
		if len(t.vessels) >= t.o.MaxVessels {
			t.counts.Overflow++
			return 0, false
		}
		id = int32(len(t.vessels))
		t.index[m] = id
		t.vessels = append(t.vessels, &ship{mmsi: m})
	}
	return id, true
}

// sourceOf numbers the sources in the order of their first report. The numbers stay inside.
func (t *Tracker) sourceOf(name string) uint16 {
	if name == t.newest.name && len(t.sources) > 0 {
		return t.newest.number
	}
	n, ok := t.source[name]
	if !ok {
		if len(t.sources) == math.MaxUint16 {
			return math.MaxUint16 - 1
		}
		n = uint16(len(t.sources))
		t.sources = append(t.sources, name)
		t.source[name] = n
	}
	t.newest.name, t.newest.number = name, n
	return n
}

// Advance says that no report with an event time before tick will come any more that is not late. It walks this grid
// point and emits its facts in canonical order. Every grid point must be walked, in order; one that is not after the
// last does nothing.
func (t *Tracker) Advance(tick time.Time, emit func(Fact)) { t.walk(tick, tick.UnixMilli(), emit) }

// Finish walks the last grid point of the input: it takes all reports that are left and closes the current hour of
// reception.
func (t *Tracker) Finish(tick time.Time, emit func(Fact)) { t.walk(tick, math.MaxInt64, emit) }

// walk takes the buckets up to a limit, then what the passing of time alone brings about.
func (t *Tracker) walk(tick time.Time, limit int64, emit func(Fact)) {
	g := tick.UnixMilli()
	if g < t.walked || g == t.walked && limit == g {
		return
	}
	t.now = tick.UTC()
	t.pass++
	for len(t.buckets) > 0 && t.buckets[0].tick <= limit {
		b := t.buckets[0]
		t.buckets = slices.Delete(t.buckets, 0, 1)
		t.empty(b)
	}
	t.fire(g)
	t.sweep(g, limit)
	t.walked = g
	slices.SortStableFunc(t.out, Compare)
	for i, f := range t.out {
		emit(f)
		t.out[i] = nil
	}
	t.out = t.out[:0]
}

// empty takes all reports of a bucket, ship by ship.
func (t *Tracker) empty(b *bucket) {
	t.sifter.group(b, len(t.vessels))
	for _, run := range t.sifter.runs {
		v := t.vessels[run.vessel]
		t.sift(v, b, t.sifter.order[run.from:run.to])
		t.arm(v, run.vessel)
	}
	t.takeBlind(b)
	b.reset()
	t.spare = append(t.spare, b)
}

// due is when time alone changes something for a vessel: an hour after her last fix she is silent, and when the
// horizon has passed she is quiet. Zero is never.
func (t *Tracker) due(v *ship) int64 {
	switch {
	case v.last == nil || v.silent && v.segments == nil:
		return 0
	case v.silent:
		return v.last.Time.UnixMilli() + t.o.Horizon.Milliseconds()
	}
	return v.last.Time.UnixMilli() + silenceMs
}

// arm lists a vessel in the wheel. An earlier entry stands: when it fires too soon the vessel is armed again, once an
// hour at most, which is cheaper than moving an entry at every fix.
func (t *Tracker) arm(v *ship, id int32) {
	due := t.due(v)
	if due == 0 {
		return
	}
	slot := max((due+gridMs-1)/gridMs*gridMs, t.now.UnixMilli())
	if v.slot == 0 || slot < v.slot {
		v.slot = slot
		t.wheel[slot] = append(t.wheel[slot], id)
	}
}

// fire looks at the vessels whose time has come by the grid point g.
func (t *Tracker) fire(g int64) {
	slots := make([]int64, 0, 8)
	if step := t.walked + gridMs; step == g {
		slots = append(slots, g)
	} else {
		for slot := range t.wheel {
			if slot <= g {
				slots = append(slots, slot)
			}
		}
		slices.Sort(slots)
	}
	for _, slot := range slots {
		ids := t.wheel[slot]
		delete(t.wheel, slot)
		for _, id := range ids {
			if v := t.vessels[id]; v.slot == slot {
				v.slot = 0
				t.expire(v, g)
				t.arm(v, id)
			}
		}
	}
}

// expire does what time alone brings about by the grid point g.
func (t *Tracker) expire(v *ship, g int64) {
	if due := t.due(v); due == 0 || due > g {
		return
	}
	if !v.silent {
		t.fallSilent(v)
	}
	if due := t.due(v); due != 0 && due <= g {
		t.quieten(v)
	}
}

// emit lists a fact of this tick. It is handed out, and may be changed, until the walk is over.
func (t *Tracker) emit(f Fact) { t.out = append(t.out, f) }

// head begins a fact of this tick.
func (t *Tracker) head(v *ship, segment, start time.Time) Header {
	return Header{Tick: t.now, MMSI: v.mmsi, Segment: segment, Start: start}
}

// Compare is the canonical order in which stage B takes facts: tick, kind, MMSI, then the key and what distinguishes
// facts of one key. Facts that compare equal are alike but for their number, which is compared last.
func Compare(a, b Fact) int {
	x, y := a.Head(), b.Head()
	if c := x.Tick.Compare(y.Tick); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Kind(), b.Kind()); c != 0 {
		return c
	}
	if c := cmp.Compare(x.MMSI, y.MMSI); c != 0 {
		return c
	}
	if c := compareReception(a, b); c != 0 {
		return c
	}
	if c := x.Segment.Compare(y.Segment); c != 0 {
		return c
	}
	if c := x.Start.Compare(y.Start); c != 0 {
		return c
	}
	if c := compareKind(a, b); c != 0 {
		return c
	}
	return cmp.Compare(x.Number, y.Number)
}

// compareReception orders counts by cell first, then start, source, station, receiver and class.
func compareReception(a, b Fact) int {
	x, ok := a.(*Reception)
	if !ok {
		return 0
	}
	y := b.(*Reception)
	return cmp.Or(cmp.Compare(x.Cell, y.Cell), x.Start.Compare(y.Start), cmp.Compare(x.Source, y.Source),
		x.Station.Compare(y.Station), cmp.Compare(x.Receiver, y.Receiver), cmp.Compare(x.Class, y.Class),
		cmp.Compare(x.Messages, y.Messages), cmp.Compare(x.Emitters, y.Emitters))
}

// compareKind orders two facts of one kind, MMSI, segment and start.
func compareKind(a, b Fact) int {
	switch x := a.(type) {
	case *Visit:
		return cmp.Compare(x.Place, b.(*Visit).Place)
	case *Crossing:
		return cmp.Compare(x.Gate, b.(*Crossing).Gate)
	case *Ambiguity:
		return x.Other.Compare(b.(*Ambiguity).Other)
	case *Jump:
		return compareFix(&x.To, &b.(*Jump).To)
	case *Profile:
		y := b.(*Profile)
		return cmp.Or(cmp.Compare(x.Source, y.Source), cmp.Compare(x.Offset, y.Offset))
	case *DraughtStep:
		y := b.(*DraughtStep)
		return cmp.Or(cmp.Compare(x.After, y.After), cmp.Compare(x.Source, y.Source))
	}
	return 0
}

func compareFix(a, b *Fix) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Source, b.Source), a.Station.Compare(b.Station),
		cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Position[0], b.Position[0]), cmp.Compare(a.Position[1], b.Position[1]))
}
