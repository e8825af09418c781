// Package chart draws small sea charts: land, places, tracks, marks and hulls true to size, as SVG for a page and as
// characters for a terminal. A chart is plain data, filled by whoever knows what is to be seen; drawing it is a pure
// function, so that equal charts give equal bytes.
//
// The projection is equirectangular about the chart's middle: shapes are true near it, and a box of a few hundred
// kilometres is out of true by less than the coastline's own error. Longitudes are taken the short way round from the
// middle, so that a chart may lie across ±180°.
package chart
