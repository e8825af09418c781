// Package place is the gazetteer: the terminals, berths, anchorages, transfer areas and gates in which a tanker's
// voyage is told, and the grades of crude that are loaded there.
//
// A gazetteer is read from a table, the embedded data/gazetteer.csv or the user's own, and does not change afterwards;
// any number of goroutines may ask it. Every entry names its source and how far its position is to be trusted:
// "low" means that a position or box is an estimate, to be replaced when ships' own dwell points are known.
//
// Places overlap: the berths of Kharg lie in the Kharg complex, the roads off Sohar in the Gulf of Oman's waiting area. The
// order is berth, terminal, terminal zone, lawful terminal, transit terminal, place of discharge, port, anchorage,
// transfer area, zone; among equals the smaller comes first, then the name. So a ship at Kharg's T-jetty is at the T-jetty,
// and one in Kharg's roads is in the Kharg complex before she is in its anchorage.
//
//   - place.go: the types
//   - gazetteer.go: which places hold a point, which gates a track crosses
//   - load.go: the table
//   - grade.go: barrels to the tonne
//   - cell.go: the cells in which reception is counted
package place
