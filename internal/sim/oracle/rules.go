package oracle

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// rules is what the oracle knows of a world before it hears anything: what the scenario says of all ships, and nothing
// that it says of one.
type rules struct {
	start, end time.Time
	berths     []berth
	ports      []berth       // one for all berths of a kind within 20 km
	sources    []source      // one for each sanctioned terminal
	areas      []geo.Point   // where ships lie to pass cargo on
	fields     []field       // the same with their sizes
	inside     [][]geo.Point // ways from the trade's edge to its terminals in the Gulf
	outside    [][]geo.Point // to those outside
	across     [][]geo.Point // to the fields
	where      *where
	made       bool        // by package populate: all ships come and go by the edges
	edges      []geo.Point // where ships leave the world and come back
	exits      [][2]geo.Point
	hulls      []scenario.Hull
	stations   []scenario.Station
	satellites []scenario.Satellite
	still      float64 // reports an hour of a ship that lies
	moving     float64 // and of one under way
	// For how many of the standard's reports one stands, likewise.
	stillStands, movingStands float64
	habits                    habits
	iranian                   habits // of ships under Iran's flag
	loading                   map[string][2]float64
	sea                       *geo.Sea
	ways                      map[[4]int16]float64 // sea distances asked for, metres, between squares of 0.05°
}

// source is a sanctioned terminal: where it is, and its share of the lifts.
type source struct {
	at    geo.Point
	share float64
}

// field is an area in which ships pass cargo on.
type field struct {
	at      geo.Point
	radius  geo.Metres
	spacing geo.Metres // between ships
	drift   bool       // where others drift as well
}

// field finds the one that a place lies in.
func (r *rules) field(p geo.Point) (field, bool) {
	for _, f := range r.fields {
		if geo.Distance(f.at, p) < f.radius {
			return f, true
		}
	}
	return field{}, false
}

// swing is how far apart two fixes of one stop may lie: in a field of anchors not as far as the next ship's.
func (r *rules) swing(p geo.Point) geo.Metres {
	if f, ok := r.field(p); ok && !f.drift {
		return max(1200, 0.6*f.spacing)
	}
	return 9 * geo.Kilometre
}

// chart finds the ways along the lanes from the trade's edge to its terminals and fields.
func (r *rules) chart(s *scenario.Scenario) {
	t := s.Population.Trade
	edge := s.Places[t.Sea+"-in"]
	for _, name := range slices.Sorted(maps.Keys(t.Sources)) {
		if way := along(s, edge.Out, s.Terminals[name].In, geo.Point{}); len(way) > 0 && way[len(way)-1][0] < 56.4 {
			r.inside = append(r.inside, way)
		} else {
			r.outside = append(r.outside, way)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Transfers.Areas)) {
		doors := s.Places[name].In
		for _, of := range slices.Sorted(maps.Keys(s.Terminals)) {
			if port := s.Terminals[of]; len(doors) == 0 && slices.Contains(port.Roads, name) {
				doors = port.In
			}
		}
		r.across = append(r.across, along(s, edge.Out, doors, s.Places[name].At.Geo()))
	}
}

// along is the way along the lanes from one of some nodes to one of some others, empty when there is none: the shortest with
// the last leg to a place, unless that is zero.
func along(s *scenario.Scenario, from, to []string, place geo.Point) []geo.Point {
	best, before := map[string]float64{}, map[string]string{}
	for _, n := range from {
		best[n] = 0
	}
	for changed := true; changed; {
		changed = false
		for _, way := range s.Lanes.Edges {
			for i := 1; i < len(way); i++ {
				d, known := best[way[i-1]]
				d += float64(geo.Distance(s.Lanes.Nodes[way[i-1]].Geo(), s.Lanes.Nodes[way[i]].Geo()))
				if old, had := best[way[i]]; known && (!had || d < old) {
					best[way[i]], before[way[i]], changed = d, way[i-1], true
				}
			}
		}
	}
	end, least := "", math.Inf(1)
	for _, n := range to {
		d, known := best[n]
		if place != (geo.Point{}) {
			d += float64(geo.Distance(s.Lanes.Nodes[n].Geo(), place))
		}
		if known && d < least {
			end, least = n, d
		}
	}
	var out []geo.Point
	for n := end; n != ""; n = before[n] {
		out = append(out, s.Lanes.Nodes[n].Geo())
	}
	slices.Reverse(out)
	return out
}

// besideLane is by how much ships keep off the middle of their lane, metres, and strays the share of those that are elsewhere.
const (
	besideLane = 4000.0
	strays     = 0.05
)

// onWay tells how well a place lies on one of some ways. Only in the Gulf of Oman do they part.
func (r *rules) onWay(ways [][]geo.Point, p geo.Point) float64 {
	if len(ways) == 0 || p[0] < 57.3 {
		return 1
	}
	least := math.Inf(1)
	for _, way := range ways {
		for i := 1; i < len(way); i++ {
			least = min(least, float64(geo.SegmentDistance(p, way[i-1], way[i])))
		}
	}
	x := least / besideLane
	return strays + (1-strays)*math.Exp(-x*x/2)
}

// berth is a place where ships are made fast.
type berth struct {
	at         geo.Point
	title      string
	sanctioned bool
	room       geo.Metres // within which ships that are fast to it lie
}

// sanctionedNames are the words by which a place is one that sanctioned crude or condensate is loaded at (terminals of
// METHODS.md section 7: Kharg, Jask and Kooh Mobarak, Lavan, Sirri, Soroush, Bahregan, South Pars).
var sanctionedNames = []string{"kharg", "khark", "jask", "kooh", "mobarak", "lavan", "sirri", "soroush", "soroosh", "bahregan", "assaluyeh", "asaluyeh", "pars"}

// waitingNames are the words by which a place is one to wait in.
var waitingNames = []string{"road", "anch", "wait", "sts", "drift", "tugs"}

func anyOf(text string, words []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func newRules(s *scenario.Scenario) (*rules, error) {
	sea, err := geo.DefaultSea()
	if err != nil {
		return nil, err
	}
	r := &rules{start: s.Start.Time, end: s.Start.Add(time.Duration(s.Days * float64(24*time.Hour))), stations: s.Stations, satellites: s.Satellites,
		habits: defaults(), sea: sea, loading: map[string][2]float64{}, ways: map[[4]int16]float64{}}
	r.still = 3600 / max(180, time.Duration(s.Reporting.Still).Seconds())
	r.moving = 3600 / max(10, time.Duration(s.Reporting.Moving).Seconds())
	r.stillStands, r.movingStands = 20/r.still, 360/r.moving // of one in three minutes, and of one in ten seconds
	for _, key := range slices.Sorted(maps.Keys(s.Hulls)) {
		r.hulls = append(r.hulls, s.Hulls[key])
	}
	sanctioned := func(key string, p scenario.Place) bool { return !p.Quay && anyOf(key+" "+p.Title, sanctionedNames) }
	weight := func(string) float64 { return 1 }
	if r.made = s.Population != nil; r.made && s.Population.Trade != nil {
		known := r.learn(s)
		sanctioned = func(key string, _ scenario.Place) bool { _, ok := known[key]; return ok }
		weight = func(key string) float64 { return known[key] }
	}
	for _, key := range slices.Sorted(maps.Keys(s.Places)) {
		r.place(key, s.Places[key], sanctioned(key, s.Places[key]), weight(key))
	}
	sum := 0.0
	for _, x := range r.sources {
		sum += x.share
	}
	for i := range r.sources {
		r.sources[i].share /= sum
	}
	for _, key := range slices.Sorted(maps.Keys(s.Gates)) {
		g := s.Gates[key]
		r.exits = append(r.exits, [2]geo.Point{g[0].Geo(), g[1].Geo()})
	}
	return r, nil
}

// place notes a berth, or a point on the world's edge, whose names end so.
func (r *rules) place(key string, p scenario.Place, sanctioned bool, share float64) {
	switch {
	case p.Spacing == 0 && (strings.HasSuffix(key, "-in") || strings.HasSuffix(key, "-out")):
		r.edges = append(r.edges, p.At.Geo())
	case !p.Buoy && !p.Quay && (p.Spacing > 0 && anyOf(key+" "+p.Title, waitingNames) || p.Heading == 0 && p.Seaward == 0):
	default:
		b := berth{at: p.At.Geo(), title: p.Title, sanctioned: sanctioned, room: mostBerthDistance}
		if p.Quay || p.Spacing > 0 {
			b.room += geo.Metres(p.Spacing * math.Sqrt(float64(max(1, p.Spots))))
		}
		if p.Quay {
			b.room = max(b.room, geo.Metres(p.Spacing*float64(p.Spots)/2)+300)
		}
		if b.title == "" {
			b.title = key
		}
		r.berths = append(r.berths, b)
		same := func(q berth) bool { return q.sanctioned == b.sanctioned && geo.Distance(q.at, b.at) < 20*geo.Kilometre }
		if !slices.ContainsFunc(r.ports, same) {
			r.ports = append(r.ports, b)
		}
		if !b.sanctioned {
			return
		}
		near := func(q source) bool { return geo.Distance(q.at, b.at) < 30*geo.Kilometre }
		if i := slices.IndexFunc(r.sources, near); i >= 0 {
			r.sources[i].share += share
		} else {
			r.sources = append(r.sources, source{b.at, share})
		}
	}
}

// meets tells how likely a silence round a transfer is to begin or end at a place, against ships anywhere: all areas lie
// outside the Strait. Where nobody says, that is anywhere.
func (r *rules) meets(places ...geo.Point) float64 {
	if len(r.areas) == 0 || r.where == nil {
		return 1
	}
	out := 1 / r.where.time[oman]
	for _, p := range places {
		least := math.Inf(1)
		for _, a := range r.areas {
			least = min(least, float64(geo.Distance(a, p)))
		}
		if r.region(p) != oman && least > 90_000 {
			out *= 0.02
		}
	}
	return out
}

// coastal tells whether a station hears a place well.
func (r *rules) coastal(p geo.Point) bool {
	return slices.ContainsFunc(r.stations, func(s scenario.Station) bool { return float64(geo.Distance(s.At.Geo(), p)) < 700*s.RangeKM })
}

// mostBerthDistance is how far a ship's aerial may lie from the berth that she is fast to: half a VLCC, and a swing round
// a buoy.
const mostBerthDistance geo.Metres = 450

// berthAt is the berth nearest to a place, if she may be fast to it.
func (r *rules) berthAt(p geo.Point) (berth, bool) {
	best, least := berth{}, math.Inf(1)
	for _, b := range r.berths {
		if math.Abs(b.at[0]-p[0]) > 0.03 || math.Abs(b.at[1]-p[1]) > 0.03 {
			continue
		}
		if d := geo.Distance(b.at, p); d < b.room && float64(d/b.room) < least {
			best, least = b, float64(d/b.room)
		}
	}
	return best, best.room > 0
}

// hours is how long a tanker sails from one place to another by sea.
func (r *rules) hours(a, b geo.Point) float64 { return r.way(a, b) / 1852 / r.habits.Knots }

// way is a sea distance in metres. Long ones are those between the middles of squares of 0.2°, corrected by how much
// farther apart the places themselves are; nearby it is the straight line.
func (r *rules) way(a, b geo.Point) float64 {
	straight := float64(geo.Distance(a, b))
	if straight < 30_000 {
		return straight
	}
	square := func(x float64) int16 { return int16(math.Floor(x * 5)) }
	middle := func(i int16) float64 { return (float64(i) + 0.5) / 5 }
	key := [4]int16{square(a[0]), square(a[1]), square(b[0]), square(b[1])}
	p, q := geo.Point{middle(key[0]), middle(key[1])}, geo.Point{middle(key[2]), middle(key[3])}
	d, known := r.ways[key]
	if !known {
		d = float64(geo.Distance(p, q))
		if by, ok := r.sea.Distance(p, q); ok {
			d = max(d, float64(by))
		}
		r.ways[key], r.ways[[4]int16{key[2], key[3], key[0], key[1]}] = d, d
	}
	return max(straight, d+straight-float64(geo.Distance(p, q)))
}

// atEdge is how long it takes to the world's edge, in hours.
func (r *rules) atEdge(p geo.Point) float64 {
	least := math.Inf(1)
	for _, e := range r.edges {
		least = min(least, float64(geo.Distance(p, e)))
	}
	for _, g := range r.exits {
		if side := (g[1][0]-g[0][0])*(p[1]-g[0][1]) - (g[1][1]-g[0][1])*(p[0]-g[0][0]); side <= 0 && near(g, p) {
			least = 0
		}
	}
	return least / 1852 / r.habits.Knots
}

// near tells whether a place is within the reach of a gate: the other side of a line is half the Earth.
func near(g [2]geo.Point, p geo.Point) bool {
	return geo.SegmentDistance(p, g[0], g[1]) < 250*geo.Kilometre
}

// kind is the hull whose dimensions come closest to those typed.
func (r *rules) kind(h geo.Hull) (scenario.Hull, bool) {
	best, least := scenario.Hull{}, 12.0
	for _, k := range r.hulls {
		g := k.Geo()
		d := math.Abs(float64(g.Bow-h.Bow)) + math.Abs(float64(g.Stern-h.Stern)) + math.Abs(float64(g.Port-h.Port)) + math.Abs(float64(g.Starboard-h.Starboard))
		if d < least {
			best, least = k, d
		}
	}
	return best, least < 12
}

// habits are the rates and shares by which the trade is weighed, for each tanker that may carry crude and a day of hers
// in the world. Where a scenario makes its ships by hand, nothing states them; these are then the stated defaults.
type habits struct {
	DarkLift   float64 // she falls silent to load
	FalseLift  float64 // of her false tracks, the share that hides a loading
	FalseStop  float64 // chance that a long stop in the Gulf, out of the coast's reach, is a false one
	PassesOn   float64 // share of dark lifts after which she passes the cargo on unheard, and speaks again empty
	OpenLift   float64 // share of her calls at a loading place that nobody hears, and that is a sanctioned one
	Gives      float64 // she falls silent to pass cargo on
	Takes      float64 // she falls silent to take it
	FieldStop  float64 // chance that a long stop alone where cargo is passed on is one with an unheard partner
	VainStop   float64 // chance that a stop is false which ends a visit to the Gulf without a berth
	Rate       float64 // of pumping from ship to ship, bbl an hour
	DarkIdle   float64 // she is switched off and does nothing of the kind
	Fault      float64 // her transponder fails
	Leaves     float64 // she leaves the world, when she is at its edge
	Never      float64 // share of dark lifts after which she is not heard again
	Typed      float64 // chance that a new draught is typed after the cargo changed
	Lies       float64 // chance that a draught is typed that the cargo does not call for
	Stale      float64 // chance that the first draught heard of her is wrong
	FaultHours float64 // mean length of a failure, and of idle darkness
	WaitHours  float64 // mean of waiting, slow berths and late switching on in a dark lift, above the least time
	Knots      float64 // of tankers on passage
	LonelyStop float64 // chance that a long stop without company hides a meeting
}

// defaults are those of a hand-made world: 0.01 dark lifts a ship-day lies between what METHODS.md section 2 gives for all
// tankers (0.002) and for those with a history of the trade (0.03); half of the rest of what is switched off, and failures,
// as there. Of four crews three and a half type a new draught.
func defaults() habits {
	return habits{DarkLift: 0.010, FalseLift: 0.85, FalseStop: 0.003, PassesOn: 0.02, OpenLift: 0.02, Gives: 0.0003, Takes: 0.0003,
		FieldStop: 0.5, VainStop: 0.003, Rate: 42_000, DarkIdle: 0.0003,
		Fault: 0.001, Leaves: 0.5, Typed: 0.85, Lies: 0.0003, Stale: 0.015, FaultHours: 48, WaitHours: 40, Knots: 12.2, LonelyStop: 0.01}
}

// of is what weighs for a ship.
func (r *rules) of(s *ship) habits {
	if s.iranian() {
		return r.iranian
	}
	return r.habits
}

// middle is the mean of a dial's range: which number a world drew is not known.
func middle(d scenario.Dial) float64 { return (d.From + d.To) / 2 }

// mean is that of a law's log-normal numbers, without its limits.
func mean(l scenario.Law) float64 {
	spread := middle(l.Spread)
	return min(l.Most, middle(l.Median)*math.Exp(spread*spread/2))
}

// share is one of some shares, scaled to their sum.
func share(s scenario.Shares, name string) float64 {
	sum := 0.0
	for _, d := range s {
		sum += middle(d)
	}
	if sum == 0 {
		return 0
	}
	return middle(s[name]) / sum
}

// learn takes the habits from a scenario's trade, but for those that need the number of ships, and tells the places
// at which sanctioned oil is loaded, with their shares of it.
func (r *rules) learn(s *scenario.Scenario) map[string]float64 {
	t := s.Population.Trade
	known := map[string]float64{}
	for _, source := range t.Sources {
		berths := map[string]bool{}
		for _, of := range source.Berths {
			for _, b := range of {
				berths[b] = true
			}
		}
		for b := range berths {
			known[b] = middle(source.Share) / float64(len(berths))
		}
	}
	for _, area := range slices.Sorted(maps.Keys(t.Transfers.Areas)) {
		p := s.Places[area]
		r.areas = append(r.areas, p.At.Geo())
		r.fields = append(r.fields, field{at: p.At.Geo(), spacing: geo.Metres(p.Spacing), drift: slices.Contains(t.Transfers.Drift, area),
			radius: geo.Metres(p.Spacing*(math.Sqrt(float64(max(1, p.Spots)))/2+0.4) + 800)})
	}
	r.chart(s)
	least := 0.0
	for name, c := range t.Classes {
		r.loading[strings.ToLower(name)] = [2]float64{c.Loading.Least, c.Loading.Most}
		least += middle(c.Share) * (mean(c.Loading) - c.Loading.Least)
	}
	h := &r.habits
	h.Typed = 0.97 * (share(t.Draught.Habits, "true") + 0.9*share(t.Draught.Habits, "late") + 0.9*share(t.Draught.Habits, "wrong"))
	h.WaitHours = max(24, mean(t.Passage.Waiting)+least)
	h.Knots = (middle(t.Passage.Ballast.Median) + middle(t.Passage.Laden.Median)) / 2
	h.FalseStop, h.VainStop = 0.003, 0.8
	h.Rate = 1000 * middle(t.Transfers.Rate.Median)
	h.PassesOn = share(t.After, "transfer") * (share(t.Transfers.Visible, "receiver") + share(t.Transfers.Visible, "none"))
	h.Never = share(t.Silence.On, "never")
	return known
}

// count sets the rates that are a trade's volume over the number of ships that it may be spread over: the crude carriers
// of a fleet that are heard on an average day. The number of ships is seen in the feed; that a lift is due is a rule.
func (r *rules) count(s *scenario.Scenario, ships []*ship) {
	r.iranian = r.habits
	r.iranian.OpenLift = 0.3
	if s.Population == nil || s.Population.Trade == nil {
		return
	}
	t := s.Population.Trade
	days := map[bool]float64{}
	for _, v := range ships {
		if n := len(v.fixes); n > 0 && v.crude {
			days[v.iranian()] += float64(v.fixes[n-1].at-v.fixes[0].at) / 86400 / max(1, s.Days)
		}
	}
	r.places(t, ships)
	perDay := r.lifts(s)
	gives := share(t.Transfers.Visible, "receiver") + share(t.Transfers.Visible, "none")
	takes := (share(t.Transfers.Visible, "donor") + share(t.Transfers.Visible, "none")) * (1 + share(t.Transfers.Shapes, "parcels"))
	for _, iranian := range []bool{false, true} {
		h := &r.habits
		if iranian {
			h = &r.iranian
		}
		of := 0.0
		dark, open, fake := 0.0, 0.0, 0.0
		for name, f := range t.Fleets {
			if (name == "iranian") != iranian {
				continue
			}
			part := middle(f.Share)
			of += part
			dark, open = dark+part*share(f.Modes, "dark"), open+part*share(f.Modes, "open")
			fake += part * (1 - share(f.Modes, "dark") - share(f.Modes, "open"))
		}
		ships := max(1, days[iranian])
		h.DarkLift = perDay * (dark + 0.3*fake) / ships
		h.OpenLift = min(0.9, max(0.005, perDay*open*10/ships))
		each := perDay * share(t.After, "transfer") / max(1, days[false]+days[true])
		h.Gives, h.Takes = max(1e-5, each*gives*(open+fake+0.1)), max(1e-5, each*takes)
		h.DarkIdle = max(5e-5, perDay*share(t.After, "storage")*middle(t.Storage.Dark)*of/ships)
		h.FalseLift = 0.97
	}
}

// The stretches of the way in which silences begin and end: near a terminal, in the Gulf, in the Strait, and outside it
// (what a trade's silences are drawn from).
const (
	terminal = iota
	gulf
	strait
	oman
	regions
)

var regionNames = [regions]string{"terminal", "gulf", "strait", "oman"}

// region is the stretch that a place lies in. Near a terminal is within 110 km of it.
func (r *rules) region(p geo.Point) int {
	switch {
	case slices.ContainsFunc(r.sources, func(s source) bool { return geo.Distance(s.at, p) < 110*geo.Kilometre && p[0] < 55.7 }):
		return terminal
	case p[0] < 55.6:
		return gulf
	case p[0] < 56.5:
		return strait
	}
	return oman
}

// where is how silences are spread over the stretches: of those round a loading their begins and ends, and the time that
// crude carriers spend in each. Nil where nobody says.
type where struct{ off, on, time [regions]float64 }

// places fills in where silences begin and end.
func (r *rules) places(t *scenario.Trade, ships []*ship) {
	w := &where{}
	sum := 0.0
	for _, v := range ships {
		for i := 1; v.crude && i < len(v.fixes); i++ {
			if f := v.fixes[i]; f.speed > 50 {
				hours := min(1, float64(f.at-v.fixes[i-1].at)/3600)
				w.time[r.region(f.point())] += hours
				sum += hours
			}
		}
	}
	never := share(t.Silence.On, "never")
	for i, name := range regionNames {
		w.off[i] = share(t.Silence.Off, name)
		w.on[i] = share(t.Silence.On, name) / max(0.01, 1-never)
		w.time[i] = max(0.05, w.time[i]/max(1, sum))
	}
	r.where = w
}

// liftsFrom is how likely a dark loading's silence is to begin and end where a stretch does, against ships anywhere.
func (r *rules) liftsFrom(h stretch) float64 {
	if r.where == nil {
		return 1
	}
	f := 1.0
	if !h.noA {
		x := r.region(h.a)
		f *= r.where.off[x] / r.where.time[x]
	}
	if !h.noB {
		f *= 2 * r.where.on[r.region(h.b)] // against one or two stretches that fit
	}
	return f
}

// lifts is how many a day the trade makes: barrels over the mean parcel.
func (r *rules) lifts(s *scenario.Scenario) float64 {
	t := s.Population.Trade
	parcels := 0.0
	for _, c := range t.Classes {
		sum := 0.0
		for _, h := range c.Hulls {
			sum += 6.74 * s.Hulls[h].DWT / float64(len(c.Hulls))
		}
		parcels += middle(c.Share) / max(1, sum*middle(c.Fill.Median))
	}
	return middle(t.Barrels) * parcels
}

// load is the least and the longest time at a berth that a class takes for a whole cargo, hours: the trade's, or those of
// METHODS.md section 7.
func (r *rules) load(class string) (least, most float64) {
	if l, ok := r.loading[strings.ToLower(class)]; ok {
		return l[0], l[1]
	}
	switch class {
	case "VLCC", "ULCC":
		return 24, 50
	case "Suezmax":
		return 16, 38
	case "Aframax":
		return 12, 32
	}
	return 8, 30
}
