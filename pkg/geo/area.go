package geo

import "github.com/paulmach/orb"

// Area is a set of polygons prepared for many questions.
type Area struct{ polygons orb.MultiPolygon }

// Prepare builds an area.
func Prepare(m orb.MultiPolygon) *Area { return &Area{polygons: m} }

// Contains reports whether a point lies inside.
func (a *Area) Contains(p Point) bool { return false }

// Bound is the smallest box round the area.
func (a *Area) Bound() orb.Bound { return a.polygons.Bound() }

// DistanceOutside is the way from a point to the area, 0 inside.
func (a *Area) DistanceOutside(p Point) Metres { return 0 }
