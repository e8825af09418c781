package picture

import (
	"math"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/paulmach/orb"
)

// View is what a map shows: a middle, a zoom and a size in pixels, as MapLibre means them. The projection is Mercator's on
// the sphere; the world is 512 pixels wide at zoom 0 and twice that at each further one.
type View struct {
	Centre        geo.Point
	Zoom          float64
	Width, Height int
}

// tile is the width of the world at zoom 0 in pixels.
const tile = 512.0

// steepest is the latitude at which the projected world is as high as wide.
const steepest = 85.0511287798066

// The zooms of a view.
const (
	leastZoom = 0
	mostZoom  = 18
)

// Fit returns the view of a size that shows a box, with a little room round it. A box may reach over ±180°; a box without
// extent is shown at zoom 11.
func Fit(box orb.Bound, width, height int) View {
	v := View{Width: max(width, 80), Height: max(height, 60), Zoom: 11}
	left, top := mercator(geo.Point{box.Min[0], box.Max[1]})
	right, bottom := mercator(geo.Point{box.Max[0], box.Min[1]})
	if across, down := math.Abs(right-left), math.Abs(bottom-top); across+down > 0 {
		const room = 0.92
		v.Zoom = math.Log2(room / tile * min(float64(v.Width)/max(across, 1e-12), float64(v.Height)/max(down, 1e-12)))
	}
	v.Centre = unmercator((left+right)/2, (top+bottom)/2)
	return v.sound()
}

// sound brings a view into what can be drawn, whatever it is made of.
func (v View) sound() View {
	v.Width, v.Height = min(max(v.Width, 80), 4096), min(max(v.Height, 60), 4096)
	if math.IsNaN(v.Zoom) {
		v.Zoom = leastZoom
	}
	v.Zoom = min(max(v.Zoom, leastZoom), mostZoom)
	for i, most := range [2]float64{180, steepest} {
		if math.IsNaN(v.Centre[i]) {
			v.Centre[i] = 0
		}
		if i == 0 && math.Abs(v.Centre[0]) > 180 && !math.IsInf(v.Centre[0], 0) {
			v.Centre[0] = shortWay(v.Centre[0])
		}
		v.Centre[i] = min(max(v.Centre[i], -most), most)
	}
	return v
}

func shortWay(d float64) float64 { return d - 360*math.Round(d/360) }

// mercator projects to the unit square: x from 180° W to the east, y from the north down.
func mercator(p geo.Point) (x, y float64) {
	lat := min(max(p[1], -steepest), steepest) * math.Pi / 180
	return (p[0] + 180) / 360, 0.5 - math.Log(math.Tan(math.Pi/4+lat/2))/(2*math.Pi)
}

func unmercator(x, y float64) geo.Point {
	return geo.Point{x*360 - 180, (2*math.Atan(math.Exp((0.5-y)*2*math.Pi)) - math.Pi/2) * 180 / math.Pi}
}

func (v View) pixels() float64 { return tile * math.Exp2(v.Zoom) }

// At projects a point the short way round from the middle.
func (v View) At(p geo.Point) (x, y float64) {
	return v.near(geo.Point{v.Centre[0] + shortWay(p[0]-v.Centre[0]), p[1]})
}

// near projects a point whose longitude is already that of the view's side of the world.
func (v View) near(p geo.Point) (x, y float64) {
	cx, cy := mercator(v.Centre)
	px, py := mercator(p)
	return float64(v.Width)/2 + (px-cx)*v.pixels(), float64(v.Height)/2 + (py-cy)*v.pixels()
}

// Point is the place under a pixel; its longitude may lie beyond ±180°.
func (v View) Point(x, y float64) geo.Point {
	cx, cy := mercator(v.Centre)
	return unmercator(cx+(x-float64(v.Width)/2)/v.pixels(), min(max(cy+(y-float64(v.Height)/2)/v.pixels(), 0), 1))
}

// Box is what the view shows; it may reach over ±180°.
func (v View) Box() orb.Bound {
	northWest, southEast := v.Point(0, 0), v.Point(float64(v.Width), float64(v.Height))
	return orb.Bound{Min: geo.Point{northWest[0], southEast[1]}, Max: geo.Point{southEast[0], northWest[1]}}
}

// metres is the length of a pixel in the middle of the view.
func (v View) metres() float64 {
	return 2 * math.Pi * float64(geo.MeanRadius) * math.Cos(v.Centre[1]*math.Pi/180) / v.pixels()
}
