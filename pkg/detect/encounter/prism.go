package encounter

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// candidate is a gap in which its ship could have lain beside another.
type candidate struct {
	gap      *gap
	from, to time.Time // when both could have been there, at service speed
	odds     float64
	found    []string
	p        float64
}

// candidate sets a stay against a gap; nil if the ship could not have come, stayed and gone.
func (d *Detector) candidate(s *stay, g *gap) *candidate {
	if g.ship == s.ship || d.alias(s.ship, g.ship) || overlap(s.from, s.to, g.off.time, g.on.time) < d.o.Together {
		return nil
	}
	fastest, service := d.speeds(g.ship)
	in, out := geo.Distance(g.off.at, s.at), geo.Distance(s.at, g.on.at)
	from, to := window(g, in, out, fastest)
	if overlap(s.from, s.to, from, to) < d.o.Together {
		return nil
	}
	w := d.ways(s, g)
	if !w.ok {
		return nil
	}
	in, out = w.in, w.out
	from, to = window(g, in, out, fastest)
	if overlap(s.from, s.to, from, to) < d.o.Together {
		return nil
	}
	easy, until := window(g, in, out, service)
	if overlap(s.from, s.to, easy, until) >= d.o.Together {
		from, to = easy, until
	}
	c := &candidate{gap: g, from: later(from, s.from), to: earlier(to, s.to)}
	if d.met(s.ship, c.from, c.to) || d.met(g.ship, c.from, c.to) {
		return nil
	}
	c.found = d.findings(s, g, c, in, out)
	c.odds = d.weights.odds(c.found)
	return c
}

// alias tells whether two numbers are one hull's.
func (d *Detector) alias(a, b vessel.MMSI) bool {
	x, y := d.fleet.About(a), d.fleet.About(b)
	return x.IMO != 0 && x.IMO == y.IMO
}

// speeds are the highest and the usual of a ship.
func (d *Detector) speeds(m vessel.MMSI) (fastest, service geo.Knots) {
	class := d.fleet.About(m).Class
	return class.MaxSpeed(), class.ServiceSpeed()
}

// way is the distances by sea from a gap's begin to a stay's place, and on to the gap's end.
type way struct {
	in, out geo.Metres
	ok      bool // there is one
}

// ways finds a way, and remembers it with the stay.
func (d *Detector) ways(s *stay, g *gap) way {
	if w, ok := s.ways[g.id]; ok {
		return w
	}
	w := way{geo.Distance(g.off.at, s.at), geo.Distance(s.at, g.on.at), true}
	if d.sea != nil {
		reach := d.reachOf(s.at)
		a, there := reach.Distance(g.off.at)
		b, back := reach.Distance(g.on.at)
		w = way{max(a, w.in), max(b, w.out), there && back}
	}
	s.ways[g.id] = w
	return w
}

// window is when a ship can have been at a place in her gap: the prism's section there.
func window(g *gap, in, out geo.Metres, speed geo.Knots) (from, to time.Time) {
	return g.off.time.Add(sailing(in, speed)), g.on.time.Add(-sailing(out, speed))
}

func sailing(way geo.Metres, speed geo.Knots) time.Duration {
	return time.Duration(way.NauticalMiles() / float64(speed) * float64(time.Hour))
}

// met tells whether a ship was seen alongside another for half of a time.
func (d *Detector) met(m vessel.MMSI, from, to time.Time) bool {
	for _, x := range d.seen[m] {
		end := x.to
		if end.IsZero() {
			end = to
		}
		if 2*overlap(x.from, end, from, to) > to.Sub(from) {
			return true
		}
	}
	return false
}

// change is the way in which a ship's draught went between two times and up to Options.Draught after the second.
func (d *Detector) change(m vessel.MMSI, from, to time.Time) int {
	way := 0
	for _, c := range d.changes[m] {
		if c.to.After(from) && !c.to.After(to.Add(d.o.Draught)) && c.from.Before(to.Add(d.o.Draught)) {
			way = c.way
		}
	}
	return way
}

// findings lists what speaks for or against a pair.
func (d *Detector) findings(s *stay, g *gap, c *candidate, in, out geo.Metres) []string {
	seen, hidden := d.fleet.About(s.ship), d.fleet.About(g.ship)
	found := map[string]bool{always: true}
	ours, theirs := d.change(s.ship, s.from, s.to), d.change(g.ship, g.off.time, g.on.time)
	found[swapped], found[changedAlike] = ours*theirs < 0, ours*theirs > 0
	found[seenChanged], found[hiddenChanged] = ours != 0 && theirs == 0, theirs != 0 && ours == 0
	a, b := seen.LoadAt(s.from), hidden.LoadAt(g.off.time)
	known := a != vessel.LoadUnknown && b != vessel.LoadUnknown
	found[loadsOpposite], found[loadsAlike] = known && a != b, known && a == b
	found[byCrew], found[maybeCrew] = g.crew >= byCrewFrom, g.crew >= maybeFrom && g.crew < byCrewFrom
	found[offNear], found[onNear] = in <= nearBy, out <= nearBy
	found[offFar], found[onFar] = in > farAway, out > farAway
	together, length := c.to.Sub(c.from), g.on.time.Sub(g.off.time)
	found[fillsStay] = float64(together) >= 0.8*float64(s.to.Sub(s.from))
	found[fillsGap] = float64(together) >= 0.5*float64(length)
	found[emptyGap] = float64(together) < 0.15*float64(length)
	found[brief], found[days], found[weeks] = together < 12*time.Hour, together > 60*time.Hour, s.to.Sub(s.from) > 7*24*time.Hour
	found[hiddenLarge] = hidden.DWT.Value >= large
	found[moved] = d.shifted(s)
	if ids := d.places.Find(s.at, nil); len(ids) > 0 {
		kind := d.places.At(ids[0]).Kind
		found[onRoads] = kind == place.STSArea || kind == place.Anchorage
	}
	var out2 []string
	for _, name := range findingNames() {
		if found[name] {
			out2 = append(out2, name)
		}
	}
	return out2
}

// shifted tells whether the ship had lain still near by until shortly before: she went alongside.
func (d *Detector) shifted(s *stay) bool {
	for _, o := range d.stays {
		if pause := s.from.Sub(o.to); o.ship == s.ship && o.id != s.id && pause > -time.Hour && pause <= 6*time.Hour && geo.Distance(o.at, s.at) <= nearBy {
			return true
		}
	}
	return false
}

const (
	nearBy     geo.Metres = 30 * 1852  // two hours of sailing
	farAway    geo.Metres = 200 * 1852 // most of a day
	large                 = 80_000     // tonnes of deadweight: Aframax and larger
	byCrewFrom            = 0.5        // probability of a gap from which it is taken for switched off
	maybeFrom             = 0.2
)

// weigh gives the candidates of a stay their probabilities, of which none is left over. Odds are added in order of size:
// sums of floats depend on the order.
func (d *Detector) weigh(s *stay) {
	for gid, c := range s.pairs {
		var rivals []float64
		for other, o := range s.pairs {
			if other != gid && overlap(c.from, c.to, o.from, o.to) > 0 {
				rivals = append(rivals, o.odds)
			}
		}
		for sid, r := range d.rivals[gid] {
			if sid != s.id && overlap(c.from, c.to, r.from, r.to) > 0 {
				rivals = append(rivals, r.odds)
			}
		}
		slices.Sort(rivals)
		sum := 1 + c.odds
		for _, odds := range rivals {
			sum += odds
		}
		c.p = c.odds / sum
	}
}

func overlap(a, b, c, e time.Time) time.Duration { return earlier(b, e).Sub(later(a, c)) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func placeAt(places *place.Gazetteer, at geo.Point) *event.Place {
	ids := places.Find(at, nil)
	if len(ids) == 0 {
		return nil
	}
	p := places.At(ids[0])
	return &event.Place{Name: p.Name, Kind: string(p.Kind), Country: p.Country}
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }
