package chart

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/paulmach/orb"
)

// Shape is how a mark looks.
type Shape int

// The shapes.
const (
	Dot Shape = iota
	Ring
	Cross
)

// Mark is a point with a shape and, if it has a label, a name.
type Mark struct {
	At    geo.Point
	Shape Shape
	Ink   int // 0 is black, 1 and up are the colours of ships
	Label string
}

// Line is a track or a way.
type Line struct {
	Points []geo.Point
	Ink    int
	Dashed bool // not a way that was seen
}

// Area is a place or a hull.
type Area struct {
	Ring  []geo.Point
	Ink   int
	Hull  bool // filled; a place is an outline
	Label string
}

// Chart is what is to be drawn. The box is fitted round Marks, Lines and hulls; places show only where they lie in it.
type Chart struct {
	Title string
	Notes []string   // lines under the chart
	Least geo.Metres // the least height and width of the sea that is shown
	Marks []Mark
	Lines []Line
	Areas []Area
	Land  func(orb.Bound) (orb.MultiPolygon, error) // geo.Land; nil draws no land
}

// view is the chart's projection onto a plane of given size: x to the east, y to the south.
type view struct {
	middle        geo.Point
	width, height float64
	perDegree     float64 // units of the plane a degree of latitude
	squeeze       float64 // cosine of the middle's latitude
}

// margin is the share of the box that is left empty on each side.
const margin = 0.12

// degree is the length of a degree of latitude.
const degree = 60 * geo.NauticalMile

// look fits the box to a plane of the given size.
func (c *Chart) look(width, height float64) view {
	box, middle := c.bound()
	v := view{middle: middle, width: width, height: height, squeeze: max(0.02, math.Cos(middle[1]*math.Pi/180))}
	least := float64(max(c.Least, 500)) / float64(degree)
	east := max((box.Max[0]-box.Min[0])*v.squeeze, least)
	north := max(box.Max[1]-box.Min[1], least)
	v.perDegree = min(width/east, height/north) * (1 - 2*margin)
	return v
}

// bound holds everything but places; its longitudes are relative to the first point, so that it never wraps.
func (c *Chart) bound() (orb.Bound, geo.Point) {
	var all []geo.Point
	for _, m := range c.Marks {
		all = append(all, m.At)
	}
	for _, l := range c.Lines {
		all = append(all, l.Points...)
	}
	for _, a := range c.Areas {
		if a.Hull {
			all = append(all, a.Ring...)
		}
	}
	if len(all) == 0 {
		return orb.Bound{}, geo.Point{}
	}
	first := all[0]
	box := orb.Bound{Min: first, Max: first}
	for _, p := range all {
		box = box.Extend(geo.Point{first[0] + shortWay(p[0]-first[0]), p[1]})
	}
	return box, box.Center()
}

// at projects a point.
func (v view) at(p geo.Point) (x, y float64) {
	return v.width/2 + shortWay(p[0]-v.middle[0])*v.squeeze*v.perDegree, v.height/2 - (p[1]-v.middle[1])*v.perDegree
}

// box is the sea that the plane shows; it may reach beyond ±180°.
func (v view) box() orb.Bound {
	east, north := v.width/2/v.perDegree/v.squeeze, v.height/2/v.perDegree
	return orb.Bound{Min: geo.Point{v.middle[0] - east, v.middle[1] - north}, Max: geo.Point{v.middle[0] + east, v.middle[1] + north}}
}

// land cuts the coast a little outside the plane, so that the cut is not seen.
func (v view) land(c *Chart) (orb.MultiPolygon, error) {
	if c.Land == nil {
		return nil, nil
	}
	box := v.box()
	return c.Land(box.Pad((box.Max[1] - box.Min[1]) * 0.05))
}

func (v view) inside(x, y float64) bool { return x >= 0 && y >= 0 && x < v.width && y < v.height }

// metres is the length of a unit of the plane.
func (v view) metres() float64 { return float64(degree) / v.perDegree }

// scale is a round length of at most a third of the width, and how long it is on the plane.
func (v view) scale() (length geo.Metres, units float64) {
	length = 10
	for _, step := range []geo.Metres{20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000} {
		if float64(step)/v.metres() <= v.width/3 {
			length = step
		}
	}
	return length, float64(length) / v.metres()
}

func shortWay(d float64) float64 { return d - 360*math.Round(d/360) }

// Hull returns the outline of a ship true to size: bow, stern and sides from her antenna, turned by her heading.
func Hull(h geo.Hull, antenna geo.Point, heading geo.Degrees) []geo.Point {
	length, half := float64(h.Length()), float64(h.Beam())/2
	bow, mid := float64(h.Bow), (float64(h.Starboard)-float64(h.Port))/2
	if h.AntennaUnknown {
		bow, mid = length/2, 0
	}
	corners := [][2]float64{ // forward and to starboard, metres
		{bow, mid}, {bow - 0.12*length, mid + half}, {bow - length, mid + half}, {bow - length, mid - half}, {bow - 0.12*length, mid - half}, {bow, mid},
	}
	ring := make([]geo.Point, len(corners))
	for i, c := range corners {
		bearing := geo.Degrees(math.Mod(float64(heading)+math.Atan2(c[1], c[0])*180/math.Pi+360, 360))
		ring[i] = geo.Destination(antenna, bearing, geo.Metres(math.Hypot(c[0], c[1])))
	}
	return ring
}

// Box is the sea that an SVG of the chart shows. It may reach beyond ±180°.
func (c *Chart) Box() orb.Bound { return c.look(svgWidth, svgHeight).box() }
