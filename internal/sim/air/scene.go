package air

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// The kinds of things drawn by hash. The number keeps draws of one ship and instant apart.
const (
	drawPhase = 100 + iota
	drawJitter
	drawChannel
	drawCoast
	drawDelay
	drawRepeat
	drawPass
	drawFade
	drawSpace
	drawWait
	drawLong
	drawDuct
	drawJam
	drawNoise
	drawHabit
)

// scene is what all workers share during a window: receivers, and what befalls them. Only prepare changes it.
type scene struct {
	world     *sim.World
	seed      uint64
	receivers []receiver // coast stations, then satellites
	coasts    []coast
	sats      []satellite
	ducts     []duct
	jams      []jam
	from      time.Duration // of the window
	ships     crowd         // at its begin
}

// receiver is what a delivery tells of its origin.
type receiver struct {
	id    string
	space bool
}

func newScene(w *sim.World) *scene {
	s := w.Scenario()
	c := &scene{world: w, seed: s.Seed}
	for i, d := range s.Ducts {
		c.ducts = append(c.ducts, duct{Duct: d, seed: s.Seed, index: uint64(i), start: s.Start.Time})
	}
	for i, st := range s.Stations {
		c.receivers = append(c.receivers, receiver{id: st.ID})
		c.coasts = append(c.coasts, newCoast(s, st, i, c.ducts))
	}
	for i, st := range s.Satellites {
		c.receivers = append(c.receivers, receiver{id: st.ID, space: true})
		c.sats = append(c.sats, newSatellite(s, st, i))
	}
	for i, j := range s.Jams {
		c.jams = append(c.jams, jam{Jam: j, seed: s.Seed, index: uint64(i)})
	}
	return c
}

// prepare sets the scene for a window.
func (c *scene) prepare(from time.Duration, units []unit) {
	c.from = from
	for i := range c.coasts {
		c.coasts[i].prepare(from)
	}
	if len(c.sats) == 0 {
		return
	}
	c.ships.gather(units)
	for i := range c.sats {
		c.sats[i].prepare(from, c.ships)
	}
}

// down tells whether one of some outages covers a time.
func down(outages []scenario.Window, at time.Duration) bool {
	for _, o := range outages {
		if at >= sim.Days(o.From) && at < sim.Days(o.To) {
			return true
		}
	}
	return false
}

// worker simulates some of the units and keeps what was heard of them.
type worker struct {
	world  *sim.World
	scene  *scene
	end    time.Duration
	due    map[time.Duration][]signal // by number of the window of arrival
	cells  map[cell]*bits
	passes map[place][]pass // of the present window
	from   time.Duration    // of the window that passes are of
	near   []int            // coast stations within reach of the unit at hand
	over   []pass           // passes over it
	hits   []hit
	noise  noise
	sent   int
	usual  int // signals in a window
}

func newWorker(w *sim.World, c *scene) *worker {
	return &worker{world: w, scene: c, end: w.End(), due: map[time.Duration][]signal{}, cells: map[cell]*bits{}, passes: map[place][]pass{}, noise: newNoise()}
}

// call is one transmission, before anybody knows whether it is heard.
type call struct {
	at     time.Duration
	from   geo.Point // of the aerial, whatever the message claims
	sender uint32
	part   uint8
	low    bool    // class B: 2 W, heard less far
	stands float64 // for how many of the standard's messages, 1 and more: thinning keeps one that was heard
}

// hit is a receiver that heard a call.
type hit struct {
	receiver uint16
	arrival  time.Duration
	stamp    int64
	repeat   time.Duration // after the arrival; zero: none
	long     bool          // as message 27
}

// hear finds out who hears a call, of the receivers that were found near.
func (w *worker) hear(x *call) []hit {
	w.sent++
	w.hits = w.hits[:0]
	for _, i := range w.near {
		if h, ok := w.scene.coasts[i].hear(x); ok {
			w.keep(h)
		}
	}
	for i := range w.over {
		if p := &w.over[i]; x.at >= p.begin && x.at < p.end {
			if h, ok := w.scene.sats[p.sat].hear(x, p); ok {
				w.keep(h)
			}
		}
	}
	return w.hits
}

// keep drops what arrives after the recording has ended or while the whole feed is down.
func (w *worker) keep(h hit) {
	if w.open(h.arrival) {
		w.hits = append(w.hits, h)
	}
}

func (w *worker) open(arrival time.Duration) bool {
	return arrival <= w.end && !down(w.world.Scenario().FeedOutages, arrival)
}

// carry puts a message that was heard on its way to the feed.
func (w *worker) carry(x *call, m encode.Message) {
	channel := byte('A')
	if sim.Draw(drawChannel, uint64(x.sender), uint64(x.at)) < 0.5 {
		channel = 'B'
	}
	for _, h := range w.hits {
		s := signal{arrival: h.arrival, key: key{sent: x.at, sender: x.sender, receiver: h.receiver, part: x.part}, channel: channel, stamp: h.stamp, message: m}
		if p, ok := m.(encode.Position); ok && h.long {
			s.message = longRange(p)
		}
		again := h.arrival + h.repeat
		s.doubled = h.repeat > 0 && w.open(again)
		w.put(s)
		if s.doubled {
			s.arrival, s.doubled, s.copy = again, false, true
			w.put(s)
		}
	}
}

func (w *worker) put(s signal) {
	n := s.arrival / window
	if w.due[n] == nil && n == w.scene.from/window {
		w.due[n] = make([]signal, 0, w.usual)
	}
	w.due[n] = append(w.due[n], s)
}

// collect hands over what arrives in a window, in order.
func (w *worker) collect(n time.Duration) []signal {
	out := w.due[n]
	delete(w.due, n)
	slices.SortFunc(out, order)
	w.usual = len(out) + len(out)/8
	return out
}

// note remembers where a ship was heard.
func (w *worker) note(x *call) {
	c := cellOf(x.from)
	if w.cells[c] == nil {
		w.cells[c] = new(bits)
	}
	w.cells[c].set(int(x.at / heardHour))
}

// reachable finds the coast stations that a unit may come within reach of when it goes no farther than some distance.
func (w *worker) reachable(out []int, from geo.Point, distance geo.Metres) []int {
	at := vectorOf(from)
	for i := range w.scene.coasts {
		if c := &w.scene.coasts[i]; chord(at, c.where)-c.reach < distance {
			out = append(out, i)
		}
	}
	return out
}

// beyond tells by how much a place is out of reach of all of some coast stations.
func (w *worker) beyond(p geo.Point, coasts []int) geo.Metres {
	at, clear := vectorOf(p), geo.Metres(math.MaxFloat64)
	for _, i := range coasts {
		c := &w.scene.coasts[i]
		clear = min(clear, chord(at, c.where)-c.reach)
	}
	return clear
}

// look finds the receivers that may hear a unit on its way from one place to another, on which it never is farther than
// slack from the nearer of the two: among some coast stations, and all satellites.
func (w *worker) look(a, b geo.Point, from, until time.Duration, coasts []int, slack geo.Metres) {
	w.near, w.over = w.near[:0], w.over[:0]
	begin, end := vectorOf(a), vectorOf(b)
	for _, i := range coasts {
		c := &w.scene.coasts[i]
		if min(chord(begin, c.where), chord(end, c.where))-c.reach < slack {
			w.near = append(w.near, i)
		}
	}
	for _, p := range w.passesOver(a) {
		if p.begin < until && p.end > from {
			w.over = append(w.over, p)
		}
	}
}

// chord is the distance between two places through the Earth: at 500 km 130 m less than over it, which is no more than
// the flat map errs.
func chord(a, b vector) geo.Metres {
	return geo.MeanRadius * geo.Metres(math.Sqrt(max(0, 2-2*a.dot(b))))
}

// nextPass is when the next satellite rises over a place, after a time and within the window; else the window's end.
func (w *worker) nextPass(p geo.Point, after time.Duration) time.Duration {
	next := w.scene.from + window
	for _, q := range w.passesOver(p) {
		if q.end > after {
			next = min(next, max(after, q.begin))
		}
	}
	return next
}

// grid is a ship's slots for messages of one spacing: evenly spaced, with a jitter of a tenth of the spacing and at most
// two seconds either way, as units choose among free slots. Slots are numbered from the world's start, so that any
// stretch of time can be left out without a change to the others.
type grid struct {
	sender  uint64
	spacing time.Duration
	phase   time.Duration
}

// The kinds of messages that have grids of their own.
const (
	gridPosition = iota
	gridStatic
	gridBeacon
)

func newGrid(sender uint32, spacing time.Duration, kind uint64) grid {
	g := grid{sender: uint64(sender)<<8 | kind, spacing: spacing}
	g.phase = time.Duration(sim.Draw(drawPhase, g.sender, uint64(spacing)) * float64(spacing))
	return g
}

// first is the number of the first slot at or after a time.
func (g *grid) first(at time.Duration) int64 {
	return int64(math.Ceil(float64(at-g.phase) / float64(g.spacing)))
}

// due is when a slot comes before its jitter; at is when it is used.
func (g *grid) due(n int64) time.Duration { return g.phase + time.Duration(n)*g.spacing }

func (g *grid) at(n int64) time.Duration {
	jitter := float64(min(g.spacing, 20*time.Second)) * 0.2 * (sim.Draw(drawJitter, g.sender, uint64(g.spacing), uint64(n)) - 0.5)
	return g.due(n) + time.Duration(jitter)
}

// Rules tells how likely a class A ship is to be heard, by what holds for all ships of a world: ranges, shadows, the
// season's ducts, orbits, collisions, outages. Of what the world draws it knows nothing: neither the weather nor how many ships
// there are, so that only those outside the scenario load a satellite, and one more number for those within.
type Rules struct {
	scene  *scene
	start  time.Time
	faults []scenario.Window            // outages of the feed
	crowd  float64                      // messages a second of the scenario's ships
	skies  map[time.Duration][]overhead // by window, of each satellite: silences of many ships are asked of the same hours
}

// overhead is where a satellite is over a window.
type overhead struct {
	first time.Duration
	below []vector
	load  []float64
}

// NewRules reads a scenario's receivers. Ships is how many of the scenario's ships are there at a time, about.
func NewRules(s *scenario.Scenario, ships float64) *Rules {
	r := &Rules{scene: &scene{}, start: s.Start.Time, faults: s.FeedOutages, crowd: ships * otherRate, skies: map[time.Duration][]overhead{}}
	for i, d := range s.Ducts {
		r.scene.ducts = append(r.scene.ducts, duct{Duct: d, index: uint64(i), start: s.Start.Time})
	}
	for i, st := range s.Stations {
		r.scene.coasts = append(r.scene.coasts, newCoast(s, st, i, r.scene.ducts))
	}
	for i, st := range s.Satellites {
		r.scene.sats = append(r.scene.sats, newSatellite(s, st, i))
	}
	return r
}

// Chance is that at least one of a ship's positions is received which she sends from a place within some time after
// another, one each spacing; each stands for so many of the standard's reports. Times are since the world's start.
func (r *Rules) Chance(p geo.Point, from, lasts, spacing time.Duration, stands float64) float64 {
	miss := 1.0
	for i := range r.scene.coasts {
		miss *= r.coastMisses(&r.scene.coasts[i], p, from, lasts, spacing, stands)
	}
	for i := range r.scene.sats {
		miss *= r.spaceMisses(i, p, from, lasts, spacing, stands)
	}
	return 1 - miss
}

// coastMisses is the chance that a station hears nothing, in the middle of the time and in the weather usual then.
func (r *Rules) coastMisses(c *coast, p geo.Point, from, lasts, spacing time.Duration, stands float64) float64 {
	at := from + lasts/2
	if down(c.Outages, at) || down(r.faults, at) || float64(motion.Length(c.at, p)) > 3000*c.RangeKM {
		return 1
	}
	c.reach = geo.Metres(c.RangeKM * 1000 * c.duct.usual(at))
	return math.Pow(1-several(c.chance(p, false), stands), float64(lasts)/float64(spacing))
}

// spaceMisses is the chance that a satellite hears nothing: of each pass either all or what survives collisions.
func (r *Rules) spaceMisses(i int, p geo.Point, from, lasts, spacing time.Duration, stands float64) float64 {
	miss, s := 1.0, &r.scene.sats[i]
	for _, q := range r.passes(i, p, from) {
		begin, end := max(from, q.begin), min(from+lasts, q.end)
		if begin >= end || down(s.Outages, begin) || down(r.faults, begin) {
			continue
		}
		one := 0.9
		if s.orbit != nil {
			one = math.Exp(-overlap * (s.Orbit.Others*otherRate + r.crowd) / (channels * slotsPerSecond))
		}
		miss *= 1 - s.Heard*several(several(one, stands), float64(end-begin)/float64(spacing))
	}
	return miss
}

// passes are those that touch the window in which a time lies.
func (r *Rules) passes(i int, p geo.Point, at time.Duration) []pass {
	first, s := at.Truncate(window), &r.scene.sats[i]
	if s.orbit == nil {
		return s.byTheClock(nil, 0, first)
	}
	if r.skies[first] == nil {
		r.skies[first] = make([]overhead, len(r.scene.sats))
	}
	x := &r.skies[first][i]
	if x.below == nil {
		s.below, s.load = nil, nil
		s.prepare(first, crowd{})
		*x = overhead{s.first, s.below, s.load}
	}
	s.first, s.below, s.load = x.first, x.below, x.load
	return s.passes(nil, 0, vectorOf(p), first)
}
