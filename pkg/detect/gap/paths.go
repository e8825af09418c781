package gap

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
)

// The words of GapDetails.ReceptionModel.
const (
	measured = "controls"
	tooFew   = "too_few_controls"
	noModel  = "none"
)

// Silences longer than wholeWindow are asked for in their first and last windowEnd only (METHODS section 2).
const (
	wholeWindow = 72 * time.Hour
	windowEnd   = 24 * time.Hour
)

// The ways considered: no more than mostGoals of places, none further than farGoal by the great circle, none nearer to
// one already listed than goalSpacing. Together with staying and keeping course they are at most twelve.
const (
	mostGoals                     = 9
	farGoal                       = 500 * geo.NauticalMile
	goalSpacing                   = 40 * geo.NauticalMile
	underWay, maxSteady geo.Knots = 3, 16 // a ship at less than 3 kn sends seldom (ITU-R M.1371); no laden tanker keeps more than 16
)

// Weights of the ways of a ship that is still silent, and of one that was heard again (judgement: most ships go on with
// what they did, and a ship at rest stays).
const (
	keepCourse, stopHere        = 0.5, 0.1 // of one under way; the rest goes to places
	stayAtRest                  = 0.7      // of one at rest
	directly, atOnce, lastThing = 0.5, 0.125, 0.125
)

// listen asks how likely she would not have been heard, from off for as long as the silence lasts, on the ways between
// the positions that are believed.
func (d *Detector) listen(f, real *track.Silence, length time.Duration, g *event.GapDetails) {
	if d.heard == nil {
		return
	}
	paths := d.paths(real, hours(f.Off.Time, f.Off.Time.Add(length)))
	a := d.heard.Chance(uint32(f.MMSI), f.Off.Time, paths)
	g.ReceptionModel = tooFew
	if a.Known {
		g.ReceptionModel = measured
	}
	g.Reception = &event.Reception{P0: a.P0, Floor: a.Floor, Paths: len(paths), Expected: a.Missed, Heard72h: a.Heard,
		Expected72h: a.Expected, DayHours: a.DayHours, Controls: a.Controls, ControlHours: a.ControlHours, Passes: a.Passes,
		Clusters: a.Clusters, ByCoast: a.ByCoast}
}

// receptionRules show what the verdict rests on.
func (d *Detector) receptionRules(f *track.Silence, g event.GapDetails, length time.Duration) []event.Rule {
	r := g.Reception
	known := 0.0
	if g.ReceptionModel == measured {
		known = 1
	}
	off := d.rate(d.fleet.About(f.MMSI)) * math.Exp(-length.Hours()/24/d.o.SwitchedOffDays)
	clusters := rule("satellite_clusters", float64(r.Clusters), ">=", 2, "", "passes 12 h apart that did not hear her; asked where coast stations alone would not tell, for one orbit is one chance")
	clusters.Passed = clusters.Passed || r.ByCoast <= d.o.Clear
	headline := 0.0
	if known > 0 && r.P0 <= d.o.Clear && clusters.Passed {
		headline = 1
	}
	return []event.Rule{
		clusters,
		rule("headline", headline, ">=", 1, "", "she would have been heard, whatever the cause of her silence"),
		rule("reception_known", known, ">=", 1, "", fmt.Sprintf("%d other ships near her, %d of their hours heard, %d satellite passes", r.Controls, r.ControlHours, r.Passes)),
		rule("not_received_p0", r.P0, "<=", d.o.Clear, "", fmt.Sprintf("heard in %d of %.1f expected units before, silent in %.1f expected ones, over %d ways", r.Heard72h, r.Expected72h, r.Expected, r.Paths)),
		rule("not_received_rate", r.DayHours*r.P0, "<=", d.o.Doubt*off, "a day", "beside the rate of switching off; above it the cause is unknown"),
	}
}

// hours lists the whole hours of a silence, of long ones the first and last day's.
func hours(off, end time.Time) []time.Time {
	from, to := off.Truncate(time.Hour).Add(time.Hour), end.Truncate(time.Hour)
	long := to.Sub(from) > wholeWindow
	var out []time.Time
	for h := from; h.Before(to); h = h.Add(time.Hour) {
		if long && h.Sub(from) >= windowEnd && to.Sub(h) > windowEnd {
			continue
		}
		out = append(out, h)
	}
	return out
}

// paths lists the ways that the ship may have taken, the likeliest first, and where she was on them at some hours.
func (d *Detector) paths(f *track.Silence, at []time.Time) []coverage.Path {
	if f.On != nil {
		return d.returns(f, at)
	}
	here := route{f.Off.Position}
	speed, _ := f.Off.Speed()
	if speed < underWay {
		return append([]coverage.Path{follow(stayAtRest, here, f.Off.Time, 0, at)}, d.departures(f, 1-stayAtRest, at, false)...)
	}
	out := []coverage.Path{
		follow(keepCourse, d.ahead(f, at), f.Off.Time, min(speed, maxSteady), at),
		follow(stopHere, here, f.Off.Time, 0, at),
	}
	return append(out, d.departures(f, 1-keepCourse-stopHere, at, true)...)
}

// departures lead to places in reach. Of a ship under way those ahead of her weigh most.
func (d *Detector) departures(f *track.Silence, weight float64, at []time.Time, moving bool) []coverage.Path {
	goals := d.inReach(f.Off.Position)
	weights, total := make([]float64, len(goals)), 0.0
	course, known := f.Off.Course()
	for i, id := range goals {
		weights[i] = 1
		if moving && known {
			aside := geo.AngleBetween(course, geo.Bearing(f.Off.Position, d.places.At(id).Centre))
			weights[i] = math.Exp(-float64(aside) / 45)
		}
		total += weights[i]
	}
	var out []coverage.Path
	for i, id := range goals {
		out = append(out, follow(weight*weights[i]/total, d.route(id, f.Off.Position).back(), f.Off.Time, d.o.Roam, at))
	}
	return out
}

// leaving is the rate, a ship-day, at which a ship would sail out of what is heard, unheard, and unheard in again where
// she was heard again. Of a ship that has just passed the way out, or is beyond it, each hour in which she was heard could
// have been the last; others leave the Gulfs now and then.
func (d *Detector) leaving(f *track.Silence, w time.Time, dayHours float64) float64 {
	if d.heard == nil {
		return 0
	}
	speed, _ := f.Off.Speed()
	speed = max(d.o.Roam, min(speed, maxSteady))
	if d.left(f) > 0 || !call.Inside(f.Off.Position) {
		return d.o.LeftArea * dayHours * d.away(f, w, speed)
	}
	out := d.route(exit, f.Off.Position).back()
	left, back := f.Off.Time.Add(sailing(out, speed)), w
	p := follow(1, out, f.Off.Time, speed, hours(f.Off.Time, left))
	if f.On != nil {
		if home := d.route(exit, f.On.Position); call.Inside(f.On.Position) {
			back = f.On.Time.Add(-sailing(home, d.o.Roam))
			p.Steps = append(p.Steps, follow(1, home, back, d.o.Roam, hours(back, f.On.Time)).Steps...)
		}
	}
	if back.Before(left) {
		return 0
	}
	if len(p.Steps) == 0 {
		return d.o.Leaving // out within the hour
	}
	return d.o.Leaving * d.heard.Chance(uint32(f.MMSI), f.Off.Time, []coverage.Path{p}).Raw
}

// away is the chance that a ship which passed the way out is not heard on her course, or on that to the open sea, and
// not on her way back if she came.
func (d *Detector) away(f *track.Silence, w time.Time, speed geo.Knots) float64 {
	at := hours(f.Off.Time, w)
	paths := []coverage.Path{
		follow(keepCourse, d.ahead(f, at), f.Off.Time, speed, at),
		follow(1-keepCourse, route{f.Off.Position, openSea()}, f.Off.Time, speed, at),
	}
	if f.On != nil && call.Inside(f.On.Position) {
		home := d.route(exit, f.On.Position)
		for i := range paths {
			for j, back := range follow(1, home, f.On.Time.Add(-sailing(home, d.o.Roam)), d.o.Roam, at).Steps {
				if back.Moving {
					paths[i].Steps[j] = back
				}
			}
		}
	}
	return d.heard.Chance(uint32(f.MMSI), f.Off.Time, paths).Raw
}

// returns are the ways that end where she was heard again: directly, soon or late, or by a place for which there is time.
func (d *Detector) returns(f *track.Silence, at []time.Time) []coverage.Path {
	off, on := f.Off.Time, f.On.Time
	direct := d.between(f.Off.Position, f.On.Position)
	need := geo.Knots(direct.length().NauticalMiles() / on.Sub(off).Hours())
	sail := max(need, d.o.Roam)
	out := []coverage.Path{
		follow(directly, direct, off, need, at),
		follow(atOnce, direct, off, sail, at),
		follow(lastThing, direct, on.Add(-sailing(direct, sail)), sail, at),
	}
	var detours []coverage.Path
	for _, id := range d.inReach(f.Off.Position) {
		in, home := d.route(id, f.Off.Position).back(), d.route(id, f.On.Position)
		leave := on.Add(-sailing(home, d.o.Roam))
		if off.Add(sailing(in, d.o.Roam)).After(leave) {
			continue
		}
		p := follow(1, in, off, d.o.Roam, at)
		back := follow(1, home, leave, d.o.Roam, at)
		for i, h := range at {
			if h.After(leave) {
				p.Steps[i] = back.Steps[i]
			}
		}
		detours = append(detours, p)
	}
	for i := range detours {
		detours[i].Weight = (1 - directly - atOnce - lastThing) / float64(len(detours))
	}
	return append(out, detours...)
}

// ahead is her course kept, until land or for as long as she may sail on.
func (d *Detector) ahead(f *track.Silence, at []time.Time) route {
	course, ok := f.Off.Course()
	speed, _ := f.Off.Speed()
	way := route{f.Off.Position}
	if !ok || len(at) == 0 {
		return way
	}
	w := at[len(at)-1].Add(time.Hour)
	step := geo.Metres(min(speed, maxSteady).MetresPerSecond() * 3600)
	for h := f.Off.Time; h.Before(w) && h.Sub(f.Off.Time) < wholeWindow; h = h.Add(time.Hour) {
		next := geo.Destination(way[len(way)-1], course, step)
		if d.sea.OnLand(next, 0) {
			break
		}
		way = append(way, next)
	}
	return way
}

// inReach lists the nearest places that a ship may have gone to, by their distance.
func (d *Detector) inReach(p geo.Point) []place.ID {
	type goal struct {
		id  place.ID
		far geo.Metres
	}
	var found []goal
	for _, id := range d.goals {
		if far := geo.DistanceExact(p, d.places.At(id).Centre); far <= farGoal {
			found = append(found, goal{id, far})
		}
	}
	slices.SortFunc(found, func(a, b goal) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.id, b.id)) })
	var out []place.ID
	for i := 0; i < min(mostGoals, len(found)); i++ {
		out = append(out, found[i].id)
	}
	return out
}

// goals thins the terminals, anchorages and gates of the gazetteer, in its order, terminals first.
func goals(g *place.Gazetteer) []place.ID {
	var out []place.ID
	for _, kinds := range [][]place.Kind{{place.TerminalZone, place.Terminal}, {place.LawfulTerminal}, {place.Gate}, {place.Anchorage}} {
		for id := range place.ID(g.Len()) {
			p := g.At(id)
			if slices.Contains(kinds, p.Kind) && !slices.ContainsFunc(out, func(o place.ID) bool {
				return geo.DistanceExact(g.At(o).Centre, p.Centre) < goalSpacing
			}) {
				out = append(out, id)
			}
		}
	}
	return out
}

// route is a way over water, its corners with both ends.
type route []geo.Point

func (r route) length() geo.Metres {
	sum := geo.Metres(0)
	for i := 1; i < len(r); i++ {
		sum += geo.DistanceExact(r[i-1], r[i])
	}
	return sum
}

// back is the way in the other direction.
func (r route) back() route {
	out := slices.Clone(r)
	slices.Reverse(out)
	return out
}

// between is the way from one point to another, straight when the water graph knows none.
func (d *Detector) between(a, b geo.Point) route {
	if way, ok := d.sea.Way(a, b); ok && route(way).length() >= geo.DistanceExact(a, b) {
		return way
	}
	return route{a, b}
}

// route is the way from a place, or the exit, to a point, to within the cell in which reception is counted. Ways are remembered by
// cell.
func (d *Detector) route(id place.ID, p geo.Point) route {
	k := leg{id, place.CellOf(p)}
	way, ok := d.routes[k]
	if ok {
		return way
	}
	if len(d.routes) >= keepRoutes {
		clear(d.routes)
	}
	from := call.Exit()
	if id != exit {
		from = d.places.At(id).Centre
	}
	way = d.between(from, k.to.Centre())
	d.routes[k] = way
	return way
}

// keepRoutes bounds memory to some 5 MB.
const keepRoutes = 1 << 14

// leg is a way from a place, or from the exit, to a cell.
type leg struct {
	from place.ID
	to   place.Cell
}

// exit is the number that stands for the exit in a leg.
const exit = place.NoPlace

// sailing is how long a way takes.
func sailing(r route, speed geo.Knots) time.Duration {
	return time.Duration(r.length().NauticalMiles() / float64(speed) * float64(time.Hour)).Truncate(time.Second)
}

// follow gives the steps of a ship that sets out on a way at a time, and stays at its ends before and after.
func follow(weight float64, way route, start time.Time, speed geo.Knots, at []time.Time) coverage.Path {
	p := coverage.Path{Weight: weight, Steps: make([]coverage.Step, 0, len(at))}
	leg, begun := 0, geo.Metres(0) // of the way; at never goes back
	for _, h := range at {
		sailed := geo.Metres(max(0, h.Sub(start).Seconds()) * speed.MetresPerSecond())
		for leg < len(way)-1 && sailed > begun+geo.DistanceExact(way[leg], way[leg+1]) {
			begun += geo.DistanceExact(way[leg], way[leg+1])
			leg++
		}
		s := coverage.Step{Hour: h, Position: way[leg]}
		if leg < len(way)-1 {
			if side := geo.DistanceExact(way[leg], way[leg+1]); side > 0 {
				s.Position = geo.Interpolate(way[leg], way[leg+1], float64((sailed-begun)/side))
			}
			s.Moving = sailed > 0 && speed >= underWay
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}

// openSea lies in the Arabian Sea where the ways to India, round Ras al Hadd and to the Cape have parted.
func openSea() geo.Point { return geo.PointFromDegrees(63, 22.5) }
