// Package sim makes a Gulf whose truth is known: ships that sail, anchor, load, meet and fall silent as a scenario
// tells them, and a record of what really happened.
//
// A scenario's steps are compiled into a track (package motion) and a list of things that crews do. Cargo is booked
// over all ships in order of time, because what a crew types as draught follows from it. What the world sounds like to
// receivers is package air's affair.
//
// One scenario gives one world: every ship draws from a generator of her own, seeded by the scenario's seed and her
// MMSI, so that a ship more leaves all others as they were.
//
// Nothing on the data's path imports this package, and no detector knows its numbers.
package sim
