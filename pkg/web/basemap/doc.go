// Package basemap is the shores that pictures and the page's map are drawn on: the Gulf and the Gulf of Oman (47–60° E,
// 22–31° N) with every island, a grid of some ten metres, and the rest of the world at 1:50 million.
//
// Both are files of their own in TopoJSON with two objects: land, polygons to be filled, and coast, lines to be drawn. The
// shore is drawn from coast, for the polygons' outlines would show the edge of the box. The Gulf's file comes from GSHHG,
// which is under the LGPL, and the world's from Natural Earth, which is in the public domain: data/NOTICE.txt says how they are
// made, and Open takes others from a folder instead.
//
// What is not here: whether a position lies on land. Pkg/geo knows that, from a coastline that is made for the question.
package basemap
