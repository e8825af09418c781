// Package portcall tells where ships stayed and which gates they passed.
//
// A port call is a stay at a place of the gazetteer: a ship came into its shape, stopped there (below 0.5 kn, 1.0 kn at
// a buoy mooring or anchorage, for half an hour at least), moved again above 1.5 kn and left by more than 1 km. A
// transit is the passage of a gate, a line that a voyage must cross. Stage A finds the visits, stops and crossings;
// this package decides which of them are told, at which place, and how well they were seen.
//
// # One stop, one place
//
// Places overlap: a berth lies in a terminal's zone, and so does the anchorage before it. Each stop belongs to the most
// specific place that holds it (berth, terminal, port, anchorage, zone; the smaller before the larger), and a visit is
// told only for its own stops. A ship that waits at anchor and then loads makes two calls, one in each, and none in
// the zone round both. STS areas, straits and gates have no calls: nobody calls at the open sea.
//
// A stop at a berth goes on through a silence if she was at rest there before and after; at anchor it does not. Details tell
// how long she was seen at rest, and how long she may have been at most: from the last fix outside before (no more than a day
// before the first inside) to the first one after, less the way out to it.
//
// # How well it was seen
//
// Confidence is 1 for the stop, and one more each for the entry (a fix outside within six hours before), for the exit,
// and for a second source. The probability that the ship really was there follows it: 0.70, 0.85, 0.95, 0.98 (start
// values, not calibrated), a tenth less where the place itself is an estimate.
//
// Tankers and ships of unknown type are told; nothing else carries oil.
package portcall
