package alert

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Rule says which events are told of, and to whom. What is not set asks for nothing.
type Rule struct {
	Name        string
	Kinds       []event.Kind   // any of them
	Statuses    []event.Status // in which an event is told of first; afterwards every change is told
	Probability float64        // at least
	Barrels     vessel.Barrels // at least, if the claim holds
	Area        *Area
	Watch       *Watch
	Digest      time.Duration // 0 tells at once
	Channels    []string
}

// Says is the rule in words.
func (r Rule) Says() string {
	all := []string{"any kind"}
	if len(r.Kinds) > 0 {
		all[0] = strings.ReplaceAll(join(r.Kinds, " or "), "_", " ")
	}
	all = append(all, fmt.Sprintf("probability %.2f and more", r.Probability))
	if r.Barrels > 0 {
		all = append(all, export.Thousands(int64(r.Barrels))+" barrels and more")
	}
	if r.Area != nil {
		all = append(all, "in "+r.Area.says)
	}
	if r.Watch != nil {
		all = append(all, "ships that are watched")
	}
	if len(r.Statuses) > 0 {
		all = append(all, "once "+join(r.Statuses, " or "))
	}
	if r.Digest > 0 {
		all = append(all, "in digests every "+strings.TrimSuffix(strings.TrimSuffix(r.Digest.String(), "0s"), "0m"))
	}
	return strings.Join(all, "; ")
}

func join[T ~string](words []T, between string) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all, between)
}

// Watch names ships. An event matches if one of its ships is named in any way.
type Watch struct {
	MMSI   []vessel.MMSI
	IMO    []vessel.IMO
	Flags  []string
	Listed []string // names of watch lists, any of which a ship is on; "any" is every list
	Book   *list.Book
}

// Holds tells whether a ship is watched.
func (w *Watch) Holds(v event.Vessel) bool {
	if slices.Contains(w.MMSI, v.MMSI) || v.IMO != 0 && slices.Contains(w.IMO, v.IMO) || slices.Contains(w.Flags, v.Flag) {
		return true
	}
	for _, name := range w.Listed {
		if slices.ContainsFunc(v.Listed, func(hit string) bool {
			return name == "any" || strings.HasPrefix(strings.ToLower(hit), strings.ToLower(name))
		}) {
			return true
		}
	}
	return w.Book != nil && len(w.Book.Match(v.IMO, v.MMSI)) > 0
}

// Area is a part of the sea.
type Area struct {
	says   string
	rings  [][]geo.Point
	places *place.Gazetteer
	place  place.ID
	margin geo.Metres
}

// maxCorners bounds a polygon; no stretch of water needs more.
const maxCorners = 1000

// area makes an area of what was written.
func (e areaEntry) area(places *place.Gazetteer) (*Area, error) {
	given := 0
	for _, set := range []bool{e.Box != nil, len(e.Polygon) > 0, e.Place != ""} {
		if set {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, errors.New("one of box, polygon and place expected")
	case e.Within != 0 && e.Place == "":
		return nil, errors.New("within_km: only beside place")
	case !(e.Within >= 0 && e.Within <= 2000):
		return nil, fmt.Errorf("within_km %v: 0 to 2000 expected", e.Within)
	case e.Place != "":
		return named(e.Place, geo.Metres(e.Within)*geo.Kilometre, places)
	case e.Box != nil:
		return e.Box.area()
	case len(e.Polygon) < 3 || len(e.Polygon) > maxCorners:
		return nil, fmt.Errorf("polygon of %d corners: 3 to %d expected, each [longitude, latitude]", len(e.Polygon), maxCorners)
	}
	var ring []geo.Point
	for i, c := range e.Polygon {
		if !(math.Abs(c[0]) <= 180 && math.Abs(c[1]) <= 90) {
			return nil, fmt.Errorf("corner %d, %v: [longitude, latitude] in degrees expected", i+1, c)
		}
		p := geo.PointFromDegrees(c[0], c[1])
		if i > 0 { // the short way round from the corner before
			p[0] -= 360 * math.Round((p[0]-ring[i-1][0])/360)
		}
		ring = append(ring, p)
	}
	return &Area{says: fmt.Sprintf("a polygon of %d corners", len(ring)), rings: [][]geo.Point{ring}}, nil
}

func (b boxEntry) area() (*Area, error) {
	if b.West == nil || b.South == nil || b.East == nil || b.North == nil {
		return nil, errors.New("box: west, south, east and north expected")
	}
	w, s, e, n := *b.West, *b.South, *b.East, *b.North
	if !(math.Abs(w) <= 180 && math.Abs(e) <= 180 && s >= -90 && n <= 90 && s < n && w != e) {
		return nil, fmt.Errorf("box west %v, south %v, east %v, north %v: degrees expected, south below north", w, s, e, n)
	}
	says := fmt.Sprintf("%s to %s", export.Position(w, s), export.Position(e, n))
	if w > e { // across the date line
		e += 360
	}
	return &Area{says: says, rings: [][]geo.Point{{{w, s}, {e, s}, {e, n}, {w, n}}}}, nil
}

// named is the area of a place, by its name or the beginning of it that no other place has, in any case.
func named(name string, margin geo.Metres, places *place.Gazetteer) (*Area, error) {
	if places == nil {
		return nil, errors.New("place: no gazetteer")
	}
	id, exact := places.Named(name)
	var known, begin []string
	for i := place.ID(0); !exact && int(i) < places.Len(); i++ {
		full := places.At(i).Name
		known = append(known, full)
		if len(full) >= len(name) && strings.EqualFold(full[:len(name)], name) {
			id, begin = i, append(begin, full)
		}
	}
	switch best := param.Near(name, known); {
	case exact || len(begin) == 1:
	case len(begin) > 1:
		return nil, fmt.Errorf("place %q: one of %s expected", name, strings.Join(begin, "; "))
	case best != "":
		return nil, fmt.Errorf("place %q: did you mean %s?", name, best)
	default:
		return nil, fmt.Errorf("place %q: not in the gazetteer", name)
	}
	if places.At(id).Kind == place.Gate {
		return nil, fmt.Errorf("place %q: a gate holds nothing: a box across it expected", name)
	}
	says := places.At(id).Name
	if margin > 0 {
		says += fmt.Sprintf(" and %.0f km round it", float64(margin/geo.Kilometre))
	}
	return &Area{says: says, places: places, place: id, margin: margin}, nil
}

// Holds tells whether a point lies in the area, edges included or not.
func (a *Area) Holds(p geo.Point) bool {
	if a.places != nil {
		return a.places.Holds(a.place, p, a.margin)
	}
	for _, ring := range a.rings {
		for _, turn := range [3]float64{-360, 0, 360} {
			if inside(ring, geo.Point{p[0] + turn, p[1]}) {
				return true
			}
		}
	}
	return false
}

// inside counts the edges that a ray to the east crosses (even-odd rule).
func inside(ring []geo.Point, p geo.Point) bool {
	in := false
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1]) {
			in = !in
		}
	}
	return in
}

// where are the positions of an event: its own, and for a silence where it ended.
func where(e event.Event) (all []geo.Point) {
	d, outage := e.Details.(event.OutageDetails)
	if (e.Lon != 0 || e.Lat != 0) && (!outage || d.ReachM > 0) {
		all = append(all, geo.PointFromDegrees(e.Lon, e.Lat))
	}
	if d, ok := e.Details.(event.GapDetails); ok && d.On != nil {
		all = append(all, geo.PointFromDegrees(d.On.Lon, d.On.Lat))
	}
	return all
}

// about tells whether a rule is about an event, whatever its probability, volume and status.
func (r *Rule) about(e event.Event) bool {
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, e.Kind)) &&
		(r.Area == nil || slices.ContainsFunc(where(e), r.Area.Holds)) &&
		(r.Watch == nil || slices.ContainsFunc(e.Vessels, r.Watch.Holds))
}

// told is what a rule has told of an event last.
type told struct {
	Version int            `json:"version"`
	Status  event.Status   `json:"status"`
	Meets   bool           `json:"meets"` // the event met the rule
	Barrels vessel.Barrels `json:"barrels"`
}

// meets tells whether an event, as it stands, is one that the rule asks for.
func (r *Rule) meets(e event.Event) bool {
	return r.about(e) && e.Probability >= r.Probability && barrels(e) >= r.Barrels
}

func barrels(e event.Event) vessel.Barrels {
	if e.Barrels == nil {
		return 0
	}
	return e.Barrels.Mean
}

// noticed is by how much barrels must change, relative to what was told, to be told anew. Estimates of a cargo have
// intervals of some ±15 %; a tenth of the mean is the least that a reader could act on.
const noticed = 0.1

// judge says whether a version of an event is to be told, why, and what has been told then. Was is nil for an event that the
// rule has not told of.
func (r *Rule) judge(was *told, e event.Event) (post.Change, string, *told) {
	now := &told{e.Version, e.Status, r.meets(e), barrels(e)}
	switch {
	case was == nil && (e.Status == event.Retracted || !now.Meets || len(r.Statuses) > 0 && !slices.Contains(r.Statuses, e.Status)):
		return "", "", nil
	case was == nil:
		return post.Opened, "the first that this rule tells of it", now
	case e.Status == event.Retracted && was.Status == event.Retracted:
		return "", "", was
	case e.Status == event.Retracted:
		return post.Retracted, "this claim does not stand any more: " + e.Why, now
	case was.Status == event.Retracted && !now.Meets, !was.Meets && !now.Meets:
		return "", "", was
	case was.Status == event.Retracted:
		return post.Updated, "retracted before, it stands again", now
	case was.Meets && !now.Meets:
		return post.Updated, r.unmet(e), now
	case !was.Meets:
		return post.Updated, fmt.Sprintf("it meets this rule again, with probability %.2f", e.Probability), now
	}
	var changed []string
	if was.Status != e.Status {
		changed = append(changed, fmt.Sprintf("%s, before %s", e.Status, was.Status))
	}
	if math.Abs(float64(now.Barrels-was.Barrels)) > noticed*float64(was.Barrels) {
		changed = append(changed, fmt.Sprintf("%s barrels, before %s", export.Thousands(int64(now.Barrels)), export.Thousands(int64(was.Barrels))))
	}
	if len(changed) == 0 {
		return "", "", was
	}
	return post.Updated, strings.Join(changed, "; "), now
}

// unmet says why an event does not meet a rule.
func (r *Rule) unmet(e event.Event) string {
	switch {
	case !r.about(e):
		return "it is not where, or not of the ships, that this rule is about"
	case e.Probability < r.Probability:
		return fmt.Sprintf("probability %.2f, below the %.2f that this rule asks for", e.Probability, r.Probability)
	}
	return fmt.Sprintf("%s barrels, below the %s that this rule asks for", export.Thousands(int64(barrels(e))), export.Thousands(int64(r.Barrels)))
}
