package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/paulmach/orb"
)

// Chart draws an event: land, places near, the quoted fixes of each ship, where she was last and first heard, and for ships
// alongside their hulls true to size. The gazetteer may be nil; an event without any position gives false.
func Chart(e event.Event, places *place.Gazetteer) (*chart.Chart, bool) {
	d := &drawn{c: &chart.Chart{Title: e.ID, Least: 20 * geo.Kilometre, Land: geo.Land}, inks: map[vessel.MMSI]int{}}
	if e.Kind == event.Rendezvous {
		d.c.Least = 1200
	}
	for _, v := range e.Vessels {
		d.ship(v)
	}
	d.fixes(Readings(e))
	d.details(e)
	if e.Kind == event.Rendezvous {
		d.hulls(e)
	} else if e.Kind != event.Gap && (e.Lon != 0 || e.Lat != 0) {
		d.c.Marks = append(d.c.Marks, chart.Mark{At: geo.PointFromDegrees(e.Lon, e.Lat), Shape: chart.Ring, Label: words(e.Kind)})
	}
	if len(d.c.Marks) == 0 && len(d.c.Areas) == 0 {
		return nil, false
	}
	if places != nil {
		d.places(places)
	}
	d.c.Notes = append(d.c.Notes, fmt.Sprintf("%s, probability %.2f: %s", words(e.Kind), e.Probability, e.Why), export.Span(e.Start, e.End))
	return d.c, true
}

// drawn is a chart in the making.
type drawn struct {
	c     *chart.Chart
	inks  map[vessel.MMSI]int
	track map[vessel.MMSI][]Reading // by time
	order []vessel.MMSI
}

// ship gives a vessel a colour and a line in the notes.
func (d *drawn) ship(v event.Vessel) int {
	if n, known := d.inks[v.MMSI]; known {
		return n
	}
	n := len(d.inks) + 1
	d.inks[v.MMSI] = n
	if n <= 6 {
		d.c.Notes = append(d.c.Notes, fmt.Sprintf("%s: %s, MMSI %s", v.Role, orUnknown(v.Name), v.MMSI))
	}
	return n
}

// fixes marks the positions that the evidence quotes, joined where no long silence lies between them.
func (d *drawn) fixes(readings []Reading) {
	d.track = map[vessel.MMSI][]Reading{}
	for _, r := range readings {
		if !r.Decoded || !r.Report.Carries(ais.HasPosition) {
			continue
		}
		m := r.MMSI()
		if d.track[m] == nil {
			d.order = append(d.order, m)
		}
		d.track[m] = append(d.track[m], r)
	}
	slices.Sort(d.order)
	for _, m := range d.order {
		track := d.track[m]
		slices.SortStableFunc(track, func(a, b Reading) int { return cmp.Compare(a.Report.Time, b.Report.Time) })
		line := chart.Line{Ink: d.inks[m]}
		for i, r := range track {
			d.c.Marks = append(d.c.Marks, chart.Mark{At: r.Report.Position, Ink: d.inks[m]})
			if i > 0 && r.Time().Sub(track[i-1].Time()) > joined {
				d.add(line)
				line = chart.Line{Ink: d.inks[m]}
			}
			line.Points = append(line.Points, r.Report.Position)
		}
		d.add(line)
	}
}

// joined is the longest time between two quoted fixes that are joined by a line.
const joined = 3 * time.Hour

func (d *drawn) add(l chart.Line) {
	if len(l.Points) > 1 {
		d.c.Lines = append(d.c.Lines, l)
	}
}

// details marks the fixes by which a kind claims something.
func (d *drawn) details(e event.Event) {
	switch x := e.Details.(type) {
	case event.GapDetails:
		d.between(1, &x.Off, x.On, "last heard", "heard again")
	case event.IdentityDetails:
		d.between(1, x.Off, x.On, "last heard as before", "first heard as now")
	case event.FalsePositionDetails:
		d.between(1, x.Last, x.Next, "last believed", "believed again")
	case event.InterferenceDetails:
		for _, v := range x.Victims {
			d.between(d.inks[v.MMSI], v.Last, v.Next, "", "")
		}
		if x.AreaM > 0 {
			at := geo.PointFromDegrees(x.RealLon, x.RealLat)
			d.c.Areas = append(d.c.Areas, chart.Area{Ring: geo.Circle(at, x.AreaM, 48), Label: "where the ships really were"})
		}
		if x.RadiusM > 0 {
			d.c.Areas = append(d.c.Areas, chart.Area{Ring: geo.Circle(geo.PointFromDegrees(e.Lon, e.Lat), x.RadiusM, 48)})
		}
	}
}

// between marks where a ship was lost and found, with a dashed line that nobody saw.
func (d *drawn) between(ink int, off, on *event.FixRef, lost, found string) {
	var way []geo.Point
	for _, m := range []struct {
		fix   *event.FixRef
		shape chart.Shape
		label string
	}{{off, chart.Cross, lost}, {on, chart.Ring, found}} {
		if m.fix == nil {
			continue
		}
		at := geo.PointFromDegrees(m.fix.Lon, m.fix.Lat)
		mark := chart.Mark{At: at, Shape: m.shape, Ink: ink}
		if m.label != "" {
			mark.Label = m.label + " " + clock(m.fix.Time)
		}
		d.c.Marks, way = append(d.c.Marks, mark), append(way, at)
	}
	if len(way) == 2 {
		d.c.Lines = append(d.c.Lines, chart.Line{Points: way, Ink: ink, Dashed: true})
	}
}

// hulls draws both ships of a meeting at the two quoted fixes that lie nearest in time, where dimensions and headings are
// known. Over ground they may have turned in between: the note says how far the two are apart in time.
func (d *drawn) hulls(e event.Event) {
	if len(e.Vessels) < 2 {
		return
	}
	m, ok := AlongsideOf(e)
	if !ok {
		d.c.Marks = append(d.c.Marks, chart.Mark{At: geo.PointFromDegrees(e.Lon, e.Lat), Shape: chart.Ring, Label: words(e.Kind)})
		return
	}
	for i, v := range m.Ships {
		p := m.Hulls[i]
		if v.Hull == nil {
			d.c.Marks = append(d.c.Marks, chart.Mark{At: p.At, Shape: chart.Ring, Ink: i + 1, Label: orUnknown(v.Name)})
			continue
		}
		d.c.Areas = append(d.c.Areas, chart.Area{Ring: chart.Hull(p.Hull, p.At, p.Heading), Ink: i + 1, Hull: true,
			Label: fmt.Sprintf("%s, %.0f m", orUnknown(v.Name), float64(p.Hull.Length()))})
	}
	d.c.Notes = append(d.c.Notes, fmt.Sprintf("hulls true to size at %s and %s: ships at anchor swing in between", m.At[0].Format("2006-01-02 15:04:05"), m.At[1].Format("15:04:05")))
}

// Alongside is two ships of a meeting at the two quoted fixes that lie nearest in time, with their hulls as far as they are
// known.
type Alongside struct {
	Ships [2]event.Vessel
	At    [2]time.Time
	Hulls [2]geo.Placed
}

// Gap is the water between the hulls; false where the dimensions of one are not known.
func (a Alongside) Gap() (geo.Metres, bool) {
	known := a.Ships[0].Hull != nil && a.Ships[1].Hull != nil
	return geo.HullGap(a.Hulls[0], a.Hulls[1]), known
}

// AlongsideOf finds that moment of an event of two ships; false where no positions with headings are quoted of both.
func AlongsideOf(e event.Event) (out Alongside, ok bool) {
	if len(e.Vessels) < 2 {
		return out, false
	}
	track := map[vessel.MMSI][]Reading{}
	for _, r := range Readings(e) {
		if r.Decoded && r.Report.Carries(ais.HasPosition) {
			track[r.MMSI()] = append(track[r.MMSI()], r)
		}
	}
	a, b, apart := closest(track[e.Vessels[0].MMSI], track[e.Vessels[1].MMSI], e)
	if apart < 0 {
		return out, false
	}
	for i, r := range [2]Reading{a, b} {
		out.Ships[i], out.At[i], out.Hulls[i] = e.Vessels[i], r.Time(), geo.Placed{At: r.Report.Position, Heading: r.Report.Heading}
		if h := e.Vessels[i].Hull; h != nil {
			out.Hulls[i].Hull = geo.Hull{Bow: h.Bow, Stern: h.Stern, Port: h.Port, Starboard: h.Starboard, AntennaUnknown: h.AntennaUnknown}
		}
	}
	return out, true
}

// near is how far apart in time two fixes may be to count as of one moment: ships alongside swing by less than a degree
// a minute with the tide.
const near = 5 * time.Minute

// closest finds the fixes with headings, one of each ship, that lie nearest to each other in time, among those of one
// moment the pair nearest to the event's middle. Apart is negative where there are none.
func closest(one, other []Reading, e event.Event) (a, b Reading, apart time.Duration) {
	middle := e.Start
	if e.End != nil {
		middle = e.Start.Add(e.End.Sub(e.Start) / 2)
	}
	apart = -1
	best := math.Inf(1)
	for _, x := range one {
		for _, y := range other {
			if !x.Report.Carries(ais.HasHeading) || !y.Report.Carries(ais.HasHeading) {
				continue
			}
			gap := x.Time().Sub(y.Time()).Abs()
			if cost := max(gap, near).Seconds()*1e6 + x.Time().Sub(middle).Abs().Seconds(); cost < best {
				a, b, apart, best = x, y, gap, cost
			}
		}
	}
	return a, b, apart
}

// maxPlaces bounds the places on a chart.
const maxPlaces = 9

// places adds those on the chart, the nearest to a mark where there are too many.
func (d *drawn) places(g *place.Gazetteer) {
	box := d.c.Box()
	type candidate struct {
		p    *place.Place
		away geo.Metres
	}
	var found []candidate
	for id := range place.ID(g.Len()) {
		p := g.At(id)
		if p.Kind == place.Gate || !holds(box, p.Centre) {
			continue
		}
		away := geo.Metres(math.Inf(1))
		for _, m := range d.c.Marks {
			away = min(away, geo.Distance(m.At, p.Centre))
		}
		found = append(found, candidate{p, away})
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.away, b.away) })
	for _, n := range found[:min(maxPlaces, len(found))] {
		ring := n.p.Ring
		if len(ring) == 0 {
			ring = geo.Circle(n.p.Centre, max(n.p.Radius, 500), 32)
		}
		d.c.Areas = append(d.c.Areas, chart.Area{Ring: ring, Label: n.p.Name})
	}
}

// holds tells whether a box that may reach over ±180° holds a point.
func holds(box orb.Bound, p geo.Point) bool {
	for _, turn := range [3]float64{-360, 0, 360} {
		if box.Contains(geo.Point{p[0] + turn, p[1]}) {
			return true
		}
	}
	return false
}
