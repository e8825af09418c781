package interference

import (
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/geo"
)

// The shapes of false tracks.
const (
	point  = "point"
	circle = "circle"
	line   = "line"
)

// shape is the form on which displaced fixes lie.
type shape struct {
	kind   string
	middle geo.Point
	radius geo.Metres // of a circle; of a point, or of absent positions, how far a fix may lie from its middle
	a, b   geo.Point  // ends of a line
}

// holds tells whether a position lies on the shape, twice as far from it as the fixes that opened it at most.
func (s shape) holds(o Options, p geo.Point) bool {
	switch s.kind {
	case circle:
		off := math.Abs(float64(geo.Distance(s.middle, p) - s.radius))
		return off <= max(2*o.Round*float64(s.radius), float64(o.Across))
	case line:
		return geo.SegmentDistance(p, s.a, s.b) <= 2*o.Across || geo.Distance(p, s.a) <= o.Line || geo.Distance(p, s.b) <= o.Line
	}
	return geo.Distance(s.middle, p) <= s.radius
}

// stretch lets a line grow with the fixes that join it.
func (s *shape) stretch(p geo.Point) {
	if s.kind != line {
		return
	}
	length := geo.Distance(s.a, s.b)
	switch a, b := geo.Distance(p, s.a), geo.Distance(p, s.b); {
	case a > length && a > b:
		s.b = p
	case b > length:
		s.a = p
	}
}

// size is what an event tells of the false place's extent.
func (s shape) size(o Options) geo.Metres {
	switch s.kind {
	case circle:
		return s.radius
	case line:
		return geo.Distance(s.a, s.b) / 2
	}
	return s.radius
}

// fit finds the shape of some positions; false when they have none.
func (o Options) fit(list []geo.Point) (shape, bool) {
	middle := median(list)
	near := 0
	for _, p := range list {
		if geo.Distance(middle, p) <= o.Point {
			near++
		}
	}
	round, ok := o.fitCircle(list)
	if ok && float64(round.radius) > float64(o.Point)/3 {
		return round, true
	}
	if float64(near) >= o.Share*float64(len(list)) {
		return shape{kind: point, middle: middle, radius: o.Point}, true
	}
	return o.fitLine(list)
}

// median is the component-wise median, which a few strays do not move.
func median(list []geo.Point) geo.Point {
	x, y := make([]float64, len(list)), make([]float64, len(list))
	for i, p := range list {
		x[i], y[i] = p[0], p[1]
	}
	slices.Sort(x)
	slices.Sort(y)
	return geo.PointFromDegrees(x[len(x)/2], y[len(y)/2])
}

// plane lays positions flat round their mean: metres east and north.
func plane(list []geo.Point) (origin geo.Point, xy [][2]float64) {
	origin = median(list)
	for _, p := range list {
		east, north := geo.Offset(origin, p)
		xy = append(xy, [2]float64{float64(east), float64(north)})
	}
	return origin, xy
}

// fitCircle is the least-squares circle of Kåsa (IEEE Trans. Instrum. Meas. 25, 1976): x² + y² = a·x + b·y + c.
func (o Options) fitCircle(list []geo.Point) (shape, bool) {
	if len(list) < o.Fixes {
		return shape{}, false
	}
	origin, xy := plane(list)
	var sxx, sxy, syy, sx, sy, sxz, syz, sz float64
	for _, p := range xy {
		x, y := p[0], p[1]
		z := x*x + y*y
		sxx, sxy, syy = sxx+x*x, sxy+x*y, syy+y*y
		sx, sy = sx+x, sy+y
		sxz, syz, sz = sxz+x*z, syz+y*z, sz+z
	}
	n := float64(len(xy))
	cxx, cxy, cyy := sxx-sx*sx/n, sxy-sx*sy/n, syy-sy*sy/n
	cxz, cyz := sxz-sx*sz/n, syz-sy*sz/n
	det := cxx*cyy - cxy*cxy
	if det <= 1e-6*cxx*cyy || det == 0 {
		return shape{}, false
	}
	a, b := (cxz*cyy-cyz*cxy)/det, (cyz*cxx-cxz*cxy)/det
	x, y := a/2, b/2
	r := math.Sqrt(max(0, (sz-a*sx-b*sy)/n+x*x+y*y))
	if r <= 0 || r > o.Reach/2*60*float64(geo.NauticalMile) {
		return shape{}, false
	}
	sum, angles := 0.0, make([]float64, 0, len(xy))
	for _, p := range xy {
		off := math.Hypot(p[0]-x, p[1]-y) - r
		sum += off * off
		angles = append(angles, math.Atan2(p[1]-y, p[0]-x)*180/math.Pi)
	}
	middle := geo.Destination(origin, geo.Degrees(math.Mod(math.Atan2(x, y)*180/math.Pi+360, 360)), geo.Metres(math.Hypot(x, y)))
	ok := math.Sqrt(sum/n) <= o.Round*r && arc(angles) >= 120
	return shape{kind: circle, middle: middle, radius: geo.Metres(r)}, ok
}

// arc is the part of a full circle, in degrees, that directions leave no gap of its size in: 360 less the widest gap.
func arc(angles []float64) float64 {
	slices.Sort(angles)
	widest := angles[0] + 360 - angles[len(angles)-1]
	for i := 1; i < len(angles); i++ {
		widest = max(widest, angles[i]-angles[i-1])
	}
	return 360 - widest
}

// fitLine is the principal axis.
func (o Options) fitLine(list []geo.Point) (shape, bool) {
	if len(list) < o.Fixes {
		return shape{}, false
	}
	origin, xy := plane(list)
	var mx, my, sxx, sxy, syy float64
	n := float64(len(xy))
	for _, p := range xy {
		mx, my = mx+p[0]/n, my+p[1]/n
	}
	for _, p := range xy {
		x, y := p[0]-mx, p[1]-my
		sxx, sxy, syy = sxx+x*x, sxy+x*y, syy+y*y
	}
	axis := math.Atan2(2*sxy, sxx-syy) / 2
	sin, cos := math.Sincos(axis)
	low, high, across := math.Inf(1), math.Inf(-1), 0.0
	for _, p := range xy {
		x, y := p[0]-mx, p[1]-my
		along := x*cos + y*sin
		low, high = min(low, along), max(high, along)
		off := y*cos - x*sin
		across += off * off / n
	}
	at := func(along float64) geo.Point {
		x, y := mx+along*cos, my+along*sin
		return geo.Destination(origin, geo.Degrees(math.Mod(math.Atan2(x, y)*180/math.Pi+360, 360)), geo.Metres(math.Hypot(x, y)))
	}
	s := shape{kind: line, middle: at((low + high) / 2), a: at(low), b: at(high)}
	return s, math.Sqrt(across) <= float64(o.Across) && high-low >= float64(o.Line)
}
