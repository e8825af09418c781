// Package geo measures on the Earth: distances, bearings, areas, neighbours, hulls, and the way over water.
//
// It owns the unit types that cross package borders (Metres, Knots, Degrees) and knows nothing of AIS
// or of oil. The geometry type is orb's: a Point is longitude then latitude in degrees of WGS 84.
//
// The Earth is a sphere of MeanRadius. Against WGS 84 that is wrong by at most 0.56 % (north–south at the
// equator); at 25° N by +0.38 % north–south and −0.17 % east–west, which is 2 m in a rendezvous of 500 m.
// Where a function is coarser than that, its comment says by how much.
//
// Longitudes wrap: every function is right across 180°. At the poles distances are right, directions are
// whatever the formula gives.
//
//   - distance.go: points and lines
//   - area.go: polygons prepared for many questions
//   - index.go: moving points and their neighbours
//   - hull.go: a ship's outline and the water between two ships
//   - coast.go: the coastline, and the raster on which it is asked
//   - sea.go: land or water, and the way between two places
//   - water.go, route.go: the graph of water and the search in it
//
// All functions are pure. Area and Sea may be read from several goroutines; Index belongs to one.
package geo
