package populate

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// What the trade of a world rests on.
const (
	history   = 140.0 // days that are planned before the world begins, so that its fleet is spread over the seas and its storage full
	margin    = 9.0   // days after the world's end whose lifts have ships on their way at its end
	hour      = 1 / 24.0
	perTonne  = 6.74 // bbl a tonne of deadweight at 98 % full
	nines     = 999_999_999
	moorAhead = 12 * hour // from leaving the anchorage until a loading has surely begun
)

// trader plans the illicit trade of one world.
type trader struct {
	*builder
	spec    *scenario.Trade
	shares  map[string]shares
	laws    map[string]law
	fleet   []*bottom
	mothers []*mother
	lifts   []*lift
}

// trade makes the illicit trade.
func (b *builder) trade(spec *scenario.Trade) error {
	_, err := b.deal(spec)
	return err
}

// deal plans the illicit trade and adds its ships to the scenario.
func (b *builder) deal(spec *scenario.Trade) (*trader, error) {
	t := &trader{builder: b, spec: spec, shares: map[string]shares{}, laws: map[string]law{}}
	t.habits()
	t.plan()
	for _, l := range t.lifts {
		if err := t.carry(l); err != nil {
			return nil, fmt.Errorf("plan a lift on day %.1f: %w", l.start, err)
		}
	}
	for _, m := range t.mothers {
		if err := t.send(m); err != nil {
			return nil, fmt.Errorf("plan a mother ship: %w", err)
		}
	}
	if err := t.blends(); err != nil {
		return nil, fmt.Errorf("plan a blend: %w", err)
	}
	t.launch()
	return t, nil
}

// shares are what a world drew from a scenario's shares.
type shares struct {
	names   []string
	weights []float64
}

// share draws the world's own weights.
func (t *trader) share(name string, s scenario.Shares) shares {
	var out shares
	sum := 0.0
	for _, key := range slices.Sorted(maps.Keys(s)) {
		w := t.dial(name+"."+key, s[key])
		out.names, out.weights, sum = append(out.names, key), append(out.weights, w), sum+w
	}
	for i := range out.weights {
		out.weights[i] /= sum
	}
	return out
}

// of is one share.
func (s shares) of(name string) float64 {
	if i := slices.Index(s.names, name); i >= 0 {
		return s.weights[i]
	}
	return 0
}

// draw picks a name; of those that pass, when there is a condition and any does.
func (s shares) draw(rng *rand.Rand, pass func(string) bool) string {
	x, sum := rng.Float64(), 0.0
	for i, name := range s.names {
		if pass == nil || pass(name) {
			sum += s.weights[i]
		}
	}
	x *= sum
	last := ""
	for i, name := range s.names {
		if pass != nil && !pass(name) || s.weights[i] == 0 {
			continue
		}
		last = name
		if x -= s.weights[i]; x < 0 {
			break
		}
	}
	return last
}

// law is what a world drew from a scenario's law.
type law struct{ median, spread, least, most float64 }

func (t *trader) law(name string, l scenario.Law) law {
	return law{t.dial(name+".median", l.Median), t.dial(name+".spread", l.Spread), l.Least, l.Most}
}

// draw gives one ship's number.
func (l law) draw(rng *rand.Rand) float64 {
	for range 50 {
		if x := l.median * math.Exp(l.spread*rng.NormFloat64()); x >= l.least && x <= l.most {
			return x
		}
	}
	return l.median
}

// chance tells whether something with a probability happens.
func chance(rng *rand.Rand, p float64) bool { return rng.Float64() < p }

// between draws evenly.
func between(rng *rand.Rand, from, to float64) float64 { return from + (to-from)*rng.Float64() }

// habits draws what the world does not change again.
func (t *trader) habits() {
	s := t.spec
	fleets, classes, sources := scenario.Shares{}, scenario.Shares{}, scenario.Shares{}
	for name, f := range s.Fleets {
		fleets[name] = f.Share
		t.shares["modes."+name] = t.share("modes."+name, f.Modes)
	}
	for name, c := range s.Classes {
		classes[name] = c.Share
		t.laws["fill."+name], t.laws["loading."+name] = t.law("fill."+name, c.Fill), t.law("loading."+name, c.Loading)
	}
	for name, src := range s.Sources {
		sources[name] = src.Share
		for class, l := range src.Loading {
			t.laws["loading."+class+"."+name] = t.law("loading."+class+"."+name, l)
		}
	}
	for name, of := range map[string]scenario.Shares{"fleets": fleets, "classes": classes, "sources": sources, "off": s.Silence.Off,
		"on": s.Silence.On, "typing": s.Draught.Habits, "after": s.After, "areas": s.Transfers.Areas, "visible": s.Transfers.Visible,
		"shapes": s.Transfers.Shapes} {
		t.shares[name] = t.share(name, of)
	}
	for name, of := range map[string]scenario.Law{"late": s.Draught.Late, "wrong": s.Draught.Wrong, "ballast": s.Passage.Ballast,
		"laden": s.Passage.Laden, "waiting": s.Passage.Waiting, "away": s.Passage.Away, "idle": s.Passage.IdleFor,
		"rate": s.Transfers.Rate, "linger": s.Transfers.Linger, "storage": s.Storage.Days} {
		t.laws[name] = t.law(name, of)
	}
}

// lift is one loading as planned.
type lift struct {
	start  float64 // day on which she leaves the anchorage for the berth
	vain   bool    // she comes in a halt, and leaves empty
	source string
	class  string
	fleet  string
	rng    *rand.Rand
}

// base is how many loadings begin on an ordinary day.
func (t *trader) base() float64 {
	perBarrel := 0.0
	classes := t.shares["classes"]
	for i, name := range classes.names {
		perBarrel += classes.weights[i] / t.parcel(name)
	}
	return t.dial("bbl_per_day", t.spec.Barrels) * perBarrel
}

// plan draws the loadings of all days as a Poisson process, with what each begins with.
func (t *trader) plan() {
	base := t.base()
	most := base
	if t.spec.Surge != nil {
		most *= t.spec.Surge.Factor
	}
	if base <= 0 {
		return
	}
	rng := t.stream("trade")
	for day := -history; ; {
		day += rng.ExpFloat64() / most
		if day > t.s.Days+margin {
			return
		}
		keep, vain := rng.Float64()*most, t.halted(day) && chance(rng, t.dial("vain", t.spec.Passage.Vain))
		if keep < base*t.pace(day) || vain && keep < base {
			l := &lift{start: day, vain: vain, rng: t.stream(fmt.Sprintf("lift %d", len(t.lifts)))}
			t.draw(l)
			t.lifts = append(t.lifts, l)
		}
	}
}

// parcel is the mean cargo of a class in barrels.
func (t *trader) parcel(class string) float64 {
	sum := 0.0
	hulls := t.spec.Classes[class].Hulls
	for _, h := range hulls {
		sum += perTonne * t.s.Hulls[h].DWT
	}
	return sum / float64(len(hulls)) * t.laws["fill."+class].median
}

// pace is how many loadings there are on a day against ordinary days.
func (t *trader) pace(day float64) float64 {
	if t.halted(day) {
		return 0
	}
	if s := t.spec.Surge; s != nil && day >= s.From && day < s.To {
		return s.Factor
	}
	return 1
}

// halted tells whether a ship that leaves the anchorage on a day would begin to load in the halt.
func (t *trader) halted(day float64) bool {
	h := t.spec.Halt
	return h != nil && day > h.From-moorAhead && day < h.To
}

// draw decides what a loading begins with. The shares of classes and sources are of barrels, so that classes are drawn
// by barrels over parcel; a source without a berth for a class gets its share from the others.
func (t *trader) draw(l *lift) {
	count := shares{names: t.shares["classes"].names}
	for i, name := range count.names {
		count.weights = append(count.weights, t.shares["classes"].weights[i]/t.parcel(name))
	}
	l.class = count.draw(l.rng, nil)
	l.fleet = t.shares["fleets"].draw(l.rng, nil)
	of := shares{}
	for i, name := range t.shares["sources"].names {
		reach := 0.0 // the barrels of all classes that load there
		for class := range t.spec.Sources[name].Berths {
			reach += t.shares["classes"].of(class)
		}
		if len(t.spec.Sources[name].Berths[l.class]) > 0 {
			of.names, of.weights = append(of.names, name), append(of.weights, t.shares["sources"].weights[i]/reach)
		}
	}
	l.source = of.draw(l.rng, nil)
}

// carry plans one lift, from the ship's coming to where its oil goes. A lift for which there is no berth before a halt,
// or no spot to wait at, is not made.
func (t *trader) carry(l *lift) error {
	src, rng := t.spec.Sources[l.source], l.rng
	loading := t.laws["loading."+l.class].draw(rng)
	if special, ok := t.laws["loading."+l.class+"."+l.source]; ok {
		loading = special.draw(rng)
	}
	waiting := t.laws["waiting"].draw(rng)
	if chance(rng, t.dial("idle", t.spec.Passage.Idle)) || l.vain {
		waiting = t.laws["idle"].draw(rng) * 24
	}
	berth := t.berth(rng, src.Berths[l.class], l.start, loading*hour)
	if l.start = t.vacant(berth, l.start, loading*hour+turnround); t.halted(l.start) && !l.vain {
		return nil
	}
	roads := t.s.Terminals[l.source].Roads
	spot, ok := t.lie(roads[rng.IntN(len(roads))], l.start-waiting*hour-moorAhead, l.start+4*hour)
	if !ok {
		return nil
	}
	if !l.vain {
		t.reserve(berth, l.start, l.start+loading*hour+turnround)
	}
	path, err := t.net.way(t.edgeIn(), spot)
	if err != nil {
		return err
	}
	knots := t.laws["ballast"].draw(rng)
	begin := l.start - waiting*hour - passage(path, knots, anchorKnots)
	c := t.open(rng, t.pick(rng, l.class, l.fleet, begin, nil), t.edgeIn(), begin)
	c.sail(path, knots, anchorKnots, false, t.mask(l, c, path, knots)...)
	t.rest(c, spot, l.start, false)
	if l.vain {
		return t.leave(rng, c)
	}
	if err := t.toBerth(c, berth); err != nil {
		return err
	}
	room := perTonne * t.s.Hulls[c.hull.ship.Hull].DWT
	t.load(c, berth, l.start+loading*hour, 1000*int64(room*t.laws["fill."+l.class].draw(rng)/1000), true)
	if c.silent && chance(rng, t.dial("identity.loading", t.spec.Identity.Loading)) {
		t.rename(rng, c.hull)
		id := c.hull.now
		c.do(scenario.Step{Identity: &id})
	}
	t.types(rng, c)
	return t.after(l, c)
}

// turnround is how long a berth stays empty after a ship.
const turnround = 6 * hour

// berth is the berth that is free first from some day on; among equals, any.
func (t *trader) berth(rng *rand.Rand, berths []string, from, days float64) string {
	best, first := "", math.Inf(1)
	for _, i := range rng.Perm(len(berths)) {
		if day := t.vacant(berths[i], from, days+turnround); day < first {
			best, first = berths[i], day
		}
	}
	return best
}

// toBerth leads from the roads to the berth where that is not the straight way.
func (t *trader) toBerth(c *call, berth string) error {
	path, err := t.net.way(c.place, berth)
	if err != nil {
		return err
	}
	c.sail(path, berthingKnots+2, berthingKnots, false)
	return nil
}

// mask decides what the transponder does on the way in and while she loads: the marks on the way.
func (t *trader) mask(l *lift, c *call, path []geo.Point, knots float64) []mark {
	rng := l.rng
	mode := t.shares["modes."+l.fleet].draw(rng, nil)
	switch mode {
	case "open":
		return nil
	case "dark":
		c.silent = true
		return []mark{{where(rng, path, t.shares["off"].draw(rng, nil), false), off()}}
	}
	stretch, outside := "strait", path[len(path)-1][0] > outsideLon
	if outside {
		stretch = "oman"
	}
	at := where(rng, path, stretch, false)
	f := &scenario.False{Kind: strings.TrimPrefix(mode, "false_")}
	c.fake = &pretence{step: f, since: c.begin + float64(at.NauticalMiles())/knots*hour, dark: chance(rng, t.dial("then_dark", t.spec.Pretence.ThenDark))}
	t.pretend(rng, f, path, at, outside)
	return []mark{{at, scenario.Step{False: f}}}
}

// pretend fills in where she seems to be. How long is known when she comes out.
func (t *trader) pretend(rng *rand.Rand, f *scenario.False, path []geo.Point, at geo.Metres, outside bool) {
	side := func(name string) bool { return t.outside(name) == outside }
	beside := func(p geo.Point, r float64) scenario.Spot {
		return scenario.Spot{Point: scenario.Point(motion.Move(p, geo.Metres(between(rng, -r, r)), geo.Metres(between(rng, -r, r))))}
	}
	switch f.Kind {
	case "anchored":
		f.At = beside(t.s.Places[oneOf(rng, t.spec.Pretence.Anchored, side)].At.Geo(), 2500)
	case "circle":
		f.At = beside(t.s.Places[oneOf(rng, t.spec.Pretence.Anchored, side)].At.Geo(), 4000)
		f.RadiusKM, f.Knots = between(rng, 0.8, 5), scenario.Range{From: 4, To: 10}
	case "sailing":
		f.Knots = scenario.Range{From: 11, To: 13}
		way, err := t.net.way(t.edgeIn(), oneOf(rng, t.spec.Pretence.Sailing, side))
		if err != nil {
			way = path
		}
		for _, p := range beyond(way, at+2000) {
			f.Via = append(f.Via, scenario.Spot{Point: scenario.Point(p)})
		}
	}
}

// oneOf is one of some names, of those that pass if any does.
func oneOf(rng *rand.Rand, names []string, pass func(string) bool) string {
	fit := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !pass(name) })
	if len(fit) == 0 {
		fit = names
	}
	return fit[rng.IntN(len(fit))]
}

// beyond are the points of a line after some metres; the last one always.
func beyond(line []geo.Point, from geo.Metres) []geo.Point {
	run := geo.Metres(0)
	for i := 1; i < len(line); i++ {
		if run += motion.Length(line[i-1], line[i]); run > from+8000 {
			return line[i:]
		}
	}
	return line[len(line)-1:]
}
