// Package mapfile writes events for other people's maps: as KMZ (KML 2.2 in a zip, for Google Earth), as GPX 1.1 (for
// chart plotters), and one event with everything that it rests on as a zip of plain files.
//
// Tracks are made of the sentences that events quote and of nothing else. A line ends where a ship was silent, where
// her position leapt, and at ±180°: what nobody heard is not drawn as a way.
//
// Names come from ships. All text passes chart.Plain and is escaped for the format; where a program shows text as HTML
// (the balloons of Google Earth) it is escaped for that, too. Equal input gives equal bytes: times in the files and of
// the files are those of the events.
//
//   - about.go: what a file says of itself
//   - track.go: the quoted positions of an event, ship by ship
//   - kmz.go, gpx.go: many events
//   - evidence.go: one event
package mapfile
