package rendezvous

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// run is a time in which two ships stay close. Before it is an event it keeps its points; afterwards sums, so that a
// pair that lies together for weeks takes no more memory than one of a day.
type run struct {
	a, b       vessel.MMSI // a < b
	start      time.Time   // first close point
	middle     geo.Point   // at the start
	lastMiddle geo.Point   // at the last close point
	lastClose  time.Time
	newest     time.Time // the newest point evaluated
	points     []point   // until opened
	tail       []point   // after the last close point; counted only if another comes soon enough
	sum        sums
	refs       []reference
	refTail    []reference
	last       *event.Event
	parted     bool          // since the last close point both were heard at about one time, far from each other
	tried      time.Time     // the last close point when it was last judged, until opened
	ended      time.Time     // zero while it lasts
	before     time.Time     // when a ship was last heard elsewhere, if the source was out from then to the start; else zero
	after      time.Time     // when a ship was first heard elsewhere, if it was out from the end to then
	touched    bool          // a draught was heard: to be told anew
	resumed    bool          // after has become known
	astray     bool          // a ship was not where she said
	bracket    time.Duration // of the last point: how seldom the rarer of the two reports
	seen       [2]sight      // of both ships, since the last close point
	way        []waypoint    // where the run was, every half hour of the last two days
	elsewhere  []time.Time   // bins for which a late report puts one of the ships elsewhere, sorted
}

// sight is when and where a ship was last heard.
type sight struct {
	at     time.Time
	place  geo.Point
	speed  geo.Knots
	source string
}

func sightOf(s *track.Sample) sight {
	return sight{s.Bin, s.Position, motionOf(s).speed, s.Before.Source}
}

// patient is how long a run goes on without a close point: ships that report seldom have few.
func (r *run) patient(missing time.Duration) time.Duration {
	return max(missing, r.bracket+r.bracket/4)
}

// reference is a report that a run rests on.
type reference struct {
	source string
	offset int64
	raw    string
}

// The bounds of what a run keeps. Points before opening: a day at two points a bin, far more than the two hours that a
// decision needs. References: the first and the last, as evidence quotes them.
const (
	keepPoints = 600
	keepRefs   = 64
)

// add takes the next point of a pair, in time order. Points apart count if close ones follow soon, or if they are so few
// that the ships were hardly heard meanwhile.
func (r *run) add(p point, missing time.Duration) {
	r.newest, r.bracket = p.at, p.bracket
	if !p.close {
		if len(r.tail) < keepPoints {
			r.tail = append(r.tail, p)
		}
		return
	}
	if away := p.at.Sub(r.lastClose); away <= r.patient(missing) || time.Duration(len(r.tail))*missing <= away {
		for _, t := range r.tail {
			r.count(t)
		}
	}
	r.tail = r.tail[:0]
	r.count(p)
	r.lastClose, r.lastMiddle, r.parted, r.after = p.at, p.middle, false, time.Time{}
	if n := len(r.way); n == 0 || p.at.Sub(r.way[n-1].at) >= wayStep {
		if n == keepWay {
			r.way = append(r.way[:0], r.way[1:]...)
		}
		r.way = append(r.way, waypoint{p.at, p.middle})
	}
	r.refer(p.fixA)
	r.refer(p.fixB)
}

func (r *run) count(p point) {
	r.sum.add(p)
	if r.last != nil {
		return
	}
	if len(r.points) == keepPoints {
		r.points = append(r.points[:0], r.points[keepPoints/2:]...)
	}
	p.fixA, p.fixB = nil, nil // the fixes are quoted already, and hold their sentences in memory
	r.points = append(r.points, p)
}

// refer keeps the first reports and, in a ring of the same size, the last.
func (r *run) refer(f *track.Fix) {
	ref := reference{f.Source, f.Offset, f.Raw}
	if len(r.refs) < keepRefs {
		r.refs = append(r.refs, ref)
		return
	}
	if len(r.refTail) == keepRefs {
		r.refTail = append(r.refTail[:0], r.refTail[1:]...)
	}
	r.refTail = append(r.refTail, ref)
}

func (r *run) evidence() event.Evidence {
	var b event.EvidenceBuilder
	for _, list := range [2][]reference{r.refs, r.refTail} {
		for _, ref := range list {
			b.Add(ref.source, ref.offset, ref.raw)
		}
	}
	return b.Done()
}

// settle drops what came before the last two hours if only these pass: ships that lay apart at anchor and then came
// together are judged by the time together. It tells whether anything was dropped.
func (r *run) settle(hold time.Duration) bool {
	from := r.lastClose.Add(-hold - hold/8)
	i := slices.IndexFunc(r.points, func(p point) bool { return p.close && !p.at.Before(from) })
	if i <= 0 || r.lastClose.Sub(r.points[i].at) < hold {
		return false
	}
	r.restart(i)
	return true
}

func (r *run) restart(i int) {
	r.before = time.Time{}
	r.points = append(r.points[:0], r.points[i:]...)
	r.start, r.middle = r.points[0].at, r.points[0].middle
	r.sum = sums{}
	for _, p := range r.points {
		r.sum.add(p)
	}
}

// sums is what a verdict needs of any number of points. Medians come from counts by whole metre, tenth of a knot and
// degree; shares are by weight.
type sums struct {
	all, hulls, borrowed int
	weight, close        float64 // of all points
	hullWeight           float64
	hullClose            float64
	parallel, anti       int
	gaps, antennas       histogram
	guessed              histogram // gaps with a borrowed heading
	speeds, diffs        histogram
	turning              turning
	last                 time.Time
	followed             time.Duration // time between points of one look
	looks                int           // with silences between them
}

// lookApart parts two looks: longer than the longest pass of a satellite, a quarter of an hour.
const lookApart = 30 * time.Minute

func (s *sums) add(p point) {
	if step := p.at.Sub(s.last); s.all > 0 && step <= max(lookApart, p.bracket) && p.bracket <= time.Hour {
		s.followed += step
	} else {
		s.looks++
	}
	s.last = p.at
	w := 1 / (p.sigma * p.sigma)
	s.all++
	s.weight += w
	if p.close {
		s.close += w
	}
	s.antennas.add(p.antennas, w)
	s.speeds.add(p.speed*10, w)
	s.turning.add(p, w)
	if p.borrowed {
		s.borrowed++
		s.guessed.add(p.gap, w)
	}
	if !p.hull {
		return
	}
	s.hulls++
	s.hullWeight += w
	if p.close {
		s.hullClose += w
	}
	s.gaps.add(p.gap, w)
	s.diffs.add(p.diff, w)
	if p.diff <= 90 {
		s.parallel++
	} else {
		s.anti++
	}
}

// unsure bounds the error that a median is granted: neighbours 100 m apart are never alongside.
const unsure = 40.0

// medianError is the standard error of the weighted median of points. What a straight line misses differs from point to
// point and is averaged out, by π/n as a median does, two points in a bracket counting as one; the errors of positions,
// dimensions and headings are the same at all points and stay.
func medianError(n int, weight float64) float64 {
	if weight == 0 {
		return 0
	}
	const fixed = 2*positionError*positionError + dimensionError*dimensionError
	mean := float64(n) / weight
	return min(unsure, math.Sqrt(fixed+max(0, mean-fixed)*min(1, math.Pi/float64(n))))
}

// histogram holds weights by whole units.
type histogram map[int]float64

func (h *histogram) add(x, w float64) {
	if *h == nil {
		*h = histogram{}
	}
	(*h)[int(math.Round(x))] += w
}

// median is the weighted median, to the unit.
func (h histogram) median() float64 {
	keys := make([]int, 0, len(h))
	total := 0.0
	for k := range h {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		total += h[k]
	}
	sum := 0.0
	for _, k := range keys {
		if sum += h[k]; sum >= total/2 {
			return float64(k)
		}
	}
	return 0
}

// verdict is what geometry says about a run.
type verdict struct {
	alongside bool
	hull      bool // decided by hulls; otherwise by antennas alone
	gap       float64
	sigma     float64
	share     float64
	antennas  float64
	diff      float64
	opposite  bool
	speed     float64
	points    int
	turned    float64 // log-likelihood ratio: turning as one against each round her own anchor
	looks     int     // where the ships were not followed for the least run; else zero
}

// judge decides on all points of a run, never on one.
func (o Options) judge(s *sums) verdict {
	v := verdict{hull: s.hulls >= o.Points, antennas: s.antennas.median(), speed: s.speeds.median() / 10,
		points: s.all, opposite: s.anti > s.parallel, turned: s.turning.ratio()}
	enough := true
	if s.followed < o.Hold {
		v.looks, enough = s.looks, s.looks >= o.Looks
	}
	if !v.hull {
		v.sigma, v.share = medianError(s.all, s.weight), share(s.close, s.weight)
		near := v.antennas <= float64(o.AntennaClose)
		if s.borrowed >= o.Points {
			v.gap = s.guessed.median()
			near = math.Abs(v.gap) <= float64(o.Touch)+2*v.sigma
		}
		v.alongside = enough && s.all >= o.AntennaPoints && v.share >= o.CloseShare && near && v.antennas >= float64(o.AntennaLeast)
		return v
	}
	v.gap, v.diff, v.share, v.points = s.gaps.median(), s.diffs.median(), share(s.hullClose, s.hullWeight), s.hulls
	v.sigma = medianError(s.hulls, s.hullWeight)
	v.alongside = enough && v.share >= o.CloseShare && v.gap <= float64(o.Touch)+2*v.sigma && v.gap >= -2*v.sigma &&
		v.misaligned() <= float64(o.SameCourse)
	return v
}

// apart is how far the hulls lie from touching, or the antennas from each other where hulls are not known, metres.
func (v verdict) apart() float64 {
	if v.hull {
		return math.Abs(v.gap)
	}
	return v.antennas
}

// misaligned is the angle to the nearer of parallel and anti-parallel, degrees.
func (v verdict) misaligned() float64 { return min(v.diff, 180-v.diff) }

func share(part, of float64) float64 {
	if of == 0 {
		return 0
	}
	return part / of
}

// stray tells whether a sample rests on a fix of a time in which the ship was displaced.
func (d *Detector) stray(s *track.Sample) bool {
	_, displaced := d.astray.Within(s.MMSI, s.Before.Time, s.After.Time)
	return displaced
}

// doubt marks the runs of a ship of which it has become known that she was displaced.
func (d *Detector) doubt(m vessel.MMSI) {
	for p, r := range d.runs {
		if p.a == m || p.b == m {
			r.astray = r.astray || d.displaced(r)
		}
	}
	for p, runs := range d.recent {
		for _, r := range runs {
			if p.a == m || p.b == m {
				r.astray = r.astray || d.displaced(r)
			}
		}
	}
}

// displaced tells whether either ship was displaced for half of a run or more: a shorter time leaves the run what it is.
func (d *Detector) displaced(r *run) bool {
	var inside time.Duration
	for _, m := range [2]vessel.MMSI{r.a, r.b} {
		if x, ok := d.astray.Within(m, r.start, r.lastClose); ok {
			from, to := x.From, x.To
			if x.Lasts || to.After(r.lastClose) {
				to = r.lastClose
			}
			if from.Before(r.start) {
				from = r.start
			}
			inside = max(inside, to.Sub(from))
		}
	}
	return inside > 0 && 2*inside >= r.lastClose.Sub(r.start)
}

// takeBack retracts a run that was told of ships that were not there.
func (r *run) takeBack(w time.Time, why string) event.Event {
	e := *r.last
	e.Version, e.Status, e.Probability, e.Watermark = e.Version+1, event.Retracted, 0, w
	e.Why = why
	e.Explanations = []event.Explanation{{Cause: event.OtherMeeting, P: 1}}
	r.last = &e
	return e
}

// waypoint is where a run was at a time.
type waypoint struct {
	at    time.Time
	place geo.Point
}

// A run remembers its way for as long as late reports revise: two days, every half hour.
const (
	wayStep = 30 * time.Minute
	keepWay = 2 * 48
)

// refutation is the reason of a retraction.
const refutation = "late reports put a ship elsewhere for much of the time"

// restate holds a sample that came too late for its bin against the runs of its ship: where it puts her farther from the
// run than the ships could lie apart, she was not there.
func (d *Detector) restate(s *track.Sample) {
	hold := func(r *run) {
		if r.a != s.MMSI && r.b != s.MMSI || s.Bin.Before(r.start) || s.Bin.After(r.lastClose) {
			return
		}
		at, ok := r.placeAt(s.Bin)
		if !ok || geo.Distance(at, s.Position) <= d.o.Antennas+2*halfLength+adrift {
			return
		}
		if i, known := slices.BinarySearchFunc(r.elsewhere, s.Bin, time.Time.Compare); !known {
			r.elsewhere = slices.Insert(r.elsewhere, i, s.Bin)
		}
	}
	for _, r := range d.runs {
		hold(r)
	}
	for _, runs := range d.recent {
		for _, r := range runs {
			hold(r)
		}
	}
}

// placeAt is where the run was nearest to a time, if it is remembered.
func (r *run) placeAt(t time.Time) (geo.Point, bool) {
	for i := len(r.way) - 1; i >= 0; i-- {
		if !r.way[i].at.After(t) {
			return r.way[i].place, true
		}
	}
	return geo.Point{}, false
}

// refuted tells whether late reports put a ship elsewhere for a larger share of a run than may be apart. What is cut off
// at the end does not count.
func (r *run) refuted(o Options) bool {
	apart := time.Duration(len(r.elsewhere)) * track.Grid
	return apart > 0 && apart.Seconds() > (1-o.CloseShare)*r.lastClose.Sub(r.start).Seconds() && !r.cuttable(o.Hold)
}

// cuttable tells whether all that is refuted lies at the end of an ended run, which is long enough without it.
func (r *run) cuttable(hold time.Duration) bool {
	n := len(r.elsewhere)
	if n == 0 || r.ended.IsZero() || r.elsewhere[0].Sub(r.start) < hold {
		return false
	}
	return r.elsewhere[n-1].Sub(r.elsewhere[0]) <= time.Duration(n)*track.Grid && r.lastClose.Sub(r.elsewhere[n-1]) <= wayStep
}

// cut ends an ended run where late reports first put a ship elsewhere, and tells whether it did.
func (r *run) cut(hold time.Duration) bool {
	if !r.cuttable(hold) {
		return false
	}
	r.lastClose = r.elsewhere[0]
	r.ended, r.elsewhere = r.lastClose, nil
	return true
}

// hush is the end of a ship's silence of which the source's outage was half or more.
type hush struct {
	off, on  time.Time
	offPlace geo.Point
}

// resume takes in the end of a silence that an outage explains: a ship that was elsewhere before it may have come alongside
// in it, and one that is elsewhere after it has left in it.
func (d *Detector) resume(f *track.Silence) {
	long := f.On.Time.Sub(f.Off.Time)
	if 2*d.out(f.Off.Source, f.Off.Time, f.On.Time) < long {
		return
	}
	d.hushes[f.MMSI] = hush{f.Off.Time, f.On.Time, f.Off.Position}
	left := func(r *run) bool {
		if r.a != f.MMSI && r.b != f.MMSI || f.Off.Time.Sub(r.lastClose).Abs() > d.o.Missing+r.bracket || geo.Distance(f.On.Position, r.lastMiddle) <= stays {
			return false
		}
		if r.after.IsZero() || f.On.Time.Before(r.after) {
			r.after = f.On.Time
		}
		return true
	}
	for _, r := range d.runs {
		left(r)
	}
	for _, runs := range d.recent {
		for _, r := range runs {
			r.resumed = left(r) || r.resumed
		}
	}
}

// forgetHushes drops silences that no run can begin with any more.
func (d *Detector) forgetHushes(w time.Time) {
	for m, h := range d.hushes {
		if w.Sub(h.on) > d.o.Unheard {
			delete(d.hushes, m)
		}
	}
}

// elsewhereBefore is when one of two ships was last heard elsewhere before a run began, if an outage lay between: the run
// began at some time in it. Zero where that is not so.
func (d *Detector) elsewhereBefore(r *run, bracket time.Duration) time.Time {
	var last time.Time
	for _, m := range [2]vessel.MMSI{r.a, r.b} {
		h, ok := d.hushes[m]
		if ok && r.start.Sub(h.on).Abs() <= d.o.Missing+bracket && geo.Distance(h.offPlace, r.middle) > stays {
			last = later(last, h.off)
		}
	}
	return last
}

// bounds are the likeliest start and end of a run, and the longest that it can have lasted. Where a ship came or left in an
// outage, it is put in the middle of the time in which she did, so far that the whole is no longer than halfway to most: of a
// meeting that may last so long any length is as likely as another.
func (r *run) bounds(most time.Duration) (start, end time.Time, longest time.Duration) {
	start, end = r.start, r.lastClose
	seen := end.Sub(start)
	var early, late time.Duration
	if !r.before.IsZero() {
		early = start.Sub(r.before)
	}
	if r.after.After(end) && !r.ended.IsZero() {
		late = r.after.Sub(end)
	}
	longest = seen + early + late
	if longest == seen {
		return start, end, seen
	}
	share := min(1, float64(max(0, most-seen))/float64(early+late)) / 2
	start = start.Add(-time.Duration(share * float64(early)).Truncate(time.Second))
	return start, end.Add(time.Duration(share * float64(late)).Truncate(time.Second)), longest
}

// deaf is a time in which a source was out; to is zero while it lasts.
type deaf struct {
	id       string
	from, to time.Time
}

// deafen takes in a version of an outage: the newest of an id counts.
func (d *Detector) deafen(source string, e event.Event) {
	list := slices.DeleteFunc(d.outages[source], func(x deaf) bool { return x.id == e.ID || !x.to.IsZero() && e.Watermark.Sub(x.to) > keepChanges })
	if e.Status != event.Retracted {
		x := deaf{id: e.ID, from: e.Start}
		if e.End != nil {
			x.to = *e.End
		}
		list = append(list, x)
	}
	d.outages[source] = list
}

// deaf is for how long since a run's last close point the sources that told of its ships were out.
func (d *Detector) deaf(r *run, until time.Time) time.Duration {
	return min(d.out(r.seen[0].source, r.lastClose, until), d.out(r.seen[1].source, r.lastClose, until))
}

// out is for how much of a time a source was out.
func (d *Detector) out(source string, from, until time.Time) time.Duration {
	var sum time.Duration
	for _, x := range d.outages[source] {
		to := x.to
		if to.IsZero() || to.After(until) {
			to = until
		}
		sum += max(0, to.Sub(later(x.from, from)))
	}
	return sum
}
